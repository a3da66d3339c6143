"""Figures of studies: the numbers of the tables, in both languages, whatever the design."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.study.test_sweeps import COST, PRICE, build_or_not, linear, made_of, of_decisions

from redmud_opt.report.studies import page, pictures
from redmud_opt.report.studies.deciding import apart
from redmud_opt.study.sweeps.designs import Design
from redmud_opt.study.sweeps.results import Results
from redmud_opt.study.sweeps.said import lines

DESIGNS = (
    Design("tornado"),
    Design("grid", points=4, axes=("price",)),
    Design("grid", points=4, axes=("price", "cost")),
    Design("monte_carlo", runs=30),
    Design("sobol", runs=16),
    Design("morris", runs=4),
)


def with_years(price: float, cost: float) -> dict[str, Any]:
    """A row with amounts by year, a target and what is sold."""
    worth = linear(price, cost)
    return {"value": worth, "value:2026": worth, "met:t:2026": float(worth > 0), "sold:brick": 60.0 * price}


@pytest.mark.parametrize("design", DESIGNS, ids=lambda d: f"{d.kind}{len(d.axes)}")
@pytest.mark.parametrize("language", ["en", "zh"])
def test_pictures_of_every_design(tmp_path: Path, design: Design, language: str) -> None:
    results = made_of(tmp_path, with_years, design)
    found = pictures(results, language)
    assert found
    for picture in found:
        words = f"{picture.title} {picture.note} {picture.table.to_string()}"
        assert "sweep." not in words
        assert "{" not in words
        assert len(picture.table)


def test_decisions_are_told_by_what_parts_them() -> None:
    common, own = apart([["line@2026", "raise@2029"], ["line@2028", "raise@2029"], ["raise@2029"]])
    assert common == ["raise@2029"]
    assert own == [["line@2026"], ["line@2028"], []]
    assert apart([["line@2026"]]) == ([], [["line@2026"]])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_knowing_is_worth_says_which_decision_turns(tmp_path: Path, language: str) -> None:
    _, information = pictures(of_decisions(tmp_path, build_or_not), language)
    first = information.table.iloc[0].tolist()
    assert (
        first[-1]
        == {"en": "below 0.500 no. 1, above no. 0", "zh": "低于 0.500 取 1 号，高于则取 0 号"}[language]
    )
    assert first[-1] in information.note
    assert information.table.iloc[1, -1] == ""


def test_a_tornado_draws_what_its_table_says(tmp_path: Path) -> None:
    (picture,) = pictures(made_of(tmp_path, with_years, Design("tornado")), "en")
    assert picture.figure is not None
    drawn = [figure["base"] + x for figure in picture.figure.data for x in figure["x"]]
    assert sorted(drawn) == pytest.approx([60, 120, 480, 660])
    told = picture.table.iloc[:, 3:6].to_numpy().ravel().tolist()
    assert told == ["60.0", "360", "660", "480", "360", "120"]


def test_a_page_stands_alone(tmp_path: Path) -> None:
    results: Results = made_of(tmp_path, with_years, Design("monte_carlo", runs=12))
    html = page(results, "zh")
    assert html.count("<script") >= 2
    assert "<script src" not in html
    assert 'lang="zh-CN"' in html
    assert html.count("<table") == len(pictures(results, "zh"))


def test_no_plan_is_no_bar(tmp_path: Path) -> None:
    def holed(price: float, cost: float) -> dict[str, Any] | None:
        return with_years(price, cost) if price < 1.4 else None

    results = made_of(tmp_path, holed, Design("tornado"))
    tornado, failures = pictures(results, "en")
    assert "no plan" in tornado.note
    assert failures.table.iloc[0, -1] == 1
    assert tornado.figure is not None
    assert any(np.isnan(x) for figure in tornado.figure.data for x in figure["x"])
    assert (PRICE.high, COST.high) == (1.5, 8.0)


@pytest.mark.parametrize("design", DESIGNS, ids=lambda d: f"{d.kind}{len(d.axes)}")
def test_a_study_without_any_plan_shows_why(tmp_path: Path, design: Design) -> None:
    """And one that has only begun shows nothing."""
    (picture,) = pictures(made_of(tmp_path / "none", lambda price, cost: None, design), "en")
    assert picture.figure is None
    begun = made_of(tmp_path / "begun", with_years, design)
    for part in begun.store.parts():
        part.unlink()
    assert pictures(begun, "zh") == []
    assert list(lines(begun))
