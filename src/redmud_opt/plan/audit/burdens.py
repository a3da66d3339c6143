"""Burdens: what every act books on an account, by scope; and the frames that show them.

    direct       fed × emissions row of the process at its point
    purchased    fed × amount of each fixed input × its factor
    transport    wet tonnes × km × kg per t km ÷ 1000                 co2e_t, by haul rules
    placed       waste placed for good;   handed_over: waste delivered to disposal       landfilled_t
    avoided      tonnes delivered to the outlet or of the material, or fed to the process, × amount     accounts apart
    energy       fed × amount of inputs counted in energy, or with an energy factor
    transport    by mode and year: tonnes, wet t km, emission, cost not discounted, share of clean modes in t km

The frames `accounts`, `energy`, `transport` state just that. MODEL.md Named totals; docs/decisions.md 'Accounts'.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.checks import Check, Findings, Tally, at, union
from redmud_opt.plan.audit.facts import live
from redmud_opt.plan.audit.moving import cost_per_t, emission_kg_per_wet_t

ENERGY = ("MWh", "kWh", "GJ", "kgce", "tce")
LANDFILLED = "landfilled_t"


class Burden(NamedTuple):
    """An amount on an account: its scope, where, by what, by which input or on which mode, of which material.

    `places` are the names that a limit may ask for it by.
    """

    account: str
    scope: str
    site: str
    item: str
    carrier: str
    mode: str
    t: int
    amount: float
    material: str
    places: frozenset[str]


def burdens(book: Book) -> Iterator[Burden]:
    """Every burden of a plan."""
    yield from _of_processes(book)
    yield from _of_transport(book)
    yield from _landfilled(book)
    yield from _avoided(book)


def _of_processes(book: Book) -> Iterator[Burden]:
    factors: dict[str, list[tuple[str, float]]] = {}
    for row in live(book.facts.case.factors):
        factors.setdefault(row.material, []).append((row.account, row.amount_per_unit))
    for fed, site, becomes in book.runs:
        material = fed.stream.material if fed.stream else ""
        places = book.facts.line_address(fed.line) | {fed.process}
        for account, per_t in book.conversions.emissions(fed.process, fed.point).items():
            amount = fed.amount * per_t
            yield Burden(account, "direct", site, fed.process, "", "", fed.t, amount, material, places)
        for taken in becomes.inputs:
            for account, per_unit in factors.get(taken.material, ()):
                amount, own = fed.amount * taken.amount * per_unit, taken.material
                yield Burden(
                    account, "purchased", site, fed.process, own, "", fed.t, amount, material, places
                )


def _of_transport(book: Book) -> Iterator[Burden]:
    for flow in book.flows:
        amount = book.wet(flow.stream, flow.amount) * emission_kg_per_wet_t(book, flow) / 1000.0
        places = book.facts.site_address(flow.from_site) | {flow.lane}
        own = (flow.from_site, flow.mode, "", flow.mode, flow.t, amount, flow.stream.material, places)
        yield Burden("co2e_t", "transport", *own)


def _landfilled(book: Book) -> Iterator[Burden]:
    facts = book.facts
    for placed in book.placements:
        if facts.is_waste(placed.stream.material):
            places = facts.site_address(placed.site) | {placed.storage}
            own = (
                placed.site,
                placed.storage,
                "",
                "",
                placed.t,
                placed.amount,
                placed.stream.material,
                places,
            )
            yield Burden(LANDFILLED, "placed", *own)
    for sold in book.sales:
        method = facts.outlets[sold.outlet].method
        if facts.is_waste(sold.stream.material) and book.dates.meaning(method, sold.t) == "disposal":
            places = facts.site_address(sold.site) | {sold.outlet}
            own = (sold.site, sold.outlet, "", "", sold.t, sold.amount, sold.stream.material, places)
            yield Burden(LANDFILLED, "handed_over", *own)


def _avoided(book: Book) -> Iterator[Burden]:
    rows = live(book.facts.case.avoided)
    for row in rows:
        account = f"avoided_{row.account}"
        for sold in book.sales:
            if row.item in (sold.outlet, sold.stream.material):
                own = (sold.site, row.item, "", "", sold.t, sold.amount * row.amount_per_t)
                yield Burden(account, "avoided", *own, sold.stream.material, frozenset())
        for fed, site, _ in book.runs:
            if row.item == fed.process:
                own = (site, row.item, "", "", fed.t, fed.amount * row.amount_per_t)
                yield Burden(account, "avoided", *own, "", frozenset())


# ---------------------------------------------------------------- the frames


def stated_burdens(book: Book) -> tuple[Check, ...]:
    """The frames `accounts`, `energy` and `transport` state what the audit finds."""
    findings = Findings("burdens")
    if book.accounts is not None:
        _accounts(findings, book)
    if book.energy is not None:
        _energy(findings, book)
    if book.transport is not None:
        _transport(findings, book)
    return findings.checks()


def _accounts(findings: Findings, book: Book) -> None:
    due: Tally[tuple[str, str, str, str, str, int]] = Tally()
    stated: Tally[tuple[str, str, str, str, str, int]] = Tally()
    for own in burdens(book):
        due.add((own.account, own.scope, own.site, own.item, own.carrier, own.t), own.amount)
    for row in book.accounts or ():
        stated.add((row.account, row.scope, row.site, row.item, row.carrier, row.t), row.amount)
        _year(findings, book, at(row.account, row.scope, row.item), row.t, row.year)
    for key in union(due, stated):
        where = book.where(key[-1], *key[:-1])
        findings.equal("account", where, stated[key], due[key], due.scale(key), account=key[0], scope=key[1])


def _year(findings: Findings, book: Book, where: str, t: int, year: int) -> None:
    if year == book.dates.year_of(t):
        findings.rows += 1
    else:
        findings.fault("year", at(where, book.period(t)), year=str(year))


def _energy(findings: Findings, book: Book) -> None:
    materials, inputs = book.facts.materials, live(book.facts.case.inputs)
    factors = {
        row.material: row.amount_per_unit
        for row in live(book.facts.case.factors)
        if row.account == "energy_kgce"
    }
    carriers = {
        row.material for row in inputs if row.material in factors or materials[row.material].unit in ENERGY
    }
    due: Tally[tuple[str, str, str, int]] = Tally()
    for fed, site, becomes in book.runs:
        for taken in becomes.inputs:
            if taken.material in carriers:
                due.add((site, fed.process, taken.material, fed.t), fed.amount * taken.amount)
    stated = {(row.site, row.process, row.carrier, row.t): row for row in book.energy or ()}
    for key in union(due, stated):
        row, where = stated.get(key), book.where(key[-1], *key[:-1])
        amount = row.amount if row else 0.0
        findings.equal("energy", where, amount, due[key], due.scale(key), carrier=key[2], unit="")
        if row is None:
            continue
        _year(findings, book, where, row.t, row.year)
        if key[2] in factors:
            kgce = due[key] * factors[key[2]]
            findings.equal("energy", where, row.kgce, kgce, carrier=key[2], unit="kgce")
        elif row.kgce == row.kgce:
            findings.fault("no_factor", where, carrier=key[2])


class Moved(NamedTuple):
    """Transport of a mode in a year."""

    flow: float = 0.0
    wet: float = 0.0
    t_km: float = 0.0
    co2e: float = 0.0
    cost: float = 0.0

    def plus(self, other: Moved) -> Moved:
        """Both together."""
        return Moved(*(a + b for a, b in zip(self, other, strict=True)))


def _transport(findings: Findings, book: Book) -> None:
    due: dict[tuple[str, int], Moved] = {}
    for flow in book.flows:
        key = flow.mode, book.dates.year_of(flow.t)
        solid = book.facts.in_tonnes(flow.stream.material)
        wet = book.wet(flow.stream, flow.amount)
        km = book.lanes.distance_km(flow.lane, flow.from_site, flow.to_site, flow.mode)
        own = Moved(
            flow.amount if solid else 0.0,
            wet if solid else 0.0,
            0.0 if not solid else math.nan if km is None else wet * km,
            wet * emission_kg_per_wet_t(book, flow) / 1000.0,
            flow.amount * cost_per_t(book, flow),
        )
        due[key] = due.get(key, Moved()).plus(own)
    clean = {row.mode: row.clean for row in live(book.facts.case.modes)}
    stated = {(row.mode, row.year): row for row in book.transport or ()}
    for key in union(due, stated):
        row, where, found = stated.get(key), at(*key), due.get(key, Moved())
        if row is None:
            findings.nothing("no_row", where, found.flow, mode=key[0])
            continue
        for name, amount in found._asdict().items():
            _same(findings, at(where, name), getattr(row, name), amount)
        right = "" if key[0] not in clean else "yes" if clean[key[0]] else "no"
        if row.clean != right:
            findings.fault("clean", where, mode=key[0], stated=row.clean or "–", right=right or "–")
        _same(findings, at(where, "clean_share"), row.clean_share, _clean_share(due, clean, key[1]))


def _same(findings: Findings, where: str, stated: float, right: float) -> None:
    """Equal numbers; what is not known is stated as not known."""
    if math.isnan(right):
        if math.isnan(stated):
            findings.rows += 1
        else:
            findings.fault("unknown", where, amount=stated)
    else:
        findings.equal("transport", where, stated, right)


def _clean_share(due: dict[tuple[str, int], Moved], clean: dict[str, bool], year: int) -> float:
    whole = sum(own.t_km for (_, when), own in due.items() if when == year)
    part = sum(own.t_km for (mode, when), own in due.items() if when == year and clean.get(mode))
    return part / whole if clean and whole > 0.0 else math.nan
