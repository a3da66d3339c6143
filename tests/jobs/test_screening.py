"""What `screen` says, for people and as JSON, in both languages."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from tests.builders import mud, product, sells, tiny, works
from tests.jobs.cases import starter

from redmud_opt.jobs import Exit
from redmud_opt.jobs.screening import ScreenReport, screen_case
from redmud_opt.study.screening import VERDICTS, screen


def test_words_name_every_plant_and_route(tmp_path: Path) -> None:
    report = screen_case(starter(tmp_path / "case"))
    assert report.exit is Exit.PLAN
    assert report.screening is not None
    for language in ("en", "zh"):
        words = report.words(language)
        for plant, places in report.screening.plants(language):
            assert plant in words
            assert len(places) >= 1
        assert all(label in words for label in report.screening.routes(language).values())
        assert "{" not in words
        assert "screen." not in words


def test_the_record_is_json_with_a_reason_for_every_row(tmp_path: Path) -> None:
    report = screen_case(starter(tmp_path / "case"))
    assert report.screening is not None
    record = report.as_record("zh")
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    assert len(record["rows"]) == len(report.screening.cells) == sum(record["verdicts"].values())
    assert tuple(record["verdicts"]) == VERDICTS
    first = record["rows"][0]
    assert set(first["reason"]) == set(first["verdict"]) == {"key", "text"}
    assert (record["exit_code"], record["faults"], record["library"]) == (0, [], False)


def test_faults_alone(tmp_path: Path) -> None:
    report = screen_case(tmp_path / "nowhere")
    assert (report.exit, report.screening) == (Exit.FAULTS, None)
    assert report.as_record()["faults"]
    assert report.words("zh")


def test_the_starter_case_has_one_press(tmp_path: Path) -> None:
    """80,000 · 0.85 = 68,000 of 1,200,000 t: 5.67 %."""
    words = screen_case(starter(tmp_path / "case")).words("en")
    assert "Unfired brick: limited. the lines that stand take at most 5.67 % of what arises; earns" in words
    assert "Takes 1 × press at 100 % load." in words


def test_equipment_without_a_capacity_has_no_limit() -> None:
    """Not "at 0 % load"."""
    case = tiny(mud(100), product("brick"), sells("brick", 10), works("press", "mud", {"brick": 1.0}))
    report = ScreenReport(screening=screen(case))
    assert report.words("en").endswith(" Takes 1 × press_line, whose capacity has no limit.")
    assert report.words("zh").endswith("需 1 套press_line，产能不限。")
    assert report.as_record()["rows"][0]["load"] is None


def test_several_lines_are_counted_each() -> None:
    """60 t stand and a step of 50 t may be built: both for 100 t."""
    more = works("more", "mud", {}, capacity=50, stands={"candidate": True, "capex_cny": 1.0})
    rows = {name: more[name] for name in ("lines", "facilities", "line_processes")}
    rows["line_processes"] = tuple(replace(row, process="press") for row in rows["line_processes"])
    press = works("press", "mud", {"brick": 1.0}, capacity=60)
    report = ScreenReport(screening=screen(tiny(mud(100), product("brick"), sells("brick", 10), press, rows)))
    assert report.words("en").endswith(" Takes 1 × press_line, 1 × more_line at 90.9 % load.")
    assert "需 1 套press_line、1 套more_line" in report.words("zh")


def test_the_library_adds_routes() -> None:
    """Those of the case come first and are the same as without it; those of the library are marked."""
    alone, both = screen_case("guangxi"), screen_case("guangxi", library=True)
    assert alone.screening is not None
    assert both.screening is not None
    known = [cell.asked.process.name for cell in alone.screening.cells]
    assert [cell.asked.process.name for cell in both.screening.cells][: len(known)] == known
    assert len(set(both.screening.routes().values())) == len(both.screening.routes())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_to_ask(language: str) -> None:
    report = ScreenReport(screening=screen(tiny(product("brick"))))
    assert "tiny" in report.words(language)
    assert report.as_record(language)["rows"] == []
