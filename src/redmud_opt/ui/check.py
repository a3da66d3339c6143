"""The page of checks: faults with a link to each row, what can go where before any solve, the screening matrix."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from redmud_opt.case import Case, CaseFaults
from redmud_opt.network import Network
from redmud_opt.report.charts.sites import case_map
from redmud_opt.report.ways import refusals, ways
from redmud_opt.study.screening import Screening, screen
from redmud_opt.ui import address, cases, inputs
from redmud_opt.ui.case_words import told
from redmud_opt.ui.charts import show_chart
from redmud_opt.ui.faults import fault_list
from redmud_opt.ui.grid import csv_button, words_grid
from redmud_opt.ui.words import Words

SECTIONS = ("findings", "ways", "refusals", "map", "screening")


def show(say: Words) -> None:
    """Draws the page."""
    picked = inputs.pick(say)
    if picked is None:
        return
    with st.spinner(told("reading", say)):
        network = cases.network(picked[1])
    if isinstance(network, CaseFaults):
        st.markdown(told("faults_about", say))
        fault_list(network, say)
        return
    st.success(told("no_faults", say), icon=":material/check_circle:")
    section = st.segmented_control(
        told("sections", say),
        SECTIONS,
        default="findings",
        required=True,
        format_func=lambda one: told(f"section.{one}", say),
        key="check_section",
        label_visibility="collapsed",
    )
    if section == "screening":
        _screening(network.case, say)
    elif section == "map":
        _map(network, say)
    elif section in ("ways", "refusals"):
        _network(network, section, say)
    else:
        inputs.show(cases.look(*picked), say)
    with st.container(horizontal=True):
        address.link("case", told("to_case", say))
        address.link("run", told("to_run", say))


def _network(network: Network, section: str, say: Words) -> None:
    st.caption(told(f"{section}_about", say))
    frame = ways(network, say.language) if section == "ways" else refusals(network, say.language)
    if frame.empty:
        st.info(told(f"{section}_none", say))
        return
    _table(frame, section, say)


def _map(network: Network, say: Words) -> None:
    with st.spinner(told("reading", say)):
        chart = case_map(
            network.case, say.language, ((way.from_site, way.to_site) for way in network.routes.route)
        )
    if chart is None:
        st.info(told("map_none", say))
        return
    show_chart(chart, "map", say)


def _table(frame: pd.DataFrame, name: str, say: Words) -> None:
    """A long table: one material at a time, or all of them."""
    first = str(frame.columns[0])
    materials = list(dict.fromkeys(frame[first]))
    chosen = st.selectbox(
        first, materials, index=None, placeholder=told("all_materials", say), key=f"of_{name}"
    )
    shown = frame if chosen is None else frame[frame[first] == chosen]
    words_grid(shown.reset_index(drop=True), name)
    csv_button(shown, name, f"csv_{name}", say)


def _screening(case: Case, say: Words) -> None:
    st.caption(told("screening_about", say))
    with st.spinner(told("reading", say)):
        found = _screened(case, tuple(case.files.values()))
    if not found.cells:
        st.info(told("screening_none", say))
        return
    matrix = found.matrix(say.language)
    words_grid(matrix.rename_axis(told("screening_waste", say)).reset_index(), "matrix")
    with st.expander(told("screening_reasons", say)):
        table = found.table(say.language)
        words_grid(table.map(lambda cell: "" if cell is None or cell != cell else str(cell)), "reasons")
    csv_button(found.table(say.language), "screening", "csv_screening", say)


@st.cache_resource(max_entries=4, show_spinner=False)
def _screened(_case: Case, files: tuple[str, ...]) -> Screening:
    return screen(_case)
