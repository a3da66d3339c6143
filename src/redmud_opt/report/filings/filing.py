"""What the forms are filled from, and what they have in common: grouping, destinations, receivers.

filing = Filing(case, plan, "zh")
filing.grouped(entries, by="year")      entries of a waste in a year, one row of a form each
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from redmud_opt.case import Case
from redmud_opt.plan import Plan
from redmud_opt.plan.papers import AND
from redmud_opt.report.filings.account import Account, Entry
from redmud_opt.report.filings.words import NOTHING, Words

Rows = list[dict[str, object]]
"""Rows of a form by what fills its columns; what is missing, None or blank is left to be filled in."""

LEAVES = ("sent", "delivered")
"""Events by which waste leaves its producer."""


AWAY = ("used", "disposed", *LEAVES, "put")
"""Events by which waste goes on from where it is generated."""


class Receiver(NamedTuple):
    """Who takes in what leaves: names, method codes, permits, items of exemption, contracts."""

    names: tuple[str, ...]
    methods: tuple[str, ...]
    permits: tuple[str, ...]
    exemptions: tuple[str, ...]
    contracts: tuple[str, ...]


class Filing:
    """A plan to be told in forms."""

    def __init__(self, case: Case, plan: Plan, language: str) -> None:
        self.case, self.plan, self.language = case, plan, language
        self.account = Account(case, plan)
        self.words = Words(self.account, plan, language)
        self.facts = self.account.facts

    def of(self, *events: str, hazardous: bool) -> list[Entry]:
        """Entries of wastes whose records their producer keeps."""
        return [
            entry
            for entry in self.account.entries
            if entry.event in events and entry.waste.hazardous == hazardous and self.account.is_own(entry)
        ]

    def handed_over(self, hazardous: bool) -> list[Entry]:
        """What leaves the producer, or is fed to another owner's line at his place."""
        fed = (e for e in self.of("used", "disposed", hazardous=hazardous) if self.account.by_others(e))
        return [*self.of(*LEAVES, hazardous=hazardous), *fed]

    def own_treatment(self, hazardous: bool) -> list[Entry]:
        """What the producer uses or disposes of himself."""
        entries = self.of("used", "disposed", hazardous=hazardous)
        return [entry for entry in entries if not self.account.by_others(entry)]

    def grouped(
        self, entries: Iterable[Entry], by: str, *more: Callable[[Entry], str]
    ) -> Iterator[list[Entry]]:
        """Entries of one waste in one year or period, and of one answer to `more`, in order of waste and time."""
        found: dict[tuple[object, ...], list[Entry]] = defaultdict(list)
        for entry in entries:
            time = entry.t if by == "period" else self.account.year(entry)
            found[entry.waste, time, *(answer(entry) for answer in more)].append(entry)
        yield from (found[key] for key in sorted(found, key=lambda key: (key[0], key[1], *map(str, key[2:]))))

    def tonnes(self, entries: Iterable[Entry]) -> float:
        """Tonnes as received."""
        return sum(self.account.wet(entry) for entry in entries)

    # ---------------------------------------------------------------- where it goes

    def destinations(self, entries: list[Entry], *events: str) -> str:
        """Where the waste of some entries goes at its place in their time, the largest first; by all events that
        take it away, storage included, unless said."""
        first, times = entries[0], {entry.t for entry in entries}
        sums: dict[str, float] = defaultdict(float)
        for entry in self.account.by_place.get((first.waste.site, first.waste.material), ()):
            if entry.t in times and entry.event in (events or AWAY):
                sums[entry.other or entry.at] += entry.amount
        return self.words.listed(self.words.name(name) for name in sorted(sums, key=lambda name: -sums[name]))

    def takes(self, entry: Entry) -> list[Entry]:
        """What takes in an entry that leaves: at the place where it arrives, or the entry itself."""
        return self.account.taken_by(entry) if entry.event == "sent" else [entry]

    def where(self, entry: Entry) -> str:
        """The place where an entry that leaves arrives; an outlet by its own name."""
        return entry.other if entry.event == "sent" else entry.at

    def receiver(self, entries: Iterable[Entry]) -> Receiver:
        """Who takes in some entries that leave."""
        names, methods, permits, exemptions, contracts = ({} for _ in range(5))
        for entry in entries:
            takers = self.takes(entry)
            for taker in takers:
                names[self._at(self.who(taker), taker.waste.site)] = 0
                permit, exemption = self.papers_of(taker)
                methods[taker.method] = 0
                permits.update(dict.fromkeys(permit.split(AND), 0))
                exemptions.update(dict.fromkeys(exemption.split(AND), 0))
                contracts[self.contract(taker)] = 0
            if not takers:
                names[self.words.unit(self.where(entry))] = 0
        parts = (names, methods, permits, exemptions, contracts)
        return Receiver(*(tuple(name for name in part if name) for part in parts))

    def _at(self, who: str, site: str) -> str:
        """A receiver and the place where it stands."""
        return self.words.say("at_place", name=self.words.name(who), place=self.words.name(site))

    def who(self, taker: Entry) -> str:
        """The facility of a line; outlets and storages by their own names."""
        line = self.facts.lines.get(taker.at)
        return line.facility if line is not None else taker.at

    def papers_of(self, taker: Entry) -> tuple[str, str]:
        """Permits and items of exemption under which hazardous waste is taken in."""
        if not taker.waste.hazardous:
            return "", ""
        codes = self.account.papers.codes(taker.stream.lineage)
        return self.account.papers.receipt(self.who(taker), codes, taker.method, taker.t)

    def contract(self, taker: Entry) -> str:
        """The contract of an outlet or a line."""
        row = self.facts.outlets.get(taker.at) or self.facts.lines.get(taker.at)
        return row.contract if row is not None else ""

    def told(self, entries: list[Entry]) -> dict[str, object]:
        """Receiver, way and papers of entries that leave together."""
        found = self.receiver(entries)
        words = self.words
        hazardous = entries[0].waste.hazardous
        kind = (
            words.say("permit_holder") if found.permits else words.say("exempt") if found.exemptions else ""
        )
        exempt = words.say("exempt_item", items="; ".join(found.exemptions)) if found.exemptions else ""
        return {
            "receiver": words.listed(found.names),
            "method": words.method(found.methods, entries[0].t),
            "receiver_kind": kind,
            "permit": (words.papers(found.permits) or exempt) if hazardous else NOTHING,
            "contract": words.papers(found.contracts),
        }

    def flow_type(self, entries: list[Entry]) -> str:
        """Within the province or over its border; what an outlet at the place takes stays within."""
        ends = {(entry.waste.site, entry.other or entry.waste.site) for entry in entries}
        return self.words.listed(dict.fromkeys(self.words.flow_type(*pair) for pair in sorted(ends)))

    def modes(self, entries: Iterable[Entry]) -> str:
        """Modes of transport; blank where the plan knows none."""
        modes = dict.fromkeys(entry.mode for entry in entries if entry.mode)
        return self.words.listed(self.words.labels.word("mode", mode) for mode in modes)

    def approvals(self, entries: Iterable[Entry]) -> tuple[str, ...]:
        """Documents under which entries cross the border of a province."""
        found: dict[str, None] = {}
        for entry in entries:
            if entry.event == "sent":
                cell = self.account.papers.approval(
                    entry.waste.site, entry.other, entry.stream.lineage.name, entry.t
                )
                found.update(dict.fromkeys(name for name in cell.split(AND) if name))
        return tuple(found)

    def crosses(self, entry: Entry) -> bool:
        """Whether an entry goes to another province."""
        if entry.event != "sent":
            return False
        ends = [self.facts.sites[site].province for site in (entry.waste.site, entry.other)]
        return all(ends) and ends[0] != ends[1]
