"""The money of decisions, at the middle of the period that it falls into.

    running         −Σ run cost × hours run + fixed cost per period × units on
    lane_fixed      −Σ fixed cost of an opening + fixed cost per period × periods used
    line_fixed      −Σ fixed O&M × share of days kept × fraction of the year × units in force
    capex           −Σ due, see `spending`
    closing         −Σ closing cost × units
    vat_refund      Σ refunds stated, at the middle of their year as far as it lies in the horizon
    residual_value  Σ capex × remaining life ÷ life of what is in force at the end, in the last period

MODEL.md 'Value'; docs/decisions.md 'Building, running, closing'.
"""

from __future__ import annotations

from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.checks import Tally
from redmud_opt.plan.audit.spending import discounted, payments, residuals
from redmud_opt.plan.audit.using import LANE, Uses

Money = tuple[str, int]  # term, year


def book_decisions(book: Book, money: Tally[Money]) -> None:
    """Add what building, running, closing and opening cost, and what comes back."""
    _running(book, money)
    _lanes(book, money)
    _lines(book, money)
    for due in payments(book):
        year, amount = discounted(book, due)
        money.add(("capex", year), -amount)
    for row in book.closings:
        cost = book.facts.lines[row.line].closing_cost_cny or 0.0
        _book(book, money, "closing", row.t, -cost * row.units)
    for refund in book.refunds:
        window = book.dates.window(str(refund.year))
        if window:
            money.add(("vat_refund", refund.year), refund.refund * book.dates.discount(window))
    for _, worth in residuals(book):
        _book(book, money, "residual_value", len(book.dates.periods) - 1, worth)


def _book(book: Book, money: Tally[Money], term: str, t: int, amount: float) -> None:
    if amount:
        money.add((term, book.dates.year_of(t)), amount * book.dates.discount_of(t))


def _running(book: Book, money: Tally[Money]) -> None:
    for row in book.running:
        line = book.facts.lines[row.line]
        for amount, cost in ((row.hours, line.run_cost_cny_per_h), (row.on, line.fixed_cost_cny_per_period)):
            if cost and amount == amount:
                _book(book, money, "running", row.t, -amount * cost)


def _lanes(book: Book, money: Tally[Money]) -> None:
    for row in book.openings:
        lane = book.facts.lanes.get(row.lane)
        if lane is not None:
            _book(book, money, "lane_fixed", row.t, -(lane.fixed_cost_cny or 0.0))
    for (kind, name), t in Uses(book).used:
        lane = book.facts.lanes.get(name) if kind == LANE else None
        if lane is not None:
            _book(book, money, "lane_fixed", t, -(lane.fixed_cost_cny_per_period or 0.0))


def _lines(book: Book, money: Tally[Money]) -> None:
    for line in book.facts.lines.values():
        if line.fixed_om_cny_per_a:
            for t, period in enumerate(book.dates.periods):
                kept = sum(left * book.plant.kept(v, t) for v, left in book.plant.standing(line.name, t))
                cost = line.fixed_om_cny_per_a * period.fraction_of_year * kept
                _book(book, money, "line_fixed", t, -cost)
