"""Origins: class, and owner or plant where a target or a limit asks for it; as coarse as these allow."""

from __future__ import annotations

from redmud_opt.case.rules import BY_ORIGIN
from redmud_opt.case.things import WASTE_CLASSES
from redmud_opt.network.lookup import Lookup

CLASS, OWNER, PLANT = range(3)


class Origins:
    """Names origins `class`, `class:owner` or `class:plant`, and tells which ones a scope takes."""

    def __init__(self, lookup: Lookup) -> None:
        self.lookup = lookup
        self._grain: dict[str, int] = {}
        owners = {owner.name for owner in lookup.case.owners}
        for target in lookup.case.targets:
            members = lookup.members(target.scope) if target.scope else frozenset()
            grain = CLASS if not members else OWNER if members <= owners else PLANT
            self._grain[target.waste_class] = max(grain, self._grain.get(target.waste_class, CLASS))
        for limit in lookup.case.limits:
            if limit.measure in BY_ORIGIN.split() and limit.at:
                grain = OWNER if lookup.members(limit.at) <= owners else PLANT
                for waste_class in (limit.waste_class,) if limit.waste_class else WASTE_CLASSES.split():
                    self._grain[waste_class] = max(grain, self._grain.get(waste_class, CLASS))

    def of(self, waste_class: str, site: str) -> str:
        """The origin of waste of a class that arises at a site."""
        grain = self._grain.get(waste_class, CLASS)
        if grain == PLANT:
            return f"{waste_class}:{site}"
        if grain == OWNER:
            return f"{waste_class}:{self.lookup.owner_of_site(site)}"
        return waste_class

    def places(self, origin: str) -> frozenset[str]:
        """The names that the plant of an origin goes by: itself, and of a site its owner and province."""
        plant = origin.partition(":")[2]
        site = self.lookup.sites.get(plant)
        return frozenset({plant, *((site.owner, site.province) if site else ())} - {""})

    def in_scope(self, origin: str, waste_class: str, scope: str) -> bool:
        """Whether an origin counts for a class and a scope (blank, site, owner, province or a group of them)."""
        found_class, _, plant = origin.partition(":")
        if found_class != waste_class:
            return False
        if not scope:
            return True
        members = self.lookup.members(scope)
        if plant in members:
            return True
        site = self.lookup.sites.get(plant)
        return site is not None and (site.owner in members or site.province in members)
