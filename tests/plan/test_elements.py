"""Balances of elements, compositions and gate margins, worked out on paper; what is planted in them is caught."""

from __future__ import annotations

import dataclasses
from functools import cache
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.builders import (
    Solved,
    Tables,
    assay,
    buys,
    commodity,
    in_stock,
    landfill,
    lining,
    mud,
    product,
    prop,
    rows,
    sells,
    solve,
    tiny,
    waste,
    works,
    yard,
    years,
)
from tests.model.rich import before, rich
from tests.plan.test_audit_world import Frames

from redmud_opt.case.things import Assay
from redmud_opt.case.works import Gate, Partition
from redmud_opt.network import build_network
from redmud_opt.plan import Plan
from redmud_opt.plan.audit import audit

MUD, TAILS = "mud@red_mud@new", "tails<separate<mud@red_mud@new"


def goes(process: str, property_: str, share: float, output: str = "", way: str = "") -> Tables:
    row = Partition(process=process, property=property_, output=output, leaves_as=way, share=share)
    return rows(partitions=row)


def entries(plan: Solved, year: int = 2026, property_: str = "Fe") -> dict[str, float]:
    """Entry → tonnes of the element, all sites."""
    frame = plan.frame("elements")
    own = frame[(frame["year"] == year) & (frame["property"] == property_)]
    return {str(k): float(v) for k, v in own.groupby("entry")["content_t"].sum().items() if abs(v) > 1e-12}


SEPARATION = works(
    "separate",
    "mud",
    {"iron": {"recovery": 0.5, "property": "Fe", "grade": 50.0}, "tails": {"complement": True}},
)
NAMES = (product("iron"), waste("tails"), prop("Fe", element=True), assay("mud", Fe=20))


def separation(*more: Tables, **tables: Any) -> Solved:
    ends = (sells("iron", 100), landfill("tails"), sells("mud", -500, method="D"))
    shares = (goes("separate", "Fe", 0.45, "tails"), goes("separate", "Fe", 0.03, way="loss"))
    return solve(tiny(mud(), *NAMES, SEPARATION, *shares, *ends, *more, **tables))


def test_a_magnetic_separation() -> None:
    """100 t of mud of 20 % hold 20 t of iron. 0.5·20 ÷ 50 = 0.2 t of concentrate per tonne, at its grade: 10 t.

    45 % to 80 t of tailings: 9 t, 11.25 %. 3 % declared loss: 0.6 t. Not accounted for: 20 − 10 − 9 − 0.6 = 0.4 t.
    """
    plan = separation()
    found = entries(plan)
    assert found == pytest.approx({"arisings": 20, "sold": 10, "placed": 9, "loss": 0.6, "unaccounted": 0.4})
    (row,) = plan.frame("process_elements").to_dict("records")
    assert (row["process"], row["stream"]) == ("separate", MUD)
    amounts = [row[name] for name in ("in_t", "out_t", "gas_t", "loss_t", "unaccounted_t")]
    assert amounts == pytest.approx([20, 19, 0, 0.6, 0.4])
    composition = plan.frame("composition").set_index(["kind", "stream", "property"])["mean"]
    assert composition["made", TAILS, "Fe"] == pytest.approx(11.25)
    assert composition["delivered", "iron", "Fe"] == pytest.approx(50)
    assert composition["fed", "", "Fe"] == pytest.approx(20)


def test_a_calcination_loses_fluorine_as_gas() -> None:
    """10 t of lining of 12 % F and 1 t of lime of 0.5 %: 1.2 + 0.005 t in.

    60 % of the feed's to 10 t of slag (7.2 %), 25 % as gas: 0.72 and 0.3 t; 0.185 t are not accounted for.
    """
    furnace = works("furnace", "lining", {"slag": 1.0}, method="D", inputs={"lime": 0.1}, gas_t_per_t=0.1)
    shares = (goes("furnace", "F", 0.6, "slag"), goes("furnace", "F", 0.25, way="gas"))
    values = (prop("F", element=True), assay("lining", F=12), assay("lime", F=0.5))
    ends = (sells("slag", -100, method="D"), sells("lining", -9000, method="D"), buys("lime", 10))
    plan = solve(tiny(lining(), waste("slag"), commodity("lime"), *values, furnace, *shares, *ends))
    found = entries(plan, property_="F")
    expected = {
        "arisings": 1.2,
        "purchases": 0.005,
        "waste_delivered": 0.72,
        "gas": 0.3,
        "unaccounted": 0.185,
    }
    assert found == pytest.approx(expected)


