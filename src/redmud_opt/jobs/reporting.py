"""What `report` does: the plan of a run as one HTML file, or as a PDF printed from it.

The file is written beside and moved into place when it is whole; nothing is overwritten.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from redmud_opt.case import Case, CaseFaults, Fault
from redmud_opt.i18n import Message, text
from redmud_opt.jobs.fronts import FRONT, read_front
from redmud_opt.jobs.listening import unheard
from redmud_opt.jobs.outcome import Exit
from redmud_opt.jobs.taking import Held, take

if TYPE_CHECKING:  # its charts need plotly, which who writes no report need not have
    from redmud_opt.report.document.blocks import Block

HTML, PDF = ".html", ".pdf"
EXTRAS = frozenset({"plotly", "jinja2", "markupsafe", "xlsxwriter"})
"""What the extra `report` brings."""


class Studies(NamedTuple):
    """Folders of a front and of a study that stand in the report."""

    front: str | Path | None = None
    study: str | Path | None = None


NO_STUDIES = Studies()


@contextmanager
def extras() -> Iterator[None]:
    """Raises CaseFaults where what is done inside needs a package that the extra `report` would have brought."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name not in EXTRAS:
            raise
        raise _fault("needs_extra", package=error.name) from error


@dataclass(frozen=True)
class Written:
    """The report that was written, or why it was not."""

    file: Path
    faults: CaseFaults | None = None
    size_bytes: int = 0

    @property
    def exit(self) -> Exit:
        """0 where there is a report."""
        return Exit.PLAN if self.faults is None else Exit.FAULTS

    def as_record(self, language: str = "en") -> dict[str, Any]:
        """For `--json`."""
        faults = [] if self.faults is None else self.faults.as_records(language)
        return {
            "exit_code": int(self.exit),
            "faults": faults,
            "file": str(self.file),
            "bytes": self.size_bytes,
        }

    def words(self, language: str = "en") -> str:
        """For people."""
        if self.faults is not None:
            return self.faults.render(language)
        values = {"file": str(self.file), "size": f"{self.size_bytes / 1e6:.1f}"}
        return text(Message("document.written", values), language)


def report_run(
    run: str | Path,
    target: str | Path,
    language: str = "en",
    *,
    front: str | Path | None = None,
    study: str | Path | None = None,
    on_stage: Callable[[Message], None] = unheard,
) -> Written:
    """Writes the report of a run, with what the folders `front` and `study` hold. Faults are told, not raised."""
    file = Path(target)
    try:
        with extras():
            return _written(run, file, language, Studies(front, study), on_stage)
    except CaseFaults as faults:
        return Written(file, faults)
    except OSError as error:
        values = {"folder": str(file), "why": error.strerror or str(error)}
        return Written(file, CaseFaults([Fault("", 0, "", Message("jobs.cannot_write", values))]))


def _written(
    run: str | Path, file: Path, language: str, studies: Studies, on_stage: Callable[[Message], None]
) -> Written:
    check_target(file)
    on_stage(Message("document.stage_reading"))
    held = take(run, language)
    write_held(held, file, studies, on_stage)
    return Written(file, size_bytes=file.stat().st_size)


def write_held(
    held: Held, file: Path, studies: Studies = NO_STUDIES, on_stage: Callable[[Message], None] = unheard
) -> Path:
    """Writes the report of what is held. Raises CaseFaults where it cannot be made as asked."""
    check_target(file)
    _keep(file, content_of(held, file, studies, on_stage))
    return file


def check_target(file: Path) -> None:
    """Raises CaseFaults where the report cannot be made as asked: before anything is read."""
    from redmud_opt.report.document.printing import browser

    if file.suffix.casefold() not in (HTML, PDF):
        raise _fault("kind", message="kind_of_file", file=str(file))
    if file.exists():
        raise _fault("exists", file=str(file))
    if file.suffix.casefold() == PDF and browser() is None:
        raise _fault("no_browser")


def content_of(
    held: Held, file: Path, studies: Studies = NO_STUDIES, on_stage: Callable[[Message], None] = unheard
) -> bytes:
    """The report of a run as its file has it."""
    from redmud_opt.report.document import NoBrowser, PrintFailed, html, print_pdf

    on_stage(Message("document.stage_writing"))
    page = html(
        held.case, held.plan, held.language, held.answers, tuple(_said(studies, held.case, held.language))
    )
    if file.suffix.casefold() == HTML:
        return page.encode("utf-8")
    on_stage(Message("document.stage_printing"))
    try:
        return print_pdf(page)
    except NoBrowser:
        raise _fault("no_browser") from None
    except PrintFailed as error:
        raise _fault("print_failed", said=str(error)) from error


def _said(studies: Studies, case: Case, language: str) -> Iterator[Block]:
    """What the studies say. Raises CaseFaults where a folder holds none."""
    if studies.front is not None:
        from redmud_opt.report.document.studies import of_front

        if not (Path(studies.front) / FRONT).is_file():
            raise _fault("no_front", folder=str(studies.front))
        yield from of_front(read_front(studies.front), case, language)
    if studies.study is not None:
        from redmud_opt.jobs.sweeping import read_results
        from redmud_opt.report.document.studies import of_study

        yield from of_study(read_results(studies.study), language)


def _keep(file: Path, content: bytes) -> None:
    """A temporary name in the same folder, synced, then the name asked for; never over a file that came meanwhile."""
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        if file.exists():
            raise _fault("exists", file=str(file))
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def _fault(key: str, *, message: str = "", **values: object) -> CaseFaults:
    said = Message(f"document.{message or key}", values)
    return CaseFaults([Fault("", 0, "", said, Message(f"document.{key}_remedy"))])
