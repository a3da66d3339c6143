"""A case on its way: typed rows, the names that its files declare, and what could not be read.

draft(book) → Draft; Draft.faults empty means that every cell was read; the checks then look at what rows say together
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from redmud_opt.case.case import TABLES, Case
from redmud_opt.case.columns import Column, Place, Row, columns, default_of
from redmud_opt.case.faults import Fault
from redmud_opt.case.names import did_you_mean
from redmud_opt.case.raw import RawRow, RawTable, RawTables
from redmud_opt.case.values import BadValue, read_flag, read_value
from redmud_opt.i18n import Message

NAMING = {"groups": "group", "calendars": "calendar"}
"""Tables whose names stand in another column than `name`, many rows to a name."""


Refused = frozenset[tuple[Place, str]]
"""(place, column) of cells whose fault has been told."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A name that a file declares: its table (`periods` for periods), its column, its place."""

    name: str
    table: str
    column: str
    place: Place
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Everything that the checks look at.

    `broken` names the tables that hold rows which could not be read, `frameless` those whose header or row lengths
    are wrong, so that not even their names are known; `partial` are rows with unreadable cells at their defaults.
    """

    case: Case
    declared: tuple[Declared, ...] = ()
    broken: frozenset[str] = frozenset()
    frameless: frozenset[str] = frozenset()
    partial: tuple[Row, ...] = ()
    moved: Mapping[tuple[Place, str], Place] = field(default_factory=dict)
    inactive_keys: frozenset[tuple[str, str]] = frozenset()
    offered: frozenset[tuple[str, str]] = frozenset()
    """(table, name) of what case and library offer, also of what the case does not call: for remedies."""

    def fault(self, row: Row, column: str, message: Message, remedy: Message | None = None) -> Fault:
        """A fault in a row, placed where its cell was set."""
        place = self.moved.get((row.place, column), row.place)
        return Fault(place.file, place.row, column, message, remedy)

    def rows(self, table: str) -> tuple[Any, ...]:
        """The rows of a table."""
        found: tuple[Any, ...] = getattr(self.case, table)
        return found


def key_of(row: Any) -> str:
    """A row's name, or its key columns joined by / (blank ones at the end left out): how `evidence` finds it."""
    keys = [name for name, column in columns(type(row)).items() if column.key]
    values = [getattr(row, name) for name in keys]
    return "/".join(_as_written(value) for value in values).rstrip("/")


def _as_written(value: Any) -> str:
    """17 rather than 17.0: as tables state it."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value)


def _is_active(raw: RawRow, faults: list[Fault]) -> bool:
    text = raw.cells.get("active")
    if text is None:
        return True
    try:
        return read_flag(text, columns(Row)["active"])
    except BadValue as bad:
        place = raw.moved.get("active", raw.place)
        faults.append(Fault(place.file, place.row, "active", bad.message, bad.remedy))
        return True


def _cell(raw: RawRow, name: str, column: Column, present: bool) -> tuple[object, Fault | None]:
    """The value of a cell (None: blank) and what is wrong with it."""
    text = raw.cells.get(name)
    place = raw.moved.get(name, raw.place)
    if text is None:
        if column.required and present:
            remedy = did_you_mean("", column.choices) if column.choices else None
            told = Message("case.missing_value", {"column": name})
            return None, Fault(place.file, place.row, name, told, remedy)
        return None, None
    try:
        return read_value(text, column), None
    except BadValue as bad:
        return None, Fault(place.file, place.row, name, bad.message, bad.remedy)


def _row(
    raw: RawRow, row_type: type[Row], header: frozenset[str], faults: list[Fault], refused: Refused
) -> tuple[Row, bool]:
    values: dict[str, Any] = {"place": raw.place}
    whole = True
    for name, column in columns(row_type).items():
        value, fault = _cell(raw, name, column, name in header)
        if fault is not None:
            whole = False
            if (raw.moved.get(name, raw.place), name) not in refused:
                faults.append(fault)
        values[name] = default_of(row_type, name) if value is None else value
    return row_type(**values), whole


def _declares(raw: RawRow, table: str, active: bool) -> Iterator[Declared]:
    column = NAMING.get(table, "name")
    name = raw.cells.get(column)
    if table == "clauses":  # one name for all versions of a clause, and only number cells speak of them
        return
    if name is not None and (table in NAMING or "name" in columns(TABLES[table])):
        cell = column if active else "active"
        yield Declared(name, table, column, raw.moved.get(cell, raw.place), active)


def _inactive_key(raw: RawRow, table: str) -> tuple[str, str]:
    keys = [name for name, column in columns(TABLES[table]).items() if column.key]
    return table, "/".join(raw.cells.get(name, "") for name in keys).rstrip("/")


@dataclass(slots=True)
class Tables:
    """Typed rows of all tables and what was learned on the way."""

    rows: dict[str, tuple[Row, ...]] = field(default_factory=dict)
    declared: list[Declared] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    frameless: set[str] = field(default_factory=set)
    partial: list[Row] = field(default_factory=list)
    moved: dict[tuple[Place, str], Place] = field(default_factory=dict)
    inactive_keys: set[tuple[str, str]] = field(default_factory=set)


def _read_table(table: str, raw_table: RawTable, into: Tables, faults: list[Fault], refused: Refused) -> None:
    found: list[Row] = []
    before, all_whole = len(faults), True
    header = frozenset(raw_table.header)
    for raw in raw_table.rows:
        active = _is_active(raw, faults)
        into.declared.extend(_declares(raw, table, active))
        if not active:
            into.inactive_keys.add(_inactive_key(raw, table))
            continue
        into.moved.update({(raw.place, column): place for column, place in raw.moved.items()})
        row, whole = _row(raw, TABLES[table], header, faults, refused)
        all_whole &= whole
        (found if whole and raw_table.whole else into.partial).append(row)
    into.rows[table] = tuple(found)
    if not raw_table.whole:
        into.frameless.add(table)
    if len(faults) > before or not all_whole or not raw_table.whole:
        into.broken.add(table)


def read_tables(raw: RawTables, faults: list[Fault], refused: Refused = frozenset()) -> Tables:
    """Text → typed rows, table by table in the order of the schema; inactive rows are left out.

    Cells in `refused` have been told already; they count as unreadable without another word.
    """
    tables = Tables()
    for table in TABLES:
        if table in raw:
            _read_table(table, raw[table], tables, faults, refused)
    return tables
