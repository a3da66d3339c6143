"""The whole country in 2027: it loads, its totals are those of the library, no group is counted with its plants."""

from __future__ import annotations

import pytest
from tests.builders import run

from redmud_opt.case import Case, assumptions, load_case, load_library
from redmud_opt.plan import audit, make_plan
from redmud_opt.solve import Options

CLASSES = {
    "spl_mixed": "factor_spl_t_per_t",
    "carbon_dross": "factor_carbon_dross_t_per_t",
    "primary_ash": "factor_primary_ash_t_per_t",
}


@pytest.fixture(scope="module")
def case() -> Case:
    return load_case("scenarios/national")


@pytest.fixture(scope="module")
def library() -> Case:
    return load_library()


@pytest.fixture(scope="module")
def figures(library: Case) -> dict[str, float]:
    return {figure.name: figure.value for figure in library.figures}


def produced(case: Case, material: str) -> dict[str, float]:
    """Site → production behind what arises there of materials that begin so."""
    return {row.site: row.production_t or 0.0 for row in case.arisings if row.material.startswith(material)}


def generated(case: Case, material: str) -> float:
    rows = (row for row in case.arisings if row.material.startswith(material))
    return sum((row.production_t or 0.0) * (row.factor_t_per_t or 0.0) for row in rows)


# ---------------------------------------------------------------- totals


def test_production_is_that_of_the_country(case: Case, figures: dict[str, float]) -> None:
    assert sum(produced(case, "mud_").values()) == pytest.approx(figures["alumina_china_t_per_a"], rel=1e-6)
    for material in CLASSES:
        total = sum(produced(case, material).values())
        assert total == pytest.approx(figures["aluminium_china_t_per_a"], rel=1e-6)


def test_red_mud_of_the_year_is_about_110_million_tonnes(case: Case) -> None:
    assert generated(case, "mud_") == pytest.approx(110e6, rel=0.1)


@pytest.mark.parametrize("material", CLASSES)
def test_smelter_wastes_are_inside_their_ranges(case: Case, library: Case, material: str) -> None:
    figure = next(row for row in library.figures if row.name == CLASSES[material])
    aluminium = next(row.value for row in library.figures if row.name == "aluminium_china_t_per_a")
    assert figure.low is not None
    assert figure.high is not None
    assert figure.low * aluminium <= generated(case, material) <= figure.high * aluminium


@pytest.mark.parametrize(
    ("kind", "product", "material"), [("refinery", "alumina", "mud_"), ("smelter", "aluminium", "spl")]
)
def test_every_chinese_plant_with_an_output_arises_once(
    case: Case, library: Case, figures: dict[str, float], kind: str, product: str, material: str
) -> None:
    provinces = {row.province for row in library.sites if row.name.startswith("remainder_")}
    wanted = {
        row.name: figures[f"{product}_{row.name}_t_per_a"]
        for row in library.sites
        if row.kind == kind and row.province in provinces and not row.name.startswith("group_")
        if figures.get(f"{product}_{row.name}_t_per_a", 0.0) > 0
    }
    assert produced(case, material) == pytest.approx(wanted)
    assert sum(row.material.startswith(material) for row in case.arisings) == len(wanted)


def test_no_group_is_counted_with_its_plants(case: Case) -> None:
    arising = {row.site for row in case.arisings}
    within = {row.name: row.within for row in case.sites if row.within}
    assert not arising & set(within.values())
    assert not any(name.startswith("group_") for name in arising)


def test_mud_is_of_the_ore_of_its_refinery(case: Case) -> None:
    provinces = {row.name: row.province for row in case.sites}
    muds = {row.site: row.material for row in case.arisings if row.material.startswith("mud_")}
    assert muds["remainder_alumina_guangxi"] == muds["refinery_wanzhou"] == "mud_guinea_gibbsite"
    assert muds["refinery_pingguo"] == "mud_guangxi_high_iron"
    imported = {mud for site, mud in muds.items() if provinces[site] in ("shandong", "hebei")}
    assert imported == {"mud_guinea_gibbsite"}


# ---------------------------------------------------------------- evidence and plan


def test_every_number_has_evidence(case: Case) -> None:
    assert assumptions(case).unstated == 0


@pytest.mark.slow
def test_plan_is_optimal_audited_and_meets_the_target(case: Case) -> None:
    network, model, outcome = run(case, Options(time_limit_s=600))
    assert outcome.holds == "proved"
    plan = make_plan(network, model, outcome)
    assert audit(case, plan.frames, plan.value_cny).passed
    rates = plan.frames["rates"].set_index("waste_class")["rate_new"]
    assert rates["red_mud"] == pytest.approx(0.15, abs=1e-6)
    assert rates["spent_pot_lining"] == 0
    held = plan.frames["stocks"]
    last = held[held["period"] == "2027-12"]
    assert last["stock_t"].sum() == pytest.approx(0, abs=1e-3)
