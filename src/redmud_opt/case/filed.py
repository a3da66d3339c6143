"""Clocks of a case's own producers: the law binds licensed operators, a producer is bound by the plan that it filed.

    clocks of the case = rows of the rule pack as of its day, without its soft rows for producers where the case has
                         rows of its own + those rows

They are facts of the company and not law: no day of the law takes them away, and none may speak of anybody else.
Hard rows of the pack stand beside them.
"""

from __future__ import annotations

from collections.abc import Iterator

from redmud_opt.case.columns import columns
from redmud_opt.case.faults import Fault
from redmud_opt.case.raw import RawRow, RawTable
from redmud_opt.case.rules import StorageClock
from redmud_opt.case.values import BadValue, read_flag
from redmud_opt.i18n import Message

FILED = "clocks"
"""The table of a rule pack that a case may add to."""


def with_filed(own: RawTable, pack: RawTable | None) -> RawTable:
    """The clocks of a case: those of the pack, and those that its producers filed instead of the soft ones."""
    if pack is None:
        return own
    header = tuple(dict.fromkeys((*own.header, *pack.header)))
    stands = tuple(row for row in pack.rows if not own.rows or not _is_soft_on_producers(row))
    return RawTable(header, (*own.rows, *stands), own.whole and pack.whole)


def filed_by_others(own: RawTable) -> Iterator[Fault]:
    """Rows that speak of others than producers: what binds those is law."""
    for row in own.rows:
        role = row.cells.get("role", "producer")
        if role != "producer":
            place = row.moved.get("role", row.place)
            message = Message("case.clock_of_others", {"role": role})
            yield Fault(place.file, place.row, "role", message, Message("case.clock_of_producers"))


def _is_soft_on_producers(row: RawRow) -> bool:
    return row.cells.get("role") == "producer" and not _is_hard(row)


def _is_hard(row: RawRow) -> bool:
    try:
        return read_flag(row.cells.get("hard", "yes"), columns(StorageClock)["hard"])
    except BadValue:
        return True  # told when the table is read
