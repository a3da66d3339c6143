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
        "fill,mill,lib_tailings,-40,GU4,assumed\n"
        "left,mill,lib_mud,-80,GU4,assumed\n"
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
    assert (fault.file, fault.row, fault.column) == ("library/routes/processes.csv", 2, "source")


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
        ("CNY/MWh", "CNY/unit", 1.0),
        ("t/a", "t", 1.0),
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
    own.file("methods.csv", "code,meaning\nR4,use\nGU4,use\n")
    own.file("clauses.csv", "name,standard,subject\nlib_unused_process,A law,words\n")
    assert names(load("").processes) == {"lib_separation"}
