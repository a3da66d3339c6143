"""The page of the formulation: current, and every family says its equation, its units and its source."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from redmud_opt.case import load_case
from redmud_opt.case.bundle import bundled
from redmud_opt.model import FORMULATION
from redmud_opt.model.formulation import Family
from redmud_opt.report.formulationdocs import (
    CASES,
    OPTIONS,
    PAGE,
    opening,
    page,
    parts,
    sources,
    users,
    uses,
    words_beside,
    write,
)

STORED = Path(__file__).resolve().parents[2] / "docs" / PAGE
ONCE = {family.__module__: family for family in FORMULATION}.values()


def test_the_page_is_current() -> None:
    assert STORED.read_text(encoding="utf-8") == page(), "run: python -m redmud_opt.report.formulationdocs"


def test_every_family_stands_on_the_page_with_its_word() -> None:
    text = page()
    for family in FORMULATION:
        assert words_beside(family), family.__name__
        assert f"### `{family.__name__}`: {words_beside(family)}\n" in text


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
    assert all(len(part.counts) == len(CASES) and part.what for found in parts().values() for part in found)


NOT_SHIPPED = {
    "add_apart": "no clause has been seen that names two wastes of the cases",
    "add_change_limits": "needs the plan of an earlier run as a baseline",
    "add_freezing": "needs the plan of an earlier run as a baseline",
    "add_refunds": "no mix of the cases reaches the share of waste that the tax list asks for",
    "add_counts": "no commitment that counts lanes, outlets or lines is known of a plant",
    "add_product_stock": "no works is known to keep goods made from waste over New Year",
}
"""Families that no shipped case needs, and why."""


def test_every_other_family_works_in_a_shipped_case() -> None:
    idle = {name for name, found in parts().items() if not any(any(part.counts) for part in found)}
    assert idle <= set(NOT_SHIPPED)


def test_the_page_says_which_case_uses_which_option() -> None:
    assert set(users()) == {words for words, _, _ in OPTIONS}
    assert users()["pool"] == ("guangxi_blending",)
    assert "guangxi" in users()["raise of a dam"]
    assert uses(load_case(bundled("guangxi")), "storages", "candidate")
    assert not uses(load_case(bundled("national")), "storages", "candidate")
    assert "| pool | `storages`, `mixed` | guangxi_blending |" in page()


def test_it_is_written_into_a_folder(tmp_path: Path) -> None:
    assert write(tmp_path) == tmp_path / PAGE
    assert (tmp_path / PAGE).read_text(encoding="utf-8") == page()


@pytest.mark.slow
def test_it_runs_as_a_module(tmp_path: Path) -> None:
    """Slow: a process of its own reads and builds every shipped case anew."""
    command = [sys.executable, "-m", "redmud_opt.report.formulationdocs", str(tmp_path)]
    done = subprocess.run(command, check=True, capture_output=True)
    assert done.stderr == b""
    assert (tmp_path / PAGE).read_text(encoding="utf-8") == page()
