"""Cases that people bring: a workbook or a zip of a case folder. Their own arisings: `ledger`.

What is refused is said in a list like any other faults, and leaves the case in the address as it was.
"""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from redmud_opt.case import CaseFaults, Fault
from redmud_opt.case.receiving import MOST_BYTES, receive
from redmud_opt.i18n import Message
from redmud_opt.ui import address
from redmud_opt.ui.inputs import show_faults
from redmud_opt.ui.settings import work_root
from redmud_opt.ui.words import Words, plain

MOST_MB = MOST_BYTES // 1_000_000
_TOLD, _TURN = "_bring_case_told", "_bring_case_turn"


@dataclass(frozen=True)
class Told:
    """What came of the last file: its name, and faults where it was refused."""

    file: str
    faults: CaseFaults | None = None


def bring_case(say: Words) -> None:
    """Takes a case; it is then the one in the address. The uploader is empty again as soon as its file was taken."""
    st.caption(say("bring_case_help"))
    key = f"bring_case_{st.session_state.setdefault(_TURN, 0)}"
    st.file_uploader(
        say("bring_case"),
        ["xlsx", "zip"],
        key=key,
        max_upload_size=MOST_MB,
        on_change=_received,
        args=(key,),
    )
    told: Told | None = st.session_state.get(_TOLD)
    if told is None:
        return
    if told.faults is not None:
        st.error(plain(say("refused", file=told.file)))
        show_faults(told.faults, say, key="bring_case_faults")
    else:
        st.success(plain(say("taken", file=told.file)))


def _received(key: str) -> None:
    file = st.session_state.get(key)
    st.session_state[_TURN] += 1
    if file is None:
        return
    faults = None
    try:
        folder = receive(file.name, file.getvalue(), work_root())
    except CaseFaults as told:
        faults = told
    except OSError as error:
        faults = unwritten(file.name, error)
    else:
        opened(folder.name)
    st.session_state[_TOLD] = Told(file.name, faults)


def opened(case: str) -> None:
    """A new case stands in the address and in the selectors; the run in the address was of another one."""
    address.keep("case", case)
    address.drop("run")
    st.session_state["case"] = case


def unwritten(name: str, error: OSError) -> CaseFaults:
    """What a system that cannot write says of a file."""
    why = error.strerror or type(error).__name__
    return CaseFaults([Fault(name, 0, "", Message("ui.cannot_write", {"why": why}))])
