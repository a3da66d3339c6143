"""The end of the horizon, and product stock at year end.

    excess, general    = max(0, Σ closing − Σ opening)          by storage, waste class and kind
    excess, hazardous  = Σ closing                              both of streams that have a way out
    charge             = greatest max(0, reclaiming + cheapest way out) of the streams of that class and kind
    money              = excess × charge, at the mid date of the last period                     in `value`
    closing ≤ opening                                           by storage, lineage, origin: without a way out
    Σ closing ≤ or = Σ opening, or = 0                          by storage and material, as its `end_stock` says
    product made from waste, at the end of a calendar year: Σ stock at a site ≤ its opening stock

Waste without origin is of class `none`; hazardous is what is so at the start of the horizon. Which streams
count in the greatest charge: at least those that lie there in the plan, at most all that can by the case, so

    greatest over streams that lie there ≤ charge stated ≤ greatest over streams that can lie there

The ways out are worked out in `wayout`. MODEL.md 'End of horizon'.
"""

from __future__ import annotations

from collections.abc import Iterable

from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.checks import Check, Findings, Tally, at, union
from redmud_opt.plan.audit.rows import Over
from redmud_opt.plan.audit.streams import Lineage
from redmud_opt.plan.audit.wayout import WayOut

GENERAL, HAZARDOUS = "general", "hazardous"
Heap = tuple[str, str, str]  # storage, waste class, kind


def horizon(book: Book) -> tuple[Check, ...]:
    """Waste left at the end is stated and charged; products from waste are not hoarded over a year's end."""
    findings = Findings("horizon")
    charged = {name for name in book.facts.storages if end_rule(book, name) == "charge"}
    for row in book.excess:
        if row.storage not in charged:
            findings.nothing("not_charged", at(row.storage, row.waste_class), row.excess)
    if charged:
        out = WayOut(book)
        _excess(findings, book, out, charged)
        _charges(findings, book, out, charged)
    _end_stock(findings, book)
    if book.facts.settings.product_stock_at_year_end == "opening":
        _products(findings, book)
    return findings.checks()


def end_rule(book: Book, storage: str) -> str:
    """What becomes of stock at the end: the storage's own rule, else the setting's."""
    own = book.facts.storages[storage].end_stock
    return book.facts.settings.end_of_horizon if own == "setting" else own


def _end_stock(findings: Findings, book: Book) -> None:
    """Closing stock of each material in the storages that ask for it."""
    last = len(book.dates.periods) - 1
    closing: Tally[tuple[str, str]] = Tally()
    opening: Tally[tuple[str, str]] = Tally()
    for row in book.stocks:
        if row.t == last:
            closing.add((row.storage, row.stream.material), row.stock)
    for stock in book.opening:
        opening.add((stock.storage, stock.material), stock.amount)
    for key in union(closing, opening):
        rule, where = end_rule(book, key[0]), at(*key)
        scale = max(closing.scale(key), opening.scale(key))
        if rule == "empty":
            findings.at_most("not_empty", where, closing[key], 0.0, scale, material=key[1])
        if rule in ("at_most_opening", "equal_opening"):
            findings.at_most("above_opening", where, closing[key], opening[key], scale, material=key[1])
        if rule == "equal_opening":
            findings.at_least("below_opening", where, closing[key], opening[key], scale, material=key[1])


def _excess(findings: Findings, book: Book, out: WayOut, charged: set[str]) -> None:
    due, scales = _due(findings, book, out, charged)
    stated: Tally[Heap] = Tally()
    for row in book.excess:
        if row.storage not in charged:
            continue
        stated.add((row.storage, row.waste_class, row.kind), row.excess)
        where = at(row.storage, row.waste_class, row.kind)
        if row.waste_class not in {stream.waste_class or "none" for stream in book.streams.values()}:
            findings.fault("no_class", where, waste_class=row.waste_class)
        if row.kind not in (GENERAL, HAZARDOUS):
            findings.fault("no_kind", where, kind=row.kind or "–")
    for key in union(due, stated):
        findings.equal("misstated", at(*key), stated[key], due[key], scales.scale(key), storage=key[0])


