"""The three rates, and the targets on them.

    rate_new   = utilised new ÷ generated
    rate_stat  = (utilised new + legacy) ÷ (generated + utilised legacy)
    rate_gross = (gross new + gross legacy) ÷ generated
    …_proportional: the same with lots of co-fed lines taken as mixed, see `proportional`
    hard target: achieved ≥ at_least × denominator;  soft: short_t = max(0, at_least × denominator − achieved)

A target with iron = gross_feed takes the gross set of (u, w) in its rate. What was generated and utilised
before the horizon in its first year counts. MODEL.md 'Utilisation' and rule 8.
"""

from __future__ import annotations

from typing import NamedTuple

from redmud_opt.case.rules import Target
from redmud_opt.plan.audit.accounts import Accounts
from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.checks import TOLERANCE, Check, Findings, Tally, at
from redmud_opt.plan.audit.facts import live
from redmud_opt.plan.audit.proportional import proportional
from redmud_opt.plan.audit.rows import Asked
from redmud_opt.plan.audit.streams import plant_names

RATES = ("rate_new", "rate_stat", "rate_gross")


class Sums(NamedTuple):
    """What rates are made from, in origin tonnes."""

    generated: float = 0.0
    new: float = 0.0
    legacy: float = 0.0
    gross_new: float = 0.0
    gross_legacy: float = 0.0

    def plus(self, other: Sums) -> Sums:
        """Two origins together."""
        return Sums(*(a + b for a, b in zip(self, other, strict=True)))

    def ratio(self, rate: str, gross: bool) -> tuple[float, float]:
        """Numerator and denominator of a rate, with the net or the gross set."""
        new, legacy = (self.gross_new, self.gross_legacy) if gross else (self.new, self.legacy)
        if rate == "rate_new":
            return new, self.generated
        if rate == "rate_stat":
            return new + legacy, self.generated + legacy
        return self.gross_new + self.gross_legacy, self.generated


def sums_of(accounts: Accounts, origin: str, year: int) -> Sums:
    """The sums of one origin and year, year to date included."""
    keys = (
        ("generated", "new"),
        ("utilised", "new"),
        ("utilised", "legacy"),
        ("utilised_gross", "new"),
        ("utilised_gross", "legacy"),
    )
    return Sums(*(accounts.with_to_date((name, origin, cohort, year)) for name, cohort in keys))


def proportional_sums(
    sums: Sums, shift: Tally[tuple[str, str, str, int]], origins: list[str], year: int
) -> Sums:
    """The sums of some origins with lots of co-fed lines taken as mixed."""
    more = {
        (name, cohort): sum(shift[name, origin, cohort, year] for origin in origins)
        for name in ("utilised", "utilised_gross")
        for cohort in ("new", "legacy")
    }
    return sums.plus(Sums(0.0, *more.values()))


def known_origins(accounts: Accounts) -> list[str]:
    """Origins of streams, and those that only `year_to_date` knows."""
    return list(dict.fromkeys([*accounts.origins, *(key[1] for key in accounts.to_date)]))


def rates(book: Book) -> tuple[Check, ...]:
    """The frame `rates` states what the audit finds, by class and plant and by class."""
    findings = Findings("rates")
    accounts = Accounts(book)
    due: dict[tuple[str, str, int], Sums] = {}
    whose: dict[tuple[str, str], list[str]] = {}
    shift = proportional(accounts)
    for origin in known_origins(accounts):
        waste_class, _, plant = origin.partition(":")
        for name in dict.fromkeys((plant, "")):
            whose.setdefault((waste_class, name), []).append(origin)
        for year in book.dates.years:
            own = sums_of(accounts, origin, year)
            for name in dict.fromkeys((plant, "")):
                key = (waste_class, name, year)
                due[key] = due.get(key, Sums()).plus(own)
    stated = {(row.waste_class, row.plant, row.year): row for row in book.rates}
    for key, sums in due.items():
        row = stated.pop(key, None)
        where, scale = at(*key), max(map(abs, sums))
        if row is None:
            findings.nothing("no_row", where, scale)
            continue
        for name in Sums._fields:
            findings.equal(
                "misstated", at(where, name), getattr(row, name), getattr(sums, name), scale, what=name
            )
        for name in RATES:
            _rate(findings, at(where, name), name, getattr(row, name), *sums.ratio(name, False))
        mixed = proportional_sums(sums, shift, whose[key[:2]], key[2])
        for name in RATES if states_proportional(book) else ():
            stated_as = f"{name}_proportional"
            _rate(
                findings, at(where, stated_as), stated_as, getattr(row, stated_as), *mixed.ratio(name, False)
            )
    for left in stated:
        findings.fault("no_origin", at(*left))
    if not states_proportional(book):
        findings.note("not_stated", "rates")
    return findings.checks()


def states_proportional(book: Book) -> bool:
    """Whether the plan states proportional rates; older ones do not."""
    frame = book.frames.get("rates")
    return frame is not None and "rate_new_proportional" in frame.columns


def _rate(findings: Findings, where: str, name: str, stated: float, achieved: float, whole: float) -> None:
    """A rate over nothing generated is not a number; over a trace of it, it is only bounded by 1."""
    if abs(whole) > TOLERANCE:
        findings.equal("misstated", where, stated, achieved / whole, what=name)
    elif abs(stated) > (1.0 + TOLERANCE if whole else 0.0):
        findings.fault("rate_of_nothing", where, what=name)
    else:
        findings.rows += 1


