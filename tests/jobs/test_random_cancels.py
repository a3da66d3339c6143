"""Twenty cancels at random moments of the main case: an audited plan that replays, or nothing and exit 130."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from redmud_opt.case import load_case
from redmud_opt.jobs.folder import RunFolder
from redmud_opt.jobs.listening import Listener
from redmud_opt.jobs.outcome import Exit, RunResult
from redmud_opt.jobs.run import run
from redmud_opt.model import build_model
from redmud_opt.model.recorded import fix_recorded
from redmud_opt.network import Network, build_network
from redmud_opt.plan import Plan, audit
from redmud_opt.solve import Session

LONGEST_S = 9.0
"""The main case is proved in about 8 s on one core, so that some of the cancels come too late."""


class Impatient(Listener):
    """Cancels so many seconds after the solve has begun."""

    def __init__(self, seconds: float) -> None:
        super().__init__(should_stop=self.over, on_stage=self.stage)
        self.seconds, self.since = seconds, float("inf")

    def stage(self, name: str) -> None:
        if name == "solve":
            self.since = time.monotonic()

    def over(self) -> bool:
        return time.monotonic() - self.since > self.seconds


@pytest.fixture(scope="module")
def network() -> Network:
    return build_network(load_case("guangxi"))


def replayed(network: Network, plan: Plan) -> float:
    """The optimum of the LP at the recorded whole numbers."""
    model = build_model(network)
    frame = plan.frames["integers"]
    fix_recorded(model, dict(zip(frame["column"], frame["value"], strict=True)))
    outcome = Session().solve(model)
    assert outcome.stopped == "optimal"
    assert outcome.size.integers == 0
    assert outcome.objective is not None
    return outcome.objective


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_a_cancel_leaves_a_plan_that_replays_or_nothing(seed: int, network: Network, tmp_path: Path) -> None:
    seconds = random.Random(seed).uniform(0.0, LONGEST_S)
    result: RunResult = run("guangxi", out=tmp_path / "run", listener=Impatient(seconds))
    if result.exit == Exit.CANCELLED:
        assert result.plan is None
        assert not (tmp_path / "run" / "plan").exists()
        return
    assert result.exit == Exit.PLAN
    plan = Plan.load(RunFolder(tmp_path / "run").path / "plan")
    assert audit(network.case, plan.frames, plan.value_cny).passed
    assert replayed(network, plan) == pytest.approx(plan.solve["objective"], rel=1e-6)
