"""What happens to every waste at every place, period by period: the account that all forms are filled from.

    opening + generated + bought + received + reclassified in
        = used + disposed + delivered + sent + reclassified out + closing       per place, waste, hazardous, year

    opening    lies in storage when the year begins          closing   lies in storage when it ends
    generated  arises, or is made of another waste           received  comes from another place
    used       fed to a line (pretreatment too), disposed    fed to a line for disposal, or placed for good
    delivered  taken by an outlet of the place               sent      goes to another place

Dry and as-received tonnes. Whether a waste is hazardous is asked of the law in every period; what changes within
storage is reclassified. Put into storage and taken out of it move within a place: they are no part of the balance.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from redmud_opt.case import Case
from redmud_opt.plan import Plan
from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.rows import Kept
from redmud_opt.plan.audit.streams import Stream
from redmud_opt.plan.papers import Papers

COMES = ("opening", "generated", "bought", "received", "reclassified_in")
GOES = ("used", "disposed", "delivered", "sent", "reclassified_out", "closing")
WITHIN = ("put", "taken")
"""Events: what comes, what goes, what only moves within a place."""

USES = ("use", "pretreatment", "")
"""Meanings of method codes that count as use in the account of a place; a process without a code uses."""


class Waste(NamedTuple):
    """A waste at a place, hazardous or not."""

    site: str
    material: str
    hazardous: bool


class Entry(NamedTuple):
    """An amount of a waste at a place in a period, dry tonnes; `other`: where it is sent, or comes from."""

    waste: Waste
    t: int
    event: str
    amount: float
    stream: Stream
    at: str = ""
    other: str = ""
    mode: str = ""
    method: str = ""
    meaning: str = ""
    products: tuple[str, ...] = ()


Key = tuple[str, str, int]
"""Place, material, period or year."""

Row = dict[str, tuple[float, float]]
"""Event → dry and as-received tonnes."""


class Account:
    """The entries of a plan, and what is asked of them."""

    def __init__(self, case: Case, plan: Plan) -> None:
        self.book = Book(case, plan.frames, None)
        self.facts, self.dates = self.book.facts, self.book.dates
        self.papers = Papers(self.book)
        self.entries = sorted(self._all(), key=lambda entry: (entry.waste, entry.t))

    # ---------------------------------------------------------------- what happens

    def _all(self) -> Iterator[Entry]:
        book = self.book
        for opening in book.opening:
            if opening.stream is not None and self._counts(opening.stream):
                yield self._entry(opening.site, opening.stream, 0, "opening", opening.amount, opening.storage)
        for arose in book.arisings:
            if self._counts(arose.stream):
                yield self._entry(arose.site, arose.stream, arose.t, "generated", arose.amount, arose.arising)
        for made in book.made:
            if self._counts(made.stream):
                yield self._entry(made.site, made.stream, made.t, "generated", made.amount, made.process)
        for bought in book.purchases:
            if self._counts(bought.stream):
                yield self._entry(
                    bought.site, bought.stream, bought.t, "bought", bought.amount, bought.supply
                )
        for flow in book.flows:
            if self._counts(flow.stream) and flow.from_site != flow.to_site:
                ends = flow.from_site, flow.to_site
                for event, (here, there) in (("sent", ends), ("received", ends[::-1])):
                    entry = self._entry(here, flow.stream, flow.t, event, flow.amount, flow.lane)
                    yield entry._replace(other=there, mode=flow.mode)
        yield from self._treated()
        for sold in book.sales:
            if self._counts(sold.stream):
                method = self.facts.outlets[sold.outlet].method
                entry = self._entry(sold.site, sold.stream, sold.t, "delivered", sold.amount, sold.outlet)
                yield self._by(entry, method)
        for placed in book.placements:
            if self._counts(placed.stream):
                method = self.facts.storages[placed.storage].method
                entry = self._entry(
                    placed.site, placed.stream, placed.t, "disposed", placed.amount, placed.storage
                )
                yield self._by(entry, method)
        for kept in book.stocks:
            if self._counts(kept.stream):
                yield from self._kept(kept)

    def _treated(self) -> Iterator[Entry]:
        """What lines are fed with, and what they take beside it."""
        for run in self.book.runs:
            fed = run.fed
            method = self.facts.processes[fed.process].method
            event = "used" if self.meaning(method, fed.t) in USES else "disposed"
            made = [own.material for own in run.becomes.outputs if not self.facts.is_waste(own.material)]
            if fed.stream is not None and self._counts(fed.stream):
                entry = self._entry(run.site, fed.stream, fed.t, event, fed.amount, fed.line)
                yield self._by(entry, method)._replace(products=tuple(dict.fromkeys(made)))
            for taken in run.becomes.inputs:
                stream = self.book.streams.get(taken.material)
                if stream is not None and self._counts(stream):
                    entry = self._entry(run.site, stream, fed.t, event, fed.amount * taken.amount, fed.line)
                    yield self._by(entry, method)._replace(products=tuple(dict.fromkeys(made)))

    def _kept(self, kept: Kept) -> Iterator[Entry]:
        """What is put in and taken out, what lies there at the end, and what the law calls it in the next period."""
        for event, amount in (("put", kept.put), ("taken", kept.reclaimed), ("closing", kept.stock)):
            if amount:
                yield self._entry(kept.site, kept.stream, kept.t, event, amount, kept.storage)
        after = kept.t + 1
        if not kept.stock or after == len(self.dates.periods):
            return
        was, will = (self.book.status.hazardous(kept.stream, t) for t in (kept.t, after))
        if was != will:
            out = self._entry(kept.site, kept.stream, after, "reclassified_out", kept.stock, kept.storage)
            yield out._replace(waste=out.waste._replace(hazardous=was))
            yield self._entry(kept.site, kept.stream, after, "reclassified_in", kept.stock, kept.storage)

    def _counts(self, stream: Stream) -> bool:
        """Whether it is a waste in tonnes."""
        return self.facts.is_waste(stream.material) and self.facts.in_tonnes(stream.material)

    def _entry(self, site: str, stream: Stream, t: int, event: str, amount: float, at: str) -> Entry:
        waste = Waste(site, stream.material, self.book.status.hazardous(stream, t))
        return Entry(waste, t, event, amount, stream, at)

    def _by(self, entry: Entry, method: str) -> Entry:
        return entry._replace(method=method, meaning=self.meaning(method, entry.t))

    def meaning(self, method: str, t: int) -> str:
        """What a method counts as; blank without one."""
        return self.dates.meaning(method, t) if method else ""

    # ---------------------------------------------------------------- what is asked

    def year(self, entry: Entry) -> int:
        """The calendar year of an entry."""
        return self.dates.year_of(entry.t)

    def wet(self, entry: Entry) -> float:
        """Tonnes as received."""
        return self.book.wet(entry.stream, entry.amount)

    def codes(self, entries: Iterable[Entry]) -> str:
        """Codes of hazardous wastes by law, of others as the case states them."""
        found: dict[str, None] = {}
        for entry in entries:
            own = (self.facts.materials[entry.waste.material].code,)
            codes = self.papers.codes(entry.stream.lineage) if entry.waste.hazardous else own
            found.update(dict.fromkeys(code for code in codes if code))
        return "; ".join(found)

    @cached_property
    def own(self) -> frozenset[tuple[str, str]]:
        """(place, material) that arises or is made there, or lay there: whose records its producer keeps."""
        return frozenset(
            (e.waste.site, e.waste.material) for e in self.entries if e.event in ("generated", "opening")
        )

    def is_own(self, entry: Entry) -> bool:
        """Whether an entry is of a waste whose records the producer keeps."""
        return (entry.waste.site, entry.waste.material) in self.own

    def by_others(self, entry: Entry) -> bool:
        """Whether what is fed is fed to a facility of another owner at the same place."""
        line = self.facts.lines.get(entry.at)
        if line is None:
            return False
        facility = self.facts.facilities[line.facility]
        return facility.owner not in ("", self.facts.sites[facility.site].owner)

    @cached_property
    def takers(self) -> dict[Key, list[Entry]]:
        """(place, material, period) → what takes the waste in there: lines, outlets, storages."""
        found: dict[Key, list[Entry]] = defaultdict(list)
        for entry in self.entries:
            if entry.event in ("used", "disposed", "delivered", "put"):
                found[entry.waste.site, entry.waste.material, entry.t].append(entry)
        return found

    @cached_property
    def by_place(self) -> dict[tuple[str, str], list[Entry]]:
        """(place, material) → its entries."""
        found: dict[tuple[str, str], list[Entry]] = defaultdict(list)
        for entry in self.entries:
            found[entry.waste.site, entry.waste.material].append(entry)
        return found

    def taken_by(self, sent: Entry) -> list[Entry]:
        """What takes in what is sent somewhere; where it only passes, nothing."""
        return self.takers.get((sent.other, sent.waste.material, sent.t), [])

    @cached_property
    def use_share(self) -> dict[Key, float]:
        """(place, material, year) → share of what is sent there that is used in the end, in proportion to what the
        place does with it in the year; what it only keeps is not used."""
        used: defaultdict[Key, float] = defaultdict(float)
        gone: defaultdict[Key, float] = defaultdict(float)
        on: defaultdict[tuple[Key, str], float] = defaultdict(float)
        for entry in self.entries:
            key = (entry.waste.site, entry.waste.material, self.year(entry))
            if entry.event in ("used", "disposed", "delivered", "sent"):
                gone[key] += entry.amount
                used[key] += entry.amount if is_use(entry) else 0.0
            if entry.event == "sent":
                on[key, entry.other] += entry.amount
        share = {key: used[key] / amount for key, amount in gone.items() if amount}
        for _ in range(PASSES if on else 0):
            fed = defaultdict(float, used)
            for (key, other), amount in on.items():
                fed[key] += amount * share.get((other, *key[1:]), 0.0)
            share = {key: fed[key] / amount for key, amount in gone.items() if amount}
        return share

    def share_used(self, entry: Entry) -> float:
        """Share of an entry that leaves the producer that is used in the end."""
        if entry.event == "sent":
            return self.use_share.get((entry.other, entry.waste.material, self.year(entry)), 0.0)
        return 1.0 if is_use(entry) else 0.0

    # ---------------------------------------------------------------- the balance

    def balance(self) -> dict[tuple[Waste, int], Row]:
        """(waste, year) → event → dry and as-received tonnes, with opening and closing of the year."""
        years = self.dates.years
        last = {self.dates.periods_of(year)[-1]: year for year in years}
        found: dict[tuple[Waste, int], Row] = {}
        for entry in self.entries:
            if entry.event in WITHIN:
                continue
            if entry.event == "closing":
                if entry.t not in last:
                    continue
                self._book(found, entry.waste, last[entry.t], "closing", entry)
                if last[entry.t] != years[-1]:
                    self._book(found, entry.waste, last[entry.t] + 1, "opening", entry)
            else:
                self._book(found, entry.waste, self.year(entry), entry.event, entry)
        return dict(sorted(found.items(), key=lambda item: (item[0][0], item[0][1])))

    def _book(
        self,
        found: dict[tuple[Waste, int], Row],
        waste: Waste,
        year: int,
        event: str,
        entry: Entry,
    ) -> None:
        row = found.setdefault((waste, year), dict.fromkeys((*COMES, *GOES), (0.0, 0.0)))
        dry, wet = row[event]
        row[event] = (dry + entry.amount, wet + self.wet(entry))


PASSES = 12
"""Places that a waste passes, at most, before it is used."""


def is_use(entry: Entry) -> bool:
    """Whether the waste is used: fed to a line that uses, or delivered for use."""
    return entry.event == "used" or (entry.event == "delivered" and entry.meaning in USES)


def residual(row: Row) -> tuple[float, float]:
    """What a balance leaves open, dry and as received."""
    return (
        sum(row[event][0] for event in COMES) - sum(row[event][0] for event in GOES),
        sum(row[event][1] for event in COMES) - sum(row[event][1] for event in GOES),
    )
