"""A plan in words: columns that stand under each other, numbers without surprises, both languages complete."""

import dataclasses
import itertools
import json
import re
from collections.abc import Iterator
from datetime import date

import pandas as pd
import pytest
from tests.builders import landfill, mud, solve, tiny
from tests.jobs import cases

from redmud_opt import Plan, optimise
from redmud_opt.case import init_case
from redmud_opt.case.things import WASTE_CLASSES
from redmud_opt.i18n import Message, template
from redmud_opt.jobs.outcome import OBJECTIVES
from redmud_opt.model.value import TERMS
from redmud_opt.plan.audit import Audit, Check
from redmud_opt.plan.audit.annual import ANNUITY
from redmud_opt.plan.fates import FATES
from redmud_opt.plan.words import (
    compact,
    describe,
    gap_words,
    millions,
    percent,
    plain,
    record,
    records,
    table,
    tonnes,
    width,
    year_spans,
)


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """The plan of the starter case: one year."""
    folder = tmp_path_factory.mktemp("starter")
    init_case(folder)
    return optimise(folder)


@pytest.fixture(scope="module")
def guangxi() -> Plan:
    """A plan of the main case: many years, four wastes."""
    return cases.guangxi()


@pytest.fixture(scope="module")
def growing(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """The plan of the case that grows: three years, everything that can be decided."""
    return optimise(cases.growing(tmp_path_factory.mktemp("growing")))


# ---- every word there is --------------------------------------------------------------------------------------


PHASES = ("try", "start", "neighbourhood", "branch", "plan")


def vocabulary() -> Iterator[str]:
    """Keys that are put together from names."""
    yield from (f"plan.term_{term}" for term in TERMS)
    yield from (f"plan.class_{name}" for name in WASTE_CLASSES.split())
    yield from (f"plan.fate_{fate}" for fate in FATES)
    yield from (f"plan.source_{given}" for given in ("arising", "opening_stock"))
    yield f"plan.term_{ANNUITY}"
    yield from (f"plan.stopped_{reason}" for reason in ("time", "gap", "cancelled"))
    yield from (f"plan.objective_{goal}" for goal in OBJECTIVES)
    yield from (
        f"study.family_{name}" for name in ("limit", "demand", "supply", "end_stuck", "product_stock")
    )
    yield from (f"{room}.phase_{name}" for room in ("cli", "ui") for name in PHASES)
    yield from (f"cli.unit_{goal}" for goal in OBJECTIVES)
    yield from (f"plan.target_{name}" for name in ("binding", "met", "short", "nothing"))
    yield from (f"plan.unit_{unit}/{per}" for unit in "th" for per in ("a", "period"))
    yield from (
        f"cli.stage_{name}" for name in ("read", "network", "build", "solve", "explain", "plan", "audit")
    )


@pytest.mark.parametrize(("key", "language"), list(itertools.product(vocabulary(), ("en", "zh"))))
def test_vocabulary_is_complete(key: str, language: str) -> None:
    assert template(key, language)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_key_shows_through(guangxi: Plan, language: str) -> None:
    words = describe(guangxi, language)
    for room in ("plan.", "case.", "network.", "jobs."):
        assert not [line for line in words.splitlines() if line.lstrip(" -").startswith(room)]
    assert "{" not in words


# ---- what is said ---------------------------------------------------------------------------------------------


def test_value_adds_up(guangxi: Plan) -> None:
    lines = describe(guangxi).splitlines()
    start = lines.index("Value by term [MCNY, discounted]")
    end = lines.index("", start)
    amounts = [float(line.split()[-1].replace(",", "")) for line in lines[start + 1 : end]]
    assert sum(amounts[:-1]) == pytest.approx(amounts[-1], abs=0.006)
    assert amounts[-1] == pytest.approx(guangxi.value_cny / 1e6, abs=0.001)


def test_every_tonne_goes_somewhere(guangxi: Plan) -> None:
    """opening + generated = the sum of all destinations, per class, to a tonne per line."""
    blocks = [b for b in describe(guangxi).split("\n\n") if b.startswith("Where ")]
    assert [block.split()[1] for block in blocks] == ["red", "spent", "carbon", "aluminium"]
    for block in blocks:
        rows = [line.split("  ") for line in block.splitlines()[1:]]
        amounts = [(row[1], float(row[-1].replace(",", ""))) for row in rows]
        came = sum(a for name, a in amounts if name in ("in stock at the start", "generated", "received"))
        gone = sum(a for name, a in amounts if ":" in name)
        assert came == pytest.approx(gone, abs=len(rows))


def years_side_by_side(plan: Plan) -> bool:
    """Whether a table has the years over its columns."""
    return any(line.endswith("  horizon") for line in describe(plan).splitlines())


def test_years_stand_side_by_side_unless_there_is_one(starter: Plan, growing: Plan) -> None:
    assert years_side_by_side(growing)
    assert not years_side_by_side(starter)


def test_many_years_are_summed(growing: Plan) -> None:
    frames = dict(growing.frames)
    for name in ("identity", "fates"):
        later = frames[name].assign(year=frames[name]["year"] + 3)
        frames[name] = pd.concat([frames[name], later])
    many = dataclasses.replace(growing, frames=frames)
    assert not years_side_by_side(many)
    assert "utilised: " in describe(many)


def test_destinations_without_places(guangxi: Plan) -> None:
    frames = {name: frame for name, frame in guangxi.frames.items() if name != "fates"}
    words = describe(dataclasses.replace(guangxi, frames=frames))
    assert "utilised  " in words
    assert "utilised: " not in words


def test_shortfalls_are_told(starter: Plan) -> None:
    short = pd.DataFrame(
        [("use_target", 2026, 1234.0, 100.0, 123400.0)],
        columns=["target", "year", "short_t", "price_cny_per_t", "penalty_cny"],
    )
    plan = dataclasses.replace(starter, frames={**starter.frames, "shortfalls": short})
    assert "use_target 2026: 1,234 t short, penalty 0.123 MCNY" in describe(plan)
    assert record(plan)["shortfalls"][0]["short_t"] == 1234.0
    assert "Soft targets" not in describe(starter)


def test_notes_and_what_is_not_enforced(starter: Plan) -> None:
    note = Message("network.too_deep", {"process": "p", "material": "m", "depth": 3})
    plan = dataclasses.replace(starter, notes=(note,))
    assert "at most 3 processes" in describe(plan)
    assert [entry["key"] for entry in record(plan)["notes"]] == ["network.too_deep"]
    assert "NOT ENFORCED yet (1): vat_list, target_list." in describe(plan)


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (Message("case.unenforced_table", {"table": "permits", "count": 1, "rows": "x"}), "permits"),
        (
            Message("case.unenforced_column", {"table": "lines", "column": "life_a", "count": 1}),
            "lines.life_a",
        ),
        (Message("case.unenforced_setting", {"key": "co2_price", "value": 3}), "co2_price"),
        (Message("case.unenforced_pack", {"pack": "cn", "tables": ("codes", "clocks")}), "codes, clocks"),
        (Message("network.later_delisting", {"process": "p", "material": "m"}), "the delisting of m"),
    ],
)
def test_compact(message: Message, words: str) -> None:
    assert compact(message, "en").startswith(words)


