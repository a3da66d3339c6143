"""Cost to serve on paper: networks small enough to trace with a pencil, then what must hold for the rich case.

`net(plan, …)` is CNY that a source bears; negative is cost. Nothing is discounted unless said.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.builders import (
    Solved,
    arises,
    buys,
    commodity,
    group,
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
from tests.model.contracting import contract
from tests.model.rich import rich

from redmud_opt.case.rules import Limit
from redmud_opt.case.things import ReductionOption, Relining, Tier
from redmud_opt.case.works import LineProcess
from redmud_opt.plan import Plan
from redmud_opt.plan.served import per_source
from redmud_opt.report.served import served_view


def net(plan: Solved, **where: object) -> float:
    """CNY of cost_to_serve where columns have these values."""
    return plan.sum("cost_to_serve", "value_cny", **where)


def traced(plan: Solved, **where: object) -> float:
    return plan.sum("traced", "origin_t", **where)


def in_full(plan: Solved) -> Solved:
    """The plan, if all of its money is attributed to wastes."""
    assert set(plan.frame("cost_to_serve")["given"]) <= {"arising", "opening_stock"}
    assert net(plan) == pytest.approx(plan.value, rel=1e-9, abs=1e-6)
    return plan


# ---------------------------------------------------------------- mixing


@cache
def two_into_one() -> Solved:
    """100 t from R at 5 a tonne and 200 t from M at 2 go to one kiln at N: 1 t brick each, sold at 10, 3 to fire,
    900 fixed a year.
    """
    kiln = works(
        "kiln", "mud", {"brick": 1.0}, at="N", cost=3, capacity=300, stands={"fixed_om_cny_per_a": 900}
    )
    world = (mud(100), arises("mud", 200, "M"), site("M"), site("N"), product("brick"))
    roads = (lane("R", "N", 5), lane("M", "N", 2))
    return in_full(solve(tiny(*world, *roads, kiln, sells("brick", 10, "N"))))


def test_two_sources_share_a_kiln_by_their_tonnes() -> None:
    """R: 100 · (10 − 5 − 3) − 300 = −100.  M: 200 · (10 − 2 − 3) − 600 = 400.  Own roads, shared kiln 1:2."""
    plan = two_into_one()
    assert net(plan, site="R") == pytest.approx(-100)
    assert net(plan, site="M") == pytest.approx(400)
    by_term = {t: net(plan, site="R", term=t) for t in ("sales", "transport", "processing", "line_fixed")}
    assert by_term == pytest.approx(
        {"sales": 1000, "transport": -500, "processing": -300, "line_fixed": -300}
    )
    assert traced(plan, site="R", fate="utilised", at="kiln") == pytest.approx(100)


def test_paths_of_the_two_sources() -> None:
    """One each, at the same kiln: −1 and 2 CNY a tonne."""
    paths = two_into_one().frame("paths").set_index("site")
    assert paths["path"].to_dict() == {"R": "R > N > kiln", "M": "M > N > kiln"}
    assert paths["origin_t"].to_dict() == pytest.approx({"R": 100, "M": 200})
    assert paths["cny_per_t"].to_dict() == pytest.approx({"R": -1, "M": 2})


def test_a_residue_goes_on_to_the_landfill() -> None:
    """100 t: 25 become iron at 40, 75 tailings are placed at 8; 4 to separate. A quarter ends at the process.

    separate: 25 · 40 ÷ 4 − 400 ÷ 4 = 150;   landfill: 750 − 300 − 75 · 8 = −150, a path of −2 a tonne
    """
    separate = works("separate", "mud", {"iron": 0.25, "tails": 0.75}, cost=4)
    world = (mud(), waste("tails"), product("iron"), separate, sells("iron", 40), landfill("tails", 8))
    plan = in_full(solve(tiny(*world)))
    assert net(plan, fate="utilised", at="separate") == pytest.approx(150)
    assert net(plan, fate="placed", at="landfill") == pytest.approx(-150)
    assert traced(plan, fate="placed") == pytest.approx(75)
    paths = plan.frame("paths").set_index("fate")
    assert paths["path"].to_dict() == {"placed": "R > separate > R", "utilised": "R > separate"}
    assert paths["cny_per_t"].to_dict() == pytest.approx({"placed": -2, "utilised": 6})


def test_what_goes_round_is_solved_for() -> None:
    """100 t arise at R and M each; the press is at M, and 50 t must go back to R.

    r, m: share of R's mud at R and M.  r = (100 + 50 m) ÷ 150,  m = 150 r ÷ 250   ⇒   m = 0.5,  r = 5/6.
    To M 150 t at 2: R bears 5/6 · 300 = 250, M 50.  Back 50 t at 1: 25 each.  Pressing 200 t at 3: 300 each.
    """
    press = works("press", "mud", {"brick": 1.0}, at="M", cost=3)
    back = rows(limits=Limit(name="back", measure="flow", at="M_R", sense="min", value=50, per="period"))
    world = (mud(), arises("mud", 100, "M"), site("M"), product("brick"), press, sells("brick", 9, "M"), back)
    plan = in_full(solve(tiny(*world, lane("R", "M", 2), lane("M", "R", 1))))
    assert net(plan, site="R", term="transport") == pytest.approx(-275)
    assert net(plan, site="M", term="transport") == pytest.approx(-75)
    assert net(plan, site="R", term="processing") == pytest.approx(-300)
    assert traced(plan, site="R") == pytest.approx(100)


def test_a_pile_mixes_and_remembers() -> None:
    """First half year: 100 t from R, 200 t from M into a yard at N (put 1, 6 a tonne and year); the press opens in
    July and takes 150 t of it (reclaim 2), the other half stays.

    R holds a third. Put −100; reclaim −150 · 2 ÷ 3 = −100, all of it for the press; held −6 · 181/365 · 100 in the
    first half, half of it for what the press takes, −6 · 184/365 · 50 in the second for what stays.
    """
    costs: dict[str, Any] = {
        "put_cost_cny_per_t": 1,
        "reclaim_cost_cny_per_t": 2,
        "holding_cost_cny_per_t_a": 6,
    }
    press = works(
        "press", "mud", {"brick": 1.0}, at="N", capacity=150, stands={"opens": parts(2026, 6)[1].start}
    )
    arise = (waste("mud", "red_mud"), arises("mud", 100, during="26a"), arises("mud", 200, "M", during="26a"))
    world = (*arise, site("M"), site("N"), lane("R", "N"), lane("M", "N"), product("brick"))
    base = (*world, yard("mud", "N", **costs), press, sells("brick", 50, "N"))
    plan = in_full(solve(tiny(*base, periods=parts(2026, 6))))
    first, second = 6 * 181 / 365, 6 * 184 / 365
    assert net(plan, site="R", term="holding") == pytest.approx(-200 - 100 * first - 50 * second)
    at_press = net(plan, site="R", term="holding", fate="utilised", at="press")
    assert at_press == pytest.approx(-50 - 100 - 50 * first)
    assert traced(plan, site="M", fate="stored", at="yard") == pytest.approx(100)
    assert traced(plan, site="M", fate="utilised", at="press") == pytest.approx(100)


def test_new_year_makes_legacy_and_keeps_the_source() -> None:
    """100 t of 2026 lie over New Year beside 60 t of opening stock, and are used in 2027: each keeps its costs."""
    press = works("press", "mud", {"brick": 1.0}, capacity=160, stands={"opens": years(2027)[0].start})
    stock = (yard("mud", holding_cost_cny_per_t_a=2), in_stock("yard", "mud", 60))
    world = (waste("mud", "red_mud"), arises("mud", 100, during="26a"), product("brick"), *stock, press)
    plan = in_full(solve(tiny(*world, sells("brick", 9), periods=years(2026, 2))))
    assert net(plan, given="arising") == pytest.approx(100 * (9 - 2))
    assert net(plan, given="opening_stock") == pytest.approx(60 * (9 - 2))
    assert traced(plan, given="opening_stock", fate="utilised") == pytest.approx(60)


# ---------------------------------------------------------------- what bears what


def test_a_line_is_paid_for_by_the_capacity_used() -> None:
    """A press for 600 CNY takes 100 t mud at 1 h/t and 50 t ash at 2 h/t: 300 each."""
    line = {"candidate": True, "capex_cny": 600.0, "capacity_unit": "h", "per": "period"}
    press = works("press", {"mud": {}, "ash": {}}, {"brick": 1.0}, capacity=200, stands=line)
    uses = rows(line_processes=LineProcess(line="press_line", process="press", feed="ash", use_per_t=2.0))
    world = (
        mud(),
        waste("ash", "other"),
        arises("ash", 50),
        product("brick"),
        press,
        uses,
        sells("brick", 20),
    )
    plan = in_full(solve(tiny(*world, residual_value="none")))
    assert net(plan, term="capex", material="mud") == pytest.approx(-300)
    assert net(plan, term="capex", material="ash") == pytest.approx(-300)


def test_a_line_that_is_never_fed_stands_by_itself() -> None:
    """70 CNY a year for a press that nobody needs: borne by nothing, named."""
    press = works("press", "mud", {"brick": 1.0}, cost=9, capacity=10, stands={"fixed_om_cny_per_a": 70})
    plan = solve(tiny(mud(), product("brick"), press, sells("brick", 1), landfill("mud", 5)))
    left = plan.frame("cost_to_serve").query("given == 'not_attributed'")
    assert left[["site", "fate", "at", "term", "value_cny"]].to_numpy().tolist() == [
        ["", "not_attributed", "press_line", "line_fixed", -70.0]
    ]
    assert net(plan, site="R") == pytest.approx(-500)
    assert "Not attributed" in plan.plan.describe()


def test_what_a_run_takes_follows_its_feed() -> None:
    """Stone at 5 is burnt at 1 to half as much lime, which a road takes to M at 3: 10 t for 100 t mud, 20 t for ash.

    60 t stone: mud bears a third of 300 + 60 + 90, ash two thirds.
    """
    burn = works("burn", None, {"lime": 0.5}, cost=1, inputs={"stone": 1.0})
    press = works("press", "mud", {"brick": 1.1}, at="M", inputs={"lime": 0.1})
    detox = works("detox", "ash", {"brick": 1.4}, at="M", inputs={"lime": 0.4})
    wastes = (mud(100, "M"), waste("ash", "other"), arises("ash", 50, "M"), site("M"), product("brick"))
    goods = (commodity("stone"), commodity("lime"), buys("stone", 5), lane("R", "M", 3))
    plan = in_full(solve(tiny(*wastes, *goods, burn, press, detox, sells("brick", 99, "M"))))
    mine = {term: net(plan, material="mud", term=term) for term in ("purchases", "processing", "transport")}
    assert mine == pytest.approx({"purchases": -100, "processing": -20, "transport": -30})
    assert net(plan, material="ash", term="transport") == pytest.approx(-60)


def test_a_feed_that_is_no_waste_is_an_input_of_the_wastes_beside_it() -> None:
    """30 t clay at 7 with 100 t mud: all bricks (130 at 10), the clay and the firing of both (at 1) are the mud's."""
    press = works("press", {"mud": {}, "clay": {"min_share": 30 / 130}}, {"brick": 1.0}, cost=1)
    world = (
        mud(),
        product("brick"),
        commodity("clay"),
        buys("clay", 7),
        press,
        sells("brick", 10, max_t=130),
    )
    plan = in_full(solve(tiny(*world)))
    assert net(plan, material="mud") == pytest.approx(1300 - 210 - 130)


