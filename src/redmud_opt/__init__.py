"""Plans what an aluminium group does with its red mud and its hazardous smelter wastes.

import redmud_opt
plan = redmud_opt.optimise("scenarios/guangxi")
print(plan)
"""

from redmud_opt import _startup as _startup
from redmud_opt.api import NoPlan, bottlenecks, compare, explain, front, import_actuals, optimise, worth
from redmud_opt.case import Case, CaseFaults, init_case, load_case
from redmud_opt.plan import Plan, audit

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
    "worth",
]
