"""Lanes: which haul rule holds, how far it is, what a tonne costs and emits.

    distance = the lane's | the table's (its mode first, either way) | great circle × circuity
    cost     = the lane's own, in its basis | (distance × cost_cny_per_t_km + handling) per wet tonne

A lane made by a haul rule is called `from>to:mode`. Of the haul rules of a mode that allow a stream, the
one that names its material counts before one that names a group of it, and that before one for all; a rule
without material holds for what is not hazardous.
"""

from __future__ import annotations

import math
from functools import lru_cache

from redmud_opt.case.works import Haul, Lane
from redmud_opt.plan.audit.facts import Facts, live

EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG


class Lanes:
    """Lanes and haul rules of one case."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.rule = lru_cache(maxsize=None)(self._rule)
        self.distance_km = lru_cache(maxsize=None)(self._distance_km)
        self.rules = live(facts.case.haul)
        self.table = {(r.from_site, r.to_site, r.mode): r.distance_km for r in live(facts.case.distances)}

    def listed(self, name: str) -> Lane | None:
        """The row of a listed lane."""
        return self.facts.lanes.get(name)

    def _rule(self, mode: str, material: str, hazardous: bool) -> Haul | None:
        """The haul rule that holds for a material on a mode, None if none allows it."""
        allowed = [rule for rule in self.rules if rule.mode == mode and self._allows(rule, hazardous)]
        return self.facts.best(allowed, "", material, "material")

    @staticmethod
    def _allows(rule: Haul, hazardous: bool) -> bool:
        return not hazardous or (rule.dg_allowed and bool(rule.material))

    def _distance_km(self, name: str, from_site: str, to_site: str, mode: str) -> float | None:
        """Distance of a lane, None if nobody knows it."""
        lane = self.listed(name)
        if lane is not None and lane.distance_km is not None:
            return lane.distance_km
        for way in (mode, ""):
            for pair in ((from_site, to_site), (to_site, from_site)):
                if (*pair, way) in self.table:
                    return self.table[*pair, way]
        return self._great_circle_km(from_site, to_site)

    def _great_circle_km(self, from_site: str, to_site: str) -> float | None:
        a, b = self.facts.sites[from_site], self.facts.sites[to_site]
        if a.latitude_deg is None or a.longitude_deg is None:
            return None
        if b.latitude_deg is None or b.longitude_deg is None:
            return None
        north_a, north_b = math.radians(a.latitude_deg), math.radians(b.latitude_deg)
        east = math.radians(b.longitude_deg - a.longitude_deg)
        haversine = (
            math.sin((north_b - north_a) / 2) ** 2
            + math.cos(north_a) * math.cos(north_b) * math.sin(east / 2) ** 2
        )
        crow = 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(haversine)))
        return crow * self.facts.settings.circuity

    def cost_per_wet_t(self, rule: Haul, distance_km: float) -> float:
        """Cost of a wet tonne by a haul rule."""
        return distance_km * rule.cost_cny_per_t_km + rule.handling_cny_per_t
