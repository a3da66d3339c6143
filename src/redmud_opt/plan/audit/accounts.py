"""Accounts in origin tonnes: generated, utilised, placed …, and the identity that they close to.

    utilised[o,c,y]  = Σ feed in `use` processes × w × u + Σ deliveries with origin to `use` outlets × w
    opening + generated + received = utilised + placed + reduced + handed to disposal + handed out + closing
    reduced          = w of feeds with u = 0 that leave no output which carries the origin on

Per origin and year. The gross set (u, w) counts iron separation with u = 1 and its residues with w = 0.
MODEL.md 'Utilisation, without double counting'.
"""

from __future__ import annotations

from functools import cached_property

from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.burdens import burdens
from redmud_opt.plan.audit.checks import Check, Findings, Tally, at, union
from redmud_opt.plan.audit.facts import live
from redmud_opt.plan.audit.streams import Stream, plant_names

Account = tuple[str, str, str, int]  # name, origin, cohort, year
Fate = tuple[str, str, int, str, str]  # origin, cohort, year, fate, at
REQUIRED = ("utilised", "utilised_gross", "generated", "co2e_t", "water_m3", "energy_kgce")
KNOWN = (
    *REQUIRED,
    *("received", "processed", "reduced", "placed", "handed_to_disposal", "handed_out", "opening", "closing"),
    *("landfilled_t", "avoided_co2e_t", "avoided_water_m3", "avoided_energy_kgce"),
)
IDENTITY_OUT = ("utilised", "placed", "reduced", "handed_to_disposal", "handed_out", "closing")
FATES = {name: "stored" if name == "closing" else name for name in IDENTITY_OUT}
"""Account → what the frame `fates` calls it."""


