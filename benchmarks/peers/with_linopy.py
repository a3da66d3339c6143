"""linopy, as fast as we could make it: its sparse mode, one variable per family, one grouped sum per pair.

Variables run over the coordinates of their family, as the network has them; each family of rows is a sum over
`groupby(row).sum()` terms. Rectangles with a mask took as long, the default padded terms two to three times as long.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from typing import Any

import linopy
import numpy as np
import pandas as pd
import xarray as xr
from linopy.constants import Result, Solution, Status

from benchmarks.given import TABLES, Entries, Given, RowFamily


@contextmanager
def _current_semantics() -> Iterator[None]:
    """The sparse mode needs linopy's v1 semantics."""
    with linopy.options as options:
        options.set_value(semantics="v1")
        yield


class Linopy:
    """The families on linopy's labelled arrays."""

    def __init__(self, given: Given) -> None:
        self.given = given

    def build(self) -> None:
        """Variables, constraints, objective."""
        with _current_semantics():
            self.model = linopy.Model(sparse=True)
            self.variables = {}
            for f in self.given.columns.values():
                index = pd.RangeIndex(len(f), name=f.name)
                variable = self.model.add_variables(f.lower, f.upper, coords=[index], name=f.name)
                self.variables[f.name] = variable
            for family in self.given.rows.values():
                self._add(family)
            cost = [(e.coef * self._taken(e)).sum() for e in self.given.cost]
            self.model.add_objective(sum(cost[1:], start=cost[0]), sense="max")

    def _taken(self, entries: Entries) -> Any:
        """The variables in the order of the entries."""
        variable = self.variables[entries.columns]
        whole = len(entries.col) == variable.size and np.array_equal(entries.col, np.arange(variable.size))
        return variable if whole else variable.isel({entries.columns: entries.col})

    def _summed(self, entries: Entries) -> Any:
        """Σ coef · column per row."""
        taken = self._taken(entries)
        index = taken.indexes[entries.columns]
        weighted = xr.DataArray(entries.coef, coords=taken.coords) * taken
        return weighted.groupby(pd.Series(entries.row, index=index, name="row")).sum()

    def _add(self, family: RowFamily) -> None:
        sums = [self._summed(entries) for entries in family.entries]
        whole = sums[0] if len(sums) == 1 else linopy.merge(sums, join="outer")
        equal = family.lower == family.upper
        most, least = np.isfinite(family.upper) & ~equal, np.isfinite(family.lower) & ~equal
        for sign, mask in (("=", equal), ("<=", most), (">=", least)):
            if mask.any():
                side = whole if mask.all() else whole.isel(row=np.flatnonzero(mask))
                bound = family.lower if sign == ">=" else family.upper
                right = xr.DataArray(bound[mask], coords=[side.indexes["row"]])
                self.model.add_constraints(side, sign, right, name=f"{family.name} {sign}")

    def transfer(self) -> None:
        """The direct interface, no files."""
        with redirect_stdout(StringIO()), _current_semantics():
            self.highs = self.model.to_highspy()

    def frames(self, values: np.ndarray) -> dict[str, pd.DataFrame]:
        """The solution assigned as linopy does after a solve, then framed."""
        status = Status.process("ok", "optimal")
        self.model.assign_result(Result(status, Solution(values, np.array([]), 0.0)))
        families = self.given.columns.values()
        return {f.name: f.frame(self.variables[f.name].solution.values) for f in families if f.name in TABLES}
