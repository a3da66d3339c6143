"""Tables on the page: number formats, and downloads that a spreadsheet opens safely."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from redmud_opt.report.tables import View, csv_bytes
from redmud_opt.ui.words import Words

ROW = 35
MOST_ROWS = 12


def words_grid(
    frame: pd.DataFrame, key: str, *, left: Sequence[str] | None = None, wide: Mapping[str, int] | None = None
) -> None:
    """A table whose cells are words already; with `left`, the columns beside those hold figures and end flush."""
    config: dict[str, Any] = {}
    for name in map(str, frame.columns):
        figures = left is not None and name not in left
        width = (wide or {}).get(name)
        config[name] = st.column_config.TextColumn(alignment="right" if figures else "left", width=width)
    st.dataframe(frame, hide_index=True, column_config=config, key=key, height=_height(frame))


def view_grid(view: View, key: str) -> None:
    """A table of a plan: amounts with thousands apart and sensible decimals."""
    config: dict[str, Any] = {
        name: st.column_config.NumberColumn(format="localized", step=10.0**-decimals)
        for name, decimals in view.numbers.items()
    }
    frame = view.frame.round(view.numbers)
    st.dataframe(
        frame, hide_index=True, column_config=config, key=key, height=_height(frame), placeholder="–"
    )


def csv_button(frame: pd.DataFrame, name: str, key: str, say: Words) -> None:
    """Download as CSV; no cell of it can start a formula."""
    st.download_button(
        say("csv"),
        lambda: csv_bytes(frame),
        f"{name}.csv",
        "text/csv",
        key=key,
        on_click="ignore",
        icon=":material/download:",
    )


def _height(frame: pd.DataFrame) -> int:
    return ROW * (min(len(frame), MOST_ROWS) + 1) + 3
