"""The first page: what needs attention, which case, what is in it or wrong with it, and the way to its plan."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import streamlit as st

from redmud_opt.jobs import RunFolder, runs
from redmud_opt.report.alarms import papers, raised
from redmud_opt.ui import address, bringing, held, inputs, running
from redmud_opt.ui.case_words import table_label
from redmud_opt.ui.cases import Look
from redmud_opt.ui.grid import words_grid
from redmud_opt.ui.settings import runs_root
from redmud_opt.ui.style import band
from redmud_opt.ui.words import Words, listed, plain

LOOKED_AT = 40
"""Newest runs among which the last plan of a case is looked for."""

MOST_PAPERS = 6


def show(say: Words) -> None:
    """Draws the page."""
    alarms = st.container()
    with st.container(key="inputs"):
        band(say("inputs"))
        found = inputs.choose(say)
        if found is not None:
            inputs.show(found, say)
            running.button(found, say)
    if found is not None:
        with alarms:
            _alarms(found, say)
    st.markdown(f"#### {say('bring')}")
    case, arisings = st.tabs([say("bring_case"), say("bring_arisings")])
    with case:
        bringing.bring_case(say)
    with arisings:
        if found is not None:
            bringing.bring_arisings(found, say)


def _alarms(found: Look, say: Words) -> None:
    """Alarms before all else: papers of the case that run out, and what its last plan warns of."""
    if found.case is None:
        return
    running_out = papers(found.case, date.today())
    last = last_plan(found.path)
    plan = None if last is None else (held.result_of(last) or None)
    warned = None if plan is None or plan.plan is None else raised(plan.plan, say.language)
    if not running_out and (warned is None or warned.empty):
        return
    with st.container(key="alarms"):
        band(say("alarms"))
        lines = [say.tell(paper.message(), found.case) for paper in running_out]
        if lines:
            st.markdown(listed(lines[:MOST_PAPERS]))
        if lines[MOST_PAPERS:]:
            with st.expander(say("more_papers", count=len(lines) - MOST_PAPERS)):
                st.markdown(listed(lines[MOST_PAPERS:]))
        for name in dict.fromkeys(paper.table for paper in running_out):
            address.link(
                "case", table_label(name, say.language), more={"table": name}, icon=":material/table:"
            )
        if last is not None and warned is not None and not warned.empty:
            st.markdown(plain(say("alarms_of_plan", run=last.name)))
            words_grid(warned, "alarms_grid")
            address.link("plan", say("to_plan"), run=last.name, icon=":material/arrow_forward:")


def last_plan(path: Path) -> Path | None:
    """The newest run of a case that holds a plan."""
    wanted = str(path.resolve())
    for folder in runs(runs_root())[:LOOKED_AT]:
        run = RunFolder(folder)
        if run.holds() and run.read_request()[0] == wanted:
            return folder
    return None
