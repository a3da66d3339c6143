"""Elements of a plan: where the tonnes of what is conserved come from and go to, by site and calendar year.

    arisings + opening stock + purchases + received
        = sold + waste delivered + placed + closing stock + sent + gas + loss + unaccounted + undetermined

in t of the element. Content is tonnes × composition, of every stream. Unaccounted is the remainder of each process,
see `network.elements`: what assays and yields leave open, negative where more comes out than goes in. Undetermined is
the same where something in or out has no value and may hold the remainder: such material counts with its tonnes as
unknown, never as 0 % of an element.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from redmud_opt.case.things import Property
from redmud_opt.network import Network
from redmud_opt.network.elements import elements_of, share_of_mass, split
from redmud_opt.plan.framing import framed, picked

SIDES = {
    "arisings": "in",
    "opening_stock": "in",
    "purchases": "in",
    "received": "in",
    "sold": "out",
    "waste_delivered": "out",
    "placed": "out",
    "closing_stock": "out",
    "sent": "out",
    "gas": "out",
    "loss": "out",
    "unaccounted": "out",
    "undetermined": "out",
}
"""Entry → side of the balance, in order."""

ELEMENT_COLUMNS = ("property", "site", "year", "side", "entry", "at", "content_t", "unknown_t")
PROCESS_COLUMNS = (
    *("property", "site", "process", "point", "stream", "year", "in_t", "out_t", "gas_t", "loss_t"),
    *("unaccounted_t", "unknown_in_t", "unknown_out_t"),
)

Frames = Mapping[str, pd.DataFrame]
Entry = tuple[str, int, str, str]
"""Site, year, entry, at."""


def element_tables(frames: Frames, net: Network) -> dict[str, pd.DataFrame]:
    """The balance by site, and what it rests on by process and feed; empty where nothing is conserved."""
    balance: list[tuple[object, ...]] = []
    processes: list[tuple[Any, ...]] = []
    elements = elements_of(net.lineages)
    moves = list(_moves(frames, net)) if elements else []
    for element in elements:
        own = list(_processes(frames, net, element))
        processes += own
        balance += _balance(net, element, moves, own)
    return {
        "elements": framed(balance, ELEMENT_COLUMNS, ("content_t", "unknown_t")),
        "process_elements": framed(processes, PROCESS_COLUMNS, PROCESS_COLUMNS[6:]),
    }


def _balance(
    net: Network,
    element: Property,
    moves: list[tuple[Entry, str, float]],
    processes: list[tuple[Any, ...]],
) -> Iterator[tuple[object, ...]]:
    by, known = share_of_mass(element), net.lineages.by_id
    sums: defaultdict[Entry, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for entry, lineage, amount in moves:
        held = known[lineage].composition.get(element.name)
        sums[entry][0 if held else 1] += amount * (by * held[0] if held else 1.0)
    for _, site, process, _, _, year, _, _, gas, loss, rest, unknown_in, unknown_out in processes:
        dark = unknown_in + unknown_out
        open_ = "undetermined" if dark else "unaccounted"
        for name, content in (("gas", gas), ("loss", loss), (open_, rest)):
            sums[site, year, name, process][0] += content
        sums[site, year, open_, process][1] += dark
    order = {name: number for number, name in enumerate(SIDES)}
    for (site, year, name, at), amounts in sorted(
        sums.items(), key=lambda item: (item[0][0], item[0][1], order[item[0][2]], item[0][3])
    ):
        if amounts != [0.0, 0.0]:
            yield element.name, site, year, SIDES[name], name, at, *amounts


def _moves(frames: Frames, net: Network) -> Iterator[tuple[Entry, str, float]]:
    """Every movement of a solid over the edge of a site's account: entry, lineage, tonnes."""
    for entry, stream, amount in (*_brought(frames, net), *_taken(frames, net), *_stocked(frames, net)):
        lineage = stream.partition("@")[0]
        if net.lineages.by_id[lineage].material.unit == "t":
            yield entry, lineage, amount


def _years(net: Network) -> dict[str, int]:
    return {period.name: period.year for period in net.case.periods}


def _brought(frames: Frames, net: Network) -> Iterator[tuple[Entry, str, float]]:
    year = _years(net)
    for entry, name, at, amount in (
        ("arisings", "arisings", "arising", "arising_t"),
        ("purchases", "purchases", "supply", "bought"),
    ):
        for site, place, stream, period, t in picked(frames, name, "site", at, "stream", "period", amount):
            yield (site, year[period], entry, place), stream, t


def _taken(frames: Frames, net: Network) -> Iterator[tuple[Entry, str, float]]:
    year = _years(net)
    for site, outlet, stream, period, t in picked(
        frames, "sales", "site", "outlet", "stream", "period", "sold"
    ):
        waste = net.lineages.by_id[str(stream).partition("@")[0]].is_waste
        entry = "waste_delivered" if waste else "sold"
        yield (site, year[period], entry, outlet), stream, t
    columns = ("site", "storage", "stream", "period", "placed_t")
    for site, storage, stream, period, t in picked(frames, "placements", *columns):
        yield (site, year[period], "placed", storage), stream, t
    columns = ("from_site", "to_site", "stream", "period", "flow_t")
    for start, end, stream, period, t in picked(frames, "flows", *columns):
        yield (start, year[period], "sent", end), stream, t
        yield (end, year[period], "received", start), stream, t


def _stocked(frames: Frames, net: Network) -> Iterator[tuple[Entry, str, float]]:
    """Stock at the ends of calendar years; it opens the next one."""
    periods = net.case.periods
    last = {period.year: period.name for period in periods}
    year = _years(net)
    site_of = {storage.name: storage.site for storage in net.case.storages}
    for row in net.case.opening_stock:
        yield (
            (site_of[row.storage], periods[0].year, "opening_stock", row.storage),
            row.material,
            row.amount_t,
        )
    columns = ("site", "storage", "stream", "period", "stock_t")
    for site, storage, stream, period, t in picked(frames, "stocks", *columns):
        now = year[period]
        if last[now] == period and t:
            yield (site, now, "closing_stock", storage), stream, t
            if now + 1 in last:
                yield (site, now + 1, "opening_stock", storage), stream, t


def _processes(frames: Frames, net: Network, element: Property) -> Iterator[tuple[Any, ...]]:
    """One row per site, process, point, feed and year."""
    conversions = {conversion.key: conversion for conversion in net.lineages.conversions}
    year, sums = _years(net), defaultdict[tuple[str, str, str, str, int], float](float)
    columns = ("line", "process", "point", "stream", "period", "feed_t")
    for line, process, point, stream, period, t in picked(frames, "feeds", *columns):
        sums[net.lookup.line_site(line), process, point, stream, year[period]] += t
    for (site, process, point, stream, own_year), fed in sums.items():
        one = split(net.lineages, conversions[process, point, stream.partition("@")[0]], element)
        amounts = (one.comes, one.goes, one.gas, one.loss, one.unaccounted, one.unknown_in, one.unknown_out)
        if any(amounts):
            yield element.name, site, process, point, stream, own_year, *(fed * amount for amount in amounts)
