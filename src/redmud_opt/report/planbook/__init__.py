"""A plan as a workbook: a summary with charts, what to do by when, and every table of the plan.

    write_planbook(case, plan, "plan.xlsx", "zh")

Names of sheets, headings and words are those of the reader's language; numbers stay numbers, nothing is a formula.
Charts are real charts over cells of the workbook. How it looks stands in `book`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from redmud_opt.case import Case
from redmud_opt.case.workbook.opening import new_workbook
from redmud_opt.i18n import Message, template, text
from redmud_opt.plan import Plan
from redmud_opt.plan.words import gap_words
from redmud_opt.report.display import fate_cells, rate_cells
from redmud_opt.report.labels import Labels, labelled
from redmud_opt.report.numbers import percent
from redmud_opt.report.planbook.book import Book
from redmud_opt.report.standins import stand_ins
from redmud_opt.report.tables import SHOWN, View, heading, table
from redmud_opt.report.todo import contracts_to_sign, steps_to_take
from redmud_opt.report.yearly import owners, year_ends
from redmud_opt.study.inputs_diff import inputs_that_differ

Answers = tuple[str, Sequence[str]]
MILLION = 1e6
SUMMARY_COLUMNS, SUMMARY_SIGNS, ANSWER_SIGNS = 9, 180, 135
MOST_YARDS, LEAST_PERCENT = 12, 0.05
"""Lines of the chart of yards, and how full a yard is at least that is shown."""


def write_planbook(
    case: Case,
    plan: Plan,
    file: str | Path,
    language: str = "en",
    answers: Sequence[Answers] = (),
    before: Case | None = None,
) -> Path:
    """Writes the workbook; nothing is overwritten. Raises CaseFaults where the file is there already.

    answers: what was asked of the plan, (heading, sentences) each, in words of the language. before: the case that
    a scenario stands on; the workbook then says which inputs differ.
    """
    target = Path(file)
    with new_workbook(target) as workbook:
        Planbook(workbook, case, plan, language).write(answers, before)
    return target


class Planbook:
    """What stands on the sheets."""

    def __init__(self, workbook: Any, case: Case, plan: Plan, language: str) -> None:
        self.case, self.plan, self.language = case, plan, language
        title = plan.title.get(language) or plan.case_name
        self.book = Book(workbook, title, case.settings.classification)
        self.labels = Labels(plan, language)

    def say(self, key: str, **values: object) -> str:
        """Words of the workbook."""
        return text(Message(f"planbook.{key}", values), self.language)

    def write(self, answers: Sequence[Answers] = (), before: Case | None = None) -> None:
        """All sheets: what to read first, what to do, then the tables."""
        self._summary()
        contents = self.book.sheet(self.say("contents"))
        self._rates()
        self._destinations()
        self._view("steps", steps_to_take(self.case, self.plan, self.language))
        self._view("contracts", contracts_to_sign(self.case, self.plan, self.language))
        self._capex()
        self._yards()
        self._answers(answers)
        self._inputs(before)
        for name in SHOWN:
            if name in self.plan.frames and len(self.plan.frames[name]):
                self.book.table(table(self.plan, name, self.language), self._short(name))
        self._provenance()
        self._contents(contents)

    def _short(self, name: str) -> str:
        """The name of a sheet where the title of its table is too long."""
        key = f"planbook.sheet.{name}"
        return "" if template(key, self.language) is None else text(Message(key), self.language)

    # ---- sheets of their own -----------------------------------------------------------------------------------

    def _summary(self) -> None:
        book, sheet = self.book, self.book.sheet(self.say("summary"))
        sheet.write_string(0, 0, book.title_text, book.title)
        if book.classification:
            sheet.write_string(1, 0, book.classification)
        row = 2
        for label, words in self._facts():
            sheet.write_string(row, 0, label, book.head)
            sheet.write_string(row, 1, words, book.words)
            row += 1
        count = len(self._terms())
        row = book.block(sheet, row + 1, self.say("value_by_term"), self._terms(), {1: 2})
        if count:
            book.bars(sheet, row - count - 1, row - 2, self.say("value_by_term"))
            row = max(row, row - count - 3 + 22)
        row = book.block(sheet, row + 1, self.say("rates"), self._rates_in_all(), breadth=16)
        row = book.block(sheet, row + 1, self.say("fates"), fate_cells(self.plan, self.language), breadth=16)
        self._notes(sheet, row + 1)
        sheet.set_column(0, 0, 46)
        sheet.set_column(1, SUMMARY_COLUMNS, 16)

    def _rates_in_all(self) -> pd.DataFrame:
        """The rates of the wastes in all; those of plants stand on a sheet of their own."""
        frame = rate_cells(self.plan, self.language)
        frame = frame.sort_values(heading("rates", "waste_class", self.language), kind="stable")
        plant = heading("rates", "plant", self.language)
        if plant not in frame.columns:
            return frame
        return frame[frame[plant] == text(Message("report.all_plants"), self.language)].drop(columns=plant)

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
        if papers := stand_ins(self.case):
            yield self.say("stand_ins"), self.say("stand_ins_of", count=len(papers))

    def _terms(self) -> pd.DataFrame:
        """Value by term, million CNY, the largest gain first."""
        terms = self.plan.value_by_term().sort_values(ascending=False) / MILLION
        names = [self.labels.word("term", str(term)) for term in terms.index]
        return pd.DataFrame({self.say("term"): names, self.say("million_cny"): terms.to_list()})

    def _notes(self, sheet: Any, row: int) -> None:
        messages, known = (*self.plan.notes, *self.plan.not_enforced), self.case.labels(self.language)
        if messages:
            sheet.write_string(row, 0, self.say("notes"), self.book.head)
        for line, message in enumerate(messages, start=row + 1):
            words = text(labelled(message, known), self.language)
            self.book.sentence(sheet, line, words, SUMMARY_COLUMNS, SUMMARY_SIGNS)

    def _contents(self, sheet: Any) -> None:
        """The sheets by their titles in full; a click leads there."""
        self.book.heading(sheet, 0, pd.DataFrame(columns=[self.say("contents")]))
        for line, (name, title) in enumerate(self.book.names.items(), start=1):
            sheet.write_url(line, 0, f"internal:'{name}'!A1", string=title)
        sheet.set_column(0, 0, 90)

    def _rates(self) -> None:
        """The three rates by year of the wastes in all, with a line each."""
        rates = self.plan.frames["rates"]
        whole = rates[(rates["plant"] == "") & rates["rate_new"].notna()]
        years = sorted(set(whole["year"]))
        sheet = self.book.sheet(self.say("rates"), pages=1)
        rows, series = list[tuple[str, list[float]]](), list[int]()
        for waste_class in dict.fromkeys(whole["waste_class"]):
            own, word = (
                whole[whole["waste_class"] == waste_class].set_index("year"),
                self.labels.word("class", waste_class),
            )
            for rate in ("rate_new", "rate_stat", "rate_gross"):
                label = self.say("of", what=word, words=heading("rates", rate, self.language))
                rows.append((label, [float(own[rate].get(year, np.nan)) for year in years]))
        self.book.heading(sheet, 0, pd.DataFrame(columns=[self.say("rate"), *map(str, years)]))
        for line, (label, values) in enumerate(rows, start=1):
            sheet.write_string(line, 0, label)
            for place, value in enumerate(values, start=1):
                if np.isfinite(value):  # no rate where nothing arises
                    sheet.write_number(line, place, value, self.book.share)
            if line % 3 == 1:
                series.append(line)
        sheet.set_column(0, 0, 48)
        if rows:
            kind = {"type": "line"}
            chart = self.book.chart(sheet, kind, series, 0, len(years), self.say("rates_new"), "0%")
            sheet.insert_chart(len(rows) + 2, 0, chart, {"x_scale": 1.6, "y_scale": 1.2})

    def _destinations(self) -> None:
        """Where each class of waste goes, by kind of fate and year; stacked columns."""
        fates = self.plan.frames["fates"]
        if not len(fates):
            return
        classes = self.plan.frames["streams"].drop_duplicates("origin").set_index("origin")["waste_class"]
        named = fates.assign(waste_class=fates["origin"].map(classes))
        sheet, row = self.book.sheet(self.say("destinations"), pages=1, portrait=True), 0
        for waste_class in dict.fromkeys(named["waste_class"].dropna()):
            own = named[named["waste_class"] == waste_class]
            row = self._destinations_of(sheet, row, self.labels.word("class", waste_class), own)
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 20, 12)

    def _destinations_of(self, sheet: Any, row: int, word: str, own: pd.DataFrame) -> int:
        pivot = own.pivot_table(
            index="fate", columns="year", values="amount_t", aggfunc="sum", fill_value=0.0
        )
        pivot = pivot[pivot.abs().max(axis=1) > 0.5].sort_index(
            key=lambda fate: fate == "stored", kind="stable"
        )
        frame = _wide(pivot, word, lambda fate: self.labels.word("fate", fate))
        if not len(frame):
            return row
        numbers = dict.fromkeys(range(1, len(frame.columns)), 0)
        end = self.book.block(sheet, row, self.say("origin_tonnes", what=word), frame, numbers)
        charted = len(frame) - int("stored" in pivot.index)  # stock is no destination
        lines = range(end - len(frame) - 1, end - len(frame) - 1 + charted)
        self.book.stack(sheet, lines, row + 1, len(frame.columns) - 1, word)
        return max(end, row + 18) + 1

    def _capex(self) -> None:
        """Capex by year: by what is built, and by the company whose it is."""
        spending, owner = self.plan.frames["spending"], owners(self.case)
        if not len(spending):
            return
        companies = [owner.get(str(line), "") or self.say("no_owner") for line in spending["line"]]
        sheet, row = self.book.sheet(self.say("capex"), pages=1), 0
        for by, title in (("line", self.say("capex_by_year")), ("owner", self.say("capex_by_owner"))):
            pivot = spending.assign(owner=companies).pivot_table(
                index=by, columns="year", values="capex_cny", aggfunc="sum", fill_value=0.0
            )
            first = heading("spending", "line", self.language) if by == "line" else self.say("owner")
            row = self._years(sheet, row, title, _wide(pivot / MILLION, first, self.labels.name), 2)
        sheet.set_column(0, 0, 46)
        sheet.set_column(1, 20, 12)

    def _years(self, sheet: Any, row: int, title: str, frame: pd.DataFrame, decimals: int) -> int:
        """A block with stacked columns beside it; returns the row below both."""
        years = len(frame.columns) - 1
        end = self.book.block(sheet, row, title, frame, dict.fromkeys(range(1, years + 1), decimals))
        self.book.stack(sheet, range(end - len(frame) - 1, end - 1), row + 1, years, title)
        return max(end, row + 20 + len(frame)) + 1

    def _yards(self) -> None:
        """How full each yard is at the end of every year, the fullest first, a line each."""
        ends = year_ends(self.case, self.plan)
        wide = 100.0 * ends.pivot(index="storage", columns="year", values="filled_share")
        wide = wide[wide.max(axis=1) > LEAST_PERCENT]
        if wide.empty:
            return
        wide = wide.loc[wide.max(axis=1).sort_values(ascending=False, kind="stable").index]
        title, years = self.say("yards_filled"), len(wide.columns)
        frame = _wide(wide, self.say("yard"), self.labels.name)
        sheet = self.book.sheet(self.say("yards"), pages=1)
        end = self.book.block(sheet, 0, title, frame, dict.fromkeys(range(1, years + 1), 1))
        lines = range(2, 2 + min(len(frame), MOST_YARDS))
        chart = self.book.chart(sheet, {"type": "line"}, lines, 1, years, title, "0")
        sheet.insert_chart(end, 0, chart, {"x_scale": 2.0, "y_scale": 1.3 + 0.03 * len(lines)})
        sheet.set_column(0, 0, 46)
        sheet.set_column(1, years, 10)

    def _answers(self, answers: Sequence[Answers]) -> None:
        if not answers:
            return
        sheet, row = self.book.sheet(self.say("answers")), 0
        for title, sentences in answers:
            sheet.write_string(row, 0, title, self.book.head)
            for row, sentence in enumerate(sentences, start=row + 1):  # noqa: B020 - the row below the last
                sheet.write_string(row, 0, sentence, self.book.wrapped)
            row += 2
        sheet.set_column(0, 0, 140)

    def _inputs(self, before: Case | None) -> None:
        """What a scenario changes of its base, cell by cell."""
        if before is None:
            return
        frame = inputs_that_differ(before, self.case)
        frame["change"] = [self.say(f"inputs_{change}") for change in frame["change"]]
        frame = frame.map(lambda cell: "" if cell is None else str(cell))
        self._view("inputs", frame.set_axis([self.say(f"inputs_column_{n}") for n in frame.columns], axis=1))

    def _provenance(self) -> None:
        sheet = self.book.sheet(self.say("provenance"))
        rows = [(self.say("case"), self.plan.case_name), (self.say("plan_hash"), self.plan.hash)]
        for part in ("versions", "inputs"):
            found = self.plan.provenance.get(part, {})
            rows += [(self.say(f"provenance_{part}", name=name), str(value)) for name, value in found.items()]
        for line, (name, value) in enumerate(rows):
            sheet.write_string(line, 0, name)
            sheet.write_string(line, 1, value)
        sheet.set_column(0, 0, 60)
        sheet.set_column(1, 1, 72)

    def _view(self, key: str, frame: pd.DataFrame) -> None:
        if len(frame):
            numbers = {h: 0 for h in frame.columns if pd.api.types.is_numeric_dtype(frame[h])}
            self.book.table(View(key, self.say(key), frame, numbers))


def _wide(pivot: pd.DataFrame, title: str, word: Callable[[str], str]) -> pd.DataFrame:
    """A table by year as a frame whose first column says what the rows are."""
    rows = [[word(str(name)), *map(float, amounts)] for name, amounts in pivot.iterrows()]
    return pd.DataFrame(rows, columns=[title, *map(str, pivot.columns)])
