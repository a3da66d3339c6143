"""`python -m benchmarks.resolves`: what it costs to ask a plan one question more, beside the solve itself.

Whole numbers are fixed: an LP that stays warm. Four ways of asking for 5 % more of one thing, side by side:

- bare: `changeRowBounds` of HiGHS on the rows of the thing, and run: the floor, and a number that what is derived
  from the amount (links, greatest loads, bounds of columns) does not follow;
- in place: the same rows changed in the model, which is compiled and handed over again;
- case, rows only: another case whose network is met again (`network.reuse`), its model built anew;
- case: another case whose network and model are derived from nothing, which is what `study.worth` does.

CPU seconds of one thread, the fastest of each phase over all turns. Writes `benchmarks/results/resolves.md`.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import numpy as np

from benchmarks.mip.registry import MIP_TINY, case_named
from redmud_opt.case import Case
from redmud_opt.model import build_model
from redmud_opt.model.arrays import StandardForm, compile
from redmud_opt.network import Network
from redmud_opt.network.build import derive_network
from redmud_opt.network.reuse import with_amounts
from redmud_opt.solve import Options, Session
from redmud_opt.study.asking import Base, fix_whole, prepare
from redmud_opt.study.worth import Thing, things_of
from redmud_opt.study.worth.local import Local
from redmud_opt.study.worth.measure import SHARES

RESULTS = Path(__file__).parent / "results" / "resolves.md"

PHASES = ("network", "build", "compile", "update", "solver")

WAYS = ("bare", "in place", "case, rows only", "case")

INSTANCES: dict[str, float] = {"guangxi": 0.05, "builds_600": 0.3}
"""Instance of `benchmarks.mip` → gap at which its plan is good enough to be asked; the questions are timed."""

ROW_ONLY = ("limit", "permit", "approval", "budget")
"""Kinds whose amount stands in rows only: all four ways must agree on them."""


@dataclass
class Asked:
    """One question on one instance. runs: way → phases of each turn; gain: way → what it found [CNY]."""

    instance: str
    thing: str
    gain: dict[str, float] = field(default_factory=dict)
    runs: dict[str, list[dict[str, float]]] = field(default_factory=dict)

    def best(self, way: str) -> dict[str, float]:
        """The fastest of each phase."""
        return {phase: min(run.get(phase, 0.0) for run in self.runs[way]) for phase in PHASES}

    def non_solve(self, way: str) -> float:
        """All but the solver, seconds."""
        return sum(seconds for phase, seconds in self.best(way).items() if phase != "solver")


class Clock:
    """CPU seconds of phases."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.process_time()

    def lap(self, phase: str) -> None:
        """What has passed since the last lap belongs to this phase."""
        now = time.process_time()
        self.seconds[phase] = self.seconds.get(phase, 0.0) + now - self._last
        self._last = now


