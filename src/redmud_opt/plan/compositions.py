"""Composition of what a plan delivers, makes and feeds, and the margin that it keeps at every gate.

    mean  = Σ x·v·p ÷ Σ x·v             σ = Σ x·v·σ ÷ Σ x·v         as the gate adds them: all vary together
    slack = limit − mean − k·σ          a minimum: mean − k·σ − limit

v = 1, of a property on wet basis 1 ÷ (1 − moisture). At a gate on an output the sums are retained·p of what goes in
over the mass of the output. What nobody states stays blank.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from math import nan

import pandas as pd

from redmud_opt.case.works import Gate
from redmud_opt.network import Network
from redmud_opt.network.lineage import Conversion, Lineage
from redmud_opt.plan.framing import framed, picked

COMPOSITION_COLUMNS = (
    *("kind", "at", "process", "point", "stream", "period", "property", "mean", "sigma", "amount_t"),
)
MARGIN_COLUMNS = (
    *("gate", "at", "line", "point", "stream", "period", "property", "sense", "mean", "margin", "limit"),
    "slack",
)

Frames = Mapping[str, pd.DataFrame]
Part = tuple[Lineage, float]
Mixer = tuple[str, str, str, str]
"""Line, process, point, period."""


def composition_tables(frames: Frames, net: Network) -> dict[str, pd.DataFrame]:
    """`composition` and `gate_margins`."""
    mixed = _mixed(frames, net)
    composition = [*_delivered(frames, net), *_made(frames, net), *_fed(net, mixed)]
    margins = [*_at_processes(net, mixed), *_at_receivers(frames, net)]
    numbers = ("mean", "sigma", "amount_t", "margin", "limit", "slack")
    return {
        "composition": framed(composition, COMPOSITION_COLUMNS, numbers),
        "gate_margins": framed(margins, MARGIN_COLUMNS, numbers),
    }


def _lineage(net: Network, stream: object) -> Lineage:
    return net.lineages.by_id[str(stream).partition("@")[0]]


def _in_tonnes(lineage: Lineage) -> bool:
    return lineage.material.unit == "t"


def asked_for(net: Network) -> list[str]:
    """Properties that are conserved or that a gate limits: shown as unknown where they are."""
    gated = {gate.property for gate in net.case.gates}
    return [row.name for row in net.case.properties if row.element or row.name in gated]


# ---------------------------------------------------------------- composition


def _of_stream(net: Network, lineage: Lineage) -> Iterator[tuple[str, float, float]]:
    for name in dict.fromkeys((*lineage.composition, *asked_for(net))):
        yield name, *lineage.composition.get(name, (nan, nan))


def _delivered(frames: Frames, net: Network) -> Iterator[tuple[object, ...]]:
    for outlet, stream, period, t in picked(frames, "sales", "outlet", "stream", "period", "sold"):
        lineage = _lineage(net, stream)
        for name, mean, sigma in _of_stream(net, lineage) if _in_tonnes(lineage) else ():
            yield "delivered", outlet, "", "", stream, period, name, mean, sigma, t


def _made(frames: Frames, net: Network) -> Iterator[tuple[object, ...]]:
    """Per process and stream, over the horizon: the composition of a stream is a constant."""
    made = frames["made"].groupby(["process", "stream"], as_index=False, sort=False)["made_t"].sum()
    for process, stream, t in made.itertuples(index=False, name=None):
        lineage = _lineage(net, stream)
        for name, mean, sigma in _of_stream(net, lineage) if _in_tonnes(lineage) else ():
            yield "made", process, process, lineage.point, stream, "", name, mean, sigma, t


def _fed(
    net: Network, mixed: Mapping[Mixer, list[tuple[Conversion, str, float]]]
) -> Iterator[tuple[object, ...]]:
    for (line, process, point, period), runs in mixed.items():
        parts = [part for conversion, _, t in runs for part in _taken(net, conversion, t)]
        if not parts:
            continue
        for name in asked_for(net):
            weighted = [(one, t * _weight(net, name, one)) for one, t in parts]
            mean, sigma = _average(weighted, name)
            amount = sum(t for _, t in parts)
            yield "fed", line, process, point, "", period, name, mean, sigma, amount


def _mixed(frames: Frames, net: Network) -> dict[Mixer, list[tuple[Conversion, str, float]]]:
    """What shares a vessel: (line, process, point, period) → conversion, stream, tonnes fed or of activity."""
    conversions = {conversion.key: conversion for conversion in net.lineages.conversions}
    found: defaultdict[Mixer, list[tuple[Conversion, str, float]]] = defaultdict(list)
    columns = ("line", "process", "point", "stream", "period", "feed_t")
    for line, process, point, stream, period, t in picked(frames, "feeds", *columns):
        conversion = conversions[str(process), str(point), str(stream).partition("@")[0]]
        key = (str(line), str(process), str(point), str(period))
        found[key].append((conversion, str(stream), float(t)))
    return dict(found)


def _taken(net: Network, conversion: Conversion, amount: float) -> Iterator[Part]:
    """The feed and the fixed inputs in tonnes."""
    if conversion.feed is not None and _in_tonnes(conversion.feed):
        yield conversion.feed, amount
    for row in conversion.inputs:
        lineage = net.lineages.by_id[row.material]
        if _in_tonnes(lineage):
            yield lineage, amount * row.amount_per_t


def _weight(net: Network, name: str, lineage: Lineage) -> float:
    return lineage.wet_per_dry if net.lookup.properties[name].basis == "wet" else 1.0


def _average(parts: Iterable[Part], name: str, over: float | None = None) -> tuple[float, float]:
    """Mean and σ of a mixture, over its own weight unless said; NaN if any part is unknown."""
    held = [(*one.composition.get(name, (nan, nan)), weight) for one, weight in parts if weight]
    whole = sum(weight for _, _, weight in held) if over is None else over
    if not whole:
        return nan, nan
    return sum(w * p for p, _, w in held) / whole, sum(w * s for _, s, w in held) / whole


# ---------------------------------------------------------------- margins


def _judged(gate: Gate, mean: float, sigma: float) -> tuple[object, ...]:
    margin = gate.k_sigma * sigma
    slack = gate.limit - mean - margin if gate.sense == "max" else mean - margin - gate.limit
    return gate.property, gate.sense, mean, margin, gate.limit, slack


def _at_processes(
    net: Network, mixed: Mapping[Mixer, list[tuple[Conversion, str, float]]]
) -> Iterator[tuple[object, ...]]:
    for (line, process, point, period), runs in mixed.items():
        for gate in net.law.blend.get(process, []):
            found = _through(net, gate, runs, inputs=True)
            if found is not None:
                yield gate.name, process, line, point, "", period, *_judged(gate, *found)
        for gate in net.law.each.get(process, []):
            for one in runs:
                found = _through(net, gate, [one], inputs=False) if one[0].feed is not None else None
                if found is not None:
                    yield gate.name, process, line, point, one[1], period, *_judged(gate, *found)


def _through(
    net: Network, gate: Gate, runs: list[tuple[Conversion, str, float]], *, inputs: bool
) -> tuple[float, float] | None:
    """Mean and σ that a gate of a process sees; None where its output is not made."""
    parts: list[Part] = []
    whole = 0.0
    for conversion, _, t in runs:
        if conversion.feed is not None:
            parts.append((conversion.feed, t * net.law.weight(gate, conversion.feed)))
        for row in conversion.inputs if inputs else ():
            lineage = net.lineages.by_id[row.material]
            if _in_tonnes(lineage):
                parts.append((lineage, t * row.amount_per_t * net.law.weight(gate, lineage)))
        made = [m for m in conversion.made if m.output.name == gate.output]
        whole += t * sum(m.yield_t_per_t * net.law.weight(gate, m.output) for m in made)
    if not gate.output:
        return _average(parts, gate.property)
    if whole <= 0.0:
        return None
    return _average([(one, gate.retained * weight) for one, weight in parts], gate.property, whole)


def _at_receivers(frames: Frames, net: Network) -> Iterator[tuple[object, ...]]:
    arriving: defaultdict[tuple[str, str], defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    for name, at, amount in (
        ("sales", "outlet", "sold"),
        ("stocks", "storage", "put_t"),
        ("placements", "storage", "placed_t"),
    ):
        for place, stream, period, t in picked(frames, name, at, "stream", "period", amount):
            if t:
                arriving[str(place), str(period)][str(stream)] += float(t)
    for (place, period), streams in arriving.items():
        parts = {stream: (_lineage(net, stream), t) for stream, t in streams.items()}
        for gate in net.law.blend.get(place, []):
            found = _average(
                [(one, t * net.law.weight(gate, one)) for one, t in parts.values()], gate.property
            )
            yield gate.name, place, "", "", "", period, *_judged(gate, *found)
        for gate in net.law.each.get(place, []):
            for stream, (one, t) in parts.items():
                found = _average([(one, t)], gate.property)
                yield gate.name, place, "", "", stream, period, *_judged(gate, *found)
