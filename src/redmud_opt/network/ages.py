"""A reach with ages: where each age of a clocked waste can be, period by period.

Legality and ways are found without ages (`reach`); here every place of a clocked waste is taken apart by the time of
its arising, and is kept only in periods in which something of that age can be there:

    what arises, or is made by use or disposal, in t         is of age t
    over a lane, and through pretreatment                    it keeps its age
    in a storage until the end of t, where it may stay       it is there in t + 1, legacy after New Year

MODEL.md rule 5. A case without clocked waste keeps its reach as it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

import numpy as np

from redmud_opt.case.works import Storage
from redmud_opt.network.clocks import UNKNOWN, Clocks
from redmud_opt.network.given import Given, Opening
from redmud_opt.network.haulage import Route
from redmud_opt.network.reach import Output, Place, Reach, Run
from redmud_opt.network.time import Mask


def apart_by_age(reach: Reach, given: Given, clocks: Clocks) -> tuple[Reach, Opening]:
    """The reach and the opening stock, clocked streams by age."""
    streams = {place.stream for place in reach.since} | {stream for _, stream in given.opening}
    if not any(clocks.has_age(stream) for stream in streams):
        return reach, given.opening
    return Sweep(reach, given, clocks).reach(), opening_by_age(given, clocks)


def opening_by_age(given: Given, clocks: Clocks) -> Opening:
    """Opening stock with the day of its arising."""
    found: Opening = {}
    for row, stream in given.opening_rows:
        if clocks.has_age(stream):
            stream = stream._replace(arose=row.arose_on.isoformat() if row.arose_on else UNKNOWN)
        found[row.storage, stream] = found.get((row.storage, stream), 0.0) + row.amount_t
    return found


class Sweep:
    """Goes through the periods and notes which age can be where."""

    def __init__(self, reach: Reach, given: Given, clocks: Clocks) -> None:
        self.before, self.given, self.clocks, self.time = reach, given, clocks, given.time
        self.present: dict[Place, Mask] = {}
        self._ages: dict[Place, list[Place]] = defaultdict(list)
        self._index()
        waiting = self._sources()
        for t in range(len(self.time)):
            front = list(waiting[t])
            while front:
                place = front.pop()
                if self._settle(place, t):
                    front += self._onward(place, t)
                    waiting[t + 1] |= dict.fromkeys(self._kept(place, t))

    def _index(self) -> None:
        self._routes: dict[Place, list[Route]] = defaultdict(list)
        for route, stream in self.before.routes:
            self._routes[Place(route.from_site, stream)].append(route)
        self._runs: dict[Place | None, list[Run]] = defaultdict(list)
        for run in self.before.runs:
            self._runs[run.place].append(run)
        self._storages: dict[Place, list[Storage]] = defaultdict(list)
        for storage, place in self.before.storages:
            if storage.retrievable:
                self._storages[place].append(storage)

    def _sources(self) -> dict[int, dict[Place, None]]:
        """Period → places of what arises, lies there at the start, or is made of waste without an age."""
        found: dict[int, dict[Place, None]] = defaultdict(dict)
        given, has_age = self.given, self.clocks.has_age
        amounts = [(place, amount) for place, amount in given.arisings.items()]
        for option in given.options:
            amounts += [(place, option.most_t) for place, _ in option.effects()]
        for place, amount in amounts:
            if has_age(place.stream):
                for t in np.flatnonzero(amount > 0).tolist():
                    found[t][self.clocks.arisen(place, t)] = None
        sites = {storage.name: storage.site for storage in given.case.storages}
        for storage, stream in opening_by_age(given, self.clocks):
            if stream.arose:
                found[0][Place(sites[storage], stream)] = None
        for run in self.before.runs:
            if run.place is None or not has_age(run.place.stream):
                first = 0 if run.place is None else self.before.since[run.place]
                for t in range(first, len(self.time)):
                    found[t] |= dict.fromkeys(self._made(run, None, t))
        return found

    def _settle(self, place: Place, t: int) -> bool:
        """Notes that a place is there in a period; False where it was known, or leads nowhere."""
        plain = _plain(place)
        if plain not in self.before.since:
            return False
        if place not in self.present:
            self.present[place] = np.zeros(len(self.time), dtype=bool)
            self._ages[plain].append(place)
        if self.present[place][t]:
            return False
        self.present[place][t] = True
        return True

    def _onward(self, place: Place, t: int) -> Iterator[Place]:
        """Where it can go within a period, by lanes and through processes."""
        for route in self._routes[_plain(place)]:
            yield Place(route.to_site, place.stream)
        for run in self._runs[_plain(place)]:
            yield from self._made(run, place, t)

    def _made(self, run: Run, fed: Place | None, t: int) -> Iterator[Place]:
        """Clocked places that a run of an aged feed (None: of one without age) makes something at."""
        for output in run.made:
            if self.clocks.has_age(output.place.stream):
                yield self._aged(run, output, fed) or self.clocks.arisen(output.place, t)

    def _aged(self, run: Run, output: Output, fed: Place | None) -> Place | None:
        """The place of an output that is as old as the feed; None where its clock starts with its making."""
        if fed is None or not self.clocks.passes_on(run.conversion.meaning):
            return None
        return Place(output.place.site, output.place.stream._replace(arose=fed.stream.arose))

    def _kept(self, place: Place, t: int) -> Iterator[Place]:
        """The same in the next period, where some storage at the site may keep it until then."""
        if t == self.time.last:
            return
        stores = self._storages[_plain(place)]
        lain = [s for s in stores if self.clocks.may_stay(s, place.stream)[t]]
        if lain:
            ages = self.time.opens_year[t + 1] and place.stream.cohort == "new"
            stream = place.stream._replace(cohort="legacy") if ages else place.stream
            yield Place(place.site, stream)

    # ---------------------------------------------------------------- the reach apart by age

    def reach(self) -> Reach:
        """Everything of the reach, once for every age that can be there."""
        plain = {p: since for p, since in self.before.since.items() if not self.clocks.has_age(p.stream)}
        return replace(
            self.before,
            since=plain | {place: int(np.argmax(mask)) for place, mask in self.present.items()},
            present=self.present,
            runs=[run for before in self.before.runs for run in self._apart(before)],
            routes=[
                (route, place.stream)
                for route, stream in self.before.routes
                for place in self._of(Place(route.from_site, stream))
            ],
            outlets=[(outlet, aged) for outlet, p in self.before.outlets for aged in self._of(p)],
            storages=[(storage, aged) for storage, p in self.before.storages for aged in self._of(p)],
        )

    def _of(self, place: Place) -> list[Place]:
        """A place by its ages; itself where it has none."""
        return self._ages[place] if self.clocks.has_age(place.stream) else [place]

    def _apart(self, run: Run) -> Iterator[Run]:
        """A run once for every age of its feed."""
        for place in [None] if run.place is None else self._of(run.place):
            fed = place if place is not None and place.stream.arose else None
            made = tuple(one for output in run.made for one in self._outputs(run, output, fed))
            yield replace(run, place=place, made=made)

    def _outputs(self, run: Run, output: Output, fed: Place | None) -> Iterator[Output]:
        """An output as old as its feed, or one for every period in which it can be made."""
        if not self.clocks.has_age(output.place.stream):
            yield output
            return
        aged = self._aged(run, output, fed)
        if aged is not None:
            yield output._replace(place=aged)
            return
        for t in self._acting(fed, run.place):
            place = self.clocks.arisen(output.place, t)
            if place in self.present:
                yield output._replace(place=place, period=t)

    def _acting(self, fed: Place | None, place: Place | None) -> list[int]:
        """Periods in which a feed can be there."""
        if fed is not None:
            return [int(t) for t in np.flatnonzero(self.present[fed])]
        return list(range(0 if place is None else self.before.since[place], len(self.time)))


@lru_cache(maxsize=100_000)
def _plain(place: Place) -> Place:
    """A place without its age."""
    return Place(place.site, place.stream._replace(arose=""))
