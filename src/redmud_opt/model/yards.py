"""Yards that are enlarged or closed: what is decided, in which order, and what may then enter or lie there.

    Σ yard_step[item, ·] ≤ 1                                                     per new yard and raise
    Σ in force of a raise ≤ Σ in force of the step below                         per (item, period)
    Σ put + Σ placed ≤ Σ most[option] · yard_step                                of a new yard               [t]
    Σ stock = 0                                                                  from its closing day on     [t]
    Σ put + Σ placed + Σ reclaimed + Σ stock ≤ M · (1 − Σ yard_close up to t)    of a yard that may close    [t]

What a step adds to the room stands in the rows of `capacity`. M is what can enter, leave and lie there by the bounds
of the network. docs/decisions.md 'Yards'; MODEL.md Storage yard.
"""

from __future__ import annotations

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.model.arrays import ColumnGroup, Columns, Index, Rows
from redmud_opt.network import Network
from redmud_opt.network.network import Array, Grid, Holdings, Ints, Mask

Part = tuple[Columns, Grid, Ints, Array]
"""Columns over (entity, period): their grid, the storage of each entity, and upper bounds [entity, T]."""

NOWHERE = -1
"""Storage of an entity that does not count."""


def add_yards(m: ConcreteModel, net: Network) -> None:
    """New yards and raises, closing, and what of them lets nothing in."""
    yards = net.yards
    m.yard_step = Columns(_index(net, yards.option_step, yards.decided), upper=1.0, integer=True)
    _steps_once(m, net)
    _steps_in_order(m, net)
    _enter_if_there(m, net)
    _emptied(m, net)
    _add_closing(m, net)
    groups = (ColumnGroup(m.yard_step, ("item", "period")), ColumnGroup(m.yard_close, ("storage", "period")))
    m.column_groups = (*m.column_groups, *groups)


def _index(net: Network, step: Ints, period: Ints) -> Index:
    names = [step.row.name for step in net.yards.steps]
    return Index(("item", "period"), (step, period), (names, net.time.names))


def _steps_once(m: ConcreteModel, net: Network) -> None:
    yards = net.yards
    steps = np.unique(yards.option_step)
    index = Index(("item",), (steps,), ([step.row.name for step in yards.steps],))
    m.yard_step_once = Rows(index, upper=1.0, kind="physics", message="model.yard_step_once")
    m.yard_step_once.add(m.yard_step, row=np.searchsorted(steps, yards.option_step))


def _steps_in_order(m: ConcreteModel, net: Network) -> None:
    """A raise stands only where what is below it stands."""
    yards = net.yards
    below = np.array([step.below for step in yards.steps], dtype=np.int64)
    can_stand = np.zeros((len(yards.steps), len(net.time)), dtype=bool)
    np.logical_or.at(can_stand, yards.option_step, yards.in_force)
    step, period = np.nonzero(can_stand & (below >= 0)[:, None])
    rows = m.yard_step_order = Rows(
        _index(net, step, period), upper=0.0, kind="physics", message="model.yard_step_order"
    )
    for sign, asked in ((1.0, step), (-1.0, below[step])):
        row, option = np.nonzero((yards.option_step[None, :] == asked[:, None]) & yards.in_force.T[period])
        rows.add(m.yard_step, row=row, col=option, coef=sign)


def storage_rows(
    net: Network, mask: Mask, *, upper: float | Array, kind: str, message: str
) -> tuple[Rows, Ints]:
    """Rows per (storage, period) where `mask` [K, T] is true, and position [K, T] (−1: no row)."""
    grid = Grid.of(mask)
    names = [row.name for row in net.yards.storages]
    index = Index(("storage", "period"), (grid.entity, grid.period), (names, net.time.names))
    bound = upper[mask] if isinstance(upper, np.ndarray) else upper
    return Rows(index, upper=bound, kind=kind, message=message), grid.position


def entering(m: ConcreteModel, net: Network) -> list[Part]:
    """Columns of what is put in and placed."""
    held, placed = net.holdings, net.placements
    return [
        (m.put_t, held.put, held.storage, held.upper),
        (m.placed_t, placed.grid, placed.storage, placed.upper),
    ]


def leaving(m: ConcreteModel, net: Network) -> Part:
    """Columns of what is reclaimed."""
    held = net.holdings
    return m.reclaim_t, held.reclaim, held.storage, _most_held(held)


def _most_held(held: Holdings) -> Array:
    found: Array = np.maximum(held.upper, held.opening_t[:, None])
    return found


