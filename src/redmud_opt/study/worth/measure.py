"""What more of a thing is worth: the plan made again with a unit, 5 % and 20 % more of it.

    worth(base)                                    every thing that holds the plan back, whole numbers fixed
    worth(base, things, whole="free")              these things, whole numbers decided anew

One row per thing and step; gain: value less penalties after, less before, an interval where whole numbers are free
(`study.asking.difference`). A unit more is asked with whole numbers fixed only: of two plans with a gap the
difference of a tonne is lost.

Which things: with whole numbers fixed, those with a row at its bound (for all others the gain is exactly 0: an LP
does not change where what does not bind is loosened) that are built (what is not built takes nothing whatever its
size: exactly 0 again). With whole numbers free, also steps that the plan does not build, where a dual misleads most.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from redmud_opt.case import Case, CaseFaults
from redmud_opt.i18n import Message
from redmud_opt.study.asking import Answer, Base, How, Interval, difference
from redmud_opt.study.worth.local import Dual, Local
from redmud_opt.study.worth.things import Thing, things_of

UNIT = "unit"

SHARES: dict[str, float] = {"5 %": 0.05, "20 %": 0.20}
"""Steps as parts of what the case states."""

RANKED_BY = "5 %"
"""The step that things are ranked by."""

MOST: dict[How, int] = {"fixed": 40, "free": 10}
"""How many things are asked about, the most promising first."""

PHASES = ("network", "build", "compile", "update", "solver")


@dataclass(frozen=True)
class Worth:
    """What one step of one thing is worth. more: by how much its amount changes, negative where less is more room."""

    thing: Thing
    step: str
    more: float
    whole: How
    stopped: str
    gain: Interval
    dual: Dual
    seconds: dict[str, float] = field(repr=False, default_factory=dict)

    @property
    def step_words(self) -> Message:
        """a unit, 5 %, 20 %"""
        if self.step == UNIT:
            return Message("worth.step_unit")
        return Message("worth.step_share", {"percent": 100.0 * SHARES[self.step]})

    @property
    def dual_says_cny(self) -> float | None:
        """What the dual would make of the whole step."""
        return None if self.dual.cny_per_unit is None else self.dual.cny_per_unit * abs(self.more)


@dataclass(frozen=True)
class Found:
    """Answers; things that were left out; steps that the plan does not build, where they were not asked."""

    worths: tuple[Worth, ...]
    left: tuple[Thing, ...] = ()
    unbuilt: tuple[Thing, ...] = ()

    def frame(self) -> pd.DataFrame:
        """One row per thing and step; names, numbers and messages."""
        return frame_of(self.worths)

    def ranked(self) -> list[Worth]:
        """One answer per thing, at the step that things are ranked by, the most gained first."""
        mine = [w for w in self.worths if w.step == RANKED_BY]
        return sorted(mine, key=lambda w: -w.gain.middle)

    def of(self, thing: Thing, step: str) -> Worth | None:
        """The answer of a thing at a step."""
        same = (w for w in self.worths if (w.thing.kind, w.thing.name) == (thing.kind, thing.name))
        return next((w for w in same if w.step == step), None)

    @property
    def seconds(self) -> dict[str, float]:
        """Seconds of all re-solves by phase."""
        return {name: sum(w.seconds.get(name, 0.0) for w in self.worths) for name in PHASES}


def worth(
    base: Base,
    things: Sequence[Thing] | None = None,
    whole: How = "fixed",
    *,
    most: int | None = None,
    time_limit_s: float | None = None,
) -> Found:
    """What more of each thing is worth; without `things`, of those that hold the plan back."""
    local = Local.of(base)
    left: tuple[Thing, ...] = ()
    unbuilt: tuple[Thing, ...] = ()
    if things is None:
        things, left, unbuilt = _promising(local, things_of(base.model, base.network), whole, most)
    before = local.answer if whole == "fixed" else base.answer
    found: list[Worth] = []
    asked = [local.facing(thing) for thing in things]
    for k, thing in enumerate(asked):
        if base.options.should_stop is not None and base.options.should_stop():
            left = (*asked[k:], *left)
            break
        dual = local.dual(thing)
        for step, more in steps(thing, whole):
            found.append(_asked(base, before, thing, step, more, whole, dual, time_limit_s))
    return Found(tuple(found), left, unbuilt)


def steps(thing: Thing, whole: How) -> list[tuple[str, float]]:
    """(name, change of the amount) of each step, in the direction that leaves more room; none of nothing."""
    sizes = {name: share * thing.amount for name, share in SHARES.items()}
    if whole == "fixed":
        sizes = {UNIT: thing.unit_step, **sizes}
    if thing.sense < 0:  # of a least amount no more than all can be taken away
        sizes = {name: min(size, thing.amount) for name, size in sizes.items()}
    return [(name, thing.sense * size) for name, size in sizes.items() if size > 0]


def _promising(
    local: Local, things: Sequence[Thing], whole: How, most: int | None
) -> tuple[list[Thing], tuple[Thing, ...], tuple[Thing, ...]]:
    """(asked, left out, not built), those whose dual promises most of a 5 % step first."""
    facing = [local.facing(thing) for thing in things]
    duals = {id(thing): local.dual(thing) for thing in facing}
    unbuilt = [thing for thing in facing if not thing.built]
    candidates = [t for t in facing if t.built and duals[id(t)].tight]
    if whole == "free":
        candidates += unbuilt

    def promise(thing: Thing) -> float:
        slope = duals[id(thing)].cny_per_unit
        return -SHARES[RANKED_BY] * thing.amount * (np.inf if slope is None else slope)

    candidates.sort(key=promise)
    shown = MOST[whole] if most is None else most
    kept, left = candidates[:shown], candidates[shown:]
    return kept, tuple(left), () if whole == "free" else tuple(unbuilt)


def _asked(
    base: Base,
    before: Answer,
    thing: Thing,
    step: str,
    more: float,
    whole: How,
    dual: Dual,
    time_limit_s: float | None,
) -> Worth:
    answer = ask(base, lambda case: thing.changed(case, more), whole, time_limit_s)
    return Worth(
        *(thing, step, more, whole, answer.stopped, difference(before, answer), dual),
        seconds=dict(answer.seconds),
    )


def ask(base: Base, changed: Callable[[Case], Case], whole: How, time_limit_s: float | None) -> Answer:
    """A changed case solved; where it is no sound case, an answer that holds nothing."""
    try:
        return base.ask_case(changed(base.case), whole, time_limit_s)
    except CaseFaults:
        return Answer("faults", None, None)


def frame_of(worths: Sequence[Worth]) -> pd.DataFrame:
    """One row per answer. amount, step_size in `unit`; gains in CNY of the base year, discounted as value is."""
    rows = [
        {
            "kind": Message(f"worth.kind_{w.thing.kind}"),
            "name": w.thing.name,
            "amount": w.thing.amount,
            "unit": _unit(w.thing),
            "whole_numbers": w.whole,
            "step": w.step,
            "change": w.more,
            "stopped": w.stopped,
            "gain_least_cny": finite(w.gain.least),
            "gain_most_cny": finite(w.gain.most),
            "resolved": w.gain.resolved,
            "gain_per_unit_cny": finite(0.5 * (w.gain.least + w.gain.most)) / abs(w.more),
            "dual_cny_per_unit": w.dual.cny_per_unit,
            "dual_holds_for": w.dual.holds_for,
            "dual_says_cny": w.dual_says_cny,
        }
        for w in worths
    ]
    columns = ["kind", "name", "amount", "unit", "whole_numbers", "step", "change", "stopped"]
    columns += ["gain_least_cny", "gain_most_cny", "resolved", "gain_per_unit_cny"]
    return pd.DataFrame(rows, columns=[*columns, "dual_cny_per_unit", "dual_holds_for", "dual_says_cny"])


def finite(value: float) -> float:
    """NaN, the mark of a cell that holds nothing, for what is not known or has no end."""
    return value if np.isfinite(value) else np.nan


def _unit(thing: Thing) -> str:
    return f"{thing.unit}/{'a' if thing.per == 'year' else 'period'}" if thing.per else thing.unit
