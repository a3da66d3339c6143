"""What only the network shows to be wrong (faults), and what it lets lie idle (notes)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias, TypeVar

import numpy as np

from redmud_opt.case.faults import Fault
from redmud_opt.case.rules import Limit
from redmud_opt.case.things import Arising, ReductionOption, Relining, Supply
from redmud_opt.case.works import Gate, Lane, Line, Outlet, Storage
from redmud_opt.case.yards import blocks_reclaim
from redmud_opt.i18n import Message
from redmud_opt.network.apart import meetings
from redmud_opt.network.counted import LANE, OUTLET, Things, switched_things
from redmud_opt.network.doors import Doors, opening_notes
from redmud_opt.network.elements import conjured
from redmud_opt.network.given import Given
from redmud_opt.network.haulage import Haulage
from redmud_opt.network.hauled import hauled
from redmud_opt.network.law import Law
from redmud_opt.network.lineage import Conversion, Lineage
from redmud_opt.network.network import Deliveries, Ints, Network, Routes, Runs
from redmud_opt.network.reach import Reach

NamedRow: TypeAlias = Lane | Supply | Outlet | Line | Storage
R = TypeVar("R", Lane, Supply, Outlet, Line, Storage)


SHOWN = 4
"""How many refusals of one waste are told one by one."""


def faults_of(given: Given, law: Law, doors: Doors, haulage: Haulage, reach: Reach) -> list[Fault]:
    """Missing values, waste without any way, methods whose meaning changes, lanes without distance."""
    _need_gate_values(law, reach)
    faults = _missing_values(given, reach) + list(haulage.faults)
    dead = set(reach.dead)
    faults += [
        _stranded(row, "material", row.site, row.material, law, doors)
        for row in given.case.all_arisings
        if given.founded(row.site, row.material) in dead
    ]
    faults += [
        _stranded(option.row, "becomes", option.place.site, option.row.becomes, law, doors)
        for option in given.options
        if option.becomes in dead
    ]
    return faults + list(_changing_methods(given))


def _missing_values(given: Given, reach: Reach) -> list[Fault]:
    """Values missing in what there is: a material that only ever comes out of a process needs no assay of its own."""
    lineages = given.lineages
    there = {p.stream.lineage for p in (*given.arisings, *given.bought)}
    there |= {option.becomes.stream.lineage for option in given.options if option.becomes is not None}
    there |= {stream.lineage for _, stream in given.opening}
    there |= {made.output.id for c in lineages.conversions if c.feed is None for made in c.made}
    there |= {row.material for row in given.case.inputs}
    there |= {place.stream.lineage for _, place in (*reach.outlets, *reach.storages)}
    return [fault for lineage, fault in lineages.faults if lineage.rpartition("<")[2] in there]


def _stranded(
    row: Arising | Relining | ReductionOption, column: str, site: str, material: str, law: Law, doors: Doors
) -> Fault:
    """Waste without any way: what refuses it, or what would be made of it, everywhere and by which clause."""
    refused, shut = _refused(law, material), _shut_all_along(doors, material)
    told = [*shut, *refused]
    values: dict[str, object] = {"material": material, "site": site}
    if told:
        more = [Message("network.more_refusals", {"count": len(told) - SHOWN})] if len(told) > SHOWN else []
        values["reasons"] = (*told[:SHOWN], *more)
    return Fault(
        file=row.place.file or f"{row.TABLE}.csv",
        row=row.place.row,
        column=column,
        message=Message("network.no_way_but" if told else "network.no_way", values),
        remedy=Message("network.open_a_lawful_way" if shut else "network.open_a_way", {"material": material}),
    )


def _is_of(material: str, lineage: str) -> bool:
    """Whether a lineage is a material or what is made of it."""
    return lineage.rpartition("<")[2] == material


def _refused(law: Law, material: str) -> list[Message]:
    """Gates that refuse a waste or its residues, with their clauses, and storages not built for it."""
    gates = {gate.name: gate for gate in law.lookup.case.gates}
    found = []
    for (at, lineage), why in sorted(law.refused.items()):
        if _is_of(material, lineage):
            values = {"at": at, "material": lineage}
            gate = gates.get(why)
            if gate is None:
                found.append(Message("network.refused_as_hazardous", values))
            else:
                values |= {"gate": gate.name, "clause": gate.clause or "–"}
                found.append(Message("network.refused_by_gate", values))
    return found


def _shut_all_along(doors: Doors, material: str) -> list[Message]:
    """Doors that the law keeps shut to a waste or its residues in every period: by clause, ends before lanes."""
    found = []
    for door, reasons in sorted(doors.shut.items(), key=lambda item: (item[0][0] == "route", item[0])):
        kind, at, lineage = door
        open_ = doors.when_open(door)
        if not _is_of(material, lineage) or open_ is None or open_.any():
            continue
        why = tuple(Message("network.shut_by", {"clause": s.clause, "why": s.why}) for s in reasons)
        values = {"door": Message(f"packs.door_{kind}"), "at": at.strip("/"), "material": lineage, "why": why}
        found.append(Message("network.shut_all_along", values))
    return found


def _changing_methods(given: Given) -> Iterator[Fault]:
    """A meaning that changes inside the horizon: origin tonnes would not be constants."""
    case = given.case
    methods = [p.method for p in case.processes] + [o.method for o in case.outlets]
    used = {*methods, *(s.method for s in case.storages)} - {""}
    for code in sorted(used):
        if len(given.lookup.meanings(code)) > 1:
            yield Fault(
                file="methods.csv",
                row=0,
                column="meaning",
                message=Message("network.method_changes", {"method": code}),
                remedy=Message("network.split_horizon", {"method": code}),
            )


def unlimited_faults(network: Network) -> list[Fault]:
    """What is switched on and off, or refunded, needs an upper bound: its own, or by what can be there at all."""
    case, switched = network.case, set(switched_things(network))
    switched |= {(LANE, row.name) for row in case.lanes if row.fixed_cost_cny}
    lanes = {network.routes.lanes[k] for k in _unlimited(network.routes.lane, network.routes)}
    outlets = {
        network.deliveries.outlets[k].name for k in _unlimited(network.deliveries.outlet, network.deliveries)
    }
    lines = {network.plant.lines[k].name for k in _unlimited(network.runs.line, network.runs)}
    ruled = lanes & {name for kind, name in switched if kind == LANE} - {row.name for row in case.lanes}
    goods = _unlimited_goods(network, ruled)
    bought = {row.material for row in case.supplies if row.max_t is None}
    bounded = (lines & _refunded_lines(network)) | _unlimited_points(network)
    return [
        *_bare(case.lanes, "capacity_t", lambda row: row.name in lanes and (LANE, row.name) in switched),
        *_bare(case.supplies, "max_t", lambda row: row.material in goods),
        *(_counted_fault(row) for row in _counting(network, ruled) if goods - bought),
        *_bare(case.outlets, "max_t", lambda row: row.name in outlets and (OUTLET, row.name) in switched),
        *_bare(case.lines, "capacity", lambda row: row.name in bounded),
        *_bare(case.storages, "capacity_t", lambda row: row.name in _unlimited_yards(network)),
        *_meeting_faults(network),
        *_hauled_faults(network),
    ]


def _meeting_faults(network: Network) -> list[Fault]:
    """Rows of incompatible wastes of which any amount may be in one place."""
    free = {
        meeting.rule: meeting
        for meeting in meetings(network)
        if any(np.isinf(most[meeting.both]).any() for most in meeting.most.values())
    }
    return [
        Fault(
            file=meeting.row.place.file or "incompatibilities.csv",
            row=meeting.row.place.row,
            column="first",
            message=Message("network.apart_needs_a_bound", {"item": meeting.item}),
            remedy=Message("network.bound_what_meets"),
        )
        for meeting in free.values()
    ]


def _hauled_faults(network: Network) -> list[Fault]:
    """Haul rules with a least lot on whose lanes any amount may move."""
    lanes = hauled(network)
    free = {lanes.pairs[k][0].name for k in lanes.lots if np.isinf(lanes.most[k]).any()}
    return [
        Fault(
            file=row.place.file or "haul.csv",
            row=row.place.row,
            column="lane_capacity_t",
            message=Message("network.haul_needs_a_bound", {"name": row.name}),
            remedy=Message("network.state_a_bound", {"column": "lane_capacity_t"}),
        )
        for row in network.case.haul
        if row.name in free
    ]


def _unlimited_yards(network: Network) -> set[str]:
    """Yards that may be built, closed or capped, and in which something without an upper bound may move or lie."""
    held, placed, yards = network.holdings, network.placements, network.yards
    capped = {row.storage for row in yards.measures if blocks_reclaim(row)}
    free = set(held.storage[np.isinf(held.upper).any(axis=1)].tolist())
    free |= set(placed.storage[np.isinf(placed.upper).any(axis=1)].tolist())
    rows = (yards.storages[k] for k in free)
    return {row.name for row in rows if row.candidate or row.may_close or row.name in capped}


def _unlimited_points(network: Network) -> set[str]:
    """Lines without an upper bound on what they may be fed at operating points that exclude each other."""
    runs, asked = network.runs, {row.process for row in network.case.points if row.one_per_period}
    chosen = np.array([run.conversion.process.name in asked for run in runs.run], dtype=bool)
    free = (np.isinf(runs.upper) & (runs.grid.position >= 0)).any(axis=1)
    return {network.plant.lines[k].name for k in runs.line[free & chosen]}


def _counting(network: Network, lanes: set[str]) -> list[Limit]:
    """Limits that count some of these lanes."""
    rows = [row for row in network.case.limits if row.measure == "count_used"]
    return [row for row in rows if any(one.name in lanes for one in Things(network).of(row))]


def _counted_fault(row: Limit) -> Fault:
    return Fault(
        file=row.place.file or "limits.csv",
        row=row.place.row,
        column="at",
        message=Message("network.counts_without_bound", {"name": row.name}),
        remedy=Message("network.bound_what_is_made"),
    )


def _refunded_lines(network: Network) -> set[str]:
    """Lines of a facility that make a product whose VAT it may be refunded."""
    asked, runs = {(row.facility, row.product) for row in network.case.vat_refunds}, network.runs
    made = zip(runs.made_run, runs.made_place, strict=True)
    found = {(runs.run[k].line, network.places[place].stream.lineage) for k, place in made}
    return {line for line, product in found if (network.lookup.lines[line].facility, product) in asked}


def _unlimited_goods(network: Network, lanes: set[str]) -> set[str]:
    """Materials without an upper bound on some lanes, made by haul rules, that have none to state one for."""
    routes = network.routes
    free = (np.isinf(routes.upper) & (routes.grid.position >= 0)).any(axis=1)
    return {
        network.lineage(int(routes.stream[k])).name
        for k in np.flatnonzero(free)
        if routes.lanes[routes.lane[k]] in lanes
    }


def _bare(rows: Iterable[R], column: str, asked: Callable[[R], bool]) -> list[Fault]:
    """A fault for every row that needs a bound and states none."""
    return [_unlimited_fault(row, column) for row in rows if getattr(row, column) is None and asked(row)]


def _unlimited(thing: Ints, entities: Routes | Deliveries | Runs) -> set[int]:
    """Lanes or outlets on which something without an upper bound may move."""
    free = np.isinf(entities.upper) & (entities.grid.position >= 0)
    return set(thing[free.any(axis=1)].tolist())


def _unlimited_fault(row: NamedRow, column: str) -> Fault:
    return Fault(
        file=row.place.file or f"{row.TABLE}.csv",
        row=row.place.row,
        column=column,
        message=Message("network.needs_a_bound", {"name": row.name}),
        remedy=Message("network.state_a_bound", {"column": column}),
    )


def _need_gate_values(law: Law, reach: Reach) -> None:
    """Every blend gate must find a value in everything that it averages."""
    for run in reach.runs:
        for gate in law.blend.get(run.conversion.process.name, []):
            for lineage in _averaged(law, run.conversion):
                _need(law, gate, lineage)
    for outlet, place in reach.outlets:
        for gate in law.blend.get(outlet.name, []):
            _need(law, gate, law.lineages.by_id[place.stream.lineage])
    for storage, place in reach.storages:
        for gate in law.blend.get(storage.name, []):
            _need(law, gate, law.lineages.by_id[place.stream.lineage])


def _averaged(law: Law, conversion: Conversion) -> Iterator[Lineage]:
    if conversion.feed is not None:
        yield conversion.feed
    for row in conversion.inputs:
        if law.lineages.by_id[row.material].material.unit == "t":
            yield law.lineages.by_id[row.material]


def _need(law: Law, gate: Gate, lineage: Lineage) -> None:
    if gate.property not in lineage.composition:
        law.lineages.missing_for_gate(gate, lineage)


def notes_of(given: Given, reach: Reach, doors: Doors) -> list[Message]:
    """What never runs, and why; what opens late; what assays contradict. Not impossible."""
    case = given.case
    notes = [
        Message(
            "network.residue_stuck",
            {"process": run.conversion.process.name, "line": run.line, "material": place.stream.lineage},
        )
        for run, place in reach.idle
    ]
    notes += [
        Message(
            "network.input_missing",
            {"process": process, "line": line, "material": need.stream.lineage, "site": need.site},
        )
        for line, process, need in reach.starved
    ]
    notes += [
        Message(
            "network.too_deep", {"process": process, "material": material, "depth": case.settings.max_depth}
        )
        for process, material in given.lineages.too_deep
    ]
    notes += [
        Message("network.later_delisting", {"process": row.process, "material": row.material})
        for row in case.delistings
        if row.identified_on and row.identified_on > case.periods[0].start
    ]
    notes += opening_notes(doors.ground)
    notes += conjured(given.lineages, [run.conversion for run in reach.runs])
    reached = {route.to_site for route, _ in reach.routes} | {place.site for place in given.places()}
    notes += [
        Message("network.station_unreached", {"site": row.name})
        for row in case.sites
        if row.kind == "transfer_station" and row.name not in reached
    ]
    return list({(note.key, tuple(note.values.items())): note for note in notes}.values())
