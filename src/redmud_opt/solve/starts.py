"""First plans from the relaxation: round what decides first within its own rows, fix it, solve the rest.

The relaxation of a fixed charge is small wherever the decision is used little, so rounding leans upward. Rows that
hold decisions alone (budgets, logic, times) are kept by a small MIP: the nearest whole point that satisfies them.
"""

from __future__ import annotations

from collections.abc import Iterator
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

    If no rounding leads to one, everything not rounded up is set free above its rounded value.
    """
    deadline = watch.seconds() + min(budget_s, watch.left())

    def left() -> float:
        return min(watch.left(), deadline - watch.seconds())

    rounding = Rounding(bench.form, chosen, options, watch, curve)
    tried: set[bytes] = set()
    rounded, found = None, False
    for lean in LEANS:
        if left() <= 0.0 or watch.cancelled():
            return
        rounded = rounding.nearest(relaxed[chosen.places], lean, min(ROUNDING_S, left()))
        if rounded is None:
            return
        if rounded.tobytes() in tried:
            continue
        tried.add(rounded.tobytes())
        values = _rest(bench, chosen, rounded, rounded, max(0.0, left()) / 2)
        if values is not None:
            found = True
            yield values
    if not found and rounded is not None and left() > 0.0 and not watch.cancelled():
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
