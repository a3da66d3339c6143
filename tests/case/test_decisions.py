"""What may be stated of decisions: what is right passes as it stands, bounds may be met, oddities are flagged."""

from __future__ import annotations

from datetime import date

import pytest
from tests.case.conftest import Folder
from tests.case.faults_of_contracts import contract, toll
from tests.case.faults_of_decisions import building, count, group, lane, refund, rule, sizes, step

from redmud_opt.case import Case, flagged, unenforced
from redmud_opt.case.case import TABLES
from redmud_opt.case.columns import columns
from redmud_opt.case.profiles import shares
from redmud_opt.case.steps import committed, may_stand, places_of_lines, surely_stands, under_construction
from redmud_opt.i18n import text


def whole(f: Folder) -> None:
    """Every new column and table, stated as it should be."""
    f.add("owners", name="group_co")
    f.set("sites", 2, owner="group_co")
    f.set("lines", 3, min_rate=0.4, min_run_share=0.2, min_run_periods=4, run_cost_cny_per_h=90)
    f.set("lines", 3, fixed_cost_cny_per_period=5, fixed_om_cny_per_a=7, closing_cost_cny=0)
    known = {"lead_time_months": 6, "earliest": "2026-07-01", "life_a": 15, "min_rate": 0}
    step(f, times=2, spend_profile="0.3; 0.7", ramp_up="0.6;0.9", fixed_om_cny_per_a=5, **known)
    step(f, "sized", spend_profile="0.333333;0.333333;0.333334", capex_cny=1000)
    sizes(f, "sized", (10000, 300), ("", 200))
    building(f, "press_3", life_a=20)
    lane(f, capacity_t=1000, per="period", min_lot_t=1000, fixed_cost_cny=5, fixed_cost_cny_per_period=1)
    group(f, "new", "press_2", "sized", "belt")
    rule(f, "requires", "press_2", "press", clause="the old press feeds the new one")
    rule(f, "excludes", "new", name="one of them")
    rule(f, "excludes", "press_2", "sized", name="not both")
    rule(f, "at_most", "new", name="two", count=2, per="horizon")
    rule(f, "at_least", "new", name="one", count=1)
    count(f, "built", at="brick_works", every="each", per="horizon")
    count(f, "built", name="sites", at="group_co", sense="equal", value=3)
    count(f, "count_used", name="lines", at="press", sense="min", per="period")
    count(f, "count_used", name="ways", at="belt", sense="min", to="city")
    count(f, "count_used", name="leave", at="refinery", to="city")
    f.add("budgets", name="all", amount_cny=9e6)
    f.add("budgets", name="first", year=2026, scope="group_co", amount_cny=4.5e6)
    refund(f, waste="muds", input_vat_cny_per_t=10)


def test_everything_right_passes_and_nothing_is_repaired(folder: Folder) -> None:
    whole(folder)
    case = folder.load()
    new = next(row for row in case.lines if row.name == "press_2")
    assert (new.spend_profile, new.ramp_up, new.min_rate, new.times) == ("0.3; 0.7", "0.6;0.9", 0, 2)
    assert (new.lead_time_months, new.earliest, new.life_a) == (6, date(2026, 7, 1), 15)
    assert [row.kind for row in case.logic] == ["requires", "excludes", "excludes", "at_most", "at_least"]
    assert flagged(case) == ()
    assert [m.key for m in unenforced(case)] == ["case.unenforced_pack"]


def test_five_slips_are_five_faults(folder: Folder) -> None:
    whole(folder)
    folder.set("lines", 4, earliest="2026-06-01").set("lines", 5, spend_profile="0.5;0.4")
    folder.set("lanes", 2, min_lot_t=1001).set("logic", 5, count="").set("vat_refunds", 2, product="cement")
    assert sorted(folder.found()) == [
        ("earlier_than_lead", "lines.csv", 4, "earliest"),
        ("lot_above_capacity", "lanes.csv", 2, "min_lot_t"),
        ("refund_not_made", "vat_refunds.csv", 2, "product"),
        ("rule_without_count", "logic.csv", 5, "count"),
        ("spend_not_whole", "lines.csv", 5, "spend_profile"),
    ]


