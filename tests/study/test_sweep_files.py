"""Study files: what is wrong is told at its line, all of it at once, before anything runs."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent

import pytest
from tests.jobs.cases import edit, starter

from redmud_opt.case import Case, CaseFaults, load_case
from redmud_opt.i18n import text
from redmud_opt.study.sweeps.reading import read_study, size_of

PRICE = (
    "{name: bricks, table: outlets, where: {name: builders}, column: price_cny_per_t, low: 0.6, high: 1.4}"
)
DEMAND = "{name: demand, table: outlets, where: {name: builders}, column: max_t, low: 0.7, high: 1.2}"
COSTS = "{name: costs, table: processes, where: all, column: cost_cny_per_t, low: 0.8, high: 1.3}"

TWO = (
    "{kind: two_stage, members: [{name: a, probability: 0.6}, "
    "{name: b, set: {bricks: 1.2}, probability: 0.4}]}"
)
CHANCE = TWO.replace(
    "}]}",
    "}], chances: [{target: use_target, year: YEAR, at_least: 0.9, price_cny_per_point: 1e5}]}",
)


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return load_case(starter(tmp_path_factory.mktemp("files") / "case"))


def written(
    folder: Path, *parameters: str, design: str = "{kind: tornado}", more: str = "", name: str = "study.yaml"
) -> Path:
    """A study file."""
    lines = ["schema_version: 1", "name: s", "case: case", "parameters:"]
    lines += [indent(f"- {parameter}", "  ") for parameter in parameters]
    path = folder / name
    path.write_text("\n".join([*lines, f"design: {design}", more, ""]), encoding="utf-8")
    return path


def told(path: Path, case: Case) -> list[str]:
    """What is wrong, with lines, in English; the Chinese is there too."""
    with pytest.raises(CaseFaults) as caught:
        read_study(path, case=case)
    for fault in caught.value.faults:
        assert "sweep." not in fault.render("zh")
        assert "{" not in text(fault.message, "zh") or "schema" in text(fault.message, "zh")
    return [f"{fault.row}: {fault.render()}" for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("parameter", "says"),
    [
        (PRICE.replace("outlets", "outlet"), "there is no table `outlet`"),
        (PRICE.replace("price_cny_per_t", "price_cny"), "did you mean 'price_cny_per_t'"),
        (PRICE.replace("price_cny_per_t", "label_en"), "neither numbers nor dates"),
        (PRICE.replace("builders", "nobody"), "name = nobody"),
        (PRICE.replace("{name: builders}", "{named: builders}"), "has no column `named`"),
        (PRICE.replace("low: 0.6", "low: 1.4"), "give two ends"),
        (PRICE.replace("low: 0.6", "low: 1.2"), "stands at 1, outside"),
        (PRICE.replace(", low: 0.6", ""), "`low` is missing"),
        (PRICE.replace("high: 1.4", "by: double, high: 1.4"), "none of factor"),
        (PRICE.replace("high: 1.4", "by: days, high: 1.4"), "dates move by days"),
        (PRICE.replace("high: 1.4", "high: a lot"), "a lot"),
        (PRICE.replace("high: 1.4", "high: 1.4, until: 3"), "until"),
        (DEMAND.replace("low: 0.7", "low: -0.7"), "what is possible is ≥ 0"),
        (PRICE.replace("high: 1.4", "high: 1.4, distribution: cauchy"), "none of uniform"),
        ("{name: f, figure: price_gold, low: 1, high: 2}", "price_gold"),
        ("{name: f, figure: price_gold, table: outlets, low: 1, high: 2}", "not both"),
        ("{name: d, table: settings, column: discount, low: 0, high: 1}", "discount"),
        ("just text", "needs keys with values"),
        (COSTS.replace("low: 0.8", "by: value, low: 0.8"), "hold different numbers"),
    ],
)
def test_what_is_wrong_with_a_parameter(tmp_path: Path, case: Case, parameter: str, says: str) -> None:
    found = told(written(tmp_path, parameter), case)
    assert any(says in line for line in found), found
    assert all(line.startswith("5: ") for line in found), found
    assert len(found) == 1, found


@pytest.mark.parametrize(
    ("design", "more", "says"),
    [
        ("{kind: tornada}", "", "did you mean 'tornado'"),
        ("{kind: tornado, runs: 5}", "", "runs"),
        ("{kind: grid, of: [bricks, demand, costs]}", "", "one or two parameters"),
        ("{kind: grid, of: [bricks, demnad]}", "", "did you mean 'demand'"),
        ("{kind: monte_carlo, runs: many}", "", "many"),
        ("{kind: monte_carlo, runs: 2.5}", "", "no whole number"),
        ("{kind: sobol, runs: 100}", "", "powers of two"),
        ("{kind: scenarios}", "", "no members"),
        ("{kind: scenarios, members: [{name: a, set: {demand: -3}}]}", "", "what is possible is ≥ 0"),
        (TWO.replace("bricks: 1.2", "demand: -3"), "", "what is possible is ≥ 0"),
        ("{kind: scenarios, members: [{name: a, set: {brick: 1}}]}", "", "did you mean 'bricks'"),
        (
            "{kind: sobol, runs: 8}",
            "correlations: [{of: [bricks, demand], rank: 0.5}]",
            "without correlations",
        ),
        ("{kind: tornado}", "correlations: [{of: [bricks, demand], rank: 1.5}]", "1.5"),
        ("{kind: tornado}", "correlations: [{of: [bricks], rank: 0.5}]", "two or more"),
        ("{kind: tornado}", "correlations: [{of: [bricks, x], rank: 0.5}]", "no parameter is called 'x'"),
        ("{kind: two_stage}", "", "no members"),
        (TWO.replace("0.4", "0.5"), "", "make them sum to 1"),
        (TWO.replace(", probability: 0.4", ""), "", "`probability` is missing"),
        (TWO.replace("0.4", "0"), "", "never comes"),
        (TWO.replace("}]}", "}], aim: best}"), "", "none of expected, cvar"),
        (TWO.replace("}]}", "}], worst: 0}"), "", "more than 0"),
        (CHANCE.replace("use_target", "use_targt"), "", "did you mean"),
        (CHANCE.replace("YEAR", "2055"), "", "binds in"),
        (CHANCE.replace("0.9", "1.2").replace("YEAR", "2026"), "", "1.2"),
        (
            CHANCE.replace(", price_cny_per_point: 1e5", "").replace("YEAR", "2026"),
            "",
            "`price_cny_per_point` is missing",
        ),
        ("{kind: scenarios, members: [{name: a, probability: 1}]}", "", "probability"),
        ("{kind: tornado}", "outputs: [valeu]", "did you mean 'value'"),
        ("{kind: tornado}", "investments: loose", "none of fixed"),
        ("{kind: tornado}", "limits: {gap: 2}", "2"),
        ("{kind: tornado}", "limits: {runs: 3}", "7 members are more than the 3"),
        ("{kind: tornado}", "colour: red", "colour"),
    ],
)
def test_what_is_wrong_with_the_rest(tmp_path: Path, case: Case, design: str, more: str, says: str) -> None:
    found = told(written(tmp_path, PRICE, DEMAND, COSTS, design=design, more=more), case)
    assert any(says in line for line in found), found


def test_a_matrix_that_is_not_positive_definite(tmp_path: Path, case: Case) -> None:
    more = (
        "correlations: [{of: [bricks, demand], rank: 0.9}, {of: [demand, costs], rank: 0.9}, "
        "{of: [bricks, costs], rank: -0.9}]"
    )
    found = told(written(tmp_path, PRICE, DEMAND, COSTS, more=more), case)
    assert any("not positive definite" in line for line in found)


def test_everything_is_told_at_once(tmp_path: Path, case: Case) -> None:
    found = told(written(tmp_path, PRICE.replace("builders", "x"), DEMAND, DEMAND, more="outputs: [y]"), case)
    assert len(found) == 3, found


def test_a_parameter_that_is_wrong_is_told_once(tmp_path: Path, case: Case) -> None:
    """What speaks of it elsewhere is not told as well."""
    wrong = PRICE.replace("low: 0.6", "low: 1.2")
    found = told(written(tmp_path, wrong, DEMAND, design="{kind: grid, of: [bricks, demand]}"), case)
    assert len(found) == 1, found


def test_ends_that_break_a_check_of_the_case(tmp_path: Path, case: Case) -> None:
    """A yield so high that more mass comes out than goes in."""
    parameter = (
        "{name: y, table: outputs, where: {process: brick_making}, column: yield_t_per_t, low: 0.5, high: 3}"
    )
    found = told(written(tmp_path, parameter), case)
    assert any("parameter 'y' at 3" in line for line in found), found


def test_ranges_from_evidence(tmp_path: Path, case: Case) -> None:
    """Of a row with low and high; of one with one end the other must be given; assumed is uniform."""
    place = starter(tmp_path / "case")

    def ranged(row: dict[str, str]) -> None:
        if row["name"] == "builders":
            row.update(low="230", high="300", evidence="assumed")

    edit(place, "outlets", lambda row: row.update(low="", high="", bound=""))
    edit(place, "outlets", ranged)
    by_evidence = PRICE.replace("low: 0.6, high: 1.4", "range: evidence")
    price = next(row.price_cny_per_t for row in load_case(place).outlets if row.name == "builders")
    found = read_study(written(tmp_path, by_evidence), case=load_case(place)).parameters[0]
    assert (found.low, found.base, found.high, found.by) == (230.0, price, 300.0, "value")
    assert (found.distribution, found.from_evidence) == ("uniform", True)
    edit(place, "outlets", lambda row: row.update(high="", bound="lower") if row["low"] else None)
    assert "give `high`" in told(written(tmp_path, by_evidence), load_case(place))[0]
    wider = by_evidence.replace("range: evidence", "range: evidence, high: 350")
    assert read_study(written(tmp_path, wider), case=load_case(place)).parameters[0].high == 350.0
    lower = PRICE.replace("low: 0.6", "by: factor, low: 0.1")
    assert "what is possible is ≥ 230" in told(written(tmp_path, lower), load_case(place))[0]
    edit(place, "outlets", lambda row: row.update(low="", bound=""))
    assert "states no range" in told(written(tmp_path, by_evidence), load_case(place))[0]


def test_files_that_are_none(tmp_path: Path, case: Case) -> None:
    assert "no study file" in told(tmp_path / "nowhere.yaml", case)[0]
    (tmp_path / "broken.yaml").write_text("a: [", encoding="utf-8")
    assert told(tmp_path / "broken.yaml", case)
    (tmp_path / "latin.yaml").write_bytes(b"name: \xe9")
    assert "UTF-8" in told(tmp_path / "latin.yaml", case)[0]
    (tmp_path / "empty.yaml").write_text("schema_version: 1\nname: s\ncase: c\n", encoding="utf-8")
    assert any("at least one parameter" in line for line in told(tmp_path / "empty.yaml", case))


SHIPPED = sorted((Path(__file__).resolve().parents[2] / "scenarios" / "studies").glob("*.yaml"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_studies_are_read(path: Path) -> None:
    study = read_study(path)
    assert study.name == path.stem
    assert study.title["en"]
    assert study.title["zh"]
    assert size_of(study) <= study.limits.runs
    assert all(p.label_en and p.label_zh for p in study.parameters)
