"""Building and closing: what is decided may be decided, and is what the plan says it is.

    line is a candidate;  Σ units over periods ≤ times (once where its size is free);  units are whole
    start stated = start recomputed < end of the horizon
    size = units × capacity;   with size tiers: size ≤ units × capacity
    capex_cny = units × capex_cny of the row + Σ price × size in its tier, filled in order        not discounted

    closings:  only where the row states a closing cost;  whole units of a vintage that stands in the period
               Σ closed of a vintage ≤ its units

The steps of a size are a matter of `tiers`. docs/decisions.md 'Building, running, closing'.
"""

from __future__ import annotations

from datetime import date

from redmud_opt.case.works import Line
from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.checks import Check, Findings, Tally, at
from redmud_opt.plan.audit.rows import Built, Closed

WHOLE = 1e-9


def builds(book: Book) -> tuple[Check, ...]:
    """Every step that is built is a candidate, in time, not too often, and costs what it costs."""
    findings = Findings("builds")
    often: Tally[str] = Tally()
    for row in book.builds:
        line = book.facts.lines[row.line]
        where = book.where(row.t, row.line)
        if not line.candidate:
            findings.fault("no_candidate", where, line=row.line)
            continue
        whole_units(findings, where, row.units)
        often.add(row.line, row.units)
        _start(findings, book, line, row, where)
        _size(findings, book, line, row, where)
        due = capex_of(book, row)
        findings.equal("capex", where, row.capex, due, line=row.line)
    for name in often:
        line = book.facts.lines[name]
        times = 1 if name in book.facts.tiers else line.times or 1
        findings.at_most("too_often", name, often[name], times, line=name)
    return findings.checks()


def whole_units(findings: Findings, where: str, units: float) -> None:
    """A number of units is a whole number."""
    if abs(units - round(units)) <= WHOLE if units == units and abs(units) < 1e9 else False:
        findings.rows += 1
    else:
        findings.fault("not_whole", where, units=units)


def _start(findings: Findings, book: Book, line: Line, row: Built, where: str) -> None:
    start = book.plant.start_of(line, row.t)
    if row.start == start.isoformat():
        findings.rows += 1
    else:
        findings.fault("wrong_start", where, stated=row.start or "–", right=start)
    if start >= book.plant.horizon_end:
        findings.fault("never_starts", where, start=start, end=book.plant.horizon_end)


def _size(findings: Findings, book: Book, line: Line, row: Built, where: str) -> None:
    if line.capacity is None:
        findings.fault("no_capacity", where, line=line.name)
        return
    most = row.units * line.capacity
    if line.name in book.facts.tiers:
        findings.at_most("too_large", where, row.size, most, line=line.name)
    else:
        findings.equal("wrong_size", where, row.size, most, line=line.name)


def capex_of(book: Book, row: Built) -> float:
    """What a decision costs in all, at the prices of the case; of sizes the tiers in order."""
    cost, rest = row.units * (book.facts.lines[row.line].capex_cny or 0.0), row.size
    own = sorted(book.facts.tiers.get(row.line, ()), key=lambda tier: tier.step)
    for tier in own:
        amount = rest if tier.width_t is None else min(rest, tier.width_t)
        cost += amount * tier.price_cny_per_t
        rest -= amount
    return cost + rest * own[-1].price_cny_per_t if own else cost


def closings(book: Book) -> tuple[Check, ...]:
    """Only what stands and may be closed is closed, and only once."""
    findings = Findings("closings")
    vintages = [vintage for own in book.plant.vintages.values() for vintage in own]
    known = {(vintage.line, vintage.decided): vintage for vintage in vintages}
    there: Tally[tuple[str, int | None]] = Tally()
    for one in vintages:
        there.add((one.line, one.decided), one.units)
    gone: Tally[tuple[str, int | None]] = Tally()
    for row in book.closings:
        where = _where(book, row)
        vintage = known.get((row.line, row.decided))
        whole_units(findings, where, row.units)
        if book.facts.lines[row.line].closing_cost_cny is None:
            findings.fault("not_closable", where, line=row.line)
        if vintage is None:
            findings.nothing("no_vintage", where, row.units, line=row.line)
            continue
        gone.add((row.line, row.decided), row.units)
        if book.plant.kept(vintage, row.t) <= 0.0:
            findings.nothing("not_standing", where, row.units, start=vintage.start, end=_day(vintage.end))
    for key in gone:
        where = at(key[0], "" if key[1] is None else book.period(key[1]))
        findings.at_most("too_many", where, gone[key], there[key], line=key[0])
    return findings.checks()


def _where(book: Book, row: Closed) -> str:
    return book.where(row.t, row.line, "" if row.decided is None else book.period(row.decided))


def _day(day: date) -> object:
    return "–" if day == date.max else day
