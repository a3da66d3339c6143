"""The rules of the law asked together, each door once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from redmud_opt.case.works import Outlet, Storage
from redmud_opt.network.doors.assessments import Assessed
from redmud_opt.network.doors.borders import Approved, ForUse, GeneralApproved, Near
from redmud_opt.network.doors.permits import Permits
from redmud_opt.network.doors.rule import Ground, Rule, Shut
from redmud_opt.network.haulage import Route
from redmud_opt.network.lineage import Conversion, Lineage
from redmud_opt.network.lookup import Lookup
from redmud_opt.network.time import Mask, Time

RULES: tuple[type[Rule], ...] = (Permits, Approved, Near, ForUse, GeneralApproved, Assessed)
"""The law, rule by rule."""

Door = tuple[str, str, str]
"""(route, run, put, place or deliver; name of the lane, line and process, storage or outlet; lineage)"""


class Doors:
    """When each door is open. What is shut in any period is kept in `shut`."""

    def __init__(self, lookup: Lookup, time: Time) -> None:
        self.ground = Ground(lookup, time)
        self.rules = [rule(self.ground) for rule in RULES]
        self.shut: dict[Door, list[Shut]] = {}
        self._open: dict[Door, Mask] = {}

    def route(self, route: Route, lineage: Lineage) -> Mask:
        """Periods in which a material may move over a lane, [T]."""
        key = ("route", route.lane, lineage.id)
        return self._ask(key, lambda rule: rule.route(route, lineage))

    def run(self, line: str, conversion: Conversion) -> Mask:
        """Periods in which a line may be fed, [T]."""
        process, point, feed = conversion.key
        key = ("run", f"{line}/{process}/{point}", feed)
        return self._ask(key, lambda rule: rule.run(line, conversion))

    def put(self, storage: Storage, lineage: Lineage) -> Mask:
        """Periods in which a material may be put into a storage, [T]."""
        return self._ask(("put", storage.name, lineage.id), lambda rule: rule.put(storage, lineage))

    def place(self, storage: Storage, lineage: Lineage) -> Mask:
        """Periods in which a material may be placed for good, [T]."""
        return self._ask(("place", storage.name, lineage.id), lambda rule: rule.place(storage, lineage))

    def deliver(self, outlet: Outlet, lineage: Lineage) -> Mask:
        """Periods in which an outlet may take a material, [T]."""
        return self._ask(("deliver", outlet.name, lineage.id), lambda rule: rule.deliver(outlet, lineage))

    def when_open(self, door: Door) -> Mask | None:
        """Periods in which a door is open, [T]; None if nobody came to it."""
        return self._open.get(door)

    def _ask(self, key: Door, question: Callable[[Any], Shut | None]) -> Mask:
        if key not in self._open:
            answers = [found for rule in self.rules if (found := question(rule)) is not None]
            shut = [found for found in answers if found.periods.any()]
            if shut:
                self.shut[key] = shut
            self._open[key] = (
                ~np.any([found.periods for found in shut], axis=0) if shut else self.ground.always
            )
        return self._open[key]
