"""`import-actuals` from files to a case rolled on and planned anew, on the starter case and on a shipped one."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pandas as pd
import pytest
from tests.jobs import cases
from tests.made_up import make_up

from redmud_opt import cli, import_actuals, load_case
from redmud_opt.case import CaseFaults
from redmud_opt.i18n import LANGUAGES
from redmud_opt.jobs import Exit, RunOptions, run
from redmud_opt.jobs import actuals as jobs
from redmud_opt.jobs.taking import take

LIMIT = "name,measure,at,every,max_change_share,evidence\nsteady,feed,press,sum,0.1,assumed\n"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The starter case solved, and made-up actuals of its first half."""
    folder = tmp_path_factory.mktemp("actuals")
    cases.starter(folder / "case")
    assert run(folder / "case", out=folder / "run").exit is Exit.PLAN
    held = take(folder / "run")
    make_up(held.plan, held.case, list(held.case.periods[:2]), folder)
    return folder


def files(home: Path) -> list[Path]:
    return [home / "production.xlsx", home / "loads.xlsx"]


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_whole_loop(home: Path, tmp_path: Path) -> None:
    """Imported, explained, rolled on; bricks bring a third: planned anew with a limit on change."""
    rolled = tmp_path / "rolled"
    report = jobs.import_actuals(home / "run", files(home), out=rolled)
    assert report.faults is None, report.words()
    for language in LANGUAGES:
        words = report.words(language)
        assert "actuals." not in words
        assert "{" not in words
        record = report.as_record(language)
        assert json.dumps(record)
        assert record["written"]
    case = load_case(rolled)
    assert [period.name for period in case.periods] == ["2026Q3", "2026Q4"]
    (row,) = case.year_to_date
    stocks = pd.read_csv(home / "run" / "actuals" / "stocks.csv")
    assert row.generated_t == pytest.approx(stocks["arising_t"].sum())
    outlets = (rolled / "outlets.csv").read_text(encoding="utf-8").replace(",260,", ",86,")
    (rolled / "outlets.csv").write_text(outlets, encoding="utf-8")
    options = RunOptions(baseline=str(home / "run"))
    (rolled / "change_limits.csv").write_text(LIMIT, encoding="utf-8")
    steady = run(rolled, options=options, out=tmp_path / "steady")
    assert steady.plan is not None, steady.words()
    moved = steady.plan.frames["moved"]
    before = take(home / "run").plan.frames["feeds"]
    for period in ("2026Q3", "2026Q4"):
        own = moved[(moved["measure"] == "feed") & (moved["item"] == "press") & (moved["period"] == period)]
        whole = before[(before["line"] == "press") & (before["period"] == period)]["feed_t"].sum()
        assert own["change"].sum() == pytest.approx(-0.1 * whole)


def test_what_is_kept_in_the_run(home: Path) -> None:
    answer = import_actuals(home / "run", *files(home))
    kept = home / "run" / "actuals"
    for name in ("deviations", "causes", "periods", "stocks"):
        assert len(pd.read_csv(kept / f"{name}.csv")) == len(answer.frames[name])
    record = json.loads((kept / "actuals.json").read_text(encoding="utf-8"))
    assert record["cut"] == "2026-07-01"
    assert record["made_up"] == ["production.xlsx", "loads.xlsx"]
    assert set(record["answer"]) == set(LANGUAGES)
    assert {path.name for path in (kept / "files").iterdir()} == {"1_production.xlsx", "2_loads.xlsx"}
    records = kept / "records.csv"
    assert len(pd.read_csv(records)) > 20
    assert records.read_bytes().startswith(b"\xef\xbb\xbf")  # a spreadsheet reads Chinese
    assert not [path.name for path in (home / "run").iterdir() if path.suffix in (".part", ".old")]
    assert take(home / "run").plan.audit is not None  # the run is none the worse


def test_a_dry_run_and_a_fault_write_nothing(home: Path, tmp_path: Path) -> None:
    before = everything(home)
    tried = jobs.import_actuals(home / "run", files(home), out=tmp_path / "new", dry_run=True)
    assert (tried.exit, tried.written, tried.out) == (Exit.PLAN, False, None)
    bad = tmp_path / "bad.csv"
    bad.write_text("site,material,month,amount (t, dry)\nelsewhere,red_mud,2026-01,-5\n", encoding="utf-8")
    refused = jobs.import_actuals(home / "run", [*files(home), bad], out=tmp_path / "new")
    assert refused.exit is Exit.FAULTS
    for language, words in (("en", "Nothing is imported"), ("zh", "未导入")):
        assert words in refused.words(language)
    assert not (tmp_path / "new").exists()
    assert everything(home) == before
    with pytest.raises(CaseFaults):
        import_actuals(home / "run", bad)


