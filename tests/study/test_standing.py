"""Which clause stands against a target, on paper: what it would be without the clause, and what is lawful to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from tests.builders import (
    assay,
    landfill,
    lane,
    lining,
    mud,
    parts,
    product,
    prop,
    rows,
    sells,
    site,
    target,
    tiny,
    works,
    yard,
    years,
)
from tests.model import bordering
from tests.model.permitting import permit, world
from tests.model.test_optima_clocks import QUARTERS, burner, clock, pulse, shed
from tests.network.fake_law import shut_by_law

from redmud_opt.case import Case
from redmud_opt.case.rules import Limit, Requirement, Target
from redmud_opt.case.works import Gate, Outlet
from redmud_opt.i18n import LANGUAGES, Message, text
from redmud_opt.network import build_network
from redmud_opt.study import law_against

SINCE = date(2020, 9, 1)


def asks(rule: str, clause: str) -> Requirement:
    return Requirement(rule=rule, valid_from=SINCE, clause=clause)


def kiln(at: str = "R", **values: object) -> dict[str, tuple[object, ...]]:
    """A kiln that uses mud."""
    return rows(outlets=Outlet(name="kiln", site=at, material="mud", method="U", per="period", **values))  # type: ignore[arg-type]


def found(case: Case) -> dict[str, Message]:
    """Key → message, each once (of several ways the last); in both languages without holes."""
    messages = law_against(build_network(case))
    for message in messages:
        for language in LANGUAGES:
            words = text(message, language)
            assert "{" not in words
            assert "study." not in words
    return {message.key: message for message in messages}


def ways_of(case: Case) -> list[Message]:
    """The lawful ways that are told, in their order."""
    messages = law_against(build_network(case))
    return [m.values["way"] for m in messages if m.key == "study.lawful_way"]  # type: ignore[misc]


def test_a_target_against_a_permit_that_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """100 t a year; the kiln may take mud in 2026 alone. 40 % in 2027 are 40 t: nothing can be used then.

    Without art. 80 all could be. The least under a permit is 40 t, from 1 January 2027.
    """
    shut_by_law(monkeypatch, permit={"kiln": (1,)})
    case = tiny(mud(100), kiln(), landfill("mud"), target(0.4), periods=years(2026, 2))
    case = replace(case, requirements=(asks("permit", "art. 80"),))
    messages = found(case)
    stands = messages["study.law_stands_by_doors"].values
    assert stands["clause"] == Message("study.law_clause", {"clause": "art. 80"})
    (against,) = stands["against"]
    assert text(against) == "target 'target' of 40 % in 2027 (without it that could be had)"
    assert [text(door) for door in stands["doors"]] == ["outlet kiln for mud (nothing in hand)"]
    (way,) = ways_of(case)
    assert way.key == "study.way_permit"
    assert (way.values["at"], way.values["amount_t_per_a"], way.values["day"]) == ("kiln", 40.0, "2027-01-01")
    assert set(messages) == {"study.law_stands_by_doors", "study.lawful_way"}


def test_amounts_are_rounded_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The press takes 12.345 of 100 t, the kiln nothing: a target of 0.7 wants 57.655 t from it, told as 57.7.

    The kiln's 60 t would do.
    """
    shut_by_law(monkeypatch, assessment={"kiln": (0,)})
    press = works("press", "mud", {"brick": 1.0}, capacity=12.345)
    case = tiny(
        mud(100), product("brick"), press, sells("brick", 1), kiln(max_t=60), landfill("mud"), target(0.7)
    )
    case = replace(case, requirements=(asks("assessment", "art. 3"),))
    ways = ways_of(case)
    assert [(way.key, way.values["amount_t_per_a"]) for way in ways] == [
        ("study.way_assessment", pytest.approx(57.7))
    ]


def test_a_clause_may_only_take_part_of_what_is_short_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kiln takes 30 t: without the clause a target of 0.5 is short of 20 t instead of 50."""
    shut_by_law(monkeypatch, adjacency={"R_K": (0,)})
    case = tiny(site("K"), lane("R", "K"), mud(100), kiln("K", max_t=30), landfill("mud"), target(0.5))
    case = replace(case, requirements=(asks("adjacency", "art. 3"),))
    messages = found(case)
    (reached,) = messages["study.law_stands_by_doors"].values["against"]
    assert reached.key == "study.would_be_short"
    assert (reached.values["short"], reached.values["instead"]) == (pytest.approx(20), pytest.approx(50))
    (way,) = ways_of(case)
    assert (way.key, way.values["at"]) == ("study.way_adjacency", "R_K")
    assert way.values["amount_t_per_a"] == pytest.approx(30)


def test_two_clauses_on_one_way_stand_only_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lane needs an approval and the kiln a permit: either alone opens nothing. Each door has its own way out."""
    shut_by_law(monkeypatch, approval={"R_K": (0,)}, permit={"kiln": (0,)})
    case = tiny(site("K"), lane("R", "K"), mud(100), kiln("K"), landfill("mud"), target(0.5))
    both = (asks("approval", "art. 82"), asks("permit", "art. 80"))
    case = replace(case, requirements=both)
    messages = found(case)
    assert messages["study.law_stands_by_doors"].values["clause"].key == "study.law_together"
    ways = ways_of(case)
    assert {(way.key, way.values["at"], way.values["amount_t_per_a"]) for way in ways} == {
        ("study.way_approval", "R_K", 50.0),
        ("study.way_permit", "kiln", 50.0),
    }


