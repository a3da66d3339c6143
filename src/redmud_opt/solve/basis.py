"""The basis of a solve as a text to be kept: which columns and rows are basic, or at which bound.

kept = packed(highs.getBasis())        "" where there is none
restored(kept, columns, rows)          None where it is of another model
"""

from __future__ import annotations

import base64
import zlib
from typing import Any

import highspy

STATUS = (
    highspy.HighsBasisStatus.kLower,
    highspy.HighsBasisStatus.kBasic,
    highspy.HighsBasisStatus.kUpper,
    highspy.HighsBasisStatus.kZero,
    highspy.HighsBasisStatus.kNonbasic,
)


def packed(basis: Any) -> str:
    """The basis in letters of base64."""
    if basis is None or not basis.valid:
        return ""
    places = {status: place for place, status in enumerate(STATUS)}
    states = bytes(places[status] for status in (*basis.col_status, *basis.row_status))
    return base64.b64encode(zlib.compress(states, 9)).decode("ascii")


def restored(kept: str, columns: int, rows: int) -> Any:
    """The basis for a model of so many columns and rows."""
    states = zlib.decompress(base64.b64decode(kept)) if kept else b""
    if len(states) != columns + rows:
        return None
    basis = highspy.HighsBasis()
    basis.col_status = [STATUS[state] for state in states[:columns]]
    basis.row_status = [STATUS[state] for state in states[columns:]]
    basis.valid = True
    return basis
