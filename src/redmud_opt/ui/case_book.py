"""The workbook of a case: taken away, and given back as another case of one's own."""

from __future__ import annotations

import tempfile
from pathlib import Path

import streamlit as st

from redmud_opt.case import CaseFaults
from redmud_opt.case.workbook import write_workbook
from redmud_opt.ui import address, bringing
from redmud_opt.ui.case_words import told
from redmud_opt.ui.faults import fault_list
from redmud_opt.ui.words import Words

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def show(name: str, path: Path, say: Words) -> None:
    """Download above, upload below."""
    st.markdown(told("book_down", say))
    try:
        content = _workbook(path, tuple(_stamps(path)))
    except CaseFaults as faults:
        fault_list(faults, say)
    else:
        st.download_button(
            told("download_book", say),
            content,
            f"{name}.xlsx",
            XLSX,
            key="book",
            on_click="ignore",
            icon=":material/download:",
        )
    st.markdown(told("book_up", say))
    bringing.bring_case(say)


def opened(name: str) -> None:
    """The case of that name stands in the address, and in the selector of every page."""
    address.keep("case", name)
    address.drop("run")
    st.session_state["case"] = name
    for other in ("table", "row"):
        st.query_params.pop(other, None)


def _stamps(path: Path) -> list[tuple[str, int]]:
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    return [(file.name, file.stat().st_mtime_ns) for file in files if not file.name.startswith(".")]


@st.cache_data(max_entries=8, show_spinner=False)
def _workbook(path: Path, stamps: tuple[tuple[str, int], ...]) -> bytes:
    with tempfile.TemporaryDirectory() as scratch:
        return write_workbook(path, Path(scratch) / "case.xlsx").read_bytes()
