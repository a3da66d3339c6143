"""AMPL book, multmip3: fixed charges, least loads and at most five customers per mill; the optimum is 235625."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from tests.builders import optimum, solve

from redmud_opt.case import load_case
from redmud_opt.cli import main

CASE = "tests/literature/multmip3"


def test_multmip3_has_the_optimum_of_the_book() -> None:
    """Freight and fixed charges apart; every lane that is used carries 375 to 625 t, at most five leave a mill."""
    plan = solve(load_case(CASE))
    assert plan.outcome.gap == pytest.approx(0, abs=1e-9)
    assert plan.value == pytest.approx(-235625, rel=1e-6)
    assert plan.term("transport") + plan.term("lane_fixed") == pytest.approx(-235625, rel=1e-6)
    flows = plan.frame("flows")
    loads = flows[flows["lane"].str.startswith("rail_")].groupby("lane")["flow_t"].sum()
    assert (loads >= 375 - 1e-6).all()
    assert (loads <= 625 + 1e-6).all()
    assert loads.groupby(lambda lane: lane.split("_")[1]).size().max() == 5
    assert sorted(plan.frame("used")["item"]) == sorted(loads.index)


def test_what_the_book_adds_binds() -> None:
    """Without the most that are served, without least loads, and without fixed charges the cost is lower."""
    case = load_case(CASE)
    costs = [optimum(case)]
    case = replace(case, limits=())
    costs.append(optimum(case))
    case = replace(case, lanes=tuple(replace(lane, min_lot_t=None) for lane in case.lanes))
    costs.append(optimum(case))
    case = replace(case, lanes=tuple(replace(lane, fixed_cost_cny_per_period=None) for lane in case.lanes))
    costs.append(optimum(case))
    assert costs == sorted(costs)
    assert costs[0] < costs[2] < costs[3]
    assert costs[2] == pytest.approx(-229850, rel=1e-6)  # multmip1, chapter 20
    assert costs[3] == pytest.approx(-199500, rel=1e-6)  # multi, chapter 4


def test_the_command_line_reaches_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["solve", CASE, "--json", "--out", str(tmp_path / "run")]) == 0
    assert json.loads(capsys.readouterr().out)["value_cny"] == pytest.approx(-235625, rel=1e-6)
