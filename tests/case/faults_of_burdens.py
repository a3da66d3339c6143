"""Planted faults of burdens and transport: counted twice, modes nobody declared, lots, lengths, stations.

The starter case: `magnetic_separation` takes power (row 7 of materials), `brick_making` cement; all moves by road.
"""

from __future__ import annotations

from tests.case.conftest import Folder
from tests.case.planting import planted

ASSUMED = {"evidence": "assumed"}


def factor(f: Folder, material: str = "power", account: str = "energy_kgce", **cells: object) -> None:
    f.add("factors", **{"material": material, "account": account, "amount_per_unit": 120} | ASSUMED | cells)


def avoided(f: Folder, item: str, account: str = "co2e_t", **cells: object) -> None:
    known = {"item": item, "account": account, "amount_per_t": 0.2, "boundary": "fired brick, gate to gate"}
    f.add("avoided", **known | ASSUMED | cells)


def modes(f: Folder, **clean: str) -> None:
    for mode, flag in clean.items():
        f.add("modes", mode=mode, clean=flag)


def limit(f: Folder, measure: str, **cells: object) -> None:
    f.add("limits", **{"name": "cap", "measure": measure, "sense": "max", "value": 1} | ASSUMED | cells)


def belt(f: Folder, **cells: object) -> None:
    known = {"name": "belt", "from_site": "refinery", "to_site": "city", "mode": "belt", "cost_cny_per_t": 5}
    f.add("lanes", **known | ASSUMED | cells)


# ---- counted once


@planted(
    ("counted_in_factor", "emissions.csv", 2, "account"),
    says="'magnetic_separation' takes 'power', whose factor books energy_kgce already",
)
def energy_by_row_and_by_factor(f: Folder) -> None:
    factor(f)
    f.add("emissions", process="magnetic_separation", account="energy_kgce", amount_per_t=4, **ASSUMED)


@planted(("counted_in_factor", "emissions.csv", 2, "account"))
def water_by_row_and_by_factor(f: Folder) -> None:
    water = f.add("materials", name="water", unit="m3", legal_status="commodity")
    assert water
    f.add("supplies", name="well", site="refinery", material="water", price_cny_per_t=1, **ASSUMED)
    f.add("inputs", process="brick_making", material="water", amount_per_t=0.2, solid="no", **ASSUMED)
    factor(f, "water", "water_m3", amount_per_unit=1)
    f.add("emissions", process="brick_making", account="water_m3", amount_per_t=0.2, **ASSUMED)


@planted(
    ("factor_of_made", "factors.csv", 2, "material"),
    says="'brick' is made by 'brick_making': its burden is booked where it is made",
)
def a_factor_of_what_is_made(f: Folder) -> None:
    factor(f, "brick", "co2e_t")


@planted(("factor_of_waste", "factors.csv", 2, "material"), says="'red_mud' is a waste")
def a_factor_of_a_waste(f: Folder) -> None:
    factor(f, "red_mud", "co2e_t")


@planted(
    ("avoided_twice", "avoided.csv", 3, "item"),
    says="co2e_t is avoided by 'builders' already, and 'brick' is the same tonnes",
)
def avoided_by_the_outlet_and_by_the_brick(f: Folder) -> None:
    avoided(f, "builders")
    avoided(f, "brick")
    avoided(f, "steelworks")


@planted(("avoided_twice", "avoided.csv", 3, "item"))
def avoided_by_the_process_and_by_what_it_makes(f: Folder) -> None:
    avoided(f, "brick")
    avoided(f, "brick_making")
    avoided(f, "brick_making", "water_m3")


@planted(("avoided_twice", "avoided.csv", 3, "item"))
def avoided_by_the_outlet_and_by_the_process(f: Folder) -> None:
    avoided(f, "brick_making")
    avoided(f, "builders")


@planted(("missing_value", "avoided.csv", 2, "boundary"))
def avoided_without_a_boundary(f: Folder) -> None:
    avoided(f, "brick", boundary="")


# ---- modes and limits


@planted(("unknown_mode", "haul.csv", 2, "mode"), says="mode 'road' is not in modes.csv")
def a_mode_nobody_declared(f: Folder) -> None:
    modes(f, rail="yes")


@planted(("limit_mode", "limits.csv", 2, "mode"), says="not to 'feed'")
def a_mode_of_what_is_fed(f: Folder) -> None:
    limit(f, "feed", mode="road")


@planted(("limit_mode_idle", "limits.csv", 2, "mode"), says="no transport emits on the account water_m3")
def water_by_mode(f: Folder) -> None:
    limit(f, "account", account="water_m3", mode="road")


@planted(("limit_mode_unknown", "limits.csv", 2, "mode"), says="no lane and no haul rule is of mode 'barge'")
def a_mode_that_nothing_moves_on(f: Folder) -> None:
    limit(f, "haulage", mode="road; barge")


@planted(("limit_no_clean_mode", "limits.csv", 2, "mode"))
def clean_transport_without_a_clean_mode(f: Folder) -> None:
    modes(f, road="no")
    limit(f, "haulage", mode="clean")


@planted(("limit_account", "limits.csv", 2, "account"))
def an_account_without_a_name(f: Folder) -> None:
    limit(f, "account")


@planted(("limit_account_only", "limits.csv", 2, "account"), says="not to 'sold'")
def an_account_of_what_is_sold(f: Folder) -> None:
    limit(f, "sold", account="co2e_t")


@planted(("limit_to", "limits.csv", 2, "to"), says="not to 'account' here")
def an_account_by_where_it_arrives(f: Folder) -> None:
    limit(f, "account", account="co2e_t", to="city")


@planted(("limit_place", "limits.csv", 2, "at"), says="'haulage' is not measured at 'press'")
def haulage_of_a_line(f: Folder) -> None:
    limit(f, "haulage", at="press")


@planted(
    ("haulage_without_distance", "limits.csv", 2, "measure"),
    says="lane 'belt' has no distance, so limit 'cap' cannot measure tonne-kilometres on it",
)
def haulage_on_a_lane_of_unknown_length(f: Folder) -> None:
    f.add("sites", name="mine")
    belt(f, from_site="mine")
    limit(f, "haulage")
    limit(f, "haulage", name="roads", mode="road")
    limit(f, "haulage", name="refinery_only", at="refinery")


# ---- lots and stations


@planted(
    ("lot_above_capacity", "haul.csv", 2, "min_lot_t"),
    says="a least lot of 300 t is above the capacity of every period",
)
def a_lot_that_no_lane_can_carry(f: Folder) -> None:
    f.set("haul", 2, min_lot_t=300, lane_capacity_t=1000)


@planted(("not_above", "haul.csv", 2, "lane_capacity_t"))
def lanes_that_carry_nothing(f: Folder) -> None:
    f.set("haul", 2, lane_capacity_t=0)


@planted(("handling_elsewhere", "sites.csv", 3, "handling_cny_per_t"), says="'city' is a market")
def handling_at_a_market(f: Folder) -> None:
    f.set("sites", 3, handling_cny_per_t=4)
