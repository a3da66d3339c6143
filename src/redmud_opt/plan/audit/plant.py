"""The plant: units that stand or are built, when they are in force, and what they can do.

    start    = later of (first day of the decision's period + lead time) and `earliest`;   `opens` if it stood
    end      = start + 12 · life months, or never;                                        `closes` if it stood
    A        = mean over the days of a period of: 0 before the start and from the end on,
               the `ramp_up` share of that year (12 months) after the start, 1 after the last share
    kept     = share of the days of a period in [start, end);      stands: kept > 0
    left     = units built − units closed in that or an earlier period
    capacity = Σ A × size of a unit × left × share of the period
    hours    = Σ A × 24 × days × calendar × availability × left

Every day of a period is asked by itself. docs/decisions.md 'Building, running, closing'.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from redmud_opt.case.profiles import shares
from redmud_opt.case.works import Line
from redmud_opt.plan.audit.dates import Dates
from redmud_opt.plan.audit.facts import Facts
from redmud_opt.plan.audit.rows import Built, Closed

NO_UNIT = 0.5
"""Fewer units than this are none: units are whole numbers."""

LAST_YEAR = 9000
"""What lives longer lives for good."""


class Vintage(NamedTuple):
    """Units of a line that begin together: those of one decision, or (`decided` is None) the line that stood."""

    line: str
    decided: int | None
    start: date
    end: date
    ramp_up: tuple[float, ...] = ()
    units: float = 1.0
    size: float = float("inf")

    @property
    def unit_size(self) -> float:
        """Capacity of a unit, in the unit and for the time of the line's row."""
        return self.size / self.units if self.units > 0.0 else 0.0


def months_from(day: date, months: int) -> date:
    """The same day so many months on (back, if negative); the last day of the month where there is none."""
    year, month = day.year, day.month
    for _ in range(abs(months)):
        month += 1 if months > 0 else -1
        if month > 12:
            year, month = year + 1, 1
        elif month < 1:
            year, month = year - 1, 12
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month, min(day.day, last))


def end_of_life(line: Line, start: date) -> date:
    """The day after the last of a life; the last of all days where the row states none."""
    if line.life_a is None or start.year + line.life_a > LAST_YEAR:
        return date.max
    return months_from(start, round(12.0 * line.life_a))


