"""Mass and elements: what every process of the plan makes, per tonne of each feed.

    |1 + Σ solid inputs + uptake − Σ yields − gas − loss| ≤ 1e-4       processes that take a waste; tonnes only
    Σ shares of a property over outputs, gas and loss ≤ 1       partitions, by point
    yields ≥ 0, of_feed ≥ 0;   u and w keep one value per lineage over the periods in which it is made

The slack is for numbers typed with four decimals. MODEL.md 'Process': loss is declared, never the remainder.
"""

from __future__ import annotations

from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.checks import Check, Findings, at

CLOSES_WITHIN = 1e-4


def closure(book: Book) -> tuple[Check, ...]:
    """Every conversion that the plan uses closes its mass and splits no property into more than all of it."""
    findings = Findings("closure")
    conversions = {
        (run.fed.process, run.fed.point, run.fed.stream.material if run.fed.stream else ""): run.becomes
        for run in book.runs
    }
    for (process, point, material), becomes in conversions.items():
        where = at(process, point, material)
        for made in becomes.outputs:
            findings.at_least("negative_yield", where, made.yield_t, 0.0, output=made.material)
            findings.at_least("negative_yield", where, made.of_feed, 0.0, output=made.material)
        if not book.facts.takes_waste(process):
            continue
        out = [made.yield_t for made in becomes.outputs if book.facts.in_tonnes(made.material)]
        taken = [i.amount for i in becomes.inputs if i.solid and book.facts.in_tonnes(i.material)]
        comes, goes = 1.0 + sum(taken) + becomes.uptake, sum(out) + becomes.gas + becomes.loss
        findings.at_most("mass", where, abs(goes - comes), CLOSES_WITHIN, process=process)
    for process, point in dict.fromkeys((process, point) for process, point, _ in conversions):
        _elements(findings, book, process, point)
    _steady(findings, book)
    return findings.checks()


def _elements(findings: Findings, book: Book, process: str, point: str) -> None:
    rows = book.facts.partitions.get(process, [])
    for name in dict.fromkeys(row.property for row in rows):
        shares = 0.0
        for where in dict.fromkeys((row.output, row.leaves_as) for row in rows):
            own = [row for row in rows if (row.output, row.leaves_as, row.property) == (*where, name)]
            row = book.facts.best(own, point, "", "")
            shares += row.share if row is not None else 0.0
        findings.at_most("element", at(process, point, name), shares, 1.0, property=name)


def _steady(findings: Findings, book: Book) -> None:
    """A method whose meaning changes inside the horizon must not change the origin tonnes of a lineage."""
    for site, process, name, t in book.making:
        stream = book.streams.get(name)
        if stream is None or not stream.has_origin or not book.making[site, process, name, t]:
            continue
        for gross in (False, True):
            now = book.conversions.origin_t(stream.lineage, t, gross)
            findings.equal("unsteady", book.where(t, name), now, book.origin_t(stream, gross), stream=name)
