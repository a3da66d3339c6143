"""Incompatible wastes are never in one storage at a time, and never in one lot on a lane.

    Σ stock + put + placed so far ≤ M · side            first of the two, per (storage, row, period)     [t]
    Σ stock + put + placed so far ≤ M · (1 − side)      second of the two
    Σ flow likewise                                     per lane with a least lot

`side` is a binary where both could be there; M is what can be there. Solid waste law: the clause stands in the row;
MODEL.md rule 6.
"""

from __future__ import annotations

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.model.arrays import Columns, Index, Rows
from redmud_opt.network import Network
from redmud_opt.network.apart import FIRST, SECOND, Meeting, meetings
from redmud_opt.network.network import Grid, Ints


def add_apart(m: ConcreteModel, net: Network) -> None:
    """Binaries `apart_side` with what may be there of either waste."""
    met = meetings(net)
    cells = [(meeting, int(t)) for meeting in met for t in np.flatnonzero(meeting.both)]
    index = Index.of(
        kind=[meeting.kind for meeting, _ in cells],
        item=[meeting.item for meeting, _ in cells],
        rule=[meeting.rule for meeting, _ in cells],
        period=[net.time.names[t] for _, t in cells],
    )
    m.apart_side = Columns(index, upper=1.0, integer=True)
    most = {side: np.array([own.most[side][t] for own, t in cells], dtype=float) for side in (FIRST, SECOND)}
    m.apart_first = Rows(index, upper=0.0, kind="hard_law", message="model.apart")
    m.apart_first.add(m.apart_side, coef=-most[FIRST])
    m.apart_second = Rows(index, upper=most[SECOND], kind="hard_law", message="model.apart")
    m.apart_second.add(m.apart_side, coef=most[SECOND])
    start = 0
    for meeting in met:
        row = np.full(len(net.time), -1, dtype=np.int64)
        row[meeting.both] = start + np.arange(meeting.both.sum())
        start += int(meeting.both.sum())
        for side, rows in ((FIRST, m.apart_first), (SECOND, m.apart_second)):
            _put(rows, m, net, meeting, side, row)


def _put(rows: Rows, m: ConcreteModel, net: Network, meeting: Meeting, side: str, row: Ints) -> None:
    """What is there of one waste, in the row of its period; −1: no row."""
    own = meeting.entities[side]
    if "routes" in own:
        _each(rows, m.flow_t, net.routes.grid, own["routes"], row)
        return
    _each(rows, m.stock_t, net.holdings.grid, own["held"], row)
    _each(rows, m.put_t, net.holdings.put, own["held"], row)
    grid = net.placements.grid
    for k in own["placed"]:
        for t in np.flatnonzero(grid.position[k] >= 0):
            later = row[t:][row[t:] >= 0]
            rows.add(m.placed_t, row=later, col=np.full(len(later), grid.position[k, t]))


def _each(rows: Rows, columns: Columns, grid: Grid, entities: Ints, row: Ints) -> None:
    """Cells of some entities in the row of their period."""
    k, t = np.nonzero((grid.position[entities] >= 0) & (row >= 0))
    rows.add(columns, row=row[t], col=grid.position[entities[k], t])
