"""The group: eleven refineries and fifteen smelters on the library, few whole numbers, every scenario on it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from tests.builders import run

from redmud_opt import NoPlan, optimise
from redmud_opt.case import Case, assumptions, load_case, unenforced
from redmud_opt.model import build_model
from redmud_opt.model.arrays import compile
from redmud_opt.network import build_network
from redmud_opt.plan import Plan, audit, make_plan
from redmud_opt.plan.evidence import plan_evidence
from redmud_opt.solve import Options
from redmud_opt.solve.compare import same_pattern

SCENARIOS = tuple(sorted(path.stem for path in Path("scenarios").glob("group_*.yaml")))
WITHOUT_PLAN = ("group_landfill_closed", "group_permit_ends_yunnan")
"""Scenarios that show how a lack of a plan is explained."""


@cache
def case(name: str = "group") -> Case:
    return load_case(name)


def test_plants() -> None:
    kinds = {site.name: site.kind for site in case().sites}
    arising = {row.site for row in case().arisings}
    assert sum(kinds[name] == "refinery" for name in arising) == 11
    assert sum(kinds[name] == "smelter" for name in arising) == 15
    assert not any(name.startswith("group_") for name in arising)


def test_mud_is_production_times_factor_of_the_library() -> None:
    """Pingguo: 2.5 Mt alumina (printed) × 1.15 t/t = 2.875 Mt."""
    (row,) = [row for row in case().arisings if row.site == "refinery_pingguo"]
    assert (row.production_t, row.factor_t_per_t) == (2_500_000, 1.15)
    assert case().quotes["arisings", row.name, "production_t"] == "alumina_refinery_pingguo_t_per_a"


def test_every_plant_has_a_mud_of_its_own_with_a_whole_assay() -> None:
    muds = [row for row in case().materials if row.waste_class == "red_mud" and row.like]
    assert len(muds) == 12, "one per refinery, and that of the ore that Hejin may switch to"
    for mud in muds:
        assert len([row for row in case().composition if row.material == mud.name]) >= 20, mud.name


def test_few_whole_numbers() -> None:
    form = compile(build_model(build_network(case())))
    assert 50 < form.integrality.sum() <= 200


def test_what_later_orders_enforce_is_stated_and_said() -> None:
    said = " ".join(str(message.values) for message in unenforced(case()))
    assert "vat_list" in said
    for table in ("permits", "approvals", "exemptions"):
        assert table not in said
    carbon = unenforced(case("group_carbon_price"))
    assert not any(message.values.get("key") == "co2_price_cny_per_t" for message in carbon)
    dated = unenforced(case("group_list_2021"))
    assert not any(message.values.get("key") == "rule_date" for message in dated)


def test_shares_of_the_bases_sum_to_one() -> None:
    bases = {row.facility for row in case().ownership}
    assert len(bases) == 2
    for base in bases:
        assert sum(row.share for row in case().ownership if row.facility == base) == pytest.approx(1)


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenarios_load_and_differ(name: str) -> None:
    found = case(name)
    assert found.settings.name == name
    assert found.settings.title_zh.startswith("铝业集团")
    assert (found.settings, found) != (case().settings, case())


def test_dear_ore_scales_every_concentrate() -> None:
    base = {row.name: row.price_cny_per_t for row in case().outlets if row.name.startswith("iron_")}
    dear = {row.name: row.price_cny_per_t for row in case("group_ore_dear").outlets if row.name in base}
    assert len(base) == 5
    for name, price in base.items():
        assert dear[name] == pytest.approx(1.3 * price)


def test_the_relinings_of_wenshan_tie_to_the_factor() -> None:
    """480 kt of aluminium x 20 kg/t = 9,600 t a year, x 0.9, 1, 1.15, 1.05, 0.9: as at the other smelters."""
    tonnes: dict[int, float] = {}
    for row in case().relinings:
        assert row.site == "smelter_wenshan"
        tonnes[row.starts.year] = tonnes.get(row.starts.year, 0.0) + row.pots * row.lining_t_per_pot
    assert tonnes == {2026: 8_640, 2027: 9_600, 2028: 11_040, 2029: 10_080, 2030: 8_640}


def test_the_clock_of_the_producers_is_the_case_s_own_whatever_the_day_of_the_law() -> None:
    for name in ("group", "group_list_2021"):
        rows = {row.role: (row.limit_months, row.hard, row.evidence) for row in case(name).clocks}
        assert rows == {"producer": (12, True, "assumed"), "licensed_operator": (12, True, "measured")}


@pytest.mark.slow
def test_the_list_of_2021_leaves_the_model_as_it_is() -> None:
    """The page says that the date of the law is worth nothing here; this is why."""
    for name, dated in (("group", "group_list_2021"), ("group_target_2027", "group_target_2027_list_2021")):
        form, other = (compile(build_model(build_network(case(one)))) for one in (name, dated))
        assert same_pattern(form, other)
        assert np.array_equal(form.matrix.data, other.matrix.data)
        for part in ("cost", "col_lower", "col_upper", "row_lower", "row_upper"):
            assert np.array_equal(getattr(form, part), getattr(other, part)), part


def test_every_number_has_evidence() -> None:
    assert assumptions(case()).unstated == 0


def test_impossible_is_refused_by_counting() -> None:
    """Half of 21.9 Mt is 10.9 Mt: more than all that counts as use can take in 2027."""
    found = build_network(case("impossible")).findings
    assert any("group_keeps_2027" in str(message.values) for message in found)
    assert not build_network(case()).findings


@pytest.mark.slow
@pytest.mark.parametrize("name", ["group", *(name for name in SCENARIOS if name not in WITHOUT_PLAN)])
def test_an_audited_plan_within_two_percent(name: str) -> None:
    network, model, outcome = run(case(name), Options(gap=0.02, time_limit_s=300))
    plan = make_plan(network, model, outcome)
    assert audit(case(name), plan.frames, plan.value_cny).passed
    assert outcome.gap is not None
    assert outcome.gap <= 0.02


@pytest.mark.slow
def test_without_the_permit_of_the_kiln_the_sheds_overflow() -> None:
    with pytest.raises(NoPlan) as caught:
        optimise(case("group_permit_ends_yunnan"), gap=0.02)
    assert caught.value.outcome == "infeasible"
    assert "sheds_at_the_end_of_2030" in caught.value.render()
    assert "permit kiln_hazardous_yunnan 023" in caught.value.render()


@pytest.mark.slow
def test_the_plan_keeps_20_percent_and_reaches_25() -> None:
    plan = optimise(case(), gap=0.01)
    rates = plan.frames["rates"]
    group = rates[(rates["waste_class"] == "red_mud") & (rates["plant"] == "")].set_index("year")["rate_new"]
    assert group.min() == pytest.approx(0.20, abs=1e-6)
    assert group[2030] == pytest.approx(0.25, abs=1e-6)
    assert len(plan.frames["builds"]) > 0
    weak = plan_evidence(case(), plan).on_assumptions
    assert 0.5 < weak["share_of_numbers"] < 1


ACTS = {
    "flows": ("lane", "flow_t"),
    "feeds": ("line", "feed_t"),
    "sales": ("outlet", "sold"),
    "placements": ("storage", "placed_t"),
    "stocks": ("storage", "stock_t"),
}


def acts(plan: Plan, name: str, periods: list[str]) -> dict[tuple[str, ...], float]:
    """What a plan does in these periods: thing, process, point, stream, period → amount."""
    thing, amount = ACTS[name]
    frame = plan.frames[name]
    own = frame[frame["period"].isin(periods) & (frame[amount].abs() > 1e-6)]
    labels = [column for column in (thing, "process", "point", "stream", "period") if column in own]
    return {tuple(map(str, key)): value for *key, value in own[[*labels, amount]].itertuples(index=False)}


@pytest.mark.slow
def test_frozen_quarters_of_the_group_stay_and_what_moved_is_told() -> None:
    """Concentrate 30 % cheaper after two quarters: nothing of these moves, much of the rest does, and is told."""
    before = optimise(case(), gap=0.02)
    after = optimise(case("group_ore_cheap"), gap=0.02, baseline=before, freeze=2)
    frozen = ["2026Q1", "2026Q2"]
    assert after.provenance["baseline"]["frozen"] == frozen
    for name in ACTS:
        was = acts(before, name, frozen)
        assert was
        assert acts(after, name, frozen) == pytest.approx(was, rel=1e-6, abs=1e-6), name
    moved = after.frames["moved"]
    assert not set(moved["period"]) & set(frozen)
    sold = moved[(moved["measure"] == "sold") & moved["item"].str.startswith("iron_")]
    assert sold["change"].sum() < 0
