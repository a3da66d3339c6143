"""A year as it is lived: value by term and calendar year, not discounted, investment as an annuity over life.

The audit's `annual` says how; here it becomes a frame.
"""

from __future__ import annotations

import pandas as pd

from redmud_opt.model.money import TERMS
from redmud_opt.plan.audit.annual import annual_money
from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.framing import framed


def annual_table(book: Book) -> pd.DataFrame:
    """The frame `annual`: term, year, of_year, value_cny; no row where there is nothing."""
    money, share = annual_money(book), book.dates.share_of_year
    stated = sorted((key for key in money if money[key]), key=lambda key: (_rank(key[0]), key[1]))
    rows = [(term, year, share(year), money[term, year]) for term, year in stated]
    return framed(rows, ("term", "year", "of_year", "value_cny"), ("of_year", "value_cny"), whole=("year",))


def _rank(term: str) -> int:
    """Terms in the order of the value; the annuity in the place of the investment."""
    return TERMS.index(term if term in TERMS else "capex")
