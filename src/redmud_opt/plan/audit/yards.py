"""Yards: what is decided of them may be decided, costs what it costs, and what they state is what they hold.

    raise, new_yard   a row of the case (a candidate), once, start recomputed < end of the horizon, capex of the row
                      a raise stands only where every lower one, and the new yard itself, stands
    closure           once; by the plan only where it may, on the first day of a period; else on its own day
    measure           a row of the case, once, on the first day of a period up to its deadline
    nothing enters a new yard before it begins:   put + placed ≤ rate × days;   0 before
    nothing is put in, placed, reclaimed or (where it gives back) held in a yard from its closing on
    nothing is reclaimed where a measure forbids it
    the frames `yards` and `yard_ends` state what follows from stocks, placements and events

Room itself is a matter of `capacities`, money of `value`. docs/decisions.md 'Yards'.
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from redmud_opt.case.works import Raise, Storage
from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.capacity import held_in
from redmud_opt.plan.audit.checks import Check, Findings, Tally, at
from redmud_opt.plan.audit.room import UNLIMITED
from redmud_opt.plan.audit.rows import YardEvent, YardState

FULL = 0.999
"""Share of the room from which on a yard is full."""


def yards(book: Book) -> tuple[Check, ...]:
    """Events, what they let in and out, and what the plan states of yards."""
    findings = Findings("yards")
    seen: set[tuple[str, str]] = set()
    for event in book.yard_events:
        where = book.where(event.t, event.kind, event.item)
        if (event.kind, event.item) in seen:
            findings.fault("twice", where, item=event.item)
        seen.add((event.kind, event.item))
        _event(findings, book, event, where)
    _order(findings, book)
    _deadlines(findings, book)
    _closures_on_their_day(findings, book)
    _moves(findings, book)
    _states(findings, book)
    _ends(findings, book)
    return findings.checks()


def _event(findings: Findings, book: Book, event: YardEvent, where: str) -> None:
    yards, storages = book.yards, book.facts.storages
    decided = book.dates.periods[event.t].start
    if event.kind == "raise" and event.item in yards.raises:
        row = yards.raises[event.item]
        _step(findings, book, row, event, where)
        _stated(findings, event, where, row.storage, row.capex_cny)
    elif event.kind == "new_yard" and event.item in storages and storages[event.item].candidate:
        storage = storages[event.item]
        _step(findings, book, storage, event, where)
        _stated(findings, event, where, storage.name, storage.capex_cny or 0.0)
    elif event.kind == "closure" and event.item in storages:
        storage = storages[event.item]
        _stated(findings, event, where, storage.name, storage.closure_cost_cny or 0.0)
        right = decided if storage.may_close else storage.closes
        _starts(findings, event, where, right)
    elif event.kind == "measure" and event.item in yards.measures:
        measure = yards.measures[event.item]
        _starts(findings, event, where, decided)
        _stated(findings, event, where, measure.storage, measure.cost_cny)
        if measure.deadline is not None and decided > measure.deadline:
            findings.fault("too_late", where, item=event.item, deadline=measure.deadline)
    else:
        findings.fault("unknown", where, kind=event.kind, item=event.item)


def _step(findings: Findings, book: Book, row: Raise | Storage, event: YardEvent, where: str) -> None:
    start, end = book.yards.start_of(row, event.t), book.dates.periods[-1].end
    _starts(findings, event, where, start)
    if start >= end:
        findings.fault("never_starts", where, start=start, end=end)


def _starts(findings: Findings, event: YardEvent, where: str, right: date | None) -> None:
    if right is not None and event.start == right.isoformat():
        findings.rows += 1
    else:
        findings.fault("wrong_start", where, stated=event.start or "–", right=right or "–")


def _stated(findings: Findings, event: YardEvent, where: str, storage: str, cost: float) -> None:
    findings.equal("cost", where, event.cost, cost, item=event.item)
    if event.storage != storage:
        findings.fault("wrong_yard", where, stated=event.storage, right=storage)


def _order(findings: Findings, book: Book) -> None:
    """At the end of every period a raise stands on those below it."""
    for name, storage in book.facts.storages.items():
        steps = [*([name] if storage.candidate else []), *(row.name for row in book.yards.raises_of(name))]
        for below, step in pairwise(steps):
            for t in range(len(book.dates.periods)):
                if book.yards.stands(step, t) and not book.yards.stands(below, t):
                    findings.fault("out_of_order", book.where(t, step), item=step, below=below)
                else:
                    findings.rows += 1


def _deadlines(findings: Findings, book: Book) -> None:
    last = len(book.dates.periods) - 1
    done = {row.name for row in book.yards.done(last)}
    for row in book.yards.measures.values():
        if row.deadline is not None and row.deadline < book.dates.periods[-1].end and row.name not in done:
            findings.fault("not_done", row.name, item=row.name, deadline=row.deadline)


def _closures_on_their_day(findings: Findings, book: Book) -> None:
    """Every yard that closes on a day within the horizon is stated as closed on it."""
    begin, end = book.dates.periods[0].start, book.dates.periods[-1].end
    stated = {event.item for event in book.yard_events if event.kind == "closure"}
    for name, row in book.facts.storages.items():
        due = row.closes is not None and begin <= row.closes < end
        if due and name not in stated:
            findings.fault("not_closed", name, item=name)
        elif name in stated and not due and not row.may_close:
            findings.fault("not_closable", name, item=name)


def _moves(findings: Findings, book: Book) -> None:
    entered: Tally[tuple[str, int]] = Tally()
    for row in book.stocks:
        entered.add((row.storage, row.t), row.put)
        where = book.where(row.t, row.storage, row.stream.name)
        if book.yards.blocked(row.storage, row.t):
            findings.nothing("reclaim_blocked", where, row.reclaimed, storage=row.storage)
        closed, storage = book.yards.closed_on(row.storage), book.facts.storages[row.storage]
        period = book.dates.periods[row.t]
        if closed is not None and period.start >= closed:
            findings.nothing("shut", where, row.put + row.reclaimed, storage=row.storage)
            if storage.retrievable:
                findings.nothing("not_empty", where, row.stock, storage=row.storage)
        begin = book.dates.periods[0].start
        if storage.closes is not None and begin < storage.closes <= period.end and storage.retrievable:
            findings.nothing("not_empty", where, row.stock, storage=row.storage)
    for placed in book.placements:
        entered.add((placed.storage, placed.t), placed.amount)
        closed = book.yards.closed_on(placed.storage)
        if closed is not None and book.dates.periods[placed.t].start >= closed:
            where = book.where(placed.t, placed.storage, placed.stream.name)
            findings.nothing("shut", where, placed.amount, storage=placed.storage)
    for name, t in entered:
        storage = book.facts.storages[name]
        if not storage.candidate:
            continue
        if not book.yards.there(name, t):
            findings.nothing("not_there", book.where(t, name), entered[name, t], storage=name)
        elif storage.max_put_t is not None:
            days = book.yards.share_kept(book.yards.begun[name], t)
            most = storage.max_put_t * book.dates.fraction(storage.per, t) * days
            findings.at_most("too_early", book.where(t, name), entered[name, t], most, storage=name)


def _states(findings: Findings, book: Book) -> None:
    """What the frame `yards` says of every yard and period."""
    if book.yard_states is None:
        return
    held, filled, volume = held_in(book)
    for row in book.yard_states:
        key, where = (row.storage, row.t), book.where(row.t, row.storage)
        airspace, free = book.yards.airspace(*key), book.yards.kept_free(*key)
        limited = airspace < float("inf")
        expected = {
            "held_t": held[key],
            "filled_t": filled[key],
            "volume_m3": volume[key] if limited else None,
            "airspace_m3": airspace if limited else None,
            "kept_free_m3": free if limited else None,
            "filled_share": filled_share(book, *key, held[key] + filled[key], volume[key]),
            "free_t": free_t(book, *key, held[key] + filled[key], volume[key]),
            "risk": book.yards.risk(*key),
        }
        for column, right in expected.items():
            said = getattr(row, column)
            if right is None:
                if said == said:
                    findings.fault("not_asked", where, column=column)
                continue
            scale = max(held[key] + filled[key], volume[key]) if column == "free_t" else 0.0
            findings.equal("misstated", where, said, right, scale, column=column)


def filled_share(book: Book, storage: str, t: int, tonnes: float, volume: float) -> float | None:
    """How full a yard is at the end of a period: of its airspace less freeboard, or its tonnes, the greater share."""
    room, most = (
        book.yards.airspace(storage, t) - book.yards.kept_free(storage, t),
        book.yards.capacity(storage, t),
    )
    shares = [
        amount / limit for amount, limit in ((volume, room), (tonnes, most)) if 0.0 < limit < float("inf")
    ]
    return max(shares, default=None)


def free_t(book: Book, storage: str, t: int, tonnes: float, volume: float) -> float | None:
    """Tonnes that still find room at the end of a period, of the lightest material that a yard takes."""
    left = book.yards.capacity(storage, t) - tonnes
    room = book.yards.airspace(storage, t) - book.yards.kept_free(storage, t) - volume
    densities = (book.facts.materials[name].density_t_per_m3 for name in _taken(book, storage))
    lightest = min((density for density in densities if density), default=None)
    if lightest is not None:
        left = min(left, room * lightest)
    return max(left, 0.0) if left < UNLIMITED else None


def _ends(findings: Findings, book: Book) -> None:
    """The frame `yard_ends`: the year in which a yard is full, and the room left at the end."""
    if book.yard_ends is None or book.yard_states is None:
        return
    held, filled, volume = held_in(book)
    last = len(book.dates.periods) - 1
    states: dict[str, list[YardState]] = {}
    for row in sorted(book.yard_states, key=lambda row: row.t):
        states.setdefault(row.storage, []).append(row)
    for end in book.yard_ends:
        full = [book.dates.year_of(row.t) for row in states.get(end.storage, []) if row.filled_share >= FULL]
        right = full[0] if full else None
        said = None if end.full_year != end.full_year else int(end.full_year)
        if said == right:
            findings.rows += 1
        else:
            findings.fault("full_year", at(end.storage), stated=said or "–", right=right or "–")
        key = (end.storage, last)
        left_m3 = book.yards.airspace(*key) - book.yards.kept_free(*key) - volume[key]
        left_t = free_t(book, *key, held[key] + filled[key], volume[key])
        for column, said_left, right_left in (
            ("left_m3", end.left_m3, left_m3),
            ("left_t", end.left_t, left_t),
        ):
            if right_left is not None and right_left < UNLIMITED:
                scale = max(held[key] + filled[key], volume[key])
                findings.equal("misstated", at(end.storage), said_left, right_left, scale, column=column)
            elif said_left == said_left:
                findings.fault("not_asked", at(end.storage), column=column)


def _taken(book: Book, storage: str) -> list[str]:
    members = book.facts.members(book.facts.storages[storage].material)
    return [name for name in members if name in book.facts.materials]
