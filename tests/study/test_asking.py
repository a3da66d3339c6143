"""A plan that can be asked, on paper: bricks of mud at 10, lines to be built, a landfill for the rest."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.builders import arises, mud, optimum, rows, sells, tiny, years
from tests.model.deciding import press, world
from tests.model.pooling import kiln, pooled

from redmud_opt.case import Case
from redmud_opt.case.rules import Target
from redmud_opt.plan import Plan, make_plan
from redmud_opt.solve import Options
from redmud_opt.study.asking import Answer, Base, Interval, NoBase, difference


def choice(**settings: object) -> Case:
    """100 t of mud; line A: 30 t for 200, B: 30 t for 230, C: 30 t for 400; bricks at 10: A and B earn 100 + 70."""
    steps = tuple(press(30, name, capex_cny=cost) for name, cost in (("a", 200), ("b", 230), ("c", 400)))
    return world(*steps, sells("brick", 10), **settings)


@pytest.fixture(scope="module")
def base() -> Base:
    return Base.solved(choice())


def larger(case: Case, line: str, capacity: float) -> Case:
    lines = tuple(replace(row, capacity=capacity) if row.name == line else row for row in case.lines)
    return replace(case, lines=lines)


def test_a_plan_is_its_own_answer(base: Base) -> None:
    """A and B are built: 170 CNY. The LP at these whole numbers is worth the same."""
    assert base.answer.value_cny == pytest.approx(170.0)
    assert {(w.family, w.value) for w in base.whole if w.family == "build"} == {("build", 1)}
    assert base.fixed().value_cny == pytest.approx(170.0)
    assert difference(base.answer, base.fixed()).exact


def test_fixed_and_free_are_two_questions(base: Base) -> None:
    """C of 50 t for 400 would earn 100 beside A: B would be left 20 t for 230. Fixed, C stays unbuilt."""
    case = larger(base.case, "c_line", 50.0)
    assert base.ask_case(case, "fixed").value_cny == pytest.approx(170.0)
    assert base.ask_case(case, "free").value_cny == pytest.approx(optimum(case)) == pytest.approx(200.0)
    gain = difference(base.answer, base.ask_case(case))
    assert (gain.resolved, gain.exact) == (True, True)
    assert gain.middle == pytest.approx(30.0, abs=1e-3)


def test_bounds_are_put_back(base: Base) -> None:
    """Without B the value is 100; afterwards the plan is as it was, and the same question has the same answer."""
    before = base.form.col_upper.copy()
    for _ in range(2):
        with base.changed() as model:
            build = model.component("build")
            build.upper_bound[build.index.labels("line") == "b_line"] = 0.0
            assert base.ask(model).value_cny == pytest.approx(100.0)
    assert base.fixed().value_cny == pytest.approx(170.0)
    assert np.array_equal(base.form.col_upper, before)
    assert base.model.component("build").integer_mask.any()


def test_what_is_impossible_is_proved_so(base: Base) -> None:
    """A target of 95 % asks for more than three lines of 30 t can press."""
    target = rows(targets=Target(name="t", waste_class="red_mud", at_least=0.95))["targets"]
    answer = base.ask_case(replace(base.case, targets=target))
    assert (answer.possible, answer.proved_impossible) == (False, True)
    assert difference(base.answer, answer) == Interval(-np.inf, -np.inf)


def test_a_plan_from_disk_is_met_again(base: Base, tmp_path: Path) -> None:
    plan = make_plan(base.network, base.model, base.outcome)
    plan.save(tmp_path)
    loaded = Plan.load(tmp_path)
    assert loaded.whole == plan.whole == base.whole
    again = Base.again(base.case, loaded)
    assert again.answer.value_cny == pytest.approx(170.0)
    assert again.answer.bound_cny == plan.solve["bound"]
    with pytest.raises(NoBase, match="not_met_again"):
        Base.again(larger(base.case, "a_line", 20.0), loaded)


def test_another_goal_is_held_while_value_is_asked_for() -> None:
    """Utilisation builds all three: 90 t used, 170 − 100 = 70 CNY. Bricks at 11: 160, of 90 t still."""
    base = Base.solved(choice(objective="utilisation"))
    assert base.answer.value_cny == pytest.approx(70.0, abs=1e-3)
    dearer = replace(base.case, outlets=tuple(replace(o, price_cny_per_t=11.0) for o in base.case.outlets))
    assert base.ask_case(dearer).value_cny == pytest.approx(160.0, abs=1e-3)


def test_a_case_without_a_plan_is_no_base() -> None:
    """Mud that can go nowhere."""
    with pytest.raises(NoBase, match="infeasible"):
        Base.solved(tiny(mud(100), sells("mud", 1, method="U", max_t=10), periods=years(2026)))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ((100.0, 110.0), (120.0, 125.0), (True, 10.0, 25.0)),
        ((100.0, 110.0), (105.0, 125.0), (False, -5.0, 25.0)),
        ((100.0, 110.0), (80.0, 90.0), (True, -30.0, -10.0)),
        ((100.0, None), (120.0, 125.0), (False, -np.inf, 25.0)),
    ],
)
def test_a_difference_is_an_interval(
    before: tuple[float, float | None], after: tuple[float, float], expected: tuple[bool, float, float]
) -> None:
    """[incumbent₂ − bound₁, bound₂ − incumbent₁]."""
    found = difference(Answer("gap", *before), Answer("gap", *after))
    assert (found.resolved, found.least, found.most) == expected


@pytest.mark.parametrize(
    ("least", "most"), [(5.0, np.inf), (-np.inf, np.inf), (-np.inf, 5.0), (-np.inf, -np.inf)]
)
def test_what_has_no_end_is_not_exact(least: float, most: float) -> None:
    """A solve that stopped before it had a bound must not be told as `worth nothing`."""
    assert not Interval(least, most).exact


def test_a_time_limit_leaves_an_interval() -> None:
    """Nothing is known of what was not solved, but that it is no proof of anything."""
    base = Base.solved(choice(), Options())
    answer = base.ask_case(larger(base.case, "c_line", 50.0), "free", time_limit_s=0.0)
    assert not answer.proved_impossible
    gain = difference(base.answer, answer)
    assert gain.least <= 30.0 <= gain.most


def test_of_pools_only_the_mixtures_at_hand_are_known() -> None:
    """A plan is a plan, but that no mixture at hand is better, or possible, proves nothing."""
    case = pooled(arises("a", 100, "P"), arises("b", 100, "P"), kiln(4))
    base = Base.solved(case)
    with base.changed() as model:
        assert base.ask(model).bound_cny is None
        model.component("feed_t").upper_bound[:] = 0.0
        model.component("sold_t").lower_bound[:] = 1.0
        assert not base.ask(model).proved_impossible