class Accounts:
    """Everything that a plan does to origin tonnes, and its emissions, by origin, cohort and year."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.tally: Tally[Account] = Tally()
        self.fates: Tally[Fate] = Tally()
        self._arising()
        self._feeds()
        self._outlets()
        self._stocks()
        self._burdens()

    def _add(self, name: str, stream_origin: str, cohort: str, t: int, amount: float) -> None:
        self.tally.add((name, stream_origin, cohort, self.book.dates.year_of(t)), amount)

    def _went(self, name: str, stream: Stream, t: int, place: str, amount: float) -> None:
        """An account that a process, an outlet or a storage takes its origin tonnes to."""
        self._add(name, stream.origin, stream.cohort, t, amount)
        year = self.book.dates.year_of(t)
        self.fates.add((stream.origin, stream.cohort, year, FATES[name], place), amount)

    def _arising(self) -> None:
        for row in self.book.arisings:
            if row.stream.has_origin:
                self._add("generated", row.stream.origin, row.stream.cohort, row.t, row.amount)
        for bought in self.book.purchases:
            if bought.stream.has_origin:
                self._add("received", bought.stream.origin, bought.stream.cohort, bought.t, bought.amount)

    def _feeds(self) -> None:
        conversions = self.book.conversions
        for fed in self.book.feeds:
            stream = fed.stream
            if stream is None or not stream.has_origin:
                continue
            key = (stream.origin, stream.cohort, fed.t)
            gross = conversions.credit(fed.process, fed.point, stream.lineage, fed.t, True)
            self._add("utilised_gross", *key, fed.amount * self.book.origin_t(stream, True) * gross)
            net = conversions.credit(fed.process, fed.point, stream.lineage, fed.t, False)
            amount = fed.amount * self.book.origin_t(stream)
            self._went("utilised", stream, fed.t, fed.process, amount * net)
            self._add("processed", *key, amount)
            if net == 0.0 and not conversions.carries(fed.process, fed.point, stream.lineage):
                self._went("reduced", stream, fed.t, fed.process, amount)

    def _outlets(self) -> None:
        names = {"use": "utilised", "disposal": "handed_to_disposal"}
        for sold in self.book.sales:
            if not sold.stream.has_origin:
                continue
            key = (sold.stream.origin, sold.stream.cohort, sold.t)
            meaning = self.book.dates.meaning(self.book.facts.outlets[sold.outlet].method, sold.t)
            amount = sold.amount * self.book.origin_t(sold.stream)
            self._went(names.get(meaning, "handed_out"), sold.stream, sold.t, sold.outlet, amount)
            if meaning == "use":
                self._add("utilised_gross", *key, sold.amount * self.book.origin_t(sold.stream, True))

    def _stocks(self) -> None:
        for placed in self.book.placements:
            if placed.stream.has_origin:
                amount = placed.amount * self.book.origin_t(placed.stream)
                self._went("placed", placed.stream, placed.t, placed.storage, amount)
        last = {year: self.book.dates.periods_of(year)[-1] for year in self.book.dates.years}
        for kept in self.book.stocks:
            if kept.stream.has_origin and kept.t == last[self.book.dates.year_of(kept.t)]:
                amount = kept.stock * self.book.origin_t(kept.stream)
                self._went("closing", kept.stream, kept.t, kept.storage, amount)
        for (_, name), amount in self.book.before.sums.items():
            stream = self.book.streams[name]
            if stream.has_origin:
                self._add("opening", stream.origin, stream.cohort, 0, amount * self.book.origin_t(stream))

    def _burdens(self) -> None:
        """Emissions, consumption and landfilled tonnes of all scopes, and what is avoided, apart."""
        for burden in burdens(self.book):
            self._add(burden.account, "", "", burden.t, burden.amount)

    # ---------------------------------------------------------------- reading it

    def by_year(self, name: str, origin: str, year: int) -> float:
        """Both cohorts of an account."""
        return sum(self.tally[name, origin, cohort, year] for cohort in ("new", "legacy"))

    @cached_property
    def origins(self) -> list[str]:
        """Every origin that a stream of the plan has."""
        return list(dict.fromkeys(s.origin for s in self.book.streams.values() if s.has_origin))

    @cached_property
    def to_date(self) -> Tally[Account]:
        """What `year_to_date` states for the year in which the horizon begins."""
        tally: Tally[Account] = Tally()
        year = self.book.dates.years[0]
        for row in live(self.book.facts.case.year_to_date):
            origin = self._origin_of(row.waste_class, row.site)
            gross_new = row.utilised_new_t if row.gross_new_t is None else row.gross_new_t
            gross_legacy = row.utilised_legacy_t if row.gross_legacy_t is None else row.gross_legacy_t
            tally.add(("generated", origin, "new", year), row.generated_t)
            tally.add(("utilised", origin, "new", year), row.utilised_new_t)
            tally.add(("utilised", origin, "legacy", year), row.utilised_legacy_t)
            tally.add(("utilised_gross", origin, "new", year), gross_new)
            tally.add(("utilised_gross", origin, "legacy", year), gross_legacy)
        return tally

    def _origin_of(self, waste_class: str, site: str) -> str:
        names = [f"{waste_class}:{plant}" for plant in plant_names(self.book.facts, site) if plant]
        return next((name for name in [*names, waste_class] if name in self.origins), f"{waste_class}:{site}")

    def with_to_date(self, key: Account) -> float:
        """An account with what the case states for the part of its year before the horizon."""
        return self.tally[key] + self.to_date[key]


def totals(book: Book) -> tuple[Check, ...]:
    """The frame `totals` states what the audit adds up, year to date included."""
    findings = Findings("totals")
    accounts = Accounts(book)
    stated: Tally[Account] = Tally()
    for row in book.totals:
        stated.add((row.total, row.origin, row.cohort, row.year), row.amount)
    checked = {key[0] for key in stated if key[0] in KNOWN} | set(REQUIRED)
    for key in union(stated, accounts.tally, accounts.to_date):
        if key[0] in checked:
            scale = accounts.tally.scale(key)
            findings.equal(
                "misstated", at(*key), stated[key], accounts.with_to_date(key), scale, total=key[0]
            )
    for name in dict.fromkeys(key[0] for key in stated):
        if name not in checked:
            findings.note("not_checked", name, total=name)
    return findings.checks()


def identity(book: Book) -> tuple[Check, ...]:
    """In origin tonnes nothing is lost, per origin and year; and the frame `identity` says so."""
    findings = Findings("identity")
    accounts = Accounts(book)
    stated = {(row.origin, row.year): row for row in book.identity}
    for bought in book.purchases:
        if not bought.stream.has_origin and book.facts.founds_origin(bought.stream.material):
            where = book.where(bought.t, bought.supply, bought.stream.name)
            findings.nothing("received_without_origin", where, bought.amount)
    for origin in accounts.origins:
        opening = accounts.by_year("opening", origin, book.dates.years[0])
        for year in book.dates.years:
            found = {name: accounts.by_year(name, origin, year) for name in IDENTITY_OUT}
            found |= {name: accounts.by_year(name, origin, year) for name in ("generated", "received")}
            found["opening"] = opening
            comes = opening + found["generated"] + found["received"]
            goes = sum(found[name] for name in IDENTITY_OUT)
            scale = max(map(abs, found.values()))
            where = at(origin, year)
            findings.equal("not_closed", where, goes, comes, scale, origin=origin)
            row = stated.pop((origin, year), None)
            for name, amount in found.items():
                findings.equal(
                    "misstated", at(where, name), getattr(row, name, 0.0), amount, scale, account=name
                )
            findings.nothing("residual", where, getattr(row, "residual", 0.0) / max(1.0, scale))
            opening = found["closing"]
    for key in stated:
        findings.fault("no_origin", at(*key))
    return findings.checks()
