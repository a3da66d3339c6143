"""Lanes that haul rules make: capacity, and a least lot where a lane is used at all.

    haul_capacity[haul, lane, period]   Σ flow · wet ≤ capacity                                    [t wet]
    hauled[haul, lane, period]          Σ flow · wet ≤ M · hauled,   Σ flow · wet ≥ min_lot · hauled

Sum of the materials that move on the lane by the rule. M is the capacity or what can be there, whichever is less.
Binaries stand only where a rule states a least lot. MODEL.md Lane.
"""

from __future__ import annotations

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.model.arrays import Columns, Index, Rows
from redmud_opt.network import Network
from redmud_opt.network.hauled import Hauled, hauled
from redmud_opt.network.network import Array, Grid, Ints


def add_hauling(m: ConcreteModel, net: Network) -> None:
    """Capacity rows, and columns `hauled` with the rows that tie them to tonnes."""
    lanes = hauled(net)
    capacity = Grid.of(np.isfinite(lanes.capacity))
    rows = m.haul_capacity = Rows(
        _index(net, lanes, capacity),
        upper=lanes.capacity[capacity.entity, capacity.period],
        kind="physics",
        message="model.haul_capacity",
    )
    _tonnes(rows, m, net, lanes, capacity.position)
    asked = np.zeros(lanes.capacity.shape, dtype=bool)
    asked[lanes.lots] = True
    used = Grid.of(asked)
    index, most = _index(net, lanes, used), lanes.most[used.entity, used.period]
    m.hauled = Columns(index, upper=np.minimum(1.0, np.ceil(most)), integer=True)
    m.hauled_most = Rows(index, upper=0.0, kind="physics", message="model.hauled_most")
    m.hauled_least = Rows(index, lower=0.0, kind="physics", message="model.hauled_least")
    lot = np.array([rule.min_lot_t or 0.0 for rule, _ in lanes.pairs], dtype=float)
    for rows, coef in ((m.hauled_most, most), (m.hauled_least, lot[used.entity])):
        _tonnes(rows, m, net, lanes, used.position)
        rows.add(m.hauled, coef=-coef)


def _index(net: Network, lanes: Hauled, grid: Grid) -> Index:
    rules = list(dict.fromkeys(rule.name for rule, _ in lanes.pairs))
    names = list(dict.fromkeys(lane for _, lane in lanes.pairs))
    rule = np.array([rules.index(rule.name) for rule, _ in lanes.pairs], dtype=np.int64)
    number = {name: k for k, name in enumerate(names)}
    lane = np.array([number[name] for _, name in lanes.pairs], dtype=np.int64)
    codes = (rule[grid.entity], lane[grid.entity], grid.period)
    return Index(("haul", "lane", "period"), codes, (rules, names, net.time.names))


def _tonnes(rows: Rows, m: ConcreteModel, net: Network, lanes: Hauled, position: Ints) -> None:
    """Wet tonnes of every limited route in the row of its pair and period."""
    grid = net.routes.grid
    pair: Ints = lanes.pair[grid.entity]
    col = np.flatnonzero(pair >= 0)
    row = position[pair[col], grid.period[col]]
    wet: Array = lanes.wet[grid.entity[col]]
    kept = row >= 0
    rows.add(m.flow_t, row=row[kept], col=col[kept], coef=wet[kept])
