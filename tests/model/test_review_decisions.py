"""Defects that a review of the decisions found, each as it was shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from tests.builders import (
    buys,
    commodity,
    landfill,
    mud,
    product,
    rows,
    sells,
    site,
    solve,
    tiny,
    works,
    yard,
    years,
)

from redmud_opt.case import CaseFaults
from redmud_opt.case.rules import Limit
from redmud_opt.case.things import Tier
from redmud_opt.case.works import Haul
from redmud_opt.model import build_model
from redmud_opt.model.formulation import FORMULATION
from redmud_opt.model.links import add_links
from redmud_opt.network import build_network
from redmud_opt.solve import Session


def test_a_product_that_is_feed_and_fixed_input_of_one_run_leaves_by_both() -> None:
    """Bricks of 100 t of mud: ground with half a brick per brick fed, 100 bricks make 66.7 t of gravel at 2 each.

    Gravel 1.0 per brick fed, 1.5 bricks taken: 100 ÷ 1.5 · 2 = 133.33. The grinder takes 80 fed: 120 bricks, enough.
    """
    press = works(
        "press", {"mud": {}}, {"brick": 1.0}, capacity=400, stands={"candidate": True, "capex_cny": 10}
    )
    mill = works("mill", {"brick": {}}, {"gravel": 1.0}, capacity=80, inputs={"brick": 0.5}, method="")
    case = tiny(
        mud(100), landfill("mud"), product("brick"), product("gravel"), press, mill, sells("gravel", 2)
    )
    network = build_network(case)
    weak = tuple(family for family in FORMULATION if family is not add_links)
    without = Session().solve(build_model(network, weak)).objective
    assert solve(case).value == pytest.approx(without)
    assert without == pytest.approx(100 / 1.5 * 2 - 10)


def test_a_line_that_is_closed_is_no_way_out() -> None:
    """100 t a year for two years; the press costs 2 a tonne and 300 a year, closing it 1; the landfill 50 a tonne.

    Pressed: 2 · (300 + 200) = 1000. Closed at once, what is left would be charged as by the landfill: 200 · 50.
    """
    press = works("press", {"mud": {}}, {"brick": 1.0}, cost=2, capacity=100,
                  stands={"fixed_om_cny_per_a": 300, "closing_cost_cny": 1})  # fmt: skip
    case = tiny(mud(100), product("brick"), press, sells("brick", 0), yard("mud"), landfill("mud", 50),
                periods=years(2026, 2), end_of_horizon="charge")  # fmt: skip
    assert solve(case).value == pytest.approx(-1000)


@pytest.mark.parametrize("prices", [(5, 5, 5), (5, 3, 3), (0, 0, 0)])
def test_steps_of_one_price_are_told_in_order(prices: tuple[int, ...]) -> None:
    """30 t over steps of 10, 10 and the rest: the audit asks for them in order, whatever the solver found."""
    steps = tuple(
        Tier(item="mud_outlet", step=k + 1, width_t=width, price_cny_per_t=price)
        for k, (price, width) in enumerate(zip(prices, (10, 10, None), strict=True))
    )
    case = tiny(mud(30), sells("mud", 0, method="U"), rows(tiers=steps))
    plan = solve(case)
    assert [plan.sum("tiers", "amount", step=k) for k in (1, 2, 3)] == pytest.approx([10, 10, 10])
    assert plan.value == pytest.approx(10 * sum(prices))


def test_sizes_of_one_price_are_told_in_order() -> None:
    """A press of 90 t in steps of 40 and 60 at 5 each, bricks at 10: 90 · 10 − 90 · 5."""
    steps = tuple(
        Tier(item="press_line", step=k, width_t=w, price_cny_per_t=5) for k, w in ((1, 40), (2, 60))
    )
    press = works(
        "press", {"mud": {}}, {"brick": 1.0}, capacity=90, stands={"candidate": True, "capex_cny": 1}
    )
    plan = solve(
        tiny(mud(90), product("brick"), landfill("mud"), press, sells("brick", 10), rows(tiers=steps))
    )
    assert plan.value == pytest.approx(90 * 10 - 90 * 5 - 1)
    assert plan.sum("tiers", "amount", step=1) == pytest.approx(40)


def test_counting_lanes_of_a_material_made_without_limit_is_a_fault() -> None:
    """Clinker burnt of bought lime, neither with a limit: the limits row that counts its lanes is named."""
    burn = works("burn", None, {"clinker": 1.0}, inputs={"lime": 1.0}, method="")
    count = Limit(name="few", measure="count_used", at="R", sense="max", value=1)
    haul = Haul(name="road", cost_cny_per_t_km=0.1, material="clinker")
    case = tiny(mud(1), landfill("mud"), commodity("lime"), product("clinker"), buys("lime", 1), burn,
                site("M", longitude_deg=107.0, latitude_deg=23.0), sells("clinker", 5, "M"),
                rows(haul=haul, limits=count))  # fmt: skip
    placed = tuple(
        s if s.longitude_deg else replace(s, longitude_deg=107.1, latitude_deg=23.1) for s in case.sites
    )
    with pytest.raises(CaseFaults) as caught:
        build_network(replace(case, sites=placed))
    faults = {(fault.file, fault.column, fault.message.key) for fault in caught.value.faults}
    assert ("limits.csv", "at", "network.counts_without_bound") in faults


def test_a_line_that_ends_with_the_horizon_is_worth_nothing_at_its_end() -> None:
    """It opened in 2026 and closes on 1 January 2027 for good, whatever is left of its life."""
    old = {"opens": date(2026, 1, 1), "closes": date(2027, 1, 1), "capex_cny": 1000.0, "life_a": 10.0}
    press = works("press", {"mud": {}}, {"brick": 1.0}, capacity=90, stands=old)
    case = tiny(mud(90), product("brick"), landfill("mud"), press, sells("brick", 1))
    assert solve(case).term("residual_value") == 0
