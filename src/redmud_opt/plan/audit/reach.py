"""What can be where: the least set of (site, lineage) that is closed under what is open at any time.

    arises, is bought or lay there  ⇒  it is there
    it is there and a lane takes it  ⇒  it is at the other end
    feed and fixed inputs are there  ⇒  the process runs, and what it makes is there

Times are not put in order: what is open in any period counts, and candidate lines that could stand in any.
"""

from __future__ import annotations

from collections.abc import Iterator

from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.facts import live
from redmud_opt.plan.audit.status import Status
from redmud_opt.plan.audit.streams import Lineage, Stream
from redmud_opt.plan.audit.ways import Use, Ways

Node = tuple[str, Lineage]


class Reach:
    """The nodes that can hold anything, and the processes that can run, by site."""

    def __init__(self, ways: Ways) -> None:
        self.ways = ways
        self.nodes: dict[Node, None] = {}
        self._fresh: list[Node] = []
        self._waiting: dict[Use, None] = {}
        for node in self._seeds():
            self._add(node)
        for site in ways.facts.sites:
            self._waiting |= dict.fromkeys(ways.uses(site, None))
        while self._fresh or self._run():
            self._spread()

    def _seeds(self) -> Iterator[Node]:
        facts = self.ways.facts
        for row in facts.arisings.values():
            yield row.site, Lineage(row.material, row.material)
        for option in facts.reductions.values():
            if option.becomes:
                yield facts.arisings[option.arising].site, Lineage(option.becomes, option.becomes)
        for site in facts.sites:
            for material in self.ways.supplied(site):
                yield site, Lineage(material, material)
        for lay in live(facts.case.opening_stock):
            if facts.storages[lay.storage].retrievable:
                yield facts.storages[lay.storage].site, Lineage(lay.material, lay.material)

    def _add(self, node: Node) -> None:
        if node not in self.nodes:
            self.nodes[node] = None
            self._fresh.append(node)

    def _spread(self) -> None:
        while self._fresh:
            site, lineage = self._fresh.pop()
            for move in self.ways.moves(site, lineage):
                self._add((move.to_site, lineage))
            self._waiting |= dict.fromkeys(self.ways.uses(site, lineage))

    def _run(self) -> bool:
        """Let every process run whose fixed inputs are there; whether anything new was made."""
        for use in [use for use in self._waiting if self.runs(use)]:
            del self._waiting[use]
            for lineage, _ in use.made:
                self._add((use.site, lineage))
        return bool(self._fresh)

    def runs(self, use: Use) -> bool:
        """Whether all that a process needs can be at its site."""
        needs = [Lineage(taken.material, taken.material) for taken in use.becomes.inputs if taken.amount > 0]
        if use.feed is not None:
            needs.append(use.feed)
        return all((use.site, lineage) in self.nodes for lineage in needs)


def reach(book: Book) -> tuple[Reach, Status]:
    """What can be where, with the legal status of all of it; each hangs on the other, so they are repeated."""
    every = tuple(range(len(book.dates.periods)))
    known = {stream.lineage.name: stream.lineage for stream in book.streams.values()}
    while True:
        streams = [Stream(name, lineage) for name, lineage in known.items()]
        status = Status(book.facts, book.dates, book.conversions, streams)
        found = Reach(Ways(book, status, every, candidates=True))
        more = {lineage.name: lineage for _, lineage in found.nodes if lineage.name not in known}
        if not more:
            return found, status
        known |= more
