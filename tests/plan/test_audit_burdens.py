"""Accounts, carbon and transport: a plan worked out on paper passes; every planted error is found, and nothing else.

One year, price of carbon 100. 100 t of mud (1.25 t wet a tonne) arise at R: 40 go by rail (100 km, 0.1 CNY and
0.08 kg a wet t km) to the station M, which hands on for 4 CNY a wet tonne, and by road (50 km, 0.2 CNY) to K, where a
press (0.5 MWh a tonne at 0.6 t CO2e and 120 kgce, 0.1 t itself) makes bricks; 60 are dumped.

    rail   40 · 1.25 · 100 = 5,000 t km, 0.4 t CO2e, 500 CNY;   road 2,500 t km, 500 + 40 · 1.25 · 4 = 700 CNY
    carbon (4 + 12 + 0.4) · 100 = 1,640 CNY;   clean share 5,000 ÷ 7,500;   avoided 0.2 · 40 = 8 t
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from tests.builders import (
    Solved,
    arises,
    buys,
    commodity,
    in_stock,
    landfill,
    mud,
    product,
    rows,
    sells,
    site_row,
    solve,
    tiny,
    waste,
    works,
    yard,
)
from tests.plan.test_audit_world import Frames, append, change, drop, keys, put, without_sums

from redmud_opt.case import Case
from redmud_opt.case.backing import Backing
from redmud_opt.case.burdens import Avoided, Factor, Mode
from redmud_opt.case.rules import Limit
from redmud_opt.case.works import Distance, Emission, Haul
from redmud_opt.i18n import LANGUAGES, text
from redmud_opt.plan.audit import audit
from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.priced import Ledger

Change = Callable[[Frames], Frames]
MUD = "mud@red_mud@new"
RAIL, ROAD = "R>M:rail", "M>K:road"


@cache
def world() -> Solved:
    """The case of the head of this file, solved; at most 40 t are fed."""
    places = (
        site_row("R"),
        site_row("M", kind="transfer_station", handling_cny_per_t=4),
        site_row("K"),
    )
    taken = {"power": {"amount_per_t": 0.5, "solid": False}}
    press = works("press", "mud", {"brick": 1.0}, at="K", capacity=40, inputs=taken)
    goods = (
        product("brick"),
        sells("brick", 500, "K"),
        commodity("power", unit="MWh"),
        buys("power", 2, "K"),
    )
    tables: dict[str, Any] = {
        "sites": places,
        "haul": (
            Haul(
                name="by_rail", mode="rail", cost_cny_per_t_km=0.1, co2e_kg_per_t_km=0.08, max_km=120,
                min_lot_t=45, lane_capacity_t=60,
            ),
            Haul(name="by_road", cost_cny_per_t_km=0.2, max_km=60, material="mud"),
        ),
        "distances": (
            Distance(from_site="R", to_site="M", distance_km=100, mode="rail"),
            Distance(from_site="M", to_site="K", distance_km=50, mode="road"),
        ),
        "modes": (Mode(mode="rail", clean=True), Mode(mode="road")),
        "emissions": Emission(process="press", account="co2e_t", amount_per_t=0.1),
        "factors": (
            Factor(material="power", account="co2e_t", amount_per_unit=0.6),
            Factor(material="power", account="energy_kgce", amount_per_unit=120),
        ),
        "avoided": Avoided(item="brick", account="co2e_t", amount_per_t=0.2, boundary="fired brick"),
    }  # fmt: skip
    return solve(
        tiny(mud(moisture=0.2), landfill("mud"), press, *goods, rows(**tables), co2_price_cny_per_t=100)
    )


def found(*changes: Change, case: Case | None = None) -> set[str]:
    solved = world()
    frames = dict(solved.plan.frames)
    for apply in changes:
        frames = apply(frames)
    value = float(frames["value_terms"]["value_cny"].sum())
    said = audit(case or solved.case, without_sums(frames), value)
    for check in said.failures:
        for language in LANGUAGES:
            assert check.message.key not in text(check.message, language)
    return keys(said)


def test_the_plan_is_that_of_the_paper() -> None:
    solved = world()
    table = solved.frame("transport").set_index("mode")
    assert list(table.loc["rail", ["t_km", "co2e_t", "cost_cny"]]) == pytest.approx([5000, 0.4, 500])
    assert list(table.loc["road", ["t_km", "co2e_t", "cost_cny"]]) == pytest.approx([2500, 0, 700])
    assert solved.term("co2_cost") == pytest.approx(-1640)
    assert list(table["clean_share"]) == pytest.approx([2 / 3, 2 / 3])
    assert found() == set()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (change("accounts", "amount", 0.01, scope="direct"), {"burdens.account"}),
        (change("accounts", "amount", 0.01, scope="purchased"), {"burdens.account"}),
        (change("accounts", "amount", 0.01, scope="transport"), {"burdens.account"}),
        (change("accounts", "amount", -1.0, scope="placed"), {"burdens.account"}),
        (change("accounts", "amount", 0.01, scope="avoided"), {"burdens.account"}),
        (put("accounts", "scope", "direct", scope="avoided"), {"burdens.account"}),
        (put("accounts", "carrier", "", scope="purchased"), {"burdens.account"}),
        (put("accounts", "site", "M", scope="direct"), {"burdens.account"}),
        (drop("accounts", scope="transport"), {"burdens.account"}),
        (put("accounts", "year", 2027, scope="direct"), {"burdens.year"}),
        (put("accounts", "site", "moon", scope="direct"), {"frames.unknown_name", "burdens.account"}),
        (change("energy", "amount", 0.1), {"burdens.energy"}),
        (change("energy", "energy_kgce", 1.0), {"burdens.energy"}),
        (drop("energy", carrier="power"), {"burdens.energy"}),
        (change("transport", "flow_t", 1.0, mode="rail"), {"burdens.transport"}),
        (change("transport", "t_km", 1.0, mode="rail"), {"burdens.transport"}),
        (change("transport", "co2e_t", 0.01, mode="rail"), {"burdens.transport"}),
        (change("transport", "cost_cny", 1.0, mode="road"), {"burdens.transport"}),
        (change("transport", "clean_share", 0.01, mode="road"), {"burdens.transport"}),
        (put("transport", "t_km", float("nan"), mode="road"), {"burdens.transport"}),
        (put("transport", "clean", "yes", mode="road"), {"burdens.clean"}),
        (drop("transport", mode="road"), {"burdens.no_row"}),
        (append("transport", "barge", 2026, "", 1.0, 1.0, 1.0, 0.0, 0.0, 2 / 3),
         {"burdens.transport"}),
        (change("totals", "amount", 8.0, total="co2e_t"), {"totals.misstated"}),
        (change("totals", "amount", 1.0, total="avoided_co2e_t"), {"totals.misstated"}),
        (change("value_terms", "value_cny", 800.0, term="co2_cost"), {"value.misstated", "value.sum"}),
        (change("value_terms", "value_cny", 200.0, term="transport"), {"value.misstated", "value.sum"}),
    ],
)  # fmt: skip
def test_what_the_frames_state(changed: Change, said: set[str]) -> None:
    assert found(changed) == {f"audit.{key}" for key in said}


def test_no_factor_is_no_energy() -> None:
    """Without an energy factor the kgce must be blank."""
    case = replace(world().case, factors=world().case.factors[:1])
    without = (
        drop("accounts", account="energy_kgce"),
        change("totals", "amount", -2400.0, total="energy_kgce"),
    )
    assert found(*without, case=case) == {"audit.burdens.no_factor"}
    assert found(*without, put("energy", "energy_kgce", float("nan")), case=case) == set()


def test_no_modes_no_clean_share() -> None:
    case = replace(world().case, modes=())
    blank = put("transport", "clean", "")
    assert found(blank, case=case) == {"audit.burdens.unknown"}
    assert found(blank, put("transport", "clean_share", float("nan")), case=case) == set()


def with_haul(name: str, **columns: Any) -> Case:
    case = world().case
    return replace(case, haul=tuple(replace(h, **columns) if h.name == name else h for h in case.haul))


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"lane_capacity_t": 49.9}, {"hauled.over"}),
        ({"min_lot_t": 50.1}, {"hauled.lot"}),
        ({"lane_capacity_t": 50.0, "min_lot_t": 50.0}, set()),
    ],
)
def test_lots_and_capacities_of_hauled_lanes(columns: dict[str, float], said: set[str]) -> None:
    """50 t wet move by rail."""
    assert found(case=with_haul("by_rail", **columns)) == {f"audit.{key}" for key in said}


@pytest.mark.parametrize(
    ("limit", "most"),
    [
        ({"measure": "account", "account": "co2e_t"}, 16.4),
        ({"measure": "account", "account": "co2e_t", "at": "press"}, 16.0),
        ({"measure": "account", "account": "co2e_t", "at": "R"}, 0.4),
        ({"measure": "account", "account": "co2e_t", "mode": "rail"}, 0.4),
        ({"measure": "account", "account": "co2e_t", "mode": "road"}, 0.0),
        ({"measure": "account", "account": "energy_kgce"}, 2400.0),
        ({"measure": "account", "account": "landfilled_t", "at": "landfill"}, 60.0),
        ({"measure": "haulage"}, 7500.0),
        ({"measure": "haulage", "mode": "clean"}, 5000.0),
        ({"measure": "haulage", "mode": "rail; road", "to": "K"}, 2500.0),
        ({"measure": "flow", "mode": "road"}, 40.0),
    ],
)
def test_limits(limit: dict[str, Any], most: float) -> None:
    """What is measured just fits its limit, and is over one that is a little less."""
    for value, said in ((most, set()), (most - 0.01, {"audit.limits.over"})):
        row = Limit(name="cap", sense="max", value=value, **limit)
        assert found(case=replace(world().case, limits=(row,))) == said


def test_handling_belongs_to_transport() -> None:
    """Without it the station's 200 CNY are too much, in the value and in the frame."""
    places = tuple(replace(row, handling_cny_per_t=None) for row in world().case.sites)
    case = replace(world().case, sites=places)
    assert found(case=case) == {"audit.value.misstated", "audit.value.sum", "audit.burdens.transport"}


