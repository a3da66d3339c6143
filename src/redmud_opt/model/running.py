"""Running a line: rate, hours, whether it runs at all, and for how long once started. Per (line, period):

    Σ use · feed ≤ Σ A · capacity · units                       a line without run hours              [t or h]
    min_rate · rate · run_h ≤ Σ use · feed ≤ rate · run_h       a line with run hours; rate = capacity ÷ hours
    run_h ≤ Σ A · hours · units,    run_h ≤ hours · on                                                [h]
    run_h ≥ min_run_share · (h · on − Σ max(0, h − A · hours) · units)     h: hours; of several units every A · hours
    Σ use · feed ≤ capacity · on                                a line without run hours
    on ≤ Σ [A > 0] · units                                      units that run
    on[t] − on[t−1] ≤ on[τ],   τ = t+1 … t+min_run_periods−1    once started

Σ over the vintages of the line; units: built less closed. MODEL.md rule 3.
"""

from __future__ import annotations

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.case.works import Line
from redmud_opt.model.arrays import Columns, Index, Rows
from redmud_opt.model.building import Units, can_stand, line_rows, spread
from redmud_opt.network import Network
from redmud_opt.network.counted import counted_lines
from redmud_opt.network.network import Array, Ints
from redmud_opt.network.plant import Plant


def has_run_hours(line: Line) -> bool:
    """Whether the hours that a line runs are a decision of their own."""
    return bool(line.min_rate or line.min_run_share or line.run_cost_cny_per_h)


def is_switched(line: Line) -> bool:
    """Whether it matters that a line runs at all in a period."""
    lasts = (line.min_run_periods or 1) > 1
    return bool(line.min_rate or line.min_run_share or lasts or line.fixed_cost_cny_per_period)


def timed_lines(plant: Plant) -> Ints:
    """Lines with run hours."""
    return np.array([k for k, line in enumerate(plant.lines) if has_run_hours(line)], dtype=np.int64)


def switched_lines(net: Network) -> Ints:
    """Lines with `on`: by their own columns, or because a limit counts them."""
    counted = counted_lines(net)
    lines = enumerate(net.plant.lines)
    return np.array([k for k, line in lines if is_switched(line) or line.name in counted], dtype=np.int64)


def add_running(m: ConcreteModel, net: Network) -> None:
    """Columns run_h and on."""
    plant = net.plant
    m.run_h = _over(net, timed_lines(plant), plant.hours * plant.times[:, None], integer=False)
    most = np.broadcast_to(plant.times[:, None].astype(float), plant.hours.shape)
    m.on = _over(net, switched_lines(net), most, integer=True)


def _over(net: Network, lines: Ints, upper: Array, *, integer: bool) -> Columns:
    """Columns over (line, period) wherever something of the line can stand."""
    chosen = np.zeros(len(net.plant.lines), dtype=bool)
    chosen[lines] = True
    line, period = np.nonzero(chosen[:, None] & can_stand(net.plant))
    names = [row.name for row in net.plant.lines]
    index = Index(("line", "period"), (line, period), (names, net.time.names))
    return Columns(index, upper=upper[line, period], integer=integer)


def positions(columns: Columns, net: Network) -> Ints:
    """position [L, T] of the columns over (line, period)."""
    return spread(columns, columns.index.codes[0], net.plant)


def add_line_capacity(m: ConcreteModel, net: Network) -> None:
    """Load against the capacity in force, by what stands, is built and closed, or by run hours."""
    plant = net.plant
    timed = set(timed_lines(plant).tolist())
    loaded = set(net.runs.line.tolist())
    plain = [k for k in loaded - timed if np.isfinite(plant.capacity[k]).all()]
    rows, position = line_rows(net, plain, upper=0.0, message="model.line_capacity")
    m.line_capacity = rows
    _load(rows, m, net, position)
    Units(m, plant).add(rows, position, -_finite(plant.capacity_in_force), size=True)
    _by_hours(m, net, sorted(timed))


def _finite(values: Array) -> Array:
    return np.where(np.isfinite(values), values, 0.0)


def _load(rows: Rows, m: ConcreteModel, net: Network, position: Ints) -> None:
    """Σ use · feed of each line in its rows."""
    grid = net.runs.grid
    row = position[net.runs.line[grid.entity], grid.period]
    col = np.flatnonzero(row >= 0)
    rows.add(m.feed_t, row=row[col], col=col, coef=net.runs.use_per_t[grid.entity[col]])


def rates(plant: Plant) -> Array:
    """Capacity per hour of a full unit, [L, T]."""
    hours = np.where(plant.hours > 0, plant.hours, 1.0)
    return np.where(plant.hours > 0, _finite(plant.capacity) / hours, 0.0)


def _by_hours(m: ConcreteModel, net: Network, timed: list[int]) -> None:
    plant, rate, at = net.plant, rates(net.plant), positions(m.run_h, net)
    rows, position = line_rows(net, timed, upper=0.0, message="model.run_most")
    m.run_most = rows
    _load(rows, m, net, position)
    _beside(rows, m.run_h, position, at, -rate)
    least = [k for k in timed if plant.lines[k].min_rate]
    rows, position = line_rows(net, least, lower=0.0, message="model.run_least")
    m.run_least = rows
    _load(rows, m, net, position)
    share = np.array([line.min_rate or 0.0 for line in plant.lines])[:, None]
    _beside(rows, m.run_h, position, at, -share * rate)
    rows, position = line_rows(net, timed, upper=0.0, message="model.run_hours")
    m.run_hours = rows
    _beside(rows, m.run_h, position, at, np.ones_like(rate))
    Units(m, plant).add(rows, position, -plant.hours_in_force)


