"""The end of the horizon, product stock over year ends, and discounting, on paper. MODEL.md 'Value'."""

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
    lining,
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

from redmud_opt.case import Case
from redmud_opt.case.things import CalendarMonth
from redmud_opt.case.works import Storage


def leftover(*more: Tables, lane_t: float = 60, **settings: Any) -> Case:
    """100 t of mud at R: a free yard there, or 60 t over a lane at 3 CNY/t to a landfill at M at 20 CNY/t."""
    base = (mud(), site("M"), yard("mud", reclaim_cost_cny_per_t=2), lane("R", "M", 3, capacity_t=lane_t))
    return tiny(*base, landfill("mud", 20, "M"), *more, **{"end_of_horizon": "charge"} | settings)


def charge(case: Case) -> float:
    """The only charge of a plan, CNY/t."""
    (found,) = solve(case).frame("excess")["charge_cny_per_t"]
    return float(found)


def test_stock_left_at_the_end_is_charged() -> None:
    """The way out is 2 reclaim + 3 lane + 20 landfill = 25 CNY/t, more than going at once (23).

    60 t go: 60 · 23 = 1380; the lane is full, 40 t stay and are charged 40 · 25 = 1000.
    """
    plan = solve(leftover())
    assert plan.value == pytest.approx(-2380)
    assert plan.term("end_charge") == pytest.approx(-1000)
    assert plan.frame("excess")[["excess_t", "charge_cny_per_t"]].values.tolist() == [pytest.approx([40, 25])]


def test_the_end_may_be_free() -> None:
    """With `end_of_horizon: free` all 100 t stay for nothing."""
    plan = solve(leftover(end_of_horizon="free"))
    assert plan.value == pytest.approx(0)
    assert plan.sum("stocks", "stock_t") == pytest.approx(100)


def test_the_cheapest_way_out_goes_through_a_process_with_its_residue() -> None:
    """Burning at R: 4 CNY/t, 0.1 t lime at 50, and 0.5 t ash at 10 CNY/t placed: 4 + 5 + 5 = 14; with reclaim 16.

    Capacities are ignored: the kiln takes 1 t only, yet the charge falls from 25 to 16. 1 t burns for 14;
    99 t stay for 16, cheaper than the lane and the landfill at once (23): −14 − 1584 = −1598.
    """
    burn = works(
        "burn", "mud", {"ash": 0.5}, method="D", cost=4, capacity=1, gas_t_per_t=0.6, inputs={"lime": 0.1}
    )
    more = (waste("ash"), burn, landfill("ash", 10, name="pit"), commodity("lime"), buys("lime", 50))
    assert charge(leftover(*more)) == pytest.approx(16)
    assert optimum(leftover(*more)) == pytest.approx(-1598)


def test_a_way_out_that_pays_is_charged_nothing() -> None:
    """A buyer at R pays 5 CNY/t for 1 t a period: reclaiming 2, way out −5, charge max(0, −3) = 0."""
    assert charge(leftover(sells("mud", 5, method="U", max_t=1))) == 0


def test_only_ways_that_are_open_in_the_last_period_count() -> None:
    """The buyer at R has closed by the last quarter: the charge is 25 again."""
    buyer = sells("mud", 5, method="U", max_t=1, closes=date(2026, 10, 1))
    assert charge(leftover(buyer, periods=parts(2026, 3), lane_t=1)) == pytest.approx(25)


def test_a_haul_radius_bars_the_way_out_over_a_longer_lane() -> None:
    """An outlet at M pays 5 CNY/t within 9 km and R is 10 km away: the landfill there is left, 2 + 3 + 20 again.

    Within 10 km the way out costs 2 + 3 − 5 = 0.
    """

    def case(radius: float) -> Case:
        buyer = sells("mud", 5, "M", method="U", max_t=1, haul_radius_km=radius, name="near")
        base = (mud(), site("M"), yard("mud", reclaim_cost_cny_per_t=2), landfill("mud", 20, "M"), buyer)
        return tiny(*base, lane("R", "M", 3, capacity_t=60, distance_km=10), end_of_horizon="charge")

    assert charge(case(9)) == pytest.approx(25)
    assert charge(case(10)) == pytest.approx(0)


