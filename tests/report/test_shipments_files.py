"""Shipments as files: in both languages, nothing live in them, written whole or not at all."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
import python_calamine
from tests.builders import Solved, rows, site, solve
from tests.jobs import cases
from tests.model.permitting import permit, world

from redmud_opt.case import CaseFaults, load_case
from redmud_opt.case.burdens import Mode
from redmud_opt.cli import main
from redmud_opt.jobs import Exit, RunFolder, run
from redmud_opt.report.shipments import book
from redmud_opt.report.shipments.book import write_shipments
from redmud_opt.report.shipments.orders import plan_shipments
from redmud_opt.report.shipments.view import Words

Rows = list[list[object]]


@pytest.fixture(scope="module")
def solved() -> Solved:
    """S sends lining to T under a permit, and its label looks like a formula."""
    road = rows(modes=Mode(mode="road", load_t=30.0, evidence="assumed"))
    named = site("S", label_en="=SUM(A1)", label_zh="@厂")
    case = world(road, permits=(permit("melt_works", name="-1+2"),))
    plain = tuple(row for row in case.sites if row.name != "S")
    return solve(replace(case, sites=(*plain, *named["sites"])))


def sheets(file: Path) -> dict[str, Rows]:
    found = python_calamine.CalamineWorkbook.from_path(str(file))
    return {name: found.get_sheet_by_name(name).to_python() for name in found.sheet_names}


@pytest.mark.parametrize(
    ("language", "names", "wet", "said"),
    [
        (
            "en",
            ["Summary", "Work orders", "Hazardous by lot"],
            "t wet",
            "No code, permit, approval or filing is missing.",
        ),
        ("zh", ["摘要", "运输任务单", "危险废物分批次"], "湿吨", "代码、许可证、批准与备案均无缺项。"),
    ],
)
def test_the_workbook(
    solved: Solved, tmp_path: Path, language: str, names: list[str], wet: str, said: str
) -> None:
    (file,) = write_shipments(solved.case, solved.plan, tmp_path / "s.xlsx", language)
    found = sheets(file)
    assert list(found) == names
    for name in names[1:]:
        head, *lines = found[name]
        total = sum(float(str(line[head.index(wet)])) for line in lines)
        assert total == pytest.approx(solved.frame("flows")["wet_t"].sum())
    cells = [str(cell) for table in found.values() for line in table for cell in line]
    assert said in cells
    assert ("=SUM(A1)" if language == "en" else "@厂") in cells
    assert not [cell for cell in cells if "shipments." in cell or "{" in cell]


def test_a_permit_that_the_case_assumes_is_called_so(solved: Solved) -> None:
    """A stand-in is named with that word, and counted before anything is dispatched."""
    case = replace(
        solved.case, permits=tuple(replace(row, evidence="assumed") for row in solved.case.permits)
    )
    for language, said in (("en", "-1+2 (assumed, no real paper)"), ("zh", "-1+2（假设，非真实证件）")):
        words, shipments = Words(case, solved.plan, language), plan_shipments(case, solved.plan)
        assert words.assumed(shipments) == len(shipments.work_orders) > 0
        for view in (words.orders(shipments), words.manifests(shipments)):
            assert set(view.frame[words.say("column_permit")]) == {said}
        caveats = words.caveats(shipments)
        assert words.say("missing_none") not in caveats
        assert [line for line in caveats if said.removeprefix("-1+2").strip() in line]


def test_csv_starts_no_formula(solved: Solved, tmp_path: Path) -> None:
    files = write_shipments(solved.case, solved.plan, tmp_path / "s.csv")
    assert [path.name for path in files] == ["s.csv", "s_lots.csv", "s_unsplit.csv"]
    assert files[0].read_bytes().startswith(b"\xef\xbb\xbf")
    head, *lines = csv.reader(io.StringIO(files[0].read_text(encoding="utf-8-sig")))
    for line in lines:
        row = dict(zip(head, line, strict=True))
        assert (row["From"], row["Permit of the receiver"]) == ("'=SUM(A1)", "'-1+2")
        assert row["Status"] == "Hazardous waste"
    assert sum(float(line[head.index("t wet")]) for line in lines) == pytest.approx(25.0)


def test_nothing_is_overwritten_and_nothing_wrong_is_written(
    solved: Solved, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "s_lots.csv").write_bytes(b"mine")
    for target in ("s.csv", "s.txt"):
        with pytest.raises(CaseFaults):
            write_shipments(solved.case, solved.plan, tmp_path / target)
    whole = book.plan_shipments(solved.case, solved.plan)
    halved = whole.work_orders.assign(wet_t=whole.work_orders["wet_t"] / 2)
    monkeypatch.setattr(book, "plan_shipments", lambda *_: replace(whole, work_orders=halved))
    with pytest.raises(CaseFaults) as raised:
        write_shipments(solved.case, solved.plan, tmp_path / "w.xlsx")
    assert "shipments.fault_sum_wet" in {fault.message.key for fault in raised.value.faults}
    assert [path.name for path in tmp_path.iterdir()] == ["s_lots.csv"]


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A run that holds a plan; its modes have no loads, so the orders have tonnes alone."""
    cases.starter(tmp_path / "case")
    assert run(tmp_path / "case", out=tmp_path / "run").exit is Exit.PLAN
    asked = ["export", str(tmp_path / "run"), str(tmp_path / "s.xlsx"), "--what", "shipments", "--lang", "zh"]
    assert main(asked) == 0
    head, *lines = sheets(tmp_path / "s.xlsx")["运输任务单"]
    moved = RunFolder(tmp_path / "run").read_plan().frames["flows"]["flow_t"].sum()
    assert sum(float(str(line[head.index("干吨")])) for line in lines) == pytest.approx(moved)
    assert {line[head.index("车（船、列）次")] for line in lines} == {""}
    months = [line for line in sheets(tmp_path / "s.xlsx")["摘要"] if str(line[0]).startswith("2026-")]
    assert {(line[3], line[5]) for line in months} == {("", "")}  # not 0 loads
    assert main([*asked[:2], str(tmp_path / "s.txt"), *asked[3:]]) == 1
    capsys.readouterr()
    assert main(["export", str(tmp_path / "run"), str(tmp_path / "f.csv"), "--what", "filings"]) == 1
    assert "name a file that ends in .xlsx" in capsys.readouterr().err
    assert load_case(tmp_path / "case").modes == ()
