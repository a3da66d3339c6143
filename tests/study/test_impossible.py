"""Ten cases without a plan, one for each thing that may stand in the way: named, with lawful suggestions that work.

Every case is on paper; the docstring of its function has the arithmetic. A suggestion counts only if the changed case
is solved and audited.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.builders import (
    arises,
    assay,
    landfill,
    lane,
    lining,
    mud,
    parts,
    product,
    prop,
    rows,
    sells,
    site,
    solve,
    target,
    tiny,
    waste,
    works,
    yard,
    years,
)
from tests.model import bordering
from tests.model.permitting import permit, world
from tests.model.test_optima_clocks import QUARTERS, burner, clock, pulse, shed

from redmud_opt.case import Case, init_case, load_case
from redmud_opt.case.rules import Budget, Limit, Target
from redmud_opt.case.works import Gate, Line, Outlet
from redmud_opt.i18n import LANGUAGES, keys, text
from redmud_opt.network import build_network
from redmud_opt.study import structure
from redmud_opt.study.cells import EARLIER, KINDS, LANES, PROPORTIONAL, SWITCHES, Cell
from redmud_opt.study.conflict import RULES
from redmud_opt.study.impossible import Impossible, impossible
from redmud_opt.study.reach import TIGHT
from redmud_opt.study.suggesting import rounded

PRESS = works("press", {"mud": {}}, {"brick": 1.0}, capacity=30)
BRICKS = (mud(100), product("brick"), sells("brick", 10))
MADE = (*BRICKS, PRESS, landfill("mud"))


def kiln(at: str = "R", **values: object) -> dict[str, tuple[object, ...]]:
    return rows(outlets=Outlet(name="kiln", site=at, material="mud", method="U", per="period", **values))  # type: ignore[arg-type]


def candidate(**stands: object) -> dict[str, tuple[object, ...]]:
    """A press of 20 t at 1,000 CNY, built up to five times."""
    stands = {"candidate": True, "capex_cny": 1000, "times": 5} | stands
    return works("press", {"mud": {}}, {"brick": 1.0}, capacity=20, stands=stands)


def capacity() -> Case:
    """The press takes 30 of 100 t; 40 are asked for: 10 t of capacity, or 10 points of the target."""
    return tiny(*MADE, target(0.4))


def gate() -> Case:
    """Mud has 3 % alkali, the kiln's standard allows 1 %, the press takes 30 t: 40 % are out of reach."""
    standard = Gate(
        name="low_alkali", at="kiln", property="alkali", limit=1.0, kind="each", clause="GB 175, 7.3"
    )
    return tiny(*MADE, kiln(), prop("alkali"), assay("mud", alkali=3.0), rows(gates=standard), target(0.4))


def permits() -> Case:
    """20 t of lining a year must be used, the permit is for 12 t a year."""
    least = rows(
        limits=Limit(name="use", measure="feed", at="melt_works", per="year", sense="min", value=20.0)
    )
    return world(least, permits=(permit("melt_works", 12.0),))


def clocks() -> Case:
    """100 t arise in the first quarter, 20 t are burnt a quarter, three months: 40 t by the end of the second.

    60 t have nowhere to go. 50 t a quarter would do.
    """
    return tiny(pulse(), shed(), burner(), clock(3), periods=QUARTERS)


def budget() -> Case:
    """1,500 CNY buy one press of 20 t; 25 % need two, 2,000 CNY. Half a press is enough for the relaxation."""
    money = rows(budgets=Budget(name="purse", amount_cny=1500))
    return tiny(*BRICKS, candidate(), landfill("mud"), money, target(0.25))


def targets() -> Case:
    """At most 10 t may go to the kiln, by a limit; the target asks for 25 t."""
    most = rows(limits=Limit(name="cap", measure="sold", at="kiln", sense="max", value=10.0))
    return tiny(mud(100), kiln(), landfill("mud"), most, target(0.25))


def airspace() -> Case:
    """100 t a year for two years, 1 t/m³; the press takes 60 t, the landfill 100 m³: 40 m³ are lacking."""
    dense = mud(100, density_t_per_m3=1.0)
    pit = landfill("mud", airspace_m3=100)
    return tiny(dense, product("brick"), sells("brick", 10), PRESS, pit, periods=years(2026, 2))


def least_amount() -> Case:
    """The buyer is promised 50 t of brick, the press makes 30."""
    buyer = rows(outlets=Outlet(name="buyer", site="R", material="brick", min_t=50, per="period"))
    return tiny(mud(100), product("brick"), PRESS, buyer, landfill("mud"))


