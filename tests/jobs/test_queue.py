"""Runs in processes of their own: to the end, cancelled, killed, waiting for a slot."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import pytest
from tests.jobs import cases
from tests.jobs.test_run import assert_no_plan

from redmud_opt.jobs import Exit, RunOptions, RunStatus, cancel, result, runs, start, status, wait
from redmud_opt.jobs import queue as queue_module
from redmud_opt.jobs.folder import RunFolder
from redmud_opt.jobs.outcome import STAGES
from redmud_opt.jobs.queue import SLOTS
from redmud_opt.jobs.slots import default_slots, is_locked, slot, try_lock
from redmud_opt.jobs.worker import Ears, Watchdog
from redmud_opt.solve import Progress

PATIENCE_S = 60.0
PROMPT_S = 60.0
"""A plan held when the cancel comes is still made and audited; without the cancel the solve goes on for minutes."""


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    """A folder of runs; whatever still runs in it at the end of a test is ended."""
    path = tmp_path / "runs"
    yield path
    for run_dir in runs(path):
        found = status(run_dir)
        if not found.ended and found.pid is not None:
            os.kill(found.pid, signal.SIGKILL)
            wait(run_dir, PATIENCE_S)
    for child in list(queue_module._children.values()):
        child.kill()
        child.wait()
    queue_module._children.clear()


def until(true: Callable[[], bool], what: str) -> None:
    """Waits for something to become true."""
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end, f"waited in vain for: {what}"
        time.sleep(0.02)


def solving(run_dir: Path) -> int:
    """Waits until the solver is at it; the worker's pid."""
    until(lambda: status(run_dir).stage == "solve" or status(run_dir).ended, "the solve")
    until(
        lambda: bool(RunFolder(run_dir).progress()) or status(run_dir).ended, "a sign of life of the solver"
    )
    found = status(run_dir)
    assert found.state == "running", found
    assert found.pid is not None
    return found.pid


def start_slow(root: Path, tmp_path: Path) -> Path:
    """A run that is still solving when a test ends it."""
    return start(cases.slow(tmp_path / "case"), root, RunOptions(time_limit_s=cases.SLOW_LIMIT_S))


def test_to_the_end(root: Path, tmp_path: Path) -> None:
    run_dir = start(cases.starter(tmp_path / "case"), root, RunOptions(algorithm="simplex"))
    assert status(run_dir).state in ("queued", "running")
    found = wait(run_dir, PATIENCE_S)
    assert (found.state, found.exit) == ("done", 0)
    ended = result(run_dir)
    assert ended is not None
    assert ended.plan is not None
    assert ended.plan.solve["algorithm"] == "simplex"
    assert "审核：通过" in ended.words("zh")
    record = json.loads((run_dir / "result.json").read_text(encoding="utf-8"))
    assert record["run_dir"] == str(run_dir)
    assert runs(root) == [run_dir]
    until(lambda: not is_locked(run_dir / "worker.lock"), "the end of the worker")


def test_no_plan_is_a_result_too(root: Path, tmp_path: Path) -> None:
    faulty = start(cases.faulty(tmp_path / "a"), root, slots=2)
    impossible = start(cases.impossible_by_a_solve(tmp_path / "b"), root, slots=2)
    for run_dir, code in ((faulty, Exit.FAULTS), (impossible, Exit.INFEASIBLE)):
        found = wait(run_dir, PATIENCE_S)
        assert (found.state, found.exit) == ("done", code)
        ended = result(run_dir)
        assert ended is not None
        assert ended.exit == code
        assert ended.plan is None
        assert_no_plan(run_dir)
    ended = result(faulty)
    assert ended is not None
    assert ended.faults is not None
    assert "refinery" in ended.words("zh")  # the nearest name is still told


def test_kill_in_the_middle(root: Path, tmp_path: Path) -> None:
    run_dir = start_slow(root, tmp_path)
    pid = solving(run_dir)
    assert result(run_dir) is None
    os.kill(pid, signal.SIGKILL)
    found = wait(run_dir, PATIENCE_S)
    assert (found.state, found.exit) == ("failed", Exit.CRASHED)
    ended = result(run_dir)
    assert ended is not None
    assert ended.exit == Exit.CRASHED
    assert ended.plan is None
    assert "worker" in ended.words()
    assert_no_plan(run_dir)
    assert json.loads((run_dir / "status.json").read_text())["state"] == "failed"


