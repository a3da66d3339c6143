"""case.yaml: settings, periods, and the traps of YAML 1.1."""

from __future__ import annotations

from datetime import date

import pytest
from tests.case.conftest import Folder

from redmud_opt.case import SCHEMA_VERSION, Settings
from redmud_opt.case.columns import columns
from redmud_opt.i18n import text

Found = tuple[str, str, int, str]


def write(folder: Folder, body: str) -> Folder:
    folder.file("case.yaml", f"schema_version: 1\nname: starter\nbase_year: 2026\n{body}")
    return folder


PERIODS = "periods: {start: 2026-01-01, spans: [{length: quarter, count: 4}]}\n"


def test_words_that_yaml_would_guess(folder: Folder) -> None:
    folder.yaml("name: starter", "name: no").yaml("title_en: Starter case, one refinery", "title_en: 012")
    settings = folder.load().settings
    assert settings.name == "no"
    assert settings.title_en == "012"


def test_sexagesimal_and_exponents(folder: Folder) -> None:
    folder.yaml("discount_rate: 0.06", "discount_rate: 1e-2\nco2_price_cny_per_t: 1e2\ntitle_zh: 1:30")
    folder.yaml("title_zh: 起步算例：一座氧化铝厂\n", "")
    settings = folder.load().settings
    assert (settings.discount_rate, settings.co2_price_cny_per_t, settings.title_zh) == (0.01, 100.0, "1:30")


@pytest.mark.parametrize(
    ("line", "key", "column"),
    [
        ("discount_rate: 1:30", "not_a_number", "discount_rate"),
        ("discount_rate: 012", "not_a_number", "discount_rate"),
        ("discount_rate: 6%", "not_a_number", "discount_rate"),
        ("discount_rate: yes", "not_a_number", "discount_rate"),
        ("discount_rate: .inf", "not_a_number", "discount_rate"),
        ("discount_rate: 6", "beyond", "discount_rate"),
        ("discount_rate: [0.1]", "needs_one_value", "discount_rate"),
        ("objective: money", "not_a_choice", "objective"),
        ("objective: Value", "not_a_choice", "objective"),
        ("max_depth: 0", "below", "max_depth"),
        ("max_depth: 2.5", "not_whole", "max_depth"),
        ("circuity: 0.9", "below", "circuity"),
        ("rule_date: 2026-13-01", "no_such_day", "rule_date"),
        ("utilisation_classes: [red_mud, mud]", "not_a_choice", "utilisation_classes"),
        ("utilisation_classes: {red_mud: 1}", "needs_one_value", "utilisation_classes"),
        ("utilisation_counts_legacy: perhaps", "not_yes_no", "utilisation_counts_legacy"),
        ("rule_pack: us", "unknown_rule_pack", "rule_pack"),
        ("discount_rat: 0.1", "unknown_key", "discount_rat"),
        ("<<: {a: 1}", "unknown_key", "<<"),
    ],
)
def test_faults_of_settings(folder: Folder, line: str, key: str, column: str) -> None:
    assert (key, "case.yaml", 4, column) in write(folder, f"{line}\n{PERIODS}").found()


@pytest.mark.parametrize(
    ("body", "key", "line"),
    [
        ("discount_rate: 0.1\ndiscount_rate: 0.2\n", "yaml_key_twice", 5),
        ("title_en: &a x\ntitle_zh: *a\n", "yaml_anchor", 4),
        ("title_en: !!python/object/apply:os.system [echo]\n", "yaml_tag", 4),
        ("title_en: !!str x\n", "yaml_tag", 4),
        ("? [a]\n: b\n", "yaml_key_not_text", 4),
        ("---\na: 1\n", "yaml_second_document", 4),
        ("title_en: [\n", "yaml_broken", 5),
        ("title_en: a: b\n", "yaml_broken", 4),
        ("\ttitle_en: a\n", "yaml_broken", 4),
    ],
)
def test_traps_of_yaml(folder: Folder, body: str, key: str, line: int) -> None:
    assert (key, "case.yaml", line, "") in write(folder, body).found()


