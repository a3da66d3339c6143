"""Where members are solved: here, in threads, in processes, on a Dask cluster. The same rows from each.

    for row in rows_from(engine, setup, tasks): …         rows as they finish

Every slot is a place that solves one member after the other and keeps its solver: a thread with a HiGHS of its own, a
spawned process, a Dask worker. In threads only HiGHS runs side by side; whatever Pyomo does takes turns, for two
Pyomo solves in one process lock each other out, and building is bound to the interpreter's lock anyway. A process
that dies takes one member with it, which becomes a row; another one is started in its place.

Whoever asks to stop does not wait for members under way: a solve with whole numbers free stops by itself, and a
process that has not after a few seconds ends. What was cut off is no row; it is solved when the study goes on.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from typing import Any, Protocol

from redmud_opt.plan.plan import versions
from redmud_opt.study.sweeps.member import MemberSolver, Row, Setup, Task, crashed, head

ENGINES = ("serial", "threads", "processes", "dask")
DEPENDS_ON = ("redmud_opt", "highspy", "pyomo", "numpy")
"""What a row depends on beside its inputs."""

NICE = 10
WAIT_S = 15.0
"""How long a cluster may take to answer."""
POLL_S = 0.25
STOP_S = 3.0
"""How long a process may take to stop what it is at."""
AHEAD = 2
"""Members under way per slot: while one is solved the next one is there already."""

_BUILDING = threading.RLock()
_held = threading.local()


class ClusterSilent(Exception):
    """A Dask cluster that does not answer, or that runs other versions than those that rows depend on."""


Stop = Callable[[], bool]
"""Whether somebody asks to stop."""


def never() -> bool:
    """Nobody does."""
    return False


def stoppable(
    setup: Setup, should_stop: Stop, building: AbstractContextManager[Any] | None = None
) -> MemberSolver:
    """A solver that stops where whole numbers are free; LPs at fixed ones are not asked, for asking costs time."""
    solver = MemberSolver(setup, building)
    solver.options = replace(solver.options, should_stop=should_stop)
    return solver


def solve_task(
    setup: Setup,
    task: Task,
    building: AbstractContextManager[Any] | None = None,
    should_stop: Stop = never,
) -> Row:
    """One member in this thread, with the solver that it holds. Importable: workers keep their solver."""
    solver: MemberSolver | None = getattr(_held, "solver", None)
    if solver is None or _setup_of(solver.setup) != _setup_of(setup):
        solver = _held.solver = stoppable(setup, should_stop, building)
    return solver.solve(task)


def _setup_of(setup: Setup) -> tuple[str, bool]:
    """What tells setups apart: of which study, and whether its members' models have been learned by then."""
    return setup.key, setup.known is not None


_begun: list[tuple[Setup, Stop]] = []


