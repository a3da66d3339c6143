"""What a chart is, its colours, and what several charts need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from redmud_opt.i18n import Message, text
from redmud_opt.report.boxes import drawable, wrapped
from redmud_opt.report.figures import INK
from redmud_opt.report.tables import View

SERIES = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#5c3a21", "#5b6770")
"""Told apart with any colour vision: those of Okabe and Ito, with a brown and a grey for yellow and black."""

GAIN, COST, SUM = SERIES[0], SERIES[5], SERIES[7]
GRID = "#e3e7eb"
BELOW = {"orientation": "h", "x": 0, "xanchor": "left", "yanchor": "top", "traceorder": "normal"}
LEGEND_LINE_PX = 21
NAMED_PX = 680
"""Pixels that a chart with names down its left side needs, so that something is left for what it draws."""
LETTERS_A_LINE = 84
"""Letters of the legend that stand side by side at the width of a page."""


@dataclass(frozen=True)
class Chart:
    """A figure and its table.

    amounts: headings of the columns of the table that hold what is drawn. least_width: pixels below which labels
    would run into each other; 0: any width will do.
    """

    name: str
    title: str
    note: str
    figure: go.Figure
    twin: View
    amounts: tuple[str, ...]
    least_width: int = 0


def say(key: str, language: str, **values: object) -> str:
    """Words of the charts."""
    return text(Message(f"charts.{key}", values), language)


def twin_of(
    name: str, title: str, frame: pd.DataFrame, amounts: Sequence[str], decimals: int | None = None
) -> View:
    """The table beside a figure; its amounts with as many decimals as the greatest of them needs."""
    largest = max((float(frame[head].abs().max()) for head in amounts if len(frame)), default=0.0)
    shown = decimals if decimals is not None else 0 if largest >= 1000 else 1 if largest >= 100 else 2
    return View(name, title, frame, dict.fromkeys(amounts, shown))


def label(words: str, letters: int = 34) -> str:
    """A name as a figure draws it, in lines."""
    return "<br>".join(wrapped(drawable(words), letters))


def year_axis(figure: go.Figure, years: Sequence[int]) -> None:
    """Years as categories, all of them, in order."""
    order = {"type": "category", "categoryorder": "array", "categoryarray": [str(year) for year in years]}
    figure.update_xaxes(fixedrange=True, **order)


def legend_below(figure: go.Figure, names: Sequence[str], height: int, axis_px: int = 34) -> int:
    """Puts the legend beneath a plot of so many pixels and returns the height of the whole figure."""
    lines, room = 1, 0
    for name in names:
        letters = 8 + sum(2 if ord(sign) >= 0x2E80 else 1 for sign in name)
        if room and room + letters > LETTERS_A_LINE:
            lines, room = lines + 1, 0
        room += letters
    figure.update_layout(showlegend=True, legend=BELOW | {"y": -axis_px / height, "font": {"size": 12}})
    return height + axis_px + 12 + LEGEND_LINE_PX * lines


def value_axis(figure: go.Figure, title: str, *, across: bool = False) -> None:
    """The axis of amounts."""
    update = figure.update_xaxes if across else figure.update_yaxes
    update(
        title_text=title,
        title_standoff=8,
        tickformat=",~r",
        fixedrange=True,
        automargin=True,
        gridcolor=GRID,
        zeroline=True,
        zerolinecolor=INK,
    )
