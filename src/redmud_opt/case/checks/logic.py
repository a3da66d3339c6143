"""Rules of logic and budgets: they are whole, they do not run in a circle, and what stands for sure can keep them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from redmud_opt.case.checks.facts import Facts
from redmud_opt.case.faults import Fault
from redmud_opt.case.rules import Budget, Logic
from redmud_opt.case.steps import committed, may_stand, places_of_lines, surely_stands
from redmud_opt.case.works import Line
from redmud_opt.i18n import Message

COUNTS = ("at_most", "at_least")


def rules_are_whole(facts: Facts) -> Iterator[Fault]:
    """`requires` has a second, `excludes` may have one, the others count up to their members."""
    for row in facts.case.logic:
        members = facts.case.members(row.first)
        values = {"kind": row.kind}
        if row.kind not in COUNTS:
            if row.count is not None:
                yield facts.fault(row, "count", "rule_counts_nothing", None, **values)
            if row.kind == "requires" and not row.second:
                yield facts.fault(row, "second", "requires_nothing", name=row.name)
            elif not row.second and len(members) < 2:
                remedy = Message("case.name_second_or_group")
                yield facts.fault(row, "second", "excludes_nothing", remedy, first=row.first)
            continue
        if row.second:
            yield facts.fault(row, "second", "rule_without_second", None, **values)
        if row.count is None:
            yield facts.fault(row, "count", "rule_without_count", None, **values)
        elif row.kind == "at_least" and row.count > len(members):
            values |= {"count": str(row.count), "members": str(len(members)), "first": row.first}
            yield facts.fault(row, "count", "count_above_members", None, **values)


def rules_ask_for_something(facts: Facts) -> Iterator[Fault]:
    """What a rule asks for has a least amount, else it is used without a tonne moving, or built in no size at all."""
    sized = {tier.item for tier in facts.case.tiers}
    costly = {row.name for row in facts.case.lines if row.name not in sized or row.capex_cny}
    least = {row.name for row in facts.case.lanes if row.min_lot_t} | costly
    for row in facts.case.logic:
        asked = {"at_least": "first", "requires": "second"}.get(row.kind)
        members = facts.case.members(getattr(row, asked)) if asked and getattr(row, asked) else ()
        bare = tuple(name for name in members if name not in least)
        if asked and bare and not (row.kind == "at_least" and not row.count):
            remedy = Message("case.least_of_rule")
            yield facts.fault(row, asked, "rule_without_least", remedy, kind=row.kind, names=bare)


def rules_of_two(facts: Facts) -> Iterator[Fault]:
    """Nothing requires or excludes itself."""
    for row in facts.case.logic:
        first, second = (set(facts.case.members(name)) for name in (row.first, row.second))
        if row.kind in COUNTS or not row.second:
            continue
        if first == second:
            yield facts.fault(row, "second", "rule_on_itself", kind=row.kind, name=row.first)
        elif row.kind == "excludes" and first & second:
            names = tuple(sorted(first & second))
            yield facts.fault(row, "second", "excludes_itself", names=names)


def _prerequisites(facts: Facts) -> dict[str, dict[str, Logic]]:
    """Name → what it surely requires, with the row that says so: a second of one member."""
    found: dict[str, dict[str, Logic]] = {}
    for row in facts.case.logic:
        needed = facts.case.members(row.second) if row.kind == "requires" and row.second else ()
        for name in facts.case.members(row.first) if len(needed) == 1 else ():
            if name != needed[0]:
                found.setdefault(name, {}).setdefault(needed[0], row)
    return found


def _way_back(graph: dict[str, dict[str, Logic]], start: str) -> list[str]:
    """The shortest way from a name back to itself, both ends named; empty if there is none."""
    before: dict[str, str] = {}
    queue = [start]
    for name in queue:
        for following in graph.get(name, {}):
            if following not in before:
                before[following] = name
                queue.append(following)
        if start in before:
            break
    way = [start] if start in before else []
    while way and (len(way) == 1 or way[-1] != start):
        way.append(before[way[-1]])
    return way[::-1]


def no_prerequisite_loops(facts: Facts) -> Iterator[Fault]:
    """A step that needs, through others, itself first is a slip: both or none is not what a prerequisite says."""
    graph = _prerequisites(facts)
    said: set[str] = set()
    for name in graph:
        way = _way_back(graph, name)
        if way and not said & set(way):
            said |= set(way)
            remedy = Message("case.drop_one_of", {"names": tuple(graph[a][b].name for a, b in pairwise(way))})
            yield facts.fault(graph[way[0]][way[1]], "second", "requires_loop", remedy, way=" → ".join(way))


@dataclass
class _States:
    """Who stands for sure, and who may be in state, by position of the period."""

    facts: Facts

    @cached_property
    def sure(self) -> dict[str, frozenset[int]]:
        return {row.name: surely_stands(self.facts.case, row) for row in self.facts.case.lines}

    @cached_property
    def may(self) -> dict[str, frozenset[int]]:
        case = self.facts.case
        always = frozenset(range(len(case.periods)))
        return {row.name: may_stand(case, row) for row in case.lines} | {
            row.name: always for row in case.lanes
        }

    @cached_property
    def faulty(self) -> set[str]:
        """Lines that are known to be wrong: what they can do is not judged."""
        return {row.name for row in self.facts.faulty if isinstance(row, Line)}

    def times(self, per: str) -> list[tuple[Message, set[int]]]:
        """The stretches over which a rule is kept, in words, with their periods."""
        periods = self.facts.case.periods
        if per == "horizon":
            return [(Message("case.over_horizon"), set(range(len(periods))))]
        return [(Message("case.in_period", {"period": p.name}), {t}) for t, p in enumerate(periods)]

    def held(self, states: dict[str, frozenset[int]], name: str, when: set[int]) -> tuple[str, ...]:
        """Members of a group that are in state at some time."""
        members = self.facts.case.members(name) if name else ()
        return tuple(member for member in members if states.get(member, frozenset()) & when)


def rules_can_hold(facts: Facts) -> Iterator[Fault]:
    """Lines that stand and cannot be closed break no rule, and nothing is required that cannot stand yet."""
    states = _States(facts)
    keys = {"requires": "never_fulfilled", "at_least": "never_enough"}
    for row in facts.case.logic:
        named = {*facts.case.members(row.first), *(facts.case.members(row.second) if row.second else ())}
        if named & states.faulty or row in facts.faulty:
            continue
        for said, when in states.times(row.per):
            found = _broken(states, row, when)
            if found:
                values = {"name": row.name, "when": said, "names": found, "second": row.second}
                values |= {"count": row.count, "may": len(states.held(states.may, row.first, when))}
                key = keys.get(row.kind, "already_violated")
                yield facts.fault(row, "first", key, _way_out(row), **values)
                break


def _way_out(row: Logic) -> Message:
    """What would make a rule hold."""
    if row.kind == "at_least":
        return Message("case.wait_or_count_whole" if row.per == "period" else "case.ask_for_fewer")
    return Message("case.let_it_come_in_time" if row.kind == "requires" else "case.let_one_go")


def _broken(states: _States, row: Logic, when: set[int]) -> tuple[str, ...]:
    """The lines that break a rule whatever is decided; of a rule on too few, its members. Empty: it can hold."""
    sure = states.held(states.sure, row.first, when)
    if row.kind == "at_least":
        enough = len(states.held(states.may, row.first, when)) >= (row.count or 0)
        return () if enough else states.facts.case.members(row.first)
    if row.kind == "at_most":
        return sure if len(sure) > (row.count or 0) else ()
    if row.kind == "requires":
        return () if states.held(states.may, row.second, when) else sure
    if not row.second:
        return sure if len(sure) > 1 else ()
    others = states.held(states.sure, row.second, when)
    return (*sure, *others) if sure and others else ()


def budgets_stated_once(facts: Facts) -> Iterator[Fault]:
    """A budget is for a year of the horizon, or for all of it, and stands once."""
    years = sorted({period.year for period in facts.case.periods})
    first: dict[tuple[frozenset[str], int | None], Budget] = {}
    for row in facts.case.budgets:
        if row.year is not None and row.year not in years:
            values = {"year": str(row.year), "first": str(years[0]), "last": str(years[-1])}
            yield facts.fault(row, "year", "budget_outside", None, **values)
        held = first.setdefault((frozenset(facts.case.members(row.scope)), row.year), row)
        if held is not row:
            yield facts.fault(row, "year", "budget_twice", name=held.name, first=str(held.place.row))


def budgets_cover_committed(facts: Facts) -> Iterator[Fault]:
    """A budget is enough for what is still due for lines under construction in its scope and year."""
    wrong = {row.name for row in facts.faulty if isinstance(row, Line)}
    places = places_of_lines(facts.case)
    for row in facts.case.budgets:
        due: dict[str, float] = {}
        scope = set(facts.case.members(row.scope)) if row.scope else None
        for line in facts.case.lines:
            if line.name in wrong or not (scope is None or scope & places[line.name]):
                continue
            for day, amount in committed(facts.case, line):
                if row.year in (None, day.year):
                    due[line.name] = due.get(line.name, 0.0) + amount
        total = sum(due.values())
        if total > row.amount_cny * (1 + 1e-9):
            values = {"amount": row.amount_cny, "due": total, "lines": tuple(due)}
            yield facts.fault(row, "amount_cny", "budget_below_committed", None, **values)
