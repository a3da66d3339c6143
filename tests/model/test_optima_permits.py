"""Permits, exemptions and schemes on paper. docs/decisions.md 'Permits'.

Lining (code 48-23, T) and ash (48-24, R,T) arise at S, 10 t a period of lining unless said. Two half-years of 2026,
181 and 184 days. Treating a tonne at the works T earns 10, at home it costs 1 (a landfill at 1 a tonne).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from tests.builders import Tables, arises, landfill, lane, rows, sells, site, solve, waste, works, yard
from tests.model.permitting import ASH, LINING, exemption, listed, permit, scheme, world

from redmud_opt.case.rules import Permit, Requirement
from redmud_opt.i18n import text
from redmud_opt.network import build_network


@pytest.mark.parametrize(("permits", "value"), [
    ((), -20.0),
    ((permit("melt_works"),), 200.0),
    ((permit("melt_works", method="U"),), 200.0),
    ((permit("melt_works", method="D"),), -20.0),
    ((permit("melt_works", code=ASH),), -20.0),
    ((permit("melt_works", 15),), 145.0),
    ((permit("melt_works", 15, basis="as_received"),), 112.0),
    ((permit("melt_works", valid_to=date(2026, 7, 1)),), 90.0),
    ((permit("melt_works", 36.5, valid_to=date(2026, 4, 1)),), 79.0),
])  # fmt: skip
def test_tonnes_under_a_permit(permits: tuple[Permit, ...], value: float) -> None:
    """20 t at 10 = 200; without a permit all 20 are placed at home, which needs none: −20. Each tonne moved is 11.

    15 t a year: 15 · 11 − 20 = 145; of wet tonnes 12 dry ones: 112. Valid for the first half: 10 · 11 − 20 = 90.
    36.5 t a year until 31 March: 90 of 365 days, 9 t: 79.
    """
    assert solve(world(permits=permits)).value == pytest.approx(value)


def test_several_permits_add_up_but_each_has_its_method_and_its_days() -> None:
    """p1 18.25 t a year in the first half (9.05 t by days), p2 3 t a year by U alone, all year: 9.05 + 3 = 12.05 t.

    In the second half p2 alone is valid: at most 3 t; 12.05 · 11 − 20 = 112.55. Were the sum of the year all there
    is, all 10 t of the second half could go.
    """
    first = permit("melt_works", 18.25, name="p1", valid_to=date(2026, 7, 1))
    second = permit("melt_works", 3, name="p2", method="U")
    plan = solve(world(permits=(first, second)))
    assert plan.value == pytest.approx(112.55)
    assert plan.sum("feeds", "feed_t", period="26b") <= 3 + 1e-6


def test_a_permit_that_expires_closes_the_door_and_the_plan_goes_home() -> None:
    """Valid until 1 July: nothing is fed in the second half, and no lane brings anything there."""
    plan = solve(world(permits=(permit("melt_works", valid_to=date(2026, 7, 1)),)))
    assert set(plan.frame("feeds")["period"]) == set(plan.frame("flows")["period"]) == {"26a"}


def test_own_waste_needs_no_permit_and_nobody_elses_may_come() -> None:
    """T has lining of its own, 5 t a period, and melts it without a permit: 100; S may not send any: −20."""
    assert solve(world(arises("lining", 5, "T"))).value == pytest.approx(100 - 20)


def test_own_ones_count_against_a_permit_of_the_receiver() -> None:
    """15 t a year, 10 t of them its own: they must go somewhere, so 5 t of S are taken: 150 − 15 = 135."""
    case = world(arises("lining", 5, "T"), permits=(permit("melt_works", 15),))
    assert solve(case).value == pytest.approx(135)


@pytest.mark.parametrize(("shed_permit", "value"), [((), 130.0), ((permit("shed"),), 196.0)])
def test_a_shed_without_permit_holds_own_waste_only(shed_permit: tuple[Permit, ...], value: float) -> None:
    """The works opens on 1 July, 20 t a period, with a permit; 2 t a period of lining arise at T and wait there.

    Lining of S may come, but not wait in the shed: 2 + 2 own and 10 of S are melted (140), 10 placed at home (−10).
    With a permit of the shed lining of S may wait there too: 20 are melted (200), 4 placed at home.
    """
    shed = yard("lining", "T", accepts_hazardous=True, name="shed", end_stock="empty")
    case = world(shed, arises("lining", 2, "T"), permits=(permit("melt_works"), *shed_permit))
    late = replace(case.lines[0], capacity=20.0, opens=date(2026, 7, 1))
    plan = solve(replace(case, lines=(late,)))
    assert plan.value == pytest.approx(value)


# ---------------------------------------------------------------- exemptions and schemes


@pytest.mark.parametrize(("tables", "value"), [
    ((), -20.0),
    ((exemption(), listed(LINING)), 200.0),
    ((exemption(), listed("any")), 200.0),
    ((exemption(), listed(LINING, date(2026, 7, 1))), 90.0),
    ((exemption(), listed(LINING, date(2026, 7, 2))), -20.0),
    ((exemption(), listed(LINING, last=date(2026, 12, 31))), 90.0),
])  # fmt: skip
def test_an_exempt_use_step_needs_no_permit(tables: tuple[Tables, ...], value: float) -> None:
    """It opens in periods that the item of the list covers from the first day to the last."""
    assert solve(world(*tables)).value == pytest.approx(value)


def test_an_exempt_use_still_needs_storage_and_transport() -> None:
    """The melt is exempt, but opens on 1 July: lining of S cannot wait at T, whose shed has no permit: 100 − 10 = 90.

    Nor may it come where the lane takes no dangerous goods: −20. And a process of disposal is not exempt: −20.
    """
    shed = yard("lining", "T", accepts_hazardous=True, name="shed", end_stock="free")
    case = world(shed, exemption(), listed(LINING))
    late = replace(case, lines=(replace(case.lines[0], opens=date(2026, 7, 1)),))
    assert solve(late).value == pytest.approx(90)
    common = replace(case, lanes=(replace(case.lanes[0], dg_allowed=False),))
    assert solve(common).value == pytest.approx(-20)
    disposal = replace(case, processes=(replace(case.processes[0], method="D"),))
    assert solve(disposal).value == pytest.approx(-20)


@pytest.mark.parametrize(("permits", "tables", "value"), [
    ((scheme(),), (), -30.0),
    ((scheme(),), (listed("any"),), 190.0),
    ((scheme(),), (listed(LINING),), -30.0),
    ((scheme(12),), (listed("any"),), 102.0),
    ((scheme(12), scheme(3, "U")), (listed("any"),), 135.0),
    ((permit("melt_works"),), (), 300.0),
])  # fmt: skip
def test_a_point_to_point_scheme_opens_the_way_from_its_sender_alone(
    permits: tuple[Permit, ...], tables: tuple[Tables, ...], value: float
) -> None:
    """S and U send lining, 10 and 5 t a period, at 1 t · 11 each; both place at home at 1. None: −30.

    From S alone: 20 t: 220 − 30 = 190. 12 t a year from S: 132 − 30 = 102, 3 more from U: 135. A permit: 300.
    """
    second = (
        site("U"),
        arises("lining", 5, "U"),
        landfill("lining", 1, "U", name="other_fill", accepts_hazardous=True),
        lane("U", "T", 0, dg_allowed=True),
    )
    assert solve(world(*second, *tables, permits=permits)).value == pytest.approx(value)


# ---------------------------------------------------------------- outlets, mixtures, time


def test_an_outlet_is_somebody_else_even_at_the_gate() -> None:
    """A merchant pays 5 a tonne at S, of what arises there; without a permit he may not: −20."""
    merchant = sells("lining", 5, "S", method="U")
    assert solve(world(merchant)).value == pytest.approx(-20)
    assert solve(world(merchant, permits=(permit("lining_outlet"),))).value == pytest.approx(100)


def test_a_residue_needs_permits_for_all_codes_that_it_may_come_from() -> None:
    """At S lining and ash are crushed together: dust is of both codes; an outlet at T pays 10 for a tonne of it."""
    tables = (
        waste("ash", "aluminium_ash", hazardous=True, code=ASH),
        waste("dust"),
        works("crush", {"lining": {}, "ash": {}}, {"dust": 1}, at="S", method="P"),
        sells("dust", 10, "T", method="U"),
    )
    one = (permit("dust_outlet"),)
    both = (*one, permit("dust_outlet", 5, code=ASH, name="second"))
    assert solve(world(*tables, permits=one)).value == pytest.approx(-20)
    assert solve(world(*tables, permits=both)).value == pytest.approx(50 - 15)


def test_a_requirement_that_comes_into_force_inside_a_period_holds_from_its_start() -> None:
    """Permits are asked for from 15 August: until 1 July lining goes to T freely: 100 − 10 = 90."""
    late = rows(requirements=Requirement(rule="permit", valid_from=date(2026, 8, 15), clause="art. 80"))
    assert solve(replace(world(), requirements=late["requirements"])).value == pytest.approx(90)


def test_a_site_without_lining_of_its_own_may_pass_it_on() -> None:
    """S → hub → T: nobody at the hub receives anything, so nobody there needs a permit: 200."""
    case = world(site("hub"), lane("S", "hub", 0, dg_allowed=True), permits=(permit("melt_works"),))
    through = replace(case.lanes[0], name="hub_T", from_site="hub")
    assert solve(replace(case, lanes=(case.lanes[1], through))).value == pytest.approx(200)


def test_where_nothing_is_asked_nothing_changes() -> None:
    """No requirement: no rows, no doors shut; 200."""
    plan = solve(replace(world(), requirements=()))
    assert plan.value == pytest.approx(200)
    assert not plan.network.doors.shut
    assert not len(plan.model.permit_limit)
    assert not len(plan.model.own_waste)


def test_the_door_says_why_it_is_shut() -> None:
    shut = build_network(world(permits=(permit("melt_works", valid_to=date(2026, 7, 1)),))).doors.shut
    (found,) = shut["run", "melt_line/melt/", "lining"]
    assert found.periods.tolist() == [False, True]
    assert found.clause == "art. 80"
    assert "only by 'p_melt_works' from 2026-01-01 until 2026-07-01" in text(found.why, "en")
