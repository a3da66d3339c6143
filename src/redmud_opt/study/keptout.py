"""Which rule keeps something out: gates, acceptance, the law with its clause, haul radius, lanes, dates. In words.

    kept_out(network, thing)        messages, one per material and rule; empty where no rule is known to

It asks what the network asked when it was made (`network.law`, `doors`, `haulage`), and says what they answered.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from redmud_opt.case.works import Gate, Outlet, Storage
from redmud_opt.i18n import Message
from redmud_opt.network import Network
from redmud_opt.network.doors.doors import Door
from redmud_opt.network.haulage import Route
from redmud_opt.network.lineage import Conversion, Lineage, inside
from redmud_opt.network.network import Mask
from redmud_opt.study.things import Thing

SHOWN = 6
"""How many rules are told; more are counted."""


def kept_out(net: Network, thing: Thing) -> tuple[Message, ...]:
    """The rules that keep a thing out of every plan, or some of its materials."""
    found = list(dict.fromkeys(_Reasons(net, thing).of(thing.kind, thing.name)))
    more = [Message("why.more_rules", {"count": len(found) - SHOWN})] if len(found) > SHOWN else []
    return (*found[:SHOWN], *more)


class _Reasons:
    """Rules against one thing. Of a route only what comes from its start."""

    def __init__(self, net: Network, thing: Thing) -> None:
        self.net, self.case = net, net.case
        self.start = thing.ends[0] if thing.ends else ""
        self.present = {row.material for row in self.case.all_arisings}
        self.present |= {row.material for row in self.case.opening_stock}
        self.present |= {row.material for row in self.case.supplies}
        self.present |= {row.becomes for row in self.case.reductions if row.becomes}
        self.made: dict[str, set[str]] = {}
        for row in self.case.outputs:
            for line in net.lookup.lines_of_process.get(row.process, ()):
                self.made.setdefault(row.material, set()).add(net.lookup.line_site(line.line))

    def of(self, kind: str, name: str) -> Iterator[Message]:
        """Rules against a thing of a kind."""
        if kind == "route":
            yield from self._route(name)
        elif kind in ("outlet", "storage"):
            rows = self.case.outlets if kind == "outlet" else self.case.storages
            yield from self._receiver(next(row for row in rows if row.name == name))
        elif kind in ("line", "process"):
            yield from self._works(kind, name)
        elif kind == "lane":
            yield from self._lane(name)
        elif kind == "site":
            yield from self._site(name)
        elif kind in ("raise", "measure", "reduction", "supply"):
            yield Message(f"why.never_{kind}", {"name": name})

    # ---- kinds

    def _route(self, name: str) -> Iterator[Message]:
        end = name.partition(">")[2]
        for kind, rows in (
            ("outlet", self.case.outlets),
            ("process", self.case.processes),
            ("line", self.case.lines),
            ("storage", self.case.storages),
            ("lane", self.case.lanes),
            ("site", self.case.sites),
        ):
            if any(row.name == end for row in rows):
                yield from self._between(end) if kind == "site" else self.of(kind, end)
                return

    def _between(self, end: str) -> Iterator[Message]:
        for lineage in self._lineages(None):
            if self.start in self._sources(lineage):
                yield from self._way(lineage, self.start, end)

    def _site(self, name: str) -> Iterator[Message]:
        rows: list[Outlet | Storage] = [*self.case.outlets, *self.case.storages]
        for row in rows:
            if row.site == name:
                yield from self._receiver(row)
        for line in self.case.lines:
            if self.net.lookup.line_site(line.name) == name:
                yield from self._works("line", line.name)

    def _receiver(self, row: Outlet | Storage) -> Iterator[Message]:
        takes = self.net.lookup.members(row.material)
        lineages = list(self._lineages(takes))
        values = {"at": row.name, "material": row.material, "start": self.start}
        if not lineages:
            yield Message("why.not_from_there" if self.start else "why.no_such_material", values)
        if isinstance(row, Outlet) and row.max_t == 0:
            yield Message("why.takes_nothing", {"at": row.name})
        for lineage in lineages:
            refused = list(self._refused(row, lineage))
            if not refused:
                refused = list(self._shut(*self._door(row, lineage)))
            yield from refused or self._ways(lineage, row.site, row)

    def _refused(self, row: Outlet | Storage, lineage: Lineage) -> Iterator[Message]:
        values = {"at": row.name, "material": lineage.name}
        if isinstance(row, Outlet) and lineage.is_waste and not row.method:
            yield Message("why.no_method", values)
        if isinstance(row, Storage) and lineage.hazardous and not row.accepts_hazardous:
            yield Message("why.not_for_hazardous", values)
        yield from self._gates(row.name, lineage)

    def _door(self, row: Outlet | Storage, lineage: Lineage) -> tuple[Door, Mask, str]:
        doors = self.net.doors
        if isinstance(row, Outlet):
            return ("deliver", row.name, lineage.id), doors.deliver(row, lineage), lineage.name
        if row.retrievable:
            return ("put", row.name, lineage.id), doors.put(row, lineage), lineage.name
        return ("place", row.name, lineage.id), doors.place(row, lineage), lineage.name

    def _works(self, kind: str, name: str) -> Iterator[Message]:
        rows = self.case.line_processes
        pairs = {(r.line, r.process) for r in rows if (r.line if kind == "line" else r.process) == name}
        if not pairs:
            yield Message("why.no_line", {"name": name})
        processes = {process for _, process in pairs}
        known = [c for c in self.net.lineages.conversions if c.process.name in processes]
        fed = [c for c in known if c.feed is not None and self._there(c.feed) and self._asked_of(c.feed)]
        if self.start and not fed:
            yield Message("why.not_fed", {"name": name, "material": self.start})
        for conversion in fed:
            assert conversion.feed is not None
            refused = list(self._gates(conversion.process.name, conversion.feed))
            refused += self._made_gates(conversion, conversion.feed)
            yield from refused or self._lines(conversion, conversion.feed, pairs)
        yield from self._idle(processes)

    def _idle(self, processes: set[str]) -> Iterator[Message]:
        """What the network found to run nowhere, and why."""
        for note in self.net.notes:
            if note.values.get("process") in processes:
                yield note

    def _lines(self, conversion: Conversion, feed: Lineage, pairs: set[tuple[str, str]]) -> Iterator[Message]:
        for line in sorted(line for line, process in pairs if process == conversion.process.name):
            process, point, key = conversion.key
            opened = self.net.doors.run(line, conversion)
            door = ("run", f"{line}/{process}/{point}", key)
            yield from list(self._shut(door, opened, feed.name)) or self._ways(
                feed, self.net.lookup.line_site(line), None
            )

    def _lane(self, name: str) -> Iterator[Message]:
        listed = next((row for row in self.case.lanes if row.name == name), None)
        start, end = (listed.from_site, listed.to_site) if listed else _ends(name)
        if listed is not None and listed.capacity_t == 0:
            yield Message("why.lane_shut", {"at": name})
        carried = self.net.lookup.members(listed.material) if listed and listed.material else None
        for lineage in self._lineages(carried):
            if start in self._sources(lineage):
                yield from self._way(lineage, start, end, name)

    # ---- rules

    def _gates(self, at: str, lineage: Lineage) -> Iterator[Message]:
        for gate in self.net.law.each[at]:
            if not gate.output and gate.property in lineage.composition:
                value = lineage.with_margin(gate)
                if not inside(gate, value, gate.limit):
                    yield self._gate(at, gate, lineage, value, gate.limit)

    def _made_gates(self, conversion: Conversion, feed: Lineage) -> Iterator[Message]:
        at = conversion.process.name
        for gate in self.net.law.each[at]:
            made = [m for m in conversion.made if m.output.name == gate.output]
            if not gate.output or not made or gate.property not in feed.composition:
                continue
            yields = sum(m.yield_t_per_t * self.net.law.weight(gate, m.output) for m in made)
            brought = gate.retained * feed.with_margin(gate) * self.net.law.weight(gate, feed)
            if yields > 0 and not inside(gate, brought, gate.limit * yields):
                yield self._gate(at, gate, feed, brought / yields, gate.limit)

    def _gate(self, at: str, gate: Gate, lineage: Lineage, value: float, limit: float) -> Message:
        prop = self.net.lookup.properties[gate.property]
        values = {
            "gate": gate.name,
            "at": at,
            "material": lineage.name,
            "property": gate.property,
            "value": float(f"{value:.4g}"),
            "limit": limit,
            "unit": prop.unit,
            "sense": Message(f"why.sense_{gate.sense}"),
            "clause": gate.clause or Message("why.no_clause"),
        }
        return Message("why.gate", values)

    def _shut(self, door: Door, opened: Mask, material: str) -> Iterator[Message]:
        """The clauses that shut a door in every period, together if not alone."""
        if opened.any():
            return
        for shut in self.net.doors.shut.get(door, ()):
            yield Message(
                "why.shut",
                {"clause": shut.clause, "material": material, "at": door[1].split("/")[0], "why": shut.why},
            )

    def _ways(self, lineage: Lineage, end: str, row: Outlet | Storage | None) -> Iterator[Message]:
        """Why it does not come from anywhere; nothing if it does from somewhere."""
        sources = self._sources(lineage)
        if not sources:
            return
        if end in sources:
            yield from self._closed(row)
            return
        if any(p.site == end and p.stream.lineage == lineage.id for p in self.net.places):
            yield from list(self._too_far(lineage, end, row)) or self._closed(row)
            return
        starts = [self.start] if self.start in sources else sorted(sources)
        told = [list(self._way(lineage, start, end, outlet=row)) for start in starts]
        if all(told):
            nearest = min(told, key=lambda found: _distance(found[0]))
            yield from nearest

    def _too_far(self, lineage: Lineage, end: str, row: Outlet | Storage | None) -> Iterator[Message]:
        """A radius within which nothing comes to an outlet, where the same comes to its site for others."""
        if not isinstance(row, Outlet) or row.haul_radius_km is None:
            return
        pairs = zip(self.net.routes.route, self.net.routes.stream.tolist(), strict=True)
        carried = [
            route
            for route, stream in pairs
            if route.to_site == end and self.net.streams[stream].lineage == lineage.id
        ]
        nearest = min(carried, key=lambda route: route.distance_km, default=None)
        if nearest is not None and nearest.distance_km > row.haul_radius_km:
            yield _beyond_radius(row, lineage, nearest.from_site, nearest.distance_km)

    def _closed(self, row: Outlet | Storage | None) -> Iterator[Message]:
        if row is not None and not self.net.time.open(row.opens, row.closes).any():
            yield Message("why.not_open", {"at": row.name})

    def _way(
        self,
        lineage: Lineage,
        start: str,
        end: str,
        lane: str = "",
        outlet: Outlet | Storage | None = None,
    ) -> Iterator[Message]:
        """Why a material does not go straight from one site to another."""
        values: dict[str, object] = {"material": lineage.name, "from_site": start, "to_site": end}
        haulage = self.net.haulage
        routes = [r for r in haulage.routes_from(start, lineage) if r.to_site == end and lane in ("", r.lane)]
        if not routes:
            yield self._no_lane(lineage, start, end, values)
            return
        radius = outlet.haul_radius_km if isinstance(outlet, Outlet) else None
        nearest = min(route.distance_km for route in routes)
        if isinstance(outlet, Outlet) and radius is not None and nearest > radius:
            yield _beyond_radius(outlet, lineage, start, nearest)
            return
        shut = [list(self._shut_route(route, lineage)) for route in routes]
        if all(shut):
            yield from shut[0]
        elif outlet is None and not self._wanted(lineage, end):
            yield Message("why.nobody_takes", values)

    def _shut_route(self, route: Route, lineage: Lineage) -> Iterator[Message]:
        opened = self.net.doors.route(route, lineage)
        yield from self._shut(("route", route.lane, lineage.id), opened, lineage.name)

    def _no_lane(self, lineage: Lineage, start: str, end: str, values: dict[str, object]) -> Message:
        haulage, modes = self.net.haulage, dict.fromkeys(rule.mode for rule in self.case.haul)
        for mode in modes:
            rule, distance = haulage.rule(lineage, mode), haulage.distance_km(start, end, mode)
            if rule is not None and distance is not None and rule.max_km is not None:
                return Message(
                    "why.beyond_haul",
                    {**values, "rule": rule.name, "max_km": rule.max_km, "distance_km": _km(distance)},
                )
        key = "why.no_lane_for_hazardous" if lineage.hazardous else "why.no_lane"
        return Message(key, values)

    def _wanted(self, lineage: Lineage, site: str) -> bool:
        law, lookup = self.net.law, self.net.lookup
        lines = {r.process for r in self.case.line_processes if lookup.line_site(r.line) == site}
        return (
            any(row.site == site and law.outlet_takes(row, lineage) for row in self.case.outlets)
            or any(row.site == site and law.storage_takes(row, lineage) for row in self.case.storages)
            or any(
                c.feed is not None and c.feed.id == lineage.id and c.process.name in lines
                for c in self.net.lineages.conversions
            )
            or self.net.haulage.leads_on(site, lineage)
        )

    # ---- materials

    def _lineages(self, names: Iterable[str] | None) -> Iterator[Lineage]:
        """What there is of some materials (None: of any)."""
        chosen = None if names is None else set(names)
        for lineage in self.net.lineages.by_id.values():
            if (
                (chosen is None or lineage.name in chosen)
                and self._there(lineage)
                and self._asked_of(lineage)
            ):
                yield lineage

    def _there(self, lineage: Lineage) -> bool:
        base = lineage.id.rpartition("<")[2]
        return base in self.present or base in self.made

    def _asked_of(self, lineage: Lineage) -> bool:
        """Whether a route that is asked about could carry it: of its material, or from its site."""
        if not self.start:
            return True
        if self.start in self.net.lookup.materials:
            return lineage.name == self.start
        return self.start in self._sources(lineage)

    def _sources(self, lineage: Lineage) -> set[str]:
        """Sites where it arises, lies at first, is sold, or where the lines of its process stand."""
        if lineage.process:
            lines = self.net.lookup.lines_of_process.get(lineage.process, ())
            return {self.net.lookup.line_site(row.line) for row in lines}
        sites = {row.site for row in self.case.all_arisings if row.material == lineage.name}
        stores = {row.name: row.site for row in self.case.storages}
        sites |= {stores[row.storage] for row in self.case.opening_stock if row.material == lineage.name}
        for row in self.case.supplies:
            if row.material == lineage.name:
                sites |= self.net.lookup.members(row.site)
        return sites | self.made.get(lineage.name, set())


def _beyond_radius(row: Outlet, lineage: Lineage, start: str, distance_km: float) -> Message:
    values = {"at": row.name, "material": lineage.name, "from_site": start}
    return Message(
        "why.beyond_radius", {**values, "radius_km": row.haul_radius_km, "distance_km": _km(distance_km)}
    )


def _ends(lane: str) -> tuple[str, str]:
    start, _, rest = lane.partition(">")
    return start, rest.rpartition(":")[0]


def _km(distance: float) -> float:
    return distance if math.isinf(distance) else round(distance, 1)


def _distance(message: Message) -> float:
    value = message.values.get("distance_km", math.inf)
    return value if isinstance(value, float) else math.inf
