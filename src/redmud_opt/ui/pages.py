"""The pages in the order of the menu. A page is a module `ui/<name>.py` with `show(say)`; its words are
`ui.page_<name>` (in the menu) and, above the page, `ui.about_<name>` (one sentence)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from redmud_opt.ui import about, case, check, compare, explain, exports, history, home, plan, run, sensitivity
from redmud_opt.ui.words import Words


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its name in the address, its sign in the menu, what draws it."""

    name: str
    icon: str
    show: Callable[[Words], None]


PAGES = (
    Page("home", ":material/home:", home.show),
    Page("case", ":material/table_edit:", case.show),
    Page("check", ":material/fact_check:", check.show),
    Page("run", ":material/play_circle:", run.show),
    Page("plan", ":material/route:", plan.show),
    Page("explain", ":material/help:", explain.show),
    Page("compare", ":material/compare:", compare.show),
    Page("sensitivity", ":material/tornado:", sensitivity.show),
    Page("exports", ":material/download:", exports.show),
    Page("history", ":material/history:", history.show),
    Page("about", ":material/info:", about.show),
)
