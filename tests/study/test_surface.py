"""Numbers learned from a few points, on paper and at random."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from redmud_opt.study.sweeps.surface import (
    NODES,
    RANDOM,
    Sight,
    Surface,
    corners,
    differing,
    joint_points,
    learned,
    spread,
    through,
)

LOOK = Callable[[Sequence[float]], list[float]]


def surface_of(look: LOOK, *parameters: tuple[float, float, float], apart: Sequence[int] = ()) -> Surface:
    """What is learned of a function; what is 0 has no address, as in a sparse matrix."""

    def seen(values: Sequence[float]) -> Sight:
        numbers = np.array(look(values), dtype=float)
        there = np.flatnonzero(numbers != 0.0)
        return Sight(there.astype(np.int64), numbers[there])

    return learned(seen, parameters, np.array(apart, dtype=np.int64))


def test_prices_add_up() -> None:
    """Number 0: 3 + 2 x + 5 y is 3 + 4 + 15 = 22 at (2, 3); number 1 never moves and has no address."""
    found = surface_of(lambda v: [3 + 2 * v[0] + 5 * v[1], 7.0], (0, 1, 4), (0, 1, 4))
    assert found.addresses.tolist() == [0]
    assert found.at([2.0, 3.0]).tolist() == [22.0]
    assert not len(found.unlearned)


def test_a_kink_at_the_base_is_none() -> None:
    """10 falls by 6 to the low end and rises by 2 to the high one: at −½ it is 7, at ½ it is 11."""
    found = surface_of(lambda v: [10 + (2 * v[0] if v[0] >= 0 else 6 * v[0])], (-1, 0, 1))
    assert found.at([-0.5]).tolist() == [7.0]
    assert found.at([0.5]).tolist() == [11.0]


def test_factors_multiply() -> None:
    """6 x y from (1, 1): 6 · 2 · 3 = 36 at (2, 3), where adding up says 6 + 6 + 12 = 24."""
    found = surface_of(lambda v: [6 * v[0] * v[1]], (0.5, 1, 2), (0.5, 1, 4))
    assert found.multiplied.tolist() == [0]
    assert found.at([2.0, 3.0]) == pytest.approx([36.0], rel=1e-14)


def test_what_is_divided_by_a_yield_is_curved() -> None:
    """6 ÷ (1 + x) at 0.5 is 4, to a part in 10¹²."""
    found = surface_of(lambda v: [6 / (1 + v[0]), v[1]], (0, 0, 1), (0, 1, 2))
    assert [curve.positions.tolist() for curve in found.curves] == [[0]]
    assert found.at([0.5, 2.0]) == pytest.approx([4.0, 2.0], rel=1e-12)


def test_the_lesser_of_two_is_unlearned_and_named() -> None:
    """min(2, 1 + 4 x) bends at ¼ on its way; the number beside it is learned all the same."""
    found = surface_of(lambda v: [v[0] + 1, min(2.0, 1 + 4 * v[0])], (0, 0, 1))
    assert found.unlearned.tolist() == [1]
    assert found.at([0.5])[0] == 1.5


def test_the_lesser_of_what_two_move_is_unlearned() -> None:
    """min(1 + x, 1 + 3 y) stays at 1 however far one goes alone."""
    found = surface_of(lambda v: [min(1 + v[0], 1 + 3 * v[1])], (0, 0, 1), (0, 0, 1))
    assert found.unlearned.tolist() == [0]


def test_the_lesser_of_two_is_seen_in_every_corner_of_two() -> None:
    """min(10 + x − y, 11.9) bends only close to (1, −1), where no point at random of 14 parameters lies."""
    fourteen = [(-1.0, 0.0, 1.0)] * 14
    for one, other in ((0, 1), (3, 13), (7, 8), (12, 5)):
        found = surface_of(lambda v, a=one, b=other: [min(10 + v[a] - v[b], 11.9), 1 + v[2]], *fourteen)
        assert found.unlearned.tolist() == [0], (one, other)


def test_any_two_parameters_are_looked_at_in_all_four_corners() -> None:
    """And all at their high ends; of one both ends."""
    for count in (1, 2, 3, 4, 7, 8, 14, 18):
        found = corners(count)
        assert found[0].all()
        for one, other in itertools.permutations(range(count), 2):
            assert len({tuple(row) for row in found[:, [one, other]].tolist()}) == 4
        assert joint_points(count) == 3 + len(found) + RANDOM


def test_what_somebody_else_knows_is_left_alone() -> None:
    """Number 1 bends, and is neither looked at along the parameter nor missed."""
    looked = []

    def look(values: Sequence[float]) -> list[float]:
        looked.append(values)
        return [values[0], abs(values[0] - 0.3)]

    found = surface_of(look, (0, 0, 1), apart=[1])
    assert found.addresses.tolist() == [0]
    assert not len(found.unlearned)
    assert len(looked) == found.looked


def test_numbers_come_and_go() -> None:
    """A coefficient that is 0 at the base is stored nowhere there: 5 x at 0.2 is 1."""
    found = surface_of(lambda v: [5 * v[0], 1.0], (0, 0, 1))
    assert found.addresses.tolist() == [0]
    assert found.at([0.2]) == pytest.approx([1.0])


def test_bounds_that_become_infinite_are_unlearned() -> None:
    """No limit from one half on is nothing that goes on evenly."""
    found = surface_of(lambda v: [np.inf if v[0] > 0.5 else 3.0, 1 + v[0]], (0, 0, 1))
    assert found.unlearned.tolist() == [0]


def test_sights_side_by_side() -> None:
    """Addresses 1 and 4 differ: gone, and new."""
    one = Sight(np.array([0, 1, 2]), np.array([1.0, 2.0, 3.0]))
    other = Sight(np.array([0, 2, 4]), np.array([1.0, 3.0, 9.0]))
    addresses, values = differing(one, other)
    assert addresses.tolist() == [1, 4]
    assert values.tolist() == [0.0, 9.0]
    assert spread(other, np.array([1, 2, 4, 5])).tolist() == [0.0, 3.0, 9.0, 0.0]
    nothing = Sight(np.zeros(0, dtype=np.int64), np.zeros(0))
    assert spread(nothing, np.array([3])).tolist() == [0.0]


@given(st.floats(0, 1), st.floats(0.1, 5))
def test_a_polynomial_through_nodes_meets_a_quotient(at: float, pole: float) -> None:
    """1 ÷ (p + t) for poles not nearer than a tenth of the range."""
    nodes = (1.0 / (pole + NODES))[:, None]
    assert through(nodes, at)[0] == pytest.approx(1.0 / (pole + at), rel=1e-2 if pole < 0.5 else 1e-6)


@given(st.lists(st.floats(-1, 1), min_size=3, max_size=3), st.integers(0, 2**16))
def test_what_adds_up_or_multiplies_is_met_everywhere(values: list[float], seed: int) -> None:
    """Forty numbers, each a sum or a product of what three parameters do, at a point of no special kind."""
    generator = np.random.default_rng(seed)
    slopes = generator.uniform(-0.4, 0.4, (40, 3))

    def look(point: Sequence[float]) -> list[float]:
        moved = slopes * np.array(point)
        return [*(10 + moved[:20].sum(axis=1)), *(10 * (1 + moved[20:]).prod(axis=1))]

    found = surface_of(look, (-1, 0, 1), (-1, 0, 1), (-1, 0, 1))
    assert not len(found.unlearned)
    assert found.at(values) == pytest.approx(look(values), rel=1e-9)
