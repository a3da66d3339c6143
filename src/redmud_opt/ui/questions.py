"""Asking: one question out of all, what it is about, and how long a solve may take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import streamlit as st

from redmud_opt.case import Case
from redmud_opt.jobs.explaining import DEFAULT_LIMIT_S, QUESTIONS
from redmud_opt.ui.cases import choices
from redmud_opt.ui.words import Words

ASKED = tuple(name for name in QUESTIONS if name != "impossible")
OF_THINGS = {
    "worth": (
        "lines",
        "outlets",
        "supplies",
        "storages",
        "budgets",
        "limits",
        "targets",
        "permits",
        "approvals",
    ),
    "why_not": ("outlets", "lines", "storages", "processes", "supplies", "sites", "lanes"),
    "why_here": ("outlets", "lines", "storages", "processes", "supplies", "sites", "lanes"),
    "plan_b": ("outlets",),
}
"""Tables whose things a question can be about; a route is typed: `from>to`."""

MOST_PLANS = 9


def ask(case: Case, run: str, say: Words) -> Mapping[str, Any] | None:
    """The form; what was asked when its button is pressed, else None."""
    question = st.selectbox(
        say("question"), ASKED, format_func=lambda name: say(f"question_{name}"), key="question"
    )
    st.caption(say(f"question_help_{question}"))
    arguments = _arguments(question, case, say)
    limit_s = DEFAULT_LIMIT_S
    with st.expander(say("options"), icon=":material/tune:"):
        limit_s = st.number_input(
            say("limit_of_a_solve"),
            min_value=1.0,
            value=DEFAULT_LIMIT_S,
            step=10.0,
            format="%g",
            key="limit_s",
        )
    missing = arguments is not None and not arguments
    if st.button(say("ask"), type="primary", disabled=missing, key="ask", icon=":material/help:"):
        return {"run": run, "question": question, "arguments": arguments, "limit_s": limit_s}
    return None


def _arguments(question: str, case: Case, say: Words) -> list[str] | None:
    """What a question is about; None where about the whole plan, empty where it is still to be said."""
    if question in OF_THINGS:
        return _things(question, case, say)
    if question == "alternatives":
        left, right = st.columns(2)
        count = left.number_input(say("how_many_plans"), 1, MOST_PLANS, 3, key="count")
        within = right.number_input(
            say("within_percent"), 0.1, 50.0, 1.0, step=0.5, format="%g", key="within"
        )
        return [f"{count}@{within:g}"]
    if question == "pin":
        return st.multiselect(
            say("wishes"),
            ["builds=frozen", "contracts=frozen"],
            key="wishes",
            accept_new_options=True,
            placeholder=say("wishes_placeholder"),
            help=say("wishes_help"),
        )
    if question == "regret":
        known = choices()  # nothing is typed: a path could lead to what is somebody else's
        chosen = st.selectbox(say("regret_case"), list(known), index=None, key="other_case")
        return [str(known[chosen])] if chosen else []
    return None


def _things(question: str, case: Case, say: Words) -> list[str]:
    labels = case.labels(say.language)
    names = list(dict.fromkeys(_names(case, OF_THINGS[question])))
    if question == "plan_b":
        names = ["all", *names]
    chosen = st.multiselect(
        say("about_what"),
        names,
        format_func=lambda name: say("all_outlets") if name == "all" else _label(name, labels),
        key=f"things_{question}",
        accept_new_options=True,
        placeholder=say("about_what_placeholder"),
        help=say("about_what_help"),
    )
    return [str(name) for name in chosen]


def _names(case: Case, tables: tuple[str, ...]) -> Iterator[str]:
    for table in tables:
        for row in getattr(case, table):
            if row.active and row.name:
                yield row.name


def _label(name: str, labels: Mapping[str, str]) -> str:
    """A thing by its label, the name behind it."""
    label = labels.get(name, "")
    return f"{label} ({name})" if label and label != name else name
