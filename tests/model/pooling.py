"""A world to pool muds in: A with 10 % soda, B with 2 %, both red muds; a kiln at 10 a tonne that wants little soda.

solve(pooled(arises("a", 100, "P"), arises("b", 100, "P"), kiln(4)))
"""

from __future__ import annotations

from typing import Any

from tests.builders import Tables, assay, group, product, prop, rows, sells, site, tiny, waste, works, yard

from redmud_opt.case import Case
from redmud_opt.case.works import Gate


def pooled(*tables: Tables, **settings: Any) -> Case:
    """The case; the pool stands at P, and holds 1000 t unless said."""
    pool = {"name": "pool", "mixed": True, "capacity_t": 1000} | settings.pop("pool", {})
    base = (
        site("P"),
        waste("a", "red_mud"),
        waste("b", "red_mud"),
        product("clinker"),
        prop("soda"),
        assay("a", soda=10),
        assay("b", soda=2),
        group("muds", "a", "b"),
        yard("muds", "P", **pool),
    )
    return tiny(*base, *tables, **settings)


def kiln(soda: float, at: str = "P", *, name: str = "kiln", price: float = 10.0, **stands: Any) -> Tables:
    """Makes a tonne of clinker of a tonne of mud with at most so much soda, and sells it where it stands."""
    made = works(name, "muds", {"clinker": 1.0}, at=at, stands=stands)
    limit = rows(gates=Gate(name=f"soda_of_{name}", at=name, property="soda", kind="blend", limit=soda))
    return merged(made, limit, sells("clinker", price, at, name=f"sale_of_{name}"))


def base(most: float, price: float = 6.0, at: str = "P") -> Tables:
    """A road base that takes mud of any kind as it is."""
    return sells("muds", price, at, name="base", method="U", max_t=most)


def merged(*parts: Tables) -> Tables:
    """Rows of several helpers as one."""
    found: Tables = {}
    for part in parts:
        for table, own in part.items():
            found[table] = (*found.get(table, ()), *own)
    return found
