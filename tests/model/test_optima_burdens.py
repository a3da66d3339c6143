"""Accounts and transport on paper, through the whole chain with its audit.

Mud is 0.8 dry: 1.25 t wet a tonne; 100 t arise at R, and dumping is free. M is 100 km away: by road 0.1 CNY and
0.08 kg a wet t km, so 12.5 CNY and 0.01 t CO2e a tonne. A press at M takes 0.5 MWh a tonne (2 CNY and 0.6 t CO2e a
MWh) and emits 0.1 t: 0.4 t CO2e and 1 CNY of power a tonne; bricks sell at 30. A tonne pressed earns 30 − 12.5 − 1 =
16.5 CNY and emits 0.41 t. docs/decisions.md 'Accounts', 'Transport'.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.builders import (
    Solved,
    Tables,
    arises,
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
    site_row,
    solve,
    stopped,
    tiny,
    waste,
    works,
    yard,
)

from redmud_opt.case import Case, CaseFaults
from redmud_opt.case.burdens import Avoided, Factor, Mode
from redmud_opt.case.rules import Limit
from redmud_opt.case.works import Distance, Emission, Haul
from redmud_opt.network import build_network

ROAD = Haul(name="by_road", cost_cny_per_t_km=0.1, co2e_kg_per_t_km=0.08)
RAIL = Haul(name="by_rail", mode="rail", cost_cny_per_t_km=0.12, co2e_kg_per_t_km=0.02)
KM = Distance(from_site="R", to_site="M", distance_km=100)


def pressing(*more: Tables, hauls: tuple[Haul, ...] = (ROAD,), **settings: Any) -> Case:
    """The case of the head of this file."""
    taken = {"power": {"amount_per_t": 0.5, "solid": False}}
    press = works("press", "mud", {"brick": 1.0}, at="M", capacity=200, inputs=taken)
    goods = (product("brick"), sells("brick", 30, "M"), commodity("power", unit="MWh"), buys("power", 2, "M"))
    burdens = rows(
        emissions=Emission(process="press", account="co2e_t", amount_per_t=0.1),
        factors=(
            Factor(material="power", account="co2e_t", amount_per_unit=0.6),
            Factor(material="power", account="energy_kgce", amount_per_unit=120),
        ),
        haul=hauls,
        distances=KM,
    )
    return tiny(mud(moisture=0.2), landfill("mud"), site("M"), press, *goods, burdens, *more, **settings)


def booked(solved: Solved, scope: str, account: str = "co2e_t") -> float:
    return solved.sum("accounts", "amount", account=account, scope=scope)


# ---------------------------------------------------------------- accounts


def test_scopes_stand_apart_and_make_up_the_account() -> None:
    """100 t: 10 direct, 30 purchased, 1 transport = 41 t CO2e; 6,000 kgce in 50 MWh. Avoided 20 t nets nothing."""
    avoided = Avoided(item="brick", account="co2e_t", amount_per_t=0.2, boundary="fired brick, gate to gate")
    solved = solve(pressing(rows(avoided=avoided)))
    assert [booked(solved, s) for s in ("direct", "purchased", "transport")] == pytest.approx([10, 30, 1])
    assert solved.sum("totals", "amount", total="co2e_t") == pytest.approx(41)
    assert solved.sum("totals", "amount", total="avoided_co2e_t") == pytest.approx(20)
    assert booked(solved, "avoided", "avoided_co2e_t") == pytest.approx(20)
    (energy,) = solved.frame("energy").to_dict("records")
    assert (energy["carrier"], energy["unit"]) == ("power", "MWh")
    assert (energy["amount"], energy["energy_kgce"]) == pytest.approx((50, 6000))
    assert solved.value == pytest.approx(1650)


def test_avoided_by_an_outlet_and_by_a_process() -> None:
    """3 m³ a tonne at the outlet and 9 kgce a tonne pressed: 300 m³ and 900 kgce; no emission is avoided."""
    avoided = (
        Avoided(item="brick_outlet", account="water_m3", amount_per_t=3, boundary="clay pit"),
        Avoided(item="press", account="energy_kgce", amount_per_t=9, boundary="kiln"),
    )
    solved = solve(pressing(rows(avoided=avoided)))
    totals = solved.frame("totals").set_index("total")["amount"]
    assert (totals["avoided_water_m3"], totals["avoided_energy_kgce"]) == pytest.approx((300, 900))
    assert "avoided_co2e_t" not in totals


def test_energy_without_a_factor_is_shown_in_its_own_unit() -> None:
    """50 MWh, and no kgce that nobody stated."""
    solved = solve(replace(pressing(), factors=()))
    (energy,) = solved.frame("energy").to_dict("records")
    assert energy["amount"] == pytest.approx(50)
    assert energy["energy_kgce"] != energy["energy_kgce"]
    assert solved.sum("totals", "amount", total="energy_kgce") == 0


# ---------------------------------------------------------------- the price of carbon


@pytest.mark.parametrize(("price", "value"), [(30, 420.0), (40, 10.0), (41, 0.0)])
def test_carbon_makes_pressing_dear(price: float, value: float) -> None:
    """0.41 · price a tonne: 12.3 leave 4.2, 16.4 leave 0.1, 16.81 leave nothing to earn, so all is dumped."""
    solved = solve(pressing(co2_price_cny_per_t=price))
    assert solved.value == pytest.approx(value, abs=1e-6)
    assert solved.term("co2_cost") == pytest.approx(-41 * price if value else 0.0)


def test_carbon_turns_the_mode() -> None:
    """Rail costs 15 and emits 0.0025 t a tonne: 2.5 CNY dearer, 0.0075 t less, so from 333 CNY a tonne on by rail."""
    for price, mode in ((330, "road"), (340, "rail")):
        case = pressing(sells("brick", 400, "M", name="dear"), hauls=(ROAD, RAIL), co2_price_cny_per_t=price)
        assert set(solve(case).frame("flows")["mode"]) == {mode}


def test_the_way_out_pays_for_carbon() -> None:
    """50 t of relic lie at R at the end, opening none: out by road to a fill at M, 12.5 CNY and 0.01 t at 100 CNY.

    The fill takes next to nothing at 20: the rest stays, charged 12.5 + 1 + 20 a tonne.
    """
    fill = sells("relic", -20, "M", name="fill", method="D", max_t=0.0001)
    relic = waste("relic", "other", moisture=0.2)
    case = tiny(
        relic, in_stock("heap", "relic", 0.0), yard("relic", name="heap"), site("M"), fill,
        rows(haul=ROAD, distances=KM), arises("relic", 50), end_of_horizon="charge", co2_price_cny_per_t=100,
    )  # fmt: skip
    solved = solve(case)
    assert solved.term("end_charge") == pytest.approx(-50 * 33.5, rel=1e-4)


# ---------------------------------------------------------------- limits and objectives


def limited(*limits: Limit, **settings: Any) -> Solved:
    return solve(pressing(rows(limits=limits), **settings))


CO2E: dict[str, Any] = {"measure": "account", "account": "co2e_t"}


def test_a_cap_on_emissions() -> None:
    """20.5 t CO2e are 50 t pressed at 0.41; at the process alone 20.5 t are 51.25 t at 0.4."""
    assert limited(Limit(name="cap", sense="max", value=20.5, **CO2E)).value == pytest.approx(50 * 16.5)
    at_press = Limit(name="cap", sense="max", value=20.5, at="press", **CO2E)
    assert limited(at_press).value == pytest.approx(51.25 * 16.5)


def test_a_cap_on_emissions_by_mode() -> None:
    """0.3 t CO2e by road are 30 t moved."""
    cap = Limit(name="cap", sense="max", value=0.3, mode="road", **CO2E)
    assert limited(cap).value == pytest.approx(30 * 16.5)


def test_carbon_per_brick() -> None:
    """0.41 t a brick: a cap of 0.405 forbids bricks, one of 0.41 does not."""
    made = Limit(name="bricks", measure="made", material="brick", sense="measure")
    for cap, value in ((0.405, 0.0), (0.41001, 1650.0)):
        row = Limit(name="cap", sense="max", value=cap, share_of="bricks", **CO2E)
        assert limited(made, row).value == pytest.approx(value, abs=1e-6)


def test_least_emissions_first() -> None:
    """Nothing is pressed. With at least 40 t of bricks asked for, by rail: 0.4 + 0.0025 a tonne."""
    assert limited(objective="emissions").value == pytest.approx(0, abs=1e-3)
    least = Limit(name="some", measure="made", material="brick", sense="min", value=40)
    solved = solve(pressing(rows(limits=least), hauls=(ROAD, RAIL), objective="emissions"))
    assert solved.sum("totals", "amount", total="co2e_t") == pytest.approx(40 * 0.4025)
    assert solved.value == pytest.approx(40 * (30 - 15 - 1), rel=1e-5)


def test_least_landfilled_first() -> None:
    """Bricks lose money, yet all mud is pressed; of the outlets at −50 and −40 the better gets them: value is next.

    100 · (−40 − 12.5 − 1).
    """
    case = pressing(sells("brick", -40, "M", name="other"), objective="landfilled")
    poor = tuple(replace(o, price_cny_per_t=-50) if o.name == "brick_outlet" else o for o in case.outlets)
    solved = solve(replace(case, outlets=poor))
    assert solved.sum("totals", "amount", total="landfilled_t") == pytest.approx(0, abs=1e-4)
    assert solved.value == pytest.approx(100 * (-40 - 12.5 - 1), rel=1e-5)


# ---------------------------------------------------------------- transport


MODES = rows(modes=(Mode(mode="road"), Mode(mode="rail", clean=True)))


def test_the_share_of_clean_transport() -> None:
    """All 100 t pay 16.5 by road and 14 by rail; 0.8 of the t km by rail: 20 · 16.5 + 80 · 14 = 1,450."""
    limits = rows(
        limits=(
            Limit(name="all", measure="haulage", sense="measure"),
            Limit(name="clean", measure="haulage", mode="clean", sense="min", value=0.8, share_of="all"),
        )
    )
    solved = solve(pressing(MODES, limits, hauls=(ROAD, RAIL)))
    assert solved.value == pytest.approx(1450)
    table = solved.frame("transport").set_index("mode")
    assert table.loc["rail", "t_km"] == pytest.approx(80 * 1.25 * 100)
    assert table.loc["rail", "co2e_t"] == pytest.approx(0.2)
    assert table.loc["road", "cost_cny"] == pytest.approx(20 * 12.5)
    assert list(table["clean_share"]) == pytest.approx([0.8, 0.8])


def test_the_capacity_of_a_mode() -> None:
    """At most 5,000 wet t km on the road are 40 t; the other 60 go by rail: 40 · 16.5 + 60 · 14."""
    cap = Limit(name="lorries", measure="haulage", mode="road", sense="max", value=5000)
    assert limited(cap, hauls=(ROAD, RAIL)).value == pytest.approx(40 * 16.5 + 60 * 14)


def test_the_capacity_of_hauled_lanes() -> None:
    """50 t wet on the road are 40 t; the rest by rail, which carries 25 t: 40 · 16.5 + 20 · 14."""
    road = replace(ROAD, lane_capacity_t=50, per="period")
    rail = replace(RAIL, lane_capacity_t=25, per="year")
    assert solve(pressing(hauls=(road, rail))).value == pytest.approx(40 * 16.5 + 20 * 14)


@pytest.mark.parametrize(("lot", "value"), [(100.0, 1320.0), (100.1, 0.0)])
def test_a_least_lot(lot: float, value: float) -> None:
    """The press takes 80 t: 100 t wet a lot fit, 100.1 t do not, and then nothing moves."""
    road = replace(ROAD, min_lot_t=lot, lane_capacity_t=500)
    cap = Limit(name="most", measure="feed", sense="max", value=80)
    assert limited(cap, hauls=(road,)).value == pytest.approx(value, abs=1e-6)


def test_a_lot_is_the_sum_of_what_the_rule_moves() -> None:
    """60 t of mud (75 wet) and 20 of dry ash make 95 t wet: a lot of 95 moves. Alone, neither would."""
    road = replace(ROAD, min_lot_t=95, lane_capacity_t=500)
    caps = (
        Limit(name="mud", measure="flow", material="mud", sense="max", value=60),
        Limit(name="ash", measure="flow", material="ash", sense="max", value=20),
    )
    ash = (
        waste("ash", "other"),
        arises("ash", 20),
        landfill("ash", name="tip"),
        sells("ash", 15, "M", method="U"),
    )
    both = solve(pressing(*ash, rows(limits=caps), hauls=(road,)))
    assert both.value == pytest.approx(60 * 16.5 + 20 * (15 - 10))
    assert both.sum("flows", "wet_t") == pytest.approx(95)


def test_handling_at_a_transfer_station() -> None:
    """Over a station at M by road and belt to K: 12.5 + 4 · 1.25 + 2 = 19.5 a tonne, so bricks at 30 leave 10.5."""
    station = rows(sites=(site_row("M", kind="transfer_station", handling_cny_per_t=4), site_row("K")))
    press = works("press", "mud", {"brick": 1.0}, at="K")
    belt = lane("M", "K", 2, mode="belt", distance_km=1, material="mud")
    ends = (product("brick"), sells("brick", 30, "K"), landfill("mud"))
    solved = solve(tiny(mud(moisture=0.2), press, belt, *ends, station, rows(haul=ROAD, distances=KM)))
    assert solved.value == pytest.approx(1050)
    assert solved.term("transport") == pytest.approx(-1950)


def test_a_station_that_nothing_reaches_is_noted() -> None:
    station = rows(sites=site_row("far", kind="transfer_station"))
    notes = [note.key for note in solve(pressing(station)).plan.notes]
    assert notes == ["network.station_unreached"]
    assert solve(pressing()).plan.notes == ()


def test_a_lot_needs_a_bound() -> None:
    """Mud made without limit may move without limit: a least lot then has no M."""
    road = replace(ROAD, min_lot_t=5)
    soil = works("dig", None, {"soil": 1.0})
    goods = (commodity("soil"), sells("soil", 1, "M"))
    with pytest.raises(CaseFaults) as raised:
        build_network(pressing(soil, *goods, hauls=(road,)))
    assert [(f.column, f.message.key) for f in raised.value.faults] == [
        ("lane_capacity_t", "network.haul_needs_a_bound")
    ]


def test_no_plan_where_a_cap_cannot_be_kept() -> None:
    """40 t of bricks emit 16.4 t CO2e."""
    least = Limit(name="some", measure="made", material="brick", sense="min", value=40)
    for cap, why in ((16.5, "optimal"), (16.3, "infeasible")):
        row = Limit(name="cap", sense="max", value=cap, **CO2E)
        assert stopped(pressing(rows(limits=(least, row)))) == why
