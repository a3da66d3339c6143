"""A rule pack as it stood on a day: what came into force later is unknown, what ended later still holds.

    rows with valid_from after the day fall away; valid_to after the day is forgotten

The tables are read so, before anything else looks at them, so that a case planned under the law of a past day and its
audit see the same law. Without a day the pack holds as it is dated, whatever the horizon brings.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from redmud_opt.case.columns import Column
from redmud_opt.case.raw import RawRow, RawTable
from redmud_opt.case.values import BadValue, read_date

_DATE = Column("date", "date")


def day_of(text: str | None) -> date | None:
    """The date in a cell; None where it is blank, or wrong, which is told when the table is read."""
    try:
        return read_date(text, _DATE) if text else None
    except BadValue:
        return None


def as_of(table: RawTable, day: date) -> RawTable:
    """The rows of a table of a rule pack that were in force, or had been announced to end, on a day."""
    return replace(table, rows=tuple(_known(table.rows, day)))


def _known(rows: tuple[RawRow, ...], day: date) -> Iterator[RawRow]:
    for row in rows:
        first, last = day_of(row.cells.get("valid_from")), day_of(row.cells.get("valid_to"))
        if first is not None and first > day:
            continue
        if last is None or last <= day:
            yield row
        else:
            yield replace(row, cells={name: text for name, text in row.cells.items() if name != "valid_to"})
