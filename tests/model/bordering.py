"""Two provinces: A with the refinery R, B with the works M; A's neighbour is B unless said. `DAY`: the law of 2026.

10 t of pot lining (code X) or 100 t of mud arise a half-year at R. A landfill `pit` and a lane R>M at 1 CNY/t.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.builders import Tables, landfill, lane, lining, parts, rows, site, tiny, yard

from redmud_opt.case import Case
from redmud_opt.case.rules import Approval, Requirement
from redmud_opt.case.things import Province

HALVES = parts(2026, 6) + parts(2027, 6)
RULES = ("approval", "adjacency", "general_approval", "filing")


def asks(*rules: str, **columns: Any) -> Tables:
    """Requirements in force from 2022 on."""
    known = {"valid_from": date(2022, 1, 1), "clause": "§"} | columns
    return rows(requirements=tuple(Requirement(rule=rule, **known) for rule in rules))


def provinces(neighbours: str = "B") -> Tables:
    return rows(provinces=(Province(name="A", adjacent_to=neighbours), Province(name="B")))


def places(**columns: Any) -> Tables:
    """R in A and M in B."""
    both = site("R", province="A")["sites"] + site("M", province="B", **columns)["sites"]
    return {"sites": both}


def document(name: str = "doc", **columns: Any) -> Tables:
    """An approval of X from A to the pit in B for the first year."""
    known: dict[str, Any] = {"from_province": "A", "to_province": "B", "code": "X", "receiver": "pit"}
    known |= {
        "amount_t": 1000.0,
        "basis": "dry",
        "valid_from": date(2026, 1, 1),
        "valid_to": date(2027, 1, 1),
    }
    return rows(approvals=Approval(name=name, **known | columns))


def pit(material: str = "lining", cost: float = 5.0, **columns: Any) -> Tables:
    return landfill(material, cost, "M", name="pit", accepts_hazardous=True, **columns)


def bordered(*tables: Tables, neighbours: str = "B", moisture: float = 0.0, **settings: Any) -> Case:
    """Lining at R: a shed at 100 CNY a tonne and year, so that all moves that may; the lane, the pit."""
    shed = yard("lining", name="shed", accepts_hazardous=True, holding_cost_cny_per_t_a=100)
    base = (asks(*RULES), provinces(neighbours), places(), lining(10, code="X", moisture=moisture), shed)
    way = (lane("R", "M", 1, dg_allowed=True), pit())
    periods = settings.pop("periods", HALVES)
    return tiny(*base, *way, *tables, periods=periods, **settings)
