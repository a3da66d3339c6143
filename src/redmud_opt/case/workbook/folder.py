"""A case workbook as a case folder: all of its files or none."""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
from pathlib import Path

from redmud_opt.case.faults import CaseFaults, Fault
from redmud_opt.case.raw import RawTable
from redmud_opt.case.workbook.layout import yaml_of
from redmud_opt.case.workbook.reading import Workbook
from redmud_opt.i18n import Message


def write_folder(file: str | Path, folder: str | Path) -> tuple[Path, ...]:
    """Writes `case.yaml` and a CSV per table; returns the files. Raises CaseFaults, with nothing written.

    Rows are not checked beyond their sheets: `load_case` does that. A folder that holds anything is not touched.
    """
    source, target = Path(file), Path(folder)
    faults: list[Fault] = []
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        faults.append(
            Fault(
                "",
                0,
                "",
                Message("case.init_not_empty", {"path": str(folder)}),
                Message("case.init_elsewhere"),
            )
        )
        raise CaseFaults(faults)
    book = Workbook(source, source.name, faults)
    keys = book.settings() if book.whole else []
    tables = book.tables() if book.whole else {}
    if faults:
        raise CaseFaults(faults)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        (part / "case.yaml").write_text(yaml_of((key, value) for _, key, value in keys), encoding="utf-8")
        for name, table in tables.items():
            (part / f"{name}.csv").write_text(csv_of(table), encoding="utf-8", newline="")
        part.chmod(0o755)
        if target.exists():
            target.rmdir()
        part.rename(target)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return tuple(sorted(target.iterdir()))


def csv_of(table: RawTable) -> str:
    """A table as a CSV file has it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.header)
    writer.writerows([row.cells.get(name, "") for name in table.header] for row in table.rows)
    return out.getvalue()
