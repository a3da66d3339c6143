"""The session: only differences are written, whatever number of a case changes; and every way a solve can stop."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import highspy
import numpy as np
import pytest
from pyomo.environ import ConcreteModel
from tests.builders import buys, commodity, landfill, mud, product, rows, run, sells, tiny, works, yard, years
from tests.model.rich import before, rich

from redmud_opt.case import TABLES, Case
from redmud_opt.case.case import CATALOGUES, Settings
from redmud_opt.case.columns import columns
from redmud_opt.case.works import Lane
from redmud_opt.model import build_model
from redmud_opt.model.arrays import ArrayModelError, Columns, Index, Objective, Rows, StandardForm, compile
from redmud_opt.network import build_network
from redmud_opt.solve import Options, Session, SolverTrouble, solve_case_goals, solve_levels
from redmud_opt.solve.compare import same_pattern

NUDGE = 1e-5
"""Relative change: small enough that mass balances of the case still close within their tolerance."""


def form_of(case: Case) -> StandardForm:
    return compile(build_model(build_network(case, before(case) if case.change_limits else None)))


def relaxed(form: StandardForm) -> StandardForm:
    """The LP: a basis is kept only without integers."""
    return replace(form, integrality=np.zeros_like(form.integrality))


# ---------------------------------------------------------------- every number of the schema


def numbers() -> list[tuple[str, str]]:
    """(table, column) of every number that the schema says is enforced."""
    found = []
    for table, row_type in TABLES.items():
        if table not in CATALOGUES and row_type.ENFORCED:  # type: ignore[attr-defined]
            own = {f.name for f in dataclasses.fields(row_type)} - {"low", "high"}
            found += [
                (table, n)
                for n, c in columns(row_type).items()
                if n in own and c.kind == "number" and c.enforced
            ]
    return found


CHECKED_ONLY = {
    ("processes", "uptake_t_per_t"): "closes the mass balance, of which the model sees yields alone",
    ("feeds", "uptake_t_per_t"): "the same",
    ("properties", "part_of_share"): "says what assays can be true",
    ("requirements", "limit_months"): "says how long an approval may run",
    ("haul", "max_km"): "says which lanes exist: a nudge changes none",
    ("ownership", "share"): "is settled between companies: nothing for the group as a whole",
    ("ownership", "service_price_cny_per_t"): "the same",
    ("modes", "load_t"): "counts loads when a plan is dispatched",
}
"""Numbers that stand in no coefficient."""


LARGER = {("lines", "life_a"): 1.0}
"""A life is counted in whole months."""


def nudged(case: Case, table: str, column: str) -> Case:
    """Every such number of a table a little greater, 0 a little above; shares that are whole stay so."""

    more = LARGER.get((table, column), NUDGE)

    def new(value: float) -> float:
        return value if value == 1.0 and "share" in column else value * (1 + more) or more

    found = [
        row if (value := getattr(row, column)) is None else replace(row, **{column: new(value)})
        for row in getattr(case, table)
    ]
    changed: dict[str, Any] = {table: tuple(found)}
    return replace(case, **changed)


Held = Callable[[], tuple[Session, StandardForm]]


def holding(base: StandardForm) -> Held:
    """A session that has solved a model once, set back to it and run again before each use."""
    session = Session()
    session.update(base)
    assert session.run().stopped == "optimal"

    def again() -> tuple[Session, StandardForm]:
        session.update(base)
        session.run()
        return session, base

    return again


@pytest.fixture(scope="module")
def held() -> Held:
    """A session with the rich case."""
    return holding(form_of(rich()))


@pytest.fixture(scope="module")
def held_relaxed() -> Held:
    """A session with the LP of the rich case."""
    return holding(relaxed(form_of(rich())))


def highs_holds(session: Session, form: StandardForm) -> None:
    """The solver's own copy of the model is the compiled one, scaled."""
    assert session.scaling is not None
    form = session.scaling.apply(form)
    lp: Any = session._highs.getLp()
    np.testing.assert_array_equal(np.array(lp.col_cost_), form.cost)
    np.testing.assert_array_equal(np.array(lp.col_lower_), form.col_lower)
    np.testing.assert_array_equal(np.array(lp.col_upper_), form.col_upper)
    np.testing.assert_array_equal(np.array(lp.row_lower_), form.row_lower)
    np.testing.assert_array_equal(np.array(lp.row_upper_), form.row_upper)
    np.testing.assert_array_equal(np.array(lp.a_matrix_.start_), form.matrix.indptr)
    np.testing.assert_array_equal(np.array(lp.a_matrix_.index_), form.matrix.indices)
    np.testing.assert_array_equal(np.array(lp.a_matrix_.value_), form.matrix.data)
    assert lp.offset_ == form.offset
    assert (lp.sense_ == highspy.ObjSense.kMaximize) == (form.sense < 0)


