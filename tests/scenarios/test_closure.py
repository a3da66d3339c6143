"""Mass and elements close in the plans of every shipped case: what goes in comes out, to 1e-6."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.builders import run

from redmud_opt.case import Case, load_case
from redmud_opt.plan import Plan, audit, make_plan
from redmud_opt.solve import Options

CASES = ("guangxi", "group", "national", "india", "circuits")
ELEMENTS = ("total_iron", "na2o", "fluorine")
CLOSES = 1e-6


def with_elements(name: str) -> Case:
    """The case with iron, soda and fluorine balanced, also where it does not ask for that."""
    case = load_case(name)
    rows = (replace(row, element=row.element or row.name in ELEMENTS) for row in case.properties)
    return replace(case, properties=tuple(rows))


def audited(case: Case) -> Plan:
    """A plan within 2 % of the best: accounts close in any plan."""
    network, model, outcome = run(case, Options(gap=0.02, time_limit_s=300))
    plan = make_plan(network, model, outcome)
    assert audit(case, plan.frames, plan.value_cny).passed
    return plan


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_mass_and_elements_close(name: str) -> None:
    plan = audited(with_elements(name))
    identity = plan.frames["identity"]
    size = identity["opening_t"] + identity["generated_t"] + identity["received_t"]
    assert size.sum() > 0
    assert (identity["residual_t"].abs() <= CLOSES * size.clip(lower=1.0)).all()

    elements = plan.frames["elements"]
    assert set(elements["property"]) == set(ELEMENTS)
    sides = elements.pivot_table(
        index=["property", "site", "year"], columns="side", values="content_t", aggfunc="sum", fill_value=0.0
    )
    assert sides["in"].sum() > 0
    assert ((sides["in"] - sides["out"]).abs() <= CLOSES * sides["in"].clip(lower=1.0)).all()
