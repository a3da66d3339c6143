"""Golden rows of storage clocks: streams with an age, who makes them in which period, stock that must be gone.

The files stand in `goldens/`; `golden.py` says how they are written anew.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.builders import in_stock, landfill, lining, parts, rows, tiny, waste, works, yard, years
from tests.model.golden import bounds_of, check_golden

from redmud_opt.case import Case
from redmud_opt.case.rules import StorageClock
from redmud_opt.model import build_model
from redmud_opt.model.arrays import compile
from redmud_opt.network import build_network

OPERATOR = {"role": "licensed_operator", "clause": "art. 81"}
CLOCKS = (
    StorageClock(limit_months=6, **OPERATOR),
    StorageClock(
        limit_months=3, hard=False, price_cny_per_t_a=365.0, valid_from=date(2026, 10, 1), **OPERATOR
    ),
)


def halves(method: str) -> Case:
    """The second half of 2026 and the year 2027; 10 t arise in each, 4 t lie there since 1 July 2026."""
    return tiny(
        lining(clock="licensed_operator"),
        waste("grit", hazardous=True),
        yard("lining", accepts_hazardous=True),
        yard("grit", name="bin", accepts_hazardous=True, max_put_t=0),
        in_stock("yard", "lining", 4, arose_on=date(2026, 7, 1)),
        works("crush", "lining", {"grit": 1}, method=method),
        landfill("grit", 50, accepts_hazardous=True),
        rows(clocks=CLOCKS),
        periods=(*parts(2026, 6)[1:], *years(2027)),
    )


def test_clocks_of_pretreatment(golden: Any) -> None:
    """Grit is as old as its lining: of 26b, 27a, or of 1 July 2026.

    Stock of 26b and of July is there at the end of 26b (1 January 2027 is six months on) and must leave in 27a;
    lining of 27a may not lie at its end, so it is not put in at all. The soft clock of October 2026 holds in 26b, and
    both are beyond its three months at the end: 365 CNY a year on 184 days.
    """
    golden(halves("P"), "balance", "stock", "define_value_cny")


def test_clocks_of_use(golden: Any) -> None:
    """Grit is of the period in which it is made, whatever the age of the lining."""
    golden(halves("U"), "balance")


def test_bounds_of_clocks() -> None:
    """Stock of July and of 26b ≤ 4 and 10 t at the end of 26b, 0 at the end of 27a; none of 27a."""
    form = compile(build_model(build_network(halves("P"))))
    check_golden("bounds_of_clocks", bounds_of(form, ("stock_t", "put_t", "reclaim_t")))
