"""Lanes, outlets and lines as things that are used or not: which of them a cost, a rule or a limit asks about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from redmud_opt.case.rules import Limit
from redmud_opt.network.network import Network

LANE, OUTLET, LINE = "lane", "outlet", "line"


@dataclass(frozen=True)
class Counted:
    """One thing whose use is counted, with the names that a limit may ask for it by."""

    kind: str
    name: str
    at: frozenset[str]
    to: frozenset[str] = frozenset()


class Things:
    """Lanes, outlets and lines of a network as things that can be counted."""

    def __init__(self, net: Network) -> None:
        self.net = net

    @cached_property
    def every(self) -> list[Counted]:
        """All of them, lanes that nothing can move on left out."""
        return [*self._lanes(), *self._outlets(), *self._lines()]

    def _address(self, site: str) -> frozenset[str]:
        row = self.net.lookup.sites[site]
        return frozenset({site, row.owner, row.province} - {""})

    def _lanes(self) -> Iterable[Counted]:
        routes = self.net.routes
        for lane in np.unique(routes.lane, return_index=True)[1]:
            route = routes.route[lane]
            yield Counted(
                LANE, route.lane, self._address(route.from_site) | {route.lane}, self._address(route.to_site)
            )

    def _outlets(self) -> Iterable[Counted]:
        for outlet in self.net.deliveries.outlets:
            yield Counted(OUTLET, outlet.name, self._address(outlet.site) | {outlet.name})

    def _lines(self) -> Iterable[Counted]:
        lookup = self.net.lookup
        for line in self.net.plant.lines:
            yield Counted(LINE, line.name, line_names(self.net, line.name, lookup.lines[line.name].facility))

    def of(self, limit: Limit) -> list[Counted]:
        """What a limit on `count_used` counts: sites, owners and provinces stand for the lanes that leave there."""
        lookup = self.net.lookup
        at, to = lookup.members(limit.at), lookup.members(limit.to) if limit.to else frozenset()
        kinds = self._kinds(at)
        return [one for one in self.every if one.kind in kinds and at & one.at and (not to or to & one.to)]

    def _kinds(self, members: frozenset[str]) -> set[str]:
        lookup = self.net.lookup
        if members & (lookup.lines.keys() | lookup.facilities.keys()):
            return {LINE}
        return {OUTLET} if members & {row.name for row in self.net.case.outlets} else {LANE}


def line_names(net: Network, line: str, facility: str) -> frozenset[str]:
    """The names that a line goes by in limits: itself, its facility, whose it is and where it stands."""
    site = net.lookup.facilities[facility].site
    names = {line, facility, net.lookup.owner_of_facility(facility), site, net.lookup.sites[site].province}
    return frozenset(names - {""})


def counted_lines(net: Network) -> set[str]:
    """Lines that a limit counts."""
    limits = [limit for limit in net.case.limits if limit.measure == "count_used"]
    things = Things(net)
    return {one.name for limit in limits for one in things.of(limit) if one.kind == LINE}


def switched_things(net: Network) -> list[tuple[str, str]]:
    """(kind, name) of everything with a `used` column, in the order of the case."""
    things = Things(net)
    found = {(one.kind, one.name) for limit in _counting(net) for one in things.of(limit)}
    named = {name for rule in net.case.logic for cell in (rule.first, rule.second) if cell
             for name in net.lookup.members(cell)}  # fmt: skip
    if named:
        found |= {(one.kind, one.name) for one in things.every if one.kind != LINE and one.name in named}
    found |= {(LANE, row.name) for row in net.case.lanes if row.fixed_cost_cny_per_period or row.min_lot_t}
    if not found:
        return []
    return [(one.kind, one.name) for one in things.every if (one.kind, one.name) in found]


def _counting(net: Network) -> list[Limit]:
    return [limit for limit in net.case.limits if limit.measure == "count_used"]