def approvals() -> Case:
    """10 t of lining a half-year, a shed for 2 t; the approval lets 5 t over the border: 18 t must cross."""
    room = yard("lining", capacity_t=2.0, accepts_hazardous=True)
    law = bordering.asks("approval", clause="art. 82")
    return tiny(
        *(law, bordering.provinces(), bordering.places(), lining(10, code="X"), room),
        *(lane("R", "M", 1, dg_allowed=True), bordering.pit(), bordering.document(amount_t=5.0)),
        periods=parts(2026, 6),
    )


def reach() -> Case:
    """The kiln at K would take all mud; no lane leads there. 40 % are asked for."""
    return tiny(site("K"), mud(100), kiln("K"), landfill("mud"), target(0.4))


PLANTED: dict[Callable[[], Case], tuple[tuple[str, str], ...]] = {
    capacity: (
        ("capacity of line 'press_line'", "生产线“press_line”的能力"),
        ("40 % → 30 %", "40 % → 30 %"),
        ("30 t → 40 t", "30 吨 → 40 吨"),
    ),
    gate: (
        ("'GB 175, 7.3' (gate low_alkali)", "“GB 175, 7.3”（准入条件 low_alkali）"),
        ("30 t → 40 t", "30 吨 → 40 吨"),
    ),
    permits: (
        ("permit p_melt_works", "许可 p_melt_works"),
        ("12 t → 20 t", "12 吨 → 20 吨"),
        ("20 → 12", "20 → 12"),
    ),
    clocks: (("art. 81", "art. 81"), ("20 t → 50 t", "20 吨 → 50 吨")),
    budget: (
        ("'purse'", "“purse”"),
        ("1,500 CNY → 2,000 CNY", "1,500 元 → 2,000 元"),
        ("25 % → 20 %", "25 % → 20 %"),
    ),
    targets: (("limit 'cap'", "限额“cap”"), ("25 % → 10 %", "25 % → 10 %"), ("10 → 25", "10 → 25")),
    airspace: (("airspace of storage 'landfill'", "贮存场所“landfill”的库容"), ("100 → 140", "100 → 140")),
    least_amount: (
        ("outlet 'buyer'", "出路“buyer”"),
        ("50 → 30", "50 → 30"),
        ("30 t → 50 t", "30 吨 → 50 吨"),
    ),
    approvals: (("approval doc", "批准 doc"), ("5 t → 18 t", "5 吨 → 18 吨")),
    reach: (("a lane from R to K", "从 R 到 K 的线路"), ("no way", "没有途径")),
}


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_planted(plant: Callable[[], Case]) -> None:
    case = plant()
    found = impossible(build_network(case))
    for language, number in (("en", 0), ("zh", 1)):
        words = "\n".join(text(message, language) for message in found.messages())
        assert "{" not in words
        assert "impossible." not in words
        for phrases in PLANTED[plant]:
            assert phrases[number] in words
    assert found.suggestions
    assert all(one.tried for one in found.suggestions)
    solve(found.suggestions[-1].case)  # audited; that the others have a plan was tried
    for one in found.suggestions:
        same_law(case, one.case)


def same_law(before: Case, after: Case) -> None:
    """Only what a company decides or applies for has changed."""
    for table in (
        "requirements",
        "clocks",
        "gates",
        "codes",
        "composition",
        "arisings",
        "materials",
        "methods",
    ):
        assert getattr(before, table) == getattr(after, table)


def found_in(case: Case) -> Impossible:
    return impossible(build_network(case))


def test_a_candidate_that_must_start_earlier() -> None:
    """The press takes 24 months from the decision: nothing by 2027. Decided at once it must take 12; once will do."""
    case = tiny(
        *BRICKS,
        candidate(lead_time_months=24, construction_months=16),
        landfill("mud"),
        target(0.2, year=2027),
        periods=years(2026, 2),
    )
    (earlier,) = [one for one in found_in(case).suggestions if one.kinds == ("earlier",)]
    (change,) = earlier.changes
    assert (change.cell.column, change.cell.old, change.new) == ("lead_time_months", 24, 12)
    assert change.as_override()["set"] == {"lead_time_months": 12, "construction_months": ""}
    solve(earlier.case)


