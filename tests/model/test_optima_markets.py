"""Prices, tiers, bases, contracts for a year on paper. MODEL.md 'Value' and rules 2 and 7."""

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
    mud,
    optimum,
    parts,
    product,
    rows,
    sells,
    site_row,
    solve,
    stopped,
    stretches,
    tiny,
    waste,
    works,
    yard,
    years,
)

from redmud_opt.case.rules import Limit
from redmud_opt.case.things import CalendarMonth, Owner, Tier
from redmud_opt.case.works import Facility


def steps(item: str, *widths_and_prices: tuple[float | None, float], per: str = "year") -> Tables:
    return {
        "tiers": tuple(
            Tier(item=item, step=k, width_t=width, price_cny_per_t=price, per=per)
            for k, (width, price) in enumerate(widths_and_prices, start=1)
        )
    }


def amounts(plan: Any) -> list[tuple[str, int, float]]:
    frame = plan.frame("tiers").sort_values(["window", "step"])
    return [(w, s, round(a, 6)) for w, s, a in frame[["window", "step", "amount"]].itertuples(index=False)]


# ---------------------------------------------------------------- tiers

USE = sells("mud", 0, method="U")


def test_tiers_fill_in_order_across_the_periods_of_a_year() -> None:
    """Quarters of 50 t: per calendar year 100 t at 30, the rest at 10: 2 · (100 · 30 + 100 · 10) = 8000."""
    base = (mud(50), USE, steps("mud_outlet", (100, 30), (None, 10)))
    plan = solve(tiny(*base, periods=parts(2026, 3) + parts(2027, 3)))
    assert plan.value == pytest.approx(8000)
    assert amounts(plan) == [("2026", 1, 100), ("2026", 2, 100), ("2027", 1, 100), ("2027", 2, 100)]


@pytest.mark.parametrize(("per", "value"), [("period", 12000), ("year", 8000), ("horizon", 6000)])
def test_tiers_add_up_over_the_time_that_they_name(per: str, value: float) -> None:
    """Eight quarters of 50 t; 100 t a window at 30, the rest at 10.

    Horizon: 100 · 30 + 300 · 10. Year: 2 · (100 · 30 + 100 · 10). Period: all 400 t in the first step, 12000.
    """
    base = (mud(50), USE, steps("mud_outlet", (100, 30), (None, 10), per=per))
    assert optimum(tiny(*base, periods=parts(2026, 3) + parts(2027, 3))) == pytest.approx(value)


def test_tiers_of_a_cut_year_are_cut_by_days() -> None:
    """The second half of 2026 has 184 of 365 days: 365 t a year at 30 are 184 t; of 200 t the other 16 bring 10."""
    base = (mud(100), USE, steps("mud_outlet", (365, 30), (None, 10)))
    case = tiny(*base, periods=parts(2026, 3)[2:])
    assert optimum(case) == pytest.approx(184 * 30 + 16 * 10)


def test_a_last_step_that_is_not_open_is_a_limit() -> None:
    """60 t at 30 and 20 t at 10 are all that is taken of 100 t: 2000; 20 t stay."""
    plan = solve(tiny(mud(), yard("mud"), USE, steps("mud_outlet", (60, 30), (20, 10))))
    assert plan.value == pytest.approx(2000)
    assert plan.sum("stocks", "stock_t") == pytest.approx(20)


def test_gate_fees_that_rise_are_paid_in_order() -> None:
    """60 t at −5, 40 t at −8: −620, all of it gate fees."""
    plan = solve(tiny(mud(), USE, steps("mud_outlet", (60, -5), (None, -8))))
    assert plan.term("gate_fees") == pytest.approx(-620)
    assert plan.value == pytest.approx(-620)


def test_a_tier_table_may_turn_from_price_to_fee() -> None:
    """60 t at 5 and 40 t at −8, nowhere else to go: sales 300, gate fees −320."""
    plan = solve(tiny(mud(), USE, steps("mud_outlet", (60, 5), (None, -8))))
    assert (plan.term("sales"), plan.term("gate_fees")) == pytest.approx((300, -320))


def test_purchases_that_get_dearer_are_made_in_order() -> None:
    """100 mud need 100 lime: 70 at 2 and 30 at 6: −320; bricks at 10: 2000."""
    press = works("press", "mud", {"brick": 2.0}, inputs={"lime": 1.0})
    names = (product("brick"), commodity("lime"), buys("lime", 99), sells("brick", 10))
    plan = solve(tiny(mud(), press, *names, steps("lime_supply", (70, 2), (None, 6))))
    assert plan.term("purchases") == pytest.approx(-320)
    assert plan.value == pytest.approx(1680)


