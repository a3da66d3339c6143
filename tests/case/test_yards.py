"""What may be stated of yards: what is right passes as it stands, bounds may be met, idle columns are flagged."""

from __future__ import annotations

from datetime import date

import pytest
from tests.case.conftest import Folder
from tests.case.faults_of_yards import high, lift, measure, next_yard, rains

from redmud_opt.case import flagged, unenforced
from redmud_opt.case.backing import Backing
from redmud_opt.case.case import TABLES
from redmud_opt.case.columns import columns
from redmud_opt.case.yards import airspace_m3, blocks_reclaim, curves, first_day


def test_everything_right_passes(folder: Folder) -> None:
    """Bounds are met: a freeboard down to the foot, a raise to the top, measures that take all of the risk."""
    high(
        folder,
        freeboard_m=10,
        rainy_calendar="rains",
        closure_cost_cny=1e6,
        may_close="yes",
        fixed_om_cny_per_a=1,
    )
    rains(folder)
    lift(folder)
    lift(folder, "top", to_height_m=30, lead_time_months=11, earliest="2026-12-31", fixed_om_cny_per_a=5)
    next_yard(folder, earliest="2026-07-01", lead_time_months=6, max_put_t=5e5)
    measure(folder, deadline="2026-01-01")
    measure(folder, "wall", kind="cut_off", risk_after=35, blocks_reclaim="yes", annual_cost_cny_per_a=1)
    folder.add("limits", name="safe", measure="risk", at="yard", sense="max", value=30, per="period")
    folder.add("budgets", name="dams", amount_cny=1e7)
    case = folder.load()
    assert flagged(case) == ()
    assert [m.key for m in unenforced(case)] == ["case.unenforced_pack"]
    assert [blocks_reclaim(row) for row in case.yard_measures] == [True, True]
    stands, new = case.storages
    assert airspace_m3(stands, curves(case)["yard"]) == pytest.approx(1e6)
    assert airspace_m3(new, None) is None
    assert first_day(new, date(2026, 4, 1)) == date(2026, 10, 1)
    assert first_day(case.raises[1], date(2026, 1, 1)) == date(2026, 12, 31)


def test_a_height_is_a_key_of_its_row_and_no_number_to_back(folder: Folder) -> None:
    """A point is named as the table states it (10, not 10.0), and its own evidence speaks of the pair."""
    high(folder)
    folder.add("evidence", table="yard_curves", item="yard/10", column="volume_m3", evidence="assumed")
    found = {(n.key, n.column) for n in Backing(folder.load()).numbers() if n.table == "yard_curves"}
    assert ("yard/10", "volume_m3") in found
    assert {column for _, column in found} == {"volume_m3"}


def test_area_times_height_is_an_airspace(folder: Folder) -> None:
    folder.set("storages", 2, area_m2=2e5, height_m=15)
    case = folder.load()
    assert airspace_m3(case.storages[0], None) == pytest.approx(3e6)


@pytest.mark.parametrize(
    ("cells", "key", "names"),
    [
        ({"area_m2": 5}, "case.flag_idle_column", ("yard.area_m2",)),
        ({"closure_cost_cny": 5}, "case.flag_idle_column", ("yard.closure_cost_cny",)),
        ({"area_m2": 5, "height_m": 5, "closure_cost_cny": 5, "may_close": "yes"}, None, ()),
    ],
)
def test_columns_without_effect_are_flagged(
    folder: Folder, cells: dict[str, object], key: str | None, names: tuple[str, ...]
) -> None:
    folder.set("storages", 2, **cells)
    found = {message.key: message.values["names"] for message in flagged(folder.load())}
    assert found == ({key: names} if key else {})


def test_a_new_yard_for_nothing_is_flagged(folder: Folder) -> None:
    next_yard(folder, capex_cny="")
    folder.add("budgets", name="dams", amount_cny=1e7)
    found = {message.key: message.values["names"] for message in flagged(folder.load())}
    assert found == {"case.flag_free_step": ("next_yard",), "case.flag_binds_nothing": ("dams",)}


def test_yards_are_enforced() -> None:
    for table in ("storages", "yard_curves", "raises", "yard_measures"):
        assert vars(TABLES[table])["ENFORCED"], table
        assert all(column.enforced for column in columns(TABLES[table]).values()), table
