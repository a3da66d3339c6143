"""How full lines, listed lanes, outlets and supplies are, and what comes to and leaves a site: read off a plan.

    book = book_of(case, plan)
    loading(book)                     kind, item, period, load, capacity, unit, share
    node_balance(book, "pingguo")     material, year, what, amount; of a material in a year they add up to nothing

Loads and capacities are those that the audit weighs against each other, in the basis of the capacity. What has no
limit is not listed, neither is a period in which a thing is shut. MODEL.md rule 2.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import pandas as pd

from redmud_opt.case import Case
from redmud_opt.plan import Plan
from redmud_opt.plan.audit.book import Book

UNLIMITED = float("inf")
NOTHING = 1e-6
SIGNS = {"arising": 1, "bought": 1, "arrived": 1, "made": 1, "reclaimed": 1,
         "left": -1, "fed": -1, "used": -1, "sold": -1, "put": -1, "placed": -1}  # fmt: skip


class Load(NamedTuple):
    """A thing in a period. share: part of its capacity that is used."""

    kind: str
    item: str
    period: str
    load: float
    capacity: float
    unit: str
    share: float


def book_of(case: Case, plan: Plan) -> Book:
    """The plan as the audit reads it."""
    return Book(case, plan.frames, plan.value_cny)


def loading(book: Book) -> pd.DataFrame:
    """Every thing with a capacity in every period in which it has one, the fullest first."""
    found = [*_lines(book), *_lanes(book), *_markets(book)]
    found.sort(key=lambda load: (-load.share, load.kind, load.item, load.period))
    return pd.DataFrame(found, columns=list(Load._fields))


def _load(
    book: Book, kind: str, item: str, t: int, load: float, capacity: float, unit: str
) -> Iterator[Load]:
    if NOTHING < capacity < UNLIMITED:
        period = book.dates.periods[t].name
        yield Load(kind, item, period, load, capacity, unit, load / capacity)


def _lines(book: Book) -> Iterator[Load]:
    for name, line in book.facts.lines.items():
        for t in range(len(book.dates.periods)):
            capacity = book.plant.capacity(name, t)
            yield from _load(book, "line", name, t, book.load[name, t], capacity, line.capacity_unit)


def _lanes(book: Book) -> Iterator[Load]:
    moved: defaultdict[tuple[str, int], float] = defaultdict(float)
    for flow in book.flows:
        lane = book.facts.lanes.get(flow.lane)
        if lane is not None:
            moved[flow.lane, flow.t] += book.facts.in_basis(flow.amount, flow.stream.material, lane.basis)
    for name, lane in book.facts.lanes.items():
        capacity_t = UNLIMITED if lane.capacity_t is None else lane.capacity_t
        for t in range(len(book.dates.periods)):
            share = book.dates.fraction(lane.per, t) * book.dates.calendar_share(lane.calendar, t)
            capacity = capacity_t * share if share else 0.0
            yield from _load(book, "lane", name, t, moved[name, t], capacity, f"t {lane.basis}")


def _markets(book: Book) -> Iterator[Load]:
    """Outlets and supplies with a most."""
    taken: defaultdict[tuple[str, str, int], float] = defaultdict(float)
    for sold in book.sales:
        basis = book.facts.outlets[sold.outlet].basis
        taken["outlet", sold.outlet, sold.t] += book.facts.in_basis(sold.amount, sold.stream.material, basis)
    for bought in book.purchases:
        basis = book.facts.supplies[bought.supply].basis
        amount = book.facts.in_basis(bought.amount, bought.stream.material, basis)
        taken["supply", bought.supply, bought.t] += amount
    for kind, rows in (("outlet", book.facts.outlets), ("supply", book.facts.supplies)):
        for name, row in rows.items():
            most_t = UNLIMITED if row.max_t is None else row.max_t
            for t in range(len(book.dates.periods)):
                share = book.dates.fraction(row.per, t) * book.dates.calendar_share(row.calendar, t)
                share *= book.dates.open_share(*book.facts.dates(row), t)
                yield from _load(
                    book,
                    kind,
                    name,
                    t,
                    taken[kind, name, t],
                    most_t * share if share else 0.0,
                    f"t {row.basis}",
                )


def node_balance(book: Book, site: str) -> pd.DataFrame:
    """What comes to a site (positive) and leaves it (negative), by material and year, in the unit of the material."""
    amounts: defaultdict[tuple[str, int, str], float] = defaultdict(float)
    years = [period.year for period in book.dates.periods]
    for what, at, material, t, amount in _entries(book):
        if at == site:
            amounts[material, years[t], what] += SIGNS[what] * amount
    rows = [(*key, amount) for key, amount in sorted(amounts.items()) if abs(amount) > NOTHING]
    return pd.DataFrame(rows, columns=["material", "year", "what", "amount"])


Entry = tuple[str, str, str, int, float]


def _entries(book: Book) -> Iterator[Entry]:
    """What happens: its name, site, material, period, amount."""
    for flow in book.flows:
        yield "left", flow.from_site, flow.stream.material, flow.t, flow.amount
        yield "arrived", flow.to_site, flow.stream.material, flow.t, flow.amount
    for site, material, t in book.taking:
        yield "used", site, material, t, book.taking[site, material, t]
    for fed, site, _ in book.runs:
        if fed.stream is not None:
            yield "fed", site, fed.stream.material, fed.t, fed.amount
    for made in book.made:
        yield "made", made.site, made.stream.material, made.t, made.amount
    for sold in book.sales:
        yield "sold", sold.site, sold.stream.material, sold.t, sold.amount
    for bought in book.purchases:
        yield "bought", bought.site, bought.stream.material, bought.t, bought.amount
    for placed in book.placements:
        yield "placed", placed.site, placed.stream.material, placed.t, placed.amount
    for kept in book.stocks:
        at, material = kept.site, kept.stream.material
        yield "put", at, material, kept.t, kept.put
        yield "reclaimed", at, material, kept.t, kept.reclaimed
    for arose in book.arisings:
        yield "arising", arose.site, arose.stream.material, arose.t, arose.amount
