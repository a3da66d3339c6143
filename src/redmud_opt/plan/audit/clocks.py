"""Storage clocks as the case states them: which wastes have one, whom a storage binds, from when a stock is too old.

    too old     the day after the end of the period > date of arising + limit_months + clock_extension_months
    arose       first day of the period in which it arose, or in which use or disposal made it;
                the day of an opening stock; without one it is too old from the beginning
    clock       that of the material; a hazardous residue without one has that of its feed, else of its company
    binds       the role of the owner of the storage's site, else the clock
    rows        all of the role's that are in force on any day of the period

A stream carries its arising where a storage that takes it, or takes what pretreatment makes of it in the plan, is
bound by a row that is hard, or soft with a price, and not aggregate. MODEL.md rule 5.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from redmud_opt.case.rules import StorageClock
from redmud_opt.case.works import Storage
from redmud_opt.plan.audit.dates import Dates
from redmud_opt.plan.audit.facts import Facts, live, named
from redmud_opt.plan.audit.plant import months_from
from redmud_opt.plan.audit.status import Status
from redmud_opt.plan.audit.streams import UNDATED, Lineage, Stream

BOUND = ("producer", "licensed_operator")


class Clocks:
    """The clocks of one case."""

    def __init__(self, facts: Facts, dates: Dates, status: Status, streams: Iterable[Stream]) -> None:
        self.facts, self.dates, self.status = facts, dates, status
        self.owners = named(facts.case.owners)
        self.by_role = {role: [row for row in live(facts.case.clocks) if row.role == role] for role in BOUND}
        self._kept: dict[str, bool] = {}
        self.made_of: dict[str, list[Lineage]] = {}
        for own in {own.name: own for stream in streams for own in stream.lineage.chain()}.values():
            if own.parent is not None and self.clock(own.parent):
                self.made_of.setdefault(own.parent.name, []).append(own)

    def clock(self, lineage: Lineage) -> str:
        """The role whose clock a material has; blank without one."""
        own = self.facts.materials[lineage.material].clock
        if own in BOUND:
            return own
        if lineage.parent is None or not self.status.of(lineage, 0):
            return ""
        fed_with = {
            self.facts.materials[name].clock
            for row in self.facts.feeds.get(lineage.process, ())
            for name in self.facts.members(row.material)
            if name in self.facts.materials
        }
        return self.clock(lineage.parent) or next((role for role in BOUND if role in fed_with), "")

    def binds(self, storage: Storage, clock: str) -> str:
        """Whom a storage binds that holds a waste with a clock."""
        owner = self.owners.get(self.facts.sites[storage.site].owner)
        return owner.role if owner is not None and owner.role in BOUND else clock

    def has_age(self, lineage: Lineage) -> bool:
        """Whether the plan must say when a waste arose."""
        if lineage.name not in self._kept:
            self._kept[lineage.name] = self._stored_by_age(lineage) or any(
                self.passes_on(child, 0) and self.has_age(child)
                for child in self.made_of.get(lineage.name, ())
            )
        return self._kept[lineage.name]

    def passes_on(self, lineage: Lineage, t: int) -> bool:
        """Whether a residue is as old as its feed."""
        return self.dates.meaning(self.facts.processes[lineage.process].method, t) == "pretreatment"

    def _stored_by_age(self, lineage: Lineage) -> bool:
        clock = self.clock(lineage)
        return bool(clock) and any(
            self._priced(row) and any(self.holds(row, t) for t in range(len(self.dates.periods)))
            for storage in self.facts.storages.values()
            if storage.retrievable and lineage.material in self.facts.members(storage.material)
            for row in self.by_role[self.binds(storage, clock)]
        )

    @staticmethod
    def _priced(row: StorageClock) -> bool:
        return row.hard or (row.price_cny_per_t_a > 0.0 and not row.aggregate)

    def holds(self, row: StorageClock, t: int) -> bool:
        """Whether a row is in force on any day of a period."""
        period = self.dates.periods[t]
        begun = row.valid_from is None or row.valid_from < period.end
        return begun and (row.valid_to is None or row.valid_to > period.start)

    def rows(self, storage: Storage, lineage: Lineage, t: int) -> Iterator[StorageClock]:
        """The rows that bind a waste in a storage in a period."""
        clock = self.clock(lineage)
        for row in self.by_role[self.binds(storage, clock)] if clock else ():
            if self.holds(row, t):
                yield row

    def born(self, arose: str) -> date | None:
        """The day from which the age counts; None where the case does not know it."""
        if arose == UNDATED:
            return None
        number = self.dates.number.get(arose)
        return date.fromisoformat(arose) if number is None else self.dates.periods[number].start

    def last_day(self, storage: Storage, row: StorageClock, arose: str) -> date:
        """The last day on which a stock may lie there."""
        born = self.born(arose)
        if born is None:
            return self.dates.periods[0].start - timedelta(days=1)
        return months_from(born, row.limit_months + (storage.clock_extension_months or 0)) - timedelta(days=1)

    def too_old(self, storage: Storage, row: StorageClock, arose: str, t: int) -> bool:
        """Whether a stock that lies there at the end of a period has passed the limit of a row."""
        return self.dates.periods[t].end - timedelta(days=1) > self.last_day(storage, row, arose)

    def price(
        self, storage: Storage, lineage: Lineage, arose: str, t: int
    ) -> tuple[float, StorageClock | None]:
        """(CNY per tonne in stock at the end of a period, row that sets it): the dearest soft row passed."""
        found: tuple[float, StorageClock | None] = (0.0, None)
        for row in self.rows(storage, lineage, t) if arose else ():
            late = self.too_old(storage, row, arose, t)
            if late and self._priced(row) and not row.hard and row.price_cny_per_t_a > found[0]:
                found = (row.price_cny_per_t_a, row)
        return found[0] * self.dates.periods[t].fraction_of_year, found[1]
