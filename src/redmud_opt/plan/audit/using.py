"""Lanes and outlets that are used, and lanes that are opened.

    used          an amount of more than 1e-6 of the greatest of its periods, or stated in the frame `used`
    stated        wherever an amount moves and a fixed cost per period, a least lot, a rule or a limit counts it
    least lot     Σ materials in the lane's basis ≥ min_lot_t in a period in which it is used
    opening       at most one per lane, and of lanes with a fixed cost only; none moves before it

What is used for nothing is allowed, costs what it costs, and counts in rules. docs/decisions.md 'Lanes'.
"""

from __future__ import annotations

from collections.abc import Collection

from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.checks import TOLERANCE, Check, Findings, Tally, at
from redmud_opt.plan.audit.facts import live

Thing = tuple[str, str]  # lane, outlet or line; its name
LANE, OUTLET, LINE = "lane", "outlet", "line"


class Uses:
    """What moves on lanes and to outlets, and in which periods they are used."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.amounts: dict[Thing, Tally[int]] = {}
        self.ends: dict[str, tuple[str, str]] = {
            name: (lane.from_site, lane.to_site) for name, lane in book.facts.lanes.items()
        }
        self._add_up()
        self.moving = {
            (thing, t)
            for thing, amounts in self.amounts.items()
            for t in amounts
            if amounts[t] > TOLERANCE * max(1.0, amounts.scale(*amounts))
        }
        self.stated = {((row.kind, row.item), row.t) for row in book.used}
        self.used = self.moving | self.stated

    def _add_up(self) -> None:
        facts = self.book.facts
        for flow in self.book.flows:
            lane = facts.lanes.get(flow.lane)
            amount = facts.in_basis(flow.amount, flow.stream.material, lane.basis) if lane else flow.wet
            self.amounts.setdefault((LANE, flow.lane), Tally()).add(flow.t, amount)
            self.ends.setdefault(flow.lane, (flow.from_site, flow.to_site))
        for sold in self.book.sales:
            basis = facts.outlets[sold.outlet].basis
            amount = facts.in_basis(sold.amount, sold.stream.material, basis)
            self.amounts.setdefault((OUTLET, sold.outlet), Tally()).add(sold.t, amount)

    def amount(self, thing: Thing, t: int) -> float:
        """What moves on a lane or to an outlet in a period, in its basis."""
        return self.amounts[thing][t] if thing in self.amounts else 0.0

    def lane_ends(self, name: str) -> tuple[str, str] | None:
        """The sites that a lane joins, by its row, a flow, or the name of a lane that a haul rule makes."""
        if name not in self.ends:
            start, _, rest = name.partition(">")
            end, _, mode = rest.partition(":")
            if start in self.book.facts.sites and end in self.book.facts.sites and mode:
                self.ends[name] = (start, end)
        return self.ends.get(name)

    def counts(self, thing: Thing, members: Collection[str], to: Collection[str] = ()) -> bool:
        """Whether a count at some names is about a thing: a site, owner or province means lanes that leave it."""
        kind, name = thing
        if kind == LINE:
            return name in members or self.book.facts.lines[name].facility in members
        if kind == OUTLET:
            return name in members
        ends = self.lane_ends(name)
        if ends is None:
            return name in members
        leaves = self.book.facts.site_address(ends[0]) | {name}
        arrives = self.book.facts.site_address(ends[1])
        return not leaves.isdisjoint(members) and (not to or not arrives.isdisjoint(to))


def counted_lines(book: Book) -> set[str]:
    """Lines that a limit on `count_used` is about."""
    found: set[str] = set()
    for row in live(book.facts.case.limits):
        if row.measure == "count_used":
            members = book.facts.members(row.at)
            found |= {
                name for name, line in book.facts.lines.items() if name in members or line.facility in members
            }
    return found


def _in_rules(book: Book) -> set[str]:
    """Names that a logic rule is about."""
    cells = [cell for row in live(book.facts.case.logic) for cell in (row.first, row.second) if cell]
    return {name for cell in cells for name in book.facts.members(cell)}


def lanes(book: Book) -> tuple[Check, ...]:
    """Lanes are opened before they are used, used as stated, and not for less than their least lot."""
    findings = Findings("lanes")
    uses = Uses(book)
    _known(findings, book, uses)
    _stated(findings, book, uses)
    _lots(findings, book, uses)
    _openings(findings, book, uses)
    return findings.checks()


def _known(findings: Findings, book: Book, uses: Uses) -> None:
    for row in book.used:
        where = at("used", row.kind, row.item, book.period(row.t))
        if row.kind == LANE:
            known = uses.lane_ends(row.item) is not None
        else:
            known = row.kind == OUTLET and row.item in book.facts.outlets
        if known:
            findings.rows += 1
        else:
            findings.fault("unknown", where, kind=row.kind or "–", name=row.item)


def _stated(findings: Findings, book: Book, uses: Uses) -> None:
    rules, needed = _in_rules(book), {}
    counts = [row for row in live(book.facts.case.limits) if row.measure == "count_used"]
    pairs = [(book.facts.members(row.at), book.facts.members(row.to) if row.to else ()) for row in counts]
    for thing in dict.fromkeys(thing for thing, _ in uses.used):
        lane = book.facts.lanes.get(thing[1]) if thing[0] == LANE else None
        costs = lane is not None and (lane.fixed_cost_cny_per_period or lane.min_lot_t)
        counted = thing[1] in rules or any(uses.counts(thing, at_, to) for at_, to in pairs)
        needed[thing] = bool(costs) or counted
    for thing, t in sorted(uses.moving):
        if needed[thing] and (thing, t) not in uses.stated:
            where = book.where(t, thing[1])
            findings.nothing("not_stated", where, uses.amount(thing, t), name=thing[1])
        else:
            findings.rows += 1
    for thing, t in sorted(uses.stated - uses.moving):
        findings.note("for_nothing", book.where(t, thing[1]), name=thing[1])


def _lots(findings: Findings, book: Book, uses: Uses) -> None:
    for (kind, name), t in sorted(uses.used):
        lane = book.facts.lanes.get(name) if kind == LANE else None
        if lane is not None and lane.min_lot_t is not None:
            where, amount = book.where(t, name), uses.amount((kind, name), t)
            findings.at_least("lot", where, amount, lane.min_lot_t, lane=name)


def _openings(findings: Findings, book: Book, uses: Uses) -> None:
    opened: dict[str, int] = {}
    for row in book.openings:
        where = book.where(row.t, row.lane)
        lane = book.facts.lanes.get(row.lane)
        if lane is None or lane.fixed_cost_cny is None:
            findings.fault("no_opening", where, lane=row.lane)
        elif row.lane in opened:
            findings.fault("opened_twice", where, lane=row.lane)
        opened[row.lane] = min(row.t, opened.get(row.lane, row.t))
    for name, lane in book.facts.lanes.items():
        amounts = uses.amounts.get((LANE, name))
        for t in amounts or ():
            early = t < opened.get(name, len(book.dates.periods))
            if lane.fixed_cost_cny and amounts and early:
                findings.nothing("not_open", book.where(t, name), amounts[t], lane=name)
            else:
                findings.rows += 1
