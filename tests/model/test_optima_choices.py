"""Choices on paper: logic of lines, lanes and outlets; prices that do not rise and fall as an LP likes; VAT refunds.

Bricks are made of mud one to one. docs/decisions.md 'Logic', 'Tiers that are not convex', 'VAT refund', 'Way out'.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.builders import (
    Tables,
    arises,
    buys,
    commodity,
    group,
    in_stock,
    landfill,
    lane,
    mud,
    optimum,
    parts,
    product,
    rows,
    sells,
    site,
    solve,
    stopped,
    tiny,
    waste,
    works,
    yard,
    years,
)
from tests.model.deciding import press, stands, two_points, world

from redmud_opt.case import Case
from redmud_opt.case.rules import Limit, Logic, VatRefund
from redmud_opt.case.things import Tier


def rule(kind: str, first: str, second: str = "", **columns: Any) -> Tables:
    return rows(logic=Logic(name=f"{kind}_{first}", kind=kind, first=first, second=second, **columns))


# ---------------------------------------------------------------- lines


def candidates(*tables: Tables, **settings: Any) -> Case:
    """Steps A: 30 t for 200 (+100), B: 30 t for 230 (+70), C: 30 t for 400 (−100); bricks at 10; 100 t of mud."""
    steps = tuple(press(30, name, capex_cny=cost) for name, cost in (("a", 200), ("b", 230), ("c", 400)))
    groups = (
        group("ab", "a_line", "b_line"),
        group("abc", "a_line", "b_line", "c_line"),
        group("bc", "b_line", "c_line"),
    )
    return world(*steps, *groups, sells("brick", 10), *tables, **settings)


@pytest.mark.parametrize(("rules", "value"), [
    ((), 170.0),
    ((rule("excludes", "a_line", "b_line"),), 100.0),
    ((rule("excludes", "ab"),), 100.0),
    ((rule("excludes", "ab", per="horizon"),), 100.0),
    ((rule("excludes", "a_line", "bc"),), 100.0),
    ((rule("at_most", "ab", count=1),), 100.0),
    ((rule("at_most", "ab", count=0, per="horizon"),), 0.0),
    ((rule("at_least", "abc", count=3),), 70.0),
    ((rule("at_least", "abc", count=3, per="horizon"),), 70.0),
    ((rule("requires", "a_line", "c_line"),), 70.0),
    ((rule("requires", "ab", "c_line"),), 70.0),
    ((rule("requires", "a_line", "bc"),), 170.0),
    ((rule("requires", "b_line", "c_line"),), 100.0),
    ((rule("requires", "a_line", "bc"), rule("at_most", "bc", count=0)), 0.0),
    ((rule("excludes", "ab"), rule("requires", "a_line", "c_line", per="horizon")), 70.0),
])  # fmt: skip
def test_rules_on_lines(rules: tuple[Tables, ...], value: float) -> None:
    """A earns 100, B 70, C loses 100: A + B = 170; with C 70; A alone 100, B alone 70.

    A that needs C: B alone, 70, as good as all three. A that needs B or C: B is there.
    """
    assert optimum(candidates(*rules)) == pytest.approx(value)


def turns(*tables: Tables) -> Case:
    """A and B, 60 t for 100 each, live for a year, of 2026 and 2027."""
    steps = tuple(press(60, name, capex_cny=100, life_a=1) for name in "ab")
    both = group("ab", "a_line", "b_line")
    return world(*steps, both, sells("brick", 10), *tables, periods=years(2026, 2))


@pytest.mark.parametrize(("per", "value"), [("period", 2 * 500.0), ("horizon", 500.0)])
def test_over_the_horizon_what_ever_stood_counts(per: str, value: float) -> None:
    """A may only be decided in 2026 and B in 2027: one each year, or one of them for good."""
    barred = (
        Limit(name="a_early", measure="built", at="a_line", sense="max", value=0, during="2027"),
        Limit(name="b_late", measure="built", at="b_line", sense="max", value=0, during="2026"),
    )
    case = turns(rule("at_most", "ab", count=1, per=per), rows(limits=barred))
    assert optimum(case) == pytest.approx(value)


@pytest.mark.parametrize(("per", "value"), [("period", -400.0), ("horizon", -200.0)])
def test_at_least_one_in_every_period_or_ever(per: str, value: float) -> None:
    """A line that earns nothing costs 100 to build and 100 a year to keep: from 2026 to 2028, or in 2028 alone."""
    step = press(60, capex_cny=100, fixed_om_cny_per_a=100)
    case = world(step, rule("at_least", "press_line", count=1, per=per), periods=years(2026, 3))
    assert optimum(case) == pytest.approx(value)


@pytest.mark.parametrize(("per", "value"), [("period", 600.0), ("horizon", 900.0)])
def test_a_prerequisite_stands_with_it_or_ever(per: str, value: float) -> None:
    """A brings 600 a year, 2026 and 2027; it needs B, a year's life for 300: both years, or once."""
    steps = (press(60, "a"), press(1e-9, "b", capex_cny=300, life_a=1, times=2, made="brick"))
    case = world(
        *steps, sells("brick", 10), rule("requires", "a_line", "b_line", per=per), periods=years(2026, 2)
    )
    assert optimum(case) == pytest.approx(value)


