"""One run from files to folder: every way it can end, and what it leaves behind."""

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.jobs import cases

from redmud_opt.jobs import Exit, Listener, RunOptions, RunResult, reaudit, run
from redmud_opt.jobs import compute as compute_module
from redmud_opt.jobs.folder import RunFolder
from redmud_opt.jobs.results import read_result
from redmud_opt.plan import Plan
from redmud_opt.solve import Outcome
from redmud_opt.study import pools as pools_module

KEYS = {
    *("stopped", "holds", "status", "objective", "bound", "gap", "value_cny", "value_terms", "utilisation"),
    *(
        "builds",
        "audit",
        "run_dir",
        "size",
        "seconds",
        "not_enforced",
        "case",
        "exit_code",
        "faults",
        "messages",
    ),
}
STAGES = {"read", "network", "build", "solve", "plan", "audit"}


def strict(text: str) -> Any:
    """JSON without NaN and infinities."""

    def refuse(name: str) -> Any:
        raise AssertionError(f"{name} is no JSON")

    return json.loads(text, parse_constant=refuse)


def assert_no_plan(folder: Path) -> None:
    """Nothing in a run folder looks like a plan, and nothing is half-written."""
    inside = [path.relative_to(folder) for path in folder.rglob("*")]
    assert not [path for path in inside if path.name == "plan.json" and path.parts[0] != "rejected"]
    assert not [
        path for path in inside if path.suffix == ".csv" and path.parts[0] not in ("inputs", "rejected")
    ]
    assert not [path for path in inside if path.name.endswith(".part")]


def assert_told(result: RunResult, code: Exit, stopped: str | None, status: str) -> None:
    """Exit code and JSON agree, in memory and on disk; both languages have words."""
    assert result.exit == code
    record = strict(json.dumps(result.as_record(), allow_nan=False))
    assert record.keys() >= KEYS
    assert (record["stopped"], record["holds"], record["status"]) == (stopped, "nothing", status)
    assert record["value_cny"] is None
    assert record["exit_code"] == code
    english, chinese = result.words("en"), result.words("zh")
    assert english
    assert english != chinese
    for words in (english, chinese):
        assert "{" not in words
        assert "jobs." not in words
        assert "study." not in words
        assert "network." not in words
    if result.folder is not None:
        assert strict((result.folder / "result.json").read_text(encoding="utf-8")) == record
        again = read_result(RunFolder(result.folder))
        assert again is not None
        assert again.words("zh") == chinese
        assert again.exit == code
        assert_no_plan(result.folder)


# ---- a plan ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    """The run of the starter case."""
    folder = tmp_path_factory.mktemp("done")
    return run(cases.starter(folder / "case"), runs_root=folder / "runs")


def test_run_keeps_everything(done: RunResult) -> None:
    assert done.exit == Exit.PLAN
    assert done.folder is not None
    names = {path.name for path in done.folder.iterdir()}
    assert names >= {"inputs", "inputs.json", "options.json", "versions.json", "log.txt", "status.json"}
    assert names >= {"plan", "result.json", "messages.json"}
    assert done.folder.name.startswith("starter-")
    inside = {path.name for path in (done.folder / "plan").iterdir()}
    assert inside >= {"plan.json", "audit.csv", "flows.csv", "flows.parquet", "rates.csv", "identity.csv"}
    assert strict((done.folder / "options.json").read_text())["seed"] == 0
    assert {"redmud_opt", "highspy", "python"} <= strict((done.folder / "versions.json").read_text()).keys()
    assert not list(done.folder.rglob("*.part"))


def test_record_of_a_plan(done: RunResult) -> None:
    record = strict((done.folder / "result.json").read_text(encoding="utf-8"))  # type: ignore[operator]
    assert record == strict(json.dumps(done.as_record(), allow_nan=False))
    assert record.keys() >= KEYS
    assert (record["stopped"], record["holds"], record["status"]) == ("optimal", "proved", "optimal")
    assert record["gap"] == 0
    assert record["audit"]["passed"] is True
    assert record["audit"]["worst_residual"] <= 1e-6
    assert record["seconds"].keys() >= STAGES
    assert record["size"].keys() == {"columns", "rows", "nonzeros", "integers"}
    assert sum(record["value_terms"].values()) == pytest.approx(record["value_cny"], abs=0.01)
    assert record["builds"] == []
    (rate,) = record["utilisation"]
    assert rate.keys() >= {"waste_class", "year", "rate_new", "rate_stat", "rate_gross"}
    assert record["exit_code"] == 0


