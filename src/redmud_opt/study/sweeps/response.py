"""The LP of any member of a study without deriving it: the model of the base, with the numbers that move put in.

    known = learn(case, parameters)              once; Known, or Unlearnable with what stands in the way
    response = Response(case, parameters, known) in every worker
    form = response.form(values, moved_case)     arrays as `compile` would give them

Deriving network and model of `guangxi` takes six times as long as solving it again from a basis. So what moves is
learned (see `surface`), and compared with derived models at points that it was not learned from.

Three things are done so that numbers move smoothly, none of which changes an optimum with whole numbers held:

- What can have been there of a stream is not worked out again for every member. It is bounded once, amply, for all:
  such bounds follow from the other rows. Where a plan comes near one (`tells`), the member is derived after all.
- Rows that only tighten the search for whole numbers are left out.
- The charge on stock left at the end is the least of many ways out and has kinks: it is worked out for every member
  from prices and yields.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse
from pyomo.environ import ConcreteModel

from redmud_opt.case import Case, CaseFaults
from redmud_opt.i18n import text
from redmud_opt.model import build_model
from redmud_opt.model.arrays import StandardForm, compile
from redmud_opt.model.arrays.terms import CANCELLED
from redmud_opt.model.formulation import FORMULATION
from redmud_opt.model.horizon import excess_charge_cny_per_t
from redmud_opt.model.links import add_links
from redmud_opt.network import Network
from redmud_opt.network.build import derive_network
from redmud_opt.network.lookup import Lookup
from redmud_opt.network.prices import Prices
from redmud_opt.network.time import Time
from redmud_opt.solve.compare import same_names
from redmud_opt.study.asking import prepare
from redmud_opt.study.sweeps.parameters import Parameter, moved
from redmud_opt.study.sweeps.surface import CLOSE, Array, Ints, Sight, Surface, joint_points, learned, spread

AMPLE = 8.0
"""Bounds of what can have been there, in those of the base and in what anything is stated to take."""

NO_LIMIT = 100.0
"""What is stated beyond so many times what can be there limits nothing."""

CHECKED = 4
"""Points at which what was learned is compared with what is derived."""

NEAR = 1e-6
"""Part of an ample bound that a plan must stay below."""

NAMED = 3
"""Numbers that are named where something stands in the way."""

OPERATION = tuple(family for family in FORMULATION if family is not add_links)

RESTING = {"routes": ("cost", "co2e"), "deliveries": ("basis",), "purchases": ("basis",)} | {
    "runs": ("cost", "toll", "use_per_t", "made_yield", "need_amount")
}
"""Numbers of the network that the charge on stock left at the end rests on, beside those of the case."""


class Unlearnable(Exception):
    """What stands in the way of learning the numbers of a study: why, a word of the catalogues, and of what."""

    def __init__(self, why: str, what: str = "") -> None:
        self.why, self.what = why, what
        super().__init__(f"{why} {what}".strip())


class Stopped(Exception):
    """Somebody asked to stop."""


def never() -> bool:
    """Nobody asks to stop."""
    return False


@dataclass(frozen=True)
class Known:
    """What is learned once and handed to every worker. available_t: ample bounds, [S, T]."""

    available_t: Array
    surface: Surface


class Response:
    """Models of the members of one study, side by side."""

    def __init__(
        self,
        case: Case,
        parameters: Sequence[Parameter],
        available_t: Array,
        should_stop: Callable[[], bool] = never,
    ) -> None:
        self.should_stop = should_stop
        self.case, self.parameters, self.available_t = case, tuple(parameters), available_t
        self.network, self.model = self._derived(case, available_t)
        self.base = compile(self.model)
        self.rows, self.columns = self.base.matrix.shape
        self.rest = 3 * self.columns + 2 * self.rows
        self.first = self.rest + len(resting(self.network))
        self.seen = self._sight(self.base, self.network)
        self.charges = self._addresses_of_charges()
        self.surface: Surface | None = None

    @classmethod
    def of(cls, case: Case, parameters: Sequence[Parameter], known: Known) -> Response:
        """With what was learned."""
        found = cls(case, parameters, known.available_t)
        found.take(known.surface)
        return found

    # ---- looking -------------------------------------------------------------------------------------------

    def _derived(self, case: Case, available_t: Array) -> tuple[Network, ConcreteModel]:
        network = derive_network(case, available=available_t)
        model = build_model(network, OPERATION)
        prepare(model, network, ())
        return network, model

    def look(self, values: Sequence[float]) -> Sight:
        """All numbers of a member as it is derived. Raises Unlearnable where it has other rows or columns."""
        if self.should_stop():
            raise Stopped
        try:
            network, model = self._derived(moved(self.case, self.parameters, values), self.available_t)
            form = compile(model)
        except CaseFaults as error:
            raise Unlearnable("failed", text(error.faults[0].message, "en")) from error
        except Exception as error:  # members are derived then, and each says in its row what is wrong
            raise Unlearnable("failed", f"{type(error).__name__}: {error}") from error
        if not same_names(self.base, form) or not np.array_equal(self.base.integrality, form.integrality):
            raise Unlearnable("structure")
        return self._sight(form, network)

    def _sight(self, form: StandardForm, network: Network) -> Sight:
        """Costs, bounds, then what charges rest on, then coefficients column by column."""
        dense = np.concatenate(
            [form.cost, form.col_lower, form.col_upper, form.row_lower, form.row_upper, resting(network)]
        )
        matrix = form.matrix
        column = np.repeat(np.arange(matrix.shape[1], dtype=np.int64), np.diff(matrix.indptr))
        places = self.first + column * self.rows + matrix.indices
        order = np.argsort(places, kind="stable")
        addresses = np.concatenate([np.arange(len(dense), dtype=np.int64), places[order]])
        return Sight(addresses, np.concatenate([dense, matrix.data[order]]))

    def _addresses_of_charges(self) -> Ints:
        """Where the charges of `excess_t` stand in the row of their term."""
        m, last = self.model, self.network.time.years[-1]
        row = _start(self.base.row_blocks, m.define_value_cny.name)
        row += m.define_value_cny.index.position(("end_charge", last))
        columns = _start(self.base.column_blocks, m.excess_t.name) + np.arange(
            len(m.excess_t), dtype=np.int64
        )
        found: Ints = self.first + columns * self.rows + row
        return found

    def loose(self) -> Ints:
        """Addresses of what follows from the ample bounds: of columns their most, bounds and coefficients of rows."""
        network, model = self._derived(self.case, 2.0 * self.available_t)
        found: Ints = self.seen.addresses[self.seen.values != self._sight(compile(model), network).values]
        elsewhere = (found < 2 * self.columns) | ((found >= self.rest) & (found < self.first))
        if elsewhere.any():
            raise Unlearnable("numbers", self.name(int(found[elsewhere][0])))
        return found

    # ---- what was learned ----------------------------------------------------------------------------------

    def take(self, surface: Surface) -> None:
        """Makes the arrays ready that hold everything that is ever there."""
        self.surface = surface
        addresses = np.union1d(np.union1d(self.seen.addresses, surface.addresses), self.charges)
        self.flat = spread(self.seen, addresses)
        self.moving = np.searchsorted(addresses, surface.addresses)
        self.charged = np.searchsorted(addresses, self.charges)
        self.addresses = addresses
        places = addresses[self.first :] - self.first
        self.indices = (places % self.rows).astype(self.base.matrix.indices.dtype)
        counts = np.bincount(places // self.rows, minlength=self.columns)
        self.indptr = np.concatenate([[0], np.cumsum(counts)]).astype(self.base.matrix.indptr.dtype)
        self._take_loose(self.loose())

    def _take_loose(self, loose: Ints) -> None:
        n, m = self.columns, self.rows
        self.loose_columns = loose[loose < 3 * n] - 2 * n
        bounds, places = loose[(loose >= 3 * n) & (loose < self.rest)], loose[loose >= self.first]
        self.loose_bounds = (bounds - 3 * n) % m
        self.loose_rows, self.loose_of = (places - self.first) % m, (places - self.first) // m
        self.ample = np.zeros(m)
        sizes = np.abs(self.flat[np.searchsorted(self.addresses, np.concatenate([bounds, places]))])
        np.maximum.at(self.ample, np.concatenate([self.loose_bounds, self.loose_rows]), sizes)

    def numbers(self, values: Sequence[float], case: Case) -> Array:
        """All numbers of a member, at `addresses`."""
        assert self.surface is not None
        flat = self.flat.copy()
        flat[self.moving] = self.surface.at(values)
        if len(self.charges):
            flat[self.charged] = self._charges(flat, case)
        coefficients = flat[self.first :]
        coefficients[np.abs(coefficients) < CANCELLED] = 0.0
        return flat

    def form(self, values: Sequence[float], case: Case) -> StandardForm:
        """The model of a member, as it would be compiled; coefficients that are 0 are stored too."""
        flat, n, m = self.numbers(values, case), self.columns, self.rows
        cost, lower, upper, row_lower, row_upper = np.split(flat[: self.rest], np.cumsum([n, n, n, m]))
        data = flat[self.first :]
        return replace(
            self.base,
            cost=cost,
            col_lower=lower,
            col_upper=upper,
            row_lower=row_lower,
            row_upper=row_upper,
            matrix=scipy.sparse.csc_array((data, self.indices, self.indptr), shape=(m, n)),
        )

    def _charges(self, flat: Array, case: Case) -> Array:
        network = resting_on(self.network, flat[self.rest : self.first], case)
        charge = excess_charge_cny_per_t(network)
        if len(charge) != len(self.charges):
            raise Unlearnable("ways_out")
        found: Array = charge * network.time.factor[network.time.last]
        return found

    def within(self, values: Sequence[float]) -> bool:
        """Whether values lie between the ends that were looked at."""
        ends = zip(self.parameters, values, strict=True)
        return all(p.low - CLOSE * abs(p.low) <= x <= p.high + CLOSE * abs(p.high) for p, x in ends)

    def tells(self, form: StandardForm, values: Array) -> bool:
        """Whether an optimum holds for the member as it is derived: no ample bound is in its way."""
        upper = form.col_upper[self.loose_columns]
        if (values[self.loose_columns] >= upper * (1.0 - NEAR)).any():
            return False
        rows = np.concatenate([self.loose_bounds, self.loose_rows[values[self.loose_of] != 0.0]])
        if not len(rows):
            return True
        at = (form.matrix @ values)[rows]
        room = NEAR * self.ample[rows]
        return bool(((form.row_upper[rows] - at > room) & (at - form.row_lower[rows] > room)).all())

    def name(self, address: int) -> str:
        """What a number is, for people who look for it."""
        n, m = self.columns, self.rows
        if address >= self.first:
            row, column = (address - self.first) % m, (address - self.first) // m
            return f"{self.base.row_name(row)} · {self.base.column_name(column)}"
        if address >= self.rest:
            return _resting_at(self.network, address - self.rest)
        if address >= 3 * n:
            return self.base.row_name((address - 3 * n) % m)
        return self.base.column_name(address % n)


def points_to_look_at(parameters: Sequence[Parameter]) -> int:
    """About how many members are derived to learn from."""
    return 1 + 2 * len(parameters) + joint_points(len(parameters)) + CHECKED


def learn(
    case: Case, parameters: Sequence[Parameter], seed: int = 0, should_stop: Callable[[], bool] = never
) -> Known:
    """What the numbers of a study's members are. Raises Unlearnable where they cannot be foretold, and Stopped."""
    if any(cell.declared.kind in ("integer", "date") for p in parameters for cell in p.cells):
        raise Unlearnable("steps")
    response = Response(case, parameters, ample_t(case), should_stop)
    triples = [(p.low, p.base, p.high) for p in parameters]
    surface = learned(response.look, triples, response.charges, seed)
    if len(surface.unlearned):
        raise Unlearnable("numbers", "; ".join(response.name(a) for a in surface.unlearned[:NAMED].tolist()))
    response.take(surface)
    _compared(response, seed)
    return Known(response.available_t, surface)


