"""Parameters of a study: cells of a case that move together, and the case with them moved.

    case = moved(case, parameters, values)         the case with every parameter at its value

What a value x does to a cell c, by the way the parameter moves it:

    factor  c · x          value  x (of a figure: c · x ÷ figure)          add  c + x
    days    date c + x     range  c + x · (high − c) where x ≥ 0, else c + x · (c − low);  low, high: of the evidence

Whole-number cells are rounded. Cells are those of the case as it was read: names of figures have become numbers, and
a parameter that is a figure moves all cells that took it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from redmud_opt.case import Case
from redmud_opt.case.case import TABLES, Settings
from redmud_opt.case.columns import Column, columns

WAYS = ("factor", "value", "add", "days", "range")
DISTRIBUTIONS = ("uniform", "triangular", "normal")
SETTINGS = "settings"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a case: the row by its position in its table, the value that the case states, its evidence."""

    table: str
    position: int
    key: str
    column: str
    value: Any
    low: float | None = None
    high: float | None = None
    bound: str = ""

    @property
    def declared(self) -> Column:
        """How its column is declared."""
        row_type = Settings if self.table == SETTINGS else TABLES[self.table]
        return columns(row_type)[self.column]


@dataclass(frozen=True)
class Parameter:
    """What moves: cells, how, between which ends, and how likely. base: where the case stands.

    figure: the number of the figure that the cells take, where the parameter is one.
    """

    name: str
    by: str
    low: float
    base: float
    high: float
    distribution: str
    cells: tuple[Cell, ...]
    figure: float | None = None
    unit: str = ""
    from_evidence: bool = False
    label_en: str = ""
    label_zh: str = ""

    def label(self, language: str) -> str:
        """What to call it."""
        return (self.label_zh if language == "zh" else self.label_en) or self.name

    def at(self, cell: Cell, value: float) -> Any:
        """What stands in a cell when the parameter has a value."""
        if cell.declared.kind == "date":
            return _later(cell.value, value)
        found = self._number(cell, value)
        return round(found) if cell.declared.kind == "integer" else found

    def _number(self, cell: Cell, value: float) -> float:
        if self.by == "factor":
            return float(cell.value * value)
        if self.by == "value":
            return value if self.figure is None else float(cell.value * value / self.figure)
        if self.by == "add":
            return float(cell.value + value)
        assert cell.low is not None
        assert cell.high is not None
        return float(
            cell.value + value * ((cell.high - cell.value) if value >= 0 else (cell.value - cell.low))
        )


def _later(day: datetime.date, days: float) -> datetime.date:
    return day + datetime.timedelta(days=round(days))


def moved(case: Case, parameters: Sequence[Parameter], values: Iterable[float]) -> Case:
    """The case with every parameter at its value. Rows in which nothing moves are the same objects."""
    rows: dict[str, dict[int, dict[str, Any]]] = {}
    for parameter, value in zip(parameters, values, strict=True):
        if value == parameter.base:
            continue
        for cell in parameter.cells:
            rows.setdefault(cell.table, {}).setdefault(cell.position, {})[cell.column] = parameter.at(
                cell, value
            )
    tables: dict[str, Any] = {}
    for table, changes in rows.items():
        if table == SETTINGS:
            tables[table] = replace(case.settings, **changes[0])
            continue
        held = list(getattr(case, table))
        for position, cells in changes.items():
            held[position] = replace(held[position], **cells)
        tables[table] = tuple(held)
    return replace(case, **tables) if tables else case


def beyond(parameter: Parameter, value: float) -> Iterator[tuple[Cell, Any, str]]:
    """(cell, what would stand in it, limit) for cells that a value takes out of what the schema or a bound admits."""
    for cell in parameter.cells:
        at, declared = parameter.at(cell, value), cell.declared
        if declared.kind == "date":
            continue
        if declared.minimum is not None and at < declared.minimum:
            yield cell, at, f"≥ {declared.minimum:g}"
        elif declared.maximum is not None and at > declared.maximum:
            yield cell, at, f"≤ {declared.maximum:g}"
        elif declared.above is not None and at <= declared.above:
            yield cell, at, f"> {declared.above:g}"
        elif cell.bound == "lower" and cell.low is not None and at < cell.low:
            yield cell, at, f"≥ {cell.low:g}"
        elif cell.bound == "upper" and cell.high is not None and at > cell.high:
            yield cell, at, f"≤ {cell.high:g}"


def only_money(parameters: Sequence[Parameter]) -> bool:
    """Whether all that moves is money, which no check of a case looks at."""
    return all("CNY" in cell.declared.unit for parameter in parameters for cell in parameter.cells)
