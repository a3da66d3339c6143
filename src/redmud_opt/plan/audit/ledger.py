"""The hazardous ledger adds up: no tonne of hazardous waste is without an entry, none without a lot.

    Σ entries over lots = what the plan moves, feeds, makes, stores, delivers, places  by event, place, stream, period
    what comes of a lot = what goes of it                                              by site, stream, period
    stock before + put in − taken out ≥ 0, at the end as stated                        by lot and storage
    arisen = used + disposed + pretreated + delivered + placed + delisted + stock       by lot
    a lot is of the time of arising that its streams state                             where they carry an age
    parents of a residue = the lots fed to what makes it;   residue = Σ feed × yield

How movements are shared among the lots that stand in one place, a rule of accounting, is not done again here. What is
hazardous, and as what a method counts, is reckoned from the case. What goes round where nothing gets to is no waste,
see `reached`. Older plans have no ledger.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta

from redmud_opt.plan.audit.book import Book, Run
from redmud_opt.plan.audit.checks import Check, Findings, Tally, at, union
from redmud_opt.plan.audit.dates import Dates
from redmud_opt.plan.audit.ledger_papers import Papers
from redmud_opt.plan.audit.reached import Place, reached, stream_later
from redmud_opt.plan.audit.rows import Entry, LotEnd
from redmud_opt.plan.audit.streams import UNDATED, Stream

COMES = ("arises", "bought", "made", "moves", "taken_out")
"""Events after which a lot is at a site; `moves`: at the one it goes to."""
LOT_COMES = ("opening", "arises", "bought", "made")
MEANS = {"use": "used", "disposal": "disposed", "pretreatment": "pretreated"}
ENDS = {"delivered": "delivered", "placed": "placed", "delisted": "delisted", "closing": "stock"}
FATES = (*MEANS.values(), *ENDS.values())

Act = tuple[str, str, str, str, str, str, int]
"""Event, lane or place, process, from, to, stream, period."""


def ledger(book: Book) -> tuple[Check, ...]:
    """The frames `ledger` and `ledger_lots`."""
    findings = Findings("ledger")
    if book.ledger is None or book.ledger_lots is None:
        findings.note("not_stated", "ledger")
        return findings.checks()
    acts = Tally[Act]()
    for act, amount in _of_waste(book, list(_acts(book))):
        acts.add(act, amount)
    told, papers = Tally[Act](), Papers(findings, book)
    for row in book.ledger:
        told.add(_act(row), row.dry)
        _entry(findings, book, row)
        papers.of(row, at(row.number, row.lot, row.event))
    for act in union(acts, told):
        where = at(*act[:6], book.period(act[6]))
        findings.equal("sum", where, told[act], acts[act], acts.scale(act))
    _places(findings, book, book.ledger)
    _stores(findings, book, book.ledger)
    _lots(findings, book, book.ledger, {row.lot: row for row in book.ledger_lots})
    _descent(findings, book, book.ledger, book.ledger_lots)
    return findings.checks()


def _act(row: Entry) -> Act:
    return row.event, row.lane or row.at, row.process, row.from_site, row.to_site, row.stream.name, row.t


# ---------------------------------------------------------------- what the plan does


def _of_waste(book: Book, acts: list[tuple[Act, float]]) -> Iterator[tuple[Act, float]]:
    """All but what goes round where nothing gets to."""
    comes = (_comes_to(act) for act, amount in acts if act[0] in LOT_COMES and amount > 0.0)
    places = reached(book, comes)
    for act, amount in acts:
        event, at_, _, start, _, stream, t = act
        goes_round = event in ("moves", "put", "taken_out")
        if not goes_round or (at_ if event == "taken_out" else start, stream, t) in places:
            yield act, amount


def _comes_to(act: Act) -> Place:
    event, at_, _, _, site, stream, t = act
    return at_ if event == "opening" else site, stream, t


def _acts(book: Book) -> Iterator[tuple[Act, float]]:
    """All that hazardous waste does in a plan."""
    hazardous = book.status.hazardous
    for opening in book.opening:
        if opening.stream is not None and hazardous(opening.stream, 0):
            yield ("opening", opening.storage, "", "", opening.site, opening.stream.name, 0), opening.amount
    for arose in book.arisings:
        if hazardous(arose.stream, arose.t):
            yield ("arises", arose.arising, "", "", arose.site, arose.stream.name, arose.t), arose.amount
    for bought in book.purchases:
        if hazardous(bought.stream, bought.t):
            act = ("bought", bought.supply, "", "", bought.site, bought.stream.name, bought.t)
            yield act, bought.amount
    for flow in book.flows:
        if hazardous(flow.stream, flow.t):
            ends = flow.from_site, flow.to_site
            yield ("moves", flow.lane, "", *ends, flow.stream.name, flow.t), flow.amount
    for name, rows in (("delivered", book.sales), ("placed", book.placements)):
        for row in rows:
            if hazardous(row.stream, row.t):
                yield (name, row[0], "", row.site, row.site, row.stream.name, row.t), row.amount
    yield from _stocked(book)
    for run in book.runs:
        yield from _run(book, run)


def _stocked(book: Book) -> Iterator[tuple[Act, float]]:
    last = len(book.dates.periods) - 1
    for row in book.stocks:
        if not book.status.hazardous(row.stream, row.t):
            continue
        here = "", row.site, row.site, row.stream.name, row.t
        yield ("put", row.storage, *here), row.put
        yield ("taken_out", row.storage, *here), row.reclaimed
        if row.t == last:
            yield ("closing", row.storage, "", row.site, "", row.stream.name, row.t), row.stock
        elif not book.status.hazardous(row.stream, row.t + 1):
            name = stream_later(book, row.stream, row.t + 1)
            yield ("delisted", row.storage, "", row.site, "", name, row.t + 1), row.stock


def _run(book: Book, run: Run) -> Iterator[tuple[Act, float]]:
    fed, site = run.fed, run.site
    hazardous = _fed_hazardous(book, run)
    if fed.stream is not None and hazardous:
        yield ("fed", fed.line, fed.process, site, site, fed.stream.name, fed.t), fed.amount
    for stream, amount in _residues(book, run):
        yield ("made", fed.line, fed.process, "", site, stream.name, fed.t), amount * fed.amount
        if not book.status.hazardous(stream, fed.t):
            yield ("delisted", fed.line, fed.process, site, "", stream.name, fed.t), amount * fed.amount


def _fed_hazardous(book: Book, run: Run) -> bool:
    return run.fed.stream is not None and book.status.hazardous(run.fed.stream, run.fed.t)


def _residues(book: Book, run: Run) -> Iterator[tuple[Stream, float]]:
    """What a run makes and the ledger knows, with its yield: hazardous, or made of what is.

    A residue without a stream is a matter of `made`.
    """
    fed = run.fed
    for out in run.becomes.outputs:
        if book.facts.is_waste(out.material) and out.yield_t > 0.0:
            stream = book.streams.get(book.made_id(out.material, fed))
            if stream and (_fed_hazardous(book, run) or book.status.hazardous(stream, fed.t)):
                yield stream, out.yield_t


# ---------------------------------------------------------------- entries


def _entry(findings: Findings, book: Book, row: Entry) -> None:
    """What one entry says by itself."""
    where = at(row.number, row.lot, row.event)
    period = book.dates.periods[row.t]
    days = (period.start.isoformat(), (period.end - timedelta(days=1)).isoformat())
    findings.equal("as_received", where, row.as_received, book.wet(row.stream, row.dry))
    for column, stated, right in (
        ("first_day", row.first_day, days[0]),
        ("last_day", row.last_day, days[1]),
        ("material", row.material, row.stream.material),
        ("method", row.method, _method(book, row)),
        ("meaning", row.meaning, book.dates.meaning(row.method, row.t) if row.method else ""),
    ):
        if stated == right:
            findings.rows += 1
        else:
            findings.fault("wrong", where, column=column, stated=stated or "–", right=right or "–")


def _method(book: Book, row: Entry) -> str:
    facts = book.facts
    if row.event == "fed" and row.process in facts.processes:
        return facts.processes[row.process].method
    if row.event == "delivered" and row.at in facts.outlets:
        return facts.outlets[row.at].method
    if row.event == "placed" and row.at in facts.storages:
        return facts.storages[row.at].method
    return ""


# ---------------------------------------------------------------- lots


def _places(findings: Findings, book: Book, rows: list[Entry]) -> None:
    """At every site a lot goes as it comes: nothing stays but in a storage."""
    here: Tally[tuple[str, str, str, int]] = Tally()
    for row in rows:
        if row.event in ("opening", "closing") or (row.event == "delisted" and _stored(book, row)):
            continue
        if row.event in COMES:
            here.add((row.lot, row.to_site, row.stream.name, row.t), row.dry)
        if row.event not in COMES or row.event == "moves":
            here.add((row.lot, row.from_site, row.stream.name, row.t), -row.dry)
    for key in here:
        lot, site, stream, t = key
        findings.equal("adrift", book.where(t, lot, site, stream), here[key], 0.0, here.scale(key))


def _stored(book: Book, row: Entry) -> bool:
    return row.at in book.facts.storages


def _stores(findings: Findings, book: Book, rows: list[Entry]) -> None:
    """In every storage, of every lot, there is never less than nothing, and at the end what is stated."""
    changes: dict[tuple[str, str], dict[int, float]] = defaultdict(lambda: defaultdict(float))
    closing: Tally[tuple[str, str]] = Tally()
    scale: Tally[tuple[str, str]] = Tally()
    for row in rows:
        key = row.lot, row.at
        if row.event == "closing":
            closing.add(key, row.dry)
        elif row.event in ("opening", "put", "taken_out") or (row.event == "delisted" and _stored(book, row)):
            changes[key][row.t] += row.dry if row.event in ("opening", "put") else -row.dry
            scale.add(key, row.dry)
    for key in union(changes, closing):
        held = 0.0
        for t, change in sorted(changes[key].items()):
            held += change
            findings.at_least("overdrawn", book.where(t, *key), held, 0.0, scale.scale(key))
        findings.equal("closing", at(*key), closing[key], held, scale.scale(key))


def _lots(findings: Findings, book: Book, rows: list[Entry], lots: dict[str, LotEnd]) -> None:
    """Every lot closes, and its row says what its entries say."""
    sums: Tally[tuple[str, str]] = Tally()
    for row in rows:
        column = _column(book.dates, row)
        sums.add((row.lot, column), row.dry)
        if column == "arisen":
            sums.add((row.lot, "as_received"), row.as_received)
        if row.lot not in lots:
            findings.fault("no_lot", at(row.number, row.lot))
        elif row.stream.arose and row.stream.arose != (lots[row.lot].since or UNDATED):
            values = {"stated": lots[row.lot].since or "–", "right": row.stream.arose}
            findings.fault("wrong", at(row.number, row.lot), column="since", **values)
    for name, end in lots.items():
        for column in ("arisen", "as_received", *FATES):
            key = name, column
            stated = getattr(end, column)
            findings.equal("lot", at(*key), stated, sums[key], sums.scale(key), column=column)
        gone = sum(sums[name, column] for column in FATES)
        findings.equal("open", name, gone, sums[name, "arisen"])
        findings.equal(
            "remainder", name, end.remainder, end.arisen - sum(getattr(end, f) for f in FATES), end.arisen
        )


def _column(dates: Dates, row: Entry) -> str:
    """The column of `ledger_lots` that an entry counts in; blank where the lot goes on."""
    if row.event in LOT_COMES:
        return "arisen"
    return MEANS.get(dates.meaning(row.method, row.t), "") if row.event == "fed" else ENDS.get(row.event, "")


# ---------------------------------------------------------------- descent

Vessel = tuple[str, str, int, str]
"""Line, process, period, stream fed."""


def _descent(findings: Findings, book: Book, rows: list[Entry], ends: list[LotEnd]) -> None:
    """Parents and residues name each other as lines were fed."""
    becomes = _becomes(book, rows)
    parents: dict[str, set[str]] = defaultdict(set)
    residues: dict[str, set[str]] = defaultdict(set)
    tonnes: Tally[str] = Tally()
    for row in rows:
        if row.event == "fed":
            for lot, share in becomes.get((row.at, row.process, row.t, row.stream.name), {}).items():
                parents[lot].add(row.lot)
                residues[row.lot].add(lot)
                tonnes.add(row.lot, row.dry * share)
    for end in ends:
        findings.equal("residue", end.lot, end.residue, tonnes[end.lot], tonnes.scale(end.lot))
        for column, stated, right in (
            ("parents", end.parents, parents[end.lot]),
            ("residues", end.residues, residues[end.lot]),
        ):
            if set(filter(None, stated.split(";"))) == right:
                findings.rows += 1
            else:
                findings.fault(
                    "wrong",
                    end.lot,
                    column=column,
                    stated=stated or "–",
                    right=";".join(sorted(right)) or "–",
                )


def _becomes(book: Book, rows: list[Entry]) -> dict[Vessel, dict[str, float]]:
    """What a line is fed → the lots of residue in it, t per t fed; points of one process in proportion."""
    lots: dict[tuple[str, str, int, str], str] = {}
    for row in rows:
        if row.event == "made":
            lots[row.at, row.process, row.t, row.stream.name] = row.lot
    fed: Tally[Vessel] = Tally()
    made: dict[Vessel, Tally[str]] = defaultdict(Tally)
    for run in book.runs:
        own = run.fed
        if own.stream is None:
            continue
        vessel = own.line, own.process, own.t, own.stream.name
        fed.add(vessel, own.amount)
        for stream, amount in _residues(book, run):
            made[vessel].add(lots.get((own.line, own.process, own.t, stream.name), ""), amount * own.amount)
    return {
        vessel: {lot: tally[lot] / fed[vessel] for lot in tally if fed[vessel] > 0.0 and lot}
        for vessel, tally in made.items()
    }
