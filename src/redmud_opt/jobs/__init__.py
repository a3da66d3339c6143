"""A run as a folder on disk: here and now (`run`), or in a process of its own (`start`, `status`, `cancel`, `result`).

    folder = start("scenarios/guangxi", "runs")
    wait(folder);  result(folder).plan
"""

from redmud_opt.jobs.folder import RunFolder, RunStatus
from redmud_opt.jobs.listening import Listener
from redmud_opt.jobs.outcome import Exit, RunOptions, RunResult
from redmud_opt.jobs.queue import cancel, result, runs, start, status, wait
from redmud_opt.jobs.run import run

__all__ = [
    "Exit",
    "Listener",
    "RunFolder",
    "RunOptions",
    "RunResult",
    "RunStatus",
    "cancel",
    "result",
    "run",
    "runs",
    "start",
    "status",
    "wait",
]
