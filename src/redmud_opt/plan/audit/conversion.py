"""What a tonne of feed becomes: yields, inputs, costs, composition and origin tonnes, from the tables.

    yield        = yield_t_per_t | recovery × p[feed] ÷ grade | 1 − Σ of_feed of the others − gas − loss
    m_o          = of_feed_t_per_t, else the yield                                  outputs in tonnes only
    p[output]    = p[feed] × share ÷ yield where a partition stands, else the output's own assay or grade
    u            = 1 − Σ m_o over origin-carrying ÷ Σ m_o over all;   0 for disposal and pretreatment
    w_o          = w_feed × (1 − u) × m_o ÷ Σ m over origin-carrying ÷ yield_o

MODEL.md, 'Utilisation, without double counting'.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from redmud_opt.case.works import Emission, Feed, Output
from redmud_opt.plan.audit.dates import Dates
from redmud_opt.plan.audit.facts import Facts
from redmud_opt.plan.audit.streams import Lineage


@dataclass(frozen=True, slots=True)
class Made:
    """One output of a conversion, per tonne of feed; `of_feed` is the solid mass of the feed itself in it.

    A waste carries the origin of its feed on, if that has one.
    """

    material: str
    yield_t: float
    of_feed: float
    carries_origin: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """One fixed input of a conversion, per tonne of feed."""

    material: str
    amount: float
    solid: bool


@dataclass(frozen=True, slots=True)
class Conversion:
    """What one tonne of a feed (or of activity, for a recipe) becomes and takes at an operating point."""

    outputs: tuple[Made, ...]
    inputs: tuple[Taken, ...]
    cost_cny: float
    uptake: float
    gas: float
    loss: float

    def yield_of(self, material: str) -> float:
        """Tonnes of an output per tonne of feed."""
        return sum(made.yield_t for made in self.outputs if made.material == material)


class Conversions:
    """Conversions of one case; a number that cannot be known is NaN, and fails wherever it is used."""

    def __init__(self, facts: Facts, dates: Dates) -> None:
        self.facts = facts
        self.dates = dates
        self.conversion = lru_cache(maxsize=None)(self._conversion)
        self.assay = lru_cache(maxsize=None)(self._assay)
        self.origin_t = lru_cache(maxsize=None)(self._origin_t)

    # ---------------------------------------------------------------- rows

    def feed_row(self, process: str, point: str, material: str) -> Feed | None:
        """The feed row that admits a material at a point."""
        return self.facts.best(self.facts.feeds.get(process, ()), point, material, "material")

    def output_rows(self, process: str, point: str, material: str) -> list[Output]:
        """The most specific row of each output."""
        rows = self.facts.outputs.get(process, [])
        names = dict.fromkeys(row.material for row in rows)
        own = ([row for row in rows if row.material == name] for name in names)
        found = (self.facts.best(named, point, material, "feed") for named in own)
        return [row for row in found if row is not None]

    def runs_at(self, process: str, point: str) -> bool:
        """Whether the point is one of the process's, or blank where it has none."""
        points = [row.point for row in self.facts.points.get(process, ())]
        return point in points if points else not point

    # ---------------------------------------------------------------- the conversion

    def _conversion(self, process: str, point: str, feed: Lineage | None) -> Conversion:
        row = self.facts.processes[process]
        own = self.feed_row(process, point, feed.material) if feed else None
        at_point = next((p for p in self.facts.points.get(process, ()) if p.point == point), None)
        cost = row.cost_cny_per_t + (at_point.cost_cny_per_t if at_point else 0.0)
        uptake, gas, loss = row.uptake_t_per_t, row.gas_t_per_t, row.loss_t_per_t
        if own is not None:
            cost += own.cost_cny_per_t
            uptake = uptake if own.uptake_t_per_t is None else own.uptake_t_per_t
            gas = gas if own.gas_t_per_t is None else own.gas_t_per_t
            loss = loss if own.loss_t_per_t is None else own.loss_t_per_t
        outputs = self._outputs(process, point, feed, gas + loss)
        return Conversion(outputs, self._inputs(process, point, feed), cost, uptake, gas, loss)

    def _outputs(self, process: str, point: str, feed: Lineage | None, lost: float) -> tuple[Made, ...]:
        rows = self.output_rows(process, point, feed.material if feed else "")
        yields = {row.material: self._yield(row, feed) for row in rows if not self._is_rest(row)}
        shares = {
            row.material: yields[row.material] if row.of_feed_t_per_t is None else row.of_feed_t_per_t
            for row in rows
            if row.material in yields
        }
        known = sum(share for name, share in shares.items() if self.facts.in_tonnes(name))
        found = []
        for row in rows:
            made = yields.get(row.material, 1.0 - known - lost)
            of_feed = shares.get(row.material, made if row.of_feed_t_per_t is None else row.of_feed_t_per_t)
            found.append(Made(row.material, made, of_feed, self.facts.is_waste(row.material)))
        return tuple(found)

    @staticmethod
    def _is_rest(row: Output) -> bool:
        return row.complement and row.yield_t_per_t is None and row.recovery is None

    def _yield(self, row: Output, feed: Lineage | None) -> float:
        if row.yield_t_per_t is not None:
            return row.yield_t_per_t
        content = self.assay(feed, row.property) if feed and row.property else None
        if row.recovery is None or row.grade is None or content is None:
            return float("nan")
        return row.recovery * content[0] / row.grade

    def _inputs(self, process: str, point: str, feed: Lineage | None) -> tuple[Taken, ...]:
        rows = self.facts.inputs.get(process, [])
        found = []
        for name in dict.fromkeys(row.material for row in rows):
            own = [row for row in rows if row.material == name]
            row = self.facts.best(own, point, feed.material if feed else "", "feed")
            if row is not None:
                found.append(Taken(name, row.amount_per_t, row.solid))
        return tuple(found)

    # ---------------------------------------------------------------- composition

    def _assay(self, lineage: Lineage, property_: str) -> tuple[float, float] | None:
        """Value and standard deviation of a property; None if nobody states it."""
        if lineage.parent is not None:
            rows = self.facts.partitions.get(lineage.process, ())
            own = [row for row in rows if (row.output, row.property) == (lineage.material, property_)]
            share = self.facts.best(own, lineage.point, "", "")
            content = self.assay(lineage.parent, property_)
            if share is not None and content is not None:
                made = self.conversion(lineage.process, lineage.point, lineage.parent)
                factor = share.share / (made.yield_of(lineage.material) or float("nan"))
                return content[0] * factor, content[1] * factor
        return self.facts.assays.get((lineage.material, property_))

    # ---------------------------------------------------------------- utilisation

    def credit(self, process: str, point: str, feed: Lineage, t: int, gross: bool) -> float:
        """u: the share of a feed's origin tonnes that a process utilises in a period."""
        row = self.facts.processes[process]
        if self.dates.meaning(row.method, t) != "use":
            return 0.0
        if gross and row.iron_separation:
            return 1.0
        outputs = self.conversion(process, point, feed).outputs
        total = sum(made.of_feed for made in outputs if self.facts.in_tonnes(made.material))
        if total == 0.0:
            return 0.0
        return 1.0 - sum(made.of_feed for made in outputs if made.carries_origin) / total

    def _origin_t(self, lineage: Lineage, t: int, gross: bool) -> float:
        """w: origin tonnes in a tonne of a lineage, by the meaning of methods in a period."""
        if lineage.parent is None:
            return 1.0
        process, point = lineage.process, lineage.point
        left = 1.0 - self.credit(process, point, lineage.parent, t, gross)
        outputs = self.conversion(process, point, lineage.parent).outputs
        carried = sum(made.of_feed for made in outputs if made.carries_origin)
        for made in outputs:
            if made.material == lineage.material and made.yield_t > 0 and carried > 0:
                return self.origin_t(lineage.parent, t, gross) * left * made.of_feed / carried / made.yield_t
        return 0.0

    def carries(self, process: str, point: str, feed: Lineage) -> bool:
        """Whether any output of a feed carries its origin on."""
        outputs = self.conversion(process, point, feed).outputs
        return any(made.carries_origin and made.of_feed > 0 for made in outputs)

    # ---------------------------------------------------------------- the other tables

    def use_per_t(self, line: str, process: str, point: str, material: str) -> float | None:
        """Use of a line's capacity per tonne; None where the process does not run on the line."""
        rows = [row for row in self.facts.uses.get(line, ()) if row.process == process]
        row = self.facts.best(rows, point, material, "feed")
        return None if row is None else row.use_per_t

    def emissions(self, process: str, point: str) -> dict[str, float]:
        """Account → amount per tonne."""
        accounts = dict.fromkeys(row.account for row in self.facts.emissions.get(process, ()))
        rows = ((account, self.emission_row(process, point, account)) for account in accounts)
        return {account: row.amount_per_t for account, row in rows if row is not None}

    def emission_row(self, process: str, point: str, account: str) -> Emission | None:
        """The row that a process books on an account by, None where there is none."""
        rows = [row for row in self.facts.emissions.get(process, ()) if row.account == account]
        return self.facts.best(rows, point, "", "")
