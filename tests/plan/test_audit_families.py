"""The families one by one, on the correct plan: what holds exactly, and what fails one step further."""

from __future__ import annotations

import ast
import dataclasses
import string
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from tests.jobs.cases import starter
from tests.plan.test_audit_world import (
    DAYS,
    MUD,
    RATE,
    SLAG,
    START,
    TAILINGS,
    A,
    B,
    D,
    Frames,
    append,
    change,
    discount,
    drop,
    judged,
    keys,
    make_case,
    make_frames,
    put,
    replaced,
    stated_value,
)

from redmud_opt.case import load_case
from redmud_opt.case.case import Case, Settings
from redmud_opt.case.rules import Limit, Method
from redmud_opt.case.things import Assay, GroupMember, OpeningStock, Property, Tier, YearToDate
from redmud_opt.case.works import Gate, Output, Storage
from redmud_opt.i18n import LANGUAGES, placeholders, template, text
from redmud_opt.i18n import keys as catalogue_keys
from redmud_opt.model import build_model
from redmud_opt.network import build_network
from redmud_opt.plan.audit import Audit, Check, audit
from redmud_opt.plan.plan import make_plan
from redmud_opt.solve.session import Session

CASE, FRAMES = make_case(), make_frames()
CHARGES = {"audit.horizon.charge_understated"}
"""What else is wrong with a plan when a change of its case bars a way out."""
SOURCE = Path(__file__).resolve().parents[2] / "src" / "redmud_opt" / "plan" / "audit"


def found(*changes: Callable[[Frames], Frames], case: Case = CASE) -> set[str]:
    return keys(judged(case, FRAMES, *changes))


def added(table: str, *rows: object, case: Case = CASE) -> Case:
    return dataclasses.replace(case, **{table: (*getattr(case, table), *rows)})


# ---------------------------------------------------------------- gates


@pytest.mark.parametrize(
    ("gate", "holds", "breaks"),
    [
        # wet input: (480·5/0.8 + 120·1) ÷ (480/0.8 + 120 + 30) = 3120/750 = 4.16
        (Gate(name="g", at="bricks", property="wet_soda", limit=0.0), 4.16, 4.159),
        # wet output: (480·5/0.8 + 120·1) ÷ (600 · 1.05/0.9) = 3120/700, half of it kept: 2.2286
        (
            Gate(name="g", at="bricks", output="brick", property="wet_soda", limit=0.0, retained=0.5),
            1560 / 700,
            2.22,
        ),
        # the same for the tailings alone: 5/0.8 ÷ (1.05/0.9)
        (
            Gate(name="g", at="bricks", output="brick", property="wet_soda", kind="each", limit=0.0),
            5 / 0.8 / (1.05 / 0.9),
            5.357,
        ),
        # output, all kept: (480·5 + 120) ÷ (600 · 1.05) = 4.0; half kept: 2.0
        (Gate(name="g", at="bricks", output="brick", property="soda", limit=0.0), 4.0, 3.999),
        (Gate(name="g", at="bricks", output="brick", property="soda", limit=0.0, retained=0.5), 2.0, 1.999),
        # two standard deviations of tailings (0.1 · 0.8 ÷ 0.8) and of lime (0.5): + (480 · 0.2 + 30 · 1) ÷ 630
        (Gate(name="g", at="bricks", property="soda", limit=0.0, k_sigma=2.0), 4.0 + 126 / 630, 4.19),
        # and of lime, into the output: (480·5.2 + 120 + 30·2·0.5) ÷ 630
        (
            Gate(name="g", at="bricks", output="brick", property="soda", limit=0.0, k_sigma=2.0),
            2646 / 630,
            4.19,
        ),
        # a minimum: the average is 4.0, and 4.0 − 126/630 with the margin
        (Gate(name="g", at="bricks", property="soda", limit=0.0, sense="min"), 4.0, 4.001),
        (
            Gate(name="g", at="bricks", property="soda", limit=0.0, sense="min", k_sigma=2.0),
            4 - 126 / 630,
            3.81,
        ),
        # every feed alone: clay 1, tailings 5
        (Gate(name="g", at="bricks", property="soda", kind="each", limit=0.0), 5.0, 4.999),
        (Gate(name="g", at="bricks", property="soda", kind="each", limit=0.0, sense="min"), 1.0, 1.001),
        # every feed alone, into the output: 0.5 · 5 ÷ 1.05
        (
            Gate(
                name="g", at="bricks", output="brick", property="soda", kind="each", limit=0.0, retained=0.5
            ),
            2.5 / 1.05,
            2.38,
        ),
        # at a place: all that is put or placed there, by the average
        (Gate(name="g", at="yard", property="soda", limit=0.0), 5.0, 4.99),
        (Gate(name="g", at="landfill", property="soda", limit=0.0), 5.0, 4.99),
    ],
)
def test_gates(gate: Gate, holds: float, breaks: float) -> None:
    composition = (
        Assay(material="red_mud", property="soda", value=5.0, sigma=0.1),
        *(
            dataclasses.replace(row, sigma=0.5) if row.material == "lime" else row
            for row in CASE.composition[1:]
        ),
        Assay(material="tailings", property="wet_soda", value=5.0),
        Assay(material="clay", property="wet_soda", value=1.0),
        Assay(material="lime", property="wet_soda", value=0.0),
    )
    case = dataclasses.replace(CASE, composition=composition)
    case = added("properties", Property(name="wet_soda", unit="%", basis="wet"), case=case)
    case = replaced(case, "materials", "brick", moisture=0.1)
    limits = {
        limit: added("gates", dataclasses.replace(gate, limit=limit), case=case) for limit in (holds, breaks)
    }
    assert found(case=limits[holds]) == set()
    assert found(case=limits[breaks]) - CHARGES == {"audit.gates.broken"}


