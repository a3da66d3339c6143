"""Planted faults of yards: curves, heights, freeboard, rains, new yards, closing, raises, measures and their scores.

The starter case has four quarters of 2026 and one storage, `yard` (row 2), that takes muds of 1.5 t/m³ for good.
"""

from __future__ import annotations

from tests.case.conftest import Folder
from tests.case.planting import planted


def curve(f: Folder, *points: tuple[float, float], storage: str = "yard") -> None:
    for height, volume in points:
        f.add("yard_curves", storage=storage, height_m=height, volume_m3=volume)


def high(f: Folder, **cells: object) -> None:
    """The yard at 10 m of a curve from 0 to 30 m."""
    curve(f, (0, 0), (10, 1e6), (30, 5e6))
    f.set("storages", 2, **{"height_m": 10, "capacity_t": ""} | cells)


def lift(f: Folder, name: str = "second_dam", **cells: object) -> None:
    known = {"storage": "yard", "to_height_m": 20, "capex_cny": 5e6, "allowed": "as licensed"}
    f.add("raises", **{"name": name} | known | cells)


def next_yard(f: Folder, **cells: object) -> None:
    known = {"site": "refinery", "material": "muds", "retrievable": "no", "final": "yes", "method": "D1"}
    known |= {"capacity_t": 1e6, "candidate": "yes", "capex_cny": 2e7, "allowed": "as licensed"}
    f.add("storages", **{"name": "next_yard"} | known | cells)


def rains(f: Folder, months: int = 12) -> None:
    for month in range(1, months + 1):
        f.add("calendars", calendar="rains", month=month, share=1 if 6 <= month <= 9 else 0)


def measure(f: Folder, name: str = "cap", **cells: object) -> None:
    known = {"storage": "yard", "kind": "cap", "cost_cny": 1e6, "risk_before": 60, "risk_after": 25}
    f.add("yard_measures", **{"name": name} | known | cells)


# ---- curves and heights


@planted(
    ("curve_falls", "yard_curves.csv", 3, "volume_m3"),
    says="the curve does not rise: 900 m³ at 10 m, after 1000 m³ at 0 m",
)
def a_curve_that_falls(f: Folder) -> None:
    curve(f, (0, 1000), (10, 900), (20, 5000))
    f.set("storages", 2, height_m=10)


@planted(("curve_falls", "yard_curves.csv", 2, "volume_m3"))
def a_curve_that_is_flat_its_points_in_any_order(f: Folder) -> None:
    curve(f, (10, 1000), (0, 1000))
    f.set("storages", 2, height_m=10)


@planted(("row_twice", "yard_curves.csv", 4, "storage"))
def a_height_twice(f: Folder) -> None:
    curve(f, (0, 0), (10, 1000), (10, 2000))
    f.set("storages", 2, height_m=10)


@planted(("curve_of_one_point", "yard_curves.csv", 2, "height_m"))
def a_curve_of_one_point(f: Folder) -> None:
    curve(f, (10, 1000))
    f.set("storages", 2, height_m=10)


@planted(("curve_without_height", "storages.csv", 2, "height_m"), says="state the height of today's crest")
def a_curve_without_todays_crest(f: Folder) -> None:
    high(f, height_m="")


@planted(("height_off_curve", "storages.csv", 2, "height_m"))
def a_crest_above_the_curve(f: Folder) -> None:
    high(f, height_m=30.1)


@planted(("height_of_nothing", "storages.csv", 2, "height_m"))
def a_height_without_curve_or_area(f: Folder) -> None:
    f.set("storages", 2, height_m=10)


@planted(("airspace_twice", "storages.csv", 2, "airspace_m3"), says="leave it blank")
def an_airspace_beside_a_curve(f: Folder) -> None:
    high(f, airspace_m3=1e6)


@planted(("airspace_twice", "storages.csv", 2, "airspace_m3"))
def an_airspace_beside_area_and_height(f: Folder) -> None:
    f.set("storages", 2, height_m=10, area_m2=1e5, airspace_m3=1e6)


@planted(("area_with_curve", "storages.csv", 2, "area_m2"))
def an_area_beside_a_curve(f: Folder) -> None:
    high(f, area_m2=1e5)


@planted(("no_density", "storages.csv", 2, "height_m"))
def an_airspace_by_height_of_what_has_no_density(f: Folder) -> None:
    high(f)
    f.set("materials", 3, density_t_per_m3="")


# ---- freeboard and rains


@planted(("freeboard_twice", "storages.csv", 2, "freeboard_m"))
def a_freeboard_in_share_and_metres(f: Folder) -> None:
    high(f, freeboard_share=0.1, freeboard_m=2)


@planted(
    ("freeboard_without_curve", "storages.csv", 2, "freeboard_m"), says="state `freeboard_share` instead"
)
def metres_of_freeboard_without_a_curve(f: Folder) -> None:
    f.set("storages", 2, freeboard_m=2)


@planted(("freeboard_below_curve", "storages.csv", 2, "freeboard_m"))
def a_freeboard_deeper_than_the_yard(f: Folder) -> None:
    high(f, freeboard_m=10.5)


@planted(("freeboard_of_nothing", "storages.csv", 2, "freeboard_share"))
def a_share_of_no_limit(f: Folder) -> None:
    f.set("storages", 2, capacity_t="", freeboard_share=0.1)


@planted(("rainy_without_freeboard", "storages.csv", 2, "rainy_calendar"))
def rains_without_freeboard(f: Folder) -> None:
    rains(f)
    f.set("storages", 2, rainy_calendar="rains")


