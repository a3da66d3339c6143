"""`replay`: a recorded plan met again from the recorded inputs, options and whole numbers.

    report = replay_run("runs/guangxi");  report.same;  print(report.words("zh"))

The whole numbers are fixed, the LP at them is solved from the basis that was kept, the plan is audited. It must have
the recorded objective to 1e-6; on the same versions, threads and basis every table must be the same to the last
digit. Of a case with pools the mixtures were recorded to nine digits, and so its tables agree to about as many.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from redmud_opt.case import Case, CaseFaults, Fault
from redmud_opt.case.baseline import Baseline
from redmud_opt.i18n import Message, text
from redmud_opt.jobs.baseline import recall_baseline
from redmud_opt.jobs.bundling import opened
from redmud_opt.jobs.compute import solver_options, with_options
from redmud_opt.jobs.folder import RunFolder, running_on
from redmud_opt.jobs.inputs import recall
from redmud_opt.jobs.listening import Cancelled, Listener
from redmud_opt.jobs.outcome import Exit, Report, RunOptions
from redmud_opt.jobs.reaudit import run_fault
from redmud_opt.model import build_model
from redmud_opt.network import build_network
from redmud_opt.plan import Plan, audit, make_plan
from redmud_opt.plan.storing import digests, plan_hash
from redmud_opt.report.bundle import altered
from redmud_opt.study.meeting import at_recorded_points, met

SAME = 1e-6
"""Part of the objective by which a plan that is met again may differ."""


@dataclass(frozen=True, kw_only=True)
class ReplayReport(Report):
    """What came of it. `tables`: those that differ; `versions`: name → (then, now) of those that do; `recorded_hash`
    is None for runs of old."""

    folder: Path | None = None
    stopped: str = ""
    objective: float | None = None
    recorded_objective: float = 0.0
    hash: str = ""
    recorded_hash: str | None = None
    tables: tuple[str, ...] = ()
    versions: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    basis: bool = False
    pools: bool = False
    audited: bool = False
    plan: Plan | None = field(default=None, repr=False)

    @property
    def difference(self) -> float | None:
        """Difference of the objectives as a part of the recorded one."""
        if self.objective is None:
            return None
        return abs(self.objective - self.recorded_objective) / max(1.0, abs(self.recorded_objective))

    @property
    def must_be_identical(self) -> bool:
        """Whether nothing excuses another hash: same versions, the basis kept, no mixtures."""
        return bool(self.recorded_hash) and self.basis and not self.versions and not self.pools

    @property
    def same(self) -> bool:
        """Whether the recorded plan was met."""
        met_again = self.difference is not None and self.difference <= SAME
        return met_again and self.audited and (not self.tables or not self.must_be_identical)

    @property
    def exit(self) -> Exit:
        """0 where the plan was met; 5 where it was not, like any plan that does not stand its check."""
        if self.faults is not None:
            return Exit.FAULTS
        return Exit.PLAN if self.same else Exit.AUDIT_FAILED

    def as_record(self, language: str = "en") -> dict[str, Any]:
        """For JSON."""
        if self.faults is not None:
            return self.head(language)
        return self.head(language) | {
            "run_dir": str(self.folder),
            "same": self.same,
            "stopped": self.stopped,
            "objective": self.objective,
            "recorded_objective": self.recorded_objective,
            "difference": self.difference,
            "hash": self.hash,
            "recorded_hash": self.recorded_hash,
            "identical": self.hash == self.recorded_hash,
            "tables_that_differ": list(self.tables),
            "versions_that_differ": {name: list(pair) for name, pair in self.versions.items()},
            "basis_kept": self.basis,
            "pools": self.pools,
            "audited": self.audited,
        }

    def words(self, language: str = "en") -> str:
        """For people."""
        if self.faults is not None:
            return self.faults.render(language)
        return "\n".join(text(message, language) for message in self._messages())

    def _messages(self) -> Iterator[Message]:
        yield Message("replay.same" if self.same else "replay.other", {"folder": str(self.folder)})
        values = {"recorded": f"{self.recorded_objective:,.2f}"}
        if self.difference is None:
            yield Message(
                "replay.not_solved", values | {"stopped": Message(f"replay.stopped_{self.stopped}")}
            )
        else:
            values |= {"found": f"{self.objective:,.2f}", "part": f"{self.difference:.1e}"}
            yield Message("replay.objective", values)
            yield Message("replay.audited" if self.audited else "replay.not_audited")
            yield from self._of_hash()
        for name, (then, now) in self.versions.items():
            yield Message("replay.version", {"name": name, "then": then, "now": now})

    def _of_hash(self) -> Iterator[Message]:
        if self.recorded_hash is None:
            yield Message("replay.no_hash")
        elif not self.tables:
            yield Message("replay.identical", {"hash": self.hash[:12]})
        else:
            yield Message("replay.tables_differ", {"tables": self.tables})
            for excuse, key in ((self.pools, "pools"), (not self.basis, "no_basis")):
                if excuse:
                    yield Message(f"replay.{key}")


def replay_run(path: str | Path, listener: Listener | None = None) -> ReplayReport:
    """Replays a run folder or a bundle. Faults are a report, not an exception."""
    listener = listener or Listener()
    try:
        with opened(path) as folder:
            return replace(_replayed(RunFolder(folder), listener), folder=Path(path))
    except CaseFaults as faults:
        return ReplayReport(folder=Path(path), faults=faults)


def _replayed(folder: RunFolder, listener: Listener) -> ReplayReport:
    plan, head = _plan(folder)
    case, options, baseline = _recorded(folder)
    found = ReplayReport(
        recorded_objective=float(plan.solve["objective"]),
        recorded_hash=head.get("hash"),
        versions=_versions(folder),
        basis=bool(plan.basis),
    )
    listener.on_stage("network")
    network = at_recorded_points(build_network(case, baseline), plan.whole)
    model = build_model(network)
    listener.on_stage("solve")
    asked = replace(solver_options(options, listener), on_progress=None)
    outcome = met(model, network, plan.whole, _held(plan), asked, plan.basis)
    if listener.should_stop():
        raise Cancelled
    found = replace(found, stopped=outcome.stopped, objective=outcome.objective, pools=bool(network.pools))
    if outcome.values is None:
        return replace(found, objective=None)
    again = make_plan(network, model, outcome)
    listener.on_stage("audit")
    again = again.with_audit(audit(case, again.frames, again.value_cny, baseline))
    tables, then = digests(again.frames), head["tables"]
    return replace(
        found,
        plan=again,
        audited=again.audit is not None and again.audit.passed,
        hash=plan_hash(tables),
        tables=_differing(then, tables) if isinstance(then, dict) else (),
    )


def _held(plan: Plan) -> list[tuple[str, float]]:
    return [(name, at) for name, at in plan.solve.get("held", ())]


def _differing(then: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(name for name in sorted({*then, *now}) if then.get(name) != now.get(name))


def _plan(folder: RunFolder) -> tuple[Plan, dict[str, Any]]:
    """The plan and its head. Raises CaseFaults where there is none, and where it is no longer what was recorded."""
    if not (folder.path / "options.json").is_file():
        raise run_fault("not_a_run", folder)
    if not folder.holds("plan"):
        raise _fault("rejected", folder) if folder.holds("rejected") else run_fault("no_plan_here", folder)
    try:
        wrong = altered(folder.path)
        head = json.loads((folder.path / "plan" / "plan.json").read_text(encoding="utf-8"))
        plan = folder.read_plan()
        if "hash" in head and not wrong:
            wrong = [f"plan/{name}" for name in _differing(head["tables"], digests(plan.frames))]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise run_fault("unreadable_run", folder, why=f"{type(error).__name__}: {error}") from error
    if wrong:
        raise _fault("altered", folder, names=tuple(wrong))
    return plan, head


def _fault(key: str, folder: RunFolder, **values: object) -> CaseFaults:
    message = Message(f"replay.{key}", {"folder": str(folder.path), **values})
    return CaseFaults([Fault("", 0, "", message, Message(f"replay.{key}_remedy"))])


def _recorded(folder: RunFolder) -> tuple[Case, RunOptions, Baseline | None]:
    recorded = recall(folder.path)
    baseline, differing = recall_baseline(folder.path)
    changed = (*recorded.changed, *differing)
    if recorded.case is None or changed:
        raise run_fault("inputs_altered", folder, why=changed)
    _, options = folder.read_request()
    return with_options(recorded.case, options), options, baseline


def _versions(folder: RunFolder) -> dict[str, tuple[str, str]]:
    """Name → (then, now) of what is of another version here; the system is one of them."""
    then = json.loads((folder.path / "versions.json").read_text(encoding="utf-8"))
    now = running_on()
    return {name: (str(old), now[name]) for name, old in then.items() if name in now and now[name] != old}
