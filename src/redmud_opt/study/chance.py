"""The chance that a target is reached, as a soft goal: a price for every percentage point short of the wished one.

    Chance("red_mud_2030", 2030, at_least=0.9, price_cny_per_point=1e6)

Every scenario s of a two-stage problem says by a binary whether it reaches the target; the chance is the probability
of those that do, and what it lacks costs:

    met[s] ∈ {0, 1},   short[s] ≤ most[s] · (1 − met[s])                                   [origin tonnes]
    lack ≥ 100 · (at_least − Σ_s p_s · met[s]),   lack ≥ 0                                   [percentage points]
    objective: … − price · lack                                                               [CNY]

`most` is what the row of the target can be short of at the most, and so no number of its own: where nothing is used,
share · the most that may be generated, less what was used earlier in the year. A target that is hard in the case is
hard no longer in a scenario that misses it; a soft one keeps its price per tonne beside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.case import Case
from redmud_opt.model.arrays import Columns, Index, Rows
from redmud_opt.model.targets import constant_of, target_years
from redmud_opt.network import Network
from redmud_opt.solve.outcome import Array

POINTS = 100.0
"""Percentage points of a certainty."""

REACHED = 1e-6
"""Short by this share of the most possible still counts as reached."""


@dataclass(frozen=True)
class Chance:
    """A target reached in a year with at least a probability; a price for each percentage point that is lacking."""

    target: str
    year: int
    at_least: float
    price_cny_per_point: float


@dataclass(frozen=True)
class Reached:
    """What a plan for all scenarios makes of a chance: where the target is reached, and how likely that is."""

    chance: Chance
    met: tuple[bool, ...]
    probability: float

    @property
    def lack_points(self) -> float:
        """Percentage points short of what is wished."""
        return max(0.0, POINTS * (self.chance.at_least - self.probability))

    @property
    def price_cny(self) -> float:
        """What they cost."""
        return self.chance.price_cny_per_point * self.lack_points


class NoSuchTarget(ValueError):
    """A chance of a target that a case does not have in that year: `chance`."""

    def __init__(self, chance: Chance) -> None:
        self.chance = chance
        super().__init__(f"no target '{chance.target}' in {chance.year}")


def years_of_targets(case: Case) -> dict[str, tuple[int, ...]]:
    """Target → calendar years of the horizon in which it binds."""
    years = sorted({period.year for period in case.periods})
    return {t.name: tuple(y for y in years if t.year in (None, y)) for t in case.targets}


def most_short_t(model: ConcreteModel, network: Network) -> Array:
    """What each row of `target` can be short of at the most, where nothing is used [origin tonnes]."""
    generated = most_generated_t(model)
    found = []
    for row in target_years(network):
        keys = [(origin, row.year) for origin in row.origins]
        most = sum(generated[model.generated_t.index.position(k)] for k in keys if k in model.generated_t)
        found.append(max(0.0, row.target.at_least * most - constant_of(network, row)))
    return np.array(found, dtype=float)


def most_generated_t(model: ConcreteModel) -> Array:
    """What may be generated at the most, with every measure that adds to it taken in full [origin tonnes]."""
    rows: Rows = model.define_generated_t
    most = rows.upper_bound.copy()
    for term in rows.terms:
        if term.columns is not model.generated_t:
            less = term.coef * np.where(term.coef > 0, *_ends(term.columns, term.col))
            np.subtract.at(most, term.row, less)
    return most


def _ends(columns: Columns, col: np.ndarray) -> tuple[Array, Array]:
    return columns.lower_bound[col], columns.upper_bound[col]


def add_chances(model: ConcreteModel, network: Network, chances: Sequence[Chance]) -> None:
    """Columns `met` and rows `missed`, one of each per chance; the targets named no longer bind on their own.

    Raises NoSuchTarget.
    """
    position = {(row.target.name, row.year): k for k, row in enumerate(target_years(network))}
    for chance in chances:
        if (chance.target, chance.year) not in position:
            raise NoSuchTarget(chance)
    at = np.array([position[chance.target, chance.year] for chance in chances], dtype=np.int64)
    most = most_short_t(model, network)[at]
    upper = model.short_t.upper_bound.copy()
    upper[at] = most
    model.short_t.upper_bound = upper
    index = Index.of(target=[c.target for c in chances], year=[c.year for c in chances])
    model.met = Columns(index, upper=1.0, integer=True)
    rows = model.missed = Rows(index, upper=most, kind="policy", message="model.target")
    rows.add(model.short_t, row=np.arange(len(at)), col=at, coef=1.0)
    rows.add(model.met, coef=most)


def reached_by(
    models: Sequence[ConcreteModel], weights: Array, chances: Sequence[Chance]
) -> tuple[Reached, ...]:
    """What the plans that the models of all scenarios hold make of the chances."""
    found = []
    for k, chance in enumerate(chances):
        met = tuple(
            _short(model, chance) <= REACHED * max(1.0, float(model.missed.upper_bound[k]))
            for model in models
        )
        found.append(Reached(chance, met, float(np.dot(weights, met))))
    return tuple(found)


def _short(model: ConcreteModel, chance: Chance) -> float:
    return float(model.short_t[chance.target, chance.year].value)
