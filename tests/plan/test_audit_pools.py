"""Planted errors in a plan with a pool; each is caught.

100 t of A and 100 of B arise at the pool P, half and half; 150 t go to K, a kiln takes 100 there, a base 50; 50 stay.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest
from tests.builders import arises, lane, site, solve
from tests.model.pooling import base, kiln, merged, pooled
from tests.plan.test_audit_world import Frames, append, change, drop, keys, replaced

from redmud_opt.case import Case
from redmud_opt.i18n import LANGUAGES, text
from redmud_opt.plan.audit import audit
from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.pools import pools

Change = Callable[[Frames], Frames]
A, B = "a@red_mud@new", "b@red_mud@new"


@cache
def world() -> tuple[Case, Frames]:
    ways = merged(site("K"), lane("P", "K"), kiln(8, "K", capacity=100), base(50, at="K"))
    found = solve(pooled(arises("a", 100, "P"), arises("b", 100, "P"), ways))
    return found.case, dict(found.plan.frames)


def both(*changes: Change) -> Change:
    """One after the other."""

    def apply(frames: Frames) -> Frames:
        for one in changes:
            frames = one(frames)
        return frames

    return apply


def found(case: Case, frames: Frames) -> set[str]:
    return {
        check.message.key.removeprefix("audit.pools.")
        for check in pools(Book(case, frames, None))
        if not check.passed
    }


def test_the_plan_is_as_on_paper() -> None:
    case, frames = world()
    stocks = frames["stocks"].set_index("stream")
    assert stocks["reclaimed_t"].to_dict() == pytest.approx({A: 75, B: 75})
    assert stocks["stock_t"].to_dict() == pytest.approx({A: 25, B: 25})
    assert frames["sales"].query("outlet == 'base'")["sold"].tolist() == pytest.approx([25, 25])
    assert not found(case, frames)
    (held,) = pools(Book(case, frames, None))
    assert held.message.values["rows"] == 16


PLANTED: dict[str, tuple[Change, set[str]]] = {
    "more of B is taken out than lies there in proportion": (
        both(
            change("stocks", "reclaimed_t", 5, stream=B), change("stocks", "stock_t", -5, stream=B),
            change("flows", "flow_t", 5, stream=B), change("pools", "reclaimed_t", 5, lineage="b"),
        ),
        {"not_mixed"},
    ),
    "the lane carries B for A": (
        both(change("flows", "flow_t", 5, stream=B), change("flows", "flow_t", -5, stream=A)),
        {"not_mixed", "passed_by"},
    ),
    "B passes by the pool": (
        both(change("flows", "flow_t", 5, stream=B), change("stocks", "put_t", -5, stream=B)),
        {"not_mixed", "passed_by"},
    ),
    "all passes by the pool": (
        both(change("flows", "flow_t", 5, stream=B), change("flows", "flow_t", 5, stream=A)), {"passed_by"},
    ),
    "the kiln gets B from the base's share": (
        both(
            change("feeds", "feed_t", 5, stream=B), change("feeds", "feed_t", -5, stream=A),
            change("sales", "sold", -5, outlet="base", stream=B), change("sales", "sold", 5, outlet="base", stream=A),
        ),
        {"not_mixed"},
    ),
    "a share is misstated": (change("pools", "share", 0.1, lineage="a"), {"share"}),
    "what is in it is misstated": (change("pools", "content_t", 1, lineage="a"), {"content"}),
    "what is taken out is misstated": (change("pools", "reclaimed_t", 1, lineage="a"), {"taken"}),
    "a material is left out": (drop("pools", lineage="b"), {"content"}),
    "a material is invented": (append("pools", "pool", "c", "26a", 1.0, 0.0, 0.5), {"content", "share"}),
    "nothing is in the pool": (drop("stocks", stream=B), {"not_mixed", "passed_by", "content", "share", "taken"}),
}  # fmt: skip


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_error_is_caught(name: str) -> None:
    case, frames = world()
    planted, expected = PLANTED[name]
    spoilt = planted(frames)
    assert found(case, spoilt) == expected
    whole = audit(case, spoilt)
    assert not whole.passed
    assert {f"audit.pools.{key}" for key in expected} <= keys(whole)


def test_a_pool_that_the_case_does_not_mix() -> None:
    case, frames = world()
    assert found(replaced(case, "storages", "pool", mixed=False), frames) == {"no_pool"}


def test_hazardous_and_other_waste_in_one_pool() -> None:
    case, frames = world()
    other = replaced(case, "materials", "b", legal_status="hazardous_waste")
    assert "spreads_hazard" in found(replaced(other, "storages", "pool", accepts_hazardous=True), frames)


def test_every_failure_has_words() -> None:
    case, frames = world()
    for planted, _ in PLANTED.values():
        for check in pools(Book(case, planted(frames), None)):
            assert all(text(check.message, language) for language in LANGUAGES)
