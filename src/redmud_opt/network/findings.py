"""Impossible things, proved by counting before any solve.

Necessary tests only, on relaxations whose maximum flow bounds every plan; the minimum cut names what is too small.

- Up to the end of each year, the least that may arise of a class must fit into what may take it. Residues vanish,
  lines take any mix, stock may move in time.
- In the year of a hard target on new waste, the lines and outlets that count as use must be able to take what it
  asks for, in origin tonnes: a line at most its capacity times the greatest w · u of what it may be fed. It asks
  for its share of the least that may be generated, and no more can be used than the most.
- What lies in a yard that closes on a day must be reclaimed by then.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeAlias

import networkx as nx
import numpy as np

from redmud_opt.case.rules import Target
from redmud_opt.i18n import Message
from redmud_opt.network.network import Array, Mask, Network
from redmud_opt.network.origins import Origins

Graph: TypeAlias = "nx.DiGraph[str]"

SLACK = 1e-9


def find_impossible(network: Network) -> Network:
    """The network with its findings."""
    found = _arisings_that_do_not_fit(network) + _targets_beyond_capacity(network)
    found += _yards_not_emptied(network)
    return replace(network, findings=tuple(found))


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
    tight = tuple(
        _room(a if b == "sink" else b, data["capacity"])
        for a, b, data in sorted(graph.edges(data=True), key=lambda edge: edge[:2])
        if a in source_side and b not in source_side and a != "source" and data.get("capacity", 0.0) > 0
    )
    return Message(
        "network.does_not_fit",
        {
            "waste_class": Message(f"plan.class_{waste_class}"),
            "until": network.time.names[t],
            "arises_t": supply,
            "fits_t": flow,
            "short_t": supply - flow,
            "tight": tight or (Message("network.no_room"),),
        },
    )


def _room(node: str, capacity: float) -> Message:
    """What a line, outlet or storage can take, in words."""
    kind, _, name = node.partition(" ")
    return Message(f"network.room_{kind}", {"name": name, "amount_t": float(capacity)})


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
    arisen_t = np.where(network.nodes.period <= t, network.arising_least_t, 0.0)
    arisen_t = np.bincount(network.nodes.entity, arisen_t, len(network.places))
    for place, stream in enumerate(network.place_stream):
        if stream in raw:
            _widen(graph, "source", _place(network, place), float(arisen_t[place]))
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
            _widen(
                graph, _place(network, int(runs.place[k])), f"line {network.plant.lines[line].name}", np.inf
            )
            least[line] = min(least.get(line, np.inf), float(runs.use_per_t[k]))
    for line, use in least.items():
        capacity = float(network.plant.most[line, : t + 1].sum())
        _widen(graph, f"line {network.plant.lines[line].name}", "sink", capacity / use if use > 0 else np.inf)


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
        space = network.yards.most_m3[number]
        volume = space * density if np.isfinite(space) else np.inf
        _widen(graph, f"storage {storage.name}", "sink", float(min(tonnes, volume)))


def _density(volume_m3_per_t: float) -> float:
    """Tonnes per m³; unlimited where no density is stated."""
    return 1.0 / volume_m3_per_t if volume_m3_per_t > 0 else np.inf


def _yards_not_emptied(network: Network) -> list[Message]:
    """A yard that closes within the horizon, from which its opening stock cannot all be reclaimed by then."""
    held, time, found = network.holdings, network.time, []
    for number in np.flatnonzero(network.yards.emptied.any(axis=1)):
        row, own = network.yards.storages[number], held.storage == number
        movable = own & (held.reclaim.position >= 0).any(axis=1)
        opening, most = float(held.opening_t[own].sum()), float(held.opening_t[movable].sum())
        if row.max_reclaim_t is not None:
            rate = time.rate(row.per, row.calendar, row.opens, row.closes)
            most = min(most, float(row.max_reclaim_t * rate.sum()))
        if opening > most * (1 + SLACK):
            values = {"storage": row.name, "closes": row.closes, "opening": opening, "most": most}
            found.append(Message("network.yard_not_emptied", values))
    return found


def _targets_beyond_capacity(network: Network) -> list[Message]:
    origins = Origins(network.lookup)
    found: list[Message] = []
    for target in network.case.targets:
        if not target.hard or target.rate != "rate_new":
            continue
        for year in network.time.years:
            if target.year in (None, year):
                message = _beyond(network, origins, target, year)
                found += [] if message is None else [message]
    return found


def _beyond(network: Network, origins: Origins, target: Target, year: int) -> Message | None:
    """A message if what may use new waste in a year cannot take what a target asks for."""
    mine = {
        s.origin
        for s in network.streams
        if s.origin and origins.in_scope(s.origin, target.waste_class, target.scope)
    }
    if year == network.case.periods[0].year and network.case.year_to_date:
        return None  # part of the year lies before the horizon; the solve knows the constants
    graph: Graph = nx.DiGraph()
    graph.add_nodes_from(("source", "sink"))
    for origin in mine:
        _widen(
            graph,
            "source",
            origin,
            _generated(network, origin, year)[1] + _opening_new(network, origin),
        )
    _users(graph, network, mine, year, gross=target.iron == "gross_feed")
    asked = target.at_least * sum(_generated(network, origin, year)[0] for origin in mine)
    try:
        flow, _ = nx.minimum_cut(graph, "source", "sink")
    except nx.NetworkXUnbounded:
        return None
    if asked <= 0 or flow >= asked * (1 - SLACK):
        return None
    edges = sorted(graph.in_edges("sink", data=True), key=lambda edge: edge[0])
    users = tuple(_room(a, data.get("capacity", np.inf)) for a, _, data in edges)
    return Message(
        "network.target_beyond_capacity",
        {
            "target": target.name,
            "year": year,
            "asked_t": asked,
            "possible_t": float(flow),
            "users": users or (Message("network.no_room"),),
        },
    )


def _generated(network: Network, origin: str, year: int) -> tuple[float, float]:
    """(least, most) that may be generated, whatever options are taken."""
    stated = network.generated_t.get((origin, year), 0.0)
    changes, inside = network.changes, network.time.year == year
    streams = network.place_stream[changes.effect_place]
    mine = np.array([network.origin(int(s)) == origin for s in streams], dtype=bool)
    change = changes.net_most_t(mine, inside)
    least = stated + float(np.minimum(change, 0.0).sum())
    return max(0.0, least), stated + float(np.maximum(change, 0.0).sum())


def _opening_new(network: Network, origin: str) -> float:
    held = network.holdings
    new = [k for k, s in enumerate(held.stream) if network.streams[s][1:3] == (origin, "new")]
    return float((held.opening_t[new] * network.w[held.stream[new]]).sum())


def _users(graph: Graph, network: Network, mine: set[str], year: int, *, gross: bool) -> None:
    """origin → lines and outlets that count as use → sink, in origin tonnes of a year."""
    inside = network.time.year == year
    w = network.w_gross if gross else network.w
    best: dict[str, float] = {}
    room: dict[str, float] = {}
    for origin, name, per_tonne, capacity in _uses(network, w, inside, gross=gross):
        if origin in mine and per_tonne > 0:
            _widen(graph, origin, name, np.inf)
            best[name] = max(best.get(name, 0.0), per_tonne)
            room[name] = max(room.get(name, 0.0), capacity)
    for name, per_tonne in best.items():
        _widen(graph, name, "sink", room[name] * per_tonne)


def _uses(
    network: Network, w: Array, inside: Mask, *, gross: bool
) -> Iterator[tuple[str, str, float, float]]:
    """(origin, name of the user, origin tonnes per unit of capacity, capacity in the year) of new waste."""
    runs, sold = network.runs, network.deliveries
    for k, run in enumerate(runs.run):
        stream = int(runs.stream[k])
        if stream >= 0 and network.streams[stream].cohort == "new" and run.conversion.meaning == "use":
            u = run.conversion.u_gross if gross else run.conversion.u
            use = float(runs.use_per_t[k])
            capacity = float(network.plant.most[runs.line[k], inside].sum()) if use > 0 else np.inf
            yield network.origin(stream), f"line {run.line}", w[stream] * u / (use or 1.0), capacity
    for k, outlet in enumerate(sold.outlet):
        stream = int(sold.stream[k])
        row = sold.outlets[outlet]
        if network.streams[stream].cohort == "new" and network.lookup.meaning(row.method) == "use":
            capacity = float(sold.most[outlet, inside].sum())
            yield network.origin(stream), f"outlet {row.name}", w[stream] / float(sold.basis[k]), capacity
