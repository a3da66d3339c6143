"""What a case gives: arisings per period, opening stock, what may be bought."""

from __future__ import annotations

from datetime import date
from functools import partial

import numpy as np

from redmud_opt.case import Case
from redmud_opt.case.things import Arising, OpeningStock, Relining
from redmud_opt.network.lineage import Lineages
from redmud_opt.network.network import Array
from redmud_opt.network.options import Option, options_of
from redmud_opt.network.origins import Origins
from redmud_opt.network.reach import Place, Stream
from redmud_opt.network.time import Time

Opening = dict[tuple[str, Stream], float]


class Given:
    """Arisings [place → t per period], opening stock [(storage, stream) → t], places where things are bought."""

    def __init__(self, case: Case, time: Time, lineages: Lineages, origins: Origins) -> None:
        self.case, self.time, self.lineages, self.origins = case, time, lineages, origins
        self.lookup = lineages.lookup
        self.sources = {row.name: arising_t(row, time) for row in case.all_arisings}
        self.arisings = self._arisings()
        self.options: list[Option] = options_of(case, time, partial(arising_t, time=time), self.founded)
        self.opening_rows = self._opening_rows()
        self.opening = self._opening()
        self.bought = {
            Place(site, Stream(row.material))
            for row in case.supplies
            for site in self.lookup.members(row.site)
        }

    def _arisings(self) -> dict[Place, Array]:
        """What arises where no option changes it; several rows of one material at one site add up."""
        found: dict[Place, Array] = {}
        for row in self.case.all_arisings:
            place = self.founded(row.site, row.material)
            found[place] = found.get(place, np.zeros(len(self.time))) + self.sources[row.name]
        return found

    def founded(self, site: str, material: str) -> Place:
        """The place of a waste where it arises."""
        waste_class = self.lookup.materials[material].waste_class
        return Place(site, Stream(material, self.origins.of(waste_class, site), "new"))

    def _opening(self) -> Opening:
        found: Opening = {}
        for row, stream in self.opening_rows:
            found[row.storage, stream] = found.get((row.storage, stream), 0.0) + row.amount_t
        return found

    def _opening_rows(self) -> list[tuple[OpeningStock, Stream]]:
        """Rows of the opening stock with the streams that they are."""
        found = []
        storages = {storage.name: storage for storage in self.case.storages}
        first = self.case.periods[0].year
        for row in self.case.opening_stock:
            stream = Stream(row.material)
            if self.lineages.by_id[row.material].carries_origin:
                site = row.origin_site or storages[row.storage].site
                cohort = "new" if row.arose_on is not None and row.arose_on.year >= first else "legacy"
                waste_class = self.lookup.materials[row.material].waste_class
                stream = Stream(row.material, self.origins.of(waste_class, site), cohort)
            found.append((row, stream))
        return found

    def places(self) -> dict[Place, int]:
        """Place → first period in which something is there; stock ages at the first New Year."""
        found = {place: int(np.argmax(t > 0)) for place, t in self.arisings.items() if t.any()}
        for option in self.options:
            if option.becomes is not None and option.most_t.any():
                since = int(np.argmax(option.most_t > 0))
                found[option.becomes] = min(since, found.get(option.becomes, since))
        sites = {storage.name: storage.site for storage in self.case.storages}
        years = np.flatnonzero(self.time.opens_year)
        for storage, stream in self.opening:
            found[Place(sites[storage], stream)] = 0
            if stream.cohort == "new" and len(years):
                aged = Place(sites[storage], stream._replace(cohort="legacy"))
                found.setdefault(aged, int(years[0]))
        return found

    def generated_t(self) -> dict[tuple[str, int], float]:
        """(origin, year) → tonnes generated within the horizon where no option changes it."""
        found: dict[tuple[str, int], float] = {}
        for place, amount in self.arisings.items():
            for year in self.time.years:
                key = (place.stream.origin, year)
                found[key] = found.get(key, 0.0) + float(amount[self.time.year == year].sum())
        return found


def arising_t(row: Arising | Relining, time: Time, since: date = date.min) -> Array:
    """Tonnes of a row of arisings, or of a campaign of relining, that arise in every period from a day on, [T]."""
    if isinstance(row, Relining):
        days = np.array([period.days for period in time.periods], dtype=float)
        per_day = row.pots * row.lining_t_per_pot / (row.ends - row.starts).days
        return per_day * days * time.open(max(since, row.starts), row.ends)
    amount = row.amount_t
    if amount is None:
        amount = (row.production_t or 0.0) * (row.factor_t_per_t or 0.0)
    return amount * time.rate(row.per, row.calendar, since, date.max) * time.during(row.during)
