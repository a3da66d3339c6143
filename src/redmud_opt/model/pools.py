"""Pools: what leaves a mixed storage, by whatever way, has the composition of what is in it.

    Σ mixture ≤ 1    per (pool, period)                         at most one point of the grid is the composition
    mixed_t[way, point] ≤ M · mixture[point]                    ways out, and `content` = stock at the end + reclaimed
    Σ leaving[component, way] = Σ share[point, component] · mixed_t[way, point]                                 [t]
    Σ stock + reclaimed [component] = Σ share[point, component] · mixed_t[content, point] + unmixed_t[component]
    unmixed_t[component] ≤ M · (1 − Σ mixture)                  without a point nothing leaves, any content will do
    Σ leaving[stream, way] = reclaimed[stream]                  all that passes the site of a pool passes the pool

The product of share and amount (Haverly 1978) is met at the points only, an inner approximation: every plan is
exact. Shares are those of lineages; among the streams of one (origins, cohorts) they are free. The relaxation
whose bound no plan can exceed is in `pool_bound`. docs/decisions.md 'Pools'. MODEL.md rule 1 and Storage.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.model.arrays import Columns, Index, Rows
from redmud_opt.network import Network
from redmud_opt.network.network import Array, Exit, Grid, Ints, Pool
from redmud_opt.network.poolfaults import most_held_t

CONTENT = "content"
"""The way out that stands for what is in a pool before anything leaves."""


@dataclass(frozen=True)
class Way:
    """A way out of a pool in one period, or its content: most of each component [t], and the columns it adds up.

    `parts`: family of columns, their positions, and the component of each.
    """

    pool: Pool
    period: int
    name: str
    most_t: Array
    parts: tuple[tuple[str, Ints, Ints], ...]

    def most_at(self, least_share: Array) -> float:
        """Most in sum where each component has at least this share: no component may run out of columns."""
        some = least_share > 0
        each = self.most_t[some] / least_share[some]
        return float(min([self.most_t.sum(), *each.tolist()]))


def ways_of(net: Network, pool: Pool) -> Iterator[Way]:
    """Content and ways out of a pool in every period in which something can be taken out."""
    held, count = net.holdings, len(pool.components)
    content = most_held_t(net, pool)
    leaving = [(one, one.most_t(count)) for one in pool.exits]
    for period in periods_of(net, pool):
        inside = _cells(held.grid, pool.holding, pool.component, period)
        out = _cells(held.reclaim, pool.holding, pool.component, period)
        both = (("stock_t", *inside), ("reclaim_t", *out))
        yield Way(pool, period, CONTENT, content[:, period], both)
        for one, most in leaving:
            leaves = (one.family, *_cells(one.table.grid, one.entity, one.component, period))
            yield Way(pool, period, label(one), most[:, period], (leaves,))


def label(one: Exit) -> str:
    """Name of a way out; beyond the pool's site with that of its own."""
    return f"{one.name} ({one.beyond})" if one.beyond else one.name


def periods_of(net: Network, pool: Pool) -> list[int]:
    """Periods in which something can be taken out."""
    return np.flatnonzero((net.holdings.reclaim.position[pool.holding] >= 0).any(axis=0)).tolist()


def _cells(grid: Grid, entity: Ints, component: Ints, period: int) -> tuple[Ints, Ints]:
    """Columns of some entities in a period, and their components."""
    cells = grid.position[entity, period]
    return cells[cells >= 0], component[cells >= 0]


def point_names(points: Array) -> list[str]:
    """Shares in percent."""
    return [":".join(f"{100 * share:.9g}" for share in row) for row in points.tolist()]


