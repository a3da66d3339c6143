"""Goals one after the other: each level is held at its best, within a tolerance, while the next is improved."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from pyomo.environ import ConcreteModel, Var

from redmud_opt.model.arrays import Columns
from redmud_opt.model.objective import Level, hold, levels_of, reached, set_level
from redmud_opt.network import Network
from redmud_opt.solve.outcome import Outcome
from redmud_opt.solve.session import Session

SHARE = 0.6
"""Part of the time left that a level with integers may use, if another follows."""


def solve_case_goals(model: ConcreteModel, network: Network, session: Session) -> Outcome:
    """Solves for the objective that the case names, with value as the last level."""
    return solve_levels(model, network, session, levels_of(network.case.settings.objective))


def solve_levels(
    model: ConcreteModel, network: Network, session: Session, levels: Sequence[Level | str]
) -> Outcome:
    """The outcome of the last level, with where it holds those before; of the first if that holds nothing.

    A later level that is cut short leaves what the one before holds: a plan, not proved best. That a later level is
    infeasible is numerical trouble, for the level before found a point that lies in it; unbounded it may be. What
    was held is set free at the end, so that no run leaks into the next. With integers a level is held at the value of
    the plan found, which is where the next one begins; so every level after the first has a plan.
    """
    lower, upper = model.goal.lower_bound.copy(), model.goal.upper_bound.copy()
    asked = [level if isinstance(level, Level) else levels_of(level)[0] for level in levels]
    rows: list[str] = []
    try:
        return _levels(model, network, session, asked, rows)
    finally:
        model.goal.lower_bound, model.goal.upper_bound = lower, upper
        for name in rows:
            model.del_component(name)


def _levels(
    model: ConcreteModel, network: Network, session: Session, levels: Sequence[Level], rows: list[str]
) -> Outcome:
    held: Outcome | None = None
    kept: list[tuple[str, float]] = []
    started, limit = time.perf_counter(), session.options.time_limit_s
    whole = _has_integers(model)
    for number, level in enumerate(levels):
        set_level(model, network, level)
        last = number + 1 == len(levels)
        left = None if limit is None else max(0.0, limit - (time.perf_counter() - started))
        # a level with integers would use up all the time it is given
        found = session.solve(model, left if left is None or last or not whole else SHARE * left)
        if found.values is None:
            return found if held is None else _cut_short(held, found)
        held = (
            found if held is None or held.holds == "proved" else replace(found, holds="with_gap", bound=None)
        )
        held = replace(held, held=tuple(kept))
        if not last:
            at = level.held_at(reached(model, network, level))
            kept.append((level.name, at))
            rows += filter(None, [hold(model, network, level, at)])
    assert held is not None, "at least one level"
    return held


def _has_integers(model: ConcreteModel) -> bool:
    families = (family for family in model.component_objects(Var) if isinstance(family, Columns))
    return any(bool((family.integer_mask & ~family.fixed_mask).any()) for family in families)


def _cut_short(held: Outcome, found: Outcome) -> Outcome:
    if found.stopped in ("time", "gap", "cancelled"):
        return replace(held, stopped=found.stopped, holds="with_gap", bound=None)
    if found.stopped == "unbounded":
        return found
    return replace(found, stopped="crashed", detail=f"a later level came out {found.stopped}: {found.detail}")