def _beside(rows: Rows, columns: Columns, position: Ints, at: Ints, coef: Array) -> None:
    """Columns over (line, period) in the rows of the same line and period."""
    k = np.nonzero((position >= 0) & (at >= 0))
    rows.add(columns, row=position[k], col=at[k], coef=coef[k])


def add_switching(m: ConcreteModel, net: Network) -> None:
    """No load without on; on no more than stands; least hours, and least periods in a row."""
    plant = net.plant
    switched, timed = set(switched_lines(net).tolist()), set(timed_lines(plant).tolist())
    on, hours = positions(m.on, net), positions(m.run_h, net)
    rows, position = line_rows(net, switched - timed, upper=0.0, message="model.load_if_on")
    m.load_if_on = rows
    _load(rows, m, net, position)
    _beside(rows, m.on, position, on, -_most_load(net))
    rows, position = line_rows(net, switched & timed, upper=0.0, message="model.hours_if_on")
    m.hours_if_on = rows
    _beside(rows, m.run_h, position, hours, np.ones_like(plant.hours))
    _beside(rows, m.on, position, on, -plant.hours)
    rows, position = line_rows(net, switched, upper=0.0, message="model.on_if_stands")
    m.on_if_stands = rows
    _beside(rows, m.on, position, on, np.ones_like(plant.hours))
    Units(m, plant).add(rows, position, -plant.stands.astype(float))
    _least_hours(m, net, on, hours)
    _in_a_row(m, net, on)


def _most_load(net: Network) -> Array:
    """Most load of one unit that runs, [L, T]: its capacity, or what can be there to feed where that is less."""
    runs = net.runs
    found = np.zeros_like(net.plant.capacity)
    using = np.flatnonzero(runs.use_per_t > 0)
    fed = np.where(runs.grid.position >= 0, runs.upper, 0.0)[using]
    np.add.at(found, runs.line[using], runs.use_per_t[using, None] * fed)
    return _finite(np.minimum(net.plant.capacity, found))


def _least_hours(m: ConcreteModel, net: Network, on: Ints, hours: Ints) -> None:
    """The least share of the hours in force of the units that are on: of several, of those with the least hours.

    The sum of the k least of some numbers is the greatest over h of k · h − Σ max(0, h − number).
    """
    plant = net.plant
    share = np.array([line.min_run_share or 0.0 for line in plant.lines])
    levels = [
        (k, t, part, h)
        for k in np.flatnonzero(share)
        for t in range(len(net.time))
        for part, h in enumerate(_hours_of_a_unit(plant, int(k), t))
    ]
    line, period, part = np.array([row[:3] for row in levels], dtype=np.int64).reshape(-1, 3).T
    parts = range(1 + max(part, default=-1))
    names = [row.name for row in plant.lines]
    index = Index(("line", "period", "part"), (line, period, part), (names, net.time.names, list(parts)))
    rows = m.run_share = Rows(index, lower=0.0, kind="physics", message="model.run_share")
    for number in parts:
        mine = np.flatnonzero(part == number)
        position = np.full(plant.hours.shape, -1, dtype=np.int64)
        position[line[mine], period[mine]] = mine
        level = np.zeros_like(plant.hours)
        level[line[mine], period[mine]] = [levels[row][3] for row in mine]
        _beside(rows, m.run_h, position, hours, np.ones_like(plant.hours))
        _beside(rows, m.on, position, on, -share[:, None] * level)
        short = np.maximum(level[plant.line] - plant.hours_in_force, 0.0) * plant.stands
        Units(m, plant).add(rows, position, share[plant.line][:, None] * short)


def _hours_of_a_unit(plant: Plant, line: int, t: int) -> list[float]:
    """The hours in force that a unit may have in a period; of a single unit those of a full one will do."""
    mine = (plant.line == line) & plant.stands[:, t]
    if plant.times[line] > 1:
        return sorted({h for h in plant.hours_in_force[mine, t].tolist() if h > 0}, reverse=True)
    return [float(plant.hours[line, t])] if mine.any() else []


def _in_a_row(m: ConcreteModel, net: Network, on: Ints) -> None:
    """Starts in t and what must follow; being on in the first period is no start of a line that stood before."""
    plant, names = net.plant, net.time.names
    pairs = [
        (k, t, later)
        for k, line in enumerate(plant.lines)
        for t in range(1, len(names))
        if on[k, t] >= 0
        for later in range(t + 1, min(t + (line.min_run_periods or 1), len(names)))
    ]
    pairs += [
        (k, 0, later)
        for k, line in enumerate(plant.lines)
        if line.candidate and on[k, 0] >= 0
        for later in range(1, min(line.min_run_periods or 1, len(names)))
    ]
    line, start, later = np.array(pairs, dtype=np.int64).reshape(-1, 3).T
    levels = ([row.name for row in plant.lines], names, names)
    index = Index(("line", "start", "period"), (line, start, later), levels)
    rows = m.run_in_a_row = Rows(index, upper=0.0, kind="physics", message="model.run_in_a_row")
    rows.add(m.on, col=on[line, start])
    before = np.where(start > 0, on[line, start - 1], -1)
    _where(rows, m.on, before, -1.0)
    _where(rows, m.on, on[line, later], -1.0)


def _where(rows: Rows, columns: Columns, col: Ints, coef: float) -> None:
    """Columns in rows of the same number, where there is one."""
    row = np.flatnonzero(col >= 0)
    rows.add(columns, row=row, col=col[row], coef=coef)
