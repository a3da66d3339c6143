"""What is in a case, in a few counts."""

from __future__ import annotations

from datetime import timedelta

from redmud_opt.case import Assumptions, Case
from redmud_opt.i18n import Message
from redmud_opt.report.numbers import percent

COUNTED = ("sites", "materials", "arisings", "processes", "lines", "outlets", "storages", "targets")


def horizon(case: Case) -> Message:
    """First and last day, and how many periods."""
    first, last = case.periods[0], case.periods[-1]
    values = {
        "first": first.name,
        "last": last.name,
        "count": len(case.periods),
        "start": first.start,
        "end": last.end - timedelta(days=1),
    }
    return Message("report.horizon", values)


def counts(case: Case) -> dict[str, int]:
    """Active rows of the tables people ask for first; tables that are empty are left out."""
    rows = {table: getattr(case, table) for table in COUNTED} | {"arisings": case.all_arisings}
    found = {table: sum(row.active for row in rows[table]) for table in COUNTED}
    return {table: count for table, count in found.items() if count}


def assumed(evidence: Assumptions, language: str) -> dict[str, object]:
    """How much of the case rests on assumptions: share, count, total."""
    share = evidence.resting / evidence.total if evidence.total else 0.0
    return {"share": percent(share, language), "count": evidence.resting, "total": evidence.total}


def title(case: Case, language: str) -> str:
    """The title in a language, the other one where it is missing, the name where both are."""
    titles = {"en": case.settings.title_en, "zh": case.settings.title_zh}
    return titles[language] or titles["en"] or titles["zh"] or case.settings.name
