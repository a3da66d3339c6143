"""Pools in the network: ways out, points and boxes of shares, and what only the network finds wrong."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.builders import (
    arises,
    buys,
    commodity,
    group,
    in_stock,
    lane,
    product,
    rows,
    sells,
    site,
    waste,
    works,
    yard,
)
from tests.model.pooling import base, kiln, merged, pooled

from redmud_opt.case import Case, CaseFaults
from redmud_opt.case.rules import StorageClock
from redmud_opt.i18n import LANGUAGES, text
from redmud_opt.network import build_network
from redmud_opt.network.network import Array, Pool
from redmud_opt.network.pools import first_boxes, split, with_points

MUDS = merged(arises("a", 60, "P"), arises("b", 20, "P"))


def pool(case: Case) -> Pool:
    (found,) = build_network(case).pools
    return found


def faults(case: Case) -> list[tuple[str, str, str]]:
    """(key, file, column) of what only the network finds wrong; it has words in both languages."""
    with pytest.raises(CaseFaults) as caught:
        build_network(case)
    for fault in caught.value.faults:
        assert all(text(fault.message, language) for language in LANGUAGES)
        assert fault.remedy is not None
    return [(f.message.key.removeprefix("network."), f.file, f.column) for f in caught.value.faults]


def rounded(points: Iterable[Array]) -> set[tuple[float, ...]]:
    return {tuple(np.round(row, 6).tolist()) for row in points}


# ---------------------------------------------------------------- ways out


def test_ways_out_are_lanes_lines_and_outlets() -> None:
    """At the pool by name; at K, which has one way on, none is needed."""
    ways = merged(kiln(4), base(50), site("K"), lane("P", "K"), sells("muds", 1, "K", name="far", method="U"))
    found = {(one.name, one.family, one.beyond) for one in pool(pooled(MUDS, ways)).exits}
    assert found == {("P_K", "flow_t", ""), ("kiln_line kiln", "feed_t", ""), ("base", "sold_t", "")}


def test_a_site_with_several_ways_on_has_them_all_mixed() -> None:
    ways = merged(site("K"), lane("P", "K"), kiln(4, "K"), base(50, at="K"))
    found = {(one.name, one.beyond) for one in pool(pooled(MUDS, ways)).exits}
    assert found == {("P_K", ""), ("kiln_line kiln", "K"), ("base", "K")}


# ---------------------------------------------------------------- points


def test_points_are_the_lattice_and_what_the_data_suggest() -> None:
    """Halves; 3 : 1 as A and B arise; 1 : 3 for 4 % soda."""
    points = pool(pooled(MUDS, kiln(4), pool_grid=2)).points
    assert rounded(points) == {(1, 0), (0.75, 0.25), (0.5, 0.5), (0.25, 0.75), (0, 1)}
    np.testing.assert_allclose(points.sum(axis=1), 1)


def test_opening_stock_and_what_adds_to_it_are_points() -> None:
    """40 : 60 lie there; with 60 : 20 that arise 100 : 80."""
    opening = merged(in_stock("pool", "a", 40), in_stock("pool", "b", 60))
    points = rounded(pool(pooled(MUDS, opening, kiln(9.9), pool_grid=1)).points)
    assert {(0.4, 0.6), (0.555556, 0.444444)} <= points


def test_points_are_added_once() -> None:
    network = build_network(pooled(MUDS, kiln(4), pool_grid=1))
    before = len(network.pools[0].points)
    more = with_points(
        network, [[np.array([0.3, 0.7]), np.array([0.25, 0.75]), np.array([0.3, 0.7 + 1e-12])]]
    )
    assert len(more.pools[0].points) == before + 1


# ---------------------------------------------------------------- boxes


def covered(boxes: Array, share: Array) -> bool:
    inside = (share >= boxes[0] - 1e-9) & (share <= boxes[1] + 1e-9)
    return bool(inside.all(axis=1).any())


@given(st.integers(1, 4), st.lists(st.floats(0, 1), min_size=4, max_size=4), st.integers(0, 3))
@settings(max_examples=60, deadline=None)
def test_boxes_cover_every_mixture(count: int, weights: list[float], cuts: int) -> None:
    """Before and after they are cut, wherever the best plan lies."""
    share = np.array(weights[:count]) + 1e-3
    share /= share.sum()
    found = replace(pool(pooled(MUDS, kiln(4))), components=tuple("abcd"[:count]), boxes=first_boxes(count))
    network = replace(build_network(pooled(MUDS, kiln(4))), pools=(found,))
    assert covered(found.boxes, share)
    for _ in range(cuts):
        held = [{k for k in range(network.pools[0].boxes.shape[1]) if k % 2 == 0}]
        network = split(network, held, [[np.eye(count)[0], share]])
        assert covered(network.pools[0].boxes, share)


# ---------------------------------------------------------------- faults


def test_a_grid_of_too_many_points() -> None:
    """Four muds in 64 parts: 47,905 points."""
    more = merged(*(merged(waste(m, "red_mud"), arises(m, 10, "P")) for m in "cd"))
    case = pooled(MUDS, more, base(50), pool_grid=64)
    case = replace(case, groups=(*case.groups, *group("muds", "c", "d")["groups"]))
    assert faults(case) == [("pool_grid_too_fine", "case.yaml", "pool_grid")]


def test_what_comes_out_of_a_pool_is_not_taken_apart() -> None:
    """K has two ways on and gets B from elsewhere too, or stores it."""
    ways = merged(site("K"), lane("P", "K"), kiln(4, "K"), base(50, at="K"))
    other = merged(site("B"), arises("b", 100, "B"), lane("B", "K"))
    assert faults(pooled(MUDS, ways, other)) == [("pool_taken_apart", "storages.csv", "site")]
    assert ("pool_taken_apart", "storages.csv", "site") in faults(
        pooled(MUDS, ways, yard("muds", "K", name="heap"))
    )
    alone = merged(site("K"), lane("P", "K"), kiln(4, "K"))
    assert build_network(pooled(MUDS, alone, other)).pools


def test_a_pool_whose_soda_is_unknown() -> None:
    case = pooled(MUDS, kiln(4))
    known = tuple(row for row in case.composition if row.material != "b")
    assert faults(replace(case, composition=known)) == [("no_value", "gates.csv", "property")]


def test_a_pool_without_any_bound() -> None:
    """Clay is bought without limit, and its taker has none."""
    clay = merged(commodity("clay"), buys("clay", 1, "P"), sells("clay", 2, "P"))
    case = pooled(MUDS, base(50), clay)
    case = replace(case, groups=(*case.groups, *group("muds", "clay")["groups"]))
    assert ("pool_without_bound", "storages.csv", "material") in faults(case)


def test_a_process_takes_no_part_of_a_pool_as_an_input() -> None:
    clay = merged(commodity("clay"), buys("clay", 1, "P", max_t=50), sells("clay", 2, "P", max_t=50))
    brick = merged(
        product("brick"),
        works("press", "a", {"brick": 1.1}, at="P", inputs={"clay": 0.1}),
        sells("brick", 1, "P"),
    )
    case = pooled(MUDS, base(50), clay, brick)
    case = replace(case, groups=(*case.groups, *group("muds", "clay")["groups"]))
    assert ("pool_feeds_recipe", "storages.csv", "material") in faults(case)


def test_a_residue_that_is_hazardous_by_its_feed_is_not_mixed_with_other() -> None:
    """Slag is declared general waste; made of lining it is hazardous, and its pool holds mud too."""
    lining = merged(
        waste("lining", "spent_pot_lining", hazardous=True),
        arises("lining", 10, "P"),
        waste("slag"),
        works("melt", "lining", {"slag": 1.0}, at="P"),
    )
    case = pooled(MUDS, base(50), lining, pool={"accepts_hazardous": True})
    case = replace(case, groups=(*case.groups, *group("muds", "slag")["groups"]))
    assert ("pool_spreads_hazard", "storages.csv", "material") in faults(case)


def test_a_waste_with_a_storage_clock_is_not_mixed() -> None:
    """In a mixture no tonne keeps its age; the clock is that of slag by its feed."""
    lining = merged(
        waste("lining", "spent_pot_lining", hazardous=True, clock="producer"),
        arises("lining", 10, "P"),
        waste("slag"),
        works("melt", "lining", {"slag": 1.0}, at="P"),
        rows(clocks=StorageClock(role="producer", limit_months=12, clause="c")),
    )
    case = pooled(MUDS, base(50), lining, pool={"accepts_hazardous": True})
    case = replace(case, groups=(*case.groups, *group("muds", "slag")["groups"]))
    assert ("pool_with_ages", "storages.csv", "mixed") in faults(case)
