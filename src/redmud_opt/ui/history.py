"""The page of all runs, those of the command line too: filter, open, title and note, the trash and back."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import streamlit as st

from redmud_opt.jobs.history import Entry, delete, describe, entries, restore, trash, trashed
from redmud_opt.report.numbers import gap_percent
from redmud_opt.ui import address
from redmud_opt.ui.grid import words_grid
from redmud_opt.ui.settings import runs_root
from redmud_opt.ui.words import Words

STATES = (
    "optimal",
    "feasible",
    "infeasible",
    "unbounded",
    "none",
    "cancelled",
    "failed",
    "running",
    "queued",
)

_CHOSEN, _ASKED, _TURN = "_history_run", "_history_asked", "_history_turn"
"""The run that was chosen; the one that the address asked for then; how often either, or a title, changed from
outside the selector: the browser would go on showing what it showed."""


def show(say: Words) -> None:
    """Draws the page."""
    found = entries(runs_root())
    shown = _filtered(found, say)
    if not found:
        st.info(say("no_runs"))
    elif not shown:
        st.info(say("no_runs_like_this"))
    else:
        words_grid(_table(shown, say), "runs", left=None)
        _one({entry.name: entry for entry in shown}, say)
    _trash(say)


def _filtered(found: list[Entry], say: Words) -> list[Entry]:
    left, right = st.columns([2, 3])
    words = left.text_input(say("filter"), key="filter", placeholder=say("filter_example"))
    known = [state for state in STATES if any(entry.state == state for entry in found)]
    states = right.pills(
        say("state"), known, selection_mode="multi", format_func=lambda s: say(f"state_{s}"), key="states"
    )
    asked = words.casefold().split()
    return [
        entry
        for entry in found
        if all(word in f"{entry.name} {entry.title} {entry.note} {entry.case}".casefold() for word in asked)
        and (not states or entry.state in states)
    ]


def _table(shown: list[Entry], say: Words) -> pd.DataFrame:
    rows = [
        {
            say("column_title"): entry.title or entry.name,
            say("column_case"): entry.case,
            say("column_state"): say(f"state_{entry.state}"),
            say("column_objective"): entry.objective or say("objective_case"),
            say("column_value"): "" if entry.value_cny is None else say.money(entry.value_cny),
            say("column_gap"): "" if entry.gap is None else gap_percent(entry.gap, say.language),
            say("column_date"): when(entry),
            say("column_note"): entry.note,
        }
        for entry in shown
    ]
    return pd.DataFrame(rows)


def when(entry: Entry) -> str:
    """When a run began."""
    began = entry.now.started
    return "" if began is None else datetime.fromtimestamp(began).strftime("%Y-%m-%d %H:%M")


def _named(entry: Entry) -> str:
    return f"{entry.title} · {entry.name}" if entry.title else entry.name


def _one(shown: dict[str, Entry], say: Words) -> None:
    """What can be done with one run."""
    names, asked = list(shown), st.query_params.get("run", "")
    if asked and asked != st.session_state.get(_ASKED):  # another link was followed
        st.session_state[_CHOSEN] = asked
        st.session_state[_TURN] = st.session_state.get(_TURN, -1) + 1
    st.session_state[_ASKED] = asked
    turn, before = st.session_state.setdefault(_TURN, 0), st.session_state.get(_CHOSEN, "")
    name = st.selectbox(
        say("one_run"),
        names,
        index=names.index(before) if before in shown else 0,
        format_func=lambda name: _named(shown[name]),
        key=f"one_run_{turn}",
    )
    st.session_state[_CHOSEN] = name
    entry = shown[name]
    with st.container(border=True, key="one"):
        with st.container(horizontal=True):
            if entry.value_cny is not None:
                address.link("plan", say("to_plan"), run=name, icon=":material/route:")
            address.link("run", say("to_run"), run=name, icon=":material/play_circle:")
            address.link("exports", say("page_exports"), run=name, icon=":material/download:")
        with st.form(f"about_{name}", border=False):
            title = st.text_input(say("run_title"), entry.title, max_chars=120, help=say("run_title_help"))
            note = st.text_area(say("column_note"), entry.note, max_chars=4000, height=90)
            if st.form_submit_button(say("save"), icon=":material/save:"):
                describe(entry.folder, title=title, note=note)
                st.session_state[_TURN] = turn + 1
                st.rerun()
        st.button(
            say("to_trash"),
            key="to_trash",
            icon=":material/delete:",
            disabled=not entry.now.ended,
            on_click=_thrown_away,
            args=(entry,),
        )


def _thrown_away(entry: Entry) -> None:
    try:
        trash(entry.folder)
    except (OSError, ValueError):
        return
    if st.query_params.get("run") == entry.name:
        address.drop("run")


def _trash(say: Words) -> None:
    held = {entry.name: entry for entry in trashed(runs_root())}
    if not held:
        return
    with st.expander(say("trash", count=len(held)), icon=":material/delete:"):
        name = st.selectbox(
            say("in_trash"),
            list(held),
            format_func=lambda name: f"{_named(held[name])} · {when(held[name])}",
            key="in_trash",
        )
        with st.container(horizontal=True):
            st.button(say("restore"), key="restore", icon=":material/undo:", on_click=_restored, args=(name,))
            sure = st.checkbox(say("sure"), key=f"sure_{name}")
            st.button(
                say("delete"),
                key="delete",
                icon=":material/delete_forever:",
                disabled=not sure,
                on_click=_deleted,
                args=(name,),
            )


def _restored(name: str) -> None:
    try:
        restore(runs_root(), name)
    except OSError:
        return


def _deleted(name: str) -> None:
    try:
        delete(runs_root(), name)
    except OSError:
        return
