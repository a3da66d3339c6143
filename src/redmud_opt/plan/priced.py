"""Which number prices what: the discounted money of a plan by term and by the number of the case behind it.

    money[number] = Σ the plan's tonnes × price × discount        signed

Re-summed from tonnes and the case's prices with the audit's own book. The money of all numbers of a term sums to the
term; end charges and refunds follow from several numbers and stand for themselves. Money also says what it is charged
on, so that `cost_to_serve` can trace it to the wastes that bear it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pandas as pd

from redmud_opt.case.backing import Backed, Backing
from redmud_opt.case.columns import Row
from redmud_opt.case.rules import YardMeasure
from redmud_opt.case.things import ReductionOption
from redmud_opt.case.works import Raise
from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.decided import kept_yards
from redmud_opt.plan.audit.facts import live
from redmud_opt.plan.audit.moving import emission_kg_per_wet_t
from redmud_opt.plan.audit.reductions import costs
from redmud_opt.plan.audit.rows import Kept
from redmud_opt.plan.audit.spending import discounted, payments, residuals
from redmud_opt.plan.audit.tiers import traded
from redmud_opt.plan.audit.using import LANE, Uses

Cell = tuple[str, Row, str]
"""(table, row, column) of a number."""


class Held(NamedTuple):
    """A part of a row of `stocks`: put, reclaim or holding."""

    row: Kept
    part: str


class Of(NamedTuple):
    """A row of the case that is charged in a year; where `t` is given, for what it does in that period alone."""

    row: Row
    year: int
    t: int | None = None


class Charge(NamedTuple):
    """Discounted money of a term and the number that prices it.

    `on`: what it is charged on, a row of the plan, a part of one (`Held`) or a row of the case (`Of`).
    """

    term: str
    cell: Cell
    amount: float
    on: object


Priced = tuple[str, Cell, float, object]
"""The values of a charge."""


class Ledger:
    """Discounted money by term and number."""

    def __init__(self, book: Book, backing: Backing) -> None:
        self.book, self.backing = book, backing
        self.cells: dict[tuple[str, str, str], Backed] = {}
        self.money: dict[tuple[str, tuple[str, str, str]], float] = defaultdict(float)
        for charge in charges(book):
            self._enter(charge.term, charge.cell, charge.amount)

    def _enter(self, term: str, cell: Cell, amount: float) -> None:
        if amount:
            backed = self.backing.of(*cell)
            name = (backed.table, backed.key, backed.column)
            self.cells[name] = backed
            self.money[term, name] += amount

    def frame(self) -> pd.DataFrame:
        """One row per term and number."""
        rows = [
            (term, *name, self.cells[name].figure, self.cells[name].grade, amount)
            for (term, name), amount in self.money.items()
        ]
        names = ["term", "table", "key", "column", "figure", "grade", "money_cny"]
        return pd.DataFrame(rows, columns=names)


# ---------------------------------------------------------------- money, term by term


def charges(book: Book) -> Iterator[Charge]:
    """All money that a number prices."""
    parts: tuple[Callable[[Book], Iterator[Priced]], ...]
    parts = (_trade, _tiers, _transport, _processing, _storages, _running, _lines, _capex, _closing, _yards)
    for part in (*parts, _contracts, _approvals, _options, _carbon):
        for values in part(book):
            yield Charge(*values)


def _factor(book: Book, item: str, t: int) -> float:
    """Factor of a price path in a period: it scales the number that it is a path of."""
    return book.facts.price_factor(item, book.dates.year_of(t))


def _trade(book: Book) -> Iterator[Priced]:
    for item, row, amount in traded(book):
        if item in book.facts.tiers:
            continue
        worth = amount * _factor(book, item, row.t) * book.dates.discount_of(row.t)
        if item in book.facts.outlets:
            outlet = book.facts.outlets[item]
            term = "sales" if outlet.price_cny_per_t >= 0 else "gate_fees"
            yield term, ("outlets", outlet, "price_cny_per_t"), worth * outlet.price_cny_per_t, row
        else:
            supply = book.facts.supplies[item]
            yield "purchases", ("supplies", supply, "price_cny_per_t"), -worth * supply.price_cny_per_t, row


def _tiers(book: Book) -> Iterator[Priced]:
    for row in book.tiers:
        tier = next((t for t in book.facts.tiers.get(row.item, ()) if t.step == row.step), None)
        if tier is None or row.item in book.facts.lines:
            continue
        factor = book.facts.price_factor(row.item, book.dates.year_of_window(row.window))
        worth = (
            factor * row.amount * tier.price_cny_per_t * book.dates.discount(book.dates.window(row.window))
        )
        cell = ("tiers", tier, "price_cny_per_t")
        if row.item in book.facts.outlets:
            yield ("sales" if tier.price_cny_per_t >= 0 else "gate_fees"), cell, worth, row
        else:
            yield "purchases", cell, -worth, row


def _transport(book: Book) -> Iterator[Priced]:
    for flow in book.flows:
        listed = book.lanes.listed(flow.lane)
        worth = flow.amount * book.dates.discount_of(flow.t)
        material, site = flow.stream.material, book.facts.sites[flow.from_site]
        handling = book.facts.handling_per_t(flow.from_site, material)
        yield "transport", ("sites", site, "handling_cny_per_t"), -worth * handling, flow
        if listed is not None and listed.cost_cny_per_t is not None:
            cost = book.facts.in_basis(listed.cost_cny_per_t, material, listed.basis)
            cost *= _factor(book, listed.name, flow.t)
            yield "transport", ("lanes", listed, "cost_cny_per_t"), -worth * cost, flow
            continue
        rule = book.lanes.rule(flow.mode, material, book.status.hazardous(flow.stream, flow.t))
        distance = book.lanes.distance_km(flow.lane, flow.from_site, flow.to_site, flow.mode)
        if rule is None or distance is None:
            continue
        wet = worth * book.facts.wet_per_dry(material) * _factor(book, rule.name, flow.t)
        yield "transport", ("haul", rule, "cost_cny_per_t_km"), -wet * distance * rule.cost_cny_per_t_km, flow
        yield "transport", ("haul", rule, "handling_cny_per_t"), -wet * rule.handling_cny_per_t, flow


def _carbon(book: Book) -> Iterator[Priced]:
    """The price of carbon on what the numbers of emissions, factors and haul rules let go into the air."""
    price = book.facts.settings.co2_price_cny_per_t
    factors = {row.material: row for row in live(book.facts.case.factors) if row.account == "co2e_t"}
    for fed, _, becomes in book.runs if price else ():
        worth = -price * fed.amount * book.dates.discount_of(fed.t)
        own = book.conversions.emission_row(fed.process, fed.point, "co2e_t")
        if own is not None:
            yield "co2_cost", ("emissions", own, "amount_per_t"), worth * own.amount_per_t, fed
        for taken in becomes.inputs:
            factor = factors.get(taken.material)
            if factor is not None:
                emitted = taken.amount * factor.amount_per_unit
                yield "co2_cost", ("factors", factor, "amount_per_unit"), worth * emitted, fed
    for flow in book.flows if price else ():
        rule = book.lanes.rule(flow.mode, flow.stream.material, book.status.hazardous(flow.stream, flow.t))
        emitted = book.wet(flow.stream, flow.amount) * emission_kg_per_wet_t(book, flow) / 1000.0
        if rule is not None:
            worth = -price * emitted * book.dates.discount_of(flow.t)
            yield "co2_cost", ("haul", rule, "co2e_kg_per_t_km"), worth, flow


def _processing(book: Book) -> Iterator[Priced]:
    processes = {row.name: row for row in book.facts.case.processes}
    for fed, _, _ in book.runs:
        worth = -fed.amount * book.dates.discount_of(fed.t)
        toll = book.facts.toll(fed.line)
        if toll is not None:
            contract = book.facts.contract(book.facts.lines[fed.line])
            assert contract is not None
            yield "tolling", ("contracts", contract, "toll_fee_cny_per_t"), worth * toll, fed
            continue
        worth *= _factor(book, fed.process, fed.t)
        row = processes[fed.process]
        yield "processing", ("processes", row, "cost_cny_per_t"), worth * row.cost_cny_per_t, fed
        for point in book.facts.points.get(fed.process, ()):
            if point.point == fed.point:
                yield "processing", ("points", point, "cost_cny_per_t"), worth * point.cost_cny_per_t, fed
        feed = (
            None
            if fed.stream is None
            else book.conversions.feed_row(fed.process, fed.point, fed.stream.material)
        )
        if feed is not None:
            yield "processing", ("feeds", feed, "cost_cny_per_t"), worth * feed.cost_cny_per_t, fed


def _storages(book: Book) -> Iterator[Priced]:
    for row in book.stocks:
        storage = book.facts.storages[row.storage]
        worth = -book.dates.discount_of(row.t)
        held = row.stock * book.dates.periods[row.t].fraction_of_year
        for amount, column in (
            (row.put, "put_cost_cny_per_t"),
            (row.reclaimed, "reclaim_cost_cny_per_t"),
            (held, "holding_cost_cny_per_t_a"),
        ):
            on = Held(row, column.partition("_")[0])
            yield "holding", ("storages", storage, column), worth * amount * getattr(storage, column), on
        price, clock = book.clocks.price(storage, row.stream.lineage, row.stream.arose, row.t)
        if clock is not None:
            cell = ("clocks", clock, "price_cny_per_t_a")
            yield "soft_clock", cell, worth * row.stock * price, Held(row, "holding")
        if not storage.compliant:
            tax = worth * row.put * storage.tax_cny_per_t
            yield "levies", ("storages", storage, "tax_cny_per_t"), tax, Held(row, "put")
    for placed in book.placements:
        storage = book.facts.storages[placed.storage]
        worth = -placed.amount * book.dates.discount_of(placed.t)
        yield (
            "holding",
            ("storages", storage, "place_cost_cny_per_t"),
            worth * storage.place_cost_cny_per_t,
            placed,
        )
        if not storage.compliant:
            yield "levies", ("storages", storage, "tax_cny_per_t"), worth * storage.tax_cny_per_t, placed


def _running(book: Book) -> Iterator[Priced]:
    for row in book.running:
        line = book.facts.lines[row.line]
        worth = -book.dates.discount_of(row.t)
        for amount, column in ((row.hours, "run_cost_cny_per_h"), (row.on, "fixed_cost_cny_per_period")):
            cost = getattr(line, column)
            if cost and amount == amount:
                on = Of(line, book.dates.year_of(row.t))
                yield "running", ("lines", line, column), worth * amount * cost, on
    for opened in book.openings:
        lane = book.facts.lanes.get(opened.lane)
        if lane is not None and lane.fixed_cost_cny:
            worth = -book.dates.discount_of(opened.t)
            on = Of(lane, book.dates.year_of(opened.t))
            yield "lane_fixed", ("lanes", lane, "fixed_cost_cny"), worth * lane.fixed_cost_cny, on
    for (kind, name), t in sorted(Uses(book).used):
        lane = book.facts.lanes.get(name) if kind == LANE else None
        if lane is not None and lane.fixed_cost_cny_per_period:
            cell = ("lanes", lane, "fixed_cost_cny_per_period")
            worth = -book.dates.discount_of(t) * lane.fixed_cost_cny_per_period
            yield "lane_fixed", cell, worth, Of(lane, book.dates.year_of(t), t)


def _lines(book: Book) -> Iterator[Priced]:
    for line in book.facts.lines.values():
        if not line.fixed_om_cny_per_a:
            continue
        for t, period in enumerate(book.dates.periods):
            kept = sum(left * book.plant.kept(v, t) for v, left in book.plant.standing(line.name, t))
            worth = -line.fixed_om_cny_per_a * period.fraction_of_year * kept * book.dates.discount_of(t)
            yield "line_fixed", ("lines", line, "fixed_om_cny_per_a"), worth, Of(line, period.year)


def _capex(book: Book) -> Iterator[Priced]:
    """Of a line of any size the steps of its size, where it states no capex of its own, in proportion."""
    last = len(book.dates.periods) - 1
    for due in payments(book):
        year, worth = discounted(book, due)
        for cell, part in _priced_by(book, due.line):
            on = Of(book.facts.lines.get(due.line) or _subject(book, cell[1]), year)
            yield "capex", cell, -worth * part, on
    for line, worth in residuals(book):
        on = Of(book.facts.lines[line], book.dates.year_of(last))
        for cell, part in _priced_by(book, line):
            yield "residual_value", cell, worth * part * book.dates.discount_of(last), on


def _priced_by(book: Book, name: str) -> list[tuple[Cell, float]]:
    """The numbers that the capex of a line, a yard, or an option on what arises comes from, with their parts."""
    if name in book.facts.reductions:
        return [(("reductions", book.facts.reductions[name], "capex_cny"), 1.0)]
    if name in book.yards.raises:
        return [(("raises", book.yards.raises[name], "capex_cny"), 1.0)]
    if name in book.facts.storages:
        return [(("storages", book.facts.storages[name], "capex_cny"), 1.0)]
    line = book.facts.lines[name]
    parts: list[tuple[Cell, float]] = []
    sizes = {(row.item, row.step): row.amount for row in book.tiers if row.item == name}
    for tier in book.facts.tiers.get(name, ()):
        amount = sizes.get((name, tier.step), 0.0) * tier.price_cny_per_t
        parts.append((("tiers", tier, "price_cny_per_t"), amount))
    if line.capex_cny:
        units = sum(row.units for row in book.builds if row.line == name) or 1.0
        parts.append((("lines", line, "capex_cny"), line.capex_cny * units))
    whole = sum(amount for _, amount in parts)
    return [(cell, amount / whole) for cell, amount in parts if amount] if whole else []


def _closing(book: Book) -> Iterator[Priced]:
    for row in book.closings:
        line = book.facts.lines[row.line]
        if line.closing_cost_cny:
            worth = -row.units * book.dates.discount_of(row.t)
            on = Of(line, book.dates.year_of(row.t))
            yield "closing", ("lines", line, "closing_cost_cny"), worth * line.closing_cost_cny, on


def _yards(book: Book) -> Iterator[Priced]:
    """Upkeep of yards and raises, closures, measures."""
    for t, period in enumerate(book.dates.periods):
        for name, share, cost in kept_yards(book, t):
            raised = book.yards.raises.get(name)
            row: Row = raised or book.facts.storages[name]
            cell = ("raises" if raised else "storages", row, "fixed_om_cny_per_a")
            worth = -cost * share * period.fraction_of_year * book.dates.discount_of(t)
            yield "holding", cell, worth, Of(_subject(book, row), period.year)
    for event in book.yard_events:
        worth, year = -book.dates.discount_of(event.t), book.dates.year_of(event.t)
        if event.kind == "closure":
            storage = book.facts.storages[event.item]
            cell = ("storages", storage, "closure_cost_cny")
            yield "closure", cell, worth * (storage.closure_cost_cny or 0.0), Of(storage, year)
        elif event.kind == "measure":
            measure = book.yards.measures[event.item]
            on = _subject(book, measure)
            yield "measures", ("yard_measures", measure, "cost_cny"), worth * measure.cost_cny, Of(on, year)
            for t in range(event.t, len(book.dates.periods)):
                part = book.dates.periods[t].fraction_of_year * book.dates.discount_of(t)
                cell = ("yard_measures", measure, "annual_cost_cny_per_a")
                worth, year = -part * measure.annual_cost_cny_per_a, book.dates.year_of(t)
                yield "measures", cell, worth, Of(on, year)


def _subject(book: Book, row: Row) -> Row:
    """The yard of a raise or a measure, what an option on it changes; any other row is itself charged."""
    if isinstance(row, Raise | YardMeasure):
        return book.facts.storages[row.storage]
    return book.facts.arisings[row.arising] if isinstance(row, ReductionOption) else row


def _contracts(book: Book) -> Iterator[Priced]:
    """What is short, and what is made up, is worth the penalty, or a share of it."""
    for row in book.take_or_pay:
        contract = book.facts.contracts[row.contract]
        cell = ("contracts", contract, "penalty_cny_per_t")
        worth = (contract.penalty_cny_per_t or 0.0) * book.dates.discount(book.dates.window(str(row.year)))
        on = Of(contract, row.year)
        yield "shortfall", cell, -row.short * worth, on
        yield "make_up_credit", cell, row.made_up * worth * contract.make_up_share, on


def _approvals(book: Book) -> Iterator[Priced]:
    """Tonnes under approvals."""
    for row in book.movements:
        document = book.borders.documents.get(row.document)
        if document is not None:
            worth = -row.of_document * document.cost_cny_per_t * book.dates.discount_of(row.t)
            yield "approval_cost", ("approvals", document, "cost_cny_per_t"), worth, row


def _options(book: Book) -> Iterator[Priced]:
    """What is avoided, changed or added of what arises."""
    for own in book.reductions:
        option, worth = book.facts.reductions[own.option], book.dates.discount_of(own.t)
        cost, margin = costs(book, own)
        on = Of(_subject(book, option), book.dates.year_of(own.t))
        yield "source_reduction", ("reductions", option, "cost_cny_per_t"), -worth * cost, on
        yield "expansion", ("reductions", option, "margin_cny_per_t"), worth * margin, on
