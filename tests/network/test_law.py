"""Codes of lineages, and the doors that the law shuts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from tests.builders import (
    Tables,
    against,
    assay,
    landfill,
    lining,
    mud,
    prop,
    rows,
    sells,
    solve,
    tiny,
    waste,
    works,
    yard,
)
from tests.model.bordering import HALVES, asks, bordered, document
from tests.model.permitting import LINING, listed_code, permit, world

from redmud_opt.case import Case, CaseFaults
from redmud_opt.case.baseline import Baseline
from redmud_opt.case.faults import Fault
from redmud_opt.case.oddities import oddities
from redmud_opt.case.rules import Delisting, Exemption, ListedExemption
from redmud_opt.case.works import Gate
from redmud_opt.i18n import LANGUAGES, Message, text
from redmud_opt.network import build_network
from redmud_opt.network.lineage import Lineages
from redmud_opt.network.lookup import Lookup

# ---------------------------------------------------------------- waste codes


def coded(*tables: Tables, cake: Tables | None = None) -> Lineages:
    """Lining (T, 48-23) and dross (R,T by the list, 48-24) fed together with mud; slag and cake are residues."""
    codes = (listed_code("48-23", "T"), listed_code("48-24", "R,T"))
    wastes = (
        waste("lining", "spent_pot_lining", hazardous=True, code="48-23", hazard="T"),
        waste("dross", "aluminium_ash", hazardous=True, code="48-24"),
        waste("mud", "red_mud", code="SW09"),
    )
    feeds = {"mud": {}, "lining": {}, "dross": {"separate_campaign": True}}
    kiln = works("kiln", feeds, {"slag": 1}, method="U")
    press = works("press", {"slag": {}}, {"cake": 1}, method="U")
    made = (waste("slag"), cake or waste("cake"))
    return Lineages(Lookup(tiny(*wastes, *made, kiln, press, rows(codes=codes), *tables)))


def told(lineages: Lineages, name: str) -> tuple[bool, str, str]:
    found = lineages.by_id[name]
    return found.hazardous, ";".join(sorted(found.codes)), ",".join(sorted(found.hazard))


def test_a_residue_has_the_codes_of_all_hazardous_feeds_that_it_may_come_from() -> None:
    """Mud and lining run together: slag of either is 48-23. Dross runs apart: its slag is 48-24, R,T of the list.

    Where cake is pressed any slag may be fed, so it has both. A code of general waste is not handed on.
    """
    found = coded()
    assert told(found, "mud") == (False, "", "")
    assert told(found, "slag<kiln<mud") == told(found, "slag<kiln<lining") == (True, "48-23", "T")
    assert told(found, "slag<kiln<dross") == (True, "48-24", "R,T")
    assert told(found, "cake<press<slag<kiln<mud") == (True, "48-23;48-24", "R,T")


def test_a_residue_that_is_declared_hazardous_keeps_its_own_code() -> None:
    own = waste("cake", hazardous=True, code="48-24", hazard="T")
    assert told(coded(cake=own), "cake<press<slag<kiln<mud") == (True, "48-24", "T")
    odd = waste("cake", hazardous=True, code="16 11 01*")  # no code of this pack: that of the feeds stays
    assert told(coded(cake=odd), "cake<press<slag<kiln<mud") == (True, "48-23;48-24", "R,T")


def test_a_delisted_residue_has_no_code() -> None:
    row = Delisting(process="kiln", material="slag", certificate="c", identified_on=date(2025, 1, 1))
    assert told(coded(rows(delistings=row)), "slag<kiln<lining") == (False, "", "")


# ---------------------------------------------------------------- waste without a lawful way


def only_fault(case: Case, baseline: Baseline | None = None) -> Fault:
    """The only fault of a case; told in both languages without holes."""
    with pytest.raises(CaseFaults) as caught:
        build_network(case, baseline)
    (fault,) = caught.value.faults
    for language in LANGUAGES:
        words = fault.render(language)
        assert "{" not in words
        assert "network." not in words
    return fault


def test_a_waste_without_a_lawful_way_is_told_which_clause_shuts_each_door() -> None:
    """No permit at T, no way to stay at S: art. 80 shuts the line. A permit that has ended is told with its days."""
    case = world()
    bare = replace(case, storages=())
    fault = only_fault(bare)
    assert (fault.file, fault.column, fault.message.key) == ("arisings.csv", "material", "network.no_way_but")
    said = fault.render("en")
    assert "line melt_line/melt is shut to lining (art. 80: melt_works holds no permit for 48-23" in said
    assert "obtain what a clause asks for" in said
    gone = replace(
        bare, permits=(permit("melt_works", valid_from=date(2020, 1, 1), valid_to=date(2021, 1, 1)),)
    )
    assert "only by 'p_melt_works' from 2020-01-01 until 2021-01-01" in only_fault(gone).render("en")


def test_a_way_over_a_border_that_is_shut_names_the_clause_of_the_border() -> None:
    """Lining of A may only go to the pit in B: too far without an agreement, and without an approval."""
    away = bordered(document(), neighbours="")
    case = replace(away, storages=tuple(row for row in away.storages if row.name == "pit"))
    said = only_fault(case).render()
    assert "lane R_M is shut to lining (§: no approval is valid" in said  # after the first year
    assert "§: for disposal: A and B are not neighbours" in said
    bare = replace(case, approvals=())
    assert "lane R_M is shut to lining (§: no approval is valid for X from A" in only_fault(bare).render()


def test_what_would_be_made_of_a_waste_is_told_too() -> None:
    """Lining may be melted; its slag is refused by a gate, whose clause is told, and by a general landfill."""
    furnace = works("furnace", "lining", {"slag": 1.0})
    gate = Gate(name="entry", at="cell", property="F", limit=5, kind="each", clause="GB 18598-2019 6.3")
    ends = (landfill("slag"), landfill("slag", name="cell", accepts_hazardous=True))
    case = tiny(lining(), waste("slag"), furnace, *ends, prop("F"), assay("slag", F=9), rows(gates=gate))
    said = only_fault(case).render()
    assert "cell refuses slag<furnace<lining by gate entry (GB 18598-2019 6.3)" in said
    assert "landfill is not built for hazardous waste" in said
    assert "obtain" not in said


def test_many_refusals_are_counted() -> None:
    """Six outlets hold no permit: four are told, two are counted."""
    case = world()
    six = [sells("lining", 1, "S", method="U", name=f"outlet_{k}") for k in range(6)]
    outlets = tuple(row for one in six for row in one["outlets"])
    fault = only_fault(replace(case, storages=(), lanes=(), outlets=(*outlets, *case.outlets)))
    reasons: Any = fault.message.values["reasons"]
    assert len(reasons) == 5
    assert reasons[-1] == Message("network.more_refusals", {"count": 2})
    assert text(reasons[-1]) == "and 2 more"


def test_an_approval_for_somebody_without_a_licence_is_flagged() -> None:
    """Where permits are asked for; not where the receiver has one for the code, or nobody asks."""
    case = bordered(document(), document("tip", code="general"))
    asked = replace(case, requirements=(*case.requirements, *asks("permit")["requirements"]))
    flag = "case.flag_unlicensed_approval"
    assert oddities(asked)[flag] == ["doc"]
    assert oddities(replace(asked, permits=(permit("pit", code="X"),)))[flag] == oddities(case)[flag] == []


def test_an_exemption_by_the_item_for_any_waste_is_flagged() -> None:
    """It opens the receiver to all; not where the code has an item of its own on all days and the clause names it."""

    def item(number: str, code: str, first: date = date(2021, 1, 1)) -> ListedExemption:
        return ListedExemption(item=number, code=code, valid_from=first, clause="list")

    def flagged(clause: str, *items: ListedExemption) -> list[str]:
        exempt = Exemption(code=LINING, receiver="melt_works", clause=clause)
        return oddities(world(rows(exemptions=exempt, exemption_list=items)))["case.flag_open_to_all"]

    anyone, own, late = item("31", "any"), item("22", LINING), item("22", LINING, date(2026, 7, 1))
    assert flagged("item 31", anyone) == flagged("list", anyone) == [f"{LINING} / melt_works"]
    assert flagged("list", anyone, late) == flagged("item 31", anyone, own) == [f"{LINING} / melt_works"]
    assert (
        flagged("list", anyone, own) == flagged("items 22, 31", anyone, own) == flagged("item 22", own) == []
    )


# ---------------------------------------------------------------- assessments that come late


OPENS = "'road' opens after its risk assessment, on {} (§): it takes waste from {} on"
TOO_LATE = (
    "'road' takes no waste in this plan: its risk assessment is there on {} only, "
    "when no further period begins (§)"
)


@pytest.mark.parametrize(("columns", "said"), [
    ({"assessed_on": date(2026, 1, 1)}, []),
    ({"assessed_on": date(2026, 7, 2)}, [OPENS.format("2026-07-02", "27a")]),
    ({"assessment_lead_months": 6}, [OPENS.format("2026-07-01", "26b")]),
    ({"assessed_on": date(2027, 8, 1)}, [TOO_LATE.format("2027-08-01")]),
])  # fmt: skip
def test_the_opening_after_an_assessment_is_said(columns: dict[str, Any], said: list[str]) -> None:
    """In the notes of the network, which `check` and the plan tell."""
    road = sells("mud", 4, method="U", name="road", **columns)
    case = tiny(asks("assessment", method="U"), mud(), landfill("mud"), road, periods=HALVES)
    notes = [note for note in build_network(case).notes if "assess" in note.key]
    assert [text(note) for note in notes] == said
    assert all(note in solve(case).plan.notes for note in notes)
    for note in notes:
        assert "{" not in text(note, "zh")


# ---------------------------------------------------------------- what stays as it was, against the law


def frozen(before: Case, after: Case, periods: int = 2) -> Fault:
    return only_fault(after, against(solve(before), periods))


def test_a_frozen_use_after_the_permit_has_expired_is_a_fault_of_the_permit() -> None:
    """10 t a half-year are melted at T. The permit ends on 1 July: the second half-year cannot stay as it was."""
    held = (permit("melt_works"),)
    case = world(permits=held)
    ends = replace(case, permits=(replace(held[0], valid_to=date(2026, 7, 1)),))
    fault = frozen(case, ends)
    assert (fault.file, fault.column) == ("permits.csv", "valid_to")
    said = fault.render()
    assert "line melt_line/melt takes 10 t of lining in 26b, which stay as" in said
    assert "art. 80: melt_works is permitted to receive 48-23 only by 'p_melt_works' from 2026-01-01" in said
    assert "state the days on which it really holds" in said
    build_network(ends, against(solve(case), 1))  # the first half-year was lawful
    none = frozen(case, replace(case, permits=()))
    assert (none.file, none.column) == ("before", "feeds")


def test_a_frozen_delivery_placement_or_storage_without_permit_is_a_fault() -> None:
    """A merchant at S; the pit of others; a shed at T in which lining of S waits: each has lost its permit."""
    merchant = world(sells("lining", 50, "S", method="U"), permits=(permit("lining_outlet"),))
    assert "outlet lining_outlet takes 20 t" in frozen(merchant, replace(merchant, permits=())).render()
    tip = landfill("lining", 0, "T", name="tip", accepts_hazardous=True)
    placed = replace(world(tip, permits=(permit("tip"),)), line_processes=())
    paid = replace(placed, storages=tuple(replace(r, place_cost_cny_per_t=9.0) if r.name == "own_fill" else r
                                          for r in placed.storages))  # fmt: skip
    assert "final place tip takes 20 t" in frozen(paid, replace(paid, permits=())).render()
    shed = yard("lining", "T", accepts_hazardous=True, name="shed", end_stock="empty")
    both = (permit("melt_works"), permit("shed"))
    late = world(shed, permits=both)
    late = replace(late, lines=(replace(late.lines[0], opens=date(2026, 7, 1)),))
    assert (
        "storage shed takes 10 t of lining in 26a" in frozen(late, replace(late, permits=both[:1])).render()
    )


def test_a_frozen_move_under_an_approval_that_has_ended_is_a_fault_of_the_approval() -> None:
    case = bordered(document(), periods=HALVES[:2])
    ends = replace(case, approvals=(replace(case.approvals[0], valid_to=date(2026, 6, 30)),))
    fault = frozen(case, ends)
    assert (fault.file, fault.column) == ("approvals.csv", "valid_to")
    assert "lane R_M takes 10 t of lining in 26b" in fault.render()


def test_a_frozen_delivery_before_the_assessment_is_a_fault_of_the_outlet() -> None:
    road = sells("mud", 4, method="U", name="road", assessed_on=date(2026, 1, 1))
    case = tiny(asks("assessment", method="U"), mud(), landfill("mud"), road, periods=HALVES[:2])
    late = replace(case, outlets=(replace(case.outlets[0], assessed_on=date(2026, 3, 1)),))
    fault = frozen(case, late, 1)
    assert (fault.file, fault.column) == ("outlets.csv", "assessed_on")
    build_network(late, against(solve(case), 0))  # nothing stays: nothing is held against the law
