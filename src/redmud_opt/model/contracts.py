"""Contracts: an amount to be taken every calendar year or paid for, and what was short made up later.

    Σ moved · basis − made_up[y] + short[y] ≥ take[y]          per (contract, year)                     [unit]
    Σ made_up[≤ y] ≤ Σ short[< y],   0 ≤ short[y] ≤ take[y]
    take[y] = take_or_pay_t_per_a · days of the year inside validity and horizon ÷ days of the year

Moved is what is delivered to the outlets, bought from the supplies, or fed to the partner's lines of the contract.
What is short costs the penalty (`shortfall`), what is made up brings a share of it back (`make_up_credit`), both
discounted at the middle of the year. That nothing moves outside validity is a matter of bounds. MODEL.md Value.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.case.rules import Contract
from redmud_opt.model.arrays import Columns, Index, Rows
from redmud_opt.model.money import Money
from redmud_opt.network import Network
from redmud_opt.network.network import Array, Grid, Ints


@dataclass(frozen=True)
class Duty:
    """What a contract asks for in a calendar year. `take` in the unit and basis of its items."""

    contract: Contract
    year: int
    positions: Ints
    take: float

    @property
    def penalty_cny(self) -> float:
        """CNY per unit short."""
        return self.contract.penalty_cny_per_t or 0.0

    @property
    def credit_cny(self) -> float:
        """CNY per unit made up."""
        return self.penalty_cny * self.contract.make_up_share


def duties_of(net: Network) -> list[Duty]:
    """Every contract with an amount to take, in every year of which it is valid on a day; the years in order."""
    found = []
    for row in net.case.contracts:
        if row.take_or_pay_t_per_a is None:
            continue
        share = net.time.fraction * net.time.open(row.valid_from, row.valid_to)
        for _, positions in net.time.windows("year"):
            year, take = int(net.time.year[positions[0]]), row.take_or_pay_t_per_a * share[positions].sum()
            if take > 0:
                found.append(Duty(row, year, positions, float(take)))
    return found


def add_contracts(m: ConcreteModel, net: Network) -> None:
    """Columns short and made_up, and rows take_or_pay and make_up, per contract and year."""
    duties = duties_of(net)
    later = [k for k, duty in enumerate(duties) if duty.contract.make_up and _before(duties, k)]
    index = Index.of(contract=[d.contract.name for d in duties], year=[d.year for d in duties])
    m.short_of_contract = Columns(index, upper=np.array([d.take for d in duties], dtype=float))
    m.take_or_pay = Rows(
        index, lower=np.array([d.take for d in duties]), kind="policy", message="model.take_or_pay"
    )
    m.take_or_pay.add(m.short_of_contract)
    for columns, row, col, coef in _moved(m, net, duties):
        m.take_or_pay.add(columns, row=row, col=col, coef=coef)
    again = Index.of(contract=[duties[k].contract.name for k in later], year=[duties[k].year for k in later])
    m.made_up = Columns(again)
    m.take_or_pay.add(m.made_up, row=np.array(later, dtype=np.int64), coef=-1.0)
    m.make_up = Rows(again, upper=0.0, kind="policy", message="model.make_up")
    number = {k: n for n, k in enumerate(later)}
    for k, n in number.items():
        before = _before(duties, k)
        made = [number[j] for j in (*before, k) if j in number]
        m.make_up.add(m.made_up, row=np.full(len(made), n), col=np.array(made))
        m.make_up.add(m.short_of_contract, row=np.full(len(before), n), col=np.array(before), coef=-1.0)


def _before(duties: list[Duty], k: int) -> list[int]:
    """The duties of the same contract in earlier years."""
    own = duties[k]
    return [n for n, d in enumerate(duties) if d.contract.name == own.contract.name and d.year < own.year]


def _moved(m: ConcreteModel, net: Network, duties: list[Duty]) -> list[tuple[Columns, Ints, Ints, Array]]:
    """(columns, row, column, coefficient) of all that moves under contracts, a row per duty."""
    sold, bought, runs = net.deliveries, net.purchases, net.runs
    row_of = {(duty.contract.name, duty.year): k for k, duty in enumerate(duties)}
    families: tuple[tuple[Columns, Grid, list[str], Array], ...] = (
        (m.sold_t, sold.grid, [sold.outlets[k].contract for k in sold.outlet], sold.basis),
        (m.bought_t, bought.grid, [bought.supplies[k].contract for k in bought.supply], bought.basis),
        (m.feed_t, runs.grid, [net.plant.lines[k].contract for k in runs.line], np.ones(len(runs.run))),
    )
    found = []
    for columns, grid, contract, basis in families:
        years = net.time.year[grid.period].tolist()
        cells = zip(grid.entity.tolist(), years, strict=True)
        rows = np.array([row_of.get((contract[e], year), -1) for e, year in cells], dtype=np.int64)
        col = np.flatnonzero(rows >= 0)
        found.append((columns, rows[col], col, basis[grid.entity[col]]))
    return found


def book_contracts(m: ConcreteModel, net: Network, money: Money) -> None:
    """Penalties and credits, discounted at the middle of their year."""
    duties = {(duty.contract.name, duty.year): duty for duty in duties_of(net)}
    for term, columns in (("shortfall", m.short_of_contract), ("make_up_credit", m.made_up)):
        labels = (columns.index.labels(name).tolist() for name in ("contract", "year"))
        own = [duties[key] for key in zip(*labels, strict=True)]
        each = [-d.penalty_cny if term == "shortfall" else d.credit_cny for d in own]
        factor = np.array([net.time.window_factor(d.positions) for d in own], dtype=float)
        year = np.searchsorted(net.time.years, np.array([d.year for d in own], dtype=np.int64))
        money.book_at(term, columns, np.arange(len(own)), year, np.array(each, dtype=float) * factor)


def taken_under(m: ConcreteModel, net: Network, duties: list[Duty]) -> Array:
    """What moved under every duty, in the unit and basis of its items."""
    found = np.zeros(len(duties))
    for columns, row, col, coef in _moved(m, net, duties):
        np.add.at(found, row, columns.values_array[col] * coef)
    return found