def chain() -> Solved:
    """Two years, 100 t of mud in each, 60 t in the yard from before (20 % Fe: 20, 20 and 12 t).

    The separator takes 130 t a year: 30 of the yard's in each, 26 t of iron: 13 in 26 t of concentrate, 11.7 in
    104 t of tailings (45 %, 11.25 %), 0.78 lost, 0.52 open. The press makes a brick of 10 % of
    each tonne: 10.4 of 11.7.
    """
    ends = (sells("iron", 100), sells("brick", 10), sells("mud", -500, method="D"))
    shares = (goes("separate", "Fe", 0.45, "tails"), goes("separate", "Fe", 0.03, way="loss"))
    press = works("press", "tails", {"brick": 1.0})
    separator = works("separate", "mud", {"iron": {"recovery": 0.5, "property": "Fe", "grade": 50.0},
                                          "tails": {"complement": True}}, capacity=130)  # fmt: skip
    stock = (yard("mud"), in_stock("yard", "mud", 60))
    brick = (product("brick"), assay("brick", Fe=10))
    return solve(
        tiny(mud(), *NAMES, separator, press, *shares, *brick, *stock, *ends, periods=years(2026, 2))
    )


def test_a_chain_of_two_stages_with_a_stock_from_before() -> None:
    plan = chain()
    each = {"sold": 23.4, "loss": 0.78, "unaccounted": 0.52 + 1.3, "arisings": 20}
    assert entries(plan, 2026) == pytest.approx(each | {"opening_stock": 12, "closing_stock": 6})
    assert entries(plan, 2027) == pytest.approx(each | {"opening_stock": 6})
    frame = plan.frame("elements")
    open_ = frame[frame["entry"] == "unaccounted"].groupby("at")["content_t"].sum()
    assert open_.to_dict() == pytest.approx({"separate": 1.04, "press": 2.6})


def test_what_nobody_states_is_unknown_and_never_nothing() -> None:
    """Bricks without an assay: 80 t unknown on both sides; the iron of the tailings stays open at the press."""
    ends = (sells("brick", 10), product("brick"), works("press", "tails", {"brick": 1.0}))
    case = tiny(mud(), *NAMES, SEPARATION, *ends, sells("iron", 100), sells("mud", -500, method="D"),
                goes("separate", "Fe", 0.5, "tails"))  # fmt: skip
    plan = solve(case)
    frame = plan.frame("elements").set_index(["entry", "at"])
    assert frame.loc[("sold", "brick_outlet"), ["content_t", "unknown_t"]].tolist() == [
        0.0,
        pytest.approx(80),
    ]
    open_ = frame.loc[("undetermined", "press"), ["content_t", "unknown_t"]].tolist()
    assert open_ == [pytest.approx(10), pytest.approx(80)]
    composition = plan.frame("composition").set_index(["kind", "stream"])["mean"]
    assert pd.isna(composition["delivered", "brick"])


@settings(max_examples=15, deadline=None)
@given(st.floats(0, 0.5), st.floats(0, 0.5))
def test_accounts_close_whatever_is_partitioned(tailings: float, lost: float) -> None:
    """More in the tailings or lost is as much less open; `solve` audits that every account closes."""
    ends = (sells("iron", 100), landfill("tails"), sells("mud", -500, method="D"))
    shares = (goes("separate", "Fe", tailings / 2, "tails"), goes("separate", "Fe", lost / 2, way="loss"))
    found = entries(solve(tiny(mud(), *NAMES, SEPARATION, *shares, *ends)))
    assert found.get("unaccounted", 0.0) == pytest.approx(20 * (0.5 - tailings / 2 - lost / 2), abs=1e-9)


