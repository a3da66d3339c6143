"""What `import` says: the rows that a planner's table made in a case, or what is wrong with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redmud_opt.case import CaseFaults, Fault
from redmud_opt.case.importing import Change, Imported, import_file
from redmud_opt.i18n import Message, text
from redmud_opt.jobs.outcome import Report
from redmud_opt.network import build_network
from redmud_opt.plan.words import said


@dataclass(frozen=True)
class ImportReport(Report):
    """Faults alone, or what was done. Remarks are no faults."""

    done: Imported | None = None

    def as_record(self, language: str = "en") -> dict[str, Any]:
        """For JSON."""
        if self.done is None:
            return self.head(language) | {"written": False, "changes": [], "remarks": []}
        return self.head(language) | {
            "folder": str(self.done.folder),
            "file": self.done.file,
            "written": self.done.written,
            "changes": [
                {"table": one.table, "what": one.what, "name": one.name, "cells": dict(one.cells)}
                for one in self.done.changes
            ],
            "remarks": [said(message, language) for message in self.done.remarks],
        }

    def words(self, language: str = "en") -> str:
        """For people."""
        if self.faults is not None:
            return f"{self.faults.render(language)}\n{_say('left', language)}"
        return "" if self.done is None else "\n".join(_lines(self.done, language))


def _say(key: str, language: str, **values: object) -> str:
    return text(Message(f"importing.{key}", values), language)


def _lines(done: Imported, language: str) -> Iterator[str]:
    yield _say("head", language, file=done.file, folder=str(done.folder))
    by_table: dict[str, list[Change]] = defaultdict(list)
    for change in done.changes:
        by_table[change.table].append(change)
    for table, changes in by_table.items():
        yield _say("table", language, table=table, count=len(changes))
        for change in changes:
            cells = tuple(f"{n}={w}" for n, w in change.cells.items() if n not in ("name", "source") and w)
            what = Message(f"importing.what_{change.what}")
            yield "  - " + _say("row", language, what=what, name=change.name, cells=cells)
    if done.remarks:
        yield _say("remarks", language, count=len(done.remarks))
        yield from (f"  - {text(remark, language)}" for remark in done.remarks)
    yield _say("done" if done.written else "tried", language, count=len(done.changes))


def columns_of(pairs: Iterable[str]) -> dict[str, str]:
    """`HEADING=FIELD` of the command line → heading → field; a heading may hold = itself."""
    found: dict[str, str] = {}
    wrong = []
    for pair in pairs:
        heading, sign, field = pair.rpartition("=")
        if not sign or not heading.strip() or not field.strip():
            wrong.append(Fault("", 0, "--map", Message("importing.not_a_pair", {"text": pair})))
        found[heading.strip()] = field.strip()
    if wrong:
        raise CaseFaults(wrong)
    return found


def import_into(
    case: str | Path,
    file: str | Path,
    *,
    sheet: str | None = None,
    columns: Mapping[str, str] | Iterable[str] = (),
    header: int | None = None,
    dry_run: bool = False,
    language: str = "en",
) -> ImportReport:
    """Imports a file into a case folder; `columns` as a mapping or as the pairs of the command line, rows from 0."""
    try:
        held = columns if isinstance(columns, Mapping) else columns_of(columns)
        done = import_file(
            case,
            file,
            sheet=sheet,
            columns=held,
            header=header,
            dry_run=dry_run,
            language=language,
            trial=build_network,
        )
    except CaseFaults as faults:
        return ImportReport(faults=faults)
    return ImportReport(done=done)
