"""The end of the horizon, and product stock at year end.

    excess = max(0, Σ closing − Σ opening) of general waste + Σ closing of hazardous   by storage, waste class
    money   = excess × charge per tonne, charge ≥ 0, at the mid date of the last period         in `value`
    product made from waste, at the end of a calendar year: Σ stock at a site ≤ its opening stock

Waste without origin is of class `none`.

The charge per tonne is the cheapest lawful way out, a fixed point over the network: this audit does not
derive it, and says so. Where no way out exists the plan states no charge, and the excess must be 0.
MODEL.md 'End of horizon'.
"""

from __future__ import annotations

from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.checks import Check, Findings, Tally, at, union

Class = tuple[str, str]  # storage, waste class


def horizon(book: Book) -> tuple[Check, ...]:
    """Waste left at the end is stated and charged; products from waste are not hoarded over a year's end."""
    findings = Findings("horizon")
    if book.facts.settings.end_of_horizon == "charge":
        _excess(findings, book)
    else:
        for row in book.excess:
            findings.nothing("not_charged", at(row.storage, row.waste_class), row.excess)
    if book.facts.settings.product_stock_at_year_end == "opening":
        _products(findings, book)
    return findings.checks()


def _excess(findings: Findings, book: Book) -> None:
    due, scales = _due(book)
    stated: Tally[Class] = Tally()
    for row in book.excess:
        where = at(row.storage, row.waste_class)
        stated.add((row.storage, row.waste_class), row.excess)
        if row.charge != row.charge:
            findings.nothing("no_way_out", where, row.excess, storage=row.storage)
        else:
            findings.at_least("negative_charge", where, row.charge, 0.0)
        if row.waste_class not in {stream.waste_class or "none" for stream in book.streams.values()}:
            findings.fault("no_class", where, waste_class=row.waste_class)
    for key in union(due, stated):
        findings.equal("misstated", at(*key), stated[key], due[key], scales.scale(key), storage=key[0])
    if len(stated):
        findings.note("charge_not_derived", "excess")


def _due(book: Book) -> tuple[Tally[Class], Tally[Class]]:
    """Excess by storage and class, and the terms that it was made from."""
    last = len(book.dates.periods) - 1
    general: Tally[Class] = Tally()
    found: Tally[Class] = Tally()
    scales: Tally[Class] = Tally()
    for row in book.stocks:
        if row.t == last and book.facts.is_waste(row.stream.material):
            key = (row.storage, row.stream.waste_class or "none")
            (found if book.status.hazardous(row.stream, last) else general).add(key, row.stock)
            scales.add(key, row.stock)
    for opening in book.opening:
        stream = opening.stream
        if stream is None or not book.facts.is_waste(stream.material):
            continue
        if not book.status.hazardous(stream, last):
            key = (opening.storage, stream.waste_class or "none")
            general.add(key, -opening.amount)
            scales.add(key, opening.amount)
    for key in general:
        found.add(key, max(0.0, general[key]))
    return found, scales


def _products(findings: Findings, book: Book) -> None:
    products = book.facts.made_from_waste()
    opening: Tally[tuple[str, str]] = Tally()
    for row in book.opening:
        opening.add((row.site, row.material), row.amount)
    held: Tally[tuple[str, str, int]] = Tally()
    for kept in book.stocks:
        if kept.stream.material in products and book.dates.ends_year(kept.t):
            held.add((kept.site, kept.stream.material, kept.t), kept.stock)
    for site, material, t in held:
        where = book.where(t, site, material)
        amount = held[site, material, t]
        findings.at_most("hoarded", where, amount, opening[site, material], material=material)