def test_tiers_count_in_the_basis_of_their_outlet() -> None:
    """100 dry t are 125 as received: 75 at 30 and 50 at 10 CNY per wet tonne: 2750."""
    wet = sells("mud", 0, method="U", basis="as_received")
    assert optimum(tiny(mud(moisture=0.2), wet, steps("mud_outlet", (75, 30), (None, 10)))) == pytest.approx(
        2750
    )


def test_money_of_a_window_is_discounted_at_its_middle() -> None:
    """2026 as two halves at 10 %: the window's middle is 182.5 days on, whichever half sells: 60·30 + 40·10."""
    base = (mud(50), USE, steps("mud_outlet", (60, 30), (None, 10)))
    case = tiny(*base, periods=parts(2026, 6), discounting="mid_period", discount_rate=0.1)
    assert optimum(case) == pytest.approx(2200 * 1.1 ** (-182.5 / 365.25))


# ---------------------------------------------------------------- least and most


def test_outlets_take_between_least_and_most() -> None:
    """At least 30 t at −9 and at most 50 t at 20: −270 + 1000, the last 20 t in the yard."""
    bad = sells("mud", -9, method="U", name="bad", min_t=30)
    good = sells("mud", 20, method="U", name="good", max_t=50)
    assert optimum(tiny(mud(), yard("mud"), bad, good)) == pytest.approx(730)


def test_a_least_amount_that_cannot_be_delivered_is_infeasible() -> None:
    assert stopped(tiny(mud(), yard("mud"), sells("mud", 1, method="U", min_t=101))) == "infeasible"


def test_yearly_limits_follow_days_months_and_opening_dates() -> None:
    """365 t a year, closed in June, open from 1 March to the end of August; months of 30 and 31 days.

    March 31 + April 30 + May 31 + July 31 + August 31 = 154 t at 1 CNY.
    """
    summer = rows(calendars=CalendarMonth(calendar="dry", month=6, share=0))
    span: dict[str, Any] = {"opens": date(2026, 3, 1), "closes": date(2026, 9, 1)}
    buyer = sells("mud", 1, method="U", max_t=365, per="year", calendar="dry", **span)
    assert optimum(tiny(mud(), yard("mud"), buyer, summer, periods=parts(2026, 1))) == pytest.approx(154)


def test_a_half_open_quarter_takes_half() -> None:
    """92 t in the quarter from July, open from 16 August: 46 of 92 days."""
    buyer = sells("mud", 1, method="U", max_t=92, opens=date(2026, 8, 16))
    assert optimum(tiny(mud(), yard("mud"), buyer, periods=parts(2026, 3)[2:3])) == pytest.approx(46)


def test_a_calendar_is_the_day_weighted_mean_of_its_months() -> None:
    """Shares 1, 0.5 and 0 in January, February and March: (31 + 14 + 0) ÷ 90 of 90 t."""
    shares = {2: 0.5, 3: 0.0}
    months = {"calendars": tuple(CalendarMonth(calendar="c", month=m, share=s) for m, s in shares.items())}
    buyer = sells("mud", 1, method="U", max_t=90, calendar="c")
    assert optimum(tiny(mud(), yard("mud"), buyer, months, periods=parts(2026, 3)[:1])) == pytest.approx(45)


def test_supplies_give_between_least_and_most() -> None:
    """At most 40 t of lime at 2 a period: 40 of 100 mud are pressed to 80 bricks at 3."""
    press = works("press", "mud", {"brick": 2.0}, inputs={"lime": 1.0})
    base = (mud(), yard("mud"), press, product("brick"), commodity("lime"), sells("brick", 3))
    assert optimum(tiny(*base, buys("lime", 2, max_t=40))) == pytest.approx(240 - 80)
    assert stopped(tiny(*base, buys("lime", 2, min_t=101))) == "infeasible"
    paid = tiny(*base, buys("lime", -2, max_t=40))
    assert optimum(paid) == pytest.approx(240 + 80)


# ---------------------------------------------------------------- as received


