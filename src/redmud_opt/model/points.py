"""Operating points that exclude each other: a line keeps to one point of a process over a whole period.

    feed[run, period] ≤ M · point[line, process, point, period]            [t], per run of such a process
    Σ over the points  point[line, process, point, period] ≤ 1             per (line, process, period)

Only for processes whose points are `one_per_period`; the points of others share the run time of the line. M is the
most that the run can be fed in the period. MODEL.md Process.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.model.arrays import Columns, Index, Rows
from redmud_opt.network import Network
from redmud_opt.network.network import Grid, Ints

Point = tuple[str, str, str]  # line, process, point


def exclusive(net: Network) -> set[str]:
    """Processes whose points exclude each other in a period."""
    return {row.process for row in net.case.points if row.one_per_period}


def add_points(m: ConcreteModel, net: Network) -> None:
    """Columns `point`, and nothing fed at a point that is not chosen."""
    periods = net.time.names
    runs, point_of = _points(net)
    asked = list(dict.fromkeys(point_of))
    number = {point: k for k, point in enumerate(asked)}
    mine = np.full(len(net.runs.run), -1, dtype=np.int64)
    mine[runs] = [number[point] for point in point_of]
    can = np.zeros((len(asked), len(periods)), dtype=bool)
    cells = np.flatnonzero(mine[net.runs.grid.entity] >= 0)
    can[mine[net.runs.grid.entity[cells]], net.runs.grid.period[cells]] = True
    chosen = Grid.of(can)
    m.point = Columns(_index(chosen, asked, periods), upper=1.0, integer=True)
    _feeds(m, net, cells, chosen.position[mine[net.runs.grid.entity[cells]], net.runs.grid.period[cells]])
    _choices(m, chosen, asked, periods)


def _points(net: Network) -> tuple[Ints, list[Point]]:
    """Runs of processes whose points exclude each other, and the point of each."""
    asked = exclusive(net)
    found = [
        (k, (run.line, run.conversion.process.name, run.conversion.point))
        for k, run in enumerate(net.runs.run)
        if run.conversion.process.name in asked
    ]
    return np.array([k for k, _ in found], dtype=np.int64), [point for _, point in found]


def _index(chosen: Grid, asked: list[Point], periods: list[str]) -> Index:
    return Index.of(
        line=[asked[k][0] for k in chosen.entity],
        process=[asked[k][1] for k in chosen.entity],
        point=[asked[k][2] for k in chosen.entity],
        period=[periods[t] for t in chosen.period],
    )


def _feeds(m: ConcreteModel, net: Network, cells: Ints, point: Ints) -> None:
    """Each feed only where its point is chosen. `cells`: columns of `feed_t`; `point`: the column of their point."""
    labels = m.feed_t.index
    names = {name: labels.labels(name)[cells].tolist() for name in labels.names}
    rows = m.feed_if_point = Rows(Index.of(**names), upper=0.0, kind="physics", message="model.feed_if_point")
    row = np.arange(len(cells))
    rows.add(m.feed_t, row=row, col=cells)
    rows.add(m.point, row=row, col=point, coef=-net.runs.grid.pick(net.runs.upper)[cells])


def _choices(m: ConcreteModel, chosen: Grid, asked: list[Point], periods: list[str]) -> None:
    """At most one point of a process on a line in a period."""
    places = [
        (asked[k][0], asked[k][1], periods[t]) for k, t in zip(chosen.entity, chosen.period, strict=True)
    ]
    several = [place for place, count in Counter(places).items() if count > 1]
    number = {place: k for k, place in enumerate(several)}
    index = Index.of(
        line=[line for line, _, _ in several],
        process=[process for _, process, _ in several],
        period=[period for _, _, period in several],
    )
    rows = m.one_point = Rows(index, upper=1.0, kind="physics", message="model.one_point")
    col = np.array([k for k, place in enumerate(places) if place in number], dtype=np.int64)
    rows.add(m.point, row=np.array([number[places[k]] for k in col], dtype=np.int64), col=col)
