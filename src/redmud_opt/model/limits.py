"""The limits table: least, greatest or exact amounts, or shares of another measure. MODEL.md rule 7.

    Σ measure ≤ value,     Σ measure − value · Σ other measure ≤ 0   (≥, = likewise) [t], per (limit, member, window)

A stock or a risk is measured at the last period of its window.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.case.rules import ChangeLimit, Limit
from redmud_opt.i18n import Message
from redmud_opt.model.arrays import Index, Rows
from redmud_opt.model.measures import AT_THE_END, MEASURES, Terms
from redmud_opt.network import Network
from redmud_opt.network.network import Ints


@dataclass(frozen=True)
class Cut:
    """One row: a limit, the member that it is for (blank: the sum), and the periods it covers."""

    limit: Limit
    member: str
    window: str
    positions: Ints


def cuts_of(net: Network) -> list[Cut]:
    """Every row of the limits table that binds something."""
    rows = [limit for limit in net.case.limits if limit.sense != "measure" and limit.measure in MEASURES]
    return [cut for limit in rows for cut in _cuts(net, limit)]


def counting_cuts(net: Network) -> list[Cut]:
    """Every row on how many things are used."""
    rows = [limit for limit in net.case.limits if limit.measure == "count_used"]
    return [cut for limit in rows for cut in _cuts(net, limit)]


def _cuts(net: Network, limit: Limit) -> Iterator[Cut]:
    members = sorted(net.lookup.members(limit.at)) if limit.every == "each" and limit.at else [""]
    during = np.flatnonzero(net.time.during(limit.during))
    for member in members:
        for window, positions in net.time.windows(limit.per):
            inside = np.intersect1d(positions, during)
            if len(inside):
                yield Cut(limit, member, window, inside)


def add_limits(m: ConcreteModel, net: Network) -> None:
    """One row per limit, member and window."""
    cuts = cuts_of(net)
    index = Index.of(
        limit=[c.limit.name for c in cuts], member=[c.member for c in cuts], window=[c.window for c in cuts]
    )
    value = np.array([0.0 if c.limit.share_of else (c.limit.value or 0.0) for c in cuts])
    sense = np.array([c.limit.sense for c in cuts], dtype=object)
    rows = m.limit = Rows(
        index,
        lower=np.where(sense == "max", -np.inf, value),
        upper=np.where(sense == "min", np.inf, value),
        kind="policy",
        message="model.limit",
    )
    others = {limit.name: limit for limit in net.case.limits}
    for k, cut in enumerate(cuts):
        _measure(rows, k, m, net, cut.limit, cut.member, cut.positions, 1.0)
        if cut.limit.share_of:
            other = others[cut.limit.share_of]
            _measure(rows, k, m, net, other, "", cut.positions, -(cut.limit.value or 0.0))


def silent_limits(m: ConcreteModel, net: Network) -> list[Message]:
    """Limits whose measure is nothing at all: most likely a mistake in material or place."""
    counted = np.zeros(len(m.limit), dtype=bool)
    for term in m.limit.terms:
        counted[term.row] = True
    names = dict.fromkeys(cut.limit.name for cut, some in zip(cuts_of(net), counted, strict=True) if not some)
    return [Message("model.limit_measures_nothing", {"limit": name}) for name in names]


def _measure(
    rows: Rows,
    row: int,
    m: ConcreteModel,
    net: Network,
    limit: Limit,
    member: str,
    positions: Ints,
    sign: float,
) -> None:
    terms = MEASURES[limit.measure](m, net)
    if limit.measure in AT_THE_END:
        positions = positions[-1:]
    kept = matching(net, terms, limit, member)[terms.entity] & np.isin(terms.period, positions)
    rows.add(
        terms.columns, row=np.full(int(kept.sum()), row), col=terms.cell[kept], coef=sign * terms.coef[kept]
    )


def matching(net: Network, terms: Terms, limit: Limit | ChangeLimit, member: str) -> np.ndarray:
    """Entities that a limit is about."""
    at = frozenset({member}) if member else net.lookup.members(limit.at) if limit.at else frozenset()
    to = net.lookup.members(limit.to) if limit.to else frozenset()
    found = [
        net.lookup.matches(limit.material, material)
        and (not at or bool(at & here))
        and (not to or bool(to & there))
        for material, here, there in zip(terms.material, terms.at, terms.to, strict=True)
    ]
    return np.array(found, dtype=bool)
