"""The library: what a case calls comes in, what it does not stays out, and the case's own word stands first."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.case.conftest import Folder

from redmud_opt.case import Case, CaseFaults, load_case, load_library
from redmud_opt.case.figures import fits

TABLES: dict[str, str] = {
    "red_mud/sources": "name,title\nlib_source,A page\nlib_unused,Another page\n",
    "red_mud/materials": (
        "name,legal_status,waste_class,moisture,density_t_per_m3,mineralogy,source,evidence,product_standard,pollutant_limit\n"
        "lib_mud,general_waste,red_mud,0.3,1.3,diaspore,lib_source,measured,,\n"
        "lib_other_mud,general_waste,red_mud,0.35,1.3,sintering,lib_source,measured,,\n"
        "lib_tailings,general_waste,,0.25,1.4,,lib_source,measured,,\n"
        "lib_concentrate,product,,0.1,,,lib_source,measured,standard,limit\n"
    ),
    "red_mud/evidence": (
        "table,item,column,low,high,source,evidence\n"
        "materials,lib_mud,density_t_per_m3,1.1,1.5,lib_source,measured\n"
        "materials,lib_other_mud,density_t_per_m3,1.1,1.5,lib_source,measured\n"
    ),
    "red_mud/properties": "name,unit,mixing,oxide\nlib_iron,wt%,blend,no\nlib_unused_property,wt%,blend,no\n",
    "red_mud/composition": (
        "material,property,value,low,high,source,evidence\n"
        "lib_mud,lib_iron,20,18,22,lib_source,measured\n"
        "lib_other_mud,lib_iron,8,7,9,lib_source,measured\n"
    ),
    "red_mud/groups": "group,member\nlib_muds,lib_mud\nlib_muds,lib_other_mud\n",
    "routes/processes": (
        "name,method,cost_cny_per_t,source,evidence\n"
        "lib_separation,R4,30,lib_source,measured\nlib_unused_process,R4,50,lib_source,measured\n"
    ),
    "routes/feeds": "process,material\nlib_separation,lib_muds\nlib_unused_process,lib_other_mud\n",
    "routes/outputs": (
        "process,feed,material,recovery,property,grade,complement,source,evidence\n"
        "lib_separation,,lib_concentrate,0.5,lib_iron,50,,lib_source,measured\n"
        "lib_separation,,lib_tailings,,,,yes,,\n"
        "lib_unused_process,,lib_tailings,,,,yes,,\n"
    ),
    "routes/units": (
        "name,process,capacity,capex_cny,life_a,lead_time_months,source,evidence\n"
        "lib_separator_300,lib_separation,300000,20000000,15,24,lib_source,measured\n"
    ),
    "prices/figures": (
        "name,value,unit,low,high,source,evidence,confidence,as_of\n"
        "lib_price,400,CNY/t,300,500,lib_source,measured,high,2024\n"
        "lib_unused_price,4,CNY/t,3,5,lib_source,measured,high,2024\n"
    ),
}  # fmt: skip

OWN: dict[str, str] = {
    "case.yaml": (
        "schema_version: 1\nname: own\nbase_year: 2026\nlibrary: yes\n"
        "periods: {start: 2026-01-01, spans: [{length: year, count: 1}]}\n"
    ),
    "sites.csv": "name\nplant\nmill\n",
    "arisings.csv": "name,site,material,amount_t,evidence\nmud,plant,lib_mud,1000,assumed\n",
    "facilities.csv": "name,site\nworks,plant\n",
    "lines.csv": "name,facility,like\nline,works,lib_separator_300\n",
    "outlets.csv": (
        "name,site,material,price_cny_per_t,method,evidence\n"
        "steel,mill,lib_concentrate,lib_price,,\n"
        "fill,mill,lib_tailings,-40,GU9,assumed\n"
        "left,mill,lib_mud,-80,GU9,assumed\n"
    ),
    "haul.csv": "name,cost_cny_per_t_km,evidence\ntrucks,0.4,assumed\n",
    "distances.csv": "from_site,to_site,distance_km,evidence\nplant,mill,100,assumed\n",
}


@pytest.fixture
def library(tmp_path: Path) -> Folder:
    """A small library in two folders and more."""
    root = tmp_path / "library"
    for name, content in TABLES.items():
        path = root / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    (root / "library.yaml").write_text(OWN["case.yaml"].replace("library: yes\n", ""), encoding="utf-8")
    return Folder(root)


@pytest.fixture
def own(tmp_path: Path) -> Folder:
    """A case that calls it."""
    path = tmp_path / "own"
    path.mkdir()
    for name, content in OWN.items():
        (path / name).write_text(content, encoding="utf-8")
    return Folder(path)


Load = Callable[[str], Case]


@pytest.fixture
def load(own: Folder, library: Folder) -> Load:
    return lambda name: load_case(own.path / name, library=library.path)


def found(load: Load) -> list[tuple[str, str, int, str]]:
    """(key, file, row, column) of every fault."""
    with pytest.raises(CaseFaults) as caught:
        load("")
    return [(f.message.key.removeprefix("case."), f.file, f.row, f.column) for f in caught.value.faults]


def names(rows: tuple[Any, ...]) -> set[str]:
    return {row.name for row in rows}


def test_only_what_is_called_comes_in(load: Load) -> None:
    case = load("")
    assert names(case.materials) == {"lib_mud", "lib_concentrate", "lib_tailings"}
    assert names(case.processes) == {"lib_separation"}
    assert names(case.properties) == {"lib_iron"}
    assert names(case.figures) == {"lib_price"}
    assert names(case.sources) >= {"lib_source"}
    assert "lib_unused" not in names(case.sources)
    assert [row.member for row in case.groups] == ["lib_mud"]
    assert {row.item for row in case.evidence if row.table == "materials"} == {"lib_mud"}


def test_the_whole_library_is_checked_by_itself(library: Folder) -> None:
    case = load_library(library.path)
    assert names(case.processes) == {"lib_separation", "lib_unused_process"}
    library.set("routes/processes", 2, source="lib_sauce")
    with pytest.raises(CaseFaults) as caught:
        load_library(library.path)
    (fault,) = caught.value.faults
    assert (fault.file, fault.row, fault.column) == ("library:routes/processes.csv", 2, "source")


def test_a_line_takes_over_its_unit(load: Load) -> None:
    (line,) = load("").lines
    assert (line.capacity, line.source, line.evidence) == (300000, "lib_source", "measured")
    assert line.capex_cny is line.life_a is line.lead_time_months is None  # it stands already
    (run,) = load("").line_processes
    assert (run.line, run.process) == ("line", "lib_separation")


def test_a_step_takes_over_what_decides_it(own: Folder, load: Load) -> None:
    own.set("lines", 2, candidate="yes", lead_time_months=0)
    (line,) = load("").lines
    assert (line.capacity, line.capex_cny, line.life_a, line.lead_time_months) == (300000, 2e7, 15, 0)


def test_a_partners_line_takes_over_the_size_of_its_unit_and_not_its_costs(
    own: Folder, library: Folder, load: Load
) -> None:
    library.set("routes/units", 2, fixed_om_cny_per_a=7, run_cost_cny_per_h=3)
    assert load("").lines[0].fixed_om_cny_per_a == 7
    own.set("lines", 2, contract="toll").add("owners", name="other")
    known = {
        "name": "toll",
        "tolling": "yes",
        "partner": "other",
        "toll_fee_cny_per_t": 9,
        "evidence": "assumed",
    }
    own.add("contracts", **known)
    (line,) = load("").lines
    assert (line.capacity, line.fixed_om_cny_per_a, line.run_cost_cny_per_h) == (300000, None, None)


def test_what_a_line_states_itself_stands_and_loses_the_evidence(own: Folder, load: Load) -> None:
    own.set("lines", 2, capacity=100, candidate="yes", lead_time_months=0, evidence="assumed")
    (line,) = load("").lines
    assert (line.capacity, line.capex_cny, line.source, line.evidence) == (100, 2e7, "", "assumed")


def test_a_cell_takes_value_and_evidence_of_a_figure(load: Load) -> None:
    steel = next(row for row in load("").outlets if row.name == "steel")
    assert (steel.price_cny_per_t, steel.low, steel.high) == (400, 300, 500)
    assert (steel.source, steel.evidence, steel.confidence, steel.as_of) == (
        "lib_source",
        "measured",
        "high",
        2024,
    )
    assert load("").quotes == {("outlets", "steel", "price_cny_per_t"): "lib_price"}


def test_a_figure_times_a_factor_scales_its_range(own: Folder, load: Load) -> None:
    own.set("outlets", 2, price_cny_per_t="lib_price * 0.5")
    steel = next(row for row in load("").outlets if row.name == "steel")
    assert (steel.price_cny_per_t, steel.low, steel.high) == (200, 150, 250)


def test_a_figure_times_a_negative_factor_swaps_its_ends(own: Folder, load: Load) -> None:
    """A fee of 400 (300 to 500) is a price of −400 (−500 to −300)."""
    own.set("outlets", 4, price_cny_per_t="lib_price * -1", evidence="")
    left = next(row for row in load("").outlets if row.name == "left")
    assert (left.price_cny_per_t, left.low, left.high) == (-400, -500, -300)


def test_a_fee_of_nothing_backs_itself_not_the_amount(own: Folder, load: Load) -> None:
    """A price of 0 is what a blank cell means: the row's own evidence then speaks of the amount."""
    own.file("figures.csv", "name,value,unit,low,high,evidence\nno_fee,0,CNY/t,-30,40,assumed\n")
    own.set("outlets", 4, price_cny_per_t="no_fee * -1", max_t=500)
    case = load("")
    left = next(row for row in case.outlets if row.name == "left")
    assert (left.low, left.high, left.evidence) == (None, None, "assumed")
    (told,) = [row for row in case.evidence if row.item == "left"]
    assert (told.column, told.low, told.high) == ("price_cny_per_t", -40, 30)


