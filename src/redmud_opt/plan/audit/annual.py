"""A year as it is lived: value by term and calendar year, not discounted, investment as an annuity over life.

    annual[term, year] = Σ money of the year at face value                      but for capex and residual value
    of_year            = days of the year in the horizon ÷ days of the year
    annuity            = capex · r ÷ (1 − (1 + r)^−n)      capex ÷ n where r = 0                        [CNY/a]
    annual[capex_annuity, year] = −Σ annuity · days of its life in the year (and horizon) ÷ days of the year

r: discount rate (0 without discounting); n: life in years, without one the years from the start to the end of the
horizon; capex: what is due from the first day of the horizon on, not discounted. n payments at the ends of the years
of life, discounted to the start, are the capex. A closed line goes on being paid for.
See docs/decisions.md 'Cost to serve and the annual view'.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.checks import Check, Findings, Tally, at, union
from redmud_opt.plan.audit.spending import Due, payments
from redmud_opt.plan.audit.value import money_of

ANNUITY = "capex_annuity"
SPREAD = ("capex", "residual_value")
"""Terms that the annuity stands for."""

DAYS_PER_YEAR = 365.25


class Annuity(NamedTuple):
    """A yearly payment for a line from its start to the end of its life."""

    line: str
    start: date
    end: date
    life_a: float
    capex: float
    yearly: float


def annuity_per_cny(rate: float, years: float) -> float:
    """Yearly payment, at the end of each of so many years, that is worth 1 at their start."""
    return 1.0 / years if rate == 0.0 else rate / (1.0 - float((1.0 + rate) ** -years))


def annuities(book: Book) -> Iterator[Annuity]:
    """The annuity of everything that is paid for, and stands, in the horizon."""
    settings, ends = book.facts.settings, book.plant.horizon_end
    rate = 0.0 if settings.discounting == "none" else settings.discount_rate
    paid: defaultdict[tuple[str, int | None], list[Due]] = defaultdict(list)
    for due in payments(book):
        paid[due.line, due.decided].append(due)
    for (name, decided), own in paid.items():
        start, end, life = _life(book, name, decided, own[0].day)
        if start < ends:
            amount = sum(due.amount for due in own)
            years = (ends - start).days / DAYS_PER_YEAR if life is None else life
            yield Annuity(name, start, end, years, amount, amount * annuity_per_cny(rate, years))


def _life(book: Book, name: str, decided: int | None, paid: date) -> tuple[date, date, float | None]:
    """Start, end and life in years of a line; what is no line counts from its first payment, and has none."""
    for vintage in book.plant.vintages.get(name, ()):
        if vintage.decided == decided:
            return vintage.start, vintage.end, book.facts.lines[name].life_a
    return paid, date.max, None


def annual_money(book: Book) -> Tally[tuple[str, int]]:
    """Money by term and year."""
    found: Tally[tuple[str, int]] = Tally()
    money = money_of(book.undiscounted())
    for term, year in money:
        if term not in SPREAD:
            found.add((term, year), money[term, year])
    for row in annuities(book):
        for period in book.dates.periods:
            days = max(0, (min(row.end, period.end) - max(row.start, period.start)).days)
            if days:
                share = period.fraction_of_year * days / period.days
                found.add((ANNUITY, period.year), -row.yearly * share)
    return found


def annual(book: Book) -> tuple[Check, ...]:
    """The frame `annual` states what a year is worth."""
    findings = Findings("annual")
    if book.annual is None:
        findings.note("not_stated", "annual")
        return findings.checks()
    due = annual_money(book)
    stated: Tally[tuple[str, int]] = Tally()
    for row in book.annual:
        stated.add((row.term, row.year), row.value)
        where = at(row.term, row.year)
        findings.equal("of_year", where, row.of_year, book.dates.share_of_year(row.year))
    for key in union(stated, due):
        findings.equal("misstated", at(*key), stated[key], due[key], due.scale(key), term=key[0])
    return findings.checks()
