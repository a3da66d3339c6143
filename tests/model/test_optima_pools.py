"""Pools on paper: two muds, a kiln that wants little soda, a road base that takes anything.

A has 10 % soda, B 2 %: a quarter of A makes 4 %. docs/decisions.md 'Pools'; the literature stands in `literature`.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.builders import (
    Tables,
    arises,
    in_stock,
    landfill,
    lane,
    optimum,
    parts,
    site,
    solve,
    waste,
    years,
)
from tests.model.pooling import base, kiln, merged, pooled

from redmud_opt.case import Case
from redmud_opt.case.things import Assay
from redmud_opt.model import RELAXATION, build_model
from redmud_opt.network import build_network
from redmud_opt.solve import Session, solve_case_goals
from redmud_opt.study.pools import solve_pools


def apart(case: Case) -> Case:
    """The same with every stream by itself."""
    return replace(case, storages=tuple(replace(row, mixed=False) for row in case.storages))


def relaxed(case: Case) -> float:
    """What the relaxation promises."""
    network = build_network(case)
    outcome = solve_case_goals(build_model(network, RELAXATION), network, Session())
    assert outcome.objective is not None
    return outcome.objective


def far(a: float, b: float) -> Tables:
    """So much mud at refineries A and B, each with a lane to the pool and a free dump of its own."""
    return merged(
        *(site(s) for s in ("A", "B")),
        arises("a", a, "A"),
        arises("b", b, "B"),
        *(lane(s, "P") for s in ("A", "B")),
        landfill("a", 0, "A", name="dump_a"),
        landfill("b", 0, "B", name="dump_b"),
    )


def test_the_good_is_not_had_without_the_bad() -> None:
    """Apart the kiln takes 100 t of B and 33.3 of A at 10, the base 50 t of A at 6: 1333.3 + 300.

    Pooled, what the base takes is what the kiln takes: a quarter of A at most, all of it to the kiln.
    """
    case = pooled(far(100, 100), kiln(4), base(50))
    assert optimum(apart(case)) == pytest.approx(400 / 3 * 10 + 300)
    found = solve(case)
    assert found.value == pytest.approx(400 / 3 * 10)
    shares = found.frame("pools").set_index("lineage")["share"].to_dict()
    assert shares == pytest.approx({"a": 0.25, "b": 0.75})
    assert found.utilised() == pytest.approx(400 / 3)


def test_what_arises_at_a_pool_goes_through_it() -> None:
    """Half A, half B, 6 % soda: too much for the kiln; the base takes 50 t, the rest stays."""
    case = pooled(arises("a", 100, "P"), arises("b", 100, "P"), kiln(4), base(50))
    found = solve(case)
    assert found.value == pytest.approx(300)
    assert found.sum("stocks", "stock_t") == pytest.approx(150)
    assert found.sum("sales", "sold", stream="a@red_mud@new") == pytest.approx(25)
    assert optimum(pooled(arises("a", 100, "P"), arises("b", 100, "P"), kiln(6), base(50))) == pytest.approx(
        2000
    )


@pytest.mark.parametrize(("soda", "together", "separate"), [
    (4, 2000, 2000),
    (3, 0, (150 + 150 / 7) * 10),
])  # fmt: skip
def test_what_lay_there_mixes_with_what_comes(soda: float, together: float, separate: float) -> None:
    """50 t of A in the first half, 150 t of B in the second: 4 %. Apart 3 % allow 7 a = 150 t of A beside B."""
    case = pooled(
        arises("a", 50, "P", during="26a"),
        arises("b", 150, "P", during="26b"),
        kiln(soda),
        periods=parts(2026, 6),
    )
    assert optimum(case) == pytest.approx(together)
    assert optimum(apart(case)) == pytest.approx(separate)


def test_a_pool_keeps_its_composition_over_periods() -> None:
    """The kiln takes 100 t a period: 200 t of a quarter A in the second and the third."""
    case = pooled(
        arises("a", 50, "P", during="26a"),
        arises("b", 150, "P", during="26b"),
        kiln(4, capacity=100),
        periods=parts(2026, 4),
    )
    found = solve(case)
    assert found.value == pytest.approx(2000)
    fed = found.frame("feeds").groupby(["period", "stream"])["feed_t"].sum().to_dict()
    expected = {("26b", "a@red_mud@new"): 25, ("26b", "b@red_mud@new"): 75}
    assert fed == pytest.approx(expected | {("26c", s): v for (_, s), v in expected.items()})


def test_the_new_year_changes_cohorts_not_shares() -> None:
    """50 t of A and 150 of B a year, 100 t to the kiln: of either cohort, in sum a quarter A."""
    case = pooled(arises("a", 50, "P"), arises("b", 150, "P"), kiln(4, capacity=100), periods=years(2026, 2))
    found = solve(case)
    assert found.value == pytest.approx(2000)
    second = found.frame("pools").query("period == '27a'").set_index("lineage")
    assert second["content_t"].to_dict() == pytest.approx({"a": 75, "b": 225})
    assert second["share"].to_dict() == pytest.approx({"a": 0.25, "b": 0.75})


def test_opening_stock_is_a_composition() -> None:
    """37 t of A and 111 of B lie there: 4 %, whatever the grid."""
    opening = merged(in_stock("pool", "a", 37), in_stock("pool", "b", 111))
    assert optimum(pooled(opening, kiln(4), pool_grid=1)) == pytest.approx(1480)
    assert optimum(pooled(opening, kiln(3.9), pool_grid=1)) == pytest.approx(0)


def test_a_pool_without_room_passes_all_in_a_period() -> None:
    """`capacity_t` 0: 300 t go through within the year, and none is left."""
    found = solve(pooled(far(100, 300), kiln(4), pool={"capacity_t": 0}))
    assert found.value == pytest.approx(400 * 10)
    assert found.sum("stocks", "reclaimed_t") == pytest.approx(400)


def test_beyond_a_lane_the_mixture_stays_one() -> None:
    """Kiln and base at K, joined by a lane: as if they stood at the pool. Apart 300 more."""
    case = pooled(far(100, 100), site("K"), lane("P", "K"), kiln(4, "K"), base(50, at="K"))
    assert optimum(case) == pytest.approx(400 / 3 * 10)
    assert optimum(apart(case)) == pytest.approx(400 / 3 * 10 + 300)


def test_lanes_to_several_sites_carry_one_mixture() -> None:
    """K and L have a lane and a use each: what the base takes the kiln lacks. With soda at 8 the kiln takes all."""
    ways = merged(site("K"), site("L"), lane("P", "K"), lane("P", "L"), base(50, at="L"))
    assert optimum(pooled(far(100, 100), ways, kiln(4, "K"))) == pytest.approx(400 / 3 * 10)
    assert optimum(pooled(far(100, 100), ways, kiln(8, "K"))) == pytest.approx(2000)


def test_pool_after_pool() -> None:
    """Half A in the first pool (6 %), B is added in the second: 3 t of B for 1 of A again, 133.3 t."""
    second = merged(
        site("Q"), site("K"), lane("P", "Q"), lane("Q", "K"), lane("B", "Q"),
        {"storages": (replace(pooled().storages[0], name="second", site="Q"),)},
    )  # fmt: skip
    found = solve(pooled(far(100, 100), second, kiln(4, "K")))
    assert found.value == pytest.approx(400 / 3 * 10)
    assert (
        set(found.frame("pools")["storage"]) == {"pool", "second"}
        or found.sum("stocks", "put_t", storage="pool") == 0
    )


def test_a_gate_on_every_material_bars_the_whole_mixture() -> None:
    """`each`: A may not enter, so nothing that holds A may; 100 t of B alone do."""
    case = pooled(far(100, 100), kiln(9))
    gates = tuple(replace(gate, kind="each") for gate in case.gates)
    assert optimum(replace(case, gates=gates)) == pytest.approx(1000)
    forced = pooled(arises("a", 100, "P"), arises("b", 100, "P"), kiln(9))
    assert optimum(replace(forced, gates=gates)) == pytest.approx(0)


def test_products_of_a_line_at_the_pool_do_not_join_it() -> None:
    """Clinker is made at P and is no mud: it leaves without passing the pool."""
    found = solve(pooled(far(0, 100), kiln(4)))
    assert set(found.frame("stocks")["stream"]) == {"b@red_mud@new"}
    assert found.value == pytest.approx(1000)


def third(share: float) -> Tables:
    """C with so much soda."""
    return merged(
        waste("c", "red_mud"), site("C"), arises("c", 100, "C"), lane("C", "P"), landfill("c", 0, "C", name="dump_c"),
        {"composition": (Assay(material="c", property="soda", value=share),)},
    )  # fmt: skip


@given(
    st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(3, 9)),
    st.integers(10, 200),
    st.integers(1, 3),
)
@settings(max_examples=8, deadline=None)
def test_pooling_never_pays_and_a_finer_grid_never_harms(
    soda: tuple[int, int, int], most: int, grid: int
) -> None:
    """Plan on a grid ≤ plan on one that holds it ≤ relaxation ≤ streams kept apart; three muds, two kilns, a base."""
    ways = merged(site("K"), site("L"), lane("P", "K"), lane("P", "L"))
    uses = merged(kiln(soda[0], "K"), kiln(soda[1], "L", name="other", price=7.0), base(most))
    case = pooled(far(100, 100), third(soda[2]), ways, uses, pool_grid=grid)
    groups = (*case.groups, replace(case.groups[0], member="c"))
    case = replace(case, groups=groups)
    finer = replace(case, settings=replace(case.settings, pool_grid=2 * grid))
    values = [optimum(case), optimum(finer), relaxed(case), optimum(apart(case))]
    assert all(low <= high + 1e-6 * max(1, high) for low, high in pairwise(values)), values


def test_a_case_without_pools_is_solved_once() -> None:
    case = apart(pooled(far(100, 100), kiln(4)))
    network = build_network(case)
    found = solve_pools(build_model(network), network)
    assert found.record is None
    assert found.outcome.holds == "proved"
    assert len(found.model.mixture) == len(found.model.mixed_share) == 0


def test_what_no_pool_can_mix_is_proved_impossible() -> None:
    """The kiln must deliver 100 t, the muds that arise at the pool hold too much soda in any plan."""
    case = pooled(arises("a", 100, "P"), arises("b", 100, "P"), kiln(4))
    outlets = tuple(replace(row, min_t=100.0) for row in case.outlets)
    network = build_network(replace(case, outlets=outlets))
    found = solve_pools(build_model(network), network)
    assert (found.outcome.stopped, found.outcome.holds) == ("infeasible", "nothing")


def test_an_objective_that_is_minimised() -> None:
    """Least on dumps: the kiln takes 133.3 t, a quarter A; apart the base would take 50 t more of A.

    What the base takes is what the kiln takes, so 100 t of A and 100 of B less 133.3 t lie on dumps.
    """
    case = pooled(far(100, 100), kiln(4), base(50), objective="landfilled", pool={"capacity_t": 0})
    found = solve_pools(build_model(build_network(case)), build_network(case))
    assert found.record is not None
    assert found.record["reached"] == pytest.approx(200 - 400 / 3, abs=1e-3)
    assert found.record["bound"] <= found.record["reached"] + 1e-6
    assert found.record["gap"] == pytest.approx(0, abs=1e-5)


def test_the_objective_utilisation_has_its_own_bound() -> None:
    """Most use first: 133.3 t to the kiln, or 50 to the base and the rest nowhere."""
    case = pooled(far(100, 100), kiln(4), base(50), objective="utilisation")
    network = build_network(case)
    found = solve_pools(build_model(network), network)
    assert found.record is not None
    assert found.record["reached"] == pytest.approx(400 / 3)
    assert found.record["bound"] == pytest.approx(400 / 3)
    assert found.outcome.bound is None
