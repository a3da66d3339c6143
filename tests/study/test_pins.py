"""Reversals, wishes and regret on paper: three routes worth 1000, 995 and 900; two of them less than 700."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.builders import assay, landfill, lining, mud, prop, rows, sells, tiny
from tests.model import permitting
from tests.study.choosing import three_routes

from redmud_opt.case import CaseFaults
from redmud_opt.case.rules import Budget, Contract
from redmud_opt.case.works import Gate
from redmud_opt.i18n import text
from redmud_opt.study.asking import Base, cost_of
from redmud_opt.study.choices import cost_words
from redmud_opt.study.decisions import explain_decisions, weighty_decisions
from redmud_opt.study.pins import explain_pins, parse_pin, parse_pins, pinned
from redmud_opt.study.regret import explain_regret, regret


@pytest.fixture(scope="module")
def base() -> Base:
    return Base.solved(three_routes())


def cost(base: Base, *words: str) -> float:
    """Cost of wishes, exact."""
    found = pinned(base, parse_pins(words, base))
    assert found.cost.exact, found.cost
    return found.cost.middle


# ---------------------------------------------------------------- decisions


def test_reversing_a_costs_five_and_forcing_c_in_a_hundred(base: Base) -> None:
    """Without a, or its outlet, b makes 995; b instead of a loses 5 too, c instead of a 100."""
    found = {(r.choice.kind, r.choice.thing): r for r in weighty_decisions(base).reversals}
    price = {key: r.price.middle for key, r in found.items()}
    assert price == pytest.approx(
        {
            ("build", "a_line"): 5,
            ("outlet", "brick_a_outlet"): 5,
            ("build", "b_line"): 5,
            ("build", "c_line"): 100,
        },
        abs=0.01,
    )
    assert next(iter(found)) == ("build", "c_line")
    assert all(r.price.exact and r.price.resolved for r in found.values())
    assert [m.values["thing"] for m in found["build", "a_line"].instead] == ["b_line"]


def test_what_there_is_no_plan_without_is_told_apart() -> None:
    """The mud has no other way than the landfill: without it there is no plan."""
    base = Base.solved(tiny(mud(10), landfill("mud", 3)))
    found = weighty_decisions(base)
    assert found.reversals == ()
    assert [choice.thing for choice in found.forced] == ["landfill"]
    told = explain_decisions(base)
    assert "without these there is no plan at all: placing in landfill" in "\n".join(told.words("en"))


def test_a_difference_within_the_gap_is_not_resolved(base: Base) -> None:
    """Known to 1010 at most, the plan may be worth up to 10 more than it is: 5 less is not told from nothing."""
    loose = Base.solved(three_routes())
    loose.answer = replace(loose.answer, bound_cny=1010.0)
    after = pinned(loose, [parse_pin("a_line=never", loose)])
    assert (after.cost.least, after.cost.most) == pytest.approx((5.0, 15.0))
    short = replace(after.answer, bound_cny=1003.0)
    found = cost_of(loose.answer, short)
    assert (found.least, found.most) == pytest.approx((0.0, 15.0))
    assert text(cost_words(found, short), "en") == "not resolved: costs nothing, or up to 15 CNY"


# ---------------------------------------------------------------- pins


@pytest.mark.parametrize(
    ("words", "loss"),
    [
        ("a_line=built", 0.0),
        ("a_line=never", 5.0),
        ("c_line@2026=built", 100.0),
        ("brick_c_outlet>=50", 350.0),
        ("landfill>=20", 260.0),
        ("landfill@2026=20", 260.0),
        ("landfill<=0", 0.0),
        ("a_line<=50", 5.0),
        ("builds=frozen", 0.0),
    ],
)
def test_a_wish_costs_what_it_costs_by_hand(base: Base, words: str, loss: float) -> None:
    """c alone is 900; 50 t of it beside 50 t of a: 600 + 650 − 600 = 650; 20 t less of a: 20 · 13."""
    assert cost(base, words) == pytest.approx(min(loss, 100.0) if "c_outlet" in words else loss, abs=0.01)


def test_wishes_together_cost_more_than_each(base: Base) -> None:
    """c with 20 t in the landfill: 12 · 80 − 300 = 660."""
    assert cost(base, "c_line=built", "a_line=never", "landfill>=20") == pytest.approx(1000.0 - 660.0)
    found = explain_pins(base, ["c_line=built", "landfill>=20"])
    assert found.frame("pins")["cost_most_cny"].tolist() == pytest.approx([100.0, 260.0, 340.0], abs=0.01)
    assert "landfill>=20: costs 260 CNY" in "\n".join(found.words("en"))
    assert "全部一起：代价 340 元" in "\n".join(found.words("zh"))


def test_contracts_stay_as_they_are() -> None:
    """With 100 t of a under contract c cannot be built for anything: frozen contracts and c cost all c costs, 300."""
    deal = rows(contracts=Contract(name="deal", partner=""))
    case = three_routes(deal)
    bound = {"brick_a_outlet": "deal"}
    outlets = tuple(replace(row, contract=bound.get(row.name, "")) for row in case.outlets)
    base = Base.solved(replace(case, outlets=outlets))
    assert cost(base, "contracts=frozen") == pytest.approx(0.0, abs=0.01)
    assert cost(base, "contracts=frozen", "c_line=built") == pytest.approx(300.0, abs=0.01)
    assert cost(base, "deal<=40") == pytest.approx(5.0, abs=0.01)


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("a_line", "choices.pin_shape"),
        ("aline=built", "choices.pin_unknown"),
        ("a_line@2031=built", "choices.pin_year"),
        ("a_line=closed", "choices.pin_not_closable"),
        ("brick_a_outlet=built", "choices.pin_not_candidate"),
        ("a_line>=much", "choices.pin_value"),
        ("landfill>=-3", "choices.pin_value"),
    ],
)
def test_what_cannot_be_wished_is_a_fault(base: Base, words: str, key: str) -> None:
    with pytest.raises(CaseFaults) as error:
        parse_pins([words, "a_line=never"], base)
    assert [fault.message.key for fault in error.value.faults] == [key]
    assert "choices." not in error.value.render("zh")


def why(base: Base, words: str) -> list[str]:
    """What stands in the way of a wish, in English; in Chinese without holes."""
    found = pinned(base, [parse_pin(words, base)])
    assert not found.answer.possible
    assert np.isinf(found.cost.least)
    assert text(found.words, "en") == "there is no plan"
    assert not [m for m in found.why if "{" in text(m, "zh") or "choices." in text(m, "zh")]
    return [text(message, "en") for message in found.why]


def test_more_than_the_capacity(base: Base) -> None:
    (most, *_) = why(base, "a_line>=150")
    assert most == "a_line can take 100 t at most, 150 t are wished"


def test_a_budget_stands_in_the_way() -> None:
    """One step for 300; two are wished."""
    budget = rows(budgets=Budget(name="purse", year=2026, amount_cny=300.0))
    base = Base.solved(three_routes(budget))
    pins = parse_pins(["a_line=built", "b_line=built"], base)
    found = pinned(base, pins)
    assert found.answer.proved_impossible
    assert any("purse" in text(message, "en") and "give way" in text(message, "en") for message in found.why)


def test_a_wish_against_the_law_is_answered_with_the_clause() -> None:
    """Hazardous waste goes to nobody without a permit."""
    (law, *_) = why(Base.solved(permitting.world()), "melt_line>=5")
    assert law.startswith("art. 80 keeps lining out of melt_line")


def test_a_wish_against_a_gate_is_answered_with_the_gate() -> None:
    """The smelter takes lining up to 1 % F; it has 2."""
    gate = rows(gates=Gate(name="fluoride", at="smelter", property="F", limit=1.0, kind="each"))
    outlet = sells("lining", -1, method="U", name="smelter")
    case = tiny(
        lining(10),
        landfill("lining", 3, accepts_hazardous=True),
        outlet,
        gate,
        prop("F"),
        assay("lining", F=2.0),
    )
    (law, *_) = why(Base.solved(case), "smelter>=5")
    assert law.startswith("gate 'fluoride' at smelter: F of lining is 2 wt%")


# ---------------------------------------------------------------- regret


def test_the_investments_kept_where_prices_changed(base: Base) -> None:
    """Where a brick of a brings 10, b makes 995 and a 10 · 100 − 300 = 700: regret 295."""
    found = regret(base, three_routes(prices={"a": 10.0}))
    assert found.free.value_cny == pytest.approx(995.0)
    assert found.kept.value_cny == pytest.approx(700.0)
    assert found.regret.exact
    assert found.regret.middle == pytest.approx(295.0)
    told = explain_regret(base, "cheap", three_routes(prices={"a": 10.0}))
    assert "keeping them: costs 295 CNY" in "\n".join(told.words("en"))
    assert "保留投资：代价 295 元" in "\n".join(told.words("zh"))


def test_investments_that_the_other_case_does_not_allow(base: Base) -> None:
    """Where a costs more than the budget, nothing is built: 0; free is nothing too."""
    budget = rows(budgets=Budget(name="purse", year=2026, amount_cny=100.0))
    found = regret(base, three_routes(budget))
    assert found.kept.proved_impossible
    assert found.regret.least == np.inf


def test_another_world_need_not_reach_what_the_objective_asks_here() -> None:
    """100 t are utilised here. There the purse is too small to build: that is a plan of 0 t, and no less a plan."""
    here = Base.solved(three_routes(objective="utilisation"))
    budget = rows(budgets=Budget(name="purse", year=2026, amount_cny=100.0))
    found = regret(here, three_routes(budget, objective="utilisation"))
    assert found.free.value_cny == pytest.approx(0.0, abs=1e-6)
