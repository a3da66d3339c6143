"""Price paths: the factor on every price of an outlet, supply, process, lane or haul rule in each period.

factor[item, t] = the row of `price_paths` of the period's calendar year; 1 for items without a path
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

import numpy as np

from redmud_opt.network.haulage import Haulage, Route
from redmud_opt.network.lineage import Lineage
from redmud_opt.network.lookup import Lookup
from redmud_opt.network.time import Array, Ints, Time


class Prices:
    """The price paths of a case over its periods."""

    def __init__(self, lookup: Lookup, time: Time) -> None:
        self.lookup, self.time = lookup, time
        self._constant = np.ones(len(time))

    @cached_property
    def _paths(self) -> dict[str, Array]:
        by_year: dict[str, dict[int, float]] = defaultdict(dict)
        for row in self.lookup.case.price_paths:
            for name in self.lookup.members(row.item):
                by_year[name][row.year] = row.factor
        years = self.time.year.tolist()
        return {name: np.array([path[year] for year in years]) for name, path in by_year.items()}

    def factor(self, name: str) -> Array:
        """Factor on the prices of an item, [T]."""
        return self._paths.get(name, self._constant)

    def over(self, name: str, positions: Ints) -> float:
        """Factor over a window of a tier table: a window over several years has a path only if that is constant."""
        return float(self.factor(name)[positions[-1]])

    def of_route(self, haulage: Haulage, route: Route, lineage: Lineage) -> Array:
        """Factor on the cost of transport, [T]: the lane's where it states a cost, else that of its haul rule."""
        if route.listed is not None and route.listed.cost_cny_per_t is not None:
            return self.factor(route.listed.name)
        rule = haulage.rule(lineage, route.mode)
        assert rule is not None, "a route without a listed cost has a haul rule"
        return self.factor(rule.name)
