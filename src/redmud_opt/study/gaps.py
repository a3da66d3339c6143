"""By how much what a case asks of itself cannot be had, in the relaxation: law and physics hold, policy gives way.

    hard targets, each alone, or all together:      least Σ short                                    [origin t]
    where there is no plan even without targets:    least Σ (lack + excess) ÷ max(1, |bound|)        over policy rows

Policy rows are those of `LIFTABLE`; of outlets and supplies only the least amounts give way. What gives way is one
choice of the least together, not the only one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.i18n import Message
from redmud_opt.model.arrays import Columns, Index, Objective, Rows
from redmud_opt.network import Network
from redmud_opt.solve import Options
from redmud_opt.study.reach import CAPPED, LIFTABLE, LIMIT_S, NEGLIGIBLE_T, Reach, Undecided

NEGLIGIBLE = 1e-6
"""Share of a bound, or amount where the bound is below 1."""

Key = tuple[str, ...]
Change = Callable[[ConcreteModel], None]
FEW = 2
"""Up to so many hard targets each is asked alone; more are asked together, for every question costs a solve."""

NO_PLAN: Key = ("no plan",)


@dataclass(frozen=True)
class Gap:
    """What cannot be had, its short name, and what is short of it.

    row: number of the target row, if it is one target; base_t: what its rate refers to.
    """

    what: Message
    name: Message
    short: float
    row: int | None = None
    base_t: float = 0.0
    unit: str = ""


def relaxed(network: Network, options: Options, change: Change | None = None) -> Reach:
    """The questions of a network without whole numbers, of a model that is changed first."""
    reach = Reach(network, options)
    reach.relax()
    if change is not None:
        change(reach.model)
    return reach


def gaps_of(
    network: Network, options: Options, change: Change | None = None, reach: Reach | None = None
) -> dict[Key, Gap]:
    """What cannot be had, by what it is; empty if the relaxation has all of it. reach: its questions, if at hand."""
    reach = reach or relaxed(network, options, change)
    together = reach.least_short(reach.hard)
    if together is None:
        return _policy(network, options, change)
    if together <= NEGLIGIBLE_T:
        return {}
    found: dict[Key, Gap] = {}
    amounts = reach.model.short_t.values_array.copy()
    for k in reach.hard if len(reach.hard) <= FEW else ():
        short = reach.least_short([k]) or 0.0
        if short > NEGLIGIBLE_T:
            row = reach.targets[k]
            values = {"target": row.target.name, "year": row.year}
            what = Message("study.what_target", {**values, "percent": 100.0 * row.target.at_least})
            name = Message("study.name_target", values)
            found["target", row.target.name, str(row.year)] = Gap(what, name, short, k, reach.base_t(k), " t")
    missed = (reach.targets[k] for k in reach.hard if amounts[k] > NEGLIGIBLE_T)
    names = tuple(f"{row.target.name} {row.year}" for row in missed)
    if not found:
        what = Message("study.what_targets", {"targets": names})
        found["targets",] = Gap(what, what, together, unit=" t")
    return found


def _policy(network: Network, options: Options, change: Change | None) -> dict[Key, Gap]:
    """The policy rows that give way where there is no plan even without targets."""
    return giving_way(relaxed(network, options, change))


def giving_way(reach: Reach) -> dict[Key, Gap]:
    """The policy rows that give way in a relaxation whose targets may fall short, as little as can be in sum."""
    model = reach.model
    model.short_t.upper_bound = np.inf
    model.del_component("objective")
    model.objective = Objective("minimise")
    slack = [part for name in LIFTABLE for part in _give_way(model, name)]
    outcome = reach.session.solve(model, LIMIT_S)
    if outcome.stopped == "infeasible":
        what = Message("study.what_any_plan")
        return {NO_PLAN: Gap(what, what, np.inf)}
    if outcome.values is None:
        raise Undecided(outcome.stopped)
    return dict(
        found for name, columns, at, side in slack for found in _given(model, name, columns, at, side)
    )


def _give_way(model: ConcreteModel, name: str) -> Iterator[tuple[str, Columns, np.ndarray, int]]:
    """Columns that take up what a family of rows lacks, or has too much; they are what is minimised."""
    rows: Rows = model.component(name)
    for side, bound in ((1, rows.lower_bound), (-1, rows.upper_bound)):
        at = np.flatnonzero(np.isfinite(bound))
        if not len(at) or (side < 0 and name in CAPPED):
            continue
        columns = Columns(Index.flat("row", at.tolist()))
        model.add_component(f"{'lack' if side > 0 else 'excess'}_of_{name}", columns)
        rows.add(columns, row=at, coef=float(side))
        model.objective.add(columns, coef=1.0 / np.maximum(1.0, np.abs(bound[at])))
        yield name, columns, at, side


def _given(
    model: ConcreteModel, name: str, columns: Columns, at: np.ndarray, side: int
) -> Iterator[tuple[Key, Gap]]:
    rows: Rows = model.component(name)
    bound = rows.lower_bound if side > 0 else rows.upper_bound
    for k, given in zip(at, columns.values_array, strict=True):
        if given > NEGLIGIBLE * max(1.0, abs(bound[k])):
            label = " / ".join(str(rows.index.labels(part)[k]) for part in rows.index.names)
            values = {"family": Message(f"study.family_{name}"), "row": label, "asked": float(bound[k])}
            what = Message("study.what_row", {**values, "possible": float(bound[k] - side * given)})
            named = Message("study.name_row", values)
            yield (name, label, str(side)), Gap(what, named, float(given))
