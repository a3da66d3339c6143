"""Lines and their units: what stands, what may be decided when, and what of it is in force in every period.

A vintage is a line that stands, or a candidate step decided on the first day of a period. Lead time, earliest date,
ramp-up, life and fractions of periods become one matrix A [vintage, period]: the mean over the days of the period of
the share of capacity in force. MODEL.md Facility.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from redmud_opt.case.months import months_after
from redmud_opt.case.profiles import shares
from redmud_opt.case.works import Line
from redmud_opt.network.time import Array, Ints, Mask, Time

STANDS = -1
"""`decided` of a line that stands."""


@dataclass(frozen=True)
class Vintage:
    """One unit's dates. `decided`: period of the decision, −1 for a line that stands."""

    line: int
    decided: int
    start: date
    end: date


@dataclass(frozen=True)
class Payment:
    """A share of the capex of a vintage and the day on which it is due."""

    vintage: int
    due: date
    share: float


@dataclass(frozen=True)
class Plant:
    """Lines [L], their vintages [V], over periods [T]. Capacity and hours are those of a full unit."""

    time: Time
    lines: list[Line]
    vintages: list[Vintage]
    capacity: Array
    hours: Array
    share: Array
    kept: Array

    @classmethod
    def of(cls, lines: Sequence[Line], time: Time) -> Plant:
        """The plant of these lines, in this order."""
        vintages = [v for k, line in enumerate(lines) for v in _vintages(k, line, time)]
        share = [_in_force(v, lines[v.line], time) for v in vintages]
        kept = [_days(v.start, v.end, time) / time.days for v in vintages]
        return cls(
            time=time,
            lines=list(lines),
            vintages=vintages,
            capacity=_stack([_capacity(line, time) for line in lines], len(time)),
            hours=_stack([_hours(line, time) for line in lines], len(time)),
            share=_stack(share, len(time)),
            kept=_stack(kept, len(time)),
        )

    @cached_property
    def number(self) -> dict[str, int]:
        """Name of a line → its number."""
        return {line.name: k for k, line in enumerate(self.lines)}

    @cached_property
    def line(self) -> Ints:
        """Line of each vintage, [V]."""
        return np.array([v.line for v in self.vintages], dtype=np.int64)

    @cached_property
    def decided(self) -> Ints:
        """Period of each vintage's decision, [V]."""
        return np.array([v.decided for v in self.vintages], dtype=np.int64)

    @cached_property
    def candidates(self) -> Ints:
        """Vintages that may be decided."""
        return np.flatnonzero(self.decided != STANDS)

    @cached_property
    def stands(self) -> Mask:
        """Periods in any day of which a vintage stands, [V, T]."""
        return self.kept > 0

    @cached_property
    def times(self) -> Ints:
        """Most units of each line, [L]."""
        return np.array([(line.times or 1) if line.candidate else 1 for line in self.lines], dtype=np.int64)

    @cached_property
    def closable(self) -> Mask:
        """Lines that may be closed before their time, [L]."""
        return np.array([line.closing_cost_cny is not None for line in self.lines], dtype=bool)

    @cached_property
    def sized(self) -> Mask:
        """Candidate lines whose size is a decision: those with a tier table, [L]."""
        items = {tier.item for tier in self.time.case.tiers}
        return np.array([line.name in items for line in self.lines], dtype=bool)

    @cached_property
    def capacity_in_force(self) -> Array:
        """Capacity of one unit of each vintage in every period, [V, T]."""
        return in_force(self.capacity, self.share, self.line)

    @cached_property
    def hours_in_force(self) -> Array:
        """Hours of one unit of each vintage in every period, [V, T]."""
        return in_force(self.hours, self.share, self.line)

    @cached_property
    def most(self) -> Array:
        """Capacity of each line if all that can be decided is, [L, T]: bounds feeds."""
        found = np.zeros_like(self.capacity)
        units = self.times[self.line][:, None] * self.capacity_in_force
        for v, k in enumerate(self.line):
            found[k] = np.maximum(found[k], units[v])
        return found

    @cached_property
    def certain(self) -> Mask:
        """Lines that stand in the last period whatever is decided: not those that may be closed, [L]."""
        found = np.zeros(len(self.lines), dtype=bool)
        found[self.line[(self.decided == STANDS) & self.stands[:, -1]]] = True
        return found & ~self.closable

    @cached_property
    def payments(self) -> list[Payment]:
        """What is due for the vintages from the first day of the horizon on; what was due before is sunk."""
        first = self.time.periods[0].start
        found = [p for v in range(len(self.vintages)) for p in self._payments_of(v)]
        return [payment for payment in found if payment.due >= first]

    def _payments_of(self, vintage: int) -> Iterator[Payment]:
        unit = self.vintages[vintage]
        line = self.lines[unit.line]
        if unit.decided != STANDS:
            decision = self.time.periods[unit.decided].start
        elif line.opens is not None and line.opens > self.time.periods[0].start:
            decision = months_after(line.opens, -(line.lead_time_months or 0))
        else:
            return
        for k, share in enumerate(shares(line.spend_profile) or (1.0,)):
            yield Payment(vintage, months_after(decision, 12 * k), share)

    @cached_property
    def remaining(self) -> Array:
        """Share of life left at the end of the horizon, 0 without a life or a known start, [V]."""
        return np.array([self._remaining(unit) for unit in self.vintages], dtype=float)

    def _remaining(self, unit: Vintage) -> float:
        line, last = self.lines[unit.line], self.time.periods[-1]
        if line.life_a is None or (unit.decided == STANDS and line.opens is None):
            return 0.0
        end = _life_end(unit.start, line.life_a)
        if not unit.start < last.end < unit.end:
            return 0.0
        return max(0, (end - last.end).days) / (end - unit.start).days


