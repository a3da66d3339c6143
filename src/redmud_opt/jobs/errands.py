"""Errands: long answers about finished runs, each made in a process of its own so that no page waits for it.

    folder = send("runs", "explain", {"run": "guangxi-20261128-090000", "question": "worth", "arguments": ["press"]})
    status(folder).state        queued | running | done | failed | cancelled, as of a run
    read_answer(folder, "zh")   record, words and faults; None while it goes on
    answered("runs", "explain", "guangxi-20261128-090000")     errands of a run, the newest first

An errand is known by what it asks: sent again it is found again, unless it ended without an answer or was refused
with faults, which may be mended by now. Errands lie in `.errands/` of the folder of runs and share its slots with the
runs.

    request.json   errand and what it asks      status.json  log.txt  worker.lock  cancel   as of a run
    answer.json    by language: record, words   front/ study/   points, members
"""

from __future__ import annotations

import argparse
import faulthandler
import hashlib
import json
import os
import shutil
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from redmud_opt.i18n import LANGUAGES
from redmud_opt.jobs.comparing import compare_all
from redmud_opt.jobs.explaining import DEFAULT_LIMIT_S, explain_run
from redmud_opt.jobs.folder import RunFolder, RunStatus
from redmud_opt.jobs.fronts import FRONT, POINTS, front_case
from redmud_opt.jobs.inputs import recorded_entry
from redmud_opt.jobs.listening import Cancelled, Listener
from redmud_opt.jobs.outcome import Exit
from redmud_opt.jobs.queue import SLOTS, launch, status
from redmud_opt.jobs.slots import slot
from redmud_opt.jobs.sweeping import HEAD, sweep
from redmud_opt.jobs.worker import ASK_EVERY_S, NICE, Ears

FOLDER = ".errands"
REQUEST, ANSWER = "request.json", "answer.json"
MODULE = "redmud_opt.jobs.errands"
LEAVING_TRIES, LEAVING_S = 100, 0.1
"""How long a process that has said its last word may take to go."""
GRACE_S = 20.0
"""How long an errand may go on after a cancel: a study ends its own processes and keeps the members that are done."""

Request = Mapping[str, Any]


class Told(Protocol):
    """What an errand comes back with: a report of `jobs`."""

    @property
    def exit(self) -> Exit:
        """The exit code that the command line would give."""

    def as_record(self, language: str = "en") -> dict[str, Any]:
        """For a page to draw."""

    def words(self, language: str = "en") -> str:
        """For people."""


@dataclass(frozen=True)
class Errand:
    """One errand as it is done. home: its own folder; root: the folder of runs."""

    home: Path
    root: Path
    asked: Request
    listener: Listener


def _explain(errand: Errand) -> Told:
    """run, question, arguments (a list or None), limit_s."""
    asked = errand.asked
    questions = {str(asked["question"]): asked.get("arguments")}
    limit_s = float(asked.get("limit_s", DEFAULT_LIMIT_S))
    return explain_run(errand.root / str(asked["run"]), questions, limit_s=limit_s, listener=errand.listener)


def _compare(errand: Errand) -> Told:
    """runs: names of two to four."""
    return compare_all([errand.root / str(name) for name in errand.asked["runs"]], listener=errand.listener)


def _front(errand: Errand) -> Told:
    """run, goals, points, limit_s (of a point): of the case of the run. Goes on where it was cut off."""
    kept, asked = front_folder(errand.home), errand.asked
    run = RunFolder(errand.root / str(asked["run"]))
    limit_s = float(asked.get("limit_s", DEFAULT_LIMIT_S))
    return front_case(
        recorded_entry(run.path),
        tuple(asked["goals"]),
        points=int(asked["points"]),
        time_limit_s=limit_s,
        out=kept,
        resume=(kept / FRONT).is_file(),
        listener=errand.listener,
    )


def front_folder(home: Path) -> Path:
    """Where the errand of a front keeps the front."""
    return home / "front"


def _sweep(errand: Errand) -> Told:
    """study: a file, or the name of one that travels with the package. Goes on where it was cut off."""
    kept, study = study_folder(errand.home), str(errand.asked["study"])
    if (kept / HEAD).is_file():
        return sweep(study, out=kept, resume=True, listener=errand.listener)
    shutil.rmtree(kept, ignore_errors=True)  # cut off before its first member
    return sweep(study, out=kept, listener=errand.listener)


def study_folder(home: Path) -> Path:
    """Where the errand of a study keeps the study."""
    return home / "study"


ERRANDS: dict[str, Callable[[Errand], Told]] = {
    "explain": _explain,
    "compare": _compare,
    "front": _front,
    "sweep": _sweep,
}
"""What can be sent for."""


@dataclass(frozen=True)
class Answer:
    """What an errand came back with, in one language."""

    exit: Exit
    record: Mapping[str, Any]
    words: str


# ---- sending and looking -----------------------------------------------------------------------------------------


def send(runs_root: str | Path, errand: str, request: Request, *, slots: int | None = None) -> Path:
    """Queues an errand and returns its folder at once; one that is on its way or answered is returned as it is.

    Raises KeyError for an errand that there is not.
    """
    if errand not in ERRANDS:
        raise KeyError(errand)
    path = errand_folder(runs_root, errand, request)
    if at_hand(path):
        return path
    path.mkdir(parents=True, exist_ok=True)
    folder = RunFolder(path)
    asked = {"errand": errand, "request": dict(request), "root": str(Path(runs_root).resolve())}

    def ask() -> None:
        for stale in (ANSWER, "cancel"):
            (path / stale).unlink(missing_ok=True)
        folder.write_json(REQUEST, asked)

    for _ in range(LEAVING_TRIES):
        try:
            launch(folder, MODULE, slots, ask)
            break
        except BlockingIOError:
            time.sleep(LEAVING_S)  # its process is not gone yet, or somebody else sends the same
        if at_hand(path):
            break
    return path


