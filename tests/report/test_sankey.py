"""Where a waste goes: exact on paper, and conserving mass in every figure of the big case."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

import pytest
from tests.jobs import cases
from tests.report.paper import LINING, MUD, SETTING, TAILINGS, plan

from redmud_opt.case import Case, load_case
from redmud_opt.plan import Plan
from redmud_opt.report import sankey
from redmud_opt.report.sankey import SINKS, SOURCES, Link, Node, trace, waste_classes
from redmud_opt.report.setting import Setting


def imbalance(links: Iterable[Link]) -> dict[Node, float]:
    """What comes in less what leaves, at every box that is neither a source nor a sink."""
    found: dict[Node, float] = defaultdict(float)
    for link in links:
        found[link.end] += link.amount_t
        found[link.start] -= link.amount_t
    return {node: amount for node, amount in found.items() if node.kind not in (*SOURCES, *SINKS)}


def amounts(links: list[Link]) -> dict[tuple[str, str], float]:
    """(start, end) by kind and name → tonnes."""
    return {(f"{k.start.kind} {k.start.name}", f"{k.end.kind} {k.end.name}"): k.amount_t for k in links}


def test_a_table_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture of a big plan took four times as long while every question read its table again."""
    read: list[int] = []
    records = sankey._records
    monkeypatch.setattr(sankey, "_records", lambda frame: read.append(id(frame)) or records(frame))
    assert trace(plan(), SETTING, "red_mud")
    tables = ("streams", "arisings", "purchases", "flows", "sales", "placements", "stocks", "feeds", "made")
    assert len(read) <= len(tables)


def test_classes_stand_by_size() -> None:
    assert waste_classes(plan()) == ["red_mud", "spent_pot_lining"]


def test_red_mud_of_the_first_year_on_paper() -> None:
    found = amounts(trace(plan(), SETTING, "red_mud", 2026))
    assert found == pytest.approx(
        {
            ("generated mud", "process mill"): 60,
            ("generated mud", "process kiln"): 30,
            ("generated mud", "put yard"): 10,
            ("process mill", "residue tailings"): 50,
            ("process mill", "product ore"): 8,
            ("process mill", "lost "): 2,
            ("residue tailings", "placed pit"): 45,
            ("residue tailings", "outlet road_base"): 5,
            ("product ore", "market steel"): 8,
            ("process kiln", "product clinker"): 18,
            ("process kiln", "lost "): 12,
            ("product clinker", "market cement"): 15,
            ("product clinker", "put silo"): 3,
        }
    )


def test_wet_tonnes_of_the_first_year_on_paper() -> None:
    """Mud with a quarter of water, tailings with a fifth: 60 dry are fed as 80, of which 62.5 + 8 come out."""
    moist = replace(SETTING, wet_per_dry={"mud": 1 / 0.75, "tailings": 1 / 0.8})
    links = trace(plan(), moist, "red_mud", 2026, wet=True)
    assert amounts(links) == pytest.approx(
        {
            ("generated mud", "process mill"): 80,
            ("generated mud", "process kiln"): 40,
            ("generated mud", "put yard"): 10 / 0.75,
            ("process mill", "residue tailings"): 62.5,
            ("process mill", "product ore"): 8,
            ("process mill", "lost "): 9.5,
            ("residue tailings", "placed pit"): 56.25,
            ("residue tailings", "outlet road_base"): 6.25,
            ("product ore", "market steel"): 8,
            ("process kiln", "product clinker"): 18,
            ("process kiln", "lost "): 22,
            ("product clinker", "market cement"): 15,
            ("product clinker", "put silo"): 3,
        }
    )
    assert all(abs(amount) < 1e-9 for amount in imbalance(links).values())
    assert trace(plan(), moist, "red_mud", 2026) == trace(plan(), SETTING, "red_mud", 2026)


def test_shared_product_goes_to_each_waste_by_what_was_fed() -> None:
    found = amounts(trace(plan(), SETTING, "spent_pot_lining", 2026))
    assert found["process kiln", "product clinker"] == pytest.approx(120 * 10 / 200)
    assert found["product clinker", "market cement"] == pytest.approx(5)


def test_stock_taken_out_and_put_in_are_boxes_of_their_own() -> None:
    found = amounts(trace(plan(), SETTING, "red_mud"))
    assert found["waste mud", "put yard"] == pytest.approx(10)
    assert found["taken yard", "waste mud"] == pytest.approx(40)


