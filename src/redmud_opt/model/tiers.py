"""Incremental prices: an amount is spread over the steps of its tier table, filled in order.

    Σ sold · basis over the window = Σ amount[step],   0 ≤ amount[step] ≤ width[step]      [unit], per (item, window)
    size[line, decision]           = Σ amount[step]                                        the capex of a size
    amount[step] ≥ width[step] · full[step],   amount[step + 1] ≤ M · full[step]           where not convex

Convex tables (revenue falling, cost rising with volume) fill their steps in order by themselves; the others (a gate
fee that falls, a discount on purchases, economies of scale) get order binaries. MODEL.md Value, Tiers.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.case.things import Tier
from redmud_opt.model.arrays import Columns, Index, Rows
from redmud_opt.model.building import sized_vintages
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
    decisions = decision_windows(net)
    for tier in sorted(net.case.tiers, key=lambda row: (row.item, row.step)):
        if tier.item in net.plant.number:
            width = np.inf if tier.width_t is None else tier.width_t
            found += [Step(tier, window, at, width) for window, at in decisions.get(tier.item, ())]
            continue
        for window, positions in net.time.windows(tier.per):
            share = net.time.window_share(positions) if tier.per == "year" else 1.0
            width = np.inf if tier.width_t is None else tier.width_t * share
            found.append(Step(tier, window, positions, width))
    return found


def decision_windows(net: Network) -> dict[str, list[tuple[str, Ints]]]:
    """Line whose size is a decision → (period of the decision, its position)."""
    found: dict[str, list[tuple[str, Ints]]] = {}
    for v in sized_vintages(net.plant):
        t = net.plant.decided[v]
        name = net.plant.lines[net.plant.line[v]].name
        found.setdefault(name, []).append((net.time.names[t], np.array([t])))
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
    sized = zip(m.size.index.labels("line"), m.size.index.labels("period"), strict=True)
    rows.add(m.size, row=np.array([number[key] for key in sized], dtype=np.int64))
    _add_order(m, net, steps)


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


def is_convex(net: Network, item: str) -> bool:
    """Whether the steps of an item fill in order by themselves: revenue never rises, cost never falls."""
    prices = [t.price_cny_per_t for t in sorted(net.case.tiers, key=lambda t: t.step) if t.item == item]
    earns = item in {outlet.name for outlet in net.case.outlets}
    return all((after <= before) if earns else (after >= before) for before, after in pairwise(prices))


def _add_order(m: ConcreteModel, net: Network, steps: list[Step]) -> None:
    """A step takes something only if the one before is full."""
    convex = {item: is_convex(net, item) for item in {step.tier.item for step in steps}}
    number = {(*step.key, step.tier.step): k for k, step in enumerate(steps)}
    ordered = [
        step for step in steps if not convex[step.tier.item] and (*step.key, step.tier.step + 1) in number
    ]
    index = Index.of(
        item=[s.tier.item for s in ordered],
        window=[s.window for s in ordered],
        step=[s.tier.step for s in ordered],
    )
    m.full = Columns(index, upper=1.0, integer=True)
    own = np.array([number[(*s.key, s.tier.step)] for s in ordered], dtype=np.int64)
    after = np.array([number[(*s.key, s.tier.step + 1)] for s in ordered], dtype=np.int64)
    width = np.array([s.width for s in ordered], dtype=float)
    most = np.array([_most(m, net, steps[k]) for k in after], dtype=float)
    m.step_full = Rows(index, lower=0.0, kind="policy", message="model.step_full")
    m.step_full.add(m.tier_t, col=own)
    m.step_full.add(m.full, coef=-width)
    m.step_after = Rows(index, upper=0.0, kind="policy", message="model.step_after")
    m.step_after.add(m.tier_t, col=after)
    m.step_after.add(m.full, coef=-most)


def fill_in_order(m: ConcreteModel, net: Network) -> None:
    """Fills the steps of every window of a solved model in order, and the value with them.

    Steps of one price are alike to a solver, and so are all of them to a plan that was cut short before its value was
    improved: the tonnes stay, only what they cost is told by the steps in order.
    """
    steps, before = steps_of(net), m.tier_t.values_array.copy()
    left: dict[tuple[str, str], float] = {}
    for step, amount in zip(steps, before, strict=True):
        left[step.key] = left.get(step.key, 0.0) + float(amount)
    last = {step.key: k for k, step in enumerate(steps)}
    for k, step in enumerate(steps):
        filled = left[step.key] if last[step.key] == k else min(left[step.key], step.width)
        m.tier_t.values_array[k] = filled
        left[step.key] -= filled
    moved = m.tier_t.values_array - before
    for term in m.define_value_cny.terms:
        if term.columns is m.tier_t:
            np.subtract.at(m.value_cny.values_array, term.row, term.coef * moved[term.col])


def _most(m: ConcreteModel, net: Network, step: Step) -> float:
    """Most that a step can take: its width, or all that can move in its window."""
    item = step.tier.item
    if item in net.plant.number:
        return min(step.width, net.plant.lines[net.plant.number[item]].capacity or 0.0)
    for table, entity, names in (
        (net.deliveries, net.deliveries.outlet, [o.name for o in net.deliveries.outlets]),
        (net.purchases, net.purchases.supply, [s.name for s in net.purchases.supplies]),
    ):
        if item in names:
            most = table.most[names.index(item), step.positions].sum()
            there = np.where(table.grid.position >= 0, table.upper, 0.0)[:, step.positions]
            mine = entity == names.index(item)
            return float(min(step.width, most, (there[mine] * table.basis[mine, None]).sum()))
    return step.width