def different(one: StandardForm, two: StandardForm) -> bool:
    """Whether anything that a solver or a reader sees differs."""
    if not same_pattern(one, two):
        return True
    vectors = ("cost", "col_lower", "col_upper", "row_lower", "row_upper")
    return any(not np.array_equal(getattr(one, v), getattr(two, v)) for v in vectors) or not np.array_equal(
        one.matrix.data, two.matrix.data
    )


@pytest.mark.parametrize(("table", "column"), numbers())
def test_a_changed_number_in_place_is_the_model_built_anew(
    held_relaxed: Held, table: str, column: str
) -> None:
    """Same compiled form in the solver, same optimum as from scratch; and the number has an effect at all."""
    changed_in_place(held_relaxed, relaxed(form_of(nudged(rich(), table, column))), (table, column))


@pytest.mark.slow
@pytest.mark.parametrize(("table", "column"), numbers())
def test_a_changed_number_in_place_with_integers(held: Held, table: str, column: str) -> None:
    """The same where integers are solved, which takes four times as long."""
    changed_in_place(held, form_of(nudged(rich(), table, column)), (table, column))


def changed_in_place(held: Held, form: StandardForm, number: tuple[str, str]) -> None:
    """What the two tests above ask."""
    session, base = held()
    assert different(base, form) != (number in CHECKED_ONLY)
    session.update(form)
    highs_holds(session, form)
    warm = session.run()
    fresh = Session()
    fresh.update(form)
    cold = fresh.run()
    assert warm.stopped == cold.stopped == "optimal"
    assert warm.objective == pytest.approx(cold.objective, rel=1e-6)  # as exactly as an optimum is proved


@pytest.mark.parametrize("table", sorted({table for table, _ in numbers()}))
def test_the_rich_case_states_every_number(table: str) -> None:
    for name, column in numbers():
        if name == table:
            assert any(getattr(row, column) is not None for row in getattr(rich(), table)), column


@pytest.mark.parametrize(
    "change",
    [
        {"discount_rate": 0.09},
        {"circuity": 1.31},
        {"base_year": 2025},
        {"discounting": "none"},
        {"co2_price_cny_per_t": 61.0},
    ],
)
def test_changed_settings_in_place(held: Held, change: dict[str, Any]) -> None:
    session, base = held()
    case = replace(rich(), settings=replace(rich().settings, **change))
    form = form_of(case)
    assert different(base, form)
    assert session.update(form) == "changed"
    highs_holds(session, form)
    assert session.run().objective == pytest.approx(run(case, baseline=before(case))[2].objective, rel=1e-9)


def test_all_numeric_settings_are_tried() -> None:
    numeric = {n for n, c in columns(Settings).items() if c.kind in ("number", "integer") and c.enforced}
    assert numeric == {
        *("discount_rate", "circuity", "base_year", "max_depth"),
        *("certificate_max_age_months", "co2_price_cny_per_t", "pool_grid"),
    }


