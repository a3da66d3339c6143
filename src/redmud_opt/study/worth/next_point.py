"""What the next percentage point of utilisation costs, from where the plan is.

For every target in the last year that it names, and for every class of waste without a target in the last year of the
horizon, the plan is made again with one more hard row

    rate ≥ rate of the plan + 0.01

of the same rate, scope and class. That costs nothing where other plans of the same value reach it too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

import pandas as pd

from redmud_opt.case import Case
from redmud_opt.case.rules import Target
from redmud_opt.i18n import Message, Money, Price, Tonnes
from redmud_opt.model.targets import TargetYear, base_and_utilised_t, target_years
from redmud_opt.network import Network
from redmud_opt.study.asking import NOTHING_CNY, Base, How, Interval, difference
from redmud_opt.study.explanation import Explanation
from redmud_opt.study.worth.measure import ask, finite

POINT = 0.01

NAME = "next point"
"""Name of the row that is added."""


@dataclass(frozen=True)
class Point:
    """What one more point of a rate costs, so many tonnes. target: blank where the case has none for the class."""

    target: str
    waste_class: str
    rate: str
    year: int
    reached: float
    tonnes: float
    stopped: str
    gain: Interval

    @property
    def words(self) -> Message:
        """Whose rate it is."""
        key = "worth.rate_of_target" if self.target else "worth.rate_of_class"
        waste = Message(f"plan.class_{self.waste_class}")
        return Message(key, {"target": self.target, "class": waste, "year": str(self.year)})


def next_point(base: Base, whole: How = "fixed", *, time_limit_s: float | None = None) -> Explanation:
    """The cost of the next point of every rate, in words and as a table."""
    question = "next_point" if whole == "fixed" else "next_point_free"
    heading = Message(f"worth.heading_next_point_{whole}", {"case": base.case.settings.name})
    if base.network.pools:
        return Explanation(question, heading, (Message("worth.pools"),))
    found = list(points(base, whole, time_limit_s))
    lines = [_line(point) for point in found] or [Message("worth.no_rate")]
    return Explanation(question, heading, tuple(lines), {question: _frame(found, whole)})


def points(base: Base, whole: How, time_limit_s: float | None = None) -> Iterator[Point]:
    """One answer per rate that can rise by a point."""
    before = base.fixed() if whole == "fixed" else base.answer
    for target, year, row in _rates(base.network):
        total, utilised = base_and_utilised_t(base.model, base.network, row)
        reached = utilised / total if total > 0 else 1.0
        if reached + POINT > 1.0:
            continue
        asked = replace(row.target, name=NAME, at_least=reached + POINT)
        answer = ask(base, partial(_with, asked), whole, time_limit_s)
        yield Point(
            *(target, row.target.waste_class, row.target.rate, year, reached, POINT * total),
            *(answer.stopped, difference(before, answer)),
        )


def _with(target: Target, case: Case) -> Case:
    return replace(case, targets=(*case.targets, target))


def _rates(network: Network) -> Iterator[tuple[str, int, TargetYear]]:
    """(name of the target, year, row) of every rate that is asked about."""
    last: dict[str, TargetYear] = {row.target.name: row for row in target_years(network)}
    for name, row in last.items():
        yield (
            name,
            row.year,
            _row(network, replace(row.target, year=row.year, hard=True, price_cny_per_t=None)),
        )
    year = network.time.years[-1]
    known = {row.target.waste_class for row in last.values()}
    classes = {network.class_of_origin(origin) for origin, when in network.generated_t if when == year}
    for waste_class in sorted(classes - known):
        probe = Target(name=NAME, waste_class=waste_class, year=year, at_least=0.0)
        yield "", year, _row(network, probe)


def _row(network: Network, target: Target) -> TargetYear:
    """The row of a target that the case does not have."""
    return target_years(replace(network, case=replace(network.case, targets=(target,))))[0]


def _line(point: Point) -> Message:
    values = {
        "rate": point.words,
        "reached": round(100.0 * point.reached, 2),
        "next": round(100.0 * (point.reached + POINT), 2),
    }
    return Message("worth.point", {**values, "cost": _cost(point)})


def _cost(point: Point) -> Message:
    cost = Interval(-point.gain.most, -point.gain.least)
    if point.stopped == "infeasible":
        return Message("worth.cost_impossible")
    if cost.exact and abs(cost.middle) <= NOTHING_CNY:
        return Message("worth.cost_nothing")
    if cost.exact:
        values: dict[str, object] = {"cost": Money(cost.middle), "price": Price(cost.middle / point.tonnes)}
        return Message("worth.cost_exactly", {**values, "tonnes": Tonnes(point.tonnes)})
    values = {"least": Money(cost.least), "most": Money(cost.most)}
    return Message("worth.cost_between" if cost.resolved else "worth.cost_not_resolved", values)


def _frame(found: list[Point], whole: How) -> pd.DataFrame:
    rows = [
        {
            "target": point.target,
            "waste_class": point.waste_class,
            "rate": point.rate,
            "year": point.year,
            "whole_numbers": whole,
            "reached_share": point.reached,
            "asked_share": point.reached + POINT,
            "point_t": point.tonnes,
            "stopped": point.stopped,
            "cost_least_cny": finite(-point.gain.most),
            "cost_most_cny": finite(-point.gain.least),
            "resolved": point.gain.resolved,
        }
        for point in found
    ]
    columns = ["target", "waste_class", "rate", "year", "whole_numbers", "reached_share", "asked_share"]
    columns += ["point_t", "stopped", "cost_least_cny", "cost_most_cny", "resolved"]
    return pd.DataFrame(rows, columns=columns)
