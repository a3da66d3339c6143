"""Every shipped case as a workbook and back: the same case, and where it is solved quickly the same plan.

Folders come back byte for byte (`tests/case/test_workbook.py`); here scenarios too, which come back as the whole case
that they stand for. A solve is a function of case and options, so equal cases have equal optima; of two it is shown.
A scenario that changes rows of the library becomes a case whose rows overrule them: these may stand in another order.
"""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest
import python_calamine
from tests.jobs import cases

from redmud_opt import CaseFaults, load_case, optimise
from redmud_opt.case import Case
from redmud_opt.case.bundle import bundled_names, find_bundled
from redmud_opt.case.case import TABLES
from redmud_opt.case.workbook import write_folder, write_workbook

SCENARIOS = [name for name in bundled_names() if (find_bundled(name) or Path()).is_file()]

CATALOGUES = {"figures", "evidence"}
"""Tables of which rows of the case stand before those of the library, in whatever order they were."""


def there_and_back(case: str | Path, home: Path) -> Path:
    write_workbook(case, home / "case.xlsx")
    write_folder(home / "case.xlsx", home / "case_again")
    return home / "case_again"


def test_the_starter_case_has_the_same_plan(tmp_path: Path) -> None:
    start = cases.starter(tmp_path / "start")
    again = there_and_back(start, tmp_path)
    assert load_case(again).files == load_case(start).files  # the same hash of every file
    assert optimise(again).hash == optimise(start).hash


def content(case: Case, table: str) -> list[str]:
    """Rows whole, evidence, labels and comments too, without where they stand."""
    rows = getattr(case, table)
    return [repr([getattr(row, f.name) for f in fields(row) if f.name != "place"]) for row in rows]


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_comes_back_as_the_same_case(name: str, tmp_path: Path) -> None:
    """As a workbook, and as the folder that the workbook becomes; of its tables only catalogues in another order."""
    again, case = there_and_back(name, tmp_path), load_case(name)
    for other in (load_case(tmp_path / "case.xlsx"), load_case(again)):
        assert (other.settings, other.periods, other.quotes) == (case.settings, case.periods, case.quotes)
        differ = {table for table in TABLES if content(other, table) != content(case, table)}
        assert differ <= CATALOGUES
        assert all(sorted(content(other, table)) == sorted(content(case, table)) for table in differ)


def test_a_figure_that_a_scenario_scales_moves_its_prices_from_the_workbook(tmp_path: Path) -> None:
    """30 % off a library figure: its row overrules the library's in the workbook, and nothing else of it is there."""
    write_workbook("group_ore_cheap", tmp_path / "case.xlsx")
    own = python_calamine.CalamineWorkbook.from_path(str(tmp_path / "case.xlsx"))
    figures = own.get_sheet_by_name("figures").to_python()
    stated = [row[0] for row in figures[4:] if row[0]]
    assert stated == [f"price_iron_concentrate_{grade}_cny_per_t" for grade in (45, 50, 55)]
    cheap, base = (
        {row.name: row.price_cny_per_t for row in load_case(case).outlets}
        for case in (tmp_path / "case.xlsx", "group")
    )
    ratios = {round(cheap[name] / price, 6) for name, price in base.items() if price}
    assert ratios == {0.7, 1.0}


@pytest.mark.slow
def test_a_scenario_has_the_same_plan(tmp_path: Path) -> None:
    again = there_and_back("circuits_small", tmp_path)
    one, other = optimise(again), optimise("circuits_small")
    assert (one.hash, one.solve["objective"]) == (other.hash, other.solve["objective"])


def test_a_cell_of_the_library_that_a_scenario_blanks_is_refused(tmp_path: Path) -> None:
    """A blank cell takes over the library's: no row of a case can say that there is nothing."""
    scenario = tmp_path / "blank.yaml"
    scenario.write_text(
        "schema_version: 1\nbase: group\noverrides:\n"
        "  - {table: units, where: {name: magnetic_separation_1000kt}, set: {lead_time_months: }}\n",
        encoding="utf-8",
    )
    with pytest.raises(CaseFaults, match=r"blank\.yaml, line 4.*magnetic_separation_1000kt"):
        write_workbook(scenario, tmp_path / "case.xlsx")
    assert not (tmp_path / "case.xlsx").exists()
