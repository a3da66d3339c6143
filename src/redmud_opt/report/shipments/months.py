"""The months of a plan's periods, and how capacity lies on them.

    share[k] = capacity of a lane, outlet or line in month k ÷ its capacity in the period;   Σ share = 1
               by days, times the calendar's share of the month, within opening dates, as built

A period that begins or ends inside a month has a part of it. The calendar of the months is that of the periods, asked
month by month.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from math import isinf

import numpy as np
import numpy.typing as npt

from redmud_opt.case.case import Case, Period
from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.dates import Dates
from redmud_opt.plan.audit.facts import Facts
from redmud_opt.plan.audit.plant import Plant

Array = npt.NDArray[np.float64]
Validities = tuple[tuple[date | None, date | None], ...]
"""First day and day after the last of papers."""


def months_of(period: Period) -> list[Period]:
    """The stretches of a period that lie in one calendar month each, named 2026-03."""
    found, day = [], period.start
    while day < period.end:
        after = min(date(day.year + day.month // 12, day.month % 12 + 1, 1), period.end)
        found.append(Period(f"{day:%Y-%m}", day, after))
        day = after
    return found


def shares(weights: Array) -> Array | None:
    """Weights as shares; None where there is nothing to share."""
    total = float(weights.sum())
    return weights / total if total > 0.0 else None


class Months:
    """The months of a case's periods: `of[t]` are those of period t."""

    def __init__(self, case: Case, book: Book) -> None:
        self.book = book
        self.of = [months_of(period) for period in book.dates.periods]
        self.days = [np.array([month.days for month in months], dtype=float) for months in self.of]
        counts = [len(months) for months in self.of]
        self._first = np.concatenate(([0], np.cumsum(counts)))
        named = [
            replace(month, name=f"{period.name} {month.name}")
            for period, months in zip(book.dates.periods, self.of, strict=True)
            for month in months
        ]
        facts = Facts(replace(case, periods=tuple(named)))
        self._dates = Dates(facts)
        builds = [row._replace(t=int(self._first[row.t])) for row in book.builds]
        closings = [
            row._replace(
                t=int(self._first[row.t]),
                decided=None if row.decided is None else int(self._first[row.decided]),
            )
            for row in book.closings
        ]
        self._plant = Plant(facts, self._dates, builds, closings)

    def _numbers(self, t: int) -> range:
        return range(int(self._first[t]), int(self._first[t + 1]))

    def calendar(self, name: str, t: int) -> Array:
        """Days of the months of a period, less where a calendar closes them."""
        found: Array = self.days[t] * [self._dates.calendar_share(name, k) for k in self._numbers(t)]
        return found

    def lane(self, lane: str, t: int) -> Array | None:
        """Shares of a lane, None where it is closed all period long."""
        row = self.book.facts.lanes.get(lane)
        return shares(self.calendar(row.calendar if row is not None else "", t))

    def outlet(self, outlet: str, t: int) -> Array | None:
        """Shares of an outlet."""
        row = self.book.facts.outlets[outlet]
        opened = [self._dates.open_share(*self.book.facts.dates(row), k) for k in self._numbers(t)]
        return shares(self.calendar(row.calendar, t) * np.array(opened))

    def line(self, line: str, t: int) -> Array | None:
        """Shares of a line as it stands; of one without a capacity by the days on which it stands."""
        row = self.book.facts.lines[line]
        able = np.array([self._plant.capacity(line, k) for k in self._numbers(t)])
        if any(isinf(one) for one in able):
            able = np.array([float(one > 0.0) for one in able])
            return shares(self.calendar(row.calendar, t) * able)
        return shares(able * self.days[t] if row.per == "period" else able)

    def covered(self, t: int, *papers: Validities) -> Array:
        """Days of the months of a period on which of each kind of paper one is valid."""
        days = ([valid_days(month, own) for own in papers] for month in self.of[t])
        return np.array([float(len(frozenset.intersection(*mine))) for mine in days])


@cache
def valid_days(month: Period, validities: Validities) -> frozenset[date]:
    """The days of a month on which one of several papers is valid; all days without papers."""
    days = (month.start + timedelta(days=k) for k in range(month.days))
    return frozenset(
        day
        for day in days
        if not validities or any((start or date.min) <= day < (end or date.max) for start, end in validities)
    )
