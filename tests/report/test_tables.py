"""Tables in words: every column has a heading with its unit, and no download starts a formula."""

from __future__ import annotations

import csv
import io
import re

import pandas as pd
import pytest
from tests.jobs import cases
from tests.report.paper import LABELS, LINING, SETTING, TAILINGS, plan, target_row

from redmud_opt.i18n import LANGUAGES, Message, template, text
from redmud_opt.model.value import TERMS
from redmud_opt.plan import Plan
from redmud_opt.report.labels import Labels, labelled, word
from redmud_opt.report.sankey import trace
from redmud_opt.report.tables import SHOWN, csv_bytes, disarmed, heading, link_table, table

FRAMES = plan().frames
TABLES = [name for name in SHOWN if name in FRAMES]


@pytest.fixture(scope="module")
def guangxi() -> Plan:
    return cases.guangxi()


def test_every_table_of_a_plan_is_shown(guangxi: Plan) -> None:
    assert set(guangxi.frames) - set(SHOWN) == {"streams", "integers"}


def test_columns_shown_are_columns_of_the_plan(guangxi: Plan) -> None:
    for name, columns in SHOWN.items():
        assert set(columns.split()) <= set(guangxi.frames[name].columns), name


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(SHOWN))
def test_headings_stand_in_the_catalogue(name: str, language: str) -> None:
    for column in SHOWN[name].split():
        known = (f"report.column.{name}.{column}", f"report.column.{column}")
        assert any(template(key, language) for key in known), f"{name}.{column}"
        assert not heading(name, column, language).startswith("report.")
    assert word("table", name, language) != name


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_amounts_name_their_unit(name: str) -> None:
    for column in SHOWN[name].split():
        if column.endswith(("_t", "_cny", "_per_t")) or column in ("sold", "bought", "amount"):
            assert re.search(r"\b(t|CNY|unit)\b", heading(name, column, "en")), column
            assert re.search("吨|元|单位", heading(name, column, "zh")), column


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_table_of_the_big_case_has_distinct_headings(guangxi: Plan, language: str) -> None:
    for name in SHOWN:
        view = table(guangxi, name, language)
        assert view.frame.columns.is_unique
        assert len(view.frame) == len(guangxi.frames[name])
        assert not {c for c in view.frame.columns if str(c).startswith(("report.", "ui."))}


def test_no_name_is_left_untranslated(guangxi: Plan) -> None:
    """Labels of the case and words of the catalogue reach every text cell."""
    for name in (
        "flows",
        "feeds",
        "made",
        "sales",
        "stocks",
        "placements",
        "fates",
        "identity",
        "value_terms",
        "traced",
        "cost_to_serve",
        "paths",
        "annual",
        "builds",
        "used",
    ):
        frame = table(guangxi, name, "zh").frame
        assert not frame.empty, name
        for column in frame.columns.drop(
            ["工况", "投产日"], errors="ignore"
        ):  # operating points have no labels
            for value in frame[column].unique():
                if isinstance(value, str) and not re.fullmatch(r"[\d.Q%–-]*", value):
                    assert re.search("[\u4e00-\u9fff]", value), (name, column, value)


def test_numbers_stay_numbers() -> None:
    view = table(plan(), "flows", "en")
    assert view.numbers == {"Moved, t dry": 3, "Moved, t wet": 3}
    assert view.frame["Moved, t dry"].sum() == pytest.approx(64.0)


def test_builds_in_words() -> None:
    view = table(plan(), "builds", "en")
    assert [list(row) for row in view.frame.itertuples(index=False)] == [
        ["Second mill", "a", "2027-01-01", 2, 200.0, "t/a", 6e6],
        ["Second kiln", "a", "2026-07-01", 1, 50.0, "t/a", 1e6],
    ]
    assert view.numbers["Units"] == 0
    assert "Capex, CNY (undiscounted)" in view.numbers
    assert table(plan(), "builds", "zh").frame.iloc[0, 0] == "磨选二线"
    assert table(plan(), "builds", "zh").frame.iloc[0, 5] == "吨/年"


def test_running_keeps_what_a_line_does_not_have_blank() -> None:
    view = table(plan(), "running", "en")
    assert view.frame["Units running"].isna().tolist() == [False, True]
    assert view.frame["Running, h"].isna().tolist() == [True, False]
    assert view.numbers == {"Units running": 0, "Running, h": 1}


