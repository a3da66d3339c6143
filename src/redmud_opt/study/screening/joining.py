"""The routes of the library beside what a case has: its wastes, places, prices and law.

    joined(case, library)      a case whose processes are those of the library that the case does not have

A material of the case stands before its namesake, and one that is `like` a material of the library is fed wherever
that one is. The case's own routes are screened apart, so that nothing of the library changes them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from redmud_opt.case import Case, CaseFaults, Fault
from redmud_opt.case.columns import Row
from redmud_opt.case.library import PARTS_OF_PROCESS
from redmud_opt.case.likeness import FOLLOWING
from redmud_opt.case.units import factor
from redmud_opt.i18n import Message

RESIDUES_ONLY = 1
"""How many processes a waste passes here: the residue of a route is not followed into another."""


def joined(case: Case, library: Case) -> Case:
    """The case with the processes of the library in place of its own. Raises CaseFaults where units do not agree."""
    units = _factors(case, library)
    names = {row.name for row in library.processes} - {row.name for row in case.processes}
    found: dict[str, Any] = {
        "processes": tuple(row for row in library.processes if row.name in names),
        "materials": _beside(case.materials, library.materials, lambda row: row.name),
        "properties": _beside(case.properties, library.properties, lambda row: row.name),
        "methods": _beside(case.methods, library.methods, lambda row: row.code),
        "clauses": _beside(case.clauses, library.clauses, lambda row: (row.name, row.valid_from)),
    }
    for table in PARTS_OF_PROCESS:
        rows = [row for row in getattr(library, table) if row.process in names]
        found[table] = tuple(_with_likes(table, rows, case))
    found["outputs"] = tuple(_converted_output(row, units) for row in found["outputs"])
    found["composition"] = (*case.composition, *_assays(case, library, units))
    found["groups"] = tuple(_groups(case, library))
    found["gates"] = (*_gates_elsewhere(case), *_gates(library, names, units))
    settings = replace(case.settings, max_depth=RESIDUES_ONLY)
    return replace(case, settings=settings, **found)


def _beside(own: Iterable[Any], others: Iterable[Any], key: Callable[[Any], object]) -> tuple[Any, ...]:
    """Rows of the case, then those of the library that it has none of."""
    known = {key(row) for row in own}
    return (*own, *(row for row in others if key(row) not in known))


def _factors(case: Case, library: Case) -> dict[str, float]:
    """Property → by what values of the library are multiplied to be in the unit of the case."""
    own = {row.name: row.unit for row in case.properties}
    materials = {row.name: row.unit for row in case.materials}
    found: dict[str, float] = {}
    faults = []
    for row in library.properties:
        by = factor(row.unit, own.get(row.name, row.unit))
        if by is None:
            faults.append(_fault(row, row.name, row.unit, own[row.name]))
        else:
            found[row.name] = by
    faults += [
        _fault(row, row.name, row.unit, materials[row.name])
        for row in library.materials
        if materials.get(row.name, row.unit) != row.unit
    ]
    if faults:
        raise CaseFaults(faults)
    return found


def _fault(row: Row, name: str, unit: str, own: str) -> Fault:
    values = {"name": name, "unit": unit, "own": own}
    return Fault(row.place.file, row.place.row, "unit", Message("screen.other_unit", values))


def _with_likes(table: str, rows: list[Any], case: Case) -> Iterator[Any]:
    """The rows, and those that name a material once more for every material of the case that is like it."""
    yield from rows
    column = FOLLOWING.get(table)
    if column is None:
        return
    for material in case.materials:
        if material.like:
            same = [row for row in rows if getattr(row, column) == material.like]
            yield from (replace(row, **{column: material.name}) for row in same)


def _assays(case: Case, library: Case, units: dict[str, float]) -> Iterator[Any]:
    own = {row.name for row in case.materials}
    for row in library.composition:
        if row.material not in own:
            by = units[row.property]
            yield replace(row, value=row.value * by, sigma=row.sigma * by)


def _converted_output(row: Any, units: dict[str, float]) -> Any:
    return row if row.grade is None else replace(row, grade=row.grade * units[row.property])


def _groups(case: Case, library: Case) -> Iterator[Any]:
    """Members of both; what is like a material of the library is in the groups of that."""
    rows = [*case.groups, *library.groups]
    for material in case.materials:
        if material.like:
            same = [row for row in library.groups if row.member == material.like]
            rows += [replace(row, member=material.name) for row in same]
    return iter({(row.group, row.member): row for row in rows}.values())


def _gates_elsewhere(case: Case) -> Iterator[Any]:
    """Gates at outlets and storages of the case."""
    processes = {row.name for row in case.processes}
    return (row for row in case.gates if not processes.issuperset(case.members(row.at)))


def _gates(library: Case, names: set[str], units: dict[str, float]) -> Iterator[Any]:
    for row in library.gates:
        for process in library.members(row.at):
            if process in names:
                yield replace(row, at=process, limit=row.limit * units[row.property])
