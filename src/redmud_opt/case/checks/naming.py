"""Names: unique, told apart at a glance, free of signs with a meaning of their own; key columns unique."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from redmud_opt.case.case import TABLES
from redmud_opt.case.checks.facts import Facts
from redmud_opt.case.columns import columns
from redmud_opt.case.draft import NAMING, Declared, key_of
from redmud_opt.case.faults import Fault
from redmud_opt.case.names import FORBIDDEN, skeleton
from redmud_opt.i18n import Message

FREE_FORM = frozenset({"sources", "permits", "approvals", "contracts"})
"""Tables whose names are numbers of documents and may hold any sign."""


def _at(declared: Declared, key: str, remedy: Message | None = None, /, **values: object) -> Fault:
    place = declared.place
    return Fault(place.file, place.row, declared.column, Message(f"case.{key}", values), remedy)


def _firsts(facts: Facts) -> Iterator[Declared]:
    """Active names; of a group or calendar only the first row."""
    seen: set[tuple[str, str]] = set()
    for declared in facts.draft.declared:
        if declared.active and not (declared.table in NAMING and (declared.table, declared.name) in seen):
            seen.add((declared.table, declared.name))
            yield declared


def unique_names(facts: Facts) -> Iterator[Fault]:
    """A name stands for one thing in the whole case."""
    first: dict[str, Declared] = {}
    for declared in _firsts(facts):
        other = first.setdefault(declared.name, declared)
        if other is not declared:
            values = {"name": declared.name, "file": other.place.file, "row": str(other.place.row)}
            yield _at(declared, "name_twice", None, **values)


def figures_are_no_clauses(facts: Facts) -> Iterator[Fault]:
    """A limit of the law is taken by its name: no figure may stand in its place."""
    clauses = {row.name: row for row in facts.case.clauses}
    for row in facts.case.figures:
        clause = clauses.get(row.name)
        if clause is not None:
            place = {"file": clause.place.file, "row": str(clause.place.row)}
            yield facts.fault(row, "name", "name_twice", None, name=row.name, **place)


def look_alikes(facts: Facts) -> Iterator[Fault]:
    """Two names that differ only by case, width, script or hyphens are one name misspelt."""
    first: dict[tuple[str, str], Declared] = {}
    for declared in _firsts(facts):
        space = declared.table if declared.table in FREE_FORM else ""
        other = first.setdefault((space, skeleton(declared.name)), declared)
        if other.name != declared.name:
            key = "case_clash" if other.name.casefold() == declared.name.casefold() else "look_alike"
            values = {
                "name": declared.name,
                "other": other.name,
                "file": other.place.file,
                "row": str(other.place.row),
            }
            spelt = Message("case.spelt", {"name": ascii(declared.name), "other": ascii(other.name)})
            yield _at(
                declared, key, None if declared.name.isascii() and other.name.isascii() else spelt, **values
            )


def forbidden_signs(facts: Facts) -> Iterator[Fault]:
    """Names are parts of the ids of streams: signs that divide ids cannot stand in them."""
    for declared in _firsts(facts):
        bad = FORBIDDEN & set(declared.name) if declared.table not in FREE_FORM else set()
        if declared.table == "processes":
            bad = bad | ({"."} & set(declared.name))
        if bad:
            yield _at(declared, "forbidden_sign", name=declared.name, signs=" ".join(sorted(bad)))
    for row in facts.case.points:
        bad = (FORBIDDEN | {"."}) & set(row.point)
        if bad:
            yield facts.fault(row, "point", "forbidden_sign", name=row.point, signs=" ".join(sorted(bad)))


def reserved_names(facts: Facts) -> Iterator[Fault]:
    """Calendar years, halves, quarters and months of the horizon are groups of periods already."""
    reserved = set(facts.case.groups_by_name) - {row.group for row in facts.case.groups}
    for declared in _firsts(facts):
        if declared.table != "periods" and declared.name in reserved:
            yield _at(declared, "reserved_name", name=declared.name)


def unique_keys(facts: Facts) -> Iterator[Fault]:
    """The key columns of a table identify a row."""
    for table, row_type in TABLES.items():
        keys = [name for name, column in columns(row_type).items() if column.key]
        if not keys or keys == ["name"]:
            continue
        first: dict[str, list[object]] = defaultdict(list)
        for row in facts.draft.rows(table):
            key = key_of(row)
            if first[key]:
                yield facts.fault(row, keys[0], "row_twice", columns=tuple(keys), first=str(first[key][0]))
            first[key].append(row.place.row)
