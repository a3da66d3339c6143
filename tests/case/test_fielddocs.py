"""The pages of the fields: made from the schema, current, in both languages."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from redmud_opt.case.case import TABLES, Settings
from redmud_opt.case.columns import columns
from redmud_opt.case.fielddocs import PAGES, column_words, page, table_words, write
from redmud_opt.i18n import keys

DOCS = Path(__file__).resolve().parents[2] / "docs"
EVERY = [(table, column) for table, t in [*TABLES.items(), ("settings", Settings)] for column in columns(t)]


@pytest.mark.parametrize("language", PAGES)
def test_the_pages_are_current(language: str) -> None:
    stored = (DOCS / PAGES[language]).read_text(encoding="utf-8")
    assert stored == page(language), "run: python -m redmud_opt.case.fielddocs"


def test_every_column_has_words_in_both_languages() -> None:
    """One test for a thousand columns: a test each took longer to report than to run."""
    no_english = [of for of in EVERY if not column_words(*of, "en")]
    no_chinese = [of for of in EVERY if not re.search(r"[\u3000-\u9fff]", column_words(*of, "zh"))]
    assert not no_english
    assert not [of for of in no_chinese if of[1] != "second"]


def test_every_table_has_words_in_both_languages() -> None:
    every = [*TABLES, "settings"]
    assert not [table for table in every if not table_words(table, "en")]
    assert not [table for table in every if not re.search(r"[\u4e00-\u9fff]", table_words(table, "zh"))]


def test_no_words_are_left_over() -> None:
    known = {f"fields.{table}" for table in [*TABLES, "settings"]}
    known |= {f"fields.{table}.{column}" for table, column in EVERY}
    known |= {f"fields.any.{column}" for _, column in EVERY}
    assert {key for key in keys("zh") if key.startswith("fields.")} <= known


@pytest.mark.parametrize("language", PAGES)
def test_the_tables_of_the_pages_are_square(language: str) -> None:
    for line in page(language).splitlines():
        if line.startswith("|"):
            assert line.count("|") == 8, line


def test_every_column_stands_on_the_page() -> None:
    words = page("en")
    assert all(f"| `{column}` |" in words for _, column in EVERY)
    assert "not yet" in words


def test_it_runs_as_a_module(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "redmud_opt.case.fielddocs", tmp_path], check=True, capture_output=True
    )
    assert done.stderr == b""
    assert (tmp_path / "fields.zh.md").read_text(encoding="utf-8") == page("zh")


def test_write_names_what_it_wrote(tmp_path: Path) -> None:
    assert [path.name for path in write(tmp_path)] == ["fields.md", "fields.zh.md"]