def test_reagents_that_cannot_be_had_in_the_last_period_open_no_way() -> None:
    """Burning for 4 + 0.1 lime at 50 = 9, reclaim 2: 11. If lime is sold in the first half only, 25 again."""
    months = rows(calendars=tuple(CalendarMonth(calendar="early", month=m, share=0) for m in range(7, 13)))
    burn = works("burn", "mud", {"ash": 1.1}, method="D", cost=4, capacity=1, inputs={"lime": 0.1})
    more = (waste("ash"), burn, landfill("ash", name="pit"), commodity("lime"), months)
    halves = parts(2026, 6)
    late = leftover(*more, buys("lime", 50, calendar="early"), periods=halves, lane_t=1)
    assert charge(late) == pytest.approx(25)
    assert charge(leftover(*more, buys("lime", 50), periods=halves, lane_t=1)) == pytest.approx(11)


def test_going_in_circles_is_charged_what_it_comes_to() -> None:
    """Mud → x; x → half of y at 1, y → half of x at 1, each sold at −10: out(x) = 1 + ½ out(y) = 2, not 0, not 10."""
    ring = (
        works("a", "x", {"y": 0.5}, cost=1, gas_t_per_t=0.5),
        works("b", "y", {"x": 0.5}, cost=1, gas_t_per_t=0.5),
        works("press", "mud", {"x": 1.0}),
    )
    ends = (product("x"), product("y"), sells("x", -10), sells("y", -10))
    assert charge(tiny(mud(), yard("mud"), *ring, *ends, end_of_horizon="charge")) == pytest.approx(2)


def test_general_waste_is_charged_above_its_opening_stock() -> None:
    """70 t of legacy mud lie in the yard: of 70 + 100, 60 t go, 110 t stay, 40 t of them above the opening stock."""
    plan = solve(leftover(in_stock("yard", "mud", 70)))
    assert plan.sum("excess", "excess_t") == pytest.approx(40)
    assert plan.value == pytest.approx(-2380)


def test_the_allowance_holds_for_a_class_not_for_a_cohort() -> None:
    """70 t of opening stock arose this year and age at New Year: still an allowance of 70 t, 40 + 100 above it.

    Two years: 60 + 60 t go at 23, 70 + 200 − 120 = 150 stay, 80 above: −2760 − 2000.
    """
    plan = solve(leftover(in_stock("yard", "mud", 70, arose_on=date(2026, 1, 1)), periods=years(2026, 2)))
    assert plan.sum("excess", "excess_t") == pytest.approx(80)
    assert plan.value == pytest.approx(-4760)


def test_hazardous_stock_is_charged_all() -> None:
    """5 t of lining from before and 10 that arise stay for lack of a sink big enough: 1 t goes at 20 now.

    The outlet takes 1 t a period at −20: charge 20 for each of the 14 t left.
    """
    shed = yard("lining", accepts_hazardous=True)
    base = (lining(), shed, in_stock("yard", "lining", 5), sells("lining", -20, method="D", max_t=1))
    plan = solve(tiny(*base, end_of_horizon="charge"))
    assert plan.sum("excess", "excess_t") + plan.sum("sales", "sold") == pytest.approx(15)
    assert plan.value == pytest.approx(-20 * 15)


def test_what_has_no_way_out_may_not_grow() -> None:
    """A yard alone: closing ≤ opening, so 100 t more cannot stay; 30 t of opening stock may."""
    assert stopped(tiny(mud(), yard("mud"), end_of_horizon="charge")) == "infeasible"
    assert stopped(tiny(mud(), yard("mud"))) == "optimal"
    base = (waste("ash", "other"), yard("ash"), in_stock("yard", "ash", 30), mud(), landfill("mud"))
    assert solve(tiny(*base, end_of_horizon="charge")).sum("stocks", "stock_t") == pytest.approx(30)


def test_the_charge_is_discounted_in_the_last_period() -> None:
    """10 %, 2026 as one period, middle 182.5 days after 1 January: (1380 + 1000) · 1.1^−(182.5 ÷ 365.25)."""
    case = leftover(discounting="mid_period", discount_rate=0.1)
    assert optimum(case) == pytest.approx(-2380 * 1.1 ** (-182.5 / 365.25))


# ---------------------------------------------------------------- product stock


