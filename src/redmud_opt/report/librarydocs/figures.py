"""Prices, capacities and all other numbers with a name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from redmud_opt.case.things import Figure
from redmud_opt.report.librarydocs.shelf import Shelf, folder_of, page_of


def _rows(shelf: Shelf, figures: list[Figure]) -> Iterator[list[str]]:
    for row in sorted(figures, key=lambda one: (one.unit, one.name)):
        yield [
            f"`{row.name}`",
            shelf.label(row.name),
            shelf.number("figures", row, "value"),
            row.unit,
            shelf.label(row.region),
            "" if row.as_of is None else str(row.as_of),
            shelf.word("confidence", row.confidence),
            shelf.source(row.source),
        ]


def figures_page(shelf: Shelf) -> str:
    """The page."""
    by_folder: dict[str, list[Figure]] = defaultdict(list)
    for row in shelf.library.figures:
        by_folder[folder_of(row)].append(row)
    lines = shelf.head("figures")
    for folder, figures in by_folder.items():
        lines += [f"## {folder} ({len(figures)})", ""]
        lines += shelf.table("figures.head", _rows(shelf, figures))
    return page_of(lines)
