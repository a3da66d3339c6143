"""The compiled model: plain arrays for a solver, with names and the way back."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy.sparse
from pyomo.core.base.component_namer import index_repr
from pyomo.core.staleflag import StaleFlagManager

from redmud_opt.model.arrays.columns import Columns
from redmud_opt.model.arrays.hooks import ArrayModelError

Span = tuple[str, int, int]


@dataclass(frozen=True)
class Source:
    """Where a span of columns or rows comes from: a family (or some positions in it), or Pyomo elements."""

    component: Any
    positions: np.ndarray | None = None
    elements: Sequence[Any] | None = None

    def name(self, place: int) -> str:
        """The Pyomo name of the place-th column or row of the span."""
        if self.elements is not None:
            return str(self.elements[place].name)
        position = place if self.positions is None else int(self.positions[place])
        key = self.component.index.key(position)
        return str(self.component.name) + ("" if key is None else index_repr(key))


def span_of(spans: Sequence[Span], place: int) -> int:
    """Which span a column or row lies in."""
    if not spans or not 0 <= place < spans[-1][2]:
        raise IndexError(f"{place} is outside the compiled model")
    return bisect_right(spans, place, key=lambda span: span[1]) - 1


@dataclass(frozen=True, eq=False)
class StandardForm:
    """Minimise sense * (cost @ x + offset) where row and column bounds enclose matrix @ x and x.

    sense: +1 to minimise, -1 to maximise (cost and offset stand as declared). matrix: rows x columns,
    duplicates summed, what cancelled (below 1e-12) removed. integrality: 1 where integer. A fixed column has
    both bounds at its value and is not integer. column_blocks and row_blocks: (component name, start, stop) in order.
    """

    cost: np.ndarray
    offset: float
    sense: int
    matrix: scipy.sparse.csc_array
    row_lower: np.ndarray
    row_upper: np.ndarray
    col_lower: np.ndarray
    col_upper: np.ndarray
    integrality: np.ndarray
    column_blocks: tuple[Span, ...]
    row_blocks: tuple[Span, ...]
    column_sources: tuple[Source, ...] = field(repr=False)
    row_sources: tuple[Source, ...] = field(repr=False)

    def column_name(self, column: int) -> str:
        """The Pyomo name of a column."""
        span = span_of(self.column_blocks, column)
        return self.column_sources[span].name(column - self.column_blocks[span][1])

    def row_name(self, row: int) -> str:
        """The Pyomo name of a row."""
        span = span_of(self.row_blocks, row)
        return self.row_sources[span].name(row - self.row_blocks[span][1])

    def load(self, values: Any) -> None:
        """Write a solution into the Columns and ordinary Vars compiled; fixed ones keep their value."""
        values = np.asarray(values, dtype=np.float64)
        if values.shape != self.cost.shape:
            raise ArrayModelError(
                f"the solution has shape {values.shape}; the model has {len(self.cost)} columns"
            )
        if not np.isfinite(values).all():
            first = int(np.flatnonzero(~np.isfinite(values))[0])
            raise ArrayModelError(f"the solution holds {values[first]} for '{self.column_name(first)}'")
        StaleFlagManager.mark_all_as_stale()
        for (_, start, stop), source in zip(self.column_blocks, self.column_sources, strict=True):
            if isinstance(source.component, Columns):
                source.component.load_values(values[start:stop])
            else:
                _load_ordinary(source.elements, values[start:stop].tolist())
        StaleFlagManager.mark_all_as_stale(delayed=True)


def _load_ordinary(variables: Any, values: list[float]) -> None:
    for variable, value in zip(variables, values, strict=True):
        if not variable.fixed:
            variable.set_value(value, skip_validation=True)
