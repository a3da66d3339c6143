"""Ways through the app: from Home to a plan, away and back, two at once, by keyboard, with a hostile file."""

from __future__ import annotations

import io
import os
import re
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.conftest import Served, serving

from redmud_opt.jobs import wait

pytestmark = pytest.mark.journey

IDLE = "[data-testid=stApp][data-test-script-state]:not([data-test-script-state=running])"
SOLVED_WITHIN_MS = 180_000  # on a busy machine
CANCELLED_WITHIN_S = 5.0  # on a machine that has nothing else to do

WORDS = {
    "en": {
        "run": "Run: find the best plan",
        "plan": "Open the plan",
        "optimal": "Optimal",
        "cancel": "Cancel",
        "going": re.compile("Step|In the queue|Starting"),
        "queued": "In the queue",
        "history": "History",
        "refused": "was not taken",
        "home": "Home",
    },
    "zh": {
        "run": "运行：求最优方案",
        "plan": "打开方案",
        "optimal": "最优",
        "cancel": "取消",
        "going": re.compile("第 . 步|排队中|正在启动"),
        "queued": "排队中",
        "history": "历史",
        "refused": "未接收",
        "home": "首页",
    },
}


def opened(tab: Page, address: str) -> None:
    tab.goto(address)
    tab.wait_for_selector(IDLE)


def started(tab: Page, language: str) -> str:
    """Clicks on Run; the name of the run."""
    tab.get_by_role("button", name=WORDS[language]["run"]).click()
    expect(tab).to_have_url(re.compile("run=[^&]+"))
    return re.findall("run=([^&]+)", tab.url)[0]


def cancelled(tab: Page, language: str, folder: Path) -> float:
    """Clicks on Cancel; seconds until the run has ended."""
    button = tab.get_by_role("button", name=WORDS[language]["cancel"])
    expect(button).to_be_enabled()
    since = time.monotonic()
    button.click()
    assert wait(folder, 300).ended
    return time.monotonic() - since


@pytest.mark.parametrize("language", ["en", "zh"])
def test_first_plan_from_home_in_two_clicks(server: str, tab: Page, language: str) -> None:
    words = WORDS[language]
    opened(tab, f"{server}/?lang={language}&case=growing")
    started(tab, language)
    link = tab.locator(".st-key-onward").get_by_role("link")
    expect(link).to_be_visible(timeout=SOLVED_WITHIN_MS)
    link.click()
    expect(tab).to_have_url(re.compile(f"/plan\\?.*lang={language}"))
    expect(tab.locator(".st-key-results")).to_contain_text(words["optimal"])
    expect(tab.locator(".st-key-cards")).to_be_visible()


def test_reload_in_mid_run_another_server_and_cancel(
    place: Served, tab: Page, tabs: Callable[[], Page]
) -> None:
    opened(tab, f"{place.address}/?lang=zh&case=guangxi")
    name = started(tab, "zh")
    live = tab.locator(".st-key-live")
    expect(live).to_contain_text(WORDS["zh"]["going"])
    tab.reload()
    expect(live).to_contain_text(WORDS["zh"]["going"])
    with serving(place.runs.parent) as anew:
        other = tabs()
        opened(other, f"{anew.address}/run?lang=en&case=guangxi&run={name}")
        expect(other.locator(".st-key-live")).to_contain_text(WORDS["en"]["going"])
        seconds = cancelled(other, "en", place.runs / name)
        assert seconds < CANCELLED_WITHIN_S or os.getloadavg()[0] > 2 * (os.cpu_count() or 1)
        expect(other.locator(".st-key-live")).to_have_count(0)
        other.close()
    expect(live).to_have_count(0)


