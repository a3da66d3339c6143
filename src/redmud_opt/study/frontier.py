"""Points of a front: the best of a main goal while the others are held at levels asked for (ε-constraint).

    points = Frontier(network, ("value", "utilisation"), Options(time_limit_s=120.0, gap=0.02))
    corner, plan = points.corner("value")                                the most value, then utilisation
    point, plan = points.point(2, {"utilisation": 4.1e6}, whole=plan.whole)   begins with that plan

    maximise main  subject to  goal ≥ ε (utilisation) or goal ≤ ε (emissions, landfilled)

The main goal is value where the front has it, else the first. What is proved best for the main goal is improved in
the others without giving it up, whole numbers free: such a point is efficient. Where a gap is left, the others are
improved at the whole numbers found, an LP. A front without value has it as its last level.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.i18n import Message
from redmud_opt.model import build_model
from redmud_opt.model.arrays import Columns, Objective, StandardForm, compile
from redmud_opt.model.objective import VALUE, Level, hold, levels_of, reached, set_level
from redmud_opt.model.value import GOALS
from redmud_opt.network import Network
from redmud_opt.network.network import Array
from redmud_opt.plan import Plan, audit, make_plan
from redmud_opt.plan.whole import Whole, labels_of, whole_families, whole_numbers
from redmud_opt.solve import Options, Outcome, Session
from redmud_opt.study.asking import as_it_was, fix_whole
from redmud_opt.study.front import Point, main_of

LEVEL_SHARE = 0.5
"""Part of the time of a corner for its own goal; the rest is for the main one."""


@dataclass(frozen=True)
class Levels:
    """What levels came to: the first, that of the main goal, and where those before value are held."""

    first: Outcome
    found: Outcome
    held: tuple[tuple[str, float], ...] = ()


class Frontier:
    """A case that is solved for one point after the other, in one session."""

    def __init__(self, network: Network, goals: tuple[str, ...], options: Options) -> None:
        self.network, self.goals, self.options = network, goals, options
        self.main = levels_of(main_of(goals))[0]
        self.model: ConcreteModel = build_model(network)
        self._free = Session(options)
        self._fixed = Session(replace(options, time_limit_s=None, on_progress=None))

    def corner(
        self, goal: str, number: int = 0, whole: tuple[Whole, ...] | None = None
    ) -> tuple[Point, Plan | None]:
        """The best of one goal, then of the main one, then of the others."""
        return self._solved(Point(number, corner=goal), [goal], {}, whole)

    def point(
        self, number: int, floors: Mapping[str, float], whole: tuple[Whole, ...] | None = None
    ) -> tuple[Point, Plan | None]:
        """The best of the main goal where the others are at least (at most) at `floors`."""
        return self._solved(Point(number, floors=dict(floors)), [], floors, whole)

    def other_extreme(self, goal: str) -> float | None:
        """The worst that a goal can be, of plans with parts of a unit; None where it has no end or none was found."""
        model, level = self.model, levels_of(goal)[0]
        with as_it_was(model):
            for columns in whole_families(model):
                columns.set_integer(False)
            model.del_component("objective")
            model.objective = Objective("minimise" if level.maximised else "maximise")
            model.objective.add(model.goal, col=np.array([GOALS.index(goal)]), coef=1.0)
            return self._fixed.solve(model, self.options.time_limit_s).objective

    # ---- one point -----------------------------------------------------------------------------------------

    def _solved(
        self, point: Point, first: list[str], floors: Mapping[str, float], whole: tuple[Whole, ...] | None
    ) -> tuple[Point, Plan | None]:
        started = time.perf_counter()
        names = dict.fromkeys([*first, self.main.name, *self.goals, "value"])
        with as_it_was(self.model):
            asked = [(goal, at) for goal, at in floors.items()]
            rows = [hold(self.model, self.network, levels_of(goal)[0], at) for goal, at in asked]
            try:
                found = self._levels([levels_of(name)[0] for name in names], rows, whole)
            finally:
                for row in filter(None, rows):
                    self.model.del_component(row)
            seconds = time.perf_counter() - started
            if found.found.values is None:
                return replace(point, stopped=found.found.stopped, seconds=seconds), None
            return self._judged(point, found, tuple(asked), seconds)

    def _judged(
        self, point: Point, levels: Levels, asked: tuple[tuple[str, float], ...], seconds: float
    ) -> tuple[Point, Plan | None]:
        """The plan that the model holds, audited."""
        main = reached(self.model, self.network, self.main)
        found, bound = levels.found, self._bound(levels.found, main)
        outcome = replace(
            found,
            objective=reached(self.model, self.network, VALUE),
            bound=bound if self.main == VALUE else None,
            held=(*asked, *levels.held),
        )
        plan = make_plan(self.network, self.model, outcome)
        if outcome.held:
            amounts = tuple(Message(f"front.held_{goal}", {"amount": at}) for goal, at in outcome.held)
            plan = replace(plan, notes=(*plan.notes, Message("front.plan_holds", {"amounts": amounts})))
        plan = plan.with_audit(audit(self.network.case, plan.frames, plan.value_cny, None))
        assert plan.audit is not None
        goals = {goal: self._reached(goal) for goal in (*self.goals, "value")}
        own = levels.first.bound if point.corner not in (None, self.main.name) else None
        point = replace(
            point,
            goals=goals,
            main=main,
            bound=bound,
            own_bound=own,
            stopped=outcome.stopped,
            holds=outcome.holds,
            seconds=seconds,
            builds=tuple(dict.fromkeys(str(line) for line in plan.frames["builds"]["line"])),
            audit_passed=plan.audit.passed,
        )
        return point, plan

    def _bound(self, found: Outcome, main: float) -> float | None:
        """What later levels gave up of the main goal, within their tolerance, is no better than its bound."""
        if found.bound is None:
            return None
        return max(found.bound, main) if self.main.maximised else min(found.bound, main)

    def _reached(self, goal: str) -> float:
        return reached(self.model, self.network, levels_of(goal)[0])

    # ---- levels --------------------------------------------------------------------------------------------

    def _levels(self, levels: list[Level], rows: list[str | None], whole: tuple[Whole, ...] | None) -> Levels:
        first: Outcome | None = None
        found: Outcome | None = None
        held: list[tuple[str, float]] = []
        value = False
        proved, started = True, time.perf_counter()
        for number, level in enumerate(levels):
            set_level(self.model, self.network, level)
            free = proved or level == self.main
            before = self.main not in levels[:number] and level != self.main
            outcome = self._solve(free, self._limit(started, before), whole)
            if outcome.values is None:
                if first is None or found is None:
                    found = outcome if first is None else replace(first, bound=None, holds="with_gap")
                    return Levels(first or outcome, found, tuple(held))
                break  # a later level is cut short: what the ones before hold stays
            first = first or outcome
            if level == self.main:
                found = outcome
            proved = proved and outcome.holds == "proved"
            whole = whole_numbers(self.model)
            if number + 1 < len(levels):
                at = level.held_at(reached(self.model, self.network, level))
                rows.append(hold(self.model, self.network, level, at))
                value = value or level == VALUE
                if not value:
                    held.append((level.name, at))
        assert first is not None
        assert found is not None
        return Levels(first, found, tuple(held))

    def _limit(self, started: float, before: bool) -> float | None:
        limit = self.options.time_limit_s
        if limit is None:
            return None
        return (LEVEL_SHARE if before else 1.0) * max(0.0, limit - (time.perf_counter() - started))

    def _solve(self, free: bool, limit: float | None, whole: tuple[Whole, ...] | None) -> Outcome:
        if free:
            if whole is not None:
                form = compile(self.model)
                self._free.begin_with(form, beginning(form, whole))
            return self._free.solve(self.model, limit)
        with as_it_was(self.model):
            fix_whole(self.model, whole_numbers(self.model))
            return self._fixed.solve(self.model)


def beginning(form: StandardForm, whole: tuple[Whole, ...]) -> Array:
    """The whole numbers of a plan in a compiled model, all else 0: the LP at them is solved anew."""
    given = {(family, labels): value for family, labels, value in whole}
    values = np.zeros(len(form.cost))
    for (_, start, stop), source in zip(form.column_blocks, form.column_sources, strict=True):
        columns = source.component
        if not isinstance(columns, Columns):
            continue
        positions = np.arange(stop - start) if source.positions is None else source.positions
        for place in np.flatnonzero(columns.integer_mask[positions]).tolist():
            values[start + place] = given.get((columns.name, labels_of(columns, int(positions[place]))), 0)
    return values
