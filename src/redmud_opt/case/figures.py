"""Number cells that name a figure: they take its value, and its evidence where the row states none.

    figures.csv   name=price_alumina, value=2800, unit=CNY/t, low=2600, …
    outlets.csv   price_cny_per_t = price_alumina          or   price_alumina * 0.95

The limits of the rule pack's `clauses` are figures too: the version in force when the horizon begins counts. One
figure stands behind all cells that name it, so that a scenario changes one number, and a study varies one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from redmud_opt.case.case import CATALOGUES, TABLES
from redmud_opt.case.closure import QUOTE
from redmud_opt.case.columns import Column, Place, columns
from redmud_opt.case.faults import Fault
from redmud_opt.case.library import EVIDENCE, key, number_columns, principal
from redmud_opt.case.names import did_you_mean, nearest
from redmud_opt.case.raw import RawRow, RawTable, RawTables
from redmud_opt.case.units import factor
from redmud_opt.case.values import BadValue, read_date, read_number
from redmud_opt.i18n import Message

Quotes = dict[tuple[str, str, str], str]
"""(table, key of the row, column) → name of the figure."""

_ANY = Column("number", "a number", minimum=None)
_DATE = Column("date", "a date")
_OTHER = {"low": "high", "high": "low", "lower": "upper", "upper": "lower"}
"""The other end, where a figure is taken times a negative number."""
_AMOUNTS = ("t", "MWh", "kWh", "GJ", "kgce", "tce", "m3", "piece")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that cells may take."""

    row: RawRow
    value: float
    unit: str


def _read(row: RawRow) -> Figure | None:
    try:
        return Figure(row, read_number(row.cells.get("value", ""), _ANY), row.cells.get("unit", ""))
    except BadValue:
        return None  # told when the table is read


def _day(text: str | None) -> date | None:
    try:
        return read_date(text, _DATE) if text else None
    except BadValue:
        return None  # told when the table is read


def _in_force(row: RawRow, on: date) -> bool:
    first, last = _day(row.cells.get("valid_from")), _day(row.cells.get("valid_to"))
    return (first is None or first <= on) and (last is None or on < last)


def known_figures(tables: RawTables, on: date) -> dict[str, Figure]:
    """Name → number: the figures, and the clauses of the rule pack in force on a day."""
    found: dict[str, Figure] = {}
    for table in ("clauses", "figures"):
        for row in tables.get(table, RawTable((), ())).rows:
            if table == "clauses" and not ("value" in row.cells and _in_force(row, on)):
                continue
            figure = _read(row)
            if figure is not None and "name" in row.cells:
                found[row.cells["name"]] = figure
    return found


def fits(unit: str, column: str) -> float | None:
    """By what a number in `unit` is multiplied to stand in a column of unit `column`; None if it does not fit.

    Columns are wide: `unit` is any unit of an amount, and an amount per year fits where the row says `per: year`.
    """
    if unit == column or (column == "1" and unit in ("share", "-")):
        return 1.0
    if column in ("t", "unit", "t or h", "m3") and unit.removesuffix("/a") in (*_AMOUNTS, "h"):
        return 1.0
    if column in ("CNY/unit", "CNY/t", "CNY/t wet") and unit in {f"CNY/{amount}" for amount in _AMOUNTS}:
        return 1.0
    if column == "unit/t" and unit.endswith("/t"):
        return 1.0
    if column == "1" and unit == "wt%":
        return 0.01
    return factor(unit, column)


