"""A year as it is lived: value by term and calendar year, not discounted, investment as an annuity over life.

The audit's `annual` says how; here it becomes a frame.
"""

from __future__ import annotations

import pandas as pd

from redmud_opt.plan.audit.annual import annual_money
from redmud_opt.plan.audit.book import Book


def annual_table(book: Book) -> pd.DataFrame:
    """The frame `annual`: term, year, of_year, value_cny; no row where there is nothing."""
    money, share = annual_money(book), book.dates.share_of_year
    rows = [(term, year, share(year), money[term, year]) for term, year in money if money[term, year]]
    return pd.DataFrame(rows, columns=["term", "year", "of_year", "value_cny"]).astype({"year": int})
