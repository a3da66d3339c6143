"""What limits can measure: each measure is a list of terms with the names that its rows may be asked by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.case.rules import Limit
from redmud_opt.model.arrays import Columns
from redmud_opt.model.totals import reduced_per_feed, utilised_per_delivery, utilised_per_feed
from redmud_opt.network import Network
from redmud_opt.network.burdens import booked
from redmud_opt.network.counted import line_names
from redmud_opt.network.network import Array, Grid, Ints
from redmud_opt.network.origins import Origins


@dataclass(frozen=True)
class Terms:
    """Cells of a family with coefficient, and per entity its material, the names of its place, its far end and mode.

    No mode: what does not move; no waste class: what is not measured by origin.
    """

    columns: Columns
    cell: Ints
    entity: Ints
    period: Ints
    coef: Array
    material: list[str]
    at: list[frozenset[str]]
    to: list[frozenset[str]]
    mode: list[str] = field(default_factory=list)
    waste_class: list[str] = field(default_factory=list)


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
    leaves = {r.lane: r.from_site for r in routes.route}
    at_of = {lane: _place_names(net, site, lane) for lane, site in leaves.items()}
    to_of = {site: _place_names(net, site) for site in {r.to_site for r in routes.route}}
    at = [at_of[r.lane] for r in routes.route]
    to = [to_of[r.to_site] for r in routes.route]
    mode = [r.mode for r in routes.route]
    return replace(_simple(m.flow_t, routes.grid, material, at), to=to, mode=mode)


def _haulage(m: ConcreteModel, net: Network) -> Terms:
    """Wet tonne-kilometres; a lane of unknown length counts none, and `check` refuses limits on it."""
    flow, routes = _flow(m, net), net.routes
    distance = np.array([r.distance_km for r in routes.route], dtype=float)
    kinds = [net.lineage(int(s)) for s in routes.stream]
    wet = np.array([k.wet_per_dry if k.material.unit == "t" else 0.0 for k in kinds], dtype=float)
    per_t = np.where(np.isfinite(distance), distance, 0.0) * wet
    return replace(flow, coef=per_t[flow.entity])


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
    cells = runs.made_cells
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


def _by_origin(terms: Terms, net: Network, stream: Ints, per_t: Array) -> Terms:
    """Origin tonnes per tonne, by class and plant of the waste that arose."""
    return replace(
        terms,
        coef=per_t[terms.entity],
        **_whose(net, [net.streams[s].origin if s >= 0 else "" for s in stream]),
    )


def _whose(net: Network, origins: list[str]) -> dict[str, Any]:
    """Where the waste of origins arose, and its class."""
    known = Origins(net.lookup)
    places = {origin: known.places(origin) for origin in set(origins)}
    return {"at": [places[o] for o in origins], "waste_class": [net.class_of_origin(o) for o in origins]}


def _utilised(m: ConcreteModel, net: Network) -> list[Terms]:
    per_feed, per_delivery = utilised_per_feed(net, gross=False), utilised_per_delivery(net, gross=False)
    return [
        _by_origin(_feed(m, net), net, net.runs.stream, per_feed),
        _by_origin(_sold(m, net), net, net.deliveries.stream, per_delivery),
    ]


def _disposed(m: ConcreteModel, net: Network) -> list[Terms]:
    sold = net.deliveries
    disposes = np.array(
        [net.lookup.meaning(outlet.method) == "disposal" for outlet in sold.outlets], dtype=bool
    )
    handed = np.where(disposes[sold.outlet], net.w[sold.stream], 0.0) if len(disposes) else np.zeros(0)
    placed = net.placements.stream
    return [
        _by_origin(_at_storage("placed_t", lambda n: n.placements.grid)(m, net), net, placed, net.w[placed]),
        _by_origin(_sold(m, net), net, sold.stream, handed),
        _by_origin(_feed(m, net), net, net.runs.stream, reduced_per_feed(net)),
    ]


def _generated(m: ConcreteModel, net: Network) -> list[Terms]:
    """What arises, options applied: a total by origin and year, counted in the first period of its year."""
    keys = list(m.generated_t.index.keys())
    origins = [origin for origin, _ in keys]
    first = [int(np.flatnonzero(net.time.year == year)[0]) for _, year in keys]
    count = np.arange(len(origins))
    names = _whose(net, origins)
    none: list[frozenset[str]] = [frozenset()] * len(origins)
    period = np.array(first, dtype=np.int64)
    return [
        Terms(m.generated_t, count, count, period, np.ones(len(count)), [""] * len(origins), to=none, **names)
    ]


ORIGIN_MEASURES: dict[str, Callable[[ConcreteModel, Network], list[Terms]]] = {
    "utilised": _utilised,
    "generated": _generated,
    "disposed": _disposed,
}
"""Measure in origin tonnes → its terms, by where the waste arose."""

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
    "haulage": _haulage,
}
"""Measure → its terms, dry tonnes (or the material's unit); units for `built`, scores for `risk`, wet t km for
`haulage`."""

AT_THE_END = ("stock", "risk")
"""Measures that are taken at the last period of a window, not added up over it."""

BOOKING = {"feed_t": "feed", "flow_t": "flow", "placed_t": "placed", "sold_t": "sold"}
"""Family that books on accounts → the measure that knows its places."""


class Measures:
    """The terms of measures, each worked out once."""

    def __init__(self, m: ConcreteModel, net: Network) -> None:
        self.m, self.net = m, net
        self._known: dict[str, Terms] = {}

    def of(self, limit: Limit) -> list[Terms]:
        """What a limit measures; of an account what is fed, moved, placed and delivered, with what each books."""
        if limit.measure in ORIGIN_MEASURES:
            return ORIGIN_MEASURES[limit.measure](self.m, self.net)
        if limit.measure != "account":
            return [self._of(limit.measure)]
        parts = [(part, self._of(BOOKING[part.family])) for part in booked(self.net, limit.account)]
        return [replace(terms, coef=part.coef[terms.entity]) for part, terms in parts]

    def _of(self, measure: str) -> Terms:
        if measure not in self._known:
            self._known[measure] = MEASURES[measure](self.m, self.net)
        return self._known[measure]
