"""Ways of those who ask: a suggestion applied where there is no plan, a question answered, two runs compared."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from playwright.sync_api import Page, expect
from tests.jobs.cases import impossible_by_a_solve
from tests.journeys.conftest import REPOSITORY, Served

pytestmark = [pytest.mark.journey, pytest.mark.slow]


def solved(place: Served, case: str, name: str, *options: str) -> int:
    """A run by the command line; its exit code."""
    command = [sys.executable, "-m", "redmud_opt", "solve", case, "--out", str(place.runs / name), *options]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, check=False).returncode


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_suggestion_is_applied(place: Served, tab: Page, language: str) -> None:
    case = place.cases / f"hopeless-{language}"
    impossible_by_a_solve(case)
    assert solved(place, str(case), case.name) == 2
    tab.goto(f"{place.address}/explain?lang={language}&run={case.name}")
    tab.locator(".st-key-apply_1 button").click()
    expect(tab).to_have_url(re.compile(r"/run\?.*run=suggestion-1"))
    expect(tab.locator("[data-testid=stMetric]").first).to_be_visible(timeout=120_000)


def test_a_question_is_answered(place: Served, tab: Page, growing_run: str) -> None:
    tab.goto(f"{place.address}/explain?lang=zh&run={growing_run}")
    tab.locator(".st-key-ask button").click()
    expect(tab.get_by_text(re.compile("的方案受什么制约")).first).to_be_visible(timeout=120_000)


def test_two_runs_are_laid_side_by_side(place: Served, tab: Page, growing_run: str) -> None:
    assert solved(place, str(place.cases / "growing"), "growing-again", "--gap", "0.05") == 0
    tab.goto(f"{place.address}/compare?lang=en&run={growing_run}")
    tab.locator("[data-testid=stMultiSelect] input").first.click()
    tab.get_by_text("growing-again", exact=True).click()
    tab.keyboard.press("Escape")
    tab.locator(".st-key-compare button").click()
    expect(tab.get_by_text("Value of growing-again").first).to_be_visible(timeout=120_000)
