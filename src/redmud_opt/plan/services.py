"""Shared bases: what the companies whose waste is fed there pay to those who own shares. It changes no objective.

    service[facility, payer, owner, year] = share · price · Σ fed        [CNY, undiscounted]

Fed is waste that comes in: residues that the facility feeds on itself are paid for once, as the waste that they were.
The payer is the owner of the plant of origin; blank where origins of a class with several owners are not told apart.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pandas as pd
from pyomo.environ import ConcreteModel

from redmud_opt.case.things import Ownership
from redmud_opt.network import Network

SERVICE_COLUMNS = ("facility", "year", "payer", "owner", "share", "fed_t", "service_cny")


def service_table(m: ConcreteModel, net: Network) -> pd.DataFrame:
    """Per facility, year, payer and owner: the owner's share of the tonnes fed, and what is paid for it."""
    owners: dict[str, list[Ownership]] = defaultdict(list)
    for row in net.case.ownership:
        if row.service_price_cny_per_t is not None:
            owners[row.facility].append(row)
    rows = []
    for (facility, year, payer), fed_t in _fed(m, net, set(owners)).items():
        for row in owners[facility]:
            part = row.share * fed_t
            price = row.service_price_cny_per_t or 0.0
            rows.append((facility, year, payer, row.owner, row.share, part, price * part))
    return pd.DataFrame(rows, columns=list(SERVICE_COLUMNS))


def _fed(m: ConcreteModel, net: Network, facilities: set[str]) -> dict[tuple[str, int, str], float]:
    """(facility, year, payer) → dry tonnes of waste that came in and was fed."""
    found: dict[tuple[str, int, str], float] = defaultdict(float)
    payers = {origin: payer_of(net, origin) for origin in {stream.origin for stream in net.streams}}
    runs, amounts = net.runs, m.feed_t.values_array
    facility = [net.lookup.lines[run.line].facility for run in runs.run]
    own = [_own_residue(net, k, facility[k]) for k in range(len(facility))]
    for cell in np.flatnonzero(amounts > 0):
        k = int(runs.grid.entity[cell])
        origin = net.origin(int(runs.stream[k])) if runs.stream[k] >= 0 else ""
        if origin and facility[k] in facilities and not own[k]:
            year = int(net.time.year[runs.grid.period[cell]])
            found[facility[k], year, payers[origin]] += float(amounts[cell])
    return dict(sorted(found.items()))


def _own_residue(net: Network, run: int, facility: str) -> bool:
    """Whether a run is fed with what a process of the same facility makes."""
    feed = net.runs.run[run].conversion.feed
    if feed is None or not feed.process:
        return False
    rows = net.lookup.lines_of_process.get(feed.process, ())
    return any(net.lookup.lines[row.line].facility == facility for row in rows)


def payer_of(net: Network, origin: str) -> str:
    """The company whose waste it is, by its plant or by the only owner of all plants of its class."""
    waste_class, _, plant = origin.partition(":")
    if plant:
        return net.lookup.owner_of_site(plant) if plant in net.lookup.sites else plant
    storages = {row.name: row.site for row in net.case.storages}
    arise = [(row.material, row.site) for row in net.case.all_arisings]
    lie = [(row.material, row.origin_site or storages[row.storage]) for row in net.case.opening_stock]
    owners = {
        net.lookup.owner_of_site(site)
        for material, site in (*arise, *lie)
        if net.lookup.materials[material].waste_class == waste_class
    }
    return owners.pop() if len(owners) == 1 else ""
