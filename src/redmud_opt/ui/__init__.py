"""The app: pages that open a case, run it in a process of its own and show its plan.

Pages hold layout and no arithmetic: every number comes from `plan` and `report`. What must survive a reload
(language, units, case, run) stands in the address; cases and runs stand on disk (`settings`).
"""

from redmud_opt.ui.shell import main

__all__ = ["main"]
