"""What more of a thing is worth, on paper: re-solved at a unit, 5 % and 20 % more, whole numbers fixed or free.

100 t of mud a year, placed for nothing unless said; bricks are made of mud one to one and sell at 10.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.builders import (
    Tables,
    buys,
    commodity,
    in_stock,
    landfill,
    lane,
    mud,
    product,
    rows,
    sells,
    site,
    target,
    tiny,
    waste,
    works,
    yard,
    years,
)
from tests.model.bordering import bordered, document
from tests.model.deciding import press, stands, world
from tests.model.permitting import permit
from tests.model.permitting import world as licensed
from tests.model.test_goldens_yards import curve, raised

from redmud_opt.case import Case, CaseFaults
from redmud_opt.case.rules import Budget, Limit
from redmud_opt.case.works import Haul
from redmud_opt.i18n import LANGUAGES
from redmud_opt.study.asking import Base
from redmud_opt.study.worth import Thing, bottlenecks, next_point, things_of, worth, worth_of
from redmud_opt.study.worth.measure import RANKED_BY, UNIT, frame_of, steps

BRICK = sells("brick", 10)


def thing(base: Base, kind: str, name: str) -> Thing:
    (found,) = [t for t in things_of(base.model, base.network) if (t.kind, t.name) == (kind, name)]
    return found


def gains(base: Base, kind: str, name: str, whole: Any = "fixed") -> dict[str, float]:
    """Step → gain; both ends of each interval are the same on paper."""
    found = worth(base, [thing(base, kind, name)], whole).worths
    assert all(w.gain.exact for w in found)
    return {w.step: w.gain.middle for w in found}


# ---------------------------------------------------------------- a unit, 5 %, 20 %


def test_a_line_is_worth_what_its_tonnes_earn_until_the_market_is_full() -> None:
    """60 t at 10. A tonne more earns 10, 3 t (5 %) 30; of 12 t (20 %) the market takes 5: 50; the dual says 120.

    The dual holds for 5 t: then the market is at its bound.
    """
    base = Base.solved(world(stands(60), sells("brick", 10, max_t=65)))
    found = worth(base, [thing(base, "line", "press_line")]).frame().set_index("step")
    assert found["gain_least_cny"].tolist() == pytest.approx([10, 30, 50])
    assert found["gain_most_cny"].tolist() == pytest.approx([10, 30, 50])
    assert found["change"].tolist() == pytest.approx([1, 3, 12])
    assert found["dual_says_cny"].tolist() == pytest.approx([10, 30, 120])
    assert found["gain_per_unit_cny"].tolist() == pytest.approx([10, 10, 50 / 12])
    assert found["dual_holds_for"].tolist() == pytest.approx([5, 5, 5])


def test_what_is_derived_from_the_amount_follows_it() -> None:
    """With a fixed cost of running, load ≤ 60 · on is a row of its own: were only the capacity row moved, nothing."""
    base = Base.solved(world(stands(60, fixed_cost_cny_per_period=100), BRICK))
    assert len(base.model.load_if_on) == 1
    assert gains(base, "line", "press_line") == pytest.approx({UNIT: 10, "5 %": 30, "20 %": 120})


def test_of_a_plant_that_is_not_built_the_dual_is_wrong() -> None:
    """A press of 25 t for 145 would save 5 a tonne: 125, so it is not built. The dual of its capacity says 5 a tonne.

    With what is built as it is, no size is worth anything. Decided anew: 26.25 t save 131.25, nothing gained; 30 t
    save 150, and 5 t more are worth 5, one a tonne.
    """
    base = Base.solved(world(press(25, capex_cny=145), sells("brick", 5)))
    assert gains(base, "line", "press_line") == pytest.approx({UNIT: 0, "5 %": 0, "20 %": 0})
    assert gains(base, "line", "press_line", "free") == pytest.approx({"5 %": 0, "20 %": 5})
    found = worth(base, [thing(base, "line", "press_line")], "free").frame().set_index("step")
    assert found.loc["20 %", ["gain_per_unit_cny", "dual_cny_per_unit"]].tolist() == pytest.approx([1, 5])
    assert found.loc["20 %", "dual_says_cny"] == pytest.approx(25)


def test_a_step_of_one_unit_is_asked_with_whole_numbers_fixed_only() -> None:
    base = Base.solved(world(stands(60), BRICK))
    line = thing(base, "line", "press_line")
    assert [name for name, _ in steps(line, "fixed")] == [UNIT, "5 %", "20 %"]
    assert [name for name, _ in steps(line, "free")] == ["5 %", "20 %"]


# ---------------------------------------------------------------- kind by kind


def elsewhere(*tables: Tables) -> Case:
    """The works stand at M."""
    base = (
        mud(),
        landfill("mud"),
        product("brick"),
        site("M"),
        works("press", "mud", {"brick": 1.0}, at="M"),
    )
    return tiny(*base, sells("brick", 10, "M"), *tables)


def limed() -> Case:
    """A tonne of brick takes half a tonne of lime at 4: it earns 8, a tonne of lime 16. 20 t of lime can be had."""
    press_line = works("press", "mud", {"brick": 1.0}, inputs={"lime": {"amount_per_t": 0.5, "solid": False}})
    return world(press_line, BRICK, commodity("lime"), buys("lime", 4, max_t=20))


def losing(at_least: float = 0.25) -> Case:
    """Bricks sell at −4, and a target asks for a quarter of the mud."""
    return world(stands(60), sells("brick", -4), target(at_least))


def reclaimed() -> Case:
    """90 t of old mud; 30 may be taken out a year and made into bricks, beside 100 t of new mud: 130 at most."""
    old = yard("mud", max_reclaim_t=30, put_cost_cny_per_t=1)
    return tiny(mud(), product("brick"), stands(200), BRICK, old, in_stock("yard", "mud", 90))


def least_bought() -> Case:
    """10 t of lime at 4 must be bought, and bricks need none."""
    store = yard("lime", name="silo")
    return world(stands(60), BRICK, commodity("lime"), buys("lime", 4, min_t=10), store)


HAUL = rows(haul=Haul(name="truck", cost_cny_per_t_km=0.0, lane_capacity_t=40, per="period"))
HALF = {"longitude_deg": 110.0, "latitude_deg": 24.0}

KINDS: list[tuple[Callable[[], Case], str, str, float, float]] = [
    (lambda: elsewhere(lane("R", "M", capacity_t=40)), "lane", "R_M", 1, 10),
    (lambda: world(stands(60), sells("brick", 10, max_t=30)), "demand", "brick_outlet", 1, 10),
    (lambda: world(stands(60), sells("brick", -3, min_t=20)), "least_demand", "brick_outlet", -1, 3),
    (limed, "supply", "lime_supply", 1, 16),
    (least_bought, "least_supply", "lime_supply", -1, 4),
    (reclaimed, "reclaim_rate", "yard", 1, 10),
    (lambda: licensed(permits=(permit("melt_works", 15),)), "permit", "p_melt_works", 1, 11),
    (lambda: world(stands(60), BRICK, rows(limits=Limit(name="cap", measure="sold", sense="max", value=30))),
     "limit", "cap", 1, 10),
    (lambda: world(stands(60), sells("brick", -3),
                   rows(limits=Limit(name="floor", measure="sold", sense="min", value=20))), "limit", "floor", -1, 3),
    (lambda: world(stands(60), sells("brick", -3),
                   rows(limits=Limit(name="just", measure="sold", sense="equal", value=20))), "limit", "just", -1, 3),
    (lambda: world(stands(60), BRICK,
                   rows(limits=Limit(name="just", measure="sold", sense="equal", value=20))), "limit", "just", 1, 10),
    (losing, "target", "target", -0.01, 4),
]  # fmt: skip


@pytest.mark.parametrize(
    ("make", "kind", "name", "unit", "gain"), KINDS, ids=[f"{k[1]} {k[2]} {k[3]}" for k in KINDS]
)
def test_a_unit_more_of_everything(
    make: Callable[[], Case], kind: str, name: str, unit: float, gain: float
) -> None:
    """A tonne of brick earns 10; of lime 16 (2 bricks at 10 − 4/2); moved under a permit 11 (10 + 1 at home).

    Of what must be sold at a loss of 3 a tonne less saves 3, of lime that must be bought 4. A point of the target is
    a tonne of brick: 4. An equality is asked in the direction in which it gains.
    """
    base = Base.solved(make())
    (found,) = [w for w in worth(base, [thing(base, kind, name)]).worths if w.step == UNIT]
    assert found.more == pytest.approx(unit)
    assert found.gain.middle == pytest.approx(gain)
    assert found.dual.tight
    assert found.dual.cny_per_unit == pytest.approx(gain / abs(unit))


def test_approved_tonnes_leave_the_shed() -> None:
    """10 t a half-year; 15 t may leave in 2026. One more need not lie for 184 + 365 days at 100, but costs 1 + 5."""
    base = Base.solved(bordered(document(amount_t=15)))
    assert gains(base, "approval", "doc")[UNIT] == pytest.approx(100 * (184 / 365 + 1) - 6)


def test_a_haul_rule_is_worth_the_sum_of_its_lanes() -> None:
    """One lane R–M of 40 t by the rule, free of cost."""
    places = {"sites": (*site("R", **HALF)["sites"], *site("M", **HALF)["sites"])}
    base = Base.solved(replace(elsewhere(HAUL), **places))
    assert gains(base, "haul", "truck") == pytest.approx({UNIT: 10, "5 %": 20, "20 %": 80})


def test_money_comes_with_what_it_builds() -> None:
    """A press for 105 that earns 500 and a budget of 100. With whole numbers fixed money is worth nothing."""
    case = world(press(50, capex_cny=105), BRICK, rows(budgets=Budget(name="money", amount_cny=100)))
    base = Base.solved(case)
    assert gains(base, "budget", "money") == pytest.approx({UNIT: 0, "5 %": 0, "20 %": 0})
    assert gains(base, "budget", "money", "free") == pytest.approx({"5 %": 395, "20 %": 395})


# ---------------------------------------------------------------- room in yards


def placed(*more: Tables, **columns: Any) -> Case:
    """100 t of mud a year for two years at 1.25 t/m³, placed for nothing, or 9 a tonne elsewhere."""
    own = yard("mud", final=True, retrievable=False, method="D", **columns)
    base = (mud(density_t_per_m3=1.25), sells("mud", -9, method="D", name="tip"), own)
    return tiny(*base, *more, periods=years(2026, 2))


@pytest.mark.parametrize("columns", [
    {"capacity_t": 150.0},
    {"airspace_m3": 120.0},
    {"area_m2": 12.0, "height_m": 10.0},
    {"capacity_t": 150.0, "airspace_m3": 120.0},
])  # fmt: skip
def test_room_is_tonnes_and_airspace_together(columns: dict[str, Any]) -> None:
    """150 t of 200 fit: a tonne more saves 9, 7.5 t 67.5, 30 t 270. The duals of its rows say 9 together."""
    base = Base.solved(placed(**columns))
    assert gains(base, "room", "yard") == pytest.approx({UNIT: 9, "5 %": 67.5, "20 %": 270})
    assert worth(base, [thing(base, "room", "yard")]).worths[0].dual.cny_per_unit == pytest.approx(9)


def test_a_raise_that_need_not_be_built_is_worth_more_than_its_tonnes() -> None:
    """V(5) = 150 m³ hold 187.5 t; the last 12.5 t cost 112.5, or a raise for 60.

    With 20 % (37.5 t) more neither: 60. With 5 % (9.375 t) more 3.125 t go to the tip for 28.125: 31.875.
    """
    heights = curve((0.0, 0.0), (5.0, 150.0), (10.0, 300.0))
    base = Base.solved(placed(heights, raised("r", 10.0, 60.0), height_m=5.0))
    assert gains(base, "room", "yard", "free") == pytest.approx({"5 %": 31.875, "20 %": 60})
    assert gains(base, "room", "yard") == pytest.approx({UNIT: 0, "5 %": 0, "20 %": 0})


# ---------------------------------------------------------------- which things, in which order


def two_markets() -> Case:
    """60 t of brick: 20 sold at 10, 5 at 8, the rest at 1; a lane, a yard and a supply that are never full."""
    markets = (
        sells("brick", 10, max_t=20, name="near"),
        sells("brick", 8, max_t=5, name="far"),
        sells("brick", 1, name="any"),
    )
    idle = (waste("other"), yard("other", name="large", capacity_t=9e5))
    return world(stands(60), *markets, *idle, press(40, "second", capex_cny=900))


def test_bottlenecks_are_what_is_full_and_built_ranked_by_five_percent() -> None:
    """5 %: line 3 t at 1 = 3; near 1 t at 9 = 9; far 0.25 t at 7 = 1.75. The second press is not built."""
    found = worth(Base.solved(two_markets()))
    assert [(w.thing.name, pytest.approx(w.gain.middle)) for w in found.ranked()] == [
        ("near", 9.0),
        ("press_line", 3.0),
        ("far", 1.75),
    ]
    assert [t.name for t in found.unbuilt] == ["second_line"]
    assert found.left == ()
    assert set(found.seconds) == {"network", "build", "compile", "update", "solver"}


def test_the_most_promising_come_first_and_the_others_are_named() -> None:
    base = Base.solved(two_markets())
    found = worth(base, most=1)
    assert [w.thing.name for w in found.ranked()] == ["near"]
    assert {t.name for t in found.left} == {"press_line", "far"}
    free = worth(base, whole="free", most=9)
    assert {w.thing.name for w in free.worths} == {"near", "press_line", "far", "second_line"}
    assert free.unbuilt == ()


def test_asking_leaves_the_plan_as_it_was() -> None:
    base = Base.solved(world(stands(60, fixed_cost_cny_per_period=100), BRICK))
    before = [part.copy() for part in (base.model.feed_t.values_array, base.model.feed_t.upper_bound)]
    bottlenecks(base)
    bottlenecks(base, "free")
    next_point(base)
    for held, part in zip(
        before, (base.model.feed_t.values_array, base.model.feed_t.upper_bound), strict=True
    ):
        np.testing.assert_array_equal(held, part)
    assert base.fixed().value_cny == pytest.approx(500.0)


def test_a_stop_leaves_the_rest_unasked() -> None:
    base = Base.solved(two_markets())
    base.fixed()
    base.options = replace(base.options, should_stop=lambda: True)
    found = worth(base)
    assert found.worths == ()
    assert len(found.left) == 3


def test_a_change_that_is_no_sound_case_holds_nothing() -> None:
    """A thing whose larger case has faults: no number is made up."""

    def unsound(case: Case, more: float) -> Case:
        raise CaseFaults(())

    base = Base.solved(world(stands(60), BRICK))
    found = worth(base, [replace(thing(base, "line", "press_line"), changed=unsound)]).worths
    assert {w.stopped for w in found} == {"faults"}
    assert frame_of(found)["gain_most_cny"].isna().all()


@settings(max_examples=5)
@given(capacity=st.integers(20, 90), demand=st.integers(20, 90), price=st.integers(2, 9))
def test_with_whole_numbers_fixed_gains_fall_with_the_step(capacity: int, demand: int, price: int) -> None:
    """An LP's value is concave in its bounds: a tonne of a larger step is worth no more, none more than the dual."""
    base = Base.solved(
        world(stands(capacity), sells("brick", price, max_t=demand), sells("brick", 1, name="any"))
    )
    for w in worth(base).worths:
        assert w.dual_says_cny is not None
        assert -1e-6 <= w.gain.middle <= w.dual_says_cny + 1e-6
    per_t = worth(base, [thing(base, "line", "press_line")]).frame()["gain_per_unit_cny"]
    assert (per_t.diff().dropna() <= 1e-6).all()


