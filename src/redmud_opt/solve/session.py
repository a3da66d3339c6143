"""One HiGHS object per structure: pass arrays, change what changed, keep the basis warm.

    session = Session(options)
    outcome = session.solve(model)          first pass
    outcome = session.solve(changed model)  only changed costs, bounds and coefficients are written

Every return status of HiGHS is checked, and that all rows, columns and non-zeros arrived; a value that is not finite
never reaches it (`compile` refuses). The solver holds the model scaled by powers of two; what goes in and comes out
is in the model's own units. How a model with integers is solved stands in `mip`.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import highspy
import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.model.arrays import ColumnGroup, StandardForm, compile
from redmud_opt.solve import highs as h
from redmud_opt.solve.algorithm import lp_algorithm
from redmud_opt.solve.basis import packed, restored
from redmud_opt.solve.compare import matched, same_pattern
from redmud_opt.solve.groups import decisions
from redmud_opt.solve.highs import SolverTrouble
from redmud_opt.solve.mip import Mip
from redmud_opt.solve.outcome import Array, Holds, Options, Outcome, Progress, Size
from redmud_opt.solve.scaling import Scaling, equilibrated, unscaled, within_range

__all__ = ["Session", "SolverTrouble"]


class Session:
    """Holds the solver between solves of models with the same structure."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or Options()
        self.form: StandardForm | None = None
        self.scaling: Scaling | None = None
        self._scaled: StandardForm | None = None
        self._groups: tuple[ColumnGroup, ...] = ()
        self._earlier: Array | None = None  # values of the last plan with integers
        self._first: tuple[StandardForm, Array] | None = (
            None  # the plan that every solve with integers begins with
        )
        self._kept = ""
        self._mip: Mip | None = None
        self._pinned: tuple[StandardForm, Scaling, StandardForm, Any] | None = None
        self._highs: Any = h.new_highs(self.options)
        self._progress: list[Progress] = []
        self._started = 0.0
        if self.options.should_stop is not None or self.options.on_progress is not None:
            h.listen(self._highs, h.LP_EVENTS, self._heard)  # only when somebody listens: callbacks cost time
        h.listen(self._highs, h.MIP_EVENTS, self._heard_mip)

    # ---- public --------------------------------------------------------------------------------------------

    def solve(self, model: ConcreteModel, time_limit_s: float | None = None) -> Outcome:
        """Compiles and solves; loads the values into the model's columns if there are any.

        `model.column_groups`, if there, says which integer decisions come first (`ColumnGroup`).
        """
        return self.solve_timed(model, time_limit_s)[0]

    def solve_timed(
        self, model: ConcreteModel, time_limit_s: float | None = None
    ) -> tuple[Outcome, dict[str, float]]:
        """`solve`, and the seconds of compile, update and solver."""
        started = time.perf_counter()
        form = compile(model)
        compiled = time.perf_counter()
        self.update(form, getattr(model, "column_groups", ()))
        updated = time.perf_counter()
        outcome = self.run(time_limit_s)
        seconds = {"compile": compiled - started, "update": updated - compiled, "solver": outcome.seconds}
        if outcome.values is not None:
            form.load(outcome.values)
        return outcome, seconds

    def begin_with(self, form: StandardForm, values: Array) -> None:
        """A plan that every solve with integers begins with, instead of the last one found; matched by names."""
        self._first = (form, values)

    def begin_at(self, basis: str) -> None:
        """A basis kept of the same model that the first LP begins at, instead of none."""
        self._kept = basis

    def pin(self) -> None:
        """Remembers the LP last solved with its basis, for `rewind`."""
        assert self.form is not None
        assert self.scaling is not None
        assert self._scaled is not None
        self._pinned = (self.form, self.scaling, self._scaled, self._highs.getBasis())

    def rewind(self) -> None:
        """Brings the pinned basis back, as if nothing had been solved since."""
        assert self._pinned is not None
        form, scaling, scaled, basis = self._pinned
        if self.scaling is not scaling or not self._same_pattern(form):
            h.pass_form(self._highs, scaled)
            self.form, self.scaling, self._scaled = form, scaling, scaled
        h.check(self._highs.clearSolver(), "clearSolver")
        h.check(self._highs.setBasis(basis), "setBasis")

    def update(self, form: StandardForm, groups: Sequence[ColumnGroup] = ()) -> str:
        """Takes a compiled model; returns `passed` if all of it was written, `changed` if only differences were."""
        self._groups = tuple(groups)
        if self._same_pattern(form):
            assert self.scaling is not None
            assert self._scaled is not None
            scaled = self.scaling.apply(form)
            if within_range(scaled):
                anew = h.other_zeros(self._scaled, scaled)
                if anew:
                    h.pass_again(self._highs, scaled)
                else:
                    h.change_form(self._highs, self._scaled, scaled)
                self.form, self._scaled = form, scaled
                return "passed" if anew else "changed"
        self._pass(form, equilibrated(form) if self.options.scaling else unscaled(form))
        return "passed"

    def run(self, time_limit_s: float | None = None) -> Outcome:
        """Solves what was last taken. The limit is this run's own; without one that of the options holds.

        That there is no plan is said only where the model in its own units has none either: with boxes narrower than
        its tolerance (frozen amounts, scaled) HiGHS has called infeasible what exact arithmetic solves.
        """
        if self.form is None:
            raise SolverTrouble("no model was passed")
        self._started = time.perf_counter()
        limit = self.options.time_limit_s if time_limit_s is None else time_limit_s
        outcome = self._run(limit)
        if outcome.stopped == "infeasible" and self._is_scaled():
            self._pass(self.form, unscaled(self.form))
            outcome = self._run(None if limit is None else limit - outcome.seconds)
        return outcome

    def proof(self) -> Array:
        """Weight of every row in a proof that the LP last taken has no plan; empty if there is none."""
        assert self.scaling is not None
        found = h.proof_of_infeasibility(self._highs)
        return np.abs(self.scaling.row_duals(found)) if len(found) else found

    def _run(self, limit: float | None) -> Outcome:
        assert self.form is not None
        return self._run_mip(limit) if self.form.integrality.any() else self._run_lp(limit)

    def row_ranges(self) -> tuple[Array, Array] | None:
        """Between which bounds of each row alone the duals of the last LP hold; None where there is no basis."""
        if self.scaling is None or not self._highs.getBasis().valid:
            return None
        status, ranging = self._highs.getRanging()
        if status != highspy.HighsStatus.kOk or not ranging.valid:
            return None
        ends = (ranging.row_bound_dn.value_, ranging.row_bound_up.value_)
        low, high = (np.ldexp(np.array(end, dtype=float), -self.scaling.row) for end in ends)
        return low, high

    # ---- the model -----------------------------------------------------------------------------------------

    def _same_pattern(self, form: StandardForm) -> bool:
        return self.form is not None and same_pattern(self.form, form)

    def _is_scaled(self) -> bool:
        return self.scaling is not None and bool(self.scaling.row.any() or self.scaling.column.any())

    def _pass(self, form: StandardForm, scaling: Scaling) -> None:
        before, old = self._highs.getBasis(), self.form
        scaled = scaling.apply(form)
        h.pass_form(self._highs, scaled)
        if old is None and self._kept:
            at = restored(self._kept, len(form.cost), len(form.row_lower))
            if at is not None:
                h.check(self._highs.setBasis(at), "setBasis")
        if old is not None:
            if before.valid and not form.integrality.any():
                self._warm(old, form, before)
            self._earlier = None if self._earlier is None else self._carried(old, self._earlier, form)
        self.form, self.scaling, self._scaled = form, scaling, scaled

    def _warm(self, old: StandardForm, new: StandardForm, before: Any) -> None:
        """Hands the old basis over by name; what is new starts at a bound (columns) or basic (rows)."""
        basis = highspy.HighsBasis()
        at_lower, basic = highspy.HighsBasisStatus.kLower, highspy.HighsBasisStatus.kBasic
        columns = matched(old.column_blocks, old.column_sources, new.column_blocks, new.column_sources)
        rows = matched(old.row_blocks, old.row_sources, new.row_blocks, new.row_sources)
        column_before, row_before = before.col_status, before.row_status  # each reading copies the whole list
        basis.col_status = [column_before[k] if k >= 0 else at_lower for k in columns]
        basis.row_status = [row_before[k] if k >= 0 else basic for k in rows]
        basis.valid = True
        basis.alien = True  # the number of basic variables need not fit: HiGHS repairs it
        h.check(self._highs.setBasis(basis), "setBasis")

    def _carried(self, old: StandardForm, values: Array, new: StandardForm) -> Array | None:
        """A plan by name; what is new is 0. Only its integers matter, and the LP at them is solved anew."""
        if not new.integrality.any():
            return None
        columns = matched(old.column_blocks, old.column_sources, new.column_blocks, new.column_sources)
        return np.where(columns >= 0, values[columns], 0.0)

    def _beginning(self, form: StandardForm) -> Array | None:
        return self._earlier if self._first is None else self._carried(*self._first, form)

    # ---- with integers -------------------------------------------------------------------------------------

    def _run_mip(self, limit: float | None) -> Outcome:
        assert self.form is not None
        assert self.scaling is not None
        assert self._scaled is not None
        chosen = decisions(self.form, self._groups)
        self._mip = Mip(self._highs, self._scaled, chosen, self.options, limit)
        earlier = self._beginning(self.form)
        found = self._mip.solve(None if earlier is None else self.scaling.scaled_values(earlier))
        self._mip = None
        plan = found.plan
        values = None if plan is None else self.scaling.values(plan.values)
        if values is not None:
            self._earlier = values
        sense = self.form.sense
        return Outcome(
            stopped=found.stopped,
            holds=found.holds,
            size=self._size(),
            seconds=time.perf_counter() - self._started,
            algorithm="mip",
            iterations=found.iterations,
            objective=found.objective,
            bound=found.bound,
            values=values,
            row_duals=None if plan is None else sense * self.scaling.row_duals(plan.row_duals),
            reduced_costs=None if plan is None else sense * self.scaling.reduced_costs(plan.reduced_costs),
            ray=self._names(self.scaling.values(found.ray)) if len(found.ray) else (),
            detail=found.detail,
            progress=found.progress,
            basis=self._basis(None if plan is None else plan.basis),
        )

    def _heard_mip(self, event: Any) -> None:
        if self._mip is not None:
            self._mip.heard(event)

    # ---- without -------------------------------------------------------------------------------------------

    def _run_lp(self, limit: float | None) -> Outcome:
        assert self.form is not None
        self._progress.clear()
        warm = bool(self._highs.getBasis().valid)
        algorithm = lp_algorithm(self.options.algorithm, len(self.form.cost), warm)
        h.set_limit(self._highs, highspy.kHighsInf if limit is None else limit, whole=False)
        status = h.run_lp(self._highs, algorithm, self.options.feasibility_tolerance)
        if warm and h.STOPPED.get(status) == "optimal" and not h.is_feasible(self._highs):
            # from a warm basis simplex now and then ends at a point that misses the tolerance: once more from nothing
            h.check(self._highs.clearSolver(), "clearSolver")
            status = h.run_lp(self._highs, algorithm, self.options.feasibility_tolerance)
        return self._lp_outcome(status, algorithm)

    def _heard(self, event: Any) -> None:
        data = event.data_out
        seconds = time.perf_counter() - self._started
        if not self._progress or seconds - self._progress[-1].seconds >= 0.2:
            iterations = int(max(data.simplex_iteration_count, data.ipm_iteration_count, 0))
            self._progress.append(Progress(seconds, iterations, float(data.objective_function_value)))
            if self.options.on_progress is not None:
                self.options.on_progress(self._progress[-1])
        if self.options.should_stop is not None:
            event.interrupt(self.options.should_stop())  # the flag outlives a run: it is cleared here too

    def _lp_outcome(self, status: Any, algorithm: str) -> Outcome:
        assert self.scaling is not None
        stopped = h.STOPPED.get(status, "crashed")
        objective = float(self._highs.getInfo().objective_function_value)
        iterations = h.iterations_of(self._highs)
        values = self._values(stopped)
        holds: Holds = "nothing" if values is None else "proved" if stopped == "optimal" else "with_gap"
        solution = self._highs.getSolution()
        has_duals = values is not None and solution.dual_valid
        return Outcome(
            stopped=stopped,
            holds=holds,
            size=self._size(),
            seconds=time.perf_counter() - self._started,
            algorithm=algorithm,
            iterations=iterations,
            objective=None if values is None else objective,
            bound=objective if stopped == "optimal" else None,
            values=values,
            row_duals=self.scaling.row_duals(np.array(solution.row_dual)) if has_duals else None,
            reduced_costs=self.scaling.reduced_costs(np.array(solution.col_dual)) if has_duals else None,
            ray=self._names(self.scaling.values(h.ray(self._highs))) if stopped == "unbounded" else (),
            detail=str(self._highs.modelStatusToString(status)),
            progress=tuple(self._progress),
            basis=self._basis(self._highs.getBasis() if self.options.keep_basis else None),
        )

    def _basis(self, found: Any) -> str:
        return packed(found) if self.options.keep_basis else ""

    def _values(self, stopped: str) -> Array | None:
        """The primal values if they are a plan: optimal, or stopped early at a feasible point."""
        if stopped not in ("optimal", "time", "cancelled") or not h.is_feasible(self._highs):
            return None
        assert self.form is not None
        assert self.scaling is not None
        values = self.scaling.values(np.array(self._highs.getSolution().col_value))
        clipped: Array = np.minimum(np.maximum(values, self.form.col_lower), self.form.col_upper)
        return clipped

    # ---- both ----------------------------------------------------------------------------------------------

    def _size(self) -> Size:
        assert self.form is not None
        form = self.form
        return Size(len(form.cost), len(form.row_lower), form.matrix.nnz, int(form.integrality.sum()))

    def _names(self, direction: Array) -> tuple[str, ...]:
        """Names of the columns that grow without bound."""
        assert self.form is not None
        largest = np.argsort(-np.abs(direction))[:12]
        return tuple(self.form.column_name(int(k)) for k in largest if abs(direction[k]) > 1e-9)
