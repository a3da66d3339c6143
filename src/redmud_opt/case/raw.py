"""Tables as text: what stands in the files, before anything is understood. Scenarios are merged on this level."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from redmud_opt.case.case import TABLES
from redmud_opt.case.columns import Column, Place, columns
from redmud_opt.case.faults import Fault
from redmud_opt.case.names import did_you_mean, visible
from redmud_opt.case.values import BadValue, read_flag
from redmud_opt.i18n import Message

_FLAG = Column("flag", "yes or no")


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row of text. `cells` holds what is not blank; `moved` tells where a cell was set if not in its own row."""

    place: Place
    cells: Mapping[str, str]
    moved: Mapping[str, Place] = field(default_factory=dict)

    def with_cells(self, cells: Mapping[str, str], place: Place) -> RawRow:
        """The row with some cells set by a scenario at `place`."""
        moved = {**self.moved, **dict.fromkeys(cells, place)}
        merged = {column: text for column, text in {**self.cells, **cells}.items() if text}
        return replace(self, cells=merged, moved=moved)


def says_yes(row: RawRow, column: str, *, default: bool) -> bool:
    """What a yes/no cell of a row says; `default` where it is blank, or wrong, which is told when it is read."""
    text = row.cells.get(column)
    if text is None:
        return default
    try:
        return read_flag(text, _FLAG)
    except BadValue:
        return default


def is_active(row: RawRow) -> bool:
    """Whether a row counts."""
    return says_yes(row, "active", default=True)


@dataclass(frozen=True, slots=True)
class RawTable:
    """A table of text. `whole` is False where its frame (header, row lengths) has faults; its names still count."""

    header: tuple[str, ...]
    rows: tuple[RawRow, ...]
    whole: bool = True


RawTables = dict[str, RawTable]


def read_bytes(path: Path, shown: str, faults: list[Fault]) -> tuple[str, str] | None:
    """Text and sha256 of a file that must be UTF-8."""
    try:
        content = path.read_bytes()
    except OSError as error:
        faults.append(
            Fault(shown, 0, "", Message("case.unreadable", {"why": error.strerror or type(error).__name__}))
        )
        return None
    digest = hashlib.sha256(content).hexdigest()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        faults.append(Fault(shown, row, "", Message("case.not_utf8"), Message("case.save_as_utf8")))
        return None
    if "\x00" in text:
        faults.append(Fault(shown, 0, "", Message("case.holds_nul"), Message("case.save_as_utf8")))
        return None
    return text, digest


def _records(text: str, shown: str, faults: list[Fault]) -> list[list[str]] | None:
    found: list[list[str]] = []
    try:
        found.extend(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        message = Message("case.broken_csv", {"why": str(error)})
        faults.append(Fault(shown, len(found) + 1, "", message, Message("case.mind_the_quotes")))
        return None
    return found


def _delimiter_fault(header: list[str], shown: str) -> Fault | None:
    if len(header) != 1:
        return None
    for sign, key in ((";", "case.semicolons"), ("\t", "case.tabs"), ("，", "case.wide_commas")):
        if sign in header[0]:
            return Fault(shown, 1, "", Message(key), Message("case.separate_by_commas"))
    return None


def _header_faults(header: list[str], table: str, shown: str, overrules: bool) -> Iterator[Fault]:
    known = columns(TABLES[table])
    for name in dict.fromkeys(header):
        if header.count(name) > 1:
            yield Fault(shown, 1, name, Message("case.column_twice", {"column": name}))
        if not visible(name):
            number = header.index(name) + 1
            yield Fault(shown, 1, "", Message("case.column_without_name", {"number": number}))
        elif name not in known:
            yield Fault(
                shown,
                1,
                name,
                Message("case.unknown_column", {"column": name, "table": table}),
                did_you_mean(name, known),
            )
    yield from missing_columns(header, table, shown, keys_only=overrules)


def missing_columns(
    header: Iterable[str], table: str, shown: str, *, keys_only: bool = False
) -> Iterator[Fault]:
    """Required columns that a table lacks; of rows that overrule those of the library the keys alone."""
    held = set(header)
    for name, column in columns(TABLES[table]).items():
        if column.required and name not in held and (column.key or not keys_only):
            yield Fault(shown, 1, name, Message("case.missing_column", {"column": name, "table": table}))


def _rows(records: list[list[str]], shown: str, faults: list[Fault]) -> tuple[RawRow, ...]:
    header = records[0]
    rows = []
    for number, record in enumerate(records[1:], start=2):
        if not any(cell.strip() for cell in record):
            continue
        if len(record) != len(header):
            values = {"found": len(record), "expected": len(header)}
            message = Message("case.ragged_row", values)
            faults.append(Fault(shown, number, "", message, Message("case.mind_the_commas")))
        cells = {name: cell for name, cell in zip(header, record, strict=False) if cell.strip(" \t")}
        rows.append(RawRow(Place(shown, number), cells))
    return tuple(rows)


def parse_table(
    text: str, table: str, shown: str, faults: list[Fault], *, overrules: bool = False
) -> RawTable:
    """Rows of a CSV file. Faults of its frame are noted; the rows that can be told apart are kept.

    `overrules`: its rows may overrule those of the library cell by cell, so columns that are no keys may be missing.
    """
    records = _records(text, shown, faults)
    if records is None:
        return RawTable((), (), whole=False)
    if not records or not any(visible(cell) for cell in records[0]):
        faults.append(Fault(shown, 1, "", Message("case.no_header", {"table": table})))
        return RawTable((), (), whole=False)
    bad = _delimiter_fault(records[0], shown)
    if bad:
        faults.append(bad)
        return RawTable((), (), whole=False)
    before = len(faults)
    faults.extend(_header_faults(records[0], table, shown, overrules))
    rows = _rows(records, shown, faults)
    return RawTable(tuple(records[0]), rows, whole=len(faults) == before)
