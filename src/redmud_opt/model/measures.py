"""What limits can measure: each measure is a list of terms with the names that its rows may be asked by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.model.arrays import Columns
from redmud_opt.network import Network
from redmud_opt.network.counted import line_names
from redmud_opt.network.network import Array, Grid, Ints


@dataclass(frozen=True)
class Terms:
    """Cells of a family with coefficient, and per entity its material, the names of its place, and its far end."""

    columns: Columns
    cell: Ints
    entity: Ints
    period: Ints
    coef: Array
    material: list[str]
    at: list[frozenset[str]]
    to: list[frozenset[str]]


def _place_names(net: Network, site: str, *names: str, owner: str = "") -> frozenset[str]:
    """The names a place is measured by; `owner` stands for the site's where it is another."""
    row = net.lookup.sites[site]
    return frozenset({site, owner or row.owner, row.province, *names} - {""})


def _simple(columns: Columns, grid: Grid, material: list[str], at: list[frozenset[str]]) -> Terms:
    count = np.arange(len(grid))
    return Terms(
        columns, count, grid.entity, grid.period, np.ones(len(grid)), material, at, [frozenset()] * len(at)
    )


def _flow(m: ConcreteModel, net: Network) -> Terms:
    routes = net.routes
    material = [net.lineage(int(s)).name for s in routes.stream]
    at = [_place_names(net, r.from_site, r.lane) for r in routes.route]
    to = [_place_names(net, r.to_site) for r in routes.route]
    count = np.arange(len(routes.grid))
    ones = np.ones(len(count))
    return Terms(m.flow_t, count, routes.grid.entity, routes.grid.period, ones, material, at, to)


def _run_names(net: Network) -> list[frozenset[str]]:
    found = []
    for run in net.runs.run:
        names = line_names(net, run.line, net.lookup.lines[run.line].facility)
        found.append(names | {run.conversion.process.name})
    return found


def _feed(m: ConcreteModel, net: Network) -> Terms:
    runs = net.runs
    material = [run.conversion.feed.name if run.conversion.feed else "" for run in runs.run]
    return _simple(m.feed_t, runs.grid, material, _run_names(net))


def _made(m: ConcreteModel, net: Network) -> Terms:
    runs = net.runs
    names = _run_names(net)
    cells = runs.grid.position[runs.made_run]
    k, period = np.nonzero(cells >= 0)
    material = [net.places[p].stream.lineage.partition("<")[0] for p in runs.made_place]
    at = [names[run] for run in runs.made_run]
    return Terms(
        m.feed_t, cells[k, period], k, period, runs.made_yield[k], material, at, [frozenset()] * len(at)
    )


def _built(m: ConcreteModel, net: Network) -> Terms:
    """Units decided, in the period of the decision."""
    line, period = m.build.index.codes
    rows = net.plant.lines
    at = [line_names(net, row.name, row.facility) for row in rows]
    count = np.arange(len(m.build))
    none: list[frozenset[str]] = [frozenset()] * len(rows)
    return Terms(m.build, count, line, period, np.ones(len(count)), [""] * len(rows), at, none)


def _risk(m: ConcreteModel, net: Network) -> Terms:
    """Scores of yards at the end of each period."""
    storage, period = m.risk.index.codes
    at = [net.yards.names(k) for k in range(len(net.yards.storages))]
    count = np.arange(len(m.risk))
    none: list[frozenset[str]] = [frozenset()] * len(at)
    return Terms(m.risk, count, storage, period, np.ones(len(count)), [""] * len(at), at, none)


def _at_storage(columns: str, grid: Callable[[Network], Grid]) -> Callable[[ConcreteModel, Network], Terms]:
    def measure(m: ConcreteModel, net: Network) -> Terms:
        table = net.placements if columns == "placed_t" else net.holdings
        storages = [net.holdings.storages[k] for k in table.storage]
        material = [net.lineage(int(s)).name for s in table.stream]
        at = [_place_names(net, s.site, s.name) for s in storages]
        return _simple(m.component(columns), grid(net), material, at)

    return measure


def _sold(m: ConcreteModel, net: Network) -> Terms:
    sold = net.deliveries
    outlets = [sold.outlets[k] for k in sold.outlet]
    material = [net.lineage(int(s)).name for s in sold.stream]
    at = [_place_names(net, o.site, o.name, owner=o.buyer) for o in outlets]
    return _simple(m.sold_t, sold.grid, material, at)


def _bought(m: ConcreteModel, net: Network) -> Terms:
    bought = net.purchases
    material = [net.lineage(int(s)).name for s in bought.stream]
    at = [
        _place_names(net, net.places[p].site, bought.supplies[k].name)
        for p, k in zip(bought.place, bought.supply, strict=True)
    ]
    return _simple(m.bought_t, bought.grid, material, at)


MEASURES: dict[str, Callable[[ConcreteModel, Network], Terms]] = {
    "flow": _flow,
    "feed": _feed,
    "made": _made,
    "bought": _bought,
    "sold": _sold,
    "stock": _at_storage("stock_t", lambda net: net.holdings.grid),
    "put": _at_storage("put_t", lambda net: net.holdings.put),
    "reclaimed": _at_storage("reclaim_t", lambda net: net.holdings.reclaim),
    "built": _built,
    "placed": _at_storage("placed_t", lambda net: net.placements.grid),
    "risk": _risk,
}
"""Measure → its terms, dry tonnes (or the material's unit); units for `built`, scores for `risk`."""

AT_THE_END = ("stock", "risk")
"""Measures that are taken at the last period of a window, not added up over it."""
