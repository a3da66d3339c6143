"""The relaxation of pools: boxes of shares in place of points. No plan is worth more. Per (pool, period):

    low[box] · mixed_t[way, box] ≤ leaving[component, way] ≤ high[box] · mixed_t[way, box]         summed over boxes
    Σ leaving [way] = Σ mixed_t[way, box]
    low · mixture ≤ share ≤ high · mixture,   Σ share = mixture                                   per (box, component)

and the envelope of McCormick (1976) on leaving = share × amount within a box, with M the most that leaves:

    leaving ≥ Σ M · share + high · mixed_t − M · high · mixture
    leaving ≤ Σ M · share + low · mixed_t − M · low · mixture

The rest is as in `pools`: choice, content, passing. With boxes that shrink the bound comes down to the optimum.
"""

from __future__ import annotations

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.model.arrays import Columns, Index
from redmud_opt.model.pools import CONTENT, Chosen, Filling, add_passing, ways_of
from redmud_opt.network import Network
from redmud_opt.network.network import Array

Boxes = dict[str, Array]

LEAST_SEEN_T = 1e-6
"""Amounts below this have no shares to speak of."""


def add_pool_bound(m: ConcreteModel, net: Network) -> None:
    """Boxes of shares, ranges and envelopes of what leaves."""
    boxes: Boxes = {pool.storage.name: pool.boxes for pool in net.pools}
    names = {name: [str(k) for k in range(both.shape[1])] for name, both in boxes.items()}
    chosen = Chosen(net, names, {name: both[0] for name, both in boxes.items()})
    chosen.add_columns(m)
    chosen.add_choice(m)
    low = {name: both[0] for name, both in boxes.items()}
    high = {name: both[1] for name, both in boxes.items()}
    m.mixed_least = chosen.share_rows(low).rows(m, "lower", "model.mixed_share")
    m.mixed_most = chosen.share_rows(high).rows(m, "upper", "model.mixed_share")
    _add_sums(m, chosen)
    _add_shares(m, chosen, boxes)
    add_passing(m, net)


def _add_sums(m: ConcreteModel, chosen: Chosen) -> None:
    rows = Filling("pool", "way", "period")
    for number, way in enumerate(chosen.ways):
        pool = way.pool.storage.name
        row = rows.row(pool, way.name, chosen.periods[way.period])
        for family, cols, _ in way.parts:
            for col in cols.tolist():
                rows.add(family, row, col, 1.0)
        for k in range(len(chosen.names[pool])):
            if (number, k) in chosen.mixed:
                rows.add("mixed_t", row, chosen.mixed[number, k], -1.0)
        if way.name == CONTENT:
            for component in range(len(way.pool.components)):
                rows.add("unmixed_t", row, chosen.unmixed[pool, way.period, component], -1.0)
    m.mixed_sum = rows.rows(m, "equal_to", "model.mixed_share")


def _add_shares(m: ConcreteModel, chosen: Chosen, boxes: Boxes) -> None:
    """Columns `share`, within their box, adding up to whether it is chosen; then the envelopes."""
    components = {way.pool.storage.name: way.pool.components for way in chosen.ways}
    keys = [(pool, t, k, c) for pool, t, k in chosen.mixture for c in range(len(components[pool]))]
    number = {key: col for col, key in enumerate(keys)}
    index = Index.of(
        pool=[pool for pool, _, _, _ in keys],
        period=[chosen.periods[t] for _, t, _, _ in keys],
        point=[chosen.names[pool][k] for pool, _, k, _ in keys],
        component=[components[pool][c] for pool, _, _, c in keys],
    )
    m.share = Columns(index, upper=1.0)
    sums = Filling("pool", "period", "point")
    sides = {side: Filling("pool", "period", "point", "component") for side in ("least", "most")}
    for (pool, t, k), col in chosen.mixture.items():
        labels = (pool, chosen.periods[t], chosen.names[pool][k])
        row = sums.row(*labels)
        sums.add("mixture", row, col, -1.0)
        for c, name in enumerate(components[pool]):
            sums.add("share", row, number[pool, t, k, c], 1.0)
            for side, rows in enumerate(sides.values()):
                at = rows.row(*labels, name)
                rows.add("share", at, number[pool, t, k, c], 1.0)
                rows.add("mixture", at, col, -float(boxes[pool][side, k, c]))
    m.share_sum = sums.rows(m, "equal_to", "model.mixed_share")
    m.share_least = sides["least"].rows(m, "lower", "model.mixed_share")
    m.share_most = sides["most"].rows(m, "upper", "model.mixed_share")
    m.envelope_least = _envelope(chosen, boxes, number, 1).rows(m, "lower", "model.mixed_share")
    m.envelope_most = _envelope(chosen, boxes, number, 0).rows(m, "upper", "model.mixed_share")


def _envelope(
    chosen: Chosen, boxes: Boxes, share: dict[tuple[str, int, int, int], int], side: int
) -> Filling:
    """leaving − unmixed_t − Σ (M · share + edge · mixed_t − M · edge · mixture)."""
    rows = chosen.share_rows({pool: both[side] for pool, both in boxes.items()})
    row = 0
    for number, way in enumerate(chosen.ways):
        pool = way.pool.storage.name
        for c in range(len(way.pool.components)):
            for k, edge in enumerate(boxes[pool][side, :, c].tolist()):
                if (number, k) in chosen.mixed:
                    most = chosen.most_mixed[chosen.mixed[number, k]]
                    rows.add("share", row, share[pool, way.period, k, c], -most)
                    rows.add("mixture", row, chosen.mixture[pool, way.period, k], most * edge)
            row += 1
    return rows


def boxes_held(m: ConcreteModel, net: Network) -> list[set[int]]:
    """Per pool the boxes that the solution chose."""
    found: dict[str, set[int]] = {pool.storage.name: set() for pool in net.pools}
    for (pool, _, box), on in zip(m.mixture.index.keys(), m.mixture.values_array.tolist(), strict=True):
        if round(on):
            found[pool].add(int(box))
    return list(found.values())


def shares_seen(m: ConcreteModel, net: Network) -> list[list[Array]]:
    """Per pool the shares in which the solution has its content and lets it leave: no two need agree."""
    found = []
    for pool in net.pools:
        shares: list[Array] = []
        for way in ways_of(net, pool):
            amount = np.zeros(len(pool.components))
            for family, cols, carried in way.parts:
                np.add.at(amount, carried, m.component(family).values_array[cols])
            if amount.sum() > LEAST_SEEN_T:
                shares.append(np.maximum(amount, 0.0) / np.maximum(amount, 0.0).sum())
        found.append(shares)
    return found
