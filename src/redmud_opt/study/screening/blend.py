"""Gates of a route, each material alone and in a blend; the greatest share of the feed at which all hold.

    excess_j = Σ retained · (p + kσ) · t − limit · yield          a gate on an output, per tonne of feed j
    excess_j = Σ (p + kσ − limit) · t                             a gate on the input; a minimum turns the signs
    share    = max x_own   with  Σ x_j = 1,  Σ x_j · excess_j ≤ 0 for every gate and share limit,  x ≥ 0

t are the tonnes (wet ones for a property on wet basis) of the feed and of the fixed inputs that have tonnes, as in
`model.blend`. With one other feed and one gate the share is e_other ÷ (e_other − e_own). MODEL.md rule 4.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.case.works import Feed, Gate
from redmud_opt.model.arrays import Columns, Index, Objective, Rows
from redmud_opt.network.lineage import Conversion, Lineage, inside
from redmud_opt.solve import Session
from redmud_opt.study.screening.world import World

CLOSE = 1e-9
"""Excess and shares below this are rounding."""

Worth = Callable[[Conversion], float]


@dataclass(frozen=True)
class Check:
    """A gate and what this feed brings to it alone. `lacks`: the material without a value, if there is one."""

    gate: Gate
    kind: str
    holds: bool
    value: float = float("nan")
    lacks: str = ""


@dataclass(frozen=True)
class Bound:
    """A gate or a feed row with a share to keep: excess per tonne of each feed, this one first."""

    row: Gate | Feed
    sense: str
    excess: tuple[float, ...]


@dataclass(frozen=True)
class Share:
    """Greatest share of the feed; what binds there; tonnes of every other feed per tonne of this one."""

    limit: float
    bound: Bound | None = None
    mix: tuple[tuple[Conversion, float], ...] = ()


def checks(world: World, own: Conversion) -> list[Check]:
    """Every gate of the route with what this feed alone brings; blend gates may still hold in a blend."""
    process = own.process.name
    found = [check for gate in world.gates(process, "each") if (check := _alone(world, gate, own))]
    for gate in world.gates(process, "blend"):
        lacks = lacking(world, gate, own)
        if lacks:
            found.append(Check(gate, "blend", holds=False, lacks=lacks))
        else:
            over = excess(world, gate, own)
            found.append(Check(gate, "blend", holds=over <= CLOSE, value=_brought(world, gate, own)))
    return found


def _alone(world: World, gate: Gate, own: Conversion) -> Check | None:
    """An `each` gate; on an output it judges the feed without its fixed inputs. None: the output is not made."""
    assert own.feed is not None
    if gate.property not in own.feed.composition:
        return Check(gate, "each", holds=False, lacks=own.feed.name)
    value, made = own.feed.with_margin(gate), _made(world, gate, own)
    if gate.output:
        if not any(m.output.name == gate.output for m in own.made):
            return None
        value = gate.retained * value * world.law.weight(gate, own.feed)
        kept = inside(gate, value, gate.limit * made)
        return Check(gate, "each", holds=kept, value=value / made if made > 0 else float("inf"))
    return Check(gate, "each", holds=inside(gate, value, gate.limit), value=value)


def _taken(world: World, own: Conversion) -> Iterator[tuple[Lineage, float]]:
    """The feed and the fixed inputs that have tonnes, per tonne fed."""
    if own.feed is not None:
        yield own.feed, 1.0
    for row in own.inputs:
        lineage = world.lineages.by_id[row.material]
        if lineage.material.unit == "t":
            yield lineage, row.amount_per_t


def _made(world: World, gate: Gate, own: Conversion) -> float:
    made = [m for m in own.made if m.output.name == gate.output]
    return sum(m.yield_t_per_t * world.law.weight(gate, m.output) for m in made)


def lacking(world: World, gate: Gate, own: Conversion) -> str:
    """A material that a blend gate finds no value for, blank if it finds all."""
    names = (lineage.name for lineage, _ in _taken(world, own) if gate.property not in lineage.composition)
    return next(names, "")


def _sums(world: World, gate: Gate, own: Conversion) -> tuple[float, float]:
    """(property brought, tonnes it is measured on)."""
    taken = [(line, tonnes * world.law.weight(gate, line)) for line, tonnes in _taken(world, own)]
    brought = sum(line.with_margin(gate) * tonnes for line, tonnes in taken)
    if gate.output:
        return gate.retained * brought, _made(world, gate, own)
    return brought, sum(tonnes for _, tonnes in taken)


def excess(world: World, gate: Gate, own: Conversion) -> float:
    """What a tonne of feed brings beyond the limit of a blend gate; negative: room that it leaves."""
    brought, tonnes = _sums(world, gate, own)
    over = brought - gate.limit * tonnes
    return over if gate.sense == "max" else -over


def _brought(world: World, gate: Gate, own: Conversion) -> float:
    brought, tonnes = _sums(world, gate, own)
    return brought / tonnes if tonnes > 0 else float("nan")


def others(world: World, own: Conversion) -> list[Conversion]:
    """Feeds of the same vessel that can be had and let in, and whose gates can all be judged."""
    assert own.feed is not None
    gates = list(world.gates(own.process.name, "blend"))
    return [
        other
        for other in world.vessels[own.process.name, own.point]
        if other.feed is not None
        and other.feed.id != own.feed.id
        and world.is_there(other.feed)
        and world.law.process_takes(other, other.feed)
        and not any(lacking(world, gate, other) for gate in gates)
    ]


def bounds(world: World, feeds: Sequence[Conversion]) -> list[Bound]:
    """All that limits a blend of these feeds, the first of which is the one in question."""
    own = feeds[0]
    found = [
        Bound(gate, "gate", tuple(excess(world, gate, feed) for feed in feeds))
        for gate in world.gates(own.process.name, "blend")
    ]
    for row in world.lineages.feed_rows(own.process.name, own.point):
        mine = [float(feed.row is row) for feed in feeds]
        if row.max_share < 1 and any(mine):
            found.append(Bound(row, "max", tuple(is_it - row.max_share for is_it in mine)))
        if row.min_share > 0:
            found.append(Bound(row, "min", tuple(row.min_share - is_it for is_it in mine)))
    return found


def share(world: World, own: Conversion, worth: Worth, session: Session) -> Share:
    """The greatest share, and of the blends that reach it the one whose other feeds are worth most."""
    alone = bounds(world, [own])
    if all(bound.excess[0] <= CLOSE for bound in alone):
        return Share(1.0)
    feeds = [own, *others(world, own)]
    if len(feeds) == 1:
        return Share(0.0, max(alone, key=lambda bound: bound.excess[0]))
    limits = bounds(world, feeds)
    first = _Blend(feeds, limits, [1.0] + [0.0] * (len(feeds) - 1), session)
    if first.found is None or first.found[0] <= CLOSE:
        failing = [bound for bound in limits if bound.excess[0] > CLOSE]
        never = [bound for bound in failing if min(bound.excess) > -CLOSE]
        return Share(0.0, (never or failing or limits)[0])
    limit = float(first.found[0])
    best = _Blend(feeds, limits, [0.0, *map(worth, feeds[1:])], session, least=limit)
    mixed = best.found if best.found is not None else first.found
    mix = zip(feeds[1:], mixed[1:] / limit, strict=True)
    return Share(limit, first.tightest(), tuple((feed, float(t)) for feed, t in mix if t > CLOSE))


class _Blend:
    """The linear programme of one blend: shares x ≥ 0 of all feeds, of which the most worth is looked for."""

    def __init__(
        self,
        feeds: Sequence[Conversion],
        limits: Sequence[Bound],
        worth: Sequence[float],
        session: Session,
        least: float = 0.0,
    ) -> None:
        self.limits = limits
        count, rows = len(feeds), len(limits)
        m = ConcreteModel()
        floor = np.array([least * (1.0 - CLOSE)] + [0.0] * (count - 1))
        m.share = Columns(Index.flat("feed", [str(k) for k in range(count)]), lower=floor, upper=1.0)
        m.whole = Rows(Index.flat("sum", ["all"]), equal_to=1.0)
        m.whole.add(m.share, row=np.zeros(count, dtype=int), col=np.arange(count))
        m.within = Rows(Index.flat("limit", [str(k) for k in range(rows)]), upper=np.zeros(rows))
        coef = np.array([bound.excess for bound in limits]).reshape(rows, count)
        row, col = np.nonzero(coef)
        m.within.add(m.share, row=row, col=col, coef=coef[row, col])
        m.objective = Objective("maximise")
        m.objective.add(m.share, coef=np.array(worth))
        outcome = session.solve(m)
        self.found = None if outcome.values is None else np.asarray(m.share.values_array)
        self.duals = None if outcome.row_duals is None else outcome.row_duals[1:]

    def tightest(self) -> Bound | None:
        """The limit that would let in most if it gave way."""
        if self.duals is None:
            return None
        pull = [
            abs(float(dual)) * max(map(abs, bound.excess))
            for dual, bound in zip(self.duals, self.limits, strict=True)
        ]
        return self.limits[int(np.argmax(pull))] if max(pull, default=0.0) > CLOSE else None
