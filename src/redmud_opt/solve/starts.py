"""First plans from the relaxation: make whole what decides first, fix it, solve the rest.

Diving does so step by step, with the LP solved anew after each: what is used much is rounded up, and what the others
then have no more use for falls to 0 by itself. Where it comes to no plan, all is rounded at once. The relaxation of a
fixed charge is small wherever the decision is used little, so that rounding leans upward. Rows that hold decisions
alone (budgets, logic, times) are kept by a small MIP: the nearest whole point that satisfies them.

Measured on synthetic cases with 250 and 600 builds: the dive came to 291 and 712 million CNY in 2 and 9 s, rounding
to 26 and −116.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import scipy.sparse

from redmud_opt.model.arrays import StandardForm
from redmud_opt.solve.bench import Bench
from redmud_opt.solve.curve import Curve, Watch
from redmud_opt.solve.groups import Decisions, Ints, Mask
from redmud_opt.solve.outcome import Array, Options

LEANS = (0.1, 1e-6, 0.5)
"""Rounded up is what is at least so far above a whole number."""

DIVE_SHARE = 0.2
"""Share of the decisions used much (of all fractional ones if there are none) that one step of a dive rounds up."""

USED_MUCH = 0.3
"""A decision so far above a whole number is used much."""

DIVE_TIME = 0.6
"""A dive takes at most this part of the budget: the rest must be solved after it."""

BACK = 4
"""A step that is infeasible is tried again with one decision in so many, down to a single one."""

WHOLE = 1e-6
"""What the LP leaves this close to a whole number is whole."""

ROUNDING_S = 5.0
ROUNDING_GAP = 0.01
REST_GAP = 1e-3


def starts(
    bench: Bench,
    chosen: Decisions,
    relaxed: Array,
    options: Options,
    watch: Watch,
    curve: Curve,
    budget_s: float,
) -> Iterator[Array]:
    """Candidate plans (values of all columns), as they are found; none may be feasible at all.

    Where the dive leads to one, rounding may only take as long again: on a small model within tight budgets it is
    sometimes the better one. If neither leads to one, everything not rounded up is set free above its rounded value.
    """
    began = watch.seconds()
    deadline = began + min(budget_s, watch.left())

    def left() -> float:
        return 0.0 if watch.cancelled() else max(0.0, min(watch.left(), deadline - watch.seconds()))

    if left() <= 0.0:
        return
    dived = Dive(bench, chosen, watch).run(relaxed, DIVE_TIME * left())
    values = None if dived is None or left() <= 0.0 else _rest(bench, chosen, dived, dived, left())
    if values is not None:
        yield values
        deadline = min(deadline, watch.seconds() + (watch.seconds() - began))
    if left() > 0.0:
        rounding = Rounding(bench.form, chosen, options, watch, curve)
        yield from _rounded(bench, chosen, rounding, relaxed, left, None if values is None else dived)


def _rounded(
    bench: Bench,
    chosen: Decisions,
    rounding: Rounding,
    relaxed: Array,
    left: Callable[[], float],
    known: Array | None,
) -> Iterator[Array]:
    """Plans with all decisions rounded at once; `known`: those of a plan that is there already."""
    tried = set() if known is None else {known.tobytes()}
    rounded, found = None, known is not None
    for lean in LEANS:
        if left() <= 0.0:
            return
        rounded = rounding.nearest(relaxed[chosen.places], lean, min(ROUNDING_S, left()))
        if rounded is None:
            return
        if rounded.tobytes() in tried or left() <= 0.0:
            continue
        tried.add(rounded.tobytes())
        values = _rest(bench, chosen, rounded, rounded, left() / 2)
        if values is not None:
            found = True
            yield values
    if not found and rounded is not None and left() > 0.0:
        values = _rest(bench, chosen, rounded, bench.form.col_upper[chosen.places], left())
        if values is not None:
            yield values


def _rest(bench: Bench, chosen: Decisions, least: Array, most: Array, limit_s: float) -> Array | None:
    """A plan with the decisions between two values, if one is found in time."""
    lower, upper = bench.form.col_lower.copy(), bench.form.col_upper.copy()
    lower[chosen.places], upper[chosen.places] = least, most
    if (lower == upper)[bench.whole].all():
        return bench.lp(lower, upper, limit_s).values
    return bench.mip(lower, upper, limit_s, gap=REST_GAP).values


class Dive:
    """Rounds the largest decisions up, a few at a time, until the LP leaves all of them whole.

    What is at 0 stays free until the end: a later step may need it. What is whole above its lower bound may not fall
    again. Bounds are written to fresh arrays, since the bench compares with those it was given last.
    """

    def __init__(self, bench: Bench, chosen: Decisions, watch: Watch) -> None:
        self._bench, self._places, self._watch = bench, chosen.places, watch
        self._deadline = 0.0
        self._feasible = True
        self._lower, self._upper = bench.form.col_lower, bench.form.col_upper

    def run(self, relaxed: Array, limit_s: float) -> Array | None:
        """Whole values of the decisions; None if there are none in time, or no way on."""
        self._deadline = self._watch.seconds() + limit_s
        self._lower, self._upper = self._bench.form.col_lower, self._bench.form.col_upper
        values: Array | None = relaxed
        while values is not None:
            at = values[self._places]
            base = np.floor(at + WHOLE)
            above = np.where(self._lower[self._places] < self._upper[self._places], at - base, 0.0)
            if not (above > WHOLE).any():
                return np.rint(at)
            self._lower = self._raised(np.flatnonzero(above <= WHOLE), base)
            values = self._step(largest(above), base)
        return None

    def _step(self, batch: Ints, base: Array) -> Array | None:
        """The LP with a batch rounded up, or as much of it as is feasible; a single one that is not goes down."""
        while True:
            lower = self._raised(batch, base + 1.0)
            values = self._solve(lower, self._upper)
            if values is not None:
                self._lower = lower
                return values
            if self._feasible:  # nothing is wrong with the batch: out of time, or cancelled
                return None
            if len(batch) == 1:
                self._upper = self._upper.copy()
                self._upper[self._places[batch]] = base[batch]
                return self._solve(self._lower, self._upper)
            batch = batch[: max(1, len(batch) // BACK)]

    def _raised(self, which: Ints, to: Array) -> Array:
        """The lower bounds, those of some decisions raised."""
        lower = self._lower.copy()
        places = self._places[which]
        lower[places] = np.clip(to[which], lower[places], self._upper[places])
        return lower

    def _solve(self, lower: Array, upper: Array) -> Array | None:
        left = min(self._watch.left(), self._deadline - self._watch.seconds())
        self._feasible = True
        if left <= 0.0 or self._watch.cancelled():
            return None
        solved = self._bench.lp(lower, upper, left)
        self._feasible = solved.stopped != "infeasible"
        return solved.values if solved.stopped == "optimal" else None


def largest(above: Array) -> Ints:
    """The fractions to round up in one step of a dive, largest first."""
    order = np.argsort(-above, kind="stable")
    much, some = int((above > USED_MUCH).sum()), int((above > WHOLE).sum())
    return order[: max(1, math.ceil(DIVE_SHARE * (much or some)))]


class Rounding:
    """The rows that hold nothing but decisions and constants, and the whole point in them nearest to another."""

    def __init__(
        self, form: StandardForm, chosen: Decisions, options: Options, watch: Watch, curve: Curve
    ) -> None:
        self._chosen = chosen
        self._tools = (options, watch, curve)
        own, constant = _own_rows(form, chosen)
        self.rows = own
        matrix = scipy.sparse.csr_array(form.matrix)[own][:, chosen.places]
        count = len(chosen.places)
        one = scipy.sparse.eye_array(count)
        none = scipy.sparse.csr_array((len(own), 2 * count))
        stacked = scipy.sparse.vstack(
            [scipy.sparse.hstack([matrix, none]), scipy.sparse.hstack([one, -one, one])], format="csc"
        )
        self._lower, self._upper = form.col_lower[chosen.places], form.col_upper[chosen.places]
        self._form = replace(
            form,
            cost=np.zeros(3 * count),
            offset=0.0,
            matrix=scipy.sparse.csc_array(stacked),
            row_lower=np.r_[form.row_lower[own] - constant, np.zeros(count)],
            row_upper=np.r_[form.row_upper[own] - constant, np.zeros(count)],
            col_lower=np.r_[self._lower, np.zeros(2 * count)],
            col_upper=np.r_[self._upper, np.full(2 * count, np.inf)],
            integrality=np.r_[np.ones(count, np.uint8), np.zeros(2 * count, np.uint8)],
        )

    def nearest(self, relaxed: Array, lean: float, limit_s: float) -> Array | None:
        """Whole values nearest to the relaxed ones, rounded up from `lean` on; None if there are none in time."""
        count = len(relaxed)
        down = np.floor(relaxed + 1e-9)
        above = np.maximum(relaxed - down, 0.0)
        target = np.clip(down + (above >= lean), self._lower, self._upper)
        weight = self._chosen.weight
        # to fall short of what is used much is dearer than to add what is used little
        cost = np.r_[np.zeros(count), weight * (2.0 - above), weight * (2.0 + 4.0 * above)]
        target_rows = np.s_[len(self.rows) :]
        row_lower, row_upper = self._form.row_lower.copy(), self._form.row_upper.copy()
        row_lower[target_rows] = row_upper[target_rows] = target
        form = replace(self._form, cost=cost, row_lower=row_lower, row_upper=row_upper)
        solved = Bench(form, *self._tools).mip(form.col_lower, form.col_upper, limit_s, gap=ROUNDING_GAP)
        return None if solved.values is None else np.rint(solved.values[:count])


def _own_rows(form: StandardForm, chosen: Decisions) -> tuple[Ints, Array]:
    """(rows without any other column that can move, what the fixed columns contribute to each)."""
    fixed: Mask = form.col_lower == form.col_upper
    mine = np.zeros(len(form.cost), bool)
    mine[chosen.places] = True
    entries = np.diff(form.matrix.indptr)
    foreign = np.zeros(len(form.row_lower), bool)
    foreign[form.matrix.indices[np.repeat(~mine & ~fixed, entries)]] = True
    touched = np.zeros(len(form.row_lower), bool)
    touched[form.matrix.indices[np.repeat(mine, entries)]] = True
    own = np.flatnonzero(touched & ~foreign).astype(np.int64)
    constant: Array = form.matrix @ np.where(fixed & ~mine, form.col_lower, 0.0)
    return own, constant[own]
