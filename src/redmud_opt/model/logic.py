"""The logic table: if A then B; A excludes B; at most or at least k of a group. MODEL.md rule 7.

    state[line, period] = 1   while any unit of the line stands:   state ≤ Σ [A > 0] · units ≤ times · state
    used [lane or outlet, period]                                  see `counted`
    ever [thing]              = 1   if it is in state in any period:   state ≤ ever ≤ Σ state

    requires   a ≤ Σ b                                    per a of `first`
    excludes   a + b ≤ 1                                  per pair;  without `second`  Σ a ≤ 1
    at_most    Σ a ≤ count,      at_least   Σ a ≥ count   per rule

in every period, or once with `ever` over the horizon.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.case.rules import Logic
from redmud_opt.model.arrays import Columns, Index, Rows
from redmud_opt.model.building import Units, can_stand, line_rows
from redmud_opt.network import Network
from redmud_opt.network.counted import LANE, LINE, OUTLET

HORIZON = ""
"""Period of what is asked over the horizon as a whole."""


@dataclass(frozen=True)
class Clause:
    """One row: Σ coefficient · state of things between two numbers."""

    rule: str
    part: int
    terms: tuple[tuple[str, float], ...]
    lower: float
    upper: float


def clauses_of(net: Network, rule: Logic) -> Iterator[Clause]:
    """The rows of a rule in any one period."""
    first = sorted(net.lookup.members(rule.first))
    second = sorted(net.lookup.members(rule.second)) if rule.second else []
    every = tuple((a, 1.0) for a in first)
    if rule.kind == "requires":
        some = tuple((b, -1.0) for b in second)
        for part, a in enumerate(first):
            yield Clause(rule.name, part, ((a, 1.0), *some), -np.inf, 0.0)
    elif rule.kind == "excludes" and second:
        pairs = [(a, b) for a in first for b in second]
        for part, (a, b) in enumerate(pairs):
            yield Clause(rule.name, part, ((a, 1.0), (b, 1.0)), -np.inf, 1.0)
    elif rule.kind == "at_least":
        yield Clause(rule.name, 0, every, float(rule.count or 0), np.inf)
    else:
        yield Clause(rule.name, 0, every, -np.inf, 1.0 if rule.kind == "excludes" else float(rule.count or 0))


class States:
    """Finds the column that says whether a thing is in state."""

    def __init__(self, m: ConcreteModel, net: Network) -> None:
        self.m, self.net = m, net
        outlets = {row.name for row in net.case.outlets}
        self.kind = dict.fromkeys(net.plant.number, LINE) | dict.fromkeys(outlets, OUTLET)

    def column(self, thing: str, period: str) -> tuple[Columns, int] | None:
        """(family, position), None for a lane that nothing can move on: it is never in state."""
        if period == HORIZON:
            return self.m.ever, self.m.ever.index.position(thing)
        kind = self.kind.get(thing, LANE)
        family, key = (
            (self.m.state, (thing, period)) if kind == LINE else (self.m.used, (kind, thing, period))
        )
        return (family, family.index.position(key)) if key in family else None


def add_logic(m: ConcreteModel, net: Network) -> None:
    """States of lines, what was ever in state, and the rules."""
    rules = net.case.logic
    named = {rule.name: _things(net, rule) for rule in rules}
    _add_states(m, net, {thing for things in named.values() for thing in things})
    over_horizon = sorted({t for rule in rules if rule.per == "horizon" for t in named[rule.name]})
    states = States(m, net)
    _add_ever(m, net, states, over_horizon)
    rows_of = [
        (clause, period)
        for rule in rules
        for period in ([HORIZON] if rule.per == "horizon" else net.time.names)
        for clause in clauses_of(net, rule)
    ]
    index = Index.of(
        rule=[c.rule for c, _ in rows_of], part=[c.part for c, _ in rows_of], period=[p for _, p in rows_of]
    )
    rows = m.logic = Rows(
        index,
        lower=np.array([c.lower for c, _ in rows_of], dtype=float),
        upper=np.array([c.upper for c, _ in rows_of], dtype=float),
        kind="policy",
        message="model.logic",
    )
    for row, (clause, period) in enumerate(rows_of):
        for thing, coef in clause.terms:
            _put(rows, row, states.column(thing, period), coef)


def _things(net: Network, rule: Logic) -> set[str]:
    found = set(net.lookup.members(rule.first))
    return found | net.lookup.members(rule.second) if rule.second else found


def _put(rows: Rows, row: int, column: tuple[Columns, int] | None, coef: float) -> None:
    if column is not None:
        rows.add(column[0], row=np.array([row]), col=np.array([column[1]]), coef=coef)


def _add_states(m: ConcreteModel, net: Network, named: set[str]) -> None:
    plant = net.plant
    lines = [k for k, line in enumerate(plant.lines) if line.name in named]
    most, position = line_rows(net, lines, upper=0.0, message="model.state")
    least, _ = line_rows(net, lines, lower=0.0, message="model.state")
    chosen = np.isin(np.arange(len(plant.lines)), lines)[:, None] & can_stand(plant)
    line, period = np.nonzero(chosen)
    index = Index(("line", "period"), (line, period), ([row.name for row in plant.lines], net.time.names))
    m.state = Columns(index, upper=1.0, integer=True)
    m.state_most, m.state_least = most, least
    stands = plant.stands.astype(float)
    Units(m, plant).add(most, position, stands)
    Units(m, plant).add(least, position, stands)
    most.add(m.state, coef=-plant.times[line].astype(float))
    least.add(m.state, coef=-1.0)


def _add_ever(m: ConcreteModel, net: Network, states: States, things: list[str]) -> None:
    m.ever = Columns(Index.flat("thing", things), upper=1.0, integer=True)
    pairs = [(k, thing, period) for k, thing in enumerate(things) for period in net.time.names]
    index = Index.of(thing=[thing for _, thing, _ in pairs], period=[period for _, _, period in pairs])
    rows = m.ever_if_once = Rows(index, upper=0.0, kind="link", message="model.ever")
    some = m.ever_only_if = Rows(m.ever.index, upper=0.0, kind="link", message="model.ever")
    for row, (k, thing, period) in enumerate(pairs):
        column = states.column(thing, period)
        _put(rows, row, column, 1.0)
        rows.add(m.ever, row=np.array([row]), col=np.array([k]), coef=-1.0)
        _put(some, k, column, -1.0)
    some.add(m.ever)