# ---------------------------------------------------------------- the next point


@pytest.mark.parametrize(("at_least", "reached"), [(0.25, 0.25), (None, 0.0)])
def test_the_next_point_costs_what_its_bricks_lose(at_least: float | None, reached: float) -> None:
    """A point is a tonne of brick, which loses 4; with a target of 25 % from there, without one from nothing."""
    case = world(stands(60), sells("brick", -4), *([] if at_least is None else [target(at_least)]))
    (row,) = next_point(Base.solved(case)).frames["next_point"].to_dict("records")
    assert (row["target"], row["year"]) == ("" if at_least is None else "target", 2026)
    assert (row["reached_share"], row["asked_share"]) == (
        pytest.approx(reached),
        pytest.approx(reached + 0.01),
    )
    assert (row["cost_least_cny"], row["cost_most_cny"]) == (pytest.approx(4), pytest.approx(4))
    assert row["point_t"] == pytest.approx(1)


def test_the_next_point_may_take_a_new_plant_or_be_out_of_reach() -> None:
    """60 t of press are full at 60 %. The second, for 900, earns 400 with 40 t: the next point costs 500."""
    case = world(stands(60), press(40, "second", capex_cny=900), BRICK)
    base = Base.solved(case)
    (fixed,) = next_point(base).frames["next_point"].to_dict("records")
    assert fixed["stopped"] == "infeasible"
    (free,) = next_point(base, "free").frames["next_point_free"].to_dict("records")
    assert free["cost_least_cny"] == pytest.approx(500)
    assert "cannot be reached so" in "\n".join(next_point(base).words("en"))


