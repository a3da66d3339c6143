"""What `screen` says: every waste against every route, with the sentence that gives the reason.

report = screen_case("scenarios/guangxi", library=True)
report.screening.matrix("zh");  print(report.words("zh"))
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redmud_opt.case import CaseFaults, load_case, load_library
from redmud_opt.i18n import Message, text
from redmud_opt.jobs.outcome import Report
from redmud_opt.plan.words import records, said, tonnes
from redmud_opt.study.screening import VERDICTS, Match, Screening, screen


@dataclass(frozen=True)
class ScreenReport(Report):
    """Faults alone, or the screening. A waste that no route can take is a finding, no fault."""

    screening: Screening | None = None
    with_library: bool = False

    def as_record(self, language: str = "en") -> dict[str, Any]:
        """For JSON: one object per plant × route, and how often each verdict was given."""
        if self.screening is None:
            return self.head(language)
        found = self.screening
        rows = records(found.frame())
        for row, message in zip(rows, found.reasons, strict=True):
            row["reason"] = {"key": message.key, "text": found.say(message, language)}
            row["verdict"] = said(Message(f"screen.verdict.{row['verdict']}"), language)
        verdicts = [cell.verdict for cell in found.cells]
        return self.head(language) | {
            "case": found.case_name,
            "library": self.with_library,
            "verdicts": {verdict: verdicts.count(verdict) for verdict in VERDICTS},
            "rows": rows,
        }

    def words(self, language: str = "en") -> str:
        """For people: plant by plant, the best routes first."""
        if self.screening is None:
            return "" if self.faults is None else self.faults.render(language)
        return "\n".join(self._lines(self.screening, language))

    def _lines(self, found: Screening, language: str) -> Iterator[str]:
        if not found.cells:
            yield text(Message("screen.nothing", {"case": found.case_name}), language)
            return
        matrix = found.matrix(language)
        counts = {"case": found.case_name, "cells": len(found.cells)}
        counts |= {"plants": len(matrix.index), "routes": len(matrix.columns)}
        yield text(
            Message("screen.heading_library" if self.with_library else "screen.heading", counts), language
        )
        yield text(Message("screen.note"), language)
        for plant, places in found.plants(language):
            amount = tonnes(found.cells[places[0]].asked.arising_t_per_a)
            yield ""
            yield text(Message("screen.waste", {"plant": plant, "amount": amount}), language)
            yield from (f"  - {self._line(found, k, language)}" for k in places)

    @staticmethod
    def _line(found: Screening, k: int, language: str) -> str:
        cell = found.cells[k]
        values: dict[str, object] = {
            "route": found.routes(language)[cell.asked.process.name],
            "verdict": Message(f"screen.verdict.{cell.verdict}"),
            "reason": found.reasons[k],
            "equipment": "",
        }
        if cell.match.parts:
            values["equipment"] = _equipment(cell.match)
        return found.say(Message("screen.line", values), language)


def _equipment(found: Match) -> Message:
    """How many of which size, and how full they run."""
    counted = tuple(
        Message("screen.count", {"units": part.units, "size": part.size.name}) for part in found.parts
    )
    if not found.limited:
        return Message("screen.no_limit", {"equipment": counted})
    key = "screen.needs" if found.fits else "screen.too_small_a_load"
    return Message(key, {"equipment": counted, "percent": round(100.0 * found.load, 1)})


def screen_case(path: str | Path, *, library: bool = False) -> ScreenReport:
    """Reads a case and screens it; `library`: also the routes of the library that it does not use."""
    try:
        found = screen(load_case(path), load_library() if library else None)
    except CaseFaults as faults:
        return ScreenReport(faults=faults)
    return ScreenReport(screening=found, with_library=library)
