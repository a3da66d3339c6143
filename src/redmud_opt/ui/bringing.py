"""Cases that people bring: a workbook or a zip of a case folder, or their own arisings put into a copy of a case.

What is refused is said in a list like any other faults, and leaves the case in the address as it was.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from redmud_opt.case import CaseFaults, Fault
from redmud_opt.case.editing import copy_case
from redmud_opt.case.receiving import MOST_BYTES, free_name, receive
from redmud_opt.i18n import Message
from redmud_opt.jobs.importing import import_into
from redmud_opt.ui import address
from redmud_opt.ui.cases import Look
from redmud_opt.ui.inputs import show_faults
from redmud_opt.ui.settings import work_root
from redmud_opt.ui.words import Words, plain

MOST_MB = MOST_BYTES // 1_000_000


@dataclass(frozen=True)
class Told:
    """What came of the last file: its name, faults, or words about what was done."""

    file: str
    faults: CaseFaults | None = None
    words: str = ""


def bring_case(say: Words) -> None:
    """Takes a case; it is then the one in the address."""
    st.caption(say("bring_case_help"))
    _uploader("bring_case", ["xlsx", "zip"], _received, say, say)


def bring_arisings(found: Look, say: Words) -> None:
    """Puts a planner's table of arisings into a copy of the case in the address; the copy is then the one in it."""
    st.caption(plain(say("bring_arisings_help", case=found.name)))
    _uploader("bring_arisings", ["xlsx", "csv"], _imported, say, found, say)


def _uploader(key: str, kinds: list[str], taken: Any, say: Words, *given: Any) -> None:
    """An uploader that is empty again as soon as its file was taken, and what came of the last one."""
    turn = st.session_state.setdefault(f"_{key}_turn", 0)
    st.file_uploader(
        say(key),
        kinds,
        key=f"{key}_{turn}",
        max_upload_size=MOST_MB,
        on_change=_once,
        args=(key, turn, taken, given),
    )
    told: Told | None = st.session_state.get(f"_{key}_told")
    if told is None:
        return
    if told.faults is not None:
        st.error(plain(say("refused", file=told.file)))
        show_faults(told.faults, say, key=f"{key}_faults")
    else:
        st.success(plain(say("taken", file=told.file)))
        if told.words:
            with st.expander(say("what_was_done")):
                st.code(told.words, language=None, wrap_lines=True)


def _once(key: str, turn: int, taken: Any, given: tuple[Any, ...]) -> None:
    file = st.session_state.get(f"{key}_{turn}")
    st.session_state[f"_{key}_turn"] = turn + 1
    if file is not None:
        st.session_state[f"_{key}_told"] = taken(file.name, file.getvalue(), *given)


def _received(name: str, content: bytes, say: Words) -> Told:
    try:
        folder = receive(name, content, work_root())
    except CaseFaults as faults:
        return Told(name, faults)
    except OSError as error:
        return Told(name, _unwritten(name, error))
    _opened(folder.name)
    return Told(name)


def _imported(name: str, content: bytes, found: Look, say: Words) -> Told:
    root = work_root()
    target = free_name(root, f"{found.name}-{Path(name).stem}")
    try:
        copy_case(found.path, target)
        with tempfile.TemporaryDirectory(prefix="redmud-opt-") as scratch:
            file = Path(scratch) / Path(name.replace("\\", "/")).name
            file.write_bytes(content)
            report = import_into(target, file, language=say.language)
    except CaseFaults as faults:
        shutil.rmtree(target, ignore_errors=True)
        return Told(name, faults)
    except OSError as error:
        shutil.rmtree(target, ignore_errors=True)
        return Told(name, _unwritten(name, error))
    if report.faults is not None:
        shutil.rmtree(target, ignore_errors=True)
        return Told(name, report.faults)
    _opened(target.name)
    return Told(name, words=report.words(say.language).replace(str(target), target.name))


def _opened(case: str) -> None:
    """A new case stands in the address and in the selectors; the run in the address was of another one."""
    address.keep("case", case)
    address.drop("run")
    st.session_state["case"] = case


def _unwritten(name: str, error: OSError) -> CaseFaults:
    why = error.strerror or type(error).__name__
    return CaseFaults([Fault(name, 0, "", Message("ui.cannot_write", {"why": why}))])
