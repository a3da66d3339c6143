"""Balances: nothing is lost and nothing appears, at any site, in any stream and period.

    put − reclaimed + leaving + fed + sold + placed = arising + arriving + made + bought − fixed inputs
    stock[t] = stock[t−1] + put − reclaimed      by storage and stream; before the first period: opening stock
    over 31 December: stock[new] → 0,  stock[legacy] → stock[legacy] + stock[new]   of one lineage and origin

MODEL.md rule 1 and 'Cohort'. What is made and taken follows from feeds here, not from the frame `made`.
"""

from __future__ import annotations

from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.checks import Check, Findings, Tally, union
from redmud_opt.plan.audit.reductions import arising_due
from redmud_opt.plan.audit.streams import cohort_of, with_cohort

Node = tuple[str, str, int]


def balances(book: Book) -> tuple[Check, ...]:
    """What goes at every site, in every stream and period, is what comes."""
    findings = Findings("balances")
    goes, comes = _goes(book), _comes(book)
    for node in union(goes, comes):
        site, stream, t = node
        scale = max(goes.scale(node), comes.scale(node))
        findings.equal("unbalanced", book.where(t, site, stream), goes[node], comes[node], scale)
        if stream not in book.streams:
            findings.nothing("no_stream", book.where(t, site, stream), scale, stream=stream)
    return findings.checks()


def _goes(book: Book) -> Tally[Node]:
    tally: Tally[Node] = Tally()
    for kept in book.stocks:
        tally.add((kept.site, kept.stream.name, kept.t), kept.put)
        tally.add((kept.site, kept.stream.name, kept.t), -kept.reclaimed)
    for flow in book.flows:
        tally.add((flow.from_site, flow.stream.name, flow.t), flow.amount)
    for fed, site, _ in book.runs:
        if fed.stream is not None:
            tally.add((site, fed.stream.name, fed.t), fed.amount)
    for sold in book.sales:
        tally.add((sold.site, sold.stream.name, sold.t), sold.amount)
    for placed in book.placements:
        tally.add((placed.site, placed.stream.name, placed.t), placed.amount)
    for key in book.taking:
        tally.add(key, book.taking[key])
    return tally


def _comes(book: Book) -> Tally[Node]:
    tally: Tally[Node] = Tally()
    for arose in book.arisings:
        tally.add((arose.site, arose.stream.name, arose.t), arose.amount)
    for flow in book.flows:
        tally.add((flow.to_site, flow.stream.name, flow.t), flow.amount)
    for bought in book.purchases:
        tally.add((bought.site, bought.stream.name, bought.t), bought.amount)
    for key in book.making:
        site, _, stream, t = key
        tally.add((site, stream, t), book.making[key])
    return tally


def made(book: Book) -> tuple[Check, ...]:
    """The frame `made` states feeds × yields."""
    findings = Findings("made")
    stated: Tally[tuple[str, str, str, int]] = Tally()
    for row in book.made:
        stated.add((row.site, row.process, row.stream.name, row.t), row.amount)
    for key in union(stated, book.making):
        site, process, stream, t = key
        findings.equal(
            "misstated",
            book.where(t, site, process, stream),
            stated[key],
            book.making[key],
            book.making.scale(key),
        )
    return findings.checks()


def arisings(book: Book) -> tuple[Check, ...]:
    """Every arising of the case is in the plan, with its amount, origin, age and cohort `new`, options applied.

    What the case states and what options make of it: `reductions`.
    """
    findings = Findings("arisings")
    due: Tally[tuple[str, str, int]] = Tally()
    for (name, material, t), amount in arising_due(book):
        stream = book.founded(material, book.facts.arisings[name].site, "new", book.period(t))
        due.add((name, stream.name if stream else "?", t), amount)
    stated: Tally[tuple[str, str, int]] = Tally()
    for arose in book.arisings:
        stated.add((arose.arising, arose.stream.name, arose.t), arose.amount)
    for key in union(due, stated):
        name, stream_name, t = key
        findings.equal("misstated", book.where(t, name, stream_name), stated[key], due[key], due.scale(key))
    return findings.checks()


def stocks(book: Book) -> tuple[Check, ...]:
    """Stock carries over, less what is reclaimed; at New Year what was new becomes legacy."""
    findings = Findings("stocks")
    moves: Tally[tuple[str, str, int]] = Tally()
    for row in book.stocks:
        moves.add((row.storage, row.stream.name, row.t), row.put)
        moves.add((row.storage, row.stream.name, row.t), -row.reclaimed)
    pairs = dict.fromkeys((row.storage, row.stream.name) for row in book.stocks)
    pairs |= dict.fromkeys(book.before)
    pairs |= {(storage, _older(book, name)): None for storage, name in pairs}
    for storage, name in pairs:
        for t in range(len(book.dates.periods)):
            carried = _carried(book, storage, name, t)
            if name not in book.streams:
                findings.nothing("no_stream", book.where(t, storage, name), carried, stream=name)
                continue
            key = (storage, name, t)
            held = book.stock.get(key, 0.0)
            scale = max(abs(carried), moves.scale(key))
            findings.equal("not_carried", book.where(t, storage, name), held, carried + moves[key], scale)
    return findings.checks()


def _older(book: Book, name: str) -> str:
    """The id that a stream has after New Year."""
    return with_cohort(name, "legacy") if book.streams[name].cohort == "new" else name


def _carried(book: Book, storage: str, name: str, t: int) -> float:
    """Stock of a stream at the start of a period, New Year included."""

    def at_end(own: str) -> float:
        return book.before[storage, own] if t == 0 else book.stock.get((storage, own, t - 1), 0.0)

    if not book.dates.new_year_before(t):
        return at_end(name)
    cohort = cohort_of(name)
    if cohort == "new":
        return 0.0
    younger = with_cohort(name, "new") if cohort == "legacy" else ""
    return at_end(name) + (at_end(younger) if younger else 0.0)
