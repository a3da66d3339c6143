"""What may be done with a tonne at a site, in some of the periods: delivered, placed, moved, fed, bought.

    open     capacity or rate × calendar × share of days open > 0 in one of the periods;
             a candidate line only where `candidates` says so, and if it can stand in one of the periods
    lawful   accepted by a row of the case, dangerous goods where allowed, every `each` gate kept;
             hazardous as at the start of the horizon, since a later delisting does not count
    cost     of a dry tonne (or unit), each in the basis of its row, at the prices of the last of the periods;
             with the price of what moving it emits

Only whether something is open counts, never how much it takes; nor do shares and averages of a blend, which
hang on what else is fed. A haul rule moves what is measured in tonnes to sites that take it: something there
accepts, feeds on or uses it, a listed lane carries it on, or the site is a transfer station. It makes no lane
where one is listed for the same sites and mode that carries the material.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from redmud_opt.case.works import Haul, Lane, Outlet, Storage
from redmud_opt.plan.audit.blending import admits, standing
from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.borders import Borders
from redmud_opt.plan.audit.conversion import Conversion
from redmud_opt.plan.audit.licences import Licences
from redmud_opt.plan.audit.status import Status
from redmud_opt.plan.audit.streams import Lineage


class Move(NamedTuple):
    """A lane to another site."""

    to_site: str
    cost_cny: float
    distance_km: float


class Sink(NamedTuple):
    """An outlet or a final placement: what it costs to be rid of a tonne there; a price is a negative cost."""

    name: str
    cost_cny: float
    radius_km: float = float("inf")


class Use(NamedTuple):
    """A process that runs at a site at an operating point, on a feed or as a recipe, with the wastes it makes.

    `cost_cny`: what a tonne fed costs, on a partner's line the toll.
    """

    site: str
    process: str
    point: str
    feed: Lineage | None
    becomes: Conversion
    made: tuple[tuple[Lineage, float], ...]
    cost_cny: float


class Ways:
    """Everything that is open and lawful in one of some periods."""

    def __init__(self, book: Book, status: Status, when: Sequence[int], candidates: bool) -> None:
        self.candidates = candidates
        self.book, self.facts, self.dates = book, book.facts, book.dates
        self.status = status
        self.borders = Borders(book.facts, book.dates, status)
        self.licences = Licences(book.facts, book.dates)
        self.when = tuple(when)
        self._every = range(len(book.dates.periods))
        self.gates = standing(book)
        self.made_from_waste = book.facts.made_from_waste()
        self._modes = tuple(dict.fromkeys(rule.mode for rule in book.lanes.rules))
        self._sort_by_site()
        self.takes = lru_cache(maxsize=None)(self._takes)
        self.moves = lru_cache(maxsize=None)(self._moves)
        self.sinks = lru_cache(maxsize=None)(self._sinks)
        self.uses = lru_cache(maxsize=None)(self._uses)

    def _sort_by_site(self) -> None:
        facts = self.facts
        self.lines: defaultdict[str, list[str]] = defaultdict(list)
        self.outlets: defaultdict[str, list[Outlet]] = defaultdict(list)
        self.storages: defaultdict[str, list[Storage]] = defaultdict(list)
        self.lanes: defaultdict[str, list[Lane]] = defaultdict(list)
        for line in facts.lines.values():
            self.lines[facts.site_of_line(line.name)].append(line.name)
        for outlet in facts.outlets.values():
            self.outlets[outlet.site].append(outlet)
        for storage in facts.storages.values():
            self.storages[storage.site].append(storage)
        for lane in facts.lanes.values():
            self.lanes[lane.from_site].append(lane)

    def hazardous(self, lineage: Lineage) -> bool:
        """Whether a lineage is hazardous waste all through the horizon."""
        return self.status.of(lineage, 0)

    # ---------------------------------------------------------------- what is open

    def line_open(self, name: str, t: int) -> bool:
        """Whether a line has any run time in a period: a candidate if it may be built, any other by its dates."""
        line = self.facts.lines[name]
        share = self.dates.calendar_share(line.calendar, t) * line.availability
        if not _some(line.capacity) or share <= 0.0:
            return False
        if line.closing_cost_cny is not None and not self.candidates:
            return False
        if line.candidate:
            return self.candidates and self.book.plant.could_stand(name, t)
        return self.dates.open_share(*self.facts.dates(line), t) > 0.0

    def outlet_open(self, outlet: Outlet, t: int) -> bool:
        """Whether an outlet takes anything in a period."""
        share = self.dates.open_share(*self.facts.dates(outlet), t)
        return _some(outlet.max_t) and share * self.dates.calendar_share(outlet.calendar, t) > 0.0

    def storage_open(self, storage: Storage, t: int) -> bool:
        """Whether anything can be put into a storage or placed there in a period: a new yard if it may be decided."""
        if (storage.candidate or storage.may_close) and not self.candidates:
            return False
        room = _some(storage.capacity_t) and _some(storage.airspace_m3) and _some(storage.max_put_t)
        return room and self.dates.open_share(storage.opens, storage.closes, t) > 0.0

    def lane_open(self, lane: Lane, t: int) -> bool:
        """Whether anything moves on a listed lane in a period."""
        return _some(lane.capacity_t) and self.dates.calendar_share(lane.calendar, t) > 0.0

    # ---------------------------------------------------------------- sinks and storages

    def _sinks(self, site: str, lineage: Lineage) -> tuple[Sink, ...]:
        """Outlets and final placements that take a lineage at a site."""
        found = [
            Sink(o.name, -self.price(o, lineage.material), self._radius(o))
            for o in self.outlets[site]
            if any(self._delivers(o, lineage, t) for t in self.when)
        ]
        for storage in self.storages[site]:
            kept = storage.final and lineage.material not in self.made_from_waste
            if (
                kept
                and self.keeps(storage, lineage)
                and any(self._places(storage, lineage, t) for t in self.when)
            ):
                tax = 0.0 if storage.compliant else storage.tax_cny_per_t
                found.append(Sink(storage.name, storage.place_cost_cny_per_t + tax))
        return tuple(found)

    def _places(self, storage: Storage, lineage: Lineage, t: int) -> bool:
        return self.storage_open(storage, t) and self.lawful_placement(storage, lineage, t)

    def lawful_placement(self, storage: Storage, lineage: Lineage, t: int) -> bool:
        """Whether the law lets a waste be placed for good, open or not."""
        may = self.borders.may_dispose(storage.site, lineage, t)
        may = may and self._may_receive(storage.name, lineage, t, storage.method)
        return may and self.borders.assessed(storage, lineage, t)

    def lawful_put(self, storage: Storage, lineage: Lineage, t: int) -> bool:
        """Whether the law lets a waste be put into a storage."""
        return self._may_receive(storage.name, lineage, t, None)

    def _may_receive(
        self, receiver: str, lineage: Lineage, t: int, method: str | None, *, use: bool = False
    ) -> bool:
        """Whether permits, exemptions and what is a site's own let a receiver take a lineage."""
        if not self.status.of(lineage, t):
            return True
        codes = self.status.codes_of(lineage)
        return self.licences.may_receive(receiver, lineage, codes, t, method, use)

    def _may_move(self, from_site: str, to_site: str, lineage: Lineage, t: int) -> bool:
        """Whether documents at borders, and permits where a lane ends, let a lineage move."""
        codes = self.status.codes_of(lineage)
        hazardous = self.status.of(lineage, t)
        licensed = not hazardous or self.licences.may_move(from_site, to_site, lineage, codes, t)
        return licensed and self.borders.may_move(from_site, to_site, lineage, t)

    def _lawful_delivery(self, outlet: Outlet, lineage: Lineage, t: int) -> bool:
        meaning = self.dates.meaning(outlet.method, t)
        may = meaning != "disposal" or self.borders.may_dispose(outlet.site, lineage, t)
        may = may and self._may_receive(outlet.name, lineage, t, outlet.method, use=meaning == "use")
        return may and self.borders.assessed(outlet, lineage, t)

    @staticmethod
    def _radius(outlet: Outlet) -> float:
        return float("inf") if outlet.haul_radius_km is None else outlet.haul_radius_km * (1.0 + 1e-9)

    def _delivers(self, outlet: Outlet, lineage: Lineage, t: int) -> bool:
        return self.outlet_open(outlet, t) and self.accepts(outlet, lineage, t)

    def accepts(self, outlet: Outlet, lineage: Lineage, t: int) -> bool:
        """Whether an outlet may take a lineage, open or not: waste by a method that the rule pack knows."""
        material = lineage.material
        if not self.facts.rank(outlet.material, material):
            return False
        meaning = self.dates.meaning(outlet.method, t)
        if self.facts.is_waste(material) and not meaning:
            return False
        discarded = meaning == "disposal" and material in self.made_from_waste
        if discarded or not admits(self.book, self.gates.get(outlet.name, ()), lineage):
            return False
        return self._lawful_delivery(outlet, lineage, t)

    def price(self, outlet: Outlet, material: str) -> float:
        """The best price of a dry tonne: of tiers the greatest."""
        tiers = [tier.price_cny_per_t for tier in self.facts.tiers.get(outlet.name, ())]
        price = max(tiers, default=outlet.price_cny_per_t) * self._factor(outlet.name)
        return self.facts.in_basis(price, material, outlet.basis)

    def _factor(self, item: str) -> float:
        """Factor on the prices of an item in the last of the periods."""
        return self.facts.price_factor(item, self.dates.year_of(self.when[-1]))

    def keeps(self, storage: Storage, lineage: Lineage) -> bool:
        """Whether a storage may take a lineage, open or not."""
        if not self.facts.rank(storage.material, lineage.material):
            return False
        if self.hazardous(lineage) and not storage.accepts_hazardous:
            return False
        return admits(self.book, self.gates.get(storage.name, ()), lineage)

    # ---------------------------------------------------------------- lanes

    def _takes(self, site: str, lineage: Lineage) -> float:
        """From how far anything at a site takes a lineage, so that a haul rule may bring it there; 0: not at all."""
        outlets = [o for o in self.outlets[site] if any(self.accepts(o, lineage, t) for t in self._every)]
        near = max((self._radius(outlet) for outlet in outlets), default=0.0)
        if near == float("inf") or self._leads_on(site, lineage) or self._works_with(site, lineage):
            return float("inf")
        return float("inf") if any(self._takes_in(s, lineage) for s in self.storages[site]) else near

    def _takes_in(self, storage: Storage, lineage: Lineage) -> bool:
        """Whether a storage may ever take a lineage, to hold it or for good."""
        if not self.keeps(storage, lineage):
            return False
        held = storage.retrievable and any(self.lawful_put(storage, lineage, t) for t in self._every)
        return held or any(self.lawful_placement(storage, lineage, t) for t in self._every)

    def _leads_on(self, site: str, lineage: Lineage) -> bool:
        return self.facts.sites[site].kind == "transfer_station" or any(
            self._carries(lane, lineage) for lane in self.lanes[site]
        )

    def _works_with(self, site: str, lineage: Lineage) -> bool:
        """Whether a line at a site, open or not, is fed with a lineage, or takes it as a fixed input."""
        for line in self.lines[site]:
            for process, point in self._points(line):
                rows = self.facts.inputs.get(process, ())
                if lineage.parent is None and any(row.material == lineage.material for row in rows):
                    return True
                lawful = any(self._lawful_run(line, process, lineage, t) for t in self._every)
                if lawful and self._use(site, line, process, point, lineage) is not None:
                    return True
        return False

    def _carries(self, lane: Lane, lineage: Lineage) -> bool:
        if self.hazardous(lineage) and not lane.dg_allowed:
            return False
        return self.facts.rank(lane.material, lineage.material) is not None

    def _moves(self, site: str, lineage: Lineage) -> tuple[Move, ...]:
        """Lanes that a lineage may leave a site by."""
        found: list[Move] = []
        listed: set[tuple[str, str]] = set()
        for lane in self.lanes[site]:
            move = self._listed(lane, lineage) if self._carries(lane, lineage) else None
            if move is not None:
                listed.add((lane.to_site, lane.mode))
                found += [move] if any(self._moves_on(lane, lineage, t) for t in self.when) else []
        if self.facts.in_tonnes(lineage.material):
            found += self._hauls(site, lineage, listed)
        return tuple(found)

    def _moves_on(self, lane: Lane, lineage: Lineage, t: int) -> bool:
        return self.lane_open(lane, t) and self._may_move(lane.from_site, lane.to_site, lineage, t)

    def _fee(self, from_site: str, to_site: str, lineage: Lineage) -> float:
        """The least that a dry tonne pays for its approval in the last of the periods."""
        return self.borders.fee(from_site, to_site, lineage, self.when[-1])

    def _hauls(self, site: str, lineage: Lineage, listed: set[tuple[str, str]]) -> Iterator[Move]:
        for mode in self._modes:
            rule = self.book.lanes.rule(mode, lineage.material, self.hazardous(lineage))
            if rule is None:
                continue
            longest = float("inf") if rule.max_km is None else rule.max_km * (1.0 + 1e-9)
            for other in self.facts.sites:
                if other == site or (other, mode) in listed:
                    continue
                distance = self.book.lanes.distance_km(f"{site}>{other}:{mode}", site, other, mode)
                if distance is None or distance > min(longest, self.takes(other, lineage)):
                    continue
                if any(self._may_move(site, other, lineage, t) for t in self.when):
                    cost = self._hauled(rule, distance, lineage.material) + self._fee(site, other, lineage)
                    handling = self.facts.handling_per_t(site, lineage.material)
                    yield Move(other, cost + handling, distance)

    def _hauled(self, rule: Haul, distance: float, material: str) -> float:
        cost = self.book.lanes.cost_per_wet_t(rule, distance) * self._factor(rule.name)
        return cost * self.facts.wet_per_dry(material) + self._carbon(rule, distance, material)

    def _carbon(self, rule: Haul | None, distance: float | None, material: str) -> float:
        """What a dry tonne emits on its way, at the price of carbon."""
        if rule is None or distance is None or not self.facts.in_tonnes(material):
            return 0.0
        emitted_t = distance * rule.co2e_kg_per_t_km / 1000.0 * self.facts.wet_per_dry(material)
        return emitted_t * self.facts.settings.co2_price_cny_per_t

    def _listed(self, lane: Lane, lineage: Lineage) -> Move | None:
        """A listed lane, None where nobody prices it."""
        material = lineage.material
        distance = self.book.lanes.distance_km(lane.name, lane.from_site, lane.to_site, lane.mode)
        rule = self.book.lanes.rule(lane.mode, material, self.hazardous(lineage))
        handling = self.facts.handling_per_t(lane.from_site, material)
        handling += self._fee(lane.from_site, lane.to_site, lineage)
        if lane.cost_cny_per_t is not None:
            price = lane.cost_cny_per_t * self._factor(lane.name)
            cost = self.facts.in_basis(price, material, lane.basis) + handling
            cost += self._carbon(rule, distance, material)
            return Move(lane.to_site, cost, float("inf") if distance is None else distance)
        if rule is None or distance is None or not self.facts.in_tonnes(material):
            return None
        return Move(lane.to_site, self._hauled(rule, distance, material) + handling, distance)

    # ---------------------------------------------------------------- processes and supplies

    def _uses(self, site: str, feed: Lineage | None) -> tuple[Use, ...]:
        """Processes at a site that run on a feed, or without any."""
        found: dict[tuple[str, str, float], Use] = {}
        for line in self.lines[site]:
            open_ = [t for t in self.when if self.line_open(line, t)]
            for process, point in self._points(line):
                if not any(self._lawful_run(line, process, feed, t) for t in open_):
                    continue
                use = self._use(site, line, process, point, feed)
                if use is not None:
                    found[process, point, use.cost_cny] = use
        return tuple(found.values())

    def _lawful_run(self, line: str, process: str, feed: Lineage | None, t: int) -> bool:
        if feed is None:
            return True
        method, facility = self.facts.processes[process].method, self.facts.lines[line].facility
        meaning = self.dates.meaning(method, t)
        may = meaning != "disposal" or self.borders.may_dispose(self.facts.site_of_line(line), feed, t)
        return may and self._may_receive(facility, feed, t, method, use=meaning == "use")

    def _points(self, line: str) -> Iterator[tuple[str, str]]:
        """Processes of a line with their operating points."""
        for process in dict.fromkeys(row.process for row in self.facts.uses.get(line, ())):
            for point in [row.point for row in self.facts.points.get(process, ())] or [""]:
                yield process, point

    def _use(self, site: str, line: str, process: str, point: str, feed: Lineage | None) -> Use | None:
        conversions, material = self.book.conversions, feed.material if feed else ""
        if bool(self.facts.feeds.get(process)) != (feed is not None):
            return None
        row = conversions.feed_row(process, point, material) if feed else None
        if feed is not None and (row is None or row.max_share <= 0.0):
            return None
        if conversions.use_per_t(line, process, point, material) is None:
            return None
        becomes = conversions.conversion(process, point, feed)
        made = self._made(process, point, feed, becomes)
        lawful = admits(self.book, self.gates.get(process, ()), feed, becomes)
        toll = self.facts.toll(line)
        cost = becomes.cost_cny * self._factor(process) if toll is None else toll
        return Use(site, process, point, feed, becomes, made, cost) if made is not None and lawful else None

    def _made(
        self, process: str, point: str, feed: Lineage | None, becomes: Conversion
    ) -> tuple[tuple[Lineage, float], ...] | None:
        """What a tonne becomes, None where a yield is unknown or a residue would be too deep."""
        found = []
        for made in becomes.outputs:
            lineage = Lineage(made.material, made.material)
            if feed is not None and self.facts.is_waste(made.material):
                by = f"{process}.{point}" if point else process
                name = f"{made.material}<{by}<{feed.name}"
                lineage = Lineage(name, made.material, process, point, feed)
            if not made.yield_t >= 0.0 or lineage.depth > self.facts.settings.max_depth:
                return None
            if made.yield_t > 0.0:
                found.append((lineage, made.yield_t))
        return tuple(found)

    def supplied(self, site: str) -> dict[str, float]:
        """Material → cheapest price of a dry tonne bought at a site: of tiers the least."""
        found: dict[str, float] = {}
        for name, row in self.facts.supplies.items():
            span = self.facts.dates(row)
            open_ = any(
                self.dates.calendar_share(row.calendar, t) * self.dates.open_share(*span, t) > 0.0
                for t in self.when
            )
            if site in self.facts.members(row.site) and open_ and _some(row.max_t):
                tiers = [tier.price_cny_per_t for tier in self.facts.tiers.get(name, ())]
                least = min(tiers, default=row.price_cny_per_t) * self._factor(name)
                price = self.facts.in_basis(least, row.material, row.basis)
                found[row.material] = min(price, found.get(row.material, float("inf")))
        return found


def _some(limit: float | None) -> bool:
    """Whether a limit leaves any room."""
    return limit is None or limit > 0.0
