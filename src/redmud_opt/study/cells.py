"""Numbers of a case that may be changed where it has no plan, and what a change of each does to rows of the model.

Only what a company decides, buys or applies for is a cell here: targets and least amounts, limits, budgets,
capacities and demand, tonnes of permits and approvals. Clauses, gates, clocks, assays, yields and what arises are
none: law and physics stay.

    a row that a cell bounds     Σ … ≤ a · (cell + change)      a: bound of the row ÷ cell    [unit of the row]
    a target                     utilised − (share − change) · generated ≥ 0                           [origin t]
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.case import Case
from redmud_opt.case.columns import Row
from redmud_opt.case.licences import allowed_t
from redmud_opt.model.arrays import Index, Rows
from redmud_opt.model.running import timed_lines
from redmud_opt.model.targets import target_years, year_to_date
from redmud_opt.network import Network
from redmud_opt.network.licensing import Licensing
from redmud_opt.network.receipts import claims_of

ASKS, LIMITS, MONEY, ROOM, PAPERS = "asks", "limits", "money", "room", "papers"
EARLIER, LANES = "earlier", "lanes"
"""Kinds of change: ask less, loosen limits, a larger budget, more capacity or demand, documents for more tonnes;
and those that change the structure: build earlier, new lanes (`study.structure`)."""

KINDS = (ASKS, LIMITS, MONEY, ROOM, PAPERS)

WIDEST = 10.0
"""Capacities, demands and documents may grow to this multiple at most."""


@dataclass(frozen=True)
class Cell:
    """A cell that may be changed. sense: +1 raised, −1 lowered; to: what a switch is set to, None for numbers."""

    table: str
    row: Row
    column: str
    kind: str
    sense: int
    whole: bool = False
    share: bool = False
    to: str | bool | None = None

    @property
    def old(self) -> Any:
        """What stands in the cell, a number where it holds one; a blank number of times is 1."""
        found = getattr(self.row, self.column)
        return 1 if found is None and self.column == "times" else found

    @property
    def name(self) -> str:
        """Name of the row."""
        return str(getattr(self.row, "name", ""))


Entry = tuple[int, Rows, np.ndarray, np.ndarray]
"""(cell, family of rows, rows, by how much a unit of change eases each: positive on a least, negative on a most)."""


def cells_of(case: Case) -> list[Cell]:
    """All cells that may be changed, in the order of the tables."""
    return [*_asked(case), *_limited(case), *_spent(case), *_roomy(case), *_papers(case)]


def _asked(case: Case) -> Iterator[Cell]:
    for target in case.targets:
        if target.hard and target.at_least > 0:
            yield Cell("targets", target, "at_least", ASKS, -1, share=True)
    for table in ("outlets", "supplies"):
        yield from _positive(getattr(case, table), table, "min_t", ASKS, -1)


def _limited(case: Case) -> Iterator[Cell]:
    for limit in case.limits:
        if limit.sense == "measure" or limit.value is None:
            continue
        if limit.share_of:
            yield Cell("limits", limit, "active", LIMITS, 0, to=False)
            continue
        whole = limit.measure in ("count_used", "built")
        for sense, sides in ((1, ("max", "equal")), (-1, ("min", "equal"))):
            if limit.sense in sides:
                yield Cell("limits", limit, "value", LIMITS, sense, whole=whole)
    for table in ("logic", "change_limits"):
        for row in getattr(case, table):
            yield Cell(table, row, "active", LIMITS, 0, to=False)
    for storage in case.storages:
        yield Cell("storages", storage, "end_stock", LIMITS, 0, to="free")


def _spent(case: Case) -> Iterator[Cell]:
    for budget in case.budgets:
        yield Cell("budgets", budget, "amount_cny", MONEY, 1)


def _roomy(case: Case) -> Iterator[Cell]:
    yield from _positive((r for r in case.lines if not r.candidate), "lines", "capacity", ROOM, 1)
    for line in case.lines:
        if line.candidate:
            yield Cell("lines", line, "times", ROOM, 1, whole=True)
    raised = {row.storage for row in case.yard_curves} | {row.storage for row in case.raises}
    yards = [row for row in case.storages if not row.candidate]
    yield from _positive(yards, "storages", "capacity_t", ROOM, 1)
    yield from _positive((r for r in yards if r.name not in raised), "storages", "airspace_m3", ROOM, 1)
    for column in ("max_put_t", "max_reclaim_t"):
        yield from _positive(yards, "storages", column, ROOM, 1)
    for table, column in (("outlets", "max_t"), ("supplies", "max_t"), ("lanes", "capacity_t")):
        yield from _positive(getattr(case, table), table, column, ROOM, 1)


def _papers(case: Case) -> Iterator[Cell]:
    yield from _positive(case.permits, "permits", "amount_t_per_a", PAPERS, 1)
    yield from _positive(case.approvals, "approvals", "amount_t", PAPERS, 1)


def _positive(rows: Iterable[Any], table: str, column: str, kind: str, sense: int) -> Iterator[Cell]:
    for row in rows:
        if getattr(row, column):
            yield Cell(table, row, column, kind, sense)


def changed(case: Case, values: Iterable[tuple[Cell, Any]]) -> Case:
    """The case with other values in cells."""
    rows: dict[str, dict[int, dict[str, Any]]] = {}
    for cell, value in values:
        rows.setdefault(cell.table, {}).setdefault(id(cell.row), {})[cell.column] = value
    tables: dict[str, Any] = {}
    for table, found in rows.items():
        new = [replace(row, **found[id(row)]) if id(row) in found else row for row in getattr(case, table)]
        tables[table] = tuple(row for row in new if row.active)
    return replace(case, **tables)


def widest(cell: Cell) -> float:
    """Most by which a cell may change: a least amount down to nothing, room and documents up to a multiple."""
    if cell.to is not None or cell.kind == MONEY or (cell.kind == LIMITS and cell.sense > 0):
        return np.inf
    return float(cell.old) if cell.sense < 0 else (WIDEST - 1.0) * float(cell.old)


def widened(case: Case, cells: Iterable[Cell]) -> Case:
    """The case with all room and all documents at their widest, so that nothing derived from them is too small."""
    wide = [c for c in cells if c.kind in (ROOM, PAPERS)]
    values = [(c, c.old + widest(c)) for c in wide]
    return changed(case, [(c, int(v) if c.whole else v) for c, v in values])


# ---- what a change of a cell does to rows ------------------------------------------------------------------------


class Effects:
    """Entries of the cells of a case in a model that was built of the case with these cells at their widest."""

    def __init__(self, cells: list[Cell], model: ConcreteModel, network: Network) -> None:
        self.model, self.network, self.cells = model, network, cells
        self.number = {(c.table, c.name, c.column, c.sense): k for k, c in enumerate(cells)}

    def narrow(self) -> list[Entry]:
        """All entries. Bounds of rows that were built at their widest are put to what the case says."""
        found = [*self._targets(), *self._policy(), *self._budgets(), *self._switches()]
        for table, column, family, label in PROPORTIONAL:
            found += self._proportional(table, column, self.model.component(family), label)
        return [*found, *self._built(), *self._timed(), *self._permits()]

    def _of(self, table: str, name: str, column: str, sense: int) -> int:
        return self.number.get((table, name, column, sense), -1)

    def _labelled(self, rows: Rows, label: str) -> list[tuple[str, np.ndarray]]:
        """Name → its rows."""
        labels = rows.index.labels(label) if len(rows) else np.zeros(0, dtype=object)
        return [(str(name), np.flatnonzero(labels == name)) for name in dict.fromkeys(labels.tolist())]

    def _targets(self) -> Iterator[Entry]:
        for k, row in enumerate(target_years(self.network)):
            cell = self._of("targets", row.target.name, "at_least", -1)
            if cell < 0:
                continue
            origins = set(row.origins)
            generated = sum(
                t
                for (origin, year), t in self.network.generated_t.items()
                if origin in origins and year == row.year
            )
            generated += sum(entry.generated_t for entry in year_to_date(self.network, row))
            yield cell, self.model.target, np.array([k]), np.array([generated])

    def _policy(self) -> Iterator[Entry]:
        """Limits by their value, least amounts in proportion."""
        for family in ("limit", "count_limit"):
            rows = self.model.component(family)
            for name, at in self._labelled(rows, "limit"):
                for sense in (1, -1):
                    cell = self._of("limits", name, "value", sense)
                    if cell >= 0:
                        yield cell, rows, at, np.full(len(at), -float(sense))
        for table, family, label in (("outlets", "demand", "outlet"), ("supplies", "supply", "supply")):
            rows = self.model.component(family)
            for name, at in self._labelled(rows, label):
                cell = self._of(table, name, "min_t", -1)
                at = at[np.isfinite(rows.lower_bound[at])]
                if cell >= 0 and len(at):
                    yield cell, rows, at, rows.lower_bound[at] / self.cells[cell].old

    def _budgets(self) -> Iterator[Entry]:
        for name, at in self._labelled(self.model.budget, "budget"):
            yield self._of("budgets", name, "amount_cny", 1), self.model.budget, at, np.full(len(at), -1.0)

    def _switches(self) -> Iterator[Entry]:
        """Rules that are left out: both sides of their rows give way, in units of their bounds."""
        for table, family, label, column in SWITCHES:
            rows = self.model.component(family)
            for name, at in self._labelled(rows, label):
                cell = self._of(table, name, column, 0)
                if cell < 0:
                    continue
                for side, bound in ((1.0, rows.lower_bound), (-1.0, rows.upper_bound)):
                    own = at[np.isfinite(bound[at])]
                    yield cell, rows, own, side * np.maximum(1.0, np.abs(bound[own]))

    def _proportional(self, table: str, column: str, rows: Rows, label: str) -> Iterator[Entry]:
        for name, at in self._labelled(rows, label):
            cell = self._of(table, name, column, 1)
            at = at[np.isfinite(rows.upper_bound[at])]
            if cell >= 0 and len(at):
                yield self._narrowed(cell, rows, at)

    def _narrowed(self, cell: int, rows: Rows, at: np.ndarray) -> Entry:
        one = self.cells[cell]
        per_unit = rows.upper_bound[at] / (one.old + widest(one))
        rows.upper_bound[at] = per_unit * one.old
        return cell, rows, at, -per_unit

    def _built(self) -> Iterator[Entry]:
        rows = self.model.built
        for name, at in self._labelled(rows, "line"):
            cell = self._of("lines", name, "times", 1)
            if cell >= 0:
                rows.upper_bound[at] = float(self.cells[cell].old)
                yield cell, rows, at, np.full(len(at), -1.0)

    def _timed(self) -> Iterator[Entry]:
        """Lines with run hours have no row of their capacity: they get one."""
        net, plant = self.network, self.network.plant
        timed = [
            int(k) for k in timed_lines(plant) if self._of("lines", plant.lines[k].name, "capacity", 1) >= 0
        ]
        line = np.repeat(timed, len(net.time)).astype(np.int64)
        period = np.tile(np.arange(len(net.time)), len(timed))
        names = [row.name for row in plant.lines]
        index = Index(("line", "period"), (line, period), (names, net.time.names))
        most = np.zeros(plant.capacity.shape)
        np.add.at(
            most, plant.line, np.where(np.isfinite(plant.capacity_in_force), plant.capacity_in_force, 0.0)
        )
        rows = self.model.timed_capacity = Rows(index, upper=most[line, period])
        position = np.full(plant.capacity.shape, -1, dtype=np.int64)
        position[line, period] = np.arange(len(line))
        grid = net.runs.grid
        row = position[net.runs.line[grid.entity], grid.period]
        col = np.flatnonzero(row >= 0)
        rows.add(self.model.feed_t, row=row[col], col=col, coef=net.runs.use_per_t[grid.entity[col]])
        yield from self._proportional("lines", "capacity", rows, "line")

    def _permits(self) -> Iterator[Entry]:
        """Permits of one claim add up, each by the days on which it is valid."""
        rows, net = self.model.permit_limit, self.network
        claims = claims_of(net, Licensing(net.lookup, net.time)) if len(rows) else []
        for k, claim in enumerate(claims):
            periods = [period for period in net.time.periods if period.year == claim.year]
            for permit in claim.permits:
                cell = self._of("permits", permit.name, "amount_t_per_a", 1)
                if cell >= 0:
                    one = self.cells[cell]
                    per_unit = allowed_t(permit, periods) / (one.old + widest(one))
                    rows.upper_bound[k] -= per_unit * widest(one)
                    yield cell, rows, np.array([k]), np.array([-per_unit])


PROPORTIONAL = (
    ("lines", "capacity", "line_capacity", "line"),
    ("storages", "capacity_t", "storage_tonnes", "storage"),
    ("storages", "airspace_m3", "storage_airspace", "storage"),
    ("storages", "max_put_t", "put_rate", "storage"),
    ("storages", "max_reclaim_t", "reclaim_rate", "storage"),
    ("outlets", "max_t", "demand", "outlet"),
    ("supplies", "max_t", "supply", "supply"),
    ("lanes", "capacity_t", "lane_capacity", "lane"),
    ("approvals", "amount_t", "approval_limit", "approval"),
)
"""(table, column, family, part of the key that names the row of the table): bounds in proportion to the cell."""

SWITCHES = (
    ("limits", "limit", "limit", "active"),
    ("logic", "logic", "rule", "active"),
    ("change_limits", "change_limit", "limit", "active"),
    ("storages", "end_stuck", "storage", "end_stock"),
    ("storages", "end_stock", "storage", "end_stock"),
)
"""(table, family, part of the key, column): rules that can only be left out."""
