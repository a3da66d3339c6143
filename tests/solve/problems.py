"""Small models with integers, and their optima by trying every whole point."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from pyomo.environ import ConcreteModel
from scipy.optimize import linprog

from redmud_opt.model.arrays import ColumnGroup, Columns, Index, Objective, Rows, StandardForm

Random = np.random.Generator


def names(letter: str, count: int) -> list[str]:
    return [f"{letter}{k}" for k in range(count)]


def best(form: StandardForm) -> float | None:
    """The optimum by an LP at every whole point; None if no point is feasible."""
    whole = form.integrality.astype(bool)
    dense = form.matrix.toarray()
    above, below = np.isfinite(form.row_upper), np.isfinite(form.row_lower)
    rows = np.vstack([dense[above], -dense[below]])
    most = np.r_[form.row_upper[above], -form.row_lower[below]]
    lower, upper = form.col_lower.copy(), form.col_upper.copy()
    ranges = [np.arange(a, b + 1) for a, b in zip(lower[whole], upper[whole], strict=True)]
    found = []
    for point in itertools.product(*ranges):
        lower[whole] = upper[whole] = point
        solved = linprog(form.sense * form.cost, A_ub=rows, b_ub=most, bounds=np.c_[lower, upper])
        if solved.status == 0:
            found.append(solved.fun)
    return form.sense * min(found) + form.offset if found else None


def anything(random: Random) -> ConcreteModel:
    """No structure: dense rows of both signs, some with two bounds, some rows in other units; may be infeasible."""
    m = ConcreteModel()
    wholes, reals, rows = random.integers(1, 5), random.integers(0, 5), random.integers(1, 6)
    lower, upper = -random.integers(0, 2, wholes).astype(float), random.integers(1, 3, wholes).astype(float)
    m.whole = Columns(Index.flat("w", names("w", wholes)), lower=lower, upper=upper, integer=True)
    m.real = Columns(Index.flat("r", names("r", reals)), upper=random.uniform(1, 10, reals))
    coef = random.uniform(-5, 8, (rows, wholes + reals)) * (random.random((rows, wholes + reals)) < 0.7)
    coef *= 10.0 ** random.integers(-3, 5, (rows, 1))
    wide = np.abs(coef).sum(1)
    most = coef @ np.r_[random.uniform(0, 1, wholes), random.uniform(0, 5, reals)]
    most += wide * random.uniform(-0.2, 0.5, rows)
    least = np.where(random.random(rows) < 0.3, most - wide * random.uniform(0, 0.3, rows), -np.inf)
    m.rows = Rows(Index.flat("k", names("k", rows)), lower=least, upper=most)
    m.worth = Objective(random.choice(["minimise", "maximise"]))
    m.worth.constant = float(random.uniform(-3, 3))
    for family, part in ((m.whole, coef[:, :wholes]), (m.real, coef[:, wholes:])):
        row, col = np.nonzero(part)
        m.rows.add(family, row=row, col=col, coef=part[row, col])
        m.worth.add(family, coef=random.uniform(-5, 5, len(family)))
    return m


def knapsack(random: Random, unit: float = 1.0) -> ConcreteModel:
    """Most worth within two weights; `unit` of the second weight."""
    m = ConcreteModel()
    count = int(random.integers(3, 9))
    m.take = Columns(Index.flat("item", names("i", count)), upper=1.0, integer=True)
    weight = random.uniform(1, 9, (2, count)) * np.array([[1.0], [unit]])
    m.within = Rows(Index.flat("k", ["a", "b"]), upper=weight.sum(1) * random.uniform(0.3, 0.7))
    for k in range(2):
        m.within.add(m.take, row=np.full(count, k), col=np.arange(count), coef=weight[k])
    m.worth = Objective("maximise")
    m.worth.add(m.take, coef=random.uniform(1, 9, count))
    return m


def lots(random: Random, unit: float = 1.0) -> ConcreteModel:
    """Lot sizing: set up and make, or keep in stock; tonnes in units of `unit`, batches as whole numbers."""
    m = ConcreteModel()
    periods = int(random.integers(2, 5))
    index = Index.flat("period", names("t", periods))
    every = np.arange(periods)
    m.batches = Columns(index, upper=2.0, integer=True)
    m.made = Columns(index)
    m.stock = Columns(index, upper=30.0 * unit)
    m.bought = Columns(index)
    m.balance = Rows(index, equal_to=random.uniform(2, 12, periods) * unit)
    m.balance.add(m.made)
    m.balance.add(m.bought)
    m.balance.add(m.stock, coef=-1.0)
    m.balance.add(m.stock, row=every[1:], col=every[:-1])
    m.capacity = Rows(index, upper=0.0)
    m.capacity.add(m.made)
    m.capacity.add(m.batches, coef=-random.uniform(6, 12) * unit)
    m.cost = Objective("minimise")
    m.cost.add(m.batches, coef=random.uniform(5, 30, periods))
    m.cost.add(m.stock, coef=random.uniform(0.1, 1) / unit)
    m.cost.add(m.bought, coef=random.uniform(4, 8) / unit)
    return m


def facility(
    random: Random,
    sites: int = 3,
    customers: int = 6,
    periods: int = 2,
    *,
    unit: float = 1.0,
    budget: float = np.inf,
) -> ConcreteModel:
    """Sites built once, in some period, within `budget` a period; demand served or left at a price.

    Tonnes in units of `unit`. The decisions are a column group by site and period.
    """
    m = ConcreteModel()
    site, period = names("s", sites), names("t", periods)
    s, t = np.divmod(np.arange(sites * periods), periods)
    m.build = Columns(Index(("site", "period"), (s, t), (site, period)), upper=1.0, integer=True)
    c, rest = np.divmod(np.arange(customers * sites * periods), sites * periods)
    lanes = Index(
        ("customer", "site", "period"), (c, *np.divmod(rest, periods)), (names("c", customers), site, period)
    )
    m.flow = Columns(lanes)
    demand = np.divmod(np.arange(customers * periods), periods)
    m.unmet = Columns(Index(("customer", "period"), demand, (names("c", customers), period)))
    m.demand = Rows(m.unmet.index, equal_to=random.uniform(1, 9, customers * periods) * unit)
    m.demand.add(m.flow, row=c * periods + rest % periods)
    m.demand.add(m.unmet)
    capacity = random.uniform(8, 20, sites) * unit
    m.capacity = Rows(m.build.index, upper=0.0)
    m.capacity.add(m.flow, row=rest)
    for now in range(periods):
        for before in range(now + 1):
            row, col = np.arange(sites) * periods + now, np.arange(sites) * periods + before
            m.capacity.add(m.build, row=row, col=col, coef=-capacity)
    m.once = Rows(Index.flat("site", site), upper=1.0)
    m.once.add(m.build, row=s)
    price = random.uniform(20, 60, sites)
    m.budget = Rows(Index.flat("period", period), upper=budget)
    m.budget.add(m.build, row=t, coef=price[s])
    m.cost = Objective("minimise")
    m.cost.add(m.build, coef=price[s])
    m.cost.add(m.flow, coef=random.uniform(0.5, 4, len(lanes)) / unit)
    m.cost.add(m.unmet, coef=9.0 / unit)
    m.column_groups = (ColumnGroup(m.build, ("site", "period")),)
    return m


def one(
    cost: Any = 1.0, lower: Any = 0.0, upper: Any = 10.0, most: float = 4.5, sense: str = "maximise"
) -> Any:
    """cost · (n + x) where n + x ≤ most, n whole; both within bounds."""
    m = ConcreteModel()
    index = Index.flat("name", ["n", "x"])
    m.x = Columns(index, lower=lower, upper=upper, integer=np.array([True, False]))
    m.most = Rows(Index.scalar(), upper=most)
    m.most.add(m.x, row=0)
    m.worth = Objective(sense)
    m.worth.add(m.x, coef=cost)
    return m
