"""Proportional rates on paper: lots of lines that were fed new and legacy waste together are taken as mixed.

Amounts are tonnes per period. A kiln makes 1 slag from 1 mud (u = 0, w = 1); slag goes to a road (`use`) of limited
room, and the rest to a landfill. Which tonnes are on the road is the plan's to say, what is in them is not.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
import pytest
from tests.builders import (
    Solved,
    Tables,
    arises,
    group,
    in_stock,
    landfill,
    lane,
    mud,
    product,
    rows,
    sells,
    site,
    solve,
    target,
    tiny,
    waste,
    works,
    yard,
    years,
)
from tests.plan.test_audit_world import Frames, change, judged, keys, put

from redmud_opt.case import Case
from redmud_opt.case.rules import Limit, StorageClock
from redmud_opt.case.works import Facility, Line, LineProcess


def kiln(feeds: Any = "mud", name: str = "kiln", made: str = "slag", **values: Any) -> Tables:
    return works(name, feeds, {made: 1.0}, **values)


def co_fed(at_least: float, *more: Tables, **goal: Any) -> Case:
    """60 t of new mud arise and 40 t lie there; all goes to one kiln, half of its slag fits on the road."""
    road = sells("slag", 5, method="U", max_t=50)
    dump = landfill("slag", cost=1)
    base = (mud(60), yard("mud", end_stock="empty"), in_stock("yard", "mud", 40), waste("slag"))
    return tiny(*base, kiln(), road, dump, target(at_least, **goal), *more)


def test_half_of_a_mixed_lot_is_as_mixed_as_the_lot() -> None:
    """60 new + 40 legacy → 100 slag, 50 on the road.

    Freely all 50 may be new: 50 ÷ 60. The lot is 60 : 40, so 50 · 0.6 = 30 of 60 are new, 20 legacy:
    rate_new 0.5, rate_stat 50 ÷ (60 + 20); the gross rate 50 ÷ 60 does not ask which.
    """
    plan = solve(co_fed(50 / 60))
    assert plan.rate("new") == pytest.approx(50 / 60)
    assert plan.rate("stat") == pytest.approx(50 / 60)
    assert plan.rate("new_proportional") == pytest.approx(0.5)
    assert plan.rate("stat_proportional") == pytest.approx(50 / 80)
    assert plan.rate("gross_proportional") == pytest.approx(plan.rate("gross")) == pytest.approx(50 / 60)


def only_freely(plan: Solved) -> list[object]:
    """Targets that the plan's notes say hold only under free attribution."""
    return [n.values["targets"] for n in plan.plan.notes if n.key == "plan.only_free_attribution"]


@pytest.mark.parametrize(
    ("at_least", "rate", "named"),
    [(0.6, "rate_new", True), (0.5, "rate_new", False), (0.6, "rate_gross", False), (0.7, "rate_stat", True)],
)
def test_a_target_that_holds_only_freely_is_named(at_least: float, rate: str, named: bool) -> None:
    """In proportion 0.5 new, 0.625 statistical, 0.8333 gross: 0.6 new and 0.7 statistical hold only freely."""
    plan = solve(co_fed(at_least, rate=rate))
    assert only_freely(plan) == ([("target (2026)",)] if named else [])
    row = plan.frame("targets").iloc[0]
    assert row["reached_proportional"] == pytest.approx(plan.rate(f"{rate[5:]}_proportional"))


def test_waste_that_never_was_co_fed_is_attributed_freely() -> None:
    """New mud and legacy ash go to two kilns: their slags are not one lot, all 50 t on the road may be new."""
    plan = solve(apart("other_kiln"))
    assert plan.rate("new_proportional") == pytest.approx(plan.rate("new")) == pytest.approx(50 / 60)


def test_wastes_of_two_kinds_in_one_kiln_are_one_lot() -> None:
    """The same in one kiln: two feeds, one slag of 60 : 40."""
    plan = solve(apart(""))
    assert plan.rate("new") == pytest.approx(50 / 60)
    assert plan.rate("new_proportional") == pytest.approx(0.5)


