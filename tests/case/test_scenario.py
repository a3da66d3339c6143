"""Scenario files: base and overrides, merged as text and validated like any other case."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.case.conftest import Folder

from redmud_opt.case import Case, load_case
from redmud_opt.i18n import text


class Scenarios:
    """The starter case and scenario files beside it."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.beside = Folder(folder.path.parent)

    def write(self, body: str, name: str = "dry.yaml", base: str = "starter") -> Scenarios:
        self.beside.file(name, f"base: {base}\n{body}")
        return self

    def load(self, body: str) -> Case:
        return self.write(body).beside.load("dry.yaml")

    def found(self, body: str) -> list[tuple[str, str, int, str]]:
        return self.write(body).beside.found("dry.yaml")


@pytest.fixture
def scenarios(folder: Folder) -> Scenarios:
    return Scenarios(folder)


def override(body: str) -> str:
    return f"overrides:\n  - {body}\n"


def test_set(scenarios: Scenarios) -> None:
    case = scenarios.load(
        override("{table: outlets, where: {name: builders}, set: {price_cny_per_t: 200, max_t: }}")
    )
    outlet = next(row for row in case.outlets if row.name == "builders")
    assert (outlet.price_cny_per_t, outlet.max_t) == (200, None)
    assert outlet.place.file == "starter/outlets.csv"


def test_scale_and_add(scenarios: Scenarios) -> None:
    body = override("{table: supplies, where: all, scale: {price_cny_per_t: 1.1}}")
    body += "  - {table: lines, where: {facility: brick_works}, add: {capacity: -5000}}\n"
    case = scenarios.load(body)
    assert [row.price_cny_per_t for row in case.supplies] == [660.0, 363.0]
    assert [row.capacity for row in case.lines] == [600000, 75000]


def test_defaults_can_be_matched_and_scaled(scenarios: Scenarios) -> None:
    body = override("{table: outlets, where: {basis: dry}, set: {basis: as_received}}")
    body += "  - {table: feeds, where: {process: brick_making, min_share: 0.0}, add: {min_share: 0.25}}\n"
    case = scenarios.load(body)
    assert {row.basis for row in case.outlets} == {"as_received"}
    assert [row.min_share for row in case.feeds] == [0, 0.25, 0.25]


def test_whole_numbers_stay_whole(scenarios: Scenarios) -> None:
    scenarios.folder.set("composition", 2, samples=30)
    body = override("{table: composition, where: {property: total_iron}, scale: {samples: 0.1}}")
    assert scenarios.load(body).composition[0].samples == 3


def test_exclude_takes_rows_out(scenarios: Scenarios) -> None:
    body = override("{table: targets, where: {name: use_target}, exclude: true}")
    assert scenarios.load(body).targets == ()


def test_exclude_and_back(scenarios: Scenarios) -> None:
    scenarios.write(override("{table: targets, where: all, exclude: true}"), "without.yaml")
    scenarios.write(
        override("{table: targets, where: {active: no}, set: {active: yes}}"), "again.yaml", "without.yaml"
    )
    assert len(scenarios.beside.load("again.yaml").targets) == 1
    assert scenarios.beside.load("without.yaml").targets == ()


def test_lists_groups_and_numbers_in_where(scenarios: Scenarios) -> None:
    body = override(
        "{table: feeds, where: {process: brick_making, material: muds}, set: {cost_cny_per_t: 3}}"
    )
    body += "  - {table: outlets, where: {name: [steelworks, builders], max_t: 140000.0}, set: {max_t: 1}}\n"
    case = scenarios.load(body)
    assert [row.cost_cny_per_t for row in case.feeds] == [0, 3, 3]
    assert [row.max_t for row in case.outlets] == [None, 1]


def test_added_rows(scenarios: Scenarios) -> None:
    body = "rows:\n  - table: limits\n    row: {name: cap, measure: placed, sense: max, value: 1e6}\n"
    limit = scenarios.load(body).limits[0]
    assert (limit.value, limit.place.file, limit.place.row) == (1e6, "dry.yaml", 3)


def test_overrides_reach_added_rows_and_follow_each_other(scenarios: Scenarios) -> None:
    body = "rows:\n  - {table: limits, row: {name: cap, measure: placed, sense: max, value: 100}}\n"
    body += override("{table: limits, where: {name: cap}, scale: {value: 2}}")
    body += "  - {table: limits, where: {name: cap}, add: {value: 1}}\n"
    assert scenarios.load(body).limits[0].value == 201


