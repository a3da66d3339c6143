"""One HiGHS object per structure: pass arrays, change what changed, keep the basis warm.

    session = Session(options)
    outcome = session.solve(model)          first pass
    outcome = session.solve(changed model)  only changed costs, bounds and coefficients are written

Every return status of HiGHS is checked, and that all rows, columns and non-zeros arrived; a value that is not finite
never reaches it (`compile` refuses).
"""

from __future__ import annotations

import time
from typing import Any

import highspy
import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.model.arrays import StandardForm, compile
from redmud_opt.model.arrays.terms import CANCELLED
from redmud_opt.solve.compare import matched, same_pattern
from redmud_opt.solve.outcome import Array, Holds, Options, Outcome, Progress, Size, Stopped

SIMPLEX_UP_TO_COLUMNS = 20_000
"""Above this the interior point method with crossover is faster (measured 10× at 44k columns)."""

_STOPPED: dict[Any, Stopped] = {
    highspy.HighsModelStatus.kOptimal: "optimal",
    highspy.HighsModelStatus.kInfeasible: "infeasible",
    highspy.HighsModelStatus.kUnbounded: "unbounded",
    highspy.HighsModelStatus.kTimeLimit: "time",
    highspy.HighsModelStatus.kIterationLimit: "time",
    highspy.HighsModelStatus.kInterrupt: "cancelled",
}


class SolverTrouble(RuntimeError):
    """HiGHS refused something or lost part of the model: an internal error, never an answer."""


