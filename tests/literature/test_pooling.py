"""Pooling: Haverly 1978 (400, 600, 750, proved) and Adhya et al. 1999, example 1 (549.80, within an honest gap)."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.builders import optimum

from redmud_opt import load_case, optimise
from redmud_opt.cli import main
from redmud_opt.i18n import LANGUAGES
from redmud_opt.network import build_network
from redmud_opt.study import pools
from redmud_opt.study.exact_pools import available, exact_optimum

FOLDER = "tests/literature"
HAVERLY = {"haverly1": 400.0, "haverly2": 600.0, "haverly3": 750.0}
ADHYA = 549.803
"""Known optimum, rounded up."""


@pytest.mark.parametrize(("name", "best"), HAVERLY.items())
def test_haverly_is_reached_and_proved(name: str, best: float) -> None:
    plan = optimise(f"{FOLDER}/{name}")
    assert plan.value_cny == pytest.approx(best, rel=1e-6)
    assert plan.status == "optimal"
    assert plan.solve["pools"]["bound"] == pytest.approx(best, rel=1e-6)
    assert plan.audit is not None
    assert plan.audit.passed


def test_the_composition_of_the_third() -> None:
    """A quarter of A: 1.5 % sulphur."""
    shares = optimise(f"{FOLDER}/haverly3").frames["pools"].set_index("lineage")["share"]
    assert shares.to_dict() == pytest.approx({"a": 0.25, "b": 0.75})


@pytest.mark.parametrize(("name", "best"), {"haverly1": 500.0, "haverly2": 1000.0, "haverly3": 875.0}.items())
def test_streams_kept_apart_are_worth_more(name: str, best: float) -> None:
    """Without the pool X takes A and C, half each (2.5 %, 8 a tonne: +1), and Y half B and half C, or A and B 1 : 3.

    1: Y of B and C 13 a tonne: 200 · 2 = 400, and 100 · 1. 2: 600 · 1 + 400. 3: Y of A and B at 11.25: 200 · 3.75;
    X of A and B 3 : 1 at 7.75: 100 · 1.25 more.
    """
    case = load_case(f"{FOLDER}/{name}")
    apart = replace(case, storages=tuple(replace(row, mixed=False) for row in case.storages))
    assert optimum(apart) == pytest.approx(best, rel=1e-6)


@pytest.mark.parametrize("grid", [1, 3, 64])
def test_any_grid_comes_to_it(grid: int) -> None:
    case = load_case(f"{FOLDER}/haverly3")
    plan = optimise(replace(case, settings=replace(case.settings, pool_grid=grid)))
    assert plan.value_cny == pytest.approx(750.0, rel=1e-6)


def test_the_command_line_reaches_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["solve", f"{FOLDER}/haverly1", "--json", "--out", str(tmp_path / "run")]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert found["value_cny"] == pytest.approx(400.0, rel=1e-6)
    assert found["pools"]["gap"] == pytest.approx(0, abs=1e-6)


def test_adhya_says_how_far_it_may_be_from_the_best(monkeypatch: pytest.MonkeyPatch) -> None:
    """One round: a plan below the known optimum, a bound above it, and no claim to have proved it."""
    monkeypatch.setattr(pools, "ROUNDS", 1)
    plan = optimise(f"{FOLDER}/adhya1")
    found = plan.solve["pools"]
    assert 540 <= plan.value_cny <= ADHYA <= found["bound"] <= 565
    assert (plan.status, plan.solve["stopped"]) == ("feasible", "gap")
    assert plan.solve["bound"] == found["bound"]
    assert found["gap"] == pytest.approx((found["bound"] - plan.value_cny) / plan.value_cny)
    for language in LANGUAGES:
        assert f"{100 * found['gap']:.2f} %" in plan.describe(language)


@pytest.mark.slow
def test_adhya_within_one_per_cent() -> None:
    plan = optimise(f"{FOLDER}/adhya1")
    assert 549 <= plan.value_cny <= ADHYA <= plan.solve["pools"]["bound"]
    assert plan.solve["pools"]["gap"] <= 0.01


@pytest.mark.skipif(not available(), reason="needs pyscipopt, which is optional")
@pytest.mark.parametrize(("name", "best"), HAVERLY.items())
def test_scip_agrees(name: str, best: float) -> None:
    """The bilinear problem itself, by spatial branch and bound."""
    found = exact_optimum(build_network(load_case(f"{FOLDER}/{name}")))
    assert found.stopped == "optimal"
    assert found.value == pytest.approx(best, rel=1e-6)


@pytest.mark.slow
@pytest.mark.skipif(not available(), reason="needs pyscipopt, which is optional")
def test_scip_closes_adhya() -> None:
    """The known optimum, 549.803, and so what our plan and bound lie around."""
    found = exact_optimum(build_network(load_case(f"{FOLDER}/adhya1")), 120.0)
    assert found.stopped == "optimal"
    assert found.value == pytest.approx(ADHYA, abs=1e-3)
