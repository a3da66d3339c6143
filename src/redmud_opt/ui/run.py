"""The page of a run: where it stands or how it ended, and what is asked of the next one."""

from __future__ import annotations

import streamlit as st

from redmud_opt.ui import cases, held, results, running
from redmud_opt.ui.style import band
from redmud_opt.ui.words import Words


def show(say: Words) -> None:
    """Draws the page."""
    current = held.current(say)
    if current is not None:
        folder, now = current
        with st.container(key="results"):
            band(say("results"))
            if now.ended:
                results.show(folder, now, say)
            else:
                running.watch(folder, say)
    found = cases.chosen()
    if found is not None:
        with st.container(key="inputs"):
            band(say("new_run"))
            running.form(found, current is not None and not current[1].ended, say)
