"""Haul radius: what an outlet takes comes from near enough, or is at its site without any lane.

Σ sold at outlets of a radius ≤ r ≤ Σ arriving over lanes no longer than r + arising + made + reclaimed + bought
                                                       [t], per (site, stream, radius, period)

Only where a lane longer than r brings the stream to the site; elsewhere the balance says as much. The tonnes of one
stream at one site are alike: a delivery cannot be told apart any further. MODEL.md Outlet.
"""

from __future__ import annotations

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.model.arrays import Columns, Index, Rows
from redmud_opt.network import Network
from redmud_opt.network.network import Array, Grid, Ints, Mask

NEAR = 1 + 1e-9
"""A distance that only rounding puts beyond the radius is within it."""


def add_haul_radius(m: ConcreteModel, net: Network) -> None:
    """Deliveries within a radius against what comes from within it."""
    bounds = _bounds(net)
    periods = [np.flatnonzero(net.nodes.position[place] >= 0) for place, _ in bounds]
    keys = [(*bound, int(t)) for bound, stretch in zip(bounds, periods, strict=True) for t in stretch]
    index = Index.of(
        site=[net.places[place].site for place, _, _ in keys],
        stream=[net.places[place].stream.id for place, _, _ in keys],
        radius_km=[radius for _, radius, _ in keys],
        period=[net.time.names[t] for _, _, t in keys],
    )
    here = [net.arising_t[net.nodes.position[place, t]] for place, _, t in keys]
    rows = m.haul_radius = Rows(
        index, upper=np.array(here, dtype=float), kind="policy", message="model.haul_radius"
    )
    first = np.cumsum([0, *(len(stretch) for stretch in periods)])
    for k, (place, radius) in enumerate(bounds):
        row = np.full(len(net.time), -1, dtype=np.int64)
        row[periods[k]] = first[k] + np.arange(len(periods[k]))
        _add_bound(rows, m, net, place, radius, row)


def _bounds(net: Network) -> list[tuple[int, float]]:
    """(place, radius) wherever a lane longer than the radius of an outlet there leads."""
    sold = net.deliveries
    if all(outlet.haul_radius_km is None for outlet in sold.outlets):
        return []
    furthest = np.zeros(len(net.places))
    np.maximum.at(furthest, net.routes.to_place, _distances(net))
    found = []
    for place, outlet in zip(sold.place, sold.outlet, strict=True):
        radius = sold.outlets[outlet].haul_radius_km
        if radius is not None and furthest[place] > radius * NEAR:
            found.append((int(place), radius))
    return list(dict.fromkeys(found))


def _distances(net: Network) -> Array:
    return np.array([route.distance_km for route in net.routes.route], dtype=float)


def _add_bound(rows: Rows, m: ConcreteModel, net: Network, place: int, radius: float, row: Ints) -> None:
    sold, runs = net.deliveries, net.runs
    radii = np.array([np.inf if o.haul_radius_km is None else o.haul_radius_km for o in sold.outlets])
    _at(rows, m.sold_t, sold.grid, (sold.place == place) & (radii[sold.outlet] <= radius), row, 1.0)
    near = (net.routes.to_place == place) & (_distances(net) <= radius * NEAR)
    _at(rows, m.flow_t, net.routes.grid, near, row, -1.0)
    _at(rows, m.reclaim_t, net.holdings.reclaim, net.holdings.place == place, row, -1.0)
    _at(rows, m.bought_t, net.purchases.grid, net.purchases.place == place, row, -1.0)
    changes = net.changes
    for k in np.flatnonzero(changes.effect_place == place):
        _in_cells(rows, m.applied_t, changes.effect_cells[k], row, -float(changes.effect_t_per_t[k]))
    for k in np.flatnonzero(runs.made_place == place):
        _in_cells(rows, m.feed_t, runs.made_cells[k], row, -float(runs.made_yield[k]))


def _at(rows: Rows, columns: Columns, grid: Grid, mine: Mask, row: Ints, coef: float) -> None:
    """The columns of some entities, each in the row of its period."""
    col = np.flatnonzero(mine[grid.entity])
    rows.add(columns, row=row[grid.period[col]], col=col, coef=coef)


def _in_cells(rows: Rows, columns: Columns, cells: Ints, row: Ints, coef: float) -> None:
    """The columns in some cells [T], each in the row of its period; −1: none."""
    period = np.flatnonzero(cells >= 0)
    rows.add(columns, row=row[period], col=cells[period], coef=coef)
