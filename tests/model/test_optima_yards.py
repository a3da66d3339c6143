"""Yards on paper: raises and new yards, the rains, closing, measures, and what is reclaimed.

100 t of mud a year arise and are placed in the yard for nothing, or handed over at 9 a tonne; 1 t/m³ unless said.
docs/decisions.md 'Yards'.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest
from tests.builders import (
    Tables,
    buys,
    commodity,
    group,
    in_stock,
    landfill,
    mud,
    optimum,
    parts,
    product,
    rows,
    sells,
    site,
    solve,
    stopped,
    stretches,
    tiny,
    waste,
    with_settings,
    works,
    yard,
    years,
)
from tests.model.test_goldens_yards import curve, rains, raised

from redmud_opt.case import Case, CaseFaults
from redmud_opt.case.rules import Budget, Limit, YardMeasure
from redmud_opt.case.things import Arising, CalendarMonth, Owner, Province
from redmud_opt.case.works import Storage
from redmud_opt.i18n import text
from redmud_opt.network import build_network
from redmud_opt.study.reach import explain

HEIGHTS = curve((0.0, 0.0), (10.0, 100.0), (20.0, 300.0), (30.0, 600.0))


def dam(*more: Tables, count: int = 3, **columns: Any) -> Case:
    """A final yard 5 m high, V = 50 m³; 100 t a year from 2026 on, or 9 a tonne elsewhere."""
    own = yard("mud", **{"final": True, "retrievable": False, "method": "D", "height_m": 5.0} | columns)
    base = (mud(density_t_per_m3=1.0), sells("mud", -9, method="D", name="tip"), own, HEIGHTS)
    settings = {"periods": years(2026, count)}
    return tiny(*base, *more, **settings)


def events(case: Case) -> list[tuple[str, str, str]]:
    """(kind, item, start) of what is decided of yards."""
    frame = solve(case).frame("yard_events")
    return list(frame[["kind", "item", "start"]].itertuples(index=False, name=None))


# ---------------------------------------------------------------- room by height


@pytest.mark.parametrize(("height", "room"), [(0.0, 0.0), (5.0, 50.0), (10.0, 100.0), (15.0, 200.0)])
def test_airspace_by_the_curve(height: float, room: float) -> None:
    """Straight lines: V(5) = 50, V(10) = 100, V(15) = 100 + 200 / 2; what does not fit costs 9 a tonne."""
    assert optimum(dam(height_m=height)) == pytest.approx(-9 * (300 - room))


def test_airspace_by_the_area() -> None:
    """20 m² × 3 m = 60 m³ at 1.5 t/m³ hold 90 t of 100."""
    shed = yard("mud", final=True, method="D", retrievable=False, area_m2=20.0, height_m=3.0)
    assert optimum(tiny(mud(density_t_per_m3=1.5), sells("mud", -9, method="D"), shed)) == pytest.approx(-90)


@pytest.mark.parametrize(
    ("cost", "value"), [(100.0, -9 * 200 - 100.0), (449.0, -9 * 200 - 449.0), (451.0, -9 * 250)]
)
def test_a_raise_is_worth_what_it_saves(cost: float, value: float) -> None:
    """To 10 m: 50 m³ more save 450; 300 t arise, 100 or 50 fit."""
    assert optimum(dam(raised("r", 10.0, cost))) == pytest.approx(value)


def test_raises_come_in_order_of_heights() -> None:
    """To 10 m: 50 m³ for 600; to 20 m: 200 more for 300. 200 + 50 m³ save 2250 − 900 of 2700 − 450 to pay.

    The upper one alone, 200 m³ for 300, would be better, and is not to be had.
    """
    case = dam(raised("upper", 20.0, 300.0), raised("lower", 10.0, 600.0))
    plan = solve(case)
    assert plan.value == pytest.approx(-900.0)
    assert set(plan.frame("yard_events")["item"]) == {"lower", "upper"}
    alone = dam(raised("upper", 20.0, 300.0))
    assert optimum(alone) == pytest.approx(-300.0)


def test_a_raise_stands_after_its_lead_and_not_before_its_date() -> None:
    """250 m³ more at 10 → 20 m: decided in 2026 with a year's lead, from 2027 on: 50 t fit in 2026."""
    slow = dam(raised("r", 20.0, 10.0, lead_time_months=12))
    plan = solve(slow)
    assert plan.value == pytest.approx(-9 * 50 - 10)
    assert plan.frame("yard_events").iloc[0].to_dict() | {"cost_cny": 10} == {
        "storage": "yard", "kind": "raise", "item": "r", "period": "26a", "start": "2027-01-01", "cost_cny": 10,
    }  # fmt: skip
    late = dam(raised("r", 20.0, 10.0, earliest=date(2028, 7, 1)))
    assert optimum(late) == pytest.approx(-9 * 150 - 10)


