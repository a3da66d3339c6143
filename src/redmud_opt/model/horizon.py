"""The end of the horizon: stock left over is charged with the cheapest lawful way out, or must not grow.

    excess[storage, class] ≥ Σ closing − Σ opening            general waste, streams with a way out        [t]
    excess[storage, class] ≥ Σ closing                        hazardous waste
    closing ≤ opening                                         streams without any way out
    Σ closing ≤ or = Σ opening, or = 0                        per (storage, material), where `end_stock` says so
    Σ stock of a product made from waste ≤ its opening stock  at every 31 December and at the end, per (site, product)

The charge of a stream is the least unit cost, carbon included, over lanes, processes (with the charges of their
outputs) and sinks that are open in the last period, capacities ignored: a fixed point over the network. Lines and
yards count that stand in the last period whatever is decided; where these leave no way, candidates that could stand
count too. Prices are those of the last period; a tonne fed to a partner's line costs the toll. A storage with an
`end_stock` of its own follows that, the others the setting `end_of_horizon`. MODEL.md End of horizon.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.model.approvals import approval_fees
from redmud_opt.model.arrays import Columns, Index, Rows
from redmud_opt.model.radius import NEAR
from redmud_opt.network import Network
from redmud_opt.network.burdens import co2e_per_feed
from redmud_opt.network.lineage import WASTE
from redmud_opt.network.network import Array, Ints, Mask

CIRCLES = 200
"""Passes beyond the number of places: a circle that loses mass converges, one that earns falls for ever."""

NEGLIGIBLE = 1e-9
"""CNY/t by which a converged way out may still fall."""


def way_out_cny_per_t(net: Network) -> Array:
    """Least cost of getting rid of a dry tonne from each place in the last period, inf where there is no way."""
    running = net.runs.grid.position[:, net.time.last] >= 0
    certain, yards = running & net.plant.certain[net.runs.line], net.yards.certain
    found = _way_out(net, certain, yards)
    if np.array_equal(certain, running) and yards.all():
        return found
    return np.where(np.isposinf(found), _way_out(net, running, np.ones_like(yards)), found)


def _way_out(net: Network, running: Mask, yards: Mask) -> Array:
    """The same over the runs that are `running` in the last period, and final placement in some `yards`.

    Negative where the tonne earns. Values that keep falling (a circle that earns) count as −inf. A tonne that came
    over a lane finds the outlets open to it whose haul radius the lane keeps; one that lies there, all of them.
    """
    acquire = _acquire(net, running)
    found, within = _sinks(net, running, yards)
    runs, routes, last = net.runs, net.routes, net.time.last
    near = _near(net)
    moves = (
        np.flatnonzero(routes.grid.position[:, last] >= 0) if len(routes.route) else np.zeros(0, dtype=int)
    )
    feeding = np.flatnonzero(running & (runs.place >= 0))
    moving = carried(net, routes.cost[:, last] + approval_fees(net), routes.co2e)
    running_cost = carried(net, runs.cost[:, last] + runs.toll, co2e_per_feed(net))
    input_cost = _needs(net, acquire)
    for _ in range(len(net.places) + CIRCLES):
        before = found.copy()
        arriving = np.minimum(before[routes.to_place], near)
        np.minimum.at(found, routes.from_place[moves], moving[moves] + arriving[moves])
        total = running_cost + input_cost + _outputs(net, np.minimum(before, within))
        np.minimum.at(found, runs.place[feeding], total[feeding])
        if np.array_equal(found, before):
            return np.minimum(found, within)
    found[found < before - NEGLIGIBLE] = -np.inf
    return np.minimum(found, within)


def carried(net: Network, cost: Array, co2e_t: Array) -> Array:
    """Cost per tonne with the price of what it emits."""
    return cost + net.case.settings.co2_price_cny_per_t * co2e_t


def _outputs(net: Network, out: Array) -> Array:
    runs = net.runs
    found = np.zeros(len(runs.run))
    made = np.flatnonzero((runs.made_period < 0) | (runs.made_period == net.time.last))
    np.add.at(found, runs.made_run[made], runs.made_yield[made] * out[runs.made_place[made]])
    return found


def _needs(net: Network, acquire: Array) -> Array:
    runs = net.runs
    found = np.zeros(len(runs.run))
    np.add.at(found, runs.need_run, runs.need_amount * acquire[runs.need_place])
    return found


def _sinks(net: Network, running: Mask, yards: Mask) -> tuple[Array, Array]:
    """Sinks open to whatever comes, and the outlets with a haul radius apart: CNY/t at each place.

    Outlets at their best price, final placement; a product that is an input somewhere leaves for nothing.
    """
    found, within = np.full((2, len(net.places)), np.inf)
    found[net.runs.need_place[running[net.runs.need_run]]] = 0.0
    last = net.time.last
    placed = net.placements
    for place, cost, radius in _outlets(net):
        kept = found if radius is None else within
        kept[place] = min(kept[place], cost)
    storages = net.holdings.storages
    placing = [s.place_cost_cny_per_t + (0.0 if s.compliant else s.tax_cny_per_t) for s in storages]
    open_ = np.flatnonzero((placed.grid.position[:, last] >= 0) & yards[placed.storage])
    np.minimum.at(found, placed.place[open_], np.array(placing, dtype=float)[placed.storage[open_]])
    return found, within


def _outlets(net: Network) -> Iterator[tuple[int, float, float | None]]:
    """(place, cost per dry tonne, haul radius) of every delivery that is open in the last period."""
    sold, prices = net.deliveries, best_prices(net)
    for k in np.flatnonzero(sold.grid.position[:, net.time.last] >= 0):
        outlet = sold.outlet[k]
        radius = sold.outlets[outlet].haul_radius_km
        yield int(sold.place[k]), -float(prices[outlet] * sold.basis[k]), radius


def _near(net: Network) -> Array:
    """Cheapest outlet at the end of each lane whose haul radius the lane keeps."""
    routes = net.routes
    found = np.full(len(routes.route), np.inf)
    limited = [(place, cost, radius) for place, cost, radius in _outlets(net) if radius is not None]
    if limited:
        distance = np.array([route.distance_km for route in routes.route], dtype=float)
    for place, cost, radius in limited:
        near = (routes.to_place == place) & (distance <= radius * NEAR)
        found[near] = np.minimum(found[near], cost)
    return found


def best_prices(net: Network) -> Array:
    """The best price of each outlet in the last period, tiers included."""
    found = []
    for outlet in net.deliveries.outlets:
        tiers = [tier.price_cny_per_t for tier in net.case.tiers if tier.item == outlet.name]
        factor = net.prices.factor(outlet.name)[net.time.last]
        found.append(factor * (max(tiers) if tiers else outlet.price_cny_per_t))
    return np.array(found, dtype=float)


def _acquire(net: Network, running: Mask) -> Array:
    """Least cost of having a unit of a material at each place: bought there or brought; free where it is made."""
    found = np.full(len(net.places), np.inf)
    bought, routes, last = net.purchases, net.routes, net.time.last
    found[net.runs.made_place[running[net.runs.made_run]]] = 0.0
    for k in np.flatnonzero(bought.grid.position[:, last] >= 0):
        supply = bought.supplies[bought.supply[k]]
        tiers = [tier.price_cny_per_t for tier in net.case.tiers if tier.item == supply.name]
        price = (min(tiers) if tiers else supply.price_cny_per_t) * net.prices.factor(supply.name)[last]
        found[bought.place[k]] = min(found[bought.place[k]], price * bought.basis[k])
    moves = (
        np.flatnonzero(routes.grid.position[:, last] >= 0) if len(routes.route) else np.zeros(0, dtype=int)
    )
    moving = carried(net, routes.cost[:, last] + approval_fees(net), routes.co2e)
    for _ in range(len(net.places) + 1):
        before = found.copy()
        np.minimum.at(found, routes.to_place[moves], moving[moves] + before[routes.from_place[moves]])
        if np.array_equal(found, before):
            break
    return found


def charge_cny_per_t(net: Network) -> Array:
    """Charge per tonne left in each holding: max(0, reclaiming + way out), inf where there is no way out."""
    held = net.holdings
    out = way_out_cny_per_t(net)
    found = np.full(len(held.storage), np.inf)
    to_reclaim = np.full(len(held.storages), np.inf)
    for k in np.unique(held.storage).tolist():
        storage = held.storages[k]
        if storage.retrievable and net.time.open(storage.opens, storage.closes)[-1] > 0:
            to_reclaim[k] = storage.reclaim_cost_cny_per_t
    leaves = np.flatnonzero((held.place >= 0) & np.isfinite(to_reclaim[held.storage]))
    found[leaves] = np.maximum(0.0, to_reclaim[held.storage[leaves]] + out[held.place[leaves]])
    return found


def _leftover(net: Network) -> Ints:
    """Holdings of waste that exist at the end of the horizon."""
    held = net.holdings
    waste = np.array([net.lineage(int(s)).is_waste for s in held.stream], dtype=bool)
    open_ = held.grid.position[:, net.time.last] >= 0 if len(waste) else waste
    return np.flatnonzero(waste & open_)


def end_rules(net: Network) -> list[str]:
    """What becomes of the stock of each holding at the end: charge, free, at_most_opening, equal_opening, empty."""
    held = net.holdings
    setting = net.case.settings.end_of_horizon
    rules = [setting if row.end_stock == "setting" else row.end_stock for row in held.storages]
    return [rules[k] for k in held.storage]


def add_end_of_horizon(m: ConcreteModel, net: Network) -> None:
    """Excess columns with their charge, and caps where there is no way out, where stock is charged."""
    left, charge = _charged(net)
    _add_excess(m, net, left[np.isfinite(charge[left])], charge)
    _add_stuck(m, net, left[~np.isfinite(charge[left])])


def excess_charge_cny_per_t(net: Network) -> Array:
    """What a tonne of each column of `excess_t` is charged, in their order."""
    left, charge = _charged(net)
    classes = _classes(net, left[np.isfinite(charge[left])])
    return np.array([max(charge[k] for k in members) for members in classes.values()], dtype=float)


def _charged(net: Network) -> tuple[Ints, Array]:
    """Holdings whose stock at the end is charged, and the charge of every holding."""
    charged = np.array([rule == "charge" for rule in end_rules(net)], dtype=bool)
    left = _leftover(net)
    return left[charged[left]], charge_cny_per_t(net)


def _class_of(net: Network, holding: int) -> tuple[str, str, str]:
    """(storage, waste class, general or hazardous) of a holding."""
    held = net.holdings
    stream = int(held.stream[holding])
    kind = "hazardous" if net.lineage(stream).hazardous else "general"
    return held.storages[held.storage[holding]].name, net.class_of_origin(net.origin(stream)) or "none", kind


def _classes(net: Network, leaving: Ints) -> dict[tuple[str, str, str], list[int]]:
    """Holdings that are charged together."""
    classes: dict[tuple[str, str, str], list[int]] = {}
    for holding in leaving:
        classes.setdefault(_class_of(net, int(holding)), []).append(int(holding))
    return classes


def _add_excess(m: ConcreteModel, net: Network, leaving: Ints, charge: Array) -> None:
    held, classes = net.holdings, _classes(net, leaving)
    index = Index.of(
        storage=[s for s, _, _ in classes],
        waste_class=[c for _, c, _ in classes],
        kind=[k for _, _, k in classes],
    )
    opening = [
        0.0 if kind == "hazardous" else sum(held.opening_t[k] for k in members)
        for (_, _, kind), members in classes.items()
    ]
    m.excess_t = Columns(index)
    m.excess_charge = np.array([max(charge[k] for k in members) for members in classes.values()], dtype=float)
    rows = m.end_excess = Rows(
        index, upper=np.array(opening, dtype=float), kind="policy", message="model.excess"
    )
    rows.add(m.excess_t, coef=-1.0)
    _add_closing(rows, m.stock_t, net, list(classes.values()))


def _add_stuck(m: ConcreteModel, net: Network, stuck: Ints) -> None:
    """What has no way out may not grow: closing ≤ opening, a cohort together with the one that it came from."""
    held = net.holdings
    groups: dict[tuple[str, str, str], list[int]] = {}
    for k in stuck:
        stream = net.streams[held.stream[k]]
        groups.setdefault((held.storages[held.storage[k]].name, stream.lineage, stream.origin), []).append(
            int(k)
        )
    index = Index.of(
        storage=[s for s, _, _ in groups], lineage=[n for _, n, _ in groups], origin=[o for _, _, o in groups]
    )
    opening = np.array([sum(held.opening_t[k] for k in members) for members in groups.values()], dtype=float)
    rows = m.end_stuck = Rows(index, upper=opening, kind="policy", message="model.stuck")
    _add_closing(rows, m.stock_t, net, list(groups.values()))


def _add_closing(rows: Rows, stock_t: Columns, net: Network, groups: list[list[int]]) -> None:
    """Closing stock of every holding of a group, in the row of the group."""
    pairs = [(number, holding) for number, members in enumerate(groups) for holding in members]
    row, holding = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    col = net.holdings.grid.position[holding, net.time.last]
    rows.add(stock_t, row=row[col >= 0], col=col[col >= 0])


def add_end_stock(m: ConcreteModel, net: Network) -> None:
    """Closing stock of a material against its opening stock, or none, in storages that ask for it."""
    held, rules = net.holdings, end_rules(net)
    groups: dict[tuple[str, str], list[int]] = {}
    for k, rule in enumerate(rules):
        if rule in ("at_most_opening", "equal_opening", "empty"):
            material = net.lineage(int(held.stream[k])).name
            groups.setdefault((held.storages[held.storage[k]].name, material), []).append(k)
    index = Index.of(storage=[s for s, _ in groups], material=[name for _, name in groups])
    asked = [rules[members[0]] for members in groups.values()]
    opening = [float(sum(held.opening_t[k] for k in members)) for members in groups.values()]
    most = [0.0 if rule == "empty" else t for rule, t in zip(asked, opening, strict=True)]
    least = [t if rule == "equal_opening" else -np.inf for rule, t in zip(asked, most, strict=True)]
    rows = m.end_stock = Rows(
        index, lower=np.array(least), upper=np.array(most), kind="policy", message="model.end_stock"
    )
    _add_closing(rows, m.stock_t, net, list(groups.values()))


def _made_from_waste(net: Network) -> set[str]:
    """Products and commodities that a process makes of waste, or of what was made of it in tonnes: any generation."""
    taken: dict[str, set[str]] = {}
    made: dict[str, set[str]] = {}
    found: set[str] = set()
    carriers = {name for name, row in net.lookup.materials.items() if row.legal_status in WASTE}
    for conversion in net.lineages.conversions:
        fed = {conversion.feed.name} if conversion.feed is not None else set()
        name = conversion.process.name
        taken.setdefault(name, set()).update(fed, (row.material for row in conversion.inputs))
        made.setdefault(name, set()).update(one.output.name for one in conversion.made)
    while fresh := {m for name in made if taken[name] & carriers for m in made[name]} - carriers - found:
        found |= fresh
        carriers |= {name for name in fresh if net.lookup.materials[name].unit == "t"}
    return found


def add_product_stock(m: ConcreteModel, net: Network) -> None:
    """Products made from waste may not pile up over a year end."""
    held = net.holdings
    products = _made_from_waste(net)
    groups: dict[tuple[str, str], list[int]] = {}
    if net.case.settings.product_stock_at_year_end == "opening":
        for k, stream in enumerate(held.stream):
            if net.streams[stream].lineage in products:
                site = held.storages[held.storage[k]].site
                groups.setdefault((site, net.streams[stream].lineage), []).append(k)
    closes = net.time.closes_year.copy()
    closes[-1] = True  # nor at the end of a horizon inside a year
    ends = np.flatnonzero(closes)
    keys = [(site, product, int(t)) for site, product in groups for t in ends]
    index = Index.of(
        site=[s for s, _, _ in keys],
        product=[p for _, p, _ in keys],
        period=[net.time.names[t] for _, _, t in keys],
    )
    opening = [sum(held.opening_t[k] for k in groups[site, product]) for site, product, _ in keys]
    rows = m.product_stock = Rows(
        index, upper=np.array(opening, dtype=float), kind="policy", message="model.product_stock"
    )
    for row, (site, product, t) in enumerate(keys):
        col = held.grid.position[np.array(groups[site, product]), t]
        rows.add(m.stock_t, row=np.full(int((col >= 0).sum()), row), col=col[col >= 0])
