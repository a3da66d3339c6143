"""What is switched or counted has an upper bound: what can arise, be bought and be taken, or a fault asks for one."""

from __future__ import annotations

from typing import Any

import pytest
from tests.builders import (
    Tables,
    buys,
    commodity,
    group,
    landfill,
    lane,
    mud,
    optimum,
    product,
    rows,
    sells,
    site,
    tiny,
    works,
    yard,
    years,
)

from redmud_opt.case import Case, CaseFaults
from redmud_opt.case.rules import Limit, Logic, VatRefund
from redmud_opt.case.works import Distance, Haul, OperatingPoint
from redmud_opt.network import build_network


def limed(*tables: Tables, **settings: Any) -> Case:
    """Lime is bought at R, as much as may be; the press at M takes 0.1 of 60 t of mud; bricks are sold there."""
    press = works("press", "mud", {"brick": 1.1}, at="M", capacity=60, inputs={"lime": 0.1})
    names = (product("brick"), commodity("lime"), buys("lime", 1), sells("brick", 5, "M"))
    return tiny(mud(), site("M"), landfill("mud"), press, *names, *tables, **settings)


ROAD = rows(
    distances=Distance(from_site="R", to_site="M", distance_km=1),
    haul=Haul(name="road", cost_cny_per_t_km=1),
)
COUNT = rows(limits=Limit(name="few", measure="count_used", at="R", sense="max", value=1))


def lime_on_the_road(case: Case) -> list[float]:
    network = build_network(case)
    (k,) = (
        k
        for k in range(len(network.routes.route))
        if network.lineage(network.routes.stream[k]).name == "lime"
    )
    return [float(value) for value in network.routes.upper[k]]


def test_what_is_bought_is_no_more_than_what_can_be_taken() -> None:
    """The press takes 6 t in 2026, with new and with legacy mud 6 each in 2027; an outlet 20 t; a shed holds 9 t.

    Bought in 2026 for both years 26 + 32, in 2027 for that year: 58, then 58 + 32; 9 more each with the shed.
    """
    assert lime_on_the_road(limed(lane("R", "M"))) == [6]
    sold = sells("lime", 2, "M", max_t=20)
    shed = yard("lime", "M", name="shed", capacity_t=9)
    two: dict[str, Any] = {"periods": years(2026, 2)}
    assert lime_on_the_road(limed(lane("R", "M"), sold, **two)) == [58, 58 + 32]
    assert lime_on_the_road(limed(lane("R", "M"), sold, shed, **two)) == [67, 67 + 41]


@pytest.mark.parametrize(
    "fixed", [{"fixed_cost_cny": 50}, {"fixed_cost_cny_per_period": 50}, {"min_lot_t": 1}, {}], ids=str
)
def test_lanes_of_goods_without_a_limit_can_be_switched(fixed: dict[str, float]) -> None:
    """60 t of mud and 6 t of lime make 66 t of bricks at 5, less 6 for lime and 50 for the lane."""
    cost = 50 if any("cost" in column for column in fixed) else 0
    assert optimum(limed(lane("R", "M", **fixed), COUNT)) == pytest.approx(330 - 6 - cost)


def test_lanes_that_haul_rules_make_can_be_counted() -> None:
    """By road at 1 a tonne: 66 t of mud and lime."""
    assert optimum(limed(ROAD, COUNT)) == pytest.approx(330 - 6 - 66)


def fault_of(case: Case) -> tuple[str, str, str]:
    with pytest.raises(CaseFaults) as raised:
        build_network(case)
    (fault,) = raised.value.faults
    return fault.file, fault.column, str(fault.message.values["name"])


def test_what_cannot_be_bounded_is_asked_for() -> None:
    """A shed without end takes lime without end: the lane's capacity is missing, or the supply's most."""
    shed = yard("lime", "M", name="shed")
    build_network(limed(lane("R", "M"), shed))
    for fixed in ({"fixed_cost_cny": 50}, {"fixed_cost_cny_per_period": 50}, {"min_lot_t": 1}):
        assert fault_of(limed(lane("R", "M", **fixed), shed)) == ("lanes.csv", "capacity_t", "R_M")
    assert fault_of(limed(lane("R", "M"), shed, COUNT)) == ("lanes.csv", "capacity_t", "R_M")
    assert fault_of(limed(ROAD, shed, COUNT)) == ("supplies.csv", "max_t", "lime_supply")
    build_network(
        limed(ROAD, shed, rows(limits=Limit(name="n", measure="count_used", at="M", sense="max", value=1)))
    )


def test_outlets_of_rules_and_refunded_lines_too() -> None:
    """Lime bought and sold without end; clay pressed without end."""
    rule = (group("ends", "a", "b"), rows(logic=Logic(name="l", kind="at_most", first="ends", count=1)))
    ends = (sells("lime", 1, name="a", max_t=5), sells("lime", 1, name="b"))
    base = (mud(), landfill("mud"), commodity("lime"), buys("lime", 2), *ends)
    assert fault_of(tiny(*base, *rule)) == ("outlets.csv", "max_t", "b")
    press = works("press", {"mud": {}, "clay": {}}, {"brick": 1.0})
    refund = rows(
        vat_refunds=VatRefund(
            facility="press_works", product="brick", threshold=0.7, rate=0.7, price_cny_per_t=9
        )
    )
    goods = (commodity("clay"), buys("clay", 1), product("brick"), sells("brick", 1))
    assert fault_of(tiny(mud(), landfill("mud"), press, *goods, refund)) == (
        "lines.csv",
        "capacity",
        "press_line",
    )


@pytest.mark.parametrize("feed", ["clay", None])
def test_points_that_exclude_each_other_need_a_line_with_a_bound(feed: str | None) -> None:
    """Clay is bought without limit for a line without a capacity: nobody could say what a point lets in."""
    points = tuple(OperatingPoint(process="press", point=name, one_per_period=True) for name in "ab")
    inputs = {} if feed else {"clay": 1.0}
    press = works("press", feed, {"brick": 1.0}, inputs=inputs)
    world = (commodity("clay"), buys("clay", 5), product("brick"), sells("brick", 9), rows(points=points))
    with pytest.raises(CaseFaults) as caught:
        build_network(tiny(*world, press))
    ((file, column, key),) = {(f.file, f.column, f.message.key) for f in caught.value.faults}
    assert (file, column, key) == ("lines.csv", "capacity", "network.needs_a_bound")
    limited = works("press", feed, {"brick": 1.0}, inputs=inputs, capacity=20)
    assert optimum(tiny(*world, limited)) == pytest.approx(80)
