"""Permits: nobody receives hazardous waste without one, and no more than it allows.

    receipt    a feed, a delivery, a placement, a put of hazardous waste, where the pack asks for permits
    licensed   for every code the receiver is exempt (a use step, by items of the list that hold all period long), or
               has a permit of the method, or of any, that is valid on some day of the period
    own        else: a facility or a storage at a site where the waste arises, lay at the beginning, or is made:
               Σ own ≤ arising + made + reclaimed from storages that are never licensed, where lanes bring it
    scheme     a use step of what comes from a sender: Σ own and by scheme ≤ the same + what came from senders
    tonnes     per receiver, code and year what is received can be shared out among the permits that cover it, none
               beyond its tonnes a year × valid days in the horizon ÷ days of the year

MODEL.md rule 6. The tables are read anew, the sharing out is a greatest flow.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import networkx as nx

from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.checks import Check, Findings, Tally, at
from redmud_opt.plan.audit.licences import Licences, Names
from redmud_opt.plan.audit.rows import UnderPermit
from redmud_opt.plan.audit.streams import Stream

Where = tuple[str, str, int]
"""(site, stream id, period)"""


class Receipt(NamedTuple):
    """Hazardous waste that is received. `method` None: it is put into a storage."""

    receiver: str
    site: str
    stream: Stream
    t: int
    amount: float
    method: str | None
    use: bool
    outlet: bool


def permits(book: Book) -> tuple[Check, ...]:
    """Every receipt of hazardous waste is licensed, exempt or of own waste, and within the tonnes of permits."""
    findings = Findings("permits")
    judge = Judge(book, findings)
    if judge.known.asked:
        for receipt in _receipts(book):
            if receipt.t in judge.known.asked and book.status.hazardous(receipt.stream, receipt.t):
                judge.receive(receipt)
        judge.bring()
        judge.weigh()
    if book.under_permits is not None:
        _stated(findings, judge, book.under_permits)
    return findings.checks()


def _stated(findings: Findings, judge: Judge, rows: list[UnderPermit]) -> None:
    """The table of permits: tonnes allowed and used are those found here, and nothing received is left out."""
    told: defaultdict[tuple[str, str, str, int], set[str]] = defaultdict(set)
    known = {row.name for row in judge.known.rows}
    for row in rows:
        where, names = at(row.permit, row.receiver, row.code, row.year), frozenset(row.permit.split(" + "))
        key = (row.receiver, row.code, row.sender, row.year)
        told[key] |= names
        if not names <= known:
            findings.fault("unknown_permit", where, permit=row.permit)
            continue
        received: Mapping[Names, float] = judge.under.get(key, {})
        used = sum(amount for mine, amount in received.items() if mine <= names)
        allowed = sum(judge.known.allowed(own, row.year) for own in judge.known.rows if own.name in names)
        findings.equal("allowed", where, row.allowed, allowed)
        findings.equal("used", where, row.used, used, allowed)
        findings.equal("left", where, row.left, row.allowed - row.used, row.allowed)
    for key, parts in judge.under.items():
        for names, amount in parts.items():
            if not names <= told[key]:
                findings.nothing("not_told", at(*key), amount, permits=tuple(sorted(names)))


def _receipts(book: Book) -> Iterator[Receipt]:
    facts, meaning = book.facts, book.dates.meaning
    for fed in book.feeds:
        if fed.stream is not None:
            method, facility = facts.processes[fed.process].method, facts.lines[fed.line].facility
            site, use = facts.site_of_line(fed.line), meaning(method, fed.t) == "use"
            yield Receipt(facility, site, fed.stream, fed.t, fed.amount, method, use, False)
    for sold in book.sales:
        method = facts.outlets[sold.outlet].method
        use = meaning(method, sold.t) == "use"
        yield Receipt(sold.outlet, sold.site, sold.stream, sold.t, sold.amount, method, use, True)
    for placed in book.placements:
        method = facts.storages[placed.storage].method
        yield Receipt(
            placed.storage, placed.site, placed.stream, placed.t, placed.amount, method, False, False
        )
    for kept in book.stocks:
        yield Receipt(kept.storage, kept.site, kept.stream, kept.t, kept.put, None, False, False)


class Judge:
    """Weighs receipts against the tables of permits, exemptions and what a site has of its own."""

    def __init__(self, book: Book, findings: Findings) -> None:
        self.book, self.findings = book, findings
        self.known = Licences(book.facts, book.dates)
        self.under: defaultdict[tuple[str, str, str, int], defaultdict[Names, float]]
        self.under = defaultdict(lambda: defaultdict(float))
        self.unlicensed: Tally[Where] = Tally()
        self.by_scheme: Tally[Where] = Tally()
        self.from_senders: Tally[Where] = Tally()

    # ---------------------------------------------------------------- receipts

    def receive(self, receipt: Receipt) -> None:
        """Counts a receipt against permits, a scheme, or what the site has of its own; else it is a fault."""
        codes = self.book.status.codes(receipt.stream)
        place = (receipt.site, receipt.stream.name, receipt.t)
        known, receiver, method, t = self.known, receipt.receiver, receipt.method, receipt.t
        exempt = {c for c in codes if receipt.use and known.exempt(receiver, c, t)}
        covers = {c: known.covers(receiver, c, method, t) for c in codes if c not in exempt}
        wet = self.book.facts.wet_per_dry(receipt.stream.material)
        for code, rows in covers.items():
            if rows:
                amount = receipt.amount * (wet if rows[0].basis == "as_received" else 1.0)
                year = self.book.dates.year_of(receipt.t)
                self.under[receipt.receiver, code, "", year][frozenset(r.name for r in rows)] += amount
        bare = [code for code, rows in covers.items() if not rows]
        if codes and not bare:
            self.findings.rows += 1
        elif codes and receipt.use and all(known.scheme(receiver, c, method, t) for c in bare):
            self.by_scheme.add(place, receipt.amount)
        elif not receipt.outlet and known.own(receipt.site, receipt.stream.lineage):
            self.unlicensed.add(place, receipt.amount)
        else:
            where = self.book.where(receipt.t, receipt.receiver, receipt.stream.name)
            values = {"receiver": receipt.receiver, "codes": tuple(sorted(bare)) or ("–",)}
            self.findings.nothing("no_permit", where, receipt.amount, **values)

    # ---------------------------------------------------------------- lanes

    def bring(self) -> None:
        """What lanes bring goes to somebody who may receive it from there, or to a site that only passes it on."""
        for flow in self.book.flows:
            codes = self.book.status.codes(flow.stream)
            if flow.t not in self.known.asked or not self.book.status.hazardous(flow.stream, flow.t):
                continue
            if self.known.joined(flow.from_site, flow.to_site, codes, flow.t):
                self.from_senders.add((flow.to_site, flow.stream.name, flow.t), flow.amount)
                self._count_scheme(flow.from_site, flow.to_site, flow.stream, flow.t, flow.amount)
            elif self.known.closed(flow.to_site, flow.stream.lineage, codes, flow.t):
                where = self.book.where(flow.t, flow.lane, flow.stream.name)
                self.findings.nothing("brought", where, flow.amount, site=flow.to_site)

    def _count_scheme(self, sender: str, site: str, stream: Stream, t: int, amount: float) -> None:
        for receiver in self.known.receivers(site):
            for code in self.book.status.codes(stream):
                rows = self.known.valid(code, t, receiver, sender=sender)
                if rows:
                    wet = self.book.facts.wet_per_dry(stream.material)
                    key = (receiver, code, sender, self.book.dates.year_of(t))
                    counted = amount * (wet if rows[0].basis == "as_received" else 1.0)
                    self.under[key][frozenset(row.name for row in rows)] += counted

    # ---------------------------------------------------------------- sums

    def weigh(self) -> None:
        """Own waste against what there is of it; tonnes of permits against what they allow."""
        brought = {(flow.to_site, flow.stream.name) for flow in self.book.flows}
        here = self._own_t()
        for place in dict.fromkeys((*self.unlicensed, *self.by_scheme)):
            if place[:2] in brought:
                where = self.book.where(place[2], *place[:2])
                own, joined = self.unlicensed[place], self.unlicensed[place] + self.by_scheme[place]
                scale = max(here.scale(place), self.from_senders.scale(place))
                self.findings.at_most("beyond_own", where, own, here[place], scale)
                if self.by_scheme[place]:
                    most = here[place] + self.from_senders[place]
                    self.findings.at_most("beyond_scheme", where, joined, most, scale)
        for (receiver, code, sender, year), received in self.under.items():
            self._share_out(receiver, code, sender, year, received)

    def _own_t(self) -> Tally[Where]:
        """(site, stream, period) → what arises, is made, or is reclaimed from storages never licensed."""
        tally: Tally[Where] = Tally()
        for arose in self.book.arisings:
            tally.add((arose.site, arose.stream.name, arose.t), arose.amount)
        for site, process, stream, t in self.book.making:
            tally.add((site, stream, t), self.book.making[site, process, stream, t])
        every = range(len(self.book.dates.periods))
        for kept in self.book.stocks:
            codes = self.book.status.codes(kept.stream)
            licensed = codes and any(all(self.known.valid(c, t, kept.storage) for c in codes) for t in every)
            if not licensed:
                tally.add((kept.site, kept.stream.name, kept.t), kept.reclaimed)
        return tally

    def _share_out(
        self, receiver: str, code: str, sender: str, year: int, received: dict[Names, float]
    ) -> None:
        """The greatest flow from what is received to the permits that cover it is all of it."""
        graph: nx.DiGraph[str] = nx.DiGraph()
        for number, (names, amount) in enumerate(received.items()):
            graph.add_edge("received", f"part {number}", capacity=amount)
            graph.add_edges_from((f"part {number}", f"permit {name}") for name in names)
        for row in self.known.rows:
            if any(row.name in names for names in received):
                graph.add_edge(f"permit {row.name}", "allowed", capacity=self.known.allowed(row, year))
        covered = nx.maximum_flow_value(
            graph, "received", "allowed", flow_func=nx.algorithms.flow.edmonds_karp
        )
        where = f"{' + '.join(sorted(_names(received)))} / {receiver} / {code} / {year}"
        self.findings.at_most("over_permit", where, sum(received.values()), covered, receiver=receiver)


def _names(received: Iterable[Names]) -> Names:
    return frozenset().union(*received)
