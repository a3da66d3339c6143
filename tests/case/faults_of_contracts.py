"""Planted faults of contracts, price paths and shared bases.

The starter case has four quarters of 2026, two lines (`separator` and `press`), outlets from row 2 on.
"""

from __future__ import annotations

from tests.case.conftest import Folder
from tests.case.planting import planted


def contract(f: Folder, **cells: object) -> int:
    """A contract `deal` on the first outlet; its row."""
    f.set("outlets", 2, contract="deal")
    return f.add("contracts", **{"name": "deal"} | cells)


def toll(f: Folder, **cells: object) -> int:
    """A tolling contract on the press; its row."""
    f.add("owners", name="other")
    f.set("lines", 3, contract="toll")
    known = {"name": "toll", "tolling": "yes", "partner": "other", "toll_fee_cny_per_t": 9}
    return f.add("contracts", **known | cells)


def paths(f: Folder, item: str, *years: int, **cells: object) -> None:
    for year in years:
        f.add("price_paths", **{"item": item, "year": year, "factor": 1} | cells)


# ---- price paths


@planted(
    ("price_years_missing", "price_paths.csv", 2, "year"),
    says="the price path of 'steelworks' says nothing of 2027, 2028\n     add a row for every calendar year",
)
def a_missing_price_year(f: Folder) -> None:
    f.yaml("count: 4", "count: 12")
    paths(f, "steelworks", 2026)


@planted(("price_years_missing", "price_paths.csv", 2, "year"))
def a_path_that_ends_before_the_horizon(f: Folder) -> None:
    paths(f, "steelworks", 2025)


@planted(("price_year_twice", "price_paths.csv", 3, "year"), says="have two factors for 2026")
def a_path_of_a_group_and_of_its_member(f: Folder) -> None:
    f.add("groups", group="buyers", member="steelworks")
    paths(f, "steelworks", 2026)
    paths(f, "buyers", 2026)


@planted(
    ("path_without_price", "price_paths.csv", 2, "item"), says="state the path of the haul rule for 'road'"
)
def a_path_of_a_lane_without_a_cost(f: Folder) -> None:
    f.add("lanes", name="belt", from_site="refinery", to_site="city", mode="road", distance_km=9)
    paths(f, "belt", 2026)


@planted(
    ("tier_over_path", "tiers.csv", 2, "per"), says="add up over the horizon, but its price path changes"
)
def tiers_of_the_horizon_with_a_path(f: Folder) -> None:
    f.yaml("count: 4", "count: 8")
    f.add("tiers", item="steelworks", step=1, price_cny_per_t=5, per="horizon")
    paths(f, "steelworks", 2026)
    paths(f, "steelworks", 2027, factor=1.1)


# ---- contracts


@planted(("take_without_penalty", "contracts.csv", 2, "penalty_cny_per_t"))
def take_or_pay_without_a_penalty(f: Folder) -> None:
    contract(f, take_or_pay_t_per_a=5)


@planted(("take_without_penalty", "contracts.csv", 2, "penalty_cny_per_t"))
def take_or_pay_for_nothing(f: Folder) -> None:
    contract(f, take_or_pay_t_per_a=5, penalty_cny_per_t=0)


@planted(("penalty_without_take", "contracts.csv", 2, "penalty_cny_per_t"))
def a_penalty_for_nothing(f: Folder) -> None:
    contract(f, penalty_cny_per_t=9)


@planted(("make_up_without_take", "contracts.csv", 2, "make_up"))
def make_up_of_nothing(f: Folder) -> None:
    contract(f, make_up="yes")


@planted(("make_up_share_idle", "contracts.csv", 2, "make_up_share"))
def a_credit_where_nothing_is_made_up(f: Folder) -> None:
    contract(f, take_or_pay_t_per_a=5, penalty_cny_per_t=9, make_up_share=0.5)


@planted(("tolling_without_fee", "contracts.csv", 2, "toll_fee_cny_per_t"))
def tolling_for_no_fee(f: Folder) -> None:
    toll(f, toll_fee_cny_per_t="")


