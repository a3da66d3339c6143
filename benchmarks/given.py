"""What every peer is given, untimed: the families of one model as index arrays and numbers.

Prices, yields, shares and charges come ready as coefficients, which is more than our own side gets: it starts from
the network and works them out inside its timed build. So the peers are, if anything, flattered.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse
from pyomo.environ import Constraint, Var

from redmud_opt.model import build_model
from redmud_opt.network import Network

NEGLIGIBLE = 1e-9
"""As in the plan: amounts below this are not shown."""

TABLES = ("flow_t", "feed_t", "stock_t", "put_t", "reclaim_t", "placed_t", "sold_t", "bought_t")
TABLES += ("utilised_t", "utilised_gross_t", "generated_t", "account", "short_t", "excess_t", "value_cny")
"""Families of columns that a plan shows, one frame each."""


@dataclass(frozen=True)
class ColumnFamily:
    """Columns over coordinates: codes and labels per name of the key."""

    name: str
    start: int
    lower: np.ndarray
    upper: np.ndarray
    names: tuple[str, ...]
    codes: tuple[np.ndarray, ...]
    labels: tuple[Any, ...]

    def __len__(self) -> int:
        return len(self.lower)

    def frame(self, values: np.ndarray) -> pd.DataFrame:
        """Labels and value of the columns that are not zero: what a peer shows of a solution."""
        kept = np.flatnonzero(np.abs(values) > NEGLIGIBLE)
        parts = zip(self.names, self.codes, self.labels, strict=True)
        columns: dict[str, Any] = {name: labels.take(codes[kept]) for name, codes, labels in parts}
        return pd.DataFrame(columns | {"value": values[kept]})


@dataclass(frozen=True)
class Entries:
    """Coefficients of one family of columns in one family of rows, sorted by row; no zero, nothing twice."""

    columns: str
    row: np.ndarray
    col: np.ndarray
    coef: np.ndarray


@dataclass(frozen=True)
class RowFamily:
    """Rows lower ≤ Σ coef · column ≤ upper; every row is an equation or has one bound."""

    name: str
    start: int
    lower: np.ndarray
    upper: np.ndarray
    entries: tuple[Entries, ...]

    def __len__(self) -> int:
        return len(self.lower)


@dataclass(frozen=True)
class Given:
    """One model, maximised."""

    columns: dict[str, ColumnFamily]
    rows: dict[str, RowFamily]
    cost: tuple[Entries, ...]

    @classmethod
    def of(cls, network: Network) -> Given:
        """Read from our own arrays, so that all peers build the same model."""
        m = build_model(network)
        columns, rows = {}, {}
        start = 0
        for family in m.component_objects(Var):
            if len(family):
                columns[family.name] = _columns(family, start)
                start += len(family)
        start = 0
        for family in m.component_objects(Constraint):
            if len(family):
                rows[family.name] = _rows(family, start)
                start += len(family)
        return cls(columns, rows, _entries(m.objective.terms, 1))

    @property
    def size(self) -> tuple[int, int, int]:
        """(columns, rows, non-zeros)."""
        entries = [entry for family in self.rows.values() for entry in family.entries]
        columns, rows = (sum(len(family) for family in kind.values()) for kind in (self.columns, self.rows))
        return columns, rows, sum(len(entry.row) for entry in entries)

    @cached_property
    def ready(self) -> Ready:
        """The whole model as arrays."""
        pairs = [(family, entry) for family in self.rows.values() for entry in family.entries]
        col = [entry.col + self.columns[entry.columns].start for _, entry in pairs]
        cost = np.zeros(self.size[0])
        for entry in self.cost:
            cost[self.columns[entry.columns].start + entry.col] = entry.coef
        return Ready(
            row=np.concatenate([entry.row + family.start for family, entry in pairs]).astype(np.int32),
            col=np.concatenate(col).astype(np.int32),
            coef=np.concatenate([entry.coef for _, entry in pairs]),
            cost=cost,
            col_lower=np.concatenate([family.lower for family in self.columns.values()]),
            col_upper=np.concatenate([family.upper for family in self.columns.values()]),
            row_lower=np.concatenate([family.lower for family in self.rows.values()]),
            row_upper=np.concatenate([family.upper for family in self.rows.values()]),
        )


@dataclass(frozen=True)
class Ready:
    """A model as coordinates and vectors: where bare arrays start."""

    row: np.ndarray
    col: np.ndarray
    coef: np.ndarray
    cost: np.ndarray
    col_lower: np.ndarray
    col_upper: np.ndarray
    row_lower: np.ndarray
    row_upper: np.ndarray


def _columns(family: Any, start: int) -> ColumnFamily:
    index = family.index
    bounds = family.lower_bound.copy(), family.upper_bound.copy()
    labels = tuple(_labels(levels) for levels in index.levels)
    return ColumnFamily(family.name, start, *bounds, index.names, index.codes, labels)


def _labels(levels: np.ndarray) -> Any:
    """Labels in the type that a frame wants, so that taking from them is all that is left to do."""
    text = len(levels) and isinstance(levels[0], str)
    return pd.array(levels, dtype="str") if text else np.array(levels.tolist())


def _rows(family: Any, start: int) -> RowFamily:
    bounds = family.lower_bound.copy(), family.upper_bound.copy()
    return RowFamily(family.name, start, *bounds, _entries(family.terms, len(family)))


def _entries(terms: list[Any], rows: int) -> tuple[Entries, ...]:
    """The terms of a family, one `Entries` per family of columns."""
    merged: dict[str, list[Any]] = {}
    for term in terms:
        merged.setdefault(term.columns.name, []).append(term)
    found = []
    for name, mine in merged.items():
        parts = [np.concatenate([part[k] for part in mine]) for k in (1, 2, 3)]
        matrix = scipy.sparse.csr_array((parts[2], (parts[0], parts[1])), shape=(rows, len(mine[0].columns)))
        matrix.sum_duplicates()
        matrix.eliminate_zeros()
        if matrix.nnz:
            matrix = matrix.tocoo()
            found.append(Entries(name, matrix.row.astype(np.int64), matrix.col.astype(np.int64), matrix.data))
    return tuple(found)
