"""Facts about options on what arises: plans pass the audit, an option never hurts, a tonne arises or is avoided."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from tests.builders import solve
from tests.properties.cases import random_cases
from tests.properties.test_plans import best, few

from redmud_opt.case import Case
from redmud_opt.case.things import Material, ReductionOption, Relining

pytestmark = pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")  # of long reprs
OTHER = Material(name="other_lining", legal_status="hazardous_waste", waste_class="spent_pot_lining")
CAMPAIGN = Relining(name="potline", site="M", material="lining", pots=10, lining_t_per_pot=2.5,
                    starts=date(2026, 3, 15), ends=date(2026, 9, 1))  # fmt: skip


@st.composite
def options(draw: Any, name: str, arising: str) -> ReductionOption:
    """An option of any kind; one that becomes something is on lining."""
    kinds = ["reduction", "expansion", *(["switch"] if arising == "potline" else [])]
    kind = draw(st.sampled_from(kinds))
    money: dict[str, Any] = {"cost_cny_per_t": draw(st.sampled_from([-5.0, 0.0, 20.0, 70.0]))}
    if kind == "expansion":
        money = {"margin_cny_per_t": draw(st.sampled_from([0.0, 30.0, 90.0]))}
    if kind == "switch":
        money |= {"becomes": OTHER.name, "factor_t_per_t": draw(st.sampled_from([0.5, 1.5]))}
    return ReductionOption(
        name=name,
        arising=arising,
        kind=kind,
        share=draw(st.sampled_from([0.2, 0.7, 1.0])),
        capex_cny=draw(st.sampled_from([0.0, 0.0, 100.0])),
        whole=draw(st.booleans()),
        lead_time_months=draw(st.sampled_from([None, 2])),
        earliest=draw(st.sampled_from([None, date(2026, 5, 10)])),
        **money,
    )


@st.composite
def changed_cases(draw: Any) -> Case:
    """A random case with a campaign of relining and two options on it, and one on mud."""
    return with_options(draw, draw(random_cases()))


def with_options(draw: Any, case: Case) -> Case:
    """The case with these options."""
    mine = [draw(options(f"on_{k}", name)) for k, name in enumerate(("potline", "potline", "mud_R_"))]
    dumps = tuple(
        replace(row, name=f"pit_{row.site}", material=OTHER.name)
        for row in case.storages
        if row.name.startswith("dump")
    )
    return replace(
        case,
        materials=(*case.materials, OTHER),
        relinings=(CAMPAIGN,),
        storages=(*case.storages, *dumps),
        reductions=tuple(mine),
    )


@few
@given(changed_cases())
def test_a_plan_passes_its_audit_and_every_tonne_arises_or_is_avoided(case: Case) -> None:
    """Σ what arises = what the case states − avoided − changed + added."""
    plan = solve(case)
    stated = solve(replace(case, reductions=())).sum("arisings", "arising_t")
    change = {name: plan.sum("reductions", f"{name}_t") for name in ("avoided", "changed", "added")}
    arises = plan.sum("arisings", "arising_t")
    assert arises == pytest.approx(stated - change["avoided"] - change["changed"] + change["added"])
    assert arises == pytest.approx(plan.sum("identity", "generated_t"))
    for kind in plan.frame("reductions")["kind"].unique():
        event(str(kind))


@few
@given(changed_cases())
def test_an_option_never_lowers_the_optimum(case: Case) -> None:
    value, money = best(case)
    fewer, _ = best(replace(case, reductions=case.reductions[1:]))
    assert value >= fewer - 1e-6 * money
    wider = tuple(replace(row, share=1.0, whole=False) for row in case.reductions)
    assert best(replace(case, reductions=wider))[0] >= value - 1e-6 * money
