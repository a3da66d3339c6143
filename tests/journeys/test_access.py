"""Every page in both languages: no violation of WCAG A and AA, no key of a catalogue shown, a picture to look at.

The pictures lie in `build/screens`.
"""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from tests.journeys.conftest import REPOSITORY

from redmud_opt.ui.pages import PAGES

pytestmark = [pytest.mark.journey, pytest.mark.slow]

SCREENS = REPOSITORY / "build" / "screens"
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}
QUIET = "[data-testid=stApp]:not([data-test-script-state=running])"


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", [page.name for page in PAGES])
def test_every_page_is_for_everybody(
    server: str, tab: Page, growing_run: str, name: str, language: str
) -> None:
    path = "" if name == PAGES[0].name else name
    tab.goto(f"{server}/{path}?lang={language}&case=growing&run={growing_run}")
    tab.wait_for_selector("h2")
    tab.wait_for_selector(QUIET)
    expect(tab.locator("[data-testid=stSkeleton]")).to_have_count(0)
    tab.wait_for_timeout(1500)  # figures and grids draw after the script has ended
    SCREENS.mkdir(parents=True, exist_ok=True)
    tab.screenshot(path=SCREENS / f"{name}-{language}.png", full_page=True)
    assert not re.search(r"\b(ui|answers|charts|sweep|editing)\.[a-z_]+", tab.inner_text("body"))
    found = Axe().run(tab, options=RULES).response["violations"]
    assert [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found] == []