@pytest.mark.parametrize("material", ["clay", "lime", "red_mud"])
def test_a_composition_that_nobody_states_fails_its_gate(material: str) -> None:
    rest = tuple(row for row in CASE.composition if (row.material, row.property) != (material, "soda"))
    assert found(case=dataclasses.replace(CASE, composition=rest)) == {"audit.gates.no_assay"}


def test_a_gate_may_stand_at_a_group() -> None:
    rows = tuple(GroupMember(group="kilns", member=name) for name in ("bricks", "detox"))
    case = added("gates", Gate(name="g", at="kilns", property="soda", limit=3.9), case=added("groups", *rows))
    assert found(case=case) == {"audit.gates.broken", "audit.gates.no_assay"}


# ---------------------------------------------------------------- limits


@pytest.mark.parametrize(
    ("limit", "value"),
    [
        (
            Limit(name="l", measure="flow", material="tailings", at="refinery", to="brickworks", sense="max"),
            480.0,
        ),
        (Limit(name="l", measure="flow", at="dg_lane", per="horizon", sense="max"), 110.0),
        (Limit(name="l", measure="flow", at="group", to="hw_site", per="period", sense="max"), 55.0),
        (Limit(name="l", measure="feed", material="red_mud", at="sep_works", sense="max"), 800.0),
        (Limit(name="l", measure="feed", at="bricks", per="horizon", sense="max"), 975.0),
        (Limit(name="l", measure="feed", material="soils", at="sep_line", per="period", sense="max"), 800.0),
        (Limit(name="l", measure="made", material="tailings", at="separation", sense="max"), 640.0),
        (Limit(name="l", measure="made", at="sep_line", per="period", during=B, sense="max"), 500.0),
        (Limit(name="l", measure="bought", material="lime", per="horizon", sense="max"), 58.75),
        (Limit(name="l", measure="bought", at="lime_s", per="period", sense="max"), 5.0),
        (Limit(name="l", measure="sold", at="brickworks", sense="max"), 630.0),
        (Limit(name="l", measure="stock", at="yard", per="period", sense="max"), 1200.0),
        (Limit(name="l", measure="stock", at="yard", during="2026", sense="max"), 700.0),
        (Limit(name="l", measure="stock", at="refinery", per="horizon", sense="max"), 1300.0),
        (Limit(name="l", measure="put", at="yard", per="horizon", sense="max"), 900.0),
        (Limit(name="l", measure="reclaimed", at="yard", sense="max"), 200.0),
        (Limit(name="l", measure="placed", per="horizon", sense="max"), 215.0),
        (Limit(name="l", measure="put", at="stores", every="each", sense="max"), 500.0),
        (Limit(name="l", measure="put", at="stores", every="sum", sense="max"), 600.0),
        (Limit(name="l", measure="sold", at="builders", sense="min"), 393.75),
        (Limit(name="l", measure="placed", at="hw_cell", per="horizon", sense="equal"), 55.0),
        (Limit(name="l", measure="stock", material="tailings", sense="max", share_of="mud_fed"), 0.2),
    ],
)
def test_limits(limit: Limit, value: float) -> None:
    """Each holds at its value and fails when it is one per mille tighter."""
    case = added("groups", *(GroupMember(group="stores", member=name) for name in ("yard", "shed")))
    tighter = value * (1.001 if limit.sense == "min" else 0.999)
    for wanted, own in ((value, set()), (tighter, {"audit.limits.over", "audit.limits.under"})):
        said = found(case=added("limits", dataclasses.replace(limit, value=wanted), case=case))
        assert said <= own
        assert bool(said) == bool(own)


