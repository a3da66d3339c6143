"""Models with integers: the optimum, the plan at rounded integers, and every way a solve can stop."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import highspy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyomo.environ import ConcreteModel
from tests.solve import problems

from redmud_opt.model.arrays import Columns, Index, Objective, Rows, compile
from redmud_opt.solve import Options, Outcome, Session, mip
from redmud_opt.solve import highs as h
from redmud_opt.solve.bench import Bench, Plan
from redmud_opt.solve.groups import decisions

PLAIN = Options(starts=False, neighbourhood=False)
KINDS: dict[str, Callable[[np.random.Generator], ConcreteModel]] = {
    "anything": problems.anything,
    "knapsack": problems.knapsack,
    "knapsack in other units": lambda random: problems.knapsack(random, 1e6),
    "lots": problems.lots,
    "lots in other units": lambda random: problems.lots(random, 1e5),
    "facility": lambda random: problems.facility(random, budget=60),
    "facility in other units": lambda random: problems.facility(random, unit=1e5, budget=60),
}


def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """No time for the try: the heuristics come first."""
    monkeypatch.setattr(mip, "TRY_LEAST_S", 0.0)
    monkeypatch.setattr(mip, "TRY_SHARE", 0.0)


def is_whole(model: ConcreteModel, outcome: Outcome) -> bool:
    whole = compile(model).integrality.astype(bool)
    assert outcome.values is not None
    return bool((outcome.values[whole] == np.rint(outcome.values[whole])).all())


def is_feasible(model: ConcreteModel, outcome: Outcome) -> bool:
    form = compile(model)
    assert outcome.values is not None
    activity = form.matrix @ outcome.values
    slack = 1e-7 * (1 + abs(form.matrix) @ np.abs(outcome.values))
    return bool(((activity >= form.row_lower - slack) & (activity <= form.row_upper + slack)).all())


# ---------------------------------------------------------------- the optimum


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=12)
@given(seed=st.integers(0, 10**6))
def test_optimum_is_that_of_trying_every_whole_point(kind: str, seed: int) -> None:
    model = KINDS[kind](np.random.default_rng(seed))
    expected = problems.best(compile(model))
    outcome = Session().solve(model)
    if expected is None:
        assert (outcome.stopped, outcome.holds, outcome.values) == ("infeasible", "nothing", None)
        return
    assert (outcome.stopped, outcome.holds) == ("optimal", "proved"), outcome.detail
    assert outcome.objective == pytest.approx(expected, rel=2e-6, abs=2e-6)
    assert is_whole(model, outcome)
    assert is_feasible(model, outcome)


@pytest.mark.parametrize("kind", ["lots", "facility", "facility in other units"])
@settings(max_examples=6)
@given(seed=st.integers(0, 10**6))
def test_optimum_with_the_heuristics_first(kind: str, seed: int) -> None:
    """Whatever the heuristics find, branch and bound still proves the same optimum."""
    with pytest.MonkeyPatch.context() as patch:
        hurried(patch)
        model = KINDS[kind](np.random.default_rng(seed))
        outcome = Session(Options(time_limit_s=20)).solve(model)
    assert outcome.holds == "proved"
    assert outcome.objective == pytest.approx(problems.best(compile(model)), rel=2e-6)


@settings(max_examples=20)
@given(seed=st.integers(0, 10**6))
def test_a_gap_asked_for_is_kept_and_its_bound_is_one(seed: int) -> None:
    """Stopped at 20 %: the optimum lies between plan and bound."""
    model = problems.facility(np.random.default_rng(seed), budget=60)
    expected = problems.best(compile(model))
    outcome = Session(Options(gap=0.2)).solve(model)
    assert expected is not None
    assert outcome.objective is not None
    assert outcome.bound is not None
    assert outcome.gap is not None
    assert outcome.bound <= expected * (1 + 1e-9)
    assert outcome.objective >= expected * (1 - 1e-9)
    assert outcome.gap <= 0.2
    proved = outcome.gap <= 1e-6
    assert (outcome.stopped, outcome.holds) == (("optimal", "proved") if proved else ("gap", "with_gap"))


def test_stuffing_of_integer_singletons() -> None:
    """HiGHS 1.14.0 said 15 (x = 0, z = 5); 9 is right (HiGHS#2957, #3043, as reduced in highs-js#53)."""
    m = ConcreteModel()
    m.x = Columns(Index.flat("name", ["x", "z"]), upper=10.0, integer=np.array([False, True]))
    m.enough = Rows(Index.scalar(), lower=4.5)
    m.enough.add(m.x, row=0)
    m.cost = Objective("minimise")
    m.cost.add(m.x, coef=np.array([2.0, 3.0]))
    assert Session().solve(m).objective == pytest.approx(9.0)


def test_stuffing_of_a_row_with_integer_and_continuous_singletons() -> None:
    """HiGHS 1.14.0 said −99.99 (x = t = 1); −299.97 is right (the reproducer of HiGHS#3050)."""
    m = ConcreteModel()
    integer = np.array([True, False])
    m.x = Columns(Index.flat("name", ["x", "t"]), lower=1.0, upper=3.0, integer=integer)
    m.most = Rows(Index.scalar(), upper=0.0)
    m.most.add(m.x, row=0, col=np.arange(2), coef=np.array([1.0, -1.0]))
    m.cost = Objective("minimise")
    m.cost.add(m.x, coef=np.array([-100.0, 0.01]))
    assert Session().solve(m).objective == pytest.approx(-299.97)


# ---------------------------------------------------------------- the plan at rounded integers


def big_m() -> ConcreteModel:
    """100 t at 1 each if built for 1000; M is 1e9, so that a binary of 1e-7 would carry all of it."""
    m = ConcreteModel()
    m.build = Columns(Index.scalar(), upper=1.0, integer=True)
    m.tonnes = Columns(Index.scalar(), upper=100.0)
    m.link = Rows(Index.scalar(), upper=0.0)
    m.link.add(m.tonnes)
    m.link.add(m.build, coef=-1e9)
    m.worth = Objective("maximise")
    m.worth.add(m.tonnes)
    m.worth.add(m.build, coef=-1000.0)
    return m


@pytest.mark.parametrize("scaling", [True, False])
def test_a_binary_of_a_ten_millionth_carries_nothing(scaling: bool) -> None:
    model = big_m()
    outcome = Session(Options(scaling=scaling)).solve(model)
    assert outcome.objective == pytest.approx(0.0, abs=1e-6)
    assert model.tonnes[None].value == pytest.approx(0.0, abs=1e-6)
    assert model.build[None].value == 0.0


def test_what_branch_and_bound_claims_is_not_the_plan() -> None:
    """Handed 100 t on a binary of 1e-7, the plan is none of it."""
    form = compile(big_m())
    session = Session(PLAIN)
    session.update(form)
    solving = mip.Mip(session._highs, form, decisions(form, ()), PLAIN, None)
    solving._take(np.array([1e-7, 100.0]), claimed=-100.0)
    assert solving._plan is not None
    assert solving._plan.objective == pytest.approx(0.0, abs=1e-6)
    assert solving._plan.values == pytest.approx([0.0, 0.0], abs=1e-6)


def test_a_claim_that_rounding_spoils_is_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the plan stays worse than the bound, however often one branches, the gap is told."""
    model = problems.facility(np.random.default_rng(0), budget=60)
    real = Bench.plan

    def worse(self: Bench, values: Any) -> Plan | None:
        found = real(self, values)
        return None if found is None else replace(found, objective=found.objective * 1.1)

    monkeypatch.setattr(Bench, "plan", worse)
    outcome = Session().solve(model)
    assert (outcome.stopped, outcome.holds) == ("gap", "with_gap")
    assert outcome.gap == pytest.approx(1 - 1 / 1.1, rel=1e-5)
    assert outcome.progress[-1].objective == outcome.objective


@pytest.mark.parametrize("sense", ["minimise", "maximise"])
def test_duals_are_those_of_the_lp_at_fixed_integers(sense: str) -> None:
    model = problems.facility(np.random.default_rng(3), unit=1e4, budget=70)
    if sense == "maximise":
        turned = Objective("maximise")
        for term in model.cost.terms:
            turned.add(term.columns, col=term.col, coef=-term.coef)
        model.del_component("cost")
        model.turned = turned
    outcome = Session().solve(model)
    model.build.fix()
    again = Session().solve(model)
    assert again.size.integers == 0
    assert outcome.objective == pytest.approx(again.objective, rel=1e-9)
    assert outcome.row_duals is not None
    assert again.row_duals is not None
    assert np.abs(outcome.row_duals).max() > 0
    form = compile(model)
    reduced = form.cost - form.matrix.T @ outcome.row_duals
    np.testing.assert_allclose(outcome.reduced_costs, reduced, atol=1e-6 * np.abs(form.cost).max())
    # the dual objectives agree even where the duals are not unique
    assert outcome.row_duals @ (form.matrix @ outcome.values) == pytest.approx(
        again.row_duals @ (form.matrix @ again.values), rel=0.5
    )


def test_an_incumbent_that_rounding_spoils_is_repaired(monkeypatch: pytest.MonkeyPatch) -> None:
    """Handed a point whose rounded integers are infeasible, the solve frees what was not whole."""
    model = problems.one(lower=np.array([1.0, 0.0]), most=10.0)
    model.least = Rows(Index.scalar(), lower=3.0, upper=3.0)
    model.least.add(model.x, row=0, col=0)
    session = Session(PLAIN)
    seen: list[Plan | None] = []
    real = Bench.plan

    def spoilt(self: Bench, values: Any) -> Plan | None:
        if not seen:
            values = np.array([1.3, 0.0])
        seen.append(real(self, values))
        return seen[-1]

    monkeypatch.setattr(Bench, "plan", spoilt)
    outcome = session.solve(model)
    assert seen[0] is None
    assert outcome.objective == pytest.approx(10.0)


def test_no_plan_at_rounded_integers_is_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Bench, "plan", lambda self, values: None)
    outcome = Session().solve(problems.one())
    assert (outcome.stopped, outcome.holds, outcome.values) == ("crashed", "nothing", None)
    assert "rounded" in outcome.detail


@pytest.mark.parametrize("result", ["kSolveError", "kInfeasible"])
def test_branch_and_bound_gone_wrong_keeps_the_plan_before(
    monkeypatch: pytest.MonkeyPatch, result: str
) -> None:
    """An error of HiGHS, or a claim that nothing is feasible, does not throw away a plan that is."""
    model = problems.facility(np.random.default_rng(0), budget=60)
    session = Session()
    first = session.solve(model)
    model.cost.constant = 1.0  # another model, with the same plans
    status = getattr(highspy.HighsModelStatus, result)
    monkeypatch.setattr(h, "run_whole", lambda highs: status)
    outcome = session.solve(model, time_limit_s=1.0)
    assert (outcome.stopped, outcome.holds) == ("crashed", "with_gap")
    assert "there is a plan" in outcome.detail
    assert outcome.objective == pytest.approx(first.objective + 1)


# ---------------------------------------------------------------- why it stopped


def test_infeasible() -> None:
    """1.2 ≤ n ≤ 1.8 holds no whole number, though the relaxation has a point."""
    outcome = Session().solve(problems.one(lower=np.array([1.2, 0.0]), upper=np.array([1.8, 1.0])))
    assert (outcome.stopped, outcome.holds, outcome.status) == ("infeasible", "nothing", "infeasible")
    assert (outcome.objective, outcome.values, outcome.bound) == (None, None, None)


def test_infeasible_relaxation() -> None:
    outcome = Session().solve(problems.one(lower=5.0))
    assert (outcome.stopped, outcome.holds) == ("infeasible", "nothing")


def unbounded(lower: float, upper: float) -> ConcreteModel:
    """x grows without end beside a whole number between two bounds."""
    m = ConcreteModel()
    m.n = Columns(Index.scalar(), lower=lower, upper=upper, integer=True)
    m.x = Columns(Index.scalar())
    m.link = Rows(Index.scalar(), lower=0.0)
    m.link.add(m.x)
    m.link.add(m.n, coef=-1.0)
    m.worth = Objective("maximise")
    m.worth.add(m.x)
    return m


def test_unbounded_is_no_plan_and_names_its_ray() -> None:
    outcome = Session().solve(unbounded(0, 3))
    assert (outcome.stopped, outcome.holds, outcome.status) == ("unbounded", "nothing", "unbounded")
    assert outcome.values is None
    assert outcome.ray == ("x",)


def test_infeasible_with_an_unbounded_relaxation_is_infeasible() -> None:
    assert Session().solve(unbounded(0.2, 0.8)).stopped == "infeasible"


@pytest.mark.parametrize("limit", [0.0, 1e-4, 0.01, 0.1, 0.3])
def test_a_time_limit_leaves_a_plan_or_nothing(limit: float) -> None:
    model = problems.facility(np.random.default_rng(1), 20, 60, 3, budget=150)
    outcome = Session(Options(time_limit_s=limit)).solve(model)
    if outcome.holds == "nothing":
        assert (outcome.stopped, outcome.values) == ("time", None)
    else:
        assert is_whole(model, outcome)
        assert is_feasible(model, outcome)
        assert outcome.objective == pytest.approx(float(compile(model).cost @ outcome.values))
    if limit == 0.0:
        assert outcome.holds == "nothing"


def resolves_to_the_same(model: ConcreteModel, outcome: Outcome) -> None:
    """The integers that the model holds, fixed and solved anew, give the objective of the outcome."""
    assert outcome.values is not None
    model.build.fix()
    again = Session().solve(model)
    assert again.stopped == "optimal"
    assert again.objective == pytest.approx(outcome.objective, rel=1e-7)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_cancelled_at_any_moment(seed: int) -> None:
    """An incumbent whose integers re-solve to the same objective, or nothing; never a proof."""
    random = np.random.default_rng(seed)
    model = problems.facility(random, 25, 90, 3, unit=1e3, budget=200)
    moment = time.perf_counter() + random.uniform(0.02, 4.0)
    options = Options(time_limit_s=30, heuristic_share=0.2, should_stop=lambda: time.perf_counter() > moment)
    outcome = Session(options).solve(model)
    assert time.perf_counter() - moment < 20
    if outcome.holds != "proved":
        assert outcome.stopped == "cancelled"
    if outcome.values is None:
        assert outcome.holds == "nothing"
    else:
        resolves_to_the_same(model, outcome)


def test_cancelled_before_it_began_and_used_again() -> None:
    stop = [True]
    session = Session(Options(should_stop=lambda: stop[0]))
    outcome = session.solve(problems.one())
    assert (outcome.stopped, outcome.holds) == ("cancelled", "nothing")
    stop[0] = False
    assert session.solve(problems.one()).holds == "proved"


def test_cancelled_in_the_heuristics_keeps_the_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cancelled as soon as there is a plan: it is kept, and the next solve is not cancelled."""
    hurried(monkeypatch)
    model = problems.facility(np.random.default_rng(2), 20, 60, 3, budget=150)
    plans: list[float] = []
    session = Session(
        Options(
            time_limit_s=30,
            should_stop=lambda: bool(plans),
            on_progress=lambda now: plans.append(now.objective) if now.objective is not None else None,
        )
    )
    outcome = session.solve(model)
    assert (outcome.stopped, outcome.holds) == ("cancelled", "with_gap")
    assert outcome.objective == pytest.approx(plans[0])
    resolves_to_the_same(model, outcome)


# ---------------------------------------------------------------- progress


@pytest.mark.parametrize("turned", [False, True])
def test_progress_is_one_curve_that_ends_at_the_outcome(
    monkeypatch: pytest.MonkeyPatch, turned: bool
) -> None:
    hurried(monkeypatch)
    model = problems.facility(np.random.default_rng(4), 20, 60, 3, budget=150)
    sign = 1.0
    if turned:
        sign = -1.0
        model.worth = Objective("maximise")
        for term in model.cost.terms:
            model.worth.add(term.columns, col=term.col, coef=-term.coef)
        model.del_component("cost")
    heard: list[Any] = []
    options = Options(time_limit_s=4, on_progress=heard.append)
    outcome = Session(options).solve(model)
    assert len(heard) == len(outcome.progress)
    curve = outcome.progress
    assert {"start", "neighbourhood", "plan"} <= {point.phase for point in curve}
    last = curve[-1]
    assert (last.objective, last.bound, last.gap) == (outcome.objective, outcome.bound, outcome.gap)
    for one, two in pairwise(curve):
        assert one.seconds <= two.seconds
        assert one.iterations <= two.iterations
        if one.objective is not None:
            assert two.objective is not None
            assert sign * two.objective <= sign * one.objective
        if one.bound is not None:
            assert two.bound is not None
            assert sign * two.bound >= sign * one.bound
    assert all(sign * p.bound <= sign * last.objective for p in curve if p.bound is not None)


# ---------------------------------------------------------------- again and again


def test_after_a_change_nothing_old_is_left() -> None:
    """Prices, limits and bounds change in place, integers come and go; each answer is that of a new session."""
    session = Session()
    random = np.random.default_rng(5)
    model = problems.facility(random, unit=1e3, budget=60)
    for step in range(12):
        model.budget.upper_bound[:] = random.uniform(0, 120)
        model.unmet.upper_bound[:] = random.choice([np.inf, 4e3, 8e3])
        model.build.set_integer(step % 4 != 3)
        if step % 5 == 4:
            model.build.fixed_mask[0] = not model.build.fixed_mask[0]
            model.build.values_array[0] = 1.0
        found, fresh = session.solve(model), Session().solve(model)
        assert found.stopped == fresh.stopped, step
        if fresh.objective is not None:
            assert found.objective == pytest.approx(fresh.objective, rel=2e-6), step


def test_the_last_plan_is_where_the_next_solve_begins() -> None:
    """Without any time for a search, the plan before is still a plan at the new prices."""
    model = problems.facility(np.random.default_rng(6), unit=1e3, budget=60)
    session = Session()
    first = session.solve(model)
    model.cost.add(model.unmet, coef=1e-3)
    again = session.solve(model, time_limit_s=0.0)
    assert (again.stopped, again.holds) == ("time", "with_gap")
    assert again.objective is not None
    assert again.objective >= first.objective
    model.flow.upper_bound[0] = 0.0
    model.extra = Columns(Index.flat("name", ["new"]), upper=1.0, integer=True)  # another pattern
    assert session.solve(model, time_limit_s=0.0).holds == "with_gap"


def test_an_earlier_plan_that_no_longer_fits_is_forgotten() -> None:
    model = problems.facility(np.random.default_rng(6), budget=60)
    session = Session()
    session.solve(model)
    model.budget.upper_bound[:] = 0.0
    outcome = session.solve(model)
    assert outcome.holds == "proved"
    assert not model.build.values_array.any()
