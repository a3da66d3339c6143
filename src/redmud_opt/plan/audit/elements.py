"""Elements: what comes to a site of a property that is conserved also leaves it, lies there or is named as open.

    content of a stream = tonnes × p;        no value: tonnes unknown
    process, per tonne fed:  in = p[feed] + Σ inputs·p;   out = Σ yield·p;   gas, loss = share·p[feed]
                             remainder = in − out − gas − loss: undetermined where anything in or out has no value,
                             else unaccounted
    Σ in = Σ out        property, site and calendar year: arisings, opening stock, purchases, received
                        against sold, waste delivered, placed, closing stock, sent, gas, loss, and the remainders

Every entry is reckoned anew from tonnes and assays; the sums are of what the plan states. MODEL.md rule 4.
"""

from __future__ import annotations

from collections.abc import Iterator

from redmud_opt.case.things import Property
from redmud_opt.case.units import factor
from redmud_opt.plan.audit.book import Book, Run
from redmud_opt.plan.audit.checks import Check, Findings, Tally, at, union
from redmud_opt.plan.audit.facts import live
from redmud_opt.plan.audit.streams import Lineage, Stream

INTO = ("arisings", "opening_stock", "purchases", "received")
OUT = ("sold", "waste_delivered", "placed", "closing_stock", "sent", "gas", "loss")
OPEN = ("unaccounted", "undetermined")

Key = tuple[str, str, int, str, str]
"""Property, site, year, entry, at."""


def elements(book: Book) -> tuple[Check, ...]:
    """Every entry is what tonnes and assays make it, and every account closes."""
    findings = Findings("elements")
    if book.elements is None:
        return findings.checks()
    content: Tally[Key] = Tally()
    unknown: Tally[Key] = Tally()
    for row in live(book.facts.case.properties):
        if row.element:
            _tonnes(book, row, content, unknown)
            _processes(findings, book, row, content, unknown)
    said: Tally[Key] = Tally()
    open_: Tally[Key] = Tally()
    for own in book.elements:
        key = (own.property, own.site, own.year, own.entry, own.at)
        side = "in" if own.entry in INTO else "out" if own.entry in (*OUT, *OPEN) else ""
        if own.side != side:
            findings.fault("wrong_side", at(*key), side=own.side, entry=own.entry)
        said.add(key, own.content)
        open_.add(key, own.unknown)
    for key in union(content, said):
        findings.equal("content", at(*key), said[key], content[key], content.scale(key), entry=key[3])
    for key in union(unknown, open_):
        findings.equal("unknown", at(*key), open_[key], unknown[key], unknown.scale(key), entry=key[3])
    _close(findings, said)
    return findings.checks()


def _close(findings: Findings, said: Tally[Key]) -> None:
    comes: Tally[tuple[str, str, int]] = Tally()
    goes: Tally[tuple[str, str, int]] = Tally()
    for property_, site, year, entry, place in said:
        amount = said[property_, site, year, entry, place]
        (comes if entry in INTO else goes).add((property_, site, year), amount)
    for key in union(comes, goes):
        findings.equal("open", at(*key), goes[key], comes[key], max(comes.scale(key), goes.scale(key)))


# ---------------------------------------------------------------- tonnes


def _tonnes(book: Book, element: Property, content: Tally[Key], unknown: Tally[Key]) -> None:
    for site, year, entry, place, stream, amount in _moved(book):
        if book.facts.in_tonnes(stream.material):
            known, open_ = _content(book, element, stream.lineage, amount)
            key = (element.name, site, year, entry, place)
            content.add(key, known)
            unknown.add(key, open_)


def _content(book: Book, element: Property, lineage: Lineage, amount: float) -> tuple[float, float]:
    """(t of the element, t of material that nobody states a value of)."""
    if not book.facts.in_tonnes(lineage.material):
        return 0.0, 0.0
    value = book.conversions.assay(lineage, element.name)
    if value is None:
        return 0.0, amount
    return amount * value[0] * (factor(element.unit, "t/t") or float("nan")), 0.0


def _moved(book: Book) -> Iterator[tuple[str, int, str, str, Stream, float]]:
    year_of = book.dates.year_of
    for arose in book.arisings:
        yield arose.site, year_of(arose.t), "arisings", arose.arising, arose.stream, arose.amount
    for bought in book.purchases:
        yield bought.site, year_of(bought.t), "purchases", bought.supply, bought.stream, bought.amount
    for sold in book.sales:
        entry = "waste_delivered" if book.facts.is_waste(sold.stream.material) else "sold"
        yield sold.site, year_of(sold.t), entry, sold.outlet, sold.stream, sold.amount
    for placed in book.placements:
        yield placed.site, year_of(placed.t), "placed", placed.storage, placed.stream, placed.amount
    for flow in book.flows:
        yield flow.from_site, year_of(flow.t), "sent", flow.to_site, flow.stream, flow.amount
        yield flow.to_site, year_of(flow.t), "received", flow.from_site, flow.stream, flow.amount
    yield from _stocks(book)


