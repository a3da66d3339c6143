"""A plan as a workbook, in both languages: what it holds, that its sums are the plan's, that nothing is live."""

from __future__ import annotations

import re
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import python_calamine
from tests.jobs import cases

from redmud_opt.case import CaseFaults, load_case
from redmud_opt.case.things import PriceByYear, Tier
from redmud_opt.cli import main
from redmud_opt.i18n import Message
from redmud_opt.jobs import Exit, RunFolder, run
from redmud_opt.jobs.exporting import export
from redmud_opt.report.planbook import write_planbook
from redmud_opt.report.planbook.book import COLOURS
from redmud_opt.report.todo import contracts_to_sign, steps_to_take

Rows = list[list[object]]
PRICE = "Price, CNY/t (negative: fee; blank: by tiers or year)"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("planbook")
    cases.starter(home / "case")
    with (home / "case" / "case.yaml").open("a", encoding="utf-8") as file:
        file.write('classification: "=内部资料"\n')
    assert run(home / "case", out=home / "run").exit is Exit.PLAN
    explained = {lang: {"heading": {"text": "H"}, "lines": [{"text": "first"}, {"text": "=second"}]}
                 for lang in ("en", "zh")}  # fmt: skip
    (home / "run" / "explained").mkdir()
    RunFolder(home / "run").write_json("explained/worth.json", explained)
    return home


@pytest.fixture(scope="module", params=["en", "zh"])
def book(request: pytest.FixtureRequest, folder: Path) -> tuple[str, Path, dict[str, Rows]]:
    file = folder / f"plan_{request.param}.xlsx"
    export(folder / "run", file, request.param)
    found = python_calamine.CalamineWorkbook.from_path(str(file))
    return (
        request.param,
        file,
        {name: found.get_sheet_by_name(name).to_python() for name in found.sheet_names},
    )


def test_the_summary_states_status_and_value(folder: Path, book: tuple[str, Path, dict[str, Rows]]) -> None:
    language, _, sheets = book
    plan = RunFolder(folder / "run").read_plan()
    rows = next(iter(sheets.values()))
    assert rows[1][0] == "=内部资料"
    words = " ".join(str(cell) for row in rows for cell in row)
    assert f"{plan.value_cny / 1e6:,.3f}" in words
    assert ("已证明为最优方案" if language == "zh" else "proved to be the best plan") in words


def test_sums_are_those_of_the_plan(folder: Path, book: tuple[str, Path, dict[str, Rows]]) -> None:
    language, _, sheets = book
    plan = RunFolder(folder / "run").read_plan()
    flows = sheets["运输" if language == "zh" else "Transport"]
    at = next(k for k, name in enumerate(flows[0]) if "wet" not in str(name) and "湿" not in str(name) and
              isinstance(flows[1][k], float) and k > 3)  # fmt: skip
    assert sum(float(str(row[at])) for row in flows[1:]) == pytest.approx(
        plan.frames["flows"]["flow_t"].sum()
    )


def test_no_key_no_blank_no_formula(book: tuple[str, Path, dict[str, Rows]]) -> None:
    _, file, sheets = book
    cells = [str(cell) for rows in sheets.values() for row in rows for cell in row]
    assert not [cell for cell in cells if re.search(r"planbook\.|report\.\w+\.|\{\w*\}", cell)]
    assert "=second" in cells
    with zipfile.ZipFile(file) as box:
        assert not [
            n for n in box.namelist() if n.startswith("xl/worksheets/sheet") and b"<f>" in box.read(n)
        ]
        charts = [box.read(name).decode() for name in box.namelist() if name.startswith("xl/charts/chart")]
    assert charts
    for chart in charts:  # every series has its cells, and some are not blank
        assert re.findall(r"<c:f>[^<]+</c:f>", chart)


