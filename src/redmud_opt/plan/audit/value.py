"""Value: every term re-summed from tonnes and the case's prices, discounted, tiers in order.

    sales, gate fees  Σ delivered in basis × price, by the sign of the price; with tiers: Σ step × its price
    purchases         −Σ bought in basis × price
    transport         −Σ wet tonnes × (distance × cost per t km + handling), or the lane's cost in its basis;
                      handling of what leaves a transfer station
    co2_cost          −Σ direct, transport and purchased emissions × price
    processing        −Σ fed × (process + operating point + feed), on the group's own lines
    tolling           −Σ fed × fee, on a partner's
    holding           −Σ put × cost + reclaimed × cost + placed × cost + stock × holding cost × part of year
    soft_clock        −Σ stock at the end of a period beyond a soft storage clock × its price × part of year
    levies            −Σ (put + placed) × tax at storages that are not compliant
    end_charge        −Σ excess × charge, at the mid date of the last period
    running, lane_fixed, line_fixed, capex, closing, vat_refund, residual_value     see `decided`
    value             Σ terms

Prices per tonne are those of the base year times the factor of their path in the calendar year. Each at the mid date
of its period, tiers at that of their window inside the horizon; money of a window over several years is booked in the
last of them. MODEL.md 'Value'.
"""

from __future__ import annotations

from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.burdens import burdens
from redmud_opt.plan.audit.checks import Check, Findings, Tally, at, union
from redmud_opt.plan.audit.decided import book_decisions
from redmud_opt.plan.audit.moving import cost_per_t
from redmud_opt.plan.audit.tiers import traded

Money = tuple[str, int]  # term, year


def value(book: Book) -> tuple[Check, ...]:
    """Every stated term is the money of the tonnes, and the terms sum to the stated value."""
    findings = Findings("value")
    money = money_of(book)
    stated: Tally[Money] = Tally()
    for row in book.value_terms:
        stated.add((row.term, row.year), row.value)
    for key in union(money, stated):
        findings.equal("misstated", at(*key), stated[key], money[key], money.scale(key), term=key[0])
    if book.value_cny is not None:
        total = sum(money[key] for key in money)
        largest = max((abs(money[key]) for key in money), default=0.0)
        findings.equal("sum", "value", book.value_cny, total, largest)
    else:
        findings.note("not_stated", "value")
    return findings.checks()


def money_of(book: Book) -> Tally[Money]:
    """Every term by year, from the plan's tonnes and decisions."""
    money: Tally[Money] = Tally()
    _trade(book, money)
    _tiers(book, money)
    _transport(book, money)
    _processing(book, money)
    _storages(book, money)
    _carbon(book, money)
    _end(book, money)
    book_decisions(book, money)
    return money


def _book(book: Book, money: Tally[Money], term: str, t: int, amount: float) -> None:
    """Money of a period, discounted at its mid date."""
    if amount:
        money.add((term, book.dates.year_of(t)), amount * book.dates.discount_of(t))


def _trade(book: Book, money: Tally[Money]) -> None:
    for item, row, amount in traded(book):
        if item in book.facts.tiers:
            continue
        worth = amount * _factor(book, item, row.t)
        if item in book.facts.outlets:
            price = book.facts.outlets[item].price_cny_per_t
            _book(book, money, "sales" if price >= 0 else "gate_fees", row.t, worth * price)
        else:
            _book(book, money, "purchases", row.t, -worth * book.facts.supplies[item].price_cny_per_t)


def _factor(book: Book, item: str, t: int) -> float:
    """Factor of a price path in a period."""
    return book.facts.price_factor(item, book.dates.year_of(t))


def _tiers(book: Book, money: Tally[Money]) -> None:
    for row in book.tiers:
        if row.item in book.facts.lines:
            continue
        price = next(
            (t.price_cny_per_t for t in book.facts.tiers.get(row.item, ()) if t.step == row.step), 0.0
        )
        year = book.dates.year_of_window(row.window)
        amount = row.amount * price * book.facts.price_factor(row.item, year)
        amount *= book.dates.discount(book.dates.window(row.window))
        if row.item in book.facts.outlets:
            money.add(("sales" if price >= 0 else "gate_fees", year), amount)
        else:
            money.add(("purchases", year), -amount)


def _transport(book: Book, money: Tally[Money]) -> None:
    for flow in book.flows:
        _book(book, money, "transport", flow.t, -flow.amount * cost_per_t(book, flow))


def _carbon(book: Book, money: Tally[Money]) -> None:
    price = book.facts.settings.co2_price_cny_per_t
    for burden in burdens(book) if price else ():
        if burden.account == "co2e_t":
            _book(book, money, "co2_cost", burden.t, -price * burden.amount)


def _processing(book: Book, money: Tally[Money]) -> None:
    for fed, _, becomes in book.runs:
        toll = book.facts.toll(fed.line)
        if toll is None:
            cost = becomes.cost_cny * _factor(book, fed.process, fed.t)
            _book(book, money, "processing", fed.t, -fed.amount * cost)
        else:
            _book(book, money, "tolling", fed.t, -fed.amount * toll)


def _storages(book: Book, money: Tally[Money]) -> None:
    for row in book.stocks:
        storage = book.facts.storages[row.storage]
        held = row.stock * book.dates.periods[row.t].fraction_of_year
        cost = row.put * storage.put_cost_cny_per_t + row.reclaimed * storage.reclaim_cost_cny_per_t
        _book(book, money, "holding", row.t, -cost - held * storage.holding_cost_cny_per_t_a)
        price, _ = book.clocks.price(storage, row.stream.lineage, row.stream.arose, row.t)
        _book(book, money, "soft_clock", row.t, -row.stock * price)
        if not storage.compliant:
            _book(book, money, "levies", row.t, -row.put * storage.tax_cny_per_t)
    for placed in book.placements:
        storage = book.facts.storages[placed.storage]
        _book(book, money, "holding", placed.t, -placed.amount * storage.place_cost_cny_per_t)
        if not storage.compliant:
            _book(book, money, "levies", placed.t, -placed.amount * storage.tax_cny_per_t)


def _end(book: Book, money: Tally[Money]) -> None:
    last = len(book.dates.periods) - 1
    for row in book.excess:
        if row.excess:
            _book(book, money, "end_charge", last, -row.excess * row.charge)
