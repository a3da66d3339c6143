"""The first real case: it loads without faults, its plan is optimal and passes the audit, its target binds."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.builders import Solved, solve

from redmud_opt.case import Case, assumptions, load_case, unenforced
from redmud_opt.network import build_network
from redmud_opt.study import explain


@pytest.fixture(scope="module")
def case() -> Case:
    return load_case("scenarios/guangxi")


@pytest.fixture(scope="module")
def solved(case: Case) -> Solved:
    return solve(case)


def test_plan_is_optimal_and_audited(solved: Solved) -> None:
    assert solved.plan.status == "optimal"
    assert solved.plan.value_cny > 0


def test_target_of_2027_binds(solved: Solved) -> None:
    rates = solved.plan.frames["rates"].set_index(["waste_class", "year"])["rate_new"]
    assert rates["red_mud", 2027] == pytest.approx(0.15, abs=1e-6)
    assert rates["red_mud", 2026] < 0.15


def test_four_waste_classes_are_planned(solved: Solved) -> None:
    classes = set(solved.plan.frames["rates"]["waste_class"])
    assert classes == {"red_mud", "spent_pot_lining", "carbon_dross", "aluminium_ash"}


def test_hazardous_waste_never_lies_in_a_general_yard(case: Case, solved: Solved) -> None:
    general = {storage.name for storage in case.storages if not storage.accepts_hazardous}
    streams = solved.plan.frames["streams"].set_index("stream")["waste_class"]
    for name in ("stocks", "placements"):
        frame = solved.plan.frames[name]
        held = frame[frame["storage"].isin(general)]
        assert set(streams[held["stream"]]) <= {"red_mud", ""}


def test_every_number_has_evidence(case: Case) -> None:
    counts = assumptions(case)
    assert counts.unstated == 0
    assert counts.measured + counts.derived > 50


def test_permits_and_clocks_are_listed_as_not_enforced(case: Case) -> None:
    tables = {str(message.values.get("table", "")) for message in unenforced(case)}
    assert {"permits", "lines"} <= tables


def test_twenty_five_percent_is_out_of_reach() -> None:
    network = build_network(load_case("scenarios/guangxi_target_25.yaml"))
    messages = {message.key: message for message in explain(network)}
    reached = messages["study.target_out_of_reach"].values["reached_percent"]
    assert 15 < reached < 25


def test_a_wet_year_costs_money(solved: Solved) -> None:
    assert solve(load_case("scenarios/guangxi_wet_year.yaml")).value < solved.value


def test_the_page_of_the_case_counts_as_check_does(case: Case) -> None:
    counts = assumptions(case)
    page = Path("docs/cases/guangxi.md").read_text(encoding="utf-8")
    assert f"Of the {counts.total} numbers" in page
    assert f"**{counts.measured} are measured, {counts.derived} derived, {counts.assumed} assumed**" in page
