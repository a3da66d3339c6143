"""The pages docs/fields.md and docs/fields.zh.md, made of the schema and its words. As a module it writes both."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from redmud_opt.case.case import RULE_PACK_TABLES, SCHEMA_VERSION, TABLES, Settings
from redmud_opt.case.columns import Column, Row, columns, default_of
from redmud_opt.case.fieldwords import column_words, row_type, table_words
from redmud_opt.i18n import Message, number_text, text

PAGES = {"en": "fields.md", "zh": "fields.zh.md"}


def _say(key: str, language: str, **values: object) -> str:
    return text(Message(f"case.{key}", values), language)


def _values(column: Column, language: str) -> str:
    """Range, choices or tables of a column."""
    if column.many:
        return _say("docs_any_of", language, choices=column.choices)
    if column.choices:
        return " · ".join(column.choices)
    if column.tables:
        tables = ", ".join(f"`{table}`" for table in column.tables)
        return f"{tables} {_say('docs_or_group', language)}" if column.groups else tables
    limits = ((">", column.above), ("≥", column.minimum), ("≤", column.maximum))
    return ", ".join(f"{sign} {number_text(limit)}" for sign, limit in limits if limit is not None)


def _default(own: type[Any], name: str, column: Column, language: str) -> str:
    if column.required:
        return f"**{_say('docs_required', language)}**"
    value = default_of(own, name)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value in (None, "", ()) else number_text(value) if isinstance(value, float) else str(value)


def _lines(table: str, names: list[str], language: str) -> Iterator[str]:
    own = row_type(table)
    head = _say("docs_head", language).split(" ¦ ")
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    for name in names:
        column = columns(own)[name]
        cells = (
            f"`{name}`",
            _say(f"kind_{column.kind}", language),
            column.unit,
            _values(column, language),
            _default(own, name, column, language),
            "" if column.enforced else _say("docs_not_yet", language),
            column_words(table, name, language),
        )
        yield f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"
    yield ""


def _table(table: str, common: set[str], language: str) -> Iterator[str]:
    own = TABLES[table]
    yield f"## {table}"
    yield ""
    notes = [table_words(table, language)]
    keys = [name for name, column in columns(own).items() if column.key]
    if keys and keys != ["name"]:
        notes.append(_say("docs_key", language, columns=tuple(f"`{key}`" for key in keys)))
    if table in RULE_PACK_TABLES:
        notes.append(_say("docs_own", language))
    if not vars(own)["ENFORCED"]:
        notes.append(f"**{_say('docs_idle_table', language)}**")
    yield ("" if language == "zh" else " ").join(notes)
    yield ""
    yield from _lines(table, [name for name in columns(own) if name not in common], language)


def page(language: str) -> str:
    """The page of one language."""
    common = list(columns(Row))
    lines = [f"# {_say('docs_title', language)}", "", _say("docs_intro", language), ""]
    lines += ["## case.yaml", "", table_words("settings", language)]
    lines += [_say("docs_periods", language, version=str(SCHEMA_VERSION)), ""]
    lines += _lines("settings", list(columns(Settings)), language)
    lines += [f"## {_say('docs_common', language)}", "", _say("docs_common_intro", language), ""]
    lines += _lines("sources", common, language)
    for table in TABLES:
        lines += _table(table, set(common), language)
    return "\n".join(lines).rstrip() + "\n"


def write(folder: Path) -> tuple[Path, ...]:
    """Write the pages of all languages into `folder`."""
    for language, name in PAGES.items():
        (folder / name).write_text(page(language), encoding="utf-8")
    return tuple(folder / name for name in PAGES.values())


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "docs"))
