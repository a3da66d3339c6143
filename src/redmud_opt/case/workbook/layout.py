"""Where what stands in a workbook: names of sheets, the rows above the data, the keys of `case.yaml` as rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from redmud_opt.case.case import RULE_PACK_TABLES, TABLES
from redmud_opt.case.columns import columns
from redmud_opt.case.fieldwords import column_words

KEYS, NAMES, HEADERS = "case", "names", "tables"
"""Sheets that are no tables."""

FORMAT = "1"
FORMAT_KEY = "workbook_format"
"""Stands in the first row of `tables`: what is no such workbook is not taken for one."""

HEAD_ROWS = 4
"""Names, units, Chinese words, English words."""

KEY_COLUMNS = ("key", "value", "unit", "说明", "meaning")

COMMENT = "#"
"""Stands in place of a key where a line of `case.yaml` is a comment or blank."""

_KEY = re.compile(r"([A-Za-z_][A-Za-z0-9_]*):(?:[ \t]+(.*))?")


def sheets() -> tuple[str, ...]:
    """Every table has a sheet, in the order of the schema; those that rule packs hold come last.

    A case may hold them too: all of them where it is its own pack, the filed clocks of its producers beside any.
    """
    own = tuple(table for table in TABLES if table not in RULE_PACK_TABLES)
    return (*own, *RULE_PACK_TABLES)


def key_rows(yaml_text: str) -> Iterator[tuple[str, str]]:
    """(key, value as YAML) of every key of a `case.yaml`, comments and blank lines between them as (#, line)."""
    key, lines = "", list[str]()
    for line in yaml_text.splitlines():
        found = _KEY.fullmatch(line)
        if not found and (not line.strip() or line.startswith("#")) and not lines:
            yield COMMENT, line
        elif found or line.startswith("#"):
            if key:
                yield key, "\n".join(lines)
            key, lines = (found[1], [found[2] or ""]) if found else ("", [])
            if not found:
                yield COMMENT, line
        else:
            lines.append(line.removeprefix("  "))
    if key:
        yield key, "\n".join(lines)


def yaml_of(rows: Iterable[tuple[str, str]]) -> str:
    """The text of a `case.yaml` that `key_rows` took apart."""
    lines = []
    for key, value in rows:
        if key == COMMENT:
            lines.append(value)
            continue
        first, *more = value.split("\n")
        lines.append(f"{key}: {first}" if first else f"{key}:")
        lines += [f"  {line}" if line.strip() else line for line in more]
    return "\n".join(lines) + "\n"


def is_explanation(cells: tuple[str, ...], names: tuple[str, ...], table: str) -> bool:
    """Whether a row is one of those that say what columns mean."""
    own = columns(TABLES[table])
    for language in ("zh", "en"):
        words = [column_words(table, name, language) if name in own else "" for name in names]
        alike = [cell.strip() == word.strip() for cell, word in zip(cells, words, strict=False) if word]
        if alike and sum(alike) >= max(1, len(alike) // 2):
            return True
    return False
