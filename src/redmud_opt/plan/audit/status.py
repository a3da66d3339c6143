"""Legal status of streams, by period.

A residue is hazardous if its material is declared so, or if it comes from a process that accepts a
hazardous feed (mixing spreads, GB 5085.7 5.1), unless its feed is run as a separate campaign and is not
hazardous itself, or a delisting row of (process, residue) was identified on or before the start of the
period (MODEL.md rule 6).
"""

from __future__ import annotations

from collections.abc import Iterable

from redmud_opt.plan.audit.conversion import Conversions
from redmud_opt.plan.audit.dates import Dates
from redmud_opt.plan.audit.facts import Facts
from redmud_opt.plan.audit.streams import Lineage, Stream


class Status:
    """Which streams of a plan are hazardous waste, when."""

    def __init__(
        self, facts: Facts, dates: Dates, conversions: Conversions, streams: Iterable[Stream]
    ) -> None:
        self.facts = facts
        self.conversions = conversions
        lineages = {own.name: own for stream in streams for own in stream.lineage.chain()}
        self._hazardous = [
            self._spread(list(lineages.values()), period.start.toordinal()) for period in dates.periods
        ]

    def hazardous(self, stream: Stream, t: int) -> bool:
        """Whether a stream is hazardous waste in a period."""
        return stream.lineage.name in self._hazardous[t]

    def _spread(self, lineages: list[Lineage], today: int) -> set[str]:
        """The least set of hazardous lineages that is closed under mixing."""
        found = {lineage.name for lineage in lineages if self._declared(lineage.material)}
        while True:
            more = {
                lineage.name
                for lineage in lineages
                if lineage.name not in found
                and self.facts.is_waste(lineage.material)
                and self._becomes(lineage, lineages, found, today)
            }
            if not more:
                return found
            found |= more

    def _declared(self, material: str) -> bool:
        return self.facts.materials[material].legal_status == "hazardous_waste"

    def _becomes(self, lineage: Lineage, lineages: list[Lineage], hazardous: set[str], today: int) -> bool:
        if lineage.parent is None or self._delisted(lineage, today):
            return False
        own = self.conversions.feed_row(lineage.process, lineage.point, lineage.parent.material)
        if lineage.parent.name in hazardous:
            return True
        if own is not None and own.separate_campaign:
            return False
        names = self._mixed(lineage.process)
        if any(self._declared(name) for name in names):
            return True
        return any(other.material in names for other in lineages if other.name in hazardous)

    def _mixed(self, process: str) -> set[str]:
        """Materials that a process takes together with others, at any of its points."""
        found = set()
        for row in self.facts.feeds.get(process, ()):
            for name in self.facts.members(row.material):
                own = self.conversions.feed_row(process, row.point, name)
                if name in self.facts.materials and own is not None and not own.separate_campaign:
                    found.add(name)
        return found

    def _delisted(self, lineage: Lineage, today: int) -> bool:
        return any(
            row.material == lineage.material
            and row.identified_on is not None
            and row.identified_on.toordinal() <= today
            for row in self.facts.delistings.get(lineage.process, ())
        )
