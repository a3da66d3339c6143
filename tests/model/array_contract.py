"""The contract of the array-backed components: whatever is done to a model, arrays and plain Pyomo agree.

`contract(build)` takes a function that builds a fresh model and checks, for every way of changing one, that
the compiled arrays say the same as an ordinary Pyomo model with the same changes, or that a clear error says
why not.
"""

import pickle
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import highspy
import numpy as np
import pyomo.environ as pyo
import pytest
import scipy.sparse
from pyomo.common.enums import ObjectiveSense
from pyomo.common.errors import InfeasibleConstraintException
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

from redmud_opt.model.arrays import ArrayModelError, Columns, Rows, StandardForm, compile, materialise

Build = Callable[[], Any]
TOLERANCE = 1e-7


# ---------------------------------------------------------------- solving


class Answer(NamedTuple):
    """What HiGHS said."""

    status: str
    objective: float
    x: np.ndarray

    def agrees_with(self, other: "Answer") -> bool:
        if self.status != "optimal" or other.status != "optimal":
            return self.status == other.status
        return bool(np.isclose(self.objective, other.objective, rtol=TOLERANCE, atol=TOLERANCE))


def _run(highs: highspy.Highs) -> Answer:
    assert highs.run() == highspy.HighsStatus.kOk
    status = highs.getModelStatus()
    names = {
        highspy.HighsModelStatus.kOptimal: "optimal",
        highspy.HighsModelStatus.kModelEmpty: "optimal",
        highspy.HighsModelStatus.kUnbounded: "no optimum",
        highspy.HighsModelStatus.kInfeasible: "no optimum",
        highspy.HighsModelStatus.kUnboundedOrInfeasible: "no optimum",
    }
    values = np.array(highs.getSolution().col_value, dtype=float)
    return Answer(names[status], highs.getInfo().objective_function_value, values)


def _quiet() -> highspy.Highs:
    highs = highspy.Highs()
    for option, setting in (("output_flag", False), ("mip_rel_gap", 0.0), ("mip_abs_gap", 0.0)):
        assert highs.setOptionValue(option, setting) == highspy.HighsStatus.kOk
    return highs


def solve(form: StandardForm) -> Answer:
    """The compiled arrays through highspy."""
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(form.cost), len(form.row_lower)
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = form.cost, form.col_lower, form.col_upper
    lp.row_lower_, lp.row_upper_ = form.row_lower, form.row_upper
    lp.offset_ = form.offset
    lp.sense_ = highspy.ObjSense.kMinimize if form.sense == 1 else highspy.ObjSense.kMaximize
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_ = form.matrix.indptr, form.matrix.indices
    lp.a_matrix_.value_ = form.matrix.data
    kinds = [highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger]
    if form.integrality.any():
        lp.integrality_ = [kinds[kind] for kind in form.integrality]
    highs = _quiet()
    assert highs.passModel(lp) == highspy.HighsStatus.kOk
    assert highs.getNumNz() == form.matrix.nnz
    return _run(highs)


def solve_standard_form(model: Any) -> Answer:
    """Pyomo's own LinearStandardFormCompiler, then highspy."""
    info = LinearStandardFormCompiler().write(model, mixed_form=True, set_sense=None)
    kinds = np.array([row.bound_type for row in info.rows], dtype=int)
    rhs = np.array(info.rhs, dtype=float)
    (objective,) = info.objectives or (None,)
    bounds = np.array([variable.bounds for variable in info.columns], dtype=float).reshape(-1, 2)
    form = StandardForm(
        cost=info.c.toarray()[0] if objective is not None else np.zeros(len(info.columns)),
        offset=float(info.c_offset[0]) if objective is not None else 0.0,
        sense=int(objective.sense) if objective is not None else 1,
        matrix=scipy.sparse.csc_array(info.A),
        row_lower=np.where(kinds == 1, -np.inf, rhs),
        row_upper=np.where(kinds == -1, np.inf, rhs),
        col_lower=np.where(np.isnan(bounds[:, 0]), -np.inf, bounds[:, 0]),
        col_upper=np.where(np.isnan(bounds[:, 1]), np.inf, bounds[:, 1]),
        integrality=np.array([variable.is_integer() for variable in info.columns], dtype=np.uint8),
        column_blocks=(),
        row_blocks=(),
        column_sources=(),
        row_sources=(),
    )
    return solve(form)


