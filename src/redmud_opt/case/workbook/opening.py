"""A new workbook: written beside, moved into place when it is whole. Nothing in it is a formula or a link."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from redmud_opt.case.faults import CaseFaults, Fault
from redmud_opt.case.whole import whole_file
from redmud_opt.i18n import Message

OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}


@contextmanager
def new_workbook(file: Path) -> Iterator[Any]:
    """An xlsxwriter workbook that is `file` at the end. Raises CaseFaults where that is there already, OSError where
    it cannot be written."""
    import xlsxwriter  # an extra: who writes no workbook need not have it

    if file.exists():
        message = Message("case.workbook_exists", {"file": str(file)})
        raise CaseFaults([Fault("", 0, "", message, Message("case.workbook_elsewhere"))])
    try:
        with whole_file(file) as part, xlsxwriter.Workbook(str(part), OPTIONS) as workbook:
            yield workbook
    except xlsxwriter.exceptions.FileCreateError as error:  # no OSError, though it is one that it tells of
        raise OSError(str(error)) from error
