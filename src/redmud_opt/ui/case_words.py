"""Words of the pages Case and Check: those of the room `editing`, and how tables and columns are called."""

from __future__ import annotations

from redmud_opt.case.case import TABLES
from redmud_opt.case.columns import columns
from redmud_opt.case.editing import KEYS_TABLE
from redmud_opt.case.fieldwords import column_labels, column_words, table_label, unit_words
from redmud_opt.i18n import Message, text
from redmud_opt.ui.words import Words, plain


def told(key: str, say: Words, **values: object) -> str:
    """The words of `editing.<key>`."""
    return text(Message(f"editing.{key}", values), say.language)


def column_label(table: str, column: str, say: Words) -> str:
    """What a column is called; the columns of `case.yaml` are its keys and their values."""
    if table == KEYS_TABLE:
        return told(f"keys.{column}", say)
    return column_labels(table, say.language).get(column, column)


def column_help(table: str, column: str, say: Words) -> str:
    """What a column means, in which unit, and what it is called in the file."""
    if table == KEYS_TABLE or column not in columns(TABLES[table]):
        return ""
    declared = columns(TABLES[table])[column]
    words = plain(column_words(table, column, say.language))
    unit = declared.unit if declared.unit not in ("", "1") else ""
    key = "column_help_unit" if unit else "column_help"
    return told(key, say, words=words, unit=plain(unit_words(unit, say.language)), name=column)


def row_label(cells: dict[str, str], row: int, labels: dict[str, str], say: Words) -> str:
    """What a person knows a row by: its number in the file and what it begins with."""
    own = [cell for name, cell in cells.items() if not name.startswith("label_")][:3]
    if "name" in cells:
        own = [cells["name"], *filter(None, [labels.get(cells["name"])])]
    words = told("between", say).join(own)
    return told("row_label", say, row=str(row), words=words) if row > 0 else told("row_new", say, words=words)


__all__ = ["column_help", "column_label", "row_label", "table_label", "told"]
