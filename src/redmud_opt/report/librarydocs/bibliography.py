"""Every source of the library: title, link, year, and where it is used."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from redmud_opt.case import TABLES
from redmud_opt.case.things import Source
from redmud_opt.report.librarydocs.shelf import Shelf, anchor, cell, folder_of, page_of


def uses(shelf: Shelf) -> dict[str, Counter[str]]:
    """Source → table → how many rows rest on it; a row of `evidence` counts for the table that it speaks of."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for table in TABLES:
        for row in getattr(shelf.library, table):
            if row.source:
                found[row.source][row.table if table == "evidence" else table] += 1
    return found


def _entry(shelf: Shelf, source: Source, used: Counter[str]) -> Iterator[str]:
    where = shelf.listed(f"{table} {count}" for table, count in sorted(used.items()))
    is_address = source.link.startswith(("http://", "https://")) and " " not in source.link
    link = f"<{source.link}>" if is_address else source.link
    yield f'- <a id="{anchor(source.name)}"></a>`{source.name}` {cell(source.title)} ({source.year or "n.d."}).'
    yield f"  {cell(link)}" if link else ""
    yield "  " + (shelf.say("used", where=where, count=sum(used.values())) if used else shelf.say("unused"))


def bibliography_page(shelf: Shelf) -> str:
    """The page."""
    used = uses(shelf)
    by_folder: dict[str, list[Source]] = defaultdict(list)
    for source in shelf.library.sources:
        by_folder[folder_of(source)].append(source)
    lines = shelf.head("bibliography")
    rests = sum(bool(used.get(source.name)) for source in shelf.library.sources)
    lines += [shelf.say("bibliography.count", count=len(shelf.library.sources), used=rests), ""]
    for folder, sources in by_folder.items():
        lines += [f"## {folder}", ""]
        for source in sorted(sources, key=lambda one: one.name):
            lines += [line for line in _entry(shelf, source, used.get(source.name, Counter())) if line]
        lines.append("")
    return page_of(lines)
