"""Golden rows of change limits and of stocks at the end; bounds of what is frozen.

`golden.py` says how they are written anew.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
from tests.builders import (
    arises,
    group,
    in_stock,
    landfill,
    mud,
    parts,
    product,
    rows,
    sells,
    tiny,
    waste,
    yard,
)
from tests.model.deciding import press, stands, world
from tests.model.golden import bounds_of, check_golden, rows_of

from redmud_opt.case import Case
from redmud_opt.case.baseline import Baseline
from redmud_opt.case.rules import ChangeLimit
from redmud_opt.model import build_model
from redmud_opt.model.arrays import compile
from redmud_opt.network import build_network

BRICK = sells("brick", 10)
MUD = "mud@red_mud@new"


def before(case: Case, freeze: int = 0, **tables: pd.DataFrame) -> Baseline:
    """A baseline of the same calendar with these tables."""
    days = [(p.name, p.start.isoformat(), p.end.isoformat()) for p in case.periods]
    streams = pd.DataFrame({"stream": [MUD, "brick"], "material": ["mud", "brick"]})
    found = {"periods": pd.DataFrame(days, columns=["period", "start", "end"]), "streams": streams}
    return Baseline("before", found | tables, freeze)


def fed(*amounts: tuple[str, str, float]) -> pd.DataFrame:
    rows_of_feeds = [(f"{line}_line", line, "", MUD, period, amount) for line, period, amount in amounts]
    return pd.DataFrame(rows_of_feeds, columns=["line", "process", "point", "stream", "period", "feed_t"])


def test_change_limit() -> None:
    """Two presses took 30 + 10 t in 26a, 20 t (the first alone) in 26b; 26a is not limited `during` 26b.

    Together: 40 ± 5 in 26a and 20 ± 5 in 26b. Each by at most 10 %, and 2 t: the second in 26b stays at 0, the first
    20 ± 2; bricks sold, which the baseline does not have: within 0 ± 7.
    """
    limits = rows(
        change_limits=(
            ChangeLimit(name="together", measure="feed", at="presses", max_change_t=5),
            ChangeLimit(name="each", measure="feed", material="mud", at="presses", every="each", during="26b",
                        max_change_t=2, max_change_share=0.1),
            ChangeLimit(name="sold", measure="sold", during="26a", max_change_t=7),
        )
    )  # fmt: skip
    both = group("presses", "press_line", "other_line")
    case = world(stands(60), stands(60, "other"), both, BRICK, limits, periods=parts(2026, 6))
    baseline = before(case, feeds=fed(("press", "26a", 30), ("other", "26a", 10), ("press", "26b", 20)))
    form = compile(build_model(build_network(case, baseline)))
    check_golden("change_limit", rows_of(form, ["change_limit"]))


def test_end_stock(golden: Any) -> None:
    """Yards with 30 t of mud ask at the end for at most 30, exactly 30 (of ash: 0), none; one asks for nothing.

    Mud of 2026 is legacy in 2027: the closing stock is that of 27a, new and legacy. No excess row of these three.
    """
    asked = {"a": "at_most_opening", "b": "equal_opening", "c": "empty", "d": "setting"}
    yards = [yard("wastes", name=name, end_stock=rule) for name, rule in asked.items()]
    stocks = [in_stock(name, "mud", 30) for name in asked]
    wastes = (waste("ash", "other"), arises("ash", 9), group("wastes", "mud", "ash"), landfill("wastes", 20))
    horizon = parts(2026, 12) + parts(2027, 12)
    golden(
        tiny(mud(), *wastes, *yards, *stocks, periods=horizon, end_of_horizon="charge"),
        "end_stock",
        "end_excess",
    )


def test_bounds_of_what_is_frozen() -> None:
    """26a is frozen: 20 t fed stay within 5e-7 of 20; the press is built, and not again."""
    case = world(press(60), product("scrap"), BRICK, periods=parts(2026, 6))
    built = pd.DataFrame({"line": ["press_line"], "period": ["26a"], "units": [1], "size": [60.0]})
    placed = pd.DataFrame(
        {"storage": ["landfill"], "site": ["R"], "stream": [MUD], "period": ["26a"], "placed_t": [80.0]}
    )
    sold = pd.DataFrame(
        {"outlet": ["brick_outlet"], "site": ["R"], "stream": ["brick"], "period": ["26a"], "sold": [20.0]}
    )
    tables = {"feeds": fed(("press", "26a", 20)), "builds": built, "placements": placed, "sales": sold}
    form = compile(build_model(build_network(case, before(case, 1, **tables))))
    check_golden("bounds_of_what_is_frozen", bounds_of(form, ("feed_t", "placed_t", "sold_t", "build")))
