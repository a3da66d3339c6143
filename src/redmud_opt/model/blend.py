"""Blend shares and blend gates: what a process may be fed, taken together.

    shares   feed_m − max_share · Σ feed ≤ 0,  feed_m − min_share · Σ feed ≥ 0 [t], per (line, process, point, period)
    gates    Σ x · (retained · (p + k σ) − limit · yield) ≤ 0   [t · unit of the property]   a minimum turns the signs
             over feeds and fixed inputs; yield and retained are 1 for a gate on the input

p is the property of each feed; a property on wet basis is weighted with wet tonnes. The same gate at an outlet or
a storage averages over what is delivered in a period. `each` gates are filters of the network (`network.law`).
MODEL.md rule 4.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.case.works import Feed, Gate
from redmud_opt.model.arrays import Columns, Index, Rows
from redmud_opt.model.columns import factor, grid_index
from redmud_opt.network import Network
from redmud_opt.network.lineage import Conversion
from redmud_opt.network.network import Array, Grid, Ints

Mixer = tuple[str, str, str]


def mixers(net: Network) -> dict[Mixer, list[int]]:
    """(line, process, point) → runs that share one vessel; a recipe is one run alone."""
    found: dict[Mixer, list[int]] = {}
    for k, run in enumerate(net.runs.run):
        key = (run.line, run.conversion.process.name, run.conversion.point)
        found.setdefault(key, []).append(k)
    return found


def add_shares(m: ConcreteModel, net: Network) -> None:
    """Least and greatest share of a feed row in what its process is fed."""
    of_mixer = mixers(net)
    wanted = [
        (mixer, row, sense) for mixer, runs in of_mixer.items() for row, sense in _limited(net, mixer, runs)
    ]
    labels = [f"{row.material}:{sense}" for _, row, sense in wanted]
    index, position = _rows_of_mixers(net, of_mixer, [mixer for mixer, _, _ in wanted], labels, "feed")
    upper = np.concatenate(
        [np.zeros(0)] + [np.full(_periods(position, k), _upper(s)) for k, (_, _, s) in enumerate(wanted)]
    )
    rows = m.blend_share = Rows(
        index,
        lower=np.where(np.isinf(upper), 0.0, -np.inf),
        upper=upper,
        kind="physics",
        message="model.blend_share",
    )
    coefs = [
        (k, run, float(_row(net, run) is row) - (row.max_share if sense == "max" else row.min_share))
        for k, (mixer, row, sense) in enumerate(wanted)
        for run in of_mixer[mixer]
    ]
    _add_runs(rows, position, m.feed_t, net.runs.grid, coefs)


def _limited(net: Network, mixer: Mixer, runs: list[int]) -> Iterator[tuple[Feed, str]]:
    """Feed rows of a mixer with a share to keep: a greatest one only if the row is fed at all."""
    for row in net.lineages.feed_rows(mixer[1], mixer[2]):
        if row.max_share < 1 and any(_row(net, run) is row for run in runs):
            yield row, "max"
        if row.min_share > 0:
            yield row, "min"


def _row(net: Network, run: int) -> Feed:
    row = net.runs.run[run].conversion.row
    assert row is not None, "a run with a feed has a feed row"
    return row


def _upper(sense: str) -> float:
    return 0.0 if sense == "max" else np.inf


def _periods(position: Ints, k: int) -> int:
    return int((position[k] >= 0).sum())


def _rows_of_mixers(
    net: Network, of_mixer: dict[Mixer, list[int]], chosen: list[Mixer], labels: list[str], name: str
) -> tuple[Index, Ints]:
    """Rows (line, process, point, label, period) where any run of the mixer can act."""
    mask = np.zeros((len(chosen), len(net.time)), dtype=bool)
    for k, mixer in enumerate(chosen):
        mask[k] = (net.runs.grid.position[of_mixer[mixer]] >= 0).any(axis=0)
    grid = Grid.of(mask)
    parts = [factor([mixer[k] for mixer in chosen]) for k in range(3)] + [factor(labels)]
    codes, levels = zip(*parts, strict=True)
    return grid_index(net, grid, ("line", "process", "point", name), codes, levels), grid.position


def _add_runs(
    rows: Rows, position: Ints, feed_t: Columns, grid: Grid, coefs: list[tuple[int, int, float]]
) -> None:
    """Each (line of `position`, run, coefficient) in every period that has both the row and the column."""
    number, run, coef = (
        (np.array(part) for part in zip(*coefs, strict=True)) if coefs else np.zeros((3, 0), int)
    )
    row, col = position[number], grid.position[run]
    k, period = np.nonzero((row >= 0) & (col >= 0) & (coef != 0.0)[:, None])
    rows.add(feed_t, row=row[k, period], col=col[k, period], coef=coef[k])


def _bounds(gates: list[Gate], position: Ints) -> tuple[Array, Array]:
    """Bounds of gate rows: ≤ 0 for a maximum, ≥ 0 for a minimum."""
    most = [np.full(_periods(position, k), gate.sense == "max") for k, gate in enumerate(gates)]
    is_max = np.concatenate(most) if most else np.zeros(0, dtype=bool)
    return np.where(is_max, -np.inf, 0.0), np.where(is_max, 0.0, np.inf)


def add_process_gates(m: ConcreteModel, net: Network) -> None:
    """Blend gates on the input or an output of a process, per line."""
    of_mixer = mixers(net)
    wanted = [(gate, mixer) for mixer in of_mixer for gate in net.law.blend.get(mixer[1], [])]
    gates = [gate for gate, _ in wanted]
    labels = [gate.name for gate in gates]
    index, position = _rows_of_mixers(net, of_mixer, [mixer for _, mixer in wanted], labels, "gate")
    lower, upper = _bounds(gates, position)
    rows = m.process_gate = Rows(index, lower=lower, upper=upper, kind="hard_law", message="model.gate")
    coefs = [
        (k, run, _gate_coefficient(net, gate, run))
        for k, (gate, mixer) in enumerate(wanted)
        for run in of_mixer[mixer]
    ]
    _add_runs(rows, position, m.feed_t, net.runs.grid, coefs)


def _gate_coefficient(net: Network, gate: Gate, run: int) -> float:
    """Excess over the limit that a tonne of feed or of activity brings, its fixed inputs included."""
    conversion = net.runs.run[run].conversion
    taken = list(_taken(net, gate, conversion))
    if gate.output:
        brought = sum(gate.retained * value * amount for value, amount in taken)
        return brought - gate.limit * _made(net, gate, conversion)
    return sum((value - gate.limit) * amount for value, amount in taken)


def _taken(net: Network, gate: Gate, conversion: Conversion) -> Iterator[tuple[float, float]]:
    """(value, weighted tonnes) of the feed, and of each fixed input that has tonnes."""
    if conversion.feed is not None:
        yield conversion.feed.with_margin(gate), net.law.weight(gate, conversion.feed)
    for row in conversion.inputs:
        lineage = net.lineages.by_id[row.material]
        if lineage.material.unit == "t":
            yield lineage.with_margin(gate), row.amount_per_t * net.law.weight(gate, lineage)


def _made(net: Network, gate: Gate, conversion: Conversion) -> float:
    made = [m for m in conversion.made if m.output.name == gate.output]
    return sum(m.yield_t_per_t * net.law.weight(gate, m.output) for m in made)


def add_receiver_gates(m: ConcreteModel, net: Network) -> None:
    """Blend gates at outlets and storages, over what is delivered, put and placed in a period."""
    outlets = [
        (gate, outlet.name) for outlet in net.case.outlets for gate in net.law.blend.get(outlet.name, [])
    ]
    stores = [(gate, s.name) for s in net.case.storages for gate in net.law.blend.get(s.name, [])]
    wanted = outlets + stores
    gates = [gate for gate, _ in wanted]
    grid = Grid.of(np.ones((len(wanted), len(net.time)), dtype=bool))
    index = Index.of(
        at=[wanted[k][1] for k in grid.entity],
        gate=[gates[k].name for k in grid.entity],
        period=[net.time.names[t] for t in grid.period],
    )
    lower, upper = _bounds(gates, grid.position)
    rows = m.receiver_gate = Rows(index, lower=lower, upper=upper, kind="hard_law", message="model.gate")
    held = net.holdings
    names = np.array([s.name for s in held.storages], dtype=object)
    for k, (gate, at) in enumerate(wanted):
        outlet = np.array([o.name for o in net.deliveries.outlets], dtype=object)[net.deliveries.outlet]
        _add_receiver(
            rows,
            grid.position[k],
            m.sold_t,
            net,
            net.deliveries.grid,
            net.deliveries.stream,
            outlet == at,
            gate,
        )
        for columns, cells, table in (
            (m.put_t, held.put, held),
            (m.placed_t, net.placements.grid, net.placements),
        ):
            _add_receiver(
                rows, grid.position[k], columns, net, cells, table.stream, names[table.storage] == at, gate
            )


def _add_receiver(
    rows: Rows,
    position: Ints,
    columns: Columns,
    net: Network,
    grid: Grid,
    stream: Ints,
    mine: Array,
    gate: Gate,
) -> None:
    col = np.flatnonzero(mine[grid.entity]) if len(grid) else np.zeros(0, dtype=np.int64)
    excess = np.zeros(len(stream))
    for entity in np.unique(grid.entity[col]):
        lineage = net.lineage(int(stream[entity]))
        excess[entity] = (lineage.with_margin(gate) - gate.limit) * net.law.weight(gate, lineage)
    rows.add(columns, row=position[grid.period[col]], col=col, coef=excess[grid.entity[col]])
