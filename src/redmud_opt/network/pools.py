"""Pools: storages whose content is mixed, with the ways out that must take it as it is.

A pool has components (lineages), ways out (lanes, feeds of lines, outlets), and two covers of what its shares may be:

    points   shares that a plan may choose from: a lattice, the ends of the simplex, opening stock, what arises at
             the pool, and the shares at which two components just meet a blend gate
    boxes    ranges of shares that together hold every mixture: the relaxation behind the bound

A way out beyond a lane counts too where a site has several and is supplied by the pool alone: there the mixture could
be taken apart again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import combinations, pairwise, product
from math import comb

import numpy as np

from redmud_opt.case.works import Gate
from redmud_opt.network.lineage import Lineage
from redmud_opt.network.network import Array, Deliveries, Exit, Ints, Network, Pool, Routes, Runs

MOST_POINTS = 500
"""Points that a pool may start with."""

MOST_BOXES = 16
"""Boxes that a pool starts with."""

NEAR = 1e-3
"""Part of a box within which a share counts as at its end."""

SLICE = 0.125
"""Part of a box that is cut off next to the share of the best plan."""

SAME = 1e-9
"""Shares that differ by less are the same."""


def pools_of(net: Network) -> tuple[Pool, ...]:
    """The mixed storages of a case that can hold something."""
    found = (_pool(net, number) for number, row in enumerate(net.holdings.storages) if row.mixed)
    return tuple(pool for pool in found if len(pool.holding))


def _pool(net: Network, number: int) -> Pool:
    held, storage = net.holdings, net.holdings.storages[number]
    holding = np.flatnonzero(held.storage == number)
    names = [net.streams[s].lineage for s in held.stream[holding].tolist()]
    components = tuple(dict.fromkeys(names))
    component = np.array([components.index(name) for name in names], dtype=np.int64)
    pool = Pool(storage, components, holding, component, (), np.zeros((0, 0)), np.zeros((2, 0, 0)))
    exits = tuple(Tracer(net, pool).exits())
    return replace(pool, exits=exits, points=first_points(net, pool), boxes=first_boxes(len(components)))


class Tracer:
    """Finds the ways out of a pool, at its own site and at those beyond where it could be taken apart."""

    def __init__(self, net: Network, pool: Pool) -> None:
        self.net, self.pool = net, pool
        self.number = {name: k for k, name in enumerate(pool.components)}
        self.pool_sites = {row.site for row in net.holdings.storages if row.mixed}

    def exits(self) -> Iterator[Exit]:
        """Those of the pool, then those of sites beyond that have several."""
        site = self.pool.storage.site
        own = list(self.at(site))
        yield from own
        for beyond in self.beyond(own):
            found = list(self.at(beyond))
            if len(found) > 1:
                yield from (replace(one, beyond=beyond) for one in found)

    def beyond(self, own: Sequence[Exit]) -> list[str]:
        """Sites that what leaves the pool may come to, other pools left out."""
        found: dict[str, None] = {}
        front = [one for one in own if one.family == "flow_t"]
        while front:
            site = self._far_site(front.pop())
            if site not in found and site not in self.pool_sites:
                found[site] = None
                front += [one for one in self.at(site) if one.family == "flow_t"]
        return list(found)

    def _far_site(self, lane: Exit) -> str:
        return self.net.routes.route[int(lane.entity[0])].to_site

    def at(self, site: str) -> Iterator[Exit]:
        """Ways that the components leave a site by."""
        net = self.net
        routes = [net.routes.lanes[k] for k in net.routes.lane]
        yield from self._grouped(site, "flow_t", net.routes, net.routes.from_place, routes)
        runs = [(r.line, r.conversion.process.name, r.conversion.point) for r in net.runs.run]
        names = [" ".join(part for part in key if part) for key in runs]
        yield from self._grouped(site, "feed_t", net.runs, net.runs.place, names)
        outlets = [net.deliveries.outlets[k].name for k in net.deliveries.outlet]
        yield from self._grouped(site, "sold_t", net.deliveries, net.deliveries.place, outlets)

    def _grouped(
        self, site: str, family: str, table: Routes | Runs | Deliveries, place: Ints, names: list[str]
    ) -> Iterator[Exit]:
        found: dict[str, list[int]] = {}
        for k, name in enumerate(names):
            if place[k] >= 0 and self.net.places[place[k]].site == site and self._mine(int(table.stream[k])):
                found.setdefault(name, []).append(k)
        for name, entities in found.items():
            entity = np.array(entities, dtype=np.int64)
            carried = [self.number[self.net.streams[s].lineage] for s in table.stream[entity].tolist()]
            yield Exit(name, family, entity, np.array(carried, dtype=np.int64), table)

    def _mine(self, stream: int) -> bool:
        return stream >= 0 and self.net.streams[stream].lineage in self.number

    def supplied_alone(self) -> set[str]:
        """Sites beyond to which the components come from the pool alone, directly or by one another."""
        alone = set(self.beyond(list(self.at(self.pool.storage.site))))
        while True:
            mixed_up = {site for site in alone if self._others_supply(site, alone)}
            if not mixed_up:
                return alone
            alone -= mixed_up

    def _others_supply(self, site: str, alone: set[str]) -> bool:
        net, allowed = self.net, {self.pool.storage.site, *alone}
        mine = [p.site == site and p.stream.lineage in self.number for p in net.places]
        places = np.flatnonzero(mine)
        arrive = np.flatnonzero(np.isin(net.routes.to_place, places))
        if any(net.routes.route[k].from_site not in allowed for k in arrive.tolist()):
            return True
        given = np.zeros(len(net.places))
        np.add.at(given, net.nodes.entity, net.arising_t)
        here = [net.purchases.place, net.runs.made_place, net.holdings.place, net.changes.effect_place]
        return bool((given[places] > 0).any()) or any(bool(np.isin(table, places).any()) for table in here)

    def needed_at(self, site: str) -> bool:
        """Whether a process takes a component as a fixed input there."""
        places = [self.net.places[p] for p in self.net.runs.need_place.tolist()]
        return any(p.site == site and p.stream.lineage in self.number for p in places)


# ---------------------------------------------------------------- points


def points_count(components: int, grid: int) -> int:
    """Points of the lattice."""
    return comb(grid + components - 1, components - 1)


def first_points(net: Network, pool: Pool) -> Array:
    """The points to begin with; the lattice is left out where it would hold too many (a fault says so)."""
    count, grid = len(pool.components), net.case.settings.pool_grid
    wanted: list[Array] = list(np.eye(count))
    if points_count(count, grid) <= MOST_POINTS:
        wanted += list(_lattice(count, grid))
    wanted += _given_shares(net, pool)
    for gates in net.law.blend.values():
        for gate in gates:
            wanted += _at_gate(net, pool, gate)
    return distinct(wanted)


def distinct(shares: Sequence[Array]) -> Array:
    """Shares without repetition, those of the first component falling."""
    rounded = {tuple(np.round(row, 9).tolist()): row for row in reversed(shares)}
    return np.array([rounded[key] for key in sorted(rounded, reverse=True)])


def _lattice(count: int, grid: int) -> Iterator[Array]:
    for cut in combinations(range(grid + count - 1), count - 1):
        ends = np.array((-1, *cut, grid + count - 1))
        yield (np.diff(ends) - 1) / grid


def _given_shares(net: Network, pool: Pool) -> list[Array]:
    """Shares of the opening stock, with and without what has arisen at the pool by each period."""
    amount = np.zeros((len(pool.components), len(net.time)))
    site = pool.storage.site
    for node, arising in enumerate(net.arising_t.tolist()):
        place = net.places[net.nodes.entity[node]]
        if arising > 0 and place.site == site and place.stream.lineage in pool.components:
            amount[pool.components.index(place.stream.lineage), net.nodes.period[node]] += arising
    opening = np.zeros(len(pool.components))
    np.add.at(opening, pool.component, net.holdings.opening_t[pool.holding])
    each = [opening, *amount.T, *(opening + total for total in np.cumsum(amount, axis=1).T)]
    return [row / row.sum() for row in each if row.sum() > 0]


def _at_gate(net: Network, pool: Pool, gate: Gate) -> list[Array]:
    """Shares of two components alone at which a gate is just met."""
    lineages = [net.lineages.by_id[name] for name in pool.components]
    if gate.output or any(gate.property not in lineage.composition for lineage in lineages):
        return []
    excess = [_excess(net, gate, lineage) for lineage in lineages]
    found = []
    for i, j in combinations(range(len(lineages)), 2):
        if excess[i] * excess[j] < 0:
            share = np.zeros(len(lineages))
            share[i] = excess[j] / (excess[j] - excess[i])
            share[j] = 1.0 - share[i]
            found.append(share)
    return found


def _excess(net: Network, gate: Gate, lineage: Lineage) -> float:
    return (lineage.with_margin(gate) - gate.limit) * net.law.weight(gate, lineage)


def with_points(net: Network, more: Sequence[Sequence[Array]]) -> Network:
    """The network with further points for each pool."""
    pools = [
        replace(pool, points=distinct([*pool.points, *extra]))
        for pool, extra in zip(net.pools, more, strict=True)
    ]
    return replace(net, pools=tuple(pools))


# ---------------------------------------------------------------- boxes


def first_boxes(count: int) -> Array:
    """Boxes [low and high, box, component] that cover the simplex: cuts of all components but the last."""
    if count == 1:
        return np.ones((2, 1, 1))
    parts = max(1, int(MOST_BOXES ** (1 / (count - 1)) + SAME))
    edges = np.linspace(0.0, 1.0, parts + 1)
    low, high = [], []
    for corner in product(range(parts), repeat=count - 1):
        low.append([*edges[list(corner)], 0.0])
        high.append([*edges[[k + 1 for k in corner]], 1.0])
    return _within_simplex(np.array([low, high]))


def _within_simplex(boxes: Array) -> Array:
    """Boxes drawn in to what adds up to one; those that hold nothing, or a face of another, left out."""
    low, high = boxes
    if low.shape[1] == 1:
        return boxes
    for _ in range(low.shape[1]):
        rest_low, rest_high = low.sum(axis=1)[:, None] - low, high.sum(axis=1)[:, None] - high
        low, high = np.maximum(low, 1.0 - rest_high), np.minimum(high, 1.0 - rest_low)
    kept = (high - low > SAME).all(axis=1)
    return np.array([low[kept], high[kept]])


def split(net: Network, where: Sequence[Collection[int]], best: Sequence[Sequence[Array]]) -> Network:
    """The network with boxes cut: per pool the numbers of those to cut, and the shares of the best plan."""
    pools = [
        replace(pool, boxes=_split(pool.boxes, cuts, shares))
        for pool, cuts, shares in zip(net.pools, where, best, strict=True)
    ]
    return replace(net, pools=tuple(pools))


def _split(boxes: Array, cuts: Collection[int], best: Sequence[Array]) -> Array:
    """Boxes of these numbers are cut in every direction but the last."""
    low, high = [], []
    for number in range(boxes.shape[1]):
        least, most = boxes[:, number]
        if number not in cuts or (most - least).max() < SAME:
            low.append(least)
            high.append(most)
            continue
        inside = [share for share in best if (share >= least - NEAR).all() and (share <= most + NEAR).all()]
        edges = [
            _cut(float(a), float(b), [float(share[k]) for share in inside])
            for k, (a, b) in enumerate(zip(least[:-1], most[:-1], strict=True))
        ]
        for part in product(*edges):
            low.append(np.array([*(edge[0] for edge in part), least[-1]]))
            high.append(np.array([*(edge[1] for edge in part), most[-1]]))
    return _within_simplex(np.array([low, high]))


def _cut(low: float, high: float, best: Sequence[float]) -> list[tuple[float, float]]:
    """A range in parts: halves, and a slice next to the share of the best plan where that lies in it."""
    edges = [low, (low + high) / 2, high]
    for share in best[:1]:
        if share - low <= NEAR * (high - low):
            edges.append(low + SLICE * (high - low))
        elif high - share <= NEAR * (high - low):
            edges.append(high - SLICE * (high - low))
        else:
            edges.append(share)
    return list(pairwise(sorted(set(edges))))
