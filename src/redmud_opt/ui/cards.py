"""The headline of a plan: what it is worth, and how much of each waste it uses."""

from __future__ import annotations

import streamlit as st

from redmud_opt.plan import Plan
from redmud_opt.report.display import used_of_generated
from redmud_opt.report.figures import value_scale
from redmud_opt.ui.words import Words


def cards(plan: Plan, say: Words) -> None:
    """A card for the value, and one per waste."""
    with st.container(horizontal=True, key="cards"):
        value = value_scale(plan, say.language, say.units).text(plan.value_cny)
        st.metric(say("value"), value, help=say("value_help"), border=True, width="content")
        for name, (used, generated) in used_of_generated(plan, say.language, say.units).items():
            words = say("of_generated", used=used, generated=generated)
            st.metric(say("used", what=name), words, help=say("used_help"), border=True, width="content")
