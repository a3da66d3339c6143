"""The page of a case: tables, edits that wait, assays, scenarios, the workbook. Samples are read, copies edited.

?table=outlets&row=3        opens a table at a row: how faults are followed
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from redmud_opt.case import CaseFaults
from redmud_opt.ui import (
    case_assay,
    case_book,
    case_changes,
    case_scenario,
    case_tables,
    inputs,
    own,
)
from redmud_opt.ui.case_words import told
from redmud_opt.ui.words import Words

Section = Callable[[str, Path, Words], None]

SECTIONS: dict[str, Section] = {
    "tables": case_tables.show,
    "assay": case_assay.show,
    "scenario": case_scenario.show,
    "book": case_book.show,
}


def show(say: Words) -> None:
    """Draws the page."""
    found = inputs.pick(say)
    if found is None:
        return
    name, path = found
    if not path.is_dir():
        case_scenario.edit(name, path, say)
        return
    if own.is_own(path):
        case_changes.bar(name, path, say)
    else:
        _sample(name, path, say)
    section = st.segmented_control(
        told("sections", say),
        list(SECTIONS),
        default="tables",
        required=True,
        format_func=lambda one: told(f"section.{one}", say),
        key="section",
        label_visibility="collapsed",
    )
    SECTIONS[section or "tables"](name, path, say)


def _sample(name: str, path: Path, say: Words) -> None:
    """A sample is read only; a copy of it is one's own."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.info(told("sample", say), width="stretch")
        st.button(
            told("copy_case", say),
            key="copy_case",
            type="primary",
            icon=":material/content_copy:",
            on_click=_copied,
            args=(name, path),
        )
    faults = st.session_state.pop("_copy_faults", None)
    if faults is not None:
        inputs.show_faults(faults, say)


def _copied(name: str, path: Path) -> None:
    try:
        case_book.opened(own.copy(path, name))
    except CaseFaults as faults:
        st.session_state["_copy_faults"] = faults
