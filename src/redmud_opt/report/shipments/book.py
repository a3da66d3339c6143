"""Shipments as a file to dispatch from: a workbook with filters, or CSV tables. Written only if they hold.

write_shipments(case, plan, "shipments.xlsx", "zh")     summary, work orders, hazardous lots, where no split exists
write_shipments(case, plan, "shipments.csv")            shipments.csv, shipments_lots.csv, shipments_unsplit.csv
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from redmud_opt.case import CaseFaults, Fault
from redmud_opt.case.case import Case
from redmud_opt.case.workbook.opening import new_workbook
from redmud_opt.i18n import Message
from redmud_opt.plan import Plan
from redmud_opt.plan.words import width
from redmud_opt.report.shipments.faults import shipments_faults
from redmud_opt.report.shipments.orders import Shipments, plan_shipments
from redmud_opt.report.shipments.view import Words
from redmud_opt.report.tables import View, csv_bytes

NARROWEST, WIDEST, LOOKED_AT = 10, 30, 300
"""Widths of columns in characters, and rows that are looked at for them."""

HEADING_POINTS = 48
A3, PAGES_WIDE = 8, 2
CSV_DECIMALS = 6


def write_shipments(case: Case, plan: Plan, file: str | Path, language: str = "en") -> tuple[Path, ...]:
    """Nothing is overwritten. Raises CaseFaults where one is there, or where orders do not hold."""
    target = Path(file)
    if target.suffix.casefold() not in (".xlsx", ".csv"):
        message, remedy = Message("shipments.export_file"), Message("shipments.export_remedy")
        raise CaseFaults([Fault("", 0, "", message, remedy)])
    shipments = plan_shipments(case, plan)
    wrong = shipments_faults(case, plan, shipments)
    if wrong:
        remedy = Message("shipments.fault_remedy")
        raise CaseFaults([Fault("", 0, "", message, remedy) for message in wrong])
    words = Words(case, plan, language)
    if target.suffix.casefold() == ".csv":
        return _write_csv(words, shipments, target)
    with new_workbook(target) as workbook:
        _Shipbook(workbook, words).write(case, shipments)
    return (target,)


def _write_csv(words: Words, shipments: Shipments, target: Path) -> tuple[Path, ...]:
    """Three tables side by side, all there at the end or none."""
    views = {
        target: words.orders(shipments),
        target.with_name(f"{target.stem}_lots{target.suffix}"): words.manifests(shipments),
        target.with_name(f"{target.stem}_unsplit{target.suffix}"): words.unsplit(shipments),
    }
    there = [path for path in views if path.exists()]
    if there:
        remedy = Message("case.workbook_elsewhere")
        raise CaseFaults(
            [Fault("", 0, "", Message("case.workbook_exists", {"file": str(path)}), remedy) for path in there]
        )
    parts = {path: path.with_name(f"{path.name}.part") for path in views}
    try:
        for path, view in views.items():
            with parts[path].open("wb") as file:
                file.write(csv_bytes(view.frame.round(CSV_DECIMALS)))
                file.flush()
                os.fsync(file.fileno())
        for path, part in parts.items():
            part.replace(path)
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)
    return tuple(views)


class _Shipbook:
    """Fills the workbook."""

    def __init__(self, workbook: Any, words: Words) -> None:
        self.workbook, self.words = workbook, words
        self.title = workbook.add_format({"bold": True, "font_size": 15})
        self.head = workbook.add_format(
            {"bold": True, "bg_color": "#DDE7F0", "border": 1, "text_wrap": True, "valign": "top"}
        )
        self.line = workbook.add_format({"text_wrap": True, "valign": "top"})
        self.formats = {
            places: workbook.add_format({"num_format": "#,##0" + ("." + "0" * places if places else "")})
            for places in (0, 2)
        }

    def write(self, case: Case, shipments: Shipments) -> None:
        """All sheets."""
        self._summary(case, shipments)
        self._table(self.words.orders(shipments))
        self._table(self.words.manifests(shipments))
        if len(shipments.unsplit):
            self._table(self.words.unsplit(shipments))

    def _summary(self, case: Case, shipments: Shipments) -> None:
        words, plan = self.words, self.words.plan
        sheet = self.workbook.add_worksheet(words.say("summary"))
        sheet.hide_gridlines(2)
        name = plan.title.get(words.language) or plan.case_name
        sheet.write_string(0, 0, words.say("title", case=name), self.title)
        row = 1
        if case.settings.classification:
            sheet.write_string(row, 0, case.settings.classification)
            row += 1
        for caveat in words.caveats(shipments):
            sheet.merge_range(row, 0, row, 5, "", self.line)
            sheet.write_string(row, 0, caveat, self.line)
            sheet.set_row(row, 15.5 * (1 + width(caveat) // 105))
            row += 1
        frame = words.by_month(shipments)
        sheet.write_string(row + 1, 0, words.say("by_month"), self.workbook.add_format({"bold": True}))
        self._rows(sheet, row + 2, frame, dict.fromkeys(frame.columns[1:], 0))
        sheet.set_column(0, 5, 18)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)

    def _table(self, view: View) -> None:
        sheet = self.workbook.add_worksheet(view.title)
        self._rows(sheet, 0, view.frame, view.numbers)
        for place, name in enumerate(view.frame.columns):
            widest = max(
                [width(str(name)) // 2, *(width(str(cell)) for cell in view.frame[name].head(LOOKED_AT))]
            )
            most = WIDEST if name != self.words.say("column_why") else widest
            wide = 11 if name in view.numbers else max(NARROWEST, min(most, widest) + 2)
            sheet.set_column(place, place, wide)
        sheet.freeze_panes(1, 2)
        sheet.autofilter(0, 0, max(1, len(view.frame)), len(view.frame.columns) - 1)
        sheet.set_landscape()
        sheet.set_paper(A3)
        sheet.fit_to_pages(PAGES_WIDE, 0)
        sheet.repeat_rows(0)

    def _rows(self, sheet: Any, top: int, frame: pd.DataFrame, numbers: dict[str, int]) -> None:
        sheet.set_row(top, HEADING_POINTS)
        for place, name in enumerate(frame.columns):
            sheet.write_string(top, place, str(name), self.head)
            form = self.formats[numbers.get(name, 0)]
            for line, value in enumerate(frame[name].tolist(), start=top + 1):
                if isinstance(value, str):
                    sheet.write_string(line, place, value)
                elif np.isfinite(value):  # no loads where none are counted
                    sheet.write_number(line, place, float(value), form)
