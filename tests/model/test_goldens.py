"""One tiny golden per family of rows, each with the arithmetic of a row, and a register that none is missing.

The files stand in `goldens/`; `golden.py` says how they are written anew. Names: mud, tails (tailings), slag, ash are
wastes, iron and brick products, lime a commodity. Amounts are per period.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pyomo.environ import ConcreteModel
from tests.builders import (
    arises,
    assay,
    buys,
    commodity,
    group,
    in_stock,
    landfill,
    lane,
    lining,
    mud,
    parts,
    product,
    prop,
    rows,
    sells,
    site,
    target,
    tiny,
    waste,
    works,
    yard,
    years,
)
from tests.model.golden import FOLDER, bounds_of, check_golden, flat, objective_of, rows_of

from redmud_opt.case import Case
from redmud_opt.case.rules import Limit
from redmud_opt.case.things import Assay, CalendarMonth, Owner, Province, Tier, YearToDate
from redmud_opt.case.works import Distance, Emission, Gate, Haul, LineProcess, OperatingPoint
from redmud_opt.model import FORMULATION, build_model
from redmud_opt.model.arrays import Rows, compile
from redmud_opt.model.value import set_goal
from redmud_opt.network import build_network

# ---------------------------------------------------------------- physics


def test_balance(golden: Any) -> None:
    """R: 100 mud arise; they leave for M, go in or out of the yard, or are placed.

    M: separation makes 0.2 iron and 0.8 tailings of a tonne of mud; the press takes tailings with 0.25 lime.

    balance[M, lime]: 0.25 feed(press, tails) − bought = 0;   balance[M, brick]: sold − 1.25 feed(press, tails) = 0
    """
    separate = works("separate", "mud", {"iron": 0.2, "tails": 0.8}, at="M")
    press = works("press", "tails", {"brick": 1.25}, at="M", inputs={"lime": 0.25})
    names = (product("iron"), waste("tails"), product("brick"), commodity("lime"), buys("lime", 1, "M"))
    ends = (sells("iron", 1, "M"), sells("brick", 1, "M"), yard("mud", final=True, method="D"))
    golden(tiny(mud(), site("M"), lane("R", "M", 0), separate, press, *names, *ends), "balance")


def test_stock(golden: Any) -> None:
    """Opening 30 new and 70 legacy; two halves of 2026 and 2027.

    2027, new: stock − put + reclaimed = 0.
    2027, legacy: stock − put + reclaimed − stock[26b, legacy] − stock[26b, new] = 0.
    """
    old = (in_stock("yard", "mud", 30, arose_on=date(2026, 1, 1)), in_stock("yard", "mud", 70))
    golden(tiny(mud(), yard("mud"), *old, periods=parts(2026, 6) + years(2027)), "stock")


def test_line_capacity(golden: Any) -> None:
    """A mill of 365 h a year at 0.8, closed in February: January 31 · 0.8 = 24.8 h, March the same.

    Mud takes 1 h a tonne at `coarse` and 2 h at `fine`, ash 3 h.
    """
    stands = {"capacity": 365, "capacity_unit": "h", "per": "year", "availability": 0.8, "calendar": "c"}
    press = works("press", {"mud": {}, "ash": {}}, {"brick": 1.0}, stands=stands)
    use = (
        LineProcess(line="press_line", process="press", point="fine", use_per_t=2),
        LineProcess(line="press_line", process="press", feed="ash", use_per_t=3),
    )
    more = rows(
        points=(
            OperatingPoint(process="press", point="coarse"),
            OperatingPoint(process="press", point="fine"),
        ),
        calendars=CalendarMonth(calendar="c", month=2, share=0),
        line_processes=use,
    )
    names = (product("brick"), sells("brick", 1), waste("ash", "other"), arises("ash", 9))
    store = (yard("wastes"), group("wastes", "mud", "ash"))
    golden(tiny(mud(), *names, *store, press, more, periods=parts(2026, 1)[:3]), "line_capacity")


def test_lane_capacity(golden: Any) -> None:
    """60 t as received: 1.25 mud (20 % water) + 1 ash ≤ 60."""
    both = (
        waste("ash", "other"),
        arises("ash", 9),
        group("wastes", "mud", "ash"),
        landfill("wastes", 0, "M"),
    )
    road = lane("R", "M", 0, basis="as_received", capacity_t=60)
    golden(tiny(mud(moisture=0.2), site("M"), *both, road), "lane_capacity")


def test_storage_capacity(golden: Any) -> None:
    """Second half: filled − filled in the first half − placed = 0, stock + filled ≤ 500 t.

    At 1.25 t/m³ the same with 0.8 m³ for every tonne held or placed, ≤ 300 m³.
    """
    both = yard("mud", final=True, method="D", capacity_t=500, airspace_m3=300)
    case = tiny(mud(density_t_per_m3=1.25), both, periods=parts(2026, 6))
    golden(case, "fill_tonnes", "fill_airspace", "storage_tonnes", "storage_airspace")


def test_storage_rates(golden: Any) -> None:
    """365 t a year in: put + placed ≤ 181 in the first half. Out 730 t a year, none in January: ≤ 2 · (181 − 31)."""
    rates: dict[str, Any] = {"max_put_t": 365, "max_reclaim_t": 730, "per": "year", "calendar": "dry"}
    dry = rows(calendars=CalendarMonth(calendar="dry", month=1, share=0))
    case = tiny(mud(), yard("mud", final=True, method="D", **rates), dry, periods=parts(2026, 6))
    golden(case, "put_rate", "reclaim_rate")


def test_markets(golden: Any) -> None:
    """Outlet as received between 10 and 50 t: 10 ≤ 1.25 · sold ≤ 50. Supply at R and M at most 30 t between them."""
    press = works("press", "mud", {"brick": 1.1}, inputs={"lime": 0.1})
    other = works("press_m", "mud", {"brick": 1.1}, at="M", inputs={"lime": 0.1})
    both = (site("M"), group("sites_of_lime", "R", "M"), lane("R", "M", 0), sells("brick", 0, "M", name="b"))
    ends = (sells("mud", 1, method="U", basis="as_received", min_t=10, max_t=50), sells("brick", 0))
    names = (product("brick"), commodity("lime"), buys("lime", 1, "sites_of_lime", max_t=30, min_t=5))
    golden(tiny(mud(moisture=0.2), press, other, *both, *ends, *names), "demand", "supply")


def test_haul_radius(golden: Any) -> None:
    """Outlets at M take mud and bricks from 5 km: N–M is 4 km, R–M 10 km, and a yard at M takes both from anywhere.

    30 t of mud arise at M: sold(near) − flow(N_M) − reclaimed ≤ 30, without the lane from R.
    Bricks are made there, 1.1 of a tonne, and bought: sold(wall) − flow(N_M) − reclaimed − bought − 1.1 feed ≤ 0.
    """
    lanes = (lane("R", "M", 0, distance_km=10), lane("N", "M", 0, distance_km=4))
    within = {"haul_radius_km": 5}
    ends = (
        sells("mud", 9, "M", method="U", name="near", **within),
        sells("brick", 9, "M", name="wall", **within),
    )
    presses = tuple(works(f"press_{at}", "mud", {"brick": 1.1}, at=at, uptake_t_per_t=0.1) for at in "RNM")
    base = (mud(), arises("mud", 7, "N"), arises("mud", 30, "M"), site("M"), site("N"), product("brick"))
    stores = (yard("both", "M"), group("both", "mud", "brick"), buys("brick", 99, "M"))
    golden(tiny(*base, *lanes, *ends, *presses, *stores), "haul_radius")


# ---------------------------------------------------------------- blends and gates


def test_blend_share(golden: Any) -> None:
    """Mud at most 0.6, ash and slag together at least 0.1 of the feed, lime at least 0.05 though there is none.

    mud: 0.4 mud − 0.6 ash ≤ 0;   group: −0.1 mud + 0.9 ash ≥ 0;   lime: −0.05 mud − 0.05 ash ≥ 0
    """
    feeds = {"mud": {"max_share": 0.6}, "others": {"min_share": 0.1}, "lime": {"min_share": 0.05}}
    press = works("press", feeds, {"brick": 1.0})
    names = (waste("ash", "other"), waste("slag", "other"), commodity("lime"), product("brick"))
    ends = (arises("ash", 9), group("others", "ash", "slag"), sells("brick", 1), landfill("wastes"))
    golden(tiny(mud(), *names, *ends, group("wastes", "mud", "ash"), press), "blend_share")


def gated(**values: Any) -> Case:
    """Mud with 2 ± 0.1 % Na, ash with 1 %; 0.5 t lime with 0.2 % per tonne of either; 1.5 t clinker."""
    burn = works("burn", {"mud": {}, "ash": {}}, {"clinker": 1.5}, inputs={"lime": 0.5})
    names = (waste("ash", "other"), arises("ash", 9), commodity("lime"), product("clinker"))
    ends = (sells("clinker", 1), buys("lime", 1), landfill("wastes"), group("wastes", "mud", "ash"))
    known = (
        Assay(material="mud", property="Na", value=2, sigma=0.1),
        Assay(material="ash", property="Na", value=1),
        Assay(material="lime", property="Na", value=0.2),
    )
    gate = Gate(name="gate", at="burn", property="Na", **values)
    return tiny(mud(), *names, *ends, burn, prop("Na"), rows(composition=known, gates=gate))


def test_process_gate_on_the_input(golden: Any) -> None:
    """At most 0.8 with k = 2: mud 2 + 2 · 0.1 − 0.8 = 1.4 and lime 0.5 · (0.2 − 0.8) = −0.3: 1.1; ash 0.2 − 0.3."""
    golden(gated(limit=0.8, k_sigma=2), "process_gate")


def test_process_gate_with_pooled_certificates(golden: Any) -> None:
    """1.4 once, 2.2 thrice: mean 2, σ² = (1·0.36 + 3·0.04) ÷ 4 = 0.12; 2 + 2 · 0.3464 − 0.8 + 0.5 · (0.2 − 0.8)."""
    case = gated(limit=0.8, k_sigma=2)
    rest = tuple(row for row in case.composition if row.material != "mud")
    pair = (("2025-03-01", 1.4, 1), ("2025-05-01", 2.2, 3))
    known = tuple(
        Assay(material="mud", property="Na", value=value, samples=n, certificate_date=date.fromisoformat(day))
        for day, value, n in pair
    )
    golden(replace(case, composition=(*rest, *known)), "process_gate")


def test_process_gate_on_an_output(golden: Any) -> None:
    """Half is retained: mud 0.5 · (2 + 0.5 · 0.2) − 0.8 · 1.5 = −0.15; ash 0.5 · 1.1 − 1.2 = −0.65."""
    golden(gated(limit=0.8, output="clinker", retained=0.5), "process_gate")


def test_process_gate_at_least(golden: Any) -> None:
    """At least 0.8, k = 2: mud 2 − 0.2 − 0.8 − 0.3 = 0.7, ash 0.2 − 0.3 = −0.1, and ≥ 0."""
    golden(gated(limit=0.8, k_sigma=2, sense="min"), "process_gate")


def test_process_gate_of_a_recipe(golden: Any) -> None:
    """1 stone (0.5) + 0.5 lime (0.2): (0.5 − 0.3) + 0.5 · (0.2 − 0.3) = 0.15 per tonne of activity ≤ 0."""
    burn = works("burn", None, {"clinker": 1.5}, inputs={"lime": 0.5, "stone": 1.0})
    names = (commodity("lime"), commodity("stone"), commodity("clinker"), buys("lime", 1), buys("stone", 1))
    gate = rows(gates=Gate(name="gate", at="burn", property="Na", limit=0.3))
    known = (prop("Na"), assay("lime", Na=0.2), assay("stone", Na=0.5))
    golden(tiny(mud(), landfill("mud"), burn, *names, sells("clinker", 1), gate, *known), "process_gate")


def test_receiver_gate(golden: Any) -> None:
    """An outlet and a yard at most 5: mud 10 with half water, wet basis: (10 − 5) · 2 = 10; ash 1: −4.

    The yard averages over what is put in and placed.
    """
    both = (waste("ash", "other"), arises("ash", 9), group("wastes", "mud", "ash"))
    ends = (yard("wastes", final=True, method="D"), sells("wastes", 1, method="U", name="buyer"))
    gates = tuple(
        Gate(name=f"gate_{at}", at=at, property="F", limit=5, kind="blend") for at in ("buyer", "yard")
    )
    known = (prop("F", basis="wet"), assay("mud", F=10), assay("ash", F=1), rows(gates=gates))
    golden(tiny(mud(moisture=0.5), *both, *ends, *known), "receiver_gate")


# ---------------------------------------------------------------- prices


def test_tier_sum(golden: Any) -> None:
    """Two halves, one window of the year: 1.25 · (sold 26a + sold 26b) − steps = 0; purchases per period."""
    press = works("press", "mud", {"brick": 1.1}, inputs={"lime": 0.1})
    steps = (
        Tier(item="mud_outlet", step=1, width_t=60, price_cny_per_t=9),
        Tier(item="mud_outlet", step=2, price_cny_per_t=5),
        Tier(item="lime_supply", step=1, width_t=3, price_cny_per_t=1, per="period"),
        Tier(item="lime_supply", step=2, price_cny_per_t=2, per="period"),
    )
    ends = (sells("mud", 0, method="U", basis="as_received"), sells("brick", 1), product("brick"))
    case = tiny(
        mud(moisture=0.2),
        press,
        *ends,
        commodity("lime"),
        buys("lime", 0),
        rows(tiers=steps),
        periods=parts(2026, 6),
    )
    golden(case, "tier_sum")


# ---------------------------------------------------------------- limits


def busy(*limits: Limit) -> Case:
    """Two quarters with every measure: lane, feed, brick made, lime bought, brick and mud sold, yard and dump."""
    owners = site("M", owner="own", province="gx")
    press = works("press", {"mud": {}, "ash": {}}, {"brick": 1.1}, at="M", inputs={"lime": 0.1})
    names = (
        waste("ash", "other"),
        arises("ash", 9, "M"),
        product("brick"),
        commodity("lime"),
        buys("lime", 1, "M"),
    )
    ends = (sells("brick", 1, "M"), sells("mud", 1, method="U"), yard("mud", final=True, method="D"))
    places = rows(owners=Owner(name="own"), provinces=Province(name="gx"))
    case = (mud(), owners, lane("R", "M", 0), press, *names, *ends, places, landfill("ash", 0, "M"))
    return tiny(*case, rows(limits=limits), group("both", "R", "M"), periods=parts(2026, 3)[:2])


MEASURES = (
    *("flow", "feed", "made", "bought", "sold", "stock", "put", "reclaimed", "placed"),
    *("utilised", "generated", "disposed"),
)


@pytest.mark.parametrize("measure", MEASURES)
def test_limit(golden: Any, measure: str) -> None:
    """Σ of the measure over both quarters ≤ 40. `made`: 1.1 · each feed; `stock`: at the end of the second one."""
    golden(busy(Limit(name="cap", measure=measure, sense="max", value=40)), "limit")


def test_limit_each_member_window_and_sense(golden: Any) -> None:
    """At least 5 t fed, per quarter, at each of R and M: at R nothing can be fed, so 0 ≥ 5; at M mud + ash ≥ 5.

    `equal` for one quarter only, by owner: mud + ash = 7 in 26b.
    """
    each = Limit(name="each", measure="feed", sense="min", value=5, at="both", every="each", per="period")
    own = Limit(
        name="own_feed", measure="feed", sense="equal", value=7, at="own", per="horizon", during="26b"
    )
    golden(busy(each, own), "limit")


def test_limit_by_material_and_ends(golden: Any) -> None:
    """Mud on lanes that leave R for province gx; mud alone of what is fed."""
    lanes = Limit(name="lanes", measure="flow", sense="max", value=5, material="mud", at="R", to="gx")
    fed = Limit(name="fed", measure="feed", sense="max", value=5, material="mud")
    golden(busy(lanes, fed), "limit")


def test_limit_share(golden: Any) -> None:
    """Mud at most 0.3 of all that is fed: 0.7 mud − 0.3 ash ≤ 0, summed over both quarters."""
    whole = Limit(name="all_feed", measure="feed", sense="measure")
    part = Limit(name="mud_feed", measure="feed", sense="max", value=0.3, material="mud", share_of="all_feed")
    golden(busy(whole, part), "limit")


def test_limit_by_origin(golden: Any) -> None:
    """By class and plant of origin: of R's mud at most half as much is disposed of as generated, at M 5 t are used.

    What is generated is one column per origin and year; each of the two plants is held against its own.
    """
    each = {"at": "both", "every": "each", "waste_class": "red_mud"}
    whole = Limit(name="arose", measure="generated", sense="measure", **each)
    part = Limit(name="tipped", measure="disposed", sense="max", value=0.5, share_of="arose", **each)
    used = Limit(name="used", measure="utilised", sense="min", value=5, at="gx", per="horizon")
    golden(busy(whole, part, used), "limit")


# ---------------------------------------------------------------- totals and targets


def chain(*more: Any, **settings: Any) -> Case:
    """Mud → 0.2 iron + 0.8 tailings (iron separation); tailings → 0.6 brick + 0.4 slag; slag goes to a road."""
    separate = works("separate", "mud", {"iron": 0.2, "tails": 0.8}, iron_separation=True)
    press = works("press", "tails", {"brick": 0.6, "slag": 0.4})
    names = (
        product("iron"),
        waste("tails"),
        product("brick"),
        waste("slag"),
        sells("iron", 1),
        sells("brick", 1),
    )
    ends = (sells("slag", 0, method="U", name="road"), landfill("mud"), landfill("tails", name="dam"))
    return tiny(mud(), separate, press, *names, *ends, *more, **settings)


def test_utilised(golden: Any) -> None:
    """Separation: u = 0.2, tailings w = 1. Press: u = 0.6, slag w = 0.4 ÷ 0.4 = 1.

    utilised = 0.2 · feed(separate) + 0.6 · feed(press) + 1 · sold(road); gross: 1 · feed(separate), and nothing of
    its tailings or their slag.
    """
    golden(chain(), "define_utilised_t", "define_utilised_gross_t")


def test_utilised_with_reagents_and_moving_origins(golden: Any) -> None:
    """Lime in the slag: 1 mud + 0.25 lime → 1.25 slag (P): w = 1 ÷ 1.25 = 0.8; on the road 0.8 a tonne, per plant."""
    mix = works("mix", "mud", {"slag": 1.25}, method="P", inputs={"lime": 0.25})
    names = (waste("slag"), commodity("lime"), buys("lime", 0), sells("slag", 0, method="U"))
    golden(tiny(mud(), mix, *names, target(0, scope="R")), "define_utilised_t", "define_utilised_gross_t")


def test_generated(golden: Any) -> None:
    """Two quarters of 100 t are 200 t; the lining of the second quarter alone 10 t."""
    waste_ = (lining(0), arises("lining", 10, during="26b"), landfill("lining", accepts_hazardous=True))
    golden(
        tiny(mud(), landfill("mud", name="dump"), *waste_, periods=parts(2026, 3)[:2]), "define_generated_t"
    )


def test_account(golden: Any) -> None:
    """Pressing: 0.2 t CO2e, 3 m³, 5 kgce a tonne. A lorry: 10 km · 0.06 kg · 1.25 wet ÷ 1000 = 0.00075 t CO2e.

    Landfilled: placed, and sold to an outlet with a disposal code.
    """
    press = works("press", "mud", {"brick": 1.0}, at="M")
    made = {"co2e_t": 0.2, "water_m3": 3.0, "energy_kgce": 5.0}
    emissions = tuple(Emission(process="press", account=a, amount_per_t=v) for a, v in made.items())
    more = rows(emissions=emissions, haul=Haul(name="road", cost_cny_per_t_km=0, co2e_kg_per_t_km=0.06))
    km = rows(distances=Distance(from_site="R", to_site="M", distance_km=10))
    ends = (product("brick"), sells("brick", 0, "M"), landfill("mud"), sells("mud", 1, method="D"))
    golden(tiny(mud(moisture=0.2), site("M"), press, more, km, *ends), "define_account")


@pytest.mark.parametrize("rate", ["rate_new", "rate_stat", "rate_gross"])
def test_target(golden: Any, rate: str) -> None:
    """0.4 of what arises. rate_stat: new + (1 − 0.4) legacy − 0.4 generated + short ≥ 0; gross: both cohorts."""
    golden(chain(target(0.4, rate=rate)), "target")


def test_target_gross_feed_soft_and_year_to_date(golden: Any) -> None:
    """From July; of 80 t before, 70 count gross: gross + short − 0.4 generated ≥ −(70 − 0.4 · 80) = −38."""
    done = YearToDate(waste_class="red_mud", site="R", generated_t=80, utilised_new_t=50, gross_new_t=70)
    soft = target(0.4, iron="gross_feed", hard=False, price_cny_per_t=9)
    golden(chain(soft, rows(year_to_date=done), periods=parts(2026, 6)[1:]), "target")


def test_target_per_plant_and_year(golden: Any) -> None:
    """Every year, plants R and M apart: a row each for 2026 and 2027 with the origin of that plant alone."""
    base = (mud(), arises("mud", 9, "M"), site("M"), landfill("mud"), landfill("mud", 0, "M", name="m"))
    goals = (target(0.1, scope="R"), target(0.2, scope="M", name="other", year=2027))
    golden(tiny(*base, *goals, periods=years(2026, 2)), "target")


# ---------------------------------------------------------------- the end


def test_end_excess(golden: Any) -> None:
    """Mud: Σ closing, both cohorts, − excess ≤ 70, the opening stock; lining: ≤ 0, though 5 t were there."""
    store = (yard("mud"), in_stock("yard", "mud", 70), sells("mud", -5, method="D"))
    cell = (yard("lining", name="cell", accepts_hazardous=True), in_stock("cell", "lining", 5))
    case = tiny(mud(), lining(), *store, *cell, sells("lining", -9, method="D"), end_of_horizon="charge")
    golden(case, "end_excess")


def test_end_stuck(golden: Any) -> None:
    """Ash without any way out: closing, new and legacy together, ≤ 30, the opening stock."""
    ash = (waste("ash", "other"), yard("ash"), in_stock("yard", "ash", 30, arose_on=date(2026, 1, 1)))
    golden(tiny(mud(), landfill("mud"), *ash, periods=years(2026, 2), end_of_horizon="charge"), "end_stuck")


def test_product_stock(golden: Any) -> None:
    """Bricks in two sheds at R and 5 t at first: stock of both ≤ 5 at the ends of 2026 and 2027; not in June."""
    press = works("press", "mud", {"brick": 1.0})
    sheds = (yard("brick", name="shed"), yard("brick", name="other"), in_stock("shed", "brick", 5))
    base = (mud(), press, product("brick"), sells("brick", 1), *sheds)
    golden(tiny(*base, periods=parts(2026, 6) + years(2027)), "product_stock")


# ---------------------------------------------------------------- value


def paid(**settings: Any) -> Case:
    """Every term of value once, in 2026 and (for a charge) at its end."""
    press = works("press", "mud", {"brick": 1.1}, cost=10, inputs={"lime": 0.1})
    store = yard("mud", put_cost_cny_per_t=1, reclaim_cost_cny_per_t=20, holding_cost_cny_per_t_a=4,
                 compliant=False, tax_cny_per_t=3)  # fmt: skip
    tip = landfill("mud", 20, "M", compliant=False, tax_cny_per_t=6)
    steps = rows(tiers=(Tier(item="brick_outlet", step=1, width_t=50, price_cny_per_t=30),
                        Tier(item="brick_outlet", step=2, price_cny_per_t=-7)))  # fmt: skip
    ends = (
        sells("brick", 99),
        sells("mud", -8, method="D", basis="as_received"),
        sells("mud", 5, method="U", name="u"),
    )
    base = (
        mud(moisture=0.2),
        site("M"),
        lane("R", "M", 3, basis="as_received"),
        product("brick"),
        commodity("lime"),
    )
    return tiny(*base, press, store, tip, steps, *ends, buys("lime", 50), end_of_horizon="charge", **settings)


def test_value(golden: Any) -> None:
    """Two halves, not discounted. Mud (20 % water): gate fee 8 ÷ 0.8 = 10, lane 3 ÷ 0.8 = 3.75; sales 5 as a price.

    holding: 1 put, 20 reclaimed, 4 · 181 ÷ 365 = 1.98356 in stock in June, 20 placed; levies 3 put, 6 placed;
    charge: 20 + the least of 10, 29.75 (lane and landfill), 10 + 5 − 1.1 · 30 = −18 (press) and −5: 2.
    """
    golden(paid(periods=parts(2026, 6)), "define_value_cny")


def test_value_discounted(golden: Any) -> None:
    """10 %: half of 2026 from July is 184 days, middle 181 + 92 = 273 days: factor 1.1^−(273 ÷ 365.25) = 0.931240.

    Lime 50 · 0.93124 = 46.562; the tiers' money by the middle of the year's window, which here is the same half.
    """
    case = paid(periods=parts(2026, 6)[1:], discounting="mid_period", discount_rate=0.1)
    golden(case, "define_value_cny")


def test_goals(golden: Any) -> None:
    """value = Σ terms; utilisation = Σ utilised new, all classes; emissions, landfilled = Σ of their account."""
    golden(chain(periods=years(2026, 2)), "define_goal")


def test_goal_of_named_classes_with_legacy(golden: Any) -> None:
    """The objective may count named classes only, and legacy too."""
    two = (lining(), landfill("lining", name="cell", accepts_hazardous=True))
    case = chain(*two, utilisation_classes=("spent_pot_lining",), utilisation_counts_legacy=True)
    golden(case, "define_goal")


def test_objective() -> None:
    """Value less 9 CNY per tonne short of the soft target; emissions and landfilled tonnes are minimised."""
    network = build_network(chain(target(0.4, hard=False, price_cny_per_t=9)))
    model = build_model(network)
    found = {}
    for goal in ("value", "utilisation", "emissions", "landfilled"):
        set_goal(model, network, goal)
        found[f"objective {goal}"] = objective_of(compile(model))["objective"]
    check_golden("objective", found)


# ---------------------------------------------------------------- bounds


def test_bounds() -> None:
    """By June 100 t of mud can have been there, by December 200; the mill takes 60, so tailings 0.8 · 60 by June.

    flow: 40 as received ÷ 1.25 = 32; sold: 50 ÷ 1.25 = 40; yard 150 t at most, but 100 in June; lime unlimited.
    """
    separate = works("separate", "mud", {"iron": 0.2, "tails": 0.8}, capacity=60)
    press = works("press", "tails", {"brick": 1.25}, inputs={"lime": 0.25})
    names = (product("iron"), waste("tails"), product("brick"), commodity("lime"), buys("lime", 1), site("M"))
    ends = (sells("iron", 1), sells("brick", 1), yard("mud", capacity_t=150), landfill("mud", 1, "M"))
    road = lane("R", "M", 0, basis="as_received", capacity_t=40)
    out = sells("mud", 1, method="U", basis="as_received", max_t=50)
    case = tiny(mud(moisture=0.2), separate, press, *names, *ends, road, out, periods=parts(2026, 6))
    families = ("flow_t", "feed_t", "stock_t", "put_t", "reclaim_t", "placed_t", "sold_t", "bought_t")
    check_golden("bounds", bounds_of(compile(build_model(build_network(case))), families))


# ---------------------------------------------------------------- the register


def families_of_rows() -> set[str]:
    """The row components that the formulation adds, found by building a model family by family."""
    network = build_network(paid(periods=years(2026)))
    m = ConcreteModel()
    for add_family in FORMULATION:
        add_family(m, network)
    return {component.local_name for component in m.component_objects() if isinstance(component, Rows)}


def test_no_family_lacks_a_golden() -> None:
    covered = {line.split('"')[1].split("[")[0] for path in FOLDER.glob("*.json") for line in _heads(path)}
    missing = families_of_rows() - covered
    assert not missing, f"write a golden for {sorted(missing)}"


def _heads(path: Any) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith('  "')]


def test_no_golden_lacks_a_test() -> None:
    text = "".join(
        path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_goldens*.py")
    )
    tests = set(re.findall(r"def test_(\w+)", text)) | {f"limit_{m}" for m in MEASURES}
    tests |= {f"target_{rate}" for rate in ("rate_new", "rate_stat", "rate_gross")}
    tests |= {f"logic_{per}" for per in ("period", "horizon")}
    assert {path.stem for path in FOLDER.glob("*.json")} <= tests


def test_the_goldens_tell_one_coefficient_apart() -> None:
    """Weakening a balance to ≥, or changing one coefficient by 1e-6, is seen."""
    case = tiny(mud(), landfill("mud"))
    form = compile(build_model(build_network(case)))
    rows_ = rows_of(form, ["balance"])
    (name,) = rows_
    weaker = {name: {"at_least": rows_[name]["equals"], "terms": rows_[name]["terms"]}}
    nudged = {name: rows_[name] | {"terms": {k: v + 1e-6 for k, v in rows_[name]["terms"].items()}}}
    for other in (weaker, nudged):
        assert flat(other[name]) != pytest.approx(flat(rows_[name]), rel=1e-9, abs=1e-12)
