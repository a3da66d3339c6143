"""Six refineries of India: the case loads without faults, holds the tonnes of its sources, and its plan is sound."""

from __future__ import annotations

import pytest
from tests.builders import run

from redmud_opt.case import Case, assumptions, load_case
from redmud_opt.plan import audit, make_plan
from redmud_opt.solve import Options

GAP = 0.05


@pytest.fixture(scope="module")
def case() -> Case:
    return load_case("scenarios/india")


def test_six_muds_sum_to_what_india_generates(case: Case) -> None:
    muds = {row.material: row.amount_t or 0.0 for row in case.arisings if row.material.startswith("mud_")}
    assert len(muds) == 6
    assert sum(muds.values()) == pytest.approx(9.17e6)


def test_cement_works_take_two_and_a_half_million_tonnes_at_the_start(case: Case) -> None:
    cement = [outlet for outlet in case.outlets if outlet.method == "GU3"]
    at_the_start = [outlet for outlet in cement if outlet.opens is None]
    assert len(at_the_start) < len(cement)
    assert all(outlet.per == "year" and outlet.basis == "dry" for outlet in cement)
    assert sum(outlet.max_t or 0.0 for outlet in at_the_start) == pytest.approx(2.5e6, rel=1e-4)


def test_every_number_has_evidence_and_names_come_from_the_library(case: Case) -> None:
    assert assumptions(case).unstated == 0
    assert "refinery_damanjodi" in {site.name for site in case.sites}
    assert "suspension_roast" in {process.name for process in case.processes}


@pytest.mark.slow
def test_plan_is_near_the_optimum_audited_and_keeps_the_floor(case: Case) -> None:
    network, model, outcome = run(case, Options(gap=GAP, time_limit_s=120))
    assert outcome.holds in ("proved", "with_gap"), outcome.detail
    plan = make_plan(network, model, outcome)
    assert audit(case, plan.frames, plan.value_cny).passed
    rates = plan.frames["rates"]
    hindalco = rates[rates["plant"] == "hindalco"]
    assert len(hindalco) == 5
    assert hindalco["rate_new"].min() >= 0.5556 - 1e-6