@planted(
    ("rainy_not_a_year", "storages.csv", 2, "rainy_calendar"),
    says="a calendar of the rains must list all 12 months; 'rains' lacks 11, 12",
)
def rains_that_do_not_cover_the_year(f: Folder) -> None:
    rains(f, 10)
    f.set("storages", 2, rainy_calendar="rains", freeboard_share=0.1)


# ---- new yards and closing


@planted(
    ("yard_without_clause", "storages.csv", 3, "allowed"),
    says="new yard 'next_yard' states no clause that allows it",
)
def a_new_yard_without_a_clause(f: Folder) -> None:
    next_yard(f, allowed="")


@planted(("yard_without_room", "storages.csv", 3, "capacity_t"))
def a_new_yard_without_room(f: Folder) -> None:
    next_yard(f, capacity_t="")


@planted(("yard_opens", "storages.csv", 3, "opens"), says="`earliest` says from when on")
def a_new_yard_with_a_first_day(f: Folder) -> None:
    next_yard(f, opens="2026-07-01")


@planted(("never_stands", "storages.csv", 3, "lead_time_months"))
def a_new_yard_that_comes_too_late(f: Folder) -> None:
    next_yard(f, lead_time_months=12)


@planted(("never_stands", "storages.csv", 3, "earliest"))
def a_new_yard_after_the_horizon(f: Folder) -> None:
    next_yard(f, earliest="2027-01-01")


@planted(("stock_in_new_yard", "opening_stock.csv", 2, "storage"))
def old_mud_in_a_new_yard(f: Folder) -> None:
    next_yard(f)
    f.add("opening_stock", storage="next_yard", material="red_mud", amount_t=5)


@planted(("no_new_yard", "storages.csv", 2, "capex_cny"), says="for a new yard write candidate = yes")
def capex_of_a_yard_that_stands(f: Folder) -> None:
    f.set("storages", 2, capex_cny=1e6)


@planted(("new_yard_closes", "storages.csv", 3, "may_close"))
def a_new_yard_that_may_be_closed(f: Folder) -> None:
    next_yard(f, may_close="yes")


@planted(("closes_twice", "storages.csv", 2, "may_close"))
def a_yard_that_closes_on_its_day_and_by_the_plan(f: Folder) -> None:
    f.set("storages", 2, closes="2026-12-01", may_close="yes")
    f.add("outlets", name="tip", site="refinery", material="muds", method="D1", price_cny_per_t=-50)


# ---- raises


@planted(("missing_value", "raises.csv", 2, "allowed"))
def a_raise_without_a_clause(f: Folder) -> None:
    high(f)
    lift(f, allowed="")


@planted(("missing_value", "raises.csv", 2, "to_height_m"))
def a_raise_without_a_height(f: Folder) -> None:
    high(f)
    lift(f, to_height_m="")


@planted(("raise_without_curve", "raises.csv", 2, "storage"))
def a_raise_of_a_yard_without_a_curve(f: Folder) -> None:
    lift(f)


@planted(("raise_not_up", "raises.csv", 2, "to_height_m"), says="the crest is at 10 m today")
def a_raise_to_todays_crest(f: Folder) -> None:
    high(f)
    lift(f, to_height_m=10)


@planted(("raise_off_curve", "raises.csv", 2, "to_height_m"))
def a_raise_above_the_curve(f: Folder) -> None:
    high(f)
    lift(f, to_height_m=31)


@planted(("lead_parts_exceed", "raises.csv", 2, "construction_months"))
def a_raise_that_is_built_longer_than_its_lead(f: Folder) -> None:
    high(f)
    lift(f, lead_time_months=3, construction_months=6)


@planted(("raise_twice", "raises.csv", 3, "to_height_m"))
def two_raises_to_one_height(f: Folder) -> None:
    high(f)
    lift(f)
    lift(f, "third_dam")


@planted(("never_stands", "raises.csv", 2, "lead_time_months"))
def a_raise_that_comes_too_late(f: Folder) -> None:
    high(f)
    lift(f, lead_time_months=12)


# ---- measures


@planted(("risk_half", "yard_measures.csv", 2, "risk_after"))
def a_score_before_alone(f: Folder) -> None:
    measure(f, risk_after="")


@planted(("risk_rises", "yard_measures.csv", 2, "risk_after"))
def a_measure_that_makes_it_worse(f: Folder) -> None:
    measure(f, risk_after=61)


@planted(
    ("risk_of_two_bases", "yard_measures.csv", 3, "risk_before"),
    says="the yard scores 50 without measures here and 60 at 'cap'",
)
def two_scores_of_one_yard(f: Folder) -> None:
    measure(f)
    measure(f, "wells", kind="monitoring", risk_before=50, risk_after=40)


@planted(("risk_below_nothing", "yard_measures.csv", 3, "risk_after"))
def measures_that_take_more_than_there_is(f: Folder) -> None:
    measure(f)
    measure(f, "wall", kind="cut_off", risk_after=34)


@planted(("deadline_past", "yard_measures.csv", 2, "deadline"))
def a_deadline_before_the_horizon(f: Folder) -> None:
    measure(f, deadline="2025-12-31")


@planted(("limit_place", "limits.csv", 2, "at"))
def a_risk_of_a_line(f: Folder) -> None:
    f.add("limits", name="safe", measure="risk", at="press", sense="max", value=30)