def test_a_limit_on_builds_counts_nothing_where_nothing_is_built() -> None:
    row = Limit(name="l", measure="built", at="sep_line", sense="max", value=0.0)
    assert found(case=added("limits", row)) == set()
    least = dataclasses.replace(row, sense="min", value=1.0)
    assert found(case=added("limits", least)) == {"audit.limits.under"}


# ---------------------------------------------------------------- law, lanes, capacities


@pytest.mark.parametrize(
    ("table", "name", "values", "key"),
    [
        ("outlets", "builders", {"material": "concentrate"}, "law.outlet_takes_not"),
        ("outlets", "hw", {"method": ""}, "law.no_method"),
        ("outlets", "ironworks", {"method": "D1"}, "law.product_discarded"),
        ("outlets", "hw", {"haul_radius_km": 79.0}, "law.beyond_radius"),
        ("outlets", "hw", {"haul_radius_km": 80.0}, ""),
        ("outlets", "builders", {"haul_radius_km": 1.0}, ""),
        ("storages", "shed", {"material": "red_mud"}, "law.storage_takes_not"),
        ("storages", "yard", {"retrievable": False}, "law.not_retrievable"),
        ("storages", "landfill", {"final": False}, "law.not_final"),
        ("lanes", "dg_lane", {"material": "tailings"}, "law.lane_takes_not"),
        ("lanes", "dg_lane", {"mode": "rail"}, "law.lane_elsewhere"),
        ("haul", "trucks", {"max_km": 49.0}, "law.too_far"),
        ("haul", "trucks", {"mode": "rail"}, "law.no_haul_rule"),
        ("supplies", "clay_pit", {"material": "lime"}, "law.not_supplied"),
    ],
)
def test_acceptance(table: str, name: str, values: dict[str, object], key: str) -> None:
    said = found(case=replaced(CASE, table, name, **values))
    assert (f"audit.{key}" in said) if key else not said


def test_a_process_takes_and_a_line_runs_only_what_is_listed() -> None:
    others = tuple(row for row in CASE.feeds if row.process != "detox")
    assert "audit.law.feed_not_taken" in found(case=dataclasses.replace(CASE, feeds=others))
    assert "audit.law.not_on_line" in found(put("feeds", "line", "sep_line", line="detox_line"))
    assert "audit.law.no_point" in found(put("feeds", "point", "hot", line="detox_line"))
    assert "audit.law.feed_not_taken" in found(put("feeds", "stream", "", stream="clay"))


def test_a_lane_is_listed_or_made_by_a_rule() -> None:
    assert "audit.law.unknown_lane" in found(put("flows", "lane", "tunnel", lane="dg_lane"))
    assert "audit.law.no_distance" in found(case=dataclasses.replace(CASE, distances=()))


def test_a_product_is_not_placed() -> None:
    landfill = replaced(CASE, "storages", "landfill", material="concentrate")
    placed = append("placements", "landfill", "refinery", "concentrate", A, 1.0)
    assert "audit.law.product_discarded" in found(placed, case=landfill)


def test_airspace_needs_a_density() -> None:
    assert found(case=replaced(CASE, "materials", "tailings", density_t_per_m3=None)) == {
        "audit.capacities.over_airspace"
    }


def test_transport_by_a_listed_lane_without_a_price_follows_the_haul_rule() -> None:
    """80 km at 0.4 + 8 handling = 40 CNY per wet tonne, as before."""
    rule = dataclasses.replace(
        CASE.haul[0],
        name="dg_trucks",
        material="slag",
        cost_cny_per_t_km=0.4,
        handling_cny_per_t=8.0,
        dg_allowed=True,
        co2e_kg_per_t_km=0.0,
    )
    lane = {"cost_cny_per_t": None}
    assert found(case=added("haul", rule, case=replaced(CASE, "lanes", "dg_lane", **lane))) == set()
    assert "audit.law.no_haul_rule" in found(case=replaced(CASE, "lanes", "dg_lane", **lane))


