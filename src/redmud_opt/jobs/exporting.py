"""What `export` does: a case as a workbook, a workbook as a case folder."""

from __future__ import annotations

from pathlib import Path

from redmud_opt.case import CaseFaults, Fault
from redmud_opt.case.workbook import blank_workbook, write_folder, write_workbook
from redmud_opt.i18n import Message

WORKBOOK = ".xlsx"


def export_case(source: str | Path, target: str | Path) -> tuple[Path, ...]:
    """Case → workbook where the target ends in .xlsx, workbook → folder where the source does; returns the files.

    Raises CaseFaults where neither or both do, for faults of the source, and where the target is there already.
    """
    into, out_of = (Path(path).suffix.casefold() == WORKBOOK for path in (target, source))
    if into == out_of:
        remedy = Message("jobs.export_one_workbook")
        raise CaseFaults([Fault("", 0, "", Message("jobs.export_what"), remedy)])
    return (write_workbook(source, target),) if into else write_folder(source, target)


def blank_case(target: str | Path) -> tuple[Path, ...]:
    """An empty workbook with every table."""
    return (blank_workbook(target),)
