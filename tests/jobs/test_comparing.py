"""What `compare` says of runs and cases on disk, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.jobs import cases

from redmud_opt.cli import main
from redmud_opt.jobs import Exit, run
from redmud_opt.jobs.comparing import compare_all


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The starter case, a run of it, and a scenario in which bricks bring a tenth more."""
    home = tmp_path_factory.mktemp("compare")
    cases.starter(home / "case")
    scenario = "schema_version: 1\nbase: case\nsettings: {name: dearer}\noverrides:\n"
    scenario += "  - {table: outlets, where: all, scale: {price_cny_per_t: 1.1}}\n"
    (home / "dearer.yaml").write_text(scenario, encoding="utf-8")
    assert run(home / "case", out=home / "run").exit is Exit.PLAN
    return home


def test_a_run_and_a_scenario(folder: Path) -> None:
    report = compare_all([folder / "run", folder / "dearer.yaml"], solve=True)
    assert report.exit is Exit.PLAN
    record = report.as_record()
    assert record["sides"]["run"]["status"] == "optimal"
    assert record["value_gained"]["dearer"]["resolved"]
    assert {row["table"] for row in record["inputs"]} == {"outlets"}
    words = {language: report.words(language) for language in ("en", "zh")}
    assert "price_cny_per_t" in words["zh"]
    assert "万元" in words["zh"]
    assert not any("{" in said or "compare." in said for said in words.values())


def test_cases_alone_are_compared_by_their_inputs(folder: Path) -> None:
    report = compare_all([folder / "case", folder / "case", folder / "dearer.yaml"])
    assert list(report.as_record()["sides"]) == ["case", "case (2)", "dearer"]
    assert "case (2): no input differs" in report.words()
    assert "未比较方案" in report.words("zh")


def test_on_the_command_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", str(folder / "run"), str(folder / "dearer.yaml")]) == 0
    assert "inputs differ" in capsys.readouterr().out
    assert main(["compare", str(folder / "run")]) == Exit.FAULTS
    assert main(["compare", str(folder / "run"), str(folder / "nowhere")]) == Exit.FAULTS


def test_a_case_without_a_plan_says_why(folder: Path, tmp_path: Path) -> None:
    cases.starter(tmp_path / "case")
    cases.edit(tmp_path / "case", "targets", lambda row: row.update(hard="yes", at_least="0.99"))
    report = compare_all([folder / "run", tmp_path / "case"], solve=True)
    assert report.exit is Exit.INFEASIBLE
    assert "has no plan" in report.words()
    assert report.as_record()["messages"]


def test_inputs_that_were_altered_are_a_fault(folder: Path, tmp_path: Path) -> None:
    assert run(folder / "case", out=tmp_path / "run").exit is Exit.PLAN
    table = tmp_path / "run" / "inputs" / "outlets.csv"
    table.write_text(table.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    report = compare_all([folder / "run", tmp_path / "run"])
    assert report.exit is Exit.FAULTS
    assert "no longer as recorded" in report.words()


def test_plans_of_other_goals_are_not_told_as_worth_the_same(folder: Path, tmp_path: Path) -> None:
    """Of a plan for utilisation no bound of value is known; things are told by their labels."""
    cases.starter(tmp_path / "more")
    cases.edit(tmp_path / "more", "outlets", lambda row: row.update(price_cny_per_t="1"))
    settings = tmp_path / "more" / "case.yaml"
    words = settings.read_text(encoding="utf-8").replace("objective: value ", "objective: utilisation ")
    settings.write_text(words, encoding="utf-8")
    assert run(tmp_path / "more", out=tmp_path / "run").exit is Exit.PLAN
    report = compare_all([tmp_path / "run", folder / "dearer.yaml"], solve=True)
    assert "not told, for value was not the only goal of run" in report.words()
    assert "less that of run: 0 CNY" not in report.words()
    cheap = compare_all([folder / "run", _cheap(folder, tmp_path)], solve=True).words("zh")
    assert "赤泥（新产生）" in cheap
    assert "免烧砖（" in cheap


def _cheap(folder: Path, home: Path) -> Path:
    scenario = f"schema_version: 1\nbase: {folder / 'case'}\nsettings: {{name: cheap}}\noverrides:\n"
    scenario += "  - {table: outlets, where: all, scale: {price_cny_per_t: 0.1}}\n"
    (home / "cheap.yaml").write_text(scenario, encoding="utf-8")
    return home / "cheap.yaml"
