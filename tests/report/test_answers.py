"""Tables of answers: every column has a heading, names are labels, sides keep their names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.jobs import cases

from redmud_opt.i18n import LANGUAGES
from redmud_opt.jobs import RunFolder
from redmud_opt.jobs.comparing import compare_all
from redmud_opt.jobs.explaining import explain_run
from redmud_opt.jobs.run import run
from redmud_opt.report.answers import answer_tables, comparison_tables, is_known
from redmud_opt.report.labels import Labels


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run in which lines are built, and a scenario of the same case with lower prices."""
    home = tmp_path_factory.mktemp("answers")
    cases.growing(home / "case")
    assert run(home / "case", out=home / "grown").exit == 0
    (home / "cheaper.yaml").write_text(
        "base: case\noverrides:\n  - {table: outlets, where: all, scale: {price_cny_per_t: 0.9}}\n",
        encoding="utf-8",
    )
    return home


@pytest.fixture(scope="module")
def answers(grown: Path) -> list[dict[str, Any]]:
    """Answers to most questions, in English."""
    case = RunFolder(grown / "grown").read_plan()
    outlet = str(case.frames["sales"]["outlet"].iloc[0])
    questions = {
        "bottlenecks": None,
        "next_point": None,
        "worth": ["press"],
        "why_here": [outlet],
        "plan_b": ["all"],
        "alternatives": ["2@5"],
        "decisions": None,
        "pin": ["builds=frozen"],
    }
    report = explain_run(grown / "grown", questions, limit_s=10.0)
    assert report.faults is None
    return report.as_record("en")["answers"]


def test_every_column_of_an_answer_has_a_heading(answers: list[dict[str, Any]]) -> None:
    columns = {column for one in answers for rows in one["tables"].values() for row in rows for column in row}
    assert len(columns) > 30
    assert [column for column in sorted(columns) if not is_known(column)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_key_and_no_name_of_a_column_is_shown(
    answers: list[dict[str, Any]], grown: Path, language: str
) -> None:
    labels = Labels(RunFolder(grown / "grown").read_plan(), language)
    views = [view for one in answers for view in answer_tables(one, labels)]
    assert len(views) >= 6
    for view in views:
        assert not view.title.startswith("answers.")
        assert all("_" not in heading for heading in view.frame.columns)
        assert len(set(view.frame.columns)) == len(view.frame.columns)


def test_amounts_are_numbers_and_shares_are_percent(answers: list[dict[str, Any]], grown: Path) -> None:
    labels = Labels(RunFolder(grown / "grown").read_plan(), "en")
    (point,) = (one for one in answers if one["question"] == "next_point")
    (view,) = answer_tables(point, labels)
    row = point["tables"]["next_point"][0]
    assert view.frame["reached"].iloc[0] == f"{100 * row['reached_share']:.1f} %"
    assert view.frame["one point [t]"].iloc[0] == row["point_t"]
    assert "one point [t]" in view.numbers


def test_a_comparison_shows_what_differs_under_the_names_of_its_sides(grown: Path) -> None:
    report = compare_all([grown / "grown", grown / "cheaper.yaml"], solve=True)
    labels = Labels(RunFolder(grown / "grown").read_plan(), "zh")
    views = {view.name: view.frame for view in comparison_tables(report.as_record("zh"), labels)}
    assert list(views["kpis"].columns) == ["内容", "grown", "cheaper"]
    assert (views["kpis"]["grown"] != views["kpis"]["cheaper"]).all()
    assert set(views["inputs"]["变化"]) == {"改变"}


def test_a_run_compared_with_itself_differs_in_nothing(grown: Path) -> None:
    report = compare_all([grown / "grown", grown / "grown"])
    labels = Labels(RunFolder(grown / "grown").read_plan(), "en")
    assert list(comparison_tables(report.as_record("en"), labels)) == []