class Plant:
    """All units of a plan, by line."""

    def __init__(
        self, facts: Facts, dates: Dates, builds: Iterable[Built], closings: Iterable[Closed]
    ) -> None:
        self.facts, self.dates = facts, dates
        self.horizon_end = dates.periods[-1].end
        self.vintages: dict[str, list[Vintage]] = {name: [] for name in facts.lines}
        for line in facts.lines.values():
            if not line.candidate:
                self.vintages[line.name].append(self._stood(line))
        for row in builds:
            line = facts.lines[row.line]
            if line.candidate:
                self.vintages[row.line].append(self.decided(line, row.t, row.units, row.size))
        self._closed: defaultdict[tuple[str, int | None], list[tuple[int, float]]] = defaultdict(list)
        for closed in closings:
            self._closed[closed.line, closed.decided].append((closed.t, closed.units))
        self._days = lru_cache(maxsize=None)(self._count_days)

    def _stood(self, line: Line) -> Vintage:
        ramp_up = shares(line.ramp_up) if line.opens else ()
        opens, closes = self.facts.dates(line)
        size = float("inf") if line.capacity is None else line.capacity
        return Vintage(line.name, None, opens or date.min, closes or date.max, ramp_up, 1.0, size)

    # ---------------------------------------------------------------- dates

    def start_of(self, line: Line, t: int) -> date:
        """When a candidate that is decided in a period starts."""
        built = months_from(self.dates.periods[t].start, line.lead_time_months or 0)
        return max(built, line.earliest or date.min)

    def decided(self, line: Line, t: int, units: float, size: float) -> Vintage:
        """The units of a decision."""
        start = self.start_of(line, t)
        return Vintage(line.name, t, start, end_of_life(line, start), shares(line.ramp_up), units, size)

    def could_stand(self, name: str, t: int) -> bool:
        """Whether a candidate stands in a period if it is decided in one that suits."""
        line = self.facts.lines[name]
        return any(self.kept(self.decided(line, when, 1.0, 0.0), t) > 0.0 for when in range(t + 1))

    def first(self, vintage: Vintage) -> int | None:
        """The first period in which a vintage stands."""
        return next((t for t in range(len(self.dates.periods)) if self.kept(vintage, t) > 0.0), None)

    def kept(self, vintage: Vintage, t: int) -> float:
        """Share of the days of a period on which a vintage stands."""
        return self._days(vintage.start, vintage.end, (), t)

    def in_force(self, vintage: Vintage, t: int) -> float:
        """A: the mean share of its capacity over the days of a period."""
        return self._days(vintage.start, vintage.end, vintage.ramp_up, t)

    def _count_days(self, start: date, end: date, ramp_up: tuple[float, ...], t: int) -> float:
        period = self.dates.periods[t]
        birthdays = [months_from(start, 12 * (year + 1)) for year in range(len(ramp_up))]
        total = 0.0
        for number in range(period.days):
            day = period.start + timedelta(days=number)
            if start <= day < end:
                age = sum(1 for birthday in birthdays if birthday <= day)
                total += ramp_up[age] if age < len(ramp_up) else 1.0
        return total / period.days

    # ---------------------------------------------------------------- units

    def closed(self, vintage: Vintage, t: int) -> float:
        """Units of a vintage that were closed in a period or before."""
        rows = self._closed.get((vintage.line, vintage.decided), ())
        return sum(units for when, units in rows if when <= t)

    def left(self, vintage: Vintage, t: int) -> float:
        """Units of a vintage that are not closed in a period."""
        return max(0.0, vintage.units - self.closed(vintage, t))

    def standing(self, name: str, t: int) -> Iterator[tuple[Vintage, float]]:
        """The vintages of a line that stand in a period, with their units."""
        for vintage in self.vintages[name]:
            left = self.left(vintage, t)
            if left > 0.0 and self.kept(vintage, t) > 0.0:
                yield vintage, left

    def units(self, name: str, t: int) -> float:
        """Units of a line that stand in a period."""
        return sum(left for _, left in self.standing(name, t))

    # ---------------------------------------------------------------- what they can do

    def full(self, name: str, t: int) -> float:
        """Capacity of one full unit in a period; infinite where the row states none."""
        capacity = self.facts.lines[name].capacity
        return float("inf") if capacity is None else capacity * self._part(name, t)

    def _part(self, name: str, t: int) -> float:
        line = self.facts.lines[name]
        return self.dates.fraction(line.per, t) * self._time(line, t)

    def _time(self, line: Line, t: int) -> float:
        return self.dates.calendar_share(line.calendar, t) * line.availability

    def capacity(self, name: str, t: int) -> float:
        """Capacity in force of a line in a period; infinite where something stands whose row states none."""
        parts = [(v.unit_size, self.in_force(v, t) * left) for v, left in self.standing(name, t)]
        if any(size == float("inf") and share > 0.0 for size, share in parts):
            return float("inf")
        return sum(size * share for size, share in parts if share > 0.0) * self._part(name, t)

    def full_hours(self, name: str, t: int) -> float:
        """Hours of one full unit in a period."""
        return 24.0 * self.dates.periods[t].days * self._time(self.facts.lines[name], t)

    def hours(self, name: str, t: int) -> float:
        """Hours in force of a line in a period."""
        return sum(self.unit_hours(name, t))

    def unit_hours(self, name: str, t: int) -> list[float]:
        """Hours in force of each unit of a line that stands in a period, the least first."""
        full = self.full_hours(name, t)
        found = [
            full * self.in_force(vintage, t)
            for vintage, left in self.standing(name, t)
            for _ in range(round(left))
        ]
        return sorted(found)

    def rate(self, name: str, t: int) -> float:
        """Capacity used by an hour of full running: capacity ÷ hours, whatever calendar and availability."""
        line = self.facts.lines[name]
        if line.capacity is None:
            return float("nan")
        return line.capacity * self.dates.fraction(line.per, t) / (24.0 * self.dates.periods[t].days)
