"""Which equipment there is for an arising: lines that stand, candidates, units; how full it runs, what it costs.

    capacity  = capacity · availability · calendar ÷ Σ use · t            t/a of this feed in its blend
    units     = ⌈ arising ÷ capacity ⌉,   load = arising ÷ (units · capacity)
    fixed     = (capex · annuity + fixed O&M + running) ÷ (capacity · availability) · use   CNY per tonne fed
    annuity   = r ÷ (1 − (1 + r)^−life)
    reach     = min(1, Σ units · capacity ÷ arising)                      share of the arising that it can take

A line that stands is one, a candidate stands at most `times`, a unit is built as often as needed. Taken is the first
of these that keeps its least rate, else the first:

    1  lines that stand, where they take all: the one that costs least, else the fewest together; capex is sunk
    2  the size of units and candidates that takes all and costs least a year in the number needed; where that is not
       known, that with the smallest over-capacity
    3  the lines that stand and the candidates, cheapest first, until all is taken or there are no more

Where no size keeps its least rate the fixed cost falls on what arises, not on the full load.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from redmud_opt.case.things import Tier
from redmud_opt.case.works import Line, LineProcess, Unit
from redmud_opt.network.lineage import Conversion
from redmud_opt.study.screening.world import World

HOURS_A = 8760.0
NAN = float("nan")
WHOLE = 1e-9


UNIT, LINE, CANDIDATE = "unit", "line", "candidate"
"""Kinds of a size. LINE: stands already; CANDIDATE: a step that may be built, or a line under construction."""


@dataclass(frozen=True)
class Size:
    """A size of equipment, and how often it can be had.

    `capacity_a`: of its own unit (t or h) a year; `fixed_cny_per_a`: NaN if unknown.
    """

    name: str
    kind: str
    capacity_a: float
    unit: str
    min_rate: float
    fixed_cny_per_a: float
    use: float
    most: float = math.inf
    rows: tuple[LineProcess, ...] = ()

    def use_per_t(self, world: World, conversion: Conversion) -> float | None:
        """Use of capacity by a tonne of feed; None where it does not run it."""
        if self.kind == UNIT:
            return self.use
        feed = conversion.feed.name if conversion.feed else ""
        best = world.lookup.best(self.rows, ("feed", feed), ("point", conversion.point))
        return best[0].use_per_t if best else None


@dataclass(frozen=True)
class Part:
    """So many of a size. `capacity_t_per_a`: of this feed in its blend, of each."""

    size: Size
    capacity_t_per_a: float
    units: int = 1

    @property
    def takes_t_per_a(self) -> float:
        """Capacity of all of them."""
        return self.units * self.capacity_t_per_a

    @property
    def limited(self) -> bool:
        """Whether it has a capacity at all."""
        return math.isfinite(self.capacity_t_per_a)

    @property
    def dear(self) -> float:
        """Fixed cost per tonne of capacity; what is unknown is dearest."""
        cost = self.size.fixed_cny_per_a / self.capacity_t_per_a
        return math.inf if math.isnan(cost) else cost


class Option(NamedTuple):
    """A size in the number that is needed and can be had: how full it runs (NaN: no limit), what it takes."""

    name: str
    units: int
    load: float
    reach: float


@dataclass(frozen=True)
class Match:
    """Equipment for an arising. `reach`: share of it that can be taken; `load`: NaN without a limit."""

    parts: tuple[Part, ...] = ()
    reach: float = NAN
    load: float = NAN
    fits: bool = False
    standing_t_per_a: float = 0.0
    """What all lines that stand at reach take of this feed."""
    options: tuple[Option, ...] = field(default=())

    @property
    def whole(self) -> bool:
        """Whether nothing that arises is left; also where no equipment is known."""
        return not self.reach < 1

    @property
    def units(self) -> int:
        """How many there are, of all sizes."""
        return sum(part.units for part in self.parts)

    @property
    def takes_t_per_a(self) -> float:
        """Capacity of all of them for this feed."""
        return sum(part.takes_t_per_a for part in self.parts)

    @property
    def capacity_t_per_a(self) -> float:
        """Capacity of one of them; of several sizes the mean."""
        return self.takes_t_per_a / self.units if self.parts else NAN

    @property
    def limited(self) -> bool:
        """Whether it has a capacity at all."""
        return all(part.limited for part in self.parts)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of its sizes."""
        return tuple(dict.fromkeys(part.size.kind for part in self.parts))


