"""The money of decisions, at the middle of the period that it falls into.

    running         −Σ run cost × hours run + fixed cost per period × units on
    lane_fixed      −Σ fixed cost of an opening + fixed cost per period × periods used
    line_fixed      −Σ fixed O&M × share of days kept × fraction of the year × units in force
    capex           −Σ due, see `spending`
    closing         −Σ closing cost × units
    source_reduction, expansion    −Σ cost × tonnes avoided or changed, Σ margin × tonnes added
    vat_refund      Σ refunds stated, at the middle of their year as far as it lies in the horizon
    holding         −Σ fixed O&M of yards while open, of new yards and raises from their first day on
    closure         −Σ closure cost on the closing day
    measures        −Σ cost at the decision + annual cost × fraction of the year from then on
    shortfall       −Σ short × penalty of contracts, at the middle of the year likewise
    approval_cost   −Σ tonnes under an approval × its cost per tonne, in its basis
    make_up_credit  Σ made up × penalty × make_up_share, likewise
    residual_value  Σ capex × remaining life ÷ life of what is in force at the end, in the last period

MODEL.md 'Value'; docs/decisions.md 'Building, running, closing'.
"""

from __future__ import annotations

from collections.abc import Iterator

from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.checks import Tally
from redmud_opt.plan.audit.reductions import costs
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
    for own in book.reductions:
        cost, margin = costs(book, own)
        _book(book, money, "source_reduction", own.t, -cost)
        _book(book, money, "expansion", own.t, margin)
    for refund in book.refunds:
        window = book.dates.window(str(refund.year))
        if window:
            money.add(("vat_refund", refund.year), refund.refund * book.dates.discount(window))
    _upkeep(book, money)
    _yard_events(book, money)
    for moved in book.movements:
        document = book.borders.documents.get(moved.document)
        if document is not None:
            _book(book, money, "approval_cost", moved.t, -moved.of_document * document.cost_cny_per_t)
    for owed in book.take_or_pay:
        contract, window = book.facts.contracts.get(owed.contract), book.dates.window(str(owed.year))
        if contract is not None and window:
            penalty = (contract.penalty_cny_per_t or 0.0) * book.dates.discount(window)
            money.add(("shortfall", owed.year), -owed.short * penalty)
            money.add(("make_up_credit", owed.year), owed.made_up * penalty * contract.make_up_share)
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


def _upkeep(book: Book, money: Tally[Money]) -> None:
    """Fixed O&M of yards: those that stand while they are open, what is decided from its first day on."""
    for t, period in enumerate(book.dates.periods):
        for _, share, cost in kept_yards(book, t):
            if cost and share:
                _book(book, money, "holding", t, -cost * share * period.fraction_of_year)


def kept_yards(book: Book, t: int) -> Iterator[tuple[str, float, float]]:
    """(yard or raise, share of the days of a period that it is kept, fixed O&M a year)."""
    for name, row in book.facts.storages.items():
        if row.candidate:
            share = book.yards.share_kept(book.yards.begun[name], t) if name in book.yards.begun else 0.0
        else:
            closed = book.yards.closed_on(name)
            shut = closed is not None and book.dates.periods[t].start >= closed
            share = 0.0 if shut else book.dates.open_share(row.opens, row.closes, t)
        yield name, share, row.fixed_om_cny_per_a or 0.0
    for name, own in book.yards.raises.items():
        if name in book.yards.begun:
            yield name, book.yards.share_kept(book.yards.begun[name], t), own.fixed_om_cny_per_a


def _yard_events(book: Book, money: Tally[Money]) -> None:
    for event in book.yard_events:
        if event.kind == "closure" and event.item in book.facts.storages:
            cost = book.facts.storages[event.item].closure_cost_cny or 0.0
            _book(book, money, "closure", event.t, -cost)
        elif event.kind == "measure" and event.item in book.yards.measures:
            row = book.yards.measures[event.item]
            _book(book, money, "measures", event.t, -row.cost_cny)
            for t in range(event.t, len(book.dates.periods)):
                cost = row.annual_cost_cny_per_a * book.dates.periods[t].fraction_of_year
                _book(book, money, "measures", t, -cost)
