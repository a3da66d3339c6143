"""The proportional rates, period by period.

    a lot    what a process made at a point, whatever it was fed, at a site or in a storage
    mixed    a lot that a line makes which is fed more than one (origin, cohort) in a period, and whatever holds of it
    contents of a mixed lot = Σ comes · contents of where it comes from ÷ Σ comes              [origin t]
    utilised out of a mixed lot counts for its contents, all else for the stream that the plan names

Contents are told by (origin, year of arising), so that what is new on 31 December is legacy on 1 January. Within a
period they follow from linear equations, since a lot may go round. MODEL.md 'Utilisation', last lines.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from redmud_opt.plan.audit.accounts import Accounts
from redmud_opt.plan.audit.book import Book, Run
from redmud_opt.plan.audit.checks import Tally
from redmud_opt.plan.audit.streams import Stream, with_cohort

Array = npt.NDArray[np.float64]

Lot = tuple[str, ...]
"""What it was made as, by which process and point; a waste that arose or lay there is its own stream."""

Node = tuple[str, str, Lot]
"""`site` or `storage`, its name, and the lot."""

Share = dict[tuple[str, int], float]
"""(origin, year of arising, 0: earlier) → share."""

Contents = defaultdict[tuple[str, int], float]
"""(origin, year of arising) → origin tonnes."""

TRACE = 1e-6
"""Tonnes below this mix nothing."""


BEYOND = 1.0 + 1e-12
"""A ring that nothing enters or leaves has no contents, instead of any."""


class Move(NamedTuple):
    """Origin tonnes of a stream from one node to another."""

    start: Node
    end: Node
    amount: float
    stream: Stream


def lot_of(stream: Stream) -> Lot:
    """The lot that a stream belongs to."""
    made = stream.lineage
    return (made.material, made.process, made.point) if made.parent else (stream.name,)


class Proportional:
    """What is utilised in proportion to what was fed, by total, origin, cohort and year: more than the plan says."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.shift: Tally[tuple[str, str, str, int]] = Tally()
        self._moves: defaultdict[int, list[Move]] = defaultdict(list)
        self._made: defaultdict[int, set[Node]] = defaultdict(set)
        self._collect()
        kept: dict[Node, tuple[float, Share]] = {}
        for t in range(len(book.dates.periods)):
            contents = self._contents(t, kept)
            self._utilised(t, contents)
            kept = self._left(t, contents)

    # ---------------------------------------------------------------- what moves

    def _move(self, t: int, start: Node, end: Node, amount: float, stream: Stream) -> None:
        weight = amount * self.book.origin_t(stream)
        if weight > TRACE:
            self._moves[t].append(Move(start, end, weight, stream))

    def _collect(self) -> None:
        for flow in self.book.flows:
            start, end = (("site", site, lot_of(flow.stream)) for site in (flow.from_site, flow.to_site))
            self._move(flow.t, start, end, flow.amount, flow.stream)
        for kept in self.book.stocks:
            here, pile = (
                ("site", kept.site, lot_of(kept.stream)),
                ("storage", kept.storage, lot_of(kept.stream)),
            )
            self._move(kept.t, here, pile, kept.put, kept.stream)
            self._move(kept.t, pile, here, kept.reclaimed, kept.stream)
        together: defaultdict[tuple[object, ...], list[Run]] = defaultdict(list)
        for run in self.book.runs:
            if run.fed.stream is not None and run.fed.stream.has_origin and run.fed.amount > TRACE:
                together[run.fed.line, run.fed.process, run.fed.point, run.fed.t].append(run)
        for runs in together.values():
            several = len({(r.fed.stream.origin, r.fed.stream.cohort) for r in runs if r.fed.stream}) > 1
            for run in runs:
                self._residues(run, several)

    def _residues(self, run: Run, several: bool) -> None:
        fed = run.fed
        assert fed.stream is not None
        for out in run.becomes.outputs:
            made = self.book.streams.get(self.book.made_id(out.material, fed))
            if made is None or not made.has_origin:
                continue
            end = ("site", run.site, lot_of(made))
            weight = fed.amount * out.yield_t * self.book.origin_t(made)
            if weight > TRACE:
                start = ("site", run.site, lot_of(fed.stream))
                self._moves[fed.t].append(Move(start, end, weight, fed.stream))
                if several:
                    self._made[fed.t].add(end)

    # ---------------------------------------------------------------- what is in it

    def _own(self, stream: Stream, t: int) -> Share:
        year = self.book.dates.year_of(t) if stream.cohort == "new" else 0
        return {(stream.origin, year): 1.0}

    def _contents(self, t: int, kept: dict[Node, tuple[float, Share]]) -> dict[Node, Share]:
        """Contents of every mixed node of a period."""
        mixed = set(kept) | self._made[t]
        while fresh := {move.end for move in self._moves[t] if move.start in mixed} - mixed:
            mixed |= fresh
        nodes = sorted(mixed)
        number = {node: k for k, node in enumerate(nodes)}
        comes = [(number[m.end], m) for m in self._moves[t] if m.end in mixed]
        total = np.zeros(len(nodes))
        known: list[Contents] = [defaultdict(float) for _ in nodes]
        within = np.zeros((len(nodes), len(nodes)))
        for node, (amount, share) in kept.items():
            self._add(known[number[node]], share, amount)
            total[number[node]] += amount
        for node, amount, stream in self._carried(t, mixed, kept):
            self._add(known[number[node]], self._own(stream, t), amount)
            total[number[node]] += amount
        for k, move in comes:
            total[k] += move.amount
            if move.start in mixed:
                within[k, number[move.start]] += move.amount
            else:
                self._add(known[k], self._own(move.stream, t), move.amount)
        return self._solved(nodes, total, within, known)

    @staticmethod
    def _add(to: Contents, share: Share, amount: float) -> None:
        for label, part in share.items():
            to[label] += amount * part

    def _carried(
        self, t: int, mixed: set[Node], kept: Container[Node]
    ) -> Iterator[tuple[Node, float, Stream]]:
        """What lay unmixed in a storage when a mixed lot came to it."""
        for row in self.book.stocks if t else ():
            node = ("storage", row.storage, lot_of(row.stream))
            amount = row.stock * self.book.origin_t(row.stream)
            if row.t == t - 1 and node in mixed and node not in kept and amount > TRACE:
                aged = row.stream.cohort == "new" and self.book.dates.new_year_before(t)
                stream = self.book.streams[with_cohort(row.stream.name, "legacy")] if aged else row.stream
                yield node, amount, stream

    @staticmethod
    def _solved(
        nodes: list[Node],
        total: Array,
        within: Array,
        known: list[Contents],
    ) -> dict[Node, Share]:
        labels = list(dict.fromkeys(label for share in known for label in share))
        right = np.array([[share[label] for label in labels] for share in known]).reshape(
            len(nodes), len(labels)
        )
        found = np.linalg.solve(np.diag(total * BEYOND) - within, right)
        return {node: dict(zip(labels, found[k].tolist(), strict=True)) for k, node in enumerate(nodes)}

    def _left(self, t: int, contents: dict[Node, Share]) -> dict[Node, tuple[float, Share]]:
        """Mixed lots that are in stock at the end of a period."""
        found: dict[Node, tuple[float, Share]] = {}
        for row in self.book.stocks:
            node = ("storage", row.storage, lot_of(row.stream))
            amount = row.stock * self.book.origin_t(row.stream)
            if row.t == t and node in contents and amount > TRACE:
                found[node] = (found[node][0] + amount if node in found else amount, contents[node])
        return found

    # ---------------------------------------------------------------- what is utilised

    def _utilised(self, t: int, contents: dict[Node, Share]) -> None:
        for gross, total in ((False, "utilised"), (True, "utilised_gross")):
            for node, stream, amount in self._uses(t, gross):
                if node in contents:
                    self._shift(total, t, self._own(stream, t), -amount)
                    self._shift(total, t, contents[node], amount)

    def _shift(self, total: str, t: int, share: Share, amount: float) -> None:
        year = self.book.dates.year_of(t)
        for (origin, arose), part in share.items():
            self.shift.add((total, origin, "new" if arose == year else "legacy", year), part * amount)

    def _uses(self, t: int, gross: bool) -> Iterator[tuple[Node, Stream, float]]:
        """Origin tonnes that processes and outlets utilise in a period."""
        book = self.book
        for fed, site, _ in book.runs:
            if fed.t == t and fed.stream is not None and fed.stream.has_origin:
                credit = book.conversions.credit(fed.process, fed.point, fed.stream.lineage, t, gross)
                amount = fed.amount * book.origin_t(fed.stream, gross) * credit
                yield ("site", site, lot_of(fed.stream)), fed.stream, amount
        for sold in book.sales:
            meaning = book.dates.meaning(book.facts.outlets[sold.outlet].method, t)
            if sold.t == t and sold.stream.has_origin and meaning == "use":
                yield (
                    ("site", sold.site, lot_of(sold.stream)),
                    sold.stream,
                    sold.amount * book.origin_t(sold.stream, gross),
                )


def proportional(accounts: Accounts) -> Tally[tuple[str, str, str, int]]:
    """How accounts of utilised tonnes change where what was fed together is taken as mixed."""
    return Proportional(accounts.book).shift
