"""Things of which there could be more, and how a case looks with more of one.

A thing is an amount that a case states: capacity of a line, tonnes under a permit, a budget, the least rate of a
target. More of it is another *case*, whose network and model are derived anew: what follows from the amount (links,
greatest loads, bounds of columns) follows with it. A hand-made change of one row would leave it behind.

Quality gates and storage clocks are no such things: they are law or physics, and nobody can buy more of them.
Counts (`count_used`, `built`) come whole: five percent of a count means nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.case import Case
from redmud_opt.case.licences import allowed_t
from redmud_opt.case.rules import BY_ORIGIN, Limit
from redmud_opt.i18n import Message, Money, Tonnes
from redmud_opt.model.arrays import Rows
from redmud_opt.model.running import timed_lines
from redmud_opt.model.targets import base_and_utilised_t, target_years
from redmud_opt.network import Network
from redmud_opt.network.network import Array, Ints
from redmud_opt.study.worth.room import rooms

IN_TONNES = {
    "flow",
    "feed",
    "made",
    "bought",
    "sold",
    "stock",
    "put",
    "reclaimed",
    "placed",
    *BY_ORIGIN.split(),
}
"""Measures of limits whose unit is the tonne."""

NOT_WHOLE = "built count_used"
"""Measures that are counts."""

UNIT_STEP = {"CNY": 1e4, "share": 0.01}
"""What one unit more is where it is not 1: ten thousand CNY, a percentage point."""


@dataclass(frozen=True)
class Part:
    """Rows of a family that a thing bounds, and by how much each moves with a unit of it (NaN: not known)."""

    family: str
    rows: Ints
    weight: Array


@dataclass(frozen=True)
class Thing:
    """Something of which there could be more.

    amount: what the case states, in `unit` per `per` (year, period or nothing). sense: +1 where more of it leaves
    more room, −1 where less of it does (least amounts, targets), 0: either. built: whether the plan has it; what is
    not built cannot be used whatever its size. changed: the case with so many units more (fewer, if negative).
    """

    kind: str
    name: str
    amount: float
    unit: str
    per: str
    changed: Callable[[Case, float], Case] = field(repr=False)
    sense: int = 1
    built: bool = True
    parts: tuple[Part, ...] = field(default=(), repr=False)

    @property
    def words(self) -> Message:
        """What it is."""
        return Message(f"worth.thing_{self.kind}", {"name": self.name})

    def quantity(self, amount: float) -> Message:
        """An amount of it with its unit."""
        if self.unit == "share":
            return Message("worth.points", {"amount": 100.0 * amount})
        known = {"t": Tonnes(amount), "CNY": Money(amount)}
        values: dict[str, object] = {"amount": known.get(self.unit, amount)}
        plain = (
            values["amount"]
            if self.unit in known
            else Message("worth.of_unit", {**values, "unit": self.unit})
        )
        return Message(f"worth.per_{self.per or 'all'}", {"amount": plain})

    @property
    def unit_step(self) -> float:
        """What one unit more is."""
        return UNIT_STEP.get(self.unit, 1.0)


def things_of(model: ConcreteModel, network: Network) -> list[Thing]:
    """Everything of which there could be more, table by table. `model` holds a plan: it tells what is built.

    Amounts of 0 are none: they say that something is not wanted, and a part of nothing is nothing.
    """
    finder = _Finder(model, network)
    every = (finder.lines, finder.lanes, finder.hauls, finder.rooms, finder.rates, finder.markets)
    law_and_policy = (finder.permits, finder.approvals, finder.budgets, finder.limits, finder.targets)
    return [thing for find in (*every, *law_and_policy) for thing in find() if thing.amount > 0]


def with_column(table: str, name: str, column: str, case: Case, more: float) -> Case:
    """The case with a number of a row greater by so much; None stays None, and nothing falls below 0."""
    rows = tuple(
        replace(row, **{column: max(0.0, (getattr(row, column) or 0.0) + more)}) if row.name == name else row
        for row in getattr(case, table)
    )
    changed: dict[str, Any] = {table: rows}
    return replace(case, **changed)


class _Finder:
    """Reads the things out of the tables, each with its rows in the model."""

    def __init__(self, model: ConcreteModel, network: Network) -> None:
        self.model, self.network, self.case = model, network, network.case

    # ---- rows

    def _rows(self, family: str, label: str, name: str) -> Ints:
        """Rows of a family that bear a name."""
        return np.flatnonzero(self.model.component(family).index.labels(label) == name)

    def _periods(self, family: str, rows: Ints) -> Ints:
        """Periods of rows."""
        number = {name: t for t, name in enumerate(self.network.time.names)}
        labels = self.model.component(family).index.labels("period")[rows]
        return np.array([number[label] for label in labels], dtype=np.int64)

    def _in_proportion(
        self, family: str, rows: Ints, amount: float, *, least: bool = False
    ) -> tuple[Part, ...]:
        """Rows whose bound is the amount times a constant."""
        component: Rows = self.model.component(family)
        bound = (component.lower_bound if least else component.upper_bound)[rows]
        kept = np.isfinite(bound)
        return (Part(family, rows[kept], bound[kept] / amount),) if amount > 0 and kept.any() else ()

    def _one_to_one(self, family: str, rows: Ints) -> tuple[Part, ...]:
        return (Part(family, rows, np.ones(len(rows))),) if len(rows) else ()

    def _decided(self, family: str, label: str) -> set[str]:
        """Names of what the plan decides to build."""
        columns = self.model.component(family)
        return set(columns.index.labels(label)[columns.values_array > 0.5].tolist())

    # ---- physics

    def lines(self) -> Iterator[Thing]:
        """Capacity of lines: tonnes or hours."""
        plant, built = self.network.plant, self._decided("build", "line")
        timed = {plant.lines[k].name for k in timed_lines(plant)}
        for k, line in enumerate(plant.lines):
            if not line.capacity:
                continue
            family = "run_most" if line.name in timed else "line_capacity"
            rows = self._rows(family, "line", line.name)
            weight = plant.capacity[k, self._periods(family, rows)] / line.capacity
            yield Thing(
                *("line", line.name, line.capacity, line.capacity_unit, line.per),
                changed=partial(with_column, "lines", line.name, "capacity"),
                built=not line.candidate or line.name in built,
                parts=(Part(family, rows, weight),) if len(rows) else (),
            )

    def lanes(self) -> Iterator[Thing]:
        """Capacity of listed lanes."""
        for row in self.case.lanes:
            if row.capacity_t is not None:
                rows = self._rows("lane_capacity", "lane", row.name)
                yield Thing(
                    *("lane", row.name, row.capacity_t, "t", row.per),
                    changed=partial(with_column, "lanes", row.name, "capacity_t"),
                    parts=self._in_proportion("lane_capacity", rows, row.capacity_t),
                )

    def hauls(self) -> Iterator[Thing]:
        """Capacity of each lane that a haul rule makes."""
        for row in self.case.haul:
            if row.lane_capacity_t is not None:
                rows = self._rows("haul_capacity", "haul", row.name)
                yield Thing(
                    *("haul", row.name, row.lane_capacity_t, "t", row.per),
                    changed=partial(with_column, "haul", row.name, "lane_capacity_t"),
                    parts=self._in_proportion("haul_capacity", rows, row.lane_capacity_t),
                )

    def rooms(self) -> Iterator[Thing]:
        """Room in yards: tonnes and airspace together."""
        decided = self._decided("yard_step", "item")
        for room in rooms(self.network):
            parts = []
            for family, per_t in (("storage_tonnes", room.tonnes_per_t), ("storage_airspace", room.m3_per_t)):
                rows = self._rows(family, "storage", room.storage.name)
                if len(rows) and per_t is not None:
                    parts.append(Part(family, rows, per_t[self._periods(family, rows)]))
            yield Thing(
                *("room", room.storage.name, room.amount_t, "t", ""),
                changed=room.changed,
                built=not room.storage.candidate or room.storage.name in decided,
                parts=tuple(parts),
            )

    def rates(self) -> Iterator[Thing]:
        """What is put into a yard and taken out of it."""
        for row in self.case.storages:
            for kind, column, amount in (
                ("put_rate", "max_put_t", row.max_put_t),
                ("reclaim_rate", "max_reclaim_t", row.max_reclaim_t),
            ):
                if amount is not None:
                    rows = self._rows(kind, "storage", row.name)
                    yield Thing(
                        *(kind, row.name, amount, "t", row.per),
                        changed=partial(with_column, "storages", row.name, column),
                        parts=self._in_proportion(kind, rows, amount),
                    )

    # ---- markets

    def markets(self) -> Iterator[Thing]:
        """Most and least of outlets and supplies."""
        for family, table, label in (("demand", "outlets", "outlet"), ("supply", "supplies", "supply")):
            for row in getattr(self.case, table):
                for kind, column, sense in ((family, "max_t", 1), (f"least_{family}", "min_t", -1)):
                    amount = getattr(row, column)
                    if amount is None:
                        continue
                    rows = self._rows(family, label, row.name)
                    yield Thing(
                        *(kind, row.name, amount, self._unit_of(row.material), row.per),
                        changed=partial(with_column, table, row.name, column),
                        sense=sense,
                        parts=self._in_proportion(family, rows, amount, least=sense < 0),
                    )

    def _unit_of(self, material: str) -> str:
        units = {self.network.lookup.materials[name].unit for name in self.case.members(material)}
        return units.pop() if len(units) == 1 else "t"

    # ---- law and policy

    def permits(self) -> Iterator[Thing]:
        """Tonnes a year under permits; a row of the model may add several up."""
        index = self.model.permit_limit.index
        rows_of = [label.split(" + ") for label in index.labels("permit")]
        years = [int(year) for year in index.labels("year")]
        for permit in self.case.permits:
            rows = np.array([k for k, names in enumerate(rows_of) if permit.name in names], dtype=np.int64)
            one = replace(permit, amount_t_per_a=1.0)
            days = [allowed_t(one, (p for p in self.case.periods if p.year == years[k])) for k in rows]
            yield Thing(
                *("permit", permit.name, permit.amount_t_per_a, "t", "year"),
                changed=partial(with_column, "permits", permit.name, "amount_t_per_a"),
                parts=(Part("permit_limit", rows, np.array(days, dtype=float)),) if len(rows) else (),
            )

    def approvals(self) -> Iterator[Thing]:
        """Tonnes of approvals over their validity."""
        for row in self.case.approvals:
            rows = self._rows("approval_limit", "approval", row.name)
            yield Thing(
                *("approval", row.name, row.amount_t, "t", ""),
                changed=partial(with_column, "approvals", row.name, "amount_t"),
                parts=self._one_to_one("approval_limit", rows),
            )

    def budgets(self) -> Iterator[Thing]:
        """Money that may be invested."""
        for row in self.case.budgets:
            yield Thing(
                *("budget", row.name, row.amount_cny, "CNY", ""),
                changed=partial(with_column, "budgets", row.name, "amount_cny"),
                parts=self._one_to_one("budget", self._rows("budget", "budget", row.name)),
            )

    def limits(self) -> Iterator[Thing]:
        """Rows of the limits table, but for counts."""
        for row in self.case.limits:
            if row.sense == "measure" or row.measure in NOT_WHOLE.split() or row.value is None:
                continue
            rows = self._rows("limit", "limit", row.name)
            weight = np.full(len(rows), np.nan if row.share_of else 1.0)
            yield Thing(
                *("limit", row.name, row.value, _unit_of_limit(row), "" if row.per == "horizon" else row.per),
                changed=partial(with_column, "limits", row.name, "value"),
                sense={"max": 1, "min": -1}.get(row.sense, 0),
                parts=(Part("limit", rows, weight),) if len(rows) else (),
            )

    def targets(self) -> Iterator[Thing]:
        """Least rates of hard targets; what a soft one costs stands in its price."""
        rows_of = target_years(self.network)
        for target in self.case.targets:
            mine = [k for k, row in enumerate(rows_of) if row.target is target]
            if target.hard and mine:
                base = [base_and_utilised_t(self.model, self.network, rows_of[k])[0] for k in mine]
                yield Thing(
                    *("target", target.name, target.at_least, "share", ""),
                    changed=partial(with_column, "targets", target.name, "at_least"),
                    sense=-1,
                    parts=(Part("target", np.array(mine, dtype=np.int64), np.array(base)),),
                )


def _unit_of_limit(row: Limit) -> str:
    if row.share_of:
        return "share"
    return "t" if row.measure in IN_TONNES else ""
