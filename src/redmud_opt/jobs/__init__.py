"""A run as a folder on disk: here and now (`run`), or in a process of its own (`start`).

folder = start("scenarios/guangxi", "runs")
wait(folder);  result(folder).plan
"""

from redmud_opt.jobs.checking import CheckReport, check_case
from redmud_opt.jobs.folder import RunFolder, RunStatus
from redmud_opt.jobs.listening import Listener
from redmud_opt.jobs.outcome import Exit, RunOptions, RunResult
from redmud_opt.jobs.queue import ahead, cancel, result, runs, start, status, wait
from redmud_opt.jobs.reaudit import Reaudit, reaudit
from redmud_opt.jobs.run import run

__all__ = [
    "CheckReport",
    "Exit",
    "Listener",
    "Reaudit",
    "RunFolder",
    "RunOptions",
    "RunResult",
    "RunStatus",
    "ahead",
    "cancel",
    "check_case",
    "reaudit",
    "result",
    "run",
    "runs",
    "start",
    "status",
    "wait",
]
