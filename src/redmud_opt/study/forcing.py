"""A thing forced into a plan, kept out of it, or paid a premium; and what that is worth.

    least[thing] :  Σ weight · act ≥ amount          a row that is added for the question, and taken out again
    premium      :  objective + premium · Σ weight · act

`weight` is what a unit of the thing's price adds to the objective: the discount factor, the price path and the basis
of the price; of a step what is invested in it, less residual value. So Σ weight · act are discounted units, and a
premium is a change of the price, in the money and the basis in which the case states it.

The break-even change of a price is the least loss per discounted unit that any use of the thing comes to:

    min over plans x that use it of  (value − value(x)) ÷ Σ weight · act(x)

It is found by Dinkelbach's method: force a little in, take its ratio as the premium, solve, take the ratio of that
plan, until no plan gains any more. The ratio is that of a plan, so it is exact where the solves are.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.model.arrays import Columns, Index, Rows
from redmud_opt.network import Network
from redmud_opt.network.network import Array, Deliveries, Ints, Routes
from redmud_opt.plan.whole import labels_of, whole_families
from redmud_opt.solve import Session
from redmud_opt.study.asking import Answer, Base, as_it_was, prepare
from redmud_opt.study.things import Thing, table_of

How = Literal["fixed", "near", "fewer", "free"]
"""Whole numbers: as the plan has them; those of the thing free; steps of the plan may be left out and what is run and
used is free, but no other step is added; all free."""

STEPS = ("build", "yard_step", "measure", "adopt")
"""Families of whole numbers that are investments."""

MOST_ROUNDS = {"fixed": 8, "near": 8, "fewer": 3, "free": 3}
"""Rounds of Dinkelbach's method: it converges faster than any geometric series. Fewer where each may take long: what
is found then is still a plan's ratio, only perhaps not the least."""


@dataclass(frozen=True)
class Weighted:
    """Columns of one family with the weight of each."""

    columns: Columns
    at: Ints
    weight: Array

    def sum(self) -> float:
        """Σ weight · value in the plan that the model holds."""
        return float(self.weight @ self.columns.values_array[self.at])


@dataclass(frozen=True)
class Found:
    """An answer with what it uses of the thing: weighted as its price is, in tonnes, and decisions.

    value_cny: without the premium.
    """

    answer: Answer
    units: float = 0.0
    tonnes: float = 0.0
    decided: int = 0
    value_cny: float = -np.inf

    @property
    def possible(self) -> bool:
        """Whether there is a plan."""
        return self.answer.possible


class Forcing:
    """Questions about one thing of a base. decides: they are about decisions for it, not about tonnes."""

    def __init__(self, base: Base, thing: Thing, limit_s: float) -> None:
        self.base, self.thing, self.limit_s = base, thing, limit_s
        self.decides = bool(thing.decisions) and thing.decided(base.model) == 0
        self.asked = [
            Weighted(base.model.component(family), at, _some(weights_of(base, family, at)))
            for family, at in (thing.decisions if self.decides else thing.acts)
        ]
        self._near: Session | None = None

    @contextmanager
    def question(self) -> Iterator[ConcreteModel]:
        """The model with the row `asked`, at first without a bound."""
        base = self.base
        with base.changed() as model:
            rows = model.asked = Rows(Index.flat("asked", [self.thing.name]), lower=-np.inf)
            for part in self.asked:
                rows.add(part.columns, row=np.zeros(len(part.at), dtype=int), col=part.at, coef=part.weight)
            once = model.once = Rows(Index.flat("once", [self.thing.name]), lower=-np.inf)
            for family, at in self.thing.decisions:
                once.add(model.component(family), row=np.zeros(len(at), dtype=int), col=at)
            no_way_back(base, model, self.thing)
            try:
                yield model
            finally:
                model.del_component("asked")
                model.del_component("once")
                prepare(model, base.network, base.outcome.held)

    def force(self, model: ConcreteModel, units: float) -> None:
        """At least so many discounted units from now on; −inf: none need be."""
        model.asked.lower_bound[:] = units

    def force_in(self, model: ConcreteModel, times: float) -> None:
        """At least so many decisions for it from now on; −inf: none need be."""
        model.once.lower_bound[:] = times

    def pay(self, model: ConcreteModel, premium: float) -> None:
        """A premium per discounted unit from now on, instead of any before."""
        prepare(model, self.base.network, self.base.outcome.held)
        for part in self.asked:
            model.objective.add(part.columns, col=part.at, coef=premium * part.weight)

    def solve(
        self, model: ConcreteModel, how: How, premium: float = 0.0, start: Array | None = None
    ) -> Found:
        """Solves the model as it is now, with a premium."""
        self.pay(model, premium)
        if how == "near" or how == "fewer":
            answer = self._solve_near(model, how)
        else:
            answer = self.base.ask(model, how, None if how == "fixed" else self.limit_s, start)
        if not answer.possible:
            return Found(answer)
        units = sum(part.sum() for part in self.asked)
        assert answer.value_cny is not None
        return Found(
            answer,
            units,
            self.thing.used_t(model),
            self.thing.decided(model),
            answer.value_cny - premium * units,
        )

    def _solve_near(self, model: ConcreteModel, how: How) -> Answer:
        """Near the plan; to be proved, if the time allows it."""
        base = self.base
        if self._near is None:
            self._near = Session(replace(base.options, gap=0.0))
        with as_it_was(model):
            if how == "near":
                fix_others(base, model, self.thing)
            else:
                bound_steps(base, model, self.thing)
            outcome = self._near.solve(model, self.limit_s)
        value = None if outcome.values is None else outcome.objective
        return Answer(
            outcome.stopped, value, outcome.bound, {"solver": outcome.seconds}, base.network, model, outcome
        )


