"""Filing sheets on paper: what the plan says stands in the forms, the ledgers balance, the rest is left to fill."""

from __future__ import annotations

import re
import zipfile
from collections import defaultdict
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import python_calamine
from tests.builders import (
    Solved,
    in_stock,
    landfill,
    lane,
    lining,
    mud,
    product,
    rows,
    sells,
    solve,
    tiny,
    works,
    yard,
)
from tests.jobs import cases
from tests.model.bordering import bordered, document
from tests.plan.test_ledger import certified

from redmud_opt.case import Case, CaseFaults, load_case
from redmud_opt.case.case import Period
from redmud_opt.case.forms import Forms, load_forms
from redmud_opt.case.rules import Exemption, ListedExemption, Permit
from redmud_opt.case.things import Owner, Province, Site
from redmud_opt.cli import main
from redmud_opt.jobs import Exit, RunFolder, run
from redmud_opt.plan import Plan
from redmud_opt.report.filings import FILLERS, Account, Filled, fill, residual, write_filings
from redmud_opt.report.filings.book import part_years


@pytest.fixture(scope="module")
def forms() -> Forms:
    found = load_forms("cn")
    assert found is not None
    return found


def filed(forms: Forms, case: Case, plan: Plan, language: str = "en") -> dict[str, Filled]:
    return {own.form.form: own for own in fill(forms, case, plan, language)}


def only(own: Filled, **where: object) -> dict[str, Any]:
    """The one row of a form."""
    found = [row for row in own.rows if all(row[name] == value for name, value in where.items())]
    assert len(found) == 1, found
    return found[0]


# ---------------------------------------------------------------- hazardous waste


@pytest.fixture(scope="module")
def lined() -> Solved:
    """10 t dry lining a half-year, 12.5 t as received. An approval covers 2026: all goes to the pit in B, 2 × 10 t;
    in 2027 it stays in the shed, 10 t after the first half, 20 t after the second."""
    return solve(bordered(document(), moisture=0.2))


@pytest.fixture(scope="module")
def hazardous(forms: Forms, lined: Solved) -> dict[str, Filled]:
    return filed(forms, lined.case, lined.plan)


def test_the_management_plan(hazardous: dict[str, Filled]) -> None:
    generated = [(row["year"], row["generated_t"]) for row in hazardous["hw_plan_generation"].rows]
    assert generated == [(2026, pytest.approx(25)), (2027, pytest.approx(25))]
    stored = only(hazardous["hw_plan_storage"], year=2027)
    assert (stored["closing_t"], stored["peak_t"]) == (pytest.approx(25), pytest.approx(25))
    moved = only(hazardous["hw_plan_transfer"])
    assert (moved["year"], moved["moved_t"]) == (2026, pytest.approx(25))
    assert (moved["receiver"], moved["flow_type"], moved["code"]) == ("pit (M)", "to another province", "X")
    assert not hazardous["hw_plan_self"].rows


def test_the_ledger(hazardous: dict[str, Filled]) -> None:
    """Generated 4 × 12.5 t; into storage 2 × 12.5 t; handed over 2 × 12.5 t under the approval; no permit known."""
    generation = hazardous["hw_ledger_generation"]
    assert [row["amount_t"] for row in generation.rows] == [pytest.approx(12.5)] * 4
    assert [row["number"] for row in generation.rows] == [1, 2, 3, 4]
    assert [row["destination"] for row in generation.rows] == ["M", "M", "shed", "shed"]
    assert generation.rows[0]["period"] == "2026-01-01 to 2026-06-30"
    assert [row["amount_t"] for row in hazardous["hw_ledger_in"].rows] == [pytest.approx(12.5)] * 2
    handed = hazardous["hw_ledger_outsourced"]
    assert [(row["amount_t"], row["approval"]) for row in handed.rows] == [(pytest.approx(12.5), "doc")] * 2
    assert {row["permit"] for row in handed.rows} == {""}
    assert not hazardous["hw_ledger_out"].rows
    assert not hazardous["hw_ledger_self"].rows


