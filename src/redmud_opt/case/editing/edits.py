"""Edits of a case: what one gesture of a person changes, and what they come to all together.

A step is one gesture (a form saved, a row added): it is undone as a whole. Edits name rows by their numbers in the
file, and say what stood in a cell before: an edit that no longer fits its file is refused, never bent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from redmud_opt.case.case import TABLES
from redmud_opt.case.closure import quoted
from redmud_opt.case.columns import columns
from redmud_opt.case.editing.keys import KeySheet
from redmud_opt.case.editing.sheet import Sheet
from redmud_opt.case.faults import CaseFaults, Fault
from redmud_opt.case.values import BadValue, read_value
from redmud_opt.i18n import Message, number_text

Kind = Literal["set", "add", "delete"]
AnySheet = Sheet | KeySheet


@dataclass(frozen=True, slots=True)
class Edit:
    """One change: a cell set, a row added or deleted. `below`: the row above a new one; 0: it stands at the end."""

    kind: Kind
    table: str
    row: int
    column: str = ""
    before: str = ""
    after: str = ""
    cells: Mapping[str, str] = field(default_factory=dict)
    below: int = 0

    def as_record(self) -> dict[str, Any]:
        """For JSON."""
        return {name: getattr(self, name) for name in self.__slots__} | {"cells": dict(self.cells)}


@dataclass(frozen=True, slots=True)
class Step:
    """Edits of one gesture. `origin` names the grid that still may take them back."""

    edits: tuple[Edit, ...]
    origin: str = ""

    def as_record(self) -> dict[str, Any]:
        """For JSON."""
        return {"origin": self.origin, "edits": [edit.as_record() for edit in self.edits]}

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Step:
        """From JSON."""
        return cls(tuple(Edit(**edit) for edit in record["edits"]), record["origin"])


def apply(sheet: AnySheet, edits: Iterable[Edit]) -> AnySheet:
    """The sheet after edits of its table. Raises CaseFaults where one does not fit what stands in the file."""
    for edit in edits:
        if edit.kind == "add":
            if sheet.holds(edit.row):
                raise _misfit(sheet, edit)
            sheet = sheet.with_row(edit.row, edit.cells, edit.below)
            continue
        if not sheet.holds(edit.row):
            raise _misfit(sheet, edit)
        cells = sheet.cells(edit.row)
        if edit.kind == "delete":
            if cells != dict(edit.cells):
                raise _misfit(sheet, edit)
            sheet = sheet.without_row(edit.row)
        elif cells.get(edit.column, "") != edit.before:
            raise _misfit(sheet, edit)
        else:
            sheet = sheet.with_cell(edit.row, edit.column, edit.after)
    return sheet


def _misfit(sheet: AnySheet, edit: Edit) -> CaseFaults:
    message = Message("editing.does_not_fit", {"before": edit.before})
    return CaseFaults(
        [Fault(sheet.shown, max(edit.row, 0), edit.column, message, Message("editing.discard"))]
    )


# ---- what the edits come to ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """A cell before and after, or a row that is new or gone; `fault` and `remedy` where the new text cannot be read.

    `key` is what a person knows the row by, `read` how the reader of the case writes what it took the text for.
    """

    kind: Kind
    table: str
    row: int
    key: str
    column: str = ""
    before: str = ""
    after: str = ""
    fault: Message | None = None
    remedy: Message | None = None
    read: str = ""


def changes(table: str, before: AnySheet, after: AnySheet) -> Iterator[Change]:
    """Everything in which two states of a table differ, in the order of its rows."""
    old, new = dict(before.rows()), dict(after.rows())
    for row, cells in new.items():
        kind: Kind = "set" if row in old else "add"
        was = old.get(row, {})
        for name in dict.fromkeys((*cells, *was)):
            if cells.get(name) != was.get(name):
                yield _change(kind, table, row, _named(table, cells), name, was, cells)
    for row, was in old.items():
        if row not in new:
            yield Change("delete", table, row, _named(table, was))


def _change(
    kind: Kind,
    table: str,
    row: int,
    key: str,
    name: str,
    was: Mapping[str, str],
    cells: Mapping[str, str],
) -> Change:
    after = cells.get(name, "")
    bad = wrong(table, name, after)
    told = (None, None) if bad is None else (bad.message, bad.remedy)
    read = _read(table, name, after)
    return Change(kind, table, row, key, name, was.get(name, ""), after, told[0], told[1], read)


def _read(table: str, column: str, text: str) -> str:
    """A number as people write it; any other text as it stands."""
    declared = columns(TABLES[table]).get(column) if table in TABLES else None
    if declared is None or declared.kind not in ("number", "integer"):
        return text
    try:
        value = read_value(text, declared)
    except BadValue:
        return text
    return number_text(value) if isinstance(value, int | float) else text


def wrong(table: str, column: str, text: str) -> BadValue | None:
    """Why a cell cannot be read; None if it can. What a cell means beside others the checks of the case tell."""
    declared = columns(TABLES[table]).get(column) if table in TABLES else None
    if declared is None:
        return None
    if not text.strip(" \t"):
        return BadValue(Message("case.missing_value", {"column": column})) if declared.required else None
    if declared.kind == "number" and quoted(text):
        return None  # the name of a figure: the case tells whether there is one
    try:
        read_value(text, declared)
    except BadValue as bad:
        return bad
    return None


def _named(table: str, cells: Mapping[str, str]) -> str:
    keys = [name for name, column in columns(TABLES[table]).items() if column.key] if table in TABLES else []
    return "/".join(cells.get(name, "") for name in keys or list(cells)[:1]).rstrip("/")
