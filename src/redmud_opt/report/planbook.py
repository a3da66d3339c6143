"""A plan as a workbook: a summary with charts, what to do by when, and every table of the plan.

    write_planbook(case, plan, "plan.xlsx", "zh")

Names of sheets, headings and words are those of the reader's language; numbers stay numbers, nothing is a formula.
Charts are real charts over cells of the workbook.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from redmud_opt.case import Case
from redmud_opt.case.workbook.opening import new_workbook
from redmud_opt.i18n import Message, text
from redmud_opt.plan import Plan
from redmud_opt.plan.words import gap_words, width
from redmud_opt.report.display import fate_cells, rate_cells
from redmud_opt.report.labels import Labels
from redmud_opt.report.numbers import percent
from redmud_opt.report.tables import SHOWN, View, heading, table
from redmud_opt.report.todo import contracts_to_sign, steps_to_take

SHEET_NAME = 31
"""Signs that the name of a sheet may have."""

FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
Answers = tuple[str, Sequence[str]]
WIDEST, NARROWEST = 46, 9
MILLION = 1e6
BLUES = ("#2F6690", "#C79230", "#2F8A68", "#75589E", "#A4513A", "#5AA0B8", "#8A8F3C")


def write_planbook(
    case: Case, plan: Plan, file: str | Path, language: str = "en", answers: Sequence[Answers] = ()
) -> Path:
    """Writes the workbook; nothing is overwritten. Raises CaseFaults where the file is there already.

    answers: what was asked of the plan, (heading, sentences) each, in words of the language.
    """
    target = Path(file)
    with new_workbook(target) as workbook:
        Planbook(workbook, case, plan, language).write(answers)
    return target


class Planbook:
    """Fills one workbook."""

    def __init__(self, workbook: Any, case: Case, plan: Plan, language: str) -> None:
        self.workbook, self.case, self.plan, self.language = workbook, case, plan, language
        self.labels = Labels(plan, language)
        self.title = workbook.add_format({"bold": True, "font_size": 15})
        self.head = workbook.add_format(
            {"bold": True, "bg_color": "#DDE7F0", "border": 1, "text_wrap": True, "valign": "top"}
        )
        self.words = workbook.add_format({"text_wrap": False, "valign": "top"})
        self.wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
        self._numbers: dict[int, Any] = {}
        self._names: set[str] = set()

    def say(self, key: str, **values: object) -> str:
        """Words of the workbook."""
        return text(Message(f"planbook.{key}", values), self.language)

    def write(self, answers: Sequence[Answers] = ()) -> None:
        """All sheets: what to read first, what to do, then the tables."""
        self._summary()
        self._rates()
        self._destinations()
        self._view("steps", steps_to_take(self.case, self.plan, self.language))
        self._view("contracts", contracts_to_sign(self.case, self.plan, self.language))
        self._capex()
        self._answers(answers)
        for name in SHOWN:
            if name in self.plan.frames and len(self.plan.frames[name]):
                self._table(table(self.plan, name, self.language))
        self._provenance()

    # ---- sheets of their own -----------------------------------------------------------------------------------

    def _summary(self) -> None:
        sheet = self._sheet(self.say("summary"))
        sheet.write_string(0, 0, self.plan.title.get(self.language) or self.plan.case_name, self.title)
        if self.case.settings.classification:
            sheet.write_string(1, 0, self.case.settings.classification)
        row = 2
        for label, words in self._facts():
            sheet.write_string(row, 0, label, self.head)
            sheet.write_string(row, 1, words, self.wrapped)
            row += 1
        row = self._block(sheet, row + 1, self.say("value_by_term"), self._terms(), {1: 2})
        count = len(self._terms())
        if count:
            self._bars(sheet, row - count - 1, row - 2, self.say("value_by_term"))
            row = max(row, row - count - 3 + 22)
        row = self._block(sheet, row + 1, self.say("rates"), rate_cells(self.plan, self.language), {})
        row = self._block(sheet, row + 1, self.say("fates"), fate_cells(self.plan, self.language), {})
        self._notes(sheet, row + 1)
        sheet.set_column(0, 0, 30)
        sheet.set_column(1, 9, 18)

    def _facts(self) -> Iterator[tuple[str, str]]:
        solve, audit = self.plan.solve, self.plan.audit
        yield self.say("case"), self.plan.case_name
        yield self.say("status"), self.say(f"status_{self.plan.status}")
        yield self.say("stopped"), self.say(f"stopped_{solve['stopped']}")
        gap = solve.get("gap")
        yield self.say("gap"), "–" if gap is None else gap_words(float(gap))
        yield self.say("value"), self.say("millions", amount=f"{self.plan.value_cny / MILLION:,.3f}")
        judged = "none" if audit is None else "passed" if audit.passed else "failed"
        yield self.say("audit"), self.say(f"audit_{judged}")
        resting = self.plan.provenance.get("assumptions") or {}
        if resting:
            share = percent(float(resting["share"]), self.language)
            yield self.say("assumed"), self.say("assumed_of", share=share, total=resting["total"])

    def _terms(self) -> pd.DataFrame:
        """Value by term, million CNY, the largest gain first."""
        terms = self.plan.value_by_term().sort_values(ascending=False) / MILLION
        names = [self.labels.word("term", str(term)) for term in terms.index]
        return pd.DataFrame({self.say("term"): names, self.say("million_cny"): terms.to_list()})

    def _notes(self, sheet: Any, row: int) -> None:
        messages = (*self.plan.notes, *self.plan.not_enforced)
        if messages:
            sheet.write_string(row, 0, self.say("notes"), self.head)
        for line, message in enumerate(messages, start=row + 1):
            sheet.write_string(line, 0, text(message, self.language))

    def _rates(self) -> None:
        """The three rates by year of the wastes in all, with a line each."""
        rates = self.plan.frames["rates"]
        whole = rates[(rates["plant"] == "") & rates["rate_new"].notna()]
        classes = list(dict.fromkeys(whole["waste_class"]))
        years = sorted(set(whole["year"]))
        sheet = self._sheet(self.say("rates"))
        rows, series = list[tuple[str, list[float]]](), list[int]()
        for waste_class in classes:
            own = whole[whole["waste_class"] == waste_class].set_index("year")
            for rate in ("rate_new", "rate_stat", "rate_gross"):
                label = f"{self.labels.word('class', waste_class)}: {heading('rates', rate, self.language)}"
                rows.append((label, [float(own[rate].get(year, np.nan)) for year in years]))
        frame = pd.DataFrame(columns=[self.say("rate"), *map(str, years)])
        share = self.workbook.add_format({"num_format": "0.0%"})
        self._heading(sheet, 0, frame)
        for line, (label, values) in enumerate(rows, start=1):
            sheet.write_string(line, 0, label)
            for place, value in enumerate(values, start=1):
                if np.isfinite(value):  # no rate where nothing arises
                    sheet.write_number(line, place, value, share)
            if line % 3 == 1:
                series.append(line)
        sheet.set_column(0, 0, 48)
        if not rows:
            return
        chart = self.workbook.add_chart({"type": "line"})
        for k, line in enumerate(series):
            chart.add_series(
                {
                    "name": [sheet.name, line, 0],
                    "categories": [sheet.name, 0, 1, 0, len(years)],
                    "values": [sheet.name, line, 1, line, len(years)],
                    "marker": {"type": "circle"},
                    "line": {"color": BLUES[k % len(BLUES)]},
                }
            )
        self._finish(chart, self.say("rates_new"), "0%")
        sheet.insert_chart(len(rows) + 2, 0, chart, {"x_scale": 1.6, "y_scale": 1.2})

    def _destinations(self) -> None:
        """Where each class of waste goes, by kind of fate and year; stacked columns."""
        fates = self.plan.frames["fates"]
        if not len(fates):
            return
        classes = self.plan.frames["streams"].drop_duplicates("origin").set_index("origin")["waste_class"]
        named = fates.assign(waste_class=fates["origin"].map(classes))
        sheet, row = self._sheet(self.say("destinations")), 0
        for waste_class in dict.fromkeys(named["waste_class"].dropna()):
            own = named[named["waste_class"] == waste_class]
            pivot = own.pivot_table(
                index="fate", columns="year", values="amount_t", aggfunc="sum", fill_value=0.0
            )
            pivot = pivot[pivot.abs().max(axis=1) > 0.5].sort_index(
                key=lambda fate: fate == "stored", kind="stable"
            )
            word = self.labels.word("class", waste_class)
            frame = pd.DataFrame(
                [
                    [self.labels.word("fate", str(fate)), *map(float, amounts)]
                    for fate, amounts in pivot.iterrows()
                ],
                columns=[word, *map(str, pivot.columns)],
            )
            if not len(frame):
                continue
            numbers = dict.fromkeys(range(1, len(frame.columns)), 0)
            end = self._block(sheet, row, self.say("origin_tonnes", what=word), frame, numbers)
            charted = len(frame) - int("stored" in pivot.index)  # stock is no destination
            lines = [(end - len(frame) - 1 + place, place) for place in range(charted)]
            self._stack(sheet, lines, row + 1, len(frame.columns) - 1, word)
            row = max(end, row + 18) + 1
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 20, 12)

    def _stack(self, sheet: Any, lines: list[tuple[int, int]], head: int, years: int, title: str) -> None:
        chart = self.workbook.add_chart({"type": "column", "subtype": "stacked"})
        for line, k in lines:
            chart.add_series(
                {
                    "name": [sheet.name, line, 0],
                    "categories": [sheet.name, head, 1, head, years],
                    "values": [sheet.name, line, 1, line, years],
                    "fill": {"color": BLUES[k % len(BLUES)]},
                }
            )
        self._finish(chart, title, "#,##0")
        sheet.insert_chart(head - 1, years + 2, chart)

    def _capex(self) -> None:
        spending = self.plan.frames["spending"]
        if not len(spending):
            return
        years = sorted(set(spending["year"]))
        pivot = spending.pivot_table(
            index="line", columns="year", values="capex_cny", aggfunc="sum", fill_value=0.0
        )
        rows = [
            [self.labels.name(str(line)), *(float(v) / MILLION for v in row)]
            for line, row in pivot.iterrows()
        ]
        frame = pd.DataFrame(rows, columns=[heading("spending", "line", self.language), *map(str, years)])
        sheet = self._sheet(self.say("capex"))
        end = self._block(
            sheet, 0, self.say("capex_by_year"), frame, dict.fromkeys(range(1, len(years) + 1), 2)
        )
        lines = [(line, place) for place, line in enumerate(range(end - len(frame) - 1, end - 1))]
        self._stack(sheet, lines, 1, len(years), self.say("capex_by_year"))
        sheet.set_column(0, 0, 34)

    def _answers(self, answers: Sequence[Answers]) -> None:
        if not answers:
            return
        sheet, row = self._sheet(self.say("answers")), 0
        for title, sentences in answers:
            sheet.write_string(row, 0, title, self.head)
            for row, sentence in enumerate(sentences, start=row + 1):  # noqa: B020 - the row below the last
                sheet.write_string(row, 0, sentence, self.wrapped)
            row += 2
        sheet.set_column(0, 0, 140)

    def _provenance(self) -> None:
        sheet = self._sheet(self.say("provenance"))
        rows = [(self.say("case"), self.plan.case_name)]
        for part in ("versions", "inputs"):
            found = self.plan.provenance.get(part, {})
            rows += [(self.say(f"provenance_{part}", name=name), str(value)) for name, value in found.items()]
        for line, (name, value) in enumerate(rows):
            sheet.write_string(line, 0, name)
            sheet.write_string(line, 1, value)
        sheet.set_column(0, 1, 50)

    # ---- any table ---------------------------------------------------------------------------------------------

    def _view(self, key: str, frame: pd.DataFrame) -> None:
        if len(frame):
            numbers = {h: 0 for h in frame.columns if pd.api.types.is_numeric_dtype(frame[h])}
            self._table(View(key, self.say(key), frame, numbers))

    def _table(self, view: View) -> None:
        sheet = self._sheet(view.title)
        self._heading(sheet, 0, view.frame)
        for place, name in enumerate(view.frame.columns):
            column = view.frame[name]
            decimals = view.numbers.get(name)
            for line, value in enumerate(column, start=1):
                self._cell(sheet, line, place, value, decimals)
            widest = max([width(str(name)) // 2, *(width(str(v)) for v in column.head(200))], default=0)
            wide = 14 if decimals is not None else max(NARROWEST, min(WIDEST, widest + 2))
            sheet.set_column(place, place, wide)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, max(1, len(view.frame)), max(0, len(view.frame.columns) - 1))

    def _block(self, sheet: Any, row: int, title: str, frame: pd.DataFrame, decimals: dict[int, int]) -> int:
        """A table with a title inside a sheet; returns the row below it and a blank one."""
        sheet.write_string(row, 0, title, self.workbook.add_format({"bold": True}))
        self._heading(sheet, row + 1, frame)
        for line, cells in enumerate(frame.itertuples(index=False, name=None), start=row + 2):
            for place, value in enumerate(cells):
                self._cell(sheet, line, place, value, decimals.get(place))
        return row + 2 + len(frame) + 1

    def _heading(self, sheet: Any, row: int, frame: pd.DataFrame) -> None:
        for place, name in enumerate(frame.columns):
            sheet.write_string(row, place, str(name), self.head)

    def _cell(self, sheet: Any, line: int, place: int, value: Any, decimals: int | None) -> None:
        if value is None or (not isinstance(value, str) and pd.isna(value)):
            return
        if isinstance(value, (bool, str)) or not isinstance(value, (int, float, np.number)):
            sheet.write_string(line, place, str(value), self.words)
        else:
            sheet.write_number(line, place, float(value), self._number(decimals))

    def _number(self, decimals: int | None) -> Any:
        """A format with so many decimals; of years and counts plain digits."""
        key = -1 if decimals is None else decimals
        if key not in self._numbers:
            form = "0" if key < 0 else "#,##0" + ("." + "0" * key if key else "")
            self._numbers[key] = self.workbook.add_format({"num_format": form, "valign": "top"})
        return self._numbers[key]

    # ---- charts and sheets -------------------------------------------------------------------------------------

    def _bars(self, sheet: Any, first: int, last: int, title: str) -> None:
        """A bar per row of a block, in the order of the rows."""
        chart = self.workbook.add_chart({"type": "bar"})
        categories, values = ([sheet.name, first, column, last, column] for column in (0, 1))
        chart.add_series({"categories": categories, "values": values, "fill": {"color": BLUES[0]}})
        self._finish(chart, title, "#,##0")
        chart.set_legend({"none": True})
        chart.set_y_axis({"reverse": True, "label_position": "low"})
        sheet.insert_chart(first - 2, 3, chart, {"x_scale": 1.3, "y_scale": 1.3})

    def _finish(self, chart: Any, title: str, form: str) -> None:
        chart.set_title({"name": title, "name_font": {"size": 11}})
        chart.set_legend({"position": "bottom"})
        chart.set_y_axis(
            {"num_format": form, "major_gridlines": {"visible": True, "line": {"color": "#DDDDDD"}}}
        )

    def _sheet(self, title: str) -> Any:
        stem = title.translate(FORBIDDEN).strip()[:SHEET_NAME] or "sheet"
        name, number = stem, 1
        while name.casefold() in self._names:
            number += 1
            name = f"{stem[: SHEET_NAME - 3]} {number}"
        self._names.add(name.casefold())
        return self.workbook.add_worksheet(name)
