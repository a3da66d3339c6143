"""What is asked of a run, how it can end, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Any

from redmud_opt.case import CaseFaults
from redmud_opt.i18n import Message, text
from redmud_opt.plan import Plan
from redmud_opt.plan.words import said


class Exit(IntEnum):
    """Exit codes of the command line and of a worker."""

    PLAN = 0
    FAULTS = 1
    INFEASIBLE = 2
    LIMIT = 3
    CRASHED = 4
    AUDIT_FAILED = 5
    CANCELLED = 130


ALGORITHMS = ("auto", "simplex", "ipm")
OBJECTIVES = ("value", "utilisation", "emissions", "landfilled")
STAGES = ("read", "network", "build", "solve", "plan", "audit")


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a verb says of a case: its faults alone, or what was asked for. Findings are no faults."""

    faults: CaseFaults | None = None

    @property
    def exit(self) -> Exit:
        """0 where there is something to say."""
        return Exit.PLAN if self.faults is None else Exit.FAULTS

    def head(self, language: str) -> dict[str, Any]:
        """What the record of every report begins with."""
        faults = [] if self.faults is None else self.faults.as_records(language)
        return {"exit_code": int(self.exit), "faults": faults}


@dataclass(frozen=True)
class RunOptions:
    """What may be asked of a run. `objective` replaces the one that the case states, in the words of `model.objective`: levels with tolerances.

    gap: relative gap between plan and bound at which a solve with integers may stop; 0: prove the optimum.
    baseline: folder of the run to plan against; freeze: how many of the first periods stay as it has them.
    """

    time_limit_s: float | None = None
    algorithm: str = "auto"
    objective: str | None = None
    threads: int = 1
    gap: float = 0.0
    baseline: str | None = None
    freeze: int = 0

    def as_record(self) -> dict[str, Any]:
        """For `options.json`."""
        return asdict(self)

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> RunOptions:
        """From `options.json`."""
        return cls(**{name: record[name] for name in cls.__dataclass_fields__ if name in record})


@dataclass(frozen=True)
class RunResult:
    """How a run ended. `plan` is there only if it passed its audit; `messages` say why there is none.

    suggestions: scenario files in the folder, each of which gives the case a plan.
    """

    exit: Exit
    folder: Path | None = None
    case: str | None = None
    plan: Plan | None = None
    stopped: str | None = None
    messages: tuple[Message, ...] = ()
    faults: CaseFaults | None = None
    size: Mapping[str, int] | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)
    audit: Mapping[str, Any] | None = None
    suggestions: tuple[str, ...] = ()

    @property
    def status(self) -> str:
        """optimal, feasible, infeasible, unbounded or none."""
        if self.plan is not None:
            return self.plan.status
        return self.stopped if self.stopped in ("infeasible", "unbounded") else "none"

    def as_record(self, language: str = "en") -> dict[str, Any]:
        """The JSON object; the same keys whether there is a plan or not."""
        if self.plan is not None:
            found = self.plan.as_record(language)
        else:
            found = dict.fromkeys(NO_PLAN) | {
                "case": self.case,
                "stopped": self.stopped,
                "holds": "nothing",
                "status": self.status,
                "value_terms": {},
                "utilisation": [],
                "builds": [],
                "closings": [],
                "audit": None if self.audit is None else dict(self.audit),
                "not_enforced": [],
                "size": None if self.size is None else dict(self.size),
                "seconds": dict(self.seconds),
            }
        return found | {
            "exit_code": int(self.exit),
            "messages": [said(message, language) for message in self.messages],
            "faults": [] if self.faults is None else self.faults.as_records(language),
            "suggestions": list(self.suggestions),
            "run_dir": None if self.folder is None else str(self.folder),
        }

    def words(self, language: str = "en") -> str:
        """What a person is told."""
        blocks = [self.plan.describe(language)] if self.plan is not None else []
        if self.faults is not None:
            blocks.append(self.faults.render(language))
        blocks += [text(message, language) for message in self.messages]
        if self.folder is not None:
            blocks.append(text(Message("jobs.run_folder", {"folder": str(self.folder)}), language))
        return "\n".join(blocks)


NO_PLAN = (
    *("case", "stopped", "holds", "status", "objective", "bound", "gap", "value_cny", "value_terms"),
    *("utilisation", "builds", "closings", "audit", "not_enforced", "size", "seconds"),
)
"""Keys of the JSON object that a run without a plan prints too."""