def targets(book: Book) -> tuple[Check, ...]:
    """Hard targets are met; what soft ones are short of is stated, and priced; the frame `targets` says all of it."""
    findings = Findings("targets")
    accounts = Accounts(book)
    shift = proportional(accounts)
    short = {(row.target, row.year): row for row in book.shortfalls}
    stated = {(row.target, row.year): row for row in book.targets or ()}
    for row in book.facts.targets.values():
        for year in book.dates.years:
            if row.year in (None, year):
                sums, origins = _scope(findings, book, accounts, row, year)
                _target(findings, book, sums, row, year)
                mixed = proportional_sums(sums, shift, origins, year) if states_proportional(book) else None
                own = stated.pop((row.name, year), None)
                if book.targets is not None:
                    left = sum(r.short for r in book.shortfalls if (r.target, r.year) == (row.name, year))
                    _stated(findings, own, row, year, left, sums, mixed)
                short.pop((row.name, year), None) if not row.hard else None
    for name, year in short:
        findings.fault("no_soft_target", at(name, year), target=name)
    for name, year in stated:
        findings.fault("no_target", at(name, year), target=name)
    if book.targets is None:
        findings.note("not_stated", "targets")
    return findings.checks()


def _scope(
    findings: Findings, book: Book, accounts: Accounts, row: Target, year: int
) -> tuple[Sums, list[str]]:
    """The sums of a target, and the origins in its scope."""
    sums, origins = Sums(), []
    for origin in known_origins(accounts):
        inside = _inside(book, row, origin)
        if inside is None:
            findings.fault("scope_not_told_apart", at(row.name, year), target=row.name, origin=origin)
        elif inside:
            sums = sums.plus(sums_of(accounts, origin, year))
            origins.append(origin)
    return sums, origins


def _stated(
    findings: Findings,
    own: Asked | None,
    row: Target,
    year: int,
    short: float,
    sums: Sums,
    mixed: Sums | None,
) -> None:
    """A row of the frame `targets` against the target and what was reached; `mixed`: with lots taken as mixed."""
    where = at(row.name, year)
    if own is None:
        findings.fault("no_row", where, target=row.name)
        return
    asked = (row.waste_class, row.scope, row.rate, row.iron, str(row.hard))
    if (own.waste_class, own.scope, own.rate, own.iron, own.hard) != asked:
        findings.fault("other_target", where, target=row.name)
    gross = row.iron == "gross_feed"
    achieved, whole = sums.ratio(row.rate, gross)
    amounts = {"at_least": row.at_least, "asked": row.at_least * whole, "reached_t": achieved, "short": short}
    for name, amount in amounts.items():
        scale = max(map(abs, sums))
        findings.equal("misstated", at(where, name), getattr(own, name), amount, scale, what=name)
    _rate(findings, at(where, "reached"), "reached", own.reached, achieved, whole)
    if mixed is not None:
        ratio = mixed.ratio(row.rate, gross)
        name = "reached_proportional"
        _rate(findings, at(where, name), name, own.reached_proportional, *ratio)
    if abs(whole) > TOLERANCE and own.verdict not in _verdicts(achieved / whole, row.at_least):
        findings.fault("verdict", where, target=row.name, verdict=own.verdict)


def _verdicts(rate: float, at_least: float) -> set[str]:
    """How a rate stands to what is asked for; within rounding of the tolerance, two ways of saying so."""
    off = rate - at_least
    words = {"binding"} if abs(off) <= TOLERANCE * 1.01 else set()
    return words | ({"met" if off > 0.0 else "short"} if abs(off) > TOLERANCE * 0.99 else set())


def _target(findings: Findings, book: Book, sums: Sums, row: Target, year: int) -> None:
    where = at(row.name, year)
    achieved, whole = sums.ratio(row.rate, row.iron == "gross_feed")
    scale = max(map(abs, sums))
    due = row.at_least * whole
    if row.hard:
        findings.at_least("missed", where, achieved, due, scale, target=row.name)
        return
    stated = [own for own in book.shortfalls if (own.target, own.year) == (row.name, year)]
    short = sum(own.short for own in stated)
    price = row.price_cny_per_t or 0.0
    findings.at_least("short_hidden", where, short, due - achieved, scale, target=row.name)
    if price > 0.0:
        findings.at_most("short_overstated", where, short, max(0.0, due - achieved), scale, target=row.name)
    for own in stated:
        findings.equal("price", where, own.price, price, target=row.name)
        penalty = own.short * price * book.dates.discount(book.dates.window(str(year)))
        findings.equal("penalty", where, own.penalty, penalty, target=row.name)


def _inside(book: Book, row: Target, origin: str) -> bool | None:
    """Whether a target binds an origin; None if the origin is in part inside."""
    waste_class, _, plant = origin.partition(":")
    if waste_class != row.waste_class:
        return False
    if not row.scope:
        return True
    scope = set(book.facts.members(row.scope))
    found = {not book.facts.site_address(site).isdisjoint(scope) for site in _sites(book, waste_class, plant)}
    if not found:
        return plant in scope
    return found.pop() if len(found) == 1 else None


def _sites(book: Book, waste_class: str, plant: str) -> set[str]:
    """The sites where the waste of an origin arose."""
    facts = book.facts
    rows = [(row.material, row.site) for row in facts.arisings.values()]
    rows += [
        (row.material, row.origin_site or facts.storages[row.storage].site)
        for row in live(facts.case.opening_stock)
    ]
    rows += [(s.material, site) for s in facts.supplies.values() for site in facts.members(s.site)]
    found = {site for material, site in rows if facts.materials[material].waste_class == waste_class}
    found |= {row.site for row in live(facts.case.year_to_date) if row.waste_class == waste_class}
    return {site for site in found if plant in plant_names(facts, site)}
