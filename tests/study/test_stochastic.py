"""Two-stage decisions on paper: build now, sell what can be sold."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.builders import sells, target
from tests.model.deciding import press, world

from redmud_opt.case import Case
from redmud_opt.case.things import ReductionOption, YearToDate
from redmud_opt.model import build_model
from redmud_opt.network.build import derive_network
from redmud_opt.study.chance import Chance, NoSuchTarget, most_short_t
from redmud_opt.study.hedging import by_mpisppy
from redmud_opt.study.stochastic import NoPlanForAll, two_stage


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


# ---------------------------------------------------------------- the chance of a target


def prices(price: float, capex: float, at_least: float = 0.5) -> Case:
    """100 t of mud, of which half must be used; a press of 60 t for `capex`, a brick costs 4 and brings `price`."""
    return world(
        press(60, capex_cny=capex, life_a=10.0, cost=4.0),
        sells("brick", price),
        target(at_least, year=2026),
    )


def three(capex: float) -> tuple[Case, Case, Case]:
    """Bricks bring 10, 5 or 1."""
    return prices(10, capex), prices(5, capex), prices(1, capex)


LIKELY = (0.5, 0.3, 0.2)


def wish(at_least: float, price: float) -> tuple[Chance, ...]:
    return (Chance("target", 2026, at_least, price),)


def test_a_chance_is_bought_where_it_costs_less_than_its_price() -> None:
    """Built for 100: 60 · 6 − 100 = 260, 60 · 1 − 100 = −40, and −100 where bricks bring 1 and none is made: 98 on
    average, the target reached with 0.8. To reach it there too, 50 bricks lose 3 each: 150 · 0.2 = 30 for 20 points.

    Wished 0.9 at 2 a point: 10 points cost 20 < 30, so 0.8 it stays, worth 78. At 4 they cost 40 > 30: 1.0, worth 68.
    Wished 0.75: nothing lacks, worth 98."""
    cheap = two_stage(three(100), LIKELY, chances=wish(0.9, 2))
    assert cheap.by_scenario == pytest.approx((260, -40, -100))
    assert cheap.reached[0].met == (True, True, False)
    assert (cheap.reached[0].probability, cheap.reached[0].lack_points) == (
        pytest.approx(0.8),
        pytest.approx(10),
    )
    assert (cheap.worth_cny, cheap.objective) == (pytest.approx(78), pytest.approx(78))
    dear = two_stage(three(100), LIKELY, chances=wish(0.9, 4))
    assert dear.by_scenario == pytest.approx((260, -40, -250))
    assert (dear.reached[0].probability, dear.worth_cny) == (pytest.approx(1.0), pytest.approx(68))
    assert two_stage(three(100), LIKELY, chances=wish(0.75, 4)).worth_cny == pytest.approx(98)


def test_a_chance_turns_the_decision_and_has_its_own_evpi_and_vss() -> None:
    """For 300 nobody builds: 98 − 200 = −102 < 0. With 80 points at 2 each lacking otherwise, 160, one builds.

    Knowing first, wished 0.8: build where bricks bring 10, 360 − 300 = 60, and 5, −240, lacking no point: 0.5 · 60 −
    0.3 · 240 = −42; or only where they bring 10, lacking 30 points: 30 − 60 = −30, which is better. EVPI 72. Whoever
    plans for the first alone builds: VSS 0. Whoever plans for the last alone does not, for 300 + 150 > 160: lacking
    80 points, −160, so VSS 58."""
    assert str(two_stage(three(300), LIKELY, chances=wish(0.8, 1))) == ""
    found = two_stage(three(300), LIKELY, chances=wish(0.8, 2))
    assert str(found) == "press_line@26a"
    assert (found.worth_cny, found.wait_and_see_cny) == (pytest.approx(-102), pytest.approx(-30))
    assert (found.evpi_cny, found.vss_cny) == (pytest.approx(72), pytest.approx(0))
    turned = two_stage(three(300)[::-1], LIKELY[::-1], chances=wish(0.8, 2))
    assert (turned.worth_cny, turned.vss_cny) == (pytest.approx(-102), pytest.approx(58))


def test_a_chance_beside_another_aim() -> None:
    """Least greatest regret, built for 100: 0, 40, 100; not built 260. To reach the target where bricks bring 1 as
    well adds 150 to the regret and brings 20 points: at 5 a point it stays, at 8 it is bought."""
    stays = two_stage(three(100), LIKELY, "regret", chances=wish(1.0, 5))
    assert (stays.regret_cny, stays.reached[0].probability) == (pytest.approx(100), pytest.approx(0.8))
    bought = two_stage(three(100), LIKELY, "regret", chances=wish(1.0, 8))
    assert (bought.regret_cny, bought.reached[0].probability) == (pytest.approx(250), pytest.approx(1.0))


def test_most_a_target_can_be_short_of() -> None:
    """Half of 100 t where nothing is used: 50. Half of the 20 t that may arise more as well; of 80 t generated before
    the horizon 60 t were used, 20 more than half: 0.5 · 120 − 20 = 40."""
    network = derive_network(prices(10, 100))
    assert most_short_t(build_model(network), network) == [50]
    done = YearToDate(waste_class="red_mud", site="R", generated_t=80, utilised_new_t=60)
    more = ReductionOption(name="more", arising="mud_R_", kind="expansion", share=0.2, margin_cny_per_t=7)
    network = derive_network(replace(prices(10, 100), year_to_date=(done,), reductions=(more,)))
    assert most_short_t(build_model(network), network) == pytest.approx([40])


def test_a_chance_of_no_target_is_refused() -> None:
    with pytest.raises(NoSuchTarget, match="no target 'target' in 2031"):
        two_stage(three(100), LIKELY, chances=(Chance("target", 2031, 0.9, 1),))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("at_least", "price"), [(0.9, 2), (0.9, 4), (1.0, 2)])
def test_mpisppy_on_the_same_chances(at_least: float, price: float) -> None:
    """Its extensive form comes to the same worth; progressive hedging too, where certainty is wished for."""
    own = two_stage(three(100), LIKELY, chances=wish(at_least, price))
    value, decided = by_mpisppy(three(100), LIKELY, chances=wish(at_least, price))
    assert value == pytest.approx(own.worth_cny, rel=1e-6)
    assert decided["build[press_line,26a]"] == pytest.approx(1)
    if at_least < 1:
        with pytest.raises(ValueError, match="certainty"):
            by_mpisppy(three(100), LIKELY, chances=wish(at_least, price), hedging={})
        return
    value, decided = by_mpisppy(
        three(100), LIKELY, chances=wish(at_least, price), hedging={"defaultPHrho": 50.0}
    )
    assert decided["build[press_line,26a]"] == pytest.approx(1)
    assert value == pytest.approx(own.worth_cny, rel=1e-4)
