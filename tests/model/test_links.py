"""Links tighten the relaxation and never the optimum: each bound met exactly, by cases on paper.

Every case is solved with and without links. Bricks are made of mud one to one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pytest
from tests.builders import (
    arises,
    buys,
    commodity,
    in_stock,
    landfill,
    lane,
    mud,
    parts,
    product,
    rows,
    sells,
    site,
    tiny,
    waste,
    works,
    yard,
    years,
)
from tests.model.array_contract import families
from tests.model.deciding import press, stands, world

from redmud_opt.case import Case
from redmud_opt.case.rules import Limit
from redmud_opt.model import FORMULATION, build_model
from redmud_opt.model.arrays import Columns
from redmud_opt.model.links import add_links
from redmud_opt.network import build_network
from redmud_opt.solve import Session, solve_levels

BRICK = sells("brick", 10)


def optima(case: Case, *, whole: bool = True) -> tuple[float, float, int]:
    """Value with links, without them, and the number of links; of the relaxation if not `whole`."""
    found, links = [], 0
    for formulation in (FORMULATION, [family for family in FORMULATION if family is not add_links]):
        network = build_network(case)
        model = build_model(network, formulation)
        if formulation is FORMULATION:
            links = len(model.feed_link) + len(model.make_link)
        if not whole:
            for columns in families(model, Columns):
                columns.set_integer(False)
        found.append(solve_levels(model, network, Session(), ["value"]).objective)
    return float(found[0] or 0.0), float(found[1] or 0.0), links


def all_in_stock() -> Case:
    """300 t lie in the yard and 100 arise: a press of 500 t may have all 400 in 2026: 4000 − 900."""
    stock = (yard("mud"), in_stock("yard", "mud", 300))
    return world(press(500, capex_cny=900), *stock, BRICK)


def reclaimed_slowly() -> Case:
    """The same, but no more than 50 t can be taken out: 150 t, 1500 − 900."""
    stock = (yard("mud", max_reclaim_t=50), in_stock("yard", "mud", 300))
    return world(press(500, capex_cny=900), *stock, BRICK)


def kept_for_later() -> Case:
    """The press starts in 2027: of 100 t of 2026 the yard holds 70, so that 170 t are pressed: 1700 − 900."""
    return world(
        press(500, capex_cny=900, lead_time_months=12),
        yard("mud", capacity_t=70),
        BRICK,
        periods=years(2026, 2),
    )


def brought_from_elsewhere() -> Case:
    """60 t arise at N, whose mud comes by M; 100 t at R: 1600 − 2 · 60 − 900."""
    more = (site("M"), site("N"), arises("mud", 60, "N"), lane("N", "M", 1), lane("M", "R", 1))
    return world(press(500, capex_cny=900), *more, landfill("mud", 0, "N", name="tip"), BRICK)


def not_brought_back() -> Case:
    """A lane leads from R to N and none back: 60 t that arise at N do not come to the press: 1000 − 900."""
    more = (site("N"), arises("mud", 60, "N"), lane("R", "N", 1), landfill("mud", 0, "N", name="tip"))
    return world(press(500, capex_cny=900), *more, BRICK)


def beside_a_line_that_stands() -> Case:
    """30 t go to the line that stands for nothing: the new one adds 70 t: 300 + 700 − 600."""
    return world(press(500, capex_cny=600), stands(30, "old"), BRICK)


def made_on_the_way() -> Case:
    """Tailings of a separation: 0.8 of 100 t and 40 t in stock: 120 t pressed at 10 − 900, and iron at 1."""
    separate = works("separate", "mud", {"iron": 0.2, "tails": 0.8})
    pressed = works(
        "press", "tails", {"brick": 1.0}, capacity=500, stands={"candidate": True, "capex_cny": 900}
    )
    names = (product("iron"), sells("iron", 1), waste("tails"), landfill("tails", name="dam"), yard("tails"))
    return world(separate, pressed, *names, in_stock("yard", "tails", 40), BRICK)


def made_for_stock() -> Case:
    """Lime is burnt in 2026 alone and sold in 2027 alone: the shed holds 80 t of 500: 800 − 300."""
    kiln = works("kiln", None, {"lime": 1.0}, capacity=500, inputs={"stone": 1.0},
                 stands={"candidate": True, "capex_cny": 300, "life_a": 1})  # fmt: skip
    goods = (
        commodity("lime"),
        commodity("stone"),
        buys("stone", 0, calendar=""),
        yard("lime", name="shed", capacity_t=80),
    )
    sold = sells("lime", 10, opens=date(2027, 1, 1), max_t=100)
    once = rows(
        limits=Limit(name="once", measure="built", at="kiln_line", sense="max", value=0, during="2027")
    )
    return world(kiln, *goods, sold, once, periods=years(2026, 2), product_stock_at_year_end="free")


def made_for_another_line() -> Case:
    """Lime for a press that takes 0.5 of 100 t, and 20 t sold at 3; bought lime is 9: the kiln is worth 300 more."""
    kiln = works("kiln", None, {"lime": 1.0}, capacity=500, stands={"candidate": True, "capex_cny": 210})
    pressed = works("press", "mud", {"brick": 1.0}, inputs={"lime": {"amount_per_t": 0.5, "solid": False}})
    goods = (commodity("lime"), buys("lime", 9), sells("lime", 3, max_t=20))
    return world(kiln, pressed, *goods, BRICK)


def twice() -> Case:
    """Two presses of 80 t, one in each year, a life of a year each: 80 t each year and 20 t that wait: 1600 − 200."""
    return world(press(80, capex_cny=100, life_a=1, times=2), yard("mud"), BRICK, periods=years(2026, 2))


def by_quarters() -> Case:
    """From April on 365 t a year: 275 t of 400; what arose by March waits. 2750 − 900."""
    line = press(365, capex_cny=900, lead_time_months=3)
    return world(line, yard("mud"), BRICK, periods=parts(2026, 3))


CASES: dict[Callable[[], Case], float] = {
    all_in_stock: 3100,
    reclaimed_slowly: 600,
    kept_for_later: 800,
    brought_from_elsewhere: 580,
    not_brought_back: 100,
    beside_a_line_that_stands: 400,
    made_on_the_way: 320,
    made_for_stock: 500,
    made_for_another_line: 1000 + 60 - 210,
    twice: 1400,
    by_quarters: 1850,
}


@pytest.mark.parametrize(("build", "value"), CASES.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_links_leave_the_optimum_on_paper(build: Callable[[], Case], value: float) -> None:
    linked, free, links = optima(build())
    assert linked == pytest.approx(value)
    assert free == pytest.approx(value)
    assert links > 0 or build in (twice, by_quarters)


@pytest.mark.parametrize(
    "build", [all_in_stock, reclaimed_slowly, not_brought_back, made_for_stock], ids=lambda b: b.__name__
)
def test_links_close_the_gap_where_a_line_is_too_large(build: Callable[[], Case]) -> None:
    """Without links a relaxation builds a part of the line; with them all of it."""
    case = build()
    value = optima(case)[0]
    linked, free, _ = optima(case, whole=False)
    assert linked == pytest.approx(value)
    assert free > value + 1


def test_links_of_a_small_line_say_nothing() -> None:
    """A press of 60 t has 100 t of mud: its capacity is the tighter bound."""
    assert optima(world(press(60, capex_cny=100), BRICK))[2] == 0


def test_links_are_finite_where_goods_are_not() -> None:
    """Lime of a kiln without inputs, and an outlet without end: there is no link."""
    kiln = works("kiln", None, {"lime": 1.0}, capacity=500, stands={"candidate": True, "capex_cny": 1.0})
    case = tiny(mud(), landfill("mud"), kiln, commodity("lime"), sells("lime", 1))
    model: Any = build_model(build_network(case))
    assert len(model.make_link) == 0
    assert np.isfinite(optima(case)[0])
