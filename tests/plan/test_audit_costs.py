"""Planted errors in cost to serve and in the annual view: the audit must name each."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from tests.builders import Solved, solve
from tests.model.rich import small
from tests.plan.test_audit_world import Frames, append, change, drop, put, without_sums

from redmud_opt.i18n import LANGUAGES, text
from redmud_opt.plan.audit import Audit, audit


@cache
def planned() -> Solved:
    return solve(replace(small(), change_limits=()))


def judged(*changes: object) -> Audit:
    frames: Frames = dict(planned().plan.frames)
    for apply in changes:
        frames = apply(frames)  # type: ignore[operator]
    return audit(planned().case, frames, planned().value)


def found(*changes: object) -> set[str]:
    return {check.message.key for check in judged(*changes).failures}


MUD = {"site": "R", "material": "mud", "given": "arising"}
ROW = {**MUD, "fate": "utilised", "at": "press"}


@pytest.mark.parametrize(
    ("key", "changes"),
    [
        ("cost_to_serve.value", [change("cost_to_serve", "value_cny", 1.0, term="sales", **ROW)]),
        ("cost_to_serve.value", [drop("cost_to_serve", term="transport", **ROW)]),
        ("cost_to_serve.value", [append("cost_to_serve", "", "", "", "not_attributed", "not_attributed", "", "capex",
                                        2026, -5.0)]),
        ("cost_to_serve.no_source", [put("cost_to_serve", "site", "N", **ROW)]),
        ("cost_to_serve.tonnes", [change("traced", "origin_t", 1.0, **ROW)]),
        ("cost_to_serve.tonnes", [put("traced", "given", "opening_stock", **ROW)]),
        ("cost_to_serve.path", [change("paths", "origin_t", 1000.0, **ROW)]),
        ("annual.misstated", [change("annual", "value_cny", 1.0, term="sales")]),
        ("annual.misstated", [drop("annual", term="processing")]),
        ("annual.misstated", [append("annual", "capex", 2026, 184 / 365, -9.0)]),
        ("annual.of_year", [put("annual", "of_year", 1.0, term="sales")]),
        ("frames.unknown_name", [put("traced", "site", "nowhere", **ROW)]),
    ],
)  # fmt: skip
def test_planted(key: str, changes: list[object]) -> None:
    assert f"audit.{key}" in found(*changes)


def test_tonnes_moved_from_one_fate_to_another() -> None:
    """The source keeps its tonnes, so the fates have to tell."""
    more = change("traced", "origin_t", 1.0, **MUD, fate="utilised", at="press")
    less = change("traced", "origin_t", -1.0, **MUD, fate="utilised", at="separate")
    assert found(more, less) == {"audit.cost_to_serve.fate", "audit.cost_to_serve.path"}


def test_a_correct_plan_passes_and_says_what_an_old_one_lacks() -> None:
    assert judged().passed
    old = judged(without_sums)
    assert old.passed
    notes = {check.message.key for check in old.checks if check.message.key.endswith("not_stated")}
    assert {"audit.cost_to_serve.not_stated", "audit.annual.not_stated"} <= notes


@pytest.mark.parametrize("language", LANGUAGES)
def test_messages_speak_both_languages(language: str) -> None:
    changes = [
        change("cost_to_serve", "value_cny", 1.0, term="sales", **ROW),
        put("cost_to_serve", "site", "N", **ROW, term="transport"),
        change("traced", "origin_t", 1.0, **ROW),
        change("paths", "origin_t", 1000.0, **ROW),
        change("annual", "value_cny", 1.0, term="sales"),
        put("annual", "of_year", 1.0, term="sales"),
    ]
    said = judged(*changes).failures
    assert len({check.message.key for check in said}) == 7
    for check in said:
        assert not text(check.message, language).startswith("audit.")
