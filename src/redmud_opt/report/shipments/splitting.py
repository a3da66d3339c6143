"""How an amount of a period is laid on its months: whole loads, at most one part load, at an even pace.

    loads until the end of month k   n[k] = ⌊ amount × (share[0] + … + share[k]) ÷ load ⌋
                                     in the last month that is open: all of them, and the part load
    what must have left by then      due[k]  →  n[k] ≥ ⌈ due[k] ÷ load ⌉

So nothing leaves before its time has come, and no month moves more than its share and what the months before it left,
which is less than a load. Without a load the amount follows the shares.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor

import numpy as np
import numpy.typing as npt

from redmud_opt.report.shipments.months import Array

SMALL_T = 1e-3
"""Wet tonnes (a kilogram) that make no load of their own."""


@dataclass(frozen=True)
class Split:
    """Wet tonnes by month, and the loads that they are: `whole` counts full ones, `part_t` is one that is not."""

    wet_t: Array
    whole: tuple[int, ...] | None
    part_t: Array


def split(wet_t: float, load_t: float | None, share: Array, due_t: Array) -> Split:
    """Lays an amount on months. `due_t`: what must have left by the end of each, cumulative, at most the amount."""
    opened = np.flatnonzero(share > 0.0)
    last, bid = int(opened[-1]), _in_open_months(due_t, opened)
    if load_t is None:
        until = np.maximum.accumulate(np.maximum(wet_t * np.cumsum(share), bid))
        until[last:] = wet_t
        return Split(np.diff(until, prepend=0.0), None, np.zeros(len(share)))
    count = floor((wet_t + SMALL_T) / load_t)
    rest, slack = wet_t - count * load_t, SMALL_T / load_t
    paced = [min(count, floor(wet_t * part / load_t + slack)) for part in np.cumsum(share)]
    until_n = [count if k >= last else n for k, n in enumerate(paced)]
    part_in = last if rest > SMALL_T else None
    for k, due in enumerate(bid[:last]):
        if due > until_n[k] * load_t + SMALL_T:
            until_n[k] = min(count, ceil(due / load_t - slack))
            if part_in is not None and due > count * load_t + SMALL_T:
                part_in = min(part_in, k)
    until_n = list(np.maximum.accumulate(until_n))
    whole = np.diff(until_n, prepend=0)
    part = np.zeros(len(share))
    amounts = whole * load_t
    if part_in is not None:
        part[part_in] = rest
        amounts = amounts + part
    elif count:
        amounts[np.flatnonzero(whole)[-1]] += rest  # less than a kilogram rides along
    return Split(amounts.astype(float), tuple(int(n) for n in whole), part)


def _in_open_months(due_t: Array, opened: npt.NDArray[np.intp]) -> Array:
    """What is due in a month in which nothing may move, in the last open one before; without one in the first."""
    bid = np.zeros(len(due_t))
    for k, due in enumerate(due_t):
        before = opened[opened <= k]
        place = before[-1] if len(before) else opened[0]
        bid[place] = max(bid[place], due)
    return bid
