"""Files → a frozen, checked case.

case = load_case("scenarios/guangxi")       raises CaseFaults with every fault, its place and its remedy
"""

from redmud_opt.case.bundled import bundled
from redmud_opt.case.case import TABLES, Case, Period, Settings
from redmud_opt.case.faults import CaseFaults, Fault
from redmud_opt.case.read import load_case

__all__ = ["TABLES", "Case", "CaseFaults", "Fault", "Period", "Settings", "bundled", "load_case"]
