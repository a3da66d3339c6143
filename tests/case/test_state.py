"""What a case says about itself: not enforced, resting on assumptions, flagged."""

from __future__ import annotations

from tests.case.conftest import Folder

from redmud_opt.case import Assumptions, assumptions, flagged, load_case, unenforced
from redmud_opt.case.case import TABLES
from redmud_opt.case.columns import columns
from redmud_opt.i18n import Message, text


def said(messages: tuple[Message, ...]) -> dict[str, Message]:
    return {
        f"{m.values.get('table', m.values.get('key', ''))}.{m.values.get('column', '')}": m for m in messages
    }


def test_a_plain_case_names_only_the_rule_pack(folder: Folder) -> None:
    (message,) = unenforced(folder.load())
    assert text(message) == "rule pack 'cn': vat_list, target_list have no effect on the plan yet"


def test_tables_columns_and_settings(folder: Folder) -> None:
    folder.yaml("discount_rate: 0.06", "rule_date: 2026-01-01")  # has its effect
    folder.yaml("rule_pack: cn", "rule_pack: own")
    for code, meaning in (("R4", "use"), ("R5", "use"), ("D1", "disposal")):
        folder.add("methods", code=code, meaning=meaning)
    folder.add("vat_list", item="2.1", product="bricks")
    folder.set("processes", 2, readiness=7).set("processes", 3, readiness=9)
    messages = unenforced(folder.load())
    found = said(messages)
    assert text(found["vat_list."]) == "table `vat_list` has no effect on the plan yet (2.1/bricks; 1 in all)"
    assert found["processes.readiness"].values["count"] == 2
    assert "；共 2 行）" in text(found["processes.readiness"], "zh")


def test_what_is_decided_is_not_named(folder: Folder) -> None:
    """Steps, limits on what is built, logic and budgets have their effect."""
    folder.set("lines", 3, candidate="yes", capex_cny=9, min_rate=0.4)
    folder.add("limits", name="count", measure="built", sense="max", value=1)
    folder.add("logic", name="rule", kind="at_most", first="press", count=1)
    folder.add("budgets", name="money", amount_cny=9)
    assert [message.key for message in unenforced(folder.load())] == ["case.unenforced_pack"]


def test_long_lists_are_cut(folder: Folder) -> None:
    for number in range(7):
        folder.add("processes", name=f"idea_{number}", readiness=3)
    message = said(unenforced(folder.load()))["processes.readiness"]
    assert text(message).endswith("(idea_0, idea_1, idea_2, idea_3 and 3 more; 7 in all)")


def test_a_column_at_its_default_is_not_named(folder: Folder) -> None:
    folder.add("points", process="brick_making", point="slow", one_per_period="no")
    assert "points.one_per_period" not in said(unenforced(folder.load()))


def test_every_unenforced_column_would_be_named() -> None:
    """No column is both without effect and without a message: the schema alone decides."""
    idle = [(t, n) for t, r in TABLES.items() for n, c in columns(r).items() if not c.enforced]
    assert ("processes", "readiness") in idle
    assert ("lines", "capex_cny") not in idle
    assert all(vars(row_type)["ENFORCED"] in (True, False) for row_type in TABLES.values())


def test_assumptions_count_every_number(folder: Folder) -> None:
    before = assumptions(folder.load())
    assert (
        before.measured == before.derived == 0 or before.measured == 1
    )  # the clock of the rule pack counts not
    assert before.total == before.resting + before.measured + before.derived
    folder.add("sources", name="books", title="Plant books")
    folder.set("lines", 2, evidence="measured", source="books")
    after = assumptions(folder.load())
    assert (after.measured, after.assumed) == (before.measured + 1, before.assumed - 1)
    folder.add(
        "evidence", table="lines", item="separator", column="availability", evidence="derived", source="books"
    )
    final = assumptions(folder.load())
    assert (final.derived, final.unstated) == (after.derived + 1, after.unstated - 1)


def test_assumptions_in_words() -> None:
    counted = Assumptions(measured=3, derived=2, assumed=4, unstated=1)
    assert (counted.total, counted.resting) == (10, 5)
    assert text(counted.message()) == "5 of 10 numbers rest on assumptions (1 of them state no evidence)"


def test_flags(folder: Folder) -> None:
    assert flagged(folder.load()) == ()
    folder.add("opening_stock", storage="yard", material="red_mud", amount_t=1)
    folder.add("opening_stock", storage="yard", material="red_mud", amount_t=1, arose_on="2025-03-01")
    folder.add("processes", name="idle")
    folder.add("lines", name="spare", facility="brick_works")
    folder.add("materials", name="sand", legal_status="commodity")
    flags = {message.key: message.values["names"] for message in flagged(folder.load())}
    assert flags == {
        "case.flag_undated": ("red_mud @ yard",),
        "case.flag_never_runs": ("idle",),
        "case.flag_idle_line": ("spare",),
        "case.flag_unused": ("sand",),
    }


def test_lots_of_one_stock_are_told_apart_by_date(folder: Folder) -> None:
    for day in ("2024-05-01", "2025-05-01"):
        folder.add("opening_stock", storage="yard", material="red_mud", amount_t=1, arose_on=day)
    assert len(load_case(folder.path).opening_stock) == 2
    folder.add("opening_stock", storage="yard", material="red_mud", amount_t=1, arose_on="2025-05-01")
    assert folder.found() == [("row_twice", "opening_stock.csv", 4, "storage")]


def test_factors_that_book_twice_or_nothing_are_flagged(folder: Folder) -> None:
    for material in ("power", "brick"):
        folder.add("factors", material=material, account="co2e_t", amount_per_unit=0.5, evidence="assumed")
    folder.add(
        "emissions", process="magnetic_separation", account="co2e_t", amount_per_t=0.1, evidence="assumed"
    )
    folder.set("factors", 3, material="sand")
    folder.add("materials", name="sand", legal_status="commodity")
    folder.add("supplies", name="pit", site="city", material="sand", price_cny_per_t=1, evidence="assumed")
    found = {message.key: message.values["names"] for message in flagged(folder.load())}
    assert found["case.flag_two_scopes"] == ("magnetic_separation / power",)
    assert found["case.flag_no_burden"] == ("sand",)
