"""Runs against a baseline, from the command line to the folder and back: freezing, change limits, audit, faults."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.jobs import cases
from tests.jobs.test_queue import root  # noqa: F401 - a fixture

from redmud_opt import NoPlan, optimise
from redmud_opt.case import CaseFaults
from redmud_opt.cli import main
from redmud_opt.jobs import Exit, RunOptions, RunResult, reaudit, result, run, start, status, wait
from redmud_opt.plan import Plan


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    """The starter case: four quarters of 2026."""
    folder = tmp_path_factory.mktemp("first")
    found = run(cases.starter(folder / "case"), out=folder / "run")
    assert found.exit is Exit.PLAN
    return found


def cheaper(folder: Path) -> Path:
    """Bricks bring half."""
    case = cases.starter(folder)
    return cases.edit(
        case, "outlets", lambda row: row.update(price_cny_per_t=str(float(row["price_cny_per_t"]) / 2))
    )


def limited(folder: Path, change: str = "100") -> Path:
    """What is fed to the press may change by so many tonnes a quarter."""
    case = cheaper(folder)
    text = f"name,measure,at,max_change_t\nsteady,feed,press,{change}\n"
    (case / "change_limits.csv").write_text(text, encoding="utf-8")
    return case


def told(capsys: pytest.CaptureFixture[str], *line: str) -> tuple[int, Any]:
    code = main([*line, "--json"])
    return code, json.loads(capsys.readouterr().out)


def quarters(plan: Plan, count: int) -> list[str]:
    return plan.frames["periods"]["period"].tolist()[:count]


def test_a_frozen_run_is_kept_with_its_baseline(
    first: RunResult, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case, out = cheaper(tmp_path / "case"), tmp_path / "run"
    code, record = told(
        capsys, "solve", str(case), "--baseline", str(first.folder), "--freeze", "2", "--out", str(out)
    )
    assert code == 0
    assert record["baseline"]["frozen"] == quarters(Plan.load(out / "plan"), 2)
    assert record["baseline"]["moved"] > 0
    moved = Plan.load(out / "plan").frames["moved"]
    assert not set(moved["period"]) & set(record["baseline"]["frozen"])
    assert json.loads((out / "options.json").read_text(encoding="utf-8"))["freeze"] == 2
    kept = Plan.load(out / "baseline")
    assert first.plan is not None
    assert kept.value_cny == first.plan.value_cny
    assert reaudit(out).exit is Exit.PLAN


def test_the_folder_is_audited_against_the_baseline_it_keeps(first: RunResult, tmp_path: Path) -> None:
    options = RunOptions(baseline=str(first.folder), freeze=2)
    kept = run(cheaper(tmp_path / "case"), options=options, out=tmp_path / "run")
    assert kept.folder is not None
    feeds = kept.folder / "plan" / "feeds.parquet"
    before = feeds.read_bytes()
    cases.alter(kept.folder / "plan", "feeds", cases.added("feed_t", 0, 1.0))
    found = reaudit(kept.folder)
    assert found.audit is not None
    assert "audit.rolling.thawed" in {check.message.key for check in found.audit.failures}
    feeds.write_bytes(before)
    placed = kept.folder / "baseline" / "feeds.csv"
    placed.write_text(placed.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    changed = reaudit(kept.folder)
    assert changed.exit is Exit.AUDIT_FAILED
    assert [message.values["file"] for message in changed.changed] == ["baseline/feeds.csv"]


def test_change_limits_bind(first: RunResult, tmp_path: Path) -> None:
    assert first.folder is not None
    plan = optimise(limited(tmp_path / "case"), baseline=first.folder)
    fed = plan.frames["moved"].query("measure == 'feed' and item == 'press'")
    assert len(fed)
    assert fed.groupby("period")["change"].sum().abs().max() <= 100 + 1e-4


def test_change_limits_without_a_baseline_say_how_to_give_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = limited(tmp_path / "case")
    code, record = told(capsys, "solve", str(case), "--out", str(tmp_path / "run"))
    assert code == 1
    (fault,) = record["faults"]
    assert (fault["file"], fault["row"], fault["key"]) == (
        "change_limits.csv",
        2,
        "jobs.change_without_baseline",
    )
    assert "--baseline RUN" in fault["remedy"]
    assert not (tmp_path / "run").exists()
    code, record = told(capsys, "check", str(case))
    assert code == 0
    assert "model.change_without_baseline" in [note["key"] for note in record["notes"]]


def test_freezing_needs_a_baseline(tmp_path: Path) -> None:
    with pytest.raises(CaseFaults) as found:
        optimise(cases.starter(tmp_path / "case"), freeze=1)
    assert [fault.message.key for fault in found.value.faults] == ["jobs.freeze_without_baseline"]


def test_a_folder_without_a_plan_is_a_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = cases.starter(tmp_path / "case")
    code, record = told(capsys, "solve", str(case), "--baseline", str(tmp_path / "nowhere"))
    assert (code, [fault["key"] for fault in record["faults"]]) == (1, ["jobs.baseline_without_plan"])
    assert record["faults"][0]["file"] == str(tmp_path / "nowhere")


def test_a_damaged_baseline_is_a_fault(first: RunResult, tmp_path: Path) -> None:
    assert first.folder is not None
    shutil.copytree(first.folder, tmp_path / "run")
    (tmp_path / "run" / "plan" / "feeds.parquet").unlink()
    with pytest.raises(CaseFaults, match="cannot be read"):
        optimise(cases.starter(tmp_path / "case"), baseline=tmp_path / "run")


def test_another_calendar_is_a_fault_that_names_the_baseline(first: RunResult, tmp_path: Path) -> None:
    case = cases.starter(tmp_path / "case")
    keys = (case / "case.yaml").read_text(encoding="utf-8")
    (case / "case.yaml").write_text(
        keys.replace("length: quarter, count: 4", "length: half, count: 2"), encoding="utf-8"
    )
    found = run(case, options=RunOptions(baseline=str(first.folder), freeze=1), out=tmp_path / "run")
    assert found.exit is Exit.FAULTS
    assert found.faults is not None
    (fault,) = found.faults.faults
    assert (fault.file, fault.message.key) == (str(first.folder), "case.baseline_other_calendar")


def test_less_mud_in_a_frozen_quarter_is_told(first: RunResult, tmp_path: Path) -> None:
    """A tenth less mud arises than in the baseline: exit 2, with the row and the quarter that stand against it."""
    case = cases.edit(
        cases.starter(tmp_path / "case"), "arisings", lambda row: row.update(production_t="900000")
    )
    found = run(case, options=RunOptions(baseline=str(first.folder), freeze=1), out=tmp_path / "run")
    assert found.exit is Exit.INFEASIBLE
    words = found.words("en")
    assert "mass balance" in words
    assert "what is frozen" in words
    assert "冻结" in found.words("zh")
    with pytest.raises(NoPlan, match="what is frozen"):
        optimise(case, baseline=first.plan, freeze=1)


@pytest.mark.slow
def test_a_worker_finds_the_baseline_of_its_options(
    first: RunResult,
    root: Path,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A baseline that is named as seen from here is the same for the worker, wherever it runs."""
    assert first.folder is not None
    monkeypatch.chdir(first.folder.parent)
    case = cases.starter(tmp_path / "case")
    run_dir = start(case, root, RunOptions(baseline=first.folder.name, freeze=1))
    assert (wait(run_dir, 120).state, status(run_dir).exit) == ("done", 0)
    ended = result(run_dir)
    assert ended is not None
    assert ended.as_record()["baseline"]["name"] == str(first.folder.resolve())
