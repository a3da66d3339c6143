"""Money of yards: capex of steps, fixed operation and maintenance, closure, measures.

    capex     capex · yard_step, on the day of the decision                  no residual value: room is used up
    holding   fixed O&M · share of the days open · fraction of the year      of a yard until it is closed, of a step
                                                                             from its first day on
    closure   closure cost on the closing day, or · yard_close
    measures  cost · measure + annual cost · fraction of the year, from the decision on

MODEL.md Value; docs/decisions.md 'Yards'.
"""

from __future__ import annotations

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.model.arrays import Columns
from redmud_opt.model.money import Money
from redmud_opt.model.yard_measures import decided
from redmud_opt.network import Network
from redmud_opt.network.network import Array, Ints


def book_yards(m: ConcreteModel, net: Network, money: Money) -> None:
    """All of them."""
    _book_steps(m, net, money)
    _book_upkeep(m, net, money)
    _book_closure(m, net, money)
    _book_measures(m, net, money)


def _book_steps(m: ConcreteModel, net: Network, money: Money) -> None:
    yards = net.yards
    capex = np.array(yards.capex_cny, dtype=float)
    money.book_in("capex", m.yard_step, yards.decided, -capex[yards.option_step])
    per_year = np.array([step.row.fixed_om_cny_per_a or 0.0 for step in yards.steps], dtype=float)
    amount = -per_year[yards.option_step][:, None] * yards.kept * net.time.fraction * net.time.factor
    option, t = np.nonzero(amount)
    money.book_at("holding", m.yard_step, option, money.year[t], amount[option, t])


def _upkeep(net: Network) -> Array:
    """Fixed O&M of yards that stand, as long as their dates say, discounted, [K, T]."""
    rows = [
        (0.0 if row.candidate else row.fixed_om_cny_per_a or 0.0) * net.time.open(row.opens, row.closes)
        for row in net.yards.storages
    ]
    per_year = np.array(rows, dtype=float).reshape(len(rows), len(net.time))
    return per_year * net.time.fraction * net.time.factor


def _book_upkeep(m: ConcreteModel, net: Network, money: Money) -> None:
    upkeep = _upkeep(net)
    for amount in upkeep:
        money.owe("holding", money.year, -amount)
    storage, period = m.yard_close.index.codes
    _from_then_on(net, money, "holding", m.yard_close, period, upkeep[storage])


def _from_then_on(
    net: Network, money: Money, term: str, columns: Columns, period: Ints, amount: Array
) -> None:
    """Books amount [column, T], discounted, in every period from that of the column on."""
    after = np.arange(len(net.time))[None, :] >= period[:, None]
    col, t = np.nonzero(after & (amount != 0.0))
    money.book_at(term, columns, col, money.year[t], amount[col, t])


def _book_closure(m: ConcreteModel, net: Network, money: Money) -> None:
    begin, end = net.time.periods[0].start, net.time.periods[-1].end
    for row in net.yards.storages:
        if row.closes is not None and row.closure_cost_cny and begin <= row.closes < end:
            year, factor = money.due(row.closes)
            money.owe("closure", np.array([year]), np.array([-factor * row.closure_cost_cny]))
    storage, period = m.yard_close.index.codes
    cost = np.array([row.closure_cost_cny or 0.0 for row in net.yards.storages], dtype=float)
    money.book_in("closure", m.yard_close, period, -cost[storage])


def _book_measures(m: ConcreteModel, net: Network, money: Money) -> None:
    measure, period = decided(m)
    rows = net.yards.measures
    once = np.array([row.cost_cny for row in rows], dtype=float)
    money.book_in("measures", m.measure, period, -once[measure])
    per_year = np.array([row.annual_cost_cny_per_a for row in rows], dtype=float)
    amount = -per_year[measure][:, None] * net.time.fraction * net.time.factor
    _from_then_on(net, money, "measures", m.measure, period, amount)
