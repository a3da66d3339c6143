"""Shares written in one cell, `0.4;0.6`: spend profiles and ramp-ups."""

from __future__ import annotations

import math


def shares(cell: str) -> tuple[float, ...]:
    """The numbers of a cell in order; none for a blank cell. Raises ValueError for what is no finite number."""
    found = tuple(float(part) for part in cell.replace("；", ";").split(";")) if cell.strip() else ()
    if not all(map(math.isfinite, found)):
        raise ValueError(cell)
    return found
