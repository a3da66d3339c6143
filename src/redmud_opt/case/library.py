"""The library: tables of `data/library` that a case may call by name, and may overrule cell by cell.

    joined = join(case tables, library tables)     every row of both; a case row stands before its namesake
    used, unused = kept(joined, like(joined))      only what the case calls, directly or through what it calls

A library row is known by its place: `library:…`. All of this works on text, before anything is understood, so that
scenario files change library rows as they change the case's own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from redmud_opt.case.case import TABLES
from redmud_opt.case.columns import Row, columns, default_of
from redmud_opt.case.raw import RawRow, RawTable, RawTables

LIBRARY = "library:"
"""Begins the shown path of every library file: no file of a case is called so."""

ANCHORS = {
    "composition": "material",
    "points": "process",
    "feeds": "process",
    "outputs": "process",
    "partitions": "process",
    "inputs": "process",
    "emissions": "process",
    "units": "process",
    "gates": "at",
}
"""Table → column that names the thing of which its rows are a part."""

PARTS_OF_PROCESS = tuple(table for table, column in ANCHORS.items() if column == "process")
"""Tables whose rows are parts of a process."""

EVIDENCE = ("low", "high", "bound", "source", "evidence", "confidence", "as_of", "comment")
"""Columns that speak of a row's principal number."""


def is_library(row: RawRow | Row) -> bool:
    """Whether a row stands in a file of the library."""
    return row.place.file.startswith(LIBRARY)


def number_columns(table: str) -> tuple[str, ...]:
    """The number columns of a table, in the order in which the principal one is looked for."""
    own = columns(TABLES[table])
    return tuple(name for name, column in own.items() if column.kind == "number" and name not in columns(Row))


@cache
def key_columns(table: str) -> tuple[str, ...]:
    """The columns that tell the rows of a table apart."""
    return tuple(name for name, column in columns(TABLES[table]).items() if column.key)


def key(row: RawRow, table: str) -> str:
    """The key of a row as `evidence` writes it."""
    return "/".join(row.cells.get(name, "") for name in key_columns(table)).rstrip("/")


def spoken_for(row: RawRow, table: str) -> str:
    """What a row states something of: its key, of a certificate without its date. Own certificates are never pooled
    with what a library or a material that is alike says.
    """
    told = (row.cells.get(name, "") if name != "certificate_date" else "" for name in key_columns(table))
    return "/".join(told).rstrip("/")


def principal(row: RawRow, table: str) -> str | None:
    """The first number that a row states and that is not what a blank cell means, as `evidence.principal` has it."""
    stated = [name for name in number_columns(table) if name in row.cells]
    said = (name for name in stated if not _is_default(row.cells[name], TABLES[table], name))
    return next(said, stated[0] if stated else None)


def _is_default(text: str, row_type: type[Row], column: str) -> bool:
    default = default_of(row_type, column)
    try:
        return default is not None and float(text) == default
    except ValueError:
        return False


def inherited(own: RawRow, base: RawRow, table: str, base_table: str = "") -> RawRow:
    """A row with its blank cells from `base`; evidence comes along only with the principal number it speaks of."""
    taken = {name: text for name, text in base.cells.items() if name in columns(TABLES[table])}
    merged = replace(own, cells={**taken, **own.cells}, moved={**base.moved, **own.moved})
    first = principal(merged, table)
    if first in own.cells or first != principal(base, base_table or table):
        cells = {n: text for n, text in merged.cells.items() if n not in EVIDENCE or n in own.cells}
        merged = replace(merged, cells=cells)
    return merged


def _joined(table: str, own: RawTable | None, base: RawTable) -> RawTable:
    if own is None:
        return base
    of_key = {key(row, table): row for row in own.rows}
    merged = {
        id(of_key[name]): inherited(of_key[name], row, table)
        for row in base.rows
        if (name := key(row, table)) in of_key
    }
    header = tuple(dict.fromkeys((*own.header, *base.header)))
    stated = {spoken_for(row, table) for row in own.rows}
    rest = (row for row in base.rows if spoken_for(row, table) not in stated)
    return RawTable(
        header, (*(merged.get(id(row), row) for row in own.rows), *rest), own.whole and base.whole
    )


def _overruled(tables: RawTables) -> set[tuple[str, str, str]]:
    """(table, key, column) of the numbers that the case itself states."""
    return {
        (table, key(row, table), name)
        for table, held in tables.items()
        for row in held.rows
        for name in number_columns(table)
        if name in row.cells
    }


def spoken_of(row: RawRow) -> tuple[str, str, str]:
    """(table, key, column) of the number that a row of `evidence` speaks of."""
    item = row.cells.get("item", "").rstrip("/")
    return row.cells.get("table", ""), item, row.cells.get("column", "")


def _replaced(own: RawTables) -> set[str]:
    """Processes that a case states whole, by their method: nothing of the library's namesake is left of them."""
    held = own.get("processes", RawTable((), ())).rows
    return {row.cells.get("name", "") for row in held if "method" in row.cells}


def _offered(table: str, base: RawTable, own: RawTables, replaced: set[str]) -> RawTable:
    """The rows of the library that are not overruled as a whole; evidence that the case restates falls away."""
    anchor = "name" if table == "processes" else ANCHORS.get(table, "")
    parts = anchor and table not in ("composition", "units")  # what it is built of stays on offer
    rows = [row for row in base.rows if not parts or row.cells.get(anchor) not in replaced]
    if table == "evidence":
        overruled = _overruled(own)
        rows = [row for row in rows if spoken_of(row) not in overruled]
    told = {spoken_of(row) for row in own.get("evidence", RawTable((), ())).rows}
    return replace(base, rows=tuple(_bare(row, table, told) for row in rows))


def _bare(row: RawRow, table: str, told: set[tuple[str, str, str]]) -> RawRow:
    """The row without evidence of its own where the case has told another for its principal number."""
    if (table, key(row, table), principal(row, table) or "") not in told:
        return row
    return replace(row, cells={name: text for name, text in row.cells.items() if name not in EVIDENCE})


def join(own: RawTables, library: RawTables) -> RawTables:
    """The tables of a case with those of the library; a process that the case states whole stands alone."""
    replaced = _replaced(own)
    found = dict(own)
    for table, base in library.items():
        found[table] = _joined(table, own.get(table), _offered(table, base, own, replaced))
    return found


def rows_of(tables: RawTables) -> Iterable[tuple[str, RawRow]]:
    """(table, row) of everything."""
    return ((table, row) for table, held in tables.items() for row in held.rows)