def test_purchases_may_be_limited_as_received() -> None:
    wet = replaced(CASE, "materials", "clay", moisture=0.5)
    dry = replaced(wet, "supplies", "clay_pit", max_t=121.0, per="period")
    assert "audit.capacities.over" not in found(case=dry)
    assert "audit.capacities.over" in found(case=replaced(dry, "supplies", "clay_pit", basis="as_received"))


# ---------------------------------------------------------------- tiers


def test_yearly_steps_are_as_wide_as_the_horizon_s_share_of_the_year() -> None:
    """92 of 365 days of 2026, 90 of 365 of 2027: a step of 365 t a year is 92 t, then 90 t wide."""
    steps = (
        Tier(item="ironworks", step=1, width_t=365.0, price_cny_per_t=300.0),
        Tier(item="ironworks", step=2, price_cny_per_t=250.0),
    )
    case = dataclasses.replace(CASE, tiers=steps)
    rows = (
        ("ironworks", "2026", 1, 92.0),
        ("ironworks", "2026", 2, 68.0),
        ("ironworks", "2027", 1, 90.0),
        ("ironworks", "2027", 2, 10.0),
    )
    sales = 63000.0 * D[A] + (92 * 300.0 + 68 * 250.0) * discount(START[A], DAYS[A])
    later = 39375.0 * D[B] + (90 * 300.0 + 10 * 250.0) * discount(START[B], DAYS[B])
    changes = [
        drop("tiers", item="ironworks"),
        *(append("tiers", *row) for row in rows),
        put("value_terms", "value_cny", sales, term="sales", year=2026),
        put("value_terms", "value_cny", later, term="sales", year=2027),
    ]
    assert found(*changes, case=case) == {"audit.value.sum"}
    swapped = put("tiers", "amount", 89.0, window="2027", step=1), put("tiers", "amount", 11.0, step=2)
    assert "audit.tiers.out_of_order" in found(*changes, *swapped, case=case)


# ---------------------------------------------------------------- accounts


def test_the_year_to_date_counts_in_totals_and_rates_but_not_in_the_identity() -> None:
    """3000 generated, 300 new and 60 legacy utilised before: 900 ÷ 4000, 1000 ÷ 4100, gross (1200 + 260) ÷ 4000."""
    row = YearToDate(
        waste_class="red_mud",
        site="refinery",
        generated_t=3000.0,
        utilised_new_t=300.0,
        utilised_legacy_t=60.0,
        gross_new_t=600.0,
    )
    case = dataclasses.replace(CASE, year_to_date=(row,))
    assert found(case=case) == {"audit.totals.misstated", "audit.rates.misstated"}
    changes = [
        change("totals", "amount", amount, total=total, origin="red_mud:refinery", cohort=cohort, year=2026)
        for total, cohort, amount in (
            ("generated", "new", 3000.0),
            ("utilised", "new", 300.0),
            ("utilised", "legacy", 60.0),
            ("utilised_gross", "new", 600.0),
            ("utilised_gross", "legacy", 60.0),
        )
    ]
    stated = {
        "generated_t": 4000.0,
        "utilised_new_t": 900.0,
        "utilised_legacy_t": 100.0,
        "gross_new_t": 1200.0,
        "gross_legacy_t": 260.0,
        "rate_new": 0.225,
        "rate_stat": 1000 / 4100,
        "rate_gross": 1460 / 4000,
    }
    changes += [
        put("rates", column, value, waste_class="red_mud", year=2026) for column, value in stated.items()
    ]
    assert found(*changes, case=case) == set()


def test_a_target_binds_the_plants_of_its_scope() -> None:
    """Nothing of the class arises at the smelter: a target on that scope asks for nothing."""
    assert found(case=replaced(CASE, "targets", "law_2027", scope="smelter", at_least=0.99)) == set()
    for scope in ("refinery", "group"):
        assert found(case=replaced(CASE, "targets", "law_2027", scope=scope)) == set()
        tight = replaced(CASE, "targets", "law_2027", scope=scope, at_least=0.41)
        assert found(case=tight) == {"audit.targets.missed"}


