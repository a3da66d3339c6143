"""The law at the borders of provinces, read row by row: what needs which document, and what a document grants.

    hazardous waste from one province to another           an approval of its code for a receiver at the site
    general waste likewise, where nobody uses it           an approval with the code `general`
    general waste likewise, where somebody uses it         a filing
    general waste in a province where it does not arise    an approval, where nobody uses it or it is disposed of
    an approval for disposal                               neighbours, an agreement, or planned for the nation
    waste let in for use                                   not disposed of there, from then on
    a method that asks for a risk assessment               nothing before the first period that begins with it

A requirement that begins inside a period holds in all of it, one that ends inside it too.
Solid waste law art. 22, 82; rules on the transfer of hazardous waste art. 3; MODEL.md rule 6.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import NamedTuple

from redmud_opt.case.months import months_after
from redmud_opt.case.rules import Approval
from redmud_opt.case.works import Facility, Outlet, Storage
from redmud_opt.plan.audit.dates import Dates
from redmud_opt.plan.audit.facts import Facts, live
from redmud_opt.plan.audit.status import Status
from redmud_opt.plan.audit.streams import Lineage

GENERAL = "general"


class Need(NamedTuple):
    """What asks for a document; `came_from` is blank where any province will do."""

    kind: str
    of: str
    came_from: str
    site: str
    lineage: str
    t: int


class Borders:
    """Borders as one case has them."""

    def __init__(self, facts: Facts, dates: Dates, status: Status) -> None:
        self.facts, self.dates, self.status = facts, dates, status
        self.receivers: dict[str, Facility | Storage | Outlet] = {
            **facts.facilities,
            **facts.storages,
            **facts.outlets,
        }
        self.documents = {row.name: row for row in live(facts.case.approvals)}
        self._arises: defaultdict[str, set[str]] = defaultdict(set)
        for row in facts.arisings.values():
            self._arises[row.material].add(self.province(row.site))
        for option in facts.reductions.values():
            if option.becomes:
                self._arises[option.becomes].add(self.province(facts.arisings[option.arising].site))
        for lay in live(facts.case.opening_stock):
            self._arises[lay.material].add(self.province(facts.storages[lay.storage].site))
        self._runs_in: defaultdict[str, set[str]] = defaultdict(set)
        self._runs_at: defaultdict[str, set[str]] = defaultdict(set)
        for use in live(facts.case.line_processes):
            if use.line not in facts.lines:  # switched off
                continue
            site = facts.site_of_line(use.line)
            self._runs_at[use.process].add(site)
            self._runs_in[use.process].add(self.province(site))

    # ---------------------------------------------------------------- what is asked for

    def asked(self, rule: str, t: int, method: str = "") -> bool:
        """Whether a requirement holds in a period."""
        period = self.dates.periods[t]
        return any(
            row.rule == rule
            and (not method or row.method in ("", method))
            and (row.valid_from or date.min) < period.end
            and (row.valid_to or date.max) > period.start
            for row in live(self.facts.case.requirements)
        )

    def province(self, site: str) -> str:
        """Province of a site, blank if unknown."""
        return self.facts.sites[site].province

    def meaning(self, method: str, t: int) -> str:
        """What a method counts as."""
        return self.dates.meaning(method, t)

    def move(self, from_site: str, to_site: str, lineage: Lineage, t: int) -> Need | None:
        """The document that a move needs."""
        start, end = self.province(from_site), self.province(to_site)
        if not self.facts.is_waste(lineage.material) or not start or not end:
            return None
        over = start != end
        of, came_from = ("border", start) if over else ("inside", "")
        if self.status.of(lineage, t):
            need = Need("approval", of, came_from, to_site, lineage.name, t)
            return need if over and self.asked("approval", t) else None
        if self._station(to_site) or not (over or self.foreign(lineage, end)):
            return None
        if not self.user(to_site, lineage, t):
            need = Need("approval", of, came_from, to_site, lineage.name, t)
            return need if self.asked("general_approval", t) else None
        if (over or self._station(from_site)) and self.asked("filing", t):
            return Need("filing", of, came_from, to_site, lineage.name, t)
        return None

    def disposal(self, site: str, lineage: Lineage, t: int) -> Need | None:
        """The document that disposing of general waste needs, where it came for use from another province."""
        if not self.facts.is_waste(lineage.material) or self.status.of(lineage, t):
            return None
        came = self.user(site, lineage, t) and self.foreign(lineage, self.province(site))
        if not came or not self.asked("general_approval", t):
            return None
        return Need("approval", "placed", "", site, lineage.name, t)

    def _station(self, site: str) -> bool:
        return self.facts.sites[site].kind == "transfer_station"

    def foreign(self, lineage: Lineage, province: str) -> bool:
        """Whether a waste neither arises nor is made in a province."""
        at_home = self._runs_in[lineage.process] if lineage.process else self._arises[lineage.material]
        return bool(province) and province not in at_home

    def user(self, site: str, lineage: Lineage, t: int) -> bool:
        """Whether somebody at a site uses a waste."""
        material = lineage.material
        for outlet in self.facts.outlets.values():
            takes = outlet.site == site and bool(self.facts.rank(outlet.material, material))
            if takes and self.meaning(outlet.method, t) == "use":
                return True
        for process, rows in self.facts.feeds.items():
            takes = any(self.facts.rank(row.material, material) for row in rows)
            uses = self.meaning(self.facts.processes[process].method, t) == "use"
            if takes and uses and site in self._runs_at[process]:
                return True
        return False

    # ---------------------------------------------------------------- what a document grants

    def brought_under(self, lineage: Lineage) -> frozenset[str]:
        """The codes that a hazardous waste was brought under; what use leaves is another, with a code or none."""
        for own in lineage.chain():
            if own.parent is None or self.facts.materials[own.material].code:
                break
            if self.meaning(self.facts.processes[own.process].method, 0) == "use":
                return frozenset()
        return self.status.codes_of(lineage)

    def grants(self, row: Approval, need: Need, lineage: Lineage) -> str:
        """Why a document does not serve a need, as a word; blank where it does."""
        site = self._site(row.receiver)
        codes = self.status.codes_of(lineage) if self.status.of(lineage, need.t) else {GENERAL}
        if row.kind != need.kind or site != need.site or row.code not in codes:
            return "wrong_document"
        if need.came_from not in ("", row.from_province):
            return "wrong_document"
        if not self.valid(row, need.t):
            return "expired"
        if row.code != GENERAL and not self.for_use(row) and self.asked("adjacency", need.t):
            return "" if self.near(row, need.t) else "too_far"
        return ""

    def valid(self, row: Approval, t: int) -> bool:
        """Whether any day of a period lies in the validity of a document."""
        return self.dates.open_share(row.valid_from, row.valid_to, t) > 0.0

    def _site(self, receiver: str) -> str:
        row = self.receivers.get(receiver)
        return row.site if row is not None else ""

    def near(self, row: Approval, t: int) -> bool:
        """Whether waste may go so far for disposal; an agreement holds if it does to the end of the period."""
        receiver = self.receivers.get(row.receiver)
        if receiver is not None and receiver.national:
            return True
        pair = (row.from_province, row.to_province)
        for province in live(self.facts.case.provinces):
            others = {name.strip() for name in province.adjacent_to.split(";")}
            if (province.name == pair[0] and pair[1] in others) or (
                province.name == pair[1] and pair[0] in others
            ):
                return True
        end = self.dates.periods[t].end
        return any(
            (own.from_province, own.to_province) == pair and (own.valid_to is None or own.valid_to >= end)
            for own in live(self.facts.case.agreements)
        )

    def for_use(self, row: Approval) -> bool:
        """Whether an approval is for use: as stated, else where the receiver does nothing but use the code."""
        if row.purpose:
            return row.purpose == "use"
        does = self._does(row.receiver, row.code)
        return bool(does) and does == {"use"}

    def _does(self, receiver: str, code: str) -> set[str]:
        facts = self.facts
        if receiver in facts.outlets:
            outlet = facts.outlets[receiver]
            return {self.meaning(outlet.method, 0)} if self._holds(outlet.material, code) else set()
        if receiver in facts.storages:
            store = facts.storages[receiver]
            if not self._holds(store.material, code):
                return set()
            does = {"kept"} if store.retrievable else set()
            return does | {self.meaning(store.method, 0)} if store.final else does
        lines = {name for name, line in facts.lines.items() if line.facility == receiver}
        return {
            self.meaning(facts.processes[use.process].method, 0)
            for use in live(facts.case.line_processes)
            if use.line in lines
            and any(self._holds(feed.material, code) for feed in facts.feeds.get(use.process, ()))
        }

    def _holds(self, selector: str, code: str) -> bool:
        for name in self.facts.members(selector):
            material = self.facts.materials[name]
            if material.legal_status == "hazardous_waste" and material.code in ("", code):
                return True
        return False

    def let_in_for_use(self, site: str, lineage: Lineage, t: int) -> bool:
        """Whether a hazardous waste was let in for use at a site in this period or before."""
        if not self.asked("approval", t) or not self.status.of(lineage, t):
            return False
        codes = self.brought_under(lineage)
        return any(
            row.kind == "approval"
            and row.code in codes
            and self._site(row.receiver) == site
            and self.for_use(row)
            and any(self.valid(row, earlier) for earlier in range(t + 1))
            for row in self.documents.values()
        )

    # ---------------------------------------------------------------- doors, for ways out

    def may_move(self, from_site: str, to_site: str, lineage: Lineage, t: int) -> bool:
        """Whether any document lets a waste over a lane in a period."""
        hazardous = self.status.of(lineage, t)
        if (
            hazardous
            and self.asked("approval", t)
            and not (self.province(from_site) and self.province(to_site))
        ):
            return False
        need = self.move(from_site, to_site, lineage, t)
        return need is None or need.kind == "filing" or self._served(need, lineage)

    def may_dispose(self, site: str, lineage: Lineage, t: int) -> bool:
        """Whether a waste may be disposed of at a site in a period."""
        need = self.disposal(site, lineage, t)
        return not self.let_in_for_use(site, lineage, t) and (need is None or self._served(need, lineage))

    def _served(self, need: Need, lineage: Lineage) -> bool:
        return any(not self.grants(row, need, lineage) for row in self.documents.values())

    def fee(self, from_site: str, to_site: str, lineage: Lineage, t: int) -> float:
        """The least that a dry tonne pays for its approval on a lane."""
        need = self.move(from_site, to_site, lineage, t)
        if need is None or need.kind == "filing":
            return 0.0
        fees = (
            self.facts.in_basis(row.cost_cny_per_t, lineage.material, row.basis)
            for row in self.documents.values()
            if not self.grants(row, need, lineage)
        )
        return min(fees, default=0.0)

    def assessed(self, row: Outlet | Storage, lineage: Lineage, t: int) -> bool:
        """Whether what takes a waste has the risk assessment that its method asks for."""
        if (
            not row.method
            or not self.facts.is_waste(lineage.material)
            or not self.asked("assessment", t, row.method)
        ):
            return True
        day = row.assessed_on
        if row.assessment_lead_months is not None:
            day = months_after(self.dates.periods[0].start, row.assessment_lead_months)
        return day is not None and day <= self.dates.periods[t].start
