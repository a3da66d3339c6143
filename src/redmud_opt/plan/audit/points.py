"""Operating points that exclude each other: over a period a line runs a process at one point only.

Σ fed at all points but the one fed most = 0        per (line, process, period), where points are `one_per_period`

MODEL.md 'Process'.
"""

from __future__ import annotations

from collections import defaultdict

from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.checks import Check, Findings, Tally


def points(book: Book) -> tuple[Check, ...]:
    """Points that exclude each other never run together."""
    findings = Findings("points")
    exclusive = {name for name, rows in book.facts.points.items() if any(row.one_per_period for row in rows)}
    fed: defaultdict[tuple[str, str, int], Tally[str]] = defaultdict(Tally)
    for row in book.feeds:
        if row.process in exclusive:
            fed[row.line, row.process, row.t].add(row.point, row.amount)
    for (line, process, t), at_point in fed.items():
        amounts = sorted(at_point.sums.values())
        where = book.where(t, line, process)
        findings.at_most("together", where, sum(amounts[:-1]), 0.0, amounts[-1], points=sorted(at_point.sums))
    return findings.checks()
