"""One's own arisings into a copy of the case: a file as it is; where it is not understood, a person says what its
columns hold, sheet and header row too, and sees the rows that faults speak of.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import pandas as pd
import streamlit as st

from redmud_opt.case import CaseFaults, Fault
from redmud_opt.case.editing import copy_case
from redmud_opt.case.importing.headings import LEDGER
from redmud_opt.case.importing.looking import Seen, SeenColumn, look_at, said
from redmud_opt.case.names import visible
from redmud_opt.case.receiving import MOST_SIGNS, free_name
from redmud_opt.i18n import Message
from redmud_opt.jobs.importing import ImportReport, import_into
from redmud_opt.report.labels import labelled
from redmud_opt.ui.bringing import MOST_MB, opened, unwritten
from redmud_opt.ui.cases import Look
from redmud_opt.ui.faults import Follow, fault_list
from redmud_opt.ui.grid import words_grid
from redmud_opt.ui.settings import work_root
from redmud_opt.ui.words import Words, plain

FIELDS = (*(name for name in LEDGER.names if name != "ignore"), "ignore")
UNITS = ("t", "万吨", "kt", "kg", "t/month", "t/year", "%", "share", "t/t", "kg/t")
BASES = ("dry", "wet")
REMEDIES = {
    "importing.head_columns": "header",
    "importing.name_a_sheet": "sheet",
    "importing.map_or_ignore": "column",
    "importing.map_or_meant": "column",
    "importing.ignore_one": "ignore",
    "importing.known_units": "unit",
    "importing.map_share": "unit",
    "importing.state_the_rate": "unit",
    "importing.state_the_stock": "stock",
    "importing.say_basis_of": "basis",
}
"""Remedies that name an option of the command line → what to do on this page."""

AROUND = 3
"""Rows shown before and after the one that a fault speaks of."""

_LEDGER, _TOLD, _TURN = "_ledger", "_ledger_told", "_ledger_turn"


@dataclass(frozen=True, slots=True)
class Ledger:
    """A file that waits for answers: the case that it was tried on, what was wrong, the row that is looked at."""

    name: str
    case: str
    content: bytes
    faults: tuple[Fault, ...]
    row: int | None = None
    header: int | None = None


def bring_arisings(found: Look, say: Words) -> None:
    """Puts a planner's table of arisings into a copy of the case in the address; the copy is then the one in it."""
    st.caption(plain(say("bring_arisings_help", case=found.name)))
    turn = st.session_state.setdefault(_TURN, 0)
    key = f"bring_arisings_{turn}"
    st.file_uploader(
        say("bring_arisings"),
        ["xlsx", "csv"],
        key=key,
        max_upload_size=MOST_MB,
        on_change=_brought,
        args=(key, found, say),
    )
    ledger: Ledger | None = st.session_state.get(_LEDGER)
    if ledger is not None and ledger.case == found.name:
        _ask(ledger, found, say)
    elif told := st.session_state.get(_TOLD):
        name, report, target = told
        words = report.words(say.language).replace(str(target), target.name)
        st.success(plain(say("taken", file=name)))
        with st.expander(say("what_was_done")):
            st.code(words, language=None, wrap_lines=True)


def _brought(key: str, found: Look, say: Words) -> None:
    file = st.session_state.get(key)
    st.session_state[_TURN] += 1  # the uploader is empty again
    if file is not None:
        _try(Ledger(_short(file.name), found.name, file.getvalue(), ()), found, None, {}, say)


def _try(ledger: Ledger, found: Look, sheet: str | None, columns: Mapping[str, str], say: Words) -> None:
    """Imports into a copy, which is then opened; what is wrong is kept with the file, and no copy is left."""
    root = work_root()
    target = free_name(root, f"{found.name}-{Path(ledger.name).stem}")
    report = ImportReport()
    try:
        copy_case(found.path, target)
        with _on_disk(ledger.name, ledger.content) as file:
            report = import_into(
                target, file, sheet=sheet, columns=columns, header=ledger.header, language=say.language
            )
        faults = report.faults
    except CaseFaults as told:
        faults = told
    except OSError as error:
        faults = unwritten(ledger.name, error)
    if faults is not None:
        shutil.rmtree(target, ignore_errors=True)
        st.session_state[_LEDGER] = replace(ledger, faults=tuple(faults.faults), row=None)
        return
    st.session_state.pop(_LEDGER, None)
    st.session_state[_TOLD] = (ledger.name, report, target)
    opened(target.name)


