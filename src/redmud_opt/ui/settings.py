"""Where the app keeps things, as the environment says it.

REDMUD_OPT_RUNS     folder of runs, default `runs`
REDMUD_OPT_CASES    folder with further cases to choose from; only read
REDMUD_OPT_WORK     folder of the cases that people upload, copy or edit, default `work`
"""

from __future__ import annotations

import os
from pathlib import Path


def runs_root() -> Path:
    """The folder that runs are kept in."""
    return Path(os.environ.get("REDMUD_OPT_RUNS") or "runs")


def work_root() -> Path:
    """The folder that cases of the app are kept in: one folder per case, named by chance."""
    return Path(os.environ.get("REDMUD_OPT_WORK") or "work")


def shared_cases() -> Path | None:
    """The folder with further cases; None where there is none."""
    own = os.environ.get("REDMUD_OPT_CASES")
    return Path(own) if own and Path(own).is_dir() else None