def test_where_all_is_utilised_nothing_is_asked() -> None:
    said = next_point(Base.solved(world(stands(100), BRICK)))
    assert said.frames["next_point"].empty
    assert "no rate" in "\n".join(said.words("en"))


# ---------------------------------------------------------------- words


def test_words_in_both_languages() -> None:
    base = Base.solved(two_markets())
    said = (bottlenecks(base), bottlenecks(base, "free"), worth_of(base, ["near"]), next_point(base))
    for answer in said:
        for language in LANGUAGES:
            words = "\n".join(answer.words(language))
            assert "worth." not in words
            assert "{" not in words
            answer.as_record(language)
    english = "\n".join(said[0].words("en"))
    assert "demand of outlet 'near', 1 t a period more (5 %): worth 9 CNY" in english
    assert "the dual would say 9 CNY for 5 %" in english
    assert (
        "not built by the plan, and worth nothing as long as it is not (1): capacity of line 'second_line'"
        in english
    )
    assert said[0].frames["bottlenecks"]["step"].eq(RANKED_BY).sum() == 3


def test_a_thing_that_does_not_exist_is_a_fault_with_the_nearest_name() -> None:
    base = Base.solved(two_markets())
    with pytest.raises(CaseFaults) as caught:
        worth_of(base, ["nearr"])
    assert "'near'" in caught.value.render("en")