def test_a_target_on_a_part_of_an_origin_cannot_be_judged() -> None:
    """Origins by class only, mud at two sites, a target on one of them."""
    other = dataclasses.replace(CASE.arisings[0], name="more_mud", site="smelter", amount_t=0.0)
    case = replaced(added("arisings", other), "targets", "law_2027", scope="refinery")
    frames = {
        name: frame.replace(regex={r"red_mud:refinery": "red_mud"}).replace({"plant": {"refinery": ""}})
        for name, frame in FRAMES.items()
    }
    said = keys(audit(case, frames, stated_value(FRAMES)))
    assert "audit.targets.scope_not_told_apart" in said


def test_a_target_may_hold_for_every_year() -> None:
    every = replaced(CASE, "targets", "law_2027", year=None)
    assert found(case=every) == set()
    assert found(case=replaced(every, "targets", "law_2027", at_least=0.5)) == {"audit.targets.missed"}
    assert found(case=replaced(every, "targets", "law_2027", year=2035, at_least=0.9)) == set()


def test_the_identity_is_stated_right_in_every_column() -> None:
    columns = [c for c in FRAMES["identity"].columns if c.endswith("_t")]
    for column in columns:
        said = found(change("identity", column, 1.0, origin="red_mud:refinery", year=2026))
        assert said == {"audit.identity.residual" if column == "residual_t" else "audit.identity.misstated"}


def test_a_method_that_changes_its_meaning_does_not_change_origin_tonnes_unseen() -> None:
    rows = (
        Method(code="R4", meaning="use", valid_to=date(2027, 1, 1)),
        Method(code="R4", meaning="pretreatment", valid_from=date(2027, 1, 1)),
        *CASE.methods[1:],
    )
    assert "audit.closure.unsteady" in found(case=dataclasses.replace(CASE, methods=rows))


# ---------------------------------------------------------------- closure, horizon


def test_a_waste_process_closes_its_mass() -> None:
    outputs = tuple(
        dataclasses.replace(row, yield_t_per_t=1.04) if row.material == "brick" else row
        for row in CASE.outputs
    )
    assert "audit.closure.mass" in found(case=dataclasses.replace(CASE, outputs=outputs))
    fuel = tuple(dataclasses.replace(row, solid=False) for row in CASE.inputs)
    assert found(case=dataclasses.replace(CASE, inputs=fuel)) == {"audit.closure.mass"}


def test_mass_closes_to_four_decimals() -> None:
    """Numbers are typed: 1.05009 closes, 1.0502 does not."""
    for made, holds in ((1.05009, True), (1.0502, False)):
        outputs = tuple(
            dataclasses.replace(row, yield_t_per_t=made) if row.material == "brick" else row
            for row in CASE.outputs
        )
        said = found(case=dataclasses.replace(CASE, outputs=outputs))
        assert ("audit.closure.mass" not in said) is holds


def test_waste_taken_in_without_an_origin_is_seen() -> None:
    """The identity has a column for what is received; a purchase of red mud that carries no origin hides from it."""
    supply = dataclasses.replace(CASE.supplies[0], name="mud_in", site="refinery", material="red_mud")
    case = dataclasses.replace(CASE, supplies=(*CASE.supplies, supply))
    changes = [
        append("streams", "red_mud", "red_mud", "red_mud", *[""] * 7),
        append("purchases", "mud_in", "refinery", "red_mud", A, 10.0),
    ]
    assert "audit.identity.received_without_origin" in found(*changes, case=case)


def test_no_property_is_handed_out_twice() -> None:
    own = dataclasses.replace(CASE.partitions[0], output="concentrate", share=0.21)
    assert found(case=added("partitions", own)) == {"audit.closure.element"}
    assert found(case=added("partitions", dataclasses.replace(own, share=0.2))) == set()


def test_a_yield_below_nothing() -> None:
    outputs = (dataclasses.replace(CASE.outputs[0], yield_t_per_t=1.2), *CASE.outputs[1:])
    assert "audit.closure.negative_yield" in found(case=dataclasses.replace(CASE, outputs=outputs))


