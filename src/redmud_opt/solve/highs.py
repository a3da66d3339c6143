"""The few calls of HiGHS that every solve is made of, with every return status checked.

What HiGHS 1.15.1 does, seen by running it:

- `time_limit` counts the time of all LP runs of one object together, but of a MIP run that run alone.
- `solver` other than "choose" drops the integrality of a MIP: `mip_lp_solver` chooses the LP solver at its root.
- `objective_bound` makes a MIP stop at its first plan and call it optimal: never used; a start cuts off rightly.
- The interrupt flag of a callback outlives its run: every callback sets it anew.
- Unbounded comes with solution status "feasible".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import highspy
import numpy as np

from redmud_opt.model.arrays import StandardForm
from redmud_opt.model.arrays.terms import CANCELLED
from redmud_opt.solve.outcome import Array, Options, Stopped

STOPPED: dict[Any, Stopped] = {
    highspy.HighsModelStatus.kOptimal: "optimal",
    highspy.HighsModelStatus.kInfeasible: "infeasible",
    highspy.HighsModelStatus.kUnbounded: "unbounded",
    highspy.HighsModelStatus.kTimeLimit: "time",
    highspy.HighsModelStatus.kIterationLimit: "time",
    highspy.HighsModelStatus.kSolutionLimit: "time",
    highspy.HighsModelStatus.kInterrupt: "cancelled",
}

MIP_FEASIBILITY = 1e-7
"""How far from whole an integer may be in branch and bound; the plan is taken at rounded ones anyway."""

MIP_CHECK = 1e-6
"""Feasibility tolerances of LPs in branch and bound: with those of the plan it now and then ends in an error."""

MIP_GAP = 5e-7
"""Gap at which branch and bound stops, relative and absolute: less than what counts as proved."""

MIP_EVENTS = ("cbMipInterrupt", "cbMipLogging", "cbMipImprovingSolution")
LP_EVENTS = ("cbSimplexInterrupt", "cbIpmInterrupt")


class SolverTrouble(RuntimeError):
    """HiGHS refused something or lost part of the model: an internal error, never an answer."""


def check(status: Any, what: str) -> None:
    """An interrupted or limited run warns; only an error is an error."""
    if status == highspy.HighsStatus.kError:
        raise SolverTrouble(f"HiGHS reports an error at: {what}")


def set_option(highs: Any, name: str, value: Any) -> None:
    """Sets an option; SolverTrouble if HiGHS does not take it."""
    check(highs.setOptionValue(name, value), f"option {name}")


def new_highs(options: Options) -> Any:
    """A HiGHS object that writes nothing to the console. Logging is on, for its callbacks fire only then."""
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    set_option(highs, "log_to_console", False)
    set_option(highs, "output_flag", True)
    set_option(highs, "small_matrix_value", CANCELLED)  # by default HiGHS drops what is below 1e-9
    set_option(highs, "threads", options.threads)
    set_option(highs, "run_crossover", "on")
    set_option(highs, "mip_feasibility_tolerance", MIP_FEASIBILITY)
    set_option(highs, "random_seed", options.seed)
    # Of 18 s on guangxi most went into its sub-MIPs at the root; without it 7 s, and better on every synthetic case
    set_option(highs, "mip_heuristic_run_root_reduced_cost", False)
    return highs


def listen(highs: Any, events: tuple[str, ...], heard: Callable[[Any], None]) -> None:
    """Calls `heard` at every one of these events."""
    for name in events:
        getattr(highs, name).subscribe(heard)


def set_gap(highs: Any, gap: float) -> None:
    """The gap at which a MIP run stops."""
    set_option(highs, "mip_rel_gap", max(gap, MIP_GAP))
    set_option(highs, "mip_abs_gap", max(gap, MIP_GAP))


def set_limit(highs: Any, seconds: float, whole: bool) -> None:
    """The time limit of the next run [s]; `whole`: it is a run with integers."""
    spent = 0.0 if whole else highs.getRunTime()
    set_option(highs, "time_limit", min(highspy.kHighsInf, spent + max(0.0, seconds)))


def set_start(highs: Any, values: Array) -> None:
    """Hands over a solution to begin with."""
    solution = highspy.HighsSolution()
    solution.col_value = values.tolist()
    check(highs.setSolution(solution), "setSolution")


# ---- the model -------------------------------------------------------------------------------------------------


def pass_form(highs: Any, form: StandardForm) -> None:
    """Writes the whole model; SolverTrouble if not all of it arrives. Coefficients of 0 are left out."""
    matrix = form.matrix
    if not matrix.data.all():
        matrix = matrix.copy()
        matrix.eliminate_zeros()
    highs.clearModel()
    # whole arrays at once: filling a HighsLp field by field took ten times as long at 300k columns
    status = highs.passModel(
        len(form.cost),
        len(form.row_lower),
        matrix.nnz,
        int(highspy.MatrixFormat.kColwise),
        int(_sense(form)),
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
    check(status, "passModel")
    arrived = (highs.getNumCol(), highs.getNumRow(), highs.getNumNz())
    sent = (len(form.cost), len(form.row_lower), matrix.nnz)
    if arrived != sent:
        raise SolverTrouble(f"sent (columns, rows, non-zeros) {sent}, HiGHS holds {arrived}")


def pass_again(highs: Any, form: StandardForm) -> None:
    """Writes the whole model over one of the same rows and columns; the basis stays."""
    basis = highs.getBasis()
    pass_form(highs, form)
    if basis.valid:
        check(highs.setBasis(basis), "setBasis")


def other_zeros(old: StandardForm, new: StandardForm) -> bool:
    """Whether coefficients become 0 or cease to be. Put in one by one they would come last in their columns, and
    sums over a column would then depend on what was solved before.
    """
    return bool(((old.matrix.data == 0.0) != (new.matrix.data == 0.0)).any())


def _sense(form: StandardForm) -> Any:
    return highspy.ObjSense.kMinimize if form.sense > 0 else highspy.ObjSense.kMaximize


def change_form(highs: Any, old: StandardForm, new: StandardForm) -> None:
    """Writes what differs between two forms of one pattern; the basis stays."""
    cost = np.flatnonzero(old.cost != new.cost).astype(np.int32)
    if len(cost):
        check(highs.changeColsCost(len(cost), cost, new.cost[cost]), "changeColsCost")
    change_bounds(highs, (old.col_lower, old.col_upper), (new.col_lower, new.col_upper))
    for row in _differing(old.row_lower, new.row_lower, old.row_upper, new.row_upper):
        bounds = (float(new.row_lower[row]), float(new.row_upper[row]))
        check(highs.changeRowBounds(int(row), *bounds), "changeRowBounds")
    _change_coefficients(highs, old, new)
    if old.sense != new.sense:
        check(highs.changeObjectiveSense(_sense(new)), "changeObjectiveSense")
    if old.offset != new.offset:
        check(highs.changeObjectiveOffset(new.offset), "changeObjectiveOffset")


def change_bounds(highs: Any, old: tuple[Array, Array], new: tuple[Array, Array]) -> None:
    """Writes the column bounds that differ."""
    col = _differing(old[0], new[0], old[1], new[1])
    if len(col):
        check(highs.changeColsBounds(len(col), col, new[0][col], new[1][col]), "changeColsBounds")


def _change_coefficients(highs: Any, old: StandardForm, new: StandardForm) -> None:
    places = np.flatnonzero(old.matrix.data != new.matrix.data)
    if not len(places):
        return
    rows = new.matrix.indices[places].tolist()
    columns = (np.searchsorted(new.matrix.indptr, places, side="right") - 1).tolist()
    for each in zip(rows, columns, new.matrix.data[places].tolist(), strict=True):
        check(highs.changeCoeff(*each), "changeCoeff")


def _differing(a_old: Any, a_new: Any, b_old: Any, b_new: Any) -> Any:
    return np.flatnonzero((a_old != a_new) | (b_old != b_new)).astype(np.int32)


# ---- running ---------------------------------------------------------------------------------------------------


def run_whole(highs: Any) -> Any:
    """Runs a MIP and returns the model status.

    HiGHS ends in an error where the point it calls optimal misses a tolerance; that is a solve gone wrong, and the
    caller may hold a plan from before.
    """
    set_option(highs, "solver", "choose")
    set_option(highs, "primal_feasibility_tolerance", MIP_CHECK)
    set_option(highs, "dual_feasibility_tolerance", MIP_CHECK)
    if highs.run() == highspy.HighsStatus.kError:
        return highspy.HighsModelStatus.kSolveError
    return highs.getModelStatus()


def run_lp(highs: Any, algorithm: str, tolerance: float) -> Any:
    """Runs an LP and returns the model status; unbounded and infeasible are told apart.

    One that ends in an error is tried once more from nothing; if that fails too, it is a solve gone wrong.
    """
    set_option(highs, "solver", algorithm)
    set_option(highs, "primal_feasibility_tolerance", tolerance)
    set_option(highs, "dual_feasibility_tolerance", tolerance)
    if highs.run() == highspy.HighsStatus.kError:
        return run_without_presolve(highs)
    status = highs.getModelStatus()
    if status == highspy.HighsModelStatus.kUnboundedOrInfeasible:
        status = run_without_presolve(highs)
    return status


def run_without_presolve(highs: Any) -> Any:
    """Once more from nothing: only simplex without presolve can tell what presolve left open. The model status."""
    set_option(highs, "presolve", "off")
    set_option(highs, "solver", "simplex")
    check(highs.clearSolver(), "clearSolver")
    failed = highs.run() == highspy.HighsStatus.kError
    set_option(highs, "presolve", "choose")
    return highspy.HighsModelStatus.kSolveError if failed else highs.getModelStatus()


def is_feasible(highs: Any) -> bool:
    """Whether the solution at hand is one."""
    return bool(highs.getInfo().primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible)


def iterations_of(highs: Any) -> int:
    """Simplex or interior point iterations of the last run."""
    info = highs.getInfo()
    return int(max(info.simplex_iteration_count, info.ipm_iteration_count, 0))


def proof_of_infeasibility(highs: Any) -> Array:
    """Multipliers of the rows of an infeasible LP that prove it so; empty if HiGHS finds none."""
    run_without_presolve(highs)
    found = highs.getDualRay()
    return np.asarray(found[2], dtype=np.float64) if found[1] else np.zeros(0)


def ray(highs: Any) -> Array:
    """Direction in which an unbounded LP grows; empty if HiGHS finds none."""
    run_without_presolve(highs)
    found = highs.getPrimalRay()
    return np.asarray(found[2], dtype=np.float64) if found[1] else np.zeros(0)