def test_no_law_in_the_way_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """The press takes 30 t, whatever the law: the clause shuts an outlet that nobody needs."""
    shut_by_law(monkeypatch, permit={"kiln": (0,)})
    press = works("press", "mud", {"brick": 1.0}, capacity=30)
    nobody = rows(outlets=Outlet(name="kiln", site="R", material="brick", per="period"))
    case = tiny(mud(100), product("brick"), press, sells("brick", 1), nobody, landfill("mud"), target(0.5))
    case = replace(case, requirements=(asks("permit", "art. 80"),))
    assert set(found(case)) == {"study.no_law_against"}


def test_a_gate_stands_against_a_target_with_its_clause() -> None:
    """Mud has 3 % alkali, the kiln's standard allows 1 %: without the gate all of it could be used."""
    gate = Gate(name="low_alkali", at="kiln", property="alkali", limit=1.0, kind="each", clause="GB 175, 7.3")
    case = tiny(
        mud(100),
        prop("alkali"),
        assay("mud", alkali=3.0),
        kiln(),
        landfill("mud"),
        target(0.5),
        rows(gates=gate),
    )
    messages = found(case)
    stands = messages["study.law_stands"].values
    assert text(stands["clause"]) == "'GB 175, 7.3' (gate low_alkali)"
    assert [way.key for way in ways_of(case)] == ["study.way_gate"]


def test_policy_rows_that_cannot_hold_together_are_named_with_amounts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The kiln must be given 20 t and has no permit: 20 t are lacking, art. 80 stands against them."""
    shut_by_law(monkeypatch, permit={"kiln": (0,)})
    least = rows(limits=Limit(name="give", measure="sold", at="kiln", sense="min", value=20.0))
    case = tiny(mud(100), kiln(), landfill("mud"), least)
    case = replace(case, requirements=(asks("permit", "art. 80"),))
    messages = found(case)
    (row,) = messages["study.rows_give_way"].values["rows"]
    assert (row.values["asked"], row.values["possible"]) == (20.0, pytest.approx(0.0))
    (against,) = messages["study.law_stands_by_doors"].values["against"]
    assert against.key == "study.would_be_had"
    assert [way.key for way in ways_of(case)] == ["study.way_permit_somewhere"]


def test_a_case_that_can_have_all_it_asks_has_no_clause_against_it(monkeypatch: pytest.MonkeyPatch) -> None:
    shut_by_law(monkeypatch, permit={"kiln": (1,)})
    case = tiny(mud(100), kiln(), landfill("mud"), target(0.4, year=2026), periods=years(2026, 2))
    assert law_against(build_network(replace(case, requirements=(asks("permit", "art. 80"),)))) == ()


def test_many_targets_are_asked_together_and_the_weightiest_clause_comes_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Targets of 50 % in three years; kilns of 30 and of 10 t are shut by two clauses, no other use.

    Short are 150 t; without art. 1 (the kiln of 30 t) 60 t, without art. 2 120 t.
    """
    shut_by_law(monkeypatch, permit={"kiln": (0, 1, 2)}, assessment={"small": (0, 1, 2)})
    small = rows(outlets=Outlet(name="small", site="R", material="mud", method="U", per="period", max_t=10))
    case = tiny(mud(100), kiln(max_t=30), small, landfill("mud"), target(0.5), periods=years(2026, 3))
    case = replace(case, requirements=(asks("assessment", "art. 2"), asks("permit", "art. 1")))
    messages = [m for m in law_against(build_network(case)) if m.key == "study.law_stands_by_doors"]
    assert [m.values["clause"] for m in messages] == [
        Message("study.law_clause", {"clause": clause}) for clause in ("art. 1", "art. 2")
    ]
    shorts = [one.values["short"] for m in messages for one in m.values["against"]]  # type: ignore[attr-defined]
    assert shorts == [pytest.approx(60), pytest.approx(120)]


