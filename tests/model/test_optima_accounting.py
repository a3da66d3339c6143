"""Limits in origin tonnes by where waste arose, targets by class and province, fates of residues, on paper.

Amounts are tonnes per period. Pressing pays 20 CNY/t, tipping costs 1 CNY/t.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from tests.builders import (
    Solved,
    Tables,
    arises,
    group,
    landfill,
    lane,
    lining,
    mud,
    product,
    rows,
    sells,
    site,
    solve,
    stopped,
    target,
    tiny,
    waste,
    works,
    yard,
)

from redmud_opt.case import Case
from redmud_opt.case.rules import Delisting, Limit
from redmud_opt.case.things import Owner, Province
from redmud_opt.plan import audit

EACH: dict[str, Any] = {"at": "plants", "every": "each", "waste_class": "red_mud"}


def two_plants(*limits: Limit, capacity: float = 100, **tables: Any) -> Case:
    """100 t of R (owner a, GX) and 60 t of M (owner b, SX) to a press at R and a landfill at each plant."""
    base = (
        site("R", owner="a", province="GX"),
        site("M", owner="b", province="SX"),
        group("plants", "R", "M"),
        rows(owners=(Owner(name="a"), Owner(name="b")), provinces=(Province(name="GX"), Province(name="SX"))),
        waste("mud", "red_mud"),
        arises("mud", 100),
        arises("mud", 60, "M"),
        lane("M", "R", 2),
        product("brick"),
        works("press", "mud", {"brick": 1.0}, cost=10, capacity=capacity),
        sells("brick", 30),
        landfill("mud", 1),
        landfill("mud", 1, "M", name="landfill_m"),
        rows(limits=limits),
    )
    return tiny(*base, **tables)


def test_a_share_of_what_each_plant_generates() -> None:
    """At most 0.5 of what each plant generates is tipped: R presses 70, M sends 30 (2 CNY/t), 60 t are tipped.

    The press takes 100: M must press at least 30. R's own pressing is worth 2 more, so R presses the other 70.
    100 · 20 − 30 · 2 − 60 · 1 = 1880. Without the limit R presses all of its own: 2000 − 60 = 1940.
    """
    assert solve(two_plants()).value == pytest.approx(1940)
    whole = Limit(name="arose", measure="generated", sense="measure", **EACH)
    part = Limit(name="tipped", measure="disposed", sense="max", value=0.5, share_of="arose", **EACH)
    plan = solve(two_plants(whole, part))
    assert plan.value == pytest.approx(1880)
    assert stopped(two_plants(whole, part, capacity=79)) == "infeasible"


@pytest.mark.parametrize("at", ["M", "b", "SX"])
def test_a_least_use_by_plant_owner_and_province(at: str) -> None:
    """40 t of M's mud are to be used, by whatever name M goes: 60 of R and 40 of M: 2000 − 80 − 60 = 1860."""
    least = Limit(name="least", measure="utilised", sense="min", value=40, at=at)
    assert solve(two_plants(least)).value == pytest.approx(1860)


@pytest.fixture(scope="module")
def free() -> Solved:
    """All 100 t of R are pressed, the 60 t of M tipped."""
    return solve(two_plants(Limit(name="told", measure="utilised", sense="measure", at="plants")))


@pytest.mark.parametrize(
    ("measure", "at", "amount"),
    [
        ("utilised", "R", 100),
        ("utilised", "SX", 0),
        ("disposed", "b", 60),
        ("disposed", "GX", 0),
        ("generated", "M", 60),
        ("generated", "", 160),
    ],
)
def test_the_audit_measures_by_origin_too(free: Solved, measure: str, at: str, amount: float) -> None:
    """The plan against limits it was not made for: its amount holds as greatest and as least, 1 t off fails."""

    def broken(sense: str, value: float) -> bool:
        row = Limit(name="cap", measure=measure, sense=sense, value=value, at=at, waste_class="red_mud")
        found = audit(replace(free.case, limits=(row,)), free.plan.frames, free.value)
        return [check.message.key for check in found.failures] == [
            "audit.limits.over" if sense == "max" else "audit.limits.under"
        ]

    assert not broken("max", amount)
    assert not broken("min", amount)
    assert broken("min", amount + 1)
    assert amount == 0 or broken("max", amount - 1)


def test_a_most_disposed_of_in_all() -> None:
    """At most 40 t are disposed of: 120 must be pressed, and 100 can be. At 60 the plan is free: 1940."""
    most = {"name": "most", "measure": "disposed", "sense": "max"}
    assert stopped(two_plants(Limit(value=40, **most))) == "infeasible"
    assert solve(two_plants(Limit(value=60, **most))).value == pytest.approx(1940)


@pytest.mark.parametrize(("scope", "value"), [("GX", 1940.0), ("SX", 1880.0), ("", 1940.0)])
def test_a_target_of_a_province(scope: str, value: float) -> None:
    """Half of what arises in the province: of GX it is used anyway, of SX 30 t must come: 1880."""
    assert solve(two_plants(targets=target(0.5, scope=scope)["targets"])).value == pytest.approx(value)


