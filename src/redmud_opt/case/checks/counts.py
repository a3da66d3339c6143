"""Limits on how many: steps built, lanes, outlets and lines used."""

from __future__ import annotations

from collections.abc import Iterator

from redmud_opt.case.case import Case
from redmud_opt.case.checks.facts import Facts
from redmud_opt.case.checks.limits import PLACES
from redmud_opt.case.faults import Fault
from redmud_opt.case.rules import Limit
from redmud_opt.case.steps import places_of_lines
from redmud_opt.case.works import Line
from redmud_opt.i18n import Message

COUNTS = ("built", "count_used")
LEAST = {"lines": "least_of_lines", "lanes": "least_of_lanes", "outlets": "outlets_have_no_least"}


def counts_are_plain(facts: Facts) -> Iterator[Fault]:
    """A count is a whole number of one kind of thing: of no material, no share of another, none that others take."""
    for row in facts.case.limits:
        if row.measure not in COUNTS:
            continue
        values = {"measure": row.measure}
        if row.sense == "measure":
            yield facts.fault(row, "sense", "count_only_measured", None, **values)
        for column in ("material", "share_of"):
            if getattr(row, column):
                yield facts.fault(row, column, "count_with", Message("case.leave_it_blank"), **values)
        if row.value is not None and row.value != int(row.value) and not row.share_of:
            yield facts.fault(row, "value", "count_not_whole", Message("case.write_whole"), value=row.value)
        if row.measure == "count_used" and not row.at:
            yield facts.fault(row, "at", "count_of_nothing", name=row.name)
        elif row.measure == "count_used" and len(facts.index.kinds(row.at)) > 1:
            yield facts.fault(row, "at", "count_of_two_kinds", at=row.at)


def counted(case: Case, row: Limit, kinds: set[str]) -> tuple[str, tuple[str, ...]]:
    """(kind, names) of what `count_used` counts: lines, outlets, lanes; rules that make lanes stand for these."""
    at = set(case.members(row.at))
    if kinds & {"lines", "facilities"}:
        return "lines", tuple(line.name for line in case.lines if at & {line.name, line.facility})
    if kinds & {"outlets"}:
        return "outlets", case.members(row.at)
    place = {site.name: {site.name, site.owner, site.province} for site in case.sites}
    to = set(case.members(row.to)) if row.to else None
    lanes = [lane for lane in case.lanes if at & {lane.name, *place.get(lane.from_site, ())}]
    names = [lane.name for lane in lanes if to is None or to & place.get(lane.to_site, set())]
    return "lanes", (*names, *(rule.name for rule in case.haul if not kinds & {"lanes"}))


def _countable(kinds: set[str]) -> bool:
    """Whether things are counted there, all of one kind."""
    return len(kinds) == 1 and kinds <= PLACES["count_used"]


def least_counts_bind(facts: Facts) -> Iterator[Fault]:
    """At least so many used means something only where each that is used moves a least amount."""
    lines = {row.name for row in facts.case.lines if row.min_rate and row.min_run_share}
    least = lines | {row.name for row in facts.case.lanes if row.min_lot_t}
    for row in facts.case.limits:
        kinds = facts.index.kinds(row.at) if row.at else set()
        if row.measure != "count_used" or row.sense not in ("min", "equal") or not _countable(kinds):
            continue
        kind, names = counted(facts.case, row, kinds)
        bare = tuple(name for name in names if name not in least)
        if bare:
            remedy = Message(f"case.{LEAST[kind]}")
            values = {"sense": row.sense, "names": bare}
            yield facts.fault(row, "sense", "count_without_least", remedy, **values)


def counted_lines_have_capacity(facts: Facts) -> Iterator[Fault]:
    """A line whose running is counted has a capacity: without running there is no load."""
    lines = {row.name: row for row in facts.case.lines}
    wrong = {row.name for row in facts.faulty if isinstance(row, Line)}
    for row in facts.case.limits:
        kinds = facts.index.kinds(row.at) if row.at else set()
        if row.measure != "count_used" or len(kinds) != 1 or not kinds & {"lines", "facilities"}:
            continue
        bare = tuple(
            n for n in counted(facts.case, row, kinds)[1] if n in lines and lines[n].capacity is None
        )
        for name in bare:
            if name not in wrong:
                wrong.add(name)
                yield facts.fault(
                    lines[name], "capacity", "counted_without_capacity", name=name, limit=row.name
                )


def steps_suffice(facts: Facts) -> Iterator[Fault]:
    """No more steps are asked for than can be built."""
    places = places_of_lines(facts.case)
    for row in facts.case.limits:
        if row.measure != "built" or row.sense not in ("min", "equal") or row.value is None:
            continue
        if row.at and not facts.index.kinds(row.at) <= PLACES["built"]:
            continue
        members = facts.case.members(row.at) if row.at else ()
        for at in [{member} for member in members] if row.every == "each" else [set(members)]:
            held = [
                line
                for line in facts.case.lines
                if line.candidate and (not row.at or at & {line.name, *places[line.name]})
            ]
            most = sum(line.times or 1 for line in held)
            if row.value > most:
                values = {"value": row.value, "most": most, "names": tuple(line.name for line in held)}
                key = "more_than_can_be_built" if held else "no_steps_there"
                yield facts.fault(row, "value", key, None, **values)
                break