def test_a_year_without_the_waste_has_no_links() -> None:
    assert trace(plan(), SETTING, "spent_pot_lining", 2027) == []


def test_goods_that_are_no_tonnes_are_left_out() -> None:
    links = trace(plan(), SETTING, "red_mud")
    assert "steam" not in {link.material for link in links}


def test_what_a_process_takes_up_is_a_source() -> None:
    heavier = plan(
        made=(("R", "mill", TAILINGS, "a", 70.0),), placements=(("pit", "R", TAILINGS, "a", 65.0),)
    )
    found = amounts(trace(heavier, SETTING, "red_mud", 2026))
    assert found["added ", "process mill"] == pytest.approx(10)


def test_a_product_used_within_the_group_is_said_so() -> None:
    unsold = plan(sales=())
    found = amounts(trace(unsold, SETTING, "red_mud", 2026))
    assert found["product ore", "inside "] == pytest.approx(8)
    assert found["product clinker", "inside "] == pytest.approx(15)


def test_waste_that_passes_a_site_is_one_link() -> None:
    links = trace(plan(), SETTING, "red_mud", 2026)
    assert not [
        node for link in links for node in (link.start, link.end) if node == Node("waste", "mud", "W")
    ]


def test_lanes_both_ways_keep_their_mass() -> None:
    there_and_back = plan(
        flows=(
            ("R_W", "road", "R", "W", MUD, "a", 50.0, 50.0),
            ("W_R", "road", "W", "R", MUD, "a", 20.0, 20.0),
        )
    )
    links = trace(there_and_back, SETTING, "red_mud", 2026)
    assert max(map(abs, imbalance(links).values())) < 1e-9


def test_product_of_two_works_reaches_its_own_outlet() -> None:
    """A kiln at W and one at V, each with its outlet and no lane between them."""
    two = plan(
        feeds=(("kiln_line", "kiln", "", MUD, "a", 30.0), ("v_line", "kiln", "", LINING, "a", 10.0)),
        made=(("W", "kiln", "clinker", "a", 30.0), ("V", "kiln", "clinker", "a", 10.0)),
        sales=(("cement_w", "W", "clinker", "a", 30.0), ("cement_v", "V", "clinker", "a", 10.0)),
        stocks=(),
        placements=(),
    )
    setting = Setting(year_of={"a": 2026}, site_of_line={"kiln_line": "W", "v_line": "V"})
    found = amounts(trace(two, setting, "red_mud"))
    assert found["product clinker", "market cement_w"] == pytest.approx(30)
    assert ("product clinker", "market cement_v") not in found


@pytest.mark.parametrize("year", [None, 2026, 2027])
@pytest.mark.parametrize("waste_class", ["red_mud", "spent_pot_lining"])
def test_every_middle_box_conserves_mass(waste_class: str, year: int | None) -> None:
    links = trace(plan(), SETTING, waste_class, year)
    assert all(abs(amount) < 1e-9 for amount in imbalance(links).values())


@pytest.fixture(scope="module")
def guangxi() -> tuple[Case, Plan]:
    return load_case("guangxi"), cases.guangxi()


@pytest.mark.parametrize("year", [None, 2026, 2027, 2028])
def test_big_case_conserves_mass(guangxi: tuple[Case, Plan], year: int | None) -> None:
    case, solved = guangxi
    setting = Setting.of(case)
    for waste_class in waste_classes(solved):
        links = trace(solved, setting, waste_class, year)
        entering = sum(link.amount_t for link in links if link.start.kind in SOURCES)
        leaving = sum(link.amount_t for link in links if link.end.kind in SINKS)
        assert entering == pytest.approx(leaving, rel=1e-9)
        assert max(map(abs, imbalance(links).values())) < 1e-6 * entering


def test_big_case_sources_are_its_tables(guangxi: tuple[Case, Plan]) -> None:
    """What is generated and placed in the figure is what the plan's tables say."""
    case, solved = guangxi
    streams = solved.frames["streams"]
    mine = set(streams.loc[streams["waste_class"] == "red_mud", "stream"])
    links = trace(solved, Setting.of(case), "red_mud")
    for kind, table, column in (("generated", "arisings", "arising_t"), ("placed", "placements", "placed_t")):
        rows = solved.frames[table]
        drawn = sum(link.amount_t for link in links if kind in (link.start.kind, link.end.kind))
        assert drawn == pytest.approx(rows.loc[rows["stream"].isin(mine), column].sum(), rel=1e-9)
