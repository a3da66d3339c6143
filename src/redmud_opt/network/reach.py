"""Where every stream can be: forward from where it arises, is bought or made; backward from where it can end.

A *place* is (site, stream) with the first period in which the stream can be there. A stream is a lineage with its
origin and cohort. Only places that can be reached and left lawfully become nodes of the model.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import NamedTuple

from redmud_opt.case.works import Outlet, Storage
from redmud_opt.network.doors import Doors
from redmud_opt.network.haulage import Haulage, Route
from redmud_opt.network.law import Law
from redmud_opt.network.lineage import Conversion, Lineage, Lineages
from redmud_opt.network.lookup import Lookup
from redmud_opt.network.time import Mask, Time


class Stream(NamedTuple):
    """A lineage with its origin ('' without) and cohort ('new', 'legacy', '' without).

    `arose`, of clocked waste: the period, for opening stock the day, from which its age counts.
    """

    lineage: str
    origin: str = ""
    cohort: str = ""
    arose: str = ""

    @property
    def id(self) -> str:
        """The name that plans use."""
        name = f"{self.lineage}@{self.origin}@{self.cohort}" if self.origin else self.lineage
        return f"{name}@{self.arose}" if self.arose else name

    def of(self, lineage: Lineage) -> Stream:
        """The stream of a material made from this one."""
        if lineage.carries_origin and self.origin:
            return Stream(lineage.id, self.origin, self.cohort)
        return Stream(lineage.id)


class Place(NamedTuple):
    """A stream at a site."""

    site: str
    stream: Stream


class Output(NamedTuple):
    """Where an output goes and how much of it per tonne fed. `period`: the only one when it does, −1: all."""

    place: Place
    yield_t_per_t: float
    period: int = -1


@dataclass(frozen=True)
class Run:
    """A conversion of a stream on a line."""

    line: str
    conversion: Conversion
    place: Place | None
    site: str
    use_per_t: float
    made: tuple[Output, ...]
    needs: tuple[tuple[Place, float], ...]


@dataclass
class Reach:
    """The result: what exists, in the order in which it was found. `present`: periods [T] of places with an age."""

    since: dict[Place, int] = field(default_factory=dict)
    present: dict[Place, Mask] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)
    routes: list[tuple[Route, Stream]] = field(default_factory=list)
    outlets: list[tuple[Outlet, Place]] = field(default_factory=list)
    storages: list[tuple[Storage, Place]] = field(default_factory=list)
    dead: list[Place] = field(default_factory=list)
    idle: list[tuple[Run, Place]] = field(default_factory=list)
    starved: list[tuple[str, str, Place]] = field(default_factory=list)


class Front:
    """Places still to be visited: by first period, then in the order in which they came."""

    def __init__(self, given: dict[Place, int]) -> None:
        self._heap: list[tuple[int, int, Place]] = []
        self._waiting: dict[Place, tuple[int, int]] = {}
        self._came = 0
        for place, since in given.items():
            self.offer(place, since)

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def offer(self, place: Place, since: int) -> None:
        """Puts a place in line, or forward if it waits for a later period."""
        known = self._waiting.get(place)
        if known is None:
            self._came += 1
        elif known[0] <= since:
            return
        entry = self._waiting[place] = (since, self._came if known is None else known[1])
        heappush(self._heap, (*entry, place))

    def pop(self) -> tuple[Place, int]:
        """The next place and its first period; entries that were put forward since are passed over."""
        while True:
            since, number, place = heappop(self._heap)
            if self._waiting.get(place) == (since, number):
                del self._waiting[place]
                return place, since


class Explorer:
    """Finds the reach of every stream of a case."""

    def __init__(
        self, lookup: Lookup, time: Time, lineages: Lineages, law: Law, doors: Doors, haulage: Haulage
    ) -> None:
        self.lookup, self.time, self.lineages, self.law, self.haulage = lookup, time, lineages, law, haulage
        self.doors = doors
        self._conversions: dict[str, list[Conversion]] = defaultdict(list)
        self._recipes: list[Conversion] = []
        for conversion in lineages.conversions:
            if conversion.feed is None:
                self._recipes.append(conversion)
            else:
                self._conversions[conversion.feed.id].append(conversion)
        self._outlets_at: dict[str, list[Outlet]] = defaultdict(list)
        self._storages_at: dict[str, list[Storage]] = defaultdict(list)
        self._lines_at: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._near: dict[tuple[str, str], float] = {}
        self._index_sites()
        self._demanded = self._demands()

    def _index_sites(self) -> None:
        for outlet in self.lookup.case.outlets:
            self._outlets_at[outlet.site].append(outlet)
        for storage in self.lookup.case.storages:
            self._storages_at[storage.site].append(storage)
        for process, rows in self.lookup.lines_of_process.items():
            for line in dict.fromkeys(row.line for row in rows):
                self._lines_at[process, self.lookup.line_site(line)].append(line)

    def _demands(self) -> dict[str, set[str]]:
        """Site → materials that its lines take as fixed inputs."""
        found: dict[str, set[str]] = defaultdict(set)
        for conversion in self.lineages.conversions:
            for process, site in self._lines_at:
                if process == conversion.process.name:
                    found[site].update(row.material for row in conversion.inputs)
        return found

    def explore(self, given: dict[Place, int], bought: set[Place]) -> Reach:
        """The reach from what arises, lies in stock (`given`: place → first period) or may be bought.

        Runs whose fixed inputs cannot be had are struck out and the search repeated; then dead ends are cut.
        """
        barred: set[tuple[str, tuple[str, str, str]]] = set()
        starved: list[tuple[str, str, Place]] = []
        while True:
            reach = self._forward(given | dict.fromkeys(sorted(bought), 0), barred)
            short = [(run, need) for run in reach.runs for need, _ in run.needs if need not in reach.since]
            if not short:
                break
            barred |= {(run.line, run.conversion.key) for run, _ in short}
            starved += [(run.line, run.conversion.process.name, need) for run, need in short]
        reach.starved = list(dict.fromkeys(starved))
        return self._prune(reach, set(given))

    def _forward(self, given: dict[Place, int], barred: set[tuple[str, tuple[str, str, str]]]) -> Reach:
        reach = Reach()
        front = Front(given)
        for conversion in self._recipes:
            self._start(reach, front, conversion, None, barred)
        settled: set[Place] = set()
        while front:
            place, since = front.pop()
            if reach.since.get(place, len(self.time)) <= since:
                continue
            reach.since[place] = since
            self._spread(reach, front, place, since, barred, first=place not in settled)
            settled.add(place)
        return reach

    def _spread(
        self,
        reach: Reach,
        front: Front,
        place: Place,
        since: int,
        barred: set[tuple[str, tuple[str, str, str]]],
        *,
        first: bool,
    ) -> None:
        """Takes one place further. Dijkstra order makes `first` the only visit."""
        assert first, "places are settled in the order of their first period"
        for conversion in self._conversions[place.stream.lineage]:
            self._start(reach, front, conversion, place, barred, since)
        lineage = self.lineages.by_id[place.stream.lineage]
        for outlet in self._outlets_at[place.site]:
            if self._delivers(outlet, lineage):
                reach.outlets.append((outlet, place))
        for storage in self._storages_at[place.site]:
            if self._stores(storage, lineage):
                reach.storages.append((storage, place))
                self._grow_old(front, place, since)
        for route in self.haulage.routes_from(place.site, lineage):
            if self._wanted(route, lineage) and self.doors.route(route, lineage).any():
                reach.routes.append((route, place.stream))
                front.offer(Place(route.to_site, place.stream), since)

    def _delivers(self, outlet: Outlet, lineage: Lineage) -> bool:
        """Whether an outlet takes a material, in some period at least."""
        return self.law.outlet_takes(outlet, lineage) and bool(self.doors.deliver(outlet, lineage).any())

    def _stores(self, storage: Storage, lineage: Lineage) -> bool:
        """Whether a storage takes a material in some period, to hold it or for good."""
        if not self.law.storage_takes(storage, lineage):
            return False
        held = storage.retrievable and self.doors.put(storage, lineage).any()
        return bool(held or (storage.final and self.doors.place(storage, lineage).any()))

    def _runs(self, line: str, conversion: Conversion) -> bool:
        """Whether a line may run a conversion in some period."""
        return bool(self.doors.run(line, conversion).any())

    def _wanted(self, route: Route, lineage: Lineage) -> bool:
        """Whether something at the far end takes the material, or it may be passed on from there.

        What a listed lane brings may be passed on by any lane; dead ends are cut afterwards.
        """
        site = route.to_site
        if route.listed is not None:
            onward = self.haulage.routes_from(site, lineage)
            if any(other.to_site != route.from_site for other in onward):
                return True
        return route.distance_km <= self._within_km(site, lineage)

    def _within_km(self, site: str, lineage: Lineage) -> float:
        """From how far something at a site takes a material; −1 where nothing does. Asked of every lane, so kept."""
        key = site, lineage.id
        if key not in self._near:
            self._near[key] = self._reach_km(site, lineage)
        return self._near[key]

    def _reach_km(self, site: str, lineage: Lineage) -> float:
        outlets = [outlet for outlet in self._outlets_at[site] if self._delivers(outlet, lineage)]
        radii = [math.inf if o.haul_radius_km is None else o.haul_radius_km for o in outlets]
        anyhow = (
            math.inf in radii
            or lineage.name in self._demanded[site]
            or any(self._stores(storage, lineage) for storage in self._storages_at[site])
            or any(
                any(self._runs(line, c) for line in self._lines_at[c.process.name, site])
                and self.law.process_takes(c, lineage)
                for c in self._conversions[lineage.id]
            )
            or self.haulage.leads_on(site, lineage)
        )
        return math.inf if anyhow else max(radii, default=-1.0)

    def _grow_old(self, front: Front, place: Place, since: int) -> None:
        """Stock of new origin becomes legacy at the first New Year after it can be there."""
        if place.stream.cohort != "new":
            return
        later = [t for t in range(since + 1, len(self.time)) if self.time.opens_year[t]]
        if later:
            front.offer(Place(place.site, place.stream._replace(cohort="legacy")), later[0])

    def _start(
        self,
        reach: Reach,
        front: Front,
        conversion: Conversion,
        place: Place | None,
        barred: set[tuple[str, tuple[str, str, str]]],
        since: int = 0,
    ) -> None:
        """Runs a conversion on every line at the place's site that may (recipes: on every line)."""
        if conversion.feed is not None and not self.law.process_takes(conversion, conversion.feed):
            return
        sites = (
            [place.site]
            if place
            else list(dict.fromkeys(s for p, s in self._lines_at if p == conversion.process.name))
        )
        for site in sites:
            for line in self._lines_at.get((conversion.process.name, site), []):
                use = self._use(line, conversion)
                if use is None or (line, conversion.key) in barred or not self._runs(line, conversion):
                    continue
                run = self._run(line, conversion, place, site, use)
                reach.runs.append(run)
                for output in run.made:
                    front.offer(output.place, since)

    def _use(self, line: str, conversion: Conversion) -> float | None:
        rows = [r for r in self.lookup.lines_of_process[conversion.process.name] if r.line == line]
        feed = conversion.feed.name if conversion.feed else ""
        best = self.lookup.best(rows, ("feed", feed), ("point", conversion.point))
        return best[0].use_per_t if best else None

    @staticmethod
    def _run(line: str, conversion: Conversion, place: Place | None, site: str, use: float) -> Run:
        source = place.stream if place else Stream("")
        made = tuple(
            Output(Place(site, source.of(m.output)), m.yield_t_per_t)
            for m in conversion.made
            if m.yield_t_per_t > 0
        )
        needs = tuple(
            (Place(site, Stream(r.material)), r.amount_per_t) for r in conversion.inputs if r.amount_per_t > 0
        )
        return Run(line, conversion, place, site, use, made, needs)

    def _prune(self, reach: Reach, given: set[Place]) -> Reach:
        """Keeps what has a way out: the least fixed point from outlets and storages backward."""
        live = {place for _, place in reach.outlets} | {place for _, place in reach.storages}
        ends = [(Place(r.from_site, s), Place(r.to_site, s)) for r, s in reach.routes]
        grew = True
        while grew:
            before = len(live)
            for run in reach.runs:
                if all(output.place in live for output in run.made):
                    live |= {need for need, _ in run.needs} | ({run.place} if run.place else set())
            live |= {start for start, end in ends if end in live}
            grew = len(live) > before
        reach.dead = [place for place in given if place not in live]
        return self._keep(reach, live)

    def _keep(self, reach: Reach, live: set[Place]) -> Reach:
        whole = [r for r in reach.runs if all(output.place in live for output in r.made)]
        reach.idle = [(run, o.place) for run in reach.runs for o in run.made if o.place not in live]
        reach.runs = whole
        reach.routes = [(r, s) for r, s in reach.routes if Place(r.to_site, s) in live]
        reach.outlets = [(o, p) for o, p in reach.outlets if p in live]
        reach.since = {place: since for place, since in reach.since.items() if place in live}
        return reach
