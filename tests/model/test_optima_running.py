"""Running on paper: least rates and hours, periods in a row, what hours and periods cost; and lanes used or not.

Bricks are made of mud one to one. docs/decisions.md 'Running', 'Lanes', 'Counts'.
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
from tests.model.deciding import press, stands, world

from redmud_opt.case import Case
from redmud_opt.case.rules import Limit
from redmud_opt.case.things import CalendarMonth

# ---------------------------------------------------------------- rates and hours


@pytest.mark.parametrize(
    ("demand", "share", "value"), [(20, 0.6, 200.0), (20, 0.8, 0.0), (24, 0.8, 240.0), (23.99, 0.8, 0.0)]
)
def test_a_least_rate_binds_with_a_least_share_of_the_hours(
    demand: float, share: float, value: float
) -> None:
    """60 t a year, at least half the rate for at least `share` of the hours, 0.6: 18 t, or 24 t at 0.8.

    What cannot be sold cannot be made, so that less demand than that stands the line still.
    """
    line = stands(60, min_rate=0.5, min_run_share=share)
    plan = solve(world(line, sells("brick", 10, max_t=demand)))
    assert plan.value == pytest.approx(value)
    assert plan.sum("running", "on") == (1 if value else 0)


def test_a_least_rate_alone_is_kept_by_running_fewer_hours() -> None:
    """20 of 60 t at 0.9 of the rate: 20 ÷ (0.9 · 60) of 8760 h at most, 20 ÷ 60 at least, at 0.01 an hour."""
    line = stands(60, min_rate=0.9, run_cost_cny_per_h=0.01)
    plan = solve(world(line, sells("brick", 10, max_t=20)))
    assert plan.sum("running", "run_h") == pytest.approx(8760 / 3)
    assert plan.value == pytest.approx(200 - 29.2)


def test_a_least_share_counts_the_hours_in_force() -> None:
    """Open from July, 184 of 365 days at 0.9 for a season of 0.5: half the rate for 0.8 of the hours that there are.

    60 · 184 ÷ 365 · 0.9 · 0.5 = 13.61 t at full rate: at least 5.44 t.
    """
    season = rows(calendars=tuple(CalendarMonth(calendar="half", month=m, share=0.5) for m in range(1, 13)))
    values: dict[str, Any] = {"min_rate": 0.5, "min_run_share": 0.8, "availability": 0.9, "calendar": "half"}
    line = stands(60, opens=date(2026, 7, 1), **values)
    full = 60 * 184 / 365 * 0.9 * 0.5
    for demand, value in ((0.4 * full + 1e-3, 4 * full + 1e-2), (0.4 * full - 1e-3, 0.0), (99, 10 * full)):
        assert optimum(world(line, season, sells("brick", 10, max_t=demand))) == pytest.approx(value)


def two_presses(share: float, demand: float, **columns: Any) -> Case:
    """Two of 60 t, both to be built in 2026, at half in their first year: 30 t each at full rate."""
    line = press(60, times=2, ramp_up="0.5", min_rate=1, min_run_share=share, **columns)
    both = rows(
        limits=Limit(name="both", measure="built", at="press_line", sense="equal", value=2, during="26a")
    )
    return world(line, both, sells("brick", 10, max_t=demand))


@pytest.mark.parametrize(("demand", "value"), [(29, 0.0), (30, 300.0), (60, 600.0), (90, 600.0)])
def test_each_unit_that_is_on_runs_its_own_least_hours(demand: float, value: float) -> None:
    """All the time at full rate: one unit makes 30 t at least, both 60."""
    assert optimum(two_presses(1.0, demand)) == pytest.approx(value)


def test_of_several_units_those_with_the_least_hours_are_on_first() -> None:
    """One built in 2026 and one in 2027, at half in their first year: in 2027 60 and 30 t. Demand of 2027 alone.

    40 t: one on, 30 ≤ load ≤ 60: 400. 29 t: none. 80 t: both would make 90; one makes 60.
    """
    line = press(60, times=2, ramp_up="0.5", min_rate=1, min_run_share=1)
    each = rows(limits=Limit(name="each", measure="built", at="press_line", sense="equal", value=1))
    for demand, value in ((40, 400.0), (29, 0.0), (80, 600.0), (90, 900.0)):
        outlet = sells("brick", 10, opens=date(2027, 1, 1), max_t=demand)
        assert optimum(world(line, each, outlet, periods=years(2026, 2))) == pytest.approx(value), demand


@pytest.mark.parametrize(("capex", "value"), [(310, 0.0), (290, 2 * 10.0)])
def test_only_hours_in_force_are_run(capex: float, value: float) -> None:
    """Up to two units of 60 t, at half in their first year: each makes 30 t for 300, not 60."""
    line = press(60, times=2, ramp_up="0.5", min_rate=0.1, capex_cny=capex)
    assert optimum(world(line, sells("brick", 10))) == pytest.approx(value)


def test_hours_cost_what_they_cost_per_unit() -> None:
    """Two units of 60 t: 100 t take 100 ÷ 60 · 8760 h = 14600 h at 0.02; a fixed cost for each that is on."""
    line = press(60, times=2, run_cost_cny_per_h=0.02)
    assert optimum(world(line, sells("brick", 10))) == pytest.approx(1000 - 292)
    fixed = press(60, times=2, fixed_cost_cny_per_period=350)
    assert optimum(world(fixed, sells("brick", 10))) == pytest.approx(600 - 350 + 400 - 350)
    dear = press(60, times=2, fixed_cost_cny_per_period=401)
    assert optimum(world(dear, sells("brick", 10))) == pytest.approx(600 - 401)


def test_a_line_runs_in_the_periods_that_earn_its_fixed_cost() -> None:
    """Halves of 181 and 184 days: 60 t a half; 20 t sell in the first, 50 in the second, for 300 a period."""
    line = stands(60, per="period", fixed_cost_cny_per_period=300)
    early = sells("brick", 10, max_t=20, name="early", closes=date(2026, 7, 1))
    late = sells("brick", 10, max_t=50, name="late", opens=date(2026, 7, 1))
    plan = solve(world(line, early, late, periods=parts(2026, 6)))
    assert plan.value == pytest.approx(500 - 300)
    assert plan.frame("running")["period"].tolist() == ["26b"]


def quarter(k: int) -> Tables:
    """60 t of bricks at 10 in one quarter of 2026."""
    span = {"opens": date(2026, 3 * k - 2, 1), "closes": date(2026, 3 * k + 1, 1) if k < 4 else None}
    return sells("brick", 10, max_t=60, **span)


@pytest.mark.parametrize(("built", "k", "on"), [
    (False, 1, 1), (False, 2, 2), (False, 3, 2), (False, 4, 1),
    (True, 1, 3), (True, 2, 3), (True, 3, 2), (True, 4, 1),
])  # fmt: skip
def test_once_started_a_line_runs_for_its_least_periods(built: bool, k: int, on: int) -> None:
    """Three quarters in a row at 100 each, as far as the year goes. Sales in quarter k alone bring 600.

    A line that stands may have run before: on in the first quarters is no start, so that it may stop then.
    A step starts: for sales in the second quarter it runs in three of them, for the fourth in one.
    """
    line = (press if built else stands)(60, per="period", min_run_periods=3, fixed_cost_cny_per_period=100)
    plan = solve(world(line, quarter(k), periods=parts(2026, 3)))
    assert plan.value == pytest.approx(600 - 100 * on)
    assert plan.sum("running", "on") == on


def test_least_periods_in_a_row_are_no_longer_than_the_line_stands() -> None:
    """It closes in October: whoever starts in July cannot run three quarters; it was on from the beginning."""
    line = stands(
        60, per="period", min_run_periods=3, fixed_cost_cny_per_period=100, closes=date(2026, 10, 1)
    )
    assert optimum(world(line, quarter(3), periods=parts(2026, 3))) == pytest.approx(600 - 300)


# ---------------------------------------------------------------- lanes


def shipped(*roads: Tables, **more: Any) -> Case:
    """100 t of mud a period at R; a landfill there at 10, a free one at M; a yard that is empty at the end."""
    tables = (
        mud(moisture=more.pop("moisture", 0.0)),
        landfill("mud", 10),
        landfill("mud", 0, "M", name="far"),
    )
    empty = Limit(name="empty", measure="stock", sense="max", value=0, per="horizon")
    store = (yard("mud"), rows(limits=empty)) if more.pop("stored", False) else ()
    return tiny(*tables, *store, site("M"), *roads, *more.pop("rows", ()), **more)


def test_a_fixed_cost_once_is_borne_over_the_horizon() -> None:
    """A road at 6, a belt at 1 for 700 once: one year 600 < 800, two years 1200 > 900."""
    roads = (lane("R", "M", 6), lane("R", "M", 1, name="belt", mode="belt", fixed_cost_cny=700))
    assert optimum(shipped(*roads)) == pytest.approx(-600)
    plan = solve(shipped(*roads, periods=years(2026, 2)))
    assert plan.value == pytest.approx(-900)
    assert plan.frame("openings").to_dict("records") == [{"lane": "belt", "period": "26a"}]


def test_a_lane_is_opened_when_it_is_first_used() -> None:
    """10 %: nothing arises in 2026; 700 are due in 2027, at the middle of that year."""
    tables = (waste("mud", "red_mud"), arises("mud", 100, during="2027"), landfill("mud", 10))
    belt = lane("R", "M", 1, fixed_cost_cny=700)
    case = tiny(*tables, landfill("mud", 0, "M", name="far"), site("M"), belt, periods=years(2026, 2),
                discounting="mid_period", discount_rate=0.1)  # fmt: skip
    assert optimum(case) == pytest.approx(-800 * 1.1 ** -(547.5 / 365.25))


def test_nothing_moves_before_a_lane_is_opened() -> None:
    """10 %: 100 t in 2026 and in 2027 by the belt; its 700 are due in 2026, though dearer then."""
    belt = lane("R", "M", 1, fixed_cost_cny=700)
    case = shipped(belt, periods=years(2026, 2), discounting="mid_period", discount_rate=0.1)
    early, late = (1.1 ** -(days / 365.25) for days in (182.5, 547.5))
    assert optimum(case) == pytest.approx(-800 * early - 100 * late)


def test_a_fixed_cost_per_period_used_is_saved_by_waiting() -> None:
    """300 per half-year used and 1 a tonne: with a yard all 200 t go at once, 500; without one 2 · 400."""
    belt = lane("R", "M", 1, fixed_cost_cny_per_period=300)
    assert optimum(shipped(belt, periods=parts(2026, 6))) == pytest.approx(-800)
    assert optimum(shipped(belt, periods=parts(2026, 6), stored=True)) == pytest.approx(-500)


@pytest.mark.parametrize(
    ("lot", "stored", "value"),
    [(100, False, -200), (101, False, -2000), (150, True, -200), (201, True, -2000)],
)
def test_a_least_lot_is_moved_or_nothing(lot: float, stored: bool, value: float) -> None:
    """100 t a half-year at 1: a lot of 101 waits in the yard for the second half, or goes to the landfill at 10."""
    assert optimum(
        shipped(lane("R", "M", 1, min_lot_t=lot), periods=parts(2026, 6), stored=stored)
    ) == pytest.approx(value)


@pytest.mark.parametrize(
    ("basis", "lot", "value"), [("as_received", 125, -100), ("as_received", 126, -1000), ("dry", 101, -1000)]
)
def test_a_lot_is_in_the_basis_of_its_lane(basis: str, lot: float, value: float) -> None:
    """100 t dry with 20 % water are 125 t; the fare is 1 a dry tonne either way."""
    fare = 1.0 if basis == "dry" else 0.8
    belt = lane("R", "M", fare, basis=basis, min_lot_t=lot)
    assert optimum(shipped(belt, moisture=0.2)) == pytest.approx(value)


def test_a_lot_is_the_sum_of_materials() -> None:
    """60 t of ash and 100 t of mud share a lot of 160; without ash the mud stays at 10 a tonne."""
    both = (waste("ash", "other"), arises("ash", 60), group("wastes", "mud", "ash"))
    ends = (landfill("wastes", 10), landfill("wastes", 0, "M", name="far"))
    belt = lane("R", "M", 1, min_lot_t=160)
    assert optimum(tiny(mud(), *both, *ends, site("M"), belt)) == pytest.approx(-160)
    lot = lane("R", "M", 1, min_lot_t=161)
    assert optimum(tiny(mud(), *both, *ends, site("M"), lot)) == pytest.approx(-1600)


def test_goods_without_a_limit_may_go_on_a_lane_with_a_fixed_cost() -> None:
    """Lime is bought at R without limit: what the press can take of it, 0.5 · 60 t, bounds the lane.

    60 t of mud with 30 t of lime at 2 and a fare of 1 on both, bricks at 10: 600 − 60 − 90 − 50, once or per period.
    """
    works_ = works(
        "press",
        "mud",
        {"brick": 1.0},
        at="M",
        capacity=60,
        inputs={"lime": {"amount_per_t": 0.5, "solid": False}},
    )
    goods = (
        product("brick"),
        commodity("lime"),
        buys("lime", 2),
        sells("brick", 10, "M"),
        landfill("mud"),
        site("M"),
    )
    for fixed in ("fixed_cost_cny", "fixed_cost_cny_per_period"):
        road = lane("R", "M", 1, **{fixed: 50})
        assert optimum(tiny(mud(), works_, *goods, road)) == pytest.approx(600 - 60 - 60 - 30 - 50)


# ---------------------------------------------------------------- counts


def count(value: float, **columns: Any) -> Tables:
    return rows(limits=Limit(name="count", measure="count_used", value=value, **{"sense": "max"} | columns))


TWO_ROADS = (
    lane("R", "M", 1, name="near", capacity_t=60),
    lane("R", "M", 2, name="other", mode="rail", capacity_t=60),
)


@pytest.mark.parametrize(
    ("value", "at", "expected"),
    [(2, "R", -140), (1, "R", -460), (0, "R", -1000), (1, "both", -460), (0, "other", -460)],
)
def test_at_most_so_many_lanes(value: float, at: str, expected: float) -> None:
    """60 t at 1 and 40 at 2, or 60 at 1 and 40 t in the landfill at 10: by the place they leave, or by name."""
    case = shipped(*TWO_ROADS, rows=(count(value, at=at), group("both", "near", "other")))
    assert optimum(case) == pytest.approx(expected)


def test_lanes_are_counted_where_they_arrive_too() -> None:
    """Two lanes from R to M and one to N at 3: at most one of those that arrive at M leaves the one to N free."""
    third = (site("N"), lane("R", "N", 3), landfill("mud", 0, "N", name="third"))
    case = shipped(*TWO_ROADS, *third, rows=(count(1, at="R", to="M"),))
    assert optimum(case) == pytest.approx(-60 - 40 * 3)


@pytest.mark.parametrize(("per", "value"), [("period", -200.0), ("horizon", -1100.0), ("year", -1100.0)])
def test_different_lanes_are_counted_over_the_window(per: str, value: float) -> None:
    """One lane goes in the first half only, the other in the second: one in each period, two over the year."""
    dates = {"first": range(7, 13), "second": range(1, 7)}
    seasons = tuple(
        CalendarMonth(calendar=c, month=m, share=0) for c, months in dates.items() for m in months
    )
    roads = tuple(lane("R", "M", 1, name=f"lane_{c}", mode=c, calendar=c) for c in dates)
    case = shipped(*roads, rows=(count(1, at="R", per=per), rows(calendars=seasons)), periods=parts(2026, 6))
    assert optimum(case) == pytest.approx(value)


@pytest.mark.parametrize(
    ("value", "per", "expected"), [(2, "year", 920.0), (1, "year", 600.0), (0, "year", 0.0)]
)
def test_at_most_so_many_outlets(value: float, per: str, expected: float) -> None:
    """60 t at 10 and 40 at 8, or one outlet alone."""
    ends = (
        sells("mud", 10, method="U", name="a", max_t=60),
        sells("mud", 8, method="U", name="b", max_t=60),
    )
    case = tiny(mud(), landfill("mud"), *ends, group("ends", "a", "b"), count(value, at="ends", per=per))
    assert optimum(case) == pytest.approx(expected)


@pytest.mark.parametrize(("value", "expected"), [(2, 1000 - 80 - 20), (1, 600 - 60), (0, 0)])
def test_at_most_so_many_lines_run(value: float, expected: float) -> None:
    """A press of 60 t at a cost of 1 and one at 2: 100 t, by facility as by line."""
    lines = (stands(60, cost=1), stands(60, "other", cost=1))
    at = group("places", "press_works", "other_works")
    case = world(*lines, at, sells("brick", 10), count(value, at="places"))
    assert optimum(case) == pytest.approx(expected if value < 2 else 1000 - 100)


def test_each_member_is_counted_by_itself() -> None:
    """One lane from each of R and N, not two: 60 t of R by the near one, all 50 t of N by its own."""
    second = (site("N"), arises("mud", 50, "N"), lane("N", "M", 1), landfill("mud", 10, "N", name="tip"))
    case = shipped(*TWO_ROADS, *second, rows=(count(1, at="places", every="each"), group("places", "R", "N")))
    assert optimum(case) == pytest.approx(-460 - 50)


@pytest.mark.parametrize(
    ("sense", "value", "expected"),
    [("min", 1, -10.0), ("equal", 1, -10.0), ("max", 1, 0.0), ("min", 2, None)],
)
def test_at_least_so_many_lines_run(sense: str, value: float, expected: float | None) -> None:
    """A press that loses 1 a tonne makes at least half of half of 40 t if it runs at all; there is no second one."""
    line = stands(40, cost=2, min_rate=0.5, min_run_share=0.5)
    case = world(line, sells("brick", 1), count(value, at="press_line", sense=sense))
    assert stopped(case) == ("optimal" if expected is not None else "infeasible")
    if expected is not None:
        assert optimum(case) == pytest.approx(expected)


def test_at_least_so_many_lanes_move_their_least_lot() -> None:
    """Both roads are to be used: 20 t on the dear one at 5, 60 on the cheap one, 20 in the landfill at 10."""
    roads = (lane("R", "M", 1, name="near", capacity_t=60, min_lot_t=1),
             lane("R", "M", 20, name="other", mode="rail", min_lot_t=20))  # fmt: skip
    assert optimum(shipped(*roads)) == pytest.approx(-60 - 400)
    assert optimum(shipped(*roads, rows=(count(2, at="R", sense="min"),))) == pytest.approx(-60 - 400 - 200)
