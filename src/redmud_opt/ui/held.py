"""The run of the address as pages need it: where it stands, how it ended, its plan with the case it was made for.

here = held.here(say)       says by itself what is missing, and where to go
here.plan, here.case, here.folder
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from redmud_opt.case import Case, CaseFaults
from redmud_opt.jobs import RunResult, RunStatus, result, status
from redmud_opt.jobs.inputs import INPUTS, recall
from redmud_opt.plan import Plan
from redmud_opt.ui import address
from redmud_opt.ui.words import Words


@dataclass(frozen=True, slots=True)
class Here:
    """A run with a plan, and the case that it was made for."""

    folder: Path
    now: RunStatus
    plan: Plan
    case: Case


def here(say: Words) -> Here | None:
    """The plan of the address; None where there is none, which is said."""
    at = current(say)
    if at is None:
        if address.run_folder() is None:
            st.info(say("no_run"))
            address.link("home", say("to_home"))
        return None
    folder, now = at
    found = result_of(folder) if now.ended else None
    if found is None and now.ended:
        st.error(say("unreadable_run"))
        return None
    if found is None or found.plan is None:
        st.info(say("no_plan_here" if now.ended else "no_plan_yet"))
        address.link("run", say("to_run"))
        return None
    case = recorded(folder)
    if case is None:
        st.warning(say("inputs_gone"))
        return None
    return Here(folder, now, found.plan, case)


def current(say: Words) -> tuple[Path, RunStatus] | None:
    """The run of the address and where it stands; None without one, or with one that is not there (any more)."""
    folder = address.run_folder()
    if folder is None:
        return None
    now = status_of(folder)
    if now is None:
        st.warning(say("run_gone"))
        return None
    return folder, now


def status_of(folder: Path) -> RunStatus | None:
    """Where a run stands; None if the folder is no run (any more)."""
    try:
        return status(folder)
    except (OSError, ValueError, TypeError):
        return None


def result_of(folder: Path) -> RunResult | None:
    """How a run ended; None where that cannot be read."""
    try:
        return _result(folder, (folder / "result.json").stat().st_mtime_ns)
    except (OSError, ValueError, KeyError, TypeError):
        return None


@st.cache_resource(max_entries=8, show_spinner=False)
def _result(folder: Path, stamp: int) -> RunResult:
    found = result(folder)
    if found is None:
        raise ValueError(f"{folder} has no result")
    return found


def recorded(folder: Path) -> Case | None:
    """The case that the run was made for, from the copy of its inputs; None if that is missing or was changed."""
    stamps = [(str(file), file.stat().st_mtime_ns) for file in sorted((folder / INPUTS).rglob("*"))]
    return _recall(folder, tuple(stamps)) if stamps else None


@st.cache_resource(max_entries=8, show_spinner=False)
def _recall(folder: Path, stamps: tuple[tuple[str, int], ...]) -> Case | None:
    try:
        return recall(folder).case
    except (CaseFaults, OSError, ValueError, KeyError):
        return None
