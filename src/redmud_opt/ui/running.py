"""Starting a run, watching it live, stopping it. The solve happens in a worker process, never here."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import streamlit as st

from redmud_opt.jobs import RunFolder, RunOptions, RunStatus, cancel, start
from redmud_opt.jobs.outcome import STAGES
from redmud_opt.report.display import live_words
from redmud_opt.report.numbers import share_of
from redmud_opt.ui.address import goto, keep
from redmud_opt.ui.cases import Look
from redmud_opt.ui.held import status_of
from redmud_opt.ui.settings import runs_root
from redmud_opt.ui.words import Words, plain

EVERY_S = 0.5


def form(found: Look, going: bool, say: Words) -> None:
    """What is asked of a run of the case in the address, and the button that starts it."""
    options = _options(say)
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


def _options(say: Words) -> RunOptions:
    """When the solver may stop before the best plan is proved; by default never."""
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
    return RunOptions(time_limit_s=limit, gap=share_of(gap))


def watch(folder: Path, say: Words) -> None:
    """Stage and seconds, again every half second, until the run has ended; then the page shows the result."""

    @st.fragment(run_every=EVERY_S)
    def live() -> None:
        now = status_of(folder)
        if now is None or now.ended:
            st.rerun()
        asked = (folder / "cancel").exists()
        with st.container(border=True, key="live"):
            st.markdown(f"**{say('cancelling') if asked else _where(now, say)}**")
            st.progress(_part(now), text=say("seconds", seconds=int(now.seconds)))
            _readout(folder, now, say)
            st.button(
                say("cancel"),
                disabled=asked,
                key="cancel_button",
                icon=":material/stop:",
                on_click=_cancel,
                args=(folder,),
            )

    live()


def _readout(folder: Path, now: RunStatus, say: Words) -> None:
    """Best plan, bound and gap so far, while a solve with integers goes on."""
    try:
        line = RunFolder(folder).last_progress() if now.stage == "solve" else None
    except (OSError, ValueError):
        return
    words = live_words(line, say.language) if line else {}
    if line and words:
        with st.container(key="readout"):
            st.markdown(say("live", **{name: plain(amount) for name, amount in words.items()}))
            st.caption(say(f"phase_{line['phase']}"))


def _cancel(folder: Path) -> None:
    with suppress(OSError):
        cancel(folder)


def _where(now: RunStatus, say: Words) -> str:
    if now.state == "queued":
        return say("queued")
    if now.stage not in STAGES:
        return say("stage_explain") if now.stage == "explain" else say("starting")
    return say(
        "stage", number=STAGES.index(now.stage) + 1, count=len(STAGES), stage=say(f"stage_{now.stage}")
    )


def _part(now: RunStatus) -> float:
    """How far through its stages a run is; not a forecast of seconds."""
    return STAGES.index(now.stage) / len(STAGES) if now.stage in STAGES else 0.0