def solve_file(model: Any, kind: str) -> Answer:
    """The LP or MPS file written by Pyomo, read by highspy."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"model.{kind}"
        model.write(str(path))
        highs = _quiet()
        assert highs.readModel(str(path)) == highspy.HighsStatus.kOk
    return _run(highs)


def solve_pyomo(model: Any, solver: str) -> Answer:
    """A Pyomo solver interface; loads its values into the model."""
    factory = pyo.SolverFactory(solver)
    results = factory.solve(model)
    assert results.solver.termination_condition == pyo.TerminationCondition.optimal
    (objective,) = model.component_data_objects(pyo.Objective, active=True)
    return Answer("optimal", pyo.value(objective), np.empty(0))


# ---------------------------------------------------------------- saying the same


def families(model: Any, kind: type) -> list[Any]:
    ctype = pyo.Var if kind is Columns else pyo.Constraint
    found = [component for component in model.component_objects(ctype) if isinstance(component, kind)]
    return [family for family in found if len(family)]


def _fixed_values(plain: Any) -> dict[str, float]:
    return {
        variable.name: variable.value for variable in plain.component_data_objects(pyo.Var) if variable.fixed
    }


def assert_same_columns(form: StandardForm, plain: Any) -> None:
    """Bounds and integrality of every column are those of the ordinary variable with its name."""
    variables = {variable.name: variable for variable in plain.component_data_objects(pyo.Var)}
    for column in range(len(form.cost)):
        variable = variables[form.column_name(column)]
        low, high = (variable.value, variable.value) if variable.fixed else variable.bounds
        assert form.col_lower[column] == (-np.inf if low is None else low), variable.name
        assert form.col_upper[column] == (np.inf if high is None else high), variable.name
        assert form.integrality[column] == (variable.is_integer() and not variable.fixed), variable.name


def assert_same_rows(form: StandardForm, plain: Any) -> None:
    """At a random point, every row leaves the slack of the ordinary constraint with its name."""
    random = np.random.default_rng(7)
    point = random.uniform(-9, 9, len(form.cost))
    fixed = _fixed_values(plain)
    variables = {variable.name: variable for variable in plain.component_data_objects(pyo.Var)}
    for column in range(len(point)):
        name = form.column_name(column)
        point[column] = fixed.get(name, point[column])
        variables[name].set_value(point[column], skip_validation=True)
    body = form.matrix @ point
    rows = {form.row_name(row): row for row in range(len(body))}
    constraints = {row.name: row for row in plain.component_data_objects(pyo.Constraint, active=True)}
    assert rows.keys() == constraints.keys()
    assert len(rows) == len(form.row_lower)
    for name, row in rows.items():
        expected = (constraints[name].lslack(), constraints[name].uslack())
        found = (body[row] - form.row_lower[row], form.row_upper[row] - body[row])
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9, err_msg=name)
    for objective in plain.component_data_objects(pyo.Objective, active=True):
        assert np.isclose(form.cost @ point + form.offset, pyo.value(objective), rtol=1e-9)
        assert form.sense == objective.sense


def assert_same(model: Any) -> tuple[StandardForm, Any]:
    """The arrays and a plain copy have the same columns and rows; nothing is solved."""
    form, plain = compile(model), materialise(model)
    assert not families(plain, Columns)
    assert not families(plain, Rows)
    assert_same_columns(form, plain)
    assert_same_rows(form, plain)
    return form, plain


def assert_agrees(model: Any) -> Answer:
    """Arrays, a plain copy, and Pyomo's compiler on the array-backed model: the same model, one optimum."""
    form, plain = assert_same(model)
    answer = solve(form)
    assert answer.agrees_with(_pyomo_answer(plain)), "plain copy"
    assert answer.agrees_with(_pyomo_answer(model)), "array-backed model through Pyomo's compiler"
    return answer


