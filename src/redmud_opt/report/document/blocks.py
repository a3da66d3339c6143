"""What a report is made of: sections of paragraphs, lists, facts, tables and figures. Words only; no layout."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from redmud_opt.i18n import Message, text
from redmud_opt.report.charts import Chart
from redmud_opt.report.tables import View

MOST_ROWS = 30
"""Rows of a table in the report; what is beyond is summed up in one more. All rows stand in the workbook."""

FIGURE = re.compile(r"[<>]?[−-]?[\d.,]+\s?[^\d\s]*|–")
"""A figure with its unit, or that there is none."""


@dataclass(frozen=True)
class Words:
    """Paragraphs, a list, or a heading of its own."""

    lines: tuple[str, ...]
    as_list: bool = False
    strong: bool = False


@dataclass(frozen=True)
class Facts:
    """What is read first: (what, amount)."""

    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Table:
    """Headings and cells in words; `numbers`: positions of columns that end flush."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()
    note: str = ""


@dataclass(frozen=True)
class Figure:
    """A chart, and its table in words."""

    chart: Chart
    table: Table


Block = Words | Facts | Table | Figure


@dataclass(frozen=True)
class Section:
    """A heading and what stands beneath it. level 2: a part of the report; 3: a plant or a part of a part."""

    name: str
    title: str
    blocks: tuple[Block, ...]
    level: int = 2


def say(key: str, language: str, **values: object) -> str:
    """Words of the report."""
    return text(Message(f"document.{key}", values), language)


def figure_of(chart: Chart, language: str) -> Figure:
    """A chart with its table."""
    return Figure(chart, table_of(chart.twin, language, chart.amounts))


def table_of(
    view: View, language: str, sums: Sequence[str] = (), *, most: int = MOST_ROWS, title: str | None = None
) -> Table:
    """A view in words. `sums`: columns whose amounts beyond the last row shown are summed up."""
    frame = view.frame
    columns = list(frame.columns)
    shown = frame.head(most)
    rows = [
        tuple(_cell(value, view.numbers.get(head)) for head, value in zip(columns, row, strict=True))
        for row in shown.itertuples(index=False, name=None)
    ]
    left = len(frame) - len(shown)
    if left > 0:
        rest = frame.iloc[most:]
        cells = [_cell(rest[head].sum(), view.numbers[head]) if head in sums else "" for head in columns]
        cells[0] = say("more_rows", language, count=left)
        rows.append(tuple(cells))
    numbers = frozenset(k for k, head in enumerate(columns) if head in view.numbers)
    heads = tuple(map(str, columns))
    return Table(view.title if title is None else title, heads, tuple(rows), numbers)


def words_table(title: str, frame: pd.DataFrame, note: str = "") -> Table:
    """A frame whose cells are words already; columns of figures end flush."""
    rows = tuple(tuple(map(str, row)) for row in frame.itertuples(index=False, name=None))
    numbers = frozenset(k for k in range(1, len(frame.columns)) if _all_figures(row[k] for row in rows))
    return Table(title, tuple(map(str, frame.columns)), rows, numbers, note)


def _all_figures(cells: Iterable[str]) -> bool:
    found = [cell for cell in cells if cell]
    return bool(found) and all(FIGURE.fullmatch(cell) for cell in found)


def _cell(value: object, decimals: int | None) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if decimals is None or not isinstance(value, int | float):
        return str(value)
    words = f"{value:,.{decimals}f}"
    bare = words.lstrip("-")
    return bare if not bare.strip("0.,") else words.replace("-", "−")
