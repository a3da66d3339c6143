"""The plan against its baseline: what is frozen stays, change limits hold, what moved is told as it is.

    x = x in the baseline                                          every act of a frozen period
    |Σ measure − Σ measure in the baseline| ≤ least of max_change_t, max_change_share · Σ in the baseline
    before, after, change of `moved` = amounts of both plans       every act that differs, in periods of both
    first day and day after the last of `periods` = those of the case

Acts are read from the tables of both plans as they stand there, by their labels. Hours and switches of a line that
carries something follow from its tonnes where the baseline states none. MODEL.md rule 9.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd

from redmud_opt.case.baseline import Baseline, baseline_faults
from redmud_opt.case.rules import ChangeLimit
from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.checks import TOLERANCE, Check, Findings, Tally, at, union
from redmud_opt.plan.audit.facts import live
from redmud_opt.plan.audit.frames import cell_text

Labels = tuple[str, ...]


class Kind(NamedTuple):
    """Where a plan states an act: table, amount (blank: the row itself), thing, further labels before the period."""

    frame: str
    amount: str
    thing: str
    more: Labels = ("stream",)


KINDS = {
    "flow": Kind("flows", "flow_t", "lane"),
    "feed": Kind("feeds", "feed_t", "line", ("process", "point", "stream")),
    "bought": Kind("purchases", "bought", "supply", ("stream",)),
    "sold": Kind("sales", "sold", "outlet"),
    "placed": Kind("placements", "placed_t", "storage"),
    "put": Kind("stocks", "put_t", "storage"),
    "reclaimed": Kind("stocks", "reclaimed_t", "storage"),
    "stock": Kind("stocks", "stock_t", "storage"),
    "built": Kind("builds", "units", "line", ()),
    "closed": Kind("closings", "units", "line", ()),
    "opened": Kind("openings", "", "lane", ()),
    "yard": Kind("yard_events", "", "item", ()),
    "adopted": Kind("reductions", "adopted", "option", ()),
    "applied": Kind("reductions", "applied_t", "option", ()),
}
"""Measure → where it stands; these are the rows of `moved` too."""

MOVED = ("measure", "item", "process", "point", "stream", "period")
"""Labels of a row of `moved`."""

MORE = {
    "bought at": Kind("purchases", "bought", "supply", ("site",)),
    "size": Kind("builds", "size", "line", ()),
    "closed of": Kind("closings", "units", "line", ("decided",)),
    "on": Kind("running", "on", "line", ()),
    "hours": Kind("running", "run_h", "line", ()),
    "used": Kind("used", "", "item", ("kind",)),
    "yard of": Kind("yard_events", "", "item", ("storage", "kind")),
}
"""What is frozen beside them."""

FOLLOWS = ("on", "hours", "used")
"""Switches, which a baseline need not have stated for what carries something."""


def rolling(book: Book) -> tuple[Check, ...]:
    """Calendar, frozen periods, change limits, and the table of what moved."""
    findings = Findings("rolling")
    _calendar(findings, book)
    baseline = book.baseline
    if baseline is None:
        for row in live(book.facts.case.change_limits):
            findings.fault("no_baseline", row.name, limit_name=row.name)
        for act in _rows(book.frames, "moved"):
            findings.fault("moved_nowhere", at(*(cell_text(act[name]) for name in MOVED)))
        return findings.checks()
    if baseline_faults(book.facts.case, baseline):
        findings.fault("other_baseline", baseline.name)
        return findings.checks()
    _frozen(findings, book, baseline)
    for row in live(book.facts.case.change_limits):
        _limit(findings, book, baseline, row)
    _moved(findings, book, baseline)
    return findings.checks()


def _calendar(findings: Findings, book: Book) -> None:
    if book.calendar is None:
        return
    stated = [(row.t, row.start, row.end) for row in book.calendar]
    right = [(t, p.start.isoformat(), p.end.isoformat()) for t, p in enumerate(book.dates.periods)]
    for row in {*stated} ^ {*right}:
        findings.fault("calendar", at(book.period(row[0]), row[1], row[2]))


def _rows(frames: Mapping[str, pd.DataFrame], name: str) -> list[dict[str, Any]]:
    """Rows of a table; none where a plan has no such table."""
    table = frames.get(name)
    return [] if table is None else [{str(k): v for k, v in row.items()} for row in table.to_dict("records")]


def _acts(frames: Mapping[str, pd.DataFrame], kind: Kind) -> Tally[Labels]:
    """(thing, further labels, period) → amount."""
    found: Tally[Labels] = Tally()
    for row in _rows(frames, kind.frame):
        amount = float(row[kind.amount]) if kind.amount else 1.0
        labels = (kind.thing, *kind.more, "period")
        if amount == amount:
            found.add(tuple(cell_text(row[name]) for name in labels), amount)
    return found


def _parts(frames: Mapping[str, pd.DataFrame], kind: Kind) -> Counter[Labels]:
    """(thing, further labels, period) → rows that add up to it."""
    labels = (kind.thing, *kind.more, "period")
    return Counter(tuple(cell_text(row[name]) for name in labels) for row in _rows(frames, kind.frame))


# ---------------------------------------------------------------- frozen


def _frozen(findings: Findings, book: Book, baseline: Baseline) -> None:
    stays = set(baseline.frozen(book.facts.case))
    loads = {
        key[:1] + key[-1:] for name in ("feed", "flow", "sold") for key in _acts(book.frames, KINDS[name])
    }
    for name, kind in {**KINDS, **MORE}.items():
        was, now = _acts(baseline.frames, kind), _acts(book.frames, kind)
        for key in union(was, now):
            follows = name in FOLLOWS and key not in was and (key[0], key[-1]) in loads
            # a whole unit is as large as the case says now; what is bought stays site by site
            elsewhere = name == "bought" or (name == "size" and key[0] not in book.facts.tiers)
            if key[-1] in stays and not follows and not elsewhere:
                where = at(name, *key)
                findings.equal("thawed", where, now[key], was[key], measure=name)


# ---------------------------------------------------------------- change limits


def _limit(findings: Findings, book: Book, baseline: Baseline, row: ChangeLimit) -> None:
    members = book.facts.members(row.at) if row.at else ()
    places = [(one,) for one in members] if row.every == "each" and members else [members]
    shared = set(baseline.shared(book.facts.case))
    for place in places:
        was = _measured(book, baseline.frames, row, place)
        now = _measured(book, book.frames, row, place)
        for t in book.dates.during(row.during):
            period = book.period(t)
            if period in shared:
                _judge(findings, at(row.name, *place[:1], period), row, was, now, period)


def _judge(
    findings: Findings, where: str, row: ChangeLimit, was: Tally[str], now: Tally[str], period: str
) -> None:
    shares = [] if row.max_change_share is None else [row.max_change_share * was[period]]
    tonnes = [] if row.max_change_t is None else [row.max_change_t]
    change = abs(now[period] - was[period])
    scale = max(was.scale(period), now.scale(period))
    findings.at_most("changed_too_much", where, change, min(shares + tonnes), scale, limit_name=row.name)


def _measured(book: Book, frames: Mapping[str, pd.DataFrame], row: ChangeLimit, place: Labels) -> Tally[str]:
    """Period → amount that a change limit measures in a plan."""
    kind = KINDS[row.measure]
    materials = _materials(frames)
    wanted = set(book.facts.members(row.material)) if row.material else None
    ends = set(book.facts.members(row.to)) if row.to else None
    found: Tally[str] = Tally()
    for act in _rows(frames, kind.frame):
        stream = cell_text(act.get("stream"))
        if wanted is not None and materials.get(stream, stream) not in wanted:
            continue
        if place and not _address(book, row.measure, act) & set(place):
            continue
        if ends is not None and not _site(book, cell_text(act.get("to_site"))) & ends:
            continue
        found.add(cell_text(act["period"]), float(act[kind.amount]))
    return found


def _materials(frames: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    return {cell_text(row["stream"]): cell_text(row["material"]) for row in _rows(frames, "streams")}


def _site(book: Book, site: str) -> frozenset[str]:
    return book.facts.site_address(site) if site in book.facts.sites else frozenset({site})


def _address(book: Book, measure: str, act: Mapping[str, object]) -> frozenset[str]:
    """The names by which a row of a plan is meant; of what the case no longer has, its own."""
    thing = cell_text(act[KINDS[measure].thing])
    if KINDS[measure].thing == "line":
        known = thing in book.facts.lines
        names = book.facts.line_address(thing) if known else frozenset({thing})
        return names | {cell_text(act.get("process"))} - {""}
    site = cell_text(act["from_site" if measure == "flow" else "site"])
    if measure == "sold" and site in book.facts.sites:
        return book.facts.outlet_address(site, thing)
    return _site(book, site) | {thing}


# ---------------------------------------------------------------- moved


def _moved(findings: Findings, book: Book, baseline: Baseline) -> None:
    if "moved" not in book.frames:
        findings.fault("no_moved", "moved")
        return
    stated = {tuple(cell_text(row[name]) for name in MOVED): row for row in _rows(book.frames, "moved")}
    shared = set(baseline.shared(book.facts.case))
    for name, kind in KINDS.items():
        was, now = _acts(baseline.frames, kind), _acts(book.frames, kind)
        parts = _parts(baseline.frames, kind), _parts(book.frames, kind)
        for key in union(was, now):
            noise = TOLERANCE * max(1.0, *map(abs, (was[key], now[key])), *(count[key] for count in parts))
            process, point = key[1:3] if name == "feed" else ("", "")
            stream = key[-2] if kind.more else ""
            row = stated.pop((name, key[0], process, point, stream, key[-1]), None)
            amounts = (was[key], now[key], now[key] - was[key])
            if row is not None and key[-1] not in shared:
                findings.fault("moved_nowhere", at(name, *key))
            elif row is not None:
                for column, amount in zip(("before", "after", "change"), amounts, strict=True):
                    findings.equal("moved_wrongly", at(name, *key), float(row[column]), amount, column=column)
            elif key[-1] in shared and abs(amounts[2]) > noise:
                findings.fault("not_told", at(name, *key))
    for labels in stated:
        findings.fault("moved_nowhere", at(*labels))
