"""Planted faults of documents for borders, risk assessments and incompatible wastes.

The starter case gets two provinces and a pit for ash (code 321-024-48) in the other one.
"""

from __future__ import annotations

from tests.case.conftest import Folder
from tests.case.planting import planted

ASH = "321-024-48"


def two_provinces(f: Folder, **columns: object) -> None:
    f.add("provinces", name="west", adjacent_to=columns.get("adjacent_to", "east"))
    f.add("provinces", name="east")
    f.set("sites", 2, province="west")
    f.set("sites", 3, province="east")


def ash_pit(f: Folder, **columns: object) -> None:
    f.add("materials", name="ash", legal_status="hazardous_waste", code=ASH, hazard="T")
    known = {"site": "city", "material": "ash", "accepts_hazardous": "yes", "capacity_t": 900}
    f.add(
        "storages", **{"name": "pit", "retrievable": "no", "final": "yes", "method": "D1"} | known | columns
    )


def approval(f: Folder, **cells: object) -> None:
    two_provinces(f)
    ash_pit(f)
    known = {"from_province": "west", "to_province": "east", "code": ASH, "receiver": "pit", "amount_t": 100}
    dates = {"valid_from": "2026-01-01", "valid_to": "2027-01-01"}
    f.add("approvals", **{"name": "A1"} | known | dates | cells)


@planted(("approval_at_home", "approvals.csv", 2, "to_province"), says="no border is crossed")
def an_approval_at_home(f: Folder) -> None:
    approval(f, from_province="east")


@planted(("approval_elsewhere", "approvals.csv", 2, "receiver"), says="'yard' stands at 'refinery' in west")
def an_approval_of_a_receiver_elsewhere(f: Folder) -> None:
    approval(f, receiver="yard")


@planted(("approval_code", "approvals.csv", 2, "code"), says="neither on the list")
def an_approval_of_an_unknown_code(f: Folder) -> None:
    approval(f, code="321-999-48")


@planted(("filing_of_hazardous", "approvals.csv", 2, "kind"), says="needs an approval")
def a_filing_of_hazardous_waste(f: Folder) -> None:
    approval(f, kind="filing")


@planted(("purpose_of_general", "approvals.csv", 2, "purpose"))
def a_purpose_of_general_waste(f: Folder) -> None:
    approval(f, code="general", purpose="use")


@planted(("approval_too_long", "approvals.csv", 2, "valid_to"), says="at most 12 months")
def an_approval_longer_than_a_year(f: Folder) -> None:
    approval(f, valid_to="2027-01-02")


@planted(("approval_beyond_permit", "approvals.csv", 2, "valid_to"), says="which ends on 2026-10-01")
def an_approval_beyond_the_permit_of_the_receiver(f: Folder) -> None:
    approval(f)
    dates = {"valid_from": "2024-10-01", "valid_to": "2026-10-01"}
    f.add("permits", name="P1", receiver="pit", code=ASH, method="D1", amount_t_per_a=500, **dates)


@planted(("approval_beyond_permit", "approvals.csv", 2, "valid_to"), says="which ends on 2026-10-01")
def an_approval_beyond_a_permit_that_is_renewed_later(f: Folder) -> None:
    """A permit from 2028 on does not cover the end of 2026."""
    an_approval_beyond_the_permit_of_the_receiver(f)
    later = {"receiver": "pit", "code": ASH, "amount_t_per_a": 100, "evidence": "assumed"}
    f.add("permits", name="L2", valid_from="2028-01-01", valid_to="2033-01-01", **later)


@planted(("closes_before_opening", "approvals.csv", 2, "valid_to"))
def an_approval_that_ends_before_it_begins(f: Folder) -> None:
    approval(f, valid_from="2027-01-01", valid_to="2026-01-01")


@planted(("purposes_of_one_code", "approvals.csv", 3, "purpose"), says="could not be told apart")
def a_code_let_in_for_use_and_for_disposal(f: Folder) -> None:
    approval(f, purpose="use")
    cells = {"from_province": "west", "to_province": "east", "code": ASH, "receiver": "pit", "amount_t": 10}
    f.add("approvals", name="A2", valid_from="2026-01-01", valid_to="2026-06-01", **cells)


@planted(("no_such_neighbour", "provinces.csv", 2, "adjacent_to"), says="no province is called 'East'")
def a_neighbour_written_otherwise(f: Folder) -> None:
    two_provinces(f, adjacent_to="East; North")


@planted(("assessed_twice", "outlets.csv", 3, "assessment_lead_months"))
def an_assessment_stated_twice(f: Folder) -> None:
    f.set("outlets", 3, assessed_on="2026-02-01", assessment_lead_months=3)


@planted(("assessment_needed", "outlets.csv", 4, "assessed_on"), says="by method GU4, which asks for a risk")
def a_road_without_an_assessment(f: Folder) -> None:
    f.add("outlets", name="road", site="city", material="muds", method="GU4", max_t=10)


@planted(("incompatible_with_itself", "incompatibilities.csv", 2, "second"))
def a_waste_incompatible_with_itself(f: Folder) -> None:
    f.add("incompatibilities", first="muds", second="red_mud")


@planted(("purpose_needed", "approvals.csv", 2, "purpose"), says="say what this approval is for")
def an_approval_of_works_that_use_and_dispose_of_it(f: Folder) -> None:
    approval(f, receiver="ash_works")
    f.add("facilities", name="ash_works", site="city")
    f.add("materials", name="meal", legal_status="product", product_standard="S", pollutant_limit="L")
    f.add("materials", name="cinder", legal_status="hazardous_waste", code=ASH)
    f.set("storages", 3, material="hazards")
    for member in ("ash", "cinder"):
        f.add("groups", group="hazards", member=member)
    f.add("outlets", name="meal_buyers", site="city", material="meal", price_cny_per_t=1)
    for process, method, made in (("melt", "R4", "meal"), ("burn", "D10", "cinder")):
        f.add("processes", name=process, method=method)
        f.add("feeds", process=process, material="ash")
        f.add("outputs", process=process, material=made, yield_t_per_t=1)
        f.add("lines", name=f"{process}_line", facility="ash_works", capacity=100)
        f.add("line_processes", line=f"{process}_line", process=process)