def test_two_users_at_once(place: Served, tabs: Callable[[], Page]) -> None:
    first, second = tabs(), tabs()
    opened(first, f"{place.address}/?lang=zh&case=guangxi")
    long = started(first, "zh")
    expect(first.locator(".st-key-live")).to_contain_text(WORDS["zh"]["going"])
    opened(second, f"{place.address}/?lang=en&case=growing")
    started(second, "en")
    expect(second.locator(".st-key-live").or_(second.locator(".st-key-onward"))).to_be_visible()
    since = time.monotonic()
    second.get_by_role("link", name=WORDS["en"]["history"]).click()
    expect(second.get_by_role("heading", name=WORDS["en"]["history"])).to_be_visible()
    assert time.monotonic() - since < 10  # a page does not wait for anybody's solve
    second.go_back()
    cancelled(first, "zh", place.runs / long)
    expect(second.locator(".st-key-onward")).to_be_visible(timeout=SOLVED_WITHIN_MS)


def test_a_run_of_the_command_line_is_found_named_and_opened(
    server: str, tab: Page, growing_run: str
) -> None:
    opened(tab, f"{server}/history?lang=en&run={growing_run}")
    tab.get_by_role("textbox", name="Title").fill("Board meeting")
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_role("combobox")).to_have_value(re.compile("Board meeting"))
    tab.get_by_role("textbox", name="Search").fill("board")
    tab.keyboard.press("Enter")
    tab.locator(".st-key-one").get_by_role("link", name=WORDS["en"]["plan"]).click()
    expect(tab.locator(".st-key-cards")).to_be_visible()
    assert f"run={growing_run}" in tab.url


def bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as box:
        box.writestr("case.yaml", "schema_version: 1\n")
        box.writestr("sites.csv", b"0" * 60_000_000)
    return buffer.getvalue()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_hostile_upload_leaves_the_session_as_it_was(place: Served, tab: Page, language: str) -> None:
    opened(tab, f"{place.address}/?lang={language}&case=growing")
    before = sent_to(place)
    for file in (
        {"name": "bomb.zip", "mimeType": "application/zip", "buffer": bomb()},
        {"name": "evil.xlsx", "mimeType": "application/vnd.ms-excel", "buffer": b"<html>"},
    ):
        tab.locator("input[type=file]").first.set_input_files(file)
        refused = tab.get_by_test_id("stAlert").filter(has_text=WORDS[language]["refused"])
        expect(refused).to_contain_text(file["name"])
    tab.locator("input[type=file]").first.set_input_files(
        {"name": "large.xlsx", "mimeType": "application/vnd.ms-excel", "buffer": b"0" * 21_000_000}
    )
    below = "e => getComputedStyle(e, '::after').content"
    expect(tab.get_by_test_id("stFileChip")).to_have_attribute("aria-invalid", "true")
    assert "20 MB" in tab.get_by_test_id("stFileUploader").first.evaluate(below)
    assert "case=growing" in tab.url
    expect(tab.get_by_role("button", name=WORDS[language]["run"])).to_be_enabled()
    assert sent_to(place) == before


def sent_to(place: Served) -> set[Path]:
    """What people have sent to the app so far."""
    return set(place.work.rglob("*"))


def test_a_run_that_is_gone_is_said(server: str, tab: Page) -> None:
    opened(tab, f"{server}/plan?lang=en&run=gone-20200101-000000")
    expect(tab.get_by_test_id("stAlert")).to_contain_text("not there")


def test_by_keyboard_alone(server: str, tab: Page) -> None:
    opened(tab, f"{server}/?lang=en&case=growing")
    expect(tab.get_by_role("button", name=WORDS["en"]["run"])).to_be_enabled()
    assert tabbed_to(tab, WORDS["en"]["run"])
    tab.keyboard.press("Enter")
    expect(tab.locator(".st-key-onward")).to_be_visible(timeout=SOLVED_WITHIN_MS)
    tab.wait_for_selector(IDLE)
    assert tabbed_to(tab, WORDS["en"]["plan"])
    tab.keyboard.press("Enter")
    expect(tab.locator(".st-key-cards")).to_be_visible()


FOCUSED = """() => {
  const on = document.activeElement;
  return ['A', 'BUTTON'].includes(on.tagName) ? on.innerText : '';
}"""


def tabbed_to(tab: Page, words: str) -> bool:
    """Presses the tab key until the focus is on something with these words."""
    for _ in range(60):
        tab.keyboard.press("Tab")
        if words in str(tab.evaluate(FOCUSED)):
            return True
    return False