def test_a_product_made_at_two_works_belongs_to_both() -> None:
    """Two kilns, 100 t mud at R and 50 t ash at M, bring their bricks to N (4 and 1), where they sell as one at 9."""
    kilns = (
        works("kiln", "mud", {"brick": 1.0}),
        works("oven", "ash", {"brick": 2.0}, at="M", uptake_t_per_t=1.0),
    )
    wastes = (mud(), waste("ash", "other"), arises("ash", 50, "M"), site("M"), site("N"), product("brick"))
    plan = in_full(solve(tiny(*wastes, *kilns, lane("R", "N", 4), lane("M", "N", 1), sells("brick", 9, "N"))))
    # bricks mix 100:100 at N, each kept to its own road
    assert net(plan, material="mud") == pytest.approx(900 - 400)
    assert net(plan, material="ash") == pytest.approx(900 - 100)


def test_goods_that_meet_no_waste_stand_under_their_own_name() -> None:
    """40 t lime bought at 5 are sold at 8: 120 CNY of lime; the mud only pays its landfill."""
    trade = (commodity("lime"), buys("lime", 5), sells("lime", 8, max_t=40))
    plan = solve(tiny(mud(), landfill("mud", 2), *trade))
    assert net(plan, given="goods", material="lime", fate="sold") == pytest.approx(120)
    assert net(plan, material="mud") == pytest.approx(-200)