def test_inputs_are_copies_with_their_hashes(done: RunResult) -> None:
    assert done.folder is not None
    index = strict((done.folder / "inputs.json").read_text(encoding="utf-8"))
    assert {"case.yaml", "arisings.csv", "rule_packs/cn/methods.csv"} <= index["files"].keys()
    for entry in index["files"].values():
        content = (done.folder / "inputs" / entry["copy"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry["sha256"]


def test_plan_comes_back_from_disk(done: RunResult) -> None:
    assert done.folder is not None
    assert done.plan is not None
    again = read_result(RunFolder(done.folder))
    assert again is not None
    assert again.plan is not None
    for name, frame in done.plan.frames.items():
        pd.testing.assert_frame_equal(
            again.plan.frames[name], frame.reset_index(drop=True), check_dtype=False, check_exact=True
        )
    for language in ("en", "zh"):
        assert again.words(language) == done.words(language)


def test_fates_add_up_to_the_identity(done: RunResult) -> None:
    assert done.plan is not None
    frames = done.plan.frames
    fates = frames["fates"].groupby(["origin", "year", "fate"])["amount_t"].sum()
    for row in frames["identity"].to_dict("records"):
        for fate in ("utilised", "placed", "reduced", "handed_to_disposal", "handed_out", "stored"):
            column = "closing_t" if fate == "stored" else f"{fate}_t"
            assert fates.get((row["origin"], row["year"], fate), 0.0) == pytest.approx(row[column], abs=1e-6)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            (
                "Optimal",
                "MCNY",
                "Magnetic separation",
                "red mud",
                "Audit: passed",
                "NOT ENFORCED",
                "43 of 44",
            ),
        ),
        ("zh", ("最优方案", "百万元", "磁选", "赤泥", "审核：通过", "尚未执行", "43 个")),
    ],
)
def test_words_of_a_plan(done: RunResult, language: str, words: tuple[str, ...]) -> None:
    said = done.words(language)
    for word in words:
        assert word in said
    assert "plan." not in said


def test_runs_of_one_second_do_not_meet(tmp_path: Path) -> None:
    case = cases.starter(tmp_path / "case")
    folders = {run(case, runs_root=tmp_path / "runs").folder for _ in range(3)}
    assert len(folders) == 3


def test_objective_of_the_options(tmp_path: Path, done: RunResult) -> None:
    result = run(
        cases.starter(tmp_path / "case"), options=RunOptions(objective="utilisation"), runs_root=tmp_path
    )
    assert result.plan is not None
    assert done.plan is not None
    assert result.plan.provenance["objective"] == "utilisation"
    assert result.plan.value_cny <= done.plan.value_cny + 1
    assert "utilisation" in result.words().splitlines()[2]


# ---- no plan --------------------------------------------------------------------------------------------------


def test_faults_leave_no_folder(tmp_path: Path) -> None:
    result = run(cases.faulty(tmp_path / "case"), runs_root=tmp_path / "runs")
    assert_told(result, Exit.FAULTS, None, "none")
    assert len(result.as_record()["faults"]) >= 2
    assert not (tmp_path / "runs").exists()


def test_infeasible_by_counting(tmp_path: Path) -> None:
    result = run(cases.impossible_by_counting(tmp_path / "case"), runs_root=tmp_path / "runs")
    assert_told(result, Exit.INFEASIBLE, "infeasible", "infeasible")
    keys = [message.key for message in result.messages]
    assert keys[:3] == ["impossible.by_counting", "impossible.by_a_solve", "impossible.conflict"]
    assert set(keys[3:]) == {"impossible.numbered", "jobs.suggestion_file"}
    assert "no clause stands against target" in result.words()
    assert "solve" not in result.seconds


def test_infeasible_by_a_solve(tmp_path: Path) -> None:
    result = run(cases.impossible_by_a_solve(tmp_path / "case"), runs_root=tmp_path / "runs")
    assert_told(result, Exit.INFEASIBLE, "infeasible", "infeasible")
    told = ("by_a_solve", "conflict", "numbered")
    assert {message.key for message in result.messages} == {
        "jobs.suggestion_file",
        *(f"impossible.{key}" for key in told),
    }
    assert "proved by a solve" in result.words()
    assert "use_target" in result.words()


def test_unbounded_names_the_ray(tmp_path: Path) -> None:
    result = run(cases.unbounded(tmp_path / "case"), runs_root=tmp_path / "runs")
    assert_told(result, Exit.FAULTS, "unbounded", "unbounded")
    (fault,) = result.as_record()["faults"]
    assert (fault["file"], fault["row"], fault["column"]) == ("outlets.csv", 4, "max_t")
    assert "cement_buyers" in fault["message"]
    assert "cement_market" in fault["message"]


def test_limit_without_a_plan(tmp_path: Path) -> None:
    result = run(
        cases.starter(tmp_path / "case"), options=RunOptions(time_limit_s=0.0), runs_root=tmp_path / "runs"
    )
    assert_told(result, Exit.LIMIT, "time", "none")


