"""Work orders: how tonnes are laid on months, on paper and at random; papers; what a second look finds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.builders import (
    Solved,
    Tables,
    arises,
    in_stock,
    landfill,
    lane,
    lining,
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
from tests.model import bordering
from tests.model.permitting import exemption, listed, permit, scheme, world

from redmud_opt.case import Case, load_case
from redmud_opt.case.burdens import Mode
from redmud_opt.case.rules import StorageClock
from redmud_opt.case.things import CalendarMonth
from redmud_opt.i18n import text
from redmud_opt.report.shipments import Shipments, plan_shipments
from redmud_opt.report.shipments.faults import shipments_faults
from redmud_opt.report.shipments.months import months_of
from redmud_opt.report.shipments.splitting import SMALL_T, split

QUARTER_1 = parts(2026, 3)[:1]
QUARTER = np.array([31.0, 28.0, 31.0]) / 90.0
ROAD = rows(modes=Mode(mode="road", load_t=30.0))


def due(*cumulative: float) -> Any:
    return np.array(cumulative)


def orders_of(solved: Solved) -> Shipments:
    """The shipments of a plan; a second look finds nothing wrong."""
    found = plan_shipments(solved.case, solved.plan)
    wrong = shipments_faults(solved.case, solved.plan, found)
    assert not wrong, "\n".join(text(message, "en") for message in wrong)
    return found


# ---------------------------------------------------------------- splitting


def test_hundred_tonnes_over_a_quarter() -> None:
    """100 wet t in 30 t loads, 31 + 28 + 31 days: 34.4 until January is one load, 65.6 until February two;
    the third whole load and the part load of 10 t are March's."""
    kept = split(100.0, 30.0, QUARTER, due(0, 0, 0))
    assert kept.whole == (1, 1, 1)
    assert kept.wet_t.tolist() == pytest.approx([30.0, 30.0, 40.0])
    assert kept.part_t.tolist() == pytest.approx([0.0, 0.0, 10.0])


def test_without_a_load_tonnes_follow_the_days() -> None:
    kept = split(90.0, None, QUARTER, due(0, 0, 0))
    assert kept.whole is None
    assert kept.wet_t.tolist() == pytest.approx([31.0, 28.0, 31.0])


def test_what_is_due_leaves_earlier() -> None:
    """50 t due in January are two loads; 95 t due in February are more than the whole ones: the part load too."""
    assert split(100.0, 30.0, QUARTER, due(50, 50, 50)).wet_t.tolist() == pytest.approx([60.0, 0.0, 40.0])
    assert split(100.0, 30.0, QUARTER, due(0, 95, 95)).wet_t.tolist() == pytest.approx([30.0, 70.0, 0.0])
    assert split(90.0, None, QUARTER, due(60, 60, 60)).wet_t.tolist() == pytest.approx([60.0, 0.0, 30.0])


def test_closed_months_move_nothing() -> None:
    """Half in January, half in February: 15 t and 30 t are no load and one; all is gone by February."""
    kept = split(30.0, 30.0, np.array([0.5, 0.5, 0.0]), due(0, 0, 0))
    assert kept.wet_t.tolist() == pytest.approx([0.0, 30.0, 0.0])


@given(
    st.floats(0.01, 5000.0),
    st.floats(0.5, 400.0),
    st.lists(st.floats(0.0, 1.0), min_size=1, max_size=12).filter(lambda shares: sum(shares) > 0.1),
    st.floats(0.0, 1.0),
)
@settings(max_examples=200, deadline=None)
def test_whole_loads_and_one_part_load(
    amount: float, load: float, weights: list[float], early: float
) -> None:
    """Whatever the amount: it all leaves, in whole loads and at most one part, never before its time but for what is
    due, and nothing in a month that is closed."""
    share = np.array(weights) / sum(weights)
    opened = np.flatnonzero(share > 0.0)
    bidden = np.full(len(share), early * amount)  # also in months that are closed
    for asked in (np.zeros(len(share)), bidden):
        kept = split(amount, load, share, asked)
        assert kept.wet_t.sum() == pytest.approx(amount)
        assert (kept.part_t > 0.0).sum() <= 1
        assert kept.whole is not None
        assert max(kept.part_t) < load
        assert np.abs(kept.wet_t - np.array(kept.whole) * load - kept.part_t).max() <= SMALL_T
        until = np.cumsum(kept.wet_t)
        assert (until >= asked - 2 * SMALL_T)[opened[0] :].all()
        assert (kept.wet_t[share == 0.0] <= SMALL_T).all()
        if not asked.any():
            assert (until <= amount * np.cumsum(share) + 2 * SMALL_T + 1e-9 * amount).all()


