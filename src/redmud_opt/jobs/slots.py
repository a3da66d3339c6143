"""At most so many workers at once below one folder of runs; the others wait, the oldest first.

A slot, a place in the queue and the life of a worker are file locks: the system takes them back when a process ends,
however it ends, so nothing is ever left to clean up by hand.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

POLL_S = 0.1


def default_slots() -> int:
    """One core stays free for the pages."""
    return max(1, len(os.sched_getaffinity(0)) - 1)


def try_lock(path: Path) -> IO[bytes] | None:
    """The file, locked as long as it is open; None if somebody else holds it."""
    file = path.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def is_locked(path: Path) -> bool:
    """Whether somebody holds the lock of a file."""
    file = try_lock(path)
    if file is None:
        return True
    file.close()
    return False


@contextmanager
def slot(root: Path, count: int, name: str, gave_up: Callable[[], bool]) -> Iterator[bool]:
    """Waits for one of `count` slots; yields False if `gave_up` says so before one is free."""
    root.mkdir(parents=True, exist_ok=True)
    ticket = root / f"{time.time_ns():020d}-{name}.ticket"
    waiting, held = try_lock(ticket), None
    try:
        while held is None and not gave_up():
            held = _take(root, count) if _is_first(root, ticket) else None
            if held is None:
                time.sleep(POLL_S)
        ticket.unlink(missing_ok=True)
        yield held is not None
    finally:
        ticket.unlink(missing_ok=True)
        for file in (waiting, held):
            if file is not None:
                file.close()


def waiting_before(root: Path, name: str) -> int:
    """How many tickets are older than that of `name`; nobody's ticket is touched."""
    tickets = sorted(path.name for path in root.glob("*.ticket"))
    own = [number for number, ticket in enumerate(tickets) if ticket.partition("-")[2] == f"{name}.ticket"]
    return own[0] if own else 0


def _take(root: Path, count: int) -> IO[bytes] | None:
    for number in range(count):
        held = try_lock(root / f"slot-{number}")
        if held is not None:
            return held
    return None


def _is_first(root: Path, ticket: Path) -> bool:
    """Whether nobody alive has waited longer; tickets of the dead are thrown away."""
    for older in sorted(root.glob("*.ticket")):
        if older.name >= ticket.name:
            return True
        if is_locked(older):
            return False
        older.unlink(missing_ok=True)
    return True
