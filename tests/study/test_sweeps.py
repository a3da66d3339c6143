"""Studies on paper: designs, parameters, indices of a linear case, break-even lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import landfill, mud, product, sells, tiny, works

from redmud_opt.case import Case
from redmud_opt.i18n import text
from redmud_opt.study.sweeps import analysis, choosing, designs
from redmud_opt.study.sweeps.designs import Design, Member
from redmud_opt.study.sweeps.member import MemberSolver, Setup, Task, case_of_study
from redmud_opt.study.sweeps.parameters import Cell, Parameter, beyond, moved
from redmud_opt.study.sweeps.ranges import least_eigenvalue, pearson_of, quantiles
from redmud_opt.study.sweeps.results import Results
from redmud_opt.study.sweeps.said import lines
from redmud_opt.study.sweeps.store import Store

UNCORRELATED = np.eye(3)


def two_routes() -> Case:
    """100 t of mud, nothing else to do with it: 60 t become brick, 10 − 4 earned each, the rest is placed at 0."""
    return tiny(
        mud(100),
        works("press", "mud", {"brick": 1}, cost=4, capacity=60),
        product("brick"),
        sells("brick", 10),
        landfill("mud"),
    )


def a_parameter(
    name: str = "p", low: float = 0.0, base: float = 1.0, high: float = 4.0, **more: Any
) -> Parameter:
    """A parameter that moves the price of bricks unless said otherwise."""
    cells = (Cell("outlets", 0, "brick", "price_cny_per_t", 10.0),)
    given = {"by": "factor", "distribution": "uniform", "cells": cells} | more
    return Parameter(name=name, low=low, base=base, high=high, **given)


PRICE = a_parameter("price", 0.5, 1.0, 1.5)
COST = Parameter(
    "cost", "value", 2.0, 4.0, 8.0, "uniform", (Cell("processes", 0, "press", "cost_cny_per_t", 4.0),)
)


# ---------------------------------------------------------------- parameters


@pytest.mark.parametrize(
    ("by", "value", "found"),
    [
        ("factor", 1.5, 15.0),
        ("value", 7.0, 7.0),
        ("add", -2.0, 8.0),
        ("range", 0.5, 11.0),
        ("range", -1.0, 4.0),
    ],
)
def test_what_a_value_does_to_a_cell(by: str, value: float, found: float) -> None:
    """Of 10 between 4 and 12: half of the way up is 11, all of the way down 4."""
    cell = Cell("outlets", 0, "brick", "price_cny_per_t", 10.0, low=4.0, high=12.0)
    assert a_parameter(by=by, cells=(cell,)).at(cell, value) == pytest.approx(found)


def test_figures_dates_and_whole_numbers() -> None:
    """A cell that takes 0.5 of a figure of 20 stands at 10: at 30 it is 15. Dates move by whole days."""
    cell = Cell("outlets", 0, "brick", "price_cny_per_t", 10.0)
    assert a_parameter(by="value", figure=20.0).at(cell, 30.0) == pytest.approx(15.0)
    opens = Cell("lines", 0, "line", "earliest", date(2026, 3, 1))
    assert opens.declared.kind == "date"
    assert a_parameter(by="days", cells=(opens,)).at(opens, 30.4) == date(2026, 3, 31)
    times = Cell("lines", 0, "line", "times", 3)
    assert a_parameter(cells=(times,)).at(times, 1.5) == 4


def test_only_what_moves_is_another_object() -> None:
    case = two_routes()
    found = moved(case, (PRICE, COST), (1.2, 4.0))
    assert found.outlets[0].price_cny_per_t == pytest.approx(12.0)
    assert found.processes is case.processes
    assert moved(case, (PRICE, COST), (1.0, 4.0)) is case


def test_what_is_beyond_the_schema_or_a_bound() -> None:
    capacity = Cell("lines", 0, "line", "capacity", 60.0)
    assert [limit for _, _, limit in beyond(a_parameter(by="add", cells=(capacity,)), -61.0)] == ["≥ 0"]
    share = Cell("targets", 0, "t", "at_least", 0.5)
    assert [limit for _, _, limit in beyond(a_parameter(cells=(share,)), 2.5)] == ["≤ 1"]
    bounded = Cell("outlets", 0, "brick", "price_cny_per_t", 10.0, low=9.0, bound="lower")
    assert [limit for _, _, limit in beyond(a_parameter(cells=(bounded,)), 0.8)] == ["≥ 9"]
    assert not list(beyond(a_parameter(cells=(bounded,)), 0.95))


# ---------------------------------------------------------------- distributions and designs


@given(share=st.floats(0, 1), kind=st.sampled_from(["uniform", "triangular", "normal"]))
def test_quantiles_stay_between_the_ends(share: float, kind: str) -> None:
    found = float(quantiles(a_parameter(distribution=kind), np.array([share]))[0])
    assert 0.0 <= found <= 4.0


def test_quantiles_on_paper() -> None:
    """Triangular from 0 to 4 with its top at 1: a quarter lies below 1, and half below 4 − √6."""
    parameter = a_parameter(distribution="triangular")
    assert quantiles(parameter, np.array([0.25, 0.5])).tolist() == pytest.approx([1.0, 4 - 6**0.5])
    middle = a_parameter(low=-1.0, base=1.0, high=3.0, distribution="normal")
    assert quantiles(middle, np.array([0.0, 0.5, 1.0])).tolist() == pytest.approx([-1.0, 1.0, 3.0])


def test_a_hypercube_keeps_its_strata_and_its_ranks() -> None:
    """Each of 200 strata once; ranks correlated as asked within three standard errors of 1 ÷ √200."""
    three = [a_parameter(name) for name in "abc"]
    rank = np.array([[1.0, 0.8, 0.0], [0.8, 1.0, 0.0], [0.0, 0.0, 1.0]])
    found = designs.sample(Design("latin_hypercube", runs=200), three, 5, rank)
    for k in range(3):
        assert sorted(np.floor(found[:, k] / 4.0 * 200).astype(int)) == list(range(200))
    ranks = pd.DataFrame(found).rank().corr().to_numpy()
    assert ranks == pytest.approx(rank, abs=0.21)
    again = designs.sample(Design("latin_hypercube", runs=200), three, 5, rank)
    assert (again == found).all()
    assert (designs.sample(Design("latin_hypercube", runs=200), three, 6, rank) != found).any()


def test_members_of_every_design() -> None:
    three = [a_parameter(name) for name in "abc"]

    def count(design: Design) -> int:
        return len(designs.members(design, three, 1, UNCORRELATED))

    assert count(Design("tornado")) == 1 + 2 * 3
    assert count(Design("grid", points=4, axes=("a", "c"))) == 1 + 16
    assert count(Design("scenarios", named={"x": {"a": 2.0}})) == 2
    assert count(Design("monte_carlo", runs=9)) == 10
    assert count(Design("morris", runs=5)) == 1 + 5 * 4
    assert count(Design("sobol", runs=8)) == 1 + 8 * 5
    grid = designs.members(Design("grid", points=3, axes=("b",)), three, 1, UNCORRELATED)
    assert [m.values for m in grid] == [(1, 1, 1), (1, 0, 1), (1, 2, 1), (1, 4, 1)]


def test_correlations_that_contradict_each_other() -> None:
    """a with b and b with c at 0.9, a against c at −0.9."""
    matrix = np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]])
    assert least_eigenvalue(pearson_of(matrix)) < 0
    assert least_eigenvalue(pearson_of(np.full((3, 3), 0.9) + 0.1 * np.eye(3))) > 0


# ---------------------------------------------------------------- members on paper


def solved(case: Case, parameters: tuple[Parameter, ...], design: Design, **more: Any) -> Results:
    """A study in memory but for its store, serial."""
    folder: Path = more.pop("folder")
    case = case_of_study(case)
    solver = MemberSolver(Setup(case, parameters, (), "key", audit_every=50))
    rank = np.eye(len(parameters))
    seed = 1
    store = Store(folder)
    store.write([solver.solve(Task(member)) for member in designs.members(design, parameters, seed, rank)])
    if design.kind in designs.TWO_STAGES:
        second = designs.second_stage(design, parameters, seed, rank, store.frame(), 0)
        store.write([solver.solve(Task(member)) for member in second])
    return Results(asked(design, parameters), store)


def test_a_tornado_on_paper(tmp_path: Path) -> None:
    """60 t of brick at 10 − 4: 360. Price at half: 5 − 4 leaves 60; at 1.5: 660. Cost at 2: 480, at 8: 120."""
    results = solved(two_routes(), (COST, PRICE), Design("tornado"), folder=tmp_path)
    found = analysis.tornado(results)
    assert found["parameter"].tolist() == ["price", "cost"]
    assert found[["at_low", "base", "at_high"]].values.tolist() == [
        pytest.approx([60, 360, 660]),
        pytest.approx([480, 360, 120]),
    ]
    assert found["swing"].tolist() == pytest.approx([600, 360])


def test_a_break_even_line_on_paper(tmp_path: Path) -> None:
    """Bricks must be made; they pay where price > cost: 10 · p = c, so at p = 0.5 … 0.8 the line is c = 5 … 8."""
    outlet = replace(two_routes().outlets[0], min_t=60.0)
    case = replace(two_routes(), outlets=(outlet,))
    design = Design("grid", points=3, axes=("price", "cost"))
    results = solved(case, (PRICE, COST), design, folder=tmp_path)
    line = analysis.break_even(results)
    assert len(line) >= 2
    assert (10 * line["price"]).tolist() == pytest.approx(line["cost"].tolist())
    assert analysis.surface(results).shape == (3, 3)
    one = solved(case, (PRICE, COST), Design("grid", points=4, axes=("cost",)), folder=tmp_path / "one")
    assert analysis.response(one)["value"].tolist() == pytest.approx([480, 360, 240, 120])
    assert analysis.break_even(one, level=300.0)["cost"].tolist() == pytest.approx([5.0])


def linear(price: float, cost: float) -> float:
    """What must be made earns this: 60 t at 10 CNY times the price, less the cost."""
    return 60.0 * (10.0 * price - cost)


def made_of(folder: Path, function: Callable[..., Any], design: Design) -> Results:
    """Results of a design of price and cost, from a function of them instead of solves; None: no plan."""
    parameters = (PRICE, COST)
    rows = []
    for member in designs.members(design, parameters, 1, np.eye(2)):
        found = function(*member.values)
        worth = found if isinstance(found, dict) or found is None else {"value": found}
        row = {"member": member.number, "label": member.label, "decision": member.decision}
        row |= {f"x:{p.name}": x for p, x in zip(parameters, member.values, strict=True)}
        status = (
            {"status": "infeasible", "reason": "none"} if worth is None else {"status": "optimal", **worth}
        )
        rows.append(row | status)
    store = Store(folder)
    store.write(rows)
    return Results(asked(design, parameters), store)


def asked(design: Design, parameters: tuple[Parameter, ...]) -> dict[str, Any]:
    """What `study.json` says."""
    study = {
        "name": "s",
        "title": {},
        "design": design.kind,
        "axes": list(design.axes),
        "runs": design.runs,
        "free": False,
        "outputs": ["value"],
        "seed": 1,
        "parameters": [{"name": p.name, "low": p.low, "base": p.base, "high": p.high} for p in parameters],
    }
    return {"study": study, "state": "done", "asked": 0}


def test_sobol_indices_of_a_linear_case(tmp_path: Path) -> None:
    """value = 60 · (10 p − c), where it is made whatever it costs: variances 600² · 1 ÷ 12 and 60² · 36 ÷ 12.

    S1 of the price = 30,000 ÷ (30,000 + 10,800) = 0.735, of the cost 0.265; no interaction, so ST is the same. The
    solves give the function; the indices are those of more samples of it.
    """
    outlet = replace(two_routes().outlets[0], min_t=60.0)
    case = replace(two_routes(), outlets=(outlet,))
    small = solved(case, (PRICE, COST), Design("sobol", runs=4), folder=tmp_path / "small")
    frame = small.frame()
    assert frame["value"].tolist() == pytest.approx(
        [linear(*x) for x in frame[["x:price", "x:cost"]].to_numpy()]
    )
    found = analysis.sensitivity(made_of(tmp_path / "large", linear, Design("sobol", runs=512)))
    share = 30_000 / 40_800
    found = found.set_index("parameter")
    assert found.loc["price", ["S1", "ST"]].tolist() == pytest.approx([share, share], abs=0.02)
    assert found.loc["cost", ["S1", "ST"]].tolist() == pytest.approx([1 - share, 1 - share], abs=0.02)
    assert found.attrs == {"left_out": 0, "samples": 512}
    assert (found["ST_conf"] > 0).all()


def test_base_samples_with_a_member_without_a_plan_are_left_out(tmp_path: Path) -> None:
    """Nothing where the price is below 0.6: a tenth of the range, and every block that touches it goes."""

    def holed(price: float, cost: float) -> float | None:
        return linear(price, cost) if price >= 0.6 else None

    found = analysis.sensitivity(made_of(tmp_path, holed, Design("sobol", runs=256)))
    assert 0.15 * 256 < found.attrs["left_out"] < 0.25 * 256
    assert found[["S1", "ST"]].notna().all(axis=None)


def test_morris_effects_of_a_linear_case(tmp_path: Path) -> None:
    """Over the whole range the price moves the value by 600 and the cost by −360, everywhere alike."""
    outlet = replace(two_routes().outlets[0], min_t=60.0)
    case = replace(two_routes(), outlets=(outlet,))
    results = solved(case, (PRICE, COST), Design("morris", runs=3), folder=tmp_path)
    found = analysis.sensitivity(results).set_index("parameter")
    assert found.loc["price", ["mu", "mu_star", "sigma"]].tolist() == pytest.approx([600, 600, 0], abs=1e-6)
    assert found.loc["cost", ["mu", "mu_star", "sigma"]].tolist() == pytest.approx([-360, 360, 0], abs=1e-6)


def test_a_stress_on_paper(tmp_path: Path) -> None:
    """Adverse: price 0.5 (60 left), cost 8 (120 left). Price first; both: 5 − 8 is lost, so nothing is made."""
    results = solved(two_routes(), (COST, PRICE), Design("stress"), folder=tmp_path)
    found = analysis.breaking(results)
    assert found["added"].tolist() == ["base", "price", "cost"]
    assert found["value"].tolist() == pytest.approx([360, 60, 0], abs=1e-6)


def test_members_without_a_plan_are_rows(tmp_path: Path) -> None:
    """Bricks that must be sold, from a press that cannot make so many; shares of reached targets count them."""
    outlet = replace(two_routes().outlets[0], min_t=50.0)
    case = replace(two_routes(), outlets=(outlet,))
    cell = Cell("lines", 0, case.lines[0].name, "capacity", 60.0)
    capacity = Parameter("capacity", "factor", 0.5, 1.0, 1.5, "uniform", (cell,))
    results = solved(case, (capacity,), Design("grid", points=3, axes=("capacity",)), folder=tmp_path)
    frame = results.frame()
    assert frame["status"].tolist() == ["optimal", "infeasible", "optimal", "optimal"]
    assert results.failures()["member"].tolist() == [1]
    assert np.isnan(analysis.response(results)["value"].iloc[0])
    assert "1 cannot have a plan" in " ".join(text(line, "en") for line in lines(results))


def test_a_member_that_crashes_is_a_row() -> None:
    solver = MemberSolver(Setup(case_of_study(two_routes()), (PRICE,), (), "key"))
    row = solver.solve(Task(Member(3, "", (float("nan"),))))
    assert (row["member"], row["status"]) == (3, "crashed")
    assert row["reason"]
    assert solver.solve(Task(Member(4, "", (1.0,))))["status"] == "optimal"


def test_a_member_does_not_depend_on_the_one_before(tmp_path: Path) -> None:
    solver = MemberSolver(Setup(case_of_study(two_routes()), (PRICE, COST), (), "key"))
    alone = solver.solve(Task(Member(1, "", (1.3, 2.0))))
    solver.solve(Task(Member(2, "", (0.5, 8.0))))
    again = solver.solve(Task(Member(1, "", (1.3, 2.0))))
    known = {name: value for name, value in alone.items() if not name.startswith("seconds")}
    assert known == {name: value for name, value in again.items() if not name.startswith("seconds")}


# ---------------------------------------------------------------- intervals


def test_wilson_on_paper() -> None:
    """0 of 10: from nothing to 0.278; 5 of 10: 0.237 to 0.763."""
    assert analysis.wilson(0, 10) == pytest.approx((0.0, 0.2775), abs=1e-3)
    assert analysis.wilson(5, 10) == pytest.approx((0.2366, 0.7634), abs=1e-3)
    assert analysis.wilson(0, 0) == (0.0, 1.0)


# ---------------------------------------------------------------- decisions


def of_decisions(folder: Path, worth: Callable[[int, float], float | None], runs: int = 32) -> Results:
    """Two decisions in a base at 0 and members whose first parameter is 0 or 1 in turn, the second any."""
    parameters = (a_parameter("good", 0.0, 0.0, 1.0), a_parameter("other", 0.0, 0.0, 1.0))
    other = np.random.default_rng(1).random(runs + 1)
    rows = [{"member": 0, "label": "base", "decision": designs.FREE, "status": "optimal", "builds": ""}]
    for k in range(runs + 1):
        good = 0.0 if k == 0 else float(k % 2)
        for decision, built in enumerate(("line@26a", "")):
            found = worth(decision, good)
            row = {
                "member": len(rows),
                "label": str(k),
                "decision": decision,
                "builds": built,
                "objective": found,
            }
            row |= {"x:good": good, "x:other": float(other[k])}
            rows.append(row | {"status": "infeasible" if found is None else "optimal", "reason": None})
    store = Store(folder)
    store.write(rows)
    return Results(asked(Design("decisions", runs=runs), parameters), store)


def build_or_not(decision: int, good: float) -> float:
    """To build earns 10 where things go well and loses 4 where not; to wait earns nothing."""
    return (10.0 if good else -4.0) if decision == 0 else 0.0


def test_decisions_on_paper(tmp_path: Path) -> None:
    """Half go well: to build is worth 3 on average, to know first 5: EVPI 2. The base goes badly, so one would wait:
    VSS 3. Regret of building 4, of waiting 10. Knowing what goes well is all there is to know."""
    results = of_decisions(tmp_path, build_or_not)
    found = choosing.choices(results)
    assert found["expected"].tolist() == pytest.approx([3, 0])
    assert found["regret"].tolist() == pytest.approx([4, 10])
    assert found["cvar"].tolist() == pytest.approx([-4, 0])
    assert found["best_in"].tolist() == pytest.approx([0.5, 0.5])
    told = choosing.values(results)
    assert (told["evpi"], told["vss"]) == (pytest.approx(2), pytest.approx(3))
    assert (told["by_expectation"], told["by_regret"], told["by_cvar"], told["as_it_stands"]) == (0, 0, 1, 1)
    worth = choosing.information(results).set_index("parameter")
    assert worth.loc["good", "worth_cny"] == pytest.approx(2, abs=0.6)
    assert bool(worth.loc["good", "resolved"])
    assert worth.loc["good", ["at", "below", "above"]].tolist() == [
        0.5,
        1,
        0,
    ]  # where it goes badly one waits
    assert worth.loc["other", "worth_cny"] < 0.5
    assert not worth.loc["other", "resolved"]
    for language, words in (
        ("en", "below 0.5 decision no. 1 is best, above no. 0"),
        ("zh", "低于 0.5 时以 1 号决策为优"),
    ):
        said = " ".join(text(line, language) for line in lines(results))
        assert "EVPI" in said
        assert words in said


def test_decisions_without_a_plan_are_told_and_left_out(tmp_path: Path) -> None:
    """To build has no plan where things go badly: half of the members are left, and there it is best."""
    results = of_decisions(tmp_path, lambda d, good: build_or_not(d, good) if good or d else None)
    found = choosing.choices(results)
    assert found["without_plan"].tolist() == pytest.approx([0.5, 0.0])
    assert found["expected"].tolist() == pytest.approx([10, 0])
    assert choosing.values(results)["evpi"] == pytest.approx(0)
