"""What a flow costs and emits.

cost      the lane's own, in its basis | (distance × cost_cny_per_t_km + handling) per wet tonne, by haul rules
          + handling_cny_per_t per wet tonne of the site that it leaves
emission  distance × co2e_kg_per_t_km per wet tonne, by the haul rule of the mode; nothing where none is known
"""

from __future__ import annotations

from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.rows import Flow


def cost_per_t(book: Book, flow: Flow) -> float:
    """Transport cost of a dry tonne; NaN where no row prices it."""
    listed = book.lanes.listed(flow.lane)
    material = flow.stream.material
    handling = book.facts.handling_per_t(flow.from_site, material)
    if listed is not None and listed.cost_cny_per_t is not None:
        price = listed.cost_cny_per_t * _factor(book, listed.name, flow.t)
        return book.facts.in_basis(price, material, listed.basis) + handling
    rule = book.lanes.rule(flow.mode, material, book.status.hazardous(flow.stream, flow.t))
    distance = book.lanes.distance_km(flow.lane, flow.from_site, flow.to_site, flow.mode)
    if rule is None or distance is None:
        return float("nan")
    cost = book.lanes.cost_per_wet_t(rule, distance) * _factor(book, rule.name, flow.t)
    return cost * book.facts.wet_per_dry(material) + handling


def _factor(book: Book, item: str, t: int) -> float:
    """Factor of a price path in a period; it does not scale the handling at a station."""
    return book.facts.price_factor(item, book.dates.year_of(t))


def emission_kg_per_wet_t(book: Book, flow: Flow) -> float:
    """Emission of a wet tonne."""
    rule = book.lanes.rule(flow.mode, flow.stream.material, book.status.hazardous(flow.stream, flow.t))
    distance = book.lanes.distance_km(flow.lane, flow.from_site, flow.to_site, flow.mode)
    if rule is None or distance is None or not book.facts.in_tonnes(flow.stream.material):
        return 0.0
    return distance * rule.co2e_kg_per_t_km
