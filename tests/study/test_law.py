"""The law of a case and what another reading changes: small packs, and the list of 2021 against that of 2025."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from tests.builders import (
    landfill,
    lane,
    lining,
    mud,
    product,
    rows,
    sells,
    site,
    solve,
    tiny,
    waste,
    works,
    years,
)
from tests.network.fake_law import shut_by_law

from redmud_opt.case import Case, load_case
from redmud_opt.case.rules import (
    Clause,
    Exemption,
    ListedExemption,
    Method,
    Permit,
    Requirement,
    StorageClock,
    VatItem,
    WasteCode,
)
from redmud_opt.case.things import Owner
from redmud_opt.case.works import Outlet, Storage
from redmud_opt.study.comparison import Side, compare
from redmud_opt.study.law import law_of
from redmud_opt.study.lawdiff import law_changes

OLD, NEW, LATER = date(2021, 1, 1), date(2025, 1, 1), date(2027, 7, 1)


def listed(first: date, clause: str, **values: object) -> WasteCode:
    return WasteCode(code="48", hazard="T", valid_from=first, clause=clause, **values)  # type: ignore[arg-type]


def permit_of_kiln(**values: object) -> Permit:
    known = {"receiver": "kiln", "code": "48", "method": "U", "amount_t_per_a": 5}
    return Permit(**known | values)  # type: ignore[arg-type]


def exempt(item: str, first: date, **values: object) -> ListedExemption:
    known = {"code": "any", "condition": "point to point", "condition_zh": "点对点"}
    return ListedExemption(item=item, valid_from=first, clause=f"item {item}", **known | values)  # type: ignore[arg-type]


def smelter(**tables: object) -> Case:
    """Lining of R goes to a kiln of another owner, or into the smelter's own landfill."""
    kiln = rows(outlets=Outlet(name="kiln", site="K", material="lining", method="U", per="period"))
    own = landfill("lining", accepts_hazardous=True)
    way = lane("R", "K", dg_allowed=True)
    return tiny(site("K", owner="them"), lining(10, code="48"), kiln, own, way, **tables)


def test_a_rule_bites_where_the_case_has_what_it_speaks_of() -> None:
    case = smelter(
        codes=(listed(OLD, "HW48"), replace(listed(OLD, "HW11"), code="11")),
        clocks=(StorageClock(role="producer", limit_months=12, clause="art. 81"),),
        requirements=(
            Requirement(rule="permit", valid_from=OLD, clause="art. 80"),
            Requirement(rule="filing", valid_from=OLD, clause="art. 22"),
            Requirement(rule="assessment", method="GU4", valid_from=OLD, clause="art. 3"),
        ),
        exemption_list=(exempt("32", OLD), exempt("22", OLD, code="11")),
        vat_list=(VatItem(item="2.1", product="bricks", product_zh="砖"),),
    )
    frame = law_of(case).frame().set_index(["subject", "item"])
    bites = {key: touched for key, touched in frame["touches"].items() if frame.loc[key, "bites"]}
    assert bites == {
        ("status", "48"): "lining",
        ("method", "U"): "kiln",
        ("method", "D"): "landfill",
        ("requirement", "permit"): "lining",
        ("permit", "kiln 48 U"): "lining",
        ("exemption", "any use"): "lining",
    }
    idle = {("status", "11"), ("requirement", "filing"), ("requirement", "assessment GU4")}
    idle |= {("clock", "producer"), ("exemption", "11 use"), ("vat", "2.1"), ("method", "P")}
    assert set(frame.index) - set(bites) == idle
    assert len(law_of(case).frame(biting=True)) == len(bites)


def test_what_is_not_listed_and_what_is_in_hand_are_said() -> None:
    """The landfill is the smelter's own: only the kiln receives waste of others."""
    permit = permit_of_kiln(name="P1", code="47", valid_from=OLD, valid_to=LATER)
    asked = (Requirement(rule="permit", valid_from=OLD, clause="art. 80"),)
    without = smelter(requirements=asked, permits=(permit,))
    said = law_of(without).frame().set_index("subject")["says"]
    assert said["status"] == "not a code of the pack in force"
    assert said["permit"] == "nothing in hand"  # P1 is for another code
    exemption = Exemption(code="48", receiver="kiln", clause="item 32")
    held = smelter(
        requirements=asked,
        permits=(replace(permit, code="48", method=""),),
        exemptions=(exemption,),
        exemption_list=(exempt("32", OLD, code="48"),),
    )
    (words,) = law_of(held).frame("zh").query("subject == 'permit'")["says"]
    assert words == "许可 P1，5 吨/年，2021-01-01 至 2027-07-01、利用环节豁免（item 32）"


def held_by(case: Case) -> dict[str, str]:
    """What the law says of each receiver of waste of others."""
    told = law_of(case).frame().query("subject == 'permit'")
    return dict(zip(told["item"], told["says"], strict=True))


