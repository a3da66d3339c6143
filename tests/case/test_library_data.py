"""The library that travels with the package: sound, backed, and as wide as the routes that are known."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import pytest

from redmud_opt.case import Case, load_library
from redmud_opt.case.backing import Backing
from redmud_opt.case.bundle import library_folder, rule_packs

WEAKER_THAN_MEASURED = ("assumed", "derived")

WHOLE_ASSAY = (
    *("fe2o3", "al2o3", "sio2", "cao", "na2o", "k2o", "tio2", "loi", "total_iron", "soluble_na2o"),
    *("na2o_eq", "soluble_salts", "ra_226", "th_232", "k_40", "i_ra", "i_gamma", "fluorine", "chlorine"),
)

SMELTER_WASTES = {
    *("spl_mixed", "spl_first_cut", "spl_second_cut", "carbon_dross", "primary_ash", "secondary_ash"),
    *("salt_slag", "anode_butts", "fluoride_sludge", "calcium_fluoride_sludge"),
}

ROUTES = {
    *(
        "magnetic_separation",
        "gravity_magnetic_separation",
        "reverse_flotation_magnetic",
        "magnetising_roast",
    ),
    *("suspension_roast", "direct_reduction", "smelting_reduction", "hydrothermal_reduction", "sinter_feed"),
    *("clinker_with_mud", "supplementary_cementitious", "sulphoaluminate_cement", "fired_brick"),
    *("unfired_block", "ceramsite", "geopolymer", "road_base", "backfill", "desulphurisation"),
    *("dealkalisation_lime", "dealkalisation_co2", "dealkalisation_acid", "soda_lime_sintering"),
    *("scandium_titanium_recovery", "matrix_composite", "press_filtration", "spl_sorting"),
    *("spl_wet_detoxification", "spl_carbon_dross_codetoxification", "spl_flotation", "spl_wet_leach"),
    *("spl_anodic", "spl_ultrasonic", "spl_vacuum_distillation", "spl_lcll", "spl_regain"),
    *("spl_kiln_coprocessing", "spl_vitrification", "spl_steel_fuel", "spl_lithium_recovery"),
    *("carbon_dross_flotation", "carbon_dross_smelting", "carbon_dross_vacuum", "anode_butt_cleaning"),
    *("fluoride_sludge_mineraliser", "fluoride_sludge_salt", "stabilisation_before_landfill"),
    *("ash_milling_screening", "ash_metal_recovery", "ash_rotary_salt", "ash_roast", "ash_two_stage"),
    *("ash_calcium_aluminate", "ash_calcination_leach", "ash_covering_agent", "ash_polyaluminium_chloride"),
    *("ash_brick", "ash_kiln_coprocessing", "salt_slag_leaching", "ash_deactivation"),
    *("alumina_return_to_refinery", "full_quantity_dross_recycling"),
}


@cache
def library() -> Case:
    return load_library()


def test_it_has_no_faults() -> None:
    """Ranges hold their numbers, oxides sum, parts are within wholes, names resolve: else this raises."""
    assert library().settings.name == "library"


def test_every_number_says_where_it_comes_from() -> None:
    bare = [number.name for number in Backing(library()).numbers() if number.grade == "unstated"]
    assert not bare, bare[:10]


def test_every_figure_says_where_it_comes_from() -> None:
    for row in library().figures:
        assert row.evidence, row.name
        assert row.source, row.name
        assert row.confidence, row.name


def test_what_is_measured_names_a_real_source() -> None:
    """Priors and assumptions of the project are nobody's measurement."""
    for table in ("materials", "composition", "outputs", "processes", "gates", "figures", "inputs"):
        for row in getattr(library(), table):
            if row.source in ("domain_priors", "library_assumption"):
                assert row.evidence in WEAKER_THAN_MEASURED, (table, row)


def test_sources_are_told_once_and_used() -> None:
    titles = {row.name: row.title for row in library().sources}
    assert all(titles.values())
    assert len(titles) > 100