def test_audit_in_words(starter: Plan) -> None:
    failed = Check("value", Message("audit.holds"), 0.5, 1e-6, False, "x")
    assert "Audit: FAILED in 1 checks, worst relative residual 5.0e-01" in describe(
        starter.with_audit(Audit((failed,)))
    )
    assert "Audit: not made." in describe(dataclasses.replace(starter, audit=None))
    assert record(dataclasses.replace(starter, audit=None))["audit"] is None


@pytest.mark.parametrize(
    ("solve", "words"),
    [
        ({"stopped": "optimal", "holds": "proved", "gap": 0.0}, "Optimal: "),
        (
            {"stopped": "time", "holds": "with_gap", "gap": 0.031},
            "by up to 3.10 %. The solve stopped at its time",
        ),
        ({"stopped": "cancelled", "holds": "with_gap", "gap": None}, "is not known. The solve was cancelled"),
        ({"stopped": "gap", "holds": "with_gap", "gap": 0.001}, "0.10 %. The solve stopped at the gap"),
    ],
)
def test_status(starter: Plan, solve: dict[str, object], words: str) -> None:
    assert words in describe(dataclasses.replace(starter, solve={**starter.solve, **solve})).splitlines()[1]


def test_gap_is_never_shown_as_nothing() -> None:
    assert gap_words(0.0205) == "2.05 %"
    assert gap_words(0.001) == "0.10 %"
    assert gap_words(4.26e-5) == "0.0043 %"
    assert gap_words(1e-6) == "0.00 %"


# ---- what is decided for good ---------------------------------------------------------------------------------

