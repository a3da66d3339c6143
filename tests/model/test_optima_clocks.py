"""Storage clocks whose optimum is known on paper, from the case to the audited plan.

Four quarters of 2026 and more unless said; limits in calendar months; nothing is discounted. `lining` is hazardous
and has the clock of an operator.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from tests.builders import (
    Tables,
    arises,
    in_stock,
    landfill,
    lane,
    lining,
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
)

from redmud_opt.case.rules import StorageClock
from redmud_opt.case.things import Owner

QUARTERS = (*parts(2026, 3), *parts(2027, 3))


def clock(months: int = 6, **values: Any) -> Tables:
    values = {"role": "licensed_operator", "clause": "art. 81"} | values
    return rows(clocks=StorageClock(limit_months=months, **values))


def pulse(amount: float = 100.0) -> Tables:
    """Lining of one relining in the first quarter."""
    found = waste("lining", "spent_pot_lining", hazardous=True, clock="licensed_operator")
    return found | arises("lining", amount, during="26a")


def shed(at: str = "R", **values: Any) -> Tables:
    return yard("lining", at, **{"accepts_hazardous": True} | values)


def burner(capacity: float | None = 20.0, income: float = 100.0, **values: Any) -> Tables:
    """Uses lining up: a tonne of fuel of each."""
    made = works("burn", "lining", {"fuel": 1}, capacity=capacity, **values)
    return product("fuel") | sells("fuel", income) | made


def dump(cost: float = 50.0, at: str = "R", **values: Any) -> Tables:
    return landfill("lining", cost, at, accepts_hazardous=True, **values)


@pytest.mark.parametrize(("months", "burnt"), [(3, 40.0), (6, 60.0), (12, 100.0)])
def test_pulse_is_burnt_within_its_limit_and_in_the_period_after(months: int, burnt: float) -> None:
    """100 t arise in the first quarter, 20 t are burnt a quarter at 100 CNY, a tonne on the dump costs 50.

    With 3 months nothing may lie at the end of the second quarter: it is burnt in the first and the second, 40 t.
    With 6 months three quarters, 60 t; with 12 months five, all 100 t.
    """
    solved = solve(tiny(pulse(), shed(), burner(), dump(), clock(months), periods=QUARTERS))
    assert solved.sum("feeds", "feed_t") == pytest.approx(burnt)
    assert solved.value == pytest.approx(100 * burnt - 50 * (100 - burnt))
    oldest = solved.frame("ages")["age_days"].max()
    assert oldest == {3: 90, 6: 181, 12: 365}[months]


def test_shuttling_between_two_sites_does_not_reset_the_clock() -> None:
    """As above with 6 months; a second shed at M, lanes there and back for nothing, and the burner at M.

    Were the age reset on the way, 100 t could wait; by the date of arising 60 t are burnt.
    """
    ways = (*lane("R", "M", dg_allowed=True)["lanes"], *lane("M", "R", dg_allowed=True)["lanes"])
    case = tiny(
        pulse(),
        shed(),
        shed("M", name="shed_m"),
        site("M"),
        rows(lanes=ways),
        burner(at="M"),
        sells("fuel", 100.0, "M", name="fuel_at_m"),
        dump(at="M"),
        clock(6),
        periods=QUARTERS,
    )
    solved = solve(case)
    assert solved.sum("feeds", "feed_t") == pytest.approx(60.0)


@pytest.mark.parametrize(("method", "burnt"), [("P", 40.0), ("U", 60.0)])
def test_pretreatment_keeps_the_age_and_use_begins_a_new_one(method: str, burnt: float) -> None:
    """100 t of the first quarter are crushed to grit, hazardous itself, when one likes; it is burnt, 20 t a quarter.

    Limit 3 months. By pretreatment the grit is as old as the lining: quarters one and two, 40 t. By use (grit made in
    the second quarter is of it) the third quarter too: 60 t. What is left is dumped as grit.
    """
    grit = waste("grit", hazardous=True)
    crush = works("crush", "lining", {"grit": 1}, method=method)
    case = tiny(
        pulse(),
        grit,
        shed(),
        yard("grit", name="bin", accepts_hazardous=True),
        crush,
        product("fuel") | sells("fuel", 100.0) | works("burn", "grit", {"fuel": 1}, capacity=20.0),
        landfill("grit", 50.0, accepts_hazardous=True),
        clock(3),
        periods=QUARTERS,
    )
    solved = solve(case)
    assert solved.sum("feeds", "feed_t", process="burn") == pytest.approx(burnt)


def test_soft_clock_is_charged_per_tonne_and_year() -> None:
    """100 t, 20 t a quarter burnt at 100 CNY, 6 months soft at 40 CNY per tonne and year, the dump at 500.

    In stock at the ends of the eight quarters: 80, 60, 40, 20, 0. Beyond 6 months are the ends of the third (30
    September, 40 t) and fourth quarter (20 t): both 92 of 365 days. 40 · (40 + 20) · 92 ÷ 365 = 604.93 CNY.
    """
    soft = clock(6, hard=False, price_cny_per_t_a=40.0)
    solved = solve(tiny(pulse(), shed(), burner(), dump(500.0), soft, periods=QUARTERS))
    charge = 40 * 60 * 92 / 365
    assert solved.term("soft_clock") == pytest.approx(-charge)
    assert solved.value == pytest.approx(10000 - charge)
    assert solved.frame("ages")["overrun_t"].sum() == pytest.approx(60.0)
    assert solved.sum("cost_to_serve", "value_cny", term="soft_clock") == pytest.approx(-charge)
    assert "stored too long: at most 40 t" in solved.plan.describe()


def test_soft_clock_dearer_than_the_way_out_is_kept() -> None:
    """At 4000 CNY per tonne and year a quarter too long costs 1008: the dump for 500 and no overstay."""
    soft = clock(6, hard=False, price_cny_per_t_a=4000.0)
    solved = solve(tiny(pulse(), shed(), burner(), dump(500.0), soft, periods=QUARTERS))
    assert solved.term("soft_clock") == 0.0
    assert solved.sum("placements", "placed_t") == pytest.approx(40.0)


def test_extension_that_was_granted_lengthens_the_clock_of_one_storage() -> None:
    """6 months and 3 granted: a fourth quarter, 80 t are burnt."""
    granted = {"clock_extension_months": 3, "clock_extension_clause": "provincial approval 12"}
    case = tiny(pulse(), shed(**granted), burner(), dump(), clock(6, extension_months=6), periods=QUARTERS)
    assert solve(case).sum("feeds", "feed_t") == pytest.approx(80.0)


@pytest.mark.parametrize(
    ("arose_on", "burnt", "note"),
    [
        (date(2025, 10, 1), 40.0, ""),
        (date(2025, 9, 30), 20.0, "network.clock_late_stock"),
        (date(2020, 1, 1), 20.0, "network.clock_late_stock"),
        (None, 20.0, "network.clock_undated_hard"),
    ],
)
def test_opening_stock_is_as_old_as_its_date(arose_on: date | None, burnt: float, note: str) -> None:
    """100 t lie there; 6 months from 1 October 2025 end with 31 March: it may lie at the end of the first quarter.

    Then it is burnt in two quarters, 40 t; a day older, much older or undated it must leave in the first, 20 t.
    """
    lies = in_stock("yard", "lining", 100.0, arose_on=arose_on)
    case = tiny(
        lining(0.0, clock="licensed_operator"), shed(), lies, burner(), dump(), clock(6), periods=QUARTERS
    )
    solved = solve(case)
    assert solved.sum("feeds", "feed_t") == pytest.approx(burnt)
    keys = [message.key for message in solved.plan.notes]
    assert [key for key in keys if key.startswith("network.clock_") and "overrun" not in key] == [
        note
    ] * bool(note)


def test_aggregate_clock_binds_nothing_and_its_overrun_is_reported() -> None:
    """As the soft clock, aggregate: all are burnt for 10 000 CNY, no charge, and no stream says when it arose.

    Holding at 3.65 CNY per tonne and year, 0.01 a day: 80 · 90 + 60 · 91 + 40 · 92 + 20 · 92 days cost 181.80.
    Nothing came within 6 months at the ends of the third and fourth quarter: 40 t and 20 t lie too long.
    """
    soft = clock(6, hard=False, price_cny_per_t_a=4000.0, aggregate=True)
    dear = shed(holding_cost_cny_per_t_a=3.65)
    solved = solve(tiny(pulse(), dear, burner(), dump(500.0), soft, periods=QUARTERS))
    assert solved.value == pytest.approx(10000.0 - 181.8)
    assert (solved.frame("streams")["arose"] == "").all()
    assert solved.frame("clock_overruns")["overrun_t"].tolist() == pytest.approx([40.0, 20.0])


def test_clocked_stock_at_the_end_is_charged_in_full_by_its_way_out() -> None:
    """Half a year; with 6 months 100 t may lie at its end. Holding pays 1 CNY, the dump costs 50.

    That is the charge; there is as much at the start as at the end, and hazardous waste is charged for all of it.
    """
    kept = shed(end_stock="charge", holding_cost_cny_per_t_a=-1.0)
    lies = in_stock("yard", "lining", 100.0, arose_on=date(2026, 1, 1))
    nothing = lining(0.0, clock="licensed_operator")
    solved = solve(tiny(nothing, kept, lies, dump(), clock(6), periods=parts(2026, 3)[:2]))
    assert solved.sum("excess", "excess_t") == pytest.approx(100.0)
    assert solved.frame("excess")["charge_cny_per_t"].tolist() == pytest.approx([50.0])
    assert solved.term("end_charge") == pytest.approx(-5000.0)


@pytest.mark.parametrize(
    ("role", "burnt"), [("producer", 100.0), ("licensed_operator", 60.0), ("carrier", 60.0)]
)
def test_clock_binds_by_the_owner_of_the_storage(role: str, burnt: float) -> None:
    """The producer's clock is 12 months, the operator's 6: what the owner of R is decides, else the material."""
    case = tiny(
        pulse(),
        shed(),
        burner(),
        dump(),
        rows(clocks=(*clock(6)["clocks"], *clock(12, role="producer")["clocks"])),
        rows(owners=Owner(name="firm", role=role), sites=site("R", owner="firm")["sites"]),
        periods=QUARTERS,
    )
    assert solve(case).sum("feeds", "feed_t") == pytest.approx(burnt)


@pytest.mark.parametrize(("starts", "burnt"), [(date(2026, 8, 1), 60.0), (date(2026, 10, 1), 80.0)])
def test_stricter_limit_holds_from_the_start_of_the_period_that_it_begins_in(
    starts: date, burnt: float
) -> None:
    """12 months, from `starts` on 3 months. 100 t of the first quarter, 20 t burnt a quarter.

    From August: it may lie at the end of the second quarter, not of the third, and is burnt in three, 60 t. From
    October it may lie at the end of the third too: four quarters, 80 t.
    """
    old, new = clock(12, valid_to=starts), clock(3, valid_from=starts)
    case = tiny(
        pulse(), shed(), burner(), dump(), rows(clocks=(*old["clocks"], *new["clocks"])), periods=QUARTERS
    )
    assert solve(case).sum("feeds", "feed_t") == pytest.approx(burnt)


@hypothesis_settings(max_examples=6, deadline=None)
@given(months=st.integers(1, 15), more=st.integers(0, 6), hard=st.booleans())
def test_longer_limit_never_lowers_value(months: int, more: int, hard: bool) -> None:
    def worth(limit: int) -> float:
        price = {} if hard else {"price_cny_per_t_a": 300.0}
        own = clock(limit, hard=hard, **price)
        return solve(tiny(pulse(), shed(), burner(), dump(), own, periods=QUARTERS)).value

    assert worth(months + more) >= worth(months) - 1e-6
