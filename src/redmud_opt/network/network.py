"""The network as arrays: entities (routes, runs, holdings, …) over periods, ready for the model's incidence.

Every family of columns is a `Grid`: entity × period, only where the entity may act. Quantities are dry tonnes per
period (or the material's unit).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from redmud_opt.case import Case
from redmud_opt.case.things import ReductionOption, Supply
from redmud_opt.case.works import Outlet, Storage
from redmud_opt.i18n import Message
from redmud_opt.network.before import Before
from redmud_opt.network.clocks import Clocks
from redmud_opt.network.doors import Doors
from redmud_opt.network.haulage import Haulage, Route
from redmud_opt.network.law import Law
from redmud_opt.network.lineage import Lineage, Lineages
from redmud_opt.network.lookup import Lookup
from redmud_opt.network.plant import Plant
from redmud_opt.network.prices import Prices
from redmud_opt.network.reach import Place, Run, Stream
from redmud_opt.network.time import Time
from redmud_opt.network.yards import Yards

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Number = TypeVar("Number", np.float64, np.int64)


@dataclass(frozen=True)
class Grid:
    """Cells (entity, period) in row-major order. `position[e, t]` is the cell's number, −1 where there is none."""

    entity: Ints
    period: Ints
    position: Ints

    @classmethod
    def of(cls, mask: Mask) -> Grid:
        """The cells where `mask` [entity, period] is true."""
        entity, period = np.nonzero(mask)
        position = np.full(mask.shape, -1, dtype=np.int64)
        position[entity, period] = np.arange(len(entity))
        return cls(entity, period, position)

    def __len__(self) -> int:
        return len(self.entity)

    def pick(self, values: npt.NDArray[Number]) -> npt.NDArray[Number]:
        """Values [entity, period] or [entity] at every cell."""
        return values[self.entity] if values.ndim == 1 else values[self.position >= 0]


def _only_in(cells: Ints, period: Ints) -> Ints:
    """Cells [entity, T], −1 outside the period of an entity where it has one (−1: it has none)."""
    every = np.arange(cells.shape[1])[None, :]
    return np.where((period[:, None] < 0) | (period[:, None] == every), cells, -1)


@dataclass(frozen=True)
class Routes:
    """Routes: a lane as one stream uses it. `cost` CNY per dry tonne, [route, T]."""

    grid: Grid
    route: list[Route]
    stream: Ints
    lane: Ints
    lanes: list[str]
    from_place: Ints
    to_place: Ints
    cost: Array
    co2e: Array
    upper: Array


@dataclass(frozen=True)
class Runs:
    """Runs: a conversion of a stream on a line (numbered as in `Plant`), per tonne fed or of activity.

    `cost` is that of processing, [run, T]; `toll` the fee to the partner whose line it is. `made_*`, `need_*` are
    coordinates; `made_period`: the only period in which an output is that of a place, −1: every one.
    """

    grid: Grid
    run: list[Run]
    line: Ints
    stream: Ints
    place: Ints
    cost: Array
    toll: Array
    use_per_t: Array
    made_run: Ints
    made_place: Ints
    made_yield: Array
    made_period: Ints
    need_run: Ints
    need_place: Ints
    need_amount: Array
    upper: Array

    @property
    def made_cells(self) -> Ints:
        """Cells of the runs that make each output, [made, period]; −1: makes none of it then."""
        return _only_in(self.grid.position[self.made_run], self.made_period)


@dataclass(frozen=True)
class Holdings:
    """A stream in a storage. Three families share the entities: stock (grid), put and reclaim.

    `may_stay` [holding, T]: whether the storage clock lets it lie there at the end of a period; `overstay` what it is
    charged if it does beyond a soft one, CNY per tonne.
    """

    grid: Grid
    put: Grid
    reclaim: Grid
    storages: list[Storage]
    storage: Ints
    stream: Ints
    place: Ints
    aged_from: Ints
    opening_t: Array
    upper: Array
    volume_m3_per_t: Array
    may_stay: Mask
    overstay: Array


@dataclass(frozen=True)
class Placements:
    """Final placement of a stream in a storage."""

    grid: Grid
    storage: Ints
    stream: Ints
    place: Ints
    upper: Array
    volume_m3_per_t: Array


@dataclass(frozen=True)
class Deliveries:
    """Deliveries of a stream to an outlet. `basis` turns dry tonnes into the outlet's unit."""

    grid: Grid
    outlets: list[Outlet]
    outlet: Ints
    stream: Ints
    place: Ints
    basis: Array
    upper: Array
    most: Array
    least: Array


@dataclass(frozen=True)
class Purchases:
    """Purchases of a material at a site."""

    grid: Grid
    supplies: list[Supply]
    supply: Ints
    stream: Ints
    place: Ints
    basis: Array
    upper: Array
    most: Array
    least: Array


