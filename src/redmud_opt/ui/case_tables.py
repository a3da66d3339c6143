"""Tables of a case: browse, search, type into the grid; one row at a time below it.

What is typed becomes an edit that waits at once, as text: no number of the grid is ever taken for one. The grid's
own table stays as it was when the grid was opened, so what it returns is never its input.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from redmud_opt.case import TABLES, Case, CaseFaults
from redmud_opt.case.case import Settings
from redmud_opt.case.columns import Column, columns
from redmud_opt.case.editing import KEYS_TABLE, EditSession
from redmud_opt.case.editing.edits import AnySheet
from redmud_opt.case.editing.gestures import matching, of_grid
from redmud_opt.case.fieldwords import table_words
from redmud_opt.ui import case_changes, case_row, cases, own
from redmud_opt.ui.case_words import column_help, column_label, table_label, told
from redmud_opt.ui.faults import fault_list
from redmud_opt.ui.words import LANGUAGES, Words, plain

Rows = list[tuple[int, Mapping[str, str]]]

ROW_COLUMN, MARK_COLUMN = "_row", "_mark"
ROW_HEIGHT, MOST_ROWS, LEAST_ROWS = 35, 14, 4
FILTERS = ("assumed", "unstated", "off")
COMMON = ("low", "high", "bound", "source", "evidence", "confidence", "as_of", "comment")


def show(name: str, path: Path, say: Words) -> None:
    """The table of the address, and the row of the address below it."""
    session, editable = EditSession(path), own.is_own(path)
    table = _table(session, say)
    st.caption(plain(table_words(table, say.language)))
    try:
        sheet = session.sheet(table)
    except CaseFaults as faults:
        fault_list(faults, say)
        return
    case = _case(path, say)
    labels = {} if case is None else case.labels(say.language)
    asked = _asked(table, say)
    _grid(session, sheet, table, asked, labels, editable, say)
    if editable:
        case_changes.listing(path, say)
    _lent(case, table, say)
    rows = _found(sheet, table, asked, labels)
    case_row.show(session, sheet, table, rows, editable, case, labels, say)


def _case(path: Path, say: Words) -> Case | None:
    """The case as it is committed, for names and labels; None while it has faults."""
    with st.spinner(told("reading", say)):
        found = cases.read(path)
    return None if isinstance(found, CaseFaults) else found


def _table(session: EditSession, say: Words) -> str:
    """The selector of tables: those with rows first, with their number."""
    counts = {table: _count(session, table) for table in (KEYS_TABLE, *TABLES)}
    known = sorted(counts, key=lambda table: not counts[table])
    asked = st.query_params.get("table", "")
    first = asked if asked in known else "outlets" if counts["outlets"] else known[0]
    if st.session_state.get("table") != first:
        st.session_state["table"] = first
    return st.selectbox(
        told("table", say),
        known,
        key="table",
        format_func=lambda table: told(
            "table_option", say, label=table_label(table, say.language), count=str(counts[table])
        ),
        on_change=_table_chosen,
    )


def _count(session: EditSession, table: str) -> int:
    file = session.file(table)
    if not file.is_file() and table not in session.pending().tables:
        return 0
    try:
        return sum(1 for _ in session.sheet(table).rows())
    except CaseFaults:
        return 0


def _table_chosen() -> None:
    st.query_params["table"] = st.session_state["table"]
    st.query_params.pop("row", None)


# ---- search ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """Which rows and columns are asked for."""

    words: str
    marks: tuple[str, ...]
    every: bool


def _asked(table: str, say: Words) -> Asked:
    """What is searched for, above the grid."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        words = st.text_input(
            told("search", say), key="search", placeholder=told("search_hint", say), icon=":material/search:"
        )
        marks: list[str] = []
        if table != KEYS_TABLE:
            marks = st.pills(
                told("only", say),
                FILTERS,
                selection_mode="multi",
                key="only",
                format_func=lambda one: told(f"mark.{one}", say),
            )
    return Asked(words, tuple(marks), st.toggle(told("all_columns", say), key="all_columns"))


def _found(sheet: AnySheet, table: str, asked: Asked, labels: Mapping[str, str]) -> Rows:
    """The rows that are asked for; the row of the address is always among them."""
    found = matching(sheet.rows(), asked.words, labels)
    if asked.marks:
        found = [(row, cells) for row, cells in found if set(asked.marks) & _marks(table, cells)]
    held = {row for row, _ in found}
    wanted = st.query_params.get("row", "")
    if wanted.lstrip("-").isdecimal() and int(wanted) not in held and sheet.holds(int(wanted)):
        found.append((int(wanted), sheet.cells(int(wanted))))
    return found


def _marks(table: str, cells: Mapping[str, str]) -> set[str]:
    """What is worth knowing of a row at a glance."""
    found = set()
    numbers = [n for n, c in columns(TABLES[table]).items() if c.kind == "number" and n not in COMMON]
    stated = any(name in cells for name in numbers)
    if cells.get("evidence") == "assumed":
        found.add("assumed")
    elif stated and not cells.get("source") and not cells.get("evidence"):
        found.add("unstated")
    if cells.get("active", "").strip().casefold() in ("no", "false", "0"):
        found.add("off")
    return found


# ---- the grid ----------------------------------------------------------------------------------------------