def test_a_step_that_is_wrong_is_not_judged_again_by_the_rules_that_name_it(folder: Folder) -> None:
    step(folder, lead_time_months=24)
    rule(folder, "at_least", "press_2", count=1)
    assert folder.found() == [("never_stands", "lines.csv", 4, "lead_time_months")]


@pytest.mark.parametrize("cell", ["x", "0.5;0.6"])
def test_a_wrong_spend_profile_is_not_judged_again_by_the_budget(folder: Folder, cell: str) -> None:
    building(folder, spend_profile=cell)
    folder.add("budgets", name="tight", amount_cny=1)
    (found,) = folder.found()
    assert found[1:] == ("lines.csv", 4, "spend_profile")


def test_bounds_may_be_met_exactly(folder: Folder) -> None:
    step(folder, lead_time_months=6, earliest="2026-12-31", spend_profile="0.3333333;0.6666669")
    folder.set("lines", 3, min_run_periods=4, min_rate=1, min_run_share=1)
    folder.load()


def test_a_closed_loop_of_alternatives_is_no_loop(folder: Folder) -> None:
    """press_2 needs press_3 or the old press; press_3 needs press_2: this can be begun."""
    step(folder)
    step(folder, "press_3")
    group(folder, "either", "press", "press_3")
    rule(folder, "requires", "press_2", "either")
    rule(folder, "requires", "press_3", "press_2", name="back")
    folder.load()


def test_lines_that_may_be_closed_violate_nothing(folder: Folder) -> None:
    folder.set("lines", 3, closing_cost_cny=5)
    rule(folder, "excludes", "separator", "press")
    folder.load()


def test_lines_that_never_meet_violate_nothing_in_a_period(folder: Folder) -> None:
    folder.set("lines", 2, closes="2026-04-01").set("lines", 3, opens="2026-04-01")
    rule(folder, "excludes", "separator", "press")
    folder.load()


def test_steps_that_come_in_time_are_enough_over_the_horizon(folder: Folder) -> None:
    step(folder, lead_time_months=9)
    rule(folder, "at_least", "press_2", count=1, per="horizon")
    folder.load()


def test_rules_may_mix_lines_lanes_and_outlets_but_other_groups_may_not(folder: Folder) -> None:
    group(folder, "both", "press", "builders")
    rule(folder, "at_most", "both", count=1)
    folder.load()
    folder.add("price_paths", item="both", year=2026, factor=1)
    assert folder.found() == [("group_of_others", "price_paths.csv", 2, "item")]


def test_tiers_out_of_order_pass_where_there_is_a_most(folder: Folder) -> None:
    folder.set("supplies", 2, max_t=5000)
    sizes(folder, "grid", (100, 600), ("", 500))
    sizes(folder, "builders", (100, 40), ("", 50))
    sizes(folder, "steelworks", (100, 400), (50, 450))
    folder.load()


def test_what_was_due_before_the_horizon_is_sunk(folder: Folder) -> None:
    building(folder)
    case = folder.load()
    line = case.lines[2]
    assert list(committed(case, line)) == [(date(2026, 10, 1), 4.5e6)]
    folder.add("budgets", name="enough", year=2026, amount_cny=4.5e6)
    folder.load()


def test_a_line_without_profile_is_due_at_its_decision(folder: Folder) -> None:
    building(folder, spend_profile="", lead_time_months="")
    case = folder.load()
    assert list(committed(case, case.lines[2])) == [(date(2026, 10, 1), 9e6)]
    assert list(committed(case, case.lines[1])) == []


def test_budgets_of_other_places_and_years_are_not_charged(folder: Folder) -> None:
    building(folder)
    folder.add("provinces", name="south")
    folder.set("sites", 3, province="south")
    folder.add("budgets", name="elsewhere", scope="south", amount_cny=0)
    folder.load()


def test_the_owner_of_a_facility_stands_before_the_owner_of_its_site(folder: Folder) -> None:
    for name in ("mine", "yours"):
        folder.add("owners", name=name)
    folder.set("sites", 2, owner="mine").set("facilities", 3, owner="yours")
    places = places_of_lines(folder.load())
    assert places == {
        "separator": {"separation_plant", "refinery", "mine"},
        "press": {"brick_works", "refinery", "yours"},
    }


