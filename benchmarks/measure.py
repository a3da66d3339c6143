"""Times the peers side by side: in turns, repeated, each run from a fresh object after a garbage collection.

Seconds are CPU seconds of this process. All that is timed runs on one thread, so on an idle machine they are the
seconds of a clock; on a busy one they leave out the time that other work had. The clock is noted beside them.
"""

from __future__ import annotations

import gc
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import highspy
import numpy as np

from benchmarks.given import Given
from benchmarks.peers import PEERS, make_peer
from benchmarks.peers.bare import Bare
from benchmarks.peers.ours import Ours
from benchmarks.registry import TINY, BenchSpec
from benchmarks.synthetic import make_case
from redmud_opt.network import Network, build_network

PHASES = ("build", "transfer", "frames")
SAME_OPTIMUM = 1e-7
"""Relative: how near the optima of all peers must lie."""


@dataclass(frozen=True)
class Effort:
    """How often each peer runs (the slow ones less often), which solvers run, and for how long at most."""

    repeats: int
    linopy: int
    pyomo: int
    solvers: tuple[str, ...] = ("ipx", "simplex")
    limit_s: float = 90.0

    def of(self, peer: str) -> int:
        """Runs of a peer."""
        return {"linopy": self.linopy, "pyomo": self.pyomo}.get(peer, self.repeats)


EFFORTS = {"small": Effort(40, 15, 5), "medium": Effort(40, 11, 2), "large": Effort(40, 9, 1)}
"""Plain Pyomo at the largest size runs once: it takes the better part of a minute."""


@dataclass(frozen=True)
class Solve:
    """One run of HiGHS for context."""

    solver: str
    seconds: float
    objective: float | None


@dataclass
class Measured:
    """Everything that was measured on one instance. `runs`: peer → phases of each run, and `wall` by the clock."""

    spec: BenchSpec
    size: tuple[int, int, int]
    network_s: float
    runs: dict[str, list[dict[str, float]]] = field(default_factory=dict)
    solves: list[Solve] = field(default_factory=list)

    def best(self, peer: str) -> dict[str, float]:
        """The fastest of each phase, and the fastest run by the clock: other work on the machine can only add."""
        runs = self.runs[peer]
        return {part: min(run[part] for run in runs) for part in runs[0]}

    def median(self, peer: str) -> float:
        """Median of the totals, seconds."""
        return statistics.median(map(total, self.runs[peer]))

    def ratio(self, peer: str) -> float:
        """The fastest phases together, over those of bare arrays."""
        return total(self.best(peer)) / total(self.best("bare"))


def total(run: dict[str, float]) -> float:
    """Build + transfer + frames, seconds."""
    return sum(run[phase] for phase in PHASES)


def measure(
    spec: BenchSpec, effort: Effort, peers: Sequence[str] = PEERS, *, check_optima: bool = False
) -> Measured:
    """Builds the instance, solves it for a solution to frame, then times the peers one after the other."""
    network, network_s = _network(spec, min(effort.repeats, 3))
    given = Given.of(network)
    found = Measured(spec, given.size, network_s)
    values = _solve(found, given, effort)
    _warm_up(peers)
    for turn in range(effort.repeats):
        for name in peers:
            if turn < effort.of(name):
                peer = make_peer(name, given, network)
                found.runs.setdefault(name, []).append(_run(peer, values))
                _check_size(name, peer, given)
                if check_optima and turn == 0:
                    _check_optimum(name, peer, found)
                del peer
    return found


def _network(spec: BenchSpec, repeats: int) -> tuple[Network, float]:
    """The network and the least time that it took."""
    case = make_case(spec)
    seconds, network = [], build_network(case)
    for _ in range(repeats):
        gc.collect()
        started = time.process_time()
        network = build_network(case)
        seconds.append(time.process_time() - started)
    return network, min(seconds)


def _warm_up(peers: Sequence[str]) -> None:
    """One run of each on a tiny instance: imports, caches, first use of everything."""
    network = build_network(make_case(TINY))
    given = Given.of(network)
    for name in peers:
        _run(make_peer(name, given, network), np.ones(given.size[0]))


def _run(peer: Any, values: np.ndarray) -> dict[str, float]:
    """Seconds of each phase, and of all of them by the clock."""
    gc.collect()
    with quiet():
        started = time.perf_counter()
        seconds = {
            "build": _timed(peer.build),
            "transfer": _timed(peer.transfer),
            "frames": _timed(peer.frames, values),
        }
        seconds["wall"] = time.perf_counter() - started
    return seconds | (peer.parts if isinstance(peer, Ours) else {})


def _timed(call: Callable[..., Any], *arguments: Any) -> float:
    started = time.process_time()
    call(*arguments)
    return time.process_time() - started


def _check_size(name: str, peer: Any, given: Given) -> None:
    """Every peer must hand over as many columns, rows and non-zeros."""
    size = peer.highs.getNumCol(), peer.highs.getNumRow(), peer.highs.getNumNz()
    if size != given.size:
        raise AssertionError(f"{name} built (columns, rows, non-zeros) {size}; the model has {given.size}")


def _check_optimum(name: str, peer: Any, found: Measured) -> None:
    """Every peer's own HiGHS object must reach the optimum that bare arrays reached."""
    objective = run_highs(peer.highs, "simplex", 60.0).objective
    expected = found.solves[0].objective
    if objective is None or expected is None or not same(objective, expected):
        raise AssertionError(f"{name} reaches {objective}, bare arrays reach {expected}")


def same(one: float, other: float) -> bool:
    """Equal to 1e-7, relative."""
    return abs(one - other) <= SAME_OPTIMUM * max(1.0, abs(one), abs(other))


def _solve(found: Measured, given: Given, effort: Effort) -> np.ndarray:
    """Runs each solver on the bare model; the values of the first that is optimal."""
    values: np.ndarray | None = None
    for solver in effort.solvers:
        peer = Bare(given)
        peer.build()
        peer.transfer()
        found.solves.append(run_highs(peer.highs, solver, effort.limit_s))
        if values is None and found.solves[-1].objective is not None:
            values = np.array(peer.highs.getSolution().col_value)
    if values is None:
        raise AssertionError(f"no solver reached an optimum of '{found.spec.name}' in {effort.limit_s:.0f} s")
    return values


def run_highs(highs: Any, solver: str, limit_s: float) -> Solve:
    """One run; the objective is None unless it is optimal."""
    options = {"solver": solver, "run_crossover": "on", "time_limit": limit_s, "threads": 1}
    with quiet():
        for option, value in options.items():
            if highs.setOptionValue(option, value) != highspy.HighsStatus.kOk:
                raise AssertionError(f"HiGHS refuses option {option} = {value}")
        seconds = _timed(highs.run)
    optimal = highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return Solve(solver, seconds, float(highs.getInfo().objective_function_value) if optimal else None)


@contextmanager
def quiet() -> Iterator[None]:
    """Nothing on standard output meanwhile, not from HiGHS either, which writes past Python."""
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)
