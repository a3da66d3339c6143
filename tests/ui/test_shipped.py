"""Every page in both languages on a run of every case and scenario that travels with the package; of the cases, every
side of the plan. What `make test` can afford stands in `test_pages` and `test_page`, on smaller cases."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from redmud_opt.case import bundled
from redmud_opt.case.bundle import bundled_names
from redmud_opt.i18n import LANGUAGES, template
from redmud_opt.jobs import Exit, RunOptions, start, wait
from redmud_opt.ui.pages import PAGES
from redmud_opt.ui.plan_view import VIEWS

Open = Callable[..., AppTest]

WITHOUT_PLAN = dict.fromkeys(
    ("impossible", "guangxi_target_25", "group_landfill_closed", "group_permit_ends_yunnan"), Exit.INFEASIBLE
)
"""Cases that ask for more than can be had: what their pages say is why."""

LIMIT_S = 120.0
"""A solve may take so long; none of them needs a fifth of it to come near the best."""

NEAR = 0.05
CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.mark.slow
@pytest.mark.parametrize("name", bundled_names())
def test_no_page_fails_on_a_shipped_case(page: Open, runs: Path, name: str) -> None:
    folder = start(bundled(name), runs, RunOptions(time_limit_s=LIMIT_S, gap=NEAR))
    expected = WITHOUT_PLAN.get(name, Exit.PLAN)
    assert wait(folder, 4 * LIMIT_S).exit == expected
    for lang in LANGUAGES:
        for one in PAGES:
            _drawn(page(one.name, lang=lang, case=name, run=folder.name), one.name, lang)
        for view in VIEWS if bundled(name).is_dir() else ():
            test = page("plan", lang=lang, case=name, run=folder.name, view=view, units="10k")
            _drawn(test, "plan", lang)
            assert test.segmented_control(key="view").value == view


def _drawn(test: AppTest, name: str, lang: str) -> None:
    """No exception, the heading of the page, and no word of the other language where one can tell."""
    assert not test.exception, (name, lang)
    kinds = ("markdown", "caption", "error", "warning", "info", "success", "metric")
    words = [str(element.value) for kind in kinds for element in getattr(test, kind)]
    assert f"## {template(f'ui.page_{name}', lang)}" in words
    if lang == "en":
        assert not [line for line in words if CHINESE.search(line)], name
