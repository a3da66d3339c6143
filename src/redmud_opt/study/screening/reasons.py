"""The one sentence of a cell: why it is what it is, with the number that decides."""

from __future__ import annotations

from redmud_opt.case import Case
from redmud_opt.case.things import Material
from redmud_opt.case.works import Feed
from redmud_opt.i18n import Message
from redmud_opt.study.screening.blend import Check
from redmud_opt.study.screening.cells import NOT_FEASIBLE, UNKNOWN_ASSAY, Cell
from redmud_opt.study.screening.economics import EQUIPMENT, Money, unknown_names

MOST_NAMES = 4
"""How many of the wastes that a route takes are named."""


def reason(cell: Cell, case: Case) -> Message:
    """Why a cell has its verdict."""
    if not cell.accepted:
        return _not_accepted(cell, case)
    if cell.verdict == UNKNOWN_ASSAY:
        missing, material = cell.lacks
        return Message("screen.no_assay", {"material": material, "property": missing})
    if cell.verdict == NOT_FEASIBLE:
        return _refused(cell, case)
    assert cell.money is not None, "a route that is feasible has been priced"
    said = net(cell.money)
    if not cell.match.whole:
        both = len(cell.match.kinds) > 1
        key = "screen.reach_both" if both else f"screen.reach_{cell.match.kinds[0]}"
        said = Message(key, {"percent": _percent(cell.match.reach), "net": said})
    if cell.share.limit < 1:
        values = {"percent": _percent(cell.share.limit), "bound": _bound(cell, case), "net": said}
        return Message("screen.limited_by", values)
    return said


def _not_accepted(cell: Cell, case: Case) -> Message:
    materials: dict[str, Material] = {row.name: row for row in case.materials}
    own = materials[cell.asked.material]
    same = [name for name in cell.fed if materials[name].waste_class == own.waste_class]
    minerals = sorted({materials[name].mineralogy for name in same} - {""})
    more = () if len(same) <= MOST_NAMES else (Message("screen.more", {"count": len(same) - MOST_NAMES}),)
    values = {
        "material": own.name,
        "fed": (*same[:MOST_NAMES], *more),
        "minerals": tuple(Message(f"screen.mineralogy.{name}") for name in minerals),
        "mineral": Message(f"screen.mineralogy.{own.mineralogy or 'unknown'}"),
    }
    if cell.asked.from_library and not own.like and not own.mineralogy:
        return Message("screen.like_nothing", values)
    if minerals and own.mineralogy not in minerals:
        return Message("screen.other_mineralogy", values)
    groups = tuple(
        dict.fromkeys(
            row.material
            for row in case.feeds
            if row.process == cell.asked.process.name and row.material in case.groups_by_name
        )
    )
    return Message("screen.not_in_group" if groups else "screen.not_fed", values | {"groups": groups})


def _refused(cell: Cell, case: Case) -> Message:
    if cell.fault is not None:
        return Message("screen.unsound", {"what": cell.fault})
    if cell.gate is not None:
        key = "screen.gate_fails" if cell.gate.kind == "each" else "screen.gate_never_holds"
        return Message(key, {"gate": _gate(cell.gate, case), "value": _short(cell.gate.value)})
    return Message("screen.no_blend", {"bound": _bound(cell, case)})


def _gate(check: Check, case: Case) -> Message:
    gate = check.gate
    units = {row.name: row.unit for row in case.properties}
    unit = units.get(gate.property, "")
    values = {
        "gate": gate.name,
        "property": gate.property,
        "sense": Message(f"screen.sense.{gate.sense}"),
        "limit": gate.limit,
        "unit": "" if unit in ("index", "1", "pH", "yes/no") else f" {unit}",
        "clause": gate.clause or Message("screen.no_clause"),
    }
    return Message("screen.gate", values)


def _bound(cell: Cell, case: Case) -> Message:
    bound = cell.share.bound
    if bound is None:
        return Message("screen.by_recipe")
    if isinstance(bound.row, Feed):
        share = bound.row.max_share if bound.sense == "max" else bound.row.min_share
        values = {"material": bound.row.material, "percent": _percent(share)}
        return Message(f"screen.by_{bound.sense}_share", values)
    check = next(check for check in cell.checks if check.gate is bound.row)
    return _gate(check, case)


def net(money: Money) -> Message:
    """Net value in words, or what has no price."""
    if money.net == money.net:
        values: dict[str, object] = {
            "net": _short(abs(money.net)),
            "revenue": _short(money.revenue),
            "cost": _short(money.cost),
            "note": _residue(money),
        }
        return Message("screen.earns" if money.net >= 0 else "screen.costs", values)
    names = unknown_names(money.unknown)
    what: tuple[object, ...] = names
    if EQUIPMENT in money.unknown:
        what = (*names, Message("screen.equipment"))
    main, price = money.main, money.break_even_cny
    if main is not None and price == price:
        told = {"names": what, "product": main.material, "price": _short(price)}
        return Message("screen.would_break_even", told)
    return Message("screen.no_price", {"names": what})


def _residue(money: Money) -> object:
    key = f"screen.residue_{money.residue_as or 'to'}"
    return Message(key, {"places": money.residue_to}) if money.residue_to else ""


def _percent(share: float) -> float:
    return _short(100.0 * share)


def _short(value: float) -> float:
    """Four significant digits, two decimals at most where there is a whole part."""
    return round(value, 2) if abs(value) >= 1 else float(f"{value:.4g}")
