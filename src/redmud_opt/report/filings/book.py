"""Forms as a workbook: contents, notes and sources first, then a sheet per form.

The official Chinese heading always stands first, English beneath it where that is the reader's language. What a plan
cannot know says so in its cell; headings that were not found in a source, and columns that are no part of the form,
stand in colours of their own, told on the first sheet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from redmud_opt.case import Case, CaseFaults, Fault
from redmud_opt.case.forms import Form, FormColumn, Forms, load_forms, packs_with_forms
from redmud_opt.case.workbook.opening import new_workbook
from redmud_opt.i18n import Message, text
from redmud_opt.plan import Plan
from redmud_opt.plan.words import width
from redmud_opt.report.filings.filled import Cell, Filled, fill
from redmud_opt.report.standins import stand_ins

COLOURS = {"text": "#CFE2D4", "software": "#DDE7F0", "unsourced": "#F6E3B4", "added": "#E6E6E6"}
"""Wording of a heading → its colour."""

TO_FILL = "#FFF7D6"
A3 = 8
WIDEST, NARROWEST = 20, 7
HEAD = 4
"""Rows above the cells of a form: title, where it comes from, headings, sources of the headings."""

LINE = 11.5
"""Points that a line of text takes."""

CONTENTS, SOURCES, ACROSS = (30, 50, 60, 9, 13, 13, 20), (6, 70, 60, 9), 130
"""Widths of the first and of the last sheet, and about how wide their notes are."""

PLAIN = ("year", "number")
"""Numbers that are no amounts."""


def write_filings(case: Case, plan: Plan, file: str | Path, language: str = "en") -> Path:
    """Writes the workbook; nothing is overwritten. Raises CaseFaults where the pack of the case has no forms."""
    forms = load_forms(case.settings.rule_pack)
    if forms is None:
        known = packs_with_forms()
        message = Message("filings.no_forms", {"pack": case.settings.rule_pack, "known": known})
        raise CaseFaults([Fault("", 0, "", message, Message("filings.no_forms_remedy", {"known": known}))])
    filled = fill(forms, case, plan, language)
    target = Path(file)
    with new_workbook(target) as workbook:
        FilingBook(workbook, case, plan, forms, language).write(filled)
    return target


class FilingBook:
    """Fills one workbook."""

    def __init__(self, workbook: Any, case: Case, plan: Plan, forms: Forms, language: str) -> None:
        self.workbook, self.case, self.plan = workbook, case, plan
        self.forms, self.language = forms, language
        base = {"text_wrap": True, "valign": "top", "border": 1, "font_size": 9}
        self.title = workbook.add_format({"bold": True, "font_size": 14})
        self.note = workbook.add_format({"font_size": 9, "font_color": "#555555"})
        self.heads = {
            kind: workbook.add_format(base | {"bold": True, "bg_color": colour})
            for kind, colour in COLOURS.items()
        }
        self.small = workbook.add_format(base | {"font_size": 7, "font_color": "#555555"})
        self.words = workbook.add_format(base)
        self.blank = workbook.add_format(base | {"bg_color": TO_FILL, "font_color": "#8A6D1B"})
        self.whole = workbook.add_format(base | {"num_format": "0"})
        self.amount = workbook.add_format(base | {"num_format": "#,##0.00"})
        self.factor = workbook.add_format(base | {"num_format": "0.####"})

    def say(self, key: str, **values: object) -> str:
        """Words of the catalogue."""
        return text(Message(f"filings.{key}", values), self.language)

    def both(self, zh: str, en: str) -> str:
        """Chinese, and English beneath it for readers of English."""
        return zh if self.language == "zh" else f"{zh}\n{en}"

    def own(self, zh: str, en: str) -> str:
        """The words of the reader's language."""
        return zh if self.language == "zh" else en

    def write(self, filled: Sequence[Filled]) -> None:
        """Contents and notes, then every form that has rows."""
        names = {own.form.form: self._sheet_name(own.form) for own in filled}
        sheet = self.workbook.add_worksheet(self.say("contents"))
        self._contents(sheet, filled, names)
        for own in filled:
            if own.rows:
                self._form(own, names[own.form.form])
        self._sources()

    def _sheet_name(self, form: Form) -> str:
        return self.own(form.sheet_zh, form.sheet_en)

    # ---- first and last sheet ----------------------------------------------------------------------------------

    def _contents(self, sheet: Any, filled: Sequence[Filled], names: dict[str, str]) -> None:
        title = self.plan.title.get(self.language) or self.plan.case_name
        sheet.write_string(0, 0, self.say("title", title=title), self.title)
        row = 1
        for line in self._notes(filled):
            sheet.merge_range(row, 0, row, 6, line, self.words)
            sheet.set_row(row, LINE * lines_of(line, ACROSS) + 2)
            row += 1
        for kind in COLOURS:
            sheet.merge_range(row, 0, row, 6, self.say(f"wording_{kind}"), self.heads[kind])
            row += 1
        sheet.merge_range(row, 0, row, 6, self.say("wording_blank", blank=self.say("to_fill")), self.blank)
        row += 2
        for place, key in enumerate(("sheet", "form", "basis", "rows", "filled", "left", "unsourced")):
            sheet.write_string(row, place, self.say(f"contents_{key}"), self.heads["added"])
        for own in filled:
            row += 1
            form = own.form
            cells = (
                names[form.form] if own.rows else self.say("no_rows"),
                self.both(form.title_zh, form.title_en),
                self._origin(form),
            )
            for place, cell in enumerate(cells):
                sheet.write_string(row, place, cell, self.words)
            tall = max(lines_of(cell, size) for cell, size in zip(cells, CONTENTS, strict=False))
            sheet.set_row(row, LINE * tall + 2)
            for place, count in enumerate((len(own.rows), own.filled, own.to_fill, own.unsourced), start=3):
                sheet.write_number(row, place, count, self.whole)
        self._widths(sheet, CONTENTS)
        self._print(sheet)

    def _notes(self, filled: Sequence[Filled]) -> Iterator[str]:
        if self.case.settings.classification:
            yield self.case.settings.classification
        yield self.say("note_draft")
        yield self.say("note_tonnes")
        yield self.say("note_whose")
        yield self.say("note_periods")
        yield self.say("note_statistics")
        if years := part_years(self.case):
            yield self.say("note_part_years", years=years)
        audit = self.plan.audit
        judged = "none" if audit is None else "passed" if audit.passed else "failed"
        yield self.say(f"note_audit_{judged}")
        if assumed := stand_ins(self.case):
            yield self.say("note_stand_ins", count=len(assumed))
        left = [
            abs(float(str(row["residual_t"])))
            for own in filled
            if own.form.form == "balance"
            for row in own.rows
        ]
        yield self.say("note_balance", rows=len(left), worst=max(left, default=0.0))

    def _origin(self, form: Form) -> str:
        """Where a form comes from, and how sure that is."""
        if not form.source:
            return self.say("own_sheet")
        wording = self.say(f"form_{form.wording}")
        source = self.forms.sources[form.source]
        where = f"{self.own(source.title_zh, source.title_en)} · {form.clause}".rstrip(" ·")
        return self.say("origin", source=where, wording=wording)

    def _sources(self) -> None:
        sheet = self.workbook.add_worksheet(self.say("sources"))
        for place, key in enumerate(("number", "source", "link", "year")):
            sheet.write_string(0, place, self.say(f"sources_{key}"), self.heads["added"])
        for row, source in enumerate(self.forms.sources.values(), start=1):
            sheet.write_number(row, 0, row, self.whole)
            title = self.own(source.title_zh, source.title_en)
            link = source.link or self.say("no_address")
            for place, cell in enumerate(
                (title, link, source.year if source.year.isdigit() else self.say("no_year")), start=1
            ):
                sheet.write_string(row, place, cell, self.words)
            tall = max(lines_of(cell, size) for cell, size in zip((title, link), SOURCES[1:], strict=False))
            sheet.set_row(row, LINE * tall + 2)
        row = len(self.forms.sources) + 2
        for line in self._comments():
            sheet.merge_range(row, 0, row, 3, line, self.words)
            sheet.set_row(row, LINE * lines_of(line, ACROSS) + 2)
            row += 1
        self._widths(sheet, SOURCES)
        self._print(sheet)

    def _comments(self) -> Iterator[str]:
        """What is to be known of forms and headings."""
        yield self.say("comments")
        for form in self.forms.of.values():
            title = self.own(form.title_zh, form.title_en)
            columns = [self.own(own.comment_zh, own.comment_en) for own in form.columns]
            for comment in dict.fromkeys((self.own(form.comment_zh, form.comment_en), *columns)):
                if comment:
                    yield self.say("comment", form=title, comment=comment)

    # ---- a form ------------------------------------------------------------------------------------------------

    def _form(self, own: Filled, name: str) -> None:
        sheet, form = self.workbook.add_worksheet(name), own.form
        sheet.write_string(0, 0, self.both(form.title_zh, form.title_en).replace("\n", "  "), self.title)
        sheet.write_string(1, 0, self._origin(form), self.note)
        for place, column in enumerate(form.columns):
            words = self.both(column.column_zh, column.column_en)
            sheet.write_string(2, place, words, self.heads[column.wording])
            sheet.write_string(3, place, self._told(column), self.small)
        cells = own.cells()
        widths = [self._width(column, [row[k] for row in cells]) for k, column in enumerate(form.columns)]
        lines = max(
            lines_of(self.both(c.column_zh, c.column_en), size)
            for c, size in zip(form.columns, widths, strict=True)
        )
        sheet.set_row(2, LINE * lines + 4)
        sheet.set_row(3, 22)
        for line, row in enumerate(cells, start=HEAD):
            tall = 1
            for place, (column, cell) in enumerate(zip(form.columns, row, strict=True)):
                self._cell(sheet, line, place, column, cell)
                if isinstance(cell, str):
                    tall = max(tall, lines_of(cell, widths[place]))
            sheet.set_row(line, LINE * tall + 2)
        self._widths(sheet, widths)
        sheet.freeze_panes(HEAD, 1)
        sheet.repeat_rows(2, 3)
        self._print(sheet)

    def _told(self, column: FormColumn) -> str:
        """The number of the source of a heading, or how it came to be."""
        if column.source:
            number = list(self.forms.sources).index(column.source) + 1
            return self.say("heading_source", number=number)
        return self.say(f"heading_{column.wording}")

    def _cell(self, sheet: Any, line: int, place: int, column: FormColumn, cell: Cell) -> None:
        if cell is None:
            sheet.write_string(line, place, self.say("to_fill"), self.blank)
        elif isinstance(cell, str):
            sheet.write_string(line, place, cell, self.words)
        elif column.fills in PLAIN:
            sheet.write_number(line, place, cell, self.whole)
        else:
            sheet.write_number(line, place, cell, self.factor if column.fills == "factor" else self.amount)

    def _width(self, column: FormColumn, cells: Sequence[Cell]) -> int:
        """Wide enough for the longest word, at most so wide that long text wraps."""
        texts = [width(cell) for cell in cells if isinstance(cell, str)]
        numbers = [len(f"{cell:,.2f}") for cell in cells if isinstance(cell, float)]
        head = max(width(part) for part in self.both(column.column_zh, column.column_en).split("\n"))
        word = max(len(word) for word in column.column_en.split()) if self.language == "en" else 0
        return max(NARROWEST, word, min(WIDEST, max([head // 3, *texts, *numbers]) + 1))

    def _widths(self, sheet: Any, widths: Sequence[int]) -> None:
        for place, size in enumerate(widths):
            sheet.set_column(place, place, size)

    def _print(self, sheet: Any) -> None:
        """Landscape on A3, as wide as a page."""
        sheet.set_landscape()
        sheet.set_paper(A3)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(0.4, 0.4, 0.5, 0.5)
        sheet.set_footer("&L&A&R&P / &N")


def part_years(case: Case) -> tuple[int, ...]:
    """Calendar years of which the periods of a case are only a part."""
    days: dict[int, int] = defaultdict(int)
    for period in case.periods:
        days[period.year] += period.days
    return tuple(year for year, own in days.items() if own < (date(year + 1, 1, 1) - date(year, 1, 1)).days)


def lines_of(words: str, size: int) -> int:
    """Lines that a text takes in a column; at the size of these sheets a sixth more goes into it than its width."""
    return sum(max(1, -(-width(part) * 6 // (size * 7))) for part in words.split("\n"))