def fix_others(base: Base, model: ConcreteModel, thing: Thing) -> None:
    """Whole numbers as the plan has them, but those that name the thing or one of its lines."""
    given = {(family, labels): value for family, labels, value in base.whole}
    names = own_names(base.network, thing)
    for columns in whole_families(model):
        held = np.flatnonzero(columns.integer_mask)
        labels = [labels_of(columns, k) for k in held.tolist()]
        others = np.array([names.isdisjoint(label) for label in labels], dtype=bool)
        values = np.array([given.get((columns.name, label), 0) for label in labels], dtype=float)
        at, values = held[others], values[others]
        values = np.clip(values, columns.lower_bound[at], columns.upper_bound[at])
        columns.lower_bound[at] = columns.upper_bound[at] = values


def bound_steps(base: Base, model: ConcreteModel, thing: Thing) -> None:
    """No other step than those of the plan, each as often as there or less."""
    given = {(family, labels): value for family, labels, value in base.whole}
    names = own_names(base.network, thing)
    for family in STEPS:
        columns = model.component(family)
        labels = [labels_of(columns, k) for k in range(len(columns))]
        others = np.flatnonzero([names.isdisjoint(label) for label in labels])
        values = np.array([given.get((family, labels[k]), 0) for k in others.tolist()], dtype=float)
        columns.upper_bound[others] = np.maximum(
            np.minimum(columns.upper_bound[others], values), columns.lower_bound[others]
        )


def no_way_back(base: Base, model: ConcreteModel, thing: Thing) -> None:
    """No more of what moves on the lanes of a thing comes to where they begin than in the plan.

    Else it would be carried in circles, paid or forced each time. A transfer station must get what it passes on:
    there only the lanes straight back are shut.
    """
    for family, at in thing.acts:
        if family != "flow_t":
            continue
        routes, sites = base.network.routes, base.network.lookup.sites
        own = np.unique(routes.grid.entity[at]).tolist()
        streams = {int(routes.stream[k]) for k in own}
        starts = {routes.route[k].from_site for k in own}
        there = {(routes.route[k].from_site, routes.route[k].to_site) for k in own}
        back = [
            int(routes.stream[k]) in streams
            and (
                (route.to_site, route.from_site) in there
                or (route.to_site in starts and sites[route.to_site].kind != "transfer_station")
            )
            for k, route in enumerate(routes.route)
        ]
        columns = model.component(family)
        shut = np.setdiff1d(np.flatnonzero(np.array(back, dtype=bool)[routes.grid.entity]), at)
        columns.upper_bound[shut] = np.minimum(
            columns.upper_bound[shut], columns.values_array[shut] + NOISE_T
        )


NOISE_T = 1e-7
"""What an amount of the plan may be exceeded by where it is held: the solver's own tolerance."""


def own_names(net: Network, thing: Thing) -> set[str]:
    """Names that the whole numbers of a thing go by: itself, the ends of a route, the lines of a process or site."""
    names = {thing.name, *(thing.ends or ())}
    for row in net.case.line_processes:
        if row.process in names:
            names.add(row.line)
    names |= {row.name for row in net.case.lines if net.lookup.line_site(row.name) in names}
    for family, at in thing.acts:
        if family == "flow_t":
            entities = np.unique(net.routes.grid.entity[at])
            names |= {net.routes.lanes[int(net.routes.lane[k])] for k in entities}
    return names


# ---- what a unit of a price is in the objective -----------------------------------------------------------------


