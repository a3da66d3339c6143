"""Steps that are built on paper: when they start, what they can do, how many, what they cost, what is left of them.

Bricks are made of mud one to one. docs/decisions.md 'Building, running, closing'.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.builders import group, lane, optimum, parts, rows, sells, site, solve, years
from tests.model.deciding import press, stands, world

from redmud_opt.case.rules import Budget
from redmud_opt.case.things import CalendarMonth, Owner, Province, Tier

BRICK = sells("brick", 10)


# ---------------------------------------------------------------- dates


@pytest.mark.parametrize(
    ("dates", "value"),
    [
        ({}, 1300.0),
        ({"lead_time_months": 12}, 700.0),
        ({"lead_time_months": 24}, 100.0),
        ({"lead_time_months": 30}, 0.0),
        ({"lead_time_months": 24, "capex_cny": 601}, 0.0),
        ({"earliest": date(2027, 7, 1)}, 600 * (184 / 365 + 1) - 500),
        ({"earliest": date(2027, 7, 1), "lead_time_months": 21}, 600 * (92 / 365 + 1) - 500),
        ({"life_a": 1}, 100.0),
        ({"life_a": 1.5}, 600 * (1 + 182 / 366) - 500),
        ({"life_a": 0.5, "earliest": date(2027, 10, 1), "capex_cny": 200}, 600 * (92 / 365 + 91 / 366) - 200),
    ],
)
def test_a_step_stands_from_its_start_to_the_end_of_its_life(dates: dict[str, Any], value: float) -> None:
    """60 t a year at 10 for 500, from 2026 to 2028: 3 · 600 − 500 = 1300.

    A year later 700, two 100. 30 months: from 1 July 2028, 184 of 366 days, 301 < 500. July 2027: 184 days of 365.
    Earliest in July, but 21 months after January 2026 is October 2027: 92 days. A life of 1.5 a is best spent from
    2027 to 30 June 2028, 182 of 366 days, not 181 of 365.
    """
    line = press(60, **{"capex_cny": 500} | dates)
    assert optimum(world(line, BRICK, periods=years(2026, 3))) == pytest.approx(value)


def test_a_later_decision_starts_later() -> None:
    """Bricks sell from 2027 on; six months of lead: decided in 2026 b (July), when half the discount is past.

    Decided in 26a it starts on 1 July, in 26b on 1 January: 10 % a year, so the second is dearer in neither.
    """
    case = world(press(60, capex_cny=500, lead_time_months=6), sells("brick", 10, opens=date(2027, 1, 1)),
                 periods=parts(2026, 6) + years(2027), discounting="mid_period", discount_rate=0.1)  # fmt: skip
    plan = solve(case)
    (build,) = plan.frame("builds").to_dict("records")
    assert (build["period"], build["start"], build["units"]) == ("26b", "2027-01-01", 1)
    first, second = 1.1 ** -((181 + 92) / 365.25), 1.1 ** -((365 + 182.5) / 365.25)
    assert plan.value == pytest.approx(600 * second - 500 * first)


def test_what_never_stands_in_the_horizon_is_never_decided() -> None:
    """13 months of lead: decided in 2026 it starts in February 2027, decided in 2027 not at all."""
    case = world(press(60, lead_time_months=13), BRICK, periods=years(2026, 2))
    plan = solve(case)
    assert plan.frame("builds")["start"].tolist() == ["2027-02-01"]
    assert plan.value == pytest.approx(600 * 334 / 365)


def test_a_month_after_the_31st_is_the_last_of_the_next() -> None:
    """31 January + 1 month: the step must not start before 28 February; 31 December is 306 days later."""
    line = stands(365, opens=date(2026, 1, 31), ramp_up="0")
    case = world(line, sells("brick", 10), periods=years(2026, 2), arises=400)
    assert optimum(case) == pytest.approx(10 * 365 * (365 - 30) / 365)


# ---------------------------------------------------------------- ramp-up


def ramp(start: date) -> float:
    """Tonnes of 365 a year at 0.5 and 0.8 of two years from a start, 1 after, from 2026 to 2028, counted by days."""
    total = 0.0
    for day in range(date(2026, 1, 1).toordinal(), date(2029, 1, 1).toordinal()):
        now = date.fromordinal(day)
        full = (now.year - start.year) - ((now.month, now.day) < (start.month, start.day))
        total += (
            0.0 if now < start else (0.5, 0.8, 1.0)[min(full, 2)] * 365 / (366 if now.year == 2028 else 365)
        )
    return total


def test_ramp_up_counts_by_days_from_the_start() -> None:
    """365 t a year from 1 July 2026: 184 days at 0.5, 181 at 0.5 and 184 at 0.8, in 2028 182 at 0.8 and 184 at 1.

    0.5 · 184 + (0.5 · 181 + 0.8 · 184) + 365 · (0.8 · 182 + 184) ÷ 366 = 658.34 t.
    """
    tonnes = 0.5 * 184 + 0.5 * 181 + 0.8 * 184 + 365 * (0.8 * 182 + 184) / 366
    assert tonnes == pytest.approx(ramp(date(2026, 7, 1)))
    values: dict[str, Any] = {"ramp_up": "0.5;0.8"}
    built = press(365, earliest=date(2026, 7, 1), **values)
    assert optimum(world(built, BRICK, periods=years(2026, 3), arises=400)) == pytest.approx(10 * tonnes)
    opened = stands(365, opens=date(2026, 7, 1), **values)
    assert optimum(world(opened, BRICK, periods=years(2026, 3), arises=400)) == pytest.approx(10 * tonnes)


def test_ramp_up_of_a_line_that_opened_before_the_horizon_goes_on() -> None:
    """Open since July 2025: 181 days at 0.5, the rest of 2026 at 1; without a first day there is no ramp-up."""
    known = stands(365, opens=date(2025, 7, 1), ramp_up="0.5")
    assert optimum(world(known, BRICK, arises=400)) == pytest.approx(10 * (0.5 * 181 + 184))
    assert optimum(world(stands(365, ramp_up="0.5"), BRICK, arises=400)) == pytest.approx(3650)


def test_ramp_up_and_season_multiply() -> None:
    """0.5 in the first year; nothing in January: 334 days at 0.5."""
    dry = rows(calendars=CalendarMonth(calendar="dry", month=1, share=0))
    line = press(365, ramp_up="0.5", calendar="dry", availability=0.9)
    assert optimum(world(line, dry, BRICK, arises=400)) == pytest.approx(10 * 0.9 * 0.5 * 334)


# ---------------------------------------------------------------- how many


@pytest.mark.parametrize(("times", "value"), [(None, 250.0), (1, 250.0), (2, 300.0), (3, 300.0)])
def test_a_step_is_built_as_often_as_it_pays_and_may(times: int | None, value: float) -> None:
    """60 t for 350: the first earns 600, the second 400 of 40 t, a third nothing."""
    assert optimum(world(press(60, capex_cny=350, times=times), BRICK)) == pytest.approx(value)


def test_times_counts_over_the_horizon() -> None:
    """Life of a year: built anew each year, 2 · (600 − 350) with two times, 250 with one; three years."""
    for times, value in ((1, 250.0), (2, 500.0), (3, 750.0)):
        line = press(60, capex_cny=350, times=times, life_a=1)
        assert optimum(world(line, BRICK, periods=years(2026, 3))) == pytest.approx(value)


def test_units_are_whole() -> None:
    """60 t for 350 with 30 t to sell: half a unit would earn 125, a whole one loses 50."""
    assert optimum(world(press(60, capex_cny=350), sells("brick", 10, max_t=30))) == pytest.approx(0)


# ---------------------------------------------------------------- money


def test_capex_is_due_by_its_profile_each_share_on_its_day() -> None:
    """10 %: decided on 1 January 2026; 0.5 in 2026, 0.3 in 2027, 0.2 on 1 January 2028, after the end.

    The first two at the middle of their years, the last as if it were due in the last period.
    """
    case = world(press(60, capex_cny=600, spend_profile="0.5;0.3;0.2"), BRICK, periods=years(2026, 2),
                 discounting="mid_period", discount_rate=0.1)  # fmt: skip
    plan = solve(case)
    early, late = (1.1 ** -(days / 365.25) for days in (182.5, 547.5))
    assert plan.term("capex", 2026) == pytest.approx(-300 * early)
    assert plan.term("capex", 2027) == pytest.approx(-300 * late)
    assert plan.value == pytest.approx(600 * (early + late) - 300 * early - 300 * late)
    assert plan.sum("builds", "capex_cny") == pytest.approx(600)


def test_what_is_left_of_a_life_is_worth_its_share_of_capex() -> None:
    """10 years from 2026 to 2036 are 3652 days, of which 3287 are left after a year; discounted with the last period.

    Two units: 2 · 3652 · 3287 ÷ 3652 = 6574. It pays only because of that: 1000 − 7304 + 6574 > 0.
    """
    line = press(60, capex_cny=3652, life_a=10, times=2)
    assert optimum(world(line, BRICK, residual_value="straight_line")) == pytest.approx(1000 - 7304 + 6574)
    assert optimum(world(line, BRICK)) == pytest.approx(0)
    factor = 1.1 ** -(182.5 / 365.25)
    case = world(line, BRICK, residual_value="straight_line", discounting="mid_period", discount_rate=0.1)
    assert optimum(case) == pytest.approx((1000 - 7304 + 6574) * factor)


def test_residual_value_counts_from_the_start_not_the_decision() -> None:
    """Six months of lead, a year of life: on 31 December 181 of 365 days are left. Without a life nothing is."""
    line = press(60, capex_cny=365, life_a=1, lead_time_months=6)
    value = 600 * 184 / 365 - 365 + 181
    assert optimum(world(line, BRICK, residual_value="straight_line")) == pytest.approx(value)
    for_good = press(60, capex_cny=365, lead_time_months=6)
    assert optimum(world(for_good, BRICK, residual_value="straight_line")) == pytest.approx(0)


def test_residual_value_of_lines_that_stand() -> None:
    """Open since 2025 with a life of 4 years: 731 of 1461 days are left (2028 is a leap year)."""
    known: dict[str, Any] = {"capex_cny": 1461, "opens": date(2025, 1, 1)}
    for life, value in ((4, 731.0), (2, 0.0), (1, 0.0), (None, 0.0)):
        line = stands(60, life_a=life, **known)
        case = world(line, BRICK, residual_value="straight_line")
        assert optimum(case) == pytest.approx(600 + value), life


def test_a_line_under_construction_owes_what_is_left_of_its_capex() -> None:
    """Opens in July 2027, decided two years before: 0.5 is sunk, 0.3 due in July 2026, 0.2 in July 2027.

    1000 · 0.5 are owed whatever is decided; 184 days of 2027 earn 600 · 184 ÷ 365.
    """
    line = stands(
        60, opens=date(2027, 7, 1), lead_time_months=24, capex_cny=1000, spend_profile="0.5;0.3;0.2"
    )
    plan = solve(world(line, BRICK, periods=years(2026, 2)))
    assert plan.term("capex", 2026) == pytest.approx(-300)
    assert plan.term("capex", 2027) == pytest.approx(-200)
    assert plan.value == pytest.approx(600 * 184 / 365 - 500)
    open_already = stands(60, opens=date(2026, 1, 1), capex_cny=1000)
    assert optimum(world(open_already, BRICK)) == pytest.approx(600)


def test_fixed_costs_follow_the_days_that_a_line_stands() -> None:
    """365 a year: 184 days of 2026 for a line from July on, and whole years of each of two units."""
    assert optimum(world(stands(60, opens=date(2026, 7, 1), fixed_om_cny_per_a=365))) == pytest.approx(-184)
    assert optimum(
        world(press(60, earliest=date(2026, 7, 1), fixed_om_cny_per_a=365), BRICK)
    ) == pytest.approx(600 * 184 / 365 - 184)
    assert optimum(world(press(50, times=2, fixed_om_cny_per_a=365), BRICK)) == pytest.approx(1000 - 730)


# ---------------------------------------------------------------- closing


@pytest.mark.parametrize(
    ("cost", "value"), [(100.0, 100.0), (799.0, -599.0), (801.0, -600.0), (None, -600.0)]
)
def test_a_line_that_stands_is_closed_where_that_is_cheaper(cost: float | None, value: float) -> None:
    """600 in 2026 and no sales after: 400 a year to keep it, or once the cost of closing on 1 January 2027."""
    line = stands(60, fixed_om_cny_per_a=400, closing_cost_cny=cost)
    case = world(line, sells("brick", 10, closes=date(2027, 1, 1)), periods=years(2026, 3))
    plan = solve(case)
    assert plan.value == pytest.approx(value)
    closings = plan.frame("closings").to_dict("records")
    expected = [{"line": "press_line", "decided": "", "period": "27a", "units": 1}]
    assert closings == (expected if cost and cost < 800 else [])


def test_units_that_were_built_are_closed_by_vintage() -> None:
    """Two presses in 2026, 1000 − 2 · 300 − 2 · 50; closed on 1 January 2027 for 2 · 30, else 2 · 300 more."""
    line = press(60, times=2, capex_cny=50, fixed_om_cny_per_a=300, closing_cost_cny=30)
    case = world(line, sells("brick", 10, closes=date(2027, 1, 1)), periods=years(2026, 2))
    plan = solve(case)
    assert plan.value == pytest.approx(1000 - 600 - 100 - 60)
    assert plan.frame("closings").to_dict("records") == [
        {"line": "press_line", "decided": "26a", "period": "27a", "units": 2}
    ]


def test_what_is_closed_has_no_capacity_and_no_residual_value() -> None:
    """1300 a year are borne for 600 of sales and 731 of residual value; without the latter the line goes at once."""
    line = stands(
        60, capex_cny=1461, opens=date(2025, 1, 1), life_a=4, fixed_om_cny_per_a=1300, closing_cost_cny=0
    )
    kept = world(line, BRICK, residual_value="straight_line")
    assert optimum(kept) == pytest.approx(600 + 731 - 1300)
    assert optimum(world(line, BRICK)) == pytest.approx(0)


# ---------------------------------------------------------------- budgets

THREE: dict[str, Any] = {"capex_cny": 500, "times": 3}


@pytest.mark.parametrize(
    ("budgets", "value"),
    [
        ((), 4500.0),
        ((Budget(name="b", year=2026, amount_cny=500),), 1 * 2000 + 2 * 1000 - 1500.0),
        ((Budget(name="b", year=2026, amount_cny=999), Budget(name="c", year=2027, amount_cny=500)), 2000.0),
        ((Budget(name="b", amount_cny=1000),), 3000.0),
        ((Budget(name="b", amount_cny=1499.99),), 3000.0),
        ((Budget(name="b", amount_cny=0),), 0.0),
    ],
)
def test_budgets_by_year_and_over_the_horizon(budgets: tuple[Budget, ...], value: float) -> None:
    """Three presses of 20 t at 50 for 500 each, 2026 and 2027: 3 · 2000 − 1500 = 4500 if all are built at once."""
    case = world(press(20, **THREE), sells("brick", 50), rows(budgets=budgets), periods=years(2026, 2))
    assert optimum(case) == pytest.approx(value)


def test_a_budget_counts_what_is_due_not_what_is_decided() -> None:
    """Half at once, half a year later. 500 in 2026: two units are 2 · 250, none in 2027 for 500 falls due.

    2 · 2000 − 1000. Over the horizon of 2026 alone, what is due after it counts: one unit, 1000 − 500.
    """
    line = press(20, spend_profile="0.5;0.5", **THREE)
    limit = tuple(Budget(name=f"b{year}", year=year, amount_cny=500) for year in (2026, 2027))
    two = world(line, sells("brick", 50), rows(budgets=limit), periods=years(2026, 2))
    assert optimum(two) == pytest.approx(3000)
    whole = rows(budgets=Budget(name="b", amount_cny=500))
    assert optimum(world(line, sells("brick", 50), whole)) == pytest.approx(500)


@pytest.mark.parametrize(
    ("scope", "value"),
    [("", 500.0), ("M", 1000.0), ("works", 1000.0), ("gx", 500.0), ("two", 500.0), ("N", 1500.0)],
)
def test_a_budget_is_for_its_scope(scope: str, value: float) -> None:
    """A press at R and one at M (owner `works`), both in province gx: 1000 − 500 each; a second at M as well.

    500 for all of them buys one; 500 for M or its owner one there beside the one at R.
    """
    place: dict[str, Any] = {"owner": "works", "province": "gx"}
    known = rows(owners=Owner(name="works"), provinces=Province(name="gx"))
    sites = (site("R", province="gx"), site("M", **place), site("N"))
    lines = (press(20, capex_cny=500), press(20, "other", at="M", capex_cny=500, times=2, made="brick"))
    tables = (
        *lines,
        *sites,
        known,
        group("two", "R", "M"),
        lane("R", "M"),
        sells("brick", 50),
        sells("brick", 50, "M", name="b"),
    )
    budget = rows(budgets=Budget(name="b", scope=scope, amount_cny=500))
    assert optimum(world(*tables, budget)) == pytest.approx(value)


def test_a_budget_is_less_what_lines_under_construction_owe() -> None:
    """700 less 300 due for the other line leave nothing for 500: 800 are needed."""
    other = stands(10, "other", opens=date(2026, 7, 1), capex_cny=300, lead_time_months=3, made="brick")
    tables = (press(60, capex_cny=500), BRICK, other)
    sold = 10 * 10 * 184 / 365
    for amount, value in ((799.0, sold - 300), (800.0, sold - 300 + 100)):
        budget = rows(budgets=Budget(name="b", year=2026, amount_cny=amount))
        assert optimum(world(*tables, budget)) == pytest.approx(value)


# ---------------------------------------------------------------- size


def sized(*steps: tuple[float | None, float], **columns: Any) -> tuple[Any, ...]:
    """A press of any size up to 100 t with a price per tonne of size in steps."""
    tiers = tuple(
        Tier(item="press_line", step=k, width_t=w, price_cny_per_t=p)
        for k, (w, p) in enumerate(steps, start=1)
    )
    return press(100, **columns), rows(tiers=tiers)


@pytest.mark.parametrize(
    ("demand", "value", "size"), [(50, 0.0, 0.0), (90, 170.0, 90.0), (200, 230.0, 100.0)]
)
def test_economies_of_scale_come_after_the_dear_first_tonnes(
    demand: float, value: float, size: float
) -> None:
    """50 once, 40 t at 10, then 2: 50 t cost 470 and earn 400, 90 t cost 550 and earn 720, 100 t 570 and 800."""
    plan = solve(world(*sized((40, 10), (None, 2), capex_cny=50), sells("brick", 8, max_t=demand)))
    assert plan.value == pytest.approx(value)
    assert plan.sum("builds", "size") == pytest.approx(size)
    assert plan.sum("builds", "capex_cny") == pytest.approx(8 * size - value)


def test_a_size_with_rising_prices_stops_where_it_no_longer_pays() -> None:
    """50 once, 40 t at 2, then 10, for bricks at 8: 320 − 130; with a life of two years both years earn."""
    steps = ((40.0, 2.0), (None, 10.0))
    assert optimum(world(*sized(*steps, capex_cny=50), sells("brick", 8))) == pytest.approx(190)
    two = world(*sized(*steps, capex_cny=50, life_a=2), sells("brick", 8), periods=years(2026, 2))
    assert optimum(two) == pytest.approx(2 * 800 - 50 - 80 - 600)


def test_a_size_is_bounded_by_the_unit_and_its_tiers() -> None:
    """At most 30 t by the table; of a unit that starts in July, half as much in 2026 by days."""
    assert optimum(world(*sized((30, 1)), sells("brick", 8))) == pytest.approx(30 * 7)
    late = world(*sized((30, 1), earliest=date(2026, 7, 1)), sells("brick", 8))
    assert optimum(late) == pytest.approx(30 * (8 * 184 / 365 - 1))


def test_a_late_step_earns_nothing_by_paying_late() -> None:
    """All of the capex is due four years after the decision, at 20 % a year; 30 years of life, nothing to sell.

    Paid with the factor of the last period, it is more than what is left of it then: nothing is built.
    """
    tables = (*sized((40, 2), (None, 10), life_a=30, spend_profile="0;0;0;0;1"), sells("brick", 0))
    case = world(*tables, residual_value="straight_line", discounting="mid_period", discount_rate=0.2,
                 periods=years(2026, 2))  # fmt: skip
    assert optimum(case) == pytest.approx(0)


def test_residual_value_and_budget_follow_the_size() -> None:
    """Life of 2 years, one is gone: half of 50 + 2 · size is worth something. A budget of 150 buys 50 t."""
    tables = (*sized((100, 2), capex_cny=50, life_a=2), sells("brick", 8))
    case = world(*tables, residual_value="straight_line", periods=years(2026))
    assert optimum(case) == pytest.approx(800 - 250 + 125)
    budget = rows(budgets=Budget(name="b", amount_cny=150))
    assert optimum(world(*tables, budget, residual_value="straight_line")) == pytest.approx(400 - 150 + 75)
