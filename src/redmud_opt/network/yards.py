"""Yards over time: room in force, what is kept free, steps that may be decided, closing, measures.

    room[storage, t]     airspace (or capacity) that surely stands × (1 − kept free), 0 of a candidate        [m³, t]
    gain[step, t]        what a step adds to it: room at its crest − room at the crest below
    kept free            freeboard_share × the rains, or V(crest) − V(crest − freeboard_m) × the rains
    in_force[option, t]  an option is a step decided on the first day of a period; it counts where it has begun
                         before the end of the period, for stock is that of the end

The rains are the greatest share of the rainy calendar among the months that a period touches, 1 without one.
docs/decisions.md 'Yards'.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from redmud_opt.case import Case, Period
from redmud_opt.case.rules import YardMeasure
from redmud_opt.case.works import Raise, Storage
from redmud_opt.case.yards import airspace_m3, curves, first_day, volume_below
from redmud_opt.network.time import Array, Ints, Mask, Time


@dataclass(frozen=True)
class Step:
    """A new yard, or a raise of one. `below`: number of the step that must be in force before, −1 for none."""

    row: Storage | Raise
    storage: int
    below: int


@dataclass(frozen=True)
class Option:
    """A step decided in a period."""

    step: int
    decided: int
    start: date


class Yards:
    """The storages [K] of a case, their steps [P] and options [V], over periods [T]."""

    def __init__(self, case: Case, time: Time) -> None:
        self.case, self.time = case, time
        self.storages: list[Storage] = list(case.storages)
        self._curves = curves(case)

    # ---------------------------------------------------------------- room

    @cached_property
    def rains(self) -> Array:
        """Share of the freeboard that counts: that of the wettest month that a period touches, [K, T]."""
        shares: dict[str, dict[int, float]] = {}
        for row in self.case.calendars:
            shares.setdefault(row.calendar, {})[row.month] = row.share
        found = np.ones((len(self.storages), len(self.time)))
        for k, storage in enumerate(self.storages):
            if storage.rainy_calendar:
                months = shares[storage.rainy_calendar]
                found[k] = [max(months[month] for month in period.months) for period in self.time.periods]
        return found

    def _airspace(self, storage: int, height_m: float | None) -> float:
        """m³ below a crest (None: today's); inf where nothing limits it."""
        row = self.storages[storage]
        curve = self._curves.get(row.name)
        if height_m is not None and curve:
            return volume_below(curve, height_m)
        whole = airspace_m3(row, curve)
        return np.inf if whole is None else whole

    def _volume(self, storage: int, height_m: float | None) -> Array:
        """Airspace less freeboard at a crest (None: today's), [T]; inf where nothing limits it."""
        row, whole = self.storages[storage], self._airspace(storage, height_m)
        if np.isinf(whole):
            return np.full(len(self.time), np.inf)
        curve = self._curves.get(row.name)
        height = row.height_m if height_m is None else height_m
        kept = whole * (row.freeboard_share or 0.0)
        if row.freeboard_m is not None and curve and height is not None:
            kept = whole - volume_below(curve, height - row.freeboard_m)
        room: Array = whole - kept * self.rains[storage]
        return room

    def _tonnes(self, storage: int) -> Array:
        row = self.storages[storage]
        most = np.inf if row.capacity_t is None else row.capacity_t
        room: Array = most * (1.0 - (row.freeboard_share or 0.0) * self.rains[storage])
        return room

    def _stacked(self, rows: list[Array]) -> Array:
        return np.array(rows, dtype=float).reshape(len(rows), len(self.time))

    @cached_property
    def full_m3(self) -> Array:
        """Airspace less freeboard at today's crest, or of a candidate once it stands, [K, T]."""
        return self._stacked([self._volume(k, None) for k in range(len(self.storages))])

    @cached_property
    def full_t(self) -> Array:
        """Capacity less freeboard, of a candidate once it stands, [K, T]."""
        return self._stacked([self._tonnes(k) for k in range(len(self.storages))])

    def _standing(self, full: Array) -> Array:
        """What stands whatever is decided: nothing of a candidate; where nothing limits it, no limit either."""
        new = self.candidate[:, None] & np.isfinite(full)
        return np.where(new, 0.0, full)

    @cached_property
    def room_m3(self) -> Array:
        """m³ of today's yards, [K, T]."""
        return self._standing(self.full_m3)

    @cached_property
    def room_t(self) -> Array:
        """Tonnes of today's yards, [K, T]."""
        return self._standing(self.full_t)

    @cached_property
    def most_m3(self) -> Array:
        """m³ with all steps, [K]: bounds what can be proved by counting."""
        found: Array = self.full_m3.max(axis=1, initial=0.0)
        for p, step in enumerate(self.steps):
            if isinstance(step.row, Raise):
                found[step.storage] += self.gain_m3[p].max(initial=0.0)
        return found

    # ---------------------------------------------------------------- steps

    @cached_property
    def candidate(self) -> Mask:
        """New yards, [K]."""
        return np.array([row.candidate for row in self.storages], dtype=bool)

    @cached_property
    def steps(self) -> list[Step]:
        """New yards, each followed by its raises, from the lowest height up."""
        found: list[Step] = []
        for k, storage in enumerate(self.storages):
            below = -1
            if storage.candidate:
                found.append(Step(storage, k, -1))
                below = len(found) - 1
            own = [row for row in self.case.raises if row.storage == storage.name]
            for row in sorted(own, key=lambda row: row.to_height_m):
                found.append(Step(row, k, below))
                below = len(found) - 1
        return found

    def _crests(self, step: Step) -> tuple[float, float | None]:
        """Crests (own, below) of a raise; None for today's."""
        assert isinstance(step.row, Raise)
        below = self.steps[step.below].row if step.below >= 0 else None
        return step.row.to_height_m, below.to_height_m if isinstance(below, Raise) else None

    @cached_property
    def gain_m3(self) -> Array:
        """What each step adds to the room in m³, [P, T]; 0 where nothing limits it."""
        rows = []
        for step in self.steps:
            if isinstance(step.row, Storage):
                rows.append(self.full_m3[step.storage])
                continue
            own, below = self._crests(step)
            rows.append(self._volume(step.storage, own) - self._volume(step.storage, below))
        found = self._stacked(rows)
        return np.where(np.isfinite(found), found, 0.0)

    @cached_property
    def airspace_m3(self) -> Array:
        """Airspace of today's yards, freeboard included, [K, T]; inf where nothing limits it."""
        found = np.array([self._airspace(k, None) for k in range(len(self.storages))], dtype=float)
        return self._standing(np.repeat(found[:, None], len(self.time), axis=1))

    @cached_property
    def gain_airspace_m3(self) -> Array:
        """What each step adds to it, [P, T]; 0 where nothing limits it."""
        found = []
        for step in self.steps:
            own, below = (None, None) if isinstance(step.row, Storage) else self._crests(step)
            less = 0.0 if own is None else self._airspace(step.storage, below)
            found.append(self._airspace(step.storage, own) - less)
        kept = np.array([amount if np.isfinite(amount) else 0.0 for amount in found], dtype=float)
        return np.repeat(kept[:, None], len(self.time), axis=1)

    @cached_property
    def gain_t(self) -> Array:
        """What each step adds to the room in tonnes, [P, T]: all of a new yard, nothing of a raise."""
        new = np.array([isinstance(step.row, Storage) for step in self.steps], dtype=bool)
        full = self.full_t[[step.storage for step in self.steps]].reshape(len(self.steps), len(self.time))
        return np.where(new[:, None] & np.isfinite(full), full, 0.0)

    @cached_property
    def capex_cny(self) -> list[float]:
        """Capex of each step, [P]."""
        return [step.row.capex_cny or 0.0 for step in self.steps]

    @cached_property
    def options(self) -> list[Option]:
        """Steps decided in a period, where they begin within the horizon."""
        periods = self.time.periods
        pairs = [(p, t) for p in range(len(self.steps)) for t in range(len(periods))]
        found = [Option(p, t, first_day(self.steps[p].row, periods[t].start)) for p, t in pairs]
        return [option for option in found if option.start < periods[-1].end]

    @cached_property
    def option_step(self) -> Ints:
        """Step of each option, [V]."""
        return np.array([option.step for option in self.options], dtype=np.int64)

    @cached_property
    def option_storage(self) -> Ints:
        """Storage of each option, [V]."""
        return np.array([self.steps[option.step].storage for option in self.options], dtype=np.int64)

    @cached_property
    def decided(self) -> Ints:
        """Period of each option's decision, [V]."""
        return np.array([option.decided for option in self.options], dtype=np.int64)

    @cached_property
    def kept(self) -> Array:
        """Share of the days of a period from the start of an option on, [V, T]."""
        rows = [np.array([_after(option.start, p) for p in self.time.periods]) for option in self.options]
        return self._stacked(rows)

    @cached_property
    def in_force(self) -> Mask:
        """Periods at whose end an option stands, [V, T]."""
        return self.kept > 0

    # ---------------------------------------------------------------- closing and measures

    @cached_property
    def emptied(self) -> Mask:
        """Ends of periods at which a yard that closes on a day within the horizon holds nothing, [K, T].

        What has lain since before the horizon in a yard that closed before it, or gives nothing back, stays.
        """
        begin, found = self.time.periods[0].start, np.zeros((len(self.storages), len(self.time)), dtype=bool)
        for k, row in enumerate(self.storages):
            if row.closes is not None and row.closes > begin and row.retrievable:
                found[k] = [row.closes <= period.end for period in self.time.periods]
        return found

    @cached_property
    def closable(self) -> Ints:
        """Numbers of the yards that the plan may close."""
        return np.flatnonzero([row.may_close for row in self.storages]).astype(np.int64)

    @cached_property
    def measures(self) -> list[YardMeasure]:
        """Measures that may be decided."""
        return list(self.case.yard_measures)

    @cached_property
    def number(self) -> dict[str, int]:
        """Name of a storage → its number."""
        return {row.name: k for k, row in enumerate(self.storages)}

    def due(self, measure: YardMeasure) -> Mask:
        """Periods on whose first day a measure may be decided and is in time, [T]."""
        deadline = measure.deadline
        starts = [period.start for period in self.time.periods]
        return np.array([deadline is None or start <= deadline for start in starts])

    def names(self, storage: int) -> frozenset[str]:
        """Whose and where a yard is, as budgets and limits ask for it."""
        row = self.storages[storage]
        site = next(site for site in self.case.sites if site.name == row.site)
        return frozenset({row.name, site.name, site.owner, site.province} - {""})

    @cached_property
    def certain(self) -> Mask:
        """Yards that stand as long as their dates say whatever is decided, [K]."""
        return np.array([not (row.candidate or row.may_close) for row in self.storages], dtype=bool)


def _after(start: date, period: Period) -> float:
    """Share of the days of a period from a day on."""
    return max(0, (period.end - max(start, period.start)).days) / period.days
