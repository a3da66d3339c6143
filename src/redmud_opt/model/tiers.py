"""Incremental prices: the tonnes of a window are spread over the steps of its tier table.

    Σ sold · basis over the window = Σ amount[step],   0 ≤ amount[step] ≤ width[step]      [unit], per (item, window)

Convex tables (revenue falling, cost rising with volume) fill their steps in order by themselves; the case refuses
the others. MODEL.md Value, Tiers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.case.things import Tier
from redmud_opt.model.arrays import Columns, Index, Rows
from redmud_opt.network import Network
from redmud_opt.network.network import Ints


@dataclass(frozen=True)
class Step:
    """One step of one window of one item."""

    tier: Tier
    window: str
    positions: Ints
    width: float

    @property
    def key(self) -> tuple[str, str]:
        """(item, window)."""
        return self.tier.item, self.window


def steps_of(net: Network) -> list[Step]:
    """All steps; widths of calendar years are in proportion to the days of the year within the horizon."""
    found = []
    for tier in sorted(net.case.tiers, key=lambda row: (row.item, row.step)):
        for window, positions in net.time.windows(tier.per):
            share = net.time.window_share(positions) if tier.per == "year" else 1.0
            width = np.inf if tier.width_t is None else tier.width_t * share
            found.append(Step(tier, window, positions, width))
    return found


def add_tiers(m: ConcreteModel, net: Network) -> None:
    """Step amounts, and rows that tie them to deliveries and purchases."""
    steps = steps_of(net)
    labels = Index.of(
        item=[s.tier.item for s in steps], window=[s.window for s in steps], step=[s.tier.step for s in steps]
    )
    m.tier_t = Columns(labels, upper=np.array([s.width for s in steps], dtype=float))
    windows = {step.key: step.positions for step in steps}
    number = {key: k for k, key in enumerate(windows)}
    index = Index.of(item=[item for item, _ in windows], window=[window for _, window in windows])
    rows = m.tier_sum = Rows(index, equal_to=0.0, kind="policy", message="model.tier_sum")
    rows.add(m.tier_t, row=np.array([number[s.key] for s in steps], dtype=np.int64), coef=-1.0)
    for (item, _), k in zip(windows, number.values(), strict=True):
        _tie(rows, m, net, item, k, windows)


def _tie(rows: Rows, m: ConcreteModel, net: Network, item: str, k: int, windows: dict) -> None:
    positions = list(windows.values())[k]
    for columns, table, entity, names in (
        (m.sold_t, net.deliveries, net.deliveries.outlet, [o.name for o in net.deliveries.outlets]),
        (m.bought_t, net.purchases, net.purchases.supply, [s.name for s in net.purchases.supplies]),
    ):
        if item in names:
            grid = table.grid
            mine = (entity[grid.entity] == names.index(item)) & np.isin(grid.period, positions)
            col = np.flatnonzero(mine)
            rows.add(columns, row=np.full(len(col), k), col=col, coef=table.basis[grid.entity[col]])