def test_months_of_a_period_that_begins_inside_one() -> None:
    half = replace(parts(2026, 6)[0], start=date(2026, 1, 15), end=date(2026, 3, 11))
    assert [(m.name, m.days) for m in months_of(half)] == [("2026-01", 17), ("2026-02", 28), ("2026-03", 10)]


# ---------------------------------------------------------------- from the case to the orders


def hauled(*tables: Tables, amount: float = 100.0, periods: Any = QUARTER_1, **columns: Any) -> Case:
    """Mud goes from R to the landfill of M."""
    base = (mud(amount), site("M"), lane("R", "M", 1, **columns), landfill("mud", 1, "M"), ROAD)
    return tiny(*base, *tables, periods=periods)


def test_orders_are_those_of_the_plan() -> None:
    """80 dry t at 20 % moisture are 100 wet t: the months of the first test, dry at four fifths."""
    dry = hauled(amount=80.0)
    case = replace(dry, materials=tuple(replace(row, moisture=0.2) for row in dry.materials))
    orders = orders_of(solve(case)).work_orders
    assert orders["month"].tolist() == ["2026-01", "2026-02", "2026-03"]
    assert orders["wet_t"].tolist() == pytest.approx([30.0, 30.0, 40.0])
    assert orders["dry_t"].tolist() == pytest.approx([24.0, 24.0, 32.0])
    assert orders["loads"].tolist() == [1.0, 1.0, 2.0]
    assert orders[["window_from", "window_to"]].iloc[1].tolist() == ["2026-02-01", "2026-02-28"]
    assert set(orders["consignee"]) == {"landfill"}
    assert set(orders["status"]) == {"general_waste"}


def test_the_load_changes_no_plan_and_a_mode_without_it_has_tonnes_alone() -> None:
    case = hauled()
    bare = replace(case, modes=(Mode(mode="road"),))
    one, other = solve(case), solve(bare)
    assert one.value == other.value
    orders = orders_of(other).work_orders
    assert orders["loads"].isna().all()
    assert orders["wet_t"].tolist() == pytest.approx([100 * days / 90 for days in (31, 28, 31)])


def test_a_lane_that_is_full_is_kept_to_the_end_of_every_month() -> None:
    """100 t of a capacity of 100 a quarter: by the end of each month no more than its days; the last load of each
    month waits for the next."""
    found = orders_of(solve(hauled(capacity_t=100.0)))
    assert not len(found.unsplit)
    assert found.work_orders["wet_t"].tolist() == pytest.approx([30.0, 30.0, 40.0])


def test_a_load_larger_than_a_month_of_the_lane_has_no_split() -> None:
    """60 t a quarter are 20.7 t in the longest month: no load of 30 t fits, whichever month it goes in."""
    found = orders_of(solve(hauled(amount=60.0, capacity_t=60.0)))
    assert found.unsplit[["why", "month"]].to_numpy().tolist() == [["load_over_capacity", "2026-01"]]
    assert found.unsplit["most_t"].tolist() == pytest.approx([60 * 31 / 90])
    assert found.work_orders["loads"].isna().all()
    assert found.work_orders["wet_t"].sum() == pytest.approx(60.0)


def test_months_that_a_calendar_closes_have_no_orders() -> None:
    """The lane is shut in February: 31 of 62 days are January's, 50 t are one load by then, the rest is March's."""
    shut = rows(calendars=CalendarMonth(calendar="thaw", month=2, share=0.0))
    orders = orders_of(solve(hauled(shut, calendar="thaw"))).work_orders
    assert dict(zip(orders["month"], orders["wet_t"], strict=True)) == pytest.approx(
        {"2026-01": 30.0, "2026-03": 70.0}
    )