def test_twelve_muds_and_more_with_whole_assays() -> None:
    muds = [row.name for row in library().materials if row.waste_class == "red_mud"]
    assert len(muds) >= 12
    held = {(row.material, row.property) for row in library().composition}
    for mud in muds:
        assert {p for p in WHOLE_ASSAY if (mud, p) not in held} == set(), mud


def test_indices_follow_from_the_nuclides() -> None:
    """I_Ra = Ra / 200, I_γ = Ra / 370 + Th / 260 + K / 4200 (GB 6566), alkali Na2O + 0.658 K2O."""
    held = {(row.material, row.property): row.value for row in library().composition}
    for mud in (row.name for row in library().materials if row.waste_class == "red_mud"):
        ra, th, k = (held[mud, name] for name in ("ra_226", "th_232", "k_40"))
        assert held[mud, "i_ra"] == pytest.approx(ra / 200, rel=0.01), mud
        assert held[mud, "i_gamma"] == pytest.approx(ra / 370 + th / 260 + k / 4200, rel=0.01), mud
        alkali = held[mud, "na2o"] + 0.658 * held[mud, "k2o"]
        assert held[mud, "na2o_eq"] == pytest.approx(alkali, rel=0.01), mud


def test_smelter_wastes_and_routes_are_all_there() -> None:
    assert {row.name for row in library().materials} >= SMELTER_WASTES
    assert {row.name for row in library().processes} >= ROUTES
    assert {row.process for row in library().units} >= ROUTES


def test_every_route_has_its_parts_and_words() -> None:
    fed = {row.process for row in library().feeds}
    made = {row.process for row in library().outputs}
    for process in library().processes:
        assert process.label_en, process.name
        assert process.label_zh, process.name
        assert process.method, process.name
        assert process.readiness, process.name
        assert process.name in fed & made, process.name


def test_plants_sum_to_the_country_without_groups() -> None:
    """Refineries and remainders make 85.522 Mt alumina (2024), smelters and remainders 44 Mt aluminium."""
    named = {row.name for row in library().figures if "_province_" in row.name}
    provinces = {name.partition("_province_")[2].removesuffix("_t_per_a") for name in named}
    china = {row.name for row in library().sites if row.province in provinces}
    groups = {row.within for row in library().sites if row.within}
    for product, total in (("alumina", 85.522e6), ("aluminium", 44e6)):
        found = 0.0
        for row in library().figures:
            site = row.name.removeprefix(f"{product}_").removesuffix("_t_per_a")
            if row.name.startswith(f"{product}_") and site in china - groups:
                found += row.value
        assert found == pytest.approx(total, rel=1e-3), product


@pytest.mark.parametrize("pack", ["cn", "in", "eu"])
def test_rule_packs_give_every_limit_that_the_library_takes(pack: str) -> None:
    with (rule_packs()[pack] / "clauses.csv").open(encoding="utf-8", newline="") as file:
        stated = {row["name"] for row in csv.DictReader(file) if row["value"]}
    taken = {name for (table, _, _), name in library().quotes.items() if table == "gates"}
    assert taken
    assert taken <= stated, taken - stated


def test_dated_law_is_dated() -> None:
    """GB 34330-2017 ends where that of 2025 begins; each hazardous code has a row of 2021 and one of 2025."""
    standards = {row.standard: row for row in library().clauses if row.standard.startswith("GB 34330")}
    assert standards["GB 34330-2017"].valid_to == standards["GB 34330-2025"].valid_from
    assert str(standards["GB 34330-2025"].valid_from) == "2026-03-01"
    dates = {(row.code, str(row.valid_from)) for row in library().codes}
    assert ("321-024-48", "2021-01-01") in dates
    assert ("321-024-48", "2025-01-01") in dates


def test_no_paths_and_no_hosts_in_the_library() -> None:
    folder = library_folder()
    assert folder is not None
    for path in Path(folder).rglob("*.csv"):
        words = path.read_text(encoding="utf-8")
        for sign in ("/" + "work/", "/" + "tmp/", "file://"):
            assert sign not in words, (path.name, sign)
