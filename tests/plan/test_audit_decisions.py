"""A tiny plan that builds, runs, closes and opens, worked out on paper; and one planted error per rule.

Three years of one period each, `a` `b` `c` (2026 to 2028: 365, 365, 366 days), discounted at 10 % a year. Capacities
are per period. Each period 60 t of ash arise and 40 t of clay are bought (10); pressed (2) to 100 t of brick, moved
from R to M (1) and sold there (50). Ash ÷ raw mass = 0.6.

    old     stands, 200 t, rate ≥ 25 %, 1 CNY/h, 15 per period, O&M 100 a year, closing 300:   a 100 t, b 50 t, then
            closed
    new     candidate 100 t, up to twice, 6 months, ramp-up 0.5, life 10, at least 2 periods and 10 % of the hours,
            capex 1000 (0.6 at once, 0.4 after a year), O&M 30, closing 70:   two decided in a, start 2026-07-01,
            A: a 0.5 · 184/365, b (0.5 · 181 + 184)/365, c 1;   b one on with 50 t, c one closed, the other 80 t
    sized   candidate up to 50 t from 2028 on, life 5, capex 10 + 20 t at 5 + rest at 4:   30 t decided in b = 150;
            c 20 t
    late    under construction, opens 2027-07-01, decided 2025-07-01, capex 400 in two halves: 200 sunk, 200 due
            2026-07-01;   life 8, O&M 12
    lane    500 once, 20 per period used, at least 60 t

    due     2026: 0.6 · 2000 + 200 = 1400;   2027: 0.4 · 2000 + 150 = 950
    refund  0.7 · (0.13 · 50 − 1.5) = 3.5 per tonne of brick: 350 a year
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
import pytest
from tests.builders import (
    Tables,
    arises,
    buys,
    commodity,
    group,
    landfill,
    lane,
    mud,
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
from tests.plan.test_audit_wayout import charge, world
from tests.plan.test_audit_world import Frames, append, change, drop, keys, put, replaced, stated_value, table

from redmud_opt.case.case import Case
from redmud_opt.case.rules import Budget, Limit, Logic, VatRefund
from redmud_opt.case.things import Owner, Tier
from redmud_opt.case.works import Facility, FixedInput, Line
from redmud_opt.i18n import LANGUAGES, text
from redmud_opt.plan.audit import Audit, audit
from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.plant import end_of_life, months_from
from redmud_opt.plan.audit.wayout import WayOut

Change = Callable[[Frames], Frames]
A, B, C = "26a", "27a", "28a"
YEAR = {A: 2026, B: 2027, C: 2028}
DAYS = {A: 365, B: 365, C: 366}
NAN = float("nan")


def later(days: float) -> float:
    """Discount factor so many days after 1 January 2026."""
    return float(1.1 ** (-days / 365.25))


D = {A: later(182.5), B: later(365 + 182.5), C: later(730 + 183)}

OLD = Line(
    name="old",
    facility="press_works",
    capacity=200.0,
    per="period",
    min_rate=0.25,
    run_cost_cny_per_h=1.0,
    fixed_cost_cny_per_period=15.0,
    fixed_om_cny_per_a=100.0,
    closing_cost_cny=300.0,
)
NEW = Line(
    name="new",
    facility="press_works",
    capacity=100.0,
    per="period",
    candidate=True,
    times=2,
    lead_time_months=6,
    ramp_up="0.5",
    life_a=10.0,
    capex_cny=1000.0,
    spend_profile="0.6;0.4",
    fixed_om_cny_per_a=30.0,
    min_run_periods=2,
    min_run_share=0.1,
    closing_cost_cny=70.0,
)
SIZED = Line(
    name="sized",
    facility="press_works",
    capacity=50.0,
    per="period",
    candidate=True,
    earliest=date(2028, 1, 1),
    life_a=5.0,
    capex_cny=10.0,
)
LATE = Line(
    name="late",
    facility="press_works",
    capacity=10.0,
    per="period",
    opens=date(2027, 7, 1),
    lead_time_months=24,
    capex_cny=400.0,
    spend_profile="0.5;0.5",
    life_a=8.0,
    fixed_om_cny_per_a=12.0,
)


def make_case() -> Case:
    pressing = works("press", {"ash": {}, "clay": {}}, {"brick": 1.0}, cost=2.0, line="old")
    run_on = works("press", {"ash": {}, "clay": {}}, {"brick": 1.0}, cost=2.0, line="new")
    also = works("press", {"ash": {}, "clay": {}}, {"brick": 1.0}, cost=2.0, line="sized")
    return tiny(
        *(waste("ash"), arises("ash", 60.0), commodity("clay"), buys("clay", 10.0), product("brick")),
        *(pressing, run_on, also, site("M"), sells("brick", 50.0, "M")),
        lane("R", "M", 1.0, fixed_cost_cny=500.0, fixed_cost_cny_per_period=20.0, min_lot_t=60.0),
        lane("R", "M", 2.0, name="spare", mode="rail"),
        *(group("lines", "old", "new"), group("roads", "R_M", "spare")),
        rows(
            owners=Owner(name="firm"),
            facilities=Facility(name="press_works", site="R", owner="firm"),
            lines=(OLD, NEW, SIZED, LATE),
            tiers=(
                Tier(item="sized", step=1, width_t=20.0, price_cny_per_t=5.0),
                Tier(item="sized", step=2, price_cny_per_t=4.0),
            ),
            logic=(
                Logic(name="first_new", kind="requires", first="sized", second="new"),
                Logic(name="not_both", kind="excludes", first="old", second="sized"),
                Logic(name="one_road", kind="at_most", first="roads", count=1),
                Logic(name="some_line", kind="at_least", first="lines", count=1),
                Logic(name="buyer", kind="at_least", first="brick_outlet", count=1),
            ),
            budgets=(
                Budget(name="b26", scope="firm", year=2026, amount_cny=1400.0),
                Budget(name="b27", scope="R", year=2027, amount_cny=950.0),
                Budget(name="all", amount_cny=2350.0),
            ),
            limits=(
                Limit(name="steps", measure="built", at="press_works", per="horizon", sense="max", value=3.0),
                Limit(name="ways", measure="count_used", at="R", per="period", sense="max", value=1.0),
                Limit(
                    name="shifts",
                    measure="count_used",
                    at="press_works",
                    per="period",
                    sense="max",
                    value=2.0,
                ),
            ),
            vat_refunds=VatRefund(
                facility="press_works",
                product="brick",
                waste="ash",
                threshold=0.6,
                rate=0.7,
                vat_rate=0.13,
                price_cny_per_t=50.0,
                input_vat_cny_per_t=1.5,
            ),
        ),
        periods=years(2026, 3),
        discount_rate=0.1,
        discounting="mid_period",
    )


def _moves() -> Frames:
    fed = ((A, "old", 100.0), (B, "old", 50.0), (B, "new", 50.0), (C, "new", 80.0), (C, "sized", 20.0))
    share = {"ash": 0.6, "clay": 0.4}
    return {
        "streams": table(
            "stream lineage material process point parent origin waste_class plant cohort",
            *((name, name, name, "", "", "", "", "", "", "") for name in ("ash", "clay", "brick")),
        ),
        "arisings": table(
            "arising site stream period arising_t", *(("ash_R_", "R", "ash", t, 60.0) for t in YEAR)
        ),
        "flows": table(
            "lane mode from_site to_site stream period flow_t wet_t",
            *(("R_M", "road", "R", "M", "brick", t, 100.0, 100.0) for t in YEAR),
        ),
        "feeds": table(
            "line process point stream period feed_t",
            *((line, "press", "", name, t, load * share[name]) for t, line, load in fed for name in share),
        ),
        "made": table(
            "site process stream period made_t", *(("R", "press", "brick", t, 100.0) for t in YEAR)
        ),
        "purchases": table(
            "supply site stream period bought", *(("clay_supply", "R", "clay", t, 40.0) for t in YEAR)
        ),
        "sales": table(
            "outlet site stream period sold", *(("brick_outlet", "M", "brick", t, 100.0) for t in YEAR)
        ),
        "stocks": table("storage site stream period put_t reclaimed_t stock_t"),
        "placements": table("storage site stream period placed_t"),
        "tiers": table("item window step amount", ("sized", B, 1, 20.0), ("sized", B, 2, 10.0)),
        "excess": table("storage waste_class kind excess_t charge_cny_per_t"),
        "shortfalls": table("target year short_t price_cny_per_t penalty_cny"),
        "totals": table("total origin cohort year amount"),
        "rates": table("waste_class plant year"),
        "identity": table("origin year"),
        "fates": table("origin cohort year fate at amount_t"),
    }


def _decisions() -> Frames:
    return {
        "builds": table(
            "line period start units size capex_cny",
            ("new", A, "2026-07-01", 2.0, 200.0, 2000.0),
            ("sized", B, "2028-01-01", 1.0, 30.0, 150.0),
        ),
        "closings": table("line decided period units", ("old", "", C, 1.0), ("new", A, C, 1.0)),
        "running": table(
            "line period on run_h",
            ("old", A, 1.0, 5000.0),
            ("old", B, 1.0, 3000.0),
            ("new", B, 1.0, 5500.0),
            ("new", C, 1.0, 8000.0),
            ("sized", C, 1.0, NAN),
        ),
        "openings": table("lane period", ("R_M", A)),
        "used": table(
            "kind item period",
            *((k, n, t) for t in YEAR for k, n in (("lane", "R_M"), ("outlet", "brick_outlet"))),
        ),
        "refunds": table(
            "facility product year refund_cny", *(("press_works", "brick", y, 350.0) for y in YEAR.values())
        ),
    }


def days(first: date, after: date) -> int:
    return (after - first).days


def _money() -> pd.DataFrame:
    """On paper, before discounting."""
    end = date(2029, 1, 1)
    left = {
        "new": 1000.0 * days(end, date(2036, 7, 1)) / days(date(2026, 7, 1), date(2036, 7, 1)),
        "sized": 150.0 * days(end, date(2033, 1, 1)) / days(date(2028, 1, 1), date(2033, 1, 1)),
        "late": 400.0 * days(end, date(2035, 7, 1)) / days(date(2027, 7, 1), date(2035, 7, 1)),
    }
    undiscounted: dict[tuple[str, str], float] = {
        ("running", A): -(5000.0 + 15.0),
        ("running", B): -(3000.0 + 15.0),
        ("lane_fixed", A): -(500.0 + 20.0),
        ("lane_fixed", B): -20.0,
        ("lane_fixed", C): -20.0,
        ("line_fixed", A): -(100.0 + 2 * 30.0 * 184 / 365),
        ("line_fixed", B): -(100.0 + 2 * 30.0 + 12.0 * 184 / 365),
        ("line_fixed", C): -(30.0 + 12.0),
        ("capex", A): -(1200.0 + 200.0),
        ("capex", B): -(800.0 + 150.0),
        ("closing", C): -(300.0 + 70.0),
        ("residual_value", C): sum(left.values()),
    }
    for t in YEAR:
        undiscounted |= {
            ("sales", t): 5000.0,
            ("purchases", t): -400.0,
            ("transport", t): -100.0,
            ("processing", t): -200.0,
            ("vat_refund", t): 350.0,
        }
    return table("term year value_cny", *((k, YEAR[t], v * D[t]) for (k, t), v in undiscounted.items()))


def make_frames() -> Frames:
    return {**_moves(), **_decisions(), "value_terms": _money()}


CASE, FRAMES = make_case(), make_frames()
LOOSE = dataclasses.replace(
    CASE, budgets=(), limits=tuple(dataclasses.replace(row, value=99.0) for row in CASE.limits)
)
"""Nothing limits how much is built, spent and run; runs are counted all the same."""
VALUE = {"audit.value.misstated", "audit.value.sum"}


def judged(*changes: Change, case: Case = CASE) -> Audit:
    """The plan states as its value what its terms sum to, whatever was changed."""
    frames = FRAMES
    for apply in changes:
        frames = apply(frames)
    return audit(case, frames, stated_value(frames))


def found(*changes: Change, case: Case = CASE) -> set[str]:
    return keys(judged(*changes, case=case))


def paid(term: str, period: str, amount: float) -> Change:
    """The terms follow what was changed."""

    def apply(frames: Frames) -> Frames:
        terms = frames["value_terms"]
        stated = ((terms["term"] == term) & (terms["year"] == YEAR[period])).any()
        if stated:
            return change("value_terms", "value_cny", amount * D[period], term=term, year=YEAR[period])(
                frames
            )
        return append("value_terms", term, YEAR[period], amount * D[period])(frames)

    return apply


def line(name: str, **values: object) -> Case:
    return replaced(CASE, "lines", name, **values)


def added(table_name: str, *more: object, case: Case = CASE) -> Case:
    return dataclasses.replace(case, **{table_name: (*getattr(case, table_name), *more)})


def only(table_name: str, *more: object) -> Case:
    return dataclasses.replace(CASE, **{table_name: more})


# ---------------------------------------------------------------- the plan on paper


def test_the_plan_passes() -> None:
    said = judged()
    assert said.failures == ()
    assert said.worst_residual < 1e-9
    families = ("builds", "closings", "running", "lanes", "logic", "budgets", "refunds")
    held = {c.family: c.message.values["rows"] for c in said.checks if c.message.key == "audit.holds"}
    assert all(held[family] > 0 for family in families)


def test_frames_that_are_missing_count_as_empty() -> None:
    """Nothing was decided: every load lacks its `on`, `new` and `sized` do not exist."""
    rest = {name: frame for name, frame in FRAMES.items() if name not in _decisions()}
    said = keys(audit(CASE, rest))
    assert not any(key.startswith("audit.frames") for key in said)
    assert {"audit.running.no_on", "audit.capacities.closed", "audit.lanes.not_open"} <= said


def test_messages_speak_both_languages() -> None:
    changes = [
        put("builds", "start", "2026-06-30", line="new"),
        put("builds", "units", 2.5, line="new"),
        append("builds", "late", A, "2026-01-01", 1.0, 10.0, 0.0),
        append("closings", "sized", B, A, 1.0),
        append("openings", "spare", A),
        drop("running"),
    ]
    for check in judged(*changes, case=only("logic", Logic(name="x", kind="excludes", first="lines"))).checks:
        for language in LANGUAGES:
            assert not text(check.message, language).startswith("audit."), check.message.key


# ---------------------------------------------------------------- dates and shares


@pytest.mark.parametrize(
    ("day", "months", "other"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 1, 15), -13, date(2024, 12, 15)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 5, 1), 0, date(2026, 5, 1)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
    ],
)
def test_months(day: date, months: int, other: date) -> None:
    assert months_from(day, months) == other


def test_shares_in_force() -> None:
    plant = Book(CASE, FRAMES, None).plant
    (new,), (late,), (old,) = plant.vintages["new"], plant.vintages["late"], plant.vintages["old"]
    assert [plant.in_force(new, t) for t in range(3)] == pytest.approx([92 / 365, (90.5 + 184) / 365, 1.0])
    assert [plant.kept(new, t) for t in range(3)] == pytest.approx([184 / 365, 1.0, 1.0])
    assert [plant.kept(late, t) for t in range(3)] == pytest.approx([0.0, 184 / 365, 1.0])
    assert [plant.left(old, t) for t in range(3)] == [1.0, 1.0, 0.0]
    assert [plant.units("new", t) for t in range(3)] == [2.0, 2.0, 1.0]
    assert plant.capacity("new", 1) == pytest.approx(200.0 * (90.5 + 184) / 365)
    assert (plant.capacity("new", 2), plant.capacity("old", 2)) == (100.0, 0.0)
    assert plant.capacity("sized", 2) == 30.0
    assert new.end == date(2036, 7, 1)


def test_a_life_ends_within_the_horizon() -> None:
    """1.5 years from 2026-07-01: until 2028-01-01, so that nothing stands in c; the ramp-up of a second year too."""
    plant = Book(line("new", life_a=1.5, ramp_up="0.5;0.8"), FRAMES, None).plant
    (new,) = plant.vintages["new"]
    assert [plant.in_force(new, t) for t in range(3)] == pytest.approx(
        [92 / 365, (90.5 + 0.8 * 184) / 365, 0]
    )
    assert end_of_life(NEW, date(2026, 7, 1)) == date(2036, 7, 1)
    assert end_of_life(dataclasses.replace(NEW, life_a=9e5), date(2026, 7, 1)) == date.max
    assert plant.units("new", 2) == 0.0


def test_a_standing_line_ramps_up_from_its_first_day_only_where_it_has_one() -> None:
    ramped = Book(line("late", ramp_up="0.5"), FRAMES, None).plant
    assert ramped.in_force(ramped.vintages["late"][0], 1) == pytest.approx(0.5 * 184 / 365)
    plain = Book(line("old", ramp_up="0.5"), FRAMES, None).plant
    assert plain.in_force(plain.vintages["old"][0], 0) == 1.0


# ---------------------------------------------------------------- builds


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (put("builds", "start", "2026-06-30", line="new"), {"builds.wrong_start"}),
        (put("builds", "start", "", line="new"), {"builds.wrong_start"}),
        (put("builds", "start", "2026-07-01 00:00", line="new"), {"builds.wrong_start"}),
        (put("builds", "size", 201.0, line="new"), {"builds.wrong_size"}),
        (put("builds", "size", 199.0, line="new"), {"builds.wrong_size"}),
        (change("builds", "capex_cny", 1.0, line="new"), {"builds.capex"}),
        (change("builds", "capex_cny", -1.0, line="sized"), {"builds.capex"}),
        (put("builds", "capex_cny", NAN, line="sized"), {"builds.capex"}),
        (append("builds", "old", A, "2026-01-01", 1.0, 200.0, 0.0), {"builds.no_candidate"}),
        (append("builds", "moon", A, "2026-01-01", 1.0, 200.0, 0.0), {"frames.unknown_name"}),
        (append("builds", "new", "1999", "2026-01-01", 1.0, 100.0, 0.0), {"frames.unknown_name"}),
        (append("builds", "new", A, "2026-07-01", 0.0, 0.0, 0.0), {"frames.twice"}),
    ],
)
def test_builds(changed: Change, said: set[str]) -> None:
    assert found(changed, case=LOOSE) == {f"audit.{key}" for key in said}


@pytest.mark.parametrize("units", [NAN, float("inf"), -1.0, 1e300])
def test_units_that_are_no_number(units: float) -> None:
    assert found(put("builds", "units", units, line="sized"))
    assert found(put("closings", "units", units, line="old"))


def test_one_unit_too_much() -> None:
    """Three of two; the capacity, the money and the counts all say three."""
    worth = 1000.0 * days(date(2029, 1, 1), date(2036, 7, 1)) / days(date(2026, 7, 1), date(2036, 7, 1))
    more = [
        *(change("builds", column, amount, line="new") for column, amount in _unit(1.0)),
        *(paid("capex", A, -600.0), paid("capex", B, -400.0), paid("residual_value", C, worth)),
        *(
            paid("line_fixed", A, -30.0 * 184 / 365),
            paid("line_fixed", B, -30.0),
            paid("line_fixed", C, -30.0),
        ),
    ]
    assert found(*more, case=LOOSE) == {"audit.builds.too_often"}
    assert found(*more) == {"audit.builds.too_often", "audit.budgets.over", "audit.limits.over"}
    assert found(*more, case=replaced(LOOSE, "lines", "new", times=3)) == set()


def _unit(units: float) -> list[tuple[str, float]]:
    return [("units", units), ("size", 100.0 * units), ("capex_cny", 1000.0 * units)]


def test_half_a_unit() -> None:
    """A tenth of a millionth less is no whole number either, whatever follows from it is within tolerance."""
    less = [change("builds", column, amount, line="new") for column, amount in _unit(-1e-7)]
    assert found(*less) == {"audit.builds.not_whole"}
    assert found(change("builds", "units", -1e-10, line="new")) == set()


def test_a_build_too_early_or_too_late() -> None:
    """What is decided in a cannot start before its lead time and its earliest date; nor after the horizon."""
    assert found(case=line("new", lead_time_months=7)) >= {"audit.builds.wrong_start"}
    assert found(case=line("new", earliest=date(2026, 7, 2))) >= {"audit.builds.wrong_start"}
    assert found(case=line("new", earliest=date(2026, 7, 1))) == set()
    assert found(case=line("sized", earliest=date(2029, 1, 1))) >= {"audit.builds.never_starts"}


def test_sizes() -> None:
    """30 t of at most 50; with a capacity of 29.9 it is too large. A unit of no capacity cannot be built."""
    assert found(case=line("sized", capacity=29.9)) == {"audit.builds.too_large"}
    assert found(case=line("sized", capacity=30.0)) == set()
    assert "audit.builds.no_capacity" in found(case=line("sized", capacity=None))
    twice = [
        append("builds", "sized", C, "2028-01-01", 1.0, 0.0, 10.0),
        paid("capex", C, -10.0),
        paid("residual_value", C, 10.0 * 1461 / 1827),
    ]
    assert found(*twice, case=replaced(LOOSE, "lines", "sized", times=2)) == {"audit.builds.too_often"}


def test_steps_of_a_size_are_filled_in_order() -> None:
    swap = [change("tiers", "amount", -5.0, step=1), change("tiers", "amount", 5.0, step=2)]
    assert found(*swap) == {"audit.tiers.out_of_order"}
    wide = [change("tiers", "amount", 5.0, step=1), change("tiers", "amount", -5.0, step=2)]
    assert found(*wide) == {"audit.tiers.too_wide"}
    assert found(change("tiers", "amount", 1.0, step=2)) == {"audit.tiers.sum"}
    assert found(drop("tiers")) == {"audit.tiers.sum"}
    assert found(put("tiers", "window", "horizon", step=2)) >= {"audit.tiers.sum"}
    assert found(append("tiers", "sized", B, 3, 0.0)) == {"audit.tiers.no_step"}


def test_an_inactive_candidate_is_unknown() -> None:
    assert "audit.frames.unknown_name" in found(case=line("sized", active=False))


# ---------------------------------------------------------------- capacity of what is built


def test_a_candidate_that_is_not_built_can_do_nothing() -> None:
    said = found(drop("builds", line="sized"), drop("tiers"))
    assert {"audit.capacities.closed", "audit.capacities.over", "audit.running.over_units"} <= said


def test_load_and_capacity_in_force() -> None:
    """c: 80 t on the unit of 100 t that is left, 20 t on 30 t. b: 50 t on 2 · 0.752 · 100 t."""
    assert found(case=line("new", availability=0.8, min_run_share=0.0)) - VALUE == {
        "audit.running.over_hours"
    }
    assert "audit.capacities.over" in found(case=line("new", availability=0.79))
    assert "audit.capacities.over" in found(case=line("sized", availability=0.66))
    assert "audit.capacities.over" in found(case=line("sized", availability=0.6))
    assert found(case=line("sized", availability=0.67)) == set()
    assert "audit.capacities.over" in found(case=line("new", ramp_up="0.0;0.0"))


# ---------------------------------------------------------------- running


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        # load without on
        ([put("running", "on", 0.0, line="sized")], {"off"}),
        ([put("running", "on", NAN, line="sized")], {"no_on"}),
        ([drop("running", line="sized")], {"no_on"}),
        # 100 t at 200/8760 a hour need 4380 hours; at a quarter of the rate 17520 would do
        ([put("running", "run_h", 4379.0, line="old", period=A), paid("running", A, 621.0)], {"too_fast"}),
        (
            [put("running", "run_h", 8761.0, line="old", period=A), paid("running", A, -3761.0)],
            {"over_hours"},
        ),
        ([put("running", "run_h", NAN, line="old", period=A), paid("running", A, 5000.0)], {"no_hours"}),
        # half a unit would do for 20 t of a capacity of 50
        ([put("running", "on", 0.5, line="sized")], {"not_whole"}),
        ([put("running", "on", 2.0, line="sized")], {"over_units"}),
        ([put("running", "on", 2.0, line="new", period=C)], {"over_units"}),
        # two start in b and one goes on
        ([put("running", "on", 2.0, line="new", period=B)], {"stopped"}),
        # new has no on in the second of its two periods
        ([put("running", "on", 0.0, line="new", period=C)], {"off", "over_hours", "stopped"}),
        ([put("running", "run_h", 9.0, line="sized")], {"hours_not_asked"}),
        ([append("running", "old", C, 1.0, NAN), paid("running", C, -15.0)], {"over_units"}),
    ],
)
def test_running(changes: list[Change], said: set[str]) -> None:
    assert found(*changes, case=LOOSE) == {f"audit.running.{key}" for key in said}


def test_on_is_stated_only_where_something_asks() -> None:
    """Without the limit that counts lines nothing asks for the `on` of `sized`."""
    assert found(case=only("limits")) == {"audit.running.on_not_asked"}
    assert found(drop("running", line="sized"), case=only("limits")) == set()
    assert found(drop("running", line="sized")) == {"audit.running.no_on"}


def test_a_least_rate_and_a_least_share_of_the_hours() -> None:
    """old runs 5000 h in a: at 0.875 of its rate it would make 99.9 t. new: 5500 of 6588 h of one unit on in b."""
    assert found(case=replaced(LOOSE, "lines", "old", min_rate=0.7)) == set()
    assert found(case=replaced(LOOSE, "lines", "old", min_rate=0.9)) == {"audit.running.too_slow"}
    in_force = 8760.0 * (90.5 + 184) / 365
    for share, said in ((5499.0 / in_force, set()), (5501.0 / in_force, {"audit.running.too_short"})):
        assert found(case=replaced(LOOSE, "lines", "new", min_run_share=share)) == said


def test_of_several_vintages_those_with_the_least_hours_may_be_on() -> None:
    """A second unit of `new` decided in b has half of half the year: 8760 · 0.5 · 184/365 hours."""
    more = append("builds", "new", B, "2027-07-01", 1.0, 100.0, 1000.0)
    plant = Book(LOOSE, more(FRAMES), None).plant
    least = 8760.0 * 92 / 365
    older = 8760.0 * (90.5 + 184) / 365
    assert plant.unit_hours("new", 1) == pytest.approx([least, older, older])
    assert plant.hours("new", 1) == pytest.approx(least + 2 * older)
    assert plant.capacity("new", 1) == pytest.approx((least + 2 * older) * 100.0 / 8760.0)
    for hours, short in ((0.9 * least + 1.0, False), (0.9 * least - 1.0, True)):
        case = replaced(LOOSE, "lines", "new", min_run_share=0.9)
        said = found(more, put("running", "run_h", hours, line="new", period=B), case=case)
        assert ("audit.running.too_short" in said) == short


def test_least_periods_in_a_row() -> None:
    """old runs in a and b and is closed in c. It may have run before, so that it did not start in a; new does."""
    assert found(case=replaced(LOOSE, "lines", "old", min_run_periods=3)) == set()
    later_on = [
        drop("running", line="old", period=A),
        drop("feeds", line="old", period=A),
    ]
    said = found(*later_on, case=replaced(LOOSE, "lines", "old", min_run_periods=2))
    assert "audit.running.stopped" in said
    assert "audit.running.stopped" not in found(*later_on, case=LOOSE)
    built = replaced(LOOSE, "lines", "new", lead_time_months=0, min_run_periods=3)
    early = append("running", "new", A, 1.0, 1000.0)
    assert "audit.running.stopped" not in found(early, case=built)
    short = [early, drop("running", line="new", period=C)]
    assert "audit.running.stopped" in found(*short, case=built)


def test_a_line_without_need_states_nothing() -> None:
    assert found(append("running", "late", C, NAN, 5.0), case=LOOSE) == {"audit.running.hours_not_asked"}
    texts = {**FRAMES, "running": FRAMES["running"].astype(object)}
    texts["running"].loc[0, "on"] = "many"
    assert "audit.frames.unknown_name" in keys(audit(LOOSE, texts))
    assert "audit.frames.no_number" in found(put("running", "run_h", float("inf"), line="old"), case=LOOSE)
    assert "audit.frames.negative" in found(put("running", "run_h", -1.0, line="old"), case=LOOSE)


def test_numbers_of_a_blank_cell() -> None:
    """As read from a file: blank text is no number, and no fault."""
    texts = {**FRAMES, "running": FRAMES["running"].astype(object).where(FRAMES["running"].notna(), "")}
    assert audit(CASE, texts, stated_value(texts)).passed


# ---------------------------------------------------------------- closings


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        # once more than there are
        (
            [append("closings", "old", "", C, 1.0), paid("closing", C, -300.0)],
            {"closings.too_many", "frames.twice"},
        ),
        # three of two units that were built in a; no unit was built in b, nor did one stand
        ([append("closings", "new", A, B, 2.0), paid("closing", B, -140.0)], {"closings.too_many"}),
        ([append("closings", "new", B, C, 1.0), paid("closing", C, -70.0)], {"closings.no_vintage"}),
        ([append("closings", "new", "", C, 1.0), paid("closing", C, -70.0)], {"closings.no_vintage"}),
        ([put("closings", "decided", A, line="old")], {"closings.no_vintage"}),
        ([append("closings", "sized", B, C, 1.0)], {"closings.not_closable"}),
        ([append("closings", "late", "", A, 1.0)], {"closings.not_closable", "closings.not_standing"}),
        ([put("closings", "units", 0.5, line="new")], {"closings.not_whole"}),
    ],
)
def test_closings(changes: list[Change], said: set[str]) -> None:
    """Whatever else follows from a unit less."""
    got = {key.removeprefix("audit.") for key in found(*changes, case=LOOSE)}
    assert {key for key in got if key.startswith(("closings", "frames"))} == said


def test_closing_twice() -> None:
    """old is gone from b on, where it still carries 50 t; and once more in c."""
    twice = [append("closings", "old", "", B, 1.0), paid("closing", B, -300.0), paid("line_fixed", B, 100.0)]
    idle = [drop("running", line="old", period=B), paid("running", B, 3015.0)]
    said = found(*twice, *idle, case=LOOSE)
    assert {"audit.closings.too_many", "audit.capacities.closed", "audit.running.no_on"} <= said
    assert not said & VALUE


def test_closing_what_does_not_stand_or_may_not_be_closed() -> None:
    """new stands from a to c; with a life of a year it is gone in c. late stands from b on."""
    said = found(case=replaced(LOOSE, "lines", "new", life_a=1.0))
    assert "audit.closings.not_standing" in said
    closable = replaced(LOOSE, "lines", "late", closing_cost_cny=0.0)
    assert found(append("closings", "late", "", A, 1.0), case=closable) >= {"audit.closings.not_standing"}
    idle = [
        paid("line_fixed", C, 12.0),
        paid("line_fixed", B, 12.0 * 184 / 365),
        paid("residual_value", C, -_late()),
    ]
    assert found(append("closings", "late", "", B, 1.0), *idle, case=closable) == set()
    assert found(append("closings", "late", "", B, 1.0), *idle, case=LOOSE) == {"audit.closings.not_closable"}
    assert "audit.closings.not_whole" in found(put("closings", "units", 0.99, line="new"), case=LOOSE)
    assert found(case=line("old", closing_cost_cny=None)) - VALUE == {"audit.closings.not_closable"}


def _late() -> float:
    return 400.0 * days(date(2029, 1, 1), date(2035, 7, 1)) / days(date(2027, 7, 1), date(2035, 7, 1))


# ---------------------------------------------------------------- lanes


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ([drop("openings"), paid("lane_fixed", A, 500.0)], {"lanes.not_open"}),
        (
            [put("openings", "period", B), paid("lane_fixed", A, 500.0), paid("lane_fixed", B, -500.0)],
            {"lanes.not_open"},
        ),
        ([append("openings", "R_M", C), paid("lane_fixed", C, -500.0)], {"lanes.opened_twice"}),
        ([append("openings", "spare", A)], {"lanes.no_opening"}),
        ([append("openings", "moon", A)], {"lanes.no_opening"}),
        ([drop("used", kind="lane", period=B)], {"lanes.not_stated"}),
        ([drop("used", kind="outlet", period=B)], {"lanes.not_stated"}),
        ([append("used", "lane", "moon", A)], {"lanes.unknown"}),
        ([append("used", "outlet", "moon", A)], {"lanes.unknown"}),
        ([append("used", "storage", "brick_outlet", A)], {"lanes.unknown"}),
        ([append("used", "lane", "brick_outlet", A)], {"lanes.unknown"}),
        ([append("used", "lane", "R_M", A)], {"frames.twice"}),
        # the spare road is used for nothing: allowed, but it counts in the rule and in the limit
        ([append("used", "lane", "spare", A)], {"logic.at_most"}),
    ],
)
def test_lanes(changes: list[Change], said: set[str]) -> None:
    assert found(*changes, case=LOOSE) == {f"audit.{key}" for key in said}


def test_a_lane_used_for_nothing_costs_and_counts() -> None:
    """A fixed cost per period and no least lot: used in every period, though only stated in a."""
    case = replaced(dataclasses.replace(LOOSE, logic=()), "lanes", "spare", fixed_cost_cny_per_period=7.0)
    phantom = append("used", "lane", "spare", A)
    assert found(phantom, case=case) == VALUE
    said = judged(phantom, paid("lane_fixed", A, -7.0), case=case)
    assert said.passed
    assert "audit.lanes.for_nothing" in {check.message.key for check in said.checks}
    limited = dataclasses.replace(case, limits=CASE.limits)
    assert found(phantom, paid("lane_fixed", A, -7.0), case=limited) == {"audit.limits.over"}
    lot = replaced(case, "lanes", "spare", min_lot_t=1.0)
    assert found(phantom, paid("lane_fixed", A, -7.0), case=lot) == {"audit.lanes.lot"}


def test_least_lots() -> None:
    """100 t a period, dry; as received at 20 % water 125. The lot is per period, whatever its length."""
    assert found(case=replaced(CASE, "lanes", "R_M", min_lot_t=100.0)) == set()
    assert found(case=replaced(CASE, "lanes", "R_M", min_lot_t=100.1)) == {"audit.lanes.lot"}
    wet = replaced(CASE, "materials", "brick", moisture=0.2)
    flows = put("flows", "wet_t", 125.0)
    for basis, lot, said in (("as_received", 125.0, set()), ("dry", 101.0, {"audit.lanes.lot"})):
        case = replaced(wet, "lanes", "R_M", min_lot_t=lot, basis=basis)
        assert found(flows, case=case) - VALUE == said


def test_dust_on_a_lane_is_no_use() -> None:
    """5e-5 of 100 t is below a millionth of the greatest amount: no lot, no cost; 2e-4 is a use."""
    for amount, said in ((5e-5, set()), (2e-4, {"audit.lanes.lot"})):
        dust = [put("flows", column, amount, period=A) for column in ("flow_t", "wet_t")]
        got = found(*dust, drop("used", kind="lane", period=A), case=LOOSE)
        assert got & {"audit.lanes.lot", "audit.lanes.not_stated"} == said | (
            {"audit.lanes.not_stated"} if said else set()
        )


# ---------------------------------------------------------------- rules, budgets, limits


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"kind": "requires", "first": "late", "second": "sized"}, "requires"),
        ({"kind": "requires", "first": "late", "second": "sized", "per": "horizon"}, ""),
        ({"kind": "requires", "first": "R_M", "second": "spare", "per": "horizon"}, "requires"),
        ({"kind": "requires", "first": "spare", "second": "sized"}, ""),
        ({"kind": "requires", "first": "sized", "second": "lines"}, ""),
        ({"kind": "requires", "first": "brick_outlet", "second": "roads"}, ""),
        ({"kind": "excludes", "first": "old", "second": "sized"}, ""),
        ({"kind": "excludes", "first": "old", "second": "sized", "per": "horizon"}, "excludes"),
        ({"kind": "excludes", "first": "lines", "second": "sized"}, "excludes"),
        ({"kind": "excludes", "first": "lines"}, "at_most"),
        ({"kind": "excludes", "first": "roads"}, ""),
        ({"kind": "excludes", "first": "lines", "second": "lines"}, "excludes"),
        ({"kind": "at_most", "first": "lines", "count": 2}, ""),
        ({"kind": "at_most", "first": "lines", "count": 1}, "at_most"),
        ({"kind": "at_most", "first": "roads", "count": 0}, "at_most"),
        ({"kind": "at_least", "first": "lines", "count": 2}, "at_least"),
        ({"kind": "at_least", "first": "lines", "count": 2, "per": "horizon"}, ""),
        ({"kind": "at_least", "first": "sized", "count": 1, "per": "horizon"}, ""),
        ({"kind": "at_least", "first": "sized", "count": 1}, "at_least"),
        ({"kind": "at_least", "first": "roads", "count": 2, "per": "horizon"}, "at_least"),
        ({"kind": "at_least", "first": "roads", "count": 9, "active": False}, ""),
    ],
)
def test_logic(rule: dict[str, Any], said: str) -> None:
    case = only("logic", Logic(name="rule", **rule))
    assert found(case=case) == ({f"audit.logic.{said}"} if said else set())


def test_budgets() -> None:
    """Each to the last yuan; 1 CNY less in 1400 is too much."""
    for name, amount in (("b26", 1400.0), ("b27", 950.0), ("all", 2350.0)):
        assert found(case=replaced(CASE, "budgets", name, amount_cny=amount - 1.0)) == {"audit.budgets.over"}
    nobody = Budget(name="other", scope="M", amount_cny=0.0)
    assert found(case=added("budgets", nobody)) == set()
    assert found(case=added("budgets", dataclasses.replace(nobody, scope="firm"))) == {"audit.budgets.over"}
    off = dataclasses.replace(nobody, scope="firm", active=False)
    assert found(case=added("budgets", off)) == set()
    assert found(case=added("budgets", dataclasses.replace(nobody, scope="", year=2028))) == set()
    said = judged(case=added("budgets", dataclasses.replace(nobody, year=2040)))
    assert said.passed
    assert "audit.budgets.outside" in {check.message.key for check in said.checks}


def test_a_facility_without_owner_is_of_its_sites() -> None:
    facilities = (dataclasses.replace(CASE.facilities[-1], owner=""),)
    sites = tuple(dataclasses.replace(row, owner="firm") if row.name == "R" else row for row in CASE.sites)
    tight = replaced(CASE, "budgets", "b26", amount_cny=1399.0)
    assert found(case=dataclasses.replace(tight, facilities=facilities, sites=sites)) == {
        "audit.budgets.over"
    }
    assert found(case=dataclasses.replace(tight, facilities=facilities)) == set()


def test_payments_after_the_horizon_count_in_the_whole_and_are_booked_in_the_last_year() -> None:
    """0.6 at once, the rest four years later: 800 due 2030-01-01, booked in the last period with its factor."""
    case = replaced(CASE, "lines", "new", spend_profile="0.6;0;0;0;0.4")
    after = append("value_terms", "capex", 2028, -800.0 * D[C])
    assert found(paid("capex", B, 800.0), after, case=case) == set()
    tight = replaced(case, "budgets", "all", amount_cny=2349.0)
    assert found(paid("capex", B, 800.0), after, case=tight) == {"audit.budgets.over"}


@pytest.mark.parametrize(
    ("values", "holds", "breaks"),
    [
        ({"measure": "built", "at": "press_works", "per": "horizon"}, 3.0, 2.0),
        ({"measure": "built", "at": "new", "per": "year", "during": "2026"}, 2.0, 1.0),
        ({"measure": "built", "at": "firm", "per": "year"}, 2.0, 1.0),
        ({"measure": "built", "at": "R", "per": "period"}, 2.0, 1.0),
        ({"measure": "built", "at": "M", "per": "period"}, 0.0, -1.0),
        ({"measure": "count_used", "at": "R", "per": "horizon"}, 1.0, 0.0),
        ({"measure": "count_used", "at": "R_M", "per": "period"}, 1.0, 0.0),
        ({"measure": "count_used", "at": "R", "to": "M", "per": "period"}, 1.0, 0.0),
        ({"measure": "count_used", "at": "R", "to": "R", "per": "period"}, 0.0, -1.0),
        ({"measure": "count_used", "at": "M", "per": "period"}, 0.0, -1.0),
        ({"measure": "count_used", "at": "brick_outlet", "per": "horizon"}, 1.0, 0.0),
        ({"measure": "count_used", "at": "press_works", "per": "horizon"}, 3.0, 2.0),
        ({"measure": "count_used", "at": "press_works", "per": "period"}, 2.0, 1.0),
        ({"measure": "count_used", "at": "lines", "per": "horizon"}, 2.0, 1.0),
        ({"measure": "count_used", "at": "lines", "per": "horizon", "every": "each"}, 1.0, 0.0),
    ],
)
def test_counts(values: dict[str, Any], holds: float, breaks: float) -> None:
    for value, said in ((holds, set()), (breaks, {"audit.limits.over"})):
        row = Limit(name="count", sense="max", value=value, **values)
        assert found(case=added("limits", row)) == said
    least = Limit(name="count", sense="min", value=holds, **{**values, "per": "horizon"})
    assert "audit.limits.over" not in found(case=added("limits", least))


# ---------------------------------------------------------------- refunds


@pytest.mark.parametrize("by", [1.0, 1e-3])
def test_a_refund_overstated(by: float) -> None:
    more = [change("refunds", "refund_cny", by, year=2026), paid("vat_refund", A, by)]
    assert found(*more) == {"audit.refunds.overstated"}


def test_a_refund_not_claimed() -> None:
    assert found(change("refunds", "refund_cny", -50.0, year=2026), paid("vat_refund", A, -50.0)) == set()
    assert found(drop("refunds", year=2026), paid("vat_refund", A, -350.0)) == set()
    assert found(drop("refunds", year=2026)) == VALUE


def refund(**values: object) -> Case:
    return only("vat_refunds", dataclasses.replace(CASE.vat_refunds[0], **values))


def test_a_refund_below_its_threshold() -> None:
    """60 of 100 t are ash: 0.6 is enough, 0.601 is not; lime in the recipe is raw mass unless it is no solid."""
    assert found(case=refund(threshold=0.601)) == {"audit.refunds.below_threshold"}
    assert found(case=refund(threshold=0.601, waste="")) == {"audit.refunds.below_threshold"}
    assert found(case=refund(waste="")) == set()
    assert found(case=refund(waste="clay", threshold=0.4)) == {"audit.refunds.below_threshold"}
    assert found(case=refund(waste="brick")) == {"audit.refunds.below_threshold"}
    lime = added("inputs", FixedInput(process="press", material="lime", amount_per_t=0.1))
    lime = added("materials", *commodity("lime")["materials"], case=lime)
    assert "audit.refunds.below_threshold" in found(case=lime)
    fuel = dataclasses.replace(lime, inputs=(dataclasses.replace(lime.inputs[-1], solid=False),))
    assert "audit.refunds.below_threshold" not in found(case=fuel)


def test_a_refund_on_what_costs_more_vat_than_it_owes_is_nothing() -> None:
    assert found(case=refund(input_vat_cny_per_t=7.0)) == {"audit.refunds.overstated"}
    zero = [drop("refunds"), *(paid("vat_refund", t, -350.0) for t in YEAR)]
    assert found(*zero, case=refund(input_vat_cny_per_t=7.0)) == set()


def test_a_refund_without_a_row() -> None:
    assert found(case=refund(active=False)) == {"audit.refunds.no_row"}
    assert found(case=refund(product="clay")) == {"audit.refunds.no_row"}
    assert found(append("refunds", "press_works", "brick", 2031, 1.0)) == {"audit.refunds.no_row"}
    assert found(append("refunds", "moon", "brick", 2026, 1.0)) == {"audit.frames.unknown_name"}


# ---------------------------------------------------------------- money


@pytest.mark.parametrize(
    "term", ["running", "lane_fixed", "line_fixed", "capex", "closing", "vat_refund", "residual_value"]
)
def test_a_term_left_out_or_moved(term: str) -> None:
    assert found(drop("value_terms", term=term)) == {"audit.value.misstated", "audit.value.sum"}
    assert found(change("value_terms", "value_cny", 0.01, term=term)) >= {"audit.value.misstated"}
    assert found(put("value_terms", "year", 2031, term=term)) >= {"audit.value.misstated"}


def test_no_residual_value_where_the_case_wants_none() -> None:
    none = dataclasses.replace(CASE, settings=dataclasses.replace(CASE.settings, residual_value="none"))
    assert found(case=none) == VALUE
    assert found(drop("value_terms", term="residual_value"), case=none) == set()


def test_a_line_that_stands_has_a_residual_value_with_capex_life_and_a_first_day() -> None:
    """old from 2020-01-01 with a life of 20 years, and not closed: 500 · days left ÷ days of life."""
    stays = [
        drop("closings", line="old"),
        paid("closing", C, 300.0),
        paid("line_fixed", C, -100.0),
    ]
    case = dataclasses.replace(LOOSE, logic=())
    assert found(*stays, case=case) == set()
    aged = replaced(case, "lines", "old", opens=date(2020, 1, 1), capex_cny=500.0, life_a=20.0)
    worth = 500.0 * days(date(2029, 1, 1), date(2040, 1, 1)) / days(date(2020, 1, 1), date(2040, 1, 1))
    assert found(*stays, paid("residual_value", C, worth), case=aged) == set()
    assert found(case=replaced(CASE, "lines", "old", capex_cny=500.0, life_a=20.0)) == set()
    gone = replaced(aged, "lines", "old", closes=date(2029, 1, 1) - pd.Timedelta(days=1).to_pytimedelta())
    assert "audit.value.misstated" in found(*stays, paid("residual_value", C, worth), case=gone)


def test_a_line_under_construction_that_opens_after_the_horizon_costs_and_is_worth_nothing_yet() -> None:
    """Decided 2027-02-01: 200 due in b, 200 on 2028-02-01 in c; no O&M, not in force at the end."""
    case = replaced(LOOSE, "lines", "late", opens=date(2029, 2, 1))
    moved = [
        *(paid("capex", A, 200.0), paid("capex", B, -200.0), paid("capex", C, -200.0)),
        *(
            paid("line_fixed", B, 12.0 * 184 / 365),
            paid("line_fixed", C, 12.0),
            paid("residual_value", C, -_late()),
        ),
    ]
    assert found(*moved, case=case) == set()


# ---------------------------------------------------------------- whatever is changed, something must be said


DECISIONS = tuple(_decisions())


@pytest.mark.parametrize("name", DECISIONS)
def test_leaving_out_any_decision_fails(name: str) -> None:
    for row in range(len(FRAMES[name])):
        own = FRAMES[name].drop(index=row)
        assert not audit(CASE, {**FRAMES, name: own}, stated_value(FRAMES)).passed, (name, row)


@pytest.mark.parametrize("name", DECISIONS)
@pytest.mark.parametrize("factor", [0.0, 0.5, 2.0, -1.0, 1e6])
def test_scaling_any_number_of_a_decision_fails(name: str, factor: float) -> None:
    for column in FRAMES[name].select_dtypes("float").columns:
        for row in range(len(FRAMES[name])):
            own = FRAMES[name].copy()
            if own.loc[row, column] != own.loc[row, column]:
                continue
            own.loc[row, column] *= factor
            said = audit(CASE, {**FRAMES, name: own}, stated_value(FRAMES))
            free = (name, column) == ("running", "run_h") and row in (2, 3)
            assert not said.passed or (free and factor in (0.5, 2.0)), (name, column, row)


# ---------------------------------------------------------------- the way out


def burner(**stands: Any) -> Tables:
    """Burning a tonne of mud costs 4 and leaves nothing."""
    return works("burn", "mud", {}, method="D", cost=4.0, gas_t_per_t=1.0, capacity=5.0, stands=stands)


def test_candidates_are_a_way_out_where_what_stands_is_none() -> None:
    """2 + 4 by the burner, 2 + 20 by the landfill. The landfill stands; the burner counts only if it surely does."""
    assert charge(world(burner(), landfill("mud", 20))) == 6
    assert charge(world(burner(candidate=True), landfill("mud", 20))) == 22
    assert charge(world(burner(candidate=True))) == 6
    assert charge(world(burner(closing_cost_cny=1.0), landfill("mud", 20))) == 22
    assert charge(world(burner(closing_cost_cny=1.0))) == 6


@pytest.mark.parametrize(
    ("stands", "open_"),
    [
        ({"lead_time_months": 11}, True),
        ({"lead_time_months": 12}, False),
        ({"earliest": date(2026, 12, 31)}, True),
        ({"earliest": date(2027, 1, 1)}, False),
        ({"availability": 0.0}, False),
        ({"capacity": 0.0}, False),
        ({"active": False}, False),
    ],
)
def test_candidates_count_if_they_could_stand_in_the_last_period(stands: dict[str, Any], open_: bool) -> None:
    case = world(burner(candidate=True, **stands))
    assert charge(case) == (6 if open_ else None)


def test_a_candidate_may_be_decided_so_that_it_still_lives_in_the_last_period() -> None:
    """A life of a month: decided in December it stands then."""
    case = world(burner(candidate=True, life_a=1 / 12), periods=tuple(years(2026, 4)))
    assert charge(case) == 6


def test_waste_made_by_a_candidate_can_lie_there() -> None:
    """Only the candidate makes ash; the yard may hold it, so that its charge bounds that of the yard."""
    burn = works(
        "burn", "mud", {"ash": 0.5}, method="D", gas_t_per_t=0.5, capacity=5.0, stands={"candidate": True}
    )
    case = world(waste("ash"), burn, landfill("ash", 30), yard("ash", name="heap"))
    frames = {"streams": pd.DataFrame({"stream": ["mud@red_mud@new"]})}
    assert [own.name for own in WayOut(Book(case, frames, None)).may_hold("heap")] == ["ash<burn<mud"]


@pytest.mark.parametrize(
    ("name", "column", "value"),
    [
        ("spending", "capex_cny", 1.0),
        ("spending", "year", 2030),
        ("budgets", "spent_cny", 1.0),
        ("budgets", "window", "1"),
    ],
)
def test_what_a_plan_says_is_due_is_what_is_due(name: str, column: str, value: object) -> None:
    """The press of 400 is due in 2026; the tables of a real plan pass, a changed cell does not."""
    stands = {"candidate": True, "capex_cny": 400.0}
    press = works("press", "mud", {"brick": 1.0}, capacity=100, stands=stands)
    purse = rows(budgets=Budget(name="purse", year=2026, amount_cny=500))
    plan = solve(tiny(mud(100), product("brick"), landfill("mud"), press, sells("brick", 10), purse))
    frames = dict(plan.plan.frames)
    assert len(frames[name]) == 1
    frames[name] = frames[name].assign(**{column: [value]})
    assert {c.family for c in audit(plan.case, frames, plan.value).failures} == {"budgets"}
