"""Dates into numbers: shares of periods, windows of years, discount factors, what a method counts as.

    amount of a period  = amount per year × days ÷ days of its calendar year   (per: period: as stated)
                          × Σ days in month × share of the month ÷ days × days open ÷ days
    discount factor     = (1 + r)^−((mid date − 1 January of base_year) in days ÷ 365.25)

The mid date is exact: half a day counts.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from redmud_opt.case.case import Period
from redmud_opt.plan.audit.facts import Facts, live

STRICTNESS = ("use", "pretreatment", "disposal")


class Dates:
    """The calendar of one case; `t` is the number of a period, in order of time."""

    def __init__(self, facts: Facts) -> None:
        self.periods = facts.periods
        self.number = {period.name: t for t, period in enumerate(self.periods)}
        self.years = sorted({period.year for period in self.periods})
        self.settings = facts.settings
        self.groups = facts.groups
        self.methods = facts.methods
        self._months: dict[str, dict[int, float]] = defaultdict(dict)
        for row in live(facts.case.calendars):
            self._months[row.calendar][row.month] = row.share

    # ---------------------------------------------------------------- shares of a period

    def fraction(self, per: str, t: int) -> float:
        """Share of a yearly amount that falls into a period; 1 for an amount per period."""
        return self.periods[t].fraction_of_year if per == "year" else 1.0

    def calendar_share(self, calendar: str, t: int) -> float:
        """Day-weighted mean of a calendar's months; months not listed count 1."""
        if not calendar:
            return 1.0
        shares = self._months[calendar]
        months = self.periods[t].months
        return sum(days * shares.get(month, 1.0) for month, days in months.items()) / self.periods[t].days

    def open_share(self, opens: date | None, closes: date | None, t: int) -> float:
        """Share of the days of a period from `opens` until before `closes`."""
        period = self.periods[t]
        first = max(period.start, opens or period.start)
        after = min(period.end, closes or period.end)
        return max(0, (after - first).days) / period.days

    def during(self, name: str) -> list[int]:
        """The periods that a cell names: a period, a year or a group; blank: all."""
        if not name:
            return list(range(len(self.periods)))
        return sorted(
            self.number[member] for member in self.groups.get(name, (name,)) if member in self.number
        )

    # ---------------------------------------------------------------- years

    def year_of(self, t: int) -> int:
        """The calendar year of a period."""
        return self.periods[t].year

    def periods_of(self, year: int) -> list[int]:
        """The periods of a calendar year."""
        return [t for t, period in enumerate(self.periods) if period.year == year]

    def new_year_before(self, t: int) -> bool:
        """Whether 31 December lies between the period and the one before."""
        return t > 0 and self.periods[t - 1].year != self.periods[t].year

    def ends_year(self, t: int) -> bool:
        """Whether a period ends with 31 December."""
        return self.periods[t].end == date(self.periods[t].year + 1, 1, 1)

    def share_of_year(self, year: int) -> float:
        """Days of the horizon in a year ÷ days of the year."""
        return sum(self.periods[t].fraction_of_year for t in self.periods_of(year))

    # ---------------------------------------------------------------- windows and discounting

    def window(self, name: str) -> list[Period]:
        """The periods of a window: a year, a period's name, or `horizon`."""
        if name == "horizon":
            return list(self.periods)
        if name in self.number:
            return [self.periods[self.number[name]]]
        return [period for period in self.periods if str(period.year) == name]

    def discount(self, window: list[Period]) -> float:
        """Discount factor at the mid date of a stretch of periods."""
        return self.discount_at((window[0].start, window[-1].end))

    def discount_at(self, stretch: tuple[date, date]) -> float:
        """Discount factor half way between two days."""
        rate, (first, after) = self.settings.discount_rate, stretch
        if self.settings.discounting == "none":
            return 1.0
        zero = date(self.settings.base_year, 1, 1)
        mid = ((first - zero).days + (after - zero).days) / 2.0
        return float((1.0 + rate) ** (-mid / 365.25))

    def discount_of(self, t: int) -> float:
        """Discount factor of a period."""
        return self.discount([self.periods[t]])

    def year_of_window(self, name: str) -> int:
        """The calendar year that a window's money is booked in: the last that it touches."""
        return self.window(name)[-1].year

    # ---------------------------------------------------------------- methods

    def meaning(self, code: str, t: int) -> str:
        """What a method code counts as in a period: the strictest of the rows that hold in any part of it.

        MODEL.md rule 6: a change inside a period applies from its start if stricter, else from the next.
        A code that no row covers when the period starts counts as nothing until the next period.
        """
        period = self.periods[t]
        found: list[str] = []
        covered = False
        for row in self.methods.get(code, ()):
            starts, stops = row.valid_from or date.min, row.valid_to or date.max
            if starts < period.end and stops > period.start:
                found.append(row.meaning)
                covered = covered or starts <= period.start
        return max(found, key=STRICTNESS.index) if covered else ""
