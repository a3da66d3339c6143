"""Goals one after the other: each level is held at its best, within a tolerance, while the next is improved."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.model.value import GOALS, set_goal
from redmud_opt.network import Network
from redmud_opt.solve.outcome import Outcome
from redmud_opt.solve.session import Session

TOLERANCE = 1e-7
"""Part of a level's best that the next level may give up."""


def solve_case_goals(model: ConcreteModel, network: Network, session: Session) -> Outcome:
    """Solves for the objective that the case names, with value as the last level."""
    goal = network.case.settings.objective
    goals = [goal] if goal == "value" else [goal, "value"]
    return solve_levels(model, network, session, goals)


def solve_levels(model: ConcreteModel, network: Network, session: Session, goals: Sequence[str]) -> Outcome:
    """The outcome of the last level; of the first level that holds nothing, if one does."""
    outcome: Outcome | None = None
    for level, goal in enumerate(goals):
        set_goal(model, network, goal)
        outcome = session.solve(model)
        if outcome.values is None:
            return outcome
        if level + 1 < len(goals):
            _hold(model, goal)
    assert outcome is not None, "at least one goal"
    return outcome


def _hold(model: ConcreteModel, goal: str) -> None:
    """Bounds the goal's column at its value, less the tolerance."""
    k = GOALS.index(goal)
    best = float(model.goal.values_array[k])
    slack = TOLERANCE * max(1.0, abs(best))
    if goal in ("value", "utilisation"):
        model.goal.lower_bound[k] = np.float64(best - slack)
    else:
        model.goal.upper_bound[k] = np.float64(best + slack)
