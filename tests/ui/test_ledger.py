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
    submit = template("ui.ledger_import", lang)
    next(button for button in test.button if button.label == submit).click().run()
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
