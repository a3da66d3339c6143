"""What a person does to a table, as edits: a row saved, copied, switched off, deleted; a grid typed into."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from redmud_opt.case.case import TABLES
from redmud_opt.case.columns import columns
from redmud_opt.case.editing.edits import AnySheet, Edit

ACTIVE = "active"


def set_cells(sheet: AnySheet, table: str, row: int, texts: Mapping[str, str]) -> list[Edit]:
    """Edits of the cells that differ from what stands there."""
    held = sheet.cells(row)
    return [
        Edit("set", table, row, name, held.get(name, ""), text)
        for name, text in texts.items()
        if text != held.get(name, "")
    ]


def add_row(table: str, row: int, texts: Mapping[str, str], below: int = 0) -> list[Edit]:
    """A new row with the cells that are not blank."""
    return [Edit("add", table, row, cells={name: text for name, text in texts.items() if text}, below=below)]


def copy_row(sheet: AnySheet, table: str, row: int, new: int) -> list[Edit]:
    """The same row once more below; its own name, if it has one, becomes one that the table does not hold."""
    cells = sheet.cells(row)
    own = [name for name, column in columns(TABLES[table]).items() if column.kind == "name"]
    for name in own:
        taken = {held.get(name) for _, held in sheet.rows()}
        stem = cells.get(name, "")
        cells[name] = next(word for n in range(2, len(taken) + 3) if (word := f"{stem}_{n}") not in taken)
    return add_row(table, new, cells, below=row)


def delete_row(sheet: AnySheet, table: str, row: int) -> list[Edit]:
    """The row goes."""
    return [Edit("delete", table, row, cells=sheet.cells(row))]


def switch_row(sheet: AnySheet, table: str, row: int, *, on: bool) -> list[Edit]:
    """The row counts, or stays in the file without counting."""
    return set_cells(sheet, table, row, {ACTIVE: "" if on else "no"})


def of_grid(
    sheet: AnySheet, table: str, rows: Sequence[int], state: Mapping[str, Any], first_new: int
) -> list[Edit]:
    """Edits that a grid holds: `rows` are the rows as it shows them, `first_new` the number of its first new one."""
    found: list[Edit] = []
    gone = {rows[int(at)] for at in state.get("deleted_rows", ())}
    for at, cells in state.get("edited_rows", {}).items():
        row = rows[int(at)]
        if row not in gone:
            found += set_cells(sheet, table, row, _texts(cells))
    for row in sorted(gone):
        found += delete_row(sheet, table, row)
    new = [texts for cells in state.get("added_rows", ()) if any((texts := _texts(cells)).values())]
    for number, texts in enumerate(new):
        found += add_row(table, first_new - number, texts)
    return found


def _texts(cells: Mapping[str, Any]) -> dict[str, str]:
    """What was typed; a grid says None for a cell that was cleared."""
    return {name: "" if text is None else str(text) for name, text in cells.items() if not _internal(name)}


def _internal(name: str) -> bool:
    return name.startswith("_")


def matching(
    rows: Iterable[tuple[int, Mapping[str, str]]], words: str, labels: Mapping[str, str]
) -> list[tuple[int, Mapping[str, str]]]:
    """Rows in which every word stands somewhere: in a cell, or in the label of what a cell names."""
    asked = words.casefold().split()
    found = []
    for row, cells in rows:
        text = "\n".join(part for cell in cells.values() for part in (cell, labels.get(cell, ""))).casefold()
        if all(word in text for word in asked):
            found.append((row, cells))
    return found
