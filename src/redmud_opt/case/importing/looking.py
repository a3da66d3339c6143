"""A ledger before it is imported, as a person is asked about it: which row is the header, what its columns are.

    for seen in look_at("ledger.xlsx"):
        seen.sheet, seen.header, [(column.heading, column.held, column.examples) for column in seen.columns]

Nothing is decided here: what a person says goes to the import as its map, heading → field (unit, basis).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from redmud_opt.case.faults import CaseFaults, Fault
from redmud_opt.case.importing.headings import LEDGER, Heading, plain
from redmud_opt.case.importing.layout import FIRST_ROWS, header_of, laid_out
from redmud_opt.case.importing.sheets import Rows, Sheet, filled, read_sheets
from redmud_opt.case.names import visible
from redmud_opt.i18n import Message

EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class SeenColumn:
    """A heading, what it is taken for (None: not known), and what stands below it."""

    heading: str
    held: Heading | None
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """A sheet (blank name: a CSV file). `header`: its row, from 0; `shown`: how faults name it."""

    sheet: str
    shown: str
    rows: Rows
    header: int
    columns: tuple[SeenColumn, ...]


def look_at(file: Path, header: int | None = None) -> tuple[Seen, ...]:
    """Every sheet that holds something, the likeliest table first; `header`: the row that a person takes for it."""
    faults: list[Fault] = []
    sheets = [sheet for sheet in read_sheets(file, None, faults) if any(map(filled, sheet.rows))]
    if not sheets:
        raise CaseFaults(faults or [Fault(file.name, 0, "", Message("importing.nothing"))])
    ranked = sorted(sheets, key=_rank, reverse=True)
    if not sheets[0].name:  # the ways to divide one CSV file
        ranked = ranked[:1]
    return tuple(_seen(sheet, header) for sheet in ranked)


def said(field: str, unit: str = "", basis: str = "") -> str:
    """What a column holds, as the map of an import says it: `amount (t, wet)`."""
    words = ", ".join(word for word in (unit, basis) if word)
    return f"{field} ({words})" if words else field


def _rank(sheet: Sheet) -> tuple[int, int]:
    score, _ = header_of(sheet, {}, LEDGER)
    return score, max(map(filled, sheet.rows[:FIRST_ROWS]))


def _seen(sheet: Sheet, asked: int | None) -> Seen:
    score, header = header_of(sheet, {}, LEDGER)
    if asked is not None:
        header = min(asked, len(sheet.rows) - 1)
    elif not score:
        header = max(range(min(FIRST_ROWS, len(sheet.rows))), key=lambda row: (filled(sheet.rows[row]), -row))
    layout = laid_out(sheet, header, {}, [], LEDGER)
    held = {number: heading for number, (_, heading) in layout.columns.items()}
    columns: dict[str, SeenColumn] = {}
    for number, text in enumerate(map(visible, sheet.rows[header])):
        if text.strip():
            below = (row[number].strip() for row in sheet.rows[layout.body :] if number < len(row))
            columns.setdefault(plain(text), SeenColumn(text, held.get(number), _first(below)))
    return Seen(sheet.name, sheet.shown, sheet.rows, header, tuple(columns.values()))


def _first(cells: Iterable[str]) -> tuple[str, ...]:
    """The first different ones."""
    found: dict[str, None] = {}
    for cell in cells:
        if cell:
            found.setdefault(cell)
        if len(found) == EXAMPLES:
            break
    return tuple(found)
