"""Incompatible wastes: where two of them could meet, in a storage or in one lot on a lane.

Storages: whatever lies there at the end of a period, was put in during it, or was ever placed for good. Lanes: only
those with a least lot, for what moves there in a period may be one load. Elsewhere: separate loads.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from redmud_opt.case.rules import Incompatibility
from redmud_opt.network.network import Array, Grid, Ints, Mask, Network

FIRST, SECOND = "first", "second"
STORAGE, LANE = "storage", "lane"


@dataclass(frozen=True)
class Meeting:
    """A storage or lane where two incompatible wastes could meet. `rule`: number of the row of the table.

    Per side the entities: holdings and placements of a storage, routes of a lane; `most` [side, T]: most there.
    """

    kind: str
    item: str
    rule: int
    row: Incompatibility
    entities: dict[str, dict[str, Ints]]
    most: dict[str, Array]

    @property
    def both(self) -> Mask:
        """Periods in which both could be there, [T]."""
        return (self.most[FIRST] > 0) & (self.most[SECOND] > 0)


def meetings(net: Network) -> list[Meeting]:
    """Every storage and lane where two incompatible wastes could meet in some period."""
    found = []
    for rule, row in enumerate(net.case.incompatibilities):
        sides = {FIRST: net.lookup.members(row.first), SECOND: net.lookup.members(row.second)}
        found += [*_in_storages(net, rule, row, sides), *_on_lanes(net, rule, row, sides)]
    return [meeting for meeting in found if meeting.both.any()]


def _of(net: Network, stream: Ints, names: frozenset[str]) -> Mask:
    return np.array([net.lineage(int(k)).name in names for k in stream], dtype=bool)


def _there(grid: Grid, upper: Array, entities: Ints) -> Array:
    """Most that can be there of some entities, [T]."""
    found: Array = np.where(grid.position >= 0, upper, 0.0)[entities].sum(axis=0)
    return found


def _in_storages(
    net: Network, rule: int, row: Incompatibility, sides: dict[str, frozenset[str]]
) -> list[Meeting]:
    held, placed = net.holdings, net.placements
    found = []
    for number, storage in enumerate(held.storages):
        entities: dict[str, dict[str, Ints]] = {}
        most: dict[str, Array] = {}
        for side, names in sides.items():
            here = np.flatnonzero((held.storage == number) & _of(net, held.stream, names))
            final = np.flatnonzero((placed.storage == number) & _of(net, placed.stream, names))
            entities[side] = {"held": here, "placed": final}
            laid = np.cumsum(_there(placed.grid, placed.upper, final))
            stock = _there(held.grid, held.upper, here) + laid
            if storage.capacity_t is not None:
                stock = np.minimum(stock, storage.capacity_t)
            most[side] = stock + _there(held.put, held.upper, here)
        found.append(Meeting(STORAGE, storage.name, rule, row, entities, most))
    return found


def _on_lanes(
    net: Network, rule: int, row: Incompatibility, sides: dict[str, frozenset[str]]
) -> list[Meeting]:
    routes, lots = net.routes, _lots(net)
    grouped: dict[str, list[int]] = defaultdict(list)
    for k, lot in enumerate(lots):
        if lot:
            grouped[lot].append(k)
    found = []
    for lot, members in grouped.items():
        entities, most = {}, {}
        for side, names in sides.items():
            mine = np.array(members, dtype=np.int64)[_of(net, routes.stream[members], names)]
            entities[side] = {"routes": mine}
            most[side] = _there(routes.grid, routes.upper, mine)
        found.append(Meeting(LANE, lot, rule, row, entities, most))
    return found


def _lots(net: Network) -> list[str]:
    """The lot that a route moves in, blank without a least lot: the lane, or the haul rule and the lane."""
    found = []
    for k, route in enumerate(net.routes.route):
        if route.listed is not None:
            found.append(route.lane if route.listed.min_lot_t else "")
            continue
        rule = net.haulage.rule(net.lineage(int(net.routes.stream[k])), route.mode)
        found.append(f"{rule.name}/{route.lane}" if rule is not None and rule.min_lot_t else "")
    return found
