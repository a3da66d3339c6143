"""Where waste ends, as sums over the columns of a model.

Origin tonnes over the horizon by class, fate, what takes it, and province:

    amount[d] = Σ acts · origin tonnes per tonne                 [t]          share[d] = amount ÷ all of its class

The same factors as the table `fates` of a plan; stock counts where it lies at the end of the horizon.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.model.arrays import Columns
from redmud_opt.model.totals import reduced_per_feed, utilised_per_delivery, utilised_per_feed
from redmud_opt.network import Network
from redmud_opt.network.network import Array, Grid, Ints, Mask


class Destination(NamedTuple):
    """Where waste of a class ends. at: process, outlet or storage."""

    waste_class: str
    fate: str
    at: str
    province: str


@dataclass(frozen=True)
class Term:
    """Columns of a family, the destination that each counts for, and origin tonnes per unit of it."""

    family: str
    col: Ints
    number: Ints
    coef: Array


@dataclass(frozen=True)
class Destinations:
    """All destinations [D] of a network. most_t: all that there may be of the class of each."""

    keys: tuple[Destination, ...]
    terms: tuple[Term, ...]
    most_t: Array

    def amounts_t(self, model: ConcreteModel) -> Array:
        """Origin tonnes in the plan that a model holds, [D]."""
        found = np.zeros(len(self.keys))
        for term in self.terms:
            columns: Columns = model.component(term.family)
            np.add.at(found, term.number, columns.values_array[term.col] * term.coef)
        return found

    def shares(self, model: ConcreteModel) -> Array:
        """The same as shares of `most_t`, [D]."""
        return self.amounts_t(model) / self.most_t

    @property
    def classes(self) -> list[str]:
        """Classes of waste that end anywhere."""
        return list(dict.fromkeys(key.waste_class for key in self.keys))


def destinations(net: Network) -> Destinations:
    """Every destination that a plan may use."""
    number: dict[Destination, int] = {}
    terms = []
    for act in _acts(net):
        of = np.full(len(act.unit), -1, dtype=np.int64)
        for entity in np.flatnonzero(act.unit).tolist():
            key = _destination(net, act, entity)
            of[entity] = number.setdefault(key, len(number))
        col = np.flatnonzero((of[act.grid.entity] >= 0) & act.counts[act.grid.period])
        own = act.grid.entity[col]
        terms.append(Term(act.family, col, of[own], act.unit[own]))
    most = _most_t(net)
    keys = tuple(number)
    return Destinations(keys, tuple(terms), np.array([most[key.waste_class] for key in keys], dtype=float))


class _Act(NamedTuple):
    """A family of columns that ends waste. unit: origin tonnes per unit of each entity; counts: in which periods."""

    family: str
    fate: str
    grid: Grid
    unit: Array
    stream: Ints
    place: Ints
    at: list[str]
    counts: Mask


def _acts(net: Network) -> Iterator[_Act]:
    every = np.ones(len(net.time), dtype=bool)
    last = np.arange(len(net.time)) == net.time.last
    runs, sold, placed, held = net.runs, net.deliveries, net.placements, net.holdings
    processes = [run.conversion.process.name for run in runs.run]
    fed = (runs.stream, runs.place, processes, every)
    yield _Act("feed_t", "utilised", runs.grid, utilised_per_feed(net, gross=False), *fed)
    yield _Act("feed_t", "reduced", runs.grid, reduced_per_feed(net), *fed)
    meanings = [net.lookup.meaning(outlet.method) for outlet in sold.outlets]
    outlets = [sold.outlets[k].name for k in sold.outlet]
    taken = (sold.stream, sold.place, outlets, every)
    yield _Act("sold_t", "utilised", sold.grid, utilised_per_delivery(net, gross=False), *taken)
    for fate, meaning in (("handed_to_disposal", "disposal"), ("handed_out", "pretreatment")):
        handed = np.array([meanings[k] == meaning for k in sold.outlet], dtype=bool)
        yield _Act("sold_t", fate, sold.grid, net.w[sold.stream] * handed, *taken)
    yards = [storage.name for storage in held.storages]
    there = [yards[k] for k in placed.storage]
    yield _Act(
        "placed_t", "placed", placed.grid, net.w[placed.stream], placed.stream, placed.place, there, every
    )
    there = [yards[k] for k in held.storage]
    yield _Act("stock_t", "stored", held.grid, net.w[held.stream], held.stream, held.place, there, last)


def _destination(net: Network, act: _Act, entity: int) -> Destination:
    site = net.places[int(act.place[entity])].site
    waste_class = net.class_of_origin(net.origin(int(act.stream[entity])))
    return Destination(waste_class, act.fate, act.at[entity], net.lookup.sites[site].province or site)


def _most_t(net: Network) -> dict[str, float]:
    """Origin tonnes of each class that there may be over the horizon: what arises at most, and opening stock."""
    found: defaultdict[str, float] = defaultdict(float)
    arising = np.bincount(net.nodes.entity, net.arising_most_t, minlength=len(net.places))
    for place in np.flatnonzero(arising > 0).tolist():
        stream = int(net.place_stream[place])
        found[net.class_of_origin(net.origin(stream))] += float(arising[place] * net.w[stream])
    for k, opening in enumerate(net.holdings.opening_t):
        stream = int(net.holdings.stream[k])
        found[net.class_of_origin(net.origin(stream))] += float(opening * net.w[stream])
    return defaultdict(lambda: 1.0, {name: most for name, most in found.items() if most > 0})
