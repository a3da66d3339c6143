"""Permits: what is received under them, by calendar year.

    permit_limit   Σ received ≤ Σ tonnes a year × valid days in the horizon ÷ days of the year     [t, its basis]
                   per receiver, code and year; a point-to-point scheme: Σ flows from its sender
    own_waste      Σ received without permit ≤ arising + made + reclaimed from storages never licensed       [t dry]
    scheme_waste   Σ received without permit or by scheme ≤ the same + flows from the senders                [t dry]
                   per (site, stream, period) that lanes bring the stream to

A receipt is a feed, a delivery, a placement or a put of hazardous waste; a use step that is exempt counts against no
permit. Law of solid waste 2020 art. 80; MODEL.md rule 6; docs/decisions.md 'Permits'. Claims: see `network.receipts`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.model.arrays import Columns, Index, Rows
from redmud_opt.model.balance import effects
from redmud_opt.network import Network
from redmud_opt.network.licensing import Licensing
from redmud_opt.network.network import Grid, Ints, Mask
from redmud_opt.network.receipts import Claim, Receipt, claims_of, receipts_of


def add_permits(m: ConcreteModel, net: Network) -> None:
    """Rows of tonnes under permits, and of the own waste that needs none."""
    known = Licensing(net.lookup, net.time)
    receipts = receipts_of(net, known)
    _add_limits(m, claims_of(net, known, receipts))
    _add_own(m, net, known, receipts)


def _add_limits(m: ConcreteModel, claims: list[Claim]) -> None:
    rows = m.permit_limit = Rows(
        Index.of(
            permit=[claim.name for claim in claims],
            receiver=[claim.receiver for claim in claims],
            code=[claim.code for claim in claims],
            year=[claim.year for claim in claims],
        ),
        upper=np.array([claim.allowed_t for claim in claims], dtype=float),
        kind="hard_law",
        message="model.permit_limit",
    )
    for k, claim in enumerate(claims):
        for part in claim.parts:
            rows.add(getattr(m, part.family), row=np.full(len(part.col), k), col=part.col, coef=part.coef)


def _add_own(m: ConcreteModel, net: Network, known: Licensing, receipts: list[Receipt]) -> None:
    """What is received without a permit is no more than a site has of its own, where lanes bring more of it."""
    brought = np.zeros(len(net.places), dtype=bool)
    brought[net.routes.to_place[(net.routes.grid.position >= 0).any(axis=1)]] = True
    there = (net.nodes.position >= 0) & brought[:, None] & known.asked
    without, by_scheme = np.zeros_like(there), np.zeros_like(there)
    for receipt in receipts:
        standing = receipt.standing
        without[receipt.place] |= ~standing.licensed & ~standing.scheme & _acts(receipt)
        by_scheme[receipt.place] |= ~standing.licensed & standing.scheme & _acts(receipt)
    own = _own_storage(net, known)
    m.own_waste = _own_rows(m, net, own, there & without, [(r, ~r.standing.scheme) for r in receipts])
    m.scheme_waste = _own_rows(m, net, own, there & by_scheme, [(r, known.asked) for r in receipts])
    _add_scheme_flows(m, net, known, m.scheme_waste, there & by_scheme)


def _acts(receipt: Receipt) -> Mask:
    found: Mask = receipt.grid.position[receipt.entity] >= 0
    return found


def _own_rows(
    m: ConcreteModel, net: Network, own: Mask, asked: Mask, receipts: Iterable[tuple[Receipt, Mask]]
) -> Rows:
    """Σ receipts without licence − made − reclaimed ≤ arising, at the places and periods asked for."""
    grid = Grid.of(asked)
    names = [f"{site}/{stream.id}" for site, stream in net.places]
    rows = Rows(
        Index(("place", "period"), (grid.entity, grid.period), (names, net.time.names)),
        upper=net.arising_t[net.nodes.position[grid.entity, grid.period]],
        kind="hard_law",
        message="model.own_waste",
    )
    cells: dict[str, list[tuple[Ints, Ints]]] = defaultdict(list)
    for receipt, counted in receipts:
        mask = counted & ~receipt.standing.licensed & _acts(receipt) & (grid.position[receipt.place] >= 0)
        t = np.flatnonzero(mask)
        cells[receipt.family].append(
            (grid.position[receipt.place, t], receipt.grid.position[receipt.entity, t])
        )
    for family, found in cells.items():  # one term a family: thousands of small ones took half of the build
        row, col = (np.concatenate(part) for part in zip(*found, strict=True))
        rows.add(getattr(m, family), row=row, col=col)
    _add_what_is_own(m, net, own, rows, grid.position)
    return rows


def _add_what_is_own(m: ConcreteModel, net: Network, own: Mask, rows: Rows, position: Ints) -> None:
    """− made − reclaimed from storages that never held anything of others; arising as options change it."""
    runs, held = net.runs, net.holdings
    cells = runs.made_cells
    k, t = np.nonzero((cells >= 0) & (position[runs.made_place] >= 0))
    rows.add(m.feed_t, row=position[runs.made_place[k], t], col=cells[k, t], coef=-runs.made_yield[k])
    row, col, less_t_per_t = effects(net, position)
    rows.add(m.applied_t, row=row, col=col, coef=less_t_per_t)
    _at(rows, m.reclaim_t, held.reclaim, np.where(own, held.place, -1), position)


def _own_storage(net: Network, known: Licensing) -> Mask:
    """Holdings in storages without a permit for what they hold, in any period."""
    found = []
    for storage, stream in zip(net.holdings.storage, net.holdings.stream, strict=True):
        name, lineage = net.holdings.storages[storage].name, net.lineage(int(stream))
        found.append(not known.standing(name, lineage, None, use=False).licensed.any())
    return np.array(found, dtype=bool)


def _at(rows: Rows, columns: Columns, grid: Grid, place: Ints, position: Ints) -> None:
    """Each column of a grid with −1 in the row of its place, where there is one."""
    row = np.where(place[grid.entity] >= 0, position[place[grid.entity], grid.period], -1)
    col = np.flatnonzero(row >= 0)
    rows.add(columns, row=row[col], col=col, coef=-1.0)


def _add_scheme_flows(m: ConcreteModel, net: Network, known: Licensing, rows: Rows, asked: Mask) -> None:
    """− flows from the senders of schemes."""
    routes, position = net.routes, Grid.of(asked).position
    for e, route in enumerate(routes.route):
        row = position[routes.to_place[e]]
        if (row >= 0).any():
            lineage = net.lineage(int(routes.stream[e]))
            open_ = known.open_to(route.to_site, route.from_site, lineage)
            t = np.flatnonzero((row >= 0) & open_ & (routes.grid.position[e] >= 0))
            rows.add(m.flow_t, row=row[t], col=routes.grid.position[e, t], coef=-1.0)
