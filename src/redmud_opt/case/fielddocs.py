"""Words of tables and columns, and the pages docs/fields.md and docs/fields.zh.md made of them.

The English words stand in the schema, the Chinese ones in the catalogue `fields`. Run as a module, it writes
both pages.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from redmud_opt.case.case import RULE_PACK_TABLES, SCHEMA_VERSION, TABLES, Settings
from redmud_opt.case.columns import Column, Row, columns, default_of
from redmud_opt.i18n import Message, number_text, template, text

PAGES = {"en": "fields.md", "zh": "fields.zh.md"}


def _type(table: str) -> type[Any]:
    return Settings if table == "settings" else TABLES[table]


def table_words(table: str, language: str) -> str:
    """What a table holds, in one sentence; `settings` is case.yaml."""
    if language == "en":
        return (_type(table).__doc__ or "").strip().splitlines()[0]
    return template(f"fields.{table}", language) or ""


def column_words(table: str, column: str, language: str) -> str:
    """What a column means."""
    if language == "en":
        return columns(_type(table))[column].doc
    own = template(f"fields.{table}.{column}", language)
    return own or template(f"fields.any.{column}", language) or ""


def table_label(table: str, language: str) -> str:
    """A table in a word or two."""
    return text(Message(f"editing.table.{table}"), language)


def column_labels(table: str, language: str) -> dict[str, str]:
    """Column → a few words and the unit, no two alike: its name, in Chinese the beginning of its sentence."""
    own = columns(_type(table))
    bare = {name: _label(table, name, language) for name in own}
    twice = Counter(bare.values())
    between = "，" if language == "zh" else ", "
    found = {}
    for name, column in own.items():
        label = bare[name] if twice[bare[name]] == 1 else f"{bare[name]} [{name}]"
        unit = column.unit if column.unit and not column.unit.startswith(("of ", "as ")) else ""
        found[name] = f"{label}{between}{unit}" if unit and unit != "1" else label
    return found


_CLAUSE = re.compile("[，；：。（]")
_UNIT = re.compile(r"_(cny|t|km|kg|m3|m2|m|deg|a|months|h)(_per_\w+)?$")


def _label(table: str, column: str, language: str) -> str:
    common = f"editing.column.{column}"
    if template(common, language) is not None:
        return text(Message(common), language)
    if language == "en":
        return _UNIT.sub("", column).replace("_", " ").capitalize()
    return _CLAUSE.split(column_words(table, column, language))[0]


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


def _default(row_type: type[Any], name: str, column: Column, language: str) -> str:
    if column.required:
        return f"**{_say('docs_required', language)}**"
    value = default_of(row_type, name)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value in (None, "", ()) else number_text(value) if isinstance(value, float) else str(value)


def _lines(table: str, names: list[str], language: str) -> Iterator[str]:
    row_type = _type(table)
    head = _say("docs_head", language).split(" ¦ ")
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    for name in names:
        column = columns(row_type)[name]
        cells = (
            f"`{name}`",
            _say(f"kind_{column.kind}", language),
            column.unit,
            _values(column, language),
            _default(row_type, name, column, language),
            "" if column.enforced else _say("docs_not_yet", language),
            column_words(table, name, language),
        )
        yield f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"
    yield ""


def _table(table: str, common: set[str], language: str) -> Iterator[str]:
    row_type = TABLES[table]
    yield f"## {table}"
    yield ""
    notes = [table_words(table, language)]
    keys = [name for name, column in columns(row_type).items() if column.key]
    if keys and keys != ["name"]:
        notes.append(_say("docs_key", language, columns=tuple(f"`{key}`" for key in keys)))
    if table in RULE_PACK_TABLES:
        notes.append(_say("docs_own", language))
    if not vars(row_type)["ENFORCED"]:
        notes.append(f"**{_say('docs_idle_table', language)}**")
    yield ("" if language == "zh" else " ").join(notes)
    yield ""
    yield from _lines(table, [name for name in columns(row_type) if name not in common], language)


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