def annuity(rate: float, life_a: float | None) -> float:
    """Share of an investment that is due every year of its life; without a life, the interest on it."""
    if life_a is None:
        return rate
    return 1.0 / life_a if rate == 0 else rate / (1.0 - (1.0 + rate) ** -life_a)


def sizes(world: World, process: str, sites: frozenset[str]) -> list[Size]:
    """Units in which the equipment of a process is built, then the lines at these sites that run it."""
    found = [_of_unit(world, row) for row in world.case.units if row.process == process]
    rows = world.lookup.lines_of_process.get(process, ())
    for name in dict.fromkeys(row.line for row in rows):
        line = world.lookup.lines[name]
        if world.lookup.line_site(name) in sites and world.time.open(line.opens, line.closes).any():
            found.append(_of_line(world, line, tuple(row for row in rows if row.line == name)))
    return [size for size in found if size.capacity_a > 0]


def _of_unit(world: World, row: Unit) -> Size:
    share = row.availability * (1.0 if row.per == "year" else len(world.time) / world.years)
    capex = NAN if row.capex_cny is None else row.capex_cny
    return Size(
        name=row.name,
        kind=UNIT,
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
    return Size(
        name=row.name,
        kind=LINE if stands else CANDIDATE,
        capacity_a=math.inf if row.capacity is None else row.capacity * row.availability * per_a,
        unit=row.capacity_unit,
        min_rate=row.min_rate or 0.0,
        fixed_cny_per_a=_yearly(world, row, 0.0 if stands else _invested(world, row)) + running,
        use=NAN,
        most=(row.times or 1) if row.candidate else 1,
        rows=rows,
    )


def _yearly(world: World, row: Unit | Line, capex: float) -> float:
    """Annuity and fixed operation and maintenance; nothing invested needs no annuity."""
    due = capex * annuity(world.case.settings.discount_rate, row.life_a) if capex else 0.0
    return due + (row.fixed_om_cny_per_a or 0.0)


def _invested(world: World, row: Line) -> float:
    """Capex of a line that does not stand yet, with all the steps of its size. NaN: a candidate of unknown cost."""
    steps = sorted((tier for tier in world.case.tiers if tier.item == row.name), key=lambda tier: tier.step)
    unknown = row.capacity is None if steps else row.candidate and row.capex_cny is None
    return NAN if unknown else (row.capex_cny or 0.0) + _steps_cny(steps, row.capacity or 0.0)


def _steps_cny(steps: Sequence[Tier], left: float) -> float:
    """Capex of the steps that a full line fills."""
    found = 0.0
    for tier in steps:
        taken = min(left, math.inf if tier.width_t is None else tier.width_t)
        found += taken * tier.price_cny_per_t
        left -= taken
    return found


Mix = Sequence[tuple[Conversion, float]]


def match(world: World, own: Conversion, mix: Mix, site: str, arising_t_per_a: float) -> Match:
    """The equipment for an arising at a site, fed with the other feeds of its blend."""
    assert own.feed is not None
    known = list(_each(world, own, mix, world.at_reach(site, own.feed)))
    options = [_needed(part, arising_t_per_a) for part in known]
    standing = [part for part in known if part.size.kind == LINE]
    stand = _standing(standing, arising_t_per_a)
    alone = [one for one in options if one.whole and one.kinds != (LINE,)]
    best = min([one for one in stand if one.fits], key=_dear, default=None)
    best = best or min([one for one in alone if one.fits], key=_dear, default=None)
    best = best or min(stand, key=_dear, default=None) or min(alone, key=_dear, default=None)
    best = best or _together(known, arising_t_per_a)
    return replace(
        best,
        standing_t_per_a=sum(part.takes_t_per_a for part in standing),
        options=tuple(Option(o.parts[0].size.name, o.units, o.load, o.reach) for o in options),
    )


def _each(world: World, own: Conversion, mix: Mix, sites: frozenset[str]) -> Iterator[Part]:
    """One of every size that runs the blend."""
    for size in sizes(world, own.process.name, sites):
        uses = [(size.use_per_t(world, feed), tonnes) for feed, tonnes in ((own, 1.0), *mix)]
        if any(use is None for use, _ in uses):
            continue
        use = sum((use or 0.0) * tonnes for use, tonnes in uses)
        yield Part(size, size.capacity_a / use if use > 0 else math.inf)


def _needed(part: Part, arising: float) -> Match:
    """A size alone, in the number needed or in that which can be had."""
    return _fleet([_counted(part, arising)], arising)


def _counted(part: Part, amount: float) -> Part:
    """At least one of a size, as many as an amount needs, and at most those there can be."""
    needed = max(1, math.ceil(amount / part.capacity_t_per_a - WHOLE))
    return replace(part, units=int(min(needed, part.size.most)))


def _standing(lines: Sequence[Part], arising: float) -> list[Match]:
    """Lines that stand and take all: each that does so alone, else the fewest that do so together, else none."""
    alone = [one for one in (_needed(line, arising) for line in lines) if one.whole]
    if alone:
        return alone
    found = _filled(sorted(lines, key=lambda line: -line.capacity_t_per_a), arising)
    return [found] if found.whole and found.parts else []


def _together(known: Sequence[Part], arising: float) -> Match:
    """All lines that stand, then candidates, the cheapest first, until all is taken or there are no more."""
    lines = [part for part in known if part.size.kind == LINE]
    steps = sorted((part for part in known if part.size.kind == CANDIDATE), key=lambda part: part.dear)
    return _filled([*lines, *steps], arising)


def _filled(parts: Iterable[Part], arising: float) -> Match:
    """Parts in this order until all is taken."""
    found: list[Part] = []
    for part in parts:
        left = arising - sum(one.takes_t_per_a for one in found)
        if left > WHOLE * arising:
            found.append(_counted(part, left))
    return _fleet(found, arising)


def _fleet(parts: Sequence[Part], arising: float) -> Match:
    takes = sum(part.takes_t_per_a for part in parts)
    if not parts:
        return Match()
    if not math.isfinite(takes):
        return Match(tuple(parts), reach=1.0, fits=True)
    reach = takes / arising
    load = min(1.0, arising / takes)
    least = max(part.size.min_rate for part in parts)
    return Match(tuple(parts), 1.0 if reach >= 1.0 - WHOLE else reach, load, fits=load >= least - WHOLE)


def _dear(one: Match) -> tuple[float, float, int]:
    """What the equipment costs a year, then its over-capacity, then how many it is."""
    cost = sum(part.units * part.size.fixed_cny_per_a for part in one.parts)
    over = one.takes_t_per_a * (1.0 - one.load) if one.limited else 0.0
    return math.inf if math.isnan(cost) else cost, over, one.units


def fixed_cny_per_t(world: World, found: Match, conversion: Conversion, arising_t_per_a: float) -> float:
    """Fixed cost of a tonne fed. NaN if unknown.

    At full load; below the least rate at the load there is; of equipment without a limit over what arises.
    """
    if not found.parts:
        return NAN
    if not found.limited:
        return sum(part.size.fixed_cny_per_a for part in found.parts) / arising_t_per_a
    cost = sum(_full_load(world, part, conversion) * part.takes_t_per_a for part in found.parts)
    return cost / found.takes_t_per_a / (1.0 if found.fits else found.load)


def _full_load(world: World, part: Part, conversion: Conversion) -> float:
    use = part.size.use_per_t(world, conversion) or 0.0
    return part.size.fixed_cny_per_a / part.size.capacity_a * use