def _pyomo_answer(model: Any) -> Answer:
    """Pyomo's compiler refuses a row that cannot hold, where HiGHS reports it: the same answer."""
    try:
        return solve_standard_form(model)
    except InfeasibleConstraintException:
        return Answer("no optimum", np.nan, np.empty(0))


def snapshot(model: Any) -> dict[str, Any]:
    """All that compiling sees, to show that a model did not change."""
    form = compile(model)
    arrays = {
        name: getattr(form, name).copy()
        for name in ("cost", "row_lower", "row_upper", "col_lower", "col_upper", "integrality")
    }
    return arrays | {"matrix": form.matrix.toarray(), "offset": form.offset, "sense": form.sense}


@contextmanager
def unchanged(model: Any) -> Iterator[None]:
    before = snapshot(model)
    yield
    after = snapshot(model)
    for name, value in before.items():
        np.testing.assert_array_equal(after[name], value, err_msg=name)


# ---------------------------------------------------------------- the contract


def _inside(view: Any) -> float:
    """A value within a column's bounds, whole."""
    low, high = view.bounds
    return float(0 if low is None and high is None else high if low is None else low)


def check_as_built(build: Build) -> None:
    assert_agrees(build())


def check_fixing(build: Build) -> None:
    for number in range(len(families(build(), Columns))):
        model = build()
        before = snapshot(model)
        family = families(model, Columns)[number]
        view = next(iter(family.values()))
        view.fix(_inside(view))
        assert family.fixed_mask[0]
        assert_agrees(model)
        view.unfix()
        np.testing.assert_array_equal(snapshot(model)["col_upper"], before["col_upper"])
        for each in family.values():
            each.set_value(_inside(each))
        family.fix()
        assert all(each.fixed for each in family.values())
        assert_agrees(model)
        family.unfix()
        assert_agrees(model)


def check_fixing_without_a_value(build: Build) -> None:
    model = build()
    view = next(iter(families(model, Columns)[0].values()))
    view.set_value(None)
    view.fix()
    with pytest.raises(ArrayModelError, match="fixed"):
        compile(model)


def check_bounds(build: Build) -> None:
    for number in range(len(families(build(), Columns))):
        model = build()
        family = families(model, Columns)[number]
        view = list(family.values())[-1]
        start = _inside(view)
        view.setub(start + 2)
        assert family.upper_bound[-1] == start + 2
        assert_same(model)
        view.setlb(start + 1)
        assert_agrees(model)
        view.setub(None)
        assert_same(model)
        family.upper_bound[-1] = view.lb + 3
        assert view.ub == view.lb + 3
        family.setub(4)
        family.setlb(-1)
        assert all(each.bounds == (-1, 4) for each in family.values())
        assert_agrees(model)


def check_deactivating(build: Build) -> None:
    for number in range(len(families(build(), Rows))):
        model = build()
        family = families(model, Rows)[number]
        view = next(iter(family.values()))
        view.deactivate()
        assert not family.active_mask[0]
        assert_agrees(model)
        view.activate()
        assert_same(model)
        family.deactivate()
        assert_agrees(model)
        assert family.name not in {name for name, _, _ in compile(model).row_blocks}
        family.active_mask[:] = True  # the family itself is still off
        assert_same(model)
        family.deactivate()
        view.activate()
        assert_same(model)
        family.activate()
        assert all(each.active for each in family.values())
        assert_same(model)


def check_deleting(build: Build) -> None:
    for number in range(len(families(build(), Rows))):
        model = build()
        family = families(model, Rows)[number]
        key = next(iter(family.keys()))
        with pytest.raises(ArrayModelError, match="cannot be deleted"):
            del family[key]
        family.parent_block().del_component(family)
        assert_agrees(model)
    for number in range(len(families(build(), Columns))):
        model = build()
        family = families(model, Columns)[number]
        used = any(term.columns is family for rows in families(model, Rows) for term in rows.terms)
        family.parent_block().del_component(family)
        if used:
            with pytest.raises(ArrayModelError, match=rf"'{family.local_name}', which was deleted"):
                compile(model)


