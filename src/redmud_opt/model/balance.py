"""Balances: nothing is lost between an arising and a sink, and nothing leaves free.

    leaving + fed + taken as input + put + placed + sold = arising + arriving + made + reclaimed + bought
                                                                          [t], per (site, stream, period)

    arising = what the case states − avoided − changed + what arises instead + added

    stock[t] = stock[t−1] + put[t] − reclaimed[t]                         [t], per (storage, stream, period)

On 31 December stock of new origin becomes legacy: the first period of a year carries stock of `new` streams over
to their `legacy` twins. MODEL.md rule 1 and Cohort.
"""

from __future__ import annotations

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.model.arrays import Columns, Rows
from redmud_opt.model.columns import grid_index
from redmud_opt.network import Network
from redmud_opt.network.network import Array, Grid, Ints


def add_balance(m: ConcreteModel, net: Network) -> None:
    """Balance of every stream at every site in every period."""
    site_of = {site: k for k, site in enumerate(net.lookup.sites)}
    site = np.array([site_of[place.site] for place in net.places], dtype=np.int64)
    ids = [stream.id for stream in net.streams]
    index = grid_index(net, net.nodes, ("site", "stream"), (site, net.place_stream), (list(site_of), ids))
    rows = m.balance = Rows(index, equal_to=net.arising_t, kind="physics", message="model.balance")
    _at(rows, m.flow_t, net, net.routes.grid, net.routes.from_place, 1.0)
    _at(rows, m.flow_t, net, net.routes.grid, net.routes.to_place, -1.0)
    _at(rows, m.feed_t, net, net.runs.grid, net.runs.place, 1.0)
    _add_conversion(rows, m.feed_t, net)
    _at(rows, m.put_t, net, net.holdings.put, net.holdings.place, 1.0)
    _at(rows, m.reclaim_t, net, net.holdings.reclaim, net.holdings.place, -1.0)
    _at(rows, m.placed_t, net, net.placements.grid, net.placements.place, 1.0)
    _at(rows, m.sold_t, net, net.deliveries.grid, net.deliveries.place, 1.0)
    _at(rows, m.bought_t, net, net.purchases.grid, net.purchases.place, -1.0)
    row, col, less_t_per_t = effects(net, net.nodes.position)
    rows.add(m.applied_t, row=row, col=col, coef=less_t_per_t)


def _at(rows: Rows, columns: Columns, net: Network, grid: Grid, place: Ints, sign: float) -> None:
    """Each column once, in the row of its entity's place (entities without a place take part in none)."""
    row = grid.pick(net.nodes.position[place])
    if (place >= 0).all():
        rows.add(columns, row=row, coef=sign)
    else:
        col = np.flatnonzero((place >= 0)[grid.entity])
        rows.add(columns, row=row[col], col=col, coef=sign)


def effects(net: Network, row: Ints) -> tuple[Ints, Ints, Array]:
    """(row, column of applied_t, −tonnes more that arise per tonne applied) for rows [place, period], −1: none."""
    changes = net.changes
    cells = changes.effect_cells
    k, period = np.nonzero((cells >= 0) & (row[changes.effect_place] >= 0))
    return row[changes.effect_place[k], period], cells[k, period], -changes.effect_t_per_t[k]


def _add_conversion(rows: Rows, feed_t: Columns, net: Network) -> None:
    """What runs make and need, per tonne fed."""
    runs = net.runs
    for cells, place, amount, sign in (
        (runs.made_cells, runs.made_place, runs.made_yield, -1.0),
        (runs.grid.position[runs.need_run], runs.need_place, runs.need_amount, 1.0),
    ):
        k, period = np.nonzero(cells >= 0)
        row = net.nodes.position[place[k], period]
        rows.add(feed_t, row=row, col=cells[k, period], coef=sign * amount[k])


def add_stock(m: ConcreteModel, net: Network) -> None:
    """Stock from period to period, and the change of cohort at New Year."""
    held = net.holdings
    grid = held.grid
    opening = np.where(grid.period == 0, held.opening_t[grid.entity], 0.0)
    rows = m.stock = Rows(m.stock_t.index, equal_to=opening, kind="physics", message="model.stock")
    rows.add(m.stock_t)
    rows.add(m.put_t, row=grid.position[held.put.entity, held.put.period], coef=-1.0)
    rows.add(m.reclaim_t, row=grid.position[held.reclaim.entity, held.reclaim.period], coef=1.0)
    new_year = net.time.opens_year[grid.period]
    cohort = np.array([net.streams[s].cohort for s in held.stream], dtype=object)
    stays = ~(new_year & (cohort[grid.entity] == "new")) & (grid.period > 0)
    _carry(rows, m.stock_t, grid, np.flatnonzero(stays), grid.entity)
    ages = new_year & (held.aged_from[grid.entity] >= 0)
    _carry(rows, m.stock_t, grid, np.flatnonzero(ages), held.aged_from[grid.entity])


def _carry(rows: Rows, stock_t: Columns, grid: Grid, row: Ints, source: Ints) -> None:
    """Subtracts the stock of `source` at the end of the period before, where it exists."""
    before = grid.position[source[row], grid.period[row] - 1]
    there = before >= 0
    rows.add(stock_t, row=row[there], col=before[there], coef=-1.0)
