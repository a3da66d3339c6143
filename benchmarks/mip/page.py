"""Results of runs → `benchmarks/results/mip.md`: a table per instance, and the aims, met or missed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.mip.registry import INSTANCES, VARIANTS
from benchmarks.report import table

TIGHTER = 0.05
"""Aim: the links bring the bound of the relaxation down by this share of its amount ..."""

ON_AT_LEAST = 2
"""... on at least so many instances."""

NEAR = 0.01
"""Aim: so near the bound is the plan of ..."""

NEAR_INSTANCE, NEAR_AT = "guangxi", "60"
"""... this instance after so many seconds, with everything switched on."""

Record = Mapping[str, Any]
Results = Mapping[tuple[str, str], Record]


def read_results(folder: Path) -> dict[tuple[str, str], Record]:
    """(instance, variant) → result, of all that are there."""
    found = {}
    for path in sorted(folder.glob("*.json")):
        record = json.loads(path.read_text(encoding="utf-8"))
        found[record["instance"], record["variant"]] = record
    return found


@dataclass(frozen=True)
class Bounds:
    """Bounds of the relaxations of an instance, and what they are measured by. None where something is missing."""

    weak: float | None
    links: float | None
    best: float | None
    nothing: float | None

    @classmethod
    def of(cls, results: Results, instance: str) -> Bounds:
        """From the results of an instance; `best`: the best plan of all its runs."""
        mine = [record for (name, _), record in results.items() if name == instance]
        weak, links = (results.get((instance, variant)) for variant in ("weak", "links"))
        plans = [record["final"]["objective"] for record in mine]
        return cls(
            None if weak is None else weak["relaxation"]["bound"],
            None if links is None else links["relaxation"]["bound"],
            max((plan for plan in plans if plan is not None), default=None),
            None if weak is None else weak["relaxation"]["nothing_built"],
        )

    @property
    def tighter(self) -> float | None:
        """(weak − links) ÷ |weak|."""
        return self._share(None if self.weak is None else abs(self.weak))

    @property
    def of_gap(self) -> float | None:
        """(weak − links) ÷ (weak − best plan)."""
        return self._share(None if self.weak is None or self.best is None else self.weak - self.best)

    @property
    def of_worth(self) -> float | None:
        """(weak − links) ÷ (weak − relaxation with nothing built)."""
        return self._share(None if self.weak is None or self.nothing is None else self.weak - self.nothing)

    def _share(self, whole: float | None) -> float | None:
        if whole is None or self.weak is None or self.links is None or whole <= 0.0:
            return None
        return (self.weak - self.links) / whole


def page(results: Results) -> str:
    """The whole page."""
    instances = [name for name in INSTANCES if any(instance == name for instance, _ in results)]
    instances += sorted({instance for instance, _ in results} - set(INSTANCES))
    parts = [
        "# Benchmarks of the mixed-integer side",
        "Written by `make bench`; what is run and how stands in `docs/benchmarks.md`. Values in million CNY, "
        "maximised: a bound lies above every plan. One run each on one thread; seconds of the clock, of the solve "
        "alone. A gap is |plan − bound| ÷ |plan|, so it says little where a plan is worth next to nothing.",
        *_made_on(results),
        "## Verdict",
        "\n".join(f"- {line}" for line in verdict(results)),
        "## Bound of the relaxation",
        _relaxations(results, instances),
        *(f"## {name}\n\n{_facts(results, name)}\n\n{_readings(results, name)}" for name in instances),
    ]
    return "\n\n".join(parts) + "\n"


def verdict(results: Results) -> Iterator[str]:
    """Both aims with their numbers, whether met or missed."""
    shares = {name: Bounds.of(results, name).tighter for name in INSTANCES}
    known = {name: share for name, share in shares.items() if share is not None}
    count = sum(share >= TIGHTER for share in known.values())
    met = "met" if count >= ON_AT_LEAST else "missed" if len(known) == len(INSTANCES) else "not all run yet"
    numbers = "; ".join(f"{percent(share)} on {name}" for name, share in known.items()) or "no run yet"
    yield (
        f"Aim: links bring the bound of the relaxation down by at least {percent(TIGHTER)} of its amount on at "
        f"least {ON_AT_LEAST} instances: {numbers}; {met}."
    )
    record = results.get((NEAR_INSTANCE, VARIANTS[-1].name))
    known_at = None if record is None else record["readings"][NEAR_AT]
    gap = None if known_at is None else known_at["gap"]
    found = "no plan or no bound; missed"
    if record is None or record["limit_s"] < float(NEAR_AT):
        found = "not run yet" if record is None else f"not run for {NEAR_AT} s"
    if gap is not None:
        found = f"{percent(gap)}; {'met' if gap <= NEAR else 'missed'}"
    yield f"Aim: {NEAR_INSTANCE} within {percent(NEAR)} after {NEAR_AT} s with everything switched on: {found}."
    failed = [
        f"{instance} ({variant})"
        for (instance, variant), r in results.items()
        if r["final"]["audit"] is False
    ]
    if failed:
        yield f"Plans that failed their audit: {', '.join(failed)}."


def _made_on(results: Results) -> Iterator[str]:
    """Versions and machines; a warning where they are not the same for all."""
    if not results:
        return
    made = [json.dumps(record["versions"], sort_keys=True) for record in results.values()]
    for line in dict.fromkeys(made):
        said = ", ".join(f"{name} {value}" for name, value in json.loads(line).items())
        yield f"Versions ({made.count(line)} of {len(made)} runs): {said}."
    machines = [(record["machine"]["processor"], record["machine"]["cores"]) for record in results.values()]
    for one in dict.fromkeys(machines):
        yield f"Machine ({machines.count(one)} of {len(machines)} runs): {one[0]}, {one[1]} cores."
    if len(set(made)) > 1 or len(set(machines)) > 1:
        yield "**Not all runs were made by the same code on the same machine: run `make bench` again.**"


def _relaxations(results: Results, instances: Sequence[str]) -> str:
    head: tuple[str, ...] = ("instance", "nothing built", "weak", "+ links", "best plan")
    head += ("tighter, of the weak bound", "of weak bound − best plan", "of weak bound − nothing built")
    rows = []
    for name in instances:
        b = Bounds.of(results, name)
        shares = (percent(share) for share in (b.tighter, b.of_gap, b.of_worth))
        rows.append((name, *(million(value) for value in (b.nothing, b.weak, b.links, b.best)), *shares))
    words = (
        "All integers relaxed. The three shares are (weak − links) over the amount of the weak bound, over its "
        "distance from the best plan of all runs (what there was to gain), and over its distance from the relaxation "
        "in which nothing may be built (what the decisions are worth; none where something must be built). The first "
        "depends on where zero lies, the others do not."
    )
    return f"{words}\n\n{table(head, rows)}"


def _facts(results: Results, name: str) -> str:
    records = [results[name, v.name] for v in VARIANTS if (name, v.name) in results]
    sizes = {v.label: results[name, v.name]["size"] for v in VARIANTS if (name, v.name) in results}
    first = records[0]["size"]
    rows = ", ".join(f"{count:,} ({label})" for label, count in _distinct(sizes))
    seed = "" if records[0]["seed"] is None else f"Seed {records[0]['seed']}. "
    return (
        f"{seed}{first['columns']:,} columns, {first['integers']:,} of them integer, {first['builds']:,} of these "
        f"build decisions; rows: {rows}."
    )


def _distinct(sizes: Mapping[str, Mapping[str, int]]) -> Iterable[tuple[str, int]]:
    """(first variant of that many rows, rows)."""
    seen: dict[int, str] = {}
    for label, size in sizes.items():
        seen.setdefault(size["rows"], label)
    return [(label, rows) for rows, label in seen.items()]


def _readings(results: Results, name: str) -> str:
    mine = [results[name, v.name] for v in VARIANTS if (name, v.name) in results]
    times = list(dict.fromkeys(at for record in mine for at in record["readings"]))
    head = ("variant", *(f"{what}, {at} s" for at in times for what in ("plan", "bound", "gap")))
    head += ("ended", "after", "share of a core", "audit")
    rows = []
    for variant in VARIANTS:
        record = results.get((name, variant.name))
        if record is None:
            rows.append((variant.label, *("not run",) * 3 * len(times), "", "", "", ""))
            continue
        cells = [cell for at in times for cell in _reading(record["readings"].get(at))]
        final, share = record["final"], record["machine"]["core_share"]
        passed = {True: "passed", False: "FAILED", None: ""}[final["audit"]]
        rows.append(
            (variant.label, *cells, _ended(final), f"{final['seconds']:.0f} s", percent(share, 0), passed)
        )
    return table(head, rows)


def _ended(final: Record) -> str:
    holds = {"proved": "proved", "with_gap": "with a gap", "nothing": "without a plan"}[final["holds"]]
    return holds if final["stopped"] in ("optimal", "time", "gap") else f"{final['stopped']}, {holds}"


def _reading(known: Record | None) -> tuple[str, str, str]:
    if known is None:
        return "–", "–", "–"
    return million(known["objective"]), million(known["bound"]), percent(known["gap"], 2)


def million(value: float | None) -> str:
    """CNY in millions."""
    return "–" if value is None else f"{value / 1e6:,.2f}"


def percent(share: float | None, digits: int = 1) -> str:
    """A share in per cent."""
    return "–" if share is None else f"{100 * share:,.{digits}f} %"
