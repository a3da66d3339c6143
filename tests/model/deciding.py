"""A world to decide lines in: 100 t of mud a period, a free landfill, bricks; no residual value unless said.

solve(world(press(60, capex_cny=500), sells("brick", 10)))
"""

from __future__ import annotations

from typing import Any

from tests.builders import Tables, landfill, mud, product, rows, tiny, waste, works

from redmud_opt.case import Case
from redmud_opt.case.works import OperatingPoint, Output


def press(capacity: float, name: str = "press", **columns: Any) -> Tables:
    """A candidate line of so many tonnes a year that makes a brick of a tonne of mud; `made`, `at`, `cost`."""
    made, at, cost = columns.pop("made", "brick"), columns.pop("at", "R"), columns.pop("cost", 0.0)
    line = {"candidate": True, "per": "year"} | columns
    return works(name, "mud", {made: 1.0}, at=at, cost=cost, capacity=capacity, stands=line)


def stands(capacity: float, name: str = "press", **columns: Any) -> Tables:
    """The same as a line that stands."""
    return press(capacity, name, **{"candidate": False} | columns)


def two_points(*, exclusive: bool, capacity: float = 80) -> tuple[Tables, ...]:
    """A press that runs fast (a brick of a tonne, 6 CNY/t) or frugal (half a brick, 1 CNY/t, the rest at 3 CNY/t)."""
    press_line = works("press", "mud", {}, capacity=capacity)
    points = {"fast": 6.0, "frugal": 1.0}
    made = (("fast", "brick", 1.0), ("frugal", "brick", 0.5), ("frugal", "rest", 0.5))
    more = rows(
        points=tuple(
            OperatingPoint(process="press", point=point, cost_cny_per_t=cost, one_per_period=exclusive)
            for point, cost in points.items()
        ),
        outputs=tuple(
            Output(process="press", point=point, material=material, yield_t_per_t=amount)
            for point, material, amount in made
        ),
    )
    return press_line, more, waste("rest"), landfill("rest", 3, name="tip")


def world(*tables: Tables, **settings: Any) -> Case:
    """The case."""
    base = (mud(settings.pop("arises", 100.0)), landfill("mud"), product("brick"))
    return tiny(*base, *tables, **{"residual_value": "none"} | settings)
