"""The cheapest lawful way out of each storage when the horizon ends: a fixed point over sites and lineages.

    out(site, lineage) = min of  −best price at an outlet;   placement + tax
                                 lane + out(its other end, lineage)
                                 process, or toll, + Σ input × in(site, input) + Σ yield × out(site, output)
                                 0 for what a process that can run there needs
    in(site, material) = min of  its cheapest price there;   0 where it is made;   in(other site) + lane
    process            with the price of what it and its inputs emit
    charge             = max(0, reclaiming + out);   no charge where out is infinite, or the storage is shut

What is open in the last period counts, at its prices, capacities do not (see `ways`); of tiers the best. Lines that
stand then by their dates and may not be closed count; those that may, and candidates that could stand then, count for
what has no way out without them. An output without a way out makes its process a dead end. Outlets whose haul radius
is shorter than the lane a tonne came by are barred to it until it is fed. Values fall from infinity, so that going in
circles is no way out; what still falls after many sweeps earns without end. MODEL.md 'End of horizon'.
"""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from redmud_opt.case.works import Storage
from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.facts import live
from redmud_opt.plan.audit.reach import Reach, reach
from redmud_opt.plan.audit.streams import Lineage
from redmud_opt.plan.audit.ways import Use, Ways

NONE = float("inf")
SWEEPS = 1000  # values that still fall after so many sweeps pay without end, and are charged nothing
Barred = frozenset[str]
Node = tuple[str, Lineage, Barred]


class Option(NamedTuple):
    """One way on: a cost, and what is left to be rid of, in tonnes."""

    cost_cny: float
    left: tuple[tuple[Node, float], ...] = ()


class Roads:
    """Cheapest ways out over what is open; asked for one by one, worked out once for all."""

    def __init__(self, book: Book, reached: Reach, ways: Ways) -> None:
        self.book, self.reach, self.ways = book, reached, ways
        self._find_what_runs()
        self.bought = self._prices()
        self._out: dict[Node, float] = {}

    def _find_what_runs(self) -> None:
        """What is made and needed, where, by processes that can run in the last period."""
        self.made: set[tuple[str, str]] = set()
        self.needed: set[tuple[str, str]] = set()
        feeds: list[tuple[str, Lineage | None]] = [*self.reach.nodes]
        feeds += [(site, None) for site in self.book.facts.sites]
        for use in (use for site, feed in feeds for use in self.ways.uses(site, feed)):
            if self.reach.runs(use):
                self.made |= {(use.site, own.name) for own, _ in use.made if own.parent is None}
                self.needed |= {
                    (use.site, taken.material) for taken in use.becomes.inputs if taken.amount > 0
                }

    def _prices(self) -> dict[tuple[str, str], float]:
        """(site, material) → what a unit of a fixed input costs there: made, bought, or brought."""
        sites = self.book.facts.sites
        found: defaultdict[tuple[str, str], float] = defaultdict(lambda: NONE)
        for site in sites:
            for material, price in self.ways.supplied(site).items():
                found[site, material] = price
        for key in self.made:
            found[key] = min(0.0, found[key])
        fresh = list(found)
        while fresh:
            site, material = fresh.pop()
            for move in self.ways.moves(site, Lineage(material, material)):
                cost = found[site, material] + move.cost_cny
                if cost < found[move.to_site, material]:
                    found[move.to_site, material] = cost
                    fresh.append((move.to_site, material))
        return found

    # ---------------------------------------------------------------- the fixed point

    def cost(self, site: str, lineage: Lineage) -> float:
        """What it costs at least to be rid of a tonne that lies at a site; infinite where there is no way."""
        node = (site, lineage, frozenset[str]())
        if node not in self._out:
            self._solve(node)
        return self._out[node]

    def _solve(self, node: Node) -> None:
        options: dict[Node, list[Option]] = {}
        fresh = [node]
        while fresh:
            own = fresh.pop()
            if own in options:
                continue
            options[own] = self._options(own)
            fresh += [other for option in options[own] for other, _ in option.left]
        found = dict.fromkeys(options, NONE)
        for _ in range(SWEEPS):
            before = dict(found)
            for own, ways in options.items():
                found[own] = min((_total(way, found) for way in ways), default=NONE)
            falling = [own for own in found if not _same(found[own], before[own])]
            if not falling:
                break
        else:
            found |= dict.fromkeys(falling, -NONE)
        self._out |= found

    def _options(self, node: Node) -> list[Option]:
        site, lineage, barred = node
        sinks = self.ways.sinks(site, lineage)
        found = [Option(sink.cost_cny) for sink in sinks if sink.name not in barred]
        if (site, lineage.name) in self.needed:
            found.append(Option(0.0))
        for move in self.ways.moves(site, lineage):
            there = self.ways.sinks(move.to_site, lineage)
            beyond = frozenset(sink.name for sink in there if move.distance_km > sink.radius_km)
            found.append(Option(move.cost_cny, (((move.to_site, lineage, beyond), 1.0),)))
        found += [self._fed(use) for use in self.ways.uses(site, lineage)]
        return found

    def _fed(self, use: Use) -> Option:
        cost = use.cost_cny + self._carbon(use)
        for taken in use.becomes.inputs:
            if taken.amount:
                cost += taken.amount * self.bought.get((use.site, taken.material), NONE)
        left = tuple(((use.site, lineage, frozenset[str]()), amount) for lineage, amount in use.made)
        return Option(cost, left)

    def _carbon(self, use: Use) -> float:
        """What a tonne fed emits, by the process and by its inputs, at the price of carbon."""
        facts = self.book.facts
        factors = {
            row.material: row.amount_per_unit for row in live(facts.case.factors) if row.account == "co2e_t"
        }
        emitted = self.book.conversions.emissions(use.process, use.point).get("co2e_t", 0.0)
        emitted += sum(taken.amount * factors.get(taken.material, 0.0) for taken in use.becomes.inputs)
        return emitted * facts.settings.co2_price_cny_per_t


