"""Fronts on paper: bricks lose 2 CNY a tonne of mud, clinker 5, the landfill costs nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.builders import Tables, landfill, mud, optimum, product, rows, sells, solve, tiny, works
from tests.examples import examples
from tests.model.deciding import press, world

from redmud_opt.case import Case
from redmud_opt.case.works import Emission
from redmud_opt.i18n import text
from redmud_opt.network import build_network
from redmud_opt.plan import Plan
from redmud_opt.report.fronts import front_figure
from redmud_opt.solve import Options
from redmud_opt.study.asking import Base
from redmud_opt.study.front import (
    Flat,
    Front,
    Point,
    floors_between,
    marked,
    nearest,
    price,
    stricter,
    tightened,
)
from redmud_opt.study.frontier import Frontier

VALUE_UTILISATION = ("value", "utilisation")


def two_routes() -> Case:
    """100 t of mud: 60 t may become brick, 12 − 10 = 2 lost each, 30 t clinker, 15 − 10 = 5 lost."""
    return tiny(
        mud(100),
        works("press", "mud", {"brick": 1}, cost=12, capacity=60),
        works("kiln", "mud", {"clinker": 1}, cost=15, capacity=30),
        product("brick"),
        product("clinker"),
        sells("brick", 10),
        sells("clinker", 10),
        landfill("mud"),
    )


def emitting(**co2e_t_per_t: float) -> Tables:
    return rows(
        emissions=tuple(
            Emission(process=name, account="co2e_t", amount_per_t=amount)
            for name, amount in co2e_t_per_t.items()
        )
    )


def traced(
    case: Case, goals: tuple[str, ...] = VALUE_UTILISATION, count: int = 4, **options: Any
) -> tuple[Front, dict[int, Plan]]:
    """The front of a case, without a folder."""
    frontier = Frontier(build_network(case), goals, Options(**options))
    points: list[Point] = []
    plans: dict[int, Plan] = {}

    def taken(found: tuple[Point, Plan | None]) -> None:
        points.append(found[0])
        if found[1] is not None:
            plans[found[0].number] = found[1]

    for number, goal in enumerate(goals):
        taken(frontier.corner(goal, number, plans[0].whole if plans else None))
    corners = {p.corner: p for p in points if p.corner is not None}
    for floors in floors_between(corners, goals, count):
        start = nearest(points, floors, goals[0])
        taken(frontier.point(len(points), floors, None if start is None else plans[start.number].whole))
    return Front("tiny", goals, tuple(points), len(points), generated_t=100.0), plans


@pytest.fixture(scope="module")
def routes() -> tuple[Front, dict[int, Plan]]:
    return traced(two_routes())


@pytest.fixture(scope="module")
def presses() -> tuple[Front, dict[int, Plan]]:
    return traced(lumpy(200, 330, 400), count=5)


def test_two_routes_by_hand(routes: tuple[Front, dict[int, Plan]]) -> None:
    """Corners (0, 0 t) and (−2·60 − 5·30 = −270, 90 t); at 30 t −60, at 60 t −120: 2, 2 and 5 CNY a tonne."""
    front, _ = routes
    reached = [(p.goals["value"], p.goals["utilisation"]) for p in front.found]
    for found, paper in zip(reached, [(0, 0), (-60, 30), (-120, 60), (-270, 90)], strict=True):
        assert found == pytest.approx(paper, abs=1e-3)
    prices = front.prices()
    assert prices["least"].tolist() == pytest.approx([2, 2, 5], rel=1e-4)
    assert prices["most"].tolist() == pytest.approx([2, 2, 5], rel=1e-4)
    assert prices["resolved"].all()


def test_corners_are_the_single_optima(routes: tuple[Front, dict[int, Plan]]) -> None:
    case = two_routes()
    front, _ = routes
    most = solve(replace(case, settings=replace(case.settings, objective="utilisation")))
    assert front.found[0].main == pytest.approx(optimum(case), abs=1e-3)
    assert front.found[-1].goals["utilisation"] == pytest.approx(most.utilised(), rel=1e-6)
    assert front.found[-1].main == pytest.approx(most.value, rel=1e-6)


def lumpy(*capex: float) -> Case:
    """Presses of 30 t, each bought once; a brick of a tonne of mud earns 10."""
    return world(*(press(30, f"p{k}", capex_cny=cost) for k, cost in enumerate(capex)), sells("brick", 10))


def test_whole_units_jump(presses: tuple[Front, dict[int, Plan]]) -> None:
    """Presses of 30 t at 200, 330 and 400 earn 100, −30, −100: the front from 30 to 60 t costs 1 CNY a tonne, and
    then 100 ÷ 30. Half a press is none: at 45 t the second is built, and 60 t are used for the same money."""
    front, _ = presses
    assert [(round(p.goals["value"]), round(p.goals["utilisation"])) for p in front.found] == [
        *[(100, 30), (70, 60), (70, 60), (-30, 90), (-30, 90)]
    ]
    kept = [p for p in front.found if p.dominated_by is None]
    assert [len(p.builds) for p in kept] == [1, 2, 3]
    assert front.prices()["most"].tolist() == pytest.approx([1.0, 100 / 30], rel=1e-3)


def test_every_point_is_met_again(presses: tuple[Front, dict[int, Plan]]) -> None:
    """A point is a run: what held it is recorded with it."""
    case = lumpy(200, 330, 400)
    front, plans = presses
    for point in front.found[::2]:
        base = Base.again(case, plans[point.number])
        assert base.answer.value_cny == pytest.approx(point.main, abs=1e-2)


@pytest.mark.slow
def test_a_gap_is_an_interval_that_holds_the_truth(presses: tuple[Front, dict[int, Plan]]) -> None:
    """With a gap of half the optimum prices are intervals, and hold those of the proved front."""
    exact, _ = presses
    wide, _ = traced(lumpy(200, 330, 400), count=3, gap=0.5, starts=False, neighbourhood=False)
    assert all(p.found for p in wide.points)
    truth = {round(p.goals["utilisation"]): p.goals["value"] for p in exact.found}
    for point in wide.found:
        assert point.bound is not None
        assert point.bound >= truth[round(point.goals["utilisation"])] - 1e-3


@pytest.mark.slow
def test_emissions_and_three_goals() -> None:
    """Bricks emit 0.1 t a tonne, clinker 1: at most utilisation 6 + 30 = 36 t, at least emissions 0."""
    case = tiny(
        mud(100),
        works("press", "mud", {"brick": 1}, cost=12, capacity=60),
        works("kiln", "mud", {"clinker": 1}, cost=15, capacity=30),
        emitting(press=0.1, kiln=1.0),
        *(product("brick"), product("clinker"), sells("brick", 10), sells("clinker", 10), landfill("mud")),
    )
    goals = ("value", "utilisation", "emissions")
    front, _ = traced(case, goals, count=3)
    best = {p.corner: p for p in front.points if p.corner}
    assert best["utilisation"].goals["emissions"] == pytest.approx(36, rel=1e-4)
    assert best["emissions"].goals["emissions"] == pytest.approx(0, abs=1e-4)
    assert {p.stopped for p in front.points if not p.found} == {"infeasible"}
    middle = [
        p
        for p in front.found
        if dict(p.floors) == pytest.approx({"utilisation": 45, "emissions": 18}, rel=1e-3)
    ]
    assert [p.goals["value"] for p in middle] == [pytest.approx(-90, rel=1e-3)]
    assert not len(front.prices()), "between points of three goals there is no one price"


@pytest.mark.slow
def test_without_value_it_is_the_last_level() -> None:
    """Utilisation against emissions: 90 t at 36 t, 60 t of brick at 6 t; of what emits the same, the cheapest."""
    case = tiny(
        mud(100),
        works("press", "mud", {"brick": 1}, cost=12, capacity=60),
        works("kiln", "mud", {"clinker": 1}, cost=15, capacity=30),
        emitting(press=0.1, kiln=1.0),
        *(product("brick"), product("clinker"), sells("brick", 10), sells("clinker", 10)),
        *(landfill("mud", 3.0), landfill("mud", 1.0, name="cheap")),
    )
    front, plans = traced(case, ("utilisation", "emissions"), count=2)
    corner = next(p for p in front.found if p.corner == "utilisation")
    assert corner.goals["value"] == pytest.approx(-120 - 150 - 10, rel=1e-4)
    assert Base.again(case, plans[corner.number]).answer.value_cny == pytest.approx(-280, rel=1e-4)


@settings(
    max_examples=examples(12),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.lists(st.integers(1, 60), min_size=1, max_size=3), st.integers(5, 40))
def test_points_are_audited_and_none_is_better_in_all(capex: list[int], capacity: int) -> None:
    steps = (press(capacity, f"p{k}", capex_cny=10 * cost) for k, cost in enumerate(capex))
    front, plans = traced(world(*steps, sells("brick", 10)), count=3)
    assert all(p.found and plans[p.number].audit.passed for p in front.points)  # type: ignore[union-attr]
    kept = [p.goals for p in front.found if p.dominated_by is None]
    for one in kept:
        for two in kept:
            better = [one[g] - two[g] > 1e-3 for g in VALUE_UTILISATION]
            worse = [two[g] - one[g] > 1e-3 for g in VALUE_UTILISATION]
            assert any(worse) or not any(better)
    for point in front.found:
        if point.dominated_by is not None:
            other = next(p for p in front.points if p.number == point.dominated_by)
            assert [other.goals[g] for g in VALUE_UTILISATION] == pytest.approx(
                [point.goals[g] for g in VALUE_UTILISATION], rel=1e-4, abs=1e-2
            ), "of proved plans only a twin"


# ---------------------------------------------------------------- points alone


def at(number: int, value: float, utilised: float, bound: float | None = None, **more: Any) -> Point:
    goals = {"value": value, "utilisation": utilised}
    bound = value if bound is None else bound
    return Point(number, goals=goals, main=value, bound=bound, stopped="optimal", audit_passed=True, **more)


def test_prices_are_intervals_of_plan_and_bound() -> None:
    """100 to 120 at 0 t, 50 to 90 at 10 t: one tonne costs (100 − 90) ÷ 10 to (120 − 50) ÷ 10."""
    worth = price(at(0, 100, 0, 120), at(1, 50, 10, 90), 10.0, "value")
    assert (worth.least, worth.most) == pytest.approx((1.0, 7.0))
    open_ = price(at(0, 100, 0, 120), at(1, 50, 10, 110), 10.0, "value")
    assert (open_.least, open_.most) == pytest.approx((0.0, 7.0)), "never less than nothing"


def test_an_unresolved_step_says_so() -> None:
    points = (at(0, 100, 0, 120, corner="value"), at(1, 50, 10, 110, floors={"utilisation": 10}))
    front = Front("c", VALUE_UTILISATION, points, 2)
    assert front.prices()["resolved"].tolist() == [False]
    assert any("not resolved" in text(line) for line in front.lines())
    assert any("未能分辨" in text(line, "zh") for line in front.lines())


def test_a_corner_that_is_not_proved_says_so() -> None:
    """The best of a goal within a time limit is the best found: what its bound does not rule out is told."""

    def told(own_bound: float | None, language: str = "en") -> str:
        points = (at(0, 100, 0, corner="value"), at(1, 50, 10, corner="utilisation", own_bound=own_bound))
        return "\n".join(text(line, language) for line in Front("c", VALUE_UTILISATION, points, 2).lines())

    assert "not proved" not in told(10.0)
    assert "the most utilisation found, not proved (12 t is not ruled out)" in told(12.0)
    assert "未证明最优" in told(12.0, "zh")
    assert "the most utilisation found, not proved:" in told(None)


def test_a_laxer_bound_holds_for_stricter_points() -> None:
    lax = at(1, 60, 12, 80, floors={"utilisation": 10})
    strict = at(2, 50, 20, 95, floors={"utilisation": 20})
    corner = at(3, 40, 30, 45, corner="utilisation")
    bounds = [p.bound for p in tightened([lax, strict, corner], "value")]
    assert bounds == [80, 80, 45], "a corner of another goal asks the most, its bound is its own"


def test_dominated_points_name_the_better_one() -> None:
    points = marked([at(0, 100, 10), at(1, 90, 10), at(2, 90, 20), at(3, 90, 20)], VALUE_UTILISATION)
    assert [p.dominated_by for p in points] == [None, 0, None, 2]


def test_what_asks_more_is_stricter() -> None:
    assert stricter({"utilisation": 5, "emissions": 1}, {"utilisation": 4, "emissions": 2})
    assert not stricter({"utilisation": 5, "emissions": 3}, {"utilisation": 4, "emissions": 2})


@pytest.mark.parametrize(("why", "words"), [("cannot_vary", "cannot vary"), ("no_conflict", "no conflict")])
def test_flat_goals_are_told(why: str, words: str) -> None:
    front = Front("c", ("value", "landfilled"), (), 2, flat={"landfilled": Flat(why, 0.0)})
    assert any(words in text(line) and "0 t" in text(line) for line in front.lines())


def test_figure_has_a_point_each_and_bars_to_the_bound() -> None:
    points = (at(0, 1e8, 0, 1.2e8, corner="value"), at(1, 5e7, 10, 9e7, floors={"utilisation": 10}))
    front = Front("c", VALUE_UTILISATION, points, 2)
    for language in ("en", "zh"):
        (trace,) = front_figure(front, language).data
        assert list(trace.y) == [100, 50]
        assert list(trace.error_y.array) == pytest.approx([20, 40])
