"""What lies where on the day of the cut-off, and since when: first in, first out.

    stock = opening + arising + in + made − out − fed − sold − placed          per site and material, see `happened`

What is left is the youngest of what came. What is shipped keeps its days, a pretreatment passes them on, a use begins
anew; what arises counts from the first day that its report speaks of. Lots of what has a storage clock are kept apart
by month, all others by year.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from redmud_opt.case.actuals import Record
from redmud_opt.case.case import Period
from redmud_opt.case.things import Material
from redmud_opt.study.actuals.books import Key, Places
from redmud_opt.study.actuals.happened import Happened
from redmud_opt.study.actuals.yields import Yields

Node = tuple[str, str]
"""Site and material."""

NOTHING_T = 1e-3


@dataclass(frozen=True, order=True)
class Layer:
    """Tonnes of one age. since: when it arose, date.min where nobody knows; origin: the plant."""

    since: date
    origin: str
    tonnes: float


@dataclass(frozen=True)
class Lot:
    """A row of the opening stock."""

    storage: str
    material: str
    since: date | None
    origin: str
    tonnes: float


def _part(layer: Layer, share: float) -> Layer:
    return Layer(layer.since, layer.origin, layer.tonnes * share)


def taken(layers: list[Layer], tonnes: float) -> tuple[list[Layer], list[Layer]]:
    """(the oldest so many tonnes, the rest)."""
    out, rest = [], []
    for layer in sorted(layers):
        part = min(layer.tonnes, max(0.0, tonnes))
        tonnes -= part
        if part > 0:
            out.append(Layer(layer.since, layer.origin, part))
        if layer.tonnes > part:
            rest.append(Layer(layer.since, layer.origin, layer.tonnes - part))
    return out, rest


class Aging:
    """Follows the layers of every site and material from senders to receivers, and from feeds to what is made."""

    def __init__(
        self,
        records: Iterable[Record],
        happened: Happened,
        places: Places,
        yields: Yields,
        periods: list[Period],
    ) -> None:
        self.happened, self.book, self.places, self.yields = happened, happened.book, places, yields
        self.periods = periods
        self.materials: dict[str, Material] = {row.name: row for row in places.case.materials}
        self.layers: dict[Node, list[Layer]] = defaultdict(list)
        self.lots: list[Lot] = []
        self._shares: dict[Node, float] = {}
        for row in places.case.opening_stock:
            site = places.storages[row.storage].site
            layer = Layer(row.arose_on or date.min, row.origin_site or site, row.amount_t)
            self.layers[site, row.material].append(layer)
        for record in records:
            if record.measure == "arising":
                layer = Layer(record.start.replace(day=1), record.site, record.dry_t)
                self.layers[record.site, record.material].append(layer)

    def run(self) -> list[Lot]:
        """The lots that lie in storages at the end."""
        for node in self._order():
            self._pass_on(node)
        stocks: dict[Node, dict[str, float]] = defaultdict(dict)
        last = self.periods[-1].name
        for storage, material in self.book.amounts["stock"]:
            tonnes = self.book.of("stock", (storage, material), last)
            if tonnes > NOTHING_T:
                stocks[self.places.storages[storage].site, material][storage] = tonnes
        for node, held in stocks.items():
            self._share(node, held)
        return self.lots

    def _edges(self) -> dict[Node, set[Node]]:
        found: dict[Node, set[Node]] = defaultdict(set)
        for key in self.book.amounts["shipped"]:
            found[key[0], key[2]].add((key[1], key[2]))
        for line, material in self.book.amounts["fed"]:
            site = self.places.line_site[line]
            found[site, material] |= {(site, made) for made in self.yields.outputs((line, material))}
        return found

    def _order(self) -> list[Node]:
        """Senders before receivers; where things go round in a circle, as they come."""
        edges = self._edges()
        left = dict.fromkeys((*self.layers, *edges, *(node for ends in edges.values() for node in ends)))
        order: list[Node] = []
        while left:
            ready = [n for n in left if not any(n in edges.get(m, ()) for m in left if m != n)]
            for node in ready or [next(iter(left))]:
                order.append(node)
                del left[node]
        return order

    def _pass_on(self, node: Node) -> None:
        """What leaves a site goes to where it goes, the oldest first and each way its share."""
        site, material = node
        leaves: list[tuple[str, Key]] = [
            (measure, key)
            for measure in ("shipped", "fed", "sold", "placed")
            for key in self.book.keys(measure, material)
            if self.places.site_of(measure, key) == site
        ]
        total = sum(self.book.total(measure, key) for measure, key in leaves)
        out, self.layers[node] = taken(self.layers[node], total)
        for measure, key in leaves if total > 0 else ():
            share = self.book.total(measure, key) / total
            if measure == "shipped":
                self.layers[key[1], material] += [_part(layer, share) for layer in out]
            elif measure == "fed":
                self._feed(site, key, [_part(layer, share) for layer in out])

    def _feed(self, site: str, key: Key, fed: list[Layer]) -> None:
        """What a line makes of layers: as old as they are, or new in the period in which they were used."""
        total = self.book.total("fed", key)
        for period in self.periods if total else ():
            share = self.book.of("fed", key, period.name) / total
            for way in self.yields.ways(key, period.name):
                for made in way.conversion.made:
                    end = (site, made.output.name)
                    per_t = share * way.share * made.yield_t_per_t * self._of_plan(end)
                    for layer in fed:
                        anew = way.conversion.meaning == "use"
                        since = period.start if anew else layer.since
                        self.layers[end].append(Layer(since, layer.origin, layer.tonnes * per_t))

    def _of_plan(self, end: Node) -> float:
        """What is made, as a share of what the plan's yields would make."""
        if end not in self._shares:
            site, output = end
            planned = sum(
                self.yields.made_of(series, key, output)
                for key, series in self.book.amounts["fed"].items()
                if self.places.line_site[key[0]] == site
            )
            self._shares[end] = self.book.total("made", end) / planned if planned > 0 else 1.0
        return self._shares[end]

    def _share(self, node: Node, held: dict[str, float]) -> None:
        """The layers of a site on its storages, each its share of every layer, no tonne more or less."""
        layers = self._grouped(node[1], self.layers[node])
        there, stock = sum(layers.values()), sum(held.values())
        if there <= 0:
            layers, there = {(self.periods[-1].start, node[0]): stock}, stock
        for storage, tonnes in held.items():
            for (since, origin), amount in layers.items():
                part = amount / there * tonnes
                if part > NOTHING_T:
                    known = None if since == date.min else since
                    self.lots.append(Lot(storage, node[1], known, origin, part))

    def _grouped(self, material: str, layers: list[Layer]) -> dict[tuple[date, str], float]:
        """(first day, plant) → tonnes: by month where a clock may run, else by year."""
        row = self.materials[material]
        clocked = row.legal_status == "hazardous_waste" or row.clock not in ("", "none")
        found: dict[tuple[date, str], float] = defaultdict(float)
        firsts: dict[tuple[int, int, str], date] = {}
        for layer in sorted(layers):
            group = (layer.since.year, layer.since.month if clocked else 0, layer.origin)
            found[firsts.setdefault(group, layer.since), layer.origin] += layer.tonnes
        return dict(found)
