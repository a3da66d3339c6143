"""What `explain` says of a run: the plan met again, answers in both languages, kept in its folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.test_cli import as_json, called
from tests.jobs.cases import starter

from redmud_opt.jobs import Exit
from redmud_opt.jobs.explaining import QUESTIONS, explain_run
from redmud_opt.jobs.run import run as solve_run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of the starter case."""
    folder = tmp_path_factory.mktemp("explaining")
    starter(folder / "case")
    solve_run(folder / "case", out=folder / "run")
    return folder / "run"


def test_worth_is_asked_of_a_recorded_plan_and_kept(run: Path) -> None:
    questions = {"bottlenecks": (), "worth": ["press"], "next_point": ()}
    report = explain_run(run, questions)
    assert report.exit is Exit.PLAN
    assert [answer.question for answer in report.answers] == list(questions)
    for name in questions:
        kept = json.loads((run / "explained" / f"{name}.json").read_text(encoding="utf-8"))
        assert set(kept) == {"en", "zh"}
        assert kept["zh"]["lines"]
        assert kept["en"]["tables"][name]
    for language in ("en", "zh"):
        assert "worth." not in report.words(language)


def test_a_name_that_nothing_bears_is_a_fault(run: Path) -> None:
    report = explain_run(run, {"worth": ["presss"]})
    assert report.exit is Exit.FAULTS
    assert "'press'" in report.words("en")


def test_every_question_is_a_flag_and_bottlenecks_are_asked_by_default(
    capsys: pytest.CaptureFixture[str], run: Path
) -> None:
    code, record = as_json(capsys, "explain", str(run))
    assert code == Exit.PLAN
    (answer,) = record["answers"]
    assert answer["question"] == "bottlenecks"
    assert answer["tables"]["bottlenecks"][0]["gain_most_cny"] > 0
    code, record = as_json(
        capsys, "explain", str(run), "--bottlenecks-free", "--next-point-free", "--lang", "zh"
    )
    assert [answer["question"] for answer in record["answers"]] == ["bottlenecks_free", "next_point_free"]
    assert "全部决策重新作出" in record["answers"][0]["heading"]["text"]
    code, out, _ = called(capsys, "explain", str(run), "--worth", "press", "--lang", "zh")
    assert code == Exit.PLAN
    assert "值" in out
    assert {"bottlenecks", "bottlenecks_free", "worth", "next_point", "next_point_free"} <= set(QUESTIONS)