def test_the_application_over_the_border(hazardous: dict[str, Filled]) -> None:
    row = only(hazardous["hw_cross"])
    assert (row["from_province"], row["to_province"]) == ("A", "B")
    assert (row["amount_t"], row["approval"]) == (pytest.approx(25), "doc")
    assert row["period"] == "2026-01-01 to 2026-12-31"
    assert not hazardous["gw_cross"].rows


def test_a_receiver_lacks_what_the_case_does_not_have(forms: Forms, hazardous: dict[str, Filled]) -> None:
    row = only(hazardous["due_diligence"])
    assert (row["receiver"], row["unit"], row["most_t"], row["border"]) == (
        "pit",
        "R",
        pytest.approx(25),
        "doc",
    )
    assert row["missing"] == "permit or exemption; written contract"


def test_a_permit_is_told_with_its_tonnes(forms: Forms) -> None:
    """A permit of 10 t a year: what is planned, 20 t dry or 25 t as received, is more."""
    permit = Permit(
        name="licence",
        receiver="pit",
        code="X",
        amount_t_per_a=10,
        valid_from=date(2026, 1, 1),
        valid_to=date(2028, 1, 1),
    )
    solved = solve(bordered(document(), moisture=0.2))
    case = replace(solved.case, permits=(permit,))
    row = only(filed(forms, case, solved.plan)["due_diligence"])
    assert (row["permit"], row["permitted_t"], row["valid_to"]) == ("licence", 10.0, "2028-01-01")
    assert row["missing"] == "permitted amount is less than planned; written contract"
    handed = filed(forms, case, solved.plan)["hw_ledger_outsourced"].rows
    assert {row["permit"] for row in handed} == {"licence"}


def test_who_is_exempt_needs_no_permit(forms: Forms) -> None:
    """10 t of lining are used at an outlet that item 22 of the list exempts: no permit is left to be filled in."""
    listed = {"link": "use", "clause": "list", "valid_from": date(2021, 1, 1)}
    item = ListedExemption(item="22", code="X", **listed)
    kiln = sells("lining", 5, name="kiln", method="U")
    exempt = Exemption(code="X", receiver="kiln", clause="list")
    shed = yard("lining", name="shed", accepts_hazardous=True)
    solved = solve(tiny(lining(code="X"), kiln, shed, rows(exemption_list=item, exemptions=exempt)))
    own = filed(forms, solved.case, solved.plan)
    row = only(own["due_diligence"])
    assert (row["exemption"], row["permit"], row["permitted_t"], row["missing"]) == (
        "22",
        "—",
        "—",
        "written contract",
    )
    handed = only(own["hw_ledger_outsourced"])
    assert (handed["receiver_kind"], handed["permit"]) == ("unit under an exemption", "exempt: item 22")


def test_statistics_of_hazardous_waste_carry_the_stock(hazardous: dict[str, Filled]) -> None:
    """In 2026 all 25 t are disposed of; in 2027 all 25 t lie there at the end, none at its beginning."""
    told = {
        row["year"]: [row[name] for name in ("opening_t", "generated_t", "handled_t", "stock_t")]
        for row in hazardous["hw_statistics"].rows
    }
    assert told[2026] == pytest.approx([0, 25, 25, 0], abs=1e-6)
    assert told[2027] == pytest.approx([0, 25, 0, 25], abs=1e-6)
    assert not hazardous["gw_statistics"].rows


def test_the_account_of_hazardous_waste_is_the_ledger_of_the_plan(lined: Solved) -> None:
    """Two roads: the account of places, and the lots of the plan's ledger."""
    names = {"generated": ("arises", "made"), "sent": ("moves",), "put": ("put",), "disposed": ("placed",)}
    sums: dict[str, float] = defaultdict(float)
    for entry in Account(lined.case, lined.plan).entries:
        sums[entry.event] += entry.amount
    ledger = lined.plan.frames["ledger"].groupby("event")["dry_t"].sum()
    for event, those in names.items():
        assert sums[event] == pytest.approx(sum(ledger.get(name, 0.0) for name in those)), event


