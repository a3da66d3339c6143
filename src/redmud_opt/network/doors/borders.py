"""Waste over the border of a province: approvals, neighbours, purpose; general waste that nobody uses.

Solid waste law art. 22 (general waste) and 82 (hazardous waste); rules on the transfer of hazardous waste art. 3.
What an approval allows in tonnes is a row of the model (`approvals`); a filing shuts nothing and is only listed.
"""

from __future__ import annotations

import numpy as np

from redmud_opt.case.faults import Fault
from redmud_opt.case.works import Outlet, Storage
from redmud_opt.i18n import Message
from redmud_opt.network.borders import APPROVAL, Borders, Entry
from redmud_opt.network.doors.rule import Rule, Shut
from redmud_opt.network.haulage import Route
from redmud_opt.network.lineage import Conversion, Lineage
from redmud_opt.network.time import Mask


class Approved(Rule):
    """Hazardous waste crosses a border only under an approval."""

    def route(self, route: Route, lineage: Lineage) -> Shut | None:
        """Shut where no approval is valid; where a province is not known it cannot be judged."""
        asked, clause = self.ground.asked("approval")
        if not asked.any() or not lineage.hazardous:
            return None
        borders = self.ground.borders
        unknown = [site for site in (route.from_site, route.to_site) if not borders.province(site)]
        if unknown:
            for site in unknown:
                self.ground.fault(_unknown(borders, site, lineage, clause))
            return Shut(asked, clause, Message("network.shut.province", {"site": unknown[0]}))
        entry = borders.entry(route, lineage)
        return None if entry is None else _unless_approved(borders, entry, asked, clause)


class Near(Rule):
    """For disposal hazardous waste goes to neighbours, under an agreement, or to what is planned for the nation.

    It judges approvals: without the requirement of an approval there is none to judge.
    """

    def route(self, route: Route, lineage: Lineage) -> Shut | None:
        """Shut where what is approved is for disposal too far away."""
        asked, clause = self.ground.asked("adjacency")
        approval, _ = self.ground.asked("approval")
        borders = self.ground.borders
        entry = borders.entry(route, lineage) if (asked & approval).any() and lineage.hazardous else None
        if entry is None:
            return None
        valid, usable = _granted(borders, entry)
        values = {"from": entry.from_province, "to": borders.province(entry.site)}
        return Shut(approval & valid & ~usable, clause, Message("network.shut.too_far", values))


class ForUse(Rule):
    """What was approved for use is not disposed of: from then on nothing of its code is, at that site.

    Tonnes of one code at one site cannot be told apart, so local waste of the code has its disposal elsewhere.
    """

    def run(self, line: str, conversion: Conversion) -> Shut | None:
        """Into a process that disposes of it."""
        if conversion.feed is None or conversion.meaning != "disposal":
            return None
        return self._shut(self.ground.lookup.line_site(line), conversion.feed)

    def place(self, storage: Storage, lineage: Lineage) -> Shut | None:
        """Into a landfill."""
        return self._shut(storage.site, lineage)

    def deliver(self, outlet: Outlet, lineage: Lineage) -> Shut | None:
        """To somebody who disposes of it."""
        disposed = self.ground.lookup.meaning(outlet.method) == "disposal"
        return self._shut(outlet.site, lineage) if disposed else None

    def _shut(self, site: str, lineage: Lineage) -> Shut | None:
        asked, clause = self.ground.asked("approval")
        if not asked.any() or not lineage.hazardous:
            return None
        brought = self.ground.borders.brought_for_use(site, lineage)
        return Shut(asked & brought, clause, Message("network.shut.for_use", {"site": site}))


class GeneralApproved(Rule):
    """General waste leaves its province for storage or disposal only under an approval."""

    def route(self, route: Route, lineage: Lineage) -> Shut | None:
        """To where nobody uses it."""
        asked, clause = self.ground.asked("general_approval")
        if not asked.any() or lineage.hazardous:
            return None
        entry = self.ground.borders.entry(route, lineage)
        if entry is None or entry.kind != APPROVAL:
            return None
        return _unless_approved(self.ground.borders, entry, asked, clause)

    def run(self, line: str, conversion: Conversion) -> Shut | None:
        """Into a process that disposes of what came for use."""
        if conversion.feed is None or conversion.meaning != "disposal":
            return None
        return self._disposal(self.ground.lookup.line_site(line), conversion.feed)

    def place(self, storage: Storage, lineage: Lineage) -> Shut | None:
        """Into a landfill or a yard for good."""
        return self._disposal(storage.site, lineage)

    def deliver(self, outlet: Outlet, lineage: Lineage) -> Shut | None:
        """To somebody who disposes of it."""
        disposed = self.ground.lookup.meaning(outlet.method) == "disposal"
        return self._disposal(outlet.site, lineage) if disposed else None

    def _disposal(self, site: str, lineage: Lineage) -> Shut | None:
        asked, clause = self.ground.asked("general_approval")
        entry = self.ground.borders.disposal(site, lineage) if asked.any() else None
        return None if entry is None else _unless_approved(self.ground.borders, entry, asked, clause)


def _granted(borders: Borders, entry: Entry) -> tuple[Mask, Mask]:
    """Periods in which a document for something is valid, and in which one may be used, [T] each."""
    valid, usable = np.zeros((2, len(borders.time)), dtype=bool)
    for row in borders.documents(entry):
        valid |= borders.valid(row)
        usable |= borders.usable(row)
    return valid, usable


def _unless_approved(borders: Borders, entry: Entry, asked: Mask, clause: str) -> Shut:
    valid, _ = _granted(borders, entry)
    values = {
        "from": entry.from_province or "–",
        "site": entry.site,
        "to": borders.province(entry.site),
        "codes": ", ".join(sorted(entry.codes)) or "–",
    }
    last = max(borders.documents(entry), key=lambda row: (str(row.valid_to), row.name), default=None)
    return Shut(asked & ~valid, clause, Message("network.shut.no_approval", values), last, "valid_to")


def _unknown(borders: Borders, site: str, lineage: Lineage, clause: str) -> Fault:
    place = borders.lookup.sites[site].place
    return Fault(
        file=place.file or "sites.csv",
        row=place.row,
        column="province",
        message=Message(
            "network.province_needed", {"site": site, "material": lineage.name, "clause": clause}
        ),
        remedy=Message("network.state_province"),
    )
