"""Planted errors: each is one change to the correct plan (or to its case), and the audit must name it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.test_audit_world import (
    MUD,
    SLAG,
    TAILINGS,
    A,
    B,
    D,
    Frames,
    append,
    change,
    drop,
    judged,
    keys,
    make_case,
    make_frames,
    put,
    replaced,
    stated_value,
)

from redmud_opt.case.case import Case
from redmud_opt.case.rules import Delisting
from redmud_opt.case.things import Property
from redmud_opt.plan.audit import audit

Change = Callable[[Frames], Frames]
CASE, FRAMES = make_case(), make_frames()


def found(*changes: Change, case: Case = CASE) -> set[str]:
    return keys(judged(case, FRAMES, *changes))


def edited(table: str, where: dict[str, object], **values: object) -> Case:
    """The case with the rows of a table changed that match."""

    def fits(row: object) -> bool:
        return all(getattr(row, column) == wanted for column, wanted in where.items())

    rows = getattr(CASE, table)
    assert any(fits(row) for row in rows)
    own = tuple(dataclasses.replace(row, **values) if fits(row) else row for row in rows)
    return dataclasses.replace(CASE, **{table: own})


def extended(table: str, *rows: object) -> Case:
    return dataclasses.replace(CASE, **{table: (*getattr(CASE, table), *rows)})


# ---------------------------------------------------------------- the list of the order


def test_one_tonne_moved() -> None:
    more = {"stream": TAILINGS + "new", "period": A}
    assert found(change("flows", "flow_t", 1.0, **more), change("flows", "wet_t", 1.25, **more)) == {
        "audit.balances.unbalanced",
        "audit.totals.misstated",
        "audit.value.misstated",
        "audit.value.sum",
    }


def test_one_tonne_moved_from_one_fate_to_another() -> None:
    """A tonne of legacy tailings leaves the landfill for the shed, and is forgotten there."""
    said = found(change("placements", "placed_t", -1.0, stream=TAILINGS + "legacy"))
    assert "audit.balances.unbalanced" in said
    shed = append("stocks", "shed", "refinery", TAILINGS + "legacy", A, 1.0, 0.0, 1.0)
    said = found(change("placements", "placed_t", -1.0, stream=TAILINGS + "legacy"), shed)
    assert "audit.balances.unbalanced" not in said
    assert "audit.stocks.not_carried" in said


@pytest.mark.parametrize(
    ("fate", "one", "other"),
    [("utilised", "separation", "bricks"), ("stored", "yard", "shed"), ("placed", "landfill", "hw_cell")],
)
def test_five_tonnes_booked_at_another_place(fate: str, one: str, other: str) -> None:
    """Every sum over places is right, the identity too; only who took the tonnes is wrong."""
    row: dict[str, object] = {"origin": "red_mud:refinery", "year": 2027, "cohort": "new", "fate": fate}
    if fate == "placed":
        row |= {"year": 2026, "cohort": "legacy"}
        more = append("fates", row["origin"], "legacy", 2026, fate, other, 5.0)
    else:
        more = change("fates", "amount_t", 5.0, at=other, **row)
    said = judged(CASE, FRAMES, change("fates", "amount_t", -5.0, at=one, **row), more)
    assert keys(said) == {"audit.fates.misstated"}
    off = {c.message.values["place"]: c.message.values["off"] for c in said.failures}
    assert off == pytest.approx({one: 5.0, other: 5.0})


def test_five_tonnes_booked_to_another_fate_cohort_year_or_origin() -> None:
    for column, value in (
        ("fate", "reduced"),
        ("cohort", "legacy"),
        ("year", 2026),
        ("origin", "moon:base"),
        ("fate", "gone"),
        ("at", "nowhere"),
    ):
        row = {"origin": "red_mud:refinery", "cohort": "new", "year": 2027, "fate": "stored", "at": "shed"}
        assert found(put("fates", column, value, **row)) == {"audit.fates.misstated"}, column


def test_an_older_plan_does_not_say_where_its_wastes_went() -> None:
    rest = {name: frame for name, frame in FRAMES.items() if name != "fates"}
    said = audit(CASE, rest, stated_value(FRAMES))
    assert said.passed
    assert "audit.fates.not_stated" in {check.message.key for check in said.checks}


def test_one_gate_broken() -> None:
    assert found(case=replaced(CASE, "gates", "soda_gate", limit=3.999)) == {"audit.gates.broken"}
    more = (
        change("feeds", "feed_t", 6.0, stream=TAILINGS + "new", period=A),
        change("feeds", "feed_t", -6.0, stream="clay", period=A),
    )
    assert "audit.gates.broken" in found(*more)


def test_an_each_gate_is_not_met_by_the_average() -> None:
    """Slag leaches 0.9, tailings 0.5: with 0.8 allowed, 55 t of slag among 160 t of tailings are too much."""
    place = append("placements", "landfill", "refinery", SLAG, A, 55.0)
    case = replaced(CASE, "gates", "landfill_gate", limit=0.8)
    assert found(case=case) == set()
    assert "audit.gates.broken" in found(place, case=case)
    blended = dataclasses.replace(case, properties=(CASE.properties[0], Property(name="leach", unit="mg/L")))
    assert "audit.gates.broken" not in found(place, case=blended)


@pytest.mark.parametrize("row", range(len(FRAMES["value_terms"])))
def test_one_value_term_changed(row: int) -> None:
    term, year = FRAMES["value_terms"].loc[row, ["term", "year"]]
    amount = abs(float(FRAMES["value_terms"].loc[row, "value_cny"]))
    assert found(change("value_terms", "value_cny", 1e-5 * amount, term=term, year=year)) == {
        "audit.value.misstated"
    }


def test_the_stated_value_is_not_the_sum() -> None:
    value = stated_value(FRAMES)
    assert keys(audit(CASE, FRAMES, value + 5.0)) == {"audit.value.sum"}
    assert audit(CASE, FRAMES, value).passed
    assert audit(CASE, FRAMES).passed


def test_one_cohort_switched_in_a_feed() -> None:
    """200 t of legacy mud fed are called new: 800 new in all."""
    said = found(
        drop("feeds", stream=MUD + "legacy"), put("feeds", "feed_t", 800.0, stream=MUD + "new", period=A)
    )
    assert {"audit.balances.unbalanced", "audit.totals.misstated", "audit.rates.misstated"} <= said


def test_one_cohort_not_switched_over_new_year() -> None:
    hoarded = (
        put("stocks", "stock_t", 900.0, stream=MUD + "new", period=B),
        put("stocks", "stock_t", 300.0, stream=MUD + "legacy", period=B),
    )
    assert found(*hoarded) == {"audit.stocks.not_carried", "audit.fates.misstated"}


def test_one_cohort_of_an_arising_switched() -> None:
    assert "audit.arisings.misstated" in found(put("arisings", "stream", MUD + "legacy", stream=MUD + "new"))


def test_one_tier_out_of_order() -> None:
    swap = (change("tiers", "amount", -10.0, step=1), change("tiers", "amount", 10.0, step=2))
    assert found(*swap) == {"audit.tiers.out_of_order", "audit.value.misstated", "audit.value.sum"}
    wide = (change("tiers", "amount", 10.0, step=1), change("tiers", "amount", -10.0, step=2))
    assert "audit.tiers.too_wide" in found(*wide)
    assert "audit.tiers.sum" in found(change("tiers", "amount", 1.0, step=2))
    assert "audit.tiers.no_step" in found(append("tiers", "ironworks", "horizon", 3, 1.0))


@pytest.mark.parametrize(
    ("table", "name", "values", "key"),
    [
        ("lines", "sep_line", {"capacity": 1599.0}, "over"),
        ("lines", "sep_line", {"availability": 0.499}, "over"),
        ("lines", "brick_line", {"capacity": 600.0 * 365 / 92 - 1.0}, "over"),
        ("lines", "brick_line", {"opens": date(2026, 12, 1), "capacity": None}, ""),
        ("lines", "brick_line", {"opens": date(2026, 12, 1)}, "over"),
        ("lines", "brick_line", {"closes": date(2027, 1, 1)}, "closed"),
        ("lines", "brick_line", {"candidate": True}, "closed"),
        ("storages", "yard", {"capacity_t": 1199.0}, "over"),
        ("storages", "landfill", {"airspace_m3": 99.9}, "over_airspace"),
        ("storages", "landfill", {"capacity_t": 159.0}, "over"),
        ("storages", "landfill", {"opens": date(2027, 1, 1)}, "closed"),
        ("storages", "yard", {"max_reclaim_t": 199.0}, "over_reclaim"),
        ("storages", "yard", {"max_put_t": 499.0}, "over_put"),
        ("supplies", "lime_s", {"max_t": 5.0 * 365 / 92 - 0.1}, "over"),
        ("supplies", "lime_s", {"min_t": 5.0 * 365 / 90 + 0.1}, "under"),
        ("outlets", "builders", {"max_t": 2499.0}, "over"),
        ("outlets", "builders", {"min_t": 394.0, "per": "period"}, "under"),
        ("outlets", "hw", {"max_t": 61.0, "per": "period"}, "over"),
        ("outlets", "hw", {"max_t": 61.2, "per": "period"}, ""),
        ("outlets", "hw", {"closes": date(2026, 10, 1)}, "closed"),
        ("lanes", "dg_lane", {"capacity_t": 61.0}, "over"),
        ("lanes", "dg_lane", {"capacity_t": 61.0, "basis": "dry", "cost_cny_per_t": 40 / 0.9}, ""),
    ],
)
def test_one_capacity_exceeded(table: str, name: str, values: dict[str, object], key: str) -> None:
    said = found(case=replaced(CASE, table, name, **values))
    if key == "closed":
        said -= {"audit.capacities.over", "audit.horizon.charge_understated"}
    assert said == ({f"audit.capacities.{key}"} if key else set())


def test_one_target_missed_but_reported_met() -> None:
    assert found(case=replaced(CASE, "targets", "law_2027", at_least=0.41)) == {"audit.targets.missed"}
    assert found(drop("shortfalls", target="wish")) == {"audit.targets.short_hidden"}
    assert found(put("shortfalls", "short_t", 90.0, target="wish")) == {
        "audit.targets.short_hidden",
        "audit.targets.penalty",
    }
    assert "audit.targets.short_overstated" in found(put("shortfalls", "short_t", 110.0, target="wish"))
    assert found(put("shortfalls", "price_cny_per_t", 9.0, target="wish")) == {"audit.targets.price"}
    assert "audit.targets.no_soft_target" in found(append("shortfalls", "law_2027", 2027, 1.0, 0.0, 0.0))


def test_a_target_may_count_iron_separation_gross() -> None:
    """rate_new: net 400 ÷ 1000, gross 500 ÷ 1000."""
    gross = replaced(CASE, "targets", "law_2027", at_least=0.5, iron="gross_feed")
    assert found(case=gross) == set()
    assert found(case=replaced(gross, "targets", "law_2027", at_least=0.501)) == {"audit.targets.missed"}


def test_one_hazardous_delivery_to_a_general_yard() -> None:
    assert found(case=replaced(CASE, "storages", "hw_cell", accepts_hazardous=False)) == {
        "audit.law.hazardous_in_storage"
    }
    landfill = replaced(CASE, "storages", "landfill", material="slag")
    said = found(put("placements", "storage", "landfill", storage="hw_cell"), case=landfill)
    assert "audit.law.hazardous_in_storage" in said


def test_hazardous_waste_on_an_ordinary_lane() -> None:
    assert found(case=replaced(CASE, "lanes", "dg_lane", dg_allowed=False)) == {"audit.law.hazardous_on_lane"}
    by_truck = put("flows", "lane", "smelter>hw_site:road", lane="dg_lane")
    assert "audit.law.no_haul_rule" in found(by_truck)


def test_delisting_holds_from_its_date_on() -> None:
    case = replaced(CASE, "storages", "hw_cell", accepts_hazardous=False)
    case = replaced(case, "haul", "trucks", co2e_kg_per_t_km=0.1, material="tailings")
    for day, wanted in ((date(2027, 1, 1), set()), (date(2027, 1, 2), {"audit.law.hazardous_in_storage"})):
        row = Delisting(process="detox", material="slag", certificate="c", identified_on=day)
        assert found(case=dataclasses.replace(case, delistings=(row,))) == wanted


def test_a_stock_that_vanishes() -> None:
    assert "audit.stocks.not_carried" in found(drop("stocks", stream=MUD + "legacy", period=B))
    assert "audit.stocks.not_carried" in found(
        put("stocks", "stock_t", 299.0, stream=MUD + "legacy", period=A)
    )
    case = dataclasses.replace(CASE, opening_stock=())
    assert "audit.stocks.not_carried" in found(case=case)


def test_a_stock_cannot_vanish_with_its_stream() -> None:
    """The shed holds new tailings at New Year; without a legacy stream for them they would be gone."""
    shed = put("stocks", "period", A, storage="shed")
    streams = drop("streams", stream=TAILINGS + "legacy")
    assert "audit.stocks.no_stream" in found(shed, streams)


@pytest.mark.parametrize("rate", ["rate_new", "rate_stat", "rate_gross"])
def test_a_rate_misreported(rate: str) -> None:
    assert found(change("rates", rate, 1e-5, year=2026, plant="refinery")) == {"audit.rates.misstated"}


def test_a_fixed_input_not_paid() -> None:
    """Neither is the lime bought, nor does its money appear; the balance still misses it."""
    said = found(drop("purchases", supply="lime_b", period=A))
    assert said == {"audit.balances.unbalanced", "audit.value.misstated", "audit.value.sum"}


def test_a_share_exceeded() -> None:
    soils = edited("feeds", {"material": "soils"}, max_share=0.799)
    assert found(case=soils) == {"audit.shares.over_share"}
    clay = edited("feeds", {"material": "clay"}, min_share=0.201)
    assert found(case=clay) == {"audit.shares.under_share"}


@pytest.mark.parametrize(
    ("factor", "key"), [(0.0, "under"), (0.999, "under"), (1.001, "over"), (100.0, "over")]
)
@pytest.mark.parametrize(("storage", "amount", "charge"), [("yard", 700.0, 12.0), ("shed", 100.0, 8.0)])
def test_a_charge_and_its_money_scaled_together(
    storage: str, amount: float, charge: float, factor: float, key: str
) -> None:
    """Rate, end charge and value agree with each other; only the way out itself shows that the rate is wrong."""
    frames = put("excess", "charge_cny_per_t", factor * charge, storage=storage)(FRAMES)
    frames = change("value_terms", "value_cny", amount * charge * (1.0 - factor) * D[B], term="end_charge")(
        frames
    )
    said = keys(audit(CASE, frames, stated_value(frames)))
    assert said == {f"audit.horizon.charge_{key}stated"}


# ---------------------------------------------------------------- whatever is changed, something must be said


def _numeric(frame: str) -> list[str]:
    return list(FRAMES[frame].select_dtypes("float").columns)


SCALABLE = [(name, row) for name, frame in FRAMES.items() if _numeric(name) for row in range(len(frame))]


@settings(deadline=None, max_examples=120)
@given(
    st.sampled_from(SCALABLE),
    st.one_of(st.floats(-2.0, 0.999), st.floats(1.001, 1e6)),
)
def test_scaling_any_single_row_fails(cell: tuple[str, int], factor: float) -> None:
    name, row = cell
    own = FRAMES[name].copy()
    for column in _numeric(name):
        own.loc[row, column] *= factor
    assert not audit(CASE, {**FRAMES, name: own}, stated_value(FRAMES)).passed


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(SCALABLE), st.data())
def test_changing_any_single_number_fails(cell: tuple[str, int], data: st.DataObject) -> None:
    """Every number of every frame is looked at, those that are 0 included."""
    name, row = cell
    column = data.draw(st.sampled_from(_numeric(name)))
    own = FRAMES[name].copy()
    own.loc[row, column] += data.draw(st.floats(0.5, 1e4)) * (1.0 + abs(own.loc[row, column]))
    assert not audit(CASE, {**FRAMES, name: own}, stated_value(FRAMES)).passed


@pytest.mark.parametrize("name", list(FRAMES))
def test_leaving_out_any_row_fails(name: str) -> None:
    for row in range(len(FRAMES[name])):
        own = FRAMES[name].drop(index=row)
        assert not audit(CASE, {**FRAMES, name: own}, stated_value(FRAMES)).passed, (name, row)


@pytest.mark.parametrize("name", [name for name in FRAMES if name != "fates"])
def test_leaving_out_any_frame_fails(name: str) -> None:
    rest = {other: frame for other, frame in FRAMES.items() if other != name}
    assert "audit.frames.no_frame" in keys(audit(CASE, rest, stated_value(FRAMES)))


@settings(deadline=None, max_examples=20)
@given(st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(random: object) -> None:
    state = random.randrange(2**31)  # type: ignore[attr-defined]
    shuffled = {name: frame.sample(frac=1.0, random_state=state) for name, frame in FRAMES.items()}
    assert audit(CASE, shuffled, stated_value(FRAMES)).passed
