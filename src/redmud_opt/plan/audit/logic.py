"""Logic rules: if A then B, A excludes B, at most and at least k of a group.

    in state        a line while any of its units stands, on any day of the period; a lane or an outlet if used
    requires        any of `first`  ⇒  any of `second`
    excludes        none of `first` together with any of `second`; without `second` at most one of `first`
    at_most, at_least    number of `first` in state against `count`

In every period, or (per: horizon) with `ever in state`. MODEL.md rule 7.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from redmud_opt.case.rules import Logic
from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.checks import Check, Findings, at
from redmud_opt.plan.audit.facts import live
from redmud_opt.plan.audit.plant import NO_UNIT
from redmud_opt.plan.audit.using import LANE, OUTLET, Uses


def logic(book: Book) -> tuple[Check, ...]:
    """Every rule holds, in every period or over the horizon."""
    findings = Findings("logic")
    state = _states(book)
    for row in live(book.facts.case.logic):
        for when, on in _scenes(book, row, state):
            _judge(findings, book, row, at(row.name, when), on)
    return findings.checks()


def _states(book: Book) -> list[frozenset[str]]:
    """Names of the lines, lanes and outlets in state, by period."""
    uses = Uses(book)
    found = []
    for t in range(len(book.dates.periods)):
        lines = {name for name in book.facts.lines if book.plant.units(name, t) > NO_UNIT}
        moved = {name for (kind, name), when in uses.used if when == t and kind in (LANE, OUTLET)}
        found.append(frozenset(lines | moved))
    return found


def _scenes(book: Book, row: Logic, state: list[frozenset[str]]) -> Iterator[tuple[str, frozenset[str]]]:
    if row.per == "horizon":
        yield "", frozenset().union(*state)
    else:
        for t, names in enumerate(state):
            yield book.period(t), names


def _judge(findings: Findings, book: Book, row: Logic, where: str, on: frozenset[str]) -> None:
    first = on.intersection(book.facts.members(row.first))
    second = on.intersection(book.facts.members(row.second)) if row.second else frozenset()
    said: dict[str, Any] = {"rule": row.name, "first": sorted(first)}
    if row.kind == "at_most":
        findings.at_most("at_most", where, len(first), row.count or 0, **said)
    elif row.kind == "at_least":
        findings.at_least("at_least", where, len(first), row.count or 0, **said)
    elif row.kind == "requires" and first and not second:
        findings.fault("requires", where, second=row.second, **said)
    elif row.kind == "excludes" and not row.second:
        findings.at_most("at_most", where, len(first), 1, **said)
    elif row.kind == "excludes" and any(a != b for a in first for b in second):
        findings.fault("excludes", where, second=sorted(second), **said)
    else:
        findings.rows += 1
