"""Shared bases: who pays whom for waste that is fed there.

    fed        Σ dry tonnes of waste with an origin fed to the facility, but for what its own processes made
    part       fed × share of the owner;   paid = part × price
    payer      owner of the plant of origin (or the origin's owner); of a class told apart by neither, the only
               owner of all its plants, else nobody is named

Shares sum to one, so that what a payer pays is what the owners get: the group as a whole neither gains nor loses.
"""

from __future__ import annotations

from redmud_opt.case.things import Ownership
from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.checks import Check, Findings, Tally, at, union
from redmud_opt.plan.audit.facts import by, live
from redmud_opt.plan.audit.streams import Stream

Key = tuple[str, int, str]


def services(book: Book) -> tuple[Check, ...]:
    """What is stated as paid is what the tonnes fed are worth, split by share, and all of it."""
    findings = Findings("services")
    if book.services is None:
        return findings.checks()
    shares = {
        (row.facility, row.owner): row
        for rows in by(book.facts.case.ownership, "facility").values()
        for row in rows
    }
    fed = _fed(
        book, {facility for (facility, _), row in shares.items() if row.service_price_cny_per_t is not None}
    )
    stated: Tally[tuple[str, int, str, str]] = Tally()
    paid: Tally[Key] = Tally()
    for row in book.services:
        where, own = at(row.facility, row.year, row.payer, row.owner), shares.get((row.facility, row.owner))
        if own is None:
            findings.fault("no_share", where, owner=row.owner)
            continue
        stated.add((row.facility, row.year, row.payer, row.owner), row.fed)
        paid.add((row.facility, row.year, row.payer), row.service)
        findings.equal("share", where, row.share, own.share, owner=row.owner)
        findings.equal("paid", where, row.service, row.fed * (own.service_price_cny_per_t or 0.0))
    for key in union(fed, paid):
        _judge(findings, book, key, fed, paid, stated, list(shares.values()))
    return findings.checks()


def _judge(
    findings: Findings,
    book: Book,
    key: Key,
    fed: Tally[Key],
    paid: Tally[Key],
    stated: Tally[tuple[str, int, str, str]],
    shares: list[Ownership],
) -> None:
    own = [row for row in shares if row.facility == key[0]]
    for row in own:
        part = fed[key] * row.share
        findings.equal("fed", at(*key, row.owner), stated[*key, row.owner], part, fed.scale(key))
    due = max((row.service_price_cny_per_t or 0.0 for row in own), default=0.0) * fed[key]
    findings.equal("settled", at(*key), paid[key], due, paid.scale(key))


def _fed(book: Book, facilities: set[str]) -> Tally[Key]:
    found: Tally[Key] = Tally()
    makes: dict[str, set[str]] = {}
    for name, line in book.facts.lines.items():
        rows = book.facts.uses.get(name, ())
        makes.setdefault(line.facility, set()).update(row.process for row in rows)
    for fed in book.feeds:
        facility = book.facts.lines[fed.line].facility
        if facility not in facilities or fed.stream is None or not fed.stream.has_origin:
            continue
        if fed.stream.lineage.process not in makes[facility]:
            found.add((facility, book.dates.year_of(fed.t), _payer(book, fed.stream)), fed.amount)
    return found


def _payer(book: Book, stream: Stream) -> str:
    facts = book.facts
    if stream.plant:
        return facts.sites[stream.plant].owner if stream.plant in facts.sites else stream.plant
    founding = [(row.material, row.site) for row in facts.arisings.values()]
    founding += [
        (lay.material, lay.origin_site or facts.storages[lay.storage].site)
        for lay in live(facts.case.opening_stock)
    ]
    owners = {
        facts.sites[site].owner
        for material, site in founding
        if facts.materials[material].waste_class == stream.waste_class
    }
    return next(iter(owners)) if len(owners) == 1 else ""
