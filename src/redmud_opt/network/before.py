"""The baseline as the model needs it: which periods it knows, which stay, its acts by label, what limits measure.

Acts are matched by the labels of their columns; a stream is the same if its id is. What a change limit measures is
read from the baseline's own tables, so that what moved on a lane that the case no longer has counts too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from redmud_opt.case import Case
from redmud_opt.case.baseline import Baseline
from redmud_opt.network.lookup import Lookup
from redmud_opt.network.time import Mask, Time

Key = tuple[str, ...]


class Act(NamedTuple):
    """An amount of the baseline with its material, its period and the names that a limit may ask for it by."""

    material: str
    period: str
    amount: float
    at: frozenset[str]
    to: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Before:
    """The baseline of a network. `known`, `frozen`: periods that it has, and that stay as they are, [T]."""

    baseline: Baseline
    lookup: Lookup
    known: Mask
    frozen: Mask

    @classmethod
    def of(cls, case: Case, baseline: Baseline, lookup: Lookup, time: Time) -> Before:
        """Masks over the periods of the case."""
        shared, frozen = set(baseline.shared(case)), set(baseline.frozen(case))
        known = np.array([name in shared for name in time.names])
        return cls(baseline, lookup, known, np.array([name in frozen for name in time.names]))

    def rows(self, frame: str) -> list[dict[str, Any]]:
        """Rows of a table of the baseline; none where it has no such table."""
        table = self.baseline.frames.get(frame)
        return [] if table is None else [{str(k): v for k, v in r.items()} for r in table.to_dict("records")]

    def amounts(self, frame: str, column: str, keys: Key, kinds: Key = ()) -> dict[Key, float]:
        """Labels → amount of every row of a table (of some kinds) that states one; 1 where being there is it."""
        rows = [row for row in self.rows(frame) if not kinds or row["kind"] in kinds]
        found = {tuple(str(row[name]) for name in keys): float(row[column] if column else 1) for row in rows}
        return {key: amount for key, amount in found.items() if amount == amount}

    # ---- what change limits measure

    def acts(self, measure: str) -> Iterator[Act]:
        """What a change limit may measure of the baseline."""
        frame, column, names, arrives = ACTS[measure]
        materials = {str(row["stream"]): str(row["material"]) for row in self.rows("streams")}
        for row in self.rows(frame):
            stream = str(row.get("stream", ""))
            to = self._place(str(row["to_site"])) if arrives else frozenset()
            yield Act(
                materials.get(stream, stream), str(row["period"]), float(row[column]), names(self, row), to
            )

    def _place(self, site: str, *names: str, owner: str = "") -> frozenset[str]:
        row = self.lookup.sites.get(site)
        known = () if row is None else (owner or row.owner, row.province)
        return frozenset({site, *known, *names} - {""})

    def at_lane(self, row: dict[str, Any]) -> frozenset[str]:
        """Where a flow leaves, and its lane."""
        return self._place(str(row["from_site"]), str(row["lane"]))

    def at_outlet(self, row: dict[str, Any]) -> frozenset[str]:
        """An outlet at its place, whose owner is the company that buys there, if one is stated."""
        name = str(row["outlet"])
        buyer = next((outlet.buyer for outlet in self.lookup.case.outlets if outlet.name == name), "")
        return self._place(str(row["site"]), name, owner=buyer)

    def at_line(self, row: dict[str, Any]) -> frozenset[str]:
        """A line with its facility, owner and place, and the process."""
        line, process = str(row["line"]), str(row.get("process", ""))
        if line not in self.lookup.lines:
            return frozenset({line, process} - {""})
        facility = self.lookup.lines[line].facility
        site = self.lookup.facilities[facility].site
        names = {line, process, facility, self.lookup.owner_of_facility(facility), site}
        return frozenset((names | {self.lookup.sites[site].province}) - {""})


def _at(thing: str) -> Callable[[Before, dict[str, Any]], frozenset[str]]:
    return lambda before, row: before._place(str(row["site"]), str(row[thing]))


ACTS: dict[str, tuple[str, str, Callable[[Before, dict[str, Any]], frozenset[str]], bool]] = {
    "flow": ("flows", "flow_t", Before.at_lane, True),
    "feed": ("feeds", "feed_t", Before.at_line, False),
    "bought": ("purchases", "bought", _at("supply"), False),
    "sold": ("sales", "sold", Before.at_outlet, False),
    "stock": ("stocks", "stock_t", _at("storage"), False),
    "put": ("stocks", "put_t", _at("storage"), False),
    "reclaimed": ("stocks", "reclaimed_t", _at("storage"), False),
    "placed": ("placements", "placed_t", _at("storage"), False),
    "built": ("builds", "units", Before.at_line, False),
}
"""Measure → table of a plan, its column, the names of a row, whether it arrives somewhere."""
