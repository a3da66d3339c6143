"""The page of what can be taken along from a run: everything in `jobs.exporting.TAKEN`, the whole run, its case."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path

import streamlit as st

from redmud_opt.case import CaseFaults
from redmud_opt.i18n import template
from redmud_opt.jobs.exporting import TAKEN, export
from redmud_opt.ui import address, held
from redmud_opt.ui.inputs import show_faults
from redmud_opt.ui.results import zip_button
from redmud_opt.ui.words import Words, plain

SUFFIXES: dict[str, tuple[str, ...]] = {"report": (".html", ".pdf"), "bundle": (".zip",)}
"""What to take → the kinds of file that its writer knows; all others write workbooks."""


def show(say: Words) -> None:
    """Draws the page."""
    at = held.current(say)
    if at is None or not at[1].ended:
        if at is not None or address.run_folder() is None:  # else it was said that the run is gone
            st.info(say("no_run" if at is None else "no_plan_yet"))
        return
    folder, _ = at
    st.caption(plain(say("exports_of", run=folder.name)))
    found = held.result_of(folder)
    if found is None:
        st.error(say("unreadable_run"))
    elif found.plan is None:
        st.info(say("no_plan_here"))
    else:
        for what in TAKEN:
            for suffix in SUFFIXES.get(what, (".xlsx",)):
                _offer(folder, what, suffix, say)
    with st.container(border=True):
        st.markdown(f"**{say('take_run')}**  \n{say('take_run_help')}")
        zip_button(folder, say("make_and_download", kind="zip"))


def _offer(folder: Path, what: str, suffix: str, say: Words) -> None:
    """A thing to take, made only when it is asked for."""
    key = f"{what}{suffix}"
    name, help_words = (_said(f"take_{what}{end}", say) for end in ("", "_help"))
    with st.container(border=True):
        st.markdown(f"**{name or what}**" + (f"  \n{help_words}" if help_words else ""))
        if st.button(say("make", kind=suffix[1:]), key=f"make_{key}", icon=":material/settings:"):
            st.session_state["_made"] = (str(folder), key, say.language, made(folder, what, suffix, say))
        kept = st.session_state.get("_made")
        if kept is None or kept[:3] != (str(folder), key, say.language):
            return
        told = kept[3]
        if isinstance(told, CaseFaults):
            show_faults(told, say, key=f"faults_{key}")
            return
        file, content = told
        st.download_button(
            say("download", file=file),
            content,
            file,
            key=f"download_{key}",
            on_click="ignore",
            type="primary",
            icon=":material/download:",
        )


def made(folder: Path, what: str, suffix: str, say: Words) -> tuple[str, bytes] | CaseFaults:
    """Name and content of a file; several files come in a zip. Faults say why there is none."""
    with st.spinner(say("making")), tempfile.TemporaryDirectory(prefix="redmud-opt-") as scratch:
        target = Path(scratch) / f"{folder.name}-{what}{suffix}"
        try:
            files = export(folder, target, say.language, what)
        except CaseFaults as faults:
            return faults
        if len(files) == 1 and files[0].is_file():
            return files[0].name, files[0].read_bytes()
        box = io.BytesIO()
        with zipfile.ZipFile(box, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in files:
                archive.write(file, file.relative_to(scratch))
        return f"{folder.name}-{what}.zip", box.getvalue()


def _said(key: str, say: Words) -> str:
    return say(key) if template(f"ui.{key}", say.language) is not None else ""