def test_excess_at_the_end() -> None:
    assert found(change("excess", "excess_t", 1.0, storage="shed")) == {
        "audit.horizon.misstated",
        "audit.value.misstated",
        "audit.value.sum",
    }
    assert "audit.horizon.negative_charge" in found(put("excess", "charge_cny_per_t", -1.0, storage="shed"))
    none = put("excess", "charge_cny_per_t", float("nan"), storage="shed")
    assert "audit.horizon.no_charge" in found(none)
    assert {"audit.horizon.no_class", "audit.horizon.way_out_invented"} <= found(
        put("excess", "waste_class", "other", storage="shed")
    )
    assert {"audit.horizon.no_kind", "audit.horizon.misstated"} <= found(
        put("excess", "kind", "", storage="shed")
    )
    free = dataclasses.replace(CASE, settings=dataclasses.replace(CASE.settings, end_of_horizon="free"))
    assert "audit.horizon.not_charged" in found(case=free)


@pytest.mark.parametrize(
    ("charge", "key"), [(11.99, "under"), (12.0, ""), (30.0, ""), (39.9, ""), (39.91, "over")]
)
def test_a_charge_lies_between_what_is_there_and_what_can_be(charge: float, key: str) -> None:
    """A yard for both soils holds mud (12); tailings could lie there, at 50.4 − 10.5 = 39.9."""
    frames = put("excess", "charge_cny_per_t", charge, storage="yard")(FRAMES)
    frames = change("value_terms", "value_cny", -700.0 * (charge - 12.0) * D[B], term="end_charge")(frames)
    said = keys(audit(replaced(CASE, "storages", "yard", material="soils"), frames, stated_value(frames)))
    assert said == ({f"audit.horizon.charge_{key}stated"} if key else set())


def test_what_has_no_way_out_may_not_grow() -> None:
    """100 t of tailings more in a shed that nothing leaves; the 500 t that it begins with may stay, uncharged."""
    locked = replaced(CASE, "storages", "shed", retrievable=False)
    assert {"audit.horizon.no_way_out", "audit.horizon.way_out_invented"} <= found(case=locked)
    closed = tuple(
        replaced(CASE, "lines", name, closes=date(2027, 1, 1)) for name in ("sep_line", "brick_line")
    )
    case = dataclasses.replace(CASE, lines=(closed[0].lines[0], closed[1].lines[1], CASE.lines[2]))
    kept = (
        put("stocks", "stock_t", 500.0, stream=MUD + "legacy", period=B),
        put("stocks", "stock_t", 0.0, stream=MUD + "new", period=B),
        drop("excess", storage="yard"),
    )
    assert "audit.horizon.no_way_out" in found(case=case)
    said = judged(case, FRAMES, *kept)
    assert not [c for c in said.failures if c.family == "horizon" and "yard" in c.where]


def test_hazardous_stock_is_excess_from_the_first_tonne() -> None:
    """50 t of lining in a shed at the beginning and at the end: all of it is charged, at the cost of detoxification.

    Slag 40 ÷ 0.9 by lane and 1500 placed; lining 900 + 0.1 · 310 lime + 1.1 · 1544.44 = 2629.89, reclaiming 1.
    """
    shed = Storage(
        name="cell", site="smelter", material="lining", accepts_hazardous=True, reclaim_cost_cny_per_t=1.0
    )
    stock = OpeningStock(storage="cell", material="lining", amount_t=50.0, arose_on=date(2025, 5, 1))
    case = added("storages", shed, case=added("opening_stock", stock))
    old = "lining@spent_pot_lining:smelter@legacy"
    changes = [
        append(
            "streams",
            *(old, "lining", "lining", "", "", "", "spent_pot_lining:smelter", "spent_pot_lining"),
            *("smelter", "legacy"),
        ),
        append("stocks", "cell", "smelter", old, A, 0.0, 0.0, 50.0),
        append("stocks", "cell", "smelter", old, B, 0.0, 0.0, 50.0),
    ]
    changes += [
        change("identity", column, 50.0, origin="spent_pot_lining:smelter")
        for column in ("opening_t", "closing_t")
    ]
    changes += [
        append("fates", "spent_pot_lining:smelter", "legacy", year, "stored", "cell", 50.0)
        for year in (2026, 2027)
    ]
    assert found(*changes, case=case) == {"audit.horizon.misstated"}
    charge = 1.0 + 900.0 + 0.1 * 310.0 + 1.1 * (40.0 / 0.9 + 1500.0)
    row = ("cell", "spent_pot_lining", "hazardous", 50.0)
    money = change("value_terms", "value_cny", -50.0 * charge * D[B], term="end_charge")
    assert found(*changes, append("excess", *row, charge), money, case=case) == {"audit.value.sum"}
    assert "audit.horizon.charge_understated" in found(*changes, append("excess", *row, 0.0), case=case)