def test_any_day_of_a_period_counts() -> None:
    """A line that closes on 2 January 2027 stands in 2027: a step that it excludes cannot be there before 2028."""
    old = stands(1e-9, "old", closes=date(2027, 1, 2), made="brick")
    tables = (old, press(60, capex_cny=100), sells("brick", 10), rule("excludes", "press_line", "old_line"))
    assert optimum(world(*tables, periods=years(2026, 3))) == pytest.approx(500)


def test_closing_ends_the_state_of_a_line() -> None:
    """The old line, 200 a year, may go for 150 to make room for one that brings 600 less 100."""
    old = stands(20, "old", closing_cost_cny=150, made="brick")
    tables = (old, press(60, capex_cny=100), sells("brick", 10), rule("excludes", "press_line", "old_line"))
    assert optimum(world(*tables)) == pytest.approx(600 - 100 - 150)
    assert optimum(
        world(*tables, rule("excludes", "old_line", "press_line", per="horizon"))
    ) == pytest.approx(350)
    late = world(*tables[:2], sells("brick", 10), rule("excludes", "press_line", "old_line", per="horizon"),
                 periods=years(2026, 2))  # fmt: skip
    assert optimum(late) == pytest.approx(1200 - 100 - 150)


def test_rules_that_cannot_hold_leave_no_plan() -> None:
    """At least one of a line that starts in July 2027 in every period: none stands in 2026."""
    step = press(60, earliest=date(2027, 7, 1))
    case = world(step, rule("at_least", "press_line", count=1), periods=years(2026, 2))
    assert stopped(case) == "infeasible"


# ---------------------------------------------------------------- limits on what is built


@pytest.mark.parametrize(
    ("limit", "value"),
    [
        ({"sense": "max", "value": 2, "per": "horizon"}, 2 * 200),
        ({"sense": "max", "value": 1, "per": "year"}, 200 + 50),
        ({"sense": "max", "value": 0, "during": "2026"}, 3 * 50),
        ({"sense": "equal", "value": 4, "per": "horizon"}, 600 - 100),
        ({"sense": "min", "value": 1, "during": "27a"}, 3 * 200 - 100),
        ({"sense": "max", "value": 2, "per": "horizon", "at": "R"}, 2 * 200),
        ({"sense": "max", "value": 0, "per": "horizon", "at": "press_works"}, 0),
    ],
)
def test_limits_count_steps_by_the_period_of_their_decision(limit: dict[str, Any], value: float) -> None:
    """Up to four presses of 10 t for 100, 2026 and 2027, bricks at 15 of which 30 t sell: 3 · (300 − 100) = 600.

    One decided in 2027 earns 150 − 100; a fourth, if there must be one, nothing.
    """
    line = press(10, capex_cny=100, times=4)
    row = rows(limits=Limit(name="count", measure="built", **{"at": "press_line"} | limit))
    case = world(line, sells("brick", 15, max_t=30), row, periods=years(2026, 2))
    assert optimum(case) == pytest.approx(value)


# ---------------------------------------------------------------- lanes and outlets


@pytest.mark.parametrize(("per", "value"), [("period", 600.0 + 480), ("horizon", 600.0)])
def test_outlets_are_in_state_where_they_are_used(per: str, value: float) -> None:
    """A takes 60 t at 10 in the first half, B 60 t at 8 in both: one at a time, or A alone (B alone 960)."""
    ends = (
        sells("mud", 10, method="U", name="a", max_t=60, closes=date(2026, 7, 1)),
        sells("mud", 8, method="U", name="b", max_t=60),
    )
    case = tiny(mud(), landfill("mud"), *ends, group("ab", "a", "b"), rule("at_most", "ab", count=1, per=per),
                periods=parts(2026, 6))  # fmt: skip
    assert optimum(case) == pytest.approx(max(value, 960.0 if per == "horizon" else 0.0))


