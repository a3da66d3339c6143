"""Planted violations of options on what arises and campaigns of relining: the audit finds each of them.

Halves of 2026, not discounted; 100 t of mud a half, the landfill at 10 a tonne, 20 pots of 1.5 t relined in April and
May (61 days).

    less    up to 30 t a half from 1 April on (91 of 181 days of the first) at 4                15.1 t and 30 t
    switch  from July on (decided in 26a, six months of lead) 40 t become 20 t of red at 2, all or nothing, capex 50
    more    up to 10 t a half, margin 12
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from tests.builders import Solved, landfill, mud, parts, rows, solve, tiny, waste
from tests.plan.test_audit_world import Frames, append, change, drop, keys, put, replaced, stated_value

from redmud_opt.case import Case
from redmud_opt.case.rules import Budget
from redmud_opt.case.things import ReductionOption, Relining
from redmud_opt.i18n import LANGUAGES, text
from redmud_opt.plan import Plan
from redmud_opt.plan.audit import Audit, audit

Change = Callable[[Frames], Frames]
LESS = ReductionOption(name="less", arising="mud_R_", share=0.3, cost_cny_per_t=4, earliest=date(2026, 4, 1))
SWITCH = ReductionOption(
    name="switch", arising="mud_R_", share=0.4, becomes="red", factor_t_per_t=0.5, cost_cny_per_t=2, capex_cny=50,
    lead_time_months=6, whole=True,
)  # fmt: skip
MORE = ReductionOption(name="more", arising="mud_R_", kind="expansion", share=0.1, margin_cny_per_t=12)
RELINING = Relining(
    name="potline", site="R", material="lining", pots=20, lining_t_per_pot=1.5, starts=date(2026, 4, 1),
    ends=date(2026, 6, 1),
)  # fmt: skip


def make_case(*options: ReductionOption) -> Case:
    return tiny(
        mud(100),
        waste("red", "red_mud"),
        waste("lining", "spent_pot_lining", hazardous=True),
        landfill("mud", 10),
        landfill("red", 0, name="other"),
        landfill("lining", 3, name="pit", accepts_hazardous=True),
        rows(
            reductions=options or (LESS, SWITCH, MORE),
            relinings=RELINING,
            budgets=Budget(name="purse", scope="R", amount_cny=80),
        ),
        periods=parts(2026, 6),
    )


@cache
def solved() -> Solved:
    return solve(make_case())


def judged(*changes: Change, case: Case | None = None) -> Audit:
    frames: Frames = dict(solved().plan.frames)
    for one in changes:
        frames = one(frames)
    return audit(case or solved().case, frames, stated_value(frames))


def test_the_plan_is_the_one_on_paper() -> None:
    """less 6 · (15.08 + 30); more (12 − 10) · 20; switch 40 · (10 − 2) − 50; 30 t of lining at 3, 200 t at 10."""
    first = 30 * 91 / 181
    assert solved().value == pytest.approx(-2000 - 90 + 6 * (first + 30) + 2 * 20 + 40 * 8 - 50)
    frame = solved().frame("reductions").set_index(["option", "period"])
    assert frame.loc[("less", "26a"), "avoided_t"] == pytest.approx(first)
    assert frame.loc[("switch", "26a"), ["decided", "in_force", "capex_cny"]].tolist() == ["26a", 0.0, 50.0]
    assert frame.loc[("switch", "26b"), ["changed_t", "added_t", "capex_cny"]].tolist() == [40.0, 20.0, 0.0]
    assert solved().sum("arisings", "arising_t", arising="potline") == pytest.approx(30)
    assert judged().passed


Planted = tuple[str, tuple[Change, ...]]
B = {"period": "26b"}
PLANTED: dict[str, Planted] = {
    "more avoided than its share": (
        "audit.reductions.over_share",
        (change("reductions", "avoided_t", 1.0, option="less", **B),),
    ),
    "avoided before it is in force": (
        "audit.reductions.over_share",
        (change("reductions", "avoided_t", 5.0, option="less", period="26a"),),
    ),
    "said to be in force earlier": (
        "audit.reductions.in_force",
        (put("reductions", "in_force", 1.0, option="less", period="26a"),),
    ),
    "half of what is all or nothing": (
        "audit.reductions.half_measure",
        (
            change("reductions", "changed_t", -10.0, option="switch", **B),
            change("reductions", "added_t", -5.0, option="switch", **B),
        ),
    ),
    "nothing of it": ("audit.reductions.half_measure", (drop("reductions", option="switch", **B),)),
    "decided in two periods": (
        "audit.reductions.not_decided",
        (put("reductions", "decided", "26b", option="switch", **B),),
    ),
    "never decided": ("audit.reductions.not_decided", (put("reductions", "decided", "", option="switch"),)),
    "the decision left out": (
        "audit.reductions.not_decided",
        (drop("reductions", option="switch", period="26a"),),
    ),
    "a decision that is not needed": (
        "audit.reductions.not_decided",
        (put("reductions", "decided", "26a", option="more"),),
    ),
    "another factor": (
        "audit.reductions.added",
        (change("reductions", "added_t", 1.0, option="switch", **B),),
    ),
    "a reduction that adds": (
        "audit.reductions.added",
        (change("reductions", "added_t", 1.0, option="less", **B),),
    ),
    "an expansion that avoids": (
        "audit.reductions.wrong_kind",
        (change("reductions", "avoided_t", 1.0, option="more", **B),),
    ),
    "a reduction that changes": (
        "audit.reductions.wrong_kind",
        (change("reductions", "changed_t", 1.0, option="less", **B),),
    ),
    "cheaper than it is": (
        "audit.reductions.cost",
        (change("reductions", "cost_cny", -1.0, option="less", **B),),
    ),
    "earns more than it does": (
        "audit.reductions.cost",
        (change("reductions", "margin_cny", 1.0, option="more", **B),),
    ),
    "capex that is not due": (
        "audit.reductions.capex",
        (change("reductions", "capex_cny", 5.0, option="switch", **B),),
    ),
    "another kind": (
        "audit.reductions.wrong_option",
        (put("reductions", "kind", "expansion", option="less", **B),),
    ),
    "another arising": (
        "audit.reductions.wrong_option",
        (put("reductions", "arising", "potline", option="less", **B),),
    ),
    "less mud arises than is said": (
        "audit.arisings.misstated",
        (change("arisings", "arising_t", -1.0, arising="mud_R_", stream="mud@red_mud@new", **B),),
    ),
    "no red arises": (
        "audit.arisings.misstated",
        (drop("arisings", stream="red@red_mud@new", **B),),
    ),
    "less lining arises": (
        "audit.arisings.misstated",
        (change("arisings", "arising_t", -1.0, arising="potline", period="26a"),),
    ),
    "an option applied, and what arises left as it was": (
        "audit.arisings.misstated",
        (change("reductions", "avoided_t", -1.0, option="less", **B),),
    ),
    "the cost not in value": (
        "audit.value.misstated",
        (put("value_terms", "value_cny", 0.0, term="source_reduction"),),
    ),
    "the margin twice in value": (
        "audit.value.misstated",
        (change("value_terms", "value_cny", 240.0, term="expansion"),),
    ),
    "capex not in value": ("audit.value.misstated", (put("value_terms", "value_cny", 0.0, term="capex"),)),
    "capex not in the spending": ("audit.budgets.misstated", (drop("spending", line="switch"),)),
    "generated as the case states it": (
        "audit.totals.misstated",
        (put("totals", "amount", 200.0, total="generated", origin="red_mud"),),
    ),
}


@pytest.mark.parametrize("name", PLANTED)
def test_planted_violations_are_found(name: str) -> None:
    key, changes = PLANTED[name]
    said = judged(*changes)
    assert key in keys(said), keys(said)
    for check in said.failures:
        for language in LANGUAGES:
            assert "{" not in text(check.message, language)


def test_options_that_avoid_more_than_there_is() -> None:
    """Two options of up to 0.7: 70 t and 40 t of the 100 t."""
    first = ReductionOption(name="less", arising="mud_R_", share=0.7, cost_cny_per_t=4)
    second = ReductionOption(name="too", arising="mud_R_", share=0.7, cost_cny_per_t=5)
    plan = solve(make_case(first, second))
    frames = change("reductions", "avoided_t", 10.0, option="too", period="26b")(dict(plan.plan.frames))
    assert "audit.reductions.over_arising" in keys(audit(plan.case, frames, plan.value))


def test_a_budget_counts_the_capex_of_an_option() -> None:
    tight = replaced(solved().case, "budgets", "purse", amount_cny=49.0)
    assert "audit.budgets.over" in keys(judged(case=tight))


def test_an_option_of_nobody() -> None:
    row = ("none", "reduction", "mud_R_", "R", "26b", "", 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0)
    assert "audit.frames.unknown_name" in keys(judged(append("reductions", *row)))


def test_a_plan_that_was_saved_says_the_same(tmp_path: Path) -> None:
    solved().plan.save(tmp_path)
    kept = Plan.load(tmp_path)
    pd.testing.assert_frame_equal(kept.frames["reductions"], solved().frame("reductions"))
    assert audit(solved().case, kept.frames, kept.value_cny).passed


@pytest.mark.parametrize(("language", "words"), [
    ("en", ("less: 45 t avoided", "switch (decided 26a): 40 t changed into 20 t", "more: 20 t more, margin")),
    ("zh", ("less：避免 45 吨", "switch（26a 决定）：40 吨改为 20 吨", "more：增加 20 吨")),
])  # fmt: skip
def test_a_plan_says_in_words_what_is_applied(language: str, words: tuple[str, ...]) -> None:
    said = solved().plan.describe(language)
    assert all(word in said for word in words), said


def test_a_plan_without_the_table_applied_nothing() -> None:
    """Older plans have no such table: then everything arises as the case states it."""
    frames = {name: frame for name, frame in solved().plan.frames.items() if name != "reductions"}
    assert "audit.arisings.misstated" in keys(audit(solved().case, frames, solved().value))
