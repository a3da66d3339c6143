"""What a tonne fed to a line makes, and counts as utilised, by the plan: the mix of its own feeds, else its only way.

shares of (process, point, stream) among the feeds of a line and a material: those of the period, else of the periods
that are over, else of the whole plan; of what the plan never feeds there, the line's only conversion of it. A key is
(line, material).
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import NamedTuple

from redmud_opt.network import Network
from redmud_opt.network.lineage import Conversion
from redmud_opt.plan import Plan
from redmud_opt.plan.framing import picked
from redmud_opt.study.actuals.books import Key, Series


class Way(NamedTuple):
    """A conversion that a share of the feed goes through. origin, cohort: of the stream fed."""

    share: float
    conversion: Conversion
    origin: str
    cohort: str


class Yields:
    """Ways of a line's feeds. closed: names of the periods that are over."""

    def __init__(self, plan: Plan, net: Network, closed: frozenset[str]) -> None:
        self.plan, self.net, self.closed = plan, net, closed
        self._made: dict[Key, dict[str, float]] = {}
        self.conversions = {one.key: one for one in net.lineages.conversions}

    @cached_property
    def _fed(self) -> dict[Key, list[tuple[str, str, str, str, float]]]:
        """(line, material) → (process, point, stream, period, tonnes)."""
        material = dict(picked(self.plan.frames, "streams", "stream", "material"))
        found: dict[Key, list[tuple[str, str, str, str, float]]] = defaultdict(list)
        names = ("line", "process", "point", "stream", "period", "feed_t")
        for line, process, point, stream, period, tonnes in picked(self.plan.frames, "feeds", *names):
            row = (process, point, stream, period, float(tonnes))
            found[line, material.get(stream, stream)].append(row)
        return found

    @cached_property
    def _streams(self) -> dict[str, tuple[str, str, str]]:
        """Stream → lineage, origin, cohort."""
        names = ("stream", "lineage", "origin", "cohort")
        return {name: tuple(rest) for name, *rest in picked(self.plan.frames, "streams", *names)}

    def ways(self, key: Key, period: str) -> list[Way]:
        """The conversions that a tonne of a material goes through on a line; none where nobody can tell."""
        rows = self._fed.get(key, [])
        rows = [row for row in rows if row[3] in self.closed] or rows
        rows = [row for row in rows if row[3] == period] or rows
        total = sum(tonnes for *_, tonnes in rows)
        found = []
        for process, point, stream, _, tonnes in rows if total > 0 else ():
            lineage, origin, cohort = self._streams[stream]
            conversion = self.conversions.get((process, point, lineage))
            if conversion is not None:
                found.append(Way(tonnes / total, conversion, origin, cohort))
        return found or self._only(*key)

    def _only(self, line: str, material: str) -> list[Way]:
        runs = {row.process for row in self.net.case.line_processes if row.line == line}
        here = [
            one
            for one in self.conversions.values()
            if one.process.name in runs and one.feed is not None and one.feed.name == material
        ]
        if len(here) != 1:
            return []
        feed = here[0].feed
        assert feed is not None
        return [Way(1.0, here[0], feed.material.waste_class if feed.carries_origin else "", "new")]

    def made(self, key: Key, period: str) -> dict[str, float]:
        """Tonnes of every output of a tonne fed."""
        if (*key, period) not in self._made:
            found: dict[str, float] = defaultdict(float)
            for way in self.ways(key, period):
                for made in way.conversion.made:
                    found[made.output.name] += way.share * made.yield_t_per_t
            self._made[*key, period] = dict(found)
        return self._made[*key, period]

    def outputs(self, key: Key) -> set[str]:
        """Whatever a material fed to a line may become in the periods that are over."""
        return {output for period in self.closed for output in self.made(key, period)}

    def made_of(self, fed: Series, key: Key, output: str) -> float:
        """Tonnes of an output of what was fed, or of what more was fed, period by period."""
        return sum(tonnes * self.made(key, p).get(output, 0.0) for p, tonnes in fed.items())