def test_an_outlet_sets_the_pace_where_it_has_months_of_its_own() -> None:
    """The buyer takes nothing in January: 28 of 59 days are February's, 47.5 t, one load."""
    shut = rows(calendars=CalendarMonth(calendar="new_year", month=1, share=0.0))
    sale = (product("brick"), sells("brick", 5, "M", calendar="new_year"), site("M"), lane("R", "M", 1))
    case = tiny(mud(100), works("press", "mud", {"brick": 1}), *sale, shut, ROAD, periods=QUARTER_1)
    orders = orders_of(solve(case)).work_orders
    assert orders["month"].tolist() == ["2026-02", "2026-03"]
    assert orders["wet_t"].tolist() == pytest.approx([30.0, 70.0])


# ---------------------------------------------------------------- clocks


def clocked(*tables: Tables, arose: date, limit: int = 12, **columns: Any) -> Case:
    """90 t of lining lie at R and go to a burner at M over the year; 10 more arise."""
    base = (lining(10.0, clock="producer"), site("M"), ROAD, in_stock("shed", "lining", 90.0, arose_on=arose))
    shed = yard("lining", name="shed", accepts_hazardous=True, holding_cost_cny_per_t_a=100)
    burner = landfill("lining", 1, "M", accepts_hazardous=True)
    clock = rows(clocks=StorageClock(role="producer", limit_months=limit, clause="art. 81"))
    way = lane("R", "M", 1, dg_allowed=True, **columns)
    return tiny(*base, shed, burner, clock, way, *tables, periods=years(2026))


def test_what_a_hard_clock_bids_leaves_in_time() -> None:
    """90 t since 16 March 2025 must leave by 15 March 2026: three loads by then."""
    found = orders_of(solve(clocked(arose=date(2025, 3, 16))))
    assert not len(found.unsplit)
    by = found.work_orders.groupby("month")["wet_t"].sum()
    assert by[by.index <= "2026-03"].sum() == pytest.approx(90.0)
    lots = found.manifests[found.manifests["must_leave_by"] == "2026-03-15"]
    assert lots["wet_t"].sum() == pytest.approx(90.0)
    assert lots["window_to"].max() == "2026-03-15"
    assert set(lots["clock"]) == {"hard"}


def test_a_clock_that_the_lane_cannot_keep_is_told() -> None:
    """A lane of 100 t a year carries 24.7 t until the end of March, and 90 t must have left."""
    found = orders_of(solve(clocked(arose=date(2025, 3, 16), capacity_t=100.0, per="year")))
    assert set(found.unsplit["why"]) == {"load_over_capacity", "clock_too_short"}
    told = found.unsplit.set_index("why").loc["clock_too_short"]
    assert (told["month"], told["wet_t"]) == ("2026-03", pytest.approx(90.0))
    assert told["most_t"] == pytest.approx(100 * 90 / 365)
    assert found.work_orders["wet_t"].sum() == pytest.approx(100.0)


# ---------------------------------------------------------------- papers


def test_documents_of_a_border_and_a_window_inside_their_validity() -> None:
    """An approval to 20 May: what moves in the first half-year does so until then, none of it in June."""
    until = bordering.document(valid_to=date(2026, 5, 21))
    case = bordering.bordered(until, ROAD, periods=parts(2026, 6)[:1])
    orders = orders_of(solve(case)).work_orders
    assert set(orders["document"]) == {"doc"}
    assert set(orders["document_why"]) == {"held"}
    assert set(orders["document_clause"]) == {"§"}
    assert set(orders["code"]) == {"X"}
    assert orders["month"].max() <= "2026-05"
    assert orders["window_to"].iloc[-1] == "2026-05-20"


def test_papers_that_begin_too_late_for_the_clock_are_told() -> None:
    """The approval is of 20 March on, the clock of the stock of 16 March 2025 runs out on 15 March: its orders begin
    on the 20th, in the same month, and are told to be late."""
    base = (bordering.asks("approval"), bordering.provinces(), bordering.places(), ROAD)
    late = bordering.document(receiver="landfill", valid_from=date(2026, 3, 20))
    case = clocked(*base, late, arose=date(2025, 3, 16))
    coded = tuple(replace(row, code="X") if row.name == "lining" else row for row in case.materials)
    places = bordering.places()["sites"]
    found = orders_of(solve(replace(case, materials=coded, sites=places)))
    assert found.work_orders["window_from"].min() == "2026-03-20"
    assert found.unsplit[["why", "month", "at"]].to_numpy().tolist() == [
        ["clock_too_short", "2026-03", "2026-03-15"]
    ]


