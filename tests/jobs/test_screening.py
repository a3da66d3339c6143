"""What `screen` says, for people and as JSON, in both languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
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
    from tests.builders import product, tiny

    report = ScreenReport(screening=screen(tiny(product("brick"))))
    assert "tiny" in report.words(language)
    assert report.as_record(language)["rows"] == []
