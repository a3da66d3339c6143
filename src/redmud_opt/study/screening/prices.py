"""What things cost and fetch in a case: the best lawful price, else a figure, else unknown.

    input      cheapest supply at the sites of the route, else of the case, else price_<material>_cny_per_<unit>
    output     best outlet that takes it, whose gates it meets alone, else the figure
    residue    cheapest of final placements and outlets that take it, else a year in a retrievable storage;
               one that the case does not name: general waste as what it was made of, hazardous waste in the
               cheapest final place for such waste whose gates it meets

Prices are per dry tonne or unit, those of the base year whatever their path; transport is left out everywhere. Of
tiers the best step counts. Contracts are left out: a partner's line is shown at the costs of its process.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from redmud_opt.case.things import Figure, Material, Supply
from redmud_opt.case.works import Gate, Outlet, Storage
from redmud_opt.network.lineage import Lineage, inside
from redmud_opt.study.screening.world import World

NAN = float("nan")


@dataclass(frozen=True)
class Price:
    """CNY per unit and where it stands.

    `basis`: supply, elsewhere, figure, outlet, placement, storage, as_feed or as_kind.
    """

    cny: float = NAN
    at: str = ""
    basis: str = ""

    @property
    def known(self) -> bool:
        """Whether there is one."""
        return self.cny == self.cny


UNKNOWN = Price()


class Prices:
    """Prices of one case, with the figures of the case and of the library."""

    def __init__(self, world: World, figures: Sequence[Figure]) -> None:
        self.world = world
        self.figures = figures
        self._tiers: dict[str, list[float]] = defaultdict(list)
        for tier in world.case.tiers:
            self._tiers[tier.item].append(tier.price_cny_per_t)

    # ---- bought ------------------------------------------------------------------------------------------

    def bought(self, material: str, sites: frozenset[str]) -> Price:
        """The cheapest way to have a unit of a good at these sites."""
        rows = [row for row in self.world.case.supplies if row.material == material]
        near = [row for row in rows if sites & self.world.lookup.members(row.site)]
        for basis, found in (("supply", near), ("elsewhere", rows)):
            if found:
                return min((self._supply(row, basis) for row in found), key=lambda price: price.cny)
        return self._figure(material, sites, least=True)

    def _supply(self, row: Supply, basis: str) -> Price:
        steps = self._tiers.get(row.name, [row.price_cny_per_t])
        return Price(min(steps) * self._per_dry(row.basis, row.material), row.name, basis)

    def _per_dry(self, basis: str, material: str) -> float:
        return self.world.lineages.by_id[material].wet_per_dry if basis == "as_received" else 1.0

    def _figure(self, material: str, sites: frozenset[str], *, least: bool) -> Price:
        """The figure of a material, or of the one that it is like: that of the province first, else any."""
        row = self.world.lookup.materials[material]
        regions = {self.world.lookup.sites[site].province.casefold() for site in sites} - {""}
        found = [
            (figure, cny) for figure in self.figures if (cny := _of_figure(figure, row, regions)) is not None
        ]
        near = [pair for pair in found if pair[0].region.casefold().replace(" ", "_") in regions]
        if not found:
            return UNKNOWN
        figure, cny = (min if least else max)(near or found, key=lambda pair: pair[1])
        return Price(cny, figure.name, "figure")

    # ---- sold --------------------------------------------------------------------------------------------

    def sold(self, lineage: Lineage, sites: frozenset[str]) -> Price:
        """The best price that a product finds."""
        found = [self._outlet(row, lineage) for row in self._outlets(lineage)]
        if found:
            return max(found, key=lambda price: price.cny)
        return self._figure(lineage.name, sites, least=False)

    def _outlets(self, lineage: Lineage) -> Iterable[Outlet]:
        for row in self.world.case.outlets:
            if (
                self._open(row)
                and self.world.law.outlet_takes(row, lineage)
                and self._meets(row.name, lineage)
            ):
                yield row

    def _outlet(self, row: Outlet, lineage: Lineage) -> Price:
        steps = self._tiers.get(row.name, [row.price_cny_per_t])
        wet = lineage.wet_per_dry if row.basis == "as_received" else 1.0
        return Price(max(steps) * wet, row.name, "outlet")

    def _open(self, row: Outlet | Storage) -> bool:
        return bool(self.world.time.open(row.opens, row.closes).any())

    def _meets(self, at: str, lineage: Lineage) -> bool:
        """Whether a material alone keeps the blend gates of a receiver."""
        return all(_holds(gate, lineage) for gate in self.world.law.blend.get(at, ()))

    # ---- got rid of --------------------------------------------------------------------------------------

    def way_out(self, lineage: Lineage) -> Price:
        """Least cost of a tonne of waste that leaves the route, negative where it is sold."""
        found = [
            Price(-price.cny, price.at, "outlet")
            for price in (self._outlet(row, lineage) for row in self._outlets(lineage))
        ]
        places = [row for row in self.world.case.storages if self._stores(row, lineage)]
        found += [Price(_placing(row), row.name, "placement") for row in places if row.final]
        found = found or [Price(_holding(row), row.name, "storage") for row in places]
        if found:
            return min(found, key=lambda price: price.cny)
        return self._in_a_place_of_its_kind(lineage) if lineage.hazardous else self._as_its_feed(lineage)

    def _stores(self, row: Storage, lineage: Lineage) -> bool:
        shut = row.max_put_t == 0 or not self._open(row)
        return not shut and self.world.law.storage_takes(row, lineage) and self._meets(row.name, lineage)

    def _as_its_feed(self, lineage: Lineage) -> Price:
        if not lineage.parent:
            return UNKNOWN
        parent = self.world.lineages.by_id[lineage.parent]
        found = UNKNOWN if parent.hazardous else self.way_out(parent)
        return Price(found.cny, found.at, "as_feed") if found.basis in ("placement", "storage") else UNKNOWN

    def _in_a_place_of_its_kind(self, lineage: Lineage) -> Price:
        places = [
            row
            for row in self.world.case.storages
            if row.final and row.accepts_hazardous and row.max_put_t != 0 and self._open(row)
        ]
        found = [
            Price(_placing(row), row.name, "as_kind") for row in places if self._enters(row.name, lineage)
        ]
        return min(found, key=lambda price: price.cny, default=UNKNOWN)

    def _enters(self, at: str, lineage: Lineage) -> bool:
        """Whether a material meets every gate of a place alone; a value that is missing is no pass."""
        gates = [*self.world.gates(at, "each"), *self.world.gates(at, "blend")]
        return all(_holds(gate, lineage) for gate in gates)


def _holds(gate: Gate, lineage: Lineage) -> bool:
    return gate.property in lineage.composition and inside(gate, lineage.with_margin(gate), gate.limit)


def _placing(row: Storage) -> float:
    return row.place_cost_cny_per_t + (0.0 if row.compliant else row.tax_cny_per_t)


def _holding(row: Storage) -> float:
    tax = 0.0 if row.compliant else row.tax_cny_per_t
    return row.put_cost_cny_per_t + row.holding_cost_cny_per_t_a + tax


def _of_figure(figure: Figure, material: Material, regions: set[str]) -> float | None:
    """CNY per unit of a material if the figure is its price, or that of the one it is like."""
    names = "|".join(re.escape(name) for name in (material.name, material.like) if name)
    places = "|".join(re.escape(name) for name in sorted(regions))
    if not re.fullmatch(rf"price_(?:{names})(?:_(?:{places}))?(?:_cny_per_\w+)?", figure.name):
        return None
    per = {f"CNY/{material.unit}": 1.0, "CNY/kWh": 1000.0 if material.unit == "MWh" else None}
    by = per.get(figure.unit)
    return None if by is None else figure.value * by
