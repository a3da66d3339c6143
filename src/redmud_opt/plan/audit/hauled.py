"""Lanes that haul rules make, where a rule limits them.

    Σ wet tonnes that move on a lane by a rule ≤ lane_capacity_t   in a period, by the part of the year if `per` year
    Σ wet tonnes that move on a lane by a rule ≥ min_lot_t         where more than 1e-6 of the greatest period moves

Sum of the materials that move by the rule; listed lanes have limits of their own. docs/decisions.md 'Transport'.
"""

from __future__ import annotations

from redmud_opt.case.works import Haul
from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.checks import TOLERANCE, Check, Findings, Tally


def hauled(book: Book) -> tuple[Check, ...]:
    """No lane carries more than its rule allows, and none is used for less than a lot."""
    findings = Findings("hauled")
    moved: dict[tuple[str, str], Tally[int]] = {}
    rules: dict[str, Haul] = {}
    for flow in book.flows:
        if book.lanes.listed(flow.lane) is not None:
            continue
        rule = book.lanes.rule(flow.mode, flow.stream.material, book.status.hazardous(flow.stream, flow.t))
        if rule is not None:
            rules[rule.name] = rule
            amount = book.wet(flow.stream, flow.amount)
            moved.setdefault((rule.name, flow.lane), Tally()).add(flow.t, amount)
    for (name, lane), amounts in moved.items():
        rule, least = rules[name], TOLERANCE * max(1.0, amounts.scale(*amounts))
        for t in amounts:
            where = book.where(t, lane, name)
            if rule.lane_capacity_t is not None:
                limit = rule.lane_capacity_t * book.dates.fraction(rule.per, t)
                findings.at_most("over", where, amounts[t], limit, lane=lane, rule=name)
            if rule.min_lot_t is not None and amounts[t] > least:
                findings.at_least("lot", where, amounts[t], rule.min_lot_t, lane=lane, rule=name)
    return findings.checks()
