"""Budgets: capex due in a calendar year, or from the first day of the horizon on, undiscounted.

    Σ share due · (capex · build + Σ price · size step) + Σ capex · yard step + Σ capex · adopt
        ≤ amount − what is due for lines under construction                                                    [CNY]

per row of the budgets table, over the lines, yards and options on what arises in its scope. MODEL.md Facility.
"""

from __future__ import annotations

from collections.abc import Set
from datetime import date

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.case.rules import Budget
from redmud_opt.model.arrays import Index, Rows
from redmud_opt.model.building import sized_vintages
from redmud_opt.network import Network
from redmud_opt.network.network import Array
from redmud_opt.network.plant import STANDS, Payment, Plant


def capex_cny(plant: Plant) -> Array:
    """Capex of a unit of each vintage without its size, [V]."""
    return np.array([plant.lines[k].capex_cny or 0.0 for k in plant.line], dtype=float)


def size_steps(m: ConcreteModel, plant: Plant) -> list[tuple[int, int, float]]:
    """(vintage, column of tier_t, CNY per unit of capacity) of every step of a size."""
    price = {(tier.item, tier.step): tier.price_cny_per_t for tier in plant.time.case.tiers}
    vintage = {
        (plant.lines[plant.line[v]].name, plant.time.names[plant.decided[v]]): int(v)
        for v in sized_vintages(plant)
    }
    keys = enumerate(m.tier_t.index.keys())
    return [(vintage[i, w], col, price[i, s]) for col, (i, w, s) in keys if (i, w) in vintage]


def add_budgets(m: ConcreteModel, net: Network) -> None:
    """One row per budget."""
    budgets, plant = net.case.budgets, net.plant
    capex, steps = capex_cny(plant), size_steps(m, plant)
    column = {int(v): k for k, v in enumerate(plant.candidates)}
    entries: list[tuple[int, int, float]] = []
    sizes: list[tuple[int, int, float]] = []
    left = np.array([budget.amount_cny for budget in budgets], dtype=float)
    for row, budget in enumerate(budgets):
        for payment in plant.payments:
            if not counts(net, budget, payment):
                continue
            v = payment.vintage
            if plant.decided[v] == STANDS:
                left[row] -= payment.share * capex[v]
            else:
                entries.append((row, column[v], payment.share * capex[v]))
                sizes += [(row, col, payment.share * price) for vintage, col, price in steps if vintage == v]
    index = Index.flat("budget", [budget.name for budget in budgets])
    rows = m.budget = Rows(index, upper=left, kind="policy", message="model.budget")
    yards = _yard_steps(net)
    for columns, found in (
        (m.build, entries),
        (m.tier_t, sizes),
        (m.yard_step, yards),
        (m.adopt, _adopted(net)),
    ):
        row_of, col, coef = np.array(found, dtype=float).reshape(-1, 3).T
        rows.add(columns, row=row_of.astype(np.int64), col=col.astype(np.int64), coef=coef)


def _yard_steps(net: Network) -> list[tuple[int, int, float]]:
    """(budget, option, CNY) of new yards and raises, due on the day of their decision."""
    yards = net.yards
    return [
        (row, v, yards.capex_cny[option.step])
        for row, budget in enumerate(net.case.budgets)
        for v, option in enumerate(yards.options)
        if covers(
            net, budget, net.time.periods[option.decided].start, yards.names(yards.steps[option.step].storage)
        )
    ]


def _adopted(net: Network) -> list[tuple[int, int, float]]:
    """(budget, column of adopt, capex) of options on what arises."""
    changes = net.changes
    return [
        (row, col, changes.options[k].capex_cny)
        for row, budget in enumerate(net.case.budgets)
        for col, (k, t) in enumerate(zip(changes.decision_option, changes.decision_period, strict=True))
        if changes.options[k].capex_cny and counts_option(net, budget, int(k), int(t))
    ]


def counts_option(net: Network, budget: Budget, option: int, period: int) -> bool:
    """Whether an option decided in a period falls under a budget: by the site of what it changes."""
    site = net.lookup.sites[net.changes.site[option]]
    names = {site.name, site.owner, site.province} - {""}
    return covers(net, budget, net.time.periods[period].start, names)


def counts(net: Network, budget: Budget, payment: Payment) -> bool:
    """Whether a payment for a line falls under a budget."""
    line = net.plant.lines[net.plant.vintages[payment.vintage].line]
    site = net.lookup.facilities[line.facility].site
    names = {net.lookup.owner_of_facility(line.facility), site, net.lookup.sites[site].province}
    return covers(net, budget, payment.due, names)


def covers(net: Network, budget: Budget, due: date, names: Set[str]) -> bool:
    """Whether a budget is of the year of a day, and one of the names in its scope."""
    if budget.year is not None and due.year != budget.year:
        return False
    return not budget.scope or bool(names & net.lookup.members(budget.scope))
