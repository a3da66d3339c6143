"""Golden rows of contracts, and of prices that follow a path. The files stand in `goldens/`; see `golden.py`."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.builders import (
    buys,
    commodity,
    landfill,
    lane,
    mud,
    parts,
    product,
    rows,
    sells,
    site,
    tiny,
    works,
    years,
)
from tests.model.contracting import contract, path

from redmud_opt.case.things import Tier
from redmud_opt.case.works import Distance, Haul


def test_take_or_pay(golden: Any) -> None:
    """Mud as received (20 % water: 1.25) to two outlets of one contract, 365 t a year, valid July 2026 to June 2028.

    2026: 184 t, 2027: 365 t, 2028: 366 days of 365 t a year in 182 of them = 181.5 t; nothing is sold in 26a or 28b.
    Made up in 2027 ≤ short in 2026; made up in both ≤ short in 2026 and 2027.
    """
    terms = contract(365, 9, make_up=True, valid_from=date(2026, 7, 1), valid_to=date(2028, 7, 1))
    ends = (sells("mud", 1, method="U", name=name, basis="as_received", contract="deal") for name in "ab")
    case = tiny(
        mud(moisture=0.2),
        landfill("mud"),
        *ends,
        terms,
        periods=parts(2026, 6) + parts(2027, 6) + parts(2028, 6),
    )
    golden(case, "take_or_pay", "make_up")


def test_take_or_pay_of_purchases_and_tolls(golden: Any) -> None:
    """Lime bought (0.1 per tonne fed) against 4 a year; what is fed to a partner's press against 50: none made up."""
    press = works("press", "mud", {"brick": 1.1}, inputs={"lime": 0.1}, stands={"contract": "toll"})
    names = (product("brick"), commodity("lime"), buys("lime", 1, contract="deal"), sells("brick", 5))
    toll = contract(50, 2, name="toll", tolling=True, partner="other", toll_fee_cny_per_t=7)
    case = tiny(mud(), landfill("mud"), press, *names, contract(4, 9), toll)
    golden(case, "take_or_pay", "make_up")


def test_value_of_paths_and_contracts(golden: Any) -> None:
    """2026 at prices 1, 2027 at the factor of each path; no discounting.

    Sold 10, then 20; steps 8 and 6, then 4 and 3. Lime 1, then 1.5; lane 2, then 6; hauled 30 · 0.1 + 1 = 4, then 2.
    Own press 3 + 1 (feed), then 8; the partner's 7 and nothing of the process. Short −9, made up in 2027 +4.5.
    """
    own = works("press", {"mud": {"cost_cny_per_t": 1}}, {"brick": 1.1}, cost=3, inputs={"lime": 0.1})
    other = works(
        "press", {"mud": {"cost_cny_per_t": 1}}, {"brick": 1.1}, cost=3, inputs={"lime": 0.1}, at="R"
    )
    other["lines"] = tuple(
        type(x)(name="partner_line", facility=x.facility, contract="toll") for x in other["lines"]
    )
    other["line_processes"] = tuple(
        type(x)(line="partner_line", process="press") for x in other["line_processes"]
    )
    toll = contract(None, None, name="toll", tolling=True, partner="other", toll_fee_cny_per_t=7)
    deal = contract(40, 9, make_up=True, make_up_share=0.5)
    steps = tuple(
        Tier(item="steps", step=k, width_t=w, price_cny_per_t=p) for k, w, p in ((1, 5, 8), (2, None, 6))
    )
    road = rows(
        distances=Distance(from_site="R", to_site="N", distance_km=30),
        haul=Haul(name="road", cost_cny_per_t_km=0.1, handling_cny_per_t=1, material="brick"),
        tiers=steps,
    )
    case = tiny(
        mud(), landfill("mud"), own, other, toll, deal, product("brick"), commodity("lime"), site("M"), site("N"),
        buys("lime", 1), lane("R", "M", 2), road, sells("brick", 10, "M", contract="deal"),
        sells("brick", 0, "N", name="steps"),
        *(path(item, 1, f) for item, f in (("brick_outlet", 2), ("steps", 0.5), ("lime_supply", 1.5), ("R_M", 3),
                                           ("road", 0.5), ("press", 2))),
        periods=years(2026, 2),
    )  # fmt: skip
    golden(case, "define_value_cny")