@pytest.mark.parametrize(
    ("grade", "sigma", "noted"),
    [(40.0, 0.0, False), (41.0, 0.0, True), (41.0, 0.3, False), (60.0, 0.3, True)],
)
def test_assays_that_make_iron_are_noted(grade: float, sigma: float, noted: bool) -> None:
    """0.5 t of pellets per tonne of mud of 20 %: up to 40 % (and 0.1 for two roundings) nothing is conjured.

    At 41 ± 0.3 there are 0.5 % too much, 0.15 of standard deviation: 0.5 < 3 · 0.15 + 0.1.
    """
    value = Assay(material="pellet", property="Fe", value=grade, sigma=sigma)
    names = (product("pellet"), waste("tails"), prop("Fe", element=True), assay("mud", Fe=20, tails=0))
    furnace = works("furnace", "mud", {"pellet": 0.5}, loss_t_per_t=0.5)
    case = tiny(
        mud(), *names, furnace, rows(composition=value), sells("pellet", 1), sells("mud", -5, method="D")
    )
    notes = [note.values for note in build_network(case).notes if note.key == "network.conjured"]
    assert [(n["process"], n["property"]) for n in notes] == ([("furnace", "Fe")] if noted else [])


# ---------------------------------------------------------------- margins


def test_the_margin_of_a_blend_gate_on_an_output() -> None:
    """Bricks of 1.6 t from 1 t of mud (Ra 8 ± 0.5) and 0.6 t of lime (Ra 0.4 ± 0): retained half.

    mean = 0.5·(8 + 0.24) ÷ 1.6 = 2.575;  2σ = 2·0.5·0.5 ÷ 1.6 = 0.3125;  limit 3: slack 0.1125.
    """
    gate = Gate(name="ra", at="press", output="brick", property="Ra", limit=3, k_sigma=2, retained=0.5)
    values = (
        Assay(material="mud", property="Ra", value=8, sigma=0.5),
        Assay(material="lime", property="Ra", value=0.4),
    )
    press = works("press", "mud", {"brick": 1.6}, inputs={"lime": 0.6})
    names = (
        product("brick"),
        commodity("lime"),
        prop("Ra", unit="index"),
        rows(composition=values, gates=gate),
    )
    ends = (sells("brick", 10), buys("lime", 1), sells("mud", -50, method="D"))
    plan = solve(tiny(mud(), *names, press, *ends))
    (row,) = plan.frame("gate_margins").to_dict("records")
    assert [row[c] for c in ("mean", "margin", "limit", "slack")] == pytest.approx([2.575, 0.3125, 3, 0.1125])
    words = plan.plan.describe("en")
    assert "ra at press, 26a: Ra 2.575 + 0.3125 of at most 3, 3.75 % left" in words


def test_the_words_tell_what_is_not_accounted_for() -> None:
    words = {language: separation().plan.describe(language) for language in ("en", "zh")}
    assert (
        "Fe: 20 in; 0 (2.00 %) not accounted for, 0 open for want of assays, most at separate" in words["en"]
    )
    assert "未说明去向 0（2.00 %）" in words["zh"]


@pytest.mark.parametrize("sense", ["max", "min"])
def test_a_gate_for_every_material_alone_is_stated_per_stream(sense: str) -> None:
    """Mud of 10 ± 1 at k = 2: 12 against at most 15, 8 against at least 5: a slack of 3 either way."""
    gate = Gate(
        name="g", at="landfill", property="pH", sense=sense, limit=15 if sense == "max" else 5, k_sigma=2
    )
    value = Assay(material="mud", property="pH", value=10, sigma=1)
    names = (prop("pH", unit="pH", mixing="each"), rows(composition=value, gates=gate))
    (row,) = solve(tiny(mud(), *names, landfill("mud"))).frame("gate_margins").to_dict("records")
    assert (row["stream"], row["mean"], row["margin"], row["slack"]) == (MUD, 10, 2, 3)


# ---------------------------------------------------------------- what is planted is caught


@cache
def solved() -> Solved:
    return solve(rich(), baseline=before(rich()))


def caught(frames: Frames) -> set[str]:
    found = audit(solved().case, dict(solved().plan.frames) | frames, solved().plan.value_cny, before(rich()))
    return {check.message.key for check in found.failures}


def changed(name: str, column: str, by: float, which: Any = slice(0, 1), **where: object) -> Frames:
    """The frame with a number of its first row (of those where …) off."""
    frame = solved().frame(name).copy()
    for key, value in where.items():
        which = frame.index[frame[key] == value][:1]
    frame.loc[frame.index[which] if isinstance(which, slice) else which, column] += by
    return {name: frame}


def test_the_rich_plan_passes() -> None:
    assert caught({}) == set()


