"""Lines, operating points, blends, lanes, yards and seasons on paper. MODEL.md 'Process' to 'Lane'."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.builders import (
    Tables,
    arises,
    assay,
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
    prop,
    rows,
    sells,
    site,
    site_row,
    solve,
    stopped,
    tiny,
    waste,
    works,
    yard,
)

from redmud_opt.case import Case
from redmud_opt.case.things import CalendarMonth
from redmud_opt.case.works import Distance, Emission, Haul, Line, LineProcess, OperatingPoint, Output

# ---------------------------------------------------------------- lines


def test_processes_on_one_line_share_its_hours() -> None:
    """100 h: a tonne of brick takes 1 h and earns 20, a tonne of block 2 h and earns 30. Only bricks: 2000.

    With at most 60 t of bricks sold, 40 h are left for 20 t of blocks: 60 · 20 + 20 · 30 = 1800.
    """
    line = Line(name="mill", facility="brick_works", capacity=100, capacity_unit="h", per="period")
    brick = works("brick", "mud", {"bricks": 1.0}, cost=10)
    block = works("block", "mud", {"blocks": 1.0}, cost=10)
    use = {"brick": 1.0, "block": 2.0}
    tables = {
        "lines": (line,),
        "line_processes": tuple(LineProcess(line="mill", process=p, use_per_t=u) for p, u in use.items()),
    }
    names = (product("bricks"), product("blocks"), sells("blocks", 40))
    base = (mud(), yard("mud"), brick, block, *names)
    assert optimum(tiny(*base, sells("bricks", 30), **tables)) == pytest.approx(2000)
    assert optimum(tiny(*base, sells("bricks", 30, max_t=60), **tables)) == pytest.approx(1800)


def test_capacity_follows_availability_calendar_and_days() -> None:
    """365 t a year at 0.8, half of February, open to the end of March: 0.8 · (31 + 14 + 31) = 60.8 t at 20."""
    stands = {
        "capacity": 365,
        "per": "year",
        "availability": 0.8,
        "calendar": "c",
        "closes": date(2026, 4, 1),
    }
    press = works("press", "mud", {"brick": 1.0}, cost=10, stands=stands)
    half = rows(calendars=CalendarMonth(calendar="c", month=2, share=0.5))
    case = tiny(mud(), yard("mud"), product("brick"), press, sells("brick", 30), half, periods=parts(2026, 1))
    assert optimum(case) == pytest.approx(60.8 * 20)


def test_use_of_capacity_may_differ_by_feed() -> None:
    """100 h; mud takes 2 h a tonne, ash 1 h; both earn 20: 100 t of ash, and with 40 t of it 30 t of mud beside."""
    press = works("press", {"mud": {}, "ash": {}}, {"brick": 1.0}, cost=10, capacity=100)
    slow = rows(line_processes=LineProcess(line="press_line", process="press", feed="mud", use_per_t=2))
    base = (
        mud(),
        waste("ash", "other"),
        yard("wastes"),
        group("wastes", "mud", "ash"),
        product("brick"),
        press,
    )
    assert optimum(tiny(*base, slow, arises("ash", 100), sells("brick", 30))) == pytest.approx(2000)
    assert optimum(tiny(*base, slow, arises("ash", 40), sells("brick", 30))) == pytest.approx((40 + 30) * 20)


def points(capacity: float | None, iron: float, *, ore: float = 100.0) -> Case:
    """TFe 20 %: `coarse` recovers 0.4 at grade 50 (0.16 t) for nothing, `fine` 0.6 at 60 (0.2 t) at 5 CNY/t.

    Concentrate of either brings `iron` CNY/t, tailings are placed free. A tonne takes 1 h coarse, 2 h fine.
    """
    made = (
        Output(process="sep", point="coarse", material="iron", recovery=0.4, property="Fe", grade=50),
        Output(process="sep", point="fine", material="iron", recovery=0.6, property="Fe", grade=60),
        Output(process="sep", material="tails", complement=True),
    )
    tables = {
        "points": (
            OperatingPoint(process="sep", point="coarse"),
            OperatingPoint(process="sep", point="fine", cost_cny_per_t=5),
        ),
        "outputs": made,
        "line_processes": (
            LineProcess(line="sep_line", process="sep", point="coarse", use_per_t=1),
            LineProcess(line="sep_line", process="sep", point="fine", use_per_t=2),
        ),
    }
    names = (
        product("iron"),
        waste("tails"),
        landfill("tails"),
        landfill("mud", name="dam"),
        sells("iron", iron),
    )
    sep = works("sep", "mud", {}, capacity=capacity)
    return tiny(mud(ore), prop("Fe"), assay("mud", Fe=20), sep, *names, **tables)


def test_operating_points_share_the_run_time_of_their_line() -> None:
    """At 150 CNY/t coarse earns 24 and fine 25 a tonne; unlimited, all fine: 2500.

    With 150 h for 100 t: c + f = 100, c + 2 f = 150: 50 · 24 + 50 · 25 = 2450.
    """
    assert optimum(points(None, 150)) == pytest.approx(2500)
    plan = solve(points(150, 150))
    assert plan.value == pytest.approx(2450)
    assert plan.sum("feeds", "feed_t", point="fine") == pytest.approx(50)


def test_yields_follow_from_recovery_and_grade() -> None:
    """100 t coarse: 0.4 · 20 ÷ 50 = 0.16 t iron and 0.84 t tailings a tonne; u = 0.16, so 16 t utilised."""
    plan = solve(points(None, 100))
    assert plan.sum("made", "made_t", stream="iron") == pytest.approx(16)
    assert plan.sum("placements", "placed_t") == pytest.approx(84)
    assert plan.utilised() == pytest.approx(16)


def test_a_recipe_runs_by_its_activity() -> None:
    """1 t of activity: 0.6 lime at 50 and 0.5 clay at 20 → 1 t binder, sold at 60; a line of 80 t: 80 · (60 − 42)."""
    recipe = works("kiln", None, {"binder": 1.0}, inputs={"lime": 0.6, "clay": 0.5}, cost=2, capacity=80)
    names = (commodity("lime"), commodity("clay"), commodity("binder"), buys("lime", 50), buys("clay", 20))
    plan = solve(tiny(mud(), landfill("mud"), recipe, *names, sells("binder", 60)))
    assert plan.value == pytest.approx(80 * 18)
    assert plan.frame("feeds")["stream"].tolist() == [""]


def test_a_product_may_be_recycled_as_a_fixed_input() -> None:
    """10 t of dross give 8 t of flux; 100 t of mud take 0.1 flux each: 8 t recycled, 2 bought at 50, none sold.

    −100 for flux, bricks 110 · 3 = 330; recycled flux is worth 50, not 20.
    """
    flux = works("wash", "dross", {"flux": 0.8, "slag": 0.2})
    press = works("press", "mud", {"brick": 1.1}, inputs={"flux": 0.1})
    names = (
        waste("dross", "carbon_dross"),
        arises("dross", 10),
        product("flux"),
        waste("slag"),
        product("brick"),
    )
    ends = (landfill("slag"), sells("flux", 20), sells("brick", 3), buys("flux", 50))
    plan = solve(tiny(mud(), *names, flux, press, *ends))
    assert plan.value == pytest.approx(330 - 100)
    assert plan.sum("purchases", "bought") == pytest.approx(2)
    assert plan.rate("new", waste_class="carbon_dross") == pytest.approx(0.8)


def test_surplus_by_product_limits_its_process() -> None:
    """Nothing leaves free: 0.5 gas per tonne that sells 20 at most lets 40 of 100 t in, though bricks would pay."""
    press = works("press", "mud", {"brick": 0.5, "gas": 0.5})
    names = (product("brick"), product("gas"), sells("brick", 10), sells("gas", 0, max_t=20))
    plan = solve(tiny(mud(), yard("mud"), press, *names))
    assert plan.value == pytest.approx(40 * 0.5 * 10)


def test_blend_shares_bind_from_both_sides() -> None:
    """Ash at least 0.2 and at most 0.5 of the feed: 100 mud need 25 ash; of 200 t of ash at +10 only 100 go in."""
    feeds = {"mud": {}, "ash": {"min_share": 0.2, "max_share": 0.5}}
    press = works("press", feeds, {"brick": 1.0})
    names = (waste("ash", "other"), product("brick"), yard("wastes"), group("wastes", "mud", "ash"))
    little = tiny(mud(), *names, arises("ash", 20), press, sells("brick", 1))
    assert optimum(little) == pytest.approx(20 / 0.2)
    plenty = tiny(mud(), *names, arises("ash", 200), press, sells("brick", 1))
    assert optimum(plenty) == pytest.approx(200)


def test_a_least_share_of_what_is_not_there_stops_the_process() -> None:
    """At least 0.1 lime is to be fed: without any lime nothing is pressed, with 5 t of it 45 t of mud are."""
    press = works("press", {"mud": {}, "lime": {"min_share": 0.1}}, {"brick": 1.0})
    base = (mud(), yard("mud"), commodity("lime"), product("brick"), press, sells("brick", 1))
    assert optimum(tiny(*base)) == pytest.approx(0)
    assert optimum(tiny(*base, buys("lime", 0, max_t=5))) == pytest.approx(50)


def test_a_share_of_a_group_holds_for_the_sum_of_its_members() -> None:
    """Mud and ash together at most 0.3 of a raw meal of which 70 t can be had: 30 t in all."""
    burn = works("burn", {"wastes": {"max_share": 0.3}, "meal": {}}, {"clinker": 1.0})
    names = (waste("ash", "other"), arises("ash", 100), yard("wastes"), group("wastes", "mud", "ash"))
    meal = (commodity("meal"), buys("meal", 0, max_t=70), product("clinker"), sells("clinker", 1))
    assert optimum(tiny(mud(), *names, burn, *meal)) == pytest.approx(100)


def test_the_most_specific_feed_row_counts() -> None:
    """The group pays 5 a tonne, mud by its own row 1: of 10 t room, mud first."""
    feeds = {"wastes": {"cost_cny_per_t": 5}, "mud": {"cost_cny_per_t": 1}}
    press = works("press", feeds, {"brick": 1.0}, capacity=10)
    names = (waste("ash", "other"), arises("ash", 100), yard("wastes"), group("wastes", "mud", "ash"))
    assert optimum(tiny(mud(), *names, press, product("brick"), sells("brick", 9))) == pytest.approx(80)


# ---------------------------------------------------------------- lanes


def test_freight_is_paid_per_wet_tonne() -> None:
    """25 % water, 10 km at 0.5 and handling 1 are 6 per wet tonne, 8 per dry one; listed lanes as they say."""
    km = rows(distances=Distance(from_site="M", to_site="R", distance_km=10))
    rule = rows(haul=Haul(name="road", cost_cny_per_t_km=0.5, handling_cny_per_t=1))
    base = (mud(moisture=0.25), site("M"), landfill("mud", 0, "M"))
    plan = solve(tiny(*base, km, rule))
    assert plan.value == pytest.approx(-800)
    assert plan.sum("flows", "wet_t") == pytest.approx(100 / 0.75)
    assert optimum(tiny(*base, lane("R", "M", 6, basis="as_received"))) == pytest.approx(-800)
    assert optimum(tiny(*base, lane("R", "M", 6))) == pytest.approx(-600)


def test_great_circles_count_where_no_table_does() -> None:
    """One degree of longitude on the equator is 6371.0088 · π ÷ 180 = 111.195 km; times 1.3 at 1 CNY/(t km)."""
    sites = tuple(site_row(n, longitude_deg=x, latitude_deg=0) for n, x in (("R", 0), ("M", 1)))
    rule = rows(haul=Haul(name="road", cost_cny_per_t_km=1))
    case = tiny(mud(1), landfill("mud", 0, "M"), rule, sites=sites)
    assert optimum(case) == pytest.approx(-1.3 * 111.19508, rel=1e-6)


def test_a_transfer_station_joins_two_modes() -> None:
    """Road R–T 10 km at 1 (no further than 20 km), rail T–M 100 km at 0.1: 20 a tonne; R–M by road is too far."""
    hub = site("T", kind="transfer_station")
    km = {("R", "T", "road"): 10, ("T", "M", "rail"): 100, ("R", "M", "road"): 105, ("R", "M", "rail"): 105}
    known = tuple(Distance(from_site=a, to_site=b, mode=m, distance_km=d) for (a, b, m), d in km.items())
    table = rows(distances=known)
    road = Haul(name="road", cost_cny_per_t_km=1, max_km=20)
    rail = Haul(name="rail", mode="rail", cost_cny_per_t_km=0.1, max_km=101)
    case = tiny(mud(), hub, site("M"), landfill("mud", 0, "M"), table, rows(haul=(road, rail)))
    plan = solve(case)
    assert plan.value == pytest.approx(-2000)
    assert sorted(plan.frame("flows")["lane"]) == ["R>T:road", "T>M:rail"]


def test_a_lane_carries_the_sum_of_its_materials() -> None:
    """60 t as received: mud with 20 % water and dry ash, both at −50 at R or free over there.

    48 t of dry mud or 60 t of ash: ash first: 100 · −50 + 40 · −50 = −7000.
    """
    both = (waste("ash", "other"), arises("ash", 100), group("wastes", "mud", "ash"))
    ends = (landfill("wastes", 50), landfill("wastes", 0, "M", name="far"))
    road = lane("R", "M", 0, basis="as_received", capacity_t=60)
    assert optimum(tiny(mud(moisture=0.2), site("M"), *both, *ends, road)) == pytest.approx(-7000)


def test_a_lane_for_one_material_carries_no_other() -> None:
    both = (waste("ash", "other"), arises("ash", 100), group("wastes", "mud", "ash"))
    ends = (landfill("wastes", 50), landfill("wastes", 0, "M", name="far"))
    assert optimum(tiny(mud(), site("M"), *both, *ends, lane("R", "M", 0, material="ash"))) == pytest.approx(
        -5000
    )


@pytest.mark.parametrize(("radius", "value"), [(9.0, -5000.0), (10.0, 0.0)])
def test_an_outlet_is_served_from_within_its_haul_radius(radius: float, value: float) -> None:
    """10 km by lane: within 10, not within 9."""
    far = sells("mud", 0, "M", method="U", haul_radius_km=radius)
    road = lane("R", "M", 0, distance_km=10)
    assert optimum(tiny(mud(), site("M"), landfill("mud", 50), far, road)) == pytest.approx(value)


def test_plan_and_audit_agree_on_what_may_be_passed_through() -> None:
    """Bricks of R sell at N, 40 km away, too far by road; a belt leads to M, 10 km from N, where nobody takes bricks.

    If they may pass through M, 100 t of mud in the yard at R have a way out that pays; if not, there is none.
    """
    press = works("press", "mud", {"brick": 1.0}, capacity=1)
    table = rows(distances=(Distance(from_site="M", to_site="N", distance_km=10),
                            Distance(from_site="R", to_site="N", distance_km=40)))  # fmt: skip
    road = rows(haul=Haul(name="road", cost_cny_per_t_km=0.1, max_km=15))
    base = (mud(), yard("mud"), landfill("mud", 60), product("brick"), press, sells("brick", 30, "N"))
    solve(tiny(*base, site("M"), site("N"), lane("R", "M", 0), table, road, end_of_horizon="charge"))


# ---------------------------------------------------------------- yards


def test_legacy_is_reclaimed_in_the_dry_season() -> None:
    """365 t a year, none from May to September (153 days): 212 t of 1000 at 10, less 1 for reclaiming."""
    wet = {"calendars": tuple(CalendarMonth(calendar="dry", month=m, share=0) for m in range(5, 10))}
    store = yard("mud", max_reclaim_t=365, per="year", calendar="dry", reclaim_cost_cny_per_t=1)
    base = (waste("mud", "red_mud"), store, in_stock("yard", "mud", 1000), sells("mud", 10, method="U"))
    plan = solve(tiny(*base, wet, periods=parts(2026, 1)))
    assert plan.value == pytest.approx(212 * 9)
    assert plan.sum("stocks", "reclaimed_t", period="26f") == 0


def test_what_a_yard_takes_in_is_limited_too() -> None:
    """At most 60 t may be put in a period, the other 40 are placed at 5; the season does not bind putting in."""
    never = {"calendars": tuple(CalendarMonth(calendar="never", month=m, share=0) for m in range(1, 13))}
    store = yard("mud", max_put_t=60, calendar="never")
    assert optimum(tiny(mud(), store, landfill("mud", 5), never)) == pytest.approx(-200)


def test_reclaiming_clears_airspace_and_placing_does_not() -> None:
    """130 m³ at 1.3 t/m³ are 169 t, shared: in two halves 100 t arise each; 100 t may be sold in the second.

    100 t lie in the yard in June, are reclaimed and sold at 9, and the next 100 t are put in: 900.
    A landfill of the same size takes 169 t for good: of the others 31 t, dear at 50: and nothing is sold: −1550.
    """
    density: dict[str, Any] = {"density_t_per_m3": 1.3}
    buyer = sells("mud", 9, method="U", max_t=100, opens=date(2026, 7, 1))
    dear = sells("mud", -50, method="D", name="dear")
    store = yard("mud", airspace_m3=130)
    assert optimum(tiny(mud(**density), store, buyer, dear, periods=parts(2026, 6))) == pytest.approx(900)
    tip = landfill("mud", airspace_m3=130)
    plan = solve(tiny(mud(**density), tip, dear, periods=parts(2026, 6)))
    assert plan.value == pytest.approx(-1550)
    assert plan.sum("placements", "placed_t") == pytest.approx(169)


def test_yard_and_landfill_in_one_place_share_tonnes() -> None:
    """150 t in all, 40 of them from before: of 200 t in two halves 110 t stay, 90 are sent off at 50: −4500."""
    both = yard("mud", final=True, method="D", capacity_t=150)
    base = (mud(), both, in_stock("yard", "mud", 40), sells("mud", -50, method="D"))
    assert optimum(tiny(*base, periods=parts(2026, 6))) == pytest.approx(-4500)


def test_a_yard_that_closes_is_empty_by_then() -> None:
    """Closed from July: nothing may lie there, so the 100 t of the first half are placed at 5; then 50 t are sold."""
    store = yard("mud", closes=date(2026, 7, 1))
    buyer = sells("mud", 9, method="U", opens=date(2026, 7, 1), max_t=50)
    plan = solve(tiny(mud(), store, landfill("mud", 5), buyer, periods=parts(2026, 6)))
    assert plan.value == pytest.approx(-100 * 5 + 50 * 9 - 50 * 5)
    assert plan.frame("stocks").empty


def test_tax_falls_on_what_is_not_compliant_only() -> None:
    """100 t at 4 CNY/t put in or placed; a compliant storage pays nothing."""
    for kind in (
        yard("mud", compliant=False, tax_cny_per_t=4),
        landfill("mud", compliant=False, tax_cny_per_t=4),
    ):
        assert solve(tiny(mud(), kind)).term("levies") == pytest.approx(-400)
    assert solve(tiny(mud(), yard("mud", tax_cny_per_t=4))).term("levies") == 0


def test_a_full_world_is_infeasible_never_relaxed() -> None:
    assert stopped(tiny(mud(), yard("mud", capacity_t=99))) == "infeasible"


# ---------------------------------------------------------------- accounts


def test_emissions_are_booked_per_tonne_and_per_kilometre() -> None:
    """100 t pressed at 0.2 t CO2e and 3 m³, carried 10 km wet (÷ 0.75) at 0.06 kg: 20 + 0.08 t CO2e, 300 m³."""
    rows_: dict[str, Any] = {
        "emissions": (
            Emission(process="press", account="co2e_t", amount_per_t=0.2),
            Emission(process="press", account="water_m3", amount_per_t=3),
        ),
        "haul": (Haul(name="road", cost_cny_per_t_km=0, co2e_kg_per_t_km=0.06),),
        "distances": (Distance(from_site="R", to_site="M", distance_km=10),),
    }
    press = works("press", "mud", {"brick": 1.0}, at="M")
    base = (mud(moisture=0.25), site("M"), press, product("brick"), sells("brick", 0, "M"))
    plan = solve(tiny(*base, **rows_))
    assert plan.sum("totals", "amount", total="co2e_t") == pytest.approx(20.08)
    assert plan.sum("totals", "amount", total="water_m3") == pytest.approx(300)


def test_landfilled_counts_what_is_placed_and_what_is_handed_to_disposal() -> None:
    """30 t to an outlet with a disposal code, 70 t placed: 100 t landfilled."""
    out = sells("mud", 1, method="D", max_t=30)
    plan = solve(tiny(mud(), landfill("mud"), out))
    assert plan.sum("totals", "amount", total="landfilled_t") == pytest.approx(100)


def served(radius: float, *more: Tables) -> Case:
    """10 km from R to M; at M one outlet pays 9 within `radius`, another takes anything for nothing."""
    near = sells("mud", 9, "M", method="U", haul_radius_km=radius, name="near")
    other = sells("mud", 0, "M", method="U", name="other")
    return tiny(mud(), site("M"), near, other, lane("R", "M", 0, distance_km=10), *more)


def test_another_taker_at_the_site_widens_no_haul_radius() -> None:
    """The mud comes to M for the other outlet; the near one still takes nothing from 10 km away, at 9 km radius."""
    assert optimum(served(9)) == pytest.approx(0)
    assert optimum(served(10)) == pytest.approx(900)


def test_within_the_radius_is_also_what_is_there_without_a_lane() -> None:
    """30 t arise at M itself, 20 t come from N, 5 km away: (30 + 20) · 9 of 150 t."""
    near = (arises("mud", 30, "M"), arises("mud", 20, "N"), site("N"), lane("N", "M", 0, distance_km=5))
    assert optimum(served(9, *near)) == pytest.approx(450)
