"""The page of a run: what is asked of it, where it stands, how it ended."""

from __future__ import annotations

import streamlit as st

from redmud_opt.ui import cases, held, results, running
from redmud_opt.ui.words import Words


def show(say: Words) -> None:
    """Draws the page."""
    current = held.current(say)
    found = cases.chosen()
    if found is not None:
        running.form(found, current is not None and not current[1].ended, say)
    if current is None:
        return
    folder, now = current
    with st.container(key="results"):
        if now.ended:
            results.show(folder, now, say)
        else:
            running.watch(folder, say)
