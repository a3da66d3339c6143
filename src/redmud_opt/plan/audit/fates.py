"""Where the waste went: origin tonnes by fate and by the process, outlet or storage that took them.

    utilised             feed × w × u at a process;   delivery × w at a `use` outlet
    reduced              feed × w with u = 0 that leaves no output which carries the origin on
    placed               placement × w at a storage
    handed_to_disposal   delivery × w at a `disposal` outlet;   handed_out at any other
    stored               stock at the end of the last period of a calendar year × w

Per (origin, cohort, year, fate, at): the terms of the identity one by one, see `accounts`; the year to date is
not in them. A row that is not stated is zero. Older plans have no such frame.
"""

from __future__ import annotations

from redmud_opt.plan.audit.accounts import Accounts, Fate
from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.checks import Check, Findings, Tally, at, union


def fates(book: Book) -> tuple[Check, ...]:
    """The frame `fates` states what the audit finds, row by row."""
    findings = Findings("fates")
    if book.fates is None:
        findings.note("not_stated", "fates")
        return findings.checks()
    due = Accounts(book).fates
    stated: Tally[Fate] = Tally()
    for row in book.fates:
        stated.add((row.origin, row.cohort, row.year, row.fate, row.place), row.amount)
    for key in union(stated, due):
        findings.equal(
            "misstated", at(*key), stated[key], due[key], due.scale(key), fate=key[3], place=key[4]
        )
    return findings.checks()
