"""Facts about yards on random cases: plans pass their audit, and whatever is granted never lowers value.

Value is compared to 1e-6 of the greatest term of value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from tests.builders import solve
from tests.model.test_goldens_yards import rains
from tests.properties.cases import random_cases
from tests.properties.test_decisions import best, few

from redmud_opt.case import Case
from redmud_opt.case.rules import YardMeasure
from redmud_opt.case.works import Raise, Storage, YardPoint

pytestmark = pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")  # of long reprs
Draw = Any


@st.composite
def yard_cases(draw: Draw) -> Case:
    """A case with a terrace to raise, a new yard, a yard to close or to cap; always with a plan."""
    return with_yards(draw, draw(random_cases()))


def with_yards(draw: Draw, case: Case) -> Case:
    """The case with these yards."""
    money = st.sampled_from([0.0, 50.0, 2000.0])
    lead = st.sampled_from([None, 2, 7])
    freeboard = draw(st.sampled_from([{}, {"freeboard_share": 0.2}, {"freeboard_m": 1.5}]))
    terrace = Storage(
        name="terrace", site="R", material="general", method="D", final=draw(st.booleans()), per="period",
        retrievable=True, height_m=draw(st.sampled_from([2.0, 4.0])), place_cost_cny_per_t=3,
        fixed_om_cny_per_a=draw(st.sampled_from([None, 40.0])), may_close=draw(st.booleans()),
        closure_cost_cny=draw(money), rainy_calendar="rains" if freeboard else "", **freeboard,
    )  # fmt: skip
    new = Storage(
        name="next", site="M", material="general", method="D", final=True, per="year", place_cost_cny_per_t=2,
        candidate=True, allowed="as licensed", capacity_t=draw(st.sampled_from([60.0, 400.0])),
        capex_cny=draw(money), lead_time_months=draw(lead), max_put_t=draw(st.sampled_from([None, 80.0])),
        fixed_om_cny_per_a=draw(st.sampled_from([None, 30.0])),
    )  # fmt: skip
    raises = tuple(
        Raise(
            name=f"to_{height:g}",
            storage="terrace",
            to_height_m=height,
            capex_cny=draw(money),
            allowed="yes",
            lead_time_months=draw(lead),
        )
        for height in (6.0, 9.0)
    )
    within = draw(st.sampled_from([None, case.periods[0].start, date(2040, 1, 1)]))
    cap = YardMeasure(
        name="cap", storage=draw(st.sampled_from(["yard", "terrace"])), kind="cap", cost_cny=draw(money),
        deadline=within, risk_before=60, risk_after=20, annual_cost_cny_per_a=5,
    )  # fmt: skip
    points = tuple(
        YardPoint(storage="terrace", height_m=h, volume_m3=v) for h, v in ((0, 0), (4, 60), (9, 300))
    )
    return replace(
        case,
        storages=(*case.storages, terrace, new),
        yard_curves=points,
        raises=raises,
        yard_measures=(cap,),
        calendars=(*case.calendars, *rains()["calendars"]),
    )


@few
@given(yard_cases())
def test_every_plan_with_yards_passes_its_audit(case: Case) -> None:
    """`solve` audits; and something is decided in some of the cases."""
    for kind in solve(case).frame("yard_events")["kind"]:
        event(kind)


def _storages(case: Case, **values: Any) -> Case:
    return replace(case, storages=tuple(replace(row, **values) for row in case.storages))


GRANTED: dict[str, Callable[[Case], Case]] = {
    "no freeboard": lambda c: _storages(c, freeboard_share=None, freeboard_m=None, rainy_calendar=""),
    "no upkeep": lambda c: _storages(c, fixed_om_cny_per_a=None),
    "may close": lambda c: replace(
        c, storages=tuple(replace(row, may_close=not row.candidate) for row in c.storages)
    ),
    "room": lambda c: replace(
        c, yard_curves=tuple(replace(row, volume_m3=row.volume_m3 + 50) for row in c.yard_curves)
    ),
    "cheap raises": lambda c: replace(c, raises=tuple(replace(row, capex_cny=0.0) for row in c.raises)),
    "fast raises": lambda c: replace(
        c, raises=tuple(replace(row, lead_time_months=None) for row in c.raises)
    ),
    "a door in the cap": lambda c: replace(
        c, yard_measures=tuple(replace(row, blocks_reclaim="no") for row in c.yard_measures)
    ),
    "no deadline": lambda c: replace(
        c, yard_measures=tuple(replace(row, deadline=None) for row in c.yard_measures)
    ),
}


@few
@given(yard_cases(), st.sampled_from(sorted(GRANTED)))
def test_what_is_granted_never_lowers_value(case: Case, which: str) -> None:
    """With the end of the horizon free: a way out that may be closed is no certain one, and charges may rise."""
    case = replace(case, settings=replace(case.settings, end_of_horizon="free"))
    before, money = best(case)
    assert best(GRANTED[which](case))[0] >= before - 1e-6 * money
