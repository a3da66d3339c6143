"""What a plan is asked to be best at: levels, one after the other, each a goal or a weighted sum of goals.

    value                                the most value
    utilisation,value                    the most utilisation; among such plans the one with the most value
    utilisation~0.01,value               the same, and value may take back 1 % of the utilisation reached
    value+120*utilisation-80*emissions   a sum in CNY: 120 CNY per origin tonne, 80 CNY less per t CO2e

A goal alone is maximised or minimised, whichever is better for it; a sum is maximised. Value is less the penalties of
soft targets, in a sum too. Value is always the last level, so that tiers and purchases stay meaningful.
MODEL.md Objectives.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.i18n import Message, text
from redmud_opt.model.arrays import Columns, Index, Objective, Rows
from redmud_opt.model.value import GOALS, MAXIMISED, penalty_cny_per_t, set_goal
from redmud_opt.network import Network
from redmud_opt.network.network import Array, Ints

TOLERANCE = 1e-7
"""Part of a level's best that the next level may give up, unless it is asked otherwise."""

_TERM = re.compile(r"([+-]?)\s*(?:(\d+\.?\d*(?:e[+-]?\d+)?|\.\d+)\s*\*\s*)?([a-z]+)\s*", re.IGNORECASE)


class BadObjective(ValueError):
    """Words that are no objective; `message` says why."""

    def __init__(self, key: str, **values: object) -> None:
        self.message = Message(f"model.objective_{key}", values)
        super().__init__(text(self.message))


@dataclass(frozen=True)
class Level:
    """Goals and weights [CNY per unit; 1 for value]. tolerance: part of its best that later ones may give up."""

    weights: tuple[tuple[str, float], ...]
    tolerance: float = TOLERANCE

    @property
    def goal(self) -> str | None:
        """The goal where it is one alone, None where it is a sum."""
        return self.weights[0][0] if len(self.weights) == 1 and self.weights[0][1] == 1.0 else None

    @property
    def maximised(self) -> bool:
        """Whether more is better."""
        return self.goal is None or self.goal in MAXIMISED

    @property
    def name(self) -> str:
        """As it is written, without the tolerance."""
        if self.goal is not None:
            return self.goal
        words = "".join(_written(weight, goal) for goal, weight in self.weights)
        return words.removeprefix("+")

    def __str__(self) -> str:
        return self.name if self.tolerance == TOLERANCE else f"{self.name}~{self.tolerance:g}"

    def held_at(self, best: float) -> float:
        """Where the next level keeps it."""
        slack = self.tolerance * max(1.0, abs(best))
        return best - slack if self.maximised else best + slack


VALUE = Level((("value", 1.0),))


def _written(weight: float, goal: str) -> str:
    factor = "" if abs(weight) == 1.0 else f"{abs(weight):g}*"
    return f"{'-' if weight < 0 else '+'}{factor}{goal}"


def levels_of(objective: str) -> tuple[Level, ...]:
    """The levels that words ask for, value the last. Raises BadObjective."""
    levels = [_level(words.strip()) for words in objective.split(",")]
    if levels[-1].goal != "value":
        levels.append(VALUE)
    names = [level.name for level in levels]
    if len(set(names)) < len(names):
        raise BadObjective("level_twice", objective=objective)
    return tuple(levels)


def objective_words(objective: str, tolerances: tuple[float, ...] = ()) -> str:
    """An objective as it is recorded: its levels with tolerances, one for all or one for each but the last."""
    levels = levels_of(objective)
    if not tolerances:
        return ",".join(map(str, levels)) if "," in objective or levels[0].goal is None else objective.strip()
    if any(not 0 <= part < 1 for part in tolerances):
        raise BadObjective("tolerances_no_shares", tolerances=tolerances)
    if len(tolerances) not in (1, len(levels) - 1):
        raise BadObjective("tolerance_count", count=len(tolerances), levels=len(levels) - 1)
    each = tolerances * (len(levels) - 1) if len(tolerances) == 1 else tolerances
    told = [replace(level, tolerance=part) for level, part in zip(levels[:-1], each, strict=True)]
    return ",".join(map(str, [*told, levels[-1]]))


def _level(words: str) -> Level:
    terms, mark, share = words.partition("~")
    try:
        tolerance = float(share) if mark else TOLERANCE
    except ValueError as error:
        raise BadObjective("tolerance_no_number", tolerance=share) from error
    if not 0 <= tolerance < 1:
        raise BadObjective("tolerances_no_shares", tolerances=(tolerance,))
    weights: dict[str, float] = {}
    at, first = 0, True
    while at < len(terms) or first:
        found = _TERM.match(terms, at)
        if found is None or (not found[1] and not first) or found[3] not in GOALS:
            raise BadObjective("unknown", objective=words, goals=GOALS)
        weight = float(found[2] or 1.0) * (-1.0 if found[1] == "-" else 1.0)
        weights[found[3]] = weights.get(found[3], 0.0) + weight
        at, first = found.end(), False
    kept = tuple((goal, weight) for goal, weight in weights.items() if weight != 0.0)
    if not kept:
        raise BadObjective("of_nothing", objective=words)
    return Level(kept, tolerance)


# ---- in a model -----------------------------------------------------------------------------------------------


def set_level(m: ConcreteModel, net: Network, level: Level) -> None:
    """Makes a level the objective."""
    if level.goal is not None:
        set_goal(m, net, level.goal)
        return
    if m.component("objective") is not None:
        m.del_component("objective")
    m.objective = Objective("maximise")
    for columns, col, coef in _terms(m, net, level):
        m.objective.add(columns, col=col, coef=coef)


def reached(m: ConcreteModel, net: Network, level: Level) -> float:
    """What the values that a model holds come to."""
    return float(sum(coef @ columns.values_array[col] for columns, col, coef in _terms(m, net, level)))


def hold(m: ConcreteModel, net: Network, level: Level, at: float) -> str | None:
    """Keeps a level at least (at most) at an amount: a bound of its column, or a row, whose name is returned."""
    if level.goal is not None and not _penalised(net, level):
        bound = m.goal.lower_bound if level.maximised else m.goal.upper_bound
        bound[GOALS.index(level.goal)] = at
        return None
    name = f"held_{level.name}"
    if m.component(name) is not None:
        m.del_component(name)
    rows = Rows(Index.flat("level", (level.name,)), lower=at, kind="policy", message="model.held_level")
    m.add_component(name, rows)
    for columns, col, coef in _terms(m, net, level):
        rows.add(columns, row=np.zeros(len(col), dtype=np.int64), col=col, coef=coef)
    return name


def _penalised(net: Network, level: Level) -> bool:
    return dict(level.weights).get("value", 0.0) != 0.0 and bool(penalty_cny_per_t(net).any())


def _terms(m: ConcreteModel, net: Network, level: Level) -> Iterator[tuple[Columns, Ints, Array]]:
    goals = np.array([GOALS.index(goal) for goal, _ in level.weights])
    yield m.goal, goals, np.array([weight for _, weight in level.weights])
    if _penalised(net, level):
        penalty = penalty_cny_per_t(net)
        yield m.short_t, np.arange(len(penalty)), -dict(level.weights)["value"] * penalty
