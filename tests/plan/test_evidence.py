"""What a plan rests on, by hand: money by number and grade, utilised tonnes, the figures that matter most."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from tests.builders import Solved, landfill, mud, product, sells, solve, tiny, works
from tests.jobs import cases
from tests.model.rich import before, rich

from redmud_opt.case import load_case
from redmud_opt.case.backing import GRADES, Backing
from redmud_opt.case.things import Evidence, Figure
from redmud_opt.plan.evidence import plan_evidence


@cache
def bricks() -> Solved:
    """100 t mud; at most 40 t become 80 t brick at 50 (measured, high, 45 to 55), the press costs 10 a tonne fed
    (assumed, no range); 60 t are placed at 5 (derived, medium, 4 to 8).

    Money: sales 80 · 50 = 4,000; processing −40 · 10 = −400; holding −60 · 5 = −300. Turnover 4,700.
    """
    case = tiny(
        mud(),
        product("brick"),
        works("press", "mud", {"brick": 2.0}, cost=10.0, capacity=40.0, uptake_t_per_t=1.0),
        sells("brick", 50.0),
        landfill("mud", 5.0),
    )
    case = replace(
        case,
        outlets=tuple(
            replace(row, low=45.0, high=55.0, evidence="measured", confidence="high") for row in case.outlets
        ),
        processes=tuple(replace(row, evidence="assumed") for row in case.processes),
        storages=tuple(
            replace(row, low=4.0, high=8.0, evidence="derived", confidence="medium") for row in case.storages
        ),
        outputs=tuple(replace(row, evidence="measured", confidence="high") for row in case.outputs),
        lines=tuple(replace(row, evidence="assumed") for row in case.lines),
    )
    return solve(case)


def shares(solved: Solved) -> dict[str, dict[str, float]]:
    frame = plan_evidence(solved.case, solved.plan).shares
    return {row["grade"]: row for row in frame.to_dict("records")}


def test_money_by_grade() -> None:
    found = shares(bricks())
    assert found["high"]["money_cny"] == pytest.approx(4000)
    assert found["medium"]["money_cny"] == pytest.approx(300)
    assert found["assumed"]["money_cny"] == pytest.approx(400)
    assert found["assumed"]["share_of_value"] == pytest.approx(400 / 4700)
    assert sum(row["share_of_value"] for row in found.values()) == pytest.approx(1.0)


def test_a_tonne_rests_on_the_weakest_number_behind_it() -> None:
    """The yield is measured, the capacity of the press assumed: 40 utilised tonnes rest on an assumption."""
    found = shares(bricks())
    assert found["assumed"]["utilised_t"] == pytest.approx(40)
    assert found["assumed"]["share_of_utilisation"] == pytest.approx(1.0)
    assert plan_evidence(bricks().case, bricks().plan).on_assumptions["share_of_utilisation"] == 1.0


def test_figures_by_money_and_range() -> None:
    """Sales 4,000 · 10/50 = 800; press 400 · 1 (no range: ± half) = 400; landfill 300 · 4/5 = 240.

    The yield is measured and states no range: it weighs nothing and is not listed.
    """
    figures = plan_evidence(bricks().case, bricks().plan).figures
    assert figures["weight_cny"].tolist() == pytest.approx([800, 400, 240])
    assert figures["range_stated"].tolist() == [True, False, True]
    assert figures["figure"][0] == "outlets: brick_outlet / price_cny_per_t"


def test_a_yield_weighs_by_the_sales_of_what_it_makes() -> None:
    case = bricks().case
    unsure = replace(case, outputs=tuple(replace(row, low=1.5, high=2.5) for row in case.outputs))
    figures = plan_evidence(unsure, bricks().plan).figures.set_index("figure")
    found = figures.loc["outputs: press///brick / yield_t_per_t"]
    assert found["weight_cny"] == pytest.approx(4000 * 1.0 / 2.0)


def test_one_figure_behind_two_cells_counts_once() -> None:
    case = replace(
        bricks().case,
        quotes={
            ("outlets", "brick_outlet", "price_cny_per_t"): "price_level",
            ("storages", "landfill", "place_cost_cny_per_t"): "price_level",
        },
    )
    figures = plan_evidence(case, bricks().plan).figures.set_index("figure")
    assert figures.loc["price_level"]["cells"] == 2
    assert figures.loc["price_level"]["money_cny"] == pytest.approx(3700)


def test_a_figure_is_shown_as_it_stands_not_as_a_cell_takes_it() -> None:
    """The outlet takes half of a figure of 100 (80 to 120): 50 in the cell, 100 in the list."""
    level = Figure(name="price_level", value=100.0, unit="CNY/t", low=80.0, high=120.0, evidence="assumed")
    quotes = {("outlets", "brick_outlet", "price_cny_per_t"): "price_level"}
    case = replace(bricks().case, figures=(level,), quotes=quotes)
    found = plan_evidence(case, bricks().plan).figures.set_index("figure").loc["price_level"]
    assert (found["value"], found["low"], found["high"]) == (100, 80, 120)
    assert found["money_cny"] == pytest.approx(4000)


def test_money_of_the_numbers_sums_to_the_terms() -> None:
    """Every family of the rich case: what is left over are end charges and refunds, which no one number prices."""
    solved = solve(rich(), baseline=before(rich()))
    money = plan_evidence(solved.case, solved.plan).money.groupby("term")["money_cny"].sum()
    terms = solved.frame("value_terms").groupby("term")["value_cny"].sum()
    for term, amount in terms.items():
        if term not in ("end_charge", "vat_refund"):
            assert money.get(term, 0.0) == pytest.approx(amount, rel=1e-9, abs=1e-6), term


def test_money_of_the_main_case_sums_to_the_terms() -> None:
    case, plan = load_case("guangxi"), cases.guangxi()
    money = plan_evidence(case, plan).money.groupby("term")["money_cny"].sum()
    terms = plan.frames["value_terms"].groupby("term")["value_cny"].sum()
    for term, amount in terms.items():
        if term not in ("end_charge", "vat_refund"):
            assert money.get(term, 0.0) == pytest.approx(amount, rel=1e-9, abs=1e-3), term


def test_the_table_of_evidence_backs_further_numbers() -> None:
    case = bricks().case
    told = Evidence(
        table="storages", item="landfill", column="capacity_t", low=1.0, high=3.0, evidence="assumed"
    )
    held = replace(case.storages[0], capacity_t=2.0)
    backing = Backing(replace(case, storages=(held,), evidence=(told,)))
    found = backing.of("storages", held, "place_cost_cny_per_t")
    assert (found.grade, found.low) == ("unstated", None)  # the principal number is the capacity now
    found = backing.of("storages", held, "capacity_t")
    assert (found.grade, found.relative_range) == ("medium", 2.0)


def test_a_source_without_confidence_counts_as_low() -> None:
    row = replace(bricks().case.outlets[0], confidence="")
    assert Backing(bricks().case).of("outlets", row, "price_cny_per_t").grade == "low"
    assert GRADES.index("low") < GRADES.index("assumed") < GRADES.index("unstated")
