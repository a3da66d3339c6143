"""Composition of what is delivered, made and fed, and the margin at every gate, reckoned anew.

    mean = Σ x·v·p ÷ Σ x·v,  σ = Σ x·v·σ ÷ Σ x·v;     blank where a part has no value
    slack = limit − mean − k·σ,  of a minimum mean − k·σ − limit

At a gate on an output: Σ x·v·retained·p over Σ x·yield·v[output]. What there is, and no other row, is stated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import nan

from redmud_opt.case.works import Gate
from redmud_opt.plan.audit.blending import arriving, kind_of, standing, units, weight_of
from redmud_opt.plan.audit.book import Book, Run
from redmud_opt.plan.audit.checks import TOLERANCE, Check, Findings, at
from redmud_opt.plan.audit.facts import live
from redmud_opt.plan.audit.streams import Lineage

Part = tuple[Lineage, float]
Key = tuple[str, ...]


def composition(book: Book) -> tuple[Check, ...]:
    """Every composition that is stated is that of what was moved, and none but of traces is left out."""
    findings = Findings("composition")
    if book.composition is None:
        return findings.checks()
    stated: dict[Key, tuple[float, ...]] = {}
    for row in book.composition:
        stream, period = row.stream.name if row.stream else "", "" if row.t is None else book.period(row.t)
        place = (row.kind, row.at, row.process, row.point, stream, period, row.property)
        stated[place] = (row.mean, row.sigma, row.amount)
    every = dict(_composed(book))
    expected = {key: own for key, own in every.items() if key in stated or not own[-1] <= TOLERANCE}
    _compare(findings, stated, expected, ("mean", "sigma", "amount_t"))
    return findings.checks()


def margins(book: Book) -> tuple[Check, ...]:
    """Every gate that something passed is stated with its margin."""
    findings = Findings("margins")
    if book.gate_margins is None:
        return findings.checks()
    stated: dict[Key, tuple[float, ...]] = {}
    for row in book.gate_margins:
        stream = row.stream.name if row.stream else ""
        place = (row.gate, row.at, row.line, row.point, stream, book.period(row.t), row.property, row.sense)
        stated[place] = (row.mean, row.margin, row.limit, row.slack)
    expected = dict(_margins(book))
    _compare(findings, stated, expected, ("mean", "margin", "limit", "slack"))
    return findings.checks()


def _compare(
    findings: Findings,
    stated: dict[Key, tuple[float, ...]],
    expected: dict[Key, tuple[float, ...]],
    columns: tuple[str, ...],
) -> None:
    for key in expected.keys() - stated.keys():
        findings.fault("left_out", at(*key))
    for key, said in stated.items():
        if key not in expected:
            findings.fault("no_such", at(*key))
            continue
        scale = max((abs(number) for number in expected[key] if number == number), default=0.0)
        for column, one, other in zip(columns, said, expected[key], strict=True):
            if one != one and other != other:
                findings.rows += 1
            elif one != one or other != other:
                findings.fault("known_or_not", at(*key), column=column)
            else:
                findings.equal("differs", at(*key), one, other, scale, column=column)


def _average(book: Book, parts: Iterable[Part], name: str, over: float | None = None) -> tuple[float, float]:
    """Mean and σ over the weight of the parts, or over another; NaN where a part has no value."""
    whole = mean = sigma = 0.0
    for lineage, amount in parts:
        if amount:
            value, spread = book.conversions.assay(lineage, name) or (nan, nan)
            whole, mean, sigma = whole + amount, mean + amount * value, sigma + amount * spread
    whole = whole if over is None else over
    return (mean / whole, sigma / whole) if whole else (nan, nan)


def _asked_for(book: Book) -> list[str]:
    gated = {gate.property for gate in live(book.facts.case.gates)}
    return [row.name for row in live(book.facts.case.properties) if row.element or row.name in gated]


# ---------------------------------------------------------------- composition


def _composed(book: Book) -> Iterator[tuple[Key, tuple[float, ...]]]:
    for sold in book.sales:
        for name, value in _known(book, sold.stream.lineage):
            key = ("delivered", sold.outlet, "", "", sold.stream.name, book.period(sold.t), name)
            yield key, (*value, sold.amount)
    sums: dict[tuple[str, str], float] = {}
    for (_, process, stream, _), amount in book.making.sums.items():
        sums[process, stream] = sums.get((process, stream), 0.0) + amount
    for (process, stream), amount in sums.items():
        lineage = book.reader.lineage(stream.partition("@")[0])
        for name, value in _known(book, lineage):
            yield ("made", process, process, lineage.point, stream, "", name), (*value, amount)
    for (line, process, point, t), runs in units(book).items():
        parts = [part for run in runs for part in _taken(book, run)]
        for name in _asked_for(book) if parts else ():
            weighed = [(one, amount * _wet(book, name, one.material)) for one, amount in parts]
            amount = sum(amount for _, amount in parts)
            yield (
                ("fed", line, process, point, "", book.period(t), name),
                (*_average(book, weighed, name), amount),
            )


def _known(book: Book, lineage: Lineage) -> Iterator[tuple[str, tuple[float, float]]]:
    asked = _asked_for(book)
    for row in live(book.facts.case.properties) if book.facts.in_tonnes(lineage.material) else ():
        value = book.conversions.assay(lineage, row.name)
        if value is not None or row.name in asked:
            yield row.name, value or (nan, nan)


def _taken(book: Book, run: Run) -> Iterator[Part]:
    if run.fed.stream is not None and book.facts.in_tonnes(run.fed.stream.material):
        yield run.fed.stream.lineage, run.fed.amount
    yield from _inputs(book, run)


def _inputs(book: Book, run: Run) -> Iterator[Part]:
    for taken in run.becomes.inputs:
        if book.facts.in_tonnes(taken.material):
            yield Lineage(taken.material, taken.material), run.fed.amount * taken.amount


def _wet(book: Book, name: str, material: str) -> float:
    return book.facts.wet_per_dry(material) if book.facts.properties[name].basis == "wet" else 1.0


# ---------------------------------------------------------------- margins


def _margins(book: Book) -> Iterator[tuple[Key, tuple[float, ...]]]:
    found = standing(book)
    for (line, process, point, t), runs in units(book).items():
        for gate in found.get(process, ()):
            for name, own in _apart(book, gate, runs):
                seen = _through(book, gate, own)
                if seen is not None:
                    key = (gate.name, process, line, point, name, book.period(t))
                    yield (*key, gate.property, gate.sense), _judged(gate, *seen)
    for (place, t), rows in arriving(book).items():
        for gate in found.get(place, ()):
            sums: dict[str, Part] = {}
            for stream, amount in rows:
                if amount:
                    name = stream.name if kind_of(book, gate) == "each" else ""
                    whole = amount * weight_of(book, gate, stream.material)
                    sums[f"{name}|{stream.name}"] = (
                        stream.lineage,
                        whole + sums.get(f"{name}|{stream.name}", (None, 0.0))[1],
                    )
            for name in dict.fromkeys(key.partition("|")[0] for key in sums):
                parts = [part for key, part in sums.items() if key.partition("|")[0] == name]
                key = (gate.name, place, "", "", name, book.period(t))
                yield (*key, gate.property, gate.sense), _judged(gate, *_average(book, parts, gate.property))


def _apart(book: Book, gate: Gate, runs: list[Run]) -> Iterator[tuple[str, list[Run]]]:
    """What a gate judges together: all runs of a vessel, or every feed alone."""
    if kind_of(book, gate) == "blend":
        yield "", runs
    else:
        yield from ((run.fed.stream.name, [run]) for run in runs if run.fed.stream is not None)


def _through(book: Book, gate: Gate, runs: list[Run]) -> tuple[float, float] | None:
    parts: list[Part] = []
    made = 0.0
    for run in runs:
        if run.fed.stream is not None:
            parts.append((run.fed.stream.lineage, run.fed.amount))
        if kind_of(book, gate) == "blend":
            parts += _inputs(book, run)
        if gate.output:
            made += run.fed.amount * run.becomes.yield_of(gate.output) * weight_of(book, gate, gate.output)
    kept = gate.retained if gate.output else 1.0
    weighed = [(one, amount * kept * weight_of(book, gate, one.material)) for one, amount in parts]
    if gate.output and made <= 0.0:
        return None
    return _average(book, weighed, gate.property, made if gate.output else None)


def _judged(gate: Gate, mean: float, sigma: float) -> tuple[float, ...]:
    margin = gate.k_sigma * sigma
    slack = gate.limit - mean - margin if gate.sense == "max" else mean - margin - gate.limit
    return mean, margin, gate.limit, slack
