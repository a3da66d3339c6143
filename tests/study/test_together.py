"""One decision for all scenarios of a study: its rows, and what is told of it, on paper."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pyomo.environ import ConcreteModel
from tests.study.test_stochastic import prices

from redmud_opt.case import Case
from redmud_opt.i18n import text
from redmud_opt.report.studies import pictures
from redmud_opt.solve import Outcome, Session
from redmud_opt.study import stochastic
from redmud_opt.study.chance import Chance
from redmud_opt.study.sweeps.decided import Decided
from redmud_opt.study.sweeps.designs import Design, Member, members, second_stage
from redmud_opt.study.sweeps.member import Setup
from redmud_opt.study.sweeps.parameters import Cell, Parameter
from redmud_opt.study.sweeps.results import Results
from redmud_opt.study.sweeps.said import lines
from redmud_opt.study.sweeps.store import Store
from redmud_opt.study.sweeps.study import Study
from redmud_opt.study.sweeps.together import Together, decided_together

PRICE = Parameter(
    "price", "value", 1.0, 10.0, 10.0, "uniform", (Cell("outlets", 0, "brick", "price_cny_per_t", 10.0),)
)
DESIGN = Design(
    "two_stage",
    named={"good": {}, "fair": {"price": 5.0}, "bad": {"price": 1.0}},
    probabilities=(0.5, 0.3, 0.2),
    chances=(Chance("target", 2026, 0.9, 2.0),),
)


def together(case: Case, design: Design = DESIGN) -> Together:
    """Decided over the members of the design; as it stands nothing is built."""
    base = members(design, (PRICE,), 0, np.eye(1))
    assert [(member.number, member.label) for member in base] == [(0, "base")]
    rows = pd.DataFrame({"member": [0]})
    found = second_stage(design, (PRICE,), 0, np.eye(1), rows, 0)
    setup = Setup(case=case, parameters=(PRICE,), whole=(), key="")
    return decided_together(setup, design, found, Decided(()))


@pytest.fixture(scope="module")
def found() -> Together:
    return together(prices(10, 100))


def results(found: Together, folder: Path) -> Results:
    """As they are read from a folder."""
    study = Study("s", {"en": "", "zh": ""}, prices(10, 100), (PRICE,), DESIGN, ("value",), np.eye(1))
    store = Store(folder)
    store.write(found.rows)
    return Results({"study": study.as_record(), "asked": 4, "state": "done"}, store, found.told)


def test_one_decision_on_paper(found: Together) -> None:
    """Built for 100: 260, −40, −100, and the hard target reached with 0.8: 10 points lack, 20. Worth 98 − 20 = 78.

    Knowing first one builds where bricks bring 10 and 5 and lacks the same 10 points: 130 − 12 − 20 = 98, EVPI 20.
    As it stands nothing is built: 90 points lack, −180, VSS 258."""
    told = found.told
    assert told["decided"] == "press_line@26a"
    assert [row["value_cny"] for row in told["scenarios"]] == pytest.approx([260, -40, -100])
    assert [row["alone_cny"] for row in told["scenarios"]] == pytest.approx([260, 0, 0])
    assert (told["worth_cny"], told["evpi_cny"], told["vss_cny"]) == pytest.approx((78, 20, 258))
    (chance,) = told["chances"]
    assert (chance["probability"], chance["lack_points"], chance["price_cny"]) == pytest.approx((0.8, 10, 20))


def test_its_rows_are_those_of_members_and_pass_the_audit(found: Together) -> None:
    """A hard target that is missed on purpose is no fault of the plan."""
    assert [row["label"] for row in found.rows] == ["good", "fair", "bad"]
    assert [row["met:target:2026"] for row in found.rows] == [1, 1, 0]
    assert [row["audit_passed"] for row in found.rows] == [1, 1, 1]
    assert {row["status"] for row in found.rows} == {"optimal"}
    assert [row["x:price"] for row in found.rows] == [10, 5, 1]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_is_told_in_words_and_pictures(found: Together, tmp_path: Path, language: str) -> None:
    kept = results(found, tmp_path)
    words = " ".join(text(line, language) for line in lines(kept))
    assert "press_line@26a" in words
    assert "80 %" in words
    scenarios, chances = pictures(kept, language)
    assert len(scenarios.table) == 3
    assert len(chances.table) == 1
    for picture in (scenarios, chances):
        assert "sweep." not in f"{picture.title} {picture.note} {picture.table.to_string()}"
    assert kept.as_record()["two_stage"]["decided"] == "press_line@26a"


def test_solves_that_were_not_proved_are_told(
    found: Together, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of one alone: what knowing first would be worth is then known within its gap only."""
    assert found.told["proved"]
    scenarios: list[Session] = []

    class Cut(Session):
        """The first solve ends at its limit with a plan."""

        def solve(self, model: ConcreteModel, time_limit_s: float | None = None) -> Outcome:
            outcome = super().solve(model, time_limit_s)
            scenarios.append(self)
            return replace(outcome, stopped="time", holds="with_gap") if len(scenarios) == 1 else outcome

    monkeypatch.setattr(stochastic, "Session", Cut)
    cut = together(prices(10, 100))
    assert cut.told["proved"] is False
    for language, words in (("en", "Not every solve"), ("zh", "未全部证明最优")):
        assert any(words in text(line, language) for line in lines(results(cut, tmp_path)))
        assert not any(words in text(line, language) for line in lines(results(found, tmp_path)))


def test_a_scenario_without_a_plan_is_told(tmp_path: Path) -> None:
    """90 t must be used of 60 that the press can take: no plan in any; the study says so and goes on."""
    found = together(prices(10, 100, at_least=0.9), replace(DESIGN, chances=()))
    assert {row["status"] for row in found.rows} == {"infeasible"}
    assert found.told == {"stopped": "infeasible", "without_plan": "good"}
    kept = results(found, tmp_path)
    (failures,) = pictures(kept, "en")
    assert failures.table.iloc[0].tolist() == ["no plan", "", 3]
    assert "scenario good has no plan by itself (impossible)" in " ".join(text(line) for line in lines(kept))


def test_a_scenario_that_is_no_case_any_more_is_told() -> None:
    """Three bricks of a tonne of mud: more mass comes out than goes in."""
    cell = Cell("outputs", 0, "press", "yield_t_per_t", 1.0)
    parameter = Parameter("yield", "factor", 0.5, 1.0, 1.0, "uniform", (cell,))
    setup = Setup(case=prices(10, 100), parameters=(parameter,), whole=(), key="")
    scenarios = [Member(1, "good", (1.0,), 1), Member(2, "heavy", (3.0,), 1)]
    found = decided_together(setup, replace(DESIGN, probabilities=(0.5, 0.5)), scenarios, Decided(()))
    assert found.told == {"stopped": "faulty", "without_plan": "heavy"}
    assert [row["status"] for row in found.rows] == ["faulty", "faulty"]
    assert all(row["reason"].startswith("scenario heavy: ") for row in found.rows)