@dataclass(frozen=True)
class Changes:
    """Options [O] on what arises, over periods. A tonne applied is one avoided, changed or added.

    `most_t` [O, T]: most that can be applied. `decision_*` [D]: options that are decided, by period of the decision,
    with the share of every period in force then, and the tonnes that arise from the start on, [D, T]; `certain`: the
    share in force of options without a decision, [O, T]. `effect_*` are coordinates: tonnes more (or less) that arise
    at a place per tonne applied, in every period or in one alone.
    """

    options: list[ReductionOption]
    site: list[str]
    grid: Grid
    most_t: Array
    decision_option: Ints
    decision_period: Ints
    in_force: Array
    after_t: Array
    certain: Array
    effect_option: Ints
    effect_place: Ints
    effect_t_per_t: Array
    effect_period: Ints

    @property
    def effect_cells(self) -> Ints:
        """Cells of the options that have each effect, [effect, period]; −1: none then."""
        return _only_in(self.grid.position[self.effect_option], self.effect_period)

    def _most_t(self) -> Array:
        """Most that each effect may change, [effect, T]."""
        there = self.effect_cells >= 0
        return np.where(there, self.effect_t_per_t[:, None] * self.most_t[self.effect_option], 0.0)

    def most_more_t(self, places: int) -> Array:
        """Most that may arise beside what the case states, [P, T]."""
        found = np.zeros((places, self.most_t.shape[1]))
        np.add.at(found, self.effect_place, np.maximum(self._most_t(), 0.0))
        return found

    def most_less_t(self, places: int) -> Array:
        """Most that may arise less than the case states, [P, T]; may exceed it where options exclude each other."""
        found = np.zeros((places, self.most_t.shape[1]))
        np.add.at(found, self.effect_place, np.maximum(-self._most_t(), 0.0))
        return found

    def net_most_t(self, effects: Mask, periods: Mask) -> Array:
        """What some effects together may change in some periods, by option, [O]."""
        change = np.where(effects[:, None] & periods[None, :], self._most_t(), 0.0).sum(axis=1)
        return np.bincount(self.effect_option, change, minlength=len(self.options)).astype(float)


@dataclass(frozen=True)
class Exit:
    """A lane, a feed of a line, or an outlet that takes what is mixed: entities of one family of columns.

    `component`: what each entity carries. `beyond`: site of the way out where it is not that of the pool.
    """

    name: str
    family: str
    entity: Ints
    component: Ints
    table: Routes | Runs | Deliveries
    beyond: str = ""

    def most_t(self, components: int) -> Array:
        """Most that may leave of each component in each period, [component, period]."""
        upper = np.where(self.table.grid.position >= 0, self.table.upper, 0.0)[self.entity]
        found = np.zeros((components, upper.shape[1]))
        np.add.at(found, self.component, upper)
        return found


@dataclass(frozen=True)
class Pool:
    """A mixed storage. `holding`: its entities among the holdings, `component`: what each of them holds.

    points [K, L]: shares of the L components. boxes [2, B, L]: least and greatest shares.
    """

    storage: Storage
    components: tuple[str, ...]
    holding: Ints
    component: Ints
    exits: tuple[Exit, ...]
    points: Array
    boxes: Array


@dataclass(frozen=True)
class Network:
    """Everything the model is built from. P places, S streams, T periods."""

    case: Case
    time: Time
    lookup: Lookup
    plant: Plant
    yards: Yards
    lineages: Lineages
    clocks: Clocks
    law: Law
    doors: Doors
    haulage: Haulage
    prices: Prices
    streams: list[Stream]
    places: list[Place]
    nodes: Grid
    place_stream: Ints
    w: Array
    w_gross: Array
    available_t: Array
    arising_t: Array
    """What the case states, per node; options may change it between `arising_least_t` and `arising_most_t`."""
    arising_least_t: Array
    arising_most_t: Array
    generated_t: dict[tuple[str, int], float]
    """(origin, year) → what the case states; what options make of it is the total `generated_t` of the model."""
    changes: Changes
    routes: Routes
    runs: Runs
    holdings: Holdings
    placements: Placements
    deliveries: Deliveries
    purchases: Purchases
    pools: tuple[Pool, ...] = ()
    findings: tuple[Message, ...] = field(default=())
    """Impossible things proved by counting, in words."""
    notes: tuple[Message, ...] = field(default=())
    """What never runs and why; not impossible."""
    before: Before | None = field(default=None)
    """The plan that it is planned against."""

    def lineage(self, stream: int) -> Lineage:
        """The lineage of a stream number."""
        return self.lineages.by_id[self.streams[stream].lineage]

    def origin(self, stream: int) -> str:
        """The origin of a stream number."""
        return self.streams[stream].origin

    def class_of_origin(self, origin: str) -> str:
        """Waste class of an origin."""
        return origin.partition(":")[0]
