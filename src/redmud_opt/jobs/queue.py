"""Runs in processes of their own: start, look, cancel, wait. Everything stands in the run's folder.

    folder = start("scenarios/guangxi", "runs", RunOptions(time_limit_s=60))
    status(folder).state        queued | running | done | failed | cancelled
    cancel(folder)              the solver stops; what it holds by then is kept
    result(folder)              RunResult, None while it goes on

A worker holds the lock of its folder from its first moment to its last. A run that says it is going while nobody
holds the lock was killed: it has failed, and is written down so by whoever looks first.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from redmud_opt.i18n import Message
from redmud_opt.jobs.folder import LOCK, RunFolder, RunStatus, new_folder
from redmud_opt.jobs.outcome import Exit, RunOptions, RunResult
from redmud_opt.jobs.results import read_result, write_result
from redmud_opt.jobs.slots import default_slots, try_lock, waiting_before

SLOTS = ".slots"
WORKER = "redmud_opt.jobs.worker"
POLL_S = 0.1

_children: dict[str, subprocess.Popen[bytes]] = {}
"""Workers that this process started: they are asked for their end, so that none stays a zombie."""


def start(
    case: str | Path, runs_root: str | Path, options: RunOptions | None = None, *, slots: int | None = None
) -> Path:
    """Queues a run and starts its worker; returns the run's folder at once."""
    case_path = Path(case)
    request = str(case_path.resolve()) if case_path.exists() else str(case)
    path = new_folder(runs_root, case_path.resolve().stem if case_path.exists() else case_path.name)
    folder, wanted = RunFolder(path), _from_anywhere(options or RunOptions())

    def ask() -> None:
        folder.write_request(request, wanted)
        folder.note(f"queued: {request}")

    launch(folder, WORKER, slots, ask)
    return path


def launch(folder: RunFolder, module: str, slots: int | None, write_request: Callable[[], None]) -> None:
    """Writes what is asked into a folder and starts the module that does it, the folder's lock in its hands.

    Raises BlockingIOError where somebody else is at it.
    """
    with (folder.path / LOCK).open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        write_request()
        folder.write_status(RunStatus("queued", started=time.time()))
        _spawn(folder, module, slots or default_slots(), lock.fileno())


def _from_anywhere(options: RunOptions) -> RunOptions:
    """Options whose paths do not depend on where the worker runs."""
    baseline = options.baseline
    return options if baseline is None else replace(options, baseline=str(Path(baseline).resolve()))


def _spawn(folder: RunFolder, module: str, slots: int, lock: int) -> None:
    """Starts a worker with the lock of its folder in its hands, and its words in the log."""
    home = str(folder.path.resolve())
    command = [sys.executable, "-m", module, home, "--slots", str(slots)]
    source = str(Path(__file__).resolve().parents[2])
    paths = [source, *filter(None, [os.environ.get("PYTHONPATH")])]
    with (folder.path / "log.txt").open("ab") as log:
        _children[home] = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            pass_fds=(lock,),
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        )


def status(run_dir: str | Path) -> RunStatus:
    """Where a run stands. Raises FileNotFoundError if the folder is no run."""
    folder = RunFolder(run_dir)
    found = folder.read_status()
    if found is None:
        raise FileNotFoundError(f"{run_dir} is no run: it holds no status.json")
    _reap(folder)
    if found.ended:
        return found
    if (folder.path / LOCK).exists():
        found = _checked(folder, found)
    if not found.ended and found.started is not None:
        found = replace(found, seconds=time.time() - found.started)
    return found


def _reap(folder: RunFolder) -> None:
    key = str(folder.path.resolve())
    child = _children.get(key)
    if child is not None and child.poll() is not None:
        _children.pop(key, None)


def _checked(folder: RunFolder, found: RunStatus) -> RunStatus:
    """The same if its worker lives; else the run has failed."""
    lock = try_lock(folder.path / LOCK)
    if lock is None:
        return found
    with lock:  # nobody else can write now
        found = folder.read_status() or found
        if found.ended:
            return found
        folder.sweep(keep_plan=False)
        folder.note("the worker is gone without a word: the run has failed")
        message = Message("jobs.worker_gone", {"folder": str(folder.path)})
        write_result(folder, RunResult(Exit.CRASHED, folder.path, stopped="crashed", messages=(message,)))
        failed = replace(found, state="failed", exit=int(Exit.CRASHED))
        folder.write_status(failed)
        return failed


def ahead(run_dir: str | Path) -> int:
    """How many others have waited longer than a run that waits."""
    path = Path(run_dir)
    return waiting_before(path.parent / SLOTS, path.name)


def cancel(run_dir: str | Path, *, keep: bool = True) -> None:
    """Asks a run to stop. What the solver holds by then is kept as a plan; without `keep` it ends at once."""
    status(run_dir)
    RunFolder(run_dir).ask_to_cancel(keep=keep)


def result(run_dir: str | Path) -> RunResult | None:
    """How a run ended, with its plan if it holds one; None while it goes on."""
    return read_result(RunFolder(run_dir)) if status(run_dir).ended else None


def wait(run_dir: str | Path, timeout: float | None = None) -> RunStatus:
    """Waits for the end of a run; after `timeout` seconds the status as it is then."""
    until = None if timeout is None else time.monotonic() + timeout
    while True:
        found = status(run_dir)
        if found.ended or (until is not None and time.monotonic() >= until):
            return found
        time.sleep(POLL_S)


def runs(runs_root: str | Path) -> list[Path]:
    """Folders of runs, the newest first."""
    root = Path(runs_root)
    found = [path for path in root.iterdir() if (path / "status.json").is_file()] if root.is_dir() else []
    return sorted(
        found, key=lambda path: ((path / "options.json").stat().st_mtime_ns, path.name), reverse=True
    )
