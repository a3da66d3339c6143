"""Alternatives, reversals, wishes and regret asked of a run on disk, from the command line, in both languages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.jobs import cases

from redmud_opt.cli import main
from redmud_opt.jobs import Exit, run
from redmud_opt.jobs.explaining import explain_run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The starter case with a second press to build, a run of it, and a scenario in which bricks bring half."""
    home = tmp_path_factory.mktemp("choosing")
    case = cases.starter(home / "case")
    line = {
        "name": "press_2",
        "facility": "brick_works",
        "capacity": "100000",
        "per": "year",
        "availability": "1",
    }
    more = {
        "candidate": "yes",
        "capex_cny": "100000",
        "life_a": "10",
        "capacity_unit": "t",
        "evidence": "assumed",
    }
    cases.put(case, "lines", line | more)
    cases.put(case, "line_processes", {"line": "press_2", "process": "brick_making", "use_per_t": "1"})
    scenario = "schema_version: 1\nbase: case\nsettings: {name: half}\noverrides:\n"
    scenario += "  - {table: outlets, where: all, scale: {price_cny_per_t: 0.5}}\n"
    (home / "half.yaml").write_text(scenario, encoding="utf-8")
    assert run(case, out=home / "run").exit is Exit.PLAN
    return home


def told(capsys: pytest.CaptureFixture[str], *line: str) -> tuple[int, Any]:
    code = main([*line, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_all_questions_on_the_command_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each answer is kept in the folder of the run in both languages."""
    asked = (
        "--alternatives",
        "1",
        "--decisions",
        "--pin",
        "press_2=never",
        "--regret",
        str(folder / "half.yaml"),
    )
    code, record = told(capsys, "explain", str(folder / "run"), *asked)
    assert code == 0
    assert [answer["question"] for answer in record["answers"]] == [
        "alternatives",
        "decisions",
        "pin",
        "regret",
    ]
    kept = sorted((folder / "run" / "explained").glob("*.json"))
    assert [path.stem for path in kept] == ["alternatives", "decisions", "pin", "regret"]
    for path in kept:
        both = json.loads(path.read_text(encoding="utf-8"))
        assert set(both) == {"en", "zh"}
        assert "{" not in json.dumps([both["zh"]["heading"], both["zh"]["lines"]]).replace('{"key', "")
    (pin,) = record["answers"][2]["tables"]["pins"]
    assert pin["possible"]
    assert pin["cost_least_cny"] <= pin["cost_most_cny"]
    assert all(row["audited"] for row in record["answers"][0]["tables"]["plans"])


def test_words_in_chinese(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", str(folder / "run"), "--pin", "press_2=never", "--lang", "zh"]) == 0
    said = capsys.readouterr().out
    assert "press_2=never：代价" in said
    assert "choices." not in said


def test_bad_asking_is_told_and_keeps_nothing_back(folder: Path) -> None:
    """All wishes that cannot be understood at once."""
    found = explain_run(folder / "run", {"pin": ["press_3=built", "press_2=soon"]})
    assert found.exit is Exit.FAULTS
    assert found.faults is not None
    assert [fault.message.key for fault in found.faults.faults] == [
        "choices.pin_unknown",
        "choices.pin_value",
    ]
    for words in ("many", "0", "3@x", "3@100"):
        assert explain_run(folder / "run", {"alternatives": [words]}).exit is Exit.FAULTS
    assert explain_run(folder / "run", {"regret": ["nowhere"]}).exit is Exit.FAULTS
