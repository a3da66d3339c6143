"""The first page: which case, what is in it or wrong with it, and the way to its plan."""

from __future__ import annotations

import streamlit as st

from redmud_opt.ui import inputs, running
from redmud_opt.ui.style import band
from redmud_opt.ui.words import Words


def show(say: Words) -> None:
    """Draws the page."""
    with st.container(key="inputs"):
        band(say("inputs"))
        found = inputs.choose(say)
        if found is not None:
            inputs.show(found, say)
    if found is not None:
        running.button(found, say)
