"""The screening matrix on paper: every number of a cell from the arithmetic in the docstring."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

import pandas as pd
import pytest
from tests.builders import (
    Tables,
    arises,
    assay,
    buys,
    commodity,
    group,
    landfill,
    lane,
    mud,
    product,
    prop,
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

from redmud_opt.case import Case, CaseFaults, load_case
from redmud_opt.case.things import Assay, Figure, Tier
from redmud_opt.case.works import Distance, Feed, FixedInput, Gate, Haul, OperatingPoint, Output, Unit
from redmud_opt.i18n import text
from redmud_opt.model.blend import _gate_coefficient, mixers
from redmud_opt.network import build_network
from redmud_opt.study.screening import VERDICTS, Cell, Screening, screen
from redmud_opt.study.screening.blend import checks, excess
from redmud_opt.study.screening.equipment import annuity
from redmud_opt.study.screening.world import World

BRICK = product("brick") | sells("brick", 10)
PRESS = works("press", {"mud": {}}, {"brick": 1.0}, capacity=200)


def row(case: Case, route: str, library: Case | None = None, **where: object) -> pd.Series:
    """The one row of a route."""
    frame = screen(case, library).frame()
    for name, value in where.items():
        frame = frame[frame[name] == value]
    found = frame[frame["route"] == route]
    assert len(found) == 1, frame
    return found.iloc[0]


def cell(found: Screening, route: str) -> Cell:
    return next(one for one in found.cells if one.asked.process.name == route)


def gate(name: str, prop_name: str, limit: float, at: str = "press", **values: Any) -> Tables:
    return rows(gates=Gate(name=name, at=at, property=prop_name, limit=limit, **values))


def unit(name: str, capacity: float | None, process: str = "press", **values: Any) -> Unit:
    return Unit(name=name, process=process, capacity=capacity, **{"capex_cny": 0.0} | values)


# ---------------------------------------------------------------- accepted


def test_a_waste_is_only_asked_of_routes_for_its_class() -> None:
    """Mud is asked of the press; a lining that no route is for makes no row."""
    lining = waste("lining", "spent_pot_lining", hazardous=True) | arises("lining", 5)
    found = screen(tiny(mud(100), BRICK, PRESS, lining)).frame()
    assert found[["material", "route", "verdict"]].values.tolist() == [["mud", "press", "pays"]]


def test_what_arises_is_the_mean_over_the_horizon() -> None:
    """100 t in the first year, 100 + 60 t in the second: 130 t a year."""
    more = arises("mud", 60, during="27a")
    case = tiny(mud(100), more, BRICK, PRESS, periods=years(2026, 2))
    assert row(case, "press")["arising_t_per_a"] == 130


def test_another_mineralogy_is_named() -> None:
    """The press takes a diasporic mud; what arises is gibbsitic."""
    other = waste("rock_mud", "red_mud", mineralogy="diaspore")
    press = works("press", {"rock_mud": {}}, {"brick": 1.0}, capacity=200)
    own = mud(100, mineralogy="gibbsite_low_temperature")
    found = screen(tiny(own, other, BRICK, press))
    words = found.say(found.reasons[0])
    assert (found.cells[0].verdict, found.cells[0].accepted) == ("not_feasible", False)
    assert "diasporic bauxite (rock_mud)" in words
    assert "low-temperature" in words


def test_the_same_mineralogy_but_not_named() -> None:
    """Without a mineralogy the sentence only says what is taken."""
    press = works("press", {"rock_mud": {}}, {"brick": 1.0}, capacity=200)
    found = screen(tiny(mud(100), waste("rock_mud", "red_mud"), BRICK, press))
    assert found.reasons[0].key == "screen.not_fed"


# ---------------------------------------------------------------- gates


def test_a_gate_on_every_material_alone_fails() -> None:
    """12 + 1 · 1 = 13 > 12.5: with its margin the mud breaks the gate; no blend is tried."""
    chloride = rows(composition=Assay(material="mud", property="cl", value=12, sigma=1))
    limits = gate("clean", "cl", 12.5, kind="each", k_sigma=1, clause="7.1")
    found = screen(tiny(mud(100), BRICK, PRESS, prop("cl"), chloride, limits))
    only = found.frame().iloc[0]
    assert (only["verdict"], only["gate"], only["gate_clause"]) == ("not_feasible", "clean", "7.1")
    assert (only["gate_value"], only["gate_limit"]) == (13.0, 12.5)
    assert found.say(found.reasons[0]) == "13 breaks gate clean (cl ≤ 12.5 wt%; 7.1)"


def test_a_gate_on_every_output_alone() -> None:
    """0.5 · 12 ÷ 0.8 = 7.5 a tonne of brick: above 7, below 8."""
    press = works("press", {"mud": {}}, {"brick": 0.8}, capacity=200, loss_t_per_t=0.2)
    parts = (mud(100), BRICK, press, prop("cl"), assay("mud", cl=12.0))
    for limit, verdict in ((7.0, "not_feasible"), (8.0, "pays")):
        found = screen(tiny(*parts, gate("g", "cl", limit, kind="each", output="brick", retained=0.5)))
        assert found.cells[0].verdict == verdict
        assert found.cells[0].checks[0].value == pytest.approx(7.5)


def radiant(max_share: float = 1.0, **values: Any) -> tuple[Tables, ...]:
    """Mud of index 1.9 and sand of 0.4, at most 1 together."""
    feeds = {"mud": {"max_share": max_share}, "sand": {}}
    return (
        mud(100),
        commodity("sand"),
        buys("sand", 0),
        BRICK,
        works("press", feeds, {"brick": 1.0}, capacity=200),
        prop("i_ra", unit="index"),
        assay("mud", i_ra=1.9)
        | {
            "composition": (
                Assay(material="mud", property="i_ra", value=1.9),
                Assay(material="sand", property="i_ra", value=0.4),
            )
        },
        gate("building", "i_ra", 1.0, clause="GB 6566", **values),
    )


def test_a_radionuclide_gate_gives_the_share() -> None:
    """x ≤ (1 − 0.4) ÷ (1.9 − 0.4) = 0.4."""
    only = row(tiny(*radiant()), "press")
    assert only["share_limit"] == pytest.approx(0.4, abs=1e-8)
    assert (only["verdict"], only["bound_by"], only["bound"]) == ("limited", "gate", "building")
    assert (only["gate_value"], only["feeds_beside"]) == (1.9, "sand")


def test_a_share_of_the_recipe_binds_before_the_gate() -> None:
    """The recipe allows 0.3, the gate 0.4."""
    found = screen(tiny(*radiant(0.3)))
    only = found.frame().iloc[0]
    assert only["share_limit"] == pytest.approx(0.3, abs=1e-8)
    assert (only["bound_by"], only["bound"], only["gate"]) == ("max", "mud", "")
    assert "mud up to 30 %" in found.say(found.reasons[0])


def test_the_share_is_what_the_model_reaches() -> None:
    """100 t of capacity and 100 t of mud: the model feeds the 40 t that the gate allows."""
    case = tiny(*radiant(), landfill("mud"), utilisation_counts_legacy=False, objective="utilisation")
    lines = tuple(replace(line, capacity=100.0) for line in case.lines)
    solved = solve(replace(case, lines=lines))
    feeds = solved.frame("feeds")
    own = feeds[feeds["stream"].str.startswith("mud")]["feed_t"].sum()
    assert own == pytest.approx(100 * row(case, "press")["share_limit"], abs=1e-5)


def test_two_gates_and_two_other_feeds() -> None:
    """mud (p 3, q 2), sand (0, 0.9), ash (0.9, 0), both gates at 1: 3x + 0.9a = 1, 2x + 0.9s = 1, x + s + a = 1.
    Summed: 5x + 0.9 (1 − x) = 2, x = 1.1 ÷ 4.1."""
    case = tiny(
        mud(100),
        commodity("sand"),
        commodity("ash"),
        buys("sand", 0),
        buys("ash", 0),
        BRICK,
        works("press", {"mud": {}, "sand": {}, "ash": {}}, {"brick": 1.0}, capacity=200),
        rows(properties=(*prop("p")["properties"], *prop("q")["properties"])),
        rows(
            composition=tuple(
                Assay(material=m, property=p, value=v)
                for m, p, v in (
                    *(("mud", "p", 3.0), ("mud", "q", 2.0), ("sand", "p", 0.0)),
                    *(("sand", "q", 0.9), ("ash", "p", 0.9), ("ash", "q", 0.0)),
                )
            )
        ),
        gate("on_p", "p", 1.0),
        gate("on_q", "q", 1.0),
    )
    only = row(case, "press")
    assert only["share_limit"] == pytest.approx(1.1 / 4.1, abs=1e-8)
    assert only["bound_by"] == "gate"


def test_a_gate_on_an_output_with_an_input_and_a_margin() -> None:
    """Per tonne fed: brick 1.1 t of which 0.1 t cement; half of the soda stays. Limit 1 per tonne of brick.
    mud   0.5 · (3 + 2 · 0.2 + 0.1 · 2) − 1.1 = 0.7       sand   0.5 · (0.2 + 0.2) − 1.1 = −0.9
    x = 0.9 ÷ (0.9 + 0.7) = 0.5625"""
    case = tiny(
        mud(100),
        commodity("sand"),
        commodity("cement"),
        buys("sand", 0),
        buys("cement", 0),
        BRICK,
        works("press", {"mud": {}, "sand": {}}, {"brick": 1.1}, capacity=200, inputs={"cement": 0.1}),
        prop("soda"),
        rows(
            composition=(
                Assay(material="mud", property="soda", value=3.0, sigma=0.2),
                Assay(material="sand", property="soda", value=0.2),
                Assay(material="cement", property="soda", value=2.0),
            )
        ),
        gate("bloom", "soda", 1.0, output="brick", retained=0.5, k_sigma=2),
    )
    only = row(case, "press")
    assert only["share_limit"] == pytest.approx(0.5625, abs=1e-8)
    assert only["gate_value"] == pytest.approx(0.5 * 3.6 / 1.1)


def test_a_least_value_binds_too() -> None:
    """Iron at least 40: mud 20, ore 60: x ≤ (60 − 40) ÷ (60 − 20) = 0.5."""
    case = tiny(
        mud(100),
        commodity("ore"),
        buys("ore", 0),
        BRICK,
        works("press", {"mud": {}, "ore": {}}, {"brick": 1.0}, capacity=200),
        prop("fe"),
        rows(
            composition=(
                Assay(material="mud", property="fe", value=20.0),
                Assay(material="ore", property="fe", value=60.0),
            )
        ),
        gate("rich", "fe", 40.0, sense="min"),
    )
    assert row(case, "press")["share_limit"] == pytest.approx(0.5, abs=1e-8)


def test_a_least_share_of_another_feed() -> None:
    """Sand is at least 25 %, so mud is at most 75 %."""
    feeds = {"mud": {}, "sand": {"min_share": 0.25}}
    press = works("press", feeds, {"brick": 1.0}, capacity=200)
    only = row(tiny(mud(100), commodity("sand"), buys("sand", 0), BRICK, press), "press")
    assert only["share_limit"] == pytest.approx(0.75, abs=1e-8)
    assert (only["bound_by"], only["bound"]) == ("min", "sand")


def test_a_blend_gate_without_another_feed() -> None:
    """Nothing makes room for an index of 1.9."""
    parts = (mud(100), BRICK, PRESS, prop("i_ra", unit="index"), assay("mud", i_ra=1.9))
    found = screen(tiny(*parts, gate("building", "i_ra", 1.0)))
    assert (found.cells[0].verdict, found.reasons[0].key) == ("not_feasible", "screen.gate_never_holds")
    assert found.frame()["share_limit"].tolist() == [0.0]


def test_other_feeds_that_make_no_room() -> None:
    """Sand breaks the gate as well."""
    parts = list(radiant())
    parts[6] = rows(
        composition=(
            Assay(material="mud", property="i_ra", value=1.9),
            Assay(material="sand", property="i_ra", value=1.2),
        )
    )
    found = screen(tiny(*parts))
    assert (found.cells[0].verdict, found.reasons[0].key) == ("not_feasible", "screen.gate_never_holds")


def test_a_waste_that_the_case_does_not_have_makes_no_room() -> None:
    """A cleaner mud is a feed of the press, but none arises and none lies in stock; as an arising it gives 0.4."""
    clean = waste("clean_mud", "red_mud")
    press = works("press", {"mud": {}, "clean_mud": {}}, {"brick": 1.0}, capacity=200)
    assays = rows(
        composition=(
            Assay(material="mud", property="i_ra", value=1.9),
            Assay(material="clean_mud", property="i_ra", value=0.4),
        )
    )
    limits = gate("building", "i_ra", 1.0)
    parts = (mud(100), clean, BRICK, press, prop("i_ra", unit="index"), assays, limits)
    assert row(tiny(*parts), "press")["verdict"] == "not_feasible"
    only = row(tiny(*parts, arises("clean_mud", 10)), "press", material="mud")
    assert only["share_limit"] == pytest.approx(0.4, abs=1e-8)


def test_a_missing_assay_is_no_pass() -> None:
    """The gate finds no value for the mud."""
    found = screen(tiny(mud(100), BRICK, PRESS, prop("i_ra", unit="index"), gate("building", "i_ra", 1.0)))
    assert found.cells[0].verdict == "unknown_assay"
    assert found.say(found.reasons[0]) == "cannot be judged: mud has no value of i_ra"


def test_a_yield_without_its_property_is_not_judged() -> None:
    """Concentrate = recovery × iron ÷ grade, and nobody assayed the iron."""
    recovered = {"recovery": 0.5, "property": "fe", "grade": 50.0}
    press = works("press", {"mud": {}}, {"brick": recovered, "cake": {"complement": True}}, capacity=200)
    found = screen(tiny(mud(100), BRICK, waste("cake"), press, prop("fe")))
    assert (found.cells[0].verdict, found.cells[0].lacks) == ("unknown_assay", ("fe", "mud"))


def test_gates_are_those_of_the_network_and_the_model() -> None:
    """On the main case every excess is the model's coefficient, and every gate alone the network's answer."""
    case = load_case("guangxi")
    network, world = build_network(case), World(case)
    compared = 0
    for mixer, runs in mixers(network).items():
        for row_ in network.law.blend.get(mixer[1], []):
            for run in runs:
                own = network.runs.run[run].conversion
                sign = 1.0 if row_.sense == "max" else -1.0
                assert excess(world, row_, own) == pytest.approx(sign * _gate_coefficient(network, row_, run))
                compared += 1
    assert compared > 50
    for own in world.lineages.conversions:
        if own.feed is not None:
            alone = [check.holds for check in checks(world, own) if check.kind == "each"]
            assert all(alone) == world.law.process_takes(own, own.feed)


# ---------------------------------------------------------------- equipment


def sized(*units: Unit, arising: float = 2_600_000.0, **settings: Any) -> Case:
    press = works("press", {"mud": {}}, {"brick": 1.0}) | {
        "lines": (),
        "line_processes": (),
        "facilities": (),
    }
    return tiny(mud(arising), BRICK, press, rows(units=units), **settings)


def test_three_units_of_one_size() -> None:
    """2.6 Mt ÷ (1.2 Mt · 0.9) = 2.41: 3 units, load 2.6 ÷ 3.24 = 80.2 %."""
    only = row(sized(unit("big", 1_200_000, availability=0.9)), "press")
    assert (only["size"], only["units"], only["size_kind"]) == ("big", 3, "unit")
    assert only["load"] == pytest.approx(2.6 / 3.24)
    assert only["capacity_t_per_a"] == pytest.approx(1_080_000)


def test_the_size_with_the_least_over_capacity() -> None:
    """3 × 1.08 is 0.64 Mt too much, 6 × 0.5 is 0.4 Mt, 7 × 0.4 is 0.2 Mt but runs below 95 %."""
    found = sized(unit("big", 1_080_000), unit("middle", 500_000), unit("small", 400_000, min_rate=0.95))
    only = row(found, "press")
    assert (only["size"], only["units"], only["fits"]) == ("middle", 6, True)
    assert only["sizes"] == "3 x big (80 %); 6 x middle (87 %); 7 x small (93 %)"


def test_the_size_that_costs_least_a_year_comes_before_the_one_that_fits_closest() -> None:
    """At 10 % for good: 3 × 30 M · 0.1 = 9 M a year against 6 × 20 M · 0.1 = 12 M, though 6 leave less unused."""
    found = sized(
        unit("big", 1_080_000, capex_cny=30e6),
        unit("middle", 500_000, capex_cny=20e6),
        discount_rate=0.1,
    )
    only = row(found, "press")
    assert (only["size"], only["units"]) == ("big", 3)


def test_a_unit_that_would_run_below_its_least_rate() -> None:
    """100 t a year in a unit of 1,000 t that must run at half load."""
    only = row(sized(unit("big", 1000, min_rate=0.5), arising=100), "press")
    assert (only["units"], only["load"], only["fits"]) == (1, 0.1, False)


def test_hours_and_use_per_tonne() -> None:
    """8,000 h · 0.9 ÷ 0.02 h/t = 360,000 t/a; 2.6 Mt need 8 units."""
    hours = unit("hours", 8000, capacity_unit="h", availability=0.9, use_per_t=0.02)
    only = row(sized(hours), "press")
    assert (only["units"], only["capacity_t_per_a"]) == (8, pytest.approx(360_000))


def test_other_feeds_of_the_blend_need_room_too() -> None:
    """100 t of mud at a share of 0.4 are 250 t of feed: a line of 200 t takes 80 t of mud, 80 % of what arises."""
    found = screen(tiny(*radiant()))
    only = found.frame().iloc[0]
    assert only["capacity_t_per_a"] == pytest.approx(80, abs=1e-4)
    assert (only["size"], only["size_kind"], only["units"]) == ("press_line", "line", 1)
    assert (only["share_limit"], only["reach"]) == pytest.approx((0.4, 0.8), abs=1e-6)
    words = found.say(found.reasons[0])
    assert words.startswith("at most 40 % of the feed, by gate building")
    assert "; the lines that stand take at most 80 % of what arises; earns 10 CNY/t" in words


def test_a_line_that_stands_and_takes_all_is_matched_first() -> None:
    """The line of 200 t takes the 100 t; a unit of 100 t would fit better but has to be built."""
    case = tiny(mud(100), BRICK, PRESS, rows(units=(unit("snug", 100, capex_cny=1e6, life_a=10),)))
    only = row(case, "press")
    assert (only["size"], only["standing_t_per_a"], only["fixed_cny_per_t"]) == ("press_line", 200.0, 0.0)


# ---------------------------------------------------------------- equipment that there is


def press(capacity: float | None = None, line: str = "", **stands: Any) -> Tables:
    """The press, or a further line of it."""
    made = works(line or "press", {"mud": {}}, {"brick": 1.0}, capacity=capacity, stands=stands)
    if not line:
        return made
    rows_ = tuple(replace(row_, process="press") for row_ in made["line_processes"])
    return {"lines": made["lines"], "facilities": made["facilities"], "line_processes": rows_}


def step(capacity: float, line: str = "", **values: Any) -> Tables:
    """A candidate of 1,000 CNY on 10 years without interest: 100 CNY a year."""
    return press(capacity, line, **{"candidate": True, "capex_cny": 1000.0, "life_a": 10.0} | values)


def test_a_line_that_stands_is_one() -> None:
    """100 t · 0.85 of 1,200 t: 7.08 %, at full load 170 ÷ 85 = 2 a tonne; brick 10: 8 are left."""
    found = screen(tiny(mud(1200), BRICK, press(100, availability=0.85, fixed_om_cny_per_a=170.0)))
    only = found.frame().iloc[0]
    assert (only["verdict"], only["share_limit"], only["reach"]) == (
        "limited",
        1.0,
        pytest.approx(85 / 1200),
    )
    assert (only["size"], only["units"], only["load"], only["fits"]) == ("press_line", 1, 1.0, True)
    assert (only["fixed_cny_per_t"], only["net_cny_per_t"]) == (pytest.approx(2), pytest.approx(8))
    expected = (
        "the lines that stand take at most 7.08 % of what arises; earns 8 CNY/t: revenue 10 less cost 2"
    )
    assert found.say(found.reasons[0]) == expected
    assert "7.08%" in found.say(found.reasons[0], "zh")
    assert only["sizes"] == "1 x press_line (100 %, takes 7.08 %)"


def test_lines_that_stand_add_up() -> None:
    """60 + 50 t for 100 t: both, 100 ÷ 110 full; (110 + 220) ÷ 110 = 3 a tonne, what they once cost is sunk."""
    first = press(60, fixed_om_cny_per_a=110.0, capex_cny=1e6, life_a=5.0)
    both = tiny(mud(100), BRICK, first, press(50, "second", fixed_om_cny_per_a=220.0))
    only = row(both, "press")
    assert (only["verdict"], only["reach"], only["units"], only["size_kind"]) == ("pays", 1.0, 2, "line")
    assert only["size"] == "1 x press_line; 1 x second_line"
    assert (only["load"], only["fixed_cny_per_t"]) == (pytest.approx(100 / 110), pytest.approx(3))
    assert (only["standing_t_per_a"], only["capacity_t_per_a"]) == (110, 55)


def test_of_the_lines_that_stand_the_fewest_are_taken() -> None:
    """10, 70 and 60 t for 100 t: the two great ones."""
    case = tiny(mud(100), BRICK, press(10), press(70, "second"), press(60, "third"))
    assert row(case, "press")["size"] == "1 x second_line; 1 x third_line"


@pytest.mark.parametrize(
    ("times", "units", "reach", "verdict"),
    [(None, 1, 0.3, "limited"), (2, 2, 0.6, "limited"), (5, 4, 1, "pays")],
)
def test_a_candidate_is_built_as_often_as_it_may_be(
    times: int | None, units: int, reach: float, verdict: str
) -> None:
    """Steps of 30 t for 100 t: one takes 30 %, two 60 %, of five four are needed. A tonne costs 100 ÷ 30."""
    found = screen(tiny(mud(100), BRICK, step(30, times=times)))
    only = found.frame().iloc[0]
    assert (only["units"], only["reach"], only["verdict"]) == (units, pytest.approx(reach), verdict)
    assert only["fixed_cny_per_t"] == pytest.approx(100 / 30)
    said = f"the candidates take at most {100 * reach:.0f} % of what arises"
    assert (said in found.say(found.reasons[0])) == (verdict == "limited")


def test_times_of_a_line_that_stands_say_nothing() -> None:
    assert row(tiny(mud(100), BRICK, press(30, times=9)), "press")["units"] == 1


def test_lines_that_stand_and_candidates_together() -> None:
    """40 stand; steps of 20 t at 5 a tonne and of 30 t at 3.33, the latter twice: 40 + 2 · 30 = 100 for 95 t.
    200 ÷ 100 = 2 a tonne; for 150 t all of them take 120: 80 %, (200 + 100) ÷ 120 = 2.5."""
    parts = (BRICK, press(40), step(20, "dear"), step(30, "cheap", times=2))
    only = row(tiny(mud(95), *parts), "press")
    assert (only["size"], only["reach"]) == ("1 x press_line; 2 x cheap_line", 1.0)
    assert (only["units"], only["load"], only["verdict"]) == (3, 0.95, "pays")
    assert only["fixed_cny_per_t"] == pytest.approx(2)
    found = screen(tiny(mud(150), *parts))
    only = found.frame().iloc[0]
    assert (only["reach"], only["units"], only["load"]) == (pytest.approx(0.8), 4, 1.0)
    assert only["fixed_cny_per_t"] == pytest.approx(2.5)
    assert "the lines that stand and the candidates take at most 80 %" in found.say(found.reasons[0])


def test_where_lines_do_not_take_all_units_are_built_for_all() -> None:
    """A line of 60 t stands, a step of 30 t might; 100 t go to two units of 50 t."""
    case = tiny(mud(100), BRICK, press(60), step(30, "more"), rows(units=(unit("fifty", 50),)))
    only = row(case, "press")
    assert (only["size"], only["units"], only["reach"], only["verdict"]) == ("fifty", 2, 1.0, "pays")
    assert only["standing_t_per_a"] == 60


def test_a_candidate_without_a_price_is_unknown() -> None:
    """No capex and no steps of size: nobody knows; an investment of nothing, stated, is nothing."""
    found = screen(tiny(mud(100), BRICK, step(200, capex_cny=None)))
    assert (found.cells[0].verdict, found.frame()["unknown"].tolist()) == ("unknown_price", ["equipment"])
    assert row(tiny(mud(100), BRICK, step(200, capex_cny=0.0)), "press")["verdict"] == "pays"
    tiers = rows(tiers=Tier(item="press_line", step=1, price_cny_per_t=5.0))
    only = row(tiny(mud(100), BRICK, step(200, capex_cny=None), tiers), "press")
    assert only["fixed_cny_per_t"] == pytest.approx(5 / 10)
    endless = tiny(mud(100), BRICK, press(candidate=True), tiers)
    assert row(endless, "press")["verdict"] == "unknown_price"


def test_a_step_of_unknown_cost_is_added_last() -> None:
    """40 stand, 30 and 60 may be built, the 60 at nobody knows what: needed for 100 t, not for 65 t."""
    parts = (BRICK, press(40), step(60, "blank", capex_cny=None), step(30, "known"))
    assert row(tiny(mud(65), *parts), "press")["size"] == "1 x press_line; 1 x known_line"
    assert row(tiny(mud(100), *parts), "press")["unknown"] == "equipment"


def test_a_line_that_no_lane_leads_to_is_not_there() -> None:
    """Mud at S, the press at R: without a lane nothing is there; by one lane, or by two, the press is."""
    parts = (waste("mud", "red_mud"), arises("mud", 100, "S"), site("S"), site("T"), BRICK, PRESS)
    for ways, verdict in (
        ((), "unknown_price"),
        ((lane("S", "R"),), "pays"),
        ((lane("S", "T"), lane("T", "R")), "pays"),
        ((lane("S", "R", material="brick"),), "unknown_price"),
    ):
        only = row(tiny(*parts, *ways), "press")
        assert (only["verdict"], only["standing_t_per_a"]) == (verdict, 200.0 if verdict == "pays" else 0.0)


def test_a_haul_rule_goes_no_further_than_it_says() -> None:
    """S, T and R at 0, 50 and 100 km: 60 km reach R only where something at T takes the mud or hands it on."""
    far = rows(
        haul=Haul(name="road", material="mud", cost_cny_per_t_km=1.0, max_km=60.0),
        distances=tuple(
            Distance(from_site=a, to_site=b, distance_km=km)
            for a, b, km in (("S", "T", 50.0), ("T", "R", 50.0), ("S", "R", 100.0))
        ),
    )
    mud_at_s = (waste("mud", "red_mud"), arises("mud", 100, "S"), site("S"), BRICK, PRESS, far)
    assert row(tiny(*mud_at_s, site("T")), "press")["standing_t_per_a"] == 0
    assert row(tiny(*mud_at_s, site("T", kind="transfer_station")), "press")["standing_t_per_a"] == 200
    assert row(tiny(*mud_at_s, site("T"), yard("mud", at="T")), "press")["standing_t_per_a"] == 200


def test_a_line_closed_before_the_horizon_is_not_there() -> None:
    case = tiny(mud(100), BRICK, press(200, closes=date(2026, 1, 1)))
    assert row(case, "press")["unknown"] == "equipment"


def test_below_the_least_rate_the_fixed_cost_falls_on_what_is_fed() -> None:
    """1,200 t on a unit of 1 Mt/a that must run at half load: 100,000 ÷ 1,200 = 83.33 a tonne, not 0.1."""
    vast = unit("vast", 1e6, min_rate=0.5, capex_cny=1e6, life_a=10.0)
    found = screen(sized(vast, arising=1200))
    only = found.frame().iloc[0]
    assert (only["verdict"], only["fits"], only["load"]) == ("at_a_cost", False, pytest.approx(0.0012))
    assert only["fixed_cny_per_t"] == pytest.approx(100_000 / 1200)
    assert only["net_cny_per_t"] == pytest.approx(10 - 100_000 / 1200)


def test_a_line_far_too_large_gives_way_to_a_unit_that_fits() -> None:
    """100 t on a line of 1,000 t that must run at half load: a unit of 120 t runs at 83 %; without it the line's
    500 CNY a year fall on the 100 t."""
    vast = press(1000, min_rate=0.5, fixed_om_cny_per_a=500.0)
    only = row(tiny(mud(100), BRICK, vast, rows(units=(unit("snug", 120),))), "press")
    assert (only["size"], only["fits"]) == ("snug", True)
    only = row(tiny(mud(100), BRICK, vast), "press")
    assert (only["size"], only["fits"], only["fixed_cny_per_t"]) == ("press_line", False, pytest.approx(5))


def test_of_sizes_that_all_run_too_low_the_one_that_costs_least() -> None:
    """100 t; 10,000 CNY a year on the great one, 500 on the small one: 5 a tonne."""
    vast = unit("vast", 1e6, min_rate=0.5, capex_cny=1e5, life_a=10.0)
    small = unit("small", 1e3, min_rate=0.5, capex_cny=5e3, life_a=10.0)
    only = row(sized(vast, small, arising=100), "press")
    assert (only["size"], only["fixed_cny_per_t"], only["verdict"]) == ("small", pytest.approx(5), "pays")


def test_equipment_without_a_capacity_has_no_limit() -> None:
    """No capacity: no load; 500 a year fall on the 100 t."""
    only = row(tiny(mud(100), BRICK, press(fixed_om_cny_per_a=500.0)), "press")
    assert (only["verdict"], only["units"], only["reach"], only["fits"]) == ("pays", 1, 1.0, True)
    assert pd.isna(only["load"])
    assert only["sizes"] == "1 x press_line (no limit)"
    assert only["fixed_cny_per_t"] == pytest.approx(5)


# ---------------------------------------------------------------- money


def test_annuity() -> None:
    """10 % over 2 years: 0.1 ÷ (1 − 1.1⁻²) = 0.1 · 1.21 ÷ 0.21; without interest 1 ÷ life; for good the interest."""
    assert annuity(0.1, 2) == pytest.approx(0.121 / 0.21)
    assert (annuity(0.0, 4), annuity(0.1, None)) == (0.25, 0.1)


def priced(**settings: Any) -> Case:
    """Brick 0.8 t at 50, cake 0.2 t to the landfill at 30, lime 0.1 t at 300, process 5 + 2."""
    press = works(
        "press", {"mud": {"cost_cny_per_t": 2.0}}, {"brick": 0.8, "cake": 0.3}, cost=5.0, inputs={"lime": 0.1}
    )
    built = unit("one", 100, capex_cny=2100.0, life_a=2.0, fixed_om_cny_per_a=290.0, availability=0.5)
    return tiny(
        mud(40),
        product("brick"),
        sells("brick", 50),
        waste("cake"),
        landfill("cake", 30),
        commodity("lime"),
        buys("lime", 300),
        press | {"lines": (), "line_processes": (), "facilities": ()},
        rows(units=(built,)),
        **{"discount_rate": 0.1} | settings,
    )


def test_cost_and_revenue_by_hand() -> None:
    """process 7, lime 0.1 · 300 = 30, residue 0.3 · 30 = 9
    fixed (2,100 · 0.1 · 1.21 ÷ 0.21 + 290) ÷ (100 · 0.5) = (1,210 + 290) ÷ 50 = 30
    cost 76, revenue 0.8 · 50 = 40, net −36; break-even 76 ÷ 0.8 = 95."""
    only = row(priced(), "press")
    items = ["process", "inputs", "fixed", "residue", "beside", "cost", "revenue", "net"]
    found = [only[f"{item}_cny_per_t"] for item in items]
    assert found == pytest.approx([7, 30, 30, 9, 0, 76, 40, -36])
    assert (only["break_even_product"], only["break_even_cny_per_unit"]) == ("brick", pytest.approx(95))
    assert (only["verdict"], only["load"], only["meaning"]) == ("at_a_cost", 0.8, "use")


def test_the_same_with_a_better_price_pays() -> None:
    """At 95 a tonne nothing is left, and that is enough; at 94 it is not."""
    for price, verdict in ((95.0 + 1e-9, "pays"), (94.0, "at_a_cost")):
        case = priced()
        outlets = tuple(replace(outlet, price_cny_per_t=price) for outlet in case.outlets)
        assert row(replace(case, outlets=outlets), "press")["verdict"] == verdict


def test_prices_of_received_mass_and_of_tiers() -> None:
    """Lime bought as received at 20 % moisture: 300 ÷ 0.8 a dry tonne; the best step of brick is 60."""
    case = priced()
    supplies = tuple(replace(supply, basis="as_received") for supply in case.supplies)
    materials = tuple(replace(m, moisture=0.2) if m.name == "lime" else m for m in case.materials)
    tiers = tuple(Tier(item="brick_outlet", step=k, price_cny_per_t=p) for k, p in ((1, 60.0), (2, 40.0)))
    only = row(replace(case, supplies=supplies, materials=materials, tiers=tiers), "press")
    assert only["inputs_cny_per_t"] == pytest.approx(0.1 * 300 / 0.8)
    assert only["revenue_cny_per_t"] == pytest.approx(0.8 * 60)


def test_an_outlet_whose_specification_the_product_misses_pays_nothing() -> None:
    """An outlet at 99 asks for iron of at least 50; the brick has 40."""
    more = rows(
        outlets=tuple(sells("brick", 99, name="fine_outlet")["outlets"]),
        properties=tuple(prop("fe")["properties"]),
        composition=(Assay(material="brick", property="fe", value=40.0),),
        gates=(Gate(name="fine", at="fine_outlet", property="fe", sense="min", limit=50.0),),
    )
    case = priced()
    case = replace(case, **{name: (*getattr(case, name), *found) for name, found in more.items()})
    assert row(case, "press")["revenue_cny_per_t"] == pytest.approx(40)


def test_an_outlet_that_is_shut_over_the_horizon_pays_nothing() -> None:
    """An outlet at 99 closed on the day on which the horizon begins."""
    more = sells("brick", 99, name="shut", closes=date(2026, 1, 1))["outlets"]
    case = priced()
    assert row(replace(case, outlets=(*case.outlets, *more)), "press")["revenue_cny_per_t"] == pytest.approx(
        40
    )


def test_an_unknown_price_is_marked() -> None:
    """No supply of lime and no figure: the cost is unknown. A figure of 200 makes it 7 + 20 + 30 + 9 = 66."""
    case = replace(priced(), supplies=())
    found = screen(case)
    only = found.frame().iloc[0]
    assert (only["verdict"], only["unknown"]) == ("unknown_price", "lime")
    assert pd.isna(only["net_cny_per_t"])
    assert found.say(found.reasons[0]) == "no price is known of lime"
    for name in ("price_lime_cny_per_t", "price_lime"):
        figures = (Figure(name=name, value=200.0, unit="CNY/t"),)
        assert row(replace(case, figures=figures), "press")["cost_cny_per_t"] == pytest.approx(66)


def test_figures_of_other_things_are_no_price() -> None:
    """price_lime_stone… is no price of lime, nor is one in another unit."""
    figures = (
        Figure(name="price_lime_stone_cny_per_t", value=1.0, unit="CNY/t"),
        Figure(name="price_lime_cny_per_m3", value=1.0, unit="CNY/m3"),
    )
    assert row(replace(priced(), supplies=(), figures=figures), "press")["unknown"] == "lime"


def test_an_unknown_product_price_still_has_a_break_even() -> None:
    """No outlet for brick: it would have to fetch 76 ÷ 0.8 = 95."""
    found = screen(replace(priced(), outlets=()))
    only = found.frame().iloc[0]
    assert (only["verdict"], only["break_even_cny_per_unit"]) == ("unknown_price", pytest.approx(95))
    assert "would break even with brick at 95 CNY" in found.say(found.reasons[0])


def test_equipment_without_a_price_is_unknown() -> None:
    """A unit without capex, and no equipment at all."""
    case = priced()
    for units in ((replace(case.units[0], capex_cny=None),), ()):
        found = screen(replace(case, units=units))
        assert found.frame()["unknown"].tolist() == ["equipment"]
        assert "the equipment" in found.say(found.reasons[0])


def test_residue_without_a_place_of_its_own() -> None:
    """No place names the cake: it goes where the mud may go, at 12. Where the mud has none either, nobody knows."""
    case = replace(priced(), storages=tuple(landfill("mud", 12)["storages"]))
    only = row(case, "press")
    assert (only["residue_cny_per_t"], only["residue_as"]) == (pytest.approx(0.3 * 12), "as_feed")
    assert only["avoided_cny_per_t"] == 12
    assert row(replace(case, storages=()), "press")["unknown"] == "cake"


def test_hazardous_residue_goes_where_its_quality_is_let_in() -> None:
    """Of two hazardous landfills the cheaper one asks for fluoride of at most 5; the cake has 7. A cheap one for
    general waste is none."""
    pits = [
        *landfill("other", 1.0, name="general")["storages"],
        *landfill("other", 100.0, name="strict", accepts_hazardous=True)["storages"],
        *landfill("other", 200.0, name="rigid", accepts_hazardous=True)["storages"],
    ]
    case = replace(
        priced(),
        storages=tuple(pits),
        gates=(Gate(name="f", at="strict", property="f", kind="each", limit=5.0),),
        properties=tuple(prop("f")["properties"]),
        composition=(Assay(material="cake", property="f", value=7.0),),
    )
    materials = tuple(
        replace(m, legal_status="hazardous_waste") if m.name == "cake" else m for m in case.materials
    )
    only = row(replace(case, materials=materials), "press")
    assert (only["residue_cny_per_t"], only["residue_as"]) == (pytest.approx(60), "as_kind")
    assert only["residue_to"] == "rigid"


def test_residue_that_is_sold_earns() -> None:
    """The cake has a buyer at 20: 0.3 · 20 on top of the brick."""
    outlets = (*priced().outlets, *sells("cake", 20, method="U")["outlets"])
    only = row(replace(priced(), outlets=outlets), "press")
    assert (only["revenue_cny_per_t"], only["residue_cny_per_t"]) == (pytest.approx(46), 0.0)


def test_a_yard_counts_where_nothing_is_final() -> None:
    """Putting in 3 and holding for a year 4."""
    case = replace(
        priced(),
        storages=tuple(yard("cake", put_cost_cny_per_t=3.0, holding_cost_cny_per_t_a=4.0)["storages"]),
    )
    assert row(case, "press")["residue_cny_per_t"] == pytest.approx(0.3 * 7)


def test_a_feed_beside_that_loses_money_is_charged() -> None:
    """Share 0.4: 1.5 t of sand per tonne of mud. Sand at 14 makes brick of 10: a loss of 4 each, 6 in all.
    Sand at 3 earns on its own: nothing is charged and nothing credited."""
    for price, beside in ((14.0, 6.0), (3.0, 0.0)):
        parts = list(radiant())
        parts[2] = buys("sand", price)
        only = row(tiny(*parts), "press")
        assert only["beside_cny_per_t"] == pytest.approx(beside, abs=1e-6)
        assert only["net_cny_per_t"] == pytest.approx(10 - beside, abs=1e-6)


def test_the_operating_point_that_earns_most() -> None:
    """Point a: 0.5 brick at 10 − 1; point b: 0.7 brick at 10 − 4: a with 4 against 3."""
    press = works("press", {"mud": {}}, {})
    more = rows(
        points=(
            OperatingPoint(process="press", point="a", cost_cny_per_t=1.0),
            OperatingPoint(process="press", point="b", cost_cny_per_t=4.0),
        ),
        outputs=tuple(
            Output(process="press", point=point, material=name, yield_t_per_t=amount)
            for point, made in (("a", 0.5), ("b", 0.7))
            for name, amount in (("brick", made), ("cake", 1 - made))
        ),
    )
    only = row(tiny(mud(100), BRICK, waste("cake"), landfill("cake"), press | more), "press")
    assert (only["point"], only["net_cny_per_t"]) == ("a", pytest.approx(4))


def test_the_point_that_takes_everything_comes_before_the_one_that_earns_most() -> None:
    """Brick at 110; rich costs 8 and takes 10 % of mud, lean costs 9 and takes it alone: lean pays for all of it."""
    press_ = works("press", {}, {"brick": 1.0}) | rows(
        feeds=(
            Feed(process="press", point="rich", material="mud", max_share=0.1),
            Feed(process="press", point="lean", material="mud"),
            Feed(process="press", material="sand"),
        ),
        points=(
            OperatingPoint(process="press", point="rich", cost_cny_per_t=8.0),
            OperatingPoint(process="press", point="lean", cost_cny_per_t=9.0),
        ),
    )
    goods = (commodity("sand"), buys("sand", 0), product("brick"), sells("brick", 110))
    only = row(tiny(mud(100), *goods, press_), "press")
    assert (only["verdict"], only["point"], only["share_limit"]) == ("pays", "lean", 1.0)
    assert only["net_cny_per_t"] == pytest.approx(101)


def test_a_size_with_steps_costs_all_of_them() -> None:
    """Line of 100 t: 1,000 + 60 · 10 + 40 · 5 = 1,800, on 4 years without interest 450 a year: 4.5 a tonne."""
    line = {"candidate": True, "capex_cny": 1000.0, "life_a": 4.0, "capacity": 100.0}
    press = works("press", {"mud": {}}, {"brick": 1.0}, stands=line)
    tiers = rows(
        tiers=(
            Tier(item="press_line", step=1, width_t=60.0, price_cny_per_t=10.0),
            Tier(item="press_line", step=2, price_cny_per_t=5.0),
        )
    )
    only = row(tiny(mud(100), BRICK, press, tiers), "press")
    assert (only["size_kind"], only["fixed_cny_per_t"]) == ("candidate", pytest.approx(4.5))


# ---------------------------------------------------------------- the library


def library(unit_of_soda: str = "wt%") -> Case:
    """A route that the case does not have: it takes rock_mud with soda of at most 2 %."""
    by = {"wt%": 1.0, "g/kg": 10.0}.get(unit_of_soda, 1.0)
    return tiny(
        waste("rock_mud", "red_mud", mineralogy="diaspore"),
        product("tile"),
        commodity("lime"),
        works("kiln", {"rock_muds": {}}, {"tile": 1.1}, inputs={"lime": 0.1}),
        group("rock_muds", "rock_mud"),
        prop("soda", unit=unit_of_soda),
        gate("low_soda", "soda", 2.0 * by, at="kiln", kind="each"),
        rows(
            units=(unit("kiln_unit", 100, "kiln"),),
            figures=(
                Figure(name="price_lime_cny_per_t", value=300.0, unit="CNY/t"),
                Figure(name="price_tile_cny_per_t", value=100.0, unit="CNY/t"),
            ),
        ),
        lines=(),
        line_processes=(),
        facilities=(),
    )


@pytest.mark.parametrize("unit_of_soda", ["wt%", "g/kg"])
def test_routes_of_the_library_for_what_is_like_its_wastes(unit_of_soda: str) -> None:
    """1.1 · 100 − 0.1 · 300 = 80; soda of 1 % is within 2 % = 20 g/kg, soda of 3 % is not."""
    for soda, verdict in ((1.0, "pays"), (3.0, "not_feasible")):
        parts = (mud(100, like="rock_mud"), BRICK, PRESS, prop("soda"), assay("mud", soda=soda))
        only = row(tiny(*parts), "kiln", library(unit_of_soda))
        assert (only["verdict"], only["from_library"]) == (verdict, True)
        assert only["net_cny_per_t"] == pytest.approx(80) if verdict == "pays" else only["gate"] == "low_soda"


def test_the_routes_of_the_case_are_screened_as_without_the_library() -> None:
    case = tiny(mud(100, like="rock_mud"), BRICK, PRESS, prop("soda"), assay("mud", soda=1.0))
    own, both = screen(case).frame(), screen(case, library()).frame()
    pd.testing.assert_frame_equal(own, both[~both["from_library"]])
    assert both["route"].tolist() == ["press", "kiln"]


def test_a_mud_that_is_like_nothing_of_the_library() -> None:
    found = screen(tiny(mud(100), BRICK, PRESS), library())
    assert [message.key for message in found.reasons] == ["screen.earns", "screen.like_nothing"]


def test_a_unit_that_does_not_convert_is_a_fault() -> None:
    """Soda in the case in Bq/kg: nothing could be compared."""
    case = tiny(mud(100), BRICK, PRESS, prop("soda", unit="Bq/kg"))
    with pytest.raises(CaseFaults, match="'soda' is in wt% in the library and in Bq/kg in the case"):
        screen(case, library())


# ---------------------------------------------------------------- tables


def several() -> Screening:
    case = tiny(
        mud(60),
        arises("mud", 40, "S"),
        site("S", label_en="South", label_zh="南厂"),
        lane("S", "R"),
        BRICK,
        PRESS,
        works("kiln", {"mud": {"max_share": 0.5}}, {"brick": 1.0}, cost=20.0),
    )
    return screen(case)


def test_the_matrix_has_plants_and_routes() -> None:
    """The kiln needs another feed for the other half and has none."""
    found = several()
    assert found.matrix("en").values.tolist() == [["pays", "not feasible"]] * 2
    assert found.matrix("zh").index.tolist() == ["R：mud", "南厂：mud"]
    assert found.matrix("zh").iloc[0].tolist() == ["有盈利", "不可行"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_table_has_a_sentence_for_every_row(language: str) -> None:
    found = several()
    table = found.table(language)
    assert len(table) == len(found.cells) == 4
    assert table.columns.is_unique
    assert all(words and "{" not in words and "screen." not in words for words in table.iloc[:, -1])


def test_the_frame_is_tidy() -> None:
    found = several()
    frame = found.frame()
    assert not frame.duplicated(["site", "material", "route"]).any()
    assert set(frame["verdict"]) <= set(VERDICTS)
    assert frame["arising_t_per_a"].tolist() == [60.0, 60.0, 40.0, 40.0]


def test_plants_list_the_better_verdict_first() -> None:
    found = several()
    for _, places in found.plants():
        order = [VERDICTS.index(found.cells[k].verdict) for k in places]
        assert all(a <= b for a, b in pairwise(order))


def test_a_case_without_waste_has_an_empty_screening() -> None:
    found = screen(tiny(product("brick")))
    assert found.cells == ()
    assert found.frame().empty
    assert found.matrix().empty
    assert found.table("zh").empty


def test_a_case_with_an_unbalanced_route_says_so() -> None:
    """1 t in, 0.5 t out and nothing declared lost."""
    found = screen(tiny(mud(100), BRICK, works("press", {"mud": {}}, {"brick": 0.5})))
    assert (found.cells[0].verdict, found.reasons[0].key) == ("not_feasible", "screen.unsound")


def test_an_input_of_one_feed_alone() -> None:
    """Half a tonne of lime at 10 for mud; the line counts hours, one per tonne."""
    case = tiny(mud(100), BRICK, PRESS, commodity("lime"), buys("lime", 10))
    inputs = (FixedInput(process="press", feed="mud", material="lime", amount_per_t=0.5, solid=False),)
    lines = tuple(replace(line, capacity_unit="h") for line in case.lines)
    only = row(replace(case, inputs=inputs, lines=lines), "press")
    assert only["inputs_cny_per_t"] == 5.0
    assert only["standing_t_per_a"] == 200


def test_the_alkali_gate_of_the_main_case() -> None:
    """Kiln of Tiandong: the share is e_meal ÷ (e_meal − e_mud), the excess of each by its alkali and its clinker."""
    case = load_case("guangxi")
    found = screen(case)
    kiln = cell(found, "clinker_a")
    world = World(case)
    feeds = {c.feed.name: c for c in world.vessels["clinker_a", ""] if c.feed is not None}
    bound = next(row_ for row_ in case.gates if row_.name == "clinker_a_alkali")
    meal, own = (excess(world, bound, feeds[name]) for name in ("raw_meal_a", "red_mud"))
    assert kiln.share.limit == pytest.approx(-meal / (own - meal), abs=1e-8)
    assert text(found.reasons[0], "zh")