def ample_t(case: Case) -> Array:
    """Bounds of what can have been there of each stream that no member should come near, [S, T]."""
    tight = derive_network(case)
    there = np.maximum(tight.available_t, 1.0)
    if not np.isfinite(there).all():
        raise Unlearnable("unlimited")
    stated = derive_network(case, available=NO_LIMIT * there)
    most = there.copy()
    for part in (stated.routes, stated.runs, stated.holdings, stated.placements, stated.deliveries):
        known = (part.stream >= 0)[:, None] & (part.upper < NO_LIMIT * there[part.stream])
        np.maximum.at(most, part.stream, np.where(known, part.upper, 0.0))
    return AMPLE * most


def _compared(response: Response, seed: int) -> None:
    generator = np.random.default_rng(seed + 1)
    low = np.array([p.low for p in response.parameters])
    high = np.array([p.high for p in response.parameters])
    for part in generator.random((CHECKED, len(low))):
        values = (low + part * (high - low)).tolist()
        found = response.numbers(values, moved(response.case, response.parameters, values))
        true = spread(response.look(values), response.addresses)
        with np.errstate(invalid="ignore"):
            size = np.maximum(np.abs(true), np.abs(response.flat))
            wrong = (found != true) & ~(np.abs(found - true) <= CLOSE * size)
        if wrong.any():
            names = [response.name(a) for a in response.addresses[wrong][:NAMED].tolist()]
            raise Unlearnable("numbers", "; ".join(names))


