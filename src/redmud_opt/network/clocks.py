"""Storage clocks: which wastes carry an age, how long they may lie where, and what lying longer costs.

    beyond[t] = end(t) > start(arose) + limit + extension          calendar months, dates, no proration

A hard clock lets nothing lie at the end of a period that is beyond; a soft one is charged per tonne and year for it.
What lies there without a date counts as beyond from the beginning. A storage binds by the role of its site's owner,
else by the clock of the material; every row of the rule pack in force in any part of a period holds in it. Hazardous
residues inherit the clock of what they are made from. MODEL.md rule 5.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

import numpy as np

from redmud_opt.case.months import months_after
from redmud_opt.case.rules import StorageClock
from redmud_opt.case.works import Storage
from redmud_opt.network.lineage import Conversion, Lineage, Lineages
from redmud_opt.network.lookup import Lookup
from redmud_opt.network.reach import Place, Run, Stream
from redmud_opt.network.time import Array, Mask, Time

ROLES = ("producer", "licensed_operator")
UNKNOWN = "unknown"
"""Where the date of arising would stand, of opening stock that has none."""


def with_ages(row: StorageClock) -> bool:
    """Whether a clock needs ages in the model: a soft one without a price binds nothing, and is only reported."""
    return not row.aggregate and (row.hard or row.price_cny_per_t_a > 0)


class Clocks:
    """The clocks of a case over its periods."""

    def __init__(self, lookup: Lookup, time: Time, lineages: Lineages, runs: Iterable[Run]) -> None:
        self.lookup, self.time, self.lineages = lookup, time, lineages
        self._roles: dict[str, str] = {}
        self._stays: dict[tuple[str, str, str], Mask] = {}
        self._aged = self._with_ages(dict.fromkeys(run.conversion for run in runs))

    def _with_ages(self, conversions: Iterable[Conversion]) -> set[str]:
        """Lineages that a storage needs the age of, and what passes its age on to them."""
        found = {lineage.id for lineage in self.lineages.by_id.values() if self._asked(lineage)}
        passing = [c for c in conversions if c.feed is not None and self.passes_on(c.meaning)]
        while True:
            more = {
                c.feed.id
                for c in passing
                if c.feed is not None and self.role(c.feed) and any(m.output.id in found for m in c.made)
            } - found
            if not more:
                return found
            found |= more

    def _asked(self, lineage: Lineage) -> bool:
        """Whether some storage that takes a material is bound by a clock that needs ages."""
        role = self.role(lineage)
        return bool(role) and any(
            with_ages(row)
            for storage in self.lookup.case.storages
            if storage.retrievable and lineage.name in self.lookup.members(storage.material)
            for row in self.rows(self._whom(storage, role))
        )

    def rows(self, role: str) -> Iterator[StorageClock]:
        """Rows of the pack for a role that are in force in some period."""
        for row in self.lookup.case.clocks:
            if row.role == role and self.in_force(row).any():
                yield row

    def in_force(self, row: StorageClock) -> Mask:
        """Periods in any part of which a row is in force, [T]."""
        first, after = row.valid_from or date.min, row.valid_to or date.max
        return np.array([first < period.end and after > period.start for period in self.time.periods])

    def role(self, lineage: Lineage) -> str:
        """The role whose clock a material has: its own, for a hazardous residue that of what it comes from; blank."""
        if lineage.id not in self._roles:
            self._roles[lineage.id] = self._role(lineage)
        return self._roles[lineage.id]

    def _role(self, lineage: Lineage) -> str:
        if lineage.material.clock in ROLES:
            return lineage.material.clock
        if not lineage.hazardous or not lineage.parent:
            return ""
        return self.role(self.lineages.by_id[lineage.parent]) or self._of_company(lineage.process)

    def _of_company(self, process: str) -> str:
        """The clock of what a process also takes: what makes a residue hazardous gives it its clock."""
        names = {
            name
            for row in self.lookup.case.feeds
            if row.process == process
            for name in self.lookup.members(row.material)
            if name in self.lookup.materials
        }
        return next(
            (role for role in ROLES if any(self.lookup.materials[n].clock == role for n in names)), ""
        )

    def aged(self, lineage: Lineage) -> bool:
        """Whether the streams of a material carry the time of their arising."""
        return lineage.id in self._aged

    def has_age(self, stream: Stream) -> bool:
        """The same of a stream; goods without origin have no age."""
        return bool(stream.origin) and self.aged(self.lineages.by_id[stream.lineage])

    def arisen(self, place: Place, t: int) -> Place:
        """A place with the age of what arises there in a period."""
        if not self.has_age(place.stream):
            return place
        return Place(place.site, place.stream._replace(arose=self.time.names[t]))

    def passes_on(self, meaning: str) -> bool:
        """Whether what a process makes is as old as its feed."""
        return meaning == "pretreatment"

    def start(self, arose: str) -> date | None:
        """The day from which an age counts; None where nobody knows."""
        if arose in self.time.position:
            return self.time.periods[self.time.position[arose]].start
        return None if arose == UNKNOWN else date.fromisoformat(arose)

    def _whom(self, storage: Storage, role: str) -> str:
        owner = self.lookup.owners.get(self.lookup.owner_of_site(storage.site))
        return owner.role if owner is not None and owner.role in ROLES else role

    def bound(self, storage: Storage, lineage: Lineage) -> str:
        """The role by which a storage binds a material; blank without a clock."""
        role = self.role(lineage)
        return self._whom(storage, role) if role else ""

    def limit_day(self, storage: Storage, row: StorageClock, arose: str) -> date:
        """Until when a stock may lie in a storage."""
        start = self.start(arose)
        if start is None:
            return self.time.periods[0].start
        return months_after(start, row.limit_months + (storage.clock_extension_months or 0))

    def _beyond(self, storage: Storage, stream: Stream) -> Iterator[tuple[StorageClock, Mask]]:
        """Rows that bind a stock, and the periods at whose end it is beyond their limit."""
        role = self.bound(storage, self.lineages.by_id[stream.lineage])
        for row in self.rows(role) if role and stream.arose else ():
            day = self.limit_day(storage, row, stream.arose)
            late = np.array([period.end > day for period in self.time.periods])
            yield row, late & self.in_force(row)

    def may_stay(self, storage: Storage, stream: Stream) -> Mask:
        """Periods at whose end a stream may lie in a storage, [T]: it has arisen, and no hard clock has run out."""
        key = (storage.name, self.role(self.lineages.by_id[stream.lineage]), stream.arose)
        if key not in self._stays:
            found = np.arange(len(self.time)) >= self.time.position.get(stream.arose, 0)
            for row, beyond in self._beyond(storage, stream):
                if row.hard:
                    found &= ~beyond
            self._stays[key] = found
        return self._stays[key]

    def charge_cny_per_t(self, storage: Storage, stream: Stream) -> Array:
        """Charge of a tonne at the end of each period, [T]: the dearest of the soft clocks that it is beyond."""
        found = np.zeros(len(self.time))
        for row, beyond in self._beyond(storage, stream):
            if with_ages(row) and not row.hard:
                found = np.maximum(found, beyond * row.price_cny_per_t_a * self.time.fraction)
        return found
