"""Approvals of waste that leaves its province: tonnes of a document over its whole validity.

    Σ moved or disposed of = Σ approved                 per need (what, province, site, lineage, period)    [t dry]
    Σ approved · basis ≤ amount                         per approval, over all periods in which it is valid   [t]

An approval may span a year end; its tonnes are not prorated. Several that overlap share what moves as suits them, so
the tonnes are columns of their own and not a limit on the sum. Solid waste law art. 22 and 82; MODEL.md rule 6.
"""

from __future__ import annotations

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.model.arrays import Columns, Index, Rows
from redmud_opt.model.money import Money
from redmud_opt.network import Network
from redmud_opt.network.approved import Granted, approved
from redmud_opt.network.network import Array


def add_approvals(m: ConcreteModel, net: Network) -> None:
    """Columns approved_t, what they serve, and the amounts of the approvals."""
    granted, periods = approved(net), net.time.names
    needs = granted.needs
    served = [needs[k] for k in granted.need]
    m.approved_t = Columns(
        Index.of(
            approval=[granted.documents[k].name for k in granted.document],
            of=[need.of for need in served],
            came_from=[need.came_from for need in served],
            lineage=[need.lineage for need in served],
            period=[periods[need.t] for need in served],
        )
    )
    index = Index.of(
        of=[need.of for need in needs],
        came_from=[need.came_from for need in needs],
        site=[need.site for need in needs],
        lineage=[need.lineage for need in needs],
        period=[periods[need.t] for need in needs],
    )
    rows = m.approval_needed = Rows(index, equal_to=0.0, kind="hard_law", message="model.approval_needed")
    for family, (row, col) in granted.cells.items():
        rows.add(m.component(family), row=row, col=col)
    rows.add(m.approved_t, row=granted.need, coef=-1.0)
    _limit(m, granted)


def _limit(m: ConcreteModel, granted: Granted) -> None:
    """Tonnes of every approval that anything may move under."""
    kept, row = np.unique(granted.document, return_inverse=True)
    rows = [granted.documents[k] for k in kept]
    index = Index.flat("approval", [approval.name for approval in rows])
    amount = np.array([approval.amount_t for approval in rows], dtype=float)
    m.approval_limit = Rows(index, upper=amount, kind="hard_law", message="model.approval_limit")
    m.approval_limit.add(m.approved_t, row=row, coef=granted.basis)


def book_approvals(m: ConcreteModel, net: Network, money: Money) -> None:
    """What is paid per tonne moved under an approval."""
    granted = approved(net)
    fee = np.array([granted.documents[k].cost_cny_per_t for k in granted.document], dtype=float)
    period = np.array([granted.needs[k].t for k in granted.need], dtype=np.int64)
    money.book_in("approval_cost", m.approved_t, period, -fee * granted.basis)


def approval_fees(net: Network) -> Array:
    """The least that a dry tonne pays for its approval on each route in the last period."""
    found = np.zeros(len(net.routes.route))
    if not any(row.cost_cny_per_t for row in net.case.approvals):
        return found
    granted, last = approved(net), net.time.last
    fee = np.full(len(granted.needs), np.inf)
    paid = np.array([granted.documents[k].cost_cny_per_t for k in granted.document], dtype=float)
    np.minimum.at(fee, granted.need, paid * granted.basis)
    row, col = granted.cells.get("flow_t", (np.zeros(0, dtype=np.int64),) * 2)
    now = net.routes.grid.period[col] == last
    found[net.routes.grid.entity[col[now]]] = fee[row[now]]
    return found
