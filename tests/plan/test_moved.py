"""What moved, in words and on disk: value, frozen periods, steps, tonnes by period, by year or in all."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import pytest
from tests.builders import Solved, against, parts, sells, solve, years
from tests.model.deciding import press, world
from tests.model.test_rolling import QUARTERS, bricks

from redmud_opt.case import Case, Period
from redmud_opt.i18n import LANGUAGES
from redmud_opt.plan import Plan


@cache
def again(freeze: int = 2, periods: tuple[Period, ...] = QUARTERS) -> Solved:
    """60 t a period before; nothing now where it is free to."""
    return solve(bricks(15, periods=periods), baseline=against(solve(bricks(50, periods=periods)), freeze))


def block(plan: Plan) -> list[str]:
    """What is said against the baseline, line by line."""
    lines = plan.describe("en").splitlines()
    start = next(k for k, line in enumerate(lines) if line.startswith("Against the baseline"))
    return [" ".join(line.split()) for line in lines[start : lines.index("", start)]]


def test_the_plan_says_what_moved() -> None:
    """26c and 26d: 60 t less fed and delivered, 60 t more placed. Value 7200 before, −600 now."""
    said = block(again().plan)
    assert said[:2] == ["Against the baseline before: value 0.007200 → -0.000600 MCNY", "- frozen: 26a, 26b"]
    assert said[2:4] == ["Changed [tonnes more, tonnes less]", "26c 26d"]
    assert sorted(said[4:]) == ["delivered −60 −60", "fed −60 −60", "placed +60 +60"]


def test_many_periods_are_summed_by_year_and_many_years_in_all() -> None:
    """Ten free months of 2026; six free years."""
    by_year = block(again(2, parts(2026, 1)).plan)
    assert by_year[3] == "2026"
    assert "fed −600" in by_year
    in_all = block(again(1, years(2026, 7)).plan)
    assert in_all[3] == "horizon"
    assert "fed −360" in in_all


def test_nothing_moved_is_said() -> None:
    same = solve(bricks(50), baseline=against(solve(bricks(50)), 1))
    assert block(same.plan)[1:] == ["- frozen: 26a", "- nothing moved"]
    assert same.frame("moved").empty


def test_a_plan_without_a_baseline_says_nothing_of_it() -> None:
    alone = solve(bricks(50)).plan
    assert "baseline" not in alone.describe("en")
    assert "baseline" not in alone.as_record()
    assert alone.frames["moved"].empty


@pytest.mark.parametrize("language", LANGUAGES)
def test_steps_that_moved_are_named_and_no_key_is_left_bare(language: str) -> None:
    """A press for 500 was built in 26a; for 800 it is not."""

    def priced(capex: float) -> Case:
        return world(press(73, capex_cny=capex), sells("brick", 10), periods=QUARTERS)

    words = solve(priced(800), baseline=against(solve(priced(500)))).plan.describe(language)
    assert not re.search(r"\bplan\.\w", words)
    told = {
        "en": "press_line: 0 built in 26a, 1 in the baseline",
        "zh": "press_line：26a 建设 0 个，基准规划为 1 个",
    }
    assert told[language] in words


def test_what_moved_survives_on_disk(tmp_path: Path) -> None:
    plan = again().plan
    plan.save(tmp_path)
    back = Plan.load(tmp_path)
    assert back.frames["moved"].equals(plan.frames["moved"])
    assert back.frames["periods"].equals(plan.frames["periods"])
    assert back.describe("zh") == plan.describe("zh")
    record = json.loads(json.dumps(back.as_record(), allow_nan=False))
    assert record["baseline"] == {"name": "before", "value_cny": 7200.0, "frozen": ["26a", "26b"], "moved": 6}
