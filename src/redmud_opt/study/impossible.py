"""Why a case has no plan, in words, and what would give it one: the one road from `solve`, `explain` and the API.

    reasons       what cannot be had, by counting (`network.findings`) and by solves (`study.reach`, `study.frozen`);
                  which clause of the law stands against it, and the lawful ways out (`study.standing`)
    suggestions   the smallest changes of one kind each after which there is a plan (`study.elastic`), rounded outward
                  and tried (`study.suggesting`); of all kinds together where no kind suffices
    conflict      rules that cannot all hold, none of which can be left out of it (`study.conflict`)

Hard law and physics are never relaxed. A question that is cut short leaves the rest said, and is said to be open.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pandas as pd

from redmud_opt.i18n import Message
from redmud_opt.network import Network
from redmud_opt.solve import Options, SolverTrouble
from redmud_opt.study.cells import EARLIER, KINDS, LANES
from redmud_opt.study.conflict import Conflict, conflict_of
from redmud_opt.study.elastic import Elastic, Need
from redmud_opt.study.explanation import Explanation
from redmud_opt.study.frozen import explain_frozen
from redmud_opt.study.gaps import relaxed
from redmud_opt.study.reach import Reach, Undecided, explain
from redmud_opt.study.standing import law_against
from redmud_opt.study.structure import earlier, lanes, shut_in
from redmud_opt.study.suggesting import Suggestion, suggestion

MOST = 3
"""How many suggestions are made."""

TRIAL_S = 60.0
"""Time for one question in whole numbers."""

STRUCTURE = {EARLIER: earlier, LANES: lanes}
"""Kinds of change that are no numbers in a row."""

WHOLE_GAP = 0.02
"""Gap at which the least change in whole numbers may stop: it is rounded outward anyway."""


@dataclass(frozen=True)
class Impossible:
    """Why there is no plan. left_open: what was cut short."""

    counted: tuple[Message, ...] = ()
    proved: tuple[Message, ...] = ()
    lawful: tuple[Message, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    conflict: Conflict | None = None
    left_open: tuple[Message, ...] = ()

    def messages(self) -> tuple[Message, ...]:
        """All of it, the reasons first."""
        reasons = (*map(by_counting, self.counted), *map(by_a_solve, self.proved))
        conflict = () if self.conflict is None else (self.conflict.message,)
        numbered = tuple(
            Message("impossible.numbered", {"number": k, "suggestion": one.message})
            for k, one in enumerate(self.suggestions, 1)
        )
        return (*reasons, *self.lawful, *conflict, *numbered, *self.left_open)

    def explanation(self) -> Explanation:
        """The same as an answer, with a table of the changes and one of the conflict."""
        changes = [
            {
                "suggestion": number,
                "table": change.cell.table,
                "name": change.cell.name,
                "what": change.what,
                "file": change.place.file,
                "row": change.place.row,
                "column": change.cell.column,
                "old": change.cell.old,
                "new": change.new,
                "tried": one.tried,
            }
            for number, one in enumerate(self.suggestions, 1)
            for change in one.changes
        ]
        rules = [] if self.conflict is None else [{"rule": rule.message} for rule in self.conflict.rules]
        frames = {"changes": pd.DataFrame(changes), "conflict": pd.DataFrame(rules)}
        return Explanation("impossible", Message("impossible.heading"), self.messages(), frames)


def impossible(network: Network, options: Options | None = None) -> Impossible:
    """Why a network has no plan; it must be known that it has none."""
    options = replace(options or Options(), time_limit_s=None, on_progress=None)
    left_open: list[Message] = []
    counted, reach = network.findings, relaxed(network, options)
    try:
        proved, lawful = reasons(network, options, reach)
    except (Undecided, SolverTrouble):
        proved, lawful, left_open = (), (), [Message("study.undecided")]
    suggestions, untold = _suggestions(network, options)
    left_open += [] if untold is None else [untold]
    proved = (*proved, *(way for one in suggestions for way in one.no_ways))
    try:
        conflict = conflict_of(network, options, reach)
    except (Undecided, SolverTrouble):
        conflict = None
    return Impossible(counted, proved, lawful, suggestions, conflict, tuple(left_open))


def by_counting(finding: Message) -> Message:
    """Marks a finding as proved without a solve."""
    return Message("impossible.by_counting", {"finding": finding})


def by_a_solve(finding: Message) -> Message:
    """Marks a finding as proved by a solve."""
    return Message("impossible.by_a_solve", {"finding": finding})


def reasons(
    network: Network, options: Options, reach: Reach | None = None
) -> tuple[tuple[Message, ...], tuple[Message, ...]]:
    """What solves prove cannot be had, beside what counting has found, and the lawful ways out; empty if all can."""
    found: tuple[Message, ...] = ()
    if not network.findings:
        found = explain_frozen(network, options) or explain(network, options, reach)
    law = law_against(network, options, reach) if found or network.findings else ()
    ways = tuple(m for m in law if m.key.startswith("study.lawful_"))
    return (*found, *(m for m in law if m not in ways)), ways


def _suggestions(network: Network, options: Options) -> tuple[tuple[Suggestion, ...], Message | None]:
    """Up to MOST suggestions, and what was left open."""
    found: list[Suggestion] = []
    try:
        for one in _Search(network, options).suggestions():
            found.append(one)
            if len(found) == MOST:
                break
    except (Undecided, SolverTrouble):
        return tuple(found), Message("impossible.search_cut_short")
    return tuple(found), None if found else Message("impossible.no_suggestion")


class _Search:
    """Needs of one kind after the other, and what makes up for them."""

    def __init__(self, network: Network, options: Options) -> None:
        self.network = network
        self.options = replace(options, gap=WHOLE_GAP)
        self.elastic = Elastic(network, self.options)
        self.limit_s: float | None = None
        if self.elastic.possible() and self.elastic.has_whole:
            self.elastic.ask_whole()
            self.limit_s = TRIAL_S

    def suggestions(self) -> Iterator[Suggestion]:
        """One for every kind that suffices; of all kinds of numbers together where none does."""
        trial = replace(self.options, time_limit_s=TRIAL_S)
        some = False
        kinds = (*KINDS, EARLIER, LANES)
        for kind in (LANES, *kinds[:-1]) if shut_in(self.network) else kinds:
            change = STRUCTURE.get(kind)
            try:
                one = self._of((kind,)) if change is None else change(self.network, trial)
            except SolverTrouble:
                continue  # the other kinds are no worse for it
            if one is not None:
                some = True
                yield one
        together = None if some else self._of(KINDS)
        if together is not None:
            yield together

    def _of(self, kinds: tuple[str, ...]) -> Suggestion | None:
        need = self.elastic.need(kinds, self.limit_s)
        if need is None or not need.cells:
            return None
        return self._tried(need, kinds) or self._in_whole(need, kinds)

    def _tried(self, need: Need, kinds: tuple[str, ...]) -> Suggestion | None:
        return suggestion(self.network, need, kinds, replace(self.options, time_limit_s=TRIAL_S))

    def _in_whole(self, need: Need, kinds: tuple[str, ...]) -> Suggestion | None:
        """The same cells once more, in whole numbers, where the relaxation asked for too little."""
        if need.whole or not self.elastic.has_whole:
            return None
        self.elastic.ask_whole()
        try:
            more = self.elastic.need_of(need.cells, TRIAL_S) or self.elastic.need(kinds, TRIAL_S)
        finally:
            self.elastic.relax()
        return None if more is None else self._tried(more, kinds)
