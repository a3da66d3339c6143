"""What stays as a baseline has it, and the law: an act of a frozen period whose door is shut is a fault.

A permit or an approval that has ended by then, an assessment that is not there yet: the fault names the row, the
clause, the act with its tonnes, and the periods. Tonnes beyond those of a permit are told by the rows of the model.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np

from redmud_opt.case.faults import Fault
from redmud_opt.i18n import Message
from redmud_opt.network.before import Before, Key
from redmud_opt.network.doors import Doors, Shut
from redmud_opt.network.haulage import Haulage
from redmud_opt.network.lineage import Lineage, Lineages
from redmud_opt.network.lookup import Lookup
from redmud_opt.network.time import Mask, Time

NEGLIGIBLE_T = 1e-6

ACTS: dict[str, tuple[str, str, Key]] = {
    "run": ("feeds", "feed_t", ("line", "process", "point")),
    "deliver": ("sales", "sold", ("outlet",)),
    "place": ("placements", "placed_t", ("storage",)),
    "put": ("stocks", "put_t", ("storage",)),
    "route": ("flows", "flow_t", ("lane", "from_site")),
}
"""Kind of door → table of a plan, its column, the labels of what goes through the door."""


class FrozenActs:
    """The acts of frozen periods, asked at the doors that they go through."""

    def __init__(
        self, before: Before, time: Time, lineages: Lineages, doors: Doors, haulage: Haulage
    ) -> None:
        self.before, self.time, self.doors, self.haulage = before, time, doors, haulage
        self.lookup: Lookup = before.lookup
        self.lineages = lineages
        self.storages = {row.name: row for row in self.lookup.case.storages}
        self.outlets = {row.name: row for row in self.lookup.case.outlets}

    def faults(self) -> Iterator[Fault]:
        """A fault for every door that the law keeps shut while something of the baseline goes through it."""
        for kind, (frame, column, names) in ACTS.items():
            for (at, lineage_id), amount_t in self._amounts(frame, column, names).items():
                lineage = self.lineages.by_id.get(lineage_id)
                door = None if lineage is None else self._ask(kind, at, lineage)
                for shut in self.doors.shut.get(door, ()) if door else ():
                    against = shut.periods & (amount_t > NEGLIGIBLE_T)
                    if against.any():
                        thing = "/".join(at).strip("/") if kind == "run" else at[0]
                        yield self._fault(kind, frame, thing, lineage_id, shut, amount_t, against)

    def _amounts(self, frame: str, column: str, names: Key) -> dict[tuple[Key, str], Any]:
        """(labels, lineage) → tonnes by period, [T], of frozen periods."""
        number = {name: t for t, name in enumerate(self.time.names) if self.before.frozen[t]}
        found: dict[tuple[Key, str], Any] = defaultdict(lambda: np.zeros(len(self.time)))
        keys = (*names, "stream", "period")
        for key, amount in self.before.amounts(frame, column, keys).items():
            *at, stream, period = key
            if stream and period in number:
                found[tuple(at), stream.partition("@")[0]][number[period]] += amount
        return found

    def _ask(self, kind: str, at: Key, lineage: Lineage) -> tuple[str, str, str] | None:
        """Comes to a door, so that the rules answer; None where the case does not have it."""
        if kind == "run":
            line, process, point = at
            key = (process, point, lineage.id)
            conversion = next((c for c in self.lineages.conversions if c.key == key), None)
            if conversion is None or line not in self.lookup.lines:
                return None
            self.doors.run(line, conversion)
            return kind, "/".join(at), lineage.id
        if kind == "route":
            lane, start = at
            known = start in self.lookup.sites
            routes = self.haulage.routes_from(start, lineage) if known else ()
            route = next((route for route in routes if route.lane == lane), None)
            if route is None:
                return None
            self.doors.route(route, lineage)
        elif kind == "deliver" and at[0] in self.outlets:
            self.doors.deliver(self.outlets[at[0]], lineage)
        elif kind != "deliver" and at[0] in self.storages:
            ask = self.doors.place if kind == "place" else self.doors.put
            ask(self.storages[at[0]], lineage)
        return kind, at[0], lineage.id

    def _fault(
        self, kind: str, frame: str, at: str, lineage: str, shut: Shut, amount_t: Any, against: Mask
    ) -> Fault:
        row = shut.row
        values = {
            "baseline": self.before.baseline.name,
            "door": Message(f"packs.door_{kind}"),
            "at": at,
            "material": lineage,
            "amount_t": float(amount_t[against].sum()),
            "periods": tuple(np.array(self.time.names)[against].tolist()),
            "clause": shut.clause,
            "why": shut.why,
        }
        return Fault(
            file=self.before.baseline.name if row is None else row.place.file or f"{row.TABLE}.csv",
            row=0 if row is None else row.place.row,
            column=frame if row is None else shut.column,
            message=Message("network.frozen_against_law", values),
            remedy=Message("network.frozen_lawfully"),
        )