def test_evidence_of_a_further_number_becomes_a_row(own: Folder, load: Load) -> None:
    """The principal number of the outlet is its price; what it takes at most comes from a figure too."""
    own.file("figures.csv", "name,value,unit,low,high,evidence\ndemand,900,t/a,500,1000,assumed\n")
    own.set("outlets", 2, max_t="demand")
    case = load("")
    (told,) = [row for row in case.evidence if row.table == "outlets"]
    assert (told.item, told.column, told.low, told.high) == ("steel", "max_t", 500, 1000)


def test_the_case_overrules_a_cell_of_the_library(own: Folder, load: Load) -> None:
    own.file("processes.csv", "name,cost_cny_per_t,evidence,comment\nlib_separation,44,assumed,own plant\n")
    (process,) = load("").processes
    assert (process.cost_cny_per_t, process.method) == (44, "R4")
    assert (process.source, process.evidence, process.place.file) == ("", "assumed", "processes.csv")


def test_rows_that_overrule_need_their_keys_alone(own: Folder, load: Load) -> None:
    """`recovery` alone is restated; a row that the library does not know still needs every required column."""
    own.file(
        "outputs.csv", "process,material,recovery,evidence\nlib_separation,lib_concentrate,0.4,assumed\n"
    )
    (row,) = [row for row in load("").outputs if row.material == "lib_concentrate"]
    assert (row.recovery, row.grade, row.property) == (0.4, 50, "lib_iron")
    own.file("materials.csv", "name,moisture\nown_mud,0.2\n")
    assert ("missing_value", "materials.csv", 2, "legal_status") in found(load)
    own.file("facilities.csv", "name\nworks\n")
    assert ("missing_column", "facilities.csv", 1, "site") in found(load)


