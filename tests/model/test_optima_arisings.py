"""Options on what arises, and campaigns of relining, on paper. docs/decisions.md 'Arisings'.

100 t of mud arise a period; the landfill takes a tonne for 10 unless said.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.builders import (
    Tables,
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
    target,
    tiny,
    waste,
    works,
    yard,
    years,
)
from tests.model.deciding import press

from redmud_opt.case import Case
from redmud_opt.case.rules import Budget
from redmud_opt.case.things import Owner, ReductionOption, Relining, YearToDate
from redmud_opt.network import build_network
from redmud_opt.plan.services import payer_of
from redmud_opt.study.screening.world import World


def option(share: float, name: str = "less", arising: str = "mud_R_", **columns: Any) -> Tables:
    return rows(reductions=ReductionOption(name=name, arising=arising, share=share, **columns))


def world(*tables: Tables, fee: float = 10.0, **settings: Any) -> Case:
    return tiny(mud(), landfill("mud", fee), *tables, **settings)


# ---------------------------------------------------------------- less


@pytest.mark.parametrize(("cost", "value", "left"), [(4, -820.0, 70.0), (12, -1000.0, 100.0)])
def test_a_reduction_is_taken_where_it_is_cheaper_than_disposal(
    cost: float, value: float, left: float
) -> None:
    """30 of 100 t at 4 instead of 10: 30 · 4 + 70 · 10 = 820; at 12 a tonne: 1000 for the landfill."""
    plan = solve(world(option(0.3, cost_cny_per_t=cost)))
    assert plan.value == pytest.approx(value)
    assert plan.sum("arisings", "arising_t") == pytest.approx(left)
    assert plan.sum("identity", "generated_t") == plan.sum("rates", "generated_t") == pytest.approx(left)
    assert plan.term("source_reduction") == pytest.approx(-(100 - left) * 4)


def test_a_saving_is_income() -> None:
    """−2 a tonne: 30 · 2 − 70 · 10."""
    assert optimum(world(option(0.3, cost_cny_per_t=-2))) == pytest.approx(-640)


def test_options_together_avoid_no_more_than_arises() -> None:
    """70 t at 3, the rest of the 100 t at 4."""
    case = world(option(0.7, cost_cny_per_t=3), option(0.7, "too", cost_cny_per_t=4))
    plan = solve(case)
    assert plan.value == pytest.approx(-(70 * 3 + 30 * 4))
    assert plan.sum("reductions", "avoided_t", option="too") == pytest.approx(30)
    assert not len(plan.frame("arisings"))


@pytest.mark.parametrize(
    ("columns", "tonnes"),
    [
        ({"earliest": date(2026, 7, 1)}, 30 * (184 / 365 + 1)),
        ({"lead_time_months": 12}, 30.0),
        ({"lead_time_months": 3, "earliest": date(2026, 7, 1)}, 30 * (184 / 365 + 1)),
        ({"lead_time_months": 6, "whole": True}, 30 * (184 / 365 + 1)),
    ],
)
def test_it_is_in_force_from_the_lead_or_the_earliest_day_on(columns: dict[str, Any], tonnes: float) -> None:
    """30 t a year in 2026 and 2027, at 4 instead of 10; 184 of 365 days lie after June."""
    plan = solve(world(option(0.3, cost_cny_per_t=4, **columns), periods=years(2026, 2)))
    assert plan.value == pytest.approx(-2000 + 6 * tonnes)
    assert plan.sum("reductions", "avoided_t") == pytest.approx(tonnes)


# ---------------------------------------------------------------- decided once


@pytest.mark.parametrize(
    ("columns", "value"),
    [
        ({"capex_cny": 359}, -2000 + 360 - 359),
        ({"capex_cny": 361}, -2000.0),
        ({"capex_cny": 179, "lead_time_months": 12}, -2000 + 180 - 179),
        ({"capex_cny": 181, "lead_time_months": 12}, -2000.0),
    ],
)
def test_capex_is_worth_what_it_saves(columns: dict[str, Any], value: float) -> None:
    """30 t at 4 instead of 10 save 180 a year, 360 in two; after a year of lead 180."""
    case = world(option(0.3, cost_cny_per_t=4, **columns), periods=years(2026, 2))
    plan = solve(case)
    assert plan.value == pytest.approx(value)
    assert plan.term("capex") == pytest.approx(-columns["capex_cny"] if value > -2000 else 0.0)
    assert plan.term("residual_value") == 0.0


def test_a_budget_postpones_a_decision() -> None:
    """100 for 30 t: 2 · 180 saved. No money at R in 2026: 2027 only. A budget of another site does not bind."""
    cheap = option(0.3, cost_cny_per_t=4, capex_cny=100)
    early = rows(budgets=Budget(name="early", year=2026, scope="R", amount_cny=99))
    case = world(cheap, early, periods=years(2026, 2))
    plan = solve(case)
    assert plan.value == pytest.approx(-2000 + 180 - 100)
    assert plan.frame("reductions")[["period", "decided", "capex_cny"]].to_numpy().tolist() == [
        ["27a", "27a", 100.0]
    ]
    assert plan.sum("budgets", "spent_cny") == 0.0
    assert plan.frame("spending").to_numpy().tolist() == [["less", 2027, 100.0]]
    apart = rows(budgets=Budget(name="early", year=2026, scope="M", amount_cny=99))
    assert optimum(world(cheap, apart, site("M"), periods=years(2026, 2))) == pytest.approx(-2000 + 360 - 100)
    whole = rows(budgets=Budget(name="whole", amount_cny=99))
    assert optimum(world(cheap, whole, periods=years(2026, 2))) == pytest.approx(-2000)


@pytest.mark.parametrize(("whole", "value"), [(False, 50 * 7.0), (True, 0.0)])
def test_all_or_nothing(whole: bool, value: float) -> None:
    """60 t more at 7, and a yard that has room for 50 t more: nothing, if it must be all."""
    more = option(0.6, "more", kind="expansion", margin_cny_per_t=7, whole=whole)
    assert optimum(tiny(mud(), yard("mud", capacity_t=150), more)) == pytest.approx(value)


def test_all_or_nothing_from_the_decision_on() -> None:
    """40 t more earn 7 each; a yard for 265 t over two years takes 65 t more: in 2027 alone, not 40 in both."""
    more = option(0.4, "more", kind="expansion", margin_cny_per_t=7, whole=True)
    plan = solve(tiny(mud(), yard("mud", capacity_t=265), more, periods=years(2026, 2)))
    assert plan.value == pytest.approx(280)
    assert plan.sum("arisings", "arising_t", period="27a") == pytest.approx(140)


# ---------------------------------------------------------------- another material instead


def test_a_switch_to_a_mud_that_sells() -> None:
    """Half of it at 4 a tonne becomes 1.2 t of red, which sells at 3: 50 · (1.2 · 3 − 4) − 50 · 10 = −520."""
    switch = option(0.5, becomes="red", factor_t_per_t=1.2, cost_cny_per_t=4)
    case = world(waste("red", "red_mud"), sells("red", 3, method="U"), switch)
    plan = solve(case)
    assert plan.value == pytest.approx(-520)
    assert dict(plan.frame("arisings")[["stream", "arising_t"]].to_numpy().tolist()) == pytest.approx(
        {"mud@red_mud@new": 50.0, "red@red_mud@new": 60.0}
    )
    assert plan.sum("totals", "amount", total="generated") == pytest.approx(110)
    assert plan.utilised() == pytest.approx(60)
    (row,) = plan.frame("reductions").to_dict("records")
    assert (row["kind"], row["avoided_t"], row["changed_t"], row["added_t"]) == ("switch", 0.0, 50.0, 60.0)


def test_a_switch_is_not_taken_where_it_costs_more_than_it_brings() -> None:
    """1.2 t at 3 less 14 is less than −10."""
    switch = option(0.5, becomes="red", factor_t_per_t=1.2, cost_cny_per_t=14)
    plan = solve(world(waste("red", "red_mud"), sells("red", 3, method="U"), switch))
    assert plan.value == pytest.approx(-1000)
    assert not len(plan.frame("reductions"))


def test_what_arises_instead_is_processed_moved_and_stored_like_any_waste() -> None:
    """All of it becomes red, 50 t a half; the press at M takes 30 t a half and pays 20 less 2 of road: 60 t by the
    end of the year, and 40 t lie at M or R at the end for nothing; 4 a tonne for the switch: 60 · 18 − 100 · 4."""
    tables = (
        waste("red", "red_mud"),
        product("brick"),
        site("M"),
        works("press", "red", {"brick": 1.0}, at="M", capacity=30),
        sells("brick", 20, "M"),
        lane("R", "M", 2),
        yard("red"),
        option(1.0, becomes="red", cost_cny_per_t=4),
    )
    case = tiny(mud(50), landfill("mud", 10), *tables, periods=parts(2026, 6))
    assert optimum(case) == pytest.approx(60 * 18 - 100 * 4)


# ---------------------------------------------------------------- more


def test_an_expansion_fills_the_airspace() -> None:
    """100 t a year more for 7 each. The yard has 120 m³ at 1.25 t/m³: 150 t, so 50 t more and no tonne beside."""
    more = option(1.0, "more", kind="expansion", margin_cny_per_t=7)
    plan = solve(tiny(mud(density_t_per_m3=1.25), yard("mud", airspace_m3=120), more))
    assert plan.value == plan.term("expansion") == pytest.approx(350)
    assert plan.sum("arisings", "arising_t") == pytest.approx(150)


def test_a_line_can_be_fed_what_an_expansion_adds() -> None:
    """A press for 500 t decided for 1000 makes 150 t of brick at 20: bounds and links know the 50 t more."""
    more = option(0.5, "more", kind="expansion", margin_cny_per_t=7)
    case = world(press(500, capex_cny=1000), product("brick"), sells("brick", 20), more)
    assert optimum(case) == pytest.approx(150 * 20 - 1000 + 50 * 7)


def test_a_margin_below_the_disposal_of_its_waste_is_left() -> None:
    assert optimum(world(option(0.5, kind="expansion", margin_cny_per_t=9.9))) == pytest.approx(-1000)


# ---------------------------------------------------------------- targets


def halves_used(*tables: Tables, **settings: Any) -> Case:
    """At least half is used; the press takes 40 of 100 t, its brick is worth nothing, and the landfill is free."""
    used = (product("brick"), works("press", "mud", {"brick": 1.0}, capacity=40), sells("brick", 0))
    return world(target(0.5), *used, *tables, fee=0.0, **settings)


def test_a_target_is_met_by_generating_less() -> None:
    """40 ≥ 0.5 · (100 − 20): 20 t at 25."""
    plan = solve(halves_used(option(0.3, cost_cny_per_t=25)))
    assert plan.value == pytest.approx(-500)
    assert plan.rate("new") == pytest.approx(0.5)
    (row,) = plan.frame("targets").to_dict("records")
    assert (row["verdict"], row["asked_t"]) == ("binding", pytest.approx(40))


@pytest.mark.parametrize(("share", "asked"), [(None, 50.0), (0.1, 45.0)])
def test_a_target_out_of_reach_is_proved_with_the_least_that_arises(
    share: float | None, asked: float
) -> None:
    """Of 100 t, or of the 90 t that are left at least, half must be used; the press takes 40."""
    case = halves_used(*([option(share)] if share else []))
    (found,) = build_network(case).findings
    assert (found.values["asked_t"], found.values["possible_t"]) == pytest.approx((asked, 40.0))
    assert stopped(case) == "infeasible"


def test_a_target_counts_what_a_switch_adds() -> None:
    """All becomes red 1:1, half of it must be used; a switch of 0.8 t per tonne asks for 40 t."""
    red = (waste("red", "red_mud"), landfill("red", 0, name="other"))
    same, less = (option(1.0, becomes="red", factor_t_per_t=f, cost_cny_per_t=1) for f in (1.0, 0.5))
    assert stopped(halves_used(*red, same)) == "infeasible"
    plan = solve(halves_used(*red, less))
    assert plan.value == pytest.approx(-40)  # 40 ≥ 0.5 · (100 − 0.5 · 40)


def test_a_rate_counts_the_part_of_the_year_before_the_horizon() -> None:
    """July to December: 60 t used of the 100 t so far; 40 + 60 ≥ 0.6 · (100 + 100 − 33.3): a third avoided at 3."""
    early = rows(year_to_date=YearToDate(waste_class="red_mud", site="R", generated_t=100, utilised_new_t=60))
    used = (product("brick"), works("press", "mud", {"brick": 1.0}, capacity=40), sells("brick", 0))
    case = world(target(0.6), *used, early, option(0.5, cost_cny_per_t=3), fee=0, periods=parts(2026, 6)[1:])
    assert optimum(case) == pytest.approx(-100)


# ---------------------------------------------------------------- what must fit


@pytest.mark.parametrize(("share", "fits"), [(None, False), (0.1, False), (0.3, True)])
def test_what_does_not_fit_is_proved_with_the_least_that_arises(share: float | None, fits: bool) -> None:
    """A landfill for 80 t: 100 t do not fit, nor 90; 70 do, so 20 t are avoided at 5."""
    options = [option(share, cost_cny_per_t=5)] if share else []
    case = tiny(mud(), landfill("mud", capacity_t=80), *options)
    findings = build_network(case).findings
    assert [found.values["arises_t"] for found in findings] == ([] if fits else [100 * (1 - (share or 0))])
    if fits:
        assert optimum(case) == pytest.approx(-100)
    else:
        assert stopped(case) == "infeasible"


def test_a_reduction_counts_for_the_haul_radius() -> None:
    """The base at R takes, from within 5 km, what arises at R itself, at 8; the mud of M, 20 km off, is landfilled
    at 10. Of R's 100 t, 30 are avoided at a saving of 20: the base gets 70."""
    tables = (
        site("M"),
        rows(arisings=mud(50, "M")["arisings"]),
        lane("M", "R", 0, distance_km=20),
        sells("mud", 8, haul_radius_km=5, method="U"),
        option(0.3, cost_cny_per_t=-20),
    )
    assert optimum(world(*tables)) == pytest.approx(70 * 8 + 30 * 20 - 50 * 10)


