"""Filing sheets: the statutory forms of a rule pack, filled in from a plan as far as it knows.

    write_filings(case, plan, "filings.xlsx", "zh")

Forms are data (`data/forms`); a module per set of forms makes their rows from one account of every waste at every
place (`account`). What no plan knows is left to be filled in, and counted.
"""

from redmud_opt.report.filings.account import Account, residual
from redmud_opt.report.filings.book import write_filings
from redmud_opt.report.filings.filled import FILLERS, Filled, fill

__all__ = ["FILLERS", "Account", "Filled", "fill", "residual", "write_filings"]