def apart(second: str) -> Case:
    """60 new mud and 40 legacy ash of one class to slag, by one process on one line, or on two."""
    stock = (waste("ash", "red_mud"), yard("ash", end_stock="empty"), in_stock("yard", "ash", 40))
    lines = (kiln({"mud": {}, "ash": {}}),)
    if second:
        twice = works("kiln", {"mud": {}, "ash": {}}, {"slag": 1.0})
        again = rows(
            facilities=Facility(name=second, site="R"),
            lines=(Line(name=second, facility=second),),
            line_processes=LineProcess(line=second, process="kiln"),
        )
        only = [
            Limit(name=f"no_{w}_{at}", measure="feed", material=w, at=at, sense="max", value=0.0)
            for w, at in (("ash", "kiln_line"), ("mud", second))
        ]
        lines = (twice, again, rows(limits=tuple(only)))
    road = sells("slag", 5, method="U", max_t=50)
    return tiny(mud(60), *stock, waste("slag"), *lines, road, landfill("slag", cost=1), target(50 / 60))


def test_a_lot_keeps_its_shares_over_new_year_and_turns_legacy() -> None:
    """2026: 60 new + 40 legacy → 100 slag, in the yard until 2027, when road and landfill open.

    2027: 100 new mud → 100 slag; 200 t lie at the site, 100 go on the road. Freely all on the road are new
    (rate 1); in proportion half of it is, and half legacy, of whichever year.
    """
    first = (waste("mud", "red_mud"), arises("mud", 60, during="2026"), arises("mud", 100, during="2027"))
    stock = (
        yard("old_mud", name="old", end_stock="empty"),
        group("old_mud", "mud"),
        in_stock("old", "mud", 40),
    )
    later = {"opens": date(2027, 1, 1)}
    slag = (waste("slag"), yard("slag", end_stock="empty"), kiln(), landfill("slag", cost=1, **later))
    road = sells("slag", 5, method="U", max_t=100, **later)
    fed = rows(limits=Limit(name="all", measure="feed", at="kiln_line", sense="equal", value=100))
    plan = solve(tiny(*first, *stock, *slag, road, fed, target(1.0, year=2027), periods=years(2026, 2)))
    assert plan.rate("new", 2027) == pytest.approx(1.0)
    assert plan.rate("new_proportional", 2027) == pytest.approx(0.5)
    assert plan.rate("stat_proportional", 2027) == pytest.approx(100 / 150)


def test_the_next_step_takes_the_shares_of_the_lot() -> None:
    """60 + 40 → 100 slag; a mill makes half of 50 t of slag sand (u = 0.5) and half dust, which is handed to use.

    Freely the 50 t are new: 25 in sand + 25 in dust of 60. In proportion 0.6 of them: 30 of 60.
    """
    mill = (product("sand"), sells("sand", 1), waste("dust"), sells("dust", 9, method="U"))
    mill += (works("mill", "slag", {"sand": 0.5, "dust": 0.5}, capacity=50),)
    base = (mud(60), yard("mud", end_stock="empty"), in_stock("yard", "mud", 40), waste("slag"), kiln())
    plan = solve(tiny(*base, *mill, landfill("slag", cost=1), target(50 / 60)))
    assert plan.rate("new") == pytest.approx(50 / 60)
    assert plan.rate("new_proportional") == pytest.approx(0.5)


def test_ages_of_clocked_waste_do_not_keep_lots_apart() -> None:
    """60 t of new and 40 t of last December's lining are crushed on one line, which passes ages on; half is used.

    The crushed lining is two streams by age and cohort, and one lot: freely 50 ÷ 60 new, in proportion 0.5.
    """
    aged = waste("lining", "spent_pot_lining", hazardous=True, clock="licensed_operator")
    clock = rows(clocks=StorageClock(role="licensed_operator", limit_months=12, clause="art. 81"))
    base = (aged, arises("lining", 60), yard("lining", accepts_hazardous=True, end_stock="empty"), clock)
    stock = in_stock("yard", "lining", 40, arose_on=date(2025, 12, 1))
    crush = works("crush", "lining", {"crushed": 1.0}, method="P")
    ends = (sells("crushed", 5, method="U", max_t=50), landfill("crushed", 1, accepts_hazardous=True))
    goal = target(50 / 60, waste_class="spent_pot_lining")
    plan = solve(tiny(*base, stock, waste("crushed"), crush, *ends, goal))
    assert plan.rate("new", waste_class="spent_pot_lining") == pytest.approx(50 / 60)
    assert plan.rate("new_proportional", waste_class="spent_pot_lining") == pytest.approx(0.5)


