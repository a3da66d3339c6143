"""The exact optimum of a small case with pools, by SCIP: a check of what points and boxes come to.

    leaving[component, way] = share[component] · Σ leaving[way]      per pool and period, content included

share is one column per (pool, period, component) between 0 and 1, adding up to 1: the condition that `model.pools`
meets at points and `model.pool_bound` within boxes. Needs `pyscipopt`, which nothing else here does.
"""

from __future__ import annotations

from redmud_opt.model import FORMULATION, build_model
from redmud_opt.model.arrays import StandardForm, compile
from redmud_opt.model.pools import Way, add_passing, add_pools, ways_of
from redmud_opt.network import Network
from redmud_opt.solve.scip import Exact, Product, available, solve_products

__all__ = ["available", "exact_optimum"]


def exact_optimum(network: Network, limit_s: float = 60.0) -> Exact:
    """The most value that a case with pools can come to. Raises ImportError without `pyscipopt`."""
    families = [add_passing if family is add_pools else family for family in FORMULATION]
    form = compile(build_model(network, families))
    number: dict[tuple[str, int, int], int] = {}
    products = [
        one
        for pool in network.pools
        for way in ways_of(network, pool)
        for one in _products(way, _starts(form), number)
    ]
    groups: dict[tuple[str, int], list[int]] = {}
    for (pool_name, period, _), k in number.items():
        groups.setdefault((pool_name, period), []).append(k)
    return solve_products(form, len(number), list(groups.values()), products, limit_s)


def _starts(form: StandardForm) -> dict[str, int]:
    """Where the columns of each family begin."""
    return {name: start for name, start, _ in form.column_blocks}


def _products(way: Way, starts: dict[str, int], number: dict[tuple[str, int, int], int]) -> list[Product]:
    of_component: list[list[int]] = [[] for _ in way.pool.components]
    for family, cols, carried in way.parts:
        for col, component in zip(cols.tolist(), carried.tolist(), strict=True):
            of_component[component].append(starts[family] + col)
    everything = tuple(col for own in of_component for col in own)
    name = way.pool.storage.name
    found = []
    for component, own in enumerate(of_component):
        share = number.setdefault((name, way.period, component), len(number))
        if everything:
            found.append(Product(tuple(own), share, everything))
    return found
