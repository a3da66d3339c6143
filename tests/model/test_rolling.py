"""Planning against a baseline, on paper: what is frozen stays, the rest is free; limits on change; stock at the end.

Bricks are made of mud one to one; 100 t of mud a period; what is not pressed is placed for nothing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest
from tests.builders import (
    Solved,
    against,
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
    run,
    sells,
    site,
    solve,
    tiny,
    works,
    yard,
    years,
)
from tests.model.deciding import press, world
from tests.model.rich import before, rich, small
from tests.model.test_goldens_yards import raised
from tests.model.test_optima_yards import dam

from redmud_opt.case import Case, CaseFaults
from redmud_opt.case.baseline import Baseline
from redmud_opt.case.rules import ChangeLimit, Limit
from redmud_opt.case.things import ReductionOption, Tier
from redmud_opt.i18n import Message, text
from redmud_opt.model import build_model
from redmud_opt.model.freezing import standing_against
from redmud_opt.model.remarks import remarks
from redmud_opt.network import build_network
from redmud_opt.solve import Options
from redmud_opt.study.frozen import explain_frozen
from redmud_opt.study.reach import explain

QUARTERS = parts(2026, 3)


def bricks(price: float, *tables: Any, **settings: Any) -> Case:
    """A press of 60 t a quarter that costs 20 CNY/t to run."""
    line = works("press", "mud", {"brick": 1.0}, cost=20, capacity=60)
    base = (mud(settings.pop("arises", 100.0)), landfill("mud"), product("brick"))
    return tiny(*base, line, sells("brick", price), *tables, **{"periods": QUARTERS} | settings)


# ---------------------------------------------------------------- frozen


def test_what_is_frozen_stays_and_the_rest_is_free() -> None:
    """At 50 each tonne earns 30: four quarters of 60 t, 7200. At 15 it loses 5: nothing would be made.

    With two quarters frozen 120 t are made all the same: −600.
    """
    first = solve(bricks(50))
    assert first.value == pytest.approx(7200)
    assert solve(bricks(15)).value == pytest.approx(0)
    again = solve(bricks(15), baseline=against(first, 2))
    assert again.value == pytest.approx(-600, abs=1e-3)
    assert again.frame("feeds")["period"].tolist() == ["26a", "26b"]


def test_a_step_decided_in_a_frozen_period_is_kept() -> None:
    """A press of 73 t a year for 500, sales at 10: 18 + 18.2 + 18.4 + 18.4 = 73 t, 730 − 500 = 230; decided at once.

    Had bricks brought 5, nobody would build (365 − 500). Decided and paid in 26a it runs on: −135.
    """
    first = solve(world(press(73, capex_cny=500), sells("brick", 10), periods=QUARTERS))
    assert first.value == pytest.approx(230)
    poor = world(press(73, capex_cny=500), sells("brick", 5), periods=QUARTERS)
    assert solve(poor).value == pytest.approx(0)
    kept = solve(poor, baseline=against(first, 1))
    assert kept.value == pytest.approx(-135, abs=1e-4)
    assert kept.frame("builds")[["line", "period"]].values.tolist() == [["press_line", "26a"]]


def test_a_line_decided_in_a_frozen_period_may_turn_out_larger() -> None:
    """Built in 26a as one unit of 73 t a year, which turns out to do 109.5: the rest of 2026 has half more.

    What is frozen stays 73 · 90 ÷ 365 = 18 t; then 109.5 · 91 ÷ 365 = 27.3 t, and 27.6 t in quarters of 92 days.
    """
    first = solve(world(press(73, capex_cny=500), sells("brick", 10), periods=QUARTERS))
    larger = world(press(109.5, capex_cny=500), sells("brick", 10), periods=QUARTERS)
    again = solve(larger, baseline=against(first, 1))
    assert again.frame("feeds").set_index("period")["feed_t"].tolist() == pytest.approx(
        [18, 27.3, 27.6, 27.6]
    )


def test_a_size_decided_in_a_frozen_period_is_kept() -> None:
    """Any size up to 80 t a year at 8 CNY/t: built for 60 t of mud (15 a quarter), and not for the 100 t of now."""
    tier = rows(tiers=(Tier(item="press_line", step=1, price_cny_per_t=8),))

    def sized(mud_t: float) -> Case:
        limit = rows(limits=Limit(name="most", measure="feed", sense="max", value=mud_t, per="horizon"))
        return world(press(80), tier, limit, sells("brick", 10), periods=QUARTERS)

    first = solve(sized(60))
    assert first.frame("builds")["size"].tolist() == pytest.approx([60])
    again = solve(sized(80), baseline=against(first, 1))
    assert again.frame("builds")[["period", "size"]].values.tolist()[0] == ["26a", pytest.approx(60)]


def test_a_raise_of_a_yard_that_is_frozen_is_kept() -> None:
    """A raise for 50 t more saves 450. It was decided for 100 and costs 600 now: −9 · 200 − 600, not −9 · 250."""
    first = solve(dam(raised("r", 10.0, 100.0)))
    assert len(first.frame("yard_events")) == 1
    dear = dam(raised("r", 10.0, 600.0))
    free = solve(dear, baseline=against(first))
    assert free.value == pytest.approx(-2250)
    assert free.frame("moved").query("measure == 'yard'")[["item", "change"]].values.tolist() == [["r", -1.0]]
    kept_all = solve(dear, baseline=against(first, 3))
    assert kept_all.value == pytest.approx(-2400, abs=1e-2)
    assert kept_all.frame("moved").empty


def test_an_option_decided_in_a_frozen_period_is_kept() -> None:
    """30 t a quarter at 4 instead of 10, for 500: 4 · 180 − 500 = 220 saved of 4000. With disposal at 5 it saves 30 a
    quarter and nobody would take it: −2000. Decided and paid, 30 t avoided in 26a: −2000 + 120 − 500.
    """
    less = ReductionOption(name="less", arising="mud_R_", share=0.3, cost_cny_per_t=4, capex_cny=500)
    dear, cheap = (
        tiny(mud(), landfill("mud", fee), rows(reductions=less), periods=QUARTERS) for fee in (10, 5)
    )
    first = solve(dear)
    assert first.value == pytest.approx(-4000 + 220)
    assert solve(cheap).value == pytest.approx(-2000)
    assert solve(cheap, baseline=against(first, 1)).value == pytest.approx(-2000 + 120 - 500, abs=1e-3)


def test_an_option_that_moves_is_told_and_so_is_a_lane() -> None:
    """10 t mud at 400 a tonne: 3 t are avoided at 1 and 3 in all, a lane for 900 takes the rest to a dump at 42.
    With disposal for nothing, none of it pays.
    """
    less = ReductionOption(name="less", arising="mud_R_", share=0.3, cost_cny_per_t=1, capex_cny=3)
    lanes = (site("M"), lane("R", "M", 40, fixed_cost_cny=900), landfill("mud", 2, "M", name="far"))
    dear, cheap = (
        tiny(mud(10), landfill("mud", fee), rows(reductions=less), *lanes, periods=years(2026, 1))
        for fee in (400, 0)
    )
    first = solve(dear)
    assert len(first.frame("openings")) == 1
    moved = solve(cheap, baseline=against(first)).frame("moved").set_index(["measure", "item"])["change"]
    assert moved["adopted", "less"] == -1
    assert moved["applied", "less"] == pytest.approx(-3)
    assert moved["opened", "R_M"] == -1
    assert "less: 0 decided" in solve(cheap, baseline=against(first)).plan.describe("en")


def test_a_little_at_many_sites_is_frozen_site_by_site() -> None:
    """0.15 t lime at each of six sites; twice that could be sold now. What is frozen uses its band at all of them."""
    sites = [f"S{k}" for k in range(6)]

    def sold(most: float) -> Case:
        outlets = (sells("lime", 60, at, name=f"lime_{at}", max_t=most) for at in sites)
        lime = (commodity("lime"), group("shops", *sites), buys("lime", 5, "shops"))
        return tiny(*lime, *(site(at) for at in sites), *outlets, periods=QUARTERS)

    again = solve(sold(0.3), baseline=against(solve(sold(0.15)), 2))
    assert again.sum("purchases", "bought", period="26b") == pytest.approx(0.9, abs=1e-5)
    assert again.sum("purchases", "bought", period="26c") == pytest.approx(1.8)
    assert not {"26a", "26b"} & set(again.frame("moved")["period"])


def test_nothing_is_built_in_a_frozen_period() -> None:
    """The baseline built nothing (5 CNY); at 10 a press would be built at once, frozen for two quarters in 26c:
    18.4 + 18.4 t, 368 − 500 < 0: it is not. With 300 capex it is: 68."""
    first = solve(world(press(73, capex_cny=500), sells("brick", 5), periods=QUARTERS))
    for capex, value, built in ((500, 0.0, []), (300, 68.0, ["26c"])):
        case = world(press(73, capex_cny=capex), sells("brick", 10), periods=QUARTERS)
        found = solve(case, baseline=against(first, 2))
        assert found.value == pytest.approx(value)
        assert found.frame("builds")["period"].tolist() == built


def test_stock_at_the_end_of_the_frozen_periods_is_what_the_rest_starts_with() -> None:
    """A press of 250 t a quarter at 20 CNY/t; bricks bring 1, placing costs 9, a yard nothing: all mud is put by.

    After two frozen quarters 200 t lie there. With bricks at 50 the rest presses all there is: 400 · 30 = 12000.
    """
    line = works("press", "mud", {"brick": 1.0}, cost=20, capacity=250)
    base = (mud(), landfill("mud", 9), product("brick"), yard("mud"), line)
    first = solve(tiny(*base, sells("brick", 1), periods=QUARTERS))
    again = solve(tiny(*base, sells("brick", 50), periods=QUARTERS), baseline=against(first, 2))
    assert again.value == pytest.approx(12000, rel=1e-6)
    made = again.frame("feeds").set_index("period")["feed_t"]
    assert made.index.tolist() == ["26c", "26d"]
    assert made.sum() == pytest.approx(400, rel=1e-6)


def test_a_rolled_horizon_shares_the_periods_that_both_have() -> None:
    """Planned for 2026 and 2027, planned again for 2027 and 2028: 2027 is frozen as the older plan has it, 2028 free.

    A press of 60 t a year of which the older plan uses all (30 a tonne); now a tonne loses 5: −300 in 2027, 0 later.
    """
    first = solve(bricks(50, periods=years(2026, 2)))
    again = solve(bricks(15, periods=years(2027, 2), base_year=2027), baseline=against(first, 1))
    assert again.value == pytest.approx(-300, abs=1e-3)
    assert sorted(set(again.frame("feeds")["period"])) == ["27a"]
    assert set(again.frame("moved")["period"]) == set()


def test_a_frozen_plan_of_every_family_is_the_plan_again() -> None:
    """The rich case against its own plan, from disk: all three periods frozen give the same value, nothing moves."""
    case = rich()
    first = solve(case, baseline=before(case))
    same = replace(case, change_limits=())
    again = solve(same, baseline=against(first, len(case.periods)))
    assert again.value == pytest.approx(first.value, rel=1e-6)
    assert again.frame("moved").empty
    assert not standing_against(again.model)


@pytest.mark.parametrize("freeze", [1, 2])
def test_nothing_moves_in_frozen_periods(freeze: int) -> None:
    """The rich case with bricks a tenth cheaper."""
    case = rich()
    first = solve(case, baseline=before(case))
    cheaper = [
        replace(t, price_cny_per_t=t.price_cny_per_t * 0.9) if t.item == "brick_outlet" else t
        for t in case.tiers
    ]
    changed = replace(case, tiers=tuple(cheaper), change_limits=())
    again = solve(changed, baseline=against(first, freeze))
    frozen = {period.name for period in case.periods[:freeze]}
    assert not frozen & set(again.frame("moved")["period"])
    assert again.value <= solve(changed).value * (1 + 1e-9) + 1e-6


# ---------------------------------------------------------------- what stands against it


def said(case: Case, baseline: Baseline) -> list[str]:
    model = build_model(build_network(case, baseline))
    return [text(message) for message in standing_against(model)]


def test_other_arisings_in_a_frozen_period_stand_against_it() -> None:
    """60 t pressed and 40 t placed of 100 t; only 90 t arise now."""
    found = said(bricks(50, arises=90), against(solve(bricks(50)), 2))
    assert found == [
        f"mass balance of a material at a site, R, mud@red_mud@new, {period}: what is frozen makes it at least 100, "
        "at most 90 may be (over by 10)"
        for period in ("26a", "26b")
    ]


def test_an_outlet_that_is_gone_stands_against_it() -> None:
    first = solve(bricks(50))
    other = replace(bricks(50), outlets=tuple(replace(o, name="other") for o in bricks(50).outlets))
    found = said(other, against(first, 1))
    assert found == [
        "delivery brick_outlet, brick, 26a: 60 in the baseline is frozen, and the case no longer allows it"
    ]


def test_a_bound_below_the_frozen_amount_stands_against_it() -> None:
    """The press takes 60 t; the mud that can be there now is 50 t."""
    found = said(bricks(50, arises=50), against(solve(bricks(50)), 1))
    assert (
        "feed press_line, press, mud@red_mud@new, 26a: 60 in the baseline is frozen, and at most 50 is possible now"
        in found
    )


def test_a_period_that_leaves_no_plan_is_named() -> None:
    """26a: all 100 t lie in a yard of 150 t, as a works that takes mud for 9 until July is dearer. 26b: a landfill.

    Of 40 t it leaves 10 t of 26b without a place, unless the works had got them: no row is broken by itself.
    """

    def three(landfill_t: float) -> Case:
        july = date(2026, 7, 1)
        final = landfill("mud", 5, capacity_t=landfill_t, opens=july)
        works_of_others = sells("mud", -9, method="U", closes=july)
        return tiny(mud(), yard("mud", capacity_t=150), final, works_of_others, periods=parts(2026, 6))

    first, now = solve(three(200)), three(40)
    assert first.sum("stocks", "stock_t", period="26a") == pytest.approx(100)
    assert solve(now).value == pytest.approx(-9 * 10 - 5 * 40)
    baseline = against(first, 1)
    assert said(now, baseline) == []
    network, _, outcome = run(now, baseline=baseline)
    assert outcome.stopped == "infeasible"
    (found,) = explain_frozen(network, Options())
    assert text(found).endswith("without 26a frozen there is one")


def test_change_limits_that_leave_no_plan_are_named() -> None:
    """80 t must be pressed (60 t before, at most 5 t more): without the limit there is a plan."""
    first = solve(bricks(50))
    limits = rows(change_limits=ChangeLimit(name="steady", measure="feed", max_change_t=5))
    case = bricks(50, limits)
    dear = replace(
        case,
        lines=tuple(replace(line, capacity=90.0) for line in case.lines),
        outlets=tuple(replace(outlet, min_t=80.0) for outlet in case.outlets),
    )
    network, _, outcome = run(dear, baseline=against(first))
    assert outcome.stopped == "infeasible"
    (found,) = explain_frozen(network, Options())
    assert found.key == "study.change_limits_in_the_way"


# ---------------------------------------------------------------- change limits


def limited(price: float, **limit: Any) -> Case:
    return bricks(price, rows(change_limits=ChangeLimit(**{"name": "steady", "measure": "feed"} | limit)))


@pytest.mark.parametrize(
    ("limit", "fed"),
    [
        ({"max_change_t": 25}, [35, 35, 35, 35]),
        ({"max_change_share": 0.5}, [30, 30, 30, 30]),
        ({"max_change_t": 25, "max_change_share": 0.5}, [35, 35, 35, 35]),
        ({"max_change_t": 25, "during": "26b"}, [0, 35, 0, 0]),
        ({"max_change_t": 0, "measure": "sold", "material": "brick"}, [60, 60, 60, 60]),
        ({"max_change_t": 10, "at": "press_line", "every": "each"}, [50, 50, 50, 50]),
    ],
)
def test_a_plan_changes_no_more_than_allowed(limit: dict[str, Any], fed: list[float]) -> None:
    """60 t a quarter before; now each tonne loses 5, and as little as allowed is pressed. 0.5 · 60 = 30."""
    again = solve(limited(15, **limit), baseline=against(solve(bricks(50))))
    found = dict(again.frame("feeds")[["period", "feed_t"]].values.tolist())
    assert [found.get(period.name, 0.0) for period in QUARTERS] == pytest.approx(fed)
    assert again.value == pytest.approx(-5 * sum(fed))


def test_frozen_periods_are_not_limited_and_later_ones_are() -> None:
    """Two quarters frozen at 60 t, the others may lose 25 t: −5 · (120 + 70)."""
    again = solve(limited(15, max_change_t=25), baseline=against(solve(bricks(50)), 2))
    assert again.value == pytest.approx(-950, abs=1e-3)


def test_what_moved_on_a_lane_that_is_gone_counts() -> None:
    """100 t went by `north`; that lane is gone, `south` may carry no more than 30 t less or more than went in all."""

    def two(*names: str) -> Case:
        lanes = [lane("R", "M", 1, name=name) for name in names]
        limit = rows(change_limits=ChangeLimit(name="flow", measure="flow", at="R", to="M", max_change_t=30))
        return tiny(
            mud(), site("M"), landfill("mud", at="M"), yard("mud", put_cost_cny_per_t=0.5), *lanes, limit
        )

    first = replace(two("north"), storages=two("north").storages[:1], change_limits=())
    again = solve(two("south"), baseline=against(solve(first)))
    assert again.sum("flows", "flow_t") == pytest.approx(70)
    assert again.value == pytest.approx(-70 - 15)


def test_change_limits_do_nothing_without_a_baseline_and_say_so() -> None:
    case = limited(15, max_change_t=25)
    network, model, outcome = run(case)
    assert outcome.objective == pytest.approx(0)
    assert [m.key for m in remarks(model, network)] == ["model.change_without_baseline"]


def test_a_change_limit_that_measures_nothing_is_told() -> None:
    case = limited(15, max_change_t=25, measure="placed", at="press_line")
    network, model, _ = run(case, baseline=against(solve(bricks(50))))
    assert [m.key for m in remarks(model, network)] == ["model.change_measures_nothing"]


# ---------------------------------------------------------------- what moved


def test_what_moved_is_told_the_greatest_first() -> None:
    """26c and 26d: 60 t less pressed and sold, 60 t more placed; builds and frozen quarters as before."""
    again = solve(bricks(15), baseline=against(solve(bricks(50)), 2))
    moved = again.frame("moved")
    assert moved["change"].abs().tolist() == pytest.approx([60] * 6)
    placed = moved[moved["measure"] == "placed"].set_index("period").loc["26c"]
    assert placed[["item", "before", "after", "change"]].tolist() == [
        "landfill",
        pytest.approx(40),
        pytest.approx(100),
        pytest.approx(60),
    ]


def test_a_step_that_moves_is_told() -> None:
    """Built in 26a before; dearer now (800): 730 − 800 < 0, not built."""
    first = solve(world(press(73, capex_cny=500), sells("brick", 10), periods=QUARTERS))
    again = solve(
        world(press(73, capex_cny=800), sells("brick", 10), periods=QUARTERS), baseline=against(first)
    )
    built = again.frame("moved").query("measure == 'built'")
    assert built[["item", "period", "before", "after"]].values.tolist() == [["press_line", "26a", 1, 0]]


# ---------------------------------------------------------------- calendars


def wrong(case: Case, baseline: Baseline) -> list[str]:
    with pytest.raises(CaseFaults) as found:
        build_network(case, baseline)
    return [fault.message.key.removeprefix("case.") for fault in found.value.faults]


def test_another_calendar_is_a_fault() -> None:
    first = against(solve(bricks(50)))
    assert wrong(bricks(50, periods=parts(2026, 6)), first) == ["baseline_other_calendar"]
    shifted = tuple(replace(p, name=f"{p.name}_") for p in QUARTERS)
    assert wrong(bricks(50, periods=shifted), first) == ["baseline_other_calendar"]
    assert wrong(bricks(50, periods=parts(2028, 3), base_year=2028), first) == ["baseline_other_time"]


def test_more_frozen_than_there_is_is_a_fault() -> None:
    first = solve(bricks(50))
    assert wrong(bricks(50), against(first, 5)) == ["baseline_freeze_count"]
    assert wrong(bricks(50, periods=years(2026, 2)), against(solve(bricks(50, periods=years(2026))), 2)) == [
        "baseline_freeze_unknown"
    ]


def test_tables_without_a_calendar_are_a_fault() -> None:
    frames = {name: frame for name, frame in solve(bricks(50)).plan.frames.items() if name != "periods"}
    assert wrong(bricks(50), Baseline("old", frames)) == ["baseline_without_calendar"]
    nameless = {
        **frames,
        "periods": pd.DataFrame({"period": ["26a"], "start": ["soon"], "end": ["2026-04-01"]}),
    }
    assert wrong(bricks(50), Baseline("old", nameless)) == ["baseline_without_calendar"]


# ---------------------------------------------------------------- stock at the end


def kept(rule: str, **settings: Any) -> Solved:
    """40 t in a yard, 100 t more arise; all may stay for nothing, or be placed at 20; charged at the end: 20."""
    base = (mud(), yard("mud", end_stock=rule), in_stock("yard", "mud", 40), landfill("mud", 20))
    return solve(tiny(*base, **{"end_of_horizon": "charge"} | settings))


@pytest.mark.parametrize(
    ("rule", "left", "value"),
    [
        ("charge", 140, -2000),
        ("free", 140, 0),
        ("at_most_opening", 40, -2000),
        ("equal_opening", 40, -2000),
        ("empty", 0, -2800),
    ],
)
def test_stock_at_the_end_as_the_storage_asks(rule: str, left: float, value: float) -> None:
    """Charged: 100 t above the opening stock, at 20 CNY/t, placed now or charged then. Empty: 140 t placed."""
    found = kept(rule)
    assert found.value == pytest.approx(value)
    if rule not in ("charge",):
        assert found.sum("stocks", "stock_t", period="26a") == pytest.approx(left)


def test_the_storage_overrules_the_setting_both_ways() -> None:
    assert kept("free", end_of_horizon="charge").value == pytest.approx(0)
    assert kept("charge", end_of_horizon="free").value == pytest.approx(-2000)
    assert kept("setting", end_of_horizon="free").value == pytest.approx(0)
    assert kept("setting", end_of_horizon="charge").value == pytest.approx(-2000)


def test_equal_opening_keeps_stock_that_would_be_sold() -> None:
    """40 t of mud in stock would sell at 3; the yard must end as it began: 100 t are sold, not 140."""

    def sold(rule: str) -> float:
        base = (mud(), yard("mud", end_stock=rule), in_stock("yard", "mud", 40), sells("mud", 3, method="U"))
        return solve(tiny(*base)).value

    assert sold("free") == pytest.approx(420)
    assert sold("at_most_opening") == pytest.approx(420)
    assert sold("equal_opening") == pytest.approx(300)


def test_an_end_stock_that_cannot_be_leaves_no_plan_and_is_named() -> None:
    """100 t of mud, and nothing leads out of the yard but a press of 10 t: it cannot be emptied."""
    line = works("press", "mud", {"brick": 1.0}, capacity=10)
    base = (mud(), product("brick"), sells("brick", 1), line, yard("mud", end_stock="empty"))
    network, _, outcome = run(tiny(*base))
    assert outcome.stopped == "infeasible"
    assert text(Message("study.family_end_stock")) in "".join(map(text, explain(network)))


# ---------------------------------------------------------------- properties


def test_freezing_more_never_raises_value_and_a_wider_limit_never_lowers_it() -> None:
    first = solve(bricks(50))
    frozen = [solve(bricks(15), baseline=against(first, k)).value for k in range(5)]
    assert frozen == sorted(frozen, reverse=True)
    assert frozen == pytest.approx([0, -300, -600, -900, -1200], abs=1e-2)
    wider = [solve(limited(15, max_change_t=t), baseline=against(first)).value for t in (0, 7, 20, 60, 80)]
    assert wider == sorted(wider)


def test_the_same_case_frozen_for_two_quarters_is_worth_the_same() -> None:
    """Rolling on with the same data changes nothing: the plan was the best, its rest is the best of the rest."""
    case = replace(small(), change_limits=())
    first = solve(case)
    again = solve(case, baseline=against(first, 1))
    assert again.value == pytest.approx(first.value, rel=1e-6)
