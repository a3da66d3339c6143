"""The clock of a solve, and the curve of what it knew when."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace

from redmud_opt.solve.outcome import Progress, gap_of

EVERY_S = 0.2
"""Least time between two points of the curve, unless a better plan was found."""


class Watch:
    """Time since the start, the limit, and whether somebody cancelled (once heard, for good)."""

    def __init__(self, limit_s: float | None, should_stop: Callable[[], bool] | None) -> None:
        self.limit_s = math.inf if limit_s is None else limit_s
        self._should_stop = should_stop
        self._started = time.perf_counter()
        self._stopped = False

    def seconds(self) -> float:
        """Since the start [s]."""
        return time.perf_counter() - self._started

    def left(self) -> float:
        """Until the limit [s]; infinite without one."""
        return max(0.0, self.limit_s - self.seconds())

    def cancelled(self) -> bool:
        """Asks until the answer is yes."""
        if not self._stopped and self._should_stop is not None:
            self._stopped = bool(self._should_stop())
        return self._stopped

    def over(self) -> bool:
        """Whether there is no more to do: no time left, or cancelled."""
        return self.left() <= 0.0 or self.cancelled()


class Curve:
    """Best plan and best valid bound over time; sense +1 minimises, −1 maximises."""

    def __init__(self, sense: int, watch: Watch, on_progress: Callable[[Progress], None] | None) -> None:
        self.phase = "try"
        self.objective: float | None = None
        self.bound: float | None = None
        self.iterations = 0
        self._sense, self._watch, self._on_progress = sense, watch, on_progress
        self._points: list[Progress] = []

    def note(self, objective: float | None = None, bound: float | None = None, iterations: int = 0) -> None:
        """What is known now; what is worse than before is left out. `iterations` of the phase under way."""
        better = self._improves(objective, self.objective, self._sense)
        if better:
            self.objective = objective
        if self._improves(bound, self.bound, -self._sense):
            self.bound = bound
        now = self._watch.seconds()
        if better or not self._points or now - self._points[-1].seconds >= EVERY_S:
            self._add(now, self.iterations + iterations)

    def gap(self) -> float:
        """Between plan and bound; infinite while one is missing."""
        if self.objective is None or self.bound is None:
            return math.inf
        return 0.0 if self._crossed() else gap_of(self.objective, self.bound)

    def finish(self, objective: float | None, bound: float | None) -> tuple[Progress, ...]:
        """The whole curve, ending at the outcome.

        A plan that branch and bound reported and that did not come out so well at rounded integers was none: the
        curve shows the outcome's objective in its place.
        """
        self.objective, self.bound = objective, bound
        self.phase = "plan"
        self._add(self._watch.seconds(), self.iterations)
        return tuple(self._held(point) for point in self._points)

    def _add(self, seconds: float, iterations: int) -> None:
        gap = None if self.objective is None or self.bound is None else self.gap()
        self._points.append(Progress(seconds, iterations, self.objective, self.bound, gap, self.phase))
        if self._on_progress is not None:
            self._on_progress(self._points[-1])

    def _held(self, point: Progress) -> Progress:
        objective, bound = point.objective, point.bound
        if objective is not None:
            objective = None if self.objective is None else self._worse(objective, self.objective, 1)
        if bound is not None:
            bound = None if self.bound is None else self._worse(bound, self.bound, -1)
        if (objective, bound) == (point.objective, point.bound):
            return point
        gap = None if objective is None or bound is None else gap_of(objective, bound)
        return replace(point, objective=objective, bound=bound, gap=gap)

    def _worse(self, a: float, b: float, side: int) -> float:
        return max(a, b) if self._sense * side > 0 else min(a, b)

    def _crossed(self) -> bool:
        assert self.objective is not None
        assert self.bound is not None
        return self._sense * (self.objective - self.bound) <= 0.0

    @staticmethod
    def _improves(new: float | None, old: float | None, sense: int) -> bool:
        if new is None or not math.isfinite(new):
            return False
        return old is None or sense * (old - new) > 0.0