def _grid(
    session: EditSession,
    sheet: AnySheet,
    table: str,
    asked: Asked,
    labels: Mapping[str, str],
    editable: bool,
    say: Words,
) -> None:
    """The rows asked for. What is typed is no part of the grid's own table, or the grid would forget it."""
    key = _key(table, asked, say)
    if editable:
        try:
            sheet = session.sheet(table, without=key)
        except CaseFaults:  # somebody else has changed the row that was typed into
            case_changes.turned()
            key = _key(table, asked, say)
    rows = _found(sheet, table, asked, labels)
    names = _columns_shown(sheet, table, asked.every, say)
    total = sum(1 for _ in sheet.rows())
    if len(rows) < total:
        st.caption(told("found", say, count=str(len(rows)), total=str(total)))
    frame = _frame(table, names, rows, say)
    config = {name: _config(table, name, say) for name in names}
    config |= {
        ROW_COLUMN: st.column_config.TextColumn(told("row", say), disabled=True, pinned=True, width=60),
        MARK_COLUMN: st.column_config.TextColumn(told("mark", say), disabled=True, width=110),
    }
    height = ROW_HEIGHT * (min(max(len(rows), LEAST_ROWS), MOST_ROWS) + 2) + 3
    if not editable:
        st.dataframe(
            frame, hide_index=True, column_config=config, height=height, key=f"read-{table}", placeholder=""
        )
        return
    st.data_editor(
        frame,
        hide_index=True,
        num_rows="fixed" if table == KEYS_TABLE else "dynamic",
        column_config=config,
        height=height,
        key=key,
        placeholder="",
        on_change=_typed,
        args=(session.folder, table, key, [row for row, _ in rows]),
    )
    st.caption(told("grid_hint", say))


def _key(table: str, asked: Asked, say: Words) -> str:
    """One grid per tab, table and search; a new one whenever something else has changed the table."""
    tab = st.session_state.setdefault("_tab", secrets.token_hex(4))
    narrowed = bool(asked.words or asked.marks)
    view = (asked, say.language, st.query_params.get("row", "") if narrowed else "")
    return f"grid-{tab}-{table}-{case_changes.turn()}-{abs(hash(view))}"


def _typed(folder: Path, table: str, key: str, rows: list[int]) -> None:
    """What the grid holds now becomes its step, in place of the one before."""
    session = EditSession(folder)
    try:
        base = session.sheet(table, without=key)
        session.make(of_grid(base, table, rows, st.session_state[key], session.new_row()), key)
    except CaseFaults as faults:
        case_changes.trouble(faults)


def _columns_shown(sheet: AnySheet, table: str, every: bool, say: Words) -> list[str]:
    """Columns in which something stands, and those that a row needs; labels in one language. Or all of them."""
    if table == KEYS_TABLE:
        return list(sheet.names)
    known = columns(TABLES[table])
    used = {name for _, cells in sheet.rows() for name in cells}
    kept = [name for name in sheet.names if name and (every or name in used)]
    kept += [name for name, column in known.items() if name not in kept and (every or column.required)]
    others = {f"label_{language}" for language in LANGUAGES if language != say.language}
    return [name for name in dict.fromkeys(kept) if every or name not in others]


def _frame(table: str, names: Sequence[str], rows: Rows, say: Words) -> pd.DataFrame:
    """Text only; a blank cell is None, so that the grid shows it as blank."""
    found: dict[str, list[str | None]] = {ROW_COLUMN: [str(row) if row > 0 else "+" for row, _ in rows]}
    if table != KEYS_TABLE:
        found[MARK_COLUMN] = [
            told("between", say).join(told(f"sign.{one}", say) for one in sorted(_marks(table, cells)))
            for _, cells in rows
        ]
    for name in names:
        found[name] = [cells.get(name) for _, cells in rows]
    return pd.DataFrame(found, dtype=object)


def _config(table: str, name: str, say: Words) -> Any:
    """How a column is typed into: numbers as text, so that `.5` is .5; words of a list by choosing."""
    label, words = column_label(table, name, say), column_help(table, name, say)
    declared = _declared(table, name)
    if table == KEYS_TABLE:
        return st.column_config.TextColumn(
            label, disabled=name != "value", width="medium" if name == "key" else "large"
        )
    if declared is None:
        return st.column_config.TextColumn(label, help=words)
    if declared.kind == "flag" or declared.choices:
        options = ["yes", "no"] if declared.kind == "flag" else list(declared.choices)
        return st.column_config.SelectboxColumn(label, help=words, options=options)
    right = declared.kind in ("number", "integer")
    return st.column_config.TextColumn(label, help=words, alignment="right" if right else "left")


def _declared(table: str, name: str) -> Column | None:
    known = columns(Settings if table == KEYS_TABLE else TABLES[table])
    return known.get(name)


# ---- what library and rule pack lend -----------------------------------------------------------------------


def _lent(case: Case | None, table: str, say: Words) -> None:
    """Rows that the case takes from the library or the rule pack: to be read, and overruled by a row of one's own."""
    if case is None or table == KEYS_TABLE:
        return
    rows = [row for row in getattr(case, table) if row.place.file.startswith(("library:", "rule_packs/"))]
    if not rows:
        return
    with st.expander(told("lent", say, count=str(len(rows)))):
        known = columns(TABLES[table])
        records = [{name: _written(getattr(row, name)) for name in known} for row in rows]
        used = [name for name in known if any(record[name] for record in records)]
        frame = pd.DataFrame(records, dtype=object)[used]
        config = {name: _config(table, name, say) for name in used}
        st.dataframe(frame, hide_index=True, column_config=config, key=f"lent-{table}", placeholder="")
        st.caption(told("lent_hint", say))


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else f"{value:.12g}" if isinstance(value, float) else str(value)
