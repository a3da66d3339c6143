"""Pools: what is taken out of a mixed storage, and whatever leaves its site, is mixed as what is in it.

    content[lineage]  = stock at the end + reclaimed                    by pool and period, of the rows of `stocks`
    reclaimed[lineage] = share · Σ reclaimed,    share = content[lineage] ÷ Σ content
    leaving[lineage, way] = share · Σ leaving[way]            lanes, feeds and outlets at the site of the pool
    Σ leaving[stream] = reclaimed[stream]                               of what the pool accepts: nothing passes by it
    `pools` states content, reclaimed and share

Where what left a pool comes to a site without a pool and goes on by several ways in a period, each has the shares
too: else it was taken apart. Hazardous and other material are not mixed (GB 5085.7, 5.1). docs/decisions.md 'Pools'.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from redmud_opt.case.works import Storage
from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.checks import TOLERANCE, Check, Findings, Tally, at, union
from redmud_opt.plan.audit.streams import Lineage, Stream
from redmud_opt.plan.audit.ways import Ways

Leaving = tuple[str, str, Stream, int, float]  # site, way, stream, period, amount
Shares = dict[str, float]


def pools(book: Book) -> tuple[Check, ...]:
    """Every mixed storage."""
    findings = Findings("pools")
    mixed = [storage for storage in book.facts.storages.values() if storage.mixed]
    leaving = list(_leaving(book))
    for storage in mixed:
        _Mixed(findings, book, storage, {other.site for other in mixed}, leaving).check()
    known = {storage.name for storage in mixed}
    for row in book.pools:
        if row.storage not in known:
            findings.fault("no_pool", book.where(row.t, row.storage), storage=row.storage)
    return findings.checks()


def _leaving(book: Book) -> Iterator[Leaving]:
    """Everything that leaves the balance of a site, storages and fixed inputs apart."""
    for flow in book.flows:
        yield flow.from_site, f"{flow.lane} {flow.to_site}", flow.stream, flow.t, flow.amount
    for run in book.runs:
        if run.fed.stream is not None:
            way = at(run.fed.line, run.fed.process, run.fed.point)
            yield run.site, way, run.fed.stream, run.fed.t, run.fed.amount
    for sold in book.sales:
        yield sold.site, sold.outlet, sold.stream, sold.t, sold.amount


class _Mixed:
    """One pool against its rules."""

    def __init__(
        self, findings: Findings, book: Book, storage: Storage, sites: set[str], leaving: list[Leaving]
    ) -> None:
        self.findings, self.book, self.storage, self.sites = findings, book, storage, sites
        ways = Ways(book, book.status, (0,), candidates=False)
        self.hazardous = ways.hazardous
        inside = {row.stream.lineage for row in book.stocks if row.storage == storage.name}
        accepted = {s.lineage for s in book.streams.values() if ways.keeps(storage, s.lineage)}
        self.lineages: set[Lineage] = inside | accepted
        self.leaving = [row for row in leaving if row[2].lineage in self.lineages]
        self.content: Tally[tuple[str, int]] = Tally()
        self.taken: Tally[tuple[str, int]] = Tally()
        for row in book.stocks:
            if row.storage == storage.name:
                self.content.add((row.stream.lineage.name, row.t), row.stock + row.reclaimed)
                self.taken.add((row.stream.lineage.name, row.t), row.reclaimed)

    def check(self) -> None:
        """Content by content."""
        self._status()
        self._passing()
        self._stated()
        for t in range(len(self.book.dates.periods)):
            shares = self._shares(t)
            taken = {name: amount for (name, own), amount in self.taken.sums.items() if own == t}
            if sum(taken.values()) > TOLERANCE:
                self._mixture(t, self.storage.name, taken, shares)
            for way, amounts in self._ways(self.storage.site, t).items():
                self._mixture(t, way, amounts, shares)
            for site in self._beyond(t):
                self._not_apart(t, site, shares)

    def _shares(self, t: int) -> Shares:
        inside = {name: amount for (name, own), amount in self.content.sums.items() if own == t}
        total = sum(inside.values())
        return {name: amount / total for name, amount in inside.items()} if total > TOLERANCE else {}

    def _ways(self, site: str, t: int) -> dict[str, dict[str, float]]:
        """Way → lineage → amount that leaves a site in a period."""
        found: defaultdict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
        for start, way, stream, own, amount in self.leaving:
            if start == site and own == t:
                found[way][stream.lineage.name] += amount
        return {way: dict(amounts) for way, amounts in found.items()}

    def _mixture(self, t: int, way: str, amounts: dict[str, float], shares: Shares) -> None:
        total = sum(amounts.values())
        for name in union(amounts, shares):
            where = self.book.where(t, self.storage.name, way, name)
            stated, right = amounts.get(name, 0.0), shares.get(name, 0.0) * total
            self.findings.equal("not_mixed", where, stated, right, total, material=name)

    def _status(self) -> None:
        held = {
            row.stream.lineage
            for row in self.book.stocks
            if row.storage == self.storage.name and row.put + row.stock > 0
        }
        if len({self.hazardous(lineage) for lineage in held}) > 1:
            self.findings.fault("spreads_hazard", at(self.storage.name), storage=self.storage.name)

    def _passing(self) -> None:
        gone: Tally[tuple[str, int]] = Tally()
        out: Tally[tuple[str, int]] = Tally()
        for site, _, stream, t, amount in self.leaving:
            if site == self.storage.site:
                gone.add((stream.name, t), amount)
        for row in self.book.stocks:
            if row.storage == self.storage.name:
                out.add((row.stream.name, row.t), row.reclaimed)
        for name, t in union(gone, out):
            where, scale = self.book.where(t, self.storage.name, name), gone.scale((name, t))
            self.findings.equal("passed_by", where, gone[name, t], out[name, t], scale)

    def _stated(self) -> None:
        content: Tally[tuple[str, int]] = Tally()
        for row in self.book.pools:
            if row.storage == self.storage.name:
                where = self.book.where(row.t, row.storage, row.lineage)
                share = self._shares(row.t).get(row.lineage, 0.0)
                self.findings.equal("share", where, row.share, share)
                self.findings.equal("taken", where, row.reclaimed, self.taken[row.lineage, row.t])
                content.add((row.lineage, row.t), row.content)
        for name, t in union(content, self.content):
            where = self.book.where(t, self.storage.name, name)
            self.findings.equal("content", where, content[name, t], self.content[name, t])

    def _beyond(self, t: int) -> list[str]:
        """Sites that what left the pool comes to in a period, other pools left out."""
        found: dict[str, None] = {}
        front = [self.storage.site]
        flows = [
            f
            for f in self.book.flows
            if f.t == t and f.stream.lineage in self.lineages and f.amount > TOLERANCE
        ]
        while front:
            site = front.pop()
            for flow in flows:
                if flow.from_site == site and flow.to_site not in found and flow.to_site not in self.sites:
                    found[flow.to_site] = None
                    front.append(flow.to_site)
        return list(found)

    def _not_apart(self, t: int, site: str, shares: Shares) -> None:
        ways = self._ways(site, t)
        for row in self.book.stocks:
            if row.site == site and row.t == t and row.stream.lineage in self.lineages and row.put > 0:
                own = ways.setdefault(row.storage, {})
                own[row.stream.lineage.name] = own.get(row.stream.lineage.name, 0.0) + row.put
        used = {way: amounts for way, amounts in ways.items() if sum(amounts.values()) > TOLERANCE}
        if len(used) > 1:
            for way, amounts in used.items():
                self._mixture(t, at(site, way), amounts, shares)