def test_evidence_of_what_the_case_overrules_falls_away(own: Folder, load: Load) -> None:
    own.file(
        "materials.csv",
        "name,legal_status,waste_class,density_t_per_m3\nlib_mud,general_waste,red_mud,1.7\n",
    )
    case = load("")
    assert next(row for row in case.materials if row.name == "lib_mud").density_t_per_m3 == 1.7
    assert not [row for row in case.evidence if row.item == "lib_mud"]


def test_a_mud_of_its_own_is_like_one_of_the_library(own: Folder, load: Load) -> None:
    own.file("materials.csv", "name,label_en,legal_status,like\nown_mud,Own mud,general_waste,lib_mud\n")
    own.set("arisings", 2, material="own_mud").set("outlets", 4, material="own_mud")
    case = load("")
    mud = next(row for row in case.materials if row.name == "own_mud")
    assert (mud.moisture, mud.waste_class, mud.mineralogy, mud.label_en) == (
        0.3,
        "red_mud",
        "diaspore",
        "Own mud",
    )
    assert [(row.material, row.value) for row in case.composition] == [("own_mud", 20)]
    assert [(row.group, row.member) for row in case.groups] == [("lib_muds", "own_mud")]
    assert [row.item for row in case.evidence if row.table == "materials"] == ["own_mud"]
    assert "lib_mud" not in names(case.materials)


