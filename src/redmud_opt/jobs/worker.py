"""The worker process: `python -m redmud_opt.jobs.worker RUN_DIR`. It waits for a slot, runs, and exits with the run's
code. Started by `jobs.start`, which hands it the lock of the folder."""

from __future__ import annotations

import argparse
import faulthandler
import math
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from redmud_opt.i18n import Message
from redmud_opt.jobs.folder import RunFolder, RunStatus
from redmud_opt.jobs.listening import Listener
from redmud_opt.jobs.outcome import STAGES, Exit, RunResult
from redmud_opt.jobs.queue import SLOTS
from redmud_opt.jobs.results import write_result
from redmud_opt.jobs.run import run_in
from redmud_opt.jobs.slots import slot
from redmud_opt.solve import Progress

NICE = 10
ASK_EVERY_S = 0.1
GRACE_S = 3.0
"""How long a run that holds nothing may go on after a cancel: networks and presolves do not listen."""
GRACE_HELD_S = 600.0
"""The same where the solver holds a plan with integers: its LP at rounded integers is worth the wait."""
BEFORE = ("read", "network", "build")
"""Stages in which nothing is held."""


@dataclass
class Ears:
    """Hears the file `cancel` and the signals TERM and INT; asks the disk only now and then."""

    folder: RunFolder
    heard: bool = False
    asked: float = 0.0

    def signalled(self, number: int, frame: FrameType | None) -> None:
        """A signal asks to stop, like the file."""
        self.heard = True

    def should_stop(self) -> bool:
        """Whether somebody asked to stop."""
        now = time.monotonic()
        if not self.heard and now - self.asked >= ASK_EVERY_S:
            self.asked, self.heard = now, self.folder.is_cancelled()
        return self.heard


@dataclass
class Watchdog:
    """Ends the process where it does not listen. What the solver holds is lost then, so it gets its time, unless
    somebody asked to drop it; once a plan is being kept this never bites."""

    folder: RunFolder
    ears: Ears
    grace_s: float = GRACE_S
    grace_held_s: float = GRACE_HELD_S
    stage: str = ""
    holds: bool = False
    guard: threading.Lock = field(default_factory=threading.Lock)

    def entered(self, stage: str) -> None:
        """A stage begins; the last one (`keep`) is over in any case."""
        with self.guard:
            self.stage = stage

    def heard(self, progress: Progress) -> None:
        """A sign of life: with integers an objective is that of a plan."""
        self.holds = self.holds or (progress.phase != "lp" and progress.objective is not None)

    def watch(self) -> None:
        """Runs in a thread of its own until the process ends."""
        since: float | None = None
        while True:
            time.sleep(ASK_EVERY_S)
            if not self.ears.should_stop():
                continue
            since = since or time.monotonic()
            self.bite(time.monotonic() - since)

    def bite(self, waited_s: float) -> None:
        """Writes the run down as cancelled and ends the process, where that has waited long enough."""
        with self.guard:
            if waited_s >= self.patience_s():
                self.folder.sweep(keep_plan=False)
                end_early(self.folder, Message("jobs.cancelled"))
                os._exit(int(Exit.CANCELLED))

    def patience_s(self) -> float:
        """How long it may go on from the cancel, as things stand."""
        if self.stage not in (*STAGES, "explain"):
            return math.inf
        if self.folder.is_dropped():
            return 0.0
        if self.stage in BEFORE or (self.stage == "solve" and not self.holds):
            return self.grace_s
        return self.grace_held_s if self.stage == "solve" else math.inf


def end_early(folder: RunFolder, message: Message) -> None:
    """A run that was cancelled before it held anything."""
    write_result(folder, RunResult(Exit.CANCELLED, folder.path, stopped="cancelled", messages=(message,)))
    before = folder.read_status() or RunStatus("queued")
    seconds = time.time() - before.started if before.started is not None else before.seconds
    folder.write_status(
        RunStatus("cancelled", before.stage, seconds, os.getpid(), int(Exit.CANCELLED), before.started)
    )


def work(folder: RunFolder, slots: int) -> int:
    """Waits, runs, returns the exit code."""
    ears = Ears(folder)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ears.signalled)
    with slot(folder.path.parent / SLOTS, slots, folder.path.name, ears.should_stop) as free:
        if not free:
            end_early(folder, Message("jobs.cancelled"))
            return int(Exit.CANCELLED)
        dog = Watchdog(folder, ears)
        threading.Thread(target=dog.watch, daemon=True).start()
        result = run_in(folder, Listener(ears.should_stop, dog.entered, dog.heard))
        dog.entered("end")
        return int(result.exit)


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of the process."""
    parser = argparse.ArgumentParser(prog="redmud_opt.jobs.worker", description="Runs one queued run.")
    parser.add_argument("run_dir", type=Path)
    parser.add_argument("--slots", type=int, default=1)
    asked = parser.parse_args(arguments)
    faulthandler.enable()
    os.nice(NICE)
    return work(RunFolder(asked.run_dir), max(1, asked.slots))


if __name__ == "__main__":
    sys.exit(main())
