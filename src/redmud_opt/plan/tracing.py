"""Proportional tracing: from which source tonnes and money come, and where they end.

    from[i, s] = Σ into[k→i] · from[k, s] ÷ Σ into[i]      1 at its own source        share of source s in state i
    to[i, f]   = Σ out[i→k] · to[k, f] ÷ Σ out[i]          1 at its own fate          share of i that ends at f

    through[i, s] = entered[i, s] + Σ through[k, s] · out[k→i] ÷ Σ out[k]              [origin t]
    money[s, f]   = Σ charge on (i, j) · from[i, s] · to[j, f]                         [CNY]

What stands in one place in one period mixes evenly: a rule of accounting, not knowledge of who went where. States of
wastes (see `steps`) are traced so. Money on goods is first brought to the runs of waste that it belongs to: the part
of them that was made from waste back to the runs that made it, the rest (bought) on to the runs that take it. Goods
that meet no waste stand for themselves. Recycles are loops, hence linear systems, sparse.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

from redmud_opt.plan.steps import FATE, SOURCE, Fate, Graph, Source, Steps

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

KEPT = 1.0 - 1e-12
"""Of what goes round, so that a ring that nothing enters or leaves comes to an end."""

NOTHING = 1e-18
"""A share that is as good as none."""


class Borne(NamedTuple):
    """Money in a column (a term and year) on the way from one state to the next."""

    column: int
    before: int
    after: int
    amount: float


class Ended(NamedTuple):
    """Money on goods that were bought and meet no waste: where they end."""

    source: Source
    fate: Fate
    column: int
    amount: float


class Origins:
    """Shares of the sources in every state of a graph of wastes."""

    def __init__(self, steps: Graph) -> None:
        self.steps = steps
        self.size = len(steps.states)
        self.waste = np.array([state.waste for state in steps.states], dtype=bool)
        self.sources = self._named(SOURCE)
        self._start, self._end = (np.array([e[k] for e in steps.edges], dtype=np.int64) for k in (0, 1))
        self.made_of = self._shares(self._end, self._start, [e.into for e in steps.edges])

    def _named(self, kind: str) -> dict[Any, int]:
        """Sources or fates of waste → their states."""
        states = enumerate(self.steps.states)
        return {state.names[0]: k for k, state in states if state.kind == kind and state.waste}

    def _shares(self, row: Ints, column: Ints, amounts: Sequence[float]) -> Any:
        """Amounts as shares of the sum of their row; nothing where there is nothing."""
        amount = np.array(amounts, dtype=float)
        return _even(sparse.csr_array((amount, (row, column)), shape=(self.size, self.size)))

    @cached_property
    def origins(self) -> Any:
        """Shares of the sources in every state of waste, [state, source], sparse: 1 in all, or none.

        None where nothing comes from a source: what goes round there at no cost is no waste. Made even at the end, so
        that a ring has its shares however little enters it.
        """
        marks = np.array(list(self.sources.values()), dtype=np.int64)
        at = (marks, np.arange(len(marks)))
        own = sparse.csr_array((np.ones(len(marks)), at), shape=(self.size, len(marks)))
        only = sparse.diags_array(self.waste.astype(float))
        return _even(_summed(only @ self.made_of @ only, own))


class Tracing(Origins):
    """Shares of sources and fates in every state of a plan."""

    def __init__(self, steps: Steps) -> None:
        super().__init__(steps)
        self.steps: Steps = steps
        self.fates = self._named(FATE)
        self.goes_to = self._shares(self._start, self._end, [e.out for e in steps.edges])

    # ---------------------------------------------------------------- wastes

    @cached_property
    def share_from(self) -> Array:
        """[state, source]; goods come from what their charges are brought to, and have none here."""
        return self._spread(self.made_of, list(self.sources.values()))

    @cached_property
    def share_to(self) -> Array:
        """[state, fate]."""
        return self._spread(self.goes_to, list(self.fates.values()))

    def _spread(self, shares: Any, marks: Sequence[int]) -> Array:
        own = np.flatnonzero(self.waste)
        found = np.zeros((self.size, len(marks)))
        unit = np.zeros((self.size, len(marks)))
        unit[list(marks), np.arange(len(marks))] = 1.0
        if len(own) and len(marks):
            found[own] = solved(shares[own][:, own], unit[own])
        return found

    @cached_property
    def through(self) -> Array:
        """Origin tonnes that pass every state, [state, source]; what goes round counts each time."""
        column = {state: k for k, state in enumerate(self.sources.values())}
        entered = np.zeros((self.size, len(self.sources)))
        for state, amount in self.steps.entered:
            entered[state, column[state]] += amount
        only = sparse.diags_array(self.waste.astype(float))
        return solved(only @ self.goes_to.T @ only, entered)

    def tonnes(self) -> Array:
        """Origin tonnes [source, fate]."""
        return self.through[list(self.fates.values())].T

    # ---------------------------------------------------------------- money

    def money(self, borne: Sequence[Borne], columns: int) -> Array:
        """Money on wastes [column, source, fate]."""
        found = np.zeros((columns, len(self.sources), len(self.fates)))
        column, before, after = (np.array([b[k] for b in borne], dtype=np.int64) for k in (0, 1, 2))
        amount = np.array([b.amount for b in borne], dtype=float)
        share_from, share_to = sparse.csr_array(self.share_from), sparse.csr_array(self.share_to)
        for c in np.unique(column):
            mine = column == c
            weighted = sparse.diags_array(amount[mine]) @ share_to[after[mine]]
            found[c] = (share_from[before[mine]].T @ weighted).toarray()
        return found

    def on_wastes(self, borne: Sequence[Borne], columns: int) -> tuple[list[Borne], list[Ended]]:
        """Money on wastes alone, that on goods brought to the runs that bear it; and what meets no waste."""
        on_runs, ended = self._goods(borne, columns)
        found = [b for b in borne if self.waste[b.before]]
        for state, column in zip(*np.nonzero(on_runs), strict=True):
            found.append(Borne(int(column), int(state), int(state), float(on_runs[state, column])))
        left = []
        for state, column in zip(*np.nonzero(ended), strict=True):
            fate, source = self.steps.states[state].names
            left.append(Ended(source, fate, int(column), float(ended[state, column])))
        return found, left

    def _goods(self, borne: Sequence[Borne], columns: int) -> tuple[Array, Array]:
        """Money on goods by state: [run of waste, column] that bears it, and [fate of goods, column] the rest."""
        goods, wastes = np.flatnonzero(~self.waste), np.flatnonzero(self.waste)
        on_runs, ended = np.zeros((self.size, columns)), np.zeros((self.size, columns))
        mine = [b for b in borne if not self.waste[b.before]]
        if not mine:
            return on_runs, ended
        bought = np.zeros(self.size)
        source = np.array([s.kind == SOURCE for s in self.steps.states], dtype=float)
        bought[goods] = solved(self.made_of[goods][:, goods], source[goods, None])[:, 0]
        made, on = np.zeros((self.size, columns)), np.zeros((self.size, columns))
        for b in mine:
            made[b.before, b.column] += b.amount
            on[b.after, b.column] += b.amount * bought[b.before]
        back = solved(self.made_of[goods][:, goods].T, made[goods])
        forth = solved(self.goes_to[goods][:, goods].T, on[goods])
        on_runs[wastes] = self.made_of[goods][:, wastes].T @ back + self.goes_to[goods][:, wastes].T @ forth
        ends = np.array([s.kind == FATE for s in self.steps.states], dtype=float)
        ended[goods] = forth * ends[goods, None]
        return on_runs, ended


def _even(matrix: Any) -> Any:
    """A matrix whose rows sum to 1, or to nothing."""
    total: Array = np.asarray(matrix.sum(axis=1)).ravel()
    inverse = np.divide(1.0, total, out=np.zeros(len(total)), where=total > 0.0)
    return sparse.csr_array(sparse.diags_array(inverse) @ matrix)


def solved(shares: Any, known: Array) -> Array:
    """x = shares · x + known."""
    return np.asarray(_summed(shares, sparse.csr_array(known)).toarray())


def _summed(shares: Any, known: Any) -> Any:
    """x = shares · x + known, sparse, by doubling: x ← x + Pʲ · x with P = shares to the power 1, 2, 4, …

    Most states know few sources and chains are short, so that this stays sparse where a factorisation would not.
    """
    found, power = sparse.csr_array(known), KEPT * sparse.csr_array(shares)
    while power.nnz:
        found = found + power @ found
        power = power @ power
        power.data[np.abs(power.data) < NOTHING] = 0.0
        power.eliminate_zeros()
    return found
