"""One side of a screening: names, lineages and law of a case, and what a waste can be brought to; no dates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from redmud_opt.case import Case
from redmud_opt.case.works import Gate
from redmud_opt.network.given import arising_t
from redmud_opt.network.haulage import Haulage
from redmud_opt.network.law import Law
from redmud_opt.network.lineage import WASTE, Conversion, Lineage, Lineages
from redmud_opt.network.lookup import Lookup
from redmud_opt.network.time import Time

NO_CLASS = ("none", "other")
"""Waste classes that say nothing of what a route could be for."""


class World:
    """What the rooms to the left say of a case: conversions by vessel, admission, gates, what there is."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.time = Time(case)
        self.lookup = Lookup(case)
        self.lineages = Lineages(self.lookup)
        self.law = Law(self.lookup, self.lineages)
        self.haulage = Haulage(self.lookup)
        self._at_reach: dict[tuple[str, str], frozenset[str]] = {}
        self.vessels: dict[tuple[str, str], list[Conversion]] = defaultdict(list)
        for conversion in self.lineages.conversions:
            if conversion.feed is not None:
                self.vessels[conversion.process.name, conversion.point].append(conversion)

    @cached_property
    def years(self) -> float:
        """Length of the horizon in years."""
        return float(self.time.fraction.sum())

    def arisings(self) -> dict[tuple[str, str], float]:
        """(site, material) → t/a as the case states it, mean over the horizon; several rows add up."""
        found: dict[tuple[str, str], float] = {}
        for row in self.case.all_arisings:
            amount = float(arising_t(row, self.time).sum()) / self.years
            found[row.site, row.material] = found.get((row.site, row.material), 0.0) + amount
        return {key: amount for key, amount in found.items() if amount > 0}

    def conversions(self, process: str, material: str) -> list[Conversion]:
        """What a process makes of a material as it arises, one per operating point."""
        return [
            conversion
            for point in self.lookup.points[process]
            for conversion in self.vessels.get((process, point), ())
            if conversion.feed is not None and conversion.feed.id == material
        ]

    def wastes_fed(self, process: str) -> list[str]:
        """Wastes that a process names as feeds, through groups too."""
        rows = [row for row in self.case.feeds if row.process == process]
        named = {name for row in rows for name in self.lookup.members(row.material)}
        return [
            name for name, row in self.lookup.materials.items() if name in named and row.legal_status in WASTE
        ]

    def is_for(self, process: str, material: str) -> bool:
        """Whether a process takes a material, or another one of its waste class."""
        fed = self.wastes_fed(process)
        waste_class = self.lookup.materials[material].waste_class
        if material in fed or waste_class in NO_CLASS:
            return material in fed
        return any(self.lookup.materials[name].waste_class == waste_class for name in fed)

    def gates(self, process: str, kind: str) -> Iterator[Gate]:
        """Gates of a process that hold for every material alone (`each`), or for the blend (`blend`)."""
        for gate in self.case.gates:
            if process in self.lookup.members(gate.at) and self.law.kind(gate) == kind:
                yield gate

    @cached_property
    def _wastes(self) -> frozenset[str]:
        arising = {row.material for row in self.case.all_arisings}
        return frozenset(arising | {row.material for row in self.case.opening_stock})

    def is_there(self, lineage: Lineage) -> bool:
        """Whether a material can be had: a good, a waste of the case, or what a line of the case makes of one."""
        if not lineage.carries_origin:
            return True
        runs = lineage.depth == 0 or lineage.process in self.lookup.lines_of_process
        return runs and lineage.id.rpartition("<")[2] in self._wastes

    def at_reach(self, site: str, lineage: Lineage) -> frozenset[str]:
        """The site itself and those that lanes and haul rules bring a material to.

        It is handed on from where it arises, from what a listed lane leads to, and from transfer stations and
        storages that take it, as in the network.
        """
        key = (site, lineage.id)
        if key not in self._at_reach:
            found, onward = {site}, [site]
            for place in onward:
                for route in self.haulage.routes_from(place, lineage):
                    to = route.to_site
                    found.add(to)
                    if to not in onward and (route.listed is not None or self._hands_on(to, lineage)):
                        onward.append(to)
            self._at_reach[key] = frozenset(found)
        return self._at_reach[key]

    def _hands_on(self, site: str, lineage: Lineage) -> bool:
        stores = (row for row in self.case.storages if row.site == site)
        return self.haulage.leads_on(site, lineage) or any(
            self.law.storage_takes(row, lineage) for row in stores
        )

    def sites_of(self, process: str) -> frozenset[str]:
        """Sites where lines run a process."""
        rows = self.lookup.lines_of_process.get(process, ())
        return frozenset(self.lookup.line_site(row.line) for row in rows)