def test_tiers_are_paid_by_all_that_was_sold_in_their_window() -> None:
    """100 t from R and M each at 30 for the first 120 t, then 10: 4,400 together, 2,200 each; no source is first."""
    steps = (Tier(item="brick_outlet", step=1, width_t=120, price_cny_per_t=30),
             Tier(item="brick_outlet", step=2, price_cny_per_t=10))  # fmt: skip
    press = works("press", "mud", {"brick": 1.0})
    world = (mud(), arises("mud", 100, "M"), site("M"), lane("M", "R"), product("brick"), press)
    plan = in_full(solve(tiny(*world, sells("brick", 0), rows(tiers=steps))))
    assert net(plan, site="R", term="sales") == pytest.approx(2200)
    assert net(plan, site="M", term="sales") == pytest.approx(2200)


def test_a_recipe_of_waste_products_keeps_their_sources() -> None:
    """Bricks of mud become blocks (2 to set): the block's 20 a tonne and its cost are the mud's."""
    press = works("press", "mud", {"brick": 1.0})
    block = works("block", "brick", {"slab": 1.0}, cost=2)
    world = (mud(), product("brick"), product("slab"), press, block, sells("slab", 20))
    plan = in_full(solve(tiny(*world)))
    assert net(plan, material="mud", fate="utilised", at="press") == pytest.approx(100 * 18)