def test_a_hard_clock_stands_against_any_plan() -> None:
    """100 t of lining in the first quarter, 20 t a quarter can be burnt, nothing lies for more than 3 months."""
    parts = (pulse(), shed(), burner())
    within = tiny(*parts, clock(12, clause="art. 81"), periods=QUARTERS)
    assert law_against(build_network(within)) == ()
    case = tiny(*parts, clock(3, clause="art. 81"), periods=QUARTERS)
    (against,) = found(case)["study.law_stands"].values["against"]
    assert text(against).startswith("any plan, even without targets and limits")
    assert [way.key for way in ways_of(case)] == ["study.way_clock_somewhere"]


def test_the_permits_of_the_pack_themselves() -> None:
    """Lining of S, 10 t a half-year, is used at T alone, whose permit ends with 2026: in 2027 nothing can be used.

    90 % of the 20 t of 2027 are 18 t, by the works at T from 1 January 2027.
    """
    goal = rows(targets=Target(name="use", waste_class="spent_pot_lining", year=2027, at_least=0.9))
    case = world(goal, permits=(permit("melt_works"),), periods=(*parts(2026, 6), *parts(2027, 6)))
    stands = found(case)["study.law_stands_by_doors"].values
    assert stands["clause"] == Message("study.law_clause", {"clause": "art. 80"})
    (way,) = ways_of(case)
    assert (way.key, way.values["amount_t_per_a"], way.values["day"]) == (
        "study.way_permit",
        18.0,
        "2027-01-01",
    )
    assert text(way).startswith(
        "obtain or extend a permit, or an exemption of the use step, for line melt_line"
    )


def test_tonnes_of_a_permit_stand_in_the_way_without_any_door() -> None:
    """A permit of 5 t a year for 20 t: no door is shut. 90 % are 18 t; 25 % can be had as it is."""
    goal = rows(targets=Target(name="use", waste_class="spent_pot_lining", at_least=0.9))
    case = world(goal, permits=(permit("melt_works", 5),))
    messages = found(case)
    (against,) = messages["study.law_stands"].values["against"]
    assert against.key == "study.would_be_had"
    (way,) = ways_of(case)
    assert way.key == "study.way_more_permit"
    assert {name: way.values[name] for name in ("receiver", "year", "allowed_t")} == {
        "receiver": "melt_works",
        "year": "2026",
        "allowed_t": 5.0,
    }
    assert way.values["needed_t"] == pytest.approx(18.0)


def test_tonnes_of_an_approval_stand_in_the_way() -> None:
    """20 t of lining a year, used in another province under an approval of 5 t: 90 % are 18 t."""
    melt = works("melt", "lining", {"glass": 1}, at="M")
    goal = rows(targets=Target(name="use", waste_class="spent_pot_lining", at_least=0.9))
    parts_of = (bordering.asks("approval", clause="art. 82"), bordering.provinces(), bordering.places())
    case = tiny(
        *(*parts_of, lining(10, code="X"), melt, product("glass"), sells("glass", 10, "M"), goal),
        *(lane("R", "M", 1, dg_allowed=True), bordering.document(receiver="melt_works", amount_t=5.0)),
        landfill("lining", accepts_hazardous=True),
        periods=parts(2026, 6),
    )
    assert found(case)["study.law_stands"].values["clause"] == Message(
        "study.law_clause", {"clause": "art. 82"}
    )
    (way,) = ways_of(case)
    assert (way.key, way.values["approval"], way.values["allowed_t"]) == (
        "study.way_more_approval",
        "doc",
        5.0,
    )
    assert way.values["needed_t"] == pytest.approx(18.0)


def test_disposal_too_far_away_stands_against_any_plan() -> None:
    """The shed holds 5 t of 10 t a half-year; the pit lies in a province that is no neighbour, approved or not."""
    shed = yard("lining", capacity_t=5.0, accepts_hazardous=True)
    law = (bordering.asks("approval", clause="art. 82"), bordering.asks("adjacency", clause="art. 3"))
    case = tiny(
        *(*law, bordering.provinces(neighbours=""), bordering.places(), lining(10, code="X"), shed),
        *(lane("R", "M", 1, dg_allowed=True), bordering.pit(), bordering.document()),
        periods=parts(2026, 6),
    )
    messages = [m for m in law_against(build_network(case)) if m.key.startswith("study.law_stands")]
    clauses = [m.values["clause"] for m in messages]
    assert Message("study.law_clause", {"clause": "art. 3"}) in clauses
    assert "study.way_adjacency_somewhere" in [way.key for way in ways_of(case)]
