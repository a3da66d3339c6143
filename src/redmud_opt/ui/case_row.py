"""One row of a table: a form with every column, and what can be done to the row as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import streamlit as st

from redmud_opt.case import TABLES, Case, CaseFaults
from redmud_opt.case.columns import Column, Row, columns
from redmud_opt.case.editing import KEYS_TABLE, Edit, EditSession, wrong
from redmud_opt.case.editing.edits import AnySheet
from redmud_opt.case.editing.gestures import add_row, copy_row, delete_row, set_cells, switch_row
from redmud_opt.i18n import text
from redmud_opt.ui import case_changes
from redmud_opt.ui.case_words import column_help, column_label, row_label, told
from redmud_opt.ui.words import Words, plain

NEW = 0
"""Stands for a row that is about to be added."""

Rows = Sequence[tuple[int, Mapping[str, str]]]


def show(
    session: EditSession,
    sheet: AnySheet,
    table: str,
    rows: Rows,
    editable: bool,
    case: Case | None,
    labels: Mapping[str, str],
    say: Words,
) -> None:
    """The selector of rows, and the row."""
    if table == KEYS_TABLE and not editable:
        return
    row = _row(sheet, table, rows, editable, labels, say)
    if row is None:
        return
    cells = {} if row == NEW else sheet.cells(row)
    if editable and row != NEW and table != KEYS_TABLE:
        _actions(session.folder, table, row, cells, say)
    if table == KEYS_TABLE:
        _key_form(session.folder, row, cells, say)
    else:
        _form(session.folder, table, row, cells, editable, case, say)


def _row(
    sheet: AnySheet, table: str, rows: Rows, editable: bool, labels: Mapping[str, str], say: Words
) -> int | None:
    known = [row for row, _ in rows] + ([NEW] if editable and table != KEYS_TABLE else [])
    held = dict(rows)
    asked = st.query_params.get("row", "")
    first = int(asked) if asked.lstrip("-").isdecimal() and int(asked) in known else None
    if st.session_state.get("row") != first:
        st.session_state["row"] = first
    return st.selectbox(
        told("one_row", say),
        known,
        key="row",
        index=None,
        placeholder=told("choose_row", say),
        format_func=lambda row: (
            told("add_row", say) if row == NEW else row_label(dict(held.get(row, {})), row, dict(labels), say)
        ),
        on_change=_row_chosen,
    )


def _row_chosen() -> None:
    row = st.session_state["row"]
    if row is None:
        st.query_params.pop("row", None)
    else:
        st.query_params["row"] = str(row)


# ---- the row as a whole ------------------------------------------------------------------------------------


def _actions(folder: Path, table: str, row: int, cells: Mapping[str, str], say: Words) -> None:
    off = cells.get("active", "").strip().casefold() in ("no", "false", "0")
    acts = [
        ("copy", ":material/content_copy:", _copy),
        ("on" if off else "off", ":material/toggle_on:" if off else ":material/toggle_off:", _switch),
        ("delete", ":material/delete:", _delete),
    ]
    with st.container(horizontal=True):
        for name, icon, act in acts:
            st.button(
                told(f"row.{name}", say),
                key=f"row_{name}",
                icon=icon,
                on_click=act,
                args=(folder, table, row),
            )


def _made(folder: Path, edits: Sequence[Edit]) -> None:
    try:
        EditSession(folder).make(edits)
    except CaseFaults as faults:
        case_changes.trouble(faults)
    else:
        case_changes.turned()


def _copy(folder: Path, table: str, row: int) -> None:
    session = EditSession(folder)
    new = session.new_row()
    _made(folder, copy_row(session.sheet(table), table, row, new))
    st.query_params["row"] = str(new)


def _switch(folder: Path, table: str, row: int) -> None:
    sheet = EditSession(folder).sheet(table)
    off = sheet.cells(row).get("active", "").strip().casefold() in ("no", "false", "0")
    _made(folder, switch_row(sheet, table, row, on=off))


def _delete(folder: Path, table: str, row: int) -> None:
    _made(folder, delete_row(EditSession(folder).sheet(table), table, row))
    st.query_params.pop("row", None)


# ---- its cells ---------------------------------------------------------------------------------------------


def _form(
    folder: Path,
    table: str,
    row: int,
    cells: Mapping[str, str],
    editable: bool,
    case: Case | None,
    say: Words,
) -> None:
    known = columns(TABLES[table])
    common = list(columns(Row))
    stem = f"form-{table}-{row}-{case_changes.turn()}"
    _unreadable(table, cells, say)
    with st.form(stem, border=True):
        _fields(stem, table, [n for n in known if n not in common], cells, editable, case, say)
        st.markdown(f"**{told('evidence_of', say)}**")
        _fields(stem, table, [n for n in known if n in common], cells, editable, case, say)
        st.form_submit_button(
            told("add_this" if row == NEW else "keep_row", say),
            type="primary",
            disabled=not editable,
            on_click=_kept,
            args=(folder, table, row, stem, list(known)),
        )


def _unreadable(table: str, cells: Mapping[str, str], say: Words) -> None:
    """Cells that the case cannot read, above the form."""
    for name, cell in cells.items():
        bad = wrong(table, name, cell)
        if bad is not None:
            remedy = "" if bad.remedy is None else f" – {text(bad.remedy, say.language)}"
            st.error(
                plain(f"{column_label(table, name, say)}: {text(bad.message, say.language)}{remedy}"),
                icon=":material/error:",
            )


def _fields(
    stem: str,
    table: str,
    names: Sequence[str],
    cells: Mapping[str, str],
    editable: bool,
    case: Case | None,
    say: Words,
) -> None:
    """Three fields a line; on a narrow screen they stand below each other."""
    for start in range(0, len(names), 3):
        for place, name in zip(st.columns(3), names[start : start + 3], strict=False):
            with place:
                _field(f"{stem}-{name}", table, name, cells.get(name, ""), editable, case, say)


def _field(key: str, table: str, name: str, cell: str, editable: bool, case: Case | None, say: Words) -> None:
    declared = columns(TABLES[table])[name]
    label = column_label(table, name, say) + (" *" if declared.required else "")
    words = column_help(table, name, say)
    options = _options(declared, case)
    if options is None:
        st.text_input(label, cell, key=key, help=words, disabled=not editable)
        return
    if cell and cell not in options:
        options = [cell, *options]
    st.selectbox(
        label,
        options,
        index=options.index(cell) if cell else None,
        key=key,
        help=words,
        disabled=not editable,
        placeholder="–",
        accept_new_options=bool(declared.tables),
    )


def _options(declared: Column, case: Case | None) -> list[str] | None:
    """What a cell may be chosen from; None where it is typed."""
    if declared.kind == "flag":
        return ["yes", "no"]
    if declared.choices:
        return list(declared.choices)
    if declared.tables and case is not None:
        names = [
            n.name for t in declared.tables if t in TABLES for n in getattr(case, t) if hasattr(n, "name")
        ]
        names += [p.name for p in case.periods] if "periods" in declared.tables else []
        names += [g.group for g in case.groups] if declared.groups else []
        return list(dict.fromkeys(names))
    return None


def _kept(folder: Path, table: str, row: int, stem: str, names: Sequence[str]) -> None:
    """What the form holds becomes a step: only the cells that differ."""
    typed = {name: st.session_state.get(f"{stem}-{name}") or "" for name in names}
    session = EditSession(folder)
    if row != NEW:
        _made(folder, set_cells(session.sheet(table), table, row, typed))
        return
    if any(typed.values()):
        new = session.new_row()
        _made(folder, add_row(table, new, typed))
        st.query_params["row"] = str(new)


def _key_form(folder: Path, row: int, cells: Mapping[str, str], say: Words) -> None:
    """A key of `case.yaml`, its value over several lines if it has them."""
    stem = f"form-{KEYS_TABLE}-{row}-{case_changes.turn()}"
    with st.form(stem):
        st.text_area(cells["key"], cells.get("value", ""), key=f"{stem}-value", height="content")
        st.form_submit_button(
            told("keep_row", say), type="primary", on_click=_key_kept, args=(folder, row, stem)
        )


def _key_kept(folder: Path, row: int, stem: str) -> None:
    sheet = EditSession(folder).sheet(KEYS_TABLE)
    _made(folder, set_cells(sheet, KEYS_TABLE, row, {"value": st.session_state[f"{stem}-value"]}))