def test_what_is_short_of_a_contract_is_borne_by_what_is_delivered_under_it() -> None:
    """200 t bricks a year promised at 4: 100 t are short, 400 CNY, of mud (75 t) and ash (25 t) three to one."""
    press = works("press", {"mud": {}, "ash": {}}, {"brick": 1.0})
    world = (mud(75), waste("ash", "other"), arises("ash", 25), product("brick"), press, contract(200, 4))
    plan = in_full(solve(tiny(*world, sells("brick", 9, contract="deal"))))
    assert net(plan, term="shortfall", material="mud") == pytest.approx(-300)
    assert net(plan, term="shortfall", material="ash") == pytest.approx(-100)


def test_a_contract_that_nothing_moves_under_stands_by_itself() -> None:
    plan = solve(
        tiny(mud(), landfill("mud", 1), contract(20, 3), commodity("lime"), buys("lime", 9, contract="deal"))
    )
    left = plan.frame("cost_to_serve").query("given == 'not_attributed'")
    assert left[["at", "term", "value_cny"]].to_numpy().tolist() == [["deal", "shortfall", -60.0]]


def test_an_option_is_paid_for_by_what_still_arises() -> None:
    """30 of 100 t mud are avoided for 2 a tonne and 50 CNY once; 40 of 80 t lining for 1: less than 9 at the dump."""
    options = (
        ReductionOption(name="ore", arising="mud_R_", share=0.3, cost_cny_per_t=2, capex_cny=50),
        ReductionOption(name="pots", arising="potline", share=0.5, cost_cny_per_t=1),
    )
    campaign = Relining(name="potline", site="R", material="lining", pots=40, lining_t_per_pot=2,
                        starts=date(2026, 3, 1), ends=date(2026, 6, 1))  # fmt: skip
    world = (mud(), waste("lining", "spent_pot_lining"), group("all", "mud", "lining"), landfill("all", 9))
    plan = in_full(solve(tiny(*world, rows(reductions=options, relinings=campaign))))
    assert net(plan, material="mud", term="source_reduction") == pytest.approx(-60)
    assert net(plan, material="mud", term="capex") == pytest.approx(-50)
    assert net(plan, material="lining", term="source_reduction") == pytest.approx(-40)