# ---------------------------------------------------------------- general waste


def pressed() -> Case:
    """100 t mud a year at R in A, 125 t as received, and 40 t in a yard that is shut. A press at R takes 30 t; what
    leaves goes through T to M in B, where a kiln takes 40 t and a landfill the other 30 t."""
    where = rows(
        provinces=(Province(name="A", adjacent_to="B"), Province(name="B")),
        sites=tuple(Site(name=name, province=of) for name, of in (("R", "A"), ("T", "A"), ("M", "B"))),
    )
    shut = yard("mud", max_reclaim_t=0.0, max_put_t=0.0)
    press = (product("brick"), works("press", "mud", {"brick": 1.0}, capacity=30), sells("brick", 90))
    ends = (sells("mud", 50, "M", name="kiln", method="U", max_t=40), landfill("mud", 0, "M", max_put_t=30))
    ways = (lane("R", "T", 1), lane("T", "M", 1))
    return tiny(where, mud(moisture=0.2), shut, in_stock("yard", "mud", 40), *press, *ways, *ends)


@pytest.fixture(scope="module")
def mudded() -> Solved:
    return solve(pressed())


@pytest.fixture(scope="module")
def general(forms: Forms, mudded: Solved) -> dict[str, Filled]:
    return filed(forms, mudded.case, mudded.plan)


def test_the_summary_of_flows(general: dict[str, Filled]) -> None:
    """125 generated = 37.5 used here + 50 used by others + 37.5 disposed of by others; 50 lie there as before."""
    row = only(general["gw_flow"])
    names = (
        "generated_t",
        "own_use_t",
        "own_disposal_t",
        "entrusted_use_t",
        "entrusted_disposal_t",
        "closing_t",
    )
    assert [row[name] for name in names] == pytest.approx([125, 37.5, 0, 50, 37.5, 50])


def test_tables_of_the_ledger(general: dict[str, Filled]) -> None:
    assert only(general["gw_list"])["amount_t"] == pytest.approx(125)
    assert only(general["gw_list"])["kind"] == "Red mud"
    assert only(general["gw_generation"])["destination"] == "T; press_line"
    left = only(general["gw_out"])
    assert (left["amount_t"], left["receiver"], left["flow_type"]) == (
        pytest.approx(87.5),
        "T",
        "within the province",
    )
    kept = only(general["gw_storage"])
    assert (kept["in_t"], kept["out_t"], kept["closing_t"]) == (0, 0, pytest.approx(50))
    used = only(general["gw_self_use"])
    assert (used["amount_t"], used["products"]) == (pytest.approx(37.5), "brick")
    assert not general["gw_self_disposal"].rows


def test_use_is_filed_and_disposal_approved(general: dict[str, Filled]) -> None:
    """87.5 t cross the border: 50 t for use, 37.5 t for disposal, whoever the consignor is."""
    crossing = {row["procedure"]: row["amount_t"] for row in general["gw_cross"].rows}
    assert crossing == {
        "filing (use)": pytest.approx(50),
        "approval (storage, disposal)": pytest.approx(37.5),
    }
    assert {row["unit"] for row in general["gw_cross"].rows} == {"T"}


def test_statistics_are_those_of_the_plan(general: dict[str, Filled]) -> None:
    row = only(general["gw_statistics"])
    names = ("generated_t", "used_t", "used_past_t", "disposed_t", "stored_t", "stock_t")
    assert [row[name] for name in names] == pytest.approx([125, 87.5, 0, 37.5, 0, 50])


