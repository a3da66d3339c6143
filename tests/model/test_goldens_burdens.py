"""Golden rows of accounts, the price of carbon, haulage and the lanes that haul rules make.

Mud is 0.8 dry: 1.25 t wet a tonne. R to M are 100 km. The press at M takes 0.5 MWh a tonne.
"""

from __future__ import annotations

from typing import Any

from tests.builders import (
    Tables,
    buys,
    commodity,
    landfill,
    lane,
    mud,
    parts,
    product,
    rows,
    sells,
    site,
    site_row,
    tiny,
    works,
)

from redmud_opt.case import Case
from redmud_opt.case.burdens import Avoided, Factor, Mode
from redmud_opt.case.rules import Limit
from redmud_opt.case.works import Distance, Emission, Haul

ROAD = Haul(name="by_road", cost_cny_per_t_km=0.1, co2e_kg_per_t_km=0.08)


def pressing(*more: Tables, hauls: tuple[Haul, ...] = (ROAD,), **settings: Any) -> Case:
    """Mud at R, dumped there or pressed at M; two quarters."""
    press = works(
        "press", "mud", {"brick": 1.0}, at="M", inputs={"power": {"amount_per_t": 0.5, "solid": False}}
    )
    goods = (product("brick"), sells("brick", 10, "M"), commodity("power", unit="MWh"), buys("power", 2, "M"))
    burdens = rows(
        emissions=Emission(process="press", account="co2e_t", amount_per_t=0.1),
        factors=(
            Factor(material="power", account="co2e_t", amount_per_unit=0.6),
            Factor(material="power", account="energy_kgce", amount_per_unit=120),
        ),
        haul=hauls,
        distances=Distance(from_site="R", to_site="M", distance_km=100),
    )
    base = (mud(moisture=0.2), landfill("mud"), site("M"), press, *goods, burdens)
    return tiny(*base, *more, periods=parts(2026, 3)[:2], **settings)


def test_account_of_all_scopes(golden: Any) -> None:
    """co2e: 0.1 + 0.5 · 0.6 = 0.4 a tonne pressed, 100 km · 0.08 kg · 1.25 ÷ 1000 = 0.01 a tonne moved.

    energy: 0.5 · 120 = 60 kgce. Avoided stand apart: 0.2 t a brick sold and 3 m³ a tonne pressed.
    """
    avoided = rows(
        avoided=(
            Avoided(item="brick", account="co2e_t", amount_per_t=0.2, boundary="fired brick"),
            Avoided(item="press", account="water_m3", amount_per_t=3, boundary="clay pit"),
        )
    )
    golden(pressing(avoided), "define_account")


def test_co2_cost(golden: Any) -> None:
    """At 50 CNY: 20 a tonne pressed, 0.5 a tonne moved; nothing avoided is paid for."""
    avoided = Avoided(item="brick", account="co2e_t", amount_per_t=0.2, boundary="fired brick")
    golden(pressing(rows(avoided=avoided), co2_price_cny_per_t=50), "define_value_cny")


def test_limit_on_accounts(golden: Any) -> None:
    """0.4 a tonne pressed and 0.01 a tonne moved ≤ 7; at M only the press; by road only what moves.

    Carbon per brick: 0.4 feed + 0.01 flow − 0.5 feed ≤ 0 a quarter. Landfilled ≤ 30 at R.
    """
    of: dict[str, Any] = {"measure": "account", "account": "co2e_t", "sense": "max"}
    limits = (
        Limit(name="all", value=7, **of),
        Limit(name="at_works", value=6, at="M", **of),
        Limit(name="on_road", value=1, mode="road", **of),
        Limit(name="bricks", measure="made", material="brick", sense="measure", per="period"),
        Limit(name="per_brick", value=0.5, share_of="bricks", per="period", **of),
        Limit(name="dumped", value=30, at="R", **of | {"account": "landfilled_t"}),
    )
    golden(pressing(rows(limits=limits)), "limit")


def test_limit_on_haulage(golden: Any) -> None:
    """125 wet t km a tonne by road; the belt is 80 km long: 100 wet t km. Clean: belt − 0.3 · (road + belt) ≥ 0.

    Flow by mode: the road alone, in tonnes.
    """
    limits = (
        Limit(name="all", measure="haulage", sense="measure"),
        Limit(name="clean", measure="haulage", mode="clean", sense="min", value=0.3, share_of="all"),
        Limit(name="lorries", measure="haulage", mode="road", sense="max", value=9000, per="horizon"),
        Limit(name="tonnes", measure="flow", mode="road", sense="max", value=70, per="period"),
    )
    belt = lane("R", "M", 3, mode="belt", distance_km=80)
    modes = rows(modes=(Mode(mode="road"), Mode(mode="belt", clean=True)), limits=limits)
    golden(pressing(belt, modes), "limit")


def test_hauled(golden: Any) -> None:
    """Least 20 t wet a quarter: 1.25 flow − 20 hauled ≥ 0, 1.25 flow − M hauled ≤ 0.

    73 t wet a year are 73 · 90 ÷ 365 = 18 and 73 · 91 ÷ 365 = 18.2 a quarter on the rail, which has no least lot. On
    the road M is the mud there has been: 1.25 · 100, then 1.25 · 200 = 250, of which 130 fit.
    """
    road = Haul(name="by_road", cost_cny_per_t_km=0.1, min_lot_t=20, lane_capacity_t=130, per="period")
    rail = Haul(name="by_rail", mode="rail", cost_cny_per_t_km=0.1, lane_capacity_t=73)
    golden(pressing(hauls=(road, rail)), "haul_capacity", "hauled_most", "hauled_least")


def test_handling_at_a_station(golden: Any) -> None:
    """R to M and on to the kiln at K, 50 km: 12.5 and 6.25 a tonne, and 4 · 1.25 = 5 for what leaves M."""
    station = site_row("M", kind="transfer_station", handling_cny_per_t=4)
    press = works("press", "mud", {"brick": 1.0}, at="K")
    km = (
        Distance(from_site="R", to_site="M", distance_km=100),
        Distance(from_site="M", to_site="K", distance_km=50),
    )
    ends = (product("brick"), sells("brick", 50, "K"), landfill("mud"))
    case = (mud(moisture=0.2), press, *ends, rows(sites=(station, site_row("K")), haul=ROAD, distances=km))
    golden(tiny(*case), "define_value_cny")