# ---------------------------------------------------------------- a year as it is lived


def annual(plan: Solved) -> dict[tuple[str, int], float]:
    frame = plan.frame("annual")
    return {(row.term, row.year): row.value_cny for row in frame.itertuples()}


def test_investment_is_an_annuity_over_life() -> None:
    """1,000 CNY over 10 years at 8 %: 149.03 a year, whose value at the start is 1,000 again; sales at face value."""
    line = {"candidate": True, "capex_cny": 1000.0, "life_a": 10.0, "per": "year"}
    world = (mud(), product("brick"), works("press", "mud", {"brick": 1.0}, capacity=100, stands=line))
    case = tiny(
        *world, sells("brick", 9), landfill("mud", 50), periods=years(2026, 2), discounting="mid_period",
        discount_rate=0.08,
    )  # fmt: skip
    found = annual(solve(case))
    payment = -found["capex_annuity", 2026]
    assert payment == pytest.approx(149.029489)
    assert sum(payment / 1.08**k for k in range(1, 11)) == pytest.approx(1000)
    assert found["capex_annuity", 2027] == pytest.approx(-payment)
    assert found["sales", 2027] == pytest.approx(900)
    assert not {"capex", "residual_value"} & {term for term, _ in found}


def test_an_annuity_runs_from_the_start_for_the_days_that_a_line_stands() -> None:
    """Half a year of lead time; no life: 365.25-day years from July 2026 to the end of 2027, no interest."""
    line = {"candidate": True, "capex_cny": 549.0, "per": "year", "lead_time_months": 6}
    world = (mud(), product("brick"), works("press", "mud", {"brick": 1.0}, capacity=100, stands=line))
    plan = solve(tiny(*world, sells("brick", 99), landfill("mud", 50), periods=years(2026, 2)))
    found, life = annual(plan), 549 / 365.25
    assert found["capex_annuity", 2026] == pytest.approx(-549 / life * 184 / 365)
    assert found["capex_annuity", 2027] == pytest.approx(-549 / life)


def test_part_of_a_year_says_so() -> None:
    """One quarter: the year is worth what falls into it, and the mean year four times as much."""
    plan = solve(tiny(mud(), landfill("mud", 5), periods=parts(2026, 3)[:1]))
    row = plan.frame("annual").iloc[0]
    assert (row["term"], row["value_cny"]) == ("holding", -500)
    assert row["of_year"] == pytest.approx(90 / 365)
    words = plan.plan.describe().split("A year as it is lived")[1].splitlines()
    assert float(words[2].split()[-1]) == pytest.approx(-500 * 365 / 90 / 1e6, abs=1e-6)


# ---------------------------------------------------------------- everything at once


@cache
def everything() -> Solved:
    return solve(replace(rich(), change_limits=()))