@pytest.mark.parametrize("content", ["", "just words", "- a\n- b\n"])
def test_a_file_without_keys(folder: Folder, content: str) -> None:
    folder.file("case.yaml", content)
    assert folder.found() == [("yaml_not_a_mapping", "case.yaml", 0, "")]


def test_a_nest_without_end(folder: Folder) -> None:
    folder.file("case.yaml", "a: " + "[" * 5000)
    assert folder.found()[0][0] == "yaml_broken"


def test_no_case_yaml(folder: Folder) -> None:
    (folder.path / "case.yaml").unlink()
    assert folder.found() == [("no_case_yaml", "case.yaml", 0, "")]


def test_missing_keys(folder: Folder) -> None:
    folder.file("case.yaml", "rule_pack: cn\n")
    assert sorted(folder.found()) == [
        ("missing_key", "case.yaml", 0, "base_year"),
        ("missing_key", "case.yaml", 0, "name"),
        ("missing_key", "case.yaml", 0, "schema_version"),
        ("periods_needed", "case.yaml", 0, "periods"),
    ]


def test_another_schema_version(folder: Folder) -> None:
    (fault,) = folder.yaml("schema_version: 1", "schema_version: 2").faults()
    assert (fault.message.key, fault.row) == ("case.other_version", 2)
    assert str(SCHEMA_VERSION) in text(fault.message)


def test_blank_keys_take_their_defaults(folder: Folder) -> None:
    write(folder, f"discount_rate:\nobjective: ~\nutilisation_classes:\n{PERIODS}")
    assert folder.load().settings == Settings(name="starter", base_year=2026)


def test_a_list_of_classes(folder: Folder) -> None:
    write(folder, f"utilisation_classes: [red_mud, aluminium_ash]\n{PERIODS}")
    assert folder.load().settings.utilisation_classes == ("red_mud", "aluminium_ash")
    write(folder, f"utilisation_classes: red_mud\n{PERIODS}")
    assert folder.load().settings.utilisation_classes == ("red_mud",)


def test_settings_are_documented() -> None:
    assert all(column.doc for column in columns(Settings).values())


def names(folder: Folder, spans: str) -> list[str]:
    folder.drop_row("targets", 2)
    return [period.name for period in write(folder, f"periods: {spans}\n").load().periods]


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ("{start: 2026-01-01, spans: [{length: year, count: 2}]}", ["2026", "2027"]),
        ("{start: 2026-07-01, spans: [{length: half, count: 2}]}", ["2026H2", "2027H1"]),
        ("{start: 2026-10-01, spans: [{length: quarter, count: 2}]}", ["2026Q4", "2027Q1"]),
        ("{start: 2026-11-01, spans: [{length: month, count: 3}]}", ["2026-11", "2026-12", "2027-01"]),
        ("{start: 2026-12-31, spans: [{length: day, count: 2}]}", ["2026-12-31", "2027-01-01"]),
        ("{start: 2026-01-05, spans: [{length: week, count: 2}]}", ["2026-01-05", "2026-01-12"]),
        (
            "{start: 2026-01-01, spans: [{length: month, count: 3}, {length: quarter, count: 3}, "
            "{length: year, count: 1}]}",
            ["2026-01", "2026-02", "2026-03", "2026Q2", "2026Q3", "2026Q4", "2027"],
        ),
        (
            "[{name: wet, start: 2026-01-01, end: 2026-05-01}, {name: dry, start: 2026-05-01, end: 2027-01-01}]",
            ["wet", "dry"],
        ),
    ],
)
def test_periods(folder: Folder, spans: str, expected: list[str]) -> None:
    assert names(folder, spans) == expected


def test_leap_days(folder: Folder) -> None:
    folder.drop_row("targets", 2)
    write(folder, "periods: {start: 2028-01-01, spans: [{length: month, count: 12}]}\n")
    periods = folder.load().periods
    assert periods[1].days == 29
    assert sum(period.fraction_of_year for period in periods) == pytest.approx(1)
    assert periods[-1].end == date(2029, 1, 1)


