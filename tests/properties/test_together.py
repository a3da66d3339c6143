"""Facts about cases that use many options at once: yards, arisings, contracts, paths, carbon, points, lots of hauls.

audit passes, mass closes (`solve` asks for both), cost to serve sums to value and leaves nothing without a bearer;
what is frozen stays a plan, and the same case frozen is worth the same
what counting calls impossible has no plan
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from tests.builders import against, rows, run, solve
from tests.examples import examples
from tests.model.contracting import contract
from tests.properties.cases import random_cases
from tests.properties.decisions import decided_cases
from tests.properties.test_arisings import with_options
from tests.properties.test_yards import with_yards

from redmud_opt.case import Case, CaseFaults
from redmud_opt.case.burdens import Factor
from redmud_opt.case.rules import Target
from redmud_opt.case.things import Owner, PriceByYear
from redmud_opt.case.works import Facility, Line

pytestmark = pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")  # of long reprs
few = settings(
    max_examples=examples(10),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
Draw = Any

PRICED = ("iron_outlet", "mud_outlet", "lime_supply", "press", "road", "belt", "brick_outlet")


def _with_markets(draw: Draw, case: Case) -> Case:
    """Bricks and lime under contracts, a partner's press, and prices that follow paths."""
    some = st.sampled_from([0.0, 10.0, 80.0])
    late = case.periods[-1].start
    deal = contract(draw(some), draw(st.sampled_from([2.0, 9.0])), make_up=True, make_up_share=0.5,
                    valid_to=draw(st.sampled_from([None, late])))  # fmt: skip
    buy = contract(draw(some), 4.0, name="buy")
    toll = contract(draw(some), 3.0, name="toll", tolling=True, partner="other",
                    toll_fee_cny_per_t=draw(st.sampled_from([1.0, 20.0])))  # fmt: skip
    site = next(row.site for row in case.facilities if row.name == "press_works")
    use = next(row for row in case.line_processes if row.process == "press")
    under = {"brick_outlet": "deal"}
    factors = st.sampled_from([0.5, 1.0, 1.6])
    years = sorted({period.year for period in case.periods})
    paths = tuple(
        PriceByYear(item=item, year=year, factor=1.0 if year == years[0] else draw(factors))
        for item in draw(st.sets(st.sampled_from(PRICED)))
        for year in years
    )
    return replace(
        case,
        owners=(*case.owners, Owner(name="other")),
        contracts=tuple(row for table in (deal, buy, toll) for row in table["contracts"]),
        outlets=tuple(replace(row, contract=under.get(row.name, "")) for row in case.outlets),
        supplies=tuple(
            replace(row, contract="buy" if row.name == "lime_supply" else "") for row in case.supplies
        ),
        facilities=(*case.facilities, Facility(name="other_works", site=site)),
        lines=(*case.lines, Line(name="partner", facility="other_works", capacity=30, contract="toll")),
        line_processes=(*case.line_processes, replace(use, line="partner")),
        price_paths=paths,
    )


def _with_burdens(draw: Draw, case: Case) -> Case:
    """A price of carbon, a factor of what is bought, handling at a station, lots and capacities of hauls."""
    lots, most = draw(st.sampled_from([(None, None), (None, 40.0), (4.0, 40.0)]))
    handling = draw(st.sampled_from([None, 3.0]))
    station = {"transfer_station": handling}
    return replace(
        case,
        settings=replace(case.settings, co2_price_cny_per_t=draw(st.sampled_from([0.0, 60.0]))),
        factors=rows(factors=Factor(material="lime", account="co2e_t", amount_per_unit=0.7))["factors"],
        sites=tuple(replace(row, handling_cny_per_t=station.get(row.kind)) for row in case.sites),
        haul=tuple(
            replace(row, min_lot_t=lots, lane_capacity_t=most, co2e_kg_per_t_km=0.2) for row in case.haul
        ),
        points=tuple(replace(row, one_per_period=True) for row in case.points),
    )


@st.composite
def mixed_cases(draw: Draw) -> Case:
    """A random case with everything; always with a plan."""
    case: Case = draw(st.one_of(random_cases(), decided_cases()))
    for more in (with_options, with_yards, _with_markets, _with_burdens):
        if draw(st.integers(0, 3)):
            case = more(draw, case)
    return case


@few
@given(mixed_cases())
def test_cost_to_serve_is_the_value_and_leaves_no_remainder(case: Case) -> None:
    """`solve` audits and closes the mass. What nothing bears stands under the name of a thing that nothing uses.

    Where lanes have least lots, something may go to and fro without a source to fill them: its haulage is nobody's.
    """
    plan = solve(case)
    served, stated = plan.frame("cost_to_serve"), plan.frame("value_terms")
    scale = max(1.0, stated["value_cny"].abs().max())
    assert served["value_cny"].sum() == pytest.approx(stated["value_cny"].sum(), abs=1e-7 * scale)
    rest = served.query("given == 'not_attributed' and at == ''")
    of_lots = {"transport", "co2_cost"} if any(row.min_lot_t for row in (*case.haul, *case.lanes)) else set()
    rest = rest[~rest["term"].isin(of_lots)]
    assert rest["value_cny"].abs().max() <= 1e-6 * scale or rest.empty, rest.to_string()


@few
@given(mixed_cases(), st.integers(1, 4))
def test_the_same_case_frozen_is_worth_the_same(case: Case, freeze: int) -> None:
    """And where prices change in what is left, frozen periods stand: the audit looks."""
    plan = solve(case)
    stays = min(freeze, len(case.periods))
    again = solve(case, baseline=against(plan, stays))
    scale = max(1.0, plan.frame("value_terms")["value_cny"].abs().max())
    assert again.value == pytest.approx(plan.value, abs=1e-5 * scale)
    dear = replace(
        case, outlets=tuple(replace(row, price_cny_per_t=row.price_cny_per_t - 9) for row in case.outlets)
    )
    solve(dear, baseline=against(plan, stays))


def _tight(draw: Draw, case: Case) -> Case:
    """The case with dumps of little or no room and a hard target on red mud: perhaps without a plan."""
    room = draw(st.sampled_from([0.0, 10.0, 60.0]))
    hard = Target(name="hard", waste_class="red_mud", at_least=draw(st.sampled_from([0.0, 0.3, 0.9])))
    dumps = tuple(
        replace(row, capacity_t=room) if row.name.startswith(("dump", "pit")) else row
        for row in case.storages
    )
    return replace(case, storages=dumps, targets=(*case.targets, hard))


@few
@given(st.data())
def test_what_is_called_impossible_has_no_plan(data: Any) -> None:
    """Options on what arises, raises, new yards and tolled lines count before anything is called impossible."""
    case = _tight(data.draw, data.draw(mixed_cases()))
    try:
        network, _, outcome = run(case)
    except CaseFaults:  # a waste without any way out is a fault
        event("fault")
        return
    event(f"{'told impossible' if network.findings else 'nothing found'}, {outcome.stopped}")
    if outcome.stopped == "optimal":
        assert not network.findings, [finding.values for finding in network.findings]
