"""What moves or is disposed of under approvals, as coordinates: which cells need one, which rows of the table serve.

A *need* is (what happens, province it comes from, site, lineage, period); a *grant* lets one approval serve one need.
Two lineages of one code share the tonnes of an approval, each in its own basis.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from redmud_opt.case.rules import Approval
from redmud_opt.network.borders import APPROVAL, FILING, Entry
from redmud_opt.network.lineage import Lineage
from redmud_opt.network.network import Array, Grid, Ints, Network


class Need(NamedTuple):
    """What needs a document. `came_from` is a province, blank: any."""

    of: str
    came_from: str
    site: str
    lineage: str
    t: int


@dataclass(frozen=True)
class Granted:
    """Needs of one kind of document, the cells that make them up, and the grants that serve them.

    `cells`: family of columns → (need, cell) coordinates. `basis`: tonnes of the document per dry tonne, per grant.
    """

    needs: list[Need]
    cells: dict[str, tuple[Ints, Ints]]
    documents: list[Approval]
    need: Ints
    document: Ints
    basis: Array


def approved(net: Network) -> Granted:
    """What needs an approval."""
    return _granted(net, APPROVAL)


def filed(net: Network) -> Granted:
    """What is to be filed."""
    return _granted(net, FILING)


def _granted(net: Network, kind: str) -> Granted:
    borders = net.doors.ground.borders
    entries: dict[Need, Entry] = {}
    cells: dict[str, tuple[list[int], list[int]]] = {}
    number: dict[Need, int] = {}
    for family, entry, lineage, cell, t in _cells(net, kind):
        need = Need(entry.of, entry.from_province, entry.site, lineage.id, t)
        entries[need] = entry
        row, col = cells.setdefault(family, ([], []))
        row.append(number.setdefault(need, len(number)))
        col.append(cell)
    documents = [row for row in net.case.approvals if row.kind == kind]
    place = {row.name: k for k, row in enumerate(documents)}
    usable = {row.name: borders.usable(row) for row in documents}
    grants = [
        (k, place[row.name], _basis(net, row, need.lineage))
        for need, k in number.items()
        for row in borders.documents(entries[need])
        if usable[row.name][need.t]
    ]
    return Granted(
        needs=list(number),
        cells={
            name: (np.array(r, dtype=np.int64), np.array(c, dtype=np.int64)) for name, (r, c) in cells.items()
        },
        documents=documents,
        need=np.array([k for k, _, _ in grants], dtype=np.int64),
        document=np.array([k for _, k, _ in grants], dtype=np.int64),
        basis=np.array([basis for _, _, basis in grants], dtype=float),
    )


def _basis(net: Network, row: Approval, lineage: str) -> float:
    return net.lineages.by_id[lineage].wet_per_dry if row.basis == "as_received" else 1.0


def _cells(net: Network, kind: str) -> Iterator[tuple[str, Entry, Lineage, int, int]]:
    """(family, what is needed, lineage, cell, period) of everything that needs a document of a kind."""
    ground = net.doors.ground
    general = "general_approval" if kind == APPROVAL else "filing"
    asked = {True: ground.asked("approval")[0], False: ground.asked(general)[0]}
    if not any(mask.any() for mask in asked.values()):
        return
    for family, grid, found in (*_moves(net), *_disposals(net)):
        for k, lineage, entry in found:
            if entry is None or entry.kind != kind:
                continue
            for t in np.flatnonzero((grid.position[k] >= 0) & asked[lineage.hazardous]):
                yield family, entry, lineage, int(grid.position[k, t]), int(t)


Found = Iterator[tuple[int, Lineage, Entry | None]]


def _moves(net: Network) -> Iterator[tuple[str, Grid, Found]]:
    borders, routes = net.doors.ground.borders, net.routes
    moved = ((k, route, net.lineage(int(routes.stream[k]))) for k, route in enumerate(routes.route))
    yield "flow_t", routes.grid, ((k, lineage, borders.entry(route, lineage)) for k, route, lineage in moved)


def _disposals(net: Network) -> Iterator[tuple[str, Grid, Found]]:
    """Placements, deliveries and runs that dispose of something."""
    placed, sold, runs, lookup = net.placements, net.deliveries, net.runs, net.lookup
    yield "placed_t", placed.grid, _disposed(net, placed.place, range(len(placed.place)))
    away = {k for k, row in enumerate(sold.outlets) if lookup.meaning(row.method) == "disposal"}
    yield "sold_t", sold.grid, _disposed(net, sold.place, (k for k, o in enumerate(sold.outlet) if o in away))
    gone = (k for k, run in enumerate(runs.run) if run.place and run.conversion.meaning == "disposal")
    yield "feed_t", runs.grid, _disposed(net, runs.place, gone)


def _disposed(net: Network, place: Ints, entities: Iterable[int]) -> Found:
    for k in entities:
        site, stream = net.places[place[k]]
        lineage = net.lineages.by_id[stream.lineage]
        yield k, lineage, net.doors.ground.borders.disposal(site, lineage)
