"""Incompatible wastes are never in one storage at a time, nor in one lot on a lane.

    min(first, second) = 0     first, second: stock at the end + put + placed so far, per storage and period    [t]
                               flow on a lane with a least lot, per lane and period

What shares a lane without a lot moves in separate loads, and `separate_loads` says where. MODEL.md rule 6.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from redmud_opt.case.rules import Incompatibility
from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.checks import TOLERANCE, Check, Findings, Tally, at, union
from redmud_opt.plan.audit.facts import live
from redmud_opt.plan.audit.rows import Flow

There = dict[tuple[str, int], dict[str, float]]
"""(storage, lane or lot; period) → material → tonnes."""


def apart(book: Book) -> tuple[Check, ...]:
    """Storages, lots and what is told of separate loads."""
    findings = Findings("apart")
    rows = live(book.facts.case.incompatibilities)
    stored, lots = _stored(book), _moved(book, lots=True)
    for row in rows:
        values = {"first": row.first, "second": row.second}
        for where, amount in _together(book, row, stored):
            findings.nothing("stored_together", where, amount, **values)
        for where, amount in _together(book, row, lots):
            findings.nothing("carried_together", where, amount, **values)
    if book.separate_loads is not None:
        _loads(findings, book, rows)
    return findings.checks()


def _together(book: Book, row: Incompatibility, there: There) -> Iterator[tuple[str, float]]:
    """Where, and how much of the lesser of the two."""
    for (item, t), amounts in there.items():
        yield book.where(t, item), min(_sides(book, row, amounts))


def _sides(book: Book, row: Incompatibility, amounts: dict[str, float]) -> tuple[float, float]:
    first, second = book.facts.members(row.first), book.facts.members(row.second)
    return (
        sum(amount for name, amount in amounts.items() if name in first),
        sum(amount for name, amount in amounts.items() if name in second),
    )


def _stored(book: Book) -> There:
    """What lies in each storage at the end of each period or was put in during it, placed for good included."""
    found: There = defaultdict(lambda: defaultdict(float))
    for row in book.stocks:
        found[row.storage, row.t][row.stream.material] += row.stock + row.put
    for placed in book.placements:
        for t in range(placed.t, len(book.dates.periods)):
            found[placed.storage, t][placed.stream.material] += placed.amount
    return found


def _moved(book: Book, *, lots: bool) -> There:
    """What moves on each lane in each period: all of it, or by lots where there is a least one."""
    found: There = defaultdict(lambda: defaultdict(float))
    for flow in book.flows:
        name = _lot(book, flow) if lots else flow.lane
        if name:
            found[name, flow.t][flow.stream.material] += flow.amount
    return found


def _lot(book: Book, flow: Flow) -> str:
    """The lot that a flow is part of, blank where none is asked for."""
    listed = book.lanes.listed(flow.lane)
    if listed is not None:
        return flow.lane if listed.min_lot_t else ""
    rule = book.lanes.rule(flow.mode, flow.stream.material, book.status.hazardous(flow.stream, flow.t))
    return f"{rule.name}/{flow.lane}" if rule is not None and rule.min_lot_t else ""


def _loads(findings: Findings, book: Book, rows: list[Incompatibility]) -> None:
    """Lanes on which both wastes of a row move, with their tonnes."""
    shared: Tally[tuple[str, str, str, int, str]] = Tally()
    for row in rows:
        for (lane, t), amounts in _moved(book, lots=False).items():
            one, other = _sides(book, row, amounts)
            if one > TOLERANCE and other > TOLERANCE:
                shared.add((lane, row.first, row.second, t, "first"), one)
                shared.add((lane, row.first, row.second, t, "second"), other)
    stated: Tally[tuple[str, str, str, int, str]] = Tally()
    for own in book.separate_loads or ():
        stated.add((own.lane, own.first, own.second, own.t, "first"), own.first_t)
        stated.add((own.lane, own.first, own.second, own.t, "second"), own.second_t)
    for key in union(shared, stated):
        where = at(*key[:3], book.period(key[3]))
        findings.equal("separate_loads", where, stated[key], shared[key], shared.scale(key))
