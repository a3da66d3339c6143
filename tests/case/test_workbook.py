"""A case as one workbook and back: the identity, drop-downs, and everything that a workbook can be wrong with."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import python_calamine
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.examples import examples
from tests.jobs import cases

from redmud_opt.case import CaseFaults, load_case
from redmud_opt.case.bundle import bundled_names, find_bundled
from redmud_opt.case.case import TABLES
from redmud_opt.case.columns import Place
from redmud_opt.case.fieldwords import column_words
from redmud_opt.case.raw import RawRow, RawTable
from redmud_opt.case.workbook import blank_workbook, write_folder, write_workbook
from redmud_opt.case.workbook.layout import key_rows, sheets, yaml_of
from redmud_opt.case.workbook.reading import Workbook
from redmud_opt.case.workbook.writing import _write

FOLDERS = [name for name in bundled_names() if (find_bundled(name) or Path()).is_dir()]


QUICK = ("guangxi", "circuits")
"""The others in `make test-all`: every sheet is written, read and compared."""


@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in FOLDERS]
)
def test_folder_to_workbook_to_folder_is_the_identity(name: str, tmp_path: Path) -> None:
    """Byte by byte, of every case that travels with the program; and the workbook is the same case."""
    folder = find_bundled(name)
    assert folder is not None
    file = write_workbook(folder, tmp_path / f"{name}.xlsx")
    write_folder(file, tmp_path / name)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} == before
    assert load_case(file) == load_case(folder)


def test_a_scenario_becomes_a_whole_case(tmp_path: Path) -> None:
    file = write_workbook("circuits_small", tmp_path / "small.xlsx")
    assert load_case(file) == load_case("circuits_small")


def test_a_scenario_may_rest_on_a_workbook(tmp_path: Path) -> None:
    cases.starter(tmp_path / "case")
    write_workbook(tmp_path / "case", tmp_path / "case.xlsx")
    for base in ("case", "case.xlsx"):
        text = f"schema_version: 1\nbase: {base}\nsettings: {{name: dearer}}\noverrides:\n"
        text += "  - {table: outlets, where: all, scale: {price_cny_per_t: 1.1}}\n"
        (tmp_path / f"on_{base}.yaml").write_text(text, encoding="utf-8")
    assert load_case(tmp_path / "on_case.xlsx.yaml") == load_case(tmp_path / "on_case.yaml")


def test_a_blank_workbook_explains_itself_in_both_languages(tmp_path: Path) -> None:
    file = blank_workbook(tmp_path / "blank.xlsx")
    book = python_calamine.CalamineWorkbook.from_path(str(file))
    assert set(sheets()) <= set(book.sheet_names)
    names, units, zh, en = book.get_sheet_by_name("outlets").to_python()[:4]
    at = names.index("haul_radius_km")
    assert units[at] == "km"
    assert (zh[at], en[at]) == tuple(
        column_words("outlets", "haul_radius_km", language) for language in ("zh", "en")
    )
    with pytest.raises(CaseFaults) as raised:
        load_case(file)
    assert {fault.column for fault in raised.value.faults} == {"name", "base_year"}


def test_drop_downs_offer_choices_and_declared_names(tmp_path: Path) -> None:
    cases.starter(tmp_path / "case")
    file = write_workbook(tmp_path / "case", tmp_path / "case.xlsx")
    with zipfile.ZipFile(file) as box:
        sheets_xml = [box.read(name).decode() for name in box.namelist() if "worksheets/sheet" in name]
    assert any('"blend,each"' in xml for xml in sheets_xml)
    assert any("names!$" in xml for xml in sheets_xml)
    offered = python_calamine.CalamineWorkbook.from_path(str(file)).get_sheet_by_name("names").to_python()
    assert "refinery" in {cell for row in offered for cell in row}


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "there.xlsx").write_bytes(b"mine")
    with pytest.raises(CaseFaults):
        blank_workbook(tmp_path / "there.xlsx")
    assert (tmp_path / "there.xlsx").read_bytes() == b"mine"
    file = blank_workbook(tmp_path / "blank.xlsx")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "mine").touch()
    with pytest.raises(CaseFaults):
        write_folder(file, tmp_path / "folder")
    assert [path.name for path in (tmp_path / "folder").iterdir()] == ["mine"]


CELL = st.text(
    st.characters(min_codepoint=32, exclude_categories=("Cs", "Cc")), min_size=1, max_size=12
).filter(lambda words: words.strip(" \t") == words and words.strip())
TRAPS = st.sampled_from(
    ("=1+1", "+8613800000000", "-cmd", "@SUM(A1)", "0012", "1e3", "1.10", "2026-03-01", "TRUE", "MAR2", "1,5")
)


@settings(max_examples=examples(20), deadline=None)
@given(st.lists(st.tuples(CELL | TRAPS, CELL | TRAPS, st.floats(0, 1e12).map(repr)), min_size=1, max_size=40))
def test_any_text_comes_back(rows: list[tuple[str, str, str]]) -> None:
    """Ids that begin with = + - @, numbers with zeros that mean something, dates: all are what was written."""
    header = ("name", "comment", "max_t")
    held = [dict(zip(header, row, strict=True)) for row in rows]
    table = RawTable(header, tuple(RawRow(Place(), cells) for cells in held))
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        file = _write([("name", "x")], {"outlets": table}, Path(folder) / "x.xlsx")
        found = Workbook(file, "x", []).tables()["outlets"]
    assert [dict(row.cells) for row in found.rows] == held
    assert found.header == header


@given(st.lists(st.sampled_from(("# a remark", "", "name: x", "periods:\n  start: 2026-01-01\n  spans:\n    - {a: 1}",
                                 "base_year: 2026", "list:\n  - a\n  - b"))))  # fmt: skip
def test_keys_come_back(blocks: list[str]) -> None:
    text = "".join(f"{block}\n" for block in blocks)
    assert yaml_of(key_rows(text)) == (text or "\n")


# ---- what a workbook can be wrong with ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("starter")
    cases.starter(home / "case")
    return write_workbook(home / "case", home / "case.xlsx")


def again(file: Path, target: Path, change: Callable[[str, int, int, Any], Any], top: int = 0) -> Path:
    """The workbook typed again, cell by cell, with `top` rows more above."""
    book = python_calamine.CalamineWorkbook.from_path(str(file))
    with xlsxwriter.Workbook(str(target), {"strings_to_formulas": False}) as out:
        day = out.add_format({"num_format": "yyyy-mm-dd"})
        for name in book.sheet_names:
            sheet = out.add_worksheet(name)
            shift = top if name == "outlets" else 0
            for r, row in enumerate(book.get_sheet_by_name(name).to_python(skip_empty_area=False)):
                for c, value in enumerate(row):
                    cell = change(name, r, c, value)
                    if callable(cell):
                        cell(sheet, r + shift, c, day)
                    elif cell != "":
                        sheet.write(r + shift, c, cell)
    return target


def faults_of(file: Path) -> list[tuple[str, str, int, str]]:
    with pytest.raises(CaseFaults) as raised:
        load_case(file)
    for language in ("en", "zh"):
        assert "{" not in raised.value.render(language)
    return [(fault.message.key, fault.file, fault.row, fault.column) for fault in raised.value.faults]


def test_rows_put_above_the_names_do_no_harm(starter: Path, tmp_path: Path) -> None:
    file = again(starter, tmp_path / "case.xlsx", lambda n, r, c, v: v, top=3)
    assert load_case(file) == load_case(starter)


def outlet_name(write: Callable[..., Any]) -> Callable[[str, int, int, Any], Any]:
    """The first name in `outlets`, the first row below the four of the head, is something else."""
    return lambda n, r, c, v: write if (n, r, c) == ("outlets", 4, 0) else v


def test_a_date_for_a_name(starter: Path, tmp_path: Path) -> None:
    from datetime import date

    wrong = outlet_name(lambda sheet, r, c, day: sheet.write_datetime(r, c, date(2026, 3, 1), day))
    found = faults_of(again(starter, tmp_path / "case.xlsx", wrong))
    assert ("case.date_for_name", "case.xlsx [outlets]", 5, "name") in found


def test_merged_cells(starter: Path, tmp_path: Path) -> None:
    wrong = outlet_name(lambda sheet, r, c, _: sheet.merge_range(r, c, r, c + 1, "brick"))
    found = faults_of(again(starter, tmp_path / "case.xlsx", wrong))
    assert ("case.merged_cells", "case.xlsx [outlets]", 5, "") in found


def test_a_formula_without_its_value(starter: Path, tmp_path: Path) -> None:
    wrong = outlet_name(lambda sheet, r, c, _: sheet.write_formula(r, c, "=A1", None, "#N/A"))
    found = faults_of(again(starter, tmp_path / "case.xlsx", wrong))
    assert ("importing.error_cell", "case.xlsx [outlets]", 5, "") in found


def test_names_of_columns_that_are_gone(starter: Path, tmp_path: Path) -> None:
    found = faults_of(
        again(starter, tmp_path / "case.xlsx", lambda n, r, c, v: "" if (n, r) == ("outlets", 0) else v)
    )
    assert ("case.header_shifted", "case.xlsx [outlets]", 1, "") in found


def test_a_cell_beside_the_table_and_an_unknown_column(starter: Path, tmp_path: Path) -> None:
    beside = again(starter, tmp_path / "beside.xlsx", lambda n, r, c, v: (
        (lambda sheet, row, col, _: (sheet.write(row, col, v), sheet.write(row, col + 60, "seen?")))
        if (n, r, c) == ("outlets", 4, 0) else v))  # fmt: skip
    assert ("case.cell_without_column", "beside.xlsx [outlets]", 5, "") in faults_of(beside)
    wrong = again(
        starter,
        tmp_path / "wrong.xlsx",
        lambda n, r, c, v: "max_tt" if n == "outlets" and v == "max_t" else v,
    )
    assert ("case.unknown_column", "wrong.xlsx [outlets]", 1, "max_tt") in faults_of(wrong)


def test_a_value_that_is_wrong_is_told_by_sheet_and_row(starter: Path, tmp_path: Path) -> None:
    capacity = load_case(starter).lines[0].capacity
    wrong = again(
        starter, tmp_path / "case.xlsx", lambda n, r, c, v: -5 if n == "lines" and v == capacity else v
    )
    found = [fault for fault in faults_of(wrong) if fault[1] == "case.xlsx [lines]"]
    assert found
    assert all(row > 4 for _, _, row, _ in found)


def broken_files() -> Iterator[tuple[str, bytes]]:
    yield "broken_workbook", b"PK\x03\x04" + b"\x00" * 40
    yield "no_workbook", b"name,price\n"
    yield "no_workbook", b"%PDF-1.7\n%%EOF"
    yield "no_workbook", b""


@pytest.mark.parametrize(("kind", "content"), list(broken_files()))
def test_files_that_are_no_workbook(kind: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / "case.xlsx").write_bytes(content)
    assert [fault[0] for fault in faults_of(tmp_path / "case.xlsx")] == [f"importing.{kind}"]


def test_a_workbook_that_unpacks_to_too_much(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "case.xlsx", "w", zipfile.ZIP_DEFLATED) as box:
        box.writestr("xl/worksheets/sheet1.xml", b" " * 60_000_000)
    assert [fault[0] for fault in faults_of(tmp_path / "case.xlsx")] == ["importing.too_large"]


def test_any_other_workbook(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "case.xlsx")) as out:
        out.add_worksheet("Sheet1").write(0, 0, "hello")
    assert [fault[0] for fault in faults_of(tmp_path / "case.xlsx")] == ["case.no_case_workbook"]


def test_a_run_keeps_the_workbook_that_it_was_made_from(starter: Path, tmp_path: Path) -> None:
    from redmud_opt.jobs import Exit, reaudit, run

    result = run(starter, out=tmp_path / "run")
    assert result.exit is Exit.PLAN
    assert reaudit(tmp_path / "run").exit is Exit.PLAN
    with (tmp_path / "run" / "inputs" / "case.xlsx").open("ab") as file:
        file.write(b" ")
    assert reaudit(tmp_path / "run").exit is Exit.AUDIT_FAILED


def test_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from redmud_opt.cli import main

    cases.starter(tmp_path / "case")
    names = [str(tmp_path / name) for name in ("case", "case.xlsx", "back", "blank.xlsx")]
    assert main(["export", names[0], names[1]]) == 0
    assert main(["export", names[1], names[2], "--lang", "zh"]) == 0
    assert main(["init", names[3]]) == 0
    assert main(["export", names[0], names[2]]) == 1
    assert "已写入" in capsys.readouterr().out
    with (tmp_path / "back" / "sites.csv").open(encoding="utf-8") as file:
        assert next(csv.reader(file))[0] == "name"


def test_every_table_that_a_case_may_hold_has_a_sheet(tmp_path: Path) -> None:
    """Clocks that producers filed stand beside the rule pack: they must not be lost on the way."""
    cases.starter(tmp_path / "case")
    clocks = "role,limit_months,hard,clause,evidence\nproducer,12,yes,assumed: filed plan,assumed\n"
    (tmp_path / "case" / "clocks.csv").write_text(clocks, encoding="utf-8")
    file = write_workbook(tmp_path / "case", tmp_path / "case.xlsx")
    write_folder(file, tmp_path / "back")
    assert (tmp_path / "back" / "clocks.csv").read_text(encoding="utf-8") == clocks
    assert load_case(file).clocks == load_case(tmp_path / "case").clocks
    assert set(sheets()) == set(TABLES)
