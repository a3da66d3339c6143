"""Levels one after the other: what a later one may and may not do to what an earlier one holds."""

from dataclasses import replace
from typing import Any

import pytest

from redmud_opt.case import load_case
from redmud_opt.model import build_model
from redmud_opt.network import build_network
from redmud_opt.solve import Options, Outcome, Session, solve_levels

GOALS = ("utilisation", "value")


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
    network = build_network(load_case("guangxi"))
    model = build_model(network)
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