@pytest.mark.parametrize(
    ("spans", "key"),
    [
        ("{start: 2026-12-28, spans: [{length: week, count: 1}]}", "across_new_year"),
        ("{start: 2026-02-01, spans: [{length: quarter, count: 1}]}", "span_off_calendar"),
        ("{start: 2026-01-15, spans: [{length: month, count: 1}]}", "span_off_calendar"),
        ("{start: 2026-04-01, spans: [{length: half, count: 1}]}", "span_off_calendar"),
        ("{start: 2026-04-01, spans: [{length: year, count: 1}]}", "span_off_calendar"),
        ("{start: 2026-01-01, spans: [{length: fortnight, count: 1}]}", "not_a_choice"),
        ("{start: 2026-01-01, spans: [{length: year, count: 0}]}", "below"),
        ("{start: 2026-01-01, spans: [{length: year, count: 9999}]}", "beyond"),
        ("{start: 2026-01-01, spans: [{length: year, count: 300}]}", "horizon_too_long"),
        ("{start: 2026-01-01, spans: [{length: year, cuont: 1}]}", "unknown_key"),
        ("{start: 2026-01-01, spans: [{length: year}]}", "missing_key"),
        ("{start: 2026-01-01, spans: [quarter]}", "needs_keys"),
        ("{start: 2026-01-01, spans: []}", "needs_list"),
        ("{start: 2026-01-01, spans: quarter}", "needs_list"),
        ("{start: , spans: [{length: year, count: 1}]}", "needs_value"),
        ("{start: 1.1.2026, spans: [{length: year, count: 1}]}", "not_a_date"),
        ("{spans: [{length: year, count: 1}]}", "missing_key"),
        ("quarter", "periods_needed"),
        ("[]", "periods_needed"),
        ("[{name: a, start: 2026-01-01, end: 2026-01-01}]", "period_without_days"),
        ("[{name: a, start: 2026-07-01, end: 2027-07-01}]", "across_new_year"),
        (
            "[{name: a, start: 2026-01-01, end: 2026-03-31}, {name: b, start: 2026-04-01, end: 2026-06-30}]",
            "period_gap",
        ),
        (
            "[{name: a, start: 2026-01-01, end: 2026-04-02}, {name: b, start: 2026-04-01, end: 2026-06-30}]",
            "period_overlap",
        ),
        (
            "[{name: a, start: 2026-01-01, end: 2026-04-01}, {name: a, start: 2026-04-01, end: 2026-06-30}]",
            "period_twice",
        ),
        ("[{name: a@b, start: 2026-01-01, end: 2026-04-01}]", "forbidden_sign"),
        ("[{name: a, start: 2026-01-01}]", "missing_key"),
    ],
)
def test_faults_of_periods(folder: Folder, spans: str, key: str) -> None:
    found = write(folder, f"periods: {spans}\n").found()
    assert (key, "case.yaml", 4, "periods") in found
    assert {entry[1] for entry in found} == {"case.yaml"}


def test_stretches_of_the_calendar_are_groups(folder: Folder) -> None:
    folder.drop_row("targets", 2)
    case = write(folder, "periods: {start: 2026-01-01, spans: [{length: month, count: 18}]}\n").load()
    assert len(case.members("2026")) == 12
    assert case.members("2026Q2") == ("2026-04", "2026-05", "2026-06")
    assert case.members("2027H1") == tuple(f"2027-0{month}" for month in range(1, 7))
    assert case.members("2026-03") == ("2026-03",)


def test_weeks_make_no_quarters(folder: Folder) -> None:
    folder.drop_row("targets", 2)
    case = write(folder, "periods: {start: 2026-01-05, spans: [{length: week, count: 20}]}\n").load()
    assert set(case.groups_by_name) == {"2026", "2026H1", "muds"}


def test_a_group_of_years(folder: Folder) -> None:
    folder.add("groups", group="start", member="2026")
    folder.set("arisings", 2, during="start")
    assert folder.load().members("start") == ("2026Q1", "2026Q2", "2026Q3", "2026Q4")