def test_only_differences_are_written(held: Held) -> None:
    """A price alone: one cost-like coefficient per period of the outlet, no bound, no other coefficient."""
    session, base = held()
    outlets = tuple(
        replace(o, price_cny_per_t=o.price_cny_per_t + 1) if o.name == "iron_outlet" else o
        for o in rich().outlets
    )
    form = form_of(replace(rich(), outlets=outlets))
    calls: list[str] = []
    highs = session._highs

    class Spy:
        def __getattr__(self, name: str) -> Any:
            if name.startswith(("change", "passModel")):
                calls.append(name)
            return getattr(highs, name)

    session._highs = Spy()
    try:
        assert session.update(form) == "changed"
    finally:
        session._highs = highs
    assert calls == ["changeCoeff"] * 3
    assert (base.matrix.data != form.matrix.data).sum() == 3


def test_a_new_pattern_is_passed_whole_and_keeps_the_basis() -> None:
    """One lane more: passed whole, solved from the old basis in fewer iterations than cold."""
    session = Session()
    session.update(relaxed(form_of(rich())))
    session.run()
    lanes = (*rich().lanes, Lane(name="more", from_site="R", to_site="M", mode="more", cost_cny_per_t=900))
    form = relaxed(form_of(replace(rich(), lanes=lanes)))
    assert session.update(form) == "passed"
    highs_holds(session, form)
    warm = session.run()
    fresh = Session()
    fresh.update(form)
    cold = fresh.run()
    assert warm.objective == pytest.approx(cold.objective, rel=1e-9)
    assert warm.iterations < cold.iterations


def test_one_session_for_unrelated_cases() -> None:
    """Small, large, small: nothing of the one before is left in the answer."""
    session = Session()
    small = form_of(tiny(mud(), landfill("mud", 5)))
    found = []
    for form in (
        small,
        form_of(rich()),
        small,
        form_of(tiny(mud(), landfill("mud", 6), periods=years(2026, 2))),
    ):
        session.update(form)
        highs_holds(session, form)
        found.append(session.run().objective)
    assert found[0] == found[2] == pytest.approx(-500)
    assert found[3] == pytest.approx(-1200)


# ---------------------------------------------------------------- what is refused


def toy(
    cost: Any = 1.0, lower: Any = 0.0, upper: Any = 10.0, coef: Any = 1.0, most: Any = 5.0
) -> ConcreteModel:
    """max cost · x, coef · x ≤ most, lower ≤ x ≤ upper, for x[a] and x[b]."""
    m = ConcreteModel()
    m.x = Columns(Index.flat("name", ["a", "b"]), lower=lower, upper=upper)
    m.most = Rows(Index.flat("name", ["a", "b"]), upper=most)
    m.most.add(m.x, coef=coef)
    m.worth = Objective("maximise")
    m.worth.add(m.x, coef=cost)
    return m


ROWS = {"cost": r"x\[b\]", "coef": r"\[b\]", "lower": r"x\[b\]", "upper": r"x\[b\]", "most": r"most\[b\]"}


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize(("where", "name"), ROWS.items())
def test_what_is_not_finite_is_refused_by_name(where: str, name: str, bad: float) -> None:
    """NaN anywhere; an infinite cost, coefficient, or bound on the wrong side. Refused before the solver sees it."""
    if (where, bad) in (("lower", -np.inf), ("upper", np.inf), ("most", np.inf)):
        return  # no bound
    session = Session()
    session.solve(toy())
    with pytest.raises((ArrayModelError, ValueError), match=name):
        session.solve(toy(**{where: np.array([1.0, bad])}))
    assert session.solve(toy()).objective == pytest.approx(10)