@planted(("tolling_without_partner", "contracts.csv", 2, "partner"))
def tolling_for_nobody(f: Folder) -> None:
    toll(f, partner="")


@planted(("fee_without_tolling", "contracts.csv", 2, "toll_fee_cny_per_t"))
def a_fee_without_tolling(f: Folder) -> None:
    contract(f, toll_fee_cny_per_t=4)


@planted(
    ("contract_outside", "contracts.csv", 2, "valid_to"),
    says="contract 'deal' is not valid on any day from 2026-01-01 to before 2027-01-01",
)
def a_contract_that_ended_before(f: Folder) -> None:
    contract(f, valid_to="2026-01-01")


@planted(("contract_outside", "contracts.csv", 2, "valid_from"))
def a_contract_that_begins_after(f: Folder) -> None:
    contract(f, valid_from="2027-01-01")


@planted(("closes_before_opening", "contracts.csv", 2, "valid_to"))
def a_contract_upside_down(f: Folder) -> None:
    contract(f, valid_from="2026-06-01", valid_to="2026-03-01")


@planted(("contract_of_kinds", "contracts.csv", 2, "name"), says="covers a supply, an outlet")
def a_contract_on_sales_and_purchases(f: Folder) -> None:
    f.set("supplies", 2, contract="deal")
    contract(f)


@planted(("contract_of_units", "contracts.csv", 2, "take_or_pay_t_per_a"), says="t as_received, t dry")
def a_contract_of_two_bases(f: Folder) -> None:
    f.set("outlets", 3, contract="deal", basis="as_received")
    contract(f, take_or_pay_t_per_a=5, penalty_cny_per_t=9)


@planted(("take_of_nothing", "contracts.csv", 2, "take_or_pay_t_per_a"))
def a_contract_on_nothing(f: Folder) -> None:
    f.add("contracts", name="deal", take_or_pay_t_per_a=5, penalty_cny_per_t=9)


@planted(("line_without_tolling", "lines.csv", 3, "contract"))
def a_line_under_a_contract_of_sale(f: Folder) -> None:
    f.set("lines", 3, contract="deal")
    f.add("contracts", name="deal")


@planted(("toll_without_line", "outlets.csv", 2, "contract"))
def an_outlet_under_a_tolling_contract(f: Folder) -> None:
    f.add("owners", name="other")
    contract(f, tolling="yes", toll_fee_cny_per_t=4, partner="other")


@planted(
    ("toll_with_own_cost", "lines.csv", 3, "run_cost_cny_per_h"),
    ("toll_with_own_cost", "lines.csv", 3, "fixed_om_cny_per_a"),
    says="'press' belongs to a partner, who is paid the fee",
)
def a_partners_line_with_costs(f: Folder) -> None:
    f.set("lines", 3, run_cost_cny_per_h=5, fixed_om_cny_per_a=7)
    toll(f)


@planted(
    ("toll_with_own_cost", "lines.csv", 3, "candidate"), ("toll_with_own_cost", "lines.csv", 3, "capex_cny")
)
def a_partners_line_that_is_built(f: Folder) -> None:
    f.set("lines", 3, candidate="yes", capex_cny=9)
    toll(f)


# ---- shared bases


def shares(f: Folder, *of: float, **cells: object) -> None:
    for number, share in enumerate(of):
        f.add("owners", name=f"owner_{number}")
        f.add("ownership", **{"facility": "brick_works", "owner": f"owner_{number}", "share": share} | cells)


@planted(("ownership_not_whole", "ownership.csv", 3, "share"), says="sum to 1.2, not to 1")
def a_facility_owned_twice(f: Folder) -> None:
    shares(f, 0.6, 0.6)


@planted(("ownership_not_whole", "ownership.csv", 3, "share"))
def a_facility_owned_in_part(f: Folder) -> None:
    shares(f, 0.6, 0.3)


@planted(("ownership_two_prices", "ownership.csv", 3, "service_price_cny_per_t"))
def a_service_of_two_prices(f: Folder) -> None:
    shares(f, 0.5, service_price_cny_per_t=5)
    f.add("owners", name="second")
    f.add("ownership", facility="brick_works", owner="second", share=0.5)
