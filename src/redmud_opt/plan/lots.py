"""Lots of hazardous waste and the movements that they share in, as a graph to be traced.

    lot       what arises of a material at a site in a period           spl/smelter/2026Q1
              what is bought of it there                                spl/supply/site/2026Q1
              a row of opening stock                                    spl/shed/2025-11-01, spl/shed/opening
              what a line makes of a residue in a period                slag/works/line/2026Q1
              the same after pretreatment, which keeps the clock        dust/works/line/2026Q2/2026Q1
    amount    of a lot on a movement = through[where it starts] × movement ÷ Σ movements from there       [t dry]

What stands in one place in one period mixes evenly, as in `tracing`: a rule of accounting, not knowledge of which
tonne went where. A process ends a lot; its hazardous residue is a new lot, which names its parents. A residue of
hazardous waste that a certificate takes out of the list is a lot that leaves at once, a stock on the day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from redmud_opt.case.things import OpeningStock
from redmud_opt.plan.audit.book import Book, Opening, Run
from redmud_opt.plan.audit.facts import live
from redmud_opt.plan.audit.rows import Kept
from redmud_opt.plan.audit.streams import UNDATED, Stream
from redmud_opt.plan.papers import certificate
from redmud_opt.plan.steps import ARISING, FATE, OPENING, PILE, SOURCE, STREAM, Graph, next_period

BOUGHT, MADE = "bought", "made"
"""How a lot comes, besides those that arise or lay there."""

CERTIFIED = "certified"
"""A state: made of hazardous waste, and out of the list from the start."""

BETWEEN = "/"
"""Stands between the parts of a lot's name."""


class Lot(NamedTuple):
    """A lot; `since`: the period in which it arose, the date of an opening stock, blank where nobody knows it."""

    name: str
    material: str
    given: str
    site: str
    since: str


class Move(NamedTuple):
    """A movement of a stream from one state to another; without an event it is no entry of the ledger."""

    event: str
    start: int
    end: int
    amount: float
    stream: Stream
    t: int
    from_site: str = ""
    to_site: str = ""
    lane: str = ""
    mode: str = ""
    at: str = ""
    process: str = ""
    method: str = ""
    certificate: str = ""


class Fed(NamedTuple):
    """A movement into a line, and the residue lots that it becomes: name → t per t."""

    move: int
    becomes: dict[str, float]