def test_settings_and_periods(scenarios: Scenarios) -> None:
    body = "settings:\n  discount_rate: 0.1\n  periods: {start: 2026-01-01, spans: [{length: month, count: 12}]}\n"
    case = scenarios.load(body)
    assert (case.settings.discount_rate, len(case.periods), case.settings.name) == (0.1, 12, "dry")


def test_a_scenario_may_have_a_name(scenarios: Scenarios) -> None:
    assert scenarios.load("settings: {name: Very dry}\n").settings.name == "Very dry"


def test_the_base_stays_as_it_was(scenarios: Scenarios) -> None:
    before = load_case(scenarios.folder.path)
    scenarios.load(override("{table: supplies, where: all, scale: {price_cny_per_t: 2}}"))
    assert load_case(scenarios.folder.path) == before


def test_a_scenario_without_changes_is_its_base(scenarios: Scenarios) -> None:
    assert scenarios.load("settings: {name: starter}\n") == load_case(scenarios.folder.path)


def test_a_scenario_on_a_scenario(scenarios: Scenarios) -> None:
    scenarios.write(
        override("{table: supplies, where: {name: grid}, set: {price_cny_per_t: 100}}"), "first.yaml"
    )
    scenarios.write(
        override("{table: supplies, where: {name: grid}, scale: {price_cny_per_t: 3}}"),
        "dry.yaml",
        "first.yaml",
    )
    case = scenarios.beside.load("dry.yaml")
    assert case.supplies[0].price_cny_per_t == 300
    assert {"dry.yaml", "first.yaml", "starter/case.yaml", "starter/lines.csv"} <= set(case.files)


def test_a_scenario_inside_its_folder(folder: Folder) -> None:
    folder.file("dry.yaml", "base: .\n" + override("{table: lines, where: all, set: {availability: 0.5}}"))
    assert {row.availability for row in folder.load("dry.yaml").lines} == {0.5}


def test_the_base_may_be_named_by_its_case_yaml(scenarios: Scenarios) -> None:
    scenarios.beside.file("dry.yaml", "base: starter/case.yaml\n")
    assert len(scenarios.beside.load("dry.yaml").lines) == 2


FAULTS = [
    ("where: {name: grd}, set: {max_t: 1}", "where_matches_nothing", 3, "where"),
    ("where: {nam: grid}, set: {max_t: 1}", "unknown_column", 3, "nam"),
    ("where: {name: grid}, set: {mx_t: 1}", "unknown_column", 3, "mx_t"),
    ("where: {name: grid}, set: {}", "needs_columns", 3, "set"),
    ("where: {}, set: {max_t: 1}", "needs_columns", 3, "where"),
    ("where: grid, set: {max_t: 1}", "needs_columns", 3, "where"),
    ("set: {max_t: 1}", "needs_columns", 3, "where"),
    ("where: {name: grid}", "one_action", 3, ""),
    ("where: {name: grid}, set: {max_t: 1}, add: {max_t: 1}", "one_action", 3, ""),
    ("where: {name: grid}, sett: {max_t: 1}", "unknown_key", 3, "sett"),
    ("where: {name: grid}, exclude: false", "exclude_is_true", 3, "exclude"),
    ("where: {name: grid}, scale: {name: 2}", "not_a_number_column", 3, "name"),
    ("where: {name: grid}, scale: {max_t: 2}", "blank_cannot_change", 3, "max_t"),
    ("where: {name: grid}, scale: {price_cny_per_t: '1,5'}", "not_a_number", 3, "price_cny_per_t"),
    ("where: {name: grid}, set: {price_cny_per_t: [1]}", "needs_one_value", 3, "price_cny_per_t"),
    ("where: {name: grid}, set: {price_cny_per_t: nan}", "not_a_number", 3, "price_cny_per_t"),
    ("where: {name: grid}, set: {price_cny_per_t: }", "missing_value", 3, "price_cny_per_t"),
    ("where: {name: grid}, set: {site: refinary}", "unknown_name", 3, "site"),
    ("where: {name: grid}, set: {min_t: 5, max_t: 1}", "min_above_max", 3, "min_t"),
]


