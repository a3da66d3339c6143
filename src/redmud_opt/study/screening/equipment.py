"""Which equipment fits: sizes of a route's units and lines, how many are needed, how full they run, what they cost.

    capacity  = capacity · availability · calendar ÷ Σ use · t            t/a of this feed in its blend
    units     = ⌈ arising ÷ capacity ⌉,   load = arising ÷ (units · capacity)
    fixed     = (capex · annuity + fixed O&M + running) ÷ (capacity · availability) · use   CNY per tonne fed
    annuity   = r ÷ (1 − (1 + r)^−life)

Of the sizes whose load keeps the least rate, that which costs least a year in the number needed is matched; where
that is not known, that with the smallest over-capacity. A line that stands is matched first if it takes all; its
capex is sunk.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from redmud_opt.case.works import Line, LineProcess, Unit
from redmud_opt.network.lineage import Conversion
from redmud_opt.study.screening.world import World

HOURS_A = 8760.0
NAN = float("nan")
WHOLE = 1e-9


@dataclass(frozen=True)
class Size:
    """A size of equipment. `capacity_a`: of its own unit (t or h) a year; `fixed_cny_per_a`: NaN if unknown."""

    name: str
    kind: str
    capacity_a: float
    unit: str
    min_rate: float
    fixed_cny_per_a: float
    use: float
    rows: tuple[LineProcess, ...] = ()

    def use_per_t(self, world: World, conversion: Conversion) -> float | None:
        """Use of capacity by a tonne of feed; None where it does not run it."""
        if self.kind == "unit":
            return self.use
        feed = conversion.feed.name if conversion.feed else ""
        best = world.lookup.best(self.rows, ("feed", feed), ("point", conversion.point))
        return best[0].use_per_t if best else None


@dataclass(frozen=True)
class Match:
    """Equipment for an arising. `capacity_t_per_a`: of this feed, per unit; `options`: all sizes, in words."""

    size: Size | None = None
    capacity_t_per_a: float = NAN
    units: int = 0
    load: float = NAN
    fits: bool = False
    standing_t_per_a: float = 0.0
    options: tuple[tuple[str, int, float], ...] = field(default=())
    """(name, units needed, load) of every size."""

    @property
    def over_t_per_a(self) -> float:
        """Capacity beyond what arises."""
        unlimited = not math.isfinite(self.capacity_t_per_a)
        return NAN if unlimited else self.units * self.capacity_t_per_a * (1.0 - self.load)


def annuity(rate: float, life_a: float | None) -> float:
    """Share of an investment that is due every year of its life; without a life, the interest on it."""
    if life_a is None:
        return rate
    return 1.0 / life_a if rate == 0 else rate / (1.0 - (1.0 + rate) ** -life_a)


def sizes(world: World, process: str) -> list[Size]:
    """Units in which the equipment of a process is built, then lines of the case that run it."""
    found = [_of_unit(world, row) for row in world.case.units if row.process == process]
    rows = world.lookup.lines_of_process.get(process, ())
    for name in dict.fromkeys(row.line for row in rows):
        mine = tuple(row for row in rows if row.line == name)
        found.append(_of_line(world, world.lookup.lines[name], mine))
    return [size for size in found if size.capacity_a > 0]


def _of_unit(world: World, row: Unit) -> Size:
    share = row.availability * (1.0 if row.per == "year" else len(world.time) / world.years)
    capex = NAN if row.capex_cny is None else row.capex_cny
    return Size(
        name=row.name,
        kind="unit",
        capacity_a=math.inf if row.capacity is None else row.capacity * share,
        unit=row.capacity_unit,
        min_rate=row.min_rate or 0.0,
        fixed_cny_per_a=_yearly(world, row, capex)
        + (row.run_cost_cny_per_h or 0.0) * HOURS_A * row.availability,
        use=1.0 if row.use_per_t is None else row.use_per_t,
    )


def _of_line(world: World, row: Line, rows: tuple[LineProcess, ...]) -> Size:
    per_a = float(world.time.rate(row.per, row.calendar).sum()) / world.years
    open_share = float((world.time.calendar(row.calendar) * world.time.fraction).sum()) / world.years
    stands = not row.candidate and (row.opens is None or row.opens <= world.case.periods[0].start)
    running = (row.run_cost_cny_per_h or 0.0) * HOURS_A * row.availability * open_share
    running += (row.fixed_cost_cny_per_period or 0.0) * len(world.time) / world.years
    capex = 0.0 if stands else (row.capex_cny or 0.0) + _steps_cny(world, row)
    return Size(
        name=row.name,
        kind="line" if stands else "candidate",
        capacity_a=math.inf if row.capacity is None else row.capacity * row.availability * per_a,
        unit=row.capacity_unit,
        min_rate=row.min_rate or 0.0,
        fixed_cny_per_a=_yearly(world, row, capex) + running,
        use=NAN,
        rows=rows,
    )


def _yearly(world: World, row: Unit | Line, capex: float) -> float:
    """Annuity and fixed operation and maintenance; nothing invested needs no annuity."""
    due = capex * annuity(world.case.settings.discount_rate, row.life_a) if capex else 0.0
    return due + (row.fixed_om_cny_per_a or 0.0)


def _steps_cny(world: World, row: Line) -> float:
    """Capex of the steps of size that a full line fills."""
    left, found = row.capacity or 0.0, 0.0
    for tier in sorted((t for t in world.case.tiers if t.item == row.name), key=lambda t: t.step):
        taken = min(left, np.inf if tier.width_t is None else tier.width_t)
        found += taken * tier.price_cny_per_t
        left -= taken
    return found


Mix = Sequence[tuple[Conversion, float]]


def match(world: World, own: Conversion, mix: Mix, arising_t_per_a: float) -> Match:
    """The size that fits an arising, fed with the other feeds of its blend."""
    found = list(_tried(world, own, mix, arising_t_per_a))
    standing = [one for one in found if one.size is not None and one.size.kind == "line"]
    new = [one for one in found if one.size is not None and one.size.kind != "line"]
    whole = [one for one in standing if one.units == 1 and one.fits]
    best = min(whole or [one for one in new if one.fits] or new or standing, key=_dear, default=Match())
    return Match(
        size=best.size,
        capacity_t_per_a=best.capacity_t_per_a,
        units=best.units,
        load=best.load,
        fits=best.fits,
        standing_t_per_a=sum(one.capacity_t_per_a for one in standing),
        options=tuple((one.size.name, one.units, one.load) for one in found if one.size is not None),
    )


def _tried(world: World, own: Conversion, mix: Mix, arising: float) -> Iterator[Match]:
    for size in sizes(world, own.process.name):
        uses = [(size.use_per_t(world, feed), tonnes) for feed, tonnes in ((own, 1.0), *mix)]
        if any(use is None for use, _ in uses):
            continue
        use = sum((use or 0.0) * tonnes for use, tonnes in uses)
        capacity = size.capacity_a / use if use > 0 else math.inf
        units = max(1, math.ceil(arising / capacity - WHOLE))
        load = 0.0 if math.isinf(capacity) else arising / (units * capacity)
        fits = math.isinf(capacity) or load >= size.min_rate - WHOLE
        yield Match(size, capacity, units, load, fits)


def _dear(one: Match) -> tuple[float, float, int]:
    """What the units needed cost a year, then their over-capacity, then how many they are."""
    cost = NAN if one.size is None else one.units * one.size.fixed_cny_per_a
    over = one.over_t_per_a
    return (math.inf if math.isnan(cost) else cost, 0.0 if math.isnan(over) else over, one.units)


def fixed_cny_per_t(world: World, found: Match, conversion: Conversion, arising_t_per_a: float) -> float:
    """Fixed cost of a tonne fed at full load; of equipment without a limit, over what arises. NaN if unknown."""
    if found.size is None:
        return NAN
    use = found.size.use_per_t(world, conversion) or 0.0
    if math.isinf(found.size.capacity_a):
        return found.size.fixed_cny_per_a / arising_t_per_a
    return found.size.fixed_cny_per_a / found.size.capacity_a * use
