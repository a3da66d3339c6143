"""Receipts of hazardous waste and the permits that they count against.

A *claim* is what a set of permits of one receiver and code allows in a calendar year, with the cells of columns that
only these permits cover. Where permits differ in method or in days, cells differ in the permits that may cover them;
with all unions of such sets as claims, tonnes can be shared out among the permits exactly where every claim holds:

    Σ receipts that no permit outside the set may cover ≤ Σ tonnes of the set                 (Hall's condition)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from redmud_opt.case.licences import allowed_t
from redmud_opt.case.rules import Permit
from redmud_opt.network.licensing import Licensing, Standing
from redmud_opt.network.lineage import Lineage
from redmud_opt.network.network import Array, Grid, Ints, Network


@dataclass(frozen=True, eq=False)
class Receipt:
    """An entity of feed_t, sold_t, placed_t or put_t by which hazardous waste is received."""

    family: str
    grid: Grid
    entity: int
    receiver: str
    place: int
    lineage: Lineage
    method: str | None
    use: bool
    standing: Standing

    def cells(self) -> Iterator[tuple[int, int]]:
        """(column, period) of the entity."""
        for t in np.flatnonzero(self.grid.position[self.entity] >= 0):
            yield int(self.grid.position[self.entity, t]), int(t)


@dataclass(frozen=True)
class Part:
    """Cells of one family with tonnes of the permit per dry tonne."""

    family: str
    col: Ints
    coef: Array


@dataclass(frozen=True)
class Claim:
    """Permits of one receiver and code in a calendar year, the tonnes that they allow, and what counts against them.

    `sender`: the site of a point-to-point scheme, whose flows count instead of receipts.
    """

    permits: tuple[Permit, ...]
    receiver: str
    code: str
    sender: str
    year: int
    allowed_t: float
    parts: tuple[Part, ...]

    @property
    def name(self) -> str:
        """The permits by name."""
        return " + ".join(row.name for row in self.permits)


Key = tuple[str, str, str, int]
"""(receiver, code, sender of a scheme, year)"""
Cell = tuple[str, int, float]
"""(family, column, tonnes of the permit per dry tonne)"""


def receipts_of(net: Network, known: Licensing) -> list[Receipt]:
    """Every entity by which hazardous waste is received, in the order of the families."""
    if not known.asked.any():
        return []
    found = (*_fed(net), *_sold(net), *_placed(net), *_put(net))
    return [
        Receipt(*row, known.standing(row[3], row[5], row[6], use=row[7]))
        for row in found
        if row[5].hazardous and (row[1].position[row[2]] >= 0).any()
    ]


Raw = tuple[str, Grid, int, str, int, Lineage, str | None, bool]


def _fed(net: Network) -> Iterator[Raw]:
    runs = net.runs
    for e, run in enumerate(runs.run):
        if runs.stream[e] >= 0:
            facility, lineage = net.lookup.lines[run.line].facility, net.lineage(int(runs.stream[e]))
            method, use = run.conversion.process.method, run.conversion.meaning == "use"
            yield "feed_t", runs.grid, e, facility, int(runs.place[e]), lineage, method, use


def _sold(net: Network) -> Iterator[Raw]:
    sold = net.deliveries
    for e, k in enumerate(sold.outlet):
        row, lineage = sold.outlets[k], net.lineage(int(sold.stream[e]))
        use = net.lookup.meaning(row.method) == "use"
        yield "sold_t", sold.grid, e, row.name, int(sold.place[e]), lineage, row.method, use


def _placed(net: Network) -> Iterator[Raw]:
    placed = net.placements
    for e, k in enumerate(placed.storage):
        row, lineage = net.holdings.storages[k], net.lineage(int(placed.stream[e]))
        yield "placed_t", placed.grid, e, row.name, int(placed.place[e]), lineage, row.method, False


def _put(net: Network) -> Iterator[Raw]:
    held = net.holdings
    for e, k in enumerate(held.storage):
        row, lineage = held.storages[k], net.lineage(int(held.stream[e]))
        yield "put_t", held.put, e, row.name, int(held.place[e]), lineage, None, False


def claims_of(net: Network, known: Licensing, receipts: list[Receipt] | None = None) -> list[Claim]:
    """The claims on permits, then those on point-to-point schemes; `receipts`: those of the network, if at hand."""
    found: dict[Key, dict[frozenset[str], list[Cell]]] = defaultdict(lambda: defaultdict(list))
    for receipt in receipts_of(net, known) if receipts is None else receipts:
        for code in sorted(receipt.lineage.codes):
            permits = known.permits(receipt.receiver, code, receipt.method)
            exempt = receipt.use & known.exempt(receipt.receiver, code)
            for col, t in receipt.cells():
                mine = _valid(known, permits, t)
                if mine and known.asked[t] and not exempt[t]:
                    key = (receipt.receiver, code, "", int(net.time.year[t]))
                    found[key][mine].append((receipt.family, col, receipt.lineage.wet_per_dry))
    for key, mine, cell in _flows(net, known):
        found[key][mine].append(cell)
    return [claim for key, cells in found.items() for claim in _claims(net, key, cells)]


def _valid(known: Licensing, permits: Iterable[Permit], t: int) -> frozenset[str]:
    return frozenset(row.name for row in permits if known.valid(row)[t])


def _flows(net: Network, known: Licensing) -> Iterator[tuple[Key, frozenset[str], Cell]]:
    """Flows from the senders of schemes to the sites of their receivers."""
    routes = net.routes
    for e, route in enumerate(routes.route if known.asked.any() else ()):
        lineage = net.lineage(int(routes.stream[e]))
        for receiver, code, permits in known.joined(route.from_site, route.to_site, lineage):
            for t in np.flatnonzero((routes.grid.position[e] >= 0) & known.asked):
                mine = _valid(known, permits, int(t))
                if mine:
                    key = (receiver, code, route.from_site, int(net.time.year[t]))
                    yield key, mine, ("flow_t", int(routes.grid.position[e, t]), lineage.wet_per_dry)


def _claims(net: Network, key: Key, cells: dict[frozenset[str], list[Cell]]) -> Iterator[Claim]:
    receiver, code, sender, year = key
    rows = {row.name: row for row in net.case.permits}
    periods = [period for period in net.time.periods if period.year == year]
    for names in _unions(cells):
        permits = tuple(row for name, row in rows.items() if name in names)
        inside = [cell for mine, found in cells.items() if mine <= names for cell in found]
        most = sum(allowed_t(row, periods) for row in permits)
        wet = permits[0].basis == "as_received"
        yield Claim(permits, receiver, code, sender, year, most, _parts(inside, wet))


def _unions(sets: Iterable[frozenset[str]]) -> list[frozenset[str]]:
    """Every union of sets that hang together, small ones first; the others would say no more than their parts."""
    found: set[frozenset[str]] = set()
    for own in sets:
        joined = {own}
        for other in sorted(found, key=len):
            joined |= {other | mine for mine in joined if other & mine}
        found |= joined
    return sorted(found, key=lambda names: (len(names), sorted(names)))


def _parts(cells: list[Cell], wet: bool) -> tuple[Part, ...]:
    found = []
    for family in dict.fromkeys(name for name, _, _ in cells):
        own = [(col, coef) for name, col, coef in cells if name == family]
        coef = np.array([c if wet else 1.0 for _, c in own], dtype=float)
        found.append(Part(family, np.array([col for col, _ in own], dtype=np.int64), coef))
    return tuple(found)