def test_a_lane_that_is_open_only_while_no_paper_is_valid() -> None:
    """The approval ends in March, the lane opens in April: no day suits both, which is told; the tonnes stay."""
    winter = tuple(CalendarMonth(calendar="summer", month=month, share=0.0) for month in (1, 2, 3))
    case = bordering.bordered(
        bordering.document(valid_to=date(2026, 4, 1)),
        ROAD,
        rows(calendars=winter),
        periods=parts(2026, 6)[:1],
    )
    opened = tuple(replace(row, calendar="summer") for row in case.lanes)
    found = orders_of(solve(replace(case, lanes=opened)))
    assert found.unsplit["why"].tolist() == ["papers_expired"]
    assert found.work_orders["month"].min() >= "2026-04"
    assert found.work_orders["wet_t"].sum() == pytest.approx(10.0)


def test_a_filing_that_is_still_to_be_made_is_a_placeholder() -> None:
    """Mud for use in another province needs a filing, and the case has none: the placeholder, counted."""
    base = (
        bordering.asks("filing"),
        bordering.provinces(),
        bordering.places(),
        mud(100),
        lane("R", "M", 1),
        ROAD,
    )
    use = (product("brick"), works("press", "mud", {"brick": 1}, at="M"), sells("brick", 9, "M"))
    found = orders_of(solve(tiny(*base, *use, periods=parts(2026, 6)[:1])))
    assert len(found.missing) == len(found.work_orders) > 0
    assert set(found.work_orders["document"]) == {"MISSING"}
    assert set(found.work_orders["document_kind"]) == {"filing"}
    assert set(found.work_orders["permit_why"]) == {"none"}


@pytest.mark.parametrize(
    ("tables", "permits", "why", "names"),
    [
        ((), (permit("melt_works"),), "held", "p_melt_works"),
        ((), (scheme(),), "held", "from_S"),
        ((exemption(),), (), "exempt", "22"),
    ],
)
def test_permits_of_receivers(tables: tuple[Tables, ...], permits: Any, why: str, names: str) -> None:
    case = world(listed("any"), listed("48-23"), *tables, ROAD, permits=permits)
    found = orders_of(solve(case))
    orders = found.work_orders
    assert len(orders)
    assert set(orders["permit_why"]) == {why}
    assert set(orders["permit"]) == {names}
    assert set(orders["permit_clause"]) == {"item 22" if why == "exempt" else "art. 80"}
    assert set(orders["hazard"]) == {"T"}
    assert not len(found.missing)
    assert found.manifests["wet_t"].sum() == pytest.approx(orders["wet_t"].sum()) == 25.0


def test_where_the_law_does_not_ask() -> None:
    """No requirement in the case: a code is missing, permit and approval are not asked for."""
    way = (site("M"), lane("R", "M", 1, dg_allowed=True), landfill("lining", 1, "M", accepts_hazardous=True))
    case = tiny(lining(10.0), *way)
    found = orders_of(solve(case))
    assert set(found.work_orders["permit_why"]) == set(found.work_orders["document_why"]) == {"not_asked"}
    assert set(found.work_orders["code"]) == {"MISSING"}
    assert len(found.missing) == len(found.work_orders)


def test_two_statuses_of_one_material_never_share_a_load() -> None:
    """Dust is hazardous from lining and general from mud: two consignments on the lane, a part load each."""
    made = (
        waste("dust"),
        works("melt", "lining", {"dust": 1}, method="P"),
        works("roast", "mud", {"dust": 1}, method="P"),
    )
    ends = (site("M"), lane("R", "M", 1, dg_allowed=True), landfill("dust", 1, "M", accepts_hazardous=True))
    case = tiny(lining(10.0), waste("mud", "red_mud"), arises("mud", 20.0), *made, *ends, ROAD)
    orders = orders_of(solve(case)).work_orders
    assert dict(zip(orders["status"], orders["wet_t"], strict=True)) == pytest.approx(
        {"hazardous_waste": 10.0, "general_waste": 20.0}
    )
    assert orders["part_load_t"].gt(0).all()


