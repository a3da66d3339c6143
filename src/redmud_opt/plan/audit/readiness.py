"""What can fail is stated as the plan's rows and the case's papers make it.

    contracts     wastes and products sold, wastes fed to lines under a contract: in hand ÷ all, by year
    permits       hazardous feeds, deliveries, placements where hazardous waste came by lane in the year, as received
    approvals     what moves under an approval in hand ÷ all that moves under one;   left of an approval ÷ allowed
    lead time     size of steps decided until the end of a year whose start lies after it ÷ of all decided until then
    stock         days until the strictest limit in force: beyond it, or at most 90
    expiring      in the first period in which, or within 90 days after which, a paper runs out
    cover         free tonnes of the storages of a plant that take a class ÷ (arising ÷ days)
    freeboard     airspace − what is kept free in the wetter period − volume, over what is added in it
    unplaced      closing stock of waste, less the opening stock of what is not hazardous

In hand: valid on a day of the period, evidence not `assumed`. value = numerator ÷ denominator; the state follows from
the thresholds of `case.indicators`.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

from redmud_opt.case.case import Period
from redmud_opt.case.certificates import out_of_date
from redmud_opt.case.indicators import EXPIRY_DAYS, READINESS
from redmud_opt.case.rules import Approval, Contract, Permit
from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.capacity import held_in
from redmud_opt.plan.audit.checks import Check, Findings, Tally, at, union
from redmud_opt.plan.audit.facts import live, named
from redmud_opt.plan.audit.room import UNLIMITED
from redmud_opt.plan.audit.rows import Ready
from redmud_opt.plan.audit.streams import Stream
from redmud_opt.plan.audit.yards import free_t

Key = tuple[str, str, str, str, int]  # indicator, at, item, period, year
Amounts = tuple[float, float]  # numerator and denominator, NaN where there is none


def readiness(book: Book) -> tuple[Check, ...]:
    """The frame `readiness`."""
    findings = Findings("readiness")
    if book.readiness is None:
        findings.note("not_stated", "readiness")
        return findings.checks()
    due = dict(_due(book))
    stated: dict[Key, Ready] = {
        (row.indicator, row.at, row.item, row.period, row.year): row for row in book.readiness
    }
    for key in union(stated, due):
        row, right = stated.get(key), due.get(key)
        where = at(*key)
        if row is None or right is None:
            findings.fault("no_row", where)
            continue
        _same(findings, at(where, "numerator"), row.numerator, right[0])
        _same(findings, at(where, "denominator"), row.denominator, right[1])
        whole = 1.0 if math.isnan(right[1]) else right[1]
        _judged(findings, where, row, right[0] / whole if whole > 1e-9 else math.nan)
    return findings.checks()


def _same(findings: Findings, where: str, stated: float, right: float) -> None:
    if math.isnan(right) or math.isnan(stated):
        if math.isnan(right) and math.isnan(stated):
            findings.rows += 1
        else:
            findings.fault("unknown", where, amount=stated, right=right)
    else:
        findings.equal("misstated", where, stated, right)


def _judged(findings: Findings, where: str, row: Ready, value: float) -> None:
    """Value, unit, thresholds and state."""
    _same(findings, at(where, "value"), row.value, value)
    own = {watched.key: watched for watched in READINESS}[row.indicator]
    _same(findings, at(where, "watch"), row.watch, own.watch)
    _same(findings, at(where, "alarm"), row.alarm, own.alarm)
    state = own.state(value)
    action = f"plan.action_{own.key}" if state in ("watch", "alarm") else ""
    if (row.state, row.unit, row.action) == (state, own.unit, action):
        findings.rows += 1
    else:
        findings.fault("state", where, stated=row.state, right=state)


def _due(book: Book) -> Iterator[tuple[Key, Amounts]]:
    yield from _by_year(book, "contract_in_hand", _contracts(book))
    facts = book.facts
    if _asks(book, "permit") or live(facts.case.permits):
        yield from _by_year(book, "permit_in_hand", _permits(book))
    yield from _by_year(book, "approval_in_hand", _approvals(book))
    yield from _borders(book)
    yield from _lead_time(book)
    yield from _stock(book)
    yield from _expiring(book)
    yield from _cover(book)
    yield from _freeboard(book)
    yield from _unplaced(book)
    if any(row.certificate_date is not None for row in live(facts.case.composition)):
        first = book.dates.periods[0]
        count = float(sum(1 for _ in out_of_date(facts.case)))
        yield ("certificates_out_of_date", "", "", first.name, first.year), (count, math.nan)


# ---------------------------------------------------------------- in hand


def _asks(book: Book, rule: str) -> bool:
    first, after = book.dates.periods[0].start, book.dates.periods[-1].end
    rows = (row for row in live(book.facts.case.requirements) if row.rule == rule)
    return any((row.valid_from or date.min) < after and (row.valid_to or date.max) > first for row in rows)


def _in_hand(row: Contract | Permit | Approval, period: Period) -> bool:
    covers = (row.valid_from or date.min) < period.end and (row.valid_to or date.max) > period.start
    return covers and row.evidence != "assumed"


def _by_year(
    book: Book, indicator: str, rows: Iterator[tuple[str, int, float, bool]]
) -> Iterator[tuple[Key, Amounts]]:
    """(place, period, amount, in hand) summed by place and year, and by year."""
    part: Tally[tuple[str, int]] = Tally()
    whole: Tally[tuple[str, int]] = Tally()
    for place, t, amount, held in rows:
        for own in {place, ""}:
            key = own, book.dates.year_of(t)
            whole.add(key, amount)
            part.add(key, amount if held else 0.0)
    for place, year in whole:
        yield (indicator, place, "", "", year), (part[place, year], whole[place, year])


def _contracts(book: Book) -> Iterator[tuple[str, int, float, bool]]:
    facts, periods = book.facts, book.dates.periods
    for sold in book.sales:
        material = facts.materials[sold.stream.material]
        if facts.is_waste(material.name) or (material.legal_status == "product" and material.unit == "t"):
            contract = facts.contract(facts.outlets[sold.outlet])
            yield "", sold.t, sold.amount, contract is not None and _in_hand(contract, periods[sold.t])
    for fed in book.feeds:
        contract = facts.contract(facts.lines[fed.line])
        if contract is not None and fed.stream is not None and facts.is_waste(fed.stream.material):
            yield "", fed.t, fed.amount, _in_hand(contract, periods[fed.t])


def _receipts(book: Book) -> Iterator[tuple[str, str, str, Stream, int, float]]:
    """(receiver, site, method, stream, period, tonnes) of all wastes that are fed, delivered or placed."""
    facts = book.facts
    for fed, site, _ in book.runs:
        if fed.stream is not None:
            method = facts.processes[fed.process].method
            yield facts.lines[fed.line].facility, site, method, fed.stream, fed.t, fed.amount
    for sold in book.sales:
        yield sold.outlet, sold.site, facts.outlets[sold.outlet].method, sold.stream, sold.t, sold.amount
    for own in book.placements:
        yield own.storage, own.site, facts.storages[own.storage].method, own.stream, own.t, own.amount


def _permits(book: Book) -> Iterator[tuple[str, int, float, bool]]:
    came = {
        (flow.to_site, book.dates.year_of(flow.t))
        for flow in book.flows
        if book.status.hazardous(flow.stream, 0)
    }
    for receiver, site, method, stream, t, amount in _receipts(book):
        if book.status.hazardous(stream, 0) and (site, book.dates.year_of(t)) in came:
            codes = book.status.codes(stream)
            held = [_licensed(book, receiver, method, code, t) for code in codes]
            yield site, t, book.wet(stream, amount), bool(held) and all(held)


def _licensed(book: Book, receiver: str, method: str, code: str, t: int) -> bool:
    """By a permit in hand, or by an exemption of the use step that is not assumed."""
    case, period = book.facts.case, book.dates.periods[t]
    for row in live(case.permits):
        if (
            (row.receiver, row.code) == (receiver, code)
            and row.method in ("", method)
            and _in_hand(row, period)
        ):
            return True
    exempt = (row for row in live(case.exemptions) if row.link == "use" and row.evidence != "assumed")
    return book.dates.meaning(method, t) == "use" and any(
        row.code == code and book.facts.rank(row.receiver, receiver) is not None for row in exempt
    )


def _approvals(book: Book) -> Iterator[tuple[str, int, float, bool]]:
    """What moves under approvals, as the plan lays it on them; that is audited by itself."""
    documents = named(book.facts.case.approvals)
    for row in book.movements:
        if row.kind == "approval" and row.document in documents:
            yield row.site, row.t, row.amount, _in_hand(documents[row.document], book.dates.periods[row.t])


def _borders(book: Book) -> Iterator[tuple[Key, Amounts]]:
    """What is still to be filed, what is left of permits and approvals; what they are used for is audited apart."""
    unfiled: Tally[Key] = Tally()
    used: Tally[str] = Tally()
    for row in book.movements:
        period = book.dates.periods[row.t]
        used.add(row.document, row.of_document)
        if row.kind == "filing" and not row.document:
            unfiled.add(("to_be_filed", row.site, "", period.name, period.year), row.amount)
    for key in unfiled:
        yield key, (unfiled[key], math.nan)
    sites = _sites(book)
    for claim in book.under_permits or ():
        key = ("permit_left", sites[claim.receiver], claim.permit, "", claim.year)
        yield key, (max(0.0, claim.allowed - claim.used), claim.allowed)
    for own in book.borders.documents.values() if book.documents is not None else ():
        if own.kind == "approval":
            last = min(own.valid_to or date.max, book.dates.periods[-1].end) - timedelta(days=1)
            key = ("approval_left", sites[own.receiver], own.name, "", last.year)
            yield key, (max(0.0, own.amount_t - used[own.name]), own.amount_t)


def _sites(book: Book) -> dict[str, str]:
    """Receiver → site."""
    facts = book.facts
    found = {row.name: row.site for row in facts.facilities.values()}
    found |= {row.name: row.site for row in facts.outlets.values()}
    return found | {row.name: row.site for row in facts.storages.values()}


# ---------------------------------------------------------------- lead times, running out


def _lead_time(book: Book) -> Iterator[tuple[Key, Amounts]]:
    for year in book.dates.years:
        sums: dict[str, list[float]] = {}
        for built in book.builds:
            row = book.facts.lines[built.line]
            if book.dates.year_of(built.t) <= year:
                unit = f"{row.capacity_unit}/{'a' if row.per == 'year' else 'period'}"
                own = sums.setdefault(unit, [0.0, 0.0])
                own[1] += built.size
                own[0] += built.size if built.start >= date(year + 1, 1, 1).isoformat() else 0.0
        for unit, (waits, decided) in sums.items():
            yield ("capacity_in_lead_time", "", unit, "", year), (waits, decided)


def _stock(book: Book) -> Iterator[tuple[Key, Amounts]]:
    sums: Tally[Key] = Tally()
    for kept in book.stocks:
        storage, period = book.facts.storages[kept.storage], book.dates.periods[kept.t]
        if not kept.stream.arose or kept.stock <= 1e-6:
            continue
        rows = book.clocks.rows(storage, kept.stream.lineage, kept.t)
        lasts = [book.clocks.last_day(storage, row, kept.stream.arose) for row in rows]
        days = min(((last - period.end).days + 1 for last in lasts), default=None)
        if days is not None and days <= EXPIRY_DAYS:
            indicator = "stock_overdue" if days < 0 else "stock_expiring"
            sums.add((indicator, kept.site, kept.storage, period.name, period.year), kept.stock)
    for key in sums:
        yield key, (sums[key], math.nan)


def _expiring(book: Book) -> Iterator[tuple[Key, Amounts]]:
    case, sites = book.facts.case, _sites(book)
    taken = _taken(book)
    for contract in live(case.contracts):
        period = _runs_out(book, contract.valid_to)
        if period is not None and taken[contract.name, period.year] > 1e-9:
            key = ("contract_expiring", "", contract.name, period.name, period.year)
            yield key, (taken[contract.name, period.year], math.nan)
    papers = [("permit_expiring", row, row.amount_t_per_a) for row in live(case.permits)]
    papers += [("approval_expiring", row, row.amount_t) for row in live(case.approvals)]  # type: ignore[misc]
    for indicator, row, amount in papers:
        period = _runs_out(book, row.valid_to)
        if period is not None:
            yield (indicator, sites[row.receiver], row.name, period.name, period.year), (amount, math.nan)


def _runs_out(book: Book, day: date | None) -> Period | None:
    if day is not None:
        for period in book.dates.periods:
            if period.start < day <= period.end + timedelta(days=EXPIRY_DAYS):
                return period
    return None


def _taken(book: Book) -> Tally[tuple[str, int]]:
    """(contract, year) → what is delivered, bought and fed under it."""
    facts, tally = book.facts, Tally[tuple[str, int]]()
    rows = [(facts.outlets[row.outlet].contract, row.t, row.amount) for row in book.sales]
    rows += [(facts.supplies[row.supply].contract, row.t, row.amount) for row in book.purchases]
    rows += [(facts.lines[row.line].contract, row.t, row.amount) for row in book.feeds]
    for contract, t, amount in rows:
        if contract:
            tally.add((contract, book.dates.year_of(t)), amount)
    return tally


# ---------------------------------------------------------------- room


def _cover(book: Book) -> Iterator[tuple[Key, Amounts]]:
    facts = book.facts
    held, filled, volume = held_in(book)
    arising: defaultdict[tuple[str, str, int], list[tuple[Stream, float]]] = defaultdict(list)
    for row in book.arisings:
        if facts.is_waste(row.stream.material) and row.stream.waste_class:
            arising[row.site, row.stream.waste_class, row.t].append((row.stream, row.amount))
    for (site, waste_class, t), own in arising.items():
        names = {stream.material for stream, _ in own}
        dangerous = any(book.status.hazardous(stream, 0) for stream, _ in own)
        free: list[float] = []
        for storage in facts.storages.values():
            takes = not names.isdisjoint(facts.members(storage.material))
            if storage.site == site and takes and (storage.accepts_hazardous or not dangerous):
                key = (storage.name, t)
                room = free_t(book, *key, held[key] + filled[key], volume[key])
                free.append(UNLIMITED if room is None else room)
        if free and UNLIMITED not in free:
            period = book.dates.periods[t]
            daily = sum(amount for _, amount in own) / period.days
            yield ("days_of_cover", site, waste_class, period.name, period.year), (sum(free), daily)


def _freeboard(book: Book) -> Iterator[tuple[Key, Amounts]]:
    _, _, volume = held_in(book)
    periods, yards = book.dates.periods, book.yards
    for name, storage in book.facts.storages.items():
        for t in range(len(periods) - 1):
            wetter = bool(storage.rainy_calendar) and yards.rains(name, t + 1) > yards.rains(name, t)
            comes = volume[name, t + 1] - volume[name, t]
            whole = yards.airspace(name, t)
            if wetter and whole < UNLIMITED and comes > 1e-9:
                left = whole - yards.kept_free(name, t + 1) - volume[name, t]
                key = ("freeboard_before_rains", storage.site, name, periods[t].name, periods[t].year)
                yield key, (max(left, 0.0), comes)


def _unplaced(book: Book) -> Iterator[tuple[Key, Amounts]]:
    facts, last = book.facts, len(book.dates.periods) - 1
    closing: Tally[tuple[str, str, bool]] = Tally()
    for row in book.stocks:
        if row.t == last and facts.is_waste(row.stream.material):
            hazardous = book.status.hazardous(row.stream, last)
            closing.add((row.storage, row.stream.waste_class, hazardous), row.stock)
    lay: Tally[tuple[str, str]] = Tally()
    for own in live(facts.case.opening_stock):
        lay.add((own.storage, facts.materials[own.material].waste_class), own.amount_t)
    left: Tally[str] = Tally()
    for storage, waste_class, hazardous in closing:
        amount = closing[storage, waste_class, hazardous]
        left.add(storage, max(0.0, amount - (0.0 if hazardous else lay[storage, waste_class or "none"])))
    period = book.dates.periods[last]
    storages = named(facts.case.storages)
    for storage in left:
        if left[storage] > 1e-9:
            key = ("unplaced", storages[storage].site, storage, period.name, period.year)
            yield key, (left[storage], math.nan)
