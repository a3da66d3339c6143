"""With a login: nothing before it, and nobody sees or opens what is another's."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.jobs.cases import growing
from tests.journeys.conftest import serving
from tests.journeys.test_ways import IDLE, SOLVED_WITHIN_MS, opened, started

pytestmark = pytest.mark.journey

IN = {"en": "Log in", "zh": "登录"}
OUT = {"en": "Log out", "zh": "退出登录"}


def gate(tab: Page, language: str) -> None:
    """The page before the login, and nothing but it."""
    tab.wait_for_selector(IDLE)
    expect(tab.get_by_role("button", name=IN[language], exact=True)).to_be_visible()
    for anything in ("stPageLink", "stSidebar", "stSelectbox", "stFileUploader", "stDataFrame"):
        expect(tab.get_by_test_id(anything)).to_have_count(0)


def logged_in(tab: Page, who: str, language: str) -> None:
    tab.get_by_role("button", name=IN[language], exact=True).click()
    tab.get_by_role("link", name=who).click()
    expect(tab).to_have_url(re.compile(r"^http://127\.0\.0\.1:\d+/(\?[^/]*)?$"))
    tab.wait_for_selector(IDLE)
    tab.wait_for_load_state("networkidle")


def test_everybody_logs_in_and_sees_what_is_theirs(tabs: Callable[[], Page], tmp_path: Path) -> None:
    for needed in ("authlib", "httpx"):
        pytest.importorskip(needed, reason="a login needs the extra `login`, which `make env` installs")
    from tests.journeys.identity import FORGER, provider

    growing(tmp_path / "cases" / "growing")
    with (
        provider() as known,
        serving(tmp_path, "--secrets.files", str(known.secrets_file(tmp_path))) as place,
    ):
        tab = tabs()
        for page in ("", "plan", "history", "exports"):
            opened(tab, f"{place.address}/{page}?lang=zh")
            gate(tab, "zh")
        for nobody in ("nobody", FORGER):  # who changes their mind there; whose token has a wrong signature
            logged_in(tab, nobody, "zh")
            opened(tab, f"{place.address}/?lang=zh")
            gate(tab, "zh")

        logged_in(tab, "anna", "zh")
        opened(tab, f"{place.address}/?lang=zh&case=growing")
        hers = started(tab, "zh")
        expect(tab.locator(".st-key-onward")).to_be_visible(timeout=SOLVED_WITHIN_MS)
        (folder,) = place.runs.glob(f"user-*/{hers}")
        assert "anna" not in str(folder.relative_to(place.runs))

        other = tabs()
        opened(other, f"{place.address}/?lang=en")
        logged_in(other, "ben", "en")
        cannot_see(other, place.address, hers, folder.parent.name)

        opened(tab, f"{place.address}/plan?lang=zh&run={hers}")
        expect(tab.locator(".st-key-cards")).to_be_visible()
        tab.get_by_role("button", name=OUT["zh"]).click()
        expect(tab.get_by_role("button", name=IN["en"], exact=True)).to_be_visible()  # the browser's language
        opened(tab, f"{place.address}/plan?lang=zh&run={hers}")
        gate(tab, "zh")
        logged_in(tab, "ben", "zh")  # the next one at the same browser
        cannot_see(tab, place.address, hers, folder.parent.name)
        for one in (tab, other):
            one.close()


def cannot_see(tab: Page, address: str, run: str, owner: str) -> None:
    """Neither in the list nor by address is another's run to be had."""
    opened(tab, f"{address}/history?lang=en")
    expect(tab.get_by_text("There is no run yet")).to_be_visible()
    for page in ("plan", "run", "exports", "explain"):
        for name in (run, f"../{owner}/{run}", f"{owner}/{run}", owner):
            opened(tab, f"{address}/{page}?lang=en&run={name}")
            expect(tab.get_by_test_id("stAlert").filter(has_text="is not there")).to_be_visible()
            expect(tab.locator(".st-key-cards")).to_have_count(0)
            expect(tab.get_by_test_id("stDownloadButton")).to_have_count(0)
