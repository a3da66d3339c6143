"""Where the accounts of a plan come from, energy by carrier, and transport by mode.

    accounts    account, scope, site, item, carrier, period     Σ amount = the total of the account and year
    energy      consumption of inputs that are counted in units of energy, or have an energy factor
    transport   tonnes, wet tonne-kilometres, emission, cost (undiscounted) and the share of clean modes

Scopes: direct and purchased (item: the process; carrier: the input), transport (item: the mode, site: where it
leaves), placed and handed_over (landfilled), avoided, whose accounts are apart. See `network.burdens`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import nan
from typing import Any

import numpy as np
import pandas as pd
from pyomo.environ import ConcreteModel

from redmud_opt.model.totals import grid_of
from redmud_opt.network import Network
from redmud_opt.network.burdens import AVOIDED, accounts_of, booked, factors_of
from redmud_opt.network.network import Array
from redmud_opt.plan.framing import framed, summed

ENERGY_UNITS = ("MWh", "kWh", "GJ", "kgce", "tce")
NEGLIGIBLE = 1e-9

ACCOUNT_COLUMNS = ("account", "scope", "site", "item", "carrier", "period", "year", "amount")
ENERGY_COLUMNS = ("site", "process", "carrier", "unit", "period", "year", "amount", "energy_kgce")
TRANSPORT_AMOUNTS = ("flow_t", "wet_t", "t_km", "co2e_t", "cost_cny")
TRANSPORT_COLUMNS = ("mode", "year", "clean", *TRANSPORT_AMOUNTS, "clean_share")

Label = tuple[str, str, str]
"""Site, item, carrier."""
Entry = tuple[tuple[str, str, str, str, int], float]
"""Label with period and year, amount."""


def burden_tables(m: ConcreteModel, net: Network) -> dict[str, pd.DataFrame]:
    """All three."""
    return {
        "accounts": account_table(m, net),
        "energy": energy_table(m, net),
        "transport": transport_table(m, net),
    }


def account_table(m: ConcreteModel, net: Network) -> pd.DataFrame:
    """What is booked on every account, by scope, place and period."""
    parts = (
        ((account, scope, *label), amount)
        for account in accounts_of(net)
        for scope, rows in _parts(m, net, account)
        for label, amount in rows
    )
    return framed(_summed(parts), ACCOUNT_COLUMNS, ("amount",), whole=("year",))


def _parts(m: ConcreteModel, net: Network, account: str) -> Iterator[tuple[str, Iterator[Entry]]]:
    for part in booked(net, account):
        if part.scope == "purchased":
            factors = factors_of(net, account)
            taken = _taken(m, net, list(factors))
            yield part.scope, ((label, amount * factors[label[2]]) for label, amount in taken)
        else:
            labels = _labels(
                net, part.family, account.removeprefix(AVOIDED) if part.scope == "avoided" else ""
            )
            yield part.scope, _booked(m, net, part.family, part.coef, labels)


def _labels(net: Network, family: str, avoided: str) -> list[Label]:
    """Site and item of every entity of a family; what is avoided by a material stands under its name."""
    if family == "feed_t":
        return [(run.site, run.conversion.process.name, "") for run in net.runs.run]
    if family == "flow_t":
        return [(route.from_site, route.mode, "") for route in net.routes.route]
    if family == "placed_t":
        storages = [net.holdings.storages[k] for k in net.placements.storage]
        return [(storage.site, storage.name, "") for storage in storages]
    sold = net.deliveries
    materials = {row.item for row in net.case.avoided if row.account == avoided} & net.lookup.materials.keys()
    outlets = [sold.outlets[k] for k in sold.outlet]
    names = [net.lineage(int(stream)).name for stream in sold.stream]
    return [
        (outlet.site, name if name in materials else outlet.name, "")
        for outlet, name in zip(outlets, names, strict=True)
    ]


def _booked(m: ConcreteModel, net: Network, family: str, coef: Array, labels: list[Label]) -> Iterator[Entry]:
    """Amounts of a family × coefficient, with the labels of their entities, where they are not nothing."""
    grid = grid_of(net, family)
    amount = m.component(family).values_array * coef[grid.entity]
    kept = np.flatnonzero(amount)
    names, years = net.time.names, net.time.year.tolist()
    columns = (grid.entity[kept].tolist(), grid.period[kept].tolist(), amount[kept].tolist())
    for entity, t, own in zip(*columns, strict=True):
        yield (*labels[entity], names[t], years[t]), own


def _taken(m: ConcreteModel, net: Network, carriers: list[str]) -> Iterator[Entry]:
    """What runs take of some fixed inputs."""
    for material in carriers:
        coef, labels = np.zeros(len(net.runs.run)), []
        for k, run in enumerate(net.runs.run):
            coef[k] = sum(row.amount_per_t for row in run.conversion.inputs if row.material == material)
            labels.append((run.site, run.conversion.process.name, material))
        yield from _booked(m, net, "feed_t", coef, labels)


def _summed(rows: Iterable[tuple[tuple[Any, ...], float]]) -> list[tuple[Any, ...]]:
    """One row per label; residues of the solver are left out."""
    return [(*label, amount) for label, amount in summed(rows).items() if abs(amount) > NEGLIGIBLE]


def energy_table(m: ConcreteModel, net: Network) -> pd.DataFrame:
    """Energy that processes take, by carrier in its own unit; kgce where the case states a factor, else NaN."""
    factors, materials = factors_of(net, "energy_kgce"), net.lookup.materials
    taken = {row.material for row in net.case.inputs}
    carriers = [
        name
        for name in materials
        if name in taken and (name in factors or materials[name].unit in ENERGY_UNITS)
    ]
    rows = [
        (site, process, carrier, materials[carrier].unit, *when, amount, amount * factors.get(carrier, nan))
        for site, process, carrier, *when, amount in _summed(_taken(m, net, carriers))
    ]
    return framed(rows, ENERGY_COLUMNS, ("amount", "energy_kgce"), whole=("year",))


def transport_table(m: ConcreteModel, net: Network) -> pd.DataFrame:
    """Transport by mode and year. Where a length is not known, tonne-kilometres are not either.

    Tonnes are those of materials counted in tonnes; the cost is that of all.
    """
    routes = net.routes
    grid, amount = routes.grid, m.flow_t.values_array
    solid = np.array([float(net.lineage(int(s)).material.unit == "t") for s in routes.stream], dtype=float)
    wet = solid * np.array([net.lineage(int(s)).wet_per_dry for s in routes.stream], dtype=float)
    distance = np.array([route.distance_km for route in routes.route], dtype=float)
    length = np.where(np.isfinite(distance), distance, np.nan)
    per_t = {"flow_t": solid, "wet_t": wet, "co2e_t": routes.co2e}
    per_t["t_km"] = np.where(wet > 0, wet * length, 0.0)
    kept = np.flatnonzero(amount > NEGLIGIBLE)
    entity = grid.entity[kept]
    columns = {name: (amount[kept] * coef[entity]).tolist() for name, coef in per_t.items()}
    columns["cost_cny"] = (amount * grid.pick(routes.cost))[kept].tolist()
    modes = [routes.route[e].mode for e in entity.tolist()]
    labels = list(zip(modes, net.time.year[grid.period[kept]].tolist(), strict=True))
    sums = {name: summed(zip(labels, own, strict=True)) for name, own in columns.items()}
    share = _clean_share(sums["t_km"], net)
    clean = _clean(net)
    rows = [
        (
            mode,
            year,
            clean.get(mode, ""),
            *(sums[name][mode, year] for name in TRANSPORT_AMOUNTS),
            share[year],
        )
        for mode, year in sorted(set(labels))
    ]
    return framed(rows, TRANSPORT_COLUMNS, (*TRANSPORT_AMOUNTS, "clean_share"), whole=("year",))


def _clean(net: Network) -> dict[str, str]:
    """Whether a mode is clean; of some the case does not say."""
    return {row.mode: "yes" if row.clean else "no" for row in net.case.modes}


def _clean_share(t_km: Mapping[tuple[str, int], float], net: Network) -> dict[int, float]:
    """The share of clean modes in the tonne-kilometres of a year; with one unknown it is unknown."""
    clean = _clean(net)
    whole = summed((year, amount) for (_, year), amount in t_km.items())
    part = summed((year, amount) for (mode, year), amount in t_km.items() if clean.get(mode) == "yes")
    return {
        year: part.get(year, 0.0) / amount if clean and amount > 0 else nan for year, amount in whole.items()
    }
