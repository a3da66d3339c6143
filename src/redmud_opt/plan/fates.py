"""Where the waste went: origin tonnes by fate and by the process, outlet or storage that took them.

    utilised            feeds of `use` processes · w · u, deliveries to `use` outlets · w
    placed              final placement · w
    reduced             feeds of disposal and pretreatment that leave no residue · w
    handed_to_disposal  deliveries to `disposal` outlets · w            handed_out   to `pretreatment` outlets · w
    stored              stock at the end of the calendar year · w

Summed over `at` this is the identity's own column of the same name (`stored`: its closing stock).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from pyomo.environ import ConcreteModel

from redmud_opt.model.totals import reduced_per_feed, utilised_per_delivery, utilised_per_feed
from redmud_opt.network import Network
from redmud_opt.network.network import Array, Grid, Ints
from redmud_opt.plan.framing import framed, summed

FATES = ("utilised", "placed", "reduced", "handed_to_disposal", "handed_out", "stored")
KEYS = ("origin", "cohort", "year", "fate", "at")
Entry = tuple[tuple[str, str, int, str, str], float]
"""`KEYS`, origin tonnes."""


def fate_table(m: ConcreteModel, net: Network) -> pd.DataFrame:
    """Origin tonnes by origin, cohort, year, fate and place; no row where there is nothing."""
    sums = summed((*_fed(m, net), *_sold(m, net), *_placed(m, net), *_stored(m, net)))
    rows = [(*label, amount) for label, amount in sums.items()]
    return framed(rows, (*KEYS, "amount_t"), ("amount_t",), whole=("year",))


def _part(
    net: Network, fate: str, amount: Array, grid: Grid, stream: Ints, at: list[str], of: Ints
) -> Iterator[Entry]:
    """`amount` of every cell of a grid; `at[of[entity]]` is what took it."""
    cells = np.flatnonzero(amount != 0.0)
    entity, years = grid.entity[cells], net.time.year[grid.period[cells]].tolist()
    columns = (stream[entity].tolist(), of[entity].tolist(), years, amount[cells].tolist())
    for s, k, year, own in zip(*columns, strict=True):
        yield (net.streams[s].origin, net.streams[s].cohort, year, fate, at[k]), own


def _fed(m: ConcreteModel, net: Network) -> Iterator[Entry]:
    runs = net.runs
    processes = [run.conversion.process.name for run in runs.run]
    for fate, unit in (
        ("utilised", utilised_per_feed(net, gross=False)),
        ("reduced", reduced_per_feed(net)),
    ):
        amount = m.feed_t.values_array * unit[runs.grid.entity]
        yield from _part(net, fate, amount, runs.grid, runs.stream, processes, np.arange(len(processes)))


def _sold(m: ConcreteModel, net: Network) -> Iterator[Entry]:
    sold = net.deliveries
    outlets = [outlet.name for outlet in sold.outlets]
    meanings = np.array([net.lookup.meaning(outlet.method) for outlet in sold.outlets], dtype=object)
    meaning = meanings[sold.outlet] if len(meanings) else meanings
    units = {
        "utilised": utilised_per_delivery(net, gross=False),
        "handed_to_disposal": np.where(meaning == "disposal", net.w[sold.stream], 0.0),
        "handed_out": np.where(meaning == "pretreatment", net.w[sold.stream], 0.0),
    }
    for fate, unit in units.items():
        amount = m.sold_t.values_array * unit[sold.grid.entity]
        yield from _part(net, fate, amount, sold.grid, sold.stream, outlets, sold.outlet)


def _storages(net: Network) -> list[str]:
    return [storage.name for storage in net.holdings.storages]


def _placed(m: ConcreteModel, net: Network) -> Iterator[Entry]:
    placed = net.placements
    amount = m.placed_t.values_array * net.w[placed.stream][placed.grid.entity]
    return _part(net, "placed", amount, placed.grid, placed.stream, _storages(net), placed.storage)


def _stored(m: ConcreteModel, net: Network) -> Iterator[Entry]:
    held = net.holdings
    closes = np.append(net.time.year[1:] != net.time.year[:-1], True)
    amount = m.stock_t.values_array * net.w[held.stream][held.grid.entity] * closes[held.grid.period]
    return _part(net, "stored", amount, held.grid, held.stream, _storages(net), held.storage)