class Asking:
    """A plan and the ways of asking it, each with a warm session of its own."""

    def __init__(self, case: Case, gap: float) -> None:
        self.base = Base.solved(case, Options(gap=gap, time_limit_s=120.0))
        self.local = Local.of(self.base)
        self.sessions = {way: Session() for way in WAYS}
        for session in self.sessions.values():
            self._solved(session, self._form(self.base.network, Clock()), Clock())

    def things(self) -> Iterator[Thing]:
        """The line, and the thing that stands in rows only, that promise most."""
        tight = [
            t for t in things_of(self.base.model, self.base.network) if t.built and self.local.dual(t).tight
        ]
        for kinds in (("line",), ROW_ONLY):
            mine = [thing for thing in tight if thing.kind in kinds and thing.sense]
            if mine:
                yield max(mine, key=lambda thing: (self.local.dual(thing).cny_per_unit or 0.0) * thing.amount)

    def ask(self, way: str, thing: Thing) -> tuple[float, dict[str, float]] | None:
        """(gain, phases) of 5 % more; None where this way cannot ask for it."""
        more = thing.sense * SHARES["5 %"] * thing.amount
        clock, session = Clock(), self.sessions[way]
        if way == "bare":
            value = self._bare(session, thing, more, clock)
        elif way == "in place":
            with self.base.changed() as model:
                for part in thing.parts:
                    rows = model.component(part.family)
                    bound = rows.upper_bound if thing.sense > 0 else rows.lower_bound
                    bound[part.rows] += part.weight * more
                fix_whole(model, self.base.whole)
                form = compile(model)
            clock.lap("compile")
            value = self._solved(session, form, clock)
        else:
            case = thing.changed(self.base.case, more)
            network = (
                with_amounts(self.base.network, case) if way == "case, rows only" else derive_network(case)
            )
            clock.lap("network")
            if network is None:
                return None
            value = self._solved(session, self._form(network, clock), clock)
        gain = value - (self.local.answer.value_cny or 0.0)
        self._back(way)
        return gain, clock.seconds

    def _form(self, network: Network, clock: Clock) -> StandardForm:
        model = build_model(network)
        clock.lap("build")
        prepare(model, network, self.base.outcome.held)
        fix_whole(model, self.base.whole)
        form = compile(model)
        clock.lap("compile")
        return form

    def _bare(self, session: Session, thing: Thing, more: float, clock: Clock) -> float:
        form, highs, scaling = session.form, session._highs, session.scaling
        assert form is not None
        assert scaling is not None
        lower, upper = form.row_lower.copy(), form.row_upper.copy()
        for part in thing.parts:
            start = next(start for name, start, _ in form.row_blocks if name == part.family)
            (upper if thing.sense > 0 else lower)[start + part.rows] += part.weight * more
        changed = np.flatnonzero((lower != form.row_lower) | (upper != form.row_upper))
        clock.lap("compile")
        for row in changed.tolist():
            factor = 2.0 ** float(scaling.row[row])
            highs.changeRowBounds(row, lower[row] * factor, upper[row] * factor)
        clock.lap("update")
        outcome = session.run()
        clock.lap("solver")
        assert outcome.objective is not None
        for row in changed.tolist():
            factor = 2.0 ** float(scaling.row[row])
            highs.changeRowBounds(row, form.row_lower[row] * factor, form.row_upper[row] * factor)
        session.run()
        return outcome.objective

    def _solved(self, session: Session, form: StandardForm, clock: Clock) -> float:
        session.update(form)
        clock.lap("update")
        outcome = session.run()
        clock.lap("solver")
        assert outcome.objective is not None, outcome.stopped
        return outcome.objective

    def _back(self, way: str) -> None:
        """The session at the plan again, so that every turn begins at the same basis."""
        if way != "bare":
            self._solved(self.sessions[way], self._form(self.base.network, Clock()), Clock())


def measured(name: str, turns: int) -> list[Asked]:
    """All ways on all questions of an instance, in turns."""
    asking = Asking(case_named(name), INSTANCES.get(name, 0.0))
    found = [Asked(name, f"{thing.kind} {thing.name}") for thing in asking.things()]
    for _ in range(turns):
        for asked, thing in zip(found, asking.things(), strict=True):
            for way in WAYS:
                answer = asking.ask(way, thing)
                if answer is not None:
                    asked.gain[way] = answer[0]
                    asked.runs.setdefault(way, []).append(answer[1])
    return found


def page(found: Sequence[Asked]) -> str:
    """The page."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("highspy", "numpy", "scipy", "pyomo"))
    lines = [
        "# Asking a plan once more: the latest run",
        "",
        "Written by `python -m benchmarks.resolves`; what is compared stands there and in `docs/worth.md`. "
        "Milliseconds of CPU, one thread, the fastest of each phase. Gain: what 5 % more of the thing is worth by "
        "that way.",
        "",
        f"Python {platform.python_version()}, {packages}; {os.cpu_count()} cores.",
        "",
        "| instance | thing | way | network | build | compile | update | solver | non-solve ÷ solver | gain, CNY |",
        "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for asked in found:
        for way in asked.runs:
            best = asked.best(way)
            cells = " | ".join(f"{1e3 * best[phase]:.1f}" for phase in PHASES)
            ratio = asked.non_solve(way) / max(best["solver"], 1e-6)
            lines.append(
                f"| {asked.instance} | {asked.thing} | {way} | {cells} | {ratio:.1f} | {asked.gain[way]:,.0f} |"
            )
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Runs all instances, or those named, and prints the page; it is written where all ran."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.resolves", description=__doc__)
    parser.add_argument(
        "--instances", nargs="+", choices=[*INSTANCES, MIP_TINY.name], default=list(INSTANCES)
    )
    parser.add_argument("--turns", type=int, default=10)
    options = parser.parse_args(arguments)
    found = []
    for name in options.instances:
        print(f"{name} ...", file=sys.stderr, flush=True)
        found += measured(name, options.turns)
    text = page(found)
    print(text)
    if options.instances == list(INSTANCES):
        RESULTS.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
