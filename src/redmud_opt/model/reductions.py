"""Options on what arises: avoided, changed into another material, or added.

    applied[option, t] ≤ share · arising from its start on                      where nothing is decided       [t]
    applied[option, t] ≤ share · Σ arising from the start of d on · adopt[option, d]    where it is;  = all or nothing
    Σ adopt[option, d] ≤ 1
    Σ applied[option, t] ≤ arising from the first start on    per arising and period, over reductions and switches,
                                                              where together they could exceed it

A tonne applied is a tonne less (reduction), a tonne less and `factor` tonnes of another material more (switch), or a
tonne more (expansion): balances and the total `generated` take it from `Network.changes`. MODEL.md Value.
"""

from __future__ import annotations

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.model.arrays import ColumnGroup, Columns, Index, Rows
from redmud_opt.model.money import Money
from redmud_opt.network import Network
from redmud_opt.network.network import Mask

MORE = 1 + 1e-9
"""Shares that only rounding makes more than the whole do not exceed it."""


def add_reductions(m: ConcreteModel, net: Network) -> None:
    """Columns applied_t and adopt, and what binds them."""
    changes = net.changes
    names, periods = [row.name for row in changes.options], net.time.names
    index = Index(("option", "period"), (changes.grid.entity, changes.grid.period), (names, periods))
    m.applied_t = Columns(index, upper=changes.grid.pick(changes.most_t))
    option, period = changes.decision_option, changes.decision_period
    m.adopt = Columns(
        Index(("option", "period"), (option, period), (names, periods)), upper=1.0, integer=True
    )
    if len(m.adopt):
        m.column_groups = (ColumnGroup(m.adopt, ("option", "period")),)
    own = np.unique(option)
    once = m.adopted_once = Rows(
        Index(("option",), (own,), (names,)), upper=1.0, kind="physics", message="model.adopted_once"
    )
    once.add(m.adopt, row=np.searchsorted(own, option))
    _bind_to_adoption(m, net)
    _bind_to_arising(m, net)


def _bind_to_adoption(m: ConcreteModel, net: Network) -> None:
    """No more than what is decided and in force; all of it where there is no half measure."""
    changes = net.changes
    decided = np.zeros(len(changes.options), dtype=bool)
    decided[changes.decision_option] = True
    whole = np.array([row.whole for row in changes.options], dtype=bool)
    col = np.flatnonzero(decided[changes.grid.entity])
    index = m.applied_t.index
    keys = tuple(code[col] for code in index.codes)
    rows = m.applied_if_adopted = Rows(
        Index(index.names, keys, index.levels),
        lower=np.where(whole[keys[0]], 0.0, -np.inf),
        upper=0.0,
        kind="physics",
        message="model.applied_if_adopted",
    )
    rows.add(m.applied_t, col=col)
    row = np.full(changes.grid.position.shape, -1, dtype=np.int64)
    row[keys] = np.arange(len(col))
    share = np.array([row.share for row in changes.options], dtype=float)
    most = share[changes.decision_option, None] * changes.after_t
    d, t = np.nonzero((row[changes.decision_option] >= 0) & (most > 0))
    rows.add(m.adopt, row=row[changes.decision_option[d], t], col=d, coef=-most[d, t])


def _bind_to_arising(m: ConcreteModel, net: Network) -> None:
    """What is avoided and changed of an arising is no more than all of it, where options could exceed it."""
    changes = net.changes
    sources = list(dict.fromkeys(row.arising for row in changes.options))
    source = np.array([sources.index(row.arising) for row in changes.options], dtype=np.int64)
    less = avoids(net)
    share = np.array([row.share for row in changes.options], dtype=float)[:, None]
    most, arising = np.zeros((len(sources), len(net.time))), np.zeros((len(sources), len(net.time)))
    np.add.at(most, source[less], changes.most_t[less])
    np.maximum.at(arising, source[less], (changes.most_t / share)[less])
    bound = most > arising * MORE
    names, periods = sources, net.time.names
    rows = m.avoided = Rows(
        Index(("arising", "period"), np.nonzero(bound), (names, periods)),
        upper=arising[bound],
        kind="physics",
        message="model.avoided",
    )
    position = np.full(bound.shape, -1, dtype=np.int64)
    position[bound] = np.arange(len(rows))
    grid = changes.grid
    row = position[source[grid.entity], grid.period]
    col = np.flatnonzero(less[grid.entity] & (row >= 0))
    rows.add(m.applied_t, row=row[col], col=col)


def avoids(net: Network) -> Mask:
    """Options that take a tonne of the arising away, [O]."""
    return np.array([row.effect != "expansion" for row in net.changes.options], dtype=bool)


def book_reductions(m: ConcreteModel, net: Network, money: Money) -> None:
    """Cost per tonne avoided or changed, margin per tonne added, capex at the decision."""
    changes = net.changes
    cost = np.array([row.cost_cny_per_t for row in changes.options], dtype=float)
    margin = np.array([row.margin_cny_per_t or 0.0 for row in changes.options], dtype=float)
    money.book("source_reduction", m.applied_t, changes.grid, -cost)
    money.book("expansion", m.applied_t, changes.grid, margin)
    capex = np.array([row.capex_cny for row in changes.options], dtype=float)
    money.book_in("capex", m.adopt, changes.decision_period, -capex[changes.decision_option])