# ---------------------------------------------------------------- campaigns of relining


def relining(pots: int, starts: date, ends: date, name: str = "first") -> Tables:
    row = Relining(
        name=name, site="R", material="lining", pots=pots, lining_t_per_pot=2.0, starts=starts, ends=ends
    )
    return rows(relinings=row)


LINING = waste("lining", "spent_pot_lining", hazardous=True)


def pulses(*tables: Tables, **shed: Any) -> Case:
    """10 pots in the first quarter and 15 in the third; a kiln that takes 10 t a quarter, a shed at 2 a tonne."""
    return tiny(
        LINING,
        relining(10, date(2026, 1, 1), date(2026, 4, 1)),
        relining(15, date(2026, 7, 1), date(2026, 10, 1), "second"),
        works("burn", "lining", {}, method="D", capacity=10, gas_t_per_t=1.0),
        yard("lining", name="shed", accepts_hazardous=True, put_cost_cny_per_t=2, **shed),
        *tables,
        periods=parts(2026, 3),
    )


def test_two_pulses_and_a_shed() -> None:
    """20 t: 10 burnt, 10 kept until the second quarter. 30 t: 10 burnt, 20 kept. 30 t put in at 2."""
    plan = solve(pulses(capacity_t=20))
    assert plan.value == pytest.approx(-60)
    stock = dict(plan.frame("stocks").groupby("period")["stock_t"].sum())
    assert (stock["26a"], stock["26c"]) == pytest.approx((10, 20))
    arises = plan.frame("arisings")[["arising", "period", "arising_t"]].to_numpy().tolist()
    assert arises == [["first", "26a", 20.0], ["second", "26c", 30.0]]
    assert stopped(pulses(capacity_t=19.9)) == "infeasible"


