"""What `export` does: a case or the plan of a run as a workbook, a case workbook as a folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from redmud_opt.case import CaseFaults, Fault
from redmud_opt.case.workbook import blank_workbook, write_folder, write_workbook
from redmud_opt.i18n import Message
from redmud_opt.jobs.baseline import recall_baseline
from redmud_opt.jobs.explaining import FOLDER as EXPLAINED
from redmud_opt.jobs.folder import RunFolder
from redmud_opt.jobs.inputs import recall
from redmud_opt.jobs.reaudit import run_fault
from redmud_opt.plan import audit
from redmud_opt.report.planbook import write_planbook

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


def export(source: str | Path, target: str | Path, language: str = "en") -> tuple[Path, ...]:
    """The plan of a run as a workbook in a language, anything else as `export_case` has it; returns the files."""
    if (Path(source) / "options.json").is_file():
        return (export_plan(source, target, language),)
    return export_case(source, target)


def export_plan(run_dir: str | Path, target: str | Path, language: str = "en") -> Path:
    """The plan of a run, audited anew, with what was asked of it. Raises CaseFaults without one or its inputs."""
    folder = RunFolder(run_dir)
    if Path(target).suffix.casefold() != WORKBOOK:
        raise CaseFaults([Fault("", 0, "", Message("jobs.export_what"), Message("jobs.export_one_workbook"))])
    if not folder.holds("plan"):
        raise run_fault("no_plan_here", folder)
    recorded = recall(folder.path)
    baseline, altered = recall_baseline(folder.path)
    if recorded.case is None or altered:
        raise run_fault("inputs_altered", folder, why=(*recorded.changed, *altered))
    plan = folder.read_plan()
    plan = plan.with_audit(audit(recorded.case, plan.frames, plan.value_cny, baseline))
    return write_planbook(recorded.case, plan, target, language, list(_answers(folder, language)))


def _answers(folder: RunFolder, language: str) -> Iterator[tuple[str, list[str]]]:
    """(heading, sentences) of every question that was asked of the run, in the order of their names."""
    for file in sorted((folder.path / EXPLAINED).glob("*.json")):
        record = json.loads(file.read_text(encoding="utf-8"))[language]
        yield record["heading"]["text"], [line["text"] for line in record["lines"]]


def blank_case(target: str | Path) -> tuple[Path, ...]:
    """An empty workbook with every table."""
    return (blank_workbook(target),)
