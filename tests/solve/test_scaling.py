"""Scaling loses nothing and changes no answer."""

from __future__ import annotations

from typing import Any

import highspy
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.solve import problems

from redmud_opt.model.arrays import StandardForm, compile
from redmud_opt.solve import Options, Session, highs
from redmud_opt.solve.scaling import Scaling, equilibrated, unscaled, within_range

ARRAYS = ("cost", "row_lower", "row_upper", "col_lower", "col_upper")


def spread(form: StandardForm) -> float:
    size = np.abs(form.matrix.data)
    return float(size.max() / size.min())


def badly_scaled(seed: int = 0) -> StandardForm:
    """Tonnes of 1e-3 and capacities of 1e7 in one model."""
    random = np.random.default_rng(seed)
    return compile(problems.facility(random, unit=10.0 ** random.uniform(3, 6)))


@given(st.integers(0, 10**6))
def test_round_trip_is_exact(seed: int) -> None:
    """Scaled and scaled back, every number is the same to the last bit."""
    form = badly_scaled(seed)
    scaling = equilibrated(form)
    assert np.abs(scaling.column).max() > 0
    back = Scaling(-scaling.row, -scaling.column).apply(scaling.apply(form))
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(back, name), getattr(form, name))
    np.testing.assert_array_equal(back.matrix.data, form.matrix.data)
    values = np.random.default_rng(seed).uniform(0, 1e6, len(form.cost))
    np.testing.assert_array_equal(scaling.values(scaling.scaled_values(values)), values)


@given(st.integers(0, 10**6))
def test_whole_numbers_keep_their_unit_and_the_spread_shrinks(seed: int) -> None:
    form = badly_scaled(seed)
    scaling = equilibrated(form)
    assert not scaling.column[form.integrality.astype(bool)].any()
    assert spread(scaling.apply(form)) < spread(form)


def test_what_is_well_scaled_stays() -> None:
    form = compile(problems.one())
    scaling = equilibrated(form)
    assert not scaling.row.any()
    assert not scaling.column.any()


def solved(form: StandardForm, **options: Any) -> Any:
    session = Session(Options(**options))
    session.update(form)
    return session.run()


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("seed", range(5))
def test_same_answer_with_and_without(seed: int, whole: bool) -> None:
    """Objective, duals times bounds, and reduced costs are those of the model's own units, LP or MIP."""
    model = problems.facility(np.random.default_rng(seed), unit=3e4, budget=70)
    model.build.set_integer(whole)
    form = compile(model)
    one, two = solved(form), solved(form, scaling=False)
    assert one.objective == pytest.approx(two.objective, rel=1e-7)
    for found in (one, two):
        # stationarity in the model's own units: cost − Aᵀ·dual is the reduced cost
        expected = form.cost - form.matrix.T @ found.row_duals
        scale = np.abs(form.cost).max()
        np.testing.assert_allclose(found.reduced_costs, expected, rtol=1e-6, atol=1e-6 * scale)
        activity = form.matrix @ found.values
        assert (activity <= form.row_upper + 1e-6 * 3e4).all()
        assert (activity >= form.row_lower - 1e-6 * 3e4).all()


@pytest.mark.parametrize("seed", range(10))
def test_badly_scaled_whole_models_are_solved_right(seed: int) -> None:
    """Coefficients of 1e-3 and 1e7 side by side."""
    random = np.random.default_rng(seed)
    model = problems.facility(random, unit=1e6, budget=80)
    model.budget.terms[0].coef.flags.writeable = True
    form = compile(model)
    form.matrix.data[form.matrix.indices == form.row_blocks[-1][1]] *= 1e-3
    form.row_upper[form.row_blocks[-1][1]] *= 1e-3
    assert spread(form) > 1e8
    assert solved(form).objective == pytest.approx(problems.best(form), rel=1e-6)


def test_a_coefficient_that_leaves_the_range_is_passed_anew() -> None:
    """Scaled by the old exponents it would be dropped by the solver."""
    model = problems.facility(np.random.default_rng(0), unit=1e4)
    session = Session()
    session.update(compile(model))
    scaling = session.scaling
    assert scaling is not None
    changed = compile(model)
    flow = changed.matrix.data == 1.0
    changed.matrix.data[flow] = 2e-12
    assert within_range(unscaled(changed).apply(changed))
    first = session.update(changed)
    assert first == ("changed" if within_range(scaling.apply(changed)) else "passed")
    assert session._highs.getNumNz() == changed.matrix.nnz
    lp = session._highs.getLp()
    assert (np.array(lp.a_matrix_.value_) != 0).all()


def test_no_plan_is_said_only_where_the_model_in_its_own_units_has_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A solver that calls every scaled model infeasible, as it did where a box was narrower than its tolerance."""
    model = problems.facility(np.random.default_rng(3), unit=3e4, budget=70)
    form = compile(model)
    honest, passed = highs.run_whole, []

    def narrow(solver: Any) -> Any:
        passed.append(np.abs(np.array(solver.getLp().a_matrix_.value_)).max())
        scaled = passed[-1] != np.abs(form.matrix.data).max()
        return highspy.HighsModelStatus.kInfeasible if scaled else honest(solver)

    monkeypatch.setattr(highs, "run_whole", narrow)
    found = solved(form)
    assert found.stopped == "optimal"
    assert found.objective == pytest.approx(problems.best(form), rel=1e-6)
    assert len(set(passed)) == 2
