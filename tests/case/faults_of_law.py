"""Planted faults of waste codes, permits and exemptions. The starter case has four quarters of 2026."""

from __future__ import annotations

from tests.case.conftest import Folder
from tests.case.planting import planted

SPL, ASH = "321-023-48", "321-024-48"


def hazardous(f: Folder, name: str = "spl", **cells: object) -> None:
    """Spent lining that arises at the refinery and is sent for treatment there; row 8 of the materials."""
    known = {"legal_status": "hazardous_waste", "waste_class": "spent_pot_lining", "code": SPL, "hazard": "T"}
    f.add("materials", **{"name": name} | known | cells)
    f.add("arisings", name=f"{name}_arises", site="refinery", material=name, amount_t=400, evidence="assumed")
    f.add("outlets", name="treatment", site="refinery", material=name, method="D9", evidence="assumed")


def own_pack(f: Folder, *codes: tuple[str, str, str, str]) -> None:
    """The starter case with a rule pack of its own: a list of (code, hazard, first day, day after the last)."""
    f.yaml("rule_pack: cn", "rule_pack: own")
    for code, meaning in (("R4", "use"), ("R5", "use"), ("D1", "disposal"), ("D9", "disposal")):
        f.add("methods", code=code, meaning=meaning)
    f.add("requirements", rule="code", valid_from="2020-09-01", clause="art. 75")
    for code, hazard, first, last in codes:
        f.add("codes", code=code, hazard=hazard, valid_from=first, valid_to=last, clause="HW48")


# ---- codes and status


@planted(
    ("hazardous_without_code", "materials.csv", 8, "code"),
    says="'spl' is hazardous waste but has no waste code",
)
def a_hazardous_waste_without_a_code(f: Folder) -> None:
    hazardous(f, code="")


@planted(("unknown_code", "materials.csv", 8, "code"), says="did you mean '321-034-48'")
def a_code_that_nobody_knows(f: Folder) -> None:
    hazardous(f, code="321-032-48")


@planted(("code_not_hazardous", "materials.csv", 8, "code"))
def a_hazardous_waste_listed_as_not_hazardous(f: Folder) -> None:
    own_pack(f, ("16 11 02", "none", "2020-01-01", ""), ("16 11 01*", "listed", "2020-01-01", ""))
    hazardous(f, code="16 11 02", hazard="")


@planted(("code_not_in_force", "materials.csv", 8, "code"))
def a_code_of_an_old_list(f: Folder) -> None:
    own_pack(f, (SPL, "T", "2016-08-01", "2021-01-01"))
    hazardous(f)


@planted(
    ("general_by_hazardous_code", "materials.csv", 8, "legal_status"),
    says="'spl' is declared general waste, but '321-023-48' is on the list of hazardous wastes (HW48)",
)
def a_listed_waste_declared_general(f: Folder) -> None:
    hazardous(f, legal_status="general_waste", hazard="")


@planted(("code_comes", "materials.csv", 8, "code"), says="comes onto the list of hazardous wastes")
def a_waste_that_becomes_hazardous_inside_the_horizon(f: Folder) -> None:
    """In force from 15 August, within the third quarter: the stricter law holds from its start, 1 July."""
    own_pack(f, (SPL, "T", "2026-08-15", ""))
    hazardous(f, legal_status="general_waste", hazard="")


@planted(("code_goes", "materials.csv", 8, "code"), says="only until 2026-10-01")
def a_waste_that_leaves_the_list_inside_the_horizon(f: Folder) -> None:
    """Listed until 15 August: it is hazardous waste to the end of the third quarter."""
    own_pack(f, (SPL, "T", "2021-01-01", "2026-08-15"))
    hazardous(f)


# ---- permits


def permit(f: Folder, name: str = "permit", **cells: object) -> None:
    known = {
        "receiver": "treatment",
        "code": SPL,
        "method": "D9",
        "amount_t_per_a": 500,
        "evidence": "assumed",
    }
    dates = {"valid_from": "2025-01-01", "valid_to": "2030-01-01"}
    f.add("permits", **{"name": name} | known | dates | cells)


def licensed(f: Folder, **cells: object) -> None:
    """Spent lining and the permit of who treats it."""
    hazardous(f)
    permit(f, **cells)


@planted(("closes_before_opening", "permits.csv", 2, "valid_to"))
def a_permit_of_no_day(f: Folder) -> None:
    licensed(f, valid_to="2025-01-01")


