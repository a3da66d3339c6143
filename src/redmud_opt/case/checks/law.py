"""Law: methods are known to the rule pack, products earn their name, wastes have a class and somewhere to go."""

from __future__ import annotations

import re
from collections.abc import Iterator

from redmud_opt.case.checks.facts import Facts, in_force
from redmud_opt.case.columns import Row
from redmud_opt.case.faults import Fault
from redmud_opt.case.library import is_library
from redmud_opt.case.names import did_you_mean
from redmud_opt.i18n import Message

SHOWN = 6
"""How many sites that take a waste are told by name."""


def _users(facts: Facts) -> Iterator[tuple[Row, str, str, list[str]]]:
    """(row, name, method, wastes it takes) of all that treats a waste or takes it over."""
    for process in facts.case.processes:
        wastes = [m for m in facts.feed_materials.get(process.name, ()) if facts.is_waste(m)]
        yield process, process.name, process.method, wastes
    for outlet in facts.case.outlets:
        yield outlet, outlet.name, outlet.method, facts.wastes(outlet.material)
    for storage in facts.case.storages:
        yield storage, storage.name, storage.method, facts.wastes(storage.material) if storage.final else []


def methods_stated(facts: Facts) -> Iterator[Fault]:
    """What takes a waste has a method code."""
    for row, name, method, wastes in _users(facts):
        if wastes and not method:
            yield facts.fault(row, "method", "no_method", None, name=name, wastes=tuple(wastes))


def methods_known(facts: Facts) -> Iterator[Fault]:
    """Method codes stand in the rule pack, in force at the start of every period."""
    pack = facts.case.settings.rule_pack
    for row, _, method, _ in _users(facts):
        if not method:
            continue
        if method not in facts.methods:
            remedy = did_you_mean(method, facts.methods)
            yield facts.fault(row, "method", "unknown_method", remedy, method=method, pack=pack)
            continue
        for period in facts.case.periods:
            if not any(in_force(rule, period.start) for rule in facts.methods[method]):
                yield facts.fault(row, "method", "method_not_in_force", method=method, date=period.start)
                break


def methods_agree(facts: Facts) -> Iterator[Fault]:
    """A method code means one thing on one day."""
    for code, rows in facts.methods.items():
        for number, row in enumerate(rows):
            for other in rows[:number]:
                starts = [day for day in (row.valid_from, other.valid_from) if day is not None]
                day = max(starts) if starts else None
                both = day is None or (in_force(row, day) and in_force(other, day))
                if both and row.meaning != other.meaning:
                    yield facts.fault(
                        row, "meaning", "method_means_two", code=code, first=str(other.place.row)
                    )


def arisings_are_wastes(facts: Facts) -> Iterator[Fault]:
    """What arises is a waste of a class: it founds an origin."""
    for row in facts.case.all_arisings:
        material = facts.materials.get(row.material)
        if material is None:
            continue
        if not facts.is_waste(material.name):
            values = {"material": material.name, "status": material.legal_status}
            yield facts.fault(row, "material", "arising_no_waste", None, **values)
        elif material.waste_class == "none":
            yield facts.fault(row, "material", "arising_no_class", material=material.name)


def stocks_have_class(facts: Facts) -> Iterator[Fault]:
    """A waste in stock from the beginning has a class, else nobody knows its origin."""
    for row in facts.case.opening_stock:
        if facts.is_waste(row.material) and facts.materials[row.material].waste_class == "none":
            yield facts.fault(row, "material", "stock_no_class", material=row.material)


def wastes_are_not_bought(facts: Facts) -> Iterator[Fault]:
    """Waste taken in from others would need an origin of its own; until it has one it is an arising."""
    for row in facts.case.supplies:
        if facts.is_waste(row.material):
            yield facts.fault(row, "material", "waste_bought", name=row.name, material=row.material)


def classes_are_wastes(facts: Facts) -> Iterator[Fault]:
    """A waste class belongs to a waste."""
    for row in facts.case.materials:
        if row.waste_class != "none" and not facts.is_waste(row.name):
            yield facts.fault(row, "waste_class", "class_no_waste", name=row.name, status=row.legal_status)


def products_earn_their_name(facts: Facts) -> Iterator[Fault]:
    """A product has a product standard and a pollutant limit; what is made from waste was never a commodity."""
    for row in facts.case.materials:
        if row.legal_status == "product":
            for column in ("product_standard", "pollutant_limit"):
                if not getattr(row, column):
                    yield facts.fault(
                        row, column, "product_without", Message("case.stays_waste"), name=row.name
                    )
        elif row.legal_status == "commodity" and row.unit == "t" and row.name in facts.made_from_waste:
            values = {"name": row.name, "process": facts.made_from_waste[row.name]}
            yield facts.fault(
                row, "legal_status", "commodity_from_waste", Message("case.call_it_product"), **values
            )


def products_have_outlets(facts: Facts) -> Iterator[Fault]:
    """A product made from waste has an outlet; else it stays waste."""
    sold = {m for row in facts.case.outlets for m in facts.case.members(row.material)}
    for row in facts.case.materials:
        if row.legal_status == "product" and row.name in facts.made_from_waste and row.name not in sold:
            key = "sell_or_overrule" if is_library(row) else "stays_waste"
            remedy = Message(f"case.{key}", {"name": row.name})
            yield facts.fault(row, "legal_status", "product_without_outlet", remedy, name=row.name)


