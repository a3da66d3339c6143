"""What is taken from a run to be read elsewhere: its case, its plan audited anew, what was asked of it.

held = take("runs/guangxi-20261128-090000", "zh")
held.plan.audit.passed
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from redmud_opt.case import Case
from redmud_opt.case.baseline import Baseline
from redmud_opt.jobs.baseline import recall_baseline
from redmud_opt.jobs.explaining import FOLDER as EXPLAINED
from redmud_opt.jobs.folder import RunFolder
from redmud_opt.jobs.inputs import recall
from redmud_opt.jobs.reaudit import run_fault
from redmud_opt.plan import Plan, audit


@dataclass(frozen=True)
class Held:
    """A run's case and plan, to be told in a language.

    answers: (heading, sentences) of every question that was asked of it, in that language, by the questions' names.
    """

    folder: RunFolder
    case: Case
    plan: Plan
    baseline: Baseline | None
    language: str
    answers: tuple[tuple[str, list[str]], ...]


def take(run_dir: str | Path, language: str = "en") -> Held:
    """Reads a run. Raises CaseFaults where it holds no plan that this version can read, or its inputs are not as
    recorded."""
    folder = RunFolder(run_dir)
    if not folder.holds("plan"):
        raise run_fault("no_plan_here", folder)
    recorded = recall(folder.path)
    baseline, altered = recall_baseline(folder.path)
    if recorded.case is None or altered or recorded.changed:
        raise run_fault("inputs_altered", folder, why=(*recorded.changed, *altered))
    try:
        plan = folder.read_plan()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise run_fault("unreadable_run", folder, why=f"{type(error).__name__}: {error}") from error
    plan = plan.with_audit(audit(recorded.case, plan.frames, plan.value_cny, baseline))
    return Held(folder, recorded.case, plan, baseline, language, tuple(_answers(folder, language)))


def _answers(folder: RunFolder, language: str) -> Iterator[tuple[str, list[str]]]:
    for file in sorted((folder.path / EXPLAINED).glob("*.json")):
        record = json.loads(file.read_text(encoding="utf-8"))[language]
        yield record["heading"]["text"], [line["text"] for line in record["lines"]]