def test_a_line_of_another_company_is_another_unit(forms: Forms, mudded: Solved) -> None:
    """The press belongs to b, the refinery to a: what the press takes is entrusted, and b is to be verified."""
    facilities = tuple(replace(row, owner="b") for row in mudded.case.facilities)
    sites = tuple(replace(row, owner="a") for row in mudded.case.sites)
    lines = tuple(replace(row, per="year") for row in mudded.case.lines)
    owners = Owner(name="a"), Owner(name="b")
    case = replace(mudded.case, facilities=facilities, sites=sites, lines=lines, owners=owners)
    own = filed(forms, case, mudded.plan)
    row = only(own["gw_flow"])
    assert (row["own_use_t"], row["entrusted_use_t"]) == (pytest.approx(0), pytest.approx(87.5))
    assert not own["gw_self_use"].rows
    press = next(row for row in own["due_diligence"].rows if row["amount_t"] == pytest.approx(37.5) and
                 row["receiver"] != "landfill")  # fmt: skip
    assert press["unit"] == "a · R"
    assert press["capacity_t"] == pytest.approx(37.5)  # 30 t dry, beside amounts as received


# ---------------------------------------------------------------- balance


@pytest.mark.parametrize("which", ["lined", "mudded"])
def test_ledgers_balance(which: str, request: pytest.FixtureRequest) -> None:
    solved: Solved = request.getfixturevalue(which)
    found = Account(solved.case, solved.plan).balance()
    assert found
    assert max(abs(left) for row in found.values() for left in residual(row)) < 1e-6


def test_a_flow_that_is_misstated_leaves_a_residual(mudded: Solved) -> None:
    flows = mudded.plan.frames["flows"].copy()
    flows["flow_t"] *= 0.5
    plan = replace(mudded.plan, frames={**mudded.plan.frames, "flows": flows})
    found = Account(mudded.case, plan).balance()
    assert max(abs(left) for row in found.values() for left in residual(row)) > 10


def test_what_the_law_calls_otherwise_is_reclassified() -> None:
    """4 t of slag are made and stored as hazardous waste in the first half; a certificate of March takes them out of
    the list from the second half on, and they lie there as general waste at the end of the year."""
    solved = certified(date(2026, 3, 1))
    found = {
        waste.hazardous: {event: dry for event, (dry, _) in row.items() if dry}
        for (waste, _), row in Account(solved.case, solved.plan).balance().items()
        if waste.material == "slag"
    }
    assert found == {
        True: {"generated": pytest.approx(4), "reclassified_out": pytest.approx(4)},
        False: {"reclassified_in": pytest.approx(4), "closing": pytest.approx(4)},
    }


def test_sheets_sum_to_the_frames_of_the_plan(general: dict[str, Filled], mudded: Solved) -> None:
    frames, wet = mudded.plan.frames, 1.25
    arisen = frames["arisings"]["arising_t"].sum() * wet
    assert general["gw_flow"].frame["generated_t"].sum() == pytest.approx(arisen)
    assert general["gw_generation"].frame["amount_t"].sum() == pytest.approx(arisen)
    leaves = frames["flows"][frames["flows"]["from_site"] == "R"]["wet_t"].sum()
    assert general["gw_out"].frame["amount_t"].sum() == pytest.approx(leaves)


# ---------------------------------------------------------------- forms and workbook


def test_every_form_has_what_fills_it(
    forms: Forms, hazardous: dict[str, Filled], general: dict[str, Filled]
) -> None:
    """What a column asks for is in the rows: a name in the data that nothing provides would be blank for ever."""
    assert list(forms.of) == list(FILLERS)
    asked = {own.form.form: {c.fills for c in own.form.columns if c.fills} for own in hazardous.values()}
    for filled in (hazardous, general):
        for name, own in filled.items():
            for row in own.rows:
                assert asked[name] <= set(row), (name, asked[name] - set(row))


