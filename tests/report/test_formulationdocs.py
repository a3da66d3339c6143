"""The page of the formulation: current, and every family says its equation, its units and its source."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from redmud_opt.model import FORMULATION
from redmud_opt.model.formulation import Family
from redmud_opt.report.formulationdocs import PAGE, opening, page, parts, sources, words_beside

STORED = Path(__file__).resolve().parents[2] / "docs" / PAGE
ONCE = {family.__module__: family for family in FORMULATION}.values()


def test_the_page_is_current() -> None:
    assert STORED.read_text(encoding="utf-8") == page(), "run: python -m redmud_opt.report.formulationdocs"


@pytest.mark.parametrize("family", FORMULATION, ids=lambda family: family.__name__)
def test_every_family_stands_on_the_page_with_its_word(family: Family) -> None:
    assert words_beside(family)
    assert f"### `{family.__name__}`: {words_beside(family)}\n" in page()


@pytest.mark.parametrize("family", ONCE, ids=lambda family: family.__module__)
def test_every_module_opens_with_equation_unit_and_source(family: Family) -> None:
    """A unit is a bracket with t, m³, h, CNY, 1 …; columns say their unit in words."""
    text = opening(family)
    assert sources(family), "no source: name the rule of MODEL.md"
    if family.__name__ != "add_columns":
        assert re.search("[=≤≥]", text)
    assert re.search(r"\[[^\]]+\]|dry tonnes|units of which line", text), "no unit in brackets"


def test_every_part_of_every_family_is_named() -> None:
    assert set(parts()) == {family.__name__ for family in FORMULATION}
    assert all(len(part.counts) == 5 and part.what for found in parts().values() for part in found)


def test_it_runs_as_a_module(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "redmud_opt.report.formulationdocs", str(tmp_path)]
    done = subprocess.run(command, check=True, capture_output=True)
    assert done.stderr == b""
    assert (tmp_path / PAGE).read_text(encoding="utf-8") == page()