def products_not_discarded(facts: Facts) -> Iterator[Fault]:
    """A product made from waste goes to no disposal and is not placed for good: a new label uses nothing."""
    made = facts.made_from_waste
    for outlet in facts.case.outlets:
        held = [m for m in facts.case.members(outlet.material) if m in made]
        if held and "disposal" in facts.meanings(outlet.method):
            yield facts.fault(
                outlet, "method", "product_to_disposal", None, materials=tuple(held), method=outlet.method
            )
    for storage in facts.case.storages:
        held = [m for m in facts.case.members(storage.material) if m in made]
        if held and storage.final:
            yield facts.fault(
                storage, "material", "product_placed", None, materials=tuple(held), name=storage.name
            )


def _toxic(facts: Facts) -> set[str]:
    """Wastes that are hazardous for more than reactivity (blank letters count as T), residues of them included."""
    delisted = {(row.process, row.material) for row in facts.case.delistings}
    found = {
        row.name
        for row in facts.case.materials
        if row.legal_status == "hazardous_waste" and set(re.findall(r"\w+", row.hazard.upper())) != {"R"}
    }
    while True:
        fresh = {
            row.material
            for row in facts.case.outputs
            if found & set(facts.feed_materials.get(row.process, ()))
            and facts.is_waste(row.material)
            and (row.process, row.material) not in delisted
        }
        if fresh <= found:
            return found
        found |= fresh


def delistings_fit(facts: Facts) -> Iterator[Fault]:
    """What is delisted is a residue of the process: of a use, or of the disposal of wastes that are R only."""
    toxic = _toxic(facts) if facts.case.delistings else set()
    for row in facts.case.delistings:
        made = [output.material for output in facts.outputs.get(row.process, ())]
        if row.process not in facts.sound:
            continue
        if row.material not in made:
            remedy = did_you_mean(row.material, made)
            yield facts.fault(row, "material", "never_made", remedy, output=row.material, process=row.process)
            continue
        method = facts.processes[row.process].method
        values = {"material": row.material, "process": row.process, "method": method}
        remedy = Message("case.drop_delisting")
        fed = tuple(m for m in facts.feed_materials[row.process] if m in toxic)
        if "pretreatment" in facts.meanings(method):
            yield facts.fault(row, "process", "delisting_by_mixing", remedy, **values)
        elif fed and "disposal" in facts.meanings(method):
            yield facts.fault(row, "process", "delisting_of_disposal", remedy, feeds=fed, **values)


def _takers(facts: Facts, material: str) -> set[str]:
    """Sites where something takes a waste: a storage, an outlet, or a line that runs a process fed with it."""
    hazardous = facts.materials[material].legal_status == "hazardous_waste"
    sites = {
        row.site
        for row in facts.case.storages
        if material in facts.case.members(row.material) and (row.accepts_hazardous or not hazardous)
    }
    sites |= {row.site for row in facts.case.outlets if material in facts.case.members(row.material)}
    facility_site = {row.name: row.site for row in facts.case.facilities}
    line_facility = {row.name: row.facility for row in facts.case.lines}
    for row in facts.case.line_processes:
        if material in facts.feed_materials.get(row.process, ()):
            sites.add(facility_site.get(line_facility.get(row.line, ""), ""))
    return sites - {""}


def _may_leave(facts: Facts, material: str, site: str) -> bool:
    hazardous = facts.materials[material].legal_status == "hazardous_waste"
    for lane in facts.case.lanes:
        carried = not lane.material or material in facts.case.members(lane.material)
        if lane.from_site == site and carried and (lane.dg_allowed or not hazardous):
            return True
    for rule in facts.case.haul:
        carried = material in facts.case.members(rule.material) if rule.material else not hazardous
        if carried and (rule.dg_allowed or not hazardous):
            return True
    return False


def arisings_have_a_way(facts: Facts) -> Iterator[Fault]:
    """What arises is taken at its site, or may leave it and is taken elsewhere. (Reach in full: the network.)"""
    for row, column, material, site in _arising_somewhere(facts):
        if not facts.is_waste(material):
            continue
        takers = _takers(facts, material)
        if not takers:
            listed = any(material in facts.case.members(storage.material) for storage in facts.case.storages)
            remedy = Message("case.accept_hazardous") if listed else None
            yield facts.fault(row, column, "nobody_takes", remedy, material=material)
        elif site not in takers and not _may_leave(facts, material, site):
            told: list[object] = [*sorted(takers)[:SHOWN]]
            if len(takers) > SHOWN:
                told.append(Message("case.more_sites", {"count": len(takers) - SHOWN}))
            values = {"material": material, "site": site, "sites": tuple(told)}
            at = "site" if column == "material" else column
            yield facts.fault(row, at, "cannot_leave", None, **values)


def _arising_somewhere(facts: Facts) -> Iterator[tuple[Row, str, str, str]]:
    """(row, its column, material, site) of all that arises, or may arise instead."""
    sites = {row.name: row.site for row in facts.case.all_arisings}
    for row in facts.case.all_arisings:
        yield row, "material", row.material, row.site
    for option in facts.case.reductions:
        if option.becomes and option.arising in sites:
            yield option, "becomes", option.becomes, sites[option.arising]
