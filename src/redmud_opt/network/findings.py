"""Impossible things, proved by counting before any solve.

Necessary tests only: in each class of waste and up to the end of each year, what arises must fit into what may
take it. The network of the test is a relaxation (residues vanish, lines take any mix, stock may move in time), so a
maximum flow below the arisings proves that no plan exists; the minimum cut names what is too small.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

import networkx as nx
import numpy as np

from redmud_opt.i18n import Message
from redmud_opt.network.network import Network

Graph: TypeAlias = "nx.DiGraph[str]"

SLACK = 1e-9


def find_impossible(network: Network) -> Network:
    """The network with its findings."""
    return replace(network, findings=tuple(_arisings_that_do_not_fit(network)))


def _arisings_that_do_not_fit(network: Network) -> list[Message]:
    found: list[Message] = []
    ends = np.append(np.nonzero(network.time.opens_year)[0] - 1, network.time.last)
    for t in ends:
        for waste_class in _classes(network):
            message = _overflow(network, waste_class, int(t))
            if message is not None:
                found.append(message)
                return found
    return found


def _classes(network: Network) -> list[str]:
    return sorted({network.class_of_origin(origin) for origin, _ in network.generated_t})


def _overflow(network: Network, waste_class: str, t: int) -> Message | None:
    """A message if what arises of a class up to the end of period t cannot go or stay."""
    graph = _graph(network, waste_class, t)
    supply = sum(data["capacity"] for _, _, data in graph.out_edges("source", data=True))
    if supply <= 0:
        return None
    try:
        flow, (source_side, _) = nx.minimum_cut(graph, "source", "sink")
    except nx.NetworkXUnbounded:
        return None
    if flow >= supply * (1 - SLACK):
        return None
    tight = sorted(
        f"{a if b == 'sink' else b} ({data['capacity']:,.0f} t)"
        for a, b, data in graph.edges(data=True)
        if a in source_side and b not in source_side and a != "source" and data.get("capacity", 0.0) > 0
    )
    return Message(
        "network.does_not_fit",
        {
            "waste_class": waste_class,
            "until": network.time.names[t],
            "arises_t": supply,
            "fits_t": flow,
            "short_t": supply - flow,
            "tight": "; ".join(tight) or "-",
        },
    )


def _graph(network: Network, waste_class: str, t: int) -> Graph:
    """source → (site, raw stream) → lanes → line, outlet or storage → sink; capacities in tonnes up to period t."""
    graph: Graph = nx.DiGraph()
    graph.add_node("source")
    graph.add_node("sink")
    raw = {k for k, s in enumerate(network.streams) if _is_raw(network, k, waste_class)}
    _sources(graph, network, raw, t)
    _lanes(graph, network, raw)
    _lines(graph, network, raw, t)
    _sinks(graph, network, raw, t)
    return graph


def _is_raw(network: Network, stream: int, waste_class: str) -> bool:
    lineage = network.lineage(stream)
    return lineage.depth == 0 and network.class_of_origin(network.origin(stream)) == waste_class


def _place(network: Network, place: int) -> str:
    """New and legacy waste share a node: stock may move in time."""
    site, stream = network.places[place]
    return f"{site}/{stream.lineage}"


def _sources(graph: Graph, network: Network, raw: set[int], t: int) -> None:
    nodes = network.nodes
    for place, stream in enumerate(network.place_stream):
        if stream in raw:
            mask = (nodes.entity == place) & (nodes.period <= t)
            _widen(graph, "source", _place(network, place), float(network.arising_t[mask].sum()))
    holdings = network.holdings
    for k, stream in enumerate(holdings.stream):
        if stream in raw and holdings.place[k] >= 0:
            _widen(graph, "source", _place(network, int(holdings.place[k])), float(holdings.opening_t[k]))


def _widen(graph: Graph, a: str, b: str, capacity: float) -> None:
    """Adds capacity to an edge; an edge without capacity is unlimited, as networkx has it."""
    if graph.has_edge(a, b) and "capacity" not in graph[a][b]:
        return
    if np.isinf(capacity):
        graph.add_edge(a, b)
        graph[a][b].pop("capacity", None)
    elif capacity > 0:
        before = graph[a][b]["capacity"] if graph.has_edge(a, b) else 0.0
        graph.add_edge(a, b, capacity=before + capacity)


def _lanes(graph: Graph, network: Network, raw: set[int]) -> None:
    routes = network.routes
    for k, stream in enumerate(routes.stream):
        if stream in raw:
            _widen(
                graph,
                _place(network, int(routes.from_place[k])),
                _place(network, int(routes.to_place[k])),
                np.inf,
            )


def _lines(graph: Graph, network: Network, raw: set[int], t: int) -> None:
    """A line takes at most its capacity ÷ the least use of any raw feed."""
    runs = network.runs
    least: dict[int, float] = {}
    for k, stream in enumerate(runs.stream):
        if stream >= 0 and stream in raw:
            line = int(runs.line[k])
            _widen(graph, _place(network, int(runs.place[k])), f"line {runs.lines[line]}", np.inf)
            least[line] = min(least.get(line, np.inf), float(runs.use_per_t[k]))
    for line, use in least.items():
        capacity = float(runs.line_capacity[line, : t + 1].sum())
        _widen(graph, f"line {runs.lines[line]}", "sink", capacity / use if use > 0 else np.inf)


def _sinks(graph: Graph, network: Network, raw: set[int], t: int) -> None:
    deliveries = network.deliveries
    for k, stream in enumerate(deliveries.stream):
        if stream in raw:
            outlet = deliveries.outlets[deliveries.outlet[k]]
            _widen(graph, _place(network, int(deliveries.place[k])), f"outlet {outlet.name}", np.inf)
    for number in sorted(
        {int(o) for o, s in zip(deliveries.outlet, deliveries.stream, strict=True) if s in raw}
    ):
        bases = deliveries.basis[deliveries.outlet == number]
        capacity = float(deliveries.most[number, : t + 1].sum()) / float(bases.min())
        _widen(graph, f"outlet {deliveries.outlets[number].name}", "sink", capacity)
    _storages(graph, network, raw)


def _storages(graph: Graph, network: Network, raw: set[int]) -> None:
    taking: dict[int, float] = {}
    for table in (network.holdings, network.placements):
        for k, stream in enumerate(table.stream):
            if stream in raw and table.place[k] >= 0:
                number = int(table.storage[k])
                storage = network.holdings.storages[number]
                _widen(graph, _place(network, int(table.place[k])), f"storage {storage.name}", np.inf)
                taking[number] = max(taking.get(number, 0.0), _density(table.volume_m3_per_t[k]))
    for number, density in taking.items():
        storage = network.holdings.storages[number]
        tonnes = np.inf if storage.capacity_t is None else storage.capacity_t
        volume = np.inf if storage.airspace_m3 is None else storage.airspace_m3 * density
        _widen(graph, f"storage {storage.name}", "sink", float(min(tonnes, volume)))


def _density(volume_m3_per_t: float) -> float:
    """Tonnes per m³; unlimited where no density is stated."""
    return 1.0 / volume_m3_per_t if volume_m3_per_t > 0 else np.inf
