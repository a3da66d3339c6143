"""The accounts of a plan in origin tonnes: totals, the three rates, and the identity that nothing is counted twice.

    opening + generated + received = utilised + placed + reduced + handed to disposal + handed out + closing

per origin and calendar year. MODEL.md Utilisation, without double counting.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from pyomo.environ import ConcreteModel

from redmud_opt.model.arrays import Columns
from redmud_opt.model.totals import reduced_per_feed, utilised_per_delivery, utilised_per_feed
from redmud_opt.network import Network
from redmud_opt.network.network import Array, Grid, Ints
from redmud_opt.network.origins import Origins
from redmud_opt.plan.framing import framed, summed


def total_table(m: ConcreteModel, net: Network) -> pd.DataFrame:
    """Utilised, gross and generated origin tonnes, and the accounts, by origin, cohort and year.

    What was generated and utilised before the horizon enters the year that it begins in.
    """
    sums = summed((*_of_columns(m), *_year_to_date(net)))
    rows = [(*label, amount) for label, amount in sums.items()]
    return framed(rows, ("total", "origin", "cohort", "year", "amount"), ("amount",), whole=("year",))


def _of_columns(m: ConcreteModel) -> Iterator[Total]:
    for name, columns in (("utilised", m.utilised_t), ("utilised_gross", m.utilised_gross_t)):
        for (origin, cohort, year), amount in _valued(columns):
            yield (name, origin, cohort, year), amount
    for (origin, year), amount in _valued(m.generated_t):
        yield ("generated", origin, "new", year), amount
    for (account, year), amount in _valued(m.account):
        yield (account, "", "", year), amount


def _year_to_date(net: Network) -> Iterator[Total]:
    """Rows of totals that the case states for the part of its first year before the horizon."""
    origins, year = Origins(net.lookup), net.case.periods[0].year
    for row in net.case.year_to_date:
        origin = origins.of(row.waste_class, row.site)
        gross_new = row.utilised_new_t if row.gross_new_t is None else row.gross_new_t
        gross_legacy = row.utilised_legacy_t if row.gross_legacy_t is None else row.gross_legacy_t
        yield ("generated", origin, "new", year), row.generated_t
        yield ("utilised", origin, "new", year), row.utilised_new_t
        yield ("utilised", origin, "legacy", year), row.utilised_legacy_t
        yield ("utilised_gross", origin, "new", year), gross_new
        yield ("utilised_gross", origin, "legacy", year), gross_legacy


def _valued(columns: Columns) -> Iterator[tuple[Any, float]]:
    """Labels and values of a family."""
    return zip(columns.index.keys(), columns.values_array.tolist(), strict=True)


def rate_table(net: Network, totals: pd.DataFrame, shift: Amounts) -> pd.DataFrame:
    """The three rates per class, per plant where origins are that fine, and year; and with lots taken as mixed.

    `shift`: what the proportional rates count more than the totals.
    """
    amounts: Amounts = {(t, o, c, y): a for t, o, c, y, a in totals.itertuples(index=False) if o}
    mixed = amounts | {key: amounts.get(key, 0.0) + more for key, more in shift.items()}
    origins = sorted({o for o in totals["origin"] if o})
    rows = []
    for waste_class in sorted({net.class_of_origin(o) for o in origins}):
        mine = [o for o in origins if net.class_of_origin(o) == waste_class]
        plants = [""] + [o.partition(":")[2] for o in mine if ":" in o]
        for plant in plants:
            chosen = [o for o in mine if not plant or o == f"{waste_class}:{plant}"]
            for year in net.time.years:
                own, proportional = (_sums(known, chosen, year) for known in (amounts, mixed))
                rows.append((waste_class, plant, year, *own, *_rates(*own), *_rates(*proportional)))
    names = (
        "waste_class plant year generated_t utilised_new_t utilised_legacy_t gross_new_t gross_legacy_t "
        "rate_new rate_stat rate_gross rate_new_proportional rate_stat_proportional rate_gross_proportional"
    )
    return pd.DataFrame(rows, columns=names.split())


def _sums(amounts: Amounts, origins: list[str], year: int) -> tuple[float, float, float, float, float]:
    """Generated, utilised new and legacy, gross new and legacy."""

    def total(name: str, cohort: str) -> float:
        return float(sum(amounts.get((name, origin, cohort, year), 0.0) for origin in origins))

    utilised = ("utilised", "utilised_gross")
    new, legacy, gross_new, gross_legacy = (total(name, c) for name in utilised for c in ("new", "legacy"))
    return total("generated", "new"), new, legacy, gross_new, gross_legacy


def _rates(
    generated: float, new: float, legacy: float, gross_new: float, gross_legacy: float
) -> tuple[float, float, float]:
    """The three rates."""
    return (
        _ratio(new, generated),
        _ratio(new + legacy, generated + legacy),
        _ratio(gross_new + gross_legacy, generated),
    )


def _ratio(part: float, whole: float) -> float:
    """part ÷ whole, NaN where there is nothing to speak of (a solver's residue is nothing)."""
    return part / whole if whole > NOTHING_T else float("nan")


def identity_table(m: ConcreteModel, net: Network) -> pd.DataFrame:
    """Every term of the identity per origin and year, with the residual."""
    book = _Book(net)
    held = net.holdings
    stock = m.stock_t.values_array
    for (origin, year), amount in zip(m.generated_t.index.keys(), m.generated_t.values_array, strict=True):
        book.add("generated_t", origin, year, amount)
    for k, stream in enumerate(held.stream):
        book.add("opening_t", net.origin(int(stream)), net.time.years[0], held.opening_t[k] * net.w[stream])
    ends = [int(np.flatnonzero(net.time.year == year)[-1]) for year in net.time.years]
    for k, stream in enumerate(held.stream):
        for number, t in enumerate(ends):
            cell = held.grid.position[k, t]
            amount = float(stock[cell]) * net.w[stream] if cell >= 0 else 0.0
            book.add("closing_t", net.origin(int(stream)), net.time.years[number], amount)
            if number + 1 < len(ends):
                book.add("opening_t", net.origin(int(stream)), net.time.years[number + 1], amount)
    _book_fates(book, m, net)
    return book.frame()


def _book_fates(book: _Book, m: ConcreteModel, net: Network) -> None:
    runs, sold, placed = net.runs, net.deliveries, net.placements
    reduced = reduced_per_feed(net)
    book.cells(
        "utilised_t", m.feed_t.values_array, runs.grid, runs.stream, utilised_per_feed(net, gross=False)
    )
    book.cells("reduced_t", m.feed_t.values_array, runs.grid, runs.stream, reduced)
    meaning = np.array([net.lookup.meaning(o.method) for o in sold.outlets], dtype=object)
    kind = meaning[sold.outlet] if len(meaning) else meaning
    w = net.w[sold.stream]
    book.cells(
        "utilised_t", m.sold_t.values_array, sold.grid, sold.stream, utilised_per_delivery(net, gross=False)
    )
    for name, fate in (("handed_to_disposal_t", "disposal"), ("handed_out_t", "pretreatment")):
        book.cells(name, m.sold_t.values_array, sold.grid, sold.stream, np.where(kind == fate, w, 0.0))
    book.cells("placed_t", m.placed_t.values_array, placed.grid, placed.stream, net.w[placed.stream])


Amounts = dict[tuple[str, str, str, int], float]
Total = tuple[tuple[str, str, str, int], float]
"""Total, origin, cohort, year; amount."""

NOTHING_T = 1e-6
"""Origin tonnes that are as good as none."""

NEGLIGIBLE = 1e-9
"""Amounts below this, in the unit of the column, are solver noise and not shown."""

BOOKED = (
    "opening_t",
    "generated_t",
    "received_t",
    "utilised_t",
    "placed_t",
    "reduced_t",
    "handed_to_disposal_t",
    "handed_out_t",
    "closing_t",
)


class _Book:
    """Adds up amounts per (origin, year) and column."""

    def __init__(self, net: Network) -> None:
        self.net = net
        self.amounts: dict[tuple[str, int], dict[str, float]] = {}

    def add(self, column: str, origin: str, year: int, amount: float) -> None:
        """Books an amount; streams without origin are not booked."""
        if origin:
            row = self.amounts.setdefault((origin, int(year)), dict.fromkeys(BOOKED, 0.0))
            row[column] += float(amount)

    def cells(self, column: str, values: Array, grid: Grid, stream: Ints, unit: Array) -> None:
        """Books values · unit of every cell whose entity has an origin."""
        for cell in np.flatnonzero(values * unit[grid.entity] != 0.0):
            entity = grid.entity[cell]
            year = int(self.net.time.year[grid.period[cell]])
            self.add(column, self.net.origin(int(stream[entity])), year, float(values[cell] * unit[entity]))

    def frame(self) -> pd.DataFrame:
        """One row per origin and year."""
        rows = [{"origin": o, "year": y, **row} for (o, y), row in sorted(self.amounts.items())]
        frame = pd.DataFrame(rows, columns=["origin", "year", *BOOKED])
        come = frame["opening_t"] + frame["generated_t"] + frame["received_t"]
        gone = frame[list(BOOKED[3:])].sum(axis=1)
        return frame.assign(residual_t=come - gone)
