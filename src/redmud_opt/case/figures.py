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

from redmud_opt.case.asof import day_of
from redmud_opt.case.burdens import ACCOUNT_UNITS
from redmud_opt.case.case import CATALOGUES, TABLES
from redmud_opt.case.closure import QUOTE
from redmud_opt.case.columns import Column, Place, columns
from redmud_opt.case.faults import Fault
from redmud_opt.case.library import EVIDENCE, key, number_columns, principal
from redmud_opt.case.names import did_you_mean, nearest
from redmud_opt.case.raw import RawRow, RawTable, RawTables, is_active
from redmud_opt.case.units import factor
from redmud_opt.case.values import BadValue, read_number
from redmud_opt.i18n import Message

Quotes = dict[tuple[str, str, str], str]
"""(table, key of the row, column) → name of the figure."""

_ANY = Column("number", "a number", minimum=None)
_OTHER = {"low": "high", "high": "low", "lower": "upper", "upper": "lower"}
"""The other end, where a figure is taken times a negative number."""
_RANGE = ("low", "high", "bound")
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


def _in_force(row: RawRow, on: date) -> bool:
    first, last = day_of(row.cells.get("valid_from")), day_of(row.cells.get("valid_to"))
    return (first is None or first <= on) and (last is None or on < last)


def known_figures(tables: RawTables, on: date) -> tuple[dict[str, Figure], set[str]]:
    """Name → number: the figures, and the clauses of the rule pack in force on a day; and names without a number."""
    found: dict[str, Figure] = {}
    unread: set[str] = set()
    for table in ("figures", "clauses"):
        for row in tables.get(table, RawTable((), ())).rows:
            name = row.cells.get("name")
            in_force = table == "figures" or ("value" in row.cells and _in_force(row, on))
            if name is None or not is_active(row) or not in_force:
                continue
            figure = _read(row)
            if figure is None:
                unread.add(name)
            else:
                found[name] = figure  # a clause stands before a figure of its name
    return found, unread


def fits(unit: str, column: str) -> float | None:
    """By what a number in `unit` is multiplied to stand in a cell whose unit is `column`; None if it does not fit."""
    if (
        unit == column
        or (column == "1" and unit in ("share", "-"))
        or (unit, column) == ("CNY/t", "CNY/t wet")
    ):
        return 1.0
    if column == "1" and unit == "wt%":
        return 0.01
    return factor(unit, column)


class UnitOfCell:
    """The unit of a cell: that of its column, made definite by the row's material, property, capacity and time."""

    def __init__(self, tables: RawTables) -> None:
        self.tables = tables
        self.materials = {
            row.cells.get("name", ""): row.cells.get("unit", "t") for row in self._rows("materials")
        }
        self.first: dict[str, str] = {}
        for row in self._rows("groups"):
            self.first.setdefault(row.cells.get("group", ""), row.cells.get("member", ""))
        self.properties = {
            row.cells.get("name", ""): row.cells.get("unit", "") for row in self._rows("properties")
        }
        self.traded = {
            row.cells.get("name", ""): row.cells.get("material", "")
            for table in ("outlets", "supplies")
            for row in self._rows(table)
        }

    def _rows(self, table: str) -> tuple[RawRow, ...]:
        return self.tables.get(table, RawTable((), ())).rows

    def of(self, table: str, row: RawRow, column: str) -> str:
        """The unit that the number in a cell has."""
        unit = columns(TABLES[table])[column].unit
        if unit == "of the property":
            own = row.cells.get("unit") if table == "composition" else None
            return own or self.properties.get(row.cells.get("property", ""), unit)
        amount = self._amount(table, row)
        account = ACCOUNT_UNITS.get(row.cells.get("account", ""), "account")
        of_row = {
            "unit": amount,
            "CNY/unit": f"CNY/{amount}",
            "unit/t": f"{amount}/t",
            "account/unit": f"{account}/{amount}",
            "account/t": f"{account}/t",
            "t or h": row.cells.get("capacity_unit", "t"),
            "capacity unit/t": f"{row.cells.get('capacity_unit', 't')}/t",
        }
        found = of_row.get(unit, unit)
        yearly = "per" in columns(TABLES[table]) and row.cells.get("per", "year") == "year"
        return f"{found}/a" if yearly and found in (*_AMOUNTS, "h") else found

    def _amount(self, table: str, row: RawRow) -> str:
        """The unit of the material that a row speaks of; of a group that of its first member."""
        name = row.cells.get("material", "")
        if table == "tiers":
            name = self.traded.get(row.cells.get("item", ""), "")
        return self.materials.get(self.first.get(name, name), "t")


class Quoter:
    """Resolves the cells of all tables; faults, quotes and further evidence gather here."""

    def __init__(
        self, tables: RawTables, on: date, faults: list[Fault], *, offered: RawTables | None = None
    ) -> None:
        self.tables, self.faults = tables, faults
        self.figures, self.unread = known_figures(tables, on)
        self.offered = known_figures(offered or tables, on)[0]
        self.units = UnitOfCell(tables)
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
            if column == first and "evidence" not in row.cells and "source" not in row.cells:
                own_range = "low" in row.cells or "high" in row.cells
                kept = {n: text for n, text in evidence.items() if not own_range or n not in _RANGE}
                cells = {**kept, **cells}
            elif column != first:
                self._tell(table, row, column, evidence)
        return replace(row, cells=cells)

    def _tell(self, table: str, row: RawRow, column: str, evidence: dict[str, str]) -> None:
        cells = {"table": table, "item": key(row, table), "column": column, **evidence}
        told = RawRow(row.place, cells)
        if key(told, "evidence") not in self.stated:
            self.evidence.append(told)

    def _taken(self, table: str, row: RawRow) -> Iterator[tuple[str, tuple[Figure, float]]]:
        for column in number_columns(table):
            text = row.cells.get(column)
            found = None if text is None else QUOTE.fullmatch(text)
            if found is None:
                continue
            figure = self.figures.get(found[1])
            if figure is None:
                self._unknown(row, column, found[1])
                continue
            by = self._factor(row, column, figure, self.units.of(table, row, column), found[2])
            if by is not None:
                yield column, (figure, by)

    def _unknown(self, row: RawRow, column: str, name: str) -> None:
        """Words that look like the name of a figure; others are left to be refused as no number."""
        if name in self.unread:
            self.refused.add((row.moved.get(column, row.place), column))  # told where it stands
        elif nearest(name, self.offered) is not None or "_" in name:
            self._fault(row, column, "unknown_figure", did_you_mean(name, self.offered), name=name)

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
            at = read_number(found.pop(end, ""), _ANY)
        except BadValue:  # blank, or told when the table is read
            continue
        if (at - figure.value) * (1 if end == "low" else -1) <= abs(figure.value) * 1e-9:
            ends[end if by >= 0 else _OTHER[end]] = f"{at * by:.15g}"
    if by < 0 and "bound" in found:
        found["bound"] = _OTHER.get(found["bound"], "")
    return found | ends