def add_parts(rows: Rows, position: Ints, parts: list[Part]) -> None:
    """Every column in the row of its storage and period, where there is one."""
    rows_of = np.vstack((position, np.full((1, position.shape[1]), -1)))  # the last is that of NOWHERE
    for columns, grid, storage, _ in parts:
        row = grid.pick(rows_of[storage])
        col = np.flatnonzero(row >= 0)
        rows.add(columns, row=row[col], col=col)


def most_of(net: Network, parts: list[Part]) -> Array:
    """Σ upper bounds of columns, [K, T]: the M of what is switched off."""
    found = np.zeros((len(net.yards.storages), len(net.time)))
    for _, grid, storage, upper in parts:
        counts = storage != NOWHERE
        np.add.at(found, storage[counts], np.where(grid.position >= 0, upper, 0.0)[counts])
    return found


def _enter_if_there(m: ConcreteModel, net: Network) -> None:
    """Nothing enters a new yard before it stands; a rate counts the days on which it does."""
    yards, parts = net.yards, entering(m, net)
    every = np.ones((len(yards.storages), len(net.time)), dtype=bool)
    rows, position = storage_rows(
        net, every & yards.candidate[:, None], upper=0.0, kind="physics", message="model.yard_enter"
    )
    m.yard_enter = rows
    add_parts(rows, position, parts)
    most = most_of(net, parts)
    for k in np.flatnonzero(yards.candidate):
        row = yards.storages[k]
        rate = np.inf if row.max_put_t is None else row.max_put_t
        new = [v for v, option in enumerate(yards.options) if yards.steps[option.step].row is row]
        for v in new:
            t = np.flatnonzero(yards.in_force[v])
            days = rate * net.time.per(row.per)[t] * yards.kept[v, t]
            rows.add(m.yard_step, row=position[k, t], col=v, coef=-np.minimum(most[k, t], days))


def _emptied(m: ConcreteModel, net: Network) -> None:
    """A yard that closes on a day holds nothing from then on; what is placed stays."""
    held = net.holdings
    there = np.zeros(net.yards.emptied.shape, dtype=bool)
    np.logical_or.at(there, held.storage, held.grid.position >= 0)
    m.yard_emptied, position = storage_rows(
        net, net.yards.emptied & there, upper=0.0, kind="physics", message="model.yard_emptied"
    )
    add_parts(m.yard_emptied, position, [(m.stock_t, held.grid, held.storage, held.upper)])


def _add_closing(m: ConcreteModel, net: Network) -> None:
    """Closing on the first day of a period, once, and what is then shut."""
    yards, periods = net.yards, len(net.time)
    storage = np.repeat(yards.closable, periods)
    period = np.tile(np.arange(periods), len(yards.closable))
    names = [row.name for row in yards.storages]
    index = Index(("storage", "period"), (storage, period), (names, net.time.names))
    m.yard_close = Columns(index, upper=1.0, integer=True)
    once = Index(("storage",), (yards.closable,), (names,))
    m.yard_closed_once = Rows(once, upper=1.0, kind="physics", message="model.yard_closed_once")
    m.yard_closed_once.add(m.yard_close, row=np.repeat(np.arange(len(yards.closable)), periods))
    parts = [*entering(m, net), leaving(m, net), _lying(m, net)]
    may = np.zeros((len(yards.storages), periods), dtype=bool)
    may[yards.closable] = True
    most = most_of(net, parts)
    m.yard_shut, position = storage_rows(net, may, upper=most, kind="physics", message="model.yard_shut")
    add_parts(m.yard_shut, position, parts)
    switch_off(m.yard_shut, position[storage], m.yard_close, np.arange(len(storage)), period, most[storage])


def switch_off(rows: Rows, position: Ints, switches: Columns, col: Ints, period: Ints, most: Array) -> None:
    """Adds most · switch to the rows, at position [col, T], of every period from that of the switch on."""
    after = np.arange(most.shape[1])[None, :] >= period[:, None]
    k, t = np.nonzero(after & (position >= 0))
    rows.add(switches, row=position[k, t], col=col[k], coef=most[k, t])


def _lying(m: ConcreteModel, net: Network) -> Part:
    """Stock of yards that give it back; what lies in others is as good as placed."""
    held = net.holdings
    back = np.array([net.yards.storages[k].retrievable for k in held.storage], dtype=bool)
    return m.stock_t, held.grid, np.where(back, held.storage, NOWHERE), _most_held(held)
