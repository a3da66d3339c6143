"""The steps of a plan as a graph: sources, streams at sites, piles, runs of lines and fates, each in its period.

    source → stream at a site → pile, run, other site, fate          tonnes along every edge

Two worlds meet in runs. A *waste* and its residues move from sources (arisings, opening stock) to fates, in origin
tonnes: a run gives the share u of its feed to the fate `utilised`, the rest to its residues. *Goods* (products, what
is bought, what is made of it) have no fate of their own here: they come from runs of waste, or from a purchase, and
end in runs, sales and stocks. An edge carries two amounts, since they are not the same thing:

    into   what its end is made of:  the outputs of a run are made of its feed, never of its fixed inputs
    out    where its start goes:     fixed inputs go into the run that takes them

A feed that is no waste, run together with wastes, counts as an input of their runs. MODEL.md Utilisation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

from redmud_opt.case.things import Supply
from redmud_opt.case.works import Line, Outlet
from redmud_opt.plan.audit.book import Book, Run
from redmud_opt.plan.audit.facts import live
from redmud_opt.plan.audit.rows import Bought, Fed, Kept, Sold
from redmud_opt.plan.audit.streams import Stream, with_cohort

ARISING, OPENING, GOODS = "arising", "opening_stock", "goods"
"""How a source comes: wastes that arise or lay there; goods are shown where they end."""

STREAM, PILE, RUN, SOURCE, FATE = "stream", "pile", "run", "source", "fate"


class Source(NamedTuple):
    """Where tonnes or money come from."""

    site: str
    material: str
    waste_class: str
    given: str


class Fate(NamedTuple):
    """What becomes of them, and the process, outlet or storage where."""

    fate: str
    at: str


class State(NamedTuple):
    """A node of the graph: `names` tell it from others of its kind. `waste`: of a waste or its residues."""

    kind: str
    waste: bool
    names: tuple[Any, ...]


class Edge(NamedTuple):
    """Tonnes from one state to another: `into` of the end's make-up, `out` of where the start goes."""

    start: int
    end: int
    into: float
    out: float


Part = tuple[int, int, float]
"""(state before, state after, weight): what a charge is borne by."""


def next_period(book: Book, stream: Stream, t: int) -> Stream:
    """What a stream that stays where it is has become when period t begins."""
    if stream.cohort == "new" and book.dates.new_year_before(t):
        return book.streams[with_cohort(stream.name, "legacy")]
    return stream


