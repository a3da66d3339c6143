"""Running: which units run, for how many hours, at what rate.

    hours, where there is a min_rate, a min_run_share or a run cost:
        min_rate × rate × hours ≤ load ≤ rate × hours;   hours ≤ hours in force, ≤ hours of a full unit × on
        hours ≥ min_run_share × hours in force of the units that are on (of several, those with the least)
    on, where there is a min_rate, min_run_share, min_run_periods, a fixed cost per period, or a limit counts it:
        whole, 0 ≤ on ≤ units that stand;   load ≤ capacity of a full unit × on
        on[t] ≥ Σ starts in t and the min_run_periods − 1 periods before;   start[t] = max(0, on[t] − on[t−1])

load = Σ feed × use of the line. A line that stands may have run before the horizon, so that it does not start
in the first period; a candidate does. What is not stated is zero, and then there is no load. MODEL.md rule 3.
"""

from __future__ import annotations

from typing import NamedTuple

from redmud_opt.case.works import Line
from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.builds import whole_units
from redmud_opt.plan.audit.checks import Check, Findings
from redmud_opt.plan.audit.plant import NO_UNIT
from redmud_opt.plan.audit.using import counted_lines

NOT_STATED = float("nan")


class Asked(NamedTuple):
    """Whether a line must state its hours and the units that are on; `may`: its row names a reason, if only zero."""

    hours: bool
    on: bool
    may_hours: bool
    may_on: bool


def asked(line: Line, counted: bool) -> Asked:
    """What a line must state."""
    hours = (line.min_rate, line.min_run_share, line.run_cost_cny_per_h)
    on = (line.min_rate, line.min_run_share, line.min_run_periods, line.fixed_cost_cny_per_period)
    lasts = (line.min_run_periods or 1) > 1
    return Asked(
        any(hours),
        any((line.min_rate, line.min_run_share, lasts, line.fixed_cost_cny_per_period, counted)),
        any(v is not None for v in hours),
        any(v is not None for v in on) or counted,
    )


def running(book: Book) -> tuple[Check, ...]:
    """Lines run at the rates, for the hours and in the periods that their rows allow."""
    findings = Findings("running")
    stated = {(row.line, row.t): row for row in book.running}
    counted = counted_lines(book)
    for line in book.facts.lines.values():
        must = asked(line, line.name in counted)
        ons = []
        for t in range(len(book.dates.periods)):
            row = stated.get((line.name, t))
            on, hours = (row.on, row.hours) if row else (NOT_STATED, NOT_STATED)
            ons.append(0.0 if on != on else on)
            _on(findings, book, line, t, on, must)
            _hours(findings, book, line, t, hours, on, must)
        _in_a_row(findings, book, line, ons)
    return findings.checks()


def _on(findings: Findings, book: Book, line: Line, t: int, on: float, must: Asked) -> None:
    where, load = book.where(t, line.name), book.load[line.name, t]
    if on != on:
        if must.on:
            findings.nothing("no_on", where, book.fed[line.name, t], line=line.name)
        return
    if not must.may_on:
        findings.nothing("on_not_asked", where, on, line=line.name)
        return
    whole_units(findings, where, on)
    findings.at_most("over_units", where, on, book.plant.units(line.name, t), line=line.name)
    if on < NO_UNIT:
        findings.nothing("off", where, book.fed[line.name, t], line=line.name)
    elif line.capacity is not None:
        most = on * book.plant.full(line.name, t)
        findings.at_most("over_on", where, load, most, line=line.name)


def _hours(findings: Findings, book: Book, line: Line, t: int, hours: float, on: float, must: Asked) -> None:
    where, load = book.where(t, line.name), book.load[line.name, t]
    if hours != hours:
        if must.hours:
            findings.nothing("no_hours", where, load, line=line.name)
            _least(findings, book, line, t, 0.0, on)
        return
    if not must.may_hours:
        findings.nothing("hours_not_asked", where, hours, line=line.name)
        return
    rate = book.plant.rate(line.name, t)
    findings.at_most("over_hours", where, hours, book.plant.hours(line.name, t), line=line.name)
    if on == on:
        findings.at_most("over_hours", where, hours, on * book.plant.full_hours(line.name, t), line=line.name)
    findings.at_most("too_fast", where, load, rate * hours, line=line.name)
    findings.at_least("too_slow", where, load, (line.min_rate or 0.0) * rate * hours, line=line.name)
    _least(findings, book, line, t, hours, on)


def _least(findings: Findings, book: Book, line: Line, t: int, hours: float, on: float) -> None:
    """The units that are on run for their least share of the hours in force."""
    if line.min_run_share and on > NO_UNIT:
        in_force = sum(book.plant.unit_hours(line.name, t)[: round(on)])
        least = line.min_run_share * in_force
        findings.at_least("too_short", book.where(t, line.name), hours, least, line=line.name)


def _in_a_row(findings: Findings, book: Book, line: Line, ons: list[float]) -> None:
    periods = line.min_run_periods or 1
    if periods <= 1:
        return
    before = [0.0 if line.candidate else ons[0], *ons[:-1]]
    starts = [max(0.0, now - then) for now, then in zip(ons, before, strict=True)]
    for t, on in enumerate(ons):
        due = sum(starts[max(0, t - periods + 1) : t + 1])
        findings.at_least("stopped", book.where(t, line.name), on, due, line=line.name, periods=periods)
