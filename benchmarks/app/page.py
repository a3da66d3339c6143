"""Measurements → a small Markdown page for `benchmarks/results/app.md`."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version

from benchmarks.app.measures import Cancel, Click, Crowd, Load, Memory
from benchmarks.report import table

PACKAGES = ("redmud_opt", "streamlit", "plotly", "pandas", "pyarrow")
CANCEL_S = 5.0
BUSY = 0.5
"""Load of the machine before anything was measured, per core, above which the seconds of a clock mean little."""


@dataclass
class Found:
    """What was measured; what was not asked for is empty."""

    load: float
    quiet: dict[str, Load] = field(default_factory=dict)
    loaded: dict[str, Load] = field(default_factory=dict)
    sides: dict[str, dict[str, float]] = field(default_factory=dict)
    up_s: float = 0.0
    solves: int = 2
    clicks: list[Click] = field(default_factory=list)
    cancels: list[Cancel] = field(default_factory=list)
    memory: Memory | None = None
    crowd: Crowd | None = None


def page(found: Found) -> str:
    """The whole page."""
    parts = [
        "# The app: the latest run",
        "Written by `make bench-app`; what is measured and how stands in `docs/app.md`. Seconds of a clock unless "
        "CPU is said: those are CPU seconds of the server process.",
        _machine(found),
    ]
    if found.quiet:
        parts += ["## Pages, in a browser", _pages(found)]
    if found.sides:
        parts += ["## Reruns of the plan page, CPU seconds", _sides(found.sides)]
    if found.clicks:
        parts += ["## From the click on Run", _clicks(found.clicks)]
    if found.cancels:
        parts += ["## From the click on Cancel", _cancels(found.cancels)]
    if found.memory is not None:
        parts += ["## Resident memory of the server, MB", _memory(found.memory)]
    if found.crowd is not None:
        parts += ["## Many at once", _crowd(found.crowd)]
    return "\n\n".join(parts) + "\n"


def _machine(found: Found) -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    cores = os.cpu_count() or 1
    words = (
        f"Python {platform.python_version()}, {packages}; {cores} cores, load {found.load:.1f} at the start."
    )
    if found.load > BUSY * cores:
        words += " **The machine was busy with other work: seconds of a clock say little, CPU seconds hold.**"
    return words


def _pages(found: Found) -> str:
    head = ("page", "first", "warm", "CPU of a warm load", "CPU of a rerun")
    busy = ("first, solving", "warm, solving", "× first", "× warm") if found.loaded else ()
    rows = []
    for name, one in found.quiet.items():
        numbers = [one.first_s, _middle(one.warm_s), _middle(one.warm_cpu_s), one.again_cpu_s]
        other = found.loaded.get(name)
        if other is not None:
            first_s, warm_s = other.first_s, _middle(other.warm_s)
            numbers += [first_s, warm_s, first_s / one.first_s, warm_s / _middle(one.warm_s)]
        rows.append((name, *(f"{number:.2f}" for number in numbers)))
    told = [
        "First: the first time that this server shows the page, in a new tab; warm: again in a new tab, English and "
        f"Chinese in turn. The server answered {found.up_s:.1f} s after its start; the very first page also imports "
        "the program.",
        table((*head, *busy), rows),
    ]
    if found.loaded:
        ratios = [
            _middle(found.loaded[name].warm_s) / _middle(one.warm_s) for name, one in found.quiet.items()
        ]
        middle = f"{_middle(ratios):.1f}"
        told.insert(1, f"Solving: the same with {found.solves} solves going on: × {middle} (median, warm).")
    return "\n\n".join(told)


def _middle(numbers: Sequence[float]) -> float:
    return statistics.median(numbers)


def _sides(sides: Mapping[str, Mapping[str, float]]) -> str:
    cases = list(next(iter(sides.values())))
    rows = [(side, *(f"{of_case[case]:.2f}" for case in cases)) for side, of_case in sides.items()]
    return table(("side of the plan", *cases), rows)


def _clicks(clicks: Sequence[Click]) -> str:
    rows = [
        (words, f"{statistics.median(numbers):.2f}", f"{max(numbers):.2f}")
        for words, numbers in (
            ("the page of the run answers", [one.answered_s for one in clicks]),
            ("it shows a running step", [one.running_s for one in clicks]),
        )
    ]
    return table(("until", "median", f"worst of {len(clicks)}"), rows)


def _cancels(cancels: Sequence[Cancel]) -> str:
    rows = [
        (one.what, one.clicked_in, one.ended_as, f"{one.gone_s:.2f}", f"{one.shown_s:.2f}") for one in cancels
    ]
    missed = ", ".join(one.what for one in cancels if one.shown_s > CANCEL_S)
    met = f"missed by: {missed}" if missed else "met"
    return (
        table(("solve", "clicked in", "ended as", "worker gone", "end shown"), rows)
        + f"\n\nAim at most {CANCEL_S:.0f} s: {met}. `done` keeps the plan that the "
        "solver held, `cancelled` nothing."
    )


def _memory(memory: Memory) -> str:
    reruns = [(f"{number} reruns of the plan page", f"{mb:.0f}") for number, mb in memory.by_reruns.items()]
    sessions = [
        (f"before {memory.sessions} sessions", f"{memory.before_sessions:.0f}"),
        ("most while they come and go", f"{memory.at_most:.0f}"),
        ("after the last has gone", f"{memory.after_sessions:.0f}"),
    ]
    return table(("when", "MB"), [*reruns, *sessions])


def _crowd(crowd: Crowd) -> str:
    rows = [
        ("rerun, alone", f"{crowd.alone_s:.2f}", ""),
        (f"rerun, {crowd.sessions} at once", f"{_middle(crowd.each_s):.2f}", f"{max(crowd.each_s):.2f}"),
        (f"opening, {crowd.sessions} at once", f"{_middle(crowd.first_s):.2f}", f"{max(crowd.first_s):.2f}"),
    ]
    return table(("page of the plan", "median", "worst"), rows)