def _stocks(book: Book) -> Iterator[tuple[str, int, str, str, Stream, float]]:
    first = book.dates.periods[0].year
    for row in live(book.facts.case.opening_stock):
        site = book.facts.storages[row.storage].site
        stream = Stream(row.material, Lineage(row.material, row.material))
        yield site, first, "opening_stock", row.storage, stream, row.amount_t
    last = {period.year: t for t, period in enumerate(book.dates.periods)}
    for kept in book.stocks:
        year = book.dates.year_of(kept.t)
        if last[year] == kept.t:
            yield kept.site, year, "closing_stock", kept.storage, kept.stream, kept.stock
            if year + 1 in last:
                yield kept.site, year + 1, "opening_stock", kept.storage, kept.stream, kept.stock


# ---------------------------------------------------------------- processes

Feed = tuple[str, str, str, str, int]
"""Site, process, point, stream id, year."""


def _processes(
    findings: Findings, book: Book, element: Property, content: Tally[Key], unknown: Tally[Key]
) -> None:
    sums: dict[Feed, list[float]] = {}
    for run in book.runs:
        name = run.fed.stream.name if run.fed.stream else ""
        key = (run.site, run.fed.process, run.fed.point, name, book.dates.year_of(run.fed.t))
        own = sums.setdefault(key, [0.0] * 6)
        for k, amount in enumerate(_of_run(book, element, run)):
            own[k] += amount
    for (site, process, _, _, year), (comes, goes, gas, loss, dark_in, dark_out) in sums.items():
        rest = OPEN[dark_in + dark_out > 0.0]
        for entry, amount in (("gas", gas), ("loss", loss), (rest, comes - goes - gas - loss)):
            content.add((element.name, site, year, entry, process), amount)
        unknown.add((element.name, site, year, rest, process), dark_in + dark_out)
    _stated(findings, book, element, sums)


def _of_run(book: Book, element: Property, run: Run) -> tuple[float, ...]:
    """In, out, gas, loss, tonnes unknown in and out of one row of `feeds`."""
    fed, becomes = run.fed, run.becomes
    comes = dark_in = goes = dark_out = held = 0.0
    if fed.stream is not None:
        held, dark_in = _content(book, element, fed.stream.lineage, fed.amount)
        comes = held
    for taken in becomes.inputs:
        known, open_ = _content(
            book, element, Lineage(taken.material, taken.material), fed.amount * taken.amount
        )
        comes, dark_in = comes + known, dark_in + open_
    for made in becomes.outputs:
        known, open_ = _content(book, element, _output(book, run, made.material), fed.amount * made.yield_t)
        goes, dark_out = goes + known, dark_out + open_
    gas, loss = (held * _leaving(book, run, element.name, way) for way in ("gas", "loss"))
    return comes, goes, gas, loss, dark_in, dark_out


def _output(book: Book, run: Run, material: str) -> Lineage:
    """A waste made of a feed has its composition from it; anything else is one commodity."""
    feed, fed = run.fed.stream, run.fed
    if feed is None or not book.facts.is_waste(material):
        return Lineage(material, material)
    made = f"{fed.process}.{fed.point}" if fed.point else fed.process
    return Lineage(f"{material}<{made}<{feed.lineage.name}", material, fed.process, fed.point, feed.lineage)


def _leaving(book: Book, run: Run, name: str, way: str) -> float:
    rows = book.facts.partitions.get(run.fed.process, ())
    own = [row for row in rows if (row.leaves_as, row.property) == (way, name)]
    row = book.facts.best(own, run.fed.point, "", "")
    return 0.0 if row is None else row.share


def _stated(findings: Findings, book: Book, element: Property, sums: dict[Feed, list[float]]) -> None:
    rows = {}
    for own in book.process_elements:
        if own.property == element.name:
            name = own.stream.name if own.stream else ""
            rows[own.site, own.process, own.point, name, own.year] = own
    for key in union(sums, rows):
        comes, goes, gas, loss, dark_in, dark_out = sums.get(key, [0.0] * 6)
        expected = (comes, goes, gas, loss, comes - goes - gas - loss, dark_in, dark_out)
        row = rows.get(key)
        stated = row[6:] if row is not None else (0.0,) * 7
        where = at(element.name, *key)
        for column, said, right in zip(OF_PROCESS, stated, expected, strict=True):
            findings.equal("of_process", where, said, right, max(comes, goes), column=column)


OF_PROCESS = ("in_t", "out_t", "gas_t", "loss_t", "unaccounted_t", "unknown_in_t", "unknown_out_t")
