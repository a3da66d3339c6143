"""What a tonne fed costs and earns, item by item. CNY per dry tonne of the waste fed, transport left out.

    cost    = process + Σ input · price + fixed + Σ residue · way out + other feeds of the blend
    revenue = Σ product · best price (and of residues that are sold)
    net     = revenue − cost,      break-even: price of the main product at which net is 0

Other feeds of a blend that are goods are charged where they lose money, per tonne of this feed; where they earn they
would run without it, and nothing is credited. Wastes in the blend stand in their own rows. Fixed cost is that at full
load, or at the load there is where that is below the least rate: `equipment.fixed_cny_per_t`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from redmud_opt.network.lineage import Conversion
from redmud_opt.study.screening.equipment import Match, Mix, fixed_cny_per_t
from redmud_opt.study.screening.prices import Prices

NAN = float("nan")
EQUIPMENT = ""
"""Stands among the unknown for the investment of the equipment."""


class Sale(NamedTuple):
    """A product, its yield, and its price (NaN: unknown)."""

    material: str
    yield_t_per_t: float
    price_cny: float
    at: str


@dataclass(frozen=True)
class Money:
    """Items of one conversion; NaN where a price is unknown. `unknown`: materials without a price."""

    process: float
    inputs: float
    fixed: float
    residue: float
    partner: float
    sales: tuple[Sale, ...]
    sold_residue: float
    unknown: tuple[str, ...]
    residue_as: str = ""
    """as_feed or as_kind where a residue has no place of its own in the case."""
    residue_to: tuple[str, ...] = ()
    """Who takes the residues: the names of outlets and places."""

    @property
    def cost(self) -> float:
        """All costs."""
        return self.process + self.inputs + self.fixed + self.residue + self.partner

    @property
    def revenue(self) -> float:
        """All sales."""
        return sum(sale.yield_t_per_t * sale.price_cny for sale in self.sales) + self.sold_residue

    @property
    def net(self) -> float:
        """Revenue less cost."""
        return self.revenue - self.cost

    @property
    def main(self) -> Sale | None:
        """The product without a price if there is one, else the one that earns most."""
        blank = [sale for sale in self.sales if sale.price_cny != sale.price_cny]
        if len(blank) > 1:
            return None
        return max(blank or self.sales, key=lambda s: s.yield_t_per_t * s.price_cny, default=None)

    @property
    def break_even_cny(self) -> float:
        """Price of the main product at which nothing is left; NaN where something else is unknown too."""
        main = self.main
        if main is None:
            return NAN
        rest = sum(sale.yield_t_per_t * sale.price_cny for sale in self.sales if sale is not main)
        return (self.cost - rest - self.sold_residue) / main.yield_t_per_t


def money(
    prices: Prices,
    own: Conversion,
    mix: Mix,
    found: Match,
    site: str,
    arising_t_per_a: float,
) -> Money:
    """The items of a tonne fed on the matched equipment, its blend included."""
    sites = prices.world.sites_of(own.process.name) or frozenset({site})
    fixed = fixed_cny_per_t(prices.world, found, own, arising_t_per_a)
    bare = _items(prices, own, sites, fixed)
    partner, lacking = 0.0, list(bare.unknown)
    for feed, tonnes in mix:
        if feed.feed is not None and not feed.feed.carries_origin:
            loss = worth(prices, feed, sites, fixed_cny_per_t(prices.world, found, feed, arising_t_per_a))
            partner -= tonnes * min(0.0, loss.net) if loss.net == loss.net else NAN
            lacking += loss.unknown
    return Money(
        process=bare.process,
        inputs=bare.inputs,
        fixed=bare.fixed,
        residue=bare.residue,
        partner=partner,
        sales=bare.sales,
        sold_residue=bare.sold_residue,
        unknown=tuple(dict.fromkeys(lacking)),
        residue_as=bare.residue_as,
        residue_to=bare.residue_to,
    )


def worth(prices: Prices, feed: Conversion, sites: frozenset[str], fixed: float = 0.0) -> Money:
    """The items of a feed that has to be bought: its price counts among the inputs."""
    assert feed.feed is not None
    bare = _items(prices, feed, sites, fixed)
    if feed.feed.carries_origin:
        return bare
    price = prices.bought(feed.feed.name, sites)
    unknown = bare.unknown if price.known else (*bare.unknown, feed.feed.name)
    return Money(
        process=bare.process,
        inputs=bare.inputs + price.cny,
        fixed=bare.fixed,
        residue=bare.residue,
        partner=0.0,
        sales=bare.sales,
        sold_residue=bare.sold_residue,
        unknown=unknown,
    )


def _items(prices: Prices, own: Conversion, sites: frozenset[str], fixed: float) -> Money:
    unknown: list[str] = [] if fixed == fixed else [EQUIPMENT]
    inputs = 0.0
    for row in own.inputs:
        price = prices.bought(row.material, sites)
        inputs += row.amount_per_t * price.cny if row.amount_per_t else 0.0
        unknown += [] if price.known else [row.material]
    sales, residue, sold, residue_as = [], 0.0, 0.0, ""
    residue_to: list[str] = []
    for made in own.made:
        if made.yield_t_per_t <= 0:
            continue
        if made.output.is_waste:
            way = prices.way_out(made.output)
            residue_as = way.basis if way.basis in ("as_feed", "as_kind") else residue_as
            residue += made.yield_t_per_t * (way.cny if not way.cny < 0 else 0.0)
            sold -= made.yield_t_per_t * min(0.0, way.cny) if way.known else 0.0
            residue_to += [way.at] if way.known else []
            unknown += [] if way.known else [made.output.name]
        else:
            price = prices.sold(made.output, sites)
            sales.append(Sale(made.output.name, made.yield_t_per_t, price.cny, price.at))
            unknown += [] if price.known else [made.output.name]
    return Money(
        process=own.cost_cny_per_t,
        inputs=inputs,
        fixed=fixed,
        residue=residue,
        partner=0.0,
        sales=tuple(sales),
        sold_residue=sold,
        unknown=tuple(dict.fromkeys(unknown)),
        residue_as=residue_as,
        residue_to=tuple(dict.fromkeys(residue_to)),
    )


def unknown_names(found: Sequence[str]) -> tuple[str, ...]:
    """What has no price, without the mark of the equipment."""
    return tuple(name for name in found if name != EQUIPMENT)