def test_as_received_prices_and_limits_are_converted_once() -> None:
    """20 % water: 8 CNY per wet tonne are 10 per dry one; at most 50 wet tonnes are 40 dry: 400."""
    wet = sells("mud", 8, method="U", basis="as_received", max_t=50)
    plan = solve(tiny(mud(moisture=0.2), yard("mud"), wet))
    assert plan.sum("sales", "sold") == pytest.approx(40)
    assert plan.value == pytest.approx(400)
    least = sells("mud", -8, method="U", basis="as_received", min_t=50)
    assert optimum(tiny(mud(moisture=0.2), yard("mud"), least)) == pytest.approx(-400)


def test_as_received_purchases_are_converted_once() -> None:
    """Clay with 20 % water at 8 per wet tonne, at most 50 of them: 40 dry tonnes for 400."""
    press = works("press", "mud", {"brick": 2.0}, inputs={"clay": 1.0})
    clay = (commodity("clay", moisture=0.2), buys("clay", 8, basis="as_received", max_t=50))
    plan = solve(tiny(mud(), yard("mud"), press, product("brick"), *clay, sells("brick", 100)))
    assert plan.sum("purchases", "bought") == pytest.approx(40)
    assert plan.term("purchases") == pytest.approx(-400)


# ---------------------------------------------------------------- mixed period lengths


@pytest.mark.parametrize("lengths", [(12,), (6, 6), (3, 3, 3, 3), (1, 1, 1, 3, 6), (6, 3, 2, 1), (1,) * 12])
def test_periods_of_any_length_make_the_same_year(lengths: tuple[int, ...]) -> None:
    """Everything per year: 3650 t arise, 1825 t are pressed at 20, 730 t of road base at 5, the rest placed at −3.

    1825 · 20 + 730 · 5 − 1095 · 3 = 36865, however the year is cut; the utilised share is 0.7.
    """
    press = works("press", "mud", {"brick": 1.0}, cost=10, stands={"capacity": 1825, "per": "year"})
    road = sells("mud", 5, method="U", max_t=730, per="year", name="road")
    base = (waste("mud", "red_mud"), arises("mud", 3650, per="year"), product("brick"), press, road)
    case = tiny(*base, sells("brick", 30), landfill("mud", 3), periods=stretches(2026, *lengths))
    plan = solve(case)
    assert plan.value == pytest.approx(36865, rel=1e-9)
    assert plan.rate("new") == pytest.approx(0.7)


# ---------------------------------------------------------------- limits


def two_presses(*limits: Limit, **settings: Any) -> Any:
    """Two presses for 100 t: A earns 20, B earns 15 a tonne; a yard is free."""
    a = works("a", "mud", {"brick": 1.0}, cost=10)
    b = works("b", "mud", {"brick": 1.0}, cost=15)
    base = (mud(), yard("mud"), product("brick"), a, b, sells("brick", 30))
    return tiny(*base, rows(limits=limits), group("presses", "a", "b"), **settings)


def limit(measure: str, sense: str, value: float | None, **values: Any) -> Limit:
    return Limit(
        **{"name": f"{measure}_{sense}", "measure": measure, "sense": sense, "value": value} | values
    )


@pytest.mark.parametrize(
    ("row", "value"),
    [
        (limit("feed", "max", 60, at="a"), 60 * 20 + 40 * 15),
        (limit("feed", "min", 30, at="b"), 70 * 20 + 30 * 15),
        (limit("feed", "equal", 25, at="b"), 75 * 20 + 25 * 15),
        (limit("feed", "max", 30, at="presses"), 30 * 20),
        (limit("feed", "max", 30, at="presses", every="each"), 30 * 20 + 30 * 15),
        (limit("made", "max", 40, material="brick"), 40 * 20),
        (limit("sold", "max", 40), 40 * 20),
        (limit("stock", "min", 40), 60 * 20),
    ],
)
def test_a_limit_binds_what_it_names(row: Limit, value: float) -> None:
    """100 t at 20 by A would be 2000."""
    assert optimum(two_presses(row)) == pytest.approx(value)


@pytest.mark.parametrize(
    ("row", "value"),
    [
        (limit("put", "max", 10), -90 * 7 + 50 * 5),
        (limit("put", "max", 10, material="ash"), 50 * 5),
        (limit("reclaimed", "max", 20), 20 * 5),
        (limit("placed", "min", 30), -30 * 7 + 50 * 5),
        (limit("bought", "min", 3), 50 * 5 - 3),
        (limit("flow", "max", 3), 50 * 5),
    ],
)
def test_storages_and_supplies_are_measured_too(row: Limit, value: float) -> None:
    """100 t of mud: a free yard or a landfill at −7; 50 t of ash in the yard sell at 5; lime may be bought at 1."""
    ash = (waste("ash", "other"), in_stock("yard", "ash", 50), sells("ash", 5, method="U"))
    lime = (commodity("lime"), buys("lime", 1), yard("lime", name="bin"))
    base = (mud(), yard("wastes"), group("wastes", "mud", "ash"), landfill("mud", 7))
    assert optimum(tiny(*base, *ash, *lime, rows(limits=row))) == pytest.approx(value)


