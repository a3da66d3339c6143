"""Plans with pools: two solves in turn, until the plan reaches the bound.

    relaxation on boxes of shares     no plan is worth more; its mixtures become points, its boxes are cut there
    plan on points of shares          exact; the mixtures near the best plan become points

Boxes are McCormick's relaxation in parts that shrink where its solution lies, points are an inner approximation. What
is left of the gap is reported, and a plan counts as proved only where it is closed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import permutations, product
from typing import Any

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.model import RELAXATION, build_model
from redmud_opt.model.objective import levels_of, reached
from redmud_opt.model.pool_bound import boxes_held, shares_seen
from redmud_opt.model.pools import point_names
from redmud_opt.network import Network
from redmud_opt.network.network import Array, Pool
from redmud_opt.network.pools import distinct, split, with_points
from redmud_opt.solve import Options, Outcome, Progress, Session, solve_case_goals, solve_levels
from redmud_opt.solve.outcome import Stopped, gap_of

ROUNDS = 8
"""Most refinements."""

PROVED = 1e-6
"""A gap up to this is none."""

LEAST_STEP = 1e-5
LEAST_GAIN = 1e-9
MOST_STEPS = 40
"""The search near the best plan: smallest step of a share, least part gained, most solves."""

SHARE_OF_BOUND = 0.4
"""Part of the time left that a relaxation may use."""


@dataclass(frozen=True)
class Pooled:
    """The best plan found and the network and model it is a solution of; `record` is None without pools."""

    network: Network
    model: ConcreteModel
    outcome: Outcome
    record: dict[str, Any] | None = None


def solve_pools(model: ConcreteModel, network: Network, options: Options | None = None) -> Pooled:
    """Solves for what the case asks for; with pools in rounds of bound and plan."""
    if not network.pools:
        return Pooled(network, model, solve_case_goals(model, network, Session(options)))
    return Rounds(network, options or Options()).run()


class Rounds:
    """Bound and plan, and what they have come to so far."""

    def __init__(self, network: Network, options: Options) -> None:
        self.options = options
        self.network = network
        self.level = levels_of(network.case.settings.objective)[0]
        self.goal = self.level.name
        self.sense = 1.0 if self.level.maximised else -1.0
        self.bound: float | None = None
        self.best: Pooled | None = None
        self.rounds = 0
        self.inner = Session(replace(options, on_progress=_without_bound(options.on_progress)))
        self.outer = Session(replace(options, on_progress=None))
        self.started = time.perf_counter()

    def run(self) -> Pooled:
        """Rounds until the gap is closed, nothing can be refined, or time is up."""
        last: Pooled | None = None
        for turn in range(ROUNDS):
            self.rounds = turn + 1
            relaxed = build_model(self.network, RELAXATION)
            outer = self._bound(relaxed)
            if outer.stopped in ("infeasible", "unbounded", "crashed"):
                if self.best is None:
                    return Pooled(self.network, relaxed, outer)
                break  # a plan is at hand: numerical trouble of the relaxation takes nothing from it
            cut: list[set[int]] = [set() for _ in self.network.pools]
            if outer.values is not None:
                cut = boxes_held(relaxed, self.network)
                self.network = with_points(self.network, shares_seen(relaxed, self.network))
            last = self._plan(self.network)
            if self._done(last.outcome):
                break
            self.network = split(with_points(self.network, self._near(turn)), cut, self._best_shares())
        assert last is not None, "at least one round"
        last = self._descend(last)
        return self._judged(self.best or last)

    def _descend(self, last: Pooled) -> Pooled:
        """From the best plan to better ones near it, in ever smaller steps: few points, so each solve is short."""
        step, solves = 1.0 / self.network.case.settings.pool_grid, 0
        while (
            self.best is not None
            and step > LEAST_STEP
            and solves < MOST_STEPS
            and not self._done(last.outcome)
        ):
            before, solves = self.best, solves + 1
            pools = [
                replace(pool, points=distinct(near_points(before.model, pool, step, step / 3, step / 9)))
                for pool in before.network.pools
            ]
            last = self._plan(replace(before.network, pools=tuple(pools)))
            if self._gained(before, self.best) <= LEAST_GAIN * max(1.0, abs(self._reached(before))):
                step /= 27
        return last

    def _left(self) -> float | None:
        limit = self.options.time_limit_s
        return None if limit is None else max(0.0, limit - (time.perf_counter() - self.started))

    def _bound(self, relaxed: ConcreteModel) -> Outcome:
        """Solves the relaxation for the first goal and keeps the tightest bound."""
        left = self._left()
        limit = None if left is None else SHARE_OF_BOUND * left
        self.outer.options = replace(self.outer.options, time_limit_s=limit)
        outer = solve_levels(relaxed, self.network, self.outer, [self.level])
        if outer.bound is not None:
            self.bound = outer.bound if self.bound is None else self._worse(self.bound, outer.bound)
        return outer

    def _plan(self, network: Network) -> Pooled:
        """Solves on the points there are; keeps the best plan."""
        self.inner.options = replace(self.inner.options, time_limit_s=self._left())
        model = build_model(network)
        outcome = solve_case_goals(model, network, self.inner)
        found = Pooled(network, model, outcome)
        better = self.best is None or self._gained(self.best, found) > 0.0
        if outcome.values is not None and better:
            self.best = found
        return found

    def _worse(self, one: float, other: float) -> float:
        """Of two amounts of the goal the worse: no plan does better than either bound."""
        return min(one, other) if self.sense > 0 else max(one, other)

    def _gained(self, before: Pooled, after: Pooled) -> float:
        """By how much a plan is better than another."""
        return self.sense * (self._reached(after) - self._reached(before))

    def _reached(self, found: Pooled) -> float:
        """What a plan is worth by the first goal; of value with the penalties of soft targets."""
        if self.goal == "value":
            return float(-np.inf if found.outcome.objective is None else found.outcome.objective)
        return reached(found.model, found.network, self.level)

    def _gap(self) -> float | None:
        if self.best is None or self.bound is None:
            return None
        reached = self._reached(self.best)
        return gap_of(reached, reached if self._worse(self.bound, reached) == self.bound else self.bound)

    def _done(self, last: Outcome) -> bool:
        gap, left = self._gap(), self._left()
        closed = gap is not None and gap <= max(PROVED, self.options.gap)
        return closed or last.stopped in ("time", "cancelled", "crashed", "unbounded") or left == 0.0

    def _near(self, number: int) -> list[list[Array]]:
        """The points of the best plan, and those half a step of the grid, a quarter, … from them."""
        step = 0.5 ** (number + 1) / self.network.case.settings.pool_grid
        if self.best is None:
            return [[] for _ in self.network.pools]
        return [near_points(self.best.model, pool, step) for pool in self.best.network.pools]

    def _best_shares(self) -> list[list[Array]]:
        """The shares of the best plan."""
        if self.best is None:
            return [[] for _ in self.network.pools]
        return [near_points(self.best.model, pool) for pool in self.best.network.pools]

    def _judged(self, found: Pooled) -> Pooled:
        """The outcome with the bound that holds for every plan, not for those on the points alone."""
        outcome, gap = found.outcome, self._gap()
        if outcome.values is None:
            open_: Stopped = "gap" if outcome.stopped == "infeasible" else outcome.stopped
            return replace(found, outcome=replace(outcome, stopped=open_, bound=None))
        closed = gap is not None and gap <= PROVED and outcome.holds == "proved" and self.goal == "value"
        stopped: Stopped = "gap" if outcome.stopped == "optimal" and not closed else outcome.stopped
        bound = self.bound if self.goal == "value" else None
        if bound is not None and outcome.objective is not None:
            bound = max(bound, outcome.objective)
        progress = tuple(replace(line, bound=None, gap=None) for line in outcome.progress)
        seconds = time.perf_counter() - self.started
        outcome = replace(
            outcome,
            stopped=stopped,
            holds="proved" if closed else "with_gap",
            bound=bound,
            progress=progress,
            seconds=seconds,
        )
        record = {
            "goal": self.goal,
            "reached": self._reached(found),
            "bound": self.bound,
            "gap": gap,
            "rounds": self.rounds,
        }
        return replace(found, outcome=outcome, record=record)


def near_points(model: ConcreteModel, pool: Pool, *steps: float) -> list[Array]:
    """The points that a plan chose for a pool, and those some steps from them along every edge of the simplex."""
    names = point_names(pool.points)
    keys, values = model.mixture.index.keys(), model.mixture.values_array.tolist()
    of_pool = [
        (point, on) for (name, _, point), on in zip(keys, values, strict=True) if name == pool.storage.name
    ]
    found: list[Array] = []
    for name in sorted({point for point, on in of_pool if round(on)}):
        share = pool.points[names.index(name)]
        found.append(share)
        for step, (give, take) in product(steps, permutations(range(len(share)), 2)):
            moved, part = share.copy(), min(step, float(share[give]))
            moved[give] -= part
            moved[take] += part
            found.append(moved)
    return found or [np.eye(len(pool.components))[0]]


def _without_bound(listener: Callable[[Progress], None] | None) -> Callable[[Progress], None] | None:
    """The bound of a solve on points holds for those points only: nobody is told it."""
    if listener is None:
        return None
    return lambda line: listener(replace(line, bound=None, gap=None))