def test_lanes_are_named_by_their_ends() -> None:
    used = table(plan(), "used", "en").frame
    assert list(used["Kind"]) == ["Lane", "Lane", "Outlet"]
    assert list(used["Lane or outlet"]) == ["Refinery → Works (Road)", "R_X", "road_base"]
    assert list(table(plan(), "openings", "zh").frame["线路"]) == ["氧化铝厂 → Works（公路）"]


def test_budgets_of_the_horizon_say_so() -> None:
    assert list(table(plan(), "budgets", "en").frame["Year or horizon"]) == ["2026", "whole horizon"]
    assert list(table(plan(), "budgets", "zh").frame["年份或全期"]) == ["2026", "全期"]


def test_targets_in_words() -> None:
    missed = target_row(at_least=0.2, reached=0.15, verdict="short", hard=False)
    nothing = target_row(at_least=0.2, reached=float("nan"), verdict="")
    frame = table(plan(targets=(missed, nothing)), "targets", "en").frame
    assert list(frame["Verdict"]) == ["Missed", ""]
    assert list(frame["Hard or soft"]) == ["Soft", "Hard"]
    assert list(frame["Reached"]) == ["15.0 %", "–"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_term_of_value_has_a_word(language: str) -> None:
    assert all(Labels(plan(), language).word("term", term).lower() != term for term in TERMS if "_" in term)
    assert all(template(f"plan.term_{term}", language) for term in TERMS)


def test_large_amounts_show_whole_tonnes() -> None:
    rows = (("R", "ore", "a", 123456.789),)
    assert set(table(plan(arisings=rows), "arisings", "en").numbers.values()) == {0}


def test_rates_are_percentages() -> None:
    assert list(table(plan(), "rates", "en").frame["New rate"]) == ["15.0 %", "20.0 %", "100.0 %", "–"]


def test_streams_in_words() -> None:
    english, chinese = Labels(plan(), "en"), Labels(plan(), "zh")
    assert english.stream(TAILINGS) == "Tailings ← Fresh mud · New"
    assert chinese.stream(TAILINGS) == "尾泥 ← 新产赤泥 · 新产生"
    assert english.stream("ore") == "ore"
    assert english.stream(LINING) == "lining · New"


def test_origin_with_its_plant() -> None:
    assert Labels(plan(), "en").origin("red_mud:R") == "Red mud, Refinery"
    assert Labels(plan(), "zh").origin("red_mud") == "赤泥"


def test_a_name_without_label_is_shown_by_the_other_language_then_by_itself() -> None:
    labels = Labels(plan(), "zh")
    assert labels.name("yard") == "Yard"
    assert labels.name("silo") == "silo"


def test_messages_name_things_by_label_and_name() -> None:
    message = Message(
        "plan.of_plant",
        {"what": ("mud", Message("plan.of_plant", {"what": "R", "plant": "silo"})), "plant": 3},
    )
    assert text(labelled(message, LABELS["en"]), "en") == "Fresh mud (mud), Refinery (R), silo, 3"
    files = Message("case.unenforced_table", {"table": "mud", "rows": "mud", "count": 1})
    assert labelled(files, LABELS["en"]).values["table"] == "mud"


def test_links_have_a_table() -> None:
    links = trace(plan(), SETTING, "red_mud")
    view = link_table(links, [("a", "b", "c")] * len(links), "en")
    assert list(view.frame.columns) == ["From", "To", "What", "Amount, t dry"]
    assert view.frame["Amount, t dry"].sum() == pytest.approx(sum(link.amount_t for link in links))
    assert link_table([], [], "zh").frame.empty


# ---------------------------------------------------------------- downloads


@pytest.mark.parametrize("bad", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1"])
def test_text_that_could_be_a_formula_is_disarmed(bad: str) -> None:
    assert disarmed(bad) == f"'{bad.strip()}"
    frame = pd.DataFrame({bad: [bad, "plain"], "amount": [-1.5, 2.0]})
    rows = list(csv.reader(io.StringIO(csv_bytes(frame).decode("utf-8-sig"), newline="")))
    assert rows[0][0].startswith("'")
    assert rows[1][0].startswith("'")
    assert rows[1][1] == "-1.5"


def test_download_is_marked_as_utf8() -> None:
    assert table(plan(), "flows", "zh").csv().startswith(b"\xef\xbb\xbf")
