"""Why not, why here and plan B, on paper: bricks of mud, two outlets, lanes, a step that is not built."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.builders import (
    Tables,
    against,
    assay,
    landfill,
    lane,
    mud,
    product,
    prop,
    rows,
    sells,
    site,
    solve,
    target,
    tiny,
    works,
    years,
)
from tests.model import permitting
from tests.model.deciding import press, world

from redmud_opt.case import Case, CaseFaults
from redmud_opt.case.rules import Budget, Limit
from redmud_opt.case.works import Gate
from redmud_opt.i18n import LANGUAGES, Message, text
from redmud_opt.model import build_model
from redmud_opt.network import build_network
from redmud_opt.solve import Options, Session
from redmud_opt.study.asking import Base, Interval
from redmud_opt.study.decisions import weighty_decisions
from redmud_opt.study.explanation import Explanation
from redmud_opt.study.planb import plan_b
from redmud_opt.study.why import why_here, why_not
from redmud_opt.study.why_said import loss_words

PRESS = works("press", "mud", {"brick": 1})


def two_outlets(price: float = 10.0, far: float = 1.0, cost: float = 3.0, **near: Any) -> Case:
    """100 t of mud, all pressed; bricks sell at 10 at R, at 1 at M, a lane of 3 away; a tonne costs 2 to place."""
    return tiny(
        *(mud(), PRESS, product("brick"), landfill("mud", 2)),
        *(
            sells("brick", price, **near),
            sells("brick", far, "M", name="far"),
            site("M"),
            lane("R", "M", cost),
        ),
    )


def row(found: Explanation, frame: str = "answers") -> Mapping[str, Any]:
    (only,) = found.frames[frame].to_dict("records")
    return only


def keys(found: Explanation) -> list[str]:
    return [line.key for line in found.lines]


def words(found: Explanation) -> None:
    """Nothing is left without words, in either language."""
    for language in LANGUAGES:
        for line in (found.heading, *found.lines):
            assert "why." not in text(line, language).replace("docs/why.", "")
            assert "{" not in text(line, language)
        found.as_record(language)


# ---------------------------------------------------------------- why not: prices


def test_the_break_even_of_an_outlet_price() -> None:
    """A brick earns 10 at R and 1 − 3 = −2 at M: the price at M must rise by 12, to 13."""
    found = why_not(Base.solved(two_outlets()), ["far"])
    answer = row(found)
    assert answer["break_even_change"] == pytest.approx(12.0, rel=1e-6)
    assert answer["break_even_price"] == pytest.approx(13.0, rel=1e-6)
    assert answer["verified"]
    assert answer["verdict"] == Message("why.verdict_price")
    assert "why.price_up" in keys(found)
    words(found)


@pytest.mark.parametrize(("price", "sold"), [(12.9, 0.0), (13.1, 100.0)])
def test_the_case_itself_agrees(price: float, sold: float) -> None:
    """Just below the break-even nothing is sold at M, just above it all of it is."""
    model = Base.solved(two_outlets(far=price)).model
    at = model.sold_t.index.labels("outlet") == "far"
    assert model.sold_t.values_array[at].sum() == pytest.approx(sold)


def test_a_gate_fee() -> None:
    """A tonne placed costs 2; the taker of mud asks 7: 5 less."""
    taker = sells("mud", -7, name="taker", method="D")
    found = why_not(Base.solved(tiny(mud(), landfill("mud", 2), taker)), ["taker"])
    assert keys(found)[0] == "why.gate_fee_down"
    assert row(found)["break_even_price"] == pytest.approx(-2.0, rel=1e-6)
    assert text(found.lines[0]).startswith(
        "outlet taker would come in at a gate fee of 2 CNY/t or less instead of 7"
    )


def test_what_an_outlet_that_is_full_leaves_is_the_alternative() -> None:
    """R takes 60 t; the other 40 t of mud are placed at 2: a brick sold at M must lose no more than 2.

    1 − 3 = −2 = −2: at 1 it is even, so at 0.5 the price must rise by 0.5.
    """
    found = why_not(Base.solved(two_outlets(far=0.5, max_t=60.0)), ["far"])
    assert row(found)["break_even_price"] == pytest.approx(1.0, rel=1e-6)
    assert row(found)["verified"]


def test_the_break_even_of_a_lane() -> None:
    """By road 3, by rail 8: rail must cost 5 less."""
    case = two_outlets(price=0.0, far=10.0)
    case = replace(case, lanes=(*case.lanes, *lane("R", "M", 8, name="rail", mode="rail")["lanes"]))
    found = why_not(Base.solved(case), ["rail"])
    assert row(found)["break_even_price"] == pytest.approx(3.0, rel=1e-6)
    assert row(found)["break_even_change"] == pytest.approx(-5.0, rel=1e-6)
    assert row(found)["verified"]


def test_a_lane_that_not_even_nothing_brings_in() -> None:
    """A brick earns 10 at R and 1 at M: the lane must cost 3 − 12 = −9."""
    found = why_not(Base.solved(two_outlets()), ["R_M"])
    assert row(found)["break_even_change"] == pytest.approx(-12.0, rel=1e-6)
    assert "why.cost_below_nothing" in keys(found)
    assert row(why_not(Base.solved(two_outlets()), ["R>M"]))["break_even_change"] == pytest.approx(
        12.0, rel=1e-6
    )


def test_a_lane_is_not_used_in_circles() -> None:
    """Back and forth would lose 3 + 1 = 4 a tonne, less than 12; it is no use of the lane."""
    case = two_outlets()
    case = replace(case, lanes=(*case.lanes, *lane("M", "R", 1)["lanes"]))
    assert row(why_not(Base.solved(case), ["R_M"]))["break_even_change"] == pytest.approx(-12.0, rel=1e-6)


def test_a_transfer_station_gets_what_it_passes_on() -> None:
    """By S, a station, 1 + 4, straight 3: the lane from S must cost 2 less."""
    case = two_outlets(price=0.0, far=10.0)
    station = site("S", kind="transfer_station")["sites"]
    lanes = (*lane("R", "S", 1)["lanes"], *lane("S", "M", 4)["lanes"])
    case = replace(case, sites=(*case.sites, *station), lanes=(*case.lanes, *lanes))
    assert row(why_not(Base.solved(case), ["S_M"]))["break_even_change"] == pytest.approx(-2.0, rel=1e-6)


def test_a_wet_basis_and_a_process() -> None:
    """Bricks fired at 6 and sold at 5 lose 1; placed the mud loses 2: the kiln is in. At 9 it must cost 2 less."""
    case = tiny(
        mud(),
        works("kiln", "mud", {"brick": 1}, cost=9),
        product("brick"),
        landfill("mud", 2),
        sells("brick", 5),
    )
    found = why_not(Base.solved(case), ["process:kiln"])
    assert row(found)["break_even_price"] == pytest.approx(7.0, rel=1e-6)
    wet = two_outlets(price=0.0, far=10.0)
    wet = replace(
        wet, materials=tuple(replace(m, moisture=0.5) if m.name == "brick" else m for m in wet.materials)
    )
    rail = lane("R", "M", 8, name="rail", mode="rail", basis="as_received")
    found = why_not(Base.solved(replace(wet, lanes=(*wet.lanes, *rail["lanes"]))), ["rail"])
    assert row(found)["break_even_price"] == pytest.approx(1.5, rel=1e-6)


@settings(max_examples=5)
@given(price=st.integers(4, 30), far=st.integers(-20, 2), cost=st.integers(1, 9))
def test_at_the_break_even_no_plan_gains(price: int, far: int, cost: int) -> None:
    """At the price found the optimum is that without the outlet: the loss is nothing."""
    before = Base.solved(two_outlets(price, far, cost))
    change = row(why_not(before, ["far"]))["break_even_change"]
    after = Base.solved(two_outlets(price, far + change, cost))
    assert after.answer.value_cny == pytest.approx(before.answer.value_cny, abs=1e-3)
    assert change == pytest.approx(price - far + cost, rel=1e-6)


# ---------------------------------------------------------------- why not: steps


def test_the_break_even_of_a_step() -> None:
    """60 t of bricks at 10 for 1,000: 400 would be lost; at 600, 40 % less, it pays."""
    base = Base.solved(world(press(60, capex_cny=1000), sells("brick", 10)))
    found = why_not(base, ["press_line"])
    answer = row(found)
    assert (answer["loss_least_cny"], answer["loss_most_cny"]) == (pytest.approx(400, abs=0.1),) * 2
    assert answer["break_even_change"] == pytest.approx(-0.4, rel=1e-6)
    assert answer["verified"]
    assert answer["whole"] == Message("why.whole_free")
    assert "why.invest_less" in keys(found)
    for capex, units in ((590, 1), (610, 0)):
        again = Base.solved(world(press(60, capex_cny=capex), sells("brick", 10)))
        assert again.model.build.values_array.sum() == pytest.approx(units)
    words(found)


def test_a_step_in_the_place_of_another() -> None:
    """A: 100 t for 300, B: 100 t for 450, 100 t of mud: B must cost 150 less, and A is then not built."""
    steps = (press(100, "a", capex_cny=300), press(100, "b", capex_cny=450))
    found = why_not(Base.solved(world(*steps, sells("brick", 10))), ["b_line"])
    assert row(found)["break_even_change"] == pytest.approx(-150 / 450, rel=1e-6)
    assert row(found)["loss_most_cny"] == pytest.approx(150, abs=0.1)
    built = found.frames["moves"]
    built = built[[cell.key == "why.way_built" for cell in built["way"]]]
    assert dict(zip(built["name"], built["change"], strict=True)) == {"a_line": -1.0, "b_line": 1.0}


def test_a_step_for_which_a_budget_makes_another_give_way() -> None:
    """A: 700 for 300, B: 650 for 350, 400 to spend: with B there is no A, and 50 are lost."""
    steps = (press(100, "a", capex_cny=300), press(100, "b", capex_cny=350))
    purse = rows(budgets=Budget(name="purse", amount_cny=400))
    base = Base.solved(world(*steps, sells("brick", 10), purse))
    assert row(why_not(base, ["b_line"]))["loss_most_cny"] == pytest.approx(50, abs=0.1)
    assert row(why_here(base, ["a_line"]))["loss_most_cny"] == pytest.approx(50, abs=0.1)


def test_a_better_plan_is_told_where_the_plan_is_not_proved() -> None:
    """60 t of bricks at 10 for 500 earn 100; the plan asked about leaves it, and knows only that 100 may be had."""
    network = build_network(world(press(60, capex_cny=500), sells("brick", 10)))
    model = build_model(network)
    most = model.build.upper_bound.copy()
    model.build.upper_bound[:] = 0.0
    outcome = Session().solve(model)
    model.build.upper_bound = most
    unproved = replace(outcome, stopped="gap", holds="with_gap", bound=100.0)
    found = why_not(Base(network, model, unproved, Options(), {}), ["press_line"])
    assert keys(found) == ["why.better_with"]
    assert row(found)["loss_most_cny"] == pytest.approx(-100, abs=0.1)
    words(found)


# ---------------------------------------------------------------- why not: rules


def test_what_is_used_is_said_to_be() -> None:
    base = Base.solved(two_outlets())
    assert keys(why_not(base, ["brick_outlet"])) == ["why.used"]
    assert keys(why_here(base, ["far"])) == ["why.not_used"]


def test_a_gate_is_told_with_its_limit_and_value() -> None:
    """A kiln that wants at most 1 % of alkali; the mud has 8 %."""
    gate = Gate(name="low_alkali", at="kiln", property="alkali", limit=1.0, kind="each", clause="GB 175, 7.3")
    tables: tuple[Tables, ...] = (prop("alkali"), assay("mud", alkali=8.0), rows(gates=gate))
    case = tiny(
        mud(),
        works("kiln", "mud", {"brick": 1}),
        product("brick"),
        sells("brick", 9),
        landfill("mud"),
        *tables,
    )
    found = why_not(Base.solved(case), ["kiln"])
    assert keys(found) == ["why.kept_out", "why.gate"]
    values = found.lines[1].values
    assert (values["value"], values["limit"], values["clause"]) == (8.0, 1.0, "GB 175, 7.3")
    words(found)


def test_the_law_is_told_with_its_clause() -> None:
    """Nobody at T holds a permit for the lining: art. 80."""
    base = Base.solved(permitting.world())
    for thing in ("melt", "lining>melt"):
        found = why_not(base, [thing])
        shut = [line for line in found.lines if line.key == "why.shut"]
        assert {line.values["clause"] for line in shut} == {"art. 80"}
        words(found)


def test_a_radius_a_missing_lane_and_a_missing_method_are_told() -> None:
    """M is 50 km away and served from within 20; N has no lane to it; a waste needs a method."""
    near = sells("brick", 50, "M", name="near_only", haul_radius_km=20.0)
    more = (site("N"), sells("brick", 50, "N", name="cut_off"), sells("mud", 5, name="taker"))
    case = two_outlets()
    road = tuple(replace(one, distance_km=50.0) for one in case.lanes)
    case = replace(
        case,
        lanes=road,
        sites=(*case.sites, *more[0]["sites"]),
        outlets=(*case.outlets, *near["outlets"], *more[1]["outlets"], *more[2]["outlets"]),
    )
    base = Base.solved(case)
    assert why_not(base, ["near_only"]).lines[1].key == "why.beyond_radius"
    assert why_not(base, ["cut_off"]).lines[1].key == "why.no_lane"
    assert why_not(base, ["taker"]).lines[1].key == "why.no_method"
    assert why_not(base, ["mud>far"]).lines[1].key == "why.not_from_there"
    words(why_not(base, ["near_only", "cut_off", "taker"]))


def test_a_limit_that_keeps_it_out_is_told() -> None:
    """A limit on what is sold at M of 0: the row must give way."""
    limit = rows(limits=Limit(name="none_there", measure="sold", at="far", sense="max", value=0.0))
    case = replace(two_outlets(far=20.0), limits=limit["limits"])
    found = why_not(Base.solved(case), ["far"])
    assert keys(found) == ["why.does_not_fit", "why.gives_way"]
    assert "none_there" in text(found.lines[1])
    words(found)


def test_unknown_and_ambiguous_names_are_faults() -> None:
    base = Base.solved(two_outlets())
    for name, key in (
        ("brick_outlett", "why.unknown"),
        ("R>brick_outlett", "why.unknown"),
        ("Z>far", "why.unknown"),
    ):
        with pytest.raises(CaseFaults) as caught:
            why_not(base, [name])
        (fault,) = caught.value.faults
        assert fault.message.key == key
    with pytest.raises(CaseFaults) as caught:
        plan_b(base, ["far@2031"])
    assert caught.value.faults[0].message.key == "why.no_such_year"
    twins = tiny(
        mud(),
        works("kiln", "mud", {"brick": 1}),
        product("brick"),
        sells("brick", 5, name="kiln"),
        landfill("mud"),
    )
    with pytest.raises(CaseFaults) as caught:
        why_not(Base.solved(twins), ["kiln"])
    assert caught.value.faults[0].message.key == "why.ambiguous"
    assert keys(why_not(Base.solved(twins), ["outlet:kiln"])) == ["why.used"]


# ---------------------------------------------------------------- why here, plan B


def test_without_an_outlet_the_next_best_is_taken() -> None:
    """100 t at 10; at M they would earn 5 − 3 = 2: 800 lost, 8 a tonne."""
    found = why_here(Base.solved(two_outlets(far=5.0)), ["brick_outlet"])
    assert (row(found)["loss_least_cny"], row(found)["loss_most_cny"]) == (pytest.approx(800, abs=0.1),) * 2
    instead = next(line for line in found.lines if line.key == "why.instead")
    assert "far" in text(instead)
    words(found)


def test_without_a_step_its_loss_is_what_it_earned() -> None:
    """60 t at 10 for 500 earn 100."""
    found = why_here(Base.solved(world(press(60, capex_cny=500), sells("brick", 10))), ["press_line"])
    assert row(found)["loss_most_cny"] == pytest.approx(100, abs=0.1)


def test_there_may_be_no_plan_without_it() -> None:
    """The landfill holds 50 t: without the press there is no plan."""
    case = tiny(mud(), PRESS, product("brick"), sells("brick", 10), landfill("mud", capacity_t=50))
    found = why_here(Base.solved(case), ["press_line"])
    assert keys(found) == ["why.no_plan_without", "why.only_law_and_physics"]
    lost = plan_b(Base.solved(case), ["brick_outlet"])
    assert keys(lost) == ["why.b_no_plan"]
    assert row(lost, "outlets")["left_over_t"] == pytest.approx(50.0)
    words(found)
    words(lost)


def test_what_the_objective_asks_before_value_is_not_told_as_law() -> None:
    """All mud is pressed for utilisation; without the outlet all of it could be placed, but nothing utilised."""
    base = Base.solved(
        tiny(mud(), PRESS, product("brick"), sells("brick", 10), landfill("mud", 2), objective="utilisation")
    )
    for found in (plan_b(base, ["brick_outlet"]), why_here(base, ["brick_outlet"])):
        assert keys(found)[-1] in ("why.b_levels", "why.only_levels")
        words(found)


def test_what_is_done_is_not_lost() -> None:
    """100 t a year at 10 for bricks, 2 to place; 2026 is done. Without the outlet 1200 are lost, of 2027 alone."""
    case = tiny(
        *(mud(), PRESS, product("brick"), sells("brick", 10), landfill("mud", 2)),
        periods=years(2026, 2),
        discount_rate=0.0,
    )
    base = Base.solved(case, baseline=against(solve(case), 1))
    lost = row(plan_b(base, ["brick_outlet"]), "outlets")
    assert (lost["tonnes"], lost["loss_most_cny"]) == (pytest.approx(100.0), pytest.approx(1200.0, abs=0.1))
    here = row(why_here(base, ["brick_outlet"]))
    assert here["loss_most_cny"] == pytest.approx(1200.0, abs=0.1)
    (reversal,) = weighty_decisions(base).reversals
    assert reversal.price.most == pytest.approx(1200.0, abs=0.1)
    done = Base.solved(case, baseline=against(solve(case), 2))
    assert keys(why_here(done, ["brick_outlet"])) == ["why.only_past"]
    assert weighty_decisions(done).reversals == ()


def test_a_loss_without_a_bound_is_no_amount() -> None:
    """Of pools no bound is known: an infinite amount is none."""
    assert loss_words(Interval(0.0, float("inf"))) == Message("why.loss_unknown")
    assert loss_words(Interval(0.0, 5.0)).key == "why.loss_unresolved"
    assert loss_words(Interval(5.0, float("inf"))).key == "why.loss_open"


def test_plan_b_ranks_the_outlets() -> None:
    """60 t at 10 at R, 40 t at 9 − 3 = 6 at M, which takes 50; a tonne placed costs 2.

    Without R: 10 t more to M at 6, 50 t placed at −2: 600 − (60 − 100) = 640 lost. Without M: 40 t placed: 320.
    """
    case = two_outlets(far=9.0, max_t=60.0)
    case = replace(
        case, outlets=tuple(replace(o, max_t=50.0) if o.name == "far" else o for o in case.outlets)
    )
    found = plan_b(Base.solved(case))
    table = found.frames["outlets"]
    assert table["outlet"].tolist() == ["brick_outlet", "far"]
    assert table["loss_most_cny"].tolist() == [pytest.approx(640, abs=0.1), pytest.approx(320, abs=0.1)]
    assert table["tonnes"].tolist() == [pytest.approx(60.0), pytest.approx(40.0)]
    words(found)


def test_plan_b_may_need_other_decisions() -> None:
    """The landfill holds 40 of 100 t; the press of B, not built beside A, is what is left without A's bricks: 150."""
    case = world(
        press(100, "a", capex_cny=100),
        works("block", "mud", {"block": 1}, stands={"candidate": True, "capex_cny": 250.0}, capacity=100),
        product("block"),
        *(sells("brick", 10), sells("block", 10), landfill("mud", name="tip", capacity_t=40)),
    )
    case = replace(case, storages=tuple(row for row in case.storages if row.name == "tip"))
    found = plan_b(Base.solved(case), ["brick_outlet"])
    assert keys(found) == ["why.b_lost"]
    assert row(found, "outlets")["whole"] == Message("why.whole_free")
    assert row(found, "outlets")["loss_most_cny"] == pytest.approx(150, abs=0.1)


def test_plan_b_says_by_how_much_a_hard_target_is_missed() -> None:
    """80 % of 100 t must be used; without R only M takes bricks, 50 t: 30 t short."""
    case = two_outlets(far=1.0)
    case = replace(
        case,
        targets=target(0.8)["targets"],
        outlets=tuple(replace(o, max_t=50.0) if o.name == "far" else o for o in case.outlets),
    )
    found = plan_b(Base.solved(case), ["brick_outlet"])
    assert row(found, "outlets")["short_more_t"] == pytest.approx(30.0, abs=0.01)
    words(found)


def test_a_least_delivery_falls_away_with_its_outlet() -> None:
    """R must get 20 t; lost, it need not: 100 t go to M at 2 instead of R at 10."""
    found = plan_b(Base.solved(two_outlets(far=5.0, min_t=20.0)), ["brick_outlet"])
    assert row(found, "outlets")["loss_most_cny"] == pytest.approx(800, abs=0.1)
