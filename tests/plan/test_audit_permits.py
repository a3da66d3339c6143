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
from tests.builders import Tables, arises, landfill, lane, rows, sells, site, solve, waste, works, yard
from tests.model.permitting import ASH, LINING, exemption, listed, permit, scheme, world
from tests.plan.test_audit_world import without_sums

from redmud_opt.case import Case
from redmud_opt.case.rules import Delisting, Permit
from redmud_opt.plan import audit

OWN = arises("lining", 5, "T")


@cache
def free(late: bool) -> tuple[dict[str, pd.DataFrame], float]:
    """The plan without any law; late: lining waits in the shed of T until the works opens on 1 July."""
    case = replace(made(late), requirements=())
    plan = solve(case)
    frames = without_sums(plan.plan.frames)
    return {name: frame for name, frame in frames.items() if name != "permits"}, plan.value


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


def test_an_exemption_of_use_is_no_permit_to_store() -> None:
    """The melt is exempt; the shed at T, where 10 t of S wait until 1 July, is not. Nor is a melt that disposes."""
    backed = (exemption(), listed(LINING))
    assert found(made(True, *backed), late=True) == {"permits.beyond_own"}
    case = made(False, *backed)
    disposal = replace(case, processes=tuple(replace(row, method="D") for row in case.processes))
    assert found(disposal) == {"permits.beyond_own"}
    stored = rows(exemptions=replace(backed[0]["exemptions"][0], link="storage"))
    assert found(made(False, stored, listed(LINING))) == {"permits.brought", "permits.beyond_own"}


@pytest.mark.parametrize(("day", "said"), [
    (date(2026, 8, 15), {"permits.brought", "permits.beyond_own"}),
    (date(2027, 1, 1), set()),
])  # fmt: skip
def test_permits_are_asked_for_from_the_start_of_the_period(day: date, said: set[str]) -> None:
    """In force from 15 August: all of the second half-year needs them; from the end of the horizon: nothing does."""
    case = made()
    asked = tuple(replace(row, valid_from=day) for row in case.requirements)
    assert found(replace(case, requirements=asked)) == said


def test_what_comes_by_a_third_site_is_no_scheme_of_its_sender() -> None:
    """S → hub → T: the scheme joins S and T, the lane from the hub joins nobody."""
    via = (site("hub"), lane("S", "hub", 0, dg_allowed=True))
    case = made(False, *via)
    through = replace(case.lanes[0], name="hub_T", from_site="hub")
    case = replace(case, lanes=(case.lanes[1], through))
    plan = solve(replace(case, requirements=()))
    assert plan.sum("flows", "flow_t", lane="hub_T") == pytest.approx(20)
    frames = {name: frame for name, frame in without_sums(plan.plan.frames).items() if name != "permits"}
    by_scheme = replace(case, permits=(scheme(20),), exemption_list=listed("any")["exemption_list"])
    told = {check.message.key for check in audit(by_scheme, frames, plan.value).failures}
    assert told == {"audit.permits.brought", "audit.permits.beyond_scheme"}


def test_who_takes_over_waste_at_the_gate_needs_a_permit() -> None:
    """A merchant pays 50 a tonne at S for what arises there."""
    merchant = sells("lining", 50, "S", method="U")
    plan = solve(replace(world(merchant), requirements=()))
    said = audit(world(merchant), without_sums(plan.plan.frames), plan.value).failures
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
    frames = {name: frame for name, frame in without_sums(plan.plan.frames).items() if name != "permits"}
    told = audit(world(*tables, permits=one), frames, plan.value).failures
    assert {check.message.key for check in told} == {"audit.permits.no_permit"}


# ---------------------------------------------------------------- ways out at the end


def stored(*tables: Tables, permits: tuple[Permit, ...] = ()) -> Case:
    """Who stores lining at S is paid 30 a tonne and year: 20 t lie there when the year ends."""
    paid = yard("lining", accepts_hazardous=True, name="shed", holding_cost_cny_per_t_a=-30, at="S")
    return world(paid, *tables, permits=permits, end_of_horizon="charge")


@pytest.mark.parametrize(("tables", "permits", "charge"), [
    ((), (), 1.0),
    ((), (permit("melt_works"),), 0.0),
    ((), (permit("melt_works", valid_to=date(2026, 7, 1)),), 1.0),
    ((), (permit("melt_works", method="D"),), 1.0),
    ((exemption(), listed(LINING)), (), 0.0),
    ((listed("any"),), (scheme(),), 0.0),
    ((listed("any"),), (scheme(sender="T"),), 1.0),
    ((sells("lining", 7, "S", method="U"),), (), 1.0),
    ((sells("lining", 7, "S", method="U"),), (permit("lining_outlet"),), 0.0),
])  # fmt: skip
def test_a_way_out_is_a_lawful_one(
    tables: tuple[Tables, ...], permits: tuple[Permit, ...], charge: float
) -> None:
    """The landfill at home costs 1; melting at T earns 10, a merchant pays 7: no charge where they may take lining.

    Model and audit reckon it apart: a charge of one held against the law of the other is told.
    """
    case = stored(*tables, permits=permits)
    plan = solve(case)
    assert plan.sum("excess", "excess_t") == pytest.approx(20)
    assert plan.frame("excess")["charge_cny_per_t"].tolist() == pytest.approx([charge])
    lawless = replace(case, requirements=())
    told = {check.message.key for check in audit(lawless, plan.plan.frames, plan.value).failures}
    merely = {"audit.horizon.charge_overstated"} if charge else set()
    assert {key for key in told if "charge" in key} == merely


