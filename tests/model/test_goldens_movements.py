"""Golden rows of movements over borders and of incompatible wastes. `bordering.py` says who stands where."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.builders import arises, group, landfill, lane, mud, parts, rows, site, tiny, waste, yard, years
from tests.model.bordering import bordered, document

from redmud_opt.case.rules import Incompatibility


def test_approvals(golden: Any) -> None:
    """Two years, 20 % water: flow of 2026 = first, of 2027 = first + second, for the first spans the year end.

    first: 25 t as received, 1.25 a dry tonne; second: 8 t dry.
    """
    two = (
        document(
            "first",
            amount_t=25.0,
            basis="as_received",
            valid_from=date(2026, 7, 1),
            valid_to=date(2027, 7, 1),
        ),
        document("second", amount_t=8.0, valid_from=date(2027, 1, 1), valid_to=date(2028, 1, 1)),
    )
    case = bordered(*two, periods=years(2026, 2), moisture=0.2)
    golden(case, "approval_needed", "approval_limit")


def test_apart(golden: Any) -> None:
    """100 t of mud and 9 t of ash a half-year. Shed: M = 100, 200 and 9, 18 at the end, and as much put in: twice.

    The pit of 150 t: what was placed in June lies there in December; M = 100, 150 and 9, 27 (9 + 18).
    A lane with a least lot: 100, 200 and 9, 18. A side is the mud's where it is 1.
    """
    foes = rows(incompatibilities=Incompatibility(first="mud", second="ash", clause="§"))
    ends = (yard("wastes", name="shed"), landfill("wastes", 0, "M", name="pit", capacity_t=150))
    both = (mud(), waste("ash", "other"), arises("ash", 9), group("wastes", "mud", "ash"))
    case = tiny(*both, *ends, site("M"), lane("R", "M", 0, min_lot_t=5), foes, periods=parts(2026, 6))
    golden(case, "apart_first", "apart_second")