def test_a_campaign_arises_evenly_and_only_within_the_horizon() -> None:
    """100 t from 1 December 2025 to 11 March 2026, 100 days: 31 before; 59 to the end of February, 10 in March."""
    case = tiny(
        LINING,
        relining(50, date(2025, 12, 1), date(2026, 3, 11)),
        landfill("lining", 1, accepts_hazardous=True),
        periods=parts(2026, 1)[:3],
    )
    plan = solve(case)
    assert plan.frame("arisings")["arising_t"].tolist() == pytest.approx([31.0, 28.0, 10.0])
    assert plan.value == pytest.approx(-69)


def test_an_option_acts_on_what_arises_from_its_start_on() -> None:
    """20 t from January to March, 30 t of the 92 days from July on; a year of one period, disposal at 10.

    From 1 August on nothing of the first can be avoided at 1, and 61 of the 92 days of the second.
    """
    both = [
        option(1.0, f"less_{name}", name, cost_cny_per_t=1, earliest=date(2026, 8, 1))
        for name in ("first", "second")
    ]
    case = tiny(
        LINING,
        relining(10, date(2026, 1, 1), date(2026, 4, 1)),
        relining(15, date(2026, 7, 1), date(2026, 10, 1), "second"),
        landfill("lining", 10, accepts_hazardous=True),
        *both,
    )
    assert optimum(case) == pytest.approx(-500 + 9 * 30 * 61 / 92)