def test_upkeep_of_a_raise_from_its_first_day_on() -> None:
    """Needed at the end of 2027 (100 t fit in 2026): 7 a year twice; with a lead of 6 months, decided in 2027, from
    July on: it stands at the end of the year, and owes 184/365 of that year."""
    early = dam(raised("r", 20.0, 10.0, fixed_om_cny_per_a=7.0), height_m=10.0)
    assert solve(early).value == pytest.approx(-10 - 2 * 7)
    led = dam(raised("r", 20.0, 10.0, fixed_om_cny_per_a=7.0, lead_time_months=6), height_m=10.0)
    assert solve(led).value == pytest.approx(-10 - (184 / 365 + 1) * 7)


def test_the_year_in_which_a_yard_is_full() -> None:
    """V(15) = 200 m³ are full at the end of 2027, for the tip is cheaper the later; 600 m³ never: 300 t are left."""
    later: dict[str, Any] = {"discounting": "mid_period", "discount_rate": 0.1}
    plan = solve(with_settings(dam(height_m=15.0), **later))
    end = plan.frame("yard_ends").iloc[0]
    assert (end["full_year"], end["left_m3"], end["left_t"]) == (2027, pytest.approx(0), pytest.approx(0))
    assert "full in 2027" in plan.plan.describe("en")
    assert "2027 年堆满" in plan.plan.describe("zh")
    room = solve(dam(height_m=30.0)).frame("yard_ends").iloc[0]
    assert pd.isna(room["full_year"])
    assert room["left_t"] == pytest.approx(300.0)


@pytest.mark.parametrize(
    ("scope", "year", "value"),
    [
        ("", None, -9 * 250),
        ("R", 2026, -9 * 200 - 100),
        ("firm", None, -9 * 250),
        ("north", None, -1900.0),
    ],
)
def test_budgets_count_raises_where_the_yard_lies(scope: str, year: int | None, value: float) -> None:
    """99 are too little for a raise of 100 that saves 450, unless it may be decided in 2027 or elsewhere pays."""
    places = rows(owners=Owner(name="firm"), provinces=(Province(name="south"), Province(name="north")))
    own = site("R", owner="firm", province="south")
    limit = rows(budgets=Budget(name="b", scope=scope, year=year, amount_cny=99))
    case = dam(raised("r", 10.0, 100.0), places, own, limit)
    assert optimum(case) == pytest.approx(value)
    enough = rows(budgets=Budget(name="b", scope=scope, year=year, amount_cny=100))
    assert optimum(dam(raised("r", 10.0, 100.0), places, own, enough)) == pytest.approx(-1900.0)


# ---------------------------------------------------------------- new yards


def new_yard(**columns: Any) -> Tables:
    values = {"name": "next", "final": True, "method": "D", "candidate": True, "allowed": "as licensed"}
    return yard("mud", **values | {"retrievable": False, "capacity_t": 100.0, "capex_cny": 200.0} | columns)


