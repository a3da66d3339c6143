"""Rows and frames: what is a number stays one where there is no row, sums keep their order."""

from __future__ import annotations

import pytest
from tests.builders import lane, mud, sells, site, solve, tiny

from redmud_opt.plan.framing import framed, last_of, picked, summed


@pytest.mark.parametrize("rows", [[], [("mud", 2026, 1)]])
def test_numbers_are_numbers_with_and_without_rows(rows: list[tuple[str, int, int]]) -> None:
    frame = framed(rows, ("material", "year", "amount_t"), ("amount_t", "of_another_table"), whole=("year",))
    assert frame.columns.tolist() == ["material", "year", "amount_t"]
    assert (str(frame["year"].dtype), str(frame["amount_t"].dtype)) == ("int64", "float64")
    assert list(picked({"own": frame}, "own", "amount_t", "material")) == [(row[2], row[0]) for row in rows]


def test_rows_that_lack_a_cell_are_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        framed([("mud", 2026)], ("material", "year", "amount_t"), ())


def test_sums_stand_where_their_key_first_came() -> None:
    assert list(summed([("b", 1.0), ("a", 2.0), ("b", 3.0)]).items()) == [("b", 4.0), ("a", 2.0)]


def test_the_last_row_of_a_key_stands_where_it_stood() -> None:
    assert last_of([("a", 1), ("b", 2), ("a", 3)], key=lambda row: row[0]) == [("b", 2), ("a", 3)]


def test_tables_without_rows_keep_their_numbers() -> None:
    """Mud is sold at the plant next door: nothing is made, built, mixed or carried by a mode that the case names."""
    plan = solve(tiny(mud(), site("M"), lane("R", "M", 1), sells("mud", 5, "M", method="U")))
    for name, number in (
        ("made", "made_t"),
        ("pools", "share"),
        ("spending", "capex_cny"),
        ("energy", "amount"),
    ):
        frame = plan.frame(name)
        assert frame.empty, name
        assert str(frame[number].dtype) == "float64", name