def test_a_case_is_rolled_on_to_an_empty_folder_only(home: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    report = jobs.import_actuals(home / "run", files(home), out=tmp_path)
    assert report.exit is Exit.FAULTS
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_folder_that_takes_no_file(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A word, no traceback; where the run takes no copy of the files, the rolled case is not there either."""
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    report = jobs.import_actuals(home / "run", files(home), out=tmp_path / "file" / "new")
    assert report.faults is not None
    assert [fault.message.key for fault in report.faults.faults] == ["jobs.cannot_write"]

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(jobs, "_keep", full)
    report = jobs.import_actuals(home / "run", files(home), out=tmp_path / "new")
    assert "No space left" in report.words("zh")
    assert not (tmp_path / "new").exists()


def test_what_columns_hold_is_remembered_beside_the_case(home: Path, tmp_path: Path) -> None:
    """Said once with --map; the next import of such a file needs no more, nor that of the case rolled on."""
    mine = tmp_path / "mine.csv"
    rows = [["plant", "material", "month", "tonnes"]]
    rows += [["refinery", "red_mud", f"2026-{month:02}", "95000"] for month in range(1, 7)]
    with mine.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(rows)
    assert jobs.import_actuals(home / "run", [mine]).exit is Exit.FAULTS
    asked = ["tonnes=amount (t, dry)"]
    assert jobs.import_actuals(home / "run", [mine], columns=asked).exit is Exit.PLAN
    kept = json.loads((home / "case" / jobs.MAP).read_text(encoding="utf-8"))
    assert kept == {"plant | material | month | tonnes": {"tonnes": "amount (t, dry)"}}
    assert jobs.import_actuals(home / "run", [mine]).exit is Exit.PLAN
    assert load_case(home / "case").settings.name == "starter"
    (home / "case" / jobs.MAP).write_text("[1", encoding="utf-8")
    broken = jobs.import_actuals(home / "run", [mine])
    assert broken.faults is not None
    assert [fault.message.key for fault in broken.faults.faults] == ["actuals.map_unreadable"]
    (home / "case" / jobs.MAP).unlink()


def test_on_the_command_line(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = ["import-actuals", str(home / "run"), *map(str, files(home)), "--through", "2026Q1"]
    assert cli.main([*line, "--out", str(tmp_path / "new"), "--json", "--lang", "zh"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["case"] == str(tmp_path / "new")
    assert "计划与实际" in record["answer"]["heading"]["text"]
    assert load_case(tmp_path / "new").periods[0].name == "2026Q2"
    assert cli.main([*line[:-1], "2026Q7"]) == 1
    assert "2026Q7" in capsys.readouterr().err


@pytest.mark.slow
def test_a_year_of_guangxi(tmp_path: Path) -> None:
    """A year of made-up actuals: steps, yards, budgets, clocked waste and residues come over; planned anew."""
    assert run("guangxi", out=tmp_path / "run").exit is Exit.PLAN
    held = take(tmp_path / "run")
    year = [period for period in held.case.periods if period.year == 2026]
    made = make_up(held.plan, held.case, year, tmp_path, more=("red_mud", "new_yard", 0.03))
    report = jobs.import_actuals(tmp_path / "run", made, out=tmp_path / "rolled")
    assert report.faults is None, report.words()
    rolled = load_case(tmp_path / "rolled")
    assert rolled.periods == tuple(period for period in held.case.periods if period.year > 2026)
    line = next(row for row in rolled.lines if row.name == "hgms_line_2")
    assert (line.candidate, line.opens is not None) == (False, True)
    causes = pd.read_csv(tmp_path / "run" / "actuals" / "causes.csv")
    parts = causes.groupby(["measure", "at", "material"], dropna=False)
    assert (parts["amount"].sum() - parts["deviation"].first()).abs().max() < 1e-3
    limit = LIMIT.replace("press", "hgms_line")
    (tmp_path / "rolled" / "change_limits.csv").write_text(limit, encoding="utf-8")
    options = RunOptions(baseline=str(tmp_path / "run"), gap=0.01)
    again = run(tmp_path / "rolled", options=options, out=tmp_path / "again")
    assert again.exit is Exit.PLAN, again.words()