def test_evidence_of_what_is_taken_over_comes_along(own: Folder, library: Folder, load: Load) -> None:
    """The share of a feed that the library backs is backed for the mud that is like its own."""
    library.file("routes/feeds.csv", "process,material,cost_cny_per_t\nlib_separation,lib_mud,2\n")
    row = "feeds,lib_separation//lib_mud,cost_cny_per_t,,,lib_source,measured\n"
    library.file("routes/evidence.csv", f"table,item,column,low,high,source,evidence\n{row}")
    own.file("materials.csv", "name,legal_status,like\nown_mud,general_waste,lib_mud\n")
    own.set("arisings", 2, material="own_mud").set("outlets", 4, material="own_mud")
    assert "lib_separation//own_mud" in {row.item for row in load("").evidence}


def test_its_own_assay_stands_before_the_one_it_is_like(own: Folder, load: Load) -> None:
    own.file("materials.csv", "name,legal_status,like\nown_mud,general_waste,lib_mud\n")
    own.file("composition.csv", "material,property,value,evidence\nown_mud,lib_iron,24,assumed\n")
    own.set("arisings", 2, material="own_mud").set("outlets", 4, material="own_mud")
    assert [(row.material, row.value) for row in load("").composition] == [("own_mud", 24)]


def test_a_name_missing_from_the_library(own: Folder, load: Load) -> None:
    own.set("arisings", 2, material="lib_mut")
    with pytest.raises(CaseFaults) as caught:
        load("")
    assert ("case.unknown_name", "arisings.csv", 2, "material") in {
        (f.message.key, f.file, f.row, f.column) for f in caught.value.faults
    }
    assert "lib_mud" in caught.value.render("en")


def test_a_process_that_the_case_cannot_feed(own: Folder, load: Load) -> None:
    own.file("line_processes.csv", "line,process\nline,lib_unused_process\n")
    with pytest.raises(CaseFaults) as caught:
        load("")
    assert caught.value.faults[0].message.key == "case.library_unfed"
    assert "lib_other_mud" in caught.value.render("en")


def test_a_scenario_changes_a_figure_everywhere(own: Folder, load: Load) -> None:
    own.file(
        "dear.yaml",
        "schema_version: 1\nbase: case.yaml\n"
        "overrides:\n  - {table: figures, where: {name: lib_price}, scale: {value: 1.3, low: 1.3, high: 1.3}}\n",
    )
    steel = next(row for row in load("dear.yaml").outlets if row.name == "steel")
    assert (steel.price_cny_per_t, steel.low, steel.high) == (520, 390, 650)


