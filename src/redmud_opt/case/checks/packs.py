"""Rule packs: on one day a rule says one thing.

What is stated of a rule at all (clause, first day) is required by its table.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import combinations
from typing import Any

from redmud_opt.case.case import RULE_PACK_TABLES, TABLES
from redmud_opt.case.checks.facts import Facts
from redmud_opt.case.columns import Row, columns
from redmud_opt.case.faults import Fault
from redmud_opt.i18n import Message

DATES = ("valid_from", "valid_to")
WORDS = frozenset(("label_en", "label_zh", "subject_zh", "condition_zh", "product_zh"))
"""Translations and labels: they bind nobody."""

OWN_CHECK = ("methods",)
"""Their versions are compared by what the code means alone: see `law.methods_agree`."""


def said(row: Row) -> dict[str, Any]:
    """What a rule says: its columns without key, dates, words and evidence."""
    own = columns(type(row)).keys() - columns(Row).keys()
    found = {name: getattr(row, name) for name in columns(type(row)) if name in own - WORDS - set(DATES)}
    return {name: value for name, value in found.items() if not columns(type(row))[name].key}


def rule_of(row: Row) -> tuple[Any, ...]:
    """What rule a row is a version of: its key without the day from which it holds."""
    keys = (name for name, column in columns(type(row)).items() if column.key and name not in DATES)
    return tuple(getattr(row, name) for name in keys)


def common_day(one: Any, other: Any) -> date | None:
    """The first day on which both rows hold; None if there is none. Without any date that is the first of all."""
    first = max(row.valid_from or date.min for row in (one, other))
    last = min(row.valid_to or date.max for row in (one, other))
    return first if first < last else None


def contradictions(rows: Iterable[Any]) -> Iterator[tuple[Any, Any, tuple[str, ...], date]]:
    """(row, older row, columns that differ, first common day) of two versions of a rule that hold on one day."""
    versions: defaultdict[tuple[Any, ...], list[Any]] = defaultdict(list)
    for row in rows:
        versions[rule_of(row)].append(row)
    for held in versions.values():
        for other, row in combinations(held, 2):
            day = common_day(other, row)
            differs = tuple(name for name, value in said(row).items() if value != getattr(other, name))
            if (
                day is not None and differs and row.valid_from != other.valid_from
            ):  # else one key stands twice
                yield row, other, differs, day


def versions_agree(facts: Facts) -> Iterator[Fault]:
    """Two versions of a rule that hold on one day say the same."""
    remedy = Message("case.end_the_older")
    for table in RULE_PACK_TABLES:
        if table in OWN_CHECK or "valid_from" not in columns(TABLES[table]):
            continue
        for row, other, differs, day in contradictions(facts.draft.rows(table)):
            rule = " / ".join(part for part in rule_of(row) if part and isinstance(part, str))
            on = (
                Message("case.from_the_first_day")
                if day == date.min
                else Message("case.on_day", {"date": day})
            )
            values = {"rule": rule, "first": str(other.place.row), "columns": differs, "on": on}
            yield facts.fault(row, differs[0], "rule_says_two", remedy, **values)
