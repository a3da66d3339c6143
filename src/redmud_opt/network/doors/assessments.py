"""Risk assessments: what takes waste by a method that asks for one opens when it is there.

The rows of the rule pack say which methods (road base, mine void) and by which clause.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from redmud_opt.case.works import Outlet, Storage
from redmud_opt.i18n import Message
from redmud_opt.network.borders import assessed, assessment_day
from redmud_opt.network.doors.rule import Ground, Rule, Shut
from redmud_opt.network.lineage import WASTE, Lineage


class Assessed(Rule):
    """An outlet or a final storage takes waste from the first period that begins with its assessment."""

    def place(self, storage: Storage, lineage: Lineage) -> Shut | None:
        """For good."""
        return self._shut(storage, lineage)

    def deliver(self, outlet: Outlet, lineage: Lineage) -> Shut | None:
        """To an outlet."""
        return self._shut(outlet, lineage)

    def _shut(self, row: Outlet | Storage, lineage: Lineage) -> Shut | None:
        if not row.method or not lineage.is_waste:
            return None
        asked, clause = self.ground.asked("assessment", row.method)
        if not asked.any():
            return None
        why = Message("network.shut.not_assessed", {"name": row.name})
        column = "assessed_on" if row.assessment_lead_months is None else "assessment_lead_months"
        return Shut(asked & ~assessed(row, self.ground.time), clause, why, row, column)


def opening_notes(ground: Ground) -> Iterator[Message]:
    """When outlets and places that wait for their assessment open; those that never do within the horizon."""
    case, time = ground.lookup.case, ground.time
    takers: list[Outlet | Storage] = [*case.outlets, *(row for row in case.storages if row.final)]
    for row in takers:
        materials = ground.lookup.materials
        waste = any(materials[m].legal_status in WASTE for m in ground.lookup.members(row.material))
        asked, clause = ground.asked("assessment", row.method)
        if not waste or not row.method or not (asked & ~assessed(row, time)).any():
            continue
        open_ = np.flatnonzero(~asked | assessed(row, time))
        values = {"name": row.name, "clause": clause, "day": assessment_day(row, time)}
        if open_.size:
            values["period"] = time.names[open_[0]]
            yield Message("network.opens_after_assessment", values)
        else:
            yield Message("network.assessed_too_late", values)
