"""What more room is worth, on paper: 100 t of mud a year at 1.25 t/m³, placed for nothing, or 9 a tonne elsewhere."""

from __future__ import annotations

from typing import Any

import pytest
from tests.builders import Tables, mud, sells, tiny, waste, yard, years
from tests.model.test_goldens_yards import curve, raised

from redmud_opt.case import Case
from redmud_opt.study.airspace import worth_of_room


def placed(*more: Tables, **columns: Any) -> Case:
    own = yard("mud", final=True, retrievable=False, method="D", **columns)
    base = (mud(density_t_per_m3=1.25), sells("mud", -9, method="D", name="tip"), own)
    return tiny(*base, *more, periods=years(2026, 2))


@pytest.mark.parametrize(
    ("columns", "step_m3"),
    [
        ({"capacity_t": 150.0}, None),
        ({"airspace_m3": 120.0}, 8.0),
        ({"area_m2": 12.0, "height_m": 10.0}, 8.0),
        ({"capacity_t": 150.0, "airspace_m3": 120.0}, 8.0),
    ],
)
def test_ten_tonnes_more_save_ninety(columns: dict[str, Any], step_m3: float | None) -> None:
    """150 t of 200 fit; 10 t more are 8 m³ more."""
    (row,) = worth_of_room(placed(**columns), step_t=10.0).to_dict("records")
    assert (row["storage"], row["step_t"], row["proved"]) == ("yard", 10.0, True)
    assert row["gain_cny"] == pytest.approx(90.0)
    assert row["cny_per_t"] == pytest.approx(9.0)
    assert row["step_m3"] == (None if step_m3 is None else pytest.approx(step_m3))


def test_only_what_is_short_is_worth_something() -> None:
    """A step of 80 t where 50 are short is worth 450, 5.625 a tonne; a yard that is never full nothing."""
    large = yard("other", name="large", capacity_t=9e5)
    found = worth_of_room(placed(waste("other"), large, capacity_t=150.0), step_t=80.0).set_index("storage")
    assert found.loc["yard", "gain_cny"] == pytest.approx(450.0)
    assert found.loc["yard", "cny_per_t"] == pytest.approx(5.625)
    assert found.loc["large", "gain_cny"] == pytest.approx(0.0)


def test_a_raise_that_need_not_be_built_is_worth_more_than_its_tonnes() -> None:
    """V(5) = 150 m³ hold 187.5 t; the last 12.5 t cost 112.5, or a raise for 60. With 12.5 t (10 m³) more neither."""
    heights = curve((0.0, 0.0), (5.0, 150.0), (10.0, 300.0))
    case = placed(heights, raised("r", 10.0, 60.0), height_m=5.0)
    (row,) = worth_of_room(case, step_t=12.5).to_dict("records")
    assert row["gain_cny"] == pytest.approx(60.0)
    (half,) = worth_of_room(case, step_t=6.25).to_dict("records")
    assert half["gain_cny"] == pytest.approx(60.0 - 56.25)


def test_a_case_without_a_plan_and_a_step_of_nothing() -> None:
    own = yard("mud", final=True, retrievable=False, method="D", capacity_t=10.0)
    with pytest.raises(ValueError, match="infeasible"):
        worth_of_room(tiny(mud(), own))
    with pytest.raises(ValueError, match="more than 0"):
        worth_of_room(placed(capacity_t=150.0), step_t=0.0)
