"""One small case in which every family has rows and every enforced number of the schema stands.

From July 2026: two quarters and the year 2027. R is the refinery, M the works, N a market, S a smelter; roads for
all, a lorry for dangerous goods, a belt and a listed road. It has a plan.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from tests.builders import (
    Tables,
    buys,
    commodity,
    group,
    in_stock,
    landfill,
    lining,
    mud,
    parts,
    product,
    prop,
    rows,
    sells,
    site_row,
    target,
    tiny,
    waste,
    works,
    yard,
    years,
)

from redmud_opt.case import Case, Period
from redmud_opt.case.rules import Limit
from redmud_opt.case.things import Arising, Assay, CalendarMonth, Supply, Tier, YearToDate
from redmud_opt.case.works import (
    Distance,
    Emission,
    FixedInput,
    Gate,
    Haul,
    Lane,
    LineProcess,
    OperatingPoint,
    Partition,
)

PLACES = tuple(
    site_row(name, longitude_deg=107.0 + 0.2 * k, latitude_deg=23.0 + 0.1 * k)
    for k, name in enumerate("RMNS")
)


def _materials() -> tuple[Tables, ...]:
    values = {
        ("mud", "Fe"): 21.0,
        ("ash", "Fe"): 4.0,
        ("lime", "Fe"): 0.3,
        ("tails", "Fe"): 14.0,
        ("mud", "Na"): 6.0,
        ("ash", "Na"): 1.0,
    }
    known = tuple(Assay(material=m, property=p, value=v, sigma=v / 50) for (m, p), v in values.items())
    made = Arising(name="ash_of_alumina", site="S", material="ash", production_t=1000, factor_t_per_t=0.2)
    return (
        mud(400, moisture=0.3, density_t_per_m3=1.3),
        waste("ash", "other", moisture=0.1, density_t_per_m3=1.1),
        lining(20, "S"),
        waste("tails", "red_mud", moisture=0.25, density_t_per_m3=1.4),
        waste("relic", "other"),
        waste("slag", density_t_per_m3=1.5),
        product("iron"),
        product("brick"),
        product("scrap"),
        commodity("lime"),
        commodity("stone"),
        rows(composition=known, arisings=made),
        prop("Fe"),
        prop("Na", basis="wet"),
        group("wastes", "mud", "tails", "ash"),
        group("dangerous", "lining", "slag"),
    )


def _works() -> tuple[Tables, ...]:
    split = {
        "iron": {"recovery": 0.5, "property": "Fe", "grade": 55.0},
        "tails": {"complement": True},
    }
    separate = works("separate", "mud", split, cost=12, capacity=500, gas_t_per_t=0.01, loss_t_per_t=0.02,
                     iron_separation=True, stands={"availability": 0.9, "calendar": "season"})  # fmt: skip
    feeds = {
        "mud": {"max_share": 0.7, "cost_cny_per_t": 1.5},
        "tails": {"min_share": 0.1, "gas_t_per_t": 0.04, "loss_t_per_t": 0.01, "uptake_t_per_t": 0.05},
        "ash": {},
    }
    press = works("press", feeds, {"brick": 1.1}, at="M", cost=30, capacity=400, inputs={"lime": 0.1})
    slag = {"slag": {"yield_t_per_t": 1.1, "of_feed_t_per_t": 0.9}, "scrap": {"complement": True}}
    detox = works("detox", {"lining": {"gas_t_per_t": 0.02, "loss_t_per_t": 0.01}}, slag, at="S", method="U",
                  cost=90, inputs={"lime": 0.15}, uptake_t_per_t=0.05)  # fmt: skip
    burn = works("burn", None, {"lime": 0.55}, at="M", cost=20, capacity=100, inputs={"stone": 1.0})
    return (
        separate,
        press,
        detox,
        burn,
        rows(
            points=(
                OperatingPoint(process="separate", point="coarse", cost_cny_per_t=1),
                OperatingPoint(process="separate", point="fine", cost_cny_per_t=4),
            ),
            line_processes=LineProcess(line="separate_line", process="separate", point="fine", use_per_t=1.5),
            partitions=(
                Partition(process="separate", output="tails", property="Na", share=0.95),
                Partition(process="separate", output="tails", property="Fe", share=0.5),
            ),
            inputs=FixedInput(process="press", feed="ash", material="lime", amount_per_t=0.1),
            emissions=(
                Emission(process="press", account="co2e_t", amount_per_t=0.1),
                Emission(process="separate", account="water_m3", amount_per_t=2),
                Emission(process="detox", account="energy_kgce", amount_per_t=30),
            ),
            gates=(
                Gate(name="soda", at="press", property="Fe", limit=18, k_sigma=1),
                Gate(name="iron_in", at="separate", property="Fe", sense="min", limit=15, k_sigma=0.5),
                Gate(name="out", at="separate", output="tails", property="Fe", limit=25, retained=0.9),
                Gate(name="soda_of_base", at="base", property="Na", limit=5.5),
            ),
        ),
    )


def _places() -> tuple[Tables, ...]:
    half = tuple(CalendarMonth(calendar="season", month=month, share=0.5) for month in (2, 8))
    return (
        yard(
            "wastes",
            final=True,
            method="D",
            capacity_t=2000,
            airspace_m3=1800,
            max_put_t=900,
            max_reclaim_t=300,
            per="year",
            calendar="season",
            put_cost_cny_per_t=4,
            reclaim_cost_cny_per_t=3,
            place_cost_cny_per_t=30,
            holding_cost_cny_per_t_a=1.5,
            compliant=False,
            tax_cny_per_t=2,
        ),
        yard("wastes", "M", name="heap", put_cost_cny_per_t=1),
        yard("ash", "S", name="pile", retrievable=True),
        yard("brick", "M", name="shed", holding_cost_cny_per_t_a=5),
        yard("dangerous", "S", name="cell", accepts_hazardous=True, capacity_t=300),
        landfill("dangerous", 400, "N", name="pit", accepts_hazardous=True),
        in_stock("yard", "mud", 300, arose_on=date(2026, 2, 1)),
        in_stock("yard", "tails", 80),
        yard("relic", "N", name="vault"),
        in_stock("vault", "relic", 12),
        rows(
            calendars=half,
            haul=(
                Haul(
                    name="road", cost_cny_per_t_km=0.4, handling_cny_per_t=6, max_km=90, co2e_kg_per_t_km=0.06
                ),
                Haul(name="lorry", material="dangerous", cost_cny_per_t_km=0.9, dg_allowed=True),
            ),
            lanes=(
                Lane(name="belt", from_site="R", to_site="M", mode="belt", cost_cny_per_t=7, capacity_t=900),
                Lane(name="by_road", from_site="R", to_site="N", distance_km=31, capacity_t=500, basis="dry"),
            ),
            distances=Distance(from_site="M", to_site="N", distance_km=25),
        ),
    )


def _markets() -> tuple[Tables, ...]:
    steps = (
        Tier(item="brick_outlet", step=1, width_t=200, price_cny_per_t=160),
        Tier(item="brick_outlet", step=2, price_cny_per_t=110),
        Tier(item="lime_supply", step=1, width_t=40, price_cny_per_t=240),
        Tier(item="lime_supply", step=2, price_cny_per_t=300),
    )
    stone = Supply(name="stone_supply", site="M", material="stone", price_cny_per_t=35, max_t=120, min_t=2)
    return (
        sells("iron", 420, "N", min_t=5, max_t=90),
        sells("brick", 150, "N"),
        sells("mud", -18, "N", method="U", name="base", basis="as_received", max_t=200, haul_radius_km=30),
        sells("mud", -30, "N", method="D", name="tip"),
        sells("slag", -500, "N", method="D", name="works_of_others"),
        sells("scrap", 3000, "S"),
        buys("lime", 250, "M"),
        buys("lime", 280, "S", name="lime_at_smelter"),
        rows(tiers=steps, supplies=stone),
    )


def _policy() -> tuple[Tables, ...]:
    whole = Limit(name="fed", measure="feed", sense="measure", at="press", per="year")
    ash = Limit(
        name="ash_fed", measure="feed", material="ash", at="press", sense="max", value=0.6, share_of="fed"
    )
    done: dict[str, Any] = {
        "generated_t": 700,
        "utilised_new_t": 120,
        "utilised_legacy_t": 30,
        "gross_new_t": 200,
        "gross_legacy_t": 40,
    }
    soft: dict[str, Any] = {"hard": False, "price_cny_per_t": 40}
    return (
        rows(
            year_to_date=(
                YearToDate(waste_class="red_mud", site="R", **done),
                YearToDate(waste_class="spent_pot_lining", site="S", generated_t=30, utilised_new_t=3),
            ),
            limits=(
                whole,
                ash,
                Limit(name="most_placed", measure="placed", sense="max", value=2500, per="horizon"),
                Limit(name="least_made", measure="made", material="brick", sense="min", value=10),
            ),
        ),
        target(0.15, scope="R", name="new_mud"),
        target(0.2, rate="rate_stat", name="statistical", **soft),
        target(0.3, rate="rate_gross", name="gross", **soft),
        target(0.1, iron="gross_feed", name="gross_feed"),
        target(0.5, waste_class="spent_pot_lining", name="of_lining", **soft),
    )  # fmt: skip


@cache
def rich(periods: tuple[Period, ...] = parts(2026, 3)[2:] + years(2027)) -> Case:
    """The case."""
    return tiny(
        *_materials(),
        *_works(),
        *_places(),
        *_markets(),
        *_policy(),
        sites=PLACES,
        periods=periods,
        base_year=2026,
        discounting="mid_period",
        discount_rate=0.08,
        end_of_horizon="charge",
    )


def small() -> Case:
    """The same for one half-year: every family still has rows."""
    return rich(parts(2026, 6)[1:])
