"""Every shipped case as a workbook and back: the same case, and where it is solved quickly the same plan.

Folders come back byte for byte (`tests/case/test_workbook.py`); here scenarios too, which come back as the whole case
that they stand for. A solve is a function of case and options, so equal cases have equal optima; of two it is shown.
A scenario that overrides rows of the library has no workbook of its own: what a library lends stays there.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.jobs import cases

from redmud_opt import CaseFaults, load_case, optimise
from redmud_opt.case.bundle import bundled_names, find_bundled
from redmud_opt.case.workbook import write_folder, write_workbook
from redmud_opt.study.inputs_diff import inputs_that_differ

SCENARIOS = [name for name in bundled_names() if (find_bundled(name) or Path()).is_file()]

OF_THE_LIBRARY = (
    *("group_cement_downturn", "group_low_alkali_cement", "group_no_new_build", "group_ore_cheap"),
    "group_ore_dear",
)


def there_and_back(case: str | Path, home: Path) -> Path:
    write_workbook(case, home / "case.xlsx")
    write_folder(home / "case.xlsx", home / "case_again")
    return home / "case_again"


def test_the_starter_case_has_the_same_plan(tmp_path: Path) -> None:
    start = cases.starter(tmp_path / "start")
    again = there_and_back(start, tmp_path)
    assert load_case(again).files == load_case(start).files  # the same hash of every file
    assert optimise(again).hash == optimise(start).hash


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_comes_back_as_the_same_case(name: str, tmp_path: Path) -> None:
    if name in OF_THE_LIBRARY:
        with pytest.raises(CaseFaults, match=rf"{name}\.yaml, line"):
            there_and_back(name, tmp_path)
        return
    again = there_and_back(name, tmp_path)
    assert inputs_that_differ(load_case(name), load_case(again)).query("column != 'name'").empty


@pytest.mark.slow
def test_a_scenario_has_the_same_plan(tmp_path: Path) -> None:
    again = there_and_back("circuits_small", tmp_path)
    one, other = optimise(again), optimise("circuits_small")
    assert (one.hash, one.solve["objective"]) == (other.hash, other.solve["objective"])
