"""At which pace consignments move through the months of a period, lane by lane, and where no split keeps all limits.

    share    days on which papers are valid × months of the lane × months of who takes it, as shares
    clock    lots that a hard clock bids leave in or before a month have left by its end
    room     Σ moved on a lane until the end of a month ≤ capacity of the period × Σ share of the lane until then
    receiver Σ moved until the end of a month ≤ what who takes it can take until then, where nobody keeps it there

The clock bids no more than the receiver can take. Tried in this order, the first that keeps the room of the lane: all
of that; without the months of who takes it; without the clock. What is not kept is told with the reason.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import inf, isfinite

import numpy as np

from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.rows import Sold
from redmud_opt.plan.papers import AND
from redmud_opt.report.shipments.consignments import Consignment, Lot
from redmud_opt.report.shipments.months import Array, Months, shares
from redmud_opt.report.shipments.papers import Held
from redmud_opt.report.shipments.splitting import SMALL_T, Split, split

LOAD, CLOCK_PASSED, CLOCK = "load_over_capacity", "clock_passed", "clock_too_short"
RECEIVER, LANE, CLOSED, PAPERS = "receiver_full", "lane_full", "lane_closed", "papers_expired"
WHY = (LOAD, CLOCK_PASSED, CLOCK, RECEIVER, LANE, CLOSED, PAPERS)
"""Why no split keeps a limit."""


@dataclass(frozen=True)
class Unsplit:
    """A consignment that no split suits: where, why, and how much of it that concerns."""

    own: Consignment
    why: str
    month: str
    wet_t: float
    most_t: float
    at: str = ""


class Pacing:
    """Splits the consignments of a plan."""

    def __init__(self, book: Book, months: Months, loads: dict[str, float]) -> None:
        self.book, self.months, self.loads = book, months, loads
        self._sold: defaultdict[tuple[str, int], list[Sold]] = defaultdict(list)
        for row in book.sales:
            self._sold[row.outlet, row.t].append(row)

    def splits(self, given: Sequence[Consignment], held: Sequence[Held]) -> tuple[list[Split], list[Unsplit]]:
        """The split of every consignment, and the word where one is not kept."""
        found: dict[int, Split] = {}
        unsplit: list[Unsplit] = []
        lanes: defaultdict[tuple[str, str, int], list[int]] = defaultdict(list)
        for k, own in enumerate(given):
            lanes[own.lane, self._rule(own), own.t].append(k)
        for (lane, rule, t), numbers in lanes.items():
            mine = [(given[k], held[k]) for k in numbers]
            splits, words = self._lane(lane, rule, t, mine)
            found |= dict(zip(numbers, splits, strict=True))
            unsplit += words
        return [found[k] for k in range(len(given))], unsplit

    # ---------------------------------------------------------------- one lane in one period

    def _lane(
        self, lane: str, rule: str, t: int, mine: list[tuple[Consignment, Held]]
    ) -> tuple[list[Split], list[Unsplit]]:
        words: list[Unsplit] = []
        capacity, share = self._capacity(lane, rule, t), self.months.lane(lane, t)
        if share is None:
            words += [Unsplit(own, CLOSED, self._names(t)[0], own.wet_t, 0.0) for own, _ in mine]
            share = self.months.days[t] / self.months.days[t].sum()
        loads = []
        for own, _ in mine:
            load, most = self._load(own), float(capacity * share.max()) if isfinite(capacity) else inf
            moves = min(load, own.wet_t) * self._basis(lane, own) if load is not None else 0.0
            if load is not None and moves > most + SMALL_T:
                words.append(
                    Unsplit(own, LOAD, self._names(t)[int(share.argmax())], min(load, own.wet_t), most)
                )
                load = None
            loads.append(load)
        dues = [np.minimum(self._due(own), self._room(own)) for own, _ in mine]
        lane_pace = [self._share(own, papers, share, words) for own, papers in mine]
        own_pace = [self._own_share(own, pace) for (own, _), pace in zip(mine, lane_pace, strict=True)]
        none = [np.zeros(len(share)) for _ in mine]
        for paces, due in ((own_pace, dues), (lane_pace, dues), (lane_pace, none)):
            splits = [
                split(own.wet_t, load, pace, late)
                for (own, _), load, pace, late in zip(mine, loads, paces, due, strict=True)
            ]
            over = self._over(lane, [own for own, _ in mine], splits, capacity, share)
            if over.max() <= 0.0:
                break
        if over.max() > 0.0:
            k = int(over.argmax())
            most = float(capacity * share[: k + 1].sum())
            words.append(Unsplit(mine[0][0], LANE, self._names(t)[k], most + float(over[k]), most, lane))
        for (own, _), kept in zip(mine, splits, strict=True):
            words += self._late(own, kept)
            words += self._ahead(own, kept)
        return splits, words

    def _share(self, own: Consignment, papers: Held, lane: Array, words: list[Unsplit]) -> Array:
        """The pace of a lane on days on which papers are valid; that of the lane where they never are."""
        valid = self.months.covered(own.t, papers.of_border, papers.of_receiver)
        found = shares(lane * valid / self.months.days[own.t])
        if found is None:
            words.append(Unsplit(own, PAPERS, self._names(own.t)[0], own.wet_t, 0.0))
        return lane if found is None else found

    def _own_share(self, own: Consignment, pace: Array) -> Array:
        """The same in the months of who takes it; without them where they are never open at once."""
        found = shares(pace * self.taken(own) / self.months.days[own.t])
        return pace if found is None else found

    def taken(self, own: Consignment) -> Array:
        """Shares of who takes it where it arrives: their months weighted by what they take; a yard any day."""
        days = self.months.days[own.t] / self.months.days[own.t].sum()
        total = np.zeros(len(days))
        for taker, amount in own.takers.items():
            share = {"outlet": self.months.outlet, "line": self.months.line}.get(taker.kind)
            mine = share(taker.name, own.t) if share is not None else days
            total += amount * (days if mine is None else mine)
        found = shares(total)
        return days if found is None else found

    # ---------------------------------------------------------------- limits

    def _load(self, own: Consignment) -> float | None:
        return self.loads.get(own.mode) if self.book.facts.in_tonnes(own.material) else None

    def _rule(self, own: Consignment) -> str:
        """The haul rule that made the lane; blank for a listed one."""
        if own.lane in self.book.facts.lanes:
            return ""
        rule = self.book.lanes.rule(own.mode, own.material, own.hazardous)
        return rule.name if rule is not None else ""

    def _capacity(self, lane: str, rule: str, t: int) -> float:
        """Tonnes of the period, in the basis of the lane; those of a haul rule are wet."""
        row = self.book.facts.lanes.get(lane)
        if row is not None:
            if row.capacity_t is None:
                return inf
            return (
                row.capacity_t
                * self.book.dates.fraction(row.per, t)
                * self.book.dates.calendar_share(row.calendar, t)
            )
        for haul in self.book.lanes.rules:
            if haul.name == rule and haul.lane_capacity_t is not None:
                return haul.lane_capacity_t * self.book.dates.fraction(haul.per, t)
        return inf

    def _basis(self, lane: str, own: Consignment) -> float:
        """Tonnes in the basis of a lane per wet tonne."""
        row = self.book.facts.lanes.get(lane)
        return own.dry_t / own.wet_t if row is not None and row.basis == "dry" else 1.0

    def _over(
        self, lane: str, mine: list[Consignment], splits: list[Split], capacity: float, share: Array
    ) -> Array:
        """Tonnes that have moved until the end of each month beyond the room of the lane until then."""
        if not isfinite(capacity):
            return np.zeros(len(share))
        until = (np.cumsum(kept.wet_t) for kept in splits)
        moved = sum(wet_t * self._basis(lane, own) for own, wet_t in zip(mine, until, strict=True))
        room = capacity * np.cumsum(share)
        return np.maximum(moved - room * (1 + 1e-6) - SMALL_T * len(mine), 0.0)

    # ---------------------------------------------------------------- clocks

    def _due(self, own: Consignment, passed: bool = True) -> Array:
        """What hard clocks bid to have left by the end of each month; what is late already (`passed`): the first."""
        months = self.months.of[own.t]
        due = np.zeros(len(months))
        for lot in _hard(own):
            day = lot.leave_by or date.max
            if day < months[-1].end - timedelta(days=1) and (passed or day >= months[0].start):
                due[next(k for k, month in enumerate(months) if day < month.end)] += lot.wet_t
        return np.minimum(np.cumsum(due), own.wet_t)

    def _late(self, own: Consignment, kept: Split) -> Iterator[Unsplit]:
        """Lots whose hard clock had run out before the period began, which no split helps; those that are late."""
        start, names = self.months.of[own.t][0].start, self._names(own.t)
        moved = np.cumsum(kept.wet_t)
        passed = [lot for lot in _hard(own) if lot.leave_by is not None and lot.leave_by < start]
        if passed:
            day = min(lot.leave_by or date.max for lot in passed)
            late_t = sum(lot.wet_t for lot in passed)
            yield Unsplit(own, CLOCK_PASSED, names[0], late_t, min(late_t, float(moved[0])), day.isoformat())
        due = self._due(own, passed=False)
        short = np.minimum(self._due(own) - moved, due)
        k = int(short.argmax())
        if short[k] > SMALL_T:
            by_receiver = self._due(own)[k] > self._room(own)[k]
            at = _takers(own) if by_receiver else own.lane
            yield Unsplit(own, CLOCK, names[k], float(due[k]), float(due[k] - short[k]), at)

    # ---------------------------------------------------------------- receivers

    def _room(self, own: Consignment) -> Array:
        """What who takes it can take of it until the end of each month; without limit where somebody keeps it, and
        where there is no capacity once they are open."""
        count = len(self.months.of[own.t])
        if not own.takers or any(taker.kind == "storage" for taker in own.takers):
            return np.full(count, inf)
        use = max(self._use(taker.kind, taker.name, own.t) for taker in own.takers)
        until = np.cumsum(self.taken(own))
        return own.wet_t * np.minimum(until / use, 1.0) if use > 0.0 else np.where(until > 0.0, inf, 0.0)

    def _ahead(self, own: Consignment, kept: Split) -> Iterator[Unsplit]:
        """More than a load beyond what who takes it can take until then."""
        room = self._room(own)
        over = np.cumsum(kept.wet_t) - room - (self._load(own) or 0.0)
        k = int(over.argmax())
        if over[k] > SMALL_T + 1e-6 * own.wet_t:
            yield Unsplit(
                own,
                RECEIVER,
                self._names(own.t)[k],
                float(kept.wet_t[: k + 1].sum()),
                float(room[k]),
                _takers(own),
            )

    def _use(self, kind: str, name: str, t: int) -> float:
        """Share of its capacity in the period that an outlet or line uses; 0 where it has none."""
        book = self.book
        if kind == "line":
            capacity, used = book.plant.capacity(name, t), book.load[name, t]
        else:
            row = book.facts.outlets[name]
            if row.max_t is None:
                return 0.0
            opened = book.dates.open_share(*book.facts.dates(row), t)
            capacity = row.max_t * book.dates.fraction(row.per, t)
            capacity *= book.dates.calendar_share(row.calendar, t) * opened
            used = sum(
                book.facts.in_basis(sold.amount, sold.stream.material, row.basis)
                for sold in self._sold.get((name, t), ())
            )
        return used / capacity if 0.0 < capacity < inf else 0.0

    def _names(self, t: int) -> list[str]:
        return [month.name for month in self.months.of[t]]


def _hard(own: Consignment) -> list[Lot]:
    return [lot for lot in own.lots if lot.hard]


def _takers(own: Consignment) -> str:
    return AND.join(taker.name for taker in own.takers)