# ---------------------------------------------------------------- what the plan says of itself


@cache
def lawful() -> tuple[Case, dict[str, pd.DataFrame], float]:
    """Permits p1 and p2 of one receiver, ash crushed with lining to dust, and a certificate of its slag."""
    tables = (
        waste("ash", "aluminium_ash", hazardous=True, code=ASH),
        arises("ash", 4, "S"),
        waste("dust"),
        waste("slag"),
        works("crush", {"lining": {}, "ash": {}}, {"dust": 1}, at="S", method="P"),
        works("smelt", {"dust": {}}, {"slag": 0.5, "glass": 0.5}, at="S", method="U"),
        landfill("slag", at="S", name="heap"),
        sells("dust", 20, "S", method="U", max_t=5),
        lane("S", "T", 0, name="goods", material="glass"),
        rows(
            delistings=Delisting(
                process="smelt",
                material="slag",
                certificate="C7",
                identified_on=date(2025, 1, 1),
                clause="6.2",
            )
        ),
    )
    first = permit("melt_works", 9, name="p1", valid_to=date(2026, 7, 1))
    held = (first, permit("melt_works", 4, name="p2"), permit("dust_outlet"))
    both = (*held, permit("dust_outlet", code=ASH, name="dust_of_ash"))
    case = world(*tables, permits=both)
    plan = solve(case)
    return case, without_sums(plan.plan.frames), plan.value


def test_the_plan_says_what_is_used_of_every_permit() -> None:
    """p1: 9 t a year, 181 of 365 days: 4.463 t, and p2 4 t, in one row; of the second half-year p2 alone."""
    _, frames, _ = lawful()
    table = frames["permits"].set_index("permit")
    assert table.loc["p1 + p2", "allowed_t"] == pytest.approx(9 * 181 / 365 + 4)
    assert (table["used_t"] + table["left_t"]).tolist() == pytest.approx(table["allowed_t"].tolist())
    assert table.loc["p2", "valid_to"] == "2027-01-01"
    assert table.loc["p2", "days_left"] == 0.0


def test_the_plan_says_what_the_law_sees_in_every_stream() -> None:
    _, frames, _ = lawful()
    table = frames["status"].set_index("lineage")
    said = {name: (row["status"], row["code"], row["hazard"], row["why"]) for name, row in table.iterrows()}
    assert said["lining"] == ("hazardous_waste", LINING, "T", "listed")
    assert said["ash"] == ("hazardous_waste", ASH, "R,T", "listed")
    assert said["dust<crush<ash"] == ("hazardous_waste", f"{LINING}; {ASH}", "R,T", "spread")
    assert said["slag<smelt<dust<crush<ash"] == ("general_waste", "", "", "delisted")
    assert table.loc["slag<smelt<dust<crush<ash", "because_of"] == "C7"
    assert said["glass"] == ("product", "", "", "waste_until_sold")


@pytest.mark.parametrize(("table", "key", "column", "value", "said"), [
    ("permits", "p2", "allowed_t", 5.0, {"permits.allowed", "permits.left"}),
    ("permits", "p2", "used_t", 0.5, {"permits.used", "permits.left"}),
    ("permits", "p2", "left_t", 0.1, {"permits.left"}),
    ("permits", "p2", "permit", "p9", {"permits.unknown_permit"}),
    ("status", "lining", "status", "general_waste", {"standing.wrong_status"}),
    ("status", "dust<crush<ash", "code", LINING, {"standing.wrong_code"}),
    ("status", "dust<crush<ash", "hazard", "R", {"standing.wrong_letters"}),
    ("status", "slag<smelt<dust<crush<ash", "because_of", "C8", {"standing.no_certificate"}),
    ("status", "ash", "lineage", "ashes", {"standing.untold", "standing.unknown"}),
])  # fmt: skip
def test_the_audit_holds_both_tables_against_the_case(
    table: str, key: str, column: str, value: object, said: set[str]
) -> None:
    case, frames, worth = lawful()
    assert audit(case, frames, worth).passed
    frame = frames[table].copy()
    frame.loc[frame[frame.columns[0]] == key, column] = value
    told = audit(case, frames | {table: frame}, worth).failures
    assert {check.message.key.removeprefix("audit.") for check in told} == said


def test_what_is_received_and_not_told_is_found() -> None:
    case, frames, worth = lawful()
    told = audit(case, frames | {"permits": frames["permits"][:0]}, worth).failures
    assert {check.message.key for check in told} == {"audit.permits.not_told"}
