"""The clock that producers filed, beside a rule pack."""

from __future__ import annotations

from tests.case.conftest import Folder

from redmud_opt.case.read import load_case


def clocks(f: Folder, **more: object) -> set[tuple[str, int, bool]]:
    return {(row.role, row.limit_months, row.hard) for row in load_case(f.path, **more).clocks}  # type: ignore[arg-type]


LAW = ("licensed_operator", 12, True)


def test_a_filed_clock_takes_the_place_of_the_soft_one(folder: Folder) -> None:
    assert clocks(folder) == {LAW, ("producer", 12, False)}
    folder.add("clocks", role="producer", limit_months=6, clause="our plan")
    assert clocks(folder) == {LAW, ("producer", 6, True)}


def test_a_filed_clock_is_no_law_that_a_day_forgets(folder: Folder) -> None:
    folder.add("clocks", role="producer", limit_months=6, valid_from="2026-01-01", clause="our plan")
    assert ("producer", 6, True) in clocks(folder, rule_date="2024-12-31")


def test_a_table_without_rows_leaves_the_pack_as_it_is(folder: Folder) -> None:
    folder.write("clocks", [["role", "limit_months", "clause"]])
    assert clocks(folder) == {LAW, ("producer", 12, False)}
