"""Papers that a case only assumes: they let it be planned, and no authority has issued them.

stand_ins(case)     names of permits, approvals and contracts with evidence `assumed`
"""

from __future__ import annotations

from redmud_opt.case import Case
from redmud_opt.plan.audit.facts import live

ASSUMED = "assumed"


def stand_ins(case: Case) -> frozenset[str]:
    """Names of papers that the case itself calls assumed. What states no evidence is taken as the planner's own."""
    permits = (row.name for row in live(case.permits) if row.evidence == ASSUMED)
    approvals = (row.name for row in live(case.approvals) if row.evidence == ASSUMED)
    contracts = (row.name for row in live(case.contracts) if row.evidence == ASSUMED)
    return frozenset((*permits, *approvals, *contracts))
