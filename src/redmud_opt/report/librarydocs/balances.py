"""Balances of the processes for 1 t of each feed, as the network reckons them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

from redmud_opt.case import Case
from redmud_opt.i18n import number_text
from redmud_opt.network.lineage import Conversion, Lineages
from redmud_opt.network.lookup import Lookup


@dataclass(frozen=True, slots=True)
class Balance:
    """Tonnes per tonne fed at one point; one for all feeds with the same numbers."""

    point: str
    feeds: tuple[str, ...]
    solids: str
    uptake: str
    outputs: tuple[tuple[str, str], ...]
    gas: str
    loss: str
    used: str
    cost: str


def conversions_of(library: Case) -> list[Conversion]:
    """What every process makes of every declared material; residues of residues are left out."""
    flat = replace(library, settings=replace(library.settings, max_depth=1))
    found = Lineages(Lookup(flat)).conversions
    return [one for one in found if one.feed is None or one.feed.depth == 0]


def _balance(library: Case, one: Conversion) -> Balance:
    """The balance of a conversion, its feed not named."""
    units = {row.name: row.unit for row in library.materials}
    row, process = one.row, one.process
    solid = sum(r.amount_per_t for r in one.inputs if r.solid and units.get(r.material) == "t")
    parts = ("uptake", "gas", "loss")
    own = {part: None if row is None else getattr(row, f"{part}_t_per_t") for part in parts}
    taken = {p: getattr(process, f"{p}_t_per_t") if own[p] is None else own[p] for p in parts}
    made = tuple((m.output.name, number_text(round(m.yield_t_per_t, 6))) for m in one.made)
    used = number_text(round(one.u, 4)) if one.feed is not None and one.feed.carries_origin else ""
    shown = {part: number_text(amount) if amount else "" for part, amount in taken.items()}
    solids = number_text(solid) if solid else ""
    cost = number_text(one.cost_cny_per_t)
    return Balance(one.point, (), solids, shown["uptake"], made, shown["gas"], shown["loss"], used, cost)


def balances_of(library: Case, conversions: list[Conversion]) -> dict[str, list[Balance]]:
    """Process → its balances."""
    grouped: dict[tuple[str, Balance], list[str]] = defaultdict(list)
    for one in conversions:
        feed = "" if one.feed is None else one.feed.name
        grouped[one.process.name, _balance(library, one)].append(feed)
    found: dict[str, list[Balance]] = defaultdict(list)
    for (process, balance), feeds in grouped.items():
        found[process].append(replace(balance, feeds=tuple(feeds)))
    return found
