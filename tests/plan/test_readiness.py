"""What can fail in time and room, on paper: clocks, rains, lead times, exempt use, what nobody asks for; audited."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import (
    Solved,
    Tables,
    arises,
    in_stock,
    landfill,
    lane,
    mud,
    parts,
    product,
    rows,
    sells,
    site,
    solve,
    tiny,
    waste,
    works,
    yard,
    years,
)
from tests.model import permitting
from tests.model.deciding import press, world

from redmud_opt.case.indicators import READINESS, Watched
from redmud_opt.case.rules import Exemption, ListedExemption, Permit, StorageClock
from redmud_opt.case.things import CalendarMonth

SPL = "321-023-48"


def readings(solved: Solved, indicator: str) -> dict[tuple[str, str], tuple[float, str]]:
    """(item, period or year) → value and state."""
    frame = solved.frame("readiness")
    own = frame[frame["indicator"] == indicator]
    keys = zip(own["item"], own["period"].where(own["period"] != "", own["year"].astype(str)), strict=True)
    return dict(zip(keys, zip(own["value"], own["state"], strict=True), strict=True))


def test_stock_runs_out_of_time() -> None:
    """Clock of 6 months, soft at 10 CNY a year: 100 t of 1 January lie all year, 60 t go in the last quarter.

    End of March: the last day is in 91 days; of June: within 90 days (0 left); of September: 92 days too late. At the
    end of the year 40 t are left, 365 days old, and 100 t are too old before that: the dump opens on 1 October.
    """
    clock = StorageClock(
        role="licensed_operator", limit_months=6, hard=False, price_cny_per_t_a=10, clause="art. 81"
    )
    case = tiny(
        waste("lining", "spent_pot_lining", hazardous=True, clock="licensed_operator"),
        arises("lining", 100, during="26a"),
        yard("lining", accepts_hazardous=True),
        landfill("lining", accepts_hazardous=True, opens=date(2026, 10, 1), max_put_t=60, per="period"),
        rows(clocks=clock),
        periods=parts(2026, 3),
    )
    solved = solve(case)
    assert readings(solved, "stock_expiring") == {("yard", "26b"): (pytest.approx(100.0), "watch")}
    overdue = {
        ("yard", "26c"): (pytest.approx(100.0), "alarm"),
        ("yard", "26d"): (pytest.approx(40.0), "alarm"),
    }
    assert readings(solved, "stock_overdue") == overdue
    scores = solved.frame("scorecard")
    oldest = scores[(scores["indicator"] == "storage_age_greatest") & (scores["at"] == "")]
    assert oldest["value"].tolist() == [365.0]


def test_first_in_first_out_where_no_age_is_kept() -> None:
    """30 t lay there since 1 July 2025, 10 t come a year, 25 t are taken in 2027, of them the 10 t of that year.

    End of 2026: 30 t of 549 days, 10 t of 365. End of 2027: 15 t have left the head, 15 t of 914 days and 10 of 730.
    """
    case = tiny(
        waste("lining", "spent_pot_lining", hazardous=True),
        arises("lining", 10),
        yard("lining", accepts_hazardous=True, put_cost_cny_per_t=1),
        in_stock("yard", "lining", 30, arose_on=date(2025, 7, 1)),
        sells("lining", -50, method="D", opens=date(2027, 1, 1), min_t=25, max_t=25),
        periods=years(2026, 2),
    )
    scores = solve(case).frame("scorecard")
    whole = scores[(scores["at"] == "") & scores["indicator"].str.startswith("storage_age")]
    found = {(row.indicator, row.year): row.value for row in whole.itertuples()}
    assert found == {
        ("storage_age_mean", 2026): pytest.approx((30 * 549 + 10 * 365) / 40),
        ("storage_age_mean", 2027): pytest.approx((15 * 914 + 10 * 730) / 25),
        ("storage_age_greatest", 2026): 549.0,
        ("storage_age_greatest", 2027): 914.0,
    }


def test_room_before_the_rains() -> None:
    """1,000 m³, 200 of them kept free in the third quarter; 300 m³ come a quarter, 600 lie there in June.

    200 are left under the coming freeboard line, and the plan puts 200 there in the rains, the rest is taken away: 1.
    """
    rains = tuple(CalendarMonth(calendar="rains", month=m, share=float(m in (7, 8, 9))) for m in range(1, 13))
    case = tiny(
        mud(300, density_t_per_m3=1),
        yard("mud", airspace_m3=1000, freeboard_share=0.2, rainy_calendar="rains"),
        sells("mud", -5, method="D"),
        rows(calendars=rains),
        periods=parts(2026, 3),
    )
    found = readings(solve(case), "freeboard_before_rains")
    assert found == {("yard", "26b"): (pytest.approx(1.0), "watch")}


def test_capacity_that_has_not_begun() -> None:
    """A press of 60 t/a decided in 2026 needs 14 months: in lead time at the end of 2026, not at the end of 2027."""
    case = world(press(60, capex_cny=10, lead_time_months=14), sells("brick", 100), periods=years(2026, 2))
    found = readings(solve(case), "capacity_in_lead_time")
    assert found == {("t/a", "2026"): (1.0, "alarm"), ("t/a", "2027"): (0.0, "ok")}


def exempt(*more: Tables) -> dict[tuple[str, str], tuple[float, str]]:
    """Lining that a works at M burns, 10 t: permits in hand with these tables."""
    case = tiny(
        waste("lining", "spent_pot_lining", hazardous=True, code=SPL),
        arises("lining", 10),
        site("M"),
        lane("R", "M", dg_allowed=True),
        product("fuel"),
        works("burn", "lining", {"fuel": 1}, at="M"),
        sells("fuel", 5, "M"),
        *more,
    )
    return readings(solve(case), "permit_in_hand")


def test_exempt_use_needs_no_permit_and_without_any_nothing_is_told() -> None:
    other = Permit(
        name="other", receiver="burn_works", code="321-025-48", amount_t_per_a=1, valid_from=date(2026, 1, 1),
        valid_to=date(2027, 1, 1),
    )  # fmt: skip
    own = rows(
        exemptions=Exemption(code=SPL, receiver="burn_works", clause="list"),
        exemption_list=ListedExemption(
            item="1", code=SPL, link="use", valid_from=date(2025, 1, 1), clause="list"
        ),
    )
    assert exempt() == {}
    assert exempt(rows(permits=other)) == {("", "2026"): (0.0, "alarm")}
    assert exempt(rows(permits=other), own) == {("", "2026"): (1.0, "ok")}


def test_what_is_left_of_a_permit() -> None:
    """10 t arise each half year and are melted under a permit of 22 t: 2 of 22 are left, less than a tenth."""
    solved = solve(permitting.world(permits=(permitting.permit("melt_works", 22),)))
    assert readings(solved, "permit_left") == {("p_melt_works", "2026"): (pytest.approx(2 / 22), "watch")}
    assert readings(solved, "permit_in_hand") == {("", "2026"): (1.0, "ok")}


@given(st.sampled_from(READINESS), st.floats(-1e6, 1e6), st.floats(0, 1e6))
def test_a_better_value_is_never_a_worse_state(own: Watched, value: float, better: float) -> None:
    order = ("alarm", "watch", "ok")
    improved = value + better if own.low else value - better
    assert order.index(own.state(improved)) >= order.index(own.state(value))
