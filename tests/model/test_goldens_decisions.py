"""Golden rows of the families of decisions: building, closing, running, lanes, rules, budgets, refunds.

The files stand in `goldens/`; `golden.py` says how they are written anew. Bricks are made of mud one to one.
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
    landfill,
    lane,
    mud,
    parts,
    product,
    rows,
    sells,
    site,
    tiny,
    waste,
    works,
    years,
)
from tests.model.deciding import press, stands, two_points, world
from tests.model.golden import bounds_of, check_golden

from redmud_opt.case import Case
from redmud_opt.case.rules import Budget, Limit, Logic, VatRefund
from redmud_opt.case.things import ReductionOption, Tier
from redmud_opt.model import build_model
from redmud_opt.model.arrays import compile
from redmud_opt.network import build_network

BRICK = sells("brick", 10)

# ---------------------------------------------------------------- building


def growing(**columns: Any) -> Case:
    """2026 by halves and 2027; up to two presses of 73 t a year, a year of life from six months after the decision.

    Starts: 1 July 2026, 1 January 2027, 1 July 2027 (of which the horizon has 184 days).
    """
    line = press(73, times=2, lead_time_months=6, life_a=1, **columns)
    return world(line, BRICK, periods=parts(2026, 6) + years(2027))


def test_built(golden: Any) -> None:
    """Σ build ≤ 2 over the three decisions. No more is closed of a vintage than was built; a line that stands ≤ 1.

    The vintage of 26a (July to July) may close in 26b and 27a, those of 26b and 27a in 27a alone.
    """
    old = stands(10, "old", closing_cost_cny=5, closes=date(2026, 7, 1))
    line = press(73, times=2, lead_time_months=6, life_a=1, closing_cost_cny=7)
    golden(world(line, old, BRICK, periods=parts(2026, 6) + years(2027)), "built", "closed")


def test_bounds_of_decisions() -> None:
    """build ≤ 2, close ≤ 2, on ≤ 2 where a unit can stand (not in 26a), run_h ≤ 2 · 24 · 184 h and 2 · 24 · 365 h."""
    case = growing(closing_cost_cny=7, min_rate=0.5)
    form = compile(build_model(build_network(case)))
    check_golden("bounds_of_decisions", bounds_of(form, ("build", "close", "on", "run_h")))


def test_capacity_in_force(golden: Any) -> None:
    """73 t a year: 36.8 t in 26b, 73 in 27a. The vintage of 26a, at half in its only year, is in force in 26b and in
    27a for 181 days: 18.4 and 0.5 · 181 ÷ 365 · 73 = 18.1 t; that of 26b 36.5 in 27a, that of 27a 0.5 · 36.8.

    Closing takes away what was in force. The other line, at half in the year from July on: feed ≤ 9.2 t, then
    36.5 · (0.5 · 181 + 184) ÷ 365 = 27.45 t.
    """
    other = stands(36.5, "old", opens=date(2026, 7, 1), ramp_up="0.5", made="brick")
    line = press(73, times=2, lead_time_months=6, life_a=1, ramp_up="0.5", closing_cost_cny=7)
    case = world(line, other, BRICK, periods=parts(2026, 6) + years(2027))
    golden(case, "line_capacity")


def sized(*steps: tuple[float | None, float]) -> Tables:
    found = [
        Tier(item="press_line", step=k, width_t=w, price_cny_per_t=p)
        for k, (w, p) in enumerate(steps, start=1)
    ]
    return rows(tiers=tuple(found))


def test_size(golden: Any) -> None:
    """size ≤ 80 · build; 2026: feed ≤ size, 2027: feed ≤ both sizes. Steps 30 t at 9, 20 at 4, the rest at 6.

    size = Σ steps; a step that is followed by another takes something of it only when full: amount ≥ 30 · full,
    next ≤ 20 · full; the last step takes at most 80.
    """
    case = world(press(80), sized((30, 9), (20, 4), (None, 6)), BRICK, periods=years(2026, 2))
    golden(case, "size_if_built", "line_capacity", "tier_sum", "step_full", "step_after")


# ---------------------------------------------------------------- running


def test_points(golden: Any) -> None:
    """80 t a year at one of two points: feed ≤ 80 · point for each, both points ≤ 1."""
    golden(world(*two_points(exclusive=True), BRICK), "feed_if_point", "one_point")


def test_running(golden: Any) -> None:
    """87.6 t a year are 0.01 t an hour. 0.3 · 0.01 · run_h ≤ feed ≤ 0.01 · run_h ≤ …; in 26b 4416 h, in 27a 8760 h.

    Hours in force of the vintages: 26a 4416 and 181 · 24 = 4344, 26b 8760, 27a 4416; hours ≤ 24 · days · on;
    on ≤ units that stand. At least 0.4 of the hours: in 27a by 8760, 4416 and 4344 h, as a unit can have:

    run_h − 0.4 · h · on + 0.4 · Σ max(0, h − hours) · build ≥ 0:  8760 − 4344 = 4416 → 1766.4,  8760 − 4416 → 1737.6.
    """
    line = press(87.6, times=2, lead_time_months=6, life_a=1, min_rate=0.3, min_run_share=0.4)
    case = world(line, BRICK, periods=parts(2026, 6) + years(2027))
    golden(case, "run_most", "run_least", "run_hours", "hours_if_on", "on_if_stands", "run_share")


def test_running_of_a_line_that_stands(golden: Any) -> None:
    """Open from April with half its capacity: run_h ≤ 0.5 · 275 · 24 = 3300 h, ≤ 8760 · on; on ≤ 1 − close.

    run_h ≥ 0.4 · (8760 · on − (8760 − 3300)), less what is closed: ≥ 3504 · on − 2184 + 2184 · close.
    """
    values: dict[str, Any] = {"opens": date(2026, 4, 1), "ramp_up": "0.5", "closing_cost_cny": 1}
    line = stands(87.6, min_run_share=0.4, **values)
    golden(world(line, BRICK), "run_hours", "hours_if_on", "on_if_stands", "run_share")


def test_running_without_hours(golden: Any) -> None:
    """feed ≤ 60 · on for what costs 9 a period; one of 300 h has 100 t of mud at most, 2 h a tonne: ≤ 200 · on."""
    fixed: dict[str, Any] = {"fixed_cost_cny_per_period": 9, "per": "period"}
    slow = works("slow", "mud", {"brick": 1.0}, capacity=300, stands={"capacity_unit": "h", **fixed}, line="")
    slow["line_processes"] = tuple(
        type(row)(line=row.line, process=row.process, use_per_t=2) for row in slow["line_processes"]
    )
    golden(world(stands(60, **fixed), slow, BRICK), "load_if_on", "on_if_stands", "line_capacity")


def test_run_in_a_row(golden: Any) -> None:
    """Three periods in a row, four quarters. A line that stands: on[2] − on[1] ≤ on[3], on[4]; on[3] − on[2] ≤ on[4].

    A step starts in the first quarter too: on[1] ≤ on[2], on[3].
    """
    lines = (stands(60, min_run_periods=3), press(60, "new", min_run_periods=3))
    golden(world(*lines, BRICK, periods=parts(2026, 3)), "run_in_a_row")


# ---------------------------------------------------------------- lanes, outlets, lines that are used


def roads(*more: Tables, **columns: Any) -> Case:
    """100 t of mud (20 % water) and 9 t of ash a half-year, from R to M by one lane; what has arisen may move."""
    both = (waste("ash", "other"), arises("ash", 9), group("wastes", "mud", "ash"))
    road = lane("R", "M", 0, **columns)
    ends = (landfill("wastes", 0, "M"), landfill("wastes", 9, name="here"))
    return tiny(mud(moisture=0.2), site("M"), *both, *ends, road, *more, periods=parts(2026, 6))


def test_used(golden: Any) -> None:
    """As received: 1.25 mud + ash ≤ 134 · used in June (125 + 9), ≤ 240 · used by December: the capacity.

    At least 30 t if used. An outlet that a rule names: mud ≤ 100 · used, 200 · used; it has no least amount.
    """
    named = rows(logic=Logic(name="few", kind="at_most", first="tip", count=1))
    tip = sells("mud", -9, method="D", name="tip")
    golden(roads(named, tip, basis="as_received", capacity_t=240, min_lot_t=30), "used_most", "used_least")


def test_used_lines(golden: Any) -> None:
    """on ≤ 2 · used, used ≤ on, in 26b and 27a; in 26a nothing can stand and `used` has the upper bound 0.

    At most 1 counted over each year: used[26b] ≤ counted[2026], which is ≤ used[26a] + used[26b].
    """
    count = Limit(name="few", measure="count_used", at="press_line", sense="max", value=1)
    line = press(60, times=2, lead_time_months=6)
    case = world(line, BRICK, rows(limits=count), periods=parts(2026, 6) + years(2027))
    golden(
        case,
        "used_most",
        "used_least",
        "on_if_stands",
        "load_if_on",
        "count_limit",
        "counted_if_used",
        "counted_only_if",
    )


def test_openings(golden: Any) -> None:
    """Opened once. Mud + ash ≤ 109 · opened in June, ≤ 218 · (opened in June or later) by December."""
    golden(roads(fixed_cost_cny=50), "opened_once", "flow_if_opened")


def test_counts_of_lanes(golden: Any) -> None:
    """Two lanes leave R, one S: at most 1 each over the horizon, exactly 1 in 26b of all that arrive at M from R."""
    two = (
        lane("R", "M", 0, name="rail", mode="rail", min_lot_t=1),
        site("S"),
        lane("S", "M", 0),
        arises("mud", 5, "S"),
    )
    each = Limit(
        name="each", measure="count_used", at="ends", every="each", sense="max", value=1, per="horizon"
    )
    one = Limit(
        name="one", measure="count_used", at="R", to="M", sense="equal", value=1, per="period", during="26b"
    )
    more = (rows(limits=(each, one)), group("ends", "R", "S"))
    golden(roads(*two, *more, min_lot_t=1), "count_limit", "counted_if_used", "counted_only_if")


# ---------------------------------------------------------------- rules


@pytest.mark.parametrize("per", ["period", "horizon"])
def test_logic(golden: Any, per: str) -> None:
    """a, b, c: a line that stands and closes in July 2026, a step, a lane that can be used in both halves.

    requires: a − b − c ≤ 0 (first of one, second of two); excludes: a + c ≤ 1 and b + c ≤ 1, or b + c ≤ 1 of a group;
    at most 1, at least 2. In 26b the line a does not stand and is left out. `horizon`: the same of `ever`.
    """
    rules = (
        Logic(name="needs", kind="requires", first="a_line", second="bc", per=per),
        Logic(name="never", kind="excludes", first="ab", second="R_M", per=per),
        Logic(name="one_of", kind="excludes", first="bc", per=per),
        Logic(name="most", kind="at_most", first="ab", count=1, per=per),
        Logic(name="least", kind="at_least", first="abc", count=2, per=per),
    )
    lines = (stands(10, "a", closes=date(2026, 7, 1)), press(20, "b", made="brick"), product("brick"), BRICK)
    groups = (
        group("ab", "a_line", "b_line"),
        group("bc", "b_line", "R_M"),
        group("abc", "a_line", "b_line", "R_M"),
    )
    golden(roads(*lines, *groups, rows(logic=rules), min_lot_t=1), "logic", "ever_if_once", "ever_only_if")


def test_state(golden: Any) -> None:
    """Σ units that stand ≤ 2 · state, ≥ state: the vintage of 26a stands in 26b and 27a, less what was closed of it.

    A line that stands and may be closed: state ≥ 1 − close, state ≤ 1 − close.
    """
    old = stands(10, "old", closing_cost_cny=5)
    line = press(73, times=2, lead_time_months=6, life_a=1, closing_cost_cny=7)
    rule = rows(logic=Logic(name="both", kind="excludes", first="press_line", second="old_line"))
    golden(world(line, old, BRICK, rule, periods=parts(2026, 6) + years(2027)), "state_most", "state_least")


def test_budget(golden: Any) -> None:
    """Capex 100, 0.6 at once and 0.4 a year later; a size at 3 and 2 a tonne; 50, 30 and 20 due for a third.

    2026: 60 build[26a] + 60 build[26b] + 3 and 2 · steps of both halves ≤ 500 − 50.
    2027: 40 of each half, 60 of 27a + steps of 27a ≤ 500 − 30. Horizon: 100 each + all steps ≤ 900 − 100.
    M alone: the sized line there, steps ≤ 70.
    """
    first = press(10, "a", capex_cny=100, spend_profile="0.6;0.4")
    size = (
        press(50, at="M"),
        sized((10, 3), (None, 2)),
        site("M"),
        lane("R", "M", 0),
        sells("brick", 9, "M", name="m"),
    )
    third = stands(
        5,
        "c",
        opens=date(2027, 2, 1),
        lead_time_months=12,
        capex_cny=100,
        spend_profile="0.5;0.3;0.2",
        made="brick",
    )
    limits = (
        Budget(name="of_2026", year=2026, amount_cny=500),
        Budget(name="of_2027", year=2027, amount_cny=500),
        Budget(name="all", amount_cny=900),
        Budget(name="of_m", scope="M", amount_cny=70),
    )
    case = world(first, *size, third, BRICK, rows(budgets=limits), periods=parts(2026, 6) + years(2027))
    golden(case, "budget")


def test_refund(golden: Any) -> None:
    """Mud with 0.2 lime: 1 of 1.2 t is listed, clay none; 0.9 brick of either. Threshold 0.5, by year and facility.

    mud: 1 − 0.5 · 1.2 = 0.4; clay: −0.5 · 1.2 = −0.6; of 60 t a half of clay, − 0.6 · 120 = −72 without a refund.
    Due: 0.7 · (0.13 · 100 − 3) · 0.9 = 6.3 a tonne of either; M = 6.3 · (60 + 60) per half (the line takes 60 t) · 2.
    """
    lime = {"lime": {"amount_per_t": 0.2}, "coal": {"amount_per_t": 0.3, "solid": False}}
    both = works("press", {"mud": {}, "clay": {}}, {"brick": 0.9}, capacity=60, inputs=lime, gas_t_per_t=0.3)
    goods = [commodity(name) for name in ("lime", "coal", "clay")]
    bought = [buys(name, 1) for name in ("lime", "coal", "clay")]
    row = VatRefund(facility="press_works", product="brick", waste="mud", threshold=0.5, rate=0.7,
                    price_cny_per_t=100, input_vat_cny_per_t=3)  # fmt: skip
    base = (mud(), landfill("mud"), product("brick"), sells("brick", 1))
    case = tiny(*base, both, *goods, *bought, rows(vat_refunds=row), periods=parts(2026, 6))
    golden(case, "refund_threshold", "refund_due", "refund_if_granted")


def test_order_of_steps(golden: Any) -> None:
    """A fee that falls over the year: 40 t at −10, then −4: amount[1] ≥ 40 · full, amount[2] ≤ (100 + 200) · full.

    100 t can have arisen by June, 200 by December. A discount on purchases per half: 5 t of lime at 9, 7 at 8, then
    at 6 up to the 30 t of the supply.
    """
    press_ = works("press", "mud", {"brick": 1.1}, inputs={"lime": 0.1})
    tiers = (
        Tier(item="mud_outlet", step=1, width_t=40, price_cny_per_t=-10),
        Tier(item="mud_outlet", step=2, price_cny_per_t=-4),
        Tier(item="lime_supply", step=1, width_t=5, price_cny_per_t=9, per="period"),
        Tier(item="lime_supply", step=2, width_t=7, price_cny_per_t=8, per="period"),
        Tier(item="lime_supply", step=3, price_cny_per_t=6, per="period"),
    )
    ends = (sells("mud", 0, method="D"), sells("brick", 1), product("brick"), commodity("lime"))
    case = tiny(mud(), press_, *ends, buys("lime", 0, max_t=30), rows(tiers=tiers), periods=parts(2026, 6))
    golden(case, "step_full", "step_after")


# ---------------------------------------------------------------- what arises


def changing() -> Case:
    """100 t of mud in 26a, in 26b and in 27a; options from the start, from July 2026, or six months after a decision.

    less   up to half, from 1 July 2026 on         switch  up to 0.8, becomes 0.5 t of red, capex 60
    some   up to 0.1, half a year after the decision; all or nothing        more   up to 0.2, margin 7
    """
    options = (
        ReductionOption(name="less", arising="mud_R_", share=0.5, cost_cny_per_t=3, earliest=date(2026, 7, 1)),
        ReductionOption(name="switch", arising="mud_R_", share=0.8, becomes="red", factor_t_per_t=0.5,
                        cost_cny_per_t=4, capex_cny=60),
        ReductionOption(name="some", arising="mud_R_", share=0.1, lead_time_months=6, whole=True),
        ReductionOption(name="more", arising="mud_R_", kind="expansion", share=0.2, margin_cny_per_t=7),
    )  # fmt: skip
    budgets = (Budget(name="late", year=2027, amount_cny=50), Budget(name="of_r", scope="R", amount_cny=90))
    return world(
        rows(reductions=options, budgets=budgets),
        waste("red", "red_mud"),
        landfill("red", name="other"),
        site("M"),
        lane("M", "R", 0, distance_km=50),
        rows(arisings=mud(9, "M")["arisings"]),
        landfill("mud", at="M", name="far"),
        sells("mud", 0, method="U", haul_radius_km=5),
        periods=parts(2026, 6) + years(2027),
        discounting="mid_period",
        discount_rate=0.1,
    )


def test_arisings(golden: Any) -> None:
    """Mud at R: … + applied[less, switch, some] − applied[more] = 100; red at R: … − 0.5 · applied[switch] = 0.

    some = 10 · adopt[26a] in 26b, 10 · (adopt[26a] + adopt[26b]) in 27a: decided in 27a half of that year is left,
    July to December, 184 of 365 days: 5.04. switch ≤ 80 · Σ adopt up to the period. Σ avoided ≤ 100 from July on
    (before it 80 alone). generated[2026] + applied − 0.5 · switch − more … = 218 with 9 t a period at M.
    What the base at R takes from within 5 km is what arises there.
    """
    families = (
        "adopted_once",
        "applied_if_adopted",
        "avoided",
        "balance",
        "define_generated_t",
        "haul_radius",
    )
    golden(changing(), *families, "budget")


def test_bounds_of_applied() -> None:
    """less: 50 from July on; switch 80; some 10 in 26b and 27a; more 20."""
    form = compile(build_model(build_network(changing())))
    check_golden("bounds_of_applied", bounds_of(form, ("applied_t", "adopt")))


def test_value_of_arisings(golden: Any) -> None:
    """source_reduction: −3 and −4, expansion 7, capex −60, each by the factor of its period.

    0.976661 (90.5 days), 0.931240 (273 days), 0.866869 (547.5 days).
    """
    golden(changing(), "define_value_cny")


# ---------------------------------------------------------------- links


def test_links(golden: Any) -> None:
    """A press of 500 t a year with 100 t of mud a half-year: of 26a at most 200 by December; of 26b 100.

    Rows stand at the ends of years only: feed[26a] + feed[26b] ≤ 200 · build[26a] + 100 · build[26b].
    2027: 300, 200 and 100 t. Bricks sell at most 80 t a period: made ≤ 240, 160, 80 by the end of 2027.
    """
    case = world(press(500), sells("brick", 10, max_t=80), periods=parts(2026, 6) + years(2027))
    golden(case, "feed_link", "make_link")


# ---------------------------------------------------------------- money


def test_value_of_decisions(golden: Any) -> None:
    """Every term of decisions once, 2026 and 2027, 10 %: factors 0.953494 (182.5 days) and 0.866869 (547.5 days).

    capex: of 26a 600 · 0.953494 in 2026 and 400 · 0.866869, of 27a both shares at 0.866869; a size 3 and 5 a tonne.
    residual: 10 years from 2026 are 3652 days, 2922 are left: 0.800110; from 2027 3288 of 3653: 0.900082.
    line_fixed 50 a year each, in 26a and 27a; the line that stands owes 20 a year; closing gives back what follows.
    running 0.1 an hour, 30 a period; lanes 70 once, 5 per period used; refunds as they are, discounted.
    """
    step = press(60, times=2, capex_cny=1000, spend_profile="0.6;0.4", life_a=10, fixed_om_cny_per_a=50,
                 closing_cost_cny=40, run_cost_cny_per_h=0.1, fixed_cost_cny_per_period=30)  # fmt: skip
    old = stands(10, "old", fixed_om_cny_per_a=20, closing_cost_cny=15, made="brick")
    size = (press(50, "big", capex_cny=100, life_a=10, made="brick"), rows(tiers=(
        Tier(item="big_line", step=1, width_t=10, price_cny_per_t=3),
        Tier(item="big_line", step=2, price_cny_per_t=5),
    )))  # fmt: skip
    road = (
        site("M"),
        lane("R", "M", 0, fixed_cost_cny=70, fixed_cost_cny_per_period=5),
        landfill("mud", 0, "M", name="far"),
    )
    refund = rows(
        vat_refunds=VatRefund(
            facility="press_works", product="brick", threshold=0.1, rate=0.5, price_cny_per_t=9
        )
    )
    case = world(step, old, *size, *road, refund, BRICK, periods=years(2026, 2), residual_value="straight_line",
                 discounting="mid_period", discount_rate=0.1)  # fmt: skip
    golden(case, "define_value_cny")
