"""What a case or a finished run rests on: the answer of `redmud-opt evidence`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from redmud_opt.case import Case, CaseFaults, load_case
from redmud_opt.case.backing import GRADES, Backing
from redmud_opt.i18n import Message, text
from redmud_opt.jobs.folder import RunFolder
from redmud_opt.jobs.inputs import recall
from redmud_opt.jobs.outcome import Report
from redmud_opt.jobs.reaudit import run_fault
from redmud_opt.plan.evidence import PlanEvidence, plan_evidence
from redmud_opt.plan.words import millions, records, table


@dataclass(frozen=True)
class EvidenceReport(Report):
    """Faults alone; or the numbers of a case by grade; or, of a run, its money, its tonnes and its figures too."""

    name: str = ""
    counts: pd.DataFrame | None = None
    plan: PlanEvidence | None = None

    def as_record(self, language: str = "en") -> dict[str, Any]:
        """For JSON."""
        if self.faults is not None:
            return self.head(language)
        record = self.head(language) | {"case": self.name}
        if self.plan is None:
            assert self.counts is not None
            return record | {"shares": records(self.counts)}
        return record | {
            "shares": records(self.plan.shares),
            "figures": records(self.plan.figures),
            "on_assumptions": dict(self.plan.on_assumptions),
        }

    def words(self, language: str = "en") -> str:
        """For people."""
        if self.faults is not None:
            return self.faults.render(language)
        return "\n".join(self._lines(language))

    def _lines(self, language: str) -> Iterator[str]:
        yield text(Message("evidence.title", {"case": self.name}), language)
        shares = self.counts if self.plan is None else self.plan.shares
        assert shares is not None
        yield ""
        yield from _share_lines(shares, language)
        if self.plan is None:
            yield text(Message("evidence.solve_first"), language)
            return
        yield ""
        yield text(Message("evidence.figures", {"count": len(self.plan.figures)}), language)
        for number, row in enumerate(self.plan.figures.to_dict("records"), start=1):
            yield f"{number:>4}. {text(_figure_message(row), language)}"
        yield ""
        yield text(Message("evidence.how"), language)


def _share_lines(shares: pd.DataFrame, language: str) -> list[str]:
    columns = [name for name in ("numbers", "share_of_value", "share_of_utilisation") if name in shares]
    heads = [text(Message(f"evidence.head_{name}"), language) for name in ("grade", *columns)]
    rows = [heads]
    for row in shares.to_dict("records"):
        cells = [text(Message(f"evidence.grade_{row['grade']}"), language)]
        for name in columns:
            of_numbers = f"{row['numbers']:,} ({row['share_of_numbers']:.1%})"
            cells.append(of_numbers if name == "numbers" else f"{row[name]:.1%}")
        rows.append(cells)
    return table(rows)


def _figure_message(row: dict[Any, Any]) -> Message:
    known = row["low"] is not None and row["high"] is not None and row["low"] == row["low"]
    values = {
        "figure": row["figure"],
        "value": f"{row['value']:,.6g}",
        "range": f"{row['low']:,.6g} … {row['high']:,.6g}" if known and row["high"] == row["high"] else "–",
        "grade": Message(f"evidence.grade_{row['grade']}"),
        "money": millions(row["money_cny"]),
        "weight": millions(row["weight_cny"]),
    }
    return Message("evidence.figure" if row["range_stated"] else "evidence.figure_unranged", values)


def _counts(case: Case) -> pd.DataFrame:
    found = Backing(case).by_grade()
    total = sum(found.values())
    rows = [(grade, found[grade], found[grade] / total if total else 0.0) for grade in GRADES]
    return pd.DataFrame(rows, columns=["grade", "numbers", "share_of_numbers"])


def evidence_of(path: str | Path) -> EvidenceReport:
    """The evidence of a case, scenario or bundled name, or of a run folder with its plan."""
    if (Path(path) / "options.json").is_file():
        return _of_run(RunFolder(path))
    try:
        case = load_case(path)
    except CaseFaults as faults:
        return EvidenceReport(faults=faults)
    return EvidenceReport(name=case.settings.name, counts=_counts(case))


def _of_run(folder: RunFolder) -> EvidenceReport:
    try:
        if not folder.holds():
            raise run_fault("no_plan_here", folder)
        plan, recorded = folder.read_plan(), recall(folder.path)
    except CaseFaults as faults:
        return EvidenceReport(faults=faults)
    except (OSError, ValueError, KeyError, TypeError) as error:
        why = f"{type(error).__name__}: {error}"
        return EvidenceReport(faults=run_fault("unreadable_run", folder, why=why))
    if recorded.case is None:
        return EvidenceReport(faults=run_fault("inputs_differ", folder))
    return EvidenceReport(name=recorded.case.settings.name, plan=plan_evidence(recorded.case, plan))
