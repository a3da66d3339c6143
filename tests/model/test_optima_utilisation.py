"""What counts as utilised, on paper: both directions of each trap of MODEL.md 'Utilisation' and 'Cohort'.

Amounts are tonnes per period. Bricks bring 30 CNY/t and pressing costs 10 CNY/t, one tonne from one tonne.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.builders import (
    Solved,
    Tables,
    arises,
    buys,
    commodity,
    group,
    in_stock,
    landfill,
    lining,
    mud,
    parts,
    product,
    rows,
    sells,
    site,
    solve,
    stopped,
    target,
    tiny,
    waste,
    works,
    yard,
    years,
)

from redmud_opt.case import Case, Period
from redmud_opt.case.things import YearToDate


def press(feeds: Any = "mud", **values: Any) -> tuple[Tables, ...]:
    """Bricks of a feed."""
    return product("brick"), works("press", feeds, {"brick": 1.0}, cost=10, **values), sells("brick", 30)


def separate() -> tuple[Tables, ...]:
    """1 mud → 0.2 iron at 100 CNY/t + 0.8 tailings."""
    made = works("separate", "mud", {"iron": 0.2, "tails": 0.8}, iron_separation=True)
    return product("iron"), waste("tails"), made, sells("iron", 100)


def rates(plan: Solved, year: int = 2026) -> list[float]:
    """rate_new, rate_stat, rate_gross of red mud."""
    return [plan.rate(name, year) for name in ("new", "stat", "gross")]


# ---------------------------------------------------------------- cohorts


def hoarding(periods: tuple[Period, ...], at_least: float) -> Case:
    """100 t arise in each of two periods; the press takes 150 t, but opens only with the second."""
    late = press(capacity=150, stands={"opens": periods[1].start})
    return tiny(mud(), yard("mud"), target(at_least, year=periods[1].year), *late, periods=periods)


def test_hoarding_over_new_year_lifts_nothing() -> None:
    """2027: 150 t are pressed, 100 new and 50 that became legacy on 31 December.

    rate_new = 100 ÷ 100 = 1 and rate_stat = 150 ÷ (100 + 50) = 1; a target of 1.01 is out of reach although 150 t
    are pressed for 100 that arise. Value 150 · (30 − 10) = 3000.
    """
    plan = solve(hoarding(years(2026, 2), 1.0))
    assert plan.utilised(2027) == pytest.approx(100)
    assert plan.utilised(2027, "legacy") == pytest.approx(50)
    assert rates(plan, 2027) == pytest.approx([1, 1, 1.5])
    assert plan.value == pytest.approx(3000)
    assert stopped(hoarding(years(2026, 2), 1.01)) == "infeasible"


def test_stock_within_a_year_counts_when_it_is_used() -> None:
    """Positive control, two halves of 2026: all 150 t are new, 150 ÷ 200 = 0.75; 0.76 is out of reach."""
    plan = solve(hoarding(parts(2026, 6), 0.75))
    assert rates(plan) == pytest.approx([0.75, 0.75, 0.75])
    assert stopped(hoarding(parts(2026, 6), 0.76)) == "infeasible"


def test_residues_and_intermediates_in_stock_become_legacy_too() -> None:
    """100 t of 2026 are separated into 20 iron and 80 tailings (u = 0.2); the press opens in 2027.

    2026 counts 20 new; in 2027 the 80 t of tailings are legacy: none new, 80 legacy.
    """
    late = press("tails", stands={"opens": date(2027, 1, 1)})
    base = (waste("mud", "red_mud"), arises("mud", 100, during="2026"), *separate(), yard("tails"))
    plan = solve(tiny(*base, *late, periods=years(2026, 2)))
    assert plan.utilised(2026) == pytest.approx(20)
    assert plan.utilised(2027) == pytest.approx(0)
    assert plan.utilised(2027, "legacy") == pytest.approx(80)


def test_stock_ages_once_and_stays_legacy() -> None:
    """100 t of 2026 wait two New Years: 100 legacy in 2028, and the identity carries 100 through 2027."""
    late = press(stands={"opens": date(2028, 1, 1)})
    base = (waste("mud", "red_mud"), arises("mud", 100, during="2026"), yard("mud"))
    plan = solve(tiny(*base, *late, periods=years(2026, 3)))
    assert plan.utilised(2028, "legacy") == pytest.approx(100)
    assert plan.frame("identity")["closing_t"].tolist() == pytest.approx([100, 100, 0])


@pytest.mark.parametrize(("arose", "new"), [(date(2026, 2, 1), 140), (date(2025, 12, 31), 100), (None, 100)])
def test_dated_opening_stock_is_new_only_if_it_arose_this_year(arose: date | None, new: float) -> None:
    """Horizon from 1 July 2026, 100 t arise, 40 t lie in the yard: those of this February are new, others legacy.

    All 140 t are pressed. What was generated before is stated: 100 t, of which 60 were utilised.
    New from February: (60 + 140) ÷ (100 + 100) = 1; else (60 + 100) ÷ 200 = 0.8.
    """
    done = YearToDate(waste_class="red_mud", site="R", generated_t=100, utilised_new_t=60)
    stock = in_stock("yard", "mud", 40, arose_on=arose)
    plan = solve(
        tiny(mud(), yard("mud"), stock, *press(), rows(year_to_date=done), periods=parts(2026, 6)[1:])
    )
    assert plan.utilised() == pytest.approx(60 + new)
    assert plan.rate("new") == pytest.approx((60 + new) / 200)


@pytest.mark.parametrize(
    ("rate", "reached"), [("rate_new", 0.3), ("rate_stat", 50 / 120), ("rate_gross", 0.5)]
)
def test_the_three_rates_side_by_side(rate: str, reached: float) -> None:
    """A press of 50 t, at most 0.6 of it new mud, the rest from 20 t of legacy tailings: 30 new and 20 legacy.

    Of 100 generated: 0.3 new, (30 + 20) ÷ (100 + 20) statistical, (30 + 20) ÷ 100 gross; no target beyond.
    """
    feeds = press({"mud": {"max_share": 0.6}, "tails": {}}, capacity=50)
    stock = (waste("tails", "red_mud"), in_stock("yard", "tails", 20), group("wastes", "mud", "tails"))
    base = (mud(), *stock, yard("wastes"), *feeds)
    plan = solve(tiny(*base, target(reached, rate=rate)))
    assert rates(plan) == pytest.approx([0.3, 50 / 120, 0.5])
    assert stopped(tiny(*base, target(reached + 1e-3, rate=rate))) == "infeasible"


# ---------------------------------------------------------------- residues that keep their origin


@pytest.mark.parametrize("method", ["U", "P"])
def test_calcine_and_stack_uses_nothing(method: str) -> None:
    """100 mud → 90 calcine and 10 gas, all stacked: calcine is waste, so u = 1 − 90 ÷ 90 = 0, w = 1 ÷ 0.9.

    Even a `use` code earns no credit for a heap; the identity closes with 90 · (1 ÷ 0.9) = 100 in stock.
    """
    kiln = works("kiln", "mud", {"calcine": 0.9}, method=method, gas_t_per_t=0.1)
    plan = solve(tiny(mud(), waste("calcine"), kiln, yard("calcine")))
    assert plan.utilised() == plan.utilised(gross=True) == pytest.approx(0)
    assert plan.sum("stocks", "stock_t") == pytest.approx(90)
    assert plan.sum("identity", "closing_t") == pytest.approx(100)


@pytest.mark.parametrize("method", ["U", "P"])
def test_calcine_that_is_used_counts_the_mud_it_was_made_of(method: str) -> None:
    """The other direction: the 90 t delivered to a `use` outlet stand for 90 · (1 ÷ 0.9) = 100 t of mud."""
    kiln = works("kiln", "mud", {"calcine": 0.9}, method=method, gas_t_per_t=0.1)
    plan = solve(tiny(mud(), waste("calcine"), kiln, sells("calcine", 1, method="U"), target(1.0)))
    assert plan.sum("sales", "sold") == pytest.approx(90)
    assert plan.utilised() == pytest.approx(100)


def smelt(*fate: Tables, at_least: float) -> Case:
    """1 mud → 0.3 iron + 0.7 slag, a waste."""
    furnace = works("furnace", "mud", {"iron": 0.3, "slag": 0.7})
    return tiny(mud(), product("iron"), waste("slag"), furnace, sells("iron", 9), *fate, target(at_least))


def test_relabelled_slag_that_is_landfilled_uses_nothing() -> None:
    """100 mud → 30 iron, sold, and 70 slag, placed: u = 1 − 70 ÷ 100 = 0.3. 0.31 is out of reach."""
    plan = solve(smelt(landfill("slag"), at_least=0.3))
    assert plan.utilised() == pytest.approx(30)
    assert plan.sum("identity", "placed_t") == pytest.approx(70)
    assert stopped(smelt(landfill("slag"), at_least=0.31)) == "infeasible"


def test_slag_handed_to_disposal_uses_nothing() -> None:
    """The same over an outlet with a disposal code: 30 utilised, 70 handed to disposal."""
    plan = solve(smelt(sells("slag", -5, method="D"), at_least=0.3))
    assert plan.utilised() == pytest.approx(30)
    assert plan.sum("identity", "handed_to_disposal_t") == pytest.approx(70)


def test_slag_that_is_used_counts() -> None:
    """The other direction: 30 in iron and 70 in road base are 100 of 100."""
    plan = solve(smelt(sells("slag", -5, method="U"), at_least=1.0))
    assert plan.utilised() == pytest.approx(100)


def test_a_new_name_alone_uses_nothing() -> None:
    """1 mud → 1 `slag` by a process with a use code, landfilled: u = 0, and no target above 0 can be met."""
    paper = works("paper", "mud", {"slag": 1.0})
    plan = solve(tiny(mud(), waste("slag"), paper, landfill("slag")))
    assert plan.utilised() == pytest.approx(0)
    assert stopped(tiny(mud(), waste("slag"), paper, landfill("slag"), target(0.01))) == "infeasible"


@pytest.mark.parametrize("method", ["D", "P"])
def test_a_product_of_disposal_or_pretreatment_earns_no_credit(method: str) -> None:
    """1 mud → 0.3 sand, sold, and 0.7 slag under either code: u = 0, and the slag carries all, w = 1 ÷ 0.7.

    Placed, the 70 t of slag are 100 origin tonnes; on a road they count 100, the sand nothing.
    """
    mill = works("mill", "mud", {"sand": 0.3, "slag": 0.7}, method=method)
    base = (mud(), product("sand"), sells("sand", 1), waste("slag"), mill)
    plan = solve(tiny(*base, landfill("slag")))
    assert plan.utilised() == pytest.approx(0)
    assert plan.sum("identity", "placed_t") == pytest.approx(100)
    assert solve(tiny(*base, sells("slag", 0, method="U"))).utilised() == pytest.approx(100)


def test_disposal_without_residue_is_reduced_not_used() -> None:
    """10 t of lining burnt away under a disposal code: reduced 10, utilised 0; under a use code the same."""
    for method in ("D", "U"):
        burn = works("burn", "lining", {}, method=method, gas_t_per_t=1.0)
        plan = solve(tiny(lining(10), burn))
        assert plan.utilised() == pytest.approx(0)
        assert plan.sum("identity", "reduced_t") == pytest.approx(10)


# ---------------------------------------------------------------- reagents


def lime(*fate: Tables, outputs: Any, method: str = "U", at_least: float = 0.0) -> Case:
    """Mud with 0.15 lime per tonne."""
    mix = works("mix", "mud", outputs, inputs={"lime": 0.15}, method=method)
    return tiny(
        mud(),
        waste("slag"),
        product("brick"),
        commodity("lime"),
        buys("lime", 0),
        mix,
        sells("brick", 1),
        *fate,
        target(at_least),
    )


@pytest.mark.parametrize("method", ["U", "D", "P"])
def test_lime_in_a_residue_makes_it_no_less(method: str) -> None:
    """100 mud + 15 lime → 115 residue: u = 0 (not 1 − 1.15 = −0.15), w = 1 ÷ 1.15.

    In the yard the 115 t stand for 115 ÷ 1.15 = 100 t of mud.
    """
    plan = solve(lime(yard("slag"), outputs={"slag": 1.15}, method=method))
    assert plan.utilised() == plan.utilised(gross=True) == pytest.approx(0)
    assert plan.sum("stocks", "stock_t") == pytest.approx(115)
    assert plan.sum("identity", "closing_t") == pytest.approx(100)


@pytest.mark.parametrize("method", ["U", "P"])
def test_lime_in_a_residue_makes_it_no_more(method: str) -> None:
    """The 115 t delivered to a `use` outlet count 115 ÷ 1.15 = 100, not 115; 1.01 is out of reach."""
    road = sells("slag", 0, method="U")
    assert solve(lime(road, outputs={"slag": 1.15}, method=method)).utilised() == pytest.approx(100)
    assert stopped(lime(road, outputs={"slag": 1.15}, method=method, at_least=1.01)) == "infeasible"


def test_lime_in_one_of_two_outputs_shifts_nothing() -> None:
    """1 mud + 0.15 lime → 0.4 brick + 0.75 residue that holds 0.6 of the mud and all the lime.

    u = 1 − 0.6 ÷ (0.4 + 0.6) = 0.4, w = (1 − 0.4) ÷ 0.75 = 0.8: 40 utilised, 75 · 0.8 = 60 placed.
    Left to itself (reagents spread evenly) u = 1 − 0.75 ÷ 1.15.
    """
    split = {"brick": 0.4, "slag": {"yield_t_per_t": 0.75, "of_feed_t_per_t": 0.6}}
    plan = solve(lime(landfill("slag"), outputs=split))
    assert plan.utilised() == pytest.approx(40)
    assert plan.sum("identity", "placed_t") == pytest.approx(60)
    even = solve(lime(landfill("slag"), outputs={"brick": 0.4, "slag": 0.75}))
    assert even.utilised() == pytest.approx(100 * (1 - 0.75 / 1.15))


def test_energy_made_beside_a_residue_is_no_mass() -> None:
    """1 lining → 0.8 slag, 0.2 gas and 3 MWh of heat: solids go to slag alone, so u = 0 and w = 1 ÷ 0.8."""
    heat = commodity("heat", unit="MWh")
    burn = works("burn", "lining", {"slag": 0.8, "heat": 3.0}, gas_t_per_t=0.2)
    plan = solve(tiny(lining(), waste("slag"), heat, burn, sells("heat", 50), dump("slag")))
    assert plan.utilised() == pytest.approx(0)
    assert plan.sum("identity", "placed_t") == pytest.approx(10)
    assert plan.value == pytest.approx(10 * 3 * 50)


def dump(material: str) -> Tables:
    """A landfill for hazardous waste."""
    return landfill(material, accepts_hazardous=True)


# ---------------------------------------------------------------- chains and the gross rate


def test_tailings_bricked_later_count_the_rest() -> None:
    """100 mud → 20 iron (u = 0.2) + 80 tailings (w = 0.8 · 0.8 ÷ 0.8 ÷ 0.8 = 1) → 80 bricks (u = 1).

    20 + 80 · 1 · 1 = 100 of 100 in all, not more: a target of 1 is met and 1.01 is out of reach.
    """
    base = (mud(), *separate(), *press("tails"))
    plan = solve(tiny(*base, target(1.0)))
    assert plan.utilised() == pytest.approx(100)
    assert rates(plan) == pytest.approx([1, 1, 1])
    assert stopped(tiny(*base, target(1.01))) == "infeasible"


def test_tailings_stacked_leave_the_concentrate_alone() -> None:
    """20 of 100 net; gross counts the separation whole: 100 of 100."""
    plan = solve(tiny(mud(), *separate(), yard("tails")))
    assert rates(plan) == pytest.approx([0.2, 0.2, 1.0])


def test_gross_counts_iron_separation_once() -> None:
    """Bricks of its tailings add nothing to the gross rate (w = 0): 1.0, not 1.8; bricks of mud count in both."""
    assert solve(tiny(mud(), *separate(), *press("tails"))).rate("gross") == pytest.approx(1.0)
    assert solve(tiny(mud(), *press())).rate("gross") == pytest.approx(1.0)
    for rate in ("rate_gross", "rate_new"):
        case = tiny(mud(), *separate(), *press("tails"), target(1.01, rate=rate, iron="gross_feed"))
        assert stopped(case) == "infeasible"


@pytest.mark.parametrize(
    ("iron", "reached", "beyond"), [("net_product", 0.2, 0.21), ("gross_feed", 1.0, 1.01)]
)
def test_a_target_says_how_iron_separation_counts(iron: str, reached: float, beyond: float) -> None:
    """Tailings in the yard: 0.2 is the most with the net product, 1.0 with the gross feed."""
    base = (mud(), *separate(), yard("tails"))
    assert stopped(tiny(*base, target(reached, iron=iron))) == "optimal"
    assert stopped(tiny(*base, target(beyond, iron=iron))) == "infeasible"


def test_three_steps_add_up_to_the_whole() -> None:
    """Mud → 0.5 calcine (P, w 2) → 0.1 iron + 0.4 tailings per 0.5 (u = 0.2, w 2) → bricks (u = 1).

    100 mud are 50 calcine (100), 10 iron (20 origin tonnes) and 40 tailings (80): 20 + 80 = 100.
    """
    steps = (
        works("kiln", "mud", {"calcine": 0.5}, method="P", gas_t_per_t=0.5),
        works("separate", "calcine", {"iron": 0.2, "tails": 0.8}),
    )
    names = (waste("calcine"), waste("tails"), product("iron"), sells("iron", 1))
    plan = solve(tiny(mud(), *names, *steps, *press("tails")))
    assert plan.utilised() == pytest.approx(100)
    assert plan.sum("sales", "sold") == pytest.approx(10 + 40)


def test_legacy_tailings_and_new_mud_keep_apart() -> None:
    """50 t of legacy tailings lie in the yard: pressed, they count as legacy of their class, w = 1."""
    old = (in_stock("yard", "tails", 50), yard("tails"))
    tails = waste("tails", "red_mud")
    feeds = press({"mud": {}, "tails": {}})
    plan = solve(tiny(mud(), tails, *old, *feeds, target(1.0)))
    assert plan.utilised() == pytest.approx(100)
    assert plan.utilised(cohort="legacy") == pytest.approx(50)


def test_blended_feeds_count_each_its_own() -> None:
    """Mud and ash in one press, ash at most 0.25 of it: 60 mud + 20 ash, each utilised in its own class."""
    feeds = press({"mud": {}, "ash": {"max_share": 0.25}}, capacity=80)
    ash = waste("ash", "other")
    base = (mud(60), ash, arises("ash", 50), *feeds, yard("wastes"), group("wastes", "ash", "mud"))
    plan = solve(tiny(*base, target(1.0)))
    assert plan.utilised() == pytest.approx(80)
    assert plan.rate("new", waste_class="other") == pytest.approx(0.4)


# ---------------------------------------------------------------- targets


def test_year_to_date_enters_the_first_year() -> None:
    """From 1 July 100 t arise; 100 t arose before, 10 of them utilised. 0.5 of 200 is 100: 90 t are to be pressed.

    Pressing loses 5 CNY/t here (bricks at 5): value −450; without the 10 t it would be −500.
    """
    done = YearToDate(waste_class="red_mud", site="R", generated_t=100, utilised_new_t=10)
    loss = (product("brick"), works("press", "mud", {"brick": 1.0}, cost=10), sells("brick", 5))
    case = tiny(mud(), yard("mud"), *loss, target(0.5), rows(year_to_date=done), periods=parts(2026, 6)[1:])
    plan = solve(case)
    assert plan.utilised() == pytest.approx(10 + 90)
    assert plan.value == pytest.approx(-450)
    assert plan.rate("new") == pytest.approx(0.5)


def test_a_gross_target_takes_the_gross_year_to_date() -> None:
    """As above with 0.5 gross of 200, 60 counted gross before: 40 t are to be separated."""
    done = YearToDate(waste_class="red_mud", site="R", generated_t=100, utilised_new_t=10, gross_new_t=60)
    made = works("separate", "mud", {"iron": 0.2, "tails": 0.8}, iron_separation=True, cost=10)
    names = (
        product("iron"),
        waste("tails"),
        sells("iron", 0),
        yard("wastes"),
        group("wastes", "mud", "tails"),
    )
    goal = target(0.5, rate="rate_gross")
    plan = solve(tiny(mud(), made, *names, goal, rows(year_to_date=done), periods=parts(2026, 6)[1:]))
    assert plan.sum("feeds", "feed_t") == pytest.approx(40)
    assert plan.rate("gross") == pytest.approx(0.5)


@pytest.mark.parametrize(("price", "pressed"), [(4.99, 0.0), (5.01, 80.0)])
def test_a_soft_target_is_missed_exactly_where_that_is_cheaper(price: float, pressed: float) -> None:
    """Pressing loses 5 CNY/t; a soft target of 0.8 of 100 t costs `price` per tonne short.

    At 4.99 nothing is pressed and 80 t are short; at 5.01 80 t are pressed. The penalty is no value term.
    """
    loss = (product("brick"), works("press", "mud", {"brick": 1.0}, cost=10), sells("brick", 5))
    plan = solve(tiny(mud(), yard("mud"), *loss, target(0.8, hard=False, price_cny_per_t=price)))
    assert plan.utilised() == pytest.approx(pressed)
    assert plan.value == pytest.approx(-5 * pressed)
    assert plan.sum("shortfalls", "short_t") == pytest.approx(80 - pressed)
    assert plan.outcome.objective == pytest.approx(-5 * pressed - price * (80 - pressed))


def test_the_penalty_is_discounted_at_the_middle_of_its_year() -> None:
    """2027 at 10 %: its middle is 365 + 182.5 days after 1 January 2026; 80 t · 3 CNY · 1.1^−(547.5 ÷ 365.25)."""
    soft = target(0.8, hard=False, price_cny_per_t=3, year=2027)
    case = tiny(mud(), yard("mud"), soft, periods=years(2026, 2), discounting="mid_period", discount_rate=0.1)
    plan = solve(case)
    assert plan.sum("shortfalls", "penalty_cny") == pytest.approx(240 * 1.1 ** (-547.5 / 365.25))
    assert plan.outcome.objective == pytest.approx(-240 * 1.1 ** (-547.5 / 365.25))


def test_a_target_on_a_plant_counts_that_plant_alone() -> None:
    """100 t arise at R and at M; only M presses. Target 0.5 on M: 50 t there; on R it is out of reach."""
    loss = (product("brick"), works("press", "mud", {"brick": 1.0}, cost=10, at="M"), sells("brick", 5, "M"))
    base = (mud(), arises("mud", 100, "M"), yard("mud"), yard("mud", "M", name="yard_m"), *loss)
    plan = solve(tiny(site("M"), *base, target(0.5, scope="M")))
    assert plan.rate("new", plant="M") == pytest.approx(0.5)
    assert plan.rate("new", plant="R") == pytest.approx(0)
    assert plan.rate("new") == pytest.approx(0.25)
    assert stopped(tiny(site("M"), *base, target(0.5, scope="R"))) == "infeasible"


def test_utilisation_first_then_value() -> None:
    """Objective `utilisation`: both presses run full although both lose; among equals the cheaper one takes more.

    Press A takes 60 at −5, B 60 at −8 CNY/t: of 100 t, 60 · −5 + 40 · −8 = −620.
    """
    a = works("a", "mud", {"brick": 1.0}, cost=5, capacity=60)
    b = works("b", "mud", {"brick": 1.0}, cost=8, capacity=60)
    base = (mud(), yard("mud"), product("brick"), a, b, sells("brick", 0))
    plan = solve(tiny(*base, objective="utilisation"))
    assert plan.utilised() == pytest.approx(100)
    assert plan.value == pytest.approx(-620, rel=1e-6)
    assert solve(tiny(*base)).value == pytest.approx(0)


def test_the_objective_utilisation_counts_what_the_case_names() -> None:
    """One press of 50 t, 100 new mud and 50 t legacy ash at hand; mud costs 5 more to press.

    Counting new only, the press takes mud: −250; counting legacy too, all is equal and ash is cheaper: 0.
    """
    feeds = {"mud": {"cost_cny_per_t": 5}, "ash": {}}
    base = (
        mud(),
        waste("ash", "other"),
        yard("wastes"),
        group("wastes", "mud", "ash"),
        in_stock("yard", "ash", 50),
        product("brick"),
        works("press", feeds, {"brick": 1.0}, capacity=50),
        sells("brick", 0),
    )
    assert solve(tiny(*base, objective="utilisation")).value == pytest.approx(-250, rel=1e-6)
    both = tiny(*base, objective="utilisation", utilisation_counts_legacy=True)
    assert solve(both).value == pytest.approx(0, abs=1e-3)
    ash_only = tiny(*base, objective="utilisation", utilisation_classes=("other",))
    assert solve(ash_only).value == pytest.approx(0, abs=1e-6)
