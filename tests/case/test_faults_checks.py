"""Planted faults between rows: every check finds its own, at its place, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.case import (  # noqa: F401 - plant
    faults_of_arisings,
    faults_of_borders,
    faults_of_burdens,
    faults_of_clocks,
    faults_of_composition,
    faults_of_contracts,
    faults_of_decisions,
    faults_of_evidence,
    faults_of_law,
    faults_of_packs,
    faults_of_pools,
    faults_of_rolling,
    faults_of_yards,
)
from tests.case.conftest import Folder
from tests.case.planting import PLANTED, WORDS, planted

from redmud_opt.case.checks import CHECKS, NAMES
from redmud_opt.i18n import keys, text

# ---- names


@planted(("name_twice", "outlets.csv", 4, "name"))
def a_name_twice(f: Folder) -> None:
    f.add("outlets", name="builders", site="city", material="brick")


@planted(("name_twice", "lines.csv", 4, "name"))
def a_name_in_two_tables(f: Folder) -> None:
    f.add("lines", name="brick", facility="brick_works")
    f.add("line_processes", line="brick", process="brick_making")


@planted(("name_twice", "materials.csv", 8, "name"))
def a_group_named_like_a_material(f: Folder) -> None:
    f.add("materials", name="muds", legal_status="commodity")


@planted(("case_clash", "lines.csv", 4, "name"))
def capitals(f: Folder) -> None:
    f.add("lines", name="Separator", facility="separation_plant")


@planted(("look_alike", "lines.csv", 4, "name"))
def cyrillic(f: Folder) -> None:
    f.add("lines", name="sep\u0430rator", facility="separation_plant")


@planted(("look_alike", "lines.csv", 4, "name"))
def full_width(f: Folder) -> None:
    f.add("lines", name="ｐｒｅｓｓ", facility="separation_plant")


@planted(("look_alike", "materials.csv", 8, "name"))
def hyphen_for_underscore(f: Folder) -> None:
    f.add("materials", name="red-mud", legal_status="commodity")


@planted(("forbidden_sign", "materials.csv", 8, "name"))
def a_sign_of_ids(f: Folder) -> None:
    f.add("materials", name="mud@north", legal_status="commodity")


@planted(("forbidden_sign", "processes.csv", 4, "name"))
def a_point_in_a_process(f: Folder) -> None:
    f.add("processes", name="a.b")


@planted(("forbidden_sign", "points.csv", 2, "point"))
def a_sign_in_a_point(f: Folder) -> None:
    f.add("points", process="brick_making", point="a<b")


@planted(("reserved_name", "sites.csv", 4, "name"))
def a_site_called_2026(f: Folder) -> None:
    f.add("sites", name="2026")


@planted(("reserved_name", "sites.csv", 4, "name"))
def a_site_called_like_a_half(f: Folder) -> None:
    f.add("sites", name="2026H1")


@planted(("row_twice", "composition.csv", 6, "material"))
def an_assay_twice(f: Folder) -> None:
    f.add("composition", material="cement", property="radium_equivalent", value=0.4)


# ---- references


@planted(("unknown_name", "feeds.csv", 2, "material"))
def an_unknown_material(f: Folder) -> None:
    f.set("feeds", 2, material="red_mut")


@planted(("unknown_name", "line_processes.csv", 2, "process"))
def an_unknown_process(f: Folder) -> None:
    f.set("line_processes", 2, process="hgsm")


@planted(("unknown_name", "outlets.csv", 2, "source"))
def an_unknown_source(f: Folder) -> None:
    f.set("outlets", 2, source="smith")


@planted(("unknown_name", "arisings.csv", 2, "during"))
def an_unknown_period(f: Folder) -> None:
    f.set("arisings", 2, during="2026Q5")


@planted(("unknown_name", "outlets.csv", 2, "calendar"))
def an_unknown_calendar(f: Folder) -> None:
    f.set("outlets", 2, calendar="dry")


@planted(("other_kind", "facilities.csv", 2, "site"))
def a_material_for_a_site(f: Folder) -> None:
    f.set("facilities", 2, site="red_mud")


@planted(("no_group_here", "arisings.csv", 2, "material"))
def a_group_for_one(f: Folder) -> None:
    f.set("arisings", 2, material="muds")


@planted(("group_of_others", "supplies.csv", 2, "site"))
def a_group_of_materials_for_sites(f: Folder) -> None:
    f.set("supplies", 2, site="muds")


@planted(("inactive", "line_processes.csv", 3, "line"))
def a_line_switched_off(f: Folder) -> None:
    f.set("lines", 3, active="no")


@planted(("inactive", "groups.csv", 4, "member"))
def a_member_switched_off(f: Folder) -> None:
    f.add("sites", name="old_yard", active="no")
    f.add("groups", group="plants", member="old_yard")


@planted(("unknown_member", "groups.csv", 4, "member"))
def an_unknown_member(f: Folder) -> None:
    f.add("groups", group="muds", member="iron_tailing")


@planted(("mixed_group", "groups.csv", 4, "member"))
def a_mixed_group(f: Folder) -> None:
    f.add("groups", group="muds", member="city")


@planted(("group_in_group", "groups.csv", 4, "member"))
def a_group_in_a_group(f: Folder) -> None:
    f.add("groups", group="all", member="muds")


@planted(("unknown_point", "emissions.csv", 2, "point"))
def an_unknown_point(f: Folder) -> None:
    f.add("points", process="brick_making", point="wet")
    f.add("emissions", process="brick_making", point="wett", account="water_m3", amount_per_t=1)


@planted(("never_fed", "inputs.csv", 4, "feed"))
def an_input_for_what_is_never_fed(f: Folder) -> None:
    f.add("inputs", process="magnetic_separation", feed="iron_tailings", material="power", amount_per_t=1)


@planted(("never_made", "partitions.csv", 2, "output"))
def a_partition_to_what_is_never_made(f: Folder) -> None:
    f.add("partitions", process="magnetic_separation", output="brick", property="total_iron", share=1)


@planted(("never_made", "gates.csv", 2, "output"))
def a_gate_on_what_is_never_made(f: Folder) -> None:
    f.set("gates", 2, output="iron_concentrate")


@planted(("output_gate_elsewhere", "gates.csv", 3, "output"))
def a_gate_on_an_output_of_an_outlet(f: Folder) -> None:
    f.add("gates", name="g", at="builders", output="brick", property="radium_equivalent", limit=1)


# ---- evidence


def evidence(f: Folder, **cells: object) -> None:
    f.add(
        "evidence",
        **{"table": "lines", "item": "press", "column": "availability", "evidence": "assumed"} | cells,
    )


@planted(("unknown_table", "evidence.csv", 2, "table"))
def evidence_of_no_table(f: Folder) -> None:
    evidence(f, table="line")


@planted(("no_number_column", "evidence.csv", 2, "column"))
def evidence_of_no_number(f: Folder) -> None:
    evidence(f, column="facility")


@planted(("unknown_item", "evidence.csv", 2, "item"))
def evidence_of_no_row(f: Folder) -> None:
    evidence(f, item="pres")


@planted(("above_high", "evidence.csv", 2, "high"))
def evidence_with_a_narrow_range(f: Folder) -> None:
    evidence(f, low=0.5, high=0.6)


@planted(("low_above_high", "composition.csv", 2, "low"))
def a_range_upside_down(f: Folder) -> None:
    f.set("composition", 2, low=25, high=19)


@planted(("below_low", "composition.csv", 2, "low"))
def a_number_below_its_range(f: Folder) -> None:
    f.set("composition", 2, low=22.5)


@planted(("above_high", "composition.csv", 2, "high"))
def a_number_above_its_range(f: Folder) -> None:
    f.set("composition", 2, high=21)


@planted(("range_of_nothing", "facilities.csv", 2, "low"))
def a_range_of_no_number(f: Folder) -> None:
    f.set("facilities", 2, low=1)


@planted(("bound_has_other_end", "lines.csv", 2, "high"))
def a_lower_bound_with_an_upper_end(f: Folder) -> None:
    f.set("lines", 2, bound="lower", high=700000)


@planted(("bound_has_other_end", "lines.csv", 2, "low"))
def an_upper_bound_with_a_lower_end(f: Folder) -> None:
    f.set("lines", 2, bound="upper", low=500000)


@planted(("evidence_without_source", "lines.csv", 2, "source"))
def measured_by_nobody(f: Folder) -> None:
    f.set("lines", 2, evidence="measured")


# ---- processes


@planted(("min_shares_above_one", "processes.csv", 3, "name"))
def least_shares_above_one(f: Folder) -> None:
    f.set("feeds", 3, min_share=0.6).set("feeds", 4, min_share=0.5)


@planted(("max_shares_below_one", "processes.csv", 3, "name"))
def greatest_shares_below_one(f: Folder) -> None:
    f.set("feeds", 3, max_share=0.4).set("feeds", 4, max_share=0.5)


@planted(("min_above_max", "feeds.csv", 3, "min_share"))
def a_share_upside_down(f: Folder) -> None:
    f.set("feeds", 3, min_share=0.6, max_share=0.5)


@planted(("one_way_to_yield", "outputs.csv", 4, "yield_t_per_t"))
def a_yield_in_two_ways(f: Folder) -> None:
    f.set("outputs", 4, recovery=0.9, property="total_iron", grade=50)


@planted(("recovery_needs", "outputs.csv", 2, "grade"))
def a_recovery_without_grade(f: Folder) -> None:
    f.set("outputs", 2, grade="")


@planted(("without_recovery", "outputs.csv", 4, "grade"))
def a_grade_without_recovery(f: Folder) -> None:
    f.set("outputs", 4, grade=50)


@planted(("recipe_has_no_feed", "outputs.csv", 5, "process"))
def a_complement_of_a_recipe(f: Folder) -> None:
    f.add("processes", name="boiler")
    f.add("outputs", process="boiler", material="power", complement="yes")


@planted(("two_complements", "outputs.csv", 3, "complement"))
def two_complements(f: Folder) -> None:
    f.set("outputs", 2, recovery="", property="", grade="", complement="yes")


@planted(("two_groups", "feeds.csv", 6, "material"))
def two_groups_with_one_feed(f: Folder) -> None:
    f.add("groups", group="other_muds", member="red_mud")
    f.add("feeds", process="brick_making", material="muds")
    f.add("feeds", process="brick_making", material="other_muds")


@planted(("waste_as_input", "inputs.csv", 4, "material"))
def a_waste_as_input(f: Folder) -> None:
    f.add("inputs", process="magnetic_separation", material="iron_tailings", amount_per_t=0, solid="no")


@planted(("partitions_above_one", "partitions.csv", 3, "share"))
def partitions_above_one(f: Folder) -> None:
    cells = {"process": "magnetic_separation", "property": "total_iron"}
    f.add("partitions", output="iron_concentrate", share=0.6, **cells)
    f.add("partitions", output="iron_tailings", share=0.5, **cells)


@planted(("partitions_above_one", "outputs.csv", 5, "recovery"))
def recoveries_above_one(f: Folder) -> None:
    cells = {"process": "magnetic_separation", "property": "total_iron", "grade": 60}
    f.add("materials", name="pellet", legal_status="product", product_standard="x", pollutant_limit="y")
    f.add("outlets", name="pellet_buyer", site="city", material="pellet")
    f.add("outputs", material="pellet", recovery=0.7, **cells)


@planted(("does_not_close", "processes.csv", 3, ""))
def a_brick_too_light(f: Folder) -> None:
    f.set("outputs", 4, yield_t_per_t=1.8)


@planted(("does_not_close", "processes.csv", 3, ""))
def a_gas_not_accounted(f: Folder) -> None:
    f.set("processes", 3, gas_t_per_t=0.1)


@planted(("does_not_close", "processes.csv", 3, ""))
def one_feed_of_two_does_not_close(f: Folder) -> None:
    f.set("feeds", 4, loss_t_per_t=0.01)


@planted(("does_not_close", "processes.csv", 3, ""))
def one_point_of_two_does_not_close(f: Folder) -> None:
    f.add("points", process="brick_making", point="dry")
    f.add("points", process="brick_making", point="wet")
    f.add("outputs", process="brick_making", point="wet", material="brick", yield_t_per_t=2)


@planted(("of_feed_above_yield", "outputs.csv", 4, "of_feed_t_per_t"))
def more_feed_in_the_brick_than_brick(f: Folder) -> None:
    f.set("outputs", 4, of_feed_t_per_t=2)


@planted(("complement_negative", "outputs.csv", 3, "complement"))
def less_than_nothing_left(f: Folder) -> None:
    f.set("outputs", 2, grade=7)


@planted(("no_assay", "outputs.csv", 2, "property"))
def a_recovery_without_assay(f: Folder) -> None:
    f.drop_row("composition", 2)


@planted(("creates_mass", "processes.csv", 4, ""))
def a_cycle_that_makes_mass(f: Folder) -> None:
    f.add("materials", name="clinker", legal_status="commodity")
    for name, taken, made, amount in (
        ("grind", "clinker", "cement", 1.1),
        ("burn", "cement", "clinker", 0.95),
    ):
        f.add("processes", name=name)
        f.add("inputs", process=name, material=taken, amount_per_t=1)
        f.add("outputs", process=name, material=made, yield_t_per_t=amount)


# ---- composition


@planted(("oxide_unit", "properties.csv", 3, "unit"))
def an_oxide_that_is_an_index(f: Folder) -> None:
    f.set("properties", 3, oxide="yes")


@planted(("oxides_above_whole", "composition.csv", 7, "value"))
def oxides_above_the_whole(f: Folder) -> None:
    f.add("properties", name="fe2o3", unit="wt%", oxide="yes")
    f.add("properties", name="sio2", unit="g/kg", oxide="yes")
    f.add("composition", material="red_mud", property="fe2o3", value=60)
    f.add("composition", material="red_mud", property="sio2", value=410)


@planted(("no_share_of_mass", "composition.csv", 2, "value"))
def iron_above_the_whole(f: Folder) -> None:
    f.set("composition", 2, value=2200, unit="g/kg", low="", high="")
    f.set("outputs", 2, recovery=0.01)


# ---- markets


@planted(("arising_twice", "arisings.csv", 2, "amount_t"))
def an_arising_stated_twice(f: Folder) -> None:
    f.set("arisings", 2, amount_t=5)


@planted(("arising_not_stated", "arisings.csv", 2, "factor_t_per_t"))
def an_arising_half_stated(f: Folder) -> None:
    f.set("arisings", 2, factor_t_per_t="")


@planted(("min_above_max", "outlets.csv", 3, "min_t"))
def an_outlet_upside_down(f: Folder) -> None:
    f.set("outlets", 3, min_t=200000)


@planted(("closes_before_opening", "lines.csv", 2, "closes"))
def a_line_closed_before_it_opens(f: Folder) -> None:
    f.set("lines", 2, opens="2026-07-01", closes="2026-07-01")


@planted(("no_such_month", "calendars.csv", 2, "month"))
def a_thirteenth_month(f: Folder) -> None:
    f.add("calendars", calendar="dry", month=13, share=1)


def tiers(f: Folder, item: str, *steps: tuple[int, object, float], per: str = "year") -> None:
    for step, width, price in steps:
        f.add("tiers", item=item, step=step, width_t=width, price_cny_per_t=price, per=per)


@planted(("tier_step", "tiers.csv", 3, "step"))
def a_tier_left_out(f: Folder) -> None:
    tiers(f, "steelworks", (1, 100, 400), (3, "", 300))


@planted(("tier_open", "tiers.csv", 2, "width_t"))
def an_open_first_tier(f: Folder) -> None:
    tiers(f, "steelworks", (1, "", 400), (2, "", 300))


@planted(("tier_time", "tiers.csv", 3, "per"))
def tiers_over_different_times(f: Folder) -> None:
    tiers(f, "steelworks", (1, 100, 400))
    tiers(f, "steelworks", (2, "", 300), per="horizon")


@planted(
    ("tiers_without_end", "tiers.csv", 3, "width_t"),
    says="the last step of 'tip' is open, but step 2 (-40 after -50) would rather be filled first",
)
def a_gate_fee_that_falls_without_end(f: Folder) -> None:
    f.add("outlets", name="tip", site="refinery", material="red_mud", method="D1")
    tiers(f, "tip", (1, 100, -50), (2, "", -40))


@planted(("tiers_without_end", "tiers.csv", 4, "width_t"))
def a_price_that_rises_and_falls_without_end(f: Folder) -> None:
    f.set("outlets", 3, max_t="")
    tiers(f, "builders", (1, 100, 40), (2, 50, 50), (3, "", 30))


@planted(
    ("tiers_without_end", "tiers.csv", 3, "width_t"), says="state max_t of 'grid', or the width of the last"
)
def a_discount_without_end(f: Folder) -> None:
    tiers(f, "grid", (1, 100, 600), (2, "", 500))


@planted(("stock_after_start", "opening_stock.csv", 2, "arose_on"))
def stock_from_the_future(f: Folder) -> None:
    f.add("opening_stock", storage="yard", material="red_mud", amount_t=1, arose_on="2026-01-01")


@planted(("lane_to_itself", "lanes.csv", 2, "to_site"))
def a_lane_to_itself(f: Folder) -> None:
    f.add("lanes", name="ring", from_site="city", to_site="city", cost_cny_per_t=1)


@planted(("lane_without_cost", "lanes.csv", 2, "cost_cny_per_t"))
def a_lane_without_cost(f: Folder) -> None:
    f.add("lanes", name="tracks", from_site="refinery", to_site="city", mode="rail")


@planted(("distance_both_ways", "distances.csv", 3, "from_site"))
def a_distance_both_ways(f: Folder) -> None:
    f.add("distances", from_site="refinery", to_site="city", distance_km=120)
    f.add("distances", from_site="city", to_site="refinery", distance_km=130)


@planted(("storage_without_use", "storages.csv", 3, "retrievable"))
def a_storage_for_nothing(f: Folder) -> None:
    f.add("storages", name="shed", site="city", material="brick", retrievable="no", final="no")


@planted(("no_density", "storages.csv", 3, "airspace_m3"))
def airspace_of_unknown_density(f: Folder) -> None:
    f.add(
        "storages", name="shed", site="city", material="brick", retrievable="yes", final="no", airspace_m3=9
    )


# ---- law


@planted(("no_method", "processes.csv", 3, "method"))
def a_process_without_method(f: Folder) -> None:
    f.set("processes", 3, method="")


@planted(("no_method", "storages.csv", 2, "method"))
def a_landfill_without_method(f: Folder) -> None:
    f.set("storages", 2, method="")


@planted(("no_method", "outlets.csv", 4, "method"))
def a_waste_outlet_without_method(f: Folder) -> None:
    f.add("outlets", name="road", site="city", material="muds")


@planted(("unknown_method", "processes.csv", 3, "method"))
def a_method_unknown_to_the_pack(f: Folder) -> None:
    f.set("processes", 3, method="R55")


def own_pack(f: Folder) -> None:
    f.yaml("rule_pack: cn", "rule_pack: own")
    for code, meaning in (("R4", "use"), ("R5", "use"), ("D1", "disposal")):
        f.add("methods", code=code, meaning=meaning)


@planted(("method_not_in_force", "processes.csv", 3, "method"))
def a_method_not_yet_in_force(f: Folder) -> None:
    own_pack(f)
    f.set("methods", 3, valid_from="2026-02-01")


@planted(("method_means_two", "methods.csv", 5, "meaning"))
def a_method_with_two_meanings(f: Folder) -> None:
    own_pack(f)
    f.add("methods", code="R5", meaning="disposal", valid_from="2026-07-01")


@planted(("arising_no_waste", "arisings.csv", 2, "material"))
def a_commodity_that_arises(f: Folder) -> None:
    f.set("arisings", 2, material="cement")


@planted(("arising_no_class", "arisings.csv", 2, "material"))
def a_waste_without_class(f: Folder) -> None:
    f.set("materials", 2, waste_class="none")


@planted(("stock_no_class", "opening_stock.csv", 2, "material"))
def a_stock_without_class(f: Folder) -> None:
    f.add("opening_stock", storage="yard", material="iron_tailings", amount_t=1, arose_on="2025-01-01")


@planted(("waste_bought", "supplies.csv", 4, "material"))
def a_waste_that_is_bought(f: Folder) -> None:
    f.add("supplies", name="more_mud", site="refinery", material="red_mud", price_cny_per_t=-10)


@planted(("class_no_waste", "materials.csv", 6, "waste_class"))
def a_commodity_with_class(f: Folder) -> None:
    f.set("materials", 6, waste_class="other")


@planted(("product_without", "materials.csv", 5, "product_standard"))
def a_product_without_standard(f: Folder) -> None:
    f.set("materials", 5, product_standard="")


@planted(("product_without", "materials.csv", 5, "pollutant_limit"))
def a_product_without_pollutant_limit(f: Folder) -> None:
    f.set("materials", 5, pollutant_limit="")


@planted(("product_without_outlet", "materials.csv", 5, "legal_status"))
def a_product_without_outlet(f: Folder) -> None:
    f.drop_row("outlets", 3)


@planted(("commodity_from_waste", "materials.csv", 5, "legal_status"))
def a_commodity_made_of_waste(f: Folder) -> None:
    f.set("materials", 5, legal_status="commodity")


@planted(("product_to_disposal", "outlets.csv", 3, "method"))
def a_relabelled_product_to_disposal(f: Folder) -> None:
    f.set("outlets", 3, method="D1")


@planted(("product_placed", "storages.csv", 3, "material"))
def a_product_placed_for_good(f: Folder) -> None:
    f.add("storages", name="pit", site="city", material="brick", final="yes")


# ---- products of any generation: a new label is no use


def second_life(
    f: Folder, made: str, status: str = "product", *, method: str = "R5", fixed: bool = False
) -> None:
    """Bricks, which are made of mud, are crushed into something else."""
    f.add("materials", name=made, legal_status=status, product_standard="s", pollutant_limit="l")
    f.add("processes", name="crush", method=method)
    if fixed:
        f.add("inputs", process="crush", material="brick", amount_per_t=1)
    else:
        f.add("feeds", process="crush", material="brick")
    f.add("outputs", process="crush", material=made, yield_t_per_t=1)
    if status != "general_waste":
        f.add("outlets", name="market", site="city", material=made, price_cny_per_t=1)


def own_codes(f: Folder) -> None:
    own_pack(f)
    f.add("methods", code="P1", meaning="pretreatment")


@planted(("product_to_disposal_step", "feeds.csv", 5, "material"))
def a_product_fed_to_a_disposal(f: Folder) -> None:
    second_life(f, "rubble", method="D1")


@planted(("product_to_disposal_step", "inputs.csv", 4, "material"))
def a_product_as_input_of_a_disposal(f: Folder) -> None:
    second_life(f, "rubble", method="D1", fixed=True)


@planted(("product_to_pretreatment_step", "feeds.csv", 5, "material"))
def a_product_fed_to_a_pretreatment(f: Folder) -> None:
    own_codes(f)
    second_life(f, "rubble", method="P1")


@planted(("waste_from_product", "outputs.csv", 5, "material"))
def a_product_that_becomes_a_waste_again(f: Folder) -> None:
    second_life(f, "rubble", "general_waste")


@planted(("waste_from_product", "outputs.csv", 5, "material"))
def a_product_as_input_that_becomes_a_waste_again(f: Folder) -> None:
    second_life(f, "rubble", "general_waste", fixed=True)


@planted(("commodity_from_waste", "materials.csv", 8, "legal_status"))
def a_commodity_made_of_a_product_of_waste(f: Folder) -> None:
    second_life(f, "rubble", "commodity")


@planted(("commodity_from_waste", "materials.csv", 8, "legal_status"))
def a_commodity_made_with_a_product_of_waste_as_input(f: Folder) -> None:
    second_life(f, "rubble", "commodity", fixed=True)


@planted(("product_paid_away", "outlets.csv", 3, "price_cny_per_t"))
def a_product_at_a_gate_fee(f: Folder) -> None:
    f.set("outlets", 3, price_cny_per_t=-5)


@planted(("product_paid_away", "outlets.csv", 4, "price_cny_per_t"))
def a_product_of_a_product_at_a_gate_fee(f: Folder) -> None:
    second_life(f, "rubble")
    f.set("outlets", 4, price_cny_per_t=-5)


@planted(("product_paid_away", "tiers.csv", 3, "price_cny_per_t"))
def a_product_at_a_gate_fee_in_the_last_tier(f: Folder) -> None:
    tiers(f, "builders", (1, 100, 40), (2, "", -5))


@planted(("product_to_disposal", "outlets.csv", 4, "method"))
def a_product_of_a_product_to_disposal(f: Folder) -> None:
    second_life(f, "rubble")
    f.set("outlets", 4, method="D1")


@planted(("product_placed", "storages.csv", 3, "material"))
def a_product_of_a_product_placed_for_good(f: Folder) -> None:
    second_life(f, "rubble")
    f.add("storages", name="pit", site="city", material="rubble", final="yes")


@planted(("product_without_outlet", "materials.csv", 8, "legal_status"))
def a_product_of_a_product_without_outlet(f: Folder) -> None:
    second_life(f, "rubble")
    f.drop_row("outlets", 4)


# ---- delisting


def delisted(f: Folder, method: str, hazard: str = "T") -> None:
    """Lining and mud go into a step whose residue a certificate calls general waste."""
    own_codes(f)
    f.add("materials", name="lining", legal_status="hazardous_waste", hazard=hazard)
    f.add("materials", name="slag", legal_status="general_waste")
    f.add("processes", name="step", method=method)
    f.add("feeds", process="step", material="lining")
    f.add("feeds", process="step", material="red_mud")
    f.add("outputs", process="step", material="slag", yield_t_per_t=1)
    cells = {"certificate": "c", "identified_on": "2025-01-01"}
    f.add("delistings", process="step", material="slag", **cells)


@planted(("delisting_by_mixing", "delistings.csv", 2, "process"))
def a_delisting_by_mixing(f: Folder) -> None:
    delisted(f, "P1")


@planted(("delisting_by_mixing", "delistings.csv", 2, "process"))
def a_delisting_of_reactive_waste_by_mixing(f: Folder) -> None:
    delisted(f, "P1", "R")


@planted(("delisting_of_disposal", "delistings.csv", 2, "process"))
def a_delisting_of_a_disposal(f: Folder) -> None:
    delisted(f, "D1")


@planted(("delisting_of_disposal", "delistings.csv", 2, "process"))
def a_delisting_of_a_disposal_of_unknown_hazard(f: Folder) -> None:
    delisted(f, "D1", "")


@planted(("delisting_of_disposal", "delistings.csv", 2, "process"))
def a_delisting_of_a_disposal_of_two_hazards(f: Folder) -> None:
    delisted(f, "D1", "R,T")


@planted(("delisting_of_disposal", "delistings.csv", 2, "process"))
def a_delisting_of_a_disposal_of_what_was_toxic(f: Folder) -> None:
    delisted(f, "D1", "R")
    f.add("materials", name="spent", legal_status="hazardous_waste", hazard="T")
    f.add("processes", name="mix", method="P1")
    f.add("feeds", process="mix", material="spent")
    f.add("outputs", process="mix", material="lining", yield_t_per_t=1)


# ---- parts of a feed, and what circulates


@planted(("of_feed_not_whole", "outputs.csv", 4, "of_feed_t_per_t"))
def a_part_of_the_feed_left_out(f: Folder) -> None:
    f.set("outputs", 4, of_feed_t_per_t=0.9)


@planted(("of_feed_not_whole", "outputs.csv", 5, "of_feed_t_per_t"))
def a_residue_that_is_said_to_hold_nothing_of_the_feed(f: Folder) -> None:
    f.set("outputs", 4, yield_t_per_t=0.4, of_feed_t_per_t="")
    f.add("outputs", process="brick_making", material="iron_tailings", yield_t_per_t=1.5, of_feed_t_per_t=0)
    f.set("gates", 2, kind="each")


@planted(("of_feed_no_mass", "outputs.csv", 5, "of_feed_t_per_t"))
def heat_that_holds_feed(f: Folder) -> None:
    f.add("materials", name="heat", unit="MWh", legal_status="commodity")
    cells = {"yield_t_per_t": 3, "of_feed_t_per_t": 1}
    f.add("outputs", process="brick_making", material="heat", **cells)


@planted(("gate_diluted", "gates.csv", 2, "at"))
def a_product_that_goes_round_a_gate(f: Folder) -> None:
    f.add("feeds", process="brick_making", material="brick")


@planted(("gate_diluted", "gates.csv", 2, "at"))
def a_product_that_goes_round_a_gate_on_the_input(f: Folder) -> None:
    f.set("gates", 2, kind="", output="")
    f.set("properties", 2, mixing="blend").set("properties", 3, mixing="blend")
    f.add("feeds", process="brick_making", material="brick")


@planted(("never_made", "delistings.csv", 2, "material"))
def a_delisting_of_nothing(f: Folder) -> None:
    cells = {"certificate": "c", "identified_on": "2025-01-01"}
    f.add("delistings", process="brick_making", material="iron_tailings", **cells)


def spl(f: Folder) -> None:
    f.add(
        "materials",
        name="spl",
        legal_status="hazardous_waste",
        waste_class="spent_pot_lining",
        code="321-023-48",
    )
    f.add("arisings", name="relining", site="refinery", material="spl", amount_t=9)


@planted(("nobody_takes", "arisings.csv", 3, "material"))
def a_waste_that_nobody_takes(f: Folder) -> None:
    spl(f)


@planted(("nobody_takes", "arisings.csv", 3, "material"))
def a_hazardous_waste_for_a_common_yard(f: Folder) -> None:
    spl(f)
    f.add("groups", group="muds", member="spl")


@planted(("cannot_leave", "arisings.csv", 3, "site"))
def a_waste_that_cannot_leave(f: Folder) -> None:
    spl(f)
    f.add("outlets", name="kiln", site="city", material="spl", method="C1")


@planted(("cannot_leave", "arisings.csv", 3, "site"), says="(it is taken at away_0, away_1, away_2, away_3, ")
def a_waste_that_is_taken_at_many_other_sites(f: Folder) -> None:
    """Eight sites take it: six are told by name, two are counted."""
    spl(f)
    for k in range(8):
        f.add("sites", name=f"away_{k}", kind="works")
        f.add("outlets", name=f"kiln_{k}", site=f"away_{k}", material="spl", method="C1")


def test_sites_that_take_a_waste_are_told_up_to_a_few(folder: Folder) -> None:
    a_waste_that_is_taken_at_many_other_sites(folder)
    words = next(f.render() for f in folder.faults() if f.message.key == "case.cannot_leave")
    assert "away_4, away_5, 2 more)" in words


# ---- limits and targets


def limit(f: Folder, **cells: object) -> None:
    f.add("limits", **{"name": "cap", "measure": "placed", "sense": "max"} | cells)


@planted(("limit_without_value", "limits.csv", 2, "value"))
def a_limit_without_value(f: Folder) -> None:
    limit(f)


@planted(("measure_with_value", "limits.csv", 2, "value"))
def a_measure_with_value(f: Folder) -> None:
    limit(f, sense="measure", value=1)


@planted(("share_of_limit", "limits.csv", 3, "share_of"))
def a_share_of_a_limit(f: Folder) -> None:
    limit(f, value=5)
    limit(f, name="part", value=0.5, share_of="cap")


@planted(("share_over_other_time", "limits.csv", 3, "share_of"))
def a_share_over_another_time(f: Folder) -> None:
    limit(f, sense="measure")
    limit(f, name="part", value=0.5, share_of="cap", per="period")


@planted(("limit_place", "limits.csv", 2, "at"))
def a_limit_at_the_wrong_place(f: Folder) -> None:
    limit(f, value=1, at="separator")


@planted(("limit_to", "limits.csv", 2, "to"))
def a_destination_of_no_flow(f: Folder) -> None:
    limit(f, value=1, to="city")


@planted(("each_of_nothing", "limits.csv", 2, "every"))
def each_of_nothing(f: Folder) -> None:
    limit(f, value=1, every="each")


@planted(
    ("limits_contradict", "limits.csv", 3, "value"),
    says="limit 'cap' asks for max 5 of the same amount: both cannot hold",
)
def a_least_above_a_greatest(f: Folder) -> None:
    limit(f, value=5)
    limit(f, name="floor", sense="min", value=6)
    limit(f, name="elsewhere", sense="min", value=6, per="period")


@planted(("limits_contradict", "limits.csv", 3, "value"))
def two_exact_values(f: Folder) -> None:
    limit(f, sense="equal", value=5)
    limit(f, name="other", sense="equal", value=4)


@planted(("limit_class", "limits.csv", 2, "waste_class"))
def a_class_of_a_plain_measure(f: Folder) -> None:
    limit(f, value=5, waste_class="red_mud")


@planted(
    ("limit_class_none", "limits.csv", 2, "waste_class"),
    ("limit_generated_material", "limits.csv", 2, "material"),
    ("limit_generated_time", "limits.csv", 2, "per"),
    ("limit_generated_during", "limits.csv", 2, "during"),
)
def what_is_generated_by_material_and_period(f: Folder) -> None:
    f.add("groups", group="all_year", member="2026")
    limit(
        f,
        measure="generated",
        value=5,
        waste_class="none",
        material="red_mud",
        per="period",
        during="all_year",
    )


@planted(("target_on_nothing", "targets.csv", 2, "waste_class"))
def a_hard_target_on_nothing(f: Folder) -> None:
    f.set("targets", 2, waste_class="aluminium_ash", hard="yes")


@planted(("target_outside", "targets.csv", 2, "year"))
def a_target_outside(f: Folder) -> None:
    f.set("targets", 2, year=2028)


@planted(("target_outside", "targets.csv", 2, "year"))
def a_target_before(f: Folder) -> None:
    f.set("targets", 2, year=2025)


@planted(("target_year_cut", "targets.csv", 2, "year"))
def a_target_on_half_a_year(f: Folder) -> None:
    f.yaml("count: 4", "count: 3")


@planted(("year_to_date_missing", "targets.csv", 2, "year"))
def a_target_on_a_year_that_began_before(f: Folder) -> None:
    f.yaml("start: 2026-01-01", "start: 2026-04-01").yaml("count: 4", "count: 3")


@planted(("year_to_date_idle", "year_to_date.csv", 2, "generated_t"))
def a_year_to_date_for_nothing(f: Folder) -> None:
    f.add("year_to_date", waste_class="red_mud", site="refinery", generated_t=9, utilised_new_t=1)


@planted(("year_to_date_above", "year_to_date.csv", 2, "utilised_new_t"))
def more_used_than_generated(f: Folder) -> None:
    f.yaml("start: 2026-01-01", "start: 2026-04-01").yaml("count: 4", "count: 3")
    f.add("year_to_date", waste_class="red_mud", site="refinery", generated_t=9, utilised_new_t=10)


@planted(("target_without_class", "targets.csv", 2, "waste_class"))
def a_target_without_class(f: Folder) -> None:
    f.set("targets", 2, waste_class="none")


@planted(("soft_without_price", "targets.csv", 2, "price_cny_per_t"))
def a_soft_target_without_price(f: Folder) -> None:
    f.set("targets", 2, price_cny_per_t="")


@pytest.mark.parametrize("name", PLANTED)
def test_planted_fault_is_found_and_nothing_else(folder: Folder, name: str) -> None:
    spoil, expected = PLANTED[name]
    spoil(folder)
    assert folder.found() == expected


@pytest.mark.parametrize("name", PLANTED)
def test_planted_fault_reads_well_in_both_languages(folder: Folder, name: str) -> None:
    PLANTED[name][0](folder)
    for fault in folder.faults():
        for language in ("en", "zh"):
            words = fault.render(language)
            assert not re.search(r"\{|\}|case\.\w+_", words), words
            assert fault.file in words


@pytest.mark.parametrize("name", WORDS)
def test_planted_fault_says_what_is_wrong_and_what_would_be_right(folder: Folder, name: str) -> None:
    PLANTED[name][0](folder)
    words = folder.faults()[0].render("en")
    assert WORDS[name] in words, words


def test_every_check_is_reached_by_a_planted_fault() -> None:
    source = Path(__file__).resolve().parents[2] / "src" / "redmud_opt" / "case" / "checks"
    planted_keys = {found[0] for _, expected in PLANTED.values() for found in expected}
    for check in (*NAMES, *(entry[0] for entry in CHECKS)):
        code = (source / f"{check.__module__.rsplit('.', 1)[1]}.py").read_text(encoding="utf-8")
        body = code.split(f"def {check.__name__}(", 1)[1].split("\n\n\n", 1)[0]
        body += code.split("def _misplaced(")[1].split("\n\n\n")[0] if "_misplaced(" in body else ""
        body += code.split("def _outside(")[1].split("\n\n\n")[0] if "_outside(" in body else ""
        index = (source / "index.py").read_text(encoding="utf-8") if "index.wrong(" in body else ""
        said = {key for key in re.findall(r'"(\w+)"', body + index) if f"case.{key}" in keys("en")}
        said -= {"case", "groups", "write", "spelt", "stays_waste", "fault"} | {
            k for k in said if k.startswith("thing_")
        }
        assert said & planted_keys, f"{check.__name__}: none of {said} is planted"


def test_every_word_of_the_case_catalogue_is_used() -> None:
    folder = Path(__file__).resolve().parents[2] / "src" / "redmud_opt" / "case"
    source = "\n".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py"))
    words = set(re.findall(r"[\"'](?:case\.)?(\w+)[\"']", source))
    made = re.compile(r"(thing|begin|kind)_\w+")
    for key in keys("en"):
        if key.startswith("case."):
            short = key.removeprefix("case.")
            assert short in words or made.fullmatch(short) or short.removeprefix("yaml_") in words, key


def test_remedies_name_the_nearest(folder: Folder) -> None:
    folder.set("line_processes", 2, process="magnetic_seperation")
    (fault,) = folder.faults()
    assert fault.remedy is not None
    assert text(fault.remedy, "en") == "did you mean 'magnetic_separation'?"
    assert text(fault.remedy, "zh") == "是否应为“magnetic_separation”？"


def test_the_mass_balance_tells_both_sides(folder: Folder) -> None:
    (fault,) = folder.set("outputs", 4, yield_t_per_t=1.8).faults()
    words = fault.render("en")
    assert "in 1.9 t (1 + inputs 0.9 + uptake 0), out 1.8 t (outputs 1.8 + gas 0 + loss 0)" in words
    assert "red_mud, iron_tailings" in words
    assert "0.1 t are missing on the way out" in words


def test_a_mass_balance_may_be_rounded(folder: Folder) -> None:
    folder.set("outputs", 4, yield_t_per_t=1.90005).load()


def test_hydration_and_back_creates_no_mass(folder: Folder) -> None:
    folder.add("materials", name="lime", legal_status="commodity")
    folder.add("materials", name="slaked", legal_status="commodity")
    for name, taken, made, amount in (
        ("slake", "lime", "slaked", 1.3213),
        ("burn", "slaked", "lime", 0.7568),
    ):
        folder.add("processes", name=name)
        folder.add("inputs", process=name, material=taken, amount_per_t=1)
        folder.add("outputs", process=name, material=made, yield_t_per_t=amount)
    folder.load()


def test_a_recipe_of_two_inputs_with_a_return_creates_no_mass(folder: Folder) -> None:
    folder.add("materials", name="sand", legal_status="commodity")
    folder.add("materials", name="slab", legal_status="commodity")
    folder.add("processes", name="cast")
    folder.add("inputs", process="cast", material="cement", amount_per_t=0.2)
    folder.add("inputs", process="cast", material="sand", amount_per_t=0.8)
    folder.add("outputs", process="cast", material="slab", yield_t_per_t=1)
    folder.add("processes", name="crush")
    folder.add("inputs", process="crush", material="slab", amount_per_t=1)
    folder.add("outputs", process="crush", material="cement", yield_t_per_t=0.9)
    folder.load()


def test_convex_tiers_pass(folder: Folder) -> None:
    tiers(folder, "builders", (1, 100, 50), (2, 100, 40), (3, "", 5))
    tiers(folder, "grid", (1, 100, 500), (2, "", 600))
    folder.load()


def test_residues_of_use_and_of_the_disposal_of_reactive_waste_may_be_delisted(folder: Folder) -> None:
    delisted(folder, "D1", "R")
    folder.load()
    folder.set("processes", 4, method="R5").set("materials", 8, hazard="T")
    folder.load()


def test_a_product_of_a_product_may_be_sold(folder: Folder) -> None:
    second_life(folder, "rubble")
    folder.load()


def test_what_heat_made_of_waste_drives_is_not_made_of_waste(folder: Folder) -> None:
    folder.add("materials", name="lime", legal_status="commodity")
    folder.add("materials", name="heat", unit="MWh", legal_status="commodity")
    folder.add("outputs", process="brick_making", material="heat", yield_t_per_t=1)
    folder.add("processes", name="burn")
    folder.add("inputs", process="burn", material="heat", amount_per_t=1, solid="no")
    folder.add("outputs", process="burn", material="lime", yield_t_per_t=1)
    folder.load()


def test_what_goes_round_a_gate_on_every_material_passes(folder: Folder) -> None:
    folder.set("gates", 2, kind="each")
    folder.add("feeds", process="brick_making", material="brick")
    folder.load()


def test_year_to_date_lets_a_target_stand(folder: Folder) -> None:
    a_target_on_a_year_that_began_before(folder)
    folder.add("year_to_date", waste_class="red_mud", site="refinery", generated_t=9, utilised_new_t=1)
    assert folder.load().year_to_date[0].generated_t == 9


def test_many_slips_at_once(folder: Folder) -> None:
    """One fault per slip, all in one go, in the order of files and rows."""
    folder.set("lines", 2, capacity="600,000").set("lines", 3, facility="brick_work")
    folder.set("feeds", 2, process="magnetic_seperation").set("outputs", 4, yield_t_per_t=1.8)
    folder.set("storages", 2, method="D7").set("composition", 2, value="nan").yaml("cn ", "cm ")
    folder.add("outlets", name="Builders", site="city", material="brick")
    assert sorted(folder.found()) == sorted(
        [
            ("not_a_number", "lines.csv", 2, "capacity"),
            ("unknown_name", "lines.csv", 3, "facility"),
            ("unknown_name", "feeds.csv", 2, "process"),
            ("does_not_close", "processes.csv", 3, ""),
            ("not_a_number", "composition.csv", 2, "value"),
            ("unknown_rule_pack", "case.yaml", 9, "rule_pack"),
            ("case_clash", "outlets.csv", 4, "name"),
        ]
    )


def test_one_slip_is_one_fault(folder: Folder) -> None:
    """A row that cannot be read does not make the rows that lean on it look wrong."""
    for table, row, column in (
        ("materials", 2, "moisture"),
        ("processes", 2, "cost_cny_per_t"),
        ("processes", 3, "cost_cny_per_t"),
        ("feeds", 2, "max_share"),
        ("outputs", 3, "of_feed_t_per_t"),
        ("inputs", 3, "amount_per_t"),
        ("composition", 2, "value"),
        ("outlets", 3, "price_cny_per_t"),
        ("storages", 2, "capacity_t"),
        ("facilities", 2, "low"),
        ("sites", 2, "latitude_deg"),
        ("lines", 2, "capacity"),
        ("line_processes", 2, "use_per_t"),
        ("properties", 2, "low"),
        ("arisings", 2, "production_t"),
        ("groups", 2, "low"),
        ("gates", 2, "limit"),
    ):
        kept = folder.read(table)
        folder.set(table, row, **{column: "x"})
        assert folder.found() == [("not_a_number", f"{table}.csv", row, column)], table
        folder.write(table, kept)


def test_a_table_that_cannot_be_read_is_one_fault(folder: Folder) -> None:
    for file in sorted(folder.path.glob("*.csv")):
        kept = file.read_bytes()
        file.write_bytes(kept.replace(b",", b";"))
        assert folder.found() == [("semicolons", file.name, 1, "")], file.name
        file.write_bytes(kept)


def test_a_column_too_many_is_one_fault(folder: Folder) -> None:
    for file in sorted(folder.path.glob("*.csv")):
        kept = folder.read(file.stem)
        folder.write(file.stem, [[*row, "odd" if number == 0 else ""] for number, row in enumerate(kept)])
        assert folder.found() == [("unknown_column", file.name, 1, "odd")], file.name
        folder.write(file.stem, kept)


def test_versions_of_a_rule_may_follow_each_other(folder: Folder) -> None:
    """The older version ends on the day on which the newer begins: no day has both."""
    faults_of_packs.one_after_the_other(folder)
    assert {row.hazard for row in folder.load().codes} == {"R,T", "T"}
