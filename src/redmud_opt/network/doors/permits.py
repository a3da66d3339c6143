"""Permits: who receives hazardous waste of others holds a permit for its code, or an exemption of the use step.

A receipt without either is shut, but of the site's own waste. A site with waste of its own, or with a point-to-point
scheme, and nobody licensed to receive it from others, is shut to the lanes that would bring more of it.
"""

from __future__ import annotations

import numpy as np

from redmud_opt.case.rules import Permit
from redmud_opt.case.works import Outlet, Storage
from redmud_opt.i18n import Message
from redmud_opt.network.doors.rule import Ground, Rule, Shut
from redmud_opt.network.haulage import Route
from redmud_opt.network.licensing import Licensing
from redmud_opt.network.lineage import Conversion, Lineage
from redmud_opt.network.time import Mask


class Permits(Rule):
    """Requirement `permit` of the rule pack."""

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        self.licensing = Licensing(ground.lookup, ground.time)

    def route(self, route: Route, lineage: Lineage) -> Shut | None:
        """To a site where nobody may receive it from there."""
        if not self._asked(lineage):
            return None
        known, site = self.licensing, route.to_site
        if not known.is_own(site, lineage) and not known.has_schemes(site, lineage):
            return None
        open_ = known.open_to_all(site, lineage) | known.open_to(site, route.from_site, lineage)
        values = {"site": site, "codes": tuple(sorted(lineage.codes)), "from_site": route.from_site}
        return self._shut(known.asked & ~open_, Message("network.nobody_licensed_at", values))

    def run(self, line: str, conversion: Conversion) -> Shut | None:
        """By a facility."""
        feed, process = conversion.feed, conversion.process
        if feed is None:
            return None
        facility = self.ground.lookup.facilities[self.ground.lookup.lines[line].facility]
        if self.licensing.is_own(facility.site, feed):
            return None
        return self._receipt(facility.name, feed, process.method, conversion.meaning == "use")

    def put(self, storage: Storage, lineage: Lineage) -> Shut | None:
        """Into a storage: a permit of whatever method."""
        if self.licensing.is_own(storage.site, lineage):
            return None
        return self._receipt(storage.name, lineage, None, False)

    def place(self, storage: Storage, lineage: Lineage) -> Shut | None:
        """For good."""
        if self.licensing.is_own(storage.site, lineage):
            return None
        return self._receipt(storage.name, lineage, storage.method, False)

    def deliver(self, outlet: Outlet, lineage: Lineage) -> Shut | None:
        """To an outlet, which is somebody else also where it takes over waste at the site where it arises."""
        use = self.ground.lookup.meaning(outlet.method) == "use"
        return self._receipt(outlet.name, lineage, outlet.method, use)

    def _asked(self, lineage: Lineage) -> bool:
        return lineage.hazardous and bool(self.licensing.asked.any())

    def _receipt(self, receiver: str, lineage: Lineage, method: str | None, use: bool) -> Shut | None:
        if not self._asked(lineage):
            return None
        standing = self.licensing.standing(receiver, lineage, method, use=use)
        closed = self.licensing.asked & ~(standing.licensed | standing.scheme)
        codes = sorted(lineage.codes)
        rows = [p for code in codes for p in self.licensing.permits(receiver, code, method)]
        held = sorted(rows, key=lambda permit: (str(permit.valid_to), permit.name))
        return self._shut(closed, _why(receiver, tuple(codes), method, held), held[-1] if held else None)

    def _shut(self, periods: Mask, why: Message, last: Permit | None = None) -> Shut | None:
        return Shut(periods, self.licensing.clause, why, last, "valid_to") if np.any(periods) else None


def _why(receiver: str, codes: tuple[str, ...], method: str | None, held: list[Permit]) -> Message:
    """Without a permit, or outside the days of those that there are."""
    if not held:
        return Message("network.no_permit", {"receiver": receiver, "codes": codes, "method": method or "–"})
    permits = tuple(
        Message("network.permit_days", {"permit": p.name, "valid_from": p.valid_from, "valid_to": p.valid_to})
        for p in dict.fromkeys(held)
    )
    return Message("network.permit_not_valid", {"receiver": receiver, "codes": codes, "permits": permits})
