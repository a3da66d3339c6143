"""Numbers that depend on parameters, learned from looking at them at a few points.

    surface = learned(look, parameters)      look(values) → Sight: numbers at addresses; (low, base, high) of each
    surface.at(values)                       the numbers that move, at `surface.addresses`

Where one parameter moves from its base towards an end, t from 0 to 1, a number of a model is nearly always

    added up        v = v₀ + Σ t · (v(end) − v₀)             prices, capacities, amounts
    multiplied      v = v₀ · Π (1 + t · (v(end) ÷ v₀ − 1))   a factor on a price that moves itself
    curved          v = polynomial of t through nodes         what is divided by a yield; one parameter alone

Which of them holds is not assumed but looked at: at points where all parameters have moved, every number must be met
to a part in 10⁹. What is met by none is `unlearned`, and who asks decides what becomes of it. A number that is the
lesser of two is met only while it is the same one of the two at every point looked at. Among these are all four
corners of every two parameters, where it is likeliest to be the other one; between points a bend may be missed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.linalg import hadamard

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Move = tuple[Ints, Array]
"""Addresses, and the numbers there."""

CLOSE = 1e-9
"""Part of a number by which what is learned may differ from what is seen."""

NODES = 0.5 * (1.0 - np.cos(np.pi * np.arange(11) / 10.0))
"""Chebyshev points from 0 (the base) to 1 (the end): a polynomial through them meets a smooth quotient to 1e-12."""

AT_NODE = 1e-15
"""A point so near a node is the node."""

RANDOM = 8
"""Points at random where all parameters have moved."""


@dataclass(frozen=True)
class Sight:
    """Numbers at ascending addresses; at every other address they are 0."""

    addresses: Ints
    values: Array


@dataclass(frozen=True)
class Side:
    """A parameter on one side of its base."""

    parameter: int
    base: float
    end: float

    def part(self, values: Sequence[float]) -> float:
        """How far it has moved towards the end: 0 on the other side, 1 at the end."""
        return max(0.0, (values[self.parameter] - self.base) / (self.end - self.base))


@dataclass(frozen=True)
class Curve:
    """Numbers that one parameter bends: positions among the moved ones, their values at the nodes of each side."""

    positions: Ints
    sides: tuple[int, ...]
    nodes: tuple[Array, ...] = field(repr=False)


@dataclass(frozen=True)
class Surface:
    """What was learned. base, ends: the numbers that move, at the base and at the end of each side, [side, number].

    looked: points looked at. unlearned: addresses of what nothing here describes.
    """

    sides: tuple[Side, ...]
    addresses: Ints
    base: Array = field(repr=False)
    ends: Array = field(repr=False)
    multiplied: Ints = field(repr=False)
    curves: tuple[Curve, ...] = field(repr=False)
    unlearned: Ints = field(repr=False)
    looked: int = 0

    def at(self, values: Sequence[float]) -> Array:
        """The numbers at `addresses`; of those unlearned something, to be replaced by who knows better."""
        parts = np.array([side.part(values) for side in self.sides])
        moved = np.flatnonzero(parts)
        found: Array = self.base + parts[moved] @ (self.ends[moved] - self.base)
        if len(self.multiplied):
            base = self.base[self.multiplied]
            factors = self.ends[np.ix_(moved, self.multiplied)] / base
            found[self.multiplied] = base * (1.0 + parts[moved, None] * (factors - 1.0)).prod(axis=0)
        for curve in self.curves:
            for side, nodes in zip(curve.sides, curve.nodes, strict=True):
                if parts[side]:
                    found[curve.positions] = through(nodes, float(parts[side]))
        return found


def through(nodes: Array, at: float) -> Array:
    """The polynomial through values at NODES, [node, number], at a point: barycentric (Berrut and Trefethen 2004)."""
    weights = np.where(np.arange(len(NODES)) % 2 == 0, 1.0, -1.0)
    weights[[0, -1]] *= 0.5
    away = at - NODES
    hit = np.flatnonzero(np.abs(away) < AT_NODE)
    if len(hit):
        exactly: Array = nodes[hit[0]]
        return exactly
    weights = weights / away
    found: Array = weights @ nodes / weights.sum()
    return found


class Looking:
    """Sights of a model as arrays over the addresses at which anything differs from the base."""

    def __init__(self, look: Callable[[Sequence[float]], Sight], base: Sequence[float]) -> None:
        self.look, self.base_values = look, tuple(base)
        self.base = look(base)
        self.looked = 1

    def moves(self, values: Sequence[float]) -> Move:
        """Where a sight differs from the base, and the values there."""
        self.looked += 1
        return differing(self.base, self.look(values))


def differing(base: Sight, sight: Sight) -> Move:
    """(addresses, values) where a sight differs from the base."""
    if np.array_equal(base.addresses, sight.addresses):
        other = np.flatnonzero(sight.values != base.values)
        return base.addresses[other], sight.values[other]
    addresses = np.union1d(base.addresses, sight.addresses)
    before, after = spread(base, addresses), spread(sight, addresses)
    other = np.flatnonzero(before != after)
    return addresses[other], after[other]


def spread(sight: Sight, addresses: Ints) -> Array:
    """The numbers of a sight at some ascending addresses."""
    found = np.zeros(len(addresses))
    if not len(sight.addresses):
        return found
    place = np.minimum(np.searchsorted(sight.addresses, addresses), len(sight.addresses) - 1)
    there = sight.addresses[place] == addresses
    found[there] = sight.values[place[there]]
    return found


def learned(
    look: Callable[[Sequence[float]], Sight],
    parameters: Sequence[tuple[float, float, float]],
    apart: Ints | None = None,
    seed: int = 0,
) -> Surface:
    """The numbers of `look` as functions of parameters, each given as (low, base, high).

    Looks at the base, every end, the middle of either side of all at once, corners, and points at random; where
    something is curved, at nodes of that parameter too. apart: addresses that somebody else knows.
    """
    base = [at for _, at, _ in parameters]
    sides = tuple(
        Side(k, at, end) for k, (low, at, high) in enumerate(parameters) for end in (low, high) if end != at
    )
    looking = Looking(look, base)
    ends = [looking.moves(_moved(base, {side.parameter: side.end})) for side in sides]
    points = _joint(parameters, seed)
    joint = [looking.moves(point) for point in points]
    addresses = np.unique(np.concatenate([np.zeros(0, np.int64), *(at for at, _ in (*ends, *joint))]))
    if apart is not None:
        addresses = np.setdiff1d(addresses, apart)
    at_base = spread(looking.base, addresses)
    at_ends = np.array([_over(m, addresses, at_base) for m in ends]).reshape(len(sides), len(addresses))
    seen = np.array([_over(m, addresses, at_base) for m in joint]).reshape(len(points), len(addresses))
    return _chosen(looking, sides, addresses, at_base, at_ends, points, seen)


def _moved(base: Sequence[float], values: dict[int, float]) -> list[float]:
    return [values.get(k, at) for k, at in enumerate(base)]


def _joint(parameters: Sequence[tuple[float, float, float]], seed: int) -> list[list[float]]:
    """Half way to the low and to the high end of all, all at ends of theirs, and at random between them."""
    generator = np.random.default_rng(seed)
    part = generator.random((RANDOM, len(parameters)))
    found = [
        [0.5 * (low + at) for low, at, _ in parameters],
        [0.5 * (high + at) for _, at, high in parameters],
    ]
    found.append([low for low, _, _ in parameters])
    found += [_at(parameters, ends) for ends in corners(len(parameters)).astype(float).tolist()]
    return found + [_at(parameters, row) for row in part.tolist()]


def _at(parameters: Sequence[tuple[float, float, float]], part: Sequence[float]) -> list[float]:
    """Values at parts of the ranges, exactly the ends at 0 and 1."""
    return [
        high if p == 1.0 else low + p * (high - low)
        for p, (low, _, high) in zip(part, parameters, strict=True)
    ]


def corners(count: int) -> Mask:
    """Which of so many parameters are at their high ends, [corner, parameter]: any two in all four ways, and all.

    Columns of a Hadamard matrix (Plackett, Burman 1946).
    """
    found: Mask = hadamard(1 << count.bit_length())[:, 1 : count + 1] > 0
    return found


def joint_points(count: int) -> int:
    """Points where all of so many parameters have moved."""
    return 3 + len(corners(count)) + RANDOM


def _over(move: Move, addresses: Ints, base: Array) -> Array:
    """Numbers at `addresses` after a move; what it moves elsewhere is left out."""
    found = base.copy()
    at, values = move
    known = np.isin(at, addresses)
    found[np.searchsorted(addresses, at[known])] = values[known]
    return found


def _chosen(
    looking: Looking,
    sides: tuple[Side, ...],
    addresses: Ints,
    base: Array,
    ends: Array,
    points: list[list[float]],
    seen: Array,
) -> Surface:
    """For every number the first description that meets all points."""
    none = np.zeros(0, dtype=np.int64)
    firm = np.isfinite(base) & np.isfinite(ends).all(axis=0) & np.isfinite(seen).all(axis=0)
    with np.errstate(all="ignore"):
        plain = Surface(sides, addresses, base, ends, none, (), none)
        added = firm & _met(plain, points, seen)
        factors = np.flatnonzero(firm & ~added & (base != 0.0))
        product = Surface(sides, addresses, base, ends, factors, (), none)
        times = np.zeros(len(base), dtype=bool)
        times[factors] = _met(product, points, seen)[factors]
        left = np.flatnonzero(firm & ~added & ~times)
        curves = tuple(_curves(looking, sides, addresses, base, ends, left))
        full = Surface(sides, addresses, base, ends, np.flatnonzero(times), curves, none)
        met = firm & _met(full, points, seen)
    unlearned = addresses[~met]
    return Surface(sides, addresses, base, ends, np.flatnonzero(times), curves, unlearned, looking.looked)


def _met(surface: Surface, points: list[list[float]], seen: Array) -> Mask:
    """Which numbers are met at every point."""
    found = np.ones(len(surface.base), dtype=bool)
    for point, true in zip(points, seen, strict=True):
        size = np.maximum(np.abs(true), np.abs(surface.base))
        found &= np.abs(surface.at(point) - true) <= CLOSE * size
    return found


def _curves(
    looking: Looking, sides: tuple[Side, ...], addresses: Ints, base: Array, ends: Array, left: Ints
) -> list[Curve]:
    """Numbers that one parameter alone moves, looked at along it."""
    owner = np.array([side.parameter for side in sides])
    moves = ends[:, left] != base[left]
    found = []
    for parameter in np.unique(owner).tolist():
        mine = owner == parameter
        alone = moves[mine].any(axis=0) & ~moves[~mine].any(axis=0)
        positions = left[alone]
        if not len(positions):
            continue
        of = tuple(np.flatnonzero(mine).tolist())
        nodes = tuple(_along(looking, sides[k], addresses, base, ends[k])[:, positions] for k in of)
        found.append(Curve(positions, of, nodes))
    return found


def _along(looking: Looking, side: Side, addresses: Ints, base: Array, end: Array) -> Array:
    """Numbers at the nodes of a side, [node, number]."""
    rows = [base]
    for part in NODES[1:-1].tolist():
        value = side.base + part * (side.end - side.base)
        move = looking.moves(_moved(looking.base_values, {side.parameter: value}))
        rows.append(_over(move, addresses, base))
    return np.array([*rows, end])
