"""Measurements → a small Markdown page for `benchmarks/results/latest.md`."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import astuple
from importlib.metadata import version

from benchmarks.measure import PHASES, Measured, total

PACKAGES = ("redmud_opt", "pyomo", "linopy", "highspy", "numpy", "scipy", "pandas", "xarray")
WORDS = {"bare": "bare arrays", "ours": "ours", "linopy": "linopy, sparse mode", "pyomo": "plain Pyomo"}
AIM = 3.0
"""Ours over bare arrays at the largest size."""


def page(measured: Sequence[Measured]) -> str:
    """The whole page."""
    parts = [
        "# Benchmarks: the latest run",
        "Written by `make bench`; what is measured and how stands in `docs/benchmarks.md`. CPU seconds of one "
        "thread; each phase is the fastest over all runs, totals and ratios add those up.",
        _versions(),
        "## Verdict",
        _verdict(measured),
        "## Instances",
        _instances(measured),
        "## Build + transfer + frames",
        *(f"### {one.spec.name}\n\n{_peers(one)}" for one in measured),
        "## Ours, split",
        _split(measured),
        "## HiGHS on the same model, for context",
        _solves(measured),
    ]
    return "\n\n".join(parts) + "\n"


def _versions() -> str:
    found = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return f"Python {platform.python_version()}, {found}; {os.cpu_count()} cores, one process, one thread of HiGHS."


def _verdict(measured: Sequence[Measured]) -> str:
    lines = []
    largest = max(measured, key=lambda one: one.size[0])
    if {"ours", "bare"} <= largest.runs.keys():
        ratio = largest.ratio("ours")
        met = "met" if ratio <= AIM else "missed"
        lines.append(f"- Aim at most {AIM:.0f}× bare arrays at the largest size: {ratio:.2f}×, {met}.")
    both = [one for one in measured if {"ours", "linopy"} <= one.runs.keys()]
    if both:
        behind = [one.spec.name for one in both if total(one.best("ours")) >= total(one.best("linopy"))]
        met = "missed at " + ", ".join(behind) if behind else "met"
        ratios = [(total(one.best("linopy")) / total(one.best("ours")), one.spec.name) for one in both]
        times = "; ".join(f"{ratio:.1f}× at {name}" for ratio, name in ratios)
        lines.append(f"- Aim ahead of linopy at every size: linopy takes {times}; {met}.")
    return "\n".join(lines) or "Nothing to compare."


def _instances(measured: Iterable[Measured]) -> str:
    head = ("name", "sites", "wastes", "quarters", "seed", "columns", "rows", "non-zeros", "case → network")
    rows = [
        (*astuple(one.spec), *(f"{count:,}" for count in one.size), f"{one.network_s:.3f}")
        for one in measured
    ]
    return table(head, rows)


def _peers(one: Measured) -> str:
    head = ("peer", *PHASES, "total", "median run", "fastest by the clock", "runs", "× bare arrays")
    rows = []
    for name, runs in one.runs.items():
        best = one.best(name)
        phases = [f"{best[phase]:.4f}" for phase in PHASES]
        ratio = f"{one.ratio(name):.1f}" if "bare" in one.runs else ""
        seconds = [f"{value:.4f}" for value in (total(best), one.median(name), best["wall"])]
        rows.append((WORDS[name], *phases, *seconds, len(runs), ratio))
    return table(head, rows)


def _split(measured: Iterable[Measured]) -> str:
    head = ("size", "network", "declare", "compile", "transfer", "frames")
    rows = []
    for one in measured:
        if "ours" in one.runs:
            best = one.best("ours")
            parts = [best[part] for part in ("declare", "compile", "transfer", "frames")]
            rows.append((one.spec.name, f"{one.network_s:.4f}", *(f"{part:.4f}" for part in parts)))
    return table(head, rows)


def _solves(measured: Iterable[Measured]) -> str:
    head = ("size", "solver", "seconds", "optimum", "modelling layer, share of layer + solve")
    rows = []
    for one in measured:
        ours = total(one.best("ours")) if "ours" in one.runs else float("nan")
        for solve in one.solves:
            share = f"{100 * ours / (ours + solve.seconds):.1f} %"
            seconds, optimum = f"{solve.seconds:.2f}", f"{solve.objective or 0.0:,.0f}"
            if solve.objective is None:
                seconds, optimum, share = f"> {seconds}, stopped", "-", f"< {share}"
            rows.append((one.spec.name, solve.solver, seconds, optimum, share))
    return table(head, rows)


def table(head: Sequence[object], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table, first column to the left and the others to the right."""
    lines = [head, ("---", *("---:" for _ in head[1:])), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)