def bricks(periods: Any, *more: Tables, **settings: Any) -> Case:
    """60 t of mud could be pressed a period at 10, 20 t of bricks sell at 30; a shed costs nothing."""
    press = works("press", "mud", {"brick": 1.0}, cost=10, capacity=60)
    shed = yard("brick", name="shed")
    base = (mud(), yard("mud"), product("brick"), press, shed, sells("brick", 30, max_t=20))
    return tiny(*base, *more, periods=periods, objective="utilisation", **settings)


def test_products_cannot_be_hoarded_to_count_as_used() -> None:
    """Closing stock of bricks ≤ 0 at year end: only the 20 t that sell are pressed and count, though 60 would fit."""
    plan = solve(bricks(years(2026, 2)))
    assert [plan.utilised(2026), plan.utilised(2027)] == pytest.approx([20, 20], rel=1e-6)


def test_product_stock_may_be_free_at_year_end() -> None:
    """Released by the setting, 60 t are pressed and count in each year."""
    plan = solve(bricks(years(2026, 2), product_stock_at_year_end="free"))
    assert [plan.utilised(2026), plan.utilised(2027)] == pytest.approx([60, 60], rel=1e-6)


def test_product_stock_may_build_up_within_the_year() -> None:
    """Halves, the outlet opens in July: 20 t are pressed for it in either half, the stock of June is no year end."""
    press = works("press", "mud", {"brick": 1.0}, cost=10, capacity=15)
    late = sells("brick", 30, max_t=30, opens=date(2026, 7, 1))
    case = tiny(
        mud(), yard("mud"), product("brick"), press, yard("brick", name="shed"), late, periods=parts(2026, 6)
    )
    plan = solve(case)
    assert plan.value == pytest.approx(30 * 30 - 30 * 10)
    assert plan.sum("stocks", "stock_t", storage="shed", period="26a") == pytest.approx(15)


def test_opening_stock_of_a_product_is_its_allowance() -> None:
    """5 t of bricks from before may be replaced: 20 t are pressed and 5 remain, or the 5 sell and 20 are pressed."""
    plan = solve(bricks(years(2026), in_stock("shed", "brick", 5)))
    assert plan.utilised() == pytest.approx(20, rel=1e-6)
    assert plan.sum("stocks", "stock_t", storage="shed") == pytest.approx(5, rel=1e-6)


def test_commodities_never_made_from_waste_may_pile_up() -> None:
    """40 t of lime must be bought and the shed may keep them over the year end."""
    lime = (commodity("lime"), buys("lime", 2, min_t=40), yard("lime", name="shed"))
    plan = solve(
        bricks(years(2026), *lime[:2], rows(storages=Storage(name="bin", site="R", material="lime")))
    )
    assert plan.term("purchases") == pytest.approx(-80)
    assert plan.sum("stocks", "stock_t", storage="bin") == pytest.approx(40)


# ---------------------------------------------------------------- discounting


def test_money_is_discounted_at_the_middle_of_its_period() -> None:
    """Two halves of 2027 at 8 %, 100 t sold at 30 in each.

    Middles: 365 + 90.5 and 365 + 181 + 92 days after 1 January 2026.
    """
    buyer = (mud(), sells("mud", 30, method="U"))
    case = tiny(*buyer, periods=parts(2027, 6), discounting="mid_period", discount_rate=0.08)
    days = (365 + 181 / 2, 365 + 181 + 184 / 2)
    assert optimum(case) == pytest.approx(sum(3000 * 1.08 ** (-d / 365.25) for d in days), rel=1e-12)
    assert optimum(tiny(*buyer, periods=parts(2027, 6), discount_rate=0.08)) == pytest.approx(6000)


def test_a_horizon_before_the_base_year_is_compounded() -> None:
    """The middle of 2026 is 182.5 days before 1 January 2027: 3000 · 1.08^(182.5 ÷ 365.25)."""
    case = tiny(
        mud(), sells("mud", 30, method="U"), base_year=2027, discounting="mid_period", discount_rate=0.08
    )
    assert optimum(case) == pytest.approx(3000 * 1.08 ** (182.5 / 365.25))


