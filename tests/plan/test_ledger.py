"""The hazardous ledger on paper: lots, entries and fates, then what must hold for the rich case.

Lining arises with a fifth of moisture, so that 10 t dry are 12.5 t as received.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.builders import (
    Solved,
    Tables,
    arises,
    in_stock,
    landfill,
    lane,
    lining,
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
    years,
)
from tests.model import permitting
from tests.model.rich import small
from tests.plan.test_audit_world import append, change, drop, judged, put

from redmud_opt.case.rules import (
    Approval,
    Delisting,
    Exemption,
    Limit,
    ListedExemption,
    Permit,
    Requirement,
    StorageClock,
)
from redmud_opt.case.things import Province
from redmud_opt.i18n import LANGUAGES, text
from redmud_opt.plan import Plan, audit
from redmud_opt.plan.ledger import FATES
from redmud_opt.report.tables import table

CODE = "321-023-48"
SPL: dict[str, Any] = {"code": CODE, "hazard": "T", "moisture": 0.2}
DAY = date(2026, 1, 5)
SPENT = waste("lining", "spent_pot_lining", hazardous=True, **SPL)
HALVES = parts(2026, 6)


def shed(material: str, at: str = "R", **values: Any) -> Tables:
    return yard(material, at, **{"accepts_hazardous": True, **values})


def cell(material: str, at: str = "R", **values: Any) -> Tables:
    return landfill(material, at=at, **{"accepts_hazardous": True, "name": "cell", **values})


def road(start: str, end: str, **values: Any) -> Tables:
    return lane(start, end, 1, dg_allowed=True, **values)


def told(plan: Solved, **where: object) -> list[tuple[str, str, float]]:
    """(event, lot, t dry) of the entries where columns have these values, in their order."""
    frame = plan.frame("ledger")
    for name, value in where.items():
        frame = frame[frame[name] == value]
    return [
        (e, lot, pytest.approx(t)) for e, lot, t in frame[["event", "lot", "dry_t"]].itertuples(index=False)
    ]


def lot(plan: Solved, name: str) -> dict[str, float]:
    """The amounts of a lot that are not nothing."""
    row = plan.frame("ledger_lots").set_index("lot").loc[name]
    return {str(c): float(row[c]) for c in row.index if str(c).endswith("_t") and abs(row[c]) > 1e-6}


# ---------------------------------------------------------------- on paper


def papers() -> Tables:
    """Permits of the works that end with June, September and the year, one for another method; an approval."""
    terms = {"receiver": "detox_works", "code": CODE, "amount_t_per_a": 100.0, "valid_from": date(2026, 1, 1)}
    long = Permit(name="z long", valid_to=date(2027, 1, 1), **terms)
    short = Permit(name="a short", method="D", valid_to=date(2026, 10, 1), **terms)
    other = Permit(name="other", method="U", valid_to=date(2027, 1, 1), **terms)
    gone = Permit(name="gone", valid_to=date(2026, 7, 1), **terms)
    over = {"from_province": "west", "to_province": "east", "code": CODE, "receiver": "detox_works"}
    approval = Approval(
        name="approval", amount_t=50.0, valid_from=date(2026, 4, 1), valid_to=date(2027, 1, 1), **over
    )
    asked = tuple(
        Requirement(rule=rule, valid_from=date(2020, 9, 1), limit_months=months, clause="law")
        for rule, months in (("permit", None), ("approval", 12.0))
    )
    return rows(permits=(long, short, other, gone), approvals=approval, requirements=asked)


@cache
def sixty_percent() -> Solved:
    """Lining arises at R, 10 t in each half of 2026. The works at M opens in July and takes 12 t a half.

    a   10 arise, 10 into the shed
    b   10 arise; 2 out of the shed (at 1 a tonne, so no more than must be); 12 to M, where each earns 5:
        12 detoxified to 7.2 slag, placed

    lining/R/26a     10 = 2 disposed + 8 in stock      2 · 0.6 = 1.2 slag
    lining/R/26b     10 = 10 disposed                  10 · 0.6 = 6 slag
    slag             7.2 = 7.2 placed
    60 % of 20 t are detoxified: 12 ÷ 20
    """
    detox = works(
        "detox", "lining", {"slag": 0.6}, method="D", at="M", cost=-5, gas_t_per_t=0.4, capacity=12,
        stands={"opens": date(2026, 7, 1)},
    )  # fmt: skip
    places = rows(provinces=(Province(name="west"), Province(name="east")))
    world = (lining(10, **SPL), site("R", province="west"), site("M", province="east"), places, papers())
    stores = (shed("lining", reclaim_cost_cny_per_t=1), waste("slag", hazardous=True), cell("slag", "M"))
    return solve(tiny(*world, road("R", "M"), *stores, detox, periods=HALVES))


def test_entries_of_two_lots_and_their_residue() -> None:
    plan = sixty_percent()
    assert told(plan, period="26a") == [("arises", "lining/R/26a", 10), ("put", "lining/R/26a", 10)]
    assert told(plan, period="26b") == [
        ("arises", "lining/R/26b", 10),
        ("taken_out", "lining/R/26a", 2),
        ("moves", "lining/R/26a", 2),
        ("moves", "lining/R/26b", 10),
        ("made", "slag/M/detox_line/26b", 7.2),
        ("fed", "lining/R/26a", 2),
        ("fed", "lining/R/26b", 10),
        ("placed", "slag/M/detox_line/26b", 7.2),
        ("closing", "lining/R/26a", 8),
    ]
    assert plan.frame("ledger")["number"].tolist() == list(range(1, 12))


def test_fates_of_two_lots_and_their_residue() -> None:
    plan = sixty_percent()
    arisen = {"arisen_t": 10, "arisen_as_received_t": 12.5}
    first, second, slag = (lot(plan, n) for n in ("lining/R/26a", "lining/R/26b", "slag/M/detox_line/26b"))
    assert first == pytest.approx({**arisen, "disposed_t": 2, "stock_t": 8, "residue_t": 1.2})
    assert second == pytest.approx({**arisen, "disposed_t": 10, "residue_t": 6})
    assert slag == pytest.approx({"arisen_t": 7.2, "arisen_as_received_t": 7.2, "placed_t": 7.2})
    lots = plan.frame("ledger_lots").set_index("lot")
    assert lots["parents"].to_dict()["slag/M/detox_line/26b"] == "lining/R/26a;lining/R/26b"
    assert lots["residues"].to_dict()["lining/R/26a"] == "slag/M/detox_line/26b"
    assert lots["given"].tolist() == ["arising", "arising", "made"]


def test_an_entry_names_days_mass_method_and_papers() -> None:
    """Of four permits of the works one has expired and one is for another method: the earliest to expire first."""
    entry = sixty_percent().frame("ledger").query("event == 'fed' and lot == 'lining/R/26b'").iloc[0]
    assert (entry["first_day"], entry["last_day"]) == ("2026-07-01", "2026-12-31")
    assert entry["as_received_t"] == pytest.approx(12.5)
    assert (entry["code"], entry["hazard"], entry["method"], entry["meaning"]) == (CODE, "T", "D", "disposal")
    assert (entry["permit"], entry["residues"]) == ("a short;z long", "slag/M/detox_line/26b")
    moved = sixty_percent().frame("ledger").query("event == 'moves'").iloc[0]
    assert (moved["from_site"], moved["to_site"], moved["lane"]) == ("R", "M", "R_M")
    assert (moved["approval"], moved["permit"]) == ("approval", "")


def test_a_residue_without_a_code_has_that_of_its_waste() -> None:
    slag = sixty_percent().frame("ledger").query("material == 'slag'")
    assert set(slag["code"]) == {CODE}


def test_lots_that_mix_share_in_proportion() -> None:
    """30 t from R and 10 t from M lie in the shed at N; half of the 40 t are detoxified: 15 and 5 of them.

    12 t of slag, the half of it delivered: its lot is one, whoever's lining it was.
    """
    detox = works(
        "detox", "lining", {"slag": 0.6}, method="D", at="N", cost=-5, gas_t_per_t=0.4, capacity=20,
        stands={"opens": date(2026, 7, 1)},
    )  # fmt: skip
    ends = (sells("slag", 0, "N", method="D", max_t=6), cell("slag", "N", cost=1))
    world = (
        SPENT,
        arises("lining", 30, during="26a"),
        arises("lining", 10, "M", during="26a"),
        site("M"),
        site("N"),
    )
    roads = (road("R", "N"), road("M", "N"), shed("lining", "N"), waste("slag", hazardous=True))
    plan = solve(tiny(*world, *roads, detox, *ends, periods=HALVES))
    assert told(plan, event="fed") == [("fed", "lining/R/26a", 15), ("fed", "lining/M/26a", 5)]
    assert told(plan, event="closing") == [("closing", "lining/R/26a", 15), ("closing", "lining/M/26a", 5)]
    assert lot(plan, "lining/R/26a")["residue_t"] == pytest.approx(9)
    slag = lot(plan, "slag/N/detox_line/26b")
    assert slag == pytest.approx(
        {"arisen_t": 12, "arisen_as_received_t": 12, "delivered_t": 6, "placed_t": 6}
    )


def certified(on: date) -> Solved:
    """10 t of lining used in the first half: 4 t of slag, kept in a yard; a certificate says what it is."""
    row = Delisting(process="burn", material="slag", certificate="C7", identified_on=on)
    burn = works("burn", "lining", {"slag": 0.4}, method="U", gas_t_per_t=0.6)
    world = (
        SPENT,
        arises("lining", 10, during="26a"),
        waste("slag"),
        shed("slag", accepts_hazardous=on.year == 2026),
    )
    return solve(tiny(*world, burn, rows(delistings=row), periods=HALVES))


def test_a_certified_residue_leaves_the_ledger_when_it_is_made() -> None:
    plan, slag = certified(date(2025, 5, 5)), "slag/R/burn_line/26a"
    assert told(plan, lot=slag) == [("delisted", slag, 4), ("made", slag, 4)]
    assert lot(plan, slag) == pytest.approx({"arisen_t": 4, "arisen_as_received_t": 4, "delisted_t": 4})
    assert lot(plan, "lining/R/26a")["used_t"] == pytest.approx(10)
    gone = plan.frame("ledger").query("event == 'delisted'").iloc[0]
    assert (gone["certificate"], gone["at"], gone["code"]) == ("C7", "burn_line", CODE)


def test_a_stock_leaves_the_ledger_on_the_day_of_its_certificate() -> None:
    """Identified in March, so from the second half on: until then 4 t lie there as hazardous waste."""
    plan, slag = certified(date(2026, 3, 1)), "slag/R/burn_line/26a"
    assert told(plan, lot=slag) == [("made", slag, 4), ("put", slag, 4), ("delisted", slag, 4)]
    gone = plan.frame("ledger").query("event == 'delisted'").iloc[0]
    assert (gone["period"], gone["at"], gone["certificate"]) == ("26b", "yard", "C7")


def test_exempt_use_names_the_item_of_the_list() -> None:
    """Item 22 exempts the use of the code at the works, item 9 another code; the list of 2027 does not count yet."""
    listed = {"link": "use", "clause": "list"}
    items = (
        ListedExemption(
            item="22", code=CODE, valid_from=date(2021, 1, 1), valid_to=date(2027, 1, 1), **listed
        ),
        ListedExemption(item="9", code="900-000-49", valid_from=date(2021, 1, 1), **listed),
        ListedExemption(item="23", code=CODE, valid_from=date(2027, 1, 1), **listed),
    )
    exempt = Exemption(code=CODE, receiver="burn_works", clause="list of exempt management")
    burn = works("burn", "lining", {"brick": 1.0}, method="U")
    world = (lining(10, **SPL), product("brick"), burn, sells("brick", 1))
    plan = solve(tiny(*world, rows(exemptions=exempt, exemption_list=items)))
    entry = plan.frame("ledger").query("event == 'fed'").iloc[0]
    assert (entry["meaning"], entry["exemption"], entry["permit"]) == ("use", "22", "")


def test_a_point_to_point_scheme_is_named_on_the_way_and_where_it_ends() -> None:
    """10 t a half go from S to the works at T under the scheme of S; on the landfill of its own S needs no paper."""
    plan = solve(permitting.world(permitting.listed("any"), permits=(permitting.scheme(15.0),)))
    frame = plan.frame("ledger")
    papers = frame.groupby("event")["permit"].unique().map(list).to_dict()
    assert papers == {"arises": [""], "moves": ["from_S"], "fed": ["from_S"], "placed": [""]}


def test_opening_stocks_are_lots_by_date_and_new_year_is_no_entry() -> None:
    """3 t dated and 1 t undated lie there over two years; 4 t arise in 2026: each stays the lot that it was."""
    opening = (
        in_stock("yard", "lining", 3, arose_on=date(2025, 11, 2)),
        in_stock("yard", "lining", 1, origin_site="M"),
    )
    world = (SPENT, arises("lining", 4, during="26a"), site("M"), shed("lining"), *opening)
    plan = solve(tiny(*world, periods=years(2026, 2)))
    lots = plan.frame("ledger_lots").set_index("lot")
    assert lots["stock_t"].to_dict() == pytest.approx(
        {"lining/yard/2025-11-02": 3, "lining/yard/M/opening": 1, "lining/R/26a": 4}
    )
    assert lots["since"].tolist() == ["2025-11-02", "", "26a"]
    assert lots["site"].tolist() == ["R", "M", "R"]
    assert {event for event, _, _ in told(plan, period="27a")} == {"closing"}


def test_lots_with_a_clock_are_told_apart_and_pretreatment_keeps_them_apart() -> None:
    """20 t lie there undated, 10 t arise: in b both are crushed together, 30 t → 30 t of grains, used in b.

    Grains may be stored, and their clock is that of their lining: two lots, though one line made them in one half.
    """
    crush = works("crush", "lining", {"grains": 1.0}, method="P", stands={"opens": date(2026, 7, 1)})
    burn = works("burn", "grains", {"fuel": 1.0}, cost=-1)
    aged = replace(SPENT["materials"][0], clock="licensed_operator")
    law = StorageClock(role="licensed_operator", limit_months=18, clause="art. 81")
    world = (
        {"materials": (aged,)},
        arises("lining", 10, during="26a"),
        in_stock("yard", "lining", 20, arose_on=DAY),
    )
    ends = (waste("grains", hazardous=True), shed("grains", name="bin"), product("fuel"), sells("fuel", 0))
    plan = solve(tiny(*world, shed("lining"), crush, burn, *ends, rows(clocks=law), periods=HALVES))
    lots = plan.frame("ledger_lots").set_index("lot")
    grains = {"grains/R/crush_line/26b/2026-01-05": 20, "grains/R/crush_line/26b/26a": 10}
    assert lots[lots["given"] == "made"]["used_t"].to_dict() == pytest.approx(grains)
    assert lots.loc["grains/R/crush_line/26b/26a", "parents"] == "lining/R/26a"
    other = lots["since"].replace({"26a": "26b"})
    frames = {**plan.plan.frames, "ledger_lots": lots.assign(since=other).reset_index()}
    assert {check.message.key for check in audit(plan.case, frames, plan.value).failures} == {
        "audit.ledger.wrong"
    }


def test_a_case_without_hazardous_waste_has_an_empty_ledger() -> None:
    plan = solve(tiny(waste("mud", "red_mud"), arises("mud", 10), landfill("mud")))
    assert plan.frame("ledger").empty
    assert plan.frame("ledger_lots").empty
    assert "ledger" not in plan.plan.describe("en")


# ---------------------------------------------------------------- into a storage and out again in one period


def rounds(put_t: float, half: str, *tables: Tables, **values: Any) -> Solved:
    """10 t of lining arise in the first half, a cell takes them; `put_t` must go into the shed in a half.

    To lie there until its end costs 9 a tonne, the cell 1: what is put in, at 0.1 and so no more than must be, is
    taken out again at once.
    """
    least = Limit(name="put", measure="put", at="yard", material="lining", during=half, sense="min", value=put_t,
                  per="period")  # fmt: skip
    lies = {"holding_cost_cny_per_t_a": 18, "put_cost_cny_per_t": 0.1}
    stores = shed("lining", **lies), cell("lining", cost=1, **values)
    world = (SPENT, arises("lining", 10, during="26a"), *stores, rows(limits=least))
    return solve(tiny(*world, *tables, periods=HALVES))


def test_what_goes_into_a_storage_and_out_again_is_told_both_ways() -> None:
    """8 of the 10 t go in and out: of the 18 t that are at the site, these and the 10 t placed."""
    plan, name = rounds(8, "26a"), "lining/R/26a"
    assert told(plan) == [
        ("arises", name, 10),
        ("taken_out", name, 8),
        ("put", name, 8),
        ("placed", name, 10),
    ]
    assert lot(plan, name) == pytest.approx({"arisen_t": 10, "arisen_as_received_t": 12.5, "placed_t": 10})


def test_two_lots_that_go_round_mix() -> None:
    """The cell opens in July: 10 t lie in the shed, 4 arise, 4 must be put: 14 out, and of 18 at the site 4 in.

    Shares x (site) and y (shed) of the old lot: y = (10 + 4 x) ÷ 14 and x = 14 y ÷ 18, so x = 5/7 and y = 45/49.
    """
    plan = rounds(4, "26b", arises("lining", 4, during="26b"), opens=date(2026, 7, 1))
    old, new = "lining/R/26a", "lining/R/26b"
    assert told(plan, event="taken_out") == [("taken_out", old, 90 / 7), ("taken_out", new, 8 / 7)]
    assert told(plan, event="put", period="26b") == [("put", old, 20 / 7), ("put", new, 8 / 7)]
    assert told(plan, event="placed") == [("placed", old, 10), ("placed", new, 4)]


def test_what_goes_round_where_nothing_is_is_no_waste() -> None:
    """All 10 t are placed in the first half. In the second 5 t go in and out of an empty shed: of no lot."""
    plan = rounds(5, "26b")
    stock = plan.frame("stocks").query("period == '26b'")
    assert (stock["put_t"].sum(), stock["reclaimed_t"].sum()) == pytest.approx((5, 5))
    assert told(plan) == [("arises", "lining/R/26a", 10), ("placed", "lining/R/26a", 10)]


def test_a_movement_that_is_missing_where_waste_goes_round_is_missed() -> None:
    """Where a lot gets to, going round is told; where none does, nothing may be."""
    plan = rounds(8, "26a")
    gone = [drop("ledger", event=event) for event in ("put", "taken_out")]
    assert "audit.ledger.sum" in {
        c.message.key for c in judged(plan.case, dict(plan.plan.frames), *gone).failures
    }
    empty = rounds(5, "26b")
    put_in = plan.frame("ledger").query("event == 'put'").iloc[0].to_dict()
    put_in |= {"number": 3, "period": "26b", "first_day": "2026-07-01", "last_day": "2026-12-31"}
    put_in |= {"dry_t": 5, "as_received_t": 6.25}
    taken_out = put_in | {"number": 4, "event": "taken_out"}
    more = [append("ledger", *entry.values()) for entry in (put_in, taken_out)]
    keys = {c.message.key for c in judged(empty.case, dict(empty.plan.frames), *more).failures}
    assert keys == {"audit.ledger.sum"}


# ---------------------------------------------------------------- the rich case


def test_every_lot_of_the_rich_case_closes() -> None:
    lots = solve(replace(small(), change_limits=())).frame("ledger_lots")
    assert {"arising", "made"} <= set(lots["given"])
    assert (lots["remainder_t"].abs() <= 1e-6 * lots["arisen_t"]).all()
    assert lots[list(FATES)].sum().sum() == pytest.approx(lots["arisen_t"].sum())


def test_it_survives_on_disk(tmp_path: Path) -> None:
    plan = sixty_percent().plan
    plan.save(tmp_path)
    again = Plan.load(tmp_path)
    for name in ("ledger", "ledger_lots"):
        pd.testing.assert_frame_equal(again.frames[name], plan.frames[name], check_dtype=False)
    assert audit(sixty_percent().case, again.frames, again.value_cny).passed


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "3 lots in 11 entries; 20 t came (dry), 8 t in stock"), ("zh", "3 批、11 条记录")],
)
def test_words(language: str, words: str) -> None:
    plan = sixty_percent().plan
    assert words in plan.describe(language)
    shown = table(plan, "ledger", language).frame
    assert not [c for c in shown.columns if str(c).startswith("report.")]
    assert not shown.map(lambda value: str(value).startswith("report.")).any().any()


# ---------------------------------------------------------------- planted errors

FED = {"event": "fed", "lot": "lining/R/26b"}
OLD = {"lot": "lining/R/26a"}


def found(*changes: Any) -> set[str]:
    plan = sixty_percent()
    return {check.message.key for check in judged(plan.case, dict(plan.plan.frames), *changes).failures}


@pytest.mark.parametrize(
    ("key", "changes"),
    [
        ("sum", [change("ledger", "dry_t", 1.0, **FED)]),
        ("sum", [drop("ledger", event="arises", lot="lining/R/26b")]),
        ("sum", [put("ledger", "lane", "M_R", event="moves")]),
        ("sum", [put("ledger", "at", "yard", event="placed")]),
        ("sum", [change("flows", "flow_t", 1.0, lane="R_M")]),
        ("adrift", [put("ledger", "lot", "lining/R/26b", event="moves")]),
        ("overdrawn", [change("ledger", "dry_t", 9.0, event="taken_out")]),
        ("closing", [change("ledger", "dry_t", -1.0, event="closing")]),
        ("lot", [change("ledger_lots", "placed_t", 1.0, lot="slag/M/detox_line/26b")]),
        ("lot", [change("ledger_lots", "arisen_as_received_t", 1.0, **OLD)]),
        ("lot", [change("ledger_lots", "used_t", 2.0, **OLD), change("ledger_lots", "disposed_t", -2.0, **OLD)]),
        ("open", [change("ledger", "dry_t", 1.0, event="arises", **OLD)]),
        ("remainder", [change("ledger_lots", "remainder_t", 1.0, **OLD)]),
        ("no_lot", [drop("ledger_lots", **OLD)]),
        ("as_received", [change("ledger", "as_received_t", 1.0, **FED)]),
        ("wrong", [put("ledger", "first_day", "2026-06-30", **FED)]),
        ("wrong", [put("ledger", "meaning", "use", **FED)]),
        ("wrong", [put("ledger", "method", "U", **FED)]),
        ("wrong", [put("ledger", "code", "321-024-48", **FED)]),
        ("wrong", [put("ledger", "permit", "gone", **FED)]),
        ("wrong", [put("ledger", "permit", "z long", **FED)]),
        ("wrong", [put("ledger", "approval", "", event="moves")]),
        ("wrong", [put("ledger", "exemption", "22", **FED)]),
        ("wrong", [put("ledger", "certificate", "C7", **FED)]),
        ("wrong", [put("ledger_lots", "parents", "lining/R/26b", lot="slag/M/detox_line/26b")]),
        ("wrong", [put("ledger_lots", "residues", "", **OLD)]),
        ("residue", [change("ledger_lots", "residue_t", 1.0, **OLD)]),
    ],
)  # fmt: skip
def test_planted(key: str, changes: list[Any]) -> None:
    assert f"audit.ledger.{key}" in found(*changes)


def test_two_lots_swapped_where_they_are_fed() -> None:
    """The line has its 12 t and every lot its 10 t: only where a lot is tells."""
    more, less = change("ledger", "dry_t", 1.0, event="fed", **OLD), change("ledger", "dry_t", -1.0, **FED)
    assert "audit.ledger.adrift" in found(more, less)


def test_hazardous_waste_without_a_code_where_the_law_asks_for_one() -> None:
    """The same plan, its material without a code, from the day on that the law asks for one."""
    plan = sixty_percent()
    materials = tuple(replace(row, code="") for row in plan.case.materials)
    for first, told_so in ((date(2026, 7, 1), True), (date(2027, 1, 1), False)):
        law = Requirement(rule="code", valid_from=first, clause="art. 75")
        case = replace(plan.case, materials=materials, requirements=(law,))
        frames = {**plan.plan.frames, "ledger": plan.frame("ledger").assign(code="", permit="", approval="")}
        keys = {check.message.key for check in audit(case, frames, plan.value).failures}
        assert ("audit.ledger.uncoded" in keys) is told_so


def test_a_plan_without_a_ledger_is_said_not_to_have_one() -> None:
    frames = {name: frame for name, frame in sixty_percent().plan.frames.items() if name != "ledger"}
    told_of = audit(sixty_percent().case, frames, sixty_percent().value)
    assert told_of.passed
    assert "audit.ledger.not_stated" in {check.message.key for check in told_of.checks}


@pytest.mark.parametrize("language", LANGUAGES)
def test_messages_speak_both_languages(language: str) -> None:
    plan = sixty_percent()
    more = append("ledger", *plan.frame("ledger").iloc[0].replace({"lining/R/26a": "lining/R/99"}))
    changes = (more, change("ledger", "dry_t", 1.0, **FED), put("ledger", "meaning", "use", event="placed"))
    said = judged(plan.case, dict(plan.plan.frames), put("ledger", "number", 99, number=1), *changes).failures
    assert len({check.message.key for check in said}) >= 5
    for check in said:
        assert not text(check.message, language).startswith("audit.")
