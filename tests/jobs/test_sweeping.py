"""Studies as folders: members by number, resumed, refused, the same from every engine."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.jobs.cases import starter

from redmud_opt import cli, read_study, run_study
from redmud_opt.case import CaseFaults
from redmud_opt.jobs import Exit, Listener, RunOptions, run, sweeping
from redmud_opt.jobs.sweeping import Engine, SweepReport, find_study, sweep
from redmud_opt.study.sweeps import executors
from redmud_opt.study.sweeps.member import Row, Task

STUDY = """
schema_version: 1
name: starter_study
title_en: Prices and markets of the starter
title_zh: 起步算例的价格与市场
case: case
parameters:
  - {name: bricks, table: outlets, where: {name: builders}, column: price_cny_per_t, low: 0.6, high: 1.4}
  - {name: demand, table: outlets, where: {name: builders}, column: max_t, low: 0.7, high: 1.2}
  - {name: costs, table: processes, where: all, column: cost_cny_per_t, low: 0.8, high: 1.3}
design: {kind: latin_hypercube, runs: RUNS}
outputs: [value, "goal:utilisation"]
seed: 3
audit_every: 4
"""


def study_file(folder: Path, runs: int = 8, text: str = STUDY) -> Path:
    """A study beside its case."""
    if not (folder / "case").is_dir():
        starter(folder / "case")
    path = folder / "study.yaml"
    path.write_text(text.replace("RUNS", str(runs)), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the case and its study."""
    return study_file(tmp_path_factory.mktemp("sweep")).parent


@pytest.fixture(scope="module")
def whole(home: Path) -> SweepReport:
    """Eight members and the base, one after the other."""
    return sweep(home / "study.yaml", out=home / "serial")


def rows(report: SweepReport) -> pd.DataFrame:
    assert report.results is not None, report.words()
    found = report.results.frame()
    return found[[name for name in found if not name.startswith("seconds")]]


def same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    """The same members with the same numbers, whatever solved them and in whatever order columns came."""
    assert sorted(one.columns) == sorted(other.columns)
    pd.testing.assert_frame_equal(one, other[list(one.columns)], check_exact=True)


def test_every_member_is_a_row(whole: SweepReport) -> None:
    assert whole.exit is Exit.PLAN, whole.words()
    found = rows(whole)
    assert found["member"].tolist() == list(range(9))
    assert set(found["status"]) == {"optimal"}
    assert found["row_residual"].max() < 1e-6
    assert found["audit_passed"].dropna().tolist() == [1.0, 1.0, 1.0]
    assert (found["x:bricks"].between(0.6, 1.4)).all()
    assert found["x:bricks"].nunique() == 9


def test_the_base_is_the_plan(whole: SweepReport) -> None:
    assert whole.folder is not None
    head = json.loads((whole.folder / "study.json").read_text(encoding="utf-8"))
    assert rows(whole)["value"].iloc[0] == pytest.approx(head["value_cny"], rel=1e-9)


def test_threads_give_the_same_rows(home: Path, whole: SweepReport) -> None:
    same(rows(whole), rows(sweep(home / "study.yaml", out=home / "threads", engine=Engine("threads", 2))))


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["processes", "dask"])
def test_processes_and_dask_give_the_same_rows(home: Path, whole: SweepReport, engine: str) -> None:
    """Dask: a cluster with two workers, started here."""
    found = sweep(home / "study.yaml", out=home / engine, engine=Engine(engine, 2))
    same(rows(whole), rows(found))


