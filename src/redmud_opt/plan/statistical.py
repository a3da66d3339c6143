"""The statistical form: a plan as the yearly report on industrial solid waste asks for it, by where waste arose.

    generated + carried_in = (used − used_past) + (disposed − disposed_past) + (handed_out − handed_out_past)
                             + stored + discarded

per plant, owner, province and in all, calendar year, waste class and code, in dry and in as-received tonnes of the
waste that arose: a residue counts as the waste it was made from (origin tonnes), once, whatever its own mass.

    used        utilised                      …_past   of it, of what arose in earlier years
    disposed    placed, reduced, handed to disposal outlets
    handed_out  delivered to pretreatment outlets: not used or disposed of yet; the official form has no line for it
    stored      what arose in the year and lies in storage at its end          stock   all that lies there then
    discarded   dumped outside any facility: no plan does
    carried_in  what arose in the year before the horizon began and lay in storage then

The identity is that of the National Bureau of Statistics for its indicator 一般工业固体废物产生量:
产生量 = (综合利用量 − 综合利用往年贮存量) + 贮存量 + (处置量 − 处置往年贮存量) + 倾倒丢弃量.
Plants of origin that the plan does not tell apart are traced in proportion (`tracing`). What came before the horizon
in its first year is not in the form.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.facts import live
from redmud_opt.plan.steps import FATE, Source
from redmud_opt.plan.tracing import Tracing

LEVELS = ("plant", "owner", "province", "nation")
BASES = ("dry", "as_received")
AMOUNTS = (
    *("generated_t", "carried_in_t", "used_t", "used_past_t", "disposed_t", "disposed_past_t"),
    *("handed_out_t", "handed_out_past_t", "stored_t", "discarded_t", "stock_t"),
)
FORM_COLUMNS = ("level", "scope", "year", "waste_class", "code", "basis", *AMOUNTS, "residual_t")

COLUMN_OF = {
    "utilised": "used_t",
    "placed": "disposed_t",
    "reduced": "disposed_t",
    "handed_to_disposal": "disposed_t",
    "handed_out": "handed_out_t",
}
"""Fate → column."""

NEGLIGIBLE = 1e-9


Key = tuple[int, str, int, str, str, str]
"""Number of the level, scope, year, waste class, code, basis."""


class Entry(NamedTuple):
    """Origin tonnes of a column, of what arose at a site."""

    site: str
    material: str
    year: int
    column: str
    amount: float


def statistical_table(book: Book, tracing: Tracing) -> pd.DataFrame:
    """The frame `statistical_form`."""
    sums: defaultdict[Key, dict[str, float]] = defaultdict(lambda: dict.fromkeys(AMOUNTS, 0.0))
    for entry in _entries(book, tracing):
        kind, site = book.facts.materials[entry.material], book.facts.sites[entry.site]
        scopes = zip(LEVELS, (site.name, site.owner, site.province, ""), strict=True)
        for level, scope in scopes:
            if not scope and level != "nation":
                continue
            for basis in BASES:
                row = sums[LEVELS.index(level), scope, entry.year, kind.waste_class, kind.code, basis]
                row[entry.column] += book.facts.in_basis(entry.amount, entry.material, basis)
    rows = [
        (LEVELS[level], *rest, *row.values(), _residual(row)) for (level, *rest), row in sorted(sums.items())
    ]
    return pd.DataFrame(rows, columns=list(FORM_COLUMNS))


def _residual(row: dict[str, float]) -> float:
    """What the identity leaves open."""
    gone = sum(row[f"{name}_t"] - row[f"{name}_past_t"] for name in ("used", "disposed", "handed_out"))
    return row["generated_t"] + row["carried_in_t"] - gone - row["stored_t"] - row["discarded_t"]


def _entries(book: Book, tracing: Tracing) -> Iterator[Entry]:
    for arose in book.arisings:
        if arose.stream.has_origin:
            year = book.dates.year_of(arose.t)
            yield Entry(arose.site, arose.stream.material, year, "generated_t", arose.amount)
    for row, opening in zip(live(book.facts.case.opening_stock), book.opening, strict=True):
        if opening.stream is not None and opening.stream.cohort == "new":
            site, year = row.origin_site or opening.site, book.dates.years[0]
            yield Entry(site, row.material, year, "carried_in_t", opening.amount)
    sources = list(tracing.sources)
    yield from _ended(book, tracing, sources)
    yield from _stored(book, tracing, sources)


def _of_sources(
    book: Book,
    tracing: Tracing,
    sources: list[Source],
    state: int,
    columns: tuple[str, ...],
    t: int,
    amount: float,
) -> Iterator[Entry]:
    """An amount out of a state, by the sources that it comes from."""
    shares = tracing.share_from[state]
    for s in np.flatnonzero(shares * abs(amount) > NEGLIGIBLE):
        for column in columns:
            source, part = sources[s], float(shares[s]) * amount
            yield Entry(source.site, source.material, book.dates.year_of(t), column, part)


def _ended(book: Book, tracing: Tracing, sources: list[Source]) -> Iterator[Entry]:
    """What goes to a fate other than a stock."""
    states = tracing.steps.states
    for start, end, _, amount in tracing.steps.edges:
        if states[end].kind != FATE or not states[end].waste:
            continue
        column = COLUMN_OF.get(states[end].names[0].fate)
        name, t = states[start].names[-2:]
        stream = book.streams[name]
        if column is not None and stream.has_origin:
            past = (f"{column.removesuffix('_t')}_past_t",) if stream.cohort == "legacy" else ()
            tonnes = amount * book.origin_t(stream)
            yield from _of_sources(book, tracing, sources, start, (column, *past), t, tonnes)


def _stored(book: Book, tracing: Tracing, sources: list[Source]) -> Iterator[Entry]:
    """Stocks at the end of every calendar year."""
    last = {book.dates.periods_of(year)[-1] for year in book.dates.years}
    for row in book.stocks:
        if row.t in last and row.stream.has_origin and row.stock:
            columns = ("stock_t", "stored_t") if row.stream.cohort == "new" else ("stock_t",)
            pile = tracing.steps.pile(row.storage, row.stream, row.t)
            tonnes = row.stock * book.origin_t(row.stream)
            yield from _of_sources(book, tracing, sources, pile, columns, row.t, tonnes)
