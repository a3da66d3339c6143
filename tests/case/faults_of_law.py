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