def test_cancelled_before_it_began(tmp_path: Path) -> None:
    listener = Listener(should_stop=lambda: True)
    result = run(cases.starter(tmp_path / "case"), runs_root=tmp_path / "runs", listener=listener)
    assert_told(result, Exit.CANCELLED, "cancelled", "none")


def test_cancelled_at_the_solve(tmp_path: Path) -> None:
    stages: list[str] = []
    listener = Listener(should_stop=lambda: "build" in stages, on_stage=stages.append)
    result = run(cases.starter(tmp_path / "case"), runs_root=tmp_path / "runs", listener=listener)
    assert_told(result, Exit.CANCELLED, "cancelled", "none")
    assert stages == ["read", "network", "build"]


@pytest.mark.parametrize("where", ["build_network", "build_model", "solve_pools", "make_plan", "audit"])
def test_crash(where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("injected")

    monkeypatch.setattr(compute_module, where, broken)
    result = run(cases.starter(tmp_path / "case"), runs_root=tmp_path / "runs")
    assert_told(result, Exit.CRASHED, "crashed", "none")
    assert result.folder is not None
    log = (result.folder / "log.txt").read_text(encoding="utf-8")
    assert "Traceback" in log
    assert "injected" in log
    assert "Traceback" not in result.words()
    assert "Traceback" not in (result.folder / "result.json").read_text(encoding="utf-8")
    assert strict((result.folder / "status.json").read_text())["state"] == "failed"


def test_crash_while_the_plan_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def half(self: Plan, folder: Path) -> None:
        folder.mkdir()
        (folder / "flows.csv").write_text("lane,flow_t\n")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Plan, "save", half)
    result = run(cases.starter(tmp_path / "case"), runs_root=tmp_path / "runs")
    assert_told(result, Exit.CRASHED, "crashed", "none")


def with_outcome(monkeypatch: pytest.MonkeyPatch, **changes: object) -> None:
    """The solve ends otherwise than it did."""
    solve = pools_module.solve_case_goals

    def changed(*arguments: Any) -> Outcome:
        return dataclasses.replace(solve(*arguments), **changes)  # type: ignore[arg-type]

    monkeypatch.setattr(pools_module, "solve_case_goals", changed)


