"""One run from the files of a case to its folder: what the command line and the worker both call.

    result = run("scenarios/guangxi", runs_root="runs")

A case with faults leaves no folder behind (a worker's folder is there already and gets the result). A folder holds
`plan/` only if the plan passed its audit; one that failed lies in `rejected/`.
"""

from __future__ import annotations

import os
import time
import traceback
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

from redmud_opt.case import Case, CaseFaults, Fault, load_case
from redmud_opt.case.baseline import Baseline
from redmud_opt.case.whole import write_whole
from redmud_opt.i18n import Message
from redmud_opt.jobs.baseline import baseline_of, check_baseline, read_baseline, write_baseline
from redmud_opt.jobs.compute import Computed, compute
from redmud_opt.jobs.folder import LOCK, RunFolder, RunStatus, free_folder, new_folder
from redmud_opt.jobs.inputs import INPUTS, Inputs, gather
from redmud_opt.jobs.listening import Cancelled, Listener, Stages
from redmud_opt.jobs.outcome import Exit, RunOptions, RunResult
from redmud_opt.jobs.results import write_result
from redmud_opt.jobs.slots import try_lock
from redmud_opt.model.objective import levels_of
from redmud_opt.plan import Plan
from redmud_opt.solve import Progress
from redmud_opt.study.impossible import Impossible


def run(
    case: str | Path,
    *,
    options: RunOptions | None = None,
    out: str | Path | None = None,
    runs_root: str | Path = "runs",
    listener: Listener | None = None,
) -> RunResult:
    """Solves a case and keeps the run in `out`, else in a new folder below `runs_root`.

    Faults, infeasibility, limits and crashes are results, not exceptions.
    """
    going = Run(str(case), options or RunOptions(), listener or Listener(), out=out, runs_root=runs_root)
    return going.go()


def run_in(folder: RunFolder, listener: Listener) -> RunResult:
    """Runs what `options.json` of a folder asks for; the folder is the worker's and is there already."""
    case, options = folder.read_request()
    return Run(case, options, listener, folder=folder).go()


