"""A rule of the law for tests of what stands on rules: it shuts named doors for periods, by a clause."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from redmud_opt.case.works import Outlet
from redmud_opt.i18n import Message
from redmud_opt.network.doors import Rule, Shut
from redmud_opt.network.haulage import Route
from redmud_opt.network.lineage import Conversion, Lineage

Shuts = Mapping[str, tuple[str, tuple[int, ...]]]
"""Name of an outlet, a lane or a line → (clause, numbers of the periods in which its door is shut)."""


def shut_by_law(monkeypatch: pytest.MonkeyPatch, *laws: Shuts) -> None:
    """From now on these doors are shut; each mapping is a rule of its own. They are the only rules."""
    monkeypatch.setattr("redmud_opt.network.doors.doors.RULES", tuple(_rule(law) for law in laws))


def _rule(law: Shuts) -> type[Rule]:
    class Fake(Rule):
        def _answer(self, name: str) -> Shut | None:
            if name not in law:
                return None
            clause, numbers = law[name]
            periods = np.zeros(len(self.ground.time), dtype=bool)
            periods[list(numbers)] = True
            return Shut(periods, clause, Message("packs.none"))

        def route(self, route: Route, lineage: Lineage) -> Shut | None:
            return self._answer(route.lane)

        def run(self, line: str, conversion: Conversion) -> Shut | None:
            return self._answer(line)

        def deliver(self, outlet: Outlet, lineage: Lineage) -> Shut | None:
            return self._answer(outlet.name)

    return Fake
