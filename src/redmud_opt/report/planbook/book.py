"""Sheets, tables and charts of a workbook for people: how things look, and nothing of what a plan says.

    book = Book(workbook, "zh", title, classification)
    sheet = book.sheet("运输");  book.table(view)

Every sheet prints in landscape, as broad as a page; title, sheet and classification of the case stand in its header,
the row of headings comes again on every page. Colours of a chart do not repeat.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any

import numpy as np
import pandas as pd

from redmud_opt.plan.words import width
from redmud_opt.report.tables import View

SHEET_NAME = 31
"""Signs that the name of a sheet may have."""

FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
WIDEST, NARROWEST, OF_NUMBERS = 64, 9, 13
LOOKED_AT = 400
"""Rows by which the breadth of a column is judged."""

A4, LINE = 9, 15.0
"""xlsxwriter's number of the paper; height of a line of text [points]."""

COLOURS = (
    *(
        "#2F6690",
        "#C79230",
        "#2F8A68",
        "#75589E",
        "#A4513A",
        "#5AA0B8",
        "#8A8F3C",
        "#B06A8F",
        "#6C7680",
        "#1D3F59",
    ),
    *(
        "#7A5A1E",
        "#1C543F",
        "#483661",
        "#653224",
        "#9CC7D6",
        "#C9CC8F",
        "#DDB8CB",
        "#B4BBC2",
        "#E3C78F",
        "#93C9B3",
    ),
)