def check_new_bodies(build: Build) -> None:
    model = build()
    view = next(iter(families(model, Columns)[0].values()))
    family = families(model, Rows)[0]
    with unchanged(model):
        for key in (next(iter(family.keys())), list(family.keys())[-1]):
            with pytest.raises(ArrayModelError, match="takes no new body"):
                family[key] = view <= 1
            with pytest.raises(ArrayModelError, match="takes no new body"):
                family[key].set_value(view <= 1)


def _disturb(model: Any) -> None:
    for family in families(model, Columns):
        view = next(iter(family.values()))
        view.fix(_inside(view))
        view.setub(_inside(view) + 9)
    for family in families(model, Rows):
        next(iter(family.values())).deactivate()
        family.add(families(model, Columns)[0], row=[0], col=[0], coef=3.0)


def check_copies(build: Build) -> None:
    """Clones and pickles, before and after views were handed out: complete, and on their own."""
    for copy in (lambda model: model.clone(), lambda model: pickle.loads(pickle.dumps(model))):
        for touched in (False, True):
            model = build()
            if touched:
                list(model.component_data_objects(pyo.Var))
                list(model.component_data_objects(pyo.Constraint))
            twin = copy(model)
            for mine, theirs in zip(families(model, Columns), families(twin, Columns), strict=True):
                assert mine is not theirs
                assert all(view.parent_component() is theirs for view in theirs.values())
            for rows in families(twin, Rows):
                assert all(term.columns.model() is twin for term in rows.terms)
            assert snapshot(model).keys() == snapshot(twin).keys()
            assert assert_agrees(model).agrees_with(assert_agrees(twin))
            with unchanged(model):
                _disturb(twin)
            with unchanged(twin):
                _disturb(model)
            assert assert_agrees(model).agrees_with(assert_agrees(twin))


def check_copies_carry_state(build: Build) -> None:
    model = build()
    _disturb(model)
    with unchanged(model):
        for twin in (model.clone(), pickle.loads(pickle.dumps(model))):
            for name, value in snapshot(model).items():
                np.testing.assert_array_equal(snapshot(twin)[name], value, err_msg=name)


def check_nesting(build: Build) -> None:
    """The model as a block of another one; the block switched off and on."""
    outer = pyo.ConcreteModel()
    outer.part = pyo.Block([1, 2])
    outer.part[1].inner = build()
    outer.part[2].inner = build()
    for objective in outer.part[2].component_data_objects(pyo.Objective, active=True):
        objective.deactivate()
    assert_agrees(outer)
    names = [name for name, _, _ in compile(outer).column_blocks]
    assert all(name.startswith(("part[1].inner.", "part[2].inner.")) for name in names)
    outer.part[2].deactivate()
    alone = assert_agrees(outer)
    assert alone.agrees_with(assert_agrees(build()))
    outer.part[2].activate()
    twin = outer.clone()
    with unchanged(outer):
        _disturb(twin)
    assert_agrees(twin)


def check_two_models(build: Build) -> None:
    one, two = build(), build()
    with unchanged(one):
        _disturb(two)
        two.part = pyo.Block()
        families(two, Rows)[0].add(families(one, Columns)[0], row=[0], col=[0], coef=1.0)
        with pytest.raises(ArrayModelError, match="of another model"):
            compile(two)


def check_relaxation(build: Build) -> None:
    model = build()
    form = compile(model)
    relaxed = pyo.TransformationFactory("core.relax_integer_vars").create_using(model)
    with unchanged(model):
        assert not compile(relaxed).integrality.any()
        assert_agrees(relaxed)
    token = pyo.TransformationFactory("core.relax_integer_vars").apply_to(model)
    assert not compile(model).integrality.any()
    pyo.TransformationFactory("core.relax_integer_vars").apply_to(model, reverse=token)
    np.testing.assert_array_equal(compile(model).integrality, form.integrality)
    assert_agrees(model)


