"""A tiny plan that builds, runs, closes and opens, worked out on paper; and one planted error per rule.

Three years of one period each, `a` `b` `c` (2026 to 2028: 365, 365, 366 days), discounted at 10 % a year. Capacities
are per period. Each period 60 t of ash arise and 40 t of clay are bought (10); pressed (2) to 100 t of brick, moved
from R to M (1) and sold there (50). Ash ÷ raw mass = 0.6.

    old     stands, 200 t, rate ≥ 25 %, 1 CNY/h, 15 per period, O&M 100 a year, closing 300:   a 100 t, b 50 t, then closed
    new     candidate 100 t, up to twice, 6 months, ramp-up 0.5, life 10, at least 2 periods and 10 % of the hours,
            capex 1000 (0.6 at once, 0.4 after a year), O&M 30, closing 70:   two decided in a, start 2026-07-01,
            A: a 0.5 · 184/365, b (0.5 · 181 + 184)/365, c 1;   b one on with 50 t, c one closed, the other 80 t
    sized   candidate up to 50 t from 2028 on, life 5, capex 10 + 20 t at 5 + rest at 4:   30 t decided in b = 150; c 20 t
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
                    name="shifts", measure="count_used", at="press_works", per="period", sense="max", value=2.0
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
            "kind item period", *((k, n, t) for t in YEAR for k, n in (("lane", "R_M"), ("outlet", "brick_outlet")))
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
            return change("value_terms", "value_cny", amount * D[period], term=term, year=YEAR[period])(frames)
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
    assert [plant.in_force(new, t) for t in range(3)] == pytest.approx([92 / 365, (90.5 + 0.8 * 184) / 365, 0])
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
        *(paid("line_fixed", A, -30.0 * 184 / 365), paid("line_fixed", B, -30.0), paid("line_fixed", C, -30.0)),
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
    assert found(case=line("new", availability=0.8, min_run_share=0.0)) - VALUE == {"audit.running.over_hours"}
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
        ([put("running", "run_h", 8761.0, line="old", period=A), paid("running", A, -3761.0)], {"over_hours"}),
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