def test_cancel_in_the_middle(root: Path, tmp_path: Path) -> None:
    run_dir = start_slow(root, tmp_path)
    solving(run_dir)
    asked = time.monotonic()
    cancel(run_dir)
    found = wait(run_dir, PATIENCE_S)
    assert time.monotonic() - asked < PROMPT_S
    ended = result(run_dir)
    assert ended is not None
    if ended.plan is None:
        assert (found.state, found.exit, ended.stopped) == ("cancelled", Exit.CANCELLED, "cancelled")
        assert_no_plan(run_dir)
    else:  # the solver held a point by then
        assert (found.state, found.exit, ended.plan.solve["stopped"]) == ("done", 0, "cancelled")
        assert ended.plan.status == "feasible"


def test_killed_while_a_plan_is_written(root: Path, tmp_path: Path) -> None:
    """What a worker had half-written when it was killed is swept away by whoever finds it dead."""
    run_dir = start_slow(root, tmp_path)
    pid = solving(run_dir)
    (run_dir / "plan.part").mkdir()
    (run_dir / "plan.part" / "flows.csv").write_text("lane,flow_t\n")
    (run_dir / "result.json.part").write_text("{")
    os.kill(pid, signal.SIGKILL)
    assert wait(run_dir, PATIENCE_S).state == "failed"
    assert_no_plan(run_dir)


def test_killed_while_it_waits(root: Path, tmp_path: Path) -> None:
    with held_slot(root):
        run_dir = start(cases.starter(tmp_path / "case"), root, slots=1)
        until(lambda: bool(list((root / SLOTS).glob("*.ticket"))), "the ticket")
        assert status(run_dir).state == "queued"
        child = queue_module._children[str(run_dir.resolve())]
        os.kill(child.pid, signal.SIGKILL)
        assert wait(run_dir, PATIENCE_S).state == "failed"


def test_cancelled_while_it_waits(root: Path, tmp_path: Path) -> None:
    with held_slot(root):
        run_dir = start(cases.starter(tmp_path / "case"), root, slots=1)
        cancel(run_dir)
        found = wait(run_dir, PATIENCE_S)
        assert (found.state, found.exit) == ("cancelled", Exit.CANCELLED)
    ended = result(run_dir)
    assert ended is not None
    assert ended.exit == Exit.CANCELLED
    assert not list((root / SLOTS).glob("*.ticket"))


@pytest.mark.slow
def test_dropped_at_once(root: Path) -> None:
    """A run that would hold a plan ends without one."""
    run_dir = start("guangxi", root, slots=1)
    until(lambda: (RunFolder(run_dir).last_progress() or {}).get("objective") is not None, "a plan")
    cancel(run_dir, keep=False)
    assert wait(run_dir, PATIENCE_S).state == "cancelled"
    assert_no_plan(run_dir)


def held_slot(root: Path) -> IO[bytes]:
    """The only slot, held by the test as long as the file is open."""
    (root / SLOTS).mkdir(parents=True, exist_ok=True)
    file = try_lock(root / SLOTS / "slot-0")
    assert file is not None
    return file


def test_the_rest_waits_for_its_turn(root: Path, tmp_path: Path) -> None:
    case = cases.starter(tmp_path / "case")
    with held_slot(root):
        first, second = start(case, root, slots=1), start(case, root, slots=1)
        until(lambda: len(list((root / SLOTS).glob("*.ticket"))) == 2, "two tickets")
        assert {status(first).state, status(second).state} == {"queued"}
        assert wait(first, 0.3).state == "queued"
    for run_dir in (first, second):
        assert wait(run_dir, PATIENCE_S).state == "done"


def test_a_worker_that_outlives_its_starter(root: Path, tmp_path: Path) -> None:
    """The process that asked may end; the run goes on, and others can see it."""
    case = cases.starter(tmp_path / "case")
    code = f"from redmud_opt.jobs import start; print(start({str(case)!r}, {str(root)!r}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    run_dir = Path(done.stdout.strip())
    assert wait(run_dir, PATIENCE_S).state == "done"


def test_a_name_is_no_path(root: Path) -> None:
    run_dir = start("nothing_of_that_name", root)
    assert wait(run_dir, PATIENCE_S).exit == Exit.FAULTS