def test_the_rich_case_leaves_nothing_over() -> None:
    """Every term of value of a case with all of them is borne by somebody, year by year.

    A bin lies empty, nothing is fed under a contract, no lining is left of the potline; tiles are made of clay alone.
    """
    plan = everything()
    left = plan.frame("cost_to_serve").query("given not in ('arising', 'opening_stock')")
    assert set(zip(left["given"], left["at"], strict=True)) == {
        ("goods", "tiles"), ("not_attributed", "bin"), ("not_attributed", "pressing"),
        ("not_attributed", "potline"),
    }  # fmt: skip
    stated = plan.frame("value_terms").set_index(["term", "year"])["value_cny"]
    borne = plan.frame("cost_to_serve").groupby(["term", "year"])["value_cny"].sum()
    stated = stated[stated != 0.0]
    assert set(borne.index) == set(stated.index)
    assert borne[stated.index].to_numpy() == pytest.approx(stated.to_numpy(), rel=1e-9, abs=1e-6)


def test_paths_say_what_the_sources_cost() -> None:
    """Without rings, the tonnes of the paths of a source are its tonnes, and times their cost its money."""
    plan = everything()
    paths, whose = plan.frame("paths"), ["site", "material", "given"]
    money = (paths["origin_t"] * paths["cny_per_t"]).groupby([paths[name] for name in whose]).sum()
    due = plan.frame("cost_to_serve").groupby(whose)["value_cny"].sum()
    for key in money.index.intersection(due.index):
        assert money[key] == pytest.approx(due[key], rel=0.02), key


def test_frames_survive_the_disk(tmp_path: Any) -> None:
    plan = everything().plan
    plan.save(tmp_path)
    again = Plan.load(tmp_path)
    for name in ("traced", "cost_to_serve", "paths", "annual"):
        pd.testing.assert_frame_equal(again.frames[name], plan.frames[name], check_dtype=False)


def test_a_double_price_doubles_what_its_sources_get() -> None:
    """Tracing is linear in money: twice the brick price, twice the sales of each source, nothing else moves."""
    plan = two_into_one()
    dear = tuple(replace(row, price_cny_per_t=20.0) for row in plan.case.outlets)
    twice = solve(replace(plan.case, outlets=dear)).frame("cost_to_serve")
    once = plan.frame("cost_to_serve")
    factor = np.where(once["term"] == "sales", 2.0, 1.0)
    assert twice["value_cny"].to_numpy() == pytest.approx(once["value_cny"].to_numpy() * factor)


# ---------------------------------------------------------------- what people see


def test_a_source_in_words() -> None:
    """M: 200 t, sales 10, then −3, −3 and −2 in some order, 2.0 net.  R: 100 t, −5 of road, −1.0 net."""
    lines = two_into_one().plan.describe().split("Cost to serve")[1].splitlines()
    assert lines[1].split("  ")[-1].strip() == "net"
    for line, whole in ((lines[2], ["200", "10.0", "-2.0", "-3.0", "-3.0", "0.0", "2.0"]),
                        (lines[3], ["100", "10.0", "-3.0", "-3.0", "-5.0", "0.0", "-1.0"])):  # fmt: skip
        cells = line.split()[2:]
        assert [*cells[:2], *sorted(cells[2:5]), *cells[5:]] == whole


def test_sources_side_by_side() -> None:
    """CNY by source and term; the source and the term with the most money first."""
    found = per_source(two_into_one().plan.frames)
    assert list(found["site"]) == ["M", "R"]
    assert found.columns[:5].tolist() == ["site", "material", "given", "origin_t", "sales"]
    mine = {"sales": 1000, "line_fixed": -300, "processing": -300, "transport": -500, "net": -100}
    assert found[list(mine)].iloc[1].to_dict() == pytest.approx(mine)


def test_the_view_is_per_tonne() -> None:
    view = served_view(two_into_one().plan, "en")
    assert view.frame["Net, CNY/t"].tolist() == pytest.approx([2, -1])
    assert view.frame["Transport, CNY/t"].tolist() == pytest.approx([-2, -5])
    assert view.frame["Comes as"].tolist() == ["Waste generated"] * 2
    assert "净值，元/吨" in served_view(two_into_one().plan, "zh").frame.columns
