"""Plan against actual on paper: the roll of stocks, ages first in first out, causes that add up to the deviation."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.builders import (
    Solved,
    Tables,
    in_stock,
    landfill,
    lane,
    lining,
    mud,
    parts,
    product,
    sells,
    site,
    solve,
    tiny,
    works,
    yard,
)
from tests.examples import examples

from redmud_opt.case.actuals import Actuals, Record
from redmud_opt.i18n import LANGUAGES
from redmud_opt.study.actuals import Against, against
from redmud_opt.study.actuals.causes import for_supply, merged, shared_out, two_factors
from redmud_opt.study.actuals.stocks import Layer, taken

QUARTERS = parts(2026, 3)
HALF = date(2026, 7, 1)


def record(
    measure: str, material: str, quarter: int, tonnes: float, site_: str = "R", **values: object
) -> Record:
    """A report of one quarter, 0 the first; wet is dry where nothing is said."""
    period = QUARTERS[quarter]
    values = {"wet_t": tonnes} | values
    return Record("f", 1, "c", measure, material, period.start, period.end, tonnes, site=site_, **values)  # type: ignore[arg-type]


def told(solved: Solved, *records: Record, cut: date = HALF) -> Against:
    actuals = Actuals(("f",), records, records, cut, (), ())
    found = against(solved.plan, solved.case, solved.network, actuals, "run")
    for language in LANGUAGES:
        words = "\n".join(found.explanation.words(language))
        assert "actuals." not in words
        assert "{" not in words
    return found


def causes(found: Against, measure: str, at: str = "") -> dict[tuple[str, str], float]:
    """(cause, where) → amount of the deviations of a measure."""
    frame = found.explanation.frames["causes"]
    own = frame[(frame["measure"] == measure) & ((frame["at"] == at) | (at == ""))]
    return {(row.cause, row.cause_at): row.amount for row in own.itertuples()}


def faults(found: Against) -> list[str]:
    return [fault.message.key.removeprefix("actuals.") for fault in found.faults]


def bricks(*more: Tables) -> Solved:
    """100 t of mud a quarter; a press of 60 t makes as many bricks, all sold; the rest lies in the yard of 50 t."""
    return solve(
        tiny(
            mud(),
            product("brick"),
            works("press", "mud", {"brick": 1.0}, capacity=60.0),
            sells("brick", 10.0),
            yard("mud"),
            in_stock("yard", "mud", 50.0, arose_on=date(2025, 6, 1)),
            *more,
            periods=QUARTERS,
        )
    )


@pytest.fixture(scope="module")
def plan() -> Solved:
    return bricks()


def reports(
    fed: tuple[float, float], sold: tuple[float, float], arose: tuple[float, float] = (90.0, 80.0)
) -> list[Record]:
    return [
        *(record("arising", "mud", k, tonnes) for k, tonnes in enumerate(arose)),
        *(record("fed", "mud", k, tonnes, line="press_line") for k, tonnes in enumerate(fed)),
        *(record("sold", "brick", k, tonnes, outlet="brick_outlet") for k, tonnes in enumerate(sold)),
    ]


# ---- the roll


def test_opening_and_in_less_out_is_the_stock(plan: Solved) -> None:
    """50 + (90 + 80) − (60 + 40) = 120 t; measured 117: the books count and the difference of −3 is told."""
    measured = replace(record("stock", "mud", 1, 117.0, storage="yard"), start=date(2026, 6, 30))
    found = told(plan, *reports((60.0, 40.0), (60.0, 40.0)), measured)
    assert faults(found) == []
    (row,) = [r for r in found.explanation.frames["stocks"].itertuples() if r.material == "mud"]
    assert (row.opening_t, row.arising_t, row.fed_t, row.left_t) == (50.0, 170.0, 100.0, 120.0)
    assert (row.measured_t, row.difference_t) == (117.0, -3.0)
    assert [(lot.storage, lot.material, lot.tonnes) for lot in found.lots] == [
        ("yard", "mud", pytest.approx(120.0))
    ]
    assert "actuals.measured" in [line.key for line in found.explanation.lines]


def test_what_is_left_is_the_youngest(plan: Solved) -> None:
    """100 t were fed: the 50 t of 2025 and 50 of the 90 t of the first quarter; all that is left is of 2026."""
    found = told(plan, *reports((60.0, 40.0), (60.0, 40.0)))
    assert [(lot.since, lot.origin) for lot in found.lots] == [(date(2026, 1, 1), "R")]
    less = told(plan, *reports((20.0, 10.0), (20.0, 10.0)))
    assert {lot.since: lot.tonnes for lot in less.lots} == {
        date(2025, 6, 1): pytest.approx(20.0),
        date(2026, 1, 1): pytest.approx(170.0),
    }


def test_lots_with_a_clock_are_kept_apart_by_month() -> None:
    """Linings of 10 t a quarter, 15 of 20 t taken away: 5 t of April are left, none of January."""
    solved = solve(
        tiny(
            lining(),
            sells("lining", 1.0, method="D"),
            yard("lining", accepts_hazardous=True),
            periods=QUARTERS,
        )
    )
    found = told(
        solved,
        *(record("arising", "lining", k, 10.0) for k in (0, 1)),
        *(record("sold", "lining", k, 7.5, outlet="lining_outlet") for k in (0, 1)),
    )
    assert [(lot.since, lot.tonnes) for lot in found.lots] == [(date(2026, 4, 1), pytest.approx(5.0))]


def test_a_lane_never_resets_the_age() -> None:
    """Mud of R lies at M: 30 t of 2025 and 100 + 100 t of 2026 went there, 0 left it."""
    solved = solve(
        tiny(
            mud(),
            site("M"),
            lane("R", "M"),
            yard("mud", name="old", capacity_t=30.0),
            yard("mud", "M"),
            in_stock("old", "mud", 30.0, arose_on=date(2025, 6, 1)),
            periods=QUARTERS,
        )
    )
    shipped = [record("shipped", "mud", k, t, to="M") for k, t in ((0, 130.0), (1, 100.0))]
    found = told(solved, *(record("arising", "mud", k, 100.0) for k in (0, 1)), *shipped)
    assert faults(found) == []
    assert {(lot.storage, lot.since, lot.origin): lot.tonnes for lot in found.lots} == {
        ("yard", date(2025, 6, 1), "R"): pytest.approx(30.0),
        ("yard", date(2026, 1, 1), "R"): pytest.approx(200.0),
    }


def test_year_to_date(plan: Solved) -> None:
    """170 t generated, 100 t fed to a use without residue: all count, new and legacy as the plan mixes them."""
    (row,) = told(plan, *reports((60.0, 40.0), (60.0, 40.0))).to_date
    assert (row["waste_class"], row["site"], float(row["generated_t"])) == ("red_mud", "R", 170.0)
    assert float(row["utilised_new_t"]) + float(row["utilised_legacy_t"]) == pytest.approx(100.0)
    whole = [r for k in range(4) for r in _quarter(k)]
    assert told(plan, *whole, cut=date(2027, 1, 1)).to_date == ()


def test_a_use_that_nobody_planned_is_said() -> None:
    """The kiln pays less than the other one, so the plan delivers nothing there; 5 t that went there all the same are
    of no origin that the plan knows."""
    base = (sells("mud", 9, name="a", method="U"), sells("mud", 1, name="b", method="U"), yard("mud"))
    solved = solve(tiny(mud(), *base, periods=QUARTERS))
    sold = [record("sold", "mud", k, t, outlet=o) for k in (0, 1) for o, t in (("a", 90.0), ("b", 5.0))]
    arose = [record("arising", "mud", k, 95.0) for k in (0, 1)]
    found = told(solved, *arose, *sold)
    (row,) = found.to_date
    assert float(row["utilised_new_t"]) == pytest.approx(180.0)
    (said,) = [line for line in found.explanation.lines if line.key == "actuals.use_untold"]
    assert (said.values["outlet"], said.values["material"]) == ("b", "mud")


def _quarter(k: int) -> list[Record]:
    return [
        record("arising", "mud", k, 100.0),
        record("fed", "mud", k, 60.0, line="press_line"),
        record("sold", "brick", k, 60.0, outlet="brick_outlet"),
    ]


# ---- why stocks cannot be rolled


def test_what_the_plan_has_and_nobody_reports_is_told(plan: Solved) -> None:
    found = told(plan, *reports((60.0, 40.0), (60.0, 40.0))[:4])
    assert faults(found) == [
        "not_reported",
        "left_over",
    ]  # bricks sold, and 100 t of them that must be somewhere


def test_more_out_than_in(plan: Solved) -> None:
    assert faults(told(plan, *reports((60.0, 40.0), (60.0, 45.0)))) == ["more_out_than_in"]


def test_what_may_be_placed_or_kept_must_be_said() -> None:
    """A yard that keeps and places: the report of what was placed tells how much is stock."""
    solved = solve(tiny(mud(), landfill("mud", name="yard", retrievable=True), periods=QUARTERS))
    arose = [record("arising", "mud", k, 100.0) for k in (0, 1)]
    assert faults(told(solved, *arose)) == ["say_placed"]
    found = told(solved, *arose, *(record("placed", "mud", k, 70.0, storage="yard") for k in (0, 1)))
    assert faults(found) == []
    assert [lot.tonnes for lot in found.lots] == [pytest.approx(60.0)]
    assert found.placed == {"yard": {"mud": 140.0}}


def test_a_place_where_everything_stays_takes_what_is_left() -> None:
    solved = solve(tiny(mud(), landfill("mud"), periods=QUARTERS))
    found = told(solved, *(record("arising", "mud", k, 90.0) for k in (0, 1)))
    assert (faults(found), found.lots, found.placed) == ([], (), {"landfill": {"mud": 180.0}})


# ---- causes


def test_a_line_that_ran_less(plan: Solved) -> None:
    """There were 50 + 170 t, more than the 120 planned to be fed: the press itself fed 20 t less, so bricks lack."""
    found = told(plan, *reports((60.0, 40.0), (60.0, 40.0)))
    assert causes(found, "fed") == {("line", "press_line"): pytest.approx(-20.0)}
    assert causes(found, "made") == {("throughput", "press_line"): pytest.approx(-20.0)}
    assert causes(found, "sold") == {("throughput", "press_line"): pytest.approx(-20.0)}
    planned = plan.sum("stocks", "stock_t", period="26b")
    assert sum(causes(found, "stock").values()) == pytest.approx(120.0 - planned)
    assert causes(found, "stock")["arising", "R"] == pytest.approx(-30.0)
    assert causes(found, "stock")["fed", "press_line"] == pytest.approx(20.0)


def test_want_of_waste(plan: Solved) -> None:
    """50 + 60 t were there and 120 planned to be fed: 10 t for want of mud, 5 t the press itself."""
    found = told(plan, *reports((60.0, 45.0), (60.0, 45.0), (30.0, 30.0)))
    assert causes(found, "fed") == {
        ("arising", "R"): pytest.approx(-10.0),
        ("line", "press_line"): pytest.approx(-5.0),
    }


def test_yield_outlet_and_price() -> None:
    """Fed as planned, 110 instead of 120 bricks made, 100 sold at 9 instead of 10 CNY/t, 10 bricks kept."""
    solved = bricks(yard("brick", name="shed"))
    made = [record("made", "brick", k, t) for k, t in enumerate((60.0, 50.0))]
    sold = [
        replace(r, price_cny_per_t=9.0) if r.measure == "sold" else r
        for r in reports((60.0, 60.0), (60.0, 40.0))
    ]
    found = told(solved, *sold, *made)
    assert causes(found, "made") == {("yield", "R"): pytest.approx(-10.0)}
    assert causes(found, "sold") == {
        ("yield", "R"): pytest.approx(-10.0),
        ("outlet", "brick_outlet"): pytest.approx(-10.0),
    }
    assert causes(found, "revenue") == {
        ("volume", "brick_outlet"): pytest.approx(-20.0 * 10.0),
        ("price", "brick_outlet"): pytest.approx(-100.0),
    }
    assert [lot.tonnes for lot in found.lots if lot.material == "brick"] == [pytest.approx(10.0)]


def test_wetter_loads() -> None:
    """100 t dry planned at 20 % water are 125 t wet; 90 t dry came as 120 t wet: −12.5 by volume, +7.5 by water."""
    solved = solve(
        tiny(mud(moisture=0.2), site("M"), lane("R", "M"), landfill("mud", at="M"), periods=QUARTERS)
    )
    loads = [record("shipped", "mud", k, 90.0, wet_t=120.0, to="M") for k in (0, 1)]
    found = told(solved, *loads, *(record("arising", "mud", k, 90.0) for k in (0, 1)))
    assert causes(found, "shipped") == {
        ("volume", "R"): pytest.approx(-25.0),
        ("moisture", "R"): pytest.approx(15.0),
    }


def test_dry_tonnes_that_look_wet() -> None:
    """100 t dry planned at 20 % water are 125 t wet: 124 t told as dry are asked about, 110 t are not."""
    solved = solve(tiny(mud(moisture=0.2), landfill("mud"), periods=QUARTERS))
    for tonnes, asked in ((124.0, True), (110.0, False)):
        found = told(solved, *(record("arising", "mud", k, tonnes) for k in (0, 1)))
        assert ("actuals.looks_wet" in [line.key for line in found.explanation.lines]) is asked


def test_production_and_waste_per_tonne_of_it() -> None:
    """200 t of product at 0.5 t/t planned; 180 made and 99 t of mud: −10 by production, +9 by what a tonne leaves."""
    case = tiny(mud(), landfill("mud"), periods=QUARTERS)
    (row,) = case.arisings
    solved = solve(
        replace(case, arisings=(replace(row, amount_t=None, production_t=200.0, factor_t_per_t=0.5),))
    )
    found = told(solved, *(record("arising", "mud", k, 99.0, production_t=180.0) for k in (0, 1)))
    assert causes(found, "arising") == {
        ("production", "R"): pytest.approx(-20.0),
        ("factor", "R"): pytest.approx(18.0),
    }


def test_periods_closed_and_partly(plan: Solved) -> None:
    records = (
        *reports((60.0, 40.0), (60.0, 40.0)),
        replace(record("arising", "mud", 2, 9.0), end=date(2026, 8, 1)),
    )
    frame = told(plan, *records).explanation.frames["periods"]
    assert frame["state"].tolist() == ["closed", "closed", "partly", "open"]
    assert frame["months_reported"].tolist() == [3, 3, 1, 0]


# ---- what holds of any numbers

TONNES = st.floats(0, 1e6).map(lambda t: round(t, 3))
CHANGE = st.floats(-1e6, 1e6).map(lambda t: round(t, 3))


NAMES = st.sampled_from("abcdef")


@given(TONNES, TONNES, TONNES, TONNES)
def test_two_factors_add_up(a: float, b: float, c: float, d: float) -> None:
    assert sum(two_factors((a, b), (c, d))) == pytest.approx(c * d - a * b, abs=1e-3, rel=1e-9)


@given(st.dictionaries(st.tuples(NAMES), CHANGE, max_size=5), TONNES, TONNES)
def test_supply_and_own_doing_add_up(
    changes: dict[tuple[str, ...], float], short: float, extra: float
) -> None:
    found = for_supply(changes, short, extra)
    for key, (supply, own) in found.items():
        assert supply + own == pytest.approx(changes[key])
        assert supply * changes[key] >= 0
        assert own * changes[key] >= -1e-6
    assert -sum(s for s, _ in found.values() if s < 0) <= short + 1e-6


@given(CHANGE, st.dictionaries(st.tuples(NAMES, st.just("")), CHANGE, max_size=5))
def test_what_is_shared_out_adds_up(total: float, weights: dict[tuple[str, str], float]) -> None:
    shares = shared_out(total, weights)
    assert sum(part.amount for part in merged(shares)) == pytest.approx(total, abs=1e-5)


LAYERS = st.lists(st.builds(Layer, st.dates(), st.just("R"), TONNES), max_size=6)


@given(LAYERS, TONNES)
def test_no_layer_is_lost_and_the_oldest_goes_first(layers: list[Layer], tonnes: float) -> None:
    out, rest = taken(layers, tonnes)
    whole = sum(layer.tonnes for layer in layers)
    assert sum(layer.tonnes for layer in out) == pytest.approx(min(tonnes, whole))
    assert sum(layer.tonnes for layer in (*out, *rest)) == pytest.approx(whole)
    if out and rest:
        assert max(layer.since for layer in out) <= min(layer.since for layer in rest)


@settings(max_examples=examples(15), deadline=None)
@given(*(st.tuples(TONNES, TONNES) for _ in range(5)))
def test_every_deviation_is_the_sum_of_its_causes(
    plan: Solved,
    arose: tuple[float, float],
    fed: tuple[float, float],
    made: tuple[float, float],
    sold: tuple[float, float],
    placed: tuple[float, float],
) -> None:
    """Whatever the files say, books that do not balance included: nothing of a deviation is lost or told twice."""
    more = [record("made", "brick", k, t) for k, t in enumerate(made)]
    more += [record("placed", "mud", k, t, storage="yard") for k, t in enumerate(placed)]
    frame = told(plan, *reports(fed, sold, arose), *more).explanation.frames["causes"]
    for _, own in frame.groupby(["measure", "at", "material"]):
        assert isinstance(own, pd.DataFrame)
        assert own["amount"].sum() == pytest.approx(own["deviation"].iloc[0], abs=1e-4)