def test_a_lane_may_need_a_line_or_exclude_another_lane() -> None:
    """A belt at 1 needs a press of 300; without it 100 t take the road at 6. Belt and ship (2) exclude each other."""
    tables = (mud(), landfill("mud", 10), landfill("mud", 0, "M", name="far"), site("M"), product("brick"))
    belt, road, ship = (lane("R", "M", c, name=n, mode=n, capacity_t=k) for n, c, k in
                        (("belt", 1, 60), ("road", 6, 100), ("ship", 2, 60)))  # fmt: skip
    base = (*tables, press(1, "press", capex_cny=300))
    needs = rule("requires", "belt", "press_line")
    assert optimum(tiny(*base, belt, road)) == pytest.approx(-60 - 240)
    assert optimum(tiny(*base, belt, road, needs)) == pytest.approx(-600)
    cheap = (*tables, press(1, "press", capex_cny=299))
    assert optimum(tiny(*cheap, belt, road, needs)) == pytest.approx(-300 - 299)
    either = rule("excludes", "belt", "ship")
    assert optimum(tiny(*base, belt, ship, road)) == pytest.approx(-60 - 80)
    assert optimum(tiny(*base, belt, ship, road, either)) == pytest.approx(-60 - 240)


# ---------------------------------------------------------------- prices in steps


def steps(item: str, *prices: tuple[float | None, float], **columns: Any) -> Tables:
    found = [
        Tier(item=item, step=k, width_t=w, price_cny_per_t=p, **columns) for k, (w, p) in enumerate(prices, 1)
    ]
    return rows(tiers=tuple(found))


@pytest.mark.parametrize(("elsewhere", "value"), [(9, -640.0), (6.5, -640.0), (6.3, -630.0), (5, -500.0)])
def test_a_falling_gate_fee_is_billed_from_its_dear_end(elsewhere: float, value: float) -> None:
    """40 t at 10, then 4: 100 t cost 640, all or nothing; elsewhere all of them at one fee."""
    ends = (sells("mud", -10, method="D", max_t=200), landfill("mud", elsewhere))
    case = tiny(mud(), *ends, steps("mud_outlet", (40, -10), (None, -4)))
    plan = solve(case)
    assert plan.value == pytest.approx(value)
    if value == -640:
        assert plan.sum("tiers", "amount", step=1) == pytest.approx(40)


def test_a_price_that_rises_with_volume_is_earned_in_order() -> None:
    """50 t at 2, then 8: 60 t earn 180; a press pays 4 for each of 100 t, and for 40 left over beside the 60 t."""
    sold = sells("mud", 2, method="U", max_t=60)
    base = (
        mud(),
        landfill("mud"),
        product("brick"),
        works("press", "mud", {"brick": 1.0}),
        sells("brick", 4),
    )
    assert optimum(tiny(*base, sold, steps("mud_outlet", (50, 2), (None, 8)))) == pytest.approx(400)
    assert optimum(tiny(*base, sold, steps("mud_outlet", (20, 2), (None, 8)))) == pytest.approx(
        40 + 320 + 160
    )


@pytest.mark.parametrize(("price", "value"), [(3.7, 0.0), (3.9, 10.0)])
def test_a_discount_on_purchases_comes_after_the_dear_tonnes(price: float, value: float) -> None:
    """0.5 lime a tonne: 30 t at 10, 20 at 4, 380 for 100 t; at 4 alone 200 would do."""
    works_ = works("press", "mud", {"brick": 1.0}, inputs={"lime": {"amount_per_t": 0.5, "solid": False}})
    goods = (product("brick"), commodity("lime"), buys("lime", 10, max_t=90), sells("brick", price))
    case = tiny(mud(), landfill("mud"), works_, *goods, steps("lime_supply", (30, 10), (None, 4)))
    assert optimum(case) == pytest.approx(value)


def test_three_steps_up_and_down_in_order() -> None:
    """Fees 10, 4, 7 of 20, 30 t and the rest: 100 t cost 200 + 120 + 350 = 670; by halves each in its own window."""
    ends = (sells("mud", -9, method="D", max_t=300), landfill("mud", 99))
    table = ((20.0, -10.0), (30.0, -4.0), (None, -7.0))
    assert optimum(tiny(mud(), *ends, steps("mud_outlet", *table))) == pytest.approx(-670)
    per_half = tiny(mud(), *ends, steps("mud_outlet", *table, per="period"), periods=parts(2026, 6))
    assert optimum(per_half) == pytest.approx(-1340)
    whole = tiny(mud(), *ends, steps("mud_outlet", *table), periods=parts(2026, 6))
    assert optimum(whole) == pytest.approx(-200 - 120 - 150 * 7)


