"""Limits on how many different lanes, outlets or lines are used.

    Σ counted[item, window] within the limit,   used[item, t] ≤ counted[item, window] ≤ Σ used over the window

per (limit, member, window). MODEL.md rule 7.
"""

from __future__ import annotations

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.model.arrays import Columns, Index, Rows
from redmud_opt.model.limits import Cut, counting_cuts
from redmud_opt.network import Network
from redmud_opt.network.counted import Counted, Things


def add_counts(m: ConcreteModel, net: Network) -> None:
    """One row per limit on `count_used`, and what is used at any time of its window."""
    cuts, things = counting_cuts(net), Things(net)
    members = [_members(things, cut) for cut in cuts]
    pairs = [(cut, one) for cut, every in zip(cuts, members, strict=True) for one in every]
    index = Index.of(
        limit=[cut.limit.name for cut, _ in pairs],
        member=[cut.member for cut, _ in pairs],
        window=[cut.window for cut, _ in pairs],
        item=[one.name for _, one in pairs],
    )
    m.counted = Columns(index, upper=1.0, integer=True)
    _tie(m, net, pairs)
    index = Index.of(
        limit=[c.limit.name for c in cuts], member=[c.member for c in cuts], window=[c.window for c in cuts]
    )
    value = np.array([cut.limit.value or 0.0 for cut in cuts], dtype=float)
    sense = np.array([cut.limit.sense for cut in cuts], dtype=object)
    rows = m.count_limit = Rows(
        index,
        lower=np.where(sense == "max", -np.inf, value),
        upper=np.where(sense == "min", np.inf, value),
        kind="policy",
        message="model.limit",
    )
    rows.add(m.counted, row=np.repeat(np.arange(len(cuts)), [len(every) for every in members]))


def _members(things: Things, cut: Cut) -> list[Counted]:
    return [one for one in things.of(cut.limit) if not cut.member or cut.member in one.at]


def _tie(m: ConcreteModel, net: Network, pairs: list[tuple[Cut, Counted]]) -> None:
    """used ≤ counted in every period of the window, counted ≤ Σ used."""
    labels = [(k, cut, one, net.time.names[t]) for k, (cut, one) in enumerate(pairs) for t in cut.positions]
    index = Index.of(
        limit=[cut.limit.name for _, cut, _, _ in labels],
        member=[cut.member for _, cut, _, _ in labels],
        window=[cut.window for _, cut, _, _ in labels],
        item=[one.name for _, _, one, _ in labels],
        period=[period for _, _, _, period in labels],
    )
    counted = np.array([k for k, _, _, _ in labels], dtype=np.int64)
    used = np.array(
        [m.used.index.position((one.kind, one.name, p)) for _, _, one, p in labels], dtype=np.int64
    )
    rows = m.counted_if_used = Rows(index, upper=0.0, kind="link", message="model.counted")
    rows.add(m.used, col=used)
    rows.add(m.counted, col=counted, coef=-1.0)
    some = m.counted_only_if = Rows(m.counted.index, upper=0.0, kind="link", message="model.counted")
    some.add(m.counted)
    some.add(m.used, row=counted, col=used, coef=-1.0)
