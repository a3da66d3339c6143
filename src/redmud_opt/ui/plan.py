"""The page of a plan: that of the run in the address."""

from __future__ import annotations

import streamlit as st

from redmud_opt.ui import held, results
from redmud_opt.ui.plan_view import show_plan
from redmud_opt.ui.words import Words


def show(say: Words) -> None:
    """Draws the page."""
    here = held.here(say)
    if here is None:
        return
    with st.container(key="results"):
        results.whose(here.folder, here.now, say)
        results.standing(here.plan, say)
        show_plan(here, say)
