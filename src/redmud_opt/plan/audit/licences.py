"""Who may receive hazardous waste: permits, exemptions, schemes and own waste as the tables of a case have them.

    licensed   for every code exempt (a use step, by items of the list that hold all period long), or with a permit
               of the method, or of any, that is valid on some day of the period
    scheme     a use step: for every code that, or a permit point to point with some sender
    own        it arises at the site, lay there at the beginning, or is made by a line there; never at an outlet

MODEL.md rule 6. `permits` weighs tonnes against it, `ways` asks what is open.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from redmud_opt.case.rules import Permit
from redmud_opt.plan.audit.dates import Dates
from redmud_opt.plan.audit.facts import Facts, live
from redmud_opt.plan.audit.streams import Lineage

Names = frozenset[str]


class Licences:
    """The tables of one case, asked by period. `asked`: the periods in which permits are asked for."""

    def __init__(self, facts: Facts, dates: Dates) -> None:
        self.facts, self.dates = facts, dates
        case = facts.case
        rows = [row for row in live(case.requirements) if row.rule == "permit"]
        self.asked = {
            t
            for t, period in enumerate(dates.periods)
            if any(
                (row.valid_from or date.min) < period.end and (row.valid_to or date.max) > period.start
                for row in rows
            )
        }
        self.rows = live(case.permits)
        self.senders = {row.point_to_point_from for row in self.rows} - {""}
        self.site = {
            row.name: row.site for rows in (case.facilities, case.outlets, case.storages) for row in rows
        }
        self.own = lru_cache(maxsize=None)(self._own)
        self.may_move = lru_cache(maxsize=None)(self._may_move)
        self.may_receive = lru_cache(maxsize=None)(self._may_receive)

    # ---------------------------------------------------------------- the tables

    def valid(self, code: str, t: int, receiver: str = "", site: str = "", sender: str = "") -> list[Permit]:
        """Permits valid in a period: of a receiver or of all at a site, of a sender's scheme or of none."""
        return [
            row
            for row in self.rows
            if row.code == code
            and (row.receiver == receiver if receiver else self.site.get(row.receiver) == site)
            and row.point_to_point_from == sender
            and self._days(row, t) > 0
            and (not sender or self._listed("any", t))
        ]

    def _days(self, row: Permit, t: int) -> int:
        period = self.dates.periods[t]
        first, after = (
            max(row.valid_from or date.min, period.start),
            min(row.valid_to or date.max, period.end),
        )
        return max(0, (after - first).days)

    def _listed(self, code: str, t: int) -> bool:
        """Whether items of the list of exemptions name a code on every day of a period."""
        period = self.dates.periods[t]
        day = period.start
        while day < period.end:
            ends = [
                row.valid_to or date.max
                for row in live(self.facts.case.exemption_list)
                if row.code == code
                and row.link in ("use", "all")
                and (row.valid_from or date.min) <= day < (row.valid_to or date.max)
            ]
            if not ends:
                return False
            day = max(ends)
        return True

    def exempt(self, receiver: str, code: str, t: int) -> bool:
        """Whether the use of a code is exempt at a receiver."""
        members = self.facts.members
        stated = any(
            row.code == code and row.link == "use" and (not row.receiver or receiver in members(row.receiver))
            for row in live(self.facts.case.exemptions)
        )
        return stated and (self._listed(code, t) or self._listed("any", t))

    def covers(self, receiver: str, code: str, method: str | None, t: int) -> list[Permit]:
        """The permits of a receiver that a receipt may count against; method None: it is put into a storage."""
        return [row for row in self.valid(code, t, receiver) if method is None or row.method in ("", method)]

    def scheme(self, receiver: str, code: str, method: str | None, t: int) -> bool:
        """Whether a receiver has a point-to-point permit with any sender."""
        return any(
            method is None or row.method in ("", method)
            for sender in self.senders
            for row in self.valid(code, t, receiver, sender=sender)
        )

    def _own(self, site: str, lineage: Lineage) -> bool:
        """Whether a site has a waste of its own."""
        facts = self.facts
        if lineage.parent is not None:
            runs = (row for rows in facts.uses.values() for row in rows)
            return any(r.process == lineage.process and facts.site_of_line(r.line) == site for r in runs)
        arises = {(row.site, row.material) for row in facts.arisings.values()}
        arises |= {
            (facts.arisings[row.arising].site, row.becomes)
            for row in facts.reductions.values()
            if row.becomes
        }
        arises |= {
            (self.site[row.storage], row.material)
            for row in live(facts.case.opening_stock)
            if row.origin_site in ("", self.site[row.storage])
        }
        return (site, lineage.material) in arises

    def allowed(self, row: Permit, year: int) -> float:
        """Tonnes of a permit in a calendar year, by its valid days within the horizon."""
        days = sum(self._days(row, t) for t in self.dates.periods_of(year))
        return row.amount_t_per_a * days / (date(year + 1, 1, 1) - date(year, 1, 1)).days

    # ---------------------------------------------------------------- lanes

    def receivers(self, site: str) -> Iterator[str]:
        """Who has some permit or exemption at a site."""
        named = {row.receiver for row in self.rows}
        for row in live(self.facts.case.exemptions):
            named |= (
                set(self.facts.members(row.receiver))
                if row.receiver
                else {*self.facts.facilities, *self.facts.outlets}
            )
        yield from sorted(name for name in named if self.site.get(name) == site)

    def joined(self, sender: str, site: str, codes: Names, t: int) -> bool:
        """Whether a scheme joins a sender to somebody at a site."""
        return any(
            codes and all(self.valid(code, t, receiver, sender=sender) for code in codes)
            for receiver in self.receivers(site)
        )

    def closed(self, site: str, lineage: Lineage, codes: Names, t: int) -> bool:
        """A site with such waste of its own, or a scheme for it, where nobody may take it from others."""
        schemes = any(
            row.point_to_point_from and row.code in codes and self.site.get(row.receiver) == site
            for row in self.rows
        )
        if not schemes and not self.own(site, lineage):
            return False
        return not any(
            codes and all(self.exempt(r, c, t) or self.valid(c, t, r) for c in codes)
            for r in self.receivers(site)
        )

    # ---------------------------------------------------------------- doors, for ways out

    def _may_move(self, from_site: str, to_site: str, lineage: Lineage, codes: Names, t: int) -> bool:
        """Whether a lane may bring a hazardous waste to a site in a period."""
        if t not in self.asked or not self.closed(to_site, lineage, codes, t):
            return True
        return self.joined(from_site, to_site, codes, t)

    def _may_receive(
        self, receiver: str, lineage: Lineage, codes: Names, t: int, method: str | None, use: bool
    ) -> bool:
        """Whether a receiver may take a hazardous waste in a period, from anybody or as its site's own."""
        if t not in self.asked:
            return True
        if receiver not in self.facts.outlets and self.own(self.site[receiver], lineage):
            return True

        def bare(code: str) -> bool:
            exempt = use and self.exempt(receiver, code, t)
            return not exempt and not self.covers(receiver, code, method, t)

        open_ = [not bare(code) or (use and self.scheme(receiver, code, method, t)) for code in codes]
        return bool(open_) and all(open_)