def test_counts_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A solver that loses a row is trouble, never an answer."""
    session = Session()
    highs = session._highs

    class Loses:
        def __getattr__(self, name: str) -> Any:
            return (lambda: highs.getNumRow() - 1) if name == "getNumRow" else getattr(highs, name)

    monkeypatch.setattr(session, "_highs", Loses())
    with pytest.raises(SolverTrouble, match="sent"):
        session.solve(toy())


@pytest.mark.parametrize(("errors", "stopped"), [(1, "optimal"), (9, "crashed")])
def test_an_lp_that_ends_in_an_error(errors: int, stopped: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is solved once more from nothing; if that fails too, it is an outcome and not the end of the program."""
    session = Session()
    highs, left = session._highs, [errors]

    class Fails:
        def __getattr__(self, name: str) -> Any:
            return self.fails if name == "run" else getattr(highs, name)

        def fails(self) -> Any:
            left[0] -= 1
            return highs.run() if left[0] < 0 else highspy.HighsStatus.kError

    monkeypatch.setattr(session, "_highs", Fails())
    outcome = session.solve(toy())
    assert (outcome.stopped, outcome.holds) == (stopped, "proved" if stopped == "optimal" else "nothing")


def test_what_rounding_leaves_of_a_difference_is_no_coefficient() -> None:
    """0.1 + 0.2 − 0.3 is 5.6e-17: dropped by the compiler, so that it is not missed in the count of the solver."""
    assert 0.1 + 0.2 - 0.3 != 0
    model = toy(coef=np.array([0.1 + 0.2 - 0.3, 1.0]))
    assert compile(model).matrix.nnz == 1
    session = Session()
    assert session.solve(model).objective == pytest.approx(10 + 5)
    assert session.solve(toy()).objective == pytest.approx(10)
    assert session.solve(model).objective == pytest.approx(10 + 5)


def test_small_coefficients_count() -> None:
    """1e-11 · x ≤ 5e-11 holds x at 5; HiGHS would drop the coefficient by default."""
    assert Session().solve(toy(coef=1e-11, most=5e-11, upper=1e3)).size.nonzeros == 2


def test_nothing_to_solve_is_trouble() -> None:
    with pytest.raises(SolverTrouble):
        Session().run()


# ---------------------------------------------------------------- why it stopped, what it holds


def test_optimal() -> None:
    outcome = Session().solve(toy())
    assert (outcome.stopped, outcome.holds, outcome.status) == ("optimal", "proved", "optimal")
    assert outcome.objective == outcome.bound == pytest.approx(10)
    assert outcome.gap == 0
    assert outcome.size.columns == outcome.size.rows == 2


def test_infeasible_holds_nothing() -> None:
    outcome = Session().solve(toy(lower=6.0))
    assert (outcome.stopped, outcome.holds, outcome.status) == ("infeasible", "nothing", "infeasible")
    assert outcome.values is None
    assert outcome.objective is None


def test_unbounded_names_its_ray() -> None:
    """Lime bought at 1 and sold at 2 without end: both columns stand in the ray."""
    lime = (commodity("lime"), buys("lime", 1), sells("lime", 2))
    outcome = run(tiny(mud(), landfill("mud"), *lime))[2]
    assert (outcome.stopped, outcome.holds, outcome.status) == ("unbounded", "nothing", "unbounded")
    assert {name.partition("[")[0] for name in outcome.ray} >= {"bought_t", "sold_t"}


def test_unbounded_value_after_a_bounded_level_is_unbounded_not_a_crash() -> None:
    """Utilisation is bounded; value, the last level, is not: still the case's fault, with a ray."""
    lime = (commodity("lime"), buys("lime", 1), sells("lime", 2))
    outcome = run(tiny(mud(), landfill("mud"), *lime, objective="utilisation"))[2]
    assert outcome.stopped == "unbounded"
    assert outcome.ray


@pytest.mark.parametrize("algorithm", ["simplex", "ipm"])
def test_both_algorithms_find_the_same(algorithm: str) -> None:
    outcome = Session(Options(algorithm=algorithm)).solve(dense(60))
    assert outcome.algorithm == algorithm
    assert outcome.objective == pytest.approx(Session().solve(dense(60)).objective, rel=1e-9)


