"""A study as a folder: members as they finish, to be gone on with after an interruption.

    report = sweep("study.yaml", out="runs/study", engine=Engine("processes", 2))
    report = sweep(None, out="runs/study", resume=True)

    study.yaml        what was asked          inputs/ inputs.json   the case's files and their hashes
    study.json        hash, state, design     members/part-*.parquet   rows; see study.sweeps.store
    progress.json     done, rate, time left   base/                 the plan of the base, as a run's `plan/`
    two_stage.json    of `two_stage`: the decision and what it is worth
    cancel            put there by who wants it to stop             worker.lock   held while somebody works on it

The hash is of the study, the files of the case, the decisions of the base and the versions that rows depend on: rows
of another study or version are never mixed. A second kill loses what a first one does: members under way.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from redmud_opt.case import Case, CaseFaults, Fault
from redmud_opt.case.bundle import find_bundled
from redmud_opt.i18n import Message, text
from redmud_opt.jobs.compute import compute
from redmud_opt.jobs.folder import LOCK, RunFolder, free_folder, new_folder
from redmud_opt.jobs.inputs import gather, recall
from redmud_opt.jobs.listening import Cancelled, Listener, Stages
from redmud_opt.jobs.outcome import Exit, Report, RunOptions
from redmud_opt.jobs.slots import is_locked, try_lock
from redmud_opt.network import build_network
from redmud_opt.plan import Plan
from redmud_opt.plan.plan import write_whole
from redmud_opt.plan.words import said
from redmud_opt.study.sweeps import designs
from redmud_opt.study.sweeps.decided import Decided
from redmud_opt.study.sweeps.designs import FIXED, FREE, Member
from redmud_opt.study.sweeps.executors import (
    ENGINES,
    ClusterSilent,
    Engine,
    in_words,
    own_versions,
    rows_from,
)
from redmud_opt.study.sweeps.member import MemberSolver, NoBaseAgain, Row, Setup, Task, case_of_study
from redmud_opt.study.sweeps.reading import read_study, size_of
from redmud_opt.study.sweeps.response import Stopped, Unlearnable, learn, points_to_look_at
from redmud_opt.study.sweeps.results import Results
from redmud_opt.study.sweeps.said import lines
from redmud_opt.study.sweeps.store import FORMAT, Store
from redmud_opt.study.sweeps.study import Study
from redmud_opt.study.sweeps.together import decided_together

__all__ = ["ENGINES", "Engine", "SweepReport", "read_results", "sweep"]

FILE, HEAD, PROGRESS, MEMBERS, BASE = "study.yaml", "study.json", "progress.json", "members", "base"
TOGETHER = "two_stage.json"
WORTH = 2
"""Members per point looked at from which it is worth learning what members look like."""

WRITE_S = 0.5
"""Rows are kept at least so often."""

EXTRA = ("SALib", "distributed", "duckdb", "mpisppy")
"""Packages that only some studies need."""

REMEDIES = {
    "needs_extra": "install_extra",
    "plan_not_of_case": "plan_of_same_case",
    "no_study_here": "give_study",
    "still_going": "wait_or_other",
    "other_study": "same_or_other",
    "inputs_altered": "begin_anew",
    "pools": "without_pools",
    "cluster_silent": "start_cluster",
    "out_taken": "resume_or_other",
    "other_version": "same_version_or_anew",
    "no_plan_there": "give_run",
}


@dataclass(frozen=True, kw_only=True)
class SweepReport(Report):
    """Faults, or the results; messages and `code` where the base has no plan, or the study was cut short."""

    folder: Path | None = None
    results: Results | None = None
    messages: tuple[Message, ...] = ()
    code: Exit = Exit.PLAN

    def write_page(self, path: str | Path, language: str) -> SweepReport:
        """The same report with its page written."""
        from redmud_opt.report.studies import page  # plotly is not part of the core

        if self.results is None:
            return self
        write_whole(Path(path), page(self.results, language))
        return replace(self, messages=(*self.messages, Message("sweep.page_written", {"file": str(path)})))

    @property
    def exit(self) -> Exit:
        """0 where every member has its row."""
        return super().exit if self.faults is not None else self.code

    def as_record(self, language: str = "en") -> dict[str, Any]:
        """For JSON."""
        found: dict[str, Any] = {"run_dir": None if self.folder is None else str(self.folder)}
        found["messages"] = [said(message, language) for message in self.messages]
        if self.results is not None:
            found |= self.results.as_record()
            found["lines"] = [said(line, language) for line in lines(self.results)]
        return self.head(language) | found

    def words(self, language: str = "en") -> str:
        """For people."""
        return "\n".join(self._lines(language))

    def _lines(self, language: str) -> Iterator[str]:
        if self.faults is not None:
            yield self.faults.render(language)
        if self.results is not None:
            heading, *more = lines(self.results)
            yield text(heading, language)
            yield from (f"  {text(line, language)}" for line in more)
        yield from (text(message, language) for message in self.messages)
        if self.folder is not None:
            yield text(Message("sweep.folder", {"folder": str(self.folder)}), language)


def sweep(
    study: str | Path | None,
    *,
    out: str | Path | None = None,
    runs_root: str | Path = "runs",
    plan: str | Path | None = None,
    engine: Engine | None = None,
    resume: bool = False,
    listener: Listener | None = None,
) -> SweepReport:
    """A study, kept in a folder. resume: goes on with what `out` holds. plan: a run whose plan is that of the base.

    Faults are a report, not an exception.
    """
    listener = listener or Listener()
    try:
        if resume:
            return resumed(study, out, engine or Engine(), listener).go()
        found = begun(study, out, runs_root, plan, engine or Engine(), listener)
        return found if isinstance(found, SweepReport) else found.go()
    except CaseFaults as faults:
        return SweepReport(faults=faults)
    except ModuleNotFoundError as error:
        if error.name not in EXTRA:
            raise
        return SweepReport(faults=fault("needs_extra", package=error.name))
    except Cancelled:
        return SweepReport(code=Exit.CANCELLED, messages=(Message("jobs.cancelled"),))


def fault(key: str, **values: object) -> CaseFaults:
    """A fault of the study as a whole."""
    remedy = Message(f"sweep.{REMEDIES[key]}", values) if key in REMEDIES else None
    return CaseFaults([Fault("", 0, "", Message(f"sweep.{key}", values), remedy)])


def find_study(path: str | Path) -> str | Path:
    """A study file; one that travels with the package by its name."""
    return path if Path(path).exists() else find_bundled(f"studies/{path}") or path


def begun(
    path: str | Path | None,
    out: str | Path | None,
    runs_root: str | Path,
    plan: str | Path | None,
    engine: Engine,
    listener: Listener,
) -> Sweeping | SweepReport:
    """A new folder, with the plan of the base in it."""
    if path is None:
        raise fault("no_study")
    listener.on_stage("read")
    study = read_study(find_study(path))
    if out is not None and Path(out).is_dir() and any(Path(out).iterdir()):
        raise fault("out_taken", folder=str(out))
    inputs = gather(study.case)
    found = base_plan(study, plan, listener)
    if isinstance(found, SweepReport):
        return found
    try:
        place = free_folder(out) if out is not None else new_folder(runs_root, study.name)
    except OSError as error:
        values = {"folder": str(out or runs_root), "why": error.strerror or str(error)}
        raise CaseFaults([Fault("", 0, "", Message("jobs.cannot_write", values))]) from error
    inputs.write(place)
    write_whole(place / FILE, study.text)
    folder = RunFolder(place)
    folder.write_plan(found, BASE)
    return Sweeping(folder, study, found, engine, listener)


def base_plan(study: Study, given: str | Path | None, listener: Listener) -> Plan | SweepReport:
    """The plan of the case as it stands: of a run, or solved now."""
    case = case_of_study(study.case, study.soft_target_cny_per_t)
    if build_network(case, None).pools:
        raise fault("pools")
    if given is not None:
        run = RunFolder(given)
        if not run.holds():
            raise fault("no_plan_there", folder=str(given))
        return run.read_plan()
    options = RunOptions(time_limit_s=study.limits.time_limit_s, gap=study.limits.gap)
    computed = compute(case, options, Stages(listener))
    if computed.plan is None:
        messages = (Message("sweep.base_without_plan"), *computed.messages)
        return SweepReport(code=computed.exit, faults=computed.faults, messages=messages)
    return computed.plan


def resumed(given: str | Path | None, out: str | Path | None, engine: Engine, listener: Listener) -> Sweeping:
    """What a folder holds, gone on with; refused where it is of another study or version."""
    if out is None or not (Path(out) / HEAD).is_file():
        raise fault("no_study_here", folder=str(out or ""))
    folder = RunFolder(out)
    if is_locked(folder.path / LOCK):
        raise fault("still_going", folder=str(out))
    study = read_study(folder.path / FILE, case=kept_case(folder))
    sweeping = Sweeping(folder, study, folder.read_plan(BASE), engine, listener)
    head = json.loads((folder.path / HEAD).read_text(encoding="utf-8"))
    if given is not None:
        other = read_study(find_study(given))
        if other.text != study.text or other.case.files != recorded_files(folder):
            raise fault("other_study", folder=str(out), study=study.name)
    if head["hash"] != sweeping.hash:
        raise fault(
            "other_version", folder=str(out), was=in_words(head["versions"]), now=in_words(own_versions())
        )
    sweeping.earlier = head.get("learned")
    (folder.path / "cancel").unlink(missing_ok=True)
    return sweeping


def kept_case(folder: RunFolder) -> Case:
    """The case as the folder has it: a study takes long, and its case may be worked on meanwhile."""
    recorded = recall(folder.path)
    if recorded.case is None or recorded.changed:
        raise fault("inputs_altered", folder=str(folder.path), why=tuple(recorded.changed))
    return recorded.case


def recorded_files(folder: RunFolder) -> dict[str, str]:
    """File → sha256 of the case, as it was read when the study began."""
    index = json.loads((folder.path / "inputs.json").read_text(encoding="utf-8"))
    return {name: entry["sha256"] for name, entry in index["files"].items()}


@dataclass
class Sweeping:
    """A study while it goes on."""

    folder: RunFolder
    study: Study
    plan: Plan
    engine: Engine
    listener: Listener
    started: float = field(default_factory=time.monotonic)
    new: int = 0
    learned: dict[str, Any] | None = None
    earlier: dict[str, Any] | None = None
    """What was learned before an interruption, as far as that was told."""

    def __post_init__(self) -> None:
        self.store = Store(self.folder.path / MEMBERS)
        self.asked = size_of(self.study)
        limits = self.study.limits
        self.setup = Setup(
            case=case_of_study(self.study.case, self.study.soft_target_cny_per_t),
            parameters=self.study.parameters,
            whole=self.plan.whole,
            key=self.hash,
            time_limit_s=limits.time_limit_s,
            gap=limits.gap,
            audit_every=self.study.audit_every,
        )

    @property
    def hash(self) -> str:
        """Of everything that a row depends on."""
        told = {
            "format": FORMAT,
            "study": self.study.text,
            "files": recorded_files(self.folder),
            "whole": [list(each) for each in self.plan.whole],
            "versions": own_versions(),
        }
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()

    def go(self) -> SweepReport:
        """All members that are not there yet."""
        lock = try_lock(self.folder.path / LOCK)
        if lock is None:
            raise fault("still_going", folder=str(self.folder.path))
        try:
            if not self.store.parts() and self.engine.kind != "serial":
                MemberSolver(self.setup)  # what is wrong with the base is told here, not by every member
            self.write("running")
            self.worked()
            state = "interrupted" if self.stopped() else "done"
            self.write(state)
        except ClusterSilent as error:
            self.write("interrupted")
            raise fault("cluster_silent", address=str(error)) from error
        except NoBaseAgain:
            self.write("interrupted")
            raise fault("plan_not_of_case") from None
        finally:
            lock.close()
        results = read_results(self.folder.path)
        if state == "done":
            return SweepReport(folder=self.folder.path, results=results)
        messages = (Message("sweep.resumable"),)
        return SweepReport(folder=self.folder.path, results=results, messages=messages, code=Exit.CANCELLED)

    def worked(self) -> None:
        """Both stages."""
        study = self.study
        first = FREE if study.free else FIXED
        args = (study.design, study.parameters, study.seed, study.correlation)
        self.run([Task(member) for member in designs.members(*args, first)])
        if study.design.kind in designs.TWO_STAGES and not self.stopped():
            rows = self.store.frame()
            found = designs.second_stage(*args, self.first_rows(rows), first)
            self.asked = len(self.first_rows(rows)) + len(found)
            self.write("running")
            if study.design.kind == "two_stage":
                self.together(found)
            else:
                self.run(list(self.decided(found, rows)))

    def together(self, members: list[Member]) -> None:
        """One decision for all members: solved here, whatever solves the others, and not in parts."""
        if (self.folder.path / TOGETHER).is_file() and {m.number for m in members} <= self.store.done():
            return
        base = MemberSolver(self.setup).decided
        found = decided_together(self.setup, self.study.design, members, base, self.stopped)
        if not self.stopped():
            self.folder.write_json(TOGETHER, found.told)
            self.keep(found.rows)

    def first_rows(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Rows of the first stage alone: a second one may have begun."""
        study = self.study
        count = len(designs.members(study.design, study.parameters, study.seed, study.correlation))
        return rows[rows["member"] < count]

    def decided(self, members: list[Member], rows: pd.DataFrame) -> Iterator[Task]:
        """Members with the decisions that they have."""
        if self.study.design.kind != "decisions":
            yield from (Task(member) for member in members)
            return
        known = designs.decided(self.first_rows(rows))
        held = [Decided.from_text(decided) for _, decided in known]
        yield from (Task(member, held[member.decision]) for member in members)

    def learn(self, tasks: list[Task]) -> None:
        """Learns what members look like where that takes less than deriving them; the same whatever is there yet."""
        held = sum(task.member.decision != FREE for task in tasks)
        points = points_to_look_at(self.study.parameters)
        if self.learned is not None or self.study.audit_every == 1 or held < WORTH * points:
            return
        self.listener.on_point(Message("sweep.learning", {"points": points}))
        started = time.monotonic()
        try:
            known = learn(self.setup.case, self.study.parameters, self.study.seed, self.stopped)
        except Unlearnable as why:
            self.learned = {"why_not": why.why, "of": why.what}
        else:
            surface, seconds = known.surface, time.monotonic() - started
            numbers = len(surface.addresses)
            self.learned = {"looked_at": surface.looked, "numbers": numbers, "seconds": seconds}
            self.setup = replace(self.setup, known=known)
        self.write("running")

    def run(self, tasks: list[Task]) -> None:
        """One stage; rows are kept as they come."""
        there = self.store.done()
        left = [task for task in tasks if task.member.number not in there]
        try:
            if left:
                self.learn(tasks)
        except Stopped:
            return
        held: list[Row] = []
        kept_at = time.monotonic()
        try:
            for row in rows_from(self.engine, self.setup, left, self.stopped):
                held += [] if row is None else [row]
                if time.monotonic() - kept_at > WRITE_S:
                    held, kept_at = self.keep(held), time.monotonic()
        finally:
            self.keep(held)

    def keep(self, rows: list[Row]) -> list[Row]:
        """Rows to the store, and how far it is to whoever listens."""
        self.store.write(rows)
        self.new += len(rows)
        done = len(self.store.done())
        seconds = time.monotonic() - self.started
        rate = self.new / seconds if seconds > 0 else 0.0
        left = (self.asked - done) / rate if rate else None
        told = {
            "done": done,
            "asked": self.asked,
            "runs_per_s": rate,
            "seconds_left": left,
            "seconds": seconds,
        }
        self.folder.write_json(PROGRESS, told)
        if rows:
            values = {"done": done, "asked": self.asked, "rate": round(rate, 2), "left": round(left or 0.0)}
            self.listener.on_point(Message("sweep.progress", values))
        return []

    def stopped(self) -> bool:
        """Whether somebody asked to stop."""
        return self.listener.should_stop() or self.folder.is_cancelled()

    def write(self, state: str) -> None:
        """`study.json`."""
        head = {
            "format": FORMAT,
            "hash": self.hash,
            "versions": own_versions(),
            "state": state,
            "asked": self.asked,
        }
        case = self.study.case.settings.name
        head |= {"case": case, "value_cny": self.plan.value_cny, "study": self.study.as_record()}
        head["learned"] = self.learned or self.earlier
        head["labels"] = {language: dict(words) for language, words in self.plan.labels.items()}
        self.folder.write_json(HEAD, head)


def read_results(folder: str | Path) -> Results:
    """What a folder holds, however far it is. Raises CaseFaults where it is no study."""
    place = Path(folder)
    if not (place / HEAD).is_file():
        raise fault("no_study_here", folder=str(folder))
    head = json.loads((place / HEAD).read_text(encoding="utf-8"))
    if head["state"] == "running" and not is_locked(place / LOCK):
        head["state"] = "interrupted"
    told = place / TOGETHER
    together = json.loads(told.read_text(encoding="utf-8")) if told.is_file() else None
    return Results(head, Store(place / MEMBERS), together)
