"""Names that stand in other tables, groups, operating points: everything that is pointed to exists."""

from __future__ import annotations

from collections.abc import Iterator

from redmud_opt.case.case import TABLES
from redmud_opt.case.checks.facts import Facts
from redmud_opt.case.checks.index import MIXABLE, things
from redmud_opt.case.columns import Row, columns
from redmud_opt.case.faults import Fault
from redmud_opt.case.names import did_you_mean


def _rows(facts: Facts) -> Iterator[Row]:
    """All rows, also those of which some cell could not be read."""
    for table in TABLES:
        yield from facts.draft.rows(table)
    yield from facts.draft.partial


def resolved(facts: Facts) -> Iterator[Fault]:
    """Every reference points to a declared name of the right kind."""
    index = facts.index
    unsure = facts.draft.frameless | (facts.draft.broken & {"periods"})
    for row in _rows(facts):
        for name, column in columns(type(row)).items():
            if column.kind != "reference" or unsure & {
                *column.tables,
                *(["groups"] if column.groups else []),
            }:
                continue
            stated = getattr(row, name)
            wrong = index.wrong(stated, column) if stated else None
            if wrong:
                key, remedy, values = wrong
                yield facts.fault(row, name, key, remedy, **values)


def groups_of_one_kind(facts: Facts) -> Iterator[Fault]:
    """Members of a group exist, are no groups, and are declared in one table; rules of logic may mix theirs."""
    index = facts.index
    kinds: dict[str, tuple[set[str], str]] = {}
    for row in facts.case.groups:
        found = index.tables_of(row.member)
        if row.member in index.tables_of_group:
            yield facts.fault(row, "member", "group_in_group", member=row.member)
        elif not found:
            sleeping = [one for one in index.by_name.get(row.member, ()) if not one.active]
            if sleeping:
                place = sleeping[0].place
                yield facts.fault(
                    row, "member", "inactive", None, name=row.member, file=place.file, row=str(place.row)
                )
            elif not facts.draft.frameless:
                offered = sorted(name for _, name in facts.draft.offered)
                remedy = did_you_mean(row.member, (*index.by_name, *index.calendar, *offered))
                yield facts.fault(row, "member", "unknown_member", remedy, name=row.member)
        else:
            held, example = kinds.setdefault(row.group, (found, row.member))
            if not held & found and not held | found <= MIXABLE:
                said = {"kinds": things(found), "others": things(held)}
                yield facts.fault(
                    row, "member", "mixed_group", None, member=row.member, other=example, **said
                )


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
            fed = facts.feed_materials.get(row.process) if row.process in facts.sound else None
            if row.feed and fed is not None and not set(facts.case.members(row.feed)) & set(fed):
                yield facts.fault(
                    row, "feed", "never_fed", did_you_mean(row.feed, fed), feed=row.feed, process=row.process
                )
    for row in facts.case.partitions:
        made = [output.material for output in facts.outputs.get(row.process, ())]
        if row.process in facts.sound and row.output and row.output not in made:
            remedy = did_you_mean(row.output, made)
            yield facts.fault(row, "output", "never_made", remedy, output=row.output, process=row.process)


def gate_outputs(facts: Facts) -> Iterator[Fault]:
    """A gate on an output stands at processes that make it."""
    for row in facts.case.gates:
        for at in facts.case.members(row.at) if row.output else ():
            kinds = facts.index.tables_of(at)
            if kinds and "processes" not in kinds:
                yield facts.fault(row, "output", "output_gate_elsewhere", output=row.output, at=at)
            elif at in facts.sound and row.output not in (
                made := [output.material for output in facts.outputs.get(at, ())]
            ):
                remedy = did_you_mean(row.output, made)
                yield facts.fault(row, "output", "never_made", remedy, output=row.output, process=at)
