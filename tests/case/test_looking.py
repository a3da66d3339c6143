"""A ledger as a person is asked about it: header, columns, what they are taken for, what stands in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from redmud_opt.case import CaseFaults, Fault
from redmud_opt.case.importing.headings import LEDGER, UNITS, heading
from redmud_opt.case.importing.layout import laid_out
from redmud_opt.case.importing.looking import look_at, said
from redmud_opt.case.importing.sheets import read_sheets


def written(folder: Path, text: str) -> Path:
    file = folder / "ledger.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_header_columns_and_examples(tmp_path: Path) -> None:
    """The title above is passed over, the row of units below belongs to the header."""
    table = "台账\n产废单位;废物名称;产生量;处置量\n;;吨，干;\n甲;赤泥;5;1\n乙;赤泥;7;\n丙;赤泥;7;2\n"
    (seen,) = look_at(written(tmp_path, table))
    assert (seen.sheet, seen.shown, seen.header) == ("", "ledger.csv", 1)
    held = {column.heading: column.held for column in seen.columns}
    assert [None if one is None else one.field for one in held.values()] == [
        "site",
        "material",
        "amount",
        None,
    ]
    amount = held["产生量"]
    assert amount is not None
    assert (amount.unit, amount.basis) == ("吨", "dry")
    assert [column.examples for column in seen.columns][1:] == [("赤泥",), ("5", "7"), ("1", "2")]


def test_a_header_that_nothing_is_known_of_is_guessed_or_told(tmp_path: Path) -> None:
    file = written(tmp_path, "Ledger 2026,,\nWorks,What,Sum\nRefinery,Mud,5\n")
    (seen,) = look_at(file)
    assert seen.header == 1
    assert [column.heading for column in seen.columns] == ["Works", "What", "Sum"]
    (told,) = look_at(file, header=2)
    assert [column.heading for column in told.columns] == ["Refinery", "Mud", "5"]


def test_headings_that_stand_twice_are_asked_once_and_blank_ones_never(tmp_path: Path) -> None:
    (seen,) = look_at(written(tmp_path, "Plant,,Sum,Sum\nA,1,2,3\n"))
    assert [column.heading for column in seen.columns] == ["Plant", "Sum"]


def test_a_file_that_holds_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CaseFaults):
        look_at(written(tmp_path, "\n\n"))


@pytest.mark.parametrize("field", LEDGER.names)
def test_what_is_said_of_a_column_is_what_the_import_takes_it_for(tmp_path: Path, field: str) -> None:
    faults: list[Fault] = []
    (sheet, *_) = read_sheets(written(tmp_path, "Strange,Plant\n5,A\n"), None, faults)
    layout = laid_out(sheet, 0, {"Strange": said(field)}, faults, LEDGER)
    assert layout.columns[0][1].field == field


@pytest.mark.parametrize("unit", UNITS)
def test_unit_and_basis_that_are_said_are_understood(unit: str) -> None:
    held = heading(said("amount", unit, "wet"))
    assert held is not None
    assert (held.field, held.unit, held.basis) == ("amount", unit, "wet")