@pytest.mark.parametrize(
    ("columns", "value"),
    [
        ({}, -9 * 150 - 200),
        ({"capex_cny": 901.0}, -9 * 250),
        ({"lead_time_months": 30}, -9 * 150 - 200),
        (
            {"earliest": date(2028, 7, 1), "max_put_t": 60.0, "per": "year"},
            -9 * 250 + 9 * 60 * 184 / 366 - 200,
        ),
        ({"fixed_om_cny_per_a": 50.0}, -9 * 150 - 250),
        ({"capacity_t": None, "area_m2": 10.0, "height_m": 5.0}, -9 * 200 - 200),
        ({"capacity_t": 500.0}, -200.0),
    ],
)
def test_a_new_yard_is_built_if_it_pays(columns: dict[str, Any], value: float) -> None:
    """50 + 100 t of 300 placed. Upkeep from its start: decided in 2028 it owes 50. Of 500 t: all but 0 fit."""
    assert optimum(dam(new_yard(**columns))) == pytest.approx(value)


def test_a_new_yard_may_be_raised_and_not_before_it_stands() -> None:
    """50 m³ for 10 and, to 10 m, 50 more for 20: of 300 t 50 + 100 are placed."""
    heights = curve((0.0, 0.0), (10.0, 100.0), storage="next")
    new = new_yard(capacity_t=None, height_m=5.0, capex_cny=10.0)
    assert optimum(dam(new, heights, raised("r", 10.0, 20.0, "next"))) == pytest.approx(-9 * 150 - 30)
    assert optimum(dam(new, heights, raised("r", 10.0, 451.0, "next"))) == pytest.approx(-9 * 200 - 10)


def test_a_shed_that_is_not_built_lends_nothing() -> None:
    """Bricks of the second half sell at 9, of the first at 0; a shed for 100 t costs 500, or 901."""
    press = works("press", "mud", {"brick": 1.0}, stands={"closes": date(2026, 7, 1)})
    goods = (product("brick"), sells("brick", 9, calendar="late"), landfill("mud"))
    late = rows(calendars=tuple(_month(month, 0.0 if month <= 6 else 1.0) for month in range(1, 13)))

    def case(cost: float) -> Case:
        shed = yard("brick", name="shed", candidate=True, allowed="ours", capacity_t=100.0, capex_cny=cost)
        return tiny(mud(), press, *goods, late, shed, periods=parts(2026, 6))

    assert optimum(case(500.0)) == pytest.approx(400.0)
    assert optimum(case(901.0)) == pytest.approx(0.0)


def _month(month: int, share: float) -> Any:
    return CalendarMonth(calendar="late", month=month, share=share)


# ---------------------------------------------------------------- the rains


def seasons(**columns: Any) -> Case:
    """100 t in January to May, in June to September, in October to December; nothing needs to be left at the end."""
    own = yard("mud", **{"height_m": 15.0, "rainy_calendar": "rains"} | columns)
    out = sells("mud", -9, method="D", name="tip")
    free = sells("mud", 0, method="D", name="dry_road", opens=date(2026, 10, 1))
    return tiny(
        mud(density_t_per_m3=1.0), own, out, free, HEIGHTS, rains(1.0, 0.0), periods=stretches(2026, 5, 4, 3)
    )


@pytest.mark.parametrize(
    ("columns", "held"),
    [
        ({}, 200.0),
        ({"freeboard_share": 0.25}, 150.0),
        ({"freeboard_m": 5.0}, 100.0),
        ({"freeboard_m": 2.0}, 160.0),
        ({"freeboard_share": 0.25, "height_m": None, "capacity_t": 120.0}, 90.0),
    ],
)
def test_what_is_kept_free_in_the_rains(columns: dict[str, Any], held: float) -> None:
    """V(15) = 200, V(13) = 160, V(10) = 100: what the yard cannot hold until October goes at 9 a tonne.

    The rains call for it from June to September; all 100 t of May fit before.
    """
    if not {"freeboard_share", "freeboard_m"} & columns.keys():
        columns["rainy_calendar"] = ""
    if columns.get("height_m", 0) is None:
        case = tiny(
            *(
                mud(),
                yard("mud", rainy_calendar="rains", **{k: v for k, v in columns.items() if v is not None}),
            ),
            *(sells("mud", -9, method="D", name="tip"), rains(1.0, 0.0)),
            sells("mud", 0, method="D", name="dry_road", opens=date(2026, 10, 1)),
            periods=stretches(2026, 5, 4, 3),
        )
    else:
        case = seasons(**columns)
    assert optimum(case) == pytest.approx(-9 * (200 - held))


