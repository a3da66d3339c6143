"""A run of a case in which lines are built: what it keeps, how it ends early, and how it was gone about."""

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from tests.jobs import cases
from tests.jobs.test_run import KEYS, strict

from redmud_opt.case import Case, load_case
from redmud_opt.case.rules import Budget
from redmud_opt.case.works import Line
from redmud_opt.jobs import Exit, Listener, RunOptions, RunResult, check_case, reaudit, run
from redmud_opt.jobs.compute import solver_options
from redmud_opt.jobs.curve import curve
from redmud_opt.jobs.folder import RunFolder
from redmud_opt.jobs.results import read_result
from redmud_opt.jobs.run import Run
from redmud_opt.network import build_network
from redmud_opt.plan.spending import budget_table, payments, spending_table
from redmud_opt.plan.tables import unit_of
from redmud_opt.solve import Outcome, Progress, Size


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    """The run of the case that grows."""
    folder = tmp_path_factory.mktemp("grown")
    return run(cases.growing(folder / "case"), runs_root=folder / "runs")


# ---- what it keeps --------------------------------------------------------------------------------------------


def test_decisions_stand_in_the_record(grown: RunResult) -> None:
    assert grown.folder is not None
    record = strict((grown.folder / "result.json").read_text(encoding="utf-8"))
    assert record.keys() >= KEYS | {"closings", "spending", "budgets", "refunds"}
    assert (record["exit_code"], record["status"], record["stopped"]) == (0, "optimal", "optimal")
    assert record["size"]["integers"] > 0
    assert record["gap"] <= 1e-6
    builds = [
        (row["line"], row["period"], row["units"], row["size"], row["unit"]) for row in record["builds"]
    ]
    assert builds == [
        ("separator_2", "2026", 2, 600000, "t/a"),
        ("separator_2", "2027", 1, 300000, "t/a"),
        ("press_2", "2026", 1, pytest.approx(580000 / 3), "t/a"),
    ]
    assert sum(record["value_terms"].values()) == pytest.approx(record["value_cny"], abs=0.01)


def test_decisions_come_back_from_disk(grown: RunResult) -> None:
    assert grown.folder is not None
    assert grown.plan is not None
    again = read_result(RunFolder(grown.folder))
    assert again is not None
    assert again.plan is not None
    for name, frame in grown.plan.frames.items():
        pd.testing.assert_frame_equal(
            again.plan.frames[name], frame.reset_index(drop=True), check_dtype=False, check_exact=True
        )
    assert again.words("zh") == grown.words("zh")
    assert again.plan.solve["curve"] == grown.plan.solve["curve"]
    assert reaudit(grown.folder).exit == Exit.PLAN


def test_a_run_without_a_plan_has_the_same_keys(tmp_path: Path) -> None:
    result = run(
        cases.growing(tmp_path / "case"), options=RunOptions(time_limit_s=0), runs_root=tmp_path / "runs"
    )
    record = result.as_record()
    assert (record["status"], record["exit_code"]) == ("none", Exit.LIMIT)
    assert (record["builds"], record["closings"]) == ([], [])


def test_the_log_tells_stages_and_what_the_solver_held(grown: RunResult) -> None:
    assert grown.folder is not None
    log = (grown.folder / "log.txt").read_text(encoding="utf-8")
    for words in ("stage read", "stage solve", "stage audit", "holds: proved", "end: exit 0"):
        assert words in log


# ---- how it ends ----------------------------------------------------------------------------------------------


def test_stopped_at_the_gap_is_a_plan_not_proved(tmp_path: Path) -> None:
    result = run(cases.growing(tmp_path / "case"), options=RunOptions(gap=0.9), runs_root=tmp_path / "runs")
    assert result.exit == Exit.PLAN
    record = result.as_record()
    assert record["gap"] > 1e-6, "this gap proves nothing about the best plan"
    assert (record["status"], record["stopped"], record["holds"]) == ("feasible", "gap", "with_gap")
    assert record["gap"] <= 0.9
    assert record["audit"]["passed"]


