"""What `check` says of a case without faults: size, evidence, what has no effect, what is impossible.

Impossible things are findings, not faults: a case that asks too much is still a case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redmud_opt.case import Assumptions, Case, CaseFaults, assumptions, flagged, load_case, unenforced
from redmud_opt.i18n import Message, text
from redmud_opt.jobs.compute import share_record, solver_options
from redmud_opt.jobs.listening import Listener
from redmud_opt.jobs.outcome import Report, RunOptions
from redmud_opt.jobs.rays import unbounded_fault
from redmud_opt.model import build_model
from redmud_opt.model.arrays import StandardForm, compile
from redmud_opt.model.remarks import remarks
from redmud_opt.network import Network, build_network
from redmud_opt.plan.words import said
from redmud_opt.solve import Session
from redmud_opt.study.impossible import by_a_solve, by_counting, reasons

THINGS = ("periods", "sites", "materials", "processes", "lines", "outlets", "storages", "targets")

ANY_PLAN = 1e9
"""A gap at which the first plan is good enough."""


@dataclass(frozen=True)
class CheckReport(Report):
    """Faults alone, or everything else."""

    name: str = ""
    counts: Mapping[str, int] | None = None
    evidence: Assumptions | None = None
    counted: tuple[Message, ...] = ()
    solved: tuple[Message, ...] = ()
    not_enforced: tuple[Message, ...] = ()
    flagged: tuple[Message, ...] = ()
    notes: tuple[Message, ...] = ()

    def as_record(self, language: str = "en") -> dict[str, Any]:
        """For JSON."""
        if self.faults is not None:
            return self.head(language)

        def told(messages: Iterable[Message]) -> list[dict[str, str]]:
            return [said(message, language) for message in messages]

        return self.head(language) | {
            "case": self.name,
            "counts": dict(self.counts or {}),
            "assumptions": None if self.evidence is None else share_record(self.evidence),
            "impossible": {"by_counting": told(self.counted), "by_a_solve": told(self.solved)},
            "not_enforced": told(self.not_enforced),
            "flagged": told(self.flagged),
            "notes": told(self.notes),
        }

    def words(self, language: str = "en") -> str:
        """For people."""
        if self.faults is not None:
            return self.faults.render(language)
        return "\n".join(self._lines(language))

    def _lines(self, language: str) -> Iterator[str]:
        yield text(Message("jobs.check_ok", {"case": self.name}), language)
        counts = self.counts or {}
        for key in ("check_things", "check_network", "check_model"):
            yield "  " + text(Message(f"jobs.{key}", counts), language)
        if self.evidence is not None:
            yield "  " + text(self.evidence.message(), language)
        findings = (*self.counted, *self.solved)
        yield text(Message("jobs.check_impossible" if findings else "jobs.check_possible"), language)
        yield from _bullets(findings, language)
        for key, messages in (
            ("not_enforced", self.not_enforced),
            ("flagged", self.flagged),
            ("notes", self.notes),
        ):
            if messages:
                yield text(Message(f"jobs.check_{key}", {"count": len(messages)}), language)
                yield from _bullets(messages, language)


def _bullets(messages: Iterable[Message], language: str) -> Iterator[str]:
    for message in messages:
        yield f"  - {text(message, language)}"


def check_case(path: str | Path, listener: Listener | None = None) -> CheckReport:
    """Reads a case, builds its network and model, and asks what is impossible; solves only to prove that."""
    try:
        case = load_case(path)
        network = build_network(case)
    except CaseFaults as faults:
        return CheckReport(faults=faults)
    model = build_model(network)
    listener = listener or Listener()
    any_plan = solver_options(RunOptions(gap=ANY_PLAN), listener)  # only whether value grows without end
    outcome = Session(any_plan).solve(model)
    if outcome.stopped == "unbounded":
        return CheckReport(faults=CaseFaults([unbounded_fault(outcome.ray, case)]))
    proved, lawful = reasons(network, solver_options(RunOptions(), listener))
    return CheckReport(
        name=case.settings.name,
        counts=counts_of(case, network, compile(model)),
        evidence=assumptions(case),
        counted=tuple(map(by_counting, network.findings)),
        solved=(*map(by_a_solve, proved), *lawful),
        not_enforced=unenforced(case),
        flagged=flagged(case),
        notes=(*network.notes, *remarks(model, network)),
    )


def counts_of(case: Case, network: Network, form: StandardForm) -> dict[str, int]:
    """How large a case is, as tables, as a network and as a model."""
    derived = [lineage for lineage in network.lineages.by_id.values() if lineage.depth > 0]
    return {name: len(getattr(case, name)) for name in THINGS} | {
        "derived_materials": len(derived),
        "longest_chain": max((lineage.depth for lineage in derived), default=0),
        "conversions": len(network.lineages.conversions),
        "streams": len(network.streams),
        "columns": len(form.cost),
        "rows": len(form.row_lower),
        "nonzeros": int(form.matrix.nnz),
        "integers": int(form.integrality.sum()),
    }
