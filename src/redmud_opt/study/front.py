"""A front: what one goal costs in terms of another. Points with their plans, the price of the next unit between them.

    front.frame()      a row per point: goals, bound, gap, holds, seconds, what is built, audit, dominated by which
    front.prices()     a row per step between neighbours (two goals): CNY per unit, as an interval

Let V(ε) be the most of the main goal where another one is at least ε. A point that reaches u holds a plan of it, and
its bound is one of V(u), for V only falls:

    least ≤ (V(u₁) − V(u₂)) ÷ (u₂ − u₁) ≤ most
    least = (value₁ − bound₂) ÷ …, not below 0;  most = (bound₁ − value₂) ÷ …

How points are found stands in `frontier`.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from redmud_opt.i18n import Message
from redmud_opt.i18n.amounts import Money, Price, Tonnes
from redmud_opt.model.value import GOALS, MAXIMISED
from redmud_opt.plan.words import PROVED
from redmud_opt.solve.outcome import Stopped
from redmud_opt.study.asking import NOTHING_CNY, SAME, Interval

COLUMNS = {
    "value": "value_cny",
    "utilisation": "utilised_t",
    "emissions": "emissions_t_co2e",
    "landfilled": "landfilled_t",
}
"""Goal → column of the frame. `value` is less the penalties of soft targets."""


def main_of(goals: Sequence[str]) -> str:
    """The goal that is improved while the others are held."""
    return "value" if "value" in goals else goals[0]


@dataclass(frozen=True)
class Point:
    """One plan of a front. corner: the goal that it is best at; floors: what was asked of the others.

    main, bound: amount of the main goal and its valid bound. own_bound: of a corner's own goal. `stopped` alone where
    there is no plan; not audited plans are none.
    """

    number: int
    corner: str | None = None
    floors: Mapping[str, float] = field(default_factory=dict)
    goals: Mapping[str, float] = field(default_factory=dict)
    main: float | None = None
    bound: float | None = None
    own_bound: float | None = None
    stopped: Stopped = "crashed"
    holds: str = "nothing"
    seconds: float = 0.0
    builds: tuple[str, ...] = ()
    audit_passed: bool | None = None
    dominated_by: int | None = None

    @property
    def found(self) -> bool:
        """Whether it holds a plan that passed its audit."""
        return self.audit_passed is True

    @property
    def gap(self) -> float | None:
        """Between the plan and the bound."""
        if self.main is None or self.bound is None:
            return None
        return abs(self.bound - self.main) / max(1.0, abs(self.main))

    def meets(self, floors: Mapping[str, float]) -> bool:
        """Whether its plan is one of a point with these floors."""
        return all(
            self.goals[goal] >= at - SAME * max(1.0, abs(at))
            if goal in MAXIMISED
            else self.goals[goal] <= at + SAME * max(1.0, abs(at))
            for goal, at in floors.items()
        )

    def as_record(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self) | {"builds": list(self.builds)}

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Point:
        """From `as_record`."""
        return cls(**{**record, "builds": tuple(record["builds"])})


@dataclass(frozen=True)
class Flat:
    """A goal that is no question. why: cannot_vary (every plan has the amount), or no_conflict (the best of it is
    reached by the plan that is best in the others)."""

    why: str
    amount: float


@dataclass(frozen=True)
class Front:
    """Points as they were found, ordered by what they reach. state: done, or interrupted; asked: points in all.

    generated_t: what the case states to arise, options left out; None where utilisation is no part of it. flat: goals
    that are no question, and why.
    """

    case_name: str
    goals: tuple[str, ...]
    points: tuple[Point, ...]
    asked: int
    state: str = "done"
    generated_t: float | None = None
    flat: Mapping[str, Flat] = field(default_factory=dict)

    @property
    def main(self) -> str:
        """The goal that is improved while the others are held."""
        return main_of(self.goals)

    @property
    def held(self) -> str:
        """The goal that is held; of several the first."""
        others = [goal for goal in self.goals if goal != self.main]
        return next((goal for goal in others if goal not in self.flat), others[0])

    @property
    def found(self) -> tuple[Point, ...]:
        """Points with a plan, in the order of the first goal held, the least demanding first."""
        goal = self.held
        sign = 1.0 if goal in MAXIMISED else -1.0
        points = marked(tightened(self.points, self.main), self.goals)
        return tuple(sorted((p for p in points if p.found), key=lambda p: (sign * p.goals[goal], p.number)))

    def frame(self) -> pd.DataFrame:
        """A row per point with a plan."""
        rows = [
            {
                "point": p.number,
                "corner": p.corner or "",
                **{COLUMNS[goal]: p.goals[goal] for goal in dict.fromkeys((*self.goals, "value"))},
                **self._rate(p),
                "bound": p.bound,
                "gap": p.gap,
                "holds": p.holds,
                "stopped": p.stopped,
                "seconds": p.seconds,
                "builds": ", ".join(p.builds),
                "audit_passed": p.audit_passed,
                "dominated_by": p.dominated_by,
            }
            for p in self.found
        ]
        return pd.DataFrame(rows).astype({"dominated_by": "Int64"}) if rows else pd.DataFrame()

    def _rate(self, point: Point) -> dict[str, float]:
        if self.generated_t is None or "utilisation" not in self.goals:
            return {}
        return {"utilised_share": point.goals["utilisation"] / self.generated_t}

    def steps(self) -> Iterator[tuple[Point, Point, Interval]]:
        """Neighbours that are not dominated, and what one more unit costs between them; of two goals only."""
        if len(self.goals) - len(self.flat) != 2:
            return
        kept = [p for p in self.found if p.dominated_by is None]
        for one, two in itertools.pairwise(kept):
            more = abs(two.goals[self.held] - one.goals[self.held])
            if more > SAME * max(1.0, abs(two.goals[self.held])):
                yield one, two, price(one, two, more, self.main)

    def prices(self) -> pd.DataFrame:
        """A row per step; where the main goal is value, CNY per unit of the other."""
        names = ("from_point", "to_point", "from_amount", "to_amount", "least", "most", "resolved")
        goal = self.held
        rows = [
            (
                one.number,
                two.number,
                one.goals[goal],
                two.goals[goal],
                worth.least,
                worth.most,
                worth.least > 0.0,
            )
            for one, two, worth in self.steps()
        ]
        return pd.DataFrame(rows, columns=list(names))

    # ---- words ---------------------------------------------------------------------------------------------

    def lines(self) -> Iterator[Message]:
        """What is said of it."""
        goals = tuple(Message(f"plan.goal_{goal}") for goal in self.goals)
        yield Message("front.heading", {"case": self.case_name, "goals": goals})
        for goal, flat in self.flat.items():
            values = {"goal": Message(f"plan.goal_{goal}"), "amount": self._amount(goal, flat.amount)}
            yield Message(f"front.{flat.why}", values)
        if self.state != "done":
            yield Message("front.interrupted", {"count": len(self.found), "asked": self.asked})
        for corner in (p for p in self.found if p.corner):
            yield self._corner(corner)
        if self.main == "value":
            for one, two, worth in self.steps():
                yield self._step(one, two, worth)
        dominated = [p for p in self.found if p.dominated_by is not None]
        if dominated:
            yield Message("front.dominated", {"points": tuple(str(p.number) for p in dominated)})
        for point in self.points:
            if not point.found:
                yield Message(
                    "front.no_plan", {"point": point.number, "why": Message(f"front.without_{_why(point)}")}
                )

    def _corner(self, point: Point) -> Message:
        goal = str(point.corner)
        amounts = tuple(
            Message(f"front.amount_{each}", {"amount": self._amount(each, point.goals[each])})
            for each in self.goals
        )
        named = Message(f"front.best_{goal}")
        values: dict[str, object] = {"point": point.number, "goal": named, "amounts": amounts}
        bound = point.bound if goal == self.main else point.own_bound
        if bound is None:
            return Message("front.corner_unbounded", values)
        if abs(bound - point.goals[goal]) <= PROVED * max(1.0, abs(bound)):
            return Message("front.corner", values)
        return Message("front.corner_not_proved", values | {"bound": self._amount(goal, bound)})

    def _amount(self, goal: str, amount: float) -> Message:
        if goal == "value":
            return Message("front.money", {"amount": Money(amount)})
        if goal == "utilisation" and self.generated_t:
            share = round(100.0 * amount / self.generated_t, 2)
            return Message("front.tonnes_of", {"amount": Tonnes(amount), "percent": share})
        return Message("front.tonnes", {"amount": Tonnes(amount)})

    def _step(self, one: Point, two: Point, worth: Interval) -> Message:
        goal = self.held
        values: dict[str, object] = {
            "one": self._amount(goal, one.goals[goal]),
            "two": self._amount(goal, two.goals[goal]),
        }
        values |= {"least": Price(worth.least), "most": Price(worth.most)}
        if worth.least <= 0.0:
            return Message("front.step_not_resolved", values | {"goal": Message(f"front.unit_{goal}")})
        if goal == "utilisation" and self.generated_t:
            point_t = 0.01 * self.generated_t
            values |= {"least_point": Money(worth.least * point_t), "most_point": Money(worth.most * point_t)}
            return Message("front.step_of_utilisation", values)
        return Message("front.step", values | {"goal": Message(f"front.unit_{goal}")})


def _why(point: Point) -> str:
    if point.audit_passed is False:
        return "audit"
    return (
        "infeasible" if point.stopped == "infeasible" else "limit" if point.stopped == "time" else "trouble"
    )


def price(one: Point, two: Point, more: float, main: str) -> Interval:
    """What a unit costs between a point and a more demanding one, in units of the main goal; at least nothing."""
    sign = 1.0 if main in MAXIMISED else -1.0
    v1, v2 = (sign * (p.main if p.main is not None else math.nan) for p in (one, two))
    b1, b2 = (math.inf if p.bound is None else sign * p.bound for p in (one, two))
    least = max(0.0, v1 - b2)
    most = max(least, b1 - v2)
    if least <= NOTHING_CNY + SAME * abs(v1):
        least = 0.0
    return Interval(least / more, most / more)


def tightened(points: Iterable[Point], main: str) -> list[Point]:
    """Points with the best bound of all that ask no more: what a laxer one cannot reach, a stricter one cannot."""
    points = list(points)
    best = min if main in MAXIMISED else max
    found = []
    for point in points:
        bounds = [p.bound for p in points if p.bound is not None and _laxer(p, point, main)]
        found.append(replace(point, bound=best(bounds)) if point.found and bounds else point)
    return found


def _laxer(one: Point, other: Point, main: str) -> bool:
    """Whether the plan of `other` is one that `one` could have had. The corner of the main goal asks nothing."""
    return one is other or (one.corner in (None, main) and other.found and other.meets(one.floors))


def marked(points: Sequence[Point], goals: Sequence[str]) -> list[Point]:
    """Points with the one that is better in some goal and worse in none, if there is one."""
    found = [p for p in points if p.found]
    slack = {g: SAME * max([1.0, *(abs(p.goals[g]) for p in found)]) for g in goals}
    return [
        replace(
            p,
            dominated_by=next((q.number for q in found if p.found and _dominates(q, p, goals, slack)), None),
        )
        for p in points
    ]


def _dominates(one: Point, other: Point, goals: Sequence[str], slack: Mapping[str, float]) -> bool:
    gains = [(one.goals[g] - other.goals[g]) * (1.0 if g in MAXIMISED else -1.0) / slack[g] for g in goals]
    same = max(map(abs, gains)) <= 1.0
    return (same and one.number < other.number) or (not same and min(gains) >= -1.0)


# ---- what is asked -------------------------------------------------------------------------------------------


def floors_between(corners: Mapping[str, Point], goals: Sequence[str], count: int) -> list[dict[str, float]]:
    """Levels of the goals that are held, `count` for each with both ends, without those that are corners already.

    Ends of a goal: its best, and its worst in any corner. The strictest of the first goal comes first, so that its
    plan is one of the next point; within it the laxest of the second, so that what has no plan ends the row.
    """
    others = [goal for goal in goals if goal != main_of(goals)]
    axes = []
    for goal in others:
        reached = [corner.goals[goal] for corner in corners.values()]
        best = corners[goal].goals[goal]
        worst = min(reached) if goal in MAXIMISED else max(reached)
        axes.append(np.linspace(worst, best, count).tolist())
    if len(others) == 1:
        return [{others[0]: at} for at in axes[0][-2:0:-1]]
    grid = itertools.product(reversed(axes[0]), axes[1])
    lax = (axes[0][0], axes[1][0])
    return [dict(zip(others, each, strict=True)) for each in grid if each != lax]


def stricter(floors: Mapping[str, float], than: Mapping[str, float]) -> bool:
    """Whether floors ask at least as much as others, of every goal."""
    return all(
        floors.get(goal, -math.inf) >= at if goal in MAXIMISED else floors.get(goal, math.inf) <= at
        for goal, at in than.items()
    )


def nearest(points: Iterable[Point], floors: Mapping[str, float], main: str) -> Point | None:
    """The plan to begin with: the best of those that meet the floors; else the last one found."""
    found = [p for p in points if p.found]
    sign = 1.0 if main in MAXIMISED else -1.0
    meeting = [p for p in found if p.meets(floors)]
    if meeting:
        return max(meeting, key=lambda p: (sign * (p.main or 0.0), p.number))
    return found[-1] if found else None


def check_goals(goals: Sequence[str]) -> Message | None:
    """What is wrong with the goals of a front, None where nothing is."""
    unknown = [goal for goal in goals if goal not in GOALS]
    if unknown:
        return Message("front.unknown_goal", {"goal": unknown[0], "goals": GOALS})
    if len(set(goals)) != len(goals) or len(goals) not in (2, 3):
        return Message("front.how_many_goals")
    return None
