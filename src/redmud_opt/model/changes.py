"""Change limits: what a plan may differ from its baseline by. MODEL.md rule 9.

    |Σ measure − Σ measure in the baseline| ≤ least of max_change_t and max_change_share · Σ in the baseline

per (limit, member, period), in periods that the baseline has and that are not frozen; units for `built`, dry tonnes
(or the material's unit) for the rest. No rows without a baseline.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.case.rules import ChangeLimit, Limit
from redmud_opt.i18n import Message
from redmud_opt.model.arrays import Index, Rows
from redmud_opt.model.limits import Measured
from redmud_opt.network import Network
from redmud_opt.network.before import Act


@dataclass(frozen=True)
class Span:
    """One row: a change limit, the member that it is for (blank: the sum), a period, and what may come of it."""

    limit: ChangeLimit
    member: str
    period: int
    least: float
    most: float


def spans_of(net: Network) -> list[Span]:
    """Every row of the change limits; none without a baseline."""
    if net.before is None:
        return []
    found = []
    for limit in net.case.change_limits:
        acts = list(net.before.acts(limit.measure))
        members = sorted(net.lookup.members(limit.at)) if limit.every == "each" and limit.at else [""]
        bound = net.time.during(limit.during) & net.before.known & ~net.before.frozen
        for member in members:
            mine = [act for act in acts if _measured(net, limit, member, act)]
            found += [_span(net, limit, member, int(t), mine) for t in np.flatnonzero(bound)]
    return found


def _measured(net: Network, limit: ChangeLimit, member: str, act: Act) -> bool:
    at = frozenset({member}) if member else net.lookup.members(limit.at) if limit.at else frozenset()
    to = net.lookup.members(limit.to) if limit.to else frozenset()
    there = (not at or bool(at & act.at)) and (not to or bool(to & act.to))
    return there and net.lookup.matches(limit.material, act.material)


def _span(net: Network, limit: ChangeLimit, member: str, t: int, acts: list[Act]) -> Span:
    amount = sum(act.amount for act in acts if act.period == net.time.names[t])
    change = min(
        np.inf if limit.max_change_t is None else limit.max_change_t,
        np.inf if limit.max_change_share is None else limit.max_change_share * amount,
    )
    return Span(limit, member, t, amount - change, amount + change)


def add_change_limits(m: ConcreteModel, net: Network) -> None:
    """One row per change limit, member and period."""
    spans = spans_of(net)
    index = Index.of(
        limit=[s.limit.name for s in spans],
        member=[s.member for s in spans],
        period=[net.time.names[s.period] for s in spans],
    )
    rows = m.change_limit = Rows(
        index,
        lower=np.array([s.least for s in spans], dtype=float),
        upper=np.array([s.most for s in spans], dtype=float),
        kind="policy",
        message="model.change_limit",
    )
    measured = Measured(m, net)
    for row, span in enumerate(spans):
        measured.add(rows, row, _measure(span.limit), span.member, np.array([span.period]), 1.0)


def _measure(change: ChangeLimit) -> Limit:
    """What a change limit measures, as a row of the limits table."""
    return Limit(
        name=change.name,
        measure=change.measure,
        material=change.material,
        at=change.at,
        to=change.to,
        every=change.every,
        per="period",
        sense="measure",
    )


def silent_changes(m: ConcreteModel, net: Network) -> list[Message]:
    """Change limits that bind nothing that the plan or its baseline has: most likely a mistake."""
    counted = np.zeros(len(m.change_limit), dtype=bool)
    for term in m.change_limit.terms:
        counted[term.row] = True
    spans = spans_of(net)
    # the middle of a row is the amount in the baseline
    bound = {s.limit.name for s, some in zip(spans, counted, strict=True) if some or s.least + s.most > 0}
    idle = [row.name for row in net.case.change_limits if row.name not in bound and net.before is not None]
    return [Message("model.change_measures_nothing", {"limit": name}) for name in idle]


def unmeasured_changes(net: Network) -> list[Message]:
    """Change limits without a baseline: they wait for one."""
    names = tuple(row.name for row in net.case.change_limits)
    return [Message("model.change_without_baseline", {"limits": names})] if names and not net.before else []
