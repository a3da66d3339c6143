"""Hostile files, the same for the case workbook and for files of what happened: each is refused by name, and nothing
is taken. CSV files are for actuals alone.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from tests.jobs import cases

from redmud_opt.case import CaseFaults, load_case
from redmud_opt.case.actuals import Actuals, read_actuals
from redmud_opt.case.importing import known_names
from redmud_opt.case.workbook import write_workbook
from redmud_opt.i18n import LANGUAGES

HEAD = ["site", "material", "month", "amount (t, dry)"]
ROWS = [["refinery", "red_mud", f"2026-{month:02}", 100.0] for month in range(1, 4)]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A starter case, its workbook, and sound actuals of its first quarter."""
    folder = tmp_path_factory.mktemp("hostile")
    cases.starter(folder / "case")
    write_workbook(folder / "case", folder / "case.xlsx")
    written(folder / "report.xlsx", [HEAD, *ROWS])
    return folder


def written(
    file: Path, rows: list[list[object]], spoil: Callable[[object, object], object] | None = None
) -> Path:
    with xlsxwriter.Workbook(str(file), {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("report")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        if spoil is not None:
            spoil(sheet, book)
    return file


def read(home: Path, *files: Path, **asked: object) -> Actuals:
    case = load_case(home / "case")
    return read_actuals(files, case, known_names(home / "case"), **asked)  # type: ignore[arg-type]


def refused(work: Callable[[], object]) -> list[tuple[str, int, str]]:
    """(key, row, column) of every fault; the list is readable in both languages."""
    with pytest.raises(CaseFaults) as caught:
        work()
    for language in LANGUAGES:
        words = caught.value.render(language)
        assert "{" not in words
        assert "importing." not in words
        assert "actuals." not in words
    return [(fault.message.key, fault.row, fault.column) for fault in caught.value.faults]


def test_the_sound_ones_are_taken(home: Path) -> None:
    found = read(home, home / "report.xlsx")
    assert (sum(record.dry_t for record in found.records), found.cut) == (300.0, date(2026, 4, 1))
    assert load_case(home / "case.xlsx").outlets == load_case(home / "case.xlsx").outlets


# ---- workbooks, for both readers


def parts_of(file: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(file) as box:
        return {name: box.read(name) for name in box.namelist()}


def packed(file: Path, parts: dict[str, bytes], level: int = zipfile.ZIP_DEFLATED) -> None:
    with zipfile.ZipFile(file, "w", level) as box:
        for name, content in parts.items():
            box.writestr(name, content)


def truncated(sound: Path, file: Path) -> None:
    content = sound.read_bytes()
    file.write_bytes(content[: len(content) * 2 // 3])


def protected(_: Path, file: Path) -> None:
    file.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600)


def zip_protected(sound: Path, file: Path) -> None:
    """The flag of a zip entry that needs a password, in the directory and in front of the entry."""
    content = bytearray(sound.read_bytes())
    for mark, at in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        content[content.find(mark) + at] |= 1
    file.write_bytes(bytes(content))


def with_macros(sound: Path, file: Path) -> None:
    packed(file, parts_of(sound) | {"xl/vbaProject.bin": b"macro"})


def bomb_by_size(sound: Path, file: Path) -> None:
    packed(file, parts_of(sound) | {"xl/media/a.bin": b"0" * 60_000_000})


def bomb_by_ratio(sound: Path, file: Path) -> None:
    packed(file, parts_of(sound) | {"xl/media/a.bin": b"0" * 4_000_000})


def bomb_by_parts(sound: Path, file: Path) -> None:
    packed(file, parts_of(sound) | {f"xl/media/{number}": b"" for number in range(2_100)}, zipfile.ZIP_STORED)


def lying_about_size(sound: Path, file: Path) -> None:
    """The directory says that the first sheet is smaller than it is."""
    packed(file, parts_of(sound))
    content = bytearray(file.read_bytes())
    at = content.find(b"xl/worksheets/sheet1.xml", content.find(b"PK\x01\x02"))
    content[at - 22 : at - 18] = (10).to_bytes(4, "little")
    file.write_bytes(bytes(content))


HOSTILE = [
    (truncated, "importing.broken_workbook"),
    (protected, "importing.protected"),
    (zip_protected, "importing.protected"),
    (with_macros, "importing.macros"),
    (bomb_by_size, "importing.too_large"),
    (bomb_by_ratio, "importing.too_large"),
    (bomb_by_parts, "importing.too_many_parts"),
    (lying_about_size, "importing.broken_workbook"),
]


@pytest.mark.parametrize("sound", ["case.xlsx", "report.xlsx"])
@pytest.mark.parametrize(("spoil", "key"), HOSTILE)
def test_no_workbook_is_opened_that_should_not_be(
    home: Path, tmp_path: Path, sound: str, spoil: Callable[[Path, Path], None], key: str
) -> None:
    file = tmp_path / sound
    spoil(home / sound, file)
    found = refused(lambda: load_case(file) if sound == "case.xlsx" else read(home, file))
    assert [one[0] for one in found] == [key]


def test_a_workbook_with_macros_by_its_name(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.xlsm"
    file.write_bytes((home / "report.xlsx").read_bytes())
    assert refused(lambda: read(home, file)) == [("importing.macros", 0, "")]
    assert refused(lambda: load_case(file)) == [("case.not_a_case", 0, "")]


# ---- sheets of actuals


def merge_amounts(sheet: object, _: object) -> None:
    sheet.merge_range(1, 3, 3, 3, 300.0)  # type: ignore[attr-defined]


def formula(sheet: object, _: object) -> None:
    sheet.write_formula(2, 3, "=50+50", None, "#N/A")  # type: ignore[attr-defined]


def date_for_id(sheet: object, book: object) -> None:
    day = book.add_format({"num_format": "yyyy-mm-dd"})  # type: ignore[attr-defined]
    sheet.write_datetime(2, 0, date(2026, 3, 1), day)  # type: ignore[attr-defined]


def far_corner(sheet: object, _: object) -> None:
    sheet.write(1_048_575, 16_383, 1)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (merge_amounts, [("importing.merged_numbers", 2, "amount (t, dry)")]),
        (formula, [("importing.error_cell", 3, ""), ("actuals.row_without_amount", 3, "")]),
        (date_for_id, [("importing.date_for_name", 3, "site"), ("actuals.unknown_place", 3, "site")]),
        (far_corner, [("importing.too_many_cells", 0, "")]),
    ],
)
def test_cells_of_actuals(
    home: Path,
    tmp_path: Path,
    spoil: Callable[[object, object], object],
    expected: list[tuple[str, int, str]],
) -> None:
    file = written(tmp_path / "a.xlsx", [HEAD, *ROWS], spoil)
    assert refused(lambda: read(home, file)) == expected


def test_a_formula_without_a_kept_value(home: Path, tmp_path: Path) -> None:
    def computed(sheet: object, _: object) -> None:
        sheet.write_formula(2, 3, "=50+50", None, "")  # type: ignore[attr-defined]

    file = written(tmp_path / "a.xlsx", [HEAD, *ROWS], computed)
    name = "xl/worksheets/sheet1.xml"
    parts = parts_of(file)
    packed(file, parts | {name: parts[name].replace(b"<f>50+50</f><v></v>", b"<f>50+50</f>")})
    assert refused(lambda: read(home, file))[0] == ("importing.formula_without_value", 3, "")


def test_a_shifted_header(home: Path, tmp_path: Path) -> None:
    """Above the table a title is no harm; a sheet with numbers and no header is a fault, by its name."""
    file = written(tmp_path / "a.xlsx", [["Report"], [], HEAD, *ROWS])
    assert len(read(home, file).records) == 3
    file = written(tmp_path / "b.xlsx", [["a", "b", "c", "d"], *ROWS])
    assert refused(lambda: read(home, file)) == [("importing.no_header", 0, "")]
    with xlsxwriter.Workbook(str(tmp_path / "c.xlsx")) as book:
        for name, head in (("one", HEAD), ("two", [*HEAD[:1], "?", "?", "?"])):
            sheet = book.add_worksheet(name)
            for number, row in enumerate([head, *ROWS]):
                sheet.write_row(number, 0, row)
    with pytest.raises(CaseFaults) as caught:
        read(home, tmp_path / "c.xlsx")
    assert [fault.file for fault in caught.value.faults] == ["c.xlsx [two]"]


# ---- CSV files of actuals


def lines(rows: list[list[object]], delimiter: str = ",") -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue()


ZH = [["单位", "物料", "月份", "产生量（吨，干）"], *[["氧化铝厂", "赤泥", row[2], "100"] for row in ROWS]]


@pytest.mark.parametrize(
    "content",
    [
        lines(ZH).encode("gbk"),
        b"\xef\xbb\xbf" + lines(ZH).encode(),
        lines(ZH, ";").encode("gb18030"),
        lines(ZH, "\t").encode(),
    ],
)
def test_csv_in_the_code_pages_and_with_the_signs_of_many_programs(
    home: Path, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    assert sum(record.dry_t for record in read(home, tmp_path / "a.csv").records) == 300.0


def spoilt(column: int, words: str, row: int = 1) -> list[list[object]]:
    rows = [list(row) for row in ROWS]
    rows[row][column] = words
    return [HEAD, *rows]


FAULTS: list[tuple[list[list[object]], list[tuple[str, int, str]]]] = [
    (spoilt(3, "1,200.0"), [("case.not_a_number", 3, HEAD[3])]),
    (spoilt(3, "-5"), [("case.negative", 3, HEAD[3])]),
    (spoilt(3, "nan"), [("case.not_a_number", 3, HEAD[3])]),
    (spoilt(3, ""), [("actuals.row_without_amount", 3, "")]),
    (spoilt(0, "elsewhere"), [("actuals.unknown_place", 3, "site")]),
    (spoilt(1, "gold"), [("actuals.unknown_material", 3, "material")]),
    (spoilt(2, "2026-13"), [("importing.no_month", 3, "month"), ("actuals.no_time", 3, "month")]),
    (spoilt(2, "2025-02"), [("actuals.outside", 3, HEAD[3])]),
    (spoilt(2, "2026-01"), [("actuals.row_twice", 3, HEAD[3])]),
    ([HEAD, ROWS[0], ROWS[2]], [("actuals.months_missing", 2, HEAD[3])]),
    ([[*HEAD[:3], "amount (t)"], *ROWS], [("importing.basis_missing", 2, "amount (t)")]),
    ([[*HEAD[:3], "amount (dry)"], *ROWS], [("importing.unit_missing", 1, "amount (dry)")]),
    ([[*HEAD[:3], "tonnes"], *ROWS], [("importing.unknown_column", 1, "tonnes")]),
    (
        [["ticket", *HEAD], ["T1", *ROWS[0]], ["T1", *ROWS[1]], ["T2", *ROWS[2]]],
        [("actuals.ticket_twice", 3, HEAD[3])],
    ),
    (
        [[*HEAD[:2], "period", HEAD[3]], ["refinery", "red_mud", "2026Q9", 5]],
        [("importing.unknown_period", 2, "period")],
    ),
    (
        [[*HEAD[:2], "year", HEAD[3]], ["refinery", "red_mud", "2026", 5]],
        [("actuals.across_periods", 2, HEAD[3])],
    ),
    ([["to", *HEAD[1:3], "net weight (t, dry)"], *ROWS], [("importing.no_site", 2, "")]),
    (
        [["line", *HEAD[1:3], "net weight (t, dry)"], ["press", *ROWS[0][1:]]],
        [("actuals.no_to", 2, "net weight (t, dry)")],
    ),
]


@pytest.mark.parametrize(("rows", "expected"), FAULTS)
def test_rows_of_actuals(
    home: Path, tmp_path: Path, rows: list[list[object]], expected: list[tuple[str, int, str]]
) -> None:
    (tmp_path / "a.csv").write_text(lines(rows), encoding="utf-8")
    assert refused(lambda: read(home, tmp_path / "a.csv"))[: len(expected)] == expected


@pytest.mark.parametrize(
    "written", ["2026/{}/28 10:22", "2026-0{}-28T10:22:05", "2026年{}月28日", "20260{}28"]
)
def test_days_as_weighbridges_write_them(home: Path, tmp_path: Path, written: str) -> None:
    head = ["ticket", "date", "from", "to", "material", "net weight (t, dry)"]
    rows = [[f"T{m}", written.format(m), "refinery", "city", "red_mud", 5] for m in (1, 2, 3)]
    (tmp_path / "a.csv").write_text(lines([head, *rows]), encoding="utf-8")
    found = read(home, tmp_path / "a.csv")
    assert ([record.start.month for record in found.records], found.cut) == ([1, 2, 3], date(2026, 4, 1))
    rows[2][1] = "2026-03-08"  # the month goes on: the quarter is not over
    (tmp_path / "a.csv").write_text(lines([head, *rows]), encoding="utf-8")
    assert read(home, tmp_path / "a.csv").cut is None


def test_a_month_beside_its_loads_counts_twice(home: Path, tmp_path: Path) -> None:
    """Tickets and the month's total of the same way: one of them goes, or all is counted twice."""
    head = ["from", "to", "material", "net weight (t, dry)"]
    tickets = [[f"T{m}", f"2026-0{m}-28", "refinery", "city", "red_mud", 5] for m in (1, 2, 3)]
    (tmp_path / "tickets.csv").write_text(lines([["ticket", "date", *head], *tickets]), encoding="utf-8")
    months = [[f"2026-0{m}", "refinery", "city", "red_mud", 5] for m in (1, 2, 3)]
    (tmp_path / "months.csv").write_text(lines([["month", *head], *months]), encoding="utf-8")
    found = refused(lambda: read(home, tmp_path / "tickets.csv", tmp_path / "months.csv"))
    assert found == [("actuals.times_overlap", row, head[3]) for row in (2, 3, 4)]


def test_tickets_are_numbered_by_each_plant(home: Path, tmp_path: Path) -> None:
    """One number at two plants, and of two materials, is no ticket twice; nor are ten thousand later ones slow."""
    head = ["ticket", "date", "from", "to", "material", "net weight (t, dry)"]
    ways = [("refinery", "city", "red_mud"), ("city", "refinery", "red_mud"), ("refinery", "city", "brick")]
    rows = [[f"T{m}", f"2026-0{m}-28", *way, 5] for m in (1, 2, 3) for way in ways]
    rows += [[f"L{k}", "2026-04-02", "refinery", "city", "red_mud", 5] for k in range(2000)]
    (tmp_path / "a.csv").write_text(lines([head, *rows]), encoding="utf-8")
    assert len(read(home, tmp_path / "a.csv").records) == 9


def test_days_that_may_be_anything_are_faults_and_the_list_stays_short(home: Path, tmp_path: Path) -> None:
    head = ["ticket", "date", "from", "to", "material", "net weight (t, dry)"]
    rows = [[f"T{number}", "3/5/26", "refinery", "city", "red_mud", 5] for number in range(500)]
    (tmp_path / "a.csv").write_text(lines([head, *rows]), encoding="utf-8")
    found = refused(lambda: read(home, tmp_path / "a.csv"))
    assert [key for key, _, _ in found] == ["case.not_a_date"] * 10 + ["actuals.and_more"]
    assert found[-1] == ("actuals.and_more", 12, "date")


def test_many_faults_of_many_files_are_one_list(home: Path, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(lines(spoilt(3, "-5")), encoding="utf-8")
    (tmp_path / "b.csv").write_text(lines(spoilt(0, "elsewhere")), encoding="utf-8")
    found = refused(lambda: read(home, tmp_path / "a.csv", tmp_path / "b.csv", tmp_path / "gone.xlsx"))
    assert {key for key, _, _ in found} >= {"case.negative", "actuals.unknown_place", "importing.unreadable"}


def test_a_map_says_what_a_column_holds(home: Path, tmp_path: Path) -> None:
    rows = [[*HEAD[:3], "tonnes"], *ROWS]
    (tmp_path / "a.csv").write_text(lines(rows), encoding="utf-8")
    asked = {"tonnes": "amount (t, wet)"}
    known = {" | ".join(map(str, rows[0])): asked}
    for given in ({"columns": asked}, {"remembered": known}):
        found = read(home, tmp_path / "a.csv", **given)
        assert sum(record.wet_t for record in found.records) == 300.0
    (tmp_path / "b.csv").write_text(lines([[*rows[0], "remark"], *rows[1:]]), encoding="utf-8")
    assert refused(lambda: read(home, tmp_path / "b.csv", remembered=known))  # other headings, another table
    assert refused(lambda: read(home, tmp_path / "a.csv", columns=asked | {"tons": "ignore"})) == [
        ("importing.no_such_column", 0, "--map")
    ]
