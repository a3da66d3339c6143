"""What is wrong with a pool, as far as only the network shows it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from redmud_opt.case.faults import Fault
from redmud_opt.i18n import Message
from redmud_opt.network.network import Array, Network, Pool
from redmud_opt.network.pools import MOST_POINTS, Tracer, points_count


def pool_faults(net: Network) -> Iterator[Fault]:
    """A pool is of one legal status, is bounded, has not too many points, and is not taken apart again."""
    grid = net.case.settings.pool_grid
    for pool in net.pools:
        count = points_count(len(pool.components), grid)
        if count > MOST_POINTS:
            values = {"name": pool.storage.name, "count": len(pool.components), "points": count}
            remedy = Message("network.coarsen_pool", {"most": MOST_POINTS})
            message = Message("network.pool_grid_too_fine", values)
            yield Fault("case.yaml", 0, "pool_grid", message, remedy)
        yield from _of_one_status(net, pool)
        yield from _without_ages(net, pool)
        yield from _bounded(net, pool)
        yield from _kept_together(net, pool)


def _fault(pool: Pool, column: str, key: str, remedy: str, **values: object) -> Fault:
    row = pool.storage
    return Fault(
        file=row.place.file or "storages.csv",
        row=row.place.row,
        column=column,
        message=Message(f"network.{key}", {"name": row.name, **values}),
        remedy=Message(f"network.{remedy}"),
    )


def _of_one_status(net: Network, pool: Pool) -> Iterator[Fault]:
    """Mixed with a hazardous waste all of it would be one (GB 5085.7 5.1); the model keeps the status of each."""
    hazardous = [name for name in pool.components if net.lineages.by_id[name].hazardous]
    others = [name for name in pool.components if name not in hazardous]
    if hazardous and others:
        values = {"hazardous": tuple(hazardous), "others": tuple(others)}
        yield _fault(pool, "material", "pool_spreads_hazard", "pool_of_one_status", **values)


def _without_ages(net: Network, pool: Pool) -> Iterator[Fault]:
    """In a mixture no tonne is older than another, so no storage clock could be kept."""
    clocked = tuple(name for name in pool.components if net.clocks.aged(net.lineages.by_id[name]))
    if clocked:
        yield _fault(pool, "mixed", "pool_with_ages", "store_ages_apart", materials=clocked)


def most_held_t(net: Network, pool: Pool) -> Array:
    """Most of each component that can be in a pool in each period, [component, period]."""
    found = np.zeros((len(pool.components), len(net.time)))
    np.add.at(found, pool.component, net.available_t[net.holdings.stream[pool.holding]])
    return found


def _bounded(net: Network, pool: Pool) -> Iterator[Fault]:
    held = most_held_t(net, pool)
    for k, name in enumerate(pool.components):
        leaving = [one.most_t(len(pool.components))[k] for one in pool.exits]
        if not np.isfinite(held[k]).all() or not all(np.isfinite(most).all() for most in leaving):
            yield _fault(pool, "material", "pool_without_bound", "bound_the_pool", material=name)


def _kept_together(net: Network, pool: Pool) -> Iterator[Fault]:
    """Beyond a lane the mixture has one way on, or ways that the pool alone supplies; nothing takes a part of it."""
    tracer = Tracer(net, pool)
    site = pool.storage.site
    several = list(dict.fromkeys(one.beyond for one in pool.exits if one.beyond))
    alone = tracer.supplied_alone()
    for beyond in several:
        if beyond not in alone:
            ways = tuple(one.name for one in pool.exits if one.beyond == beyond)
            yield _fault(pool, "site", "pool_taken_apart", "one_way_on", site=beyond, ways=ways)
    for place in (site, *tracer.beyond([one for one in pool.exits if not one.beyond])):
        if tracer.needed_at(place):
            yield _fault(pool, "material", "pool_feeds_recipe", "input_by_itself", site=place)
        stores = _storages_at(net, pool, place)
        if place != site and stores:
            values = {"site": place, "ways": stores}
            yield _fault(pool, "site", "pool_taken_apart", "one_way_on", **values)


def _storages_at(net: Network, pool: Pool, site: str) -> tuple[str, ...]:
    """Storages at a site that take a component, where it could also go on otherwise."""
    tracer = Tracer(net, pool)
    held = [(k, net.holdings.stream[e]) for e, k in enumerate(net.holdings.storage.tolist())]
    held += [(k, net.placements.stream[e]) for e, k in enumerate(net.placements.storage.tolist())]
    rows = net.holdings.storages
    mine = [rows[k].name for k, s in held if rows[k].site == site and net.streams[s].lineage in tracer.number]
    names = tuple(dict.fromkeys(mine))
    return names if len(names) > 1 or any(True for _ in tracer.at(site)) else ()
