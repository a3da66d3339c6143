"""Cost to serve: what a tonne of each waste at each source costs and earns, by where it ends and by term of value.

    value[source, fate, term, year] = Σ charges · share that comes from the source · share that ends at the fate

Proportional tracing of the plan's own flows (`tracing`), of every charge (`priced`) to what bears it (`bearers`).
Money of goods is borne by the wastes whose runs make or take them. What bears nothing (a line that is never fed), and
what a term has beyond its charges, stands as `not_attributed`, never spread. Σ rows of a term and year = its value.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import pandas as pd

from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.bearers import Bearers
from redmud_opt.plan.framing import framed
from redmud_opt.plan.paths import path_table
from redmud_opt.plan.priced import charges
from redmud_opt.plan.steps import Fate, Source
from redmud_opt.plan.tracing import Borne, Tracing

NOT_ATTRIBUTED = "not_attributed"
NOBODY = Source("", "", "", NOT_ATTRIBUTED)

NEGLIGIBLE = 1e-9
"""Tonnes below this, and money below this part of the largest, are nothing."""

ROUNDING = 1e-13
"""Money of a source and fate below this part of the largest is left out: their sum stays far within the audit's."""

SOURCE_COLUMNS = ("site", "material", "waste_class", "given", "fate", "at")

Key = tuple[Source, Fate, str, int]
Money = tuple[str, object, float]
"""(term, what it is charged on, discounted CNY)."""


def cost_tables(book: Book, tracing: Tracing) -> dict[str, pd.DataFrame]:
    """The frames `traced`, `cost_to_serve` and `paths`."""
    cost = _Cost(book, tracing, list(all_money(book)))
    paths = path_table(cost.tracing, cost.on_wastes)
    return {"traced": cost.traced(), "cost_to_serve": cost.frame(), "paths": paths}


def all_money(book: Book) -> Iterator[Money]:
    """All charges, with those that follow from several numbers of the case."""
    for charge in charges(book):
        if charge.amount:
            yield charge.term, charge.on, charge.amount
    last = len(book.dates.periods) - 1
    for row in book.excess:
        if row.excess and row.charge:
            yield "end_charge", row, -row.excess * row.charge * book.dates.discount_of(last)
    for refund in book.refunds:
        worth = refund.refund * book.dates.discount(book.dates.window(str(refund.year)))
        yield "vat_refund", refund, worth


class _Cost:
    """Money and tonnes by source and fate."""

    def __init__(self, book: Book, tracing: Tracing, money: list[Money]) -> None:
        self.book, self.tracing = book, tracing
        bearers = Bearers(book, tracing.steps)
        self.columns: dict[tuple[str, int], int] = {}
        self.unborne: defaultdict[Key, float] = defaultdict(float)
        borne: list[Borne] = []
        for term, on, amount in money:
            parts, year = bearers.of(on), bearers.year(on)
            column = self.columns.setdefault((term, year), len(self.columns))
            borne += [Borne(column, i, j, amount * share) for i, j, share in parts]
            if not parts:
                self.unborne[NOBODY, Fate(NOT_ATTRIBUTED, bearers.name(on)), term, year] += amount
        self.on_wastes, self.on_goods = self.tracing.on_wastes(borne, len(self.columns))

    def traced(self) -> pd.DataFrame:
        """Origin tonnes by source and fate."""
        tonnes = self.tracing.tonnes()
        rows = [
            (*source, *fate, float(tonnes[s, f]))
            for s, source in enumerate(self.tracing.sources)
            for f, fate in enumerate(self.tracing.fates)
            if tonnes[s, f] > NEGLIGIBLE
        ]
        return pd.DataFrame(rows, columns=[*SOURCE_COLUMNS, "origin_t"])

    def frame(self) -> pd.DataFrame:
        """Value by source, fate, term and year."""
        found = self._attributed()
        rest = self._rest(found)
        rows = [(*source, *fate, term, year, value) for (source, fate, term, year), value in (*found, *rest)]
        return framed(rows, (*SOURCE_COLUMNS, "term", "year", "value_cny"), ("value_cny",), whole=("year",))

    def _attributed(self) -> list[tuple[Key, float]]:
        found: defaultdict[Key, float] = defaultdict(float)
        names, sources, fates = list(self.columns), list(self.tracing.sources), list(self.tracing.fates)
        money = self.tracing.money(self.on_wastes, len(names))
        for c, s, f in zip(*np.nonzero(money), strict=True):
            found[sources[s], fates[f], *names[c]] = float(money[c, s, f])
        for ended in self.on_goods:
            found[ended.source, ended.fate, *names[ended.column]] += ended.amount
        least = ROUNDING * max((abs(value) for value in found.values()), default=0.0)
        return [(key, value) for key, value in found.items() if abs(value) > least]

    def _rest(self, found: list[tuple[Key, float]]) -> list[tuple[Key, float]]:
        """What nothing bears, by itself; and by term and year what is stated beyond all that."""
        left: defaultdict[tuple[str, int], float] = defaultdict(float)
        scale = max((abs(row.value) for row in self.book.value_terms), default=0.0)
        for row in self.book.value_terms:
            left[row.term, row.year] += row.value
        for (_, _, term, year), value in (*found, *self.unborne.items()):
            left[term, year] -= value
        rest = [
            ((NOBODY, Fate(NOT_ATTRIBUTED, ""), term, year), value)
            for (term, year), value in left.items()
            if abs(value) > NEGLIGIBLE * max(1.0, scale)
        ]
        return [*self.unborne.items(), *rest]
