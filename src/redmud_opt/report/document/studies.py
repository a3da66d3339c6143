"""A front and a study as blocks of a report: their figures and tables as they are told elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from redmud_opt.case import Case
from redmud_opt.report.charts import Chart, front_chart
from redmud_opt.report.document.blocks import Block, Figure, Words, figure_of, words_table
from redmud_opt.report.studies.page import pictures
from redmud_opt.report.tables import View
from redmud_opt.study.front import Front
from redmud_opt.study.sweeps.results import Results


def of_front(front: Front, case: Case, language: str) -> Iterator[Block]:
    """The figure of a front of two goals; nothing of three. The case tells what its lines are called."""
    chart = front_chart(front, language, case.labels(language))
    if chart is not None:
        yield figure_of(chart, language)


def of_study(results: Results, language: str) -> Iterator[Block]:
    """Every picture of a study, such as a tornado, with its table."""
    if title := results.title(language):
        yield Words((title,), strong=True)
    for number, picture in enumerate(pictures(results, language), start=1):
        table = words_table(picture.title, picture.table.astype(str))
        if picture.figure is None:
            yield table
            continue
        view = View("study", picture.title, picture.table, {})
        yield Figure(Chart(f"study_{number}", picture.title, picture.note, picture.figure, view, ()), table)
