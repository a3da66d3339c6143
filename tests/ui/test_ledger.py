"""One's own arisings where headings are not understood: a person says on the page what the columns hold."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from tests.ui.test_home import address_of, brought

from redmud_opt.case import load_case
from redmud_opt.i18n import LANGUAGES, keys, template
from redmud_opt.ui.ledger import BASES, FIELDS, REMEDIES, UNITS

Open = Callable[..., AppTest]

TABLE = "台账,,,\n工厂代号,渣名,合计数,核销数\n氧化铝厂,赤泥,90,1\n"
OF = "ledger_{}__1_{}"
"""Key of a selector: what is said, of which heading in the second row of a CSV file."""


def said(test: AppTest, **fields: str) -> AppTest:
    for name, field in fields.items():
        test.selectbox(key=OF.format("field", name)).set_value(field)
    return test


@pytest.mark.parametrize("lang", LANGUAGES)
def test_columns_are_named_on_the_page(page: Open, tmp_path: Path, lang: str) -> None:
    test = brought(page(lang=lang, case="starter"), "bring_arisings", "own.csv", TABLE.encode())
    assert not test.exception
    assert address_of(test, "case") == "starter"
    assert not any("--map" in str(box.value) for box in test.markdown)
    assert list((tmp_path / "work").iterdir()) == []
    said(test, 工厂代号="site", 渣名="material", 合计数="amount", 核销数="ignore")
    test.selectbox(key=OF.format("unit", "合计数")).set_value("万吨")
    test.selectbox(key=OF.format("basis", "合计数")).set_value("dry")
    test = imported(test, lang)
    assert not test.exception
    assert address_of(test, "case") == "starter-own"
    (arising,) = load_case(tmp_path / "work" / "starter-own").arisings
    assert arising.amount_t == 900_000.0
    assert "ledger_drop" not in [button.key for button in test.button]


def test_a_fault_leads_to_its_row_and_a_file_may_be_given_up(page: Open, tmp_path: Path) -> None:
    table = "产废单位,废物名称,产生量（吨，干）\n氧化铝厂,赤泥,5\n无此厂,赤泥,6\n"
    test = brought(page(lang="zh", case="starter"), "bring_arisings", "own.csv", table.encode())
    assert not test.exception
    marked = "►"
    assert not any(marked in frame.value.to_string() for frame in test.dataframe)
    test.button(key="ledger_fault_1").click().run()
    (frame,) = [frame.value for frame in test.dataframe if marked in frame.value.to_string()]
    (row,) = frame[frame.iloc[:, 1] == marked].values.tolist()
    assert row[2] == "无此厂"
    test.button(key="ledger_drop").click().run()
    assert not test.exception
    assert not test.error
    assert list((tmp_path / "work").iterdir()) == []


def test_every_remedy_that_names_an_option_of_the_command_line_has_one_of_the_page() -> None:
    named = {
        key for key in keys("en") if key.startswith("importing.") and "--" in (template(key, "en") or "")
    }
    assert named - {"importing.not_a_pair"} == set(REMEDIES)


def test_all_that_may_be_chosen_has_words() -> None:
    wanted = [f"ledger_field_{name}" for name in FIELDS] + [f"ledger_unit_{name}" for name in UNITS]
    wanted += [f"basis_{name}" for name in BASES] + [f"ledger_remedy_{name}" for name in REMEDIES.values()]
    assert not [name for name in wanted for lang in LANGUAGES if template(f"ui.{name}", lang) is None]


def imported(test: AppTest, lang: str) -> AppTest:
    """The page after the form was sent."""
    submit = template("ui.ledger_import", lang)
    return next(button for button in test.button if button.label == submit).click().run()


def test_the_row_of_the_headings_that_was_chosen_is_the_one_that_counts(page: Open, tmp_path: Path) -> None:
    """Two tables below each other with the same headings: without a word the upper one is taken."""
    heads = "产废单位,废物名称,产生量（吨，干）\n"
    table = f"{heads}无此厂,赤泥,5\n{heads}氧化铝厂,赤泥,9\n"
    test = brought(page(lang="zh", case="starter"), "bring_arisings", "own.csv", table.encode())
    (row,) = [box for box in test.number_input if str(box.key).startswith("ledger_header_")]
    row.set_value(3).run()
    test = imported(test, "zh")
    assert not test.exception
    assert address_of(test, "case") == "starter-own"
    (arising,) = load_case(tmp_path / "work" / "starter-own").arisings
    assert arising.amount_t == 9.0


def test_faults_of_a_file_are_told_of_the_case_that_it_was_tried_on(page: Open) -> None:
    table = "产废单位,废物名称,产生量（吨，干）\n无此厂,赤泥,5\n"
    test = brought(page(lang="zh", case="starter"), "bring_arisings", "own.csv", table.encode())
    shown = {"starter": True, "growing": False}
    for case in ("starter", "growing", "starter"):
        test.selectbox(key="case").set_value(case).run()
        assert not test.exception
        assert ("ledger_drop" in [button.key for button in test.button]) is shown[case]


def test_a_name_longer_than_the_system_takes_is_no_fault(page: Open, tmp_path: Path) -> None:
    """A Chinese letter is three bytes of a name, and 255 are the most."""
    name = "二〇二六年度固体废物产生与贮存台账" * 8 + ".csv"
    test = brought(page(lang="zh", case="starter"), "bring_arisings", name, TABLE.encode())
    assert not test.exception
    said(test, 工厂代号="site", 渣名="material", 合计数="amount", 核销数="ignore")
    test.selectbox(key=OF.format("unit", "合计数")).set_value("t")
    test.selectbox(key=OF.format("basis", "合计数")).set_value("dry")
    test = imported(test, "zh")
    assert not test.exception
    (folder,) = (tmp_path / "work").iterdir()
    assert load_case(folder).arisings[0].amount_t == 90.0


def test_what_was_done_follows_the_language(page: Open, tmp_path: Path) -> None:
    table = "产废单位,废物名称,产生量（吨，干）\n氧化铝厂,赤泥,5\n"
    test = brought(page(lang="zh", case="starter"), "bring_arisings", "own.csv", table.encode())
    told = {}
    for lang in LANGUAGES:
        test.query_params["lang"] = lang
        test.run()
        assert not test.exception
        (told[lang],) = [box.value for box in test.code if "own.csv" in box.value]
        assert str(tmp_path) not in told[lang]
    assert told["en"] != told["zh"]
