"""Coefficients as coordinates: what `Rows.add` and `Objective.add` collect."""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse
from pyomo.core.expr.numeric_expr import LinearExpression, MonomialTermExpression

from redmud_opt.model.arrays.columns import Columns
from redmud_opt.model.arrays.hooks import ArrayModelError


class Term(NamedTuple):
    """Coefficients of one Columns family: `coef[k]` stands in row `row[k]` on column `col[k]`."""

    columns: Columns
    row: np.ndarray
    col: np.ndarray
    coef: np.ndarray


def _positions(given: Any, length: int, what: str) -> np.ndarray:
    """Positions in a family; by default all of them, one after the other.

    Only a scalar family (an index without names has no length to run over) or an explicit number is repeated:
    repeating a family that merely happens to have one member would hide a mistake in small cases.
    """
    array = np.asarray(given)
    if array.dtype.kind not in "iu" and array.size:
        raise ArrayModelError(f"{what} positions must be integers, not {array.dtype}")
    if array.ndim > 1:
        raise ArrayModelError(f"{what} positions must be a flat array, not of shape {array.shape}")
    if array.size and (array.min() < 0 or array.max() >= length):
        raise ArrayModelError(f"{what} positions run from {array.min()} to {array.max()}; there are {length}")
    return array.astype(np.int32)  # a copy: what is handed in stays the caller's


def _default(index: Any) -> Any:
    return np.arange(len(index)) if index.names else 0


def coordinates(columns: Columns, rows: Any, row: Any, col: Any, coef: Any, what: str) -> Term:
    """One Term from coordinates; row and column default to all positions in order."""
    row = _positions(_default(rows) if row is None else row, len(rows), f"{what}: row")
    col = _positions(_default(columns.index) if col is None else col, len(columns), f"{what}: column")
    coef = np.array(coef, dtype=np.float64)
    lengths = {array.size for array in (row, col, coef) if array.ndim} or {1}
    if len(lengths) > 1 or coef.ndim > 1:
        raise ArrayModelError(
            f"{what}: {row.size} rows, {col.size} columns and {coef.size} coefficients do not go together; "
            "give arrays of one length, or single numbers"
        )
    (length,) = lengths
    whole = (
        array if array.shape == (length,) else np.broadcast_to(array, length) for array in (row, col, coef)
    )
    return Term(columns, *whole)


def from_matrix(columns: Columns, rows: Any, matrix: Any, factor: Any, what: str) -> Term:
    """One Term from a SciPy sparse matrix (rows x columns)."""
    if matrix.shape != (len(rows), len(columns)):
        raise ArrayModelError(
            f"{what}: the matrix is {matrix.shape[0]} x {matrix.shape[1]}; "
            f"expected {len(rows)} x {len(columns)}"
        )
    matrix = matrix.tocoo()
    coef = matrix.data * np.float64(factor)
    return Term(columns, matrix.row.astype(np.int32), matrix.col.astype(np.int32), coef)


CANCELLED = 1e-12
"""A coefficient below this is what rounding left of a difference: solvers drop it unasked."""


def drop_cancelled(matrix: Any) -> None:
    """Remove, in place, the coefficients of a sparse matrix that have cancelled."""
    cancelled = np.abs(matrix.data) < CANCELLED
    if cancelled.any():
        matrix.data[cancelled] = 0.0
        matrix.eliminate_zeros()


class RowWise:
    """The same terms sorted by row, duplicates summed, what cancelled dropped: what an expression is written from."""

    def __init__(self, terms: list[Term], row_count: int) -> None:
        self._families: list[Columns] = []
        self._starts: list[int] = []
        width, start_of = 0, {}
        for term in terms:
            if id(term.columns) not in start_of:
                start_of[id(term.columns)] = width
                self._families.append(term.columns)
                self._starts.append(width)
                width += len(term.columns)
        row = np.concatenate([np.empty(0, np.int64), *(term.row for term in terms)])
        shifted = [term.col + np.int64(start_of[id(term.columns)]) for term in terms]
        col = np.concatenate([np.empty(0, np.int64), *shifted])
        coef = np.concatenate([np.empty(0), *(term.coef for term in terms)])
        # SciPy adds up coordinates that meet.
        self._csr = scipy.sparse.csr_array((coef, (row, col)), shape=(row_count, width))
        drop_cancelled(self._csr)

    def entries(self, row: int) -> Iterator[tuple[Columns, int, float]]:
        """(family, position in it, coefficient) of every non-zero in a row."""
        csr = self._csr
        inside = slice(csr.indptr[row], csr.indptr[row + 1])
        for col, coef in zip(csr.indices[inside].tolist(), csr.data[inside].tolist(), strict=True):
            family = bisect_right(self._starts, col) - 1
            # A family may start where an empty one before it does: bisect_right takes the last of them.
            yield self._families[family], col - self._starts[family], coef

    def expression(self, row: int, element: Callable, constant: float = 0.0) -> Any:
        """A Pyomo linear expression of one row; `element(family, position)` gives the variable."""
        monomials = [
            MonomialTermExpression((coef, element(family, position)))
            for family, position, coef in self.entries(row)
        ]
        if not monomials:
            return constant
        return LinearExpression([constant, *monomials] if constant else monomials)
