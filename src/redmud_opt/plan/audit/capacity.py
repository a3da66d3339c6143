"""Capacities: lines, storages, lanes, supplies, outlets, by period.

    Σ feed × use_per_t        ≤ capacity in force of what stands or is built      line, see `plant`
    Σ stock + Σ placed so far ≤ capacity;   the same ÷ density ≤ airspace         storage, in force less freeboard:
                                                                                  see `room`
    Σ put, Σ reclaimed        ≤ their rates                                       storage
    min ≤ Σ amounts in basis  ≤ max                                               outlet, supply; lane: max

The share of a period: `dates`. What is closed for a whole period has a share of 0, and takes nothing even
if it has no capacity; what is under a contract is open only while that is valid. MODEL.md rule 2.
"""

from __future__ import annotations

from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.checks import Check, Findings, Tally, union
from redmud_opt.plan.audit.room import UNLIMITED

Key = tuple[str, int]


def capacities(book: Book) -> tuple[Check, ...]:
    """No capacity is exceeded, no minimum is missed, nothing runs while it is closed."""
    findings = Findings("capacities")
    _lines(findings, book)
    _held(findings, book)
    _rates(findings, book)
    _lanes(findings, book)
    _outlets(findings, book)
    _supplies(findings, book)
    return findings.checks()


def _lines(findings: Findings, book: Book) -> None:
    """What is built and not closed does it; a candidate that is not built can do nothing."""
    for name, t in book.load:
        where, load = book.where(t, name), book.load[name, t]
        if not book.plant.units(name, t):
            findings.nothing("closed", where, book.fed.scale((name, t)), place=name)
        capacity = book.plant.capacity(name, t)
        if capacity < float("inf"):
            findings.at_most("over", where, load, capacity, book.load.scale((name, t)), place=name)


def held_in(book: Book) -> tuple[Tally[Key], Tally[Key], Tally[Key]]:
    """Tonnes in stock at the end of each period, tonnes placed until then, m³ of both."""
    held: Tally[Key] = Tally()
    filled: Tally[Key] = Tally()
    volume: Tally[Key] = Tally()
    for kept in book.stocks:
        held.add((kept.storage, kept.t), kept.stock)
        volume.add((kept.storage, kept.t), _volume(book, kept.storage, kept.stream.material, kept.stock))
    for placed in book.placements:
        own = _volume(book, placed.storage, placed.stream.material, placed.amount)
        for t in range(placed.t, len(book.dates.periods)):
            filled.add((placed.storage, t), placed.amount)
            volume.add((placed.storage, t), own)
    return held, filled, volume


def _held(findings: Findings, book: Book) -> None:
    """No yard holds more than its room in force."""
    held, filled, volume = held_in(book)
    for name, t in union(held, filled):
        where, key = book.where(t, name), (name, t)
        capacity, airspace = book.yards.capacity(*key), book.yards.airspace(*key)
        if capacity < UNLIMITED:
            findings.at_most("over", where, held[key] + filled[key], capacity, place=name)
        if airspace < UNLIMITED:
            room = airspace - book.yards.kept_free(*key)
            findings.at_most("over_airspace", where, volume[key], room, place=name)


def _volume(book: Book, storage: str, material: str, amount: float) -> float:
    """Cubic metres of some dry tonnes; what has no density cannot be shown to fit an airspace."""
    if book.yards.airspace(storage, len(book.dates.periods) - 1) == UNLIMITED or not amount:
        return 0.0
    return amount / (book.facts.materials[material].density_t_per_m3 or float("nan"))


def _rates(findings: Findings, book: Book) -> None:
    put: Tally[Key] = Tally()
    reclaimed: Tally[Key] = Tally()
    for row in book.stocks:
        put.add((row.storage, row.t), row.put)
        reclaimed.add((row.storage, row.t), row.reclaimed)
    for placed in book.placements:
        put.add((placed.storage, placed.t), placed.amount)
    for name, t in put:
        storage = book.facts.storages[name]
        where, opened = book.where(t, name), book.dates.open_share(storage.opens, storage.closes, t)
        if not opened:
            findings.nothing("closed", where, put.scale((name, t)), place=name)
            findings.nothing("closed", where, reclaimed.scale((name, t)), place=name)
        share = book.dates.fraction(storage.per, t) * opened
        if storage.max_put_t is not None:
            findings.at_most("over_put", where, put[name, t], storage.max_put_t * share, place=name)
        if storage.max_reclaim_t is not None:
            limit = storage.max_reclaim_t * share * book.dates.calendar_share(storage.calendar, t)
            findings.at_most("over_reclaim", where, reclaimed[name, t], limit, place=name)


def _lanes(findings: Findings, book: Book) -> None:
    moved: Tally[Key] = Tally()
    for flow in book.flows:
        lane = book.facts.lanes.get(flow.lane)
        if lane is not None:
            moved.add((flow.lane, flow.t), book.facts.in_basis(flow.amount, flow.stream.material, lane.basis))
    for name, t in moved:
        lane = book.facts.lanes[name]
        if lane.capacity_t is not None:
            share = book.dates.fraction(lane.per, t) * book.dates.calendar_share(lane.calendar, t)
            findings.at_most("over", book.where(t, name), moved[name, t], lane.capacity_t * share, place=name)


def _outlets(findings: Findings, book: Book) -> None:
    taken: Tally[Key] = Tally()
    for row in book.sales:
        outlet = book.facts.outlets[row.outlet]
        taken.add((row.outlet, row.t), book.facts.in_basis(row.amount, row.stream.material, outlet.basis))
    for name, outlet in book.facts.outlets.items():
        for t in range(len(book.dates.periods)):
            opened = book.dates.open_share(*book.facts.dates(outlet), t)
            share = (
                book.dates.fraction(outlet.per, t) * book.dates.calendar_share(outlet.calendar, t) * opened
            )
            if not opened:
                findings.nothing("closed", book.where(t, name), taken[name, t], place=name)
            _between(findings, book, name, t, taken[name, t], share, outlet.min_t, outlet.max_t)


def _supplies(findings: Findings, book: Book) -> None:
    bought: Tally[Key] = Tally()
    for row in book.purchases:
        supply = book.facts.supplies[row.supply]
        bought.add((row.supply, row.t), book.facts.in_basis(row.amount, row.stream.material, supply.basis))
    for name, supply in book.facts.supplies.items():
        for t in range(len(book.dates.periods)):
            opened = book.dates.open_share(*book.facts.dates(supply), t)
            share = (
                book.dates.fraction(supply.per, t) * book.dates.calendar_share(supply.calendar, t) * opened
            )
            if not opened:
                findings.nothing("closed", book.where(t, name), bought[name, t], place=name)
            _between(findings, book, name, t, bought[name, t], share, supply.min_t, supply.max_t)


def _between(
    findings: Findings,
    book: Book,
    name: str,
    t: int,
    amount: float,
    share: float,
    least: float | None,
    most: float | None,
) -> None:
    where = book.where(t, name)
    if least is not None:
        findings.at_least("under", where, amount, least * share, place=name)
    if most is not None:
        findings.at_most("over", where, amount, most * share, place=name)
