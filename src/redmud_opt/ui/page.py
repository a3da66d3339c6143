"""The page: above, the case (inputs); below, the run and its plan (results)."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from redmud_opt.jobs import RunStatus
from redmud_opt.ui import inputs, results, running
from redmud_opt.ui.address import keep, language
from redmud_opt.ui.cases import Look
from redmud_opt.ui.style import band, dress
from redmud_opt.ui.words import LANGUAGES, NAMES, Words

ICON = "♻️"


def main() -> None:
    """Draws the page."""
    say = Words(language())
    st.set_page_config(page_title=say("title"), page_icon=ICON, layout="wide")
    dress()
    _head(say)
    with st.container(key="inputs"):
        band(say("inputs"))
        found = inputs.choose(say)
        if found is not None:
            inputs.show(found, say)
    run = running.current(say)
    if found is not None:
        running.button(found, run is not None and not run[1].ended, say)
    if run is not None:
        _result(*run, found, say)


def _head(say: Words) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f"## {say('title')}")
        st.segmented_control(
            say("language"),
            LANGUAGES,
            default=say.language,
            required=True,
            key="language",
            format_func=NAMES.__getitem__,
            on_change=_switched,
            label_visibility="collapsed",
            width="content",
        )
    st.caption(say("subtitle"))


def _switched() -> None:
    keep("lang", st.session_state["language"])


def _result(folder: Path, now: RunStatus, on_screen: Look | None, say: Words) -> None:
    with st.container(key="results"):
        band(say("results"))
        if now.ended:
            results.show(folder, now, on_screen, say)
        else:
            running.watch(folder, say)
