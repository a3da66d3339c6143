"""A solve with integers: try, start, improve, branch; and every plan is the LP at rounded, fixed integers.

    try             plain branch and bound for a short time: what is easily closed is done here
    start           candidate plans from the relaxation
    neighbourhood   better plans near the best one
    branch          branch and bound from the best plan, for the time that is left

A candidate of any phase counts only as its LP at rounded integers, which also gives the duals: an integer of 1e-7 in
branch and bound carries nothing into a plan. The bound is that of the relaxation or of branch and bound on the whole
model, never that of a part.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import highspy
import numpy as np

from redmud_opt.model.arrays import StandardForm
from redmud_opt.solve import highs as h
from redmud_opt.solve.algorithm import root_algorithm
from redmud_opt.solve.bench import Bench, Plan, minimising
from redmud_opt.solve.curve import Curve, Watch
from redmud_opt.solve.groups import Decisions
from redmud_opt.solve.neighbourhood import Neighbourhood
from redmud_opt.solve.outcome import PROVED, Array, Holds, Options, Progress, Stopped, gap_of
from redmud_opt.solve.starts import starts

TRY_SHARE, TRY_LEAST_S, TRY_MOST_S = 0.1, 1.0, 10.0
"""The try takes this share of the time limit, within these bounds [s]."""

CLOSE = 0.02
"""A gap that heuristics seldom narrow: the bound is then what is wanting, and that only branch and bound moves."""

TRY_ON = 5.0
"""A try that came close goes on, for at most so many times its time: to begin anew costs the whole tree."""

CLOSE_SHARE = 0.25
"""Part of their usual time that the heuristics get where the gap is close."""

GO_ON_SHARE = 0.4
"""A search that goes on improving may go on for so much of the time then left."""

HEURISTICS_S = 30.0
"""Time for the heuristics where there is no limit [s]."""

REPAIR_S = 10.0
"""Longest that a repair may take [s]; it does not heed the time limit."""

NOT_WHOLE = 1e-10
"""An integer farther from whole than this is set free in a repair."""

TIGHT = 1e-9
"""Feasibility tolerance of a second branch and bound, where rounding cost the plan its proof."""


@dataclass(frozen=True, eq=False)
class MipResult:
    """What a solve holds, in scaled units and the model's own sense."""

    stopped: Stopped
    holds: Holds
    objective: float | None
    bound: float | None
    plan: Plan | None
    ray: Array
    iterations: int
    detail: str
    progress: tuple[Progress, ...]


