"""Three routes with known values: 100 t of mud, a free landfill, and one step of 100 t for each of three bricks.

a  13 · 100 − 300 = 1000        b  12.95 · 100 − 300 = 995      c  12 · 100 − 300 = 900      two of them: < 700
"""

from __future__ import annotations

from typing import Any

from tests.builders import Tables, product, sells
from tests.model.deciding import press, world

from redmud_opt.case import Case

PRICES = {"a": 13.0, "b": 12.95, "c": 12.0}


def three_routes(*tables: Tables, prices: dict[str, float] | None = None, **settings: Any) -> Case:
    """The case; its best plan builds a."""
    found: list[Tables] = []
    for name, price in (PRICES | (prices or {})).items():
        found += [
            press(100, name, made=f"brick_{name}", capex_cny=300),
            product(f"brick_{name}"),
            sells(f"brick_{name}", price),
        ]
    return world(*found, *tables, **settings)
