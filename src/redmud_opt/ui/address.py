"""What the address of a page keeps: language, units, case, run, side of the plan. Reloads, other pages and shared
links find it again.

    ?lang=zh&units=10k&case=guangxi&run=guangxi-20261128-090000

The frame drops the address when another page is opened: `restore` puts it back, and `link` and `goto` take it along.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from redmud_opt.i18n import LANGUAGES
from redmud_opt.report.numbers import UNITS
from redmud_opt.ui.settings import runs_root

KEPT = ("lang", "units", "case", "run", "view")
_HELD, _PAGES = "_address", "_pages"
_RUN = re.compile(r"[\w][\w.\-]*")


def restore() -> None:
    """Once per page, before all else: what was kept and is no longer in the address comes back into it."""
    held: dict[str, str] = st.session_state.setdefault(_HELD, {})
    for name in KEPT:
        if name in st.query_params:
            held[name] = st.query_params[name]
        elif name in held:
            st.query_params[name] = held[name]


def keep(name: str, value: str) -> None:
    """Puts a value into the address."""
    st.session_state.setdefault(_HELD, {})[name] = value
    if st.query_params.get(name) != value:
        st.query_params[name] = value


def value(name: str) -> str:
    """What the address says, empty where it says nothing."""
    return st.query_params.get(name, "")


def drop(name: str) -> None:
    """Takes a value out of the address."""
    st.session_state.setdefault(_HELD, {}).pop(name, None)
    if name in st.query_params:
        del st.query_params[name]


def language() -> str:
    """The language of the address, else the browser's, else English."""
    asked = st.query_params.get("lang", "")
    if asked in LANGUAGES:
        return asked
    return "zh" if (st.context.locale or "").casefold().startswith("zh") else "en"


def units() -> str:
    """The units of the address: `1` (t, CNY), `10k` (10⁴ t, 10⁴ CNY), else `auto`: whichever reads best."""
    asked = st.query_params.get("units", "")
    return asked if asked in UNITS else UNITS[0]


def run_folder() -> Path | None:
    """The folder of the run in the address, whether it exists or not; None if the address names none.

    A name that could lead out of the folder of runs counts as a run that is not there.
    """
    name = st.query_params.get("run", "")
    if not name:
        return None
    return runs_root() / name if _RUN.fullmatch(name) else runs_root() / "-"


def register(pages: dict[str, Any]) -> None:
    """The pages of this session by name, for `link` and `goto`."""
    st.session_state[_PAGES] = pages


def has(page: str) -> bool:
    """Whether there is a page of that name."""
    return page in st.session_state.get(_PAGES, {})


def goto(page: str) -> None:
    """Opens another page with the same address."""
    st.switch_page(st.session_state[_PAGES][page], query_params=dict(st.session_state[_HELD]))


def link(
    page: str,
    label: str | None = None,
    *,
    run: str | None = None,
    icon: str | None = None,
    more: Mapping[str, str] | None = None,
) -> None:
    """A link to another page with the same address, that of another run, or with `more` than all pages keep.

    Nothing where there is no such page.
    """
    if has(page):
        address = st.session_state[_HELD] | ({} if run is None else {"run": run}) | dict(more or {})
        st.page_link(st.session_state[_PAGES][page], label=label, icon=icon, query_params=address)
