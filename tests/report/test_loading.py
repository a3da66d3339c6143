"""How full things are and whether sites add up, on paper and on a whole plan."""

from __future__ import annotations

import pytest
from tests.jobs import cases

from redmud_opt import Case, Plan, load_case, optimise
from redmud_opt.report.loading import book_of, loading, node_balance


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Case, Plan]:
    """A small case in which lines are built, and its plan."""
    case = load_case(cases.growing(tmp_path_factory.mktemp("loading") / "case"))
    return case, optimise(case)


def test_load_and_capacity_of_a_line_are_those_of_the_plan(planned: tuple[Case, Plan]) -> None:
    """Load = Σ feeds of the line in the period of a capacity in tonnes; share = load ÷ capacity, never beyond 1."""
    case, plan = planned
    found = loading(book_of(case, plan))
    assert (found["share"] <= 1 + 1e-6).all()
    assert (found["share"] - found["load"] / found["capacity"]).abs().max() < 1e-12
    lines = found[(found["kind"] == "line") & (found["unit"] == "t")]
    fed = plan.frames["feeds"].groupby(["line", "period"])["feed_t"].sum()
    assert len(lines) > 3
    for row in lines.to_dict("records"):
        assert row["load"] == pytest.approx(fed.get((row["item"], row["period"]), 0.0), abs=1e-6)
    assert list(found["share"]) == sorted(found["share"], reverse=True)


def test_every_site_adds_up(planned: tuple[Case, Plan]) -> None:
    """What arises, is bought, arrives, is made or reclaimed equals what is sent, fed, used, sold and put away."""
    case, plan = planned
    book = book_of(case, plan)
    seen = 0
    for site in case.sites:
        found = node_balance(book, site.name)
        seen += len(found)
        sums = found.groupby(["material", "year"])["amount"].sum()
        assert sums.abs().max() < 1e-3 if len(sums) else True
    assert seen > 10


def test_what_arises_is_what_the_plan_says(planned: tuple[Case, Plan]) -> None:
    case, plan = planned
    book = book_of(case, plan)
    arising = sum(
        found.loc[found["what"] == "arising", "amount"].sum()
        for found in (node_balance(book, site.name) for site in case.sites)
    )
    assert arising == pytest.approx(plan.frames["arisings"]["arising_t"].sum())
