"""Planted faults of evidence, of parts and wholes, of groups and their plants, of figures and of likeness."""

from __future__ import annotations

from tests.case.conftest import Folder
from tests.case.planting import planted


@planted(
    ("no_evidence", "outlets.csv", 3, "evidence"), says="nothing says where `price_cny_per_t` comes from"
)
def a_price_that_nobody_vouches_for(f: Folder) -> None:
    f.yaml("evidence_required: no", "evidence_required: yes").set("outlets", 3, evidence="")


@planted(("evidence_without_source", "outlets.csv", 3, "source"))
def a_price_measured_by_nobody(f: Folder) -> None:
    f.set("outlets", 3, evidence="measured")


@planted(
    ("part_above_whole", "composition.csv", 2, "value"),
    says="red_mud: total_iron is 22, but its fe2o3 holds 17.485 at most",
)
def iron_above_its_oxide(f: Folder) -> None:
    """22 % iron in 25 % Fe2O3, which holds 0.6994 × 25 = 17.485 %."""
    f.add("properties", name="fe2o3", unit="wt%", oxide="yes")
    f.add("composition", material="red_mud", property="fe2o3", value=25)
    f.set("properties", 2, part_of="fe2o3", part_of_share=0.6994)


@planted(("unit_does_not_convert", "properties.csv", 2, "unit"))
def a_part_in_another_kind_of_unit(f: Folder) -> None:
    f.set("properties", 2, part_of="radium_equivalent")


@planted(("counted_twice", "arisings.csv", 2, "site"), says="of which 'group_mud' counts all plants already")
def a_plant_and_its_group(f: Folder) -> None:
    f.add("sites", name="the_group", kind="other")
    f.set("sites", 2, within="the_group")
    f.add("arisings", name="group_mud", site="the_group", material="red_mud", amount_t=1)
    lane = {"from_site": "the_group", "to_site": "refinery", "cost_cny_per_t": 5}
    f.add("lanes", name="way", **lane)


@planted(
    ("unknown_figure", "outlets.csv", 2, "price_cny_per_t"),
    says="did you mean 'ore_price'?",
)
def a_figure_misspelt(f: Folder) -> None:
    f.add("figures", name="ore_price", value=420, unit="CNY/t")
    f.set("outlets", 2, price_cny_per_t="ore_prize")


@planted(("figure_unit", "outlets.csv", 2, "price_cny_per_t"), says="is in t/t, this column in CNY/t")
def a_yield_as_a_price(f: Folder) -> None:
    f.add("figures", name="mud_factor", value=1.2, unit="t/t")
    f.set("outlets", 2, price_cny_per_t="mud_factor")


@planted(("not_a_number", "outlets.csv", 2, "price_cny_per_t"))
def a_figure_times_a_word(f: Folder) -> None:
    f.add("figures", name="ore_price", value=420, unit="CNY/t")
    f.set("outlets", 2, price_cny_per_t="ore_price * much")


@planted(("unknown_like", "lines.csv", 2, "like"), says="did you mean 'separator_300'?")
def a_line_like_nothing(f: Folder) -> None:
    f.add("units", name="separator_300", process="magnetic_separation", capacity=300000)
    f.set("lines", 2, like="separator_30")


@planted(("like_of_like", "materials.csv", 9, "like"))
def a_mud_like_one_that_is_like_another(f: Folder) -> None:
    f.add("materials", name="second_mud", legal_status="general_waste", waste_class="red_mud", like="red_mud")
    f.add(
        "materials", name="third_mud", legal_status="general_waste", waste_class="red_mud", like="second_mud"
    )
