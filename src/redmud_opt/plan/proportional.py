"""The proportional rates: the plan's own rates, with what was fed together taken as mixed.

    contents[n] = Σ amount[k→n] · contents[k] ÷ Σ amount[k→n]      n downstream of a line that was co-fed
                = all of its own origin and year of arising        n anything else
    utilised    = Σ amount utilised out of n · contents[n]         [origin t]

Nodes are lots at sites and in storages, period by period. The residues that a process makes at a point are one lot,
whatever it was fed; amounts are origin tonnes. Streams of different origin or cohort that a line is fed in one period
cannot be told apart in its residues, nor in what is made of these: every movement takes the shares of the lot. What
never was co-fed stays attributed as the plan has it. MODEL.md Utilisation, without double counting.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from pyomo.environ import ConcreteModel
from scipy import sparse

from redmud_opt.i18n import Message
from redmud_opt.model.targets import TargetYear
from redmud_opt.model.totals import utilised_per_delivery, utilised_per_feed
from redmud_opt.network import Network
from redmud_opt.network.network import Array, Ints, Mask
from redmud_opt.plan.tracing import solved

NEGLIGIBLE = 1e-6
"""Tonnes below this are as good as none, and mix nothing."""

AS_GOOD = 1e-6
"""A rate this close to what is asked for meets it."""

Shift = dict[tuple[str, str, str, int], float]
"""(`utilised` or `utilised_gross`, origin, cohort, year) → origin tonnes more than the plan attributes."""

Label = tuple[str, int]
"""Origin, and the calendar year in which it arose (0: in an earlier one)."""


class Moves(NamedTuple):
    """Origin tonnes that leave nodes; `end` is another node. `stream`, `t`: as the plan has what leaves."""

    start: Ints
    end: Ints
    amount: Array
    stream: Ints
    t: Ints

    def kept(self, mask: Mask) -> Moves:
        """Some of them."""
        return Moves(self.start[mask], self.end[mask], self.amount[mask], self.stream[mask], self.t[mask])


class Lots:
    """What is in every lot that was co-fed, and what follows for utilisation."""

    def __init__(self, m: ConcreteModel, net: Network) -> None:
        self.m, self.net = m, net
        self.lot = _lots(net)
        self.site = {name: k for k, name in enumerate(dict.fromkeys(p.site for p in net.places))}
        self.at = np.array([self.site[p.site] for p in net.places], dtype=np.int64)
        co_fed, moves = self._moves()
        self.moves = moves.kept(moves.amount > NEGLIGIBLE)
        self.mixed = self._downstream(co_fed)

    # ---------------------------------------------------------------- nodes and what moves between them

    def _node(self, place: Ints, stream: Ints, t: Ints) -> Ints:
        """Number of a lot at a place in a period; storages are numbered after the sites."""
        return (place * (int(self.lot.max(initial=0)) + 1) + self.lot[stream]) * len(self.net.time) + t

    def _at_site(self, place: Ints, t: Ints) -> Ints:
        return self._node(self.at[place], self.net.place_stream[place], t)

    def _in_storage(self, storage: Ints, stream: Ints, t: Ints) -> Ints:
        return self._node(len(self.site) + storage, stream, t)

    def _moves(self) -> tuple[Ints, Moves]:
        """Nodes that co-fed lines make lots in, and everything that moves."""
        co_fed, made = self._made()
        parts = [made, self._flows(), *self._piles()]
        return co_fed, Moves(*(np.concatenate(column) for column in zip(*parts, strict=True)))

    def _made(self) -> tuple[Ints, Moves]:
        runs, w, of_place = self.net.runs, self.net.w, self.net.place_stream
        cells = runs.made_cells
        k, t = np.nonzero(cells >= 0)
        run, place = runs.made_run[k], runs.made_place[k]
        fed = self.m.feed_t.values_array[cells[k, t]]
        with_origin = (runs.stream[run] >= 0) & (w[of_place[place]] > 0.0)
        k, t, run, place, fed = (values[with_origin] for values in (k, t, run, place, fed))
        end = self._at_site(place, t)
        amount = fed * runs.made_yield[k] * w[of_place[place]]
        moves = Moves(self._at_site(runs.place[run], t), end, amount, runs.stream[run], t)
        return end[self._co_fed()[run, t]], moves

    def _co_fed(self) -> Mask:
        """[run, t]: whether the line is fed waste of another origin or cohort by the same process and point."""
        runs, grid = self.net.runs, self.net.runs.grid
        together: dict[tuple[int, str, str, int], set[tuple[str, str]]] = {}
        keys = [
            (int(runs.line[r]), run.conversion.process.name, run.conversion.point)
            for r, run in enumerate(runs.run)
        ]
        fed = np.flatnonzero(self.m.feed_t.values_array > NEGLIGIBLE)
        for cell in fed[runs.stream[grid.entity[fed]] >= 0].tolist():
            run, t = int(grid.entity[cell]), int(grid.period[cell])
            stream = self.net.streams[int(runs.stream[run])]
            if stream.origin:
                together.setdefault((*keys[run], t), set()).add((stream.origin, stream.cohort))
        found = np.zeros(grid.position.shape, dtype=bool)
        for cell in fed.tolist():
            run, t = int(grid.entity[cell]), int(grid.period[cell])
            found[run, t] = len(together.get((*keys[run], t), ())) > 1
        return found

    def _flows(self) -> Moves:
        routes, grid = self.net.routes, self.net.routes.grid
        stream, t = routes.stream[grid.entity], grid.period
        start, end = (self._at_site(place[grid.entity], t) for place in (routes.from_place, routes.to_place))
        return Moves(start, end, self.m.flow_t.values_array * self.net.w[stream], stream, t)

    def _piles(self) -> list[Moves]:
        """Put in, taken out, and left over to the next period."""
        held, found = self.net.holdings, []
        for name, grid in (("put_t", held.put), ("reclaim_t", held.reclaim), ("stock_t", held.grid)):
            entity, t = grid.entity, grid.period
            amount, stream = (
                self.m.component(name).values_array * self.net.w[held.stream[entity]],
                held.stream[entity],
            )
            pile, here = (
                self._in_storage(held.storage[entity], stream, t),
                self._at_site(held.place[entity], t),
            )
            start, end = {"put_t": (here, pile), "reclaim_t": (pile, here), "stock_t": (pile, pile + 1)}[name]
            stays = t + 1 < len(self.net.time) if name == "stock_t" else np.ones(len(t), dtype=bool)
            found.append(Moves(start, end, amount, stream, t).kept(stays))
        return found

    def _downstream(self, co_fed: Ints) -> Ints:
        """Nodes that a lot of a co-fed line comes to."""
        reached, fresh = np.unique(co_fed), np.unique(co_fed)
        while len(fresh):
            fresh = np.setdiff1d(self.moves.end[np.isin(self.moves.start, fresh)], reached)
            reached = np.union1d(reached, fresh)
        return reached

    # ---------------------------------------------------------------- contents

    def _labels(self, stream: Ints, t: Ints) -> list[Label]:
        """Origin and year of arising of streams as the plan has them."""
        found = []
        for s, year in zip(stream.tolist(), self.net.time.year[t].tolist(), strict=True):
            row = self.net.streams[s]
            found.append((row.origin, int(year) if row.cohort == "new" else 0))
        return found

    def contents(self) -> tuple[list[Label], Array]:
        """Labels, and their shares in every mixed node."""
        into = self.moves.kept(np.isin(self.moves.end, self.mixed))
        row = np.searchsorted(self.mixed, into.end)
        total = np.bincount(row, weights=into.amount, minlength=len(self.mixed))
        share = into.amount / total[row]
        inside = np.isin(into.start, self.mixed)
        outer = into.kept(~inside)
        named = self._labels(outer.stream, outer.t)
        labels = list(dict.fromkeys(named))
        number = {label: k for k, label in enumerate(labels)}
        known = np.zeros((len(self.mixed), len(labels)))
        np.add.at(
            known,
            (row[~inside], np.array([number[label] for label in named], dtype=np.int64)),
            share[~inside],
        )
        start = np.searchsorted(self.mixed, into.start[inside])
        size = (len(self.mixed), len(self.mixed))
        return labels, solved(sparse.csr_array((share[inside], (row[inside], start)), shape=size), known)

    def shift(self) -> Shift:
        """How utilised tonnes move between origins and cohorts where lots are taken as mixed."""
        found: Shift = {}
        if not len(self.mixed):
            return found
        labels, contents = self.contents()
        for total, gross in (("utilised", False), ("utilised_gross", True)):
            used = self._used(gross)
            used = used.kept((np.abs(used.amount) > NEGLIGIBLE) & np.isin(used.start, self.mixed))
            position = np.searchsorted(self.mixed, used.start)
            for k, (origin, arose) in enumerate(self._labels(used.stream, used.t)):
                year = int(self.net.time.year[used.t[k]])
                parts = [((origin, arose), -1.0), *zip(labels, contents[position[k]].tolist(), strict=True)]
                for (whose, when), share in parts:
                    key = (total, whose, "new" if when == year else "legacy", year)
                    found[key] = found.get(key, 0.0) + share * float(used.amount[k])
        return found

    def _used(self, gross: bool) -> Moves:
        """What is utilised out of every node, net or gross; it goes nowhere."""
        parts = []
        for columns, table, unit in (
            (self.m.feed_t, self.net.runs, utilised_per_feed(self.net, gross=gross)),
            (self.m.sold_t, self.net.deliveries, utilised_per_delivery(self.net, gross=gross)),
        ):
            cells = np.flatnonzero(unit[table.grid.entity] != 0.0)
            entity, t = table.grid.entity[cells], table.grid.period[cells]
            start = self._at_site(table.place[entity], t)
            parts.append(
                Moves(
                    start,
                    start,
                    (columns.values_array * unit[table.grid.entity])[cells],
                    table.stream[entity],
                    t,
                )
            )
        return Moves(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _lots(net: Network) -> Ints:
    """The lot that each stream belongs to: residues by material, process and point, wastes by themselves."""
    number: dict[object, int] = {}
    found = []
    for k, stream in enumerate(net.streams):
        lineage = net.lineages.by_id[stream.lineage]
        key = (lineage.name, lineage.process, lineage.point) if lineage.parent else k
        found.append(number.setdefault(key, len(number)))
    return np.array(found, dtype=np.int64)


def shifted(m: ConcreteModel, net: Network) -> Shift:
    """What the proportional rates count more, or less, than the plan attributes."""
    return Lots(m, net).shift()


def proportional_rate(base: float, reached: float, shift: Shift, row: TargetYear) -> float:
    """The rate of a target with mixed lots, from what it refers to and counts as the plan attributes it."""
    total = "utilised_gross" if row.counts_gross else "utilised"
    new, legacy = (
        sum(shift.get((total, origin, cohort, row.year), 0.0) for origin in row.origins)
        for cohort in ("new", "legacy")
    )
    if row.target.rate == "rate_stat":
        base += legacy
    reached += new + (0.0 if row.target.rate == "rate_new" else legacy)
    return reached / base if base > AS_GOOD else float("nan")


def held_freely(targets: pd.DataFrame) -> list[Message]:
    """A note on targets that hold only because residue lots of co-fed lines are attributed freely."""
    least = targets["at_least"] - AS_GOOD
    only = targets[(targets["reached"] >= least) & (targets["reached_proportional"] < least)]
    names = tuple(f"{name} ({year})" for name, year in zip(only["target"], only["year"], strict=True))
    return [Message("plan.only_free_attribution", {"targets": names})] if names else []