def test_a_period_takes_its_wettest_month() -> None:
    """January to June touches the rains: a quarter of 200 m³ stays free; a year of halves, so in the second too."""
    own = yard("mud", height_m=15.0, freeboard_share=0.25, rainy_calendar="rains", final=True, method="D",
               retrievable=False)  # fmt: skip
    base = (mud(160, density_t_per_m3=1.0), own, HEIGHTS, sells("mud", -9, method="D"))
    assert optimum(tiny(*base, rains(1.0, 0.0), periods=parts(2026, 6)[:1])) == pytest.approx(-90)
    assert optimum(tiny(*base, rains(0.4, 0.0), periods=parts(2026, 6)[:1])) == pytest.approx(0)
    assert optimum(tiny(*base, rains(0.4, 1.0), periods=parts(2026, 6)[:1])) == pytest.approx(-90)


def test_a_raise_moves_the_freeboard_up() -> None:
    """Raised to 20 m, V(20) − V(18) = 40 of 300 stay free: 260 t; at 10 m, 100 − 80 = 20 of 100."""
    assert optimum(dam(height_m=10.0, freeboard_m=2.0)) == pytest.approx(-9 * 220)
    lifted = dam(raised("r", 20.0, 1.0), height_m=10.0, freeboard_m=2.0)
    assert optimum(lifted) == pytest.approx(-9 * 40 - 1)


# ---------------------------------------------------------------- closing


def shut(**columns: Any) -> Case:
    """A yard with 60 t of old mud that keeps 100 a year; 2026 and 2027. Out at 1 a tonne, to a tip at 9."""
    own = yard("mud", fixed_om_cny_per_a=100.0, closure_cost_cny=30.0, reclaim_cost_cny_per_t=1.0, **columns)
    ends = (landfill("mud"), sells("mud", -9, method="D", name="tip"))
    return tiny(waste("mud", "red_mud"), arises_nothing(), own, *ends, in_stock("yard", "mud", 60),
                periods=years(2026, 2))  # fmt: skip


def arises_nothing() -> Tables:
    return rows(arisings=Arising(name="none", site="R", material="mud", amount_t=0.0))


def test_a_yard_that_closes_on_its_day_is_emptied_before() -> None:
    """60 t out at 1 in 2026; upkeep 100 and 181/365 of 100; 30 at the closing."""
    plan = solve(shut(closes=date(2027, 7, 1)))
    assert plan.value == pytest.approx(-60 - 100 - 100 * 181 / 365 - 30)
    assert plan.term("closure") == pytest.approx(-30)
    assert plan.sum("stocks", "stock_t", period="27a") == pytest.approx(0)
    closed = plan.frame("yard_events").iloc[0]
    assert (closed["kind"], closed["start"], closed["cost_cny"]) == ("closure", "2027-07-01", 30)


def test_a_yard_that_closed_before_keeps_what_lies_there() -> None:
    """Closed since 2025: 60 t stay, nothing is owed any more; closing on the first day is owed, and stays too."""
    assert optimum(shut(closes=date(2025, 7, 1))) == pytest.approx(0)
    assert optimum(shut(closes=date(2026, 1, 1))) == pytest.approx(-30)
    assert optimum(shut(closes=date(2028, 1, 1))) == pytest.approx(-60 - 200)


def test_a_yard_that_cannot_be_emptied_in_time_is_named() -> None:
    """60 t, of which 20 a year can be reclaimed until July 2027: 20 + 20 · 181/365."""
    case = shut(closes=date(2027, 7, 1), max_reclaim_t=20.0, per="year")
    assert stopped(case) == "infeasible"
    (found,) = build_network(case).findings
    assert found.key == "network.yard_not_emptied"
    assert found.values["most"] == pytest.approx(20 + 20 * 181 / 365)
    enough = shut(closes=date(2027, 7, 1), max_reclaim_t=60.0, per="year")
    assert build_network(enough).findings == ()


