"""Tonnes on lanes and at outlets, sum of materials, in the basis that the lane or outlet is stated in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.case.works import Lane
from redmud_opt.model.arrays import Columns
from redmud_opt.network import Network
from redmud_opt.network.network import Array, Grid, Ints


@dataclass(frozen=True)
class Moved:
    """Tonnes that move on lanes, or are delivered, as cells of a family: number of the thing, basis, upper bound."""

    columns: Columns
    grid: Grid
    thing: Ints
    names: list[str]
    basis: Array
    upper: Array
    capacity: Array

    @cached_property
    def most(self) -> Array:
        """Most that moves of each thing in every period: its capacity, or what can be there, [thing, T]."""
        found = np.zeros((len(self.names), self.upper.shape[1]))
        there = self.grid.position >= 0
        np.add.at(found, self.thing, np.where(there, self.upper, 0.0) * self.basis[:, None])
        return np.minimum(found, self.capacity)


def on_lanes(m: ConcreteModel, net: Network) -> Moved:
    """Flows by lane."""
    routes = net.routes
    wet = np.array([net.lineage(int(s)).wet_per_dry for s in routes.stream], dtype=float)
    rows = [route.listed for route in routes.route]
    received = np.array([row is not None and row.basis == "as_received" for row in rows], dtype=bool)
    basis = np.where(received, wet, 1.0)
    return Moved(m.flow_t, routes.grid, routes.lane, routes.lanes, basis, routes.upper, lane_capacity_t(net))


def to_outlets(m: ConcreteModel, net: Network) -> Moved:
    """Deliveries by outlet."""
    sold = net.deliveries
    names = [outlet.name for outlet in sold.outlets]
    return Moved(m.sold_t, sold.grid, sold.outlet, names, sold.basis, sold.upper, sold.most)


def listed_lanes(net: Network) -> dict[str, Lane]:
    """Lanes of the case's table by name."""
    return {row.name: row for row in net.case.lanes}


def lane_capacity_t(net: Network) -> Array:
    """Capacity of each lane in every period in its own basis, inf where none is stated, [lane, T]."""
    rows = listed_lanes(net)
    found = np.full((len(net.routes.lanes), len(net.time)), np.inf)
    for k, name in enumerate(net.routes.lanes):
        row = rows.get(name)
        if row is not None and row.capacity_t is not None:
            found[k] = row.capacity_t * net.time.per(row.per) * net.time.calendar(row.calendar)
    return found
