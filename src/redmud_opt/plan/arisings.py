"""What arises in a plan, and the options that change it.

arisings[row, site, stream, period]   what the case states, less what is avoided or changed, and more
reductions[option, period]            decided when, in force, tonnes avoided, changed, added; money undiscounted
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from pyomo.environ import ConcreteModel

from redmud_opt.network import Network
from redmud_opt.network.given import arising_t
from redmud_opt.network.network import Array
from redmud_opt.network.origins import Origins
from redmud_opt.network.reach import Place, Stream
from redmud_opt.plan.accounts import NEGLIGIBLE


def applied_t(m: ConcreteModel, net: Network) -> Array:
    """Tonnes applied, [option, period]."""
    grid = net.changes.grid
    found = np.zeros(grid.position.shape)
    found[grid.entity, grid.period] = m.applied_t.values_array
    return found


def arising_table(m: ConcreteModel, net: Network) -> pd.DataFrame:
    """What arises, per row of the case's tables, stream and period, options applied."""
    origins = Origins(net.lookup)
    amounts: dict[tuple[str, Place], Array] = {}
    sites = {row.name: row.site for row in net.case.all_arisings}

    def add(name: str, material: str, amount: Array) -> None:
        origin = origins.of(net.lookup.materials[material].waste_class, sites[name])
        key = (name, Place(sites[name], Stream(material, origin, "new")))
        amounts[key] = amounts.get(key, np.zeros(len(net.time))) + amount

    materials = {row.name: row.material for row in net.case.all_arisings}
    for row in net.case.all_arisings:
        add(row.name, row.material, arising_t(row, net.time))
    for option, tonnes in zip(net.changes.options, applied_t(m, net), strict=True):
        add(option.arising, materials[option.arising], tonnes if option.effect == "expansion" else -tonnes)
        if option.effect == "switch":
            add(option.arising, option.becomes, option.factor_t_per_t * tonnes)
    rows = [
        (name, place.site, net.clocks.arisen(place, t).stream.id, net.time.names[t], amount)
        for (name, place), tonnes in amounts.items()
        for t, amount in enumerate(tonnes.tolist())
        if amount > NEGLIGIBLE
    ]
    return pd.DataFrame(rows, columns=["arising", "site", "stream", "period", "arising_t"])


REDUCTION_COLUMNS = (
    *("option", "kind", "arising", "site", "period", "decided", "in_force"),
    *("avoided_t", "changed_t", "added_t", "cost_cny", "margin_cny", "capex_cny", "applied_t", "adopted"),
)


def reduction_table(m: ConcreteModel, net: Network) -> pd.DataFrame:
    """Options on what arises, from the period of their decision on (without one: where they are applied).

    `in_force`: share of the period. `changed_t` of a switch is what no longer arises, `added_t` what arises instead.
    `applied_t` is what of them is decided upon, `adopted` 1 in the period of the decision: so is planned again.
    """
    changes = net.changes
    rows = []
    decided = {int(changes.decision_option[d]): d for d in np.flatnonzero(np.round(m.adopt.values_array) > 0)}
    for k, tonnes in enumerate(applied_t(m, net)):
        option, decision = changes.options[k], decided.get(k)
        first = len(net.time) if decision is None else int(changes.decision_period[decision])
        in_force = changes.certain[k] if decision is None else changes.in_force[decision]
        for t, period in enumerate(net.time.names):
            amount = float(tonnes[t]) if tonnes[t] > NEGLIGIBLE else 0.0
            if amount == 0.0 and t < first:
                continue
            by_effect = {
                "reduction": (amount, 0.0, 0.0),
                "switch": (0.0, amount, option.factor_t_per_t * amount),
                "expansion": (0.0, 0.0, amount),
            }
            name = "" if decision is None else net.time.names[first]
            where = (option.name, option.effect, option.arising, changes.site[k], period, name)
            cost, margin = option.cost_cny_per_t * amount, (option.margin_cny_per_t or 0.0) * amount
            capex = option.capex_cny if t == first else 0.0
            rows.append(
                (
                    *where,
                    float(in_force[t]),
                    *by_effect[option.effect],
                    cost,
                    margin,
                    capex,
                    amount,
                    int(t == first),
                )
            )
    return pd.DataFrame(rows, columns=list(REDUCTION_COLUMNS))
