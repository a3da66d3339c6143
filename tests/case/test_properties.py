"""What holds for any text: nothing crashes, nothing is guessed, what is written is read."""

from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as profile
from hypothesis import strategies as st
from tests.case.conftest import Folder

from redmud_opt.case import TABLES, CaseFaults, load_case
from redmud_opt.case.case import Period, calendar_groups
from redmud_opt.case.columns import Column, columns
from redmud_opt.case.faults import Fault
from redmud_opt.case.names import nearest, skeleton, visible
from redmud_opt.case.raw import parse_table
from redmud_opt.case.units import FAMILIES, factor, unit_fault
from redmud_opt.case.values import LARGEST, BadValue, read_date, read_integer, read_number
from redmud_opt.case.yamltext import read_yaml
from redmud_opt.i18n import text

ANY = Column("number", "any number")
SIZES = st.floats(min_value=-LARGEST, max_value=LARGEST, allow_nan=False, allow_infinity=False)


@given(SIZES)
def test_every_finite_number_is_read_back(value: float) -> None:
    assert read_number(repr(value), ANY) == value


@given(st.integers(min_value=-(10**15), max_value=10**15))
def test_every_whole_number_is_read_back(value: int) -> None:
    assert read_integer(str(value), ANY) == value
    assert read_number(str(value), ANY) == value


@given(st.text(max_size=30))
@example("1,200")
@example("１２")
@example("1_0")
@example("infinity")
@example("0x1p3")
@example("٣")  # a digit of another script
@example("²")
@example("1e")
@example("1e99999")
def test_any_text_is_a_finite_number_or_refused(cell: str) -> None:
    value, bad = None, None
    try:
        value = read_number(cell, ANY)
    except BadValue as refused:
        bad = refused
    if bad is not None:
        assert text(bad.message)
        assert bad.remedy is not None
        return
    assert value is not None
    assert math.isfinite(value)
    assert cell.strip(" ").isascii()
    assert value == float(cell)


@given(SIZES)
def test_what_a_remedy_says_can_be_read(value: float) -> None:
    """Numbers with thousands apart are refused, and the remedy is the number without the commas."""
    written = f"{value:,.3f}"
    if "," not in written:
        return
    with pytest.raises(BadValue) as caught:
        read_number(written, ANY)
    assert caught.value.remedy is not None
    assert read_number(str(caught.value.remedy.values["text"]), ANY) == float(written.replace(",", ""))


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2200, 12, 31)))
def test_every_date_is_read_back(day: date) -> None:
    assert read_date(day.isoformat(), ANY) == day


@given(st.text(max_size=20))
def test_visible_and_skeleton_settle(name: str) -> None:
    assert visible(visible(name)) == visible(name)
    assert nearest(name, [name]) == name
    assert skeleton(visible(name)) == skeleton(name)


@given(st.text(max_size=200))
@example('a,b\n"')
@example("name\r\x1c1")
@example("\ufeffname,legal_status\n,,,")
def test_any_text_is_a_table_or_has_faults(content: str) -> None:
    faults: list[Fault] = []
    table = parse_table(content, "materials", "materials.csv", faults)
    assert table.whole == (not faults)
    assert all(fault.render("zh") for fault in faults)


@given(st.text(max_size=200))
@example("a: &a [*a]")
@example("? ? a")
@example("%YAML 9.9\n---\na: b")
@example("a: \x07")
def test_any_text_is_a_tree_or_has_faults(content: str) -> None:
    faults: list[Fault] = []
    tree = read_yaml(content, "case.yaml", faults)
    assert (tree is None) == bool(faults)


@given(st.sampled_from([unit for units in FAMILIES.values() for unit in units]), st.data())
def test_units_convert_back(unit: str, data: st.DataObject) -> None:
    family = next(units for units in FAMILIES.values() if unit in units)
    other = data.draw(st.sampled_from(sorted(family)))
    assert unit_fault(unit) is None
    there, back = factor(unit, other), factor(other, unit)
    assert there is not None
    assert back is not None
    assert there * back == pytest.approx(1)


def test_units_of_other_families_do_not_convert() -> None:
    assert factor("MJ/kg", "wt%") is None
    assert factor("unheard", "wt%") is None
    assert factor("unheard", "unheard") == 1


@given(st.lists(st.integers(min_value=1, max_value=40), min_size=1, max_size=20))
def test_groups_of_the_calendar_hold_whole_periods(lengths: list[int]) -> None:
    start, periods = date(2026, 1, 1), []
    for number, length in enumerate(lengths):
        end = min(date.fromordinal(start.toordinal() + length), date(start.year + 1, 1, 1))
        periods.append(Period(f"p{number}", start, end))
        start = end
    groups = calendar_groups(periods)
    assert sum(len(groups[str(year)]) for year in {p.year for p in periods}) == len(periods)
    for period in periods:
        assert sum(period.months.values()) == period.days


CELL = st.one_of(
    st.sampled_from(
        ["", "yes", "0", "-1", "1e9", "red_mud", "brick_making", "2026-01-01", "nan", "muds", "cn", "t", "R4"]
    ),
    st.text(max_size=8),
)


@profile(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(sorted(TABLES)),
    st.data(),
)
def test_a_spoilt_case_never_crashes(folder: Folder, table: str, data: st.DataObject) -> None:
    """Any cells anywhere: a case, or faults that can be read; never another exception."""
    rows = folder.read(table)
    kept = [list(row) for row in rows]
    cells = {
        column: data.draw(CELL, label=column).replace("\x00", "")
        for column in data.draw(
            st.lists(st.sampled_from(sorted(columns(TABLES[table]))), min_size=1, max_size=5, unique=True)
        )
    }
    caught: CaseFaults | None = None
    try:
        if rows and data.draw(st.booleans(), label="edit"):
            folder.set(table, data.draw(st.integers(min_value=2, max_value=len(rows))), **cells)
        else:
            folder.add(table, **cells)
        load_case(folder.path)
    except CaseFaults as faults:
        caught = faults
    except UnicodeEncodeError:
        pass  # a lone surrogate, which no file can hold
    finally:
        if kept:
            folder.write(table, kept)
        else:
            (folder.path / f"{table}.csv").unlink(missing_ok=True)
    if caught is not None:
        assert caught.render("en")
        assert caught.render("zh")
