"""Facts that hold for every case: monotone, scale-free, blind to the order of rows, closed in origin tonnes.

Value is compared to 1e-7 of the greatest term of value, since terms cancel.
"""

from __future__ import annotations

import random
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.builders import landfill, product, prop, run, solve, tiny, waste
from tests.examples import examples
from tests.model.array_contract import assert_four_ways
from tests.properties.cases import random_cases

from redmud_opt.case import TABLES, Case
from redmud_opt.case.things import Assay
from redmud_opt.case.works import Emission, Gate
from redmud_opt.model import build_model
from redmud_opt.model.arrays import Columns, compile
from redmud_opt.network import build_network
from redmud_opt.solve import Session, solve_levels

pytestmark = pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")  # of long reprs
few = settings(
    max_examples=examples(12),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def best(case: Case, goal: str = "value") -> tuple[float, float]:
    """The optimum of a goal alone, and the size of the money in it; −inf without a plan."""
    network = build_network(case)
    model = build_model(network)
    outcome = solve_levels(model, network, Session(), [goal])
    assert outcome.stopped in ("optimal", "infeasible"), outcome.stopped
    if outcome.objective is None:
        return -np.inf, 1.0
    return outcome.objective, max(1.0, float(np.abs(model.value_cny.values_array).max()))


def changed(case: Case, **tables: Any) -> Case:
    return replace(case, **tables)


def every(case: Case, table: str, *columns: str, by: float) -> dict[str, tuple[Any, ...]]:
    """A table with numbers multiplied, where there are any."""
    found = []
    for row in getattr(case, table):
        new = {c: getattr(row, c) * by for c in columns if getattr(row, c) is not None}
        found.append(replace(row, **new))
    return {table: tuple(found)}


# ---------------------------------------------------------------- every plan


@few
@given(random_cases())
def test_every_plan_passes_its_audit_and_closes_its_identity(case: Case) -> None:
    """`solve` checks both; a year utilises no more new waste than arose in it or lay there, dated, at its start."""
    plan = solve(case)
    identity = plan.frame("identity").groupby("year")[["generated_t", "opening_t"]].sum()
    for number, year in enumerate(plan.network.time.years):
        opening = 0.0 if number else identity["opening_t"][year]
        assert plan.utilised(year) <= identity["generated_t"][year] + opening + 1e-6


@few
@given(random_cases())
def test_origin_tonnes_are_never_negative_and_never_more_than_there_were(case: Case) -> None:
    plan = solve(case)
    identity = plan.frame("identity").drop(columns=["origin", "year", "residual_t"])
    assert identity.to_numpy().min() >= -1e-6
    come = identity["opening_t"] + identity["generated_t"]
    assert (identity["utilised_t"] <= come + 1e-6).all()


@few
@given(random_cases())
def test_cost_to_serve_loses_no_money_and_no_tonne(case: Case) -> None:
    """All value is borne by sources, by fates that their tonnes go to or pass; each source keeps its tonnes."""
    plan = solve(case)
    costs, tonnes = plan.frame("cost_to_serve"), plan.frame("traced")
    money = max(1.0, float(plan.frame("value_terms")["value_cny"].abs().max()))
    assert costs["value_cny"].sum() == pytest.approx(plan.value, abs=1e-7 * money)
    assert costs.loc[costs["given"] == "not_attributed", "value_cny"].abs().sum() <= 1e-7 * money
    come = plan.sum("arisings", "arising_t") + sum(row.amount_t for row in case.opening_stock)
    assert tonnes["origin_t"].sum() == pytest.approx(come, abs=1e-6)
    whose = ["site", "material", "given", "fate", "at"]
    assert set(map(tuple, costs[costs["given"] != "goods"][whose].to_numpy())) <= set(
        map(tuple, tonnes[whose].to_numpy())
    )


# ---------------------------------------------------------------- monotone

CAPACITIES = (
    ("lines", "capacity"),
    ("outlets", "max_t"),
    ("storages", "capacity_t"),
    ("storages", "airspace_m3"),
    ("storages", "max_put_t"),
    ("storages", "max_reclaim_t"),
    ("lanes", "capacity_t"),
    ("supplies", "max_t"),
)


@few
@given(random_cases(), st.sampled_from(CAPACITIES))
def test_more_capacity_never_lowers_the_optimum(case: Case, which: tuple[str, str]) -> None:
    wider = changed(case, **every(case, *which, by=1.5))
    for goal in ("value", "utilisation"):
        before, money = best(case, goal)
        assert best(wider, goal)[0] >= before - 1e-7 * money


@few
@given(random_cases(), st.sampled_from(["press", "dump_R", "mud_outlet"]), st.floats(0, 20))
def test_an_each_gate_never_raises_the_optimum(case: Case, at: str, limit: float) -> None:
    """An `each` gate shuts a door and opens none; where nothing passes any more there may be no plan."""
    known = tuple(
        Assay(material=m.name, property="X", value=float(3 * k % 20)) for k, m in enumerate(case.materials)
    )
    each = prop("X", mixing="each")["properties"]
    open_case = changed(case, properties=case.properties + each, composition=case.composition + known)
    gate = Gate(name="shut", at=at, property="X", limit=limit)
    shut = changed(open_case, gates=(*case.gates, gate))
    for goal in ("value", "utilisation"):
        before, money = best(open_case, goal)
        assert best(shut, goal)[0] <= before + 1e-7 * money


# ---------------------------------------------------------------- blind

SIZES = {
    "arisings": ("amount_t",),
    "opening_stock": ("amount_t",),
    "lines": ("capacity",),
    "outlets": ("max_t", "min_t"),
    "supplies": ("max_t", "min_t"),
    "storages": ("capacity_t", "airspace_m3", "max_put_t", "max_reclaim_t"),
    "lanes": ("capacity_t",),
    "tiers": ("width_t",),
    "limits": ("value",),
}


@few
@given(random_cases(), st.sampled_from([0.01, 3.0, 1000.0]))
def test_scaling_all_tonnes_scales_value(case: Case, factor: float) -> None:
    tables: dict[str, Any] = {}
    for table, columns in SIZES.items():
        tables |= every(case, table, *columns, by=factor)
    before, money = best(case)
    assert best(changed(case, **tables))[0] == pytest.approx(factor * before, abs=factor * money * 1e-6)


@few
@given(random_cases(), st.randoms(use_true_random=False))
def test_the_order_of_rows_says_nothing(case: Case, shuffle: random.Random) -> None:
    tables = {}
    for name in TABLES:
        rows = getattr(case, name)
        tables[name] = tuple(shuffle.sample(rows, len(rows)))
    before, money = best(case)
    assert best(changed(case, **tables))[0] == pytest.approx(before, abs=1e-7 * money)


@few
@given(random_cases())
def test_an_unused_material_changes_nothing(case: Case) -> None:
    """A waste that never arises, a product that is never made, a landfill that takes only these."""
    more = tiny(
        waste("other_waste", "other"), product("other_product"), landfill("other_waste", name="other_fill")
    )
    both = changed(case, materials=case.materials + more.materials, storages=case.storages + more.storages)
    before, after = (compile(build_model(build_network(c))) for c in (case, both))
    assert len(after.cost) == len(before.cost)
    assert after.matrix.nnz == before.matrix.nnz
    value, money = best(case)
    assert best(both)[0] == pytest.approx(value, abs=1e-7 * money)


@few
@given(random_cases())
def test_bounds_cut_nothing_off(case: Case) -> None:
    """Without the upper bounds that the network derives for acts, the optimum is the same."""
    network = build_network(case)
    bounded, free = build_model(network), build_model(network)
    for name in ("flow_t", "feed_t", "stock_t", "put_t", "reclaim_t", "placed_t", "sold_t", "bought_t"):
        columns = free.component(name)
        assert isinstance(columns, Columns)
        columns.upper_bound = np.inf
    for goals in (["value"], ["utilisation"]):
        one, two = (solve_levels(m, network, Session(), goals).objective for m in (bounded, free))
        money = max(1.0, float(np.abs(bounded.value_cny.values_array).max()))
        assert one == pytest.approx(two, abs=1e-7 * money)


# ---------------------------------------------------------------- four ways, and warm


@settings(few, max_examples=4)
@given(random_cases())
def test_the_same_optimum_four_ways(case: Case) -> None:
    assert_four_ways(partial(_built, case))


def _built(case: Case) -> Any:
    return build_model(build_network(case))


@few
@given(random_cases(), random_cases())
def test_a_session_warm_from_another_case_finds_the_same(first: Case, second: Case) -> None:
    session = Session()
    session.solve(_built(first))
    warm = session.solve(_built(second))
    cold = run(replace(second, settings=replace(second.settings, objective="value")))[2]
    assert (warm.stopped, warm.holds) == (cold.stopped, cold.holds)
    scale = max(1.0, abs(cold.objective or 0.0))
    assert warm.objective == pytest.approx(cold.objective, abs=1e-6 * scale)


# ---------------------------------------------------------------- emissions


def emitting(case: Case, price: float) -> Case:
    """Every process emits, and so does every haul; at a price."""
    emissions = tuple(
        Emission(process=row.name, account="co2e_t", amount_per_t=0.05 * (k + 1))
        for k, row in enumerate(case.processes)
    )
    haul = tuple(replace(row, co2e_kg_per_t_km=0.1) for row in case.haul)
    priced = replace(case.settings, co2_price_cny_per_t=price)
    return replace(case, emissions=emissions, haul=haul, settings=priced)


@few
@given(random_cases(), st.floats(1, 200), st.floats(1, 400))
def test_a_higher_price_of_carbon_never_raises_emissions(case: Case, price: float, more: float) -> None:
    """V − pE is best at each price, so (p' − p)(E − E') ≥ 0; the least emissions of any plan are no more than both.

    Without the charge at the end, which pays for carbon that no account shows.
    """
    case = replace(case, settings=replace(case.settings, end_of_horizon="free"))
    found = []
    for at in (price, price + more):
        own = emitting(case, at)
        solved = solve(own)
        found.append(solved.sum("totals", "amount", total="co2e_t"))
        assert solved.term("co2_cost") <= 1e-6
    money = max(1.0, best(emitting(case, price))[1])
    assert more * (found[1] - found[0]) <= 1e-6 * money
    least, _ = best(emitting(case, 0.0), "emissions")
    assert least <= min(found) + 1e-6 * max(1.0, *found)