def begin_process(setup: Setup, line: Connection) -> None:
    """A process is given its setup once; signals are left to the one that started it, the machine to others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(NICE)
    stop = threading.Event()
    _begun[:] = [(setup, stop.is_set)]
    threading.Thread(target=end_after, args=(line, stop), daemon=True).start()


def end_after(line: Connection, stop: threading.Event) -> None:
    """Stops what this process is at once the line to the one that started it is dead, and ends it a while later.

    Presolve hears nobody. A line and not a lock: a process that ends while it holds a lock leaves the others waiting.
    """
    line.poll(None)
    stop.set()
    time.sleep(STOP_S)
    os._exit(0)


def solve_in_process(task: Task) -> Row:
    """One member in a process of its own."""
    setup, should_stop = _begun[0]
    return solve_task(setup, task, None, should_stop)


def own_versions() -> dict[str, str]:
    """Versions that rows depend on, as a worker has them."""
    return {name: version for name, version in versions().items() if name in DEPENDS_ON}


def in_words(found: dict[str, str]) -> str:
    """Versions in one line."""
    return ", ".join(f"{name} {version}" for name, version in found.items())


class Slots(Protocol):
    """Places that solve members."""

    def submit(self, task: Task) -> Future[Row]:
        """Hands a member over."""

    def halt(self) -> None:
        """Asks what is under way to stop."""

    def close(self) -> None:
        """Lets go of everything, once what is under way has ended."""

    @property
    def count(self) -> int:
        """How many members are solved at the same time."""


class Here:
    """One member after the other, in this thread."""

    count = 1

    def __init__(self, setup: Setup, workers: int, cluster: str | None, should_stop: Stop = never) -> None:
        self.solver = stoppable(setup, should_stop)

    def submit(self, task: Task) -> Future[Row]:
        """Solves it at once."""
        future: Future[Row] = Future()
        future.set_result(self.solver.solve(task))
        return future

    def halt(self) -> None:
        """The solver asks by itself."""

    def close(self) -> None:
        """Nothing is held."""


class Threads:
    """A thread per slot."""

    def __init__(self, setup: Setup, workers: int, cluster: str | None, should_stop: Stop = never) -> None:
        self.setup, self.count, self.should_stop = setup, workers, should_stop
        self.pool = ThreadPoolExecutor(workers)

    def submit(self, task: Task) -> Future[Row]:
        """To the next thread that is free."""
        return self.pool.submit(solve_task, self.setup, task, _BUILDING, self.should_stop)

    def halt(self) -> None:
        """The solvers ask by themselves."""

    def close(self) -> None:
        """Threads end with what they are at."""
        self.pool.shutdown(cancel_futures=True)


class Processes:
    """A spawned process per slot, each a pool of one: when it dies it is known whose fault it was."""

    def __init__(self, setup: Setup, workers: int, cluster: str | None, should_stop: Stop = never) -> None:
        self.setup, self.count = setup, workers
        self.context = multiprocessing.get_context("spawn")
        self.line, self.held = self.context.Pipe(duplex=False)
        self.pools = [self._new() for _ in range(workers)]
        self.load = [0] * workers

    def _new(self) -> Executor:
        begun = (self.setup, self.line)
        return ProcessPoolExecutor(1, self.context, initializer=begin_process, initargs=begun)

    def submit(self, task: Task) -> Future[Row]:
        """To the process that has least to do."""
        slot = min(range(self.count), key=self.load.__getitem__)
        self.load[slot] += 1
        try:
            future = self.pools[slot].submit(solve_in_process, task)
        except BrokenProcessPool:
            self.pools[slot] = self._new()
            future = self.pools[slot].submit(solve_in_process, task)
        future.add_done_callback(lambda _: self._done(slot))
        return future

    def _done(self, slot: int) -> None:
        self.load[slot] -= 1

    def halt(self) -> None:
        """They stop what they are at, or end."""
        self.held.close()

    def close(self) -> None:
        """Processes end with what they are at."""
        for pool in self.pools:
            pool.shutdown(wait=True, cancel_futures=True)
        self.held.close()
        self.line.close()


class OnDask:
    """The workers of a Dask cluster: `local`, started here, or an address."""

    def __init__(self, setup: Setup, workers: int, cluster: str | None, should_stop: Stop = never) -> None:
        import distributed

        dask: Any = distributed  # it has no types
        self.cluster: Any = None
        if cluster in (None, "local"):
            self.cluster = dask.LocalCluster(
                n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None
            )
        try:
            self.client: Any = dask.Client(self.cluster or cluster, timeout=WAIT_S)
        except (OSError, ValueError) as error:
            raise ClusterSilent(str(cluster)) from error
        self.count = max(1, len(self.client.ncores()))
        if not self.client.ncores():
            self.close()
            raise ClusterSilent(str(cluster))
        try:
            found = list(self.client.run(own_versions).values())
        except Exception as error:
            self.close()
            raise ClusterSilent(str(cluster)) from error
        if other := [each for each in found if each != own_versions()]:
            self.close()
            raise ClusterSilent(f"{cluster}: {in_words(other[0])}")
        self.setup = self.client.scatter(setup, broadcast=True)
        self.pool = self.client.get_executor(pure=False, retries=0)

    def submit(self, task: Task) -> Future[Row]:
        """To a worker of the cluster."""
        future: Future[Row] = self.pool.submit(solve_task, self.setup, task)
        return future

    def halt(self) -> None:
        """Nothing: workers are let go of with what they are at."""

    def close(self) -> None:
        """The client, and the cluster where it was started here."""
        self.client.close()
        if self.cluster is not None:
            self.cluster.close()


KINDS: dict[str, Callable[[Setup, int, str | None, Stop], Slots]] = {
    "serial": Here,
    "threads": Threads,
    "processes": Processes,
    "dask": OnDask,
}


@dataclass(frozen=True)
class Engine:
    """What solves a study. cluster: of Dask, `local` or an address."""

    kind: str = "serial"
    workers: int = 1
    cluster: str | None = None


def rows_from(
    engine: Engine, setup: Setup, tasks: Sequence[Task], should_stop: Stop = never
) -> Iterator[Row | None]:
    """Rows as they finish; None now and then, so that who listens can look at the clock."""
    if not tasks:
        return
    slots = KINDS[engine.kind](setup, engine.workers, engine.cluster, should_stop)
    try:
        yield from _going(setup, slots, list(reversed(tasks)), should_stop)
    finally:
        slots.close()


def _going(setup: Setup, slots: Slots, left: list[Task], should_stop: Stop) -> Iterator[Row | None]:
    ahead = 1 if isinstance(slots, Here) else AHEAD * slots.count
    going: dict[Future[Row], tuple[Task, bool]] = {}
    again: list[Task] = []
    while left or again or going:
        if should_stop():
            slots.halt()
            return
        if again and not going:  # alone, so that the next death has one cause
            task = again.pop()
            going[slots.submit(task)] = (task, True)
        while left and not again and len(going) < ahead:
            task = left.pop()
            going[slots.submit(task)] = (task, False)
        done, _ = wait(going, timeout=POLL_S, return_when=FIRST_COMPLETED)
        if not done:
            yield None
        for future in done:
            task, was_alone = going.pop(future)
            error = future.exception()
            if error is None:
                row = future.result()
                yield None if row["stopped"] == "cancelled" else row
            elif was_alone:
                yield _lost(setup, task, error)
            else:
                again.append(task)


def _lost(setup: Setup, task: Task, error: BaseException) -> Row:
    """A member whose process died with it."""
    return head(setup, task) | crashed(f"{type(error).__name__}: {error}")
