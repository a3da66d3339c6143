"""Money that follows decisions, not tonnes: running, fixed costs, capex, closing, refunds, residual value.

    running        run cost · run_h + fixed cost per period · on
    line_fixed     fixed O&M · kept · fraction of the year · units in force
    lane_fixed     fixed cost · opening + fixed cost per period · used
    source_reduction, expansion    tonnes avoided, changed or added · cost or margin; their capex: see reductions
    capex          Σ share due · (capex · build + Σ price · size step), each share on its day
    closing        closing cost · close
    residual_value capex (size included) · remaining life ÷ life · units in force at the end

What lines that stand cost in any case is a constant of the definition row. MODEL.md Value.
"""

from __future__ import annotations

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.model.budgets import capex_cny, size_steps
from redmud_opt.model.building import closings
from redmud_opt.model.money import Money
from redmud_opt.model.moved import listed_lanes
from redmud_opt.model.reductions import book_reductions
from redmud_opt.model.refunds import claims_of
from redmud_opt.network import Network
from redmud_opt.network.counted import LANE
from redmud_opt.network.network import Array
from redmud_opt.network.plant import STANDS, Plant


def book_outlays(m: ConcreteModel, net: Network, money: Money) -> None:
    """All of them but refunds."""
    _book_running(m, net, money)
    _book_lanes(m, net, money)
    _book_line_fixed(m, net, money)
    _book_capex(m, net, money)
    _book_closing(m, net, money)
    book_reductions(m, net, money)
    if net.case.settings.residual_value == "straight_line":
        _book_residual(m, net, money)


def per_line(plant: Plant, column: str) -> Array:
    """A column of the lines, blank as 0, [L]."""
    return np.array([getattr(line, column) or 0.0 for line in plant.lines], dtype=float)


def _book_running(m: ConcreteModel, net: Network, money: Money) -> None:
    for columns, name in ((m.run_h, "run_cost_cny_per_h"), (m.on, "fixed_cost_cny_per_period")):
        line, period = columns.index.codes
        money.book_in("running", columns, period, -per_line(net.plant, name)[line])


def _book_lanes(m: ConcreteModel, net: Network, money: Money) -> None:
    rows = listed_lanes(net)
    once = {name: row.fixed_cost_cny or 0.0 for name, row in rows.items()}
    each = {name: row.fixed_cost_cny_per_period or 0.0 for name, row in rows.items()}
    cost = np.array([once[name] for name in m.opening.index.labels("lane")], dtype=float)
    money.book_in("lane_fixed", m.opening, m.opening.index.codes[1], -cost)
    position = net.time.position
    kinds, items, periods = (m.used.index.labels(name) for name in ("kind", "item", "period"))
    pairs = zip(kinds, items, strict=True)
    cost = np.array([each.get(item, 0.0) if kind == LANE else 0.0 for kind, item in pairs], dtype=float)
    period = np.array([position[name] for name in periods], dtype=np.int64)
    money.book_in("lane_fixed", m.used, period, -cost)


def _in_force(m: ConcreteModel, net: Network, money: Money, term: str, amount: Array) -> None:
    """Books amount [V, T], discounted, per unit in force of every vintage."""
    plant, years = net.plant, np.arange(len(net.time))
    for v in np.flatnonzero(plant.decided == STANDS):
        money.owe(term, money.year, amount[v])
    column, t = np.nonzero(amount[plant.candidates])
    money.book_at(term, m.build, column, money.year[t], amount[plant.candidates[column], t])
    vintage, first = closings(plant)
    col, t = np.nonzero((years[None, :] >= first[:, None]) & (amount[vintage] != 0.0))
    money.book_at(term, m.close, col, money.year[t], -amount[vintage[col], t])


def _book_line_fixed(m: ConcreteModel, net: Network, money: Money) -> None:
    plant = net.plant
    per_year = per_line(plant, "fixed_om_cny_per_a")[plant.line][:, None]
    _in_force(m, net, money, "line_fixed", -per_year * plant.kept * net.time.fraction * net.time.factor)


def _book_capex(m: ConcreteModel, net: Network, money: Money) -> None:
    plant = net.plant
    capex, steps = capex_cny(plant), size_steps(m, plant)
    column = {int(v): k for k, v in enumerate(plant.candidates)}
    for payment in plant.payments:
        v = payment.vintage
        year, factor = money.due(payment.due)
        amount = -payment.share * factor
        at = np.array([year])
        if plant.decided[v] == STANDS:
            money.owe("capex", at, np.array([amount * capex[v]]))
            continue
        money.book_at("capex", m.build, np.array([column[v]]), at, np.array([amount * capex[v]]))
        for vintage, col, price in steps:
            if vintage == v:
                money.book_at("capex", m.tier_t, np.array([col]), at, np.array([amount * price]))


def _book_closing(m: ConcreteModel, net: Network, money: Money) -> None:
    vintage, period = closings(net.plant)
    cost = per_line(net.plant, "closing_cost_cny")[net.plant.line[vintage]]
    money.book_in("closing", m.close, period, -cost)


def _book_residual(m: ConcreteModel, net: Network, money: Money) -> None:
    plant, last = net.plant, net.time.last
    share = plant.remaining * net.time.factor[last]
    amount = np.zeros(plant.share.shape)
    amount[:, last] = share * capex_cny(plant)
    _in_force(m, net, money, "residual_value", amount)
    year = np.array([money.year[last]])
    for v, col, price in size_steps(m, plant):
        money.book_at("residual_value", m.tier_t, np.array([col]), year, np.array([share[v] * price]))


def book_refunds(m: ConcreteModel, net: Network, money: Money) -> None:
    """Refunds, discounted at the middle of their year."""
    claims = claims_of(net)
    year = np.searchsorted(net.time.years, np.array([claim.year for claim in claims], dtype=np.int64))
    windows = [np.flatnonzero(net.time.year == claim.year) for claim in claims]
    factor = np.array([net.time.window_factor(window) for window in windows], dtype=float)
    money.book_at("vat_refund", m.refund_cny, np.arange(len(claims)), year, factor)
