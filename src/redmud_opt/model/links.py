"""Links: rows that every plan satisfies and the relaxation does not. They tighten the bound, never the optimum.

    Σ feed of a stream up to t ≤ Σ over vintages  min(M, capacity up to t ÷ use) · units built
    Σ made of a material up to t ≤ Σ over vintages  min(D, makeable up to t) · units built

per candidate line, for t at the end of every calendar year. M is what of the stream can be there from the start of
the vintage up to t: what arises from then on and the most that can lie in stock before; all that was ever there
where it is also made or bought. By the balances, what a line is fed is what lanes bring to it less what leaves again,
so a link from the feed is one from the lanes that holds with opening stock, transfers and lines that stand. D is the
most that can leave the network from then on: outlets, placements, lines that take it, and stock. Without links a
relaxation builds a tenth of a line where a tenth of its capacity is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.model.arrays import Index, Rows
from redmud_opt.network import Network
from redmud_opt.network.network import Array, Ints

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
        self._most: dict[str, Array] = {}

    def groups(self) -> Iterator[tuple[int, str, Ints, Array]]:
        """(line, what, runs, amount per tonne fed) of whatever is linked."""
        raise NotImplementedError

    def most(self, what: str) -> Array:
        """Most of it from the beginning of a period to the end of another, [T, T]."""
        raise NotImplementedError

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
            if what not in self._most:
                self._most[what] = self.most(what)
            there = self._most[what][self.first[vintages], until]
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
        return self.net.streams[stream]._replace(cohort="").id

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

    def most(self, what: str) -> Array:
        """What there can be to feed: what arises, and before that the most that can lie in stock."""
        net, mine = self.net, self.streams[what]
        if what not in self.only_arises:
            return np.tile([self._ever(mine, t) for t in range(len(net.time))], (len(net.time), 1))
        inside = np.isin(net.place_stream[net.nodes.entity], mine)
        arising = np.bincount(net.nodes.period[inside], net.arising_t[inside], len(net.time)).astype(float)
        held = np.isin(net.holdings.stream, mine)
        before = float(net.holdings.opening_t[held].sum()) + np.cumsum(arising) - arising
        before[1:] = np.minimum(before[1:], net.holdings.upper[held, :-1].sum(axis=0))
        return before[:, None] + _between(arising)

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

    def most(self, what: str) -> Array:
        """What of it can leave, and lie in stock at the end."""
        leaving = self._sold(what) + self._placed(what) + self._taken(what)
        return _between(leaving) + self._stock(what)

    def _of(self, what: str, stream: Ints) -> Ints:
        names = np.array([self.net.streams[int(k)].lineage for k in stream], dtype=object)
        return np.flatnonzero(names == what)

    def _sold(self, what: str) -> Array:
        sold = self.net.deliveries
        found = np.zeros(len(self.net.time))
        mine = self._of(what, sold.stream)
        for outlet in np.unique(sold.outlet[mine]):
            own = mine[sold.outlet[mine] == outlet]
            found += np.minimum(sold.upper[own].sum(axis=0), sold.most[outlet] / sold.basis[own].min())
        return found

    def _placed(self, what: str) -> Array:
        mine = self._of(what, self.net.placements.stream)
        found: Array = self.net.placements.upper[mine].sum(axis=0)
        return found

    def _taken(self, what: str) -> Array:
        """Feeds and fixed inputs of every line that takes it."""
        runs = self.net.runs
        fed = np.array(
            [run.place is not None and run.place.stream.lineage == what for run in runs.run], dtype=bool
        )
        pairs = [(int(k), 1.0) for k in np.flatnonzero(fed)]
        for k, place, amount in zip(runs.need_run, runs.need_place, runs.need_amount, strict=True):
            if self.net.places[place].stream.lineage == what:
                pairs.append((int(k), float(amount)))
        found = np.zeros(len(self.net.time))
        for line in dict.fromkeys(int(runs.line[k]) for k, _ in pairs):
            own = [(k, amount) for k, amount in pairs if runs.line[k] == line]
            most = sum((runs.upper[k] * amount for k, amount in own), np.zeros(len(found)))
            use = np.array([runs.use_per_t[k] / amount for k, amount in own])
            if (use > 0).all():
                most = np.minimum(most, self.plant.most[line] / use.min())
            found += most
        return found

    def _stock(self, what: str) -> Array:
        found: Array = self.net.holdings.upper[self._of(what, self.net.holdings.stream)].sum(axis=0)
        return found


def _between(amount: Array) -> Array:
    """Sum from the beginning of a period to the end of another, [T, T]."""
    until = np.cumsum(np.where(np.isfinite(amount), amount, 0.0))
    found: Array = until[None, :] - (until - np.where(np.isfinite(amount), amount, 0.0))[:, None]
    endless = np.cumsum(~np.isfinite(amount))
    return np.where(endless[None, :] > (endless - ~np.isfinite(amount))[:, None], np.inf, found)