def dense(size: int) -> ConcreteModel:
    """A random LP that takes simplex a while."""
    random = np.random.default_rng(1)
    m = ConcreteModel()
    m.x = Columns(Index.flat("col", [f"c{k}" for k in range(size)]), upper=1.0)
    m.most = Rows(
        Index.flat("row", [f"r{k}" for k in range(size)]), upper=random.uniform(0.2, 1, size) * size / 8
    )
    row, col = np.divmod(np.arange(size * size), size)
    m.most.add(m.x, row=row, col=col, coef=random.uniform(0, 1, size * size))
    m.worth = Objective("maximise")
    m.worth.add(m.x, coef=random.uniform(0.5, 1, size))
    return m


def test_a_time_limit_stops_and_says_so() -> None:
    """Stopped for time: holds a plan with a gap or nothing, never a proved one."""
    outcome = Session(Options(time_limit_s=1e-3)).solve(dense(300))
    assert outcome.stopped == "time"
    assert outcome.holds in ("with_gap", "nothing")
    assert outcome.status in ("feasible", "none")
    assert outcome.bound is None
    assert (outcome.values is None) == (outcome.holds == "nothing")


def test_a_time_limit_holds_for_each_run_not_for_all_together() -> None:
    """Solves that each take little time may take more than the limit together."""
    session = Session(Options(time_limit_s=0.5))
    started = time.perf_counter()
    model = dense(60)
    count = 0
    while time.perf_counter() - started < 0.9:
        model.x.upper_bound = 1.0 + 0.01 * (count % 7)
        assert session.solve(model).stopped == "optimal", f"run {count}"
        count += 1


def test_cancelling_stops_and_says_so() -> None:
    asked: list[int] = []

    def stop() -> bool:
        asked.append(1)
        return len(asked) > 3

    outcome = Session(Options(should_stop=stop)).solve(dense(300))
    assert outcome.stopped == "cancelled"
    assert outcome.status in ("feasible", "none")
    assert asked


def test_a_session_can_be_used_after_a_cancel() -> None:
    stop = [True]
    session = Session(Options(should_stop=lambda: stop[0]))
    assert session.solve(dense(300)).stopped == "cancelled"
    stop[0] = False
    assert session.solve(toy()).objective == pytest.approx(10)


def test_progress_is_heard() -> None:
    heard: list[Any] = []
    outcome = Session(Options(on_progress=heard.append)).solve(dense(300))
    assert outcome.stopped == "optimal"
    assert heard
    assert tuple(heard) == outcome.progress
    assert all(a.seconds <= b.seconds for a, b in pairwise(heard))


# ---------------------------------------------------------------- levels


def test_levels_do_not_leak_into_the_next_run() -> None:
    """Utilisation first costs 300; value alone on the same model afterwards is 0 again."""
    press = works("press", "mud", {"brick": 1.0}, cost=5, capacity=60)
    case = tiny(mud(), yard("mud"), product("brick"), press, sells("brick", 0), objective="utilisation")
    network, model, first = run(case)
    assert first.objective == pytest.approx(-300, rel=1e-5)
    session = Session()
    assert solve_levels(model, network, session, ["value"]).objective == pytest.approx(0, abs=1e-6)
    assert solve_case_goals(model, network, session).objective == pytest.approx(-300, rel=1e-5)


def test_each_level_is_held_while_the_next_is_improved() -> None:
    """Least landfilled, then emissions, then value: each within the tolerance of its best alone."""
    network, model, _ = run(rich())
    alone: dict[str, float] = {}
    for goal in ("landfilled", "emissions"):
        found_alone = solve_levels(model, network, Session(), [goal]).objective
        assert found_alone is not None
        alone[goal] = found_alone
    solve_levels(model, network, Session(), ["landfilled", "emissions", "value"])
    found = {goal: float(model.goal[goal].value) for goal in alone}
    assert found["landfilled"] == pytest.approx(alone["landfilled"], abs=1e-4)
    assert found["emissions"] >= alone["emissions"] - 1e-6


def test_the_first_level_that_holds_nothing_ends_it() -> None:
    case = tiny(mud(), yard("mud", capacity_t=10), rows(), objective="utilisation")
    assert run(case)[2].stopped == "infeasible"
