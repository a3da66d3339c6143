"""A plan as it is read: figures that fit, tables that scroll, downloads that open safely."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from python_calamine import CalamineWorkbook

from redmud_opt.jobs.exporting import TAKEN
from redmud_opt.ui.exports import SUFFIXES

pytestmark = pytest.mark.journey

IDLE = "[data-testid=stApp][data-test-script-state]:not([data-test-script-state=running])"

WORDS = {
    "en": {
        "held": "stopped at the gap",
        "how": "How the solver came",
        "optimal": "Optimal",
        "audit": "Audit passed",
        "value": "M CNY",
        "box": "High-gradient magnetic",
        "wastes": ("Spent pot lining", "Carbon dross", "Red mud"),
    },
    "zh": {
        "held": "达到要求的间隙",
        "how": "求解过程",
        "optimal": "最优",
        "audit": "审核通过",
        "value": "元",
        "box": "高梯度磁选",
        "wastes": ("铝灰", "大修渣", "炭渣", "赤泥"),
    },
}

CUT = """figure => {
  const frame = figure.getBoundingClientRect();
  return [...figure.querySelectorAll('.annotation')]
    .filter(note => { const r = note.getBoundingClientRect();
                      return r.left < frame.left - 1 || r.right > frame.right + 1 || r.top < frame.top - 1; })
    .map(note => note.textContent);
}"""

OVERLAPS = """figure => {
  const notes = [...figure.querySelectorAll('.annotation')];
  const found = [];
  notes.forEach((a, i) => notes.slice(i + 1).forEach(b => {
    const r = a.getBoundingClientRect(), s = b.getBoundingClientRect();
    if (r.left < s.right - 1 && s.left < r.right - 1 && r.top < s.bottom - 1 && s.top < r.bottom - 1)
      found.push(a.textContent + ' | ' + b.textContent);
  }));
  return found;
}"""


def opened(tab: Page, address: str) -> None:
    tab.goto(address)
    tab.wait_for_selector(IDLE)


def figure_of(tab: Page) -> Locator:
    figure = tab.locator(".st-key-sankey .js-plotly-plot")
    figure.scroll_into_view_if_needed()
    expect(figure.locator(".annotation").first).to_be_visible()
    return figure


@pytest.mark.parametrize("language", ["en", "zh"])
def test_plan_and_reload(server: str, tab: Page, guangxi_run: str, language: str) -> None:
    words = WORDS[language]
    opened(tab, f"{server}/plan?lang={language}&case=guangxi&run={guangxi_run}")
    cards = tab.locator(".st-key-cards")
    expect(cards).to_be_visible()
    results = tab.locator(".st-key-results")
    expect(results).to_contain_text(words["held"])
    expect(results).to_contain_text(words["audit"])
    expect(cards).to_contain_text(words["value"])
    expect(cards.get_by_test_id("stMetric")).to_have_count(5)
    numbers = cards.get_by_test_id("stMetricValue").all_inner_texts()

    opened(tab, f"{server}/plan?view=ways&lang={language}&case=guangxi&run={guangxi_run}")
    figure = figure_of(tab)
    expect(figure).to_contain_text(words["box"])
    for waste in words["wastes"]:
        tab.locator(".st-key-waste").get_by_text(waste, exact=True).click()
        expect(figure.filter(has_text=waste)).to_have_count(1)
        expect(figure).to_have_count(1)  # the figure before it is gone
        assert figure.evaluate(CUT) == []
        assert figure.evaluate(OVERLAPS) == []

    tab.reload()
    tab.wait_for_selector(IDLE)
    expect(figure).to_have_count(1)  # the side of the plan stands in the address
    opened(tab, f"{server}/plan?lang={language}&case=guangxi&run={guangxi_run}")
    expect(cards).to_have_text(re.compile(re.escape(numbers[-1]) + r"\s*$"))
    assert cards.get_by_test_id("stMetricValue").all_inner_texts() == numbers
    assert f"lang={language}" in tab.url


def test_language_is_switched_without_losing_the_run(server: str, tab: Page, growing_run: str) -> None:
    opened(tab, f"{server}/plan?lang=en&case=growing&run={growing_run}")
    expect(tab.locator(".st-key-cards")).to_be_visible()
    tab.get_by_role("radio", name="中文").or_(tab.get_by_role("button", name="中文")).click()
    expect(tab.locator(".st-key-results")).to_contain_text("最优")
    expect(tab).to_have_url(re.compile("lang=zh"))
    assert f"run={growing_run}" in tab.url
    expect(tab.locator(".st-key-cards")).to_contain_text("赤泥")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_narrow_screen_reads_without_sideways_scrolling(
    server: str, tab: Page, guangxi_run: str, language: str
) -> None:
    """The page itself keeps to 420 pixels; wide figures and tables scroll within their frame."""
    tab.set_viewport_size({"width": 420, "height": 900})
    opened(tab, f"{server}/plan?view=ways&lang={language}&case=guangxi&run={guangxi_run}")
    figure = figure_of(tab)
    assert figure.evaluate(CUT) == []
    main = tab.get_by_test_id("stMain")
    assert main.evaluate("node => node.scrollWidth <= node.clientWidth + 1")
    frame = tab.locator(".st-key-sankey")
    assert frame.evaluate("node => node.scrollWidth > node.clientWidth")


def test_downloads_open_safely(server: str, tab: Page, growing_run: str, tmp_path: Path) -> None:
    opened(tab, f"{server}/plan?view=tables&lang=zh&case=growing&run={growing_run}")
    with tab.expect_download() as table:
        tab.locator(".st-key-table_csv button").click()
    table.value.save_as(tmp_path / "table.csv")
    text = (tmp_path / "table.csv").read_text(encoding="utf-8")
    assert text.startswith("\ufeff起点,终点")
    tab.get_by_role("link", name="导出").click()
    with tab.expect_download() as run:
        tab.locator(".st-key-zip button").click()
    run.value.save_as(tmp_path / "run.zip")
    assert (tmp_path / "run.zip").read_bytes()[:2] == b"PK"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_all_exports_are_made_and_open(
    server: str, tab: Page, growing_run: str, tmp_path: Path, language: str
) -> None:
    opened(tab, f"{server}/exports?lang={language}&case=growing&run={growing_run}")
    for what in TAKEN:
        for suffix in SUFFIXES.get(what, (".xlsx",)):
            key = f"{what}-{suffix[1:]}"
            tab.locator(f".st-key-make_{key} button").click()
            ready = tab.locator(f".st-key-download_{key} button")
            expect(ready).to_be_visible(timeout=180_000)
            with tab.expect_download() as file:
                ready.click()
            kept = tmp_path / file.value.suggested_filename
            file.value.save_as(kept)
            opens(kept)


def opens(file: Path) -> None:
    """A file is what its name says, whole."""
    if file.suffix == ".xlsx":
        assert CalamineWorkbook.from_path(str(file)).sheet_names, file.name
    elif file.suffix == ".zip":
        with zipfile.ZipFile(file) as box:
            assert box.namelist(), file.name
            assert box.testzip() is None, file.name
    else:
        begins, ends = {".html": (b"<!DOCTYPE html>", b"</html>"), ".pdf": (b"%PDF-", b"%%EOF")}[file.suffix]
        content = file.read_bytes().strip()
        assert content.startswith(begins), file.name
        assert content.endswith(ends), file.name


BUILT = {"en": "Second separator", "zh": "磁选二线"}

INSIDE = """figure => {
  const frame = figure.getBoundingClientRect();
  return [...figure.querySelectorAll('.legendtext, .xtick text, .ytick text, .g-xtitle')]
    .filter(words => { const r = words.getBoundingClientRect();
                       return r.left < frame.left - 1 || r.right > frame.right + 1 || r.bottom > frame.bottom + 1; })
    .map(words => words.textContent);
}"""


@pytest.mark.parametrize("width", [1400, 420])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_built_and_how_it_was_found(
    server: str, tab: Page, growing_run: str, language: str, width: int
) -> None:
    words = WORDS[language]
    tab.set_viewport_size({"width": width, "height": 900})
    opened(tab, f"{server}/plan?view=steps&lang={language}&case=growing&run={growing_run}")
    results = tab.locator(".st-key-results")
    expect(results).to_contain_text(words["optimal"])

    bars = tab.locator(".st-key-capex .js-plotly-plot")
    bars.scroll_into_view_if_needed()
    expect(bars.locator(".legendtext").filter(has_text=BUILT[language])).to_have_count(1)
    assert bars.evaluate(INSIDE) == []

    opened(tab, f"{server}/run?lang={language}&case=growing&run={growing_run}")
    results.locator("summary").filter(has_text=words["how"]).click()
    lines = tab.locator(".st-key-progress .js-plotly-plot")
    expect(lines.locator(".legendtext")).to_have_count(2)
    assert lines.evaluate(INSIDE) == []
    main = tab.get_by_test_id("stMain")
    assert main.evaluate("node => node.scrollWidth <= node.clientWidth + 1")