def test_an_interrupted_study_goes_on(
    home: Path, whole: SweepReport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cancelled after some members, gone on with: the table of an unbroken run, and nothing solved twice."""
    monkeypatch.setattr(sweeping, "WRITE_S", 0.0)
    members = tmp_path / "cut" / "members"

    def enough() -> bool:
        return len(list(members.glob("*.parquet"))) >= 4

    cut = sweep(home / "study.yaml", out=tmp_path / "cut", listener=Listener(should_stop=enough))
    assert cut.exit is Exit.CANCELLED, cut.words()
    assert cut.results is not None
    assert len(cut.results.frame()) == 4
    solved: list[int] = []

    class Counting(executors.Here):
        def submit(self, task: Task) -> executors.Future[Row]:
            solved.append(task.member.number)
            return super().submit(task)

    kinds = executors.KINDS
    before = set(cut.results.frame()["member"])
    executors.KINDS = {**kinds, "serial": Counting}
    try:
        done = sweep(None, out=tmp_path / "cut", resume=True)
    finally:
        executors.KINDS = kinds
    assert done.exit is Exit.PLAN
    assert not before & set(solved)
    same(rows(whole), rows(done))


TOGETHER = """{kind: two_stage, members: [{name: dear, probability: 0.3, set: {costs: 1.3}},
  {name: cheap, probability: 0.7, set: {costs: 0.8}}],
  chances: [{target: use_target, at_least: 0.9, price_cny_per_point: 1000}]}"""


def test_one_decision_for_all_scenarios_is_kept_and_read_again(tmp_path: Path) -> None:
    """The starter has nothing to build: knowing first is worth nothing, and its target is reached either way."""
    path = study_file(tmp_path, text=STUDY.replace("{kind: latin_hypercube, runs: RUNS}", TOGETHER))
    report = sweep(path, out=tmp_path / "out")
    assert report.exit is Exit.PLAN, report.words()
    found = rows(report)
    assert found["label"].tolist() == ["base", "dear", "cheap"]
    record = report.as_record()["two_stage"]
    assert record["evpi_cny"] == pytest.approx(0, abs=1)
    assert record["worth_cny"] == pytest.approx(0.3 * found["objective"][1] + 0.7 * found["objective"][2])
    assert record["chances"][0]["met"] == [True, True]
    assert "EVPI" in report.words("zh")
    (tmp_path / "out" / sweeping.TOGETHER).unlink()
    resumed = sweep(None, out=tmp_path / "out", resume=True)
    same(found, rows(resumed))
    assert resumed.as_record()["two_stage"] == record


def test_a_store_of_another_study_is_refused(home: Path, whole: SweepReport, tmp_path: Path) -> None:
    place = tmp_path / "kept"
    assert whole.folder is not None
    shutil.copytree(whole.folder, place)
    other = study_file(tmp_path, 5, STUDY.replace("case: case", f"case: {home / 'case'}"))
    found = sweep(other, out=place, resume=True)
    assert "not the one that is given" in found.words()
    assert found.exit is Exit.FAULTS
    text = (place / "study.yaml").read_text(encoding="utf-8")
    (place / "study.yaml").write_text(text.replace("seed: 3", "seed: 4"), encoding="utf-8")
    assert "made otherwise" in sweep(None, out=place, resume=True).words()
    head = json.loads((place / "study.json").read_text(encoding="utf-8"))
    (place / "study.yaml").write_text(text, encoding="utf-8")
    assert sweep(None, out=place, resume=True).exit is Exit.PLAN
    (place / "study.json").write_text(json.dumps(head | {"hash": "another"}), encoding="utf-8")
    assert "made otherwise" in sweep(None, out=place, resume=True).words()


def test_folders_that_hold_something_else(home: Path, whole: SweepReport, tmp_path: Path) -> None:
    assert "holds no study" in sweep(None, out=tmp_path, resume=True).words()
    assert "is not empty" in sweep(home / "study.yaml", out=whole.folder).words()
    with pytest.raises(CaseFaults, match="holds no study"):
        read_study(tmp_path)
    assert "which study" in sweep(None).words()


def test_a_cluster_that_does_not_answer(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors, "WAIT_S", 0.3)
    engine = Engine("dask", 1, "tcp://127.0.0.1:9")
    found = sweep(home / "study.yaml", out=tmp_path / "silent", engine=engine)
    assert "does not answer" in found.words()
    assert "没有应答" in found.words("zh")


def test_a_case_without_a_plan_has_nothing_to_vary(tmp_path: Path) -> None:
    from tests.jobs.cases import hard_target

    path = study_file(tmp_path)
    hard_target(tmp_path / "case", "0.5")
    found = sweep(path, out=tmp_path / "none")
    assert found.exit is Exit.INFEASIBLE
    assert "nothing to vary" in found.words()
    assert not (tmp_path / "none").exists()


def test_words_and_record_in_both_languages(whole: SweepReport) -> None:
    for language in ("en", "zh"):
        assert "{" not in whole.words(language)
        assert "sweep." not in whole.words(language)
        record = whole.as_record(language)
        assert json.loads(json.dumps(record, allow_nan=False)) == record
        assert record["done"] == 9


def test_the_view_of_duckdb(whole: SweepReport) -> None:
    assert whole.results is not None
    with whole.results.connect() as connection:
        found = connection.sql("select count(*), min(value) from members where status = 'optimal'").fetchall()
    assert found == [(9, rows(whole)["value"].min())]


def test_command_line(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = study_file(tmp_path, 2, STUDY.replace("case: case", f"case: {home / 'case'}"))
    assert cli.main(["sweep", str(path), "--out", str(tmp_path / "out"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["done"] == 3
    assert cli.main(["sweep", "--resume", "--out", str(tmp_path / "out"), "--lang", "zh"]) == 0
    assert "拉丁超立方" in capsys.readouterr().out


def test_the_api(home: Path, tmp_path: Path) -> None:
    path = study_file(tmp_path, 2, STUDY.replace("case: case", f"case: {home / 'case'}"))
    found = run_study(path, out=tmp_path / "out")
    assert found.summary()["output"].tolist() == ["value", "goal:utilisation"]
    assert read_study(tmp_path / "out").frame().equals(found.frame())


KILLS = 20


def going(place: Path, study: Path | None) -> subprocess.Popen[bytes]:
    """A study in a process group of its own, two workers."""
    words = ["sweep", "--out", str(place), "--workers", "2"]
    words += ["--resume"] if study is None else [str(study)]
    return subprocess.Popen(
        [sys.executable, "-m", "redmud_opt", *words],
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.mark.slow
def test_twenty_kills_leave_the_table_of_an_unbroken_run(home: Path, tmp_path: Path) -> None:
    """Killed with its workers at random moments, half of them while members are kept; the rest is gone on with."""
    text = STUDY.replace("case: case", f"case: {home / 'case'}").replace("audit_every: 4", "audit_every: 5")
    path = study_file(tmp_path, 500, text)
    place, chance = tmp_path / "killed", random.Random(7)
    for kill in range(KILLS):
        begun = (place / "study.json").is_file()
        if not begun:
            shutil.rmtree(place, ignore_errors=True)
        process = going(place, None if begun else path)
        before = set(place.glob("members/*.parquet"))
        if kill % 2 == 0:
            deadline = time.monotonic() + 60.0
            while not set(place.glob("members/*.parquet")) - before and time.monotonic() < deadline:
                time.sleep(0.02)
        time.sleep(chance.uniform(0.0, 2.0 if kill % 2 == 0 else 6.0))
        assert process.poll() is None, f"it ended by itself before kill {kill + 1}"
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    kept = read_study(place)
    assert kept.state == "interrupted"
    assert 20 < len(kept.frame()) < 501
    resumed = sweep(None, out=place, resume=True)
    same(rows(sweep(path, out=tmp_path / "unbroken")), rows(resumed))


FREE = """
schema_version: 1
name: free
case: circuits_small
parameters:
  - {name: costs, table: processes, where: all, column: cost_cny_per_t, low: 0.5, high: 1.3}
design: {kind: monte_carlo, runs: 2}
investments: free
limits: {gap: 0}
audit_every: 0
"""


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_ctrl_c_does_not_wait_for_the_members_under_way(tmp_path: Path, workers: int) -> None:
    """Each takes some five seconds of a core or more to prove; stopped in the midst, the study goes on with what it
    has kept, and the members that were cut off are solved then."""
    path, place = tmp_path / "free.yaml", tmp_path / "out"
    path.write_text(FREE, encoding="utf-8")
    assert run("circuits_small", options=RunOptions(gap=0.3), out=tmp_path / "run").exit is Exit.PLAN
    words = ["sweep", str(path), "--plan", str(tmp_path / "run")]
    words += ["--out", str(place), "--workers", str(workers)]
    process = subprocess.Popen(
        [sys.executable, "-m", "redmud_opt", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 300.0
    while not (place / "study.json").is_file() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(3.0)
    process.send_signal(signal.SIGINT)
    asked_at = time.monotonic()
    assert process.wait(60.0) == Exit.CANCELLED
    assert time.monotonic() - asked_at < 20.0  # seconds on a machine with nothing else to do
    kept = read_study(place)
    assert kept.state == "interrupted"
    before = kept.frame()
    assert len(before) < 3
    resumed = sweep(None, out=place, resume=True)
    found = rows(resumed)
    assert found["status"].tolist() == ["optimal"] * 3
    after = found[found["member"].isin(before["member"])]
    assert after["objective"].tolist() == before["objective"].tolist()


def test_a_process_that_dies_takes_one_member_with_it(home: Path, tmp_path: Path) -> None:
    """In place of processes: a slot whose members 2 and 5 kill whoever solves them, with whatever waits behind."""

    class Mortal(executors.Threads):
        def submit(self, task: Task) -> executors.Future[Row]:
            if task.member.number not in (2, 5):
                return super().submit(task)
            future: executors.Future[Row] = executors.Future()
            future.set_exception(executors.BrokenProcessPool("died"))
            return future

    path = study_file(tmp_path, 6, STUDY.replace("case: case", f"case: {home / 'case'}"))
    kinds = executors.KINDS
    executors.KINDS = {**kinds, "threads": Mortal}
    try:
        found = sweep(path, out=tmp_path / "mortal", engine=Engine("threads", 2))
    finally:
        executors.KINDS = kinds
    assert found.results is not None
    failed = found.results.failures()
    assert failed["member"].tolist() == [2, 5]
    assert set(failed["status"]) == {"crashed"}
    assert np.isfinite(found.results.frame()["x:bricks"]).all()
    assert len(found.results.frame()) == 7


def test_a_plan_of_another_case_is_refused(home: Path, whole: SweepReport, tmp_path: Path) -> None:
    """Its decisions are none of this case; in silence they would be left out."""
    assert whole.folder is not None
    other = tmp_path / "run"
    shutil.copytree(whole.folder / "base", other / "plan")
    record = json.loads((other / "plan" / "plan.json").read_text(encoding="utf-8"))
    record["whole"] = [["build", ["no_such_line", "2026Q1"], 1]]
    (other / "plan" / "plan.json").write_text(json.dumps(record), encoding="utf-8")
    for engine in (Engine(), Engine("threads", 2)):
        found = sweep(home / "study.yaml", out=tmp_path / engine.kind, plan=other, engine=engine)
        assert "fit no plan of this case" in found.words()
    assert (
        "holds no plan" in sweep(home / "study.yaml", out=tmp_path / "x", plan=tmp_path / "nothing").words()
    )


def test_shipped_studies_go_by_their_names() -> None:
    found = find_study("circuits_tornado")
    assert Path(found).is_file()
    assert find_study("no_such_study") == "no_such_study"