def weights_of(base: Base, family: str, at: Ints) -> Array:
    """What a unit of the price of each column adds to the objective."""
    net, columns = base.network, base.model.component(family)
    if family in ("build", "yard_step", "measure", "adopt"):
        return _invested(base.model, columns)[at]
    if family == "bought_t":
        bought = net.purchases
        entity, period = bought.grid.entity[at], bought.grid.period[at]
        paths = _paths(net, [row.name for row in bought.supplies])[bought.supply[entity], period]
        return np.asarray(net.time.factor[period] * bought.basis[entity] * paths)
    if family == "applied_t":
        return np.asarray(net.time.factor[net.changes.grid.period[at]])
    table = table_of(net, family)
    entity, period = table.grid.entity[at], table.grid.period[at]
    weight = np.asarray(net.time.factor[period], dtype=float)
    if isinstance(table, Deliveries):
        paths = _paths(net, [row.name for row in table.outlets])[table.outlet[entity], period]
        return np.asarray(weight * table.basis[entity] * paths)
    if isinstance(table, Routes):
        return np.asarray(weight * _lane_basis(net, table)[entity])
    return np.asarray(weight * net.time.fraction[period] if family == "stock_t" else weight)


def _some(weight: Array) -> Array:
    """Weights, or 1 where a price path of 0 leaves none at all."""
    return weight if (weight > 0).any() else np.ones(len(weight))


def _paths(net: Network, names: list[str]) -> Array:
    rows = [net.prices.factor(name) for name in names]
    return np.array(rows, dtype=float).reshape(len(rows), len(net.time))


def _lane_basis(net: Network, routes: Routes) -> Array:
    """Tonnes in the basis of a lane's cost per dry tonne: wet ones but where the lane itself says dry."""
    found = []
    for route, stream in zip(routes.route, routes.stream.tolist(), strict=True):
        own = route.listed is not None and route.listed.cost_cny_per_t is not None
        dry = own and route.listed is not None and route.listed.basis == "dry"
        found.append(1.0 if dry else net.lineage(stream).wet_per_dry)
    return np.array(found, dtype=float)


INVESTED = ("capex", "residual_value", "measures")
"""Terms that hold what a decision costs once; upkeep follows from it and is no price."""


def _invested(model: ConcreteModel, columns: Columns) -> Array:
    """Discounted CNY that a decision costs, less residual value, per column; 1 where that is nothing."""
    rows = model.define_value_cny
    terms = rows.index.labels("term")
    counted = np.isin(terms, INVESTED)
    found = np.zeros(len(columns))
    for term in rows.terms:
        if term.columns is columns:
            inside = counted[term.row]
            np.add.at(found, term.col[inside], term.coef[inside])
    return np.where(found > 0.0, found, 1.0)


# ---- the break-even ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class BreakEven:
    """The change of a price at which a thing comes into the plan, and the plan that does so.

    premium: per discounted unit. below, above: what was re-solved just below and above it; `verified` where the thing
    is out below and in above. exact: no plan gains at it, as far as the solves are proved.
    """

    premium: float
    found: Found
    below: Found | None
    above: Found | None
    verified: bool
    rounds: int


def break_even(forcing: Forcing, model: ConcreteModel, how: How, before: Answer, first: Found) -> BreakEven:
    """Dinkelbach's method from a plan that uses the thing, and a re-solve on either side of what it finds."""
    value_cny = before.value_cny
    assert value_cny is not None, "there is a plan to compare with"
    held, premium, rounds = first, (value_cny - first.value_cny) / first.units, 0
    forcing.force(model, -np.inf)
    above: Found | None = None
    while rounds < MOST_ROUNDS[how]:
        rounds += 1
        above = forcing.solve(model, how, premium + _little(premium), start_of(held))
        if not above.possible or above.units <= _TINY * max(1.0, held.units):
            break
        ratio = (value_cny - above.value_cny) / above.units
        better = premium - ratio
        if ratio < premium:
            held, premium = above, ratio
        if better <= 0.5 * _little(premium):
            break
    below = forcing.solve(model, how, premium - _little(premium))
    tiny = _TINY * max(1.0, held.units)
    verified = (
        above is not None and above.possible and above.units > tiny and below.possible and below.units <= tiny
    )
    return BreakEven(premium, held, below, above, verified, rounds)


_TINY = 1e-6
"""Share of the units of the plan that uses it, or units, up to which a thing counts as out."""


def _little(premium: float) -> float:
    """The step to either side of a break-even: 1 %, and not less than the solver's tolerance can show."""
    return max(0.01 * abs(premium), 1e-4)


def start_of(found: Found) -> Array | None:
    """Its values, for another solve to begin with."""
    return None if found.answer.outcome is None else found.answer.outcome.values
