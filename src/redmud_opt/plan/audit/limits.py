"""The limits table: measure × material × place, each or summed, against a value or another measure.

    amount(limit, window) = Σ of the measure over base materials, places and the window's periods
    stock, risk: at the end of the period; for a year or the horizon: at the end of its last period
    built: units decided in the window;   count_used: how many different lanes, outlets or lines (on > 0) are used
    utilised, generated, disposed: origin tonnes, at the plant where the waste arose
    haulage: wet t km;   account: direct, transport and purchased;   a mode: what moves on it alone
    share_of: amount ≤ value × amount(other limit, same window), the other with its own places and materials

A flow is measured where it leaves, or on its lane; `to` is where it arrives. What is sold counts for the company that
buys it where the outlet names one, else for the site's owner. MODEL.md rule 7.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from redmud_opt.case.rules import BY_ORIGIN, Limit
from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.burdens import burdens
from redmud_opt.plan.audit.checks import Check, Findings, at
from redmud_opt.plan.audit.facts import live
from redmud_opt.plan.audit.plant import NO_UNIT
from redmud_opt.plan.audit.streams import Stream
from redmud_opt.plan.audit.using import LINE, Uses


class Event(NamedTuple):
    """A tonne that a limit may measure: the names it goes by, and where it arrives."""

    material: str
    t: int
    amount: float
    places: frozenset[str]
    to: frozenset[str] = frozenset()
    mode: str = ""
    account: str = ""
    waste_class: str = ""


class Measures:
    """The events of every measure of a plan."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.events: dict[str, list[Event]] = {
            "flow": list(self._flows()),
            "feed": list(self._feeds()),
            "made": list(self._made()),
            "bought": [
                Event(b.stream.material, b.t, b.amount, self._site(b.site, b.supply)) for b in book.purchases
            ],
            "sold": [
                Event(s.stream.material, s.t, s.amount, book.facts.outlet_address(s.site, s.outlet))
                for s in book.sales
            ],
            "placed": [
                Event(p.stream.material, p.t, p.amount, self._site(p.site, p.storage))
                for p in book.placements
            ],
        }
        self.events["built"] = [
            Event("", row.t, row.units, book.facts.line_address(row.line)) for row in book.builds
        ]
        self.events["risk"] = list(self._risks())
        self.events["haulage"] = list(self._haulage())
        self.events["account"] = list(self._accounts())
        self.events |= {name: [] for name in BY_ORIGIN.split()}
        self._by_origin()
        self.uses = Uses(book)
        self.used = set(self.uses.used)
        self.used |= {((LINE, row.line), row.t) for row in book.running if row.on > NO_UNIT}
        for measure in ("stock", "put", "reclaimed"):
            self.events[measure] = [
                Event(k.stream.material, k.t, float(getattr(k, measure)), self._site(k.site, k.storage))
                for k in book.stocks
            ]

    def _site(self, site: str, place: str) -> frozenset[str]:
        return self.book.facts.site_address(site) | {place}

    def _flows(self) -> Iterator[Event]:
        facts = self.book.facts
        for flow in self.book.flows:
            places = self._site(flow.from_site, flow.lane)
            to = facts.site_address(flow.to_site)
            yield Event(flow.stream.material, flow.t, flow.amount, places, to, flow.mode)

    def _haulage(self) -> Iterator[Event]:
        """Wet tonne-kilometres of what is counted in tonnes."""
        facts, lanes = self.book.facts, self.book.lanes
        for flow, event in zip(self.book.flows, self._flows(), strict=True):
            km = lanes.distance_km(flow.lane, flow.from_site, flow.to_site, flow.mode)
            wet = self.book.wet(flow.stream, flow.amount)
            solid = facts.in_tonnes(flow.stream.material)
            amount = 0.0 if not solid else float("nan") if km is None else wet * km
            yield event._replace(amount=amount)

    def _accounts(self) -> Iterator[Event]:
        for own in burdens(self.book):
            yield Event(own.material, own.t, own.amount, own.places, frozenset(), own.mode, own.account)

    def _by_origin(self) -> None:
        """Origin tonnes generated, utilised and disposed of, by where the waste arose."""
        book = self.book
        for row in book.arisings:
            self._arose("generated", row.stream, row.t, row.amount, "")
        for fed in book.feeds:
            if fed.stream is None or not fed.stream.has_origin:
                continue
            used = book.conversions.credit(fed.process, fed.point, fed.stream.lineage, fed.t, False)
            amount = fed.amount * book.origin_t(fed.stream)
            self._arose("utilised", fed.stream, fed.t, amount * used, fed.stream.material)
            if not used and not book.conversions.carries(fed.process, fed.point, fed.stream.lineage):
                self._arose("disposed", fed.stream, fed.t, amount, fed.stream.material)
        for sold in book.sales:
            meaning = book.dates.meaning(book.facts.outlets[sold.outlet].method, sold.t)
            measure = {"use": "utilised", "disposal": "disposed"}.get(meaning)
            if measure:
                self._arose(
                    measure,
                    sold.stream,
                    sold.t,
                    sold.amount * book.origin_t(sold.stream),
                    sold.stream.material,
                )
        for placed in book.placements:
            amount = placed.amount * book.origin_t(placed.stream)
            self._arose("disposed", placed.stream, placed.t, amount, placed.stream.material)

    def _arose(self, measure: str, stream: Stream, t: int, amount: float, material: str) -> None:
        if stream.has_origin:
            site = self.book.facts.sites.get(stream.plant)
            places = frozenset({stream.plant, *((site.owner, site.province) if site else ())} - {""})
            self.events[measure].append(Event(material, t, amount, places, waste_class=stream.waste_class))

    def _feeds(self) -> Iterator[Event]:
        for fed in self.book.feeds:
            places = self.book.facts.line_address(fed.line) | {fed.process}
            yield Event(fed.stream.material if fed.stream else "", fed.t, fed.amount, places)

    def _made(self) -> Iterator[Event]:
        for fed, _, becomes in self.book.runs:
            places = self.book.facts.line_address(fed.line) | {fed.process}
            for made in becomes.outputs:
                yield Event(made.material, fed.t, fed.amount * made.yield_t, places)

    def _risks(self) -> Iterator[Event]:
        """The score of every yard at the end of every period."""
        for t in range(len(self.book.dates.periods)):
            for name, row in self.book.facts.storages.items():
                risk = self.book.yards.risk(name, t)
                if risk is not None:
                    yield Event("", t, risk, self._site(row.site, name))

    def amount(self, row: Limit, members: tuple[str, ...], window: list[int]) -> tuple[float, float]:
        """The measure of a limit row over places and periods, and its largest term."""
        if row.measure == "count_used":
            return self._count(row, members, window), 1.0
        materials = set(self.book.facts.members(row.material)) if row.material else None
        to = set(self.book.facts.members(row.to)) if row.to else None
        modes = self._modes(row)
        when = set(window[-1:] if row.measure in ("stock", "risk") else window)
        terms = [
            event.amount
            for event in self.events[row.measure]
            if event.t in when
            and (materials is None or event.material in materials)
            and (not members or not event.places.isdisjoint(members))
            and (to is None or not event.to.isdisjoint(to))
            and (not modes or event.mode in modes)
            and event.account == row.account
            and row.waste_class in ("", event.waste_class)
        ]
        return sum(terms), max(map(abs, terms), default=0.0)

    def _modes(self, row: Limit) -> set[str]:
        """The modes that a row names; `clean` stands for those declared so."""
        named = {part.strip() for part in row.mode.split(";")} - {""}
        if "clean" in named:
            named |= {mode.mode for mode in live(self.book.facts.case.modes) if mode.clean}
        return named

    def _count(self, row: Limit, members: tuple[str, ...], window: list[int]) -> float:
        to = self.book.facts.members(row.to) if row.to else ()
        when = set(window)
        found = {thing for thing, t in self.used if t in when and self.uses.counts(thing, members, to)}
        return float(len(found))


