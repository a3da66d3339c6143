"""A site with hazardous waste, a works elsewhere, and what the law asks for between them; for tests of permits."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.builders import (
    Tables,
    arises,
    landfill,
    lane,
    parts,
    product,
    rows,
    sells,
    site,
    tiny,
    waste,
    works,
)

from redmud_opt.case import Case
from redmud_opt.case.rules import Exemption, ListedExemption, Permit, Requirement, WasteCode

LINING, ASH = "48-23", "48-24"
ART_80 = Requirement(rule="permit", valid_from=date(2020, 9, 1), clause="art. 80")


def listed_code(code: str, hazard: str) -> WasteCode:
    return WasteCode(code=code, hazard=hazard, valid_from=date(2021, 1, 1), clause="HW48")


def permit(receiver: str, amount: float = 1000.0, code: str = LINING, **values: Any) -> Permit:
    known = {"name": f"p_{receiver}", "basis": "dry", "valid_from": date(2026, 1, 1)}
    return Permit(
        receiver=receiver, code=code, amount_t_per_a=amount, **known | {"valid_to": date(2027, 1, 1)} | values
    )


def world(*tables: Tables, permits: tuple[Permit, ...] = (), **settings: Any) -> Case:
    """S with its lining and a landfill of its own at 1 a tonne; T with a works that makes glass worth 10."""
    return tiny(
        site("S"),
        site("T"),
        waste("lining", "spent_pot_lining", hazardous=True, code=LINING, hazard="T", moisture=0.2),
        arises("lining", 10, "S"),
        landfill("lining", 1, "S", name="own_fill", accepts_hazardous=True),
        works("melt", "lining", {"glass": 1}, at="T"),
        product("glass"),
        sells("glass", 10, "T"),
        lane("S", "T", 0, dg_allowed=True),
        rows(requirements=ART_80, codes=(listed_code(LINING, "T"), listed_code(ASH, "R,T"))),
        rows(permits=permits),
        *tables,
        **{"periods": parts(2026, 6)} | settings,
    )


def listed(code: str, first: date = date(2021, 1, 1), last: date | None = None) -> Tables:
    row = ListedExemption(item="22", code=code, valid_from=first, valid_to=last, clause="item 22")
    return rows(exemption_list=row)


def exemption(receiver: str = "melt_works", code: str = LINING) -> Tables:
    return rows(exemptions=Exemption(code=code, receiver=receiver, clause="item 22"))


def scheme(amount: float = 1000.0, sender: str = "S", **values: Any) -> Permit:
    return permit("melt_works", amount, name=f"from_{sender}", point_to_point_from=sender, **values)
