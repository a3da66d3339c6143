"""A network met again: whatever a budget, limit, target, permit or approval allows, the model is that of one anew."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.builders import mud, tiny, yard
from tests.model.rich import before, rich
from tests.solve.test_session import different, highs_holds

from redmud_opt.case import Case
from redmud_opt.model import build_model
from redmud_opt.model.arrays import compile
from redmud_opt.network import Network, build_network
from redmud_opt.network.build import derive_network
from redmud_opt.network.reuse import AMOUNTS, with_amounts
from redmud_opt.solve import Session


def network_of(case: Case) -> Network:
    return build_network(case, before(case) if case.change_limits else None)


def greater(case: Case, table: str, column: str) -> Case:
    """Every such number of a table greater by a fifth, shares by a hundredth."""

    def new(value: float | None) -> float | None:
        return None if value is None else min(value * 1.2, value + 0.01) if value <= 1.0 else value * 1.2

    found: dict[str, Any] = {
        table: tuple(replace(row, **{column: new(getattr(row, column))}) for row in getattr(case, table))
    }
    return replace(case, **found)


@pytest.fixture(scope="module")
def network() -> Network:
    """That of the rich case."""
    return network_of(rich())


@pytest.mark.parametrize(("table", "column"), AMOUNTS.items())
def test_the_model_of_a_network_met_again_is_the_one_derived_anew(
    network: Network, table: str, column: str
) -> None:
    case = greater(network.case, table, column)
    again = with_amounts(network, case)
    assert again is not None
    found, anew = compile(build_model(again)), compile(build_model(network_of(case)))
    assert not different(found, anew)
    assert different(found, compile(build_model(network)))  # the number is in the model at all


def test_every_other_change_is_derived_anew(network: Network) -> None:
    case = network.case
    line = replace(case.lines[0], capacity=12345.0)
    assert with_amounts(network, replace(case, lines=(line, *case.lines[1:]))) is None
    assert with_amounts(network, replace(case, limits=case.limits[1:])) is None
    moved = replace(case.permits[0], receiver="elsewhere")
    assert with_amounts(network, replace(case, permits=(moved, *case.permits[1:]))) is None
    none = replace(case.permits[0], amount_t_per_a=0.0)
    assert with_amounts(network, replace(case, permits=(none, *case.permits[1:]))) is None
    settings = replace(case.settings, name="other")
    assert with_amounts(network, replace(case, settings=settings)) is None
    assert with_amounts(network, case) is not None


def test_a_network_without_findings_is_otherwise_the_same() -> None:
    """100 t of mud a year and a yard of 10: counting finds that it does not fit; the solver would too."""
    case = tiny(mud(), yard("mud", capacity_t=10.0))
    found = derive_network(case)
    assert found.findings == ()
    assert build_network(case).findings
    form = compile(build_model(found))
    session = Session()
    session.update(form)
    highs_holds(session, form)
    assert session.run().stopped == "infeasible"
    np.testing.assert_array_equal(found.arising_t, build_network(case).arising_t)
