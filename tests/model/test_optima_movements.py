"""Movements on paper: approvals, neighbours, filings, assessments, dangerous goods, incompatible wastes.

docs/decisions.md 'Movements over borders'. In halves of 2026 and 2027; a tonne moved and placed costs 1 + 5 CNY, a
tonne in the shed some 50 a half-year: what may go goes at once.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from tests.builders import (
    Tables,
    arises,
    group,
    landfill,
    lane,
    lining,
    mud,
    parts,
    product,
    rows,
    sells,
    site,
    solve,
    stopped,
    tiny,
    waste,
    works,
    yard,
)
from tests.model.bordering import HALVES, RULES, asks, bordered, document, places, provinces

from redmud_opt.case import Case, CaseFaults
from redmud_opt.case.rules import Agreement, Incompatibility, Limit
from redmud_opt.network import build_network


def moved(case: Case) -> dict[str, float]:
    """Tonnes over the border by period."""
    flows = solve(case).frame("flows")
    return {period: float(t) for period, t in flows.groupby("period")["flow_t"].sum().items()}


# ---------------------------------------------------------------- approvals


def test_an_approval_spans_the_year_end_and_is_not_prorated() -> None:
    """25 t from July to July: 10 of 26a waited, 10 of 26b go, then 5; the rest stays. No limit on either year."""
    case = bordered(document(amount_t=25.0, valid_from=date(2026, 7, 1), valid_to=date(2027, 7, 1)))
    assert moved(case) == {"26b": 20.0, "27a": 5.0}
    assert moved(bordered(document(valid_from=date(2026, 12, 31), valid_to=date(2027, 1, 2)))) == {
        "26b": 20.0,
        "27a": 10.0,
    }


def test_overlapping_approvals_share_what_moves() -> None:
    """9 t in 26b alone, inside 16 t from 26a to 27a. 26a 10, 26b 10, 27a 5: of 26b at least 4 are of the short one.

    No interval of periods says that 26a and 27a have 16 t together: 10 + 6 would be 25 − 9, and 9 go in 26b.
    """
    two = (
        document("short", amount_t=9.0, valid_from=date(2026, 7, 1), valid_to=date(2027, 1, 1)),
        document("long", amount_t=16.0, valid_from=date(2026, 4, 1), valid_to=date(2027, 4, 1)),
    )
    plan = solve(bordered(*two))
    flows = plan.frame("flows").groupby("period")["flow_t"].sum()
    assert flows.to_dict() == pytest.approx({"26a": 10, "26b": 10, "27a": 5})
    short = limits(name="less", measure="flow", sense="max", value=4, during="26b", per="period")
    flows = solve(bordered(*two, short)).frame("flows").groupby("period")["flow_t"].sum()
    assert flows.to_dict() == pytest.approx({"26a": 10, "26b": 4, "27a": 6})


def limits(**columns: Any) -> Tables:
    return rows(limits=Limit(**columns))


def test_the_cost_of_an_approval_is_paid_per_tonne_and_counted_in_the_way_out() -> None:
    """40 t at 2 each. At 900 the last year's 20 t stay: the way out of a tonne is 1 + 900 + 5."""
    later = document("next", valid_from=date(2027, 1, 1), valid_to=date(2028, 1, 1), cost_cny_per_t=2.0)
    case = bordered(document(cost_cny_per_t=2.0), later, end_of_horizon="charge")
    plan = solve(case)
    assert plan.term("approval_cost") == pytest.approx(-2 * 40)
    dear = bordered(document(), replace_cost(later, 900.0), end_of_horizon="charge")
    assert solve(dear).frame("excess")["charge_cny_per_t"].max() == pytest.approx(906)


def replace_cost(tables: Tables, cost: float) -> Tables:
    return rows(approvals=replace(tables["approvals"][0], cost_cny_per_t=cost))


@pytest.mark.parametrize("basis", ["dry", "as_received"])
def test_an_approval_counts_tonnes_in_its_basis(basis: str) -> None:
    """20 % water: 10 t as received are 8 t dry."""
    case = bordered(document(amount_t=10.0, basis=basis), moisture=0.2)
    assert sum(moved(case).values()) == pytest.approx(8 if basis == "as_received" else 10)


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "Y"},
        {"from_province": "B"},
        {"receiver": "shed"},
        {"kind": "filing"},
        {"valid_from": date(2028, 1, 1), "valid_to": date(2028, 6, 1)},
    ],
)
def test_nothing_moves_under_a_document_of_something_else(wrong: dict[str, Any]) -> None:
    assert moved(bordered(document(**wrong))) == {}


def test_a_site_without_a_province_is_a_fault_where_hazardous_waste_may_move() -> None:
    case = bordered(document())
    case = replace(case, sites=(case.sites[0], replace(case.sites[1], province="")))
    with pytest.raises(CaseFaults) as caught:
        build_network(case)
    assert [(f.file, f.column) for f in caught.value.faults] == [("sites.csv", "province")]