def test_whose_waste_it_is_goes_by_the_site_as_in_the_network() -> None:
    """One owner has two sites: what goes from one to the other is given to somebody; the landfill takes its own."""
    asked = (Requirement(rule="permit", valid_from=OLD, clause="art. 80"),)
    case = smelter(requirements=asked, owners=(Owner(name="group", role="producer"),))
    one_owner = replace(case, sites=tuple(replace(row, owner="group") for row in case.sites))
    assert held_by(one_owner) == {"kiln 48 U": "nothing in hand"}
    shed = Storage(name="shed", site="K", material="lining", per="period", accepts_hazardous=True)
    stored = replace(one_owner, storages=(*case.storages, shed))
    assert held_by(stored) == {"kiln 48 U": "nothing in hand", "shed 48": "nothing in hand"}


def test_a_residue_is_received_under_the_codes_of_its_feed() -> None:
    """Lining is treated at R and its residue, declared without a code, goes to the kiln: under the code of lining."""
    kiln = rows(outlets=Outlet(name="kiln", site="K", material="slag", method="U", per="period"))
    case = tiny(
        *(
            site("K"),
            lining(10, code="48"),
            waste("slag"),
            works("burn", "lining", {"slag": 1.0}, method="D"),
        ),
        *(kiln, lane("R", "K", dg_allowed=True)),
        requirements=(Requirement(rule="permit", valid_from=OLD, clause="art. 80"),),
    )
    assert held_by(case) == {"kiln 48 U": "nothing in hand"}


def test_only_permits_of_the_horizon_and_exemptions_that_the_list_covers_are_in_hand() -> None:
    over = permit_of_kiln(name="over", valid_from=OLD, valid_to=date(2026, 1, 1))
    scheme = permit_of_kiln(name="p2p", valid_from=OLD, valid_to=LATER, point_to_point_from="R")
    uncovered = Exemption(code="48", receiver="kiln", clause="item 32")
    asked = (Requirement(rule="permit", valid_from=OLD, clause="art. 80"),)
    case = smelter(requirements=asked, permits=(over, scheme), exemptions=(uncovered,))
    assert held_by(case) == {"kiln 48 U": "nothing in hand"}
    listed_too = replace(case, exemption_list=(exempt("32", OLD),))
    assert held_by(listed_too) == {
        "kiln 48 U": "point-to-point scheme p2p from R, 5 t/a, 2021-01-01 to 2027-07-01, "
        "exempt for the use step (item 32)"
    }


def test_a_clock_bites_where_a_storage_is_bound() -> None:
    """The shed of a licensed operator binds as such, whatever clock lining has; hard and soft are two rules."""
    clocks = (
        StorageClock(role="producer", limit_months=12, hard=False, clause="plan"),
        StorageClock(role="licensed_operator", limit_months=12, clause="art. 81"),
    )
    shed = Storage(name="shed", site="K", material="lining", per="period", accepts_hazardous=True)
    case = smelter(clocks=clocks, owners=(Owner(name="them", role="licensed_operator"),))
    case = replace(case, materials=tuple(replace(m, clock="producer") for m in case.materials))
    told = law_of(replace(case, storages=(*case.storages, shed))).frame().query("subject == 'clock'")
    assert dict(zip(told["item"], told["touches"], strict=True)) == {
        "producer": "",
        "licensed_operator": "shed",
    }
    hard = smelter(clocks=(replace(clocks[0], hard=True),))
    changed = law_changes(smelter(clocks=clocks[:1]), hard).frame()
    assert list(zip(changed["item"], changed["change"], strict=True)) == [
        ("producer", "removed"),
        ("producer", "added"),
    ]


def test_the_clock_of_licensed_operators_bites_in_guangxi() -> None:
    told = law_of(load_case("guangxi")).frame(biting=True).query("subject == 'clock'")
    assert "licensed_operator" in set(told["item"])


def test_only_what_holds_within_the_horizon_is_told() -> None:
    """The horizon is 2026: the version that ended in 2025 is history, that of 2027 is to come."""
    codes = (
        listed(OLD, "old", valid_to=date(2025, 12, 31)),
        listed(date(2025, 12, 31), "now", valid_to=date(2027, 1, 1)),
        listed(date(2027, 1, 1), "later"),
    )
    assert list(law_of(smelter(codes=codes)).frame().query("subject == 'status'")["clause"]) == ["now"]


