"""What a rolled case changes in the files of the old one: calendar, past rows, steps, room, budgets, stocks."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.builders import parts, stretches, years
from tests.case.conftest import Folder
from tests.jobs import cases

from redmud_opt.case import Case, CaseFaults, load_case
from redmud_opt.case.importing.table import Cells
from redmud_opt.case.rolling import Built, Roll, periods_text, roll_on, with_key
from redmud_opt.case.workbook import write_workbook

HALF = date(2026, 7, 1)
LATER = "periods: {start: 2026-01-01, spans: [{length: quarter, count: 8}]}"


@pytest.fixture
def old(tmp_path: Path) -> Folder:
    """The starter case over two years."""
    cases.starter(tmp_path / "old")
    path = tmp_path / "old" / "case.yaml"
    path.write_text(with_key(path.read_text(encoding="utf-8"), "periods", LATER), encoding="utf-8")
    return Folder(tmp_path / "old")


def rolled(old: Folder, **how: object) -> tuple[Case, list[str]]:
    """(the new case, keys of the remarks)."""
    case = old.load()
    to_date: tuple[Cells, ...] = (
        {"waste_class": "red_mud", "site": "refinery", "generated_t": "1", "utilised_new_t": "0"},
    )
    values = {
        "cut": HALF,
        "name": "new",
        "source": "actuals",
        "title": "t",
        "stock": (),
        "to_date": to_date,
    } | how
    remarks = roll_on(old.path, old.path.parent / "new", case, Roll(**values))  # type: ignore[arg-type]
    return load_case(old.path.parent / "new"), [one.key.removeprefix("actuals.") for one in remarks]


def test_the_calendar_goes_on(old: Folder) -> None:
    case, _ = rolled(old)
    assert case.periods == old.load().periods[2:]
    assert (case.settings.name, case.settings.title_en) == ("new", "Starter case, one refinery")
    assert "`end` of a period" in (old.path.parent / "new" / "case.yaml").read_text(encoding="utf-8")


def test_rows_of_the_past_are_left_out(old: Folder) -> None:
    """An arising of the first half goes with its evidence and its options; one of all time stays."""
    old.set("arisings", 2, during="2026Q1")
    old.add(
        "arisings",
        name="later",
        site="refinery",
        material="red_mud",
        amount_t=5,
        per="year",
        evidence="assumed",
    )
    old.add("reductions", name="less", arising="mud", share=0.1, evidence="assumed")
    old.add("evidence", table="arisings", item="mud", column="factor_t_per_t", evidence="assumed")
    old.add("groups", group="spring", member="2026Q2")
    old.add("groups", group="spring", member="2026Q3")
    case, remarks = rolled(old)
    assert [row.name for row in case.arisings] == ["later"]
    assert (case.reductions, [row for row in case.evidence if row.table == "arisings"]) == ((), [])
    assert case.members("spring") == ("2026Q3",)
    assert remarks.count("rows_over") == 3
    assert [row.year for row in case.targets] == [2026]


def test_targets_and_budgets_of_a_year_that_is_over(old: Folder) -> None:
    old.add("budgets", name="first", year=2026, amount_cny=1, evidence="assumed")
    old.add("budgets", name="second", year=2027, amount_cny=1, evidence="assumed")
    case, _ = rolled(old, cut=date(2027, 1, 1), to_date=())
    assert (case.targets, [row.name for row in case.budgets]) == ((), ["second"])


def test_a_step_that_was_decided_is_under_construction(old: Folder) -> None:
    """Decided on 1 April, 12 months to build: 60 of 100 are paid and off the budget, 40 are due later."""
    old.add("lines", name="second", facility="separation_plant", capacity=1000, capex_cny=100,
            spend_profile="0.6; 0.4", lead_time_months=12, candidate="yes", earliest="2027-04-01",
            evidence="assumed")  # fmt: skip
    old.add("lines", name="third", facility="separation_plant", capacity=1000, capex_cny=100, lead_time_months=9,
            candidate="yes", earliest="2026-12-01", evidence="assumed")  # fmt: skip
    for line in ("second", "third"):
        old.add("line_processes", line=line, process="magnetic_separation", use_per_t=1)
    old.add("budgets", name="all", amount_cny=150, evidence="assumed")
    built = Built("second", date(2026, 4, 1), date(2027, 4, 1), 1, 1000.0, 100.0)
    case, remarks = rolled(old, built=(built,))
    second, third = (next(row for row in case.lines if row.name == name) for name in ("second", "third"))
    assert (second.candidate, second.opens, second.lead_time_months, second.earliest) == (
        *(False, date(2027, 4, 1), 12, None),
    )
    assert (third.candidate, third.earliest) == (True, None)  # nine months from July on
    assert case.budgets[0].amount_cny == 90
    assert {"committed", "later_than_earliest", "budget_less"} <= set(remarks)


@pytest.mark.parametrize(("start", "kept"), [(date(2027, 1, 1), 3), (date(2027, 4, 1), None)])
def test_parts_of_a_lead_time_that_became_longer_are_not_stated(
    old: Folder, start: date, kept: int | None
) -> None:
    """9 months, 3 + 2 + 4. Decided on 1 April and ready 12 months later, it is not known what takes longer."""
    old.add("lines", name="second", facility="separation_plant", capacity=1000, capex_cny=100, lead_time_months=9,
            eia_months=3, permit_months=2, construction_months=4, candidate="yes", evidence="assumed")  # fmt: skip
    old.add("line_processes", line="second", process="magnetic_separation", use_per_t=1)
    case, _ = rolled(old, built=(Built("second", date(2026, 4, 1), start, 1, 1000.0, 100.0),))
    assert next(row for row in case.lines if row.name == "second").eia_months == kept


def test_a_step_decided_several_times_is_left_to_people(old: Folder) -> None:
    old.add("lines", name="second", facility="separation_plant", capacity=1000, capex_cny=100,
            times=3, candidate="yes", evidence="assumed")  # fmt: skip
    old.add("line_processes", line="second", process="magnetic_separation", use_per_t=1)
    with pytest.raises(CaseFaults) as caught:
        rolled(old, built=(Built("second", date(2026, 1, 1), date(2026, 1, 1), 2, 2000.0, 200.0),))
    assert [fault.message.key for fault in caught.value.faults] == ["actuals.built_by_hand"]
    assert [path.name for path in old.path.parent.iterdir()] == ["old"]


def test_room_that_is_filled_is_gone(old: Folder) -> None:
    """150,000 t of mud at 1.5 t/m³ are 100,000 m³: of capacity, of airspace, and from the foot of a curve."""
    old.set("storages", 2, capacity_t=1_000_000, airspace_m3=900_000)
    case, _ = rolled(old, placed={"yard": {"red_mud": 150_000.0}})
    assert (case.storages[0].capacity_t, case.storages[0].airspace_m3) == (850_000, 800_000)


def test_more_than_there_was_room_for_is_told(old: Folder) -> None:
    """1,000,000 t of room, 1,200,000 t placed: none is left, and that is said."""
    old.set("storages", 2, capacity_t=1_000_000)
    case, keys = rolled(old, placed={"yard": {"red_mud": 1_200_000.0}})
    assert case.storages[0].capacity_t == 0
    assert "room_overfilled" in keys


def test_a_curve_that_ends_below_the_fill_is_a_fault(old: Folder) -> None:
    old.set("storages", 2, height_m=20)
    for height, volume in ((0, 0), (20, 400_000)):
        old.add("yard_curves", storage="yard", height_m=height, volume_m3=volume, evidence="assumed")
    with pytest.raises(CaseFaults, match=r"room for 400,?000 m³"):
        rolled(old, placed={"yard": {"red_mud": 1_200_000.0}})


def test_the_curve_of_a_yard_begins_where_the_fill_ends(old: Folder) -> None:
    """0 to 400,000 m³ over 20 m: the fill of 100,000 m³ ends at 5 m; 300,000 m³ are left below the crest."""
    old.set("storages", 2, height_m=20)
    for height, volume in ((0, 0), (20, 400_000), (30, 500_000)):
        old.add("yard_curves", storage="yard", height_m=height, volume_m3=volume, evidence="assumed")
    case, _ = rolled(old, placed={"yard": {"red_mud": 150_000.0}})
    points = sorted((row.height_m, row.volume_m3) for row in case.yard_curves)
    assert points == [(5, 0), (20, 300_000), (30, 400_000)]


def test_a_workbook_and_a_fault_of_the_new_case(old: Folder) -> None:
    """A workbook is rolled to a folder; what the new case has wrong is told, and nothing is left behind."""
    file = write_workbook(old.path, old.path.parent / "old.xlsx")
    roll = Roll(
        HALF, "new", "actuals", "t", stock=({"storage": "nowhere", "material": "red_mud", "amount_t": "1"},)
    )
    with pytest.raises(CaseFaults):
        roll_on(old.path, old.path.parent / "new", old.load(), roll)
    assert not (old.path.parent / "new").exists()
    roll_on(file, old.path.parent / "new", old.load(), Roll(date(2027, 1, 1), "new", "actuals", "t", ()))
    assert [period.year for period in load_case(old.path.parent / "new").periods] == [2027] * 4


@pytest.mark.parametrize(
    ("text", "after"),
    [
        (
            "name: a\nperiods:\n  start: 1\n# of rules\nrule: x\n",
            "name: a\nperiods: new\n# of rules\nrule: x\n",
        ),
        ("periods: [\n  a,\n]\nname: a", "periods: new\nname: a\n"),
        ("periods:\n- {a: 1}\n\n- {b: 2}\n", "periods: new\n"),
        ("name: a\n", "name: a\n\nperiods: new\n"),
    ],
)
def test_one_key_is_written_anew(text: str, after: str) -> None:
    assert with_key(text, "periods", "periods: new") == after


def test_periods_as_spans_and_one_by_one() -> None:
    assert periods_text(parts(2026, 3)).count("name:") == 4
    assert periods_text(stretches(2026, 6, 6)).count("name:") == 2
    assert "name: 26a" in periods_text(years(2026))
