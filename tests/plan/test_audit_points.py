"""Points that exclude each other: the audit catches a plan that runs two of them in one period."""

from __future__ import annotations

from tests.builders import sells, solve
from tests.model.deciding import two_points, world

from redmud_opt.plan.audit import audit


def failed(*, exclusive: bool) -> set[str]:
    """What the audit finds in a plan that runs both points, judged by a case that forbids or allows it."""
    tables = (*two_points(exclusive=False), sells("brick", 10, max_t=60))
    solved = solve(world(*tables))
    assert sorted(solved.plan.frames["feeds"]["feed_t"]) == [40, 40]
    judged = world(*two_points(exclusive=exclusive), sells("brick", 10, max_t=60))
    found = audit(judged, solved.plan.frames, solved.plan.value_cny)
    return {check.message.key for check in found.failures}


def test_two_points_in_a_period() -> None:
    """40 t at each point: the 40 t at the other point are too many."""
    assert failed(exclusive=True) == {"audit.points.together"}


def test_points_that_share_the_line() -> None:
    assert failed(exclusive=False) == set()
