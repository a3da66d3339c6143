"""Starting a run, watching it live, stopping it. The solve happens in a worker process, never here."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import streamlit as st

from redmud_opt.jobs import RunFolder, RunOptions, RunStatus, ahead, cancel, start
from redmud_opt.jobs.history import entries
from redmud_opt.jobs.outcome import STAGES
from redmud_opt.report.display import live_words
from redmud_opt.report.numbers import share_of
from redmud_opt.ui.address import goto, keep
from redmud_opt.ui.cases import Look
from redmud_opt.ui.held import status_of
from redmud_opt.ui.settings import runs_root
from redmud_opt.ui.words import Words, plain

EVERY_S = 0.5
LOG_LINES = 40

GOALS: dict[str, str | None] = {
    "case": None,
    "value": "value",
    "utilisation": "utilisation,value",
    "landfilled": "landfilled,value",
    "emissions": "emissions,value",
}
"""What a plan may be asked to be best at: the word of the page → the objective of the run; None: that of the case."""


def form(found: Look, going: bool, say: Words) -> None:
    """What is asked of a run of the case in the address, and the button that starts it."""
    st.markdown(plain(say("run_of", case=found.title(say.language))))
    options = _options(found, say)
    button(found, say, options, going=going)


def button(found: Look, say: Words, options: RunOptions | None = None, *, going: bool = False) -> None:
    """Starts a run of a case and opens its page."""
    blocked = found.faults is not None or going
    if st.button(
        say("run"), type="primary", disabled=blocked, key="run_button", icon=":material/play_arrow:"
    ):
        try:
            folder = start(found.path, runs_root(), options)
        except OSError as error:
            st.error(plain(say("cannot_start", why=error.strerror or str(error))))
            return
        keep("run", folder.name)
        goto("run")
    if found.faults is not None:
        st.caption(say("run_blocked"))


def _options(found: Look, say: Words) -> RunOptions:
    """What is to be best, when the solver may stop, what it is planned against; untouched all of it is safe."""
    goal = st.selectbox(
        say("objective"), list(GOALS), format_func=lambda name: say(f"objective_{name}"), key="objective"
    )
    st.caption(say(f"objective_{goal}_help"))
    with st.expander(say("options"), icon=":material/tune:"):
        left, right = st.columns(2)
        limit = left.number_input(
            say("time_limit"),
            min_value=1.0,
            value=None,
            step=10.0,
            format="%g",
            key="time_limit",
            placeholder=say("no_limit"),
            help=say("time_limit_help"),
        )
        gap = right.number_input(
            say("gap"),
            min_value=0.0,
            max_value=99.0,
            value=0.0,
            step=0.1,
            format="%g",
            key="gap",
            help=say("gap_help"),
        )
    baseline, freeze = _baseline(found, say)
    return RunOptions(
        time_limit_s=limit, gap=share_of(gap), objective=GOALS[goal], baseline=baseline, freeze=freeze
    )


def _baseline(found: Look, say: Words) -> tuple[str | None, int]:
    """The plan that this one is measured against, and how much of it stays."""
    with st.expander(say("against"), icon=":material/history:"):
        st.caption(say("against_help"))
        held = {entry.name: entry for entry in entries(runs_root()) if entry.value_cny is not None}
        left, right = st.columns(2)
        name = left.selectbox(
            say("baseline"),
            list(held),
            index=None,
            format_func=lambda name: held[name].title or name,
            placeholder=say("no_baseline"),
            key="baseline",
        )
        freeze = right.number_input(
            say("freeze"),
            min_value=0,
            max_value=len(found.case.periods) if found.case is not None else 0,
            value=0,
            key="freeze",
            disabled=name is None,
            help=say("freeze_help"),
        )
    return (None, 0) if name is None else (str(held[name].folder), int(freeze))


def watch(folder: Path, say: Words) -> None:
    """Stage and seconds, again every half second, until the run has ended; then the page shows the result."""

    @st.fragment(run_every=EVERY_S)
    def live() -> None:
        now = status_of(folder)
        if now is None or now.ended:
            st.rerun()
        run = RunFolder(folder)
        asked, dropped = run.is_cancelled(), run.is_dropped()
        with st.container(border=True, key="live"):
            where = "dropping" if dropped else "cancelling" if asked else ""
            st.markdown(f"**{say(where) if where else _where(folder, now, say)}**")
            st.progress(_part(now), text=say("seconds", seconds=int(now.seconds)))
            with st.container(horizontal=True):
                _stop(folder, "cancel", asked, say)
                if asked:
                    _stop(folder, "drop", dropped, say)
            st.caption(say("drop_help" if asked else "may_leave"))
            _readout(folder, now, say)
            with st.expander(say("log")):
                st.code("\n".join(_log(folder)), language=None)

    live()


def _readout(folder: Path, now: RunStatus, say: Words) -> None:
    """Best plan, bound and gap so far, while a solve with integers goes on; folded away until somebody asks."""
    try:
        line = RunFolder(folder).last_progress() if now.stage == "solve" else None
    except (OSError, ValueError):
        return
    words = live_words(line, say.language) if line else {}
    if line and words:
        with st.expander(say("readout")), st.container(key="readout"):
            st.markdown(say("live", **{name: plain(amount) for name, amount in words.items()}))
            st.caption(say(f"phase_{line['phase']}"))


def _log(folder: Path) -> list[str]:
    try:
        return RunFolder(folder).log_tail(LOG_LINES)
    except OSError:
        return []


def _stop(folder: Path, how: str, asked: bool, say: Words) -> None:
    """A button that stops the run: `cancel` keeps what the solver holds, `drop` nothing."""
    st.button(
        say(how),
        disabled=asked,
        key=f"{how}_button",
        icon=":material/stop:" if how == "cancel" else ":material/delete:",
        on_click=_cancel,
        args=(folder, how == "cancel"),
    )


def _cancel(folder: Path, keep: bool) -> None:
    with suppress(OSError):
        cancel(folder, keep=keep)


def _where(folder: Path, now: RunStatus, say: Words) -> str:
    if now.state == "queued":
        before = ahead(folder)
        return say("queued_behind", count=before) if before else say("queued")
    if now.stage not in STAGES:
        return say("stage_explain") if now.stage == "explain" else say("starting")
    return say(
        "stage", number=STAGES.index(now.stage) + 1, count=len(STAGES), stage=say(f"stage_{now.stage}")
    )


def _part(now: RunStatus) -> float:
    """How far through its stages a run is; not a forecast of seconds."""
    return STAGES.index(now.stage) / len(STAGES) if now.stage in STAGES else 0.0