def test_options_together_avoid_no_more_than_arises_once_they_are_in_force() -> None:
    """Two of up to 0.7 from July on, at 3 and 4: 0.7 and 0.3 of the 50.4 t that arise in 184 of 365 days."""
    late = {"earliest": date(2026, 7, 1)}
    case = world(option(0.7, cost_cny_per_t=3, **late), option(0.7, "too", cost_cny_per_t=4, **late))
    assert optimum(case) == pytest.approx(-1000 + 100 * 184 / 365 * (0.7 * 7 + 0.3 * 6))


def test_an_option_may_act_on_a_campaign() -> None:
    """Two thirds of the 30 t of the second campaign, avoided at 1: no tonne of it goes into the shed."""
    plan = solve(pulses(option(2 / 3, arising="second", cost_cny_per_t=1), capacity_t=20))
    assert plan.value == pytest.approx(-20 - 20)


def test_screening_shows_what_the_case_states() -> None:
    """50 t of lining a year by both campaigns; what an option would avoid is not left out."""
    case = pulses(option(1.0, arising="second", cost_cny_per_t=1))
    assert World(case).arisings() == pytest.approx({("R", "lining"): 50.0})


def test_the_owner_of_a_plant_pays_for_the_waste_of_its_campaigns() -> None:
    """All lining comes from campaigns at R, whose owner it is."""
    case = pulses(rows(owners=Owner(name="smelter_co")), site("R", owner="smelter_co"))
    assert payer_of(build_network(case), "spent_pot_lining") == "smelter_co"


def test_a_campaign_has_a_target_of_its_class() -> None:
    case = pulses(target(0.1, waste_class="spent_pot_lining"), capacity_t=20)
    assert stopped(case) == "infeasible"  # burning is disposal


def test_stock_that_must_not_grow_leaves_avoiding_as_the_only_way() -> None:
    """The yard holds 50 t and has no way out, so it may hold no more at the end: all 100 t are avoided at 3."""
    tables = (yard("mud"), in_stock("yard", "mud", 50), option(1.0, cost_cny_per_t=3))
    case = tiny(mud(), *tables, end_of_horizon="charge")
    assert optimum(case) == pytest.approx(-300)
