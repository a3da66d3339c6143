"""Links: rows that every plan satisfies and the relaxation does not. They tighten the bound, never the optimum.

    Σ feed of a stream up to t ≤ Σ over vintages  min(M, capacity up to t ÷ use) · units built      [t]
    Σ made of a material up to t ≤ Σ over vintages  min(D, makeable up to t) · units built

per candidate line, for t at the end of every calendar year. M is what of the stream can come to the line from the
start of the vintage up to t: what arises from then on where lanes lead there from, and what lay in stock there before
and can be taken out; all that was ever there where it is also made or bought. By the balances, what a line is fed is
what lanes bring to it less what leaves again, so a link from the feed is one from the lanes that holds with opening
stock, transfers and lines that stand. D is the most that can leave the network from then on where lanes lead from the
line: outlets, placements, lines, and stock. Without links a relaxation builds a tenth of a line where a tenth of its
capacity is asked for. MODEL.md rule 3.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import networkx as nx
import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.model.arrays import Index, Rows
from redmud_opt.model.capacity import reclaim_rate_t
from redmud_opt.network import Network
from redmud_opt.network.network import Array, Ints, Mask

Ways: TypeAlias = "nx.DiGraph[str]"

SAME = 1 - 1e-9
"""A bound that is less than this share of the capacity is a tighter one."""


@dataclass(frozen=True)
class Link:
    """One row: Σ amount · feed over runs up to a period ≤ Σ most · build over columns."""

    line: int
    what: str
    until: int
    runs: Ints
    amount: Array
    build: Ints
    most: Array


def add_links(m: ConcreteModel, net: Network) -> None:
    """From feeds and products to the lines that must be built for them."""
    ends = np.append(np.flatnonzero(net.time.opens_year) - 1, net.time.last)
    for name, lines in (("feed_link", Feeds(net)), ("make_link", Makes(net))):
        _add(m, net, name, [link for t in ends for link in lines.links(int(t))])


def _add(m: ConcreteModel, net: Network, name: str, links: list[Link]) -> None:
    lines = net.plant.lines
    index = Index.of(
        line=[lines[link.line].name for link in links],
        of=[link.what for link in links],
        until=[net.time.names[link.until] for link in links],
    )
    rows = Rows(index, upper=0.0, kind="link", message="model.link")
    m.add_component(name, rows)
    position = net.runs.grid.position
    feeds, builds = [np.zeros((3, 0))], [np.zeros((3, 0))]
    for row, link in enumerate(links):
        k, t = np.nonzero(position[link.runs, : link.until + 1] >= 0)
        feeds.append(np.array([np.full(len(k), row), position[link.runs[k], t], link.amount[k]]))
        builds.append(np.array([np.full(len(link.build), row), link.build, -link.most]))
    for columns, parts in ((m.feed_t, feeds), (m.build, builds)):
        at, col, coef = np.concatenate(parts, axis=1)
        rows.add(columns, row=at.astype(np.int64), col=col.astype(np.int64), coef=coef)


class Lines:
    """Candidate lines of a network with the runs on each."""

    def __init__(self, net: Network) -> None:
        self.net, self.plant = net, net.plant
        self.cumulative = np.cumsum(self.plant.capacity_in_force, axis=1)
        self.first = np.argmax(self.plant.stands, axis=1)
        self._most: dict[tuple[str, str], Array] = {}

    def groups(self) -> Iterator[tuple[int, str, Ints, Array]]:
        """(line, what, runs, amount per tonne fed) of whatever is linked."""
        raise NotImplementedError

    def most(self, what: str, site: str) -> Array:
        """Most of it, for a line at a site, from the beginning of a period to the end of another, [T, T]."""
        raise NotImplementedError

    @cached_property
    def ways(self) -> dict[str, Ways]:
        """Stream without its cohort → sites with the lanes between them that it may move on."""
        found: dict[str, Ways] = {}
        for route, stream in zip(self.net.routes.route, self.net.routes.stream, strict=True):
            name = _name(self.net, int(stream))
            found.setdefault(name, nx.DiGraph()).add_edge(route.from_site, route.to_site)
        return found

    def near(self, what: str, site: str, *, onward: bool) -> set[str]:
        """Sites that it can come from to a site, or go to from there, the site itself included."""
        ways = self.ways.get(what, nx.DiGraph())
        if site not in ways:
            return {site}
        return {site} | (nx.descendants(ways, site) if onward else nx.ancestors(ways, site))

    def _at(self, place: Ints, sites: set[str]) -> Mask:
        """Which of some places (−1: none) lie at these sites."""
        found: Mask = np.isin(place, [k for k, p in enumerate(self.net.places) if p.site in sites])
        return found

    @cached_property
    def grouped(self) -> list[tuple[int, str, Ints, Array]]:
        """The groups, worked out once."""
        return list(self.groups())

    def links(self, until: int) -> Iterator[Link]:
        """The rows up to a period in which some vintage could do more than there is for it to do."""
        for line, what, runs, amount in self.grouped:
            build = np.flatnonzero(self.plant.line[self.plant.candidates] == line)
            vintages = self.plant.candidates[build]
            started = self.plant.stands[vintages, : until + 1].any(axis=1)
            able = self._able(vintages, runs, amount, until)
            key = what, self.net.lookup.line_site(self.plant.lines[line].name)
            if key not in self._most:
                self._most[key] = self.most(*key)
            there = self._most[key][self.first[vintages], until]
            bound = np.where(started, np.minimum(able, there), 0.0)
            if (started & (there < able * SAME)).any() and np.isfinite(bound).all():
                kept = bound > 0
                yield Link(line, what, until, runs, amount, build[kept], bound[kept])

    def _able(self, vintages: Ints, runs: Ints, amount: Array, until: int) -> Array:
        """What the capacity of each vintage allows up to a period."""
        use = self.net.runs.use_per_t[runs]
        if not (use > 0).all():
            return np.full(len(vintages), np.inf)
        able: Array = self.cumulative[vintages, until] * float((amount / use).max())
        return able


class Feeds(Lines):
    """Tonnes of one waste of one origin, new and legacy together, that a line is fed."""

    def groups(self) -> Iterator[tuple[int, str, Ints, Array]]:
        """By line, lineage and origin."""
        found: dict[tuple[int, str], list[int]] = {}
        for k, (line, stream) in enumerate(zip(self.net.runs.line, self.net.runs.stream, strict=True)):
            if stream >= 0 and self.plant.lines[line].candidate:
                found.setdefault((int(line), self.name(int(stream))), []).append(k)
        for (line, what), runs in found.items():
            yield line, what, np.array(runs), np.ones(len(runs))

    def name(self, stream: int) -> str:
        """A stream without its cohort."""
        return _name(self.net, stream)

    @cached_property
    def streams(self) -> dict[str, Ints]:
        """Name → streams of both cohorts."""
        found: dict[str, list[int]] = {}
        for k in range(len(self.net.streams)):
            found.setdefault(self.name(k), []).append(k)
        return {name: np.array(streams) for name, streams in found.items()}

    @cached_property
    def only_arises(self) -> set[str]:
        """Streams that no line makes and nobody sells."""
        net = self.net
        made = {self.name(int(net.place_stream[place])) for place in net.runs.made_place}
        return self.streams.keys() - made - {self.name(int(s)) for s in net.purchases.stream}

    def most(self, what: str, site: str) -> Array:
        """What there can be to feed: what arises, and before that the most that can lie in stock and leave it."""
        net, mine = self.net, self.streams[what]
        if what not in self.only_arises:
            return np.tile([self._ever(mine, t) for t in range(len(net.time))], (len(net.time), 1))
        sites = self.near(what, site, onward=False)
        inside = np.isin(net.place_stream[net.nodes.entity], mine) & self._at(net.nodes.entity, sites)
        most_t = net.arising_most_t[inside]
        arising = np.bincount(net.nodes.period[inside], most_t, len(net.time)).astype(float)
        held = np.isin(net.holdings.stream, mine) & self._at(net.holdings.place, sites)
        before = float(net.holdings.opening_t[held].sum()) + np.cumsum(arising) - arising
        before[1:] = np.minimum(before[1:], net.holdings.upper[held, :-1].sum(axis=0))
        taken_out = reclaim_rate_t(net)[np.unique(net.holdings.storage[held])].sum(axis=0)
        return np.minimum(before[:, None], _between(taken_out)) + _between(arising)

    def _ever(self, mine: Ints, until: int) -> float:
        """All that was ever there: what grew old is the same tonne twice, counted once."""
        net = self.net
        found = float(net.available_t[mine, until].sum())
        aged = np.flatnonzero(net.time.opens_year[: until + 1])
        new = [k for k in mine if net.streams[k].cohort == "new"]
        if len(aged) and len(mine) > len(new) and np.isfinite(found):
            found -= float(net.available_t[new, aged[-1] - 1].sum())
        return found


class Makes(Lines):
    """Tonnes of a material without origin that a line makes."""

    def groups(self) -> Iterator[tuple[int, str, Ints, Array]]:
        """By line and material; yields of the runs that make it."""
        runs, found = self.net.runs, dict[tuple[int, str], dict[int, float]]()
        for k, place, amount in zip(runs.made_run, runs.made_place, runs.made_yield, strict=True):
            stream = self.net.places[place].stream
            if not stream.origin and self.plant.lines[runs.line[k]].candidate:
                own = found.setdefault((int(runs.line[k]), stream.lineage), {})
                own[int(k)] = own.get(int(k), 0.0) + float(amount)
        for (line, what), made in found.items():
            yield line, what, np.array(list(made)), np.array(list(made.values()))

    def most(self, what: str, site: str) -> Array:
        """What of it can leave, and lie in stock at the end."""
        sites = self.near(what, site, onward=True)
        there = [k for k, p in enumerate(self.net.places) if p.stream.lineage == what and p.site in sites]
        places = np.array(there, dtype=np.int64)
        return _between(self._sold(places) + self._placed(places) + self._taken(places)) + self._stock(places)

    def _sold(self, places: Ints) -> Array:
        sold = self.net.deliveries
        found = np.zeros(len(self.net.time))
        mine = np.flatnonzero(np.isin(sold.place, places))
        for outlet in np.unique(sold.outlet[mine]):
            own = mine[sold.outlet[mine] == outlet]
            found += np.minimum(sold.upper[own].sum(axis=0), sold.most[outlet] / sold.basis[own].min())
        return found

    def _placed(self, places: Ints) -> Array:
        mine = np.isin(self.net.placements.place, places)
        found: Array = self.net.placements.upper[mine].sum(axis=0)
        return found

    def _taken(self, places: Ints) -> Array:
        """Feeds and fixed inputs of every line that takes it."""
        runs = self.net.runs
        taken = np.isin(runs.place, places).astype(
            float
        )  # per tonne fed: the feed itself, and as a fixed input
        needing = np.isin(runs.need_place, places)
        np.add.at(taken, runs.need_run[needing], runs.need_amount[needing])
        found = np.zeros(len(self.net.time))
        for line in dict.fromkeys(runs.line[taken > 0].tolist()):
            own = np.flatnonzero((runs.line == line) & (taken > 0))
            most = (runs.upper[own] * taken[own, None]).sum(axis=0)
            use = runs.use_per_t[own] / taken[own]
            if (use > 0).all():
                most = np.minimum(most, self.plant.most[line] / use.min())
            found += most
        return found

    def _stock(self, places: Ints) -> Array:
        found: Array = self.net.holdings.upper[np.isin(self.net.holdings.place, places)].sum(axis=0)
        return found


def _name(net: Network, stream: int) -> str:
    """A stream without its cohort and age; a lane leads as far for new as for legacy waste."""
    return net.streams[stream]._replace(cohort="", arose="").id


def _between(amount: Array) -> Array:
    """Sum from the beginning of a period to the end of another, [T, T]."""
    until = np.cumsum(np.where(np.isfinite(amount), amount, 0.0))
    found: Array = until[None, :] - (until - np.where(np.isfinite(amount), amount, 0.0))[:, None]
    endless = np.cumsum(~np.isfinite(amount))
    return np.where(endless[None, :] > (endless - ~np.isfinite(amount))[:, None], np.inf, found)