class Filling:
    """Rows of one family gathered term by term: labels first, then coordinates per family of columns."""

    def __init__(self, *names: str) -> None:
        self.names = names
        self.labels: list[tuple[str, ...]] = []
        self.bound: list[float] = []
        self.terms: dict[str, list[tuple[int, int, float]]] = {}

    def row(self, *labels: str, bound: float = 0.0) -> int:
        """A new row; its number."""
        self.labels.append(labels)
        self.bound.append(bound)
        return len(self.labels) - 1

    def add(self, family: str, row: int, col: int, coef: float) -> None:
        """A term."""
        self.terms.setdefault(family, []).append((row, col, coef))

    def index(self) -> Index:
        """The keys of the rows."""
        columns = zip(*self.labels, strict=True) if self.labels else ([] for _ in self.names)
        return Index.of(**dict(zip(self.names, map(list, columns), strict=True)))

    def rows(self, m: ConcreteModel, sense: str, message: str) -> Rows:
        """The rows: `equal_to`, `upper` or `lower` their bounds."""
        bound = np.array(self.bound, dtype=float)
        bounds: dict[str, Any] = {sense: bound}
        found = Rows(self.index(), kind="physics", message=message, **bounds)
        for family, terms in self.terms.items():
            row, col, coef = (np.array(part) for part in zip(*terms, strict=True))
            found.add(m.component(family), row=row, col=col, coef=coef)
        return found


class Chosen:
    """Columns mixture, mixed_t and unmixed_t over the covers of some pools, and where each stands.

    `least`: per pool the least shares [cover, component] of its points or boxes.
    """

    def __init__(self, net: Network, names: dict[str, list[str]], least: dict[str, Array]) -> None:
        self.names = names
        self.ways = [way for pool in net.pools for way in ways_of(net, pool)]
        self.mixture: dict[tuple[str, int, int], int] = {}
        self.mixed: dict[tuple[int, int], int] = {}
        self.unmixed: dict[tuple[str, int, int], int] = {}
        self.most_mixed: list[float] = []
        self.most_unmixed: list[float] = []
        self.periods = net.time.names
        for number, way in enumerate(self.ways):
            self._number(number, way, least[way.pool.storage.name])

    def _number(self, number: int, way: Way, least: Array) -> None:
        name = way.pool.storage.name
        for k, shares in enumerate(least):
            self.mixture.setdefault((name, way.period, k), len(self.mixture))
            most = way.most_at(shares)
            if most > 0:
                self.mixed[number, k] = len(self.mixed)
                self.most_mixed.append(most)
        if way.name == CONTENT:
            for component in range(len(way.pool.components)):
                self.unmixed[name, way.period, component] = len(self.unmixed)
                self.most_unmixed.append(float(way.most_t[component]))

    def add_columns(self, m: ConcreteModel) -> None:
        """The columns."""
        pools, periods = [key[0] for key in self.mixture], [self.periods[key[1]] for key in self.mixture]
        points = [self.names[pool][k] for pool, _, k in self.mixture]
        m.mixture = Columns(Index.of(pool=pools, period=periods, point=points), upper=1.0, integer=True)
        ways = [self.ways[number] for number, _ in self.mixed]
        index = Index.of(
            pool=[way.pool.storage.name for way in ways],
            way=[way.name for way in ways],
            period=[self.periods[way.period] for way in ways],
            point=[self.names[self.ways[n].pool.storage.name][k] for n, k in self.mixed],
        )
        m.mixed_t = Columns(index, upper=np.array(self.most_mixed, dtype=float))
        components = {way.pool.storage.name: way.pool.components for way in self.ways}
        index = Index.of(
            pool=[pool for pool, _, _ in self.unmixed],
            component=[components[pool][c] for pool, _, c in self.unmixed],
            period=[self.periods[t] for _, t, _ in self.unmixed],
        )
        m.unmixed_t = Columns(index, upper=np.array(self.most_unmixed, dtype=float))

    def add_choice(self, m: ConcreteModel) -> None:
        """One point or box at most; amounts only of it; without one nothing but content."""
        one, if_chosen = Filling("pool", "period"), Filling("pool", "way", "period", "point")
        rows: dict[tuple[str, int], int] = {}
        for (pool, t, _), col in self.mixture.items():
            if (pool, t) not in rows:
                rows[pool, t] = one.row(pool, self.periods[t], bound=1.0)
            one.add("mixture", rows[pool, t], col, 1.0)
        for ((number, k), col), most in zip(self.mixed.items(), self.most_mixed, strict=True):
            way = self.ways[number]
            pool = way.pool.storage.name
            row = if_chosen.row(pool, way.name, self.periods[way.period], self.names[pool][k])
            if_chosen.add("mixed_t", row, col, 1.0)
            if_chosen.add("mixture", row, self.mixture[pool, way.period, k], -most)
        m.mixture_one = one.rows(m, "upper", "model.mixture_one")
        m.mixed_if_chosen = if_chosen.rows(m, "upper", "model.mixed_if_chosen")
        m.unmixed_if_none = self._unmixed(m)

    def _unmixed(self, m: ConcreteModel) -> Rows:
        rows = Filling("pool", "component", "period")
        components = {way.pool.storage.name: way.pool.components for way in self.ways}
        for (pool, t, component), col in self.unmixed.items():
            most = self.most_unmixed[col]
            row = rows.row(pool, components[pool][component], self.periods[t], bound=most)
            rows.add("unmixed_t", row, col, 1.0)
            for k in range(len(self.names[pool])):
                rows.add("mixture", row, self.mixture[pool, t, k], most)
        return rows.rows(m, "upper", "model.unmixed_if_none")

    def share_rows(self, factors: dict[str, Array]) -> Filling:
        """Leaving of a component − Σ factor[cover, component] · mixed_t (− unmixed_t), per way and component."""
        rows = Filling("pool", "way", "component", "period")
        for number, way in enumerate(self.ways):
            pool = way.pool.storage.name
            for component, name in enumerate(way.pool.components):
                row = rows.row(pool, way.name, name, self.periods[way.period])
                for family, cols, carried in way.parts:
                    for col in cols[carried == component].tolist():
                        rows.add(family, row, col, 1.0)
                for k, factor in enumerate(factors[pool][:, component].tolist()):
                    if factor and (number, k) in self.mixed:
                        rows.add("mixed_t", row, self.mixed[number, k], -factor)
                if way.name == CONTENT:
                    rows.add("unmixed_t", row, self.unmixed[pool, way.period, component], -1.0)
        return rows


