"""The command line: what it prints, in both languages and as JSON, and the code it ends with."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from tests.jobs import cases
from tests.jobs.test_run import KEYS, assert_no_plan, strict

from redmud_opt.case import load_case
from redmud_opt.cli import Live, answers, main
from redmud_opt.cli import cases as case_verbs
from redmud_opt.i18n import Message, text
from redmud_opt.jobs import Exit, status
from redmud_opt.jobs import compute as compute_module
from redmud_opt.solve import Progress


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs go to `runs/` of the working directory."""
    monkeypatch.chdir(tmp_path)


def called(capsys: pytest.CaptureFixture[str], *line: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a line."""
    code = main(line)
    found = capsys.readouterr()
    assert "Traceback" not in found.out + found.err
    return code, found.out, found.err


def as_json(capsys: pytest.CaptureFixture[str], *line: str) -> tuple[int, Any]:
    """Exit code and the one object on standard output."""
    code, out, _ = called(capsys, *line, "--json")
    assert out.count("\n") == 1
    record = strict(out)
    assert record["exit_code"] == code
    return code, record


# ---- init and check -------------------------------------------------------------------------------------------


def test_init_then_check_then_solve(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, _ = called(capsys, "init", "mine")
    assert (code, (tmp_path / "mine" / "case.yaml").is_file()) == (0, True)
    assert "mine" in out
    assert called(capsys, "check", "mine")[0] == 0
    code, out, _ = called(capsys, "solve", "mine")
    assert code == 0
    assert "Audit: passed" in out
    (folder,) = (tmp_path / "runs").iterdir()
    assert str(folder.name) in out


def test_init_never_overwrites(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "mine"]) == 0
    capsys.readouterr()
    code, record = as_json(capsys, "init", "mine")
    assert code == Exit.FAULTS
    assert record["faults"]
    assert as_json(capsys, "init", "other")[1]["files"]


def test_check_lists_all_faults(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    cases.faulty(tmp_path / "case")
    code, record = as_json(capsys, "check", "case")
    assert code == Exit.FAULTS
    places = {(fault["file"], fault["row"], fault["column"]) for fault in record["faults"]}
    assert places >= {("facilities.csv", 2, "site"), ("lines.csv", 2, "capacity")}
    code, out, err = called(capsys, "check", "case")
    assert (code, out) == (Exit.FAULTS, "")
    assert "did you mean 'refinery'" in err
    assert "facilities.csv" in called(capsys, "check", "case", "--lang", "zh")[2]


def test_check_of_what_only_the_network_shows(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    case = cases.starter(tmp_path / "case")
    cases.add(
        case,
        "gates",
        {
            "name": "chloride_gate",
            "at": "brick_making",
            "property": "chloride",
            "kind": "blend",
            "limit": "1",
        },
    )
    cases.add(case, "properties", {"name": "chloride", "unit": "wt%", "mixing": "blend"})
    code, record = as_json(capsys, "check", "case")
    assert code == Exit.FAULTS
    assert {fault["key"] for fault in record["faults"]} == {"network.no_value"}


def test_check_counts_and_is_open(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    cases.starter(tmp_path / "case")
    code, record = as_json(capsys, "check", "case")
    assert code == 0
    assert record["counts"]["materials"] == 6
    assert record["counts"]["derived_materials"] == 1
    assert record["counts"]["columns"] > record["counts"]["streams"]
    assert (
        0.95 < record["assumptions"]["share"] < 1.0
    )  # the starter assumes all; a term in the rule pack is printed
    assert record["not_enforced"]
    assert record["impossible"] == {"by_counting": [], "by_a_solve": []}
    for language, word in (("en", "no faults"), ("zh", "没有错误")):
        out = called(capsys, "check", "case", "--lang", language)[1]
        assert word in out
        assert "jobs." not in out


@pytest.mark.parametrize(
    ("make", "how"),
    [(cases.impossible_by_counting, "by_counting"), (cases.impossible_by_a_solve, "by_a_solve")],
)
def test_impossible_is_a_finding_for_check_and_a_failure_for_solve(
    make: Any, how: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    make(tmp_path / "case")
    code, record = as_json(capsys, "check", "case")
    assert code == 0
    assert record["impossible"][how]
    code, record = as_json(capsys, "solve", "case")
    assert code == Exit.INFEASIBLE
    assert record["messages"][0]["key"] == f"impossible.{how}"
    assert_no_plan(Path(record["run_dir"]))
    code, out, err = called(capsys, "solve", "case", "--lang", "zh")
    assert (code, out) == (Exit.INFEASIBLE, "")
    assert "不可能" in err


# ---- solve ----------------------------------------------------------------------------------------------------


def test_solve_as_json(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    cases.starter(tmp_path / "case")
    code, record = as_json(capsys, "solve", "case", "--out", "out", "--lang", "zh")
    assert code == 0
    assert record.keys() >= KEYS
    assert record["run_dir"] == "out"
    assert record == strict((tmp_path / "out" / "result.json").read_text(encoding="utf-8")) | {
        "not_enforced": record["not_enforced"]
    }
    assert "尚不影响" in record["not_enforced"][0]["text"]
    assert as_json(capsys, "audit", "out")[1]["audit"]["passed"] is True


@pytest.mark.parametrize("algorithm", ["auto", "simplex", "ipm"])
def test_algorithms_agree(algorithm: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    cases.starter(tmp_path / "case")
    record = as_json(capsys, "solve", "case", "--algorithm", algorithm)[1]
    assert record["value_cny"] == pytest.approx(-42.071e6, rel=1e-3)


def test_more_use_costs_value(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    case = cases.starter(tmp_path / "case")
    cases.edit(case, "processes", lambda row: row.update(cost_cny_per_t="300"))
    cases.edit(case, "targets", lambda row: row.update(price_cny_per_t="0"))
    value = as_json(capsys, "solve", "case")[1]
    use = as_json(capsys, "solve", "case", "--objective", "utilisation")[1]
    assert use["value_cny"] < value["value_cny"]
    assert use["utilisation"][0]["rate_new"] > value["utilisation"][0]["rate_new"]


@pytest.mark.parametrize(
    ("make", "line", "code", "key"),
    [
        (cases.unbounded, (), Exit.FAULTS, "unbounded"),
        (cases.faulty, (), Exit.FAULTS, None),
        (cases.starter, ("--time-limit", "0"), Exit.LIMIT, "time"),
    ],
)
def test_no_plan_is_no_plan(
    make: Any,
    line: tuple[str, ...],
    code: Exit,
    key: str | None,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    make(tmp_path / "case")
    found, record = as_json(capsys, "solve", "case", *line)
    assert found == code
    assert record.keys() >= KEYS
    assert (record["holds"], record["stopped"], record["value_cny"]) == ("nothing", key, None)
    for folder in (tmp_path / "runs").glob("*"):
        assert_no_plan(folder)


def test_crash_of_a_solve(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("injected")

    monkeypatch.setattr(compute_module, "build_model", broken)
    cases.starter(tmp_path / "case")
    code, out, err = called(capsys, "solve", "case")
    assert (code, out) == (Exit.CRASHED, "")
    assert "ZeroDivisionError" in err
    assert "log.txt" in err
    (folder,) = (tmp_path / "runs").iterdir()
    assert "injected" in (folder / "log.txt").read_text()
    assert as_json(capsys, "solve", "case")[1]["stopped"] == "crashed"


def test_crash_elsewhere_writes_its_trace_to_a_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("injected")

    monkeypatch.setattr(case_verbs, "check_case", broken)
    monkeypatch.setattr(answers.tempfile, "tempdir", str(tmp_path))
    code, record = as_json(capsys, "check", "case")
    assert code == Exit.CRASHED
    assert "ZeroDivisionError" in record["messages"][0]["text"]
    (trace,) = tmp_path.glob("redmud-opt-*.txt")
    assert "Traceback" in trace.read_text()


def test_failed_audit(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked = compute_module.audit
    monkeypatch.setattr(
        compute_module, "audit", lambda case, frames, value, *rest: checked(case, frames, value + 1e6, *rest)
    )
    cases.starter(tmp_path / "case")
    code, record = as_json(capsys, "solve", "case")
    assert code == Exit.AUDIT_FAILED
    assert record["audit"]["passed"] is False
    assert_no_plan(Path(record["run_dir"]))


# ---- with integers ---------------------------------------------------------------------------------------------


def test_stopping_at_a_gap(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    cases.growing(tmp_path / "case")
    code, record = as_json(capsys, "solve", "case", "--gap", "0.9")
    assert (code, record["status"], record["stopped"]) == (0, "feasible", "gap")
    assert 1e-6 < record["gap"] <= 0.9
    options = strict((Path(record["run_dir"]) / "options.json").read_text(encoding="utf-8"))
    assert options["gap"] == 0.9
    code, record = as_json(capsys, "solve", "case")
    assert (code, record["status"], record["stopped"]) == (0, "optimal", "optimal")
    assert [row["line"] for row in record["builds"]] == ["separator_2", "separator_2", "press_2"]


def on_screen(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *line: str
) -> tuple[str, list[str]]:
    """Standard error of a line whose user watches, and what stood on its live line, one after the other."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert main(line) == 0
    err = capsys.readouterr().err
    return err, [part.split("\n")[0].rstrip() for part in err.split("\r")[1:]]


@pytest.mark.parametrize(("language", "done"), [("en", "gap 0.00 % · done"), ("zh", "间隙 0.00 % · 结束")])
def test_live_progress(
    language: str,
    done: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    cases.growing(tmp_path / "case")
    err, live = on_screen(capsys, monkeypatch, "solve", "case", "--lang", language)
    assert live[-1].endswith(done)
    assert live[-1].count("-13.865") == 2  # best plan and bound
    assert "cli." not in err
    lines = err.split("\n")
    assert text(Message("cli.stage_plan"), language) in lines  # on a line of its own


def test_a_shorter_line_leaves_nothing_of_a_longer_one() -> None:
    stream = io.StringIO()
    live = Live(stream, "en")
    for bound in (1e12, 1e6):
        live.progress(Progress(1.0, 0, 1e6, bound, None, "try"))
    longer, shorter = stream.getvalue().split("\r")[1:]
    assert len(shorter) == len(longer)
    assert shorter.rstrip() != shorter


def test_live_progress_names_what_is_counted() -> None:
    stream = io.StringIO()
    live = Live(stream, "en")
    live.progress(Progress(1.0, 0, None, None, None, "try"))
    live.goal("utilisation")
    live.progress(Progress(1.0, 0, 1.5e6, 2e6, 0.333, "branch"))
    first, second = stream.getvalue().split("\r")[1:]
    assert first.rstrip() == "  1 s · best – · bound – MCNY · gap – · first try"
    assert second.rstrip() == "  1 s · best 1.500 · bound 2.000 Mt used · gap 33.30 % · branching"


def test_no_live_line_without_integers(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    cases.starter(tmp_path / "case")
    err, live = on_screen(capsys, monkeypatch, "solve", "case")
    assert "solving …" in err
    assert live == []


def test_nothing_live_in_json(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    cases.growing(tmp_path / "case")
    assert on_screen(capsys, monkeypatch, "solve", "case", "--json") == ("", [])


# ---- audit ----------------------------------------------------------------------------------------------------


def test_audit_finds_what_was_changed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    cases.starter(tmp_path / "case")
    assert main(["solve", "case", "--out", "out"]) == 0
    capsys.readouterr()
    assert called(capsys, "audit", "out")[0] == 0
    cases.alter(tmp_path / "out" / "plan", "value_terms", cases.added("value_cny", 0, 1e6))
    code, _, err = called(capsys, "audit", "out", "--lang", "zh")
    assert code == Exit.AUDIT_FAILED
    assert "未通过" in err
    assert as_json(capsys, "audit", "out")[1]["audit"]["failures"]


def test_audit_of_no_run(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, record = as_json(capsys, "audit", str(tmp_path))
    assert code == Exit.FAULTS
    assert record["faults"][0]["key"] == "jobs.not_a_run"


# ---- the line itself ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        (),
        ("sovle", "x"),
        ("solve",),
        ("solve", "x", "--time-limit", "-1"),
        ("solve", "x", "--time-limit", "soon"),
        ("solve", "x", "--gap", "-0.1"),
        ("solve", "x", "--gap", "1"),
        ("solve", "x", "--gap", "1%"),
        ("solve", "x", "--gap", "nan"),
        ("solve", "x", "--algorithm", "magic"),
        ("check", "x", "--lang", "fr"),
    ],
)
def test_a_line_that_is_not_understood(line: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """Never 2: that means infeasible."""
    code, out, err = called(capsys, *line)
    assert (code, out) == (Exit.FAULTS, "")
    assert "redmud-opt" in err
    code, record = as_json(capsys, *line)
    assert record["faults"]


def test_an_objective_that_does_not_exist(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = called(capsys, "solve", "x", "--objective", "fun")
    assert (code, out) == (Exit.FAULTS, "")
    assert "'fun'" in err
    assert "utilisation" in err


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = called(capsys, "--help")
    assert code == 0
    for verb in ("init", "check", "solve", "audit", "explain", "front", "compare", "export"):
        assert verb in out
        assert called(capsys, verb, "--help")[0] == 0


def test_a_case_that_is_not_there(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, record = as_json(capsys, "solve", "guangxy")
    assert code == Exit.FAULTS
    assert "guangxi" in record["faults"][0]["remedy"]
    assert not (tmp_path / "runs").exists()


# ---- as a process ---------------------------------------------------------------------------------------------


def process(*line: str, **more: Any) -> subprocess.Popen[str]:
    """The program as people start it."""
    command = [sys.executable, "-m", "redmud_opt", *line]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)


PATIENCE_S = 180.0
"""Till the solver of a process gives a sign of life: four seconds on an idle machine."""

SLOW = ("solve", "case/slow.yaml", "--time-limit", f"{cases.SLOW_LIMIT_S:g}")


@pytest.mark.slow
def test_interrupted_solve(tmp_path: Path) -> None:
    """As long as HiGHS takes to heed it. In `make test` a run is cancelled by `test_queue`."""
    cases.slow(tmp_path / "case")
    with process(*SLOW, "--json") as program:
        end = time.monotonic() + PATIENCE_S
        while not list(tmp_path.glob("runs/*/progress.jsonl")):
            assert time.monotonic() < end
            assert program.poll() is None
            time.sleep(0.05)
        asked = time.monotonic()
        program.send_signal(signal.SIGINT)
        out, err = program.communicate(timeout=120)
    assert time.monotonic() - asked < 120  # a plan held by then is still made and audited
    record = strict(out)
    assert "Traceback" not in err
    assert record["exit_code"] == program.returncode
    if record["holds"] == "nothing":
        assert (program.returncode, record["stopped"]) == (130, "cancelled")
        assert_no_plan(tmp_path / record["run_dir"])
    else:
        assert (program.returncode, record["stopped"], record["status"]) == (0, "cancelled", "feasible")


def test_killed_solve_is_a_failed_run(tmp_path: Path) -> None:
    cases.slow(tmp_path / "case")
    with process(*SLOW) as program:
        end = time.monotonic() + PATIENCE_S
        while not list(tmp_path.glob("runs/*/progress.jsonl")):
            assert time.monotonic() < end
            time.sleep(0.05)
        (folder,) = tmp_path.glob("runs/slow-*")
        assert status(folder).state == "running"
        program.kill()
        program.communicate(timeout=60)
    assert status(folder).state == "failed"
    assert_no_plan(folder)


def test_second_interrupt_ends_at_once(tmp_path: Path) -> None:
    """The first one is noted while nothing asks for it; the second is the system's."""
    code = (
        "import sys, time\n"
        "from redmud_opt.cli import cases, main\n"
        "cases.check_case = lambda *_: [print('ready', flush=True), time.sleep(60)]\n"
        "sys.exit(main(['check', 'x']))\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
        program.send_signal(signal.SIGINT)
        time.sleep(0.5)
        assert program.poll() is None
        program.send_signal(signal.SIGINT)
        _, err = program.communicate(timeout=30)
    assert program.returncode == -signal.SIGINT  # a shell says 130
    assert "Traceback" not in err


def test_reader_that_goes_away(tmp_path: Path) -> None:
    cases.starter(tmp_path / "case")
    with process("check", "case") as program:
        assert program.stdout is not None
        program.stdout.close()
        assert program.stderr is not None
        assert "Traceback" not in program.stderr.read()


def test_chinese_on_a_terminal_without_chinese(tmp_path: Path) -> None:
    cases.starter(tmp_path / "case")
    with process(
        "solve", "case", "--lang", "zh", "--json", env={**os.environ, "PYTHONIOENCODING": "ascii"}
    ) as program:
        out, err = program.communicate(timeout=60)
    assert program.returncode == 0, err
    assert "尚不影响" in json.loads(out)["not_enforced"][0]["text"]


def test_check_names_an_unbounded_case(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, record = as_json(capsys, "check", str(cases.unbounded(tmp_path / "endless")))
    assert code == 1
    assert [fault["key"] for fault in record["faults"]] == ["jobs.unbounded"]


# ---- evidence, screening, import -------------------------------------------------------------------------------


def test_evidence_of_a_case_and_of_a_run(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    cases.starter(tmp_path / "case")
    code, record = as_json(capsys, "evidence", "case")
    assert code == 0
    numbers = {row["grade"]: row["numbers"] for row in record["shares"]}
    assert numbers["assumed"] > 20
    assert "figures" not in record
    assert main(["solve", "case", "--out", "run"]) == 0
    capsys.readouterr()
    code, record = as_json(capsys, "evidence", "run")
    assert code == 0
    assert sum(row["share_of_value"] for row in record["shares"]) == pytest.approx(1)
    assert record["figures"][0]["weight_cny"] >= record["figures"][-1]["weight_cny"] > 0
    assert 0 < record["on_assumptions"]["share_of_utilisation"] <= 1
    assert "可信程度" in called(capsys, "evidence", "run", "--lang", "zh")[1]


def test_evidence_of_nothing(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert as_json(capsys, "evidence", "nowhere")[0] == Exit.FAULTS
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "options.json").write_text("{}", encoding="utf-8")
    code, record = as_json(capsys, "evidence", "empty")
    assert code == Exit.FAULTS
    assert record["faults"][0]["key"] == "jobs.no_plan_here"


def test_evidence_of_a_run_whose_inputs_were_changed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    cases.starter(tmp_path / "case")
    assert main(["solve", "case", "--out", "run"]) == 0
    capsys.readouterr()
    table = tmp_path / "run" / "inputs" / "outlets.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("420", "421"), encoding="utf-8")
    code, record = as_json(capsys, "evidence", "run")
    assert code == Exit.FAULTS
    assert record["faults"][0]["key"] == "jobs.inputs_differ"


def test_screen_judges_every_plant_and_route(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    cases.starter(tmp_path / "case")
    code, record = as_json(capsys, "screen", "case")
    assert code == 0
    assert {row["route"] for row in record["rows"]} == {"magnetic_separation", "brick_making"}
    assert "磁选" in called(capsys, "screen", "case", "--lang", "zh")[1]
    assert as_json(capsys, "screen", "nowhere")[0] == Exit.FAULTS


def test_law_lists_what_applies_and_what_changed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The starter case takes red mud alone: of the list of hazardous wastes nothing bites."""
    cases.starter(tmp_path / "case")
    code, record = as_json(capsys, "law", "case", "--date", "2026-03-01")
    assert (code, record["pack"], record["day"]) == (0, "cn", "2026-03-01")
    assert {row["item"] for row in record["rules"] if row["subject"] == "method"} >= {"R4", "R5"}
    code, record = as_json(capsys, "law", "case", "--date", "2026-03-01", "--against-date", "2024-12-31")
    assert (code, record["doors"]) == (0, [])
    changes = {(row["change"], row["item"]): row for row in record["changes"]}
    assert changes["number", "any use"]["clause_after"] == "list of exempt management 2025, item 31"
    assert not changes["number", "any use"]["bites"]
    words = called(capsys, "law", "case", "--against-pack", "in", "--lang", "zh")[1]
    assert "规则包“in”" in words
    assert "{" not in words


def test_law_compares_the_plans_of_two_laws(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    cases.starter(tmp_path / "case")
    code, record = as_json(capsys, "law", "case", "--against-date", "2024-12-31", "--solve")
    assert (code, record["destinations"]) == (0, [])
    value = record["kpis"][0]
    assert (value["kpi"], value["before"]) == ("value_cny", value["after"])
    assert "goes where it goes" in called(capsys, "law", "case", "--against-date", "2024-12-31", "--solve")[1]


@pytest.mark.parametrize(
    ("words", "key"),
    [
        (("--pack", "atlantis"), "case.unknown_rule_pack"),
        (("--date", "2026-13-01"), "case.no_such_day"),
        (("--against-date", "yesterday"), "case.not_a_date"),
        (("--solve",), "cli.misused"),
    ],
)
def test_law_of_nowhere_and_never(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, words: tuple[str, ...], key: str
) -> None:
    cases.starter(tmp_path / "case")
    code, record = as_json(capsys, "law", "case", *words)
    assert (code, [fault["key"] for fault in record["faults"]]) == (Exit.FAULTS, [key])


def test_import_of_ones_own_arisings(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The plant's own ledger: 800 kt of dry mud a year instead of the starter's 1.2 Mt."""
    cases.starter(tmp_path / "case")
    ledger = tmp_path / "ledger.csv"
    ledger.write_text("厂,废物名称,产生量（吨，干）\nrefinery,red_mud,800000\n", encoding="utf-8")
    before = (tmp_path / "case" / "arisings.csv").read_text(encoding="utf-8")
    code, _ = as_json(capsys, "import", "case", "ledger.csv", "--dry-run")
    assert code == 0
    assert (tmp_path / "case" / "arisings.csv").read_text(encoding="utf-8") == before
    code, _ = as_json(capsys, "import", "case", "ledger.csv")
    assert code == 0, called(capsys, "import", "case", "ledger.csv")
    (row,) = load_case(tmp_path / "case").arisings
    assert (row.amount_t, row.evidence) == (800000, "measured")
    assert as_json(capsys, "import", "case", "nowhere.csv")[0] == Exit.FAULTS
