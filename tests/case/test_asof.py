"""A rule pack as it stood on a day."""

from __future__ import annotations

from datetime import date

import pytest

from redmud_opt.case.asof import as_of
from redmud_opt.case.columns import Place
from redmud_opt.case.raw import RawRow, RawTable
from redmud_opt.case.read import load_case


def table(*rows: tuple[str, str, str]) -> RawTable:
    header = ("code", "valid_from", "valid_to")
    cells = [{key: text for key, text in zip(header, row, strict=True) if text} for row in rows]
    return RawTable(header, tuple(RawRow(Place("codes.csv", k), one) for k, one in enumerate(cells, 2)))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (
            date(2024, 12, 31),
            [("old", None), ("ever", None)],
        ),  # the new list is not known, the old one holds on
        (date(2025, 1, 1), [("old", "2025-01-01"), ("new", None), ("ever", None)]),
        (date(2020, 12, 31), [("ever", None)]),
    ],
)
def test_what_came_later_is_unknown_and_what_ended_later_holds(
    day: date, expected: list[tuple[str, str | None]]
) -> None:
    rows = table(("old", "2021-01-01", "2025-01-01"), ("new", "2025-01-01", ""), ("ever", "", ""))
    found = as_of(rows, day).rows
    assert [(row.cells["code"], row.cells.get("valid_to")) for row in found] == expected


def test_a_wrong_date_is_left_for_the_reader_of_the_table() -> None:
    rows = table(("odd", "yesterday", ""))
    assert as_of(rows, date(2025, 1, 1)).rows == rows.rows


def test_a_shipped_case_under_the_list_of_2021() -> None:
    """Of every code listed twice only the edition of 2021 is left, and it holds over the whole horizon."""
    case = load_case("scenarios/group_list_2021.yaml")
    assert {row.valid_from for row in case.codes} == {date(2021, 1, 1)}
    assert {row.valid_to for row in case.codes} == {None}
    now = load_case("scenarios/group")
    assert {row.valid_from for row in now.codes} == {date(2021, 1, 1), date(2025, 1, 1)}