def errand_folder(runs_root: str | Path, errand: str, request: Request) -> Path:
    """Where an errand lies, sent or not: known by what it asks."""
    asked = json.dumps([errand, dict(request)], sort_keys=True, ensure_ascii=False)
    return Path(runs_root) / FOLDER / f"{errand}-{hashlib.sha256(asked.encode()).hexdigest()[:16]}"


def at_hand(path: Path) -> bool:
    """Whether an errand is on its way or came back with all of its answer: then it need not be sent again."""
    try:
        now = status(path)
    except FileNotFoundError:
        return False
    if not now.ended or not (path / ANSWER).is_file():
        return not now.ended
    kept = json.loads((path / ANSWER).read_text(encoding="utf-8"))
    return kept["exit"] not in (Exit.CANCELLED, Exit.FAULTS)


def errand_status(path: str | Path) -> RunStatus | None:
    """Where an errand stands; None for one that was never sent."""
    try:
        return status(path)
    except FileNotFoundError:
        return None


def read_answer(path: str | Path, language: str = "en") -> Answer | None:
    """What came of an errand; None while there is nothing."""
    file = Path(path) / ANSWER
    if not file.is_file():
        return None
    kept = json.loads(file.read_text(encoding="utf-8"))
    return Answer(Exit(kept["exit"]), kept[language]["record"], kept[language]["words"])


def answered(runs_root: str | Path, errand: str, run: str) -> list[tuple[Path, Request]]:
    """Errands of a kind that were sent about a run, the newest first, with what they ask."""
    found = []
    for file in (Path(runs_root) / FOLDER).glob(f"{errand}-*/{REQUEST}"):
        request = json.loads(file.read_text(encoding="utf-8"))["request"]
        if request.get("run") == run or run in request.get("runs", ()):
            found.append((file.stat().st_mtime_ns, file.parent, request))
    return [(path, request) for _, path, request in sorted(found, key=lambda one: one[:2], reverse=True)]


def open_point(front: Path, number: int, runs_root: str | Path) -> Path:
    """A point of a front as a run of its own beside the others; opened twice it is the same run.

    Raises FileNotFoundError where the front holds no such point.
    """
    source = front / POINTS / f"{number:02d}"
    if not (source / "result.json").is_file():
        raise FileNotFoundError(source)
    path = Path(runs_root) / f"{front.parent.name}-{number:02d}"
    if not (path / "status.json").is_file():
        shutil.copytree(source, path, dirs_exist_ok=True)
        done = RunStatus("done", "", 0.0, None, int(Exit.PLAN), source.stat().st_mtime)
        RunFolder(path).write_status(done)
    return path


# ---- the process -------------------------------------------------------------------------------------------------


def go(folder: RunFolder, slots: int) -> Exit:
    """Waits for a slot, does the errand, keeps the answer; whatever happens ends in a status."""
    kept = json.loads((folder.path / REQUEST).read_text(encoding="utf-8"))
    root, started = Path(kept["root"]), time.time()
    ears = Ears(folder)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ears.signalled)

    def stands(state: str, stage: str, code: Exit | None = None) -> None:
        end = None if code is None else int(code)
        folder.write_status(RunStatus(state, stage, time.time() - started, os.getpid(), end, started))

    with slot(root / SLOTS, slots, folder.path.name, ears.should_stop) as free:
        if not free:
            stands("cancelled", "", Exit.CANCELLED)
            return Exit.CANCELLED
        threading.Thread(target=_watch, args=(ears, stands), daemon=True).start()
        listener = Listener(ears.should_stop, lambda stage: stands("running", stage), note=folder.note)
        stands("running", "read")
        try:
            told = ERRANDS[kept["errand"]](Errand(folder.path, root, kept["request"], listener))
            by_language = {
                language: {"record": told.as_record(language), "words": told.words(language)}
                for language in LANGUAGES
            }
            folder.write_json(ANSWER, {"exit": int(told.exit)} | by_language)
        except Cancelled:
            stands("cancelled", "", Exit.CANCELLED)
            return Exit.CANCELLED
        except Exception:
            folder.note(traceback.format_exc())
            stands("failed", "", Exit.CRASHED)
            return Exit.CRASHED
        stands("cancelled" if told.exit is Exit.CANCELLED else "done", "", told.exit)
        return told.exit


def _watch(ears: Ears, stands: Callable[[str, str, Exit], None]) -> None:
    """Ends the process where a solver does not listen to a cancel: an errand holds nothing that could be lost."""
    since: float | None = None
    while True:
        time.sleep(ASK_EVERY_S)
        if ears.should_stop():
            since = since or time.monotonic()
            if time.monotonic() - since >= GRACE_S:
                stands("cancelled", "", Exit.CANCELLED)
                os._exit(int(Exit.CANCELLED))


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of the process."""
    parser = argparse.ArgumentParser(prog=MODULE, description="Does one errand.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--slots", type=int, default=1)
    asked = parser.parse_args(arguments)
    faulthandler.enable()
    os.nice(NICE)
    return int(go(RunFolder(asked.folder), max(1, asked.slots)))


if __name__ == "__main__":
    sys.exit(main())
