"""On paper: what a hostile reading of the model found, and how it stands now."""

from __future__ import annotations

from datetime import date

import pytest
from tests.builders import (
    buys,
    commodity,
    landfill,
    mud,
    parts,
    product,
    rows,
    sells,
    solve,
    stopped,
    target,
    tiny,
    works,
    yard,
    years,
)

from redmud_opt.case import flagged
from redmud_opt.case.works import Storage
from redmud_opt.model import build_model
from redmud_opt.model.remarks import remarks
from redmud_opt.network import build_network


def test_landfilled_counts_wastes_only() -> None:
    """A mine makes 5 t of ore with 5 t of gangue, a commodity; both are gone, no waste is landfilled."""
    mine = works("mine", None, {"ore": 1.0, "gangue": 1.0}, capacity=5)
    plan = solve(tiny(commodity("ore"), commodity("gangue"), mine, sells("ore", 9), landfill("gangue", 1)))
    assert plan.value == pytest.approx(5 * 9 - 5)
    assert plan.sum("totals", "amount", total="landfilled_t") == 0


def test_a_target_on_what_does_not_arise_is_remarked() -> None:
    """Mud arises in 2026 only in name: the target on carbon dross refers to nothing."""
    network = build_network(tiny(mud(), landfill("mud"), target(0.9, waste_class="carbon_dross")))
    keys = [message.key for message in remarks(build_model(network), network)]
    assert keys == ["model.target_without_waste"]


def test_a_closed_yard_has_no_way_out() -> None:
    """The yard closes at the end of 2026: what lies there stays for ever, so nothing may be put in.

    All 200 t go to the landfill at 20: −4000; with the yard open 200 t lie there and are charged 20 each: the same
    −4000, but with 2 for reclaiming nobody would use it.
    """
    shut = rows(storages=Storage(name="yard", site="R", material="mud", closes=date(2027, 1, 1)))
    base = (mud(), landfill("mud", 20))
    plan = solve(tiny(*base, shut, periods=years(2026, 2), end_of_horizon="charge"))
    assert plan.value == pytest.approx(-4000)
    assert plan.sum("stocks", "stock_t", period="27a") == 0
    only = tiny(mud(), shut, periods=years(2026, 2), end_of_horizon="charge")
    assert stopped(only) == "infeasible"


def test_products_do_not_pile_up_at_the_end_of_a_horizon_inside_a_year() -> None:
    """Nine months: 300 t of mud, bricks sell 10 t a quarter at most; 30 t are used, the shed may not help."""
    shed = yard("brick", name="shed")
    press = works("press", "mud", {"brick": 1.0})
    case = tiny(
        *(mud(), product("brick"), press, sells("brick", 0, max_t=10), landfill("mud"), shed),
        periods=parts(2026, 3)[:3],
        objective="utilisation",
    )
    assert solve(case).utilised() == pytest.approx(30)


def test_costs_that_earn_are_flagged() -> None:
    """A process at −5 and power at −600: both earn with every tonne."""
    press = works("press", "mud", {"brick": 1.0}, cost=-5, inputs={"power": 0.0})
    case = tiny(mud(), product("brick"), press, sells("brick", 1), commodity("power"), buys("power", -600))
    (flag,) = [message for message in flagged(case) if message.key == "case.flag_earning"]
    assert flag.values["names"] == ("press", "power_supply")