@pytest.mark.parametrize(("body", "key", "line", "column"), FAULTS)
def test_faults_name_the_scenario_file(
    scenarios: Scenarios, body: str, key: str, line: int, column: str
) -> None:
    assert scenarios.found(override(f"{{table: supplies, {body}}}")) == [(key, "dry.yaml", line, column)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("overrides: {table: outlets}\n", ("needs_list", "dry.yaml", 2, "")),
        ("overrides:\n  - outlets\n", ("needs_keys", "dry.yaml", 3, "")),
        ("overrides:\n  - {where: all, exclude: true}\n", ("missing_key", "dry.yaml", 3, "table")),
        (
            "overrides:\n  - {table: outlet, where: all, exclude: true}\n",
            ("unknown_table", "dry.yaml", 3, "table"),
        ),
        ("rows:\n  - {table: limits, rows: {}}\n", ("unknown_key", "dry.yaml", 3, "rows")),
        ("rows:\n  - {table: limits}\n", ("needs_columns", "dry.yaml", 3, "row")),
        ("rows:\n  - {table: limits, row: {name: a}}\n", ("missing_value", "dry.yaml", 3, "measure")),
        ("override: []\n", ("unknown_key", "dry.yaml", 2, "override")),
        ("settings: [a]\n", ("needs_keys", "dry.yaml", 2, "")),
        ("settings: {discount_rat: 0.1}\n", ("unknown_key", "dry.yaml", 2, "discount_rat")),
        ("settings: {discount_rate: x}\n", ("not_a_number", "dry.yaml", 2, "discount_rate")),
        ("settings:\n  periods: {start: 2026-02-01}\n", ("missing_key", "dry.yaml", 3, "periods")),
        ("schema_version: 7\n", ("other_version", "dry.yaml", 2, "schema_version")),
    ],
)
def test_faults_of_the_file_itself(
    scenarios: Scenarios, body: str, expected: tuple[str, str, int, str]
) -> None:
    assert expected in scenarios.found(body)


def test_faults_of_the_base_are_told_too(scenarios: Scenarios) -> None:
    scenarios.folder.set("lines", 2, capacity="x")
    found = scenarios.found(override("{table: supplies, where: {name: grd}, set: {max_t: 1}}"))
    assert found == [
        ("where_matches_nothing", "dry.yaml", 3, "where"),
        ("not_a_number", "starter/lines.csv", 2, "capacity"),
    ]


def test_what_refers_to_an_excluded_row_says_so(scenarios: Scenarios) -> None:
    faults = scenarios.write(override("{table: lines, where: {name: press}, exclude: true}")).beside.faults(
        "dry.yaml"
    )
    assert [(f.message.key, f.file, f.row) for f in faults] == [
        ("case.inactive", "starter/line_processes.csv", 3)
    ]
    assert text(faults[0].message) == "'press' is switched off (dry.yaml, row 3: active = no)"


def test_a_missing_base(scenarios: Scenarios) -> None:
    faults = scenarios.write("", base="startr").beside.faults("dry.yaml")
    assert [(f.message.key, f.file, f.row, f.column) for f in faults] == [
        ("case.no_such_path", "dry.yaml", 1, "base")
    ]
    assert faults[0].remedy is not None
    assert "starter" in text(faults[0].remedy)


def test_no_base(scenarios: Scenarios) -> None:
    scenarios.beside.file("dry.yaml", "settings: {name: x}\n")
    assert scenarios.beside.found("dry.yaml") == [("missing_key", "dry.yaml", 0, "base")]


def test_a_circle_of_bases(scenarios: Scenarios) -> None:
    scenarios.write("", "a.yaml", "b.yaml").write("", "b.yaml", "c.yaml").write("", "c.yaml", "a.yaml")
    faults = scenarios.beside.faults("a.yaml")
    assert [f.message.key for f in faults] == ["case.base_loop"]
    assert "a.yaml, b.yaml, c.yaml, a.yaml" in text(faults[0].message)


def test_a_scenario_on_a_bundled_case(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: Folder
) -> None:
    found = {"somewhere": folder.path}
    monkeypatch.setattr("redmud_opt.case.reader.find_bundled", found.get)
    (tmp_path / "mine").mkdir()
    path = Folder(tmp_path / "mine").file("x.yaml", "base: somewhere\n")
    assert load_case(path).settings.name == "x"