def test_each_kind_of_change_is_told_apart() -> None:
    before = smelter(
        codes=(listed(OLD, "list 2021"),),
        clocks=(StorageClock(role="producer", limit_months=12, clause="art. 81"),),
        exemption_list=(exempt("32", OLD), exempt("7", OLD, condition="gone")),
    )
    after = smelter(
        codes=(listed(NEW, "list 2025"),),
        clocks=(StorageClock(role="producer", limit_months=6, clause="art. 81"),),
        exemption_list=(exempt("31", NEW),),
        requirements=(Requirement(rule="permit", valid_from=NEW, clause="art. 80"),),
    )
    found = law_changes(before, after)
    frame = found.frame().set_index(["subject", "change"])
    assert set(frame.index) == {
        ("status", "clause"),
        ("clock", "content"),
        ("exemption", "number"),
        ("exemption", "removed"),
        ("requirement", "added"),
    }
    assert found.unchanged == 3  # U, D and P mean what they meant
    number = frame.loc[("exemption", "number")]
    assert number["before"] == "item 32, use is exempt: point to point"
    assert number["after"] == "item 31, use is exempt: point to point"
    assert (number["clause_before"], number["clause_after"]) == ("item 32", "item 31")
    assert number["valid_from"] == NEW
    assert frame.loc[("clock", "content"), "after"] == "at most 6 months, extension 0 months"
    assert not frame.loc[("clock", "content"), "bites"]  # no material is bound by a clock
    assert set(found.frame(biting=True)["subject"]) == {"status", "exemption", "requirement"}


def test_the_same_law_in_a_new_edition_is_no_change() -> None:
    before, after = smelter(codes=(listed(OLD, "HW48"),)), smelter(codes=(listed(NEW, "HW48"),))
    assert law_changes(before, after).changes == ()


def test_a_version_that_begins_inside_the_horizon_is_told_with_its_day() -> None:
    middle = date(2026, 7, 1)
    after = smelter(codes=(listed(OLD, "a", valid_to=middle), replace(listed(middle, "b"), hazard="R,T")))
    (row,) = law_changes(smelter(codes=(listed(OLD, "a"),)), after).frame("zh").to_dict("records")
    assert row["after"] == "列入名录，危险特性 T：; 自 2026-07-01 起：列入名录，危险特性 R,T："
    assert (row["change"], row["clause_after"]) == ("content", "a; b")


def test_a_limit_bites_where_a_cell_takes_it() -> None:
    clause = Clause(
        name="alkali_max", standard="GB 175", subject="alkali", sense="max", value=0.6, unit="wt%"
    )
    quoting = replace(smelter(clauses=(clause,)), quotes={("gates", "kiln_alkali", "limit"): "alkali_max"})
    looser = replace(quoting, clauses=(replace(clause, value=1.0),))
    (row,) = law_changes(quoting, looser).frame().to_dict("records")
    assert (row["before"], row["after"]) == (
        "GB 175: alkali ≤ 0.6 wt%",
        "GB 175: alkali ≤ 1 wt%",
    )
    assert row["touches"] == "gates kiln_alkali"


def test_doors_that_one_law_opens_and_the_other_shuts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a permit is asked for the kiln has one for 2026 alone; where none is, it takes lining in both years."""
    shut_by_law(monkeypatch, permit={"kiln": (1,)})
    free = replace(smelter(), periods=years(2026, 2))
    strict = replace(free, requirements=(Requirement(rule="permit", valid_from=OLD, clause="art. 80"),))
    (row,) = law_changes(free, strict).doors().to_dict("records")
    assert (row["door"], row["at"], row["material"]) == ("deliver", "kiln", "lining")
    assert (row["open_before"], row["open_after"], row["periods"]) == (2, 1, "27a")
    assert (row["clause"], row["why"]) == ("art. 80", "nothing in hand")


def test_plans_under_two_laws_side_by_side() -> None:
    """100 t of mud are pressed to brick at 10 CNY under either law; it counts as use under one alone."""
    parts = (
        mud(100),
        product("brick"),
        works("press", "mud", {"brick": 1.0}),
        sells("brick", 10),
        landfill("mud"),
    )
    strict = (Method(code="U", meaning="disposal"), Method(code="D", meaning="disposal"))
    before, after = solve(tiny(*parts)), solve(tiny(*parts, methods=strict))
    found = compare({"before": Side(before.case, before.plan), "after": Side(after.case, after.plan)})
    kpis = found.kpis.set_index(["kpi", "waste_class", "year"])
    assert kpis.loc["value_cny", "", ""].to_dict() == {"before": 1000.0, "after": 1000.0}
    assert kpis.loc["rate_new", "red_mud", "2026"].to_dict() == {"before": 1.0, "after": 0.0}
    moved = found.destinations.set_index(["fate", "at"])
    assert moved.loc["utilised", "press"][["before", "after"]].tolist() == pytest.approx([100.0, 0.0])
    assert moved.loc["reduced", "press"][["before", "after"]].tolist() == pytest.approx([0.0, 100.0])


def test_what_the_list_of_2025_changed_for_the_group() -> None:
    """Printed: point-to-point use moved from item 32 to item 31 of the list of exempt management."""
    frame = law_changes(load_case("group_list_2021"), load_case("group")).frame(biting=True)
    renumbered = frame[frame["change"] == "number"].to_dict("records")
    assert [(row["clause_before"][-7:], row["clause_after"][-7:]) for row in renumbered] == [
        ("item 32", "item 31")
    ]
    assert "primary_ash" in renumbered[0]["touches"]
