"""A chart on a page: title, figure, how it is read, its table with a download."""

from __future__ import annotations

import streamlit as st

from redmud_opt.report.charts.base import Chart
from redmud_opt.ui.grid import csv_button, view_grid
from redmud_opt.ui.style import scrolling
from redmud_opt.ui.words import Words, plain

QUIET = {"displayModeBar": False, "scrollZoom": False}


def show_chart(chart: Chart | None, key: str, say: Words) -> None:
    """Draws a chart; nothing where there is nothing to draw. key: apart from that of any other chart of the page."""
    if chart is None:
        return
    st.markdown(f"#### {plain(chart.title)}")
    if chart.note:
        st.caption(plain(chart.note))
    with scrolling(key, chart.least_width):
        fixed = bool(chart.figure.layout.width)
        st.plotly_chart(
            chart.figure,
            theme=None,
            config=QUIET,
            key=f"{key}_figure",
            alt=chart.title,
            width="content" if fixed else "stretch",
        )
    with st.expander(plain(chart.twin.title), icon=":material/table:"):
        view = say.view(chart.twin)
        view_grid(view, f"{key}_table")
        csv_button(view.frame, chart.name, f"{key}_csv", say)
