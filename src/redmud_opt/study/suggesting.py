"""Suggestions where a case has no plan: cells with new values that people use, tried before they are told.

A value is rounded outward to as few digits as leave it no more than a quarter beyond what is needed; a rate to
whole percents, else to tenths or hundredths. The changed case is solved from its network on, in whole numbers, until
a first plan is held; where that fails, the change is made a little larger. A suggestion can be written as a scenario
file of overrides on the case.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import yaml

from redmud_opt.case import Case, CaseFaults
from redmud_opt.case.case import SCHEMA_VERSION, TABLES
from redmud_opt.case.checks.evidence import principal
from redmud_opt.case.columns import Place, Row, columns, default_of
from redmud_opt.case.draft import key_of
from redmud_opt.case.steps import LEAD_PARTS
from redmud_opt.i18n import Message, Money, Tonnes
from redmud_opt.model import build_model
from redmud_opt.network import Network, build_network
from redmud_opt.solve import Options, SolverTrouble
from redmud_opt.study.cells import Cell, changed
from redmud_opt.study.elastic import Need
from redmud_opt.study.pools import solve_pools
from redmud_opt.study.reach import Undecided

BEYOND = 0.25
"""Part of a change by which its rounding may go beyond what is needed."""

LARGER = (1.0, 1.01, 1.05, 1.2)
"""Multiples of the least change that are tried."""

TONNES = ("t", "t or h")
"""Units of columns whose amounts are told in tonnes."""

ANY_PLAN = 0.999
"""Gap at which the trial of a suggestion stops: the first plan will do."""


@dataclass(frozen=True)
class Change:
    """A cell and what it is to hold. quoted: it took a figure, and its evidence from that."""

    cell: Cell
    new: Any
    place: Place = field(default_factory=Place)
    quoted: bool = False

    @classmethod
    def of(cls, case: Case, cell: Cell, new: Any) -> Change:
        """A change of a cell of a case."""
        quoted = (cell.table, key_of(cell.row), cell.column) in case.quotes
        return cls(cell, new, case.place_of(cell.row, cell.column), quoted)

    @property
    def what(self) -> Message:
        """The cell in words."""
        return Message(f"impossible.cell_{self.cell.table}_{self.cell.column}", {"name": self.cell.name})

    @property
    def message(self) -> Message:
        """What it is, file, row and column, old and new."""
        values = {"what": self.what, "where": self.where, "old": self._said(self.cell.old)}
        return Message("impossible.change", {**values, "new": self._said(self.new)})

    @property
    def where(self) -> tuple[object, ...]:
        """File, row and column."""
        file, row = self.place.file or f"{self.cell.table}.csv", self.place.row
        line = "line" if file.casefold().endswith((".yaml", ".yml")) else "row"
        at = (Message(f"case.at_{line}", {"row": str(row)}),) if row else ()
        return (file, *at, Message("case.at_column", {"column": self.cell.column}))

    def as_override(self) -> dict[str, Any]:
        """An entry of `overrides` in a scenario file; of a number whose evidence was its figure's, it is assumed."""
        cell = self.cell
        values = {cell.column: plain(self.new)}
        if self._is_principal and (self.quoted or not cell.row.evidence):
            values["evidence"] = "assumed"
        if cell.column == "lead_time_months":  # its parts were those of the longer time
            values |= {part: "" for part in LEAD_PARTS if getattr(cell.row, part, None) is not None}
        return {"table": cell.table, "where": _where(cell), "set": values}

    @property
    def _is_number(self) -> bool:
        return columns(TABLES[self.cell.table])[self.cell.column].kind == "number"

    @property
    def _is_principal(self) -> bool:
        row = replace(self.cell.row, **{self.cell.column: self.new})
        return self._is_number and principal(row) == self.cell.column

    def as_evidence(self) -> dict[str, Any] | None:
        """The row that says of a number beside the principal one of its row that it is assumed."""
        cell = self.cell
        if not self._is_number or self._is_principal:
            return None
        told = {"table": cell.table, "item": key_of(cell.row), "column": cell.column, "evidence": "assumed"}
        return {"table": "evidence", "row": told}

    def _said(self, value: Any) -> object:
        if value is None:
            return Message("impossible.blank")
        if self.cell.share:
            return Message("impossible.percent", {"percent": 100.0 * value})
        if isinstance(value, (bool, str, date)) or self.cell.whole:
            return value
        unit = columns(TABLES[self.cell.table])[self.cell.column].unit
        hours = getattr(self.cell.row, "capacity_unit", "t") == "h"
        if unit == "CNY":
            return Money(float(value))
        return Tonnes(float(value)) if unit.split("/")[0] in TONNES and not hours else float(value)


@dataclass(frozen=True)
class Addition:
    """A row that is to be added. what: the row in words."""

    table: str
    row: Row
    what: Message

    @property
    def message(self) -> Message:
        """What it is, and in which file."""
        return Message("impossible.new_row", {"what": self.what, "where": (f"{self.table}.csv",)})

    def cells(self) -> dict[str, Any]:
        """Cells that are not blank, as they are written."""
        kinds = columns(TABLES[self.table])
        stated = {name: getattr(self.row, name) for name in kinds}
        blank = {name: default_of(TABLES[self.table], name) for name in kinds}
        return {name: plain(value) for name, value in stated.items() if value != blank[name]}


