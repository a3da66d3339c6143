"""Ages: what has a storage clock says when it arose, and nothing lies longer than a hard clock lets it.

    stream of a waste with a clock     lineage @ origin @ cohort @ arose
    stock at the end of a period       0 where a hard row in force is passed                         `clocks`
    extension granted                  ≤ extension_months of every row that it lengthens

Lanes and pretreatment keep an age, use and disposal alone begin a new one: that is in the names that `balances` asks
of what is made. What arises is of its period: `arisings`. The charge of soft clocks is in `value`.
"""

from __future__ import annotations

from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.checks import Check, Findings, at
from redmud_opt.plan.audit.facts import live
from redmud_opt.plan.audit.plant import months_from


def ages(book: Book) -> tuple[Check, ...]:
    """Ages are there, and are within their limits."""
    findings = Findings("ages")
    clocks = book.clocks
    for stream in book.streams.values():
        due = stream.has_origin and clocks.has_age(stream.lineage)
        if due and not stream.arose:
            findings.fault("no_age", stream.name)
        elif stream.arose and not due:
            findings.fault("age_without_clock", stream.name)
        else:
            findings.rows += 1
    for kept in book.stocks:
        storage = book.facts.storages[kept.storage]
        for row in clocks.rows(storage, kept.stream.lineage, kept.t) if kept.stream.arose else ():
            if row.hard and clocks.too_old(storage, row, kept.stream.arose, kept.t):
                day = clocks.last_day(storage, row, kept.stream.arose)
                where = book.where(kept.t, kept.storage, kept.stream.name)
                findings.nothing("too_old", where, kept.stock, until=day, clause=row.clause)
    _extensions(findings, book)
    _stated(findings, book)
    _first_in_first_out(findings, book)
    return findings.checks()


def _extensions(findings: Findings, book: Book) -> None:
    """No storage was granted more than the rule pack allows."""
    for storage in book.facts.storages.values():
        granted = storage.clock_extension_months or 0
        roles = {book.clocks.binds(storage, role) for role in book.clocks.by_role} if granted else set()
        for row in (row for role in roles for row in book.clocks.by_role[role]):
            findings.at_most("extension", storage.name, granted, row.extension_months, clause=row.clause)


def _stated(findings: Findings, book: Book) -> None:
    """What the plan says of each stock with an age is so."""
    if book.stated_ages is None:
        return
    stocks = {
        (row.storage, row.stream.name, row.t): row
        for row in book.stocks
        if row.stream.arose and row.stock > NOTHING_T
    }
    said = {(row.storage, row.stream.name, row.t): row for row in book.stated_ages}
    for key in dict.fromkeys((*stocks, *said)):
        where = book.where(key[2], key[0], key[1])
        if key not in stocks or key not in said:
            findings.fault("not_listed", where)
            continue
        kept, row = stocks[key], said[key]
        storage = book.facts.storages[kept.storage]
        end = book.dates.periods[kept.t].end
        born = book.clocks.born(kept.stream.arose)
        days = None if born is None else (end - born).days
        rows = list(book.clocks.rows(storage, kept.stream.lineage, kept.t))
        left = min(
            ((book.clocks.last_day(storage, r, kept.stream.arose) - end).days + 1 for r in rows), default=None
        )
        price, _ = book.clocks.price(storage, kept.stream.lineage, kept.stream.arose, kept.t)
        findings.equal("misstated", where, row.stock, kept.stock)
        findings.equal("misstated", where, row.overrun, kept.stock if left is not None and left < 0 else 0.0)
        findings.equal("misstated", where, row.charge, kept.stock * price)
        for stated, right in ((row.age_days, days), (row.days_left, left)):
            if right is None and stated == stated:
                findings.fault("not_blank", where)
            elif right is not None:
                findings.equal("misstated", where, stated, float(right))


def _first_in_first_out(findings: Findings, book: Book) -> None:
    """What lies too long at least, of wastes whose streams carry no age, where the plan says it."""
    if book.stated_overruns is None:
        return
    due = overruns(book)
    said = {(row.role, row.lineage, row.t): row.overrun for row in book.stated_overruns}
    for key in dict.fromkeys((*due, *said)):
        where = at(*key[:2], book.period(key[2]))
        findings.equal("misstated", where, said.get(key, 0.0), due.get(key, 0.0))


NOTHING_T = 1e-6
"""Tonnes that count as none in what is stated of ages."""


def overruns(book: Book) -> dict[tuple[str, str, int], float]:
    """(role, lineage, period) → tonnes in stock beyond all that came within the limit, first in first out."""
    stock: dict[tuple[str, str, int], float] = {}
    lineages = {}
    for row in book.stocks:
        clock = book.clocks.clock(row.stream.lineage)
        if clock and row.stream.has_origin and not row.stream.arose:
            role = book.clocks.binds(book.facts.storages[row.storage], clock)
            key = (role, row.stream.lineage.name, row.t)
            stock[key] = stock.get(key, 0.0) + row.stock
            lineages[row.stream.lineage.name] = row.stream.lineage
    found = {}
    for (role, name, t), amount in stock.items():
        limits = [row.limit_months for row in book.clocks.by_role[role] if book.clocks.holds(row, t)]
        if limits:
            over = amount - _came_since(book, name, min(limits), t)
            if over > NOTHING_T:
                found[role, name, t] = over
    return found


def _came_since(book: Book, lineage: str, months: int, t: int) -> float:
    """Tonnes of a lineage that arose, were made or lay there with a date, and are within a limit at the end of t."""
    end = book.dates.periods[t].end

    def young(arose: str) -> bool:
        born = book.clocks.born(arose)
        return born is not None and end <= months_from(born, months)

    names = [book.period(own) for own in range(t + 1)]
    inside = {own for own, name in enumerate(names) if young(name)}
    came = sum(row.amount for row in book.arisings if row.stream.lineage.name == lineage and row.t in inside)
    for site, process, stream, own in book.making:
        if own in inside and stream.partition("@")[0] == lineage:
            came += book.making[site, process, stream, own]
    for row, opening in zip(live(book.facts.case.opening_stock), book.opening, strict=True):
        if row.material == lineage and row.arose_on is not None and young(row.arose_on.isoformat()):
            came += opening.amount
    return came
