"""The book that every family reads: the case, the streams and rows of a plan, and what follows from both.

Nothing derived is taken from the plan here. What lines make and take is reckoned from feeds and the case's
tables.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any, NamedTuple

import pandas as pd

from redmud_opt.case.baseline import Baseline
from redmud_opt.case.case import Case
from redmud_opt.plan.audit import rows
from redmud_opt.plan.audit.borders import Borders
from redmud_opt.plan.audit.checks import Findings, Tally, at
from redmud_opt.plan.audit.clocks import Clocks
from redmud_opt.plan.audit.conversion import Conversion, Conversions
from redmud_opt.plan.audit.dates import Dates
from redmud_opt.plan.audit.facts import Facts, live
from redmud_opt.plan.audit.frames import FrameReader, cell_text
from redmud_opt.plan.audit.lanes import Lanes
from redmud_opt.plan.audit.layout import LAYOUT
from redmud_opt.plan.audit.plant import Plant
from redmud_opt.plan.audit.room import Yards
from redmud_opt.plan.audit.status import Status
from redmud_opt.plan.audit.streams import (
    UNDATED,
    Lineage,
    Reader,
    Stream,
    UnreadableStream,
    derived_id,
    founded,
)

Read = dict[str, list[Any]]
Told = dict[str, list[Any] | None]
"""Rows by frame; None where a plan lacks the frame."""


class Run(NamedTuple):
    """A row of `feeds` with its site and what a tonne of it becomes."""

    fed: rows.Fed
    site: str
    becomes: Conversion


class Opening(NamedTuple):
    """A row of `opening_stock` as a stream; None where the plan has no stream for it."""

    storage: str
    site: str
    material: str
    stream: Stream | None
    amount: float


READ_ELSEWHERE = ("streams", "moved")
"""Frames that are no part of the layout: streams are taken apart first, what moved is told of two plans."""


class Book:
    """One case and the frames of one plan."""

    def __init__(
        self,
        case: Case,
        frames: Mapping[str, pd.DataFrame],
        value_cny: float | None,
        baseline: Baseline | None = None,
    ) -> None:
        self.frames, self.baseline = frames, baseline
        self.reading = Findings("frames")
        self.value_cny = value_cny
        self.facts = Facts(case)
        self.dates = Dates(self.facts)
        self.conversions = Conversions(self.facts, self.dates)
        self.lanes = Lanes(self.facts)
        self.stated_streams = frames.get("streams")
        self.other_frames = tuple(name for name in frames if name not in (*LAYOUT, *READ_ELSEWHERE))
        self.reader = Reader(self.facts)
        self.streams = self._read_streams()
        self.status = Status(self.facts, self.dates, self.conversions, self.streams.values())
        self.clocks = Clocks(self.facts, self.dates, self.status, self.streams.values())
        self.borders = Borders(self.facts, self.dates, self.status)
        reader = FrameReader(self.facts, self.dates, self.streams, self.reading)
        read: Read = {name: reader.rows(name, frames.get(name)) for name in LAYOUT}
        self._take_acts(read)
        self._take_told({name: read[name] if name in frames else None for name in LAYOUT})

    def _take_acts(self, read: Read) -> None:
        """Frames that every plan has; one that is missing has no rows."""
        self.arisings: list[rows.Arose] = read["arisings"]
        self.reductions: list[rows.Reduced] = read["reductions"]
        self.flows: list[rows.Flow] = read["flows"]
        self.feeds: list[rows.Fed] = read["feeds"]
        self.made: list[rows.Made] = read["made"]
        self.purchases: list[rows.Bought] = read["purchases"]
        self.sales: list[rows.Sold] = read["sales"]
        self.stocks: list[rows.Kept] = read["stocks"]
        self.placements: list[rows.Placed] = read["placements"]
        self.tiers: list[rows.Step] = read["tiers"]
        self.shortfalls: list[rows.Short] = read["shortfalls"]
        self.excess: list[rows.Over] = read["excess"]
        self.value_terms: list[rows.Term] = read["value_terms"]
        self.totals: list[rows.Total] = read["totals"]
        self.rates: list[rows.Rate] = read["rates"]
        self.identity: list[rows.Identity] = read["identity"]
        self.builds: list[rows.Built] = read["builds"]
        self.closings: list[rows.Closed] = read["closings"]
        self.running: list[rows.Ran] = read["running"]
        self.openings: list[rows.Opened] = read["openings"]
        self.used: list[rows.Used] = read["used"]
        self.refunds: list[rows.Refund] = read["refunds"]
        self.yard_events: list[rows.YardEvent] = read["yard_events"]
        self.take_or_pay: list[rows.Owed] = read["take_or_pay"]
        self.pools: list[rows.Mixed] = read["pools"]
        self.process_elements: list[rows.OfProcess] = read["process_elements"]
        self.movements: list[rows.Moved] = read["movements"]

    def _take_told(self, read: Told) -> None:
        """Frames that a plan may lack: no rows say something else than no frame."""
        self.statistical_form: list[rows.Reported] | None = read["statistical_form"]
        self.targets: list[rows.Asked] | None = read["targets"]
        self.fates: list[rows.Gone] | None = read["fates"]
        self.yard_states: list[rows.YardState] | None = read["yards"]
        self.yard_ends: list[rows.YardEnd] | None = read["yard_ends"]
        self.services: list[rows.Service] | None = read["services"]
        self.spending: list[rows.Spent] | None = read["spending"]
        self.calendar: list[rows.Dated] | None = read["periods"]
        self.traced: list[rows.Traced] | None = read["traced"]
        self.served: list[rows.Served] | None = read["cost_to_serve"]
        self.paths: list[rows.Path] | None = read["paths"]
        self.annual: list[rows.Annual] | None = read["annual"]
        self.budgets: list[rows.Allowed] | None = read["budgets"]
        self.elements: list[rows.Content] | None = read["elements"]
        self.composition: list[rows.Composed] | None = read["composition"]
        self.gate_margins: list[rows.Margin] | None = read["gate_margins"]
        self.accounts: list[rows.Account] | None = read["accounts"]
        self.energy: list[rows.Energy] | None = read["energy"]
        self.documents: list[rows.Document] | None = read["border_documents"]
        self.separate_loads: list[rows.Load] | None = read["separate_loads"]
        self.transport: list[rows.Transport] | None = read["transport"]
        self.stated_status: list[rows.Standing] | None = read["status"]
        self.under_permits: list[rows.UnderPermit] | None = read["permits"]
        self.stated_ages: list[rows.Aged] | None = read["ages"]
        self.stated_overruns: list[rows.Overrun] | None = read["clock_overruns"]
        self.readiness: list[rows.Ready] | None = read["readiness"]
        self.scores: list[rows.Score] | None = read["scorecard"]
        self.score_rows: list[rows.ScorePart] | None = read["scorecard_rows"]
        self.ledger: list[rows.Entry] | None = read["ledger"]
        self.ledger_lots: list[rows.LotEnd] | None = read["ledger_lots"]

    def _read_streams(self) -> dict[str, Stream]:
        frame, found = self.stated_streams, {}
        if frame is None:
            self.reading.fault("no_frame", "streams")
            return {}
        if "stream" not in frame.columns:
            if len(frame):
                self.reading.fault("no_column", "streams", columns=("stream",))
            return {}
        for cell in frame["stream"].tolist():
            name = cell_text(cell)
            try:
                if name in found:
                    self.reading.fault("twice", at("streams", name))
                found[name] = self.reader.stream(name)
            except UnreadableStream as fault:
                self.reading.fault(fault.key, at("streams", name), **fault.values)
        return found

    # ---------------------------------------------------------------- what follows

    def undiscounted(self) -> Book:
        """The same book with money at face value."""
        other = copy.copy(self)
        other.dates = copy.copy(self.dates)
        other.dates.settings = replace(self.dates.settings, discounting="none")
        return other

    def period(self, t: int) -> str:
        """The name of a period."""
        return self.dates.periods[t].name

    def where(self, t: int, *names: object) -> str:
        """A place and a period in words."""
        return at(*names, self.period(t))

    @cached_property
    def runs(self) -> list[Run]:
        """Feeds with their conversions; feeds that no conversion fits are a matter of `law`."""
        found = []
        for fed in self.feeds:
            feed = fed.stream.lineage if fed.stream else None
            becomes = self.conversions.conversion(fed.process, fed.point, feed)
            found.append(Run(fed, self.facts.site_of_line(fed.line), becomes))
        return found

    @cached_property
    def plant(self) -> Plant:
        """The units that stand or are built."""
        return Plant(self.facts, self.dates, self.builds, self.closings)

    @cached_property
    def yards(self) -> Yards:
        """Yards as the events of the plan make them."""
        return Yards(self.facts, self.dates, self.yard_events)

    @cached_property
    def load(self) -> Tally[tuple[str, int]]:
        """(line, period) → capacity that its feeds use; a process that is not of the line uses a tonne per tonne."""
        tally: Tally[tuple[str, int]] = Tally()
        for fed in self.feeds:
            material = fed.stream.material if fed.stream else ""
            use = self.conversions.use_per_t(fed.line, fed.process, fed.point, material)
            tally.add((fed.line, fed.t), fed.amount * (1.0 if use is None else use))
        return tally

    @cached_property
    def fed(self) -> Tally[tuple[str, int]]:
        """(line, period) → tonnes fed, or of activity, whatever they use of its capacity."""
        tally: Tally[tuple[str, int]] = Tally()
        for fed in self.feeds:
            tally.add((fed.line, fed.t), fed.amount)
        return tally

    @cached_property
    def making(self) -> Tally[tuple[str, str, str, int]]:
        """(site, process, stream id, period) → tonnes made, from feeds × yields."""
        tally: Tally[tuple[str, str, str, int]] = Tally()
        for fed, site, becomes in self.runs:
            for made in becomes.outputs:
                name = self.made_id(made.material, fed)
                tally.add((site, fed.process, name, fed.t), fed.amount * made.yield_t)
        return tally

    def made_id(self, material: str, fed: rows.Fed) -> str:
        """The id of what a feed becomes; what has a clock is as old as its feed after pretreatment, else new."""
        name = derived_id(self.facts, material, fed.process, fed.point, fed.stream)
        if fed.stream is None or "@" not in name:
            return name
        lineage = Lineage(name.partition("@")[0], material, fed.process, fed.point, fed.stream.lineage)
        if not self.clocks.has_age(lineage):
            return name
        keeps = self.clocks.passes_on(lineage, fed.t) and fed.stream.arose
        return f"{name}@{fed.stream.arose if keeps else self.period(fed.t)}"

    @cached_property
    def taking(self) -> Tally[tuple[str, str, int]]:
        """(site, material, period) → fixed inputs taken, from feeds × amounts."""
        tally: Tally[tuple[str, str, int]] = Tally()
        for fed, site, becomes in self.runs:
            for taken in becomes.inputs:
                tally.add((site, taken.material, fed.t), fed.amount * taken.amount)
        return tally

    @cached_property
    def opening(self) -> list[Opening]:
        """Opening stocks as streams: `new` if dated in the calendar year in which the horizon starts."""
        first_year = self.dates.periods[0].year
        found = []
        for row in live(self.facts.case.opening_stock):
            site = self.facts.storages[row.storage].site
            new = row.arose_on is not None and row.arose_on.year == first_year
            cohort = "new" if new else "legacy"
            arose = row.arose_on.isoformat() if row.arose_on else UNDATED
            stream = self.founded(row.material, row.origin_site or site, cohort, arose)
            found.append(Opening(row.storage, site, row.material, stream, row.amount_t))
        return found

    def founded(self, material: str, site: str, cohort: str, arose: str) -> Stream | None:
        """The stream that arises or lay somewhere, with its age where it has a clock."""
        aged = self.clocks.has_age(Lineage(material, material))
        return founded(self.facts, self.streams, material, site, cohort, arose if aged else "")

    @cached_property
    def before(self) -> Tally[tuple[str, str]]:
        """(storage, stream id) → stock when the horizon begins."""
        tally: Tally[tuple[str, str]] = Tally()
        for row in self.opening:
            if row.stream is not None:
                tally.add((row.storage, row.stream.name), row.amount)
        return tally

    @cached_property
    def stock(self) -> dict[tuple[str, str, int], float]:
        """(storage, stream id, period) → stock at its end."""
        return {(row.storage, row.stream.name, row.t): row.stock for row in self.stocks}

    def origin_t(self, stream: Stream, gross: bool = False) -> float:
        """w: origin tonnes in a tonne of a stream."""
        return self.conversions.origin_t(stream.lineage, 0, gross) if stream.has_origin else 0.0

    def wet(self, stream: Stream, amount: float) -> float:
        """A dry amount as received."""
        return amount * self.facts.wet_per_dry(stream.material)
