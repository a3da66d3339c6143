"""Permits and exemptions: codes and days are right, the list backs what is exempt, nothing is promised beyond them.

Asked where the rule pack asks for permits; the mass that they speak of, and senders of schemes, always.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from redmud_opt.case.case import Period
from redmud_opt.case.checks.facts import Facts
from redmud_opt.case.faults import Fault
from redmud_opt.case.licences import ANY_CODE, may_receive, site_of
from redmud_opt.case.listing import ever, is_hazardous, requirements
from redmud_opt.case.names import did_you_mean
from redmud_opt.case.rules import Exemption, Limit, Permit
from redmud_opt.case.works import Outlet
from redmud_opt.i18n import Message


def permits_have_one_basis(facts: Facts) -> Iterator[Fault]:
    """Permits of one receiver for one code add up, so they speak of one mass."""
    first: dict[tuple[str, str], Permit] = {}
    for row in facts.case.permits:
        other = first.setdefault((row.receiver, row.code), row)
        if other.basis != row.basis:
            values = {"name": row.name, "other": other.name, "basis": other.basis}
            yield facts.fault(row, "basis", "permit_bases_differ", None, **values)


def permits_name_listed_codes(facts: Facts) -> Iterator[Fault]:
    """Codes and methods of permits and exemptions are those of the rule pack."""
    if not requirements(facts.case, "permit"):
        return
    codes = sorted({row.code for row in facts.case.codes if is_hazardous(row)})
    pack = facts.case.settings.rule_pack
    rows: list[Permit | Exemption] = [*facts.case.permits, *facts.case.exemptions]
    for row in rows:
        if row.code not in codes:
            remedy = did_you_mean(row.code, codes)
            yield facts.fault(row, "code", "permit_code_unknown", remedy, code=row.code, pack=pack)
    for permit in facts.case.permits:
        if permit.method and permit.method not in facts.methods:
            remedy = did_you_mean(permit.method, facts.methods)
            values = {"method": permit.method, "pack": pack}
            yield facts.fault(permit, "method", "permit_method_unknown", remedy, **values)


def exemptions_are_backed(facts: Facts) -> Iterator[Fault]:
    """An exemption is an item of the list that is in force within the horizon, of its code or of any."""
    if not requirements(facts.case, "permit"):
        return
    for row in facts.case.exemptions:
        items = [
            item
            for item in facts.case.exemption_list
            if item.code in (row.code, ANY_CODE) and item.link in (row.link, "all")
        ]
        if not ever(items, facts.case.periods):
            values = {"code": row.code, "link": row.link, "pack": facts.case.settings.rule_pack}
            yield facts.fault(row, "code", "exemption_unbacked", None, **values)


def schemes_are_backed(facts: Facts) -> Iterator[Fault]:
    """A point-to-point scheme joins two sites, is for use, and an item of the list for any waste is in force."""
    sites = site_of(facts.case)
    items = [row for row in facts.case.exemption_list if row.code == ANY_CODE and row.link in ("use", "all")]
    storages = {row.name for row in facts.case.storages}
    for row in facts.case.permits:
        if not row.point_to_point_from:
            continue
        values = {"name": row.name, "site": row.point_to_point_from}
        if sites.get(row.receiver) == row.point_to_point_from:
            yield facts.fault(row, "point_to_point_from", "scheme_at_home", None, **values)
        elif row.receiver in storages or (row.method and facts.meanings(row.method) - {"use"}):
            yield facts.fault(row, "receiver", "scheme_without_use", None, **values)
        elif requirements(facts.case, "permit") and not ever(items, facts.case.periods):
            yield facts.fault(row, "point_to_point_from", "scheme_unbacked", None, **values)


def nothing_is_promised_without_permit(facts: Facts) -> Iterator[Fault]:
    """What must be received of hazardous waste in a window may be received there in some of its periods."""
    asked = requirements(facts.case, "permit")
    promised = (*_of_outlets(facts), *_of_limits(facts)) if asked else ()
    remedy = Message("case.promise_what_is_permitted")
    for row, column, receivers, materials, periods in promised:
        lawful = any(
            may_receive(facts.case, name, facts.materials[m].code, method, use, period)
            for name, method, use in receivers
            for m in materials
            for period in periods
        )
        if lawful or not periods:
            continue
        names = {name for name, _, _ in receivers}
        codes = {facts.materials[m].code for m in materials}
        held = [p for p in facts.case.permits if p.receiver in names and p.code in codes]
        values = {"name": row.name, "codes": tuple(sorted(codes)), "date": periods[0].start}
        if held:
            last = max(held, key=lambda permit: str(permit.valid_to))
            values |= {"permit": last.name, "row": str(last.place.row)}
            values |= {"valid_from": last.valid_from, "valid_to": last.valid_to}
            yield facts.fault(row, column, "promised_beyond_permit", remedy, **values)
        else:
            values |= {"receivers": tuple(sorted(names)), "clause": asked[0].clause}
            yield facts.fault(row, column, "promised_without_permit", remedy, **values)


Receiver = tuple[str, str | None, bool]
"""(name, method or None for a put, whether that is use)"""
Promise = tuple[Outlet | Limit, str, list[Receiver], list[str], list[Period]]


def _of_outlets(facts: Facts) -> Iterator[Promise]:
    """Outlets that must be delivered to, period by period, of nothing but hazardous wastes with codes."""
    for row in facts.case.outlets:
        materials = facts.case.members(row.material)
        if not row.min_t or not _coded(facts, materials):
            continue
        use = facts.meanings(row.method) == {"use"}
        for period in facts.case.periods:
            opens, closes = row.opens or period.start, row.closes or period.end
            if opens < period.end and closes > period.start:
                yield row, "min_t", [(row.name, row.method, use)], list(materials), [period]


def _of_limits(facts: Facts) -> Iterator[Promise]:
    """Least amounts fed, sold, placed, put or moved to a site of nothing but hazardous wastes with codes."""
    for row in facts.case.limits:
        least = row.sense in ("min", "equal") and (row.value or 0.0) > 0 and not row.share_of
        if not least or row.measure not in ("feed", "sold", "placed", "put", "flow") or not row.material:
            continue
        materials = list(facts.case.members(row.material))
        if row.measure == "flow":
            found = [_receivers_at(facts, site, materials) for site in _ends(facts, row)] or [None]
        else:
            names = facts.case.members(row.at) if row.at else ()
            found = [_receivers(facts, row.measure, name, materials) for name in names] or [None]
        if not _coded(facts, materials) or any(receivers is None for receivers in found):
            continue
        receivers = [receiver for some in found for receiver in some or ()]
        for window in _windows(facts, row):
            yield row, "value", receivers, materials, window


def _coded(facts: Facts, materials: Iterable[str]) -> bool:
    rows = [facts.materials.get(name) for name in materials]
    return bool(rows) and all(r is not None and r.legal_status == "hazardous_waste" and r.code for r in rows)


def _receivers(facts: Facts, measure: str, name: str, materials: list[str]) -> list[Receiver] | None:
    """Who receives at a place; None where it is not one receiver's, or where the waste is the site's own."""
    case, own = facts.case, {(row.site, row.material) for row in facts.case.all_arisings}
    site = site_of(case)
    for outlet in case.outlets if measure == "sold" else ():
        if outlet.name == name:
            return [(name, outlet.method, facts.meanings(outlet.method) == {"use"})]
    facility = {row.name: row.facility for row in case.lines}.get(name, name)
    if any((site.get(facility, ""), material) in own for material in materials) or facility not in site:
        return None
    for storage in case.storages if measure in ("placed", "put") else ():
        if storage.name == name:
            return [(name, storage.method if measure == "placed" else None, False)]
    if measure != "feed" or facility not in {row.name for row in case.facilities}:
        return None
    lines = {row.name for row in case.lines if row.facility == facility}
    fed = [p for name, p in facts.processes.items() if set(materials) & set(facts.feed_materials[name])]
    runs = {row.process for row in case.line_processes if row.line in lines}
    return [(facility, p.method, facts.meanings(p.method) == {"use"}) for p in fed if p.name in runs]


def _ends(facts: Facts, row: Limit) -> set[str]:
    """The sites at which the flows of a limit end; none where it says a province, an owner, or nothing."""
    lanes, sites = {lane.name: lane.to_site for lane in facts.case.lanes}, {s.name for s in facts.case.sites}
    named = facts.case.members(row.to) if row.to else ()
    if not row.to and row.at:
        named = tuple(lanes.get(name, "") for name in facts.case.members(row.at))
    return set(named) if set(named) <= sites else set()


def _receivers_at(facts: Facts, site: str, materials: list[str]) -> list[Receiver] | None:
    """Who takes wastes at a site; None at a station, at a site that has them of its own, and where nobody does."""
    case = facts.case
    station = any(row.name == site and row.kind == "transfer_station" for row in case.sites)
    if station or any(row.site == site and row.material in materials for row in case.all_arisings):
        return None

    def takes(selector: str) -> bool:
        return bool(set(case.members(selector)) & set(materials))

    outlets = [row for row in case.outlets if row.site == site and takes(row.material)]
    stores = [row for row in case.storages if row.site == site and takes(row.material)]
    found: list[Receiver] = [(o.name, o.method, facts.meanings(o.method) == {"use"}) for o in outlets]
    found += [(s.name, None, False) for s in stores if s.retrievable]
    found += [(s.name, s.method, False) for s in stores if s.final]
    for facility in case.facilities:
        if facility.site == site:
            found += _receivers(facts, "feed", facility.name, materials) or []
    return found or None


def _windows(facts: Facts, row: Limit) -> list[list[Period]]:
    """The stretches of periods in which the least amount must be reached."""
    during = set(facts.case.members(row.during)) if row.during else None
    periods = [p for p in facts.case.periods if during is None or p.name in during]
    if row.per == "period":
        return [[period] for period in periods]
    if row.per == "horizon":
        return [periods]
    return [[p for p in periods if p.year == year] for year in sorted({p.year for p in periods})]
