"""What the address of the page keeps: language, case, run. A reload or a shared link finds them again."""

from __future__ import annotations

import os
import re
from pathlib import Path

import streamlit as st

from redmud_opt.i18n import LANGUAGES

_RUN = re.compile(r"[\w][\w.\-]*")


def runs_root() -> Path:
    """The folder that runs are kept in."""
    return Path(os.environ.get("REDMUD_OPT_RUNS") or "runs")


def language() -> str:
    """The language of the address, else the browser's, else English."""
    asked = st.query_params.get("lang", "")
    if asked in LANGUAGES:
        return asked
    return "zh" if (st.context.locale or "").casefold().startswith("zh") else "en"


def keep(name: str, value: str) -> None:
    """Puts a value into the address."""
    if st.query_params.get(name) != value:
        st.query_params[name] = value


def drop(name: str) -> None:
    """Takes a value out of the address."""
    if name in st.query_params:
        del st.query_params[name]


def run_folder() -> Path | None:
    """The folder of the run in the address, whether it exists or not; None if the address names none.

    A name that could lead out of the folder of runs counts as a run that is not there.
    """
    name = st.query_params.get("run", "")
    if not name:
        return None
    return runs_root() / name if _RUN.fullmatch(name) else runs_root() / "-"
