"""Golden rows of the law. The files stand in `goldens/`; see `golden.py`."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.builders import arises, lane, site, yard
from tests.model.permitting import listed, permit, scheme, world


def test_permits(golden: Any) -> None:
    """The works at T has p1 (36.5 t a year to 1 July, wet: 1.25) and p2 (10 t a year by U); 181 of 365 days: 18.1 t.

    Of 26b p2 alone: 10; of both half-years the two: 28.1. Wet tonnes of all feeds, those of the waste of T included.
    The shed at T has no permit: put ≤ 5 (what arises there) + reclaimed, in each period.
    """
    first = permit("melt_works", 36.5, name="p1", basis="as_received", valid_to=date(2026, 7, 1))
    second = permit("melt_works", 10, name="p2", method="U", basis="as_received")
    shed = yard("lining", "T", name="shed", accepts_hazardous=True)
    golden(world(shed, arises("lining", 5, "T"), permits=(first, second)), "permit_limit", "own_waste")


def test_schemes(golden: Any) -> None:
    """From S 12 t a year and nobody else; the melt takes what arises at T (5), is reclaimed there, or comes from S.

    The shed takes what arises at T or is reclaimed there. The hub sends nothing: no column of it stands in any row.
    """
    shed = yard("lining", "T", name="shed", accepts_hazardous=True)
    hub = (site("hub"), lane("S", "hub", 0, dg_allowed=True), lane("hub", "T", 0, dg_allowed=True))
    case = world(shed, *hub, arises("lining", 5, "T"), listed("any"), permits=(scheme(12),))
    golden(case, "permit_limit", "own_waste", "scheme_waste")
