"""Contracts, price paths, tolling and shared bases: a plan worked out on paper, and one planted error per rule.

Two years, 100 t of mud a year at R, which belongs to `plant`; bricks (1.1 per tonne, 0.1 lime at 10) at 40, then 60.

    own press   30 t a year at 20, then 22 (path); owned 3/4 by `first`, 1/4 by `second`, who charge 4 per tonne fed
    partner's   50 t a year for 7 each, from 2027 on, at least 40 a year or 2 each
    deal        70 bricks a year, 9 for each that is short, half of it back for each that is made up

    2026   30 t fed, 33 bricks: 37 short    1320 − 600 − 30 − 333                   =  357
    2027   80 t fed, 88 bricks: 18 made up  5280 − 660 − 350 − 80 + 18 · 4.5 (81)   = 4271
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

import pytest
from tests.builders import (
    Solved,
    buys,
    commodity,
    landfill,
    lane,
    mud,
    product,
    rows,
    sells,
    site,
    site_row,
    solve,
    tiny,
    waste,
    works,
    years,
)
from tests.model.contracting import contract, path
from tests.plan.test_audit_wayout import charge, world
from tests.plan.test_audit_world import (
    Frames,
    append,
    change,
    drop,
    keys,
    put,
    replaced,
    stated_value,
    without_sums,
)

from redmud_opt.case import Case
from redmud_opt.case.rules import Limit
from redmud_opt.case.things import Owner, Ownership, PriceByYear
from redmud_opt.case.works import Facility, Haul, Line, LineProcess
from redmud_opt.plan.audit import audit
from redmud_opt.plan.priced import Ledger

Change = Callable[[Frames], Frames]
VALUE = {"audit.value.misstated", "audit.value.sum"}


def make_case() -> Case:
    press = works("press", "mud", {"brick": 1.1}, cost=20, capacity=30, inputs={"lime": 0.1})
    toll = contract(
        40, 2, name="toll", tolling=True, partner="other", toll_fee_cny_per_t=7, valid_from=date(2027, 1, 1)
    )
    shares = tuple(
        Ownership(facility="press_works", owner=name, share=share, service_price_cny_per_t=4)
        for name, share in (("first", 0.75), ("second", 0.25))
    )
    return tiny(
        *(mud(), landfill("mud"), press, product("brick"), commodity("lime")),
        *(buys("lime", 10), sells("brick", 40, contract="deal", buyer="firm")),
        *(toll, contract(70, 9, make_up=True, make_up_share=0.5)),
        *(path("brick_outlet", 1, 1.5), path("press", 1, 1.1)),
        rows(
            owners=tuple(Owner(name=name) for name in ("plant", "firm", "first", "second")),
            facilities=Facility(name="other_works", site="R"),
            lines=Line(name="partner", facility="other_works", capacity=50, per="period", contract="toll"),
            line_processes=LineProcess(line="partner", process="press"),
            ownership=shares,
        ),
        sites=(site_row("R", owner="plant"),),
        periods=years(2026, 2),
    )


CASE = make_case()


@cache
def solved() -> Solved:
    return solve(CASE)


def found(*changes: Change, case: Case = CASE) -> set[str]:
    """The plan states as its value what its terms sum to, whatever was changed."""
    frames: Frames = dict(solved().plan.frames)
    for apply in changes:
        frames = apply(frames)
    return keys(audit(case, without_sums(frames), stated_value(frames)))


def test_the_plan_is_the_one_on_paper() -> None:
    assert solved().value == pytest.approx(357 + 4271)
    assert solved().term("sales") == pytest.approx(1320 + 5280)
    assert solved().term("processing") == pytest.approx(-1260)
    assert solved().term("tolling") == pytest.approx(-350)
    assert (solved().term("shortfall"), solved().term("make_up_credit")) == pytest.approx((-333, 81))
    assert found() == set()


def test_the_bases_settle_120_a_year_and_the_objective_does_not_see_it() -> None:
    """30 t at 4 each year, three quarters to the first; without shares the same value."""
    frame = solved().frame("services")
    assert set(frame["payer"]) == {"plant"}
    assert frame["service_cny"].tolist() == pytest.approx([90, 30, 90, 30])
    assert frame["fed_t"].tolist() == pytest.approx([22.5, 7.5, 22.5, 7.5])
    assert solve(dataclasses.replace(CASE, ownership=())).value == pytest.approx(solved().value)


def test_residues_that_a_base_feeds_on_are_not_paid_for_again() -> None:
    """100 t come in and are split; the 50 t of tailings are pressed at the same works: 100 t at 3."""
    split = works("split", "mud", {"iron": 0.5, "tails": 0.5})
    press = works("press", "tails", {"brick": 1.0}, line="split_line")
    names = (waste("tails"), product("iron"), product("brick"), sells("iron", 9), sells("brick", 9))
    share = rows(
        owners=Owner(name="first"),
        ownership=Ownership(facility="split_works", owner="first", share=1, service_price_cny_per_t=3),
    )
    plan = solve(tiny(mud(), split, press, *names, share))
    assert plan.sum("feeds", "feed_t") == pytest.approx(150)
    assert plan.frame("services")["service_cny"].tolist() == pytest.approx([300])


@pytest.mark.parametrize(("owners", "payer"), [(("one", "one"), "one"), (("one", "two"), "")])
def test_a_class_that_is_not_told_apart_has_a_payer_if_it_has_one_owner(
    owners: tuple[str, str], payer: str
) -> None:
    press = works("press", "mud", {"brick": 1.0})
    share = rows(
        owners=(Owner(name="one"), Owner(name="two")),
        ownership=Ownership(facility="press_works", owner="two", share=1, service_price_cny_per_t=3),
    )
    places = {"sites": (site_row("R", owner=owners[0]), site_row("M", owner=owners[1]))}
    both = (mud(), mud(20, "M"), lane("M", "R"), product("brick"), sells("brick", 9))
    plan = solve(tiny(*both, press, share, **places))
    assert plan.frame("services")["payer"].tolist() == [payer]
    assert plan.sum("services", "service_cny") == pytest.approx(360)
    assert ("(companies not told apart) pays two" in plan.plan.describe()) == (not payer)


# ---------------------------------------------------------------- contracts


@pytest.mark.parametrize(
    ("apply", "expected"),
    [
        (put("take_or_pay", "take", 60.0, contract="deal", year=2026), {"audit.contracts.take"}),
        (put("take_or_pay", "taken", 40.0, contract="deal", year=2026), {"audit.contracts.taken"}),
        (put("take_or_pay", "penalty_cny", 1.0, contract="deal", year=2026), {"audit.contracts.penalty"}),
        (put("take_or_pay", "credit_cny", 1.0, contract="deal", year=2027), {"audit.contracts.credit"}),
        (drop("take_or_pay", contract="toll"), {"audit.contracts.not_stated"}),
        (append("take_or_pay", "toll", 2026, *[0.0] * 6), {"audit.contracts.no_duty"}),
        (append("take_or_pay", "gift", 2026, *[0.0] * 6), {"audit.contracts.no_duty"}),
        (
            put("take_or_pay", "short", 30.0, contract="deal", year=2026),
            {"audit.contracts.short_hidden", "audit.contracts.penalty", *VALUE},
        ),
        (
            put("take_or_pay", "short", 71.0, contract="deal", year=2026),
            {"audit.contracts.short_overstated", "audit.contracts.penalty", *VALUE},
        ),
        (
            put("take_or_pay", "made_up", 17.0, contract="deal", year=2027),
            {"audit.contracts.credit", *VALUE},
        ),
        (
            put("take_or_pay", "made_up", 19.0, contract="deal", year=2027),
            {"audit.contracts.short_hidden", "audit.contracts.credit", *VALUE},
        ),
    ],
)  # fmt: skip
def test_what_is_stated_of_a_contract_is_checked(apply: Change, expected: set[str]) -> None:
    assert found(apply) == expected


def test_no_more_is_made_up_than_was_short() -> None:
    """Had the contract asked for 40 a year, 7 would have been short, and 18 be made up."""
    less = replaced(CASE, "contracts", "deal", take_or_pay_t_per_a=40.0)
    takes = [put("take_or_pay", "take", 40.0, contract="deal", year=year) for year in (2026, 2027)]
    short = [put("take_or_pay", name, value, contract="deal", year=2026) for name, value in
             (("short", 7.0), ("penalty_cny", 63.0))]  # fmt: skip
    paid = change("value_terms", "value_cny", 270.0, term="shortfall", year=2026)
    assert found(*takes, *short, paid, case=less) == {"audit.contracts.made_up"}


def test_making_up_is_a_matter_of_the_contract() -> None:
    assert found(case=replaced(CASE, "contracts", "deal", make_up=False)) == {
        "audit.contracts.not_to_be_made_up"
    }


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("deal", {"penalty_cny_per_t": 8.0}),
        ("deal", {"make_up_share": 0.6}),
        ("toll", {"toll_fee_cny_per_t": 6.0}),
        ("toll", {"tolling": False, "toll_fee_cny_per_t": None}),
    ],
)
def test_the_money_of_contracts_is_summed_again(name: str, values: dict[str, Any]) -> None:
    assert found(case=replaced(CASE, "contracts", name, **values)) >= VALUE


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("deal", {"valid_from": date(2027, 1, 1)}),
        ("deal", {"valid_to": date(2027, 1, 1)}),
        ("toll", {"valid_from": date(2028, 1, 1)}),
        ("toll", {"valid_from": None, "valid_to": date(2027, 1, 1)}),
    ],
)
def test_nothing_moves_outside_the_validity(name: str, values: dict[str, Any]) -> None:
    assert "audit.capacities.closed" in found(case=replaced(CASE, "contracts", name, **values))


def test_purchases_stop_with_their_contract() -> None:
    terms = contract(None, None, name="lime_deal", valid_to=date(2027, 1, 1))["contracts"]
    case = dataclasses.replace(
        replaced(CASE, "supplies", "lime_supply", contract="lime_deal"), contracts=(*CASE.contracts, *terms)
    )
    assert found(case=case) == {"audit.capacities.closed"}


def test_a_line_that_is_cut_by_its_contract_does_less() -> None:
    """Valid for the second half of 2027: 184 of 365 days, 25 t of 50."""
    case = replaced(CASE, "contracts", "toll", valid_from=date(2027, 7, 1))
    assert "audit.capacities.over" in found(case=case)


# ---------------------------------------------------------------- prices and buyers


@pytest.mark.parametrize("item", ["brick_outlet", "press"])
def test_prices_follow_their_paths(item: str) -> None:
    rows_ = tuple(dataclasses.replace(r, factor=r.factor + (r.item == item) * 0.1) for r in CASE.price_paths)
    assert found(case=dataclasses.replace(CASE, price_paths=rows_)) == VALUE
    missing = tuple(r for r in CASE.price_paths if (r.item, r.year) != (item, 2027))
    assert found(case=dataclasses.replace(CASE, price_paths=missing)) >= {"audit.value.misstated"}


@pytest.mark.parametrize(("at", "over"), [("firm", True), ("plant", False)])
def test_a_limit_on_a_buyer_counts_what_he_buys(at: str, over: bool) -> None:
    """The outlet at R belongs to the firm that buys there, not to the plant."""
    few = Limit(name="few", measure="sold", at=at, sense="max", value=50.0)
    assert found(case=dataclasses.replace(CASE, limits=(few,))) == ({"audit.limits.over"} if over else set())


def test_the_money_of_every_number_sums_to_its_term() -> None:
    """Prices, costs, fee and penalty, each with its path."""
    from redmud_opt.case.backing import Backing
    from redmud_opt.plan.audit.book import Book

    told = Ledger(Book(CASE, solved().plan.frames, None), Backing(CASE)).frame()
    sums = told.groupby("term")["money_cny"].sum()
    for term in ("sales", "purchases", "processing", "tolling", "shortfall", "make_up_credit"):
        assert sums[term] == pytest.approx(solved().term(term)), term
    fee = told[told["column"] == "toll_fee_cny_per_t"]
    assert fee[["table", "key"]].to_numpy().tolist() == [["contracts", "toll"]]


# ---------------------------------------------------------------- shared bases


@pytest.mark.parametrize(
    ("apply", "expected"),
    [
        (put("services", "share", 0.5, owner="first", year=2026), {"audit.services.share"}),
        (
            put("services", "service_cny", 80.0, owner="first", year=2026),
            {"audit.services.paid", "audit.services.settled"},
        ),
        (
            change("services", "fed_t", 1.0, owner="first", year=2026),
            {"audit.services.fed", "audit.services.paid"},
        ),
        (drop("services", owner="second"), {"audit.services.fed", "audit.services.settled"}),
        (drop("services", year=2026), {"audit.services.fed", "audit.services.settled"}),
        (put("services", "payer", "firm", year=2026), {"audit.services.fed", "audit.services.settled"}),
        (
            append("services", "press_works", 2026, "plant", "firm", 0.1, 3.0, 12.0),
            {"audit.services.no_share"},
        ),
    ],
)
def test_what_is_settled_is_checked(apply: Change, expected: set[str]) -> None:
    assert found(apply) == expected


# ---------------------------------------------------------------- the way out


def paths(item: str, factor: float) -> tuple[PriceByYear, ...]:
    return path(item, 1, factor)["price_paths"]


@pytest.mark.parametrize(
    ("item", "expected"),
    [("", 2 + 5 + 7), ("R_M", 2 + 15 + 7), ("mud_outlet", 2 + 5 + 21), ("road", 2 + 5 + 7)],
)
def test_the_way_out_over_a_lane_and_an_outlet_has_the_prices_of_the_last_period(
    item: str, expected: float
) -> None:
    """Reclaiming 2, a lane of 5 and a gate fee of 7 at M; three times the price in the last year."""
    case = world(
        lane("R", "M", 5), sells("mud", -7, "M", method="U"), rows(haul=Haul(name="road", cost_cny_per_t_km=99)),
        periods=years(2026, 2),
    )  # fmt: skip
    if item:
        case = dataclasses.replace(case, price_paths=paths(item, 3.0))
    assert charge(case) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("item", "tolled", "expected"),
    [
        ("", False, 2 + 9 + 4),
        ("press", False, 2 + 27 + 4),
        ("lime_supply", False, 2 + 9 + 12),
        ("press", True, 2 + 6 + 4),
    ],
)
def test_the_way_out_over_a_process_has_its_path_or_the_toll(
    item: str, tolled: bool, expected: float
) -> None:
    """Reclaiming 2, pressing 9 and 0.5 lime at 8; bricks leave for nothing. A partner presses for 6."""
    lime = {"lime": {"amount_per_t": 0.5, "solid": False}}
    press = works(
        "press", "mud", {"brick": 1.0}, cost=9, inputs=lime, stands={"contract": "toll" if tolled else ""}
    )
    names = (product("brick"), sells("brick", 0), commodity("lime"), buys("lime", 8), site("K"))
    toll = contract(None, None, name="toll", tolling=True, partner="other", toll_fee_cny_per_t=6)
    case = world(press, *names, toll, periods=years(2026, 2))
    if item:
        case = dataclasses.replace(case, price_paths=paths(item, 3.0))
    assert charge(case) == pytest.approx(expected)


def test_a_way_out_whose_contract_has_ended_is_none() -> None:
    """An outlet until the end of 2026, then only the other at −30."""
    ends = (sells("mud", -7, method="U", contract="deal"), sells("mud", -30, method="U", name="dear"))
    terms = contract(None, None, valid_to=date(2027, 1, 1))
    assert charge(world(*ends, terms, periods=years(2026, 2))) == pytest.approx(2 + 30)
