"""Blend shares and gates.

    min_share × Σ feeds ≤ Σ feeds that match the row ≤ max_share × Σ feeds      (line, process, point, period)
    blend, input:   Σ feed·v·(p + kσ) + Σ input·v·p ≤ limit × (Σ feed·v + Σ input·v)
    blend, output:  Σ feed·(retained·(p + kσ) − limit·yield) + Σ input·retained·p ≤ 0
    blend, outlet or storage:   Σ delivered·v·(p + kσ − limit) ≤ 0;   put and placed together
    each:           p + kσ ≤ limit for every stream alone;  on an output: retained·(p + kσ) ≤ limit × yield

Rows are weighed after division by the limit, so that their terms are tonnes. A minimum turns the signs,
with p − kσ. v = 1 for a dry property, 1 ÷ (1 − moisture) for a wet one; inputs are fixed inputs in tonnes,
solid or not. A composition that nobody states fails its gate. MODEL.md rule 4.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from redmud_opt.case.works import Feed, Gate
from redmud_opt.plan.audit.book import Book, Run
from redmud_opt.plan.audit.checks import TOLERANCE, Check, Findings, Tally
from redmud_opt.plan.audit.facts import live
from redmud_opt.plan.audit.streams import Lineage, Stream

Unit = tuple[str, str, str, int]  # line, process, point, period


def units(book: Book) -> dict[Unit, list[Run]]:
    """Feeds by the (line, process, point, period) that mixes them."""
    found: defaultdict[Unit, list[Run]] = defaultdict(list)
    for run in book.runs:
        found[run.fed.line, run.fed.process, run.fed.point, run.fed.t].append(run)
    return found


def shares(book: Book) -> tuple[Check, ...]:
    """Every feed row of a running process keeps within its shares of the total feed."""
    findings = Findings("shares")
    for (line, process, point, t), runs in units(book).items():
        rows = book.facts.feeds.get(process, [])
        total = sum(run.fed.amount for run in runs)
        fed: Tally[int] = Tally()
        for run in runs:
            if run.fed.stream is not None:
                row = book.conversions.feed_row(process, point, run.fed.stream.material)
                fed.add(_number(rows, row), run.fed.amount)
        for number, row in enumerate(rows):
            if row.point not in ("", point):
                continue
            where = book.where(t, line, process, point, row.material)
            findings.at_most(
                "over_share", where, fed[number], row.max_share * total, total, material=row.material
            )
            if not _overruled(book, row, process, point):
                least = row.min_share * total
                findings.at_least("under_share", where, fed[number], least, total, material=row.material)
    return findings.checks()


def _number(rows: list[Feed], row: Feed | None) -> int:
    return next((number for number, own in enumerate(rows) if own is row), -1)


def _overruled(book: Book, row: Feed, process: str, point: str) -> bool:
    """Whether more specific rows hold for all that a row names at a point."""
    names = book.facts.members(row.material)
    return all(book.conversions.feed_row(process, point, name) is not row for name in names)


@dataclass
class Blend:
    """A mass average against a limit: Σ weight·(value − limit), with its largest term."""

    gate: Gate
    excess: float = 0.0
    scale: float = 0.0
    missing: dict[str, float] = field(default_factory=dict)

    def add(self, name: str, weight: float, value: float | None, limit: float) -> None:
        """One component: its mass, its value, the limit times its share of the whole."""
        if value is None:
            self.missing[name] = self.missing.get(name, 0.0) + weight
            return
        sign = 1.0 if self.gate.sense == "max" else -1.0
        self.excess += sign * weight * (value - limit)
        self.scale = max(self.scale, abs(weight * value), abs(weight * limit))

    def judge(self, findings: Findings, where: str) -> None:
        """The average keeps the limit, and every component has a value."""
        for name, weight in self.missing.items():
            findings.nothing(
                "no_assay", where, weight, gate=self.gate.name, material=name, property=self.gate.property
            )
        if any(weight > TOLERANCE for weight in self.missing.values()):
            return
        per = abs(self.gate.limit) or 1.0
        findings.at_most("broken", where, self.excess / per, 0.0, self.scale / per, gate=self.gate.name)


def gates(book: Book) -> tuple[Check, ...]:
    """Every gate holds: on the average of what is mixed, or for every stream alone."""
    findings = Findings("gates")
    standing: defaultdict[str, list[Gate]] = defaultdict(list)
    for gate in live(book.facts.case.gates):
        for place in book.facts.members(gate.at):
            standing[place].append(gate)
    for unit, runs in units(book).items():
        for gate in standing.get(unit[1], ()):
            _at_process(findings, book, gate, unit, runs)
    for (place, t), rows in _arriving(book).items():
        for gate in standing.get(place, ()):
            _at_place(findings, book, gate, place, t, rows)
    return findings.checks()


def _kind(book: Book, gate: Gate) -> str:
    return gate.kind or book.facts.properties[gate.property].mixing


def _value(book: Book, gate: Gate, lineage: Lineage) -> float | None:
    """p + kσ of a stream, p − kσ for a minimum."""
    found = book.conversions.assay(lineage, gate.property)
    if found is None:
        return None
    return found[0] + (1.0 if gate.sense == "max" else -1.0) * gate.k_sigma * found[1]


def _weight(book: Book, gate: Gate, material: str) -> float:
    wet = book.facts.properties[gate.property].basis == "wet"
    return book.facts.wet_per_dry(material) if wet else 1.0


def _at_process(findings: Findings, book: Book, gate: Gate, unit: Unit, runs: list[Run]) -> None:
    line, process, point, t = unit
    each = _kind(book, gate) == "each"
    whole = Blend(gate)
    for fed, _, becomes in runs:
        own = Blend(gate) if each else whole
        kept = gate.retained if gate.output else 1.0
        limit = gate.limit * (becomes.yield_of(gate.output) if gate.output else 1.0)
        if fed.stream is not None:
            value = _value(book, gate, fed.stream.lineage)
            weight = fed.amount * (1.0 if gate.output else _weight(book, gate, fed.stream.material))
            own.add(fed.stream.material, weight, None if value is None else kept * value, limit)
        elif gate.output:
            own.add("", fed.amount, 0.0, limit)
        if not each:
            _inputs(
                own,
                book,
                gate,
                run=(fed.amount, kept),
                taken=[(i.material, i.amount) for i in becomes.inputs],
            )
        else:
            own.judge(findings, book.where(t, line, process, point, fed.stream.name if fed.stream else ""))
    if not each:
        whole.judge(findings, book.where(t, line, process, point))


def _inputs(
    blend: Blend, book: Book, gate: Gate, run: tuple[float, float], taken: Iterable[tuple[str, float]]
) -> None:
    """Fixed inputs in tonnes enter the average; on an output they bring their content and no mass."""
    amount, kept = run
    for material, per_t in taken:
        if not book.facts.in_tonnes(material):
            continue
        row = book.facts.assays.get((material, gate.property))
        value = None if row is None else kept * row.value
        weight = amount * per_t * (1.0 if gate.output else _weight(book, gate, material))
        blend.add(material, weight, value, 0.0 if gate.output else gate.limit)


def _arriving(book: Book) -> dict[tuple[str, int], list[tuple[Stream, float]]]:
    """(outlet or storage, period) → what is delivered, put or placed there."""
    found: defaultdict[tuple[str, int], list[tuple[Stream, float]]] = defaultdict(list)
    for sold in book.sales:
        found[sold.outlet, sold.t].append((sold.stream, sold.amount))
    for kept in book.stocks:
        found[kept.storage, kept.t].append((kept.stream, kept.put))
    for placed in book.placements:
        found[placed.storage, placed.t].append((placed.stream, placed.amount))
    return found


def _at_place(
    findings: Findings, book: Book, gate: Gate, place: str, t: int, rows: list[tuple[Stream, float]]
) -> None:
    each = _kind(book, gate) == "each"
    whole = Blend(gate)
    for stream, amount in rows:
        own = Blend(gate) if each else whole
        value = _value(book, gate, stream.lineage)
        own.add(stream.material, amount * _weight(book, gate, stream.material), value, gate.limit)
        if each:
            own.judge(findings, book.where(t, place, stream.name))
    if not each:
        whole.judge(findings, book.where(t, place))