class WayOut:
    """Cheapest ways out in the last period: over what stands, where that leaves none over what could stand."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.reach, self.status = reach(book)
        last = (len(book.dates.periods) - 1,)
        self.ways = Ways(book, self.status, last, candidates=False)
        self._roads = [Roads(book, self.reach, self.ways)]
        if any(line.candidate or line.closing_cost_cny is not None for line in book.facts.lines.values()):
            self._roads.append(Roads(book, self.reach, Ways(book, self.status, last, candidates=True)))

    def cost(self, site: str, lineage: Lineage) -> float:
        """What it costs at least to be rid of a tonne that lies at a site; infinite where there is no way."""
        costs = (roads.cost(site, lineage) for roads in self._roads)
        return next((cost for cost in costs if cost != NONE), NONE)

    # ---------------------------------------------------------------- charges

    def charge(self, storage: str, lineage: Lineage) -> float | None:
        """The charge of a tonne left in a storage, None where it has no way out."""
        row = self.book.facts.storages[storage]
        out = self.cost(row.site, lineage) if self._reclaimed(row) else NONE
        return None if out == NONE else max(0.0, row.reclaim_cost_cny_per_t + out)

    def _reclaimed(self, row: Storage) -> bool:
        """Whether a storage gives anything back in the last period; the season's calendar does not count."""
        last = len(self.book.dates.periods) - 1
        return row.retrievable and self.book.dates.open_share(row.opens, row.closes, last) > 0.0

    def may_hold(self, storage: str) -> dict[Lineage, None]:
        """Wastes that can lie in a storage when the horizon ends: put there, or there from the beginning."""
        row, facts, ways = self.book.facts.storages[storage], self.book.facts, self.ways
        every = range(len(self.book.dates.periods))
        found = {
            lineage: None
            for site, lineage in self.reach.nodes
            if site == row.site and row.retrievable and ways.keeps(row, lineage)
            if any(ways.lawful_put(row, lineage, t) for t in every)
        }
        for lay in self.book.opening:
            if lay.storage == storage:
                found[Lineage(lay.material, lay.material)] = None
        return {lineage: None for lineage in found if facts.is_waste(lineage.material)}


def _total(way: Option, found: dict[Node, float]) -> float:
    """The cost of an option with what is left; infinite if anything left has no way out."""
    total = way.cost_cny
    for node, amount in way.left:
        if found[node] == NONE:
            return NONE
        total += amount * found[node]
    return total


def _same(a: float, b: float) -> bool:
    return a == b or abs(a - b) <= 1e-12 * max(1.0, abs(a))
