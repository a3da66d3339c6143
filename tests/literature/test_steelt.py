"""AMPL book, steelT: two products, four weeks, shared hours of a rolling mill; the optimum is 515033."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.builders import solve

from redmud_opt.case import load_case
from redmud_opt.cli import main

CASE = "tests/literature/steelT"


def test_steelt_has_the_optimum_of_the_book() -> None:
    assert solve(load_case(CASE)).value == pytest.approx(515033.0, rel=1e-6)


def test_the_command_line_reaches_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["solve", CASE, "--json", "--out", str(tmp_path / "run")]) == 0
    assert json.loads(capsys.readouterr().out)["value_cny"] == pytest.approx(515033.0, rel=1e-6)
