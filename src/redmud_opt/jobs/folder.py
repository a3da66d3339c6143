"""A run is a folder:

    options.json      what was asked        inputs/ inputs.json   the case's files and their hashes
    versions.json     what it ran on        log.txt               what happened, with the traceback of a crash
    status.json       where it stands       progress.jsonl        one line per sign of life of the solver
    baseline/ baseline.json               the plan that it is planned against, its name, frozen periods, hashes
    plan/             plan.json, a Parquet and a CSV per table, audit.csv: all there or none of it
    rejected/         the same of a plan that failed its audit
    result.json       how it ended          messages.json         the same as keys and values, for either language
    suggestion-1.yaml a scenario that gives a case without a plan one
    cancel            put there by somebody who wants it to stop; holds `drop` where nothing is to be kept
    worker.lock       held by the process that runs, as long as it lives

Files that others read while the run goes on are replaced whole.
"""

from __future__ import annotations

import json
import platform
import shutil
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from redmud_opt.case.whole import write_whole
from redmud_opt.jobs.outcome import RunOptions
from redmud_opt.plan import Plan
from redmud_opt.plan.plan import versions
from redmud_opt.solve import Progress

LOCK = "worker.lock"
"""Held by the process that runs, as long as it lives."""

CANCEL, DROP = "cancel", "drop"

SEED = 0
"""Random seed of the solver; the runs of this version all use it."""

LAST_BYTES = 4096
"""More than two lines of progress take."""

ENDED = frozenset({"done", "failed", "cancelled"})


@dataclass(frozen=True)
class RunStatus:
    """Where a run stands. `done`: it ended by itself, with a plan or without; `exit` tells which."""

    state: str
    stage: str = ""
    seconds: float = 0.0
    pid: int | None = None
    exit: int | None = None
    started: float | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self.state in ENDED


class RunFolder:
    """The files of one run."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    # ---- status, log, progress -----------------------------------------------------------------------------

    def write_status(self, status: RunStatus) -> None:
        """Replaces `status.json`."""
        self.write_json("status.json", asdict(status))

    def read_status(self) -> RunStatus | None:
        """What `status.json` says; None before there is one."""
        try:
            found = json.loads((self.path / "status.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return RunStatus(**found)

    def note(self, line: str) -> None:
        """A line of the log."""
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        with (self.path / "log.txt").open("a", encoding="utf-8") as file:
            file.write(f"{now} {line}\n")

    def report(self, progress: Progress, goal: str = "value") -> None:
        """A line of progress towards a goal: seconds, iterations, objective, bound, gap, phase."""
        with (self.path / "progress.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(_finite(asdict(progress)) | {"goal": goal}) + "\n")

    def progress(self) -> list[dict[str, Any]]:
        """Progress so far; a line still being written is left out."""
        path = self.path / "progress.jsonl"
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True) if path.is_file() else []
        return [json.loads(line) for line in lines if line.endswith("\n")]

    def last_progress(self) -> dict[str, Any] | None:
        """The last whole line of progress, whatever the length of the file."""
        path = self.path / "progress.jsonl"
        if not path.is_file():
            return None
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - LAST_BYTES))
            lines = file.read().splitlines(keepends=True)
        whole = [line for line in lines if line.startswith(b"{") and line.endswith(b"}\n")]
        return json.loads(whole[-1]) if whole else None

    def log_tail(self, lines: int = 20) -> list[str]:
        """The last lines of the log."""
        path = self.path / "log.txt"
        return (
            path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:] if path.is_file() else []
        )

    # ---- cancel --------------------------------------------------------------------------------------------

    def ask_to_cancel(self, *, keep: bool = True) -> None:
        """Puts the file `cancel` there; without `keep` it says that nothing is kept."""
        with (self.path / CANCEL).open("a", encoding="utf-8") as file:
            file.write("" if keep else DROP)

    def is_cancelled(self) -> bool:
        """Whether somebody asked."""
        return (self.path / CANCEL).exists()

    def is_dropped(self) -> bool:
        """Whether somebody asked that nothing be kept."""
        try:
            return DROP in (self.path / CANCEL).read_text(encoding="utf-8")
        except FileNotFoundError:
            return False

    # ---- what stays ----------------------------------------------------------------------------------------

    def write_json(self, name: str, record: Any) -> None:
        """A JSON file, whole or not at all."""
        write_whole(
            self.path / name, json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
        )

    def write_request(self, case: str, options: RunOptions) -> None:
        """`options.json` and `versions.json`."""
        self.write_json("options.json", {"case": case, "seed": SEED} | options.as_record())
        self.write_json("versions.json", running_on())

    def read_request(self) -> tuple[str, RunOptions]:
        """The case and the options of `options.json`."""
        found = json.loads((self.path / "options.json").read_text(encoding="utf-8"))
        return found["case"], RunOptions.of(found)

    def write_plan(self, plan: Plan, name: str = "plan") -> None:
        """`plan/` or `rejected/`: written beside, moved into place in one step."""
        part = self.path / f"{name}.part"
        shutil.rmtree(part, ignore_errors=True)
        plan.save(part)
        part.rename(self.path / name)

    def read_plan(self, name: str = "plan") -> Plan:
        """What `write_plan` wrote. Raises FileNotFoundError if the run holds none."""
        if not (self.path / name / "plan.json").is_file():
            raise FileNotFoundError(f"{self.path} holds no {name}")
        return Plan.load(self.path / name)

    def holds(self, name: str = "plan") -> bool:
        """Whether there is a plan."""
        return (self.path / name / "plan.json").is_file()

    def sweep(self, *, keep_plan: bool) -> None:
        """Takes away what is half-written, and a plan that the run in the end does not hold."""
        if not keep_plan:
            shutil.rmtree(self.path / "plan", ignore_errors=True)
        for entry in self.path.glob("*.part"):
            if entry.is_dir():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.unlink(missing_ok=True)


def running_on() -> dict[str, str]:
    """Versions of what a run is made with here, and the system."""
    return versions() | {"python": platform.python_version(), "system": platform.platform()}


def _finite(record: dict[str, Any]) -> dict[str, Any]:
    big = 1e30  # the solver's word for infinity
    return {k: None if isinstance(v, float) and not abs(v) < big else v for k, v in record.items()}


def new_folder(runs_root: str | Path, case: str) -> Path:
    """Makes `runs/<case>-<timestamp>`, with a number behind it if that is taken."""
    root = Path(runs_root)
    root.mkdir(parents=True, exist_ok=True)
    stem = "".join(sign if sign.isalnum() or sign in "-_." else "-" for sign in case) or "case"
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
    for number in range(1, 10_000):
        path = root / (f"{stem}-{stamp}" + (f"-{number}" if number > 1 else ""))
        try:
            path.mkdir()
        except FileExistsError:
            continue
        return path
    raise FileExistsError(f"{root} holds ten thousand runs of {stem} of this second")


def free_folder(path: str | Path) -> Path:
    """Makes a folder for a run where the user wants it; it may be there, but must be empty."""
    found = Path(path)
    found.mkdir(parents=True, exist_ok=True)
    if any(found.iterdir()):
        raise FileExistsError(str(path))
    return found
