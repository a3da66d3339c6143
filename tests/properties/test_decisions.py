"""Facts about decisions: plans pass the audit, relaxing never hurts, links cut nothing off, M's are large enough.

Value is compared to 1e-6 of the greatest term of value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from tests.builders import solve
from tests.examples import examples
from tests.model.array_contract import families
from tests.properties.decisions import decided_cases

from redmud_opt.case import Case
from redmud_opt.model import FORMULATION, build_model
from redmud_opt.model.arrays import Columns, compile
from redmud_opt.model.links import add_links
from redmud_opt.model.moved import Moved
from redmud_opt.network import build_network
from redmud_opt.solve import Session, solve_levels

pytestmark = pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")  # of long reprs
few = settings(
    max_examples=examples(10),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
WITHOUT_LINKS = [family for family in FORMULATION if family is not add_links]


def best(
    case: Case, formulation: Any = FORMULATION, change: Callable[[Any], None] = lambda model: None
) -> tuple[float, float]:
    """The most value, and the size of the money in it."""
    network = build_network(case)
    model = build_model(network, formulation)
    change(model)
    outcome = solve_levels(model, network, Session(), ["value"])
    assert (outcome.stopped, outcome.holds) == ("optimal", "proved"), (outcome.stopped, outcome.detail)
    assert outcome.objective is not None
    return outcome.objective, max(1.0, float(np.abs(model.value_cny.values_array).max()))


@few
@given(decided_cases())
def test_every_plan_with_decisions_passes_its_audit(case: Case) -> None:
    """`solve` audits; and something is decided in some of the cases."""
    plan = solve(case)
    for name in ("builds", "closings", "openings", "used", "refunds"):
        event(f"{name}: {bool(len(plan.frame(name)))}")


# ---------------------------------------------------------------- relaxing

RELAXED: dict[str, Callable[[Case], Case]] = {
    "budget": lambda c: replace(
        c, budgets=tuple(replace(b, amount_cny=1.5 * b.amount_cny) for b in c.budgets)
    ),
    "logic": lambda c: replace(c, logic=c.logic[1:]),
    "limits": lambda c: replace(
        c, limits=tuple(k for k in c.limits if k.measure not in ("built", "count_used"))
    ),
    "min_rate": lambda c: _lines(c, min_rate=0.4),
    "min_run_share": lambda c: _lines(c, min_run_share=0.2),
    "min_run_periods": lambda c: _lines(c, min_run_periods=None),
    "capex": lambda c: _lines(c, capex_cny=100),
    "fixed_om": lambda c: _lines(c, fixed_om_cny_per_a=10),
    "closing": lambda c: _lines(c, closing_cost_cny=0),
    "times": lambda c: replace(c, lines=tuple(replace(k, times=3) if k.times == 2 else k for k in c.lines)),
    "fixed_cost": lambda c: replace(c, lanes=tuple(replace(k, fixed_cost_cny=None) for k in c.lanes)),
    "min_lot": lambda c: replace(c, lanes=tuple(replace(k, min_lot_t=None) for k in c.lanes)),
}


def _lines(case: Case, **less: Any) -> Case:
    """Lines with a column no greater than that, where it is stated."""
    ((name, most),) = less.items()
    found = []
    for line in case.lines:
        value = getattr(line, name)
        new = value if value is None else most if most is None else min(value, most)
        found.append(replace(line, **{name: new}))
    return replace(case, lines=tuple(found))


@few
@given(decided_cases(), st.sampled_from(sorted(RELAXED)))
def test_relaxing_a_rule_never_lowers_value(case: Case, which: str) -> None:
    looser = RELAXED[which](case)
    if which == "capex":  # a residual value falls with capex, though never by as much
        looser, case = (
            replace(c, settings=replace(c.settings, residual_value="none")) for c in (looser, case)
        )
    before, money = best(case)
    assert best(looser)[0] >= before - 1e-6 * money


@few
@given(decided_cases())
def test_value_is_at_most_that_of_the_relaxation(case: Case) -> None:
    def relax(model: Any) -> None:
        for columns in families(model, Columns):
            columns.set_integer(False)
        assert not compile(model).integrality.any()

    value, money = best(case)
    assert best(case, change=relax)[0] >= value - 1e-6 * money


# ---------------------------------------------------------------- what may cut nothing off


@settings(few, max_examples=2 * few.max_examples)
@given(decided_cases())
def test_links_cut_nothing_off(case: Case) -> None:
    """Opening stock, intermediates, transfers and lines that stand beside: the optimum is that without links."""
    value, money = best(case)
    assert best(case, WITHOUT_LINKS)[0] == pytest.approx(value, abs=1e-6 * money)


@few
@given(decided_cases())
def test_most_that_can_move_is_enough(case: Case) -> None:
    """The optimum is the same with three times the M of lanes and outlets."""
    value, money = best(case)
    most = Moved.most.func
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Moved, "most", property(lambda self: 3 * most(self)))
        assert best(case)[0] == pytest.approx(value, abs=1e-6 * money)


@few
@given(decided_cases())
def test_bounds_cut_nothing_off_with_decisions(case: Case) -> None:
    """Without the upper bounds of acts that the network derives, the optimum is the same."""

    def free(model: Any) -> None:
        for name in ("flow_t", "feed_t", "stock_t", "put_t", "reclaim_t", "placed_t", "sold_t", "bought_t"):
            model.component(name).upper_bound = np.inf

    value, money = best(case)
    assert best(case, change=free)[0] == pytest.approx(value, abs=1e-6 * money)
