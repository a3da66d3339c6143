"""The pages Case and Check: what is edited waits, is told, and is committed by a button only."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from redmud_opt.case import Fault, init_case, load_case
from redmud_opt.case.editing import EditSession
from redmud_opt.case.editing.gestures import set_cells
from redmud_opt.case.editing.variants import read_variant
from redmud_opt.i18n import LANGUAGES, Message, template
from redmud_opt.ui.faults import nearby, place_of

Open = Callable[..., AppTest]
both = pytest.mark.parametrize("lang", LANGUAGES)


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A case of one's own in the folder of work."""
    init_case(tmp_path / "work" / "mine")
    return tmp_path / "work" / "mine"


def words(key: str, lang: str) -> str:
    return re.split(r"[{(（]", template(f"editing.{key}", lang) or "")[0].strip(" *")


def said(page: AppTest) -> str:
    kinds = ("markdown", "caption", "error", "warning", "info", "success")
    return "\n".join(element.value for kind in kinds for element in getattr(page, kind))


# ---------------------------------------------------------------- every section, in both languages


@both
def test_every_section_of_a_sample_and_of_a_copy(page: Open, mine: Path, lang: str) -> None:
    for case in ("starter", "mine"):
        test = page("case", lang=lang, case=case)
        for section in ("assay", "scenario", "book", "tables"):
            test.segmented_control(key="section").set_value(section).run()
            assert not test.exception, (case, section)
            assert "editing." not in said(test)
            if lang == "en":
                assert not re.search("[\u4e00-\u9fff]", said(test))


@both
def test_every_section_of_the_checks(page: Open, lang: str) -> None:
    test = page("check", lang=lang, case="starter")
    for section in ("ways", "refusals", "map", "screening", "findings"):
        test.segmented_control(key="check_section").set_value(section).run()
        assert not test.exception, section
        assert words("no_faults", lang)[:4] in said(test)
        assert "editing." not in said(test)


# ---------------------------------------------------------------- reading


def test_a_sample_is_read_and_copied(page: Open, tmp_path: Path) -> None:
    test = page("case", lang="en", case="starter")
    assert not any(button.key == "commit" for button in test.button)
    test.button(key="copy_case").click().run()
    assert not test.exception
    assert test.query_params["case"] in ("starter_copy", ["starter_copy"])
    assert (tmp_path / "work" / "starter_copy" / "case.yaml").is_file()
    assert test.button(key="commit").disabled


def test_the_row_of_the_address_is_opened(page: Open, mine: Path) -> None:
    test = page("case", lang="en", case="mine", table="sites", row="3")
    assert test.selectbox(key="table").value == "sites"
    assert test.selectbox(key="row").value == 3
    name = dict(EditSession(mine).sheet("sites").rows())[3]["name"]
    assert name in {field.value for field in test.text_input}


@pytest.mark.parametrize(
    "address", [{"table": "no*such"}, {"row": "999"}, {"row": "x"}, {"table": "sites", "row": "-7"}]
)
def test_an_address_that_leads_nowhere_shows_a_table(page: Open, mine: Path, address: dict[str, str]) -> None:
    test = page("case", lang="en", case="mine", **address)
    assert not test.exception
    assert test.selectbox(key="row").value is None


# ---------------------------------------------------------------- edit, diff, commit, undo


@both
def test_a_row_is_edited_told_and_committed(page: Open, mine: Path, lang: str) -> None:
    test = page("case", lang=lang, case="mine", table="outlets", row="3")
    field = next(f for f in test.text_input if f.key and f.key.endswith("-max_t"))
    assert field.value == "140000"
    field.set_value(".5")
    test.button(
        key=next(b.key for b in test.button if b.key and b.key.startswith("FormSubmitter"))
    ).click().run()
    assert not test.exception
    assert load_case(mine).outlets[1].max_t == 140000, "nothing is written before the commit"
    diff = next(frame.value for frame in test.dataframe if words("before", lang) in frame.value.columns)
    row = diff.iloc[0]
    assert (row[words("before", lang)], row[words("after", lang)]) == ("140000", ".5")
    assert "0.5" in row[words("remark", lang)]
    again = page("case", lang=lang, case="mine")
    assert not again.button(key="commit").disabled, "what waits survives a reload"
    again.button(key="commit").click().run()
    assert not again.exception
    assert load_case(mine).outlets[1].max_t == 0.5
    again.button(key="take_back").click().run()
    assert load_case(mine).outlets[1].max_t == 140000


def test_undo_redo_discard(page: Open, mine: Path) -> None:
    session = EditSession(mine)
    session.make(set_cells(session.sheet("outlets"), "outlets", 3, {"max_t": "7"}))
    test = page("case", lang="en", case="mine", table="outlets", row="3")
    test.button(key="undo").click().run()
    assert session.changes() == []
    test.button(key="redo").click().run()
    assert session.changes()[0].after == "7"
    test.button(key="discard").click().run()
    assert session.changes() == []
    assert test.button(key="undo").disabled


def test_copy_switch_delete_and_add(page: Open, mine: Path) -> None:
    test = page("case", lang="en", case="mine", table="outlets", row="3")
    test.button(key="row_copy").click().run()
    assert test.selectbox(key="row").value == -1
    test.button(key="row_off").click().run()
    assert EditSession(mine).sheet("outlets").cells(-1)["active"] == "no"
    test.button(key="row_delete").click().run()
    assert EditSession(mine).changes() == []
    test.selectbox(key="row").set_value(0).run()
    name = next(f for f in test.text_input if f.key and f.key.endswith("-name"))
    name.set_value("new_one")
    test.button(
        key=next(b.key for b in test.button if b.key and b.key.startswith("FormSubmitter"))
    ).click().run()
    assert not test.exception
    assert EditSession(mine).changes()[0].after == "new_one"