def stands(case: Case, name: str) -> tuple[list[int], list[int]]:
    line = next(row for row in case.lines if row.name == name)
    return sorted(may_stand(case, line)), sorted(surely_stands(case, line))


def test_a_partners_line_does_not_stand_for_sure(folder: Folder) -> None:
    toll(folder, valid_to="2026-07-01")
    assert stands(folder.load(), "press") == ([0, 1, 2, 3], [])


@pytest.mark.parametrize(
    ("cells", "may"),
    [
        ({}, [0, 1, 2, 3]),
        ({"lead_time_months": 1}, [0, 1, 2, 3]),
        ({"lead_time_months": 3}, [1, 2, 3]),
        ({"earliest": "2026-09-30"}, [2, 3]),
        ({"earliest": "2026-04-01", "life_a": 0.25}, [1, 2, 3]),
        ({"lead_time_months": 9}, [3]),
    ],
)
def test_when_a_step_can_stand(folder: Folder, cells: dict[str, object], may: list[int]) -> None:
    step(folder, **cells)
    case = folder.load()
    assert stands(case, "press_2") == (may, [])
    assert stands(case, "press") == ([0, 1, 2, 3], [0, 1, 2, 3])


def test_a_line_that_stands_stands_between_its_dates(folder: Folder) -> None:
    folder.set("lines", 3, opens="2026-06-30", closes="2026-10-01")
    assert stands(folder.load(), "press") == ([1, 2], [1, 2])
    folder.set("lines", 3, closing_cost_cny=1)
    assert stands(folder.load(), "press") == ([1, 2], [])


def test_under_construction_is_what_opens_later_and_states_its_capex(folder: Folder) -> None:
    building(folder)
    building(folder, "press_3", opens="2026-01-01")
    building(folder, "press_4", capex_cny="", spend_profile="")
    case = folder.load()
    assert [row.name for row in case.lines if under_construction(case, row)] == ["press_2"]


def test_shares_are_read_strictly() -> None:
    assert shares("") == shares("  ") == ()
    assert shares("0.4; 0.6") == (0.4, 0.6)
    for cell in ("0,4;0,6", "1_0", "0.4;", "inf", "a"):
        with pytest.raises(ValueError, match=cell):
            shares(cell)


# ---- flags


def flags(f: Folder) -> dict[str, object]:
    return {m.key.removeprefix("case.flag_"): m.values["names"] for m in flagged(f.load())}


def test_a_step_for_nothing_is_flagged(folder: Folder) -> None:
    step(folder, capex_cny="")
    step(folder, "gift", capex_cny=0)
    step(folder, "sized", capex_cny="")
    sizes(folder, "sized", ("", 5))
    assert flags(folder) == {"free_step": ("press_2",)}


def test_a_step_that_runs_nothing_is_flagged(folder: Folder) -> None:
    step(folder)
    folder.drop_row("line_processes", 4)
    assert flags(folder) == {"idle_line": ("press_2",)}


@pytest.mark.parametrize(
    ("cells", "idle"),
    [
        ({"lead_time_months": 6}, ("press.lead_time_months",)),
        ({"ramp_up": "0.5"}, ("press.ramp_up",)),
        ({"ramp_up": "0.5", "opens": "2025-07-01"}, None),
        ({"capex_cny": 5}, ("press.capex_cny",)),
        ({"capex_cny": 5, "spend_profile": "0.5;0.5"}, ("press.spend_profile", "press.capex_cny")),
        ({"capex_cny": 5, "life_a": 9}, ("press.capex_cny", "press.life_a")),
        ({"capex_cny": 5, "life_a": 9, "opens": "2025-07-01"}, None),
        ({"life_a": 9, "opens": "2025-07-01"}, ("press.life_a",)),
        ({"capex_cny": 5, "opens": "2026-07-01", "lead_time_months": 6, "spend_profile": "0.5;0.5"}, None),
    ],
)
def test_columns_without_effect_on_a_line_that_stands_are_flagged(
    folder: Folder, cells: dict[str, object], idle: tuple[str, ...] | None
) -> None:
    folder.set("lines", 3, **cells)
    assert flags(folder) == ({"idle_column": idle} if idle else {})


