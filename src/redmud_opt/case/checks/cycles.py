"""Cycles that create mass: a material that comes back as more than went out.

From each material a that a process takes to each material b that it makes leads an edge with the gain

    yield of b ÷ total tonnes that the process takes

The tonnes of everything taken stand below the line, so a process that conserves mass has gains of at most 1 and the
product of gains round a cycle exceeds 1 only where mass is made of nothing. Found by Bellman and Ford on −log gain.
Wastes stand apart: what takes a waste must close its mass, and what is made of a waste is another stream each time.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from redmud_opt.case.checks.facts import Facts
from redmud_opt.case.faults import Fault
from redmud_opt.case.works import Process

SLACK = 1e-6


@dataclass(frozen=True, slots=True)
class Edge:
    """A process turns `start` into `end` with a gain."""

    start: str
    end: str
    process: str
    gain: float


def _activity(facts: Facts, process: str, point: str, feed: str) -> tuple[dict[str, float], dict[str, float]]:
    """Tonnes taken and made per tonne fed (or of activity, for a recipe)."""
    taken = {feed: 1.0} if feed and facts.in_tonnes(feed) else {}
    for name, row in facts.effective(facts.inputs.get(process, ()), point, feed).items():
        if facts.in_tonnes(name) and row.solid:
            taken[name] = taken.get(name, 0.0) + row.amount_per_t
    made = {}
    for name, row in facts.effective(facts.outputs.get(process, ()), point, feed).items():
        if row.yield_t_per_t and facts.in_tonnes(name):
            made[name] = row.yield_t_per_t
    return taken, made


def _uptake(facts: Facts, process: Process, point: str, feed: str) -> float:
    row = facts.feed_of(process.name, point, feed)
    own = None if row is None else row.uptake_t_per_t
    return process.uptake_t_per_t if own is None else own


def edges(facts: Facts) -> Iterator[Edge]:
    """Edges among materials that are no waste."""
    for name, process in facts.sound.items():
        for point in facts.points[name]:
            for feed in facts.feed_materials[name] or ("",):
                if facts.is_waste(feed):
                    continue
                taken, made = _activity(facts, name, point, feed)
                total = sum(taken.values()) + _uptake(facts, process, point, feed)
                for start, amount in taken.items():
                    for end, output in made.items():
                        if amount > 0 and total > 0 and not facts.is_waste(start) and not facts.is_waste(end):
                            yield Edge(start, end, name, output / total)


def growing_cycle(graph: list[Edge]) -> list[Edge] | None:
    """A cycle whose gains multiply to more than 1; None if there is none."""
    nodes = {node for edge in graph for node in (edge.start, edge.end)}
    reached = dict.fromkeys(nodes, 0.0)
    by: dict[str, Edge] = {}
    last = None
    for _ in range(len(nodes) + 1):
        last = None
        for edge in graph:
            length = reached[edge.start] - math.log(edge.gain) + SLACK / (len(nodes) + 1)
            if length < reached[edge.end] - 1e-15:
                reached[edge.end], by[edge.end], last = length, edge, edge.end
        if last is None:
            return None
    for _ in nodes:  # walk back until surely on the cycle
        last = by[last].start if last is not None else None
    found: list[Edge] = []
    node = last
    while node is not None and (not found or node != last):
        found.append(by[node])
        node = by[node].start
    return found[::-1]


def creating_cycles(facts: Facts) -> Iterator[Fault]:
    """No round trip returns more than it took."""
    best: dict[tuple[str, str], Edge] = {}
    for edge in edges(facts):
        held = best.get((edge.start, edge.end))
        if held is None or held.gain < edge.gain:
            best[(edge.start, edge.end)] = edge
    found = growing_cycle(list(best.values()))
    if found:
        gain = math.prod(edge.gain for edge in found)
        way = " → ".join([found[0].start, *(edge.end for edge in found)])
        names = tuple(dict.fromkeys(edge.process for edge in found))
        yield facts.fault(
            facts.processes[found[0].process], "", "creates_mass", way=way, processes=names, gain=gain
        )
