"""A case of one's own: the folder that a copy of a sample, a scenario or a workbook becomes."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from redmud_opt.case.faults import CaseFaults, Fault
from redmud_opt.case.read import find_case
from redmud_opt.case.workbook.folder import write_folder
from redmud_opt.case.workbook.writing import write_workbook
from redmud_opt.i18n import Message


def copy_case(case: str | Path, folder: str | Path) -> Path:
    """Copies a case into a new folder; returns the folder.

    The files of a folder are copied byte by byte; a scenario becomes what it makes of its base.
    Raises CaseFaults where the folder is there already or the case cannot be read as text.
    """
    source, target = find_case(case), Path(folder)
    if target.exists():
        message = Message("case.init_not_empty", {"path": target.name})
        raise CaseFaults([Fault("", 0, "", message, Message("case.init_elsewhere"))])
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as scratch:
        part = Path(scratch) / "case"
        if source.is_dir():
            part.mkdir()
            for file in case_files(source):
                shutil.copyfile(file, part / file.name)
        elif source.suffix.casefold() == ".xlsx":
            write_folder(source, part)
        else:
            write_folder(write_workbook(source, Path(scratch) / "case.xlsx"), part)
        part.rename(target)
    return target


def case_files(folder: Path) -> list[Path]:
    """The files that a case folder is read from."""
    return sorted(
        file
        for file in folder.iterdir()
        if file.is_file() and not file.name.startswith(".") and file.suffix in (".csv", ".yaml")
    )