def test_a_scenario_that_changes_what_nobody_uses(own: Folder, load: Load) -> None:
    own.file(
        "vain.yaml",
        "schema_version: 1\nbase: case.yaml\n"
        "overrides:\n  - {table: figures, where: {name: lib_unused_price}, set: {value: 3.5}}\n",
    )
    with pytest.raises(CaseFaults) as caught:
        load("vain.yaml")
    assert [(f.message.key, f.file) for f in caught.value.faults] == [("case.override_in_vain", "vain.yaml")]


@pytest.mark.parametrize(
    ("unit", "column", "by"),
    [
        ("CNY/t", "CNY/t", 1.0),
        ("CNY/t", "CNY/t wet", 1.0),
        ("CNY/MWh", "CNY/t", None),
        ("CNY/kWh", "CNY/MWh", None),
        ("t/a", "t", None),
        ("wt%", "1", 0.01),
        ("mg/kg", "wt%", 1e-4),
        ("CNY/t", "t", None),
        ("t/t", "CNY/t", None),
        ("mg/L", "wt%", None),
    ],
)
def test_units_of_figures_fit_or_do_not(unit: str, column: str, by: float | None) -> None:
    assert fits(unit, column) == (None if by is None else pytest.approx(by))


def test_a_clause_does_not_call_the_process_of_its_name(own: Folder, load: Load) -> None:
    """Clauses have names of their own: the rule pack brings nothing of the library into a case."""
    own.yaml("library: yes", "library: yes\nrule_pack: own")
    own.file("methods.csv", "code,meaning\nR4,use\nGU9,use\n")
    own.file("clauses.csv", "name,standard,subject\nlib_unused_process,A law,words\n")
    assert names(load("").processes) == {"lib_separation"}


# ---- what a review found --------------------------------------------------------------------------------------


@pytest.mark.parametrize("yes", ["yes", "true", "TRUE", "1"])
def test_a_step_is_a_step_however_yes_is_written(own: Folder, load: Load, yes: str) -> None:
    own.set("lines", 2, candidate=yes, lead_time_months=0)
    assert load("").lines[0].capex_cny == 2e7


@pytest.mark.parametrize(
    ("opens", "capex"), [("2020-01-01", None), ("2026-01-01", None), ("2026-07-01", 2e7)]
)
def test_only_what_is_under_construction_takes_over_capex(
    own: Folder, load: Load, opens: str, capex: float | None
) -> None:
    """A line that opened before the horizon is sunk: with capex and life it would earn a residual value."""
    own.set("lines", 2, opens=opens)
    assert load("").lines[0].capex_cny == capex


def test_a_figure_in_an_assay_is_in_the_unit_of_the_row(own: Folder, load: Load) -> None:
    """200,000 mg/kg are 200 g/kg are 20 wt%."""
    own.file(
        "figures.csv", "name,value,unit,low,high,evidence\niron_assay,200000,mg/kg,180000,220000,assumed\n"
    )
    own.file("composition.csv", "material,property,value,unit\nlib_mud,lib_iron,iron_assay,g/kg\n")
    (assay,) = load("").composition
    assert (assay.value, assay.low, assay.high) == (pytest.approx(20), pytest.approx(18), pytest.approx(22))


@pytest.mark.parametrize(
    ("unit", "cells"),
    [
        ("CNY/kWh", {}),
        ("CNY/piece", {}),
        ("t/t", {}),
    ],
)
def test_a_price_in_the_unit_of_another_good(
    own: Folder, load: Load, unit: str, cells: dict[str, str]
) -> None:
    own.file("figures.csv", f"name,value,unit,evidence\nodd_price,0.6,{unit},assumed\n")
    own.set("outlets", 2, price_cny_per_t="odd_price", **cells)
    assert ("figure_unit", "outlets.csv", 2, "price_cny_per_t") in found(load)


