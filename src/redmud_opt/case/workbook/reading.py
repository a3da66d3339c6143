"""A workbook as keys and tables of text. Guards against what unpacks to too much stand in `importing.sheets`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

from redmud_opt.case.case import TABLES
from redmud_opt.case.columns import Place, columns
from redmud_opt.case.faults import Fault
from redmud_opt.case.importing.sheets import Sheet, read_sheets
from redmud_opt.case.names import did_you_mean
from redmud_opt.case.raw import RawRow, RawTable, missing_columns
from redmud_opt.case.workbook.layout import (
    COMMENT,
    FORMAT,
    FORMAT_KEY,
    HEADERS,
    KEY_COLUMNS,
    KEYS,
    NAMES,
    is_explanation,
    sheets,
)
from redmud_opt.i18n import Message

SEARCHED = 12
"""Rows from the top in which the names of the columns may stand."""

Headers = dict[str, tuple[str, ...]]


class Workbook:
    """The sheets of a case workbook, and what is wrong with them. `whole` is False where it is none."""

    def __init__(self, file: Path, shown: str, faults: list[Fault], *, overrules: bool = False) -> None:
        self.file, self.shown, self.faults = file, shown, faults
        self.overrules = overrules
        before = len(faults)
        self._sheets = {sheet.name: sheet for sheet in read_sheets(file, None, faults)}
        self.whole = len(faults) == before and self._is_one()

    @property
    def digest(self) -> str:
        """sha256 of the file."""
        return hashlib.sha256(self.file.read_bytes()).hexdigest()

    def _is_one(self) -> bool:
        tables = self._sheets.get(HEADERS)
        mark = tables.rows[0][:2] if tables is not None and tables.rows else ()
        if tuple(mark) == (FORMAT_KEY, FORMAT) and KEYS in self._sheets:
            return True
        remedy = Message("case.workbook_template")
        self.faults.append(Fault(self.shown, 0, "", Message("case.no_case_workbook"), remedy))
        return False

    def settings(self) -> list[tuple[int, str, str]]:
        """(row, key, value) of the sheet `case`, comments included."""
        rows = self._sheets[KEYS].rows
        found = []
        if not rows or tuple(cell.strip() for cell in rows[0][:2]) != KEY_COLUMNS[:2]:
            self._fault(
                KEYS, 1, "", "header_shifted", Message("case.name_the_columns"), columns=KEY_COLUMNS[:2]
            )
            return []
        for number, row in enumerate(rows[1:], start=2):
            key, value = (*row, "", "")[:2]
            if key.strip() and (value.strip() or key.strip() == COMMENT):
                found.append((number, key.strip(), value))
        return found

    def headers(self) -> Headers:
        """Table → the columns that its file had."""
        rows = self._sheets[HEADERS].rows[1:]
        return {row[0]: tuple(cell for cell in row[1:] if cell) for row in rows if row and row[0]}

    def tables(self) -> dict[str, RawTable]:
        """Tables with rows, and those whose file was there; sheets that are none are faults."""
        stated, found = self.headers(), {}
        for name, sheet in self._sheets.items():
            if name in (KEYS, NAMES, HEADERS):
                continue
            if name not in sheets():
                remedy = did_you_mean(name, sheets())
                self._fault(name, 0, "", "unknown_sheet", remedy, sheet=name)
                continue
            self.faults.extend(sheet.faults)
            for row, where in sheet.merged:
                self._fault(name, row + 1, "", "merged_cells", Message("case.unmerge"), where=where)
            table = self._table(sheet, name)
            if table.rows or name in stated or not table.whole:
                found[name] = RawTable(self._kept(table, stated.get(name, ())), table.rows, table.whole)
        return found

    def _kept(self, table: RawTable, stated: tuple[str, ...]) -> tuple[str, ...]:
        """The columns that a file of the table has: those it had, and others in which something stands."""
        used = {name for row in table.rows for name in row.cells}
        names = [name for name in stated if name in table.header]
        return (*names, *(name for name in table.header if name in used and name not in names))

    # ---- one table ---------------------------------------------------------------------------------------------

    def _table(self, sheet: Sheet, table: str) -> RawTable:
        before = len(self.faults)
        at = self._header_at(sheet, table)
        if at is None:
            return RawTable((), (), whole=False)
        names = tuple(cell.strip() for cell in sheet.rows[at])
        self.faults.extend(self._header_faults(names, table, at + 1))
        shown, rows = self._shown(table), []
        for number, cells in enumerate(sheet.rows[at + 1 :], start=at + 2):
            if number == at + 2 and self._are_units(cells, names, table):
                continue
            if not any(cell.strip() for cell in cells) or is_explanation(cells, names, table):
                continue
            loose = [
                cell for name, cell in zip_longest(names, cells, fillvalue="") if cell.strip() and not name
            ]
            if loose:
                self._fault(
                    table, number, "", "cell_without_column", Message("case.clear_or_name"), cell=loose[0]
                )
            self._dates(sheet, table, number, names)
            held = {
                name: cell for name, cell in zip(names, cells, strict=False) if name and cell.strip(" \t")
            }
            rows.append(RawRow(Place(shown, number), held))
        return RawTable(tuple(filter(None, names)), tuple(rows), whole=len(self.faults) == before)

    def _dates(self, sheet: Sheet, table: str, number: int, names: tuple[str, ...]) -> None:
        """A date where none belongs is what a spreadsheet made of a name such as 3-1 or MAR2."""
        own = columns(TABLES[table])
        for place, name in enumerate(names):
            if (number - 1, place) in sheet.dates and name in own and own[name].kind != "date":
                cell = sheet.rows[number - 1][place]
                self._fault(table, number, name, "date_for_name", Message("case.type_as_text"), cell=cell)

    def _header_at(self, sheet: Sheet, table: str) -> int | None:
        """The row with the names of the columns: the one of the first rows that has most of them."""
        known = set(columns(TABLES[table]))
        hits = [sum(cell.strip() in known for cell in row) for row in sheet.rows[:SEARCHED]]
        if not hits and not sheet.rows:
            return None
        best = max(range(len(hits)), key=hits.__getitem__)
        needed = [name for name, column in columns(TABLES[table]).items() if column.key]
        if hits[best] < max(1, len(needed)):
            self._fault(
                table, 1, "", "header_shifted", Message("case.name_the_columns"), columns=tuple(needed)
            )
            return None
        return best

    def _are_units(self, cells: tuple[str, ...], names: tuple[str, ...], table: str) -> bool:
        own = columns(TABLES[table])
        units = [own[name].unit if name in own else "" for name in names]
        pairs = list(zip(cells, units, strict=False))
        return all(not cell.strip() or cell == unit for cell, unit in pairs)

    def _header_faults(self, names: tuple[str, ...], table: str, row: int) -> Iterator[Fault]:
        known, shown = columns(TABLES[table]), self._shown(table)
        for name in dict.fromkeys(filter(None, names)):
            if names.count(name) > 1:
                yield Fault(shown, row, name, Message("case.column_twice", {"column": name}))
            if name not in known:
                message = Message("case.unknown_column", {"column": name, "table": table})
                yield Fault(shown, row, name, message, did_you_mean(name, known))
        yield from missing_columns(names, table, shown, keys_only=self.overrules)

    def _shown(self, table: str) -> str:
        return f"{self.shown} [{table}]"

    def _fault(
        self, sheet: str, row: int, column: str, key: str, remedy: Message | None = None, /, **values: object
    ) -> None:
        message = Message(f"case.{key}", values)
        self.faults.append(Fault(self._shown(sheet), row, column, message, remedy))
