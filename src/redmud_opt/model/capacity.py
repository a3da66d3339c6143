"""Capacities of lanes, storages, outlets and supplies; those of lines are in `running`. MODEL.md rule 2.

lanes      Σ flow · basis ≤ capacity                                [t], per (lane, period), sum of materials
tonnes     Σ stock[t] + Σ placed[≤ t] ≤ capacity                    [t], per (storage, period)
airspace   Σ stock[t] / density + Σ placed[≤ t] / density ≤ volume  [m³], per (storage, period)
           both less freeboard, and with what the steps of the yard in force add, see `network.yards`
rates      Σ put + Σ placed ≤ most, Σ reclaimed ≤ most             [t], per (storage, period)
markets    least ≤ Σ sold · basis ≤ most; the same for supplies     [unit], per (outlet or supply, period)
"""

from __future__ import annotations

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.model.arrays import Columns, Index, Rows
from redmud_opt.model.moved import on_lanes
from redmud_opt.network import Network
from redmud_opt.network.network import Array, Grid, Ints


def period_rows(
    net: Network, name: str, labels: list[str], lower: Array | None, upper: Array | None, **tags: str
) -> tuple[Rows, Ints]:
    """Rows per (entity, period) where a bound is finite, and position[entity, period] (−1: no row)."""
    some = np.zeros((len(labels), len(net.time)), dtype=bool)
    if upper is not None:
        some |= np.isfinite(upper)
    if lower is not None:
        some |= lower > 0
    grid = Grid.of(some)
    index = Index((name, "period"), (grid.entity, grid.period), (labels, net.time.names))
    at = (grid.entity, grid.period)
    rows = Rows(
        index,
        lower=None if lower is None else _open(lower[at]),
        upper=None if upper is None else upper[at],
        **tags,
    )
    return rows, grid.position


def _open(lower: Array) -> Array:
    """No lower bound where nothing is asked for: columns are non-negative anyway."""
    return np.where(lower > 0, lower, -np.inf)


def add_to(rows: Rows, position: Ints, columns: Columns, grid: Grid, entity: Ints, coef: Array) -> None:
    """Each column in the row (its entity, its period), where there is one; `coef` per column."""
    row = grid.pick(position[entity])
    col = np.flatnonzero(row >= 0)
    rows.add(columns, row=row[col], col=col, coef=coef[col])


def add_lane_capacity(m: ConcreteModel, net: Network) -> None:
    """Capacity of a listed lane on the sum of materials."""
    moved = on_lanes(m, net)
    m.lane_capacity, position = period_rows(
        net, "lane", moved.names, None, moved.capacity, kind="physics", message="model.lane_capacity"
    )
    add_to(m.lane_capacity, position, m.flow_t, moved.grid, moved.thing, moved.grid.pick(moved.basis))


def add_storage_capacity(m: ConcreteModel, net: Network) -> None:
    """Tonnes and airspace of a storage over its life: placed material never clears; steps of a yard add to both."""
    yards = net.yards
    ones = (np.ones(len(net.holdings.storage)), np.ones(len(net.placements.storage)))
    m.filled_t, m.fill_tonnes, m.storage_tonnes = _room(
        m, net, yards.room_t, yards.gain_t, ones, "model.storage_tonnes"
    )
    per_volume = (net.holdings.volume_m3_per_t, net.placements.volume_m3_per_t)
    m.filled_m3, m.fill_airspace, m.storage_airspace = _room(
        m, net, yards.room_m3, yards.gain_m3, per_volume, "model.storage_airspace"
    )


