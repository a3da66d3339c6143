"""What can go where and what cannot, as tables and as a map, before anything is solved."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from tests.model.permitting import permit, world

from redmud_opt.case import init_case, load_case
from redmud_opt.case.editing import Edit, EditSession
from redmud_opt.case.editing.gestures import set_cells
from redmud_opt.i18n import LANGUAGES
from redmud_opt.network import Network, build_network
from redmud_opt.report.charts.sites import case_map
from redmud_opt.report.ways import refusals, ways


def made(folder: Path, *edits: Edit, closes: str = "") -> Network:
    """The starter case with changes of its tables, and its outlet for bricks closed from a day on."""
    init_case(folder)
    session = EditSession(folder)
    session.make(set_cells(session.sheet("outlets"), "outlets", 3, {"closes": closes}))
    session.make(edits)
    session.commit()
    return build_network(load_case(folder))


def test_every_way_is_told_with_its_time(tmp_path: Path) -> None:
    """Four quarters; the builders' merchants close on 1 July: they are open in the first two."""
    table = ways(made(tmp_path / "case", closes="2026-07-01"), "en")
    rows = {tuple(row) for row in table.itertuples(index=False)}
    assert ("Unfired brick", "City market", "delivered", "Builders' merchants", "2026Q1 – 2026Q2") in rows
    assert ("Iron concentrate", "City market", "delivered", "Steelworks", "all along") in rows
    assert ("Red mud", "Alumina refinery", "fed", "separator · Magnetic separation", "all along") in rows
    parent = "Tailings of magnetic separation ← Red mud"
    assert (parent, "Alumina refinery", "placed for good", "Red mud yard", "all along") in rows
    assert len(rows) == len(table), "streams that differ in origin only are told once"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_limit_refuses_is_told_with_its_clause(tmp_path: Path, language: str) -> None:
    """Mud has 22 % iron and a margin of 0: a yard that takes at most 20 % refuses it, and takes the tailings."""
    gate = {"name": "yard_iron", "at": "yard", "property": "total_iron", "limit": "20", "kind": "each"}
    gate |= {"sense": "max", "k_sigma": "0", "clause": "made up 5.2", "evidence": "assumed"}
    tailings = {"material": "iron_tailings", "property": "total_iron", "value": "9", "evidence": "assumed"}
    network = made(
        tmp_path / "case",
        Edit("add", "gates", -1, cells=gate),
        Edit("add", "composition", -2, cells=tailings),
    )
    table = refusals(network, language)
    (row,) = table.itertuples(index=False)
    assert row[0] == {"en": "Red mud", "zh": "赤泥"}[language]
    assert row[1] == {"en": "Red mud yard", "zh": "赤泥堆场"}[language]
    assert "made up 5.2" in row[2]
    assert row[3] == {"en": "all along", "zh": "全程"}[language]
    assert not [r for r in ways(network, "en").itertuples() if (r[1], r[4]) == ("Red mud", "Red mud yard")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_sites_are_on_a_map_before_any_plan(tmp_path: Path, language: str) -> None:
    init_case(tmp_path / "case")
    case = load_case(tmp_path / "case")
    chart = case_map(case, language, [("refinery", "city"), ("city", "refinery"), ("refinery", "nowhere")])
    assert chart is not None
    assert list(chart.twin.frame.iloc[:, 2]) == [107.5, 108.3]
    lines = [trace for trace in chart.figure.data if trace.mode == "lines" and trace.name]
    assert [list(trace.x) for trace in lines] == [[108.3, 107.5, None]], "a pair is one line"
    marks = {x for trace in chart.figure.data if trace.mode == "markers" for x in trace.x}
    assert marks == {107.5, 108.3}


def test_without_positions_there_is_no_map(tmp_path: Path) -> None:
    init_case(tmp_path / "case")
    case = load_case(tmp_path / "case")
    nowhere = tuple(replace(site, longitude_deg=None, latitude_deg=None) for site in case.sites)
    assert case_map(replace(case, sites=nowhere), "en") is None


def test_a_door_that_the_law_shuts_is_told_with_its_clause_and_time() -> None:
    """The works holds a permit for the first half of the year only: its kiln is shut in the second."""
    permits = (permit("melt_works", valid_to=date(2026, 7, 1)),)
    table = refusals(build_network(world(permits=permits)), "en")
    when = {row[3] for row in table.itertuples(index=False) if "art. 80" in row[2] and "melt" in row[1]}
    assert when == {"26b"}