def in_force(full: Array, share: Array, line: Ints) -> Array:
    """share × what a full unit has, [V, T]; nothing of an unlimited capacity is nothing."""
    return np.where(share > 0, np.where(share > 0, share, 1.0) * full[line], 0.0)


def _stack(rows: list[Array], periods: int) -> Array:
    return np.array(rows, dtype=float).reshape(len(rows), periods)


def _vintages(number: int, line: Line, time: Time) -> Iterator[Vintage]:
    if not line.candidate:
        yield Vintage(number, STANDS, line.opens or date.min, line.closes or date.max)
        return
    for t, period in enumerate(time.periods):
        start = max(months_after(period.start, line.lead_time_months or 0), line.earliest or date.min)
        end = date.max if line.life_a is None else _life_end(start, line.life_a)
        if start < time.periods[-1].end and end > time.periods[0].start:
            yield Vintage(number, t, start, end)


def _life_end(start: date, life_a: float) -> date:
    return months_after(start, max(1, round(12 * life_a)))


def _days(start: date, end: date, time: Time) -> Ints:
    """Days of every period in [start, end), [T]."""
    first, after = start.toordinal(), end.toordinal()
    found: Ints = np.maximum(np.minimum(after, time.end_day) - np.maximum(first, time.start_day), 0)
    return found


def _in_force(vintage: Vintage, line: Line, time: Time) -> Array:
    """Mean over the days of every period of the share of capacity in force, [T]."""
    profile = shares(line.ramp_up) if vintage.start > date.min else ()
    found, start = np.zeros(len(time)), vintage.start
    for k, share in enumerate(profile):
        until = months_after(vintage.start, 12 * (k + 1))
        found += share * _days(start, min(until, vintage.end), time)
        start = until
    mean: Array = (found + _days(start, vintage.end, time)) / time.days
    return mean


def _capacity(line: Line, time: Time) -> Array:
    """Capacity of a full unit; without one unlimited while its calendar and availability leave anything."""
    rate = time.rate(line.per, line.calendar) * line.availability
    return np.where(rate > 0, np.inf, 0.0) if line.capacity is None else line.capacity * rate


def _hours(line: Line, time: Time) -> Array:
    return 24.0 * time.days * time.calendar(line.calendar) * line.availability