def test_what_goes_round_is_mixed_all_the_same() -> None:
    """The slag goes to M and 20 t come back: shares stay 60 : 40 at both sites, whatever went round."""
    lanes = (site("M"), lane("R", "M"), lane("M", "R"))
    least = rows(limits=Limit(name="back", measure="flow", at="M_R", sense="min", value=20))
    road = sells("slag", 5, "M", method="U", max_t=50)
    base = (mud(60), yard("mud", end_stock="empty"), in_stock("yard", "mud", 40), waste("slag"), kiln())
    plan = solve(tiny(*base, *lanes, least, road, landfill("slag", 1), target(50 / 60)))
    assert plan.rate("new") == pytest.approx(50 / 60)
    assert plan.rate("new_proportional") == pytest.approx(0.5)


def test_plants_that_are_co_fed_share_their_lots_too() -> None:
    """50 t of R and 50 t of M go to one kiln at M, half of its slag on the road.

    A target on R of 1 holds only if all 50 t on the road are R's; in proportion 25 are: 0.5 at both plants.
    """
    road = sells("slag", 5, "M", method="U", max_t=50)
    base = (site("M"), lane("R", "M"), mud(50), arises("mud", 50, "M"), waste("slag"))
    made = works("kiln", "mud", {"slag": 1.0}, at="M")
    plan = solve(tiny(*base, made, road, landfill("slag", 1, "M"), target(1.0, scope="R")))
    assert plan.rate("new", plant="R") == pytest.approx(1.0)
    for plant in ("R", "M", ""):
        assert plan.rate("new_proportional", plant=plant) == pytest.approx(0.5)
    assert only_freely(plan) == [("target (2026)",)]


PLANTED: dict[str, Callable[[Frames], Frames]] = {
    "rates.misstated": change("rates", "rate_new_proportional", 0.01),
    "targets.misstated": change("targets", "reached_t", 1.0),
    "targets.other_target": put("targets", "iron", "gross_feed"),
    "targets.verdict": put("targets", "verdict", "met"),
    "targets.no_row": lambda frames: {**frames, "targets": frames["targets"].iloc[:0]},
    "targets.no_target": lambda frames: {
        **frames,
        "targets": pd.concat([frames["targets"], frames["targets"].assign(year=2031)]),
    },
}


@pytest.fixture(scope="module")
def missed() -> Solved:
    """A soft target of 0.9, of which 50 ÷ 60 is reached."""
    return solve(co_fed(0.9, hard=False, price_cny_per_t=1.0))


@pytest.mark.parametrize("planted", PLANTED)
def test_planted_errors_are_found(missed: Solved, planted: str) -> None:
    """One changed cell or row each; the plan itself passes."""
    found = judged(missed.case, dict(missed.plan.frames), PLANTED[planted])
    assert f"audit.{planted}" in keys(found)


@pytest.mark.parametrize("column", ["at_least", "asked_t", "short_t", "reached", "reached_proportional"])
def test_every_number_of_a_target_is_audited(missed: Solved, column: str) -> None:
    """0.9 of 60 = 54 t are asked for, 50 reached, 4 short; in proportion 30 ÷ 60."""
    row = missed.frame("targets").iloc[0]
    stated = [row[name] for name in ("asked_t", "reached_t", "short_t", "reached_proportional")]
    assert stated == pytest.approx([54, 50, 4, 0.5])
    assert "audit.targets.misstated" in keys(
        judged(missed.case, dict(missed.plan.frames), change("targets", column, 0.5))
    )
