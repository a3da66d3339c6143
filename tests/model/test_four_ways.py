"""One model, whatever road it takes: the contract of the array-backed components on every family, and four solvers.

The four ways all end in a simplex basis (crossover is on), and their optima agree to 1e-7.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from pyomo.environ import ConcreteModel, Constraint, SolverFactory
from tests.builders import landfill, mud, parts, sells, tiny, yard, years
from tests.model.array_contract import CHECKS, assert_agrees, assert_four_ways, families
from tests.model.rich import before, rich, small

from redmud_opt.case import Case
from redmud_opt.model import FORMULATION, build_model
from redmud_opt.model.arrays import Columns, Rows, compile
from redmud_opt.model.value import GOALS, set_goal
from redmud_opt.network import Network, build_network
from redmud_opt.solve import Session, solve_levels


@cache
def network(case_of: Callable[[], Case]) -> Network:
    case = case_of()
    return build_network(case, before(case) if case.change_limits else None)


def build() -> ConcreteModel:
    """Every family, small."""
    return build_model(network(small))


def test_every_family_of_the_small_case_has_members() -> None:
    """Else the contract would hold of nothing."""
    model = build()
    empty = [f.name for f in (*families(model, Rows), *families(model, Columns)) if not len(f)]
    declared = {c.local_name for c in model.component_objects() if isinstance(c, Rows | Columns)}
    assert not empty
    assert declared == {f.local_name for f in (*families(model, Rows), *families(model, Columns))}


SLOW = ("check_fixing", "check_bounds", "check_deactivating", "check_deleting", "check_copies")
"""Checks that go through every family by itself, some 90 of them here, and the one that solves eight copies; what a
copy carries of every family is `check_copies_carry_state`.
"""


def _checks() -> list[Any]:
    marks = dict.fromkeys(SLOW, pytest.mark.slow)
    return [pytest.param(check, id=check.__name__, marks=marks.get(check.__name__, ())) for check in CHECKS]


@pytest.mark.parametrize("check", _checks())
def test_the_contract_of_the_arrays_on_every_family(
    check: Callable[[Callable[[], ConcreteModel]], None],
) -> None:
    check(build)


def toy() -> Case:
    ends = (yard("mud"), sells("mud", -3, method="U", max_t=20), landfill("mud", 9))
    return tiny(mud(), *ends, periods=parts(2026, 6) + years(2027))


@pytest.mark.parametrize("goal", GOALS)
@pytest.mark.parametrize("case", [pytest.param(rich, marks=pytest.mark.slow), small, toy])
def test_the_same_optimum_four_ways(case: Callable[[], Case], goal: str) -> None:
    """Arrays, Pyomo's standard-form compiler, an LP file, and Pyomo's two interfaces, for every goal."""

    def build_for_goal() -> ConcreteModel:
        model = build_model(network(case))
        set_goal(model, network(case), goal)
        return model

    assert_four_ways(build_for_goal)
    session = solve_levels(build_for_goal(), network(case), Session(), [goal])
    assert session.stopped == "optimal"


def test_the_same_optimum_four_ways_of_the_rich_case() -> None:
    """Of value; the other goals differ from it in the objective alone, and are tried on the smaller cases."""
    test_the_same_optimum_four_ways(rich, "value")


def test_values_through_pyomo_give_the_totals_of_the_session() -> None:
    """Solved by Pyomo's interface on the array-backed model, the named totals are those of the session."""
    model, other = build_model(network(rich)), build_model(network(rich))
    solve_levels(other, network(rich), Session(), ["value"])
    set_goal(model, network(rich), "value")
    SolverFactory("appsi_highs").solve(model)
    assert model.goal["value"].value == pytest.approx(other.goal["value"].value, rel=1e-7)
    # Alternative optima differ in tonnes, so the definitions are checked, not the tonnes.
    for name in ("utilised_t", "account", "value_cny"):
        rows, columns = model.component(f"define_{name}"), model.component(name)
        assert len(rows) == len(columns)
        worst = max(abs(row.lslack()) for row in rows.values())
        assert worst <= 1e-6 * max(1.0, float(np.abs(columns.values_array).max()))


def test_an_ordinary_constraint_beside_the_families_counts() -> None:
    """One tonne of bricks at most: written in Pyomo on array-backed columns, seen by the session and by Pyomo."""
    model = build_model(network(rich))
    bricks = [column for key, column in model.sold_t.items() if key[0] == "brick_outlet"]
    model.limit.deactivate()
    model.target.deactivate()
    model.cap = Constraint(expr=sum(bricks) <= 1)
    session = Session().solve(model)
    assert session.stopped == "optimal"
    assert sum(column.value for column in bricks) == pytest.approx(1)
    assert_agrees(model)


def test_a_study_variant_passes_another_list() -> None:
    """Without the family of targets and what leans on it, the model still compiles and says as much."""
    names = [family.__name__ for family in FORMULATION]
    assert len(names) == len(set(names))
    kept = [family for family in FORMULATION if family.__name__ not in ("add_limits", "add_shares")]
    fewer = compile(build_model(network(small), kept))
    whole = compile(build())
    gone = {name for name, _, _ in whole.row_blocks} - {name for name, _, _ in fewer.row_blocks}
    assert gone == {"limit", "blend_share"}


def test_every_row_family_says_what_it_is() -> None:
    """Kind and message key stand on every family, for diagnosis; the key has words in both languages."""
    from redmud_opt.i18n import Message, text

    for rows in families(build(), Rows):
        assert rows.tags["kind"] in ("physics", "hard_law", "policy", "link"), rows.name
        for language in ("en", "zh"):
            assert text(Message(rows.tags["message"]), language), rows.name