def resting(network: Network) -> Array:
    """Numbers of the network that charges rest on, end to end."""
    parts = [getattr(getattr(network, part), name) for part, names in RESTING.items() for name in names]
    return np.concatenate([each.ravel() for each in parts])


def _resting_at(network: Network, place: int) -> str:
    """Part of the network and name of a number that charges rest on."""
    named = [(part, name) for part, names in RESTING.items() for name in names]
    ends = np.cumsum([getattr(getattr(network, part), name).size for part, name in named])
    return ".".join(named[int(np.searchsorted(ends, place, side="right"))])


def resting_on(network: Network, numbers: Array, case: Case) -> Network:
    """The network with other such numbers and the rows of another case: enough for charges, for nothing else."""
    at = 0
    changed = {}
    for part, names in RESTING.items():
        found = {}
        for name in names:
            old = getattr(getattr(network, part), name)
            found[name], at = numbers[at : at + old.size].reshape(old.shape), at + old.size
        changed[part] = replace(getattr(network, part), **found)
    lookup, time = Lookup(case), Time(case)
    return replace(
        network,
        case=case,
        time=time,
        lookup=lookup,
        prices=Prices(lookup, time),
        routes=changed["routes"],
        runs=changed["runs"],
        holdings=replace(network.holdings, storages=list(case.storages)),
        deliveries=replace(changed["deliveries"], outlets=list(case.outlets)),
        purchases=replace(changed["purchases"], supplies=list(case.supplies)),
    )


def _start(blocks: Sequence[tuple[str, int, int]], name: str) -> int:
    return next(start for block, start, _ in blocks if block == name)
