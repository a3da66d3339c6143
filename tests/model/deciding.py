"""A world to decide lines in: 100 t of mud a period, a free landfill, bricks; no residual value unless said.

solve(world(press(60, capex_cny=500), sells("brick", 10)))
"""

from __future__ import annotations

from typing import Any

from tests.builders import Tables, landfill, mud, product, tiny, works

from redmud_opt.case import Case


def press(capacity: float, name: str = "press", **columns: Any) -> Tables:
    """A candidate line of so many tonnes a year that makes a brick of a tonne of mud; `made`, `at`, `cost`."""
    made, at, cost = columns.pop("made", "brick"), columns.pop("at", "R"), columns.pop("cost", 0.0)
    line = {"candidate": True, "per": "year"} | columns
    return works(name, "mud", {made: 1.0}, at=at, cost=cost, capacity=capacity, stands=line)


def stands(capacity: float, name: str = "press", **columns: Any) -> Tables:
    """The same as a line that stands."""
    return press(capacity, name, **{"candidate": False} | columns)


def world(*tables: Tables, **settings: Any) -> Case:
    """The case."""
    base = (mud(settings.pop("arises", 100.0)), landfill("mud"), product("brick"))
    return tiny(*base, *tables, **{"residual_value": "none"} | settings)
