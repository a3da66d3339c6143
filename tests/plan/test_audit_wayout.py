"""The cheapest way out of a storage as the audit works it out, on paper. MODEL.md 'End of horizon'.

One yard of mud at R; what else there is says each test. Costs in CNY per dry tonne.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest
from tests.builders import (
    Tables,
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
    tiny,
    waste,
    works,
    yard,
)

from redmud_opt.case import Case
from redmud_opt.case.things import CalendarMonth, Tier
from redmud_opt.case.works import Distance, Gate, Haul, Lane
from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.horizon import horizon
from redmud_opt.plan.audit.streams import Reader
from redmud_opt.plan.audit.wayout import WayOut

MUD = "mud@red_mud@new"
DOSE = {"lime": {"amount_per_t": 0.5, "solid": False}}


def world(*more: Tables, **settings: Any) -> Case:
    return tiny(
        *(mud(), site("M"), site("N"), yard("mud", reclaim_cost_cny_per_t=2)),
        *more,
        **{"end_of_horizon": "charge"} | settings,
    )


def charge(case: Case, lineage: str = "mud", storage: str = "yard") -> float | None:
    """From the case and the stream that arises alone: the plan has no rows."""
    book = Book(case, {"streams": pd.DataFrame({"stream": [MUD]})}, None)
    return WayOut(book).charge(storage, Reader(book.facts).lineage(lineage))


def test_reclaiming_a_lane_and_a_landfill() -> None:
    """2 + 3 + 20."""
    assert charge(world(lane("R", "M", 3), landfill("mud", 20, "M"))) == 25


def test_no_way_out() -> None:
    """No sink; a lane back and forth is none; nor is a yard that keeps what is put into it."""
    assert charge(world()) is None
    assert (
        charge(world(lane("R", "M", 3), lane("M", "R", 3, name="back"), yard("mud", "M", name="y"))) is None
    )


def test_what_cannot_be_taken_out_has_no_way_out() -> None:
    case = world(landfill("mud", 20))
    kept = tuple(replace(row, retrievable=False) for row in case.storages)
    assert charge(replace(case, storages=kept)) is None


def test_tax_where_placement_is_not_compliant() -> None:
    """2 + 20 + 7; compliant, the tax does not fall."""
    assert charge(world(landfill("mud", 20, compliant=False, tax_cny_per_t=7))) == 29
    assert charge(world(landfill("mud", 20, compliant=True, tax_cny_per_t=7))) == 22


def test_basis_and_moisture() -> None:
    """20 % water: a fee of 8 as received is 10 per dry tonne, a lane at 4 is 5 (4 if listed dry)."""
    wet = waste("mud", "red_mud", moisture=0.2)["materials"]
    fee = sells("mud", -8, "M", method="D", basis="as_received")
    for basis, cost in (("as_received", 5), ("dry", 4)):
        case = replace(world(lane("R", "M", 4, basis=basis), fee), materials=wet)
        assert charge(case) == pytest.approx(2 + 10 + cost)


def test_the_best_of_the_tiers_counts() -> None:
    """Fees of 9, then 6, then 11 replace the price of −1: 2 + 6."""
    steps = tuple(
        Tier(item="buyer", step=k, width_t=1.0, price_cny_per_t=-p)
        for k, p in ((1, 9.0), (2, 6.0), (3, 11.0))
    )
    assert charge(world(sells("mud", -1, method="D", name="buyer"), rows(tiers=steps))) == 8


def test_a_way_out_that_pays_is_charged_nothing() -> None:
    assert charge(world(sells("mud", 5, method="U"))) == 0


# ---------------------------------------------------------------- what is open


@pytest.mark.parametrize(
    "shut",
    [
        {"closes": date(2026, 10, 1)},
        {"opens": date(2027, 1, 1)},
        {"max_t": 0.0},
        {"calendar": "dry"},
        {"calendar": "dry", "max_t": 5.0},
    ],
)
def test_an_outlet_that_is_shut_in_the_last_period_is_no_way_out(shut: dict[str, Any]) -> None:
    """Quarters; the calendar has nothing in October to December. Else 2 + 1, shut 2 + 20."""
    dry = rows(calendars=tuple(CalendarMonth(calendar="dry", month=m, share=0.0) for m in (10, 11, 12)))

    def case(**values: Any) -> Case:
        return world(dry, landfill("mud", 20), sells("mud", -1, method="D", **values), periods=parts(2026, 3))

    assert charge(case()) == 3
    assert charge(case(max_t=0.001)) == 3
    assert charge(case(**shut)) == 22


@pytest.mark.parametrize(
    ("table", "shut"),
    [
        ("lines", {"closes": date(2026, 10, 1)}),
        ("lines", {"capacity": 0.0}),
        ("lines", {"availability": 0.0}),
        ("lines", {"candidate": True, "earliest": date(2027, 1, 1)}),
        ("lanes", {"capacity_t": 0.0}),
        ("supplies", {"max_t": 0.0}),
        ("storages", {"closes": date(2026, 10, 1)}),
        ("storages", {"max_put_t": 0.0}),
        ("storages", {"capacity_t": 0.0}),
    ],
)
def test_nothing_on_the_way_may_be_shut(table: str, shut: dict[str, Any]) -> None:
    """Burning 4 + 0.1 lime · 50, then 0.5 ash over the lane at 3 and placed at M at 10: 2 + 4 + 5 + 6.5 = 17.5."""
    burn = works("burn", "mud", {"ash": 0.5}, method="D", cost=4, gas_t_per_t=0.6, inputs={"lime": 0.1})
    case = world(
        *(waste("ash"), burn, commodity("lime"), buys("lime", 50)),
        *(lane("R", "M", 3), landfill("ash", 10, "M", name="pit")),
        periods=parts(2026, 3),
    )
    assert charge(case) == pytest.approx(17.5)
    changed = tuple(replace(r, **shut) if r.name != "yard" else r for r in getattr(case, table))
    assert charge(replace(case, **{table: changed})) is None


def test_nothing_is_reclaimed_from_a_storage_that_is_shut_in_the_last_period() -> None:
    """2 + 20; shut all through the last quarter, no way out. One day is enough; the calendar does not count."""
    dry = rows(calendars=tuple(CalendarMonth(calendar="dry", month=m, share=0.0) for m in (10, 11, 12)))

    def case(**values: Any) -> Case:
        found = world(dry, landfill("mud", 20), periods=parts(2026, 3))
        yards = tuple(replace(r, **values) if r.name == "yard" else r for r in found.storages)
        return replace(found, storages=yards)

    for shut in ({"closes": date(2026, 10, 1)}, {"opens": date(2027, 1, 1)}):
        assert charge(case(**shut)) is None
    assert charge(case(closes=date(2026, 10, 2))) == 22
    assert charge(case(opens=date(2026, 12, 31))) == 22
    assert charge(case(calendar="dry")) == 22


def test_what_lies_in_a_shut_storage_may_not_grow() -> None:
    """10 t go into a yard that closes with September: stuck, and an excess with a charge is invented."""
    found = world(landfill("mud", 20), periods=parts(2026, 3))
    yards = tuple(replace(r, closes=date(2026, 10, 1)) if r.name == "yard" else r for r in found.storages)
    shut = replace(found, storages=yards)
    last = shut.periods[-1].name
    frames = {
        "streams": pd.DataFrame({"stream": [MUD]}),
        "stocks": pd.DataFrame(
            [("yard", "R", MUD, last, 0.0, 0.0, 10.0)],
            columns=["storage", "site", "stream", "period", "put_t", "reclaimed_t", "stock_t"],
        ),
        "excess": pd.DataFrame(
            [("yard", "red_mud", "general", 10.0, 22.0)],
            columns=["storage", "waste_class", "kind", "excess_t", "charge_cny_per_t"],
        ),
    }

    def said(case: Case) -> set[str]:
        return {check.message.key for check in horizon(Book(case, frames, None)) if not check.passed}

    assert said(found) == set()
    assert said(shut) == {
        "audit.horizon.no_way_out",
        "audit.horizon.way_out_invented",
        "audit.horizon.misstated",
    }


# ---------------------------------------------------------------- processes and what they need


def test_a_product_pays_for_its_process_and_a_residue_costs() -> None:
    """30 to run, 0.2 t iron sold at 100, 0.8 t tails placed at 15: 2 + 30 − 20 + 12 = 24."""
    separate = works("sep", "mud", {"iron": 0.2, "tails": 0.8}, cost=30)
    more = (separate, product("iron"), waste("tails"), landfill("tails", 15, name="pit"))
    assert charge(world(*more, sells("iron", 100))) == pytest.approx(24)
    assert charge(world(*more)) is None  # the iron goes nowhere: a dead end


def test_inputs_are_bought_where_that_is_cheapest() -> None:
    """0.5 lime per tonne: 20 here, or 8 at M with a lane at 3, so 11: 2 + 5.5; the second tier of M at 4: 2 + 3.5."""
    dose = works("dose", "mud", {"brick": 1.0}, inputs=DOSE)
    more = (dose, product("brick"), sells("brick", 0), commodity("lime"), lane("M", "R", 3))
    bought = (buys("lime", 20), buys("lime", 8, "M", name="far"))
    assert charge(world(*more, *bought)) == pytest.approx(7.5)
    steps = (
        Tier(item="far", step=1, width_t=1, price_cny_per_t=8),
        Tier(item="far", step=2, price_cny_per_t=4),
    )
    assert charge(world(*more, *bought, rows(tiers=steps))) == pytest.approx(5.5)
    assert charge(world(*more)) is None


def test_inputs_are_free_where_they_are_made() -> None:
    """A recipe at R burns lime from bought stone: free, although stone costs 30; 2 + 1."""
    dose = works("dose", "mud", {"brick": 1.0}, cost=1, inputs=DOSE)
    kiln = works("kiln", None, {"lime": 1.0}, inputs={"stone": 1.0})
    more = (dose, kiln, product("brick"), sells("brick", 0), commodity("lime"), commodity("stone"))
    assert charge(world(*more, buys("stone", 30), buys("lime", 10))) == pytest.approx(3)
    assert charge(world(*more, buys("lime", 10))) == pytest.approx(8)  # without stone the kiln makes nothing
    shut = world(*more, buys("stone", 30), buys("lime", 10), periods=parts(2026, 3))
    lines = tuple(replace(r, closes=date(2026, 10, 1)) if "kiln" in r.name else r for r in shut.lines)
    assert charge(replace(shut, lines=lines)) == pytest.approx(8)


def test_what_a_process_needs_leaves_for_nothing() -> None:
    """Steam from burning has no outlet, but drying takes it: 2 + 4 + 0. Drying shut in the last quarter: no way."""
    burn = works("burn", "mud", {"steam": 2.0}, method="D", cost=4, gas_t_per_t=1.0)
    dry = works("dry", "ore", {"dust": 1.0}, inputs={"steam": 0.1})
    more = (burn, dry, commodity("steam", unit="GJ"), commodity("ore"), commodity("dust"), buys("ore", 1))
    case = world(*more, sells("dust", 1), periods=parts(2026, 3))
    assert charge(case) == pytest.approx(6)
    lines = tuple(replace(r, closes=date(2026, 10, 1)) if "dry" in r.name else r for r in case.lines)
    assert charge(replace(case, lines=lines)) is None


def test_chains_end_at_the_declared_depth() -> None:
    """Mud → tails → slag, placed at 1: two processes at 3 each, 2 + 7; with a depth of one there is no way."""
    chain = (works("a", "mud", {"tails": 1.0}, cost=3), works("b", "tails", {"slag": 1.0}, cost=3))
    more = (*chain, waste("tails"), waste("slag"), landfill("slag", 1, name="pit"))
    assert charge(world(*more)) == pytest.approx(9)
    assert charge(world(*more, max_depth=1)) is None


def test_a_circle_that_loses_mass_converges() -> None:
    """Washing ore: 1 → 0.5 ore + 0.5 dust sold at 10; out = 1 + 0.5·out − 5 = −8. Mud becomes ore for 20: 2 + 20 − 8.

    Values fall to it from the fee of 30 that ore may be left for; without any other end the circle is none.
    """
    more = (
        works("to_ore", "mud", {"ore": 1.0}, cost=20),
        works("wash", "ore", {"ore": 0.5, "dust": 0.5}, cost=1),
        *(commodity("ore"), commodity("dust"), sells("dust", 10)),
    )
    assert charge(world(*more, sells("ore", -30))) == pytest.approx(14)
    assert charge(world(*more)) is None


def test_a_circle_that_earns_is_charged_nothing() -> None:
    """Washing loses no ore and earns 4 each time round; the way there costs 10^6."""
    more = (
        works("to_ore", "mud", {"ore": 1.0}, cost=1e6),
        works("wash", "ore", {"ore": 1.0, "dust": 0.5}, cost=1),
        *(commodity("ore"), commodity("dust"), sells("dust", 10), sells("ore", 0)),
    )
    assert charge(world(*more)) == 0


# ---------------------------------------------------------------- law


def test_a_gate_for_every_stream_alone_bars_the_way_and_a_blend_does_not() -> None:
    """Mud has 5; a buyer for 1 allows 4, the landfill is 20."""
    more = (prop("p"), assay("mud", p=5), landfill("mud", 20), sells("mud", -1, method="U", name="buyer"))
    for limit, kind, expected in ((4.0, "each", 22), (5.0, "each", 3), (4.0, "blend", 3)):
        gate = Gate(name="g", at="buyer", property="p", limit=limit, kind=kind)
        assert charge(world(*more, rows(gates=gate))) == expected


def test_hazardous_waste_goes_where_it_may() -> None:
    """The ordinary lane at 1 carries no lining, the dangerous one at 9 does; the pit at 5 is not built for it."""
    more = (
        *(lining(), yard("lining", name="shed", accepts_hazardous=True), landfill("lining", 5, name="near")),
        *(lane("R", "M", 1), landfill("lining", 7, "M", name="far", accepts_hazardous=True)),
    )
    assert charge(world(*more), "lining", "shed") is None
    assert charge(world(*more, lane("R", "M", 9, name="dg", dg_allowed=True)), "lining", "shed") == 16


def test_products_of_waste_are_not_discarded() -> None:
    """Bricks cannot be placed, nor handed to disposal."""
    more = (works("press", "mud", {"brick": 1.0}), product("brick"), group("all", "mud", "brick"))
    assert charge(world(*more, landfill("brick", 1, name="pit"))) is None
    assert charge(world(*more, sells("brick", -1, method="D"))) is None
    assert charge(world(*more, sells("brick", -1))) == 3


# ---------------------------------------------------------------- lanes


ROADS = (
    Distance(from_site="R", to_site="M", distance_km=10.0),
    Distance(from_site="M", to_site="N", distance_km=10.0),
    Distance(from_site="R", to_site="N", distance_km=90.0),
)


def hauled(*more: Tables, **values: Any) -> Case:
    """A landfill at N for nothing; lorries at 1 CNY/(t km)."""
    road = Haul(name="road", **{"cost_cny_per_t_km": 1.0} | values)
    return world(landfill("mud", 0, "N"), *more, rows(distances=ROADS, haul=road))


def test_a_haul_rule_leads_only_to_sites_that_take_the_material() -> None:
    """Straight 90; over M it would be 20, if M took mud."""
    assert charge(hauled()) == 92
    assert charge(hauled(yard("mud", "M", name="half_way"))) == 22
    assert charge(hauled(lane("M", "N", 10))) == 22
    assert charge(hauled(yard("ash", "M", name="half_way"), waste("ash"))) == 92
    station = hauled()
    sites = tuple(replace(r, kind="transfer_station") if r.name == "M" else r for r in station.sites)
    assert charge(replace(station, sites=sites)) == 22


def test_a_haul_rule_has_a_handling_cost_and_a_greatest_distance() -> None:
    assert charge(hauled(handling_cny_per_t=5.0)) == 97
    assert charge(hauled(max_km=89.0)) is None


def test_a_listed_lane_stands_for_the_hauled_one_of_its_sites_and_mode() -> None:
    """A road listed at 100 is the road; a conveyor at 100 stands beside it."""
    road = Lane(name="l", from_site="R", to_site="N", cost_cny_per_t=100.0)
    assert charge(hauled(rows(lanes=road))) == 102
    assert charge(hauled(rows(lanes=replace(road, mode="conveyor")))) == 92


def test_lorries_carry_tonnes() -> None:
    """Heat is not hauled to its buyer at M, it needs a listed lane."""
    burn = works("burn", "mud", {"heat": 1.0}, method="D", gas_t_per_t=1.0)
    more = (burn, commodity("heat", unit="GJ"), sells("heat", 0, "M"))
    road = rows(distances=ROADS, haul=Haul(name="road", cost_cny_per_t_km=1.0))
    assert charge(world(*more, road)) is None
    assert charge(world(*more, road, lane("R", "M", 4))) == 6


def test_an_outlet_is_no_way_out_from_beyond_its_haul_radius() -> None:
    """The buyer at N for nothing takes from within 50 km: over M by two lanes of 10 km, or not at all.

    That a shed stands at N lets mud come, not to the buyer: placed there at 30, 90 + 30.
    """

    def case(*more: Tables) -> Case:
        buyer = sells("mud", 0, "N", method="U", haul_radius_km=50.0)
        return world(buyer, *more, rows(distances=ROADS, haul=Haul(name="road", cost_cny_per_t_km=1.0)))

    assert charge(case()) is None
    assert charge(case(landfill("mud", 30, "N"))) == 122
    assert charge(case(landfill("mud", 30, "N"), yard("mud", "M", name="half_way"))) == 22


# ---------------------------------------------------------------- what can lie there


def test_what_can_lie_in_a_storage() -> None:
    """Mud arises, tails are made and accepted; ash lies there; slag is made nowhere, lining is hazardous."""
    both = yard("wastes", name="both")
    more = (
        *(both, group("wastes", "mud", "tails", "slag", "lining"), lining(), in_stock("both", "ash", 5)),
        *(waste("tails"), waste("slag"), waste("ash", "other"), works("sep", "mud", {"tails": 1.0})),
    )
    book = Book(world(*more), {"streams": pd.DataFrame({"stream": [MUD]})}, None)
    found = {lineage.name for lineage in WayOut(book).may_hold("both")}
    assert found == {"mud", "tails<sep<mud", "ash"}