def _due(findings: Findings, book: Book, out: WayOut, charged: set[str]) -> tuple[Tally[Heap], Tally[Heap]]:
    """Excess by storage, class and kind, and the terms that it was made from; what is stuck may not grow."""
    last = len(book.dates.periods) - 1
    over: Tally[Heap] = Tally()
    stuck: Tally[Heap] = Tally()
    amounts = [(row.storage, row.stream, row.stock) for row in book.stocks if row.t == last]
    amounts += [(row.storage, row.stream, -row.amount) for row in book.opening if row.stream is not None]
    for storage, stream, amount in amounts:
        if storage not in charged or not book.facts.is_waste(stream.material):
            continue
        kind = _kind(out, stream.lineage)
        if out.charge(storage, stream.lineage) is None:
            stuck.add((storage, stream.lineage.name, stream.origin), amount)
        elif kind == GENERAL or amount > 0.0:
            over.add((storage, stream.waste_class or "none", kind), amount)
    for key in stuck:
        findings.at_most("no_way_out", at(*key), stuck[key], 0.0, stuck.scale(key), storage=key[0])
    found: Tally[Heap] = Tally()
    for key in over:
        found.add(key, max(0.0, over[key]))
    return found, over


def _kind(out: WayOut, lineage: Lineage) -> str:
    return HAZARDOUS if out.ways.hazardous(lineage) else GENERAL


# ---------------------------------------------------------------- charges


def _charges(findings: Findings, book: Book, out: WayOut, charged: set[str]) -> None:
    """The stated charge lies between the greatest of what is there and the greatest of what can be there."""
    last = len(book.dates.periods) - 1
    held: dict[str, dict[Lineage, None]] = {}
    for kept in book.stocks:
        if kept.t == last and kept.stock > 0.0:
            held.setdefault(kept.storage, {})[kept.stream.lineage] = None
    for row in (row for row in book.excess if row.storage in charged):
        there = _heap(book, out, row, held.get(row.storage, {}))
        may = _heap(book, out, row, {**out.may_hold(row.storage), **held.get(row.storage, {})})
        _charge(findings, row, _greatest(out, row, there), _greatest(out, row, may))


def _charge(findings: Findings, row: Over, least: float | None, most: float | None) -> None:
    where = at(row.storage, row.waste_class, row.kind)
    if row.charge != row.charge:
        findings.fault("no_charge", where, storage=row.storage)
        return
    findings.at_least("negative_charge", where, row.charge, 0.0)
    if most is None:
        findings.fault("way_out_invented", where, storage=row.storage, charge=row.charge)
        return
    findings.at_least("charge_understated", where, row.charge, least or 0.0)
    findings.at_most("charge_overstated", where, row.charge, most)


def _heap(book: Book, out: WayOut, row: Over, lineages: Iterable[Lineage]) -> list[Lineage]:
    """Those of some lineages that a row of `excess` is about."""
    founds = book.facts.founds_origin
    return [
        lineage
        for lineage in lineages
        if book.facts.is_waste(lineage.material)
        and (book.facts.materials[lineage.root].waste_class if founds(lineage.root) else "none")
        == row.waste_class
        and _kind(out, lineage) == row.kind
    ]


def _greatest(out: WayOut, row: Over, lineages: Iterable[Lineage]) -> float | None:
    """The greatest charge of some lineages, None where none has a way out."""
    charges = [out.charge(row.storage, lineage) for lineage in lineages]
    return max((charge for charge in charges if charge is not None), default=None)


# ---------------------------------------------------------------- products


def _products(findings: Findings, book: Book) -> None:
    products = book.facts.made_from_waste()
    opening: Tally[tuple[str, str]] = Tally()
    for row in book.opening:
        opening.add((row.site, row.material), row.amount)
    held: Tally[tuple[str, str, int]] = Tally()
    for kept in book.stocks:
        if kept.stream.material in products and book.dates.ends_year(kept.t):
            held.add((kept.site, kept.stream.material, kept.t), kept.stock)
    for site, material, t in held:
        where = book.where(t, site, material)
        amount = held[site, material, t]
        findings.at_most("hoarded", where, amount, opening[site, material], material=material)
