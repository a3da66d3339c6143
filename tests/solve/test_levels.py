"""Levels one after the other: what a later one may and may not do to what an earlier one holds."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.solve.problems import facility

from redmud_opt.model import objective
from redmud_opt.model.arrays import Columns, Index, Objective, Rows
from redmud_opt.model.value import GOALS as GOALS_OF_MODEL
from redmud_opt.solve import Options, Outcome, Session, levels, solve_levels

GOALS = ("landfilled", "value")


class Cut(Session):
    """Changes the outcome of one of its solves."""

    def __init__(self, number: int, **changes: Any) -> None:
        super().__init__(Options())
        self.number, self.changes, self.count = number, changes, 0

    def solve(self, model: Any, time_limit_s: float | None = None) -> Outcome:
        self.count += 1
        found = super().solve(model, time_limit_s)
        return replace(found, **self.changes) if self.count == self.number else found


def solved(session: Session) -> tuple[Any, Outcome]:
    model = toy()
    model.build.set_integer(False)
    network: Any = None
    return model, solve_levels(model, network, session, GOALS)


def test_both_levels() -> None:
    _, outcome = solved(Session())
    assert (outcome.stopped, outcome.holds) == ("optimal", "proved")


@pytest.mark.parametrize("stopped", ["time", "cancelled"])
def test_second_level_cut_short_keeps_the_first(stopped: str) -> None:
    _, outcome = solved(Cut(2, stopped=stopped, holds="nothing", values=None))
    assert (outcome.stopped, outcome.holds, outcome.status) == (stopped, "with_gap", "feasible")
    assert outcome.values is not None
    assert outcome.bound is None


def test_first_level_cut_short_is_its_own_outcome() -> None:
    _, outcome = solved(Cut(1, stopped="time", holds="nothing", values=None))
    assert (outcome.stopped, outcome.holds) == ("time", "nothing")


def test_first_level_unproved_is_not_proved_by_the_second() -> None:
    _, outcome = solved(Cut(1, stopped="gap", holds="with_gap"))
    assert (outcome.holds, outcome.bound) == ("with_gap", None)


@pytest.mark.parametrize("stopped", ["infeasible", "crashed"])
def test_second_level_impossible_is_trouble(stopped: str) -> None:
    _, outcome = solved(Cut(2, stopped=stopped, holds="nothing", values=None))
    assert (outcome.stopped, outcome.status, outcome.values) == ("crashed", "none", None)


def test_no_time_at_all_is_a_limit() -> None:
    _, outcome = solved(Session(Options(time_limit_s=0.0)))
    assert (outcome.stopped, outcome.holds) == ("time", "nothing")


def test_second_level_may_be_unbounded() -> None:
    """What the first level bounds, the second need not: value can still grow without end."""
    _, outcome = solved(Cut(2, stopped="unbounded", holds="nothing", values=None))
    assert (outcome.stopped, outcome.status) == ("unbounded", "unbounded")


# ---------------------------------------------------------------- with integers


def set_toy_goal(model: Any, _: Any, goal: str) -> None:
    if model.component("objective") is not None:
        model.del_component("objective")
    model.objective = Objective("minimise" if goal in ("emissions", "landfilled") else "maximise")
    model.objective.add(model.goal, col=np.array([GOALS_OF_MODEL.index(goal)]))


def toy(sites: int = 4, customers: int = 10) -> Any:
    """Tonnes left unserved are `landfilled`; money is `value`."""
    model = facility(np.random.default_rng(1), sites, customers, 2, unit=1e3, budget=90)
    model.goal = Columns(Index.flat("goal", GOALS_OF_MODEL), lower=-np.inf)
    model.define = Rows(model.goal.index, equal_to=0.0)
    model.define.add(model.goal)
    for term in model.cost.terms:
        if term.columns is not model.unmet:  # serving costs, and pays nothing
            model.define.add(term.columns, row=0, col=term.col, coef=term.coef)
    model.define.add(model.unmet, row=GOALS_OF_MODEL.index("landfilled"), coef=-1.0)
    model.del_component("cost")
    return model


@pytest.fixture(autouse=True)
def toy_goals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objective, "set_goal", set_toy_goal)


def in_levels(model: Any, goals: Sequence[str], **options: Any) -> Outcome:
    network: Any = None
    return solve_levels(model, network, Session(Options(**options)), goals)


def test_integers_hold_each_level_while_the_next_is_improved() -> None:
    alone = toy()
    least = in_levels(alone, ["landfilled"]).objective
    worth_alone = in_levels(alone, ["value"]).objective
    model = toy()
    outcome = in_levels(model, ["landfilled", "value"])
    assert (outcome.stopped, outcome.holds) == ("optimal", "proved")
    assert least is not None
    assert model.goal["landfilled"].value <= least * (1 + 2e-7)
    assert outcome.objective < worth_alone, "serving all costs something here"
    held = toy()
    held.goal.upper_bound[GOALS_OF_MODEL.index("landfilled")] = least * (1 + 1e-7)
    assert outcome.objective == pytest.approx(in_levels(held, ["value"]).objective, rel=1e-6)


def test_a_level_that_ends_with_a_gap_leaves_one() -> None:
    outcome = in_levels(toy(), ["landfilled", "value"], gap=0.5)
    assert outcome.holds == "with_gap"
    assert outcome.values is not None


class Hurried(Session):
    """Has no time for its second solve; notes what it built in the first, and the limits it was given."""

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self.built: list[Any] = []
        self.limits: list[float | None] = []

    def solve(self, model: Any, time_limit_s: float | None = None) -> Outcome:
        self.limits.append(time_limit_s)
        found = super().solve(model, 0.0 if self.built else time_limit_s)
        self.built.append(model.build.values_array.copy())
        return found


def test_a_last_level_without_time_starts_from_the_level_before() -> None:
    """It is the best for the integers of the first, and keeps the hold."""
    model = toy()
    session = Hurried(Options(time_limit_s=60.0))
    network: Any = None
    outcome = solve_levels(model, network, session, ["landfilled", "value"])
    assert (outcome.stopped, outcome.holds) == ("time", "with_gap")
    assert session.built[1].tolist() == session.built[0].tolist()
    assert model.goal["value"].value == pytest.approx(outcome.objective)
    assert model.goal["landfilled"].value <= in_levels(toy(), ["landfilled"]).objective * (1 + 2e-7)
    first, second = session.limits
    assert first is not None
    assert second is not None
    assert 35 < first < 37, "a share of the limit"
    assert 37 < second < 60, "and all that is left"


def test_time_is_shared_only_where_there_are_integers() -> None:
    assert levels._has_integers(toy())
    continuous = toy()
    continuous.build.set_integer(False)
    assert not levels._has_integers(continuous)
    fixed = toy()
    fixed.build.fix(0.0)
    assert not levels._has_integers(fixed)
