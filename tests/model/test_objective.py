"""Objectives in words, and what levels with tolerances and sums come to, on paper."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.builders import Tables, landfill, mud, product, sells, solve, target, tiny, with_settings, works

from redmud_opt.case import Case
from redmud_opt.model.objective import BadObjective, levels_of, objective_words
from redmud_opt.plan import Plan
from redmud_opt.study.asking import Base


@pytest.mark.parametrize(
    ("words", "levels"),
    [
        ("value", ["value"]),
        ("utilisation", ["utilisation", "value"]),
        ("utilisation~0.01, emissions", ["utilisation~0.01", "emissions", "value"]),
        ("value + 120*utilisation - 80*emissions", ["value+120*utilisation-80*emissions", "value"]),
        ("-landfilled", ["-landfilled", "value"]),
        ("2*value+value", ["3*value", "value"]),
    ],
)
def test_words_are_levels(words: str, levels: list[str]) -> None:
    found = levels_of(words)
    assert [str(level) for level in found] == levels
    assert [level for level in found if level.goal == "value"][-1:] == [found[-1]]
    assert levels_of(",".join(levels)) == found, "what is recorded is read again"


@pytest.mark.parametrize(
    "words",
    [
        "",
        "fun",
        "value,",
        "value utilisation",
        "value+",
        "utilisation~2",
        "utilisation~x",
        "value,value",
        "0*value",
    ],
)
def test_what_is_no_objective(words: str) -> None:
    with pytest.raises(BadObjective):
        levels_of(words)


def test_tolerances_one_for_all_or_one_each() -> None:
    assert objective_words("utilisation,emissions", (0.01,)) == "utilisation~0.01,emissions~0.01,value"
    assert objective_words("utilisation,emissions", (0.01, 0.2)) == "utilisation~0.01,emissions~0.2,value"
    assert objective_words("utilisation") == "utilisation"
    for wrong in ((0.1, 0.1, 0.1), (1.0,)):
        with pytest.raises(BadObjective):
            objective_words("utilisation,emissions", wrong)


def two_routes(*more: Tables, objective: str = "value") -> Case:
    """100 t of mud: 60 t may become brick at a loss of 2 a tonne, 30 t clinker at a loss of 5."""
    case = tiny(
        mud(100),
        works("press", "mud", {"brick": 1}, cost=12, capacity=60),
        works("kiln", "mud", {"clinker": 1}, cost=15, capacity=30),
        *(product("brick"), product("clinker"), sells("brick", 10), sells("clinker", 10), landfill("mud")),
        *more,
    )
    return with_settings(case, objective=objective)


@pytest.mark.parametrize(
    ("objective", "utilised_t", "value_cny"),
    [
        ("utilisation", 90, -270),
        ("utilisation~0.1", 81, -120 - 21 * 5),
        ("value+3*utilisation", 60, -120),
        ("value+6*utilisation", 90, -270),
        ("landfilled~0", 90, -270),
        ("value+3*utilisation~0.5,utilisation", 75, -120 - 15 * 5),
    ],
)
def test_levels_and_sums_on_paper(objective: str, utilised_t: float, value_cny: float) -> None:
    """90 t may be used. Of a tenth less clinker goes first: 81 t. At 3 CNY a tonne bricks pay (3 > 2) and clinker
    does not (3 < 5), at 6 both do. Bricks alone make the sum 60 · (3 − 2) = 60; half of that pays for
    30 ÷ (5 − 3) = 15 t of clinker."""
    solved = solve(two_routes(objective=objective))
    assert solved.utilised() == pytest.approx(utilised_t, rel=1e-5)
    assert solved.value == pytest.approx(value_cny, rel=1e-5)


def test_a_sum_is_value_less_penalties() -> None:
    """A soft target of 80 % at 10 CNY a tonne short: 80 t are used, for a sum of any weight below 5 too."""
    short = target(0.8, hard=False, price_cny_per_t=10.0)
    solved = solve(two_routes(short, objective="value+1*utilisation"))
    assert solved.utilised() == pytest.approx(80, rel=1e-5)


@pytest.mark.parametrize(
    "objective", ["utilisation~0.1", "value+3*utilisation~0.5,utilisation", "utilisation,landfilled"]
)
def test_a_plan_of_levels_is_met_again(objective: str) -> None:
    """Where levels were held is recorded; a question keeps it."""
    case = two_routes(objective=objective)
    solved = solve(case)
    base = Base.again(case, solved.plan)
    assert base.answer.value_cny == pytest.approx(solved.value, rel=1e-5)
    assert base.fixed().value_cny == pytest.approx(solved.value, rel=1e-5)
    assert [name for name, _ in solved.plan.solve["held"]] == [
        level.name for level in levels_of(objective)[:-1]
    ]


def test_the_headline_says_what_was_asked() -> None:
    plan: Plan = solve(two_routes()).plan
    for language, words in (("en", "one level after the other"), ("zh", "依次")):
        told = Plan.describe(_asked(plan, "utilisation~0.05,value+2*emissions"), language)
        assert words in told
        assert "5 %" in told


def _asked(plan: Plan, objective: str) -> Plan:
    return replace(plan, provenance={**plan.provenance, "objective": objective})
