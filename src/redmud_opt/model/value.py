"""Value: every term is a named total, discounted at the mid-date of its period.

    value[term, year] = Σ discount · price · tonnes        [CNY of the base year], revenue +, cost −

    sales, gate fees      outlets and their tiers          purchases   supplies and their tiers
    transport             lanes, per wet tonne             processing  lines, per tonne fed
    co2_cost              direct, transport and purchased emissions
    holding               put, reclaimed, held, placed     levies      environmental tax where not compliant
    soft_clock            per tonne and year that waste lies longer than a soft storage clock allows
    running               hours and periods that lines run       line_fixed  fixed operation and maintenance
    lane_fixed            once, and per period used              capex       of steps, and of lines under construction
    closing               of lines                               vat_refund  for products from enough listed waste
    residual_value        of lines that outlast the horizon      end_charge  stock left at the end of the horizon
    closure               of yards                               measures    on yards, once and per year
    tolling               fees for what partners process         shortfall, make_up_credit  of contracts, see there
    approval_cost         of tonnes moved under approvals

Prices per tonne of outlets, supplies, processes, lanes and haul rules follow their paths by calendar year.
Goals: value = Σ terms, utilisation [origin tonnes], emissions [t CO2e], landfilled [t]. MODEL.md Value.
"""

from __future__ import annotations

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.model.approvals import book_approvals
from redmud_opt.model.arrays import Columns, Index, Objective, Rows
from redmud_opt.model.contracts import book_contracts
from redmud_opt.model.money import TERMS, Money
from redmud_opt.model.outlays import book_outlays, book_refunds
from redmud_opt.model.targets import target_years
from redmud_opt.model.tiers import steps_of
from redmud_opt.model.totals import grid_of
from redmud_opt.model.yard_outlays import book_yards
from redmud_opt.network import Network
from redmud_opt.network.burdens import booked
from redmud_opt.network.network import Array, Ints

GOALS = ("value", "utilisation", "emissions", "landfilled")
MAXIMISED = ("value", "utilisation")
"""Goals of which more is better; of the others less is."""


def add_value(m: ConcreteModel, net: Network) -> None:
    """Value terms by year."""
    labels = [(term, year) for term in TERMS for year in net.time.years]
    index = Index.of(term=[t for t, _ in labels], year=[y for _, y in labels])
    m.value_cny = Columns(index, lower=-np.inf)
    m.define_value_cny = Rows(index, equal_to=0.0, kind="link", message="model.value")
    m.define_value_cny.add(m.value_cny)
    money = Money(m.define_value_cny, net)
    _book_markets(m, net, money)
    _book_tiers(m, net, money)
    money.book("transport", m.flow_t, net.routes.grid, -net.routes.cost)
    money.book("processing", m.feed_t, net.runs.grid, -net.runs.cost)
    money.book("tolling", m.feed_t, net.runs.grid, -net.runs.toll)
    _book_storage(m, net, money)
    _book_carbon(m, net, money)
    book_outlays(m, net, money)
    book_refunds(m, net, money)
    book_yards(m, net, money)
    book_contracts(m, net, money)
    book_approvals(m, net, money)
    _book_end(m, net, money)


def _book_markets(m: ConcreteModel, net: Network, money: Money) -> None:
    """Outlets and supplies without tiers; a negative outlet price is a gate fee."""
    tiered = {tier.item for tier in net.case.tiers}
    sold, bought = net.deliveries, net.purchases
    price = _by_period(net, {o.name: 0.0 if o.name in tiered else o.price_cny_per_t for o in sold.outlets})
    unit = price[sold.outlet] * sold.basis[:, None]
    money.book("sales", m.sold_t, sold.grid, np.maximum(unit, 0.0))
    money.book("gate_fees", m.sold_t, sold.grid, np.minimum(unit, 0.0))
    price = _by_period(net, {s.name: 0.0 if s.name in tiered else s.price_cny_per_t for s in bought.supplies})
    unit = price[bought.supply] * bought.basis[:, None]
    money.book("purchases", m.bought_t, bought.grid, -unit)


def _by_period(net: Network, prices: dict[str, float]) -> Array:
    """Prices of the base year times their paths, [item, T]."""
    rows = [price * net.prices.factor(name) for name, price in prices.items()]
    return np.array(rows, dtype=float).reshape(len(rows), len(net.time))


