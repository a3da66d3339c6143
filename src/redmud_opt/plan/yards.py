"""Yards as tables: how full they are and how risky, what is decided of them, when they are full.

yards        per yard with a limit, a decision or a score, and period: what it holds, its room, what is kept free
yard_events  new yards, raises, closures, measures: when decided, from when on, for how much (undiscounted)
yard_ends    the year in which it is full, and what room is left at the end of the horizon
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
import pandas as pd
from pyomo.environ import ConcreteModel

from redmud_opt.case.works import Raise
from redmud_opt.model.arrays import Columns
from redmud_opt.network import Network
from redmud_opt.network.network import Array, Ints

FULL = 0.999
"""Share of the room from which on a yard is full."""

EVENTS = ("storage", "kind", "item", "period", "start", "cost_cny")
STATES = (
    *("storage", "period", "held_t", "filled_t", "volume_m3", "airspace_m3", "kept_free_m3"),
    *("filled_share", "free_t", "risk"),
)
ENDS = ("storage", "full_year", "left_m3", "left_t")


def yard_tables(m: ConcreteModel, net: Network) -> dict[str, pd.DataFrame]:
    """The three tables."""
    states = _States(m, net)
    return {"yards": states.frame(), "yard_events": event_table(m, net), "yard_ends": states.ends()}


def _chosen(columns: Columns) -> list[int]:
    """Positions of the switches that are on."""
    return [int(k) for k in np.flatnonzero(np.round(columns.values_array) > 0)]


def event_table(m: ConcreteModel, net: Network) -> pd.DataFrame:
    """What is decided of yards, in order of time, and the closures that fall on their own day."""
    yards, periods = net.yards, net.time.periods
    rows: list[tuple[int, str, str, str, str, float]] = []
    for k in _chosen(m.yard_step):
        option = yards.options[k]
        step = yards.steps[option.step]
        kind = "raise" if isinstance(step.row, Raise) else "new_yard"
        storage, cost = yards.storages[step.storage].name, step.row.capex_cny or 0.0
        rows.append((option.decided, storage, kind, step.row.name, option.start.isoformat(), cost))
    for k in _chosen(m.yard_close):
        storage, period = m.yard_close.index.key(k)
        cost = yards.storages[yards.number[storage]].closure_cost_cny or 0.0
        t = net.time.position[period]
        rows.append((t, storage, "closure", storage, periods[t].start.isoformat(), cost))
    for row in yards.storages:
        for t, period in enumerate(periods):
            if row.closes is not None and period.start <= row.closes < period.end:
                cost = row.closure_cost_cny or 0.0
                rows.append((t, row.name, "closure", row.name, row.closes.isoformat(), cost))
    for k in _chosen(m.measure):
        item, period = m.measure.index.key(k)
        t = net.time.position[period]
        measure = next(row for row in yards.measures if row.name == item)
        start = periods[t].start.isoformat()
        rows.append((t, measure.storage, "measure", item, start, measure.cost_cny))
    found = [
        (storage, kind, item, net.time.names[t], start, cost)
        for t, storage, kind, item, start, cost in sorted(rows)
    ]
    return pd.DataFrame(found, columns=list(EVENTS))


class _States:
    """Amounts of every yard at the end of every period, [K, T]; NaN where nothing limits or scores it."""

    def __init__(self, m: ConcreteModel, net: Network) -> None:
        self.net, self.yards = net, net.yards
        held, placed = net.holdings, net.placements
        stock, filled = m.stock_t.values_array, m.placed_t.values_array
        self.held_t = self._sum(held.grid.entity, held.grid.period, held.storage, stock)
        self.filled_t = self._sum(placed.grid.entity, placed.grid.period, placed.storage, filled)
        self.filled_t = self.filled_t.cumsum(axis=1)
        per_held, per_placed = held.volume_m3_per_t, placed.volume_m3_per_t
        lying = self._sum(held.grid.entity, held.grid.period, held.storage, stock * held.grid.pick(per_held))
        for_good = self._sum(
            placed.grid.entity, placed.grid.period, placed.storage, filled * placed.grid.pick(per_placed)
        )
        built = np.round(m.yard_step.values_array)[:, None] * self.yards.in_force
        self.room_m3 = self._room(self.yards.room_m3, self.yards.gain_m3, built)
        self.room_t = self._room(self.yards.room_t, self.yards.gain_t, built)
        self.airspace_m3 = self._room(self.yards.airspace_m3, self.yards.gain_airspace_m3, built)
        self.volume_m3 = np.where(np.isnan(self.airspace_m3), np.nan, lying + for_good.cumsum(axis=1))
        self.risk = np.full(self.held_t.shape, np.nan)
        self.risk[m.risk.index.codes] = m.risk.values_array

    def _sum(self, entity: Ints, period: Ints, storage: Ints, amount: Array) -> Array:
        found = np.zeros((len(self.yards.storages), len(self.net.time)))
        np.add.at(found, (storage[entity], period), amount)
        return found

    def _room(self, standing: Array, gain: Array, built: Array) -> Array:
        found = standing.copy()
        np.add.at(found, self.yards.option_storage, built * gain[self.yards.option_step])
        return np.where(np.isinf(found), np.nan, found)

    @property
    def shares(self) -> Array:
        """How full: of the airspace less freeboard or of the tonnes, the greater share; NaN without a limit."""
        with np.errstate(divide="ignore", invalid="ignore"):
            volume = np.where(self.room_m3 > 0, self.volume_m3 / self.room_m3, np.nan)
            tonnes = np.where(self.room_t > 0, (self.held_t + self.filled_t) / self.room_t, np.nan)
        return np.fmax(volume, tonnes)

    @cached_property
    def free_t(self) -> Array:
        """Tonnes that still find room, of the lightest material that a yard takes; NaN without a limit."""
        lightest = np.array([[self._lightest(k)] for k in range(len(self.yards.storages))]).reshape(-1, 1)
        left_t, left_m3 = self.room_t - self.held_t - self.filled_t, self.room_m3 - self.volume_m3
        found: Array = np.maximum(np.fmin(left_t, left_m3 * lightest), 0.0)
        return found

    def _shown(self) -> list[int]:
        """Yards that something limits, that may be decided on, or that are scored."""
        measured = {self.yards.number[row.storage] for row in self.yards.measures}
        return [
            k
            for k, row in enumerate(self.yards.storages)
            if np.isfinite(self.yards.full_m3[k]).any()
            or row.capacity_t is not None
            or row.candidate
            or row.may_close
            or k in measured
        ]

    def frame(self) -> pd.DataFrame:
        """One row per yard and period."""
        free, shares, room = self.airspace_m3 - self.room_m3, self.shares, self.free_t
        rows = [
            (
                *(self.yards.storages[k].name, name, self.held_t[k, t], self.filled_t[k, t]),
                *(self.volume_m3[k, t], self.airspace_m3[k, t], free[k, t], shares[k, t], room[k, t]),
                self.risk[k, t],
            )
            for k in self._shown()
            for t, name in enumerate(self.net.time.names)
        ]
        return pd.DataFrame(rows, columns=list(STATES))

    def ends(self) -> pd.DataFrame:
        """One row per yard that something limits."""
        rows = []
        for k in self._shown():
            full = np.flatnonzero(self.shares[k] >= FULL)
            year = float(self.net.time.year[full[0]]) if len(full) else np.nan
            left_m3 = self.room_m3[k, -1] - self.volume_m3[k, -1]
            rows.append((self.yards.storages[k].name, year, left_m3, self.free_t[k, -1]))
        return pd.DataFrame(rows, columns=list(ENDS))

    def _lightest(self, storage: int) -> float:
        """Dry density of the lightest material that a yard takes, NaN where none is stated."""
        materials = self.net.lookup.materials
        members = self.net.lookup.members(self.yards.storages[storage].material)
        known = [materials[name].density_t_per_m3 for name in members if name in materials]
        return min((density for density in known if density), default=np.nan)
