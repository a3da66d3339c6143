"""Names that stand in other tables, groups, operating points: everything that is pointed to exists."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property

from redmud_opt.case.case import TABLES
from redmud_opt.case.checks.facts import Facts
from redmud_opt.case.columns import Column, Row, columns
from redmud_opt.case.draft import Declared
from redmud_opt.case.faults import Fault
from redmud_opt.case.names import did_you_mean
from redmud_opt.i18n import Message


class _Index:
    """Every declared name, and what the members of each group are."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.by_name: dict[str, list[Declared]] = defaultdict(list)
        for declared in facts.draft.declared:
            self.by_name[declared.name].append(declared)

    @cached_property
    def tables_of_group(self) -> dict[str, set[str]]:
        """Group → tables that its members are declared in."""
        found: dict[str, set[str]] = {}
        for row in self.facts.case.groups:
            found.setdefault(row.group, set()).update(self.tables_of(row.member))
        return found

    @cached_property
    def calendar(self) -> frozenset[str]:
        """Names of stretches of time: periods, and the years, halves, quarters, months that they make up."""
        own = {row.group for row in self.facts.case.groups}
        return frozenset({p.name for p in self.facts.case.periods} | (set(self.facts.case.groups_by_name) - own))

    def tables_of(self, name: str) -> set[str]:
        """Tables that declare a name; `periods` for what the calendar knows."""
        found = {one.table for one in self.by_name.get(name, ()) if one.active and one.table != "groups"}
        return found | ({"periods"} if name in self.calendar else set())

    def known(self, tables: Iterable[str], groups: bool) -> Iterator[str]:
        """Names that a column may hold."""
        wanted = set(tables)
        for name, places in self.by_name.items():
            if any(one.active and one.table in wanted for one in places):
                yield name
        if "periods" in wanted:
            yield from self.calendar
        if groups:
            yield from (name for name, kinds in self.tables_of_group.items() if kinds & wanted)

    def wrong(self, name: str, column: Column) -> tuple[str, Message | None, dict[str, object]] | None:
        """Key, remedy and values of what is wrong with a reference; None if it resolves."""
        wanted = set(column.tables)
        if self.tables_of(name) & wanted:
            return None
        if name in self.tables_of_group:
            if not column.groups:
                return "no_group_here", None, {"name": name}
            kinds = self.tables_of_group[name]
            if not kinds or kinds & wanted:
                return None
            return "group_of_others", None, {"name": name, "kinds": _tables(kinds), "tables": _tables(column.tables)}
        sleeping = [one for one in self.by_name.get(name, ()) if not one.active and one.table in (*wanted, "groups")]
        if sleeping:
            place = sleeping[0].place
            return "inactive", None, {"name": name, "file": place.file, "row": str(place.row)}
        elsewhere = self.tables_of(name)
        if elsewhere:
            return "other_kind", None, {"name": name, "kinds": _tables(elsewhere), "tables": _tables(column.tables)}
        remedy = did_you_mean(name, self.known(column.tables, column.groups))
        return "unknown_name", remedy, {"name": name, "tables": _tables(column.tables)}


def _tables(tables: Iterable[str]) -> tuple[Message, ...]:
    return tuple(Message(f"case.thing_{table}") for table in TABLES | {"periods": None} if table in set(tables))


def _rows(facts: Facts) -> Iterator[Row]:
    """All rows, also those of which some cell could not be read."""
    for table in TABLES:
        yield from facts.draft.rows(table)
    yield from facts.draft.partial


def resolved(facts: Facts) -> Iterator[Fault]:
    """Every reference points to a declared name of the right kind."""
    index = _Index(facts)
    unsure = facts.draft.frameless | (facts.draft.broken & {"periods"})
    for row in _rows(facts):
        for name, column in columns(type(row)).items():
            if column.kind != "reference" or unsure & {*column.tables, *(["groups"] if column.groups else [])}:
                continue
            stated = getattr(row, name)
            wrong = index.wrong(stated, column) if stated else None
            if wrong:
                key, remedy, values = wrong
                yield facts.fault(row, name, key, remedy, **values)


def groups_of_one_kind(facts: Facts) -> Iterator[Fault]:
    """Members of a group exist, are no groups, and are declared in one table."""
    index = _Index(facts)
    kinds: dict[str, tuple[set[str], str]] = {}
    for row in facts.case.groups:
        found = index.tables_of(row.member)
        if row.member in index.tables_of_group:
            yield facts.fault(row, "member", "group_in_group", member=row.member)
        elif not found:
            sleeping = [one for one in index.by_name.get(row.member, ()) if not one.active]
            if sleeping:
                place = sleeping[0].place
                values = {"name": row.member, "file": place.file, "row": str(place.row)}
                yield facts.fault(row, "member", "inactive", None, **values)
            else:
                remedy = did_you_mean(row.member, (*index.by_name, *index.calendar))
                yield facts.fault(row, "member", "unknown_member", remedy, name=row.member)
        else:
            held, example = kinds.setdefault(row.group, (found, row.member))
            if not held & found:
                values = {"member": row.member, "kinds": _tables(found), "other": example, "others": _tables(held)}
                yield facts.fault(row, "member", "mixed_group", None, **values)


def points_exist(facts: Facts) -> Iterator[Fault]:
    """An operating point that a row names is declared for its process."""
    for table in ("feeds", "outputs", "inputs", "partitions", "emissions", "line_processes"):
        for row in facts.draft.rows(table):
            known = facts.points.get(row.process)
            if row.point and known is not None and row.point not in known:
                remedy = did_you_mean(row.point, [point for point in known if point])
                yield facts.fault(row, "point", "unknown_point", remedy, point=row.point, process=row.process)


def parts_of_process(facts: Facts) -> Iterator[Fault]:
    """A feed or an output that a row of a process names is one of that process."""
    for table in ("outputs", "inputs", "line_processes"):
        for row in facts.draft.rows(table):
            fed = facts.feed_materials.get(row.process)
            if row.feed and fed is not None and not set(facts.case.members(row.feed)) & set(fed):
                yield facts.fault(row, "feed", "never_fed", did_you_mean(row.feed, fed), feed=row.feed, process=row.process)
    for row in facts.case.partitions:
        made = [output.material for output in facts.outputs.get(row.process, ())]
        if row.process in facts.processes and row.output not in made:
            remedy = did_you_mean(row.output, made)
            yield facts.fault(row, "output", "never_made", remedy, output=row.output, process=row.process)


def gate_outputs(facts: Facts) -> Iterator[Fault]:
    """A gate on an output stands at processes that make it."""
    for row in facts.case.gates:
        for at in facts.case.members(row.at) if row.output else ():
            if at not in facts.processes:
                yield facts.fault(row, "output", "output_gate_elsewhere", output=row.output, at=at)
            elif row.output not in (made := [output.material for output in facts.outputs.get(at, ())]):
                remedy = did_you_mean(row.output, made)
                yield facts.fault(row, "output", "never_made", remedy, output=row.output, process=at)


def tables_of_name(facts: Facts, name: str) -> set[str]:
    """Tables that declare a name, or the members of a group."""
    index = _Index(facts)
    return index.tables_of_group.get(name) or index.tables_of(name)
