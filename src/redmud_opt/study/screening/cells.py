"""One cell of the matrix: a waste where it arises, asked item by item whether and how a route can take it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from redmud_opt.case.works import Process
from redmud_opt.i18n import Message
from redmud_opt.network.lineage import Conversion
from redmud_opt.solve import Session
from redmud_opt.study.screening.blend import Check, Share, checks, share
from redmud_opt.study.screening.economics import Money, money, worth
from redmud_opt.study.screening.equipment import Match, match
from redmud_opt.study.screening.prices import UNKNOWN, Price, Prices
from redmud_opt.study.screening.world import World

PAYS, AT_A_COST, LIMITED = "pays", "at_a_cost", "limited"
UNKNOWN_PRICE, UNKNOWN_ASSAY, NOT_FEASIBLE = "unknown_price", "unknown_assay", "not_feasible"
VERDICTS = (PAYS, AT_A_COST, LIMITED, UNKNOWN_PRICE, UNKNOWN_ASSAY, NOT_FEASIBLE)
"""Verdicts, the better ones first.

LIMITED: to a share of the feed, or of what arises.
UNKNOWN_ASSAY: a gate or yield that nobody can judge is never a pass.
"""

FEASIBLE = (PAYS, AT_A_COST, LIMITED, UNKNOWN_PRICE)


@dataclass(frozen=True)
class Asked:
    """The question: a waste at a site, and a route of the case or of the library."""

    site: str
    material: str
    arising_t_per_a: float
    process: Process
    from_library: bool


@dataclass(frozen=True)
class Cell:
    """The answer. What was not reached because an earlier item said no is at its default."""

    asked: Asked
    verdict: str
    accepted: bool = False
    meaning: str = ""
    point: str = ""
    checks: tuple[Check, ...] = ()
    share: Share = field(default_factory=lambda: Share(0.0))
    match: Match = field(default_factory=Match)
    money: Money | None = None
    avoided: Price = UNKNOWN
    lacks: tuple[str, str] = ("", "")
    """(property, material) of a value that is missing."""
    fault: Message | None = None
    fed: tuple[str, ...] = ()
    """Wastes that the route takes."""

    @property
    def gate(self) -> Check | None:
        """The gate that decides: the one that fails, that cannot be judged, or that binds the share."""
        binding = self.share.bound.row if self.share.bound is not None else None
        for check in self.checks:
            if check.gate is binding or (check.kind == "each" and not check.holds):
                return check
        return next((check for check in self.checks if check.lacks), None)

    @property
    def bound_by(self) -> str:
        """What limits the share: gate, max (greatest share of its row), min (least share of another), or nothing."""
        return "" if self.share.bound is None else self.share.bound.sense


class Screener:
    """Answers the questions of one world."""

    def __init__(self, world: World, prices: Prices, *, from_library: bool) -> None:
        self.world, self.prices, self.from_library = world, prices, from_library
        self.session = Session()

    def cells(self) -> Iterator[Cell]:
        """Every arising against every process that is for its kind of waste."""
        for (site, material), amount in self.world.arisings().items():
            avoided = self.prices.way_out(self.world.lineages.by_id[material])
            for process in self.world.case.processes:
                if self.world.is_for(process.name, material):
                    asked = Asked(site, material, amount, process, self.from_library)
                    yield replace(self.cell(asked), avoided=avoided)

    def cell(self, asked: Asked) -> Cell:
        """The answer at the operating point that does best."""
        found = self.world.conversions(asked.process.name, asked.material)
        meaning = self.world.lookup.meaning(asked.process.method)
        if not found:
            fed = tuple(self.world.wastes_fed(asked.process.name))
            return Cell(asked, NOT_FEASIBLE, meaning=meaning, fed=fed)
        return min((self._at_point(asked, own) for own in found), key=_rank)

    def _at_point(self, asked: Asked, own: Conversion) -> Cell:
        base = Cell(
            asked,
            NOT_FEASIBLE,
            accepted=True,
            meaning=own.meaning,
            point=own.point,
            checks=tuple(checks(self.world, own)),
        )
        lacks = self._lacking(base, own)
        if lacks is not None:
            return replace(base, verdict=UNKNOWN_ASSAY, lacks=lacks)
        fault = self._fault(own)
        if fault is not None:
            return replace(base, fault=fault)
        if any(check.kind == "each" and not check.holds for check in base.checks):
            return base
        return self._judged(replace(base, share=self._share(own, asked.site)), own)

    def _share(self, own: Conversion, site: str) -> Share:
        sites = self.world.sites_of(own.process.name) or frozenset({site})
        return share(self.world, own, lambda feed: self._worth(feed, sites), self.session)

    def _worth(self, feed: Conversion, sites: frozenset[str]) -> float:
        """What a tonne of another feed adds to a blend; a price that is unknown counts as a great loss."""
        if feed.feed is None or feed.feed.carries_origin:
            return 0.0
        net = worth(self.prices, feed, sites).net
        return min(0.0, net) if net == net else -1e6

    def _judged(self, base: Cell, own: Conversion) -> Cell:
        if base.share.limit <= 0:
            return base
        asked, mix = base.asked, base.share.mix
        fit = match(self.world, own, mix, asked.site, asked.arising_t_per_a)
        items = money(self.prices, own, mix, fit, asked.site, asked.arising_t_per_a)
        verdict = PAYS if items.net >= 0 else AT_A_COST
        if items.net != items.net:
            verdict = UNKNOWN_PRICE
        if base.share.limit < 1 or not fit.whole:
            verdict = LIMITED
        return replace(base, verdict=verdict, match=fit, money=items)

    def _lacking(self, base: Cell, own: Conversion) -> tuple[str, str] | None:
        """(property, material) of a value without which a gate or a yield cannot be judged."""
        assert own.feed is not None
        for check in base.checks:
            if check.lacks:
                return check.gate.property, check.lacks
        made = {made.output.name for made in own.made if made.yield_t_per_t == 0}
        for row in self.world.case.outputs:
            recovered = row.process == own.process.name and row.recovery is not None and row.material in made
            if recovered and row.property not in own.feed.composition:
                return row.property, own.feed.name
        return None

    def _fault(self, own: Conversion) -> Message | None:
        """What the lineages found wrong with this conversion: a mass that does not close, a negative output."""
        assert own.feed is not None
        for lineage, fault in self.world.lineages.faults:
            if lineage == own.feed.id and fault.message.values.get("process") == own.process.name:
                return fault.message
        return None


def _rank(cell: Cell) -> tuple[int, bool, float, float]:
    """The better verdict, then a known net value and the most of it, then the greatest share."""
    net = cell.money.net if cell.money is not None else float("nan")
    known = net == net
    return VERDICTS.index(cell.verdict), not known, -net if known else 0.0, -cell.share.limit