def test_the_way_out_counts_carbon_and_handling() -> None:
    """Relic at the station M goes 50 km by road to K: 12.5 + 5 CNY and 0.01 t at 100 CNY; the charge says so.

    A charge without carbon, or without handling, is understated.
    """
    places = (site_row("R"), site_row("M", kind="transfer_station", handling_cny_per_t=4), site_row("K"))
    road = Haul(name="by_road", cost_cny_per_t_km=0.2, co2e_kg_per_t_km=0.16)
    km = Distance(from_site="M", to_site="K", distance_km=50)
    case = tiny(
        waste("relic", "other", moisture=0.2), arises("relic", 50, "M"), yard("relic", "M", name="heap"),
        in_stock("heap", "relic", 0.0), sells("relic", -20, "K", method="D", max_t=0.0001),
        rows(sites=places, haul=road, distances=km), end_of_horizon="charge", co2_price_cny_per_t=100,
    )  # fmt: skip
    solved = solve(case)
    (row,) = solved.frame("excess").to_dict("records")
    assert row["charge_cny_per_t"] == pytest.approx(20 + 12.5 + 5 + 1)
    for less in (1.0, 5.0):
        frames = change("excess", "charge_cny_per_t", -less)(dict(solved.plan.frames))
        frames = change("value_terms", "value_cny", less * row["excess_t"], term="end_charge")(frames)
        said = audit(case, without_sums(frames), float(frames["value_terms"]["value_cny"].sum()))
        assert keys(said) == {"audit.horizon.charge_understated"}


def test_what_prices_carbon_and_handling() -> None:
    """1,640 CNY: 400 by the emissions row, 1,200 by the factor, 40 by the haul rule; 200 by the station."""
    solved = world()
    money = Ledger(Book(solved.case, solved.plan.frames, None), Backing(solved.case)).frame()
    carbon = money[money["term"] == "co2_cost"].set_index("table")["money_cny"]
    assert carbon.to_dict() == pytest.approx({"emissions": -400, "factors": -1200, "haul": -40})
    assert money[money["table"] == "sites"]["money_cny"].sum() == pytest.approx(-200)