# ---------------------------------------------------------------- neighbours, agreements, the nation, purpose


def test_disposal_goes_to_neighbours_or_under_an_agreement_while_it_lasts() -> None:
    """Not neighbours: nothing. An agreement to March 2027 no longer counts in 27a; one for good does."""
    later = document("next", valid_from=date(2027, 1, 1), valid_to=date(2028, 1, 1))
    both = (document(), later)
    every = {"26a": 10.0, "26b": 10.0, "27a": 10.0, "27b": 10.0}
    agreed = Agreement(from_province="A", to_province="B", valid_to=date(2027, 3, 1))
    assert moved(bordered(*both)) == every
    assert moved(bordered(*both, neighbours="")) == {}
    assert moved(bordered(*both, rows(agreements=agreed), neighbours="")) == {"26a": 10.0, "26b": 10.0}
    assert moved(bordered(*both, rows(agreements=replace(agreed, valid_to=None)), neighbours="")) == every
    nation = bordered(*both, neighbours="")
    nation = replace(
        nation, storages=tuple(replace(row, national=row.name == "pit") for row in nation.storages)
    )
    assert moved(nation) == every


def test_use_goes_anywhere_and_what_was_let_in_for_use_is_not_disposed_of() -> None:
    """A works in B, far away, uses lining at 1 + 20. The pit beside it, 1 + 5, is then shut; at home a tip takes 30.

    An approval for disposal lets nothing in: the provinces are no neighbours.
    """
    use = works("melt", "lining", {"metal": 1.0}, at="M", cost=20)
    tip = landfill("lining", 30, name="own", accepts_hazardous=True)
    ends = (use, product("metal"), sells("metal", 0, "M"), tip)
    base = bordered(*ends, document(receiver="melt_works"), neighbours="", periods=parts(2026, 12))
    plan = solve(base)
    assert plan.sum("feeds", "feed_t") == pytest.approx(10)
    assert plan.value == pytest.approx(-10 * 21)
    dumped = document(receiver="melt_works", purpose="disposal")
    disposal = bordered(*ends, dumped, neighbours="", periods=parts(2026, 12))
    assert solve(disposal).sum("flows", "flow_t") == 0


# ---------------------------------------------------------------- general waste


def mud_case(*tables: Tables, **columns: Any) -> Case:
    """Mud at R, a landfill there at 9; in B whatever is given."""
    base = (asks(*RULES), provinces(), places(**columns), mud(), landfill("mud", 9))
    return tiny(*base, lane("R", "M", 1), *tables, periods=parts(2026, 6))


def test_general_waste_for_use_is_filed_and_for_disposal_approved() -> None:
    """Bricks in B take 60 t a half-year: filed. A pit in B at 2 is shut without an approval of `general`."""
    use = (
        works("press", "mud", {"brick": 1.0}, at="M", capacity=60),
        product("brick"),
        sells("brick", 0, "M"),
    )
    tip = landfill("mud", 2, "M", name="pit")
    filing = document("filing", code="general", kind="filing", receiver="press_works", amount_t=50)
    plan = solve(mud_case(*use, tip, filing))
    assert plan.value == pytest.approx(-2 * (60 * 1 + 40 * 9))
    assert plan.sum("movements", "moved_t", document="filing") == pytest.approx(50)
    assert plan.sum("border_documents", "to_be_filed_t") == pytest.approx(70)
    approved = mud_case(*use, tip, document(code="general", amount_t=30))
    assert solve(approved).value == pytest.approx(-(120 * 1 + 30 * 3 + 50 * 9))


def test_what_is_only_stored_or_disposed_of_needs_an_approval_to_get_there() -> None:
    """Into a pit alone: 30 t under an approval; by a station on the way the same."""
    tip = landfill("mud", 2, "M", name="pit")
    assert solve(mud_case(tip)).sum("flows", "flow_t") == 0
    assert solve(mud_case(tip, document(code="general", amount_t=30))).sum(
        "flows", "flow_t"
    ) == pytest.approx(30)
    through = (site("N", province="B", kind="transfer_station"), lane("R", "N", 0.1), lane("N", "M", 0.1))
    plan = solve(mud_case(tip, *through, document(code="general", amount_t=30)))
    assert plan.sum("placements", "placed_t", storage="pit") == pytest.approx(30)
    assert solve(mud_case(tip, *through)).sum("flows", "flow_t") == 0


# ---------------------------------------------------------------- assessments, dangerous goods


