"""Words of tables and columns: the English ones stand in the schema, the Chinese ones in the catalogue `fields`."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from redmud_opt.case.case import TABLES, Settings
from redmud_opt.case.columns import columns
from redmud_opt.i18n import Message, template, text


def row_type(table: str) -> type[Any]:
    """The class of the rows of a table; `settings` is case.yaml."""
    return Settings if table == "settings" else TABLES[table]


def table_words(table: str, language: str) -> str:
    """What a table holds, in one sentence; `settings` is case.yaml."""
    if language == "en":
        return (row_type(table).__doc__ or "").strip().splitlines()[0]
    return template(f"fields.{table}", language) or ""


def column_words(table: str, column: str, language: str) -> str:
    """What a column means."""
    if language == "en":
        return columns(row_type(table))[column].doc
    own = template(f"fields.{table}.{column}", language)
    return own or template(f"fields.any.{column}", language) or ""


def table_label(table: str, language: str) -> str:
    """A table in a word or two."""
    return text(Message(f"editing.table.{table}"), language)


def column_labels(table: str, language: str) -> dict[str, str]:
    """Column → a few words and the unit, no two alike: its name, in Chinese the beginning of its sentence."""
    own = columns(row_type(table))
    bare = {name: _label(table, name, language) for name in own}
    twice = Counter(bare.values())
    between = "，" if language == "zh" else ", "
    found = {}
    for name, column in own.items():
        label = bare[name] if twice[bare[name]] == 1 else f"{bare[name]} [{name}]"
        unit = column.unit if column.unit and not column.unit.startswith(("of ", "as ")) else ""
        found[name] = f"{label}{between}{unit_words(unit, language)}" if unit and unit != "1" else label
    return found


def unit_words(unit: str, language: str) -> str:
    """A unit of the schema; where the catalogue has none (m, km, %), as it is written there."""
    key = f"editing.unit.{unit}"
    return unit if template(key, language) is None else text(Message(key), language)


_CLAUSE = re.compile("[，；：。（]")
_UNIT = re.compile(r"_(cny|t|km|kg|m3|m2|m|deg|a|months|h)(_per_\w+)?$")


def _label(table: str, column: str, language: str) -> str:
    common = f"editing.column.{column}"
    if template(common, language) is not None:
        return text(Message(common), language)
    if language == "en":
        return _UNIT.sub("", column).replace("_", " ").capitalize()
    return _CLAUSE.split(column_words(table, column, language))[0]
