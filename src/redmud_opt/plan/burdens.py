"""Where the accounts of a plan come from, energy by carrier, and transport by mode.

    accounts    account, scope, site, item, carrier, period     Σ amount = the total of the account and year
    energy      consumption of inputs that are counted in units of energy, or have an energy factor
    transport   tonnes, wet tonne-kilometres, emission, cost (undiscounted) and the share of clean modes

Scopes: direct and purchased (item: the process; carrier: the input), transport (item: the mode, site: where it
leaves), placed and handed_over (landfilled), avoided, whose accounts are apart. See `network.burdens`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from pyomo.environ import ConcreteModel

from redmud_opt.model.totals import grid_of
from redmud_opt.network import Network
from redmud_opt.network.burdens import AVOIDED, accounts_of, booked, factors_of
from redmud_opt.network.network import Array

ENERGY_UNITS = ("MWh", "kWh", "GJ", "kgce", "tce")
NEGLIGIBLE = 1e-9

ACCOUNT_COLUMNS = ["account", "scope", "site", "item", "carrier", "period", "year", "amount"]
ENERGY_COLUMNS = ["site", "process", "carrier", "unit", "period", "year", "amount", "energy_kgce"]
TRANSPORT_COLUMNS = ["mode", "year", "clean", "flow_t", "wet_t", "t_km", "co2e_t", "cost_cny", "clean_share"]

Label = tuple[str, str, str]
"""Site, item, carrier."""


def burden_tables(m: ConcreteModel, net: Network) -> dict[str, pd.DataFrame]:
    """All three."""
    return {
        "accounts": account_table(m, net),
        "energy": energy_table(m, net),
        "transport": transport_table(m, net),
    }


def account_table(m: ConcreteModel, net: Network) -> pd.DataFrame:
    """What is booked on every account, by scope, place and period."""
    parts = [
        frame.assign(account=account, scope=scope)
        for account in accounts_of(net)
        for scope, frame in _parts(m, net, account)
    ]
    return _summed(pd.concat(parts, ignore_index=True), ACCOUNT_COLUMNS)


def _parts(m: ConcreteModel, net: Network, account: str) -> Iterator[tuple[str, pd.DataFrame]]:
    for part in booked(net, account):
        if part.scope == "purchased":
            factors = factors_of(net, account)
            frame = _taken(m, net, list(factors))
            frame["amount"] *= frame["carrier"].map(factors).astype(float)
            yield part.scope, frame
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


def _booked(m: ConcreteModel, net: Network, family: str, coef: Array, labels: list[Label]) -> pd.DataFrame:
    """Amounts of a family × coefficient, with the labels of their entities, where they are not nothing."""
    grid = grid_of(net, family)
    amount = m.component(family).values_array * coef[grid.entity]
    kept = np.flatnonzero(amount)
    rows = [labels[entity] for entity in grid.entity[kept]]
    frame = pd.DataFrame(rows, columns=["site", "item", "carrier"])
    period = grid.period[kept]
    names = [net.time.names[t] for t in period]
    return frame.assign(period=names, year=net.time.year[period], amount=amount[kept])


def _taken(m: ConcreteModel, net: Network, carriers: list[str]) -> pd.DataFrame:
    """What runs take of some fixed inputs."""
    parts = []
    for material in carriers:
        coef, labels = np.zeros(len(net.runs.run)), []
        for k, run in enumerate(net.runs.run):
            coef[k] = sum(row.amount_per_t for row in run.conversion.inputs if row.material == material)
            labels.append((run.site, run.conversion.process.name, material))
        parts.append(_booked(m, net, "feed_t", coef, labels))
    empty = _booked(m, net, "feed_t", np.zeros(len(net.runs.run)), [])
    return pd.concat(parts, ignore_index=True) if parts else empty


def _summed(frame: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """One row per label; residues of the solver are left out."""
    keys = [name for name in columns if name != "amount"]
    found = frame.groupby(keys, as_index=False, sort=False)[["amount"]].sum()
    return found[found["amount"].abs() > NEGLIGIBLE].reset_index(drop=True)[columns].astype({"year": int})


def energy_table(m: ConcreteModel, net: Network) -> pd.DataFrame:
    """Energy that processes take, by carrier in its own unit; kgce where the case states a factor, else NaN."""
    factors, materials = factors_of(net, "energy_kgce"), net.lookup.materials
    taken = {row.material for row in net.case.inputs}
    carriers = [
        name
        for name in materials
        if name in taken and (name in factors or materials[name].unit in ENERGY_UNITS)
    ]
    frame = _taken(m, net, carriers).rename(columns={"item": "process"})
    frame = _summed(frame, ["site", "process", "carrier", "period", "year", "amount"])
    frame["unit"] = [materials[name].unit for name in frame["carrier"]]
    frame["energy_kgce"] = frame["amount"] * frame["carrier"].map(factors).astype(float)
    return frame[ENERGY_COLUMNS]


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
    columns = {name: amount[kept] * coef[entity] for name, coef in per_t.items()}
    columns["cost_cny"] = (amount * grid.pick(routes.cost))[kept]
    frame = pd.DataFrame(
        {
            "mode": pd.array([routes.route[e].mode for e in entity], dtype="str"),
            "year": net.time.year[grid.period[kept]],
            **columns,
        }
    )
    summed = frame.groupby(["mode", "year"], as_index=False)
    found = summed[list(columns)].agg(_whole)
    return _with_clean_share(found, net)[TRANSPORT_COLUMNS]


def _whole(part: pd.Series) -> float:
    """A sum; with one unknown it is unknown."""
    return float(part.sum(skipna=False))


def _with_clean_share(found: pd.DataFrame, net: Network) -> pd.DataFrame:
    """Whether a mode is clean, and the share of clean modes in the tonne-kilometres of the year."""
    clean = {row.mode: "yes" if row.clean else "no" for row in net.case.modes}
    found["clean"] = pd.array([clean.get(mode, "") for mode in found["mode"]], dtype="str")
    share = {}
    for year, own in found.groupby("year"):
        whole = float(own["t_km"].sum(skipna=False))
        part = float(own.loc[own["clean"] == "yes", "t_km"].sum(skipna=False))
        share[year] = part / whole if clean and whole > 0 else float("nan")
    found["clean_share"] = found["year"].map(share).astype(float)
    return found