# ---------------------------------------------------------------- a second look


@pytest.fixture(scope="module")
def planted() -> Solved:
    """100 t of lining go from S to T in a quarter under a permit, with a clock."""
    kept = yard("lining", "S", name="shed", accepts_hazardous=True)
    clock = rows(clocks=StorageClock(role="producer", limit_months=12, clause="art. 81"))
    case = world(kept, clock, ROAD, permits=(permit("melt_works"),), periods=QUARTER_1)
    named = (replace(row, clock="producer") if row.name == "lining" else row for row in case.materials)
    more = tuple(replace(row, amount_t=80.0) for row in case.arisings)
    return solve(replace(case, materials=tuple(named), arisings=more))


def altered(found: Shipments, column: str, value: Any, frame: str = "work_orders") -> Shipments:
    """The same with the first cell of a column changed."""
    table: pd.DataFrame = getattr(found, frame).copy()
    table[column] = table[column].astype(object)
    table.loc[0, column] = value
    return replace(found, **{frame: table})


@pytest.mark.parametrize(
    ("column", "value", "frame", "key"),
    [
        ("wet_t", 31.0, "work_orders", "sum_wet"),
        ("dry_t", 31.0, "work_orders", "sum_dry"),
        ("whole_loads", 0.0, "work_orders", "loads"),
        ("part_load_t", 5.0, "work_orders", "loads"),
        ("window_to", "2026-04-02", "work_orders", "window"),
        ("code", "", "work_orders", "no_paper"),
        ("permit", "", "work_orders", "no_paper"),
        ("wet_t", 1.0, "manifests", "sum_lot"),
        ("must_leave_by", "2025-12-31", "manifests", "clock"),
    ],
)
def test_planted_faults_are_found(planted: Solved, column: str, value: Any, frame: str, key: str) -> None:
    found = plan_shipments(planted.case, planted.plan)
    assert not shipments_faults(planted.case, planted.plan, found)
    wrong = shipments_faults(planted.case, planted.plan, altered(found, column, value, frame))
    assert f"shipments.fault_{key}" in {message.key for message in wrong}
    assert all(text(message, language) for message in wrong for language in ("en", "zh"))


def test_more_than_a_lane_or_an_outlet_can_take_is_found() -> None:
    """100 t of 100 a quarter, all of it in January."""
    case = hauled(capacity_t=100.0)
    solved = solve(case)
    found = plan_shipments(case, solved.plan)
    early = found.work_orders.assign(month="2026-01", window_from="2026-01-01", window_to="2026-01-31")
    keys = {m.key for m in shipments_faults(case, solved.plan, replace(found, work_orders=early))}
    assert keys == {"shipments.fault_lane_room"}
    sale = (product("brick"), sells("brick", 5, "M", max_t=100.0), site("M"), lane("R", "M", 1))
    bought = tiny(mud(100), works("press", "mud", {"brick": 1}), *sale, ROAD, periods=QUARTER_1)
    solved = solve(bought)
    found = plan_shipments(bought, solved.plan)
    early = found.work_orders.assign(month="2026-01", window_from="2026-01-01", window_to="2026-01-31")
    keys = {m.key for m in shipments_faults(bought, solved.plan, replace(found, work_orders=early))}
    assert keys == {"shipments.fault_outlet_room"}


@pytest.mark.parametrize("name", ["guangxi", "group"])
def test_shipped_cases_say_what_a_load_is(name: str) -> None:
    """Assumed, and said so; what flows in a pipe has no loads."""
    modes = {mode.mode: mode for mode in load_case(name).modes}
    stated = {mode: row.load_t for mode, row in modes.items() if row.load_t is not None}
    assert stated == {"road": 30.0, "rail": 3000.0}
    assert {(modes[mode].evidence, modes[mode].confidence) for mode in stated} == {("assumed", "low")}
