"""Tiers: incremental steps of a price, filled in order.

    Σ steps of a window = Σ deliveries (or purchases) in the window, in the item's basis
                        = size of a candidate line; its window is the period of the decision
    0 ≤ amount of a step ≤ its width;     a step is used only when the one before it is full
    width of a year's step = width_t × days of the horizon in the year ÷ days of the year

Filled in order whatever the prices, whether a plan was free to or not. MODEL.md 'Value', Tiers.
"""

from __future__ import annotations

from collections.abc import Iterator

from redmud_opt.case.things import Tier
from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.checks import Check, Findings, Tally, at, union
from redmud_opt.plan.audit.rows import Bought, Sold

Window = tuple[str, str]


def tiers(book: Book) -> tuple[Check, ...]:
    """Steps add up to what moved, are no wider than stated, and are filled in order."""
    findings = Findings("tiers")
    stated: Tally[Window] = Tally()
    steps: dict[tuple[str, str, int], float] = {}
    for row in book.tiers:
        stated.add((row.item, row.window), row.amount)
        steps[row.item, row.window, row.step] = row.amount
    moved = _moved(book)
    for key in union(moved, stated):
        findings.equal("sum", at(*key), stated[key], moved[key], moved.scale(key), item=key[0])
    for item, window in union(moved, stated):
        own = sorted(book.facts.tiers.get(item, ()), key=lambda tier: tier.step)
        _order(findings, book, item, window, own, steps)
    known = {(item, tier.step) for item, own in book.facts.tiers.items() for tier in own}
    for row in book.tiers:
        if (row.item, row.step) not in known:
            findings.fault("no_step", at(row.item, row.window, row.step), item=row.item, step=row.step)
    return findings.checks()


def window_of(book: Book, tier: Tier, t: int) -> str:
    """The name of the window that a tier's tonnes of a period add up in."""
    if tier.per == "horizon":
        return "horizon"
    return book.period(t) if tier.per == "period" else str(book.dates.year_of(t))


def traded(book: Book) -> Iterator[tuple[str, Sold | Bought, float]]:
    """Deliveries and purchases: item, row, amount in the basis of its price."""
    for sold in book.sales:
        basis = book.facts.outlets[sold.outlet].basis
        yield sold.outlet, sold, book.facts.in_basis(sold.amount, sold.stream.material, basis)
    for bought in book.purchases:
        basis = book.facts.supplies[bought.supply].basis
        yield bought.supply, bought, book.facts.in_basis(bought.amount, bought.stream.material, basis)


def _moved(book: Book) -> Tally[Window]:
    tally: Tally[Window] = Tally()
    for item, row, amount in traded(book):
        for tier in book.facts.tiers.get(item, ())[:1]:
            tally.add((item, window_of(book, tier, row.t)), amount)
    for built in book.builds:
        if built.line in book.facts.tiers:
            tally.add((built.line, book.period(built.t)), built.size)
    return tally


def _width(book: Book, tier: Tier, window: str) -> float:
    if tier.width_t is None:
        return float("inf")
    yearly = tier.per == "year" and tier.item not in book.facts.lines
    return tier.width_t * (book.dates.share_of_year(int(window)) if yearly else 1.0)


def _order(
    findings: Findings,
    book: Book,
    item: str,
    window: str,
    own: list[Tier],
    steps: dict[tuple[str, str, int], float],
) -> None:
    later = 0.0
    for tier in reversed(own):
        width = _width(book, tier, window)
        amount = steps.get((item, window, tier.step), 0.0)
        where = at(item, window, tier.step)
        if width < float("inf"):
            findings.at_most("too_wide", where, amount, width, item=item, step=tier.step)
        free = max(0.0, min(later, width - amount))
        scale = max(amount, later, width if width < float("inf") else 0.0)
        findings.at_most("out_of_order", where, free, 0.0, scale, item=item, step=tier.step)
        later = max(later, amount)
