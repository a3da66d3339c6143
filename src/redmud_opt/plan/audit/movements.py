"""Movements over borders: every tonne that needs a document has one that is valid, right, and not exceeded.

    Σ moved under documents = Σ flows, or tonnes disposed of        per need, see `borders`      [t dry]
    Σ moved · basis ≤ amount                                        per document
    nothing moves where a province is not known, is disposed of where it was let in for use, or goes where the risk
    assessment is missing;   nothing is called unfiled while a filing has tonnes left

MODEL.md rule 6.
"""

from __future__ import annotations

from collections.abc import Iterator

from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.borders import Need
from redmud_opt.plan.audit.checks import TOLERANCE, Check, Findings, Tally, at, union
from redmud_opt.plan.audit.rows import Moved
from redmud_opt.plan.audit.streams import Lineage, Stream

Disposed = tuple[str, Stream, int, float, str]
"""(site, stream, period, tonnes, what disposes of it)"""


def movements(book: Book) -> tuple[Check, ...]:
    """Flows, disposals, documents and the frames that tell of them."""
    findings = Findings("movements")
    lineages = {own.lineage.name: own.lineage for own in book.streams.values()}
    needed = _needed(findings, book)
    stated: Tally[Need] = Tally()
    used: Tally[str] = Tally()
    for row in book.movements:
        _judge(findings, book, row, lineages, stated, used)
    for need in union(needed, stated):
        where = book.where(need.t, need.of, need.site, need.lineage)
        findings.equal("not_covered", where, stated[need], needed[need], needed.scale(need), kind=need.kind)
    for name, document in book.borders.documents.items():
        findings.at_most("exceeded", at(name), used[name], document.amount_t, used.scale(name), document=name)
    _unfiled(findings, book, lineages, used)
    _documents(findings, book, used)
    _assessments(findings, book)
    return findings.checks()


def _needed(findings: Findings, book: Book) -> Tally[Need]:
    """What needs a document, from flows and what is disposed of."""
    needed: Tally[Need] = Tally()
    for flow in book.flows:
        lineage = flow.stream.lineage
        need = book.borders.move(flow.from_site, flow.to_site, lineage, flow.t)
        if need is not None:
            needed.add(need, flow.amount)
        known = all(book.borders.province(site) for site in (flow.from_site, flow.to_site))
        if not known and book.status.of(lineage, flow.t) and book.borders.asked("approval", flow.t):
            findings.nothing("province_unknown", book.where(flow.t, flow.lane, flow.stream.name), flow.amount)
    for site, stream, t, amount, at_what in disposed(book):
        need = book.borders.disposal(site, stream.lineage, t)
        if need is not None:
            needed.add(need, amount)
        if book.borders.let_in_for_use(site, stream.lineage, t):
            findings.nothing("let_in_for_use", book.where(t, at_what, stream.name), amount, site=site)
    return needed


def disposed(book: Book) -> Iterator[Disposed]:
    """What is placed, delivered or fed for disposal."""
    facts = book.facts
    for placed in book.placements:
        yield placed.site, placed.stream, placed.t, placed.amount, placed.storage
    for sold in book.sales:
        if book.dates.meaning(facts.outlets[sold.outlet].method, sold.t) == "disposal":
            yield sold.site, sold.stream, sold.t, sold.amount, sold.outlet
    for run in book.runs:
        method = facts.processes[run.fed.process].method
        if run.fed.stream is not None and book.dates.meaning(method, run.fed.t) == "disposal":
            yield run.site, run.fed.stream, run.fed.t, run.fed.amount, run.fed.line


def _judge(
    findings: Findings,
    book: Book,
    row: Moved,
    lineages: dict[str, Lineage],
    stated: Tally[Need],
    used: Tally[str],
) -> None:
    """One row of `movements`: its document serves what it says."""
    where = book.where(row.t, row.document, row.site, row.lineage)
    document, lineage = book.borders.documents.get(row.document), lineages.get(row.lineage)
    came_from = row.from_province if row.of == "border" else ""
    need = Need(row.kind, row.of, came_from, row.site, row.lineage, row.t)
    stated.add(need, row.amount)
    if lineage is None or (row.document and document is None) or (not row.document and row.kind != "filing"):
        findings.nothing("wrong_document", where, row.amount, document=row.document or "–")
        return
    basis = "as_received" if document is None else document.basis
    expected = book.facts.in_basis(row.amount, lineage.material, basis)
    findings.equal("basis", where, row.of_document, expected, document=row.document or "–")
    if row.to_province != book.borders.province(row.site):
        findings.fault("province", where, site=row.site)
    if document is not None:
        used.add(document.name, expected)
        why = book.borders.grants(document, need, lineage)
        if why == "expired":
            findings.nothing("expired", where, row.amount, document=row.document)
        elif why == "too_far":
            findings.nothing("too_far", where, row.amount, document=row.document)
        elif why:
            findings.nothing("wrong_document", where, row.amount, document=row.document)


def _unfiled(findings: Findings, book: Book, lineages: dict[str, Lineage], used: Tally[str]) -> None:
    """What is called unfiled has no filing left that would serve it."""
    for row in book.movements:
        lineage = lineages.get(row.lineage)
        if row.document or lineage is None or row.amount <= TOLERANCE:
            continue
        came_from = row.from_province if row.of == "border" else ""
        need = Need("filing", row.of, came_from, row.site, row.lineage, row.t)
        for name, document in book.borders.documents.items():
            if not book.borders.grants(document, need, lineage):
                left, scale = document.amount_t - used[name], document.amount_t
                findings.at_most("filing_left", book.where(row.t, row.site), left, 0.0, scale, document=name)


def _documents(findings: Findings, book: Book, used: Tally[str]) -> None:
    """The frame of documents says of each what the case and the movements say."""
    if book.documents is None:
        return
    open_t = sum(row.of_document for row in book.movements if not row.document)
    findings.equal("to_be_filed", "border_documents", sum(r.to_be_filed for r in book.documents), open_t)
    for row in book.documents:
        if not row.document:
            continue
        document = book.borders.documents.get(row.document)
        if document is None:
            findings.fault("no_document", at(row.document), document=row.document)
            continue
        where, amount = at(row.document), document.amount_t
        findings.equal("document", where, row.allowed, amount, document=row.document)
        findings.equal("document", where, row.used, used[row.document], amount, document=row.document)
        left = amount - used[row.document]
        findings.equal("document", where, row.left, left, amount, document=row.document)


def _assessments(findings: Findings, book: Book) -> None:
    for placed in book.placements:
        storage = book.facts.storages[placed.storage]
        if not book.borders.assessed(storage, placed.stream.lineage, placed.t):
            where = book.where(placed.t, placed.storage, placed.stream.name)
            findings.nothing("not_assessed", where, placed.amount, name=placed.storage)
    for sold in book.sales:
        if not book.borders.assessed(book.facts.outlets[sold.outlet], sold.stream.lineage, sold.t):
            where = book.where(sold.t, sold.outlet, sold.stream.name)
            findings.nothing("not_assessed", where, sold.amount, name=sold.outlet)
