"""Legal status of streams, by period.

A residue is hazardous if its material is declared so, or if it comes from a process that accepts a
hazardous feed (mixing spreads, GB 5085.7 5.1), unless its feed is run as a separate campaign and is not
hazardous itself, or a delisting row of (process, residue) was identified on or before the start of the
period (MODEL.md rule 6).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from redmud_opt.plan.audit.conversion import Conversions
from redmud_opt.plan.audit.dates import Dates
from redmud_opt.plan.audit.facts import Facts, live
from redmud_opt.plan.audit.streams import Lineage, Stream


class Status:
    """Which streams of a plan are hazardous waste, when."""

    def __init__(
        self, facts: Facts, dates: Dates, conversions: Conversions, streams: Iterable[Stream]
    ) -> None:
        self.facts = facts
        self.conversions = conversions
        self._mixed = lru_cache(maxsize=None)(self._taken_together)
        lineages = {own.name: own for stream in streams for own in stream.lineage.chain()}
        known: dict[frozenset[tuple[str, str]], set[str]] = {}
        self._hazardous: list[set[str]] = []
        for period in dates.periods:
            delisted = self._delisted(period.start)
            if delisted not in known:
                known[delisted] = self._spread(list(lineages.values()), delisted)
            self._hazardous.append(known[delisted])
        self._codes = self._all_codes(lineages.values())

    def codes(self, stream: Stream) -> frozenset[str]:
        """Waste codes of a hazardous stream: its own, else those of all hazardous feeds that it may come from."""
        return self.codes_of(stream.lineage)

    def codes_of(self, lineage: Lineage) -> frozenset[str]:
        """The same of a lineage."""
        return self._codes.get(lineage.name, frozenset())

    def _all_codes(self, lineages: Iterable[Lineage]) -> dict[str, frozenset[str]]:
        """Lineage → codes, on the first day: the least sets that declared codes and mixing ask for."""
        hazardous = [lineage for lineage in lineages if lineage.name in self._hazardous[0]]
        found: dict[str, frozenset[str]] = {}
        by_material = {
            row.name: frozenset({self._own_code(row.name)} - {""})
            for row in self.facts.materials.values()
            if row.legal_status == "hazardous_waste"
        }
        while True:
            fresh = {lineage.name: self._reckoned(lineage, found, by_material) for lineage in hazardous}
            if fresh == found:
                return found
            found = fresh
            for lineage in hazardous:
                known = by_material.get(lineage.material, frozenset())
                by_material[lineage.material] = known | found[lineage.name]

    def _own_code(self, material: str) -> str:
        """The declared code of a hazardous waste, if the list of the pack knows it."""
        known = {row.code for row in live(self.facts.case.codes)}
        code = self.facts.materials[material].code if self._declared(material) else ""
        return code if not known or code in known else ""

    def _reckoned(
        self,
        lineage: Lineage,
        found: dict[str, frozenset[str]],
        by_material: dict[str, frozenset[str]],
    ) -> frozenset[str]:
        own = self._own_code(lineage.material)
        if own or lineage.parent is None:
            return frozenset({own} - {""})
        codes = found.get(lineage.parent.name, frozenset())
        row = self.conversions.feed_row(lineage.process, lineage.point, lineage.parent.material)
        if row is None or not row.separate_campaign:
            for name in self._mixed(lineage.process):
                codes |= by_material.get(name, frozenset())
        return codes

    def hazardous(self, stream: Stream, t: int) -> bool:
        """Whether a stream is hazardous waste in a period."""
        return self.of(stream.lineage, t)

    def of(self, lineage: Lineage, t: int) -> bool:
        """Whether a lineage is hazardous waste in a period."""
        return lineage.name in self._hazardous[t]

    def _delisted(self, today: date) -> frozenset[tuple[str, str]]:
        """(process, residue) pairs that were identified as no longer hazardous on or before a day."""
        rows = (row for own in self.facts.delistings.values() for row in own)
        dated = ((row, row.identified_on) for row in rows)
        return frozenset(
            (row.process, row.material) for row, day in dated if day is not None and day <= today
        )

    def _spread(self, lineages: list[Lineage], delisted: frozenset[tuple[str, str]]) -> set[str]:
        """The least set of hazardous lineages that is closed under mixing."""
        found = {lineage.name for lineage in lineages if self._declared(lineage.material)}
        while True:
            materials = {lineage.material for lineage in lineages if lineage.name in found}
            more = {
                lineage.name
                for lineage in lineages
                if lineage.name not in found
                and self.facts.is_waste(lineage.material)
                and (lineage.process, lineage.material) not in delisted
                and self._becomes(lineage, found, materials)
            }
            if not more:
                return found
            found |= more

    def _declared(self, material: str) -> bool:
        return self.facts.materials[material].legal_status == "hazardous_waste"

    def _becomes(self, lineage: Lineage, hazardous: set[str], materials: set[str]) -> bool:
        if lineage.parent is None:
            return False
        if lineage.parent.name in hazardous:
            return True
        own = self.conversions.feed_row(lineage.process, lineage.point, lineage.parent.material)
        if own is not None and own.separate_campaign:
            return False
        names = self._mixed(lineage.process)
        return any(name in materials or self._declared(name) for name in names)

    def _taken_together(self, process: str) -> frozenset[str]:
        """Materials that a process takes together with others, at any of its points."""
        found = set()
        for row in self.facts.feeds.get(process, ()):
            for name in self.facts.members(row.material):
                own = self.conversions.feed_row(process, row.point, name)
                if name in self.facts.materials and own is not None and not own.separate_campaign:
                    found.add(name)
        return frozenset(found)
