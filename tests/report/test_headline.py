"""Headlines: fates that add up, rates beside their targets, and words that match."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from tests.builders import (
    Solved,
    landfill,
    mud,
    product,
    rows,
    sells,
    solve,
    target,
    tiny,
    works,
    yard,
    years,
)
from tests.jobs.cases import guangxi
from tests.report.paper import plan, target_row

from redmud_opt.case import Assumptions, load_case
from redmud_opt.case.rules import Target
from redmud_opt.i18n import text
from redmud_opt.plan import Plan
from redmud_opt.plan.tables import verdict
from redmud_opt.report.bundle import zipped
from redmud_opt.report.case_facts import assumed, counts, horizon, title
from redmud_opt.report.display import fate_cells, rate_cells, status_words, used_of_generated
from redmud_opt.report.headline import FATES, fates, rates


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
    big = guangxi()
    found = fates(big)
    for column in set(FATES) - {"into_stock_t", "closing_t"}:
        assert found[column].sum() == pytest.approx(big.frames["identity"][column].sum(), rel=1e-12)


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


def pressed(*targets: Target, **tables: object) -> Solved:
    """100 mud; pressing a tonne costs 40 more than landfilling it, so no more is pressed than must be."""
    case = tiny(
        mud(),
        product("brick"),
        works("press", "mud", {"brick": 1.0}, cost=50.0),
        sells("brick", 10.0),
        landfill("mud", 0.0),
        rows(targets=targets),
        **tables,
    )
    return solve(case)


def red_mud(at_least: float, **values: object) -> Target:
    return Target(**{"name": "t", "waste_class": "red_mud", "at_least": at_least} | values)


@pytest.mark.parametrize(
    ("at_least", "rate", "verdict"),
    [
        (0.15, "rate_new", "binding"),
        (0.1, "rate_new", "met"),
        (0.2, "rate_new", "short"),
        (0.15, "rate_gross", "binding"),
    ],
)
def test_verdict_of_a_target(at_least: float, rate: str, verdict: str) -> None:
    soft = red_mud(at_least, name="s", rate=rate, hard=False, price_cny_per_t=0.001)
    found = pressed(red_mud(0.15), soft).frame("targets").set_index("target").loc["s"]
    assert found["verdict"] == verdict
    assert found["reached"] == pytest.approx(0.15)
    assert (found["waste_class"], found["scope"], found["iron"]) == ("red_mud", "", "net_product")


def test_a_rate_within_a_millionth_is_held_by_its_target() -> None:
    assert [verdict(rate, 0.15) for rate in (0.15 - 9e-7, 0.15 + 9e-7, 0.15 + 2e-6, 0.15 - 2e-6)] == [
        *("binding", "binding", "met", "short")
    ]


def test_a_target_of_nothing_has_a_rate() -> None:
    found = pressed(red_mud(0.0)).frame("targets").iloc[0]
    assert (found["reached"], found["verdict"]) == (0.0, "binding")


def test_target_on_a_class_that_does_not_arise_has_no_verdict() -> None:
    other = Target(name="t", waste_class="aluminium_ash", at_least=0.5, hard=False, price_cny_per_t=1.0)
    found = pressed(other).frame("targets")
    assert list(found["verdict"]) == [""]
    assert found["reached"].isna().all()


def test_shortfall_stands_beside_its_target() -> None:
    missed = pressed(red_mud(0.15), red_mud(0.2, name="s", hard=False, price_cny_per_t=0.001))
    assert list(missed.frame("targets")["short_t"]) == pytest.approx([0.0, 5.0])


def test_no_targets_no_column() -> None:
    assert list(rate_cells(plan(), "en").columns) == [
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
    two = (
        target_row(at_least=0.15, reached=0.15, verdict="binding"),
        target_row("s", at_least=0.7, reached=0.6, verdict="short", rate="rate_gross", hard=False),
    )
    assert rate_cells(plan(targets=two), language).iloc[0, -1] == words


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        ("rate_new", "New ≥ 50 %, hard: met (60.0 % with iron separation counted by its feed)"),
        ("rate_gross", "Gross ≥ 50 %, hard: met"),
    ],
)
def test_a_target_that_counts_gross_says_so(rate: str, words: str) -> None:
    row = target_row(at_least=0.5, reached=0.6, verdict="met", iron="gross_feed", rate=rate)
    assert rate_cells(plan(targets=(row,)), "en").iloc[0, -1] == words


def test_a_target_with_nothing_to_refer_to_has_no_verdict() -> None:
    row = target_row(at_least=0.5, reached=float("nan"), verdict="", iron="gross_feed")
    assert rate_cells(plan(targets=(row,)), "en").iloc[0, -1] == "New ≥ 50 %, hard"


def test_targets_of_a_case_stand_in_every_year_they_name() -> None:
    every = Target(name="every", waste_class="red_mud", at_least=0.0)
    past = Target(name="past", waste_class="red_mud", at_least=0.0, year=1999)
    case = tiny(mud(), landfill("mud"), rows(targets=(every, past)), periods=years(2026, 2))
    frame = solve(case).frame("targets")
    assert list(zip(frame["target"], frame["year"], strict=True)) == [("every", 2026), ("every", 2027)]


def test_a_binding_target_of_a_solve_is_called_binding() -> None:
    case = tiny(
        mud(),
        product("brick"),
        works("press", "mud", {"brick": 1.0}, cost=50.0),
        sells("brick", 10.0),
        landfill("mud", 5.0),
        target(0.3),
    )
    assert list(solve(case).frame("targets")["verdict"]) == ["binding"]


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
    assert "2032-12-31" in text(horizon(case), "en")
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
    archive = zipfile.ZipFile(BytesIO(zipped(run, "")))
    files = ["plan/flows.csv", "status.json", "README.txt", "manifest.json"]
    assert archive.namelist() == [f"run-1/{name}" for name in files]
