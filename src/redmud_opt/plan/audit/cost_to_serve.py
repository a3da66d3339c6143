"""Cost to serve adds up: no money and no tonne is lost, doubled or given to a source that there is not.

    Σ value over sources and fates, what is not attributed included = value stated      by term and year
    Σ traced tonnes of a source = what arises there + what lay there                    [origin t]
    Σ traced tonnes of a fate = origin tonnes of that fate                              by process, outlet, storage
    Σ paths of a source and fate ≤ its traced tonnes

Wastes of class `none` need not have an origin and are left out of the third. How the tracing shares out, a rule of
accounting, is not done again here.
"""

from __future__ import annotations

from collections.abc import Iterator

from redmud_opt.plan.audit.accounts import Accounts
from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.checks import Check, Findings, Tally, at, union
from redmud_opt.plan.audit.facts import live

ARISING, OPENING, GOODS, NOBODY = "arising", "opening_stock", "goods", "not_attributed"
Source = tuple[str, str, str, str]


def cost_to_serve(book: Book) -> tuple[Check, ...]:
    """The frames `traced`, `cost_to_serve` and `paths` add up."""
    findings = Findings("cost_to_serve")
    if book.traced is None or book.served is None or book.paths is None:
        findings.note("not_stated", "cost_to_serve")
        return findings.checks()
    due: Tally[Source] = Tally()
    for source, amount in _come(book):
        due.add(source, amount)
    traced: Tally[Source] = Tally()
    for row in book.traced:
        traced.add(row[:4], row.amount)
    for source in union(due, traced):
        findings.equal("tonnes", at(*source), traced[source], due[source], due.scale(source))
    _fates(findings, book)
    _money(findings, book, due)
    _paths(findings, book)
    return findings.checks()


def _come(book: Book) -> Iterator[tuple[Source, float]]:
    """What arises and what lay there, of wastes; the tonnes of a declared waste are origin tonnes."""
    facts = book.facts
    for row in book.arisings:
        yield _source(book, row.site, row.stream.material, ARISING), row.amount
    for given in live(facts.case.opening_stock):
        if facts.is_waste(given.material):
            site = given.origin_site or facts.storages[given.storage].site
            yield _source(book, site, given.material, OPENING), given.amount_t


def _source(book: Book, site: str, material: str, given: str) -> Source:
    return site, material, book.facts.materials[material].waste_class, given


def _fates(findings: Findings, book: Book) -> None:
    last, due, stated = book.dates.years[-1], Tally[tuple[str, str]](), Tally[tuple[str, str]]()
    fates = Accounts(book).fates
    for key in fates:
        origin, _, year, fate, place = key
        if origin.partition(":")[0] != "none" and (fate != "stored" or year == last):
            due.add((fate, place), fates[key])
    for row in book.traced or ():
        if row.waste_class != "none":
            stated.add((row.fate, row.place), row.amount)
    for end in union(due, stated):
        findings.equal("fate", at(*end), stated[end], due[end], due.scale(end), fate=end[0], place=end[1])


def _money(findings: Findings, book: Book, due: Tally[Source]) -> None:
    said: Tally[tuple[str, int]] = Tally()
    borne: Tally[tuple[str, int]] = Tally()
    for term in book.value_terms:
        said.add((term.term, term.year), term.value)
    for row in book.served or ():
        borne.add((row.term, row.year), row.value)
        if row.given not in (GOODS, NOBODY) and row[:4] not in due.sums:
            findings.fault("no_source", at(*row[:4]))
    for key in union(said, borne):
        findings.equal("value", at(*key), borne[key], said[key], borne.scale(key), term=key[0])


def _paths(findings: Findings, book: Book) -> None:
    whole: Tally[tuple[str, ...]] = Tally()
    parts: Tally[tuple[str, ...]] = Tally()
    for row in book.traced or ():
        whole.add(row[:6], row.amount)
    for path in book.paths or ():
        parts.add((*path[:4], path.fate, path.place), path.amount)
    for key in parts:
        findings.at_most("path", at(*key), parts[key], whole[key], whole.scale(key))
