"""Building and closing: how many units of which line are decided when, and how large.

    Σ build[line, period] ≤ times                                       per candidate line
    Σ close[line, decided, period] ≤ build[line, decided]               per vintage that may be closed (a line that
                                                                        stands: ≤ 1)
    size[line, period] ≤ capacity · build[line, period]                 per candidate whose size is a decision

Units in force of a vintage in period t: build − Σ close up to t. `Units` writes Σ weight · units in force into the
rows of other families. MODEL.md Running and building.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.model.arrays import ColumnGroup, Columns, Index, Rows
from redmud_opt.network import Network
from redmud_opt.network.network import Array, Ints, Mask
from redmud_opt.network.plant import STANDS, Plant


def add_building(m: ConcreteModel, net: Network) -> None:
    """Steps decided, their sizes, and units closed; what a heuristic decides first."""
    plant, periods = net.plant, net.time.names
    names = [line.name for line in plant.lines]
    chosen = plant.candidates
    line = plant.line[chosen]
    index = Index(("line", "period"), (line, plant.decided[chosen]), (names, periods))
    m.build = Columns(index, upper=plant.times[line], integer=True)
    sized = sized_vintages(plant)
    index = Index(("line", "period"), (plant.line[sized], plant.decided[sized]), (names, periods))
    most = np.array([plant.lines[k].capacity or 0.0 for k in plant.line[sized]], dtype=float)
    m.size = Columns(index, upper=most)
    vintage, period = closings(plant)
    decided = np.where(plant.decided[vintage] == STANDS, len(periods), plant.decided[vintage])
    codes = (plant.line[vintage], decided, period)
    index = Index(("line", "decided", "period"), codes, (names, [*periods, ""], periods))
    m.close = Columns(index, upper=plant.times[plant.line[vintage]], integer=True)
    _limit_builds(m, plant, names)
    _limit_closings(m, plant, vintage, names, [*periods, ""])
    size_rows = Rows(m.size.index, upper=0.0, kind="physics", message="model.size")
    size_rows.add(m.size)
    size_rows.add(m.build, col=np.searchsorted(chosen, sized), coef=-most)
    m.size_if_built = size_rows
    built, closed = (ColumnGroup(columns, ("line", "period")) for columns in (m.build, m.close))
    m.column_groups = (*getattr(m, "column_groups", ()), built, closed)


def sized_vintages(plant: Plant) -> Ints:
    """Candidate vintages whose size is a decision, in the order of `size`."""
    return plant.candidates[plant.sized[plant.line[plant.candidates]]]


def closings(plant: Plant) -> tuple[Ints, Ints]:
    """(vintage, period) of every unit that may be closed on the first day of a period, in the order of `close`."""
    vintage, period = np.nonzero(plant.stands & plant.closable[plant.line][:, None])
    return vintage, period


def _limit_builds(m: ConcreteModel, plant: Plant, names: list[str]) -> None:
    lines = np.unique(plant.line[plant.candidates])
    index = Index(("line",), (lines,), (names,))
    rows = m.built = Rows(index, upper=plant.times[lines], kind="physics", message="model.built")
    rows.add(m.build, row=np.searchsorted(lines, plant.line[plant.candidates]))


def _limit_closings(
    m: ConcreteModel, plant: Plant, vintage: Ints, names: list[str], decided: list[str]
) -> None:
    """No vintage is closed more often than it was built."""
    own = np.unique(vintage)
    stands = plant.decided[own] == STANDS
    codes = (plant.line[own], np.where(stands, len(decided) - 1, plant.decided[own]))
    index = Index(("line", "decided"), codes, (names, decided))
    rows = m.closed = Rows(index, upper=stands.astype(float), kind="physics", message="model.closed")
    rows.add(m.close, row=np.searchsorted(own, vintage))
    built = np.flatnonzero(~stands)
    rows.add(m.build, row=built, col=np.searchsorted(plant.candidates, own[built]), coef=-1.0)


@dataclass(frozen=True)
class Units:
    """Writes Σ weight · units in force into rows; what surely stands goes to their bounds."""

    m: ConcreteModel
    plant: Plant

    def add(self, rows: Rows, position: Ints, weight: Array, *, size: bool = False) -> None:
        """Adds weight [V, T] × units in force of each vintage to the rows at position [L, T] (−1: none).

        With `size`, a vintage whose size is a decision counts by its size as a share of the full unit.
        """
        row = position[self.plant.line]
        weight = np.where(row >= 0, weight, 0.0)
        self._standing(rows, row, weight)
        by_size = self.plant.sized[self.plant.line] & size
        self._built(rows, row, np.where(by_size[:, None], 0.0, weight))
        if size:
            self._sized(rows, row, weight)
        self._closed(rows, row, weight)

    def _standing(self, rows: Rows, row: Ints, weight: Array) -> None:
        stands = np.flatnonzero(self.plant.decided == STANDS)
        v, t = np.nonzero(weight[stands])
        shift = np.zeros(len(rows))
        np.add.at(shift, row[stands[v], t], weight[stands[v], t])
        rows.lower_bound = rows.lower_bound - shift
        rows.upper_bound = rows.upper_bound - shift

    def _built(self, rows: Rows, row: Ints, weight: Array) -> None:
        chosen = self.plant.candidates
        v, t = np.nonzero(weight[chosen])
        rows.add(self.m.build, row=row[chosen[v], t], col=v, coef=weight[chosen[v], t])

    def _sized(self, rows: Rows, row: Ints, weight: Array) -> None:
        chosen = sized_vintages(self.plant)
        full = np.array([self.plant.lines[k].capacity or 1.0 for k in self.plant.line[chosen]], dtype=float)
        v, t = np.nonzero(weight[chosen])
        rows.add(self.m.size, row=row[chosen[v], t], col=v, coef=weight[chosen[v], t] / full[v])

    def _closed(self, rows: Rows, row: Ints, weight: Array) -> None:
        vintage, first = closings(self.plant)
        if not len(vintage):
            return
        after = np.arange(weight.shape[1])[None, :] >= first[:, None]
        k, t = np.nonzero(after & (weight[vintage] != 0.0))
        rows.add(self.m.close, row=row[vintage[k], t], col=k, coef=-weight[vintage[k], t])


def line_rows(
    net: Network, lines: Iterable[int], *, lower: float = -np.inf, upper: float = np.inf, message: str
) -> tuple[Rows, Ints]:
    """Physics rows per (line, period) wherever something of the line can stand, and position [L, T] (−1: no row)."""
    plant = net.plant
    chosen = np.zeros(len(plant.lines), dtype=bool)
    chosen[list(lines)] = True
    line, period = np.nonzero(chosen[:, None] & can_stand(plant))
    position = np.full((len(plant.lines), len(net.time)), -1, dtype=np.int64)
    position[line, period] = np.arange(len(line))
    index = Index(("line", "period"), (line, period), ([row.name for row in plant.lines], net.time.names))
    return Rows(index, lower=lower, upper=upper, kind="physics", message=message), position


def can_stand(plant: Plant) -> Mask:
    """Whether any vintage of a line stands in a period, [L, T]."""
    found = np.zeros(plant.capacity.shape, dtype=bool)
    np.logical_or.at(found, plant.line, plant.stands)
    return found


def spread(columns: Columns, lines: Ints, plant: Plant) -> Ints:
    """position [L, T] of the columns of a family over (line, period), −1 where there is none."""
    position = np.full(plant.capacity.shape, -1, dtype=np.int64)
    position[lines, columns.index.codes[1]] = np.arange(len(columns))
    return position
