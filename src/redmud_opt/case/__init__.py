"""Files → a frozen, checked case.

case = load_case("scenarios/guangxi")       raises CaseFaults with every fault, its place and its remedy
unenforced(case), assumptions(case), flagged(case)      what `check` says beside the faults
"""

from redmud_opt.case.bundle import bundled
from redmud_opt.case.case import SCHEMA_VERSION, TABLES, Case, Period, Settings
from redmud_opt.case.faults import CaseFaults, Fault
from redmud_opt.case.init import init_case
from redmud_opt.case.read import load_case, load_library
from redmud_opt.case.state import Assumptions, assumptions, flagged, unenforced

__all__ = [
    "SCHEMA_VERSION",
    "TABLES",
    "Assumptions",
    "Case",
    "CaseFaults",
    "Fault",
    "Period",
    "Settings",
    "assumptions",
    "bundled",
    "flagged",
    "init_case",
    "load_case",
    "load_library",
    "unenforced",
]
