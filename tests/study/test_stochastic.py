"""Two-stage decisions on paper: build now, sell what can be sold."""

from __future__ import annotations

import pytest
from tests.builders import sells
from tests.model.deciding import press, world

from redmud_opt.case import Case
from redmud_opt.study.stochastic import NoPlanForAll, by_mpisppy, two_stage


def demand(most: float, least: float | None = None) -> Case:
    """A press of 60 t costs 200, a brick earns 10 − 4; `most` can be sold."""
    return world(
        press(60, capex_cny=200.0, life_a=10.0, cost=4.0), sells("brick", 10, max_t=most, min_t=least)
    )


LOW, HIGH = demand(20), demand(60)
EVEN = (0.5, 0.5)


def test_expected_value_evpi_and_vss() -> None:
    """Built: 20 · 6 − 200 = −80 or 60 · 6 − 200 = 160, so 40 on average: build. Knowing first: (0 + 160) ÷ 2 = 80,
    EVPI 40. Whoever plans for the low demand alone does not build and has 0: VSS 40."""
    found = two_stage((LOW, HIGH), EVEN)
    assert str(found) == "press_line@26a"
    assert found.by_scenario == pytest.approx((-80, 160))
    assert found.best == pytest.approx((0, 160))
    assert (found.expected_cny, found.objective) == (pytest.approx(40), pytest.approx(40))
    assert (found.evpi_cny, found.vss_cny) == (pytest.approx(40), pytest.approx(40))


def test_the_decision_turns_with_the_probabilities() -> None:
    """With p of the low demand: 160 − 240 p > 0 where p < 2 ÷ 3."""
    assert str(two_stage((LOW, HIGH), (0.66, 0.34))) == "press_line@26a"
    waits = two_stage((LOW, HIGH), (0.67, 0.33))
    assert str(waits) == ""
    assert (waits.expected_cny, waits.vss_cny) == (pytest.approx(0), pytest.approx(0))
    assert waits.evpi_cny == pytest.approx(0.33 * 160)


def test_who_fears_the_worst_does_not_build() -> None:
    """CVaR of the worst tenth: −80 built, 0 not. Greatest regret: built 80 (of the low demand), not built 160."""
    fears = two_stage((LOW, HIGH), EVEN, "cvar")
    assert str(fears) == ""
    assert fears.objective == pytest.approx(0, abs=1e-3)
    regrets = two_stage((LOW, HIGH), EVEN, "regret")
    assert str(regrets) == "press_line@26a"
    assert regrets.regret_cny == pytest.approx(80)
    assert two_stage((LOW, HIGH), EVEN, "cvar", share=1.0).expected_cny == pytest.approx(40)


def test_one_scenario_is_the_case_itself() -> None:
    found = two_stage((HIGH,), (1.0,))
    assert (found.expected_cny, found.evpi_cny, found.vss_cny) == (pytest.approx(160), 0, 0)


def test_what_is_wrong_is_said() -> None:
    for probabilities in ((0.5,), (0.5, 0.6), (1.0, 0.0)):
        with pytest.raises(ValueError, match="sum to 1"):
            two_stage((LOW, HIGH), probabilities)
    with pytest.raises(ValueError, match="none of expected"):
        two_stage((LOW, HIGH), EVEN, "best")
    with pytest.raises(NoPlanForAll) as caught:
        two_stage((LOW, demand(80, least=80)), EVEN)
    assert (caught.value.stopped, caught.value.scenario) == ("infeasible", 1)


def test_where_the_decision_for_one_case_has_no_plan_in_another() -> None:
    """40 t must be sold in the second: to wait is impossible there, so the worth of seeing it is infinite."""
    found = two_stage((LOW, demand(60, least=40)), EVEN)
    assert str(found) == "press_line@26a"
    assert found.eev_cny is None
    assert found.vss_cny == float("inf")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_mpisppy_on_the_same_models() -> None:
    """Its extensive form, and progressive hedging, come to the plan of ours."""
    own = two_stage((LOW, HIGH), EVEN)
    value, decided = by_mpisppy((LOW, HIGH), EVEN)
    assert value == pytest.approx(own.expected_cny, rel=1e-6)
    assert decided["build[press_line,26a]"] == pytest.approx(1)
    value, decided = by_mpisppy((LOW, HIGH), EVEN, hedging={"defaultPHrho": 50.0})
    assert decided["build[press_line,26a]"] == pytest.approx(1)
    assert value == pytest.approx(own.expected_cny, rel=1e-4)
