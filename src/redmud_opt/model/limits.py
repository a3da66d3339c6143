"""The limits table: least, greatest or exact amounts, or shares of another measure. MODEL.md rule 7.

    Σ measure ≤ value,     Σ measure − value · Σ other measure ≤ 0   (≥, = likewise) [t], per (limit, member, window)

A stock or a risk is measured at the last period of its window. With a mode, only what moves on it counts. What is
utilised, generated or disposed of is measured in origin tonnes, where the waste arose.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.case.rules import Limit
from redmud_opt.i18n import Message
from redmud_opt.model.arrays import Index, Rows
from redmud_opt.model.measures import AT_THE_END, Measures, Terms
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
    rows = [limit for limit in net.case.limits if limit.sense != "measure" and limit.measure != "count_used"]
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
    measured = Measured(m, net)
    for k, cut in enumerate(cuts):
        measured.add(rows, k, cut.limit, cut.member, cut.positions, 1.0)
        if cut.limit.share_of:
            other = others[cut.limit.share_of]
            measured.add(
                rows, k, other, _member(net, other, cut.member), cut.positions, -(cut.limit.value or 0.0)
            )


def _member(net: Network, other: Limit, member: str) -> str:
    """The member at which the other measure is taken: the same one, if it too is measured at each."""
    return member if other.every == "each" and other.at and member in net.lookup.members(other.at) else ""


def silent_limits(m: ConcreteModel, net: Network) -> list[Message]:
    """Limits whose measure is nothing at all: most likely a mistake in material or place."""
    counted = np.zeros(len(m.limit), dtype=bool)
    for term in m.limit.terms:
        counted[term.row] = True
    names = dict.fromkeys(cut.limit.name for cut, some in zip(cuts_of(net), counted, strict=True) if not some)
    return [Message("model.limit_measures_nothing", {"limit": name}) for name in names]


class Named:
    """Terms with the entities that go by each name: many limits ask of many entities."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.count = len(terms.material)
        self.material = _by_name([name] for name in terms.material)
        self.at, self.to = _by_name(terms.at), _by_name(terms.to)
        self.mode = _by_name([name] for name in terms.mode)
        self.waste_class = _by_name([name] for name in terms.waste_class)

    def matching(self, net: Network, limit: Limit, member: str) -> Terms:
        """The cells that a limit is about."""
        asked = [(self.material, net.lookup.members(limit.material) if limit.material else None)]
        at = frozenset({member}) if member else net.lookup.members(limit.at) if limit.at else None
        asked += [(self.at, at), (self.to, net.lookup.members(limit.to) if limit.to else None)]
        asked.append((self.mode, net.haulage.modes_of(limit.mode) or None))
        asked.append((self.waste_class, frozenset({limit.waste_class}) if limit.waste_class else None))
        kept = np.ones(self.count, dtype=bool)
        for known, names in asked:
            if names is not None:
                own = np.zeros(self.count, dtype=bool)
                for name in names:
                    own[known.get(name, [])] = True
                kept &= own
        terms = self.terms
        chosen = kept[terms.entity] & (terms.coef != 0.0)
        return replace(terms, cell=terms.cell[chosen], period=terms.period[chosen], coef=terms.coef[chosen])


def _by_name(names: Iterable[Iterable[str]]) -> dict[str, list[int]]:
    """Name → entities that go by it."""
    found: dict[str, list[int]] = {}
    for k, own in enumerate(names):
        for name in own:
            found.setdefault(name, []).append(k)
    return found


class Measured:
    """Measures and what limits take of them, each worked out once: rows of a limit differ by their periods only."""

    def __init__(self, m: ConcreteModel, net: Network) -> None:
        self.net, self.measures = net, Measures(m, net)
        self._named: dict[tuple[str, str], list[Named]] = {}
        self._taken: dict[tuple[str, str], list[Terms]] = {}

    def add(self, rows: Rows, row: int, limit: Limit, member: str, positions: Ints, sign: float) -> None:
        """Adds the measure of a limit at a member (blank: all) over some periods to a row."""
        if limit.measure in AT_THE_END:
            positions = positions[-1:]
        for terms in self._of(limit, member):
            kept = np.isin(terms.period, positions)
            row_of = np.full(int(kept.sum()), row)
            rows.add(terms.columns, row=row_of, col=terms.cell[kept], coef=sign * terms.coef[kept])

    def _of(self, limit: Limit, member: str) -> list[Terms]:
        measure, key = (limit.measure, limit.account), (limit.name, member)
        if measure not in self._named:
            self._named[measure] = [Named(terms) for terms in self.measures.of(limit)]
        if key not in self._taken:
            self._taken[key] = [named.matching(self.net, limit, member) for named in self._named[measure]]
        return self._taken[key]