class Mip:
    """One solve of the model that `highs` holds."""

    def __init__(
        self, highs: Any, form: StandardForm, chosen: Decisions, options: Options, limit_s: float | None
    ) -> None:
        self._highs, self._form, self._chosen, self._options = highs, form, chosen, options
        self._watch = Watch(limit_s, options.should_stop)
        self._curve = Curve(form.sense, self._watch, options.on_progress)
        self._bench = Bench(minimising(form), options, self._watch, self._curve)
        self._plan: Plan | None = None
        self._try_until = math.inf
        self._bound = -math.inf  # of the minimised objective
        self._ray: Array = np.zeros(0)
        self._detail = ""

    def solve(self, earlier: Array | None = None) -> MipResult:
        """Goes through the phases. `earlier`: values of an earlier plan to begin with, scaled."""
        if earlier is not None:
            self._take(earlier)
        stopped: Stopped | None = None
        if self._options.starts or self._options.neighbourhood:
            stopped = self._try()
            if stopped in ("time", "crashed") and self._watch.left() > 0.0:
                self._heuristics()
                stopped = None
        if stopped is None:
            stopped = self._branch("branch", self._watch.left())
        if stopped == "optimal" and self._gap() > max(PROVED, self._options.gap):
            stopped = self._once_more()
        return self._result(stopped)

    def _try(self) -> Stopped:
        """A short branch and bound, longer only while it is close."""
        limit = min(TRY_MOST_S, max(TRY_LEAST_S, TRY_SHARE * self._watch.limit_s))
        self._try_until = self._watch.seconds() + limit
        stopped = self._branch("try", min(TRY_ON * limit, self._watch.left()))
        if self._watch.cancelled() and stopped in ("time", "cancelled"):
            return "cancelled"
        return "time" if stopped == "cancelled" else stopped

    # ---- branch and bound on the whole model ---------------------------------------------------------------

    def _branch(self, phase: str, limit_s: float) -> Stopped:
        self._curve.phase = phase
        if self._watch.cancelled():
            return "cancelled"
        if limit_s <= 0.0:
            return "time"
        if self._enough():
            return "optimal"
        self._prepare(limit_s)
        status = h.run_whole(self._highs)
        self._curve.iterations += h.iterations_of(self._highs)
        self._detail = str(self._highs.modelStatusToString(status))
        if status in (
            highspy.HighsModelStatus.kUnbounded,
            highspy.HighsModelStatus.kUnboundedOrInfeasible,
        ):
            return self._unbounded_or_infeasible()
        stopped = h.STOPPED.get(status, "crashed")
        if stopped in ("optimal", "time", "cancelled"):
            self._bounded(self._form.sense * float(self._highs.getInfo().mip_dual_bound))
            if h.is_feasible(self._highs):
                claimed = self._form.sense * float(self._highs.getInfo().objective_function_value)
                cut_off = (
                    phase == "try" and stopped != "optimal"
                )  # better plans are at hand than a repaired one
                repair_s = TRY_LEAST_S if cut_off else REPAIR_S
                if self._watch.cancelled():
                    repair_s = TRY_LEAST_S  # somebody waits
                self._take(np.array(self._highs.getSolution().col_value), claimed, repair_s)
        return "cancelled" if stopped == "time" and self._watch.cancelled() else stopped

    def _prepare(self, limit_s: float) -> None:
        h.check(self._highs.clearSolver(), "clearSolver")
        algorithm = root_algorithm(self._options.algorithm, len(self._form.cost))
        h.set_option(self._highs, "mip_lp_solver", algorithm)
        h.set_option(self._highs, "mip_min_logging_interval", 1.0)
        h.set_gap(self._highs, self._options.gap)
        h.set_limit(self._highs, limit_s, whole=True)
        if self._plan is not None:
            h.set_start(self._highs, self._plan.values)

    def heard(self, event: Any) -> None:
        """A sign of life from branch and bound: progress, and whether to go on."""
        data = event.data_out
        self._curve.note(float(data.mip_primal_bound), float(data.mip_dual_bound))
        tried = self._curve.phase == "try" and self._watch.seconds() > self._try_until
        event.interrupt(self._watch.cancelled() or (tried and self._curve.gap() > CLOSE))

    def _once_more(self) -> Stopped:
        """Rounding took the proof away: branch again with tolerances that leave less to round."""
        h.set_option(self._highs, "mip_feasibility_tolerance", TIGHT)
        stopped = self._branch("branch", self._watch.left())
        h.set_option(self._highs, "mip_feasibility_tolerance", h.MIP_FEASIBILITY)
        return stopped

    def _unbounded_or_infeasible(self) -> Stopped:
        """Unbounded where the relaxation is and a whole point exists; else infeasible."""
        form = self._bench.form
        relaxed = self._bench.lp(form.col_lower, form.col_upper, self._watch.left())
        if relaxed.stopped == "optimal":
            return "infeasible"
        if relaxed.stopped != "unbounded":
            return relaxed.stopped
        anywhere = replace(form, cost=np.zeros_like(form.cost), offset=0.0)
        point = Bench(anywhere, self._options, self._watch, self._curve).mip(
            form.col_lower, form.col_upper, self._watch.left(), gap=0.0
        )
        if point.values is None:
            return point.stopped
        self._ray = self._bench.ray()
        return "unbounded"

    # ---- heuristics ----------------------------------------------------------------------------------------

    def _heuristics(self) -> None:
        """Where it is close no first plan is looked for, and better ones for a short time only."""
        close = self._gap() <= CLOSE
        end = self._watch.seconds() + self._share()
        relaxed = self._relaxation(self._share())
        if relaxed is not None and self._options.starts and not close:
            self._curve.phase = "start"
            budget = end - self._watch.seconds()
            tools = (self._options, self._watch, self._curve)
            for candidate in starts(self._bench, self._chosen, relaxed, *tools, budget):
                self._take(candidate)
        plan = self._plan
        if plan is not None and self._options.neighbourhood:
            self._curve.phase = "neighbourhood"
            search = Neighbourhood(self._bench, self._chosen, relaxed, self._watch, self._options.seed)
            budget = self._share() * (CLOSE_SHARE if close else 1.0)
            most = budget
            if math.isfinite(self._watch.left()) and not close:
                most += GO_ON_SHARE * (self._watch.left() - budget)
            search.search(plan.values, plan.objective, self._taken, self._enough, budget, most)

    def _share(self) -> float:
        """Time for first plans, and of what is then left again for better ones [s]."""
        share = self._options.heuristic_share * self._watch.left()
        return share if math.isfinite(share) else HEURISTICS_S

    def _relaxation(self, limit_s: float) -> Array | None:
        form = self._bench.form
        relaxed = self._bench.lp(form.col_lower, form.col_upper, limit_s)
        if relaxed.stopped != "optimal":
            return None
        self._bounded(relaxed.objective)
        return relaxed.values

    # ---- plans ---------------------------------------------------------------------------------------------

    def _taken(self, values: Array) -> tuple[Array, float]:
        self._take(values)
        assert self._plan is not None
        return self._plan.values, self._plan.objective

    def _take(self, values: Array, claimed: float | None = None, repair_s: float = REPAIR_S) -> None:
        """Judges a candidate; where rounding spoils it, a repair is tried."""
        plan = self._bench.plan(values)
        if plan is None or (claimed is not None and _worse(plan.objective, claimed)):
            self._keep(plan)
            plan = self._repaired(values, repair_s)
        self._keep(plan)

    def _keep(self, plan: Plan | None) -> None:
        if plan is not None and (self._plan is None or plan.objective < self._plan.objective):
            self._plan = plan
            self._curve.note(objective=self._form.sense * plan.objective)

    def _repaired(self, values: Array, limit_s: float) -> Plan | None:
        """A plan near a candidate that rounding spoilt: what was not whole is free, or what does not decide first."""
        whole = self._bench.whole
        distance = np.abs(values - np.rint(values))
        free = whole & (distance > NOT_WHOLE)
        if not free.any():
            free = whole.copy()
            free[self._chosen.places] = False
        if not free.any():
            return None
        lower, upper = self._bench.fixed(values, whole & ~free)
        found = self._bench.mip(lower, upper, limit_s, gap=0.0, heed=False)
        return None if found.values is None else self._bench.plan(found.values)

    # ---- what is known -------------------------------------------------------------------------------------

    def _bounded(self, bound: float | None) -> None:
        if bound is not None and math.isfinite(bound) and bound > self._bound:
            self._bound = bound
            self._curve.note(bound=self._form.sense * bound)

    def _gap(self) -> float:
        if self._plan is None or not math.isfinite(self._bound):
            return math.inf
        objective = self._plan.objective
        return 0.0 if self._bound >= objective else gap_of(objective, self._bound)

    def _enough(self) -> bool:
        return self._gap() <= max(PROVED, self._options.gap)

    def _result(self, stopped: Stopped) -> MipResult:
        if stopped in ("infeasible", "crashed") and self._plan is not None:
            self._detail = f"branch and bound came out {stopped}, but there is a plan: {self._detail}"
            self._bound = -math.inf if stopped == "infeasible" else self._bound
            stopped = "crashed"
        plan = None if stopped == "unbounded" else self._plan
        holds: Holds = "nothing"
        if plan is not None:
            holds = "proved" if self._gap() <= PROVED else "with_gap"
            stopped = "optimal" if holds == "proved" else "gap" if stopped == "optimal" else stopped
        elif stopped == "optimal":
            stopped, self._detail = "crashed", "no plan at rounded integers"
        objective = None if plan is None else self._form.sense * plan.objective
        bound = self._final_bound(stopped, plan)
        progress = self._curve.finish(objective, bound)
        iterations = self._curve.iterations
        return MipResult(
            stopped, holds, objective, bound, plan, self._ray, iterations, self._detail, progress
        )

    def _final_bound(self, stopped: Stopped, plan: Plan | None) -> float | None:
        """In the model's own sense; a bound that rounding errors put beyond the plan is the plan's objective."""
        if not math.isfinite(self._bound) or stopped in ("infeasible", "unbounded"):
            return None
        return self._form.sense * (self._bound if plan is None else min(self._bound, plan.objective))


def _worse(objective: float, claimed: float) -> bool:
    return objective > claimed + 0.5 * PROVED * max(1.0, abs(claimed))
