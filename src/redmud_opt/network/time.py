"""Dates → arrays: fractions of years, calendars, discounting, years and windows of periods."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt

from redmud_opt.case import Case
from redmud_opt.case.case import Period

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


class Time:
    """The periods of a case as arrays of length T."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.periods = case.periods
        self.names = [period.name for period in case.periods]
        self.position = {name: t for t, name in enumerate(self.names)}
        self.year = np.array([period.year for period in case.periods])
        self.years = sorted({period.year for period in case.periods})
        self.fraction = np.array([period.fraction_of_year for period in case.periods])
        self.last = len(case.periods) - 1
        self._calendars: dict[str, dict[int, float]] = defaultdict(dict)
        for row in case.calendars:
            self._calendars[row.calendar][row.month] = row.share

    def __len__(self) -> int:
        return len(self.periods)

    @cached_property
    def start_day(self) -> Ints:
        """First day of every period, counted from 1 January of year 1, [T]."""
        return np.array([period.start.toordinal() for period in self.periods], dtype=np.int64)

    @cached_property
    def end_day(self) -> Ints:
        """Day after the last of every period, counted in the same way, [T]."""
        return np.array([period.end.toordinal() for period in self.periods], dtype=np.int64)

    @cached_property
    def days(self) -> Ints:
        """Days of every period, [T]."""
        return self.end_day - self.start_day

    @cached_property
    def opens_year(self) -> Mask:
        """True where a period is the first of a calendar year other than the horizon's first."""
        return np.append(False, np.diff(self.year) != 0)

    @cached_property
    def closes_year(self) -> Mask:
        """True where a period ends on 31 December."""
        return np.array([p.end == date(p.year + 1, 1, 1) for p in self.periods])

    def calendar(self, name: str) -> Array:
        """Day-weighted mean of the monthly shares of a calendar, [T]; ones for the blank calendar."""
        shares = self._calendars.get(name, {})
        if not shares:
            return np.ones(len(self))
        return np.array([self._mean(period, shares) for period in self.periods])

    @staticmethod
    def _mean(period: Period, shares: dict[int, float]) -> float:
        months = period.months
        return sum(days * shares.get(month, 1.0) for month, days in months.items()) / period.days

    def per(self, per: str) -> Array:
        """Factor that turns an amount per calendar year or per period into one per period, [T]."""
        return self.fraction if per == "year" else np.ones(len(self))

    def open(self, opens: date | None, closes: date | None) -> Array:
        """Share of each period's days that lie in [opens, closes), [T]."""
        if opens is None and closes is None:
            return np.ones(len(self))
        return np.array([self._inside(p, opens or p.start, closes or p.end) for p in self.periods])

    @staticmethod
    def _inside(period: Period, opens: date, closes: date) -> float:
        days = (min(period.end, closes) - max(period.start, opens)).days
        return max(0, days) / period.days

    def rate(self, per: str, calendar: str, opens: date | None = None, closes: date | None = None) -> Array:
        """per × calendar × open, [T]: what a limit of 1 amounts to in each period."""
        return self.per(per) * self.calendar(calendar) * self.open(opens, closes)

    def during(self, selector: str) -> Mask:
        """Periods that a selector (blank, period, year, group) takes, [T]."""
        if not selector:
            return np.ones(len(self), dtype=bool)
        members = set(self.case.members(selector))
        return np.array([name in members for name in self.names])

    def discount(self, start: date, end: date) -> float:
        """Discount factor from the middle of [start, end) to 1 January of the base year; 1 without discounting."""
        settings = self.case.settings
        if settings.discounting == "none":
            return 1.0
        base = date(settings.base_year, 1, 1)
        years = ((start - base).days + (end - base).days) / 2 / 365.25
        return float((1.0 + settings.discount_rate) ** -years)

    @cached_property
    def factor(self) -> Array:
        """Discount factor of each period's mid-date, [T]."""
        return np.array([self.discount(p.start, p.end) for p in self.periods])

    def windows(self, per: str) -> list[tuple[str, npt.NDArray[np.int64]]]:
        """(name, positions of the periods) of every period, calendar year, or the horizon."""
        every = np.arange(len(self))
        if per == "period":
            return [(name, every[t : t + 1]) for t, name in enumerate(self.names)]
        if per == "horizon":
            return [("horizon", every)]
        return [(str(year), every[self.year == year]) for year in self.years]

    def window_factor(self, positions: npt.NDArray[np.int64]) -> float:
        """Discount factor at the mid-date of consecutive periods."""
        return self.discount(self.periods[positions[0]].start, self.periods[positions[-1]].end)

    def window_share(self, positions: npt.NDArray[np.int64]) -> float:
        """Share of its calendar year that a year's periods cover."""
        return float(self.fraction[positions].sum())
