"""Planted breaches of the law at borders: plans that were lawful, held against a case that grants less.

Three plans that pass: lining of A under an approval into B; mud of A used in B under a filing and placed there under
an approval; two incompatible wastes, one in the shed and both on a lane.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import pytest
from tests.builders import (
    Solved,
    arises,
    group,
    landfill,
    lane,
    mud,
    parts,
    product,
    rows,
    sells,
    site,
    solve,
    tiny,
    waste,
    works,
    yard,
)
from tests.model.bordering import RULES, asks, bordered, document, places, provinces
from tests.plan.test_audit_world import Frames, append, change, drop, keys, put, replaced

from redmud_opt.case import Case
from redmud_opt.case.rules import Agreement, Incompatibility
from redmud_opt.plan.audit import audit

Change = Callable[[Frames], Frames]
Spoil = Callable[[Case], Case]


@cache
def hazardous() -> Solved:
    return solve(bordered(document(amount_t=20.0, cost_cny_per_t=2.0), periods=parts(2026, 6)))


@cache
def general() -> Solved:
    """60 t used and 10 t placed in B in each half; 50 of 120 t are filed."""
    base = (asks(*RULES), asks("assessment", method="U"), provinces(), places(), mud(), landfill("mud", 9))
    use = (
        works("press", "mud", {"brick": 1.0}, at="M", capacity=60),
        product("brick"),
        sells("brick", 0, "M"),
    )
    filing = document("filing", code="general", kind="filing", receiver="press_works", amount_t=50)
    road = sells("mud", 8, "R", method="U", name="road", max_t=5, assessed_on=date(2026, 1, 1))
    placed = (landfill("mud", 2, "M", name="pit"), document(code="general", amount_t=20))
    return solve(tiny(*base, lane("R", "M", 1), *use, filing, *placed, road, periods=parts(2026, 6)))


@cache
def foes() -> Solved:
    both = (mud(), waste("ash", "other"), arises("ash", 9), group("wastes", "mud", "ash"))
    ends = (landfill("mud", 3, "M", name="mud_tip"), landfill("ash", 2, "M", name="ash_tip"))
    away = (site("M"), lane("R", "M", 0), yard("wastes", name="shed", capacity_t=150, max_put_t=50))
    row = rows(incompatibilities=Incompatibility(first="mud", second="ash", clause="§"))
    return solve(tiny(*both, *ends, *away, row, periods=parts(2026, 6)))


def row_of(table: str, name: str, **values: Any) -> Spoil:
    return lambda case: replaced(case, table, name, **values)


def without(rule: str) -> Spoil:
    return lambda case: replace(case, requirements=tuple(r for r in case.requirements if r.rule != rule))


def far(case: Case) -> Case:
    return replace(case, provinces=tuple(replace(row, adjacent_to="") for row in case.provinces))


def told(plan: Solved, spoil: Spoil | None = None, *changes: Change) -> set[str]:
    """Keys of what the audit finds, without those of other families than the two."""
    case, frames = (spoil(plan.case) if spoil else plan.case), dict(plan.plan.frames)
    for apply in changes:
        frames = apply(frames)
    found = keys(audit(case, frames, None))
    return {key.partition(".")[2] for key in found if key.split(".")[1] in ("movements", "apart")}


def test_lawful_plans_pass() -> None:
    assert told(hazardous()) == told(general()) == told(foes()) == set()


@pytest.mark.parametrize(
    ("spoil", "key"),
    [
        (row_of("approvals", "doc", code="Y"), "wrong_document"),
        (row_of("approvals", "doc", receiver="shed"), "wrong_document"),
        (row_of("approvals", "doc", from_province="B"), "wrong_document"),
        (row_of("approvals", "doc", kind="filing"), "wrong_document"),
        (row_of("approvals", "doc", valid_to=date(2026, 6, 1)), "expired"),
        (row_of("approvals", "doc", valid_from=date(2026, 7, 1)), "expired"),
        (row_of("approvals", "doc", amount_t=15.0), "exceeded"),
        (row_of("approvals", "doc", purpose="use"), "let_in_for_use"),
        (far, "too_far"),
        (row_of("sites", "R", province=""), "province_unknown"),
        (row_of("materials", "lining", code="Z"), "wrong_document"),
        (without("approval"), "not_covered"),
    ],
)
def test_a_case_that_grants_less_is_seen(spoil: Spoil, key: str) -> None:
    assert f"movements.{key}" in told(hazardous(), spoil)


AGREED = Agreement(from_province="A", to_province="B", clause="§")


@pytest.mark.parametrize(
    ("agreement", "told_"),
    [
        (AGREED, set()),
        (replace(AGREED, valid_to=date(2027, 1, 1)), set()),
        (replace(AGREED, valid_to=date(2026, 12, 31)), {"movements.too_far"}),
        (replace(AGREED, from_province="B", to_province="A"), {"movements.too_far"}),
    ],
)
def test_an_agreement_holds_in_its_direction_and_to_the_end_of_the_period(
    agreement: Agreement, told_: set[str]
) -> None:
    """The provinces are no neighbours: disposal rests on the agreement, or on a receiver of the nation."""

    def agreed(case: Case) -> Case:
        return replace(far(case), agreements=(agreement,))

    assert told(hazardous(), agreed) == told_
    assert told(hazardous(), lambda case: row_of("storages", "pit", national=True)(agreed(case))) == set()


@pytest.mark.parametrize(
    ("change_", "key"),
    [
        (drop("movements", period="26a"), "not_covered"),
        (change("movements", "moved_t", 3.0, period="26a"), "not_covered"),
        (change("movements", "document_t", 3.0, period="26a"), "basis"),
        (put("movements", "to_province", "A", period="26a"), "province"),
        (put("movements", "document", "none", period="26a"), "wrong_document"),
        (change("border_documents", "used_t", -3.0, document="doc"), "document"),
        (change("border_documents", "left_t", 3.0, document="doc"), "document"),
        (put("border_documents", "document", "none", document="doc"), "no_document"),
        (change("flows", "flow_t", 5.0, period="26b"), "not_covered"),
    ],
)
def test_a_plan_that_tells_it_wrongly_is_seen(change_: Change, key: str) -> None:
    assert f"movements.{key}" in told(hazardous(), None, change_)


def test_what_general_waste_needs_is_seen() -> None:
    """Placed beside its user: under an approval. The rest is told to be filed, no more and no less."""
    plan = general()
    assert plan.sum("movements", "moved_t", of="placed") == pytest.approx(20)
    assert "movements.exceeded" in told(plan, row_of("approvals", "doc", amount_t=15.0))
    assert "movements.not_covered" in told(plan, None, drop("movements", of="placed"))
    assert "movements.not_covered" in told(plan, None, drop("movements", document=""))
    assert "movements.filing_left" in told(plan, row_of("approvals", "filing", amount_t=90.0))
    assert "movements.to_be_filed" in told(
        plan, None, change("border_documents", "to_be_filed_t", 9.0, document="")
    )


def test_what_comes_before_its_assessment_is_seen() -> None:
    assert general().sum("sales", "sold", outlet="road") == pytest.approx(10)
    assert "movements.not_assessed" in told(
        general(), row_of("outlets", "road", assessed_on=date(2026, 2, 1))
    )
    assert "movements.not_assessed" in told(general(), row_of("outlets", "road", assessed_on=None))


def test_what_is_placed_before_its_assessment_is_seen() -> None:
    """The pit in B takes mud for good in both halves; its assessment is there in July, or after 6 months."""
    asked = asks("assessment", method="D")["requirements"]

    def of(case: Case, **pit: Any) -> Case:
        tips = tuple(replace(row, assessed_on=date(2026, 1, 1)) for row in case.storages)
        case = replace(case, storages=tips, requirements=(*case.requirements, *asked))
        return row_of("storages", "pit", **pit)(case)

    late = {"assessed_on": None, "assessment_lead_months": 6}
    assert "movements.not_assessed" not in told(general(), of)
    assert "movements.not_assessed" in told(general(), lambda c: of(c, assessed_on=date(2026, 7, 2)))
    assert "movements.not_assessed" in told(general(), lambda c: of(c, **late))


def test_incompatible_wastes_together_are_seen() -> None:
    """The mud has the shed, 100 t; both go by the lane, in separate loads unless there is a least lot."""
    plan = foes()
    assert len(plan.frame("separate_loads")) == 2
    ash = plan.frame("flows")["stream"].loc[lambda own: own.str.startswith("ash")].iloc[0]
    beside = append("stocks", "shed", "R", ash, "26b", 0.0, 0.0, 4.0)
    assert "apart.stored_together" in told(plan, None, beside)
    buried = append("placements", "mud_tip", "M", ash, "26b", 4.0)
    assert "apart.stored_together" in told(plan, None, buried)
    assert "apart.carried_together" in told(plan, row_of("lanes", "R_M", min_lot_t=1.0))
    assert "apart.separate_loads" in told(plan, None, drop("separate_loads", period="26a"))
