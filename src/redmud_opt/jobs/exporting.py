"""What `export` does: a case as a workbook and back, what can be taken from the plan of a run, a bundle unpacked.

A new thing to take is one entry of `TAKEN`; the command line offers it by itself (`export RUN FILE --what NAME`).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from redmud_opt.case import CaseFaults, Fault
from redmud_opt.case.workbook import blank_workbook, write_folder, write_workbook
from redmud_opt.i18n import Message
from redmud_opt.jobs.bundling import is_bundle, unpack, write_bundle
from redmud_opt.jobs.inputs import base_of
from redmud_opt.jobs.reporting import extras, write_held
from redmud_opt.jobs.taking import Held, take
from redmud_opt.report.filings import write_filings
from redmud_opt.report.shipments.book import write_shipments

WORKBOOK = ".xlsx"


def export_case(source: str | Path, target: str | Path) -> tuple[Path, ...]:
    """Case → workbook where the target ends in .xlsx, workbook → folder where the source does; returns the files.

    Raises CaseFaults where neither or both do, for faults of the source, and where the target is there already.
    """
    into, out_of = _is_workbook(target), _is_workbook(source)
    if into == out_of:
        raise _what()
    return (write_workbook(source, target),) if into else write_folder(source, target)


@extras()
def export(
    source: str | Path, target: str | Path, language: str = "en", what: str = "plan"
) -> tuple[Path, ...]:
    """What is asked for (a key of `TAKEN`) of a run, in a language; a run bundle as a folder; anything else as
    `export_case` has it.

    Raises CaseFaults where the run holds no plan or its inputs are not as recorded, where the target is there, and
    where a package is not installed.
    """
    if (Path(source) / "options.json").is_file():
        return TAKEN[what](take(source, language), Path(target))
    if is_bundle(source) and Path(source).is_file():
        return (unpack(source, target),)
    return export_case(source, target)


def take_bundle(held: Held, target: Path) -> tuple[Path, ...]:
    """The whole run as one file, with a manifest of hashes."""
    if not is_bundle(target):
        raise CaseFaults([Fault("", 0, "", Message("bundle.not_a_zip"), Message("bundle.name_a_zip"))])
    return (write_bundle(held.folder.path, target, held.case.settings.classification),)


def take_plan(held: Held, target: Path) -> tuple[Path, ...]:
    """The plan as a workbook, with what was asked of it."""
    from redmud_opt.report.planbook import write_planbook  # its charts need plotly, an extra

    _needs_workbook(target)
    book = write_planbook(
        held.case, held.plan, target, held.language, held.answers, base_of(held.folder.path)
    )
    return (book,)


def take_filings(held: Held, target: Path) -> tuple[Path, ...]:
    """The statutory forms of the case's rule pack, filled in from the plan."""
    _needs_workbook(target)
    return (write_filings(held.case, held.plan, target, held.language),)


def take_shipments(held: Held, target: Path) -> tuple[Path, ...]:
    """Monthly work orders and the lots of hazardous waste, as a workbook or as CSV tables."""
    return write_shipments(held.case, held.plan, target, held.language)


def take_report(held: Held, target: Path) -> tuple[Path, ...]:
    """The plan as a report, HTML or PDF by the name of the file."""
    return (write_held(held, target),)


TAKEN: dict[str, Callable[[Held, Path], tuple[Path, ...]]] = {
    "plan": take_plan,
    "bundle": take_bundle,
    "shipments": take_shipments,
    "filings": take_filings,
    "report": take_report,
}


@extras()
def blank_case(target: str | Path) -> tuple[Path, ...]:
    """An empty workbook with every table."""
    return (blank_workbook(target),)


def _is_workbook(path: str | Path) -> bool:
    return Path(path).suffix.casefold() == WORKBOOK


def _needs_workbook(target: Path) -> None:
    """Raises CaseFaults where what is taken from a run is a workbook and the target is none."""
    if not _is_workbook(target):
        message = Message("jobs.export_a_workbook", {"file": str(target)})
        raise CaseFaults([Fault("", 0, "", message, Message("jobs.export_xlsx"))])


def _what() -> CaseFaults:
    return CaseFaults([Fault("", 0, "", Message("jobs.export_what"), Message("jobs.export_one_workbook"))])
