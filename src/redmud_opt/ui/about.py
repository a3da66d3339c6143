"""The page about the program: versions, hashes of the data that travel with it, licence, sources."""

from __future__ import annotations

import platform

import pandas as pd
import streamlit as st

from redmud_opt.case.shipped import Shipped, licence, shipped
from redmud_opt.plan.plan import versions
from redmud_opt.ui.grid import csv_button, words_grid
from redmud_opt.ui.words import Words


def show(say: Words) -> None:
    """Draws the page."""
    st.markdown(say("about_text"))
    st.markdown(f"#### {say('versions')}")
    found = versions() | {"streamlit": st.__version__, "python": platform.python_version()}
    words_grid(pd.DataFrame({say("program"): found.keys(), say("version"): found.values()}), "versions")
    held = _shipped()
    st.markdown(f"#### {say('data')}")
    st.caption(say("data_help"))
    rows = [(part.name, part.files, part.digest[:16]) for part in held]
    columns = [say("part"), say("files"), say("hash")]
    words_grid(pd.DataFrame(rows, columns=columns).astype(str), "parts")
    st.markdown(f"#### {say('sources')}")
    sources = pd.DataFrame(
        [
            (part.name, source["title"], source["link"], source["year"])
            for part in held
            for source in part.sources
        ],
        columns=[say("part"), say("source"), say("link"), say("year")],
    )
    st.caption(say("sources_help", count=len(sources)))
    words_grid(sources, "sources", wide={say("source"): 520})
    csv_button(sources, "sources", "sources_csv", say)
    st.markdown(f"#### {say('licence')}")
    st.code(licence(), language=None)


@st.cache_resource(show_spinner=False)
def _shipped() -> tuple[Shipped, ...]:
    return shipped()
