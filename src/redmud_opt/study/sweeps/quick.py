"""Members solved from what was learned of their model: numbers put in, the LP solved from the basis of the base."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import numpy as np

from redmud_opt.case import Case
from redmud_opt.model.arrays import StandardForm, compile
from redmud_opt.plan.whole import whole_families
from redmud_opt.solve import Options, Outcome, Session
from redmud_opt.study.asking import as_it_was
from redmud_opt.study.sweeps.decided import Decided
from redmud_opt.study.sweeps.parameters import Parameter
from redmud_opt.study.sweeps.response import Known, Response, Unlearnable
from redmud_opt.study.sweeps.surface import Array, Ints


class Meter:
    """CPU seconds that the solver takes, apart from all that is done around it."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def run(self, session: Session) -> Outcome:
        """Runs a session."""
        worked = time.thread_time()
        found = session.run()
        self.seconds += time.thread_time() - worked
        return found

    def read(self) -> float:
        """What was taken since it was last read."""
        found, self.seconds = self.seconds, 0.0
        return found


class Quick:
    """Solves members with decisions held, one after the other. building: held wherever Pyomo is at work."""

    def __init__(
        self,
        case: Case,
        parameters: Sequence[Parameter],
        known: Known,
        decided: Decided,
        options: Options,
        building: AbstractContextManager[Any],
        meter: Meter,
    ) -> None:
        self.building, self.meter = building, meter
        with building:
            self.response = Response.of(case, parameters, known)
        self.session = Session(options)
        self._held: dict[Decided, tuple[Ints, Array]] = {}
        self.session.update(self.form([p.base for p in parameters], case, decided))
        self.outcome = self.session.run()
        self.session.pin()

    def solve(
        self, values: Sequence[float], case: Case, decided: Decided
    ) -> tuple[StandardForm, Outcome] | None:
        """The LP of a member and what it came to; None where that cannot be told for sure."""
        if not self.response.within(values):
            return None
        try:
            form = self.form(values, case, decided)
        except Unlearnable:  # something comes or goes between the points looked at
            return None
        self.session.rewind()
        self.session.update(form)
        found = self.meter.run(self.session)
        if found.stopped != "optimal" or found.values is None or not self.response.tells(form, found.values):
            return None
        return form, found

    def form(self, values: Sequence[float], case: Case, decided: Decided) -> StandardForm:
        """The model of a member, held to what is decided."""
        form = self.response.form(values, case)
        at, amounts = self._decisions(decided)
        held = np.clip(amounts, form.col_lower[at], form.col_upper[at])
        form.col_lower[at] = form.col_upper[at] = held
        return replace(form, integrality=np.zeros_like(form.integrality))

    def _decisions(self, decided: Decided) -> tuple[Ints, Array]:
        """Columns that decisions hold, and at what, not clipped to the bounds of the base: a member has others."""
        if decided not in self._held:
            model = self.response.model
            with self.building, as_it_was(model):
                for columns in (*whole_families(model), model.size):
                    columns.lower_bound, columns.upper_bound = -np.inf, np.inf
                wide = compile(model)
                decided.hold(model, operation=True)
                form = compile(model)
            at = np.flatnonzero(form.col_upper != wide.col_upper)
            self._held[decided] = at, form.col_lower[at]
        return self._held[decided]