# ---------------------------------------------------------------- refunds


def refund(**columns: Any) -> Tables:
    """0.7 of 13 % of 100 less 3: 7 a tonne of brick, where 70 % of the raw mass is mud."""
    values: dict[str, Any] = {"waste": "mud", "threshold": 0.7, "rate": 0.7, "price_cny_per_t": 100,
                              "input_vat_cny_per_t": 3}  # fmt: skip
    return rows(vat_refunds=VatRefund(facility="press_works", product="brick", **values | columns))


def blended(demand: float, **columns: Any) -> Case:
    """70 t of mud and clay for nothing make bricks at 1, as many as are wanted."""
    both = works("press", {"mud": {}, "clay": {}}, {"brick": 1.0}, capacity=500)
    goods = (commodity("clay"), buys("clay", 0, max_t=500), product("brick"), sells("brick", 1, max_t=demand))
    return tiny(mud(70), landfill("mud"), both, *goods, refund(**columns))


@pytest.mark.parametrize(("demand", "columns", "value"), [
    (100, {}, 800.0),
    (150, {}, 800.0),
    (900, {}, 800.0),
    (500, {"threshold": 0.14}, 4000.0),
    (500, {"threshold": 0.1401}, 70 / 0.1401 * 8),
    (900, {"rate": 0.1}, 500 + 0.0),
    (900, {"input_vat_cny_per_t": 13}, 500.0),
    (900, {"input_vat_cny_per_t": 20}, 500.0),
    (150, {"vat_rate": 0.04}, 100 + 70.0),
    (900, {"waste": ""}, 800.0),
])  # fmt: skip
def test_a_refund_is_worth_staying_above_its_threshold(
    demand: float, columns: dict[str, Any], value: float
) -> None:
    """70 t of mud and 30 t of clay are 70 %: 100 t at 1 + 7. More clay earns 1 a tonne and loses 7 on all.

    At a rate of 0.1 (1 a tonne) 500 t without it beat 100 at 2. Input VAT as high as the output's leaves nothing.
    """
    assert optimum(blended(demand, **columns)) == pytest.approx(value)


@pytest.mark.parametrize(
    ("threshold", "solid", "value"), [(0.8, True, 800.0), (0.8001, True, 100.0), (0.8001, False, 800.0)]
)
def test_a_recipe_just_reaches_the_threshold_or_just_misses_it(
    threshold: float, solid: bool, value: float
) -> None:
    """0.25 t of lime to a tonne of mud: 1 ÷ 1.25 = 0.8 exactly; fuel, which is not solid, does not count."""
    lime = {"lime": {"amount_per_t": 0.25, "solid": solid}}
    press_ = works("press", "mud", {"brick": 1.0}, inputs=lime, gas_t_per_t=0.25 if solid else 0.0)
    goods = (commodity("lime"), buys("lime", 0, max_t=99), product("brick"), sells("brick", 1))
    case = tiny(mud(), landfill("mud"), press_, *goods, refund(threshold=threshold))
    assert optimum(case) == pytest.approx(value)


def test_the_threshold_holds_for_each_calendar_year_and_facility() -> None:
    """Mud in 2026 alone: 70 t and 30 of clay are refunded; in 2027 clay alone, 500 t at 1, is not.

    The other works has no refund: its 20 t are sold at 1.
    """
    both = works("press", {"mud": {}, "clay": {}}, {"brick": 1.0}, capacity=500)
    other = works("other", {"clay": {}}, {"brick": 1.0}, capacity=20)
    goods = (
        commodity("clay"),
        buys("clay", 0, max_t=520),
        product("brick"),
        sells("brick", 1),
        landfill("mud"),
    )
    once = (waste("mud", "red_mud"), arises("mud", 70, during="2026"))
    plan = solve(tiny(*once, both, other, *goods, refund(), periods=years(2026, 2)))
    assert plan.value == pytest.approx(100 * 8 + 20 + 520)
    assert plan.frame("refunds")[["year", "refund_cny"]].to_numpy().tolist() == [[2026, pytest.approx(700)]]


