"""Codes: what is hazardous has a code of the list in force, and keeps its status over the horizon.

Asked where the rule pack asks for a code, of what arises, lies in stock, is bought, or may arise instead.
"""

from __future__ import annotations

from collections.abc import Iterator

from redmud_opt.case.checks.facts import Facts
from redmud_opt.case.faults import Fault
from redmud_opt.case.listing import given_materials, is_hazardous, listed, requirements, rows_of
from redmud_opt.case.names import did_you_mean
from redmud_opt.case.things import Material
from redmud_opt.i18n import Message


def _asked(facts: Facts, status: str) -> Iterator[tuple[Material, str]]:
    """The materials of a status that the rule pack asks for, with its clause."""
    asked = requirements(facts.case, "code")
    for name in sorted(given_materials(facts.case)) if asked else ():
        material = facts.materials.get(name)
        if material is not None and material.legal_status == status:
            yield material, asked[0].clause


def hazardous_wastes_have_codes(facts: Facts) -> Iterator[Fault]:
    """The code of a hazardous waste is there, known, that of a hazardous waste, and in force."""
    codes = sorted({row.code for row in facts.case.codes if is_hazardous(row)})
    pack = facts.case.settings.rule_pack
    for row, clause in _asked(facts, "hazardous_waste"):
        values = {"material": row.name, "code": row.code}
        if not row.code:
            remedy = Message("case.state_code", {"codes": tuple(codes)})
            yield facts.fault(row, "code", "hazardous_without_code", remedy, clause=clause, **values)
        elif not rows_of(facts.case, row.code):
            known = any(other.code == row.code for other in facts.case.codes)
            key = "code_not_hazardous" if known else "unknown_code"
            yield facts.fault(row, "code", key, did_you_mean(row.code, codes), pack=pack, **values)
        elif not any(listed(facts.case, row.code)):
            yield facts.fault(row, "code", "code_not_in_force", None, **values)


def general_wastes_are_not_listed(facts: Facts) -> Iterator[Fault]:
    """General waste has none of the codes of hazardous wastes in force."""
    for row, _ in _asked(facts, "general_waste"):
        if row.code and all(listed(facts.case, row.code)):
            clause = rows_of(facts.case, row.code)[-1].clause or row.code
            values = {"material": row.name, "code": row.code, "clause": clause}
            yield facts.fault(row, "legal_status", "general_by_hazardous_code", None, **values)


def status_holds_throughout(facts: Facts) -> Iterator[Fault]:
    """A code comes onto the list, or leaves it, inside the horizon: the status would change with it."""
    for row, _ in (*_asked(facts, "hazardous_waste"), *_asked(facts, "general_waste")):
        inside = listed(facts.case, row.code)
        change = next((t for t in range(1, len(inside)) if inside[t] != inside[t - 1]), None)
        if change is not None:
            key = "code_comes" if inside[change] else "code_goes"
            day = facts.case.periods[change].start
            remedy = Message("case.split_at_change", {"date": day})
            values = {"material": row.name, "code": row.code, "date": day}
            yield facts.fault(row, "code", key, remedy, **values)
