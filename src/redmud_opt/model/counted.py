"""What must be known to be used or not: lanes, outlets and lines that a cost, a rule or a limit asks about.

    used[lane, period]    Σ flow · basis ≤ M · used,   Σ flow · basis ≥ min_lot · used       sum of materials    [t]
    used[outlet, period]  Σ sold · basis ≤ M · used
    used[line, period]    on ≤ times · used,  used ≤ on
    opening[lane, period] Σ flow · basis ≤ M · Σ opening up to the period,   Σ opening ≤ 1

M is what can move in the period: the lane's capacity or what can be there, whichever is less. MODEL.md Lane.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.case.rules import Limit
from redmud_opt.model.arrays import ColumnGroup, Columns, Index, Rows
from redmud_opt.model.moved import Moved, lane_capacity_t, listed_lanes, on_lanes, to_outlets
from redmud_opt.network import Network
from redmud_opt.network.network import Ints

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


def _asked(net: Network) -> list[tuple[str, str]]:
    """(kind, name) of everything with a `used` column, in the order of the case."""
    things = Things(net)
    asked = {(one.kind, one.name) for limit in _counting(net) for one in things.of(limit)}
    named = {name for rule in net.case.logic for cell in (rule.first, rule.second) if cell
             for name in net.lookup.members(cell)}  # fmt: skip
    asked |= {(one.kind, one.name) for one in things.every if one.kind != LINE and one.name in named}
    asked |= {(LANE, row.name) for row in net.case.lanes if row.fixed_cost_cny_per_period or row.min_lot_t}
    return [(one.kind, one.name) for one in things.every if (one.kind, one.name) in asked]


def _counting(net: Network) -> list[Limit]:
    return [limit for limit in net.case.limits if limit.measure == "count_used"]


def add_used(m: ConcreteModel, net: Network) -> None:
    """Columns `used` with the rows that tie them to tonnes and to lines that run."""
    asked, periods = _asked(net), net.time.names
    labels = [(kind, name, t) for kind, name in asked for t in range(len(periods))]
    m.used = Columns(_index(labels, periods), upper=1.0, integer=True)
    lots = {name: row.min_lot_t for name, row in listed_lanes(net).items() if row.min_lot_t}
    held = [kind == LINE or (kind == LANE and name in lots) for kind, name, _ in labels]
    place = np.cumsum(held) - 1
    rows = m.used_most = Rows(m.used.index, upper=0.0, kind="physics", message="model.used_most")
    with_least = [label for label, there in zip(labels, held, strict=True) if there]
    least = m.used_least = Rows(
        _index(with_least, periods), lower=0.0, kind="physics", message="model.used_least"
    )
    moved = {LANE: on_lanes(m, net), OUTLET: to_outlets(m, net)}
    most = {LANE: moved[LANE].most(lane_capacity_t(net)), OUTLET: moved[OUTLET].most(net.deliveries.most)}
    for start, (kind, name) in zip(range(0, len(labels), len(periods)), asked, strict=True):
        col = start + np.arange(len(periods))
        if kind == LINE:
            _tie_line(m, net, name, col, place[col])
            continue
        number = moved[kind].names.index(name)
        m.used.upper_bound[col] = most[kind][number] > 0
        _tonnes(rows, moved[kind], number, col)
        rows.add(m.used, row=col, col=col, coef=-most[kind][number])
        if held[start]:
            _tonnes(least, moved[kind], number, place[col])
            least.add(m.used, row=place[col], col=col, coef=-lots[name])


def _index(labels: list[tuple[str, str, int]], periods: list[str]) -> Index:
    return Index.of(
        kind=[kind for kind, _, _ in labels],
        item=[name for _, name, _ in labels],
        period=[periods[t] for _, _, t in labels],
    )


def _tonnes(rows: Rows, moved: Moved, number: int, row: Ints) -> None:
    """Σ tonnes of one thing, in the row of their period."""
    col = np.flatnonzero(moved.thing[moved.grid.entity] == number)
    entity = moved.grid.entity[col]
    rows.add(moved.columns, row=row[moved.grid.period[col]], col=col, coef=moved.basis[entity])


def _tie_line(m: ConcreteModel, net: Network, name: str, used: Ints, least: Ints) -> None:
    """A line is used while any unit of it runs. `used`, `least`: rows of its periods."""
    number = net.plant.number[name]
    on = np.flatnonzero(m.on.index.codes[0] == number)
    period = m.on.index.codes[1][on]
    mine = used[period]
    m.used_most.add(m.on, row=mine, col=on)
    m.used_most.add(m.used, row=mine, col=mine, coef=-float(net.plant.times[number]))
    m.used_least.add(m.on, row=least[period], col=on)
    m.used_least.add(m.used, row=least[period], col=mine, coef=-1.0)
    m.used.upper_bound[np.setdiff1d(used, mine)] = 0.0


def add_openings(m: ConcreteModel, net: Network) -> None:
    """Lanes with a fixed cost: opened once, in the first period in which anything moves."""
    rows_of = listed_lanes(net)
    lanes = [k for k, name in enumerate(net.routes.lanes) if name in rows_of and rows_of[name].fixed_cost_cny]
    lane, period = (
        np.repeat(lanes, len(net.time)).astype(np.int64),
        np.tile(np.arange(len(net.time)), len(lanes)),
    )
    index = Index(("lane", "period"), (lane, period), (net.routes.lanes, net.time.names))
    m.opening = Columns(index, upper=1.0, integer=True)
    once = Index(("lane",), (np.array(lanes, dtype=np.int64),), (net.routes.lanes,))
    m.opened_once = Rows(once, upper=1.0, kind="physics", message="model.opened_once")
    m.opened_once.add(m.opening, row=np.repeat(np.arange(len(lanes)), len(net.time)))
    rows = m.flow_if_opened = Rows(index, upper=0.0, kind="physics", message="model.flow_if_opened")
    moved = on_lanes(m, net)
    most = moved.most(lane_capacity_t(net))
    periods = np.arange(len(net.time))
    late, early = np.nonzero(periods[:, None] >= periods[None, :])
    for k, number in enumerate(lanes):
        first = k * len(periods)
        _tonnes(rows, moved, number, first + periods)
        rows.add(m.opening, row=first + late, col=first + early, coef=-most[number][late])
    m.column_groups = (*m.column_groups, ColumnGroup(m.opening, ("lane", "period")))
