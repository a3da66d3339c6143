"""The baseline of a run on disk: read from another run, kept as a copy, found again for an audit.

baseline/         the plan that it was planned against, as `Plan.save` writes it
baseline.json     its name, how many periods are frozen, file → sha256
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from redmud_opt.case import Case, CaseFaults, Fault
from redmud_opt.case.baseline import Baseline, baseline_faults
from redmud_opt.case.rules import ChangeLimit
from redmud_opt.case.whole import write_whole
from redmud_opt.i18n import Message
from redmud_opt.plan import Plan

FOLDER, INDEX = "baseline", "baseline.json"


def read_baseline(given: str | Path) -> Plan:
    """The plan of a run folder, or of a folder that `Plan.save` wrote. Raises CaseFaults where there is none."""
    for folder in (Path(given) / "plan", Path(given)):
        if (folder / "plan.json").is_file():
            return _load(folder, str(given))
    message = Message("jobs.baseline_without_plan", {"folder": str(given)})
    raise CaseFaults([Fault(str(given), 0, "", message, Message("jobs.give_baseline"))])


def _load(folder: Path, given: str) -> Plan:
    try:
        return Plan.load(folder)
    except (OSError, ValueError, KeyError, TypeError) as error:
        message = Message("jobs.baseline_unreadable", {"why": f"{type(error).__name__}: {error}"})
        raise CaseFaults([Fault(given, 0, "", message, Message("jobs.give_baseline"))]) from error


def baseline_of(plan: Plan, name: str, freeze: int) -> Baseline:
    """A plan as a baseline."""
    return Baseline(name, plan.frames, freeze, plan.value_cny)


def check_baseline(case: Case, baseline: Baseline | None, freeze: int) -> None:
    """Raises CaseFaults for a baseline that does not fit, and where one is missing that is asked for."""
    if baseline is not None:
        found = list(baseline_faults(case, baseline))
    else:
        found = [_needs_baseline(row) for row in case.change_limits]
        if freeze:
            message, remedy = Message("jobs.freeze_without_baseline"), Message("jobs.give_baseline")
            found.append(Fault("", 0, "", message, remedy))
    if found:
        raise CaseFaults(found)


def _needs_baseline(row: ChangeLimit) -> Fault:
    message = Message("jobs.change_without_baseline", {"name": row.name})
    file = row.place.file or "change_limits.csv"
    return Fault(file, row.place.row, "", message, Message("jobs.give_baseline"))


def write_baseline(folder: Path, plan: Plan, baseline: Baseline) -> None:
    """Keeps a copy with its hashes in the folder of a run."""
    plan.save(folder / FOLDER)
    index = {"name": baseline.name, "freeze": baseline.freeze, "files": _hashes(folder / FOLDER)}
    write_whole(folder / INDEX, json.dumps(index, ensure_ascii=False, indent=1))


def recall_baseline(folder: Path) -> tuple[Baseline | None, tuple[Message, ...]]:
    """The recorded baseline of a run, None where it had none, and the files that are no longer as recorded."""
    if not (folder / INDEX).is_file():
        return None, ()
    index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
    found = _hashes(folder / FOLDER)
    differing = {name for name, digest in {**index["files"], **found}.items()
                 if found.get(name) != digest or index["files"].get(name) != digest}  # fmt: skip
    altered = tuple(Message("jobs.input_differs", {"file": f"{FOLDER}/{name}"}) for name in sorted(differing))
    return baseline_of(Plan.load(folder / FOLDER), index["name"], index["freeze"]), altered


def _hashes(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}
