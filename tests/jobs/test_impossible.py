"""A run without a plan: suggestions beside it that load and solve, and `explain` that says why."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.jobs import cases

from redmud_opt.cli import main
from redmud_opt.jobs.outcome import Exit, RunOptions
from redmud_opt.jobs.run import run

GOOD_ENOUGH = RunOptions(gap=0.05)


def test_suggestions_of_a_run_load_and_solve_and_explain_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """11 % of the mud asked, bricks for 40,000 t of buyers: less of the target, or more buyers."""
    case = cases.impossible_by_a_solve(tmp_path / "case")
    result = run(case, runs_root=tmp_path / "runs")
    assert result.exit is Exit.INFEASIBLE
    assert result.folder is not None
    assert result.suggestions == ("suggestion-1.yaml", "suggestion-2.yaml")
    for name in result.suggestions:
        held = run(result.folder / name, options=GOOD_ENOUGH, runs_root=tmp_path / "held")
        assert held.exit is Exit.PLAN, held.words()
    for language, word in (("en", "Suggestion 1"), ("zh", "建议 1")):
        code = main(["explain", str(result.folder), "--impossible", "--json", "--lang", language])
        record = json.loads(capsys.readouterr().out)
        assert code == 0
        (answer,) = record["answers"]
        assert answer["question"] == "impossible"
        assert any(line["text"].startswith(word) for line in answer["lines"])
        first = answer["tables"]["changes"][0]
        assert (first["table"], first["file"], first["column"]) == ("targets", "targets.csv", "at_least")
        assert first["new"] < first["old"]
        assert answer["tables"]["conflict"]
    kept = json.loads((result.folder / "explained" / "impossible.json").read_text(encoding="utf-8"))
    assert set(kept) == {"en", "zh"}


def test_a_question_that_is_interrupted_says_what_is_open(tmp_path: Path) -> None:
    """Nobody waits for suggestions after asking to stop."""
    from redmud_opt.jobs.listening import Listener

    asked: list[str] = []
    listener = Listener(should_stop=lambda: "explain" in asked, on_stage=asked.append)
    result = run(
        cases.impossible_by_a_solve(tmp_path / "case"), runs_root=tmp_path / "runs", listener=listener
    )
    assert result.exit is Exit.INFEASIBLE
    assert result.suggestions == ()
    assert "impossible.search_cut_short" in {message.key for message in result.messages}


@pytest.mark.slow
def test_the_shipped_case_exits_2_and_its_suggestion_exits_0(tmp_path: Path) -> None:
    out = tmp_path / "run"
    assert main(["solve", "scenarios/impossible.yaml", "--out", str(out)]) == Exit.INFEASIBLE
    for name in ("suggestion-1.yaml", "suggestion-2.yaml"):
        held = tmp_path / name
        assert main(["solve", str(out / name), "--gap", "0.5", "--out", str(held)]) == Exit.PLAN


def test_a_lane_where_there_was_none_is_a_row_of_the_scenario(tmp_path: Path) -> None:
    """The bricks of the starter case can reach nobody: without its lanes the target needs one."""
    case = cases.hard_target(cases.starter(tmp_path / "case"), "0.05")
    for table in ("lanes", "haul"):
        path = case / f"{table}.csv"
        if path.exists():
            path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    result = run(case, runs_root=tmp_path / "runs")
    assert result.exit is Exit.INFEASIBLE, result.words()
    assert result.folder is not None
    words = [(result.folder / name).read_text(encoding="utf-8") for name in result.suggestions]
    (number,) = [k for k, text in enumerate(words) if "table: lanes" in text]
    held = run(result.folder / result.suggestions[number], options=GOOD_ENOUGH, runs_root=tmp_path / "held")
    assert held.exit is Exit.PLAN, held.words()