@pytest.mark.parametrize(
    ("sense", "share", "value"),
    [("max", 0.6, 60 * 20 + 40 * 15), ("min", 0.2, 100 * 20), ("equal", 0.5, 50 * 20 + 50 * 15)],
)
def test_a_limit_may_be_a_share_of_another_measure(sense: str, share: float, value: float) -> None:
    """A's feed against the feed of both: at most 0.6, at least 0.2, exactly half of it."""
    whole = limit("feed", "measure", None, name="both", at="presses")
    part = limit("feed", sense, share, at="a", share_of="both")
    assert optimum(two_presses(whole, part)) == pytest.approx(value)


def test_a_facility_of_another_owner_is_not_its_sites() -> None:
    """R belongs to one company, the works there to another: a limit on the first binds nothing, on the second all."""
    press = works("press", "mud", {"brick": 1.0})
    press["facilities"] = (Facility(name="press_works", site="R", owner="second"),)
    owners = rows(owners=(Owner(name="first"), Owner(name="second")))
    base = (mud(), yard("mud"), product("brick"), sells("brick", 1), press, owners)
    for at, value in (("first", 100), ("second", 10)):
        case = tiny(
            *base, rows(limits=limit("feed", "max", 10, at=at)), sites=(site_row("R", owner="first"),)
        )
        assert optimum(case) == pytest.approx(value)


@pytest.mark.parametrize(("per", "value"), [("period", 8 * 30), ("year", 2 * 30), ("horizon", 30)])
def test_limits_add_up_over_the_time_that_they_name(per: str, value: float) -> None:
    """Eight quarters of two years; at most 30 t in all are sold at 1 CNY per window."""
    case = tiny(
        mud(), yard("mud"), sells("mud", 1, method="U"), rows(limits=limit("sold", "max", 30, per=per)),
        periods=parts(2026, 3) + parts(2027, 3),
    )  # fmt: skip
    assert optimum(case) == pytest.approx(value)


DURING = [("26b", 730), ("2026", 520), ("2026H1", 660), ("some", 660), ("", 240)]


@pytest.mark.parametrize(("during", "value"), DURING)
def test_limits_hold_during_the_periods_that_they_name(during: str, value: float) -> None:
    """Quarters of 2026 and 2027, 100 t each at 1 CNY; at most 30 t a quarter while the limit holds.

    26b: 30 + 700; 2026: 4 · 30 + 400; two quarters: 60 + 600; always: 8 · 30.
    """
    case = tiny(
        mud(), landfill("mud"), sells("mud", 1, method="U"), group("some", "26a", "27d"),
        rows(limits=limit("sold", "max", 30, per="period", during=during)),
        periods=parts(2026, 3) + parts(2027, 3),
    )  # fmt: skip
    assert optimum(case) == pytest.approx(value)


def test_stock_is_measured_at_the_end_of_its_window() -> None:
    """At most 50 t in stock at the end of a year, whatever lies there before: quarters of 100 t, landfill at −1.

    The yard may hold 300 t until the last quarter; 350 t are placed in any case: −350.
    """
    case = tiny(
        mud(), yard("mud"), landfill("mud", 1), rows(limits=limit("stock", "max", 50, per="year")),
        periods=parts(2026, 3),
    )  # fmt: skip
    assert optimum(case) == pytest.approx(-350)
    each = tiny(
        mud(), yard("mud"), landfill("mud", 1), rows(limits=limit("stock", "max", 50, per="period")),
        periods=parts(2026, 3),
    )  # fmt: skip
    assert solve(each).frame("stocks")["stock_t"].max() == pytest.approx(50)


def test_years_are_told_apart() -> None:
    """At most 30 t sold in each of two years of one period: 60 t at 1."""
    case = tiny(
        mud(), landfill("mud"), sells("mud", 1, method="U"), rows(limits=limit("sold", "max", 30)),
        periods=years(2026, 2),
    )  # fmt: skip
    assert optimum(case) == pytest.approx(60)