class Session:
    """Holds the solver between solves of models with the same structure."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or Options()
        self.form: StandardForm | None = None
        self._highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        self._set("output_flag", False)
        self._set("small_matrix_value", CANCELLED)  # by default HiGHS drops what is below 1e-9
        self._set("threads", self.options.threads)
        self._progress: list[Progress] = []
        self._started = 0.0
        self._listen()

    # ---- public --------------------------------------------------------------------------------------------

    def solve(self, model: ConcreteModel, time_limit_s: float | None = None) -> Outcome:
        """Compiles and solves; loads the values into the model's columns if there are any."""
        self.update(compile(model))
        outcome = self.run(time_limit_s)
        if outcome.values is not None:
            assert self.form is not None
            self.form.load(outcome.values)
        return outcome

    def update(self, form: StandardForm) -> str:
        """Takes a compiled model; returns `passed` if all of it was written, `changed` if only differences were."""
        if self.form is None or not same_pattern(self.form, form):
            before, old = self._highs.getBasis(), self.form
            self._pass(form)
            if old is not None and before.valid:
                self._warm(old, form, before)
            self.form = form
            return "passed"
        self._change(self.form, form)
        self.form = form
        return "changed"

    def run(self, time_limit_s: float | None = None) -> Outcome:
        """Solves what was last taken. The limit is this run's own; without one that of the options holds."""
        if self.form is None:
            raise SolverTrouble("no model was passed")
        self._progress.clear()
        self._started = time.perf_counter()
        algorithm = self._choose_algorithm()
        limit = self.options.time_limit_s if time_limit_s is None else time_limit_s
        # HiGHS counts the time of all runs of one object against its limit
        self._set("time_limit", highspy.kHighsInf if limit is None else self._highs.getRunTime() + limit)
        self._check(self._highs.run(), "run")
        status = self._highs.getModelStatus()
        if status == highspy.HighsModelStatus.kUnboundedOrInfeasible:
            status = self._tell_apart()
        return self._outcome(status, algorithm)

    # ---- options and callbacks -----------------------------------------------------------------------------

    def _set(self, name: str, value: Any) -> None:
        self._check(self._highs.setOptionValue(name, value), f"option {name}")

    @staticmethod
    def _check(status: Any, what: str) -> None:
        """An interrupted or limited run warns; only an error is an error."""
        if status == highspy.HighsStatus.kError:
            raise SolverTrouble(f"HiGHS reports an error at: {what}")

    def _choose_algorithm(self) -> str:
        assert self.form is not None
        algorithm = self.options.algorithm
        if algorithm == "auto":
            algorithm = "simplex" if len(self.form.cost) <= SIMPLEX_UP_TO_COLUMNS else "ipm"
        if self._highs.getBasis().valid and algorithm == "ipm" and self.options.algorithm == "auto":
            algorithm = "simplex"  # a warm basis is worth more
        self._set("solver", algorithm)
        self._set("run_crossover", "on")
        self._set("primal_feasibility_tolerance", self.options.feasibility_tolerance)
        return algorithm

    def _listen(self) -> None:
        """Progress and cancel; only when somebody listens, callbacks cost time."""
        if self.options.should_stop is None and self.options.on_progress is None:
            return
        for event in (
            self._highs.cbSimplexInterrupt,
            self._highs.cbIpmInterrupt,
            self._highs.cbMipInterrupt,
        ):
            event.subscribe(self._heard)

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

    # ---- the model -----------------------------------------------------------------------------------------

    def _pass(self, form: StandardForm) -> None:
        matrix = form.matrix
        sense = highspy.ObjSense.kMinimize if form.sense > 0 else highspy.ObjSense.kMaximize
        self._highs.clearModel()
        # whole arrays at once: filling a HighsLp field by field took ten times as long at 300k columns
        status = self._highs.passModel(
            len(form.cost),
            len(form.row_lower),
            matrix.nnz,
            int(highspy.MatrixFormat.kColwise),
            int(sense),
            form.offset,
            form.cost,
            form.col_lower,
            form.col_upper,
            form.row_lower,
            form.row_upper,
            matrix.indptr.astype(np.int32),
            matrix.indices.astype(np.int32),
            matrix.data,
            form.integrality.astype(np.int32),
        )
        self._check(status, "passModel")
        self._count(form)

    def _count(self, form: StandardForm) -> None:
        arrived = (self._highs.getNumCol(), self._highs.getNumRow(), self._highs.getNumNz())
        sent = (len(form.cost), len(form.row_lower), form.matrix.nnz)
        if arrived != sent:
            raise SolverTrouble(f"sent (columns, rows, non-zeros) {sent}, HiGHS holds {arrived}")

    def _warm(self, old: StandardForm, new: StandardForm, before: Any) -> None:
        """Hands the old basis over by name; what is new starts at a bound (columns) or basic (rows)."""
        basis = highspy.HighsBasis()
        at_lower, basic = highspy.HighsBasisStatus.kLower, highspy.HighsBasisStatus.kBasic
        columns = matched(old.column_blocks, old.column_sources, new.column_blocks, new.column_sources)
        rows = matched(old.row_blocks, old.row_sources, new.row_blocks, new.row_sources)
        basis.col_status = [before.col_status[k] if k >= 0 else at_lower for k in columns]
        basis.row_status = [before.row_status[k] if k >= 0 else basic for k in rows]
        basis.valid = True
        basis.alien = True  # the number of basic variables need not fit: HiGHS repairs it
        self._check(self._highs.setBasis(basis), "setBasis")

    def _change(self, old: StandardForm, new: StandardForm) -> None:
        """Writes what differs; the basis stays."""
        highs = self._highs
        cost = np.flatnonzero(old.cost != new.cost).astype(np.int32)
        if len(cost):
            self._check(highs.changeColsCost(len(cost), cost, new.cost[cost]), "changeColsCost")
        col = _differing(old.col_lower, new.col_lower, old.col_upper, new.col_upper)
        if len(col):
            bounds = (new.col_lower[col], new.col_upper[col])
            self._check(highs.changeColsBounds(len(col), col, *bounds), "changeColsBounds")
        for row in _differing(old.row_lower, new.row_lower, old.row_upper, new.row_upper):
            bounds = (float(new.row_lower[row]), float(new.row_upper[row]))
            self._check(highs.changeRowBounds(int(row), *bounds), "changeRowBounds")
        self._change_coefficients(old, new)
        if old.sense != new.sense:
            sense = highspy.ObjSense.kMinimize if new.sense > 0 else highspy.ObjSense.kMaximize
            self._check(highs.changeObjectiveSense(sense), "changeObjectiveSense")
        if old.offset != new.offset:
            self._check(highs.changeObjectiveOffset(new.offset), "changeObjectiveOffset")

    def _change_coefficients(self, old: StandardForm, new: StandardForm) -> None:
        columns = np.repeat(np.arange(new.matrix.shape[1]), np.diff(new.matrix.indptr))
        for k in np.flatnonzero(old.matrix.data != new.matrix.data):
            row, col = int(new.matrix.indices[k]), int(columns[k])
            self._check(self._highs.changeCoeff(row, col, float(new.matrix.data[k])), "changeCoeff")

    # ---- the answer ----------------------------------------------------------------------------------------

    def _tell_apart(self) -> Any:
        """Unbounded or infeasible: once more without presolve, which can tell."""
        self._set("presolve", "off")
        self._set("solver", "simplex")
        self._check(self._highs.clearSolver(), "clearSolver")
        self._check(self._highs.run(), "run")
        self._set("presolve", "choose")
        return self._highs.getModelStatus()

    def _outcome(self, status: Any, algorithm: str) -> Outcome:
        assert self.form is not None
        stopped: Stopped = _STOPPED.get(status, "crashed")
        info = self._highs.getInfo()
        values = self._values(stopped)
        holds: Holds = "nothing" if values is None else "proved" if stopped == "optimal" else "with_gap"
        solution = self._highs.getSolution()
        has_duals = values is not None and solution.dual_valid
        return Outcome(
            stopped=stopped,
            holds=holds,
            size=Size(
                len(self.form.cost),
                len(self.form.row_lower),
                self.form.matrix.nnz,
                int(self.form.integrality.sum()),
            ),
            seconds=time.perf_counter() - self._started,
            algorithm=algorithm,
            iterations=int(max(info.simplex_iteration_count, info.ipm_iteration_count, 0)),
            objective=None if values is None else float(info.objective_function_value),
            bound=float(info.objective_function_value) if stopped == "optimal" else None,
            values=values,
            row_duals=np.array(solution.row_dual) if has_duals else None,
            reduced_costs=np.array(solution.col_dual) if has_duals else None,
            ray=self._ray() if stopped == "unbounded" else (),
            detail=str(self._highs.modelStatusToString(status)),
            progress=tuple(self._progress),
        )

    def _values(self, stopped: str) -> Array | None:
        """The primal values if they are a plan: optimal, or stopped early at a feasible point."""
        feasible = (
            self._highs.getInfo().primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        )
        if stopped not in ("optimal", "time", "cancelled") or not feasible:
            return None
        assert self.form is not None
        values: Array = np.array(self._highs.getSolution().col_value)
        clipped: Array = np.minimum(np.maximum(values, self.form.col_lower), self.form.col_upper)
        return clipped

    def _ray(self) -> tuple[str, ...]:
        """Names of the columns that grow without bound."""
        assert self.form is not None
        self._set("presolve", "off")
        self._set("solver", "simplex")
        self._check(self._highs.clearSolver(), "clearSolver")
        self._check(self._highs.run(), "run")
        found = self._highs.getPrimalRay()
        self._set("presolve", "choose")
        direction = np.asarray(found[2]) if found[1] else np.zeros(0)
        largest = np.argsort(-np.abs(direction))[:12]
        return tuple(self.form.column_name(int(k)) for k in largest if abs(direction[k]) > 1e-9)


def _differing(a_old: Any, a_new: Any, b_old: Any, b_new: Any) -> np.ndarray:
    return np.flatnonzero((a_old != a_new) | (b_old != b_new)).astype(np.int32)