def test_a_plan_that_was_altered_is_not_told_as_audited(folder: Path, tmp_path: Path) -> None:
    """The audit is made anew on the way out: tonnes that were written into a table afterwards do not pass it."""
    shutil.copytree(folder / "run", tmp_path / "run")

    def halved(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(placed_t=0.5 * frame["placed_t"])

    cases.alter(tmp_path / "run" / "plan", "placements", halved)
    export(tmp_path / "run", tmp_path / "plan.xlsx")
    found = python_calamine.CalamineWorkbook.from_path(str(tmp_path / "plan.xlsx"))
    rows = {str(row[0]): row[1] for row in found.get_sheet_by_name("Summary").to_python()}
    assert rows["Audit"] == "failed"


def test_a_plan_without_an_audit_says_so(folder: Path, tmp_path: Path) -> None:
    plan = RunFolder(folder / "run").read_plan()
    write_planbook(load_case(folder / "case"), plan, tmp_path / "plan.xlsx", "zh")
    found = python_calamine.CalamineWorkbook.from_path(str(tmp_path / "plan.xlsx"))
    rows = {str(row[0]): row[1] for row in found.get_sheet_by_name("摘要").to_python()}
    assert rows["审核"] == "未审核"


def test_an_outlet_with_tiers_has_no_one_price(folder: Path) -> None:
    """The price of the outlet itself is not what is paid where tiers stand."""
    case, plan = load_case(folder / "case"), RunFolder(folder / "run").read_plan()
    tier = Tier(item="steelworks", step=1, price_cny_per_t=400.0)
    for tiers, blank in (((), False), ((tier,), True)):
        signed = contracts_to_sign(replace(case, tiers=tiers), plan, "en").set_index("Receiver")
        assert bool(pd.isna(signed.loc["Steelworks", PRICE])) == blank


def test_tonnes_and_price_of_a_contract_are_those_of_the_receiver(folder: Path) -> None:
    """Iron concentrate of 10 % moisture: wet tonnes are dry ÷ 0.9 where the price is per tonne as received. A price
    path with one factor is in the price, one with several leaves no one price."""
    case, plan = load_case(folder / "case"), RunFolder(folder / "run").read_plan()

    def steelworks(basis: str, factors: dict[int, float]) -> pd.Series:
        outlets = tuple(replace(row, basis=basis) for row in case.outlets)
        path = tuple(PriceByYear(item="steelworks", year=year, factor=f) for year, f in factors.items())
        other = replace(case, outlets=outlets, price_paths=path)
        return contracts_to_sign(other, plan, "en").set_index("Receiver").loc["Steelworks"]

    dry, wet = steelworks("dry", {}), steelworks("as_received", {2026: 1.1})
    assert dry["Basis of tonnes and price"] == "Dry"
    assert wet["Basis of tonnes and price"] == "As received"
    for head in ("Most in a year, t", "Whole horizon, t"):
        assert wet[head] == pytest.approx(dry[head] / 0.9)
    assert (dry[PRICE], wet[PRICE]) == (420.0, pytest.approx(462.0))


def test_steps_say_what_is_done_to_a_yard(folder: Path) -> None:
    case, plan = load_case(folder / "case"), RunFolder(folder / "run").read_plan()
    cells = {"storage": "yard", "item": "yard", "period": case.periods[0].name, "start": "2026-01-01"}
    events = pd.DataFrame([cells | {"kind": kind, "cost_cny": 5.0} for kind in ("closure", "measure")])
    told = replace(plan, frames={**plan.frames, "yard_events": events})
    assert list(steps_to_take(case, told, "zh")["事项"]) == ["闭库", "治理措施"]


def test_notes_call_things_by_their_labels(folder: Path, tmp_path: Path) -> None:
    case, plan = load_case(folder / "case"), RunFolder(folder / "run").read_plan()
    words = {"column": "readiness", "table": "processes", "rows": ("red_mud",), "count": 1}
    note = Message("case.unenforced_column", words)
    write_planbook(case, replace(plan, not_enforced=(note,)), tmp_path / "plan.xlsx", "zh")
    found = python_calamine.CalamineWorkbook.from_path(str(tmp_path / "plan.xlsx"))
    assert "赤泥" in str(found.get_sheet_by_name("摘要").to_python()[-1][0])


def test_what_cannot_be_exported(folder: Path, tmp_path: Path) -> None:
    for source, target in ((folder / "run", tmp_path / "folder"), (folder / "case", tmp_path / "other")):
        with pytest.raises(CaseFaults):
            export(source, target)
    (tmp_path / "there.xlsx").write_bytes(b"mine")
    with pytest.raises(CaseFaults):
        export(folder / "run", tmp_path / "there.xlsx")
    assert (tmp_path / "there.xlsx").read_bytes() == b"mine"
    assert main(["export", str(folder / "run"), str(tmp_path / "plan.xlsx"), "--lang", "zh"]) == 0
    assert main(["export", str(folder / "run"), str(tmp_path / "none" / "plan.xlsx")]) == Exit.FAULTS
    assert not (tmp_path / "none").exists()
    shutil.copytree(folder / "run", tmp_path / "run")
    (tmp_path / "run" / "plan" / "flows.parquet").write_bytes(b"PAR1")
    with pytest.raises(CaseFaults):
        export(tmp_path / "run", tmp_path / "cut.xlsx")


def test_every_sheet_prints_with_the_classification(book: tuple[str, Path, dict[str, Rows]]) -> None:
    _, file, sheets = book
    with zipfile.ZipFile(file) as box:
        pages = [box.read(n).decode() for n in box.namelist() if n.startswith("xl/worksheets/sheet")]
    assert len(pages) == len(sheets)
    for page in pages:
        assert "&amp;L=内部资料" in page
        assert 'fitToPage="1"' in page
        assert 'orientation="' in page


def test_contents_lead_to_every_sheet(book: tuple[str, Path, dict[str, Rows]]) -> None:
    language, _, sheets = book
    rows = sheets["目录" if language == "zh" else "Contents"]
    assert len(rows) == 1 + len(sheets)
    assert all(len(name) <= 31 and "  " not in name for name in sheets)


def test_how_full_the_yards_are(folder: Path, book: tuple[str, Path, dict[str, Rows]]) -> None:
    """A line per yard: the share at the end of the last year is that of the plan."""
    language, _, sheets = book
    yards = RunFolder(folder / "run").read_plan().frames["yards"]
    rows = sheets["堆场寿命" if language == "zh" else "Yard life"]
    last = yards.groupby("storage", sort=False)["filled_share"].last()
    assert float(str(rows[2][len(rows[1]) - 1])) == pytest.approx(100 * float(last.iloc[0]))


def test_inputs_that_differ_from_the_base(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "dear.yaml").write_text(
        f"base: {folder / 'case'}\noverrides:\n  - {{table: outlets, where: {{name: steelworks}}, set: "
        "{price_cny_per_t: 999}}\n",
        encoding="utf-8",
    )
    assert run(tmp_path / "dear.yaml", out=tmp_path / "run").exit is Exit.PLAN
    export(tmp_path / "run", tmp_path / "plan.xlsx", "en")
    found = python_calamine.CalamineWorkbook.from_path(str(tmp_path / "plan.xlsx"))
    rows = found.get_sheet_by_name("Inputs that differ from base").to_python()
    told = [(row[0], row[1], row[2], row[6]) for row in rows[1:]]
    assert ("outlets", "steelworks", "price_cny_per_t", "999.0") in told


def test_names_that_look_like_formulas_stay_text(folder: Path, tmp_path: Path) -> None:
    """Labels may begin with anything: none of them is live in the workbook, all are there as they are."""
    plan = RunFolder(folder / "run").read_plan()
    words = dict(plan.labels["en"])
    risky = dict(zip(words, ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1"), strict=False))
    odd = replace(plan, labels={"en": words | risky, "zh": words | risky})
    write_planbook(load_case(folder / "case"), odd, tmp_path / "odd.xlsx", "en")
    with zipfile.ZipFile(tmp_path / "odd.xlsx") as box:
        assert not [n for n in box.namelist() if n.startswith("xl/worksheets/") and b"<f>" in box.read(n)]
        texts = box.read("xl/sharedStrings.xml").decode()
    shown = {
        *plan.frames["flows"]["from_site"],
        *plan.frames["sales"]["outlet"],
        *plan.frames["feeds"]["line"],
    }
    held = shown & set(risky)
    assert held
    for name in held:
        assert f">{risky[name].strip()}<" in texts or f">{risky[name]}<" in texts


def test_colours_of_a_chart_do_not_repeat() -> None:
    assert len(set(COLOURS)) == len(COLOURS) >= 20