def test_products_from_waste_are_not_hoarded_over_the_end_of_a_year() -> None:
    shop = Storage(name="shop", site="refinery", material="concentrate")
    case = added("storages", shop)
    changes = [
        change("sales", "sold", -10.0, outlet="ironworks", period=A),
        change("sales", "sold", 10.0, outlet="ironworks", period=B),
        append("stocks", "shop", "refinery", "concentrate", A, 10.0, 0.0, 10.0),
        append("stocks", "shop", "refinery", "concentrate", B, 0.0, 10.0, 0.0),
    ]
    assert found(*changes, case=case) == {"audit.horizon.hoarded"}
    free = dataclasses.replace(CASE.settings, product_stock_at_year_end="free")
    assert found(*changes, case=dataclasses.replace(case, settings=free)) == set()


# ---------------------------------------------------------------- streams and frames


def test_streams_are_what_the_case_can_make() -> None:
    shallow = dataclasses.replace(
        CASE, settings=Settings(name="t", base_year=2026, discount_rate=RATE, max_depth=0)
    )
    assert found(case=shallow) - CHARGES == {"audit.streams.too_deep"}
    others = tuple(row for row in CASE.feeds if row.process != "separation")
    assert "audit.streams.not_fed" in found(case=dataclasses.replace(CASE, feeds=others))
    dry = (*CASE.outputs[:3], Output(process="detox", material="brick", yield_t_per_t=1.1))
    assert "audit.streams.not_made" in found(case=dataclasses.replace(CASE, outputs=dry))
    assert "audit.streams.no_opening_stream" in found(drop("streams", stream=MUD + "legacy"))


@pytest.mark.parametrize("column", list(FRAMES["streams"].columns)[1:])
def test_the_columns_of_streams_say_what_the_id_says(column: str) -> None:
    assert found(put("streams", column, "else", stream=SLAG)) == {"audit.streams.wrong_column"}


@pytest.mark.parametrize(
    ("apply", "key"),
    [
        (put("flows", "from_site", "moon", lane="dg_lane"), "unknown_name"),
        (put("feeds", "line", "no_line", line="sep_line"), "unknown_name"),
        (put("sales", "period", "2040", outlet="hw"), "unknown_name"),
        (put("stocks", "stream", "red_mud", storage="shed"), "unknown_name"),
        (put("sales", "site", "smelter", outlet="hw"), "wrong_site"),
        (put("stocks", "site", "smelter", storage="shed"), "wrong_site"),
        (put("placements", "site", "smelter", storage="hw_cell"), "wrong_site"),
        (put("purchases", "site", "smelter", supply="lime_b"), "wrong_site"),
        (put("arisings", "site", "smelter", arising="mud_arises"), "wrong_site"),
        (put("flows", "wet_t", 1.0, lane="dg_lane"), "wet"),
        (put("sales", "sold", float("nan"), outlet="hw"), "no_number"),
        (put("sales", "sold", float("inf"), outlet="hw"), "no_number"),
        (put("sales", "sold", -1.0, outlet="hw"), "negative"),
        (append("feeds", "sep_line", "separation", "", MUD + "new", A, 0.0), "twice"),
        (put("streams", "stream", "moon_dust", stream="clay"), "unknown_material"),
        (append("streams", "clay", *["clay"] * 2, *[""] * 7), "twice"),
    ],
)
def test_frames_are_well_formed(apply: Callable[[Frames], Frames], key: str) -> None:
    assert f"audit.frames.{key}" in found(apply)


def test_a_frame_without_rows_needs_no_columns() -> None:
    frames = {**FRAMES, "arisings": FRAMES["arisings"].drop(columns="site")}
    assert "audit.frames.no_column" in keys(audit(CASE, frames))
    assert "audit.frames.no_column" not in keys(
        audit(CASE, {**FRAMES, "shortfalls": FRAMES["shortfalls"].iloc[:0]})
    )


