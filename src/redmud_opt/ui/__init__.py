"""The app: one page that opens a case, runs it in a process of its own and shows its plan.

Pages hold layout and no arithmetic: every number comes from `plan` and `report`. What must survive a reload
(language, case, run) stands in the address; the run itself stands on disk.

    REDMUD_OPT_RUNS     folder of runs, default `runs`
    REDMUD_OPT_CASES    folder with further cases to choose from
"""

from redmud_opt.ui.page import main

__all__ = ["main"]
