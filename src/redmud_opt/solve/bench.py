"""A second HiGHS object beside the session's: relaxation, LPs at fixed integers, and MIPs with a part fixed.

Every form here is minimised and scaled. Bounds and integrality are given anew for each solve, so nothing that was
fixed for one is left over for the next.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from redmud_opt.model.arrays import StandardForm
from redmud_opt.solve import highs as h
from redmud_opt.solve.algorithm import lp_algorithm, root_algorithm
from redmud_opt.solve.curve import Curve, Watch
from redmud_opt.solve.groups import Mask
from redmud_opt.solve.outcome import Array, Options, Stopped

LP_WATCHDOG_S = 1800.0
"""Longest that the LP of a plan may take: it heeds neither the time limit nor a cancel."""


@dataclass(frozen=True, eq=False)
class Solved:
    """What came of one solve; `values` only if they are feasible."""

    stopped: Stopped
    values: Array | None = None
    objective: float | None = None
    bound: float | None = None
    row_duals: Array | None = None
    reduced_costs: Array | None = None


@dataclass(frozen=True, eq=False)
class Plan:
    """A plan at whole integers, with the duals of its LP."""

    values: Array
    objective: float
    row_duals: Array
    reduced_costs: Array
    basis: Any = None


def minimising(form: StandardForm) -> StandardForm:
    """The same form with its objective turned so that less is better."""
    return replace(form, cost=form.sense * form.cost, offset=form.sense * form.offset, sense=1)


class Bench:
    """Solves one form with bounds of one's own."""

    def __init__(self, form: StandardForm, options: Options, watch: Watch, curve: Curve) -> None:
        self.form = form
        self.whole: Mask = form.integrality.astype(bool)
        self._options, self._watch, self._curve = options, watch, curve
        self._heed = True
        self._basis: Any = None
        self._make()

    def lp(self, lower: Array, upper: Array, limit_s: float, heed: bool = True) -> Solved:
        """The LP within these bounds, integers relaxed; `heed`: a cancel ends it."""
        self._prepare(lower, upper, np.zeros_like(self.whole), limit_s, heed)
        warm = self._basis is not None
        if warm:
            h.check(self._highs.setBasis(self._basis), "setBasis")
        algorithm = lp_algorithm(self._options.algorithm, len(self.form.cost), warm)
        solved = self._read(h.run_lp(self._highs, algorithm, self._options.feasibility_tolerance))
        if solved.stopped == "crashed":
            solved = self._read(h.run_without_presolve(self._highs))
        if solved.stopped == "optimal":
            basis = self._highs.getBasis()
            self._basis = basis if basis.valid else self._basis
        return solved

    def mip(
        self,
        lower: Array,
        upper: Array,
        limit_s: float,
        *,
        gap: float,
        start: Array | None = None,
        heed: bool = True,
    ) -> Solved:
        """The MIP within these bounds. A feasible start also cuts off whatever is worse."""
        self._prepare(lower, upper, self.whole, limit_s, heed)
        h.check(self._highs.clearSolver(), "clearSolver")
        h.set_gap(self._highs, gap)
        if start is not None:
            h.set_start(self._highs, start)
        return self._read(h.run_whole(self._highs), whole=True)

    def plan(self, values: Array) -> Plan | None:
        """The LP at the rounded integers of `values`, if it has an optimum; no limit or cancel ends it early."""
        lower, upper = self.fixed(values, self.whole)
        solved = self.lp(lower, upper, LP_WATCHDOG_S, heed=False)
        found = (solved.values, solved.objective, solved.row_duals, solved.reduced_costs)
        if solved.stopped != "optimal" or any(part is None for part in found):
            return None
        return Plan(*found, self._basis)  # type: ignore[arg-type]

    def fixed(self, values: Array, where: Mask) -> tuple[Array, Array]:
        """The form's bounds, with columns fixed at rounded values."""
        lower, upper = self.form.col_lower.copy(), self.form.col_upper.copy()
        lower[where] = upper[where] = np.clip(np.rint(values[where]), lower[where], upper[where])
        return lower, upper

    def ray(self) -> Array:
        """Direction in which the relaxation grows without bound, in scaled units; empty if none is found."""
        self._prepare(
            self.form.col_lower, self.form.col_upper, np.zeros_like(self.whole), LP_WATCHDOG_S, False
        )
        return h.ray(self._highs)

    # ---- the solver's side ---------------------------------------------------------------------------------

    def _make(self) -> None:
        self._interrupted = False
        self._highs = h.new_highs(self._options)
        h.set_option(
            self._highs, "mip_lp_solver", root_algorithm(self._options.algorithm, len(self.form.cost))
        )
        h.listen(self._highs, (*h.LP_EVENTS, "cbMipInterrupt"), self._heard)
        h.pass_form(self._highs, self.form)
        self._bounds = (self.form.col_lower, self.form.col_upper)
        self._integer = self.whole

    def _prepare(self, lower: Array, upper: Array, integer: Mask, limit_s: float, heed: bool) -> None:
        if self._interrupted:  # the interrupt flag outlives its run
            self._make()
        self._heed = heed
        h.change_bounds(self._highs, self._bounds, (lower, upper))
        self._bounds = (lower, upper)
        changed = np.flatnonzero(self._integer != integer).astype(np.int32)
        if len(changed):
            kinds = integer[changed].astype(np.uint8)
            h.check(self._highs.changeColsIntegrality(len(changed), changed, kinds), "changeColsIntegrality")
        self._integer = integer
        h.set_limit(self._highs, limit_s, whole=bool(integer.any()))

    def _heard(self, event: Any) -> None:
        self._curve.note()
        stop = self._heed and self._watch.cancelled()
        self._interrupted |= stop
        event.interrupt(stop)

    def _read(self, status: Any, whole: bool = False) -> Solved:
        stopped = h.STOPPED.get(status, "crashed")
        info = self._highs.getInfo()
        self._curve.iterations += h.iterations_of(self._highs)
        bound = float(info.mip_dual_bound) if whole else None
        if stopped not in ("optimal", "time", "cancelled") or not h.is_feasible(self._highs):
            return Solved(stopped, bound=bound)
        solution = self._highs.getSolution()
        lower, upper = self._bounds
        values = np.clip(np.array(solution.col_value), lower, upper)
        objective = float(info.objective_function_value)
        duals = (
            (np.array(solution.row_dual), np.array(solution.col_dual))
            if solution.dual_valid
            else (None, None)
        )
        return Solved(stopped, values, objective, bound if whole else objective, *duals)
