"""Planted errors of storage clocks: every breach of an age is told. Four quarters of 2026, four of 2027.

100 t of lining arise in the first quarter at R, are stored there, brought to the works at M and crushed, 20 t a
quarter; the grit is stored, and dumped. With 12 months, all dates hold.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from tests.builders import (
    arises,
    landfill,
    lane,
    parts,
    rows,
    site,
    solve,
    tiny,
    waste,
    works,
    yard,
)
from tests.plan.test_audit_world import Frames, change, drop, keys, put

from redmud_opt.case import Case
from redmud_opt.case.rules import StorageClock
from redmud_opt.case.things import Owner
from redmud_opt.plan.audit import audit

A, B = "26a", "26b"
LINING, GRIT = "lining@spent_pot_lining@new", "grit<crush<lining@spent_pot_lining@new"


def clock(months: int = 12, **values: Any) -> StorageClock:
    return StorageClock(**{"role": "licensed_operator", "limit_months": months, "clause": "art. 81"} | values)


def case_of(*clocks: StorageClock, method: str = "P", **shed: Any) -> Case:
    return tiny(
        waste("lining", "spent_pot_lining", hazardous=True, clock="licensed_operator"),
        arises("lining", 100.0, during=A),
        waste("grit", hazardous=True),
        site("M"),
        lane("R", "M", dg_allowed=True),
        yard("lining", holding_cost_cny_per_t_a=4.0, accepts_hazardous=True, **shed),
        works("crush", "lining", {"grit": 1}, at="M", method=method, capacity=20.0),
        yard("grit", "M", name="bin", accepts_hazardous=True, holding_cost_cny_per_t_a=1.0),
        landfill("grit", 50.0, "M", accepts_hazardous=True, max_put_t=30.0, per="period"),
        rows(clocks=clocks),
        periods=(*parts(2026, 3), *parts(2027, 3)),
    )


@cache
def planned(*clocks: StorageClock) -> tuple[Case, Frames, float]:
    solved = solve(case_of(*clocks))
    return solved.case, solved.plan.frames, solved.value


def told(case: Case, frames: Frames, value: float, *changes: Callable[[Frames], Frames]) -> set[str]:
    for one in changes:
        frames = one(frames)
    return keys(audit(case, frames, value))


def renamed(frame: str, old: str, new: str, after: str = "") -> Callable[[Frames], Frames]:
    """The same with another stream in the rows of a frame, those of periods after one alone."""

    def of(frames: Frames) -> Frames:
        table = frames[frame].copy()
        rows_of = (table["stream"] == old) & (table["period"] > after)
        assert rows_of.any()
        table.loc[rows_of, "stream"] = new
        return {**frames, frame: table}

    return of


SOFT = clock(3, hard=False, price_cny_per_t_a=20.0)
TOGETHER = clock(3, hard=False, price_cny_per_t_a=20.0, aggregate=True)


@pytest.mark.parametrize(
    ("law", "changes", "expected"),
    [
        ((clock(6),), (), {"audit.ages.too_old", "audit.ages.misstated"}),
        ((), (), {"audit.ages.age_without_clock"}),
        ((clock(), SOFT), (), {"audit.value.misstated", "audit.ages.misstated"}),
        (None, (renamed("arisings", f"{LINING}@{A}", f"{LINING}@{B}"),), {"audit.arisings.misstated"}),
        (None, (renamed("stocks", f"{LINING}@{A}", f"{LINING}@{B}", A),), {"audit.stocks.not_carried"}),
        (None, (renamed("flows", f"{LINING}@{A}", f"{LINING}@{B}", A),), {"audit.balances.unbalanced"}),
        (None, (renamed("made", f"{GRIT}@{A}", f"{GRIT}@{B}", A),), {"audit.made.misstated"}),
        (None, (change("ages", "age_days", -30.0, storage="yard"),), {"audit.ages.misstated"}),
        (None, (change("ages", "charge_cny", 5.0, storage="yard"),), {"audit.ages.misstated"}),
        (None, (drop("ages", storage="yard", period=A),), {"audit.ages.not_listed"}),
        (None, (put("streams", "arose", B, stream=f"{LINING}@{A}"),), {"audit.streams.wrong_column"}),
        (
            None,
            (put("streams", "stream", f"{LINING}@soon", stream=f"{LINING}@{A}"),),
            {"audit.frames.bad_age"},
        ),
    ],
)
def test_breach_is_told(
    law: tuple[StorageClock, ...] | None, changes: tuple[Callable[[Frames], Frames], ...], expected: set[str]
) -> None:
    """A plan of 12 months: under another law, or with an error planted in it."""
    case, frames, value = planned(clock())
    if law is not None:
        case = replace(case, clocks=law)
    assert expected <= told(case, frames, value, *changes)


def test_whose_clock_binds_is_judged_anew() -> None:
    """Operators have 12 months, producers 3: where the owner of R is a producer, what lies there is too old."""
    both = (clock(), clock(3, role="producer"))
    case, frames, value = planned(*both)
    assert "audit.ages.too_old" not in told(case, frames, value)
    sites = tuple(replace(row, owner="firm") if row.name == "R" else row for row in case.sites)
    owned = replace(case, sites=sites, owners=(Owner(name="firm", role="producer"),))
    assert "audit.ages.too_old" in told(owned, frames, value)


def test_plan_without_ages_breaks_a_clock_that_needs_them() -> None:
    case, frames, value = planned()
    assert "audit.ages.no_age" in told(replace(case, clocks=(clock(),)), frames, value)


def test_use_that_passes_an_age_on_is_told() -> None:
    """What was planned as pretreatment is use: the grit should be of the quarter in which it is made."""
    case, frames, value = planned(clock())
    used = replace(case, processes=tuple(replace(row, method="U") for row in case.processes))
    assert {"audit.balances.unbalanced", "audit.made.misstated"} <= told(used, frames, value)


def test_extension_beyond_the_pack_is_told() -> None:
    case, frames, value = planned(clock())
    granted = replace(case, storages=tuple(replace(row, clock_extension_months=2) for row in case.storages))
    assert "audit.ages.extension" in told(granted, frames, value)


def test_overrun_first_in_first_out_is_stated() -> None:
    case, frames, value = planned(TOGETHER)
    assert told(case, frames, value) == set()
    spoilt = change("clock_overruns", "overrun_t", 1.0, period=B, lineage="lining")
    assert told(case, frames, value, spoilt) == {"audit.ages.misstated"}


def test_age_of_undated_stock_is_not_made_up() -> None:
    """Lining without a date: it has days left, none, and no age."""
    case, frames, value = planned(SOFT)
    undated = f"{LINING}@unknown"
    assert "audit.ages.not_blank" not in told(case, frames, value)
    names = ("streams", "stocks", "ages", "flows", "feeds", "arisings")
    swapped = [renamed(name, f"{LINING}@{A}", undated) for name in names[1:]]
    streams = frames["streams"].replace({f"{LINING}@{A}": undated})
    found = told(case, {**frames, "streams": streams}, value, *swapped)
    assert {"audit.ages.not_blank", "audit.arisings.misstated"} <= found
