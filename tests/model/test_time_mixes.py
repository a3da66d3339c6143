"""Months, quarters and years mixed in one horizon: what does not depend on the length of periods stays the same.

Three years, 2026 to 2028 (366 days), as years, as months, and mixed both ways. 1200 t of mud arise a year, evenly by
the day; a landfill takes the rest for nothing unless said; no discounting unless said. Every optimum stands on paper
and holds for every division; what depends on the length by its definition (minimum runs, limits per period) is
worked out for the mix alone.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.builders import (
    Tables,
    against,
    arises,
    buys,
    commodity,
    in_stock,
    landfill,
    lane,
    parts,
    product,
    rows,
    sells,
    site,
    solve,
    target,
    tiny,
    waste,
    works,
    yard,
    years,
)

from redmud_opt.case import Case, Period
from redmud_opt.case.rules import Budget, ChangeLimit, Limit, VatRefund
from redmud_opt.case.things import CalendarMonth, Tier
from redmud_opt.case.works import Emission, LineProcess

MIXED = parts(2026, 1) + parts(2027, 3) + parts(2028, 12)
DIVISIONS = {
    "years": years(2026, 3),
    "months": parts(2026, 1) + parts(2027, 1) + parts(2028, 1),
    "months_quarters_year": MIXED,
    "year_halves_months": parts(2026, 12) + parts(2027, 6) + parts(2028, 1),
}

YEARLY: dict[str, Any] = {"per": "year"}
MUD = waste("mud", "red_mud") | arises("mud", 1200, per="year")
BRICK = product("brick") | sells("brick", 10)
FREE = landfill("mud")


def press(capacity: float | None = 600, **columns: Any) -> Tables:
    stands = {"per": "year"} | columns.pop("stands", {})
    return works("press", "mud", {"brick": 1.0}, capacity=capacity, stands=stands, **columns)


def built(**columns: Any) -> Tables:
    """A press of 600 t a year that may be built."""
    return press(stands={"candidate": True, "life_a": 10} | columns)


def steps(item: str, *widths_and_prices: tuple[float | None, float]) -> Tables:
    found = (
        Tier(item=item, step=k, width_t=w, price_cny_per_t=p) for k, (w, p) in enumerate(widths_and_prices, 1)
    )
    return rows(tiers=tuple(found))


JULY = date(2026, 7, 1)

# name → (tables, settings, value on paper)
WORLDS: dict[str, tuple[tuple[Tables, ...], dict[str, Any], float]] = {
    # 600 t a year at 10
    "line_capacity": ((MUD, FREE, press(), BRICK), {}, 3 * 6000),
    # 365 h a year, 0.5 h a tonne: 730 t a year
    "line_hours": (
        (MUD, FREE, BRICK, press(365, stands={"capacity_unit": "h"}),
         rows(line_processes=LineProcess(line="press_line", process="press", feed="mud", use_per_t=0.5))),
        {}, 3 * 7300),
    # 0.05 CNY an hour, at least 40 % of the rate: 600 t in 8760 (8784) h, full rate: 0.05 · 26304 h
    "run_hours": (
        (MUD, FREE, BRICK, press(stands={"run_cost_cny_per_h": 0.05, "min_rate": 0.4})),
        {}, 18000 - 0.05 * 26304),
    # 500 t a year over the lane to M at 1, the landfill there at 20; the rest at R at 40
    "lane_capacity": (
        (MUD, site("M"), lane("R", "M", 1, capacity_t=500, per="year"), landfill("mud", 20, "M"),
         landfill("mud", 40, name="near")),
        {}, -3 * (500 * 21 + 700 * 40)),
    # 250 to 400 t of bricks a year, 1.1 t a tonne of mud pressed at 4; lime at 5, 0.1 t a tonne, at most 30 t a year
    "markets": (
        (MUD, FREE, product("brick"), commodity("lime"),
         works("press", "mud", {"brick": 1.1}, cost=4, inputs={"lime": 0.1}),
         sells("brick", 10, per="year", min_t=250, max_t=400), buys("lime", 5, per="year", max_t=30)),
        {}, 3 * (330 * 10 - 300 * 4 - 30 * 5)),
    # 300 t a year into a yard at 2; the rest is placed at 9; nothing is left to be charged
    "storage_rates": (
        (MUD, landfill("mud", 9), yard("mud", per="year", max_put_t=300, put_cost_cny_per_t=2)),
        {}, -3 * (300 * 2 + 900 * 9)),
    # 500 t a year for good, airspace for 3000 t of 3600: 600 t at 30
    "airspace": (
        (MUD, landfill("mud", 1, capacity_t=3000), landfill("mud", 30, name="other")),
        {}, -3000 - 600 * 30),
    # bricks: the first 200 t of a year at 10, the next at 4, made at 3
    "tiers": (
        (MUD, FREE, product("brick"), press(cost=3), sells("brick", 0), steps("brick_outlet", (200, 10), (None, 4))),
        {}, 3 * (200 * 7 + 400 * 1)),
    # gate fee 9 for the first 500 t of a year, 2 for the rest: order binaries
    "tiers_in_order": (
        (MUD, sells("mud", 0, method="U"), steps("mud_outlet", (500, -9), (None, -2))),
        {}, -3 * (500 * 9 + 700 * 2)),
    # at most 400 t fed a year; 1000 t over the horizon; and at most 40 % of what is fed or placed in each year
    "limit_per_year": ((MUD, FREE, press(), BRICK, rows(limits=Limit(name="l", measure="feed", sense="max",
                                                                     value=400, per="year"))), {}, 12000),
    "limit_per_horizon": ((MUD, FREE, press(), BRICK, rows(limits=Limit(name="l", measure="feed", sense="max",
                                                                        value=1000, per="horizon"))), {}, 10000),
    "limit_of_a_year": ((MUD, FREE, press(), BRICK, rows(limits=Limit(name="l", measure="feed", sense="max",
                                                                      value=100, during="2027"))), {}, 13000),
    "limit_share": (
        (MUD, FREE, press(), BRICK,
         rows(limits=(Limit(name="all", measure="made", sense="measure"),
                      Limit(name="s", measure="placed", sense="max", share_of="all", value=1.5)))),
        {}, 3 * 6000),
    # 360 t a year must be used at a loss of 5
    "target": ((MUD, FREE, press(cost=15), BRICK, target(0.3)), {}, -3 * 360 * 5),
    # built at once for 5000: 3 · 600 t, 7 of 10 years are left: 3500
    "building": ((MUD, FREE, built(capex_cny=5000), BRICK), {"residual_value": "none"}, 18000 - 5000),
    "residual_value": ((MUD, FREE, built(capex_cny=5000), BRICK), {}, 18000 - 5000 + 5000 * (1 - 1096 / 3652)),
    # half of it in its first year, 80 % in the second
    "ramp_up": (
        (MUD, FREE, built(capex_cny=5000, ramp_up="0.5;0.8"), BRICK),
        {"residual_value": "none"}, 600 * (0.5 + 0.8 + 1) * 10 - 5000),
    # decided at once, 12 months of permits and work; half is due in 2026 and half in 2027, 2600 in any year
    "lead_time_and_budget": (
        (MUD, FREE, built(capex_cny=5000, lead_time_months=12, spend_profile="0.5;0.5"), BRICK,
         rows(budgets=(Budget(name="a", year=2026, amount_cny=2500), Budget(name="b", year=2027, amount_cny=2500)))),
        {"residual_value": "none"}, 12000 - 5000),
    # O&M 900 a year for a press that earns 600 a year: closed at once for 50
    "closing": (
        (MUD, FREE, product("brick"), sells("brick", 1),
         press(stands={"fixed_om_cny_per_a": 900, "closing_cost_cny": 50})),
        {}, -50),
    "fixed_om": ((MUD, FREE, press(stands={"fixed_om_cny_per_a": 900}), BRICK), {}, 18000 - 2700),
    # stands from July 2026 on: 184/365 of a year less 365/365
    "opens_inside": ((MUD, FREE, press(stands={"opens": JULY}), BRICK), {}, (184 / 365 + 2) * 6000),
    # February off: 28/365, 28/365, 29/366 of a year
    "calendar": (
        (MUD, FREE, press(stands={"calendar": "season"}), BRICK,
         rows(calendars=CalendarMonth(calendar="season", month=2, share=0.0))),
        {}, 6000 * (3 - 2 * 28 / 365 - 29 / 366)),
    # 40 t lie in a yard that gives nothing back, at 3 CNY/t a year
    "holding": (
        (MUD, FREE, yard("mud", retrievable=False, holding_cost_cny_per_t_a=3), in_stock("yard", "mud", 40)),
        {}, -3 * 40 * 3),
    # all mud stays in a yard (capacity 5000); 3600 t are charged at 7, the landfill's price, which opens in 2028 only
    "end_charge": (
        (MUD, yard("mud"), landfill("mud", 7, opens=date(2028, 12, 31))), {"end_of_horizon": "charge"}, -7 * 3600),
    "end_stock": (
        (MUD, yard("mud", end_stock="at_most_opening"), in_stock("yard", "mud", 40), landfill("mud", 7)),
        {}, -7 * 3600),
    # 0.5 t of bricks stored at a year's end are one too many: sold for 1, made at 0; the outlet of 2027 is not there
    "product_stock": (
        (MUD, FREE, press(), product("brick"), yard("brick", name="shed"),
         sells("brick", 10, closes=date(2027, 1, 1))),
        {}, 6000),
    # 0.7 · (0.13 · 50 − 1.5) = 3.5 a tonne of brick, where half of the raw mass is mud: it is all of it
    "refund": (
        (MUD, FREE, press(), BRICK,
         rows(vat_refunds=VatRefund(facility="press_works", product="brick", threshold=0.5, rate=0.7, vat_rate=0.13,
                                    price_cny_per_t=50, input_vat_cny_per_t=1.5))),
        {}, 3 * 600 * 13.5),
}  # fmt: skip


def case_of(world: str, periods: tuple[Period, ...]) -> Case:
    tables, settings, _ = WORLDS[world]
    return tiny(*tables, periods=periods, **settings)


@pytest.mark.parametrize("division", DIVISIONS)
@pytest.mark.parametrize("world", WORLDS)
def test_the_same_optimum_however_time_is_divided(world: str, division: str) -> None:
    found = solve(case_of(world, DIVISIONS[division]))
    assert found.value == pytest.approx(WORLDS[world][2], rel=1e-7, abs=1e-4)


@pytest.mark.parametrize("division", DIVISIONS)
def test_accounts_and_rates_of_a_year_do_not_depend_on_its_periods(division: str) -> None:
    """600 of 1200 t a year are pressed at 0.2 t CO2e: 120 t; the rest is new in its year and legacy in the next."""
    co2 = rows(emissions=Emission(process="press", account="co2e_t", amount_per_t=0.2))
    store = (yard("mud"), in_stock("yard", "mud", 50))
    found = solve(tiny(MUD, press(), BRICK, co2, *store, periods=DIVISIONS[division]))
    for year in (2026, 2027, 2028):
        assert found.sum("totals", "amount", total="co2e_t", year=year) == pytest.approx(120)
        made = found.utilised(year) + found.utilised(year, "legacy")
        assert made == pytest.approx(600)
    assert found.sum("identity", "closing_t", year=2028) == pytest.approx(1850)


# ---------------------------------------------------------------- what depends on the length by definition


def factor(first: date, after: date) -> float:
    """Discount factor at 10 % from the middle of a stretch to 1 January 2026."""
    zero = date(2026, 1, 1)
    return float(1.1 ** (-((first - zero).days + (after - zero).days) / 2 / 365.25))


@pytest.mark.parametrize("division", DIVISIONS)
def test_every_period_is_discounted_at_its_own_mid_date(division: str) -> None:
    """600 t a year at 10: Σ 6000 · share of the year · 1.1^−(mid date − 1 January 2026)."""
    periods = DIVISIONS[division]
    case = tiny(MUD, FREE, press(), BRICK, periods=periods, discounting="mid_period", discount_rate=0.1)
    paper = sum(6000 * p.fraction_of_year * factor(p.start, p.end) for p in periods)
    assert solve(case).value == pytest.approx(paper)


def test_limits_per_period_are_as_stated_for_each_length() -> None:
    """At most 30 t fed in any period: 12 months, 4 quarters and a year are 17 periods of 30 t at 10."""
    limit = rows(limits=Limit(name="l", measure="feed", sense="max", value=30, per="period"))
    assert solve(tiny(MUD, FREE, press(), BRICK, limit, periods=MIXED)).value == pytest.approx(17 * 300)


def test_fixed_costs_per_period_fall_once_per_period_whatever_its_length() -> None:
    """A period run costs 100: a month of 2026 earns 10 · 600 · 31 ÷ 365 = 510 and more. 18000 − 17 · 100."""
    line = press(stands={"fixed_cost_cny_per_period": 100})
    assert solve(tiny(MUD, FREE, line, BRICK, periods=MIXED)).value == pytest.approx(18000 - 1700)


def test_a_minimum_run_counts_periods_of_any_length() -> None:
    """Bricks are bought at 10 from December 2026 to March 2027 alone: 26l and 27a. Once started, a press runs three
    periods in a row, at full rate and hours; what is not bought is paid away at 4.

    A tonne brings 10 in 26l and 27a; in the period before (November) or after (the second quarter) it brings −4: the
    shorter one, November, is taken: 600 ÷ 365 · ((31 + 90) · 10 − 30 · 4).
    """
    ends = (
        sells("brick", 10, opens=date(2026, 12, 1), closes=date(2027, 4, 1)),
        sells("brick", -4, name="dear", method="U"),
    )
    line = press(
        stands={"min_run_periods": 3, "min_rate": 1.0, "min_run_share": 1.0, "fixed_cost_cny_per_period": 1}
    )
    found = solve(tiny(MUD, FREE, line, product("brick"), *ends, periods=MIXED))
    assert found.value == pytest.approx(600 / 365 * (121 * 10 - 30 * 4) - 3)
    assert found.frame("running")["period"].tolist() == ["26k", "26l", "27a"]


def test_stock_is_held_for_the_time_of_its_periods() -> None:
    """Closing stock · share of the year: 100 t arise in January (31 days) alone and are held to the end of 2028.

    3 CNY/t a year on 100 t at the end of every period: 300 · 3, January whole, whenever in it they came.
    """
    mud = waste("mud", "red_mud") | arises("mud", 100, during="26a")
    assert solve(tiny(mud, yard("mud", holding_cost_cny_per_t_a=3), periods=MIXED)).value == pytest.approx(
        -900
    )


# ---------------------------------------------------------------- rolling on


def changed(periods: tuple[Period, ...], *more: Tables, price: float = 10.0) -> Case:
    return tiny(MUD, FREE, press(cost=5), product("brick"), sells("brick", price), *more, periods=periods)


def test_months_are_frozen_and_the_quarters_and_the_year_planned_anew() -> None:
    """2026 frozen at 600 t (now at a loss of 1 a tonne), nothing after it: −600."""
    first = solve(changed(MIXED))
    again = solve(changed(MIXED, price=4), baseline=against(first, 12))
    assert again.value == pytest.approx(-600, abs=1e-2)


def test_change_limits_hold_per_period_of_any_length() -> None:
    """Pressing may fall by half of what each period had: 900 t at a loss of 1; or by 20 t: 1800 − 17 · 20."""
    first = solve(changed(MIXED))
    for limit, left in (({"max_change_share": 0.5}, 900.0), ({"max_change_t": 20.0}, 1460.0)):
        rule = rows(change_limits=ChangeLimit(name="c", measure="feed", **limit))
        again = solve(changed(MIXED, rule, price=4), baseline=against(first))
        assert again.value == pytest.approx(-left)


def test_the_horizon_rolls_on_from_months_to_what_were_quarters() -> None:
    """The next plan begins in 2027 with the quarters that the older plan had, and a year more; 2027Q1 is frozen."""
    first = solve(changed(MIXED))
    later = parts(2027, 3) + years(2028, 2)
    again = solve(changed(later, price=4), baseline=against(first, 1))
    assert again.value == pytest.approx(-600 * 90 / 365, abs=1e-3)
