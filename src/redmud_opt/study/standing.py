"""Which clause of the law stands against what a case asks. A diagnosis, never an offer: hard law is never relaxed.

A clause stands against something if a reading of the case without what that clause asks for (its rows of
`requirements`, its hard clock, its gate) would come nearer to it. First all clauses are left out together: if that
helps nothing, no law stands in the way, for to leave one out cannot help more. Only then they are asked one by one.

What is proposed is lawful: what the clause asks for is obtained (a permit, an approval, an assessment: for how many
tonnes, by when). Amounts are the least that make the most of it, rounded outward, and are
asked again before they are told.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from redmud_opt.case import Case, CaseFaults
from redmud_opt.case.rules import Requirement
from redmud_opt.i18n import Message
from redmud_opt.model.arrays import Columns, Index, Objective, Rows
from redmud_opt.network import Network, build_network
from redmud_opt.network.doors import Doors
from redmud_opt.network.doors.doors import Door
from redmud_opt.network.network import Grid
from redmud_opt.network.time import Mask
from redmud_opt.solve import Options
from redmud_opt.study.gaps import Gap, Key, gaps_of, relaxed
from redmud_opt.study.reach import LIMIT_S, NEGLIGIBLE_T, Reach, Undecided

SHOWN = 4
"""How many doors a finding names, and how many clauses are told in full."""

MATTERS = 0.01
"""A clause stands against something if it takes away at least this share of what is short."""

AMOUNTS = {"permit": "permit_limit", "approval": "approval_limit"}
"""Requirement → family of rows with the tonnes that its documents allow."""

TONNES = {
    "permit": ("permit_limit", "own_waste", "scheme_waste"),
    "approval": ("approval_limit", "approval_needed"),
}
"""Requirement → families of rows by which it limits tonnes."""

Gaps = dict[Key, Gap]
Reading = tuple[Network, Gaps]
"""The network without some clauses, and what it still cannot have."""


def law_against(
    network: Network, options: Options | None = None, reach: Reach | None = None
) -> tuple[Message, ...]:
    """Which clauses stand against what cannot be had, and what may lawfully be done; empty if all can be had.

    reach: the questions of the relaxation, if they are at hand.
    """
    options = options or Options()
    try:
        reach = reach or relaxed(network, options)
        gaps = gaps_of(network, options, reach=reach)
        return tuple(_Standing(network, options, gaps, reach).messages()) if gaps else ()
    except Undecided:
        return (Message("study.undecided"),)


@dataclass(frozen=True)
class Clauses:
    """A clause with the requirements and hard clocks that rest on it, or gates; or several of them together."""

    clauses: tuple[str, ...] = ()
    gates: tuple[str, ...] = ()

    def left_out(self, case: Case) -> Case:
        """The case without what they ask for. Only to find out what stands in the way."""
        return replace(
            case,
            requirements=tuple(row for row in case.requirements if row.clause not in self.clauses),
            clocks=tuple(row for row in case.clocks if not row.hard or row.clause not in self.clauses),
            gates=tuple(row for row in case.gates if row.name not in self.gates),
        )


class _Standing:
    """The questions about one network that cannot have all it asks."""

    def __init__(self, network: Network, options: Options, gaps: Gaps, reach: Reach) -> None:
        self.network, self.options, self.gaps, self.reach = network, options, gaps, reach
        self.clause_of = {row.name: row.clause or row.name for row in network.case.gates}

    def messages(self) -> Iterator[Message]:
        """What gives way; the clauses that stand against what, the weightiest first; and the lawful ways out."""
        yield from self._rows_that_give_way()
        standing = self._standing()
        ways: defaultdict[Message, list[Message]] = defaultdict(list)
        for law, (opened, left) in standing[:SHOWN]:
            against = [(key, gap) for key, gap in self.gaps.items() if _helps(left, key, gap)]
            for _, gap in against:
                for way in self._ways_by(law, opened, gap):  # first: it comes to doors that nobody asked
                    ways[way].append(gap.name)
            yield self._stands(law, [(gap, left.get(key)) for key, gap in against])
        if len(standing) > SHOWN:
            yield Message(
                "study.law_more", {"clauses": tuple(self._name(law) for law, _ in standing[SHOWN:])}
            )
        free = [
            g.name for k, g in self.gaps.items() if not any(_helps(left, k, g) for _, (_, left) in standing)
        ]
        if free:
            yield Message("study.no_law_against", {"what": tuple(free)})
        for way, names in ways.items():
            yield Message("study.lawful_way", {"what": tuple(dict.fromkeys(names)), "way": way})

    def _rows_that_give_way(self) -> Iterator[Message]:
        rows = tuple(gap.what for gap in self.gaps.values() if gap.what.key == "study.what_row")
        if rows:
            yield Message("study.rows_give_way", {"rows": rows})

    # ---- which clauses

    def _law(self) -> Clauses:
        """All that may stand in the way: requirements, hard clocks, gates that bind or have refused something."""
        case = self.network.case
        self.reach.least_short(self.reach.hard)
        held = {str(m.values["name"]) for m in self.reach.tight(every=True) if m.key.endswith("_gate")}
        held |= set(self.network.law.refused.values())
        gates = tuple(row.name for row in case.gates if row.name in held)
        clocks = any(self.network.streams[s].arose for s in self.network.place_stream)
        hard = [row.clause for row in case.clocks if row.hard and clocks]
        acting = [row for row in case.requirements if self._acts(row)]
        while True:
            law = Clauses(tuple(dict.fromkeys([*(row.clause for row in acting), *hard])), gates)
            opened = self._without(law) if acting else None
            behind = [] if opened is None else self._behind(opened, acting)
            if not behind:
                return law
            acting += behind

    def _acts(self, row: Requirement) -> bool:
        """Whether a requirement shuts a door, or limits tonnes that matter: by duality no other helps by itself."""
        return row.clause in _shutting(self.network) or self.reach.binds(tuple(TONNES.get(row.rule, ())))

    def _behind(self, opened: Network, acting: list[Requirement]) -> list[Requirement]:
        """Requirements that act where others are left out: doors behind doors, and tonnes of documents there."""
        case, shut = self.network.case, _shutting(opened)
        stated = {"permit": case.permits, "approval": case.approvals}
        rest = (row for row in case.requirements if row not in acting)
        return [row for row in rest if row.clause in shut or stated.get(row.rule)]

    def _one_by_one(self, law: Clauses) -> list[Clauses]:
        """Clause by clause; gates of one clause go together."""
        gates: defaultdict[str, list[str]] = defaultdict(list)
        for gate in law.gates:
            gates[self.clause_of[gate]].append(gate)
        found = [Clauses(clauses=(clause,)) for clause in law.clauses]
        return found + [Clauses(gates=tuple(names)) for names in gates.values()]

    def _without(self, law: Clauses) -> Network | None:
        """The network without clauses; None where that would be no sound case."""
        before = self.network.before
        try:
            return build_network(law.left_out(self.network.case), before.baseline if before else None)
        except CaseFaults:
            return None

    def _standing(self) -> list[tuple[Clauses, Reading]]:
        """Clauses that stand against something by themselves, the weightiest first; else all of them as one."""
        law = self._law()
        together = self._asked(law) if law != Clauses() else None
        if together is None:
            return []
        asked = list(self._of_these(self._one_by_one(law), known=True))
        asked.sort(key=lambda found: sum(gap.short for gap in found[1][1].values()))
        return asked or [(law, together)]

    def _of_these(self, single: list[Clauses], *, known: bool = False) -> Iterator[tuple[Clauses, Reading]]:
        """Those that stand by themselves. Where several left out together help nothing, none of them is asked.

        known: that they help together.
        """
        if len(single) == 1:
            reading = self._asked(single[0])
            yield from () if reading is None else ((single[0], reading),)
        elif single and (known or self._asked(_joined(single)) is not None):
            clauses = [one for one in single if one.clauses]
            first = clauses if 0 < len(clauses) < len(single) else single[: len(single) // 2]
            yield from self._of_these(first)
            yield from self._of_these([one for one in single if one not in first])

    def _asked(self, law: Clauses) -> Reading | None:
        """What there would be without clauses, if less were short than with them."""
        opened = self.network if self._only_rows(law) else self._without(law)
        if opened is None:
            return None
        left = gaps_of(opened, self.options) if opened is not self.network else self._without_rows(law.gates)
        return (opened, left) if any(_helps(left, key, gap) for key, gap in self.gaps.items()) else None

    def _only_rows(self, law: Clauses) -> bool:
        """Whether clauses are but rows of the model: gates of blends, in a case that has a plan without targets."""
        refused = set(self.network.law.refused.values())
        targets = all(key[0] in ("target", "targets") for key in self.gaps)
        return not law.clauses and targets and not refused & set(law.gates) and not self.network.pools

    def _without_rows(self, gates: tuple[str, ...]) -> Gaps:
        """The gaps without some gates, asked in the model at hand."""
        families = [self.reach.model.component(name) for name in ("process_gate", "receiver_gate")]
        held = [(rows, rows.lower_bound.copy(), rows.upper_bound.copy()) for rows in families if len(rows)]
        for rows, _, _ in held:
            own = np.isin(rows.index.labels("gate").astype(str), gates)
            rows.lower_bound[own], rows.upper_bound[own] = -np.inf, np.inf
        try:
            return gaps_of(self.network, self.options, reach=self.reach)
        finally:
            for rows, lower, upper in held:
                rows.lower_bound, rows.upper_bound = lower, upper

    # ---- what is said

    def _name(self, law: Clauses) -> Message:
        gates = [g for g in self._one_by_one(law) if g.gates]
        names = [Message("study.law_clause", {"clause": clause}) for clause in law.clauses]
        names += [
            Message("study.law_gate", {"gate": g.gates, "clause": self.clause_of[g.gates[0]]}) for g in gates
        ]
        return names[0] if len(names) == 1 else Message("study.law_together", {"clauses": tuple(names)})

    def _stands(self, law: Clauses, against: list[tuple[Gap, Gap | None]]) -> Message:
        """clause … stands against …"""
        doors = tuple(self._shut_by(law))
        if len(doors) > SHOWN:
            doors = (*doors[:SHOWN], Message("study.more_doors", {"count": len(doors) - SHOWN}))
        told = {"clause": self._name(law), "against": tuple(_less_short(gap, left) for gap, left in against)}
        if not doors:
            return Message("study.law_stands", told)
        return Message("study.law_stands_by_doors", {**told, "doors": doors})

    def _shut_by(self, law: Clauses) -> Iterator[Message]:
        """Doors that clauses shut: where waste would end before the lanes that would lead there."""
        shut = sorted(self.network.doors.shut.items(), key=lambda item: item[0][0] == "route")
        for (kind, at, material), reasons in shut:
            for reason in reasons:
                if reason.clause in law.clauses:
                    door = Message(f"packs.door_{kind}")
                    values = {"door": door, "at": at, "material": material, "why": reason.why}
                    yield Message("study.shut_door", values)

    # ---- lawful ways

    def _rules(self, clauses: Iterable[str]) -> tuple[str, ...]:
        """What clauses ask for."""
        held, case = set(clauses), self.network.case
        clocks = ["clock" for row in case.clocks if row.hard and row.clause in held]
        return tuple(dict.fromkeys([*(row.rule for row in case.requirements if row.clause in held), *clocks]))

    def _ways_by(self, law: Clauses, opened: Network, gap: Gap) -> list[Message]:
        """What to obtain: for the doors that would be used, with tonnes a year and the first day."""
        found = [Message("study.way_gate", {"gate": law.gates})] if law.gates else []
        used: list[tuple[Door, float, str]] = []
        if gap.row is not None and law.clauses:
            used = _Used(self.network, opened, self.options, law, gap.row).doors()
        for door, amount_t_per_a, day in used:
            kind, at, material = door
            values: dict[str, object] = {"at": at, "material": material, "day": day}
            values |= {"amount_t_per_a": amount_t_per_a, "door": Message(f"packs.door_{kind}")}
            own = {shut.clause for shut in self.network.doors.shut[door]} & set(law.clauses)
            found += [Message(f"study.way_{rule}", values) for rule in self._rules(own)]
        if used:
            return found
        for rule in self._rules(law.clauses):
            found += self._more_tonnes(rule, gap) or [Message(f"study.way_{rule}_somewhere")]
        return found

    def _more_tonnes(self, rule: str, gap: Gap) -> list[Message]:
        """Documents with the tonnes that a target would need of them: the least more, rounded up and asked again."""
        reach = relaxed(self.network, self.options)
        rows = reach.model.component(AMOUNTS.get(rule, ""))
        if gap.row is None or rows is None or not len(rows):
            return []
        excess = reach.model.excess_of_law_t = Columns(Index.flat("row", list(range(len(rows)))))
        rows.add(excess, coef=-1.0)
        short = reach.least_short([gap.row])
        if short is None or short >= (1.0 - MATTERS) * gap.short:
            return []
        more = _least(reach, gap.row, short, [("excess_of_law_t", k) for k in range(len(rows))])
        allowed = rows.upper_bound
        needed = [_up(a + t) if t > NEGLIGIBLE_T else a for a, t in zip(allowed, more, strict=True)]
        excess.upper_bound[:] = np.array(needed) - allowed
        again = reach.least_short([gap.row])
        if again is None or again > short + 2 * NEGLIGIBLE_T:
            return []
        return [
            Message(
                f"study.way_more_{rule}",
                {**_labels(rows, k), "allowed_t": float(allowed[k]), "needed_t": float(needed[k])},
            )
            for k in range(len(rows))
            if needed[k] > allowed[k]
        ]


def _joined(single: list[Clauses]) -> Clauses:
    clauses = tuple(clause for one in single for clause in one.clauses)
    return Clauses(clauses, tuple(gate for one in single for gate in one.gates))


def _shutting(network: Network) -> set[str]:
    """Clauses that shut a door of a network."""
    return {reason.clause for reasons in network.doors.shut.values() for reason in reasons}


def _helps(left: Gaps, key: Key, gap: Gap) -> bool:
    """Whether less is short than before, by a share that matters."""
    return key not in left or left[key].short < (1.0 - MATTERS) * gap.short - NEGLIGIBLE_T


def _less_short(gap: Gap, left: Gap | None) -> Message:
    if left is None:
        return Message("study.would_be_had", {"what": gap.what})
    values = {"what": gap.what, "short": left.short, "instead": gap.short, "unit": gap.unit}
    return Message("study.would_be_short", values)


class _Used:
    """How a target would use doors that clauses shut, at the least tonnes through them. row: that of the target."""

    def __init__(self, base: Network, opened: Network, options: Options, law: Clauses, row: int) -> None:
        self.base, self.law, self.row = base, law, row
        self.reach = relaxed(opened, options)

    def doors(self) -> list[tuple[Door, float, str]]:
        """(door, dry tonnes in the year with most of it, rounded up, first day), asked again at these amounts."""
        short = self.reach.least_short([self.row])
        cells = list(self._cells())
        if short is None or not cells:
            return []
        outcome = _least(self.reach, self.row, short, [(family, column) for family, _, column, _ in cells])
        years = self.reach.network.time.year
        amount: defaultdict[Door, defaultdict[int, float]] = defaultdict(lambda: defaultdict(float))
        first: dict[Door, int] = {}
        for (_, door, _, t), tonnes in zip(cells, outcome, strict=True):
            if tonnes > NEGLIGIBLE_T:
                amount[door][int(years[t])] += tonnes
                first[door] = min(first.get(door, t), t)
        most = {door: max(by_year.values()) for door, by_year in amount.items()}
        rounded = {door: _up(tonnes) for door, tonnes in most.items()}
        factor = [rounded[c[1]] / most[c[1]] if c[1] in most else 0.0 for c in cells]
        if not self._enough(cells, [f * t for f, t in zip(factor, outcome, strict=True)], short):
            return []
        starts = [period.start.isoformat() for period in self.base.case.periods]
        return [(door, rounded[door], starts[first[door]]) for door in most]

    def _cells(self) -> Iterator[tuple[str, Door, int, int]]:
        """(family of columns, door, column, period) of what the clause shuts and the other reading has."""
        for family, door, grid, entity in _entities(self.reach.network, self.base.doors):
            shut = self._shut(door)
            if shut is None:
                continue
            for t in np.flatnonzero(shut & (grid.position[entity] >= 0)):
                yield family, door, int(grid.position[entity, t]), int(t)

    def _shut(self, door: Door) -> Mask | None:
        masks = [s.periods for s in self.base.doors.shut.get(door, ()) if s.clause in self.law.clauses]
        return np.any(masks, axis=0) if masks else None

    def _enough(self, cells: list[tuple[str, Door, int, int]], most: list[float], short: float) -> bool:
        for (family, _, column, _), tonnes in zip(cells, most, strict=True):
            self.reach.model.component(family).upper_bound[column] = tonnes
        again = self.reach.least_short([self.row])
        return again is not None and again <= short + 2 * NEGLIGIBLE_T


def _least(reach: Reach, row: int, short: float, columns: list[tuple[str, int]]) -> list[float]:
    """The amounts of columns that are least in sum while a target is not shorter than it need be."""
    model = reach.model
    model.short_t.upper_bound[row] = short + NEGLIGIBLE_T
    model.del_component("objective")
    model.objective = Objective("minimise")
    for family, column in columns:
        model.objective.add(model.component(family), col=np.array([column]))
    outcome = reach.session.solve(model, LIMIT_S)
    if outcome.values is None:
        raise Undecided(outcome.stopped)
    return [float(model.component(family).values_array[column]) for family, column in columns]


def _labels(rows: Rows, k: int) -> dict[str, str]:
    return {name: str(rows.index.labels(name)[k]) for name in rows.index.names}


def _entities(net: Network, doors: Doors) -> Iterator[tuple[str, Door, Grid, int]]:
    """(family of columns, door, grid, entity) of everything that goes through a door; all of `doors` are asked."""
    held = net.holdings
    for k, route in enumerate(net.routes.route):
        lineage = net.lineage(int(net.routes.stream[k]))
        doors.route(route, lineage)
        yield "flow_t", ("route", route.lane, lineage.id), net.routes.grid, k
    for k, run in enumerate(net.runs.run):
        doors.run(run.line, run.conversion)
        process, point, feed = run.conversion.key
        yield "feed_t", ("run", f"{run.line}/{process}/{point}", feed), net.runs.grid, k
    for k, place in enumerate(net.deliveries.outlet):
        outlet, lineage = net.deliveries.outlets[int(place)], net.lineage(int(net.deliveries.stream[k]))
        doors.deliver(outlet, lineage)
        yield "sold_t", ("deliver", outlet.name, lineage.id), net.deliveries.grid, k
    for k, place in enumerate(net.placements.storage):
        storage, lineage = held.storages[int(place)], net.lineage(int(net.placements.stream[k]))
        doors.place(storage, lineage)
        yield "placed_t", ("place", storage.name, lineage.id), net.placements.grid, k
    for k, place in enumerate(held.storage):
        storage, lineage = held.storages[int(place)], net.lineage(int(held.stream[k]))
        doors.put(storage, lineage)
        yield "put_t", ("put", storage.name, lineage.id), held.put, k


def _up(tonnes: float) -> float:
    """Rounded up to three digits."""
    step = 10.0 ** (math.floor(math.log10(tonnes)) - 2)
    return math.ceil(tonnes / step - 1e-9) * step
