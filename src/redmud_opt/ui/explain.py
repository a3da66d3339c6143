"""The page that answers questions about a plan by solving again, and says why there is none where there is none."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from redmud_opt.jobs import Exit, RunResult, start
from redmud_opt.jobs.errands import Answer, answered
from redmud_opt.jobs.explaining import FOLDER
from redmud_opt.report.answers import answer_tables
from redmud_opt.report.labels import Labels
from redmud_opt.ui import address, errand, held
from redmud_opt.ui.grid import csv_button, view_grid
from redmud_opt.ui.questions import OF_THINGS, ask
from redmud_opt.ui.settings import runs_root
from redmud_opt.ui.words import Words, listed, plain

MOST_LINES, FIRST_LINES = 12, 6
"""More sentences than these are folded, the first few left."""


def show(say: Words) -> None:
    """Draws the page."""
    at = held.current(say)
    if at is None and address.run_folder() is not None:
        return  # it was said that the run is gone
    if at is not None and at[1].ended:
        found = held.result_of(at[0])
        if found is not None and found.exit is Exit.INFEASIBLE:
            _impossible(at[0], found, say)
            return
    here = held.here(say)
    if here is None:
        return
    request = ask(here.case, here.folder.name, say)
    if request is not None:
        errand.order("explain", request, say)
    labels = Labels(here.plan, say.language)
    sent = answered(runs_root(), "explain", here.folder.name)
    for number, (path, asked) in enumerate(sent):
        with st.container(border=True, key=f"answer_{path.name}"):
            st.caption(plain(_question(asked, labels, say)))
            errand.show(path, path.name, partial(_draw, labels=labels, key=path.name, say=say), say)
        if number == 0 and len(sent) > 1:
            st.markdown(f"#### {say('earlier_answers')}")
    _of_the_command_line(here.folder, {str(asked["question"]) for _, asked in sent}, labels, say)


def _question(asked: Mapping[str, Any], labels: Labels, say: Words) -> str:
    """What was asked, about what: things by their labels, what was typed as it was typed."""
    question = asked["question"]
    given = [str(one) for one in asked.get("arguments") or ()]
    if question == "regret":
        given = [Path(one).name.removesuffix(".yaml") for one in given]
    elif question in OF_THINGS:
        given = [say("all_outlets") if one == "all" else labels.name(one) for one in given]
    return " · ".join([say(f"question_{question}"), *given])


def _draw(answer: Answer, labels: Labels, key: str, say: Words) -> None:
    if answer.record["faults"]:
        errand.refused(answer)
    for one in answer.record["answers"]:
        _answer(one, labels, key, say)


def _answer(one: Mapping[str, Any], labels: Labels, key: str, say: Words) -> None:
    """Heading, sentences, tables; where there are many sentences, the table that says the same stands open."""
    st.markdown(f"**{plain(one['heading']['text'])}**")
    lines, views = [line["text"] for line in one["lines"]], list(answer_tables(one, labels))
    long = len(lines) > MOST_LINES and bool(views)
    st.markdown(listed(lines[:FIRST_LINES] if long else lines))
    if long:
        with st.expander(say("more_lines", count=len(lines) - FIRST_LINES), icon=":material/notes:"):
            st.markdown(listed(lines[FIRST_LINES:]))
    for number, view in enumerate(views):
        with st.expander(plain(view.title), expanded=long and number == 0, icon=":material/table:"):
            view_grid(view, f"{key}_{view.name}")
            csv_button(view.frame, view.name, f"{key}_{view.name}_csv", say)


def _of_the_command_line(folder: Path, shown: set[str], labels: Labels, say: Words) -> None:
    """Answers that the run keeps and that were not asked for here."""
    for file in sorted((folder / FOLDER).glob("*.json")):
        record = json.loads(file.read_text(encoding="utf-8"))[say.language]
        if record["question"] not in shown:
            with st.container(border=True, key=f"answer_{file.stem}"):
                st.caption(plain(say(f"question_{record['question']}")))
                _answer(record, labels, file.stem, say)


def _impossible(folder: Path, found: RunResult, say: Words) -> None:
    """What would give a plan, each with a button that solves the case so; then why there is none."""
    case = held.recorded(folder)
    st.error(say("impossible_here"))
    suggested = [message for message in found.messages if message.key == SUGGESTED]
    for message, name in zip(suggested, found.suggestions, strict=False):
        with st.container(border=True, key=f"suggested_{message.values['number']}"):
            st.markdown(plain(say.tell(message, case).strip()))
            words = say("apply_suggestion", number=message.values["number"])
            if st.button(words, key=f"apply_{message.values['number']}", icon=":material/magic_button:"):
                address.keep("run", start(folder / name, runs_root()).name)
                address.goto("run")
    st.markdown(f"#### {say('why_impossible')}")
    st.markdown(listed([say.tell(one, case).strip() for one in found.messages if one.key not in ON_FILES]))


SUGGESTED = "impossible.numbered"
ON_FILES = (SUGGESTED, "jobs.suggestion_file")
"""Messages that the buttons stand for."""