def test_sizes_that_end_below_the_capacity_are_flagged(folder: Folder) -> None:
    step(folder)
    step(folder, "press_3")
    sizes(folder, "press_2", (10000, 5), (29999, 6))
    sizes(folder, "press_3", (10000, 5), (30000, 6))
    assert flags(folder) == {"size_capped": ("press_2",)}


def test_rules_that_bind_nothing_are_flagged(folder: Folder) -> None:
    group(folder, "lines", "press", "separator")
    rule(folder, "at_most", "lines", name="both", count=2)
    rule(folder, "at_least", "lines", name="none", count=0)
    rule(folder, "at_least", "lines", name="one", count=1)
    count(folder, "built", name="nowhere")
    folder.add("budgets", name="for_nothing", amount_cny=5)
    assert flags(folder) == {"binds_nothing": ("both", "none", "nowhere", "for_nothing")}


@pytest.mark.parametrize(
    "cells", [{"input_vat_cny_per_t": 29.9}, {"rate": 0}, {"waste": "iron_sand"}, {"price_cny_per_t": 0}]
)
def test_refunds_of_nothing_are_flagged(folder: Folder, cells: dict[str, object]) -> None:
    folder.add("materials", name="iron_sand", legal_status="general_waste")
    folder.add("outlets", name="tip", site="refinery", material="iron_sand", method="D1")
    refund(folder, **cells)
    assert flags(folder) == {"no_refund": ("brick_works / brick",)}
    (message,) = flagged(folder.load())
    assert text(message, "zh").endswith("brick_works / brick")


def test_what_is_decided_is_enforced() -> None:
    """Nothing of lines, lanes, logic, budgets and refunds is read without effect any more."""
    for table in ("lines", "lanes", "limits", "logic", "budgets", "tiers", "vat_refunds"):
        assert vars(TABLES[table])["ENFORCED"], table
        assert all(column.enforced for column in columns(TABLES[table]).values()), table


def test_contracts_that_outlast_the_horizon_or_cover_nothing_are_flagged(folder: Folder) -> None:
    """The horizon is 2026: to the end of June 2027, without an end but for an amount, and up to the last day."""
    contract(folder, take_or_pay_t_per_a=5, penalty_cny_per_t=9, valid_to="2027-07-01")
    folder.set("outlets", 3, contract="open").add(
        "contracts", name="open", take_or_pay_t_per_a=5, penalty_cny_per_t=9
    )
    folder.add("contracts", name="idle", valid_to="2027-01-01")
    told = {message.key: message for message in flagged(folder.load())}
    assert told["case.flag_contract_outlasts"].values["names"] == ("deal", "open")
    assert told["case.flag_idle_contract"].values["names"] == ("idle",)
    assert "only the part inside counts" in text(told["case.flag_contract_outlasts"])


def test_a_target_that_a_stricter_one_covers_is_flagged(folder: Folder) -> None:
    """The starter has one target; another of a lower rate for one of its years only is idle."""
    row = dict(zip(*folder.read("targets")[:2], strict=True))
    lower = {"name": "weak", "year": 2026, "at_least": float(row["at_least"]) / 2, "hard": "yes"}
    folder.set("targets", 2, year="", hard="yes")
    folder.add("targets", **{k: v for k, v in row.items() if v} | lower)
    told = {message.key: message for message in flagged(folder.load())}
    assert told["case.flag_idle_target"].values["names"] == ("weak",)
    assert "stricter" in text(told["case.flag_idle_target"])


def test_whole_contracts_paths_and_shares_are_no_fault(folder: Folder) -> None:
    contract(folder, take_or_pay_t_per_a=5, penalty_cny_per_t=9, make_up="yes", make_up_share=0.5)
    toll(folder, valid_from="2026-03-01", take_or_pay_t_per_a=1, penalty_cny_per_t=1)
    group(folder, "ways", "belt")
    lane(folder)
    for item in ("steelworks", "ways", "brick_making"):
        folder.add("price_paths", item=item, year=2026, factor=1.1)
    for name, share in (("one", 0.3), ("two", 0.7)):
        folder.add("owners", name=name)
        folder.add("ownership", facility="brick_works", owner=name, share=share, service_price_cny_per_t=4)
    folder.set("outlets", 3, buyer="one")
    case = folder.load()
    assert [message.key for message in unenforced(case)] == ["case.unenforced_pack"]