@dataclass(eq=False)
class Book:
    """Fills one workbook of xlsxwriter."""

    workbook: Any
    title_text: str
    classification: str = ""
    names: dict[str, str] = field(default_factory=dict)
    """Name of each sheet → its title in full, in their order."""

    def __post_init__(self) -> None:
        add = self.workbook.add_format
        self.title = add({"bold": True, "font_size": 15})
        self.bold = add({"bold": True})
        self.head = add(
            {"bold": True, "bg_color": "#DDE7F0", "border": 1, "text_wrap": True, "valign": "top"}
        )
        self.words = add({"text_wrap": False, "valign": "top"})
        self.wrapped = add({"text_wrap": True, "valign": "top"})
        self.share = add({"num_format": "0.0%"})
        self._numbers: dict[int, Any] = {}

    # ---- sheets ------------------------------------------------------------------------------------------------

    def sheet(self, title: str, short: str = "", *, pages: int = 0, portrait: bool = False) -> Any:
        """A new sheet. short: its name where the title is too long for one. pages: most of them; 0: any number."""
        stem = " ".join((short or title).translate(FORBIDDEN).split())[:SHEET_NAME].strip() or "sheet"
        name, number, taken = stem, 1, {known.casefold() for known in self.names}
        while name.casefold() in taken:
            number += 1
            name = f"{stem[: SHEET_NAME - 3]} {number}"
        self.names[name] = title
        sheet = self.workbook.add_worksheet(name)
        self._print_setup(sheet, title)
        sheet.fit_to_pages(1, pages)
        if portrait:
            sheet.set_portrait()
        return sheet

    def _print_setup(self, sheet: Any, title: str) -> None:
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
        parts = (("&L", self.classification), ("&C", self.title_text), ("&R", title))
        header = "".join(f"{where}{_plain(words)}" for where, words in parts if words)
        sheet.set_header(header[:255])
        sheet.set_footer(f"&L{_plain(self.classification)}&R&P / &N")

    # ---- tables ------------------------------------------------------------------------------------------------

    def table(self, view: View, short: str = "") -> Any:
        """A table on a sheet of its own: frozen, filtered, its headings on every page."""
        sheet = self.sheet(view.title, short)
        breadths = [_breadth(str(n), view.frame[n], view.numbers.get(n)) for n in view.frame.columns]
        self.heading(sheet, 0, view.frame, breadths)
        for place, name in enumerate(view.frame.columns):
            column = view.frame[name]
            decimals = view.numbers.get(name)
            for line, value in enumerate(column.tolist(), start=1):
                self.cell(sheet, line, place, value, decimals)
            sheet.set_column(place, place, breadths[place])
        sheet.freeze_panes(1, 1)
        sheet.repeat_rows(0)
        sheet.autofilter(0, 0, max(1, len(view.frame)), max(0, len(view.frame.columns) - 1))
        return sheet

    def block(
        self,
        sheet: Any,
        row: int,
        title: str,
        frame: pd.DataFrame,
        decimals: Mapping[int, int] | None = None,
        breadth: float = 12.0,
    ) -> int:
        """A table with a title inside a sheet; returns the row below it and a blank one. breadth: of its columns."""
        sheet.write_string(row, 0, title, self.bold)
        self.heading(sheet, row + 1, frame, [max(breadth, 34.0), *[breadth] * (len(frame.columns) - 1)])
        for line, cells in enumerate(frame.itertuples(index=False, name=None), start=row + 2):
            for place, value in enumerate(cells):
                self.cell(sheet, line, place, value, (decimals or {}).get(place))
        return row + 2 + len(frame) + 1

    def heading(self, sheet: Any, row: int, frame: pd.DataFrame, breadths: Sequence[float] = ()) -> None:
        """The names of the columns, as high as the longest needs: not every reader works that out by itself."""
        lines = [ceil((width(str(n)) + 1) / b) for n, b in zip(frame.columns, breadths, strict=False)]
        sheet.set_row(row, LINE * max([1, *lines]))
        for place, name in enumerate(frame.columns):
            sheet.write_string(row, place, str(name), self.head)

    def cell(self, sheet: Any, line: int, place: int, value: Any, decimals: int | None) -> None:
        """A number as a number, anything else as text; what is not known stays blank."""
        if value is None or (not isinstance(value, str) and pd.isna(value)):
            return
        if isinstance(value, bool | str) or not isinstance(value, int | float | np.number):
            sheet.write_string(line, place, str(value), self.words)
        else:
            sheet.write_number(line, place, float(value), self._number(decimals))

    def sentence(self, sheet: Any, row: int, words: str, last_column: int, signs: int) -> None:
        """A sentence over several columns, as high as it needs where so many signs go into a line."""
        sheet.merge_range(row, 0, row, last_column, "", self.wrapped)
        sheet.write_string(row, 0, words, self.wrapped)
        sheet.set_row(row, LINE * max(1, ceil(width(words) / signs)))

    def _number(self, decimals: int | None) -> Any:
        """A format with so many decimals; of years and counts plain digits."""
        key = -1 if decimals is None else decimals
        if key not in self._numbers:
            form = "0" if key < 0 else "#,##0" + ("." + "0" * key if key else "")
            self._numbers[key] = self.workbook.add_format({"num_format": form, "valign": "top"})
        return self._numbers[key]

    # ---- charts ------------------------------------------------------------------------------------------------

    def chart(
        self,
        sheet: Any,
        kind: Mapping[str, str],
        lines: Sequence[int],
        head: int,
        columns: int,
        title: str,
        form: str,
    ) -> Any:
        """A chart with a series per row of a block whose headings (row `head`) are years."""
        chart = self.workbook.add_chart(dict(kind))
        for k, line in enumerate(lines):
            colour = {"color": COLOURS[k % len(COLOURS)]}
            look = (
                {"line": colour, "marker": {"type": "circle"}} if kind["type"] == "line" else {"fill": colour}
            )
            chart.add_series(
                {
                    "name": [sheet.name, line, 0],
                    "categories": [sheet.name, head, 1, head, columns],
                    "values": [sheet.name, line, 1, line, columns],
                }
                | look
            )
        self.finish(chart, title, form)
        return chart

    def stack(self, sheet: Any, lines: Sequence[int], head: int, columns: int, title: str) -> None:
        """Stacked columns, to the right of the block."""
        kind = {"type": "column", "subtype": "stacked"}
        chart = self.chart(sheet, kind, lines, head, columns, title, "#,##0")
        sheet.insert_chart(max(0, head - 1), columns + 2, chart, {"y_scale": 1.0 + 0.04 * len(lines)})

    def bars(self, sheet: Any, first: int, last: int, title: str) -> None:
        """A bar per row of a block, in the order of the rows."""
        chart = self.workbook.add_chart({"type": "bar"})
        categories, values = ([sheet.name, first, column, last, column] for column in (0, 1))
        chart.add_series({"categories": categories, "values": values, "fill": {"color": COLOURS[0]}})
        self.finish(chart, title, "#,##0")
        chart.set_legend({"none": True})
        chart.set_y_axis({"reverse": True, "label_position": "low"})
        sheet.insert_chart(first - 2, 3, chart, {"x_scale": 1.3, "y_scale": 1.3})

    def finish(self, chart: Any, title: str, form: str) -> None:
        """Title, legend and grid."""
        chart.set_title({"name": title, "name_font": {"size": 11}})
        chart.set_legend({"position": "bottom"})
        grid = {"visible": True, "line": {"color": "#DDDDDD"}}
        chart.set_y_axis({"num_format": form, "major_gridlines": grid})


def _plain(words: str) -> str:
    """Words of a header: an ampersand would begin a command."""
    return words.replace("&", "&&")


def _breadth(name: str, column: pd.Series, decimals: int | None) -> float:
    """Signs that a column needs, so that no number becomes ##### and no text runs endlessly."""
    if decimals is not None:
        known = column.dropna().abs()
        largest = f"{float(known.max()):,.{decimals}f}" if len(known) else ""
        return max(OF_NUMBERS, len(largest) + 3)
    widest = max([width(name) // 2 + 1, *(width(str(value)) for value in column.head(LOOKED_AT))], default=0)
    return max(NARROWEST, min(WIDEST, widest + 2))