def test_solver_trouble_is_no_infeasibility(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_outcome(monkeypatch, stopped="crashed", holds="nothing", values=None, detail="Unknown")
    result = run(cases.starter(tmp_path / "case"), runs_root=tmp_path / "runs")
    assert_told(result, Exit.CRASHED, "crashed", "none")


def test_optimal_without_values_is_a_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_outcome(monkeypatch, holds="nothing", values=None)
    result = run(cases.starter(tmp_path / "case"), runs_root=tmp_path / "runs")
    assert_told(result, Exit.CRASHED, "crashed", "none")


@pytest.mark.parametrize("stopped", ["cancelled", "time", "gap"])
def test_cut_short_with_an_incumbent_is_a_plan(
    stopped: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_outcome(monkeypatch, stopped=stopped, holds="with_gap", bound=None)
    result = run(cases.starter(tmp_path / "case"), runs_root=tmp_path / "runs")
    assert result.exit == Exit.PLAN
    record = result.as_record()
    assert (record["stopped"], record["holds"], record["status"]) == (stopped, "with_gap", "feasible")
    assert "not proved best" in result.words()
    assert "尚未证明最优" in result.words("zh")


def test_gap_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_outcome(monkeypatch, stopped="gap", holds="with_gap", objective=100.0, bound=101.0)
    result = run(cases.starter(tmp_path / "case"), runs_root=tmp_path / "runs")
    assert "1.00 %" in result.words()


# ---- the audit ------------------------------------------------------------------------------------------------


def test_failed_audit_keeps_no_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make = compute_module.make_plan

    def lying(*arguments: Any) -> Plan:
        plan = make(*arguments)
        return dataclasses.replace(plan, value_cny=plan.value_cny + 1e6)

    monkeypatch.setattr(compute_module, "make_plan", lying)
    result = run(cases.starter(tmp_path / "case"), runs_root=tmp_path / "runs")
    assert_told(result, Exit.AUDIT_FAILED, "optimal", "none")
    assert result.folder is not None
    assert (result.folder / "rejected" / "plan.json").is_file()
    assert (result.folder / "rejected" / "audit.csv").is_file()
    assert not (result.folder / "plan").exists()
    assert result.as_record()["audit"]["passed"] is False
    assert result.as_record()["audit"]["worst_residual"] > 1e-6
    again = reaudit(result.folder)
    assert again.exit == Exit.AUDIT_FAILED
    assert again.rejected


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A run of its own, to be tampered with."""
    result = run(cases.starter(tmp_path / "case"), runs_root=tmp_path / "runs")
    assert result.folder is not None
    return result.folder


def test_audit_again(fresh: Path) -> None:
    found = reaudit(fresh)
    assert found.exit == Exit.PLAN
    assert strict(json.dumps(found.as_record("zh")))["audit"]["passed"] is True


def test_one_tonne_moved_is_found(fresh: Path) -> None:
    cases.alter(fresh / "plan", "feeds", cases.added("feed_t", 0, 1.0))
    found = reaudit(fresh)
    assert found.exit == Exit.AUDIT_FAILED
    assert found.as_record()["audit"]["failures"]
    assert "FAILED" in found.words()


def test_other_inputs_than_recorded_are_found(fresh: Path) -> None:
    path = fresh / "inputs" / "outlets.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("420", "421"), encoding="utf-8")
    found = reaudit(fresh)
    assert found.exit == Exit.AUDIT_FAILED
    assert [m.values["file"] for m in found.changed] == ["outlets.csv"]
    assert "outlets.csv" in found.words("zh")


def test_an_input_more_than_recorded_is_found(fresh: Path) -> None:
    text = "name,measure,sense,value\ncap,placed,max,1e9\n".replace("1e9", "1000000000")
    (fresh / "inputs" / "limits.csv").write_text(text, encoding="utf-8")
    found = reaudit(fresh)
    assert found.exit == Exit.AUDIT_FAILED
    assert [m.values["file"] for m in found.changed] == ["limits.csv"]


def test_what_cannot_be_audited(fresh: Path, tmp_path: Path) -> None:
    assert reaudit(tmp_path / "nowhere").exit == Exit.FAULTS
    (fresh / "plan" / "plan.json").write_text("{", encoding="utf-8")
    assert reaudit(fresh).exit == Exit.FAULTS
    (fresh / "plan" / "plan.json").unlink()
    found = reaudit(fresh)
    assert found.exit == Exit.FAULTS
    assert found.as_record()["faults"][0]["key"] == "jobs.no_plan_here"


# ---- where inputs lie ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("base", ["../base", "india"])
def test_scenario_and_its_base_are_kept(base: str, tmp_path: Path) -> None:
    """A base beside the scenario, and one that travels with the package."""
    cases.starter(tmp_path / "base")
    path = tmp_path / "studies" / "low.yaml"
    path.parent.mkdir()
    path.write_text(f"base: {base}\nsettings: {{discount_rate: 0.01}}\n", encoding="utf-8")
    result = run(path, runs_root=tmp_path / "runs", options=RunOptions(gap=cases.GOOD_ENOUGH))
    assert result.exit == Exit.PLAN
    assert result.folder is not None
    kept = {
        p.relative_to(result.folder / "inputs").as_posix() for p in (result.folder / "inputs").rglob("*.yaml")
    }
    assert kept == (
        {"studies/low.yaml", "base/case.yaml"} if base == "../base" else {"low.yaml", "india/case.yaml"}
    )
    found = reaudit(result.folder)
    assert found.exit == Exit.PLAN, found.words()


def test_bundled_case_by_name(tmp_path: Path) -> None:
    result = run("india", runs_root=tmp_path / "runs", options=RunOptions(gap=cases.GOOD_ENOUGH))
    assert result.exit == Exit.PLAN
    assert result.folder is not None
    assert (result.folder / "inputs" / "case.yaml").is_file()
    assert reaudit(result.folder).exit == Exit.PLAN


def test_out_must_be_free(tmp_path: Path) -> None:
    case = cases.starter(tmp_path / "case")
    out = tmp_path / "out"
    assert run(case, out=out).exit == Exit.PLAN
    before = sorted(out.rglob("*"))
    result = run(case, out=out)
    assert_told(result, Exit.FAULTS, None, "none")
    assert sorted(out.rglob("*")) == before


def test_out_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run(cases.starter(tmp_path / "case"), out=tmp_path / "file" / "out")
    assert_told(result, Exit.FAULTS, None, "none")


def test_a_case_in_which_nothing_moves_has_a_plan_that_can_be_opened_again(tmp_path: Path) -> None:
    case = cases.starter(tmp_path / "case")
    for name in ("arisings", "targets"):
        lines = (case / f"{name}.csv").read_text(encoding="utf-8").splitlines()
        (case / f"{name}.csv").write_text(lines[0] + "\n", encoding="utf-8")
    result = run(case, out=tmp_path / "run")
    assert result.exit == Exit.PLAN
    assert Plan.load(tmp_path / "run" / "plan").value_cny == 0
    assert reaudit(tmp_path / "run").exit == Exit.PLAN