def ash(*fate: Tables, at_least: float) -> Case:
    """10 t of hazardous ash → 0.4 metal (9 CNY/t) + 0.6 residue; a target on the use of smelter ash."""
    furnace = works("furnace", "ash", {"metal": 0.4, "residue": 0.6})
    base = (
        waste("ash", "aluminium_ash", hazardous=True),
        arises("ash", 10),
        product("metal"),
        waste("residue"),
    )
    return tiny(*base, furnace, sells("metal", 9), *fate, target(at_least, waste_class="aluminium_ash"))


def test_use_of_smelter_ash_counts_its_residues() -> None:
    """4 t go into metal; the 6 t of residue count only where they are used: 0.4 of 10 buried, 1 in bricks."""
    tip = landfill("residue", 1, accepts_hazardous=True)
    press = (product("brick"), works("press", "residue", {"brick": 1.0}, cost=40), sells("brick", 30))
    assert solve(ash(tip, at_least=0.4)).value == pytest.approx(4 * 9 - 6)
    assert stopped(ash(tip, at_least=0.41)) == "infeasible"
    plan = solve(ash(tip, *press, at_least=0.7))
    assert plan.value == pytest.approx(36 - 3 * 10 - 3)
    assert plan.rate("new", waste_class="aluminium_ash") == pytest.approx(0.7)


def treated(method: str, *more: Tables, delisted: bool = False, at_least: float = 0.0) -> Case:
    """10 t of lining → 0.2 fluoride (100 CNY/t) + 0.8 slag by one process, under either code.

    The landfill takes general waste at 1 CNY/t, the cell hazardous waste at 7.
    """
    cell = landfill("slag", 7, name="cell", accepts_hazardous=True)
    names = (product("fluoride"), sells("fluoride", 100), waste("slag"), landfill("slag", 1), cell)
    bath = works("bath", "lining", {"fluoride": 0.2, "slag": 0.8}, method=method)
    given = Delisting(process="bath", material="slag", certificate="C1", identified_on=date(2025, 6, 1))
    done = rows(delistings=given) if delisted else {}
    goal = target(at_least, waste_class="spent_pot_lining")
    return tiny(lining(10), bath, *names, *more, done, goal)


def test_use_or_disposal_changes_what_becomes_of_a_residue() -> None:
    """The same yields. By use u = 0.2, w = 1: 2 t used, 8 placed; by disposal u = 0, w = 1 ÷ 0.8: 10 placed.

    The slag is hazardous: 200 − 8 · 7 = 144 either way. Identified, that of use goes to the landfill: 200 − 8 = 192;
    that of disposal cannot be (a fault of the case, see its checks). No target above 0 holds by disposal.
    """
    for method, used, placed in (("U", 2, 8), ("D", 0, 10)):
        plan = solve(treated(method))
        assert plan.value == pytest.approx(144)
        assert plan.sum("identity", "utilised_t") == pytest.approx(used)
        assert plan.sum("identity", "placed_t") == pytest.approx(placed)
    assert solve(treated("U", delisted=True, at_least=0.2)).value == pytest.approx(192)
    assert stopped(treated("D", at_least=0.01)) == "infeasible"


def test_bricks_of_a_residue_count_all_that_it_stands_for() -> None:
    """Pressed at a loss of 5, slag of use counts 8 · 1 beside the 2 t in fluoride, slag of disposal 8 ÷ 0.8 alone.

    Both reach the whole: 8 · (5 − 10) = −40, 200 − 40 = 160, better than 144 in the cell.
    """
    press = (product("brick"), works("press", "slag", {"brick": 1.0}, cost=10), sells("brick", 5))
    for method in ("U", "D"):
        plan = solve(treated(method, *press, at_least=1.0))
        assert plan.value == pytest.approx(160)
        assert plan.rate("new", waste_class="spent_pot_lining") == pytest.approx(1.0)


def test_every_fate_of_the_identity_at_once() -> None:
    """100 t: 40 pressed, 30 tipped, 10 to a disposal outlet, 5 handed out, 8 burnt away, 7 stay; it closes."""
    most: dict[str, Any] = {"per": "period", "material": "mud"}
    press = (product("brick"), works("press", "mud", {"brick": 1.0}, capacity=40), sells("brick", 30))
    burn = works("burn", "mud", {}, method="D", gas_t_per_t=1.0, capacity=8)
    outs = [sells("mud", -3, name=f"to_{m}", method=m, max_t=t) for m, t in (("D", 10), ("P", 5))]
    asked = (("feed", "burn", 8), ("sold", "to_D", 10), ("sold", "to_P", 5), ("placed", "landfill", 30))
    exact = [
        Limit(name=f"exact_{at}", measure=measure, sense="equal", value=value, at=at, **most)
        for measure, at, value in asked
    ]
    plan = solve(tiny(mud(), *press, burn, *outs, landfill("mud"), yard("mud"), rows(limits=tuple(exact))))
    row = plan.frame("identity").iloc[0]
    names = ("utilised_t", "placed_t", "reduced_t", "handed_to_disposal_t", "handed_out_t", "closing_t")
    assert [row[name] for name in names] == pytest.approx([40, 30, 8, 10, 5, 7])