def test_a_commit_with_faults_is_asked_twice(page: Open, mine: Path) -> None:
    lang = "zh"
    session = EditSession(mine)
    session.make(set_cells(session.sheet("outlets"), "outlets", 3, {"max_t": "1,200", "site": "nowhere"}))
    test = page("case", lang=lang, case="mine")
    test.button(key="commit").click().run()
    assert load_case(mine)
    assert words("commit_has_faults", lang)[:8] in said(test)
    test.button(key="commit_anyway").click().run()
    assert not test.exception
    checked = page("check", lang=lang, case="mine")
    assert not checked.exception
    assert len(checked.error) == 1
    assert "1,200" in said(checked).replace("\\", "")


def test_a_file_changed_meanwhile_is_said(page: Open, mine: Path) -> None:
    session = EditSession(mine)
    session.make(set_cells(session.sheet("outlets"), "outlets", 3, {"max_t": "7"}))
    file = session.file("outlets")
    file.write_text(file.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    test = page("case", lang="en", case="mine")
    test.button(key="commit").click().run()
    assert not test.exception
    assert "somebody else" in said(test)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"", b'name,site\n"broken', b"name,name\na,b\n"])
def test_a_table_that_is_none_is_said(page: Open, mine: Path, content: bytes) -> None:
    (mine / "outlets.csv").write_bytes(content)
    test = page("case", lang="en", case="mine", table="outlets")
    assert not test.exception
    assert test.error


def test_a_fault_leads_to_its_row_and_shows_no_path_of_the_server() -> None:
    fault = Message("case.negative", {"text": "-5"})
    assert place_of(Fault("outlets.csv", 3, "max_t", fault)) == ("outlets", 3)
    assert place_of(Fault("case.yaml", 3, "name", fault)) == ("settings", 3)
    for file in ("library:x/outlets.csv", "../base/outlets.csv", "v.yaml", "", "rule_packs/cn/codes.csv"):
        assert place_of(Fault(file, 3, "", fault)) is None
    assert nearby(Fault("../../srv/cases/base/outlets.csv", 3, "", fault)).file == "base/outlets.csv"


# ---------------------------------------------------------------- assays and scenarios


def test_an_assay_becomes_rows_with_evidence(page: Open, mine: Path) -> None:
    test = page("case", lang="en", case="mine")
    test.segmented_control(key="section").set_value("assay").run()
    test.selectbox(key="assay_material").select("Tailings of magnetic separation").run()
    assert not test.exception

    def fill(ending: str, text: str) -> None:
        next(f for f in test.text_input if f.key and f.key.endswith(ending)).set_value(text)

    for ending, text in (
        ("-laboratory", "lab"),
        ("-samples", "8"),
        ("-value-total_iron", "31.5"),
        ("-sigma-total_iron", ".9"),
    ):
        fill(ending, text)
    fill("-certificate_date", "2026-03-31")
    test.button(
        key=next(b.key for b in test.button if b.key and b.key.startswith("FormSubmitter"))
    ).click().run()
    assert not test.exception
    EditSession(mine).commit()
    (row,) = (one for one in load_case(mine).composition if one.laboratory == "lab")
    assert (row.property, row.value, row.sigma, row.samples) == ("total_iron", 31.5, 0.9, 8)
    assert (row.evidence, str(row.certificate_date), row.sigma_of) == ("measured", "2026-03-31", "sample")


def test_a_scenario_is_made_on_a_base_and_grows(page: Open, mine: Path, tmp_path: Path) -> None:
    lang = "en"
    test = page("case", lang=lang, case="mine")
    test.segmented_control(key="section").set_value("scenario").run()
    test.text_input(key="scenario_name").set_value("less").run()
    test.selectbox(key="lever").select(template("editing.lever.demand", lang) or "").run()
    test.text_input(key="lever_value_demand").set_value("1,5").run()
    assert test.error, "what the case cannot read is refused at once"
    test.text_input(key="lever_value_demand").set_value("900").run()
    test.button(key="scenario_new").click().run()
    assert not test.exception
    file = tmp_path / "work" / "less.yaml"
    assert {o.max_t for o in load_case(file).outlets} == {900.0, 140000.0}
    test.selectbox(key="lever").select(template("editing.lever.outlet_closed", lang) or "").run()
    test.button(key="scenario_add").click().run()
    assert not test.exception
    assert [item.action for item in read_variant(file).items] == ["set", "set"]
    test.button(key="item_delete").click().run()
    assert [item.action for item in read_variant(file).items] == ["set"]
    assert {o.closes for o in load_case(file).outlets} == {None, date(2026, 1, 1)}
    assert load_case(mine).outlets[0].max_t is None, "the base stays as it is"


def test_where_the_base_of_a_scenario_lies_on_the_server_is_not_told(page: Open, cases: Path) -> None:
    test = page("case", lang="en", case="growing")
    test.segmented_control(key="section").set_value("scenario").run()
    test.selectbox(key="lever").select(template("editing.lever.demand", "en") or "").run()
    test.text_input(key="lever_value_demand").set_value("900").run()
    test.button(key="scenario_new").click().run()
    assert not test.exception
    shown = said(test).replace("\\", "")
    assert "Scenario on **growing**" in shown
    assert str(cases) not in shown


@pytest.mark.slow
def test_a_scenario_that_travels_with_the_program_is_only_read(page: Open) -> None:
    test = page("case", lang="en", case="too_much")
    assert not test.exception
    assert words("scenario_only_read", "en")[:20] in said(test)