BUILT = [
    "Built [capex in MCNY, undiscounted]",
    "  - Second separator: 2 units, 600,000 t/a together, decided 2026, starts 2027-01-01, capex 24.000",
    "  - Second separator: 300,000 t/a, decided 2027, starts 2028-01-01, capex 12.000",
    "  - Second press, any size: 193,333 t/a, decided 2026, starts 2026-07-01, capex 15.600",
    "",
    "Closed",
    "  - Old press: units closed 1, from 2026 on",
    "",
    "Capex by the year in which it is due [MCNY, undiscounted]",
    "  2026   30.000",
    "  2027   16.800",
    "  2028    4.800",
    "  total  51.600",
    "  - budget first (2026): 30.000 of 30.000",
    "  - budget whole (horizon): 51.600 of 90.000",
    "",
    "VAT refunds [MCNY, undiscounted]",
    "  - Brick works, Unfired brick 2026: 2.692",
    "  - Brick works, Unfired brick 2027: 3.640",
    "  - Brick works, Unfired brick 2028: 3.640",
    "",
]
"""Separators at 12 MCNY a unit, 0.6 at the decision, 0.4 a year later: 14.4 + 15.6 of the press, 9.6 + 7.2, 4.8.
The press: 4 MCNY and 60 CNY for each of 193,333 t/a, what the budget of the first year leaves. The refund of a full
year: 400,000 t × 0.7 × 13 % of 100 CNY."""


def test_what_is_decided_is_told(growing: Plan) -> None:
    lines = describe(growing).splitlines()
    start = lines.index(BUILT[0])
    assert lines[start : start + len(BUILT)] == BUILT


def test_what_is_decided_is_told_in_chinese(growing: Plan) -> None:
    words = describe(growing, "zh")
    assert "  - 磁选二线：2 台（套），合计 600,000 吨/年，2026 决定，2027-01-01 投产，投资 24.000" in words
    assert "  - 旧砖机：1 台（套），自 2026 起" in words
    assert "  - 预算 whole（全期）：已用 51.600，额度 90.000" in words
    assert "  - 砖厂，免烧砖，2027 年：3.640" in words


def test_terms_of_decisions_are_told(growing: Plan) -> None:
    words = describe(growing)
    for term in ("investment  ", "closing of lines  ", "fixed cost of lanes  ", "residual value of lines  "):
        assert f"\n  {term}" in words


def test_a_plan_without_integers_says_nothing_of_them(starter: Plan) -> None:
    words = describe(starter)
    assert "Solver:" not in words
    assert "Built" not in words
    assert "Closed" not in words
    assert "Capex" not in words


def test_proof_of_a_plan_with_integers(growing: Plan) -> None:
    assert "Solver: objective -13.865 MCNY, bound -13.865 MCNY, gap 0.00 %." in describe(growing)
    held = {"stopped": "gap", "holds": "with_gap", "objective": -2e7, "bound": -1.5e7, "gap": 0.25}
    words = describe(dataclasses.replace(growing, solve={**growing.solve, **held}))
    assert "by up to 25.00 %. The solve stopped at the gap" in words
    assert "Solver: objective -20.000 MCNY, bound -15.000 MCNY, gap 25.00 %." in words
    without = dataclasses.replace(growing, solve={**growing.solve, **held, "bound": None, "gap": None})
    assert "Solver:" not in describe(without)


def test_closing_of_what_was_built(growing: Plan) -> None:
    closings = pd.DataFrame([("separator_2", "2026", "2028", 2)], columns=[*growing.frames["closings"]])
    plan = dataclasses.replace(growing, frames={**growing.frames, "closings": closings})
    assert "Second separator (decided 2026): units closed 2, from 2028 on" in describe(plan)


def test_verdicts_of_targets(growing: Plan) -> None:
    targets = pd.concat([growing.frames["targets"]] * 4).assign(
        verdict=["binding", "met", "short", ""], reached=[0.05, 0.1, 0.01, float("nan")]
    )
    lines = describe(dataclasses.replace(growing, frames={**growing.frames, "targets": targets})).splitlines()
    start = lines.index("Targets") + 1
    ends = ["5.00 %: met, binding", "10.00 %: met", "1.00 %: missed", "–: nothing to refer to"]
    assert [line.partition("reached ")[2] for line in lines[start : start + 4]] == ends


def test_record_of_decisions(growing: Plan) -> None:
    found = record(growing)
    assert found["builds"][0] == {
        "line": "separator_2",
        "period": "2026",
        "start": "2027-01-01",
        "units": 2,
        "size": 600000.0,
        "unit": "t/a",
        "capex_cny": 24e6,
    }
    assert [row["line"] for row in found["builds"]] == ["separator_2", "separator_2", "press_2"]
    assert found["closings"] == [{"line": "old_press", "decided": "", "period": "2026", "units": 1}]
    assert found["budgets"][0]["spent_cny"] == pytest.approx(30e6)
    assert sum(row["capex_cny"] for row in found["spending"]) == pytest.approx(51.6e6)
    assert found["refunds"][1]["refund_cny"] == pytest.approx(3.64e6)
    assert "curve" not in found


# ---- JSON -----------------------------------------------------------------------------------------------------


