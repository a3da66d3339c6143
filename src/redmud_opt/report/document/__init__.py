"""A plan as a report to be read and printed: what to do, why, what it yields, what limits it, what is unsure.

    page = html(case, plan, "zh", answers)        one file, nothing is fetched; tables are read without scripts
    print_pdf(page, "plan.pdf")                   the same page, printed by Chromium

`group` and `plants` say what stands where as blocks of words, tables and charts; `html` sets them.
"""

from redmud_opt.report.document.html import html
from redmud_opt.report.document.printing import NoBrowser, PrintFailed, browser, print_pdf

__all__ = ["NoBrowser", "PrintFailed", "browser", "html", "print_pdf"]
