"""Edits that wait: how many, what they change, undo, and the button that commits them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import streamlit as st

from redmud_opt.case import CaseFaults
from redmud_opt.case.editing import Change, Checked, EditSession
from redmud_opt.i18n import text
from redmud_opt.ui import address
from redmud_opt.ui.case_words import column_label, table_label, told
from redmud_opt.ui.faults import fault_list
from redmud_opt.ui.grid import words_grid
from redmud_opt.ui.words import Words

_TURN, _TROUBLE, _TOLD = "_turn", "_trouble", "_told"


def turn() -> int:
    """Goes up whenever tables change other than by the grid that is open: grids and forms then begin anew."""
    return int(st.session_state.setdefault(_TURN, 0))


def turned() -> None:
    """Grids and forms begin anew."""
    st.session_state[_TURN] = turn() + 1


def trouble(faults: CaseFaults) -> None:
    """What could not be done is said when the page is drawn next."""
    st.session_state[_TROUBLE] = faults
    turned()


def bar(name: str, path: Path, say: Words) -> None:
    """What waits, above the tables."""
    session = EditSession(path)
    with st.container(key="inputs"):
        _said(say)
        try:
            found = session.changes()
        except CaseFaults as faults:
            fault_list(faults, say)
            st.button(told("discard_all", say), key="discard", on_click=_discard, args=(path,))
            return
        st.markdown(f"**{told('changes', say, count=len(found))}**" if found else told("no_changes", say))
        _buttons(session, path, bool(found), say)
        _faults(session, path, say)


def listing(path: Path, say: Words) -> None:
    """The changes one by one, before → after; below what is typed into, so that nothing moves while one types."""
    try:
        found = EditSession(path).changes()
    except CaseFaults:
        return  # told above
    if found:
        with st.container(key="changes"):
            st.markdown(f"**{told('changes_heading', say)}**")
            words_grid(_frame(found, say), "changes_grid", wide={told("after", say): 160})


def _said(say: Words) -> None:
    faults = st.session_state.pop(_TROUBLE, None)
    if faults is not None:
        fault_list(faults, say)
    done = st.session_state.pop(_TOLD, None)
    if done is not None:
        st.success(told(done, say))


def _frame(found: list[Change], say: Words) -> pd.DataFrame:
    rows = [
        {
            told("table", say): table_label(change.table, say.language),
            told("row", say): told("new", say) if change.row < 0 else str(change.row),
            told("what", say): change.key,
            told("column", say): column_label(change.table, change.column, say) if change.column else "",
            told("before", say): told(f"kind.{change.kind}", say)
            if change.kind == "delete"
            else change.before or told("blank", say),
            told("after", say): told("gone", say)
            if change.kind == "delete"
            else change.after or told("blank", say),
            told("remark", say): _remark(change, say),
        }
        for change in found
    ]
    return pd.DataFrame(rows)


def _remark(change: Change, say: Words) -> str:
    if change.fault is not None:
        said = [message for message in (change.fault, change.remedy) if message is not None]
        return told("cannot_be_read", say, why=" – ".join(text(one, say.language) for one in said))
    return "" if change.read == change.after else told("is_read_as", say, value=change.read)


def _buttons(session: EditSession, path: Path, waits: bool, say: Words) -> None:
    pending, commits = session.pending(), session.commits()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            told("commit", say),
            key="commit",
            type="primary",
            disabled=not waits,
            on_click=_commit,
            args=(path,),
            icon=":material/check:",
        )
        st.button(
            told("undo", say),
            key="undo",
            disabled=not pending.steps,
            on_click=_undo,
            args=(path,),
            icon=":material/undo:",
        )
        st.button(
            told("redo", say),
            key="redo",
            disabled=not pending.undone,
            on_click=_redo,
            args=(path,),
            icon=":material/redo:",
        )
        st.button(
            told("discard_all", say),
            key="discard",
            disabled=not pending.steps,
            on_click=_discard,
            args=(path,),
            icon=":material/delete_sweep:",
        )
        if commits and not pending.steps:
            st.button(
                told("take_back", say),
                key="take_back",
                on_click=_take_back,
                args=(path,),
                icon=":material/history:",
            )
        address.link("check", told("to_check", say))
        address.link("run", told("to_run", say))


def _faults(session: EditSession, path: Path, say: Words) -> None:
    """The faults that a commit would leave, once it was asked for; it can be insisted on."""
    if st.session_state.get("_faulty") != session.state():
        return
    found = checked(path, session.state()).faults
    if found is None:
        return
    st.warning(told("commit_has_faults", say, count=len(found.faults)))
    fault_list(found, say, heading=False)
    st.button(told("commit_anyway", say), key="commit_anyway", on_click=_commit_anyway, args=(path,))


@st.cache_resource(max_entries=8, show_spinner=False)
def checked(path: Path, state: str) -> Checked:
    """The case as a commit would leave it; the same state is read once."""
    return EditSession(path).checked()


def _commit(path: Path) -> None:
    session = EditSession(path)
    state = session.state()
    if checked(path, state).faults is None:
        _commit_anyway(path)
    else:
        st.session_state["_faulty"] = state


def _commit_anyway(path: Path) -> None:
    try:
        EditSession(path).commit()
    except CaseFaults as faults:
        trouble(faults)
        return
    st.session_state[_TOLD] = "committed"
    turned()


def _take_back(path: Path) -> None:
    try:
        EditSession(path).take_back()
    except CaseFaults as faults:
        trouble(faults)
        return
    st.session_state[_TOLD] = "taken_back"
    turned()


def _undo(path: Path) -> None:
    EditSession(path).undo()
    turned()


def _redo(path: Path) -> None:
    try:
        EditSession(path).redo()
    except CaseFaults as faults:
        trouble(faults)
    turned()


def _discard(path: Path) -> None:
    EditSession(path).discard()
    turned()