@dataclass(frozen=True)
class Suggestion:
    """Changes after which there is a plan. tried: whether a plan was held, else only the relaxation has one."""

    kinds: tuple[str, ...]
    changes: tuple[Change, ...]
    case: Case
    tried: bool = True
    additions: tuple[Addition, ...] = ()

    @property
    def message(self) -> Message:
        """What is to be changed, in one sentence."""
        key = "together" if len(self.kinds) > 1 else self.kinds[0]
        told = Message(f"impossible.kind_{key}")
        changes = (*(one.message for one in self.changes), *(one.message for one in self.additions))
        values = {"kind": told, "changes": changes}
        return Message(f"impossible.{'suggestion' if self.tried else 'untried'}", values)

    @property
    def no_ways(self) -> tuple[Message, ...]:
        """What was missing where rows are added."""
        keys = (one.what for one in self.additions)
        return tuple(Message("impossible.no_way", dict(what.values)) for what in keys)

    def scenario(self, base: str, name: str) -> str:
        """The text of a scenario file that makes the changes. base: the case, relative to the file."""
        tree: dict[str, Any] = {"schema_version": SCHEMA_VERSION, "base": base, "settings": {"name": name}}
        tree["overrides"] = [change.as_override() for change in self.changes]
        evidence = [found for change in self.changes if (found := change.as_evidence()) is not None]
        tree["rows"] = [*evidence, *({"table": one.table, "row": one.cells()} for one in self.additions)]
        kept = {key: value for key, value in tree.items() if value}
        return yaml.safe_dump(kept, allow_unicode=True, sort_keys=False, width=120)


def _where(cell: Cell) -> dict[str, Any]:
    """The key columns of a row, as `where` asks for them."""
    keys = [name for name, column in columns(TABLES[cell.table]).items() if column.key]
    return {name: plain(getattr(cell.row, name)) for name in keys}


def plain(value: Any) -> Any:
    """A value as a cell of a file holds it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, date) else value


# ---- rounding ----------------------------------------------------------------------------------------------------


def rounded(cell: Cell, least: float) -> Any:
    """The new value of a cell that must change by `least` at least, rounded outward."""
    if cell.to is not None:
        return cell.to
    wanted = cell.old + cell.sense * least
    if cell.whole:
        return max(0, math.ceil(wanted - 1e-6) if cell.sense > 0 else math.floor(wanted + 1e-6))
    steps: Iterator[float] = iter((0.01, 0.001, 0.0001)) if cell.share else _steps(wanted)
    new = wanted
    for step in steps:
        new = _outward(wanted, step, cell.sense)
        if abs(new - wanted) <= BEYOND * least:
            break
    return max(0.0, new)


def _steps(value: float) -> Iterator[float]:
    """Steps that leave two, three, … digits of a value."""
    size = math.floor(math.log10(abs(value))) if value else 0
    return (10.0 ** (size - digits) for digits in range(1, 6))


def _outward(value: float, step: float, sense: int) -> float:
    count = value / step
    whole = math.ceil(count - 1e-6) if sense > 0 else math.floor(count + 1e-6)
    return float(f"{whole * step:.12g}")


# ---- trying ------------------------------------------------------------------------------------------------------


def suggestion(network: Network, need: Need, kinds: Sequence[str], options: Options) -> Suggestion | None:
    """A suggestion that makes up for a need, tried; None where no larger change of these cells helps either.

    Where time ran out before a plan was held it says so.
    """
    seen: list[tuple[Change, ...]] = []
    for larger in LARGER:
        changes = tuple(
            Change.of(network.case, cell, rounded(cell, _at_most(cell, larger * amount)))
            for cell, amount in zip(need.cells, need.amounts, strict=True)
        )
        if changes in seen:
            continue
        seen.append(changes)
        case = changed(network.case, [(change.cell, change.new) for change in changes])
        try:
            held = has_plan(case, network, options)
        except SolverTrouble:
            continue  # a little more may go well; what is told must
        if held is not False:
            return Suggestion(tuple(kinds), changes, case, tried=bool(held))
    return None


def _at_most(cell: Cell, amount: float) -> float:
    return min(amount, float(cell.old)) if cell.sense < 0 else amount


def has_plan(case: Case, like: Network, options: Options) -> bool | None:
    """Whether a case has a plan; None where time ran out before one was held."""
    if options.should_stop is not None and options.should_stop():
        raise Undecided("cancelled")
    try:
        network = build_network(case, like.before.baseline if like.before else None)
    except CaseFaults:
        return False
    if network.findings:
        return False
    outcome = solve_pools(build_model(network), network, replace(options, gap=ANY_PLAN)).outcome
    if outcome.stopped == "cancelled":
        raise Undecided("cancelled")
    if outcome.values is not None:
        return True
    return False if outcome.stopped == "infeasible" else None
