"""Price paths, contracts, tolling, shares of one buyer and sink limits on paper. MODEL.md 'Value' and rule 7."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from tests.builders import (
    Tables,
    against,
    buys,
    commodity,
    group,
    landfill,
    lane,
    lining,
    mud,
    optimum,
    parts,
    product,
    rows,
    sells,
    site,
    solve,
    stopped,
    tiny,
    waste,
    with_settings,
    works,
    yard,
    years,
)
from tests.model.contracting import contract, path

from redmud_opt.case import Case
from redmud_opt.case.rules import ChangeLimit, Limit
from redmud_opt.case.things import Owner, Tier
from redmud_opt.case.works import Distance, Haul, LineProcess, OperatingPoint

USE = sells("mud", 10, method="U")
TWO = {"periods": years(2026, 2)}

# ---------------------------------------------------------------- price paths


def test_the_price_of_an_outlet_follows_its_path() -> None:
    """100 t a year at 10 and at 5: 1000 + 500; a gate fee of 10 that doubles: −1000 − 2000."""
    assert optimum(tiny(mud(), USE, path("mud_outlet", 1, 0.5), **TWO)) == pytest.approx(1500)
    plan = solve(tiny(mud(), sells("mud", -10, method="U"), path("mud_outlet", 1, 2), **TWO))
    assert plan.term("gate_fees") == pytest.approx(-3000)


def test_a_plan_waits_for_the_better_year() -> None:
    """At 10, then 11, a yard at 0: all 200 t in 2027, 2200; a group of outlets has the path of each of them."""
    base = (
        mud(),
        yard("mud"),
        USE,
        group("markets", "mud_outlet", "other"),
        sells("mud", 1, method="U", name="other"),
    )
    plan = solve(tiny(*base, path("markets", 1, 1.1), **TWO))
    assert plan.value == pytest.approx(2200)
    assert plan.sum("sales", "sold", period="27a") == pytest.approx(200)


def test_every_step_of_a_tier_table_follows_the_path() -> None:
    """60 t at 30 and 40 t at 10 a year: 2200; at half the prices 1100. Quarters take the factor of their year."""
    tiers = rows(tiers=tuple(Tier(item="mud_outlet", step=k, width_t=w, price_cny_per_t=p)
                             for k, w, p in ((1, 60, 30), (2, None, 10))))  # fmt: skip
    case = tiny(mud(25), USE, tiers, path("mud_outlet", 1, 0.5), periods=parts(2026, 3) + parts(2027, 3))
    assert optimum(case) == pytest.approx(2200 + 1100)


def chain(*more: Tables) -> Case:
    """100 t of mud a year are hauled to M (40 km at 0.1 + 2 = 6), pressed (3 + point 1 + feed 2 = 6), moved to N (5);
    10 t of lime are bought at 20; bricks at 50. A year: 5000 − 600 − 600 − 500 − 200 = 3100.
    """
    press = works(
        "press",
        {"mud": {"cost_cny_per_t": 2}},
        {"brick": 1.0},
        at="M",
        cost=3,
        inputs={"lime": {"amount_per_t": 0.1, "solid": False}},
    )
    haul = Haul(name="road", material="mud", cost_cny_per_t_km=0.1, handling_cny_per_t=2)
    road = rows(
        points=OperatingPoint(process="press", point="slow", cost_cny_per_t=1),
        distances=Distance(from_site="R", to_site="M", distance_km=40),
        haul=haul,
    )
    names = (
        site("M"),
        site("N"),
        product("brick"),
        commodity("lime"),
        buys("lime", 20, "M"),
        lane("M", "N", 5),
    )
    return tiny(mud(), press, road, *names, sells("brick", 50, "N"), *more, **TWO)


@pytest.mark.parametrize(
    ("item", "value"),
    [
        ("", 6200), ("brick_outlet", 6200 + 5000), ("lime_supply", 6200 - 200), ("press", 6200 - 600),
        ("M_N", 6200 - 500), ("road", 6200 - 600), ("ways", 6200 - 600),
    ],
)  # fmt: skip
def test_every_kind_of_price_has_its_path(item: str, value: float) -> None:
    """Twice the price in 2027 moves the value of one year by what the item is worth, points and feeds included."""
    more = (path(item, 1, 2), group("ways", "road")) if item else ()
    assert optimum(chain(*more)) == pytest.approx(value)


def test_a_lane_with_a_cost_of_its_own_does_not_follow_the_haul_rule() -> None:
    """The listed lane costs 4; only what the rule prices doubles with the path of the rule."""
    ends = (site("M"), landfill("mud", 0, "M"), rows(haul=Haul(name="road", cost_cny_per_t_km=9)))
    case = tiny(mud(), lane("R", "M", 4), *ends, path("road", 1, 2), **TWO)
    assert optimum(case) == pytest.approx(-800)


@pytest.mark.parametrize(("last", "charge", "value"), [(3, 30, -100 - 190 * 30), (0.5, 5, -200 * 5)])
def test_what_is_left_is_charged_at_the_prices_of_the_last_period(
    last: float, charge: float, value: float
) -> None:
    """An outlet takes 10 t a year for a fee of 10, then of 30 or 5; what is left of 200 t is charged that.

    Then 30: 10 t leave in 2026 and 190 t cost 30 each. Then 5: all of it waits.
    """
    tip = sells("mud", -10, method="D", max_t=10)
    plan = solve(tiny(mud(), yard("mud"), tip, path("mud_outlet", 1, last), end_of_horizon="charge", **TWO))
    assert plan.frame("excess")["charge_cny_per_t"].tolist() == pytest.approx([charge])
    assert plan.value == pytest.approx(value)


def test_the_way_out_over_lane_process_and_purchase_follows_their_paths() -> None:
    """The chain at twice the price in 2027, bricks for nothing: 12 + 12 + 0.1 · 40 + 10 = 38 for mud that is left."""
    paths = tuple(path(item, 1, 2) for item in ("lime_supply", "press", "road", "M_N"))
    slow = rows(limits=Limit(name="slow", measure="feed", at="press", sense="max", value=1))
    case = chain(*paths, yard("mud"), path("brick_outlet", 1, 0), slow)
    plan = solve(with_settings(case, end_of_horizon="charge"))
    assert plan.frame("excess")["charge_cny_per_t"].tolist() == pytest.approx([38])


# ---------------------------------------------------------------- contracts


def deal(take: float | None, penalty: float | None, price: float = -5, **values: Any) -> Case:
    """An outlet under a contract takes mud (at −5); a landfill does it for nothing."""
    settings = {
        name: values.pop(name) for name in ("periods", "discounting", "discount_rate") if name in values
    }
    most = {"max_t": values.pop("max_t")} if "max_t" in values else {}
    outlet = sells("mud", price, method="U", contract="deal", per="year", **most)
    return tiny(
        mud(values.pop("arises", 100)), landfill("mud"), outlet, contract(take, penalty, **values), **settings
    )


def test_nothing_is_delivered_outside_the_validity() -> None:
    """Quarters of 100 t at 8, valid from 1 April to 15 August: all of the second; the third is open for 45 of its 92
    days, so that of 92 t a quarter 45 are taken.
    """
    span = {"valid_from": date(2026, 4, 1), "valid_to": date(2026, 8, 15)}
    outlet = sells("mud", 8, method="U", contract="deal", max_t=92)
    case = tiny(mud(), landfill("mud"), outlet, contract(None, None, **span), periods=parts(2026, 3))
    plan = solve(case)
    assert plan.sum("sales", "sold", period="26b") == pytest.approx(92)
    assert plan.sum("sales", "sold", period="26c") == pytest.approx(45)
    assert plan.value == pytest.approx(8 * 137)


def test_the_dates_of_outlet_and_contract_both_hold() -> None:
    """Open from 1 July, contract to the end of September: 92 t of the third quarter, whichever starts first."""
    outlet = sells("mud", 1, method="U", contract="deal", opens=date(2026, 7, 1))
    terms = contract(None, None, valid_from=date(2026, 1, 1), valid_to=date(2026, 10, 1))
    assert optimum(tiny(mud(92), landfill("mud"), outlet, terms, periods=parts(2026, 3))) == pytest.approx(92)


@pytest.mark.parametrize(("penalty", "value"), [(3, -180), (7, -300)])
def test_what_is_not_taken_is_paid_for(penalty: float, value: float) -> None:
    """60 t a year at −5: short of all at 3 costs 180, delivering them 300."""
    plan = solve(deal(60, penalty))
    assert plan.value == pytest.approx(value)
    assert plan.term("shortfall") == pytest.approx(-180 if penalty < 5 else 0)
    (row,) = plan.frame("take_or_pay").to_dict("records")
    assert (row["take"], row["taken"], row["short"]) == pytest.approx(
        (60, 0, 60) if penalty < 5 else (60, 60, 0)
    )


def test_the_least_amount_of_a_year_is_cut_by_days() -> None:
    """365 t a year from 1 July 2026 to March 2027, the horizon from April 2026: 184 and 90 t, 2 CNY each."""
    span = {"valid_from": date(2026, 7, 1), "valid_to": date(2027, 4, 1)}
    plan = solve(deal(365, 2, periods=parts(2026, 3)[1:] + years(2027), **span))
    assert plan.frame("take_or_pay")["take"].tolist() == pytest.approx([184, 90])
    assert plan.value == pytest.approx(-2 * 274)


def test_a_contract_beyond_the_horizon_counts_as_far_as_it_goes() -> None:
    """73 t a year until 2030, one half-year planned: 181 of 365 days = 36.2 t at 2."""
    case = deal(73, 2, periods=parts(2026, 6)[:1], valid_to=date(2030, 1, 1))
    assert optimum(case) == pytest.approx(-2 * 36.2)


@pytest.mark.parametrize(
    ("terms", "value"),
    [({}, -640), ({"make_up": True}, -600), ({"make_up": True, "make_up_share": 0.9}, -614),
     ({"make_up": True, "make_up_share": 0.5}, -640)],
)  # fmt: skip
def test_what_was_short_is_made_up_where_that_pays(terms: dict[str, Any], value: float) -> None:
    """60 t a year; the outlet takes 40 in 2026: 20 short at 7 = 140, and 200 for the 40. In 2027 60 t cost 300.

    Making up 20 more costs 100 and brings back 140, 126 or 70: −640 becomes −600, −614, or stays.
    """
    outlet = sells("mud", -5, method="U", contract="deal", name="small", max_t=40, closes=date(2027, 1, 1))
    later = sells("mud", -5, method="U", contract="deal", name="great", opens=date(2027, 1, 1))
    case = tiny(mud(), landfill("mud"), outlet, later, contract(60, 7, **terms), **TWO)
    assert optimum(case) == pytest.approx(value)


def test_no_more_is_made_up_than_was_short_before() -> None:
    """2026: 20 short; 2027 and 2028 each take up to 75: 15 and then 5 are made up, or the other way round.

    −200 − 140; 60 + 60 + 20 t at −5 = −700; 20 · 7 back: −900.
    """
    small = sells("mud", -5, method="U", contract="deal", name="small", max_t=40, closes=date(2027, 1, 1))
    great = sells("mud", -5, method="U", contract="deal", name="great", max_t=75, opens=date(2027, 1, 1))
    case = tiny(mud(), landfill("mud"), small, great, contract(60, 7, make_up=True), periods=years(2026, 3))
    plan = solve(case)
    assert plan.value == pytest.approx(-900)
    assert plan.sum("take_or_pay", "made_up") == pytest.approx(20)
    assert plan.sum("take_or_pay", "taken") == pytest.approx(180)


def test_what_is_short_first_may_not_be_made_up_in_advance() -> None:
    """More in 2026 (75 t, 10 of them at a price) does not help 2027, when nothing can be delivered: 60 short."""
    early = sells("mud", 1, method="U", contract="deal", max_t=75, closes=date(2027, 1, 1))
    case = tiny(mud(), landfill("mud"), early, contract(60, 7, make_up=True), **TWO)
    assert optimum(case) == pytest.approx(75 - 420)


def test_penalty_and_credit_are_discounted_at_the_middle_of_their_year() -> None:
    """20 t short in 2026 at 7, made up in 2027 at 7; deliveries cost nothing; 10 % a year."""
    small = sells("mud", 0, method="U", contract="deal", name="small", max_t=20, closes=date(2027, 1, 1))
    great = sells("mud", 0, method="U", contract="deal", name="great", opens=date(2027, 1, 1))
    case = tiny(
        mud(50), landfill("mud"), small, great, contract(60, 7, make_up=True),
        periods=parts(2026, 6) + parts(2027, 6), discounting="mid_period", discount_rate=0.1,
    )  # fmt: skip
    plan = solve(case)
    assert plan.term("shortfall") == pytest.approx(-140 * 1.1 ** (-182.5 / 365.25))
    assert plan.term("make_up_credit") == pytest.approx(140 * 1.1 ** (-(365 + 182.5) / 365.25))


def test_outlets_of_one_contract_add_up_in_their_basis() -> None:
    """60 wet t at two outlets; 40 dry of 100 (20 % water) are 50 wet at the first, at most; the second takes 10 wet.

    First −1, second −4 per wet tonne, the penalty 9: −50 − 40.
    """
    first = sells("mud", -1, method="U", name="a", contract="deal", basis="as_received", max_t=50)
    second = sells("mud", -4, method="U", name="b", contract="deal", basis="as_received")
    case = tiny(mud(moisture=0.2), landfill("mud"), first, second, contract(60, 9))
    assert optimum(case) == pytest.approx(-90)


@pytest.mark.parametrize(("penalty", "value"), [(1, -6), (9, -12)])
def test_what_is_not_bought_is_paid_for(penalty: float, value: float) -> None:
    """6 t of lime a year at 2 that an outlet takes for nothing: the penalty, or 12 spent."""
    base = (mud(), landfill("mud"), commodity("lime"), buys("lime", 2, contract="deal"), sells("lime", 0))
    assert optimum(tiny(*base, contract(6, penalty))) == pytest.approx(value)


def test_a_supply_sells_only_while_its_contract_is_valid() -> None:
    """0.1 lime per tonne pressed at 5: 100 t in the first quarter, none after."""
    press = works("press", "mud", {"brick": 1.1}, inputs={"lime": 0.1})
    base = (mud(), landfill("mud"), product("brick"), commodity("lime"), buys("lime", 0, contract="deal"))
    terms = contract(None, None, valid_to=date(2026, 4, 1))
    case = tiny(*base, press, sells("brick", 5), terms, periods=parts(2026, 3))
    assert optimum(case) == pytest.approx(110 * 5)


# ---------------------------------------------------------------- tolling


def tolled(*more: Tables, fee: float = 7, price: float = 40, **terms: Any) -> Case:
    """A press at 20 a tonne, 30 t a year, and a partner's with the same process for a fee; 0.1 lime at 10,
    bricks at 40.

    Own: 44 − 20 − 1 = 23 per tonne; the partner's: 44 − 1 − 7 = 36.
    """
    settings = {name: terms.pop(name) for name in ("periods", "end_of_horizon") if name in terms}
    own = works("press", "mud", {"brick": 1.1}, cost=20, capacity=30, inputs={"lime": 0.1})
    other = works("press", "mud", {"brick": 1.1}, cost=20, line="partner_line", inputs={"lime": 0.1})
    other["facilities"] = tuple(type(row)(name="partner_works", site="R") for row in own["facilities"])
    other["lines"] = tuple(
        type(row)(name="partner_line", facility="partner_works", capacity=50, contract="toll")
        for row in own["lines"]
    )
    take, penalty = terms.pop("take", None), terms.pop("penalty", None)
    toll = contract(
        take, penalty, name="toll", tolling=True, partner="other", toll_fee_cny_per_t=fee, **terms
    )
    names = (product("brick"), commodity("lime"), buys("lime", 10), sells("brick", price))
    return tiny(mud(), own, other, toll, *names, *more, **settings)


def test_a_partner_is_paid_a_fee_and_nothing_else() -> None:
    """50 t at 36 and 30 t at 23; the fee is 350, processing 600, lime for all 80 t, which count for the plant."""
    plan = solve(tolled(landfill("mud")))
    assert plan.value == pytest.approx(50 * 36 + 30 * 23)
    assert (plan.term("tolling"), plan.term("processing")) == pytest.approx((-350, -600))
    assert plan.term("purchases") == pytest.approx(-80)
    assert plan.rate("new") == pytest.approx(0.8)


def test_a_dear_partner_is_not_used() -> None:
    """For a fee of 50 a tonne pressed there loses 7."""
    assert optimum(tolled(landfill("mud"), fee=50)) == pytest.approx(30 * 23)


@pytest.mark.parametrize(("penalty", "value"), [(5, 690 - 40 * 5), (9, 690 - 40 * 7)])
def test_take_or_pay_of_a_toll_counts_the_tonnes_fed(penalty: float, value: float) -> None:
    """For a fee of 50 each tonne loses 7; 40 t a year at 5, or at 9 they are fed."""
    assert optimum(tolled(landfill("mud"), fee=50, take=40, penalty=penalty)) == pytest.approx(value)


def test_a_partners_line_stands_while_the_contract_is_valid() -> None:
    """Until the end of June: 50 · 181 ÷ 365 t at 36; the own press 30 at 23."""
    case = tolled(landfill("mud"), valid_to=date(2026, 7, 1))
    assert optimum(case) == pytest.approx(50 * 181 / 365 * 36 + 30 * 23)


def test_residues_of_a_toll_come_back_with_their_origin() -> None:
    """A partner takes half of the mud as iron and gives back tailings, which the sender must place: 50 t at 2."""
    split = works("split", "mud", {"iron": 0.5, "tails": 0.5}, stands={"contract": "toll"})
    toll = contract(None, None, name="toll", tolling=True, partner="other", toll_fee_cny_per_t=3)
    names = (
        waste("tails"),
        product("iron"),
        sells("iron", 100),
        landfill("tails", 2),
        landfill("mud", 90, name="dear"),
    )
    plan = solve(tiny(mud(), split, toll, *names))
    assert plan.value == pytest.approx(50 * 100 - 50 * 2 - 300)
    assert plan.utilised() == pytest.approx(50)
    assert plan.sum("placements", "placed_t") == pytest.approx(50)


@pytest.mark.parametrize(("fee", "charge"), [(7, 8), (60, 21)])
def test_the_way_out_over_a_partners_line_costs_the_toll(fee: float, charge: float) -> None:
    """Bricks for nothing: fee + 0.1 · 10 by the partner, 20 + 1 by the own press; 100 t cost the less of them."""
    plan = solve(tolled(yard("mud"), fee=fee, price=0, end_of_horizon="charge"))
    assert plan.frame("excess")["charge_cny_per_t"].tolist() == pytest.approx([charge])
    assert plan.value == pytest.approx(-100 * charge)


# ---------------------------------------------------------------- one buyer, sinks, seasons


def buyers(*limits: Limit) -> Case:
    """Bricks of 100 t: one firm buys at two outlets at 10 and 9 on a site of another, a third outlet pays 2."""
    press = works("press", "mud", {"brick": 1.0})
    ends = (
        sells("brick", 10, "M", name="a", buyer="firm", max_t=60),
        sells("brick", 9, "M", name="b", buyer="firm"),
        sells("brick", 2, "M", name="c"),
    )
    owners = rows(owners=(Owner(name="firm"), Owner(name="landlord")))
    place = (site("M", owner="landlord"), lane("R", "M"), owners, product("brick"))
    return tiny(mud(), landfill("mud"), press, *ends, *place, rows(limits=limits) if limits else {})


@pytest.mark.parametrize(
    ("at", "share", "value"),
    [("firm", 1.0, 960), ("firm", 0.3, 30 * 10 + 70 * 2), ("landlord", 0.3, 960), ("M", 1.0, 960)],
)
def test_no_more_than_a_share_of_a_product_to_one_buyer(at: str, share: float, value: float) -> None:
    """60 at 10 and 40 at 9 = 960. At most 30 % to the firm: 300 + 140. The landlord buys at the third outlet."""
    whole = Limit(name="all_bricks", measure="sold", material="brick", sense="measure")
    part = Limit(
        name="firm_share",
        measure="sold",
        material="brick",
        at=at,
        sense="max",
        value=share,
        share_of="all_bricks",
    )
    assert optimum(buyers(whole, part)) == pytest.approx(value)


def test_an_outlet_without_a_buyer_counts_for_the_owner_of_its_site() -> None:
    """At least half to the landlord, who buys at c: 50 · 2 + 50 · 10."""
    whole = Limit(name="all_bricks", measure="sold", material="brick", sense="measure")
    part = Limit(name="half", measure="sold", at="landlord", sense="min", value=0.5, share_of="all_bricks")
    assert optimum(buyers(whole, part)) == pytest.approx(50 * 2 + 50 * 10)


def test_a_change_limit_at_a_company_counts_what_it_buys() -> None:
    """The firm bought all 100; now c pays 30 instead of 2, but no more than 30 t may change: 600 + 90 + 900."""
    first = solve(buyers())
    dear = replace(buyers().outlets[2], price_cny_per_t=30)
    change = ChangeLimit(name="steady", measure="sold", at="firm", max_change_t=30)
    case = replace(buyers(), outlets=(*buyers().outlets[:2], dear), change_limits=(change,))
    assert solve(case, baseline=against(first)).value == pytest.approx(600 + 90 + 900)


def test_a_small_market_limits_what_is_made() -> None:
    """A sink is an outlet with a most: bath of linings for 4 t a year at 300, the rest is treated at −20.

    Each tonne of lining gives 0.5 bath: 8 t feed it, 2 t of 10 are discarded: 1200 − 40. Scandium oxide (1 kg per
    tonne of mud, 0.06 t at most a year) allows 60 t of mud: 60 · 5 000 · 0.001 − 60 = 240.
    """
    melt = works("melt", "lining", {"bath": 0.5, "sand": 0.5})
    ends = (product("bath"), product("sand"), sells("bath", 300, max_t=4, per="year"), sells("sand", 0))
    tip = landfill("lining", 20, accepts_hazardous=True)
    assert optimum(tiny(lining(), melt, *ends, tip)) == pytest.approx(1200 - 40)
    leach = works("leach", "mud", {"oxide": 0.001, "cake": 0.999}, cost=1)
    names = (product("oxide"), waste("cake"), landfill("cake", name="dump"), landfill("mud"))
    assert optimum(tiny(mud(), leach, *names, sells("oxide", 5000, max_t=0.06, per="year"))) == pytest.approx(
        240
    )


def test_a_contract_that_cannot_be_met_is_paid_not_infeasible() -> None:
    """160 t a year are asked for and 100 t arise: 60 t are paid for, at 3 all of it; there is a plan."""
    assert stopped(deal(160, 3)) == "optimal"
    assert optimum(deal(160, 9)) == pytest.approx(-500 - 60 * 9)


def test_a_partners_line_may_run_a_process_of_its_own() -> None:
    """Nobody of the group has the process: 50 t for 3 a tonne, bricks at 10."""
    toll = contract(None, None, name="toll", tolling=True, partner="other", toll_fee_cny_per_t=3)
    press = works("press", "mud", {"brick": 1.0}, cost=99, capacity=50, stands={"contract": "toll"})
    extra = rows(line_processes=LineProcess(line="press_line", process="press"))
    case = tiny(mud(), landfill("mud"), press, extra, toll, product("brick"), sells("brick", 10))
    assert optimum(case) == pytest.approx(50 * 7)
