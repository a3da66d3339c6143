"""What can go where before anything is solved, and what cannot, and why: the network as two tables.

ways(network, "zh")         material, from, how, to, when
refusals(network, "zh")     material, at, why, clause, when
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from redmud_opt.i18n import Message, text
from redmud_opt.network import Network
from redmud_opt.network.network import Grid
from redmud_opt.network.time import Mask
from redmud_opt.report.labels import labelled, word

WAYS = ("material", "from", "how", "to", "when")
REFUSALS = ("material", "at", "why", "when")


def ways(network: Network, language: str) -> pd.DataFrame:
    """One row per material, start and end: streams that differ in origin or age only are told once."""
    words = _Words(network, language)
    found: dict[tuple[str, str, str, str], Mask] = {}
    for lineage, start, how, end, mask in _ways(network):
        key = (lineage, start, how, end)
        found[key] = found[key] | mask if key in found else mask
    rows = [
        (
            words.material(lineage),
            words.name(start),
            words.say(f"how_{how}"),
            words.name(end),
            words.when(mask),
        )
        for (lineage, start, how, end), mask in sorted(found.items(), key=lambda item: item[0])
    ]
    return pd.DataFrame(rows, columns=[words.say(f"column_{name}") for name in WAYS], dtype=object)


def _ways(network: Network) -> Iterator[tuple[str, str, str, str, Mask]]:
    routes, runs, sent = network.routes, network.runs, network.deliveries
    held, placed = network.holdings, network.placements
    for k, route in enumerate(routes.route):
        yield (
            network.lineage(int(routes.stream[k])).id,
            route.from_site,
            "moved",
            route.to_site,
            _open(routes.grid, k),
        )
    for k, run in enumerate(runs.run):
        feed = run.conversion.feed
        if feed is not None:
            end = f"{run.line}/{run.conversion.process.name}"
            yield feed.id, run.site, "fed", end, _open(runs.grid, k)
    for k, at in enumerate(sent.outlet.tolist()):
        lineage, outlet = network.lineage(int(sent.stream[k])).id, sent.outlets[at]
        yield lineage, outlet.site, "delivered", outlet.name, _open(sent.grid, k)
    for k, at in enumerate(held.storage.tolist()):
        lineage, storage = network.lineage(int(held.stream[k])).id, held.storages[at]
        yield lineage, storage.site, "stored", storage.name, _open(held.grid, k)
    for k, at in enumerate(placed.storage.tolist()):
        lineage, storage = network.lineage(int(placed.stream[k])).id, held.storages[at]
        yield lineage, storage.site, "placed", storage.name, _open(placed.grid, k)


def _open(grid: Grid, k: int) -> Mask:
    mask: Mask = grid.position[k] >= 0
    return mask


def refusals(network: Network, language: str) -> pd.DataFrame:
    """Gates that refuse a material, and doors that the law keeps shut for a time or all along."""
    words = _Words(network, language)
    gates = {gate.name: gate for gate in network.case.gates}
    rows = []
    for (at, lineage), why in sorted(network.law.refused.items()):
        gate = gates.get(why)
        if gate is None:
            reason = words.say("not_for_hazardous")
        else:
            reason = words.say("gate", gate=gate.name, clause=gate.clause or "–")
        rows.append((words.material(lineage), words.name(at), reason, words.say("all_along")))
    for (kind, at, lineage), shut in sorted(network.doors.shut.items()):
        door = words.tell(Message(f"packs.door_{kind}"))
        for one in shut:
            reason = words.say("shut", clause=one.clause, why=one.why)
            where = f"{door} {words.name(at.strip('/'))}"
            rows.append((words.material(lineage), where, reason, words.when(one.periods)))
    return pd.DataFrame(rows, columns=[words.say(f"column_{name}") for name in REFUSALS], dtype=object)


class _Words:
    """Names, reasons and times of a network in words."""

    def __init__(self, network: Network, language: str) -> None:
        self.network, self.language = network, language
        self.labels: Mapping[str, str] = network.case.labels(language)

    def name(self, name: str) -> str:
        """The label of what is named; of a line with its process both, of a lane its ends."""
        start, arrow, end = name.partition(">")
        if arrow:
            end, _, mode = end.partition(":")
            way = f"{self.name(start)} → {self.name(end)}"
            return f"{way} · {word('mode', mode, self.language)}" if mode else way
        return " · ".join(self.labels.get(part, part) for part in name.split("/") if part)

    def material(self, lineage: str) -> str:
        """A material, and what it was made from."""
        found = self.network.lineages.by_id.get(lineage)
        if found is None:
            return self.name(lineage)
        words = self.name(found.name)
        if not found.parent:
            return words
        parent = self.network.lineages.by_id[found.parent].name
        return self.tell(Message("report.label.made_from", {"what": words, "parent": self.name(parent)}))

    def when(self, mask: Mask) -> str:
        """The periods in words: stretches by their first and last, or all along."""
        if mask.all():
            return self.say("all_along")
        if not mask.any():
            return self.say("never")
        names = self.network.time.names
        edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(int)))
        stretches = [
            names[a] if b - a == 1 else f"{names[a]} – {names[b - 1]}"
            for a, b in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
        ]
        return ", ".join(stretches)

    def say(self, key: str, **values: object) -> str:
        """The words of `editing.ways.<key>`."""
        return self.tell(Message(f"editing.ways.{key}", values))

    def tell(self, message: Message) -> str:
        """A message with labels for what it names."""
        return text(labelled(message, dict(self.labels)), self.language)
