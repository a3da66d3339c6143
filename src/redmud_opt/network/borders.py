"""Borders of provinces: which document waste needs to move to a site, and which rows of `approvals` grant it when.

    hazardous waste   over a border: an approval of its code whose receiver stands where the lane ends
    general waste     over a border: a filing where a user stands; else an approval (code `general`).
                      Inside a province in which it does not arise it is foreign: where nobody uses it, and where it
                      is disposed of, it needs the approval all the same.

A period counts if a row is valid on any day of it. A transfer station receives nothing: hazardous waste never crosses
a border to one; general waste may, for where it goes on from there is judged. MODEL.md rule 6.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from redmud_opt.case.months import months_after
from redmud_opt.case.rules import Approval
from redmud_opt.case.works import Facility, Outlet, Storage
from redmud_opt.network.codes import codes_without_use
from redmud_opt.network.haulage import Route
from redmud_opt.network.lineage import Lineage
from redmud_opt.network.lookup import Lookup
from redmud_opt.network.time import Mask, Time

GENERAL = "general"
"""Code of approvals and filings of waste that is not hazardous."""

APPROVAL, FILING = "approval", "filing"
BORDER, INSIDE, PLACED = "border", "inside", "placed"
"""What needs a document: a move over the border, a move of foreign waste inside, foreign waste disposed of."""

Receiver = Facility | Storage | Outlet


@dataclass(frozen=True)
class Entry:
    """What a document is needed for. `from_province` blank: any; `codes`: those that it may name."""

    kind: str
    of: str
    from_province: str
    site: str
    codes: frozenset[str]


class Borders:
    """Provinces, documents and who stands where. `near_only`: periods in which disposal must be near, [T]."""

    def __init__(self, lookup: Lookup, time: Time, near_only: Mask) -> None:
        self.lookup, self.time, self.near_only = lookup, time, near_only
        case = lookup.case
        receivers: list[Receiver] = [*case.facilities, *case.storages, *case.outlets]
        self.receivers: dict[str, Receiver] = {row.name: row for row in receivers}
        self._documents: dict[tuple[str, str], list[Approval]] = defaultdict(list)
        for row in case.approvals:
            if row.receiver in self.receivers:
                self._documents[row.kind, self.receivers[row.receiver].site].append(row)
        self._users: dict[tuple[str, str], bool] = {}
        self._entries: dict[tuple[str, str, str], Entry | None] = {}

    def province(self, site: str) -> str:
        """Province of a site, blank if unknown."""
        return self.lookup.sites[site].province

    # ---------------------------------------------------------------- what needs a document

    def entry(self, route: Route, lineage: Lineage) -> Entry | None:
        """The document that a move needs, None where it needs none. An unknown province is no border."""
        key = route.from_site, route.to_site, lineage.id
        if key not in self._entries:
            self._entries[key] = self._entry(route, lineage)
        return self._entries[key]

    def _entry(self, route: Route, lineage: Lineage) -> Entry | None:
        start, end = self.province(route.from_site), self.province(route.to_site)
        if not lineage.is_waste or not start or not end:
            return None
        crosses = start != end
        if lineage.hazardous:
            codes = lineage.codes
            return Entry(APPROVAL, BORDER, start, route.to_site, codes) if crosses else None
        if not (crosses or self.is_foreign(lineage, end)) or self.is_station(route.to_site):
            return None
        codes, came = frozenset((GENERAL,)), start if crosses else ""
        if not self.has_user(route.to_site, lineage):
            return Entry(APPROVAL, BORDER if crosses else INSIDE, came, route.to_site, codes)
        if crosses or self.is_station(route.from_site):
            return Entry(FILING, BORDER if crosses else INSIDE, came, route.to_site, codes)
        return None

    def disposal(self, site: str, lineage: Lineage) -> Entry | None:
        """The document that disposing of foreign general waste needs, where it could have come for use."""
        general = lineage.is_waste and not lineage.hazardous
        if (
            not general
            or not self.has_user(site, lineage)
            or not self.is_foreign(lineage, self.province(site))
        ):
            return None
        return Entry(APPROVAL, PLACED, "", site, frozenset((GENERAL,)))

    def is_station(self, site: str) -> bool:
        """Whether a site only passes things on."""
        return self.lookup.sites[site].kind == "transfer_station"

    def is_foreign(self, lineage: Lineage, province: str) -> bool:
        """Whether a waste neither arises nor lies nor is made in a province."""
        made = self._makers.get(lineage.process) if lineage.process else self._sources.get(lineage.name)
        return bool(province) and province not in (made or ())

    @cached_property
    def _sources(self) -> dict[str, frozenset[str]]:
        case = self.lookup.case
        found: dict[str, set[str]] = defaultdict(set)
        sites = {row.name: row.site for row in case.all_arisings}
        storages = {row.name: row.site for row in case.storages}
        for row in case.all_arisings:
            found[row.material].add(self.province(row.site))
        for option in case.reductions:
            if option.becomes and option.arising in sites:
                found[option.becomes].add(self.province(sites[option.arising]))
        for stock in case.opening_stock:
            found[stock.material].add(self.province(storages[stock.storage]))
        return {name: frozenset(provinces) for name, provinces in found.items()}

    @cached_property
    def _makers(self) -> dict[str, frozenset[str]]:
        return {
            process: frozenset(self.province(self.lookup.line_site(row.line)) for row in rows)
            for process, rows in self.lookup.lines_of_process.items()
        }

    def has_user(self, site: str, lineage: Lineage) -> bool:
        """Whether an outlet or a process at a site uses a waste."""
        key = site, lineage.name
        if key not in self._users:
            self._users[key] = self._uses(*key)
        return self._users[key]

    def _uses(self, site: str, material: str) -> bool:
        lookup = self.lookup
        for outlet in lookup.case.outlets:
            mine = outlet.site == site and material in lookup.members(outlet.material)
            if mine and lookup.meaning(outlet.method) == "use":
                return True
        fed = {row.process for row in lookup.case.feeds if material in lookup.members(row.material)}
        return any(
            lookup.line_site(row.line) == site
            for process in fed
            if lookup.meaning(lookup.processes[process].method) == "use"
            for row in lookup.lines_of_process.get(process, ())
        )

    # ---------------------------------------------------------------- what grants it

    def documents(self, entry: Entry) -> list[Approval]:
        """The rows that name the code and a receiver at the site, from the province that it comes from."""
        return [
            row
            for row in self._documents[entry.kind, entry.site]
            if row.code in entry.codes and entry.from_province in ("", row.from_province)
        ]

    def valid(self, row: Approval) -> Mask:
        """Periods with any day of its validity, [T]."""
        return self.time.open(row.valid_from, row.valid_to) > 0

    def for_use(self, row: Approval) -> bool:
        """Whether an approval is for use: as it says, else where its receiver does nothing else with the code."""
        if row.purpose:
            return row.purpose == "use"
        return self._meanings(self.receivers[row.receiver], row.code) == {"use"}

    def _meanings(self, receiver: Receiver, code: str) -> set[str]:
        """What a receiver does with wastes of a code; storing them is `storage`."""
        if isinstance(receiver, Outlet):
            return {self.lookup.meaning(receiver.method)} if self._named(receiver.material, code) else set()
        if isinstance(receiver, Storage):
            if not self._named(receiver.material, code):
                return set()
            final = {self.lookup.meaning(receiver.method)} if receiver.final else set()
            return final | ({"storage"} if receiver.retrievable else set())
        runs = {
            process
            for process, rows in self.lookup.lines_of_process.items()
            if any(self.lookup.lines[row.line].facility == receiver.name for row in rows)
        }
        fed = {row.process for row in self.lookup.case.feeds if self._named(row.material, code)}
        return {self.lookup.meaning(self.lookup.processes[process].method) for process in runs & fed}

    def _named(self, selector: str, code: str) -> bool:
        """Whether a material or group holds a waste of a code, or a hazardous one without any."""
        rows = (self.lookup.materials[name] for name in self.lookup.members(selector))
        return any(row.legal_status == "hazardous_waste" and row.code in ("", code) for row in rows)

    def usable(self, row: Approval) -> Mask:
        """Periods in which a row is valid and lets its waste in: one for disposal only from near, [T]."""
        if row.code == GENERAL or self.for_use(row):
            return self.valid(row)
        return self.valid(row) & (self.near(row) | ~self.near_only)

    def near(self, row: Approval) -> Mask:
        """Periods in which provinces are near enough for disposal, or the receiver is planned for the nation, [T].

        An agreement that ends inside a period no longer counts in it: the stricter law holds from its start.
        """
        national = bool(self.receivers[row.receiver].national)
        if national or self._adjacent(row.from_province, row.to_province):
            return np.ones(len(self.time), dtype=bool)
        ends: list[date | None] = [
            agreed.valid_to
            for agreed in self.lookup.case.agreements
            if (agreed.from_province, agreed.to_province) == (row.from_province, row.to_province)
        ]
        return np.array([any(end is None or p.end <= end for end in ends) for p in self.time.periods])

    def _adjacent(self, one: str, other: str) -> bool:
        return other in self._neighbours.get(one, ()) or one in self._neighbours.get(other, ())

    @cached_property
    def _neighbours(self) -> dict[str, frozenset[str]]:
        return {
            row.name: frozenset(part.strip() for part in row.adjacent_to.split(";"))
            for row in self.lookup.case.provinces
        }

    def brought_for_use(self, site: str, lineage: Lineage) -> Mask:
        """Periods from the first on in which a hazardous waste was let in for use at a site, [T]."""
        codes = codes_without_use(self.lookup, lineage)
        found = np.zeros(len(self.time), dtype=bool)
        for row in self._documents[APPROVAL, site] if codes else ():
            if row.code in codes and self.for_use(row):
                found |= self.valid(row)
        return np.logical_or.accumulate(found)


def assessment_day(row: Outlet | Storage, time: Time) -> date | None:
    """The day on which the risk assessment is there; a lead time counts from the start of the horizon."""
    if row.assessment_lead_months is not None:
        return months_after(time.periods[0].start, row.assessment_lead_months)
    return row.assessed_on


def assessed(row: Outlet | Storage, time: Time) -> Mask:
    """Periods that begin when the risk assessment is there, [T]."""
    first = assessment_day(row, time)
    return np.array([first is not None and first <= period.start for period in time.periods])
