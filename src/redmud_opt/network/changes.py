"""Options on what arises as arrays: effects by place, decisions by period."""

from __future__ import annotations

import numpy as np

from redmud_opt.network.clocks import Clocks
from redmud_opt.network.network import Array, Changes, Grid
from redmud_opt.network.numbering import Numbering, floats, ints
from redmud_opt.network.options import Option
from redmud_opt.network.reach import Place
from redmud_opt.network.time import Time


def changes_of(options: list[Option], numbers: Numbering, time: Time, clocks: Clocks) -> Changes:
    """The options as arrays."""
    size = (len(options), len(time))
    most = np.array([option.most_t for option in options], dtype=float).reshape(size)
    effects = [
        (k, numbers.place[place], amount, t)
        for k, option in enumerate(options)
        for plain, amount in option.effects()
        for place, t in _places(plain, time, clocks)
        if place in numbers.place
    ]
    decisions = [
        (k, d) for k, option in enumerate(options) if option.row.decided for d in range(len(option.decided))
    ]
    shape = (-1, len(time))
    return Changes(
        options=[option.row for option in options],
        site=[option.place.site for option in options],
        grid=Grid.of(most > 0),
        most_t=most,
        decision_option=ints(k for k, _ in decisions),
        decision_period=ints(options[k].decided[d] for k, d in decisions),
        in_force=np.array([options[k].in_force[d] for k, d in decisions], dtype=float).reshape(shape),
        after_t=np.array([options[k].after_t[d] for k, d in decisions], dtype=float).reshape(shape),
        certain=np.array([_certain(option, len(time)) for option in options], dtype=float).reshape(size),
        effect_option=ints(k for k, _, _, _ in effects),
        effect_place=ints(place for _, place, _, _ in effects),
        effect_t_per_t=floats(amount for _, _, amount, _ in effects),
        effect_period=ints(t for _, _, _, t in effects),
    )


def _places(place: Place, time: Time, clocks: Clocks) -> list[tuple[Place, int]]:
    """Where something arises in every period (−1), by age in each period elsewhere."""
    if not clocks.has_age(place.stream):
        return [(place, -1)]
    return [(clocks.arisen(place, t), t) for t in range(len(time))]


def _certain(option: Option, periods: int) -> Array:
    """Share of every period in which an option is in force without any decision, [T]."""
    nothing = option.row.decided or not len(option.in_force)
    return np.zeros(periods) if nothing else option.in_force[0]