def test_cancelled_with_a_plan_is_a_plan(tmp_path: Path) -> None:
    """Somebody asks to stop as soon as there is a plan."""
    seen: list[Progress] = []

    def held() -> bool:
        return any(point.objective is not None for point in seen)

    listener = Listener(held, on_progress=seen.append)
    result = run("guangxi", runs_root=tmp_path / "runs", listener=listener)
    assert result.exit == Exit.PLAN
    record = result.as_record()
    assert (record["status"], record["stopped"], record["holds"]) == ("feasible", "cancelled", "with_gap")
    assert result.plan is not None
    assert "cancelled" in result.words().splitlines()[1]


def test_cancelled_without_a_plan(tmp_path: Path) -> None:
    stages: list[str] = []
    case = cases.growing(tmp_path / "case")
    listener = Listener(lambda: "solve" in stages, on_stage=stages.append)
    result = run(case, runs_root=tmp_path / "runs", listener=listener)
    assert (result.exit, result.stopped, result.plan) == (Exit.CANCELLED, "cancelled", None)


def test_options_reach_the_solver() -> None:
    asked = RunOptions(time_limit_s=7.0, gap=0.02)
    found = solver_options(asked, Listener())
    assert (found.time_limit_s, found.gap) == (7.0, 0.02)
    assert RunOptions.of(json.loads(json.dumps(asked.as_record()))) == asked


