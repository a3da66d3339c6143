"""Plans what an aluminium group does with its red mud and its hazardous smelter wastes.

import redmud_opt
plan = redmud_opt.optimise("scenarios/guangxi")
print(plan)
"""

from redmud_opt import _startup as _startup
from redmud_opt.api import (
    NoPlan,
    bottlenecks,
    compare,
    explain,
    front,
    import_actuals,
    optimise,
    read_study,
    replay,
    run_study,
    worth,
    write_report,
)
from redmud_opt.case import Case, CaseFaults, init_case, load_case
from redmud_opt.plan import Plan, audit
from redmud_opt.report.shipments import plan_shipments

__all__ = [
    "Case",
    "CaseFaults",
    "NoPlan",
    "Plan",
    "audit",
    "bottlenecks",
    "compare",
    "explain",
    "front",
    "import_actuals",
    "init_case",
    "load_case",
    "optimise",
    "plan_shipments",
    "read_study",
    "replay",
    "run_study",
    "worth",
    "write_report",
]
