"""Reach → entities of every family of columns, with bounds from capacities and the dates they hold for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from redmud_opt.case.things import Supply
from redmud_opt.case.works import Outlet, Storage
from redmud_opt.network.clocks import Clocks
from redmud_opt.network.doors import Doors
from redmud_opt.network.given import Given, Opening
from redmud_opt.network.haulage import Haulage, Route
from redmud_opt.network.law import Law
from redmud_opt.network.lineage import Lineage, Lineages
from redmud_opt.network.lookup import Lookup
from redmud_opt.network.network import (
    Array,
    Deliveries,
    Grid,
    Holdings,
    Ints,
    Mask,
    Placements,
    Purchases,
    Routes,
    Runs,
)
from redmud_opt.network.numbering import Numbering, floats, ints
from redmud_opt.network.plant import Plant
from redmud_opt.network.prices import Prices
from redmud_opt.network.reach import Place, Reach, Run, Stream
from redmud_opt.network.time import Time


class Entities:
    """Makes the entity tables of one reach."""

    def __init__(
        self,
        given: Given,
        opening: Opening,
        clocks: Clocks,
        law: Law,
        doors: Doors,
        haulage: Haulage,
        prices: Prices,
        reach: Reach,
        numbers: Numbering,
        plant: Plant,
    ) -> None:
        self.plant, self.prices, self.doors = plant, prices, doors
        self.opening, self.clocks = opening, clocks
        self.given, self.law, self.haulage, self.reach, self.numbers = given, law, haulage, reach, numbers
        self.time: Time = given.time
        self.lookup: Lookup = given.lookup
        self.lineages: Lineages = given.lineages
        self.case = given.case

    def _lineage(self, stream: Stream) -> Lineage:
        return self.lineages.by_id[stream.lineage]

    def _basis(self, basis: str, stream: Stream) -> float:
        return self._lineage(stream).wet_per_dry if basis == "as_received" else 1.0

    # ---- routes and runs -----------------------------------------------------------------------------------

    def routes(self) -> Routes:
        """Lanes as each stream uses them."""
        pairs = self.reach.routes
        lanes = list(dict.fromkeys(route.lane for route, _ in pairs))
        number = {lane: k for k, lane in enumerate(lanes)}
        kinds = [self._lineage(stream) for _, stream in pairs]
        from_place = ints(self.numbers.place[Place(r.from_site, s)] for r, s in pairs)
        each = list(zip(pairs, kinds, strict=True))
        upper = self._stack([self._lane_capacity(route, kind) for (route, _), kind in each])
        opened = [self.doors.route(route, kind) for (route, _), kind in each]
        return Routes(
            grid=Grid.of(self.numbers.mask(list(from_place)) & (upper > 0) & self._open(opened)),
            route=[route for route, _ in pairs],
            stream=ints(self.numbers.stream[s] for _, s in pairs),
            lane=ints(number[r.lane] for r, _ in pairs),
            lanes=lanes,
            from_place=from_place,
            to_place=ints(self.numbers.place[Place(r.to_site, s)] for r, s in pairs),
            cost=self._stack([self._transport_cost(route, kind) for (route, _), kind in each]),
            co2e=floats(self.haulage.co2e_t_per_t(route, kind) for (route, _), kind in each),
            upper=upper,
        )

    def _transport_cost(self, route: Route, kind: Lineage) -> Array:
        lane = self.haulage.lane_cost_cny_per_t(route, kind) * self.prices.of_route(self.haulage, route, kind)
        return lane + self.haulage.handling_cny_per_t(route.from_site, kind)

    def _open(self, masks: Sequence[Mask]) -> Mask:
        """Masks of doors as a matrix, also when there are none."""
        return np.array(masks, dtype=bool).reshape(len(masks), len(self.time))

    def _stack(self, rows: Sequence[Array]) -> Array:
        """Rows of length T as a matrix, also when there are none."""
        return np.array(rows, dtype=float).reshape(len(rows), len(self.time))

    def _lane_capacity(self, route: Route, kind: Lineage) -> Array:
        """Most dry tonnes of one material per period."""
        lane, wet_per_dry = route.listed, kind.wet_per_dry
        if lane is None:
            rule = self.haulage.rule(kind, route.mode)
            if rule is None or rule.lane_capacity_t is None:
                return np.full(len(self.time), np.inf)
            return rule.lane_capacity_t * self.time.per(rule.per) / wet_per_dry
        open_ = self.time.calendar(lane.calendar)
        if lane.capacity_t is None:
            return np.where(open_ > 0, np.inf, 0.0)
        per_dry = wet_per_dry if lane.basis == "as_received" else 1.0
        return lane.capacity_t * self.time.per(lane.per) * open_ / per_dry

    def runs(self) -> Runs:
        """Conversions of each stream on each line."""
        runs, place_of = self.reach.runs, self.numbers.place
        line = ints(self.plant.number[run.line] for run in runs)
        use = floats(run.use_per_t for run in runs)
        place = ints(place_of[run.place] if run.place else -1 for run in runs)
        made = [(k, place_of[p], y, t) for k, run in enumerate(runs) for p, y, t in run.made]
        need = [(k, place_of[p], a) for k, run in enumerate(runs) for p, a in run.needs]
        upper = _most_fed(self.plant.most[line], use)
        opened = [self.doors.run(run.line, run.conversion) for run in runs]
        return Runs(
            grid=Grid.of(self._running(place, upper, need) & self._open(opened)),
            run=runs,
            line=line,
            stream=ints(self.numbers.stream[run.place.stream] if run.place else -1 for run in runs),
            place=place,
            cost=self._stack([self._processing_cost(run) for run in runs]),
            toll=floats(self._toll(run) or 0.0 for run in runs),
            use_per_t=use,
            made_run=ints(k for k, _, _, _ in made),
            made_place=ints(p for _, p, _, _ in made),
            made_yield=floats(y for _, _, y, _ in made),
            made_period=ints(t for _, _, _, t in made),
            need_run=ints(k for k, _, _ in need),
            need_place=ints(p for _, p, _ in need),
            need_amount=floats(a for _, _, a in need),
            upper=upper,
        )

    def _toll(self, run: Run) -> float | None:
        """Fee per tonne fed to a partner's line, None on one of the group's own."""
        contract = self.lookup.contract_of(self.lookup.lines[run.line])
        return contract.toll_fee_cny_per_t if contract is not None and contract.tolling else None

    def _processing_cost(self, run: Run) -> Array:
        """What the group spends on a tonne fed; on a partner's line it is the partner's."""
        if self._toll(run) is not None:
            return np.zeros(len(self.time))
        return run.conversion.cost_cny_per_t * self.prices.factor(run.conversion.process.name)

    def _running(self, place: Ints, upper: Array, need: list[tuple[int, int, float]]) -> Mask:
        """Periods in which a run can act: its place is there, its line stands, its inputs can be had."""
        mask = self.numbers.mask(list(place)) & (upper > 0)
        for k, input_place, _ in need:
            mask[k] &= self.numbers.nodes.position[input_place] >= 0
        return mask

    # ---- storages ------------------------------------------------------------------------------------------

    def _holding_keys(self) -> list[tuple[Storage, Stream]]:
        """Every (storage, stream) that may hold something: accepted and retrievable, or there at the start."""
        storages = {storage.name: storage for storage in self.case.storages}
        keys = {
            (storage.name, place.stream)
            for storage, place in self.reach.storages
            if storage.retrievable and place in self.numbers.place
        }
        keys |= set(self.opening)
        keys |= {
            (name, stream._replace(cohort="legacy"))
            for name, stream in keys
            if stream.cohort == "new" and self._outlives_a_year(storages[name], stream)
        }
        return [(storages[name], stream) for name, stream in sorted(keys)]

    def _outlives_a_year(self, storage: Storage, stream: Stream) -> bool:
        """Whether what is new may lie in a storage over a New Year."""
        before = np.flatnonzero(self.time.opens_year) - 1
        since = self.time.position.get(stream.arose, 0)
        return bool(self.clocks.may_stay(storage, stream)[before[before >= since]].any())

    def _lasting(self, keys: list[tuple[Storage, Stream]], may_stay: Mask) -> Mask:
        """Periods in which something may lie there at the beginning or at the end, as far as clocks go."""
        opening = np.array([(s.name, stream) in self.opening for s, stream in keys], dtype=bool)
        begins = np.column_stack([opening, may_stay[:, :-1]]) if len(keys) else may_stay
        return may_stay | begins

    def holdings(self) -> Holdings:
        """Streams in storages, with what may be put in and taken out."""
        keys = self._holding_keys()
        opening = self.opening
        number = {(storage.name, stream): k for k, (storage, stream) in enumerate(keys)}
        place = ints(self.numbers.place.get(Place(s.site, stream), -1) for s, stream in keys)
        there = self.numbers.mask(list(place))
        may_stay = self._open([self.clocks.may_stay(s, stream) for s, stream in keys])
        exists = there | np.array([key in opening for key in number], dtype=bool)[:, None]
        exists &= self._lasting(keys, may_stay)
        usable = (
            there & (place >= 0)[:, None] & np.array([s.retrievable for s, _ in keys], dtype=bool)[:, None]
        )
        accepted = np.array([self.law.storage_takes(s, self._lineage(m)) for s, m in keys], dtype=bool)
        opened = self._open([self.doors.put(s, self._lineage(m)) for s, m in keys])
        storages = list(self.case.storages)
        return Holdings(
            grid=Grid.of(exists),
            put=Grid.of(
                usable & may_stay & opened & accepted[:, None] & (self._rates(keys, "max_put_t") > 0)
            ),
            reclaim=Grid.of(usable & exists & (self._rates(keys, "max_reclaim_t") > 0)),
            storages=storages,
            storage=ints(storages.index(s) for s, _ in keys),
            stream=ints(self.numbers.stream[stream] for _, stream in keys),
            place=place,
            aged_from=ints(_younger(number, s.name, stream) for s, stream in keys),
            opening_t=floats(opening.get((s.name, stream), 0.0) for s, stream in keys),
            upper=self._room(keys),
            volume_m3_per_t=self._volumes(keys),
            may_stay=may_stay,
            overstay=self._stack([self.clocks.charge_cny_per_t(s, stream) for s, stream in keys]),
        )

    def _rates(self, keys: list[tuple[Storage, Stream]], column: str) -> Array:
        """Most that may be put in or reclaimed per period; the calendar is that of reclaiming."""
        rows = []
        for storage, _ in keys:
            season = self.time.calendar(storage.calendar) if column == "max_reclaim_t" else 1.0
            rate = self.time.per(storage.per) * season * self.time.open(storage.opens, storage.closes)
            most = getattr(storage, column)
            rows.append(np.where(rate > 0, np.inf, 0.0) if most is None else most * rate)
        return self._stack(rows)

    def _room(self, keys: list[tuple[Storage, Stream]]) -> Array:
        caps = floats(np.inf if storage.capacity_t is None else storage.capacity_t for storage, _ in keys)
        return np.repeat(caps[:, None], len(self.time), axis=1)

    def _volumes(self, keys: list[tuple[Storage, Stream]]) -> Array:
        density = [self._lineage(stream).material.density_t_per_m3 for _, stream in keys]
        return floats(1.0 / d if d else 0.0 for d in density)

    def placements(self) -> Placements:
        """Streams that may be placed for good."""
        keys = [(s, p.stream) for s, p in self.reach.storages if s.final and p in self.numbers.place]
        place = ints(self.numbers.place[Place(s.site, stream)] for s, stream in keys)
        open_ = (self._rates(keys, "max_put_t") > 0) & (self._room(keys) > 0)
        opened = [self.doors.place(s, self._lineage(stream)) for s, stream in keys]
        storages = list(self.case.storages)
        return Placements(
            grid=Grid.of(self.numbers.mask(list(place)) & open_ & self._open(opened)),
            storage=ints(storages.index(s) for s, _ in keys),
            stream=ints(self.numbers.stream[stream] for _, stream in keys),
            place=place,
            upper=self._room(keys),
            volume_m3_per_t=self._volumes(keys),
        )

    # ---- markets -------------------------------------------------------------------------------------------

    def _bounds(self, rows: Sequence[Outlet | Supply]) -> tuple[Array, Array]:
        """(least, most) per period in the row's own basis."""
        opens = [self.lookup.span(row) for row in rows]
        rate = self._stack(
            [self.time.rate(r.per, r.calendar, *span) for r, span in zip(rows, opens, strict=True)]
        )
        least = floats(row.min_t or 0.0 for row in rows)[:, None] * rate
        most = floats(np.inf if row.max_t is None else row.max_t for row in rows)[:, None]
        return least, np.where(rate > 0, most * np.where(rate > 0, rate, 1.0), 0.0)

    def deliveries(self) -> Deliveries:
        """Streams delivered to outlets."""
        pairs = [(o, p) for o, p in self.reach.outlets if p in self.numbers.place]
        outlets = list(self.case.outlets)
        least, most = self._bounds(outlets)
        number = {row.name: k for k, row in enumerate(outlets)}
        outlet = ints(number[o.name] for o, _ in pairs)
        place = ints(self.numbers.place[p] for _, p in pairs)
        basis = floats(self._basis(o.basis, p.stream) for o, p in pairs)
        upper = most[outlet] / basis[:, None]
        opened = [self.doors.deliver(o, self._lineage(p.stream)) for o, p in pairs]
        return Deliveries(
            grid=Grid.of(self.numbers.mask(list(place)) & (upper > 0) & self._open(opened)),
            outlets=outlets,
            outlet=outlet,
            stream=ints(self.numbers.stream[p.stream] for _, p in pairs),
            place=place,
            basis=basis,
            upper=upper,
            most=most,
            least=least,
        )

    def purchases(self) -> Purchases:
        """Supplies at every site where they are sold and wanted."""
        places = [
            (row, Place(site, Stream(row.material)))
            for row in self.case.supplies
            for site in sorted(self.lookup.members(row.site))
        ]
        pairs = [(row, place) for row, place in places if place in self.numbers.place]
        supplies = list(self.case.supplies)
        least, most = self._bounds(supplies)
        supply = ints(supplies.index(row) for row, _ in pairs)
        place = ints(self.numbers.place[p] for _, p in pairs)
        basis = floats(self._basis(row.basis, p.stream) for row, p in pairs)
        upper = most[supply] / basis[:, None]
        return Purchases(
            grid=Grid.of(self.numbers.mask(list(place)) & (upper > 0)),
            supplies=supplies,
            supply=supply,
            stream=ints(self.numbers.stream[p.stream] for _, p in pairs),
            place=place,
            basis=basis,
            upper=upper,
            most=most,
            least=least,
        )


def _most_fed(capacity: Array, use_per_t: Array) -> Array:
    """Most tonnes fed that a line's capacity allows; unlimited where a tonne uses none of it."""
    divisor = np.where(use_per_t > 0, use_per_t, 1.0)[:, None]
    unlimited = (use_per_t <= 0)[:, None] & (capacity > 0)
    return np.where(unlimited, np.inf, capacity / divisor)


def _younger(number: dict[tuple[str, Stream], int], storage: str, stream: Stream) -> int:
    """The holding of the same stream while it is new, −1 if there is none."""
    if stream.cohort != "legacy":
        return -1
    return number.get((storage, stream._replace(cohort="new")), -1)