def test_a_check_needs_no_proof(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only whether value grows without end is asked: the first plan is good enough."""
    gaps: list[float] = []
    monkeypatch.setattr(
        "redmud_opt.jobs.checking.solver_options",
        lambda options, listener: gaps.append(options.gap) or solver_options(options, listener),
    )
    assert check_case(cases.growing(tmp_path / "case")).exit == Exit.PLAN
    assert gaps[0] > 1


# ---- progress -------------------------------------------------------------------------------------------------


def test_progress_lines_say_what_is_known(grown: RunResult) -> None:
    assert grown.folder is not None
    lines = RunFolder(grown.folder).progress()
    assert all(
        line.keys() == {"seconds", "iterations", "objective", "bound", "gap", "phase", "goal"}
        for line in lines
    )
    assert {line["goal"] for line in lines} == {"value"}
    assert RunFolder(grown.folder).last_progress() == lines[-1]
    assert lines[-1]["objective"] == pytest.approx(grown.plan.value_cny)  # type: ignore[union-attr]
    assert lines[-1]["gap"] <= 1e-6


def test_progress_names_its_goal(tmp_path: Path) -> None:
    """Most use first, in tonnes; then value, in CNY. Seconds begin anew with each."""
    goals: list[str] = []
    case = cases.growing(tmp_path / "case")
    result = run(
        case,
        options=RunOptions(objective="utilisation"),
        runs_root=tmp_path / "runs",
        listener=Listener(on_goal=goals.append),
    )
    assert result.folder is not None
    assert goals == ["utilisation", "value"]
    assert list(dict.fromkeys(line["goal"] for line in RunFolder(result.folder).progress())) == goals


def test_last_line_of_a_long_file(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    assert folder.last_progress() is None
    for second in range(200):
        folder.report(Progress(float(second), 1, 2.0, float("inf"), None, "branch"))
    with (tmp_path / "progress.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"seconds": 200.0, "iterat')
    found = folder.last_progress()
    assert found is not None
    assert (found["seconds"], found["bound"]) == (199.0, None)
    (tmp_path / "progress.jsonl").write_text('{"seconds"', encoding="utf-8")
    assert folder.last_progress() is None


def outcome(*points: tuple[float, float | None, float | None], integers: int = 3) -> Outcome:
    """An outcome with this curve."""
    progress = tuple(Progress(s, 0, objective, bound, None, "branch") for s, objective, bound in points)
    return Outcome("optimal", "proved", Size(1, 1, 1, integers), 1.0, "mip", progress=progress)


def test_curve_keeps_changes_and_both_ends() -> None:
    points = [(0.0, None, None), (1.0, None, 9.0), (2.0, 5.0, 9.0), (3.0, 5.0 + 1e-10, 9.0), (4.0, 5.0, 9.0)]
    assert [point["seconds"] for point in curve(outcome(*points))] == [0.0, 1.0, 2.0, 4.0]
    assert curve(outcome((0.0, 1.0, None), integers=0)) == []
    assert curve(outcome()) == []


# ---- money ----------------------------------------------------------------------------------------------------


def under_construction(folder: Path) -> Case:
    """The old press opens in July 2027: 10 MCNY, decided in July 2025, a share due each July from then on."""
    case = load_case(cases.growing(folder))
    lines = [
        replace(
            line,
            opens=pd.Timestamp("2027-07-01").date(),
            capex_cny=10e6,
            lead_time_months=24,
            spend_profile="0.2; 0.3; 0.1; 0.4",
            closing_cost_cny=None,
        )
        if line.name == "old_press"
        else line
        for line in case.lines
    ]
    return replace(case, lines=tuple(lines))


def test_spending_of_a_line_under_construction(tmp_path: Path) -> None:
    """Due July 2025: sunk. 2026: 3, 2027: 1, 2028: 4."""
    net = build_network(under_construction(tmp_path / "case"))
    nothing = pd.DataFrame({"line": [], "period": [], "capex_cny": []})
    found = spending_table(list(payments(nothing, net)))
    assert list(found["line"]) == ["old_press"] * 3
    assert list(found["year"]) == [2026, 2027, 2028]
    assert list(found["capex_cny"]) == pytest.approx([3e6, 1e6, 4e6])


def test_spending_after_the_horizon_counts_in_a_budget_without_year(tmp_path: Path) -> None:
    """A separator decided in 2027: 6 in 2027, 3.6 in 2028, 2.4 in 2029, which is beyond the horizon."""
    case = load_case(cases.growing(tmp_path / "case"))
    budgets = (*case.budgets, Budget(name="elsewhere", scope="city", amount_cny=1e6))
    lines = tuple(
        replace(line, spend_profile="0.5; 0.3; 0.2") if line.name == "separator_2" else line
        for line in case.lines
    )
    net = build_network(replace(case, budgets=budgets, lines=lines))
    builds = pd.DataFrame([("separator_2", "2027", 12e6)], columns=["line", "period", "capex_cny"])
    due = list(payments(builds, net))
    found = spending_table(due)
    assert dict(zip(found["year"], found["capex_cny"], strict=True)) == pytest.approx(
        {2027: 6e6, 2028: 3.6e6, 2029: 2.4e6}
    )
    table = budget_table(due, net).set_index("budget")
    assert table["spent_cny"].to_dict() == pytest.approx({"first": 0.0, "whole": 12e6, "elsewhere": 0.0})
    assert list(table["window"]) == ["2026", "horizon", "horizon"]


def test_units_of_capacities() -> None:
    assert unit_of(Line(name="a", facility="f", capacity_unit="h", per="period")) == "h/period"
    assert unit_of(Line(name="a", facility="f")) == "t/a"


def test_a_goal_is_heard_once_and_only_at_the_solve() -> None:
    goals: list[str] = []
    heard: list[Progress] = []
    listener = Listener(on_progress=heard.append, on_goal=goals.append)
    going = Run("x", RunOptions(), listener, goals=["utilisation", "value"])
    for stage, seconds in (("solve", (0.0, 1.0, 1.0, 0.5, 0.7, 0.2)), ("explain", (0.0, 5.0))):
        going.stage(stage)
        for second in seconds:
            going.progress(Progress(second, 0))
    assert goals == ["utilisation", "value"]
    assert len(heard) == 6
