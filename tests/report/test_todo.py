"""Steps with the parts of their lead times counted back from the day on which they are ready."""

from __future__ import annotations

from datetime import date

import pytest
from tests.builders import sells, years
from tests.model.deciding import press, world

from redmud_opt import optimise
from redmud_opt.case import Case
from redmud_opt.case.steps import part_starts
from redmud_opt.plan import Plan
from redmud_opt.report.charts import build_calendar
from redmud_opt.report.charts.calendar import DAY_MS
from redmud_opt.report.todo import steps_to_take

PARTS = {"eia_months": 4, "permit_months": 2, "construction_months": 6}
READY = date(2027, 1, 1)


def solved(**parts: int) -> tuple[Case, Plan]:
    """A press decided in January 2026 that takes a year."""
    line = press(60, capex_cny=500, lead_time_months=12, **parts)
    case = world(line, sells("brick", 10), periods=years(2026, 3))
    return case, optimise(case)


def test_parts_are_counted_back_from_the_day_of_readiness() -> None:
    """Ready on 1 January 2027: 6 months to build from July on, 2 for permits from May on, 4 to assess."""
    assert part_starts(press(60, **PARTS)["lines"][0], READY) == (
        *(date(2026, 1, 1), date(2026, 5, 1), date(2026, 7, 1)),
    )


@pytest.mark.parametrize(
    ("stated", "known"),
    [
        ((), (None, None, None)),
        (("construction_months",), (None, None, date(2026, 7, 1))),
        (("eia_months", "construction_months"), (None, None, date(2026, 7, 1))),
        (("eia_months", "permit_months"), (None, None, None)),
    ],
)
def test_nothing_is_counted_back_past_what_is_not_stated(
    stated: tuple[str, ...], known: tuple[date | None, ...]
) -> None:
    line = press(60, **{part: PARTS[part] for part in stated})["lines"][0]
    assert part_starts(line, READY) == known


@pytest.mark.parametrize("language", ["en", "zh"])
def test_parts_stand_in_the_table_and_in_the_calendar(language: str) -> None:
    case, plan = solved(**PARTS)
    (row,) = steps_to_take(case, plan, language).to_numpy().tolist()
    assert row[2:7] == ["2026-01-01", "2026-01-01", "2026-05-01", "2026-07-01", "2027-01-01"]
    chart = build_calendar(case, plan, language)
    assert chart is not None
    assert chart.twin.frame.iloc[0].tolist()[2:7] == row[2:7]
    thin = [bar for bar in chart.figure.data if bar.type == "bar" and bar.width]
    assert [sum(bar.x) / DAY_MS for bar in thin] == [120, 61, 184]  # January to April, May and June, the rest


def test_what_is_not_stated_is_a_dash() -> None:
    case, plan = solved(construction_months=6)
    (row,) = steps_to_take(case, plan, "en").to_numpy().tolist()
    assert row[3:6] == ["–", "–", "2026-07-01"]
    assert solved()[1].value_cny == plan.value_cny