def check_ordinary_neighbours(build: Build) -> None:
    """Ordinary variables, parameters and constraints beside the arrays, on their views too."""
    model = build()
    first = next(iter(families(model, Columns)[0].values()))
    last = list(families(model, Columns)[-1].values())[-1]
    model.extra_limit = pyo.Param(initialize=11, mutable=True)
    model.extra_slack = pyo.Var([1, 2], bounds=(0, 5))
    model.extra_whole = pyo.Var(domain=pyo.Binary)
    model.extra_sum = pyo.Expression(expr=first + 2 * last)
    model.extra_cap = pyo.Constraint(expr=model.extra_sum - model.extra_slack[2] <= model.extra_limit + 1)
    model.extra_range = pyo.Constraint(expr=(-4, model.extra_slack[2] - 3 * model.extra_whole + first, 1000))
    assert_agrees(model)
    model.extra_limit = 7
    first.fix(_inside(first))
    assert_agrees(model)
    model.extra_slack[2].fix(1)
    assert_agrees(model)
    for objective in model.component_data_objects(pyo.Objective, active=True):
        objective.deactivate()
    model.extra_objective = pyo.Objective(expr=2 * last + first + 3, sense=pyo.maximize)
    last.setub(_inside(last) + 6)
    assert_agrees(model)
    assert_agrees(model.clone())
    model.extra_cap.set_value(first * last <= 3)
    first.unfix()
    with pytest.raises(ArrayModelError, match="'extra_cap' is not linear"):
        compile(model)


def check_value_loading(build: Build) -> None:
    model = build()
    form = compile(model)
    answer = solve(form)
    if answer.status != "optimal":
        return
    form.load(answer.x)
    for family in families(model, Columns):
        assert [view.value for view in family.values()] == family.values_array.tolist()
        assert not any(view.stale for view in family.values() if not view.fixed)
    for objective in model.component_data_objects(pyo.Objective, active=True):
        assert np.isclose(pyo.value(objective), answer.objective, rtol=TOLERANCE, atol=TOLERANCE)
    for row in model.component_data_objects(pyo.Constraint, active=True):
        slack = min(row.lslack(), row.uslack())
        assert slack >= -1e-5 * max(1.0, abs(pyo.value(row.body))), row.name
    if not list(model.component_data_objects(pyo.Objective, active=True)):
        return
    for solver in ("appsi_highs", "highs"):
        twin = build()
        assert answer.agrees_with(solve_pyomo(twin, solver)), solver
        loaded = np.concatenate([family.values_array for family in families(twin, Columns)])
        assert np.isfinite(loaded).any()


CHECKS = (
    check_as_built,
    check_fixing,
    check_fixing_without_a_value,
    check_bounds,
    check_deactivating,
    check_deleting,
    check_new_bodies,
    check_copies,
    check_copies_carry_state,
    check_nesting,
    check_two_models,
    check_relaxation,
    check_ordinary_neighbours,
    check_value_loading,
)


def contract(build: Build) -> None:
    """Every check on fresh models; `build` must give the same model each time."""
    for check in CHECKS:
        check(build)


def assert_four_ways(build: Build) -> None:
    """The same optimum by arrays, by Pyomo's compiler, by an LP file and by Pyomo's solver interfaces."""
    answer = solve(compile(build()))
    assert answer.status == "optimal"
    assert answer.agrees_with(solve_standard_form(build())), "LinearStandardFormCompiler"
    assert answer.agrees_with(solve_file(build(), "lp")), "LP file"
    for solver in ("appsi_highs", "highs"):
        assert answer.agrees_with(solve_pyomo(build(), solver)), solver
    assert ObjectiveSense.minimize == 1  # StandardForm.sense leans on Pyomo's numbers
