"""Why an amount is not what was planned: parts that add up to the whole deviation, always.

    two factors   a·b − a'·b' = (a − a')·b' + a·(b − b')          volume × price, feed × yield, dry × wet per dry
    supply        U' planned uses, V what there was: short = max(0, U' − V); extra = max(0, U − V'), the other way
                  of every use below its plan, share min(1, short ÷ Σ below) is for want of material, the rest its own
                  doing; of every use above its plan, min(1, extra ÷ Σ above) is because there was more
    what is left  placed + stock = what came − what was used: the deviation of each is the sum of those of the others

Books are kept for a material over all sites, so that what moves between them cancels out. ' marks the plan.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from redmud_opt.study.actuals.books import Book, Key, Places
from redmud_opt.study.actuals.happened import NOTHING_T, Happened
from redmud_opt.study.actuals.yields import Yields

USES = ("fed", "sold")

NEGLIGIBLE = 1e-6


class Part(NamedTuple):
    """A part of a deviation: what caused it, where, how much."""

    cause: str
    at: str
    amount: float


@dataclass(frozen=True)
class Caused:
    """A deviation with its parts; `unit` is that of both: t, t wet or CNY."""

    measure: str
    key: Key
    planned: float
    actual: float
    unit: str
    parts: tuple[Part, ...]

    @property
    def deviation(self) -> float:
        """Actual less planned."""
        return self.actual - self.planned


def two_factors(before: tuple[float, float], after: tuple[float, float]) -> tuple[float, float]:
    """What the first and what the second factor of a product contribute to its change."""
    (a, b), (c, d) = before, after
    return (c - a) * b, c * (d - b)


def merged(parts: list[Part]) -> tuple[Part, ...]:
    """Parts of one cause at one place together; without what only rounding made."""
    found: dict[tuple[str, str], float] = {}
    for part in parts:
        found[part.cause, part.at] = found.get((part.cause, part.at), 0.0) + part.amount
    return tuple(Part(*key, amount) for key, amount in found.items() if abs(amount) > NEGLIGIBLE)


def shared_out(total: float, weights: Mapping[tuple[str, str], float]) -> list[Part]:
    """A total on causes, by weights of its own sign; what none of them has is not explained."""
    signed = {key: weight for key, weight in weights.items() if weight * total > 0}
    whole = sum(signed.values())
    if not signed or not abs(whole) > 0:
        return [Part("not_explained", "", total)] if total else []
    parts = [Part(*key, total * (weight / whole)) for key, weight in signed.items()]
    last = parts[-1]
    parts[-1] = last._replace(amount=total - sum(part.amount for part in parts[:-1]))
    return parts


def for_supply(deviations: Mapping[Key, float], short: float, extra: float) -> dict[Key, tuple[float, float]]:
    """(for want or abundance of material, its own doing) of every use."""
    below = -sum(change for change in deviations.values() if change < 0)
    above = sum(change for change in deviations.values() if change > 0)
    less = min(1.0, short / below) if below > 0 else 0.0
    more = min(1.0, extra / above) if above > 0 else 0.0
    found = {}
    for key, change in deviations.items():
        supply = change * (less if change < 0 else more)
        found[key] = (supply, change - supply)
    return found


class Causes:
    """The causes of all deviations between two books of the same time."""

    def __init__(
        self, plan: Book, happened: Happened, places: Places, yields: Yields, periods: list[str]
    ) -> None:
        self.plan, self.actual, self.happened = plan, happened.book, happened
        self.places, self.yields, self.periods = places, yields, periods

    def all(self) -> Iterator[Caused]:
        """Every thing of every measure that either book has and that was reported or follows."""
        materials = {
            key[-1]: None for book in (self.plan, self.actual) for m in book.amounts for key in book.keys(m)
        }
        for key in self._keys("arising"):
            yield self._arising(key)
        for key in self._keys("shipped"):
            yield self._shipped(key)
        for key in self._keys("made"):
            yield self._made(key)
        for material in materials:
            yield from self._uses(material)
            yield from self._left(material)
        for key in self.happened.revenue:
            yield from self._revenue(key)

    # ---- both books

    def _keys(self, measure: str, material: str | None = None) -> list[Key]:
        """Things of a measure of which somebody knows what happened."""
        both = dict.fromkeys((*self.plan.keys(measure, material), *self.actual.keys(measure, material)))
        return [key for key in both if (measure, key) not in self.happened.untold]

    def _total(self, book: Book, measure: str, key: Key) -> float:
        return book.of("stock", key, self.periods[-1]) if measure == "stock" else book.total(measure, key)

    def _change(self, measure: str, key: Key) -> float:
        return self._total(self.actual, measure, key) - self._total(self.plan, measure, key)

    def _caused(self, measure: str, key: Key, parts: list[Part]) -> Caused:
        planned, actual = (self._total(book, measure, key) for book in (self.plan, self.actual))
        return Caused(measure, key, planned, actual, "t", merged(parts))

    # ---- one measure each

    def _arising(self, key: Key) -> Caused:
        """Volume, or where the production is known: production and waste per tonne of it."""
        planned, actual = self.plan.total("arising", key), self.actual.total("arising", key)
        factor = self._factor(key)
        production = self.happened.production.get(key)
        if not factor or not production:
            return self._caused("arising", key, [Part("arising", key[0], actual - planned)])
        by_production, by_factor = two_factors((planned / factor, factor), (production, actual / production))
        parts = [Part("production", key[0], by_production), Part("factor", key[0], by_factor)]
        return self._caused("arising", key, parts)

    def _factor(self, key: Key) -> float | None:
        """Waste per tonne of production that the plan counts on, where one row says it."""
        rows = [row for row in self.places.case.arisings if (row.site, row.material) == key]
        return rows[0].factor_t_per_t if len({row.factor_t_per_t for row in rows}) == 1 else None

    def _shipped(self, key: Key) -> Caused:
        """Wet tonnes: more or less of it, and wetter or drier."""
        usual = self.places.wet_per_dry[key[-1]]
        dry = self.plan.total("shipped", key), self.actual.total("shipped", key)
        wet = sum(self.happened.wet.get(key, {}).values()) or dry[1] * usual
        now = wet / dry[1] if dry[1] else usual
        volume, moisture = two_factors((dry[0], usual), (dry[1], now))
        parts = merged([Part("volume", key[0], volume), Part("moisture", key[0], moisture)])
        return Caused("shipped", key, dry[0] * usual, wet, "t wet", parts)

    def _made(self, key: Key) -> Caused:
        return self._caused("made", key, self._made_parts(key))

    def _made_parts(self, key: Key) -> list[Part]:
        """What each line's throughput, and the yield of all of them, change of what is made at a site."""
        site, material = key
        parts, change = [], self._change("made", key)
        untold = [k for m, k in self.happened.untold if m == "fed" and self.places.line_site[k[0]] == site]
        known = not any(material in self.yields.outputs(fed) for fed in untold)
        for fed in self._keys("fed"):
            if self.places.line_site[fed[0]] != site or material not in self.yields.outputs(fed):
                continue
            more = {p: self.actual.of("fed", fed, p) - self.plan.of("fed", fed, p) for p in self.periods}
            parts.append(Part("throughput", fed[0], self.yields.made_of(more, fed, material)))
        rest = Part("yield" if known else "not_explained", site, change - sum(part.amount for part in parts))
        return [*parts, rest]

    def _came(self, material: str) -> list[Part]:
        """What came more or less of a material than planned, by cause."""
        parts = [
            Part("arising", key[0], self._change("arising", key)) for key in self._keys("arising", material)
        ]
        for key in self._keys("made", material):
            parts += self._made_parts(key)
        return parts

    def _uses(self, material: str) -> Iterator[Caused]:
        """What was fed and sold: for want of material, or the line's and the outlet's own doing."""
        keys = {(m, *key): (m, key) for m in USES for key in self._keys(m, material)}
        changes = {name: self._change(m, key) for name, (m, key) in keys.items()}
        came = self._came(material)
        opening = sum(tonnes for (_, held), tonnes in self.places.opening.items() if held == material)
        there = [opening + self._came_t(book, material) for book in (self.plan, self.actual)]
        used = [sum(book.total(m, key) for m, key in keys.values()) for book in (self.plan, self.actual)]
        short, extra = max(0.0, used[0] - there[1]), max(0.0, used[1] - there[0])
        if material in self.places.bought:
            short = extra = 0.0
        weights: dict[tuple[str, str], float] = {}
        for part in came:
            weights[part.cause, part.at] = weights.get((part.cause, part.at), 0.0) + part.amount
        for name, (supply, own) in for_supply(changes, short, extra).items():
            measure, key = keys[name]
            doing = Part("line" if measure == "fed" else "outlet", key[0], own)
            yield self._caused(measure, key, [*shared_out(supply, weights), doing])

    def _came_t(self, book: Book, material: str) -> float:
        return sum(book.total(m, key) for m in ("arising", "made") for key in self._keys(m, material))

    def _left(self, material: str) -> Iterator[Caused]:
        """What was placed and lies in stock: the rest of what came and was not used."""
        others = self._came(material)
        for measure in USES:
            for key in self._keys(measure, material):
                others.append(Part(measure, key[0], -self._change(measure, key)))
        left = [(m, key) for m in ("placed", "stock") for key in self._keys(m, material)]
        changes = {(m, key): self._change(m, key) for m, key in left}
        for measure, key in left:
            rest = [
                Part(m, other[0], -change)
                for (m, other), change in changes.items()
                if (m, other) != (measure, key)
            ]
            parts = [*others, *rest]
            if not self._total(self.plan, measure, key) and not self._total(self.actual, measure, key):
                continue
            over = changes[measure, key] - sum(part.amount for part in parts)
            yield self._caused(measure, key, [*parts, Part("not_explained", "", over)])

    def _revenue(self, key: Key) -> Iterator[Caused]:
        """Money where all that was sold has a price: more or less of it, and dearer or cheaper."""
        tonnes, money = self.happened.revenue[key]
        price = self._price(key)
        if price is None or not tonnes or abs(self.actual.total("sold", key) - tonnes) > NOTHING_T:
            return
        planned = self.plan.total("sold", key)
        volume, by_price = two_factors((planned, price), (tonnes, money / tonnes))
        parts = merged([Part("volume", key[0], volume), Part("price", key[0], by_price)])
        yield Caused("revenue", key, planned * price, money, "CNY", parts)

    def _price(self, key: Key) -> float | None:
        """CNY per dry tonne of an outlet; None where tiers or a path of prices make several of it."""
        case, outlet = self.places.case, next(o for o in self.places.case.outlets if o.name == key[0])
        years = {period.year for period in case.periods if period.name in self.periods}
        paths = [row for row in case.price_paths if key[0] in case.members(row.item) and row.year in years]
        if any(tier.item == outlet.name for tier in case.tiers) or len({row.factor for row in paths}) > 1:
            return None
        factor = paths[0].factor if paths else 1.0
        wet = self.places.wet_per_dry[key[1]] if outlet.basis == "as_received" else 1.0
        return outlet.price_cny_per_t * factor * wet