def limits(book: Book) -> tuple[Check, ...]:
    """Every row of the limits table holds, in each of its windows and for each of its places."""
    findings = Findings("limits")
    measures = Measures(book)
    rows = {row.name: row for row in live(book.facts.case.limits)}
    for row in rows.values():
        for window in windows(book, row.per, book.dates.during(row.during)):
            for members in _places(book, row):
                _judge(findings, book, measures, rows, row, members, window)
    return findings.checks()


def windows(book: Book, per: str, during: list[int]) -> list[list[int]]:
    """The stretches of periods over which a limit adds up."""
    if per == "period":
        return [[t] for t in during]
    if per == "horizon":
        return [during] if during else []
    years = dict.fromkeys(book.dates.year_of(t) for t in during)
    return [[t for t in during if book.dates.year_of(t) == year] for year in years]


def _places(book: Book, row: Limit) -> list[tuple[str, ...]]:
    members = book.facts.members(row.at) if row.at else ()
    return [(member,) for member in members] if row.every == "each" and members else [members]


def _judge(
    findings: Findings,
    book: Book,
    measures: Measures,
    rows: dict[str, Limit],
    row: Limit,
    members: tuple[str, ...],
    window: list[int],
) -> None:
    if row.sense == "measure" or row.value is None:
        return
    amount, scale = measures.amount(row, members, window)
    limit = row.value
    if row.share_of:
        other = rows[row.share_of]
        own = _other_places(book, other, members)
        whole, largest = measures.amount(
            other, own, [t for t in window if t in book.dates.during(other.during)]
        )
        limit, scale = row.value * whole, max(scale, row.value * largest)
    where = at(
        row.name, *(members if row.every == "each" else ()), book.period(window[0]), _last(book, window)
    )
    if row.sense in ("max", "equal"):
        findings.at_most("over", where, amount, limit, scale, limit_name=row.name)
    if row.sense in ("min", "equal"):
        findings.at_least("under", where, amount, limit, scale, limit_name=row.name)


def _last(book: Book, window: list[int]) -> str:
    return book.period(window[-1]) if len(window) > 1 else ""


def _other_places(book: Book, other: Limit, members: tuple[str, ...]) -> tuple[str, ...]:
    """The places of the other measure: the same one, if it too is measured at each."""
    own = book.facts.members(other.at) if other.at else ()
    return members if other.every == "each" and set(members) <= set(own) else own