def _book_tiers(m: ConcreteModel, net: Network, money: Money) -> None:
    """Step prices, discounted at the middle of their window and booked in its last year."""
    outlets = {outlet.name for outlet in net.case.outlets}
    sized = {net.plant.lines[k].name for k in np.flatnonzero(net.plant.sized)}
    for col, step in enumerate(steps_of(net)):
        if step.tier.item in sized:
            continue  # the capex of a size: see outlays
        price = step.tier.price_cny_per_t * net.prices.over(step.tier.item, step.positions)
        price *= net.time.window_factor(step.positions)
        sold = step.tier.item in outlets
        term = "purchases" if not sold else "sales" if price >= 0 else "gate_fees"
        amount = np.array([price if sold else -price])
        year = money.year[step.positions[-1:]]
        money.book_at(term, m.tier_t, np.array([col]), year, amount)


def _book_storage(m: ConcreteModel, net: Network, money: Money) -> None:
    held, placed = net.holdings, net.placements

    def each(column: str, storage: Ints) -> Array:
        values = np.array([getattr(s, column) for s in held.storages], dtype=float)
        return values[storage] if len(values) else np.zeros(0)

    taxed = np.array([0.0 if s.compliant else s.tax_cny_per_t for s in held.storages], dtype=float)
    money.book("holding", m.put_t, held.put, -each("put_cost_cny_per_t", held.storage))
    money.book("holding", m.reclaim_t, held.reclaim, -each("reclaim_cost_cny_per_t", held.storage))
    per_year = each("holding_cost_cny_per_t_a", held.storage)
    money.book("holding", m.stock_t, held.grid, -per_year[:, None] * net.time.fraction[None, :])
    money.book("soft_clock", m.stock_t, held.grid, -held.overstay)
    money.book("holding", m.placed_t, placed.grid, -each("place_cost_cny_per_t", placed.storage))
    if len(taxed):
        money.book("levies", m.put_t, held.put, -taxed[held.storage])
        money.book("levies", m.placed_t, placed.grid, -taxed[placed.storage])


def _book_carbon(m: ConcreteModel, net: Network, money: Money) -> None:
    """Direct, transport and purchased emissions at the price of carbon."""
    for part in booked(net, "co2e_t"):
        price = net.case.settings.co2_price_cny_per_t
        money.book("co2_cost", m.component(part.family), grid_of(net, part.family), -price * part.coef)


def _book_end(m: ConcreteModel, net: Network, money: Money) -> None:
    count = len(m.excess_t)
    last = net.time.last
    amount = -m.excess_charge * net.time.factor[last]
    money.book_at("end_charge", m.excess_t, np.arange(count), np.full(count, money.year[last]), amount)


def add_goals(m: ConcreteModel, net: Network) -> None:
    """Goals as columns, and the objective that is on: value less penalties of soft targets by default."""
    index = Index.flat("goal", GOALS)
    m.goal = Columns(index, lower=-np.inf)
    rows = m.define_goal = Rows(index, equal_to=0.0, kind="link", message="model.goal")
    rows.add(m.goal)
    _define(rows, 0, m.value_cny, np.arange(len(m.value_cny)))
    _define(rows, 1, m.utilised_t, _counted(m, net))
    accounts = m.account.index.labels("account")
    _define(rows, 2, m.account, np.flatnonzero(accounts == "co2e_t"))
    _define(rows, 3, m.account, np.flatnonzero(accounts == "landfilled_t"))
    set_goal(m, net, "value")


def _define(rows: Rows, row: int, columns: Columns, col: Ints) -> None:
    rows.add(columns, row=np.full(len(col), row), col=col, coef=-1.0)


def _counted(m: ConcreteModel, net: Network) -> Ints:
    """Totals that the objective `utilisation` counts: new, all classes, unless the case says otherwise."""
    settings = net.case.settings
    index = m.utilised_t.index
    classes = np.array([net.class_of_origin(o) for o in index.labels("origin")], dtype=object)
    kept = np.ones(len(index), dtype=bool)
    if settings.utilisation_classes:
        kept &= np.isin(classes, settings.utilisation_classes)
    if not settings.utilisation_counts_legacy:
        kept &= index.labels("cohort") == "new"
    return np.flatnonzero(kept)


def penalty_cny_per_t(net: Network) -> Array:
    """Price of a tonne short per row of `target`, discounted at the middle of its year."""
    found = []
    for row in target_years(net):
        positions = np.flatnonzero(net.time.year == row.year)
        price = 0.0 if row.target.hard else row.target.price_cny_per_t or 0.0
        found.append(price * net.time.window_factor(positions))
    return np.array(found, dtype=float)


def set_goal(m: ConcreteModel, net: Network, goal: str) -> None:
    """Makes one goal the objective; value and utilisation are maximised, the others minimised."""
    if m.component("objective") is not None:
        m.del_component("objective")
    sense = "maximise" if goal in MAXIMISED else "minimise"
    m.objective = Objective(sense)
    m.objective.add(m.goal, col=np.array([GOALS.index(goal)]), coef=1.0)
    if goal == "value":
        m.objective.add(m.short_t, coef=-penalty_cny_per_t(net))
