"""Breaches of permits, planted: plans made where nothing is asked for, held against cases that ask.

All 10 t a half-year of lining go from S to the works at T and are melted; 5 t more arise at T.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import pandas as pd
import pytest
from tests.builders import Tables, arises, sells, solve, waste, works, yard
from tests.model.permitting import ASH, LINING, exemption, listed, permit, scheme, world

from redmud_opt.case import Case
from redmud_opt.case.rules import Permit
from redmud_opt.plan import audit

OWN = arises("lining", 5, "T")


@cache
def free(late: bool) -> tuple[dict[str, pd.DataFrame], float]:
    """The plan without any law; late: lining waits in the shed of T until the works opens on 1 July."""
    case = replace(made(late), requirements=())
    plan = solve(case)
    return dict(plan.plan.frames), plan.value


def made(late: bool = False, *tables: Tables, permits: tuple[Permit, ...] = ()) -> Case:
    shed = yard("lining", "T", accepts_hazardous=True, name="shed", end_stock="empty")
    case = world(OWN, shed, *tables, permits=permits)
    return replace(case, lines=(replace(case.lines[0], opens=date(2026, 7, 1)),)) if late else case


def found(case: Case, late: bool = False) -> set[str]:
    frames, value = free(late)
    told = audit(case, frames, value).failures
    return {check.message.key.removeprefix("audit.") for check in told if check.family == "permits"}


@pytest.mark.parametrize(("permits", "tables", "said"), [
    ((), (), {"permits.brought", "permits.beyond_own"}),
    ((permit("melt_works", 30),), (), set()),
    ((permit("melt_works", 29),), (), {"permits.over_permit"}),
    ((permit("melt_works", 30, basis="as_received"),), (), {"permits.over_permit"}),
    ((permit("melt_works", code=ASH),), (), {"permits.brought", "permits.beyond_own"}),
    ((permit("melt_works", method="D"),), (), {"permits.beyond_own"}),
    ((permit("melt_works", valid_to=date(2026, 7, 1)),), (), {"permits.brought", "permits.beyond_own"}),
    ((permit("melt_works", 40, name="a", valid_to=date(2026, 7, 1)), permit("melt_works", 14, name="b")), (),
     {"permits.over_permit"}),
    ((permit("melt_works", 40, name="a", valid_to=date(2026, 7, 1)), permit("melt_works", 15, name="b")), (), set()),
    ((), (exemption(), listed(LINING)), set()),
    ((), (exemption(),), {"permits.brought", "permits.beyond_own"}),
    ((), (exemption(), listed(LINING, date(2026, 2, 1))), {"permits.brought", "permits.beyond_own"}),
    ((scheme(20),), (listed("any"),), set()),
    ((scheme(19),), (listed("any"),), {"permits.over_permit"}),
    ((scheme(20),), (listed(LINING),), {"permits.brought", "permits.beyond_own"}),
    ((scheme(20, "T"),), (listed("any"),), {"permits.brought", "permits.beyond_scheme"}),
])  # fmt: skip
def test_the_audit_tells(permits: tuple[Permit, ...], tables: tuple[Tables, ...], said: set[str]) -> None:
    """30 t are melted, 15 in each half-year; 20 come from S. Each way of the law is granted, or fails."""
    assert found(made(False, *tables, permits=permits)) == said


def test_a_shed_that_holds_what_others_sent() -> None:
    """10 t of S wait at T until 1 July, with 5 of its own: the works has a permit, the shed has none."""
    works_only = (permit("melt_works"),)
    assert found(made(True, permits=works_only), late=True) == {"permits.beyond_own"}
    assert found(made(True, permits=(*works_only, permit("shed"))), late=True) == set()


def test_who_takes_over_waste_at_the_gate_needs_a_permit() -> None:
    """A merchant pays 50 a tonne at S for what arises there."""
    merchant = sells("lining", 50, "S", method="U")
    plan = solve(replace(world(merchant), requirements=()))
    said = audit(world(merchant), plan.plan.frames, plan.value).failures
    assert {check.message.key for check in said} == {"audit.permits.no_permit"}


def test_every_code_of_a_mixture_is_asked_for() -> None:
    tables: tuple[Any, ...] = (
        waste("ash", "aluminium_ash", hazardous=True, code=ASH),
        waste("dust"),
        works("crush", {"lining": {}, "ash": {}}, {"dust": 1}, at="S", method="P"),
        sells("dust", 20, "S", method="U"),
    )
    one = (permit("dust_outlet"),)
    both = (*one, permit("dust_outlet", code=ASH, name="second"))
    plan = solve(world(*tables, permits=both))
    told = audit(world(*tables, permits=one), plan.plan.frames, plan.value).failures
    assert {check.message.key for check in told} == {"audit.permits.no_permit"}
