"""A planner's own table of arisings and stocks → rows of a case folder, all of them or none.

    done = import_file("my_case", "ledger.xlsx", sheet="2025", columns={"数量": "amount (吨, 湿)"}, dry_run=True)
    done.changes, done.remarks, done.written

`sheets` reads the file, `layout` finds the header and what its columns hold (`headings`), `entries` reads the rows,
`resolving` and `timing` find their names and periods, `rows` makes the rows, and here they are tried on a copy of
the case: only where it loads without a fault are they moved in place. Raises `CaseFaults` with all that is wrong:
what is wrong with a row that the import would make stands where the ledger says it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from redmud_opt.case.bundle import find_bundled, library_folder, rule_packs
from redmud_opt.case.case import Case
from redmud_opt.case.faults import CaseFaults, Fault
from redmud_opt.case.importing.entries import read_entries
from redmud_opt.case.importing.known import Known
from redmud_opt.case.importing.layout import find_layout
from redmud_opt.case.importing.rows import Change, Rows
from redmud_opt.case.importing.sheets import Sheet, read_sheets
from redmud_opt.case.read import load_case
from redmud_opt.case.reader import Reader
from redmud_opt.i18n import Message

__all__ = ["Change", "Imported", "import_file", "known_names"]


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, or would do: rows by table, and all that was passed over or taken for something."""

    folder: Path
    file: str
    written: bool
    changes: tuple[Change, ...]
    remarks: tuple[Message, ...]


def import_file(
    case: str | Path,
    file: str | Path,
    *,
    sheet: str | None = None,
    columns: Mapping[str, str] | None = None,
    header: int | None = None,
    dry_run: bool = False,
    language: str = "en",
    packs: Path | None = None,
    library: Path | None = None,
    trial: Callable[[Case], object] | None = None,
) -> Imported:
    """Import a CSV file or a workbook into the case folder `case`.

    `columns` says what columns hold, heading → field, with unit and basis where they matter: `amount (t, wet)`,
    `ignore`; `header` in which row the headings stand, from 0. Comments are written in `language`. With `dry_run`
    everything is tried and nothing is written. `trial` is asked of the case with the new rows; faults that it raises
    count as well.
    """
    folder, path = _folder(case), Path(file)
    faults: list[Fault] = []
    remarks: list[Message] = []
    known = known_names(folder, packs, library)
    layout = find_layout(read_sheets(path, sheet, faults), columns or {}, faults, header=header)
    if layout is None:
        raise CaseFaults(dict.fromkeys(faults))
    remarks.extend(layout.remarks)
    entries = read_entries(layout, faults, remarks)
    rows = Rows(folder, known, layout, language, faults, remarks)
    rows.make(entries)
    if faults or not rows.changes:
        raise CaseFaults(_in_order(faults) or [_nothing(layout.sheet)])
    changed = {f"{name}.csv": table.content() for name, table in rows.changed().items()}
    try:
        result = _try(folder, changed, packs, library)
        if trial is not None:
            trial(result)
    except CaseFaults as told:
        raise CaseFaults(dict.fromkeys(map(rows.place, told.faults))) from None
    if not dry_run:
        _move(folder, changed)
    return Imported(
        folder, layout.sheet.shown, not dry_run, tuple(rows.changes), tuple(dict.fromkeys(remarks))
    )


def _nothing(sheet: Sheet) -> Fault:
    return Fault(sheet.shown, 0, "", Message("importing.nothing"))


def _in_order(faults: list[Fault]) -> list[Fault]:
    return sorted(dict.fromkeys(faults), key=lambda fault: fault.row)


def _folder(case: str | Path) -> Path:
    """The folder of a case; scenario files and what travels with the package are not written to."""
    path = Path(case)
    path = path.parent if path.name == "case.yaml" else path
    if (path / "case.yaml").is_file():
        return path
    known = not path.exists() and find_bundled(Path(case).as_posix()) is not None
    key = "scenario" if path.is_file() else "bundled" if known else "no_folder"
    remedy = Message("importing.copy_first") if known else Message("importing.name_a_folder")
    raise CaseFaults([Fault("", 0, "", Message(f"importing.{key}", {"path": str(case)}), remedy)])


def known_names(path: Path, packs: Path | None = None, library: Path | None = None) -> Known:
    """The names of a case: folder, scenario or workbook. It need not be whole, but its files must be readable."""
    root = path.resolve() if path.is_dir() else path.resolve().parent
    reader = Reader(root, rule_packs(packs), library_folder(library))
    book = reader.book(path)
    periods = reader.periods(book)
    if reader.faults or periods is None:
        raise CaseFaults(reader.faults)
    return Known(book, periods)


def _try(folder: Path, changed: Mapping[str, bytes], packs: Path | None, library: Path | None) -> Case:
    """A copy of the case with the new tables; CaseFaults where it has any."""
    with tempfile.TemporaryDirectory(prefix="redmud-opt-") as temporary:
        copy = Path(temporary) / folder.resolve().name
        copy.mkdir()
        for entry in sorted(folder.iterdir()):
            if entry.is_file() and entry.suffix.casefold() in (".csv", ".yaml", ".yml"):
                shutil.copy2(entry, copy / entry.name)
        for name, content in changed.items():
            (copy / name).write_bytes(content)
        return load_case(copy, packs=packs, library=library)


def _move(folder: Path, changed: Mapping[str, bytes]) -> None:
    """Put the new tables in place, or none of them."""
    staged = {name: folder / f".{name}.new" for name in changed}
    before: dict[Path, bytes | None] = {}
    try:
        for name, content in changed.items():
            staged[name].write_bytes(content)
        for name, new in staged.items():
            path = folder / name
            old = path.read_bytes() if path.is_file() else None
            os.replace(new, path)
            before[path] = old
    except OSError as error:
        for path, kept in before.items():
            path.unlink() if kept is None else path.write_bytes(kept)
        values = {"folder": str(folder), "why": error.strerror or type(error).__name__}
        raise CaseFaults([Fault("", 0, "", Message("importing.cannot_write", values))]) from error
    finally:
        for new in staged.values():
            new.unlink(missing_ok=True)
