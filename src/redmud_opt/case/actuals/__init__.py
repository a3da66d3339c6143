"""Files of what really happened → records: who moved, fed, made, sold, placed or holds what, when, dry and wet.

    found = read_actuals(["tickets.xlsx", "production.csv"], case, known, columns={"数量": "shipped (t, wet)"})
    found.records, found.cut, found.remarks

Headings, units, dates, dry and wet are those of `importing`; a workbook may hold several sheets. Everything that is
wrong with any file is one list (`CaseFaults`), by file, sheet, row and column, and then nothing is taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from redmud_opt.case.actuals.checking import checked
from redmud_opt.case.actuals.naming import Naming
from redmud_opt.case.actuals.record import Actuals, Record
from redmud_opt.case.actuals.rows import read_rows
from redmud_opt.case.actuals.words import ACTUALS, MEASURES
from redmud_opt.case.case import Case
from redmud_opt.case.faults import CaseFaults, Fault
from redmud_opt.case.importing.headings import plain
from redmud_opt.case.importing.known import Known
from redmud_opt.case.importing.layout import FIRST_ROWS, Layout, find_layouts
from redmud_opt.case.importing.sheets import Sheet, read_sheets
from redmud_opt.case.names import did_you_mean, visible
from redmud_opt.i18n import Message

__all__ = ["MEASURES", "Actuals", "Record", "read_actuals"]

OF_A_KIND = 10
"""Faults of a kind in one column that are told one by one."""

MADE_UP = ("made up", "made-up", "虚构", "编造")
"""Words by which a file says that its numbers are none that were measured."""


def read_actuals(
    files: Sequence[str | Path],
    case: Case,
    known: Known,
    *,
    columns: Mapping[str, str] | None = None,
    remembered: Mapping[str, Mapping[str, str]] | None = None,
    through: str | None = None,
) -> Actuals:
    """The records of some files. `remembered`: by all headings of a sheet, what some of its columns hold.

    `columns` says the same of every sheet, and comes before it. through: the last period that counts; blank: the last
    that the files cover whole. Raises CaseFaults.
    """
    faults: list[Fault] = []
    remarks: list[Message] = []
    layouts: list[Layout] = []
    mapping: dict[str, dict[str, str]] = {}
    made_up: list[str] = []
    for file in map(Path, files):
        sheets = read_sheets(file, None, faults)
        asked = _recalled(sheets, remembered or {}) | dict(columns or {})
        found = find_layouts(sheets, asked, faults, ACTUALS) if sheets else []
        mapping |= {signature(one.sheet.rows[one.header]): own for one in found if (own := _own(one, asked))}
        layouts += found
        made_up += [file.name] if any(map(_made_up, sheets)) else []
    faults.extend(_unused(columns or {}, layouts))
    naming = Naming(case, known, faults, remarks)
    records: list[Record] = []
    for layout in layouts:
        remarks.extend(layout.remarks)
        records.extend(read_rows(layout, naming, faults, remarks))
    cut, kept = checked(records, case, through, faults, remarks)
    if faults:
        order = {file: number for number, file in enumerate(dict.fromkeys(fault.file for fault in faults))}
        raise CaseFaults(sorted(_thinned(faults), key=lambda fault: (order[fault.file], fault.row)))
    if not records:
        raise CaseFaults([Fault(str(files[0]), 0, "", Message("importing.nothing"))])
    names = tuple(Path(file).name for file in files)
    told = tuple(dict.fromkeys(remarks))
    return Actuals(names, tuple(kept), tuple(records), cut, tuple(made_up), told, mapping)


def _thinned(faults: list[Fault]) -> list[Fault]:
    """The first faults of a kind in a column, and how many more there are: tickets come by the thousand."""
    kinds: dict[tuple[str, str, str], list[Fault]] = {}
    for fault in dict.fromkeys(faults):
        kinds.setdefault((fault.file, fault.column, fault.message.key), []).append(fault)
    found = []
    for held in kinds.values():
        found += held[:OF_A_KIND]
        if more := held[OF_A_KIND:]:
            first = more[0]
            found.append(
                Fault(first.file, first.row, first.column, Message("actuals.and_more", {"count": len(more)}))
            )
    return found


def signature(row: Sequence[str]) -> str:
    """The headings of a sheet, by which it is known again."""
    return " | ".join(plain(visible(cell)) for cell in row if cell.strip())


def _recalled(sheets: list[Sheet], remembered: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """What is remembered of the columns of sheets with these headings."""
    found: dict[str, str] = {}
    for sheet in sheets:
        for row in sheet.rows[:FIRST_ROWS]:
            found |= remembered.get(signature(row), {})
    return found


def _own(layout: Layout, asked: Mapping[str, str]) -> dict[str, str]:
    """What was said of the columns of one sheet."""
    here = {plain(visible(cell)) for cell in layout.sheet.rows[layout.header]}
    return {name: words for name, words in asked.items() if plain(name) in here}


def _made_up(sheet: Sheet) -> bool:
    return any(
        word in plain(cell).casefold() for row in sheet.rows for cell in row if cell for word in MADE_UP
    )


def _unused(columns: Mapping[str, str], layouts: list[Layout]) -> list[Fault]:
    """What `--map` says of columns that no sheet has."""
    heads = [visible(cell) for layout in layouts for cell in layout.sheet.rows[layout.header]]
    here = {plain(head) for head in heads}
    return [
        Fault("", 0, "--map", Message("importing.no_such_column", {"name": name}), did_you_mean(name, heads))
        for name in columns
        if layouts and plain(name) not in here
    ]