def test_what_is_left_to_fill_is_counted(hazardous: dict[str, Filled]) -> None:
    """A record of generation: batch, three of containers, facility, person; without a list, name and category."""
    own = hazardous["hw_ledger_generation"]
    assert own.to_fill == len(own.rows) * 8
    assert own.filled == len(own.rows) * (len(own.form.columns) - 8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("filings")
    cases.starter(home / "case")
    with (home / "case" / "case.yaml").open("a", encoding="utf-8") as file:
        file.write('classification: "=内部资料"\n')
    assert run(home / "case", out=home / "run").exit is Exit.PLAN
    return home


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_workbook(folder: Path, language: str, forms: Forms) -> None:
    file = folder / f"filings_{language}.xlsx"
    asked = ["export", str(folder / "run"), str(file), "--what", "filings", "--lang", language]
    assert main(asked) == 0
    book = python_calamine.CalamineWorkbook.from_path(str(file))
    sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    cells = [str(cell) for own in sheets.values() for row in own for cell in row]
    assert not [cell for cell in cells if re.search(r"filings\.|report\.\w+\.|\{\w*\}", cell)]
    assert "=内部资料" in cells
    with zipfile.ZipFile(file) as box:
        assert not [n for n in box.namelist() if n.startswith("xl/worksheets/s") and b"<f>" in box.read(n)]
    form = forms.of["gw_flow"]
    sheet = sheets[form.sheet_en if language == "en" else form.sheet_zh]
    first = "固废名称\nName" if language == "en" else "固废名称"
    assert first in sheet[2]
    assert sheet[3][sheet[2].index(first)] == ("source 11" if language == "en" else "来源 11")
    case, plan = load_case(folder / "case"), RunFolder(folder / "run").read_plan()
    blank = "to fill" if language == "en" else "待填"
    told = filed(forms, case, plan, language)
    assert sum(cell == blank for row in sheet for cell in row) == told["gw_flow"].to_fill > 0


def test_other_packs_have_no_forms(mudded: Solved, tmp_path: Path) -> None:
    case = replace(mudded.case, settings=replace(mudded.case.settings, rule_pack="in"))
    with pytest.raises(CaseFaults, match="forms exist only for cn"):
        write_filings(case, mudded.plan, tmp_path / "filings.xlsx")
    assert not list(tmp_path.iterdir())


def test_a_paper_that_the_case_assumes_is_no_number_to_file(forms: Forms) -> None:
    """An assumed approval and an assumed permit stand in the forms with that word, and as something to be had."""
    permit = Permit(
        name="licence",
        receiver="pit",
        code="X",
        amount_t_per_a=99,
        valid_from=date(2026, 1, 1),
        valid_to=date(2028, 1, 1),
        evidence="assumed",
    )
    solved = solve(bordered(document(evidence="assumed"), moisture=0.2))
    own = filed(forms, replace(solved.case, permits=(permit,)), solved.plan)
    said = "{} (assumed in the case, no real number)"
    for name in ("hw_ledger_outsourced", "hw_cross"):
        assert {(row["permit"], row["approval"]) for row in own[name].rows} == {
            (said.format("licence"), said.format("doc"))
        }
    row = only(own["due_diligence"])
    assert (row["permit"], row["border"]) == (said.format("licence"), said.format("doc"))
    assert row["missing"] == "written contract; real papers in place of assumed ones"


def test_a_year_of_which_the_plan_is_a_part_is_said(mudded: Solved) -> None:
    """Half of 2027 alone: its sums are not those of the year."""
    assert part_years(mudded.case) == ()
    spans = [("H2", date(2026, 7, 1), date(2027, 1, 1)), ("2027", date(2027, 1, 1), date(2028, 1, 1))]
    case = replace(mudded.case, periods=tuple(Period(*span) for span in spans))
    assert part_years(case) == (2026,)


def test_a_folder_that_is_not_there_is_no_internal_error(mudded: Solved, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_filings(mudded.case, mudded.plan, tmp_path / "none" / "filings.xlsx")