@pytest.mark.parametrize(("per", "fits_it"), [("year", True), ("period", False)])
def test_a_yearly_amount_fits_a_yearly_cell_alone(own: Folder, load: Load, per: str, fits_it: bool) -> None:
    own.file("figures.csv", "name,value,unit,evidence\nyearly_demand,900,t/a,assumed\n")
    own.set("outlets", 2, max_t="yearly_demand", per=per)
    if fits_it:
        assert next(row.max_t for row in load("").outlets if row.name == "steel") == 900
    else:
        assert ("figure_unit", "outlets.csv", 2, "max_t") in found(load)


def test_a_case_folder_called_library_is_a_case(own: Folder, library: Folder, tmp_path: Path) -> None:
    """The rows of a base in a folder of that name are the case's own."""
    own.path.rename(tmp_path / "studies_base")
    (tmp_path / "studies").mkdir()
    (tmp_path / "studies_base").rename(tmp_path / "studies" / "library")
    scenario = tmp_path / "studies" / "s.yaml"
    scenario.write_text("schema_version: 1\nbase: library\n", encoding="utf-8")
    assert names(load_case(scenario, library=library.path).sites) == {"plant", "mill"}


def test_evidence_does_not_move_to_another_number(own: Folder, library: Folder, load: Load) -> None:
    """The library's measured cost of 30 is overruled by 0: its loss is not measured for that."""
    library.file(
        "routes/processes.csv",
        "name,method,cost_cny_per_t,loss_t_per_t,low,high,source,evidence\n"
        "lib_separation,R4,30,0.1,25,35,lib_source,measured\n",
    )
    row = "processes,lib_separation,loss_t_per_t,lib_source,derived\n"
    library.file("routes/evidence.csv", f"table,item,column,source,evidence\n{row}")
    library.file("routes/feeds.csv", "process,material\nlib_separation,lib_muds\n")
    own.file("processes.csv", "name,cost_cny_per_t\nlib_separation,0\n")
    (process,) = load("").processes
    assert (process.cost_cny_per_t, process.evidence, process.low) == (0, "", None)


def test_a_unit_of_hours_brings_the_evidence_of_both_numbers(
    own: Folder, library: Folder, load: Load
) -> None:
    library.file(
        "routes/units.csv",
        "name,process,use_per_t,capacity,capacity_unit,low,high,source,evidence\n"
        "lib_separator_300,lib_separation,0.02,8000,h,0.01,0.03,lib_source,measured\n",
    )
    row = "units,lib_separator_300,capacity,7000,8400,lib_source,derived\n"
    library.file("routes/evidence.csv", f"table,item,column,low,high,source,evidence\n{row}")
    case = load("")
    assert (case.lines[0].capacity, case.lines[0].evidence) == (8000, "")
    told = [row for row in case.evidence if row.table == "lines"]
    assert [(row.column, row.evidence, row.low) for row in told] == [("capacity", "derived", 7000)]
    (runs,) = case.line_processes
    assert (runs.use_per_t, runs.evidence, runs.high) == (0.02, "measured", 0.03)


def test_the_case_may_back_a_number_of_the_library_itself(own: Folder, load: Load) -> None:
    row = "processes,lib_separation,cost_cny_per_t,20,60,assumed\n"
    own.file("evidence.csv", f"table,item,column,low,high,evidence\n{row}")
    case = load("")
    (told,) = [row for row in case.evidence if row.table == "processes"]
    assert (case.processes[0].evidence, told.evidence, told.high) == ("", "assumed", 60)


def test_a_figure_takes_no_place_of_a_clause(own: Folder, load: Load) -> None:
    own.file("figures.csv", "name,value,unit,evidence\nbuilding_i_ra_max,77,index,assumed\n")
    own.set("outlets", 2, max_t="building_i_ra_max * 1")
    assert ("name_twice", "figures.csv", 2, "name") in found(load)


