"""Lanes that haul rules make, where a rule limits them: a capacity, or a least lot if a lane is used at all.

A rule limits what moves on a lane by it: the sum of the materials that it names, in wet tonnes. Two rules of a mode,
for two materials, make one lane and limit each its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from redmud_opt.case.works import Haul
from redmud_opt.network.network import Array, Ints, Network


@dataclass(frozen=True)
class Hauled:
    """Pairs of a rule and a lane that is limited; per route its pair (−1: none) and its wet tonnes per dry tonne.

    `capacity` and `most` (capacity, or what can be there) are wet tonnes, [pair, T].
    """

    pairs: list[tuple[Haul, str]]
    pair: Ints
    wet: Array
    capacity: Array
    most: Array

    @property
    def lots(self) -> Ints:
        """Pairs with a least lot."""
        return np.array([k for k, (rule, _) in enumerate(self.pairs) if rule.min_lot_t], dtype=np.int64)


def hauled(net: Network) -> Hauled:
    """The limited lanes of a network."""
    routes, time = net.routes, net.time
    number: dict[tuple[str, str], int] = {}
    pairs: list[tuple[Haul, str]] = []
    pair = np.full(len(routes.route), -1, dtype=np.int64)
    for k, route in enumerate(routes.route):
        rule = None if route.listed else net.haulage.rule(net.lineage(int(routes.stream[k])), route.mode)
        if rule is None or (rule.min_lot_t is None and rule.lane_capacity_t is None):
            continue
        pair[k] = number.setdefault((rule.name, route.lane), len(pairs))
        if pair[k] == len(pairs):
            pairs.append((rule, route.lane))
    wet = np.array([net.lineage(int(s)).wet_per_dry for s in routes.stream], dtype=float)
    capacity = np.array([lane_capacity(rule) * time.per(rule.per) for rule, _ in pairs], dtype=float)
    capacity = capacity.reshape(len(pairs), len(time))
    there = np.zeros((len(pairs), len(time)))
    limited = pair >= 0
    upper = np.where(routes.grid.position >= 0, routes.upper, 0.0)
    np.add.at(there, pair[limited], upper[limited] * wet[limited, None])
    return Hauled(pairs, pair, wet, capacity, np.minimum(capacity, there))


def lane_capacity(rule: Haul) -> float:
    """Wet tonnes that move on each lane of a rule, infinite where it states none."""
    return np.inf if rule.lane_capacity_t is None else rule.lane_capacity_t
