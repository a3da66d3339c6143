"""Capex by year, and the curve of a solve: what is drawn is what the tables say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.report.paper import LABELS, plan

from redmud_opt.plan import Plan
from redmud_opt.report.capex import LEGEND_FIT, capex_bars, capex_scale
from redmud_opt.report.display import live_words, proof_words, status_words
from redmud_opt.report.numbers import apart, gap_percent, money_scale, share_of
from redmud_opt.report.progress import progress_curve, progress_lines


def solved(**values: Any) -> Plan:
    """The paper plan with a solve of this kind."""
    return replace(plan(), solve={**plan().solve, **values})


def point(seconds: float, objective: float | None, bound: float | None) -> dict[str, Any]:
    return {"seconds": seconds, "objective": objective, "bound": bound, "gap": None, "phase": "branch"}


CURVE = [
    point(0.0, None, None),
    point(1.0, None, 40e6),
    point(2.0, -500e6, 12e6),
    point(3.0, 9e6, 11e6),
    point(8.0, 10e6, 10.5e6),
]
HELD = {
    "status": "feasible",
    "stopped": "time",
    "holds": "with_gap",
    "objective": 10e6,
    "bound": 10.5e6,
    "gap": 0.05,
    "curve": CURVE,
}


# ---- capex ----------------------------------------------------------------------------------------------------


def test_bars_are_the_spending() -> None:
    figure = capex_bars(plan(), "en")
    bars = {trace.name: (list(trace.x), list(trace.y)) for trace in figure.data if trace.type == "bar"}
    assert bars == {
        "Second kiln": (["2026"], [1.0]),
        "Second mill": (["2026", "2027"], [3.0, 3.0]),
    }
    assert figure.layout.barmode == "stack"
    assert len({trace.marker.color for trace in figure.data if trace.type == "bar"}) == 2


def test_years_without_capex_keep_their_place() -> None:
    apart_ = plan(spending=(("mill_2", 2026, 1e6), ("mill_2", 2029, 1e6)))
    years = capex_bars(apart_, "en").layout.xaxis.categoryarray
    assert list(years) == ["2026", "2027", "2028", "2029"]


def test_budget_of_a_year_is_marked() -> None:
    marks = [trace for trace in capex_bars(plan(), "en").data if trace.type == "scatter"]
    assert [(list(mark.x), list(mark.y), mark.name) for mark in marks] == [
        (["2026"], [4.0], "budget first: 4.00 M CNY")
    ]


def test_capex_speaks_chinese() -> None:
    assert capex_scale(plan(), "zh").unit == "万元"
    names = [trace.name for trace in capex_bars(plan(), "zh").data]
    assert names == ["Second kiln", "磨选二线", "预算 first：400 万元"]


def test_names_of_lines_are_drawn_as_they_stand_and_fit() -> None:
    labels = {"en": LABELS["en"] | {"mill_2": "<b>" + "long " * 20}}
    name = next(t.name for t in capex_bars(replace(plan(), labels=labels), "en").data if "long" in t.name)
    assert name.startswith("&lt;b&gt;")
    assert max(map(len, name.replace("&lt;", "<").replace("&gt;", ">").split("<br>"))) <= LEGEND_FIT


# ---- the solve ------------------------------------------------------------------------------------------------


def test_lines_are_best_plan_and_bound() -> None:
    bound, best = progress_lines(solved(**HELD), "en").data
    assert (list(best.x), list(best.y)) == ([2.0, 3.0, 8.0], [-500.0, 9.0, 10.0])
    assert (list(bound.x), list(bound.y)) == ([1.0, 2.0, 3.0, 8.0], [40.0, 12.0, 11.0, 10.5])
    assert best.line.shape == bound.line.shape == "hv"  # both hold until they change


def test_a_poor_first_plan_does_not_press_the_rest_together() -> None:
    """10 in the end, 12 the highest bound beside a plan: down to 10 − 2·2, with a little room."""
    low, high = progress_lines(solved(**HELD), "en").layout.yaxis.range
    assert (low, high) == pytest.approx((6 - 0.48, 12 + 0.48))


def test_a_plan_that_is_its_bound_still_has_a_window() -> None:
    flat = HELD | {"curve": [point(0.1, 5e6, 5e6)], "objective": 5e6, "bound": 5e6}
    low, high = progress_lines(solved(**flat), "en").layout.yaxis.range
    assert low < 5 < high


def test_a_label_at_the_end_of_the_lines_fits() -> None:
    """A tick may stand where the lines end: half of `0.0145`, six digits of 8 px, lies beyond."""
    figure = progress_lines(solved(**HELD), "en")
    assert figure.layout.margin.r >= 6 * 8 / 2
    assert figure.layout.margin.t == capex_bars(plan(), "en").layout.margin.t  # other looks as everywhere


@pytest.mark.parametrize(
    "solve",
    [
        {},
        {"curve": []},
        HELD | {"bound": None},  # a level before the last was cut short: nothing to compare with
        HELD | {"curve": [point(0.0, None, 3.0)]},
    ],
)
def test_no_curve_where_nothing_was_proved(solve: dict[str, Any]) -> None:
    assert progress_curve(solved(**solve)) == []


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Best plan 10.00 M CNY; no plan is worth more than 10.50 M CNY; gap 5.0 %."),
        ("zh", "最好方案 1,000 万元；价值不可能高于 1,050 万元；间隙 5.0%。"),
    ],
)
def test_proof_in_words(language: str, words: str) -> None:
    assert proof_words(solved(**HELD), language) == words


def test_status_never_shows_a_small_gap_as_nothing() -> None:
    assert "by up to 0.0043 %" in status_words(solved(**HELD | {"gap": 4.26e-5}), "en")


def test_live_words() -> None:
    line = {"phase": "branch", "goal": "value", "objective": None, "bound": 247e6, "gap": None}
    assert live_words(line, "en") == {"best": "–", "bound": "247 M CNY", "gap": "–"}
    line |= {"objective": 246.5e6, "gap": 0.002}
    assert live_words(line, "en") == {"best": "246.50 M CNY", "bound": "247.00 M CNY", "gap": "0.2 %"}
    assert live_words(line | {"goal": "utilisation"}, "zh")["best"] == "24,650 万吨"
    assert live_words(line | {"phase": "lp"}, "en") == {}
    assert live_words({"phase": "try", "goal": "value"}, "en") == dict.fromkeys(("best", "bound", "gap"), "–")


# ---- numbers --------------------------------------------------------------------------------------------------


def test_amounts_are_told_apart() -> None:
    scale = money_scale([251e6], "en")
    assert apart([250.9e6, 251.36e6], scale) == ["250.90 M CNY", "251.36 M CNY"]
    assert apart([-13.9e6, -13.0e6], scale) == ["−13.90 M CNY", "−13.00 M CNY"]
    assert apart([100e6, 100e6], scale) == ["100 M CNY", "100 M CNY"]
    assert apart([100e6, 300e6], scale) == ["100 M CNY", "300 M CNY"]
    assert apart([], scale) == []


def test_gaps_in_percent() -> None:
    assert [gap_percent(gap, "en") for gap in (0.0, 6e-15, 4.26e-5, 0.001, 0.205)] == [
        *("0.0 %", "0.0 %", "0.0043 %", "0.1 %", "20.5 %")
    ]
    assert share_of(0.5) == 0.005