@pytest.mark.parametrize("table", ["lines", "materials"])
def test_what_is_like_another_may_be_switched_off(own: Folder, load: Load, table: str) -> None:
    own.file("materials.csv", "name,legal_status,like\nown_mud,general_waste,lib_mud\n")
    own.add("lines", name="second", facility="works", like="lib_separator_300")
    rows = {"lines": 3, "materials": 2}
    own.set(table, rows[table], active="no")
    case = load("")
    assert ("second" in names(case.lines)) == (table == "materials")
    assert ("own_mud" in names(case.materials)) == (table == "lines")


def test_a_point_of_the_library_may_be_switched_off(own: Folder, library: Folder, load: Load) -> None:
    library.file("routes/points.csv", "process,point\nlib_separation,plain\nlib_separation,fine\n")
    library.file(
        "routes/inputs.csv",
        "process,point,material,amount_per_t,source,evidence\nlib_separation,fine,lib_power,1,lib_source,measured\n",
    )
    library.file("routes/materials.csv", "name,legal_status,unit\nlib_power,commodity,MWh\n")
    own.file("points.csv", "process,point,active\nlib_separation,fine,no\n")
    case = load("")
    assert [row.point for row in case.points] == ["plain"]
    assert not case.inputs
    assert "lib_power" not in names(case.materials)


def test_a_figure_that_is_switched_off_is_none(own: Folder, load: Load) -> None:
    own.file("figures.csv", "name,value,unit,active\nlib_price,400,CNY/t,no\n")
    assert ("unknown_figure", "outlets.csv", 2, "price_cny_per_t") in found(load)


def test_a_process_that_the_case_states_whole_stands_alone(own: Folder, load: Load) -> None:
    """Its own method, feed and outputs: nothing of the library's process of that name joins them."""
    own.file("processes.csv", "name,method,cost_cny_per_t,evidence\nlib_separation,R4,20,assumed\n")
    own.file("feeds.csv", "process,material\nlib_separation,lib_mud\n")
    own.file(
        "outputs.csv", "process,material,yield_t_per_t,evidence\nlib_separation,lib_tailings,1,assumed\n"
    )
    (process,) = load("").processes
    assert process.source == ""
    assert [row.material for row in load("").outputs] == ["lib_tailings"]


def test_a_group_of_the_case_calls_its_members(own: Folder, load: Load) -> None:
    own.file("groups.csv", "group,member\nmy_muds,lib_mud\nmy_muds,lib_other_mud\n")
    own.set("outlets", 4, material="my_muds")
    assert {"lib_mud", "lib_other_mud"} <= names(load("").materials)


def test_names_near_what_the_library_offers(own: Folder, load: Load) -> None:
    own.set("outlets", 2, price_cny_per_t="lib_unused_prise").set("arisings", 2, material="lib_other_mut")
    with pytest.raises(CaseFaults) as caught:
        load("")
    words = caught.value.render("en")
    assert "did you mean 'lib_unused_price'?" in words
    assert "did you mean 'lib_other_mud'?" in words


def test_a_figure_may_have_a_chinese_name(own: Folder, load: Load) -> None:
    own.file("figures.csv", "name,value,unit,evidence\n铁精矿价,410,CNY/t,assumed\n")
    own.set("outlets", 2, price_cny_per_t="铁精矿价")
    assert next(row.price_cny_per_t for row in load("").outlets if row.name == "steel") == 410


def test_a_figure_that_cannot_be_read_is_told_once(own: Folder, load: Load) -> None:
    own.file("figures.csv", "name,value,unit,evidence\nmy_price,dear,CNY/t,assumed\n")
    own.set("outlets", 2, price_cny_per_t="my_price").set("outlets", 3, price_cny_per_t="my_price")
    assert [fault[:3] for fault in found(load)] == [("not_a_number", "figures.csv", 2)]


def test_a_remark_beside_a_figure_takes_nothing_from_it(own: Folder, load: Load) -> None:
    own.set("outlets", 2, comment="by rail", as_of=2025)
    steel = next(row for row in load("").outlets if row.name == "steel")
    assert (steel.evidence, steel.low, steel.as_of, steel.comment) == ("measured", 300, 2025, "by rail")


