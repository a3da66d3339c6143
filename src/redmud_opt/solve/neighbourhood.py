"""Better plans near the best one: most decisions stay, some are set free, and the small MIP is solved.

Which are freed goes round: those where plan and relaxation disagree, whole clusters by each name the model gives, and
any at random. How many adapts: more when a neighbourhood was searched through in vain, fewer when time ran out. Where
whole things are freed (the first name of a group), other integers that belong to other things stay as well; else all
other integers are free.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from redmud_opt.solve.bench import Bench, Solved
from redmud_opt.solve.curve import Watch
from redmud_opt.solve.groups import Decisions, Ints, Mask
from redmud_opt.solve.outcome import Array

FIRST_SHARE, LEAST_SHARE, MOST_SHARE = 0.25, 0.02, 0.8
"""Share of the decisions set free: at first, at least, at most."""

ROUNDS = 10
"""A round takes at most this part of the budget."""

RECENT = 4
"""An improvement in one of so many last rounds is worth going on for, beyond the budget up to its most."""

QUIET = 8
"""Rounds in vain, one after the other, after which branch and bound makes better use of the time."""

GAP = 1e-4
CLOSER = 1e-9
"""Relative improvement that counts."""


class Neighbourhood:
    """Searches around a plan. `take` judges a candidate and returns the best plan's values and objective."""

    def __init__(
        self, bench: Bench, chosen: Decisions, relaxed: Array | None, watch: Watch, seed: int
    ) -> None:
        self._bench, self._chosen, self._relaxed, self._watch = bench, chosen, relaxed, watch
        self._random = np.random.default_rng(seed)
        self._kinds = [*(["disagree"] if relaxed is not None else []), *chosen.clusters, "random"]
        self.share = FIRST_SHARE
        self.rounds = 0
        self._last_better = 0

    def search(
        self,
        values: Array,
        objective: float,
        take: Callable[[Array], tuple[Array, float]],
        enough: Callable[[], bool],
        budget_s: float,
        most_s: float,
    ) -> None:
        """Improves until the budget is spent, `enough` says so, or nothing better is near.

        As long as it goes on improving, it may take `most_s` instead of `budget_s`.
        """
        began = self._watch.seconds()
        while self.rounds - self._last_better < QUIET and not self._watch.cancelled() and not enough():
            budget = most_s if self.rounds - self._last_better < RECENT else budget_s
            left = min(self._watch.left(), began + budget - self._watch.seconds())
            if left <= 0.0 or not len(self._chosen.places):
                return
            solved = self._round(values, min(left, max(1.0, budget_s / ROUNDS)))
            before = objective
            if solved.values is not None and _less(solved.objective, objective):
                values, objective = take(solved.values)
            self._adapt(objective < before, solved.stopped == "optimal")

    def _round(self, values: Array, limit_s: float) -> Solved:
        kind = self._kinds[self.rounds % len(self._kinds)]
        freed = self.freed(values[self._chosen.places], kind)
        self.rounds += 1
        kept = np.zeros(len(values), bool)
        kept[self._chosen.places[~freed]] = True
        kept[self._chosen.companions[~self.freed_companions(freed, kind)]] = True
        lower, upper = self._bench.fixed(values, kept)
        return self._bench.mip(lower, upper, limit_s, gap=GAP, start=values)

    def freed(self, values: Array, kind: str) -> Mask:
        """Which decisions are set free, about `share` of them."""
        count = len(values)
        wanted = max(1, round(self.share * count))
        order = self._random.permutation(count)
        if kind == "disagree" and self._relaxed is not None:
            apart = np.abs(values - self._relaxed[self._chosen.places])
            apart += 1e-6 * self._random.random(count)
            for name in self._chosen.things:  # things are freed whole: each counts as its greatest distance
                apart = np.maximum(apart, _greatest(apart, self._chosen.clusters[name]))
            order = order[np.argsort(-apart[order], kind="stable")]
        elif kind in self._chosen.clusters:
            number = self._chosen.clusters[kind]
            place = self._random.permutation(number.max() + 2)  # −1, no label, is a cluster too
            order = order[np.argsort(place[number[order]], kind="stable")]
        found = np.zeros(count, bool)
        found[order[:wanted]] = True
        return found

    def freed_companions(self, freed: Mask, kind: str) -> Mask:
        """Which other integers are free: where things are freed, not those that belong to other things."""
        found = np.ones(len(self._chosen.companions), bool)
        if kind != "disagree" and kind not in self._chosen.things:
            return found
        for name in self._chosen.things:
            number = self._chosen.companion_clusters[name]
            found &= (number < 0) | np.isin(number, self._chosen.clusters[name][freed])
        return found

    def _adapt(self, better: bool, through: bool) -> None:
        if better:
            self._last_better = self.rounds
            return
        if not through:
            self.share = max(LEAST_SHARE, self.share * 0.6)
            return
        self.share = min(MOST_SHARE, self.share * 1.3)


def _less(new: float | None, old: float) -> bool:
    return new is not None and new < old - CLOSER * max(1.0, abs(old))


def _greatest(values: Array, number: Ints) -> Array:
    """The greatest value among those of one number, for each; where there is no number its own."""
    most = np.zeros(number.max() + 1)
    has = number >= 0
    np.maximum.at(most, number[has], values[has])
    return np.where(has, most[number], values)
