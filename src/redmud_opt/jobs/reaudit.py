"""A finished run audited again: the saved plan against the recorded inputs, both as they lie on disk now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redmud_opt.case import CaseFaults, Fault
from redmud_opt.i18n import Message, text
from redmud_opt.jobs.baseline import recall_baseline
from redmud_opt.jobs.folder import RunFolder
from redmud_opt.jobs.inputs import recall
from redmud_opt.jobs.outcome import Exit
from redmud_opt.plan import Audit, Plan, audit
from redmud_opt.plan.audit import TOLERANCE
from redmud_opt.plan.words import said

SHOWN = 20
"""Failed checks that are told to people; JSON holds all."""


@dataclass(frozen=True)
class Reaudit:
    """What came of it. `audit` is None where there was nothing to audit, or other inputs than recorded."""

    folder: Path
    faults: CaseFaults | None = None
    audit: Audit | None = None
    changed: tuple[Message, ...] = ()
    rejected: bool = False

    @property
    def exit(self) -> Exit:
        """0 only if the inputs are the recorded ones and every check passes."""
        if self.faults is not None:
            return Exit.FAULTS
        passed = self.audit is not None and self.audit.passed and not self.changed and not self.rejected
        return Exit.PLAN if passed else Exit.AUDIT_FAILED

    def as_record(self, language: str = "en") -> dict[str, Any]:
        """For JSON."""
        found = None
        if self.audit is not None:
            found = {
                "passed": self.audit.passed,
                "worst_residual": self.audit.worst_residual,
                "checks": len(self.audit.checks),
                "failures": [
                    said(check.message, language) | {"family": check.family, "residual": check.residual}
                    for check in self.audit.failures
                ],
            }
        return {
            "exit_code": int(self.exit),
            "run_dir": str(self.folder),
            "faults": [] if self.faults is None else self.faults.as_records(language),
            "audit": found,
            "inputs_changed": [said(message, language) for message in self.changed],
            "rejected": self.rejected,
        }

    def words(self, language: str = "en") -> str:
        """For people."""
        if self.faults is not None:
            return self.faults.render(language)
        return "\n".join(self._lines(language))

    def _lines(self, language: str) -> Iterator[str]:
        yield text(Message("jobs.audit_of", {"folder": str(self.folder)}), language)
        if self.rejected:
            yield text(Message("jobs.was_rejected"), language)
        for message in self.changed or (Message("jobs.inputs_unchanged"),):
            yield text(message, language)
        if self.audit is None:
            return
        values = {
            "count": len(self.audit.checks),
            "failed": len(self.audit.failures),
            "worst": f"{self.audit.worst_residual:.1e}",
            "tolerance": f"{TOLERANCE:.0e}",
        }
        yield text(Message("jobs.audited" if self.audit.passed else "jobs.not_audited", values), language)
        for check in self.audit.failures[:SHOWN]:
            yield text(Message("jobs.failed_check", {"check": check.message}), language)


def reaudit(run_dir: str | Path) -> Reaudit:
    """Audits the plan of a run again, or the one it rejected."""
    folder = RunFolder(run_dir)
    try:
        plan, rejected = _plan(folder)
        recorded = recall(folder.path)
        baseline, altered = recall_baseline(folder.path)
    except CaseFaults as faults:
        return Reaudit(folder.path, faults=faults)
    except (OSError, ValueError, KeyError, TypeError) as error:
        return Reaudit(
            folder.path, faults=run_fault("unreadable_run", folder, why=f"{type(error).__name__}: {error}")
        )
    changed = (*recorded.changed, *altered)
    if recorded.case is None:
        return Reaudit(folder.path, changed=changed, rejected=rejected)
    found = audit(recorded.case, plan.frames, plan.value_cny, baseline)
    return Reaudit(folder.path, audit=found, changed=changed, rejected=rejected)


def _plan(folder: RunFolder) -> tuple[Plan, bool]:
    if not (folder.path / "options.json").is_file():
        raise run_fault("not_a_run", folder)
    if folder.holds("plan"):
        return folder.read_plan(), False
    if folder.holds("rejected"):
        return folder.read_plan("rejected"), True
    raise run_fault("no_plan_here", folder)


def run_fault(key: str, folder: RunFolder, **values: object) -> CaseFaults:
    """What is wrong with a run folder as a whole."""
    message = Message(f"jobs.{key}", {"folder": str(folder.path), **values})
    return CaseFaults([Fault("", 0, "", message, Message("jobs.give_run_folder"))])