def add_pools(m: ConcreteModel, net: Network) -> None:
    """Compositions on the grid, and what leaves in their shares."""
    points = {pool.storage.name: pool.points for pool in net.pools}
    chosen = Chosen(net, {name: point_names(shares) for name, shares in points.items()}, points)
    chosen.add_columns(m)
    chosen.add_choice(m)
    m.mixed_share = chosen.share_rows(points).rows(m, "equal_to", "model.mixed_share")
    add_passing(m, net)


def add_passing(m: ConcreteModel, net: Network) -> None:
    """What leaves the site of a pool is what was taken out of it."""
    rows = Filling("pool", "stream", "period")
    held = net.holdings
    for pool in net.pools:
        of_stream = {int(held.stream[e]): int(e) for e in pool.holding}
        number: dict[tuple[int, int], int] = {}
        cells = [(one.family, one.table, one.entity) for one in pool.exits if not one.beyond]
        for stream, entity in of_stream.items():
            for t in np.flatnonzero(held.reclaim.position[entity] >= 0).tolist():
                row = number[stream, t] = rows.row(
                    pool.storage.name, net.streams[stream].id, net.time.names[t]
                )
                rows.add("reclaim_t", row, int(held.reclaim.position[entity, t]), -1.0)
        for family, table, entities in cells:
            for entity in entities.tolist():
                stream = int(table.stream[entity])
                for t in np.flatnonzero(table.grid.position[entity] >= 0).tolist():
                    if (stream, t) not in number:
                        labels = (pool.storage.name, net.streams[stream].id, net.time.names[t])
                        number[stream, t] = rows.row(*labels)
                    rows.add(family, number[stream, t], int(table.grid.position[entity, t]), 1.0)
    m.pool_passed = rows.rows(m, "equal_to", "model.pool_passed")