class Lots(Graph):
    """The lots of a plan, in order of appearance, and every movement of hazardous waste."""

    def __init__(self, book: Book) -> None:
        super().__init__(book)
        self.lots: dict[str, Lot] = {}
        self.moves: list[Move] = []
        self.fed: list[Fed] = []
        self._end = self._state(FATE, True, "")
        self._opening()
        self._arisings()
        self._flows()
        self._stocks()
        self._runs()
        self._receivers()

    # ---------------------------------------------------------------- states and movements

    def _hazardous(self, stream: Stream, t: int) -> bool:
        return self.book.status.hazardous(stream, t)

    def _stream(self, site: str, stream: Stream, t: int) -> int:
        return self._state(STREAM, True, site, stream.name, t)

    def _pile(self, storage: str, stream: Stream, t: int) -> int:
        return self._state(PILE, True, storage, stream.name, t)

    def _move(self, move: Move) -> None:
        self._edge(move.start, move.end, move.amount, move.amount)
        self.moves.append(move)

    def _lot(self, lot: Lot, amount: float) -> int:
        """The source that a lot comes from, with what it brings."""
        self.lots.setdefault(lot.name, lot)
        state = self._state(SOURCE, True, lot.name)
        self.entered.append((state, amount))
        return state

    # ---------------------------------------------------------------- what comes

    def _opening(self) -> None:
        for given, opening in zip(live(self.book.facts.case.opening_stock), self.book.opening, strict=True):
            stream = opening.stream
            if stream is not None and opening.amount and self._hazardous(stream, 0):
                start = self._lot(_lay(given, opening), opening.amount)
                end = self._pile(opening.storage, stream, 0)
                site, storage = opening.site, opening.storage
                self._move(Move("opening", start, end, opening.amount, stream, 0, "", site, at=storage))

    def _arisings(self) -> None:
        for row in self.book.arisings:
            if self._hazardous(row.stream, row.t):
                lot = self._of_period(row.stream.material, row.site, ARISING, row.t, row.site)
                self._comes("arises", lot, row.amount, row.stream, row.t, row.arising)
        for bought in self.book.purchases:
            if self._hazardous(bought.stream, bought.t):
                material, site, supply = bought.stream.material, bought.site, bought.supply
                lot = self._of_period(material, site, BOUGHT, bought.t, supply, site)
                self._comes("bought", lot, bought.amount, bought.stream, bought.t, supply)

    def _comes(self, event: str, lot: Lot, amount: float, stream: Stream, t: int, at: str) -> None:
        start, end = self._lot(lot, amount), self._stream(lot.site, stream, t)
        self._move(Move(event, start, end, amount, stream, t, "", lot.site, at=at))

    def _of_period(self, material: str, site: str, given: str, t: int, *names: str) -> Lot:
        period = self.book.period(t)
        return Lot(BETWEEN.join((material, *names, period)), material, given, site, period)

    # ---------------------------------------------------------------- what moves and stays

    def _flows(self) -> None:
        for row in self.book.flows:
            if self._hazardous(row.stream, row.t):
                start, end = (self._stream(s, row.stream, row.t) for s in (row.from_site, row.to_site))
                ends, by = (row.from_site, row.to_site), (row.lane, row.mode)
                self._move(Move("moves", start, end, row.amount, row.stream, row.t, *ends, *by))

    def _stocks(self) -> None:
        for row in self.book.stocks:
            if self._hazardous(row.stream, row.t):
                here, pile = (
                    self._stream(row.site, row.stream, row.t),
                    self._pile(row.storage, row.stream, row.t),
                )
                for event, start, end, amount in (
                    ("put", here, pile, row.put),
                    ("taken_out", pile, here, row.reclaimed),
                ):
                    if amount:
                        ends = (row.site, row.site)
                        self._move(Move(event, start, end, amount, row.stream, row.t, *ends, at=row.storage))
                if row.stock:
                    self._stays(row, pile)

    def _stays(self, row: Kept, pile: int) -> None:
        """A stock goes on into the next period, leaves the list then, or is there at the end."""
        book, t = self.book, row.t + 1
        if t == len(book.dates.periods):
            move = Move("closing", pile, self._end, row.stock, row.stream, row.t, row.site, at=row.storage)
        else:
            stream = next_period(book, row.stream, t)
            if self._hazardous(stream, t):
                move = Move("", pile, self._pile(row.storage, stream, t), row.stock, row.stream, row.t)
            else:
                why = certificate(book, stream, t)
                move = Move("delisted", pile, self._end, row.stock, stream, t, row.site, at=row.storage)
                move = move._replace(certificate=why)
        self._move(move)

    # ---------------------------------------------------------------- what becomes of it

    def _runs(self) -> None:
        for run in self.book.runs:
            fed = run.fed
            hazardous = fed.stream is not None and self._hazardous(fed.stream, fed.t)
            becomes = self._makes(run, hazardous)
            if fed.stream is not None and hazardous:
                method = self.book.facts.processes[fed.process].method
                start, ends = self._stream(run.site, fed.stream, fed.t), (run.site, run.site)
                names = {"at": fed.line, "process": fed.process, "method": method}
                self.fed.append(Fed(len(self.moves), becomes))
                self._move(Move("fed", start, self._end, fed.amount, fed.stream, fed.t, *ends, **names))

    def _makes(self, run: Run, hazardous: bool) -> dict[str, float]:
        """Residue lots of a run by t per t fed: what is hazardous, or was made of what is and is certified."""
        fed, facts = run.fed, self.book.facts
        found: defaultdict[str, float] = defaultdict(float)
        for out in run.becomes.outputs:
            if not (facts.is_waste(out.material) and out.yield_t > 0.0):
                continue
            stream = self.book.streams[self.book.made_id(out.material, fed)]
            still = self._hazardous(stream, fed.t)
            if still or hazardous:
                lot = self._residue(out.material, run, stream)
                self._made(lot, run, stream, out.yield_t * fed.amount, still)
                found[lot.name] += out.yield_t
        return dict(found)

    def _residue(self, material: str, run: Run, stream: Stream) -> Lot:
        """The lot of a residue; where its clock goes on from that of its feed, one for each time of arising."""
        lot = self._of_period(material, run.site, MADE, run.fed.t, run.site, run.fed.line)
        if stream.arose in ("", lot.since):
            return lot
        name, since = BETWEEN.join((lot.name, stream.arose)), stream.arose.replace(UNDATED, "")
        return lot._replace(name=name, since=since)

    def _made(self, lot: Lot, run: Run, stream: Stream, amount: float, still: bool) -> None:
        t, names = run.fed.t, {"at": run.fed.line, "process": run.fed.process}
        end = self._stream if still else self._certified
        here = end(run.site, stream, t)
        self._move(Move("made", self._lot(lot, amount), here, amount, stream, t, "", run.site, **names))
        if not still:
            names |= {"certificate": certificate(self.book, stream, t)}
            self._move(Move("delisted", here, self._end, amount, stream, t, run.site, **names))

    def _certified(self, site: str, stream: Stream, t: int) -> int:
        return self._state(CERTIFIED, True, site, stream.name, t)

    def _receivers(self) -> None:
        facts = self.book.facts
        for event, rows, receivers in (
            ("delivered", self.book.sales, facts.outlets),
            ("placed", self.book.placements, facts.storages),
        ):
            for row in rows:
                at = row[0]
                if self._hazardous(row.stream, row.t):
                    start, ends = self._stream(row.site, row.stream, row.t), (row.site, row.site)
                    names = {"at": at, "method": receivers[at].method}
                    self._move(Move(event, start, self._end, row.amount, row.stream, row.t, *ends, **names))


def _lay(given: OpeningStock, opening: Opening) -> Lot:
    """The lot of a row of opening stock."""
    site, since = given.origin_site or opening.site, str(given.arose_on or "")
    elsewhere: Iterable[str] = (given.origin_site,) if given.origin_site else ()
    name = BETWEEN.join((given.material, given.storage, *elsewhere, since or "opening"))
    return Lot(name, given.material, OPENING, site, since)