def test_a_refund_is_discounted_at_the_middle_of_its_year() -> None:
    """Two halves of 2026: 100 t of mud each; the sum of both is refunded once, at 2 July."""
    press_ = works("press", "mud", {"brick": 1.0})
    case = tiny(mud(), landfill("mud"), press_, product("brick"), sells("brick", 0), refund(), periods=parts(2026, 6),
                discounting="mid_period", discount_rate=0.1)  # fmt: skip
    plan = solve(case)
    assert plan.term("vat_refund") == pytest.approx(1400 * 1.1 ** -(182.5 / 365.25))


# ---------------------------------------------------------------- the way out


def test_a_candidate_is_the_way_out_where_nothing_else_is() -> None:
    """50 t are left in the yard; a press that may come (5 a tonne, bricks at 1) would take them at 4. It is dear.

    With a landfill at 20 beside it, that is the way that is there, for what goes there and for what is left.
    """
    base = (waste("mud", "red_mud"), yard("mud"), arises("mud", 50), product("brick"), sells("brick", 1))
    step = press(60, cost=5, capex_cny=1e6)
    assert optimum(tiny(*base, step, end_of_horizon="charge")) == pytest.approx(-200)
    both = tiny(*base, step, landfill("mud", 20), end_of_horizon="charge")
    assert optimum(both) == pytest.approx(-1000)


def test_a_step_that_cannot_stand_at_the_end_is_no_way_out() -> None:
    """The line of 2026 presses at 4 and is gone; the other, decided in 2027, would stand then and press at 8.

    50 t lie there and 10 arise a year: 20 t are pressed in 2026, so that no more than 50 are left.
    """
    base = (
        waste("mud", "red_mud"),
        yard("mud"),
        product("brick"),
        sells("brick", 1),
        in_stock("yard", "mud", 50),
    )
    gone = stands(60, cost=5, closes=date(2027, 1, 1))
    step = press(60, "other", cost=9, capex_cny=1e6, life_a=1)
    more = arises("mud", 10)
    case = tiny(*base, more, gone, step, periods=years(2026, 2), end_of_horizon="charge")
    plan = solve(case)
    assert plan.frame("excess")["charge_cny_per_t"].tolist() == [pytest.approx(8)]
    assert plan.value == pytest.approx(-20 * 4)


def test_a_line_that_may_be_closed_is_no_sure_way_out() -> None:
    """A press that stands, but is to be fed nothing, is a way at 4; if it may be closed, the landfill at 20 counts.

    Without the landfill it counts even so.
    """
    base = (waste("mud", "red_mud"), yard("mud"), arises("mud", 50), product("brick"), sells("brick", 1))
    never = rows(limits=Limit(name="never", measure="feed", at="press_line", sense="max", value=0))
    for closing, dump, value in ((None, True, -200), (9, True, -1000), (9, False, -200)):
        line = stands(60, cost=5, closing_cost_cny=closing)
        more = (landfill("mud", 20),) if dump else ()
        case = tiny(*base, line, never, *more, end_of_horizon="charge")
        assert optimum(case) == pytest.approx(value), (closing, dump)


# ---------------------------------------------------------------- operating points


@pytest.mark.parametrize(("exclusive", "value"), [(False, 260), (True, 240)])
def test_points_may_exclude_each_other(exclusive: bool, value: float) -> None:
    """80 t of mud, 60 t of bricks at 10. Fast earns 10 − 6 = 4 a tonne of mud, frugal 5 − 1 − 0.5 · 3 = 2.5.

    Both: 40 t each make 60 t of bricks, 40 · 4 + 40 · 2.5 = 260. One: fast 60 · 4 = 240, frugal 80 · 2.5 = 200.
    """
    case = world(*two_points(exclusive=exclusive), sells("brick", 10, max_t=60))
    assert optimum(case) == pytest.approx(value)


def test_a_point_is_chosen_anew_in_every_period() -> None:
    """2027 the bricks are not sold beyond 20 t: frugal 40 · 2.5 = 100, fast 20 · 4 = 80. With 2026: 240 + 100."""
    outlets = (
        sells("brick", 10, max_t=60, name="now", closes=date(2027, 1, 1)),
        sells("brick", 10, max_t=20, name="then", opens=date(2027, 1, 1)),
    )
    case = world(*two_points(exclusive=True), *outlets, periods=years(2026, 2))
    solved = solve(case)
    assert solved.value == pytest.approx(340)
    feeds = solved.plan.frames["feeds"]
    assert dict(zip(feeds["period"], feeds["point"], strict=True)) == {"26a": "fast", "27a": "frugal"}
