"""`benchmarks.app`: its page says what was measured and whether it counts; its parts run on a real server."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from benchmarks.app import measures
from benchmarks.app.measures import (
    STOPS,
    Cancel,
    Click,
    Crowd,
    Load,
    Memory,
    cancel_runs,
    chromium,
    click_run,
    crowd,
    load_pages,
    memory,
    rerun_sides,
)
from benchmarks.app.page import Found, page
from benchmarks.app.serving import served
from tests.jobs.cases import starter

from redmud_opt.jobs import RunOptions, run
from redmud_opt.ui.pages import PAGES
from redmud_opt.ui.plan_view import VIEWS


def measured(load: float = 0.0, slowest_cancel_s: float = 1.0) -> Found:
    return Found(
        load=load,
        quiet={"plan": Load(2.0, [1.0, 1.2], 0.9, [0.4, 0.5], 0.1)},
        loaded={"plan": Load(3.0, [2.2, 2.2], 0.9, [0.4, 0.5], 0.1)},
        sides={"ways": {"guangxi": 0.25, "group": 0.31}},
        up_s=1.5,
        clicks=[Click(0.2, 2.5), Click(0.3, 3.5)],
        cancels=[Cancel("LP", "lp", "cancelled", slowest_cancel_s, 0.5)],
        memory=Memory({0: 278.0, 25: 281.0}, 281.0, 282.0, 282.0, 60),
        crowd=Crowd(10, [1.0, 2.0], 0.1, [0.4, 0.6]),
    )


def test_the_page_says_what_was_measured() -> None:
    text = page(measured())
    assert "| plan | 2.00 | 1.10 | 0.45 | 0.10 | 3.00 | 2.20 | 1.50 | 2.00 |" in text
    assert "× 2.0 (median, warm)" in text
    assert "| it shows a running step | 3.00 | 3.50 |" in text
    assert "| LP | lp | cancelled | 0.50 | 1.00 |" in text
    assert "Aim at most 5 s: met" in text
    assert "| 25 reruns of the plan page | 281 |" in text
    assert "busy" not in text


def test_a_busy_machine_and_a_missed_aim_are_said() -> None:
    text = page(measured(load=4.0 * (os.cpu_count() or 1), slowest_cancel_s=6.0))
    assert "The machine was busy" in text
    assert "Aim at most 5 s: missed by: LP." in text


def test_parts_that_were_not_asked_for_are_left_out() -> None:
    assert "##" not in page(Found(load=0.0))


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("solved")
    assert run(starter(home / "case"), options=RunOptions(), out=home / "starter-run").plan is not None
    return home / "starter-run"


@pytest.mark.slow
def test_memory_and_many_at_once_without_a_browser(solved: Path) -> None:
    with served([solved]) as server:
        found = memory(server, solved.name, reruns=25, sessions=4)
        assert list(found.by_reruns) == [0, 25]
        assert 50 < found.by_reruns[0] <= found.at_most + 50
        many = crowd(server, solved.name, sessions=3, turns=2)
        assert (len(many.first_s), len(many.each_s)) == (3, 6)
        sides = rerun_sides(server, {solved.name: "guangxi"})
        assert list(sides) == list(VIEWS)
        assert sum(of_case["guangxi"] for of_case in sides.values()) > 0
        # a full garbage collection after every run of a page alone took 0.15 s: `runner.postScriptGC` is off
        assert measures._again(server, "about", {"case": "guangxi"}) < 0.1


@pytest.mark.journey
def test_pages_clicks_and_cancels_in_a_browser(solved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measures, "WARM", 1)
    monkeypatch.setattr(measures, "STOPS", STOPS[:1])
    with chromium() as browser, served([solved]) as server:
        loads = load_pages(server, browser, {solved.name: "guangxi"})
        assert list(loads) == [one.name for one in PAGES]
        assert all(len(one.warm_s) == 1 and one.first_s > 0 for one in loads.values())
        (click,) = click_run(server, browser, times=1)
        assert 0 < click.answered_s <= click.running_s
        (cancelled,) = cancel_runs(server, browser)
        assert (cancelled.clicked_in, cancelled.ended_as) == ("queued", "cancelled")
