"""The starter case: complete, valid, never in the way of what is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from redmud_opt.case import CaseFaults, flagged, init_case, load_case


def test_it_is_a_valid_case(tmp_path: Path) -> None:
    written = init_case(tmp_path / "deep" / "mine")
    case = load_case(tmp_path / "deep" / "mine")
    assert {path.name for path in written} == {path.name for path in (tmp_path / "deep" / "mine").iterdir()}
    assert len(case.periods) == 4
    assert case.arisings
    assert case.targets
    assert flagged(case) == ()


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    init_case(tmp_path)
    load_case(tmp_path)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(CaseFaults) as caught:
        init_case(tmp_path)
    assert caught.value.faults[0].message.key == "case.init_not_empty"
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("")
    with pytest.raises(CaseFaults) as caught:
        init_case(path)
    assert caught.value.faults[0].message.key == "case.init_no_folder"


def test_its_numbers_say_what_they_rest_on(tmp_path: Path) -> None:
    init_case(tmp_path)
    case = load_case(tmp_path)
    assert all(
        row.evidence == "assumed" for row in (*case.arisings, *case.lines, *case.outlets, *case.processes)
    )
