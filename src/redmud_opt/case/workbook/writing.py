"""A case, or none, as a workbook. xlsxwriter makes it; nothing is a formula, whatever a cell begins with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from redmud_opt.case.bundle import library_folder, rule_packs
from redmud_opt.case.case import SCHEMA_VERSION, TABLES
from redmud_opt.case.columns import Column, columns
from redmud_opt.case.faults import CaseFaults
from redmud_opt.case.fieldwords import column_words, table_words
from redmud_opt.case.importing.sheets import column_letters
from redmud_opt.case.raw import RawTable
from redmud_opt.case.read import find_case
from redmud_opt.case.reader import Book, Reader, calls_library
from redmud_opt.case.settings import SETTINGS
from redmud_opt.case.workbook.layout import (
    FORMAT,
    FORMAT_KEY,
    HEAD_ROWS,
    HEADERS,
    KEY_COLUMNS,
    KEYS,
    NAMES,
    key_rows,
    sheets,
)
from redmud_opt.case.workbook.nodes import yaml_value
from redmud_opt.case.workbook.opening import new_workbook
from redmud_opt.case.workbook.overruling import own_rows

ROOM = 1000
"""Rows below the data that still have drop-downs."""

MOST_LISTED = 255
"""Signs that a list of choices may take inside a drop-down."""

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
_PLAIN_KINDS = ("number", "integer")

Tables = Mapping[str, RawTable]


def write_workbook(case: str | Path, file: str | Path) -> Path:
    """Writes a case folder, a scenario (merged on its base) or a bundled case as a workbook; returns the file.

    What a library lends stays there; what a scenario changes of it becomes rows that overrule it. Nothing is
    overwritten. Raises CaseFaults for files that cannot be read as text.
    """
    found = find_case(case)
    root = found.resolve() if found.is_dir() else found.resolve().parent
    scenario = found.is_file() and found.suffix.casefold() in (".yaml", ".yml")
    reader = Reader(root, rule_packs(), library_folder(), lends=scenario)
    book = reader.book(found)
    if scenario and calls_library(book) and not reader.faults:
        book.tables = own_rows(book.own, reader.library_tables(), book.tables, reader.faults)
    if reader.faults:
        raise CaseFaults(reader.faults)
    return _write(list(_keys(found, book)), book.tables, Path(file))


def blank_workbook(file: str | Path) -> Path:
    """Writes a workbook with every table and no rows; the keys that a case needs stand there to be filled in."""
    rows = [("schema_version", str(SCHEMA_VERSION))]
    rows += [(key, "") for key, column in SETTINGS.items() if column.required]
    rows += [("periods", "\nstart: 2026-01-01\nspans:\n  - {length: quarter, count: 12}")]
    return _write(rows, {}, Path(file))


def _keys(found: Path, book: Book) -> Iterator[tuple[str, str]]:
    """The keys as they are written where one folder is the case, else as they come out of base and scenario."""
    if found.is_dir():
        yield from key_rows((found / "case.yaml").read_text(encoding="utf-8"))
        return
    for key, (node, _) in book.keys.items():
        yield key, yaml_value(node)


# ---- the sheets --------------------------------------------------------------------------------------------------


def _write(keys: list[tuple[str, str]], tables: Tables, file: Path) -> Path:
    with new_workbook(file) as workbook:
        Writer(workbook, tables).write(keys)
    return file


class Writer:
    """Fills one workbook."""

    def __init__(self, workbook: Any, tables: Tables) -> None:
        self.workbook, self.tables = workbook, tables
        grey = {"font_color": "#666666", "text_wrap": True, "valign": "top", "font_size": 9}
        self.bold = workbook.add_format({"bold": True, "bg_color": "#DDE7F0", "border": 1})
        self.needed = workbook.add_format({"bold": True, "bg_color": "#F6D9B8", "border": 1})
        self.grey = workbook.add_format(grey)
        self.text = workbook.add_format({"num_format": "@"})
        self.offers = _offers(tables)

    def write(self, keys: list[tuple[str, str]]) -> None:
        """All sheets; those with rows first, so that a reader sees the case."""
        self._keys(keys)
        for table in sorted(sheets(), key=lambda table: table not in self.tables):
            self._table(table)
        self._names()
        self._headers()

    def _keys(self, rows: list[tuple[str, str]]) -> None:
        sheet = self.workbook.add_worksheet(KEYS)
        for place, name in enumerate(KEY_COLUMNS):
            sheet.write_string(0, place, name, self.bold)
        stated = {key for key, _ in rows}
        rows = [*rows, *((key, "") for key in SETTINGS if key not in stated)]
        for line, (key, value) in enumerate(rows, start=1):
            sheet.write_string(line, 0, key)
            sheet.write_string(line, 1, value, self.text)
            if key in SETTINGS:
                sheet.write_string(line, 2, SETTINGS[key].unit, self.grey)
                for place, language in ((3, "zh"), (4, "en")):
                    sheet.write_string(line, place, column_words("settings", key, language), self.grey)
                self._choices(sheet, SETTINGS[key], line, line, 1)
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, 1, 34)
        sheet.set_column(3, 4, 60)
        sheet.freeze_panes(1, 2)

    def _table(self, table: str) -> None:
        sheet = self.workbook.add_worksheet(table)
        held = self.tables.get(table, RawTable((), ()))
        own = columns(TABLES[table])
        names = (*held.header, *(name for name in own if name not in held.header))
        for place, name in enumerate(names):
            column = own[name]
            sheet.write_string(0, place, name, self.needed if column.required else self.bold)
            sheet.write_string(1, place, column.unit, self.grey)
            sheet.write_string(2, place, column_words(table, name, "zh"), self.grey)
            sheet.write_string(3, place, column_words(table, name, "en"), self.grey)
            sheet.set_column(place, place, 30 if name in ("comment", "source") else 16, self._format(column))
            last = HEAD_ROWS + len(held.rows) + ROOM
            self._choices(sheet, column, HEAD_ROWS, last, place)
            self._reference(sheet, column, last, place)
        for line, row in enumerate(held.rows, start=HEAD_ROWS):
            for place, name in enumerate(names):
                if name in row.cells:
                    self._cell(sheet, line, place, row.cells[name], own[name])
        sheet.write_comment(0, 0, f"{table_words(table, 'zh')}\n{table_words(table, 'en')}")
        sheet.set_row(2, 60)
        sheet.set_row(3, 60)
        sheet.freeze_panes(HEAD_ROWS, 1)
        if table in self.tables:
            sheet.set_tab_color("#2F6690")

    def _format(self, column: Column) -> Any:
        """Text stays text when somebody types a date or =1+1 into it."""
        return None if column.kind in _PLAIN_KINDS else self.text

    def _cell(self, sheet: Any, line: int, place: int, words: str, column: Column) -> None:
        if column.kind in _PLAIN_KINDS and _comes_back(words):
            sheet.write_number(line, place, float(words))
        else:
            sheet.write_string(line, place, words, self.text)

    # ---- drop-downs --------------------------------------------------------------------------------------------

    def _choices(self, sheet: Any, column: Column, first: int, last: int, place: int) -> None:
        choices = ("yes", "no") if column.kind == "flag" else column.choices
        if choices and not column.many and len(",".join(choices)) <= MOST_LISTED:
            sheet.data_validation(first, place, last, place, {"validate": "list", "source": list(choices)})

    def _reference(self, sheet: Any, column: Column, last: int, place: int) -> None:
        """Names declared in the case; another one may be typed, for it may be declared later."""
        key = (column.tables, column.groups)
        if not column.tables or column.many or not self.offers.get(key):
            return
        at = list(self.offers).index(key)
        source = f"={NAMES}!${column_letters(at)}$2:${column_letters(at)}${len(self.offers[key]) + 1}"
        rule = {"validate": "list", "source": source, "error_type": "information"}
        sheet.data_validation(HEAD_ROWS, place, last, place, rule)

    def _names(self) -> None:
        sheet = self.workbook.add_worksheet(NAMES)
        for at, ((tables, groups), names) in enumerate(self.offers.items()):
            sheet.write_string(0, at, ", ".join((*tables, *(("groups",) if groups else ()))), self.bold)
            for line, name in enumerate(names, start=1):
                sheet.write_string(line, at, name, self.text)
        sheet.hide()

    def _headers(self) -> None:
        """Which columns a file had, in which order."""
        sheet = self.workbook.add_worksheet(HEADERS)
        sheet.write_string(0, 0, FORMAT_KEY)
        sheet.write_string(0, 1, FORMAT)
        for line, (table, held) in enumerate(self.tables.items(), start=1):
            for place, name in enumerate((table, *held.header)):
                sheet.write_string(line, place, name)
        sheet.hide()


def _offers(tables: Tables) -> dict[tuple[tuple[str, ...], bool], list[str]]:
    """(tables, with groups) → names that drop-downs of such columns offer."""
    found: dict[tuple[tuple[str, ...], bool], list[str]] = {}
    for table in sheets():
        for column in columns(TABLES[table]).values():
            key = (column.tables, column.groups)
            if column.tables and key not in found:
                names = [name for one in column.tables for name in _names_in(tables, one)]
                names += _names_in(tables, "groups") if column.groups else []
                found[key] = list(dict.fromkeys(names))
    return found


def _names_in(tables: Tables, table: str) -> list[str]:
    held = tables.get(table)
    if held is None or table not in TABLES:
        return []
    own = columns(TABLES[table])
    keys = [name for name, column in own.items() if column.kind == "name"]
    key = keys[0] if keys else "group" if table == "groups" else next(iter(own))
    return [row.cells[key] for row in held.rows if key in row.cells]


def _comes_back(words: str) -> bool:
    """Whether a number is read as it was written."""
    return bool(_NUMBER.fullmatch(words)) and f"{float(words):.15g}" == words
