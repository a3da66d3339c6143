"""Plans side by side, on paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import pandas as pd
import pytest
from tests.builders import sells, solve, with_settings, years
from tests.model.deciding import press, world

from redmud_opt.case import Case, CaseFaults
from redmud_opt.network import build_network
from redmud_opt.study.comparison import Comparison, Side, compare
from redmud_opt.study.inputs_diff import inputs_that_differ, model_that_differs


@cache
def world_at(price: float) -> Case:
    """100 t of mud, bricks of it one to one; line A: 30 t for 200, line B: 30 t for 230."""
    return world(press(30, "a", capex_cny=200), press(30, "b", capex_cny=230), sells("brick", price))


@cache
def side(price: float) -> Side:
    case = world_at(price)
    return Side(case, solve(case).plan)


@pytest.fixture(scope="module")
def found() -> Comparison:
    return compare({"at 7": side(7.0), "at 10": side(10.0), "inputs": Side(world_at(7.0))})


def of(frame: pd.DataFrame, **where: str) -> list[dict[Any, Any]]:
    """Rows of a table."""
    for name, value in where.items():
        frame = frame[frame[name] == value]
    return frame.to_dict("records")


def test_one_price_differs_and_it_reaches_the_model(found: Comparison) -> None:
    (row,) = of(found.inputs, of="at 10")
    assert (row["table"], row["row"], row["column"]) == ("outlets", "brick_outlet", "price_cny_per_t")
    assert (row["change"], row["before"], row["after"]) == ("changed", 7.0, 10.0)
    changed = {row["family"]: row for row in of(found.model, of="at 10")}
    assert changed["define_value_cny"]["coefficients"] == 1
    assert not of(found.inputs, of="inputs")


def test_value_decisions_and_destinations(found: Comparison) -> None:
    """At 7 line A earns 10 and B is not built; at 10 both are: 100 + 70. Of 100 t 30 and 60 are pressed."""
    (value,) = of(found.kpis, kpi="value_cny")
    assert (value["at 7"], value["at 10"]) == (pytest.approx(10.0), pytest.approx(170.0))
    gain = found.value_gained("at 10")
    assert gain.resolved
    assert (gain.least, gain.most) == (pytest.approx(160.0, abs=1e-3), pytest.approx(160.0, abs=1e-3))
    decisions = {row["item"]: row for row in found.decisions.to_dict("records")}
    assert (decisions["a_line"]["at 7"], decisions["a_line"]["alike"]) == ("26a", True)
    assert (decisions["b_line"]["at 7"], decisions["b_line"]["at 10"]) == ("", "26a")
    used = {row["fate"]: row for row in of(found.destinations, waste_class="red_mud")}["utilised"]
    assert used["spread_t"] == pytest.approx(30.0)
    assert not len(compare({"one": side(7.0), "same": side(7.0)}).destinations)


def test_rows_that_only_one_has() -> None:
    before, after = world_at(7.0), world(press(30, "a", capex_cny=200), sells("brick", 7.0))
    rows = {(row["table"], row["row"]): row for row in inputs_that_differ(before, after).to_dict("records")}
    assert rows["lines", "b_line"]["change"] == "removed"
    assert "capex_cny=230" in rows["lines", "b_line"]["before"]
    back = {(row["table"], row["row"]): row for row in inputs_that_differ(after, before).to_dict("records")}
    assert back["lines", "b_line"]["change"] == "added"
    gone = model_that_differs(build_network(before), build_network(after))
    assert gone.set_index("family").loc["build", "removed"] == 1


def test_labels_and_evidence_are_no_inputs() -> None:
    case = world_at(7.0)
    outlets = tuple(replace(o, label_en="Bricks", comment="asked", evidence="measured") for o in case.outlets)
    assert not len(inputs_that_differ(case, replace(case, outlets=outlets)))


def test_settings_and_calendar() -> None:
    case = world_at(7.0)
    other = with_settings(replace(case, periods=years(2026, 2)), discount_rate=0.05)
    found = {
        (row["table"], row["row"], row["column"])
        for row in inputs_that_differ(case, other).to_dict("records")
    }
    assert found == {("settings", "", "discount_rate"), ("periods", "27a", "")}


@pytest.mark.parametrize(
    ("sides", "key"),
    [
        ({"one": Side(world_at(7.0))}, "compare.how_many"),
        ({str(k): Side(world_at(7.0)) for k in range(5)}, "compare.how_many"),
        (
            {"a": Side(world_at(7.0)), "b": Side(replace(world_at(7.0), periods=years(2026, 2)))},
            "compare.other_calendar",
        ),
    ],
)
def test_what_cannot_be_compared(sides: Mapping[str, Side], key: str) -> None:
    with pytest.raises(CaseFaults) as raised:
        compare(sides)
    assert [fault.message.key for fault in raised.value.faults] == [key]