def _short(name: str) -> str:
    """The name of a file as a system takes it: no folder, nothing that cannot be seen, not too long."""
    own = PurePosixPath(visible(name.replace("\\", "/")))
    return own.stem[:MOST_SIGNS] + own.suffix


@contextmanager
def _on_disk(name: str, content: bytes) -> Iterator[Path]:
    """The file where the import can read it, under its own name."""
    with tempfile.TemporaryDirectory(prefix="redmud-opt-") as folder:
        file = Path(folder) / name
        file.write_bytes(content)
        yield file


@st.cache_resource(max_entries=4, show_spinner=False)
def _seen(name: str, content: bytes, header: int | None) -> tuple[Seen, ...] | None:
    """None where the file cannot be read at all."""
    with _on_disk(name, content) as file:
        try:
            return look_at(file, header)
        except CaseFaults:
            return None


# ---- asking ------------------------------------------------------------------------------------------------


def _ask(ledger: Ledger, found: Look, say: Words) -> None:
    st.error(plain(say("refused", file=ledger.name)))
    seen = _seen(ledger.name, ledger.content, ledger.header)
    labels = {} if found.case is None else found.case.labels(say.language)
    shown = CaseFaults(_on_page(ledger.faults, labels))
    fault_list(shown, say, heading=False, follow=_follow(ledger, seen))
    if seen is not None:
        _answers(ledger, seen, found, say)
    st.button(say("ledger_drop"), key="ledger_drop", icon=":material/close:", on_click=_dropped)


def _on_page(faults: tuple[Fault, ...], labels: Mapping[str, str]) -> Iterator[Fault]:
    """Faults with the labels of what they name, and with remedies that this page offers."""
    for fault in faults:
        key = "" if fault.remedy is None else REMEDIES.get(fault.remedy.key, "")
        remedy = Message(f"ui.ledger_remedy_{key}") if key else fault.remedy
        yield replace(
            fault,
            message=labelled(fault.message, labels),
            remedy=None if remedy is None else labelled(remedy, labels),
        )


def _follow(ledger: Ledger, seen: tuple[Seen, ...] | None) -> Follow:
    """Draws the place of a fault of the ledger as a button that shows its row; False for a fault of the case."""
    own = {ledger.name, *(sheet.shown for sheet in seen or ())}

    def drawn(number: int, fault: Fault, label: str) -> bool:
        if seen is None or fault.file not in own or not fault.row:
            return False
        st.button(
            label, type="tertiary", key=f"ledger_fault_{number}", on_click=_looked_at, args=(fault.row,)
        )
        return True

    return drawn


def _answers(ledger: Ledger, seen: tuple[Seen, ...], found: Look, say: Words) -> None:
    st.markdown(f"#### {say('ledger_columns')}")
    st.caption(say("ledger_columns_help"))
    sheet, turn = seen[0], st.session_state[_TURN]
    with st.container(horizontal=True):
        if len(seen) > 1:
            names = [one.sheet for one in seen]
            key = f"ledger_sheet_{turn}"
            name = st.selectbox(
                say("ledger_sheet"), names, key=key, on_change=_headed, args=(None,), width=280
            )
            sheet = seen[names.index(name)]
        st.number_input(
            say("ledger_header"),
            1,
            max(1, len(sheet.rows)),
            sheet.header + 1,
            key=f"ledger_header_{turn}_{sheet.sheet}",
            help=say("ledger_header_help"),
            on_change=_headed,
            args=(f"ledger_header_{turn}_{sheet.sheet}",),
            width=220,
        )
    _preview(sheet, ledger.row, say)
    asked = {fault.column for fault in ledger.faults}
    open_ = [column for column in sheet.columns if column.held is None or column.heading in asked]
    known = [column for column in sheet.columns if column not in open_]
    with st.form("ledger_form", border=False):
        for column in open_:
            _column(column, sheet, say)
        if known:
            with st.expander(say("ledger_known", count=len(known)), icon=":material/done_all:"):
                for column in known:
                    _column(column, sheet, say)
        st.form_submit_button(
            say("ledger_import"),
            type="primary",
            icon=":material/upload:",
            on_click=_answered,
            args=(ledger, sheet, len(seen) > 1, found, say),
        )


