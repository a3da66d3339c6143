"""Model → outcome. The only room that imports a solver."""

from redmud_opt.solve.levels import solve_case_goals, solve_levels
from redmud_opt.solve.outcome import Options, Outcome, Progress, Size
from redmud_opt.solve.session import Session, SolverTrouble

__all__ = [
    "Options",
    "Outcome",
    "Progress",
    "Session",
    "Size",
    "SolverTrouble",
    "solve_case_goals",
    "solve_levels",
]