@pytest.mark.parametrize(
    ("cost", "value"), [(30.0, -60 - 100 - 30.0), (39.0, -60 - 100 - 39.0), (41.0, -200.0)]
)
def test_the_plan_may_close_a_yard_once_it_is_empty(cost: float, value: float) -> None:
    """Emptied in 2026 for 60 and closed on 1 January 2027: 100 of upkeep are saved for 60 + cost."""
    own = yard(
        "mud", fixed_om_cny_per_a=100.0, closure_cost_cny=cost, reclaim_cost_cny_per_t=1.0, may_close=True
    )
    case = tiny(waste("mud", "red_mud"), arises_nothing(), own, landfill("mud"), in_stock("yard", "mud", 60),
                periods=years(2026, 2))  # fmt: skip
    assert optimum(case) == pytest.approx(value)
    if cost == 30.0:
        assert events(case) == [("closure", "yard", "2027-01-01")]


def test_nothing_is_placed_in_a_yard_that_the_plan_has_closed() -> None:
    """Placing saves 9 a tonne, 900 a year; closed at once upkeep of 1000 a year is saved; what is placed stays.

    Two years: 1000 − 900 saved each by closing in 2026. At 850 of upkeep it stays open.
    """

    def case(upkeep: float) -> Case:
        own = yard(
            "mud", final=True, method="D", retrievable=False, may_close=True, fixed_om_cny_per_a=upkeep
        )
        return tiny(mud(), own, sells("mud", -9, method="D"), periods=years(2026, 2))

    assert optimum(case(1000.0)) == pytest.approx(-1800.0)
    assert optimum(case(850.0)) == pytest.approx(-1700.0)


# ---------------------------------------------------------------- measures and reclaiming


def measure(name: str, kind: str, cost: float, **columns: Any) -> Tables:
    return rows(yard_measures=YardMeasure(name=name, storage="yard", kind=kind, cost_cny=cost, **columns))


def legacy(*more: Tables, **columns: Any) -> Case:
    """100 t of old mud that bring 5 a tonne as bricks, 40 t a year; 2026 and 2027."""
    press = works("press", "mud", {"brick": 1.0}, capacity=40)
    base = (waste("mud", "red_mud"), arises_nothing(), yard("mud", **columns), in_stock("yard", "mud", 100))
    return tiny(*base, press, product("brick"), sells("brick", 5), *more, periods=years(2026, 2))


def test_a_measure_is_done_if_somebody_asks() -> None:
    """Bricks earn 400. A score of 60 may stay; one of 55 at the end asks for wells: 30 and 4 a year, in 2027."""
    wells = measure("wells", "monitoring", 30, annual_cost_cny_per_a=4.0, risk_before=60, risk_after=50)
    assert optimum(legacy(wells)) == pytest.approx(400)
    at_end = Limit(name="safe", measure="risk", at="yard", sense="max", value=55, per="horizon")
    assert optimum(legacy(wells, rows(limits=at_end))) == pytest.approx(400 - 34)
    always = Limit(name="safe", measure="risk", at="yard", sense="max", value=55, per="period")
    assert optimum(legacy(wells, rows(limits=always))) == pytest.approx(400 - 38)


def test_a_cap_competes_with_reclaiming() -> None:
    """A cap by the end of 2027 costs 10 and ends reclaiming: done in 2027, bricks of 2026 alone, 200.

    By the end of 2026: none at all. A cap that leaves a door: 400. Monitoring blocks only where it is said.
    """
    by_2027 = {"deadline": date(2027, 6, 30)}
    assert optimum(legacy(measure("cap", "cap", 10, **by_2027))) == pytest.approx(200 - 10)
    assert optimum(legacy(measure("cap", "cap", 10, deadline=date(2026, 12, 31)))) == pytest.approx(-10)
    assert optimum(legacy(measure("cap", "cap", 10, blocks_reclaim="no", **by_2027))) == pytest.approx(390)
    assert optimum(legacy(measure("w", "monitoring", 10, **by_2027))) == pytest.approx(390)
    assert optimum(legacy(measure("w", "cut_off", 10, blocks_reclaim="yes", **by_2027))) == pytest.approx(190)
    assert optimum(legacy(measure("cap", "cap", 10, deadline=date(2028, 1, 1)))) == pytest.approx(400)