@pytest.mark.parametrize(("columns", "first"), [
    ({"assessed_on": date(2026, 7, 1)}, "26b"),
    ({"assessed_on": date(2026, 7, 2)}, "27a"),
    ({"assessment_lead_months": 12}, "27a"),
    ({"assessment_lead_months": 0}, "26a"),
])  # fmt: skip
def test_a_road_takes_mud_from_the_first_period_that_begins_with_its_assessment(
    columns: dict[str, Any], first: str
) -> None:
    road = sells("mud", 4, method="U", name="road", **columns)
    case = tiny(asks("assessment", method="U"), mud(), landfill("mud"), road, periods=HALVES)
    assert min(solve(case).frame("sales")["period"]) == first


def test_a_residue_that_is_hazardous_by_spreading_needs_a_lane_for_dangerous_goods() -> None:
    """Mud and lining are mixed: the mix is hazardous, though its material is general waste; it stays off the lane."""
    mix = works("mix", {"mud": {}, "lining": {}}, {"blend": 1.0}, method="P")
    ends = (landfill("blend", 50, name="here", accepts_hazardous=True), waste("blend"))
    far = landfill("blend", 0, "M", name="far", accepts_hazardous=True)
    base = (mud(1), lining(9), mix, *ends, far, site("M"))
    assert solve(tiny(*base, lane("R", "M", 1))).value == pytest.approx(-500)
    assert solve(tiny(*base, lane("R", "M", 1, dg_allowed=True))).value == pytest.approx(-10)


# ---------------------------------------------------------------- incompatible wastes

FOES = rows(incompatibilities=Incompatibility(first="mud", second="ash", clause="§"))


def foes(*tables: Tables) -> Case:
    """100 t of mud and 9 t of ash a half-year; a shed, a press for both at 1 and 10 CNY/t in June, nothing else."""
    both = (mud(), waste("ash", "other"), arises("ash", 9), group("wastes", "mud", "ash"))
    return tiny(*both, *tables, periods=parts(2026, 6))


def test_two_incompatible_wastes_do_not_share_a_shed() -> None:
    """The tip takes mud at 3 and ash at 2 a tonne; the shed nothing. Of 200 t and 18 t one kind lies in the shed."""
    shed = yard("wastes", name="shed", capacity_t=500)
    tips = (landfill("mud", 3, name="mud_tip"), landfill("ash", 2, name="ash_tip"))
    assert solve(foes(shed, *tips)).value == pytest.approx(0)
    plan = solve(foes(shed, *tips, FOES))
    assert plan.value == pytest.approx(-2 * 18)
    assert set(plan.frame("stocks")["stream"]) == {"mud@red_mud@new"}


def test_in_one_pit_the_first_waste_stays_for_good() -> None:
    """A pit at 1, tips at 3 (mud) and 40 (ash): the ash has the pit, 18 t at 1; the mud the tip, 200 t at 3."""
    pit_ = landfill("wastes", 1, name="pit", capacity_t=500)
    tips = (landfill("mud", 3, name="mud_tip"), landfill("ash", 40, name="ash_tip"))
    assert solve(foes(pit_, *tips, FOES)).value == pytest.approx(-18 - 600)


def test_in_one_lot_only_one_of_them_moves() -> None:
    """A lane with a least lot of 5 t to free tips; here mud costs 1 and ash 100: ash goes, mud stays, 200 CNY.

    Without a least lot both go, in separate loads, and the plan says where.
    """
    ends = (landfill("mud", 0, "M", name="far_mud"), landfill("ash", 0, "M", name="far_ash"))
    here = (landfill("mud", 1, name="mud_tip"), landfill("ash", 100, name="ash_tip"))
    base = (site("M"), *ends, *here, FOES)
    assert solve(foes(*base, lane("R", "M", 0, min_lot_t=5, capacity_t=500))).value == pytest.approx(-200)
    plan = solve(foes(*base, lane("R", "M", 0)))
    assert plan.value == pytest.approx(0)
    assert plan.frame("separate_loads")[["lane", "period", "first_t", "second_t"]].values.tolist() == [
        ["R_M", "26a", 100.0, 9.0],
        ["R_M", "26b", 100.0, 9.0],
    ]


def test_a_shed_without_a_bound_is_a_fault() -> None:
    """Recipes make any amount of slag: nobody knows how much there can be beside the ash."""
    recipe = works("grind", None, {"slag": 1.0})
    row = rows(incompatibilities=Incompatibility(first="slag", second="ash"))
    shed = (yard("both", name="shed"), group("both", "slag", "ash"), landfill("mud"), landfill("ash"))
    case = foes(recipe, product("slag"), sells("slag", 0, max_t=1), *shed, row)
    with pytest.raises(CaseFaults) as caught:
        build_network(case)
    assert [(f.file, f.column) for f in caught.value.faults] == [("incompatibilities.csv", "first")]


def test_what_cannot_be_parted_leaves_no_plan() -> None:
    assert stopped(foes(yard("wastes", name="shed", capacity_t=500), FOES)) == "infeasible"