def test_no_run(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        status(tmp_path)
    assert runs(tmp_path / "nowhere") == []


def test_wait_gives_up(root: Path, tmp_path: Path) -> None:
    with held_slot(root):
        run_dir = start(cases.starter(tmp_path / "case"), root, slots=1)
        before = time.monotonic()
        assert not wait(run_dir, 0.2).ended
        assert time.monotonic() - before < 5


# ---- slots and the watchdog ------------------------------------------------------------------------------------


def test_oldest_first_and_the_dead_do_not_wait(tmp_path: Path) -> None:
    root = tmp_path / "slots"
    root.mkdir()
    (root / "00000000000000000001-dead.ticket").touch()
    order: list[str] = []
    first_in, second_waits, let_go = threading.Event(), threading.Event(), threading.Event()

    def first() -> None:
        with slot(root, 1, "a", lambda: False) as free:
            assert free
            first_in.set()
            let_go.wait(10)
            order.append("a")

    def second() -> None:
        first_in.wait(10)
        second_waits.set()
        with slot(root, 1, "b", lambda: False) as free:
            assert free
            order.append("b")

    threads = [threading.Thread(target=work) for work in (first, second)]
    for thread in threads:
        thread.start()
    assert second_waits.wait(10)
    time.sleep(0.3)
    assert order == []
    let_go.set()
    for thread in threads:
        thread.join(10)
    assert order == ["a", "b"]
    assert not list(root.glob("*.ticket"))


def test_giving_up_leaves_no_ticket(tmp_path: Path) -> None:
    root = tmp_path / "slots"
    with slot(root, 1, "a", lambda: False) as first, slot(root, 1, "b", lambda: True) as second:
        assert first
        assert not second
    assert not list(root.glob("*.ticket"))


def test_one_core_stays_free() -> None:
    assert default_slots() == max(1, len(os.sched_getaffinity(0)) - 1)


STAGES_ON = (*STAGES, "explain", "keep", "end")


@pytest.mark.parametrize(
    ("holds", "drop", "waited_s", "bitten"),
    [
        (False, False, 1.0, ()),
        (False, False, 4.5, ("read", "network", "build", "solve")),  # so that the page says so within 5 s
        (True, False, 60.0, ("read", "network", "build")),  # what the solver holds becomes a plan
        (True, False, 1e4, ("read", "network", "build", "solve")),
        (True, True, 0.0, (*STAGES, "explain")),  # nothing is to be kept
    ],
)
def test_watchdog_bites_where_nothing_is_lost(
    holds: bool,
    drop: bool,
    waited_s: float,
    bitten: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ended: list[str] = []
    folder = RunFolder(tmp_path)
    (tmp_path / "plan.part").mkdir()
    dog = Watchdog(folder, Ears(folder), holds=holds)
    monkeypatch.setattr(os, "_exit", lambda code: ended.append(dog.stage))
    folder.ask_to_cancel()
    if drop:
        folder.ask_to_cancel(keep=False)
    for stage in STAGES_ON:
        folder.write_status(RunStatus("running", stage, started=time.time()))
        dog.entered(stage)
        dog.bite(waited_s)
        found = folder.read_status()
        assert found is not None
        assert found.state == ("cancelled" if stage in bitten else "running")
    assert tuple(ended) == bitten
    if bitten:
        assert_no_plan(tmp_path)
        assert not list(tmp_path.glob("*.part"))


def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, progress: Progress) -> list[int]:
    """Exit codes of a watchdog that heard this much, and a cancel that the solver does not heed."""
    folder = RunFolder(tmp_path)
    folder.write_status(RunStatus("running", "solve", started=time.time()))
    folder.ask_to_cancel()
    dog = Watchdog(folder, Ears(folder), grace_s=0.0, grace_held_s=1e9)
    ended: list[int] = []

    class Over(Exception):
        """No more rounds."""

    def bitten(code: int) -> None:
        ended.append(code)
        raise Over

    rounds = iter(range(5))

    def slept(_: float) -> None:
        if next(rounds, None) is None:
            raise Over

    monkeypatch.setattr(os, "_exit", bitten)
    monkeypatch.setattr("redmud_opt.jobs.worker.time.sleep", slept)
    monkeypatch.setattr("redmud_opt.jobs.worker.ASK_EVERY_S", 0.0)
    dog.entered("solve")
    dog.heard(progress)
    with pytest.raises(Over):
        dog.watch()
    return ended


@pytest.mark.parametrize(
    ("progress", "ended"),
    [
        (Progress(1.0, 5, objective=3.0, phase="branch"), []),
        (Progress(1.0, 5, objective=None, phase="branch"), [Exit.CANCELLED]),
        (Progress(1.0, 5, objective=3.0, phase="lp"), [Exit.CANCELLED]),  # an iterate is no plan
    ],
)
def test_watchdog_waits_for_a_plan_that_the_solver_holds(
    progress: Progress, ended: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert watched(tmp_path, monkeypatch, progress) == ended


def test_ears_hear_the_file_and_the_signal(tmp_path: Path) -> None:
    ears = Ears(RunFolder(tmp_path))
    assert not ears.should_stop()
    RunFolder(tmp_path).ask_to_cancel()
    until(ears.should_stop, "the file")
    other = Ears(RunFolder(tmp_path / "elsewhere"))
    other.signalled(signal.SIGTERM, None)
    assert other.should_stop()
