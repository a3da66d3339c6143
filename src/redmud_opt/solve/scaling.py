"""Rows and continuous columns scaled by powers of two, so that nothing is lost: geometric equilibration.

    scaled matrix = 2^row · matrix · 2^column        column = scaled column · 2^column
    row dual = scaled dual · 2^row                   reduced cost = scaled reduced cost ÷ 2^column

Integer columns keep their unit: a whole number stays one. The objective keeps its value.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse

from redmud_opt.model.arrays import StandardForm
from redmud_opt.model.arrays.terms import CANCELLED
from redmud_opt.solve.outcome import Array

Exponents = npt.NDArray[np.int32]

PASSES = 6
LARGEST = 14
"""Largest exponent: a feasibility tolerance of 1e-9 is then at most 1.6e-5 of the model's own unit."""

WELL = 3.0
"""Coefficients between 2^-3 and 2^3 are left as they are."""

LEAST, MOST = CANCELLED, 1e15
"""The solver drops coefficients below the one and refuses those above the other."""


@dataclass(frozen=True, eq=False)
class Scaling:
    """Exponents of two, one per row and one per column."""

    row: Exponents
    column: Exponents

    def apply(self, form: StandardForm) -> StandardForm:
        """The form in scaled units, with the names of the original."""
        matrix = form.matrix
        column_of = np.repeat(self.column, np.diff(matrix.indptr))
        data = np.ldexp(matrix.data, self.row[matrix.indices] + column_of)
        return replace(
            form,
            cost=np.ldexp(form.cost, self.column),
            matrix=scipy.sparse.csc_array((data, matrix.indices, matrix.indptr), shape=matrix.shape),
            row_lower=np.ldexp(form.row_lower, self.row),
            row_upper=np.ldexp(form.row_upper, self.row),
            col_lower=np.ldexp(form.col_lower, -self.column),
            col_upper=np.ldexp(form.col_upper, -self.column),
        )

    def values(self, scaled: Array) -> Array:
        """Column values in the model's units."""
        return np.ldexp(scaled, self.column)

    def scaled_values(self, values: Array) -> Array:
        """Column values in scaled units."""
        return np.ldexp(values, -self.column)

    def row_duals(self, scaled: Array) -> Array:
        """Row duals in the model's units."""
        return np.ldexp(scaled, self.row)

    def reduced_costs(self, scaled: Array) -> Array:
        """Reduced costs in the model's units."""
        return np.ldexp(scaled, -self.column)


def unscaled(form: StandardForm) -> Scaling:
    """The scaling that changes nothing."""
    return Scaling(np.zeros(len(form.row_lower), np.int32), np.zeros(len(form.cost), np.int32))


def equilibrated(form: StandardForm) -> Scaling:
    """Exponents that bring the largest and the smallest coefficient of each row and column around 1."""
    matrix = form.matrix
    there = matrix.data != 0.0
    if not there.any():
        return unscaled(form)
    size = np.log2(np.abs(matrix.data[there]))
    if np.abs(size).max() <= WELL:
        return unscaled(form)
    rows = matrix.indices[there]
    columns = np.repeat(np.arange(matrix.shape[1]), np.diff(matrix.indptr))[there]
    row, column = np.zeros(matrix.shape[0]), np.zeros(matrix.shape[1])
    whole = form.integrality.astype(bool)
    for _ in range(PASSES):
        row = -_middle(size + column[columns], rows, len(row))
        column = -_middle(size + row[rows], columns, len(column))
        column[whole] = 0.0
    found = Scaling(_rounded(row), _rounded(column))
    return found if within_range(found.apply(form)) else unscaled(form)


def within_range(scaled: StandardForm) -> bool:
    """Whether the solver would keep every coefficient."""
    size = np.abs(scaled.matrix.data)
    return bool(((size >= LEAST) | (size == 0.0)).all() and size.max(initial=0.0) < MOST)


def _middle(size: Array, place: npt.NDArray[np.integer[Any]], count: int) -> Array:
    """Half way between the least and the greatest of each place; 0 where there is none."""
    least, most = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(least, place, size)
    np.maximum.at(most, place, size)
    there = np.isfinite(least)
    middle = np.zeros(count)
    middle[there] = 0.5 * (least[there] + most[there])
    return middle


def _rounded(exponents: Array) -> Exponents:
    return np.clip(np.rint(exponents), -LARGEST, LARGEST).astype(np.int32)
