"""Shares written in one cell, `0.4;0.6`: spend profiles and ramp-ups."""

from __future__ import annotations

from redmud_opt.case.columns import Column
from redmud_opt.case.values import BadValue, read_number

_SHARE = Column("number", "one of several shares")


def shares(cell: str) -> tuple[float, ...]:
    """The numbers of a cell in order; none for a blank cell. Raises ValueError for what is no finite number."""
    try:
        parts = cell.replace("；", ";").split(";") if cell.strip() else ()
        return tuple(read_number(part, _SHARE) for part in parts)
    except BadValue as bad:
        raise ValueError(cell) from bad
