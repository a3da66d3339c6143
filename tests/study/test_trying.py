"""Checks of a case that matter to the members of a study."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import landfill, mud, product, sells, tiny, works

from redmud_opt.case import Case, Fault
from redmud_opt.case.checks.facts import Facts
from redmud_opt.study.sweeps import trying
from redmud_opt.study.sweeps.parameters import Cell, Parameter, moved
from redmud_opt.study.sweeps.trying import CONSIDERED, faults_of, looking_at


def brick() -> Case:
    """Mud that is pressed to brick or placed."""
    return tiny(
        mud(100),
        works("press", "mud", {"brick": 0.8}, cost=4, capacity=60),
        product("brick"),
        sells("brick", 10),
        landfill("mud"),
    )


def moves(case: Case, table: str, column: str, low: float, high: float) -> Parameter:
    """The first row's number of a table."""
    cell = Cell(table, 0, "first", column, getattr(getattr(case, table)[0], column))
    return Parameter(column, "value", low, float(cell.value), high, "uniform", (cell,))


def names(case: Case, *parameters: Parameter) -> set[str]:
    """Names of the checks that look."""
    return {check.__name__ for check in looking_at(case, parameters)}


def test_a_check_that_reads_what_moves_looks_on() -> None:
    """Yields: whether mass closes is asked again. Costs: it is not."""
    case = brick()
    assert "mass_closes" in names(case, moves(case, "outputs", "yield_t_per_t", 0.5, 1.5))
    assert "mass_closes" not in names(case, moves(case, "processes", "cost_cny_per_t", 1, 9))


def test_few_checks_look_at_a_price() -> None:
    """Most of them read other tables, or other columns."""
    case = brick()
    looking = names(case, moves(case, "outlets", "price_cny_per_t", -50, 50))
    assert "products_not_paid_away" in looking
    assert len(looking) < len(CONSIDERED) / 4


def test_settings_notice_being_read() -> None:
    """No check reads the rate of discount; some read which rule pack holds."""
    case = brick()

    def setting(name: str) -> Parameter:
        cell = Cell("settings", 0, "settings", name, getattr(case.settings, name))
        return Parameter(name, "value", 0.0, 0.1, 0.2, "uniform", (cell,))

    assert names(case, setting("discount_rate")) == set()
    assert names(case, setting("rule_pack"))


def test_a_check_that_cannot_bear_to_be_watched_looks_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that looks rows up by their type finds none of that type."""

    def by_type(facts: Facts) -> Iterator[Fault]:
        known = {type(row): row for row in brick().outlets}
        yield from (known[type(row)] and () for row in facts.case.outlets)  # type: ignore[misc]

    case = brick()
    monkeypatch.setattr(trying, "CONSIDERED", (by_type,))
    assert names(case, moves(case, "outlets", "price_cny_per_t", -50, 50)) == {"by_type"}


@given(st.floats(-60, 60), st.floats(0.1, 2.0), st.floats(0, 200))
def test_they_say_all_that_all_say(price: float, made: float, capacity: float) -> None:
    """What is new in a member is found by the checks that look, whatever it is."""
    case = brick()
    parameters = (
        moves(case, "outlets", "price_cny_per_t", -60, 60),
        moves(case, "outputs", "yield_t_per_t", 0.1, 2.0),
        moves(case, "lines", "capacity", 0, 200),
    )
    member = moved(case, parameters, (price, made, capacity))
    few = looking_at(case, parameters)
    base = set(faults_of(case))
    assert set(faults_of(member)) - base == set(faults_of(member, few)) - base
