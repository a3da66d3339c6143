"""The statistical form: it closes row by row, and sums to what the plan does.

    generated + carried_in = (used − used_past) + (disposed − disposed_past) + (handed_out − handed_out_past)
                             + stored + discarded                                        every row
    generated, carried_in  = what arises, and lay there of this year, at the plant       every plant
    Σ plants               = feeds, sales, placements and stocks × w, by the waste that arose, in every column
    plant                  = the same, where origins name it
    owner, province, nation = Σ of their plants

in dry tonnes, and × 1 ÷ (1 − moisture) of the waste that arose in as-received ones. How far a plant's share of a
mixed lot is right is not looked at: that is proportional tracing, shown on paper. Nothing is discarded.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.checks import Check, Findings, Tally, at
from redmud_opt.plan.audit.facts import live
from redmud_opt.plan.audit.rows import Reported
from redmud_opt.plan.audit.streams import Stream

COLUMNS = tuple(name for name in Reported._fields[6:-1])


class Part(NamedTuple):
    """Origin tonnes of a waste in a column; `plant` is blank where the plan does not tell it."""

    plant: str
    material: str
    year: int
    column: str
    amount: float


def statistical_form(book: Book) -> tuple[Check, ...]:
    """The frame `statistical_form` states what the audit adds up."""
    findings = Findings("statistical_form")
    if book.statistical_form is None:
        findings.note("not_stated", "statistical_form")
        return findings.checks()
    _closes(findings, book.statistical_form)
    _sums(findings, book)
    _levels(findings, book)
    return findings.checks()


def _closes(findings: Findings, rows: list[Reported]) -> None:
    for row in rows:
        comes = row.generated + row.carried_in
        goes = row.used - row.used_past + row.disposed - row.disposed_past
        goes += row.handed_out - row.handed_out_past + row.stored + row.discarded
        where, scale = at(*row[:6]), max(abs(getattr(row, name)) for name in COLUMNS)
        findings.equal("not_closed", where, goes, comes, scale)
        findings.nothing("residual", where, row.residual / max(1.0, scale))
        findings.nothing("discarded", where, row.discarded)
        for part, whole in (("used_past", "used"), ("disposed_past", "disposed"), ("stored", "stock")):
            findings.at_most("part_above", at(where, part), getattr(row, part), getattr(row, whole), scale)


def _sums(findings: Findings, book: Book) -> None:
    """Plants, one by one where the plan tells them apart, and together."""
    due: Tally[tuple[object, ...]] = Tally()
    whole: set[tuple[str, str]] = set()
    for part in _parts(book):
        kind = book.facts.materials[part.material]
        if not part.plant:
            whole.add((kind.waste_class, kind.code))
        for basis in ("dry", "as_received"):
            amount = book.facts.in_basis(part.amount, part.material, basis)
            for plant in {part.plant, ""}:
                due.add((plant, part.year, kind.waste_class, kind.code, basis, part.column), amount)
    stated: Tally[tuple[object, ...]] = Tally()
    for row in book.statistical_form or ():
        if row.level == "plant":
            for name in COLUMNS:
                for plant in (row.scope, ""):
                    stated.add((plant, *row[2:6], name), getattr(row, name))
    for key in dict.fromkeys([*due, *stated]):
        plant, _, waste_class, code, _, column = key
        certain = column in ("generated", "carried_in") or (waste_class, code) not in whole
        if not plant or certain:
            findings.equal(
                "misstated", at(*key), stated[key], due[key], max(due.scale(key), stated.scale(key))
            )


def _levels(findings: Findings, book: Book) -> None:
    """Owners, provinces and all are the sums of their plants."""
    due: Tally[tuple[object, ...]] = Tally()
    stated: Tally[tuple[object, ...]] = Tally()
    for row in book.statistical_form or ():
        for name in COLUMNS:
            amount = getattr(row, name)
            if row.level != "plant":
                stated.add((row.level, *row[1:6], name), amount)
                continue
            site = book.facts.sites.get(row.scope)
            for level, scope in (
                ("owner", site.owner if site else ""),
                ("province", site.province if site else ""),
                ("nation", ""),
            ):
                if scope or level == "nation":
                    due.add((level, scope, *row[2:6], name), amount)
    for key in dict.fromkeys([*due, *stated]):
        findings.equal("level", at(*key), stated[key], due[key], due.scale(key))


def _parts(book: Book) -> Iterator[Part]:
    """Everything that the form counts, from what the plan does."""
    for arose in book.arisings:
        if arose.stream.has_origin:
            yield Part(
                arose.site, arose.stream.material, book.dates.year_of(arose.t), "generated", arose.amount
            )
    for row, opening in zip(live(book.facts.case.opening_stock), book.opening, strict=True):
        if opening.stream is not None and opening.stream.cohort == "new":
            site = row.origin_site or opening.site
            yield Part(site, row.material, book.dates.years[0], "carried_in", opening.amount)
    for stream, t, column, amount in (*_fed(book), *_sold(book)):
        yield from _of(book, stream, t, column, amount)
    last = {book.dates.periods_of(year)[-1] for year in book.dates.years}
    for placed in book.placements:
        yield from _of(book, placed.stream, placed.t, "disposed", placed.amount)
    for kept in book.stocks:
        if kept.t in last:
            for column in ("stock", "stored") if kept.stream.cohort == "new" else ("stock",):
                yield from _of(book, kept.stream, kept.t, column, kept.stock, apart=False)


def _of(book: Book, stream: Stream, t: int, column: str, amount: float, apart: bool = True) -> Iterator[Part]:
    """An amount of a stream as its waste; what arose in earlier years once more, apart."""
    if not stream.has_origin:
        return
    plant = stream.plant if stream.plant in book.facts.sites else ""
    columns = (column, f"{column}_past") if apart and stream.cohort == "legacy" else (column,)
    for name in columns:
        yield Part(plant, stream.lineage.root, book.dates.year_of(t), name, amount * book.origin_t(stream))


def _fed(book: Book) -> Iterator[tuple[Stream, int, str, float]]:
    for fed in book.feeds:
        if fed.stream is not None:
            used = book.conversions.credit(fed.process, fed.point, fed.stream.lineage, fed.t, False)
            yield fed.stream, fed.t, "used", fed.amount * used
            if used == 0.0 and not book.conversions.carries(fed.process, fed.point, fed.stream.lineage):
                yield fed.stream, fed.t, "disposed", fed.amount


def _sold(book: Book) -> Iterator[tuple[Stream, int, str, float]]:
    columns = {"use": "used", "disposal": "disposed"}
    for sold in book.sales:
        meaning = book.dates.meaning(book.facts.outlets[sold.outlet].method, sold.t)
        yield sold.stream, sold.t, columns.get(meaning, "handed_out"), sold.amount
