"""Contracts: what was taken, short and made up, by contract and calendar year.

    taken      Σ delivered or bought in basis, Σ fed to lines, of all items of the contract
    take       take_or_pay_t_per_a × days of the year inside both validity and horizon ÷ days of the year
    short      taken − made_up + short ≥ take;   short ≤ take
    made up    Σ made_up up to a year ≤ Σ short before it, and only where the contract lets it
    money      short × penalty;   made_up × penalty × make_up_share                   undiscounted

Years in which a contract is not valid on any day of the horizon ask for nothing. MODEL.md 'Value'.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from redmud_opt.case.rules import Contract
from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.checks import Check, Findings, Tally, at
from redmud_opt.plan.audit.rows import Owed
from redmud_opt.plan.audit.tiers import traded

Key = tuple[str, int]


def contracts(book: Book) -> tuple[Check, ...]:
    """Every contract is met, or paid for, in every year."""
    findings = Findings("contracts")
    stated = {(row.contract, row.year): row for row in book.take_or_pay}
    due = {(row.name, year): take for row in book.facts.contracts.values() for year, take in _due(book, row)}
    taken = _taken(book)
    for key in stated:
        if key not in due:
            findings.fault("no_duty", at(*key), contract=key[0])
    for key, take in due.items():
        if key not in stated:
            findings.fault("not_stated", at(*key), contract=key[0])
        else:
            _judge(findings, book.facts.contracts[key[0]], stated[key], take, taken[key], taken.scale(key))
    for row in book.facts.contracts.values():
        _made_up(findings, row, [own for key, own in sorted(stated.items()) if key[0] == row.name])
    return findings.checks()


def _due(book: Book, row: Contract) -> Iterator[tuple[int, float]]:
    """(year, least amount) of a contract."""
    if not row.take_or_pay_t_per_a:
        return
    starts, ends = book.dates.periods[0].start, book.dates.periods[-1].end
    for year in book.dates.years:
        first, after = date(year, 1, 1), date(year + 1, 1, 1)
        inside = min(after, ends, row.valid_to or after) - max(first, starts, row.valid_from or first)
        if inside.days > 0:
            yield year, row.take_or_pay_t_per_a * inside.days / (after - first).days


def _taken(book: Book) -> Tally[Key]:
    """What moved under each contract by year."""
    facts, found = book.facts, Tally[Key]()
    for item, row, amount in traded(book):
        contract = facts.contract(facts.outlets[item] if item in facts.outlets else facts.supplies[item])
        if contract is not None:
            found.add((contract.name, book.dates.year_of(row.t)), amount)
    for fed in book.feeds:
        contract = facts.contract(facts.lines[fed.line])
        if contract is not None:
            found.add((contract.name, book.dates.year_of(fed.t)), fed.amount)
    return found


def _judge(findings: Findings, row: Contract, own: Owed, take: float, taken: float, largest: float) -> None:
    where = at(row.name, own.year)
    penalty = row.penalty_cny_per_t or 0.0
    findings.equal("take", where, own.take, take, contract=row.name)
    findings.equal("taken", where, own.taken, taken, largest, contract=row.name)
    counted = taken - own.made_up + own.short
    findings.at_least("short_hidden", where, counted, take, largest, contract=row.name)
    findings.at_most("short_overstated", where, own.short, take, contract=row.name)
    findings.equal("penalty", where, own.penalty, own.short * penalty, contract=row.name)
    credit = own.made_up * penalty * row.make_up_share
    findings.equal("credit", where, own.credit, credit, contract=row.name)


def _made_up(findings: Findings, row: Contract, years: list[Owed]) -> None:
    """No more is made up than was short in earlier years."""
    short, made_up = 0.0, 0.0
    for own in years:
        where = at(row.name, own.year)
        made_up += own.made_up
        if row.make_up:
            findings.at_most("made_up", where, made_up, short, own.taken, contract=row.name)
        else:
            findings.nothing("not_to_be_made_up", where, own.made_up, contract=row.name)
        short += own.short
