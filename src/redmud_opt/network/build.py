"""Case → Network, stage by stage."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

import numpy as np
import scipy.sparse as sparse

from redmud_opt.case import Case, CaseFaults
from redmud_opt.case.faults import Fault
from redmud_opt.case.things import Arising
from redmud_opt.case.works import Storage
from redmud_opt.i18n import Message
from redmud_opt.network.findings import find_impossible
from redmud_opt.network.haulage import Haulage, Route
from redmud_opt.network.law import Law
from redmud_opt.network.lineage import Lineages
from redmud_opt.network.lookup import Lookup
from redmud_opt.network.network import (
    Array,
    Deliveries,
    Grid,
    Holdings,
    Ints,
    Mask,
    Network,
    Placements,
    Purchases,
    Routes,
    Runs,
)
from redmud_opt.network.origins import Origins
from redmud_opt.network.reach import Explorer, Place, Reach, Stream
from redmud_opt.network.time import Time


def build_network(case: Case) -> Network:
    """The network of a case. Raises CaseFaults for what only the network shows (missing values, dead ends)."""
    return Builder(case).build()


class Builder:
    """Holds the intermediate results of one build."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.time = Time(case)
        self.lookup = Lookup(case)
        self.lineages = Lineages(self.lookup)
        self.law = Law(self.lookup, self.lineages)
        self.haulage = Haulage(self.lookup)
        self.origins = Origins(self.lookup, self.time)

    def build(self) -> Network:
        """All stages in order."""
        arisings, opening = self._arisings(), self._opening()
        explorer = Explorer(self.lookup, self.time, self.lineages, self.law, self.haulage)
        reach = explorer.explore(self._given(arisings, opening), self._bought())
        self._raise_faults(reach, arisings)
        self._number(reach, opening)
        holdings, routes, runs = self._holdings(reach, opening), self._routes(reach), self._runs(reach)
        placements, deliveries, purchases = self._placements(reach), self._deliveries(reach), self._purchases()
        arising_t = self._on_places(arisings)
        available = self._available(arising_t, holdings, runs, purchases)
        network = Network(
            case=self.case,
            time=self.time,
            lookup=self.lookup,
            lineages=self.lineages,
            law=self.law,
            haulage=self.haulage,
            streams=self.streams,
            places=self.places,
            nodes=self.nodes,
            place_stream=self.place_stream,
            w=np.array([self.lineages.by_id[s.lineage].w if s.origin else 0.0 for s in self.streams]),
            w_gross=np.array([self.lineages.by_id[s.lineage].w_gross if s.origin else 0.0 for s in self.streams]),
            available_t=available,
            arising_t=arising_t[self.nodes.entity, self.nodes.period],
            generated_t=self._generated(arisings),
            routes=_bounded(routes, available),
            runs=_bounded(runs, available),
            holdings=_bounded(holdings, available),
            placements=_bounded(placements, available),
            deliveries=_bounded(deliveries, available),
            purchases=purchases,
            notes=tuple(self._notes(reach)),
        )
        return find_impossible(network)

    # ---- what is given -------------------------------------------------------------------------------------

    def _arisings(self) -> dict[Place, Array]:
        """Place → tonnes per period; several rows of one material at one site add up."""
        found: dict[Place, Array] = {}
        for row in self.case.arisings:
            waste_class = self.lookup.materials[row.material].waste_class
            stream = Stream(row.material, self.origins.of(waste_class, row.site), "new")
            amount = _amount(row) * self.time.rate(row.per, row.calendar) * self.time.during(row.during)
            place = Place(row.site, stream)
            found[place] = found.get(place, np.zeros(len(self.time))) + amount
        return found

    def _opening(self) -> dict[tuple[str, Stream], float]:
        """(storage, stream) → tonnes at the start of the horizon."""
        found: dict[tuple[str, Stream], float] = {}
        storages = {s.name: s for s in self.case.storages}
        first = self.case.periods[0].year
        for row in self.case.opening_stock:
            material = self.lookup.materials[row.material]
            if self.lineages.by_id[row.material].carries_origin:
                site = row.origin_site or storages[row.storage].site
                cohort = "new" if row.arose_on is not None and row.arose_on.year >= first else "legacy"
                stream = Stream(row.material, self.origins.of(material.waste_class, site), cohort)
            else:
                stream = Stream(row.material)
            key = (row.storage, stream)
            found[key] = found.get(key, 0.0) + row.amount_t
        return found

    def _given(self, arisings: dict[Place, Array], opening: dict[tuple[str, Stream], float]) -> dict[Place, int]:
        found = {place: int(np.argmax(t > 0)) for place, t in arisings.items() if t.any()}
        sites = {s.name: s.site for s in self.case.storages}
        years = np.nonzero(self.time.opens_year)[0]
        for storage, stream in opening:
            found[Place(sites[storage], stream)] = 0
            if stream.cohort == "new" and len(years):
                aged = Place(sites[storage], stream._replace(cohort="legacy"))
                found.setdefault(aged, int(years[0]))
        return found

    def _bought(self) -> set[Place]:
        return {
            Place(site, Stream(row.material))
            for row in self.case.supplies
            for site in self.lookup.members(row.site)
        }

    def _raise_faults(self, reach: Reach, arisings: dict[Place, Array]) -> None:
        faults = list(self.lineages.faults) + list(self.haulage.faults)
        faults += [self._stranded(row, reach) for row in self.case.arisings if self._is_dead(row, reach)]
        faults += self._changing_methods()
        if faults:
            raise CaseFaults(tuple(faults))

    def _is_dead(self, row: Arising, reach: Reach) -> bool:
        return any(p.site == row.site and p.stream.lineage == row.material and p.stream.cohort == "new" for p in reach.dead)

    def _stranded(self, row: Arising, reach: Reach) -> Fault:
        reasons = sorted({f"{at}: {why}" for (at, lineage), why in self.law.refused.items() if lineage == row.material})
        return Fault(
            file=row.place.file or "arisings.csv",
            row=row.place.row,
            column="material",
            message=Message("network.no_way", {"material": row.material, "site": row.site}),
            remedy=Message("network.no_way_reasons", {"reasons": "; ".join(reasons)})
            if reasons
            else Message("network.open_a_way", {"material": row.material}),
        )

    def _changing_methods(self) -> list[Fault]:
        """A method whose meaning changes inside the horizon: origin tonnes would not be constants."""
        used = {p.method for p in self.case.processes} | {o.method for o in self.case.outlets}
        return [
            Fault(
                file="methods.csv",
                row=0,
                column="meaning",
                message=Message("network.method_changes", {"method": code}),
                remedy=Message("network.split_horizon", {"method": code}),
            )
            for code in sorted(used)
            if code and len(self.lookup.meanings(code)) > 1
        ]

    # ---- numbering -----------------------------------------------------------------------------------------

    def _number(self, reach: Reach, opening: dict[tuple[str, Stream], float]) -> None:
        """Numbers streams and places; a stock that can only stay has a stream but no place."""
        self.places = sorted(reach.since)
        self.place_number = {place: k for k, place in enumerate(self.places)}
        streams = {p.stream for p in self.places} | {stream for _, stream in opening}
        streams |= {s._replace(cohort="legacy") for s in streams if s.cohort == "new"}
        self.streams = sorted(streams)
        self.stream_number = {stream: k for k, stream in enumerate(self.streams)}
        self.place_stream = np.array([self.stream_number[p.stream] for p in self.places], dtype=np.int64)
        since = np.array([reach.since[p] for p in self.places], dtype=np.int64)
        self.nodes = Grid.of(self._from(since))

    def _from(self, since: Ints) -> Mask:
        return since[:, None] <= np.arange(len(self.time))[None, :]

    def _place_mask(self, places: list[int]) -> Mask:
        """Periods in which the places exist; all periods for −1."""
        found = np.ones((len(places), len(self.time)), dtype=bool)
        for k, place in enumerate(places):
            if place >= 0:
                found[k] = self.nodes.position[place] >= 0
        return found

    def _on_places(self, arisings: dict[Place, Array]) -> Array:
        found = np.zeros((len(self.places), len(self.time)))
        for place, amount in arisings.items():
            if place in self.place_number:
                found[self.place_number[place]] += amount
        return found

    def _generated(self, arisings: dict[Place, Array]) -> dict[tuple[str, int], float]:
        """(origin, year) → tonnes generated within the horizon."""
        found: dict[tuple[str, int], float] = {}
        for place, amount in arisings.items():
            for year in self.time.years:
                key = (place.stream.origin, year)
                found[key] = found.get(key, 0.0) + float(amount[self.time.year == year].sum())
        return found

    # ---- entities ------------------------------------------------------------------------------------------

    def _routes(self, reach: Reach) -> Routes:
        pairs = reach.routes
        lanes = list(dict.fromkeys(route.lane for route, _ in pairs))
        number = {lane: k for k, lane in enumerate(lanes)}
        from_place = [self.place_number[Place(r.from_site, s)] for r, s in pairs]
        kinds = [self.lineages.by_id[s.lineage] for _, s in pairs]
        upper = np.array([self._lane_capacity(r, k.wet_per_dry) for (r, _), k in zip(pairs, kinds, strict=True)])
        upper = upper.reshape(len(pairs), len(self.time))
        return Routes(
            grid=Grid.of(self._place_mask(from_place) & (upper > 0)),
            route=[route for route, _ in pairs],
            stream=_ints(self.stream_number[s] for _, s in pairs),
            lane=_ints(number[r.lane] for r, _ in pairs),
            lanes=lanes,
            from_place=_ints(from_place),
            to_place=_ints(self.place_number[Place(r.to_site, s)] for r, s in pairs),
            cost=_floats(self.haulage.cost_cny_per_t(r, k) for (r, _), k in zip(pairs, kinds, strict=True)),
            co2e=_floats(self.haulage.co2e_t_per_t(r, k) for (r, _), k in zip(pairs, kinds, strict=True)),
            upper=upper,
        )

    def _lane_capacity(self, route: Route, wet_per_dry: float) -> Array:
        """Most dry tonnes of one material per period."""
        lane = route.listed
        if lane is None:
            return np.full(len(self.time), np.inf)
        open_ = self.time.calendar(lane.calendar)
        if lane.capacity_t is None:
            return np.where(open_ > 0, np.inf, 0.0)
        per_dry = wet_per_dry if lane.basis == "as_received" else 1.0
        return lane.capacity_t * self.time.per(lane.per) * open_ / per_dry

    def _line_capacity(self, lines: list[str]) -> Array:
        found = np.full((len(lines), len(self.time)), np.inf)
        for k, name in enumerate(lines):
            row = self.lookup.lines[name]
            rate = self.time.rate(row.per, row.calendar, row.opens, row.closes) * row.availability
            if row.capacity is not None:
                found[k] = row.capacity * rate
            else:
                found[k, rate <= 0] = 0.0
        return found

    def _runs(self, reach: Reach) -> Runs:
        runs = reach.runs
        lines = list(dict.fromkeys(run.line for run in runs))
        line = _ints(lines.index(run.line) for run in runs)
        capacity = self._line_capacity(lines)
        use = _floats(run.use_per_t for run in runs)
        place = [self.place_number[run.place] if run.place else -1 for run in runs]
        with np.errstate(divide="ignore"):
            upper = np.where(use[:, None] > 0, capacity[line] / np.where(use > 0, use, 1.0)[:, None], np.inf)
        upper = np.where(capacity[line] <= 0, 0.0, upper)
        made = [(k, self.place_number[p], y) for k, run in enumerate(runs) for p, y in run.made]
        need = [(k, self.place_number[p], a) for k, run in enumerate(runs) for p, a in run.needs]
        mask = self._place_mask(place) & (upper > 0)
        for k, p, _ in need:
            mask[k] &= self.nodes.position[p] >= 0
        return Runs(
            grid=Grid.of(mask),
            run=runs,
            line=line,
            lines=lines,
            stream=_ints(self.stream_number[r.place.stream] if r.place else -1 for r in runs),
            place=_ints(place),
            cost=_floats(r.conversion.cost_cny_per_t for r in runs),
            use_per_t=use,
            made_run=_ints(k for k, _, _ in made),
            made_place=_ints(p for _, p, _ in made),
            made_yield=_floats(y for _, _, y in made),
            need_run=_ints(k for k, _, _ in need),
            need_place=_ints(p for _, p, _ in need),
            need_amount=_floats(a for _, _, a in need),
            upper=upper,
            line_capacity=capacity,
        )

    def _holding_keys(self, reach: Reach, opening: dict[tuple[str, Stream], float]) -> list[tuple[Storage, Stream]]:
        """Every (storage, stream) that may hold something: accepted and retrievable, or there at the start."""
        storages = {s.name: s for s in self.case.storages}
        keys = {(s.name, p.stream) for s, p in reach.storages if s.retrievable and p in self.place_number}
        keys |= set(opening)
        if self.time.opens_year.any():
            keys |= {(name, s._replace(cohort="legacy")) for name, s in keys if s.cohort == "new"}
        return [(storages[name], stream) for name, stream in sorted(keys)]

    def _holdings(self, reach: Reach, opening: dict[tuple[str, Stream], float]) -> Holdings:
        keys = self._holding_keys(reach, opening)
        number = {(s.name, stream): k for k, (s, stream) in enumerate(keys)}
        place = [self.place_number.get(Place(s.site, stream), -1) for s, stream in keys]
        accepted = np.array([self._takes(s, stream) for s, stream in keys], dtype=bool).reshape(-1, 1)
        known = np.array(place, dtype=np.int64).reshape(-1, 1) >= 0
        exists = self._place_mask(place)
        exists |= np.array([key in {(n, s) for n, s in opening} for key in number], dtype=bool).reshape(-1, 1)
        put_rate = self._storage_rates(keys, "max_put_t", seasonal=False)
        reclaim_rate = self._storage_rates(keys, "max_reclaim_t", seasonal=True)
        retrievable = np.array([s.retrievable for s, _ in keys], dtype=bool).reshape(-1, 1)
        return Holdings(
            grid=Grid.of(exists),
            put=Grid.of(exists & self._place_mask(place) & known & accepted & retrievable & (put_rate > 0)),
            reclaim=Grid.of(exists & self._place_mask(place) & known & retrievable & (reclaim_rate > 0)),
            storages=list(self.case.storages),
            storage=_ints(self.case.storages.index(s) for s, _ in keys),
            stream=_ints(self.stream_number[stream] for _, stream in keys),
            place=_ints(place),
            aged_from=_ints(
                number.get((s.name, stream._replace(cohort="new")), -1) if stream.cohort == "legacy" else -1
                for s, stream in keys
            ),
            opening_t=_floats(opening.get((s.name, stream), 0.0) for s, stream in keys),
            upper=self._storage_capacity(keys),
            volume_m3_per_t=self._volumes(keys),
        )

    def _takes(self, storage: Storage, stream: Stream) -> bool:
        return self.law.storage_takes(storage, self.lineages.by_id[stream.lineage])

    def _storage_rates(self, keys: list[tuple[Storage, Stream]], column: str, *, seasonal: bool) -> Array:
        found = np.full((len(keys), len(self.time)), np.inf)
        for k, (storage, _) in enumerate(keys):
            open_ = self.time.open(storage.opens, storage.closes)
            season = self.time.calendar(storage.calendar) if seasonal else np.ones(len(self.time))
            most = getattr(storage, column)
            rate = self.time.per(storage.per) * season * open_
            found[k] = np.where(rate > 0, np.inf, 0.0) if most is None else most * rate
        return found

    def _storage_capacity(self, keys: list[tuple[Storage, Stream]]) -> Array:
        caps = [np.inf if s.capacity_t is None else s.capacity_t for s, _ in keys]
        return np.repeat(np.array(caps, dtype=float).reshape(-1, 1), len(self.time), axis=1)

    def _volumes(self, keys: list[tuple[Storage, Stream]]) -> Array:
        density = [self.lineages.by_id[s.lineage].material.density_t_per_m3 for _, s in keys]
        return _floats(1.0 / d if d else 0.0 for d in density)

    def _placements(self, reach: Reach) -> Placements:
        pairs = [(s, p) for s, p in reach.storages if s.final and p in self.place_number]
        place = [self.place_number[p] for _, p in pairs]
        open_ = np.array([self.time.open(s.opens, s.closes) > 0 for s, _ in pairs]).reshape(-1, len(self.time))
        keys = [(s, p.stream) for s, p in pairs]
        return Placements(
            grid=Grid.of(self._place_mask(place) & open_),
            storage=_ints(self.case.storages.index(s) for s, _ in pairs),
            stream=_ints(self.stream_number[p.stream] for _, p in pairs),
            place=_ints(place),
            upper=self._storage_capacity(keys),
            volume_m3_per_t=self._volumes(keys),
        )

    def _deliveries(self, reach: Reach) -> Deliveries:
        pairs = [(o, p) for o, p in reach.outlets if p in self.place_number]
        outlets = list(self.case.outlets)
        place = [self.place_number[p] for _, p in pairs]
        rate = np.array([self.time.rate(o.per, o.calendar, o.opens, o.closes) for o in outlets])
        rate = rate.reshape(len(outlets), len(self.time))
        most = np.array([[np.inf if o.max_t is None else o.max_t] for o in outlets]).reshape(-1, 1)
        with np.errstate(invalid="ignore"):
            most = np.where(rate > 0, most * np.where(rate > 0, rate, 1.0), 0.0)
        outlet = _ints(outlets.index(o) for o, _ in pairs)
        basis = _floats(self._basis(o.basis, p.stream) for o, p in pairs)
        upper = most[outlet] / basis[:, None] if len(pairs) else np.zeros((0, len(self.time)))
        return Deliveries(
            grid=Grid.of(self._place_mask(place) & (upper > 0)),
            outlets=outlets,
            outlet=outlet,
            stream=_ints(self.stream_number[p.stream] for _, p in pairs),
            place=_ints(place),
            basis=basis,
            upper=upper,
            most=most,
            least=np.array([o.min_t or 0.0 for o in outlets]).reshape(-1, 1) * rate,
        )

    def _basis(self, basis: str, stream: Stream) -> float:
        return self.lineages.by_id[stream.lineage].wet_per_dry if basis == "as_received" else 1.0

    def _purchases(self) -> Purchases:
        pairs = [
            (row, self.place_number[Place(site, Stream(row.material))])
            for row in self.case.supplies
            for site in sorted(self.lookup.members(row.site))
            if Place(site, Stream(row.material)) in self.place_number
        ]
        supplies = list(self.case.supplies)
        rate = np.array([self.time.rate(s.per, s.calendar) for s in supplies]).reshape(-1, len(self.time))
        most = np.array([[np.inf if s.max_t is None else s.max_t] for s in supplies]).reshape(-1, 1)
        with np.errstate(invalid="ignore"):
            most = np.where(rate > 0, most * np.where(rate > 0, rate, 1.0), 0.0)
        supply = _ints(supplies.index(s) for s, _ in pairs)
        place = [p for _, p in pairs]
        streams = [self.places[p].stream for p in place]
        basis = _floats(self._basis(s.basis, stream) for (s, _), stream in zip(pairs, streams, strict=True))
        upper = most[supply] / basis[:, None] if pairs else np.zeros((0, len(self.time)))
        return Purchases(
            grid=Grid.of(self._place_mask(place) & (upper > 0)),
            supplies=supplies,
            supply=supply,
            stream=_ints(self.stream_number[s] for s in streams),
            place=_ints(place),
            basis=basis,
            upper=upper,
            most=most,
            least=np.array([s.min_t or 0.0 for s in supplies]).reshape(-1, 1) * rate,
        )

    # ---- bounds --------------------------------------------------------------------------------------------

    def _available(self, arising_t: Array, holdings: Holdings, runs: Runs, purchases: Purchases) -> Array:
        """Upper bound of what can ever have been there of each stream by each period, [S, T].

        Monotone iteration from infinity: cumulative arisings, opening stock and purchases, plus yields times the
        lesser of what can be fed and what the line can run. Every pass is a valid bound, so a few passes do.
        """
        shape = (len(self.streams), len(self.time))
        base = np.zeros(shape)
        np.add.at(base, self.place_stream, np.cumsum(arising_t, axis=1))
        np.add.at(base, holdings.stream, holdings.opening_t[:, None])
        np.add.at(base, purchases.stream, np.cumsum(purchases.upper, axis=1))
        made = sparse.csr_array(
            (runs.made_yield, (self.place_stream[runs.made_place], runs.made_run)), (shape[0], len(runs.run))
        )
        line = np.cumsum(np.where(np.isfinite(runs.upper), runs.upper, np.inf), axis=1)
        found = np.full(shape, np.inf)
        for _ in range(self.case.settings.max_depth + 3):
            fed = np.where(runs.stream[:, None] >= 0, found[runs.stream], np.inf)
            found = np.minimum(found, base + self._aged(found) + _times(made, np.minimum(fed, line)))
        return found

    def _aged(self, found: Array) -> Array:
        """What New Year can have turned into legacy by each period."""
        aged = np.zeros_like(found)
        for t in np.nonzero(self.time.opens_year)[0]:
            for k, stream in enumerate(self.streams):
                if stream.cohort == "legacy":
                    aged[k, t:] = np.maximum(aged[k, t:], found[self.stream_number[stream._replace(cohort="new")], t - 1])
        return aged

    # ---- words ---------------------------------------------------------------------------------------------

    def _notes(self, reach: Reach) -> list[Message]:
        notes = [
            Message("network.residue_stuck", {"process": run.conversion.process.name, "line": run.line, "material": place.stream.lineage})
            for run, place in reach.idle
        ]
        notes += [
            Message("network.input_missing", {"process": process, "line": line, "material": need.stream.lineage, "site": need.site})
            for line, process, need in reach.starved
        ]
        notes += [Message("network.too_deep", {"process": p, "material": m, "depth": self.case.settings.max_depth}) for p, m in self.lineages.too_deep]
        notes += [Message("network.later_delisting", {"process": row.process, "material": row.material}) for row in self.case.delistings if row.identified_on and row.identified_on > self.case.periods[0].start]
        return list(dict.fromkeys(notes))


Entities = TypeVar("Entities", Routes, Runs, Holdings, Placements, Deliveries)


def _bounded(entities: Entities, available: Array) -> Entities:
    """The same with `upper` no greater than what can be there of the stream."""
    there = np.where(entities.stream[:, None] >= 0, available[entities.stream], np.inf)
    return replace(entities, upper=np.minimum(entities.upper, there))


def _times(matrix: sparse.csr_array, values: Array) -> Array:
    """Sparse × dense where `values` may be infinite (only stored entries count, so 0 × inf cannot arise)."""
    found = np.zeros((matrix.shape[0], values.shape[1]))
    coordinates = matrix.tocoo()
    np.add.at(found, coordinates.row, coordinates.data[:, None] * values[coordinates.col])
    return found


def _ints(values: Iterable[int]) -> Ints:
    return np.fromiter(values, dtype=np.int64)


def _floats(values: Iterable[float]) -> Array:
    return np.fromiter(values, dtype=float)


def _amount(row: Arising) -> float:
    if row.amount_t is not None:
        return row.amount_t
    return (row.production_t or 0.0) * (row.factor_t_per_t or 0.0)