class Graph:
    """States, edges between them, and what enters at sources: what is traced."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.states: list[State] = []
        self.number: dict[State, int] = {}
        self.edges: list[Edge] = []
        self.entered: list[tuple[int, float]] = []
        """Source states with what comes from them: a tonne of what arises or lies there is an origin tonne."""

    def _state(self, kind: str, waste: bool, *names: Any) -> int:
        state = State(kind, waste, names)
        if state not in self.number:
            self.number[state] = len(self.states)
            self.states.append(state)
        return self.number[state]

    def _edge(self, start: int, end: int, into: float, out: float) -> None:
        self.edges.append(Edge(start, end, into, out))


class Steps(Graph):
    """States and edges of a plan, and which of them a thing of the case or a row of the plan is about."""

    def __init__(self, book: Book) -> None:
        super().__init__(book)
        self.about: defaultdict[tuple[Any, ...], list[Part]] = defaultdict(list)
        self._waste: dict[str, bool] = {}
        self._arisings()
        self._flows()
        self._piles()
        self._runs()
        self._ends()

    # ---------------------------------------------------------------- states

    def is_waste(self, stream: Stream | None) -> bool:
        """Whether a stream is a waste or was made from one without ever being a product."""
        if stream is None:
            return False
        if stream.name not in self._waste:
            self._waste[stream.name] = self.book.facts.is_waste(stream.lineage.root)
        return self._waste[stream.name]

    def stream(self, site: str, stream: Stream, t: int) -> int:
        """A stream at a site."""
        return self._state(STREAM, self.is_waste(stream), site, stream.name, t)

    def pile(self, storage: str, stream: Stream, t: int) -> int:
        """A stream in a storage."""
        return self._state(PILE, self.is_waste(stream), storage, stream.name, t)

    def run(self, fed: Fed) -> int:
        """A run."""
        name = fed.stream.name if fed.stream else ""
        return self._state(RUN, self.is_waste(fed.stream), fed.line, fed.process, fed.point, name, fed.t)

    def fate(self, fate: str, at: str, stream: Stream, site: str) -> int:
        """Where a waste ends; goods end under their own name."""
        if self.is_waste(stream):
            return self._state(FATE, True, Fate(fate, at))
        return self._state(FATE, False, Fate(fate, at), Source(site, stream.material, "", GOODS))

    def _contract(self, row: Outlet | Supply | Line) -> tuple[tuple[str, str], ...]:
        """The contract that an item is under, if any, as a thing that steps are about."""
        return (("contract", row.contract),) if row.contract else ()

    def _move(
        self, start: int, end: int, amount: float, *about: tuple[Any, ...], weight: float = 0.0
    ) -> None:
        """An edge that keeps its tonnes, and what it is about."""
        self._edge(start, end, amount, amount)
        for name in about:
            self.about[name].append((start, end, weight or amount))

    # ---------------------------------------------------------------- sources, flows, piles

    def bought(self, row: Bought) -> int:
        """What a purchase comes from."""
        return self._comes(self._of(row.stream, row.site, GOODS), row.stream)

    def _comes(self, source: Source, stream: Stream) -> int:
        return self._state(SOURCE, self.is_waste(stream), source)

    def _source(
        self, source: Source, stream: Stream, end: int, amount: float, *about: tuple[Any, ...]
    ) -> None:
        self._move(self._comes(source, stream), end, amount, *about)
        if self.is_waste(stream):
            self.entered.append((self._comes(source, stream), amount))

    def _of(self, stream: Stream, site: str, given: str) -> Source:
        if self.is_waste(stream):
            waste_class = self.book.facts.materials[stream.lineage.root].waste_class
            return Source(site, stream.material, waste_class, given)
        return Source(site, stream.material, "", GOODS)

    def _arisings(self) -> None:
        for row in self.book.arisings:
            end = self.stream(row.site, row.stream, row.t)
            self._source(
                self._of(row.stream, row.site, ARISING), row.stream, end, row.amount, ("arising", row.arising)
            )
        for bought in self.book.purchases:
            end = self.stream(bought.site, bought.stream, bought.t)
            source = self._of(bought.stream, bought.site, GOODS)
            names = ("supply", bought.supply), ("supply", bought.supply, bought.t)
            under = self._contract(self.book.facts.supplies[bought.supply])
            self._source(source, bought.stream, end, bought.amount, *names, *under)

    def _flows(self) -> None:
        for row in self.book.flows:
            start = self.stream(row.from_site, row.stream, row.t)
            end = self.stream(row.to_site, row.stream, row.t)
            self._move(start, end, row.amount, ("lane", row.lane), ("lane", row.lane, row.t), weight=row.wet)

    def _piles(self) -> None:
        for given, opening in zip(live(self.book.facts.case.opening_stock), self.book.opening, strict=True):
            if opening.stream is not None:
                source = self._of(opening.stream, given.origin_site or opening.site, OPENING)
                end = self.pile(given.storage, opening.stream, 0)
                self._source(source, opening.stream, end, given.amount_t, ("storage", given.storage))
        for row in self.book.stocks:
            here = self.stream(row.site, row.stream, row.t)
            pile = self.pile(row.storage, row.stream, row.t)
            if row.put:
                self._move(here, pile, row.put, ("storage", row.storage))
            if row.reclaimed:
                self._move(pile, here, row.reclaimed)
            if row.stock:
                self._move(pile, self.later(row), row.stock)

    def later(self, row: Kept) -> int:
        """What a stock is in the next period, New Year included, or its fate at the end."""
        if row.t + 1 == len(self.book.dates.periods):
            return self.fate("stored", row.storage, row.stream, row.site)
        return self.pile(row.storage, next_period(self.book, row.stream, row.t + 1), row.t + 1)

    # ---------------------------------------------------------------- runs

    def _runs(self) -> None:
        together: defaultdict[tuple[Any, ...], list[Run]] = defaultdict(list)
        for run in self.book.runs:
            together[run.fed.line, run.fed.process, run.fed.point, run.fed.t].append(run)
        for runs in together.values():
            wastes = [run for run in runs if self.is_waste(run.fed.stream)]
            for run in runs:
                self._takes(run, wastes)
                if run in wastes:
                    self._splits(run)
                self._makes(run, wastes)
                self._about_run(run)

    def _about_run(self, run: Run) -> None:
        fed, state = run.fed, self.run(run.fed)
        material = fed.stream.material if fed.stream else ""
        use = self.book.conversions.use_per_t(fed.line, fed.process, fed.point, material)
        self.about["line", fed.line].append((state, state, fed.amount * (1.0 if use is None else use)))
        line = self.book.facts.lines[fed.line]
        for name in (("process", fed.process), ("facility", line.facility), *self._contract(line)):
            self.about[name].append((state, state, fed.amount))

    def _takes(self, run: Run, wastes: list[Run]) -> None:
        """Feed and fixed inputs of a run. One without waste stands for those of the wastes that it runs with."""
        fed, state = run.fed, self.run(run.fed)
        own = run in wastes or not wastes
        if fed.stream is not None:
            self._edge(
                self.stream(run.site, fed.stream, fed.t), state, fed.amount if own else 0.0, fed.amount
            )
        taken = [
            (self.book.streams.get(t.material), t.material, fed.amount * t.amount) for t in run.becomes.inputs
        ]
        weights = self._weights((material, amount) for _, material, amount in taken)
        for stream, material, amount in taken:
            if stream is not None:
                into = weights[material] if fed.stream is None else 0.0
                self._edge(self.stream(run.site, stream, fed.t), state, into, amount)
        for waste in () if own else wastes:
            self._edge(self.run(waste.fed), state, waste.fed.amount, 0.0)
            self._edge(state, self.run(waste.fed), 0.0, waste.fed.amount)

    def _makes(self, run: Run, wastes: list[Run]) -> None:
        """What a run makes; money on goods that go into a run without waste passes on to what it makes."""
        fed, state = run.fed, self.run(run.fed)
        made = {out.material: fed.amount * out.yield_t for out in run.becomes.outputs if out.yield_t > 0.0}
        weights = self._weights(made.items())
        for material, amount in made.items():
            name = self.book.made_id(material, fed)
            end = self.stream(run.site, self.book.streams[name], fed.t)
            if not self.states[end].waste:
                self._edge(state, end, amount, 0.0 if wastes else weights[material])

    def _splits(self, run: Run) -> None:
        """A tonne of waste: u of it is utilised, the rest is in its residues; without any it is gone."""
        fed, state = run.fed, self.run(run.fed)
        assert fed.stream is not None
        used = self.book.conversions.credit(fed.process, fed.point, fed.stream.lineage, fed.t, False)
        outputs = [out for out in run.becomes.outputs if out.carries_origin and out.yield_t > 0.0]
        carried = sum(out.of_feed for out in outputs)
        self._edge(state, self.fate("utilised", fed.process, fed.stream, run.site), 0.0, fed.amount * used)
        if carried == 0.0:
            self._edge(
                state, self.fate("reduced", fed.process, fed.stream, run.site), 0.0, fed.amount * (1.0 - used)
            )
        for out in outputs:
            name = self.book.made_id(out.material, fed)
            end = self.stream(run.site, self.book.streams[name], fed.t)
            share = (1.0 - used) * out.of_feed / carried if carried else 0.0
            self._edge(state, end, fed.amount * out.yield_t, fed.amount * share)

    def _weights(self, amounts: Iterable[tuple[str, float]]) -> dict[str, float]:
        """Amounts that can be added up: where any are tonnes of solid, those alone."""
        found = dict(amounts)
        solid = {material: a for material, a in found.items() if self.book.facts.in_tonnes(material)}
        return dict.fromkeys(found, 0.0) | solid if solid else found

    # ---------------------------------------------------------------- fates

    def _ends(self) -> None:
        for sold in self.book.sales:
            names = ("outlet", sold.outlet), ("outlet", sold.outlet, sold.t)
            under = self._contract(self.book.facts.outlets[sold.outlet])
            here = self.stream(sold.site, sold.stream, sold.t)
            self._move(here, self.sold(sold), sold.amount, *names, *under)
        for placed in self.book.placements:
            end = self.fate("placed", placed.storage, placed.stream, placed.site)
            here = self.stream(placed.site, placed.stream, placed.t)
            self._move(here, end, placed.amount, ("storage", placed.storage))

    def sold(self, sold: Sold) -> int:
        """The fate of what an outlet takes: by its method for a waste, sold for goods."""
        if not self.is_waste(sold.stream):
            return self.fate("sold", sold.outlet, sold.stream, sold.site)
        meaning = self.book.dates.meaning(self.book.facts.outlets[sold.outlet].method, sold.t)
        fates = {"use": "utilised", "disposal": "handed_to_disposal"}
        return self.fate(fates.get(meaning, "handed_out"), sold.outlet, sold.stream, sold.site)