def test_what_only_several_kinds_make_up_for() -> None:
    """100 t; the landfill takes 5 (50 at ten times), the press 60, of which a limit allows 3.

    Room alone gives 53, the limit alone 65. With the limit at 95 the press must take 95: less than twice what it has,
    where the landfill would have to grow eightfold.
    """
    press = works("press", {"mud": {}}, {"brick": 1.0}, capacity=60)
    most = rows(limits=Limit(name="little", measure="feed", at="press_works", sense="max", value=3.0))
    case = tiny(*BRICKS, press, landfill("mud", capacity_t=5), most)
    (one,) = found_in(case).suggestions
    assert len(one.kinds) > 1
    assert [change.new for change in one.changes] == [95.0, 95.0]
    assert {(change.cell.table, change.cell.column) for change in one.changes} == {
        ("limits", "value"),
        ("lines", "capacity"),
    }
    solve(one.case)


def test_the_conflict_holds_nothing_that_is_not_needed() -> None:
    """A second press for slag, full too, has nothing to do with the target of mud."""
    other = waste("slag") | arises("slag", 10) | landfill("slag", name="tip", capacity_t=10)
    case = tiny(*MADE, other, target(0.4))
    conflict = found_in(case).conflict
    assert conflict is not None
    assert conflict.irreducible
    assert [(rule.family, rule.name, rule.when) for rule in conflict.rules] == [
        ("target", "target", ("2026",)),
        ("line_capacity", "press_line", ("26a",)),
    ]


def test_in_whole_numbers_alone_there_is_no_conflict_in_words() -> None:
    assert found_in(budget()).conflict is None


def test_a_case_with_a_plan_in_the_relaxation_is_not_changed_for_nothing() -> None:
    """The network of the case keeps its rows: suggestions are new cases."""
    case = capacity()
    network = build_network(case)
    impossible(network)
    assert network.case == capacity()


RATE = Cell(
    "targets", Target(name="t", waste_class="red_mud", at_least=0.5), "at_least", "asks", -1, share=True
)
AMOUNT = Cell("budgets", Budget(name="b", amount_cny=1234.0), "amount_cny", "money", 1)
TIMES = Cell("lines", Line(name="l", facility="f", candidate=True), "times", "room", 1, whole=True)


@pytest.mark.parametrize(
    ("cell", "least", "new"),
    [
        (RATE, 0.2557, 0.24),  # 24.43 %: a point is less than a quarter of what is given up
        (RATE, 0.004, 0.496),  # 49.6 %: a whole percent would give up 1 point for 0.4
        (RATE, 0.0, 0.5),
        (AMOUNT, 61.0, 1300.0),  # 1,295: 5 more of 61
        (AMOUNT, 4.0, 1238.0),  # 1,240 would be half as much again
        (TIMES, 0.3, 2),
        (TIMES, 2.0, 3),
    ],
)
def test_rounded_outward_to_figures_that_people_use(cell: Cell, least: float, new: float) -> None:
    assert rounded(cell, least) == pytest.approx(new, abs=1e-12)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_cell_every_rule_and_every_kind_has_words(language: str) -> None:
    """Their keys are put together: no search in the source finds one that is missing."""
    cells = {(table, column) for table, column, *_ in PROPORTIONAL}
    cells |= {(table, column) for table, _, _, column in SWITCHES}
    cells |= {("targets", "at_least"), ("outlets", "min_t"), ("supplies", "min_t"), ("limits", "value")}
    cells |= {("budgets", "amount_cny"), ("lines", "times"), ("lines", "earliest")}
    cells |= {("lines", "lead_time_months"), ("permits", "amount_t_per_a"), ("lanes", "new")}
    known = keys(language)
    assert {f"impossible.cell_{table}_{column}" for table, column in cells} <= known
    assert {f"impossible.kind_{kind}" for kind in (*KINDS, EARLIER, LANES, "together")} <= known
    rules = {f"study.tight_{f}" if f in TIGHT else f"impossible.rule_{f}" for f in RULES}
    assert rules <= known


def test_a_suggested_lane_is_not_free(tmp_path: Path) -> None:
    """The starter case hauls by rules alone: a lane beside them costs as its dearest haul."""
    init_case(tmp_path / "case")
    network = build_network(load_case(tmp_path / "case"))
    dearest = max(
        network.haulage.lane_cost_cny_per_t(route, network.lineage(int(stream)))
        for route, stream in zip(network.routes.route, network.routes.stream, strict=True)
    )
    suggested = structure._missing(network)
    assert suggested
    assert all(lane.cost_cny_per_t == pytest.approx(dearest) for lane in suggested.values())
    assert dearest > 1.0
