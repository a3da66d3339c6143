"""The rounds of bound and plan: what the data force is found, what is left open is said, nothing is claimed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.builders import rows
from tests.model.pooling import base, kiln, merged, pooled
from tests.model.test_optima_pools import far

from redmud_opt import NoPlan, Plan, optimise
from redmud_opt.case import Case
from redmud_opt.case.rules import Limit
from redmud_opt.i18n import LANGUAGES
from redmud_opt.jobs import Listener, RunOptions
from redmud_opt.jobs.compute import compute
from redmud_opt.jobs.listening import Stages
from redmud_opt.jobs.outcome import Exit
from redmud_opt.model import build_model
from redmud_opt.network import build_network
from redmud_opt.plan import audit
from redmud_opt.solve import Options, Progress
from redmud_opt.study import pools
from redmud_opt.study.meeting import at_recorded_points, met
from redmud_opt.study.pools import solve_pools


def forced(**settings: Any) -> Case:
    """The base takes 100 t, 37 of them A: no point of a grid of ends and halves."""
    limit = Limit(name="of_a", measure="sold", material="a", at="base", sense="equal", value=37)
    whole = Limit(name="of_all", measure="sold", material="muds", at="base", sense="equal", value=100)
    return pooled(
        far(100, 100), merged(base(100), rows(limits=(limit, whole))), **{"pool_grid": 2} | settings
    )


def test_what_the_data_force_is_found_by_the_relaxation() -> None:
    """100 t at 6."""
    plan = optimise(forced())
    assert plan.value_cny == pytest.approx(600)
    assert plan.status == "optimal"
    shares = plan.frames["pools"].set_index("lineage")["share"].to_dict()
    assert shares == pytest.approx({"a": 0.37, "b": 0.63})


@pytest.fixture
def blind(monkeypatch: pytest.MonkeyPatch) -> None:
    """The relaxation tells no shares, and there is one round."""
    monkeypatch.setattr(pools, "ROUNDS", 1)
    monkeypatch.setattr(pools, "shares_seen", lambda model, network: [[] for _ in network.pools])


@pytest.mark.usefixtures("blind")
def test_no_plan_on_the_grid_is_no_proof() -> None:
    found = compute(forced(), RunOptions(), Stages(Listener()))
    assert (found.exit, found.stopped, found.plan) == (Exit.LIMIT, "gap", None)
    assert [message.key for message in found.messages] == ["jobs.pools_too_coarse"]
    with pytest.raises(NoPlan, match="pool_grid"):
        optimise(forced())


@pytest.mark.usefixtures("blind")
def test_a_plan_on_a_coarse_grid_says_how_far_it_may_be_from_the_best() -> None:
    """Two kilns of 4 and 7 %: the bound is no less than what is reached, and proved only where they meet."""
    case = pooled(far(100, 100), kiln(4, capacity=60), kiln(7, name="second", price=9.0), base(50))
    plan = optimise(case)
    found = plan.solve["pools"]
    assert found["reached"] == pytest.approx(plan.value_cny)
    assert found["bound"] >= found["reached"] - 1e-6
    assert (plan.status == "optimal") == (found["gap"] <= 1e-6)


def test_a_plan_with_a_pool_comes_back_from_disk(tmp_path: Path) -> None:
    plan = optimise(forced())
    plan.save(tmp_path)
    again = Plan.load(tmp_path)
    pd.testing.assert_frame_equal(again.frames["pools"], plan.frames["pools"], check_dtype=False)
    assert again.solve["pools"] == plan.solve["pools"]
    assert audit(forced(), again.frames, again.value_cny).passed
    for language in LANGUAGES:
        assert again.with_audit(plan.audit).describe(language) == plan.describe(language)  # type: ignore[arg-type]


def test_a_plan_with_a_pool_is_met_again_at_its_own_mixture() -> None:
    """Of the points of a fresh network none need be that of the plan: its own is made from its name."""
    plan = optimise(forced())
    network = at_recorded_points(build_network(forced()), plan.whole)
    assert [len(pool.points) for pool in network.pools] == [1]
    found = met(build_model(network), network, plan.whole, (), Options())
    assert found.objective == pytest.approx(plan.solve["objective"], rel=1e-6)


def test_nobody_is_told_the_bound_of_the_grid() -> None:
    heard: list[Progress] = []
    network = build_network(forced())
    found = solve_pools(build_model(network), network, Options(on_progress=heard.append))
    assert heard
    assert all(line.bound is None and line.gap is None for line in (*heard, *found.outcome.progress))


def test_without_time_there_is_no_plan_and_no_claim() -> None:
    network = build_network(forced())
    found = solve_pools(build_model(network), network, Options(time_limit_s=0.0))
    assert found.outcome.holds != "proved"
    assert found.outcome.stopped in ("time", "gap")


def test_cancelling_ends_the_rounds() -> None:
    network = build_network(forced())
    found = solve_pools(build_model(network), network, Options(should_stop=lambda: True))
    assert found.outcome.stopped in ("cancelled", "optimal", "gap")
    assert found.record is None or found.record["rounds"] == 1


def test_a_stock_apart_needs_no_rounds() -> None:
    case = forced()
    apart = replace(case, storages=tuple(replace(row, mixed=False) for row in case.storages))
    assert "pools" not in optimise(apart).solve