@dataclass
class Run:
    """A run while it goes on. `folder` is None until there is something to keep."""

    case: str
    options: RunOptions
    outer: Listener
    out: str | Path | None = None
    runs_root: str | Path = "runs"
    folder: RunFolder | None = None
    stages: Stages = field(init=False)
    name: str | None = None
    lock: IO[bytes] | None = None
    lines: list[str] = field(default_factory=list)
    started: float = field(default_factory=time.time)
    goals: list[str] = field(default_factory=list)
    last: Progress | None = None
    at: str = ""

    def __post_init__(self) -> None:
        inner = Listener(self.outer.should_stop, self.stage, self.progress, note=self.note)
        self.stages = Stages(inner)

    # ---- the run -------------------------------------------------------------------------------------------

    def go(self) -> RunResult:
        """All of it; whatever happens ends as a result."""
        try:
            return self.end(self.worked())
        except CaseFaults as faults:
            return self.end(RunResult(Exit.FAULTS, faults=faults, seconds=self.stages.seconds))
        except Cancelled:
            message = Message("jobs.cancelled")
            return self.end(self.without_plan(Exit.CANCELLED, "cancelled", message))
        except Exception as error:
            return self.crashed(error)

    def worked(self) -> RunResult:
        """Reading, computing, keeping."""
        self.check_out()
        with self.stages.stage("read"):
            loaded = load_case(self.case)
            inputs = gather(loaded)
            before, baseline = self.read_baseline(loaded)
        self.name = loaded.settings.name
        levels = levels_of(self.options.objective or loaded.settings.objective)
        self.goals = [level.goal or "value" for level in levels]  # a sum is told in CNY
        self.open()
        assert self.folder is not None
        inputs.write(self.folder.path)
        if before is not None and baseline is not None:
            write_baseline(self.folder.path, before, baseline)
        computed = compute(loaded, self.options, self.stages, baseline)
        self.outer.on_stage("keep")  # no stage of its own on the page: who could still end it hears of it
        return self.kept(computed, inputs)

    def read_baseline(self, case: Case) -> tuple[Plan | None, Baseline | None]:
        """The plan before and what is asked of it, checked before anything is kept; None where none is asked for."""
        plan, baseline = None, None
        if self.options.baseline is not None:
            plan = read_baseline(self.options.baseline)
            baseline = baseline_of(plan, self.options.baseline, self.options.freeze)
        check_baseline(case, baseline, self.options.freeze)
        return plan, baseline

    def kept(self, computed: Computed, inputs: Inputs) -> RunResult:
        """The plan goes to `plan/`, a rejected one to `rejected/`, suggestions to scenario files on the inputs."""
        assert self.folder is not None
        if computed.plan is not None:
            self.folder.write_plan(computed.plan)
        if computed.rejected is not None:
            self.folder.write_plan(computed.rejected, "rejected")
        audit = None if computed.rejected is None else computed.rejected.audit
        files = () if computed.why is None else self.keep_suggestions(computed.why, inputs)
        told = [Message("jobs.suggestion_file", {"file": str(self.folder.path / name)}) for name in files]
        return RunResult(
            exit=computed.exit,
            plan=computed.plan,
            stopped=computed.stopped,
            messages=(*computed.messages, *told),
            faults=computed.faults,
            size=computed.size,
            seconds=self.stages.seconds,
            audit=None if audit is None else {"passed": False, "worst_residual": audit.worst_residual},
            suggestions=files,
        )

    def keep_suggestions(self, why: Impossible, inputs: Inputs) -> tuple[str, ...]:
        """A scenario file per suggestion."""
        assert self.folder is not None
        names = []
        for number, one in enumerate(why.suggestions, 1):
            names.append(f"suggestion-{number}.yaml")
            scenario = one.scenario(f"{INPUTS}/{inputs.entry}", f"{self.name}_suggestion_{number}")
            write_whole(self.folder.path / names[-1], scenario)
        return tuple(names)

    def without_plan(self, code: Exit, stopped: str, message: Message) -> RunResult:
        """A result that holds nothing."""
        return RunResult(code, stopped=stopped, messages=(message,), seconds=self.stages.seconds)

    def crashed(self, error: Exception) -> RunResult:
        """The traceback goes to the log, one line to the user."""
        values = {"kind": type(error).__name__, "folder": ""}
        try:
            self.open()
        except CaseFaults as faults:
            return RunResult(Exit.CRASHED, stopped="crashed", faults=faults)
        assert self.folder is not None
        self.note("".join(traceback.format_exception(error)).rstrip())
        values["folder"] = str(self.folder.path / "log.txt")
        return self.end(self.without_plan(Exit.CRASHED, "crashed", Message("jobs.crashed", values)))

    def end(self, result: RunResult) -> RunResult:
        """Writes how it ended, if there is a folder."""
        if self.folder is None:
            return result
        result = replace(result, folder=self.folder.path, case=self.name)
        self.folder.sweep(keep_plan=result.plan is not None)
        write_result(self.folder, result)
        self.note(f"end: exit {int(result.exit)}, stopped {result.stopped}, seconds {result.seconds}")
        self.folder.write_status(self.status(ended_as(result.exit), "", int(result.exit)))
        if self.lock is not None:
            self.lock.close()
        return result

    # ---- the folder ----------------------------------------------------------------------------------------

    def check_out(self) -> None:
        """A folder asked for must be free, before anything is worked out."""
        if self.out is not None and self.folder is None:
            path = Path(self.out)
            if path.exists() and (not path.is_dir() or any(path.iterdir())):
                message = Message("jobs.out_not_empty", {"folder": str(path)})
                raise CaseFaults([Fault("", 0, "", message, Message("jobs.other_out"))])

    def open(self) -> None:
        """Makes the folder and writes what was asked and what has been logged so far."""
        if self.folder is None:
            try:
                name = self.name or Path(self.case).name
                path = free_folder(self.out) if self.out is not None else new_folder(self.runs_root, name)
            except OSError as error:
                values = {"folder": str(self.out or self.runs_root), "why": error.strerror or str(error)}
                raise CaseFaults([Fault("", 0, "", Message("jobs.cannot_write", values))]) from error
            self.folder = RunFolder(path)
            self.lock = try_lock(path / LOCK)
            self.folder.write_request(self.case, self.options)
            lines, self.lines = self.lines, []
            for line in lines:
                self.note(line)

    def status(self, state: str, stage: str, code: int | None = None) -> RunStatus:
        """Where this run stands."""
        return RunStatus(state, stage, time.time() - self.started, os.getpid(), code, self.started)

    # ---- what it hears -------------------------------------------------------------------------------------

    def stage(self, name: str) -> None:
        """A stage begins."""
        self.at = name
        self.outer.on_stage(name)
        if self.folder is not None:
            self.folder.write_status(self.status("running", name))

    def progress(self, progress: Progress) -> None:
        """A sign of life of the solve; seconds that begin anew are the next level of the objective."""
        if self.at != "solve":
            return  # what is solved to explain something is no step towards a plan
        if self.last is None:
            self.outer.on_goal(self.goals[0])
        elif progress.seconds < self.last.seconds and len(self.goals) > 1:
            self.goals.pop(0)
            self.outer.on_goal(self.goals[0])
        self.last = progress
        self.outer.on_progress(progress)
        if self.folder is not None:
            self.folder.report(progress, self.goals[0])

    def note(self, line: str) -> None:
        """A line of the log; kept until there is a folder."""
        self.outer.note(line)
        if self.folder is None:
            self.lines.append(line)
        else:
            self.folder.note(line)


def ended_as(code: Exit) -> str:
    """State of a run that ended with an exit code."""
    return {Exit.CANCELLED: "cancelled", Exit.CRASHED: "failed"}.get(code, "done")
