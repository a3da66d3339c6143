"""Blend shares and gates.

    min_share × Σ feeds ≤ Σ feeds that match the row ≤ max_share × Σ feeds      (line, process, point, period)
    blend, input:   Σ feed·v·(p + kσ) + Σ input·v·(p + kσ) ≤ limit × (Σ feed·v + Σ input·v)
    blend, output:  Σ feed·(retained·v·(p + kσ) − limit·yield·v[output]) + Σ input·retained·v·(p + kσ) ≤ 0
    blend, outlet or storage:   Σ delivered·v·(p + kσ − limit) ≤ 0;   put and placed together
    each:           p + kσ ≤ limit for every stream alone;
                    on an output: retained·v·(p + kσ) ≤ limit × yield·v[output]

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
from redmud_opt.plan.audit.conversion import Conversion
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

    @property
    def off(self) -> float:
        """By how much the average breaks its limit, in tonnes times the limit."""
        return self.excess / (abs(self.gate.limit) or 1.0)

    @property
    def terms(self) -> float:
        """The largest term of `off`."""
        return self.scale / (abs(self.gate.limit) or 1.0)

    @property
    def holds(self) -> bool:
        """Whether every component has a value and the average keeps the limit."""
        return not self.missing and self.off <= TOLERANCE * max(1.0, self.terms)

    def judge(self, findings: Findings, where: str) -> None:
        """The average keeps the limit, and every component has a value."""
        for name, weight in self.missing.items():
            findings.nothing(
                "no_assay", where, weight, gate=self.gate.name, material=name, property=self.gate.property
            )
        if any(weight > TOLERANCE for weight in self.missing.values()):
            return
        findings.at_most("broken", where, self.off, 0.0, self.terms, gate=self.gate.name)


def standing(book: Book) -> dict[str, list[Gate]]:
    """Gates by the process, outlet or storage that they stand at."""
    found: defaultdict[str, list[Gate]] = defaultdict(list)
    for gate in live(book.facts.case.gates):
        for place in book.facts.members(gate.at):
            found[place].append(gate)
    return dict(found)


def gates(book: Book) -> tuple[Check, ...]:
    """Every gate holds: on the average of what is mixed, or for every stream alone."""
    findings = Findings("gates")
    found = standing(book)
    for unit, runs in units(book).items():
        for gate in found.get(unit[1], ()):
            _at_process(findings, book, gate, unit, runs)
    for (place, t), rows in arriving(book).items():
        for gate in found.get(place, ()):
            _at_place(findings, book, gate, place, t, rows)
    return findings.checks()


def kind_of(book: Book, gate: Gate) -> str:
    """Mass average, or every material alone."""
    return gate.kind or book.facts.properties[gate.property].mixing


def _with_margin(gate: Gate, found: tuple[float, float] | None) -> float | None:
    """p + kσ, p − kσ for a minimum."""
    if found is None:
        return None
    return found[0] + (1.0 if gate.sense == "max" else -1.0) * gate.k_sigma * found[1]


def weight_of(book: Book, gate: Gate, material: str) -> float:
    """Tonnes that count per dry tonne."""
    wet = book.facts.properties[gate.property].basis == "wet"
    return book.facts.wet_per_dry(material) if wet else 1.0


def _component(
    blend: Blend, book: Book, lineage: Lineage | None, amount: float, becomes: Conversion | None = None
) -> None:
    """A stream against the limit: by its own mass, or on an output by what is made from it."""
    gate = blend.gate
    value = None if lineage is None else _with_margin(gate, book.conversions.assay(lineage, gate.property))
    if becomes is not None and gate.output:
        limit = gate.limit * becomes.yield_of(gate.output) * weight_of(book, gate, gate.output)
        if lineage is None:
            blend.add("", amount, 0.0, limit)
        else:
            kept = gate.retained * weight_of(book, gate, lineage.material)
            blend.add(lineage.material, amount, None if value is None else kept * value, limit)
    elif lineage is not None:
        blend.add(lineage.material, amount * weight_of(book, gate, lineage.material), value, gate.limit)


def _inputs(blend: Blend, book: Book, amount: float, becomes: Conversion) -> None:
    """Fixed inputs in tonnes enter the average; on an output they bring their content and no mass."""
    gate = blend.gate
    for taken in becomes.inputs:
        if not book.facts.in_tonnes(taken.material):
            continue
        value = _with_margin(gate, book.facts.assays.get((taken.material, gate.property)))
        kept = gate.retained if gate.output else 1.0
        weight = amount * taken.amount * weight_of(book, gate, taken.material)
        blend.add(
            taken.material,
            weight,
            None if value is None else kept * value,
            0.0 if gate.output else gate.limit,
        )


def admits(
    book: Book, gates: Iterable[Gate], lineage: Lineage | None, becomes: Conversion | None = None
) -> bool:
    """Whether a stream may enter a place by those of its gates that hold for every stream alone."""
    for gate in gates:
        if kind_of(book, gate) == "each":
            own = Blend(gate)
            _component(own, book, lineage, 1.0, becomes)
            if not own.holds:
                return False
    return True


def _at_process(findings: Findings, book: Book, gate: Gate, unit: Unit, runs: list[Run]) -> None:
    line, process, point, t = unit
    each = kind_of(book, gate) == "each"
    whole = Blend(gate)
    for fed, _, becomes in runs:
        own = Blend(gate) if each else whole
        _component(own, book, fed.stream.lineage if fed.stream else None, fed.amount, becomes)
        if each:
            own.judge(findings, book.where(t, line, process, point, fed.stream.name if fed.stream else ""))
        else:
            _inputs(own, book, fed.amount, becomes)
    if not each:
        whole.judge(findings, book.where(t, line, process, point))


def arriving(book: Book) -> dict[tuple[str, int], list[tuple[Stream, float]]]:
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
    each = kind_of(book, gate) == "each"
    whole = Blend(gate)
    for stream, amount in rows:
        own = Blend(gate) if each else whole
        _component(own, book, stream.lineage, amount)
        if each:
            own.judge(findings, book.where(t, place, stream.name))
    if not each:
        whole.judge(findings, book.where(t, place))
