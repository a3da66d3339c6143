"""Planted violations of what is frozen, limited, moved and left at the end: the audit finds every one.

A press of 60 t a quarter, 100 t of mud a quarter, the rest placed. The baseline presses 60 t in all four quarters;
now a tonne loses 5 CNY. 26a is frozen; from 26b on pressing may fall by 25 t and sales by half: 35 t are pressed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from tests.builders import Solved, against, in_stock, landfill, mud, rows, solve, tiny, yard
from tests.model.rich import rich
from tests.model.test_rolling import bricks
from tests.plan.test_audit_world import Frames, append, change, drop, put

from redmud_opt.case import Case
from redmud_opt.case.baseline import Baseline
from redmud_opt.case.rules import ChangeLimit
from redmud_opt.i18n import LANGUAGES, text
from redmud_opt.plan.audit import audit

LIMITS = rows(
    change_limits=(
        ChangeLimit(name="steady", measure="feed", at="press_works", max_change_t=25),
        ChangeLimit(name="regular", measure="sold", at="brick_outlet", every="each", max_change_share=0.5),
    )
)


@cache
def plans() -> tuple[Baseline, Solved]:
    baseline = against(solve(bricks(50)), 1)
    return baseline, solve(bricks(15, LIMITS), baseline=baseline)


def found(*changes: Callable[[Frames], Frames], baseline: Baseline | str | None = "own") -> set[str]:
    own, solved = plans()
    frames: Frames = dict(solved.plan.frames)
    for apply in changes:
        frames = apply(frames)
    used = own if isinstance(baseline, str) else baseline
    checks = audit(solved.case, frames, solved.value, used).failures
    assert all(text(check.message, language) for check in checks for language in LANGUAGES)
    return {check.message.key for check in checks if check.family == "rolling"}


def test_the_plan_itself_passes() -> None:
    assert found() == set()
    fed = plans()[1].frame("feeds").set_index("period")["feed_t"]
    assert fed.tolist() == pytest.approx([60, 35, 35, 35])


@pytest.mark.parametrize(
    ("changes", "keys"),
    [
        ((change("feeds", "feed_t", 0.01, period="26a"),), {"thawed", "not_told"}),
        ((drop("placements", period="26a"),), {"thawed", "not_told"}),
        ((append("builds", "press_line", "26a", "2026-01-01", 1, 60.0, "t/period", 0.0),), {"thawed", "not_told"}),
        ((append("openings", "R_M", "26a"),), {"thawed", "not_told"}),
        ((append("used", "outlet", "brick", "26a"),), {"thawed"}),
        ((change("feeds", "feed_t", -1, period="26b"),), {"changed_too_much", "moved_wrongly"}),
        ((change("feeds", "feed_t", 51, period="26c"),), {"changed_too_much", "moved_wrongly"}),
        ((change("sales", "sold", -6, period="26d"),), {"changed_too_much", "moved_wrongly"}),
        ((change("placements", "placed_t", 3, period="26d"),), {"moved_wrongly"}),
        ((change("moved", "change", 1, measure="feed", period="26d"),), {"moved_wrongly"}),
        ((change("moved", "before", 1, measure="feed", period="26d"),), {"moved_wrongly"}),
        ((drop("moved", measure="sold", period="26d"),), {"not_told"}),
        ((append("moved", "built", "press_line", "", "", "", "26b", 0.0, 1.0, 1.0),), {"moved_nowhere"}),
        ((put("periods", "end", "2026-04-02", period="26a"),), {"calendar"}),
        ((drop("periods", period="26d"),), {"calendar"}),
    ],
)  # fmt: skip
def test_a_planted_violation_is_found(changes: Any, keys: set[str]) -> None:
    assert found(*changes) == {f"audit.rolling.{key}" for key in keys}


def test_a_plan_without_the_table_of_what_moved() -> None:
    assert found(lambda frames: {n: f for n, f in frames.items() if n != "moved"}) == {
        "audit.rolling.no_moved"
    }


def test_change_limits_cannot_be_checked_without_a_baseline() -> None:
    """Nor can anything have moved."""
    assert found(baseline=None) == {"audit.rolling.no_baseline", "audit.rolling.moved_nowhere"}


def test_another_baseline_is_found() -> None:
    own = plans()[0]
    days = own.frames["periods"].assign(period=["1", "2", "3", "4"])
    other = Baseline("other", {**own.frames, "periods": days}, 1)
    assert found(baseline=other) == {"audit.rolling.other_baseline"}
    more = replace(own, frames={**own.frames, "feeds": own.frames["feeds"].assign(feed_t=59.0)})
    assert found(baseline=more) == {f"audit.rolling.{key}" for key in ("thawed", "moved_wrongly", "not_told")}


def test_switches_and_hours_of_a_frozen_period_stay() -> None:
    """The rich case against its own plan: a line that is on for one period less, hours that are others."""
    case = replace(rich(), change_limits=())
    first = solve(case)
    baseline = against(first, 2)
    frozen = case.periods[0].name
    frames = dict(solve(case, baseline=baseline).plan.frames)
    assert audit(case, frames, None, baseline).passed
    running = frames["running"]
    on = running[(running["period"] == frozen) & (running["on"] > 0)]
    assert len(on)
    less = {**frames, "running": running.drop(index=on.index[:1])}
    failures = audit(case, less, None, baseline).failures
    assert "audit.rolling.thawed" in {check.message.key for check in failures}


# ---------------------------------------------------------------- stock at the end


def ends(rule: str) -> Case:
    return tiny(
        mud(),
        yard("mud", end_stock=rule),
        in_stock("yard", "mud", 40),
        landfill("mud", 20),
        end_of_horizon="charge",
    )


@pytest.mark.parametrize(
    ("rule", "amount", "key"),
    [
        ("empty", 1.0, "not_empty"),
        ("at_most_opening", 1.0, "above_opening"),
        ("equal_opening", 1.0, "above_opening"),
        ("equal_opening", -1.0, "below_opening"),
    ],
)
def test_other_stock_at_the_end_is_found(rule: str, amount: float, key: str) -> None:
    """The plan of a yard that asks for nothing, its closing stock set to what the rule asks for, and off it."""
    solved = solve(ends("free"))
    asked = 0.0 if rule == "empty" else 40.0
    held = solved.frame("stocks")
    rest = [0.0] * (len(held) - 1)
    case = ends(rule)

    def told(left: float) -> set[str]:
        frames = {**solved.plan.frames, "stocks": held.assign(stock_t=[left, *rest])}
        failures = audit(case, frames, solved.value).failures
        return {check.message.key for check in failures if check.family == "horizon"}

    assert told(asked + amount) == {f"audit.horizon.{key}"}
    assert told(asked) == set()


def test_a_charge_on_a_yard_that_is_free_is_found() -> None:
    solved = solve(ends("charge"))
    assert len(solved.frame("excess"))
    over = solved.frame("excess").assign(excess_t=5.0)
    checks = audit(ends("free"), {**solved.plan.frames, "excess": over}, solved.value).failures
    assert "audit.horizon.not_charged" in {check.message.key for check in checks}
