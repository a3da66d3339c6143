"""Upper bounds of what can ever have been there: the source of every tight bound on flows and feeds."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import numpy as np
import scipy.sparse as sparse

from redmud_opt.network.network import (
    Array,
    Deliveries,
    Grid,
    Holdings,
    Ints,
    Placements,
    Purchases,
    Routes,
    Runs,
)
from redmud_opt.network.numbering import Numbering
from redmud_opt.network.time import Time

Entities = TypeVar("Entities", Routes, Runs, Holdings, Placements, Deliveries)


def available_t(
    numbers: Numbering,
    time: Time,
    arising_t: Array,
    holdings: Holdings,
    runs: Runs,
    purchases: Purchases,
    deliveries: Deliveries,
    placements: Placements,
    *,
    passes: int,
) -> Array:
    """Upper bound of what can have been there of each stream by each period, [S, T].

    First with all that can be bought, then with no more of it than can leave or lie in stock.
    """
    found = _implied_t(numbers, time, arising_t, holdings, runs, purchases, passes)
    most = wanted_t(numbers, bounded(runs, found), deliveries, placements, holdings)[purchases.stream]
    wanted = replace(purchases, upper=np.minimum(purchases.upper, most))
    return _implied_t(numbers, time, arising_t, holdings, runs, wanted, passes)


def _implied_t(
    numbers: Numbering,
    time: Time,
    arising_t: Array,
    holdings: Holdings,
    runs: Runs,
    purchases: Purchases,
    passes: int,
) -> Array:
    """The same with purchases up to their upper bounds.

    Monotone iteration from infinity: cumulative arisings, opening stock and purchases, plus yields times the lesser
    of what can be fed and what the line can run. Every pass is a valid bound, so a few passes do.
    """
    shape = (len(numbers.streams), len(time))
    base = np.zeros(shape)
    np.add.at(base, numbers.place_stream, np.cumsum(arising_t, axis=1))
    np.add.at(base, holdings.stream, holdings.opening_t[:, None])
    np.add.at(base, purchases.stream, np.cumsum(purchases.upper, axis=1))
    row = numbers.place_stream[runs.made_place]
    always = runs.made_period < 0
    coordinates = (row[always], runs.made_run[always])
    made = sparse.coo_array((runs.made_yield[always], coordinates), (shape[0], len(runs.run)))
    line = np.cumsum(runs.upper, axis=1)
    found = np.full(shape, np.inf)
    for _ in range(passes):
        fed = np.where(runs.stream[:, None] >= 0, found[runs.stream], np.inf)
        once = _made_once(runs, row, np.minimum(fed, runs.upper), shape)
        aged = _aged(found, numbers, time)
        found = np.minimum(found, base + aged + _times(made, np.minimum(fed, line)) + once)
    return found


def _made_once(runs: Runs, row: Ints, most_fed: Array, shape: tuple[int, int]) -> Array:
    """Most by each period of what is made in one period alone: waste whose clock starts with its making, [S, T]."""
    found = np.zeros(shape)
    one = np.flatnonzero(runs.made_period >= 0)
    amount = runs.made_yield[one] * most_fed[runs.made_run[one], runs.made_period[one]]
    np.add.at(found, (row[one], runs.made_period[one]), amount)
    return np.cumsum(found, axis=1)


def wanted_t(
    numbers: Numbering, runs: Runs, deliveries: Deliveries, placements: Placements, holdings: Holdings
) -> Array:
    """Upper bound of what can be bought of each stream in each period, [S, T].

    What leaves from then on (delivered, placed, fed, taken as an input) and what can lie in stock at the end.
    """
    found = np.zeros((len(numbers.streams), runs.upper.shape[1]))
    for entities in (deliveries, placements):
        np.add.at(found, entities.stream, _present(entities.grid, entities.upper))
    fed = _present(runs.grid, runs.upper)
    np.add.at(found, runs.stream[runs.stream >= 0], fed[runs.stream >= 0])
    taken = np.flatnonzero(runs.need_amount > 0)
    amount = runs.need_amount[taken, None] * fed[runs.need_run[taken]]
    np.add.at(found, numbers.place_stream[runs.need_place[taken]], amount)
    found = np.cumsum(found[:, ::-1], axis=1)[:, ::-1]
    lying = _present(holdings.grid, holdings.upper)[:, -1]
    np.add.at(found, holdings.stream, np.repeat(lying[:, None], found.shape[1], axis=1))
    return found


def _present(grid: Grid, upper: Array) -> Array:
    """Upper bounds, 0 where there is no cell."""
    return np.where(grid.position >= 0, upper, 0.0)


def _aged(found: Array, numbers: Numbering, time: Time) -> Array:
    """What New Year can have turned into legacy by each period."""
    aged = np.zeros_like(found)
    for t in np.flatnonzero(time.opens_year):
        for stream, k in numbers.stream.items():
            if stream.cohort == "legacy":
                young = numbers.stream.get(stream._replace(cohort="new"))
                if young is not None:
                    aged[k, t:] = found[young, t - 1]
    return aged


def _times(matrix: sparse.coo_array, values: Array) -> Array:
    """Sparse × dense where `values` may be infinite: only stored entries count, so 0 × inf cannot arise."""
    found = np.zeros((matrix.shape[0], values.shape[1]))
    np.add.at(found, matrix.row, matrix.data[:, None] * values[matrix.col])
    return found


def bounded(entities: Entities, available: Array) -> Entities:
    """The same with `upper` no greater than what can be there of the stream."""
    there = np.where(entities.stream[:, None] >= 0, available[entities.stream], np.inf)
    return replace(entities, upper=np.minimum(entities.upper, there))
