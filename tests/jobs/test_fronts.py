"""Fronts as folders: kept, interrupted, gone on with, shared out; what is no front is answered."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from tests.jobs.cases import edit, impossible_by_a_solve, starter

from redmud_opt import cli, front
from redmud_opt.case import CaseFaults
from redmud_opt.i18n import Message
from redmud_opt.jobs import Exit, Listener, reaudit
from redmud_opt.jobs.explaining import _asked
from redmud_opt.jobs.folder import RunFolder
from redmud_opt.jobs.fronts import POINTS, FrontReport, front_case, points_in, read_front

GOALS = ("value", "utilisation")


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The starter case, where bricks cost more than the yard: the less is used the better."""

    def dear(row: dict[str, str]) -> None:
        row["price_cny_per_t"] = "1"

    return edit(starter(tmp_path_factory.mktemp("front") / "case"), "outlets", dear)


@pytest.fixture(scope="module")
def whole(case: Path, tmp_path_factory: pytest.TempPathFactory) -> FrontReport:
    return front_case(case, GOALS, points=4, out=tmp_path_factory.mktemp("whole") / "front")


def reached(report: FrontReport) -> list[tuple[float, ...]]:
    assert report.front is not None
    return [tuple(round(p.goals[g], 1) for g in GOALS) for p in report.front.found]


def test_a_front_with_its_plans(whole: FrontReport) -> None:
    assert (whole.exit, whole.faults) == (Exit.PLAN, None)
    assert whole.front is not None
    assert whole.folder is not None
    assert (whole.front.state, len(whole.front.found), whole.front.asked) == ("done", 4, 4)
    assert [p.corner for p in whole.front.found] == ["value", None, None, "utilisation"]
    for point in whole.front.found:
        run = RunFolder(whole.folder / POINTS / f"{point.number:02d}")
        assert run.read_plan().solve["objective"] == pytest.approx(point.goals["value"], rel=1e-6)
        assert (run.path / "result.json").is_file()
    held = RunFolder(whole.folder / POINTS / "02").read_plan()
    assert "at least" in held.describe("en")
    assert "利用量不低于" in held.describe("zh")
    assert read_front(whole.folder).frame().equals(whole.front.frame())


def test_a_point_is_a_run(whole: FrontReport) -> None:
    """It is audited again and asked like any other; what it holds stays held."""
    assert whole.folder is not None
    place = whole.folder / POINTS / "02"
    assert reaudit(place).exit is Exit.PLAN
    asked = _asked(RunFolder(place), 10.0, Listener())
    assert asked.base.answer.value_cny == pytest.approx(asked.plan.solve["objective"], rel=1e-6)


def test_words_and_record_in_both_languages(whole: FrontReport) -> None:
    assert "the next point of utilisation costs" in whole.words("en")
    assert "利用率再提高一个百分点需" in whole.words("zh")
    for language in ("en", "zh"):
        assert "{" not in whole.words(language)
        assert "front." not in whole.words(language)
        record = whole.as_record(language)
        assert json.loads(json.dumps(record, allow_nan=False)) == record
        assert (len(record["points"]), len(record["prices"])) == (4, 3)


def test_killed_and_gone_on_with_it_has_the_same_points(whole: FrontReport, tmp_path: Path) -> None:
    """As a kill leaves it: a point less, half of another, the state still running."""
    assert whole.folder is not None
    place = tmp_path / "killed"
    shutil.copytree(whole.folder, place)
    for name in ("02.json", "03.json"):
        (place / POINTS / name).unlink()
    shutil.rmtree(place / POINTS / "03")
    record = json.loads((place / "front.json").read_text(encoding="utf-8"))
    (place / "front.json").write_text(json.dumps(record | {"state": "running"}), encoding="utf-8")
    left = read_front(place)
    assert (left.state, len(left.found)) == ("interrupted", 2)
    assert any("Interrupted: 2 of 4" in line for line in FrontReport(front=left).words().splitlines())
    again = front_case(None, out=place, resume=True)
    assert again.exit is Exit.PLAN
    assert reached(again) == reached(whole)


