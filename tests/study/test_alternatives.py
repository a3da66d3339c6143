"""Alternatives on paper: which plans are nearly as good, how far they are from each other, what all share."""

from __future__ import annotations

import pytest
from tests.study.choosing import three_routes

from redmud_opt.study.alternatives import Alternatives, alternatives
from redmud_opt.study.alternatives_said import said
from redmud_opt.study.asking import Base


@pytest.fixture(scope="module")
def base() -> Base:
    return Base.solved(three_routes())


@pytest.fixture(scope="module")
def within_eleven(base: Base) -> Alternatives:
    return alternatives(base, 3, 0.11)


def built(plan: object) -> set[str]:
    return {choice.thing for choice in plan.units}  # type: ignore[attr-defined]


def test_within_a_hundredth_only_b_is_left(base: Base) -> None:
    """990 and more: b with 995. All the mud goes elsewhere, the one step is done without: 1 + 1 = 2. No other is as
    good: a with 10 / 13 t in the landfill is nearer than a hundredth."""
    found = alternatives(base, 3)
    assert [built(plan) for plan in found.plans] == [{"a_line"}, {"b_line"}]
    assert found.allowed_cny == pytest.approx(10.0)
    assert found.plans[1].value_cny == pytest.approx(995.0)
    assert found.plans[1].distance == pytest.approx(2.0, rel=1e-4)
    assert found.plans[1].proved
    assert found.gave_up == "none_left"


def test_within_eleven_hundredths_c_and_a_bit_of_landfill(within_eleven: Alternatives) -> None:
    """890 and more: b 995, c 900, each 2 from all before; then a with 110 / 13 t in the landfill: 0.0846 from a."""
    found = within_eleven
    assert [plan.value_cny for plan in found.plans[1:3]] == pytest.approx([995.0, 900.0], abs=1e-2) or [
        plan.value_cny for plan in found.plans[1:3]
    ] == pytest.approx([900.0, 995.0], abs=1e-2)
    assert [plan.distance for plan in found.plans[1:3]] == pytest.approx([2.0, 2.0], rel=1e-4)
    assert found.plans[3].distance == pytest.approx(110 / 1300, rel=1e-4)
    assert found.plans[3].value_cny == pytest.approx(890.0, rel=1e-4)
    assert built(found.plans[3]) == {"a_line"}


@pytest.mark.parametrize("tolerance", [0.3])
def test_every_alternative_is_audited_and_within_the_tolerance(base: Base, tolerance: float) -> None:
    """Whatever the tolerance; and each is at its own distance from every earlier one."""
    found = alternatives(base, 2, tolerance)
    for plan in found.plans[1:]:
        assert plan.audited
        assert plan.plan is not None
        assert plan.plan.value_cny == pytest.approx(plan.value_cny, abs=0.01)
        assert plan.value_cny >= 1000.0 * (1.0 - tolerance) - 0.01
    assert len(found.plans) > 1


def test_the_model_is_left_as_it_was(base: Base) -> None:
    """The base answers as before."""
    alternatives(base, 1)
    assert base.fixed().value_cny == pytest.approx(1000.0)
    with base.changed() as model:
        assert base.ask(model).value_cny == pytest.approx(1000.0)


def test_where_value_is_near_nothing_the_turnover_is_the_measure() -> None:
    """At 3.02 a makes 302 − 300 = 2: a hundredth of what is turned over is 3.02, and doing nothing is near enough."""
    base = Base.solved(three_routes(prices={"a": 3.02, "b": 3.0, "c": 3.0}))
    found = alternatives(base, 1)
    assert found.by_turnover
    assert found.allowed_cny == pytest.approx(3.02)
    assert len(found.plans) == 2


def test_what_all_share_and_where_they_differ_in_words(within_eleven: Alternatives) -> None:
    """At 11 % a, b and c are each in some plans only; in both languages."""
    found = said(within_eleven, 0.11)
    english, chinese = ("\n".join(found.words(language)) for language in ("en", "zh"))
    assert "no investment is in every plan" in english
    assert "alternative 3: gives up 110 CNY; of red mud 8.5 % ends elsewhere" in english
    assert "in some plans only: step a_line" in english
    assert "备选 3：放弃 110 元；去往别处：赤泥 8.5 %" in chinese
    assert "choices." not in english + chinese
    investments = found.frame("investments").set_index("thing")
    assert investments["in_all"].tolist() == [False, False, False]
    places = found.frame("destinations").set_index("at")
    assert places.loc["landfill", "plan_3_t"] == pytest.approx(110 / 13, rel=1e-3)
    assert places.loc["a", "least_t"] == 0.0