def _preview(sheet: Seen, row: int | None, say: Words) -> None:
    """The header and the first rows, or those around the row of a fault."""
    at = sheet.header if row is None else min(row, len(sheet.rows)) - 1
    first = max(0, at - (0 if row is None else AROUND))
    rows = range(first, min(len(sheet.rows), at + 2 * AROUND + 1))
    if row is not None:
        st.markdown(say("ledger_row", row=row))
    width = max((len(sheet.rows[k]) for k in rows), default=0)
    marks = {sheet.header: say("ledger_is_header")} | ({} if row is None else {at: "►"})
    frame = pd.DataFrame(
        [[str(k + 1), marks.get(k, ""), *sheet.rows[k], *[""] * (width - len(sheet.rows[k]))] for k in rows],
        columns=[say("fault_row"), " ", *(_letters(k) for k in range(width))],
    )
    words_grid(frame, f"ledger_rows_{first}")


def _letters(number: int) -> str:
    """As a spreadsheet calls its columns."""
    return (_letters(number // 26 - 1) if number >= 26 else "") + chr(65 + number % 26)


def _key(sheet: Seen, column: SeenColumn, what: str) -> str:
    return f"ledger_{what}_{sheet.sheet}_{sheet.header}_{column.heading}"


def _column(column: SeenColumn, sheet: Seen, say: Words) -> None:
    """Heading with examples; what it holds, in which unit, dry or wet. Nothing chosen: as it was understood."""
    held = column.held
    with st.container(horizontal=True, vertical_alignment="bottom"):
        examples = say("between_columns").join(column.examples)
        st.markdown(f"**{plain(column.heading)}**  \n{plain(examples)}", width=240)
        unknown = say("ledger_unknown") if held is None else say(f"ledger_field_{held.field}")
        st.selectbox(
            say("ledger_holds", name=plain(column.heading)),
            FIELDS,
            index=None,
            placeholder=unknown,
            format_func=lambda name: say(f"ledger_field_{name}"),
            key=_key(sheet, column, "field"),
            width=280,
        )
        st.selectbox(
            say("ledger_unit"),
            UNITS,
            index=None,
            placeholder=say("ledger_as_headed") if held is None or not held.unit else held.unit,
            format_func=lambda unit: say(f"ledger_unit_{unit}"),
            key=_key(sheet, column, "unit"),
            width=170,
        )
        st.selectbox(
            say("basis"),
            BASES,
            index=None,
            placeholder=say("ledger_as_headed")
            if held is None or held.basis not in BASES
            else say(f"basis_{held.basis}"),
            format_func=lambda basis: say(f"basis_{basis}"),
            key=_key(sheet, column, "basis"),
            width=170,
        )


def _answered(ledger: Ledger, sheet: Seen, several: bool, found: Look, say: Words) -> None:
    """The map of what was chosen: columns that nothing is said of are left as they are understood."""
    columns = {}
    for column in sheet.columns:
        chosen = [st.session_state.get(_key(sheet, column, what)) for what in ("field", "unit", "basis")]
        field = chosen[0] or (column.held.field if column.held is not None and any(chosen) else None)
        if field is not None:
            columns[column.heading] = said(field, *(word or "" for word in chosen[1:]))
    _try(ledger, found, sheet.sheet if several else None, columns, say)


def _looked_at(row: int) -> None:
    st.session_state[_LEDGER] = replace(st.session_state[_LEDGER], row=row)


def _headed(key: str | None) -> None:
    """Another row is the header; another sheet has its own."""
    header = None if key is None else int(st.session_state[key]) - 1
    st.session_state[_LEDGER] = replace(st.session_state[_LEDGER], header=header, row=None)


def _dropped() -> None:
    st.session_state.pop(_LEDGER, None)
    st.session_state.pop(_TOLD, None)
