"""What `law` says: the law that applies to a case, and what another day or another rule pack changes.

report = law_report("group", Reading(), Reading(day="2024-12-31"))
print(report.words("zh"));  report.as_record("en")
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from redmud_opt.case import Case, CaseFaults, load_case
from redmud_opt.i18n import Message, text
from redmud_opt.jobs.comparing import plans_record, told_plans
from redmud_opt.jobs.compute import Computed, compute
from redmud_opt.jobs.listening import Listener, Stages
from redmud_opt.jobs.outcome import Exit, Report, RunOptions
from redmud_opt.plan.words import records, said
from redmud_opt.study.comparison import Comparison, Side, compare
from redmud_opt.study.law import SHOWN, SUBJECTS, LawOf, law_of
from redmud_opt.study.lawdiff import LawChanges, law_changes


@dataclass(frozen=True)
class Reading:
    """Under which law a case is read; None: as the case states it. The day is as it was written."""

    pack: str | None = None
    day: str | None = None

    def load(self, path: str | Path) -> Case:
        """The case under it. Raises CaseFaults, those of pack and day included."""
        return load_case(path, rule_pack=self.pack, rule_date=self.day)


@dataclass(frozen=True)
class LawReport(Report):
    """Faults, or the law of a case; with `changes` what it changes from another reading of it.

    `doors`: by language. `plans` or `without_plan` where both were solved; faults that only the network shows, or
    the lack of a plan, stand beside what was found.
    """

    law: LawOf | None = None
    everything: bool = False
    changes: LawChanges | None = None
    doors: dict[str, pd.DataFrame] | None = None
    plans: Comparison | None = None
    without_plan: Computed | None = None

    @property
    def exit(self) -> Exit:
        """0, that of the faults, or that of the solve which left no plan."""
        return self.without_plan.exit if self.without_plan is not None else super().exit

    def as_record(self, language: str = "en") -> dict[str, Any]:
        """For JSON: rules, changes, doors, and the two plans side by side."""
        if self.law is None:
            return self.head(language)
        found: dict[str, Any] = {
            "case": self.law.case_name,
            "pack": self.law.pack,
            "day": None if self.law.day is None else str(self.law.day),
            "rules": _dated(self.law.frame(language, biting=not self.everything)),
        }
        if self.changes is not None:
            found["changes"] = _dated(self.changes.frame(language, biting=False))
            found["unchanged"] = self.changes.unchanged
        if self.doors is not None:
            found["doors"] = records(self.doors[language])
        if self.plans is not None:
            found |= plans_record(self.plans, language)
        if self.without_plan is not None:
            found["messages"] = [said(message, language) for message in self.without_plan.messages]
        return self.head(language) | found

    def words(self, language: str = "en") -> str:
        """For people."""
        lines = [] if self.law is None else list(self._lines(self.law, language))
        if self.faults is not None:
            lines.append(self.faults.render(language))
        if self.without_plan is not None:
            lines += [text(message, language) for message in self.without_plan.messages]
        return "\n".join(lines)

    def _lines(self, law: LawOf, language: str) -> Iterator[str]:
        if self.changes is None:
            yield from self._rules(law, language)
            return
        yield from self._changes(self.changes, language)
        if self.doors is not None:
            yield from _doors(self.doors[language], language)
        if self.plans is not None:
            yield from (text(message, language) for message in told_plans(self.plans, language))

    def _rules(self, law: LawOf, language: str) -> Iterator[str]:
        yield text(_heading("packs.heading", law.case_name, law.pack, law.day), language)
        frame = law.frame(language, biting=not self.everything)
        for subject in SUBJECTS:
            held = frame[frame["subject"] == subject]
            if len(held):
                yield text(Message(f"packs.subject_{subject}"), language)
            for row in held.itertuples():
                values = {
                    "item": row.item,
                    "says": row.says,
                    "clause": row.clause or "–",
                    "dates": Message(
                        "packs.dates", {"first": row.valid_from or "–", "last": row.valid_to or "–"}
                    ),
                    "touches": _named(row.touches),
                }
                key = "packs.rule" if row.valid_from or row.valid_to else "packs.rule_undated"
                yield text(Message(key, values), language)

    def _changes(self, changes: LawChanges, language: str) -> Iterator[str]:
        for place, case in (("before", changes.before), ("after", changes.after)):
            own = case.settings
            yield text(_heading(f"packs.{place}", own.name, own.rule_pack, own.rule_date), language)
        frame = changes.frame(language, biting=not self.everything)
        counts = {"changed": len(changes.changes), "unchanged": changes.unchanged}
        counts["biting"] = sum(bool(change.touches) for change in changes.changes)
        yield text(Message("packs.changed", counts), language)
        for row in records(frame):
            told = {name: row[name] or "–" for name in ("before", "after", "clause_before", "clause_after")}
            values = {
                **row,
                **told,
                "subject": Message(f"packs.one_{row['subject']}"),
                "change": Message(f"packs.change_{row['change']}"),
                "touches": _named(row["touches"]),
            }
            key = "packs.change_of_name" if row["change"] in ("number", "clause") else "packs.change"
            yield text(Message(key, values), language)


def _named(touches: object) -> Message:
    """What a rule touches, the first of many."""
    names = tuple(name for name in str(touches).split("; ") if name)
    if len(names) <= SHOWN:
        return Message("packs.touches", {"names": names}) if names else Message("packs.touches_nothing")
    return Message("packs.touches_more", {"names": names[:SHOWN], "more": len(names) - SHOWN})


def _heading(key: str, case: str, pack: str, day: object) -> Message:
    as_of = Message("packs.as_dated") if day is None else Message("packs.as_of", {"day": day})
    return Message(key, {"case": case, "pack": pack, "as_of": as_of})


def _dated(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain values, days as text."""
    rows = records(frame)
    for row in rows:
        row |= {name: str(row[name]) for name in ("valid_from", "valid_to") if row.get(name)}
    return rows


def _doors(frame: pd.DataFrame, language: str) -> Iterator[str]:
    if not len(frame):
        yield text(Message("packs.no_doors"), language)
        return
    yield text(Message("packs.doors", {"count": len(frame)}), language)
    for row in records(frame):
        key = "packs.door_opens" if row["open_after"] > row["open_before"] else "packs.door_shuts"
        yield text(Message(key, {**row, "door": Message(f"packs.door_{row['door']}")}), language)


def law_report(
    path: str | Path,
    reading: Reading,
    against: Reading | None = None,
    *,
    solve: bool = False,
    everything: bool = False,
    listener: Listener | None = None,
) -> LawReport:
    """Reads a case, and again under the law that it is compared with; `solve`: plans under both."""
    try:
        case = reading.load(path)
        before = None if against is None else against.load(path)
    except CaseFaults as faults:
        return LawReport(faults=faults)
    report = LawReport(law=law_of(case), everything=everything)
    if before is None:
        return report
    changes = law_changes(before, case)
    report = replace(report, changes=changes)
    try:
        report = replace(report, doors={language: changes.doors(language) for language in ("en", "zh")})
        return _solved(report, before, case, listener or Listener()) if solve else report
    except CaseFaults as faults:
        return replace(report, faults=faults)


def _solved(report: LawReport, before: Case, after: Case, listener: Listener) -> LawReport:
    """Both plans; if there is none under one of the laws, that is what there is to say."""
    sides = {}
    for name, case in (("before", before), ("after", after)):
        computed = compute(case, RunOptions(), Stages(listener))
        if computed.plan is None:
            return replace(report, faults=computed.faults, without_plan=computed)
        sides[name] = Side(case, computed.plan)
    return replace(report, plans=compare(sides))