def _room(
    m: ConcreteModel, net: Network, most: Array, gain: Array, per_tonne: tuple[Array, Array], message: str
) -> tuple[Columns, Rows, Rows]:
    """What is filled for good, its definition, and the capacity rows; `per_tonne` of what is held and placed."""
    held, placed = net.holdings, net.placements
    names = [storage.name for storage in held.storages]
    rows, position = period_rows(net, "storage", names, None, most, kind="physics", message=message)
    add_to(rows, position, m.stock_t, held.grid, held.storage, held.grid.pick(per_tonne[0]))
    final = np.zeros(len(names), dtype=bool)
    final[placed.storage] = True
    filling = Grid.of((position >= 0) & final[:, None])
    index = Index(("storage", "period"), (filling.entity, filling.period), (names, net.time.names))
    filled = Columns(index)
    define = Rows(index, equal_to=0.0, kind="physics", message=message)
    define.add(filled)
    later = np.flatnonzero(filling.period > 0)
    define.add(filled, row=later, col=later - 1, coef=-1.0)  # a storage's cells follow one another
    add_to(define, filling.position, m.placed_t, placed.grid, placed.storage, -placed.grid.pick(per_tonne[1]))
    rows.add(filled, row=position[filling.entity, filling.period])
    _enlarge(m, net, rows, position, gain)
    return filled, define, rows


def _enlarge(m: ConcreteModel, net: Network, rows: Rows, position: Ints, gain: Array) -> None:
    """What the steps of a yard add to its room, in the periods at whose end they stand."""
    yards = net.yards
    added = np.where(yards.in_force, gain[yards.option_step], 0.0)
    option, t = np.nonzero(added)
    rows.add(m.yard_step, row=position[yards.option_storage[option], t], col=option, coef=-added[option, t])


def put_rate_t(net: Network) -> Array:
    """Most that is put in or placed per period, [storage, T]; inf where nothing is stated."""
    found = np.full((len(net.holdings.storages), len(net.time)), np.inf)
    for k, row in enumerate(net.holdings.storages):
        if row.max_put_t is not None:
            found[k] = row.max_put_t * net.time.per(row.per) * net.time.open(row.opens, row.closes)
    return found


def reclaim_rate_t(net: Network) -> Array:
    """Most that is taken out per period, by the storage's calendar, [storage, T]; inf where nothing is stated."""
    found = np.full((len(net.holdings.storages), len(net.time)), np.inf)
    for k, row in enumerate(net.holdings.storages):
        if row.max_reclaim_t is not None:
            rate = net.time.per(row.per) * net.time.open(row.opens, row.closes)
            found[k] = row.max_reclaim_t * rate * net.time.calendar(row.calendar)
    return found


def add_storage_rates(m: ConcreteModel, net: Network) -> None:
    """Most that is put in or placed, and taken out, per period."""
    held, placed = net.holdings, net.placements
    names = [storage.name for storage in held.storages]
    for name, most, columns, grid in (
        ("put", put_rate_t(net), m.put_t, held.put),
        ("reclaim", reclaim_rate_t(net), m.reclaim_t, held.reclaim),
    ):
        rows, position = period_rows(
            net, "storage", names, None, most, kind="physics", message=f"model.{name}_rate"
        )
        m.add_component(f"{name}_rate", rows)
        add_to(rows, position, columns, grid, held.storage, np.ones(len(grid)))
        if name == "put":
            add_to(rows, position, m.placed_t, placed.grid, placed.storage, np.ones(len(placed.grid)))


def add_markets(m: ConcreteModel, net: Network) -> None:
    """Least and most that an outlet takes and a supply gives, sum of materials, in their own basis."""
    sold, bought = net.deliveries, net.purchases
    names = [outlet.name for outlet in sold.outlets]
    m.demand, position = period_rows(
        net, "outlet", names, sold.least, sold.most, kind="policy", message="model.demand"
    )
    add_to(m.demand, position, m.sold_t, sold.grid, sold.outlet, sold.grid.pick(sold.basis))
    names = [supply.name for supply in bought.supplies]
    m.supply, position = period_rows(
        net, "supply", names, bought.least, bought.most, kind="policy", message="model.supply"
    )
    add_to(m.supply, position, m.bought_t, bought.grid, bought.supply, bought.grid.pick(bought.basis))