def test_effects_of_measures_add_up() -> None:
    """60 − 35 − 10 = 15: a score of 20 takes both, 50 + 30; of 30 the cap alone, of 50 the wells."""
    both = (
        measure("cap", "cap", 50, risk_before=60, risk_after=25, blocks_reclaim="no"),
        measure("wells", "monitoring", 30, risk_before=60, risk_after=50),
    )
    for most, cost in ((20, 80), (30, 50), (50, 30), (60, 0)):
        limit = Limit(name="safe", measure="risk", at="yard", sense="max", value=most, per="period")
        assert optimum(legacy(*both, rows(limits=limit))) == pytest.approx(400 - cost)
    low = Limit(name="safe", measure="risk", at="yard", sense="max", value=14, per="period")
    assert stopped(legacy(*both, rows(limits=low))) == "infeasible"


def test_risks_of_several_yards_are_limited_each_or_in_sum() -> None:
    """Two yards of 60 and 40; wells take 20 of either, at 30 and 10. Each ≤ 50: the first; 85 in all: the other."""
    two = rows(
        storages=(Storage(name="a", site="R", material="mud"), Storage(name="b", site="R", material="mud")),
        yard_measures=(
            YardMeasure(
                name="wells_a", storage="a", kind="monitoring", cost_cny=30, risk_before=60, risk_after=40
            ),
            YardMeasure(
                name="wells_b", storage="b", kind="monitoring", cost_cny=10, risk_before=40, risk_after=20
            ),
        ),
    )
    known: dict[str, Any] = {"measure": "risk", "at": "both", "sense": "max", "per": "period"}
    for values, cost in (({"value": 50, "every": "each"}, 30), ({"value": 85}, 10), ({"value": 60}, 40)):
        limit = rows(limits=Limit(name="safe", **known | values))
        assert optimum(tiny(mud(), landfill("mud"), two, limit, group("both", "a", "b"))) == pytest.approx(
            -cost
        )


def test_reclaiming_of_legacy_mud_is_limited_per_yard_and_by_material() -> None:
    """40 t a year can be pressed: 25 a year may be reclaimed, or 30 in all, of mud or of everything from R."""
    assert optimum(legacy(max_reclaim_t=25.0)) == pytest.approx(2 * 25 * 5)
    for where in ({"material": "mud"}, {"at": "yard"}, {"at": "R"}):
        limit = Limit(name="most", measure="reclaimed", sense="max", value=30, per="horizon", **where)
        assert optimum(legacy(rows(limits=limit))) == pytest.approx(30 * 5)


def test_what_is_switched_needs_a_bound() -> None:
    """Lime without limit may be bought into a shed that may be closed: nobody could say what closing switches off."""
    press = works("press", "mud", {"brick": 1.0}, inputs={"lime": 0.1}, gas_t_per_t=0.1)
    goods = (commodity("lime"), buys("lime", 1.0), product("brick"), sells("brick", 9), landfill("mud"))
    shed = yard("lime", name="shed", may_close=True)
    with pytest.raises(CaseFaults) as caught:
        build_network(tiny(mud(), press, *goods, shed))
    ((file, column, key),) = {(f.file, f.column, f.message.key) for f in caught.value.faults}
    assert (file, column, key) == ("storages.csv", "capacity_t", "network.needs_a_bound")
    held = yard("lime", name="shed", may_close=True, capacity_t=50.0)
    assert optimum(tiny(mud(), press, *goods, held)) == pytest.approx(900 - 10)


def test_a_deadline_that_stands_in_the_way_is_named() -> None:
    """All old mud must be out by the end of 2027, and a cap by June 2026 keeps it in."""
    cap = measure("cap", "cap", 10, deadline=date(2026, 6, 30))
    out = Limit(name="out", measure="stock", at="yard", sense="max", value=0, per="horizon")
    case = legacy(cap, landfill("mud"), rows(limits=out))
    assert stopped(case) == "infeasible"
    said = [text(message, "en") for message in explain(build_network(case))]
    assert any("the deadlines of measures on yards" in one for one in said)
