"""Tonnes of a stretch of time by measure, thing, material and period: one book of the plan, one of what happened.

    arising (site)   shipped (from, to)   fed (line)   made (site)   sold (outlet)   placed, stock (storage)

The last name of a key is the material. Amounts are dry tonnes; stock is that at the end of a period.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from redmud_opt.case import Case
from redmud_opt.case.case import Period
from redmud_opt.case.works import Storage
from redmud_opt.plan.framing import picked

Key = tuple[str, ...]
Series = dict[str, float]
"""Period → tonnes."""

MEASURES = ("arising", "shipped", "fed", "made", "sold", "placed", "stock")

FRAMES: dict[str, tuple[str, tuple[str, ...], str]] = {
    "arising": ("arisings", ("site",), "arising_t"),
    "shipped": ("flows", ("from_site", "to_site"), "flow_t"),
    "fed": ("feeds", ("line",), "feed_t"),
    "made": ("made", ("site",), "made_t"),
    "sold": ("sales", ("outlet",), "sold"),
    "placed": ("placements", ("storage",), "placed_t"),
    "stock": ("stocks", ("storage",), "stock_t"),
}
"""Measure → table of a plan, what names the thing, its column of tonnes."""


@dataclass
class Book:
    """Measure → thing and material → period → tonnes."""

    amounts: dict[str, dict[Key, Series]] = field(
        default_factory=lambda: {measure: defaultdict(dict) for measure in MEASURES}
    )

    def add(self, measure: str, key: Key, period: str, tonnes: float) -> None:
        """More of a thing."""
        held = self.amounts[measure].setdefault(key, {})
        held[period] = held.get(period, 0.0) + tonnes

    def of(self, measure: str, key: Key, period: str) -> float:
        """Tonnes, 0 where nothing is."""
        return self.amounts[measure].get(key, {}).get(period, 0.0)

    def total(self, measure: str, key: Key) -> float:
        """Tonnes of all periods; of a stock there is no such sum."""
        return sum(self.amounts[measure].get(key, {}).values())

    def keys(self, measure: str, material: str | None = None) -> list[Key]:
        """The things of a measure, of one material or of all."""
        return [key for key in self.amounts[measure] if material is None or key[-1] == material]


def planned_book(frames: dict[str, pd.DataFrame], periods: Iterable[Period]) -> Book:
    """What a plan says of some periods."""
    book, names = Book(), {period.name for period in periods}
    material = dict(picked(frames, "streams", "stream", "material"))
    for measure, (frame, labels, column) in FRAMES.items():
        for *at, stream, period, tonnes in picked(frames, frame, *labels, "stream", "period", column):
            if period in names:
                book.add(measure, (*at, material.get(stream, stream)), period, float(tonnes))
    return book


@dataclass(frozen=True)
class Places:
    """Where the things of a case stand, and what they take."""

    case: Case

    @cached_property
    def storages(self) -> dict[str, Storage]:
        """Name → storage."""
        return {row.name: row for row in self.case.storages}

    @cached_property
    def outlet_site(self) -> dict[str, str]:
        """Outlet → its site."""
        return {row.name: row.site for row in self.case.outlets}

    @cached_property
    def line_site(self) -> dict[str, str]:
        """Line → its site."""
        sites = {row.name: row.site for row in self.case.facilities}
        return {row.name: sites[row.facility] for row in self.case.lines}

    @cached_property
    def bought(self) -> frozenset[str]:
        """Materials that may be bought: no file of waste says how much of them there is."""
        return frozenset(row.material for row in self.case.supplies)

    @cached_property
    def opening(self) -> dict[tuple[str, str], float]:
        """(storage, material) → tonnes at the beginning."""
        found: dict[tuple[str, str], float] = {}
        for row in self.case.opening_stock:
            key = (row.storage, row.material)
            found[key] = found.get(key, 0.0) + row.amount_t
        return found

    @cached_property
    def wet_per_dry(self) -> dict[str, float]:
        """Material → wet tonnes of a dry one, as the case has it."""
        return {row.name: 1.0 / (1.0 - row.moisture) for row in self.case.materials}

    def stores(self, site: str, material: str) -> Iterator[Storage]:
        """The storages of a site that stand and take a material."""
        for row in self.case.storages:
            if row.site == site and not row.candidate and material in self.case.members(row.material):
                yield row

    def site_of(self, measure: str, key: Key) -> str:
        """Where the material of a key is taken from or comes to."""
        if measure == "fed":
            return self.line_site[key[0]]
        if measure == "sold":
            return self.outlet_site[key[0]]
        if measure in ("placed", "stock"):
            return self.storages[key[0]].site
        return key[0]


def left_at(book: Book, places: Places, site: str, material: str, period: str) -> float:
    """What a period adds to what lies at a site: arising + in + made − out − fed − sold − placed."""
    total = book.of("arising", (site, material), period) + book.of("made", (site, material), period)
    for key in book.keys("shipped", material):
        tonnes = book.of("shipped", key, period)
        total += tonnes if key[1] == site else 0.0
        total -= tonnes if key[0] == site else 0.0
    for measure in ("fed", "sold", "placed"):
        for key in book.keys(measure, material):
            if places.site_of(measure, key) == site:
                total -= book.of(measure, key, period)
    return total
