"""Headlines: fates that add up, rates beside their targets, and words that match."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from tests.builders import mud, rows, solve, target, tiny, yard, years
from tests.report.paper import plan

from redmud_opt.case import Assumptions, load_case
from redmud_opt.case.rules import Target
from redmud_opt.i18n import text
from redmud_opt.plan import Plan
from redmud_opt.report.bundle import zipped
from redmud_opt.report.case_facts import assumed, counts, horizon, title
from redmud_opt.report.display import fate_cells, rate_cells, status_words, used_of_generated
from redmud_opt.report.headline import FATES, fates, rates, target_table
from redmud_opt.report.setting import Setting, TargetRow


def test_fates_of_the_horizon_add_up() -> None:
    row = fates(plan()).set_index("waste_class").loc["red_mud"]
    assert row["generated_t"] == 200
    assert row["into_stock_t"] == 20 - 50
    assert row["closing_t"] == 20
    gone = row[
        ["utilised_t", "placed_t", "reduced_t", "handed_to_disposal_t", "handed_out_t", "into_stock_t"]
    ].sum()
    assert row["generated_t"] + row["received_t"] == pytest.approx(gone)


def test_fates_of_a_year() -> None:
    row = fates(plan(), 2026).set_index("waste_class").loc["red_mud"]
    assert (row["generated_t"], row["into_stock_t"], row["closing_t"]) == (100, 10, 60)


def test_fates_of_the_big_case_are_its_identity() -> None:
    solved = solve(load_case("guangxi"), audited=False)
    found = fates(solved.plan)
    for column in set(FATES) - {"into_stock_t", "closing_t"}:
        assert found[column].sum() == pytest.approx(solved.frame("identity")[column].sum(), rel=1e-12)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_fate_cells_leave_out_what_is_nothing(language: str) -> None:
    cells = fate_cells(plan(), language)
    assert len(cells.columns) == 6  # class, generated, utilised, placed, change, closing
    assert len(cells) == 2


def test_used_of_generated() -> None:
    assert used_of_generated(plan(), "en") == {
        "Red mud": ("65.0", "200 t"),
        "Spent pot lining": ("10.0", "10.0 t"),
    }


def test_rates_stand_by_size_of_class() -> None:
    assert list(rates(plan())["waste_class"])[:2] == ["red_mud", "red_mud"]


# ---------------------------------------------------------------- targets


@pytest.mark.parametrize(
    ("at_least", "rate", "verdict"),
    [
        (0.15, "rate_new", "binding"),
        (0.1, "rate_new", "met"),
        (0.2, "rate_new", "short"),
        (0.5, "rate_gross", "met"),
    ],
)
def test_verdict_of_a_target(at_least: float, rate: str, verdict: str) -> None:
    row = TargetRow("t", "red_mud", 2026, rate, at_least)
    assert list(target_table(plan(), [row])["verdict"]) == [verdict]


def test_target_on_gross_feed_is_judged_by_the_gross_tonnes() -> None:
    new = TargetRow("t", "red_mud", 2027, "rate_new", 0.5, gross_feed=True)
    stat = TargetRow("s", "red_mud", 2027, "rate_stat", 0.5, gross_feed=True)
    assert list(target_table(plan(), [new, stat])["reached"]) == pytest.approx([0.60, 65 / 105])


def test_target_of_an_unknown_scope_has_no_verdict() -> None:
    found = target_table(plan(), [TargetRow("t", "red_mud", 2026, "rate_new", 0.5, scope="elsewhere")])
    assert list(found["verdict"]) == [""]


def test_shortfall_stands_beside_its_target() -> None:
    missed = plan(shortfalls=(("t", 2026, 5.0, 300.0, 1500.0),))
    found = target_table(missed, [TargetRow("t", "red_mud", 2026, "rate_new", 0.2, hard=False)])
    assert list(found["short_t"]) == [5.0]


def test_no_targets_no_column() -> None:
    assert list(rate_cells(plan(), [], "en").columns) == [
        "Waste class",
        "Year",
        "Generated",
        "New rate",
        "Statistical rate",
        "Gross rate",
    ]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "New ≥ 15 %, hard: binding; Gross ≥ 70 %, soft: MISSED"),
        ("zh", "新产生 ≥ 15%，硬性：恰好达到；毛口径 ≥ 70%，软性：未达到"),
    ],
)
def test_all_targets_of_a_row_are_named(language: str, words: str) -> None:
    two = [
        TargetRow("t", "red_mud", 2026, "rate_new", 0.15),
        TargetRow("s", "red_mud", 2026, "rate_gross", 0.7, hard=False),
    ]
    assert rate_cells(plan(), two, language).iloc[0, -1] == words


def test_targets_of_a_case_stand_in_every_year_they_name() -> None:
    every = Target(name="every", waste_class="red_mud", at_least=0.0)
    past = Target(name="past", waste_class="red_mud", at_least=0.0, year=1999)
    off = Target(name="off", waste_class="red_mud", at_least=0.0, active=False)
    case = tiny(mud(), yard("mud"), rows(targets=(every, past, off)), periods=years(2026, 2))
    assert [(row.name, row.year) for row in Setting.of(case).targets] == [("every", 2026), ("every", 2027)]


def test_a_binding_target_of_a_solve_is_called_binding() -> None:
    from tests.builders import landfill, product, sells, works

    case = tiny(
        mud(),
        product("brick"),
        works("press", "mud", {"brick": 1.0}, cost=50.0),
        sells("brick", 10.0),
        landfill("mud", 5.0),
        target(0.3),
    )
    solved = solve(case)
    assert list(target_table(solved.plan, Setting.of(case).targets)["verdict"]) == ["binding"]


# ---------------------------------------------------------------- words


def with_solve(**values: object) -> Plan:
    from dataclasses import replace

    return replace(plan(), solve={**plan().solve, **values})


@pytest.mark.parametrize(
    ("solve_", "says", "says_not"),
    [
        ({}, "Optimal", "not proved"),
        ({"status": "feasible", "stopped": "time", "gap": 0.041}, "4.1 %", "Optimal"),
        ({"status": "feasible", "stopped": "cancelled", "gap": None}, "cancelled", "Optimal"),
    ],
)
def test_status_is_honest(solve_: dict[str, object], says: str, says_not: str) -> None:
    words = status_words(with_solve(**solve_), "en")
    assert says in words
    assert says_not not in words
    assert status_words(with_solve(**solve_), "zh") != words


def test_case_facts() -> None:
    case = load_case("guangxi")
    assert counts(case)["storages"] == len(case.storages)
    assert "2028-12-31" in text(horizon(case), "en")
    assert title(case, "zh") != title(case, "en")
    assert assumed(Assumptions(1, 1, 5, 1), "en") == {"share": "75.0 %", "count": 6, "total": 8}
    assert assumed(Assumptions(0, 0, 0, 0), "zh")["share"] == "0.0%"
    assert title(tiny(mud(), yard("mud")), "zh") == "tiny"


def test_a_run_folder_as_one_file(tmp_path: Path) -> None:
    run = tmp_path / "run-1"
    (run / "plan").mkdir(parents=True)
    (run / "plan" / "flows.csv").write_text("a\n1\n", encoding="utf-8")
    (run / "status.json").write_text(json.dumps({}), encoding="utf-8")
    (run / "half.part").write_text("x", encoding="utf-8")
    (run / "elsewhere").symlink_to(tmp_path)
    archive = zipfile.ZipFile(BytesIO(zipped(run)))
    assert archive.namelist() == ["run-1/plan/flows.csv", "run-1/status.json"]
