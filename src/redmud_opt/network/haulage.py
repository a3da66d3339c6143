"""Lanes: listed ones, and those that haul rules make; distances and costs per dry tonne."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from redmud_opt.case.burdens import CLEAN, modes_of
from redmud_opt.case.faults import Fault
from redmud_opt.case.things import Site
from redmud_opt.case.works import Haul, Lane
from redmud_opt.i18n import Message
from redmud_opt.network.lineage import Lineage
from redmud_opt.network.lookup import Lookup

EARTH_RADIUS_KM = 6371.0088


@dataclass(frozen=True)
class Route:
    """A lane as one material may use it. `lane` is the listed lane's name, or from>to:mode.

    A listed lane with a cost of its own may be of unknown length: infinite, so it lies within no haul radius.
    """

    lane: str
    from_site: str
    to_site: str
    mode: str
    distance_km: float
    listed: Lane | None = None


def great_circle_km(a: Site, b: Site) -> float | None:
    """Great-circle distance of two sites (haversine), None if one has no coordinates."""
    if None in (a.latitude_deg, a.longitude_deg, b.latitude_deg, b.longitude_deg):
        return None
    lat1, lat2 = math.radians(a.latitude_deg or 0.0), math.radians(b.latitude_deg or 0.0)
    across = math.radians((b.longitude_deg or 0.0) - (a.longitude_deg or 0.0))
    h = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin(across / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(h)))


class Haulage:
    """All lanes of a case."""

    def __init__(self, lookup: Lookup) -> None:
        self.lookup = lookup
        self.faults: list[Fault] = []
        self._table = {(r.from_site, r.to_site, r.mode): r.distance_km for r in lookup.case.distances}
        self._listed: dict[str, list[Lane]] = defaultdict(list)
        for lane in lookup.case.lanes:
            self._listed[lane.from_site].append(lane)
        self._modes = list(dict.fromkeys(rule.mode for rule in lookup.case.haul))
        self._rules: dict[tuple[str, bool, str], Haul | None] = {}
        self._distances: dict[tuple[str, str, str], float | None] = {}

    def distance_km(self, from_site: str, to_site: str, mode: str) -> float | None:
        """By table (mode first, then any mode, either way), else great circle × circuity; None if unknown."""
        key = (from_site, to_site, mode)
        if key not in self._distances:
            for a, b in ((from_site, to_site), (to_site, from_site)):
                for way in (mode, ""):
                    if (a, b, way) in self._table:
                        return self._distances.setdefault(key, self._table[a, b, way])
            sites = self.lookup.sites
            crow = great_circle_km(sites[from_site], sites[to_site])
            self._distances[key] = None if crow is None else crow * self.lookup.case.settings.circuity
        return self._distances[key]

    def modes_of(self, cell: str) -> frozenset[str]:
        """The modes that a cell names, `clean` resolved; none: all."""
        named = frozenset(modes_of(cell))
        clean = {row.mode for row in self.lookup.case.modes if row.clean}
        return (named - {CLEAN}) | clean if CLEAN in named else named

    def rule(self, lineage: Lineage, mode: str) -> Haul | None:
        """The most specific haul rule of a mode for a material; hazardous waste needs `dg_allowed` and its name."""
        key = (lineage.name, lineage.hazardous, mode)
        if key not in self._rules:
            rules = [
                rule
                for rule in self.lookup.case.haul
                if rule.mode == mode and (not lineage.hazardous or (rule.dg_allowed and rule.material))
            ]
            best = self.lookup.best(rules, ("material", lineage.name))
            self._rules[key] = best[0] if best and lineage.material.unit == "t" else None
        return self._rules[key]

    def routes_from(self, site: str, lineage: Lineage) -> Iterator[Route]:
        """Every lane on which a material may leave a site."""
        taken: set[tuple[str, str]] = set()
        for lane in self._listed[site]:
            if self._allowed(lane, lineage) and (route := self._listed_route(lane, lineage)):
                taken.add((lane.to_site, lane.mode))
                yield route
        for mode in self._modes:
            rule = self.rule(lineage, mode)
            if rule is not None:
                yield from self._generated(site, mode, rule, taken)

    def _generated(self, site: str, mode: str, rule: Haul, taken: set[tuple[str, str]]) -> Iterator[Route]:
        for other in self.lookup.sites:
            if other == site or (other, mode) in taken:
                continue
            distance = self.distance_km(site, other, mode)
            if distance is not None and (rule.max_km is None or distance <= rule.max_km):
                yield Route(f"{site}>{other}:{mode}", site, other, mode, distance)

    def _allowed(self, lane: Lane, lineage: Lineage) -> bool:
        if lineage.hazardous and not lane.dg_allowed:
            return False
        return self.lookup.matches(lane.material, lineage.name)

    def _listed_route(self, lane: Lane, lineage: Lineage) -> Route | None:
        distance = lane.distance_km
        if distance is None:
            distance = self.distance_km(lane.from_site, lane.to_site, lane.mode)
        if lane.cost_cny_per_t is None:
            rule = self.rule(lineage, lane.mode)
            if rule is None:
                return None
            if distance is None:
                self._no_distance(lane)
                return None
        distance = math.inf if distance is None else distance
        return Route(lane.name, lane.from_site, lane.to_site, lane.mode, distance, lane)

    def _no_distance(self, lane: Lane) -> None:
        fault = Fault(
            file=lane.place.file or "lanes.csv",
            row=lane.place.row,
            column="distance_km",
            message=Message("network.no_distance", {"lane": lane.name}),
            remedy=Message("network.give_distance", {"from": lane.from_site, "to": lane.to_site}),
        )
        if fault not in self.faults:
            self.faults.append(fault)

    def leads_on(self, site: str, lineage: Lineage) -> bool:
        """Whether a site is a transfer station, or a listed lane carries the material on from there."""
        if self.lookup.sites[site].kind == "transfer_station":
            return True
        return any(self._allowed(lane, lineage) for lane in self._listed[site])

    def handling_cny_per_t(self, site: str, lineage: Lineage) -> float:
        """Cost per dry tonne of what leaves a transfer station; no price path scales it."""
        per_wet = self.lookup.sites[site].handling_cny_per_t or 0.0
        return per_wet * lineage.wet_per_dry if lineage.material.unit == "t" else 0.0

    def lane_cost_cny_per_t(self, route: Route, lineage: Lineage) -> float:
        """Cost of a lane per dry tonne: listed, else distance × rate + handling per wet tonne."""
        if route.listed is not None and route.listed.cost_cny_per_t is not None:
            wet = lineage.wet_per_dry if route.listed.basis == "as_received" else 1.0
            return route.listed.cost_cny_per_t * wet
        rule = self.rule(lineage, route.mode)
        assert rule is not None, "a route without a listed cost has a haul rule"
        return (route.distance_km * rule.cost_cny_per_t_km + rule.handling_cny_per_t) * lineage.wet_per_dry

    def co2e_t_per_t(self, route: Route, lineage: Lineage) -> float:
        """Emission per dry tonne moved."""
        rule = self.rule(lineage, route.mode)
        if rule is None or math.isinf(route.distance_km):
            return 0.0
        per_wet = rule.co2e_kg_per_t_km * route.distance_km / 1000.0
        return per_wet * lineage.wet_per_dry
