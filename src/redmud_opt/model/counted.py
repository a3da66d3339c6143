"""What must be known to be used or not: lanes, outlets and lines that a cost, a rule or a limit asks about.

    used[lane, period]    Σ flow · basis ≤ M · used,   Σ flow · basis ≥ min_lot · used       sum of materials    [t]
    used[outlet, period]  Σ sold · basis ≤ M · used
    used[line, period]    on ≤ times · used,  used ≤ on
    opening[lane, period] Σ flow · basis ≤ M · Σ opening up to the period,   Σ opening ≤ 1

M is what can move in the period: the lane's capacity or what can be there, whichever is less. MODEL.md Lane.
"""

from __future__ import annotations

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.model.arrays import ColumnGroup, Columns, Index, Rows
from redmud_opt.model.moved import Moved, listed_lanes, on_lanes, to_outlets
from redmud_opt.network import Network
from redmud_opt.network.counted import LANE, LINE, OUTLET, switched_things
from redmud_opt.network.network import Ints


def add_used(m: ConcreteModel, net: Network) -> None:
    """Columns `used` with the rows that tie them to tonnes and to lines that run."""
    asked, periods = switched_things(net), net.time.names
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
    moved = {LANE: on_lanes(m, net), OUTLET: to_outlets(m, net)} if asked else {}
    for start, (kind, name) in zip(range(0, len(labels), len(periods)), asked, strict=True):
        col = start + np.arange(len(periods))
        if kind == LINE:
            _tie_line(m, net, name, col, place[col])
            continue
        number = moved[kind].names.index(name)
        most = moved[kind].most[number]
        m.used.upper_bound[col] = most > 0
        _tonnes(rows, moved[kind], number, col)
        rows.add(m.used, row=col, col=col, coef=-most)
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
    m.column_groups = (*m.column_groups, ColumnGroup(m.opening, ("lane", "period")))
    if lanes:
        _open_before(rows, m, net, lanes)


def _open_before(rows: Rows, m: ConcreteModel, net: Network, lanes: list[int]) -> None:
    """Nothing moves before a lane is opened."""
    moved, periods = on_lanes(m, net), np.arange(len(net.time))
    late, early = np.nonzero(periods[:, None] >= periods[None, :])
    for k, number in enumerate(lanes):
        first = k * len(periods)
        _tonnes(rows, moved, number, first + periods)
        rows.add(m.opening, row=first + late, col=first + early, coef=-moved.most[number][late])
