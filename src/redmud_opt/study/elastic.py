"""The smallest set of changes after which a case can have a plan: an elastic model over its cells.

    least Σ weight · change        1. weight = 1 ÷ cell: the least change, each as a share of what stands there
                                   2. weight = 1 ÷ (change + little): fewer cells, in a few rounds
                                   3. cells left out one by one while the rest suffices: each that is left is needed
                                   4. weight as in 1 over what is left: the least values of these

Law and physics hold throughout; all that depends on the amounts (bounds, big M's) is derived from the case with room
and documents at their widest. Whole numbers are relaxed first; if the relaxation has a plan without any change, or
its changes do not suffice, they are asked with a limit of time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from pyomo.environ import Var

from redmud_opt.model import RELAXATION, build_model
from redmud_opt.model.arrays import Columns, Index, Objective
from redmud_opt.network import Network, build_network
from redmud_opt.network.network import Array, Ints
from redmud_opt.solve import Options, Outcome, Session
from redmud_opt.study.cells import PAPERS, ROOM, WIDEST, Cell, Effects, cells_of, widened, widest
from redmud_opt.study.reach import LIMIT_S, Undecided

MULTIPLES = (1.0, 3.0, WIDEST)
"""Room and documents may grow by these multiples, tried in this order: nothing grows tenfold where doubling does."""

ROUNDS = 3
"""Rounds in which cells that change little become dear."""

LITTLE = 1e-3
"""Change, as a share of the cell, up to which it counts as little."""

NEGLIGIBLE = 1e-7
"""Change, as a share of the cell, that is none."""

SWITCH = 2.0
"""Weight of leaving a rule out by as much as its bound: numbers are changed rather than rules left out."""


@dataclass(frozen=True)
class Need:
    """By how much cells must change at least. whole: whether whole numbers were asked."""

    cells: tuple[Cell, ...]
    amounts: tuple[float, ...]
    whole: bool = False


class Elastic:
    """A model of a case in which cells may change, asked several times."""

    def __init__(self, network: Network, options: Options) -> None:
        self.cells = cells_of(network.case)
        case = widened(network.case, self.cells)
        self.network = build_network(case, network.before.baseline if network.before else None)
        self.options = options
        self.model = build_model(self.network, RELAXATION)
        self.change = self.model.change_of_cell = Columns(Index.flat("cell", list(range(len(self.cells)))))
        self.widest = np.zeros(len(self.cells))
        for cell, rows, at, ease in Effects(self.cells, self.model, self.network).narrow():
            if len(at):
                rows.add(self.change, row=at, col=np.full(len(at), cell), coef=ease)
                self.widest[cell] = widest(self.cells[cell])
        self.most = self.widest
        self.bounded = np.array([cell.kind in (ROOM, PAPERS) for cell in self.cells], dtype=bool)
        self._integers = [
            (c, c.integer_mask) for c in self.model.component_objects(Var) if c.integer_mask.any()
        ]
        self.sizes = np.array([1.0 if c.to is not None else max(1e-9, abs(float(c.old))) for c in self.cells])
        self.session = Session(options)
        self.relax()

    @property
    def has_whole(self) -> bool:
        """Whether anything is decided in whole numbers."""
        return bool(self._integers)

    def relax(self) -> None:
        """Decisions need not be whole numbers from now on."""
        for columns, _ in self._integers:
            columns.set_integer(False)

    def ask_whole(self) -> None:
        """Decisions are whole numbers from now on."""
        for columns, mask in self._integers:
            columns.set_integer(mask)

    # ---- questions -----------------------------------------------------------------------------------------

    def possible(self, chosen: Iterable[int] = (), limit_s: float | None = None) -> bool:
        """Whether there is a plan if some cells may change. Raises Undecided where time or patience ran out."""
        return self._solve(list(chosen), np.zeros(len(self.cells)), limit_s).stopped != "infeasible"

    def need(self, kinds: Sequence[str], limit_s: float | None = None) -> Need | None:
        """The smallest set of changes of some kinds, none larger than it must be; None where none suffices."""
        chosen = [k for k, cell in enumerate(self.cells) if cell.kind in kinds and self.widest[k] > 0]
        try:
            for multiple in MULTIPLES:
                grown = np.where(self.bounded, np.minimum(self.widest, multiple * self.sizes), self.widest)
                self.most = grown
                if chosen and self._least(chosen, self._plain(), limit_s):
                    return self._of(self._fewer(chosen, limit_s), limit_s)
        finally:
            self.most = self.widest
        return None

    def need_of(self, cells: Sequence[Cell], limit_s: float | None = None) -> Need | None:
        """The least changes of these cells alone."""
        return self._of([k for k, cell in enumerate(self.cells) if cell in cells], limit_s)

    def _fewer(self, chosen: list[int], limit_s: float | None) -> list[int]:
        """Cells of which none can be left out."""
        for _ in range(ROUNDS):
            amounts = self.change.values_array / self.sizes
            self._least(chosen, 1.0 / (self.sizes * (amounts + LITTLE)), limit_s)
        amounts = self.change.values_array / self.sizes
        kept = sorted((k for k in chosen if amounts[k] > NEGLIGIBLE), key=lambda k: amounts[k])
        for k in tuple(kept) if len(kept) > 1 else ():
            rest = [other for other in kept if other != k]
            if self.possible(rest, limit_s):
                kept = rest
        return kept

    def _of(self, kept: list[int], limit_s: float | None) -> Need | None:
        if not self._least(kept, self._plain(), limit_s):
            return None
        amounts = self.change.values_array
        kept = [k for k in kept if amounts[k] > NEGLIGIBLE * self.sizes[k]]
        whole = bool(self._integers) and self._integers[0][0].integer_mask.any()
        return Need(tuple(self.cells[k] for k in kept), tuple(float(amounts[k]) for k in kept), bool(whole))

    def _plain(self) -> Array:
        weight = np.array([SWITCH if cell.to is not None else 1.0 for cell in self.cells])
        found: Array = weight / self.sizes
        return found

    def _least(self, chosen: list[int], weight: Array, limit_s: float | None) -> bool:
        return self._solve(chosen, weight, limit_s).stopped != "infeasible"

    def _solve(self, chosen: list[int] | Ints, weight: Array, limit_s: float | None) -> Outcome:
        if self.options.should_stop is not None and self.options.should_stop():
            raise Undecided("cancelled")
        self.change.upper_bound[:] = 0.0
        self.change.upper_bound[chosen] = self.most[chosen]
        self.model.del_component("objective")
        self.model.objective = Objective("minimise")
        self.model.objective.add(self.change, coef=weight)
        outcome = self.session.solve(self.model, limit_s or LIMIT_S)
        if outcome.values is None and outcome.stopped != "infeasible":
            raise Undecided(outcome.stopped)
        return outcome
