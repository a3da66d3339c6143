"""A plan in words: columns that stand under each other, numbers without surprises, both languages complete."""

import dataclasses
import itertools
import json
from collections.abc import Iterator

import pandas as pd
import pytest
from tests.jobs import cases

from redmud_opt import Plan, optimise
from redmud_opt.case import init_case
from redmud_opt.case.things import WASTE_CLASSES
from redmud_opt.i18n import Message, template
from redmud_opt.model.value import TERMS
from redmud_opt.plan.audit import Audit, Check
from redmud_opt.plan.fates import FATES
from redmud_opt.plan.words import compact, describe, millions, percent, plain, record, table, tonnes, width


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


# ---- every word there is --------------------------------------------------------------------------------------


def vocabulary() -> Iterator[str]:
    """Keys that are put together from names."""
    yield from (f"plan.term_{term}" for term in TERMS)
    yield from (f"plan.class_{name}" for name in WASTE_CLASSES.split())
    yield from (f"plan.fate_{fate}" for fate in FATES)
    yield from (f"plan.stopped_{reason}" for reason in ("time", "gap", "cancelled"))
    yield from (f"plan.objective_{goal}" for goal in ("value", "utilisation"))
    yield from (
        f"study.family_{name}" for name in ("limit", "demand", "supply", "end_stuck", "product_stock")
    )
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
        rows = [line.split("  ") for line in block.splitlines()[2:]]
        amounts = [(row[1], float(row[-1].replace(",", ""))) for row in rows]
        came = sum(a for name, a in amounts if name in ("in stock at the start", "generated", "received"))
        gone = sum(a for name, a in amounts if ":" in name)
        assert came == pytest.approx(gone, abs=len(rows))


def test_years_stand_side_by_side_unless_there_is_one(starter: Plan, guangxi: Plan) -> None:
    assert "horizon" in describe(guangxi)
    assert "horizon" not in describe(starter)


def test_many_years_are_summed(guangxi: Plan) -> None:
    frames = dict(guangxi.frames)
    for name in ("identity", "fates"):
        later = frames[name].assign(year=frames[name]["year"] + 3)
        frames[name] = pd.concat([frames[name], later])
    words = describe(dataclasses.replace(guangxi, frames=frames))
    assert "horizon" not in words
    assert "utilised: " in words


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
    assert "NOT ENFORCED yet (1): codes, clocks." in describe(plan)


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
