"""The pages of the library: made from it, current, in both languages, and right about what they say."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.case.test_library import OWN, TABLES

from redmud_opt.case import Case, load_library
from redmud_opt.i18n import LANGUAGES
from redmud_opt.report.librarydocs import PAGES, file_name, library_pages, write

DOCS = Path(__file__).resolve().parents[2] / "docs" / "library"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """The small library of the library's own tests, with a limit, an emission and a place."""
    root = tmp_path_factory.mktemp("small") / "library"
    more = {
        "routes/gates": "name,at,property,limit,evidence\nlib_gate,lib_separation,lib_iron,60,assumed\n",
        "routes/emissions": (
            "process,account,amount_per_t,low,high,source,evidence\n"
            "lib_separation,co2e_t,0.02,0.01,0.03,lib_source,derived\n"
        ),
        "places/provinces": "name,label_zh\nhenan,河南省\n",
        "places/sites": "name,label_en,label_zh,kind,province\nlib_works,Works | of iron,铁厂,works,henan\n",
        "places/figures": "name,label_en,value,unit,evidence\ncapacity_lib_works_t_per_a,Capacity,5000,t/a,assumed\n",
    }
    for name, content in {**TABLES, **more}.items():
        path = root / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    (root / "library.yaml").write_text(OWN["case.yaml"].replace("library: yes\n", ""), encoding="utf-8")
    return load_library(root)


@pytest.fixture(scope="module")
def pages(small: Case) -> dict[str, str]:
    return library_pages(small)


def lines(page: str, *words: str) -> list[str]:
    return [line for line in page.splitlines() if all(word in line for word in words)]


def test_the_pages_are_current() -> None:
    made = library_pages(load_library())
    stored = {path.name: path.read_text(encoding="utf-8") for path in DOCS.glob("*.md")}
    assert sorted(stored) == sorted(made)
    stale = [name for name, text in made.items() if stored[name] != text]
    assert not stale, "run: python -m redmud_opt.report.librarydocs"


def test_a_card_holds_the_balance_of_a_tonne(pages: dict[str, str]) -> None:
    """Iron 20 %, half of it recovered at 50 %: 0.2 t of concentrate, 0.8 t of tailings, u = 0.2."""
    (row,) = lines(pages["processes.md"], "lib_concentrate 0.2 + lib_tailings 0.8")
    assert row == "| lib_mud | lib_concentrate 0.2 + lib_tailings 0.8 | 0.2 | 30 |"
    assert lines(pages["processes.md"], "lib_concentrate 0.08 + lib_tailings 0.92", "lib_other_mud")


def test_a_card_holds_its_parts(pages: dict[str, str]) -> None:
    card = pages["processes.md"].split("### ")[1]
    assert "Method `R4`: use" in card
    assert "Cost 30 M CNY/t" in card
    assert lines(card, "`lib_muds` (2)", "lib_mud, lib_other_mud", "diaspore, sintering")
    assert lines(card, "CO2e", "0.02 (0.01–0.03) D", "t/t")
    assert lines(card, "feed", "lib_iron", "≤ 60 wt% A")
    assert lines(card, "`lib_separator_300`", "300,000 t/a M", "| 20 ", "| 24 | 15 |")
    assert "1 derived" in card


def test_the_bibliography_counts_uses(pages: dict[str, str]) -> None:
    page = pages["bibliography.md"]
    (used, unused) = (page.split(f'<a id="{name}">')[1] for name in ("lib_source", "lib_unused"))
    assert "composition 2" in used
    assert "materials 6" in used.split("<a")[0]  # four rows, and the densities of two
    assert "Not used." in unused.split("<a")[0]


def test_materials_and_places(pages: dict[str, str]) -> None:
    assert lines(pages["materials.md"], "`lib_mud`", "diaspore", "0.3 M", "1.3 (1.1–1.5) M")
    assert lines(pages["materials.md"], "lib_iron 20 (18–22) wt% M")
    assert "## 河南省 (1)" in pages["places.zh.md"]
    assert lines(pages["places.md"], "Works / of iron `lib_works`", "Capacity 5000 t/a A")
    assert lines(pages["figures.md"], "`lib_price`", "400 (300–500) M", "(bibliography.md#lib_source)")


def test_every_page_stands_in_every_language(pages: dict[str, str]) -> None:
    assert set(pages) == {file_name(page, language) for page in PAGES for language in LANGUAGES}
    for page in pages.values():
        assert "librarydocs." not in re.sub(r"`[^`]*`", "", page)


@pytest.mark.parametrize("name", [file_name(page, language) for page in PAGES for language in LANGUAGES])
def test_the_tables_are_square(pages: dict[str, str], name: str) -> None:
    width = 0
    for line in pages[name].splitlines():
        if not line.startswith("|"):
            width = 0
            continue
        width = width or line.count("|")
        assert line.count("|") == width, line


def test_write_names_what_it_wrote(tmp_path: Path, small: Case) -> None:
    written = write(tmp_path / "pages", small)
    assert [path.name for path in written][:2] == ["bibliography.md", "bibliography.zh.md"]
    assert all(path.is_file() for path in written)


@pytest.mark.slow
def test_it_runs_as_a_module(tmp_path: Path) -> None:
    """Slow: a process of its own reads the library anew."""
    done = subprocess.run(
        [sys.executable, "-m", "redmud_opt.report.librarydocs", tmp_path], check=True, capture_output=True
    )
    assert done.stderr == b""
    assert (tmp_path / "processes.zh.md").is_file()