class Quoter:
    """Resolves the cells of all tables; faults, quotes and further evidence gather here."""

    def __init__(self, tables: RawTables, on: date, faults: list[Fault]) -> None:
        self.tables, self.faults = tables, faults
        self.figures = known_figures(tables, on)
        self.quotes: Quotes = {}
        self.evidence: list[RawRow] = []
        self.refused: set[tuple[Place, str]] = set()
        self.stated = {key(row, "evidence") for row in tables.get("evidence", RawTable((), ())).rows}

    def run(self) -> RawTables:
        """The tables with numbers in place of names."""
        found = {
            table: held
            if table in CATALOGUES
            else replace(held, rows=tuple(self._row(table, row) for row in held.rows))
            for table, held in self.tables.items()
        }
        if self.evidence:
            held = found.get("evidence", RawTable((), ()))
            header = tuple(dict.fromkeys((*held.header, "table", "item", "column", *EVIDENCE)))
            found["evidence"] = replace(held, header=header, rows=(*held.rows, *self.evidence))
        return found

    def _row(self, table: str, row: RawRow) -> RawRow:
        taken = dict(self._taken(table, row))
        if not taken:
            return row
        numbers = {column: f"{figure.value * by:.15g}" for column, (figure, by) in taken.items()}
        cells = {**row.cells, **numbers}
        first = principal(replace(row, cells=cells), table)
        for column, (figure, by) in taken.items():
            self.quotes[table, key(row, table), column] = figure.row.cells["name"]
            evidence = _evidence(figure, by)
            if column == first and not any(name in row.cells for name in EVIDENCE if name != "comment"):
                cells = {**evidence, **cells}
            elif column != first:
                self._tell(table, row, column, evidence)
        return replace(row, cells=cells)

    def _tell(self, table: str, row: RawRow, column: str, evidence: dict[str, str]) -> None:
        cells = {"table": table, "item": key(row, table), "column": column, **evidence}
        told = RawRow(row.place, cells)
        if key(told, "evidence") not in self.stated:
            self.evidence.append(told)

    def _taken(self, table: str, row: RawRow) -> Iterator[tuple[str, tuple[Figure, float]]]:
        known = columns(TABLES[table])
        for column in number_columns(table):
            text = row.cells.get(column)
            found = None if text is None else QUOTE.fullmatch(text)
            if found is None:
                continue
            figure = self.figures.get(found[1])
            if figure is None:
                self._unknown(row, column, found[1])
                continue
            unit = known[column].unit
            by = self._factor(row, column, figure, self._unit(row, unit), found[2])
            if by is not None:
                yield column, (figure, by)

    def _unit(self, row: RawRow, unit: str) -> str:
        """The unit of a column; of a limit on a property that of the property."""
        if unit != "of the property":
            return unit
        wanted = row.cells.get("property")
        held = self.tables.get("properties", RawTable((), ())).rows
        return next((one.cells.get("unit", "") for one in held if one.cells.get("name") == wanted), unit)

    def _unknown(self, row: RawRow, column: str, name: str) -> None:
        """Words that look like the name of a figure; others are left to be refused as no number."""
        meant = nearest(name, self.figures)
        if meant is not None or "_" in name:
            self._fault(row, column, "unknown_figure", did_you_mean(name, self.figures), name=name)

    def _factor(self, row: RawRow, column: str, figure: Figure, unit: str, times: str | None) -> float | None:
        if times is not None:
            try:
                return read_number(times, _ANY)
            except BadValue as bad:
                place = row.moved.get(column, row.place)
                self.refused.add((place, column))
                self.faults.append(Fault(place.file, place.row, column, bad.message, bad.remedy))
                return None
        by = fits(figure.unit, unit)
        if by is None:
            self._fault(
                row, column, "figure_unit", None, name=figure.row.cells["name"], unit=figure.unit, into=unit
            )
        return by

    def _fault(
        self, row: RawRow, column: str, key_: str, remedy: Message | None, /, **values: object
    ) -> None:
        place = row.moved.get(column, row.place)
        self.refused.add((place, column))
        self.faults.append(Fault(place.file, place.row, column, Message(f"case.{key_}", values), remedy))


def _evidence(figure: Figure, by: float) -> dict[str, str]:
    """The evidence columns of a figure, its range times the factor."""
    found = {
        name: figure.row.cells[name] for name in EVIDENCE if name in figure.row.cells and name != "comment"
    }
    ends = {}
    for end in ("low", "high"):
        try:
            ends[end if by >= 0 else _OTHER[end]] = f"{read_number(found.pop(end, ''), _ANY) * by:.15g}"
        except BadValue:  # blank, or told when the table is read
            continue
    if by < 0 and "bound" in found:
        found["bound"] = _OTHER[found["bound"]]
    return found | ends