def test_a_scenario_that_changes_a_number_makes_it_an_assumption(own: Folder, load: Load) -> None:
    """Also one of the library, and also one of which the table `evidence` speaks."""
    own.file(
        "dear.yaml",
        "schema_version: 1\nbase: case.yaml\noverrides:\n"
        "  - {table: processes, where: {name: lib_separation}, set: {cost_cny_per_t: 99}}\n"
        "  - {table: materials, where: {name: lib_mud}, scale: {density_t_per_m3: 1.1}}\n",
    )
    case = load("dear.yaml")
    assert (case.processes[0].cost_cny_per_t, case.processes[0].evidence, case.processes[0].source) == (
        99,
        "assumed",
        "",
    )
    (told,) = [row for row in case.evidence if row.item == "lib_mud"]
    assert (told.column, told.evidence, told.high) == ("density_t_per_m3", "assumed", None)


def test_a_scenario_may_say_where_its_number_comes_from(own: Folder, load: Load) -> None:
    own.file(
        "dear.yaml",
        "schema_version: 1\nbase: case.yaml\noverrides:\n  - table: processes\n    where: {name: lib_separation}\n"
        "    set: {cost_cny_per_t: 99, source: lib_source, evidence: derived, low: 90, high: 110}\n",
    )
    (process,) = load("dear.yaml").processes
    assert (process.evidence, process.source, process.low) == ("derived", "lib_source", 90)


@pytest.mark.parametrize("action", ["scale", "add"])
def test_a_scenario_cannot_reckon_with_the_name_of_a_figure(own: Folder, load: Load, action: str) -> None:
    own.file(
        "odd.yaml",
        "schema_version: 1\nbase: case.yaml\n"
        f"overrides:\n  - {{table: outlets, where: {{name: steel}}, {action}: {{price_cny_per_t: 1.2}}}}\n",
    )
    with pytest.raises(CaseFaults) as caught:
        load("odd.yaml")
    (fault,) = caught.value.faults
    assert (fault.message.key, fault.file) == ("case.cell_holds_figure", "odd.yaml")
    assert "lib_price * 1.2" in caught.value.render("en")


def test_a_scenario_finds_cells_by_the_figure_they_hold(own: Folder, load: Load) -> None:
    own.file(
        "new.yaml",
        "schema_version: 1\nbase: case.yaml\n"
        "overrides:\n  - {table: outlets, where: {price_cny_per_t: lib_price}, set: {price_cny_per_t: 450}}\n",
    )
    steel = next(row for row in load("new.yaml").outlets if row.name == "steel")
    assert (steel.price_cny_per_t, steel.evidence) == (450, "assumed")


def test_years_that_no_calendar_knows(own: Folder, load: Load) -> None:
    own.file(
        "targets.csv",
        "name,waste_class,year,at_least,evidence\naim,red_mud,1000000000,0.1,assumed\n",
    )
    assert ("beyond", "targets.csv", 2, "year") in found(load)


@pytest.mark.parametrize(
    ("account", "figure", "value"),
    [("co2e_t", "grid", 0.55), ("energy_kgce", "grid", None), ("energy_kgce", "grid * 223.5", 122.925)],
)
def test_the_unit_of_a_factor_is_that_of_account_and_material(
    own: Folder, load: Load, account: str, figure: str, value: float | None
) -> None:
    """t/MWh fits a factor on CO2e of a material in MWh, not one on energy."""
    own.file("figures.csv", "name,value,unit,evidence\ngrid,0.55,t/MWh,assumed\n")
    own.add("materials", name="power", unit="MWh", legal_status="commodity")
    own.add("factors", material="power", account=account, amount_per_unit=figure)
    if value is None:
        with pytest.raises(CaseFaults, match="t/MWh"):
            load("")
    else:
        (row,) = load("").factors
        assert (row.amount_per_unit, row.evidence) == (pytest.approx(value), "assumed")
