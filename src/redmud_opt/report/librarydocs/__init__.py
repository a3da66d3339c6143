"""The pages docs/library/*.md and *.zh.md: what the library holds, made from it and never typed.

    python -m redmud_opt.report.librarydocs [FOLDER]

A page is a function of the library and a language. Balances and utilised shares come from the network's own
conversions, the evidence of numbers from `case.backing`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from redmud_opt.case import Case, load_library
from redmud_opt.i18n import LANGUAGES
from redmud_opt.report.librarydocs.bibliography import bibliography_page
from redmud_opt.report.librarydocs.cards import processes_page
from redmud_opt.report.librarydocs.figures import figures_page
from redmud_opt.report.librarydocs.materials import materials_page
from redmud_opt.report.librarydocs.places import places_page
from redmud_opt.report.librarydocs.shelf import Shelf

PAGES: dict[str, Callable[[Shelf], str]] = {
    "bibliography": bibliography_page,
    "materials": materials_page,
    "processes": processes_page,
    "figures": figures_page,
    "places": places_page,
}


def file_name(page: str, language: str) -> str:
    """`processes.md`, `processes.zh.md`."""
    return f"{page}.md" if language == "en" else f"{page}.{language}.md"


def library_pages(library: Case) -> dict[str, str]:
    """File name → text of every page in every language."""
    shelves = {language: Shelf(library, language) for language in LANGUAGES}
    return {
        file_name(page, language): make(shelf)
        for page, make in PAGES.items()
        for language, shelf in shelves.items()
    }


def write(folder: Path, library: Case | None = None) -> tuple[Path, ...]:
    """Write all pages into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = library_pages(load_library() if library is None else library)
    for name, content in pages.items():
        (folder / name).write_text(content, encoding="utf-8")
    return tuple(folder / name for name in pages)


__all__ = ["PAGES", "file_name", "library_pages", "write"]
