"""What a solve is asked for and what came of it: why it stopped, and what it holds, are two things."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Stopped = Literal["optimal", "time", "gap", "cancelled", "infeasible", "unbounded", "crashed"]
Holds = Literal["proved", "with_gap", "nothing"]

Array = npt.NDArray[np.float64]

PROVED = 1e-6
"""A plan whose gap is at most this is proved best."""


def gap_of(objective: float, bound: float) -> float:
    """|objective − bound| ÷ max(1, |objective|)."""
    return abs(objective - bound) / max(1.0, abs(objective))


@dataclass(frozen=True)
class Progress:
    """One line of live progress.

    Of an LP, `objective` is that of the current iterate and there is no bound. With integers, `objective` is that of
    the best plan so far and `bound` the best valid bound so far, whatever `phase` the solve is in: try, start,
    neighbourhood, branch, plan.
    """

    seconds: float
    iterations: int
    objective: float | None = None
    bound: float | None = None
    gap: float | None = None
    phase: str = "lp"


@dataclass(frozen=True)
class Options:
    """How to solve.

    algorithm: for LPs auto (by size), simplex or ipm (with crossover). The rest is for models with integers. gap:
    relative gap at which to stop; up to 1e-6 means to prove. starts, neighbourhood: own heuristics for a first plan,
    and for better ones, in `heuristic_share` of the time limit. scaling: by powers of two. seed: of all choices
    made at random. keep_basis: whether the outcome tells the basis of the LP that its values are of.
    """

    time_limit_s: float | None = None
    algorithm: str = "auto"
    threads: int = 1
    feasibility_tolerance: float = 1e-9
    should_stop: Callable[[], bool] | None = None
    on_progress: Callable[[Progress], None] | None = None
    gap: float = 0.0
    starts: bool = True
    neighbourhood: bool = True
    heuristic_share: float = 0.4
    scaling: bool = True
    seed: int = 0
    keep_basis: bool = False


@dataclass(frozen=True)
class Size:
    """Size of a compiled model."""

    columns: int
    rows: int
    nonzeros: int
    integers: int


@dataclass(frozen=True)
class Outcome:
    """Why a solve stopped and what it holds. `values` and the duals are None when it holds nothing.

    With integers the values, the objective and the duals are those of the LP at rounded, fixed integers; `bound`
    is the best valid bound of any phase. `held`: levels before the last, by name, and the amount each is kept at.
    """

    stopped: Stopped
    holds: Holds
    size: Size
    seconds: float
    algorithm: str
    iterations: int = 0
    objective: float | None = None
    bound: float | None = None
    values: Array | None = None
    row_duals: Array | None = None
    reduced_costs: Array | None = None
    ray: tuple[str, ...] = ()
    detail: str = ""
    progress: tuple[Progress, ...] = field(default=(), repr=False)
    held: tuple[tuple[str, float], ...] = ()
    basis: str = field(default="", repr=False)

    @property
    def gap(self) -> float | None:
        """|objective − bound| ÷ max(1, |objective|)."""
        if self.objective is None or self.bound is None:
            return None
        return gap_of(self.objective, self.bound)

    @property
    def status(self) -> str:
        """optimal, feasible, infeasible, unbounded or none, as the command line reports."""
        if self.holds == "proved":
            return "optimal"
        if self.holds == "with_gap":
            return "feasible"
        return self.stopped if self.stopped in ("infeasible", "unbounded") else "none"

    def as_record(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "stopped": self.stopped,
            "holds": self.holds,
            "status": self.status,
            "objective": self.objective,
            "bound": self.bound,
            "gap": self.gap,
            "algorithm": self.algorithm,
            "iterations": self.iterations,
            "held": [list(level) for level in self.held],
        }
