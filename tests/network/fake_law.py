"""Rules of the law for tests of what stands on rules: they shut named doors for periods where a case asks for it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from redmud_opt.case.works import Outlet
from redmud_opt.i18n import Message
from redmud_opt.network.doors import Rule, Shut
from redmud_opt.network.haulage import Route
from redmud_opt.network.lineage import Conversion, Lineage

Shuts = Mapping[str, tuple[int, ...]]
"""Name of an outlet, a lane or a line → numbers of the periods in which its door is shut."""


def shut_by_law(monkeypatch: pytest.MonkeyPatch, **laws: Shuts) -> None:
    """From now on these doors are shut where the pack has a requirement of that name. They are the only rules."""
    rules = tuple(_rule(name, law) for name, law in laws.items())
    monkeypatch.setattr("redmud_opt.network.doors.doors.RULES", rules)


def _rule(rule: str, law: Shuts) -> type[Rule]:
    class Fake(Rule):
        def _answer(self, name: str) -> Shut | None:
            asked = self.ground.requirements(rule)
            if name not in law or not asked:
                return None
            periods = np.zeros(len(self.ground.time), dtype=bool)
            periods[list(law[name])] = True
            return Shut(periods, asked[0].clause, Message("packs.none"))

        def route(self, route: Route, lineage: Lineage) -> Shut | None:
            return self._answer(route.lane)

        def run(self, line: str, conversion: Conversion) -> Shut | None:
            return self._answer(line)

        def deliver(self, outlet: Outlet, lineage: Lineage) -> Shut | None:
            return self._answer(outlet.name)

    return Fake
