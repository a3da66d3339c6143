"""Frames and streams are well formed: ids, names, numbers, sites, and what the columns of `streams` state.

    streams:  process makes material from parent at point;   depth ≤ max_depth;   class = class of the waste

The ids are taken apart in `streams`, the cells are read in `frames`.
"""

from __future__ import annotations

from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.checks import Check, Findings, at
from redmud_opt.plan.audit.frames import cell_text
from redmud_opt.plan.audit.streams import Lineage, Stream

STREAM_COLUMNS = (
    "lineage",
    "material",
    "process",
    "point",
    "parent",
    "origin",
    "waste_class",
    "plant",
    "cohort",
    "arose",
)


def frames(book: Book) -> tuple[Check, ...]:
    """Every frame is there, every cell can be read, and rows stand at the site of their place."""
    findings = book.reading
    facts = book.facts
    for row in book.sales:
        _site(findings, row.outlet, row.site, (facts.outlets[row.outlet].site,))
    for kept in book.stocks:
        _site(findings, kept.storage, kept.site, (facts.storages[kept.storage].site,))
    for placed in book.placements:
        _site(findings, placed.storage, placed.site, (facts.storages[placed.storage].site,))
    for bought in book.purchases:
        _site(findings, bought.supply, bought.site, facts.members(facts.supplies[bought.supply].site))
    for arose in book.arisings:
        _site(findings, arose.arising, arose.site, (facts.arisings[arose.arising].site,))
    for flow in book.flows:
        where = book.where(flow.t, flow.lane, flow.stream.name)
        findings.equal("wet", where, flow.wet, book.wet(flow.stream, flow.amount))
    for name in book.other_frames:
        findings.note("not_checked", name)
    return findings.checks()


def _site(findings: Findings, place: str, site: str, sites: tuple[str, ...]) -> None:
    if site in sites:
        findings.rows += 1
    else:
        findings.fault("wrong_site", at(place, site), place=place, site=site, right=sites)


def streams(book: Book) -> tuple[Check, ...]:
    """Every stream is one that the case can make, and its columns say what its id says."""
    findings = Findings("streams")
    deepest = book.facts.settings.max_depth
    for stream in book.streams.values():
        findings.at_most("too_deep", stream.name, stream.lineage.depth, deepest)
        for lineage in stream.lineage.chain():
            if lineage.parent is not None:
                _made(findings, book, stream, lineage, lineage.parent)
    _columns(findings, book)
    for opening in book.opening:
        if opening.stream is None and opening.amount > 0:
            findings.fault("no_opening_stream", at(opening.storage, opening.material))
    return findings.checks()


def _made(findings: Findings, book: Book, stream: Stream, lineage: Lineage, parent: Lineage) -> None:
    where = stream.name
    facts, conversions = book.facts, book.conversions
    if not facts.is_waste(lineage.material):
        findings.fault("product_with_origin", where, material=lineage.material)
    if conversions.feed_row(lineage.process, lineage.point, parent.material) is None:
        findings.fault("not_fed", where, process=lineage.process, material=parent.material)
        return
    made = conversions.conversion(lineage.process, lineage.point, parent)
    if not made.yield_of(lineage.material) > 0.0:
        findings.fault("not_made", where, process=lineage.process, material=lineage.material)
    else:
        findings.rows += 1


def _columns(findings: Findings, book: Book) -> None:
    frame = book.stated_streams
    if frame is None or not len(frame):
        return
    aged = any(stream.arose for stream in book.streams.values())
    absent = () if aged or "arose" in frame.columns else ("arose",)  # of plans from before there were ages
    missing = tuple(column for column in STREAM_COLUMNS if column not in (*frame.columns, *absent))
    if missing:
        findings.fault("no_column", "streams", columns=missing)
        return
    for record in frame.to_dict("records"):
        stream = book.streams.get(cell_text(record.get("stream")))
        if stream is None:
            continue
        for column, said in _said(stream).items():
            stated = "" if column in absent else cell_text(record[column])
            if stated == said:
                findings.rows += 1
            else:
                findings.fault(
                    "wrong_column", stream.name, column=column, stated=stated or "–", right=said or "–"
                )


def _said(stream: Stream) -> dict[str, str]:
    lineage = stream.lineage
    return {
        "lineage": lineage.name,
        "material": lineage.material,
        "process": lineage.process,
        "point": lineage.point,
        "parent": lineage.parent.name if lineage.parent else "",
        "origin": stream.origin,
        "plant": stream.plant,
        "cohort": stream.cohort,
        "arose": stream.arose,
    } | ({"waste_class": stream.waste_class} if stream.has_origin else {})