def test_an_empty_table_is_not_a_missing_one(tmp_path: Path) -> None:
    """Nothing arises, so nothing moves: the plan has tables without rows, one of them without columns."""
    folder = starter(tmp_path / "case")
    arisings = folder / "arisings.csv"
    header, *rows = arisings.read_text(encoding="utf-8").splitlines()
    assert len(rows) == 1
    arisings.write_text(header + "\n", encoding="utf-8")
    case = load_case(folder)
    network = build_network(case)
    model = build_model(network)
    plan = make_plan(network, model, Session().solve(model))
    assert plan.frames["streams"].empty
    assert plan.frames["feeds"].empty
    assert audit(case, plan.frames, plan.value_cny).failures == ()
    for name in ("streams", "feeds"):
        assert audit(case, {**plan.frames, name: pd.DataFrame()}, plan.value_cny).passed
        rest = {other: frame for other, frame in plan.frames.items() if other != name}
        assert keys(audit(case, rest, plan.value_cny)) == {"audit.frames.no_frame"}
    odd = {**plan.frames, "streams": pd.DataFrame({"river": ["Li"]})}
    assert keys(audit(case, odd, plan.value_cny)) >= {"audit.frames.no_column"}


def test_what_is_not_checked_is_said() -> None:
    frames = {**FRAMES, "wishes": FRAMES["tiers"]}
    frames = append("totals", "happiness", "", "", 2026, 7.0)(frames)
    said = audit(CASE, frames)
    assert said.passed
    notes = {check.message.key for check in said.checks if check.message.key != "audit.holds"}
    assert notes == {
        "audit.frames.not_checked",
        "audit.totals.not_checked",
        "audit.rates.not_stated",
        "audit.targets.not_stated",
        "audit.value.not_stated",
        "audit.cost_to_serve.not_stated",
        "audit.annual.not_stated",
        "audit.statistical_form.not_stated",
        "audit.readiness.not_stated",
        "audit.scorecard.not_stated",
        "audit.ledger.not_stated",
    }


# ---------------------------------------------------------------- the audit itself


def test_an_audit_reads_like_a_table() -> None:
    said = judged(CASE, FRAMES, change("flows", "flow_t", 1.0, lane="dg_lane", period=A))
    assert not said.passed
    assert said.worst_residual == max(check.residual for check in said.failures)
    residuals = [check.residual for check in said.failures]
    assert residuals == sorted(residuals, reverse=True)
    for language in LANGUAGES:
        frame = said.frame(language)
        assert len(frame) == len(said.checks)
        assert not frame["message"].str.contains("[{}]", regex=True).any()
    assert not Audit(()).passed


def test_residuals_are_relative_to_the_scale_of_the_row() -> None:
    """0.0005 t in a balance of 600 t is 8e-7: within the tolerance; 0.001 t is not."""
    stream = {"stream": TAILINGS + "new", "period": A}
    small = change("made", "made_t", 4e-4, **stream)
    assert found(small) == set()
    assert found(change("made", "made_t", 1e-3, **stream)) == {"audit.made.misstated"}
    assert 8e-7 < judged(CASE, FRAMES, small).worst_residual < 9e-7


SAYING = ("equal", "at_most", "at_least", "nothing", "fault", "note")


def _said_in_source() -> set[str]:
    """The last part of every key that the audit can say, read from its source."""
    found = {"holds"}
    for file in sorted(SOURCE.glob("*.py")):
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call) or not call.args or not isinstance(call.args[0], ast.Constant):
                continue
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            if name in SAYING or name == "UnreadableStream":
                found.add(str(call.args[0].value))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_has_words_and_every_placeholder_a_value(language: str) -> None:
    """Keys by the last part; the same placeholders in every language."""
    known = {key for key in catalogue_keys(language) if key.startswith("audit.")}
    assert {key.rsplit(".", 1)[1] for key in known} == {
        key.removeprefix("audit.") for key in _said_in_source()
    }
    for key in known:
        words = [template(key, other) or "" for other in LANGUAGES]
        assert len({placeholders(w) for w in words}) == 1, key


def _shown(check: Check, language: str) -> str:
    return text(check.message, language)


def test_no_message_shows_a_bare_key_or_an_empty_placeholder() -> None:
    changes = [
        drop("purchases", supply="lime_b"),
        put("placements", "storage", "landfill", storage="hw_cell"),
        change("tiers", "amount", 1.0, step=1),
        put("rates", "rate_new", 0.9, plant="refinery"),
        append("feeds", "sep_line", "detox", "hot", MUD + "new", A, 5.0),
    ]
    said = judged(replaced(CASE, "gates", "soda_gate", limit=1.0), FRAMES, *changes)
    for check in said.checks:
        for language in LANGUAGES:
            words = _shown(check, language)
            assert not words.startswith("audit.")
            assert not [name for _, name, _, _ in string.Formatter().parse(words) if name]
