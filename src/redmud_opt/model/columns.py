"""The decisions: one family of columns each, all non-negative, dry tonnes per period unless said.

flow_t    [lane, stream, period]                  moves on a lane
feed_t    [line, process, point, stream, period]  is fed to a process on a line (recipe: activity)
stock_t   [storage, stream, period]               lies in a storage at the end of the period
put_t     [storage, stream, period]               is put in
reclaim_t [storage, stream, period]               is taken out
placed_t  [storage, stream, period]               is placed for good
sold_t    [outlet, stream, period]                is delivered to an outlet
bought_t  [supply, site, period]                  is bought (the material's unit)

MODEL.md Things.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.model.arrays import Columns, Index
from redmud_opt.network import Network
from redmud_opt.network.network import Grid, Ints


def grid_index(
    network: Network, grid: Grid, names: Sequence[str], codes: Sequence[Ints], levels: Sequence
) -> Index:
    """Index of a grid: per name the entity's code, then the period."""
    every = [code[grid.entity] for code in codes]
    return Index((*names, "period"), (*every, grid.period), (*levels, network.time.names))


def factor(labels: Sequence[str]) -> tuple[Ints, list[str]]:
    """Codes and levels of a list of labels."""
    levels = list(dict.fromkeys(labels))
    number = {label: k for k, label in enumerate(levels)}
    return np.array([number[label] for label in labels], dtype=np.int64), levels


def add_columns(m: ConcreteModel, net: Network) -> None:
    """Declares every family that stands for an act."""
    ids = [stream.id for stream in net.streams]
    _add_flows(m, net, ids)
    _add_feeds(m, net, ids)
    _add_stocks(m, net, ids)
    placed = net.placements
    storages = [storage.name for storage in net.holdings.storages]
    index = grid_index(
        net, placed.grid, ("storage", "stream"), (placed.storage, placed.stream), (storages, ids)
    )
    m.placed_t = Columns(index, upper=placed.grid.pick(placed.upper))
    sold = net.deliveries
    outlets = [outlet.name for outlet in sold.outlets]
    index = grid_index(net, sold.grid, ("outlet", "stream"), (sold.outlet, sold.stream), (outlets, ids))
    m.sold_t = Columns(index, upper=sold.grid.pick(sold.upper))
    bought = net.purchases
    site, sites = factor([net.places[place].site for place in bought.place])
    supplies = [supply.name for supply in bought.supplies]
    index = grid_index(net, bought.grid, ("supply", "site"), (bought.supply, site), (supplies, sites))
    m.bought_t = Columns(index, upper=bought.grid.pick(bought.upper))


def _add_flows(m: ConcreteModel, net: Network, ids: list[str]) -> None:
    routes = net.routes
    index = grid_index(
        net, routes.grid, ("lane", "stream"), (routes.lane, routes.stream), (routes.lanes, ids)
    )
    m.flow_t = Columns(index, upper=routes.grid.pick(routes.upper))


def _add_feeds(m: ConcreteModel, net: Network, ids: list[str]) -> None:
    runs = net.runs
    process, processes = factor([run.conversion.process.name for run in runs.run])
    point, points = factor([run.conversion.point for run in runs.run])
    stream = np.where(runs.stream < 0, len(ids), runs.stream)
    codes = (runs.line, process, point, stream)
    index = grid_index(
        net,
        runs.grid,
        ("line", "process", "point", "stream"),
        codes,
        ([line.name for line in net.plant.lines], processes, points, [*ids, ""]),
    )
    m.feed_t = Columns(index, upper=runs.grid.pick(runs.upper))


def _add_stocks(m: ConcreteModel, net: Network, ids: list[str]) -> None:
    held = net.holdings
    storages = [storage.name for storage in held.storages]
    names, codes, levels = ("storage", "stream"), (held.storage, held.stream), (storages, ids)
    upper = np.maximum(held.upper, held.opening_t[:, None])
    lying = np.where(held.may_stay, upper, 0.0)
    m.stock_t = Columns(grid_index(net, held.grid, names, codes, levels), upper=held.grid.pick(lying))
    mixed = np.array([storage.mixed for storage in held.storages], dtype=bool)[held.storage]
    # a pool may pass more in a period than lies in it at the end
    put, reclaim = (
        np.where(mixed[:, None], net.available_t[held.stream], most) for most in (held.upper, upper)
    )
    m.put_t = Columns(grid_index(net, held.put, names, codes, levels), upper=held.put.pick(put))
    m.reclaim_t = Columns(
        grid_index(net, held.reclaim, names, codes, levels), upper=held.reclaim.pick(reclaim)
    )