@pytest.mark.parametrize(
    ("frame", "column", "where", "keys"),
    [
        ("elements", "content_t", {"entry": "arisings"}, {"elements.content", "elements.open"}),
        ("elements", "content_t", {"entry": "undetermined"}, {"elements.content", "elements.open"}),
        ("elements", "unknown_t", {"entry": "sold"}, {"elements.unknown"}),
        ("process_elements", "in_t", {}, {"elements.of_process"}),
        ("process_elements", "unaccounted_t", {}, {"elements.of_process"}),
        ("process_elements", "unknown_out_t", {}, {"elements.of_process"}),
        ("composition", "mean", {"kind": "fed", "at": "separate_line"}, {"composition.differs"}),
        ("composition", "sigma", {"kind": "fed", "at": "separate_line"}, {"composition.differs"}),
        ("composition", "amount_t", {"kind": "delivered"}, {"composition.differs"}),
        ("gate_margins", "mean", {}, {"margins.differs"}),
        ("gate_margins", "margin", {}, {"margins.differs"}),
        ("gate_margins", "limit", {}, {"margins.differs"}),
        ("gate_margins", "slack", {}, {"margins.differs"}),
    ],
)
def test_a_number_that_is_off(frame: str, column: str, where: dict[str, object], keys: set[str]) -> None:
    assert caught(changed(frame, column, 1e-2, **where)) == {f"audit.{key}" for key in keys}


@pytest.mark.parametrize(
    ("frame", "keys"),
    [
        ("elements", {"elements.content", "elements.open"}),
        ("process_elements", {"elements.of_process"}),
        ("composition", {"composition.left_out"}),
        ("gate_margins", {"margins.left_out"}),
    ],
)
def test_a_row_left_out(frame: str, keys: set[str]) -> None:
    rest = solved().frame(frame)
    kept = rest.drop(rest.index[rest["content_t"] > 1][:1]) if frame == "elements" else rest.iloc[1:]
    if frame == "process_elements":
        kept = rest.drop(rest.index[rest["in_t"] > 1][:1])
    assert caught({frame: kept}) == {f"audit.{key}" for key in keys}


def test_an_unknown_value_shown_as_nothing() -> None:
    frame = solved().frame("composition").copy()
    frame.loc[frame.index[frame["mean"].isna()][:1], "mean"] = 0.0
    assert caught({"composition": frame}) == {"audit.composition.known_or_not"}


def test_a_composition_and_a_margin_of_what_is_not_there() -> None:
    composition, margins = solved().frame("composition").copy(), solved().frame("gate_margins").copy()
    composition.loc[composition.index[:1], "at"] = "base"
    assert caught({"composition": composition}) == {"audit.composition.no_such", "audit.composition.left_out"}
    margins.loc[margins.index[:1], "sense"] = "max"
    assert caught({"gate_margins": margins}) == {"audit.margins.no_such", "audit.margins.left_out"}


def test_an_entry_on_the_wrong_side() -> None:
    frame = solved().frame("elements").copy()
    frame.loc[frame.index[:1], "side"] = "out"
    assert caught({"elements": frame}) == {"audit.elements.wrong_side"}


def test_what_is_undetermined_shown_as_not_accounted_for() -> None:
    frame = solved().frame("elements").replace({"entry": {"undetermined": "unaccounted"}})
    assert caught({"elements": frame}) == {"audit.elements.content", "audit.elements.unknown"}


def test_another_assay_than_the_plan_was_made_with() -> None:
    """The audit reckons with the case: mud of 22 % instead of 21 fails entries, compositions and margins."""
    rest = tuple(
        dataclasses.replace(row, value=22.0) if (row.material, row.property) == ("mud", "Fe") else row
        for row in solved().case.composition
    )
    case = dataclasses.replace(solved().case, composition=rest)
    found = {
        c.message.key
        for c in audit(case, solved().plan.frames, solved().plan.value_cny, before(rich())).failures
    }
    assert {"audit.elements.content", "audit.composition.differs", "audit.margins.differs"} <= found


def test_frames_survive_on_disk(tmp_path: Any) -> None:
    solved().plan.save(tmp_path)
    loaded = Plan.load(tmp_path)
    assert audit(solved().case, loaded.frames, loaded.value_cny, before(rich())).passed
    for name in ("elements", "process_elements", "composition", "gate_margins"):
        pd.testing.assert_frame_equal(loaded.frames[name], solved().frame(name), check_dtype=False)
