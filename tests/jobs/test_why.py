"""Why not, why here and plan B of a finished run: answers are kept, and the command line gives them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.jobs import cases

from redmud_opt.cli import main
from redmud_opt.i18n import LANGUAGES
from redmud_opt.jobs import Exit, RunOptions, run
from redmud_opt.jobs.explaining import explain_run

VILLAGE = {"name": "village", "site": "city", "material": "brick", "price_cny_per_t": "5", "per": "year"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the starter case with a second outlet of bricks at 5 beside the builders' at 260."""
    home = tmp_path_factory.mktemp("why")
    cases.add(cases.starter(home / "case"), "outlets", VILLAGE)
    assert run(home / "case", out=home / "run").exit is Exit.PLAN
    return home / "run"


def test_answers_are_kept_in_the_run(folder: Path) -> None:
    """The builders take all bricks there are at 260 in the same city: the village must pay as much."""
    report = explain_run(folder, {"why_not": ["village"], "why_here": ["builders"], "plan_b": ["all"]})
    assert report.exit is Exit.PLAN
    (answer,) = report.answers[0].frames["answers"].to_dict("records")
    assert answer["break_even_price"] == pytest.approx(260.0)
    assert "builders" in set(report.answers[2].frames["outlets"]["outlet"])
    for question in ("why_not", "why_here", "plan_b"):
        kept = json.loads((folder / "explained" / f"{question}.json").read_text(encoding="utf-8"))
        assert set(kept) == set(LANGUAGES)
        assert kept["zh"]["lines"] != kept["en"]["lines"]


@pytest.mark.parametrize(("language", "said"), [("en", "260 CNY/t"), ("zh", "260 元/吨")])
def test_the_command_line(folder: Path, language: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", str(folder), "--why-not", "village", "--json", "--lang", language]) == 0
    (answer,) = json.loads(capsys.readouterr().out)["answers"]
    assert said in answer["lines"][0]["text"]
    assert answer["tables"]["answers"][0]["verified"] is True


def test_an_unknown_name_is_a_fault(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", str(folder), "--why-not", "vilage"]) == Exit.FAULTS
    assert "village" in capsys.readouterr().err


def test_an_answer_says_what_the_objective_asks_before_value(tmp_path: Path) -> None:
    """All iron and bricks are made for utilisation's sake: what each outlet is worth is said of such plans alone."""
    home = cases.starter(tmp_path / "case")
    assert (
        run(home, options=RunOptions(objective="utilisation,value"), out=tmp_path / "run").exit is Exit.PLAN
    )
    (answer,) = explain_run(tmp_path / "run", {"plan_b": ["builders"]}).answers
    assert [line.key for line in answer.lines] == ["study.levels_kept", "why.b_levels"]
    for language in LANGUAGES:
        assert "{" not in "".join(answer.words(language))
