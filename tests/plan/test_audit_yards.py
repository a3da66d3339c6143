"""One plan with every decision about yards, and one planted error per rule that the audit must find.

Three years, 100 t of mud each, 1 t/m³; the tip takes it at 900. Everything that can be enlarged is.

    pond    final, V(5) = 50, V(10) = 100, V(20) = 300 m³; 1 m kept free in the rains; raised to 10 m and 20 m
    next    new, 30 t, 40 t a year, six months from the decision
    heap    20 t at first, 100 a year while it is open; the plan may close it for 15; a road takes 20 t in 2026 at 1
    bin     10 t at first, closes on 1 July 2027 for 25
    vault   30 t at first, score 60; wells (10 off) by March 2027, a cap (35 off) by September 2028
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from tests.builders import Solved, in_stock, mud, rows, sells, solve, tiny, yard, years
from tests.model.test_goldens_yards import curve, rains, raised
from tests.plan.test_audit_world import (
    Frames,
    append,
    change,
    drop,
    keys,
    put,
    replaced,
    stated_value,
    without_sums,
)

from redmud_opt.case import Case
from redmud_opt.case.backing import Backing
from redmud_opt.case.rules import Budget, Limit, YardMeasure
from redmud_opt.i18n import LANGUAGES, text
from redmud_opt.plan import Plan
from redmud_opt.plan.audit import Audit, audit
from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.priced import Ledger

Change = Callable[[Frames], Frames]
A, B, C = "26a", "27a", "28a"
NAN = float("nan")


def make_case() -> Case:
    final = {"final": True, "retrievable": False, "method": "D"}
    cap = YardMeasure(name="cap", storage="vault", kind="cap", cost_cny=40, annual_cost_cny_per_a=3, risk_before=60,
                      risk_after=25, deadline=date(2028, 9, 30))  # fmt: skip
    wells = YardMeasure(name="wells", storage="vault", kind="monitoring", cost_cny=12, annual_cost_cny_per_a=4,
                        risk_before=60, risk_after=50, deadline=date(2027, 3, 31))  # fmt: skip
    old = {"arose_on": date(2025, 7, 1)}
    return tiny(
        *(mud(density_t_per_m3=1.0), sells("mud", -900, method="D", name="tip"), rains(1.0, 0.0)),
        sells("mud", -1, method="D", name="road", max_t=20.0, closes=date(2027, 1, 1)),
        yard("mud", name="pond", height_m=5.0, freeboard_m=1.0, rainy_calendar="rains", **final),
        curve((0.0, 0.0), (10.0, 100.0), (20.0, 300.0), storage="pond"),
        raised("high", 20.0, 70.0, "pond", fixed_om_cny_per_a=2.0, lead_time_months=12),
        raised("low", 10.0, 50.0, "pond", earliest=date(2026, 7, 1)),
        yard("mud", name="next", candidate=True, allowed="as licensed", capacity_t=30.0, capex_cny=60.0, per="year",
             max_put_t=40.0, lead_time_months=6, fixed_om_cny_per_a=5.0, **final),
        yard("mud", name="heap", may_close=True, closure_cost_cny=15.0, fixed_om_cny_per_a=100.0, max_put_t=0.0),
        yard("mud", name="bin", closes=date(2027, 7, 1), closure_cost_cny=25.0, max_put_t=0.0),
        yard("mud", name="vault", max_put_t=0.0),
        *(in_stock("heap", "mud", 20.0, **old), in_stock("bin", "mud", 10.0, **old)),
        in_stock("vault", "mud", 30.0, **old),
        rows(
            yard_measures=(cap, wells),
            limits=Limit(name="safe", measure="risk", at="vault", sense="max", value=30, during="2028"),
            budgets=(Budget(name="all", amount_cny=180), Budget(name="of_2026", year=2026, amount_cny=200)),
        ),
        periods=years(2026, 3),
    )  # fmt: skip


@cache
def plan() -> Solved:
    return solve(make_case())


def judged(*changes: Change, case: Case | None = None) -> Audit:
    """The plan states as its value what its terms sum to, whatever was changed."""
    frames = without_sums(plan().plan.frames)
    for apply in changes:
        frames = apply(frames)
    return audit(case or plan().case, frames, stated_value(frames))


def found(*changes: Change, case: Case | None = None) -> set[str]:
    return {key.removeprefix("audit.") for key in keys(judged(*changes, case=case))}


def paid(term: str, year: int, amount: float) -> Change:
    """The terms follow what was changed."""
    return change("value_terms", "value_cny", amount, term=term, year=year)


def test_the_plan_decides_everything_and_passes() -> None:
    events = plan().frame("yard_events")
    assert list(events[["kind", "item", "period", "start"]].itertuples(index=False, name=None)) == [
        ("new_yard", "next", A, "2026-07-01"),
        ("raise", "high", A, "2027-01-01"),
        ("raise", "low", A, "2026-07-01"),
        ("closure", "bin", B, "2027-07-01"),
        ("closure", "heap", B, "2027-01-01"),
        ("measure", "wells", B, "2027-01-01"),
        ("measure", "cap", C, "2028-01-01"),
    ]
    assert found() == set()
    (summary,) = [c for c in judged().checks if c.family == "yards" and c.message.key == "audit.holds"]
    assert summary.message.values["rows"] >= 60


EVENTS: list[tuple[list[Change], set[str]]] = [
    ([append("yard_events", "pond", "raise", "low", B, "2027-01-01", 50.0), paid("capex", 2027, -50)],
     {"yards.twice", "budgets.over", "budgets.misstated"}),
    ([append("yard_events", "pond", "raise", "none", B, "2027-01-01", 0.0)], {"yards.unknown"}),
    ([append("yard_events", "pond", "new_yard", "pond", B, "2027-01-01", 0.0)], {"yards.unknown"}),
    ([append("yard_events", "pond", "closure", "pond", B, "2027-01-01", 0.0)],
     {"yards.not_closable", "yards.wrong_start"}),
    ([put("yard_events", "start", "2026-06-30", item="low")], {"yards.wrong_start"}),
    ([put("yard_events", "start", "2026-01-01", item="next")], {"yards.wrong_start"}),
    ([put("yard_events", "start", "2027-06-30", item="bin")], {"yards.wrong_start"}),
    ([put("yard_events", "start", "", item="cap")], {"yards.wrong_start"}),
    ([change("yard_events", "cost_cny", 1.0, item="low")], {"yards.cost"}),
    ([change("yard_events", "cost_cny", -1.0, item="heap")], {"yards.cost"}),
    ([change("yard_events", "cost_cny", 1.0, item="cap")], {"yards.cost"}),
    ([put("yard_events", "cost_cny", NAN, item="next")], {"yards.cost", "frames.no_number"}),
    ([put("yard_events", "storage", "heap", item="cap")], {"yards.wrong_yard"}),
    ([drop("yard_events", item="bin"), paid("closure", 2027, 25)], {"yards.not_closed"}),
    ([drop("yard_events", item="wells"), paid("measures", 2027, 16), paid("measures", 2028, 4)],
     {"yards.not_done", "yards.misstated"}),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "said"), EVENTS)
def test_events(changes: list[Change], said: set[str]) -> None:
    assert found(*changes) == said


def test_a_measure_after_its_deadline() -> None:
    """Wells in 2028, due by March 2027; 12 + 4 less in 2027, 12 more in 2028."""
    late = [
        put("yard_events", "period", C, item="wells"),
        put("yard_events", "start", "2028-01-01", item="wells"),
    ]
    money = [paid("measures", 2027, 16), paid("measures", 2028, -12)]
    assert found(*late, *money) == {"yards.too_late", "yards.misstated"}


def test_a_raise_on_what_does_not_stand() -> None:
    """Without the lower raise the upper one hangs in the air; and 2026 has 50 m³ less, too little for its 80 t."""
    said = found(drop("yard_events", item="low"), paid("capex", 2026, 50))
    assert said >= {"yards.out_of_order", "capacities.over_airspace"}
    early = replaced(plan().case, "raises", "low", earliest=date(2028, 1, 1))
    assert "yards.out_of_order" in found(put("yard_events", "start", "2028-01-01", item="low"), case=early)


def test_a_step_that_begins_after_the_horizon() -> None:
    case = replaced(plan().case, "raises", "high", lead_time_months=36)
    said = found(put("yard_events", "start", "2029-01-01", item="high"), case=case)
    assert {"yards.never_starts", "capacities.over_airspace"} <= said


def test_room_follows_curve_freeboard_and_steps() -> None:
    """pond: full at 280 = V(20) − 20; next: 30 t of 30. A little less of anything is too little."""
    case = plan().case
    for row, values in (("pond", {"freeboard_m": 1.01}), ("pond", {"height_m": 5.0, "rainy_calendar": ""})):
        said = found(case=replaced(case, "storages", row, **values))
        assert ("capacities.over_airspace" in said) == (row == "pond" and "freeboard_m" in values)
    assert "capacities.over_airspace" in found(case=replaced(case, "raises", "high", to_height_m=19.9))
    assert "capacities.over" in found(case=replaced(case, "storages", "next", capacity_t=29.9))
    assert "capacities.over" in found(case=replaced(case, "storages", "next", freeboard_share=0.01))


def test_nothing_enters_a_new_yard_before_its_time() -> None:
    """40 t a year for 184 of 365 days: 20.16 t in 2026; not built, nothing."""
    case = replaced(plan().case, "storages", "next", max_put_t=39.0)
    assert "yards.too_early" in found(case=case)
    said = found(drop("yard_events", item="next"), paid("capex", 2026, 60))
    assert {"yards.not_there", "capacities.over"} <= said


def test_a_closed_yard_is_empty_and_still() -> None:
    """heap from 2027 on, bin at the end of 2027."""
    lies = append("stocks", "heap", "R", "mud@red_mud@legacy", C, 0.0, 0.0, 5.0)
    assert "yards.not_empty" in found(lies)
    moves = append("stocks", "heap", "R", "mud@red_mud@legacy", C, 5.0, 5.0, 0.0)
    assert "yards.shut" in found(moves)
    rest = append("stocks", "bin", "R", "mud@red_mud@legacy", C, 0.0, 0.0, 1.0)
    assert "yards.not_empty" in found(rest)
    early = [
        put("yard_events", "period", A, item="heap"),
        put("yard_events", "start", "2026-01-01", item="heap"),
    ]
    money = [paid("closure", 2027, 15), paid("closure", 2026, -15), paid("holding", 2026, 100)]
    assert found(*early, *money) == {"yards.shut"}
    case = replaced(plan().case, "storages", "heap", may_close=False)
    assert "yards.not_closable" in found(case=case)
    final = replaced(plan().case, "storages", "pond", may_close=True)
    assert "yards.shut" in found(
        append("yard_events", "pond", "closure", "pond", C, "2028-01-01", 0.0), case=final
    )


def test_nothing_is_reclaimed_under_a_cap() -> None:
    assert "yards.reclaim_blocked" in found(change("stocks", "reclaimed_t", 1.0, storage="vault", period=C))
    assert "yards.reclaim_blocked" not in found(
        change("stocks", "reclaimed_t", 1.0, storage="vault", period=B)
    )
    door = replaced(plan().case, "yard_measures", "cap", blocks_reclaim="no")
    assert "yards.reclaim_blocked" not in found(
        change("stocks", "reclaimed_t", 1.0, storage="vault", period=C), case=door
    )


@pytest.mark.parametrize(
    ("column", "amount", "yard_", "period"),
    [
        ("held_t", 1.0, "vault", A),
        ("filled_t", -1.0, "pond", B),
        ("volume_m3", 1.0, "pond", B),
        ("airspace_m3", 10.0, "pond", A),
        ("kept_free_m3", -1.0, "pond", C),
        ("filled_share", 0.01, "pond", B),
        ("filled_share", 0.01, "next", B),
        ("risk", 1.0, "vault", C),
    ],
)
def test_what_the_plan_states_of_yards(column: str, amount: float, yard_: str, period: str) -> None:
    assert found(change("yards", column, amount, storage=yard_, period=period)) == {"yards.misstated"}
    assert found(put("yards", column, NAN, storage=yard_, period=period)) >= {"yards.misstated"}


def test_what_the_plan_states_where_there_is_nothing_to_state() -> None:
    assert found(put("yards", "risk", 5.0, storage="pond", period=A)) == {"yards.not_asked"}
    assert found(put("yards", "airspace_m3", 5.0, storage="heap", period=A)) == {"yards.not_asked"}
    assert found(put("yard_ends", "left_m3", 5.0, storage="vault")) == {"yards.not_asked"}


def test_what_the_plan_states_of_the_end() -> None:
    assert found(put("yard_ends", "full_year", 2027.0, storage="pond")) == {"yards.full_year"}
    assert found(put("yard_ends", "full_year", NAN, storage="next")) == {"yards.full_year"}
    assert found(put("yard_ends", "full_year", 2028.0, storage="heap")) == {"yards.full_year"}
    assert found(change("yard_ends", "left_m3", 1.0, storage="pond")) == {"yards.misstated"}
    assert found(change("yard_ends", "left_t", 1.0, storage="next")) == {"yards.misstated"}


def test_limits_on_risk_and_budgets_see_yards() -> None:
    """15 in 2028, of at most 30; 180 due in 2026."""
    case = replaced(plan().case, "limits", "safe", value=14.0)
    assert found(case=case) == {"limits.over"}
    assert found(case=replaced(plan().case, "budgets", "of_2026", amount_cny=179.0)) == {
        "budgets.over", "budgets.misstated",
    }  # fmt: skip
    assert found(change("spending", "capex_cny", 1.0, line="low")) == {"budgets.misstated"}
    assert found(drop("spending", line="next")) == {"budgets.misstated"}


@pytest.mark.parametrize(
    ("table", "name", "column", "value", "year"),
    [
        ("storages", "heap", "fixed_om_cny_per_a", 99.0, 2026),
        ("storages", "next", "fixed_om_cny_per_a", 6.0, 2028),
        ("raises", "high", "fixed_om_cny_per_a", 3.0, 2027),
        ("storages", "bin", "closure_cost_cny", 24.0, 2027),
        ("storages", "heap", "closure_cost_cny", 24.0, 2027),
        ("yard_measures", "cap", "annual_cost_cny_per_a", 4.0, 2028),
        ("yard_measures", "wells", "cost_cny", 13.0, 2027),
        ("raises", "low", "capex_cny", 51.0, 2026),
        ("storages", "next", "capex_cny", 61.0, 2026),
    ],
)
def test_money_of_yards_is_summed_again(table: str, name: str, column: str, value: float, year: int) -> None:
    said = judged(case=replaced(plan().case, table, name, **{column: value}))
    assert any(
        c.message.key == "audit.value.misstated" and c.where.endswith(str(year)) for c in said.failures
    )


def test_faults_are_said_in_both_languages() -> None:
    for changes, _ in EVENTS:
        for check in judged(*changes).failures:
            for language in LANGUAGES:
                assert "{" not in text(check.message, language)


def test_every_money_has_a_number_behind_it() -> None:
    """Priced by number, the terms of yards sum to what the plan states."""
    solved = plan()
    money = Ledger(Book(solved.case, solved.plan.frames, solved.value), Backing(solved.case)).frame()
    for term in ("capex", "holding", "closure", "measures"):
        assert money[money["term"] == term]["money_cny"].sum() == pytest.approx(solved.term(term))
    behind = set(zip(money["table"], money["column"], strict=True))
    assert {("raises", "capex_cny"), ("storages", "capex_cny"), ("storages", "closure_cost_cny"),
            ("yard_measures", "annual_cost_cny_per_a"), ("raises", "fixed_om_cny_per_a")} <= behind  # fmt: skip


def test_a_plan_with_yards_comes_back_from_its_folder(tmp_path: Path) -> None:
    plan().plan.save(tmp_path)
    again = Plan.load(tmp_path)
    assert audit(plan().case, again.frames, again.value_cny).passed
    assert again.describe("zh") == plan().plan.describe("zh")
