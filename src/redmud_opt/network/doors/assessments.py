"""Risk assessments: what takes waste by a method that asks for one opens when it is there.

The rows of the rule pack say which methods (road base, mine void) and by which clause.
"""

from __future__ import annotations

from redmud_opt.case.works import Outlet, Storage
from redmud_opt.i18n import Message
from redmud_opt.network.borders import assessed
from redmud_opt.network.doors.rule import Rule, Shut
from redmud_opt.network.lineage import Lineage


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
        return Shut(asked & ~assessed(row, self.ground.time), clause, why)
