"""What the LP at the whole numbers of a plan says of a thing: its duals, and how far they hold. A local detail.

A dual is the slope at the plan, with nothing built anew and each row of the thing moved alone. Of a plant that is
not built it is the worth of a tonne that would come without the plant: it misleads, and is never the headline.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from redmud_opt.model.arrays import StandardForm, compile
from redmud_opt.model.freezing import frozen_mask
from redmud_opt.network.network import Array, Ints
from redmud_opt.study.asking import SAME, Answer, Base, rows_of
from redmud_opt.study.reach import BOUNDED
from redmud_opt.study.worth.things import Part, Thing

TIGHT = 1e-6
"""Part of its bound by which a row may miss it and still count as at it."""

NO_DUAL = 1e-9
"""A dual up to this is none [CNY per unit]."""


@dataclass(frozen=True)
class Dual:
    """Of one thing. cny_per_unit: gain per unit more (less, where less is more room); None: it cannot be told.

    holds_for: units for which that is right if one row moves alone, the least over its rows; None without ranging.
    tight: whether any of its rows is at its bound.
    """

    cny_per_unit: float | None
    holds_for: float | None
    tight: bool


@dataclass(frozen=True)
class Local:
    """The LP at the whole numbers of a plan, with its duals. answer: what re-solves at the same are compared with."""

    answer: Answer
    form: StandardForm = field(repr=False)
    activity: Array = field(repr=False)
    duals: Array | None = field(repr=False)
    ranges: tuple[Array, Array] | None = field(repr=False)

    @classmethod
    def of(cls, base: Base) -> Local:
        """Solves it. Bounds and links that only repeat other rows are lifted: duals stand where the words are."""
        answer = base.fixed()
        with base.changed() as model:
            for name in BOUNDED:
                columns = model.component(name)
                free = (columns.upper_bound > 0) & ~frozen_mask(model, columns)
                columns.upper_bound[free] = np.inf
            for rows in rows_of(model):
                if rows.tags.get("message") == "model.link":
                    rows.lower_bound[:], rows.upper_bound[:] = -np.inf, np.inf
            lifted = base.ask(model, "fixed")
            ranges = base.row_ranges()
        if not _same(lifted, answer):
            lifted, ranges = base.fixed(), base.row_ranges()
        form = compile(base.model)
        outcome = lifted.outcome
        assert outcome is not None
        values = outcome.values
        assert values is not None, "the plan is a point of this LP"
        return cls(answer, form, form.matrix @ values, outcome.row_duals, ranges)

    def facing(self, thing: Thing) -> Thing:
        """A thing of which either more or less may leave more room, turned to where its dual says."""
        if thing.sense:
            return thing
        slope = self._slope(thing)
        return replace(thing, sense=-1 if slope is not None and slope < 0 else 1)

    def dual(self, thing: Thing) -> Dual:
        """What the duals of its rows say."""
        slope = self._slope(thing)
        tight = any(self._at_bound(part, thing.sense).any() for part in thing.parts)
        gain = None if slope is None else thing.sense * slope
        return Dual(gain, self._holds_for(thing), tight)

    def _first(self, family: str) -> int:
        return next(start for name, start, _ in self.form.row_blocks if name == family)

    def _at(self, part: Part) -> Ints:
        at: Ints = self._first(part.family) + part.rows
        return at

    def _slope(self, thing: Thing) -> float | None:
        """Σ dual · weight over its rows."""
        if self.duals is None:
            return None
        found = sum(
            (float(self.duals[self._at(part)] @ part.weight) for part in thing.parts if len(part.rows)), 0.0
        )
        return None if np.isnan(found) else found

    def _at_bound(self, part: Part, sense: int) -> Array:
        at = self._at(part)
        bound = (self.form.row_upper if sense > 0 else self.form.row_lower)[at]
        found: Array = (
            np.isfinite(bound)
            & (part.weight != 0)
            & (np.abs(self.activity[at] - bound) <= TIGHT * np.maximum(1.0, np.abs(bound)))
        )
        return found

    def _holds_for(self, thing: Thing) -> float | None:
        """Units of the thing until the first of its rows with a dual leaves the range of its dual."""
        if self.ranges is None or self.duals is None:
            return None
        found = []
        for part in thing.parts:
            at = self._at(part)
            up = thing.sense > 0
            bound, end = (self.form.row_upper if up else self.form.row_lower)[at], self.ranges[int(up)][at]
            held = (np.abs(self.duals[at]) > NO_DUAL) & (part.weight > 0) & np.isfinite(bound)
            found += (np.abs(end - bound)[held] / part.weight[held]).tolist()
        return min(found, default=None)


def _same(one: Answer, two: Answer) -> bool:
    if one.value_cny is None or two.value_cny is None:
        return False
    return abs(one.value_cny - two.value_cny) <= SAME * max(1.0, abs(two.value_cny))
