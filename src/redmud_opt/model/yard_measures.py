"""Measures on yards: caps, cut-offs, monitoring, dealkalisation; decided once, and the risk that is left.

    Σ measure[item, ·] ≤ 1                                    = 1 where the deadline lies in the horizon
    Σ reclaimed ≤ M · (1 − Σ measure up to t)                 of measures that block reclaiming               [t]
    risk[storage, t] = risk before − Σ (before − after) · Σ measure up to t                             [score]

A measure is decided on the first day of a period; its effects add up. docs/decisions.md 'Yards';
MODEL.md Storage yard.
"""

from __future__ import annotations

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.case.yards import blocks_reclaim, reduction
from redmud_opt.model.arrays import ColumnGroup, Columns, Index, Rows
from redmud_opt.model.yards import add_parts, leaving, most_of, switch_off
from redmud_opt.network import Network
from redmud_opt.network.network import Ints


def add_yard_measures(m: ConcreteModel, net: Network) -> None:
    """What may be done to yards, what it blocks, and the risk of every yard with scores."""
    measures, time = net.yards.measures, net.time
    due = np.array([net.yards.due(row) for row in measures], dtype=bool).reshape(len(measures), len(time))
    measure, period = np.nonzero(due)
    names = [row.name for row in measures]
    m.measure = Columns(
        Index(("item", "period"), (measure, period), (names, time.names)), upper=1.0, integer=True
    )
    must = np.array([row.deadline is not None and row.deadline < time.periods[-1].end for row in measures])
    once = Index.flat("item", names)
    m.measure_once = Rows(
        once, lower=np.where(must, 1.0, -np.inf), upper=1.0, kind="policy", message="model.measure_once"
    )
    m.measure_once.add(m.measure, row=measure)
    _block(m, net)
    _score(m, net)
    m.column_groups = (*m.column_groups, ColumnGroup(m.measure, ("item", "period")))


def decided(m: ConcreteModel) -> tuple[Ints, Ints]:
    """(measure, period) of every column of `measure`."""
    measure, period = m.measure.index.codes
    return measure, period


def _block(m: ConcreteModel, net: Network) -> None:
    """Nothing is reclaimed from a yard once a measure that blocks it is decided."""
    yards, part = net.yards, leaving(m, net)
    most = most_of(net, [part])
    measure, period = decided(m)
    blocking = [k for k, row in enumerate(yards.measures) if blocks_reclaim(row)]
    keys = [(k, t) for k in blocking for t in range(len(net.time)) if most[_yard(net, k), t] > 0]
    rows = m.reclaim_blocked = Rows(
        Index.of(item=[yards.measures[k].name for k, _ in keys], period=[net.time.names[t] for _, t in keys]),
        upper=np.array([most[_yard(net, k), t] for k, t in keys], dtype=float),
        kind="physics",
        message="model.reclaim_blocked",
    )
    for k in blocking:
        position = np.full(most.shape, -1, dtype=np.int64)
        for row, (other, t) in enumerate(keys):
            if other == k:
                position[_yard(net, k), t] = row
        add_parts(rows, position, [part])
        own = np.flatnonzero(measure == k)
        yard = np.full(len(own), _yard(net, k))
        switch_off(rows, position[yard], m.measure, own, period[own], most[yard])


def _yard(net: Network, measure: int) -> int:
    return net.yards.number[net.yards.measures[measure].storage]


def risk_before(net: Network) -> dict[int, float]:
    """Number of each storage with scores → its risk without measures."""
    found: dict[int, float] = {}
    for k, row in enumerate(net.yards.measures):
        if row.risk_before is not None:
            found.setdefault(_yard(net, k), row.risk_before)
    return found


def _score(m: ConcreteModel, net: Network) -> None:
    yards, periods = net.yards, len(net.time)
    before = risk_before(net)
    scored = np.array(list(before), dtype=np.int64)
    names = [row.name for row in yards.storages]
    codes = (np.repeat(scored, periods), np.tile(np.arange(periods), len(scored)))
    index = Index(("storage", "period"), codes, (names, net.time.names))
    m.risk = Columns(index)
    rows = m.define_risk = Rows(
        index, equal_to=np.repeat(list(before.values()), periods), kind="link", message="model.risk"
    )
    rows.add(m.risk)
    position = np.full((len(names), periods), -1, dtype=np.int64)
    position[codes] = np.arange(len(index))
    measure, period = decided(m)
    yard = np.array([_yard(net, k) for k in range(len(yards.measures))], dtype=np.int64)[measure]
    less = np.array([reduction(row) for row in yards.measures], dtype=float)[measure]
    every = np.repeat(less[:, None], periods, axis=1)
    switch_off(rows, position[yard], m.measure, np.arange(len(measure)), period, every)
