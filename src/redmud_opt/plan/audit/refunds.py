"""Refund of value-added tax, per facility, product and calendar year.

    share     Σ listed waste fed ≥ threshold × Σ raw mass        runs of the facility that make the product
    raw mass  dry feeds and solid inputs, in tonnes
    refund    ≤ rate × max(0, vat_rate × price − input VAT) × made;   nothing where the share is not reached

Listed is what the row names and is a waste; without a name every waste that is fed. A plan may claim less than
is due. MODEL.md 'VAT refund'.
"""

from __future__ import annotations

from collections.abc import Iterator

from redmud_opt.case.rules import VatRefund
from redmud_opt.plan.audit.book import Book, Run
from redmud_opt.plan.audit.checks import TOLERANCE, Check, Findings, Tally, at
from redmud_opt.plan.audit.facts import live


def refunds(book: Book) -> tuple[Check, ...]:
    """No refund is more than is due."""
    findings = Findings("refunds")
    rows = {(row.facility, row.product): row for row in live(book.facts.case.vat_refunds)}
    stated: Tally[tuple[str, str, int]] = Tally()
    for own in book.refunds:
        key = (own.facility, own.product, own.year)
        if (own.facility, own.product) not in rows or own.year not in book.dates.years:
            findings.fault("no_row", at(*key), facility=own.facility, product=own.product)
        else:
            stated.add(key, own.refund)
    for facility, product, year in stated:
        row = rows[facility, product]
        _judge(findings, book, row, year, stated[facility, product, year])
    return findings.checks()


def _judge(findings: Findings, book: Book, row: VatRefund, year: int, stated: float) -> None:
    where = at(row.facility, row.product, year)
    waste, raw, made = 0.0, 0.0, 0.0
    for run in runs_of(book, row.facility, row.product, year):
        material = run.fed.stream.material if run.fed.stream else ""
        if material and _listed(book, row, material):
            waste += run.fed.amount
        raw += run.fed.amount * _raw(book, run)
        made += run.fed.amount * run.becomes.yield_of(row.product)
    per_t = row.rate * max(0.0, row.vat_rate * row.price_cny_per_t - row.input_vat_cny_per_t)
    findings.at_most("overstated", where, stated, per_t * made, product=row.product)
    if stated > TOLERANCE:
        findings.at_least("below_threshold", where, waste, row.threshold * raw, raw, facility=row.facility)


def runs_of(book: Book, facility: str, product: str, year: int) -> Iterator[Run]:
    """The runs of a facility that make a product in a calendar year."""
    for run in book.runs:
        here = book.facts.lines[run.fed.line].facility == facility
        makes = any(made.material == product and made.yield_t > 0.0 for made in run.becomes.outputs)
        if here and makes and book.dates.year_of(run.fed.t) == year:
            yield run


def _raw(book: Book, run: Run) -> float:
    """Raw mass per tonne fed (or of activity): the feed itself, and its solid inputs."""
    inputs = [t.amount for t in run.becomes.inputs if t.solid and book.facts.in_tonnes(t.material)]
    fed = run.fed.stream is not None and book.facts.in_tonnes(run.fed.stream.material)
    return sum(inputs) + (1.0 if fed else 0.0)


def _listed(book: Book, row: VatRefund, material: str) -> bool:
    if not book.facts.in_tonnes(material) or not book.facts.is_waste(material):
        return False
    return not row.waste or material in book.facts.members(row.waste)
