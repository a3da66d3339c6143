"""Wagner and Whitin 1958: lot sizes over twelve periods; the optimum is 864."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.builders import solve

from redmud_opt.case import load_case

CASE = "tests/literature/wagner_whitin"
SET_UPS = {1: 85, 3: 102, 5: 98, 8: 86, 10: 110, 11: 98}
"""Periods with an order, and what setting up costs in them."""


def test_wagner_whitin_has_the_optimum_of_the_paper() -> None:
    """579 for six orders and 285 for holding."""
    plan = solve(load_case(CASE))
    assert plan.outcome.gap == pytest.approx(0, abs=1e-9)
    assert plan.value == pytest.approx(-864, rel=1e-6)
    assert plan.term("running") == pytest.approx(-sum(SET_UPS.values()))
    assert plan.term("holding") == pytest.approx(-285)
    orders = plan.frame("running")
    assert orders["line"].tolist() == [f"set_up_{k:02d}" for k in SET_UPS]


def test_dear_set_ups_are_fewer() -> None:
    """Ten times the cost of setting up: by the recursion of the paper over 12 periods."""
    case = load_case(CASE)
    lines = tuple(
        replace(k, fixed_cost_cny_per_period=10 * (k.fixed_cost_cny_per_period or 0)) for k in case.lines
    )
    demand = [row.max_t or 0.0 for row in case.outlets]
    best = [0.0]
    for last in range(1, 13):
        best.append(
            min(
                best[first - 1]
                + (lines[first - 1].fixed_cost_cny_per_period or 0.0)
                + sum((k - first) * demand[k - 1] for k in range(first, last + 1))
                for first in range(1, last + 1)
            )
        )
    assert solve(replace(case, lines=lines)).value == pytest.approx(-best[-1], rel=1e-6)
