"""The page that lays two to four runs side by side, and weighs goals against each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from redmud_opt.case import CaseFaults
from redmud_opt.i18n import Message
from redmud_opt.jobs import Exit, runs
from redmud_opt.jobs.errands import Answer, answered, errand_folder, front_folder, open_point
from redmud_opt.jobs.explaining import DEFAULT_LIMIT_S
from redmud_opt.jobs.fronts import read_front
from redmud_opt.model.value import GOALS
from redmud_opt.report.answers import answer_table, comparison_tables
from redmud_opt.report.fronts import front_figure
from redmud_opt.report.labels import Labels
from redmud_opt.ui import address, errand, held
from redmud_opt.ui.charts import QUIET
from redmud_opt.ui.grid import csv_button, view_grid
from redmud_opt.ui.held import Here
from redmud_opt.ui.settings import runs_root
from redmud_opt.ui.words import Words, listed, plain

MOST = 4


def show(say: Words) -> None:
    """Draws the page."""
    here = held.here(say)
    if here is None:
        return
    labels = Labels(here.plan, say.language)
    side_by_side, front = st.tabs([say("side_by_side"), say("front")])
    with side_by_side:
        _compare(here, labels, say)
    with front:
        _front(here, labels, say)


def _compare(here: Here, labels: Labels, say: Words) -> None:
    own = here.folder.name
    others = [path.name for path in runs(runs_root()) if path.name != own and _has_plan(path)]
    if not others:
        st.info(say("nothing_to_compare"))
        return
    st.caption(plain(say("compared_with", run=own)))
    chosen = st.multiselect(
        say("with_runs"),
        others,
        max_selections=MOST - 1,
        key="with_runs",
        placeholder=say("choose_runs"),
    )
    request = {"runs": [own, *chosen]}
    path = errand_folder(runs_root(), "compare", request)
    if st.button(
        say("compare"), type="primary", disabled=not chosen, key="compare", icon=":material/compare:"
    ):
        errand.order("compare", request, say)
    if chosen:
        errand.show(path, path.name, partial(_sides, labels=labels, key=path.name, say=say), say)


def _has_plan(path: Path) -> bool:
    return (path / "plan" / "plan.json").is_file()


def _sides(answer: Answer, labels: Labels, key: str, say: Words) -> None:
    """What was gained in words, then a table for everything that differs."""
    if answer.exit is not Exit.PLAN:
        errand.refused(answer)
        return
    st.markdown(listed(answer.record["gained"]))
    for view in comparison_tables(answer.record, labels):
        st.markdown(f"#### {plain(view.title)}")
        view_grid(view, f"{key}_{view.name}")
        csv_button(view.frame, view.name, f"{key}_{view.name}_csv", say)


def _front(here: Here, labels: Labels, say: Words) -> None:
    """Goals against each other: points between the best of one and the best of the other, each a plan."""
    st.caption(say("front_help"))
    left, right = st.columns(2)
    goals = left.multiselect(
        say("goals"),
        GOALS,
        ["value", "utilisation"],
        max_selections=3,
        key="goals",
        format_func=_goal(say),
        placeholder=say("choose_goals"),
    )
    points = right.number_input(say("front_points"), 2, 15, 5, key="front_points")
    request = {"run": here.folder.name, "goals": goals, "points": points, "limit_s": DEFAULT_LIMIT_S}
    if st.button(say("find_front"), disabled=len(goals) < 2, key="find_front", icon=":material/query_stats:"):
        errand.order("front", request, say)
    for path, asked in answered(runs_root(), "front", here.folder.name):
        with st.container(border=True, key=f"front_{path.name}"):
            st.caption(" · ".join(map(_goal(say), asked["goals"])))
            errand.show(path, path.name, partial(_points, path=path, labels=labels, say=say), say)


def _goal(say: Words) -> Callable[[str], str]:
    return lambda name: say.tell(Message(f"plan.goal_{name}"))


def _points(answer: Answer, path: Path, labels: Labels, say: Words) -> None:
    record: Mapping[str, Any] = answer.record
    if record["faults"] or "points" not in record:
        errand.refused(answer)
        return
    st.markdown(listed([line["text"] for line in record["lines"]]))
    folder = front_folder(path)
    try:
        found = read_front(folder)
    except (CaseFaults, OSError, ValueError, KeyError):
        st.warning(say("front_gone"))
        return
    if len(found.goals) == 2 and len(found.found) > 1:
        st.plotly_chart(
            front_figure(found, say.language),
            theme=None,
            config=QUIET,
            key=f"{path.name}_chart",
            alt=say("front"),
        )
    view = answer_table("points", record["points"], labels)
    view_grid(view, f"{path.name}_points")
    csv_button(view.frame, "front", f"{path.name}_points_csv", say)
    numbers = [int(row["point"]) for row in record["points"]]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        number = st.selectbox(say("point"), numbers, key=f"{path.name}_point", width=160)
        if st.button(say("open_point"), key=f"{path.name}_open", icon=":material/route:"):
            address.keep("run", open_point(folder, int(number), runs_root()).name)
            address.goto("plan")
