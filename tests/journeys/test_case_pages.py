"""Editing a case in a browser: typed, seen as a change, committed, run; sent with faults and mended; keys only."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.jobs.cases import growing
from tests.journeys.conftest import Served

from redmud_opt.case.editing import EditSession
from redmud_opt.case.workbook import write_workbook

pytestmark = pytest.mark.journey

IDLE = "[data-testid=stApp][data-test-script-state]:not([data-test-script-state=running])"
WORDS = {
    "en": {
        "copy": "Make my own copy",
        "commit": "Commit",
        "max": "Max, unit",
        "committed": "Committed",
        "note": "Note the changes",
        "run": "Run",
        "as": "is read as",
        "undo": "Undo",
        "no_changes": "No changes wait",
        "no_faults": "The case has no faults",
        "to_run": "To the run",
        "audit": "Audit passed",
        "upload": "Workbook",
    },
    "zh": {
        "copy": "复制为我的案例",
        "commit": "提交",
        "max": "最多接收量，单位",
        "committed": "已提交",
        "note": "记下修改",
        "run": "运行",
        "as": "读作",
        "undo": "撤销",
        "no_changes": "没有待提交的修改",
        "no_faults": "案例没有错误",
        "to_run": "去运行",
        "audit": "审核通过",
        "upload": "工作簿",
    },
}


def idle(tab: Page) -> None:
    tab.wait_for_timeout(300)
    tab.wait_for_selector(IDLE)


def opened(tab: Page, address: str) -> None:
    tab.goto(address)
    idle(tab)


def copied(tab: Page, server: str, language: str) -> None:
    """A copy of the small case, its outlets open."""
    opened(tab, f"{server}/case?lang={language}&case=growing")
    tab.get_by_role("button", name=WORDS[language]["copy"]).click()
    expect(tab).to_have_url(re.compile("case=growing_copy"))
    idle(tab)
    expect(tab.locator(".st-key-commit")).to_be_visible()


def grid_of(tab: Page) -> Locator:
    """The grid that is typed into: the first below the search."""
    return tab.get_by_test_id("stDataFrame").filter(has=tab.locator("canvas")).first


def typed(tab: Page, row: int, heading: str, text: str) -> None:
    """Goes to a cell of the grid with the keys and types, as fast as a person who does not look."""
    grid = grid_of(tab)
    expect(grid.locator("[role=columnheader]").filter(has_text=heading)).to_have_count(1)
    heads = grid.locator("[role=columnheader]").all_inner_texts()
    place = next(k for k, head in enumerate(heads) if head.startswith(heading))
    grid.scroll_into_view_if_needed()
    canvas = grid.locator("canvas").first
    box = canvas.bounding_box()
    assert box is not None
    tab.mouse.click(box["x"] + 50, box["y"] + 52)
    tab.keyboard.press("Control+Home")
    for _ in range(row):
        tab.keyboard.press("ArrowDown")
    for _ in range(place):
        tab.keyboard.press("ArrowRight")
    tab.keyboard.press(
        "Enter"
    )  # the first editor of a page is fetched when it is opened: keys typed meanwhile go
    expect(
        tab.locator("#portal textarea, #portal input").first
    ).to_be_visible()  # astray, and the list shows it
    tab.keyboard.press("Escape")
    tab.wait_for_timeout(150)
    tab.keyboard.type(text, delay=25)
    tab.keyboard.press("Enter")
    idle(tab)


def change(tab: Page) -> Locator:
    return tab.locator(".st-key-changes table")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_edit_diff_result(server: str, tab: Page, language: str) -> None:
    """A row is changed in its form, told before → after, kept over a reload, committed, and its run is audited."""
    words = WORDS[language]
    copied(tab, server, language)
    opened(tab, f"{tab.url}&table=outlets&row=3")
    field = tab.get_by_role("textbox", name=words["max"], exact=True)
    expect(field).to_have_value("400000")
    field.fill("3e5")
    tab.get_by_role("button", name=words["note"]).click()
    expect(change(tab)).to_contain_text(f"{words['as']} 300,000")
    tab.reload()
    idle(tab)
    expect(change(tab)).to_contain_text("400000")
    tab.locator(".st-key-commit button").click()
    expect(tab.locator(".st-key-inputs")).to_contain_text(words["committed"])
    expect(change(tab)).to_have_count(0)
    tab.locator(".st-key-inputs").get_by_role("link", name=words["to_run"]).click()
    idle(tab)
    tab.locator("summary").first.click()
    tab.locator(".st-key-gap input").fill("50")  # any plan will do
    tab.locator(".st-key-run_button button").click()
    expect(tab.locator(".st-key-results")).to_contain_text(words["audit"], timeout=120_000)


def test_what_the_grid_might_misread_is_kept_as_typed(place: Served, server: str, tab: Page) -> None:
    """`.5`, `1e3`, a fast `-5`: as text in the grid, in the list of changes and in the file."""
    copied(tab, server, "en")
    for row, text in enumerate((".5", "1e3")):
        typed(tab, row, "Max", text)
    typed(tab, 1, "Price", "-5")
    for words in (".5", "1e3", "-5", "is read as 0.5", "is read as 1000"):
        expect(change(tab)).to_contain_text(words)
    tab.locator(".st-key-undo button").click()
    expect(change(tab)).to_have_count(0)
    tab.locator(".st-key-redo button").click()
    expect(change(tab)).to_contain_text("1e3")
    tab.locator(".st-key-commit button").click()
    expect(
        tab.get_by_role("link", name=re.compile("outlets.csv, row 3"))
    ).to_be_visible()  # who pays has no product
    tab.locator(".st-key-commit_anyway button").click()
    expect(tab.locator(".st-key-inputs")).to_contain_text("Committed")
    found = re.search(r"case=([\w-]+)", tab.url)
    assert found is not None
    written = EditSession(place.work / found[1]).committed("outlets")
    assert [cells["max_t"] for _, cells in written.rows()] == [".5", "1e3"]
    assert [cells["price_cny_per_t"] for _, cells in written.rows()] == ["420", "-5"]


def test_rows_are_deleted_and_added_in_the_grid(server: str, tab: Page) -> None:
    """A row goes, another is typed below what is left: both wait, and what was done first is not forgotten."""
    copied(tab, server, "en")
    grid = grid_of(tab)
    expect(grid.locator("[role=columnheader]").filter(has_text="Max")).to_have_count(1)
    grid.scroll_into_view_if_needed()
    box = grid.locator("canvas").first.bounding_box()
    assert box is not None
    tab.mouse.click(box["x"] + 12, box["y"] + 52)  # the mark before the first row
    tab.keyboard.press("Delete")
    expect(change(tab)).to_contain_text("(deleted)")
    idle(tab)
    grid.scroll_into_view_if_needed()
    box = grid.locator("canvas").first.bounding_box()
    assert box is not None
    for _ in range(2):  # the first click makes a blank row, the second goes into it
        tab.mouse.click(box["x"] + 250, box["y"] + 87)
        idle(tab)
    tab.keyboard.type("new_market", delay=25)
    tab.keyboard.press("Enter")
    expect(change(tab)).to_contain_text("new_market")
    expect(change(tab)).to_contain_text("(deleted)")
    tab.locator(".st-key-undo button").click()
    expect(change(tab)).to_have_count(0)


def test_a_case_sent_with_faults_is_mended(server: str, tab: Page, tmp_path: Path) -> None:
    """The list leads to the row; mended and committed, the case can run."""
    case = growing(tmp_path / "sent")
    file = case / "outlets.csv"
    file.write_text(file.read_text(encoding="utf-8").replace(",400000,", ",-4,"), encoding="utf-8")
    book = write_workbook(case, tmp_path / "sent.xlsx")
    opened(tab, f"{server}/case?lang=en&case=growing")
    tab.get_by_text("Workbook", exact=True).click()
    tab.locator("input[type=file]").set_input_files(book)
    expect(tab).to_have_url(re.compile("case=sent"))
    idle(tab)
    tab.get_by_role("link", name="Check", exact=True).first.click()
    fault = tab.get_by_role("link", name=re.compile("outlets.csv, row 3"))
    expect(fault).to_be_visible()
    fault.click()
    idle(tab)
    field = tab.get_by_role("textbox", name="Max, unit", exact=True)
    expect(field).to_have_value("-4")
    field.fill("400000")
    tab.get_by_role("button", name="Note the changes").click()
    expect(change(tab)).to_contain_text("400000")
    tab.locator(".st-key-commit button").click()
    expect(tab.locator(".st-key-inputs")).to_contain_text("Committed")
    tab.locator(".st-key-inputs").get_by_role("link", name="Check", exact=True).click()
    expect(tab.get_by_text("The case has no faults.")).to_be_visible()


def test_a_file_that_is_no_case_leaves_everything_as_it_was(server: str, tab: Page, tmp_path: Path) -> None:
    (tmp_path / "bad.xlsx").write_bytes(b"PK\x03\x04 this is no workbook")
    opened(tab, f"{server}/case?lang=zh&case=growing")
    tab.get_by_text("工作簿", exact=True).click()
    tab.locator("input[type=file]").set_input_files(tmp_path / "bad.xlsx")
    expect(tab.get_by_test_id("stAlert").first).to_be_visible()
    expect(tab).to_have_url(re.compile("case=growing(&|$)"))


def test_with_the_keys_only(server: str, tab: Page) -> None:
    """From the copy to the commit without the mouse: every step is reached by Tab and done by Enter."""
    opened(tab, f"{server}/case?lang=en&case=growing&table=outlets&row=3")
    pressed(tab, "Make my own copy")
    expect(tab).to_have_url(re.compile("case=growing_copy"))
    idle(tab)
    opened(tab, f"{tab.url}&table=outlets&row=3")
    reached(tab, "Max, unit")
    tab.keyboard.press("Control+a")
    tab.keyboard.type("350000")
    pressed(tab, "Note the changes")
    expect(change(tab)).to_contain_text("350000")
    pressed(tab, "Commit")
    expect(tab.locator(".st-key-inputs")).to_contain_text("Committed")


NAME = "() => { const e = document.activeElement; return e.getAttribute('aria-label') || e.innerText || '' }"
"""What the thing in focus is called; a sign before the words of a button is a word of its own, on its own line."""


def reached(tab: Page, name: str) -> None:
    """Goes from one thing to the next until the one of that name has the focus."""
    for _ in range(150):
        tab.keyboard.press("Tab")
        if str(tab.evaluate(NAME)).strip().splitlines()[-1:] == [name]:
            return
    pytest.fail(f"{name!r} is not reached by the keys")


def pressed(tab: Page, name: str) -> None:
    reached(tab, name)
    tab.keyboard.press("Enter")
    idle(tab)