@planted(("permit_bases_differ", "permits.csv", 3, "basis"))
def permits_of_two_bases(f: Folder) -> None:
    licensed(f)
    permit(f, "dry", basis="dry")


@planted(
    ("permit_code_unknown", "permits.csv", 3, "code"),
    says="is no code of a hazardous waste in rule pack 'cn'",
)
def a_permit_of_an_unknown_code(f: Folder) -> None:
    licensed(f)
    permit(f, "other", code="SW09")


@planted(("permit_method_unknown", "permits.csv", 3, "method"))
def a_permit_of_an_unknown_method(f: Folder) -> None:
    licensed(f)
    permit(f, "other", method="X9")


@planted(("exemption_unbacked", "exemptions.csv", 2, "code"), says="exempts use of '321-023-48'")
def an_exemption_that_no_list_knows(f: Folder) -> None:
    """In a pack of its own, whose list exempts the use of ash alone."""
    own_pack(f, (SPL, "T", "2021-01-01", ""), (ASH, "R,T", "2021-01-01", ""))
    f.add("requirements", rule="permit", valid_from="2020-09-01", clause="art. 80")
    f.add("exemption_list", item="22", code=ASH, link="use", valid_from="2021-01-01", clause="item 22")
    licensed(f)
    f.add("exemptions", code=SPL, receiver="brick_works", link="use", clause="item 22")


def scheme(f: Folder, **cells: object) -> None:
    licensed(f)
    known = {"receiver": "brick_works", "method": "R5", "point_to_point_from": "city"}
    permit(f, "scheme", **known | cells)


@planted(("scheme_at_home", "permits.csv", 3, "point_to_point_from"))
def a_scheme_of_one_site(f: Folder) -> None:
    scheme(f, point_to_point_from="refinery")


@planted(("scheme_without_use", "permits.csv", 3, "receiver"))
def a_scheme_for_disposal(f: Folder) -> None:
    scheme(f, method="D9")


@planted(("scheme_unbacked", "permits.csv", 3, "point_to_point_from"))
def a_scheme_that_no_list_knows(f: Folder) -> None:
    own_pack(f, (SPL, "T", "2021-01-01", ""))
    f.add("requirements", rule="permit", valid_from="2020-09-01", clause="art. 80")
    scheme(f)


@planted(
    ("promised_beyond_permit", "outlets.csv", 4, "min_t"),
    says="permit 'permit' (permits.csv, row 2) is valid only from 2025-01-01 until 2026-10-01",
)
def a_delivery_promised_after_the_permit_has_ended(f: Folder) -> None:
    licensed(f, valid_to="2026-10-01")
    f.set("outlets", 4, min_t=100)


@planted(("promised_without_permit", "limits.csv", 2, "value"))
def a_least_amount_sold_without_a_permit(f: Folder) -> None:
    hazardous(f)
    cells = {"measure": "sold", "material": "spl", "at": "treatment", "sense": "min", "value": 1}
    f.add("limits", name="least", evidence="assumed", **cells)


def moved(f: Folder, **cells: object) -> None:
    """Spent lining goes to a pit in the city, by the permit of the pit until October."""
    hazardous(f)
    known = {"site": "city", "material": "spl", "accepts_hazardous": "yes", "capacity_t": 900}
    f.add("storages", name="pit", retrievable="no", final="yes", method="D1", **known)
    permit(f, receiver="pit", method="D1", valid_to="2026-10-01")
    to = {
        "measure": "flow",
        "material": "spl",
        "at": "refinery",
        "to": "city",
        "sense": "equal",
        "value": 100,
    }
    f.add("limits", name="fixed", evidence="assumed", **to | cells)


@planted(
    ("promised_beyond_permit", "limits.csv", 2, "value"),
    says="permit 'permit' (permits.csv, row 2) is valid only from 2025-01-01 until 2026-10-01",
)
def a_fixed_flow_after_the_permit_has_ended(f: Folder) -> None:
    """Quarter by quarter: that of October has no permit."""
    moved(f, per="period")


@planted(("promised_beyond_permit", "limits.csv", 2, "value"))
def a_fixed_flow_on_a_lane_after_the_permit_has_ended(f: Folder) -> None:
    f.add("lanes", name="lorry", from_site="refinery", to_site="city", cost_cny_per_t=1, dg_allowed="yes")
    moved(f, at="lorry", to="", per="period", during="2026Q4")
