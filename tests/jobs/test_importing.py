"""What `import` says, in words and as a record, and how columns are named on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from redmud_opt.case import CaseFaults, init_case, load_case
from redmud_opt.i18n import LANGUAGES
from redmud_opt.jobs.importing import columns_of, import_into
from redmud_opt.jobs.outcome import Exit

LEDGER = "单位,物料名称,产生量（吨，干）,年份\n氧化铝厂,赤泥,900000,2025\n合计,,900000,\n"


@pytest.fixture
def case(tmp_path: Path) -> Path:
    init_case(tmp_path / "case")
    (tmp_path / "ledger.csv").write_text(LEDGER, encoding="utf-8")
    return tmp_path / "case"


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_says_what_it_did(case: Path, language: str) -> None:
    report = import_into(case, case.parent / "ledger.csv", language=language)
    record = report.as_record(language)
    assert (report.exit, record["written"], record["faults"]) == (Exit.PLAN, True, [])
    assert [(one["table"], one["what"], one["name"]) for one in record["changes"]] == [
        ("sources", "added", "import ledger.csv"),
        ("arisings", "replaced", "mud"),
    ]
    assert [one["key"] for one in record["remarks"]] == ["importing.total_skipped", "importing.taken_for_all"]
    assert json.dumps(record)
    words = report.words(language)
    assert "importing." not in words
    assert "amount_t=900000" in words
    assert ("导入自" in load_case(case).arisings[0].comment) is (language == "zh")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_dry_run_says_so(case: Path, language: str) -> None:
    report = import_into(case, case.parent / "ledger.csv", dry_run=True, language=language)
    assert report.as_record(language)["written"] is False
    assert "nothing is changed yet" in report.words("en")
    assert "尚未改动" in report.words("zh")
    assert load_case(case).arisings[0].amount_t is None


def test_faults_leave_the_case(case: Path) -> None:
    report = import_into(case, case.parent / "ledger.csv", columns=["产生量（吨，干）=ignore"])
    assert (report.exit, report.as_record()["changes"]) == (Exit.FAULTS, [])
    assert "The case is as it was" in report.words("en")
    assert import_into(case, case.parent / "none.csv").exit is Exit.FAULTS


def test_columns_of_the_command_line(case: Path) -> None:
    assert columns_of(["产生量=amount (t, wet)", "a=b=site"]) == {"产生量": "amount (t, wet)", "a=b": "site"}
    with pytest.raises(CaseFaults) as caught:
        columns_of(["site", "=x", "a="])
    assert len(caught.value.faults) == 3
    assert import_into(case, case.parent / "ledger.csv", columns=["site"]).exit is Exit.FAULTS


def test_a_plant_that_no_road_reaches(case: Path) -> None:
    """The case loads, but its network says that the waste cannot go anywhere."""
    with (case / "sites.csv").open("a", encoding="utf-8") as sites:
        sites.write("far,Far plant,远厂,refinery,,,,\n")
    (case.parent / "far.csv").write_text("site,material,amount (t dry)\nfar,red_mud,5\n", encoding="utf-8")
    report = import_into(case, case.parent / "far.csv")
    assert report.faults is not None
    assert [(fault.file, fault.row, fault.column) for fault in report.faults.faults] == [
        ("far.csv", 2, "material")
    ]
    assert "far.csv, row 2" in report.words("en")
    assert len(load_case(case).arisings) == 1