def test_a_cancel_keeps_what_is_there(case: Path, tmp_path: Path) -> None:
    """Stopped when the first corner is there."""
    place = tmp_path / "front"

    def when_one_is_there() -> bool:
        return (place / POINTS / "00.json").is_file()

    told: list[Message] = []
    listener = Listener(should_stop=when_one_is_there, on_point=told.append)
    report = front_case(case, GOALS, points=4, out=place, listener=listener)
    assert report.exit is Exit.CANCELLED
    assert [(m.key, m.values["point"]) for m in told] == [("front.kept", 0)]
    assert read_front(place).state == "interrupted"
    assert [p.number for p in points_in(RunFolder(place))] == [0]


@pytest.mark.slow
def test_processes_share_the_points(case: Path, tmp_path: Path, whole: FrontReport) -> None:
    report = front_case(case, GOALS, points=4, jobs=2, out=tmp_path / "front")
    assert report.exit is Exit.PLAN
    assert reached(report) == reached(whole)


def test_what_cannot_vary_is_answered(case: Path, tmp_path: Path) -> None:
    """Nothing emits in the starter case."""
    report = front_case(case, ("value", "emissions"), out=tmp_path / "front")
    assert report.exit is Exit.PLAN
    assert "emissions (t CO2e) cannot vary: it is 0 t in every plan" in report.words("en")
    assert "不会变化" in report.words("zh")


@pytest.mark.parametrize(
    ("goals", "points", "words"),
    [
        (("value",), None, "two or three"),
        (("value", "value"), None, "two or three"),
        (("value", "fun"), None, "'fun' is none of"),
        (GOALS, 1, "at least 2"),
    ],
)
def test_what_is_no_front(goals: tuple[str, ...], points: int | None, words: str, tmp_path: Path) -> None:
    report = front_case("guangxi", goals, points=points, out=tmp_path / "front")
    assert report.exit is Exit.FAULTS
    assert words in report.words()
    assert not (tmp_path / "front").exists()


def test_nothing_to_go_on_with(tmp_path: Path, whole: FrontReport, case: Path) -> None:
    assert front_case(None, out=tmp_path, resume=True).exit is Exit.FAULTS
    assert whole.folder is not None
    taken = front_case(case, GOALS, out=whole.folder)
    assert taken.exit is Exit.FAULTS
    assert "--resume goes on" in taken.words()
    assert "is one of" in front_case("guangxi", out=whole.folder, resume=True).words()
    place = tmp_path / "altered"
    shutil.copytree(whole.folder, place)
    next((place / "inputs").rglob("outlets.csv")).write_text("name\n", encoding="utf-8")
    assert "altered" in front_case(None, out=place, resume=True).words()


def test_a_case_without_a_plan_says_why(tmp_path: Path) -> None:
    report = front_case(impossible_by_a_solve(tmp_path / "case"), out=tmp_path / "front")
    assert report.exit is Exit.INFEASIBLE
    assert report.messages


def test_verb_and_function(
    case: Path, tmp_path: Path, whole: FrontReport, capsys: pytest.CaptureFixture[str]
) -> None:
    line = ["front", str(case), "--goals", "value,utilisation", "--points", "2", "--out", str(tmp_path / "a")]
    assert cli.main([*line, "--json", "--lang", "zh"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert (record["exit_code"], record["state"], len(record["points"])) == (0, "done", 2)
    assert cli.main(["front", "--out", str(tmp_path / "a"), "--resume"]) == 0
    assert "the most utilisation" in capsys.readouterr().out
    found = front(case, out=tmp_path / "a", resume=True)
    assert [p.corner for p in found.found] == ["value", "utilisation"]
    with pytest.raises(CaseFaults):
        front(case, ("value",), out=tmp_path / "c")
