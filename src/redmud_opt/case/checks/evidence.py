"""Evidence: it points to numbers that stand there, names its source, and its range holds the number."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from redmud_opt.case.case import TABLES
from redmud_opt.case.checks.facts import Facts
from redmud_opt.case.columns import Row, columns, default_of
from redmud_opt.case.draft import key_of
from redmud_opt.case.faults import Fault
from redmud_opt.case.names import did_you_mean
from redmud_opt.case.things import Evidence
from redmud_opt.i18n import Message

NEEDS_SOURCE = ("measured", "derived")


def principal(row: Row) -> str | None:
    """The number that the evidence columns of a row speak of: the first that is not what a blank cell means.

    Where every number is at its default, the first that has one.
    """
    own = [name for name, column in columns(type(row)).items() if column.kind == "number"]
    held = [name for name in own if name not in ("low", "high") and getattr(row, name) is not None]
    said = (name for name in held if getattr(row, name) != default_of(type(row), name))
    return next(said, held[0] if held else None)


class _Items:
    """Rows by table and key."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    @cached_property
    def rows(self) -> dict[tuple[str, str], Row]:
        return {(table, key_of(row)): row for table in TABLES for row in self.facts.draft.rows(table)}

    def keys(self, table: str) -> list[str]:
        return [key for held, key in self.rows if held == table]


def _misplaced(facts: Facts, items: _Items, row: Evidence) -> Fault | None:
    if row.table not in TABLES:
        return facts.fault(row, "table", "unknown_table", did_you_mean(row.table, TABLES), table=row.table)
    known = [
        name for name, column in columns(TABLES[row.table]).items() if column.kind in ("number", "integer")
    ]
    if row.column not in known:
        values = {"column": row.column, "table": row.table}
        return facts.fault(row, "column", "no_number_column", did_you_mean(row.column, known), **values)
    place = (row.table, row.item.rstrip("/"))
    if place in items.rows or place in facts.draft.inactive_keys or row.table in facts.draft.broken:
        return None
    remedy = did_you_mean(row.item, items.keys(row.table))
    return facts.fault(row, "item", "unknown_item", remedy, item=row.item, table=row.table)


def evidence_resolves(facts: Facts) -> Iterator[Fault]:
    """Rows of `evidence` name a table, a row of it and a number column of it; the number lies in the range."""
    items = _Items(facts)
    for row in facts.case.evidence:
        fault = _misplaced(facts, items, row)
        if fault is not None:
            yield fault
            continue
        of = items.rows.get((row.table, row.item.rstrip("/")))
        value = None if of is None else getattr(of, row.column)
        if value is not None and row.table != "composition":  # those were converted
            yield from _outside(facts, row, value, row.column)


def _outside(facts: Facts, row: Row, value: float, column: str) -> Iterator[Fault]:
    slack = 1e-9 * max(1.0, abs(value))
    if row.low is not None and row.high is not None and row.low > row.high:
        yield facts.fault(row, "low", "low_above_high", low=row.low, high=row.high)
    elif row.low is not None and value < row.low - slack:
        yield facts.fault(row, "low", "below_low", column=column, value=value, low=row.low)
    elif row.high is not None and value > row.high + slack:
        yield facts.fault(row, "high", "above_high", column=column, value=value, high=row.high)


def ranges_hold(facts: Facts) -> Iterator[Fault]:
    """low ≤ number ≤ high in every row."""
    for table in TABLES:
        if table == "evidence":
            continue
        for row in facts.draft.rows(table):
            name = principal(row)
            if name is not None:
                yield from _outside(facts, row, getattr(row, name), name)
            elif row.low is not None or row.high is not None:
                yield facts.fault(row, "low" if row.low is not None else "high", "range_of_nothing")


def bounds_hold(facts: Facts) -> Iterator[Fault]:
    """`bound` says that only one end is known: the other end is not stated."""
    for table in TABLES:
        for row in facts.draft.rows(table):
            if row.bound == "lower" and row.high is not None and row.high != row.low:
                yield facts.fault(row, "high", "bound_has_other_end", bound=row.bound, column="high")
            if row.bound == "upper" and row.low is not None and row.low != row.high:
                yield facts.fault(row, "low", "bound_has_other_end", bound=row.bound, column="low")


def evidence_has_source(facts: Facts) -> Iterator[Fault]:
    """What is measured or derived was so by somebody."""
    for table in TABLES:
        for row in facts.draft.rows(table):
            if row.evidence in NEEDS_SOURCE and not row.source:
                yield facts.fault(row, "source", "evidence_without_source", evidence=row.evidence)


def numbers_have_evidence(facts: Facts) -> Iterator[Fault]:
    """Every row's principal number was measured or derived by somebody, or is marked as assumed."""
    if not facts.case.settings.evidence_required:
        return
    further = {(row.table, row.item.rstrip("/"), row.column) for row in facts.case.evidence}
    for table, row_type in TABLES.items():
        if table == "evidence" or not vars(row_type)["ENFORCED"]:
            continue
        for row in facts.draft.rows(table):
            name = principal(row)
            if name is None or row.evidence or getattr(row, name) == default_of(row_type, name):
                continue
            if (table, key_of(row), name) not in further:
                yield facts.fault(row, "evidence", "no_evidence", Message("case.say_evidence"), column=name)
