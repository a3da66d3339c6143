"""What acts book on the accounts, per tonne: direct, transport and purchased, and what they avoid elsewhere.

    direct      the process emissions table                               per tonne fed or of activity
    purchased   Σ amount of each fixed input · its factor                 per tonne fed or of activity
    transport   haul rules, per wet tonne and km (co2e_t only)            per dry tonne moved
    landfilled  1 for waste placed for good or delivered to disposal      dry tonnes

The three first make up an account. What is avoided has accounts of its own, `avoided_…`. MODEL.md Named totals.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from redmud_opt.network.network import Array, Network

BURDENS = ("co2e_t", "water_m3", "energy_kgce")
LANDFILLED = "landfilled_t"
AVOIDED = "avoided_"


def accounts_of(net: Network) -> tuple[str, ...]:
    """The accounts of a case: those of avoided burdens only where it states any."""
    stated = {row.account for row in net.case.avoided}
    return (*BURDENS, LANDFILLED, *(f"{AVOIDED}{name}" for name in BURDENS if name in stated))


class Booked(NamedTuple):
    """What a family of columns (feed_t, flow_t, placed_t, sold_t) books on an account, per entity."""

    scope: str
    family: str
    coef: Array


def booked(net: Network, account: str) -> list[Booked]:
    """Everything that is booked on an account, scope by scope."""
    if account == LANDFILLED:
        return [
            Booked("placed", "placed_t", _waste(net)[net.placements.stream]),
            Booked("handed_over", "sold_t", _discarded(net)),
        ]
    if account.startswith(AVOIDED):
        burden = account.removeprefix(AVOIDED)
        return [
            Booked("avoided", "feed_t", avoided_per_feed(net, burden)),
            Booked("avoided", "sold_t", avoided_per_delivery(net, burden)),
        ]
    found = [
        Booked("direct", "feed_t", direct_per_feed(net, account)),
        Booked("purchased", "feed_t", purchased_per_feed(net, account)),
    ]
    return [*found, Booked("transport", "flow_t", net.routes.co2e)] if account == "co2e_t" else found


def co2e_per_feed(net: Network) -> Array:
    """Direct and purchased emissions per tonne fed or of activity, per run."""
    return direct_per_feed(net, "co2e_t") + purchased_per_feed(net, "co2e_t")


def direct_per_feed(net: Network, account: str) -> Array:
    """Amount that the process itself books on an account per tonne fed or of activity, per run."""
    rows = [row for row in net.case.emissions if row.account == account]
    found = np.zeros(len(net.runs.run))
    known: dict[tuple[str, str], float] = {}
    for k, run in enumerate(net.runs.run):
        key = run.conversion.process.name, run.conversion.point
        if key not in known:
            best = net.lookup.best([row for row in rows if row.process == key[0]], ("point", key[1]))
            known[key] = best[0].amount_per_t if best else 0.0
        found[k] = known[key]
    return found


def factors_of(net: Network, account: str) -> dict[str, float]:
    """Material → amount on an account per unit that processes take."""
    return {row.material: row.amount_per_unit for row in net.case.factors if row.account == account}


def purchased_per_feed(net: Network, account: str) -> Array:
    """Amount that the fixed inputs of a run stand for, per tonne fed or of activity."""
    factors = factors_of(net, account)
    found = np.zeros(len(net.runs.run))
    for k, run in enumerate(net.runs.run if factors else ()):
        found[k] = sum(row.amount_per_t * factors.get(row.material, 0.0) for row in run.conversion.inputs)
    return found


def _avoided(net: Network, account: str) -> dict[str, float]:
    return {row.item: row.amount_per_t for row in net.case.avoided if row.account == account}


def avoided_per_feed(net: Network, account: str) -> Array:
    """Amount avoided per tonne fed or of activity, per run."""
    stated = _avoided(net, account)
    return np.array([stated.get(run.conversion.process.name, 0.0) for run in net.runs.run], dtype=float)


def avoided_per_delivery(net: Network, account: str) -> Array:
    """Amount avoided per dry tonne delivered, per delivery: by its outlet, or by what is delivered."""
    stated, sold = _avoided(net, account), net.deliveries
    pairs = zip(sold.outlet, sold.stream, strict=True)
    amounts = (
        stated.get(sold.outlets[outlet].name, 0.0) + stated.get(net.lineage(int(stream)).name, 0.0)
        for outlet, stream in pairs
    )
    return np.fromiter(amounts, dtype=float)


def _waste(net: Network) -> Array:
    return np.array([net.lineage(s).is_waste for s in range(len(net.streams))], dtype=float)


def _discarded(net: Network) -> Array:
    """1 for deliveries of waste to an outlet whose method is disposal."""
    sold = net.deliveries
    disposal = np.array([net.lookup.meaning(o.method) == "disposal" for o in sold.outlets], dtype=float)
    return disposal[sold.outlet] * _waste(net)[sold.stream] if len(disposal) else np.zeros(0)