def test_every_term_is_discounted_alike() -> None:
    """80 t are carried (2 CNY/t), pressed (10, with 0.1 fuel at 5), sold (30); 20 t are placed (7), taxed (3)."""
    f = 1.1 ** (-182.5 / 365.25)
    fuel = {"amount_per_t": 0.1, "solid": False}
    press = works("press", "mud", {"brick": 1.0}, at="M", cost=10, inputs={"lime": fuel}, capacity=80)
    base = (mud(), site("M"), lane("R", "M", 2), product("brick"), sells("brick", 30, "M"), commodity("lime"))
    tip = landfill("mud", 7, compliant=False, tax_cny_per_t=3)
    case = tiny(*base, press, buys("lime", 5, "M"), tip, discounting="mid_period", discount_rate=0.1)
    plan = solve(case)
    terms = {
        "sales": 2400,
        "purchases": -40,
        "transport": -160,
        "processing": -800,
        "holding": -140,
        "levies": -60,
    }
    for name, amount in terms.items():
        assert plan.term(name) == pytest.approx(amount * f), name
    assert plan.value == pytest.approx(sum(terms.values()) * f)


def test_holding_costs_follow_the_days_of_the_period() -> None:
    """100 t put in in the first quarter of 2026 at 1 CNY/t and held all year at 4 CNY/(t a): 100 + 400.

    Taken out in the last quarter at 2: at its end the stock is 0, so 273 days are held: 100 + 400 · 273 ÷ 365 + 200.
    """
    base = (waste("mud", "red_mud"), arises("mud", 100, during="26a"))
    store = yard("mud", put_cost_cny_per_t=1, holding_cost_cny_per_t_a=4, reclaim_cost_cny_per_t=2)
    assert optimum(tiny(*base, store, periods=parts(2026, 3))) == pytest.approx(-500)
    buyer = sells("mud", 1000, method="U", opens=date(2026, 10, 1))
    days = 90 + 91 + 92
    expected = 1000 * 100 - 100 - 400 * days / 365 - 200
    assert optimum(tiny(*base, store, buyer, periods=parts(2026, 3))) == pytest.approx(expected)


def test_two_classes_in_one_yard_have_an_allowance_each() -> None:
    """50 t of opening ash do not allow 50 t of mud: all 40 t of mud left are charged 25."""
    ash = (waste("ash", "other"), in_stock("both", "ash", 50))
    both = yard("wastes", name="both", reclaim_cost_cny_per_t=2)
    base = (mud(), site("M"), both, group("wastes", "mud", "ash"), lane("R", "M", 3, capacity_t=60))
    plan = solve(tiny(*base, *ash, landfill("wastes", 20, "M"), end_of_horizon="charge"))
    assert plan.sum("excess", "excess_t", waste_class="red_mud") == pytest.approx(40)
    assert plan.value == pytest.approx(-2380)


def test_a_way_out_that_is_closed_in_the_last_period_is_none() -> None:
    """A free input is free where it is made only while its kiln runs: closed, lime is bought at 9 and the charge is

    2 (reclaiming) + 9 = 11 instead of 2, still below 25 over the lane.
    """
    base = (commodity("lime"), product("brick"), sells("brick", 0, max_t=1), buys("lime", 9))
    press = works("press", {"mud": {}}, {"brick": 2.0}, inputs={"lime": 1.0})
    kiln = works("kiln", None, {"lime": 1.0}, capacity=1, stands={"closes": date(2026, 10, 1)})
    assert charge(leftover(*base, press, kiln, periods=parts(2026, 3), lane_t=1)) == pytest.approx(11)
    open_kiln = works("kiln", None, {"lime": 1.0}, capacity=1)
    assert charge(leftover(*base, press, open_kiln, periods=parts(2026, 3), lane_t=1)) == pytest.approx(2)


def test_a_supply_of_nothing_is_no_supply_for_the_way_out() -> None:
    """Lime at most 0 t: no brick, and the charge is 25 over the lane."""
    base = (commodity("lime"), product("brick"), sells("brick", 0, max_t=1), buys("lime", 0, max_t=0))
    press = works("press", {"mud": {}}, {"brick": 2.0}, inputs={"lime": 1.0})
    assert charge(leftover(*base, press)) == pytest.approx(25)


@pytest.mark.parametrize("closed", [{"max_put_t": 0}, {"capacity_t": 0}])
def test_a_landfill_that_takes_nothing_is_no_way_out(closed: dict[str, Any]) -> None:
    """A landfill at R at 1 CNY/t that takes nothing leaves the charge at 25."""
    full = landfill("mud", 1, name="full", per="period", **closed)
    assert charge(leftover(full)) == pytest.approx(25)
