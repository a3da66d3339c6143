"""Planted faults in single cells and in the frame of a file: each is found, at its place, with its remedy."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.case.conftest import Folder

from redmud_opt.i18n import text

CELLS = [
    # table, row, column, text, key, remedy
    ("lines", 2, "capacity", "1,200", "not_a_number", "write 1200 (the column is in t or h)"),
    ("lines", 2, "capacity", "1,200,000.5", "not_a_number", "write 1200000.5 (the column is in t or h)"),
    ("lines", 2, "capacity", "1 200", "not_a_number", "write 1200 (the column is in t or h)"),
    ("lines", 2, "capacity", "1\u00a0200", "not_a_number", "write 1200 (the column is in t or h)"),
    ("lines", 2, "capacity", "1,5", "not_a_number", "write 1.5 (the column is in t or h)"),
    ("lines", 2, "capacity", "１２", "not_a_number", "write 12 (the column is in t or h)"),
    ("lines", 2, "capacity", "１２，５", "not_a_number", "write 12.5 (the column is in t or h)"),
    ("lines", 2, "capacity", "−5", "not_a_number", "write -5 (the column is in t or h)"),
    ("lines", 2, "capacity", "1.2万", "not_a_number", "write 12000 (the column is in t or h)"),
    ("lines", 2, "capacity", "3亿", "not_a_number", "write 300000000 (the column is in t or h)"),
    ("lines", 2, "capacity", "5 t", "not_a_number", "write 5 (the column is in t or h)"),
    ("lines", 2, "capacity", "5t/a", "not_a_number", "write 5 (the column is in t or h)"),
    ("lines", 2, "capacity", "nan", "not_a_number", "leave the cell blank if the number is not known"),
    ("lines", 2, "capacity", "NaN", "not_a_number", "leave the cell blank if the number is not known"),
    ("lines", 2, "capacity", "inf", "not_a_number", "leave the cell blank if the number is not known"),
    ("lines", 2, "capacity", "n/a", "not_a_number", "leave the cell blank if the number is not known"),
    ("lines", 2, "capacity", "1e400", "too_large_to_reckon", "check the unit of the column"),
    ("lines", 2, "capacity", "1e16", "too_large_to_reckon", "check the unit of the column"),
    ("lines", 2, "capacity", "1e-400", "too_small_to_reckon", "check the unit of the column"),
    (
        "lines",
        2,
        "capacity",
        "1.2.3",
        "not_a_number",
        "write a plain number with a decimal point, such as 1200.5",
    ),
    (
        "lines",
        2,
        "capacity",
        "about 5",
        "not_a_number",
        "write a plain number with a decimal point, such as 1200.5",
    ),
    ("lines", 2, "capacity", "012", "not_a_number", "write 12 (the column is in t or h)"),
    (
        "lines",
        2,
        "capacity",
        "0x10",
        "not_a_number",
        "write a plain number with a decimal point, such as 1200.5",
    ),
    ("lines", 2, "capacity", "1_000", "not_a_number", "write 1000 (the column is in t or h)"),
    (
        "lines",
        2,
        "capacity",
        "5-7",
        "not_a_number",
        "write one number here, and the range into `low` and `high`",
    ),
    (
        "lines",
        2,
        "capacity",
        "<5",
        "not_a_number",
        "write one number here, and the range into `low` and `high`",
    ),
    (
        "lines",
        2,
        "capacity",
        "=A1*2",
        "not_a_number",
        "write a plain number with a decimal point, such as 1200.5",
    ),
    ("lines", 2, "capacity", "-400", "negative", None),
    ("lines", 2, "availability", "12%", "not_a_number", "write 0.12 (the column is in 1)"),
    ("lines", 2, "availability", "90", "beyond", "write 0.9"),
    ("lines", 2, "availability", "1.01", "beyond", "write 0.0101"),
    ("materials", 2, "density_t_per_m3", "0", "not_above", None),
    ("sites", 2, "latitude_deg", "-91", "below", None),
    (
        "materials",
        2,
        "legal_status",
        "waste",
        "not_a_choice",
        "known here: general_waste, hazardous_waste, product, commodity",
    ),
    ("materials", 2, "legal_status", "General_Waste", "not_a_choice", "did you mean 'general_waste'?"),
    ("processes", 2, "iron_separation", "maybe", "not_yes_no", "write yes or no"),
    ("processes", 2, "iron_separation", "是", "not_yes_no", "write yes"),
    ("processes", 2, "readiness", "7.5", "not_whole", "write a whole number"),
    ("targets", 2, "year", "１９９９", "not_a_number", "write 1999"),
    ("lines", 2, "opens", "2026/3/1", "not_a_date", "write 2026-03-01"),
    ("lines", 2, "opens", "2026年3月1日", "not_a_date", "write 2026-03-01"),
    ("lines", 2, "opens", "46082", "not_a_date", "write 2026-03-01"),
    ("lines", 2, "opens", "2026-3-1", "not_a_date", "write 2026-03-01"),
    ("lines", 2, "opens", "1.3.2026", "not_a_date", "write the date as YYYY-MM-DD"),
    ("lines", 2, "opens", "2026-02-30", "no_such_day", None),
    ("lines", 2, "opens", "0026-02-03", "date_out_of_range", None),
    ("materials", 2, "name", "", "missing_value", None),
    ("arisings", 2, "site", "", "missing_value", None),
    (
        *("materials", 2, "legal_status", "", "missing_value"),
        "known here: general_waste, hazardous_waste, product, commodity",
    ),
    ("outlets", 2, "name", "steelworks ", "hidden_characters", "write steelworks"),
    ("outlets", 2, "name", "steel\u200bworks", "hidden_characters", "write steelworks"),
    ("feeds", 2, "material", "red_mud\u00a0", "hidden_characters", "write red_mud"),
    ("materials", 2, "active", "perhaps", "not_yes_no", "write yes or no"),
    ("properties", 2, "unit", "ton", "refused_unit", "write t (1 t = 1000 kg)"),
    ("properties", 2, "unit", "kt", "refused_unit", "write t (1 t = 1000 kg)"),
    ("properties", 2, "unit", "g/ton", "refused_unit", "write g/t (1 t = 1000 kg)"),
    ("properties", 2, "unit", "wt %", "unknown_unit", "did you mean 'wt%'?"),
    ("composition", 2, "unit", "Wt%", "unknown_unit", "did you mean 'wt%'?"),
    ("composition", 2, "unit", "MJ/kg", "unit_does_not_convert", "write wt%"),
]


@pytest.mark.parametrize(("table", "row", "column", "cell", "key", "remedy"), CELLS)
def test_cell(
    folder: Folder, table: str, row: int, column: str, cell: str, key: str, remedy: str | None
) -> None:
    faults = folder.set(table, row, **{column: cell}).faults()
    fault = next(f for f in faults if f.message.key == f"case.{key}")
    assert (fault.file, fault.row, fault.column) == (f"{table}.csv", row, column)
    assert (None if fault.remedy is None else text(fault.remedy)) == remedy


@pytest.mark.parametrize("cell", ["5", "5.", ".5", "+5", "0.5", "1e3", "1E+3", " 7 ", "0", "00.5"[1:]])
def test_plain_numbers_are_read(folder: Folder, cell: str) -> None:
    assert folder.set("lines", 2, capacity=cell).load().lines[0].capacity == float(cell)


@pytest.mark.parametrize(
    ("cell", "value"), [("yes", True), ("TRUE", True), ("1", True), ("No", False), ("0", False)]
)
def test_flags_are_read(folder: Folder, cell: str, value: bool) -> None:
    assert folder.set("processes", 2, iron_separation=cell).load().processes[0].iron_separation is value


def put(name: str, content: str | bytes) -> Callable[[Folder], object]:
    return lambda folder: folder.file(name, content)


HEADER = "name,site,material,amount_t"
FRAMES = [
    (
        "bytes",
        put("arisings.csv", HEADER.encode() + b"\n\xb3\xe0\xc4\xe0,a,b,1"),
        ("not_utf8", "arisings.csv", 2, ""),
    ),
    ("nul", put("arisings.csv", HEADER + "\n\0"), ("holds_nul", "arisings.csv", 0, "")),
    ("empty", put("arisings.csv", ""), ("no_header", "arisings.csv", 1, "")),
    ("blank header", put("arisings.csv", ",,\n1,2,3"), ("no_header", "arisings.csv", 1, "")),
    ("semicolons", put("arisings.csv", HEADER.replace(",", ";")), ("semicolons", "arisings.csv", 1, "")),
    ("tabs", put("arisings.csv", HEADER.replace(",", "\t")), ("tabs", "arisings.csv", 1, "")),
    ("wide commas", put("arisings.csv", HEADER.replace(",", "，")), ("wide_commas", "arisings.csv", 1, "")),
    ("quotes", put("arisings.csv", HEADER + '\n"a"b,1,2,3'), ("broken_csv", "arisings.csv", 2, "")),
    ("open quote", put("arisings.csv", HEADER + '\n"a,1,2,3'), ("broken_csv", "arisings.csv", 2, "")),
    ("twice", put("arisings.csv", HEADER + ",site\n"), ("column_twice", "arisings.csv", 1, "site")),
    ("no name", put("arisings.csv", HEADER + ",\n"), ("column_without_name", "arisings.csv", 1, "")),
    ("unknown", put("arisings.csv", HEADER + ",amout_t\n"), ("unknown_column", "arisings.csv", 1, "amout_t")),
    ("capital", put("arisings.csv", HEADER + ",Per\n"), ("unknown_column", "arisings.csv", 1, "Per")),
    ("missing", put("arisings.csv", "name,site\n"), ("missing_column", "arisings.csv", 1, "material")),
    ("ragged", put("arisings.csv", HEADER + "\na,b,c\n"), ("ragged_row", "arisings.csv", 2, "")),
    ("too long", put("arisings.csv", HEADER + "\n\na,b,c,1,2\n"), ("ragged_row", "arisings.csv", 3, "")),
    ("table", put("arising.csv", HEADER), ("unknown_table", "arising.csv", 0, "")),
    ("suffix", put("lanes.CSV", "name"), ("unknown_table", "lanes.CSV", 0, "")),
    ("workbook", put("case.xlsx", b"PK"), ("not_read_yet", "case.xlsx", 0, "")),
    ("yml", put("case.yml", "a: 1"), ("misnamed", "case.yml", 0, "")),
    ("pack", put("methods.csv", "code,meaning\nR4,use\n"), ("rule_pack_table", "methods.csv", 0, "")),
]


@pytest.mark.parametrize(("spoil", "expected"), [f[1:] for f in FRAMES], ids=[f[0] for f in FRAMES])
def test_frame(
    folder: Folder, spoil: Callable[[Folder], object], expected: tuple[str, str, int, str]
) -> None:
    spoil(folder)
    assert expected in folder.found()


def test_a_file_that_cannot_be_read(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    from pathlib import Path

    original = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path.name == "lines.csv":
            raise PermissionError(13, "Permission denied")
        return original(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert folder.found()[0] == ("unreadable", "lines.csv", 0, "")


def test_a_broken_frame_is_not_followed_by_a_hundred_unknown_names(folder: Folder) -> None:
    folder.file("materials.csv", "name;legal_status\nred_mud;general_waste\n")
    assert folder.found() == [("semicolons", "materials.csv", 1, "")]


def test_bom_blank_rows_and_quoted_line_breaks(folder: Folder) -> None:
    rows = folder.read("arisings")
    head, row = ",".join(rows[0]), ",".join(rows[1])
    folder.file(
        "arisings.csv",
        b"\xef\xbb\xbf" + f'{head}\r\n\r\n,,,,,,,\r\n{row} "x"\r\n'.encode().replace(b'"x"', b""),
    )
    assert folder.load().arisings[0].place.row == 4
    folder.file("arisings.csv", f'{head}\n{row.rsplit(",", 1)[0]},"two\nlines"\n')
    assert folder.load().arisings[0].comment == "two\nlines"


def test_other_files_are_left_alone(folder: Folder) -> None:
    for name in ("README.md", ".DS_Store", "~$materials.csv", "dry.yaml"):
        folder.file(name, "base: .\n")
    (folder.path / "studies").mkdir()
    folder.load()


def test_all_cells_of_a_row_are_reported(folder: Folder) -> None:
    folder.set("lines", 2, capacity="x", availability="2", per="week", facility="nowhere")
    assert folder.found() == [
        ("not_a_number", "lines.csv", 2, "capacity"),
        ("not_a_choice", "lines.csv", 2, "per"),
        ("beyond", "lines.csv", 2, "availability"),
        ("unknown_name", "lines.csv", 2, "facility"),
    ]
