"""Investment: what is due when, budgets, and what is left of it at the end; options on what arises leave nothing.

    due[k]    = share k of the spend profile × capex, 12 · k months after the decision; all at once without a profile
    decision  = first day of its period;  of a line under construction (capex stated, opens after the first day of
                the horizon) opens − lead time, and what was due before the horizon is sunk
    yards     raises and new yards: all of their capex on the day of the decision
    budget    Σ due in the calendar year (or from the first day of the horizon on) in scope ≤ amount
    discount  at the middle of the period that holds the day; after the horizon as in its last period
    residual  capex × days from the end of the horizon to the end of life ÷ days of life, per unit still in force

Budgets are not discounted. docs/decisions.md 'Capex', 'Residual value'.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from redmud_opt.case.profiles import shares
from redmud_opt.case.rules import Budget
from redmud_opt.case.works import Line
from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.builds import capex_of
from redmud_opt.plan.audit.checks import Check, Findings, Tally, at, union
from redmud_opt.plan.audit.facts import live
from redmud_opt.plan.audit.plant import end_of_life, months_from
from redmud_opt.plan.audit.rows import YardEvent


class Due(NamedTuple):
    """Money that is due for a line, a raise, a new yard or an option on what arises on a day.

    `decided`: the period of the decision of a line; None for one that stood, yards and options.
    """

    line: str
    day: date
    amount: float
    decided: int | None = None


def payments(book: Book) -> list[Due]:
    """All that is due from the first day of the horizon on."""
    first = book.dates.periods[0].start
    found: list[Due] = []
    for row in book.builds:
        line = book.facts.lines[row.line]
        found += _profile(line, book.dates.periods[row.t].start, capex_of(book, row), row.t)
    for line in book.facts.lines.values():
        if not line.candidate and line.capex_cny and line.opens and line.opens > first:
            decided = months_from(line.opens, -(line.lead_time_months or 0))
            found += _profile(line, decided, line.capex_cny, None)
    for event in book.yard_events:
        capex = capex_of_yard(book, event)
        if capex is not None:
            found.append(Due(event.item, book.dates.periods[event.t].start, capex))
    for own in book.reductions:
        capex = book.facts.reductions[own.option].capex_cny
        if capex and own.decided == own.t:
            found.append(Due(own.option, book.dates.periods[own.t].start, capex))
    return [due for due in found if due.day >= first]


def capex_of_yard(book: Book, event: YardEvent) -> float | None:
    """Capex of a raise or a new yard; None of other events."""
    if event.kind == "raise" and event.item in book.yards.raises:
        return book.yards.raises[event.item].capex_cny
    if event.kind == "new_yard" and event.item in book.facts.storages:
        return book.facts.storages[event.item].capex_cny or 0.0
    return None


def _profile(line: Line, day: date, capex: float, decided: int | None) -> Iterator[Due]:
    for years, share in enumerate(shares(line.spend_profile) or (1.0,)):
        yield Due(line.name, months_from(day, 12 * years), share * capex, decided)


def discounted(book: Book, due: Due) -> tuple[int, float]:
    """The year that a payment is booked in, and what it is worth."""
    for t, period in enumerate(book.dates.periods):
        if period.start <= due.day < period.end:
            return period.year, due.amount * book.dates.discount_of(t)
    last = len(book.dates.periods) - 1
    return book.dates.years[-1], due.amount * book.dates.discount_of(last)


def budgets(book: Book) -> tuple[Check, ...]:
    """What is due in a year, or in all, is within every budget."""
    findings = Findings("budgets")
    due = payments(book)
    for row in live(book.facts.case.budgets):
        if row.year is not None and row.year not in book.dates.years:
            findings.note("outside", row.name, budget=row.name)
            continue
        own = [one.amount for one in due if _counts(book, row, one)]
        scale = max(map(abs, own), default=0.0)
        findings.at_most("over", row.name, sum(own), row.amount_cny, scale, budget=row.name)
    _stated(findings, book, due)
    return findings.checks()


def _stated(findings: Findings, book: Book, due: list[Due]) -> None:
    """What the plan says is due, by line and year, and in each budget, is what is due."""
    if book.spending is not None:
        expected: Tally[tuple[str, int]] = Tally()
        stated: Tally[tuple[str, int]] = Tally()
        for one in due:
            expected.add((one.line, one.day.year), one.amount)
        for row in book.spending:
            stated.add((row.line, row.year), row.capex)
        for key in union(expected, stated):
            findings.equal("misstated", at("spending", *key), stated[key], expected[key])
    if book.budgets is not None:
        rows = {row.name: row for row in live(book.facts.case.budgets)}
        said = {row.budget: row for row in book.budgets}
        for name in union(rows, said):
            if name not in rows or name not in said:
                findings.fault("no_budget", at("budgets", name), budget=name)
                continue
            own = sum((one.amount for one in due if _counts(book, rows[name], one)), 0.0)
            window = "horizon" if rows[name].year is None else str(rows[name].year)
            findings.equal("misstated", at("budgets", name), said[name].spent, own)
            findings.equal("misstated", at("budgets", name), said[name].amount, rows[name].amount_cny)
            if said[name].window != window:
                findings.fault("no_budget", at("budgets", name), budget=name)


def _counts(book: Book, row: Budget, one: Due) -> bool:
    return row.year in (None, one.day.year) and (not row.scope or _inside(book, row.scope, one.line))


def _inside(book: Book, scope: str, line: str) -> bool:
    """Whether a line or yard is of the owner (the site's, where a facility states none), province or site.

    An option counts where its waste arises.
    """
    if line in book.facts.reductions:
        arising = book.facts.arisings[book.facts.reductions[line].arising]
        return not book.facts.site_address(arising.site).isdisjoint(book.facts.members(scope))
    if line not in book.facts.lines:
        raised = book.yards.raises.get(line)
        names = book.facts.site_address(book.facts.storages[raised.storage if raised else line].site)
        return not names.isdisjoint(book.facts.members(scope))
    facility = book.facts.facilities[book.facts.lines[line].facility]
    site = book.facts.sites[facility.site]
    own = {site.name, facility.owner or site.owner, site.province}
    return not own.isdisjoint(book.facts.members(scope))


def residuals(book: Book) -> Iterator[tuple[str, float]]:
    """(line, CNY): what its units that are in force when the horizon ends are still worth then."""
    if book.facts.settings.residual_value == "none":
        return
    capex = {(row.line, row.t): capex_of(book, row) / row.units for row in book.builds if row.units > 0.0}
    ends, last = book.plant.horizon_end, len(book.dates.periods) - 1
    for name, own in book.plant.vintages.items():
        line = book.facts.lines[name]
        for vintage in own:
            if line.life_a is None or vintage.start == date.min:
                continue
            if not vintage.start < ends < vintage.end:
                continue
            worth = (
                (line.capex_cny or 0.0)
                if vintage.decided is None
                else capex.get((name, vintage.decided), 0.0)
            )
            life_ends = end_of_life(line, vintage.start)
            left, life = (life_ends - ends).days, (life_ends - vintage.start).days
            yield name, worth * book.plant.left(vintage, last) * max(0, left) / life