def test_record_is_plain(guangxi: Plan) -> None:
    frames = dict(guangxi.frames)
    frames["rates"] = frames["rates"].assign(rate_new=float("nan"))
    found = record(dataclasses.replace(guangxi, frames=frames), "zh")
    again = json.loads(json.dumps(found, allow_nan=False))
    assert again["utilisation"][0]["rate_new"] is None
    assert again["value_terms"].keys() == set(TERMS)
    assert json.dumps(again["value_terms"]["levies"]) == "0.0"
    assert again["seconds"].keys() >= {"network", "build", "solve", "plan", "audit"}


def test_record_of_a_plan_that_was_made_by_hand(guangxi: Plan) -> None:
    found = record(dataclasses.replace(guangxi, solve={**guangxi.solve, "seconds": 0.5}, provenance={}))
    assert found["seconds"] == {"solve": 0.5}
    assert found["assumptions"] is None


# ---- numbers and columns --------------------------------------------------------------------------------------


def test_numbers() -> None:
    assert tonnes(1234567.4) == "1,234,567"
    assert tonnes(-0.2) == "0"
    assert millions(-0.0) == "0.000"
    assert millions(-1234567.0) == "-1.235"
    assert percent(float("nan")) == "–"
    assert plain(float("inf")) is None
    assert plain("x") == "x"


def test_chinese_takes_two_cells() -> None:
    assert width("赤泥 a") == 6
    lines = table([["赤泥", "1"], ["red mud", "22"]])
    assert {width(line) for line in lines} == {2 + 7 + 2 + 2}


def test_title(guangxi: Plan) -> None:
    assert describe(guangxi, "zh").splitlines()[0].endswith("（guangxi）")
    untitled = dataclasses.replace(guangxi, title={"en": "", "zh": ""})
    assert describe(untitled).splitlines()[0] == "guangxi"


def test_small_values_are_told_to_the_yuan(starter: Plan) -> None:
    terms = starter.frames["value_terms"].assign(value_cny=lambda frame: frame["value_cny"] / 100)
    frames = {**starter.frames, "value_terms": terms}
    words = describe(dataclasses.replace(starter, frames=frames, value_cny=-515033.0))
    assert "Value -0.515033 MCNY" in words
    assert "Value -42.071 MCNY" in describe(starter)


def test_emissions_by_scope_and_clean_transport() -> None:
    """Scopes stand side by side, what is avoided apart; the share of clean modes only where modes are declared."""
    scopes_of = {"co2e_t": ("direct", "purchased", "transport"), "avoided_co2e_t": ("avoided",)}
    rows_ = [
        (account, scope, "R", "x", "", "26a", 2026, 1000.0 * (k + 1))
        for account, scopes in scopes_of.items()
        for k, scope in enumerate(scopes)
    ]
    accounts = pd.DataFrame(
        rows_, columns=["account", "scope", "site", "item", "carrier", "period", "year", "amount"]
    )
    moved = [("rail", 2026, 6e6, 0.75), ("road", 2026, 2e6, 0.75), ("road", 2027, 1e6, float("nan"))]
    transport = pd.DataFrame(moved, columns=["mode", "year", "t_km", "clean_share"])
    plan = solve(tiny(mud(), landfill("mud"))).plan
    told = dataclasses.replace(plan, frames={**plan.frames, "accounts": accounts, "transport": transport})
    words = told.describe("en")
    assert re.search(
        r"Emissions by scope.*\n.*processes +1,000\n.*purchased.* 2,000\n.*transport +3,000", words
    )
    assert re.search(r"Avoided elsewhere, netted with nothing.*\n +avoided +1,000", words)
    assert "2026: 8.000 million wet t km, 75.00 % of them on clean modes" in words
    assert "2027" not in words
    assert "清洁运输" in told.describe("zh")
    assert "Emissions by scope" not in plan.describe("en")


@pytest.mark.parametrize(
    ("years", "expected"),
    [
        ((2026, 2027, 2028, 2030), "2026–2028, 2030"),
        ((2027,), "2027"),
        ((2028, 2026, 2026), "2026, 2028"),
        ((), ""),
    ],
)
def test_years_as_people_write_them(years: tuple[int, ...], expected: str) -> None:
    assert year_spans(years) == expected


def test_days_of_a_table_are_text_for_json() -> None:
    """A suggestion that moves a date broke `explain` on a run without a plan: JSON knows no days."""
    frame = pd.DataFrame(
        {"new": [date(2026, 7, 1), pd.Timestamp("2028-01-01"), pd.NaT, 0.5, None, float("nan")]}
    )
    assert [row["new"] for row in json.loads(json.dumps(records(frame.astype(object))))] == [
        "2026-07-01", "2028-01-01T00:00:00", None, 0.5, None, None,
    ]  # fmt: skip
