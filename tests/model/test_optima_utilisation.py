"""What counts as utilised, on paper: both directions of each trap of MODEL.md 'Utilisation' and 'Cohort'.

Amounts are tonnes per period; bricks bring 30 CNY/t, pressing costs 10 CNY/t, unless said.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.builders import (
    Tables,
    arises,
    commodity,
    buys,
    in_stock,
    landfill,
    lining,
    mud,
    parts,
    product,
    rows,
    sells,
    solve,
    stopped,
    target,
    tiny,
    waste,
    with_settings,
    works,
    yard,
    years,
)

from redmud_opt.case.rules import Target
from redmud_opt.case.things import GroupMember
from redmud_opt.case.works import Line


def press(feeds: Any = "mud", capacity: float | None = None, **values: Any) -> tuple[Tables, ...]:
    """Mud → brick one to one, sold at 30, pressed at 10 CNY/t."""
    made = works("press", feeds, {"brick": 1.0}, cost=10, capacity=capacity, **values)
    return product("brick"), made, sells("brick", 30)


# ---------------------------------------------------------------- hoarding over New Year


def hoarding(periods: tuple[Any, ...], opens: date, at_least: float) -> Any:
    """100 t arise in each of two periods; the press takes 150 t, but opens only with the second."""
    line = Line(name="press_line", facility="press_works", capacity=150, per="period", opens=opens)
    base = (mud(100), yard("mud"), target(at_least, year=periods[-1].year), *press())
    return tiny(*base, lines=(line,), periods=periods)


def test_hoarding_over_new_year_lifts_nothing() -> None:
    """2027: 150 t are pressed, of which 100 new and 50 legacy.

    rate_new = 100 ÷ 100 = 1, rate_stat = 150 ÷ (100 + 50) = 1; a target of 1.01 is out of reach although 150 t
    are pressed. Value 150 · (30 − 10) = 3000; 50 t of legacy mud stay.
    """
    plan = solve(hoarding(years(2026, 2), date(2027, 1, 1), 1.0))
    assert plan.utilised(2027) == pytest.approx(100)
    assert plan.utilised(2027, "legacy") == pytest.approx(50)
    assert [plan.rate(name, 2027) for name in ("new", "stat", "gross")] == pytest.approx([1, 1, 1.5])
    assert plan.value == pytest.approx(3000)
    assert stopped(hoarding(years(2026, 2), date(2027, 1, 1), 1.01)) == "infeasible"


def test_stock_within_a_year_counts_when_it_is_used() -> None:
    """Positive control, halves of 2026: all 150 t pressed are new; 150 ÷ 200 = 0.75, and 0.76 is out of reach."""
    halves = parts(2026, 6)
    plan = solve(hoarding(halves, halves[1].start, 0.75))
    assert plan.utilised() == pytest.approx(150)
    assert plan.rate("new") == pytest.approx(0.75)
    assert stopped(hoarding(halves, halves[1].start, 0.76)) == "infeasible"


def test_residues_in_stock_become_legacy_too() -> None:
    """100 t arise in 2026 only: all separated into 20 concentrate and 80 tailings (u = 0.2, w = 1).

    The press opens in 2027 and takes the 80 t of tailings, which are legacy by then: 2026 counts 20 new, 2027
    none new and 80 legacy.
    """
    line = Line(name="press_line", facility="press_works", opens=date(2027, 1, 1))
    case = tiny(
        waste("mud", "red_mud"),
        arises("mud", 100, during="2026"),
        waste("tails"),
        yard("tails"),
        product("iron"),
        works("separate", "mud", {"iron": 0.2, "tails": 0.8}),
        sells("iron", 100),
        *press("tails"),
        periods=years(2026, 2),
    )
    lines = tuple(line if row.name == line.name else row for row in case.lines)
    plan = solve(tiny(rows(**{t: getattr(case, t) for t in TABLES_OF(case)}), lines=lines, periods=case.periods))
    assert plan.utilised(2026) == pytest.approx(20)
    assert plan.utilised(2027) == pytest.approx(0)
    assert plan.utilised(2027, "legacy") == pytest.approx(80)
