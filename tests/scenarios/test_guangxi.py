"""The first real case: it loads without faults, its plan passes the audit, its targets bind, it builds what pays.

REDMUD_WRITE_DOCS=1 pytest tests/scenarios/test_guangxi.py       writes the table of candidates in its page anew
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.builders import run

from redmud_opt import optimise
from redmud_opt.case import Case, assumptions, load_case, unenforced
from redmud_opt.case.works import Line
from redmud_opt.network import build_network
from redmud_opt.plan import Plan, audit, make_plan
from redmud_opt.solve import Options, Outcome
from redmud_opt.study import explain

PAGE = Path("docs/cases/guangxi.md")
START, END = "<!-- candidates -->\n", "<!-- end of candidates -->"
GAP = 0.02


def solve_near(case: Case, gap: float = GAP) -> tuple[Plan, Outcome]:
    """A plan within the gap."""
    network, model, outcome = run(case, Options(gap=gap, time_limit_s=300))
    assert outcome.holds in ("proved", "with_gap"), outcome.detail
    return make_plan(network, model, outcome), outcome


@pytest.fixture(scope="module")
def case() -> Case:
    return load_case("scenarios/guangxi")


@pytest.fixture(scope="module")
def solved(case: Case) -> tuple[Plan, Outcome]:
    return solve_near(case)


@pytest.fixture(scope="module")
def plan(solved: tuple[Plan, Outcome]) -> Plan:
    return solved[0]


# ---------------------------------------------------------------- the plan


def test_plan_is_near_the_optimum_and_audited(case: Case, solved: tuple[Plan, Outcome]) -> None:
    plan, outcome = solved
    assert outcome.bound is not None
    assert 0 < plan.value_cny <= outcome.bound * (1 + 1e-9)
    assert outcome.bound - plan.value_cny <= 1.01 * GAP * plan.value_cny
    assert audit(case, plan.frames, plan.value_cny).passed


@pytest.mark.parametrize(("year", "rate"), [(2027, 0.15), (2030, 0.25)])
def test_targets_bind(plan: Plan, year: int, rate: float) -> None:
    rates = plan.frames["rates"].set_index(["waste_class", "year"])["rate_new"]
    assert rates["red_mud", year] == pytest.approx(rate, abs=1e-6)
    assert rates["red_mud", 2026] < 0.15


def test_four_waste_classes_are_planned(plan: Plan) -> None:
    classes = set(plan.frames["rates"]["waste_class"])
    assert classes == {"red_mud", "spent_pot_lining", "carbon_dross", "aluminium_ash"}


def test_hazardous_waste_never_lies_in_a_general_yard(case: Case, plan: Plan) -> None:
    general = {storage.name for storage in case.storages if not storage.accepts_hazardous}
    streams = plan.frames["streams"].set_index("stream")["waste_class"]
    for name in ("stocks", "placements"):
        frame = plan.frames[name]
        held = frame[frame["storage"].isin(general)]
        assert set(streams[held["stream"]]) <= {"red_mud", ""}


def test_what_wears_out_is_replaced_and_a_second_separation_pays(plan: Plan) -> None:
    builds = plan.frames["builds"].set_index("line")
    assert {"hgms_line_2", "codetox_unit", "hub_two_stage_line_2"} <= set(builds.index)
    assert min(builds["start"].astype(str)) >= "2028-01-01"
    assert 6000 < builds.loc["hub_two_stage_line_2", "size"] <= 12000


def test_variants_exclude_each_other(plan: Plan) -> None:
    built = set(plan.frames["builds"]["line"])
    assert len(built & {"hgms_line_2", "hgms_unit"}) <= 1
    assert len(built & {"roast_line_2", "roast_small"}) <= 1


def test_the_dam_is_raised_and_the_next_yard_waits(plan: Plan) -> None:
    """1.5 m of 8.5 Mm³ ÷ 17 m are kept free in the rains, of 3.5 Mm³ ÷ 8 m after the raise."""
    yards = plan.frames["yards"].set_index(["storage", "period"])
    kept = yards.loc["new_yard", "kept_free_m3"]
    assert kept["2026Q1"] == kept["2026Q4"] == 0
    assert kept["2026Q2"] == kept["2026Q3"] == pytest.approx(0.75e6)
    assert kept["2032"] == pytest.approx(656_250)
    assert yards.loc["new_yard", "filled_share"].max() <= 1
    steps = plan.frames["yard_events"].set_index("item")["kind"]
    assert steps.get("raise_25") == "raise"
    assert "next_yard" not in steps


def test_the_old_yard_is_made_safer_and_still_reclaimed(plan: Plan) -> None:
    """A cover would end the reclaiming that is committed: 70 − 20 (cut-off) − 10 (monitoring) = 40."""
    done = set(plan.frames["yard_events"].query("kind == 'measure'")["item"])
    assert done == {"old_yard_cut_off", "old_yard_monitoring"}
    risk = plan.frames["yards"].query("storage == 'old_yard'").set_index("period")["risk"]
    assert risk["2026Q1"] == 70
    assert risk["2029"] == risk["2032"] == 40


def test_the_frame_contract_is_filled_and_concentrate_goes_by_rail(plan: Plan) -> None:
    assert plan.frames["take_or_pay"]["short"].sum() == 0
    assert plan.frames["transport"]["clean_share"].min() > 0.8
    avoided = plan.frames["accounts"].query("account == 'avoided_co2e_t'")["amount"]
    assert avoided.sum() > 0


def test_iron_of_the_refinery_is_accounted_for(plan: Plan) -> None:
    iron = plan.frames["elements"].query("property == 'total_iron' and site == 'pingguo_refinery'")
    came = iron.query("side == 'in'")["content_t"].sum()
    left_open = iron.query("entry == 'unaccounted'")["content_t"].abs().sum()
    assert came == pytest.approx(7 * 545_471.608, rel=0.02)
    assert left_open < 1e-3 * came


@pytest.mark.slow
def test_without_a_raise_the_next_yard_is_built_and_the_full_one_closed(
    solved: tuple[Plan, Outcome],
) -> None:
    plan, outcome = solve_near(load_case("scenarios/guangxi_no_raise.yaml"))
    events = plan.frames["yard_events"].set_index("item")
    assert events.loc["next_yard", "start"] <= "2031-01-01"
    assert events.loc["new_yard", "cost_cny"] == pytest.approx(45e6)
    assert outcome.bound is not None
    assert outcome.bound < solved[0].value_cny


@pytest.mark.slow
def test_the_blending_hall_carries_one_mixture_over_the_rains() -> None:
    """4.8 % of soda of 5 and 4.5 %: at least 40 % of the mixture is old mud, which the rains keep in its yard."""
    plan = optimise(load_case("scenarios/guangxi_blending.yaml"))
    pools = plan.frames["pools"].set_index(["lineage", "period"])
    old = pools.loc["red_mud_old"]
    assert old["share"].min() >= 0.4 - 1e-6
    taken = pools.groupby("period")["reclaimed_t"].sum()
    assert taken["2027Q2"] > 0
    assert taken["2027Q3"] > 0
    delivered = plan.frames["flows"].query("to_site == 'mud_hall'")
    assert not set(delivered["period"]) & {"2026Q2", "2026Q3", "2027Q2", "2027Q3"}


@pytest.mark.slow
def test_a_wet_year_costs_money(case: Case) -> None:
    """Half a percent: both are solved nearer to the optimum than the rest of this file."""
    dry, _ = solve_near(case, 0.002)
    _, wet = solve_near(load_case("scenarios/guangxi_wet_year.yaml"), 0.002)
    assert wet.bound is not None
    assert wet.bound < dry.value_cny


def test_twenty_five_percent_is_out_of_reach_in_2027() -> None:
    network = build_network(load_case("scenarios/guangxi_target_25.yaml"))
    messages = {message.key: message for message in explain(network)}
    reached = messages["study.target_out_of_reach"].values["reached_percent"]
    assert 15 < reached < 25


# ---------------------------------------------------------------- its numbers


def test_every_number_has_evidence(case: Case) -> None:
    counts = assumptions(case)
    assert counts.unstated == 0
    assert counts.measured + counts.derived > 50


def test_only_the_lists_of_refunds_and_targets_have_no_effect(case: Case) -> None:
    """And the technology readiness of processes, which says what it is and decides nothing."""
    said = [message.values for message in unenforced(case)]
    assert [values.get("tables") or values.get("column") for values in said] == [
        ("vat_list", "target_list"),
        "readiness",
    ]


def test_every_candidate_states_what_a_decision_needs(case: Case) -> None:
    stated = {(row.item, row.column): row for row in case.evidence if row.table == "lines"}
    for line in candidates(case):
        assert all((line.lead_time_months, line.life_a, line.earliest, line.ramp_up)), line.name
        for column in ("capex_cny", "lead_time_months", "life_a", "fixed_om_cny_per_a"):
            row = stated[line.name, column]
            assert None not in (row.low, row.high), (line.name, column)
        assert not (line.times and line.times > 1) or (line.name, "times") in stated


# ---------------------------------------------------------------- its page


def candidates(case: Case) -> list[Line]:
    return [line for line in case.lines if line.candidate]


def size_t_per_a(case: Case, line: Line) -> float:
    """Tonnes a year of a full unit at its first operating point, availability counted."""
    uses = [row.use_per_t for row in case.line_processes if row.line == line.name]
    assert line.capacity is not None
    return float(line.capacity * line.availability / uses[0])


def capex_cny(case: Case, line: Line) -> float:
    """Capex of a full unit, steps of size included."""
    steps = [row for row in case.tiers if row.item == line.name]
    assert line.capex_cny is not None
    assert not steps or sum(row.width_t or 0.0 for row in steps) == line.capacity
    return float(line.capex_cny + sum(row.price_cny_per_t * (row.width_t or 0.0) for row in steps))


def row_of(case: Case, line: Line) -> str:
    site = next(f.site for f in case.facilities if f.name == line.facility)
    size, capex = size_t_per_a(case, line), capex_cny(case, line)
    sized = any(row.item == line.name for row in case.tiers)
    built = "any size up to it" if sized else f"up to {line.times} units" if line.times else "once"
    of = next(r for r in case.evidence if (r.item, r.column) == (line.name, "capex_cny"))
    cells = (
        f"`{line.name}`",
        f"`{site}`",
        f"{size / 1000:,.4g} kt/a, {built}",
        f"{capex / 1e6:.1f}",
        f"{capex / size:,.0f}",
        f"{line.lead_time_months} months, from {line.earliest}",
        f"{of.evidence} ({of.source})",
    )
    return "| " + " | ".join(cells) + " |\n"


def test_the_page_shows_the_candidates_of_the_tables(case: Case) -> None:
    head = (
        "| line | site | unit | capex [MCNY] | CNY per t/a | lead, start not before | evidence of capex |\n"
    )
    table = (
        head + "|---|---|---|---|---|---|---|\n" + "".join(row_of(case, line) for line in candidates(case))
    )
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(START)
    shown, after = rest.split(END)
    if os.environ.get("REDMUD_WRITE_DOCS"):
        PAGE.write_text(before + START + table + END + after, encoding="utf-8")
        shown = table
    assert shown == table


def test_the_page_of_the_case_counts_as_check_does(case: Case) -> None:
    counts = assumptions(case)
    page = PAGE.read_text(encoding="utf-8")
    assert f"Of the {counts.total} numbers" in page
    assert f"**{counts.measured} are measured, {counts.derived} derived, {counts.assumed} assumed**" in page
